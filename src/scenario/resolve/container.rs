//! Containers of a task definition: what they need of each other, and when they count as healthy.

use super::Build;
use crate::engine::Span;
use crate::model::plan::ContainerHealth;
use crate::scenario::ecs::task_definition::{Condition, ContainerDefinition, HealthCheck};

/// `restartAttemptPeriod` by default, in seconds (sourced).
const RESTART_PERIOD: u32 = 300;

impl Build<'_> {
    pub(super) fn containers(&mut self, containers: &[ContainerDefinition], at: &str) {
        if !containers.is_empty() && !containers.iter().any(|container| container.essential) {
            self.out.error(at, "a task needs an essential container", "write \"essential\": true for one of them");
        }
        for (place, container) in containers.iter().enumerate() {
            let at = format!("{at}/{place}");
            if self.named(&container.name, &format!("{at}/name"))
                && containers[..place].iter().any(|other| other.name == container.name)
            {
                let message = format!("two containers are called `{}`", container.name);
                self.out.error(&format!("{at}/name"), message, "give each its own name");
            }
            self.dependencies(container, containers, &at);
            if let Some(check) = &container.health_check {
                self.health_check(check, &format!("{at}/healthCheck"));
            }
            if let Some(period) = container.restart_policy.as_ref().and_then(|policy| policy.restart_attempt_period) {
                let at = format!("{at}/restartPolicy/restartAttemptPeriod");
                self.within(period, 60..=1_800, "`restartAttemptPeriod`", &at);
            }
        }
        if depth(containers).is_none() {
            self.out.error(at, "`dependsOn` goes round in a circle", "let one of the containers start by itself");
        }
        let restarting = containers.iter().filter(|container| container.essential && restarts(container)).count();
        let essential = containers.iter().filter(|container| container.essential).count();
        if restarting > 0 && restarting < essential {
            let message = "not every essential container restarts in place: a crash ends the task";
            self.out.note(at, message, "give all essential containers a `restartPolicy` to change that");
        }
    }

    fn dependencies(&mut self, container: &ContainerDefinition, all: &[ContainerDefinition], at: &str) {
        for (place, dependency) in container.depends_on.iter().enumerate() {
            let at = format!("{at}/dependsOn/{place}");
            let Some(other) = all.iter().find(|other| other.name == dependency.container_name) else {
                let message = format!("no container is called `{}`", dependency.container_name);
                self.out.error(&format!("{at}/containerName"), message, "name a container of this task definition");
                continue;
            };
            let message = match dependency.condition {
                Condition::Healthy if other.health_check.is_none() => {
                    format!("`{}` has no health check to wait for", other.name)
                }
                Condition::Complete | Condition::Success if other.essential => {
                    format!("`{}` is essential: its end is the end of the task", other.name)
                }
                _ => continue,
            };
            self.out.error(&format!("{at}/condition"), message, "write START, or change the other container");
        }
    }

    fn health_check(&mut self, check: &HealthCheck, at: &str) {
        if check.command.is_empty() {
            let hint = "write \"command\": [\"CMD-SHELL\", \"curl -f http://localhost/ || exit 1\"]";
            self.out.error(&format!("{at}/command"), "a health check needs a command", hint);
        }
        let ranges = [
            ("interval", check.interval, 5..=300),
            ("timeout", check.timeout, 2..=60),
            ("retries", check.retries, 1..=10),
            ("startPeriod", check.start_period, 0..=300),
        ];
        for (key, value, range) in ranges {
            self.within(value, range, &format!("`{key}`"), &format!("{at}/{key}"));
        }
    }
}

fn restarts(container: &ContainerDefinition) -> bool {
    container.restart_policy.as_ref().is_some_and(|policy| policy.enabled)
}

/// The longest chain of `dependsOn`; `None` when it goes round in a circle. Unknown names count for nothing.
pub(super) fn depth(containers: &[ContainerDefinition]) -> Option<u32> {
    let mut depths = vec![1u32; containers.len()];
    // A chain over n containers settles within n rounds; what still grows then is a circle.
    for _ in 0..=containers.len() {
        let mut settled = true;
        for (place, container) in containers.iter().enumerate() {
            let names = container.depends_on.iter().map(|dependency| &dependency.container_name);
            let before = names.filter_map(|name| containers.iter().position(|other| other.name == *name));
            let deepest = before.map(|other| depths[other] + 1).max().unwrap_or(1);
            if deepest > depths[place] {
                depths[place] = deepest;
                settled = false;
            }
        }
        if settled {
            return Some(depths.into_iter().max().unwrap_or(1));
        }
    }
    None
}

/// How long an essential container must have run to be restarted in place; `None` when a crash ends the task.
pub(super) fn restart(containers: &[ContainerDefinition]) -> Option<Span> {
    let mut essential = containers.iter().filter(|container| container.essential).peekable();
    essential.peek()?;
    let mut longest = 0;
    for container in essential {
        let policy = container.restart_policy.as_ref().filter(|policy| policy.enabled)?;
        longest = longest.max(policy.restart_attempt_period.unwrap_or(RESTART_PERIOD));
    }
    Some(Span::from_secs(u64::from(longest)))
}

/// The slowest health check of the essential containers.
pub(super) fn health(containers: &[ContainerDefinition]) -> Option<ContainerHealth> {
    let checks = containers.iter().filter(|container| container.essential).filter_map(|container| {
        container.health_check.as_ref().filter(|check| check.command.first().is_none_or(|word| word != "NONE"))
    });
    let seconds = |value: u32| Span::from_secs(u64::from(value));
    let slowest = checks.max_by_key(|check| {
        u64::from(check.start_period) + u64::from(check.interval) * u64::from(check.retries) + u64::from(check.timeout)
    })?;
    Some(ContainerHealth {
        interval: seconds(slowest.interval),
        timeout: seconds(slowest.timeout),
        retries: slowest.retries,
        start_period: seconds(slowest.start_period),
    })
}
