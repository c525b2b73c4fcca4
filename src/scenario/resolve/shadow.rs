//! Copies of requests for a new revision: `shadow`.

use super::Build;
use super::units::Named;
use crate::engine::Span;
use crate::model::ids::{AlarmId, ServiceId};
use crate::model::plan::{Pipeline, Scope, Shadow, Strategy, Watches};
use crate::scenario::file::Change;
use std::collections::BTreeSet;

impl Build<'_> {
    /// What is copied, and how long; `None` when nothing is, or something about it is wrong.
    pub(super) fn shadow(
        &mut self,
        written: &Change,
        named: &Named,
        pipeline: Option<&Pipeline>,
        at: &str,
    ) -> Option<Shadow> {
        let shadow = written.shadow.as_ref()?;
        let at = format!("{at}/shadow");
        if written.feature_flag.is_some() {
            let hint = "leave `shadow` out, or write it to the change that brings the revision";
            self.out.wrong_target(&at, "`shadow` belongs to a change of a revision, not to a feature flag", hint);
            return None;
        }
        if written.is_of_plane() {
            let message = "calls to a control plane are not copied: its cells are changed in place";
            self.out.not_modelled(&at, message, "leave `shadow` out, or change a service");
            return None;
        }
        let services: Vec<ServiceId> = named.services().collect();
        let fit = services.iter().all(|service| self.can_be_copied(*service, &at));
        let share = shadow.share.unwrap_or(1.0);
        // A share below one millionth of the requests would copy none.
        let counted = if share < 5e-7 { 0.0 } else { share };
        let share = self.out.share_above_zero(counted, &format!("{at}/share"));
        let ppm = share.map_or(0, |share| libm::round(share * 1e6) as u64);
        let span = shadow.lasts.0;
        if span == Span::ZERO {
            self.out.out_of_range(&format!("{at}/for"), "`for` must be above 0", "write a length such as \"30m\"");
        }
        if !fit || ppm == 0 || span == Span::ZERO {
            return None;
        }
        if let Some(unseen) = services.iter().find(|service| !self.reads_copies(**service, pipeline)) {
            let name = &self.plan.services[*unseen].name;
            let message =
                format!("copies for `{name}` that fail are not seen: no alarm on its new revision stops the change");
            let hint =
                "watch an alarm with {\"Name\": \"Revision\", \"Value\": \"new\"} in its deployment, or `oneBoxAlarm`";
            self.out.unwatched(&at, message, hint);
        }
        Some(Shadow { ppm, span })
    }

    /// Whether a service has requests, and a second set of tasks that copies of them could go to.
    fn can_be_copied(&mut self, service: ServiceId, at: &str) -> bool {
        let row = &self.plan.services[service];
        if row.deployment.strategy == Strategy::Rolling {
            let message = format!("`{}` deploys with ROLLING: no second set of tasks stands beside it", row.name);
            self.out.wrong_target(at, message, "write another `strategy`, such as CANARY, or leave `shadow` out");
            return false;
        }
        self.has_traffic(service, at)
    }

    /// Whether an alarm that takes the change back sees what the new revision of a service is sent.
    fn reads_copies(&self, service: ServiceId, pipeline: Option<&Pipeline>) -> bool {
        let watched = pipeline.into_iter().flat_map(|one| &one.alarms).map(|watched| watched.alarm);
        let mut all = self.plan.services[service].deployment.alarms.iter().copied().chain(watched);
        let mut seen = BTreeSet::new();
        all.any(|alarm| self.sees_new(alarm, service, &mut seen))
    }

    /// Alarms that were `seen` do not, nor does any below them.
    fn sees_new(&self, alarm: AlarmId, service: ServiceId, seen: &mut BTreeSet<AlarmId>) -> bool {
        let mut open = vec![alarm];
        while let Some(id) = open.pop() {
            if !seen.insert(id) {
                continue;
            }
            let row = &self.plan.alarms[id];
            match &row.watches {
                Watches::Metric(on) if row.service == service && on.scope == Scope::New => return true,
                Watches::Metric(_) => {}
                Watches::Alarms(one) => open.extend(one.rule.names()),
            }
        }
        false
    }
}
