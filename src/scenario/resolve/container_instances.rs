//! Container instances, as `describe-container-instances` prints them, put where they would be written by hand: hosts
//! into `Instances` of their Auto Scaling group, attributes into `behaviour` of their capacity provider.

use super::{once, placed};
use crate::model::placement::ATTRIBUTES;
use crate::model::placement::query::Expression;
use crate::model::problem::Problems;
use crate::scenario::ecs::Toggle;
use crate::scenario::ecs::auto_scaling_group::Instance;
use crate::scenario::ecs::capacity_provider::{AutoScalingGroupProvider, CapacityProvider};
use crate::scenario::ecs::container_instance::ContainerInstance;
use crate::scenario::file::{Behaviour, Scenario};
use std::collections::{BTreeMap, BTreeSet};

/// Values of an attribute that are named where hosts differ.
const VALUES_MAX: usize = 4;

/// Where a container instance belongs.
enum Home {
    /// A capacity provider and the Auto Scaling group behind it, by their places.
    Group(usize, usize),
    /// Managed Instances of the provider with this name.
    Managed(String),
    /// Nothing of the scenario is behind the provider that it names.
    Strange,
    /// It names no provider, and no group lists its instance.
    Alone,
}

/// Container instances that are not taken one by one: the first of each, and how many.
#[derive(Default)]
struct Counts(BTreeMap<String, (String, usize)>);

impl Counts {
    fn add(&mut self, what: &str, at: &str) {
        self.0.entry(what.to_owned()).or_insert_with(|| (at.to_owned(), 0)).1 += 1;
    }

    /// Each with its place and "1 container instance" or "3 container instances", and whether it is one.
    fn told(&self) -> impl Iterator<Item = (&str, &str, String, bool)> {
        self.0.iter().map(|(what, (at, count))| {
            let plural = if *count == 1 { "" } else { "s" };
            (what.as_str(), at.as_str(), format!("{count} container instance{plural}"), *count == 1)
        })
    }
}

/// Container instances as hosts of the Auto Scaling groups behind their capacity providers.
pub(super) fn hosts(scenario: &mut Scenario, out: &mut Problems) {
    let instances = std::mem::take(&mut scenario.container_instances);
    let (mut left_out, mut managed, mut adopted) = (Counts::default(), Counts::default(), Counts::default());
    let mut of_providers: BTreeMap<usize, Vec<&ContainerInstance>> = BTreeMap::new();
    // Groups that list their hosts themselves, before any is added.
    let lists: Vec<bool> =
        scenario.auto_scaling_groups.iter().map(|group| group.instances.iter().any(is_host)).collect();
    for (at, one) in placed(&instances, "/containerInstances") {
        match home(scenario, one) {
            Home::Group(provider, group) => {
                of_providers.entry(provider).or_default().push(one);
                if one.capacity_provider_name.is_none() {
                    adopted.add(&scenario.capacity_providers[provider].name, &at);
                }
                host(scenario, (group, lists[group]), one, &at, out);
            }
            Home::Managed(provider) => managed.add(&provider, &at),
            Home::Strange => left_out.add("strange", &at),
            Home::Alone => left_out.add("alone", &at),
        }
    }
    for (why, at, what, one) in left_out.told() {
        let are = if one { "is" } else { "are" };
        let (why, hint) = if why == "alone" {
            (
                "without a capacity provider nothing tells their group",
                "add what `aws autoscaling describe-auto-scaling-groups` prints: it lists the instances of each group",
            )
        } else {
            (
                "no Auto Scaling group of the scenario is behind the capacity provider",
                "add what `aws ecs describe-capacity-providers` and `aws autoscaling describe-auto-scaling-groups` print",
            )
        };
        out.left_out(at, format!("{what} {are} left out: {why}"), hint);
    }
    for (provider, at, what, one) in managed.told() {
        let are = if one { "is" } else { "are" };
        let message = format!("{what} of the Managed Instances `{provider}` {are} not used: hosts are chosen anew");
        out.unused(at, message, "");
    }
    for (provider, at, what, one) in adopted.told() {
        let (have, are) = if one { ("has", "it is a host") } else { ("have", "they are hosts") };
        let message = format!("{what} {have} no capacity provider: {are} of `{provider}` by the Auto Scaling group");
        out.follows(at, message, "in ECS only tasks of launch type EC2 stand there; here a strategy may use them, too");
    }
    for (provider, instances) in of_providers {
        attributes(scenario, provider, &instances, out);
    }
}

/// Where a container instance belongs; the group of one without a provider gets one that scales nothing.
fn home(scenario: &mut Scenario, one: &ContainerInstance) -> Home {
    let Some(name) = one.capacity_provider_name.as_deref() else {
        return alone(scenario, one).unwrap_or(Home::Alone);
    };
    let Some(place) = scenario.capacity_providers.iter().position(|provider| provider.name == name) else {
        return Home::Strange;
    };
    let provider = &scenario.capacity_providers[place];
    if provider.managed_instances_provider.is_some() {
        return Home::Managed(name.to_owned());
    }
    let group = scenario.auto_scaling_groups.iter().position(|group| {
        let of = provider.auto_scaling_group_provider.as_ref();
        of.is_some_and(|of| refers(of, &group.auto_scaling_group_name, group.auto_scaling_group_arn.as_deref()))
    });
    group.map_or(Home::Strange, |group| Home::Group(place, group))
}

/// The group that lists the instance, and the provider in front of it. A group that has none gets one of its own name
/// in the cluster of the container instance: without managed scaling and draining that is what ECS sees of it.
fn alone(scenario: &mut Scenario, one: &ContainerInstance) -> Option<Home> {
    let id = one.ec2_instance_id.as_ref()?;
    let lists = |list: &[Instance]| list.iter().any(|host| host.instance_id.as_ref() == Some(id));
    let group = scenario.auto_scaling_groups.iter().position(|group| lists(&group.instances))?;
    let row = &scenario.auto_scaling_groups[group];
    let in_front = scenario.capacity_providers.iter().position(|provider| {
        let of = provider.auto_scaling_group_provider.as_ref();
        of.is_some_and(|of| refers(of, &row.auto_scaling_group_name, row.auto_scaling_group_arn.as_deref()))
    });
    if let Some(provider) = in_front {
        return Some(Home::Group(provider, group));
    }
    let name = row.auto_scaling_group_name.clone();
    let cluster = cluster_of(scenario, &one.container_instance_arn)?;
    if scenario.capacity_providers.iter().any(|provider| provider.name == name) {
        return None;
    }
    scenario.clusters[cluster].capacity_providers.push(name.clone());
    scenario.capacity_providers.push(CapacityProvider {
        name: name.clone(),
        capacity_provider_arn: None,
        status: None,
        update_status: None,
        auto_scaling_group_provider: Some(AutoScalingGroupProvider {
            auto_scaling_group_arn: name,
            managed_scaling: None,
            managed_termination_protection: None,
            managed_draining: Some(Toggle::Disabled),
        }),
        managed_instances_provider: None,
    });
    Some(Home::Group(scenario.capacity_providers.len() - 1, group))
}

/// Whether a provider is that of the group with this name and ARN.
fn refers(provider: &AutoScalingGroupProvider, name: &str, arn: Option<&str>) -> bool {
    let written = provider.auto_scaling_group_arn.as_str();
    written.rsplit('/').next() == Some(name) || arn == Some(written)
}

/// The cluster whose name stands in the ARN of a container instance; ARNs of the short form do not show it.
fn cluster_of(scenario: &Scenario, arn: &str) -> Option<usize> {
    let mut parts = arn.rsplit(':').next()?.split('/').skip(1);
    match (parts.next(), parts.next()) {
        (Some(name), Some(_)) => scenario.clusters.iter().position(|cluster| cluster.cluster_name == name),
        _ => (scenario.clusters.len() == 1).then_some(0),
    }
}

/// One host: a new one of a group that lists none, else what it says of one that the group lists.
fn host(scenario: &mut Scenario, (group, lists): (usize, bool), one: &ContainerInstance, at: &str, out: &mut Problems) {
    let gone = match (one.status.as_deref().unwrap_or("ACTIVE"), one.agent_connected) {
        ("ACTIVE", Some(false)) => Some("without a connected agent".to_owned()),
        ("ACTIVE", _) => None,
        (other, _) => Some(other.to_owned()),
    };
    let group = &mut scenario.auto_scaling_groups[group];
    if lists {
        let listed = group
            .instances
            .iter_mut()
            .find(|host| host.instance_id.is_some() && host.instance_id == one.ec2_instance_id);
        if let Some(host) = listed {
            host.lifecycle_state = gone.or(host.lifecycle_state.take());
        } else {
            let name = &group.auto_scaling_group_name;
            let message = format!("`{name}` lists its hosts, and not this one: it is left out");
            out.left_out(at, message, "print both at the same time, or leave `Instances` of the group out");
        }
        return;
    }
    let kind = one.attribute("ecs.instance-type");
    let zone = one.attribute("ecs.availability-zone");
    for (name, found) in [("ecs.instance-type", kind), ("ecs.availability-zone", zone)] {
        if found.is_none() {
            let message = format!("this container instance lacks the attribute `{name}`");
            out.missing(at, message, "print it with `aws ecs describe-container-instances`");
        }
    }
    // Entries that name a type alone stand for no host.
    group.instances.push(Instance {
        instance_type: kind.map(str::to_owned),
        instance_id: one.ec2_instance_id.clone().or(Some(one.container_instance_arn.clone())),
        availability_zone: zone.map(str::to_owned),
        lifecycle_state: gone,
        ..Instance::default()
    });
}

fn is_host(instance: &Instance) -> bool {
    instance.instance_id.is_some()
}

/// Attributes that placement names, from the hosts of a provider into its `behaviour`: hosts that come later have them
/// too (model choice: agents register what their launch template says). Those in which hosts differ are told.
fn attributes(scenario: &mut Scenario, provider: usize, instances: &[&ContainerInstance], out: &mut Problems) {
    let name = scenario.capacity_providers[provider].name.clone();
    for wanted in asked_for(scenario) {
        let value = |one: &&ContainerInstance| {
            let found = one.attributes.iter().find(|attribute| attribute.name == wanted);
            found.map(|attribute| attribute.value.clone().unwrap_or_default())
        };
        let values: Vec<Option<String>> = once(instances.iter().map(value));
        match &values[..] {
            [None] | [] => {}
            [Some(value)] => write(scenario, &name, &wanted, value),
            _ => {
                let word = |value: &Option<String>| value.as_ref().map_or("none".to_owned(), |one| format!("`{one}`"));
                let mut words: Vec<String> = values.iter().take(VALUES_MAX).map(word).collect();
                words.extend((values.len() > VALUES_MAX).then(|| "...".to_owned()));
                let message = format!(
                    "hosts of `{name}` differ in the attribute `{wanted}` ({}), which is not modelled: none has it",
                    words.join(", ")
                );
                let hint = "make a capacity provider and group of each kind, or write `attributes` in `behaviour`";
                out.ignored("/containerInstances", message, hint);
            }
        }
    }
}

/// Writes an attribute of a provider's hosts, unless it is written by hand.
fn write(scenario: &mut Scenario, provider: &str, name: &str, value: &str) {
    let list = &mut scenario.behaviour;
    let known = list.iter().position(|one| one.capacity_provider.as_deref() == Some(provider));
    let place = known.unwrap_or_else(|| {
        list.push(Behaviour { capacity_provider: Some(provider.to_owned()), ..Behaviour::default() });
        list.len() - 1
    });
    let written = list[place].attributes.get_or_insert_with(BTreeMap::new);
    written.entry(name.to_owned()).or_insert_with(|| value.to_owned());
}

/// Names of attributes that strategies and constraints name, but for those that every host has.
fn asked_for(scenario: &Scenario) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let clusters = scenario.clusters.iter();
    let services = clusters.clone().flat_map(|one| &one.services);
    let services = services.map(|one| (&one.placement_strategy, &one.placement_constraints));
    let streams = clusters.flat_map(|one| &one.run_tasks);
    let streams = streams.map(|one| (&one.placement_strategy, &one.placement_constraints));
    let mut constraints: Vec<_> = scenario.task_definitions.iter().flat_map(|one| &one.placement_constraints).collect();
    for (strategies, own) in services.chain(streams) {
        let fields = strategies.iter().filter_map(|one| one.field.as_deref()?.strip_prefix("attribute:"));
        names.extend(fields.map(str::to_owned));
        constraints.extend(own);
    }
    for text in constraints.iter().filter_map(|one| one.expression.as_deref()) {
        // What cannot be read is told where it is resolved.
        names.extend(Expression::parse(text).iter().flat_map(Expression::attributes).map(str::to_owned));
    }
    names.retain(|name| !ATTRIBUTES.contains(&name.as_str()));
    names
}
