//! SYN floods, and the entry's backlog of half-open connections.
//!
//! A flood is modelled as a fluid: it has a rate and no events, so a hundred thousand SYNs per second cost nothing.

use hoplight_model::quantity::Rate;

use crate::random;
use crate::time::SimTime;

/// Maximum number of half-open connections at the entry (`tcp_max_syn_backlog` of a small Linux server).
const BACKLOG: f64 = 1_024.0;
/// Lifetime of a half-open connection that is never completed, in seconds: Linux retransmits the SYN-ACK five times.
const HALF_OPEN_S: f64 = 63.0;
/// Mixed into the random draw for each user's SYN.
const SYN: u64 = 0x7379_6e00_666c_6f6f;

/// A flood of SYNs from addresses that never respond.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Flood {
    /// SYNs per second.
    rate: f64,
    since: SimTime,
}

impl Flood {
    /// Fraction of new connections that find a free entry in the backlog at `now`.
    ///
    /// Until the flood has filled the backlog, all of them do. After that, entries become free as old ones expire, at a
    /// rate of `BACKLOG / HALF_OPEN_S` per second, and every SYN has the same chance of getting the next one. This is
    /// the fluid limit of the Erlang loss formula, which also holds for constant holding times. Entries of real users
    /// last one round trip and are neglected, as are entries that remain after the end of a flood.
    fn admitted(self, now: SimTime) -> f64 {
        let flooded = now.since(self.since).as_secs_f64();
        if flooded * self.rate < BACKLOG || flooded >= HALF_OPEN_S && self.rate * HALF_OPEN_S <= BACKLOG {
            return 1.0;
        }
        if flooded < HALF_OPEN_S {
            // No entry has expired yet.
            return 0.0;
        }
        (BACKLOG / HALF_OPEN_S / self.rate).min(1.0)
    }

    /// Number of backlog entries that the flood occupies at `now`.
    fn held(self, now: SimTime) -> f64 {
        let flooded = now.since(self.since).as_secs_f64().min(HALF_OPEN_S);
        (flooded * self.rate).min(BACKLOG)
    }
}

/// The entry's backlog of half-open connections.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct SynBacklog {
    flood: Option<Flood>,
    /// Whether the entry answers SYNs without keeping a half-open connection.
    cookies: bool,
}

impl SynBacklog {
    /// Starts a flood at `now`.
    pub(crate) fn flood(&mut self, rate: Rate, now: SimTime) {
        self.flood = Some(Flood { rate: rate.get(), since: now });
    }

    /// Ends the flood.
    pub(crate) fn end_flood(&mut self) {
        self.flood = None;
    }

    /// Rate of the flood in SYNs per second, if there is one.
    pub(crate) fn rate(&self) -> Option<Rate> {
        self.flood.map(|flood| Rate::new(flood.rate).unwrap_or(Rate::literal(0.0)))
    }

    pub(crate) fn has_cookies(&self) -> bool {
        self.cookies
    }

    pub(crate) fn set_cookies(&mut self, on: bool) {
        self.cookies = on;
    }

    /// The flood, if it occupies the backlog.
    fn harmful_flood(&self) -> Option<Flood> {
        self.flood.filter(|_| !self.cookies)
    }

    /// Whether the SYN of the user with this random key finds the backlog full. Retransmissions by users are not
    /// modelled.
    pub(crate) fn drops_syn(&self, key: u64, now: SimTime) -> bool {
        self.harmful_flood().is_some_and(|flood| random::open_unit(random::mix(key ^ SYN)) >= flood.admitted(now))
    }

    /// Number of half-open connections that a flood occupies, and the size of the backlog. `None` without a flood, or
    /// with SYN cookies, which need no backlog.
    pub(crate) fn half_open(&self, now: SimTime) -> Option<(u32, u32)> {
        let flood = self.harmful_flood()?;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and the backlog")]
        Some((flood.held(now) as u32, BACKLOG as u32))
    }
}
