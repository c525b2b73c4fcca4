//! The map of the blast radius: Regions, zones, cells and clusters, coloured by what they lost to the faults.
//!
//! ```text
//!   fault: in words, how much of everything it hit
//!   Region
//!   ┌ zone ┐   │ ■ ■ ■ ■ ■ ■ │ │ ■ ■ ■       │     a tile for each cluster; what the fault itself hit has a thick edge
//! ```
#![expect(clippy::cast_possible_wrap, reason = "pixels, cells and clusters of a picture are few")]

use super::figure::{BLUE, Colour, INK, RED};
use crate::metrics::blast::{Blast, Cell, Cluster, Lost, Occurrence, Region};

/// Faults that have a map each; more are drawn as one.
const MAPS_MAX: usize = 4;
/// Cells drawn of one Region; of more, those that lost something come first.
const CELLS_MAX: usize = 200;
const LEFT: i32 = 24;
const RIGHT: i32 = 1_172;
/// Where the cells begin; the zones are left of it.
const CELLS: i32 = 190;
const GAP: i32 = 8;
const EDGE: Colour = (150, 150, 150);
const QUIET: Colour = (90, 90, 90);
/// Launches held back or lost: lighter than the others, so that the three differ without their colours too.
const YELLOW: Colour = (240, 228, 66);
const PAPER: Colour = (248, 248, 248);

/// Something to draw.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Shape {
    /// A rectangle, with an edge of so many pixels.
    Box { from: (i32, i32), to: (i32, i32), fill: Colour, edge: Option<(Colour, i32)> },
    /// A text that is cut where it would be wider than this.
    Text { text: String, size: i32, colour: Colour, at: (i32, i32), width: i32 },
}

/// Everything to draw, and how high it is.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Map {
    pub(super) shapes: Vec<Shape>,
    pub(super) height: i32,
}

/// The maps of a run, from `top` on; none when no fault struck.
pub(super) fn map(blast: &Blast, top: i32) -> Option<Map> {
    if blast.occurrences.is_empty() {
        return None;
    }
    let mut map = Map { shapes: Vec::new(), height: top };
    map.legend();
    if blast.occurrences.len() > MAPS_MAX {
        let name = format!("all {} faults together", blast.occurrences.len());
        map.occurrence(&blast.regions, &Occurrence::together(name, &blast.occurrences));
    } else {
        blast.occurrences.iter().for_each(|occurrence| map.occurrence(&blast.regions, occurrence));
    }
    Some(map)
}

const fn colour(lost: Lost) -> Colour {
    match lost {
        Lost::Nothing => BLUE,
        Lost::Launches => YELLOW,
        Lost::Work => RED,
    }
}

/// How the clusters of the cells of a Region are drawn: all in the same way, so that cells compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tiles {
    /// With names: so many columns.
    Named(i32),
    /// Squares of so many pixels.
    Squares(i32),
    /// One bar, cut in shares.
    Bar,
}

impl Tiles {
    const NAMED: i32 = 24;
    const BAR: i32 = 22;

    /// The largest that let so many rows of cells fit into a picture.
    fn fit(width: i32, clusters: i32, rows: i32) -> Tiles {
        let columns = (width / 160).clamp(1, 6);
        if width >= 100 && (clusters + columns - 1) / columns <= 8 {
            return Tiles::Named(columns);
        }
        let fits = |size: &i32| Tiles::Squares(*size).height(width, clusters) <= (800 / rows).min(260);
        [16, 12, 9, 6].into_iter().find(fits).map_or(Tiles::Bar, Tiles::Squares)
    }

    /// Columns and pitch in both directions.
    fn pitch(self, width: i32) -> (i32, i32, i32) {
        match self {
            Tiles::Named(columns) => (columns, (width + 4) / columns, Tiles::NAMED + 4),
            Tiles::Squares(size) => (((width + 2) / (size + 2)).max(1), size + 2, size + 2),
            Tiles::Bar => (1, width, Tiles::BAR),
        }
    }

    fn height(self, width: i32, clusters: i32) -> i32 {
        let (columns, _, pitch) = self.pitch(width);
        if self == Tiles::Bar { pitch } else { (clusters.max(1) + columns - 1) / columns * pitch }
    }
}

impl Map {
    fn text(&mut self, text: impl Into<String>, size: i32, colour: Colour, at: (i32, i32), width: i32) {
        self.shapes.push(Shape::Text { text: text.into(), size, colour, at, width });
    }

    fn rect(&mut self, from: (i32, i32), size: (i32, i32), fill: Colour, edge: Option<(Colour, i32)>) {
        self.shapes.push(Shape::Box { from, to: (from.0 + size.0, from.1 + size.1), fill, edge });
    }

    fn legend(&mut self) {
        let y = self.height;
        let entries = [
            ("cluster that lost nothing", BLUE, None, 200),
            ("launches held back or lost", YELLOW, None, 210),
            ("tasks or requests lost", RED, None, 180),
            ("thick edge: zone or cell that the fault itself hit", PAPER, Some((INK, 3)), 400),
        ];
        let mut x = LEFT;
        for (text, fill, edge, width) in entries {
            self.rect((x, y), (16, 13), fill, edge);
            self.text(text, 13, INK, (x + 22, y), width);
            x += width + 22;
        }
        self.height += 32;
    }

    /// One map: a headline, and the Regions in which something happened.
    fn occurrence(&mut self, regions: &[Region], occurrence: &Occurrence) {
        self.text(&occurrence.name, 16, INK, (LEFT, self.height), RIGHT - LEFT);
        self.text(in_words(regions, occurrence), 13, QUIET, (LEFT, self.height + 22), RIGHT - LEFT);
        self.height += 48;
        let (hit, spared): (Vec<&Region>, Vec<&Region>) =
            regions.iter().partition(|region| regions.len() == 1 || touched(region, occurrence));
        for region in hit {
            self.region(region, occurrence);
        }
        if !spared.is_empty() {
            let names: Vec<&str> = spared.iter().map(|region| region.name.as_str()).collect();
            let text = format!("nothing was hit or lost in {}", names.join(", "));
            self.text(text, 13, QUIET, (LEFT, self.height), RIGHT - LEFT);
            self.height += 26;
        }
        self.height += 14;
    }

    fn region(&mut self, region: &Region, occurrence: &Occurrence) {
        self.text(&region.name, 14, INK, (LEFT, self.height), CELLS - LEFT - 10);
        self.height += 22;
        let below_zones = self.zones(region, occurrence, self.height);
        let mut cells: Vec<&Cell> = region.cells.iter().collect();
        let mut caption = "cells of the control plane, each with its clusters".to_owned();
        if cells.len() > CELLS_MAX {
            cells.sort_by_key(|cell| (!occurrence.cells.contains(&cell.row), std::cmp::Reverse(cell.hit(occurrence))));
            caption = format!("{CELLS_MAX} of {} {caption}; those that lost something come first", cells.len());
            cells.truncate(CELLS_MAX);
        }
        self.text(caption, 13, QUIET, (CELLS, self.height - 22), RIGHT - CELLS);
        let below_cells = self.cells(&cells, occurrence, self.height);
        self.height = below_zones.max(below_cells) + 8;
    }

    fn zones(&mut self, region: &Region, occurrence: &Occurrence, top: i32) -> i32 {
        const HEIGHT: i32 = 28;
        let width = CELLS - LEFT - 16;
        for (place, (row, id)) in region.zones.iter().enumerate() {
            let y = top + place as i32 * (HEIGHT + GAP);
            self.rect((LEFT, y), (width, HEIGHT), PAPER, Some(edge(occurrence.zones.contains(row))));
            self.text(id, 12, INK, (LEFT + 8, y + 9), width - 16);
        }
        top + region.zones.len() as i32 * (HEIGHT + GAP)
    }

    /// Cells in rows; gives back where they end.
    fn cells(&mut self, cells: &[&Cell], occurrence: &Occurrence, top: i32) -> i32 {
        const HEAD: i32 = 26;
        let columns = match cells.len() {
            count @ ..=5 => (count as i32).max(1),
            6..=10 => 5,
            11..=32 => 8,
            33..=60 => 10,
            61.. => 20,
        };
        let width = (RIGHT - CELLS - (columns - 1) * GAP) / columns;
        let most = cells.iter().map(|cell| cell.clusters.len()).max().unwrap_or(0) as i32;
        let rows = (cells.len() as i32 + columns - 1) / columns;
        let tiles = Tiles::fit(width - 12, most, rows.max(1));
        let height = HEAD + tiles.height(width - 12, most) + 4;
        for (place, cell) in cells.iter().enumerate() {
            let (row, column) = (place as i32 / columns, place as i32 % columns);
            let (x, y) = (CELLS + column * (width + GAP), top + row * (height + GAP));
            self.rect((x, y), (width, height), PAPER, Some(edge(occurrence.cells.contains(&cell.row))));
            self.text(head(cell, occurrence, tiles, width), 12, INK, (x + 6, y + 8), width - 10);
            self.clusters(&cell.clusters, occurrence, tiles, (x + 6, y + HEAD), width - 12);
        }
        top + rows * (height + GAP)
    }

    fn clusters(&mut self, clusters: &[Cluster], occurrence: &Occurrence, tiles: Tiles, at: (i32, i32), width: i32) {
        let (columns, right, down) = tiles.pitch(width);
        if tiles == Tiles::Bar {
            return self.bar(clusters, occurrence, at, width);
        }
        for (place, cluster) in clusters.iter().enumerate() {
            let (lost, services) = occurrence.on(cluster);
            let (x, y) = (at.0 + place as i32 % columns * right, at.1 + place as i32 / columns * down);
            let Tiles::Named(_) = tiles else {
                self.rect((x, y), (right - 2, down - 2), colour(lost), None);
                continue;
            };
            self.rect((x, y), (right - 4, down - 4), colour(lost), None);
            let text = match (services, cluster.services.len()) {
                (0, _) | (_, 1) => cluster.name.clone(),
                (hit, all) => format!("{}: {hit} of {all} services", cluster.name),
            };
            self.text(text, 12, INK, (x + 6, y + 7), right - 14);
        }
    }

    /// Shares of the clusters, the worst first; whoever is hit is at least seen.
    fn bar(&mut self, clusters: &[Cluster], occurrence: &Occurrence, at: (i32, i32), width: i32) {
        let count = |lost| clusters.iter().filter(|cluster| occurrence.on(cluster).0 == lost).count() as i64;
        let mut x = at.0;
        for lost in [Lost::Work, Lost::Launches] {
            let share = count(lost) * i64::from(width) / clusters.len().max(1) as i64;
            let share = (share as i32).max(2 * i32::from(count(lost) > 0)).min(at.0 + width - x);
            if share > 0 {
                self.rect((x, at.1), (share, Tiles::BAR - 4), colour(lost), None);
                x += share;
            }
        }
        let rest = at.0 + width - x;
        if rest > 0 && count(Lost::Nothing) > 0 {
            self.rect((x, at.1), (rest, Tiles::BAR - 4), colour(Lost::Nothing), None);
        }
    }
}

const fn edge(hit: bool) -> (Colour, i32) {
    if hit { (INK, 3) } else { (EDGE, 1) }
}

impl Cell {
    fn hit(&self, occurrence: &Occurrence) -> usize {
        self.clusters.iter().filter(|cluster| occurrence.on(cluster).0 != Lost::Nothing).count()
    }
}

/// Name of a cell; where clusters have no names, also how many of them lost something.
fn head(cell: &Cell, occurrence: &Occurrence, tiles: Tiles, width: i32) -> String {
    let (hit, all) = (cell.hit(occurrence), cell.clusters.len());
    match tiles {
        _ if all == 0 => format!("{}: no clusters", cell.name),
        Tiles::Named(_) => cell.name.clone(),
        _ if hit == 0 => cell.name.clone(),
        _ if width < 200 => format!("{}: {hit}/{all}", cell.name),
        _ => format!("{}: {hit} of {all} clusters lost something", cell.name),
    }
}

fn touched(region: &Region, occurrence: &Occurrence) -> bool {
    region.zones.iter().any(|zone| occurrence.zones.contains(&zone.0))
        || region.cells.iter().any(|cell| occurrence.cells.contains(&cell.row) || cell.hit(occurrence) > 0)
}

/// How much of everything was hit and lost.
fn in_words(regions: &[Region], occurrence: &Occurrence) -> String {
    let zones = regions.iter().map(|region| region.zones.len()).sum();
    let cells: Vec<&Cell> = regions.iter().flat_map(|region| &region.cells).collect();
    let clusters: Vec<&Cluster> = cells.iter().flat_map(|cell| &cell.clusters).collect();
    let lost = [
        (Lost::Work, "lost tasks or requests"),
        (Lost::Launches, "had launches held back or lost"),
        (Lost::Nothing, "lost nothing"),
    ];
    let lost = lost.into_iter().filter_map(|(what, words)| {
        let count = clusters.iter().filter(|cluster| occurrence.on(cluster).0 == what).count();
        (count > 0).then(|| format!("{count} {words}"))
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

#[cfg(test)]
#[path = "map_tests.rs"]
pub(super) mod tests;
