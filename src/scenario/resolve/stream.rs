//! Streams of standalone tasks.

use super::Build;
use super::cluster::Home;
use crate::engine::{Dist, Span, Time, Who};
use crate::model::plan::{self, Arrivals, Kind};
use crate::scenario::ecs::service::LaunchType;
use crate::scenario::file::RunTasks;

impl Build<'_> {
    pub(super) fn stream(&mut self, stream: &RunTasks, home: &mut Home, at: &str) {
        let definition = self.definition(&stream.task_definition, &format!("{at}/taskDefinition"));
        let strategy = self.capacity(&stream.capacity_provider_strategy, stream.launch_type, home, at);
        let arrivals = self.arrivals(stream, at);
        let lives = stream.lives.read(&format!("{at}/lives"), self.out);
        if stream.launch_type == Some(LaunchType::External) {
            self.external_network(definition);
        }
        let (Some(definition), Some(strategy)) = (definition, strategy) else { return };
        self.runnable(definition, at);
        let family = &self.scenario.task_definitions[definition].family;
        let short = stream.name.clone().unwrap_or_else(|| family.clone());
        self.named(&short, &format!("{at}/name"));
        let name = format!("{}/{short}", home.name);
        let on_fargate = self.on_fargate(&strategy);
        let placement = self.checked_placement(
            &stream.placement_strategy,
            &stream.placement_constraints,
            definition,
            on_fargate,
            at,
        );
        let zones =
            self.task_zones(stream.network_configuration.as_ref(), definition, (Kind::Stream, &strategy), home, at);
        let mut life = self.life(&name, &short, definition, on_fargate);
        life.lives = lives;
        let task = self.task(definition, &strategy, home.log_mode);
        let (Some(task), Some(zones), Some(arrivals)) = (task, zones, arrivals) else { return };
        let row = plan::Service {
            who: Who::named(&format!("service {name}")),
            group: format!("family:{family}"),
            name,
            cluster: home.id,
            kind: Kind::Stream,
            desired: 0,
            minimum_healthy_percent: 100,
            maximum_percent: 200,
            strategy,
            zones,
            placement,
            rebalancing: false,
            grace: Span::ZERO,
            task,
            life,
            balancer: None,
            traffic: None,
            deployment: plan::Deployment::default(),
            changes: Vec::new(),
            arrivals: Some(arrivals),
        };
        self.add_service(row, &short, &format!("{at}/name"));
    }

    fn arrivals(&mut self, stream: &RunTasks, at: &str) -> Option<Arrivals> {
        let from = Time::ZERO + stream.from.map_or(Span::ZERO, |from| from.0);
        let until = stream.until.map_or(self.plan.end(), |until| Time::ZERO + until.0);
        self.out.after(until, Some(from), &format!("{at}/until"));
        let gap = match (&stream.rate, &stream.every) {
            (Some(rate), None) if rate.0 > 0 => {
                let mean = Span::from_secs_f64(1.0 / rate.per_second());
                match Dist::exponential(mean) {
                    Ok(dist) => Some(dist),
                    Err(error) => {
                        let hint = "write at most a million a second";
                        self.out.malformed(&format!("{at}/rate"), format!("the rate {error}"), hint);
                        None
                    }
                }
            }
            (Some(_), None) => {
                let hint = "write a rate such as \"2/s\", or remove the stream";
                self.out.out_of_range(&format!("{at}/rate"), "`rate` must be above 0", hint);
                None
            }
            (None, Some(law)) => self.gaps(law, &format!("{at}/every")),
            (rate, _) => {
                let missing = "nothing says when tasks are run";
                self.out.one_of("`rate` and `every`", rate.is_some(), at, missing, "write \"rate\": \"2/s\"");
                None
            }
        };
        Some(Arrivals { gap: gap?, count: stream.count, from, until })
    }
}
