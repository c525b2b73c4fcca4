//! Columns of text that stand under each other, with or without colour.

use super::visible;
use crate::metrics::summary::Verdict;

/// Whether text is coloured.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Paint {
    Colour,
    Plain,
}

impl Paint {
    fn wrap(self, code: &str, text: &str) -> String {
        match self {
            Paint::Colour => format!("\u{1b}[{code}m{text}\u{1b}[0m"),
            Paint::Plain => text.to_owned(),
        }
    }

    /// A word of explanation beside what matters.
    pub(crate) fn faint(self, text: &str) -> String {
        self.wrap("2", text)
    }

    pub fn strong(self, text: &str) -> String {
        self.wrap("1", text)
    }

    /// A verdict in its colour.
    pub(crate) fn verdict(self, text: &str, verdict: Verdict) -> String {
        match verdict {
            Verdict::Pass => self.wrap("32", text),
            Verdict::Fail => self.wrap("1;31", text),
            Verdict::Inconclusive => self.wrap("33", text),
        }
    }
}

/// Which side of its column a text stands on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Side {
    Left,
    Right,
}

/// Rows under a head, each column as wide as its widest text. A head may break into several lines.
pub struct Table {
    head: Vec<(&'static str, Side)>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table with these columns.
    pub fn new(head: &[(&'static str, Side)]) -> Table {
        Table { head: head.to_vec(), rows: Vec::new() }
    }

    /// Adds a row; it has a text for each column. What would break a line or steer a terminal is written out.
    pub fn row(&mut self, mut row: Vec<String>) {
        assert_eq!(row.len(), self.head.len(), "a row fills its table: {row:?}");
        for text in row.iter_mut().filter(|text| text.contains(visible::steers)) {
            *text = visible::line(text).into_owned();
        }
        self.rows.push(row);
    }

    /// Whether there is nothing under the head.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The text, each line indented by two.
    pub fn text(&self, paint: Paint) -> String {
        let heads: Vec<Vec<&str>> = self.head.iter().map(|column| column.0.lines().collect()).collect();
        let wide = |lines: &Vec<&str>| lines.iter().map(|line| line.chars().count()).max().unwrap_or(0);
        let mut widths: Vec<usize> = heads.iter().map(wide).collect();
        for row in &self.rows {
            for (width, text) in widths.iter_mut().zip(row) {
                *width = (*width).max(text.chars().count());
            }
        }
        let line = |texts: &[&str]| {
            let cells = texts.iter().zip(&widths).zip(&self.head).map(|((text, width), column)| match column.1 {
                Side::Left => format!("{text:<width$}"),
                Side::Right => format!("{text:>width$}"),
            });
            format!("  {}", cells.collect::<Vec<_>>().join("  ")).trim_end().to_owned()
        };
        let mut out = String::new();
        let height = heads.iter().map(Vec::len).max().unwrap_or(0);
        for from_top in 0..height {
            // Short heads stand at the bottom, next to their column.
            let of = |lines: &Vec<&'static str>| {
                (from_top + lines.len()).checked_sub(height).map_or("", |place| lines[place])
            };
            let texts: Vec<&str> = heads.iter().map(of).collect();
            out.push_str(&paint.strong(&line(&texts)));
            out.push('\n');
        }
        for row in &self.rows {
            let texts: Vec<&str> = row.iter().map(String::as_str).collect();
            out.push_str(&line(&texts));
            out.push('\n');
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_one_line() {
        let mut table = Table::new(&[("a", Side::Left)]);
        table.row(vec!["x\n\u{1b}[2J".into()]);
        assert_eq!(table.text(Paint::Plain), "  a\n  x\\u000a\\u001b[2J\n");
    }

    #[test]
    fn a_head_may_break() {
        let mut table = Table::new(&[("name", Side::Left), ("full\nstrength", Side::Right)]);
        table.row(vec!["a".into(), "45s".into()]);
        assert_eq!(table.text(Paint::Plain), "            full\n  name  strength\n  a          45s\n");
    }

    #[test]
    fn columns_are_as_wide_as_their_widest_text() {
        let mut table = Table::new(&[("name", Side::Left), ("±", Side::Right)]);
        table.row(vec!["a".into(), "1 ± 2".into()]);
        table.row(vec!["a longer name".into(), "10".into()]);
        assert_eq!(
            table.text(Paint::Plain),
            "  name               ±\n  a              1 ± 2\n  a longer name     10\n"
        );
    }
}
