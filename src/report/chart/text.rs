//! Text as pixels: glyphs stand where the font wants them, to a fraction of a pixel, so that no word is torn.

use ab_glyph::{Font, FontRef, Glyph, PxScale, ScaleFont, point};
use std::sync::LazyLock;

/// DejaVu Sans; its licence stands beside it.
static BYTES: &[u8] = include_bytes!("../../../assets/DejaVuSans.ttf");
static FONT: LazyLock<Option<FontRef<'static>>> = LazyLock::new(|| FontRef::try_from_slice(BYTES).ok());

/// From the top of a line to its base, in letters' heights.
pub(super) const BASE: f64 = 0.76;

/// Glyphs of a text from (0, 0), and where it ends; letters are `em` pixels high.
fn glyphs(font: &FontRef<'_>, text: &str, em: f64) -> (Vec<Glyph>, f32) {
    let units = font.units_per_em().unwrap_or(2_048.0);
    let scale = PxScale::from((em * f64::from(font.height_unscaled() / units)) as f32);
    let scaled = font.as_scaled(scale);
    let (mut x, mut before) = (0.0, None);
    let mut all = Vec::with_capacity(text.len());
    for letter in text.chars() {
        let id = font.glyph_id(letter);
        x += before.map_or(0.0, |before| scaled.kern(before, id));
        all.push(id.with_scale_and_position(scale, point(x, 0.0)));
        x += scaled.h_advance(id);
        before = Some(id);
    }
    (all, x)
}

/// Pixels that a text is wide.
pub(super) fn width(text: &str, em: f64) -> f64 {
    FONT.as_ref().map_or(0.0, |font| f64::from(glyphs(font, text, em).1))
}

/// As much of a text as fits into so many pixels; what is cut ends with "…".
pub(super) fn fit(text: &str, em: f64, most: f64) -> String {
    let mut cut = text.to_owned();
    let mut left: Vec<char> = text.chars().collect();
    while !left.is_empty() && width(&cut, em) > most {
        left.pop();
        cut = left.iter().collect::<String>().trim_end().to_owned() + "…";
    }
    if left.is_empty() { String::new() } else { cut }
}

/// Words in as few lines as they need.
pub(super) fn wrap(text: &str, em: f64, most: f64) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if width(&format!("{line} {word}"), em) <= most => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// Whether the font that is part of the program can be read.
pub(super) fn readable() -> bool {
    FONT.is_some()
}

/// Tells how much of each pixel is ink, from the beginning of the base line.
pub(super) fn paint(text: &str, em: f64, mut dot: impl FnMut(i32, i32, f32)) {
    let Some(font) = FONT.as_ref() else { return };
    for glyph in glyphs(font, text, em).0 {
        let Some(outlined) = font.outline_glyph(glyph) else { continue };
        let corner = outlined.px_bounds().min;
        outlined.draw(|x, y, ink| dot(corner.x as i32 + x.cast_signed(), corner.y as i32 + y.cast_signed(), ink));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_have_the_height_that_was_asked_for() {
        // The capital letters of DejaVu Sans are 0.729 em high.
        let (mut top, mut bottom) = (i32::MAX, i32::MIN);
        paint("H", 100.0, |_, y, ink| {
            if ink > 0.5 {
                (top, bottom) = (top.min(y), bottom.max(y));
            }
        });
        assert_eq!((top, bottom), (-73, -1));
    }

    #[test]
    fn points_and_commas_stand_on_the_line() {
        let lowest = |text: &str| {
            let mut lowest = i32::MIN;
            paint(text, 14.0, |_, y, ink| {
                if ink > 0.3 {
                    lowest = lowest.max(y)
                }
            });
            lowest
        };
        assert_eq!(lowest("."), lowest("H"));
        assert!(lowest(",") > lowest("H"));
    }

    #[test]
    fn texts_are_cut_and_wrapped_where_they_end() {
        assert_eq!(fit("requests", 14.0, 1_000.0), "requests");
        let cut = fit("requests per second", 14.0, 80.0);
        assert!(cut.ends_with('…') && width(&cut, 14.0) <= 80.0, "{cut}");
        assert_eq!(fit("requests", 14.0, 3.0), "");
        let lines = wrap("one two three four", 14.0, 80.0);
        assert_eq!(lines.join(" "), "one two three four");
        assert!(lines.len() > 1 && lines.iter().all(|line| width(line, 14.0) <= 80.0), "{lines:?}");
    }
}
