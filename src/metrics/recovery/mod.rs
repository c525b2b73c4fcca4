//! What each occurrence of a fault did: when it was noticed, when its services came back, what it took.
//!
//! ```text
//!   begin ──► hits, losses ──► a service is watched ──► short ──► back, and stays so for five minutes ──► value
//!   end ────► each watched service holds need, desired count and spread for five minutes ──► occurrence is folded
//! ```
//!
//! Levels count once an instant is over: what lasts no time did not happen. A shortfall that began before the service
//! was hit counts from the hit on. An occurrence of a fault that comes again and again and has no `for` counts as ended
//! when it begins. At most [`OPEN_MAX`] occurrences are open in a partition; one more folds the oldest as it stands.

mod measure;
mod watch;

use crate::engine::index::Table;
use crate::engine::{Span, Time};
use crate::model::fact::{Cause, Hit};
use crate::model::ids::{ClusterId, FaultId, ServiceId, ZoneId};
use measure::insert;
pub use measure::{Mean, Measure, Occurred, OfService};
use std::collections::VecDeque;
use watch::{Answer, Service, Worst};

/// Occurrences open at one time in one partition.
pub const OPEN_MAX: usize = 4_096;
/// How long a level must hold to count as reached (`recoverSeconds` in `docs/model.md`).
pub const HOLD: Span = Span::from_secs(300);

#[derive(Clone, Debug)]
struct Occurrence {
    fault: FaultId,
    cause: Cause,
    begin: Time,
    end: Option<Time>,
    noticed: Option<Time>,
    /// When somebody first acted on all that it hit, and on what it did to single services, in order.
    noticed_all: Option<Time>,
    noticed_of: Vec<(ServiceId, Time)>,
    clusters: Vec<ClusterId>,
    /// Zones it hit, in order.
    zones: Vec<ZoneId>,
    /// Services watched, in order.
    services: Vec<ServiceId>,
    /// Of those, how many still are.
    watched: u32,
    worst: Worst,
    live: bool,
    generation: u32,
}

impl Occurrence {
    /// A service is over it, or the run is: takes in how it went.
    fn answers(&mut self, service: ServiceId, answer: &Answer, measure: &mut Measure) {
        let own = self.noticed_of.binary_search_by_key(&service, |one| one.0);
        let noticed = own.map_or(self.noticed_all, |at| Some(self.noticed_of[at].1));
        let found = Worst::of(answer, self.begin);
        self.worst.take(&found);
        measure.of_service.entry(service).or_default().take(noticed.map(|at| at.since(self.begin).0), &found);
    }
}

/// The faults as one partition sees them.
#[derive(Clone, Debug)]
pub struct Recovery {
    faults: Table<FaultId, Measure>,
    /// Faults whose occurrences end when they begin.
    at_once: Table<FaultId, bool>,
    services: Table<ServiceId, Service>,
    clusters: Table<ServiceId, ClusterId>,
    slots: Vec<Occurrence>,
    free: Vec<u32>,
    open: Vec<(Cause, u32)>,
    /// In order of begin, to find the oldest.
    begun: VecDeque<(u32, u32)>,
    /// In order of end, to be folded when nobody is watched.
    ended: VecDeque<(u64, u32, u32)>,
    /// Folded occurrences that nobody has acted on yet, with their begin, in order of cause: an Auto Scaling group
    /// notices a dead host minutes after its service has recovered.
    unnoticed: Vec<(Cause, Time)>,
    folded: Vec<(u32, Answer)>,
}

impl Recovery {
    /// For each fault: `at_once`, whether its occurrences end when they begin; `copies`, which partitions have copies
    /// of the same. `clusters`: of each service.
    pub fn new(
        at_once: Table<FaultId, bool>,
        copies: impl Iterator<Item = Option<u32>>,
        clusters: Table<ServiceId, ClusterId>,
    ) -> Self {
        Recovery {
            faults: copies.map(|copies| Measure { copies, ..Measure::default() }).collect(),
            at_once,
            services: Table::by_id(clusters.ids(), |_| Service::default()),
            clusters,
            slots: Vec::new(),
            free: Vec::new(),
            open: Vec::new(),
            begun: VecDeque::new(),
            ended: VecDeque::new(),
            unnoticed: Vec::new(),
            folded: Vec::new(),
        }
    }

    pub fn begins(&mut self, now: Time, cause: Cause) {
        let Some((fault, _)) = cause.as_fault() else { return };
        let Err(place) = self.open.binary_search_by_key(&cause, |open| open.0) else { return };
        let measure = &mut self.faults[fault];
        measure.occurrences += 1;
        measure.begin.get_or_insert(now);
        let slot = self.slot(fault, cause, now);
        self.open.insert(place, (cause, slot));
        self.begun.push_back((slot, self.slots[slot as usize].generation));
        if self.open.len() > OPEN_MAX {
            self.fold_oldest();
        }
        if self.at_once[fault] {
            self.ends_at(now, slot);
        }
        while self.begun.front().is_some_and(|at| !self.is_live(at.0, at.1)) {
            self.begun.pop_front();
        }
    }

    fn slot(&mut self, fault: FaultId, cause: Cause, begin: Time) -> u32 {
        if let Some(slot) = self.free.pop() {
            let row = &mut self.slots[slot as usize];
            row.services.clear();
            row.clusters.clear();
            row.zones.clear();
            row.noticed_of.clear();
            (row.fault, row.cause, row.begin) = (fault, cause, begin);
            (row.end, row.noticed, row.noticed_all) = (None, None, None);
            (row.watched, row.worst, row.live) = (0, Worst::default(), true);
            return slot;
        }
        self.slots.push(Occurrence {
            fault,
            cause,
            begin,
            end: None,
            noticed: None,
            noticed_all: None,
            noticed_of: Vec::new(),
            services: Vec::new(),
            clusters: Vec::new(),
            zones: Vec::new(),
            watched: 0,
            worst: Worst::default(),
            live: true,
            generation: 0,
        });
        (self.slots.len() - 1) as u32
    }

    fn is_live(&self, slot: u32, generation: u32) -> bool {
        let row = &self.slots[slot as usize];
        row.live && row.generation == generation
    }

    fn find(&self, cause: Cause) -> Option<u32> {
        self.open.binary_search_by_key(&cause, |open| open.0).ok().map(|at| self.open[at].1)
    }

    pub fn ends(&mut self, now: Time, cause: Cause) {
        let Some((fault, occurrence)) = cause.as_fault() else { return };
        if occurrence == 0 {
            self.faults[fault].end.get_or_insert(now);
        }
        if let Some(slot) = self.find(cause).filter(|slot| self.slots[*slot as usize].end.is_none()) {
            self.ends_at(now, slot);
        }
    }

    fn ends_at(&mut self, now: Time, slot: u32) {
        let row = &mut self.slots[slot as usize];
        row.end = Some(now);
        self.ended.push_back((now.0, slot, row.generation));
        for service in &row.services {
            self.services[*service].check();
        }
    }

    /// Somebody acts on what it did: to a service, or to no one in particular.
    pub fn noticed(&mut self, now: Time, cause: Cause, service: Option<ServiceId>) {
        if let Some(slot) = self.find(cause) {
            let row = &mut self.slots[slot as usize];
            row.noticed.get_or_insert(now);
            match service {
                None => _ = row.noticed_all.get_or_insert(now),
                Some(service) => {
                    if let Err(at) = row.noticed_of.binary_search_by_key(&service, |one| one.0) {
                        row.noticed_of.insert(at, (service, now));
                    }
                }
            }
        } else if let Ok(place) = self.unnoticed.binary_search_by_key(&cause, |one| one.0) {
            let (_, begin) = self.unnoticed.remove(place);
            let Some((fault, occurrence)) = cause.as_fault() else { return };
            let (measure, detect) = (&mut self.faults[fault], now.since(begin).0);
            match measure.copies.and_then(|copies| measure.each.get_mut(&(copies, occurrence))) {
                Some(occurred) => occurred.detect = Some(detect),
                None => measure.detect.add(Some(detect)),
            }
        }
    }

    /// A zonal shift leads a service's requests away from a zone: it acts on what lasts there and has hit the service.
    pub fn shifted(&mut self, now: Time, service: ServiceId, zone: ZoneId) {
        for slot in self.services[service].slots() {
            let row = &mut self.slots[slot as usize];
            let lasts = row.end.is_none() && row.zones.binary_search(&zone).is_ok();
            if lasts && let Err(at) = row.noticed_of.binary_search_by_key(&service, |one| one.0) {
                row.noticed_of.insert(at, (service, now));
                row.noticed.get_or_insert(now);
            }
        }
    }

    /// Launches of a service were taken on later than they were due: for what concerns it and nobody has acted on, that
    /// is the first act.
    pub fn launched_late(&mut self, now: Time, service: ServiceId) {
        for slot in self.services[service].slots() {
            let row = &mut self.slots[slot as usize];
            if row.noticed.is_none() {
                row.noticed = Some(now);
                row.noticed_of.push((service, now));
            }
        }
    }

    /// It hit something; true when a service is watched from now on.
    pub fn hits(&mut self, now: Time, cause: Cause, what: Hit, launched: impl Fn(ServiceId) -> u64) -> bool {
        let Some((fault, _)) = cause.as_fault() else { return false };
        let measure = &mut self.faults[fault];
        match what {
            Hit::Zone(zone) => {
                insert(&mut measure.zones, zone.0);
                if let Some(slot) = self.find(cause) {
                    insert(&mut self.slots[slot as usize].zones, zone);
                }
            }
            Hit::Cell(cell) => _ = insert(&mut measure.cells, cell.0),
            Hit::Host => measure.hosts += 1,
            Hit::Cluster(cluster) => {
                if let Some(slot) = self.find(cause) {
                    self.cluster(slot, cluster);
                }
            }
            Hit::Task(service) => {
                measure.tasks += 1;
                insert(&mut measure.lost_tasks, service);
                return self.concerns(now, cause, service, launched(service));
            }
            Hit::Requests(service) => {
                insert(&mut measure.lost_requests, service);
                return self.concerns(now, cause, service, launched(service));
            }
            Hit::Launches(service) => return self.concerns(now, cause, service, launched(service)),
        }
        false
    }

    fn cluster(&mut self, slot: u32, cluster: ClusterId) {
        let row = &mut self.slots[slot as usize];
        if insert(&mut row.clusters, cluster) {
            let counts = &mut self.faults[row.fault].clusters;
            match counts.binary_search_by_key(&cluster, |count| count.0) {
                Ok(at) => counts[at].1 += 1,
                Err(at) => counts.insert(at, (cluster, 1)),
            }
        }
    }

    /// It costs a service requests.
    pub fn loses(&mut self, cause: Cause, service: ServiceId) {
        if let Some((fault, _)) = cause.as_fault() {
            insert(&mut self.faults[fault].lost_requests, service);
        }
    }

    /// An occurrence concerns a service: watched from now on. True when it was not before.
    pub fn concerns(&mut self, now: Time, cause: Cause, service: ServiceId, launched: u64) -> bool {
        let Some(slot) = self.find(cause) else { return false };
        let row = &mut self.slots[slot as usize];
        // A service that is over it stays so: its next shortfall is not this occurrence's doing.
        if !insert(&mut row.services, service) {
            return false;
        }
        row.watched += 1;
        insert(&mut self.faults[row.fault].services, service);
        self.cluster(slot, self.clusters[service]);
        self.services[service].watch(now, slot, launched);
        true
    }

    /// The levels of a service at `now`, for the instant is over.
    #[inline]
    pub fn settle(&mut self, now: Time, service: ServiceId, holds: [bool; 3], launched: u64) {
        self.advance(now, service);
        self.services[service].change(now, holds, launched);
    }

    /// Lets a service's levels have held until `now`, and lets go of occurrences that are over for it.
    fn advance(&mut self, now: Time, service: ServiceId) {
        let mut folded = std::mem::take(&mut self.folded);
        let slots = &self.slots;
        self.services[service].advance(
            now,
            |slot| slots[slot as usize].end,
            |slot, answer| folded.push((slot, *answer)),
        );
        for (slot, answer) in folded.drain(..) {
            let of = &mut self.slots[slot as usize];
            let measure = &mut self.faults[of.fault];
            of.answers(service, &answer, measure);
            of.watched -= 1;
            if of.watched == 0 {
                self.fold(slot);
            }
        }
        self.folded = folded;
    }

    /// Folds what is over and concerns nobody any more.
    pub fn fold_due(&mut self, now: Time) {
        while let Some((end, slot, generation)) = self.ended.front().copied() {
            if Time(end) + HOLD > now {
                break;
            }
            self.ended.pop_front();
            if self.is_live(slot, generation) && self.slots[slot as usize].watched == 0 {
                self.fold(slot);
            }
        }
    }

    fn fold_oldest(&mut self) {
        while let Some((slot, generation)) = self.begun.pop_front() {
            if self.is_live(slot, generation) {
                self.close(slot);
                return;
            }
        }
    }

    /// Takes the watched services of an occurrence as they stand, and folds it.
    fn close(&mut self, slot: u32) {
        let row = &mut self.slots[slot as usize];
        let services = std::mem::take(&mut row.services);
        for service in &services {
            if let Some(answer) = self.services[*service].forget(slot) {
                let measure = &mut self.faults[row.fault];
                row.answers(*service, &answer, measure);
            }
        }
        row.services = services;
        self.fold(slot);
    }

    fn fold(&mut self, slot: u32) {
        let row = &mut self.slots[slot as usize];
        let measure = &mut self.faults[row.fault];
        let detect = row.noticed.map(|at| at.since(row.begin).0);
        if let (Some(copies), Some((_, occurrence))) = (measure.copies, row.cause.as_fault()) {
            let occurred = Occurred { detect, back: row.worst.back, concerned: !row.services.is_empty() };
            measure.each.insert((copies, occurrence), occurred);
        } else {
            measure.detect.add(detect);
            for (mean, value) in measure.back.iter_mut().zip(row.worst.back) {
                mean.add(value);
            }
            measure.never += u64::from(row.worst.back[0].is_none());
        }
        measure.launches += row.worst.launches;
        if detect.is_none()
            && self.unnoticed.len() < OPEN_MAX
            && let Err(place) = self.unnoticed.binary_search_by_key(&row.cause, |one| one.0)
        {
            self.unnoticed.insert(place, (row.cause, row.begin));
        }
        row.live = false;
        row.generation = row.generation.wrapping_add(1);
        if let Ok(at) = self.open.binary_search_by_key(&row.cause, |open| open.0) {
            self.open.remove(at);
        }
        self.free.push(slot);
    }

    /// Ends the run; `launched` gives the tasks of a service that reached RUNNING.
    pub fn finish(mut self, end: Time, launched: impl Fn(ServiceId) -> u64) -> Vec<Measure> {
        for service in self.services.ids() {
            self.advance(end, service);
            self.services[service].stop(launched(service));
        }
        while let Some((_, slot)) = self.open.first().copied() {
            self.close(slot);
        }
        self.faults.into_iter().collect()
    }
}
