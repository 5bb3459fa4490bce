//! The users' side: lookups, the addresses and the entries that hold them, and new connections.

use std::collections::BTreeMap;

use hoplight_model::behaviour::{Address, Behaviour, Origin, idle_timeout, terminates_tls, vrrp_priority};
use hoplight_model::component::{Traffic, VrrpSpec};
use hoplight_model::http::MAX_REDIRECTS;
use hoplight_model::quantity::Seconds;
use hoplight_model::{ComponentIx, Connections, LinkIx, Port80, Protocol, RequestKind, TlsMode, TlsVersion};

use super::kept::KeptConnections;
use super::node::{Node, Sends};
use super::reply::{Ending, LossReason, Part, Reply};
use super::site::Site;
use super::state::{Passage, State};
use super::syn;
use crate::port_80::{self, Port80Outcome};

/// An entry that holds an address for a share of the time, and the share of users that it gets.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Holder {
    entry: LinkIx,
    share: f64,
    /// How long new visitors wait for other addresses first, in seconds. Returning visitors know which address responds.
    delay_s: f64,
    /// Rate at which the address moves away from it, per second.
    losses_per_s: f64,
}

/// Shares of all requests.
#[derive(Clone, Copy, Debug)]
struct Shares {
    /// Those that reach an entry.
    all: f64,
    /// Those that open a connection, at any entry.
    opening: f64,
    /// Those from new visitors, at any entry.
    fresh: f64,
}

/// Shares of full handshakes that browsers refuse.
#[derive(Clone, Copy, Debug, Default)]
struct Refusals {
    /// Because the certificate has expired.
    expired: f64,
    /// Because there is none.
    missing: f64,
    /// The first component at which they do.
    at: Option<ComponentIx>,
}

/// Shares of requests whose lookup fails.
struct Lookups {
    /// Of new visitors.
    new: f64,
    /// Of returning users.
    returning: f64,
    why: Option<LossReason>,
}

/// The users of a site after a loss.
pub(super) struct Users<'a> {
    pub(super) site: &'a Site<'a>,
    pub(super) state: &'a State,
    pub(super) nodes: &'a [Node],
    /// Whether caches may still hold the site's address. In the long run, every address has to be looked up again.
    pub(super) cached: bool,
}

impl Users<'_> {
    /// How requests of a kind end for users, and how many are sent on each link to the site.
    pub(super) fn respond(&self, origin: &Origin, kind: RequestKind) -> (Reply, Sends) {
        let mut reply = Reply::default();
        let mut sends: BTreeMap<LinkIx, f64> = BTreeMap::new();
        let traffic = self.site.infra.traffic();
        let new = traffic.new_visitors.get();
        let Lookups { new: fails_new, returning: fails_returning, why } = self.lookup(origin);
        let unresolved = new * fails_new + (1.0 - new) * fails_returning;
        reply.add(Part { ending: Ending::Error, why, share: unresolved, time_s: 0.0 });
        let arrived = 1.0 - unresolved;
        // Shares of all requests that are from new visitors, and that open a connection first. A returning user whose
        // address has expired does not get that far.
        let reopening = origin.entries.first().map_or(0.0, |entry| self.reopening(*entry));
        let fresh = new * (1.0 - fails_new);
        let opening = fresh + (1.0 - new) * (reopening - fails_returning).max(0.0);
        for (holder, passage) in self.spread(origin) {
            let share = arrived * holder.share;
            let failed = |why| Part { ending: Ending::Error, why: Some(why), share, time_s: 0.0 };
            match passage {
                Passage::Refused => reply.add(failed(LossReason::EntryRefused(holder.entry))),
                Passage::Silent => reply.add(failed(LossReason::EntrySilent(holder.entry))),
                Passage::Open => {
                    let (kept, plain) = self.plaintext(&mut reply, origin, kind, (holder.entry, share));
                    // Those who do not get past port 80 open no connection to the site.
                    let past = if share > 0.0 { kept / share } else { 1.0 };
                    let shares = Shares { all: kept, opening: opening * past, fresh: fresh * past };
                    let visits = self.exchange(&mut reply, origin, kind, holder, shares);
                    *sends.entry(holder.entry).or_default() += kept * visits + plain;
                }
            }
        }
        (reply, sends.into_iter().collect())
    }

    /// How users spread over the entries, and what they find there. An equal share starts at each address; a browser tries
    /// the next one until one responds.
    fn spread(&self, origin: &Origin) -> Vec<(Holder, Passage)> {
        let addresses: Vec<Vec<Holder>> = origin.published().map(|address| self.holders(address)).collect();
        let mut spread = Vec::new();
        for first in 0..addresses.len() {
            let (mut left, mut delay_s) = (1.0 / addresses.len() as f64, 0.0);
            for (tried, place) in (first..addresses.len()).chain(0..first).enumerate() {
                let has_next = tried + 1 < addresses.len();
                let (mut moves_on, mut is_silent) = (0.0, false);
                for holder in &addresses[place] {
                    let passage = self.state.passage(self.site, holder.entry);
                    let share = left * holder.share;
                    if passage == Passage::Open || !has_next {
                        spread.push((Holder { share, delay_s, ..*holder }, passage));
                    } else {
                        moves_on += share;
                        is_silent |= passage == Passage::Silent;
                    }
                }
                left = moves_on;
                delay_s += if is_silent { origin.attempt_timeout.get() } else { 0.0 };
                if left <= 0.0 {
                    break;
                }
            }
        }
        spread
    }

    /// Adds the outcomes of the visits that begin at port 80 of an entry and get no further. Returns the share of the others,
    /// and the share of requests that the entry forwards in plaintext.
    fn plaintext(&self, reply: &mut Reply, origin: &Origin, kind: RequestKind, (entry, share): (LinkIx, f64)) -> (f64, f64) {
        let Some(http) = &origin.http else { return (share, 0.0) };
        let outcome = port_80::outcome(self.site.infra, entry, kind);
        let (of_new, of_returning) = port_80::shares(self.site.infra, http, &outcome);
        let new = self.site.infra.traffic().new_visitors.get();
        let plain = share * (new * of_new + (1.0 - new) * of_returning);
        let mut fails = |why| reply.add(Part { ending: Ending::Error, why: Some(why), share: plain, time_s: 0.0 });
        match outcome {
            Port80Outcome::Redirected if http.port_80 == Port80::Open => (share, plain),
            Port80Outcome::Redirected => (share, 0.0),
            Port80Outcome::Closed | Port80Outcome::Blocked { refuses: true, .. } => {
                fails(LossReason::PlaintextRefused(entry));
                (share - plain, 0.0)
            }
            Port80Outcome::Blocked { refuses: false, .. } => {
                fails(LossReason::PlaintextSilent(entry));
                (share - plain, 0.0)
            }
            Port80Outcome::Served => {
                let (to, travel) = (self.site.hop(entry).to, self.site.round_trip_s(entry));
                self.deliver(reply, origin, (kind, to), (plain, travel));
                (share - plain, plain)
            }
        }
    }

    /// Adds the outcomes of a share of requests at an entry, `delay_s` after they were sent. Returns the mean number of
    /// requests that each of them becomes, because of redirects.
    fn deliver(
        &self,
        reply: &mut Reply,
        origin: &Origin,
        (kind, to): (RequestKind, ComponentIx),
        (left, delay_s): (f64, f64),
    ) -> f64 {
        let replies = syn::resolve(&self.nodes[to.index()].replies[kind.index()], origin.patience.get());
        let redirected: f64 = replies.parts.iter().filter(|part| part.ending == Ending::Redirect).map(|part| part.share).sum();
        // The browser follows each of them, until it gives up.
        let visits: f64 = (0..=i32::from(MAX_REDIRECTS)).map(|count| redirected.powi(count)).sum();
        let last = redirected.powi(i32::from(MAX_REDIRECTS));
        for part in &replies.parts {
            let is_redirect = part.ending == Ending::Redirect;
            let (rounds, times) = if is_redirect { (visits, last) } else { (1.0, visits) };
            let time_s = (part.time_s + delay_s) * rounds;
            let late = time_s >= origin.patience.get();
            let ending = if late || is_redirect { Ending::Error } else { part.ending };
            let why = if late { part.why.or(Some(LossReason::Overloaded(to))) } else { part.why };
            reply.add(Part { share: part.share * times * left, ending, why, time_s });
        }
        visits
    }

    /// Adds the outcomes of the requests that reach an entry. Returns the mean number of requests that each of them becomes.
    fn exchange(&self, reply: &mut Reply, origin: &Origin, kind: RequestKind, holder: Holder, shares: Shares) -> f64 {
        let Shares { all: share, opening, fresh } = shares;
        let traffic = self.site.infra.traffic();
        let to = self.site.hop(holder.entry).to;
        let travel = self.site.round_trip_s(holder.entry);
        let mut broken = |why, broken| reply.add(Part { ending: Ending::Error, why: Some(why), share: broken, time_s: 0.0 });
        // A message that reaches the other holder of the address belongs to no connection there.
        let moved = (opening * holder.losses_per_s * self.opening_trips(traffic) * travel).min(opening * holder.share);
        broken(LossReason::TwoMasters, moved);
        let Refusals { expired, missing, at } = self.refusals(to, kind);
        let mut refused = 0.0;
        if let Some(at) = at {
            let left = (share - moved).max(0.0);
            // Without any certificate, there has been no connection to keep and no session to resume.
            let by_missing = if missing >= 1.0 { 1.0 } else { self.refused(holder.entry, missing) };
            let by_expired = self.refused(holder.entry, expired * (1.0 - traffic.resumes.get()));
            refused = left * (by_missing + by_expired).min(1.0);
            broken(if missing > 0.0 { LossReason::NoCertificate(at) } else { LossReason::Expired(at) }, refused);
        }
        let left = (share - moved - refused).max(0.0);
        // Returning users know which address responds, unless none of their attempts got that far.
        let waiting = match holder.delay_s {
            0.0 => 0.0,
            delay_s if delay_s < origin.patience.get() => (fresh * holder.share).min(left),
            _ => left,
        };
        let at = (kind, to);
        let visits = self.deliver(reply, origin, at, (left - waiting, travel));
        self.deliver(reply, origin, at, (waiting, travel + holder.delay_s));
        visits
    }

    /// Round trips before the request itself on a new connection.
    fn opening_trips(&self, traffic: &Traffic) -> f64 {
        let tls = self.site.infra.tls();
        let handshake = match (tls.edge, tls.version) {
            (TlsMode::None, _) => 0.0,
            (_, TlsVersion::Tls13) => 1.0,
            (_, TlsVersion::Tls12) => 2.0 - traffic.resumes.get(),
        };
        1.0 + handshake
    }

    /// The full handshakes with an entry that fail because of a certificate.
    fn refusals(&self, ix: ComponentIx, kind: RequestKind) -> Refusals {
        let infra = self.site.infra;
        if infra.tls().edge == TlsMode::None {
            return Refusals::default();
        }
        if !terminates_tls(infra, ix) {
            let mut sum = Refusals::default();
            for (link, share) in &self.nodes[ix.index()].sends[kind.index()] {
                let behind = self.refusals(self.site.hop(*link).to, kind);
                sum.expired += behind.expired * share;
                sum.missing += behind.missing * share;
                sum.at = sum.at.or(behind.at);
            }
            return sum;
        }
        let own = infra.certificates_at(ix);
        if own.is_empty() {
            Refusals { missing: 1.0, expired: 0.0, at: Some(ix) }
        } else if self.state.all_expired(&own) {
            Refusals { missing: 0.0, expired: 1.0, at: Some(ix) }
        } else {
            Refusals::default()
        }
    }

    /// Share of a returning user's requests that open a connection, because the last one has been closed.
    fn reopening(&self, entry: LinkIx) -> f64 {
        let idle = idle_timeout(self.site.infra, self.site.hop(entry));
        idle.map_or(0.0, |idle| self.site.infra.traffic().pauses_beyond(idle.get()))
    }

    /// The connections of returning users to an entry, if `reopens` of the new ones succeed.
    fn kept(&self, entry: LinkIx, reopens: f64) -> KeptConnections {
        let traffic = self.site.infra.traffic();
        let kept = traffic.connections == Connections::KeepAlive;
        let idle_s = idle_timeout(self.site.infra, self.site.hop(entry)).map_or(f64::INFINITY, Seconds::get);
        KeptConnections { pause_s: traffic.mean_pause_s(), idle_s: if kept { idle_s } else { 0.0 }, reopens }
    }

    /// Share of the requests on an entry that fail because `refused` of the handshakes do.
    fn refused(&self, entry: LinkIx, refused: f64) -> f64 {
        if refused <= 0.0 {
            return 0.0;
        }
        let new = self.site.infra.traffic().new_visitors.get();
        new * refused + (1.0 - new) * (1.0 - self.kept(entry, 1.0 - refused).after_loss())
    }

    /// The requests whose lookup fails.
    fn lookup(&self, origin: &Origin) -> Lookups {
        let fine = Lookups { new: 0.0, returning: 0.0, why: None };
        let (Some(first), Some(entry)) = (origin.lookups.first(), origin.entries.first()) else { return fine };
        let responds = self.resolver(origin);
        if responds.is_some() && !self.state.nameless {
            return fine;
        }
        let spec = self.site.infra.component(self.site.hop(responds.unwrap_or(*first)).to).kind.as_resolver();
        // Of the requests whose user or resolver has cached the address, none is left in the long run.
        let (new, returning) = match spec.filter(|_| self.cached) {
            Some(spec) => self.kept(*entry, 0.0).after_expiry(spec.ttl_s.get()),
            None => (0.0, 0.0),
        };
        match responds {
            Some(link) => Lookups { new: 1.0 - new, returning: 1.0 - returning, why: Some(LossReason::NameGone(link)) },
            None => Lookups { new: 1.0, returning: 1.0 - returning, why: Some(LossReason::NoLookup(*first)) },
        }
    }

    /// The first resolver that responds. A browser queries one after the other, as long as its user waits.
    fn resolver(&self, origin: &Origin) -> Option<LinkIx> {
        let mut waited_s = 0.0;
        for link in &origin.lookups {
            match self.state.passage(self.site, *link) {
                Passage::Open => return (waited_s < origin.patience.get()).then_some(*link),
                Passage::Refused => {}
                Passage::Silent => waited_s += origin.lookup_timeout.get(),
            }
        }
        None
    }

    /// Whether a lookup of the site's name fails.
    pub(super) fn lookup_fails(&self, origin: &Origin) -> bool {
        !origin.lookups.is_empty() && self.resolver(origin).is_none_or(|_| self.state.nameless)
    }

    /// The entries that hold an address.
    fn holders(&self, address: &Address) -> Vec<Holder> {
        let whole = |entry| vec![Holder { entry, share: 1.0, delay_s: 0.0, losses_per_s: 0.0 }];
        let first = address.links.first().copied();
        let pair: Vec<(LinkIx, LinkIx)> =
            address.links.iter().filter_map(|entry| Some((*entry, self.vrrp_link(self.site.hop(*entry).to)?))).collect();
        // The entries are in order of priority.
        let Some((preferred, _)) = pair.first() else { return first.map_or_else(Vec::new, whole) };
        // keepalived ends with its machine and, if it tracks the balancer, gives up the address without it.
        let mut running = pair.iter().filter(|(entry, _)| {
            let ix = self.site.hop(*entry).to;
            self.state.has_power(ix) && (self.state.runs(ix) || !self.is_tracked(ix))
        });
        let Some((master, _)) = running.next() else { return whole(*preferred) };
        // A backup that receives no advertisements becomes master as well.
        let others: Vec<LinkIx> =
            running.filter(|(_, vrrp)| self.state.way(self.site, *vrrp) != Passage::Open).map(|(entry, _)| *entry).collect();
        let [other] = others[..] else { return whole(*master) };
        // Users' packets go to the last one whose announcement of the address gets through to them.
        let announced: Vec<LinkIx> =
            [other, *master].into_iter().filter(|entry| self.state.carries_arp(self.site, *entry)).collect();
        match (&announced[..], self.vrrp_times(address, other)) {
            // Each advertisement moves the address to its sender. The backup sends its first one when the last of the
            // master's is `3 × interval + skew` old, so the offset between the two is the skew.
            ([_, _], Some((interval, skew))) if self.has_vmac(other) => {
                let offset = (skew / interval).fract();
                let holder = |entry, share| Holder { entry, share, delay_s: 0.0, losses_per_s: 1.0 / interval };
                vec![holder(*master, offset), holder(other, 1.0 - offset)]
            }
            ([last, ..], _) => whole(*last),
            ([], _) => whole(*master),
        }
    }

    /// Whether keepalived tracks the process of a balancer.
    fn is_tracked(&self, ix: ComponentIx) -> bool {
        self.vrrp(ix).is_some_and(|vrrp| vrrp.track.is_some())
    }

    /// Whether the advertisements of the balancer behind an entry announce the address.
    fn has_vmac(&self, entry: LinkIx) -> bool {
        self.vrrp(self.site.hop(entry).to).is_some_and(|vrrp| vrrp.vmac)
    }

    fn vrrp(&self, ix: ComponentIx) -> Option<&VrrpSpec> {
        self.site.infra.component(ix).kind.as_balancer()?.vrrp.as_ref()
    }

    fn vrrp_link(&self, ix: ComponentIx) -> Option<LinkIx> {
        let infra = self.site.infra;
        self.vrrp(ix)?;
        let links = infra.links().filter(|(_, link)| link.protocol == Protocol::Vrrp).map(|(link, _)| self.site.hop(link));
        links.filter(|hop| hop.from == ix || hop.to == ix).map(|hop| hop.link).next()
    }

    /// The interval and the skew of the balancer behind an entry of an address, in seconds.
    fn vrrp_times(&self, address: &Address, entry: LinkIx) -> Option<(f64, f64)> {
        let ix = self.site.hop(entry).to;
        let priority = vrrp_priority(self.site.infra, address, ix)?;
        Some((self.vrrp(ix)?.advert_s.get(), (256.0 - f64::from(priority)) / 256.0))
    }

    /// The origin of the requests of a kind.
    pub(super) fn origin<'s>(site: &'s Site<'_>, kind: RequestKind) -> Option<&'s Origin> {
        let browser = *site.order.first()?;
        if let Behaviour::Originate(origin) = site.behaviour(browser, kind) { Some(origin) } else { None }
    }
}
