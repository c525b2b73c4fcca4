//! A backend of plotters that writes a compact SVG: whole pixels, one path for neighbours of one colour, and no attribute
//! that its root has already. A page holds thousands of shapes.

use plotters_backend::text_anchor::HPos;
use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind, FontTransform,
};
use std::convert::Infallible;
use std::fmt::{self, Write};

type Drawn = Result<(), DrawingErrorKind<Infallible>>;

/// The text of a picture that is being drawn.
pub(super) struct Svg {
    size: (u32, u32),
    /// Size and colour of most texts, in pixels.
    root: (f64, BackendColor),
    /// From the top of a text to its base line, in letters' heights.
    base: f64,
    text: String,
    /// The colour of the path that is open.
    path: Option<BackendColor>,
}

impl Svg {
    /// An empty picture. Texts are in a font of this family, and in this size and colour unless another is asked for.
    pub(super) fn new(size: (u32, u32), family: &str, root: (f64, BackendColor), base: f64) -> Svg {
        let (width, height) = size;
        let text = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
             viewBox=\"0 0 {width} {height}\" font-family=\"{family}\" font-size=\"{}\"{}>\n",
            root.0,
            fill(root.1)
        );
        Svg { size, root, base, text, path: None }
    }

    /// All of it.
    pub(super) fn finish(mut self) -> String {
        self.close();
        self.text + "</svg>\n"
    }

    fn close(&mut self) {
        if self.path.take().is_some() {
            self.text.push_str("\"/>\n");
        }
    }

    fn write(&mut self, what: fmt::Arguments<'_>) {
        self.text.write_fmt(what).expect("a String takes every text");
    }
}

/// The attributes of a colour.
fn fill(colour: BackendColor) -> String {
    let (red, green, blue) = colour.rgb;
    let opacity = if colour.alpha < 1.0 { format!(" fill-opacity=\"{}\"", colour.alpha) } else { String::new() };
    format!(" fill=\"#{red:02x}{green:02x}{blue:02x}\"{opacity}")
}

fn same(a: BackendColor, b: BackendColor) -> bool {
    a.rgb == b.rgb && a.alpha.to_bits() == b.alpha.to_bits()
}

impl DrawingBackend for Svg {
    type ErrorType = Infallible;

    fn get_size(&self) -> (u32, u32) {
        self.size
    }

    fn ensure_prepared(&mut self) -> Drawn {
        Ok(())
    }

    fn present(&mut self) -> Drawn {
        Ok(())
    }

    fn draw_pixel(&mut self, (x, y): BackendCoord, colour: BackendColor) -> Drawn {
        self.draw_rect((x, y), (x + 1, y + 1), &colour, true)
    }

    fn draw_rect<S: BackendStyle>(&mut self, from: BackendCoord, to: BackendCoord, style: &S, _: bool) -> Drawn {
        self.fill_polygon([from, (to.0, from.1), to, (from.0, to.1)], style)
    }

    /// All polygons run the same way round, so that what two of one path cover is filled.
    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(&mut self, all: I, style: &S) -> Drawn {
        let colour = style.color();
        if !self.path.is_some_and(|open| same(open, colour)) {
            self.close();
            self.write(format_args!("<path{} d=\"", fill(colour)));
            self.path = Some(colour);
        }
        let mut before: Option<BackendCoord> = None;
        for (x, y) in all {
            match before.map(|(left, top)| (x - left, y - top)) {
                None => self.write(format_args!("M{x} {y}")),
                Some((across, 0)) => self.write(format_args!("h{across}")),
                Some((0, down)) => self.write(format_args!("v{down}")),
                Some((across, down)) => self.write(format_args!("l{across} {down}")),
            }
            before = Some((x, y));
        }
        self.text.push('z');
        Ok(())
    }

    fn draw_text<T: BackendTextStyle>(&mut self, text: &str, style: &T, (x, y): BackendCoord) -> Drawn {
        if text.is_empty() {
            return Ok(());
        }
        self.close();
        let base = libm::round(style.size() * self.base) as i32;
        match style.transform() {
            FontTransform::None => self.write(format_args!("<text x=\"{x}\" y=\"{}\"", y + base)),
            _ => self.write(format_args!("<text transform=\"translate({} {y})rotate(-90)\"", x + base)),
        }
        if style.size().to_bits() != self.root.0.to_bits() {
            self.write(format_args!(" font-size=\"{}\"", style.size()));
        }
        if !same(style.color(), self.root.1) {
            self.text.push_str(&fill(style.color()));
        }
        self.text.push_str(match style.anchor().h_pos {
            HPos::Left => ">",
            HPos::Center => " text-anchor=\"middle\">",
            HPos::Right => " text-anchor=\"end\">",
        });
        for letter in text.chars() {
            match letter {
                '&' => self.text.push_str("&amp;"),
                '<' => self.text.push_str("&lt;"),
                '>' => self.text.push_str("&gt;"),
                other => self.text.push(other),
            }
        }
        self.text.push_str("</text>\n");
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::colours::Role;
    use super::super::paper::{Anchor, Paper};

    #[test]
    fn neighbours_of_one_colour_are_one_path_and_texts_say_only_what_differs() {
        let mut paper = Paper { height: 40, ..Paper::default() };
        paper.rect((1, 2), (4, 6), Role::Served);
        paper.rects(vec![[10, 2, 12, 6], [12, 3, 15, 6]], Role::Served);
        paper.blended(vec![[0, 0, 2, 1]], Role::Ink, 30);
        paper.text("a < b & \u{1b}", 14.0, Role::Ink, (5, 10), Anchor::Start);
        paper.text("", 14.0, Role::Ink, (5, 10), Anchor::Start);
        paper.text("15", 15.0, Role::Quiet, (5, 10), Anchor::End);
        paper.upwards("tasks", 14.0, Role::Ink, (10, 20));
        let wanted = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"1200\" height=\"40\" viewBox=\"0 0 1200 40\" \
            font-family=\"DejaVu Sans, Verdana, sans-serif\" font-size=\"14\" fill=\"#1e1e1e\">\n\
            <path fill=\"#ffffff\" d=\"M0 0h1200v40h-1200z\"/>\n\
            <path fill=\"#56b4e9\" d=\"M1 2h3v4h-3zM10 2h2v1h3v3h-5z\"/>\n\
            <path fill=\"#1e1e1e\" fill-opacity=\"0.3\" d=\"M0 0h2v1h-2z\"/>\n\
            <text x=\"5\" y=\"21\">a &lt; b &amp; \\u001b</text>\n\
            <text x=\"5\" y=\"21\" font-size=\"15\" fill=\"#505050\" text-anchor=\"end\">15</text>\n\
            <text transform=\"translate(21 20)rotate(-90)\" text-anchor=\"middle\">tasks</text>\n</svg>\n";
        assert_eq!(paper.svg(), wanted);
    }
}
