//! Pipelines: how a change goes on stage by stage.

use crate::model::quantity::Duration;

object! {
    /// How a change goes on over what it is to reach: stage by stage, each watched for a while
    /// ([lib-safe-deployments]). In a stage one unit is changed after the other; a failure takes back everything that
    /// was changed.
    Pipeline("camelCase") {
        given {
            /// Whether a stage may begin while a fault is in force: no deployment during known events (sourced:
            /// [lib-safe-deployments]).
            during_faults: bool = false,
        }
        may {
            /// An alarm on each unit, made for this change: it counts from the moment at which its unit is reached.
            unit_alarm: PipelineAlarm,
            /// An alarm on what the new revision of each unit gets, and nothing else: averages hide a single task.
            one_box_alarm: PipelineAlarm,
            /// An alarm on all units together; one for each Region.
            fleet_alarm: PipelineAlarm,
            /// With `controlPlane` or `controlPlanes`: how long it takes to change one box, one zone or a whole cell,
            /// or to change a cell back.
            takes: Duration => Choice "5 min",
            /// When stages may begin; at any time by default (model choice).
            working_hours: WorkingHours,
        }
        list {
            /// The stages. Left out: one box of the first unit, watched for 1 h and 100 requests; the rest of it zone
            /// by zone, 30 min each and 12 h at the end; then waves of 1, 2, 4 ... units, 4 h each, and in the same way
            /// of other Regions (the numbers are sourced: [lib-safe-deployments]; the waves are a model choice).
            stages: PipelineStage,
            /// Alarms that stop it, by name, whatever they watch.
            alarms: String,
        }
    }
}

object! {
    /// A stage of a pipeline.
    PipelineStage("camelCase") {
        need {
            /// What is changed.
            what: StageKind,
        }
        may {
            /// Name; if it is left out, it says what is changed.
            name: String,
            /// How many of the units, or with `regions` of the Regions, that have not been changed yet, in order.
            count: u32 [1..] => Choice "1",
            /// How many units of a Region are changed at a time; all with `everywhere`.
            at_once: u32 [1..] => Sourced "1" "[lib-safe-deployments]",
            /// How long it is watched before the next stage may begin: 1 h after one box, 12 h after zones, 4 h after
            /// units (sourced: [lib-safe-deployments]), not at all after `everywhere`.
            bake: Duration,
            /// With `zones`: how long it is watched after each zone but the last.
            zone_bake: Duration => Sourced "30 min" "[codedeploy-zonal]",
            /// How many requests the new revision has to get meanwhile.
            requests: u64 => Choice "0",
        }
        list {
            /// Which units, by name, instead of `count`: `cell-1`, or a service such as `shop/web`; with `regions`
            /// which Regions.
            units: String,
        }
    }
}

words! {
    /// What a stage changes.
    StageKind("camelCase") {
        /// One task of a unit; of a control-plane cell, one of ten hosts.
        OneBox,
        /// A unit, zone by zone.
        Zones,
        /// Units as a whole.
        Units,
        /// All units that are left, at once.
        Everywhere,
        /// All units that are left in some Regions: these side by side, in each one unit after the other.
        Regions,
    }
}

object! {
    /// An alarm on the share of requests that fail; of a control-plane cell, on the share of tests that fail, each of
    /// which calls the cell and starts a task, or of capacity that is lost, whichever is more.
    PipelineAlarm("camelCase") {
        need {
            /// Share of failed requests above which a datapoint breaches, from 0 to below 1.
            threshold: f64,
        }
        may {
            /// Seconds of a period.
            period: u32 => Sourced "60" "[cw-api-put-alarm]",
            /// How many periods are looked at.
            evaluation_periods: u32 [1..] => Choice "3",
            /// How many of them must breach.
            datapoints_to_alarm: u32 [1..] => Sourced "all" "[cw-api-put-alarm]",
        }
    }
}

object! {
    /// Working hours, in UTC.
    WorkingHours("camelCase") {
        may {
            /// Days.
            days: Vec<Weekday> => Choice "Monday to Friday",
            /// From this time of the day.
            from: Duration => Choice "`9h`",
            /// Before this one.
            until: Duration => Choice "`17h`",
        }
    }
}

words! {
    /// A day of the week.
    Weekday("camelCase") {
        /// Monday.
        Monday,
        /// Tuesday.
        Tuesday,
        /// Wednesday.
        Wednesday,
        /// Thursday.
        Thursday,
        /// Friday.
        Friday,
        /// Saturday.
        Saturday,
        /// Sunday.
        Sunday,
    }
}
