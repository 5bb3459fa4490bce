//! Embedded content: scenarios, lessons, the glossary, questions, missions and what exams ask.
//!
//! A test compares the lists with the folders.

use std::sync::Arc;

use hoplight_app::Catalogue;
use hoplight_course::QuestionBank;
use hoplight_drill::DrillCatalogue;
use hoplight_exam::ExamContent;
use hoplight_exam::review::DesignReviews;
use hoplight_lesson::{Library, Sources};
use hoplight_mission::Missions;
use hoplight_model::scenario::Scenario;
use hoplight_model::{ContentError, Infrastructure, ScenarioId};

macro_rules! embedded {
    ($($file:literal),* $(,)?) => {
        &[$(($file, include_str!(concat!("../", $file)))),*]
    };
}

/// Scenario file with a comment on every field, printed by `hoplight template`.
pub const TEMPLATE: &str = include_str!("../examples/template.ron");

/// Reads the shipped missions, drills, questions and exam content together with more files, each with its name and text.
///
/// # Errors
/// All mistakes.
pub fn catalogue(library: &Library, more: &CatalogueFiles<'_>) -> Result<Catalogue, Vec<ContentError>> {
    let missions = [MISSIONS, &more.missions].concat();
    let drills = [DRILLS, &more.drills].concat();
    let exams = [EXAM, &more.exams].concat();
    let reviews = [REVIEWS, &more.reviews].concat();
    let questions = [QUESTIONS, &more.questions].concat();
    let scenario = |id: &ScenarioId| library.scenario(id.as_str()).map(|infra| Scenario::from(infra.as_ref()));
    let designs: Vec<Arc<Infrastructure>> = library.scenarios().cloned().collect();
    match (
        Missions::read(&missions, scenario),
        DrillCatalogue::read(&drills, &designs),
        ExamContent::new(&exams),
        DesignReviews::read(&reviews, scenario),
        QuestionBank::read(&questions, |id| library.scenario(id.as_str()).cloned()),
    ) {
        (Ok(missions), Ok(drills), Ok(exam), Ok(reviews), Ok(bank)) => {
            let designs = designs.into_iter().filter(|infra| is_shipped(infra)).collect();
            Ok(Catalogue { missions, drills, designs, today: 0, exam: Arc::new(exam), reviews, bank: Arc::new(bank) })
        }
        (missions, drills, exam, reviews, bank) => {
            let errors = [missions.err(), drills.err(), exam.err(), reviews.err(), bank.err()];
            Err(errors.into_iter().flatten().flatten().collect())
        }
    }
}

/// Whether a scenario is one of the shipped ones, which are named after their files.
fn is_shipped(infra: &Infrastructure) -> bool {
    let name = |path: &'static str| path.strip_prefix("assets/").and_then(|path| path.strip_suffix(".ron"));
    EMBEDDED.scenarios.iter().any(|(path, _)| name(path) == Some(infra.id().as_str()))
}

/// Files of a catalogue, each with its name and text.
#[derive(Clone, Debug, Default)]
pub struct CatalogueFiles<'a> {
    /// Missions.
    pub missions: Vec<(&'a str, &'a str)>,
    /// Incident drills.
    pub drills: Vec<(&'a str, &'a str)>,
    /// What exams ask.
    pub exams: Vec<(&'a str, &'a str)>,
    /// Design reviews.
    pub reviews: Vec<(&'a str, &'a str)>,
    /// Questions.
    pub questions: Vec<(&'a str, &'a str)>,
}

/// The shipped missions, each with its path in the source tree.
pub const MISSIONS: &[(&str, &str)] = embedded![
    "lessons/missions/01-too-many-visitors.ron",
    "lessons/missions/02-dead-application.ron",
    "lessons/missions/03-reads-without-primary.ron",
    "lessons/missions/04-open-ports.ron",
    "lessons/missions/05-sniffed-password.ron",
    "lessons/missions/06-blind-operator.ron",
    "lessons/missions/07-balancer-dies.ron",
    "lessons/missions/08-tiers-apart.ron",
    "lessons/missions/21-budget.ron",
    "lessons/missions/22-password-inside.ron",
    "lessons/missions/23-same-flaw.ron",
    "lessons/missions/24-silent-agents.ron",
    "lessons/missions/25-writes-come-back.ron",
    "lessons/missions/26-page-only-pain.ron",
    "lessons/missions/27-deploy-unseen.ron",
    "lessons/missions/28-password-guessing.ron",
];

/// The shipped incident drills, each with its path in the source tree.
pub const DRILLS: &[(&str, &str)] = embedded![
    "lessons/drills/01-green-dashboards.ron",
    "lessons/drills/02-a-quiet-site.ron",
    "lessons/drills/03-a-busy-day.ron",
    "lessons/drills/04-back-to-normal.ron",
    "lessons/drills/05-every-second-page.ron",
    "lessons/drills/06-fading-away.ron",
    "lessons/drills/07-no-more-logins.ron",
    "lessons/drills/08-maintenance-window.ron",
    "lessons/drills/09-an-idle-database.ron",
    "lessons/drills/10-lights-out.ron",
    "lessons/drills/11-a-long-afternoon.ron",
    "lessons/drills/12-planned-work.ron",
    "lessons/drills/13-a-silent-shift.ron",
    "lessons/drills/14-no-impact-expected.ron",
    "lessons/drills/15-round-and-round.ron",
    "lessons/drills/16-a-full-machine.ron",
];

/// What to explain in an exam, each file with its path in the source tree.
pub const EXAM: &[(&str, &str)] = embedded![
    "lessons/exam/elements.ron",
    "lessons/exam/stage-0.ron",
    "lessons/exam/stage-1.ron",
    "lessons/exam/stage-2.ron",
    "lessons/exam/stage-3.ron",
];

/// The shipped design reviews, each with its path in the source tree.
pub const REVIEWS: &[(&str, &str)] = embedded![
    "lessons/reviews/00-write-up-0.ron",
    "lessons/reviews/01-write-up-1.ron",
    "lessons/reviews/02-write-up-2.ron",
    "lessons/reviews/03-write-up-3.ron",
    "lessons/reviews/04-write-up-4.ron",
    "lessons/reviews/11-two-web-servers.ron",
    "lessons/reviews/12-two-balancers.ron",
    "lessons/reviews/13-two-lanes.ron",
];

/// The shipped questions, each file with its path in the source tree.
pub const QUESTIONS: &[(&str, &str)] = embedded![
    "lessons/questions/breaks.ron",
    "lessons/questions/issues.ron",
    "lessons/questions/monitored.ron",
    "lessons/questions/one-server.ron",
    "lessons/questions/scale-up.ron",
    "lessons/questions/secured.ron",
    "lessons/questions/three-servers.ron",
];

/// All shipped scenarios, lessons and glossaries, each with its path in the source tree.
pub const EMBEDDED: Sources<'static> = Sources {
    scenarios: embedded![
        "assets/active-active.ron",
        "assets/active-passive.ron",
        "assets/bench-w1.ron",
        "assets/bench-w2.ron",
        "assets/bounded-queue.ron",
        "assets/cache-aside.ron",
        "assets/cache-front.ron",
        "assets/coalesced.ron",
        "assets/connection-limit.ron",
        "assets/crossed-vrrp.ron",
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
        "assets/failover-by-hand.ron",
        "assets/failover-safe.ron",
        "assets/firewall-pair.ron",
        "assets/keepalive-race.ron",
        "assets/long-queue.ron",
        "assets/multi-writer.ron",
        "assets/new-address.ron",
        "assets/one-web-server.ron",
        "assets/one-worker.ron",
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
        "assets/stampede.ron",
        "assets/sticky-sessions.ron",
        "assets/two-halves.ron",
        "assets/unequal-servers.ron",
        "assets/vrrp-untracked.ron",
        "assets/watched-site.ron",
    ],
    lessons: embedded![
        "lessons/1-journey-of-a-request.ron",
        "lessons/11-names-and-records.ron",
        "lessons/12-three-programs.ron",
        "lessons/13-limits-of-one-server.ron",
        "lessons/21-why-three-servers.ron",
        "lessons/22-choosing-a-server.ron",
        "lessons/24-active-active.ron",
        "lessons/25-where-sessions-live.ron",
        "lessons/26-primary-and-replica.ron",
        "lessons/27-what-is-still-missing.ron",
        "lessons/2-where-tls-ends.ron",
        "lessons/3-single-points-of-failure.ron",
        "lessons/5-monitoring-and-qps.ron",
        "lessons/30-secured-what-was-added.ron",
        "lessons/32-firewalls-by-attack.ron",
        "lessons/34-https-and-certificates.ron",
        "lessons/38-what-tls-modes-cost.ron",
        "lessons/40-what-monitoring-sees.ron",
        "lessons/44-percentiles-not-means.ron",
        "lessons/46-silence-and-objectives.ron",
        "lessons/51-tls-at-the-balancer.ron",
        "lessons/52-one-writer.ron",
        "lessons/54-servers-all-alike.ron",
        "lessons/60-balancer-pair.ron",
        "lessons/62-tiers-apart.ron",
        "lessons/64-still-single.ron",
        "lessons/70-queues-and-the-knee.ron",
        "lessons/72-retry-storms.ron",
        "lessons/74-failover-and-lost-writes.ron",
        "lessons/76-split-brain.ron",
        "lessons/78-backups.ron",
        "lessons/80-common-mode.ron",
        "lessons/82-a-certificate-expires.ron",
        "lessons/84-rolling-deployment.ron",
        "lessons/86-caches-and-stampedes.ron",
    ],
    glossaries: embedded!["lessons/glossary.ron", "lessons/whiteboard.ron"],
};
