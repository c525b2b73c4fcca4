//! `evenkeel check --json`: what `check` says, as one JSON object for each file.

use crate::api::Reading;
use crate::engine::Span;
use crate::forecast::{cells, changes, response, scaling, services, zonal};
use crate::model::plan::Plan;
use crate::model::problem::{Code, Problem, Severity};
use crate::scenario::Sources;
use serde_json::{Value, json};

/// The object of one file, on one line.
pub(super) fn line(path: &str, reading: &Reading) -> String {
    let told = |wanted: &dyn Fn(&Problem) -> bool| -> Vec<Value> {
        let all = reading.problems.list.iter().filter(|problem| wanted(problem));
        all.map(|problem| object(problem, &reading.sources, path)).collect()
    };
    let unused = |problem: &Problem| matches!(problem.code, Code::NoBearing | Code::NotUsed);
    let value = json!({
        "file": path,
        "canRun": reading.scenario.is_some(),
        "problems": told(&|problem| problem.severity != Severity::Note),
        "notUsed": told(&|problem| problem.severity == Severity::Note && unused(problem)),
        "defaults": told(&|problem| problem.severity == Severity::Note && !unused(problem)),
        "derived": reading.scenario.as_ref().map(|scenario| derived(scenario.plan())),
    });
    format!("{value}\n")
}

fn object(problem: &Problem, sources: &Sources, path: &str) -> Value {
    let place = sources.place_of(problem);
    let pointer = sources.pointer(&problem.at);
    json!({
        "severity": match problem.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        },
        "code": problem.code.word(),
        "message": problem.message,
        "hint": problem.hint,
        "pointer": pointer.unwrap_or_default(),
        "places": problem.places,
        "file": place.as_ref().map_or(path, |place| place.file),
        "line": place.as_ref().map(|place| place.line),
        "column": place.as_ref().map(|place| place.column),
    })
}

/// What follows from a scenario that can run.
fn derived(plan: &Plan) -> Value {
    let (zones, services) = services::at_start(plan);
    let cells = cells::derived(plan).into_iter().map(|row| {
        json!({
            "region": row.region, "cell": row.cell, "clusters": row.clusters, "tasks": row.tasks,
            "peakPerSecond": row.rates.map(|rates| rates.0), "perSecondInEachZone": row.rates.map(|rates| rates.1),
            "shareLeftWithoutZone": row.left,
        })
    });
    let seconds = |span: Span| span.as_secs_f64();
    let changes = changes::rows(plan).map(|row| {
        json!({
            "change": row.change, "service": row.service, "atSeconds": row.at.map(seconds),
            "tasks": row.tasks,
            "bakeSeconds": seconds(row.bake), "watchedBy": row.watched,
        })
    });
    let mut derived = json!({
        "zones": zones, "services": services,
        "cells": cells.collect::<Vec<_>>(), "changes": changes.collect::<Vec<_>>(),
        "zonalShifts": zonal::derived(plan),
    });
    let peak = response::at_peak(plan, &services::at_start(plan).1);
    if !peak.is_empty() {
        derived["responseTimes"] = json!(peak);
    }
    let bounds = scaling::bounds(plan);
    if !bounds.is_empty() {
        derived["scalableTargets"] = json!(bounds);
    }
    derived
}
