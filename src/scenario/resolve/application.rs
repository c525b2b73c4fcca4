//! Customers' own cells: who is where, how they are found, and what the router and each cell are planned for.

use super::response::Laws;
use super::router::cell_place;
use super::traffic::usual;
use super::{Activity, after_end, placed};
use crate::engine::{Span, Time};
use crate::model::ids::ServiceId;
use crate::model::plan::response::Response;
use crate::model::plan::{self, Customers, Profile, Traffic};
use crate::model::problem::{Code, Noun, Problem};
use crate::model::quantity::Rate;
use crate::scenario::file::{CellularApplication, Dispatch, Fleet, Lookup, Mapping, QuarantineAction};
use crate::scenario::source;
use std::sync::Arc;

pub(super) const AT: &str = "/cellularApplication";

/// Customers of an application (model choice: each is a row in memory).
const MOST_CUSTOMERS: u64 = 1_000_000;

/// How long a client keeps an endpoint when nothing is written (model choice).
const KEEPS: Span = Span::from_secs(300);

pub(super) const DAY: Span = Span::from_secs(86_400);

impl Activity<'_> {
    /// Resolves the block, once its clusters are known.
    pub(super) fn application(&mut self) {
        let scenario = self.scenario;
        let Some(written) = &scenario.cellular_application else { return };
        self.names.has_application = true;
        let sound = self.waits(written);
        let customers = self.customers(written);
        let (dispatch, refresh) = (self.dispatch(written), self.refresh(written));
        let rebalancer = written
            .rebalancer
            .as_ref()
            .map(|row| plan::Rebalancer { every: row.every.0, above_ppm: libm::round(row.above * 1e6) as u64 });
        let mapping = self.customer_mapping(written);
        let evacuation = self.written_evacuation(written);
        let quarantine = self.written_quarantine(written);
        let (Some(services), Some(customers), true) = (self.fleets(), customers, sound) else {
            return;
        };
        self.left_out(written);
        let application = plan::Application {
            name: written.name.clone(),
            router: services[0],
            cells: services[1..].to_vec(),
            first: written.cells as u16,
            shared: (written.cells as usize + written.add_cells.len()) as u16,
            grows: written.add_cells.first().map(|one| Time::ZERO + one.at.0),
            customers,
            mapping,
            dispatch,
            refresh,
            rebalancer,
            migration: plan::Migration { clone: written.migration.clone_time.0, at_once: written.migration.at_once },
            evacuation,
            quarantine,
        };
        self.fleet_traffic(written, &application);
        self.plan.application = Some(application);
    }

    /// Times that are too short or too long, or out of order.
    fn waits(&mut self, written: &CellularApplication) -> bool {
        let mut sound = true;
        let spans = [
            ("cacheFor", written.cache_for),
            ("map/refresh", Some(written.map.refresh)),
            ("rebalancer/every", written.rebalancer.as_ref().map(|row| row.every)),
        ];
        for (key, span) in spans {
            if let Some(span) = span {
                sound &= self.out.within(span.0, Span::SECOND..=DAY, &format!("{AT}/{key}"));
            }
        }
        let clone_time = written.migration.clone_time.0;
        sound &= self.out.within(clone_time, ..=DAY * 365, &format!("{AT}/migration/cloneTime"));
        let mut before = Time::ZERO;
        for (place, added) in written.add_cells.iter().enumerate() {
            let (at, time) = (format!("{AT}/addCells/{place}/at"), Time::ZERO + added.at.0);
            if time < before || time == Time::ZERO {
                let hint = "put them in order, or raise `cells`";
                self.out.out_of_order(&at, "cells must be added after 0, in order of time", hint);
                sound = false;
            }
            before = time;
        }
        if written.add_cells.len() > 1_000 {
            self.out.too_large(&format!("{AT}/addCells"), "at most 1,000 cells can be added", "write fewer");
            sound = false;
        }
        sound
    }

    fn customers(&mut self, written: &CellularApplication) -> Option<Vec<Customers>> {
        if written.customers.is_empty() {
            let hint = "write \"customers\": [{\"count\": 1000, \"rate\": \"2000/s\"}]";
            self.out.missing(&format!("{AT}/customers"), "an application needs customers: the traffic is theirs", hint);
        }
        let total: u64 = written.customers.iter().map(|group| u64::from(group.count)).sum();
        if total > MOST_CUSTOMERS {
            let message = format!("an application has at most {MOST_CUSTOMERS} customers, not {total}");
            return self.out.too_large(&format!("{AT}/customers"), message, "write fewer").none();
        }
        let mut found: Vec<Customers> = Vec::new();
        for (at, group) in placed(&written.customers, &format!("{AT}/customers")) {
            let name = group.name.clone().unwrap_or_else(|| "customer".to_owned());
            if found.iter().any(|other| other.name == name) {
                self.out.duplicate(Noun::Customer, &name, &format!("{at}/name"));
                continue;
            }
            let asked = (group.rate, &group.steps, &group.daily, None);
            let Some(profile) = self.profile(asked, &at) else { continue };
            let joins = group.joins_at.map(|time| Time::ZERO + time.0).filter(|time| *time > Time::ZERO);
            if let Some(time) = joins {
                let hint = "they never come: move it, or run longer";
                after_end(&self.plan, time, &format!("{at}/joinsAt"), hint, self.out);
            }
            found.push(Customers { name, count: group.count, profile, joins, pins: Vec::new() });
        }
        self.overrides(written, &mut found);
        (found.len() == written.customers.len() && !found.is_empty()).then_some(found)
    }

    /// Customers who are bound to a cell.
    fn overrides(&mut self, written: &CellularApplication, customers: &mut [Customers]) {
        let cells = written.cells.min(1_000) + written.add_cells.len() as u32;
        for (customer, cell) in &written.overrides {
            let mut at = format!("{AT}/overrides");
            source::push(&mut at, customer);
            let number = cell_place(cell, cells.min(u32::from(u16::MAX)) as u16);
            let known = customers.iter_mut().find_map(|group| Some((group.number_of(customer)?, group)));
            if known.is_none() {
                let message = format!("no customer is called `{customer}`");
                let hint = "several customers of a group have a number: `customer-1`";
                self.out
                    .push(Problem::new(Code::UnknownName, &at, message, hint).about(Noun::Customer, customer).at_key());
            }
            if number.is_none() {
                let message = format!("no cell is called `{cell}`");
                let problem = Problem::new(Code::UnknownName, &at, message, format!("known: cell-1 to cell-{cells}"));
                self.out.push(problem.about(Noun::Cell, cell));
            }
            if let (Some((which, group)), Some(number)) = (known, number) {
                group.pins.push((which, number));
            }
        }
    }

    fn customer_mapping(&mut self, written: &CellularApplication) -> plan::Mapping {
        match written.mapping {
            Mapping::FullMap => plan::Mapping::FullMap,
            Mapping::Hash => plan::Mapping::Hash,
            Mapping::Ring => plan::Mapping::Ring,
            Mapping::ShuffleShard => {
                let message = "`shuffleShard` is not modelled here: all tasks of a cell serve all of its customers";
                self.out.not_modelled(&format!("{AT}/mapping"), message, "write `fullMap`, `hash` or `ring`");
                plan::Mapping::Hash
            }
        }
    }

    fn dispatch(&mut self, written: &CellularApplication) -> plan::Dispatch {
        if written.dispatch == Dispatch::CachedEndpoint {
            let Some(clients) = written.clients.filter(|clients| (1..=1_000_000_000).contains(clients)) else {
                let message =
                    "`cachedEndpoint` needs `clients`, between 1 and 1000000000: they ask the router each by itself";
                self.out.missing(&format!("{AT}/clients"), message, "write \"clients\": 10000");
                return plan::Dispatch::Redirect;
            };
            return plan::Dispatch::Cached { keeps: written.cache_for.map_or(KEEPS, |keeps| keeps.0), clients };
        }
        for (key, written) in [("cacheFor", written.cache_for.is_some()), ("clients", written.clients.is_some())] {
            if written {
                let message = format!("`{key}` belongs to `cachedEndpoint`");
                let hint = "write \"dispatch\": \"cachedEndpoint\", or leave it out";
                self.out.conflict(&format!("{AT}/{key}"), message, hint);
            }
        }
        plan::Dispatch::Redirect
    }

    fn refresh(&mut self, written: &CellularApplication) -> Option<Span> {
        match written.map.lookup {
            Lookup::InMemory => Some(written.map.refresh.0),
            Lookup::EachRequest => {
                if written.map.refresh.0 != Span::MINUTE {
                    let why = "the table is read for each request";
                    self.out.idle(&format!("{AT}/map/refresh"), why, "leave it out");
                }
                None
            }
        }
    }

    /// The services of the router and of the cells; `None` when one of them was refused.
    fn fleets(&mut self) -> Option<Vec<ServiceId>> {
        let clusters = self.plan.written.clusters.get(self.index.written_clusters..)?.to_vec();
        let expected = self.scenario.clusters.len() - self.index.written_clusters;
        let first = |id: &crate::model::ids::ClusterId| self.plan.clusters[*id].services.clone().next().map(ServiceId);
        let found: Vec<ServiceId> = clusters.iter().filter_map(first).collect();
        (found.len() == expected && found.len() > 1).then_some(found)
    }

    /// What moves nobody is said.
    fn left_out(&mut self, written: &CellularApplication) {
        let mapped = written.rebalancer.is_some() || !written.add_cells.is_empty();
        let quarantine = written.quarantine.as_ref().is_some_and(|one| one.action == QuarantineAction::Move);
        let moves = mapped || written.evacuation.is_some() || quarantine;
        let usual = crate::scenario::file::CustomerMigration::default();
        let changed = written.migration.clone_time != usual.clone_time || written.migration.at_once != usual.at_once;
        if !moves && changed {
            let why = "customers move only with `rebalancer`, `addCells`, `evacuation` or `quarantine`";
            self.out.idle(&format!("{AT}/migration"), why, "leave it out");
        }
        let own_pace = written.evacuation.as_ref().is_none_or(|one| one.pace.is_some());
        if moves && !mapped && own_pace && written.migration.at_once != usual.at_once {
            let why = "an evacuation has its own `pace`, and quarantine waits for nobody";
            self.out.idle(&format!("{AT}/migration/atOnce"), why, "leave it out");
        }
        let stay = written.mapping == Mapping::FullMap && !written.add_cells.is_empty() && written.rebalancer.is_none();
        let joins = written.customers.iter().any(|group| group.joins_at.is_some());
        if stay && !joins && written.overrides.is_empty() {
            let message =
                "a cell that is added stays empty: with `fullMap` customers stay where they are, and no new ones come";
            let hint = "write a `rebalancer`, `joinsAt` of customers, or another `mapping`";
            self.out.no_effect(&format!("{AT}/addCells"), message, hint);
        }
    }

    /// What the router and each cell are planned for: the largest rate of the customers who are there at the start.
    fn fleet_traffic(&mut self, written: &CellularApplication, application: &plan::Application) {
        let state = crate::model::routing::customers::at_start(application);
        let mut own = vec![0u64; application.cells.len()];
        let mut all = 0;
        for (counts, group) in state.counts.iter().zip(&application.customers) {
            let peak = group.profile.peak();
            all += peak;
            for (own, count) in own.iter_mut().zip(counts) {
                *own += (u128::from(peak) * u128::from(*count) / u128::from(group.count)) as u64;
            }
        }
        let asked = match application.dispatch {
            plan::Dispatch::Redirect => all,
            plan::Dispatch::Cached { keeps, clients } => {
                (u128::from(clients) * u128::from(Rate::ONE) * 1_000_000 / u128::from(keeps.0.max(1))) as u64
            }
        };
        let router = vec![(application.router, asked)];
        let cells = application.cells.iter().copied().zip(own).collect();
        let mut laws = Laws::new();
        for (services, fleet, key) in [(router, &written.router, "router"), (cells, &written.cell, "cell")] {
            let at = format!("{AT}/{key}");
            let response = self.response(&fleet.into(), &at, &mut laws);
            for (service, rate) in services {
                self.fleet(service, (rate, response.clone()), fleet, &at);
            }
        }
    }

    fn fleet(&mut self, service: ServiceId, (rate, response): (u64, Option<Arc<Response>>), written: &Fleet, at: &str) {
        self.answers_some(written.requests_per_task, &format!("{at}/requestsPerTask"));
        let row = &self.plan.services[service];
        if row.kind != plan::Kind::Replica || self.plan.is_external(row) {
            let message =
                "the service of a router or cell must be REPLICA and run in the Region: it has a load balancer";
            let hint = "leave `schedulingStrategy` out, or run it in a Region";
            self.out.wrong_target(&format!("{at}/service"), message, hint);
            return;
        }
        let base = self.plan.services[service].balancer.clone().unwrap_or_else(usual);
        let balancer =
            written.load_balancer.as_ref().map(|one| self.checked_balancer(one, base, &format!("{at}/loadBalancer")));
        let row = &mut self.plan.services[service];
        if let Some(balancer) = balancer {
            row.balancer = Some(balancer);
        }
        row.balancer.get_or_insert_with(usual);
        let profile = Profile::Steps(Box::new([(Time::ZERO, rate)]));
        row.traffic =
            Some(Traffic { profile, per_task: written.requests_per_task.0.max(1), response, dispatched: true });
    }
}
