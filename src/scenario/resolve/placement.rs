//! Placement strategies and constraints.

use super::{Clusters, placed};
use crate::model::placement::query::Expression;
use crate::model::placement::{ATTRIBUTES, Placement, Strategy};
use crate::scenario::ecs::service::{ConstraintType, PlacementConstraint, PlacementStrategy, StrategyType};

/// Placement strategies of a service (sourced: [ecs-api-create-service]).
const MOST_STRATEGIES: usize = 5;

/// Placement constraints of a service (sourced: [ecs-api-create-service]).
const MOST_CONSTRAINTS: usize = 10;

impl Clusters<'_> {
    /// Strategies and constraints of a service or stream, and the constraints of its task definition.
    pub(super) fn placement(
        &mut self,
        strategies: &[PlacementStrategy],
        constraints: &[PlacementConstraint],
        definition: usize,
        on_fargate: bool,
        at: &str,
    ) -> Placement {
        if on_fargate {
            let both = [("placementStrategy", strategies.is_empty()), ("placementConstraints", constraints.is_empty())];
            for (key, _) in both.iter().filter(|(_, empty)| !empty) {
                let hint = "remove it: tasks are spread over the zones of the subnets";
                self.out.refused(&format!("{at}/{key}"), format!("Fargate takes no `{key}`"), hint);
            }
            return Placement::default();
        }
        if strategies.len() > MOST_STRATEGIES {
            let message = format!("ECS takes {MOST_STRATEGIES} placement strategies, not {}", strategies.len());
            self.out.refused(&format!("{at}/placementStrategy"), message, "leave some out");
        }
        let own = &self.scenario.task_definitions[definition].placement_constraints;
        for (count, at) in [
            (constraints.len(), format!("{at}/placementConstraints")),
            (own.len(), format!("/taskDefinitions/{definition}/placementConstraints")),
        ] {
            if count > MOST_CONSTRAINTS {
                let message = format!("ECS takes {MOST_CONSTRAINTS} placement constraints, not {count}");
                self.out.refused(&at, message, "join some with `and`");
            }
        }
        let mut placement = Placement::default();
        for (at, strategy) in placed(strategies, &format!("{at}/placementStrategy")) {
            placement.strategies.extend(self.placement_strategy(strategy, &at));
        }
        for (at, constraint) in placed(constraints, &format!("{at}/placementConstraints")) {
            placement.distinct_instance |= constraint.kind == ConstraintType::DistinctInstance;
            placement.member_of.extend(self.constraint(constraint, &at));
        }
        for (at, constraint) in placed(own, &format!("/taskDefinitions/{definition}/placementConstraints")) {
            placement.member_of.extend(self.constraint(constraint, &at));
            if constraint.kind == ConstraintType::DistinctInstance {
                self.out.refused(&at, "a task definition takes `memberOf` only", "move it to the service");
            }
        }
        placement
    }

    fn placement_strategy(&mut self, strategy: &PlacementStrategy, at: &str) -> Option<Strategy> {
        let field = strategy.field.as_deref().unwrap_or_default();
        let lower = field.to_ascii_lowercase();
        let found = match (strategy.kind, lower.as_str()) {
            (StrategyType::Random, "") => Some(Strategy::Random),
            (StrategyType::Binpack, "cpu") => Some(Strategy::BinpackCpu),
            (StrategyType::Binpack, "memory") => Some(Strategy::BinpackMemory),
            (StrategyType::Spread, "instanceid" | "host") => Some(Strategy::SpreadInstance),
            (StrategyType::Spread, "attribute:ecs.availability-zone") => Some(Strategy::SpreadZone),
            (StrategyType::Spread, _) => match field.strip_prefix("attribute:") {
                Some(name) if !name.is_empty() => {
                    self.attribute(name, &format!("{at}/field"));
                    Some(Strategy::SpreadAttribute(name.to_owned()))
                }
                _ => None,
            },
            _ => None,
        };
        if found.is_none() {
            let (message, hint) = match strategy.kind {
                StrategyType::Random => ("`random` takes no field", "leave `field` out"),
                StrategyType::Binpack => ("`binpack` is by `cpu` or `memory`", "write \"field\": \"memory\""),
                StrategyType::Spread => (
                    "`spread` needs a field: `instanceId`, `host` or an attribute",
                    "write \"field\": \"attribute:ecs.availability-zone\"",
                ),
            };
            self.out.refused(&format!("{at}/field"), message, hint);
        }
        found
    }

    pub(super) fn constraint(&mut self, constraint: &PlacementConstraint, at: &str) -> Option<Expression> {
        let at = format!("{at}/expression");
        let text = constraint.expression.as_deref().filter(|text| !text.is_empty());
        match (constraint.kind, text) {
            (ConstraintType::DistinctInstance, None) => None,
            (ConstraintType::DistinctInstance, Some(_)) => {
                self.out.refused(&at, "`distinctInstance` takes no expression", "leave `expression` out").none()
            }
            (ConstraintType::MemberOf, None) => {
                let hint = "write \"expression\": \"attribute:ecs.instance-type == m5.large\"";
                self.out.missing(&at, "`memberOf` needs an expression", hint).none()
            }
            (ConstraintType::MemberOf, Some(text)) => match Expression::parse(text) {
                Ok(expression) => {
                    for name in expression.attributes() {
                        self.attribute(name, &at);
                    }
                    Some(expression)
                }
                Err(error) => {
                    let hint = "the form is `attribute:ecs.instance-type == m5.large and not(...)`; quote values with brackets";
                    self.out.malformed(&at, error.to_string(), hint).none()
                }
            },
        }
    }

    fn attribute(&mut self, name: &str, at: &str) {
        let own = self.scenario.behaviour.iter().filter_map(|entry| entry.attributes.as_ref());
        if !ATTRIBUTES.contains(&name) && !own.into_iter().any(|own| own.contains_key(name)) {
            let message = format!("no host has the attribute `{name}`");
            let hint = format!("hosts have {}, and the `attributes` of `behaviour`", ATTRIBUTES.join(", "));
            self.out.doubtful(at, message, hint);
        }
    }
}
