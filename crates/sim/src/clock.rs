//! The clock of a run: the current time, the pending events, and a digest of the processed ones.

use crate::event::{Event, EventQueue, Kind, MAX_SEQUENCE};
use crate::random;
use crate::time::SimTime;

/// Multiplier of the digest: odd, with well-spread bits (from the golden ratio).
const DIGEST_FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;
/// Sequence numbers reserved for one event and the commands before the next: far more than they can use.
const RESERVE: u64 = 1 << 32;

/// The time, the pending events and the seed.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Clock {
    seed: u64,
    now: SimTime,
    queue: EventQueue,
    /// The last sequence number that was assigned.
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

    /// The pending events, ordered by due time.
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

    /// The key of all draws of a random stream.
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

    /// Advances to the next event if it is due at `until` or earlier.
    #[expect(clippy::inline_always, reason = "on the engine's critical path")]
    #[inline(always)]
    pub(crate) fn next_until(&mut self, until: SimTime) -> Option<Event> {
        let event = self.queue.pop_until(until)?;
        debug_assert!(event.at() >= self.now, "time never goes backward");
        self.now = event.at();
        self.processed += 1;
        self.digest =
            (self.digest.rotate_left(23) ^ event.at().nanos() ^ event.what().rotate_left(32)).wrapping_mul(DIGEST_FACTOR);
        Some(event)
    }

    /// Advances the time to `until` without dispatching an event; does nothing if `until` is in the past.
    ///
    /// # Panics
    /// In debug builds, if an event is due before `until`.
    pub(crate) fn advance_to(&mut self, until: SimTime) {
        debug_assert!(self.next_event().is_none_or(|at| at >= until), "an event would be skipped");
        self.now = self.now.max(until);
    }

    /// Whether all sequence numbers except the reserve have been used.
    #[inline]
    pub(crate) const fn needs_renumbering(&self) -> bool {
        self.sequence >= MAX_SEQUENCE - RESERVE
    }

    /// Renumbers all pending events from 1 in their order, and calls `renamed` with each event and its new number.
    pub(crate) fn renumber(&mut self, renamed: impl FnMut(Event, u64)) {
        self.sequence = self.queue.renumber(renamed);
    }

    pub(crate) fn footprint(&self) -> usize {
        self.queue.footprint()
    }

    /// Skips all sequence numbers except the reserve and `left` more.
    #[cfg(test)]
    pub(crate) fn skip_to_reserve(&mut self, left: u64) {
        self.sequence = MAX_SEQUENCE - RESERVE - left;
    }

    #[cfg(test)]
    pub(crate) const fn sequence(&self) -> u64 {
        self.sequence
    }
}
