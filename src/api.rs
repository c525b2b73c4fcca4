//! The front door of the library: a text becomes a scenario that can run, and the scenario its results.
//!
//! ```
//! use evenkeel::{Options, Scenario, Texts};
//!
//! let text = r#"{ "version": 1, "name": "web", "duration": "1h",
//!     "taskDefinitions": [{ "family": "web", "networkMode": "awsvpc", "cpu": "256", "memory": "512",
//!         "containerDefinitions": [{ "name": "web", "image": "web:1" }] }],
//!     "clusters": [{ "clusterName": "shop", "services": [{ "serviceName": "web", "taskDefinition": "web",
//!         "desiredCount": 3, "launchType": "FARGATE",
//!         "networkConfiguration": { "awsvpcConfiguration": { "subnets": ["a", "b", "c"] } } }] }] }"#;
//! let reading = Scenario::read("web.json", &Texts::one("web.json", text));
//! let scenario = reading.scenario.expect("nothing is wrong with it");
//! let outcome = scenario.run(&Options::default(), &());
//! assert_eq!(outcome.summary.services[0].running.mean.mean, 3.0);
//! ```
#![warn(missing_docs)]

use crate::experiment::{self, Options, Outcome, Watch};
use crate::forecast;
use crate::metrics::events::Events;
use crate::metrics::{Fold, Objective, Row, Summary};
use crate::model::Plan;
use crate::model::problem::Problems;
use crate::scenario::{self, Document, Files, Sources};
use serde_json::Value;

/// What came of reading a scenario.
#[derive(Debug)]
pub struct Reading {
    /// Everything that is wrong, doubtful or worth knowing.
    pub problems: Problems,
    /// The files that were read, and where each value stands in them.
    pub sources: Sources,
    /// The scenario; `None` when one of the problems is an error.
    pub scenario: Option<Scenario>,
}

impl Reading {
    /// The scenario.
    ///
    /// # Errors
    /// Everything that was found, when it cannot run.
    pub fn into_result(self) -> Result<Scenario, Problems> {
        self.scenario.ok_or(self.problems)
    }
}

/// A scenario that can run.
#[derive(Debug)]
pub struct Scenario {
    path: String,
    document: Document,
    plan: Plan,
    objectives: Vec<Objective>,
}

impl Scenario {
    /// Reads the scenario at `path` and all files that it names, and looks at it whole: everything that is wrong is
    /// told at once.
    pub fn read(path: &str, files: &dyn Files) -> Reading {
        let mut problems = Problems::default();
        let (value, sources) = scenario::read::read(path, files, &mut problems);
        let Some(value) = value else {
            problems.fold();
            return Reading { problems, sources, scenario: None };
        };
        checked(path, files, Document { value, sources }, problems)
    }

    /// The same scenario with another value at a JSON pointer, looked at anew. The last step of the pointer may be a
    /// new key of an object, or `-` for one more element of a list.
    ///
    /// # Errors
    /// The longest part of the pointer that leads to a value, when the rest leads nowhere.
    pub fn patched(&self, pointer: &str, value: Value, files: &dyn Files) -> Result<Reading, String> {
        let mut document = self.document.clone();
        scenario::patch::set(&mut document.value, pointer, value)?;
        Ok(checked(&self.path, files, document, Problems::default()))
    }

    /// What runs: ids in place of names.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// What runs, for itself.
    pub fn into_plan(self) -> Plan {
        self.plan
    }

    /// What was written, with every `$file` spliced in.
    pub fn written(&self) -> &Value {
        &self.document.value
    }

    /// Runs it, and judges its objectives.
    pub fn run(&self, options: &Options, watch: &dyn Watch) -> Outcome<Events> {
        experiment::run(&self.plan, &self.objectives, options, watch)
    }

    /// What replications say together that ran apart, each told by [`Watch::row`]. Rows may come in any order; those
    /// behind a gap in their numbers, which begin with `options.first_replication`, do not count.
    ///
    /// # Panics
    /// When no row has the number `options.first_replication`, or when a row is of another scenario.
    pub fn summary(&self, rows: impl IntoIterator<Item = Row>, options: &Options) -> Summary {
        let mut fold = Fold::new(options.first_replication);
        rows.into_iter().for_each(|row| fold.add(row));
        fold.summary(&self.plan, options.seed.unwrap_or(self.plan.seed), &self.objectives)
    }
}

/// The JSON Schema of scenario files, as text with a line end.
pub fn schema() -> String {
    scenario::schema::json()
}

/// Looks at a document: its form, then what it means.
fn checked(path: &str, files: &dyn Files, document: Document, mut problems: Problems) -> Reading {
    let ready = resolved(path, files, &document, &mut problems);
    if let Some((plan, _)) = &ready {
        forecast::doubts(plan, &mut problems);
    }
    problems.fold();
    let sources = document.sources.clone();
    let scenario = ready.filter(|_| !problems.has_errors()).map(|(plan, objectives)| Scenario {
        path: path.to_owned(),
        document,
        plan,
        objectives,
    });
    Reading { problems, sources, scenario }
}

/// Ids and objectives of a document.
fn resolved(
    path: &str,
    files: &dyn Files,
    document: &Document,
    problems: &mut Problems,
) -> Option<(Plan, Vec<Objective>)> {
    let csv = |name: &str| {
        let bytes = files.read_named(&files.join(path, name)).map_err(|error| error.to_string())?;
        String::from_utf8(bytes).map_err(|_| "is not UTF-8 text".to_owned())
    };
    scenario::resolved(document, &csv, problems)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::Texts;
    use serde_json::json;

    /// Three tasks, of which one dies now and then.
    fn small() -> Scenario {
        let service = json!({ "serviceName": "web", "taskDefinition": "web", "desiredCount": 3, "launchType": "FARGATE",
            "networkConfiguration": { "awsvpcConfiguration": { "subnets": ["a"] } } });
        let text = json!({ "version": 1, "name": "small", "duration": "1h",
            "taskDefinitions": [{ "family": "web", "networkMode": "awsvpc", "cpu": "256", "memory": "512",
                "containerDefinitions": [{ "name": "web", "image": "web:1" }] }],
            "clusters": [{ "clusterName": "shop", "services": [service] }],
            "faults": [{ "name": "crash", "every": { "exponential": { "mean": "20m" } }, "taskCrash": {} }] });
        Scenario::read("a.json", &Texts::one("a.json", text.to_string())).into_result().unwrap()
    }

    #[derive(Default)]
    struct Rows(std::sync::Mutex<Vec<Row>>);

    impl Watch for Rows {
        fn progress(&self, _done: crate::Progress) {}
        fn stop(&self) -> bool {
            false
        }
        fn row(&self, row: &Row) {
            self.0.lock().unwrap().push(row.clone());
        }
    }

    #[test]
    fn replications_that_ran_apart_give_the_summary_of_one_run() {
        let scenario = small();
        let whole = Options { replications: 4, ..Options::default() };
        let mut rows = Vec::new();
        for first_replication in [2, 0] {
            let watch = Rows::default();
            scenario.run(&Options { replications: 2, first_replication, ..whole }, &watch);
            rows.extend(watch.0.into_inner().unwrap());
        }
        let written: Vec<String> = rows.iter().map(|row| serde_json::to_string(row).unwrap()).collect();
        let read = written.iter().map(|text| serde_json::from_str::<Row>(text).unwrap());
        let [apart, one] = [scenario.summary(read, &whole), scenario.run(&whole, &()).summary];
        assert_eq!(serde_json::to_value(apart).unwrap(), serde_json::to_value(one).unwrap());
    }

    #[test]
    fn one_value_is_changed_and_the_rest_looked_at_anew() {
        let (files, scenario) = (Texts::default(), small());
        let at = "/clusters/0/services/0/desiredCount";
        let more = scenario.patched(at, json!(7), &files).unwrap().into_result().unwrap();
        assert_eq!(more.plan().services.iter().next().unwrap().desired, 7);
        assert_eq!(scenario.written().pointer(at), Some(&json!(3)));
        let wrong = scenario.patched(at, json!("many"), &files).unwrap().into_result().unwrap_err();
        assert_eq!(wrong.list.iter().find(|one| one.severity == crate::Severity::Error).unwrap().at, at);
        assert_eq!(scenario.patched("/clusters/1/services", json!([]), &files).unwrap_err(), "/clusters");
    }
}
