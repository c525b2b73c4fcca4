//! What faults are limited to: how it is written, and what of it is there.
#![expect(clippy::option_option, reason = "not written is not the same as not understood")]

use super::course::{Course, FailShare};
use super::{Cx, FaultTarget, Occurrence, World};
use crate::engine::Draw;
use crate::model::fact::HostStatus;
use crate::model::flows::For;
use crate::model::ids::{CellId, ClusterId, HostId, ProviderId, RegionId, ZoneId};
use crate::model::names::Names;
use crate::model::plan::Plan;
use crate::model::problem::Problems;
use crate::model::tables::Host;

/// What has a clock of its own with `every`, and which of that a fault is limited to; `None`: all.
#[derive(Clone, Copy, Debug)]
pub enum Scope {
    World,
    Region(Option<RegionId>),
    Zone(Option<ZoneId>),
    /// The zone, or all that are no availability zones.
    ZoneAway(Option<ZoneId>),
    Cell(Option<CellId>),
    /// The cell that runs a cluster when the fault begins.
    CellOf(ClusterId),
    Pool,
    /// Each host, from the moment at which it is registered.
    Host,
    /// Each task, from the moment at which it runs.
    Task,
}

/// How far one occurrence of a fault with `every` reaches.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reach {
    /// Everywhere at the same time.
    World,
    /// All cells of a Region.
    Region,
    /// One cell, and what is its own.
    Own,
}

impl Scope {
    pub fn reach(self) -> Reach {
        match self {
            Scope::World => Reach::World,
            Scope::Region(_) | Scope::Zone(_) | Scope::ZoneAway(_) => Reach::Region,
            Scope::Cell(_) | Scope::CellOf(_) | Scope::Pool | Scope::Host | Scope::Task => Reach::Own,
        }
    }

    /// Clocks of this partition; hosts and tasks get theirs as they come.
    pub(super) fn clocks(self, world: &World, plan: &Plan) -> Vec<FaultTarget> {
        let zones = |open: &dyn Fn(ZoneId) -> bool| {
            world.zones.ids().filter(|zone| open(*zone)).map(FaultTarget::Zone).collect()
        };
        let cells = |only: Option<CellId>| {
            world.planes.ids().filter(|cell| only.is_none_or(|only| only == *cell)).map(FaultTarget::Cell).collect()
        };
        match self {
            Scope::World => vec![FaultTarget::All],
            Scope::Region(only) if only.is_none_or(|only| only == world.part.as_one.region) => vec![FaultTarget::All],
            Scope::ZoneAway(None) => zones(&|zone| plan.zones[zone].kind.away()),
            Scope::Zone(only) | Scope::ZoneAway(only) => zones(&|zone| only.is_none_or(|only| only == zone)),
            Scope::Cell(only) => cells(only),
            Scope::CellOf(cluster) => cells(Some(plan.clusters[cluster].cell)),
            Scope::Region(_) | Scope::Pool | Scope::Host | Scope::Task => Vec::new(),
        }
    }

    /// Zones of this partition that an occurrence means: the one of its clock, the one of the fault, or all.
    pub fn zones(self, occurrence: Occurrence, world: &World, plan: &Plan) -> Vec<ZoneId> {
        let (Scope::Zone(only) | Scope::ZoneAway(only)) = self else { return Vec::new() };
        let meant = if let FaultTarget::Zone(zone) = occurrence.fault_target { Some(zone) } else { only };
        let away = matches!(self, Scope::ZoneAway(None));
        let open = |zone: &ZoneId| meant.is_none_or(|only| only == *zone) && (!away || plan.zones[*zone].kind.away());
        world.zones.ids().filter(open).collect()
    }

    /// Cells of this partition that an occurrence means.
    pub fn cells(self, occurrence: Occurrence, world: &World) -> Vec<CellId> {
        let only = match (self, occurrence.fault_target) {
            (Scope::Cell(_) | Scope::CellOf(_), FaultTarget::Cell(cell)) => Some(cell),
            (Scope::Cell(only), _) => only,
            _ => return Vec::new(),
        };
        world.planes.ids().filter(|cell| only.is_none_or(|only| only == *cell)).collect()
    }
}

/// Capacity that a fault is limited to; `None` each: not limited.
#[derive(Clone, Debug)]
pub struct ProviderScope {
    pub providers: Option<Vec<ProviderId>>,
    pub cluster: Option<ClusterId>,
    pub zone: Option<ZoneId>,
}

impl ProviderScope {
    pub(super) fn has(&self, provider: ProviderId, plan: &Plan) -> bool {
        self.providers.as_ref().is_none_or(|only| only.contains(&provider))
            && self.cluster.is_none_or(|cluster| cluster == plan.providers[provider].cluster)
    }

    pub fn providers(&self, world: &World, plan: &Plan) -> Vec<ProviderId> {
        world.providers.ids().filter(|id| self.has(*id, plan)).collect()
    }

    pub(super) fn has_host(&self, host: &Host, plan: &Plan) -> bool {
        self.has(host.provider, plan) && self.zone.is_none_or(|zone| zone == host.zone)
    }

    /// Whether all of it belongs to one control-plane cell.
    pub(super) fn in_one_cell(&self, plan: &Plan) -> bool {
        let providers = self.providers.as_deref().unwrap_or_default();
        let mut cells = providers.iter().map(|id| plan.clusters[plan.providers[*id].cluster].cell);
        self.cluster.is_some() || cells.next().is_some_and(|first| cells.all(|cell| cell == first))
    }

    /// Registered hosts of it that one occurrence hits.
    pub(super) fn hosts(&self, hits: Hits, world: &World, occurrence: Occurrence, cx: &Cx<'_>) -> Vec<HostId> {
        let open = |&slot: &u32| {
            let host = world.hosts.at(slot);
            host.alive && host.status != HostStatus::Registering && self.has_host(host, cx.plan)
        };
        let all = (0..world.hosts.slots()).filter(open).map(|slot| world.hosts.handle(slot)).collect();
        let who = |id: HostId| world.hosts.at(id.slot).who;
        hits.pick(all, |id| cx.draw(For::FaultHits, occurrence.who.nth(who(id).0)))
    }
}

/// How many an occurrence hits: each by itself with probability `share`, or a `count` of all.
#[derive(Clone, Copy, Debug)]
pub struct Hits {
    pub count: u32,
    pub share: Option<f64>,
}

impl Hits {
    /// Whether a number of things is drawn out of all, which partitions cannot do each by itself.
    pub(super) fn counts(self) -> bool {
        self.share.is_none() && self.count < u32::MAX
    }

    /// Those that are hit: with a count, the ones with the smallest draws.
    pub(super) fn pick<I: Copy>(self, targets: Vec<I>, draw: impl Fn(I) -> Draw) -> Vec<I> {
        if let Some(share) = self.share {
            return targets.into_iter().filter(|&id| draw(id).happens(share)).collect();
        }
        let mut drawn: Vec<(u64, usize)> =
            targets.iter().enumerate().map(|(row, &id)| (draw(id).bits(), row)).collect();
        drawn.sort_unstable();
        drawn.truncate(self.count as usize);
        drawn.into_iter().map(|(_, row)| targets[row]).collect()
    }
}

/// A fault that is being resolved.
#[derive(Debug)]
pub struct Draft<'a> {
    /// JSON pointer of the kind's object.
    pub at: &'a str,
    pub names: &'a Names,
    pub plan: &'a Plan,
    pub out: &'a mut Problems,
    /// What the kind limits it to.
    pub scope: Scope,
    /// The share of tries that it fails, where each is drawn by itself.
    pub course: Option<Course>,
}

/// Looks up a name for the pointer at which it is written.
type Find<T> = fn(&Names, &str, &str, &mut Problems) -> Option<T>;

impl Draft<'_> {
    pub(super) fn key(&self, key: &str) -> String {
        format!("{}/{key}", self.at)
    }

    /// What an optional name stands for; `Some(None)`, as for all the others: none is written.
    pub(super) fn find<T>(&mut self, key: &str, name: Option<&String>, find: Find<T>) -> Option<Option<T>> {
        let Some(name) = name else { return Some(None) };
        find(self.names, name, &self.key(key), self.out).map(Some)
    }

    pub(super) fn zone(&mut self, name: Option<&String>) -> Option<Option<ZoneId>> {
        self.find("zone", name, Names::zone)
    }

    /// A share above 0.
    pub(super) fn share(&mut self, key: &str, value: Option<f64>) -> Option<Option<f64>> {
        let Some(value) = value else { return Some(None) };
        self.out.share_above_zero(value, &self.key(key)).map(Some)
    }

    /// Takes `failShare` as its course.
    pub(super) fn fails(&mut self, written: Option<&FailShare>) -> Option<()> {
        if let Some(written) = written {
            self.course = Some(written.resolve(&self.key("failShare"), self.out)?);
        }
        Some(())
    }

    /// `capacityProvider`, `cluster` and `zone`.
    pub(super) fn capacity(
        &mut self,
        provider: Option<&String>,
        cluster: Option<&String>,
        zone: Option<&String>,
    ) -> Option<ProviderScope> {
        let cluster = self.find("cluster", cluster, Names::cluster);
        let providers = self.find("capacityProvider", provider, Names::provider);
        let zone = self.zone(zone);
        Some(ProviderScope { providers: providers?, cluster: cluster?, zone: zone? })
    }

    /// `count` and `share`, of which one is written at most.
    pub(super) fn hits(&mut self, count: Option<u32>, share: Option<f64>, usual: u32) -> Option<Hits> {
        let drawn = self.share("share", share);
        if share.is_some() && count.is_some() {
            self.out.exclude("`count` and `share`", self.at);
            return None;
        }
        let sound = count.is_none_or(|count| self.out.within(count, 1.., &self.key("count")));
        sound.then_some(Hits { count: count.unwrap_or(usual), share: drawn? })
    }
}
