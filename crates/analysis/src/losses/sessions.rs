//! Sessions in the long run: how often a request of a logged-in user reaches an application that knows the session.
//!
//! A user's session is where the latest of the requests that set or confirm it was served. If requests of a user spread over
//! several holders independently of each other, a request that is served by one of them with probability *p* finds the session
//! there with probability *p*. Where a user always takes the same way, because of a cookie or the address, the holders on that way
//! alone count: users with the same way form a *class*.

use std::collections::{BTreeMap, BTreeSet};

use hoplight_model::behaviour::{Behaviour, Forwarding, SessionNeed, SessionUse, UpstreamChoice};
use hoplight_model::{Algorithm, ComponentIx, LinkIx, RequestKind};

use super::loss::{WINDOW_END_S, WINDOW_START_S};
use super::node::{Evaluation, Node, Sends};
use super::reply::{Ending, LossReason, Part, Reply};
use super::site::Site;
use super::state::Passage;

/// The requests of each kind that use sessions.
const KINDS: [RequestKind; 2] = [RequestKind::Read, RequestKind::Write];

/// Users whose requests take the same ways.
#[derive(Clone, Debug, Default)]
struct Class {
    /// Share of the users.
    share: f64,
    /// The backends that a cookie can name, and the one that it names.
    cookie: Option<(BTreeSet<ComponentIx>, ComponentIx)>,
    /// Reads and writes that reach each component with sessions, per read or write of these users.
    arrivals: [BTreeMap<ComponentIx, f64>; 2],
}

impl Class {
    fn add(&mut self, other: &Self, share: [f64; 2]) {
        for ((mine, theirs), share) in self.arrivals.iter_mut().zip(&other.arrivals).zip(share) {
            for (at, arrivals) in theirs {
                *mine.entry(*at).or_default() += arrivals * share;
            }
        }
    }
}

/// Share of the requests with a session that find it, at each component; 1 where nothing reaches the component.
pub(super) fn known(site: &Site<'_>, nodes: &[Node]) -> Vec<f64> {
    let mut known = vec![1.0; site.infra.len()];
    if !site.has_sessions() {
        return known;
    }
    let mut arrived = vec![0.0; known.len()];
    let mut found = vec![0.0; known.len()];
    let holder = |ix: ComponentIx| KINDS.into_iter().find_map(|kind| site.session(ix, kind)).map(|session| session.holder);
    for class in site.order.first().map_or_else(Vec::new, |browser| classes(site, nodes, *browser)) {
        let mut held: BTreeMap<ComponentIx, f64> = BTreeMap::new();
        for (kind, arrivals) in KINDS.into_iter().zip(&class.arrivals) {
            for (ix, share) in arrivals {
                *held.entry(holder(*ix).unwrap_or(*ix)).or_default() += share * site.share(kind);
            }
        }
        let whole: f64 = held.values().sum();
        for (ix, share) in &class.arrivals[0] {
            let here = holder(*ix).and_then(|holder| held.get(&holder)).copied().unwrap_or_default();
            arrived[ix.index()] += class.share * share;
            found[ix.index()] += class.share * share * if whole > 0.0 { here / whole } else { 1.0 };
        }
    }
    for ((known, arrived), found) in known.iter_mut().zip(arrived).zip(found) {
        *known = if arrived > 0.0 { found / arrived } else { 1.0 };
    }
    known
}

/// The classes of the users whose requests reach a component.
fn classes(site: &Site<'_>, nodes: &[Node], ix: ComponentIx) -> Vec<Class> {
    if KINDS.into_iter().any(|kind| site.session(ix, kind).is_some()) {
        let here = || BTreeMap::from([(ix, 1.0)]);
        return vec![Class { share: 1.0, cookie: None, arrivals: [here(), here()] }];
    }
    let sends = KINDS.map(|kind| &nodes[ix.index()].sends[kind.index()]);
    let shares = |link: LinkIx| sends.map(|sends| share_on(sends, link));
    let links: BTreeSet<LinkIx> = sends.into_iter().flatten().map(|(link, _)| *link).collect();
    let behind: Vec<Way> = links
        .into_iter()
        .map(|link| (shares(link), site.hop(link).to, classes(site, nodes, site.hop(link).to)))
        .filter(|(.., classes)| !classes.is_empty())
        .collect();
    match memory(site, ix) {
        _ if behind.len() == 1 => behind.into_iter().flat_map(|(_, _, classes)| classes).collect(),
        Memory::None => mixed(&behind),
        Memory::Address => own_ways(&behind, None),
        Memory::Cookie(backends) => own_ways(&behind, Some(&backends)),
    }
}

/// A way on from a component: its shares of reads and writes, the component at its end, and the classes there.
type Way = ([f64; 2], ComponentIx, Vec<Class>);

/// What keeps a user's requests on the same way at a component.
enum Memory {
    /// Nothing.
    None,
    /// The address of the client or, at the browser, the address of the site that it used last.
    Address,
    /// A cookie that names one of these backends.
    Cookie(BTreeSet<ComponentIx>),
}

fn memory(site: &Site<'_>, ix: ComponentIx) -> Memory {
    match site.behaviour(ix, RequestKind::Read) {
        Behaviour::Originate(_) => Memory::Address,
        Behaviour::Forward(forwarding) if forwarding.sticky => {
            Memory::Cookie(forwarding.links.iter().map(|link| site.hop(*link).to).collect())
        }
        Behaviour::Forward(forwarding) if forwarding.choice == UpstreamChoice::Balanced(Algorithm::SourceHash) => Memory::Address,
        Behaviour::Forward(_)
        | Behaviour::Respond
        | Behaviour::LookUp
        | Behaviour::Query(_)
        | Behaviour::Resolve(_)
        | Behaviour::Filter
        | Behaviour::Redirect
        | Behaviour::Fail(_)
        | Behaviour::Ignore => Memory::None,
    }
}

fn share_on(sends: &Sends, link: LinkIx) -> f64 {
    sends.binary_search_by_key(&link, |(link, _)| *link).map_or(0.0, |place| sends[place].1)
}

/// Each request takes one of the ways, whatever the user's earlier ones took. Cookies that a balancer behind this component
/// inserted are good at the others with the same backends.
fn mixed(behind: &[Way]) -> Vec<Class> {
    let ways = ways(behind);
    let whole = [0, 1].map(|kind| behind.iter().map(|(shares, ..)| shares[kind]).sum::<f64>().max(f64::MIN_POSITIVE));
    let mut mixed: Vec<Class> = Vec::new();
    let is_named = behind.iter().all(|(_, _, classes)| classes.iter().all(|class| class.cookie.is_some()));
    for ((shares, _, classes), way) in behind.iter().zip(ways) {
        for class in classes {
            let cookie = class.cookie.clone().filter(|_| is_named);
            let place = mixed.iter().position(|known| known.cookie == cookie).unwrap_or_else(|| {
                mixed.push(Class { cookie, ..Class::default() });
                mixed.len() - 1
            });
            let into = &mut mixed[place];
            into.share += class.share * way;
            // A user with a cookie stays in one class. Without cookies, all users are in one.
            let of_user = if is_named { 1.0 } else { class.share };
            into.add(class, [0, 1].map(|kind| shares[kind] / whole[kind] * of_user));
        }
    }
    mixed
}

/// The share of users on each way: that of their reads or, if none gets through, of their writes.
fn ways(behind: &[Way]) -> Vec<f64> {
    let sum = |kind: usize| behind.iter().map(|(shares, ..)| shares[kind]).sum::<f64>();
    let kind = usize::from(sum(0) <= 0.0);
    let whole = sum(kind).max(f64::MIN_POSITIVE);
    behind.iter().map(|(shares, ..)| shares[kind] / whole).collect()
}

/// Each user stays on one of the ways.
fn own_ways(behind: &[Way], backends: Option<&BTreeSet<ComponentIx>>) -> Vec<Class> {
    let own = |((_, to, classes), way): (&Way, f64)| {
        let cookie = backends.map(|backends| (backends.clone(), *to));
        let classes = classes.iter().map(move |class| {
            let cookie = cookie.clone().or_else(|| class.cookie.clone());
            Class { share: class.share * way, cookie, ..class.clone() }
        });
        classes.collect::<Vec<_>>()
    };
    behind.iter().zip(ways(behind)).flat_map(own).collect()
}

impl Evaluation<'_> {
    /// A sticky balancer's split over its backends. A returning user who finds the own backend DOWN gets a cookie for another
    /// one and stays there, so a backend that is DOWN now and then loses its users to the others.
    pub(super) fn stuck(&self, starts: Vec<(usize, f64)>, forwarding: &Forwarding) -> Vec<(usize, f64)> {
        let traffic = self.site.infra.traffic();
        let (new, pause_s) = (traffic.new_visitors.get(), traffic.mean_pause_s());
        let stays = |place: usize| {
            let leaves_per_s = (1.0 - self.up(forwarding.links[place], forwarding)) / pause_s;
            let left = |seconds: f64| libm::exp(-leaves_per_s * seconds);
            let window_s = WINDOW_END_S - WINDOW_START_S;
            if leaves_per_s * window_s < 1e-6 {
                1.0
            } else {
                (left(WINDOW_START_S) - left(WINDOW_END_S)) / (leaves_per_s * window_s)
            }
        };
        let stuck: Vec<f64> = starts.iter().map(|(place, share)| share * stays(*place)).collect();
        let (whole, kept): (f64, f64) = (starts.iter().map(|(_, share)| share).sum(), stuck.iter().sum());
        if kept <= 0.0 {
            return starts;
        }
        let split = |((place, share), stuck): ((usize, f64), f64)| (place, new * share + (1.0 - new) * stuck * whole / kept);
        starts.into_iter().zip(stuck).map(split).collect()
    }

    /// Adds what the session decides to the outcomes behind it: requests without one, or without the store's answer, go no
    /// further.
    pub(super) fn with_session(&self, ix: ComponentIx, session: &SessionUse, (behind, sends): (Reply, Sends)) -> (Reply, Sends) {
        let returning = 1.0 - self.site.infra.traffic().new_visitors.get();
        // Every login opens the session; of the reads, those of returning users, who are logged in.
        let opening = if session.need == SessionNeed::Created { 1.0 } else { returning };
        let mut reply = Reply::default();
        let mut own_sends = Sends::new();
        let (mut served, mut asked_s) = (1.0, 0.0);
        if let Some(store) = &session.store {
            let limit = store.policy.connect_timeout.get();
            let failed = |why, time_s, share| Part { ending: Ending::Error, why: Some(why), share: share * opening, time_s };
            match self.state.passage(self.site, store.link) {
                Passage::Refused => {
                    served -= opening;
                    reply.add(failed(LossReason::Refused(store.link), 0.0, 1.0));
                }
                Passage::Silent => {
                    served -= opening;
                    reply.add(failed(LossReason::Silent(store.link), limit, 1.0));
                }
                Passage::Open => {
                    own_sends.push((store.link, opening));
                    let travel = self.site.round_trip_s(store.link);
                    for part in &self.nodes[session.holder.index()].replies[RequestKind::Read.index()].parts {
                        let time_s = (part.time_s + travel).min(limit);
                        if part.ending == Ending::Ok && time_s < limit {
                            asked_s += part.share * time_s;
                        } else {
                            served -= part.share * opening;
                            reply.add(failed(part.why.unwrap_or(LossReason::Overloaded(session.holder)), time_s, part.share));
                        }
                    }
                }
            }
        }
        if session.need == SessionNeed::Known {
            let unknown = returning * (1.0 - self.known[ix.index()]) * if served > 0.0 { 1.0 } else { 0.0 };
            let lost = unknown.min(served);
            served -= lost;
            let why = Some(LossReason::SessionLost(ix));
            reply.add(Part { ending: Ending::Error, why, share: lost, time_s: asked_s });
        }
        let served = served.max(0.0);
        for part in &behind.parts {
            reply.add(Part { share: part.share * served, time_s: part.time_s + asked_s * opening, ..*part });
        }
        own_sends.extend(sends.into_iter().map(|(link, share)| (link, share * served)));
        own_sends.sort_by_key(|(link, _)| *link);
        (reply, own_sends)
    }
}
