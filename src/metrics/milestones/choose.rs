//! Which moments are told: faults, changes and alarms first, then the services that lost most.

use super::{Level, Milestones, Moment, Movers, Own, What};
use crate::engine::Time;
use crate::model::fact::{ChangeStep, PipelineStep, ZonalStep};
use crate::model::ids::{FaultId, ServiceId};
use std::collections::{BTreeMap, BTreeSet};

/// Lines of a time line.
pub const LINES_MAX: usize = 20;
/// How much less is told of each service that lost less than another.
const NEXT_SERVICE: u32 = 3;
/// A stretch of errors that lost so many times less than the worst one of its service is told last.
const MINOR: u64 = 100;

/// The moments of one replication that are told.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TimeLine {
    /// In order of time.
    pub moments: Vec<Moment>,
    /// Moments that are not told.
    pub left_out: u64,
}

impl TimeLine {
    /// What all partitions have seen until `end`, of which [`LINES_MAX`] moments at most are told.
    pub fn of(parts: impl IntoIterator<Item = Milestones>, end: Time) -> TimeLine {
        let (mut all, mut left_out, mut lost) = (Vec::new(), 0, Vec::new());
        for mut part in parts {
            part.settle();
            for (id, service) in part.services.ids().zip(part.services.iter_mut()) {
                service.finish(end, |moment| match moment {
                    Some(moment) => part.moments.push(moment),
                    None => part.left_out += 1,
                });
                lost.push(((service.lost, service.levels.clone().finish(end).missing), id));
            }
            let moments = &mut part.moments;
            part.left_out += part.customers.finish(|moment| moments.push(moment));
            part.left_out += part.clusters.finish(Movers::Clusters, |moment| moments.push(moment));
            all.append(&mut part.moments);
            left_out += part.left_out;
        }
        lost.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
        let ranks = Ranks::of(&lost, &all);
        // Of one instant, causes come before what follows from them.
        all.sort_by_key(|moment| (moment.at, order(&moment.what)));
        let all = together(once(all), &ranks);
        let mut places: Vec<usize> = (0..all.len()).collect();
        places.sort_by_key(|place| ranks.importance(&all[*place].what));
        left_out += places.len().saturating_sub(LINES_MAX) as u64;
        places.truncate(LINES_MAX);
        places.sort_unstable();
        TimeLine { moments: places.into_iter().map(|place| all[place]).collect(), left_out }
    }
}

/// Each partition has its own copy of a fault: the begins of one instant are one, and those that come later are not
/// the first.
fn once(all: Vec<Moment>) -> Vec<Moment> {
    let mut begun: BTreeMap<FaultId, (Time, usize)> = BTreeMap::new();
    let mut ended: BTreeSet<FaultId> = BTreeSet::new();
    let mut kept: Vec<Moment> = Vec::with_capacity(all.len());
    for moment in all {
        match moment.what {
            What::FaultBegins { fault, struck: more } => {
                if let Some((at, place)) = begun.get(&fault).copied() {
                    if let (What::FaultBegins { struck, .. }, true) = (&mut kept[place].what, at == moment.at) {
                        struck.tasks += more.tasks;
                        struck.hosts += more.hosts;
                        // A zone is told by each cell of its Region.
                        let same = struck.zone == more.zone;
                        struck.zones = if same { struck.zones.max(more.zones) } else { struck.zones + more.zones };
                        struck.zone = struck.zone.or(more.zone);
                        struck.cell = struck.cell.or(more.cell);
                        struck.cells += more.cells;
                    }
                    continue;
                }
                begun.insert(fault, (moment.at, kept.len()));
            }
            What::FaultEnds { fault, lasted } => {
                let of_first = begun.get(&fault).is_some_and(|(at, _)| *at + lasted == moment.at);
                if !of_first || !ended.insert(fault) {
                    continue;
                }
            }
            What::Ejected { fault, after, .. } | What::Gone { fault, after, .. } | What::Noticed { fault, after } => {
                let of_first = begun.get(&fault).is_some_and(|(at, _)| *at + after == moment.at);
                let same = |other: &Moment| match (other.what, moment.what) {
                    (What::Ejected { fault: one, .. }, What::Ejected { .. })
                    | (What::Gone { fault: one, .. }, What::Gone { .. })
                    | (What::Noticed { fault: one, .. }, What::Noticed { .. }) => one == fault,
                    _ => false,
                };
                if !of_first || kept.iter().any(same) {
                    continue;
                }
            }
            What::Pipeline { .. } if kept.contains(&moment) => continue,
            _ => {}
        }
        kept.push(moment);
    }
    kept
}

/// Of one instant, which comes first.
fn order(what: &What) -> u8 {
    match what {
        What::FaultBegins { .. } => 0,
        What::FaultEnds { .. } => 1,
        What::Alarm { rings: true, .. } => 2,
        What::Change { .. }
        | What::Pipeline { .. }
        | What::Zonal { .. }
        | What::Scaled { .. }
        | What::NotScaled { .. } => 3,
        What::Noticed { .. } | What::Ejected { .. } | What::Gone { .. } => 4,
        What::HostReplaced { .. } | What::Moves { .. } | What::Act { .. } | What::WithoutCell { .. } => 5,
        What::Service { what, .. } => match what {
            Own::Errors { .. } => 6,
            Own::Short { .. } => 7,
            Own::Waits | Own::Refused(_) => 8,
            Own::WaitOver { .. } => 9,
            Own::Replaced => 10,
            Own::ErrorsEnd { .. } => 11,
            Own::Back { level: Level::Need, .. } => 12,
            Own::Back { level: Level::Desired, .. } => 13,
            Own::Back { level: Level::Even, .. } => 14,
            Own::Still(_) => 15,
        },
        What::Alarm { rings: false, .. } => 16,
    }
}

/// What happened to several services, or alarms, in one second is one moment: that of the service that lost most, or of
/// the first alarm.
fn together(all: Vec<Moment>, ranks: &Ranks) -> Vec<Moment> {
    let mut kept: Vec<Moment> = Vec::with_capacity(all.len());
    let mut first: BTreeMap<(u64, u8), (usize, BTreeSet<u32>)> = BTreeMap::new();
    for moment in all {
        let who = match moment.what {
            What::Service { service, .. } => service.0,
            What::Alarm { alarm, .. } => alarm.0,
            _ => {
                kept.push(moment);
                continue;
            }
        };
        let key = (moment.at.0 / 1_000_000, order(&moment.what));
        let Some((place, known)) = first.get_mut(&key) else {
            first.insert(key, (kept.len(), BTreeSet::from([who])));
            kept.push(moment);
            continue;
        };
        let more = u32::from(known.insert(who));
        match (&mut kept[*place].what, moment.what) {
            (What::Alarm { others, .. }, _) => *others += more,
            (What::Service { service: before, others, what: own }, What::Service { service, what, .. }) => {
                *others += more;
                let lost = of_errors(own) + of_errors(&what);
                if ranks.of_service(service) < ranks.of_service(*before) {
                    (*before, *own) = (service, what);
                }
                if let Own::Errors { lost: sum, .. } | Own::ErrorsEnd { lost: sum, .. } = own {
                    *sum = lost;
                }
            }
            _ => {}
        }
    }
    kept
}

/// Requests that a stretch of errors lost.
fn of_errors(what: &Own) -> u64 {
    match what {
        Own::Errors { lost, .. } | Own::ErrorsEnd { lost, .. } => *lost,
        _ => 0,
    }
}

/// Which services lost most, and how much at most in one stretch.
struct Ranks {
    services: BTreeMap<ServiceId, (u32, u64)>,
}

impl Ranks {
    fn of(lost: &[((u128, u128), ServiceId)], moments: &[Moment]) -> Ranks {
        let mut services: BTreeMap<_, _> = lost.iter().zip(0..).map(|(row, rank)| (row.1, (rank, 0))).collect();
        for moment in moments {
            if let What::Service { service, what, .. } = &moment.what
                && let Some((_, most)) = services.get_mut(service)
            {
                *most = of_errors(what).max(*most);
            }
        }
        Ranks { services }
    }

    fn of_service(&self, service: ServiceId) -> u32 {
        self.services.get(&service).map_or(0, |row| row.0)
    }

    /// What matters of a service, the most first: from 0 to 3.
    fn within(&self, service: ServiceId, what: &Own) -> u32 {
        let most = self.services.get(&service).map_or(0, |row| row.1);
        match what {
            Own::Errors { lost, .. } | Own::ErrorsEnd { lost, .. } => match *lost {
                lost if lost >= most => 0,
                lost if lost >= most / MINOR => 1,
                _ => 3,
            },
            Own::Replaced
            | Own::Short { .. }
            | Own::Back { level: Level::Need, .. }
            | Own::Still(_)
            | Own::Refused(_)
            | Own::Waits
            | Own::WaitOver { .. } => 1,
            Own::Back { level: Level::Desired | Level::Even, .. } => 2,
        }
    }

    /// The least is told first.
    fn importance(&self, what: &What) -> u32 {
        match what {
            What::FaultBegins { .. } => 0,
            What::FaultEnds { .. }
            | What::Noticed { .. }
            | What::Ejected { .. }
            | What::Gone { .. }
            | What::Moves { .. }
            | What::Act { .. }
            | What::WithoutCell { .. }
            | What::Alarm { rings: true, .. } => 1,
            What::Change { step, .. } => match step {
                ChangeStep::Began | ChangeStep::Completed | ChangeStep::Failed | ChangeStep::Stalled => 0,
                ChangeStep::RolledBack | ChangeStep::Superseded => 1,
                ChangeStep::TimedOut => 2,
                ChangeStep::Bakes | ChangeStep::Back => 4,
                ChangeStep::Enters(_) => 5,
            },
            What::Pipeline { step, .. } => match step {
                PipelineStep::Began | PipelineStep::Failed | PipelineStep::Completed | PipelineStep::RolledBack => 0,
                PipelineStep::Superseded => 1,
                PipelineStep::Stage | PipelineStep::Blocked => 3,
                PipelineStep::Passed | PipelineStep::Bakes => 5,
            },
            What::Zonal { fact, .. } => u32::from(fact.what == ZonalStep::Began),
            What::Alarm { rings: false, .. } => 5,
            What::Service { service, what, .. } => {
                NEXT_SERVICE * self.of_service(*service) + self.within(*service, what)
            }
            What::Scaled { service, .. } | What::NotScaled { service, .. } => {
                NEXT_SERVICE * self.of_service(*service) + 1
            }
            What::HostReplaced { .. } => 2,
        }
    }
}
