//! Engine benchmarks. `cargo bench` prints a table; docs/benchmarks.md quotes it.
//!
//! W1 and W2 are the workloads for comparing simulators (`assets/bench-w1.ron`, `assets/bench-w2.ron`). An item is a
//! request, which is two events in W1 and ten in W2. All benchmarks use the same engine as the screen. `benches/peers`
//! compares it with other simulators.

use std::process::Command;
use std::sync::Arc;

use divan::Bencher;
use divan::counter::ItemsCount;
use hoplight::model::Infrastructure;
use hoplight::sim::{JournalEvent, Recorder, SimTime, Simulation, Timeline};

fn main() {
    divan::main();
}

const W1: &str = include_str!("../assets/bench-w1.ron");
const W2: &str = include_str!("../assets/bench-w2.ron");
const STAGE_2: &str = include_str!("../assets/stage-2-secured.ron");

fn infrastructure(text: &str) -> Arc<Infrastructure> {
    Arc::new(Infrastructure::from_ron("scenario.ron", text).expect("a valid scenario"))
}

/// A site of about `components` components: one balancer, pairs of a web server and an application, one database. Every
/// request visits four components, regardless of their number.
fn site(components: usize) -> Arc<Infrastructure> {
    let pairs = ((components - 3) / 2).max(1);
    let part = |pair: usize| format!("(id: \"web-{pair}\", kind: Web()), (id: \"app-{pair}\", kind: App()),");
    let link = |from: &str, to: &str, speaks: &str| format!("(from: \"{from}\", to: \"{to}\", protocol: {speaks}),");
    let links_of = |pair: usize| {
        let (web, app) = (format!("web-{pair}"), format!("app-{pair}"));
        link("lb", &web, "Http") + &link(&web, &app, "Http") + &link(&app, "db", "Sql")
    };
    let parts: String = (1..=pairs).map(part).collect();
    let links: String = (1..=pairs).map(links_of).collect();
    infrastructure(&format!(
        "(format: 1, id: \"site\", title: \"Site\", summary: \"A site.\",
          traffic: (rate: 100.0, static_share: 0.0, write_share: 0.0, new_visitors: 0.0), tls: (edge: None),
          components: [(id: \"browser\", kind: Browser), (id: \"lb\", kind: LoadBalancer(check_interval_s: 10000.0)),
            (id: \"db\", kind: Database(role: Primary)), {parts}],
          links: [(from: \"browser\", to: \"lb\", protocol: Http), {links}])"
    ))
}

/// A site with `pending` closed-loop users, each with a think time of a second and pages that take a millisecond, so
/// that about `pending` events are pending.
fn crowd(pending: usize) -> Arc<Infrastructure> {
    infrastructure(&format!(
        "(format: 1, id: \"crowd\", title: \"Crowd\", summary: \"A crowd.\",
          traffic: (arrivals: Closed(users: {pending}, think: Exponential(mean_ms: 1000.0)), static_share: 1.0, write_share: 0.0,
            new_visitors: 0.0), tls: (edge: None),
          components: [(id: \"browser\", kind: Browser),
            (id: \"web\", kind: Web(), station: (slots: 4000000, service: Exponential(mean_ms: 1.0)))],
          links: [(from: \"browser\", to: \"web\", protocol: Http, latency_ms: 0.0)])"
    ))
}

/// Runs the simulation without an observer.
fn bare(bencher: Bencher<'_, '_>, infra: &Arc<Infrastructure>, seconds: u64) {
    let requests = {
        let mut sim = Simulation::new(Arc::clone(infra), 1);
        sim.advance(SimTime::from_secs(seconds), &mut ());
        sim.totals().offered
    };
    bencher.counter(ItemsCount::new(requests)).with_inputs(|| Simulation::new(Arc::clone(infra), 1)).bench_local_values(
        |mut sim| {
            sim.advance(SimTime::from_secs(seconds), &mut ());
            sim.digest()
        },
    );
}

/// Runs the simulation with all metrics: percentiles and a row for every second.
fn measured(bencher: Bencher<'_, '_>, infra: &Arc<Infrastructure>, seconds: u64) {
    let requests = {
        let mut sim = Simulation::new(Arc::clone(infra), 1);
        sim.advance(SimTime::from_secs(seconds), &mut ());
        sim.totals().offered
    };
    let start = || (Simulation::new(Arc::clone(infra), 1), Recorder::new(SimTime::ZERO));
    bencher.counter(ItemsCount::new(requests)).with_inputs(start).bench_local_values(|(mut sim, mut recorder)| {
        sim.advance(SimTime::from_secs(seconds), &mut recorder);
        (sim.digest(), recorder)
    });
}

#[divan::bench(sample_count = 7, sample_size = 1)]
fn w1_bare(bencher: Bencher<'_, '_>) {
    bare(bencher, &infrastructure(W1), 1_250);
}

#[divan::bench(sample_count = 7, sample_size = 1)]
fn w1_all_metrics(bencher: Bencher<'_, '_>) {
    measured(bencher, &infrastructure(W1), 1_250);
}

#[divan::bench(sample_count = 7, sample_size = 1)]
fn w2_bare(bencher: Bencher<'_, '_>) {
    bare(bencher, &infrastructure(W2), 1_000);
}

#[divan::bench(sample_count = 7, sample_size = 1)]
fn w2_all_metrics(bencher: Bencher<'_, '_>) {
    measured(bencher, &infrastructure(W2), 1_000);
}

/// With firewalls, TLS, monitoring, replication and health checks.
#[divan::bench(sample_count = 7, sample_size = 1)]
fn stage_2_bare(bencher: Bencher<'_, '_>) {
    bare(bencher, &infrastructure(STAGE_2), 1_000);
}

#[divan::bench(sample_count = 7, sample_size = 1)]
fn stage_2_with_every_note(bencher: Bencher<'_, '_>) {
    let infra = infrastructure(STAGE_2);
    let start = || Simulation::new(Arc::clone(&infra), 1);
    bencher.counter(ItemsCount::new(100_000_u64)).with_inputs(start).bench_local_values(|mut sim| {
        let mut count = 0_u64;
        sim.advance(SimTime::from_secs(1_000), &mut |_: JournalEvent| count += 1);
        (sim.digest(), count)
    });
}

/// The configuration of the screen: with the journal, and with checkpoints for rewinding.
#[divan::bench(sample_count = 7, sample_size = 1)]
fn stage_2_with_timeline(bencher: Bencher<'_, '_>) {
    let infra = infrastructure(STAGE_2);
    let start = || Timeline::new(Simulation::new(Arc::clone(&infra), 1));
    bencher.counter(ItemsCount::new(20_000_u64)).with_inputs(start).bench_local_values(|mut timeline| {
        timeline.seek(SimTime::from_secs(200));
        timeline.simulation().digest()
    });
}

/// The cost of a request must not depend on the number of components.
#[divan::bench(args = [10, 100, 1_000, 10_000], sample_count = 7, sample_size = 1)]
fn components(bencher: Bencher<'_, '_>, count: usize) {
    bare(bencher, &site(count), 1_000);
}

/// The cost of an event grows with the logarithm of the number of pending events. An item is a request of two events.
#[divan::bench(args = [100, 1_000, 10_000, 100_000, 1_000_000], sample_count = 7, sample_size = 1)]
fn pending_events(bencher: Bencher<'_, '_>, count: usize) {
    // About a million requests each, starting from a run in progress.
    let infra = crowd(count);
    let seconds = (1_000_000 / count as u64).max(1);
    let mut ready = Simulation::new(infra, 1);
    ready.advance(SimTime::from_secs(2), &mut ());
    let before = ready.totals().offered;
    let requests = {
        let mut sim = ready.clone();
        sim.advance(SimTime::from_secs(2 + seconds), &mut ());
        sim.totals().offered - before
    };
    bencher.counter(ItemsCount::new(requests)).with_inputs(|| ready.clone()).bench_local_values(|mut sim| {
        sim.advance(SimTime::from_secs(2 + seconds), &mut ());
        sim.digest()
    });
}

/// The whole process from start to report, with a million requests of W2.
#[divan::bench(sample_count = 7, sample_size = 1)]
fn whole_process_w2(bencher: Bencher<'_, '_>) {
    bencher.counter(ItemsCount::new(1_000_000_u64)).bench_local(|| {
        let program = Command::new(env!("CARGO_BIN_EXE_hoplight"))
            .args(["simulate", "bench-w2", "--duration", "1000s", "--format", "json"])
            .output()
            .expect("the program runs");
        assert!(program.status.success(), "{program:?}");
    });
}
