//! What things with a name are called in messages.

/// A kind of things that have names.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Noun {
    /// A zone: its id or its name.
    Zone,
    /// A Region.
    Region,
    /// A cluster.
    Cluster,
    /// A service, or a stream of standalone tasks.
    Service,
    /// A cell of a control plane.
    PlaneCell,
    /// A cell of the scenario's cellular application.
    Cell,
    /// A capacity provider.
    CapacityProvider,
    /// An Auto Scaling group.
    AutoScalingGroup,
    /// An instance type of the catalogue, or of `instanceTypes`.
    InstanceType,
    /// An instance type that hosts of the scenario have.
    TypeInUse,
    /// A task definition.
    TaskDefinition,
    /// The family of a task definition that a service or stream uses.
    Family,
    /// A container of a task definition.
    Container,
    /// A cellular application.
    Application,
    /// A customer of the application, or a group of them.
    Customer,
    /// An alarm, on a metric or composite.
    Alarm,
    /// A scaling policy.
    ScalingPolicy,
    /// A change.
    Change,
    /// A fault.
    Fault,
    /// A part of what a change reaches.
    Unit,
}

impl Noun {
    /// As messages say it.
    pub const fn word(self) -> &'static str {
        match self {
            Noun::Zone => "zone",
            Noun::Region => "Region",
            Noun::Cluster => "cluster",
            Noun::Service => "service",
            Noun::PlaneCell => "control-plane cell",
            Noun::Cell => "cell",
            Noun::CapacityProvider => "capacity provider",
            Noun::AutoScalingGroup => "Auto Scaling group",
            Noun::InstanceType => "instance type",
            Noun::TypeInUse => "instance type in use",
            Noun::TaskDefinition => "task definition",
            Noun::Family => "task-definition family in use",
            Noun::Container => "container",
            Noun::Application => "cellular application",
            Noun::Customer => "customer",
            Noun::Alarm => "alarm",
            Noun::ScalingPolicy => "scaling policy",
            Noun::Change => "change",
            Noun::Fault => "fault",
            Noun::Unit => "unit of this change",
        }
    }

    /// The way out where no known name is near, better than a list of those that are known.
    pub const fn way_out(self) -> Option<&'static str> {
        match self {
            Noun::CapacityProvider => Some("declare it in the scenario's `capacityProviders`"),
            Noun::AutoScalingGroup => {
                Some("add what `aws autoscaling describe-auto-scaling-groups` prints to `autoScalingGroups`")
            }
            Noun::InstanceType => Some("add what `aws ec2 describe-instance-types` prints to `instanceTypes`"),
            Noun::TaskDefinition => Some("add what `aws ecs describe-task-definition` prints to `taskDefinitions`"),
            _ => None,
        }
    }
}
