//! Who lost what to each fault, place by place: what the map of the blast radius is drawn from.

use super::recovery;
use crate::model::ids::{CellId, ClusterId, ServiceId};
use crate::model::plan::Plan;
use std::collections::BTreeMap;
use std::ops::Range;

/// What a service lost to a fault, the worst last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lost {
    #[default]
    Nothing,
    /// Launches were held back, failed or lost, and nothing else.
    Launches,
    /// Tasks, and no requests.
    Tasks,
    /// Requests: its own, or those of its customers on their way to it.
    Requests,
}

impl Lost {
    /// All of them, the worst first.
    pub const ALL: [Lost; 4] = [Lost::Requests, Lost::Tasks, Lost::Launches, Lost::Nothing];

    /// What befell a cluster of which this was the worst.
    pub const fn words(self) -> &'static str {
        match self {
            Lost::Nothing => "lost nothing",
            Lost::Launches => "had launches held back or lost",
            Lost::Tasks => "lost tasks but no requests",
            Lost::Requests => "lost requests",
        }
    }
}

/// The places of a plan, and what each fault did to them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Blast {
    /// Regions, in the order of the plan.
    pub regions: Vec<Region>,
    /// Faults that struck at least once, in the order of the plan.
    pub occurrences: Vec<Occurrence>,
}

/// A Region.
#[derive(Clone, Debug, PartialEq)]
pub struct Region {
    pub name: String,
    /// Row in the plan and id of its zones.
    pub zones: Vec<(u16, String)>,
    /// Cells of its control plane.
    pub cells: Vec<Cell>,
}

/// A control-plane cell.
#[derive(Clone, Debug, PartialEq)]
pub struct Cell {
    /// Row in the plan.
    pub row: u16,
    pub name: String,
    pub clusters: Vec<Cluster>,
}

/// A cluster.
#[derive(Clone, Debug, PartialEq)]
pub struct Cluster {
    pub name: String,
    /// The cell that it began in, where it is in another at the end.
    pub was_in: Option<String>,
    /// Rows of its services and streams.
    pub services: Range<u32>,
}

/// What one fault did, all its occurrences together.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Occurrence {
    pub name: String,
    /// Rows of the zones that it hit.
    pub zones: Vec<u16>,
    /// Rows of the cells that it hit.
    pub cells: Vec<u16>,
    /// Services that lost something, by row.
    pub services: BTreeMap<u32, Lost>,
}

impl Blast {
    /// Of what the faults of a run did. `assignments`: the cells of clusters that may not be where the plan has them.
    pub fn of(plan: &Plan, faults: &[recovery::Measure], assignments: &[(ClusterId, CellId)]) -> Blast {
        let assignments: BTreeMap<ClusterId, CellId> = assignments.iter().copied().collect();
        let assignment = |id: ClusterId| assignments.get(&id).copied().unwrap_or(plan.clusters[id].cell);
        let mut by_cell: BTreeMap<CellId, Vec<Cluster>> = BTreeMap::new();
        let pairs = plan.faults_in_order().map(|id| (&plan.faults[id].name, &faults[usize::from(id.0)]));
        let struck = pairs.filter(|(_, measure)| measure.occurrences > 0);
        let occurrences = struck.map(|(name, measure)| occurrence(name, measure)).collect();
        for (id, cluster) in plan.clusters.pairs() {
            let now = assignment(id);
            let was_in = (now != cluster.cell).then(|| plan.cells[cluster.cell].name.clone());
            let (name, services) = (cluster.name.clone(), cluster.services.clone());
            by_cell.entry(now).or_default().push(Cluster { name, was_in, services });
        }
        let region = |(id, region): (_, &crate::model::plan::Region)| {
            let cells = plan.cells.pairs().filter(|(_, cell)| cell.region == id);
            let cells = cells.map(|(row, cell)| Cell {
                row: row.0,
                name: cell.name.clone(),
                clusters: by_cell.get(&row).cloned().unwrap_or_default(),
            });
            let zone = |row: u16| (row, plan.zones[crate::model::ids::ZoneId(row)].id.clone());
            Region {
                name: region.name.clone(),
                zones: region.zones.clone().map(zone).collect(),
                cells: cells.collect(),
            }
        };
        Blast { regions: plan.regions.pairs().map(region).collect(), occurrences }
    }
}

fn occurrence(name: &str, measure: &recovery::Measure) -> Occurrence {
    let mut services: BTreeMap<u32, Lost> =
        measure.services.iter().map(|ServiceId(row)| (*row, Lost::Launches)).collect();
    services.extend(measure.lost_tasks.iter().map(|ServiceId(row)| (*row, Lost::Tasks)));
    services.extend(measure.lost_requests.iter().map(|ServiceId(row)| (*row, Lost::Requests)));
    Occurrence { name: name.to_owned(), zones: measure.zones.clone(), cells: measure.cells.clone(), services }
}

impl Occurrence {
    /// Several faults as if they were one.
    pub fn together(name: String, all: &[Occurrence]) -> Occurrence {
        let mut sum = Occurrence { name, ..Occurrence::default() };
        for occurrence in all {
            sum.zones.extend(&occurrence.zones);
            sum.cells.extend(&occurrence.cells);
            for (row, lost) in &occurrence.services {
                let worst = sum.services.entry(*row).or_default();
                *worst = (*worst).max(*lost);
            }
        }
        for rows in [&mut sum.zones, &mut sum.cells] {
            rows.sort_unstable();
            rows.dedup();
        }
        sum
    }

    /// The worst that happened to a service of the cluster, and to how many of them something did.
    pub fn on(&self, cluster: &Cluster) -> (Lost, usize) {
        let hit = || self.services.range(cluster.services.clone());
        (hit().map(|(_, lost)| *lost).max().unwrap_or_default(), hit().count())
    }
}
