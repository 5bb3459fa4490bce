//! Health checks: how a balancer detects which backends are available.
//!
//! A check goes as deep as its [`HealthCheck`] says. The default only opens a connection, so it passes even if the
//! application behind the backend is dead; a deeper one is a request that takes the way of a user's. Checks ignore the outcomes of requests: a balancer that relies on checks
//! alone detects a failure late, which is what the lesson teaches.

use hoplight_model::behaviour::checks_speak_tls;
use hoplight_model::firewall::RuleAction;
use hoplight_model::{HealthCheck, LinkIx, RequestKind};

use crate::event::Kind;
use crate::index::{Ix, RequestIx, StationIx, count64};
use crate::journal::{EventKind, Observer};
use crate::packet::Phase;
use crate::plan::{BalancerPlan, Role};
use crate::request::{Request, State, Status, check_number};
use crate::simulation::Simulation;
use crate::simulation::service::Next;
use crate::station::{Passage, Routing};
use crate::time::SimTime;
use crate::view::{CheckCode, Health};

impl Simulation {
    /// Result of a connection attempt on a link, without sending anything.
    pub(super) fn passage(&self, link: LinkIx) -> Passage {
        match (self.way(link), self.health(self.plan.hops[link].to)) {
            (Passage::Open, Health::Up | Health::Hung) => Passage::Open,
            (Passage::Open, Health::Crashed) => Passage::Refused,
            (Passage::Open, Health::PoweredOff) => Passage::Silent,
            (stopped, _) => stopped,
        }
    }

    /// Result of a connection attempt on a link, regardless of the component at its end.
    pub(super) fn way(&self, link: LinkIx) -> Passage {
        let hop = &self.plan.hops[link];
        if self.links[link].is_cut() {
            return Passage::Silent;
        }
        for guard in &hop.guards {
            if self.acting(guard).is_none() {
                return Passage::Silent;
            }
            match guard.verdict.action {
                RuleAction::Allow => {}
                RuleAction::Reset => return Passage::Refused,
                RuleAction::Reject if self.firewalls.can_send_error(guard.firewall, hop.from, self.clock.now()) => {
                    return Passage::Refused;
                }
                RuleAction::Drop | RuleAction::Reject => return Passage::Silent,
            }
        }
        Passage::Open
    }

    /// Spreads the first checks of each balancer's backends evenly over its check interval.
    pub(super) fn schedule_checks(&mut self) {
        let mut first = Vec::new();
        for (station, plan) in self.plan.stations.enumerate() {
            let Role::Balancer(balancer) = &plan.role else { continue };
            let links: Vec<LinkIx> = self
                .plan
                .hops
                .enumerate()
                .filter(|(_, hop)| hop.from == station && hop.backend.is_some())
                .map(|(link, _)| link)
                .collect();
            let share = balancer.check_interval / (count64(links.len()) + 1);
            first.extend(links.into_iter().zip(1u64..).map(|(link, place)| (link, share * place)));
        }
        for (link, delay) in first {
            self.clock.schedule(self.clock.now() + delay, Kind::Check, link.raw());
        }
    }

    /// Checks the health of a backend.
    pub(super) fn check_due<O: Observer>(&mut self, link: LinkIx, observer: &mut O) {
        let from = self.plan.hops[link].from;
        if !self.health(from).is_up() {
            self.links[link].record_check(None);
            self.check_ended(link, observer);
            return;
        }
        let number = self.links[link].begin_check();
        match self.check_connection(link, self.balancer(from)) {
            Some((code, 0)) => self.check_answered(link, Some(code), observer),
            Some((code, after)) => self.start_check_timer(link, after, code),
            None => {
                if checks_speak_tls(&self.infra, self.plan.hops[link].protocol) {
                    // The check has finished its handshake, so later checks and requests resume the session.
                    self.links[link].pool.keep_session();
                }
                self.send_check(link, number, observer);
            }
        }
    }

    /// Reads the role of a database that has passed a check of an SQL proxy.
    fn read_role<O: Observer>(&mut self, link: LinkIx, observer: &mut O) {
        let hop = &self.plan.hops[link];
        let (proxy, database) = (hop.from, hop.to);
        if !self.balancer(proxy).by_role {
            return;
        }
        let Some(writable) = self.database(database).map(|database| database.writable) else { return };
        if self.links[link].see_writable(writable) {
            self.note(observer, None, EventKind::RoleSeen { proxy, database, writable });
        }
    }

    /// Tells each SQL proxy the roles at the start of a run: a proxy checks its databases before it accepts clients.
    pub(super) fn read_first_roles(&mut self) {
        for link in self.links.indices() {
            let hop = &self.plan.hops[link];
            let is_proxys = hop.backend.is_some() && self.balancer(hop.from).by_role;
            if is_proxys && let Some(writable) = self.database(hop.to).map(|database| database.writable) {
                self.links[link].see_writable(writable);
            }
        }
    }

    /// How and after how many nanoseconds a check of a backend fails before it reaches the program; `None` if it reaches the
    /// program or its accept queue.
    ///
    /// As in `HAProxy` with `timeout check` set, a connection attempt may take the balancer's connect timeout, but at
    /// most the check interval; the response may then take the check timeout.
    fn check_connection(&self, link: LinkIx, balancer: &BalancerPlan) -> Option<(CheckCode, u64)> {
        let to = self.plan.hops[link].to;
        match self.passage(link) {
            Passage::Refused => return Some((CheckCode::L4Con, 0)),
            Passage::Silent => return Some((CheckCode::L4Tout, balancer.connect_timeout.min(balancer.check_interval))),
            Passage::Open => {}
        }
        let encrypted = checks_speak_tls(&self.infra, self.plan.hops[link].protocol);
        if encrypted && self.is_hung(to) {
            return Some((CheckCode::L6Tout, balancer.check_timeout));
        }
        let expires = self.plan.stations[to].certificate_until;
        if encrypted && expires.is_some_and(|until| self.clock.now() >= SimTime::from_nanos(until)) {
            // Where traffic is encrypted, so are health checks. A resumed session is not verified again.
            let resumes = self.plan.hops[link].connects.resumes && self.links[link].pool.has_session();
            if !resumes {
                return Some((CheckCode::L6Rsp, 0));
            }
        }
        None
    }

    /// Sends a check to a backend that a connection attempt reaches. An HTTP check is a request: it waits in line, takes
    /// slots and gets the response that a user would get. Opening a connection takes no time, unless the accept queue is
    /// full.
    fn send_check<O: Observer>(&mut self, link: LinkIx, number: u32, observer: &mut O) {
        let (to, check) = (self.plan.hops[link].to, self.balancer(self.plan.hops[link].from).check);
        // A full database accepts the connection, and then refuses the session.
        let connects = !(self.stations[to].params().drops_syn && self.stations[to].is_full());
        if check == HealthCheck::Tcp && connects || self.requests.is_full() {
            self.check_answered(link, None, observer);
            return;
        }
        let number = check_number(link, number);
        let kind = if check == HealthCheck::Http { RequestKind::Static } else { RequestKind::Read };
        let mut request = Request::new(number, number, self.clock.draws_of(number), self.clock.now(), kind, Phase::Check);
        (request.floor, request.depth, request.path[0]) = (0, 1, link);
        (request.attempts[0], request.leg) = (1, self.links[link].firewalls());
        let request = self.requests.insert(request);
        if connects {
            self.deliver_check(request, link, observer);
        } else {
            // The connect timeout has its own timer.
            self.links[link].await_check(SimTime::from_nanos(u64::MAX), CheckCode::L4Tout);
            self.drop_syn(request, to, observer);
        }
    }

    /// Handles the connection of a check that was sent as a request.
    pub(super) fn deliver_check<O: Observer>(&mut self, request: RequestIx, link: LinkIx, observer: &mut O) {
        let (hop, latency) = (&self.plan.hops[link], self.links[link].stretch(self.links[link].latency()));
        let (to, timeout, check) = (hop.to, self.balancer(hop.from).check_timeout, self.balancer(hop.from).check);
        if check == HealthCheck::Tcp {
            self.discard(request);
            self.check_answered(link, None, observer);
            return;
        }
        self.start_check_timer(link, timeout, CheckCode::L7Tout);
        self.requests[request].state = State::OnWire;
        if latency > 0 {
            self.schedule_for(request, self.clock.now() + latency, Kind::Leg);
        } else {
            self.enter(request, to, observer);
        }
    }

    fn start_check_timer(&mut self, link: LinkIx, after: u64, code: CheckCode) {
        let until = self.clock.now() + after;
        self.links[link].await_check(until, code);
        self.clock.schedule(until, Kind::CheckTimeout, link.raw());
    }

    /// Continues a check at a component that has worked on it: the component responds, or forwards it.
    pub(super) fn on_check_work<O: Observer>(&mut self, request: RequestIx, station: StationIx, act: Routing, observer: &mut O) {
        // A check has the URL of the check, which limits do not apply to.
        let act = if act == Routing::Limit { self.within_limit(request, station) } else { act };
        let link = self.requests[request].path[0];
        let check = self.balancer(self.plan.hops[link].from).check;
        if let Routing::QueryGroup(node) = act
            && check == HealthCheck::HttpDatabase
            && !self.is_database_ready(node)
        {
            self.respond(request, Status::NotReady, observer);
            return;
        }
        if self.plan.stations[station].check_depth.is_none_or(|depth| check < depth) {
            self.respond(request, Status::Ok, observer);
            return;
        }
        // The page of a health check needs no session, and is not stored in caches.
        let act = if act == Routing::OpenSession { self.past_session(request, station) } else { act };
        let act = match act {
            Routing::AskCache(_) | Routing::LookUpOwn => self.past_cache(request, station),
            Routing::Respond
            | Routing::Serve
            | Routing::Ask(_)
            | Routing::TakeTurns
            | Routing::AskFirst(_)
            | Routing::AskWriter
            | Routing::Balance
            | Routing::ByRole
            | Routing::Judge
            | Routing::OpenSession
            | Routing::FindSession
            | Routing::LookUp(_)
            | Routing::Query(_)
            | Routing::QueryGroup(_)
            | Routing::Resolve
            | Routing::Limit
            | Routing::Redirect
            | Routing::Fail(_) => act,
        };
        match self.decide(request, station, act, observer) {
            Next::Forward(link) => self.forward(request, link, 1, observer),
            Next::Respond => self.respond(request, Status::Ok, observer),
            Next::Moved(Some(station)) => self.enter(request, station, observer),
            Next::Moved(None) => {}
        }
    }

    /// Handles the response to a check that was sent as a request, unless the check has timed out.
    #[cold]
    pub(super) fn check_returned<O: Observer>(&mut self, request: RequestIx, observer: &mut O) {
        let record = &self.requests[request];
        let (link, number, status) = (record.path[0], record.number, record.status);
        self.discard(request);
        if !self.links[link].awaits_check(number & u64::from(u32::MAX)) {
            return;
        }
        let code = match status {
            // HAProxy and monitoring scripts take any 2xx or 3xx for healthy.
            Status::Ok | Status::Redirect => None,
            // HAProxy reports a closed connection as a layer 4 problem too.
            Status::Refused | Status::Reset => Some(CheckCode::L4Con),
            Status::Certificate => Some(CheckCode::L6Rsp),
            Status::Error(failure) => failure.status().map(CheckCode::L7Sts),
            Status::ReadOnly => Some(CheckCode::L7Sts(1290)),
            Status::NotReady => Some(CheckCode::L7Sts(1047)),
            Status::TooManyConnections => Some(CheckCode::L7Sts(1040)),
            Status::Miss => unreachable!("only lookups miss, and checks are not looked up"),
        };
        self.check_answered(link, code, observer);
    }

    /// Fails a check whose SYNs were dropped until the connect timeout.
    pub(super) fn check_not_connected<O: Observer>(&mut self, request: RequestIx, observer: &mut O) {
        let (link, number) = (self.requests[request].path[0], self.requests[request].number);
        self.discard(request);
        if self.links[link].awaits_check(number & u64::from(u32::MAX)) && self.links[link].record_check(Some(CheckCode::L4Tout)) {
            self.check_ended(link, observer);
        } else {
            self.next_check(link);
        }
    }

    fn check_answered<O: Observer>(&mut self, link: LinkIx, code: Option<CheckCode>, observer: &mut O) {
        let counts = self.links[link].record_check(code);
        self.links[link].answer_check();
        if counts && code.is_none() {
            self.read_role(link, observer);
        }
        observer.checked(self.clock.now(), link, code.is_none());
        if counts {
            self.check_ended(link, observer);
        } else {
            self.next_check(link);
        }
    }

    /// Handles the timeout of a check, unless the check has ended.
    pub(super) fn check_timed_out<O: Observer>(&mut self, link: LinkIx, observer: &mut O) {
        let Some(code) = self.links[link].check_timeout(self.clock.now()) else { return };
        observer.checked(self.clock.now(), link, false);
        if self.links[link].record_check(Some(code)) {
            self.check_ended(link, observer);
        } else {
            self.next_check(link);
        }
    }

    /// Schedules the next check of a backend.
    fn next_check(&mut self, link: LinkIx) {
        let interval = self.balancer(self.plan.hops[link].from).check_interval;
        self.clock.schedule(self.clock.now() + interval, Kind::Check, link.raw());
    }

    /// Counts the result of a check: `fall` consecutive failures take a backend out of rotation, and `rise` consecutive
    /// successes bring it back. Schedules the next check an interval later.
    fn check_ended<O: Observer>(&mut self, link: LinkIx, observer: &mut O) {
        let hop = &self.plan.hops[link];
        let balancer = self.balancer(hop.from);
        let (fall, rise, backend) = (balancer.fall, balancer.rise, hop.to);
        let runs = self.health(hop.from).is_up();
        self.next_check(link);
        if !runs {
            return;
        }
        let link_state = &mut self.links[link];
        let code = link_state.check_code();
        if let Some(up) = link_state.end_check(fall, rise) {
            observer.backend_changed(self.clock.now(), link, up);
            self.note(observer, None, EventKind::Backend { backend, up, code });
            self.backend_changed(link, observer);
        }
    }

    /// The response of the backend at the end of `link` to the last health check: success, or how it failed. `None` if
    /// there was no immediate response.
    pub(crate) fn check_response(&self, link: LinkIx) -> Option<Result<(), CheckCode>> {
        self.links[link].check_response()
    }

    /// How the last health check of the backend at the end of `link` failed; `None` if it passed or there was none.
    pub fn check_code(&self, link: LinkIx) -> Option<CheckCode> {
        self.links.get(link)?.check_code()
    }
}
