//! The agents' samples, compared with the events of an observer.

use std::collections::BTreeMap;
use std::sync::Arc;

use hoplight::model::{ComponentIx, Infrastructure, Metric, ServerId, TlsMode, TopologyEdit};
use hoplight::sim::{Command, EventKind, Heading, JournalEvent, Phase, SimTime, Simulation};

use super::{act, component, find, rate, run_to, server, site};

/// Arrival times of requests at each component, and departure times of responses with their latencies.
#[derive(Default)]
struct Truth {
    came: BTreeMap<(u64, ComponentIx), SimTime>,
    arrivals: Vec<(ComponentIx, SimTime)>,
    answers: Vec<(ComponentIx, SimTime, f64)>,
}

impl Truth {
    fn note(&mut self, sim: &hoplight::model::Infrastructure, note: &JournalEvent) {
        let Some((number, _)) = note.request else { return };
        match note.what {
            EventKind::Reached { component, heading: Heading::Request, phase: Phase::Exchange } => {
                self.came.insert((number, component), note.at);
                self.arrivals.push((component, note.at));
            }
            EventKind::Departed { link, heading: Heading::Response, phase: Phase::Exchange, .. } => {
                let component = sim.ends(link).1;
                if let Some(came) = self.came.remove(&(number, component)) {
                    self.answers.push((component, note.at, (note.at - came) as f64 / 1e6));
                }
            }
            _ => {}
        }
    }

    fn between(&self, component: ComponentIx, from: SimTime, to: SimTime) -> (usize, Vec<f64>) {
        let within = |at: SimTime| from < at && at <= to;
        let came = self.arrivals.iter().filter(|(at, time)| *at == component && within(*time)).count();
        let answers = self.answers.iter().filter(|(at, time, _)| *at == component && within(*time));
        let mut took: Vec<f64> = answers.map(|(_, _, ms)| *ms).collect();
        took.sort_by(f64::total_cmp);
        (came, took)
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a rank lies between 1 and the length")]
fn nearest_rank(sorted: &[f64], part: f64) -> f64 {
    sorted[(part * sorted.len() as f64).ceil().max(1.0) as usize - 1]
}

#[test]
fn agents_measure_rates_exactly_and_percentiles_within_the_buckets() {
    let infra = site("()");
    let mut sim = Simulation::new(infra.clone(), 31);
    let mut truth = Truth::default();
    // More load than the applications can serve, so that queues form.
    act(&mut sim, &rate(700.0));
    sim.advance(SimTime::from_secs(21), &mut |note: JournalEvent| truth.note(&infra, &note));
    let mut compared = 0;
    for id in ["lb-1", "web-1", "web-2", "app-1", "app-2", "db-1", "db-2"] {
        let ix = find(&sim, id);
        let qps = sim.series(ix, Metric::Qps);
        assert_eq!(qps.len(), 20, "{id}");
        let series: Vec<_> = [Metric::P50, Metric::P95, Metric::P99].into_iter().map(|metric| sim.series(ix, metric)).collect();
        for (place, (taken, qps)) in qps.into_iter().enumerate() {
            let (came, took) = truth.between(ix, SimTime::from_nanos(taken.nanos() - 1_000_000_000), taken);
            assert!((qps - came as f64).abs() < 1e-9, "{id} at {taken}: {qps}, actually {came}");
            for (part, series) in [0.50, 0.95, 0.99].into_iter().zip(&series) {
                let (exact, (at, sampled)) = (nearest_rank(&took, part), series[place]);
                assert_eq!(at, taken);
                assert!((sampled / exact - 1.0).abs() <= 1.0 / 60.0, "{id} at {taken}, p{part}: {sampled}, actually {exact}");
                compared += 1;
            }
        }
    }
    assert_eq!(compared, 7 * 20 * 3);
}

#[test]
fn errors_are_counted_where_the_response_is_sent() {
    let mut sim = Simulation::new(site("()"), 32);
    let mut errors = BTreeMap::new();
    let mut answers = BTreeMap::new();
    run_to(&mut sim, 5);
    act(&mut sim, &Command::Kill(component("db-1")));
    for second in 6..40 {
        if second == 25 {
            act(&mut sim, &rate(0.0));
        }
        // Samples arrive 5 ms after the second.
        sim.advance(SimTime::from_nanos(second * 1_000_000_000 + 6_000_000), &mut ());
        for row in sim.agents().iter().flat_map(|agent| agent.components) {
            let id = sim.infrastructure().component(row.component).id.as_str().to_owned();
            *errors.entry(id.clone()).or_insert(0) += u64::from(row.errors);
            *answers.entry(id).or_insert(0) += u64::from(row.answers);
        }
    }
    let totals = sim.totals();
    assert!(totals.failed > 300, "{totals:?}");
    // Every 500 passed through the balancer, a web server and an application; the databases returned none.
    assert_eq!(errors["lb-1"], totals.failed);
    assert_eq!(errors["web-1"] + errors["web-2"], totals.failed);
    assert_eq!(errors["app-1"] + errors["app-2"], totals.failed);
    assert_eq!((errors["db-1"], errors["db-2"]), (0, 0));
    let before = sim.series(find(&sim, "lb-1"), Metric::Qps).iter().take(5).map(|(_, qps)| qps).sum::<f64>();
    assert!((answers["lb-1"] as f64 - (totals.offered as f64 - before)).abs() < 30.0, "{answers:?}");
}

#[test]
fn a_write_to_a_replica_counts_as_an_error_of_the_replica() {
    let text = super::text("()")
        .replace("to: \"db-1\", protocol: Sql, kinds: [Write, Read]", "to: \"db-1\", protocol: Sql, kinds: [Read]");
    let text = text.replace(
        "to: \"db-2\", protocol: Sql, kinds: [Read]),\n        (from: \"app-2\", to: \"db-1\"",
        "to: \"db-2\", protocol: Sql, kinds: [Write, Read]),\n        (from: \"app-2\", to: \"db-1\"",
    );
    let infra = hoplight::model::Infrastructure::from_ron("site.ron", &text).expect("valid");
    let mut sim = Simulation::new(std::sync::Arc::new(infra), 33);
    run_to(&mut sim, 20);
    let ratio = |id: &str| sim.series(find(&sim, id), Metric::ErrorRatio).last().expect("samples").1;
    assert!(ratio("db-2") > 0.2 && ratio("app-2") > 0.1 && ratio("db-1") == 0.0, "{} {}", ratio("db-2"), ratio("app-2"));
}

#[test]
fn a_restart_gives_neither_a_negative_nor_a_huge_rate() {
    let infra = site("()");
    let mut sim = Simulation::new(infra.clone(), 34);
    let mut truth = Truth::default();
    for (at, command) in [
        (10_300, Command::Kill(component("web-1"))),
        (10_400, Command::Restore(component("web-1"))),
        (15_200, Command::Kill(server("server-3"))),
        (17_500, Command::Restore(server("server-3"))),
        (20_100, Command::Kill(component("lb-1"))),
        (20_900, Command::Restore(component("lb-1"))),
    ] {
        sim.advance(super::millis(at), &mut |note: JournalEvent| truth.note(&infra, &note));
        act(&mut sim, &command);
    }
    sim.advance(SimTime::from_secs(40), &mut |note: JournalEvent| truth.note(&infra, &note));
    for id in ["lb-1", "web-1", "web-2", "app-2"] {
        let ix = find(&sim, id);
        for (taken, qps) in sim.series(ix, Metric::Qps) {
            let (came, _) = truth.between(ix, SimTime::from_nanos(taken.nanos() - 1_000_000_000), taken);
            assert!(qps >= 0.0 && qps <= came as f64, "{id} at {taken}: {qps}, actually {came}");
        }
        for (taken, ratio) in sim.series(ix, Metric::ErrorRatio) {
            assert!((0.0..=1.0).contains(&ratio), "{id} at {taken}: {ratio}");
        }
        for (taken, ms) in sim.series(ix, Metric::P99) {
            assert!((0.0..10_000.0).contains(&ms), "{id} at {taken}: {ms}");
        }
    }
    // The agent of the server that was off has a gap instead of zeros.
    let taken: Vec<_> = sim.series(find(&sim, "web-2"), Metric::Qps).iter().map(|(taken, _)| taken.as_secs_f64()).collect();
    assert!(taken.contains(&15.0) && !taken.contains(&16.0) && !taken.contains(&18.0) && taken.contains(&19.0), "{taken:?}");
}

#[test]
fn agents_measure_the_processor_of_their_server() {
    let text = include_str!("../../assets/shared-cores.ron");
    let infra = Arc::new(Infrastructure::from_ron("shared-cores.ron", text).expect("a valid scenario"));
    let mut sim = Simulation::new(infra, 1);
    run_to(&mut sim, 60);
    let series = sim.series(find(&sim, "app-1"), Metric::Cpu);
    let mean = series.iter().map(|(_, value)| value).sum::<f64>() / series.len() as f64;
    let used = sim.cpu(&ServerId::new("server-1")).expect("cores").used_ns as f64 / 60e9 / 2.0;
    assert!(series.len() > 50 && (mean / used - 1.0).abs() < 0.05, "{} samples, {mean}, used {used}", series.len());
    // All components of the server have the same processor.
    assert_eq!(series, sim.series(find(&sim, "db-1"), Metric::Cpu));
}

#[test]
fn a_series_is_bounded_and_in_order() {
    let mut sim = Simulation::new(site("()"), 35);
    run_to(&mut sim, 200);
    // Only databases have a lag or semi-synchronous replication, only caches a hit ratio and evictions, and only servers with a
    // number of cores a CPU that can be full.
    let of_others = [Metric::Lag, Metric::SemiSync, Metric::HitRatio, Metric::Evictions, Metric::Cpu];
    let of_balancers = |metric: &Metric| !of_others.contains(metric);
    for metric in Metric::ALL.into_iter().filter(of_balancers) {
        let series = sim.series(find(&sim, "lb-1"), metric);
        assert_eq!(series.len(), 120, "{}", metric.word());
        assert!(series.windows(2).all(|pair| pair[0].0 < pair[1].0));
    }
    assert!(sim.series(find(&sim, "browser"), Metric::Qps).is_empty());
}

#[test]
fn a_balancer_with_passthrough_sees_no_status() {
    let mut sim = Simulation::new(site("()"), 36);
    act(&mut sim, &Command::Edit(TopologyEdit::EdgeTls(TlsMode::Passthrough)));
    run_to(&mut sim, 5);
    act(&mut sim, &Command::Kill(component("db-1")));
    run_to(&mut sim, 20);
    let ratio = |id: &str| sim.series(find(&sim, id), Metric::ErrorRatio).last().expect("samples").1;
    assert!(ratio("web-1") > 0.05 && ratio("lb-1") == 0.0, "{} {}", ratio("web-1"), ratio("lb-1"));
}
