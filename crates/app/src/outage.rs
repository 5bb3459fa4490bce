//! Whether the site is down for its users, as measured: the banner, and the browser's box.

use std::time::Duration;

use hoplight_model::RequestKind;
use hoplight_sim::{Endings, SimTime, Simulation, Totals};

/// The window in which no request may succeed.
pub const WINDOW: Duration = Duration::from_secs(3);

/// Minimum number of requests that failed in the window, or that wait: a few are no outage.
const LEAST: u32 = 5;

/// Whether no request has succeeded in the last seconds, although some failed or still wait for a response.
pub fn is_total(sim: &Simulation) -> bool {
    let endings = sim.endings(WINDOW);
    let sum = |count: fn(&Endings) -> u32| endings.iter().map(count).sum::<u32>();
    if sum(|endings| endings.completed) > 0 || sim.now() < SimTime::ZERO + WINDOW {
        return false;
    }
    let failed = sum(|endings| endings.failed);
    failed >= LEAST || (failed == 0 && waiting(&sim.totals()) >= LEAST.into())
}

/// Requests that have not ended.
const fn waiting(totals: &Totals) -> u64 {
    totals.offered - totals.completed - totals.failed
}

/// Whether requests of a kind wait, and none has ended in the last seconds.
pub fn hangs(sim: &Simulation, kind: RequestKind) -> bool {
    let of_kind = sim.endings(WINDOW)[kind.index()];
    sim.now() >= SimTime::ZERO + WINDOW && of_kind == Endings::default() && waiting(&sim.totals_of(kind)) >= LEAST.into()
}
