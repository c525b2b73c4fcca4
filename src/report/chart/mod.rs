//! Pictures of a run: requests, tasks by zone, task states, capacity providers, hosts, control plane, launches, changes
//! and their stages, blast radius; as SVG and PNG.
//!
//! A [`Figure`] is decided first (`build`), then drawn on either surface by the same code (`draw`). All that is drawn
//! are step functions and rectangles, so every line is level or upright. The font is part of the program: texts measure
//! the same on every machine, and so the bytes are the same too.

mod application;
mod axis;
mod build;
mod changes;
pub(crate) mod colours;
mod draw;
pub(crate) mod figure;
pub(crate) mod gantt;
pub(crate) mod map;
mod planes;
mod stages;
mod steps;
mod tiles;

pub use figure::Figure;

use crate::metrics::timeline::Timeline;
use plotters::prelude::{BitMapBackend, DrawingBackend, IntoDrawingArea, SVGBackend};
use plotters::style::{FontStyle, register_font};
use std::fmt::Display;

/// Names of all pictures that a run may have.
pub const NAMES: [&str; 11] = [
    "requests",
    "tasks-by-zone",
    "task-states",
    "providers",
    "hosts",
    "traffic-by-cell",
    "control-plane",
    "launches",
    "changes",
    "stages",
    "blast-radius",
];

/// DejaVu Sans; its licence stands beside it.
static FONT: &[u8] = include_bytes!("../../../assets/DejaVuSans.ttf");

/// A picture could not be drawn.
#[derive(Debug, thiserror::Error)]
#[error("cannot draw `{name}`: {why}")]
pub struct DrawError {
    name: &'static str,
    why: String,
}

/// The pictures of a run. `scenario` goes into their titles.
pub fn figures(timeline: &Timeline, scenario: &str) -> Vec<Figure> {
    build::figures(timeline, scenario)
}

impl Figure {
    /// As SVG. The same figure gives the same bytes.
    ///
    /// # Errors
    /// When the font cannot be used.
    pub fn svg(&self) -> Result<String, DrawError> {
        let mut text = String::new();
        self.draw(SVGBackend::with_string(&mut text, (draw::WIDTH, draw::height(self))))?;
        Ok(text)
    }

    /// As PNG.
    ///
    /// # Errors
    /// When the font cannot be used or the image cannot be packed.
    pub fn png(&self) -> Result<Vec<u8>, DrawError> {
        let (width, height) = (draw::WIDTH, draw::height(self));
        let mut pixels = vec![0; width as usize * height as usize * 3];
        self.draw(BitMapBackend::with_buffer(&mut pixels, (width, height)))?;
        let mut packed = Vec::new();
        let mut encoder = png::Encoder::new(&mut packed, width, height);
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_depth(png::BitDepth::Eight);
        let written = encoder.write_header().and_then(|mut writer| {
            writer.write_image_data(&pixels)?;
            writer.finish()
        });
        written.map(|()| packed).map_err(|error| self.fail(error))
    }

    fn draw<DB: DrawingBackend>(&self, surface: DB) -> Result<(), DrawError> {
        let font = register_font(draw::FONT, FontStyle::Normal, FONT);
        font.map_err(|_| self.fail("the built-in font is not readable"))?;
        let area = surface.into_drawing_area();
        draw::figure(self, &area).and_then(|()| area.present()).map_err(|error| self.fail(error))
    }

    fn fail(&self, why: impl Display) -> DrawError {
        DrawError { name: self.name, why: why.to_string() }
    }
}

#[cfg(test)]
mod tests;
