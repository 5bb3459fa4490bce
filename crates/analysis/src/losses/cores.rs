//! Work that waits for the processor cores of a server.
//!
//! The server shares its cores among the threads that want to run (processor sharing). The time of work on it is stretched by
//! a factor that is the same for all of it: for Poisson arrivals, the mean time in an M/M/c queue over the service time,
//! whatever the distribution (Kelly, "Reversibility and Stochastic Networks", 1979, section 3.3). No more threads run than
//! there are slots, which limits the factor. Where the work is too much for the cores, the slots of some component are always
//! busy, and the factor is the one at which all work that finds a slot fits.

use hoplight_model::{ComponentIx, Infrastructure};

/// Largest factor. Requests have failed long before.
const MOST: f64 = 1e4;
/// Number of halvings of an interval.
const STEPS: usize = 60;

/// A server with a number of cores.
pub(super) struct Processor {
    pub(super) cores: u32,
    pub(super) on_it: Vec<ComponentIx>,
}

/// The processors, and for each component the index of the one that it runs on.
pub(super) fn processors(infra: &Infrastructure) -> (Vec<Processor>, Vec<Option<usize>>) {
    let mut all = Vec::new();
    let mut own = vec![None; infra.len()];
    for server in infra.servers() {
        let Some(cores) = server.cores else { continue };
        let on_it: Vec<ComponentIx> = infra.on_server(&server.id).map(|(ix, _)| ix).collect();
        for ix in &on_it {
            own[ix.index()] = Some(all.len());
        }
        all.push(Processor { cores: cores.get(), on_it });
    }
    (all, own)
}

/// The work of one component on a processor.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct CoreUse {
    /// Number of cores that its work keeps busy: processor time per second.
    pub(super) busy: f64,
    pub(super) slots: f64,
    /// Time for which a slot is held without a need for a core, per processor time.
    pub(super) idle: f64,
}

impl CoreUse {
    /// Number of threads that want to run if work is stretched by a factor.
    fn threads(self, stretch: f64) -> f64 {
        (self.busy * stretch).min(self.slots * stretch / (self.idle + stretch))
    }
}

/// The factor by which work is stretched.
pub(super) fn stretch(cores: u32, uses: &[CoreUse]) -> f64 {
    let (limit, busy) = (f64::from(cores), uses.iter().map(|of| of.busy).sum::<f64>());
    if busy < limit {
        // What the factor would be if one component had more work than its slots can do.
        let full = |of: &CoreUse| of.slots / (limit - (busy - of.busy)) - of.idle;
        let most = uses.iter().filter(|of| of.busy > 0.0).map(full).fold(MOST, f64::min);
        return (1.0 + waits(cores, busy) / (limit - busy)).min(most.max(1.0));
    }
    let excess = |stretch: f64| uses.iter().map(|of| of.threads(stretch)).sum::<f64>() - limit * stretch;
    let (mut low, mut high) = (1.0, MOST);
    if excess(low) <= 0.0 {
        return low;
    }
    for _ in 0..STEPS {
        let middle = f64::midpoint(low, high);
        if excess(middle) > 0.0 {
            low = middle;
        } else {
            high = middle;
        }
    }
    high
}

/// Erlang's C formula: the probability that a job finds all cores busy.
fn waits(cores: u32, busy: f64) -> f64 {
    let blocked = (1..=cores).fold(1.0, |blocked, count| busy * blocked / (f64::from(count) + busy * blocked));
    blocked / (1.0 - busy / f64::from(cores) * (1.0 - blocked))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MANY: f64 = 1e9;

    fn near(found: f64, wanted: f64) {
        assert!((found / wanted - 1.0).abs() < 1e-3, "{found} instead of {wanted}");
    }

    #[test]
    fn the_factor_is_that_of_an_m_m_c_queue() {
        let of = |busy| CoreUse { busy, slots: MANY, idle: 0.0 };
        near(stretch(1, &[of(0.8)]), 5.0);
        near(stretch(1, &[of(0.3), of(0.5)]), 5.0);
        near(stretch(2, &[of(1.6)]), 1.0 + 0.711_111 / 0.4);
        near(stretch(4, &[of(0.01)]), 1.0);
    }

    #[test]
    fn slots_limit_the_factor() {
        // Nine workers on two cores.
        let workers = CoreUse { busy: 3.0, slots: 9.0, idle: 0.0 };
        near(stretch(2, &[workers]), 4.5);
        near(stretch(2, &[CoreUse { busy: 1.9999, ..workers }]), 4.5);
        // Another program takes half a core first.
        near(stretch(2, &[workers, CoreUse { busy: 0.5, slots: MANY, idle: 0.0 }]), 6.0);
        // A worker that waits as long as it would compute alone uses a core for less than all of the time.
        near(stretch(2, &[CoreUse { idle: 1.0, ..workers }]), 3.5);
        // With fewer workers than cores, none of them waits.
        near(stretch(4, &[CoreUse { busy: 9.0, slots: 3.0, idle: 0.0 }]), 1.0);
    }
}
