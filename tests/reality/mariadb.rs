//! An application that leaks connections until the database refuses new ones (`max_connections` 16, 20 requests per second).

use hoplight::sim::Failure;

use super::run::Run;

const SITE: &str = r#"(traffic: (rate: 20.0, static_share: 0.0, write_share: 1.0), tls: (edge: None),
    servers: [(id: "s1"), (id: "s2"), (id: "s3")],
    components: [(id: "web", kind: Web(), server: "s1"),
        (id: "app-1", kind: App(), server: "s2"), (id: "app-2", kind: App(), server: "s3"),
        (id: "db", kind: Database(), server: "s1", station: (connections: 16))],
    links: [(from: "web", to: "app-1"), (from: "web", to: "app-2"), (from: "app-1", to: "db"), (from: "app-2", to: "db")])"#;

fn leaked(run: &Run) -> u32 {
    run.sim.leaked(run.sim.infrastructure().find("db").expect("a database"))
}

#[test]
fn the_end_of_the_leaking_process_frees_its_connections() {
    // Measured: error 1040 for all writes; 15 connections to 0 within 0.1 s after kill -9, no more 500 after 0.4 s.
    let mut run = Run::new(SITE, 1);
    run.to(20.0).act("leak app-1 db 16").to(30.0);
    assert!(run.count(Failure::ServerError, 20.5, 30.0) > 150);
    // The end of another process frees nothing.
    run.act("restart app-2").to(32.0);
    assert_eq!(leaked(&run), 16);
    run.act("restart app-1");
    assert_eq!(leaked(&run), 0);
    run.to(60.0);
    assert_eq!(run.failed(33.5, 60.0), 0);
}

#[test]
fn the_end_of_the_database_frees_them_too() {
    let mut run = Run::new(SITE, 1);
    run.to(20.0).act("leak db 16").to(30.0).act("restart db").to(40.0);
    assert_eq!((leaked(&run), run.failed(32.5, 40.0)), (0, 0));
}

#[test]
fn a_host_that_is_cut_off_keeps_them_open() {
    // Measured: 12 of 12 connections are still there 25 s later (`wait_timeout` 28800 s).
    let mut run = Run::new(SITE, 1);
    run.to(20.0).act("leak app-1 db 12").to(30.0).act("kill s2").to(55.0);
    assert_eq!(leaked(&run), 12);
    run.act("restore s2").to(80.0);
    assert_eq!(leaked(&run), 12, "a rebooted machine does not know them, and the database does not ask");
    run.act("clear leak db 12");
    assert_eq!(leaked(&run), 0);
}

#[test]
fn each_application_has_its_own_leak() {
    let mut run = Run::new(SITE, 1);
    run.to(1.0).act("leak app-1 db 3").act("leak app-2 db 4");
    assert_eq!((leaked(&run), run.sim.faults().len()), (7, 2));
    run.act("kill app-2");
    assert_eq!(leaked(&run), 3);
    run.act("clear leak app-1 db 3");
    assert_eq!(leaked(&run), 0);
}
