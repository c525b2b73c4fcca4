//! Instance types by name: those of the shipped, dated table, and over them those that a scenario brings along.

use super::ecs::instance_type::{Gpu, InstanceType};
use super::shipped_types;
use crate::model::plan;
use std::collections::BTreeMap;

/// One instance type.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Name, such as `m6i.large`.
    pub name: String,
    pub vcpu: u32,
    /// Nominal memory in MiB.
    pub memory_mib: u32,
    /// Network interfaces, the host's own included.
    pub interfaces: u32,
    /// Tasks with a network interface of their own, with trunking; none where it is not supported, or not known.
    pub trunked_tasks: Option<u32>,
    /// Whether its CPU is burstable.
    pub burstable: bool,
    /// Dollars an hour on demand, where known.
    pub price: Option<f64>,
    pub accelerators: Option<Accelerators>,
    /// Local storage in GB.
    pub storage_gb: u64,
    /// Kinds of its local disks, `ssd` or `hdd`; empty where they are not known: solid state then.
    pub disks: Vec<String>,
    /// Whether AWS counts it among its current generation.
    pub current: bool,
    /// Who makes its CPU, where its name does not say so.
    pub manufacturer: Option<String>,
    /// Its architecture, where its name does not say so.
    pub architecture: Option<String>,
    /// Whether it is bare metal, where its name does not say so.
    pub bare_metal: bool,
}

/// GPUs and other accelerators of an instance type.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Accelerators {
    /// `gpu`, `fpga`, `inference` or `media`.
    pub kind: String,
    pub count: u32,
    /// Who makes them, such as `nvidia`.
    pub manufacturer: String,
    /// What they are called, such as `t4`.
    pub name: String,
    /// Memory of all together in MiB.
    pub memory_mib: u32,
}

/// The letters behind the generation: `gd` of `m7gd.large`.
fn options(name: &str) -> &str {
    let family = name.split('.').next().unwrap_or("");
    family.trim_start_matches(|c: char| c.is_ascii_alphabetic()).trim_start_matches(|c: char| c.is_ascii_digit())
}

/// Graviton types carry a `g` behind the generation (`c6g`, `m7gd`), but for the first, `a1`; all others in use for
/// containers are x86.
fn architecture(name: &str) -> &'static str {
    if options(name).contains('g') || name.starts_with("a1.") { "arm64" } else { "x86_64" }
}

impl Row {
    /// What a host of this type offers to tasks. The agent registers 0.96 of the nominal memory (model choice).
    pub fn plan(&self) -> plan::InstanceType {
        let own = self.interfaces.saturating_sub(1);
        plan::InstanceType {
            name: self.name.clone(),
            architecture: self.architecture().into(),
            gpus: self.accelerators.as_ref().filter(|one| one.kind == "gpu").map_or(0, |one| one.count),
            cpu: self.vcpu.saturating_mul(1_024),
            memory: (u64::from(self.memory_mib) * 96 / 100) as u32,
            enis: own,
            trunk_enis: self.trunked_tasks.unwrap_or(own),
            price: self.price,
        }
    }

    /// `x86_64` or `arm64`.
    pub fn architecture(&self) -> &str {
        self.architecture.as_deref().unwrap_or_else(|| architecture(&self.name))
    }

    /// Who makes its CPU, as `cpuManufacturers` spells it. By name: a `g` is Amazon's, an `a` is AMD's (sourced:
    /// [ec2-type-names]).
    pub fn manufacturer(&self) -> &str {
        match self.manufacturer.as_deref() {
            Some(written) => written,
            None if self.architecture() == "arm64" => "amazon-web-services",
            None if options(&self.name).contains('a') => "amd",
            None => "intel",
        }
    }

    /// Whether it is bare metal.
    pub fn is_bare_metal(&self) -> bool {
        self.bare_metal || self.name.contains(".metal")
    }

    /// From what `describe-instance-types` prints. Where it does not say how many interfaces there are, two are taken
    /// (model choice: the fewest of any type in the table). Trunking and price are those of the shipped row, if any.
    fn of(written: &InstanceType, shipped: Option<&Row>) -> Row {
        let interfaces = written.network_info.as_ref().and_then(|info| info.maximum_network_interfaces);
        let (storage, processor) = (written.instance_storage_info.as_ref(), written.processor_info.as_ref());
        Row {
            name: written.instance_type.clone(),
            vcpu: written.vcpu_info.default_vcpus,
            memory_mib: written.memory_info.size_in_mib,
            interfaces: interfaces.or(shipped.map(|row| row.interfaces)).unwrap_or(2),
            trunked_tasks: shipped.and_then(|row| row.trunked_tasks),
            burstable: written.burstable_performance_supported.unwrap_or(shipped.is_some_and(|row| row.burstable)),
            price: shipped.and_then(|row| row.price),
            accelerators: accelerators(written).or(shipped.and_then(|row| row.accelerators.clone())),
            storage_gb: storage.map(|one| one.total_size_in_gb).or(shipped.map(|row| row.storage_gb)).unwrap_or(0),
            disks: storage
                .map(|one| one.disks.iter().filter_map(|disk| disk.kind.clone()).collect())
                .unwrap_or_default(),
            current: written.current_generation.or(shipped.map(|row| row.current)).unwrap_or(true),
            manufacturer: processor
                .and_then(|one| one.manufacturer.as_deref())
                .map(maker)
                .or(shipped.and_then(|row| row.manufacturer.clone())),
            architecture: processor.and_then(|one| one.supported_architectures.last().cloned()),
            bare_metal: written.bare_metal.unwrap_or(false),
        }
    }
}

/// A maker of processors as requirements spell it.
fn maker(name: &str) -> String {
    if name == "AWS" { "amazon-web-services".to_owned() } else { name.to_ascii_lowercase() }
}

/// What `GpuInfo` and the like say. Of others than GPUs only that there are some.
fn accelerators(written: &InstanceType) -> Option<Accelerators> {
    if let Some(info) = &written.gpu_info {
        let first = info.gpus.first()?;
        let count = info.gpus.iter().fold(0u32, |sum, gpu| sum.saturating_add(gpu.count));
        let memory = |gpu: &Gpu| u64::from(gpu.memory_info.as_ref().map_or(0, |memory| memory.size_in_mib));
        let all: u64 = info.gpus.iter().map(|gpu| u64::from(gpu.count) * memory(gpu)).sum();
        return Some(Accelerators {
            kind: "gpu".to_owned(),
            count,
            manufacturer: maker(first.manufacturer.as_deref().unwrap_or_default()),
            name: first.name.clone().unwrap_or_default().to_ascii_lowercase(),
            memory_mib: u32::try_from(all).unwrap_or(u32::MAX),
        });
    }
    let others = [
        ("fpga", &written.fpga_info),
        ("inference", &written.inference_accelerator_info),
        ("inference", &written.neuron_info),
        ("media", &written.media_accelerator_info),
    ];
    let (kind, _) = others.into_iter().find(|(_, info)| info.is_some())?;
    Some(Accelerators { kind: kind.to_owned(), count: 1, ..Accelerators::default() })
}

/// Every type by name. A shipped one is read when somebody asks for it.
pub struct Catalogue {
    /// Types of the scenario.
    own: BTreeMap<String, Row>,
}

impl Catalogue {
    /// The shipped types, and over them those that were written.
    pub fn of(written: &[InstanceType]) -> Catalogue {
        let row = |kind: &InstanceType| Row::of(kind, shipped_types::find(&kind.instance_type).as_ref());
        Catalogue { own: written.iter().map(|kind| (kind.instance_type.clone(), row(kind))).collect() }
    }

    /// The type with this name.
    pub fn get(&self, name: &str) -> Option<Row> {
        self.own.get(name).cloned().or_else(|| shipped_types::find(name))
    }

    /// The names of all types.
    pub fn names(&self) -> impl Iterator<Item = &str> + '_ {
        self.own.keys().map(String::as_str).chain(shipped_types::names())
    }

    /// All types, in no order that means anything; each once.
    pub fn rows(&self) -> impl Iterator<Item = Row> {
        let others = shipped_types::rows().filter(|row| !self.own.contains_key(&row.name));
        self.own.values().cloned().chain(others)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::problem::Problems;
    use crate::scenario::{Document, typed};

    fn check(name: &str, cpu: u32, memory: u32, enis: u32, trunk_enis: u32, price: Option<f64>) {
        let architecture = architecture(name).into();
        let expected =
            plan::InstanceType { name: name.into(), architecture, cpu, memory, gpus: 0, enis, trunk_enis, price };
        assert_eq!(Catalogue::of(&[]).get(name).unwrap().plan(), expected);
    }

    #[test]
    fn a_shipped_type_offers_what_aws_publishes() {
        check("c5.large", 2_048, 3_932, 2, 10, Some(0.085));
        check("m5.2xlarge", 8_192, 31_457, 3, 40, Some(0.384));
        check("t3.medium", 2_048, 3_932, 2, 2, Some(0.0416));
        check("m7i.large", 2_048, 7_864, 2, 10, None);
    }

    #[test]
    fn a_scenario_may_bring_its_own() {
        let text = r#"{ "InstanceType": "x9.huge", "VCpuInfo": { "DefaultVCpus": 64 }, "MemoryInfo": { "SizeInMiB": 100000 },
            "NetworkInfo": { "MaximumNetworkInterfaces": 15 } }"#;
        let document = Document::of(serde_json::from_str(text).unwrap());
        let kind = typed(&document, &mut Problems::default()).unwrap();
        let row = Catalogue::of(&[kind]).get("x9.huge").unwrap().plan();
        assert_eq!((row.cpu, row.memory, row.enis, row.trunk_enis), (65_536, 96_000, 14, 14));
    }
}
