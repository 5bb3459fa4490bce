//! Firewall pairs: the gap until the standby takes over, open connections, and the loss of both.

use std::sync::Arc;

use hoplight::model::{ComponentId, ComponentIx, Element, Infrastructure};
use hoplight::sim::{Command, EventKind, Failure, JournalEvent, SimTime, Simulation};

/// A site with one pair, and slow pages, so that some requests are always in progress.
fn text(standby: &str) -> String {
    format!(
        r#"(traffic: (rate: 100.0, static_share: 1.0, write_share: 0.0, new_visitors: 0.0, patience_s: 10.0), tls: (edge: None),
        servers: [(id: "s")],
        components: [
            (id: "fw-a", kind: Firewall(servers: ["s"], inbound: [(ports: [80])])), {standby}
            (id: "web", kind: Web(), server: "s", station: (service: Constant(ms: 5000.0), slots: 2000))])"#
    )
}

const SYNC: &str = r#"(id: "fw-b", kind: Firewall(standby: (of: "fw-a"))),"#;
const NO_SYNC: &str = r#"(id: "fw-b", kind: Firewall(standby: (of: "fw-a", state_sync: false))),"#;

struct Run {
    sim: Simulation,
    notes: Vec<JournalEvent>,
}

impl Run {
    fn new(standby: &str) -> Self {
        let infra = Infrastructure::from_ron("pair.ron", &text(standby)).unwrap_or_else(|error| panic!("{error}"));
        Self { sim: Simulation::new(Arc::new(infra), 3), notes: Vec::new() }
    }

    fn to(&mut self, seconds: u64) -> &mut Self {
        let notes = &mut self.notes;
        self.sim.advance(SimTime::from_secs(seconds), &mut |note: JournalEvent| notes.push(note));
        self
    }

    fn act(&mut self, command: fn(Element) -> Command, id: &str) -> &mut Self {
        let command = command(Element::Component(ComponentId::new(id)));
        self.sim.apply(&command, &mut ()).expect("the command is accepted");
        self
    }

    fn find(&self, id: &str) -> ComponentIx {
        self.sim.infrastructure().find(id).expect("the component exists")
    }

    fn is_active(&self, id: &str) -> Option<bool> {
        self.sim.is_active_firewall(self.find(id))
    }

    fn failed(&self, failure: Failure) -> u64 {
        self.sim.failures().find(|(of, _)| *of == failure).map_or(0, |(_, count)| count)
    }

    fn takeovers(&self) -> Vec<(f64, ComponentIx)> {
        let takeover = |note: &JournalEvent| match note.what {
            EventKind::FirewallTakeover { firewall, .. } => Some((note.at.as_secs_f64(), firewall)),
            _ => None,
        };
        self.notes.iter().filter_map(takeover).collect()
    }
}

#[test]
fn the_standby_takes_over_after_three_advertisements_and_a_skew() {
    let mut run = Run::new(SYNC);
    run.to(20);
    assert_eq!((run.is_active("fw-a"), run.is_active("fw-b"), run.is_active("web")), (Some(true), Some(false), None));
    run.act(Command::Kill, "fw-a").to(60);
    // 3 s + 156 / 256 s, as for a VRRP pair of balancers.
    let [(at, firewall)] = run.takeovers()[..] else { panic!("{:?}", run.takeovers()) };
    assert!((at - 23.609_375).abs() < 1e-6 && firewall == run.find("fw-b"), "{at}");
    // Nothing passed for 3.6 s. Browsers resend SYNs, so requests on new connections are late; the others are lost.
    let lost = run.failed(Failure::TimedOut);
    assert!((300..500).contains(&lost), "{lost}");
    let before = run.sim.totals().failed;
    run.to(100);
    assert_eq!(run.sim.totals().failed, before, "then all is well");
    // A firewall that returns becomes the standby.
    run.act(Command::Restore, "fw-a").to(140);
    assert_eq!((run.is_active("fw-a"), run.is_active("fw-b")), (Some(false), Some(true)));
    assert_eq!((run.sim.totals().failed, run.takeovers().len()), (before, 1));
}

#[test]
fn without_state_synchronisation_open_connections_are_reset() {
    let resets = |standby: &str| {
        let mut run = Run::new(standby);
        run.to(20).act(Command::Kill, "fw-a").to(60);
        (run.failed(Failure::Reset), run.failed(Failure::TimedOut))
    };
    let ((kept, _), (reset, late)) = (resets(SYNC), resets(NO_SYNC));
    assert_eq!(kept, 0, "the pair knows the connections");
    assert!(reset > 400 && late < 50, "{reset} reset, {late} timed out");
}

#[test]
fn the_loss_of_the_standby_is_not_noticed_and_the_loss_of_both_stops_everything() {
    let mut run = Run::new(SYNC);
    run.to(20).act(Command::Kill, "fw-b").to(60);
    assert_eq!((run.sim.totals().failed, run.takeovers().len()), (0, 0));
    run.act(Command::Kill, "fw-a").to(80);
    let done = run.sim.totals().completed;
    run.to(120);
    assert_eq!(run.sim.totals().completed, done, "both are lost");
    run.act(Command::Restore, "fw-b").to(160);
    assert!(run.sim.totals().completed > done && run.is_active("fw-b") == Some(true));
    let mut single = Run::new("");
    single.to(20).act(Command::Kill, "fw-a").to(40);
    let done = single.sim.totals().completed;
    single.to(80);
    assert_eq!(single.sim.totals().completed, done, "a single firewall has no standby");
}

#[test]
fn both_firewalls_have_the_same_rules() {
    let mut run = Run::new(SYNC);
    run.to(10);
    let hits = |run: &Run, id: &str| run.sim.rule_hits(run.find(id), hoplight::model::firewall::Direction::Inbound);
    assert!(hits(&run, "fw-a")[0] > 500 && hits(&run, "fw-b") == [0, 0], "{:?}", hits(&run, "fw-b"));
    run.act(Command::Kill, "fw-a").to(30);
    assert!(hits(&run, "fw-b")[0] > 500);
    // A rule that is added applies to both.
    let block = hoplight::model::TopologyEdit::Block(ComponentId::new("browser"), ComponentId::new("web"));
    run.sim.apply(&Command::Edit(block), &mut ()).expect("there is a firewall");
    let done = run.to(40).sim.totals().completed;
    assert_eq!(run.to(60).sim.totals().completed, done);
}
