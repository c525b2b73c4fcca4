//! How many tasks may be missing or too many while a service moves, and whether its zones are evened out.

use super::Build;
use crate::model::placement::{Placement, Strategy};
use crate::model::plan::Kind;
use crate::scenario::ecs::Toggle;
use crate::scenario::ecs::service::Service;

/// 2025-09-05T00:00:00Z in seconds since 1970: services that are created from then on have zone rebalancing by default
/// (sourced: [ecs-zone-rebalancing]).
const EVENED_OUT_SINCE: i64 = 1_757_030_400;

impl Build<'_> {
    pub(super) fn percents(&mut self, service: &Service, kind: Kind, at: &str) -> (u32, u32) {
        let at = format!("{at}/deploymentConfiguration");
        let written = service.deployment_configuration.as_ref();
        let least = written.and_then(|written| written.minimum_healthy_percent);
        let most = written.and_then(|written| written.maximum_percent);
        let (least_default, most_default) = if kind == Kind::Daemon { (0, 100) } else { (100, 200) };
        let (least, most) = (least.unwrap_or(least_default), most.unwrap_or(most_default));
        if kind == Kind::Daemon && most != 100 {
            let message = format!("ECS takes a DAEMON service with `maximumPercent` 100 only, not {most}");
            self.out.refused(&format!("{at}/maximumPercent"), message, "write 100, or leave it out");
        }
        let desired = u64::from(service.desired_count.unwrap_or(0));
        let stays = (desired * u64::from(least)).div_ceil(100) >= desired;
        if kind == Kind::Replica && desired > 0 && stays && desired * u64::from(most) / 100 <= desired {
            let message = format!("of {desired} tasks none may stop before another starts, and none may start");
            self.out.doubtful(&at, message, "lower `minimumHealthyPercent` or raise `maximumPercent`");
        }
        (least, most)
    }

    /// Whether ECS evens out the zones.
    pub(super) fn rebalancing(
        &mut self,
        service: &Service,
        kind: Kind,
        most: u32,
        placement: &Placement,
        at: &str,
    ) -> bool {
        let written = service.availability_zone_rebalancing;
        let by_zone = |name: &&str| *name == "ecs.availability-zone";
        let obstacle = if kind == Kind::Daemon {
            Some("a DAEMON service")
        } else if most == 100 {
            Some("`maximumPercent` 100")
        } else if placement.strategies.first().is_some_and(|first| *first != Strategy::SpreadZone) {
            Some("a first placement strategy other than spread over zones")
        } else if service.load_balancers.iter().any(|balancer| balancer.load_balancer_name.is_some()) {
            Some("a Classic Load Balancer")
        } else if placement.member_of.iter().any(|expression| expression.attributes().iter().any(by_zone)) {
            Some("a placement constraint on `ecs.availability-zone`")
        } else {
            None
        };
        if let (Some(Toggle::Enabled), Some(obstacle)) = (written, obstacle) {
            let message = format!("ECS refuses zone rebalancing together with {obstacle}");
            let hint = "write DISABLED, or change the other";
            self.out.refused(&format!("{at}/availabilityZoneRebalancing"), message, hint);
        }
        let old = written.is_none() && obstacle.is_none() && self.is_old(service, at);
        written != Some(Toggle::Disabled) && obstacle.is_none() && !old
    }

    /// Whether a service is older than the day from which on ECS evens out zones by default.
    fn is_old(&mut self, service: &Service, at: &str) -> bool {
        let Some(written) = &service.created_at else { return false };
        let at = format!("{at}/createdAt");
        let Some(created) = written.seconds() else {
            let message = format!("`createdAt` must be a date, not `{}`", written.0);
            self.out.malformed(&at, message, "write it as \"2026-01-05T00:00:00Z\"");
            return false;
        };
        let old = created < EVENED_OUT_SINCE;
        if old {
            let message = "created before 5 September 2025: `availabilityZoneRebalancing` is DISABLED by default";
            self.out.default_taken(&at, message, "");
        }
        old
    }
}
