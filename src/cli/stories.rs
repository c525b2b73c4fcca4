//! The shipped scenarios, in the program itself: somebody who installed it has no folder of them.

use crate::api::Scenario;
use crate::scenario::Texts;

/// Paths below `scenarios`, with the text of each.
macro_rules! shipped {
    ($($path:literal),* $(,)?) => {
        &[$(($path, include_str!(concat!("../../scenarios/", $path, ".json")))),*]
    };
}

/// Every shipped scenario, by name.
#[rustfmt::skip]
const STORIES: &[(&str, &str)] = shipped![
    "alarm-already-firing", "alarm-rollback", "anywhere-link-cut", "autoshift-practice-fails",
    "az-and-cell-together", "az-loss", "az-loss-mid-deploy", "az-loss-tight", "batch-stream", "beyond-tested",
    "big-bang", "blocking-logs", "blue-green", "building-block", "canary", "cell-outage", "cells-1", "cells-16",
    "cells-4", "circuit-breaker", "circuit-breaker-no-completed", "control-plane-100", "control-plane-150",
    "control-plane-reactive", "deploy-while-scaling", "ec2-binpack-host-loss", "ec2-scale-out", "ecs-on-cells",
    "ecs-on-cells-cached", "evacuate-cell", "evacuate-control-plane", "exam-2x1", "exam-2x2", "exam-3x1",
    "exam-3x2", "fargate-spot-only", "feature-flag", "grace-period-loop", "grey-zone", "grey-zone-outlier",
    "grow-cells", "grow-cells-hash", "latent-defect", "launch-bucket", "launch-path-down", "linear",
    "local-zone", "managed-instances", "map-source-outage", "mixed-base-weight", "network-attach-throttled",
    "one-big-cell", "one-provider-per-zone", "outpost", "poison-customer", "power-back-slowly",
    "quarantine-poison", "rollback-without-capacity", "rolling", "rolling-stuck", "router-outage",
    "scale-and-zone-loss", "scale-daily", "scale-in-wrong-way", "scale-out-step", "shadow-traffic",
    "shift-without-headroom", "shuffle-sharding", "six-zones", "slow-before-full", "spot-reclaim",
    "staged-cells", "staged-cells-bad", "staged-control-plane", "staged-regions", "staged-zones",
    "throttled-start", "two-zones", "wavelength", "year-big-bang", "year-of-changes", "year-staged",
    "zonal-shift-grey", "zone-loss-with-rush",
];

/// The files that they name.
#[rustfmt::skip]
const PARTS: &[(&str, &str)] = shipped![
    "ecs/api-packed.service", "ecs/api-spot.service", "ecs/api.service", "ecs/api.task-definition",
    "ecs/batch.task-definition", "ecs/billing.service", "ecs/mail.service", "ecs/orders.service",
    "ecs/router.task-definition", "ecs/search.service", "ecs/slow-starter.service", "ecs/web-managed.service",
    "ecs/web-managed.task-definition", "ecs/web-mixed.service", "ecs/web-plain.service", "ecs/web-six.service",
    "ecs/web-spot.service", "ecs/web-two.service", "ecs/web.service", "ecs/web.task-definition",
    "ecs/worker.task-definition",
];

/// Names of all of them, in order.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    STORIES.iter().map(|(name, _)| *name)
}

/// A shipped scenario; `None` when none has this name.
pub(super) fn scenario(name: &str) -> Option<Scenario> {
    names().find(|known| *known == name)?;
    let files = STORIES.iter().chain(PARTS).map(|(path, text)| (format!("{path}.json"), text.as_bytes().to_vec()));
    let read = Scenario::read(&format!("{name}.json"), &Texts(files.collect()));
    Some(read.into_result().expect("every shipped scenario runs: a test reads each"))
}

/// The first sentence of a shipped scenario's description.
pub(super) fn first_sentence(name: &str) -> String {
    let (_, text) = STORIES.iter().find(|(known, _)| *known == name).expect("the name is one of the list");
    let value: serde_json::Value =
        serde_json::from_str(text).expect("every shipped scenario is JSON: a test reads each");
    let words = value["description"].as_str().unwrap_or_default();
    words.split_once(". ").map_or(words, |(first, _)| first).trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn check(folder: &str, known: &[(&str, &str)]) {
        let path = format!("{}/scenarios/{folder}", env!("CARGO_MANIFEST_DIR"));
        let files = std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let found: BTreeSet<String> = files
            .filter_map(|name| name.strip_suffix(".json").map(|stem| format!("{folder}{stem}")))
            .filter(|name| name != "scenario.schema")
            .collect();
        let listed: BTreeSet<String> = known.iter().map(|(name, _)| (*name).to_owned()).collect();
        assert_eq!(found, listed, "the lists of this file are those of the folder");
    }

    #[test]
    fn every_shipped_file_is_in_the_program() {
        check("", STORIES);
        check("ecs/", PARTS);
        assert!(names().all(|name| scenario(name).is_some() && !first_sentence(name).is_empty()));
    }
}
