//! Makes a table fit the width of a terminal.
//!
//! ```text
//! too wide? ─► columns that say nothing go ─► columns that matter least go, one by one, which is told
//!          ─► long names are shortened in the middle ─► sentences break into lines
//! ```
//! What is left is wider than asked only where nothing more can give way.

use super::align::{Row, Table};

/// A column of names keeps this many characters.
const NAME_MIN: usize = 14;
/// Names are no longer than this while columns would have to go for them.
const NAME_AIM: usize = 26;
/// Prose that breaks into lines has this many characters in one, at least.
const PROSE_MIN: usize = 24;
/// What every line begins with, and what stands between columns.
const GAP: usize = 2;

/// A table as it is shown.
#[derive(Debug)]
pub struct Fitted {
    pub(super) table: Table,
    /// Heads of the columns that had to go, each in one line.
    pub dropped: Vec<String>,
}

/// The table in `width` characters.
pub fn fit(mut table: Table, width: usize) -> Fitted {
    let mut dropped = Vec::new();
    while needs(&table) > width {
        let Some(place) = goes_next(&table) else { break };
        let head = table.columns[place].head.replace('\n', " ");
        let told = !says_nothing(&table, place);
        table.columns.remove(place);
        table.rows.iter_mut().for_each(|row| _ = row.cells.remove(place));
        if told {
            dropped.push(head);
        }
    }
    let over = widths(&table, usize::MAX).iter().sum::<usize>() + GAP * table.columns.len();
    if over > width {
        give_way(&mut table, over - width);
    }
    dropped.reverse();
    Fitted { table, dropped }
}

/// Whether a column holds no value: it goes before all others, and nobody misses it.
fn says_nothing(table: &Table, place: usize) -> bool {
    table.rows.iter().all(|row| matches!(row.cells[place].as_str(), "" | "-" | "0" | "0s"))
}

/// The column that goes next, if one may.
fn goes_next(table: &Table) -> Option<usize> {
    let may_go = table.columns.iter().enumerate().filter(|(_, column)| column.goes > 0);
    may_go.min_by_key(|(place, column)| (!says_nothing(table, *place), column.goes)).map(|(place, _)| place)
}

/// Characters of each column, of which those of names are no wider than `name_max`.
fn widths(table: &Table, name_max: usize) -> Vec<usize> {
    let of = |(place, column): (usize, &super::align::Column)| {
        let head = column.head.lines().map(|line| line.chars().count()).max().unwrap_or(0);
        let cell = table.rows.iter().map(|row| row.cells[place].chars().count()).max().unwrap_or(0);
        let cell = match (column.right, column.prose) {
            (true, _) => cell,
            (false, true) => cell.min(PROSE_MIN.max(name_max)),
            (false, false) => cell.min(name_max),
        };
        head.max(cell)
    };
    table.columns.iter().enumerate().map(of).collect()
}

/// What the table needs when names and prose have given way as far as they should.
fn needs(table: &Table) -> usize {
    widths(table, NAME_AIM).iter().sum::<usize>() + GAP * table.columns.len()
}

/// Shortens names and breaks prose until `over` characters fewer are needed.
fn give_way(table: &mut Table, mut over: usize) {
    let full = widths(table, usize::MAX);
    let mut target = full.clone();
    let prose = table.columns.iter().position(|column| column.prose);
    if let Some(prose) = prose {
        let cut = over.min(full[prose].saturating_sub(PROSE_MIN));
        target[prose] -= cut;
        over -= cut;
    }
    // The longest column of names gives way first.
    while over > 0 {
        let names = (0..full.len()).filter(|place| !table.columns[*place].right && Some(*place) != prose);
        let Some(longest) = names.max_by_key(|place| (target[*place], std::cmp::Reverse(*place))) else { break };
        let head = table.columns[longest].head.lines().map(|line| line.chars().count()).max().unwrap_or(0);
        if target[longest] <= NAME_MIN.max(head) {
            break;
        }
        target[longest] -= 1;
        over -= 1;
    }
    for place in 0..full.len() {
        if target[place] < full[place] && Some(place) != prose {
            for row in &mut table.rows {
                row.cells[place] = shortened(&row.cells[place], target[place]);
            }
        }
    }
    if let Some(prose) = prose {
        break_prose(table, prose, target[prose]);
    }
}

/// A text of at most `width` characters: what is in its middle is left out.
pub fn shortened(text: &str, width: usize) -> String {
    let count = text.chars().count();
    if count <= width {
        return text.to_owned();
    }
    let kept = width.saturating_sub(1);
    let (begin, end) = (kept - kept / 2, kept / 2);
    text.chars().take(begin).chain(['…']).chain(text.chars().skip(count - end)).collect()
}

fn break_prose(table: &mut Table, place: usize, width: usize) {
    let rows = std::mem::take(&mut table.rows);
    for mut row in rows {
        let lines = wrapped(&row.cells[place], width);
        let mut lines = lines.into_iter();
        row.cells[place] = lines.next().unwrap_or_default();
        table.rows.push(row);
        for line in lines {
            let mut cells = vec![String::new(); table.columns.len()];
            cells[place] = line;
            table.rows.push(Row { cells, verdict: None });
        }
    }
}

/// Words in lines of `width` characters at most; a longer word has a line of its own.
pub fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut().filter(|line| line.chars().count() + 1 + word.chars().count() <= width) {
            Some(line) => {
                line.push(' ');
                line.push_str(word);
            }
            None => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::align::Paint;

    fn table() -> Table {
        let rows = [["a-rather-long-name/of-a-service", "1,234,567", "12.5", "0"], ["shop/web", "1", "-", "0"]];
        let table = Table::default().left(&["service"]).right(&["requests\noffered", "nines", "refused"]);
        table.rows(rows.map(|row| row.map(str::to_owned))).goes_first(&["nines", "refused"])
    }

    fn shown(width: usize) -> (Vec<String>, Vec<String>) {
        let Fitted { table, dropped } = fit(table(), width);
        (table.text(Paint::Plain).lines().map(str::to_owned).collect(), dropped)
    }

    #[test]
    fn a_table_that_fits_stays_whole() {
        let (lines, dropped) = shown(80);
        assert_eq!(lines, table().text(Paint::Plain).lines().collect::<Vec<_>>());
        assert!(dropped.is_empty());
    }

    #[test]
    fn columns_go_before_names_are_cut_short_and_empty_ones_first() {
        let (lines, dropped) = shown(50);
        assert!(dropped.is_empty(), "nobody misses a column of zeros: {dropped:?}");
        assert!(lines[1].ends_with("nines") && !lines[0].contains("refused"), "{lines:#?}");
        let (lines, dropped) = shown(40);
        assert_eq!(dropped, ["nines"]);
        assert_eq!(lines[2], "  a-rather-long…/of-a-service  1,234,567");
        assert_eq!(shown(20).1, ["nines"]);
    }

    #[test]
    fn sentences_before_other_columns_break_and_are_not_shortened() {
        let row = ["pass".into(), "shop/web: requestAvailability at least 0.9999".into(), "0.99996".into()];
        let table = Table::default().left(&["verdict"]).prose("objective").left(&["measured"]).rows([row]);
        let text = fit(table, 50).table.text(Paint::Plain);
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines.iter().all(|line| line.chars().count() <= 50), "{lines:#?}");
        assert_eq!(lines[1], "  pass     shop/web: requestAvailability  0.99996");
        assert_eq!(lines[2], "           at least 0.9999");
    }

    #[test]
    fn prose_breaks_into_lines() {
        let table = Table::default().left(&["at"]).prose("what").rows([["1:00:00".into(), "word ".repeat(12)]]);
        let text = fit(table, 40).table.text(Paint::Plain);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 3);
        assert!(lines.iter().all(|line| line.chars().count() <= 40), "{lines:#?}");
        assert_eq!(lines[2], "           word word word word word word");
    }

    #[test]
    fn the_middle_of_a_name_is_left_out() {
        assert_eq!(shortened("abcdefghij", 5), "ab…ij");
        assert_eq!(shortened("abcde", 5), "abcde");
    }
}
