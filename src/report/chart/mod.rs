//! Pictures of a run: requests, tasks by zone, task states, capacity providers, hosts, auto scaling, control plane, launches, changes
//! and their stages, blast radius; as SVG and PNG.
//!
//! A [`Figure`] is decided first (`build`) and is data: what is drawn of the run (`cut`), of which services (`ranks`), in
//! how many steps (`columns`), in which colours (`colours`). Then it is put on paper (`draw`), and plotters draws that
//! (`paper`): as PNG by its own backend, as SVG by a compact one of ours (`svg`). All that is drawn are step functions
//! and rectangles, so every line is level or upright. The font is part of the program: texts measure the same on every
//! machine, and so the bytes are the same too.

mod application;
mod axis;
mod build;
mod changes;
pub(crate) mod colours;
mod columns;
mod cut;
mod draw;
pub(crate) mod figure;
mod findings;
pub(crate) mod gantt;
pub(crate) mod map;
mod over;
mod paper;
mod planes;
mod plot;
mod ranks;
mod run;
mod scaling;
mod stages;
mod steps;
mod svg;
mod text;
mod tiles;

pub use figure::Figure;

use crate::metrics::timeline::Timeline;
use std::fmt::Display;

/// Names of all pictures that a run may have.
pub const NAMES: [&str; 13] = [
    "requests",
    "response-time",
    "tasks-by-zone",
    "task-states",
    "providers",
    "hosts",
    "scaling",
    "traffic-by-cell",
    "control-plane",
    "launches",
    "changes",
    "stages",
    "blast-radius",
];

/// A picture could not be drawn.
#[derive(Debug, thiserror::Error)]
#[error("cannot draw `{name}`: {why}")]
pub struct DrawError {
    name: &'static str,
    why: String,
}

/// What goes into titles: the scenario and, where there are several replications, which of them is drawn.
#[must_use]
pub fn heading(scenario: &str, replications: u32, drawn: u32) -> String {
    match (replications, drawn) {
        (0 | 1, 0) => scenario.to_owned(),
        (0 | 1, drawn) => format!("{scenario} · replication {drawn} alone"),
        (all, drawn) => format!("{scenario} · replication {drawn} of {all}"),
    }
}

/// The pictures of a run. `scenario` goes into their titles.
pub fn figures(timeline: &Timeline, scenario: &str) -> Vec<Figure> {
    build::figures(timeline, scenario)
}

impl Figure {
    /// As SVG. The same figure gives the same bytes.
    #[must_use]
    pub fn svg(&self) -> String {
        draw::paper(self).svg()
    }

    /// As PNG.
    ///
    /// # Errors
    /// When the font cannot be used or the image cannot be packed.
    pub fn png(&self) -> Result<Vec<u8>, DrawError> {
        let paper = draw::paper(self);
        let pixels = paper.pixels().ok_or_else(|| self.fail("the built-in font is not readable"))?;
        let mut packed = Vec::new();
        let mut encoder = png::Encoder::new(&mut packed, paper::WIDTH, paper.height.unsigned_abs());
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_depth(png::BitDepth::Eight);
        let written = encoder.write_header().and_then(|mut writer| {
            writer.write_image_data(&pixels)?;
            writer.finish()
        });
        written.map(|()| packed).map_err(|error| self.fail(error))
    }

    fn fail(&self, why: impl Display) -> DrawError {
        DrawError { name: self.name, why: why.to_string() }
    }
}

#[cfg(test)]
mod rules_tests;
#[cfg(test)]
mod tests;
