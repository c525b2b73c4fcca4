//! Every series of `timeseries.csv`: what it is, of what, and of which part.

/// A series.
#[allow(dead_code, reason = "docs/results.md is made of it")]
#[derive(Clone, Copy, Debug)]
pub struct About {
    /// Its name, with the unit at the end.
    pub name: &'static str,
    pub subject: &'static str,
    /// Of which part of it; empty for the whole.
    pub part: &'static str,
    /// What it says, in one sentence.
    pub about: &'static str,
}

const fn about(name: &'static str, subject: &'static str, part: &'static str, about: &'static str) -> About {
    About { name, subject, part, about }
}

/// All of them, in the order in which they are explained.
pub const ALL: [About; 22] = [
    about("available_tasks", "service", "zone", "Tasks that in truth run, are healthy and can be reached."),
    about("need_tasks", "service", "", "Tasks needed for the offered rate, or for the minimum without traffic."),
    about("desired_tasks", "service", "", "`desiredCount`, or hosts that a daemon has to be on."),
    about("offered_requests_per_second", "service", "", "First tries of requests."),
    about("served_requests_per_second", "service", "", "Those that are answered in time."),
    about("lost_requests_per_second", "service", "", "The rest."),
    about("task_state_count", "service", "`lastStatus`", "Tasks in this state, as ECS believes it."),
    about("provider_running_tasks", "service", "capacity provider", "Tasks in RUNNING on this capacity provider."),
    about("hosts", "capacity provider", "", "Container instances that in truth are up and registered."),
    about("reservation_percent", "capacity provider", "", "`CapacityProviderReservation`."),
    about(
        "control_plane_requests_per_second",
        "control-plane cell",
        "",
        "What is asked of the cell, by the minute; only where it has a bound.",
    ),
    about("control_plane_capacity_per_second", "control-plane cell", "", "What the cell can do."),
    about("control_plane_waiting", "control-plane cell", "", "Launches and calls that wait in its queue."),
    about(
        "control_plane_launches_per_minute",
        "control-plane cell",
        "`offered`, `accepted`, `throttled` or `failed`",
        "What became of launches in the minute that begins here.",
    ),
    about("control_plane_waiting_launches", "control-plane cell", "", "Launches that are due and not taken on yet."),
    about("application_offered_requests_per_second", "application", "", "Requests of all its customers."),
    about("application_lost_requests_per_second", "application", "", "Those that are not served."),
    about("application_customers", "application", "service of the cell", "Customers of this cell."),
    about("application_customers_without_cell", "application", "", "Customers whom no cell serves."),
    about("exposed_requests_per_second", "service", "change", "Requests that the new revision of a change gets."),
    about("copied_requests_per_second", "service", "change", "Copies of requests that it gets besides (`shadow`)."),
    about(
        "in_alarm",
        "service",
        "alarm",
        "1 while an alarm that a deployment or a pipeline watches is in ALARM, else 0.",
    ),
];
