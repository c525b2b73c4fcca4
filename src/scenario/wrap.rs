//! Takes off what the AWS CLI prints around an object.
//!
//! ```text
//! "services": [ { "services": [ {..}, {..} ], "failures": [] } ]   ->   "services": [ {..}, {..} ]
//! "taskDefinitions": [ { "taskDefinition": {..}, "tags": [] } ]     ->   "taskDefinitions": [ {..} ]
//! ```
//! Only in the lists named below, and only around an object without a name of its own: a cluster has a list called
//! `capacityProviders` too. Here too stands what is written beside `$file`, as it is meant for the object inside.

use super::recognise;
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
/// `describe-target-group-attributes` does not say whose they are.
const ATTRIBUTES: Wrapped = Wrapped { list: "Attributes", many: "Attributes", one: "Attribute", name: "Key" };
const TOP: [Wrapped; 15] = [
    CLUSTERS,
    SERVICES,
    Wrapped { list: "taskDefinitions", many: "taskDefinitions", one: "taskDefinition", name: "family" },
    Wrapped { list: "capacityProviders", many: "capacityProviders", one: "capacityProvider", name: "name" },
    Wrapped {
        list: "autoScalingGroups",
        many: "AutoScalingGroups",
        one: "AutoScalingGroup",
        name: "AutoScalingGroupName",
    },
    Wrapped { list: "instanceTypes", many: "InstanceTypes", one: "InstanceType", name: "InstanceType" },
    Wrapped { list: "targetGroups", many: "TargetGroups", one: "TargetGroup", name: "TargetGroupName" },
    Wrapped { list: "subnets", many: "Subnets", one: "Subnet", name: "SubnetId" },
    Wrapped {
        list: "containerInstances",
        many: "containerInstances",
        one: "containerInstance",
        name: "containerInstanceArn",
    },
    Wrapped { list: "tasks", many: "tasks", one: "task", name: "taskArn" },
    Wrapped { list: "scalableTargets", many: "ScalableTargets", one: "ScalableTarget", name: "ResourceId" },
    Wrapped { list: "scalingPolicies", many: "ScalingPolicies", one: "ScalingPolicy", name: "PolicyName" },
    Wrapped { list: "scheduledActions", many: "ScheduledActions", one: "ScheduledAction", name: "ScheduledActionName" },
    Wrapped { list: "alarms", many: "MetricAlarms", one: "MetricAlarm", name: "AlarmName" },
    Wrapped { list: "compositeAlarms", many: "CompositeAlarms", one: "CompositeAlarm", name: "AlarmName" },
];

/// Takes the wrappers off in the whole scenario.
pub(crate) fn unwrap(root: &mut Node, sources: &mut Sources, report: &mut Report<'_>) {
    composites_apart(root);
    for wrapped in &TOP {
        if let Some(list) = field(root, wrapped.list) {
            open(list, wrapped, sources, report);
        }
    }
    if let Some(Node { kind: Kind::List(groups), .. }) = field(root, "targetGroups") {
        for group in groups {
            if let Some(attributes) = field(group, ATTRIBUTES.list) {
                open(attributes, &ATTRIBUTES, sources, report);
            }
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

/// What `describe-alarms` prints holds composite alarms too: they go into the list of their own, unless one is written.
fn composites_apart(root: &mut Node) {
    let (alarms, composites) = (&TOP[TOP.len() - 2], &TOP[TOP.len() - 1]);
    if root.field(composites.list).is_some() {
        return;
    }
    let Some(list) = field(root, alarms.list) else { return };
    let elements = match &mut list.kind {
        Kind::List(elements) => &mut elements[..],
        _ => std::slice::from_mut(list),
    };
    let mut found: Option<Member> = None;
    for element in elements.iter_mut().filter(|element| is_wrapper(element, alarms)) {
        let Kind::Object(members) = &mut element.kind else { continue };
        let Some(place) = members.iter().position(|member| member.name == composites.many) else { continue };
        let Member { key, value, .. } = members.remove(place);
        match (value.kind, &mut found) {
            (Kind::List(more), Some(Member { value: Node { kind: Kind::List(all), .. }, .. })) => all.extend(more),
            (Kind::List(more), none) if !more.is_empty() => {
                let value = Node { bytes: value.bytes, kind: Kind::List(more) };
                *none = Some(Member { name: composites.list.to_owned(), key, value });
            }
            _ => {}
        }
    }
    if let Kind::Object(members) = &mut root.kind {
        members.extend(found);
    }
}

/// The object that a file gives, with the members that stand beside its `$file` over its own; `list` is the field that
/// it stands in. `None`: it cannot be said which object is meant, which is then told.
pub(crate) fn over(
    node: Node,
    beside: Vec<Member>,
    list: &str,
    sources: &mut Sources,
    report: &mut Report<'_>,
) -> Option<Node> {
    let Some(first) = beside.first() else { return Some(node) };
    let (first, key) = (first.name.clone(), first.key);
    let mut objects = match TOP.iter().find(|wrapped| wrapped.list == list && is_wrapper(&node, wrapped)) {
        Some(wrapped) => {
            let mut objects = Vec::new();
            content(node, wrapped, sources, report, &mut objects);
            objects
        }
        None => match node.kind {
            Kind::List(list) => list,
            kind => vec![Node { bytes: node.bytes, kind }],
        },
    };
    let count = objects.len();
    match (objects.pop(), count) {
        (Some(Node { bytes, kind: Kind::Object(mut members) }), 1) => {
            for member in beside {
                match members.iter().position(|one| one.name == member.name) {
                    Some(place) => members[place] = member,
                    None => members.push(member),
                }
            }
            return Some(Node { bytes, kind: Kind::Object(members) });
        }
        // Why the file cannot be taken is told.
        (Some(node @ Node { kind: Kind::Hole, .. }), 1) => return Some(node),
        _ => {}
    }
    if report.full(Severity::Error) {
        report.count(Severity::Error);
    } else {
        let at = sources.mark(key);
        let given = if count == 1 { "no object".to_owned() } else { format!("{count} objects") };
        let message = format!("`{first}` stands beside `$file`, and the file gives {given}");
        let hint = if (list, first.as_str()) == (CLUSTERS.list, SERVICES.list) {
            "write `services` at the top level: each finds its cluster by `clusterArn`"
        } else {
            "members beside `$file` override those of one object: name a file that gives one"
        };
        report.add(Code::Conflict, &at, message, hint);
    }
    None
}

fn field<'a>(node: &'a mut Node, name: &str) -> Option<&'a mut Node> {
    let Kind::Object(members) = &mut node.kind else { return None };
    members.iter_mut().find(|member| member.name == name).map(|member| &mut member.value)
}

/// Opens every wrapper of a list; a wrapper in place of the list itself becomes the list.
fn open(node: &mut Node, wrapped: &Wrapped, sources: &mut Sources, report: &mut Report<'_>) {
    let kind = std::mem::replace(&mut node.kind, Kind::Hole);
    let mut kind = match kind {
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
    if let Kind::List(list) = &mut kind {
        for one in list {
            refuse(one, wrapped, sources, report);
        }
    } else {
        let mut object = Node { bytes: node.bytes, kind };
        refuse(&mut object, wrapped, sources, report);
        kind = object.kind;
    }
    node.kind = kind;
}

/// Leaves a hole where something stands that belongs elsewhere, which is told.
fn refuse(node: &mut Node, wrapped: &Wrapped, sources: &mut Sources, report: &mut Report<'_>) {
    let Some(found) = recognise::stranger(node, wrapped.list, wrapped.name) else { return };
    let place = found.field.and_then(|field| node.field(field)).unwrap_or(node).bytes;
    let at = if report.full(Severity::Error) { String::new() } else { sources.mark(place) };
    report.add(found.code, &at, found.message, found.hint);
    node.kind = Kind::Hole;
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
            Kind::List(list) if list.is_empty() => {}
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
