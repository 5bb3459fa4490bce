//! Exact times of hung components, restarts and slowdowns.

use std::sync::Arc;

use hoplight::model::Infrastructure;
use hoplight::sim::{EventKind, Failure, Health};

use super::site::Run;

/// A balancer, a web server, an application, a primary and a replica. Service times are constant, and each link takes 1 ms.
fn site(app: &str) -> Arc<Infrastructure> {
    let text = format!(
        r#"(format: 1, id: "still", title: "Still", summary: "A site with exact times.",
            traffic: (rate: 0.0, patience_s: 60.0), tls: (edge: None),
            servers: [(id: "s-1"), (id: "s-2")],
            components: [
                (id: "browser", kind: Browser),
                (id: "lb-1", kind: LoadBalancer(), station: (service: Constant(ms: 1.0))),
                (id: "web-1", kind: Web(), station: (service: Constant(ms: 1.0))),
                (id: "app-1", kind: App(), server: "s-1", station: ({app} service: Constant(ms: 100.0))),
                (id: "db-1", kind: Database(role: Primary), server: "s-1", station: (service: Constant(ms: 10.0))),
                (id: "db-2", kind: Database(role: Replica, lag_s: 0.05), server: "s-2", station: (service: Constant(ms: 10.0))),
            ],
            links: [
                (from: "browser", to: "lb-1", protocol: Http, latency_ms: 1.0),
                (from: "lb-1", to: "web-1", protocol: Http, latency_ms: 1.0),
                (from: "web-1", to: "app-1", protocol: Http, latency_ms: 1.0),
                (from: "app-1", to: "db-1", protocol: Sql, latency_ms: 1.0),
                (from: "db-1", to: "db-2", protocol: Replication, latency_ms: 1.0),
            ])"#
    );
    Arc::new(Infrastructure::from_ron("still.ron", &text).unwrap_or_else(|error| panic!("{error}")))
}

/// Connection setup, four links there and back, and all service times.
const USUAL_MS: f64 = 2.0 + 8.0 + 1.0 + 1.0 + 100.0 + 10.0;

/// Returns the outcome and latency in milliseconds of each finished request.
fn endings(run: &Run) -> Vec<(Result<(), Failure>, f64)> {
    let ending =
        |what: &EventKind| if let EventKind::Ended { outcome, latency_ms } = what { Some((*outcome, *latency_ms)) } else { None };
    run.notes.iter().filter_map(|note| ending(&note.what)).collect()
}

fn only_ending(run: &Run) -> (Result<(), Failure>, f64) {
    let endings = endings(run);
    assert_eq!(endings.len(), 1, "{endings:?}");
    endings[0]
}

fn close(ending: (Result<(), Failure>, f64), outcome: Result<(), Failure>, ms: f64) {
    assert!(ending.0 == outcome && (ending.1 - ms).abs() < 1e-6, "{ending:?}, expected {outcome:?} after {ms} ms");
}

#[test]
fn hung_work_resumes_where_it_stopped() {
    // The application hangs before the request arrives, while it works, and while it waits for the database. The request
    // arrives after 7 ms of links and work, and the database's response after 119 ms, so that is when the delay starts.
    for (hung_at, stopped_at_ms) in [(0.0, 7.0), (0.05, 50.0), (0.112, 119.0)] {
        let mut run = Run::new(&site(""));
        if hung_at > 0.0 {
            run.act("send read").to(hung_at).act("hang app-1");
        } else {
            run.act("hang app-1").act("send read");
        }
        assert_eq!(run.sim.station(run.find("app-1")).health, Health::Hung);
        run.to(2.0).act("heal hang app-1").to(20.0);
        let delay_ms = 2_000.0 - stopped_at_ms;
        close(only_ending(&run), Ok(()), USUAL_MS + delay_ms);
        assert_eq!((run.sim.records(), run.sim.station(run.find("app-1")).busy), (0, 0));
    }
}

#[test]
fn a_restart_aborts_hung_work() {
    let mut run = Run::new(&site(""));
    run.act("send read").to(0.05).act("hang app-1").to(2.0).act("restore app-1").to(20.0);
    // The connection is reset at 2 s, one link away from the web server, which is two links away from the user.
    close(only_ending(&run), Err(Failure::BadGateway), 2_003.0);
    let mut run = Run::new(&site(""));
    run.act("send read").to(0.05).act("hang app-1").to(2.0).act("kill app-1").to(20.0);
    close(only_ending(&run), Err(Failure::BadGateway), 2_003.0);
    assert_eq!(run.sim.station(run.find("app-1")).health, Health::Crashed);
    run.act("restore app-1").act("send read").to(40.0);
    assert_eq!(endings(&run)[1].0, Ok(()));
}

#[test]
fn each_caller_waits_for_its_own_timeout() {
    let mut run = Run::new(&site(""));
    run.act("hang app-1").act("send read").to(20.0);
    // The balancer's timeout of 5 s starts when it sends the request, 4 ms after the start; the web server's starts later. The
    // response crosses one more link.
    close(only_ending(&run), Err(Failure::GatewayTimeout), 5_000.0 + 4.0 + 1.0);
    // A hung balancer does not time out: only the user does.
    let mut run = Run::new(&site(""));
    run.act("hang lb-1").act("send read").to(59.9);
    assert_eq!(endings(&run), []);
    run.to(61.0);
    close(only_ending(&run), Err(Failure::TimedOut), 60_000.0);
}

#[test]
fn a_full_queue_of_a_hung_component_drops_syns() {
    let mut run = Run::new(&site("slots: 1, queue: 1,"));
    run.act("hang app-1").act("send read").act("send read").act("send read").to(4.0);
    let app = run.find("app-1");
    // The web server stops connecting after a second.
    assert_eq!((endings(&run).len(), run.sim.station(app).waiting, run.sim.station(app).dropped), (2, 1, 2));
    assert!(endings(&run).iter().all(|(outcome, ms)| *outcome == Err(Failure::GatewayTimeout) && *ms < 1_020.0));
    run.act("heal hang app-1").to(20.0);
    let good = endings(&run).iter().filter(|(outcome, _)| outcome.is_ok()).count();
    assert_eq!((good, endings(&run).len(), run.sim.records()), (1, 3, 0));
}

#[test]
fn a_hung_database_neither_replicates_nor_is_replicated() {
    for hung in ["db-1", "db-2"] {
        let mut run = Run::new(&site(""));
        run.to(5.0).act(&format!("hang {hung}")).to(8.0);
        let view = |run: &Run, id| run.sim.database(run.find(id)).expect("a database");
        assert_eq!(view(&run, "db-2").lag_s, None);
        assert_eq!(view(&run, "db-1").writable, hung == "db-2");
        run.act("send write").to(11.0).act(&format!("heal hang {hung}")).to(17.0);
        assert_eq!(endings(&run)[0].0, if hung == "db-1" { Err(Failure::ServerError) } else { Ok(()) });
        let (primary, replica) = (view(&run, "db-1"), view(&run, "db-2"));
        assert!(primary.writable && replica.lag_s == Some(0.0) && replica.applied == primary.applied, "{replica:?}");
        assert_eq!(primary.applied, 1, "abandoned work is still done");
    }
}

#[test]
fn a_server_hangs_with_all_its_components() {
    let mut run = Run::new(&site(""));
    run.act("hang s-1");
    let health = |run: &Run| ["app-1", "db-1", "db-2"].map(|id| run.sim.station(run.find(id)).health);
    assert_eq!(health(&run), [Health::Hung, Health::Hung, Health::Up]);
    run.act("send read").to(1.0).act("restart s-1 3");
    assert_eq!(health(&run)[0], Health::PoweredOff);
    run.to(3.999);
    assert_eq!(health(&run)[0], Health::PoweredOff);
    run.to(4.0);
    assert_eq!(health(&run), [Health::Up; 3]);
}

#[test]
fn a_restart_takes_time_and_can_be_superseded() {
    let mut run = Run::new(&site(""));
    let up = |run: &Run| run.sim.station(run.find("app-1")).health.is_up();
    run.act("restart app-1").to(0.9);
    assert!(!up(&run));
    run.to(1.0);
    assert!(up(&run));
    // Restoring it and killing it again cancels the pending restart.
    run.act("restart app-1").to(1.5).act("restore app-1").to(1.7).act("kill app-1").to(5.0);
    assert!(!up(&run));
    run.act("restart app-1 0.5").to(5.5);
    assert!(up(&run));
}

#[test]
fn slow_work_takes_a_multiple_of_the_time() {
    let mut run = Run::new(&site(""));
    run.act("slow app-1 3").act("send read").to(1.0);
    close(only_ending(&run), Ok(()), USUAL_MS + 200.0);
    run.act("slow app-1 0.5").act("slow browser -> lb-1 10").act("send read").to(2.0);
    // Connection setup and request each make a round trip.
    close(endings(&run)[1], Ok(()), USUAL_MS - 50.0 + 4.0 * 9.0);
    run.act("heal slow app-1 1").act("heal slow browser -> lb-1 1").act("send read").to(3.0);
    close(endings(&run)[2], Ok(()), USUAL_MS);
    assert_eq!(run.sim.faults(), []);
}
