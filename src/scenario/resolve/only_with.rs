//! Revisions that are bad only together with a feature: `onlyWithFlag`.

use super::Build;
use super::index::first;
use crate::model::defect::Kind;
use crate::model::ids::ChangeId;
use crate::model::problem::Noun;
use crate::scenario::file::Change;

impl Build<'_> {
    /// The flags that defects need, once all changes stand: a flag may be written below its revision.
    pub(super) fn only_with_flags(&mut self) {
        let scenario = self.scenario;
        let ids: Vec<ChangeId> = self.plan.changes_in_order().collect();
        for (place, (id, written)) in ids.into_iter().zip(&scenario.changes).enumerate() {
            let Some(name) = &written.only_with_flag else { continue };
            let found = self.only_with(id, written, name, &format!("/changes/{place}"));
            self.plan.changes[id].only_with = found;
        }
    }

    fn only_with(&mut self, id: ChangeId, written: &Change, name: &str, at: &str) -> Option<ChangeId> {
        let (key, scenario) = (format!("{at}/onlyWithFlag"), self.scenario);
        if written.feature_flag.is_some() {
            let hint = "write `onlyWithFlag` in the change that brings the revision";
            self.out.wrong_target(
                &key,
                "`onlyWithFlag` belongs to a change of a revision, not to a feature flag",
                hint,
            );
            return None;
        }
        if let Some(spec) = written.defect.as_ref().filter(|spec| !spec.spoils_requests()) {
            let message = format!("`{}` is a defect of tasks: it does not depend on what requests see", spec.kind());
            self.out.wrong_target(&key, message, "write a `defect` of requests, such as `errors`, or leave it out");
            return None;
        }
        let Some(flag) = first(&self.index.changes, name).map(|place| ChangeId(self.index.change_rows[place])) else {
            let flags = scenario.changes.iter().filter(|one| one.feature_flag.is_some());
            self.out.unknown(Noun::Change, name, &key, flags.map(|one| one.name.as_str()));
            return None;
        };
        if self.plan.changes[flag].flag.is_none() {
            let message = format!("`{name}` shows no feature");
            self.out.wrong_target(&key, message, "name a change with a `featureFlag`");
            return None;
        }
        let other =
            self.plan.changes[flag].services().find(|one| self.plan.changes[id].services().all(|own| own != *one));
        if let Some(other) = other {
            let message = format!(
                "the feature of `{name}` is of `{}`, which this change does not change",
                self.plan.services[other].name
            );
            self.out.wrong_target(&key, message, "name a feature flag of the same service");
            return None;
        }
        Some(flag)
    }
}
