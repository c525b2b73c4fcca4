//! A toy world on the engine: waiting lines, and machines that break.
//!
//! ```text
//! arrivals, or failures of machines ─► line with so much room ─► servers ─► gone, or back at work
//! ```

use evenkeel::internals::engine::{Cx, Dist, Limits, Partition, Purpose, Reader, Seed, Sim, Span, Time, Who};
use std::collections::VecDeque;

/// Seconds of the engine in a unit of time of the theory: microseconds then round a millionth of it.
pub(crate) const UNIT: f64 = 1_000.0;

/// What runs. Arrivals come from outside, or from machines that fail; never from both.
pub(crate) struct Line {
    /// Gaps between arrivals from outside.
    pub(crate) gaps: Option<Dist>,
    /// Machines at work, machines in reserve, and how long one at work lasts.
    pub(crate) machines: Option<(u32, u32, Dist)>,
    /// How many are served at one time.
    pub(crate) servers: u32,
    /// How many may be there, those served included.
    pub(crate) room: usize,
    /// Service: a law and its probability, adding up to 1.
    pub(crate) services: Vec<(f64, Dist)>,
    /// A single server breaks, idle or not, and is repaired; the work done is kept.
    pub(crate) breaks: Option<(Dist, Dist)>,
}

#[derive(Clone, Copy)]
enum Event {
    Arrives,
    Fails(u32),
    Done(u32),
    Breaks,
    Mended,
}

#[derive(Clone, Copy)]
enum Seen {
    /// Customers there, or machines that do not work.
    There(u32),
    Working(u32),
    Waited(Span),
    Stayed(Span),
    Refused,
}

#[derive(Default)]
struct Shop {
    waiting: VecDeque<Time>,
    busy: u32,
    draws: u64,
    working: u32,
    spares: u32,
    empty: VecDeque<u32>,
    /// Of a single server: whether it is broken, when its customer came and would go, what is left, which promise
    /// holds.
    broken: bool,
    came: Time,
    goes: Time,
    left: Span,
    promise: u32,
}

impl Partition for Shop {
    type Event = Event;
    type Fact = Seen;
    type Plan = Line;

    fn handle(&mut self, event: Event, cx: &mut Cx<'_, Self>) {
        match event {
            Event::Arrives => {
                self.next_arrival(cx);
                if self.busy as usize + self.waiting.len() < cx.plan.room {
                    self.join(cx);
                } else {
                    cx.note(Seen::Refused);
                }
            }
            Event::Fails(position) => {
                self.working -= 1;
                if self.spares > 0 {
                    self.spares -= 1;
                    self.mount(position, cx);
                } else {
                    self.empty.push_back(position);
                }
                cx.note(Seen::Working(self.working));
                self.join(cx);
            }
            Event::Done(promise) if promise == self.promise => self.done(cx),
            Event::Done(_) => {}
            Event::Breaks => self.breaks(cx),
            Event::Mended => self.mended(cx),
        }
    }
}

impl Shop {
    fn sample(&mut self, law: &Dist, cx: &Cx<'_, Self>) -> Span {
        self.draws += 1;
        law.sample(&mut cx.draw(Purpose(1), Who(self.draws)))
    }

    fn prepare(&mut self, cx: &mut Cx<'_, Self>) {
        let plan = cx.plan;
        self.next_arrival(cx);
        if let Some((machines, spares, _)) = &plan.machines {
            self.spares = *spares;
            (0..*machines).for_each(|position| self.mount(position, cx));
            cx.note(Seen::Working(self.working));
        }
        if let Some((up, _)) = &plan.breaks {
            let up = self.sample(up, cx);
            cx.after(up, Event::Breaks);
        }
    }

    fn next_arrival(&mut self, cx: &mut Cx<'_, Self>) {
        if let Some(gaps) = &cx.plan.gaps {
            let gap = self.sample(gaps, cx);
            cx.after(gap, Event::Arrives);
        }
    }

    fn mount(&mut self, position: u32, cx: &mut Cx<'_, Self>) {
        self.working += 1;
        if let Some((_, _, life)) = &cx.plan.machines {
            let life = self.sample(life, cx);
            cx.after(life, Event::Fails(position));
        }
    }

    fn join(&mut self, cx: &mut Cx<'_, Self>) {
        if self.busy < cx.plan.servers {
            self.serve(cx.now, cx);
        } else {
            self.waiting.push_back(cx.now);
        }
        cx.note(Seen::There(self.busy + self.waiting.len() as u32));
    }

    fn serve(&mut self, came: Time, cx: &mut Cx<'_, Self>) {
        let plan = cx.plan;
        self.busy += 1;
        cx.note(Seen::Waited(cx.now.since(came)));
        self.draws += 1;
        let mut pick = cx.draw(Purpose(2), Who(self.draws)).unit();
        let law = plan.services.iter().find(|(share, _)| {
            pick -= share;
            pick < 0.0
        });
        let span = self.sample(&law.unwrap_or(&plan.services[0]).1, cx);
        (self.came, self.left) = (came, span);
        if !self.broken {
            self.goes = cx.now + span;
            cx.after(span, Event::Done(self.promise));
        }
    }

    fn done(&mut self, cx: &mut Cx<'_, Self>) {
        self.busy -= 1;
        cx.note(Seen::Stayed(cx.now.since(self.came)));
        if let Some(came) = self.waiting.pop_front() {
            self.serve(came, cx);
        }
        cx.note(Seen::There(self.busy + self.waiting.len() as u32));
        if cx.plan.machines.is_some() {
            match self.empty.pop_front() {
                Some(position) => self.mount(position, cx),
                None => self.spares += 1,
            }
            cx.note(Seen::Working(self.working));
        }
    }

    fn breaks(&mut self, cx: &mut Cx<'_, Self>) {
        let Some((_, down)) = &cx.plan.breaks else { return };
        self.broken = true;
        self.promise += 1;
        if self.busy > 0 {
            self.left = self.goes.since(cx.now);
        }
        let down = self.sample(down, cx);
        cx.after(down, Event::Mended);
    }

    fn mended(&mut self, cx: &mut Cx<'_, Self>) {
        let Some((up, _)) = &cx.plan.breaks else { return };
        self.broken = false;
        if self.busy > 0 {
            self.goes = cx.now + self.left;
            cx.after(self.left, Event::Done(self.promise));
        }
        let up = self.sample(up, cx);
        cx.after(up, Event::Breaks);
    }
}

/// A level over time.
#[derive(Clone, Copy, Default)]
pub(crate) struct Level {
    pub(crate) now: u32,
    pub(crate) since: f64,
    pub(crate) area: f64,
}

impl Level {
    fn set(&mut self, at: f64, value: u32) {
        self.area += (at - self.since) * f64::from(self.now);
        (self.now, self.since) = (value, at);
    }
}

/// What the theory speaks of, from `from` on, in its units of time.
#[derive(Clone, Default)]
pub(crate) struct Book {
    pub(crate) from: f64,
    /// Waits and stays above this are counted.
    pub(crate) mark: f64,
    /// Machines needed.
    pub(crate) need: u32,
    pub(crate) there: Level,
    pub(crate) working: Level,
    /// 1 while all positions work, and while too few do.
    pub(crate) full: Level,
    pub(crate) short: Level,
    pub(crate) positions: u32,
    pub(crate) falls: u32,
    pub(crate) first_fall: Option<f64>,
    pub(crate) served: u64,
    pub(crate) waited: u64,
    pub(crate) wait: f64,
    pub(crate) long_waits: u64,
    pub(crate) long_stays: u64,
    pub(crate) refused: u64,
}

impl Reader<Seen> for Book {
    fn read(&mut self, batch: &[(Time, Seen)]) {
        for (at, seen) in batch {
            let at = at.as_secs_f64() / UNIT;
            let counts = u64::from(at >= self.from);
            // What happened before is as if it had begun at `from`.
            let when = at.max(self.from);
            match *seen {
                Seen::There(count) => self.there.set(when, count),
                Seen::Working(count) => {
                    self.working.set(when, count);
                    self.full.set(when, u32::from(count == self.positions));
                    let short = u32::from(count < self.need);
                    if short > self.short.now {
                        self.falls += counts as u32;
                        self.first_fall.get_or_insert(at);
                    }
                    self.short.set(when, short);
                }
                Seen::Waited(span) => {
                    let wait = span.as_secs_f64() / UNIT;
                    self.served += counts;
                    self.waited += counts * u64::from(wait > 0.0);
                    self.wait += counts as f64 * wait;
                    self.long_waits += counts * u64::from(wait > self.mark);
                }
                Seen::Stayed(span) => {
                    self.long_stays += counts * u64::from(span.as_secs_f64() / UNIT > self.mark);
                }
                Seen::Refused => self.refused += counts,
            }
        }
    }
}

pub(crate) fn exponential(mean: f64) -> Dist {
    Dist::exponential(Span::from_secs_f64(mean * UNIT)).unwrap()
}

pub(crate) fn constant(value: f64) -> Dist {
    Dist::constant(Span::from_secs_f64(value * UNIT))
}

/// Log-normal by its mean and its squared coefficient of variation.
pub(crate) fn lognormal(mean: f64, scv: f64) -> Dist {
    let square = libm::log(1.0 + scv);
    Dist::lognormal(Span::from_secs_f64(mean * UNIT * libm::exp(-0.5 * square)), square.sqrt()).unwrap()
}

/// Books of replications, each from a tenth of its length on; `long` is what is measured.
pub(crate) fn accounting(line: &Line, book: &Book, replications: u32, long: f64) -> Vec<Book> {
    let from = 0.1 * long;
    let one = |replication| {
        let book = Book { from, ..book.clone() };
        let seed = Seed(11).replication(replication);
        let mut sim = Sim::new(line, seed, [(Shop::default(), book)], None, Limits::default());
        sim.prepare(Shop::prepare);
        sim.run_until(Time::ZERO + Span::from_secs_f64((from + long) * UNIT));
        let mut book = sim.into_readers().remove(0);
        for level in [&mut book.there, &mut book.working, &mut book.full, &mut book.short] {
            let now = level.now;
            level.set(from + long, now);
            level.area /= long;
        }
        book
    };
    (0..replications).map(one).collect()
}
