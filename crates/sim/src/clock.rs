//! The clock of a run: what time it is, what happens next, and a digest of what has happened.

use crate::event::{Event, EventQueue, Kind, MAX_SEQUENCE};
use crate::random;
use crate::time::SimTime;

/// Mixes the digest; odd, with bits well spread (from the golden ratio).
const DIGEST_FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;
/// Numbers that are kept for one event and for the commands between two: far more than either can use.
const RESERVE: u64 = 1 << 32;

/// Time, the pending events and the seed.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Clock {
    seed: u64,
    now: SimTime,
    queue: EventQueue,
    /// The sequence number that was given last.
    sequence: u64,
    processed: u64,
    digest: u64,
}

impl Clock {
    pub(crate) fn new(seed: u64) -> Self {
        Self { seed, now: SimTime::ZERO, queue: EventQueue::default(), sequence: 0, processed: 0, digest: 0 }
    }

    /// The clock of a rebuilt simulation: same seed, time, event count and digest, and nothing pending.
    pub(crate) fn successor(&self) -> Self {
        Self { queue: EventQueue::default(), sequence: 0, ..*self }
    }

    /// The pending events in the order in which they are due.
    pub(crate) fn pending(&self) -> Vec<Event> {
        self.queue.in_order()
    }

    pub(crate) const fn seed(&self) -> u64 {
        self.seed
    }

    #[inline]
    pub(crate) const fn now(&self) -> SimTime {
        self.now
    }

    pub(crate) const fn processed(&self) -> u64 {
        self.processed
    }

    pub(crate) const fn digest(&self) -> u64 {
        self.digest
    }

    pub(crate) fn next_event(&self) -> Option<SimTime> {
        self.queue.peek().map(Event::at)
    }

    /// The key of all draws of one random stream.
    pub(crate) fn draws_of(&self, stream: u64) -> u64 {
        random::mix(self.seed ^ random::mix(stream))
    }

    /// Schedules an event and returns its sequence number.
    #[expect(clippy::inline_always, reason = "on the engine's critical path")]
    #[inline(always)]
    pub(crate) fn schedule(&mut self, at: SimTime, kind: Kind, id: u32) -> u64 {
        self.sequence += 1;
        self.queue.push(Event::new(at, self.sequence, kind, id));
        self.sequence
    }

    /// Moves to the next event if it is due at `until` or before.
    #[expect(clippy::inline_always, reason = "on the engine's critical path")]
    #[inline(always)]
    pub(crate) fn next_until(&mut self, until: SimTime) -> Option<Event> {
        let event = self.queue.pop_until(until)?;
        debug_assert!(event.at() >= self.now, "time never goes back");
        self.now = event.at();
        self.processed += 1;
        self.digest =
            (self.digest.rotate_left(23) ^ event.at().nanos() ^ event.what().rotate_left(32)).wrapping_mul(DIGEST_FACTOR);
        Some(event)
    }

    /// Moves to `until` without an event; does nothing if that is in the past.
    ///
    /// # Panics
    /// In debug builds, if an event is due before.
    pub(crate) fn advance_to(&mut self, until: SimTime) {
        debug_assert!(self.next_event().is_none_or(|at| at >= until), "no event is passed over");
        self.now = self.now.max(until);
    }

    /// Whether the sequence numbers are used up, but for a reserve.
    #[inline]
    pub(crate) const fn needs_renumbering(&self) -> bool {
        self.sequence >= MAX_SEQUENCE - RESERVE
    }

    /// Gives all pending events new numbers from 1 on, in their order, and tells `renamed` of each old and new one.
    pub(crate) fn renumber(&mut self, renamed: impl FnMut(Event, u64)) {
        self.sequence = self.queue.renumber(renamed);
    }

    pub(crate) fn footprint(&self) -> usize {
        self.queue.footprint()
    }

    /// Uses up all sequence numbers but some of the reserve.
    #[cfg(test)]
    pub(crate) fn skip_to_reserve(&mut self, left: u64) {
        self.sequence = MAX_SEQUENCE - RESERVE - left;
    }

    #[cfg(test)]
    pub(crate) const fn sequence(&self) -> u64 {
        self.sequence
    }
}
