//! How tasks and hosts live and die, and how quickly that is noticed.

use crate::model::quantity::Law;
use std::collections::BTreeMap;

words! {
    /// Agent setting ECS_IMAGE_PULL_BEHAVIOR.
    PullBehavior("kebab-case") {
        /// The registry is asked; a cached image is used when it does not answer.
        Default,
        /// The registry is asked, and the start fails when it does not answer.
        Always,
        /// The registry is asked for what was never pulled here.
        Once,
        /// The registry is asked for what is not cached.
        PreferCached,
    }
}

object! {
    /// How the tasks of a family or a service, or the hosts of a capacity provider, behave. What a service's entry
    /// leaves out is taken from its family's. Nothing crashes unless `crash` says so.
    Behaviour("camelCase") {
        may {
            /// Tasks of this task-definition family.
            family: String,
            /// Tasks of this service, such as `shop/web`; comes before `family`.
            service: String,
            /// Hosts of this capacity provider.
            capacity_provider: String,
            /// From launch accepted to RUNNING; stands for all phases.
            start: Law,
            /// The phases of a start, one by one.
            phases: Phases,
            /// From RUNNING to the exit of an essential container.
            crash: Law,
            /// The exit code of such a crash, 0 to 255. A `restartPolicy` may ignore it.
            exit_code: u32 [..=255] => Choice "1",
            /// From RUNNING until the application would answer checks.
            health: Law => Choice "at once",
            /// From SIGTERM until the containers have exited, cut by `stopTimeout`.
            stop: Law => Choice "1 s",
            /// Scale-in protection that tasks of a REPLICA service give themselves; none by default (model choice).
            protection: TaskProtection,
            /// What a task uses of the CPU units that it reserves. The metric `CPUUtilization` follows.
            cpu: Utilization,
            /// What it uses of its memory. The metric `MemoryUtilization` follows.
            memory: Utilization,
            /// Size of the images of a task in megabytes, pulled at 50 MB/s.
            image_megabytes: f64 [0..=10_000_000] => Choice "150",
            /// Hosts: from the decision to launch until the container instance is registered.
            boot: Law => Choice "log-normal with median 120 s and sigma 0.25",
            /// Hosts: agent setting ECS_ENABLE_SPOT_INSTANCE_DRAINING; off by default (sourced: [ecs-spot-draining]).
            spot_instance_draining: bool,
            /// Hosts: whether task network interfaces are trunked; off by default (sourced: [ecs-eni-trunking]).
            eni_trunking: bool,
            /// Hosts: agent setting ECS_IMAGE_PULL_BEHAVIOR. While the registry is down only `always` differs from the
            /// others: a cached image does not help it.
            image_pull_behavior: PullBehavior => Sourced "`default`" "[ecs-agent-config]",
            /// Hosts: attributes that agents register besides the built-in ones (ECS_INSTANCE_ATTRIBUTES), by name.
            attributes: BTreeMap<String, String>,
        }
    }
}

object! {
    /// Task scale-in protection ([ecs-api-task-protection]): a task protects itself when it reaches RUNNING, as a
    /// worker does that takes a long job. Neither scale-in, zone rebalancing nor a rolling deployment stops it
    /// meanwhile, so that a deployment waits for it; failed checks, Spot reclaims and draining hosts do.
    TaskProtection("camelCase") {
        may {
            /// How long it lasts: at least 1 min, at most 48 h (sourced: [ecs-api-task-protection]: 1 to 2,880).
            lasts: Law => Sourced "2 h" "[ecs-api-task-protection]",
            /// From its end until the task protects itself again; never by default (model choice).
            again: Law,
        }
    }
}

object! {
    /// What a task uses, as shares of what it reserves, in a straight line between rest and full load (model choice).
    /// Full load is `requestsPerTask`; what is asked beyond it uses no more.
    Utilization("camelCase") {
        may {
            /// Without requests, 0 to 1.
            at_rest: f64 [0..=1] => Choice "0" "of memory 0.4",
            /// When it handles `requestsPerTask`, 0 to 1.
            at_full: f64 [0..=1] => Choice "1" "of memory 0.6",
            /// What a request that fails at a living task costs, as a share of one that is answered, 0 to 10. Below 1,
            /// errors lower the metric: a service scales in while its users see errors.
            failed_request: f64 [0..=10] => Choice "0.5",
        }
    }
}

object! {
    /// The phases of a start. Those left out keep their defaults, log-normal with sigma 0.25 (model choice): on Fargate
    /// network interface 12 s, connect 3 s, image at 50 MB/s, containers 3 s; on a container instance network interface
    /// 12 s with `awsvpc`, connect nothing, image at 50 MB/s where it is not cached, containers 5 s.
    Phases("camelCase") {
        may {
            /// Attaching the network interface.
            network_interface: Law,
            /// The agent or the platform taking the task up.
            connect: Law,
            /// Pulling images that are not cached.
            image_pull: Law,
            /// Starting one layer of containers; layers follow from `dependsOn`.
            container_start: Law,
            /// From the start of a container that others wait for with COMPLETE or SUCCESS until it has exited.
            completion: Law => Choice "at once",
        }
    }
}

object! {
    /// Laws of detection, for all services.
    Detection("camelCase") {
        may {
            /// From the silent death of a Fargate task, or the end of a dead host's instance, until ECS reports the
            /// tasks as stopped. An exit that an agent sees is known within a second, whatever this says.
            loss: Law => Choice "1 to 2 min",
            /// From the silent death of a host of an Auto Scaling group until the group ends it on failed status checks
            /// and launches another. Until then, and for `loss` longer, ECS shows its tasks as RUNNING.
            host_checks: Law => Choice "5 min" "AWS says only that it waits a few minutes",
            /// From a target's death until the load balancer ejects it.
            target: Law,
        }
    }
}
