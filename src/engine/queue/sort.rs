//! Sorts an opened bucket.

use super::Entry;

/// Up to this many entries are sorted by counting, for each, how many come after it: no branch depends on the data.
const COUNTED_MAX: usize = 64;
/// Keys compared at once.
const LANES: usize = 8;
/// Bits of a short key below the time: enough to number the entries.
const NUMBER_BITS: u32 = COUNTED_MAX.ilog2();
/// Bits of time in a short key; with the number they fit a positive `i32`, which any processor compares four at a time.
const TIME_BITS: u32 = 31 - NUMBER_BITS;

/// Moves entries whose times differ in their lowest `width` bits only to an empty run, sorted last to first.
#[inline]
pub(super) fn last_to_first<E: Copy>(unsorted: &mut Vec<Entry<E>>, run: &mut Vec<Entry<E>>, width: u32) {
    if unsorted.len() <= 1 || unsorted.len() > COUNTED_MAX {
        run.append(unsorted);
        run.sort_unstable_by(|a, b| b.cmp(a));
    } else {
        by_counting(unsorted, run, width);
        repair(run);
        unsorted.clear();
    }
}

/// Sorts by the time alone, cut to [`TIME_BITS`].
fn by_counting<E: Copy>(unsorted: &[Entry<E>], run: &mut Vec<Entry<E>>, width: u32) {
    let coarse = width.saturating_sub(TIME_BITS);
    let mut keys = [0i32; COUNTED_MAX];
    for (number, (key, entry)) in keys.iter_mut().zip(unsorted).enumerate() {
        let time = (entry.time >> coarse) as u32 & ((1 << TIME_BITS) - 1);
        *key = (time << NUMBER_BITS | number as u32).cast_signed();
    }
    // Whole lanes: the zeros beyond the end are larger than no key.
    let lanes = &keys[..unsorted.len().next_multiple_of(LANES)];
    run.resize(unsorted.len(), unsorted[0]);
    for (key, entry) in keys.iter().zip(unsorted) {
        let mut after = [0i32; LANES];
        for others in lanes.chunks_exact(LANES) {
            for (count, other) in after.iter_mut().zip(others) {
                *count += i32::from(other > key);
            }
        }
        run[after.iter().sum::<i32>() as usize] = *entry;
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
