//! What Managed Instances must be like: each requirement that the table of instance types can answer.

use crate::scenario::ecs::capacity_provider::{Bounds, Choice, InstanceRequirements, Range};
use crate::scenario::types::{Accelerators, Row};

/// Whether a type meets the requirements; without any, it must be a virtual machine that is not burstable and has no
/// accelerators (model choice).
pub(super) fn fits(row: &Row, wanted: Option<&InstanceRequirements>) -> bool {
    let Some(wanted) = wanted else { return !row.burstable && !row.is_bare_metal() && row.accelerators.is_none() };
    let listed = |patterns: &[String]| patterns.iter().any(|pattern| like(pattern, &row.name));
    let generation = if row.current { "current" } else { "previous" };
    let memory = f64::from(row.memory_mib) / 1_024.0 / f64::from(row.vcpu.max(1));
    choice(wanted.burstable_performance, Choice::Excluded, row.burstable)
        && choice(wanted.bare_metal, Choice::Excluded, row.is_bare_metal())
        && inside(row.vcpu, &wanted.vcpu_count)
        && inside(row.memory_mib, &wanted.memory_mib)
        && within(memory, wanted.memory_gib_per_vcpu.as_ref())
        && wanted.network_interface_count.as_ref().is_none_or(|bounds| inside(row.interfaces, bounds))
        && (wanted.allowed_instance_types.is_empty() || listed(&wanted.allowed_instance_types))
        && !listed(&wanted.excluded_instance_types)
        && among(&wanted.cpu_manufacturers, row.manufacturer())
        && among(&wanted.instance_generations, generation)
        && storage(row, wanted)
        && accelerators(row, wanted)
}

/// A requirement by its name, and how it is left out.
type Requirement = (&'static str, fn(&mut InstanceRequirements));

/// What can be asked for. `burstablePerformance` and `bareMetal` exclude by themselves: left out is what includes.
const ALL: [Requirement; 16] = [
    ("bareMetal", |wanted| wanted.bare_metal = Some(Choice::Included)),
    ("burstablePerformance", |wanted| wanted.burstable_performance = Some(Choice::Included)),
    ("allowedInstanceTypes", |wanted| wanted.allowed_instance_types.clear()),
    ("excludedInstanceTypes", |wanted| wanted.excluded_instance_types.clear()),
    ("cpuManufacturers", |wanted| wanted.cpu_manufacturers.clear()),
    ("instanceGenerations", |wanted| wanted.instance_generations.clear()),
    ("localStorage", |wanted| wanted.local_storage = None),
    ("localStorageTypes", |wanted| wanted.local_storage_types.clear()),
    ("totalLocalStorageGB", |wanted| wanted.total_local_storage_gb = None),
    ("acceleratorTypes", |wanted| wanted.accelerator_types.clear()),
    ("acceleratorManufacturers", |wanted| wanted.accelerator_manufacturers.clear()),
    ("acceleratorNames", |wanted| wanted.accelerator_names.clear()),
    ("networkInterfaceCount", |wanted| wanted.network_interface_count = None),
    ("memoryGiBPerVCpu", |wanted| wanted.memory_gib_per_vcpu = None),
    ("memoryMiB", |wanted| wanted.memory_mib = Bounds { min: 0, max: None }),
    ("vCpuCount", |wanted| wanted.vcpu_count = Bounds { min: 0, max: None }),
];

/// The way out where no type meets the requirements: the one, or the first two, without which some do.
pub(super) fn way_out(rows: &[Row], wanted: Option<&InstanceRequirements>) -> String {
    const ADD: &str = "or add types to `instanceTypes`";
    let Some(wanted) = wanted else { return format!("write `instanceRequirements`, {ADD}") };
    let some_without = |left_out: &[&Requirement]| {
        let mut less = wanted.clone();
        for (_, leave_out) in left_out {
            leave_out(&mut less);
        }
        rows.iter().any(|row| fits(row, Some(&less)))
    };
    let names: Vec<&str> = ALL.iter().filter(|one| some_without(&[one])).map(|one| one.0).collect();
    if !names.is_empty() {
        return format!("without `{}` some types would fit: widen it, {ADD}", names.join("`, or without `"));
    }
    let pairs = ALL.iter().enumerate().flat_map(|(place, one)| ALL[place + 1..].iter().map(move |other| (one, other)));
    match pairs.into_iter().find(|(one, other)| some_without(&[one, other])) {
        Some((one, other)) => format!("without `{}` and `{}` some types would fit: widen them, {ADD}", one.0, other.0),
        None => format!("more than two requirements are in the way: leave some out, {ADD}"),
    }
}

fn storage(row: &Row, wanted: &InstanceRequirements) -> bool {
    let kinds = &wanted.local_storage_types;
    let kind = if row.disks.is_empty() { among(kinds, "ssd") } else { row.disks.iter().any(|disk| among(kinds, disk)) };
    choice(wanted.local_storage, Choice::Included, row.storage_gb > 0)
        && (kinds.is_empty() || (row.storage_gb > 0 && kind))
        && within(row.storage_gb as f64, wanted.total_local_storage_gb.as_ref())
}

fn accelerators(row: &Row, wanted: &InstanceRequirements) -> bool {
    let none = Accelerators::default();
    let there = row.accelerators.as_ref().unwrap_or(&none);
    let count = wanted.accelerator_count.as_ref();
    let memory = wanted.accelerator_total_memory_mib.as_ref();
    let lists = [
        (&wanted.accelerator_types, &there.kind),
        (&wanted.accelerator_manufacturers, &there.manufacturer),
        (&wanted.accelerator_names, &there.name),
    ];
    let asked = count.is_some() || memory.is_some() || lists.iter().any(|(list, _)| !list.is_empty());
    let may = asked || !wanted.allowed_instance_types.is_empty() || row.accelerators.is_none();
    may && lists.iter().all(|(list, value)| among(list, value))
        && count.is_none_or(|bounds| inside(there.count, bounds))
        && memory.is_none_or(|bounds| inside(there.memory_mib, bounds))
}

fn choice(written: Option<Choice>, usual: Choice, is: bool) -> bool {
    match written.unwrap_or(usual) {
        Choice::Included => true,
        Choice::Required => is,
        Choice::Excluded => !is,
    }
}

/// Whether a list is empty or holds the value.
fn among(list: &[String], value: &str) -> bool {
    list.is_empty() || list.iter().any(|one| one.eq_ignore_ascii_case(value))
}

fn inside(value: u32, bounds: &Bounds) -> bool {
    value >= bounds.min && bounds.max.is_none_or(|max| value <= max)
}

fn within(value: f64, range: Option<&Range>) -> bool {
    range.is_none_or(|range| value >= range.min && range.max.is_none_or(|max| value <= max))
}

/// Whether a name has the shape of a pattern in which `*` stands for any characters.
fn like(pattern: &str, name: &str) -> bool {
    let Some((head, tail)) = pattern.split_once('*') else { return pattern == name };
    let Some(rest) = name.strip_prefix(head) else { return false };
    (0..=rest.len()).any(|start| rest.is_char_boundary(start) && like(tail, &rest[start..]))
}

#[cfg(test)]
mod tests {
    use super::like;

    #[test]
    fn a_star_stands_for_any_characters() {
        for (pattern, name, fits) in [
            ("m5.*", "m5.large", true),
            ("*", "m5.large", true),
            ("m*.large", "m5.large", true),
            ("m5.*", "m6i.large", false),
            ("m5", "m5.large", false),
            ("*.large", "m5.xlarge", false),
        ] {
            assert_eq!(like(pattern, name), fits, "{pattern} {name}");
        }
    }
}
