//! Changes that come again by a law: when, and to whom.

use super::Build;
use super::units::Named;
use crate::engine::{Dist, Time};
use crate::model::ids::ServiceId;
use crate::model::plan::{Kind, Unit};
use crate::scenario::file::Change;

impl Build<'_> {
    /// When a change is asked for: once at a time, or again and again by a law.
    pub(super) fn asked(&mut self, written: &Change, at: &str) -> Option<(Time, Option<Dist>)> {
        match (&written.at, &written.every) {
            (Some(time), None) => {
                let time = Time::ZERO + time.0;
                self.after_end(time, &format!("{at}/at"), "it is never asked for: move it, or run longer");
                if written.every_service == Some(true) {
                    let message = "all services are changed by `every` only, each in its own time";
                    let hint = "write `every`, or name them in `services`";
                    self.out.conflict(&format!("{at}/everyService"), message, hint);
                }
                Some((time, None))
            }
            (None, Some(law)) => {
                if written.feature_flag.is_some() {
                    let message = "a feature flag that comes again and again is not modelled";
                    self.out.not_modelled(&format!("{at}/featureFlag"), message, "leave it out, or write `at`");
                }
                if written.every_service == Some(true) && written.pipeline.is_some() {
                    let message = "a pipeline takes its units as one change, `everyService` each in its own time";
                    self.out.conflict(&format!("{at}/pipeline"), message, "name them in `services`, or leave it out");
                }
                self.gaps(law, &format!("{at}/every")).map(|law| (Time::ZERO, Some(law)))
            }
            (time, _) => {
                let missing = "nothing says when the change is asked for";
                self.out.one_of("`at` and `every`", time.is_some(), at, missing, "write \"at\": \"1h\"");
                None
            }
        }
    }

    /// All services that a change with `everyService` comes to.
    pub(super) fn every_service(&mut self, at: &str) -> Option<Named> {
        let meant = |id: &ServiceId| {
            let row = &self.plan.services[*id];
            row.kind == Kind::Replica && row.traffic.is_some()
        };
        let found: Vec<ServiceId> = self.plan.services_in_order().filter(meant).collect();
        if found.is_empty() {
            let hint = "add `traffic`, or name services in `services`";
            self.out.wrong_target(at, "no REPLICA service has traffic", hint);
            return None;
        }
        for id in &found {
            self.deployable(*id, false, at)?;
        }
        let names: Vec<String> = found.iter().map(|id| self.plan.services[*id].name.clone()).collect();
        let what = format!("every service, {} in all", names.len());
        Some(Named::new(found.into_iter().map(Unit::Service).collect(), names, what))
    }
}
