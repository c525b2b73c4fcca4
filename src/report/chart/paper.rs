//! What a picture is drawn on: rectangles and texts in pixels, as `SVG` or as the pixels of a PNG.
//!
//! All that a picture shows are step functions, bars and words, so nothing but upright rectangles is needed. The same
//! list gives both files, and the same bytes on every machine.
#![expect(clippy::cast_possible_wrap, reason = "pixels of a picture are few")]

use super::colours::Role;
use super::text;
use crate::report::visible;
use std::fmt::Write;

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

    pub(super) fn svg(&self) -> String {
        let height = self.height;
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{height}\" \
             viewBox=\"0 0 {WIDTH} {height}\" font-family=\"{FAMILY}\">\n\
             <rect width=\"{WIDTH}\" height=\"{height}\" fill=\"#FFFFFF\"/>\n"
        );
        for shape in &self.shapes {
            match shape {
                Shape::Rects { rects, role, percent } => {
                    let _ = write!(svg, "<path fill=\"{}\"", hex(*role));
                    if *percent < 100 {
                        let _ = write!(svg, " fill-opacity=\"0.{percent:02}\"");
                    }
                    svg.push_str(" d=\"");
                    for [left, top, right, bottom] in rects {
                        let _ = write!(svg, "M{left} {top}H{right}V{bottom}H{left}z");
                    }
                    svg.push_str("\"/>\n");
                }
                Shape::Text { text, em, role, at: (x, y), anchor, turned } => {
                    let base = y + libm::round(em * text::BASE) as i32;
                    let place = if *turned {
                        format!("transform=\"translate({},{y}) rotate(-90)\"", x + libm::round(em * text::BASE) as i32)
                    } else {
                        format!("x=\"{x}\" y=\"{base}\"")
                    };
                    let anchor = match anchor {
                        Anchor::Start => "",
                        Anchor::Middle => " text-anchor=\"middle\"",
                        Anchor::End => " text-anchor=\"end\"",
                    };
                    let fill = hex(*role);
                    let _ = write!(svg, "<text {place}{anchor} font-size=\"{em}\" fill=\"{fill}\">");
                    escape(text, &mut svg);
                    svg.push_str("</text>\n");
                }
            }
        }
        svg.push_str("</svg>\n");
        svg
    }

    /// Red, green and blue of each pixel, row by row; `None`: the font is not readable.
    pub(super) fn pixels(&self) -> Option<Vec<u8>> {
        let mut canvas = Canvas { height: self.height, pixels: vec![255; (WIDTH as i32 * self.height * 3) as usize] };
        for shape in &self.shapes {
            match shape {
                Shape::Rects { rects, role, percent } => {
                    let ink = f32::from(*percent) / 100.0;
                    for rect in rects {
                        canvas.fill(*rect, *role, ink);
                    }
                }
                Shape::Text { text, em, role, at, anchor, turned } => {
                    let wide = text::width(text, *em);
                    let back = match anchor {
                        Anchor::Start => 0.0,
                        Anchor::Middle => wide / 2.0,
                        Anchor::End => wide,
                    };
                    let (back, base) = (libm::round(back) as i32, libm::round(em * text::BASE) as i32);
                    let read = text::paint(text, *em, |x, y, ink| {
                        let place = if *turned {
                            (at.0 + base + y, at.1 + back - x)
                        } else {
                            (at.0 - back + x, at.1 + base + y)
                        };
                        canvas.dot(place, *role, ink);
                    });
                    if !read {
                        return None;
                    }
                }
            }
        }
        Some(canvas.pixels)
    }
}

fn stripes(rect: &[i32; 4]) -> impl Iterator<Item = [i32; 4]> + use<> {
    let [left, top, right, bottom] = *rect;
    (top..bottom).filter(|row| row % STRIPE == 0).map(move |row| [left, row, right, row + 1])
}

fn hex(role: Role) -> String {
    let (red, green, blue) = role.light();
    format!("#{red:02X}{green:02X}{blue:02X}")
}

fn escape(text: &str, svg: &mut String) {
    for letter in text.chars() {
        match letter {
            '&' => svg.push_str("&amp;"),
            '<' => svg.push_str("&lt;"),
            '>' => svg.push_str("&gt;"),
            '"' => svg.push_str("&quot;"),
            _ => svg.push(letter),
        }
    }
}

struct Canvas {
    height: i32,
    pixels: Vec<u8>,
}

impl Canvas {
    fn fill(&mut self, [left, top, right, bottom]: [i32; 4], role: Role, ink: f32) {
        let (left, right) = (left.max(0), right.min(WIDTH as i32));
        if right <= left {
            return;
        }
        let (red, green, blue) = role.light();
        let full = [red, green, blue].repeat((right - left) as usize);
        for y in top.max(0)..bottom.min(self.height) {
            let row = (y * WIDTH as i32) as usize;
            let span = &mut self.pixels[3 * (row + left as usize)..3 * (row + right as usize)];
            if ink >= 1.0 {
                span.copy_from_slice(&full);
            } else {
                span.chunks_exact_mut(3).for_each(|pixel| blend(pixel, [red, green, blue], ink));
            }
        }
    }

    fn dot(&mut self, (x, y): At, role: Role, ink: f32) {
        if (0..WIDTH as i32).contains(&x) && (0..self.height).contains(&y) {
            let (red, green, blue) = role.light();
            let place = 3 * (y * WIDTH as i32 + x) as usize;
            blend(&mut self.pixels[place..place + 3], [red, green, blue], ink.clamp(0.0, 1.0));
        }
    }
}

fn blend(pixel: &mut [u8], colour: [u8; 3], ink: f32) {
    for (below, above) in pixel.iter_mut().zip(colour) {
        *below = if ink >= 1.0 {
            above
        } else {
            libm::roundf(f32::from(*below) * (1.0 - ink) + f32::from(above) * ink) as u8
        };
    }
}
