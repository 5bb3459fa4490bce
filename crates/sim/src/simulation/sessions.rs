//! Connects sessions and cookies to the rest of the simulation: which requests need a session, what happens without it,
//! and what is lost with a process.
//!
//! ```text
//!  in memory:       request ─▶ application ─▶ known: database
//!                                  └─ unknown: 302 to the login page; the user logs in here
//!  session store:   request ─▶ application ─▶ store ─▶ known: database
//!                                  ├─ unknown: 302   └─ no reply: 500
//! ```

use hoplight_model::behaviour::{AttemptFailure, SessionNeed, SessionUse, UpstreamChoice};
use hoplight_model::{Algorithm, ComponentId, ComponentIx, Element, RequestKind};

use crate::command::CommandError;
use crate::index::{CookieIx, Ix, LinkIx, PerKind, RequestIx, StationIx, UserIx};
use crate::journal::{EventKind, FailureReason, Observer};
use crate::outcome::Failure;
use crate::plan::Role;
use crate::random;
use crate::request::{NO_USER, Status};
use crate::sessions::SessionsView;
use crate::simulation::Simulation;
use crate::simulation::choice::Choice;
use crate::simulation::service::Next;
use crate::station::{Passage, Routing};

impl Simulation {
    /// How a station uses sessions for a request.
    fn session_use(&self, request: RequestIx, station: StationIx) -> Option<&SessionUse> {
        self.plan.stations[station].sessions[self.requests[request].kind].as_ref()
    }

    /// Logs in the returning users who have not been counted before: they have been there for a while, and have the session
    /// and the cookies of their last request.
    pub(super) fn log_in_users(&mut self) {
        if !self.plan.sessions.is_used() {
            return;
        }
        while self.returning.knows(self.sessions.next()) {
            let (holder, cookies) = self.last_way(self.sessions.next());
            self.sessions.add(holder, cookies);
        }
    }

    /// The way of a user's last request for a page: the component that holds the session, and the backends that the cookies name.
    fn last_way(&self, user: UserIx) -> (Option<StationIx>, Box<[Option<StationIx>]>) {
        let (kind, mut holder) = (RequestKind::Read, None);
        let mut cookies = vec![None; self.plan.sessions.cookies.len()];
        let mut link = (!self.plan.addresses.is_empty()).then(|| self.returning.entry(user));
        while let Some(station) = link.map(|link| self.plan.hops[link].to) {
            let plan = &self.plan.stations[station];
            if let Some(session) = &plan.sessions[kind] {
                holder = Some(session.holder);
                break;
            }
            link = self.usual_upstream(user, station, kind);
            if let (Some(link), Role::Balancer(balancer)) = (link, &plan.role)
                && let Some(cookie) = balancer.cookies[kind]
            {
                cookies[cookie.place()] = Some(self.plan.hops[link].to);
            }
        }
        (holder, cookies.into())
    }

    /// An upstream to which a station sends a user's requests, drawn from the user's address.
    fn usual_upstream(&self, user: UserIx, station: StationIx, kind: RequestKind) -> Option<LinkIx> {
        let plan = &self.plan.stations[station];
        let forwarding = plan.forwarding(kind)?;
        match (forwarding.choice, &plan.role) {
            (UpstreamChoice::First | UpstreamChoice::Writer | UpstreamChoice::Balanced(Algorithm::First), _) => {
                plan.out[kind].first().copied()
            }
            (UpstreamChoice::Balanced(_), Role::Balancer(balancer)) => {
                self.backend_by_address(station, kind, self.address_of_user(user), balancer.heaviest > 1)
            }
            (UpstreamChoice::Balanced(_) | UpstreamChoice::RoundRobin | UpstreamChoice::Role(_), _) => {
                let draw =
                    |link: &LinkIx| random::mix(self.address_of_user(user) ^ self.plan.stations[self.plan.hops[*link].to].key);
                plan.out[kind].iter().copied().max_by_key(draw)
            }
        }
    }

    /// What a station with sessions does with a request that has its session.
    pub(super) fn past_session(&self, request: RequestIx, station: StationIx) -> Routing {
        Routing::past_session(&self.plan, station, self.requests[request].kind)
    }

    /// Opens the session of a request, or continues without one.
    pub(super) fn open_session<O: Observer>(&mut self, request: RequestIx, station: StationIx, observer: &mut O) -> Next {
        let Some(session) = self.session_use(request, station) else { unreachable!("the station uses sessions") };
        let (need, store) = (session.need, session.store);
        if need == SessionNeed::Known && self.requests[request].user == NO_USER {
            return self.continue_after_session(request, station, observer);
        }
        if let Some(store) = store {
            let timeout = store.policy.connect_timeout.nanos();
            let at = self.plan.hops[store.link].to;
            // All clients of a store have the same timeout, so their deadlines expire in order.
            self.arm_deadline(request, at, self.requests[request].depth, timeout);
            return Next::Forward(store.link);
        }
        if need == SessionNeed::Created || self.finds_session(request, station, observer) {
            return self.continue_after_session(request, station, observer);
        }
        self.ask_to_log_in(request, station, observer);
        Next::Moved(None)
    }

    /// Answers a lookup at a session store. A login finds no session, and creates one.
    pub(super) fn answer_session<O: Observer>(&mut self, request: RequestIx, store: StationIx, observer: &mut O) -> Next {
        if self.requests[request].kind.is_write() || self.finds_session(request, store, observer) {
            return Next::Respond;
        }
        self.respond(request, Status::Miss, observer);
        Next::Moved(None)
    }

    fn finds_session<O: Observer>(&self, request: RequestIx, holder: StationIx, observer: &mut O) -> bool {
        let record = &self.requests[request];
        let known = self.sessions.holder(record.user) == Some(holder);
        self.tell(observer, Some(record.tag()), || EventKind::LookedUpSession { holder, known });
        known
    }

    fn continue_after_session<O: Observer>(&mut self, request: RequestIx, station: StationIx, observer: &mut O) -> Next {
        let routing = self.past_session(request, station);
        if routing == Routing::Serve {
            self.on_login(request, station);
        }
        self.decide(request, station, routing, observer)
    }

    /// Redirects a request without a session to the login page, where its user logs in again.
    fn ask_to_log_in<O: Observer>(&mut self, request: RequestIx, station: StationIx, observer: &mut O) {
        let Some(session) = self.session_use(request, station) else { unreachable!("the station uses sessions") };
        let holder = session.holder;
        self.sessions.turn_away(station);
        self.sessions.log_in(self.requests[request].user, holder);
        self.fail(request, station, Failure::LoginRequired, FailureReason::SessionLost, observer);
    }

    /// Creates the session of a user whose login has succeeded.
    fn on_login(&mut self, request: RequestIx, station: StationIx) {
        let record = &self.requests[request];
        let Some(session) = self.session_use(request, station) else { return };
        let is_stored = session.store.is_none_or(|store| self.passage(store.link) == Passage::Open);
        if session.need == SessionNeed::Created && record.user != NO_USER && is_stored {
            let holder = session.holder;
            self.sessions.log_in(record.user, holder);
        }
    }

    /// Whether a link leads from a station to its session store.
    pub(super) fn is_session_link(&self, link: LinkIx) -> bool {
        matches!(self.plan.stations[self.plan.hops[link].to].role, Role::SessionStore)
    }

    /// Handles the reply of a session store at the application that asked it.
    pub(super) fn on_session_response<O: Observer>(&mut self, request: RequestIx, station: StationIx, observer: &mut O) {
        let failure = match self.requests[request].status {
            Status::Ok => {
                let next = self.continue_after_session(request, station, observer);
                return self.proceed(request, next, observer);
            }
            Status::Miss => return self.ask_to_log_in(request, station, observer),
            Status::Refused | Status::Error(_) => AttemptFailure::Refused,
            Status::Reset => AttemptFailure::Reset,
            Status::Certificate => AttemptFailure::Certificate,
            Status::ReadOnly | Status::NotReady | Status::TooManyConnections => unreachable!("only databases send these"),
            Status::Redirect => unreachable!("only web servers redirect"),
        };
        self.session_failed(request, station, failure, observer);
    }

    /// Handles a session store that has not answered: the application cannot continue.
    pub(super) fn session_failed<O: Observer>(
        &mut self,
        request: RequestIx,
        station: StationIx,
        failure: AttemptFailure,
        observer: &mut O,
    ) {
        let why = match failure {
            AttemptFailure::Silent | AttemptFailure::TimedOut => {
                let tag = self.requests[request].tag();
                self.note(observer, Some(tag), EventKind::GivesUp { component: station });
                FailureReason::Timeout
            }
            AttemptFailure::Reset => FailureReason::Reset,
            AttemptFailure::Certificate => FailureReason::Certificate,
            AttemptFailure::Refused
            | AttemptFailure::ReadOnly
            | AttemptFailure::NotReady
            | AttemptFailure::TooManyConnections => FailureReason::Refused,
        };
        self.fail(request, station, Failure::ServerError, why, observer);
    }

    /// Discards the sessions at a component whose process ends, or that is flushed.
    pub(super) fn lose_sessions<O: Observer>(&mut self, holder: StationIx, observer: &mut O) {
        if !self.plan.sessions.holders.contains(&holder) {
            return;
        }
        let users = self.sessions.discard(holder);
        if users > 0 {
            self.note(observer, None, EventKind::SessionsLost { holder, users });
        }
    }

    /// The backend that the cookie of a request names, if it is UP. A draining backend still gets the requests of its users.
    #[inline(never)]
    pub(super) fn follow_cookie(
        &self,
        request: RequestIx,
        cookies: PerKind<Option<CookieIx>>,
        list: &[LinkIx],
    ) -> Option<Choice> {
        let record = &self.requests[request];
        let backend = self.sessions.backend(cookies[record.kind]?, record.user)?;
        let link = list.iter().copied().find(|link| self.plan.hops[*link].to == backend)?;
        if !self.links[link].is_backend_up() {
            return None;
        }
        Some(if self.has_room(link) { Choice::Named(link) } else { Choice::Full(Some(link)) })
    }

    /// Inserts the cookie into a response that a sticky balancer relays to a returning user.
    fn insert_cookie(&mut self, request: RequestIx, station: StationIx, link: LinkIx) {
        let Role::Balancer(balancer) = &self.plan.stations[station].role else { return };
        let record = &self.requests[request];
        if let Some(cookie) = balancer.cookies[record.kind].filter(|_| record.user != NO_USER) {
            let (user, backend) = (record.user, self.plan.hops[link].to);
            self.sessions.insert_cookie(cookie, user, backend);
        }
    }

    /// Remembers what a response from upstream tells about its user: a login that has succeeded, or the backend.
    #[inline(never)]
    pub(super) fn on_session_passed(&mut self, request: RequestIx, station: StationIx, link: LinkIx, status: Status) {
        if status == Status::Ok {
            self.on_login(request, station);
        }
        self.insert_cookie(request, station, link);
    }

    /// Finds the session store that a command names, if it is one.
    pub(super) fn session_store_named(&self, id: &ComponentId) -> Option<Result<StationIx, CommandError>> {
        let station = self.component(id).ok().filter(|station| self.is_session_store(*station))?;
        let is_up = self.health(station).is_up();
        Some(if is_up { Ok(station) } else { Err(CommandError::Down(Element::Component(id.clone()))) })
    }

    fn is_session_store(&self, station: StationIx) -> bool {
        matches!(self.plan.stations[station].role, Role::SessionStore)
    }

    /// The sessions at a component; `None` if it neither holds any nor asks for them.
    pub fn sessions(&self, component: ComponentIx) -> Option<SessionsView> {
        let plan = self.plan.stations.get(component)?;
        let holds = self.plan.sessions.holders.contains(&component);
        (holds || plan.sessions.iter().any(Option::is_some)).then(|| self.sessions.view(component, holds))
    }

    /// Whether a balancer recognises returning users by a cookie.
    pub fn is_sticky(&self, component: ComponentIx) -> bool {
        matches!(self.plan.stations.get(component).map(|plan| &plan.role), Some(Role::Balancer(balancer)) if balancer.sticky)
    }
}
