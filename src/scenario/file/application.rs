//! Customers' own cells: a router cluster, a map table and ECS clusters as cells.

use super::{Daily, Evacuation, LoadBalancer, Mapping, Quarantine, QuarantineAction, ResponseTime, Step};
use crate::engine::Span;
use crate::model::quantity::{Duration, Rate};
use crate::scenario::ecs::cluster::Cluster;
use crate::scenario::ecs::service::{CapacityProviderStrategyItem, Service};
use std::collections::BTreeMap;

object! {
    /// An application that its owner has cut into cells, as AWS's guidance on cell-based architecture for Amazon ECS
    /// does: a thin router cluster, a map table (Amazon DynamoDB), and ECS clusters as cells (sourced:
    /// [cell-guidance]). It is built of ordinary clusters and services: `<name>-router`, `<name>-cell-1` and so on.
    CellularApplication("camelCase") {
        need {
            /// Name; its clusters begin with it.
            name: String,
            /// Cells that are there from the start.
            cells: u32 [1..=1_000],
            /// The router cluster.
            router: Fleet,
            /// Each of the cells.
            cell: Fleet,
            /// Who uses it.
            customers: Vec<CustomerGroup>,
        }
        given {
            /// How requests find their cell.
            dispatch: Dispatch = Dispatch::Redirect => Choice,
            /// How a customer gets a cell.
            mapping: Mapping = Mapping::FullMap => Sourced "[cell-guidance], a table of user and cell",
            /// Single customers and their cells, looked up first: a large customer, a quarantine, a test.
            overrides: BTreeMap<String, String> = BTreeMap::new(),
        }
        inner {
            /// The map table.
            map: MapTable,
            /// How a customer moves to another cell.
            migration: CustomerMigration,
        }
        may {
            /// Name of its Region.
            region: String => Choice "the first one",
            /// With `cachedEndpoint`: how long a client keeps the endpoint of its cell, 1 s to a day.
            cache_for: Duration => Choice "`\"5m\"` with `cachedEndpoint`",
            /// With `cachedEndpoint`: clients of all customers together, which it needs.
            clients: u64 [1..=1_000_000_000],
            /// Moves customers away from cells that are too full; nobody does by default (model choice).
            rebalancer: Rebalancer,
            /// Empties a cell whose alarm rings; nobody does by default (model choice).
            evacuation: Evacuation,
            /// Takes a customer who poisons a cell out of it; nobody does by default (model choice).
            quarantine: Quarantine,
        }
        list {
            /// Cells that are added during the run, in order of time.
            add_cells: CustomerCell,
        }
    }
}

object! {
    /// A cluster with one service behind an Application Load Balancer.
    Fleet("camelCase") {
        need {
            /// The service: an ECS service object.
            service: Service,
            /// Requests that one healthy task can answer.
            requests_per_task: Rate,
        }
        may {
            /// Account number.
            account: String => Choice "an account for each cluster",
            /// How long tasks take to answer, by their load. Without it an answer takes no time, and only what is
            /// above `requestsPerTask` fails. The router and a cell are measured each by itself.
            response_time: ResponseTime => Own "",
            /// A request that is not answered by then fails. What the router answers too late reaches no cell. None
            /// by default (model choice). It needs `responseTime`.
            timeout: Duration,
            /// Settings of the load balancer and its target group.
            load_balancer: LoadBalancer => Own "",
        }
        list {
            /// Names of the capacity providers that the service may use.
            capacity_providers: String,
            /// What the service takes without a strategy or launch type of its own.
            default_capacity_provider_strategy: CapacityProviderStrategyItem,
        }
    }
}

object! {
    /// Customers who are alike: exactly one of `rate`, `steps` and `daily`, of all of them together.
    CustomerGroup("camelCase") {
        given {
            /// How many.
            count: u32 [1..=1_000_000] = 1 => Choice,
        }
        may {
            /// Name, which several share with a number behind it: `customer-1`.
            name: String => Choice "`customer`",
            /// When they come; they are there from the start by default (model choice).
            joins_at: Duration,
            /// The same rate all the time.
            rate: Rate,
            /// A rate that changes; 0 before the first step.
            steps: Vec<Step>,
            /// A rate that repeats every day (UTC): steps, or a peak and a trough.
            daily: Daily,
        }
    }
}

words! {
    /// How requests find their cell.
    Dispatch("camelCase") {
        /// Every request passes the router, which answers with an HTTP redirect to the cell.
        Redirect,
        /// A client asks the router for the endpoint of its cell and keeps it for `cacheFor`.
        CachedEndpoint,
    }
}

words! {
    /// How the router reads the map.
    Lookup("camelCase") {
        /// It holds the whole map in memory, and serves on with it when the table is gone.
        InMemory,
        /// It reads the table for each request.
        EachRequest,
    }
}

object! {
    /// The map table: customer to cell.
    MapTable("camelCase") {
        given {
            /// How the router reads it.
            lookup: Lookup = Lookup::InMemory => Sourced "[cell-whitepaper]",
            /// With `inMemory`: how often it reads the table, 1 s to a day.
            refresh: Duration = Duration(Span::MINUTE) => Choice,
        }
    }
}

object! {
    /// A move: the data are cloned, the row of the map is flipped, the old cell redirects late callers and then
    /// forgets.
    CustomerMigration("camelCase") {
        given {
            /// How long cloning takes.
            clone_time: Duration = Duration(Span::MINUTE) => Choice,
            /// How many customers move at once.
            at_once: u32 [1..=1_000_000] = 10 => Choice,
        }
    }
}

object! {
    /// Looks for cells whose customers ask for more than a share of what their desired tasks answer.
    Rebalancer("camelCase") {
        given {
            /// How often it looks, 1 s to a day.
            every: Duration = Duration(Span::from_secs(600)) => Choice,
            /// The share above which a cell gives customers away, to the emptiest cell.
            above: f64 [0.01..=1] = 0.8 => Choice,
        }
    }
}

object! {
    /// A cell more.
    CustomerCell("camelCase") {
        need {
            /// When its cluster is created. It takes customers once all its tasks answer.
            at: Duration,
        }
    }
}

impl CellularApplication {
    /// Its clusters as one would write them: the router, then the cells.
    pub fn clusters(&self) -> Vec<Cluster> {
        let name = |what: &str| format!("{}-{what}", self.name);
        let mut all = vec![self.cluster(name("router"), &self.router, None)];
        let added = self.add_cells.iter().map(|added| Some(added.at));
        let created = (0..self.cells.min(1_000)).map(|_| None).chain(added);
        all.extend(
            created
                .enumerate()
                .map(|(place, created)| self.cluster(name(&format!("cell-{}", place + 1)), &self.cell, created)),
        );
        if self.has_own_quarantine() {
            all.push(self.cluster(name("quarantine"), &self.cell, None));
        }
        all
    }

    /// Names of the alarms that operators act on.
    pub fn alarms(&self) -> impl Iterator<Item = &str> {
        let leave = self.evacuation.iter().flat_map(|one| &one.alarms);
        let search = self.quarantine.iter().flat_map(|one| &one.alarms);
        leave.chain(search).map(String::as_str)
    }

    /// Whether there is a cell that `cells` and `addCells` do not count.
    pub fn has_own_quarantine(&self) -> bool {
        self.quarantine.as_ref().is_some_and(|one| one.cell.is_none() && one.action == QuarantineAction::Move)
    }

    fn cluster(&self, name: String, of: &Fleet, created_at: Option<Duration>) -> Cluster {
        Cluster {
            cluster_name: name,
            region: self.region.clone(),
            account: of.account.clone(),
            created_at,
            capacity_providers: of.capacity_providers.clone(),
            default_capacity_provider_strategy: of.default_capacity_provider_strategy.clone(),
            services: vec![of.service.clone()],
            cluster_arn: None,
            status: None,
            default_log_driver_mode: None,
            run_tasks: Vec::new(),
            external_instances: Vec::new(),
        }
    }
}
