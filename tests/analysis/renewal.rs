//! Tests availability over time: elements fail and are repaired at random, both without and with the simulation.

use std::sync::Arc;
use std::time::Duration;

use super::load;
use hoplight::analysis::{Cause, Outage, Structure, availability, works};
use hoplight::model::{self, Infrastructure, RequestKind};
use hoplight::sim::{Command, SimTime, Simulation};
use rand::rngs::Xoshiro256PlusPlus;
use rand::{Rng, SeedableRng};

/// Two of everything, with failures about every hour. Every failure can be detected: a server that is off does not
/// respond, so only components with health checks run on a server; a process that has stopped refuses connections, and
/// its clients use the next upstream.
fn site() -> Infrastructure {
    let often = |mtbf_h: f64, mttr_h: f64| format!("reliability: (mtbf_h: {mtbf_h:?}, mttr_h: {mttr_h:?})");
    let (good, poor) = (often(0.9, 0.1), often(0.6, 0.2));
    let text = format!(
        r#"(format: 1, id: "site", title: "t", summary: "s", tls: (edge: None),
        traffic: (rate: 1.0, static_share: 0.4, write_share: 0.2, new_visitors: 0.0, patience_s: 5.0),
        servers: [(id: "server-1", {good}), (id: "server-2", {poor})],
        components: [(id: "browser", kind: Browser), (id: "lb-1", kind: LoadBalancer(), {good}),
            (id: "web-1", kind: Web(), server: "server-1", {poor}), (id: "web-2", kind: Web(), server: "server-2", {poor}),
            (id: "app-1", kind: App(), {good}), (id: "app-2", kind: App(), {good}),
            (id: "db-1", kind: Database(role: Primary), {poor}), (id: "db-2", kind: Database(role: Replica), {poor})],
        links: [(from: "browser", to: "lb-1", protocol: Http), (from: "lb-1", to: "web-1", protocol: Http),
            (from: "lb-1", to: "web-2", protocol: Http), (from: "web-1", to: "app-1", protocol: Http),
            (from: "web-1", to: "app-2", protocol: Http), (from: "web-2", to: "app-1", protocol: Http),
            (from: "web-2", to: "app-2", protocol: Http), (from: "app-1", to: "db-1", protocol: Sql),
            (from: "app-1", to: "db-2", protocol: Sql, kinds: [Read]), (from: "app-2", to: "db-1", protocol: Sql),
            (from: "app-2", to: "db-2", protocol: Sql, kinds: [Read]), (from: "db-1", to: "db-2", protocol: Replication)])"#
    );
    load(("site.ron", &text))
}

/// A cause that occurs and is repaired. Times are in seconds.
struct Element {
    cause: Cause,
    up: bool,
    next: f64,
}

/// All causes, each with its own random number generator.
struct Renewal<'a> {
    infra: &'a Infrastructure,
    elements: Vec<(Element, Xoshiro256PlusPlus)>,
}

impl<'a> Renewal<'a> {
    fn new(infra: &'a Infrastructure, seed: u64) -> Self {
        let parts = Cause::all(infra).into_iter().filter(Cause::is_part);
        let elements = (seed..)
            .zip(parts)
            .map(|(seed, cause)| (Element { cause, up: true, next: 0.0 }, Xoshiro256PlusPlus::seed_from_u64(seed)));
        let mut renewal = Self { infra, elements: elements.collect() };
        for place in 0..renewal.elements.len() {
            renewal.elements[place].0.next = renewal.wait(place);
        }
        renewal
    }

    /// Time until the element's next state change: exponentially distributed.
    fn wait(&mut self, place: usize) -> f64 {
        let (element, draws) = &mut self.elements[place];
        let reliability = element.cause.reliability(self.infra).expect("the cause can fail");
        let mean = if element.up { reliability.mtbf_h } else { reliability.mttr_h };
        let uniform = ((draws.next_u64() >> 11) as f64 + 0.5) / (1u64 << 53) as f64;
        -uniform.ln() * mean.get() * 3_600.0
    }

    /// Performs the next state change. Returns its time and the element.
    fn turn(&mut self) -> (f64, &Element) {
        let times = self.elements.iter().map(|(element, _)| element.next).enumerate();
        let (place, at) = times.min_by(|a, b| a.1.total_cmp(&b.1)).expect("something fails");
        self.elements[place].0.up ^= true;
        let wait = self.wait(place);
        self.elements[place].0.next = at + wait;
        (at, &self.elements[place].0)
    }

    fn out(&self) -> impl Iterator<Item = &Cause> {
        self.elements.iter().map(|(element, _)| element).filter(|element| !element.up).map(|element| &element.cause)
    }
}

#[test]
fn the_long_run_average_of_failures_matches_the_formula() {
    let infra = site();
    let structure = Structure::of(&infra);
    let mut renewal = Renewal::new(&infra, 1);
    // Long consecutive intervals, which are nearly independent of each other.
    let (stretches, length) = (30_usize, 1_500_000.0);
    let mut lost = vec![[0.0; 3]; stretches];
    let mut now = 0.0;
    let mut down = [false; 3];
    for (number, lost) in lost.iter_mut().enumerate() {
        let end = (number + 1) as f64 * length;
        while now < end {
            let (at, _) = renewal.turn();
            for kind in RequestKind::ALL {
                lost[kind.index()] += if down[kind.index()] { (at - now) / length } else { 0.0 };
                down[kind.index()] = !structure.works(renewal.out(), kind);
            }
            now = at;
        }
    }
    for kind in RequestKind::ALL {
        let values: Vec<f64> = lost.iter().map(|lost| lost[kind.index()]).collect();
        let mean = values.iter().sum::<f64>() / stretches as f64;
        let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (stretches - 1) as f64;
        let error = (variance / stretches as f64).sqrt();
        let exact = availability(&infra, &structure, kind).unavailability;
        assert!(error < 0.01 * exact.max(0.2), "{kind:?}: the standard error {error} is too large");
        assert!((mean - exact).abs() < 3.7 * error, "{kind:?}: {mean} ± {error}, not {exact}");
    }
}

#[test]
fn the_simulation_fails_as_often_as_the_analysis_predicts() {
    let infra = site();
    let mut renewal = Renewal::new(&infra, 77);
    let mut sim = Simulation::new(Arc::new(infra.clone()), 5);
    let hours = 30.0;
    let mut lost = [0.0; 3];
    let mut now = 0.0;
    while now < hours * 3_600.0 {
        let outage = Outage::of_causes(&infra, renewal.out());
        let down = RequestKind::ALL.map(|kind| works(&infra, &outage, kind).is_err());
        let (at, element) = renewal.turn();
        let part = element.cause.element().expect("a part");
        let command = if element.up { Command::Restore(part) } else { Command::Kill(part) };
        sim.advance(SimTime::ZERO + Duration::from_secs_f64(at), &mut ());
        // A command for a program on a server that is off has no effect, but restoring a server starts all its
        // programs.
        let _ = sim.apply(&command, &mut ());
        if matches!(command, Command::Restore(model::Element::Server(_))) {
            for cause in renewal.out() {
                let _ = sim.apply(&Command::Kill(cause.element().expect("a part")), &mut ());
            }
        }
        for (lost, down) in lost.iter_mut().zip(down) {
            *lost += if down { at - now } else { 0.0 };
        }
        now = at;
    }
    for kind in RequestKind::ALL {
        let totals = sim.totals_of(kind);
        let failed = totals.failed as f64 / (totals.failed + totals.completed) as f64;
        let expected = lost[kind.index()] / now;
        // Some requests fail unnecessarily until a health check notices an outage; retries and timeouts blur its start
        // and end.
        assert!((failed - expected).abs() < 0.015, "{kind:?}: {failed} of the requests, {expected} of the time");
        assert!(expected > 0.05, "{kind:?} fails too rarely: {expected}");
    }
}
