//! Records what happens in every scenario under every script, one line per script, in `tests/data/traces`.
//!
//! A line contains three digests of the events, taken at three times; the number of events; the number of events
//! reported to an observer and their hash; a hash of the simulation's readable state at the three times; the results of
//! the requests; and which commands were accepted.

use std::fmt::Write as _;
use std::sync::Arc;

use hoplight::model::{Infrastructure, RequestKind};
use hoplight::sim::{Failure, JournalEvent, Observer, Outcome, SimTime, Simulation};

use crate::hash::Hash;
use crate::kept::{assert_lines, root};
use crate::scenarios::{files, scenario, stem};
use crate::scripts::{Script, scripts};
use crate::{topology, view};

/// Start time of the scripts.
const BEGIN: SimTime = SimTime::from_secs(2);
const SEED: u64 = 1;

const HEAD: &str = "\
# Results of this scenario under each script of tests/nets/scripts.rs. Each line has:
#   digests of the events at three times, the number of events,
#   the number of notes and their hash, a hash of the readable state at the three times,
#   requests sent, completed, unfinished, and failed by reason,
#   commands: + accepted, - rejected in this state, ! never possible here.
# To update: INSTA_UPDATE=always cargo test --test nets
";

/// Hashes everything that the simulation reports to it.
#[derive(Clone, Default)]
struct Witness {
    hash: Hash,
    notes: u64,
}

impl Observer for Witness {
    fn note(&mut self, note: JournalEvent) {
        self.notes += 1;
        self.hash.add(&[&note]);
    }

    fn arrived(&mut self, at: SimTime, kind: RequestKind) {
        self.hash.add(&[&100_u64, &at, &kind]);
    }

    fn ended(&mut self, at: SimTime, kind: RequestKind, outcome: Outcome, latency_ns: u64) {
        self.hash.add(&[&101_u64, &at, &kind, &outcome, &latency_ns]);
    }
}

/// Runs a scenario until the scripts begin. All scripts start from this state.
fn beginning(infra: Arc<Infrastructure>) -> (Simulation, Witness) {
    let (mut sim, mut witness) = (Simulation::new(infra, SEED), Witness::default());
    sim.advance(BEGIN, &mut witness);
    (sim, witness)
}

/// Runs a script and returns its line.
fn line(script: &Script, (mut sim, mut witness): (Simulation, Witness)) -> String {
    let (mut digests, mut read, mut accepted) = (String::new(), Hash::default(), String::new());
    let mut commands = script.commands.iter().peekable();
    for mark in &script.marks {
        while let Some((at, command)) = commands.next_if(|(at, _)| at <= mark) {
            sim.advance(BEGIN + *at, &mut witness);
            let before = sim.processed();
            accepted.push(match sim.apply(command, &mut witness) {
                Ok(()) => '+',
                Err(error) if error.is_lasting() => '!',
                Err(_) => '-',
            });
            assert_eq!(sim.processed(), before, "a command is not an event");
        }
        sim.advance(BEGIN + *mark, &mut witness);
        let _ = write!(digests, "{:016x} ", sim.digest());
        read.add(&[&view::hash(&sim)]);
    }
    assert!(commands.next().is_none(), "{}: a command after the last mark", script.name);
    let totals = sim.totals();
    let mut line = format!(
        "{:<33} {digests} events {:<6} notes {:<6} {:016x}  read {:016x}  sent {} ok {} open {}",
        script.name,
        sim.processed(),
        witness.notes,
        witness.hash.value(),
        read.value(),
        totals.offered,
        totals.completed,
        sim.in_flight(),
    );
    for (failure, count) in sim.failures().filter(|(_, count)| *count > 0) {
        let _ = write!(line, " {} {count}", word(failure));
    }
    if accepted.is_empty() { line } else { line + "  " + &accepted }
}

/// Name of the failure in the records, independent of the text on the screen.
fn word(failure: Failure) -> &'static str {
    match failure {
        Failure::Dns => "dns",
        Failure::Refused => "refused",
        Failure::Reset => "reset",
        Failure::Closed => "closed",
        Failure::Certificate => "certificate",
        Failure::TimedOut => "timeout",
        Failure::TooManyRequests => "429",
        Failure::ServerError => "500",
        Failure::BadGateway => "502",
        Failure::Unavailable => "503",
        Failure::GatewayTimeout => "504",
        Failure::LoginRequired => "302",
        Failure::TooManyRedirects => "loop",
    }
}

fn check(name: &str, lines: impl IntoIterator<Item = String>) {
    let text = lines.into_iter().fold(HEAD.to_owned(), |text, line| text + &line + "\n");
    assert_lines(&root().join(format!("tests/data/traces/{name}.txt")), &text);
}

macro_rules! recorded {
    ($($test:ident: $name:literal),* $(,)?) => {
        /// Scenarios that have a test.
        const RECORDED: &[&str] = &[$($name),*];

        $(#[test]
        fn $test() {
            let infra = scenario($name);
            let start = beginning(Arc::clone(&infra));
            check($name, scripts(&infra).iter().map(|script| line(script, start.clone())));
        })*
    };
}

recorded! {
    active_active: "active-active",
    active_passive: "active-passive",
    bench_w1: "bench-w1",
    bench_w2: "bench-w2",
    bounded_queue: "bounded-queue",
    cache_aside: "cache-aside",
    cache_front: "cache-front",
    coalesced: "coalesced",
    connection_limit: "connection-limit",
    crossed_vrrp: "crossed-vrrp",
    design_0_repaired: "design-0-repaired",
    design_0: "design-0",
    design_1_repaired: "design-1-repaired",
    design_1: "design-1",
    design_2_repaired: "design-2-repaired",
    design_2: "design-2",
    design_3_repaired: "design-3-repaired",
    design_3: "design-3",
    design_4_repaired: "design-4-repaired",
    design_4: "design-4",
    failover_by_hand: "failover-by-hand",
    failover_safe: "failover-safe",
    firewall_pair: "firewall-pair",
    keepalive_race: "keepalive-race",
    long_queue: "long-queue",
    multi_writer: "multi-writer",
    new_address: "new-address",
    one_web_server: "one-web-server",
    one_worker: "one-worker",
    pull_monitoring: "pull-monitoring",
    rate_limit: "rate-limit",
    redirect: "redirect",
    second_site: "second-site",
    separate_cores: "separate-cores",
    shared_cores: "shared-cores",
    session_store: "session-store",
    sql_proxy: "sql-proxy",
    stage_0_simple: "stage-0-simple",
    stage_1_distributed: "stage-1-distributed",
    stage_2_secured: "stage-2-secured",
    stage_3_scaled: "stage-3-scaled",
    stampede: "stampede",
    sticky_sessions: "sticky-sessions",
    two_halves: "two-halves",
    unequal_servers: "unequal-servers",
    vrrp_untracked: "vrrp-untracked",
    watched_site: "watched-site",
    connections: "connections",
    faults: "faults",
    quorum: "quorum",
    replicated: "replicated",
}

/// Random sites that use every feature of a scenario, with random commands.
#[test]
fn random_sites() {
    let lines = (0..40).map(|seed| {
        let infra = topology::random(seed);
        let script = scripts(&infra).into_iter().find(|script| script.name == "random 1").expect("the script exists");
        let script = Script { name: format!("site {seed}"), ..script };
        line(&script, beginning(infra))
    });
    check("random-sites", lines);
}

#[test]
fn every_scenario_is_recorded() {
    let names: Vec<&str> = files().map(|(file, _)| stem(file)).collect();
    assert_eq!(names, RECORDED);
}
