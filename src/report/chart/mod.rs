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
mod draw;
mod figure;
mod gantt;
mod map;
mod planes;
mod stages;
mod steps;

pub use figure::Figure;

use crate::metrics::timeline::Timeline;
use plotters::prelude::{BitMapBackend, IntoDrawingArea, SVGBackend};
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

impl DrawError {
    fn of(name: &'static str) -> impl Fn(&dyn Display) -> DrawError {
        move |why| DrawError { name, why: why.to_string() }
    }
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
        let fail = DrawError::of(self.name);
        register(&fail)?;
        let mut text = String::new();
        {
            let area = SVGBackend::with_string(&mut text, (draw::WIDTH, draw::height(self))).into_drawing_area();
            draw::figure(self, &area).map_err(|error| fail(&error))?;
            area.present().map_err(|error| fail(&error))?;
        }
        Ok(text)
    }

    /// As PNG.
    ///
    /// # Errors
    /// When the font cannot be used or the image cannot be packed.
    pub fn png(&self) -> Result<Vec<u8>, DrawError> {
        let fail = DrawError::of(self.name);
        register(&fail)?;
        let (width, height) = (draw::WIDTH, draw::height(self));
        let mut pixels = vec![0; width as usize * height as usize * 3];
        {
            let area = BitMapBackend::with_buffer(&mut pixels, (width, height)).into_drawing_area();
            draw::figure(self, &area).map_err(|error| fail(&error))?;
            area.present().map_err(|error| fail(&error))?;
        }
        let mut packed = Vec::new();
        let mut encoder = png::Encoder::new(&mut packed, width, height);
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_depth(png::BitDepth::Eight);
        let mut writer = encoder.write_header().map_err(|error| fail(&error))?;
        writer.write_image_data(&pixels).map_err(|error| fail(&error))?;
        writer.finish().map_err(|error| fail(&error))?;
        Ok(packed)
    }
}

fn register(fail: &impl Fn(&dyn Display) -> DrawError) -> Result<(), DrawError> {
    register_font(draw::FONT, FontStyle::Normal, FONT).map_err(|_| fail(&"the built-in font is not readable"))
}

#[cfg(test)]
mod tests;
