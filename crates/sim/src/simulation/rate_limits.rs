//! Refusing requests of clients that send too many.

use hoplight_model::ComponentIx;

use crate::abuse::attacker;
use crate::index::{Ix, RequestIx, StationIx};
use crate::journal::{FailureReason, Observer};
use crate::rate_limits::Client;
use crate::request::{NO_USER, Request};
use crate::simulation::Simulation;
use crate::simulation::retries::{SENT_BY_HAND, first_attempt};
use crate::simulation::service::Next;
use crate::station::Routing;
use crate::view::Refusals;

impl Simulation {
    /// Refuses a request if its client has sent too many, and otherwise continues with it.
    #[inline(never)]
    pub(super) fn limit_rate<O: Observer>(&mut self, request: RequestIx, station: StationIx, observer: &mut O) -> Next {
        let (record, plan) = (&self.requests[request], &self.plan.stations[station]);
        let limit = plan.rate_limits[record.kind].expect("a station that limits a kind has a limit for it");
        let is_told = self.plan.hops[record.link()].tells_address;
        let client = if is_told { self.client(record) } else { Client::Everyone(record.link()) };
        if self.rate_limits.admits(station, client, &limit, self.clock.now()) {
            let act = self.within_limit(request, station);
            return self.decide(request, station, act, observer);
        }
        self.rate_limits.count_refused(station, record.is_users());
        let why = if is_told { FailureReason::RateLimit } else { FailureReason::SharedRateLimit };
        self.fail(request, station, limit.refusal, why, observer);
        Next::Moved(None)
    }

    /// What a station does with a request that its limit allows.
    pub(super) fn within_limit(&self, request: RequestIx, station: StationIx) -> Routing {
        Routing::within_limit(&self.plan, station, self.requests[request].kind)
    }

    /// The client that sent a request, by its address.
    fn client(&self, record: &Request) -> Client {
        match attacker(record.number) {
            Some(address) => Client::Attacker(address),
            None if record.is_probe() => Client::Probe,
            None if record.stream & SENT_BY_HAND != 0 => Client::Keyboard,
            None if record.user == NO_USER => Client::Visitor(first_attempt(record.stream)),
            None => Client::Users(record.user.raw() / self.plan.users_per_address),
        }
    }

    /// What a component's rate limit has refused; `None` if it has none that applies.
    pub fn refusals(&self, component: ComponentIx) -> Option<Refusals> {
        let is_limited = self.plan.stations.get(component)?.rate_limits.iter().any(Option::is_some);
        let (users, others, last_second) = self.rate_limits.refused(component);
        is_limited.then_some(Refusals { users, others, last_second })
    }
}
