//! What the cells of a Region can do, and what is asked of them: shares of the Region's numbers, in whole billionths.

use super::Build;
use crate::engine::Span;
use crate::model::ids::ServiceId;
use crate::model::plan::{self, CellRestart, Kind};
use crate::model::quantity::Rate;
use crate::scenario::file::{ControlPlane, Costs, Restart, Tested};

/// Most cells of a Region (model choice).
pub(super) const CELLS_MAX: u32 = 4_096;

impl Build<'_> {
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
            self.out.too_large(&format!("{at}/peakRequests"), message, "lower it, or `prescaledPercent`");
            return None;
        }
        // Rounded up, so that A - 1 zones of A do the peak to the last billionth.
        let zone = whole.div_ceil(u128::from(bottom) * u128::from(cells) * u128::from(zones));
        Some((zone as u64, peak / cells))
    }

    /// The services that launch paths need, once all services are known.
    pub(super) fn launch_path(&mut self) {
        for (index, region) in self.scenario.regions.iter().enumerate() {
            let Some(name) = region.control_plane.as_ref().and_then(|plane| plane.depends_on.as_ref()) else {
                continue;
            };
            let at = format!("/regions/{index}/controlPlane/dependsOn");
            let Some(service) = self.names.service(name, &at, self.out) else { continue };
            let of = self.plan.cells[self.plan.clusters[self.plan.services[service].cluster].cell].region;
            if self.plan.regions[of].name != region.name {
                let message = format!("`{name}` runs in `{}`: Regions share nothing", self.plan.regions[of].name);
                self.out.wrong_target(&at, message, format!("name a service of `{}`", region.name));
            } else if let Some(plane) = &mut self.plan.regions[of].plane {
                plane.depends_on = Some(service);
                self.closed_circle(service, name, &at);
            }
        }
    }

    /// A launch path that needs a service without tasks at time 0 launches nothing, the tasks of this service included.
    fn closed_circle(&mut self, service: ServiceId, name: &str, at: &str) {
        let row = &self.plan.services[service];
        let cluster = &self.plan.clusters[row.cluster];
        let (why, hint) = if row.kind == Kind::Stream {
            (format!("`{name}` is a stream of RunTask calls, and no call is taken"), "name a service")
        } else if row.kind == Kind::Replica && row.desired == 0 {
            (format!("`{name}` has no tasks"), "write a `desiredCount` of 1 or more")
        } else if let Some(created) = cluster.created {
            let why = format!("`{}` is created at {created}, and `{name}` cannot start in it", cluster.name);
            (why, "leave `createdAt` of its cluster out, or `dependsOn`")
        } else if self.scenario.start_empty {
            let why = format!("with `startEmpty` `{name}` is not there, and cannot start");
            (why, "leave `startEmpty` out, so that it stands at the start, or `dependsOn`")
        } else {
            return;
        };
        let region = &self.plan.regions[self.plan.cells[cluster.cell].region].name;
        self.out.doubtful(at, format!("nothing is ever launched in `{region}`: {why}"), hint);
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
