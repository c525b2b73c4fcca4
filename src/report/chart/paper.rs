//! What a picture is drawn on: rectangles and texts in pixels, as `SVG` or as the pixels of a PNG.
//!
//! All that a picture shows are step functions, bars and words, so nothing but upright rectangles is needed. The same
//! list gives both files, and the same bytes on every machine.
#![expect(clippy::cast_possible_wrap, reason = "pixels of a picture are few")]

use super::colours::Role;
use super::svg::Svg;
use super::text;
use crate::report::visible;
use plotters::prelude::BitMapBackend;
use plotters_backend::text_anchor::{HPos, Pos, VPos};
use plotters_backend::{BackendColor, BackendTextStyle, DrawingBackend, DrawingErrorKind, FontFamily, FontTransform};
use std::convert::Infallible;

pub(super) const WIDTH: u32 = 1_200;
/// Letters are at least so many pixels high.
pub(super) const SMALL: f64 = 14.0;
/// Rows between the stripes of a striped role.
const STRIPE: i32 = 5;
/// What an SVG viewer looks for.
const FAMILY: &str = "DejaVu Sans, Verdana, sans-serif";

pub(super) type At = (i32, i32);

/// Where a text stands to its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// One thing that is drawn.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Shape {
    /// Rectangles of one colour: left, top, right, bottom. Opaque, or as much of it in percent.
    Rects { rects: Vec<[i32; 4]>, role: Role, percent: u8 },
    /// A text; its place is at the top of its letters. Turned, it runs upwards and its place is left of it.
    Text { text: String, em: f64, role: Role, at: At, anchor: Anchor, turned: bool },
}

/// A picture that is being drawn; what comes later covers what was there.
#[derive(Clone, Debug, Default)]
pub(super) struct Paper {
    pub height: i32,
    pub shapes: Vec<Shape>,
}

impl Paper {
    /// Rectangles of one colour. A striped role leaves every fifth row white.
    pub(super) fn rects(&mut self, rects: Vec<[i32; 4]>, role: Role) {
        let striped = role.shade().striped;
        let stripes = if striped { rects.iter().flat_map(stripes).collect() } else { Vec::new() };
        self.blended(rects, role, 100);
        self.blended(stripes, Role::Paper, 100);
    }

    pub(super) fn blended(&mut self, rects: Vec<[i32; 4]>, role: Role, percent: u8) {
        if !rects.is_empty() {
            self.shapes.push(Shape::Rects { rects, role, percent });
        }
    }

    pub(super) fn rect(&mut self, from: At, to: At, role: Role) {
        self.rects(vec![[from.0, from.1, to.0, to.1]], role);
    }

    pub(super) fn text(&mut self, text: &str, em: f64, role: Role, at: At, anchor: Anchor) {
        let text = visible::line(text).into_owned();
        self.shapes.push(Shape::Text { text, em, role, at, anchor, turned: false });
    }

    /// A text that runs upwards, with its middle at this place.
    pub(super) fn upwards(&mut self, text: &str, em: f64, role: Role, at: At) {
        let text = visible::line(text).into_owned();
        self.shapes.push(Shape::Text { text, em, role, at, anchor: Anchor::Middle, turned: true });
    }

    /// As SVG.
    pub(super) fn svg(&self) -> String {
        let root = (SMALL, Role::Ink.ink(100));
        let mut backend = Svg::new((WIDTH, self.height as u32), FAMILY, root, text::BASE);
        self.draw(&mut backend, outlines).expect("a String takes every shape");
        backend.finish()
    }

    /// Red, green and blue of each pixel, row by row; `None`: the font is not readable.
    pub(super) fn pixels(&self) -> Option<Vec<u8>> {
        let mut pixels = vec![255; (WIDTH as i32 * self.height * 3) as usize];
        let mut backend = BitMapBackend::with_buffer(&mut pixels, (WIDTH, self.height as u32));
        let drawn = self.draw(&mut backend, |_| Vec::new()).is_ok() && text::readable();
        drop(backend);
        drawn.then_some(pixels)
    }

    /// Draws all shapes; rectangles as the polygons that `joined` makes of them, or one by one where it makes none.
    fn draw<B: DrawingBackend>(
        &self,
        backend: &mut B,
        joined: impl Fn(&[[i32; 4]]) -> Vec<Vec<At>>,
    ) -> Result<(), DrawingErrorKind<B::ErrorType>> {
        let ground = BackendColor { alpha: 1.0, rgb: (255, 255, 255) };
        backend.draw_rect((0, 0), (WIDTH as i32, self.height), &ground, true)?;
        for shape in &self.shapes {
            match shape {
                Shape::Rects { rects, role, percent } => {
                    let polygons = joined(rects);
                    if polygons.is_empty() {
                        for [left, top, right, bottom] in rects.iter().filter(|rect| !empty(rect)) {
                            backend.draw_rect((*left, *top), (*right, *bottom), &role.ink(*percent), true)?;
                        }
                    }
                    for polygon in polygons {
                        backend.fill_polygon(polygon, &role.ink(*percent))?;
                    }
                }
                Shape::Text { text, em, role, at, anchor, turned } => {
                    let style = Style { em: *em, role: *role, anchor: *anchor, turned: *turned };
                    backend.draw_text(text, &style, *at)?;
                }
            }
        }
        Ok(())
    }
}

impl Role {
    fn ink(self, percent: u8) -> BackendColor {
        BackendColor { alpha: f64::from(percent) / 100.0, rgb: self.light() }
    }
}

fn empty([left, top, right, bottom]: &[i32; 4]) -> bool {
    left >= right || top >= bottom
}

/// Rectangles that touch each other side by side, each run as one polygon: along the tops, then back along the bottoms.
fn outlines(rects: &[[i32; 4]]) -> Vec<Vec<At>> {
    let touch = |a: &[i32; 4], b: &[i32; 4]| a[2] == b[0] && a[1] < b[3] && b[1] < a[3];
    let outline = |run: &[[i32; 4]]| {
        let tops = run.iter().flat_map(|[left, top, right, _]| [(*left, *top), (*right, *top)]);
        let bottoms = run.iter().rev().flat_map(|[left, _, right, bottom]| [(*right, *bottom), (*left, *bottom)]);
        let mut outline: Vec<At> = Vec::with_capacity(4 * run.len());
        for corner in tops.chain(bottoms) {
            // What lies on a straight line between its neighbours is no corner.
            while let [.., before, last] = outline[..]
                && (before.0 == last.0 && last.0 == corner.0 || before.1 == last.1 && last.1 == corner.1)
            {
                outline.pop();
            }
            outline.push(corner);
        }
        outline
    };
    let rects: Vec<[i32; 4]> = rects.iter().copied().filter(|rect| !empty(rect)).collect();
    rects.chunk_by(touch).map(outline).collect()
}

/// How a text is drawn. An SVG names the font; pixels are painted here, as letters stand to a fraction of a pixel.
struct Style {
    em: f64,
    role: Role,
    anchor: Anchor,
    turned: bool,
}

impl BackendTextStyle for Style {
    type FontError = Infallible;

    fn color(&self) -> BackendColor {
        self.role.ink(100)
    }

    fn size(&self) -> f64 {
        self.em
    }

    fn transform(&self) -> FontTransform {
        if self.turned { FontTransform::Rotate270 } else { FontTransform::None }
    }

    fn anchor(&self) -> Pos {
        let across = match self.anchor {
            Anchor::Start => HPos::Left,
            Anchor::Middle => HPos::Center,
            Anchor::End => HPos::Right,
        };
        Pos::new(across, VPos::Top)
    }

    fn family(&self) -> FontFamily<'_> {
        FontFamily::Name(FAMILY)
    }

    fn layout_box(&self, text: &str) -> Result<(At, At), Infallible> {
        let wide = libm::round(text::width(text, self.em)) as i32;
        Ok(((0, 0), (wide, libm::round(self.em) as i32)))
    }

    fn draw<E, F: FnMut(i32, i32, BackendColor) -> Result<(), E>>(
        &self,
        text: &str,
        (left, top): At,
        mut draw: F,
    ) -> Result<Result<(), E>, Infallible> {
        let base = libm::round(self.em * text::BASE) as i32;
        let mut drawn = Ok(());
        text::paint(text, self.em, |x, y, ink| {
            if drawn.is_ok() && ink > 0.0 {
                let colour = BackendColor { alpha: f64::from(ink.min(1.0)), rgb: self.role.light() };
                drawn = draw(left + x, top + base + y, colour);
            }
        });
        Ok(drawn)
    }
}

fn stripes(rect: &[i32; 4]) -> impl Iterator<Item = [i32; 4]> + use<> {
    let [left, top, right, bottom] = *rect;
    (top..bottom).filter(|row| row % STRIPE == 0).map(move |row| [left, row, right, row + 1])
}
