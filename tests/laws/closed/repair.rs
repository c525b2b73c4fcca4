//! Repairable things in number: chains on how many are down.
//!
//! Rates are 1/time in any one unit. Sources: Trivedi, Probability and Statistics with Reliability, Queuing and
//! Computer Science Applications, 2nd ed. (2002), chapter 8; Gross et al., Fundamentals of Queueing Theory, 4th ed.
//! (2008).

/// `n` alike units of which `need` must be up; each fails after 1/`fail` on average, `crews` repair one unit each.
#[derive(Clone, Copy, Debug)]
pub struct KOfN {
    /// Units.
    pub n: u32,
    /// Units that must be up.
    pub need: u32,
    /// Failures of one unit for each unit of time.
    pub fail: f64,
    /// Repairs of one crew for each unit of time.
    pub repair: f64,
    /// Repair crews; `n` or more: every unit is repaired by itself.
    pub crews: u32,
}

impl KOfN {
    fn births(&self) -> Vec<f64> {
        (0..self.n).map(|down| f64::from(self.n - down) * self.fail).collect()
    }

    fn deaths(&self) -> Vec<f64> {
        (1..=self.n).map(|down| f64::from(down.min(self.crews)) * self.repair).collect()
    }

    fn states(&self) -> Vec<f64> {
        birth_death(&self.births(), &self.deaths())
    }

    /// Share of time with fewer than `need` up.
    pub fn unavailability(&self) -> f64 {
        self.states()[(self.n - self.need + 1) as usize..].iter().sum()
    }

    /// How often it goes from enough to too few, for each unit of time.
    pub fn failure_rate(&self) -> f64 {
        self.states()[(self.n - self.need) as usize] * f64::from(self.need) * self.fail
    }

    /// Mean length of a time with too few.
    pub fn mean_down(&self) -> f64 {
        self.unavailability() / self.failure_rate()
    }

    /// Mean time from all up to too few for the first time.
    pub fn mean_time_to_failure(&self) -> f64 {
        first_passage(&self.births(), &self.deaths(), (self.n - self.need + 1) as usize)
    }
}

/// `machines` positions, `spares` cold spares that do not fail, `crews` repair crews.
#[derive(Clone, Copy, Debug)]
pub struct MachineRepair {
    pub machines: u32,
    pub spares: u32,
    pub crews: u32,
    /// Failures of a working machine for each unit of time.
    pub fail: f64,
    /// Repairs of one crew for each unit of time.
    pub repair: f64,
}

impl MachineRepair {
    fn working(&self, failed: usize) -> u32 {
        self.machines.min(self.machines + self.spares - failed as u32)
    }

    fn states(&self) -> Vec<f64> {
        let all = (self.machines + self.spares) as usize;
        let births: Vec<_> = (0..all).map(|failed| f64::from(self.working(failed)) * self.fail).collect();
        let deaths: Vec<_> = (1..=all).map(|failed| f64::from((failed as u32).min(self.crews)) * self.repair).collect();
        birth_death(&births, &deaths)
    }

    fn mean(&self, value: impl Fn(usize) -> f64) -> f64 {
        self.states().iter().enumerate().map(|(failed, p)| p * value(failed)).sum()
    }

    /// Mean number of working machines.
    pub fn mean_working(&self) -> f64 {
        self.mean(|failed| f64::from(self.working(failed)))
    }

    /// Mean time from a failure until its repair starts (Little's law).
    pub fn mean_wait(&self) -> f64 {
        let queue = self.mean(|failed| failed.saturating_sub(self.crews as usize) as f64);
        queue / (self.fail * self.mean_working())
    }

    /// Share of time with every position working.
    pub fn all_working(&self) -> f64 {
        self.states()[..=self.spares as usize].iter().sum()
    }
}

/// Share of time with fewer than `need` of `n` units up, when the part `beta` of all failures takes all units at once
/// and each unit is repaired by itself (beta-factor model; Fleming 1974, NUREG/CR-4780).
pub fn common_cause_unavailability(n: usize, need: usize, fail: f64, repair: f64, beta: f64) -> f64 {
    let mut rates = vec![vec![0.0; n + 1]; n + 1];
    for (down, row) in rates.iter_mut().enumerate() {
        if down < n {
            row[down + 1] += (n - down) as f64 * (1.0 - beta) * fail;
            row[n] += beta * fail;
        }
        if down > 0 {
            row[down - 1] += down as f64 * repair;
        }
    }
    stationary(rates)[n - need + 1..].iter().sum()
}

/// The stationary law of a birth-death chain; `deaths[i]` leads from i + 1 to i.
fn birth_death(births: &[f64], deaths: &[f64]) -> Vec<f64> {
    let mut states = vec![1.0];
    for (birth, death) in births.iter().zip(deaths) {
        states.push(states[states.len() - 1] * birth / death);
    }
    let total: f64 = states.iter().sum();
    states.iter().map(|state| state / total).collect()
}

/// Mean time from 0 to `target` of a birth-death chain, as a sum of positive terms.
fn first_passage(births: &[f64], deaths: &[f64], target: usize) -> f64 {
    let mut step = 1.0 / births[0];
    let mut total = step;
    for state in 1..target {
        step = (1.0 + deaths[state - 1] * step) / births[state];
        total += step;
    }
    total
}

/// The stationary law of a chain with these rates (the diagonal is not read), by elimination without subtraction
/// (Grassmann, Taksar, Heyman 1985): small probabilities keep all their digits.
fn stationary(mut rates: Vec<Vec<f64>>) -> Vec<f64> {
    let n = rates.len();
    for last in (1..n).rev() {
        let out: f64 = rates[last][..last].iter().sum();
        for from in 0..last {
            rates[from][last] /= out;
            for to in 0..last {
                if to != from {
                    rates[from][to] += rates[from][last] * rates[last][to];
                }
            }
        }
    }
    let mut states = vec![1.0; n];
    for state in 1..n {
        states[state] = (0..state).map(|from| states[from] * rates[from][state]).sum();
    }
    let total: f64 = states.iter().sum();
    states.iter().map(|state| state / total).collect()
}
