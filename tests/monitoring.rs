//! Monitoring reports exactly what was delivered.

#[path = "monitoring/alerts.rs"]
mod alerts;
#[path = "monitoring/probe.rs"]
mod probe;
#[path = "monitoring/pull.rs"]
mod pull;
#[path = "monitoring/random.rs"]
mod random;
#[path = "monitoring/samples.rs"]
mod samples;

use std::sync::Arc;

use hoplight::model::quantity::{Rate, Seconds};
use hoplight::model::{ComponentId, ComponentIx, Element, Infrastructure, ServerId};
use hoplight::sim::{AlertState, Command, SimTime, Simulation};

/// The text of stage 2 with these monitoring settings.
fn text(monitoring: &str) -> String {
    let text = include_str!("../assets/stage-2-secured.ron");
    text.replace("    tls: (edge: Terminate),", &format!("    tls: (edge: Terminate),\n    monitoring: {monitoring},"))
}

fn site(monitoring: &str) -> Arc<Infrastructure> {
    Arc::new(Infrastructure::from_ron("site.ron", &text(monitoring)).expect("a valid scenario"))
}

/// Returns the error for invalid monitoring settings.
fn error(monitoring: &str) -> String {
    let error = Infrastructure::from_ron("site.ron", &text(monitoring)).expect_err("invalid settings");
    hoplight::text::read_error(error).to_string()
}

fn component(id: &str) -> Element {
    Element::Component(ComponentId::new(id))
}

fn server(id: &str) -> Element {
    Element::Server(ServerId::new(id))
}

fn hop(from: &str, to: &str) -> Element {
    Element::Hop(ComponentId::new(from), ComponentId::new(to))
}

fn find(sim: &Simulation, id: &str) -> ComponentIx {
    sim.infrastructure().find(id).expect("the component exists")
}

fn millis(millis: u64) -> SimTime {
    SimTime::from_nanos(millis * 1_000_000)
}

fn rate(rate: f64) -> Command {
    Command::Rate(Rate::new(rate).expect("in range"))
}

fn probe(seconds: f64) -> Command {
    Command::Probe(Some(Seconds::new(seconds).expect("in range")))
}

fn act(sim: &mut Simulation, command: &Command) {
    sim.apply(command, &mut ()).expect("the command is accepted");
}

fn run_to(sim: &mut Simulation, seconds: u64) {
    sim.advance(SimTime::from_secs(seconds), &mut ());
}

/// Returns the alert log: time in seconds, rule, subject and state.
fn log(sim: &Simulation) -> Vec<(f64, &str, &str, AlertState)> {
    let name = |subject: Option<ComponentIx>| subject.map_or("site", |ix| sim.infrastructure().component(ix).id.as_str());
    sim.alert_log().map(|entry| (entry.at.as_secs_f64(), entry.rule, name(entry.subject), entry.state)).collect()
}

/// Returns the distinct names of the rules that have fired.
fn fired(sim: &Simulation) -> Vec<&str> {
    let mut fired: Vec<&str> =
        sim.alert_log().filter(|entry| entry.state == AlertState::Firing).map(|entry| entry.rule).collect();
    fired.sort_unstable();
    fired.dedup();
    fired
}
