//! The simulation against closed forms of queueing theory.

use std::sync::Arc;

use hoplight::model::Infrastructure;
use hoplight::sim::{Note, SimTime, Simulation, What};

/// One web server behind links without latency: a single station.
fn station(rate: f64, slots: u32, service: &str, queue: &str) -> Arc<Infrastructure> {
    let text = format!(
        r#"(format: 1, id: "one-station", title: "One station", summary: "A queue.",
            traffic: (rate: {rate}, static_share: 1.0, write_share: 0.0, new_visitors: 0.0, patience_s: 80000.0),
            tls: (edge: None),
            components: [
                (id: "browser", kind: Browser),
                (id: "web-1", kind: Web(), station: (slots: {slots}, service: {service}, {queue})),
            ],
            links: [(from: "browser", to: "web-1", protocol: Http, latency_ms: 0.0)])"#
    );
    Arc::new(Infrastructure::from_ron("one-station.ron", &text).expect("a valid scenario"))
}

/// Mean time in system in milliseconds, part of the requests refused, and ∫ N dt over the run divided by its length.
fn measure(infra: &Arc<Infrastructure>, seed: u64, seconds: u64) -> (f64, f64, f64) {
    let mut sim = Simulation::new(Arc::clone(infra), seed);
    let (mut sum, mut good, mut bad) = (0.0, 0u64, 0u64);
    let (mut inside, mut area, mut last) = (0.0, 0.0, 0.0);
    let mut observer = |note: Note| {
        let change = match note.what {
            What::Arrived => 1.0,
            What::Ended { outcome: Ok(()), latency_ms } => {
                sum += latency_ms;
                good += 1;
                -1.0
            }
            What::Ended { .. } => {
                bad += 1;
                -1.0
            }
            _ => return,
        };
        area += inside * (note.at.as_secs_f64() - last);
        last = note.at.as_secs_f64();
        inside += change;
    };
    sim.advance(SimTime::from_secs(seconds), &mut observer);
    (sum / good as f64, bad as f64 / (good + bad) as f64, area / last)
}

/// Mean over five seeds.
fn mean_of(infra: &Arc<Infrastructure>, seconds: u64) -> (f64, f64, f64) {
    let runs: Vec<_> = (1..=5).map(|seed| measure(infra, seed, seconds)).collect();
    let mean = |part: fn(&(f64, f64, f64)) -> f64| runs.iter().map(part).sum::<f64>() / runs.len() as f64;
    (mean(|r| r.0), mean(|r| r.1), mean(|r| r.2))
}

fn close(what: &str, measured: f64, exact: f64, tolerance: f64) {
    assert!((measured / exact - 1.0).abs() < tolerance, "{what}: measured {measured}, exact {exact}");
}

#[test]
fn one_exponential_server() {
    // M/M/1, ρ = 0.8: W = 1/(μ − λ), L = ρ/(1 − ρ).
    let (w, refused, l) = mean_of(&station(80.0, 1, "Exponential(mean_ms: 10.0)", "queue: 1000000"), 2_500);
    close("W", w, 50.0, 0.03);
    close("L", l, 4.0, 0.03);
    assert!(refused.abs() < f64::EPSILON);
}

#[test]
fn one_server_with_constant_service() {
    // M/D/1, ρ = 0.8: Wq = ρ/(2(1 − ρ)) services.
    let (w, _, _) = mean_of(&station(80.0, 1, "Constant(ms: 10.0)", "queue: 1000000"), 2_500);
    close("W", w, 30.0, 0.03);
}

#[test]
fn several_servers() {
    // M/M/4, λ = 30/s, μ = 10/s each: Wq = 50.9434 ms (Erlang C).
    let (w, _, _) = mean_of(&station(30.0, 4, "Exponential(mean_ms: 100.0)", "queue: 1000000"), 6_000);
    close("W", w, 150.9434, 0.03);
}

#[test]
fn a_full_line_turns_away() {
    // M/M/1/3, λ = 1.5 μ: P(full) = 27/65.
    let (_, refused, _) = mean_of(&station(150.0, 1, "Exponential(mean_ms: 10.0)", "queue: 2"), 1_000);
    close("P(full)", refused, 27.0 / 65.0, 0.02);
    // Erlang B, 5 servers, a = 3: 0.110054.
    let (_, refused, _) = mean_of(&station(300.0, 5, "Exponential(mean_ms: 10.0)", "queue: 0"), 1_000);
    close("B", refused, 0.110_054, 0.03);
}
