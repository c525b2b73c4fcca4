//! The engine gives the same bits whatever the number of threads, however a run is cut, and whoever reads.

use evenkeel::internals::engine::draw::mix;
use evenkeel::internals::engine::key::Phase;
use evenkeel::internals::engine::{
    Cx, Dist, Limits, Partition, PartitionId, Purpose, Reader, Seed, Sim, Span, Stop, Time, Who,
};

const LOOKAHEAD: Span = Span::from_millis(200);
const END: Time = Time(60_000_000);

/// What all partitions share.
struct Plan {
    parts: u16,
    gap: Dist,
    travel: Dist,
}

/// Hashes all it sees, in order.
struct Toy {
    id: u16,
    sent: u64,
    state: u64,
}

#[derive(Clone, Copy)]
enum Event {
    /// Comes back after a random gap; sometimes throws a ball, sometimes starts a burst.
    Tick(u32),
    /// Is thrown on until it has no hops left.
    Ball(u32),
    /// One of many at an instant.
    Crowd(u32),
}

impl Toy {
    fn throw(&mut self, hops: u32, cx: &mut Cx<'_, Self>) {
        self.sent += 1;
        let mut draw = cx.draw(Purpose(2), Who(u64::from(self.id)).nth(self.sent));
        let to = PartitionId(draw.below(u64::from(cx.plan.parts)) as u16);
        cx.send(to, LOOKAHEAD + cx.plan.travel.sample(&mut draw), Event::Ball(hops));
    }
}

impl Partition for Toy {
    type Event = Event;
    type Fact = u64;
    type Plan = Plan;

    fn handle(&mut self, event: Event, cx: &mut Cx<'_, Self>) {
        let word = match event {
            Event::Tick(n) => {
                let mut draw = cx.draw(Purpose(1), Who(u64::from(self.id)).nth(u64::from(n)));
                cx.after(cx.plan.gap.sample(&mut draw), Event::Tick(n + 1));
                if draw.happens(0.1) {
                    self.throw(3, cx);
                }
                if draw.happens(0.01) {
                    (0..200).for_each(|i| cx.at(cx.now + LOOKAHEAD, Phase::Close, Event::Crowd(i)));
                }
                n
            }
            Event::Ball(hops) => {
                if hops > 0 {
                    self.throw(hops - 1, cx);
                }
                hops ^ 0x00BA_1100
            }
            Event::Crowd(i) => i << 8,
        };
        self.state = mix(self.state ^ cx.now.0 ^ u64::from(word) << 32);
        cx.note(self.state);
    }
}

/// Hashes facts.
struct Listen(u64);

impl Reader<u64> for Listen {
    fn read(&mut self, batch: &[(Time, u64)]) {
        self.0 = batch.iter().fold(self.0, |hash, (time, fact)| mix(hash ^ time.0 ^ fact));
    }
}

/// Everything that can be seen of a run: digest, events, states, and what readers made of the facts.
type Seen = (u64, u64, Vec<u64>, Vec<u64>);

fn run<R: Reader<u64>>(
    seed: u64,
    threads: usize,
    slices: u64,
    reader: impl Fn() -> R,
    heard: impl Fn(&R) -> u64,
) -> Seen {
    let second = Span::SECOND;
    let plan = Plan {
        parts: 6,
        gap: Dist::exponential(Span::from_millis(1)).expect("a positive mean"),
        travel: Dist::uniform(Span::ZERO, second).expect("in order"),
    };
    let worlds = (0..plan.parts).map(|id| (Toy { id, sent: 0, state: 0 }, reader()));
    let mut sim = Sim::new(&plan, Seed(seed), worlds, Some(LOOKAHEAD), Limits::default());
    sim.threads(threads);
    sim.prepare(|toy, cx| (0..=toy.id).for_each(|n| cx.after(Span::ZERO, Event::Tick(u32::from(n) << 24))));
    for slice in 1..=slices {
        assert_eq!(sim.run_until(Time(END.0 / slices * slice)), Stop::Finished);
    }
    assert_eq!(sim.run_until(END), Stop::Finished);
    let states = sim.worlds().map(|toy| toy.state).collect();
    let (digest, events) = (sim.digest(), sim.events());
    (digest, events, states, sim.into_readers().iter().map(heard).collect())
}

/// A run in which somebody listens.
fn heard(seed: u64, threads: usize, slices: u64) -> Seen {
    run(seed, threads, slices, || Listen(0), |listen| listen.0)
}

#[test]
fn threads_and_cuts_change_nothing() {
    let one = heard(1, 1, 1);
    assert!(one.1 > 1_000_000, "only {} events", one.1);
    for (threads, slices) in [(2, 1), (3, 1), (8, 1), (1, 7), (1, 997), (2, 30), (8, 101)] {
        assert_eq!(heard(1, threads, slices), one, "{threads} threads, {slices} slices");
    }
}

#[test]
fn readers_change_nothing() {
    let (digest, events, states, _) = heard(1, 1, 1);
    let alone = run(1, 2, 3, || (), |()| 0);
    assert_eq!((alone.0, alone.1, alone.2), (digest, events, states));
}

#[test]
fn another_seed_gives_another_run() {
    assert_ne!(heard(1, 1, 1).0, heard(2, 1, 1).0);
}
