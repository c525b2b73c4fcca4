//! Customers' own cells: a router cluster, a map table and ECS clusters as cells.

use super::{DailyStep, LoadBalancer, Mapping, Step};
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
            #[schemars(range(min = 1, max = 1_000))]
            cells: u32,
            /// The router cluster.
            router: Fleet,
            /// Each of the cells.
            cell: Fleet,
            /// Who uses it.
            customers: Vec<CustomerGroup>,
        }
        plain {
            /// How requests find their cell; `redirect` by default (model choice).
            #[serde(default = "redirect")]
            dispatch: Dispatch,
            /// How a customer gets a cell; `fullMap` by default (sourced: [cell-guidance], a table of user and cell).
            #[serde(default = "full_map")]
            mapping: Mapping,
            /// Single customers and their cells, looked up first: a large customer, a quarantine, a test.
            #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
            overrides: BTreeMap<String, String>,
            /// The map table.
            #[serde(default)]
            map: MapTable,
            /// How a customer moves to another cell.
            #[serde(default)]
            migration: CustomerMigration,
        }
        may {
            /// Name of its Region; the first one by default.
            region: String,
            /// With `cachedEndpoint`: how long a client keeps the endpoint of its cell, 1 s to a day; `"5m"` when left out
            /// (model choice).
            cache_for: Duration,
            /// With `cachedEndpoint`: clients of all customers together, which it needs.
            #[schemars(range(min = 1, max = 1_000_000_000_u64))]
            clients: u64,
            /// Moves customers away from cells that are too full; nobody does by default (model choice).
            rebalancer: Rebalancer,
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
            /// Account number; each cluster is its own account by default (model choice).
            account: String,
            /// Settings of the load balancer and its target group.
            load_balancer: LoadBalancer,
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
        plain {
            /// How many; 1 by default (model choice).
            #[serde(default = "one")]
            #[schemars(range(min = 1, max = 1_000_000))]
            count: u32,
        }
        may {
            /// Name, which several share with a number behind it: `customer-1`. By default `customer` (model choice).
            name: String,
            /// When they come; they are there from the start by default (model choice).
            joins_at: Duration,
            /// The same rate all the time.
            rate: Rate,
            /// A rate that changes; 0 before the first step.
            steps: Vec<Step>,
            /// A rate that repeats every day (UTC).
            daily: Vec<DailyStep>,
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
        plain {
            /// How the router reads it; `inMemory` by default (sourced: [cell-whitepaper]).
            #[serde(default = "in_memory")]
            lookup: Lookup,
            /// With `inMemory`: how often it reads the table, 1 s to a day; `"60s"` by default (model choice).
            #[serde(default = "refresh")]
            refresh: Duration,
        }
    }
}

object! {
    /// A move: the data are cloned, the row of the map is flipped, the old cell redirects late callers and then forgets.
    CustomerMigration("camelCase") {
        plain {
            /// How long cloning takes; `"1m"` by default (model choice).
            #[serde(default = "clone_time")]
            clone_time: Duration,
            /// How many customers move at once; 10 by default (model choice).
            #[serde(default = "ten")]
            #[schemars(range(min = 1, max = 1_000_000))]
            at_once: u32,
        }
    }
}

object! {
    /// Looks for cells whose customers ask for more than a share of what their desired tasks answer.
    Rebalancer("camelCase") {
        plain {
            /// How often it looks, 1 s to a day; `"10m"` by default (model choice).
            #[serde(default = "ten_minutes")]
            every: Duration,
            /// The share above which a cell gives customers away, to the emptiest cell; 0.8 by default (model choice).
            #[serde(default = "most")]
            #[schemars(range(min = 0.01, max = 1))]
            above: f64,
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
        all
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
            ..Cluster::default()
        }
    }
}

impl Default for MapTable {
    fn default() -> Self {
        MapTable { lookup: in_memory(), refresh: refresh() }
    }
}

impl Default for CustomerMigration {
    fn default() -> Self {
        CustomerMigration { clone_time: clone_time(), at_once: ten() }
    }
}

fn redirect() -> Dispatch {
    Dispatch::Redirect
}
fn full_map() -> Mapping {
    Mapping::FullMap
}
fn in_memory() -> Lookup {
    Lookup::InMemory
}
fn refresh() -> Duration {
    Duration(Span::MINUTE)
}
fn clone_time() -> Duration {
    Duration(Span::MINUTE)
}
fn ten_minutes() -> Duration {
    Duration(Span::from_secs(600))
}
fn most() -> f64 {
    0.8
}
fn one() -> u32 {
    1
}
fn ten() -> u32 {
    10
}
