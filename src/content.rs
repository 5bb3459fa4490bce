//! Embedded content: scenarios, lessons and the glossary.
//!
//! A test compares the lists with the folders.

use hoplight_lesson::Sources;

macro_rules! embedded {
    ($($file:literal),* $(,)?) => {
        &[$(($file, include_str!(concat!("../", $file)))),*]
    };
}

/// Scenario file with a comment on every field, printed by `hoplight template`.
pub const TEMPLATE: &str = include_str!("../examples/template.ron");

/// All shipped scenarios, lessons and glossaries, each with its path in the source tree.
pub const EMBEDDED: Sources<'static> = Sources {
    scenarios: embedded![
        "assets/active-active.ron",
        "assets/bench-w1.ron",
        "assets/bench-w2.ron",
        "assets/cache-aside.ron",
        "assets/cache-front.ron",
        "assets/design-0-repaired.ron",
        "assets/design-0.ron",
        "assets/design-1-repaired.ron",
        "assets/design-1.ron",
        "assets/design-2-repaired.ron",
        "assets/design-2.ron",
        "assets/design-3-repaired.ron",
        "assets/design-3.ron",
        "assets/design-4-repaired.ron",
        "assets/design-4.ron",
        "assets/firewall-pair.ron",
        "assets/keepalive-race.ron",
        "assets/multi-writer.ron",
        "assets/one-web-server.ron",
        "assets/pull-monitoring.ron",
        "assets/rate-limit.ron",
        "assets/redirect.ron",
        "assets/second-site.ron",
        "assets/separate-cores.ron",
        "assets/shared-cores.ron",
        "assets/session-store.ron",
        "assets/sql-proxy.ron",
        "assets/stage-0-simple.ron",
        "assets/stage-1-distributed.ron",
        "assets/stage-2-secured.ron",
        "assets/stage-3-scaled.ron",
        "assets/sticky-sessions.ron",
        "assets/vrrp-untracked.ron",
    ],
    lessons: embedded![
        "lessons/1-journey-of-a-request.ron",
        "lessons/2-where-tls-ends.ron",
        "lessons/3-single-points-of-failure.ron",
        "lessons/4-servers-all-alike.ron",
        "lessons/5-monitoring-and-qps.ron",
    ],
    glossaries: embedded!["lessons/glossary.ron", "lessons/whiteboard.ron"],
};
