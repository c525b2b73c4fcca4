//! Maps of invented faults: from one cell to many, from names to bars.

use super::super::map::map;
use super::*;
use crate::metrics::blast::{Blast, Cell, Cluster, Lost, Occurrence, Region};
use std::collections::BTreeMap;

/// A Region of three zones whose clusters have two services each.
pub(crate) fn region(name: &str, first: (u16, u16, u32), cells: u16, clusters: u32) -> Region {
    let cluster = |row: u32| Cluster {
        name: format!("team-{row}"),
        was_in: None,
        services: first.2 + 2 * row..first.2 + 2 * row + 2,
    };
    let cell = |row: u16| Cell {
        row: first.1 + row,
        name: format!("cell-{}", row + 1),
        clusters: (u32::from(row) * clusters..u32::from(row + 1) * clusters).map(cluster).collect(),
    };
    let zones = (0..3).map(|row| (first.0 + row, format!("use1-az{}", row + 1))).collect();
    Region { name: name.into(), zones, cells: (0..cells).map(cell).collect() }
}

/// Hits a cell and a zone; services lose what is said.
pub(crate) fn occurrence(services: &[(u32, Lost)]) -> Occurrence {
    let services: BTreeMap<u32, Lost> = services.iter().copied().collect();
    Occurrence { name: "second cell is out".into(), zones: vec![2], cells: vec![1], services }
}

fn drawn(cells: u16, clusters: u32, services: &[(u32, Lost)]) -> Tiled {
    let regions = vec![region("us-east-1", (0, 0, 0), cells, clusters)];
    tiled(&map(&Blast { regions, occurrences: vec![occurrence(services)] }).unwrap(), 46)
}

fn texts(map: &Tiled) -> Vec<&str> {
    let text = map.shapes.iter().filter_map(|shape| match shape {
        Tile::Text { text, .. } => Some(text.as_str()),
        Tile::Box { .. } => None,
    });
    text.collect()
}

/// Boxes of a colour, the one of the legend left out.
fn boxes(map: &Tiled, fill_role: Role) -> usize {
    map.shapes.iter().filter(|shape| matches!(shape, Tile::Box { fill, .. } if *fill == fill_role)).count() - 1
}

fn thick(map: &Tiled) -> usize {
    let is_thick = |shape: &&Tile| matches!(shape, Tile::Box { edge: Some((_, width)), .. } if *width > 1);
    map.shapes.iter().filter(is_thick).count() - 1
}

#[test]
fn a_tile_has_the_colour_of_the_worst_and_says_how_many() {
    let map = drawn(2, 2, &[(2, Lost::Tasks), (4, Lost::Launches), (5, Lost::Requests), (6, Lost::Launches)]);
    let roles = [Role::Served, Role::Launches, Role::Tasks, Role::Lost];
    assert_eq!(roles.map(|role| boxes(&map, role)), [1, 1, 1, 1]);
    assert_eq!(thick(&map), 2, "a zone and a cell");
    let texts = texts(&map);
    assert!(texts.contains(&"team-2: 2 of 2 services"), "{texts:?}");
    assert!(texts.contains(&"team-0"), "{texts:?}");
    let words = "1 of 3 zones and 1 of 2 cells hit; of 4 clusters 1 lost requests, 1 lost tasks but no requests, 1 \
                 had launches held back or lost, 1 lost nothing";
    assert!(texts.contains(&words), "{texts:?}");
}

#[test]
fn where_names_find_no_room_clusters_are_counted() {
    let map = drawn(50, 20, &[(40, Lost::Requests), (42, Lost::Launches)]);
    assert_eq!([Role::Served, Role::Launches, Role::Lost].map(|role| boxes(&map, role)), [998, 1, 1]);
    let texts = texts(&map);
    assert!(texts.contains(&"cell-2: 2/20"), "{texts:?}");
    assert!(texts.contains(&"cell-3") && !texts.contains(&"team-0"), "{texts:?}");
}

#[test]
fn one_cell_with_very_many_clusters_is_a_bar() {
    let map = drawn(1, 20_000, &[(0, Lost::Requests)]);
    assert_eq!([Role::Served, Role::Launches, Role::Lost].map(|role| boxes(&map, role)), [1, 0, 1]);
    assert!(texts(&map).contains(&"cell-1: 1 of 20000 clusters lost something"));
}

/// Nothing leaves the picture, and no tile its cell.
#[test]
fn everything_stands_within_its_frame() {
    for (cells, clusters) in [(1, 2), (1, 7), (1, 1_000), (4, 250), (5, 8), (16, 12), (50, 20), (200, 5), (300, 2)] {
        let map = drawn(cells, clusters, &[(0, Lost::Requests)]);
        assert!(map.height < 1_400, "{cells} cells of {clusters} clusters: {} pixels high", map.height);
        let mut cell = ((0, 0), (0, 0));
        for shape in &map.shapes {
            let Tile::Box { from, to, edge, .. } = shape else { continue };
            assert!(from.0 >= LEFT && to.0 <= RIGHT && to.1 < map.height, "{cells} of {clusters}: {shape:?}");
            if edge.is_some() {
                cell = (*from, *to);
            } else if from.0 >= CELLS && from.1 > 100 {
                let ((left, top), (right, bottom)) = cell;
                assert!(from.0 > left && from.1 > top && to.0 < right && to.1 < bottom, "{cells} of {clusters}");
            }
        }
    }
}

#[test]
fn regions_without_losses_are_one_line() {
    let regions = vec![region("us-east-1", (0, 0, 0), 2, 2), region("eu-west-1", (3, 2, 8), 2, 2)];
    let map = tiled(&map(&Blast { regions, occurrences: vec![occurrence(&[(4, Lost::Requests)])] }).unwrap(), 46);
    assert!(texts(&map).contains(&"nothing was hit or lost in eu-west-1"));
    assert!(!texts(&map).contains(&"eu-west-1"));
}

#[test]
fn of_many_faults_one_map_is_drawn() {
    let regions = vec![region("us-east-1", (0, 0, 0), 2, 2)];
    let mut occurrences = vec![occurrence(&[(0, Lost::Launches)]); 5];
    occurrences[3].services.insert(0, Lost::Requests);
    let map = tiled(&map(&Blast { regions, occurrences }).unwrap(), 46);
    assert!(texts(&map).contains(&"all 5 faults together"));
    assert_eq!([Role::Served, Role::Launches, Role::Lost].map(|role| boxes(&map, role)), [3, 0, 1]);
}

#[test]
fn without_faults_there_is_no_map() {
    assert_eq!(map(&Blast { regions: vec![region("us-east-1", (0, 0, 0), 1, 1)], occurrences: Vec::new() }), None);
}

#[test]
fn a_cluster_that_moved_says_where_it_was() {
    let mut regions = vec![region("us-east-1", (0, 0, 0), 2, 2)];
    regions[0].cells[1].clusters[0].was_in = Some("cell-1".into());
    let map = tiled(&map(&Blast { regions, occurrences: vec![occurrence(&[(4, Lost::Launches)])] }).unwrap(), 46);
    assert!(texts(&map).contains(&"team-2: 1 of 2 services, was in cell-1"), "{:?}", texts(&map));
}

/// The contrast of two colours, as WCAG 2.2 defines it: 4.5 is enough for small letters.
fn contrast(one: (u8, u8, u8), other: (u8, u8, u8)) -> f64 {
    let part = |value: u8| {
        let value = f64::from(value) / 255.0;
        if value <= 0.04045 { value / 12.92 } else { libm::pow((value + 0.055) / 1.055, 2.4) }
    };
    let light = |(red, green, blue)| 0.2126 * part(red) + 0.7152 * part(green) + 0.0722 * part(blue) + 0.05;
    let (one, other): (f64, f64) = (light(one), light(other));
    one.max(other) / one.min(other)
}

#[test]
fn words_on_tiles_are_legible_on_both_grounds() {
    for tile in [Role::Served, Role::Launches, Role::Tasks, Role::Lost] {
        let (tile, ink) = (tile.shade(), ink_on(tile).shade());
        for (tile, ink) in [(tile.light, ink.light), (tile.dark, ink.dark)] {
            assert!(contrast(tile, ink) >= 4.5, "{ink:?} on {tile:?}: {}", contrast(tile, ink));
        }
    }
}
