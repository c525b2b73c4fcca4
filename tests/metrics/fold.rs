//! Parts of a run and replications are put together.

use super::{WEB, at, dark, measure, need, plan, row, sum_up, task, tasks};
use evenkeel::internals::metrics::{Fold, Row};
use evenkeel::internals::model::fact::{Cause, Fact, FaultFact, Hit, Mechanism, NO_ZONE, StopCode, TaskState};
use evenkeel::internals::model::ids::CellId;

#[test]
fn replications_give_an_interval() {
    let plan = plan(1_000, 0);
    let runs = [0u64, 100, 200].map(|lost| {
        let crash = Cause::mechanism(Mechanism::Crash);
        let mut facts = vec![need(0, 6, 6)];
        facts.extend(tasks(0, [2, 2, 2], crash));
        facts.extend(tasks(500, [2, 2, 1], crash));
        facts.extend(tasks(500 + lost, [2, 2, 2], crash));
        measure(&plan, &facts)
    });
    let told = sum_up(&plan, &runs);
    let estimate = told.web.capacity_availability.unwrap();
    assert!((estimate.mean - 0.9).abs() < 1e-12);
    // 0.9 +- 4.3027 * 0.1 / sqrt(3), and a share is at most 1.
    assert!((estimate.low.unwrap() - 0.651_586).abs() < 1e-6);
    assert_eq!((estimate.high, estimate.n), (Some(1.0), 3));
    let nines = told.web.nines.unwrap();
    assert!((nines.mean - 1.0).abs() < 1e-12 && nines.low.unwrap() < 0.46 && nines.high.is_none());
}

#[test]
fn cells_merge_in_order_and_in_any_grouping() {
    let mut plan = plan(4_000, 0);
    let second = plan.cells[CellId(0)].clone();
    plan.cells.push(second);
    let part = |lost: u64| {
        let mut facts = vec![need(0, 4, 6)];
        facts.extend(tasks(0, [2, 2, 2], dark(0)));
        facts.push((at(1_000), Fact::Fault(FaultFact::Begins { cause: dark(0), zone: NO_ZONE })));
        if lost > 0 {
            facts.extend(tasks(1_000, [0, 2, 1], dark(0)));
            facts.push((at(1_000 + lost / 2), Fact::Fault(FaultFact::Noticed { cause: dark(0), service: None })));
            facts.extend(tasks(1_000 + lost, [2, 2, 2], dark(0)));
        }
        measure(&plan, &facts)
    };
    let left = part(60).merge(part(0)).merge(part(120));
    let right = part(60).merge(part(0).merge(part(120)));
    assert_eq!(left, right);
    assert_eq!(left.faults[0].back(0).parts(), (120.0, 1.0), "the latest; the cell where nothing was hit says nothing");
    assert_eq!(left.faults[0].detected().parts(), (30.0, 1.0), "the first notice in any cell");
    assert_eq!((left.faults[0].occurrences, left.bands.len()), (1, 1));
}

#[test]
fn rows_can_be_written_and_put_together_in_any_order() {
    let plan = plan(20_000, 0);
    let run = |replication: u32| {
        let lost = 37 + 61 * u64::from(replication % 3);
        let mut facts = vec![need(0, 6, 6)];
        facts.extend(tasks(0, [2, 2, 2], dark(0)));
        facts.push((at(1_000), Fact::Fault(FaultFact::Begins { cause: dark(0), zone: NO_ZONE })));
        facts.push((at(1_000), Fact::Fault(FaultFact::Hits { cause: dark(0), what: Hit::Task(WEB) })));
        // Some replications lose nothing.
        if replication % 4 != 1 {
            facts.extend(tasks(1_000, [2, 2, replication % 2], dark(0)));
            facts.push(task(1_001, WEB, 6, TaskState::Provisioning, TaskState::Provisioning, StopCode::None));
            facts.push(task(1_000 + lost, WEB, 6, TaskState::Provisioning, TaskState::Running, StopCode::None));
            facts.extend(tasks(1_000 + lost, [2, 2, 2], dark(0)));
        }
        facts.push((at(1_500), Fact::Fault(FaultFact::Ends { cause: dark(0), zone: NO_ZONE })));
        row(&plan, &measure(&plan, &facts), replication)
    };
    let rows: Vec<Row> = (0..11).map(run).collect();
    let text = |fold: &Fold| serde_json::to_string_pretty(&fold.summary(&plan, 7, &[])).unwrap();
    let mut whole = Fold::new(0);
    for row in &rows {
        whole.add(row.clone());
    }
    let expected = text(&whole);
    assert_eq!((whole.len(), whole.is_empty()), (11, false));
    let written: Vec<String> = rows.iter().map(|row| serde_json::to_string(row).unwrap()).collect();
    let read: Vec<Row> = written.iter().map(|row| serde_json::from_str(row).unwrap()).collect();
    assert_eq!(format!("{read:?}"), format!("{rows:?}"), "NaN is no equal of itself");
    let mut backwards = Fold::new(0);
    read.into_iter().rev().for_each(|row| backwards.add(row));
    assert_eq!(text(&backwards), expected);
    for cut in [1, 5, 10] {
        let (mut first, mut second) = (Fold::new(0), Fold::new(0));
        rows[..cut].iter().for_each(|row| first.add(row.clone()));
        rows[cut..].iter().for_each(|row| second.add(row.clone()));
        first.merge(second);
        assert_eq!(text(&first), expected, "cut after {cut}");
    }
}
