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

/// The head of a column.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Column {
    /// Its words; they may break into several lines.
    pub head: &'static str,
    /// Whether its texts stand on the right, as numbers do.
    pub right: bool,
    /// When it goes where there is no room for all: 1 goes first, 0 never.
    pub goes: u8,
    /// Whether its texts are sentences, which may break into lines.
    pub prose: bool,
}

/// A line of a table.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Row {
    /// One text for each column, each a single line in which nothing steers.
    pub cells: Vec<String>,
    /// Of what the first cell is the verdict.
    pub verdict: Option<Verdict>,
}

/// Rows under a head, each column as wide as its widest text.
#[derive(Default, Debug)]
pub struct Table {
    pub(super) columns: Vec<Column>,
    pub(super) rows: Vec<Row>,
}

impl Table {
    /// With more columns, whose texts stand on the left.
    #[must_use]
    pub fn left(mut self, heads: &[&'static str]) -> Table {
        self.columns.extend(heads.iter().map(|head| Column { head, right: false, goes: 0, prose: false }));
        self
    }

    /// With one more column, of sentences.
    #[must_use]
    pub fn prose(mut self, head: &'static str) -> Table {
        self.columns.push(Column { head, right: false, goes: 0, prose: true });
        self
    }

    /// With more columns, whose texts stand on the right.
    #[must_use]
    pub fn right(mut self, heads: &[&'static str]) -> Table {
        self.columns.extend(heads.iter().map(|head| Column { head, right: true, goes: 0, prose: false }));
        self
    }

    /// With columns that go, the first of these first, where there is no room for all.
    #[must_use]
    pub fn goes_first(mut self, heads: &[&str]) -> Table {
        for (goes, head) in (1..).zip(heads) {
            for column in self.columns.iter_mut().filter(|column| column.head == *head) {
                column.goes = goes;
            }
        }
        self
    }

    /// With these rows.
    #[must_use]
    pub fn rows(mut self, rows: impl IntoIterator<Item: IntoIterator<Item = String>>) -> Table {
        rows.into_iter().for_each(|row| self.row(row));
        self
    }

    /// With a last row for what is not shown, where there are more things than `shown_max`; `--all` of `check` shows it.
    #[must_use]
    pub fn more(mut self, count: usize, shown_max: usize, things: &str, way: &str) -> Table {
        if count > shown_max {
            self.words(format!("and {} {things} more; {way}", count - shown_max));
        }
        self
    }

    /// Adds a row of words in the first column.
    pub fn words(&mut self, text: String) {
        let others = vec![String::new(); self.columns.len() - 1];
        self.row(std::iter::once(text).chain(others));
    }

    /// Adds a row; it has a text for each column. What would break a line or steer a terminal is written out.
    pub fn row(&mut self, row: impl IntoIterator<Item = String>) {
        self.add(row.into_iter().collect(), None);
    }

    /// Adds a row whose first text is a verdict.
    pub fn judged(&mut self, verdict: Verdict, row: impl IntoIterator<Item = String>) {
        self.add(row.into_iter().collect(), Some(verdict));
    }

    fn add(&mut self, mut cells: Vec<String>, verdict: Option<Verdict>) {
        assert_eq!(cells.len(), self.columns.len(), "a row fills its table: {cells:?}");
        for text in cells.iter_mut().filter(|text| text.contains(visible::steers)) {
            *text = visible::line(text).into_owned();
        }
        self.rows.push(Row { cells, verdict });
    }

    /// Heads, from the left.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// What stands under them.
    pub fn lines(&self) -> &[Row] {
        &self.rows
    }

    /// Whether there is nothing under the head.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The text, each line indented by two.
    pub fn text(&self, paint: Paint) -> String {
        let heads: Vec<Vec<&str>> = self.columns.iter().map(|column| column.head.lines().collect()).collect();
        let wide = |lines: &Vec<&str>| lines.iter().map(|line| line.chars().count()).max().unwrap_or(0);
        let mut widths: Vec<usize> = heads.iter().map(wide).collect();
        for row in &self.rows {
            for (width, text) in widths.iter_mut().zip(&row.cells) {
                *width = (*width).max(text.chars().count());
            }
        }
        let mut out = String::new();
        let height = heads.iter().map(Vec::len).max().unwrap_or(0);
        for from_top in 0..height {
            // Short heads stand at the bottom, next to their column.
            let of = |lines: &Vec<&'static str>| {
                (from_top + lines.len()).checked_sub(height).map_or("", |place| lines[place])
            };
            let texts: Vec<&str> = heads.iter().map(of).collect();
            out.push_str(&paint.strong(&self.line(&texts, &widths)));
            out.push('\n');
        }
        for Row { cells, verdict } in &self.rows {
            let texts: Vec<&str> = cells.iter().map(String::as_str).collect();
            let line = self.line(&texts, &widths);
            match verdict {
                Some(verdict) => {
                    let (word, rest) = line.split_at(2 + texts[0].len());
                    out.push_str("  ");
                    out.push_str(&paint.verdict(word.trim_start(), *verdict));
                    out.push_str(rest);
                }
                None => out.push_str(&line),
            }
            out.push('\n');
        }
        out
    }

    fn line(&self, texts: &[&str], widths: &[usize]) -> String {
        let cells = texts.iter().zip(widths).zip(&self.columns).map(|((text, width), column)| {
            if column.right { format!("{text:>width$}") } else { format!("{text:<width$}") }
        });
        format!("  {}", cells.collect::<Vec<_>>().join("  ")).trim_end().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_one_line() {
        let table = Table::default().left(&["a"]).rows([["x\n\u{1b}[2J".into()]]);
        assert_eq!(table.text(Paint::Plain), "  a\n  x\\u000a\\u001b[2J\n");
    }

    #[test]
    fn a_head_may_break() {
        let table = Table::default().left(&["name"]).right(&["full\nstrength"]).rows([["a".into(), "45s".into()]]);
        assert_eq!(table.text(Paint::Plain), "            full\n  name  strength\n  a          45s\n");
    }

    #[test]
    fn columns_are_as_wide_as_their_widest_text() {
        let rows = [["a", "1 ± 2"], ["a longer name", "10"]].map(|row| row.map(str::to_owned));
        let text = Table::default().left(&["name"]).right(&["±"]).rows(rows).text(Paint::Plain);
        assert_eq!(text, "  name               ±\n  a              1 ± 2\n  a longer name     10\n");
    }
}
