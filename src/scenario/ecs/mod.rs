//! Objects of Amazon ECS, Amazon EC2 and Amazon EC2 Auto Scaling with AWS's own names, shapes and defaults, as the AWS
//! CLI takes and prints them (public API models of 2026: [ecs-api-model]).

pub mod auto_scaling_group;
pub mod capacity_provider;
pub mod cluster;
pub mod instance_type;
pub mod lifecycle;
pub mod service;
pub mod task_definition;

pub use super::object::{Amount, Moment, Unused};

words! {
    /// On or off, as AWS spells it.
    Toggle("SCREAMING_SNAKE_CASE") {
        /// On.
        Enabled,
        /// Off.
        Disabled,
    }
}
