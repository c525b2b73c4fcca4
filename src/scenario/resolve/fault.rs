//! Faults: when, for how long, what.

use super::index::stands_before;
use super::order::by_name;
use super::{Activity, Refused, after_end, gaps};
use crate::engine::{Dist, Span, Time, Who};
use crate::model::fault::{self, Spec};
use crate::model::plan::{self, When};
use crate::model::problem::Noun;
use crate::scenario::entry::Fault;

impl Activity<'_> {
    pub(super) fn faults(&mut self) {
        let list = &self.scenario.faults;
        let mut written = Vec::new();
        // Whether any provider is Spot: looked up once.
        let mut any_spot = None;
        for index in by_name(list, |fault| &fault.name) {
            let fault = &list[index];
            let at = format!("/faults/{index}");
            if fault.name.trim().is_empty() {
                let hint = "objectives and results speak of it";
                self.out.invalid_name(&format!("{at}/name"), "a fault needs a name", hint);
            }
            if fault.name.contains(char::is_control) {
                let hint = "take line breaks, tabs and other controls out";
                self.out.invalid_name(&format!("{at}/name"), "the name of a fault must be one line of text", hint);
            }
            if stands_before(&self.index.faults, &fault.name, index) {
                self.out.duplicate(Noun::Fault, &fault.name, &format!("{at}/name"));
            }
            let when = self.when(fault, &at);
            let lasts = self.lasts(fault, &at);
            let effect = fault.spec.resolve(&format!("{at}/{}", fault.spec.kind()), &self.names, self.out);
            self.spot_only(fault, &mut any_spot, &at);
            self.own_zone_only(fault, &at);
            self.end_of_returns(fault, &at);
            let (Some(when), Ok(lasts), Some(effect)) = (when, lasts, effect) else { continue };
            self.late_steps(fault, &effect, lasts.as_ref(), &at);
            let id = self.plan.faults.push(plan::Fault {
                name: fault.name.clone(),
                kind: fault.spec.kind(),
                who: Who::named(&format!("fault {}", fault.name)),
                when,
                lasts,
                effect,
            });
            written.push((index, id));
        }
        written.sort_unstable();
        self.plan.written.faults = written.into_iter().map(|(_, id)| id).collect();
    }

    /// Steps of `failShare` that come when the fault is over.
    fn late_steps(&mut self, fault: &Fault, effect: &fault::Live, lasts: Option<&Dist>, at: &str) {
        let Some(last) = effect.fail_share().map(fault::Course::last) else { return };
        if let Some(end) = lasts.and_then(Dist::fixed).filter(|end| last >= *end) {
            let at = format!("{at}/{}/failShare", fault.spec.kind());
            let message = format!("the step at `{last}` comes after the end of the fault, `{end}`");
            self.out.after_end(&at, message, "make `for` longer, or remove the step");
        }
    }

    fn when(&mut self, fault: &Fault, at: &str) -> Option<When> {
        match (&fault.at, &fault.every) {
            (Some(time), None) => {
                let time = Time::ZERO + time.0;
                let key = format!("{at}/at");
                let hint = "the fault never happens: move it, or make `duration` longer";
                if !after_end(&self.plan, time, &key, hint, self.out) && time < Time::ZERO + self.plan.warm_up {
                    let message = format!("`{time}` lies in the warm-up of `{}`", self.plan.warm_up);
                    self.out.after_end(&key, message, "what it does there is not measured");
                }
                Some(When::At(time))
            }
            (None, Some(law)) => {
                let key = fault.spec.kind();
                let drawn = match &fault.spec {
                    Spec::HostCrash(spec) => spec.count.is_some() || spec.share.is_some(),
                    Spec::TaskCrash(spec) => spec.count.is_some() || spec.share.is_some(),
                    _ => false,
                };
                if drawn {
                    let message = "with `every` each has its own clock: `count` and `share` belong to `at`";
                    self.out.conflict(&format!("{at}/{key}"), message, "leave them out");
                }
                gaps(law, &format!("{at}/every"), self.out).map(When::Every)
            }
            (time, _) => {
                let missing = "nothing says when the fault begins";
                self.out.one_of("`at` and `every`", time.is_some(), at, missing, "write \"at\": \"1h\"");
                None
            }
        }
    }

    /// `None`: its effect is not lifted.
    fn lasts(&mut self, fault: &Fault, at: &str) -> Result<Option<Dist>, Refused> {
        let key = format!("{at}/for");
        let kind = fault.spec.kind();
        let Some(written) = &fault.lasts else {
            let ends_itself = matches!(fault.spec, Spec::TaskCrash(_) | Spec::HostCrash(_) | Spec::SpotReclaim(_));
            if ends_itself {
                return Ok(None);
            }
            if fault.every.is_some() {
                let message = format!("`{kind}` with `every` needs `for`: it would come once and never heal");
                self.out.missing(at, message, "write \"for\": \"20m\" or a law");
                return Err(Refused);
            }
            self.out.default_taken(at, format!("`{kind}` has no `for`: it lasts to the end"), "write \"for\": \"40m\"");
            return Ok(None);
        };
        let dist = written.0.read(&key, self.out).ok_or(Refused)?;
        if dist.fixed() == Some(Span::ZERO) {
            self.out.out_of_range(&key, "`for` must be above 0", "write a length such as \"40m\"");
            return Err(Refused);
        }
        Ok(Some(dist))
    }

    /// What comes back by a law is counted from the end of its fault.
    fn end_of_returns(&mut self, fault: &Fault, at: &str) {
        if let (Some(key), None) = (fault.spec.returns(), &fault.lasts) {
            let message = format!("`{key}` counts from the end of the fault, and the fault has none");
            self.out.missing(&format!("{at}/{}/{key}", fault.spec.kind()), message, "write \"for\": \"1h\" or a law");
        }
    }

    /// Control planes stand in availability zones only.
    fn own_zone_only(&mut self, fault: &Fault, at: &str) {
        let Spec::ControlPlaneZoneLoss(spec) = &fault.spec else { return };
        let zone = spec.zone.as_ref().and_then(|name| self.names.zones.get(name).map(|id| (name, *id)));
        if let Some((name, _)) = zone.filter(|(_, id)| self.plan.zones[*id].kind.away()) {
            let message = format!("the control plane has nothing in `{name}`: it is always the Region's");
            let hint = "name an availability zone; `linkCut` cuts the zone off from it";
            self.out.wrong_target(&format!("{at}/controlPlaneZoneLoss/zone"), message, hint);
        }
    }

    /// Only Spot capacity can be taken back.
    fn spot_only(&mut self, fault: &Fault, any_spot: &mut Option<bool>, at: &str) {
        let Spec::SpotReclaim(spec) = &fault.spec else { return };
        let spot = |id: &crate::model::ids::ProviderId| super::service::is_spot(&self.plan.providers[*id].kind);
        let any_spot = any_spot.get_or_insert_with(|| self.plan.providers.ids().any(|id| spot(&id)));
        match spec.capacity_provider.as_ref().map(|name| (name, self.names.providers.get(name))) {
            Some((name, Some(rows))) if !rows.iter().any(spot) => {
                let at = format!("{at}/spotReclaim/capacityProvider");
                self.out.wrong_target(&at, format!("`{name}` has no Spot capacity"), "name a Spot provider");
            }
            None if !*any_spot => {
                let hint = "add a Spot provider";
                self.out.wrong_target(&format!("{at}/spotReclaim"), "the scenario has no Spot capacity", hint);
            }
            _ => {}
        }
    }
}
