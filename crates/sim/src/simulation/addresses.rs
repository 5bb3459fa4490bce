//! Browsers and the site's addresses: which one a user tries, what happens when it does not reply, and switching the DNS
//! record. Also the stub resolver, which queries one resolver after the other.

use hoplight_model::{ComponentId, ComponentIx, Element};

use crate::command::CommandError;
use crate::event::Kind;
use crate::index::{AddressIx, LinkIx, RequestIx, UserIx};
use crate::journal::{EventKind, Observer};
use crate::packet::{Heading, Phase};
use crate::plan::Role;
use crate::request::{Lost, NO_USER, State, Status};
use crate::resend::{after_lost_data, after_lost_syn, syn_sent};
use crate::simulation::Simulation;
use crate::time::SimTime;
use crate::zone::{RecordState, RecordTarget};

impl Simulation {
    /// The link on which a request's browser reaches the address that it has chosen.
    #[inline]
    pub(super) fn chosen_entry(&self, request: RequestIx) -> LinkIx {
        if self.plan.addresses.is_single() {
            return self.address.first_entry();
        }
        self.address.entry(self.chosen_address(request))
    }

    /// The address that a request's browser has chosen.
    #[inline]
    pub(super) fn chosen_address(&self, request: RequestIx) -> AddressIx {
        let addresses = &self.plan.addresses;
        if addresses.is_single() {
            return AddressIx::default();
        }
        let record = &self.requests[request];
        addresses.choice(record.target, record.first, record.attempts[0])
    }

    /// The link on which a returning user's browser reaches the address that it used last.
    #[inline]
    pub(super) fn users_entry(&self, user: UserIx) -> LinkIx {
        if self.plan.addresses.is_single() {
            return self.address.first_entry();
        }
        self.returning.address(user).map_or_else(|| self.returning.entry(user), |address| self.address.entry(address))
    }

    /// Chooses the address that a browser tries first: of a returning user, the one that responded last.
    #[inline(never)]
    pub(super) fn recall_addresses(&mut self, request: RequestIx) {
        let record = self.requests[request];
        let addresses = &self.plan.addresses;
        let is_returning = record.user != NO_USER;
        let used = if is_returning { self.returning.address(record.user) } else { None };
        let target = match used {
            // The user's connection is open.
            Some(address) if record.phase == Phase::Exchange => addresses.target_of(address),
            Some(_) => self.returning.target(record.user),
            None => RecordTarget::Primary,
        };
        let first = addresses.first_choice(target, used, record.key);
        let record = &mut self.requests[request];
        (record.target, record.first, record.attempts[0]) = (target, first, 0);
    }

    /// Number of resolvers or addresses that a browser has for the current phase of a request.
    fn alternatives(&self, request: RequestIx) -> u8 {
        let record = &self.requests[request];
        let count = match record.phase {
            Phase::Lookup => self.plan.lookups.len(),
            _ => self.plan.addresses.listed(record.target).len(),
        };
        u8::try_from(count).unwrap_or(u8::MAX)
    }

    /// Whether a browser has another resolver or address to try.
    pub(super) fn has_next(&self, request: RequestIx) -> bool {
        self.requests[request].attempts[0] + 1 < self.alternatives(request)
    }

    /// Learns the record from a resolver's response at the browser. If the phase has failed and there is another resolver or address, tries it
    /// and returns true.
    #[inline(never)]
    pub(super) fn on_alternative_response<O: Observer>(&mut self, request: RequestIx, observer: &mut O) -> bool {
        let record = &self.requests[request];
        let (phase, status, link) = (record.phase, record.status, record.path[0]);
        if phase == Phase::Lookup {
            if status == Status::Ok {
                let (resolver, cache) = (self.resolver_at(link), Self::cache_of(record));
                let (target, key) = (self.names.returned_target(resolver, cache, self.clock.now()), record.key);
                let first = self.plan.addresses.first_choice(target, None, key);
                let record = &mut self.requests[request];
                (record.target, record.first, record.attempts[0]) = (target, first, 0);
                return false;
            }
            // A stub resolver queries the next resolver after SERVFAIL, but takes NXDOMAIN as the answer.
            let is_final = matches!(status, Status::Error(_)) && self.names.record() != RecordState::Unreachable;
            if is_final || !self.has_next(request) {
                return false;
            }
            self.try_next(request, observer);
            return true;
        }
        if !phase.is_connect() || status != Status::Refused || !self.has_next(request) {
            return false;
        }
        self.try_next(request, observer);
        true
    }

    /// Sends a request's message to the next resolver or address.
    pub(super) fn try_next<O: Observer>(&mut self, request: RequestIx, observer: &mut O) {
        self.release_connection(request);
        let record = &mut self.requests[request];
        record.attempts[0] += 1;
        record.connection = None;
        record.pinned = None;
        record.kept = false;
        if record.phase != Phase::Lookup {
            record.phase = if record.phase.is_plaintext() { Phase::PlainConnect } else { Phase::Connect };
        }
        let (tag, phase) = (record.tag(), record.phase);
        let link = if phase == Phase::Lookup { self.lookup_link(request) } else { self.chosen_entry(request) };
        let component = self.plan.hops[link].to;
        self.tell(observer, Some(tag), || EventKind::TriesNext { component, phase });
        self.browser_sends(request, observer);
    }

    /// The link to the resolver that a browser queries now.
    pub(super) fn lookup_link(&self, request: RequestIx) -> LinkIx {
        self.plan.lookups[usize::from(self.requests[request].attempts[0])]
    }

    /// Handles the loss of a message between the browser and a resolver or the site.
    pub(super) fn lost_at_browser(&mut self, request: RequestIx, how: Lost) {
        let record = self.requests[request];
        let now = self.clock.now();
        if record.phase == Phase::Lookup {
            // UDP does not send a query again: the browser waits until its timeout.
            return;
        }
        if record.heading == Heading::Response || how == Lost::Unanswered {
            return;
        }
        if how == Lost::Syn {
            self.await_syn(request, now);
            return;
        }
        let at = if self.leaves_address(request) {
            let left = self.plan.addresses.attempt_timeout - syn_sent(record.resends);
            now.max(self.sent_at(request, how) + left)
        } else {
            let again = if record.phase.is_connect() { after_lost_syn } else { after_lost_data };
            now + again(record.resends)
        };
        self.schedule_for(request, at, Kind::Retry);
    }

    /// Whether a browser whose message was lost tries the next address before it sends the message again. It does not leave
    /// an open connection.
    fn leaves_address(&self, request: RequestIx) -> bool {
        let resent = syn_sent(self.requests[request].resends.saturating_add(1));
        self.attempt_timeout(request).is_some_and(|timeout| timeout <= resent)
    }

    /// Nanoseconds after which a browser that opens a connection tries the next address; `None` if there is none.
    pub(super) fn attempt_timeout(&self, request: RequestIx) -> Option<u64> {
        let is_opening = self.requests[request].phase.is_connect();
        (is_opening && self.has_next(request)).then_some(self.plan.addresses.attempt_timeout)
    }

    /// When a message that has just been lost was sent.
    fn sent_at(&self, request: RequestIx, how: Lost) -> SimTime {
        let travelled = self.travelled(self.requests[request].link(), how);
        SimTime::from_nanos(self.clock.now().nanos().saturating_sub(travelled))
    }

    /// Handles the timeout of a message that the browser sent. Returns whether it was one.
    pub(super) fn browser_timeout<O: Observer>(&mut self, request: RequestIx, observer: &mut O) -> bool {
        let record = &self.requests[request];
        if record.depth != 1 || !matches!(record.state, State::Lost(_)) {
            return false;
        }
        if record.state == State::Lost(Lost::Syn) || self.leaves_address(request) {
            self.close_call(request);
            self.try_next(request, observer);
        } else {
            self.resend(request, observer);
        }
        true
    }

    /// The number of the resolver at the end of a link.
    pub(super) fn resolver_at(&self, link: LinkIx) -> usize {
        match self.plan.stations[self.plan.hops[link].to].role {
            Role::Resolver(resolver) => resolver.number,
            Role::Browser
            | Role::Firewall
            | Role::Balancer(_)
            | Role::Cache(_)
            | Role::SessionStore
            | Role::Database(_)
            | Role::Other => {
                unreachable!("a lookup leads to a resolver")
            }
        }
    }

    /// The target of the record after a switch to the site of an entry.
    ///
    /// # Errors
    /// If the component is not an entry, there is no other site, or the record leads there already.
    pub(super) fn switchable(&self, id: &ComponentId) -> Result<RecordTarget, CommandError> {
        let (station, element) = (self.component(id)?, Element::Component(id.clone()));
        let entry = self.infra.link_between(self.infra.component(self.plan.browser).id.as_str(), id.as_str());
        let address = entry.and_then(|link| self.plan.addresses.of_link(link));
        let Some(address) = address.filter(|_| station != self.plan.browser) else {
            return Err(CommandError::NotEntry(element));
        };
        if !self.plan.addresses.has_standby() {
            return Err(CommandError::NoStandby);
        }
        let target = self.plan.addresses.target_of(address);
        if target == self.names.target() { Err(CommandError::AlreadyListed(element)) } else { Ok(target) }
    }

    /// The components that users reach at the addresses that the site's record lists now.
    pub fn listed_entries(&self) -> impl Iterator<Item = ComponentIx> + '_ {
        let listed = self.plan.addresses.listed(self.names.target());
        listed.iter().map(|address| self.plan.hops[self.address.entry(*address)].to)
    }

    /// The site that the record on the authoritative server leads to.
    pub fn record_target(&self) -> RecordTarget {
        self.names.target()
    }
}
