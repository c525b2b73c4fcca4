//! Desired counts that service auto scaling changes: the first ones of each service, and how long after a larger rate.

use super::{Moment, What};
use crate::engine::{Span, Time};
use crate::model::fact::{NotScaled, ScaledBy, ScalingFact, ServiceFact};
use crate::model::ids::{AlarmId, ServiceId};
use crate::model::plan::Plan;
use crate::model::plan::scaling::PolicyKind;
use std::collections::BTreeMap;

/// Scale-outs, and scale-ins, of a service that are told.
const TOLD_MAX: u32 = 4;
/// A larger rate so long ago is not why a policy acts.
const WHY: Span = Span(1_800_000_000);

/// What has been told of each service that is scaled.
#[derive(Clone, Debug, Default)]
pub(super) struct Scaled {
    services: BTreeMap<ServiceId, Told>,
    /// Alarms that target tracking makes for itself, in order.
    own: Vec<AlarmId>,
}

/// Enough has been told of a service.
pub(super) struct LeftOut;

#[derive(Clone, Copy, Debug, Default)]
struct Told {
    offered: u64,
    /// When the rate rose last.
    rose: Option<Time>,
    /// Scale-outs and scale-ins so far.
    outs: u32,
    ins: u32,
    /// Whether it has been told what held a policy back.
    held: [bool; 3],
}

impl Scaled {
    pub(super) fn new(plan: &Plan) -> Scaled {
        let services = plan.scaling.iter().map(|target| (target.service, Told::default())).collect();
        let policies = plan.scaling.iter().flat_map(|target| &target.policies);
        let tracking = policies.filter_map(|policy| match &policy.kind {
            PolicyKind::TargetTracking(policy) => Some([Some(policy.high), policy.low]),
            PolicyKind::Step(_) | PolicyKind::Predictive(_) => None,
        });
        let mut own: Vec<AlarmId> = tracking.flatten().flatten().collect();
        own.sort_unstable();
        Scaled { services, own }
    }

    /// Whether an alarm is target tracking's own: what it does is told, and not that it rings.
    pub(super) fn owns(&self, alarm: AlarmId) -> bool {
        self.own.binary_search(&alarm).is_ok()
    }

    pub(super) fn flow(&mut self, now: Time, fact: ServiceFact) {
        let ServiceFact::Flow { service, offered, .. } = fact else { return };
        let Some(told) = self.services.get_mut(&service) else { return };
        if offered > told.offered {
            told.rose = Some(now);
        }
        told.offered = offered;
    }

    /// A moment to be told, if it is one; an error: it is left out.
    pub(super) fn take(&mut self, now: Time, fact: ScalingFact) -> Result<Option<Moment>, LeftOut> {
        let (service, by, from, to) = match fact {
            ScalingFact::Changed { service, by, from, to } => (service, by, from, to),
            ScalingFact::Held { service, by, from, to, why } => {
                return Ok(self.held(now, service, (by, from, to), why));
            }
            ScalingFact::Limits { .. } => return Ok(None),
        };
        let Some(told) = self.services.get_mut(&service) else { return Ok(None) };
        let count = if to > from { &mut told.outs } else { &mut told.ins };
        *count += 1;
        if *count > TOLD_MAX {
            return Err(LeftOut);
        }
        let out = to > from && matches!(by, ScaledBy::Policy(_));
        let after = told.rose.filter(|_| out).map(|rose| now.since(rose)).filter(|after| *after <= WHY);
        Ok(Some(Moment { at: now, what: What::Scaled { service, by, from, to, after } }))
    }

    /// What a policy asks for and does not get is told once for each reason; a cooldown and a minimum are no news.
    fn held(
        &mut self,
        at: Time,
        id: ServiceId,
        (by, from, to): (ScaledBy, u32, u32),
        why: NotScaled,
    ) -> Option<Moment> {
        let place = match why {
            NotScaled::Deployment => 0,
            NotScaled::Maximum => 1,
            NotScaled::Suspended => 2,
            NotScaled::Cooldown | NotScaled::Minimum | NotScaled::OtherPolicy => return None,
        };
        let told = std::mem::replace(&mut self.services.get_mut(&id)?.held[place], true);
        (!told).then_some(Moment { at, what: What::NotScaled { service: id, by, from, to, why } })
    }
}
