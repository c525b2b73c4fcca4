//! What the loop and the handler's context promise, on a world of counters.

use super::super::key::Phase;
use super::*;
use crate::engine::{Purpose, Who};

/// Writes down what it handles; an event says what to do.
#[derive(Default)]
struct Diary(Vec<(Time, u32)>);

#[derive(Clone, Copy)]
enum Do {
    /// Just writes a number down.
    Write(u32),
    /// Writes, and again every so often.
    Every(Span, u32),
    /// Writes, then sends a number to another partition.
    Send(PartitionId, Span, u32),
    /// Writes, then asks for a time that is over.
    Past(u32),
    /// Writes, then schedules two more a second later.
    Double,
}

impl Partition for Diary {
    type Event = Do;
    type Fact = u32;
    type Plan = ();

    fn handle(&mut self, event: Do, cx: &mut Cx<'_, Self>) {
        let number = match event {
            Do::Write(number) => number,
            Do::Every(gap, number) => {
                cx.after(gap, Do::Every(gap, number));
                number
            }
            Do::Send(to, delay, number) => {
                cx.send(to, delay, Do::Write(number));
                number
            }
            Do::Past(number) => {
                cx.at(Time::ZERO, Phase::Close, Do::Write(number + 1));
                number
            }
            Do::Double => {
                cx.after(Span::SECOND, Do::Double);
                cx.after(Span::SECOND, Do::Double);
                0
            }
        };
        cx.note(number);
        self.0.push((cx.now, number));
    }

    fn rows(&self) -> usize {
        self.0.len()
    }
}

/// Gathers what it is told.
#[derive(Default)]
struct Gather(Vec<u32>);

impl Reader<u32> for Gather {
    fn read(&mut self, batch: &[(Time, u32)]) {
        self.0.extend(batch.iter().map(|(_, number)| number));
    }
}

const TEN: Span = Span::from_secs(10);

fn sim(parts: usize, limits: Limits) -> Sim<'static, Diary, Gather> {
    let worlds = (0..parts).map(|_| (Diary::default(), Gather::default()));
    Sim::new(&(), Seed(1), worlds, Some(TEN), limits)
}

fn seconds(secs: u64) -> Time {
    Time::ZERO + Span::from_secs(secs)
}

/// The numbers that one partition wrote.
fn written(sim: &Sim<'_, Diary, Gather>, part: usize) -> Vec<u32> {
    sim.worlds().nth(part).unwrap().0.iter().map(|(_, number)| *number).collect()
}

#[test]
fn phases_order_one_instant() {
    let mut sim = sim(1, Limits::default());
    for (phase, number) in [(Phase::Close, 3), (Phase::Normal, 2), (Phase::Fault, 1)] {
        sim.schedule(PartitionId(0), seconds(5), phase, Do::Write(number));
    }
    assert_eq!(sim.run_until(seconds(5)), Stop::Finished);
    assert!(written(&sim, 0).is_empty(), "the end itself does not belong to the run");
    assert_eq!(sim.pending(), 3);
    assert_eq!(sim.run_until(seconds(6)), Stop::Finished);
    assert_eq!(written(&sim, 0), [1, 2, 3]);
    assert_eq!(sim.into_readers()[0].0, [1, 2, 3]);
}

#[test]
fn the_past_counts_as_now() {
    let mut sim = sim(1, Limits::default());
    sim.schedule(PartitionId(0), seconds(5), Phase::Normal, Do::Past(1));
    sim.run_until(seconds(6));
    sim.schedule(PartitionId(0), seconds(1), Phase::Normal, Do::Write(3));
    sim.run_until(seconds(6));
    let diary = &sim.worlds().next().unwrap().0;
    assert_eq!(diary, &[(seconds(5), 1), (seconds(5), 2), (seconds(5), 3)]);
}

#[test]
fn mail_arrives_after_its_delay() {
    let mut sim = sim(2, Limits::default());
    sim.schedule(PartitionId(0), seconds(1), Phase::Normal, Do::Send(PartitionId(1), TEN, 7));
    sim.schedule(PartitionId(1), seconds(11), Phase::Close, Do::Write(8));
    sim.schedule(PartitionId(1), seconds(10), Phase::Close, Do::Write(6));
    assert_eq!(sim.run_until(Time::NEVER), Stop::Finished);
    assert_eq!(written(&sim, 1), [6, 7, 8]);
}

#[test]
#[should_panic(expected = "below the lookahead of 10s")]
fn mail_below_the_lookahead_is_a_fault_of_ours() {
    let mut sim = sim(2, Limits::default());
    sim.schedule(PartitionId(0), seconds(1), Phase::Normal, Do::Send(PartitionId(1), Span::SECOND, 7));
    sim.run_until(Time::NEVER);
}

#[test]
fn a_limit_on_events_is_met_by_one_more() {
    let limits = Limits { events_max: 4, ..Limits::default() };
    let mut sim = sim(1, limits);
    sim.schedule(PartitionId(0), seconds(0), Phase::Normal, Do::Every(Span::SECOND, 1));
    assert_eq!(sim.run_until(seconds(4)), Stop::Finished, "four events are allowed");
    let stop = Stop::Limit { which: "events", at: seconds(4) };
    assert_eq!(sim.run_until(seconds(9)), stop);
    assert_eq!(sim.run_until(seconds(99)), stop, "a limit stays");
    assert_eq!(sim.events(), 4);
    assert_eq!(sim.into_readers()[0].0.len(), 4);
}

#[test]
fn limits_on_pending_events_and_rows_stop_a_flood() {
    let mut flood = sim(1, Limits { pending_max: 100, ..Limits::default() });
    flood.schedule(PartitionId(0), seconds(0), Phase::Normal, Do::Double);
    // 64 are pending after six seconds; the 37th of the next second makes it 101.
    assert_eq!(flood.run_until(Time::NEVER), Stop::Limit { which: "pending events", at: seconds(6) });
    assert_eq!(flood.pending(), 101);
    let mut full = sim(1, Limits { rows_max: 3, ..Limits::default() });
    full.schedule(PartitionId(0), seconds(0), Phase::Normal, Do::Every(Span::SECOND, 7));
    // It writes a row each second, from 0 on: the fourth is one too many.
    assert_eq!(full.run_until(seconds(99)), Stop::Limit { which: "rows", at: seconds(3) });
}

#[test]
fn the_earliest_limit_is_told() {
    let limits = Limits { events_max: 3, ..Limits::default() };
    let mut sim = sim(3, limits);
    for (part, gap) in [(0, 3), (1, 1), (2, 2)] {
        sim.schedule(PartitionId(part), seconds(0), Phase::Normal, Do::Every(Span::from_secs(gap), 1));
    }
    assert_eq!(sim.run_until(seconds(99)), Stop::Limit { which: "events", at: seconds(3) });
}

#[test]
fn a_draw_belongs_to_the_seed_of_its_run() {
    let mut first = 0;
    let mut sim = sim(1, Limits::default());
    sim.prepare(|_, cx| first = cx.draw(Purpose(1), Who(2)).bits());
    assert_eq!(first, crate::engine::Draw::new(Seed(1), Purpose(1), Who(2)).bits());
}
