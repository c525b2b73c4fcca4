//! Alarms by hand, by the guide's tables, and against a twin that goes from minute to minute.

use super::evaluate::{Point, evaluate};
use super::{Level, Monitor, State};
use crate::engine::{Draw, Purpose, Seed, Span, Time, Who};
use crate::model::plan::{Comparison, MissingData, Rule, Statistic};

const ONE: i128 = 1_000_000_000;
const TREATMENTS: [MissingData; 4] =
    [MissingData::Missing, MissingData::Ignore, MissingData::Breaching, MissingData::NotBreaching];

/// More than five requests a minute, M of N.
fn rule(of: u32, all: u32, missing: MissingData) -> Rule {
    Rule {
        statistic: Statistic::Sum,
        period: Span::MINUTE,
        evaluation_periods: all,
        datapoints_to_alarm: of,
        threshold: 5 * ONE,
        comparison: Comparison::Greater,
        missing,
    }
}

fn secs(secs: u64) -> Time {
    Time::ZERO + Span::from_secs(secs)
}

/// So many requests a minute.
fn a_minute(requests: u64) -> Level {
    Level::Count(requests * 1_000_000_000 / 60)
}

fn point(letter: char) -> Point {
    match letter {
        '-' => Point::Missing,
        '0' => Point::Fine,
        'X' => Point::Breaching,
        other => panic!("no point {other}"),
    }
}

/// The states after each datapoint, the oldest first: `0` is 3 requests in that minute, `X` are 12, `-` none.
fn states(rule: Rule, points: &str) -> String {
    let mut monitor = Monitor::new(rule, Time::ZERO);
    let mut minutes = 0;
    let letter = |state| match state {
        State::Ok => 'o',
        State::Alarm => 'A',
        State::InsufficientData => 'i',
    };
    let each = points.chars().map(|point| {
        let level = match point {
            '-' => Level::Absent,
            '0' => a_minute(3),
            _ => a_minute(12),
        };
        monitor.set(secs(60 * minutes), level);
        minutes += 1;
        monitor.advance(secs(60 * minutes));
        letter(monitor.state())
    });
    each.collect()
}

#[test]
fn the_tables_of_the_guide() {
    use State::{Alarm as A, InsufficientData as I, Ok as O};
    // Columns: missing, ignore (the state before was OK), breaching, notBreaching.
    for (of, points, expected) in [
        (3, "0-X-X", [O, O, O, O]),
        (3, "0----", [O, O, O, O]),
        (3, "----0", [O, O, O, O]),
        (3, "-----", [I, O, A, O]),
        (3, "0XX-X", [A, A, A, A]),
        (3, "--X--", [A, O, A, O]),
        (3, "X----", [A, O, A, O]),
        (3, "----X", [I, O, A, O]),
        (3, "---X-", [I, O, A, O]),
        (2, "0-X-X", [A, A, A, A]),
        (2, "00X0X", [A, A, A, A]),
        (2, "0-X--", [O, O, A, O]),
        (2, "----0", [O, O, A, O]),
        (2, "----X", [I, O, A, O]),
        (2, "---X-", [A, O, A, O]),
    ] {
        for (missing, expected) in TREATMENTS.into_iter().zip(expected) {
            let newest = points.chars().rev().map(|letter| (point(letter), 1));
            let found = evaluate(&rule(of, 3, missing), State::Ok, newest);
            assert_eq!(found, expected, "{of} of 3, {points}, {missing:?}");
        }
    }
}

#[test]
fn what_is_ignored_keeps_an_alarm_on() {
    let newest = || "--X--".chars().rev().map(|letter| (point(letter), 1));
    assert_eq!(evaluate(&rule(3, 3, MissingData::Ignore), State::Alarm, newest()), State::Alarm);
    let none = State::InsufficientData;
    assert_eq!(evaluate(&rule(3, 3, MissingData::Ignore), none, newest()), none);
}

#[test]
fn datapoints_by_hand() {
    use MissingData::{Breaching, Ignore, Missing, NotBreaching};
    let check = |of, all, missing, points: &str, expected: &str| {
        assert_eq!(states(rule(of, all, missing), points), expected, "{of} of {all}, {missing:?}, {points}");
    };
    check(1, 1, Missing, "0X0XX0", "oAoAAo");
    check(3, 3, Missing, "00XX0XXX0", "oooooooAo");
    // At the start what was before is missing: one bad datapoint is not yet M of them, three are.
    check(3, 3, Missing, "XXXX", "iiAA");
    check(3, 3, NotBreaching, "XXXX", "ooAA");
    check(3, 3, Breaching, "XXXX", "AAAA");
    check(3, 3, Breaching, "0XXX", "oooA");
    check(2, 3, Missing, "0X0X00", "oooAoo");
    // The gap is stepped over: the newest three that are there decide.
    check(2, 3, NotBreaching, "000X-X00", "oooooAAo");
    check(2, 3, NotBreaching, "00XX000", "oooAAoo");
    // After errors nothing is counted any more: the last datapoint is looked at until it leaves the range of N + 2.
    check(1, 1, Missing, "X-----", "AAAiii");
    check(1, 1, NotBreaching, "X-----", "AAAooo");
    check(1, 1, Ignore, "X-----", "AAAAAA");
    check(1, 1, Ignore, "0-----", "oooooo");
    check(1, 1, Breaching, "0-----", "oooAAA");
    check(3, 3, Missing, "X-------", "iiAAAiii");
    check(3, 3, Ignore, "XXX----0", "iiAAAAAo");
    check(2, 2, Ignore, "-XX-----0", "iiAAAAAAo");
}

#[test]
fn it_starts_without_data_and_decides_when_a_period_ends() {
    let mut monitor = Monitor::new(rule(1, 1, MissingData::Missing), secs(30));
    assert_eq!(monitor.state(), State::InsufficientData);
    monitor.set(secs(30), a_minute(100));
    monitor.advance(secs(59));
    assert_eq!(monitor.state(), State::InsufficientData);
    assert_eq!(monitor.next_change(), Some((secs(60), State::Alarm)));
    monitor.advance(secs(60));
    assert_eq!(monitor.state(), State::Alarm);
    assert_eq!(monitor.next_change(), None);
}

#[test]
fn a_level_that_changes_within_a_period_counts_for_its_part() {
    let of = |second, level| {
        let mut monitor = Monitor::new(rule(1, 1, MissingData::Missing), Time::ZERO);
        monitor.set(Time::ZERO, Level::Count(0));
        monitor.set(secs(second), level);
        monitor.advance(secs(60));
        monitor.state()
    };
    // 12 a minute make 6 in half of one, and no more than 5 in 25 seconds.
    assert_eq!(of(30, a_minute(12)), State::Alarm);
    assert_eq!(of(35, a_minute(12)), State::Ok);
    // A level that holds for no time does not count.
    let mut monitor = Monitor::new(rule(1, 1, MissingData::Missing), Time::ZERO);
    monitor.set(Time::ZERO, a_minute(1_000_000));
    monitor.set(Time::ZERO, a_minute(3));
    monitor.advance(secs(60));
    assert_eq!(monitor.state(), State::Ok);
}

#[test]
fn the_next_change_is_told_ahead() {
    let mut monitor = Monitor::new(rule(3, 3, MissingData::NotBreaching), Time::ZERO);
    monitor.set(Time::ZERO, a_minute(3));
    monitor.advance(secs(600));
    assert_eq!((monitor.state(), monitor.next_change()), (State::Ok, None));
    // From 10:20 on 20 a minute: 13 in that minute, so the three bad ones end at 11, 12 and 13.
    monitor.set(secs(620), a_minute(20));
    assert_eq!(monitor.next_change(), Some((secs(780), State::Alarm)));
    monitor.advance(secs(780));
    assert_eq!(monitor.state(), State::Alarm);
    // From 14:40 on all is well, but that minute still has 14.
    monitor.set(secs(880), a_minute(3));
    assert_eq!(monitor.next_change(), Some((secs(960), State::Ok)));
}

#[test]
fn counts_meet_whole_thresholds_although_rates_are_rounded() {
    // Five a minute are 83,333,333 billionths a second, which make 4.99999998.
    let mut rule = rule(1, 1, MissingData::Missing);
    rule.comparison = Comparison::GreaterOrEqual;
    let mut monitor = Monitor::new(rule, Time::ZERO);
    monitor.set(Time::ZERO, Level::Count(83_333_333));
    assert_eq!(monitor.next_change(), Some((secs(60), State::Alarm)));
}

/// The state after one minute of these levels, each for the seconds beside it.
fn after_a_minute(statistic: Statistic, threshold: i128, comparison: Comparison, levels: &[(u64, Level)]) -> State {
    let rule = Rule { statistic, threshold, comparison, ..rule(1, 1, MissingData::Missing) };
    let mut monitor = Monitor::new(rule, Time::ZERO);
    let mut now = Time::ZERO;
    for (lasts, level) in levels {
        monitor.set(now, *level);
        now += Span::from_secs(*lasts);
    }
    monitor.advance(secs(60));
    monitor.state()
}

#[test]
fn gauges_have_an_average_a_least_and_a_most() {
    let levels = [(40, Level::targets(9)), (20, Level::targets(3))];
    let check = |statistic, value: i128| {
        for (comparison, off, breaches) in [
            (Comparison::GreaterOrEqual, 0, true),
            (Comparison::LessOrEqual, 0, true),
            (Comparison::Greater, 0, false),
            (Comparison::Less, 0, false),
            (Comparison::Greater, -1, true),
            (Comparison::Less, 1, true),
            (Comparison::GreaterOrEqual, 1, false),
            (Comparison::LessOrEqual, -1, false),
        ] {
            let found = after_a_minute(statistic, value + off, comparison, &levels);
            assert_eq!(found == State::Alarm, breaches, "{statistic:?} {comparison:?} {value}{off:+}");
        }
    };
    check(Statistic::Average, 7 * ONE);
    check(Statistic::Minimum, 3 * ONE);
    check(Statistic::Maximum, 9 * ONE);
    // What nobody reports is left out of the average; zero targets are a number.
    let half = [(30, Level::Absent), (30, Level::targets(4))];
    assert_eq!(after_a_minute(Statistic::Average, 4 * ONE, Comparison::Less, &half), State::Ok);
    let none = [(60, Level::targets(0))];
    assert_eq!(after_a_minute(Statistic::Maximum, ONE, Comparison::Less, &none), State::Alarm);
}

#[test]
fn an_error_rate_is_that_of_the_whole_period() {
    // 10 of 100 for half a minute, then 0 of 300: 10 of 400.
    let ratio =
        |failed: u64, offered: u64| Level::Ratio { failed: failed * 1_000_000_000, offered: offered * 1_000_000_000 };
    let levels = [(30, ratio(10, 100)), (30, ratio(0, 300))];
    let state = |threshold| after_a_minute(Statistic::Average, threshold, Comparison::GreaterOrEqual, &levels);
    assert_eq!(state(25_000_000), State::Alarm);
    assert_eq!(state(25_000_001), State::Ok);
    let quiet = [(60, ratio(0, 0))];
    assert_eq!(
        after_a_minute(Statistic::Average, 0, Comparison::GreaterOrEqual, &quiet),
        State::InsufficientData,
        "without requests there is no share of them"
    );
    let most = [(60, Level::Ratio { failed: u64::MAX / 2, offered: u64::MAX })];
    assert_eq!(after_a_minute(Statistic::Average, ONE / 2, Comparison::GreaterOrEqual, &most), State::Alarm);
}

#[test]
fn of_counts_only_the_sum_counts() {
    let many = [(60, a_minute(600))];
    assert_eq!(after_a_minute(Statistic::Maximum, ONE, Comparison::Greater, &many), State::Ok);
    assert_eq!(after_a_minute(Statistic::Average, ONE, Comparison::GreaterOrEqual, &many), State::Alarm);
    assert_eq!(after_a_minute(Statistic::Sum, 599 * ONE, Comparison::Greater, &many), State::Alarm);
    // A count of nothing is not reported.
    let none = [(60, Level::Count(0))];
    assert_eq!(after_a_minute(Statistic::Sum, ONE, Comparison::Less, &none), State::InsufficientData);
}

#[test]
#[should_panic(expected = "an alarm watches one metric")]
fn an_alarm_watches_one_metric() {
    after_a_minute(Statistic::Average, 0, Comparison::Less, &[(30, Level::targets(1)), (30, Level::Count(1))]);
}

#[test]
fn years_of_one_level_are_passed_in_one_step() {
    let mut monitor = Monitor::new(rule(2, 3, MissingData::Missing), Time::ZERO);
    monitor.set(Time::ZERO, a_minute(12));
    // A thousand years are half a billion minutes.
    let late = secs(1_000 * 365 * 86_400 + 17);
    monitor.advance(late);
    assert_eq!((monitor.state(), monitor.at), (State::Alarm, late));
    // That minute has 17 seconds of 12 and 43 of 3, which is more than 5 still: two good ones have to follow it.
    monitor.set(late, a_minute(3));
    assert_eq!(monitor.next_change(), Some((late + Span::from_secs(163), State::Ok)));
}

/// A random history: when the level changes, and to what.
fn history(draw: &mut Draw) -> Vec<(Time, Level)> {
    let mut now = Time::ZERO;
    let changes = 1 + draw.below(12);
    let each = (0..changes).map(|_| {
        let level = match draw.below(5) {
            0 => Level::Absent,
            1 => Level::Count(0),
            _ => a_minute(draw.below(12)),
        };
        let change = (now, level);
        // Often within one period, at times right at its end, at times long after.
        now += Span::from_secs([7, 30, 60, 200, 900][draw.below(5) as usize] * (1 + draw.below(3)));
        change
    });
    each.collect()
}

/// What the twin does: it counts every second of every minute, and looks at the last N + 2 minutes one by one.
fn minute_by_minute(rule: &Rule, history: &[(Time, Level)], minutes: u64) -> Vec<State> {
    let mut points: Vec<Option<bool>> = vec![None; rule.evaluation_periods as usize + 2];
    let mut state = State::InsufficientData;
    let each = (0..minutes).map(|minute| {
        let rate = |second: u64| match history.iter().rfind(|change| change.0 <= secs(second)) {
            Some((_, Level::Count(rate))) => *rate,
            _ => 0,
        };
        let requests: u64 = (60 * minute..60 * minute + 60).map(rate).sum();
        // Billionths; rates are rounded, thresholds are not.
        points.push((requests > 1_000_000).then_some(requests > 5_000_500_000));
        state = by_the_guide(rule, &points[points.len() - rule.evaluation_periods as usize - 2..], state);
        state
    });
    each.collect()
}

fn by_the_guide(rule: &Rule, range: &[Option<bool>], before: State) -> State {
    let (of, all) = (rule.datapoints_to_alarm as usize, rule.evaluation_periods as usize);
    let mut there: Vec<bool> = range.iter().flatten().copied().collect();
    if there.len() >= all {
        there.drain(..there.len() - all);
    } else {
        let fill = match rule.missing {
            MissingData::Breaching => Some(true),
            MissingData::NotBreaching => Some(false),
            MissingData::Missing | MissingData::Ignore => None,
        };
        match fill {
            Some(bad) => there.resize(all, bad),
            None if there.iter().any(|bad| !bad) || there.iter().filter(|bad| **bad).count() >= of => {}
            None if rule.missing == MissingData::Ignore => return before,
            None => {
                let oldest = range.iter().position(|point| *point == Some(true));
                let old_enough = oldest.is_some_and(|place| range.len() - place >= of);
                return if old_enough { State::Alarm } else { State::InsufficientData };
            }
        }
    }
    if there.iter().filter(|bad| **bad).count() >= of { State::Alarm } else { State::Ok }
}

#[test]
fn what_is_told_ahead_is_what_comes_minute_by_minute() {
    const MINUTES: u64 = 240;
    let mut changes = 0;
    for case in 0..1_000 {
        let mut draw = Draw::new(Seed(11), Purpose(0), Who(case));
        let all = 1 + draw.below(5) as u32;
        let of = 1 + draw.below(u64::from(all)) as u32;
        let rule = rule(of, all, TREATMENTS[draw.below(4) as usize]);
        let history = history(&mut draw);
        let truth = minute_by_minute(&rule, &history, MINUTES);
        // One event at a time, as whoever drives it does: the next change of level, or the next of state.
        let mut monitor = Monitor::new(rule, Time::ZERO);
        let mut told = vec![(Time::ZERO, State::InsufficientData)];
        let ends = history.iter().skip(1).map(|change| change.0).chain([secs(60 * MINUTES)]);
        for ((start, level), end) in history.iter().zip(ends) {
            monitor.set(*start, *level);
            assert_eq!(told.last().unwrap().1, monitor.state(), "case {case}: changed untold before {start}");
            while let Some((at, state)) = monitor.next_change().filter(|(at, _)| *at <= end) {
                assert!(at > told.last().unwrap().0, "case {case}: told for {at} and again");
                monitor.advance(at);
                assert_eq!(monitor.state(), state, "case {case}: another state at {at} than was told");
                told.push((at, state));
            }
        }
        changes += told.len() - 1;
        for minute in 1..=MINUTES {
            let (_, state) = told.iter().rfind(|(at, _)| *at <= secs(60 * minute)).unwrap();
            assert_eq!(*state, truth[minute as usize - 1], "case {case}, minute {minute}: {rule:?} {history:?}");
        }
    }
    assert!(changes > 2_000, "only {changes} changes of state in all");
}
