//! The order of names: what a file lists stands in a plan by name, and so acts in an order that the file does not
//! decide.

use std::cmp::Ordering;

/// The places of a list in the order of its rows' names; rows of one name stay as they are.
pub(super) fn by_name<T>(rows: &[T], name: impl Fn(&T) -> &str) -> Vec<usize> {
    let mut places: Vec<usize> = (0..rows.len()).collect();
    places.sort_by(|one, other| natural(name(&rows[*one]), name(&rows[*other])));
    places
}

/// Compares names as people count: `team-2` before `team-10`. Names of one order are compared letter by letter.
pub(super) fn natural(one: &str, other: &str) -> Ordering {
    let (mut left, mut right) = (one.as_bytes(), other.as_bytes());
    while let (Some(a), Some(b)) = (left.first(), right.first()) {
        let order = if a.is_ascii_digit() && b.is_ascii_digit() {
            let ((a, rest), (b, more)) = (number(left), number(right));
            (left, right) = (rest, more);
            (a.len(), a).cmp(&(b.len(), b))
        } else {
            let order = a.cmp(b);
            (left, right) = (&left[1..], &right[1..]);
            order
        };
        if order != Ordering::Equal {
            return order;
        }
    }
    left.len().cmp(&right.len()).then_with(|| one.cmp(other))
}

/// The digits at the beginning without leading zeros, and what follows them.
fn number(text: &[u8]) -> (&[u8], &[u8]) {
    let end = text.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(text.len());
    let zeros = text[..end].iter().position(|byte| *byte != b'0').unwrap_or(end);
    (&text[zeros..end], &text[end..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_names_count() {
        let mut names = ["c10", "c2", "b", "c02", "c", "c2a", "a-1-12", "a-1-3", ""];
        names.sort_by(|one, other| natural(one, other));
        assert_eq!(names, ["", "a-1-3", "a-1-12", "b", "c", "c02", "c2", "c2a", "c10"]);
    }
}
