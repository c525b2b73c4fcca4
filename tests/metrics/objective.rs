//! Verdicts on what is promised.

use super::{measure, need, plan, row, tasks};
use evenkeel::internals::metrics::objective::{Bound, Target};
use evenkeel::internals::metrics::summary::Verdict;
use evenkeel::internals::metrics::{Fold, Objective, Subject};
use evenkeel::internals::model::fact::{Cause, Mechanism};

/// The verdict on a key of `web` over replications in which 5, or as many as are given, of 6 tasks run.
fn judge(key: &str, bound: Bound, running: &[u32]) -> Verdict {
    let plan = plan(1_000, 0);
    let mut fold = Fold::new(0);
    for (replication, count) in (0..).zip(running) {
        let mut facts = vec![need(0, 6, 6)];
        facts.extend(tasks(0, [2, 2, 2], Cause::mechanism(Mechanism::Crash)));
        facts.extend(tasks(500, [2, 2, count - 4], Cause::mechanism(Mechanism::Crash)));
        fold.add(row(&plan, &measure(&plan, &facts), replication));
    }
    let objective = Objective { subject: Subject::Service, name: "shop/web".into(), key: key.into(), bound };
    fold.summary(&plan, 7, &[objective]).objectives[0].verdict
}

#[test]
fn verdicts() {
    use Target::{Null, Number, Text};
    use Verdict::{Fail, Inconclusive, Pass};
    let least = |bound| Bound::AtLeast(Number(bound));
    let most = |bound| Bound::AtMost(Number(bound));
    let equals = |bound| Bound::Equals(Number(bound));
    let check = |key: &str, bound: Bound, running: &[u32], verdict| {
        assert_eq!(judge(key, bound.clone(), running), verdict, "{key} {bound:?} of {running:?}");
    };
    // With one replication the value itself is judged.
    check("running.min", least(5.0), &[5], Pass);
    check("running.min", least(5.1), &[5], Fail);
    check("running.min", most(5.0), &[5], Pass);
    check("running.min", most(4.9), &[5], Fail);
    check("running.min", equals(5.0), &[5], Pass);
    check("running.min", equals(5.1), &[5], Fail);
    check("running.min", equals(5.0 + 1e-12), &[5], Pass);
    // The mean of 4, 5 and 6 is 5, give or take 2.48.
    let three = &[4, 5, 6][..];
    check("running.min", least(2.5), three, Pass);
    check("running.min", least(5.0), three, Inconclusive);
    check("running.min", least(7.5), three, Fail);
    check("running.min", most(7.5), three, Pass);
    check("running.min", most(5.1), three, Inconclusive);
    check("running.min", most(2.5), three, Fail);
    check("running.min", equals(5.0), three, Inconclusive);
    check("running.min", equals(7.5), three, Fail);
    check("running.min", equals(5.0), &[5, 5, 5], Pass);
    // What no run has fails everything but null; what never came, came 0 times.
    check("requestAvailability", Bound::Equals(Null), &[5], Pass);
    check("requestAvailability", least(0.0), &[5], Fail);
    check("running.min", Bound::Equals(Null), &[5], Fail);
    check("running.min", Bound::Equals(Text("5".into())), &[5], Fail);
    check("stops.SpotInterruption", equals(0.0), &[5], Pass);
    check("launches.failed.RESOURCE:FARGATE", most(0.0), three, Pass);
    check("launches.failed.RESOURCE:FARGATE", least(1.0), three, Fail);
    check("desiredCount", equals(6.0), three, Pass);
    // The need is met for half of the run in one replication of two: its nines have no upper end.
    check("nines", least(0.1), &[6, 5], Inconclusive);
    // One replication of several has a value: nobody knows how far it may be off.
    check("nines", least(0.1), &[6, 6], Fail);
}
