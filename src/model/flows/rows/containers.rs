//! The containers of a task start in the order of `dependsOn`, and stop in the reverse ([ecs-task-lifecycle]
//! [ecs-task-parameters]).
//!
//! A container starts when those it waits for have reached what it asks of them: START, HEALTHY (one check interval
//! after the start), COMPLETE or SUCCESS (the law of completion after the start). Who waits longer than the other's
//! `startTimeout` gives up, and the start has failed. Left out: containers that never become healthy, or exit with an
//! error, while others wait for them; containers that end by themselves before they are told to.

use crate::engine::{Draw, Span, Who};
use crate::model::flows::{Cx, For};
use crate::model::plan::{Await, ContainerStart, ContainerStop, Service};

/// Containers of one task definition (sourced: [ecs-quotas]).
const MOST: usize = 10;

/// From the first container's start until all run; `Err`: when somebody gives up.
pub(crate) fn take(service: &Service, who: Who, cx: &Cx<'_>) -> Result<Span, Span> {
    let layers = layers(service, &mut cx.draw(For::Containers, who));
    if service.task.starts.is_empty() {
        return Ok(layers.iter().fold(Span::ZERO, |sum, span| sum + *span));
    }
    let mut completion = cx.draw(For::Completion, who);
    let run = service.task.starts.iter().map(|_| service.life.completion.sample(&mut completion));
    let mut completed = [Span::ZERO; MOST];
    for (row, span) in completed.iter_mut().zip(run) {
        *row = span;
    }
    in_order(&service.task.starts, &layers, &completed)
}

/// From the stop signal until all containers have exited. Each is told to stop when those that depend on it have, and
/// is killed after its own `stopTimeout` ([ecs-api-container-dependency]: the order is reversed for shutdown). The law
/// of `stop` is drawn for each; where none depends on another, once for all.
pub(crate) fn stop(service: &Service, who: Who, cx: &Cx<'_>) -> Span {
    let mut draw = cx.draw(For::Stop, who);
    let stops = &service.task.stops;
    if stops.is_empty() {
        return service.life.stop.sample(&mut draw).min(service.task.stop_timeout);
    }
    let mut takes = [Span::ZERO; MOST];
    for (span, stop) in takes.iter_mut().zip(stops) {
        let exits = service.life.stop.sample(&mut draw).min(stop.timeout);
        *span = if stop.over { Span::ZERO } else { exits };
    }
    in_reverse(stops, &takes)
}

fn in_reverse(stops: &[ContainerStop], takes: &[Span; MOST]) -> Span {
    let mut gone = [Span::ZERO; MOST];
    // A chain over n containers settles within n rounds.
    for _ in 0..stops.len() {
        for (place, stop) in stops.iter().enumerate() {
            let told = stop.after.iter().map(|other| gone[*other]).max().unwrap_or(Span::ZERO);
            gone[place] = told + takes[place];
        }
    }
    gone.into_iter().max().unwrap_or(Span::ZERO)
}

/// How long each layer of containers takes to start.
fn layers(service: &Service, draw: &mut Draw) -> [Span; MOST] {
    let mut layers = [Span::ZERO; MOST];
    for layer in layers.iter_mut().take(service.task.start_depth.max(1) as usize) {
        *layer = service.life.containers.sample(draw);
    }
    layers
}

fn in_order(starts: &[ContainerStart], layers: &[Span; MOST], completed: &[Span; MOST]) -> Result<Span, Span> {
    let (mut begins, mut runs) = ([Span::ZERO; MOST], [Span::ZERO; MOST]);
    let mut gives_up = Span::MAX;
    for layer in 0..starts.len() as u32 {
        for (place, start) in starts.iter().enumerate().filter(|(_, start)| start.layer == layer) {
            for &(other, condition) in &start.after {
                let reached = match condition {
                    Await::Started => runs[other],
                    Await::Healthy(interval) => runs[other] + interval,
                    Await::Completed => runs[other] + completed[other],
                };
                begins[place] = begins[place].max(reached);
                if let Some(timeout) = starts[other].timeout.filter(|timeout| begins[other] + *timeout < reached) {
                    gives_up = gives_up.min(begins[other] + timeout);
                }
            }
            runs[place] = begins[place] + layers[layer as usize];
        }
    }
    let all = runs.into_iter().max().unwrap_or(Span::ZERO);
    if gives_up < Span::MAX { Err(gives_up) } else { Ok(all) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const S: fn(u64) -> Span = Span::from_secs;

    fn start(layer: u32, after: &[(usize, Await)], timeout: Option<u64>) -> ContainerStart {
        ContainerStart { layer, after: after.to_vec(), timeout: timeout.map(S) }
    }

    fn check(starts: &[ContainerStart], expected: Result<u64, u64>) {
        let (mut layers, mut completed) = ([S(0); MOST], [S(0); MOST]);
        layers[..3].copy_from_slice(&[S(3), S(4), S(5)]);
        completed[0] = S(7);
        assert_eq!(in_order(starts, &layers, &completed), expected.map(S).map_err(S));
    }

    #[test]
    fn the_longest_way_counts() {
        let first = || start(0, &[], None);
        check(&[first()], Ok(3));
        check(&[first(), start(1, &[(0, Await::Started)], None)], Ok(7));
        check(&[first(), start(1, &[(0, Await::Healthy(S(10)))], None)], Ok(17));
        check(&[first(), start(1, &[(0, Await::Completed)], None)], Ok(14));
        let both = [(0, Await::Completed), (1, Await::Healthy(S(2)))];
        check(&[first(), start(1, &[(0, Await::Started)], None), start(2, &both, None)], Ok(3 + 7 + 5));
    }

    #[test]
    fn who_waits_too_long_gives_up() {
        let waits = || start(1, &[(0, Await::Healthy(S(10)))], None);
        check(&[start(0, &[], Some(13)), waits()], Ok(17));
        check(&[start(0, &[], Some(12)), waits()], Err(12));
        check(&[start(0, &[], Some(2))], Ok(3));
    }
}
