//! Takes off what the AWS CLI prints around an object.
//!
//! ```text
//! "services": [ { "services": [ {..}, {..} ], "failures": [] } ]   ->   "services": [ {..}, {..} ]
//! "taskDefinitions": [ { "taskDefinition": {..}, "tags": [] } ]     ->   "taskDefinitions": [ {..} ]
//! ```
//! Only in the lists named below, and only around an object without a name of its own: a cluster has a list called
//! `capacityProviders` too.

use super::report::Report;
use super::source::Sources;
use super::tree::{Kind, Member, Node};
use crate::model::problem::{Code, Severity};
use serde_json::Value;

/// A list of the scenario and how the AWS CLI wraps what belongs into it.
struct Wrapped {
    list: &'static str,
    many: &'static str,
    one: &'static str,
    /// What every object of the list has, and no wrapper.
    name: &'static str,
}

const SERVICES: Wrapped = Wrapped { list: "services", many: "services", one: "service", name: "serviceName" };
const CLUSTERS: Wrapped = Wrapped { list: "clusters", many: "clusters", one: "cluster", name: "clusterName" };
const TOP: [Wrapped; 7] = [
    CLUSTERS,
    Wrapped { list: "taskDefinitions", many: "taskDefinitions", one: "taskDefinition", name: "family" },
    Wrapped { list: "capacityProviders", many: "capacityProviders", one: "capacityProvider", name: "name" },
    Wrapped {
        list: "autoScalingGroups",
        many: "AutoScalingGroups",
        one: "AutoScalingGroup",
        name: "AutoScalingGroupName",
    },
    Wrapped { list: "instanceTypes", many: "InstanceTypes", one: "InstanceType", name: "InstanceType" },
    Wrapped { list: "alarms", many: "MetricAlarms", one: "MetricAlarm", name: "AlarmName" },
    Wrapped { list: "compositeAlarms", many: "CompositeAlarms", one: "CompositeAlarm", name: "AlarmName" },
];

/// Takes the wrappers off in the whole scenario.
pub(crate) fn unwrap(root: &mut Node, sources: &mut Sources, report: &mut Report<'_>) {
    for wrapped in &TOP {
        if let Some(list) = field(root, wrapped.list) {
            open(list, wrapped, sources, report);
        }
    }
    if let Some(Node { kind: Kind::List(clusters), .. }) = field(root, CLUSTERS.list) {
        for cluster in clusters {
            if let Some(services) = field(cluster, SERVICES.list) {
                open(services, &SERVICES, sources, report);
            }
        }
    }
}

fn field<'a>(node: &'a mut Node, name: &str) -> Option<&'a mut Node> {
    let Kind::Object(members) = &mut node.kind else { return None };
    members.iter_mut().find(|member| member.name == name).map(|member| &mut member.value)
}

/// Opens every wrapper of a list; a wrapper in place of the list itself becomes the list.
fn open(node: &mut Node, wrapped: &Wrapped, sources: &mut Sources, report: &mut Report<'_>) {
    let kind = std::mem::replace(&mut node.kind, Kind::Hole);
    node.kind = match kind {
        Kind::List(list) if list.iter().any(|element| is_wrapper(element, wrapped)) => {
            let mut whole = Vec::with_capacity(list.len());
            for element in list {
                if is_wrapper(&element, wrapped) {
                    content(element, wrapped, sources, report, &mut whole);
                } else {
                    whole.push(element);
                }
            }
            Kind::List(whole)
        }
        Kind::Object(members) => {
            let object = Node { bytes: node.bytes, kind: Kind::Object(members) };
            if is_wrapper(&object, wrapped) {
                let mut whole = Vec::new();
                content(object, wrapped, sources, report, &mut whole);
                Kind::List(whole)
            } else {
                object.kind
            }
        }
        kind => kind,
    };
}

fn is_wrapper(node: &Node, wrapped: &Wrapped) -> bool {
    // The name of an instance type is a text, so that the wrapper's own key of the same name must hold an object.
    let named = node.field(wrapped.name).is_some_and(|name| matches!(name.kind, Kind::Plain(_)));
    let many = node.field(wrapped.many).is_some_and(|list| matches!(list.kind, Kind::List(_)));
    let one = node.field(wrapped.one).is_some_and(|object| matches!(object.kind, Kind::Object(_)));
    !named && (many || one)
}

/// The objects inside a wrapper; what stands beside them is told.
fn content(node: Node, wrapped: &Wrapped, sources: &mut Sources, report: &mut Report<'_>, whole: &mut Vec<Node>) {
    let Kind::Object(members) = node.kind else { return };
    for Member { name, key, value } in members {
        match value.kind {
            Kind::Plain(Value::Null) => {}
            Kind::List(list) if name == wrapped.many => whole.extend(list),
            Kind::Object(object) if name == wrapped.one => {
                whole.push(Node { bytes: value.bytes, kind: Kind::Object(object) });
            }
            Kind::List(list) if name == "failures" && !list.is_empty() => {
                if report.full(Severity::Warning) {
                    continue;
                }
                let at = sources.mark(key);
                let message = format!("`failures` names {} that AWS could not describe", list.len());
                report.add(Code::LeftOut, &at, message, "what is missing there is not simulated");
            }
            _ => {
                if report.full(Severity::Note) {
                    continue;
                }
                let at = sources.mark(key);
                report.add(Code::NotUsed, &at, format!("`{name}` beside `{}` is not used", wrapped.many), "");
            }
        }
    }
}
