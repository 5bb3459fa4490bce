//! How requests of each kind end at one component, given how they end at its upstreams.

mod checks;

use hoplight_model::behaviour::{
    AttemptFailure, Behaviour, CacheUse, Ejection, FailurePolicy, Forwarding, NextAttempt, Reaction, Statement, UpstreamChoice,
    WantedRole, WhenFull,
};
use hoplight_model::station::Hold;
use hoplight_model::{Algorithm, Cipher, ComponentIx, Connections, HealthCheck, LinkIx, Protocol, RequestKind, TlsMode};

use super::checks::Checks;
use super::reply::{Ending, LossReason, Part, Reply};
use super::site::Site;
use super::state::{Passage, State};
use super::syn;

/// Requests sent on a link per request of the component.
pub(super) type Sends = Vec<(LinkIx, f64)>;

/// Queueing at a component.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Load {
    /// Fraction of requests that find no room.
    pub(super) block: f64,
    /// Mean time in the queue, in seconds.
    pub(super) wait_s: f64,
    /// Mean time until the program accepts the connection, in seconds.
    pub(super) line_s: f64,
    /// Fraction of requests whose connection is closed because there are too many.
    pub(super) closed: f64,
    /// Fraction of requests that would find no room without those from balancers.
    pub(super) idle_block: f64,
    /// Fraction of the requests of each kind that the rate limit refuses.
    pub(super) limited: [f64; 3],
}

/// What is known about one component.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Node {
    /// How requests end, as their sender sees it, without the network.
    pub(super) replies: [Reply; 3],
    /// Mean time for which a request holds a slot, in seconds.
    pub(super) holds_s: [f64; 3],
    /// Mean time for which an admitted request is present, in seconds.
    pub(super) stays_s: [f64; 3],
    pub(super) sends: [Sends; 3],
    /// Share of the requests that miss in a cache and get a response that can be stored.
    pub(super) fetched: [f64; 3],
    /// How health checks end here once their connection is accepted, by depth.
    pub(super) checks: [Checks; 4],
}

/// All health-check depths, shallowest first.
const DEPTHS: [HealthCheck; 4] = [HealthCheck::Tcp, HealthCheck::Http, HealthCheck::HttpApp, HealthCheck::HttpDatabase];

/// How an error that a component reports itself looks to its client.
const fn error_of(forwarding: &Forwarding) -> Ending {
    if forwarding.closes_on_error { Ending::Failed(AttemptFailure::Reset) } else { Ending::Error }
}

/// Computes the outcomes of one component from its upstreams.
pub(super) struct Evaluation<'a> {
    pub(super) site: &'a Site<'a>,
    pub(super) state: &'a State,
    pub(super) nodes: &'a [Node],
    pub(super) loads: &'a [Load],
    /// Hit ratio of each cache by kind of request.
    pub(super) hits: &'a [[f64; 3]],
    /// Requests per second of each kind at each component.
    pub(super) rates: &'a [[f64; 3]],
    /// Factor by which work is stretched on each server with a number of cores.
    pub(super) stretches: &'a [f64],
    /// Share of the requests with a session that find it, at each component.
    pub(super) known: &'a [f64],
}

impl Evaluation<'_> {
    pub(super) fn node(&self, ix: ComponentIx) -> Node {
        let mut node = Node { checks: DEPTHS.map(|depth| self.checks(ix, depth)), ..Node::default() };
        for kind in RequestKind::ALL {
            let (mut reply, mut sends, fetched) = self.respond_within_limit(ix, kind);
            if let Some(session) = self.site.session(ix, kind) {
                (reply, sends) = self.with_session(ix, session, (reply, sends));
            }
            let (service, station, load) = (self.service_s(ix, kind), self.site.station(ix), self.loads[ix.index()]);
            let waits = match station.hold {
                Hold::UntilAnswered => reply.mean_s(),
                Hold::WhileServed => self.site.answer_s(ix) * self.slowness(ix),
            };
            let place = kind.index();
            node.holds_s[place] = service + waits;
            node.stays_s[place] = service + load.wait_s + reply.mean_s();
            node.replies[place] = self.queue(ix, load, service, &reply);
            node.sends[place] = sends;
            node.fetched[place] = fetched;
        }
        node
    }

    /// Mean service time at the current load of the server's cores, in seconds.
    fn service_s(&self, ix: ComponentIx, kind: RequestKind) -> f64 {
        self.site.service_s(ix, kind) * self.slowness(ix)
    }

    /// Factor by which the component's work takes longer because it waits for a core.
    fn slowness(&self, ix: ComponentIx) -> f64 {
        let stretch = self.site.processor_of[ix.index()].map_or(1.0, |number| self.stretches[number]);
        1.0 + self.site.station(ix).cpu.get() * (stretch - 1.0)
    }

    /// Adds the component's own queueing and service time to the outcomes of its upstreams.
    fn queue(&self, ix: ComponentIx, load: Load, service: f64, behind: &Reply) -> Reply {
        let mut reply = Reply::default();
        let passes = 1.0 - load.block - load.closed;
        for part in &behind.parts {
            let wait_s = load.wait_s + load.line_s;
            let why = part.why.or((wait_s > 1.0).then_some(LossReason::Overloaded(ix)));
            let time_s = part.time_s + service + wait_s;
            reply.add(Part { why, share: part.share * passes, time_s, ..*part });
        }
        let ending = match self.site.infra.component(ix).kind.when_full() {
            WhenFull::Refuse => Ending::Failed(AttemptFailure::Refused),
            // The probability that a SYN is dropped. What it means depends on the caller: see `syn::resolve`.
            WhenFull::DropSyn | WhenFull::Drop => Ending::Failed(AttemptFailure::Silent),
            WhenFull::TooManyConnections => Ending::Failed(AttemptFailure::TooManyConnections),
        };
        let why = Some(LossReason::Overloaded(ix));
        reply.add(Part { ending, why, share: load.block, time_s: 0.0 });
        if load.closed > 0.0 {
            reply.add(Part { ending: Ending::Failed(AttemptFailure::Reset), why, share: load.closed, time_s: 0.0 });
        }
        reply
    }

    /// How requests end, of which the rate limit refuses some before they are forwarded or looked up.
    fn respond_within_limit(&self, ix: ComponentIx, kind: RequestKind) -> (Reply, Sends, f64) {
        let (within, mut sends, fetched) = self.respond(ix, kind);
        let limited = self.loads[ix.index()].limited[kind.index()];
        if limited <= 0.0 {
            return (within, sends, fetched);
        }
        let mut reply = Reply::default();
        reply.add(Part { ending: Ending::Error, why: Some(LossReason::RateLimit(ix)), share: limited, time_s: 0.0 });
        for part in within.parts {
            reply.add(Part { share: part.share * (1.0 - limited), ..part });
        }
        for (_, share) in &mut sends {
            *share *= 1.0 - limited;
        }
        (reply, sends, fetched * (1.0 - limited))
    }

    fn respond(&self, ix: ComponentIx, kind: RequestKind) -> (Reply, Sends, f64) {
        let reply = match self.site.behaviour(ix, kind) {
            Behaviour::Respond | Behaviour::Query(Statement::Read) => Reply::all(Ending::Ok, None),
            Behaviour::Query(Statement::Write | Statement::InMajority) if self.state.writable[ix.index()] => {
                Reply::all(Ending::Ok, None)
            }
            Behaviour::Query(Statement::Write) => {
                Reply::all(Ending::Failed(AttemptFailure::ReadOnly), Some(LossReason::ReadOnly(ix)))
            }
            Behaviour::Query(Statement::InMajority) => {
                Reply::all(Ending::Failed(AttemptFailure::NotReady), Some(LossReason::NotReady(ix)))
            }
            Behaviour::Forward(forwarding) => return self.cached(ix, kind, forwarding),
            // In the long run, the sessions of users who come back are in the store.
            Behaviour::LookUp if self.site.infra.component(ix).kind.as_session_store().is_some() => Reply::all(Ending::Ok, None),
            Behaviour::LookUp => {
                let hits = self.hits[ix.index()][kind.index()];
                let mut reply = Reply::default();
                for (ending, share) in [(Ending::Ok, hits), (Ending::Miss, 1.0 - hits)] {
                    reply.add(Part { ending, why: None, share, time_s: 0.0 });
                }
                reply
            }
            Behaviour::Redirect if self.site.infra.tls().edge == TlsMode::None => {
                Reply::all(Ending::Error, Some(LossReason::NoHttps(ix)))
            }
            Behaviour::Redirect => Reply::all(Ending::Redirect, Some(LossReason::RedirectLoop(ix))),
            Behaviour::Fail(_) => Reply::all(Ending::Error, Some(LossReason::NoRoute(ix))),
            Behaviour::Originate(_) | Behaviour::Resolve(_) | Behaviour::Filter | Behaviour::Ignore => Reply::default(),
        };
        (reply, Sends::new(), 1.0)
    }

    /// Answers what a cache has, and forwards the rest. A lookup that fails counts as a miss; while lookups are ejected,
    /// no time passes.
    fn cached(&self, ix: ComponentIx, kind: RequestKind, forwarding: &Forwarding) -> (Reply, Sends, f64) {
        let (behind, forwarded) = self.forward(ix, kind, forwarding);
        let fetched = behind.ok();
        let lookup = forwarding.cache.filter(|caching| caching.use_of == CacheUse::LookUp);
        let Some(caching) = lookup else { return (behind, forwarded, fetched) };
        let mut reply = Reply::default();
        let mut sends = Sends::new();
        let mut misses = 0.0;
        let mut miss = |share: f64, time_s: f64, reply: &mut Reply| {
            misses += share;
            for part in &behind.parts {
                reply.add(Part { share: part.share * share, time_s: part.time_s + time_s, ..*part });
            }
        };
        let limit = caching.lookup.connect_timeout.get();
        match caching.link {
            None => {
                let hits = self.hits[ix.index()][kind.index()];
                reply.add(Part { ending: Ending::Ok, why: None, share: hits, time_s: 0.0 });
                miss(1.0 - hits, 0.0, &mut reply);
            }
            Some(link) => match self.state.passage(self.site, link) {
                Passage::Refused => miss(1.0, 0.0, &mut reply),
                Passage::Silent => miss(1.0, if caching.ejection.is_some() { 0.0 } else { limit }, &mut reply),
                Passage::Open => {
                    sends.push((link, 1.0));
                    let travel = self.site.round_trip_s(link);
                    for part in &self.nodes[self.site.hop(link).to.index()].replies[kind.index()].parts {
                        let time_s = (part.time_s + travel).min(limit);
                        if part.ending == Ending::Ok && time_s < limit {
                            reply.add(Part { why: None, time_s, ..*part });
                        } else {
                            miss(part.share, time_s, &mut reply);
                        }
                    }
                }
            },
        }
        sends.extend(forwarded.into_iter().map(|(link, share)| (link, share * misses)));
        sends.sort_by_key(|(link, _)| *link);
        (reply, sends, fetched)
    }

    fn forward(&self, ix: ComponentIx, kind: RequestKind, forwarding: &Forwarding) -> (Reply, Sends) {
        let mut reply = Reply::default();
        let mut sends = Sends::new();
        let starts = match forwarding.choice {
            UpstreamChoice::Balanced(algorithm) => {
                let (starts, none) = self.balance(ix, algorithm, forwarding);
                let starts = if forwarding.sticky { self.stuck(starts, forwarding) } else { starts };
                let (ending, why) = (error_of(forwarding), Some(self.no_backend(ix, forwarding)));
                reply.add(Part { ending, why, share: none, time_s: 0.0 });
                starts
            }
            UpstreamChoice::Role(wanted) => {
                let found = self.with_role(wanted, forwarding);
                if found.is_empty() {
                    let (ending, why) = (error_of(forwarding), Some(self.no_database(ix, forwarding)));
                    reply.add(Part { ending, why, share: 1.0, time_s: 0.0 });
                }
                let share = 1.0 / found.len() as f64;
                found.into_iter().map(|place| (place, share)).collect()
            }
            UpstreamChoice::RoundRobin => {
                let share = 1.0 / forwarding.links.len() as f64;
                (0..forwarding.links.len()).map(|place| (place, share)).collect()
            }
            UpstreamChoice::First => vec![(0, 1.0)],
            UpstreamChoice::Writer => self.writer_starts(ix, kind, forwarding),
        };
        let ejected = self.ejected(ix, kind, forwarding);
        for (place, share) in starts {
            // An ejected upstream gets only a probe from time to time, which is neglected.
            let places = (0..ejected.len()).map(|offset| (place + offset) % ejected.len());
            let place = places.into_iter().find(|place| !ejected[*place]).unwrap_or(place);
            self.attempts(ix, kind, forwarding, (place, share), (&mut reply, &mut sends));
        }
        sends.sort_by_key(|(link, _)| *link);
        sends.dedup_by(|later, earlier| {
            let same = later.0 == earlier.0;
            earlier.1 += if same { later.1 } else { 0.0 };
            same
        });
        (reply, sends)
    }

    /// For each upstream, whether it is ejected most of the time: at least every other attempt fails in a way that counts.
    fn ejected(&self, ix: ComponentIx, kind: RequestKind, forwarding: &Forwarding) -> Vec<bool> {
        if forwarding.ejection.is_none() {
            return vec![false; forwarding.links.len()];
        }
        let failing = |link: &LinkIx| {
            let policy = forwarding.policy(self.site.infra.link(*link).protocol);
            let outcomes = self.attempt(ix, *link, kind, forwarding, policy);
            let counted = outcomes.parts.iter().filter(|part| match part.ending {
                Ending::Failed(failure) => Ejection::counts(failure),
                Ending::Ok | Ending::Error | Ending::Miss | Ending::Redirect => false,
            });
            counted.map(|part| part.share).sum::<f64>() >= 0.5
        };
        forwarding.links.iter().map(failing).collect()
    }

    /// Why no backend is UP. If there is a single backend whose link has failed, the reason names that link.
    fn no_backend(&self, ix: ComponentIx, forwarding: &Forwarding) -> LossReason {
        match forwarding.links[..] {
            [only] => match self.state.passage(self.site, only) {
                Passage::Refused => LossReason::Refused(only),
                Passage::Silent => LossReason::Silent(only),
                Passage::Open => LossReason::NoBackend(ix),
            },
            _ => LossReason::NoBackend(ix),
        }
    }

    /// The databases that an SQL proxy sends statements to: those with the wanted role that its checks leave UP.
    fn with_role(&self, wanted: WantedRole, forwarding: &Forwarding) -> Vec<usize> {
        let up = (0..forwarding.links.len()).filter(|place| self.up(forwarding.links[*place], forwarding) >= 0.5);
        let is_writable = |place: &usize| self.state.writable[self.site.hop(forwarding.links[*place]).to.index()];
        let (writable, read_only): (Vec<usize>, Vec<usize>) = up.partition(is_writable);
        match wanted {
            WantedRole::ReadOnly if !read_only.is_empty() => read_only,
            WantedRole::Writable | WantedRole::ReadOnly => writable.into_iter().take(1).collect(),
        }
    }

    /// Why an SQL proxy has no suitable database.
    fn no_database(&self, ix: ComponentIx, forwarding: &Forwarding) -> LossReason {
        let up = forwarding.links.iter().find(|link| self.up(**link, forwarding) >= 0.5);
        up.map_or_else(|| self.no_backend(ix, forwarding), |link| LossReason::ReadOnly(self.site.hop(*link).to))
    }

    /// A balancer's split over its backends, and the fraction of requests for which no backend is UP.
    fn balance(&self, ix: ComponentIx, algorithm: Algorithm, forwarding: &Forwarding) -> (Vec<(usize, f64)>, f64) {
        let ups: Vec<f64> = forwarding.links.iter().map(|link| self.up(*link, forwarding)).collect();
        let none: f64 = ups.iter().map(|up| 1.0 - up).product();
        let crowding = if algorithm.avoids_busy() { self.crowding(ix, forwarding) } else { Vec::new() };
        let weight = |place: usize| {
            let weight = f64::from(self.site.infra.link(forwarding.links[place]).weight);
            match algorithm {
                Algorithm::WeightedRoundRobin | Algorithm::SourceHash => weight,
                Algorithm::RandomTwo => weight / crowding[place],
                Algorithm::LeastConnections => 1.0 / crowding[place],
                Algorithm::RoundRobin | Algorithm::First => 1.0,
            }
        };
        if algorithm == Algorithm::First {
            let mut left = 1.0;
            let first = ups.iter().enumerate().map(|(place, up)| {
                let share = left * up;
                left -= share;
                (place, share)
            });
            return (first.filter(|(_, share)| *share > 0.0).collect(), none);
        }
        let whole: f64 = ups.iter().enumerate().map(|(place, up)| up * weight(place)).sum();
        let share = |place: usize| if whole > 0.0 { ups[place] * weight(place) / whole * (1.0 - none) } else { 0.0 };
        ((0..ups.len()).filter(|place| ups[*place] > 0.0).map(|place| (place, share(place))).collect(), none)
    }

    /// How many requests a balancer that prefers backends with fewer open ones leaves to the others, relative to a backend
    /// that responds at once. While fewer than one request is open at each backend, they have equal shares; when there are
    /// many, shares are in inverse proportion to the time that requests stay.
    fn crowding(&self, ix: ComponentIx, forwarding: &Forwarding) -> Vec<f64> {
        let rates = self.rates[ix.index()];
        let whole: f64 = rates.iter().sum();
        let each = whole / forwarding.links.len() as f64;
        let stay_s = |link: &LinkIx| {
            let replies = &self.nodes[self.site.hop(*link).to.index()].replies;
            let mean_s = |kind: usize| replies[kind].mean_s().min(forwarding.timeout.get());
            (0..3).map(|kind| rates[kind] * mean_s(kind)).sum::<f64>() / whole.max(1e-9)
        };
        forwarding.links.iter().map(|link| 1.0 + each * stay_s(link)).collect()
    }

    /// Where a driver that follows the primary starts: it stays at a database as long as its writes succeed, and moves
    /// on after a failure.
    fn writer_starts(&self, ix: ComponentIx, kind: RequestKind, forwarding: &Forwarding) -> Vec<(usize, f64)> {
        /// Writes that fail at one database.
        struct Failing {
            share: f64,
            /// Share of the failing writes that are tried again at the next database.
            retried: f64,
            mean_s: f64,
        }
        let failing = |link: &LinkIx| {
            let policy = forwarding.policy(self.site.infra.link(*link).protocol);
            let (mut share, mut retried, mut time_s) = (0.0, 0.0, 0.0);
            for part in self.attempt(ix, *link, kind, forwarding, policy).parts {
                if part.ending == Ending::Ok {
                    continue;
                }
                share += part.share;
                time_s += part.share * part.time_s;
                let retries = |failure| matches!(policy.after(failure), Reaction::Retry(_));
                retried += if matches!(part.ending, Ending::Failed(failure) if retries(failure)) { part.share } else { 0.0 };
            }
            Failing { share, retried: retried / share.max(1e-9), mean_s: time_s / share.max(1e-9) }
        };
        let failing: Vec<Failing> = forwarding.links.iter().map(failing).collect();
        // A single database, or the first one that never fails.
        if let Some(place) = failing.iter().position(|at| at.share < 1e-4) {
            return vec![(place, 1.0)];
        }
        // Writes that start at a database: until one of them fails, which may be one that failed at the previous database,
        // and until the driver learns of it.
        let rate = self.rates[ix.index()][kind.index()];
        let count = failing.len();
        let starts = |place: usize| {
            let (at, previous) = (&failing[place], &failing[(place + count - 1) % count]);
            (1.0 / at.share - previous.retried).max(0.0) + rate * at.mean_s
        };
        let starts: Vec<f64> = (0..count).map(starts).collect();
        let whole: f64 = starts.iter().sum();
        starts.into_iter().map(|starts| if whole > 0.0 { starts / whole } else { 1.0 / count as f64 }).enumerate().collect()
    }

    /// Adds the outcomes of a share of requests whose first attempt is on the link at `start`, and the requests that
    /// they send.
    fn attempts(
        &self,
        ix: ComponentIx,
        kind: RequestKind,
        forwarding: &Forwarding,
        (start, share): (usize, f64),
        (reply, sends): (&mut Reply, &mut Sends),
    ) {
        let links = &forwarding.links;
        let (mut place, mut attempt, mut left, mut elapsed) = (start, 1, share, 0.0);
        loop {
            let link = links[place];
            let policy = forwarding.policy(self.site.infra.link(link).protocol);
            let outcomes = self.attempt(ix, link, kind, forwarding, policy);
            if self.state.passage(self.site, link) == Passage::Open {
                sends.push((link, left));
            }
            let mut again = Part { ending: error_of(forwarding), why: None, share: 0.0, time_s: 0.0 };
            for part in &outcomes.parts {
                let mut part = Part { share: part.share * left, time_s: part.time_s + elapsed, ..*part };
                if let Ending::Failed(failure) = part.ending {
                    match policy.after(failure) {
                        Reaction::Relay => {}
                        Reaction::Report(_) => part.ending = error_of(forwarding),
                        Reaction::Retry(_) => {
                            again = Part { share: again.share + part.share, why: part.why, time_s: part.time_s, ..again };
                            continue;
                        }
                    }
                }
                reply.add(part);
            }
            let next = match policy.retry.next {
                NextAttempt::Round if attempt < policy.retry.attempts => Some((place + 1) % links.len()),
                NextAttempt::Following if place + 1 < links.len() => Some(place + 1),
                // A backend that drops SYNs now and then stays UP.
                NextAttempt::Same | NextAttempt::Redispatch
                    if self.state.passage(self.site, link) == Passage::Open && attempt < policy.retry.attempts =>
                {
                    Some(if policy.retry.next == NextAttempt::Same { place } else { (place + 1) % links.len() })
                }
                // The checks have taken a backend that fails in another way out of rotation.
                NextAttempt::Round | NextAttempt::Following | NextAttempt::Same | NextAttempt::Redispatch => None,
            };
            match next {
                Some(next) if again.share > 0.0 => {
                    (place, attempt, left, elapsed) = (next, attempt + 1, again.share, again.time_s);
                }
                _ => {
                    reply.add(again);
                    return;
                }
            }
        }
    }

    /// The outcomes of one attempt, as the client sees them before it reacts.
    pub(super) fn attempt(
        &self,
        ix: ComponentIx,
        link: LinkIx,
        kind: RequestKind,
        forwarding: &Forwarding,
        policy: &FailurePolicy,
    ) -> Reply {
        let timed_out = Ending::Failed(AttemptFailure::TimedOut);
        let one = |ending, why, time_s| Reply { parts: vec![Part { ending, why: Some(why), share: 1.0, time_s }] };
        debug_assert_eq!(self.site.hop(link).from, ix);
        match self.state.passage(self.site, link) {
            Passage::Refused => return one(Ending::Failed(AttemptFailure::Refused), LossReason::Refused(link), 0.0),
            Passage::Silent => {
                let silent = LossReason::Silent(link);
                return one(Ending::Failed(AttemptFailure::Silent), silent, policy.connect_timeout.get());
            }
            Passage::Open => {}
        }
        let hop = self.site.hop(link);
        let is_sql = self.site.infra.link(link).protocol == Protocol::Sql;
        let opens_each = is_sql && hop.cipher == Cipher::Tls && forwarding.connections.0 == Connections::PerRequest;
        // Proxies resume sessions, which present no certificate; kept connections are not reopened.
        if opens_each && self.state.all_expired(&self.site.infra.certificates_at(hop.to)) {
            return one(Ending::Failed(AttemptFailure::Certificate), LossReason::Expired(hop.to), 0.0);
        }
        let (limit, travel) = (forwarding.timeout.get(), self.site.round_trip_s(link));
        let mut reply = Reply::default();
        for part in &syn::resolve(&self.nodes[hop.to.index()].replies[kind.index()], policy.connect_timeout.get()).parts {
            let time_s = part.time_s + travel;
            if time_s < limit || part.ending == Ending::Failed(AttemptFailure::Silent) {
                // A response within the time limit is not a failure, however long it took.
                let why = part.why.filter(|_| part.ending != Ending::Ok || part.time_s > 1.0);
                reply.add(Part { why, time_s, ..*part });
            } else {
                let why = part.why.or(Some(LossReason::Overloaded(hop.to)));
                reply.add(Part { ending: timed_out, why, time_s: limit, ..*part });
            }
        }
        reply
    }
}
