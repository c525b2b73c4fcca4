//! Templates of `evenkeel new --from`: small scenarios with their explanations in `$comment`, one for each kind of
//! question. `tests/cli/templates.rs` holds what their comments say.

/// A scenario to start from.
pub(super) struct Template {
    /// What is typed.
    pub(super) name: &'static str,
    /// What it is, in a line.
    pub(super) about: &'static str,
    /// Its text; `NAME` stands for the name of the scenario.
    text: &'static str,
    /// Files of the folder `NAME-aws` beside it.
    pub(super) files: &'static [(&'static str, &'static str)],
    /// What to do once it has run.
    pub(super) then: &'static str,
}

/// Stands for the name in a text.
const NAME: &str = "NAME";

/// The one that is written when nothing is said.
pub(super) const USUAL: &str = "web";

/// All of them, the simplest first.
pub(super) const ALL: &[Template] = &[
    Template {
        name: USUAL,
        about: "a Fargate service over three zones loses one; written when nothing is said",
        text: include_str!("templates/web.json"),
        files: &[],
        then: "take `desiredCount` down to 6 and run again",
    },
    Template {
        name: "ec2",
        about: "hosts of your own: zones with subnets, Auto Scaling group, capacity provider; a zone and a host fail",
        text: include_str!("templates/ec2.json"),
        files: &[],
        then: "take `desiredCount` down to 9 and run again",
    },
    Template {
        name: "cells",
        about: "an application cut into four cells behind a router; a cell and a zone fail",
        text: include_str!("templates/cells.json"),
        files: &[],
        then: "put the fault on `shop-router/router` and run again",
    },
    Template {
        name: "change",
        about: "a good and a bad revision, watched by the deployment circuit breaker and an alarm",
        text: include_str!("templates/change.json"),
        files: &[],
        then: "set the alarm's `Threshold` to 0.5 and run again",
    },
    Template {
        name: "year",
        about: "a year of a service with a daily curve, in which zones and tasks fail by chance",
        text: include_str!("templates/year.json"),
        files: &[],
        then: "run it with `--replications 100`",
    },
    Template {
        name: "game-day",
        about: "a prediction of a failure experiment on your own service: places for what the AWS CLI prints",
        text: include_str!("templates/game-day.json"),
        files: &[
            ("describe-services.json", include_str!("templates/game-day/describe-services.json")),
            ("describe-task-definition.json", include_str!("templates/game-day/describe-task-definition.json")),
            ("describe-capacity-providers.json", include_str!("templates/game-day/describe-capacity-providers.json")),
            ("describe-auto-scaling-groups.json", include_str!("templates/game-day/describe-auto-scaling-groups.json")),
        ],
        then: "put the output of the AWS CLI for your own service into the folder",
    },
];

impl Template {
    /// The scenario under this name.
    pub(super) fn scenario(&self, name: &str) -> String {
        self.text.replace(NAME, name)
    }
}

/// Names of all of them.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    ALL.iter().map(|template| template.name)
}

/// The template of this name.
pub(super) fn find(name: &str) -> Option<&'static Template> {
    ALL.iter().find(|template| template.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::stories;

    #[test]
    fn every_template_is_json_with_the_name_in_it() {
        for template in ALL {
            let value: serde_json::Value = serde_json::from_str(&template.scenario("my-service")).unwrap();
            assert_eq!(value["name"], "my-service", "{}", template.name);
            let lines = template.text.lines().count();
            assert!((60..=140).contains(&lines), "{}: {lines} lines", template.name);
            assert!(!stories::names().any(|name| name == template.name), "{} is a shipped scenario too", template.name);
        }
        assert!(find(USUAL).is_some());
    }
}
