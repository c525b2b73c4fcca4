//! What a loss of power took comes back little by little: hosts each by a law of their own, a part of them never, and
//! Fargate stock in steps.
//!
//! ```text
//! fault begins: each host draws ─► fault ends ─► its time ─► HostBack: a host outside AWS runs again
//!                                                        ─► PlaceBack: the provider may launch in its place
//!               stock is withheld ─► fault ends ─► StockBack, step by step
//! ```
//! Until the last host of a provider in a zone has had its time, the zone gives this provider a host only in the place
//! of one that is back (model choice).

use super::{Course, CourseStep, Draft, Live, Occurrence};
use crate::engine::key::Phase;
use crate::engine::{Dist, Span, Time};
use crate::model::fact::Cause;
use crate::model::flows::For;
use crate::model::flows::host::{external, scale};
use crate::model::flows::scheduler::rebalance;
use crate::model::ids::{HostId, ProviderId, TypeId, ZoneId};
use crate::model::plan::ProviderKind;
use crate::model::quantity::Law;
use crate::model::step;
use crate::model::tables::zone::LEFT_OUT;
use crate::model::world::{Cx, World};

/// How hosts come back after the fault.
#[derive(Clone, Debug)]
pub struct HostsReturn {
    /// From the end of the fault until a host has power again.
    pub after: Dist,
    /// Share of the hosts that never have, 0 to 1.
    pub never: f64,
}

impl HostsReturn {
    /// `hostsReturn` and `neverShare`; `Some(None)`: neither is written.
    #[expect(clippy::option_option, reason = "not written is not the same as not understood")]
    pub(super) fn resolve(law: Option<&Law>, never: Option<f64>, draft: &mut Draft<'_>) -> Option<Option<HostsReturn>> {
        let never_share = draft.share("neverShare", never);
        let Some(law) = law else {
            if never.is_some() {
                let hint = "write \"hostsReturn\": {\"constant\": \"0s\"} if the others are back at once";
                draft.out.missing(&draft.key("neverShare"), "`neverShare` needs `hostsReturn` beside it", hint);
                return None;
            }
            return Some(None);
        };
        let after = law.read(&draft.key("hostsReturn"), draft.out);
        Some(Some(HostsReturn { after: after?, never: never_share?.unwrap_or(0.0) }))
    }

    /// When a host that is about to die has had its time, and whether it is back then; `None`: the fault has no end, or
    /// its group launches nothing in the place of one in `Standby`.
    fn draw(&self, world: &World, id: HostId, occurrence: Occurrence, cx: &Cx<'_>) -> Option<(Time, bool)> {
        let host = world.hosts.at(id.slot);
        let ends = occurrence.ends.filter(|_| !host.standby)?;
        let mut draw = cx.draw(For::HostReturn, occurrence.who.nth(host.life().0));
        let returns = !draw.happens(self.never);
        Some((ends + self.after.sample(&mut draw), returns))
    }

    /// A zone lost its power: this host, which is about to die, will be back by itself or never.
    pub(super) fn of_zone(&self, world: &mut World, id: HostId, occurrence: Occurrence, cx: &mut Cx<'_>) {
        let Some((at, returns)) = self.draw(world, id, occurrence, cx) else { return };
        let host = world.hosts.at_mut(id.slot);
        let (provider, zone, kind, life) = (host.provider, host.zone, host.kind, host.lives);
        if matches!(cx.plan.providers[provider].kind, ProviderKind::External(_)) {
            host.unpowered = true;
            if returns {
                cx.at(at, Phase::Fault, step::Fault::HostBack(id, life));
            }
            return;
        }
        world.providers[provider].place(zone, kind).out += 1;
        cx.at(at, Phase::Fault, step::Fault::PlaceBack(provider, zone, kind, u8::from(returns)));
    }

    /// This host crashes: whether its successor is brought, which then comes by itself.
    pub(super) fn of_crash(&self, world: &mut World, id: HostId, occurrence: Occurrence, cx: &mut Cx<'_>) -> bool {
        let Some((at, returns)) = self.draw(world, id, occurrence, cx) else { return false };
        let host = world.hosts.at_mut(id.slot);
        let external = matches!(cx.plan.providers[host.provider].kind, ProviderKind::External(_));
        host.unpowered = external;
        if returns {
            let back = step::Fault::HostBack(id, host.lives);
            let succeeds = step::Fault::Succeeds(host.provider, occurrence.cause, host.zone, host.kind);
            cx.at(at, Phase::Fault, if external { back } else { succeeds });
        }
        returns && !external
    }
}

/// A place of a provider's host has had its time: it is back, or is given up for good.
pub(super) fn place_back(
    world: &mut World,
    provider: ProviderId,
    (zone, kind): (ZoneId, TypeId),
    back: bool,
    cx: &mut Cx<'_>,
) {
    let place = world.providers[provider].place(zone, kind);
    place.out = place.out.saturating_sub(1);
    place.back += u32::from(back);
    look(provider, cx);
    if !world.providers[provider].awaits_power(zone) {
        cx.after(LEFT_OUT, step::Fault::PlacesOver(provider, zone));
    }
}

/// The provider looks at once, and when its launches no longer stay away from the zone.
fn look(provider: ProviderId, cx: &mut Cx<'_>) {
    cx.after(Span::ZERO, step::Scale::Fill(provider));
    cx.after(LEFT_OUT, step::Scale::Fill(provider));
}

/// The successor of a crashed host comes, in its place if the zone has power.
pub(super) fn succeeds(
    world: &mut World,
    provider: ProviderId,
    cause: Cause,
    (zone, kind): (ZoneId, TypeId),
    cx: &mut Cx<'_>,
) {
    if !world.release_held(cause, provider) {
        return;
    }
    world.providers[provider].place(zone, kind).back += 1;
    scale::succeed(world, provider, cx);
    cx.after(LEFT_OUT, step::Fault::PlacesOver(provider, zone));
}

/// Places that nobody took for five minutes after the last return go to others (model choice).
pub(super) fn places_over(world: &mut World, provider: ProviderId, zone: ZoneId) {
    let row = &mut world.providers[provider];
    if !row.awaits_power(zone) {
        row.places.retain(|place| place.zone != zone);
    }
}

/// A host outside AWS has power again.
pub(super) fn host_back(world: &mut World, id: HostId, life: u32, cx: &mut Cx<'_>) {
    if world.hosts.get(id).is_some_and(|host| !host.alive && host.lives == life) {
        world.hosts.at_mut(id.slot).unpowered = false;
        external::revive_one(world, id, cx);
    }
}

/// Millionths in one.
const WHOLE: u32 = 1_000_000;

/// `fargateReturns`: times from the end of the fault, and how much of what it took is back. `Some(None)`: not written.
#[expect(clippy::option_option, reason = "not written is not the same as not understood")]
pub(super) fn stock_course(steps: Option<&[CourseStep]>, draft: &mut Draft<'_>) -> Option<Option<Course>> {
    let Some(steps) = steps else { return Some(None) };
    let (at, out) = (draft.key("fargateReturns"), &mut *draft.out);
    let course = Course::resolve(steps, &at, "write [{\"at\": \"2h\", \"share\": 1.0}]", out);
    let mut falls = false;
    for (row, pair) in steps.windows(2).enumerate() {
        let (before, share) = (pair[0].share, pair[1].share);
        if share < before && (0.0..=1.0).contains(&share) {
            let message = format!("`{share}` is less than `{before}`, the step before");
            let hint = "what is back stays: write another fault for what is lost again";
            out.out_of_range(&format!("{at}/{}/share", row + 1), message, hint);
            falls = true;
        }
    }
    course.filter(|_| !falls).map(Some)
}

/// The fault takes its share of the zone's Fargate stock, until the course brings it back.
pub(super) fn stock_goes(world: &mut World, zone: ZoneId, share: f64, cause: Cause) {
    world.zones[zone].withheld.push((cause, there(share, 0)));
}

/// What there is of a stock of which `share` was lost and `back` of that is back again, in millionths.
fn there(share: f64, back: u32) -> u32 {
    WHOLE - libm::round(share * f64::from(WHOLE - back)) as u32
}

/// The fault has ended: the course begins.
pub(super) fn stock_returns(zone: ZoneId, course: &Course, cause: Cause, cx: &mut Cx<'_>) {
    for (row, (after, _)) in course.steps().iter().enumerate() {
        cx.at(cx.now + *after, Phase::Fault, step::Fault::StockBack(zone, cause, row as u32));
    }
}

/// A step of the course.
pub(super) fn stock_back(world: &mut World, zone: ZoneId, cause: Cause, row: u32, cx: &mut Cx<'_>) {
    let Some((fault, _)) = cause.as_fault() else { return };
    let Live::ZonePowerLoss(live) = &cx.plan.faults[fault].effect else { return };
    let Some(course) = &live.stock else { return };
    let now = there(live.share, course.steps()[row as usize].1);
    let withheld = &mut world.zones[zone].withheld;
    if let Some(found) = withheld.iter_mut().find(|(of, _)| *of == cause) {
        found.1 = now;
    }
    withheld.retain(|(_, there)| *there < WHOLE);
    rebalance::zone_is_back(world, cx);
}
