//! Users who try again when a request has failed, and what that does to a site that is busy already.
//!
//! Each attempt is a request of its own: it is offered, and it completes or fails. Between two attempts the user waits and has
//! no request in flight. How many of the requests were not first attempts is counted apart.

use hoplight_model::RequestKind;
use hoplight_model::retries::Retries;

use crate::arrivals::is_new_visitor;
use crate::journal::Observer;
use crate::outcome::Outcome;
use crate::random;
use crate::simulation::Simulation;
use crate::timers::TimerEvent;

/// In a random stream: which attempt it is, from 0. Above are the marks of those who wait, of probes and of requests that
/// are sent by hand, below the users and the purposes of draws.
const ATTEMPT_SHIFT: u32 = 58;
const ATTEMPT_MASK: u64 = 0xf << ATTEMPT_SHIFT;
/// The mark of a request that was sent by hand: no user is there to try again.
pub(super) const SENT_BY_HAND: u64 = 1 << 63;
/// What the draws of waits are mixed with.
const WAIT: u64 = 0x7265_7472_7977_6169;

impl Simulation {
    /// A user's request has ended. The user is content, gives up, or will try again.
    pub(super) fn on_outcome(&mut self, kind: RequestKind, stream: u64, outcome: Outcome) {
        let attempt = (stream & ATTEMPT_MASK) >> ATTEMPT_SHIFT;
        let most = u64::from(self.users.retries.attempts.get());
        if outcome.is_ok() || attempt + 1 >= most || stream & SENT_BY_HAND != 0 {
            self.arrivals.resume(stream & !ATTEMPT_MASK, &mut self.clock);
            return;
        }
        let chance = random::open_unit(random::mix(self.clock.draws_of(stream) ^ WAIT));
        let whole = self.users.retries.backoff_s.nanos() << attempt;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "part of a time")]
        let wait = (whole as f64 * (1.0 - self.users.retries.jitter.get() * chance)) as u64;
        let next = (stream & !ATTEMPT_MASK) | (attempt + 1) << ATTEMPT_SHIFT;
        self.set_timer(self.clock.now() + wait, TimerEvent::Comeback { kind, stream: next });
    }

    /// A user tries again. Who had no connection before has none now.
    pub(super) fn retry_request<O: Observer>(&mut self, kind: RequestKind, stream: u64, observer: &mut O) {
        self.users.retry();
        let new_visitor = is_new_visitor(&self.plan, &self.clock, stream & !ATTEMPT_MASK);
        self.start_request(kind, stream, new_visitor, observer);
    }

    /// How many of the requests that were offered were not first attempts.
    pub fn retried(&self) -> u64 {
        self.users.retried()
    }

    /// How many users wait before they try again.
    pub fn coming_back(&self) -> u64 {
        self.timers.users()
    }

    /// What users do when a request has failed.
    pub fn retries(&self) -> Retries {
        self.users.retries
    }
}
