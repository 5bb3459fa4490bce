//! A hash of the readable state of a simulation.

use std::time::Duration;

use hoplight::model::firewall::Direction;
use hoplight::model::{ComponentIx, Element, Infrastructure, LinkIx, RequestKind};
use hoplight::sim::{Failure, Simulation};

use crate::hash::Hash;

/// Time window for the users' experience.
const WINDOW: Duration = Duration::from_secs(5);

pub(crate) fn hash(sim: &Simulation) -> u64 {
    let infra = sim.infrastructure();
    let mut hash = Hash::default();
    whole(sim, &mut hash);
    for kind in RequestKind::ALL.map(Some).into_iter().chain([None]) {
        users(sim, kind, &mut hash);
    }
    for (ix, part) in infra.components() {
        component(sim, ix, &mut hash);
        element(sim, &Element::Component(part.id.clone()), &mut hash);
    }
    for server in infra.servers() {
        element(sim, &Element::Server(server.id.clone()), &mut hash);
    }
    for (ix, _) in infra.links() {
        link(sim, infra, ix, &mut hash);
    }
    monitoring(sim, &mut hash);
    for packet in sim.packets() {
        hash.add(&[&packet.cargo, &packet.link, &packet.heading, &packet.position, &packet.motion]);
    }
    hash.value()
}

fn whole(sim: &Simulation, hash: &mut Hash) {
    hash.add(&[&sim.now(), &sim.next_event(), &sim.processed(), &sim.digest(), &sim.occupancy(), &sim.sojourn()]);
    hash.add(&[&sim.in_flight(), &sim.records(), &sim.rate(), &sim.population(), &sim.algorithm(), &sim.entry()]);
    hash.add(&[&sim.retried(), &sim.coming_back(), &sim.retries(), &sim.faults(), &sim.record(), &sim.half_open()]);
    hash.add(&[&sim.syn_cookies(), &sim.is_certificate_expired(), &sim.masters().collect::<Vec<_>>()]);
    // Most scenarios have no rate limits, sessions or redirects, and their hashes do not depend on what these would refuse.
    let counts = |(failure, count): &(Failure, u64)| {
        !matches!(failure, Failure::TooManyRequests | Failure::LoginRequired | Failure::TooManyRedirects) || *count > 0
    };
    for (failure, count) in sim.failures().filter(counts) {
        hash.add(&[&failure, &count]);
    }
    for (ix, _) in sim.infrastructure().components() {
        if let Some(refusals) = sim.refusals(ix) {
            hash.add(&[&refusals.users, &refusals.others, &refusals.last_second]);
        }
    }
    if let Some(abuse) = sim.abuse() {
        hash.add(&[&abuse.sent, &abuse.answered, &abuse.refused, &abuse.failed]);
    }
    for place in 0..sim.infrastructure().certificates().len() {
        hash.add(&[&sim.certificate_until(place)]);
    }
    for finding in sim.findings() {
        hash.add(&[&finding.server.as_str(), &finding.port, &finding.says]);
    }
}

fn users(sim: &Simulation, kind: Option<RequestKind>, hash: &mut Hash) {
    let totals = kind.map_or_else(|| sim.totals(), |kind| sim.totals_of(kind));
    hash.add(&[&totals.offered, &totals.completed, &totals.failed, &sim.newest_request(kind)]);
    let seen = sim.experience(WINDOW, kind);
    hash.add(&[&seen.window_s, &seen.completed, &seen.failed, &seen.p50_ms, &seen.p95_ms, &seen.p99_ms]);
}

fn component(sim: &Simulation, ix: ComponentIx, hash: &mut Hash) {
    let station = sim.station(ix);
    hash.add(&[&station.health, &station.busy, &station.slots, &station.waiting, &station.queue_limit, &station.utilisation]);
    hash.add(&[&station.rate, &station.arrivals, &station.visits, &station.present, &station.served, &station.dropped]);
    hash.add(&[&station.busy_ns, &station.queue_ns, &sim.backlog(ix), &sim.compromised(ix), &sim.leaked(ix)]);
    for direction in [Direction::Inbound, Direction::Outbound] {
        hash.add(&[&sim.rule_hits(ix, direction)]);
    }
    for (taken, sample) in sim.samples(ix) {
        hash.add(&[taken, sample]);
    }
    if let Some(view) = sim.cache(ix) {
        let counts = view.counts;
        hash.add(&[&view.entries, &view.recent_hit_ratio, &view.waiting, &counts.hits, &counts.misses, &counts.expired]);
        hash.add(&[&counts.collapsed, &counts.evictions, &counts.invalidations, &counts.stale_reads, &counts.stale_on_error]);
    }
    if let Some(view) = sim.database(ix) {
        hash.add(&[&view.role, &view.writable, &view.position, &view.applied, &view.acknowledged, &view.lag_changes]);
        hash.add(&[&view.lag_s, &view.delay_s, &view.stale_reads, &view.lost_writes, &view.divergent_writes]);
        hash.add(&[&view.connections, &view.disk_full]);
    }
}

fn element(sim: &Simulation, element: &Element, hash: &mut Hash) {
    hash.add(&[element, &sim.is_up(element), &sim.is_draining(element)]);
}

fn link(sim: &Simulation, infra: &Infrastructure, link: LinkIx, hash: &mut Hash) {
    element(sim, &infra.hop_element(link), hash);
    hash.add(&[&sim.backend_up(link), &sim.active(link), &sim.check_code(link), &sim.idle_connections(link)]);
    if let Some(tap) = sim.tap(link) {
        hash.add(&[&tap.messages, &tap.readable, &tap.secrets]);
    }
}

fn monitoring(sim: &Simulation, hash: &mut Hash) {
    for agent in sim.agents() {
        hash.add(&[&agent.agent, &agent.subject, &agent.interval_s, &agent.taken, &agent.age_s, &agent.stale, &agent.qps]);
        hash.add(&[&agent.components, &agent.history, &agent.delivered]);
    }
    for alert in sim.alerts() {
        hash.add(&[&alert.rule, &alert.subject, &alert.state, &alert.since]);
    }
    for entry in sim.alert_log() {
        hash.add(&[&entry.at, &entry.rule, &entry.subject, &entry.state]);
    }
    let probe = sim.probe();
    hash.add(&[&probe.interval_s, &probe.sent, &probe.failures, &probe.days_left]);
    for result in probe.results {
        hash.add(&[&result.at, &result.outcome, &result.latency_ms, &result.days_left]);
    }
}
