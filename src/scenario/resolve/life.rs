//! How tasks and hosts live and die: what the scenario says, over the defaults.

use super::index::first;
use super::{Clusters, gaps, placed};
use crate::engine::{Dist, Span};
use crate::model::plan::{Habits, Life, Protection};
use crate::model::quantity::Law;
use crate::scenario::file::{Behaviour, Phases, PullBehavior};
use std::collections::BTreeSet;

/// Spread of the default laws (model choice).
const SIGMA: f64 = 0.25;

/// Megabytes of a task's images by default (model choice).
const IMAGE_MEGABYTES: f64 = 150.0;

/// Megabytes pulled in a second (model choice).
const PULL_RATE: f64 = 50.0;

/// The exit code of a crash (model choice).
const EXIT_CODE: u32 = 1;

/// `expiresInMinutes` of UpdateTaskProtection by default ([ecs-api-task-protection]).
const PROTECTED: Span = Span::from_secs(120 * 60);

/// From the decision to launch a host until it is registered (model choice).
const BOOT: Span = Span::from_secs(120);

/// How hosts of a capacity provider behave.
pub(super) struct HostHabits {
    pub(super) boot: Dist,
    pub(super) spot_draining: bool,
    pub(super) trunking: bool,
    pub(super) setup: Habits,
}

impl Clusters<'_> {
    /// Laws of a service's tasks: its own entry, then its family's, then the defaults.
    pub(super) fn life(&mut self, name: &str, short: &str, definition: usize, on_fargate: bool) -> Life {
        let scenario = self.scenario;
        let family = &scenario.task_definitions[definition].family;
        let services = &self.index.of_services;
        let of_service = first(services, name).into_iter().chain(first(services, short)).min();
        let of_family = first(&self.index.of_families, family);
        let entry = |place| (place, &scenario.behaviour[place]);
        let order: Vec<(usize, &Behaviour)> = of_service.into_iter().chain(of_family).map(entry).collect();
        let mut pick = |key: &str, choose: fn(&Behaviour) -> Option<&Law>| {
            let (index, law) = order.iter().find_map(|(index, entry)| Some((*index, choose(entry)?)))?;
            law.read(&format!("/behaviour/{index}/{key}"), self.out)
        };
        // The nearer entry decides whether a start has phases.
        let decides =
            |entry: &Behaviour| entry.start.is_some() || entry.phases.is_some() || entry.image_megabytes.is_some();
        let start = match order.iter().find(|(_, entry)| decides(entry)) {
            Some((_, entry)) if entry.start.is_some() => pick("start", |entry| entry.start.as_ref()),
            _ => None,
        };
        let eni = pick("phases/networkInterface", |entry| phases(entry)?.network_interface.as_ref());
        let connect = pick("phases/connect", |entry| phases(entry)?.connect.as_ref());
        let pull = pick("phases/imagePull", |entry| phases(entry)?.image_pull.as_ref());
        let containers = pick("phases/containerStart", |entry| phases(entry)?.container_start.as_ref());
        let completion = pick("phases/completion", |entry| phases(entry)?.completion.as_ref());
        let health = pick("health", |entry| entry.health.as_ref());
        let crash = pick("crash", |entry| entry.crash.as_ref());
        let stop = pick("stop", |entry| entry.stop.as_ref());
        let written = order.iter().find(|(_, entry)| entry.protection.is_some());
        let again = pick("protection/again", |entry| entry.protection.as_ref()?.again.as_ref());
        let lasts = pick("protection/lasts", |entry| entry.protection.as_ref()?.lasts.as_ref());
        let protection = written.map(|_| Protection { lasts: lasts.unwrap_or(Dist::constant(PROTECTED)), again });
        let megabytes = order.iter().find_map(|(_, entry)| entry.image_megabytes).unwrap_or(IMAGE_MEGABYTES);
        let exit_code = order.iter().find_map(|(_, entry)| entry.exit_code).unwrap_or(EXIT_CODE);
        let seconds = |fargate: f64, host: f64| around(if on_fargate { fargate } else { host });
        let detection = scenario.detection.as_ref();
        let loss = detection.and_then(|laws| laws.loss.as_ref()).and_then(|law| law.read("/detection/loss", self.out));
        let target =
            detection.and_then(|laws| laws.target.as_ref()).and_then(|law| law.read("/detection/target", self.out));
        Life {
            start,
            eni: eni.unwrap_or_else(|| seconds(12.0, 12.0)),
            connect: connect.unwrap_or_else(|| seconds(3.0, 0.0)),
            pull: pull.unwrap_or_else(|| around(megabytes / PULL_RATE)),
            containers: containers.unwrap_or_else(|| seconds(3.0, 5.0)),
            completion: completion.unwrap_or(Dist::constant(Span::ZERO)),
            health,
            crash,
            exit_code,
            stop: stop.unwrap_or(Dist::constant(Span::SECOND)),
            protection,
            lives: None,
            loss,
            target,
        }
    }

    /// How hosts of a capacity provider behave.
    pub(super) fn habits_of_provider(&mut self, name: &str) -> HostHabits {
        let behaviour = &self.scenario.behaviour;
        let found = first(&self.index.of_providers, name).map(|place| (place, &behaviour[place]));
        let boot = found.and_then(|(index, entry)| {
            let law = entry.boot.as_ref()?;
            law.read(&format!("/behaviour/{index}/boot"), self.out)
        });
        HostHabits {
            boot: boot.unwrap_or_else(|| around(BOOT.as_secs_f64())),
            spot_draining: found.is_some_and(|(_, entry)| entry.spot_instance_draining == Some(true)),
            trunking: found.is_some_and(|(_, entry)| entry.eni_trunking == Some(true)),
            setup: Habits {
                attributes: found.and_then(|(_, entry)| entry.attributes.clone()).into_iter().flatten().collect(),
                always_pull: found.is_some_and(|(_, entry)| entry.image_pull_behavior == Some(PullBehavior::Always)),
            },
        }
    }

    /// Checks every entry for itself: whose it is, and that its keys belong together.
    pub(super) fn behaviour(&mut self) {
        let list = &self.scenario.behaviour;
        let mut seen = BTreeSet::new();
        for (at, entry) in placed(list, "/behaviour") {
            let subject = (&entry.family, &entry.service, &entry.capacity_provider);
            if !seen.insert(subject) {
                self.out.duplicate_name(&at, "an entry before it is for the same", "write one entry for each");
            }
            match subject {
                (Some(family), None, None) => {
                    self.names.family(family, &format!("{at}/family"), self.out);
                }
                (None, Some(service), None) => {
                    self.names.service(service, &format!("{at}/service"), self.out);
                }
                (None, None, Some(provider)) => {
                    self.names.provider(provider, &format!("{at}/capacityProvider"), self.out);
                }
                _ => {
                    let keys = "`family`, `service` and `capacityProvider`";
                    let (several, missing) = (subject != (&None, &None, &None), "nothing says whose behaviour this is");
                    self.out.one_of(keys, several, &at, missing, "write one of these keys");
                }
            }
            self.belongs_together(entry, &at);
        }
    }

    fn belongs_together(&mut self, entry: &Behaviour, at: &str) {
        if entry.start.is_some() && (entry.phases.is_some() || entry.image_megabytes.is_some()) {
            let message = "`start` stands for all phases and excludes `phases` and `imageMegabytes`";
            self.out.conflict(at, message, "keep `start`, or the others");
        }
        if let Some(law) = &entry.crash {
            gaps(law, &format!("{at}/crash"), self.out);
        }
        for (key, law) in entry.protection.iter().flat_map(|one| [("lasts", &one.lasts), ("again", &one.again)]) {
            if let Some(law) = law {
                gaps(law, &format!("{at}/protection/{key}"), self.out);
            }
        }
        let of_hosts = [
            ("boot", entry.boot.is_some()),
            ("spotInstanceDraining", entry.spot_instance_draining.is_some()),
            ("eniTrunking", entry.eni_trunking.is_some()),
            ("imagePullBehavior", entry.image_pull_behavior.is_some()),
            ("attributes", entry.attributes.is_some()),
        ];
        let of_tasks = [
            ("start", entry.start.is_some()),
            ("phases", entry.phases.is_some()),
            ("crash", entry.crash.is_some()),
            ("exitCode", entry.exit_code.is_some()),
            ("health", entry.health.is_some()),
            ("stop", entry.stop.is_some()),
            ("imageMegabytes", entry.image_megabytes.is_some()),
            ("protection", entry.protection.is_some()),
            ("cpu", entry.cpu.is_some()),
            ("memory", entry.memory.is_some()),
        ];
        let (wrong, whose): (&[(&str, bool)], _) =
            if entry.capacity_provider.is_some() { (&of_tasks, "tasks") } else { (&of_hosts, "hosts") };
        for (key, _) in wrong.iter().filter(|(_, written)| *written) {
            let hint = format!("write it in an entry for {whose}");
            self.out.conflict(&format!("{at}/{key}"), format!("`{key}` is a matter of {whose}"), hint);
        }
    }
}

fn phases(entry: &Behaviour) -> Option<&Phases> {
    entry.phases.as_ref()
}

/// Log-normal around a median in seconds; constant where that is nothing.
fn around(seconds: f64) -> Dist {
    let median = Span::from_secs_f64(seconds);
    Dist::lognormal(median, SIGMA).unwrap_or(Dist::constant(Span::ZERO))
}
