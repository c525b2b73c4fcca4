//! The container instance: what `describe-container-instances` prints.

object! {
    /// A container instance: a host of the capacity provider that it names.
    ContainerInstance("camelCase", own "containerInstanceArn") {
        need {
            /// ARN; the name of its cluster stands in it.
            container_instance_arn: String,
        }
        may {
            /// Id of its instance. One that the Auto Scaling group lists in `Instances` too is one host.
            ec2_instance_id as "ec2InstanceId": String,
            /// Name of its capacity provider; without one it is a host of the Auto Scaling group that lists it.
            capacity_provider_name: String,
            /// ACTIVE: it takes tasks from the start. All others are not there (model choice).
            status: String => Choice "ACTIVE",
            /// Whether its agent is connected; without, it takes no tasks and is not there (model choice).
            agent_connected: bool => Choice "true",
        }
        list {
            /// `ecs.instance-type` and `ecs.availability-zone` say what and where it is. Others are those of all hosts of
            /// its capacity provider, where placement names them and all have the same value (model choice).
            attributes: InstanceAttribute,
        }
        unused {
            version, version_info, remaining_resources, registered_resources, status_reason, running_tasks_count,
            pending_tasks_count, agent_update_status, registered_at, attachments, tags, health_status,
            gpu_devices,
        }
    }
}

object! {
    /// One of `attributes`.
    InstanceAttribute("camelCase") {
        need {
            /// Such as `ecs.instance-type`.
            name: String,
        }
        may {
            /// Its value.
            value: String,
        }
        unused { target_type, target_id }
    }
}

impl ContainerInstance {
    /// The value of an attribute.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|one| one.name == name)?.value.as_deref()
    }
}
