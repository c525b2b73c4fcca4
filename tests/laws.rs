//! Is it right? Whole runs, from the text of a scenario to its summary, against closed forms and reference values.
//!
//! Each file holds one theme; `world` holds what they share. What a law leaves out of the model is switched off in its
//! scenario: rebalancing, random starts, random detection.

#![allow(clippy::unwrap_used, reason = "a test may panic")]
#![allow(clippy::float_cmp, reason = "counts and whole numbers of seconds are held exactly")]

#[path = "laws/alarm.rs"]
mod alarm;
#[path = "laws/alarm_delay.rs"]
mod alarm_delay;
#[path = "laws/alarm_revision.rs"]
mod alarm_revision;
#[path = "laws/alarm_rows.rs"]
mod alarm_rows;
#[path = "laws/alarm_zone.rs"]
mod alarm_zone;
#[path = "laws/application.rs"]
mod application;
#[path = "laws/attach.rs"]
mod attach;
#[path = "laws/auto_scaling.rs"]
mod auto_scaling;
#[path = "laws/autoshift.rs"]
mod autoshift;
#[path = "laws/balancer.rs"]
mod balancer;
#[path = "laws/base.rs"]
mod base;
#[path = "laws/breaker.rs"]
mod breaker;
#[path = "laws/causes.rs"]
mod causes;
#[path = "laws/cells.rs"]
mod cells;
#[path = "laws/change_series.rs"]
mod change_series;
#[path = "laws/choice.rs"]
mod choice;
#[path = "laws/closed/mod.rs"]
mod closed;
#[path = "laws/colours.rs"]
mod colours;
#[path = "laws/composite.rs"]
mod composite;
#[path = "laws/consolidation.rs"]
mod consolidation;
#[path = "laws/control_plane.rs"]
mod control_plane;
#[path = "laws/cost.rs"]
mod cost;
#[path = "laws/crash_scope.rs"]
mod crash_scope;
#[path = "laws/daemons.rs"]
mod daemons;
#[path = "laws/defects.rs"]
mod defects;
#[path = "laws/deploy.rs"]
mod deploy;
#[path = "laws/deploy_outage.rs"]
mod deploy_outage;
#[path = "shared/diary.rs"]
mod diary;
#[path = "laws/digest.rs"]
mod digest;
#[path = "laws/early.rs"]
mod early;
#[path = "laws/errors.rs"]
mod errors;
#[path = "laws/evacuation.rs"]
mod evacuation;
#[path = "laws/evacuation_again.rs"]
mod evacuation_again;
#[path = "laws/evacuation_plane.rs"]
mod evacuation_plane;
#[path = "laws/exposure.rs"]
mod exposure;
#[path = "laws/fleet.rs"]
mod fleet;
#[path = "laws/follow.rs"]
mod follow;
#[path = "laws/grace.rs"]
mod grace;
#[path = "laws/groups.rs"]
mod groups;
#[path = "laws/grow.rs"]
mod grow;
#[path = "laws/host_health.rs"]
mod host_health;
#[path = "laws/hosts.rs"]
mod hosts;
#[path = "laws/launch.rs"]
mod launch;
#[path = "laws/line.rs"]
mod line;
#[path = "laws/link.rs"]
mod link;
#[path = "laws/logs.rs"]
mod logs;
#[path = "laws/managed.rs"]
mod managed;
#[path = "laws/network_balancer.rs"]
mod network_balancer;
#[path = "laws/nodes.rs"]
mod nodes;
#[path = "laws/paid.rs"]
mod paid;
#[path = "laws/partial.rs"]
mod partial;
#[path = "laws/pasted.rs"]
mod pasted;
#[path = "laws/pasted_hosts.rs"]
mod pasted_hosts;
#[path = "laws/pasted_platforms.rs"]
mod pasted_platforms;
#[path = "laws/pipeline.rs"]
mod pipeline;
#[path = "laws/pipeline_regions.rs"]
mod pipeline_regions;
#[path = "laws/pipeline_year.rs"]
mod pipeline_year;
#[path = "laws/protection.rs"]
mod protection;
#[path = "laws/quarantine.rs"]
mod quarantine;
#[path = "laws/quarantine_again.rs"]
mod quarantine_again;
#[path = "laws/queues.rs"]
mod queues;
#[path = "laws/quotas.rs"]
mod quotas;
#[path = "laws/reclaims.rs"]
mod reclaims;
#[path = "laws/renew.rs"]
mod renew;
#[path = "laws/repair.rs"]
mod repair;
#[path = "laws/replacements.rs"]
mod replacements;
#[path = "laws/response.rs"]
mod response;
#[path = "laws/returns.rs"]
mod returns;
#[path = "laws/routing.rs"]
mod routing;
#[path = "laws/scaling.rs"]
mod scaling;
#[path = "laws/scaling_rules.rs"]
mod scaling_rules;
#[path = "laws/shadow.rs"]
mod shadow;
#[path = "laws/spot.rs"]
mod spot;
#[path = "laws/spread.rs"]
mod spread;
#[path = "laws/starts.rs"]
mod starts;
#[path = "laws/static_stability.rs"]
mod static_stability;
#[path = "laws/streams.rs"]
mod streams;
#[path = "laws/tested.rs"]
mod tested;
#[path = "laws/waiting.rs"]
mod waiting;
#[path = "laws/waits.rs"]
mod waits;
#[path = "laws/windows.rs"]
mod windows;
#[path = "laws/world.rs"]
mod world;
#[path = "laws/year.rs"]
mod year;
#[path = "laws/zonal.rs"]
mod zonal;
#[path = "laws/zonal_groups.rs"]
mod zonal_groups;
