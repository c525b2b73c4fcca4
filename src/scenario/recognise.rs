//! Objects of AWS that stand where others belong: told once, by what they are and where they go.
//!
//! Without this each of their fields would be told as unknown, and each of the fields that are missing.

use super::tree::{Kind, Node};
use crate::model::problem::Code;
use serde_json::Value;

/// What an object is, by a field that no other has.
struct Known {
    is: &'static str,
    /// One of these fields says so.
    own: &'static [&'static str],
    /// A list or an object in one of these fields, and little else, is what the AWS CLI prints around it.
    around: &'static [&'static str],
    /// The list that it belongs to; nothing where a scenario has none.
    list: &'static str,
    way_out: &'static str,
}

const PRINT_SERVICE: &str = "print the service with `aws ecs describe-services`";
const NO_NAMES: &str = "commands that begin with `list-` print names only: use the one that begins with `describe-`";

/// In this order: a revision names its service, and a task its container instance.
const KNOWN: [Known; 20] = [
    Known { is: "a task set", own: &["taskSetArn"], around: &["taskSets"], list: "", way_out: PRINT_SERVICE },
    Known {
        is: "a service revision",
        own: &["serviceRevisionArn"],
        around: &["serviceRevisions"],
        list: "",
        way_out: PRINT_SERVICE,
    },
    Known {
        is: "a service deployment",
        own: &["serviceDeploymentArn"],
        around: &["serviceDeployments"],
        list: "",
        way_out: PRINT_SERVICE,
    },
    Known {
        is: "an event",
        own: &["detail-type", "eventName"],
        around: &["events", "Events", "Records"],
        list: "",
        way_out: PRINT_SERVICE,
    },
    Known {
        is: "a list of names",
        own: &[],
        around: &["serviceArns", "clusterArns", "taskDefinitionArns", "taskArns", "containerInstanceArns"],
        list: "",
        way_out: NO_NAMES,
    },
    Known { is: "a task", own: &["taskArn"], around: &["tasks"], list: "tasks", way_out: "" },
    Known {
        is: "a container instance",
        own: &["containerInstanceArn"],
        around: &["containerInstances"],
        list: "containerInstances",
        way_out: "",
    },
    Known { is: "a service", own: &["serviceName"], around: &["services", "service"], list: "services", way_out: "" },
    Known {
        is: "a task definition",
        own: &["containerDefinitions"],
        around: &["taskDefinition", "taskDefinitions"],
        list: "taskDefinitions",
        way_out: "",
    },
    Known { is: "a cluster", own: &["clusterName"], around: &["clusters", "cluster"], list: "clusters", way_out: "" },
    Known {
        is: "a capacity provider",
        own: &["autoScalingGroupProvider", "managedInstancesProvider"],
        around: &["capacityProviders", "capacityProvider"],
        list: "capacityProviders",
        way_out: "",
    },
    Known {
        is: "an Auto Scaling group",
        own: &["AutoScalingGroupName"],
        around: &["AutoScalingGroups"],
        list: "autoScalingGroups",
        way_out: "",
    },
    Known {
        is: "an instance type",
        own: &["VCpuInfo"],
        around: &["InstanceTypes"],
        list: "instanceTypes",
        way_out: "",
    },
    Known {
        is: "a target group",
        own: &["TargetGroupArn"],
        around: &["TargetGroups"],
        list: "targetGroups",
        way_out: "",
    },
    Known { is: "a subnet", own: &["SubnetId"], around: &["Subnets"], list: "subnets", way_out: "" },
    Known {
        is: "a scaling policy",
        own: &["PolicyName", "PolicyType"],
        around: &["ScalingPolicies"],
        list: "scalingPolicies",
        way_out: "",
    },
    Known {
        is: "a scheduled action",
        own: &["ScheduledActionName"],
        around: &["ScheduledActions"],
        list: "scheduledActions",
        way_out: "",
    },
    Known {
        is: "a scalable target",
        own: &["ScalableDimension", "SuspendedState"],
        around: &["ScalableTargets"],
        list: "scalableTargets",
        way_out: "",
    },
    Known { is: "an alarm", own: &["MetricName"], around: &["MetricAlarms"], list: "alarms", way_out: "" },
    Known {
        is: "a container definition",
        own: &["image", "portMappings", "essential"],
        around: &[],
        list: "",
        way_out: "put it into `containerDefinitions` of a task definition",
    },
];

/// What may stand beside the list that the AWS CLI prints.
const BESIDE: [&str; 6] = ["failures", "tags", "nextToken", "NextToken", "ResponseMetadata", "CompositeAlarms"];

/// What is wrong with an object in a list, and the way out.
pub(super) struct Stranger {
    pub(super) code: Code,
    /// Where it is told: this field, or the object.
    pub(super) field: Option<&'static str>,
    pub(super) message: String,
    pub(super) hint: String,
}

impl Known {
    fn is_of(&self, node: &Node) -> bool {
        self.own.iter().any(|field| node.field(field).is_some()) || self.is_around(node)
    }

    fn is_around(&self, node: &Node) -> bool {
        let Kind::Object(members) = &node.kind else { return false };
        let holds = |field: &&str| node.field(field).is_some_and(|one| !matches!(one.kind, Kind::Plain(_)));
        let alone = || members.iter().filter(|one| !BESIDE.contains(&one.name.as_str())).count() == 1;
        self.around.iter().any(holds) && alone()
    }

    fn way_out(&self) -> String {
        match self.list {
            "" => self.way_out.to_owned(),
            list => format!("put it into the scenario's `{list}`"),
        }
    }
}

/// What an entry of `list` is, if it is no entry of it; `name` is the field that all entries have.
pub(super) fn stranger(node: &Node, list: &str, name: &str) -> Option<Stranger> {
    // Many things have a field `name`.
    if node.field(name).is_some() && name != "name" {
        let lacks = list == "services" && node.field("taskDefinition").is_none();
        return lacks.then(|| controller(node)).flatten();
    }
    if list == "services"
        && let Some(found) = controller(node).or_else(|| update(node))
    {
        return Some(found);
    }
    if KNOWN.iter().any(|known| known.list == list && known.is_of(node)) {
        return None;
    }
    let known = KNOWN.iter().find(|known| known.list != list && known.is_of(node))?;
    let message = format!("this looks like {}, and stands in `{list}`", known.is);
    Some(Stranger { code: Code::WrongType, field: None, message, hint: known.way_out() })
}

/// Whether a whole file is what the AWS CLI prints, and no scenario.
pub(super) fn printed(root: &Node) -> Option<Stranger> {
    let known = KNOWN.iter().find(|known| known.is_around(root))?;
    // A scenario has lists of these names too.
    let object = |field: &&str| root.field(field).is_some_and(|one| matches!(one.kind, Kind::Object(_)));
    let of_aws = known.list.is_empty() || root.field("failures").is_some() || known.around.iter().any(object);
    let capital = |field: &&str| root.field(field).is_some() && field.starts_with(|one: char| one.is_ascii_uppercase());
    if !of_aws && !known.around.iter().any(capital) {
        return None;
    }
    let message = "this is what the AWS CLI prints, and no scenario".to_owned();
    let hint = match known.list {
        "" => known.way_out.to_owned(),
        list => {
            format!("name the file in a scenario: \"{list}\": [{{\"$file\": \"...\"}}]; `evenkeel new NAME` writes one")
        }
    };
    Some(Stranger { code: Code::WrongType, field: None, message, hint })
}

/// A service that somebody else deploys lacks what ECS would need of others.
fn controller(node: &Node) -> Option<Stranger> {
    let kind = text(node.field("deploymentController")?.field("type")?)?;
    (kind == "EXTERNAL" || kind == "CODE_DEPLOY").then(|| Stranger {
        code: Code::NotModelled,
        field: Some("deploymentController"),
        message: format!("the deployment controller {kind} is not modelled yet"),
        hint: "write ECS, or leave it out; then the service needs a `taskDefinition`".to_owned(),
    })
}

/// What `update-service` takes says `service` where the service itself says `serviceName`.
fn update(node: &Node) -> Option<Stranger> {
    let looks = text(node.field("service")?).is_some() && node.field("serviceName").is_none();
    looks.then(|| Stranger {
        code: Code::WrongType,
        field: None,
        message: "this looks like input of `aws ecs update-service`, and stands in `services`".to_owned(),
        hint: PRINT_SERVICE.to_owned(),
    })
}

fn text(node: &Node) -> Option<&str> {
    match &node.kind {
        Kind::Plain(Value::String(text)) => Some(text),
        _ => None,
    }
}

/// What a text is that is no JSON, and the way out.
pub(super) fn not_json(text: &str) -> Option<(&'static str, &'static str)> {
    const JSON: &str = "print it with `--output json`";
    let text = text.trim_start_matches('\u{feff}');
    let first = text.lines().map(str::trim_end).find(|line| !line.trim().is_empty() && !line.starts_with('#'))?;
    if first.trim_start().starts_with(['{', '[']) {
        return None;
    }
    if first.starts_with("-----") || first.starts_with("+---") {
        return Some(("this is a table of the AWS CLI, and no JSON", JSON));
    }
    let key = first.trim_start().split_once(':').map(|(key, rest)| (key.trim(), rest));
    let is_key = |key: &str| {
        let letters = key.trim_matches(['"', '\'']);
        !letters.is_empty() && letters.chars().all(|one| one.is_ascii_alphanumeric() || "_-.$".contains(one))
    };
    let yaml = first.starts_with("---")
        || first.starts_with("%YAML")
        || first.trim_start().starts_with("- ")
        || key.is_some_and(|(key, rest)| is_key(key) && (rest.is_empty() || rest.starts_with(' ')));
    if yaml {
        return Some(("this is YAML, which is not read", JSON));
    }
    let upper = |one: &str| one.chars().all(|one| one.is_ascii_uppercase() || one == '_') && one.len() > 2;
    let tabs = first.contains('\t') && first.split('\t').next().is_some_and(upper);
    tabs.then_some(("this is `--output text` of the AWS CLI, and no JSON", JSON))
}

#[cfg(test)]
mod tests {
    use super::not_json;

    #[test]
    fn what_is_no_json_is_known_by_its_first_line() {
        for (text, is) in [
            ("services:\n- serviceName: web\n", "YAML"),
            ("# made by hand\n---\nservices: []\n", "YAML"),
            ("- serviceName: web\n", "YAML"),
            ("-----------------\n|  DescribeServices  |\n", "table"),
            ("SERVICES\tarn:aws:ecs:eu-west-1:1:service/web\n", "text"),
        ] {
            assert!(not_json(text).is_some_and(|(message, _)| message.contains(is)), "{text}");
        }
        for text in ["{ \"a\": 1", "[", "hello", "", "{'a': 1}"] {
            assert_eq!(not_json(text), None, "{text}");
        }
    }
}
