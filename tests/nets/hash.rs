//! A running hash of what a simulation reports, computed from numbers and from names in the scenario's file.
//!
//! Identifiers of the code and sentences are not hashed, so that types, variants and fields can be renamed or reordered
//! and texts reworded. Every match is exhaustive: give a new variant an unused number, and do not change existing
//! numbers.

use std::sync::Arc;

use hoplight::model::component::DatabaseRole;
use hoplight::model::firewall::{Direction, RuleAction};
use hoplight::model::hop::Guard;
use hoplight::model::quantity::Seconds;
use hoplight::model::{Algorithm, ComponentIx, Element, LinkIx, RequestKind, Retries, TlsMode, TopologyEdit};
use hoplight::sim::{
    AlertState, CheckCode, Command, ComponentSample, EventKind, Failure, FailureReason, Fault, Heading, Health, JournalEvent,
    Motion, PacketContent, Phase, Port, RecordState, SimTime, Status,
};

/// Spreads the bits (derived from the golden ratio).
const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;

/// A running hash.
#[derive(Clone, Debug, Default)]
pub(crate) struct Hash(u64);

impl Hash {
    pub(crate) fn value(&self) -> u64 {
        self.0
    }

    /// Adds these values, in this order.
    pub(crate) fn add(&mut self, parts: &[&dyn Hashed]) {
        for part in parts {
            part.hash(self);
        }
    }

    fn mix(&mut self, word: u64) {
        self.0 = (self.0.rotate_left(23) ^ word).wrapping_mul(FACTOR);
    }
}

/// A value that can be hashed.
pub(crate) trait Hashed {
    fn hash(&self, hash: &mut Hash);
}

impl Hashed for u64 {
    fn hash(&self, hash: &mut Hash) {
        hash.mix(*self);
    }
}

/// Implements [`Hashed`] for types that are hashed as another type.
macro_rules! hashed_as {
    ($($type:ty: $value:ident => $as:expr;)*) => {
        $(impl Hashed for $type {
            fn hash(&self, hash: &mut Hash) {
                let $value = self;
                Hashed::hash(&$as, hash);
            }
        })*
    };
}

/// Implements [`Hashed`] for enums without fields, with a number for each variant.
macro_rules! numbered {
    ($($type:ty { $($pattern:pat => $number:literal),* $(,)? })*) => {
        $(impl Hashed for $type {
            fn hash(&self, hash: &mut Hash) {
                let number: u64 = match self { $($pattern => $number),* };
                number.hash(hash);
            }
        })*
    };
}

hashed_as! {
    bool: value => u64::from(*value);
    u8: value => u64::from(*value);
    u16: value => u64::from(*value);
    u32: value => u64::from(*value);
    usize: value => *value as u64;
    f32: value => u64::from(value.to_bits());
    f64: value => value.to_bits();
    SimTime: value => value.nanos();
    ComponentIx: value => value.index();
    LinkIx: value => value.index();
}

numbered! {
    RequestKind { Self::Static => 0, Self::Read => 1, Self::Write => 2 }
    Heading { Self::Request => 0, Self::Response => 1 }
    Direction { Self::Inbound => 0, Self::Outbound => 1 }
    RuleAction { Self::Allow => 0, Self::Drop => 1, Self::Reject => 2, Self::Reset => 3 }
    Health { Self::Up => 0, Self::Hung => 1, Self::Crashed => 2, Self::PoweredOff => 3 }
    Port { Self::Open => 0, Self::Closed => 1, Self::Filtered => 2 }
    AlertState { Self::Ok => 0, Self::Pending => 1, Self::Firing => 2, Self::Resolved => 3 }
    DatabaseRole { Self::Primary => 0, Self::Replica => 1, Self::Member => 2, Self::MultiPrimary => 3 }
    TlsMode { Self::None => 0, Self::Terminate => 1, Self::Reencrypt => 2, Self::Passthrough => 3 }
    RecordState { Self::Present => 0, Self::Gone => 1, Self::Unreachable => 2 }
    Algorithm {
        Self::RoundRobin => 0, Self::WeightedRoundRobin => 1, Self::LeastConnections => 2, Self::SourceHash => 3,
        Self::First => 4, Self::RandomTwo => 5,
    }
    Phase {
        Self::Lookup => 0, Self::Connect => 1, Self::Handshake => 2, Self::Exchange => 3, Self::Hello => 4,
        Self::Finish => 5, Self::Resume => 6, Self::Check => 7, Self::PlainConnect => 8, Self::PlainExchange => 9,
    }
    CheckCode {
        Self::L4Con => 0, Self::L4Tout => 1, Self::L6Tout => 2, Self::L6Rsp => 3, Self::L7Sts(_) => 4, Self::L7Tout => 5,
    }
    Failure {
        Self::Dns => 0, Self::Refused => 1, Self::Reset => 2, Self::Certificate => 3, Self::TimedOut => 4,
        Self::ServerError => 5, Self::BadGateway => 6, Self::Unavailable => 7, Self::GatewayTimeout => 8,
        Self::Closed => 9, Self::TooManyRequests => 10, Self::LoginRequired => 11, Self::TooManyRedirects => 30,
    }
    FailureReason {
        Self::Refused => 0, Self::Reset => 1, Self::Timeout => 2, Self::NoRoute => 3, Self::NoBackend => 4,
        Self::QueueTimeout => 5, Self::Full => 6, Self::ReadOnly => 7, Self::TooManyConnections => 8, Self::Certificate => 9,
        Self::DiskFull => 10, Self::NotReady => 20, Self::Conflict => 21, Self::RateLimit => 22,
        Self::SharedRateLimit => 23, Self::SessionLost => 24,
    }
}

impl Hashed for u128 {
    #[expect(clippy::cast_possible_truncation, reason = "splits the value")]
    fn hash(&self, hash: &mut Hash) {
        hash.mix((*self >> 64) as u64);
        hash.mix(*self as u64);
    }
}

impl Hashed for str {
    fn hash(&self, hash: &mut Hash) {
        self.len().hash(hash);
        self.bytes().for_each(|byte| byte.hash(hash));
    }
}

impl<T: Hashed> Hashed for Option<T> {
    fn hash(&self, hash: &mut Hash) {
        self.is_some().hash(hash);
        if let Some(value) = self {
            value.hash(hash);
        }
    }
}

impl<T: Hashed, E: Hashed> Hashed for Result<T, E> {
    fn hash(&self, hash: &mut Hash) {
        self.is_ok().hash(hash);
        match self {
            Ok(value) => value.hash(hash),
            Err(error) => error.hash(hash),
        }
    }
}

impl Hashed for () {
    fn hash(&self, _: &mut Hash) {}
}

impl<T: Hashed> Hashed for [T] {
    fn hash(&self, hash: &mut Hash) {
        self.len().hash(hash);
        for value in self {
            value.hash(hash);
        }
    }
}

impl<T: Hashed> Hashed for Vec<T> {
    fn hash(&self, hash: &mut Hash) {
        self.as_slice().hash(hash);
    }
}

impl<T: Hashed> Hashed for Arc<[T]> {
    fn hash(&self, hash: &mut Hash) {
        self.as_ref().hash(hash);
    }
}

impl<A: Hashed, B: Hashed> Hashed for (A, B) {
    fn hash(&self, hash: &mut Hash) {
        self.0.hash(hash);
        self.1.hash(hash);
    }
}

impl Hashed for Element {
    fn hash(&self, hash: &mut Hash) {
        match self {
            Self::Component(id) => hash.add(&[&0_u64, &id.as_str()]),
            Self::Server(id) => hash.add(&[&1_u64, &id.as_str()]),
            Self::Hop(from, to) => hash.add(&[&2_u64, &from.as_str(), &to.as_str()]),
        }
    }
}

impl<T: Hashed + ?Sized> Hashed for &T {
    fn hash(&self, hash: &mut Hash) {
        (**self).hash(hash);
    }
}

impl Hashed for Guard {
    fn hash(&self, hash: &mut Hash) {
        hash.add(&[&self.firewall, &self.verdict.action, &self.verdict.rule, &self.verdict.direction]);
    }
}

impl Hashed for Status {
    fn hash(&self, hash: &mut Hash) {
        let number: u64 = match self {
            Self::Ok => 0,
            Self::Refused => 1,
            Self::Reset => 2,
            Self::Certificate => 3,
            Self::ReadOnly => 4,
            Self::TooManyConnections => 5,
            Self::NotReady => 20,
            Self::Error(failure) => {
                failure.hash(hash);
                6
            }
            Self::Miss => 7,
            Self::Redirect => 21,
        };
        number.hash(hash);
    }
}

impl Hashed for Retries {
    fn hash(&self, hash: &mut Hash) {
        let Self { attempts, backoff_s, jitter } = self;
        hash.add(&[&attempts.get(), &backoff_s.get(), &jitter.get()]);
    }
}

impl Hashed for TopologyEdit {
    fn hash(&self, hash: &mut Hash) {
        match self {
            Self::EdgeTls(mode) => hash.add(&[&0_u64, mode]),
            Self::WebToAppTls(on) => hash.add(&[&1_u64, on]),
            Self::AppToDbTls(on) => hash.add(&[&2_u64, on]),
            Self::Sticky(on) => hash.add(&[&5_u64, on]),
            Self::Block(from, to) => hash.add(&[&3_u64, &from.as_str(), &to.as_str()]),
            Self::Port80(port_80) => hash.add(&[&5_u64, &port_80.word()]),
            Self::Hsts(hsts) => hash.add(&[&6_u64, &hsts.map(|hsts| u64::from(hsts.max_age_s) * 2 + u64::from(hsts.preload))]),
            Self::ForwardedProto(on) => hash.add(&[&7_u64, on]),
            Self::Unblock(from, to) => hash.add(&[&4_u64, &from.as_str(), &to.as_str()]),
            Self::RateLimit(id, limit) => {
                let limit = limit.as_ref().map(|limit| (limit.rate.get(), u64::from(limit.burst)));
                hash.add(&[&5_u64, &id.as_str(), &limit]);
            }
        }
    }
}

impl Hashed for Fault {
    fn hash(&self, hash: &mut Hash) {
        match self {
            Self::Hang(element) => hash.add(&[&0_u64, element]),
            Self::Slow(element, factor) => hash.add(&[&1_u64, element, &factor.get()]),
            Self::Misconfigured(element) => hash.add(&[&2_u64, element]),
            Self::Flaw(id) => hash.add(&[&3_u64, &id.as_str()]),
            Self::Compromised(element) => hash.add(&[&4_u64, element]),
            Self::Expired(id) => hash.add(&[&5_u64, &id.as_str()]),
            Self::Record(state) => hash.add(&[&6_u64, state]),
            Self::DiskFull(id) => hash.add(&[&7_u64, &id.as_str()]),
            Self::ReplicationStopped(id) => hash.add(&[&8_u64, &id.as_str()]),
            Self::Leak { from, to, count } => {
                hash.add(&[&9_u64, &to.as_str(), count, &from.as_ref().map(hoplight::model::ComponentId::as_str)]);
            }
            Self::VrrpKilled(id) => hash.add(&[&12_u64, &id.as_str()]),
            Self::VrrpStopped(id) => hash.add(&[&13_u64, &id.as_str()]),
            Self::CpuHog(server, threads) => hash.add(&[&14_u64, &server.as_str(), threads]),
            Self::Flood(rate) => hash.add(&[&10_u64, &rate.get()]),
            Self::Abuse(rate, addresses) => hash.add(&[&14_u64, &rate.get(), addresses]),
            Self::Sniffer(from, to) => hash.add(&[&11_u64, &from.as_str(), &to.as_str()]),
        }
    }
}

impl Hashed for ComponentSample {
    fn hash(&self, hash: &mut Hash) {
        let Self { component, qps, utilisation, waiting, answers, errors, failed_handshakes, latency, .. } = self;
        let Self { cpu, connections, hit_ratio, evictions, lag_s, leads, backends_down, semi_sync, .. } = self;
        let latency = latency.map(|latency| vec![latency.p50_ms, latency.p95_ms, latency.p99_ms]);
        hash.add(&[
            component,
            qps,
            utilisation,
            waiting,
            answers,
            errors,
            failed_handshakes,
            &latency,
            connections,
            lag_s,
            leads,
            backends_down,
            semi_sync,
        ]);
        if cpu.is_some() {
            hash.add(&[cpu]);
        }
        if evictions.is_some() {
            hash.add(&[hit_ratio, evictions]);
        }
    }
}

impl Hashed for PacketContent {
    fn hash(&self, hash: &mut Hash) {
        match self {
            Self::Request { number, kind, phase, ok, orphan } => hash.add(&[&0_u64, number, kind, phase, ok, orphan]),
            Self::Metrics => hash.add(&[&1_u64]),
            Self::Replication => hash.add(&[&2_u64]),
            Self::Check { passed } => hash.add(&[&3_u64, passed]),
        }
    }
}

impl Hashed for Motion {
    fn hash(&self, hash: &mut Hash) {
        match self {
            Self::Moving => hash.add(&[&0_u64]),
            Self::AtFirewall(guard) => hash.add(&[&1_u64, guard]),
            Self::Blocked(guard) => hash.add(&[&2_u64, guard]),
            Self::Lost => hash.add(&[&3_u64]),
        }
    }
}

impl Hashed for JournalEvent {
    fn hash(&self, hash: &mut Hash) {
        hash.add(&[&self.at, &self.request, &self.what]);
    }
}

/// A command is hashed in place of its event, so commands share the numbering of events.
impl Hashed for Command {
    fn hash(&self, hash: &mut Hash) {
        match self {
            Self::Promote(database) => hash.add(&[&25_u64, &database.as_str()]),
            Self::Lag(database, lag) => hash.add(&[&26_u64, &database.as_str(), &lag.get()]),
            Self::Probe(interval) => hash.add(&[&30_u64, &interval.map(Seconds::get)]),
            Self::Kill(element) => hash.add(&[&31_u64, element]),
            Self::Restore(element) => hash.add(&[&32_u64, element]),
            Self::Restart(element, _) => hash.add(&[&33_u64, element]),
            Self::Fault(fault) => hash.add(&[&34_u64, fault, &true]),
            Self::Clear(fault) => hash.add(&[&34_u64, fault, &false]),
            Self::Retries(retries) => hash.add(&[&35_u64, retries]),
            Self::SynCookies(on) => hash.add(&[&36_u64, on]),
            Self::Drain(element) => hash.add(&[&38_u64, element]),
            Self::Ready(element) => hash.add(&[&39_u64, element]),
            Self::Edit(edit) => hash.add(&[&40_u64, edit]),
            Self::Rate(rate) => hash.add(&[&41_u64, &rate.get()]),
            Self::Balance(algorithm) => hash.add(&[&42_u64, algorithm]),
            Self::Send(kind) => hash.add(&[&43_u64, kind]),
            Self::Demote(database) => hash.add(&[&44_u64, &database.as_str()]),
            Self::Scan => hash.add(&[&45_u64]),
            Self::Flush(cache) => hash.add(&[&46_u64, &cache.as_str()]),
            Self::ExpirePopular(cache) => hash.add(&[&47_u64, &cache.as_str()]),
            Self::SwitchRecord(entry) => hash.add(&[&48_u64, &entry.as_str()]),
        }
    }
}

impl Hashed for EventKind {
    fn hash(&self, hash: &mut Hash) {
        match self {
            Self::Arrived => hash.add(&[&0_u64]),
            Self::Departed { link, heading, phase, status } => hash.add(&[&1_u64, link, heading, phase, status]),
            Self::Reached { component, heading, phase } => hash.add(&[&2_u64, component, heading, phase]),
            Self::Passed { link, guard, .. } => hash.add(&[&3_u64, link, guard]),
            Self::Blocked { link, guard, .. } => hash.add(&[&4_u64, link, guard]),
            Self::Waits { component, waiting } => hash.add(&[&5_u64, component, waiting]),
            Self::TurnedAway { component } => hash.add(&[&6_u64, component]),
            Self::SynDropped { component } => hash.add(&[&37_u64, component]),
            Self::Chose { balancer, backend, algorithm, up } => hash.add(&[&7_u64, balancer, backend, algorithm, up]),
            Self::NoBackend { balancer } => hash.add(&[&8_u64, balancer]),
            Self::Answers { component } => hash.add(&[&9_u64, component]),
            Self::Unresolved { resolver, nxdomain } => hash.add(&[&10_u64, resolver, nxdomain]),
            Self::Fails { component, failure, why } => hash.add(&[&11_u64, component, failure, why]),
            Self::Redirects { component } => hash.add(&[&50_u64, component]),
            Self::Refuses { component } => hash.add(&[&12_u64, component]),
            Self::Vanished { link } => hash.add(&[&13_u64, link]),
            Self::Retries { component, attempt } => hash.add(&[&14_u64, component, attempt]),
            Self::GivesUp { component } => hash.add(&[&15_u64, component]),
            Self::TriesNext { component, phase } => hash.add(&[&47_u64, component, phase]),
            Self::Ended { outcome, latency_ms } => hash.add(&[&16_u64, outcome, latency_ms]),
            Self::Backend { backend, up, code } => hash.add(&[&17_u64, backend, up, code]),
            Self::Master { balancer, master } => hash.add(&[&18_u64, balancer, master]),
            Self::Sampled { agent, rows } => hash.add(&[&19_u64, agent, rows]),
            Self::Delivered { agent } => hash.add(&[&20_u64, agent]),
            Self::Replicated { replica } => hash.add(&[&21_u64, replica]),
            Self::Promoted { database, lost } => hash.add(&[&22_u64, database, lost]),
            Self::Demoted { database } => hash.add(&[&23_u64, database]),
            Self::SemiSync { database, on } => hash.add(&[&24_u64, database, on]),
            Self::Probes => hash.add(&[&27_u64]),
            Self::Probed { outcome, latency_ms } => hash.add(&[&28_u64, outcome, latency_ms]),
            Self::Alert { rule, subject, state } => hash.add(&[&29_u64, rule, subject, state]),
            Self::Commanded(command) => command.hash(hash),
            Self::Booted(element) => hash.add(&[&32_u64, element]),
            Self::LookedUp { cache, found } => hash.add(&[&48_u64, cache, &(*found as u64)]),
            Self::Scanned { open } => hash.add(&[&37_u64, open]),
            Self::Target { agent, up } => hash.add(&[&60_u64, agent, up]),
            Self::DeadMansSwitch { paged } => hash.add(&[&61_u64, paged]),
            Self::FirewallTakeover { firewall, keeps_connections } => hash.add(&[&62_u64, firewall, keeps_connections]),
            Self::RoleSeen { proxy, database, writable } => hash.add(&[&63_u64, proxy, database, writable]),
            Self::GroupMember { database, serves } => hash.add(&[&64_u64, database, serves]),
            Self::LookedUpSession { holder, known } => hash.add(&[&65_u64, holder, known]),
            Self::FollowsCookie { balancer, backend } => hash.add(&[&66_u64, balancer, backend]),
            Self::SessionsLost { holder, users } => hash.add(&[&67_u64, holder, users]),
            Self::Rebuilt(infra) => hash.add(&[&43_u64, &infra.id().as_str()]),
        }
    }
}
