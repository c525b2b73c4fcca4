//! Containers of a task definition: what they need of each other, and when they count as healthy.

use super::task::STOP_TIMEOUT;
use super::{Clusters, placed};
use crate::engine::Span;
use crate::model::plan::{Await, ContainerHealth, ContainerStart, ContainerStop, Restart};
use crate::model::problem::Noun;
use crate::scenario::ecs::task_definition::{
    Condition, ContainerDefinition, HealthCheck, LogDriver, VersionConsistency,
};

/// `restartAttemptPeriod` by default, in seconds (sourced: [ecs-container-restart]).
const RESTART_PERIOD: u32 = 300;

/// `ignoredExitCodes` at most (sourced: [ecs-container-restart]).
const MOST_EXIT_CODES: usize = 50;

impl Clusters<'_> {
    pub(super) fn containers(&mut self, containers: &[ContainerDefinition], at: &str) {
        if !containers.is_empty() && !containers.iter().any(|container| container.essential) {
            self.out.missing(at, "a task needs an essential container", "write \"essential\": true for one of them");
        }
        for (place, container) in containers.iter().enumerate() {
            let at = format!("{at}/{place}");
            if self.named(&container.name, &format!("{at}/name"))
                && containers[..place].iter().any(|other| other.name == container.name)
            {
                self.out.duplicate(Noun::Container, &container.name, &format!("{at}/name"));
            }
            self.dependencies(container, containers, &at);
            if container.health_check.as_ref().is_some_and(|check| check.command.is_empty()) {
                let hint = "write \"command\": [\"CMD-SHELL\", \"curl -f http://localhost/ || exit 1\"]";
                self.out.missing(&format!("{at}/healthCheck/command"), "a health check needs a command", hint);
            }
            let mode = container.log_configuration.as_ref().and_then(|logs| logs.options.as_ref()?.get("mode"));
            if let Some(mode) = mode.filter(|mode| !["blocking", "non-blocking"].contains(&mode.as_str())) {
                let message = format!("the mode of a log driver is `blocking` or `non-blocking`, not `{mode}`");
                self.out.refused(&format!("{at}/logConfiguration/options/mode"), message, "write one of the two");
            }
            let ignored = container.restart_policy.as_ref().map_or(0, |policy| policy.ignored_exit_codes.len());
            if ignored > MOST_EXIT_CODES {
                let message = format!("ECS takes {MOST_EXIT_CODES} ignored exit codes, not {ignored}");
                self.out.refused(&format!("{at}/restartPolicy/ignoredExitCodes"), message, "leave some out");
            }
        }
        if depth(containers).is_none() {
            self.out.circle(at, "`dependsOn` goes round in a circle", "let one of the containers start by itself");
        }
        let restarting = containers.iter().filter(|container| container.essential && restarts(container)).count();
        let essential = containers.iter().filter(|container| container.essential).count();
        if restarting > 0 && restarting < essential {
            let message = "not every essential container restarts in place: a crash ends the task";
            self.out.follows(at, message, "give all essential containers a `restartPolicy` to change that");
        }
    }

    fn dependencies(&mut self, container: &ContainerDefinition, all: &[ContainerDefinition], at: &str) {
        for (at, dependency) in placed(&container.depends_on, &format!("{at}/dependsOn")) {
            let Some(other) = all.iter().find(|other| other.name == dependency.container_name) else {
                let known = all.iter().map(|other| other.name.as_str());
                self.out.unknown(Noun::Container, &dependency.container_name, &format!("{at}/containerName"), known);
                continue;
            };
            let message = match dependency.condition {
                Condition::Healthy if other.health_check.is_none() => {
                    format!("`{}` has no health check to wait for", other.name)
                }
                Condition::Complete | Condition::Success if other.essential => {
                    format!("`{}` is essential: its end is the end of the task", other.name)
                }
                Condition::Start => continue,
                Condition::Healthy | Condition::Complete | Condition::Success => {
                    // Which of them it is: `check` says that this one waits no longer than START does.
                    let message = format!("the condition on `{}` is not used: it counts as START", other.name);
                    let hint = "give `phases.containerStart` the time it takes";
                    self.out.unused(&format!("{at}/condition"), message, hint);
                    continue;
                }
            };
            self.out.conflict(&format!("{at}/condition"), message, "write START, or change the other container");
        }
    }
}

/// Whether a container hangs when nothing takes its logs: not where they stay on the host
/// ([ecs-api-log-configuration]).
pub(super) fn blocks(container: &ContainerDefinition, by_default: bool) -> bool {
    let Some(logs) = container.log_configuration.as_ref() else { return false };
    let mode = logs.options.as_ref().and_then(|options| options.get("mode"));
    let blocks = mode.map_or(by_default, |mode| mode == "blocking");
    blocks && !matches!(logs.log_driver, LogDriver::JsonFile | LogDriver::Journald)
}

fn restarts(container: &ContainerDefinition) -> bool {
    container.restart_policy.as_ref().is_some_and(|policy| policy.enabled)
}

/// The longest chain of `dependsOn`; `None` when it goes round in a circle.
pub(super) fn depth(containers: &[ContainerDefinition]) -> Option<u32> {
    depths(containers).map(|depths| depths.into_iter().max().unwrap_or(1))
}

/// The longest chain that ends with each container. Unknown names count for nothing.
fn depths(containers: &[ContainerDefinition]) -> Option<Vec<u32>> {
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
            return Some(depths);
        }
    }
    None
}

/// What each container waits for; empty where that is the start of others alone.
pub(super) fn starts(containers: &[ContainerDefinition]) -> Vec<ContainerStart> {
    let plain = |container: &ContainerDefinition| {
        container.start_timeout.is_none() && container.depends_on.iter().all(|one| one.condition == Condition::Start)
    };
    if containers.iter().all(plain) {
        return Vec::new();
    }
    let Some(depths) = depths(containers) else { return Vec::new() };
    let place_of = |name: &str| containers.iter().position(|other| other.name == name);
    let start = |(place, container): (usize, &ContainerDefinition)| {
        let after = container.depends_on.iter().filter_map(|one| {
            let other = place_of(&one.container_name)?;
            let interval = containers[other].health_check.as_ref().map_or(0, |check| check.interval);
            let condition = match one.condition {
                Condition::Start => Await::Started,
                Condition::Healthy => Await::Healthy(seconds(interval)),
                Condition::Complete | Condition::Success => Await::Completed,
            };
            Some((other, condition))
        });
        let timeout = container.start_timeout.map(seconds);
        ContainerStart { layer: depths[place] - 1, after: after.collect(), timeout }
    };
    containers.iter().enumerate().map(start).collect()
}

/// In what order containers stop; empty where none depends on another.
pub(super) fn stops(containers: &[ContainerDefinition]) -> Vec<ContainerStop> {
    if containers.iter().all(|container| container.depends_on.is_empty()) {
        return Vec::new();
    }
    let stop = |container: &ContainerDefinition| {
        let on_it =
            |other: &ContainerDefinition| other.depends_on.iter().any(|one| one.container_name == container.name);
        let others = || containers.iter().enumerate().filter(|(_, other)| on_it(other));
        let ends = |condition: Condition| matches!(condition, Condition::Complete | Condition::Success);
        let mut asked = others().flat_map(|(_, other)| &other.depends_on);
        let over = asked.any(|one| one.container_name == container.name && ends(one.condition));
        let timeout = seconds(container.stop_timeout.unwrap_or(STOP_TIMEOUT));
        ContainerStop { after: others().map(|(place, _)| place).collect(), timeout, over }
    };
    containers.iter().map(stop).collect()
}

/// Whether ECS resolves the image of a container: it is named by a tag, and nobody has switched that off.
pub(super) fn resolves(container: &ContainerDefinition) -> bool {
    let by_digest = container.image.as_ref().is_some_and(|image| image.contains("@sha256:"));
    container.version_consistency != Some(VersionConsistency::Disabled) && !by_digest
}

/// When essential containers are restarted in place; `None` when a crash ends the task.
pub(super) fn restart(containers: &[ContainerDefinition]) -> Option<Restart> {
    let mut essential = containers.iter().filter(|container| container.essential).peekable();
    essential.peek()?;
    let mut restart = Restart { attempt: Span::ZERO, ignored: Vec::new() };
    for container in essential {
        let policy = container.restart_policy.as_ref().filter(|policy| policy.enabled)?;
        let attempt = seconds(policy.restart_attempt_period.unwrap_or(RESTART_PERIOD));
        restart.attempt = restart.attempt.max(attempt);
        restart.ignored.extend(&policy.ignored_exit_codes);
    }
    Some(restart)
}

/// The health checks of the essential containers: all must pass, one fails the task ([ecs-api-health-check]).
pub(super) fn health(containers: &[ContainerDefinition]) -> Option<ContainerHealth> {
    let checks = || {
        let essential = containers.iter().filter(|container| container.essential);
        let checks = essential.filter_map(|container| container.health_check.as_ref());
        checks.filter(|check| check.command.first().is_none_or(|word| word != "NONE"))
    };
    let fails = |check: &HealthCheck| {
        seconds(check.start_period) + seconds(check.interval) * u64::from(check.retries) + seconds(check.timeout)
    };
    let passes = checks().map(|check| seconds(check.interval)).max()?;
    Some(ContainerHealth { passes, fails: checks().map(fails).min()? })
}

fn seconds(value: u32) -> Span {
    Span::from_secs(u64::from(value))
}
