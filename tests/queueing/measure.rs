//! Runs a case once and measures its quantities.

use std::collections::VecDeque;
use std::sync::Arc;

use hoplight::model::{ComponentIx, Infrastructure, RequestKind, ServerId};
use hoplight::sim::fault::Fault;
use hoplight::sim::{Command, EventKind, JournalEvent, Observer, Outcome, SimTime, Simulation, StationView};

use super::cases::Case;

/// Builds the infrastructure of a case: one station (a web server), or two (a balancer and a web server). Links have no
/// latency.
pub(crate) fn infrastructure(case: &Case) -> Arc<Infrastructure> {
    let Case { unit_ms, lambda, arrivals, .. } = case;
    let (server, servers, share) = match case.cores {
        Some((cores, share)) => (r#"server: "server-1", "#, format!(r#"(id: "server-1", cores: {cores})"#), share),
        None => ("", String::new(), 1.0),
    };
    let station = |(slots, service): &(u32, String)| {
        let queue = case.queue.unwrap_or(1_000_000);
        format!("{server}station: (slots: {slots}, service: {service}, queue: {queue}, cpu: {share})")
    };
    let web = |web| format!(r#"(id: "web-1", kind: Web(), {}),"#, station(web));
    let (components, links) = match &case.stations[..] {
        // A web server with a full queue drops SYNs, which browsers resend, and a firewall that refuses a message closes the
        // user's connection, so the next request needs two messages. The formulas are about customers who arrive once and
        // leave, so a database, which reports an error, is the station.
        [only] if case.queue.is_some() => (
            format!(
                r#"(id: "db-1", kind: Database(), {}), (id: "app-1", kind: App(timeout_s: Some(86400)),
                    station: (slots: 1000000, service: Constant(ms: 0.0), answer: Constant(ms: 0.0))),"#,
                station(only)
            ),
            r#"(from: "browser", to: "app-1", protocol: Http, latency_ms: 0.0),
               (from: "app-1", to: "db-1", protocol: Sql, latency_ms: 0.0)"#
                .to_owned(),
        ),
        [only] => (web(only), r#"(from: "browser", to: "web-1", protocol: Http, latency_ms: 0.0)"#.to_owned()),
        [first, second] => (
            format!(r#"(id: "lb-1", kind: LoadBalancer(), {}), {}"#, station(first), web(second)),
            r#"(from: "browser", to: "lb-1", protocol: Http, latency_ms: 0.0),
               (from: "lb-1", to: "web-1", protocol: Http, latency_ms: 0.0)"#
                .to_owned(),
        ),
        _ => panic!("a case has one or two stations"),
    };
    let text = format!(
        r#"(format: 1, id: "queue", title: "Queue", summary: "A queue.",
            traffic: (rate: {}, arrivals: {arrivals}, static_share: {}, write_share: 0.0, new_visitors: 0.0,
                      patience_s: {}),
            tls: (edge: None),
            servers: [{servers}],
            components: [(id: "browser", kind: Browser), {components}],
            links: [{links}])"#,
        lambda * 1e3 / unit_ms,
        if case.queue.is_some() { "0.0" } else { "1.0" },
        // Effectively no timeout: no request waits this long in any run.
        300.0 * unit_ms,
    );
    Arc::new(Infrastructure::from_ron("queue.ron", &text).unwrap_or_else(|error| panic!("{error}")))
}

/// Records the requests; with `NOTES`, also how many wait and for how long, which costs run time.
struct Watch<const NOTES: bool> {
    from: SimTime,
    /// Time in system of each served request, in nanoseconds.
    latencies: Vec<u64>,
    /// Start times of the requests that are waiting.
    waiting: VecDeque<SimTime>,
    waited: u64,
    waited_long: u64,
    /// Threshold of a long wait, in nanoseconds.
    long: u64,
}

impl<const NOTES: bool> Observer for Watch<NOTES> {
    const NOTES: bool = NOTES;

    fn note(&mut self, note: JournalEvent) {
        match note.what {
            EventKind::Waits { .. } => {
                self.waiting.push_back(note.at);
                self.waited += u64::from(note.at >= self.from);
            }
            // First come, first served: the request that has waited longest starts when another one is finished.
            EventKind::Answers { .. } => {
                if let Some(since) = self.waiting.pop_front()
                    && note.at - since > self.long
                    && since >= self.from
                {
                    self.waited_long += 1;
                }
            }
            _ => {}
        }
    }

    fn ended(&mut self, at: SimTime, _: RequestKind, outcome: Outcome, latency_ns: u64) {
        if at >= self.from && outcome.is_ok() {
            self.latencies.push(latency_ns);
        }
    }
}

/// Measures the case's quantities, in the case's order, in one run of about `jobs` jobs.
pub(crate) fn measure(case: &Case, seed: u64, jobs: f64) -> Vec<f64> {
    if case.exact.iter().any(|(name, _)| matches!(*name, "C" | "P(Wq>2)")) {
        run::<true>(case, seed, jobs)
    } else {
        run::<false>(case, seed, jobs)
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "times and ranks are positive and small")]
fn run<const NOTES: bool>(case: &Case, seed: u64, jobs: f64) -> Vec<f64> {
    let unit = case.unit_ms * 1e6;
    let length = jobs / case.lambda * unit;
    let (from, until) = (SimTime::from_nanos((0.05 * length) as u64), SimTime::from_nanos((1.05 * length) as u64));
    let mut watch = Watch::<NOTES> {
        from,
        latencies: Vec::with_capacity(jobs as usize + jobs as usize / 10),
        waiting: VecDeque::new(),
        waited: 0,
        waited_long: 0,
        long: (2.0 * unit) as u64,
    };
    let mut sim = Simulation::new(infrastructure(case), seed);
    if case.others > 0 {
        let hog = Fault::CpuHog(ServerId::new("server-1"), case.others);
        sim.apply(&Command::Fault(hog), &mut ()).expect("the server has cores");
    }
    let stations: Vec<ComponentIx> = (1..=case.stations.len()).map(ComponentIx::new).collect();
    let views = |sim: &Simulation| -> Vec<StationView> { stations.iter().map(|station| sim.station(*station)).collect() };
    sim.advance(from, &mut watch);
    let before = (views(&sim), sim.occupancy());
    sim.advance(until, &mut watch);
    let after = (views(&sim), sim.occupancy());
    // Little's law must hold to the nanosecond, and all requests must be inside a station.
    assert_eq!(sim.occupancy(), sim.sojourn(), "{} {}", case.model, case.parameters);
    let inside: u128 = after.0.iter().map(|view| view.busy_ns + view.queue_ns).sum();
    assert_eq!(sim.occupancy(), inside, "{} {}", case.model, case.parameters);
    let totals = sim.totals();
    assert_eq!(totals.offered, totals.completed + totals.failed + sim.in_flight());

    let time = (until - from) as f64;
    let (first, then) = (&before.0[0], &after.0[0]);
    let arrivals = (then.arrivals - first.arrivals) as f64;
    let waiting = (then.queue_ns - first.queue_ns) as f64;
    let mean =
        watch.latencies.iter().map(|latency| u128::from(*latency)).sum::<u128>() as f64 / watch.latencies.len().max(1) as f64;
    let served = watch.latencies.len() as f64;
    let mut percentile = |part: f64| {
        let rank = (part * served).ceil() as usize - 1;
        *watch.latencies.select_nth_unstable(rank).1 as f64
    };
    let mut quantity = |(name, _): &(&str, f64)| match *name {
        "W" => mean / unit,
        "W_ms" => mean / 1e6,
        "W_p95" => percentile(0.95) / unit,
        "W_p99" => percentile(0.99) / unit,
        "W_p95_ms" => percentile(0.95) / 1e6,
        "L" => (after.1 - before.1) as f64 / time,
        "L_1" => (then.busy_ns + then.queue_ns - first.busy_ns - first.queue_ns) as f64 / time,
        "Lq" => waiting / time,
        "Wq" => waiting / arrivals / unit,
        "Wq_ms" => waiting / arrivals / 1e6,
        "C" => watch.waited as f64 / arrivals,
        "P(Wq>2)" => watch.waited_long as f64 / arrivals,
        "B" | "P_K" => (then.dropped - first.dropped) as f64 / arrivals,
        "X" => served / time * unit,
        "rho" => (then.busy_ns - first.busy_ns) as f64 / time,
        other => panic!("no way to measure {other}"),
    };
    case.exact.iter().map(&mut quantity).collect()
}
