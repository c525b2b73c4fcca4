//! Sorts an opened bucket.

use super::Entry;

/// Up to this many entries are sorted by counting, for each, how many come after it: no branch depends on the data.
const COUNTED_MAX: usize = 64;
/// Bits of a short key below the time: enough to number the entries.
const NUMBER_BITS: u32 = COUNTED_MAX.ilog2();
/// Bits of time in a short key; with the number they fit a positive `i32`, which any processor compares four at a time.
const TIME_BITS: u32 = 31 - NUMBER_BITS;

/// Sorts entries whose times differ in their lowest `width` bits only, last to first.
pub(super) fn last_to_first<E: Copy>(entries: &mut [Entry<E>], width: u32) {
    match entries.len() {
        0 | 1 => {}
        2..=COUNTED_MAX => {
            by_counting(entries, width);
            repair(entries);
        }
        _ => entries.sort_unstable_by(|a, b| b.cmp(a)),
    }
}

/// Sorts by the time alone, cut to [`TIME_BITS`].
fn by_counting<E: Copy>(entries: &mut [Entry<E>], width: u32) {
    let n = entries.len();
    let coarse = width.saturating_sub(TIME_BITS);
    let mut keys = [0i32; COUNTED_MAX];
    let mut source = [entries[0]; COUNTED_MAX];
    for (number, entry) in entries.iter().enumerate() {
        keys[number] = ((entry.time >> coarse & ((1 << TIME_BITS) - 1)) << NUMBER_BITS) as i32 | number as i32;
        source[number] = *entry;
    }
    // Whole lanes of eight: the zeros beyond the end are larger than no key.
    let lanes = n.next_multiple_of(8);
    for number in 0..n {
        let key = keys[number];
        let after: i32 = keys[..lanes].iter().map(|&other| i32::from(other > key)).sum();
        entries[after as usize] = source[number];
    }
}

/// Puts entries right that share a short key; one comparison each where none do.
fn repair<E: Copy>(entries: &mut [Entry<E>]) {
    for next in 1..entries.len() {
        let entry = entries[next];
        let mut at = next;
        while at > 0 && entries[at - 1] < entry {
            entries[at] = entries[at - 1];
            at -= 1;
        }
        if at < next {
            entries[at] = entry;
        }
    }
}
