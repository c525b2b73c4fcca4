//! The life-cycle stages of a deployment that moves traffic, as ECS spells them ([ecs-lifecycle-hooks]).

/// A stage, in the order in which they are passed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub enum Lifecycle {
    /// Tasks of an earlier deployment are still there.
    ReconcileService,
    /// The new revision has no task yet.
    PreScaleUp,
    /// Its tasks start, beside those that serve.
    ScaleUp,
    /// All of them are healthy and get nothing.
    PostScaleUp,
    /// The test listener sends to them.
    TestTrafficShift,
    PostTestTrafficShift,
    /// Before each step of production traffic.
    PreProductionTrafficShift,
    /// A step of production traffic, and the wait after it.
    ProductionTrafficShift,
    /// All of it has been moved.
    PostProductionTrafficShift,
    /// Both revisions run, and alarms are watched.
    BakeTime,
    /// The old revision is scaled to 0.
    CleanUp,
}

use Lifecycle as L;

impl Lifecycle {
    /// All of them, in order, with ECS's name.
    pub const ALL: [(Lifecycle, &'static str); 11] = [
        (L::ReconcileService, "RECONCILE_SERVICE"),
        (L::PreScaleUp, "PRE_SCALE_UP"),
        (L::ScaleUp, "SCALE_UP"),
        (L::PostScaleUp, "POST_SCALE_UP"),
        (L::TestTrafficShift, "TEST_TRAFFIC_SHIFT"),
        (L::PostTestTrafficShift, "POST_TEST_TRAFFIC_SHIFT"),
        (L::PreProductionTrafficShift, "PRE_PRODUCTION_TRAFFIC_SHIFT"),
        (L::ProductionTrafficShift, "PRODUCTION_TRAFFIC_SHIFT"),
        (L::PostProductionTrafficShift, "POST_PRODUCTION_TRAFFIC_SHIFT"),
        (L::BakeTime, "BAKE_TIME"),
        (L::CleanUp, "CLEAN_UP"),
    ];

    pub const fn name(self) -> &'static str {
        Lifecycle::ALL[self as usize].1
    }

    /// The next one.
    #[must_use]
    pub const fn next(self) -> Lifecycle {
        let next = self as usize + 1;
        Lifecycle::ALL[if next < Lifecycle::ALL.len() { next } else { self as usize }].0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stand_in_the_order_of_the_stages() {
        for (place, (stage, name)) in Lifecycle::ALL.into_iter().enumerate() {
            assert_eq!((stage as usize, stage.name()), (place, name));
        }
        assert_eq!(L::ReconcileService.next(), L::PreScaleUp);
        assert_eq!(L::CleanUp.next(), L::CleanUp);
    }
}
