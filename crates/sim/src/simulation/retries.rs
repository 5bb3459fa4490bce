//! Users who retry failed requests, and thereby add load to a site that is already busy.
//!
//! Each attempt is a separate request, which is offered and then completes or fails. Between two attempts the user
//! waits without a request in flight. Retries are also counted separately.

use hoplight_model::RequestKind;
use hoplight_model::retries::Retries;

use crate::arrivals::is_new_visitor;
use crate::journal::Observer;
use crate::outcome::Outcome;
use crate::random;
use crate::simulation::Simulation;
use crate::timers::TimerEvent;

/// Bit position of the attempt number, counted from 0, in a random stream. The bits above mark closed-loop users,
/// probes and requests sent by hand; those below hold the user and the purpose of a draw.
const ATTEMPT_SHIFT: u32 = 58;
pub(super) const ATTEMPT_MASK: u64 = 0xf << ATTEMPT_SHIFT;
/// Marks a request that was sent by hand, which has no user who could retry it.
pub(super) const SENT_BY_HAND: u64 = 1 << 63;
/// Salt for the draws of retry delays.
const WAIT: u64 = 0x7265_7472_7977_6169;

/// The random stream of the first attempt.
pub(super) const fn first_attempt(stream: u64) -> u64 {
    stream & !ATTEMPT_MASK
}

impl Simulation {
    /// Handles the outcome of a user's request: schedules a retry if the user makes one, otherwise the user's next
    /// request.
    pub(super) fn on_outcome(&mut self, kind: RequestKind, stream: u64, outcome: Outcome) {
        let attempt = (stream & ATTEMPT_MASK) >> ATTEMPT_SHIFT;
        let most = u64::from(self.users.retries.attempts.get());
        if outcome.is_ok() || attempt + 1 >= most || stream & SENT_BY_HAND != 0 {
            self.arrivals.resume(stream & !ATTEMPT_MASK, &mut self.clock);
            return;
        }
        let chance = random::open_unit(random::mix(self.clock.draws_of(stream) ^ WAIT));
        let whole = self.users.retries.backoff_s.nanos() << attempt;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a fraction of a duration")]
        let wait = (whole as f64 * (1.0 - self.users.retries.jitter.get() * chance)) as u64;
        let next = (stream & !ATTEMPT_MASK) | (attempt + 1) << ATTEMPT_SHIFT;
        self.set_timer(self.clock.now() + wait, TimerEvent::Comeback { kind, stream: next });
    }

    /// Sends a user's retry. A user who had no connection before still has none.
    pub(super) fn retry_request<O: Observer>(&mut self, kind: RequestKind, stream: u64, observer: &mut O) {
        self.users.retry();
        let new_visitor = is_new_visitor(&self.plan, &self.clock, first_attempt(stream));
        self.start_request(kind, stream, new_visitor, observer);
    }

    /// Number of requests that were retries.
    pub fn retried(&self) -> u64 {
        self.users.retried()
    }

    /// Number of users who are waiting before a retry.
    pub fn coming_back(&self) -> u64 {
        self.timers.users()
    }

    /// How users retry failed requests.
    pub fn retries(&self) -> Retries {
        self.users.retries
    }
}
