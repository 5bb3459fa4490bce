//! What faults do to messages on their way: a slow link, and a flood that fills the entry's backlog.
//!
//! The flood is a fluid: it has a rate and no events, so a hundred thousand SYNs per second cost nothing.

use hoplight_model::quantity::Rate;

use crate::time::SimTime;

/// Half-open connections that the entry keeps (`tcp_max_syn_backlog` of a small Linux server).
pub(crate) const BACKLOG: f64 = 1_024.0;
/// How long a half-open connection is kept that is never completed: SYN-ACK is repeated five times (Linux), 63 s in all.
pub(crate) const HALF_OPEN_S: f64 = 63.0;
/// What the draws of users' SYNs are mixed with.
pub(crate) const SYN: u64 = 0x7379_6e00_666c_6f6f;

/// A flood of SYNs from addresses that never answer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Flood {
    /// SYNs per second.
    pub(crate) rate: f64,
    pub(crate) since: SimTime,
}

impl Flood {
    pub(crate) fn as_rate(self) -> Rate {
        Rate::new(self.rate).unwrap_or(Rate::literal(0.0))
    }

    /// The part of new connections that find a free place in the backlog at `now`.
    ///
    /// Until the flood has filled the backlog, all do. Then places become free as old entries run out, `BACKLOG` over
    /// `HALF_OPEN_S` per second, and every SYN has the same chance of the next one. This is the fluid limit of the loss formula of Erlang,
    /// which holds for constant holding times, too. What real users take themselves lasts one round trip and is neglected;
    /// so is the rest of a flood that has ended.
    pub(crate) fn admitted(self, now: SimTime) -> f64 {
        let flooded = now.since(self.since).as_secs_f64();
        if flooded * self.rate < BACKLOG || flooded >= HALF_OPEN_S && self.rate * HALF_OPEN_S <= BACKLOG {
            return 1.0;
        }
        if flooded < HALF_OPEN_S {
            // The first entries have not run out.
            return 0.0;
        }
        (BACKLOG / HALF_OPEN_S / self.rate).min(1.0)
    }

    /// How many entries of the backlog the flood holds at `now`.
    pub(crate) fn held(self, now: SimTime) -> f64 {
        let flooded = now.since(self.since).as_secs_f64().min(HALF_OPEN_S);
        (flooded * self.rate).min(BACKLOG)
    }
}
