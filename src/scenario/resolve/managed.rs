//! ECS Managed Instances.

use super::cluster::Home;
use super::{Build, requirements};
use crate::engine::Span;
use crate::model::ids::TypeId;
use crate::model::plan::{Managed, ProviderKind};
use crate::model::problem::{Code, Noun, Problem};
use crate::scenario::ecs::Toggle;
use crate::scenario::ecs::capacity_provider::{CapacityOption, InstanceRequirements, ManagedInstancesProvider};
use crate::scenario::types::Row;

/// When idle hosts go by default, in seconds (model choice: AWS publishes none).
const SCALE_IN_AFTER: i32 = 300;

impl Build<'_> {
    pub(super) fn managed(
        &mut self,
        provider: &ManagedInstancesProvider,
        name: &str,
        home: &Home,
        at: &str,
    ) -> Option<ProviderKind> {
        let template = &provider.instance_launch_template;
        let subnets: Vec<&str> = template.network_configuration.subnets.iter().map(String::as_str).collect();
        let subnets_at = format!("{at}/instanceLaunchTemplate/networkConfiguration/subnets");
        let zones = if subnets.is_empty() {
            self.out.missing(&subnets_at, "Managed Instances need a subnet", "list one subnet for each zone");
            None
        } else {
            let zones = self.zones_of_subnets(&subnets, home.region, &subnets_at);
            self.zones_with("Managed Instances", zones, &subnets_at)
        };
        if template.capacity_option_type == Some(CapacityOption::Reserved) {
            let at = format!("{at}/instanceLaunchTemplate/capacityOptionType");
            self.out.not_modelled(&at, "capacity reservations are not modelled", "write ON_DEMAND or SPOT");
        }
        let optimization = provider.infrastructure_optimization.as_ref();
        let after = optimization.and_then(|written| written.scale_in_after).unwrap_or(SCALE_IN_AFTER);
        let types_at = format!("{at}/instanceLaunchTemplate/instanceRequirements");
        let types = self.fitting_types(template.instance_requirements.as_ref(), &types_at);
        let repairs = provider.auto_repair_configuration.as_ref().and_then(|written| written.actions_status);
        let habits = self.habits_of_provider(name);
        Some(ProviderKind::Managed(Managed {
            types: types?,
            spot: template.capacity_option_type == Some(CapacityOption::Spot),
            zones: zones?,
            scale_in_after: u64::try_from(after).ok().map(Span::from_secs),
            repairs: repairs != Some(Toggle::Disabled),
            boot: habits.boot,
            habits: habits.setup,
        }))
    }

    /// Types of the catalogue that meet the requirements, cheapest first. Those without a known price come after the
    /// others, smallest first (model choice).
    fn fitting_types(&mut self, wanted: Option<&InstanceRequirements>, at: &str) -> Option<Vec<TypeId>> {
        let mut rows: Vec<Row> =
            self.catalogue.values().filter(|row| requirements::fits(row, wanted)).cloned().collect();
        rows.sort_by(|a, b| {
            let price = |row: &Row| row.price.unwrap_or(f64::INFINITY);
            let size = |row: &Row| (row.vcpu, row.memory_mib);
            price(a).total_cmp(&price(b)).then(size(a).cmp(&size(b))).then_with(|| a.name.cmp(&b.name))
        });
        if rows.is_empty() {
            let hint = "widen `vCpuCount`, `memoryMiB` or the lists of types, or add types to `instanceTypes`";
            let message = "no known instance type meets the requirements";
            self.out.push(Problem::new(Code::NoCapacity, at, message, hint).about(Noun::InstanceType, ""));
            return None;
        }
        Some(rows.iter().filter_map(|row| self.instance_type(&row.name, at)).collect())
    }
}
