//! What becomes of a rate, by table; and that nothing of it is lost on the way.

use super::*;
use crate::model::plan::response::{Kind, Law, load_of};
use proptest::prelude::*;
use std::sync::{Arc, OnceLock};

/// Targets that are `serving / dead / idle / idle_dead`.
fn targets(counts: [u32; 4]) -> Targets {
    let [serving, dead, idle, idle_dead] = counts;
    Targets { serving, dead, idle, idle_dead, ..Targets::none(ZoneId(0)) }
}

fn away(counts: [u32; 4]) -> Targets {
    Targets { away: true, ..targets(counts) }
}

/// Each target answers 10.
fn ask(rate: u64, targets: &[Targets]) -> Ask<'_> {
    Ask { rate, per_task: 10, nodes: &[], cross_zone: true, retry_ppm: 0, weights: &[1], targets, response: None }
}

fn routed(ask: &Ask<'_>) -> (Vec<Share>, Routed) {
    let mut shares = vec![Share { asked: 7, ..Share::default() }];
    let routed = route(ask, &mut shares, &mut Vec::new(), &mut |_| Spoilt::default());
    (shares, routed)
}

/// What each row gets, and what of it is served.
fn check(ask: &Ask<'_>, expected: &[(u64, u64)], unreached: u64) {
    let (shares, routed) = routed(ask);
    let found: Vec<(u64, u64)> = shares.iter().map(|share| (share.asked, share.served)).collect();
    assert_eq!((&found[..], routed.unreached), (expected, unreached), "{ask:?}");
}

#[test]
fn each_target_gets_as_much() {
    check(&ask(60, &[targets([2, 0, 0, 0]), targets([4, 0, 9, 9])]), &[(20, 20), (40, 40)], 0);
    check(&ask(90, &[targets([2, 0, 0, 0]), targets([4, 0, 0, 0])]), &[(30, 20), (60, 40)], 0);
    // Dead ones are asked, too.
    check(&ask(60, &[targets([1, 1, 0, 0]), targets([4, 0, 0, 0])]), &[(20, 10), (40, 40)], 0);
    check(&ask(60, &[targets([0, 0, 0, 0]), targets([4, 0, 0, 0])]), &[(0, 0), (60, 40)], 0);
    // Without a target each zone's nodes refuse the same.
    check(&ask(61, &[targets([0; 4]), targets([0; 4])]), &[(30, 0), (31, 0)], 0);
}

#[test]
fn targets_out_of_rotation_get_nothing_until_the_group_fails_open() {
    let all = [away([2, 1, 3, 1]), targets([4, 0, 2, 0])];
    check(&ask(40, &all), &[(0, 0), (40, 40)], 0);
    // Nobody is left in rotation: all that are registered get requests, healthy or not.
    let all = [away([2, 1, 1, 0]), targets([0, 0, 2, 2])];
    check(&ask(80, &all), &[(40, 30), (40, 20)], 0);
    let all = [targets([0, 0, 3, 1]), targets([0, 0, 4, 0])];
    check(&ask(80, &all), &[(40, 30), (40, 40)], 0);
    // A node that sends to its own zone only fails open by itself.
    let all = [away([2, 0, 0, 0]), targets([4, 0, 0, 0])];
    let nodes = [Node::Answers, Node::Answers];
    check(&Ask { nodes: &nodes, cross_zone: false, ..ask(40, &all) }, &[(20, 20), (20, 20)], 0);
}

#[test]
fn nodes_share_the_clients() {
    let all = [targets([2, 0, 0, 0]), targets([4, 0, 0, 0])];
    let with = |nodes, cross_zone, retry_ppm| Ask { nodes, cross_zone, retry_ppm, ..ask(60, &all) };
    check(&with(&[Node::Answers, Node::Answers], false, 0), &[(30, 20), (30, 30)], 0);
    check(&with(&[Node::Answers, Node::Unused], false, 0), &[(60, 20), (0, 0)], 0);
    check(&with(&[Node::Answers, Node::Silent], false, 0), &[(30, 20), (0, 0)], 30);
    check(&with(&[Node::Answers, Node::Silent], false, 500_000), &[(45, 20), (0, 0)], 15);
    check(&with(&[Node::Answers, Node::Silent], true, 0), &[(10, 10), (20, 20)], 30);
    check(&with(&[Node::Silent, Node::Silent], true, 500_000), &[(0, 0), (0, 0)], 60);
}

#[test]
fn groups_get_their_weights() {
    let all = [targets([1, 0, 0, 0]), targets([1, 0, 0, 0]), targets([4, 0, 0, 0]), targets([0, 0, 0, 0])];
    let weighted = Ask { weights: &[250_000, 750_000], ..ask(40, &all) };
    check(&weighted, &[(5, 5), (5, 5), (30, 30), (0, 0)], 0);
    let nodes = [Node::Answers, Node::Answers];
    // The second group has no target in the second zone: its node refuses.
    let own = Ask { nodes: &nodes, cross_zone: false, ..weighted };
    check(&own, &[(5, 5), (5, 5), (15, 15), (15, 0)], 0);
    assert_eq!(routed(&own).1, Routed { served: 25, overload: 15, nowhere: 15, ..Routed::default() });
}

#[test]
fn what_targets_make_of_a_rate() {
    // A fifth of the answers are errors; a zone that is slow leaves half of what a target can answer.
    for (capacity_ppm, good_ppm, rate, count, [served, overload, errors, slowed]) in [
        (1_000_000, 1_000_000, 700, 100, [700, 0, 0, 0]),
        (1_000_000, 1_000_000, 1_300, 100, [1_000, 300, 0, 0]),
        (1_000_000, 800_000, 700, 100, [560, 0, 140, 0]),
        (500_000, 1_000_000, 700, 100, [500, 0, 0, 200]),
        (500_000, 1_000_000, 1_300, 100, [500, 300, 0, 500]),
        (500_000, 800_000, 1_300, 100, [400, 300, 100, 500]),
    ] {
        let all = [Targets { capacity_ppm, good_ppm, ..targets([count, 0, 0, 0]) }];
        let expected = Share { asked: rate, offered: rate, served, overload, errors, slowed, ..Share::default() };
        assert_eq!(routed(&ask(rate, &all)).0, [expected]);
    }
}

#[test]
fn what_the_code_of_targets_fails_takes_their_time() {
    let all = [targets([2, 0, 0, 0]), targets([1, 1, 0, 0])];
    let mut shares = Vec::new();
    let mut seen = Vec::new();
    let found = route(&ask(60, &all), &mut shares, &mut Vec::new(), &mut |offer| {
        seen.push((offer.group, offer.at.serving, offer.rate, offer.open));
        Spoilt { failed: offer.rate / 3, ..Spoilt::default() }
    });
    assert_eq!(seen, [(0, 2, 30, false), (0, 1, 15, false)]);
    let parts = shares.iter().map(|share| [share.spoilt, share.served, share.overload, share.dead]);
    assert_eq!(parts.collect::<Vec<_>>(), [[10, 10, 10, 0], [5, 5, 5, 15]]);
    assert_eq!(found, Routed { served: 15, to_dead: 15, overload: 15, spoilt: 15, ..Routed::default() });
}

#[test]
fn what_comes_too_late_is_lost_to_what_made_it_late() {
    const RATE: u64 = 1_000_000_000;
    let response = busy();
    let ask = |rate, targets| Ask { per_task: 60 * RATE, response: Some(response), ..ask(rate * RATE, targets) };
    let late = |pace: Pace| response.late(pace) as f64 / 1e9;
    // Ten tasks, 0.9 of what they can answer: as many are late as the law says of those that find room in the queue.
    let all = [targets([10, 0, 0, 0])];
    let (shares, found) = routed(&ask(540, &all));
    let share = shares[0];
    let admitted = (share.served + share.late) as f64;
    assert!((share.late as f64 / admitted - late(Pace::at(900_000))).abs() < 1e-6, "{share:?}");
    assert!(share.overload > 0 && share.overload < 20 * RATE, "{share:?}");
    assert_eq!((share.late_by_zone, share.slowed, found.too_late), (0, 0, share.late));
    // A zone that adds 100 ms to 100 ms halves what a task can answer: its tasks are twice as busy, and all wait more.
    let slow = [Targets { capacity_ppm: 500_000, added: Span::from_millis(100), ..all[0] }];
    let (shares, _) = routed(&ask(270, &slow));
    let share = shares[0];
    let pace = Pace { added: Span::from_millis(100), ..Pace::at(900_000) };
    let admitted = (share.served + share.too_late()) as f64;
    assert!((share.too_late() as f64 / admitted - late(pace)).abs() < 1e-6, "{share:?}");
    assert!((share.late as f64 / admitted - late(Pace::at(450_000))).abs() < 1e-6, "{share:?}");
    assert_eq!(load_of(270 * RATE, 300 * u128::from(RATE)), 900_000);
}

fn any_targets() -> impl Strategy<Value = Targets> {
    let few = || prop_oneof![2 => Just(0u32), 3 => 0u32..40];
    let share = || prop_oneof![Just(WHOLE), 1u64..=WHOLE];
    let added = prop_oneof![Just(Span::ZERO), (0u64..2_000).prop_map(Span::from_millis)];
    (few(), few(), few(), few(), any::<bool>(), share(), share(), added).prop_map(
        |(serving, dead, idle, idle_dead, away, capacity_ppm, good_ppm, added)| Targets {
            away,
            capacity_ppm,
            good_ppm,
            added,
            ..targets([serving, dead, idle, idle_dead])
        },
    )
}

/// Six workers at ten requests a second each, with a queue of ten.
fn busy() -> &'static Response {
    static BUSY: OnceLock<Response> = OnceLock::new();
    BUSY.get_or_init(|| {
        let law = Law::new(Kind::Queue { concurrency: 6, queue: 10 }, 60_000_000_000);
        Response::new(Arc::new(law), Some(Span::from_millis(300)))
    })
}

fn any_node() -> impl Strategy<Value = Node> {
    prop_oneof![Just(Node::Unused), Just(Node::Answers), Just(Node::Silent)]
}

proptest! {
    #[test]
    fn served_and_lost_are_the_rate(
        rate in prop_oneof![0u64..1_000, 0..=1_000_000_000_000_000_000u64],
        per_task in prop_oneof![0u64..50, 0..=1_000_000_000_000u64],
        cells in prop::collection::vec((any_targets(), any_targets(), any_node()), 1..5),
        balanced in any::<bool>(),
        cross_zone in any::<bool>(),
        retry_ppm in 0..=WHOLE,
        weight in 1..WHOLE,
        spoilt_ppm in 0..=WHOLE,
        timed in any::<bool>(),
    ) {
        let mut nodes: Vec<Node> = cells.iter().map(|cell| cell.2).collect();
        if nodes.iter().all(|node| *node == Node::Unused) {
            nodes[0] = Node::Silent;
        }
        let nodes = if balanced { &nodes[..] } else { &[] };
        let all: Vec<Targets> = cells.iter().map(|cell| cell.0).chain(cells.iter().map(|cell| cell.1)).collect();
        let weights = [weight, WHOLE - weight];
        let response = timed.then(busy);
        let ask = Ask { rate, per_task, nodes, cross_zone, retry_ppm, weights: &weights, targets: &all, response };
        let (mut shares, mut answers) = (Vec::new(), Vec::new());
        let found = route(&ask, &mut shares, &mut answers, &mut |offer| {
            let room = u64::from(offer.targets) * per_task;
            let failed = crate::model::quantity::part_of(offer.rate.min(room), spoilt_ppm);
            let late = if timed { (offer.rate - failed) / 7 } else { 0 };
            Spoilt { failed, late, slower: 0 }
        });
        let sum = |of: fn(&Share) -> u64| shares.iter().map(of).sum::<u64>();
        prop_assert_eq!(sum(|share| share.asked) + found.unreached, rate);
        for share in &shares {
            let Share { asked, offered, served, dead, refused, spoilt, overload, errors, slowed, .. } = *share;
            let late = share.too_late();
            prop_assert_eq!(served + dead + refused + spoilt + overload + errors + slowed + late, asked);
            prop_assert_eq!(offered + dead + refused, asked);
        }
        prop_assert_eq!(sum(|share| share.served), found.served);
        prop_assert_eq!(sum(|share| share.late), found.late);
        prop_assert_eq!(sum(Share::too_late), found.too_late);
        if timed {
            // Whatever is answered, in time or not, has a pace; what the code of targets answers late it tells itself.
            let told: u64 = answers.iter().map(|one| one.rate).sum();
            prop_assert_eq!(told, sum(|share| share.served + share.errors + share.late + share.late_by_zone));
        }
        prop_assert_eq!(sum(|share| share.dead), found.to_dead);
        prop_assert_eq!(sum(|share| share.refused), found.nowhere);
        prop_assert_eq!(sum(|share| share.refused + share.overload), found.overload);
        prop_assert_eq!(sum(|share| share.spoilt + share.errors + share.slowed), found.spoilt);
        // With cross-zone on a target that is away gets nothing while its group has another in rotation.
        let groups = all.chunks(cells.len()).zip(shares.chunks(cells.len()));
        for (targets, shares) in groups.filter(|_| cross_zone || nodes.is_empty()) {
            let others = targets.iter().any(|one| !one.away && one.serving + one.dead > 0);
            for (_, share) in targets.iter().zip(shares).filter(|(one, _)| others && one.away) {
                prop_assert_eq!(share.asked, 0);
            }
        }
    }
}
