//! The life-cycle stages of a deployment that moves traffic, as ECS spells them ([ecs-lifecycle-hooks]).

words! {
    /// Life-cycle stages of a deployment.
    Lifecycle("SCREAMING_SNAKE_CASE", called "LifecycleStage") {
        /// Another deployment that was under way is cleared away; only when there is one.
        ReconcileService,
        /// The new revision has no task yet.
        PreScaleUp,
        /// Its tasks start; no hook is asked.
        ScaleUp,
        /// All of them are healthy.
        PostScaleUp,
        /// The test listener sends to them; AWS_LAMBDA only.
        TestTrafficShift,
        /// It has been moved.
        PostTestTrafficShift,
        /// Before each step of production traffic.
        PreProductionTrafficShift,
        /// After each step; AWS_LAMBDA only.
        ProductionTrafficShift,
        /// All production traffic has been moved.
        PostProductionTrafficShift,
        /// The bake; no hook is asked.
        BakeTime,
        /// The old revision is scaled to 0; no hook is asked.
        CleanUp,
    }
}

impl Lifecycle {
    /// The next one.
    #[must_use]
    pub fn next(self) -> Lifecycle {
        Lifecycle::ALL.get(self as usize + 1).copied().unwrap_or(self)
    }
}

#[cfg(test)]
mod tests {
    use super::Lifecycle as L;

    #[test]
    fn each_stage_has_its_next() {
        assert_eq!(L::ReconcileService.next(), L::PreScaleUp);
        assert_eq!(L::CleanUp.next(), L::CleanUp);
    }
}
