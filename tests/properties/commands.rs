//! Arbitrary commands, chosen by numbers so that proptest can shrink them.

use hoplight::model::quantity::{Attempts, Factor, Fraction, Rate, Seconds};
use hoplight::model::{
    Algorithm, ComponentId, ComponentKind, Element, Infrastructure, RequestKind, Retries, ServerId, TlsMode, TopologyEdit,
};
use hoplight::sim::{Command, Fault, RecordState};

/// Returns all elements that can be killed.
pub(crate) fn elements(infra: &Infrastructure) -> Vec<Element> {
    let components = infra.components().map(|(_, component)| Element::Component(component.id.clone()));
    let servers = infra.servers().map(|server| Element::Server(server.id.clone()));
    let hops = infra.links().map(|(link, _)| infra.hop_element(link));
    components.chain(servers).chain(hops).collect()
}

/// Returns a command. Many are refused, because not every command applies to every element.
pub(crate) fn command(infra: &Infrastructure, what: u8, which: usize) -> Command {
    let all = elements(infra);
    let element = all[which % all.len()].clone();
    match what % 24 {
        0..=2 => Command::Kill(element),
        3..=5 => Command::Restore(element),
        6 | 7 => Command::Fault(fault(infra, which)),
        16..=20 => Command::Fault(fault(infra, which.wrapping_mul(usize::from(what) + 1))),
        21 => Command::Clear(fault(infra, which)),
        22 => Command::Restart(element, which.is_multiple_of(2).then(|| seconds(0.001 + (which % 3_000) as f64 / 1e3))),
        23 => settings(which),
        8 if which.is_multiple_of(2) => Command::Edit(TopologyEdit::EdgeTls(TlsMode::ALL[which / 2 % 4])),
        8 => block(infra, which),
        9 => Command::Send(RequestKind::ALL[which % 3]),
        10 => Command::Balance(Algorithm::ALL[which % Algorithm::ALL.len()]),
        11 => Command::Lag(database(infra, which), seconds(0.001 + (which % 40) as f64)),
        12 if which.is_multiple_of(2) => Command::Promote(database(infra, which / 2)),
        12 if which.is_multiple_of(3) => Command::Demote(database(infra, which / 2)),
        12 => Command::SwitchRecord(ComponentId::new(if which.is_multiple_of(4) { "lb" } else { "lb-2" })),
        13 => Command::Drain(element),
        15 if which.is_multiple_of(2) => flush(infra, which / 2),
        14 => Command::Ready(element),
        _ => Command::Rate(Rate::new((which % 400) as f64).expect("in range")),
    }
}

/// Returns a command for a cache, or for another component if there is none.
fn flush(infra: &Infrastructure, which: usize) -> Command {
    let mut caches = infra.components().filter(|(_, component)| component.kind.as_cache().is_some());
    let cache = caches.nth(which / 2 % 2).map_or_else(|| ComponentId::new("nothing"), |(_, component)| component.id.clone());
    if which.is_multiple_of(2) { Command::Flush(cache) } else { Command::ExpirePopular(cache) }
}

fn seconds(seconds: f64) -> Seconds {
    Seconds::new(seconds).expect("in range")
}

/// Returns a fault. All kinds are equally likely, except that hangs are more likely.
fn fault(infra: &Infrastructure, which: usize) -> Fault {
    let (sort, which) = (which % 18, which / 18);
    let all = elements(infra);
    let element = all[which % all.len()].clone();
    let components: Vec<_> = infra.components().map(|(_, component)| component.id.clone()).collect();
    let component = components[which % components.len()].clone();
    match sort {
        0 | 1 => Fault::Slow(element, Factor::new(0.01 + (which / 100 % 900) as f64 / 10.0).expect("in range")),
        2 => Fault::Misconfigured(element),
        3 => Fault::Flaw(component),
        4 => Fault::Compromised(element),
        5 => Fault::Expired(component),
        6 => Fault::Record(RecordState::ALL[which % 3]),
        7 => Fault::DiskFull(database(infra, which)),
        8 => Fault::ReplicationStopped(database(infra, which)),
        9 => Fault::Leak { from: None, to: component, count: u32::try_from(which / 100 % 100 + 1).expect("small") },
        10 => Fault::Flood(Rate::new((which % 50_000) as f64).expect("in range")),
        11 => {
            let (from, to) = hop(infra, which);
            Fault::Sniffer(from, to)
        }
        12 => Fault::VrrpKilled(component),
        13 => Fault::VrrpStopped(component),
        14 => {
            let servers: Vec<_> = infra.servers().map(|server| server.id.clone()).collect();
            let server = servers.get(which % servers.len().max(1)).cloned().unwrap_or_else(|| ServerId::new("none"));
            Fault::CpuHog(server, u32::try_from(which / 100 % 9 + 1).expect("small"))
        }
        15 => Fault::Abuse(Rate::new((which % 200) as f64).expect("in range"), 1 + u32::try_from(which % 30).expect("small")),
        _ => Fault::Hang(element),
    }
}

fn settings(which: usize) -> Command {
    match which % 4 {
        0 => Command::SynCookies(which % 8 < 4),
        1 => Command::Scan,
        2 => Command::Probe((which % 8 < 4).then(|| seconds(0.3))),
        _ => Command::Retries(Retries {
            attempts: Attempts::new(1 + u8::try_from(which / 4 % 4).expect("small")).expect("in range"),
            backoff_s: seconds(0.05),
            jitter: Fraction::new((which / 16 % 11) as f64 / 10.0).expect("in range"),
        }),
    }
}

/// Returns a component, with a bias towards databases.
fn database(infra: &Infrastructure, which: usize) -> ComponentId {
    let databases = infra.components().filter(|(_, component)| matches!(component.kind, ComponentKind::Database(_)));
    let ids: Vec<_> = databases.chain(infra.components()).map(|(_, component)| component.id.clone()).collect();
    ids[which % ids.len().min(5)].clone()
}

fn hop(infra: &Infrastructure, which: usize) -> (ComponentId, ComponentId) {
    let hops: Vec<_> = infra.links().map(|(link, _)| infra.ends(link)).collect();
    let (from, to) = hops[which % hops.len()];
    (infra.component(from).id.clone(), infra.component(to).id.clone())
}

/// Returns a command that adds or removes a firewall rule on some hop.
fn block(infra: &Infrastructure, which: usize) -> Command {
    let (from, to) = hop(infra, which / 4);
    Command::Edit(if which % 4 == 1 { TopologyEdit::Unblock(from, to) } else { TopologyEdit::Block(from, to) })
}
