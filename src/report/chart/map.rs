//! The map of the blast radius as data: Regions, zones, cells and clusters, and what they lost to each fault.

use super::colours::Role;
use crate::metrics::blast::{self, Blast, Lost, Occurrence};
use serde::Serialize;
use std::cmp::Reverse;

/// Faults that have a map each; more are drawn as one.
const MAPS_MAX: usize = 4;
/// Cells drawn of one Region; of more, those that lost something come first.
const CELLS_MAX: usize = 200;

/// The maps of a run.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(crate) struct Map {
    pub faults: Vec<Fault>,
}

/// What one fault did, or all of them together.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Fault {
    pub name: String,
    /// How much of everything was hit and lost.
    pub words: String,
    /// Regions in which something happened.
    pub regions: Vec<Region>,
    /// Names of the others.
    pub spared: Vec<String>,
}

/// A Region.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Region {
    pub name: String,
    pub zones: Vec<Zone>,
    pub cells: Vec<Cell>,
    /// Cells that there are, drawn or not.
    pub cells_count: usize,
}

/// A zone.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Zone {
    pub id: String,
    /// Whether the fault itself hit it.
    pub hit: bool,
}

/// A control-plane cell.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Cell {
    pub name: String,
    /// Whether the fault itself hit it.
    pub hit: bool,
    pub clusters: Vec<Cluster>,
}

/// A cluster.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Cluster {
    pub name: String,
    /// The cell that it began in, where it is in another at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub was_in: Option<String>,
    /// What it lost at worst.
    pub role: Role,
    /// Services that it has, and those of them that lost something.
    pub services: usize,
    pub services_hit: usize,
}

impl Cluster {
    /// Whether it lost something.
    pub(crate) fn lost(&self) -> bool {
        self.role != Role::Served
    }

    /// What it lost at worst, in words.
    pub(crate) fn words(&self) -> &'static str {
        Lost::ALL.into_iter().find(|lost| role(*lost) == self.role).unwrap_or_default().words()
    }
}

impl Cell {
    /// Clusters that lost something.
    pub(super) fn lost(&self) -> usize {
        self.clusters.iter().filter(|cluster| cluster.lost()).count()
    }
}

/// The maps of a run; none when no fault struck, or when one cluster is all there is.
pub(super) fn map(blast: &Blast) -> Option<Map> {
    let clusters: usize = blast.regions.iter().flat_map(|region| &region.cells).map(|cell| cell.clusters.len()).sum();
    if blast.occurrences.is_empty() || clusters < 2 {
        return None;
    }
    let all = &blast.occurrences;
    if all.len() > MAPS_MAX {
        let together = Occurrence::together(format!("all {} faults together", all.len()), all);
        return Some(Map { faults: vec![fault(&blast.regions, &together)] });
    }
    Some(Map { faults: all.iter().map(|one| fault(&blast.regions, one)).collect() })
}

fn fault(regions: &[blast::Region], occurrence: &Occurrence) -> Fault {
    let (hit, spared): (Vec<&blast::Region>, Vec<&blast::Region>) =
        regions.iter().partition(|region| regions.len() == 1 || touched(region, occurrence));
    Fault {
        name: occurrence.name.clone(),
        words: in_words(regions, occurrence),
        regions: hit.into_iter().map(|one| region(one, occurrence)).collect(),
        spared: spared.into_iter().map(|region| region.name.clone()).collect(),
    }
}

fn region(region: &blast::Region, occurrence: &Occurrence) -> Region {
    let mut cells: Vec<Cell> = region.cells.iter().map(|one| cell(one, occurrence)).collect();
    let count = cells.len();
    if count > CELLS_MAX {
        cells.sort_by_key(|cell| (!cell.hit, Reverse(cell.lost())));
        cells.truncate(CELLS_MAX);
    }
    let zone = |(row, id): &(u16, String)| Zone { id: id.clone(), hit: occurrence.zones.contains(row) };
    Region { name: region.name.clone(), zones: region.zones.iter().map(zone).collect(), cells, cells_count: count }
}

fn cell(cell: &blast::Cell, occurrence: &Occurrence) -> Cell {
    let cluster = |cluster: &blast::Cluster| {
        let (lost, services_hit) = occurrence.on(cluster);
        let services = cluster.services.len();
        let (name, was_in) = (cluster.name.clone(), cluster.was_in.clone());
        Cluster { name, was_in, role: role(lost), services, services_hit }
    };
    let clusters = cell.clusters.iter().map(cluster).collect();
    Cell { name: cell.name.clone(), hit: occurrence.cells.contains(&cell.row), clusters }
}

pub(super) const fn role(lost: Lost) -> Role {
    match lost {
        Lost::Nothing => Role::Served,
        Lost::Launches => Role::Launches,
        Lost::Tasks => Role::Tasks,
        Lost::Requests => Role::Lost,
    }
}

fn touched(region: &blast::Region, occurrence: &Occurrence) -> bool {
    let lost = |cell: &blast::Cell| cell.clusters.iter().any(|cluster| occurrence.on(cluster).0 != Lost::Nothing);
    region.zones.iter().any(|zone| occurrence.zones.contains(&zone.0))
        || region.cells.iter().any(|cell| occurrence.cells.contains(&cell.row) || lost(cell))
}

/// How much of everything was hit and lost.
fn in_words(regions: &[blast::Region], occurrence: &Occurrence) -> String {
    let zones = regions.iter().map(|region| region.zones.len()).sum();
    let cells: Vec<&blast::Cell> = regions.iter().flat_map(|region| &region.cells).collect();
    let clusters: Vec<&blast::Cluster> = cells.iter().flat_map(|cell| &cell.clusters).collect();
    let lost = Lost::ALL.into_iter().filter_map(|what| {
        let count = clusters.iter().filter(|cluster| occurrence.on(cluster).0 == what).count();
        (count > 0).then(|| format!("{count} {}", what.words()))
    });
    let hit = if occurrence.zones.is_empty() && occurrence.cells.is_empty() {
        "no zone or cell was hit as a whole".to_owned()
    } else {
        let zones = of_all(occurrence.zones.len(), zones, "zone");
        format!("{zones} and {} hit", of_all(occurrence.cells.len(), cells.len(), "cell"))
    };
    let all = if clusters.len() == 1 { "of 1 cluster".to_owned() } else { format!("of {} clusters", clusters.len()) };
    format!("{hit}; {all} {}", lost.collect::<Vec<_>>().join(", "))
}

fn of_all(some: usize, all: usize, what: &str) -> String {
    format!("{some} of {all} {what}{}", if all == 1 { "" } else { "s" })
}
