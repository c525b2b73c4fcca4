//! Where things stand in the file, by name: a look costs the logarithm of a list, not its length.

use super::order::by_name;
use crate::scenario::file::Scenario;
use std::collections::BTreeMap;

/// The places of all entries of this name, in the order of the file.
pub(super) type Places<'a> = BTreeMap<&'a str, Vec<usize>>;

/// Lists of a scenario by the names of their entries.
#[derive(Default)]
pub(super) struct Index<'a> {
    pub(super) families: Places<'a>,
    /// The number of each definition's list of images: that of the first one with the same.
    pub(super) images: Vec<u32>,
    pub(super) providers: Places<'a>,
    /// `autoScalingGroups` by name and by ARN.
    pub(super) groups: Places<'a>,
    /// `behaviour` by service, by family and by capacity provider.
    pub(super) of_services: Places<'a>,
    pub(super) of_families: Places<'a>,
    pub(super) of_providers: Places<'a>,
    pub(super) regions: Places<'a>,
    pub(super) clusters: Places<'a>,
    pub(super) faults: Places<'a>,
    pub(super) changes: Places<'a>,
    /// The row of each change in the plan, by its place in the file.
    pub(super) change_rows: Vec<u32>,
}

impl<'a> Index<'a> {
    pub(super) fn new(scenario: &'a Scenario) -> Index<'a> {
        let mut groups = Places::new();
        for (place, group) in scenario.auto_scaling_groups.iter().enumerate() {
            groups.entry(group.auto_scaling_group_name.as_str()).or_default().push(place);
            let arn = group.auto_scaling_group_arn.as_deref();
            if let Some(arn) = arn.filter(|arn| *arn != group.auto_scaling_group_name) {
                groups.entry(arn).or_default().push(place);
            }
        }
        let behaviour = &scenario.behaviour;
        Index {
            families: by(scenario.task_definitions.iter().map(|one| Some(one.family.as_str()))),
            images: images(scenario),
            providers: by(scenario.capacity_providers.iter().map(|one| Some(one.name.as_str()))),
            groups,
            of_services: by(behaviour.iter().map(|one| one.service.as_deref())),
            of_families: by(behaviour.iter().map(|one| one.family.as_deref())),
            of_providers: by(behaviour.iter().map(|one| one.capacity_provider.as_deref())),
            regions: by(scenario.regions.iter().map(|one| Some(one.name.as_str()))),
            clusters: by(scenario.clusters.iter().map(|one| Some(one.cluster_name.as_str()))),
            faults: by(scenario.faults.iter().map(|one| Some(one.name.as_str()))),
            changes: by(scenario.changes.iter().map(|one| Some(one.name.as_str()))),
            change_rows: change_rows(scenario),
        }
    }
}

fn by<'a>(names: impl Iterator<Item = Option<&'a str>>) -> Places<'a> {
    let mut found = Places::new();
    for (place, name) in names.enumerate() {
        if let Some(name) = name {
            found.entry(name).or_default().push(place);
        }
    }
    found
}

/// Definitions of the same images have the same number. A container without an image has one of its own.
fn images(scenario: &Scenario) -> Vec<u32> {
    let mut known: BTreeMap<Vec<&str>, u32> = BTreeMap::new();
    let mut found = Vec::new();
    for (place, definition) in scenario.task_definitions.iter().enumerate() {
        let images: Option<Vec<&str>> =
            definition.container_definitions.iter().map(|one| one.image.as_deref()).collect();
        found.push(images.map_or(place as u32, |images| *known.entry(images).or_insert(place as u32)));
    }
    found
}

/// The first entry of a name.
pub(super) fn first(places: &Places<'_>, name: &str) -> Option<usize> {
    places.get(name)?.first().copied()
}

/// Whether an entry stands before `place` that has the same name.
pub(super) fn stands_before(places: &Places<'_>, name: &str, place: usize) -> bool {
    first(places, name).is_some_and(|first| first < place)
}

/// Changes stand in the plan by name.
fn change_rows(scenario: &Scenario) -> Vec<u32> {
    let mut rows = vec![0; scenario.changes.len()];
    for (row, place) in by_name(&scenario.changes, |change| &change.name).into_iter().enumerate() {
        rows[place] = row as u32;
    }
    rows
}
