//! The shipped, dated table of EC2 instance types, and the types that a scenario brings along.

use super::ecs::instance_type::InstanceType;
use crate::model::plan;
use serde::Deserialize;
use std::collections::BTreeMap;

/// The table.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// Year and month of its newest figure.
    pub date: String,
    /// Where the figures come from.
    pub note: String,
    /// Instance types.
    pub types: Vec<Row>,
}

/// One instance type.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Row {
    /// Name, such as `m6i.large`.
    pub name: String,
    /// vCPUs.
    pub vcpu: u32,
    /// Nominal memory in MiB.
    pub memory_mib: u32,
    /// Network interfaces, the host's own included.
    pub interfaces: u32,
    /// Tasks with a network interface of their own, with trunking; none where it is not supported.
    pub trunked_tasks: Option<u32>,
    /// Whether its CPU is burstable.
    pub burstable: bool,
    /// Dollars an hour on demand, where known.
    pub price: Option<f64>,
}

/// Graviton types carry a `g` behind the generation (`c6g`, `m7gd`); all others in use for containers are x86.
fn architecture(name: &str) -> &'static str {
    let family = name.split('.').next().unwrap_or("");
    let options =
        family.trim_start_matches(|c: char| c.is_ascii_alphabetic()).trim_start_matches(|c: char| c.is_ascii_digit());
    if options.contains('g') { "arm64" } else { "x86_64" }
}

impl Row {
    /// What a host of this type offers to tasks. The agent registers 0.96 of the nominal memory (model choice).
    pub fn plan(&self) -> plan::InstanceType {
        let own = self.interfaces.saturating_sub(1);
        plan::InstanceType {
            name: self.name.clone(),
            architecture: architecture(&self.name).into(),
            cpu: self.vcpu.saturating_mul(1_024),
            memory: (u64::from(self.memory_mib) * 96 / 100) as u32,
            enis: own,
            trunk_enis: self.trunked_tasks.unwrap_or(own),
            price: self.price,
        }
    }

    /// From what `describe-instance-types` prints. Where it does not say how many interfaces there are, two are taken
    /// (model choice: the fewest of any type in the table). Trunking and price are those of the shipped row, if any.
    fn of(written: &InstanceType, shipped: Option<&Row>) -> Row {
        let interfaces = written.network_info.as_ref().and_then(|info| info.maximum_network_interfaces);
        Row {
            name: written.instance_type.clone(),
            vcpu: written.vcpu_info.default_vcpus,
            memory_mib: written.memory_info.size_in_mib,
            interfaces: interfaces.or(shipped.map(|row| row.interfaces)).unwrap_or(2),
            trunked_tasks: shipped.and_then(|row| row.trunked_tasks),
            burstable: written.burstable_performance_supported.unwrap_or(shipped.is_some_and(|row| row.burstable)),
            price: shipped.and_then(|row| row.price),
        }
    }
}

/// The shipped table.
pub fn shipped() -> Table {
    serde_json::from_str(include_str!("instance_types.json")).expect("the shipped table is valid: a test reads it")
}

/// Every type by name: the shipped ones, and over them those of the scenario.
pub fn catalogue(written: &[InstanceType]) -> BTreeMap<String, Row> {
    let mut rows: BTreeMap<_, _> = shipped().types.into_iter().map(|row| (row.name.clone(), row)).collect();
    for kind in written {
        let row = Row::of(kind, rows.get(&kind.instance_type));
        rows.insert(row.name.clone(), row);
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, cpu: u32, memory: u32, enis: u32, trunk_enis: u32, price: Option<f64>) {
        let architecture = architecture(name).into();
        let expected = plan::InstanceType { name: name.into(), architecture, cpu, memory, enis, trunk_enis, price };
        assert_eq!(catalogue(&[])[name].plan(), expected);
    }

    #[test]
    fn the_shipped_table_reads() {
        check("c5.large", 2_048, 3_932, 2, 10, Some(0.085));
        check("m5.2xlarge", 8_192, 31_457, 3, 40, Some(0.384));
        check("t3.medium", 2_048, 3_932, 2, 2, Some(0.0416));
        check("m7i.large", 2_048, 7_864, 2, 10, None);
        assert_eq!(shipped().types.len(), catalogue(&[]).len(), "no name stands twice");
    }

    #[test]
    fn a_scenario_may_bring_its_own() {
        let text = r#"{ "InstanceType": "x9.huge", "VCpuInfo": { "DefaultVCpus": 64 }, "MemoryInfo": { "SizeInMiB": 100000 },
            "NetworkInfo": { "MaximumNetworkInterfaces": 15 } }"#;
        let row = catalogue(&[serde_json::from_str(text).unwrap()])["x9.huge"].plan();
        assert_eq!((row.cpu, row.memory, row.enis, row.trunk_enis), (65_536, 96_000, 14, 14));
    }
}
