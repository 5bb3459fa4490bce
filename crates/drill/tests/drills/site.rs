//! The shipped designs and drills, and the moves that the tests have in common.

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use hoplight_drill::{Cause, Drill, DrillCatalogue, DrillRun, Effect, Monitoring, suspects};
use hoplight_model::Infrastructure;
use hoplight_sim::{AlertState, Command, SimTime};

macro_rules! embedded {
    ($folder:literal, $($file:literal),* $(,)?) => {
        &[$(($file, include_str!(concat!("../../../../", $folder, $file)))),*]
    };
}

const DESIGNS: &[(&str, &str)] = embedded![
    "assets/",
    "active-active.ron",
    "bench-w1.ron",
    "bench-w2.ron",
    "cache-aside.ron",
    "cache-front.ron",
    "connection-limit.ron",
    "crossed-vrrp.ron",
    "design-0-repaired.ron",
    "design-0.ron",
    "design-1-repaired.ron",
    "design-1.ron",
    "design-2-repaired.ron",
    "design-2.ron",
    "design-3-repaired.ron",
    "design-3.ron",
    "design-4-repaired.ron",
    "design-4.ron",
    "firewall-pair.ron",
    "keepalive-race.ron",
    "multi-writer.ron",
    "one-web-server.ron",
    "pull-monitoring.ron",
    "rate-limit.ron",
    "redirect.ron",
    "second-site.ron",
    "separate-cores.ron",
    "session-store.ron",
    "shared-cores.ron",
    "sql-proxy.ron",
    "stage-0-simple.ron",
    "stage-1-distributed.ron",
    "stage-2-secured.ron",
    "stage-3-scaled.ron",
    "sticky-sessions.ron",
    "vrrp-untracked.ron",
];

/// The authored drills.
pub(crate) const DRILLS: &[(&str, &str)] = embedded![
    "lessons/drills/",
    "01-green-dashboards.ron",
    "02-a-quiet-site.ron",
    "03-a-busy-day.ron",
    "04-back-to-normal.ron",
    "05-every-second-page.ron",
    "06-fading-away.ron",
    "07-no-more-logins.ron",
    "08-maintenance-window.ron",
    "09-an-idle-database.ron",
    "10-lights-out.ron",
    "11-a-long-afternoon.ron",
    "12-planned-work.ron",
    "13-a-silent-shift.ron",
    "14-no-impact-expected.ron",
    "15-round-and-round.ron",
    "16-a-full-machine.ron",
];

static PARSED: LazyLock<Vec<Arc<Infrastructure>>> = LazyLock::new(|| {
    let read = |(file, text): &(&str, &str)| Arc::new(Infrastructure::from_ron(file, text).unwrap_or_else(|e| panic!("{e}")));
    DESIGNS.iter().map(read).collect()
});

static CHECKED: LazyLock<DrillCatalogue> =
    LazyLock::new(|| DrillCatalogue::read(DRILLS, &PARSED).unwrap_or_else(|errors| panic!("{errors:#?}")));

/// The shipped designs.
pub(crate) fn designs() -> Vec<Arc<Infrastructure>> {
    PARSED.clone()
}

/// The authored drills.
pub(crate) fn catalogue() -> &'static DrillCatalogue {
    &CHECKED
}

/// Starts a drill.
pub(crate) fn start(drill: &Arc<Drill>, infra: &Arc<Infrastructure>, seed: u64) -> DrillRun {
    DrillRun::new(drill, Arc::clone(infra), seed).unwrap_or_else(|error| panic!("{}: {}", drill.id, error.phrase()))
}

/// Runs for a number of seconds, one second at a time.
pub(crate) fn wait(run: &mut DrillRun, seconds: u64) {
    run.advance(run.now() + Duration::from_secs(seconds));
}

/// The view as text.
pub(crate) fn text(run: &DrillRun) -> String {
    run.view().sentences().iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

/// Asserts that nothing in the operator's view points at an incident.
pub(crate) fn shows_nothing(run: &DrillRun, about: &str) {
    let view = run.view();
    assert!(view.complaints.is_empty() && view.pages.is_empty(), "{about}: {:?}", view.complaints);
    let is_error = |line: &str| line.contains("status 4") || line.contains("status 5") || line.contains("DOWN");
    let text = text(run);
    assert!(!text.lines().any(is_error), "{about}: {text}");
    match &view.monitoring {
        Monitoring::None => {}
        Monitoring::Down => panic!("{about}: the service is down"),
        Monitoring::Up(dashboard) => {
            assert!(dashboard.alerts.iter().all(|alert| alert.state != AlertState::Firing), "{about}: {:?}", dashboard.alerts);
            assert!(dashboard.agents.iter().all(|agent| !agent.stale), "{about}: {:?}", dashboard.agents);
            assert!(dashboard.external_probe.iter().all(|result| result.outcome.is_ok()), "{about}");
        }
    }
}

/// Asserts that the view does not name the fault.
pub(crate) fn hides(run: &DrillRun, causes: &[Cause], about: &str) {
    let text = text(run);
    for cause in causes {
        assert!(!text.contains(&cause.phrase().to_string()), "{about} names {}: {text}", cause.phrase());
        assert!(!text.contains(&format!("{:?}", cause.kind)), "{about}: {text}");
    }
}

/// A command that is accepted in every design and changes nothing that matters.
pub(crate) fn useless(run: &DrillRun) -> Command {
    let uses_cookies = run.drill().remedy.commands.iter().any(|line| line.as_str().starts_with("syn-cookies"));
    if uses_cookies { Command::Retries(run.infrastructure().traffic().retries) } else { Command::SynCookies(true) }
}

/// A cause that is not among these.
pub(crate) fn other_cause(run: &DrillRun, causes: &[Cause]) -> Cause {
    let all = suspects(run.infrastructure());
    all.into_iter().find(|cause| !causes.contains(cause)).expect("a design in which several things can go wrong")
}

/// Applies the stored solution.
pub(crate) fn solve(run: &mut DrillRun, about: &str) {
    let cause = run.drill().remedy.cause.clone();
    assert_eq!(run.diagnose(&cause).verdict, hoplight_drill::Verdict::Right, "{about}");
    for command in run.solution().to_vec() {
        let effect = run.remedy(command.clone());
        assert_eq!(effect, Effect::Pending, "{about}: {command:?}");
    }
}

/// The end of time for a drill.
pub(crate) fn the_end() -> SimTime {
    SimTime::from_secs(10_000)
}
