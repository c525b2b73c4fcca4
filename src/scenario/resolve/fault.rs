//! Faults: when, for how long, what.

use super::index::stands_before;
use super::order::by_name;
use super::{Build, Refused};
use crate::engine::{Dist, Span, Time, Who};
use crate::model::fault::{self, Spec};
use crate::model::plan::{self, When};
use crate::scenario::entry::Fault;

impl Build<'_> {
    pub(super) fn faults(&mut self) {
        let list = &self.scenario.faults;
        let mut written = Vec::new();
        // Whether any provider is Spot: looked up once.
        let mut any_spot = None;
        for index in by_name(list, |fault| &fault.name) {
            let fault = &list[index];
            let at = format!("/faults/{index}");
            if fault.name.trim().is_empty() {
                self.out.error(&format!("{at}/name"), "a fault needs a name", "objectives and results speak of it");
            }
            if fault.name.contains(char::is_control) {
                let hint = "take line breaks, tabs and other controls out";
                self.out.error(&format!("{at}/name"), "a fault's name is one line of text", hint);
            }
            if stands_before(&self.index.faults, &fault.name, index) {
                let message = format!("two faults are called `{}`", fault.name);
                self.out.error(&format!("{at}/name"), message, "give each its own name");
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
            self.out.warning(&at, message, "make `for` longer, or remove the step");
        }
    }

    fn when(&mut self, fault: &Fault, at: &str) -> Option<When> {
        match (&fault.at, &fault.every) {
            (Some(time), None) => {
                let time = Time::ZERO + time.0;
                let key = format!("{at}/at");
                if time >= self.plan.end() {
                    let message = format!("`{time}` is after the end of the run, `{}`", self.plan.duration);
                    self.out.warning(&key, message, "the fault never happens: move it, or make `duration` longer");
                } else if time < Time::ZERO + self.plan.warm_up {
                    let message = format!("`{time}` lies in the warm-up of `{}`", self.plan.warm_up);
                    self.out.warning(&key, message, "what it does there is not measured");
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
                    self.out.error(&format!("{at}/{key}"), message, "leave them out");
                }
                self.gaps(law, &format!("{at}/every")).map(When::Every)
            }
            (Some(_), Some(_)) => {
                self.out.error(at, "`at` and `every` exclude each other", "keep one of them");
                None
            }
            (None, None) => {
                self.out.error(at, "nothing says when the fault begins", "write \"at\": \"1h\"");
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
                self.out.error(at, message, "write \"for\": \"20m\" or a law");
                return Err(Refused);
            }
            self.out.note(at, format!("`{kind}` has no `for`: it lasts to the end"), "write \"for\": \"40m\"");
            return Ok(None);
        };
        let dist = self.law(&written.0, &key).ok_or(Refused)?;
        if dist.fixed() == Some(Span::ZERO) {
            self.out.error(&key, "a fault of no length breaks nothing", "write a length such as \"40m\"");
            return Err(Refused);
        }
        Ok(Some(dist))
    }

    /// What comes back by a law is counted from the end of its fault.
    fn end_of_returns(&mut self, fault: &Fault, at: &str) {
        if let (Some(key), None) = (fault.spec.returns(), &fault.lasts) {
            let message = format!("`{key}` counts from the end of the fault, and the fault has none");
            self.out.error(&format!("{at}/{}/{key}", fault.spec.kind()), message, "write \"for\": \"1h\" or a law");
        }
    }

    /// Control planes stand in availability zones only.
    fn own_zone_only(&mut self, fault: &Fault, at: &str) {
        let Spec::ControlPlaneZoneLoss(spec) = &fault.spec else { return };
        let zone = spec.zone.as_ref().and_then(|name| self.names.zones.get(name).map(|id| (name, *id)));
        if let Some((name, _)) = zone.filter(|(_, id)| self.plan.zones[*id].kind.away()) {
            let message = format!("the control plane has nothing in `{name}`: it is always the Region's");
            let hint = "name an availability zone; `linkCut` cuts the zone off from it";
            self.out.error(&format!("{at}/controlPlaneZoneLoss/zone"), message, hint);
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
                self.out.error(&at, format!("`{name}` has no Spot capacity"), "name a Spot provider");
            }
            None if !*any_spot => {
                self.out.error(
                    &format!("{at}/spotReclaim"),
                    "the scenario has no Spot capacity",
                    "add a Spot provider",
                );
            }
            _ => {}
        }
    }
}
