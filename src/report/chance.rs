//! How much of a result is one draw of chance.

use super::table::Results;
use crate::engine::Dist;
use crate::model::Plan;
use crate::model::plan::When;

/// What has to be read with objectives that one run is judged by.
pub(super) fn told(results: &Results<'_>) -> Vec<String> {
    let Some(what) = (results.summary.replications == 1).then(|| by_law(results.plan)).flatten() else {
        return Vec::new();
    };
    vec![format!("one draw: {what} come by chance, and other runs may end otherwise; for an interval type")]
        .into_iter()
        .chain(std::iter::once(format!("  {}", results.more)))
        .collect()
}

/// What comes by a law of chance, if anything does.
pub fn by_law(plan: &Plan) -> Option<String> {
    let random = |law: &Dist| !matches!(law, Dist::Constant(_));
    let faults = plan.faults.iter().any(|fault| {
        let begins = if let When::Every(law) = &fault.when { random(law) } else { false };
        begins || fault.lasts.as_ref().is_some_and(random)
    });
    let whole = 1_000_000;
    let changes = plan
        .changes
        .iter()
        .any(|change| change.every.as_ref().is_some_and(random) || change.defect.is_some() && change.bad_ppm < whole);
    let crashes = plan.services.iter().any(|service| service.life.crash.as_ref().is_some_and(random));
    let all = [(faults, "faults"), (changes, "changes"), (crashes, "crashes of tasks")];
    let named: Vec<&str> = all.into_iter().filter(|one| one.0).map(|one| one.1).collect();
    (!named.is_empty()).then(|| named.join(" and "))
}
