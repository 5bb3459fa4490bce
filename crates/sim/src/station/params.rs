//! What the engine needs of a station's plan on every visit.

use hoplight_model::RequestKind;
use hoplight_model::behaviour::{AtLimit, Behaviour, CacheUse, Caching, Forwarding, Statement, UpstreamChoice, WhenFull};
use hoplight_model::http::REDIRECT_MS;
use hoplight_model::station::{Hold, ServiceTime};

use crate::index::{CacheIx, DatabaseIx, LinkIx, PerKind, StationIx};
use crate::limit::Limit;
use crate::outcome::Failure;
use crate::plan::{Plan, Role, StationPlan};
use crate::random::Sampler;

/// What a station does with a request after its own work, unless the work was a handshake.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Routing {
    /// Respond without a journal event.
    Respond,
    /// Respond.
    Serve,
    /// Forward the request on this link.
    Ask(LinkIx),
    /// Forward the request on the station's links in turn.
    TakeTurns,
    /// Forward the request on this link, the first one, unless it is ejected.
    AskFirst(LinkIx),
    /// Forward the request to the database that accepted the last write.
    AskWriter,
    /// Forward the request to a backend.
    Balance,
    /// Forward the statement to a database with a suitable role.
    ByRole,
    /// Pass, drop or reject the message, according to the firewall's rules.
    Judge,
    /// Ask the cache at the end of this link first.
    AskCache(LinkIx),
    /// Open the session first.
    OpenSession,
    /// Look up the session at this station, a session store.
    FindSession,
    /// Look up the object at this cache, which is beside an application.
    LookUp(CacheIx),
    /// Look up the object at this station, a cache before the site.
    LookUpOwn,
    /// Execute the query at this database.
    Query(DatabaseIx),
    /// Execute the query at this member of a multi-primary cluster.
    QueryGroup(DatabaseIx),
    /// Resolve a name.
    Resolve,
    /// Refuse the request if its client has sent too many, and otherwise do what the station does without a limit.
    Limit,
    /// Redirect the request to https.
    Redirect,
    /// Fail the request: the station has no upstream.
    Fail(Failure),
}

impl Routing {
    /// What a station does with requests that it forwards without asking a cache.
    pub(crate) fn upstream(forwarding: &Forwarding) -> Self {
        match forwarding.choice {
            UpstreamChoice::Balanced(_) => Self::Balance,
            UpstreamChoice::Role(_) => Self::ByRole,
            UpstreamChoice::RoundRobin => Self::TakeTurns,
            UpstreamChoice::Writer => Self::AskWriter,
            UpstreamChoice::First if forwarding.ejection.is_some() => Self::AskFirst(forwarding.links[0]),
            UpstreamChoice::First => Self::Ask(forwarding.links[0]),
        }
    }

    /// What a station does with requests of one kind.
    fn of(plan: &Plan, station: StationIx, kind: RequestKind) -> Self {
        if plan.stations[station].rate_limits[kind].is_some() { Self::Limit } else { Self::within_limit(plan, station, kind) }
    }

    /// What a station does with requests of one kind that its rate limit allows.
    pub(crate) fn within_limit(plan: &Plan, station: StationIx, kind: RequestKind) -> Self {
        match plan.stations[station].sessions[kind] {
            Some(_) => Self::OpenSession,
            None => Self::past_session(plan, station, kind),
        }
    }

    /// What a station does with requests of one kind that have their session or need none.
    pub(crate) fn past_session(plan: &Plan, station: StationIx, kind: RequestKind) -> Self {
        let plan = &plan.stations[station];
        match &plan.behaviour[kind] {
            _ if plan.redirects[kind] => Self::Redirect,
            Behaviour::Originate(_) | Behaviour::Ignore => Self::Respond,
            Behaviour::Respond => Self::Serve,
            Behaviour::Query(statement) => match (plan.role.clone(), statement) {
                (Role::Database(node), Statement::InMajority) => Self::QueryGroup(node),
                (Role::Database(node), Statement::Read | Statement::Write) => Self::Query(node),
                _ => unreachable!("only databases execute queries"),
            },
            Behaviour::Forward(forwarding) => match forwarding.cache {
                Some(Caching { use_of: CacheUse::LookUp, link: Some(link), .. }) => Self::AskCache(link),
                Some(Caching { use_of: CacheUse::LookUp, link: None, .. }) => Self::LookUpOwn,
                Some(Caching { use_of: CacheUse::Invalidate, .. }) | None => Self::upstream(forwarding),
            },
            Behaviour::LookUp => match plan.role {
                Role::Cache(cache) => Self::LookUp(cache),
                Role::SessionStore => Self::FindSession,
                _ => unreachable!("only caches answer lookups"),
            },
            Behaviour::Resolve(_) => Self::Resolve,
            Behaviour::Redirect => unreachable!("what is accepted is not redirected"),
            Behaviour::Filter => Self::Judge,
            Behaviour::Fail(error) => Self::Fail((*error).into()),
        }
    }
}

/// The part of a station's plan that the engine needs on every visit. It is stored next to the state for locality.
#[derive(Clone, Copy, Debug, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "independent flags, read separately on the critical path")]
pub(crate) struct StationParams {
    pub(crate) slots: u32,
    /// Maximum length of the queue.
    pub(super) limit: Limit,
    /// Maximum number of requests present.
    pub(super) connections: Limit,
    pub(crate) is_firewall: bool,
    /// Whether a request holds its slot until the response from downstream arrives. Firewalls never do this.
    pub(crate) holds: bool,
    /// Whether responses that pass through take service time.
    pub(crate) works_on_responses: bool,
    /// Whether a monitoring agent watches the station.
    pub(crate) watched: bool,
    /// Whether the station's work shares the cores of its server.
    pub(crate) shares_cores: bool,
    /// Whether callers' SYNs are dropped while the station is full.
    pub(crate) drops_syn: bool,
    /// Whether users' idle connections count towards the limit.
    pub(crate) counts_idle: bool,
    /// Whether it closes idle connections, and then further ones, at its limit instead of letting them wait.
    pub(crate) closes_idle: bool,
    /// For each kind of request, whether a successful response is relayed without any effect on the station.
    pub(crate) relays: PerKind<bool>,
    /// Key of the station's random draws.
    pub(crate) key: u64,
    /// Service times: one for each kind of request, and one for responses.
    pub(crate) work: [Sampler; 4],
    pub(crate) routing: PerKind<Routing>,
}

impl Default for StationParams {
    fn default() -> Self {
        Self {
            slots: 0,
            limit: Limit::NONE,
            connections: Limit::NONE,
            is_firewall: false,
            holds: false,
            works_on_responses: false,
            watched: false,
            shares_cores: false,
            drops_syn: false,
            counts_idle: false,
            closes_idle: false,
            relays: PerKind::default(),
            key: 0,
            work: [Sampler::Constant(0); 4],
            routing: [Routing::Respond; 3].into(),
        }
    }
}

impl StationParams {
    /// Index in `work` of the service time of responses.
    pub(crate) const RESPONSES: usize = 3;

    /// Whether the number of requests present is limited.
    pub(crate) const fn limits_connections(&self) -> bool {
        self.connections.is_set()
    }

    /// The parameters of a station in the plan `whole`.
    pub(crate) fn of(whole: &Plan, station: StationIx) -> Self {
        let plan: &StationPlan = &whole.stations[station];
        // A redirect takes the same time whatever it was asked for.
        let redirect = Sampler::from(ServiceTime::Constant { ms: REDIRECT_MS });
        let work = |kind: RequestKind| if plan.redirects[kind] { redirect } else { plan.service[kind.index()] };
        let [statics, reads, writes] = RequestKind::ALL.map(work);
        Self {
            slots: plan.slots,
            limit: plan.limit,
            connections: plan.connections,
            is_firewall: matches!(plan.role, Role::Firewall),
            holds: plan.hold == Hold::UntilAnswered && !matches!(plan.role, Role::Firewall),
            works_on_responses: plan.answer.is_some(),
            watched: plan.watched,
            shares_cores: plan.cpu.is_some(),
            drops_syn: plan.when_full == WhenFull::DropSyn,
            counts_idle: plan.idle_entry.is_some(),
            closes_idle: plan.when_full == WhenFull::DropSyn && plan.at_limit == AtLimit::CloseIdle,
            relays: PerKind::of(|kind| {
                let is_plain =
                    |forwarding: &Forwarding| !forwarding.learns_writer && forwarding.cache.is_none() && !forwarding.sticky;
                plan.forwarding(kind).is_some_and(is_plain) && plan.sessions[kind].is_none()
            }),
            key: plan.key,
            work: [statics, reads, writes, plan.answer.unwrap_or(Sampler::Constant(0))],
            routing: PerKind::of(|kind| Routing::of(whole, station, kind)),
        }
    }
}
