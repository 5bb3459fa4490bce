//! What the texts of the authored drills say can be seen is what the operator's view shows.

use hoplight_drill::{DrillRun, ProbeTarget};
use hoplight_model::{ComponentId, RequestKind};

use crate::site::{catalogue, start, text, wait};

/// Seconds from the latest injection to the probes, and from there to the view.
const AFTER_S: u64 = 45;
const ANSWERED_S: u64 = 12;

/// The signs of one drill.
struct Clues {
    id: &'static str,
    /// Probes, and their results.
    probes: &'static [(Target, &'static str)],
    /// What the view shows.
    shows: &'static [&'static str],
    /// What the view must not show.
    lacks: &'static [&'static str],
}

enum Target {
    Site(RequestKind),
    Hop(&'static str, &'static str),
}
use Target::{Hop, Site};

const CLUES: &[Clues] = &[
    Clues {
        id: "green-dashboards",
        probes: &[(Site(RequestKind::Static), "certificate expired, in the TLS handshake")],
        shows: &["the browser warns that the connection is not private", "failed handshakes"],
        lacks: &["status 5", "DOWN"],
    },
    Clues {
        id: "a-quiet-site",
        probes: &[(Hop("lb-1", "web-1"), "success"), (Hop("agent-2", "monitor"), "connected")],
        shows: &["s old, no data", "alert \u{201c}no data\u{201d} firing on agent-2", "status 200 from web-1"],
        lacks: &["users", "status 5"],
    },
    Clues {
        id: "a-busy-day",
        probes: &[(Hop("app-1", "db-1"), "success")],
        shows: &["status 504", "alert \u{201c}saturated\u{201d} firing on app-1"],
        lacks: &["DOWN"],
    },
    Clues {
        id: "back-to-normal",
        probes: &[],
        shows: &["alert \u{201c}not exactly one leader\u{201d} firing"],
        lacks: &["stands by"],
    },
    Clues {
        id: "every-second-page",
        probes: &[(Hop("web-2", "app-2"), "connection refused"), (Hop("web-1", "app-1"), "success")],
        shows: &["GET /profile, status 502 from web-2", "GET /logo.svg, status 200 from web-2"],
        lacks: &["DOWN", "status 502 from web-1", "GET /logo.svg, status 5"],
    },
    Clues {
        id: "fading-away",
        probes: &[(Site(RequestKind::Static), "name not resolved, while resolving the name")],
        shows: &["the address of the site cannot be found"],
        lacks: &["status 5"],
    },
    Clues {
        id: "no-more-logins",
        probes: &[(Site(RequestKind::Write), "500"), (Site(RequestKind::Read), "200")],
        shows: &["logging in: \u{201c}I get error 500\u{201d}", "db-1: "],
        lacks: &["opening a page", "DOWN"],
    },
    Clues {
        id: "maintenance-window",
        probes: &[(Hop("lb-2", "web-1"), "success")],
        shows: &["lb-2: entering MASTER state"],
        lacks: &["lb-1: entering BACKUP state", "status 5"],
    },
    Clues {
        id: "an-idle-database",
        probes: &[(Hop("app-2", "db-1"), "error 1040: too many connections")],
        shows: &["I get error 500", "connections 100 %"],
        lacks: &["DOWN"],
    },
    Clues {
        id: "lights-out",
        probes: &[(Hop("agent-1", "monitor"), "no response to the connection attempt"), (Hop("lb-1", "web-1"), "success")],
        shows: &["alert \u{201c}no data\u{201d} firing on agent-1", "alert \u{201c}no data\u{201d} firing on agent-3"],
        lacks: &["users", "status 5"],
    },
    Clues {
        id: "a-long-afternoon",
        probes: &[(Hop("web-1", "app-1"), "")],
        shows: &["it takes ages", "firing on app-1"],
        lacks: &["DOWN"],
    },
    Clues {
        id: "planned-work",
        probes: &[(Hop("lb-1", "web-2"), "connection refused")],
        shows: &["lb-1: server web-2 is DOWN"],
        lacks: &["web-2 is UP"],
    },
    Clues {
        id: "a-silent-shift",
        probes: &[(Site(RequestKind::Read), "200")],
        shows: &["the monitoring service does not answer", "no heartbeat"],
        lacks: &["users", "status 5"],
    },
    Clues {
        id: "no-impact-expected",
        probes: &[(Hop("app-1", "db-1"), "no response to the connection attempt")],
        shows: &["I get error 500", "I get 504"],
        lacks: &[],
    },
    Clues {
        id: "round-and-round",
        probes: &[(Site(RequestKind::Read), "too many redirects")],
        shows: &["the browser says: too many redirects", "status 301 from web-1"],
        lacks: &["status 5", "DOWN"],
    },
    Clues { id: "a-full-machine", probes: &[], shows: &["processor 100 %", "it takes ages"], lacks: &["no data"] },
];

#[test]
fn the_view_shows_what_the_texts_say() {
    let catalogue = catalogue();
    assert_eq!(
        catalogue.drills().map(|(drill, _)| drill.id.as_str()).collect::<Vec<_>>(),
        CLUES.iter().map(|c| c.id).collect::<Vec<_>>()
    );
    for clues in CLUES {
        let (drill, infra) = catalogue.find(clues.id).expect("a drill");
        let mut run = start(drill, infra, 2);
        wait(&mut run, u64::from(drill.onset_s.1) + AFTER_S);
        for (target, _) in clues.probes {
            let target = match target {
                Site(kind) => ProbeTarget::Site(*kind),
                Hop(from, to) => ProbeTarget::Hop(ComponentId::new(from), ComponentId::new(to)),
            };
            assert!(run.probe(&target), "{}", clues.id);
        }
        wait(&mut run, ANSWERED_S);
        let text = text(&run);
        let view = run.view();
        for (probe, (_, expected)) in view.probes.iter().zip(clues.probes) {
            let line = probe.phrase().to_string();
            assert!(probe.answer.is_some() && line.contains(expected), "{}: {line} instead of {expected}", clues.id);
        }
        for sign in clues.shows {
            assert!(text.contains(sign), "{} does not show {sign}: {text}", clues.id);
        }
        for sign in clues.lacks {
            assert!(!text.contains(sign), "{} shows {sign}: {text}", clues.id);
        }
    }
}

#[test]
fn a_tap_shows_that_both_balancers_advertise() {
    let catalogue = catalogue();
    let (drill, infra) = catalogue.find("maintenance-window").expect("a drill");
    let mut run = start(drill, infra, 2);
    let advertised = |run: &mut DrillRun| {
        assert!(run.tap(Some(&(ComponentId::new("lb-1"), ComponentId::new("lb-2")))));
        wait(run, 10);
        text(run).matches("a VRRP advertisement").count()
    };
    let before = advertised(&mut run);
    wait(&mut run, u64::from(drill.onset_s.1));
    let after = advertised(&mut run);
    assert!((9..=11).contains(&before) && (19..=21).contains(&after), "{before} {after}");
    assert!(!run.tap(Some(&(ComponentId::new("lb-1"), ComponentId::new("db-1")))), "there is no such hop");
    assert!(run.tap(None) && run.view().tap.is_none());
}
