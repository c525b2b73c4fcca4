//! The engine alone, under a toy world of waiting lines and broken machines, against the theory of queues.
//!
//! Nothing of Amazon ECS is in here: what is held against theory is time, order, draws and laws of the engine.

use crate::line::{Book, Line, accounting, constant, exponential, lognormal};
use crate::world::{Case, case, check_values, check_within};
use evenkeel::internals::engine::Dist;
use evenkeel::internals::stats::Moments;

/// Customers at `rate`, `servers` of one law.
fn open(rate: f64, servers: u64, service: Dist) -> Line {
    let services = vec![(1.0, service)];
    let gaps = Some(exponential(1.0 / rate));
    Line { gaps, machines: None, servers: servers as u32, room: usize::MAX, services, breaks: None }
}

/// Machines that fail and task sets that repair them.
fn closed(case: &Case, machines: &str, spares: u32) -> Line {
    let fleet = (case.count(machines) as u32, spares, exponential(case.get("mttf_hours")));
    let services = vec![(1.0, exponential(case.get("mttr_hours")))];
    let servers = case.count("repair_crews") as u32;
    Line { gaps: None, machines: Some(fleet), servers, room: usize::MAX, services, breaks: None }
}

/// Holds one number of each book against the value of a case.
fn check(id: &str, accounting: &[Book], sharp: f64, take: impl Fn(&Book) -> f64) {
    check_values(id, &accounting.iter().map(take).collect::<Vec<_>>(), case(id).value(), sharp);
}

fn share(part: u64, all: u64) -> f64 {
    part as f64 / all as f64
}

#[test]
fn many_servers_one_line() {
    for (name, quantile, replications, long) in [("mmc-a", "0.99", 12, 12_000.0), ("mmc-b", "0.99", 12, 4_000.0)] {
        let wait = case(&format!("{name}-wq"));
        let line = open(wait.get("arrival_rate"), wait.count("servers"), exponential(1.0 / wait.get("service_rate")));
        let tail = case(&format!("{name}-wq-p{quantile}"));
        let found = accounting(&line, &Book { mark: tail.value(), ..Book::default() }, replications, long);
        check(&format!("{name}-pwait"), &found, 0.15, |book| share(book.waited, book.served));
        check(&format!("{name}-wq"), &found, 0.3, |book| book.wait / book.served as f64);
        let tails: Vec<f64> = found.iter().map(|book| share(book.long_waits, book.served)).collect();
        check_values(&format!("{name} above its quantile"), &tails, 1.0 - tail.get("quantile"), 0.8);
    }
    let tail = case("mmc-a-wq-p0.95");
    let line = open(tail.get("arrival_rate"), tail.count("servers"), exponential(1.0 / tail.get("service_rate")));
    let found = accounting(&line, &Book { mark: tail.value(), ..Book::default() }, 12, 12_000.0);
    let tails: Vec<f64> = found.iter().map(|book| share(book.long_waits, book.served)).collect();
    check_values("mmc-a above its quantile", &tails, 0.05, 0.4);
}

#[test]
fn one_server_of_any_law() {
    let stay = case("mm1-a-soj-p0.99");
    let line = open(stay.get("arrival_rate"), 1, exponential(1.0 / stay.get("service_rate")));
    let found = accounting(&line, &Book { mark: stay.value(), ..Book::default() }, 12, 60_000.0);
    let stays: Vec<f64> = found.iter().map(|book| share(book.long_stays, book.served)).collect();
    check_values("stays above the quantile", &stays, 1.0 - stay.get("quantile"), 0.5);

    let constant_service = case("md1-a-wq");
    let line = open(constant_service.get("arrival_rate"), 1, constant(constant_service.get("service")));
    let (cdf, tail) = (case("md1-a-cdf-5.0"), case("md1-a-p99"));
    let found = accounting(&line, &Book { mark: cdf.get("t"), ..Book::default() }, 12, 40_000.0);
    check("md1-a-wq", &found, 0.1, |book| book.wait / book.served as f64);
    check("md1-a-cdf-5.0", &found, 0.02, |book| 1.0 - share(book.long_waits, book.served));
    let found = accounting(&line, &Book { mark: tail.value(), ..Book::default() }, 12, 40_000.0);
    let tails: Vec<f64> = found.iter().map(|book| share(book.long_waits, book.served)).collect();
    check_values("md1 above its quantile", &tails, 1.0 - tail.get("quantile"), 0.5);

    let wide = case("mg1-ln4-wq");
    let law = lognormal(wide.get("service_mean"), wide.get("service_scv"));
    let found = accounting(&open(wide.get("arrival_rate"), 1, law), &Book::default(), 16, 150_000.0);
    check("mg1-ln4-wq", &found, 0.25, |book| book.wait / book.served as f64);

    let two = case("mg1-h2-wq");
    let mut line = open(two.get("arrival_rate"), 1, exponential(two.get("mean1")));
    line.services =
        vec![(two.get("p1"), exponential(two.get("mean1"))), (two.get("p2"), exponential(two.get("mean2")))];
    let found = accounting(&line, &Book::default(), 16, 80_000.0);
    check("mg1-h2-wq", &found, 0.25, |book| book.wait / book.served as f64);
}

#[test]
fn a_server_that_breaks() {
    let reference = case("mm1bd-a-L");
    let mut line = open(reference.get("arrival_rate"), 1, exponential(1.0 / reference.get("service_rate")));
    line.breaks =
        Some((exponential(1.0 / reference.get("failure_rate")), exponential(1.0 / reference.get("repair_rate"))));
    check("mm1bd-a-L", &accounting(&line, &Book::default(), 16, 100_000.0), 0.15, |book| book.there.area);
}

#[test]
fn lines_with_little_room() {
    for name in ["mmck-a", "mmck-b"] {
        let reference = case(&format!("{name}-block"));
        let mut line = open(
            reference.get("arrival_rate"),
            reference.count("servers"),
            exponential(1.0 / reference.get("service_rate")),
        );
        line.room = reference.count("system_capacity_K") as usize;
        let found = accounting(&line, &Book::default(), 12, 15_000.0);
        check(&format!("{name}-block"), &found, 0.15, |book| share(book.refused, book.refused + book.served));
        check(&format!("{name}-wq"), &found, 0.1, |book| book.wait / book.served as f64);
    }
}

#[test]
fn losses_do_not_see_the_law_of_service() {
    for (id, long) in [("erlb-a", 8_000.0), ("erlb-b", 1_600.0), ("erlb-c", 1_600.0)] {
        let reference = case(id);
        for service in [exponential(1.0), constant(1.0), lognormal(1.0, 2.0)] {
            let mut line = open(reference.get("offered_erlangs"), reference.count("servers"), service);
            line.room = reference.count("servers") as usize;
            let found = accounting(&line, &Book::default(), 10, long);
            check(id, &found, 0.25, |book| share(book.refused, book.refused + book.served));
        }
    }
}

#[test]
fn machines_wait_for_crews() {
    for (name, long) in [("machrep-m1", 80_000.0), ("machrep-m2", 120_000.0)] {
        let reference = case(&format!("{name}-working"));
        let line = closed(&reference, "machines", reference.count("cold_spares") as u32);
        let positions = reference.count("machines") as u32;
        let found = accounting(&line, &Book { positions, ..Book::default() }, 10, long);
        check(&format!("{name}-working"), &found, 0.01, |book| book.working.area);
        check(&format!("{name}-wait"), &found, 0.2, |book| book.wait / book.served as f64);
        check(&format!("{name}-full"), &found, 0.02, |book| book.full.area);
    }
}

#[test]
fn k_of_n_with_few_crews() {
    for (name, replications, long) in
        [("kofn-8of10-r2", 10, 400_000.0), ("kofn-9of12-r1", 10, 30_000_000.0), ("kofn-16of20-r3", 10, 2_000_000.0)]
    {
        let reference = case(&format!("{name}-unavail"));
        let line = closed(&reference, "n", 0);
        let book =
            Book { need: reference.count("k") as u32, positions: reference.count("n") as u32, ..Book::default() };
        let found = accounting(&line, &book, replications, long);
        check(&format!("{name}-unavail"), &found, 0.8, |book| book.short.area);
        if name != "kofn-9of12-r1" {
            let mean = case(&format!("{name}-mdt"));
            check(mean.row("id").as_str().unwrap(), &found, 0.4, |book| book.short.area * long / f64::from(book.falls));
        }
    }
}

#[test]
fn time_until_too_few_are_left() {
    let reference = case("kofn-8of10-r2-mttf");
    let line = closed(&reference, "n", 0);
    let book = Book { need: reference.count("k") as u32, ..Book::default() };
    // One in 10^7 has not failed once in 16 times the mean.
    let found = accounting(&line, &book, 600, 16.0 * reference.value());
    check("kofn-8of10-r2-mttf", &found, 0.2, |book| book.first_fall.unwrap());
}

#[test]
fn the_spread_of_a_mean_over_time() {
    let reference = case("mm1-L-asyvar-b");
    let line = open(reference.get("rho"), 1, exponential(1.0));
    let long = 10_000.0;
    let found: Moments = accounting(&line, &Book::default(), 500, long).iter().map(|book| book.there.area).collect();
    // The variance of 500 values is known to sqrt(2 / 500) = 6 %, a little more as the law is not yet normal.
    let truth = reference.value();
    check_within("mm1-L-asyvar-b", found.variance().unwrap() * long, 0.07 * truth, truth, 0.3 * truth);
}
