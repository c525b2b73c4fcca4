//! Every series of `timeseries.csv`: what it is, in which unit, of what, and of which part.

/// A series.
#[allow(dead_code, reason = "docs/results.md is made of it")]
#[derive(Clone, Copy, Debug)]
pub struct About {
    /// Its name, with the unit at the end.
    pub name: &'static str,
    pub unit: &'static str,
    pub subject: &'static str,
    /// Of which part of it; empty for the whole.
    pub part: &'static str,
    /// What it says, in one sentence.
    pub about: &'static str,
}

/// Series, one a line, in the order in which they are explained: name, unit, subject and part.
macro_rules! series {
    ($(#[doc = $about:literal] $series:ident = $name:literal in $unit:literal of $subject:literal $(by $part:literal)?;)+) => {
        $(#[doc = $about] pub const $series: &str = $name;)+

        /// All of them.
        pub const ALL: &[About] = &[$(
            About { name: $name, unit: $unit, subject: $subject, part: concat!($($part)?), about: $about.trim_ascii() },
        )+];
    };
}

series! {
    /// Tasks that in truth run, are healthy and can be reached.
    AVAILABLE = "available_tasks" in "tasks" of "service" by "zone";
    /// Tasks needed for the offered rate, or for the minimum without traffic.
    NEED = "need_tasks" in "tasks" of "service";
    /// `desiredCount`, or hosts that a daemon has to be on.
    DESIRED = "desired_tasks" in "tasks" of "service";
    /// First tries of requests.
    OFFERED = "offered_requests_per_second" in "requests/s" of "service";
    /// Those that are answered in time.
    SERVED = "served_requests_per_second" in "requests/s" of "service";
    /// The rest.
    LOST = "lost_requests_per_second" in "requests/s" of "service";
    /// Median response time of what is answered, in time or not; only with `responseTime`.
    P50 = "response_time_p50_seconds" in "seconds" of "service";
    /// The 99th percentile of it.
    P99 = "response_time_p99_seconds" in "seconds" of "service";
    /// Tasks in this state, as ECS believes it.
    STATES = "task_state_count" in "tasks" of "service" by "`lastStatus`";
    /// Tasks in RUNNING on this capacity provider.
    PROVIDERS = "provider_running_tasks" in "tasks" of "service" by "capacity provider";
    /// Container instances that in truth are up and registered.
    HOSTS = "hosts" in "hosts" of "capacity provider";
    /// `CapacityProviderReservation`.
    RESERVATION = "reservation_percent" in "percent" of "capacity provider";
    /// What is asked of the cell, by the minute; only where it has a bound.
    ASKED = "control_plane_requests_per_second" in "requests/s" of "control-plane cell";
    /// What the cell can do.
    CAPACITY = "control_plane_capacity_per_second" in "requests/s" of "control-plane cell";
    /// Launches and calls that wait in its queue.
    QUEUED = "control_plane_waiting" in "launches and calls" of "control-plane cell";
    /// What became of launches in the minute that begins here.
    LAUNCHES = "control_plane_launches_per_minute" in "launches/min" of "control-plane cell"
        by "`offered`, `accepted`, `throttled` or `failed`";
    /// Launches that are due and not taken on yet.
    WAITING = "control_plane_waiting_launches" in "launches" of "control-plane cell";
    /// Requests of all its customers.
    APPLICATION_OFFERED = "application_offered_requests_per_second" in "requests/s" of "application";
    /// Those that are not served.
    APPLICATION_LOST = "application_lost_requests_per_second" in "requests/s" of "application";
    /// Customers of this cell.
    CUSTOMERS = "application_customers" in "customers" of "application" by "service of the cell";
    /// Customers whom no cell serves.
    UNASSIGNED = "application_customers_without_cell" in "customers" of "application";
    /// Requests that the new revision of a change gets.
    EXPOSED = "exposed_requests_per_second" in "requests/s" of "service" by "change";
    /// Copies of requests that it gets besides (`shadow`).
    COPIED = "copied_requests_per_second" in "requests/s" of "service" by "change";
    /// Bounds of the desired count: `MinCapacity` and `MaxCapacity` of a scalable target.
    BOUNDS = "scalable_target_tasks" in "tasks" of "service" by "`min` or `max`";
    /// 1 while an alarm that a deployment or a pipeline watches, or that makes a scaling policy scale out, is in ALARM, else 0.
    IN_ALARM = "in_alarm" in "0 or 1" of "service" by "alarm";
    /// What the metric of such an alarm, or of one below a composite alarm, came to in the period that begins here: a share in percent, a count, targets, or 1 for an outlier; 0 where there is none.
    DATAPOINTS = "alarm_datapoints" in "percent or a count" of "service" by "alarm";
}
