//! What the cells of a Region can do, and what is asked of them: shares of the Region's numbers, in whole billionths.

use super::Regions;
use crate::engine::Span;
use crate::model::plan::{self, CellRestart};
use crate::model::quantity::Rate;
use crate::scenario::file::{ControlPlane, Costs, Mapping, Restart, Router, Tested};

/// Most cells of a Region (model choice).
pub(super) const CELLS_MAX: u32 = 4_096;

/// Workers of a cell and of a cluster: the first example of shuffle sharding ([lib-shuffle-sharding]).
const WORKERS: u32 = 8;

const SHARD_SIZE: u32 = 2;

impl Regions<'_> {
    /// The control plane of a Region with so many availability zones.
    pub(super) fn plane(&mut self, written: &ControlPlane, zones: usize, at: &str) -> plan::Plane {
        let cells = u64::from(written.cells);
        let (zone_rate, peak_rate) = self.rates(written, cells, zones.max(1) as u64, at).unzip();
        if peak_rate.is_none() && written.peak_requests.is_none() {
            self.without_peak(written, at);
        }
        plan::Plane {
            zone_rate,
            peak_rate,
            queue: written.queue.0,
            grows_after: written.grows_after.map(|after| after.0),
            restart: restart(&written.restart),
            costs: costs(&written.costs),
            other_calls: written.other_calls.0.div_ceil(cells),
            tested: self.tested(written.tested.as_ref(), &format!("{at}/tested")),
            depends_on: None,
            router: self.router(&written.router, &format!("{at}/router")),
            growth: self.growth(written, at),
            evacuation: self.plane_evacuation(written, at),
        }
    }

    /// What a cell can do in each zone, and its share of the peak.
    fn rates(&mut self, written: &ControlPlane, cells: u64, zones: u64, at: &str) -> Option<(u64, u64)> {
        let percent = written.prescaled_percent;
        let peak = written.peak_requests?.0;
        if peak / cells == 0 {
            let hint = "leave `peakRequests` out for cells that take any load";
            self.out.out_of_range(&format!("{at}/peakRequests"), "`peakRequests` must be above 0 in each cell", hint);
            return None;
        }
        let (top, bottom) = share(percent, zones);
        let whole = u128::from(peak) * u128::from(top);
        if whole > u128::from(1_000_000_000 * Rate::ONE) * u128::from(bottom) {
            let message = "the cells of a Region together do at most 1,000,000,000 requests/s";
            return self
                .out
                .too_large(&format!("{at}/peakRequests"), message, "lower it, or `prescaledPercent`")
                .none();
        }
        // Rounded up, so that A - 1 zones of A do the peak to the last billionth.
        let zone = whole.div_ceil(u128::from(bottom) * u128::from(cells) * u128::from(zones));
        Some((zone as u64, peak / cells))
    }

    /// Without a peak there is no capacity that work could exceed.
    fn without_peak(&mut self, written: &ControlPlane, at: &str) {
        let costs = &written.costs;
        let usual = Costs::default();
        let dear = (costs.launch, costs.stop, costs.state_change, costs.reconcile)
            != (usual.launch, usual.stop, usual.state_change, usual.reconcile);
        let idle = [
            ("prescaledPercent", written.prescaled_percent.is_some()),
            ("growsAfter", written.grows_after.is_some()),
            ("queue", written.queue != ControlPlane::default().queue),
            ("otherCalls", written.other_calls.0 > 0),
            ("costs", dear),
            ("tested/beyond", written.tested.as_ref().is_some_and(|tested| tested.beyond.is_some())),
        ];
        for (key, _) in idle.iter().filter(|(_, idle)| *idle) {
            let (why, hint) = ("without `peakRequests` a cell takes any load", "write `peakRequests`, or leave it out");
            self.out.idle(&format!("{at}/{key}"), why, hint);
        }
    }

    fn tested(&mut self, written: Option<&Tested>, at: &str) -> plan::Tested {
        let Some(written) = written else { return plan::Tested::default() };
        if written.requests.is_some_and(|rate| rate.0 == 0) {
            let hint = "write a rate such as \"100/s\", or leave it out";
            self.out.out_of_range(&format!("{at}/requests"), "`requests` must be above 0", hint);
        }
        let beyond = written.beyond.unwrap_or(1.0);
        let nothing = written.requests.is_none() && written.clusters.is_none() && written.tasks.is_none();
        if nothing && written.beyond.is_some() {
            let why = "no size is written up to which a cell was tested";
            self.out.idle(&format!("{at}/beyond"), why, "write `requests`, `clusters` or `tasks`");
        }
        plan::Tested {
            rate: written.requests.map(|rate| rate.0),
            clusters: written.clusters,
            tasks: written.tasks,
            beyond: libm::round(beyond * 1e3) as u32,
        }
    }

    fn router(&mut self, written: &Router, at: &str) -> plan::Router {
        let mapping = match written.mapping {
            Mapping::FullMap => plan::Mapping::FullMap,
            Mapping::Hash => plan::Mapping::Hash,
            Mapping::Ring => plan::Mapping::Ring,
            Mapping::ShuffleShard => {
                let workers = written.workers.unwrap_or(WORKERS);
                let size = written.shard_size.unwrap_or(SHARD_SIZE.min(workers));
                let sound = self.out.within(size, 1..=workers, &format!("{at}/shardSize"));
                let (workers, size) = if sound { (workers, size) } else { (WORKERS, SHARD_SIZE) };
                plan::Mapping::ShuffleShard { workers, size }
            }
        };
        let sharded = written.mapping == Mapping::ShuffleShard;
        for (key, count) in [("workers", written.workers), ("shardSize", written.shard_size)] {
            if count.is_some() && !sharded {
                let message = format!("`{key}` belongs to `shuffleShard`");
                let hint = "write \"mapping\": \"shuffleShard\", or leave it out";
                self.out.conflict(&format!("{at}/{key}"), message, hint);
            }
        }
        if !written.map.is_empty() && written.mapping != Mapping::FullMap {
            let hint = "write \"mapping\": \"fullMap\", or move its rows to `pins`";
            self.out.conflict(&format!("{at}/map"), "`map` belongs to `fullMap`", hint);
        }
        let refresh = written.refresh.0;
        self.out.within(refresh, Span::SECOND..=Span::from_secs(86_400), &format!("{at}/refresh"));
        plan::Router { mapping, refresh }
    }
}

fn restart(written: &Restart) -> CellRestart {
    let each = |rate: f64| Span::from_secs_f64(1.0 / rate);
    let (cluster, task) = (each(written.clusters_per_second), each(written.tasks_per_second));
    CellRestart { base: written.base.0, cluster, task }
}

fn costs(written: &Costs) -> plan::Costs {
    let millionths = |cost: f64| libm::round(cost * 1e6) as u64;
    plan::Costs {
        launch: millionths(written.launch),
        stop: millionths(written.stop),
        state_change: millionths(written.state_change),
        reconcile: millionths(written.reconcile),
    }
}

/// Capacity over the peak, as a fraction: the written percentage, or A / (A - 1) over A zones, so that one may be lost
/// ([lib-static-stability]). Nothing is left of one zone, so no more than the peak is built there (model choice).
fn share(percent: Option<u32>, zones: u64) -> (u64, u64) {
    match (percent, zones) {
        (Some(percent), _) => (u64::from(percent), 100),
        (None, 1) => (1, 1),
        (None, zones) => (zones, zones - 1),
    }
}

#[cfg(test)]
mod tests {
    use super::share;

    #[test]
    fn capacity_survives_a_zone_by_default() {
        assert_eq!([2, 3, 4].map(|zones| share(None, zones)), [(2, 1), (3, 2), (4, 3)]);
        assert_eq!((share(None, 1), share(Some(150), 3)), ((1, 1), (150, 100)));
    }
}
