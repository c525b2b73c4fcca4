//! Defects that need something else: with dice of their own, so that the other rolls stay as they are.

use crate::dice::Dice;
use serde_json::{Value, json};

/// Some bad revisions leak instead, and some are bad with a feature only.
pub(crate) fn add(seed: u64, file: &mut Value) {
    let mut dice = Dice::new(seed ^ 0xDEFE);
    let Some(changes) = file.get_mut("changes").and_then(Value::as_array_mut) else { return };
    let flags = changes.iter().filter(|one| one["featureFlag"].is_object());
    let flags: Vec<[Value; 2]> = flags.map(|one| [one["service"].clone(), one["name"].clone()]).collect();
    for one in changes {
        let of_tasks = one["defect"].is_object() && !one["featureFlag"].is_object() && !one["controlPlane"].is_string();
        if of_tasks && dice.one_in(4) {
            one["defect"] = json!({ "leaks": { "over": dice.span(1_200), "loses": dice.pick(&[0.0, 0.5, 1.0]) } });
        }
        if one["defect"]["errors"].is_object() && !one["controlPlane"].is_string() && dice.one_in(3) {
            one["defect"] = json!({ "poisonInput": { "share": 0.4 } });
        }
        let of_requests =
            ["errors", "slower", "breaksAbove", "poisonInput"].iter().any(|kind| one["defect"][*kind].is_object());
        let flag = flags.iter().find(|[service, _]| one["service"] == *service);
        if let Some([_, name]) = flag.filter(|_| of_requests && !one["featureFlag"].is_object() && dice.one_in(2)) {
            one["onlyWithFlag"] = name.clone();
        }
    }
}
