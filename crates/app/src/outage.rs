//! Whether the site is down for its users, as measured: the banner, and the browser's box.

use std::time::Duration;

use hoplight_model::RequestKind;
use hoplight_sim::{SimTime, Simulation, Totals};

/// The window in which no request may succeed.
pub const WINDOW: Duration = Duration::from_secs(3);

/// Minimum number of requests that failed in the window, or that wait: a few are no outage.
const LEAST: u32 = 5;

/// Whether no request has succeeded in the last seconds, although some failed or still wait for a response.
pub fn is_total(sim: &Simulation) -> bool {
    if sim.now() < SimTime::ZERO + WINDOW || sim.has_ended(WINDOW, |_, ok| ok) {
        return false;
    }
    let failed: u32 = sim.endings(WINDOW).iter().map(|endings| endings.failed).sum();
    failed >= LEAST || (failed == 0 && waiting(&sim.totals()) >= LEAST.into())
}

/// Requests that have not ended.
const fn waiting(totals: &Totals) -> u64 {
    totals.offered - totals.completed - totals.failed
}

/// Whether requests of a kind wait, and none has ended in the last seconds.
pub fn hangs(sim: &Simulation, kind: RequestKind) -> bool {
    sim.now() >= SimTime::ZERO + WINDOW
        && waiting(&sim.totals_of(kind)) >= LEAST.into()
        && !sim.has_ended(WINDOW, |of, _| of == kind)
}
