//! Scripts to run in every scenario: each fault of the catalogue, each command and each fault in turn, and random
//! commands.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use hoplight::model::component::SessionPlace;
use hoplight::model::quantity::{Attempts, Factor, Fraction, Rate, Seconds};
use hoplight::model::{
    Algorithm, Component, ComponentId, ComponentKind, Element, Hsts, Infrastructure, Port80, RateLimit, Refusal, RequestKind,
    Retries, TlsMode, TopologyEdit,
};
use hoplight::sim::catalogue::CommonFault;
use hoplight::sim::{Command, Fault, RecordState, Simulation};

use crate::topology::Dice;

/// Commands in order, with their times since the start of the script, and the times at which to take a record.
pub(crate) struct Script {
    pub(crate) name: String,
    pub(crate) commands: Vec<(Duration, Command)>,
    pub(crate) marks: Vec<Duration>,
}

impl Script {
    fn new(name: &str, mut commands: Vec<(Duration, Command)>, marks: Vec<Duration>) -> Self {
        commands.sort_by_key(|(at, _)| *at);
        Self { name: name.to_owned(), commands, marks }
    }

    /// Runs the turns in sequence at equal intervals, with three records. Turns that a healthy site rejects take no
    /// time.
    fn in_turn(name: &str, healthy: &Simulation, turns: Vec<Turn>) -> Self {
        let (mut at, mut commands) = (Duration::ZERO, Vec::new());
        for turn in turns {
            let starts = turn.first().is_some_and(|first| healthy.clone().apply(first, &mut ()).is_ok());
            for command in turn {
                at += if starts { STEP } else { Duration::ZERO };
                commands.push((at, command));
            }
        }
        let all = at + STEP * 4;
        Self::new(name, commands, vec![all / 3, all * 2 / 3, all])
    }
}

/// Commands that belong together, such as a fault and its repair.
type Turn = Vec<Command>;

/// Turns of each script, by the script's name.
type Turns = BTreeMap<&'static str, Vec<Turn>>;

/// Time between two commands of a turn.
const STEP: Duration = Duration::from_millis(150);
/// Minimum duration of a fault of the catalogue.
const LASTS: Duration = Duration::from_secs(6);
/// How long a site is observed after the fault was fixed.
const AFTER: Duration = Duration::from_secs(4);

/// All scripts for a scenario.
pub(crate) fn scripts(infra: &Arc<Infrastructure>) -> Vec<Script> {
    let healthy = Simulation::new(Arc::clone(infra), 1);
    let turns = turns(infra);
    let mut scripts = vec![quiet()];
    scripts.extend(catalogue(infra));
    scripts.extend(semi_sync(infra));
    scripts.extend([1, 2].map(|seed| at_random(&turns, seed)));
    scripts.push(Script::in_turn("limits", &healthy, limits(infra)));
    scripts.extend(turns.into_iter().map(|(name, turns)| Script::in_turn(name, &healthy, turns)));
    scripts
}

/// No commands.
fn quiet() -> Script {
    Script::new("quiet", Vec::new(), [3, 6, 10].map(Duration::from_secs).into())
}

/// Stops replication for longer than a semi-synchronous primary waits. `None` if the scenario has no such primary.
fn semi_sync(infra: &Infrastructure) -> Option<Script> {
    let databases = infra.components().filter_map(|(_, component)| match &component.kind {
        ComponentKind::Database(spec) => Some((component.id.clone(), spec.semi_sync)),
        _ => None,
    });
    let databases: Vec<(ComponentId, bool)> = databases.collect();
    databases.iter().any(|(_, semi_sync)| *semi_sync).then(|| {
        let begin = Duration::ZERO;
        let end = Duration::from_secs(12);
        let faults = databases.into_iter().map(|(id, _)| Fault::ReplicationStopped(id));
        let both = faults.flat_map(|fault| [(begin, Command::Fault(fault.clone())), (end, Command::Clear(fault))]);
        Script::new("semi-sync", both.collect(), vec![end / 2, end, end + AFTER])
    })
}

/// The faults of the catalogue that the scenario supports: injected, then fixed.
fn catalogue(infra: &Infrastructure) -> impl Iterator<Item = Script> + '_ {
    CommonFault::ALL.into_iter().filter_map(|fault| {
        let mut commands: Vec<_> =
            fault.inject(infra).into_iter().map(|(after, command)| (Duration::from_secs_f64(after), command)).collect();
        // A benchmark has many users, and no timeouts, health checks or agents for which to wait.
        let hurry = if infra.is_benchmark() { 8 } else { 1 };
        let fixed = (LASTS / hurry).max(commands.iter().map(|(after, _)| *after).max()? + Duration::from_millis(500));
        commands.extend(fault.fix(infra).into_iter().map(|command| (fixed, command)));
        Some(Script::new(&format!("catalogue {}", fault.id()), commands, vec![fixed / 2, fixed, fixed + AFTER / hurry]))
    })
}

fn faults(all: impl IntoIterator<Item = Fault>) -> Vec<Turn> {
    all.into_iter().map(|fault| vec![Command::Fault(fault.clone()), Command::Clear(fault)]).collect()
}

/// Every command and fault on every element that it could apply to. Many are rejected.
fn turns(infra: &Infrastructure) -> Turns {
    let components: Vec<ComponentId> = infra.components().map(|(_, component)| component.id.clone()).collect();
    let hops = infra.links().map(|(link, _)| infra.ends(link));
    let hops: Vec<_> = hops.map(|(from, to)| [from, to].map(|end| infra.component(end).id.clone())).collect();
    let elements: Vec<Element> = (components.iter().cloned().map(Element::Component))
        .chain(infra.servers().map(|server| Element::Server(server.id.clone())))
        .chain(hops.iter().cloned().map(|[from, to]| Element::Hop(from, to)))
        .collect();
    let each = |command: fn(Element) -> Command, undo: fn(Element) -> Command| -> Vec<Turn> {
        elements.iter().map(|element| vec![command(element.clone()), undo(element.clone())]).collect()
    };
    let wrong = |fault: fn(Element) -> Fault| faults(elements.iter().cloned().map(fault));
    let wrong_there = |fault: fn(ComponentId) -> Fault| faults(components.iter().cloned().map(fault));
    let block = hops.iter().cloned().map(|[from, to]| {
        [TopologyEdit::Block(from.clone(), to.clone()), TopologyEdit::Unblock(from, to)].map(Command::Edit).into()
    });
    let mut turns = Turns::from([
        ("balance", vec![Algorithm::ALL.map(Command::Balance).into()]),
        ("block", block.collect()),
        ("compromise", wrong(Fault::Compromised)),
        ("databases", components.iter().map(databases).collect()),
        ("drain", each(Command::Drain, Command::Ready)),
        ("expire", wrong_there(Fault::Expired)),
        ("fill-disk", wrong_there(Fault::DiskFull)),
        ("flaw", wrong_there(Fault::Flaw)),
        ("hang", wrong(Fault::Hang)),
        ("kill", each(Command::Kill, Command::Restore)),
        ("keepalived", [wrong_there(Fault::VrrpKilled), wrong_there(Fault::VrrpStopped)].concat()),
        ("leak", wrong_there(|to| Fault::Leak { from: None, to, count: 40 })),
        ("misconfigure", wrong(Fault::Misconfigured)),
        ("outside", vec![outside()]),
        ("restart", elements.iter().zip(0..).map(|(element, number)| vec![restart(element, number)]).collect()),
        ("slow", wrong(|element| Fault::Slow(element, Factor::literal(7.5)))),
        ("sniff", faults(hops.iter().cloned().map(|[from, to]| Fault::Sniffer(from, to)))),
        ("stop-replication", wrong_there(Fault::ReplicationStopped)),
        ("tls", vec![tls()]),
        ("users", vec![users()]),
    ]);
    if infra.traffic().http_share.get() > 0.0 {
        turns.insert("http", vec![http()]);
    }
    let caches = || infra.components().filter(|(_, component)| component.kind.as_cache().is_some());
    if caches().next().is_some() {
        let both = |id: &ComponentId| vec![Command::ExpirePopular(id.clone()), Command::Flush(id.clone())];
        turns.insert("caches", caches().map(|(_, component)| both(&component.id)).collect());
    }
    let with_cores: Vec<_> = infra.servers().filter(|server| server.cores.is_some()).collect();
    if !with_cores.is_empty() {
        turns.insert("hog-cpu", faults(with_cores.into_iter().map(|server| Fault::CpuHog(server.id.clone(), 5))));
    }
    let stores = || infra.components().filter(|(_, component)| component.kind.as_session_store().is_some());
    let keeps = |component: &Component| component.kind.as_proxy().is_some_and(|spec| spec.sessions == SessionPlace::Memory);
    if stores().next().is_some() || infra.components().any(|(_, component)| keeps(component)) {
        let flush = stores().map(|(_, component)| vec![Command::Flush(component.id.clone())]);
        let sticky = [true, false, true].map(|on| Command::Edit(TopologyEdit::Sticky(on)));
        turns.insert("sessions", flush.chain([sticky.into()]).collect());
    }
    turns
}

fn restart(element: &Element, number: u32) -> Command {
    Command::Restart(element.clone(), [None, Some(Seconds::literal(0.15)), Some(Seconds::literal(0.6))][number as usize % 3])
}

fn databases(id: &ComponentId) -> Turn {
    vec![
        Command::Lag(id.clone(), Seconds::literal(0.4)),
        Command::Promote(id.clone()),
        Command::Demote(id.clone()),
        Command::Promote(id.clone()),
        Command::Lag(id.clone(), Seconds::literal(0.02)),
    ]
}

fn tls() -> Turn {
    let inside = |edge| {
        let edits = [
            TopologyEdit::EdgeTls(edge),
            TopologyEdit::WebToAppTls(true),
            TopologyEdit::AppToDbTls(true),
            TopologyEdit::WebToAppTls(false),
            TopologyEdit::AppToDbTls(false),
        ];
        edits.map(Command::Edit)
    };
    TlsMode::ALL.into_iter().flat_map(inside).collect()
}

fn http() -> Turn {
    let hsts = |max_age_s| TopologyEdit::Hsts(Some(Hsts { max_age_s, preload: false }));
    let ports = || Port80::ALL.map(TopologyEdit::Port80);
    let edits = ports().into_iter().chain([hsts(1)]).chain(ports()).chain([TopologyEdit::Hsts(None), hsts(60)]);
    let proto = [false, true].map(TopologyEdit::ForwardedProto);
    edits.chain(ports()).chain(proto).map(Command::Edit).collect()
}

fn users() -> Turn {
    let rate = |rate| Command::Rate(Rate::literal(rate));
    let retries = |attempts, backoff, jitter| {
        let (attempts, backoff_s) = (Attempts::literal(attempts), Seconds::literal(backoff));
        Command::Retries(Retries { attempts, backoff_s, jitter: Fraction::literal(jitter) })
    };
    let send = RequestKind::ALL.map(Command::Send);
    let first = [rate(20.0), retries(3, 0.1, 1.0), rate(500.0), Command::Fault(Fault::Flood(Rate::literal(2_000.0)))];
    let then =
        [retries(2, 0.3, 0.0), Command::Clear(Fault::Flood(Rate::literal(2_000.0))), rate(0.0), retries(1, 0.1, 0.5), rate(60.0)];
    [&first[..], &send, &then, &send].concat()
}

fn outside() -> Turn {
    let flood = Fault::Flood(Rate::literal(40_000.0));
    let probe = |interval| Command::Probe(Some(Seconds::literal(interval)));
    let records = RecordState::ALL.into_iter().rev().flat_map(|state| {
        let fault = Fault::Record(state);
        [Command::Fault(fault.clone()), Command::Scan, Command::Clear(fault)]
    });
    let first = [probe(0.2), Command::Scan, Command::Fault(flood.clone()), Command::SynCookies(true)];
    let then = [Command::SynCookies(false), Command::Clear(flood), probe(0.7), Command::Probe(None)];
    first.into_iter().chain(records).chain(then).collect()
}

/// Rate limits at every component, with someone who guesses passwords from one address, and then from many.
fn limits(infra: &Infrastructure) -> Vec<Turn> {
    let limit = |burst, kinds, refusal| Some(RateLimit { rate: Rate::literal(2.0), burst, kinds, refusal });
    let abuse = |addresses| Command::Fault(Fault::Abuse(Rate::literal(50.0), addresses));
    let of = |id: &ComponentId| {
        let edit = |limit| Command::Edit(TopologyEdit::RateLimit(id.clone(), limit));
        let writes = Some(vec![RequestKind::Write]);
        let first = [edit(limit(3, writes, Refusal::TooManyRequests)), abuse(1), abuse(40)];
        let then =
            [edit(limit(0, None, Refusal::Unavailable)), Command::Clear(Fault::Abuse(Rate::literal(50.0), 40)), edit(None)];
        [first, then].concat()
    };
    infra.components().map(|(_, component)| of(&component.id)).collect()
}

/// A random selection of all these commands at random times.
fn at_random(turns: &Turns, seed: u64) -> Script {
    let mut dice = Dice::new(seed);
    let groups: Vec<Vec<&Command>> = turns.values().map(|turns| turns.iter().flatten().collect()).collect();
    let commands = (0..60).map(|_| {
        let group = &groups[dice.small(groups.len() as u64)];
        (Duration::from_micros(dice.roll(9_000_000)), group[dice.small(group.len() as u64)].clone())
    });
    let marks = [3_000, 6_000, 9_000, 10_000].map(Duration::from_millis).into();
    Script::new(&format!("random {seed}"), commands.collect(), marks)
}
