//! What chance is asked for: the purposes that key the draws of the model.

use crate::engine::Purpose;

/// What a draw is for.
#[derive(Clone, Copy, Debug)]
#[repr(u32)]
pub enum For {
    /// Whole start, or its phase of the network interface.
    Start = 1,
    /// Agent takes the task up.
    Connect,
    Pull,
    Containers,
    /// First check of a target, or of a container.
    FirstCheck,
    Health,
    Crash,
    Stop,
    /// Detection of a loss by ECS.
    Loss,
    /// Ejection by the load balancer.
    Target,
    Boot,
    /// Random choice of a host.
    Place,
    /// Random choice of a task to stop.
    Choose,
    /// Work of a standalone task.
    Lives,
    Arrive,
    /// Gap to the next occurrence of a fault.
    FaultGap,
    FaultLength,
    FaultHits,
    Reconnect,
    /// Run of a container that others wait for.
    Completion,
    /// Whether a cell that answers badly refuses a request.
    Refusal,
    /// How long a client waits before it calls again.
    Backoff,
    /// Whether a change is bad, and when its tasks crash.
    Defect,
    /// When a life-cycle hook answers, and whether it finds a bad revision.
    Hook,
    /// When somebody finds that a change is bad.
    Found,
    /// Gap to the next change of a service.
    ChangeGap,
    /// How long a task protects itself from scale-in.
    Protect,
    /// Whether a single start, or request for capacity, fails while a share of them does.
    Fails,
    /// When a host has power again after a fault, and whether it ever has.
    HostReturn,
    /// How long the status checks of a host must have failed before its group acts.
    HostChecks,
    /// How long somebody takes from an alarm to a zonal shift.
    ZonalShift,
    /// When practice runs of zonal autoshift come, and which zone they leave.
    PracticeRun,
}

impl From<For> for Purpose {
    fn from(purpose: For) -> Purpose {
        Purpose(purpose as u32)
    }
}
