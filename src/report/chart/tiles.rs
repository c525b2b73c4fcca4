//! Where each part of the map of the blast radius stands, and how it looks.
//!
//! ```text
//!   fault: in words, how much of everything it hit
//!   Region
//!   ┌ zone ┐   │ ■ ■ ■ ■ ■ ■ │ │ ■ ■ ■       │     a tile for each cluster; what the fault itself hit has a thick edge
//! ```
#![expect(clippy::cast_possible_wrap, reason = "pixels, cells and clusters of a picture are few")]

use super::colours::Role;
use super::map::{Cell, Cluster, Fault, Map, Region, Zone};

const LEFT: i32 = 24;
const RIGHT: i32 = 1_172;
/// Where the cells begin; the zones are left of it.
const CELLS: i32 = 190;
const GAP: i32 = 8;
/// Something to draw.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Tile {
    /// A rectangle, with an edge of so many pixels.
    Box { from: (i32, i32), to: (i32, i32), fill: Role, edge: Option<(Role, i32)> },
    /// A text that is cut where it would be wider than this.
    Text { text: String, size: i32, role: Role, at: (i32, i32), width: i32 },
}

/// Everything to draw, and how high it is.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Tiled {
    pub(super) shapes: Vec<Tile>,
    pub(super) height: i32,
}

/// All maps, from `top` on.
pub(super) fn tiled(map: &Map, top: i32) -> Tiled {
    let mut tiled = Tiled { shapes: Vec::new(), height: top };
    tiled.legend();
    map.faults.iter().for_each(|fault| tiled.fault(fault));
    tiled
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

impl Tiled {
    fn text(&mut self, text: impl Into<String>, size: i32, role: Role, at: (i32, i32), width: i32) {
        self.shapes.push(Tile::Text { text: text.into(), size, role, at, width });
    }

    fn rect(&mut self, from: (i32, i32), size: (i32, i32), fill: Role, edge: Option<(Role, i32)>) {
        self.shapes.push(Tile::Box { from, to: (from.0 + size.0, from.1 + size.1), fill, edge });
    }

    fn legend(&mut self) {
        let y = self.height;
        let entries = [
            ("cluster that lost nothing", Role::Served, None, 185),
            ("launches held back or lost", Role::Launches, None, 195),
            ("tasks lost, no request", Role::Tasks, None, 165),
            ("requests lost", Role::Lost, None, 110),
            ("thick edge: zone or cell that the fault itself hit", Role::Paper, Some((Role::Ink, 3)), 360),
        ];
        let mut x = LEFT;
        for (text, fill, edge, width) in entries {
            self.rect((x, y), (16, 13), fill, edge);
            self.text(text, 14, Role::Ink, (x + 22, y), width);
            x += width + 22;
        }
        self.height += 32;
    }

    /// One map: a headline, and the Regions in which something happened.
    fn fault(&mut self, fault: &Fault) {
        self.text(&fault.name, 16, Role::Ink, (LEFT, self.height), RIGHT - LEFT);
        self.text(&fault.words, 14, Role::Quiet, (LEFT, self.height + 22), RIGHT - LEFT);
        self.height += 48;
        fault.regions.iter().for_each(|region| self.region(region));
        if !fault.spared.is_empty() {
            let text = format!("nothing was hit or lost in {}", fault.spared.join(", "));
            self.text(text, 14, Role::Quiet, (LEFT, self.height), RIGHT - LEFT);
            self.height += 26;
        }
        self.height += 14;
    }

    fn region(&mut self, region: &Region) {
        self.text(&region.name, 14, Role::Ink, (LEFT, self.height), CELLS - LEFT - 10);
        self.height += 22;
        let below_zones = self.zones(&region.zones, self.height);
        let mut caption = "cells of the control plane, each with its clusters".to_owned();
        if region.cells.len() < region.cells_count {
            let (drawn, all) = (region.cells.len(), region.cells_count);
            caption = format!("{drawn} of {all} {caption}; those that lost something come first");
        }
        self.text(caption, 14, Role::Quiet, (CELLS, self.height - 22), RIGHT - CELLS);
        let below_cells = self.cells(&region.cells, self.height);
        self.height = below_zones.max(below_cells) + 8;
    }

    fn zones(&mut self, zones: &[Zone], top: i32) -> i32 {
        const HEIGHT: i32 = 28;
        let width = CELLS - LEFT - 16;
        for (place, zone) in zones.iter().enumerate() {
            let y = top + place as i32 * (HEIGHT + GAP);
            self.rect((LEFT, y), (width, HEIGHT), Role::Paper, Some(edge(zone.hit)));
            self.text(&zone.id, 14, Role::Ink, (LEFT + 8, y + 8), width - 16);
        }
        top + zones.len() as i32 * (HEIGHT + GAP)
    }

    /// Cells in rows; gives back where they end.
    fn cells(&mut self, cells: &[Cell], top: i32) -> i32 {
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
            self.rect((x, y), (width, height), Role::Paper, Some(edge(cell.hit)));
            self.text(head(cell, tiles, width), 14, Role::Ink, (x + 6, y + 7), width - 10);
            self.clusters(&cell.clusters, tiles, (x + 6, y + HEAD), width - 12);
        }
        top + rows * (height + GAP)
    }

    fn clusters(&mut self, clusters: &[Cluster], tiles: Tiles, at: (i32, i32), width: i32) {
        let (columns, right, down) = tiles.pitch(width);
        if tiles == Tiles::Bar {
            return self.bar(clusters, at, width);
        }
        for (place, cluster) in clusters.iter().enumerate() {
            let (x, y) = (at.0 + place as i32 % columns * right, at.1 + place as i32 / columns * down);
            let Tiles::Named(_) = tiles else {
                self.rect((x, y), (right - 2, down - 2), cluster.role, None);
                continue;
            };
            self.rect((x, y), (right - 4, down - 4), cluster.role, None);
            let mut text = match (cluster.services_hit, cluster.services) {
                (0, _) | (_, 1) => cluster.name.clone(),
                (hit, all) => format!("{}: {hit} of {all} services", cluster.name),
            };
            if let Some(cell) = &cluster.was_in {
                text = format!("{text}, was in {cell}");
            }
            let ink = ink_on(cluster.role);
            self.text(text, 14, ink, (x + 6, y + 5), right - 14);
        }
    }

    /// Shares of the clusters, the worst first; whoever is hit is at least seen.
    fn bar(&mut self, clusters: &[Cluster], at: (i32, i32), width: i32) {
        let count = |role| clusters.iter().filter(|cluster| cluster.role == role).count() as i64;
        let mut x = at.0;
        for role in [Role::Lost, Role::Tasks, Role::Launches] {
            let share = count(role) * i64::from(width) / clusters.len().max(1) as i64;
            let share = (share as i32).max(2 * i32::from(count(role) > 0)).min(at.0 + width - x);
            if share > 0 {
                self.rect((x, at.1), (share, Tiles::BAR - 4), role, None);
                x += share;
            }
        }
        let rest = at.0 + width - x;
        if rest > 0 && count(Role::Served) > 0 {
            self.rect((x, at.1), (rest, Tiles::BAR - 4), Role::Served, None);
        }
    }
}

/// The colour of words on the tile of a cluster.
fn ink_on(tile: Role) -> Role {
    if tile == Role::Lost { Role::Paper } else { Role::OnTile }
}

const fn edge(hit: bool) -> (Role, i32) {
    if hit { (Role::Ink, 3) } else { (Role::Quiet, 1) }
}

/// Name of a cell; where clusters have no names, also how many of them lost something.
fn head(cell: &Cell, tiles: Tiles, width: i32) -> String {
    let (hit, all) = (cell.lost(), cell.clusters.len());
    match tiles {
        _ if all == 0 => format!("{}: no clusters", cell.name),
        Tiles::Named(_) => cell.name.clone(),
        _ if hit == 0 => cell.name.clone(),
        _ if width < 200 => format!("{}: {hit}/{all}", cell.name),
        _ => format!("{}: {hit} of {all} clusters lost something", cell.name),
    }
}

#[cfg(test)]
#[path = "tiles_tests.rs"]
pub(super) mod tests;
