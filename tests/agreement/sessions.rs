//! Drawings with sessions: where they live, and what keeps a user's requests together.

use std::sync::Arc;

use hoplight::analysis::{Structure, Verdict};
use hoplight::model::{Infrastructure, RequestKind};

use crate::measure::{failing, failing_whole};

/// Largest difference between the forecast share of failed requests and the measured one.
const APART: f64 = 0.035;

/// A site whose parts and links are given. The database and the users are the same everywhere.
fn site(parts: &str, links: &str) -> String {
    format!(
        r#"(traffic: (rate: 30.0, static_share: 0.2, write_share: 0.2, new_visitors: 0.2, users: Some(300)),
            tls: (edge: None), servers: [(id: "s-1"), (id: "s-2")],
            components: [{parts} (id: "db", kind: Database())], links: [{links}])"#
    )
}

/// Applications with sessions in memory behind a balancer with these settings.
fn balanced(balancer: &str, applications: usize, weight: usize) -> String {
    let names = || (1..=applications).map(|number| format!("app-{number}"));
    let parts: Vec<String> = names().map(|id| format!(r#"(id: "{id}", kind: App(sessions: Memory)),"#)).collect();
    let parts = parts.concat();
    let links = names().zip(1..).map(|(id, number)| {
        let weight = if number == 1 { weight } else { 1 };
        format!(r#"(from: "lb", to: "{id}", weight: {weight}), (from: "{id}", to: "db"),"#)
    });
    let links: String = links.collect();
    site(&format!(r#"(id: "lb", kind: LoadBalancer({balancer})), {parts}"#), &links)
}

fn drawings() -> Vec<(&'static str, String)> {
    let store = r#"(id: "lb", kind: LoadBalancer()), (id: "app-1", kind: App(), server: "s-1"), (id: "app-2", kind: App()),
        (id: "store", kind: Cache(place: Sessions), server: "s-2"),"#;
    let to_store = r#"(from: "lb", to: "app-1"), (from: "lb", to: "app-2"), (from: "app-1", to: "store"),
        (from: "app-2", to: "store"), (from: "app-1", to: "db"), (from: "app-2", to: "db"),"#;
    let webs = |settings: &str| {
        format!(
            r#"(id: "lb", kind: LoadBalancer({settings})), (id: "web-1", kind: Web()), (id: "web-2", kind: Web()),
            (id: "app-1", kind: App(sessions: Memory), server: "s-1"), (id: "app-2", kind: App(sessions: Memory)),"#
        )
    };
    let crossed = r#"(from: "lb", to: "web-1"), (from: "lb", to: "web-2"), (from: "web-1", to: "app-1"), (from: "web-1", to: "app-2"),
        (from: "web-2", to: "app-1"), (from: "web-2", to: "app-2"), (from: "app-1", to: "db"), (from: "app-2", to: "db"),"#;
    let lanes = r#"(from: "lb", to: "web-1"), (from: "lb", to: "web-2"), (from: "web-1", to: "app-1"), (from: "web-2", to: "app-2"),
        (from: "app-1", to: "db"), (from: "app-2", to: "db"),"#;
    let two = |settings: &str| {
        format!(
            r#"(id: "lb-1", kind: LoadBalancer({settings})), (id: "lb-2", kind: LoadBalancer({settings})),
            (id: "app-1", kind: App(sessions: Memory)), (id: "app-2", kind: App(sessions: Memory)),"#
        )
    };
    let entries = r#"(from: "browser", to: "lb-1"), (from: "browser", to: "lb-2"), (from: "lb-1", to: "app-1"),
        (from: "lb-1", to: "app-2"), (from: "lb-2", to: "app-1"), (from: "lb-2", to: "app-2"),
        (from: "app-1", to: "db"), (from: "app-2", to: "db"),"#;
    vec![
        ("in turn", balanced("", 2, 1)),
        ("in turn over three", balanced("check: HttpApp", 3, 1)),
        ("weighted", balanced("algorithm: WeightedRoundRobin", 2, 3)),
        ("first", balanced("algorithm: First", 2, 1)),
        ("sticky", balanced("sticky: true", 2, 1)),
        ("sticky and least connections", balanced("sticky: true, algorithm: LeastConnections, redispatch: true", 3, 1)),
        ("source", balanced("algorithm: SourceHash", 3, 1)),
        ("store", site(store, to_store)),
        ("sticky to web servers that take turns", site(&webs("sticky: true"), crossed)),
        ("sticky lanes", site(&webs("sticky: true, check: HttpApp"), lanes)),
        ("two entries in turn", site(&two(""), entries)),
        ("two sticky entries", site(&two("sticky: true"), entries)),
        (
            "web servers that run the code",
            site(
                r#"(id: "lb", kind: LoadBalancer()), (id: "web-1", kind: Web(sessions: Memory)), (id: "web-2", kind: Web(sessions: Memory)),"#,
                r#"(from: "lb", to: "web-1"), (from: "lb", to: "web-2"), (from: "web-1", to: "db"), (from: "web-2", to: "db"),"#,
            ),
        ),
    ]
}

/// Compares every loss of every drawing, and each drawing without a loss.
pub(crate) fn differences() -> (usize, Vec<String>) {
    let (mut compared, mut differences) = (0, Vec::new());
    for (name, text) in drawings() {
        let infra = Arc::new(Infrastructure::from_ron("site.ron", &text).unwrap_or_else(|error| panic!("{name}: {error}")));
        let mut compare = |loss: &str, forecast: [f64; 3], measured: [Option<f64>; 3]| {
            // An application that waits for a silent database is full: the shares depend on its queue, and on how many users
            // a sticky balancer has moved away from it while it was DOWN. Static pages fail only while the queue is full.
            let is_full = loss.ends_with("→ db");
            for kind in RequestKind::ALL {
                let (forecast, Some(measured)) = (forecast[kind.index()], measured[kind.index()]) else { continue };
                if is_full && kind.is_static() {
                    continue;
                }
                compared += 1;
                let differs =
                    if is_full { Verdict::of(forecast) != Verdict::of(measured) } else { (forecast - measured).abs() > APART };
                if differs {
                    differences.push(format!("{name}, {loss}, {}: forecast {forecast:.3}, measured {measured:.3}", kind.word()));
                }
            }
        };
        let structure = Structure::of(&infra);
        compare("nothing lost", structure.losses().whole.failing, failing_whole(&infra));
        for forecast in &structure.losses().each {
            if let Some(measured) = failing(&infra, forecast) {
                compare(&format!("{} {}", forecast.loss.word(), forecast.loss), forecast.failing, measured);
            }
        }
    }
    (compared, differences)
}

/// Sites where nothing keeps a user's requests together lose sessions, and the others do not.
pub(crate) fn lost_without_a_loss() -> Vec<(&'static str, f64)> {
    let lost = |(name, text): (&'static str, String)| {
        let infra = Infrastructure::from_ron("site.ron", &text).expect("a valid scenario");
        (name, Structure::of(&infra).losses().whole.failing[RequestKind::Read.index()])
    };
    drawings().into_iter().map(lost).collect()
}
