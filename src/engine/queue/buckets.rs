//! Unsorted buckets in levels: where events beyond the edge wait.
//!
//! Level `l` has 1024 buckets of 2^(width + 10 l) µs. An event lies on the level of the highest bit in which its time
//! differs from the edge, so each level holds what shares all higher bits with the edge, and lower levels come first.
//! A bucket is a chain of chunks from one pool; `ends` holds the slot after its last entry, a multiple of the chunk
//! length when the chunk is full and 0 when the bucket is empty.

use super::Entry;

/// Each level has 2^10 buckets.
pub(super) const BITS: u32 = 10;
const ROWS: usize = 1 << BITS;
/// Enough for 64 bits at a width of 1 µs.
const LEVELS: usize = 7;
/// Entries in a chunk. Half as many cost a third more at a million pending, where chunks come from afar.
const CHUNK: usize = 16;
/// No chunk.
const NONE: u32 = u32::MAX;

/// A number with the lowest `bits` bits set; all 64 when there are more.
pub(super) const fn below(bits: u32) -> u64 {
    if bits >= 64 { u64::MAX } else { (1 << bits) - 1 }
}

/// A bucket: level and row in one number.
#[derive(Clone, Copy)]
pub(super) struct Bucket(usize);

impl Bucket {
    pub(super) const fn level(self) -> u32 {
        (self.0 >> BITS) as u32
    }
    pub(super) const fn row(self) -> u64 {
        (self.0 % ROWS) as u64
    }
}

/// All buckets of a queue.
pub(super) struct Buckets<E> {
    /// For each bucket the slot after its last entry.
    ends: Vec<u32>,
    /// One bit for each bucket that holds something.
    taken: [[u64; ROWS / 64]; LEVELS],
    /// One bit for each word of `taken` that is not zero.
    words: [u16; LEVELS],
    pool: Vec<Entry<E>>,
    /// For each chunk the chunk before it in its chain.
    links: Vec<u32>,
    /// The first free chunk; free ones are linked too.
    free: u32,
}

impl<E: Copy> Buckets<E> {
    pub(super) fn new() -> Self {
        Buckets {
            ends: vec![0; ROWS * LEVELS],
            taken: [[0; ROWS / 64]; LEVELS],
            words: [0; LEVELS],
            pool: Vec::new(),
            links: Vec::new(),
            free: NONE,
        }
    }

    /// Adds an entry whose time lies beyond the edge. Takes it in pieces, which stay in registers: an entry put
    /// together on the stack and copied at once waits for its own stores.
    #[inline]
    pub(super) fn push(&mut self, time: u64, order: u64, event: E, edge: u64, width: u32) {
        let level = ((time ^ edge) >> width).ilog2() / BITS;
        let row = (time >> (width + level * BITS)) as usize % ROWS;
        let bucket = (level as usize) << BITS | row;
        let mut slot = self.ends[bucket];
        if (slot as usize).is_multiple_of(CHUNK) {
            slot = self.lengthen(bucket, slot);
            if slot as usize == self.pool.len() {
                // The pool grows by whole chunks; copies fill them for want of a better value.
                self.pool.extend(std::iter::repeat_n(Entry { time, order, event }, CHUNK));
            }
        }
        self.ends[bucket] = slot + 1;
        let place = &mut self.pool[slot as usize];
        place.time = time;
        place.order = order;
        place.event = event;
    }

    /// Puts another chunk at the end of a chain; returns its first slot, which may lie just beyond the pool.
    #[inline]
    fn lengthen(&mut self, bucket: usize, end: u32) -> u32 {
        let (level, row) = (bucket >> BITS, bucket % ROWS);
        self.taken[level][row / 64] |= 1 << (row % 64);
        self.words[level] |= 1 << (row / 64);
        if self.free == NONE {
            let chunk = self.links.len();
            assert!(chunk < u32::MAX as usize / CHUNK, "{chunk} chunks of pending events exceed 32 bits");
            self.links.push(NONE);
            self.free = chunk as u32;
        }
        let chunk = self.free;
        self.free = self.links[chunk as usize];
        self.links[chunk as usize] = (end / CHUNK as u32).wrapping_sub(1);
        chunk * CHUNK as u32
    }

    #[cfg(test)]
    pub(super) fn capacity(&self) -> usize {
        self.links.len()
    }

    /// The bucket with the smallest times.
    #[inline]
    pub(super) fn first(&self) -> Option<Bucket> {
        let level = self.words.iter().position(|&words| words != 0)?;
        let word = self.words[level].trailing_zeros() as usize;
        let row = word * 64 + self.taken[level][word].trailing_zeros() as usize;
        Some(Bucket(level << BITS | row))
    }

    /// The smallest time in a bucket.
    pub(super) fn soonest(&self, bucket: Bucket) -> u64 {
        let mut soonest = u64::MAX;
        let mut end = self.ends[bucket.0];
        while end != 0 {
            let (chunk, entries) = self.last_chunk(end);
            soonest = entries.iter().map(|entry| entry.time).fold(soonest, u64::min);
            end = self.end_before(chunk);
        }
        soonest
    }

    /// Empties a bucket: what lies up to the edge goes to `open`, unsorted, the rest to lower levels.
    #[inline]
    pub(super) fn open(&mut self, bucket: Bucket, edge: u64, width: u32, open: &mut Vec<Entry<E>>) {
        let mut end = self.take(bucket);
        while end != 0 {
            let (chunk, entries) = self.last_chunk(end);
            if bucket.level() == 0 {
                open.extend_from_slice(entries);
            } else {
                let first = chunk as usize * CHUNK;
                for slot in first..first + entries.len() {
                    let entry = self.pool[slot];
                    if entry.time <= edge {
                        open.push(entry);
                    } else {
                        self.push(entry.time, entry.order, entry.event, edge, width);
                    }
                }
            }
            end = self.release(chunk);
        }
    }

    pub(super) fn drain_into(&mut self, all: &mut Vec<Entry<E>>) {
        while let Some(bucket) = self.first() {
            let mut end = self.take(bucket);
            while end != 0 {
                let (chunk, entries) = self.last_chunk(end);
                all.extend_from_slice(entries);
                end = self.release(chunk);
            }
        }
    }

    /// Marks a bucket as empty; returns where its chain ended.
    fn take(&mut self, bucket: Bucket) -> u32 {
        let (level, row) = (bucket.level() as usize, bucket.row() as usize);
        let word = &mut self.taken[level][row / 64];
        *word &= !(1 << (row % 64));
        if *word == 0 {
            self.words[level] &= !(1 << (row / 64));
        }
        std::mem::take(&mut self.ends[bucket.0])
    }

    /// The last chunk of a chain that ends at `end`, and what is in it.
    #[inline]
    fn last_chunk(&self, end: u32) -> (u32, &[Entry<E>]) {
        let chunk = (end - 1) / CHUNK as u32;
        (chunk, &self.pool[chunk as usize * CHUNK..end as usize])
    }

    /// Where the chain ended before this chunk was added.
    fn end_before(&self, chunk: u32) -> u32 {
        self.links[chunk as usize].wrapping_add(1) * CHUNK as u32
    }

    /// Frees a chunk; returns where the chain ended before it.
    #[inline]
    fn release(&mut self, chunk: u32) -> u32 {
        let end = self.end_before(chunk);
        self.links[chunk as usize] = self.free;
        self.free = chunk;
        end
    }
}
