//! The monitoring screen: it lists only delivered data.

use hoplight::app::monitor::item::MonitorItem;
use hoplight::app::monitor::{self, MonitorRowKind, plan, smoothed};
use hoplight::layout::Area;
use hoplight::model::{ComponentIx, Metric};
use hoplight::sim::{AlertState, Command};

use crate::learner::{LARGE, Learner, SMALL, component};

fn ix(learner: &Learner, id: &str) -> ComponentIx {
    learner.stage().infra().find(id).expect("the component exists")
}

/// Opens the monitoring screen of stage 2 after some seconds.
fn watching(size: (u16, u16), seconds: usize) -> Learner {
    let mut learner = Learner::exploring(size);
    learner.wait(10 * seconds).press("m");
    learner
}

fn kinds(learner: &Learner) -> Vec<MonitorRowKind> {
    plan(learner.stage(), learner.view().main).into_iter().map(|row| row.kind).collect()
}

#[test]
fn the_smoothed_rate_of_the_series_is_the_gauge_of_the_agent() {
    let learner = watching(SMALL, 40);
    for agent in learner.stage().sim().agents() {
        let subject = agent.subject.expect("every agent has a subject");
        let series = learner.stage().sim().series(subject, Metric::Qps);
        let smooth = smoothed(series.into_iter().map(|(_, qps)| qps)).expect("samples");
        assert!((smooth - agent.qps.expect("samples")).abs() < 1e-9);
    }
}

#[test]
fn the_arrows_go_through_agents_components_and_alerts_and_select_them() {
    let mut learner = watching(LARGE, 5);
    let look = |learner: &Learner| monitor::item(learner.stage());
    assert_eq!(look(&learner), Some(MonitorItem::Agent(ix(&learner, "agent-1"))));
    learner.press("<Down>");
    assert_eq!(look(&learner), Some(MonitorItem::Component(ix(&learner, "lb-1"))));
    assert_eq!(learner.stage().session.selected, Some(component("lb-1")));
    learner.press("<Tab><Tab>");
    assert_eq!(
        (look(&learner), &learner.stage().session.selected),
        (Some(MonitorItem::Component(ix(&learner, "web-1"))), &Some(component("web-1")))
    );
    learner.press("x");
    assert!(!learner.is_up(&component("web-1")), "keys act on the selected row");
    learner.press("<Up><Up><Up><Up>");
    assert_eq!(learner.notice(), "No element in that direction.");
    learner.press("<BackTab>");
    assert_eq!(look(&learner), monitor::items(learner.stage()).last().copied());
}

#[test]
fn left_and_right_rotate_the_charts() {
    let mut learner = watching(LARGE, 5);
    let first = |learner: &Learner| monitor::metrics(learner.stage()).first().copied();
    assert_eq!(first(&learner), Some(Metric::Qps));
    learner.press("<Right>");
    assert_eq!(first(&learner), Some(Metric::P99));
    learner.press("<Left><Left>");
    assert_ne!(first(&learner), Some(Metric::Qps));
    learner.press("<Down>");
    assert_eq!(first(&learner), Some(Metric::Qps), "another row starts with the first chart");
}

#[test]
fn a_dead_agent_fires_absence_and_the_alert_is_listed_first_with_its_rule() {
    let mut learner = watching(SMALL, 10);
    learner.select_agent("agent-2");
    learner.press("x").wait(100);
    let alerts = learner.stage().sim().alerts();
    let telling = monitor::telling(learner.stage(), &alerts);
    let worst = &alerts[*telling.first().expect("an alert fires")];
    assert_eq!((worst.rule, worst.state, worst.subject), ("no data", AlertState::Firing, Some(ix(&learner, "agent-2"))));
    assert!(kinds(&learner).contains(&MonitorRowKind::Alert(telling[0])));
    let agents = learner.stage().sim().agents();
    assert!(agents[1].stale && agents[1].qps.is_some_and(|qps| qps > 10.0), "stale is not zero");
    // Charts show delivered samples: the agent's components stay listed, with old samples.
    assert!(monitor::items(learner.stage()).contains(&MonitorItem::Component(ix(&learner, "web-1"))));
}

#[test]
fn a_budget_is_computed_from_delivered_samples() {
    let mut learner = watching(SMALL, 20);
    let budget = |learner: &Learner| monitor::budgets(learner.stage()).first().copied().expect("a default budget rule");
    assert_eq!((budget(&learner).errors, budget(&learner).burnt()), (0, Some(0.0)));
    assert_eq!(budget(&learner).component, ix(&learner, "lb-1"));
    learner.select_component("db-1");
    learner.press("x").wait(100);
    let burnt = budget(&learner);
    let sim = learner.stage().sim();
    let (errors, answers) = sim.samples(burnt.component).fold((0u64, 0u64), |(errors, answers), (_, sample)| {
        (errors + u64::from(sample.errors), answers + u64::from(sample.answers))
    });
    assert!(errors > 50, "writes fail");
    assert_eq!((burnt.errors, burnt.answers), (errors, answers));
    let expected = errors as f64 / answers as f64 / 0.001;
    assert!((burnt.burnt().expect("answers") - expected).abs() < 1e-6);
    assert!(burnt.rate.is_some_and(|rate| rate > burnt.pages_at), "{burnt:?}");
}

#[test]
fn a_key_turns_the_probe_on_and_off() {
    let mut learner = watching(SMALL, 1);
    assert_eq!(learner.stage().sim().probe().interval_s, None);
    learner.press("P");
    assert_eq!(learner.notice(), "An external probe now checks the site every 10 s.");
    assert_eq!(learner.stage().sim().probe().interval_s, Some(10.0));
    assert_eq!(learner.stage().session.timeline.commands().last().map(|(_, command)| command.clone()), {
        let every = hoplight::model::monitoring::ProbeSpec::default().interval_s;
        Some(Command::Probe(Some(every)))
    });
    learner.press("P");
    assert_eq!((learner.notice(), learner.stage().sim().probe().interval_s), ("The external probe is off.", None));
}

#[test]
fn rows_never_overlap_and_the_selected_row_is_always_visible() {
    let mut learner = watching(LARGE, 20);
    learner.select_component("db-1");
    learner.press("x").wait(200);
    let items = monitor::items(learner.stage());
    assert!(items.len() > 11, "alerts are among them");
    for (width, height) in [(80, 12), (80, 14), (80, 20), (84, 28), (144, 45), (300, 80)] {
        let area = Area { x: 0, y: 1, width, height };
        for _ in 0..items.len() {
            let rows = plan(learner.stage(), area);
            let mut y = area.y;
            for row in &rows {
                assert_eq!((row.area.y, row.area.x, row.area.width), (y, area.x, area.width));
                y += row.area.height;
            }
            assert!(y <= area.y + area.height);
            let looked_at = monitor::item(learner.stage());
            assert!(rows.iter().any(|row| row.item == looked_at), "{width}×{height}: {looked_at:?} is not visible");
            let alerts = rows.iter().filter(|row| matches!(row.kind, MonitorRowKind::Alert(_))).count();
            let left = monitor::telling(learner.stage(), &learner.stage().sim().alerts()).len() - alerts;
            for wanted in [MonitorRowKind::Title, MonitorRowKind::Probe, MonitorRowKind::Alerts(left), MonitorRowKind::Budget(0)]
            {
                assert!(rows.iter().any(|row| row.kind == wanted), "{width}×{height}: no {wanted:?}");
            }
            learner.press("<Tab>");
        }
    }
}

#[test]
fn a_click_and_the_wheel_select_rows() {
    for size in [SMALL, LARGE] {
        let mut learner = watching(size, 5);
        let rows = plan(learner.stage(), learner.view().main);
        let row = rows.iter().find(|row| row.item == Some(MonitorItem::Component(ix(&learner, "db-1")))).expect("db-1 has a row");
        learner.app.click(row.area.x + 5, row.area.y);
        assert_eq!(monitor::item(learner.stage()), row.item);
        assert_eq!(learner.stage().session.selected, Some(component("db-1")));
        learner.app.wheel(row.area.x + 5, row.area.y, -2);
        assert_eq!(learner.stage().session.selected, Some(component("app-1")), "the wheel moves through the rows");
    }
}

impl Learner {
    /// Selects a component on the monitoring screen.
    fn select_component(&mut self, id: &str) {
        self.look_for(MonitorItem::Component(ix(self, id)));
    }

    fn select_agent(&mut self, id: &str) {
        self.look_for(MonitorItem::Agent(ix(self, id)));
    }

    fn look_for(&mut self, item: MonitorItem) {
        for _ in 0..monitor::items(self.stage()).len() {
            if monitor::item(self.stage()) == Some(item) && self.stage().panels.monitor_focus.item.is_some() {
                return;
            }
            self.press("<Tab>");
        }
        panic!("{item:?} is not on the screen");
    }
}

#[test]
fn of_nested_certificate_rules_only_the_most_urgent_shows() {
    let mut learner = watching(LARGE, 5);
    learner.press("P").wait(150).press("Xcertificate expires<Enter>").wait(300);
    let alerts = learner.stage().sim().alerts();
    let of_certificate = |at: &usize| alerts[*at].rule.starts_with("certificate expires");
    let firing: Vec<usize> =
        (0..alerts.len()).filter(|at| alerts[*at].state == AlertState::Firing).filter(of_certificate).collect();
    assert_eq!(firing.len(), 3, "all three conditions hold");
    let shown: Vec<&str> =
        monitor::telling(learner.stage(), &alerts).iter().filter(|at| of_certificate(at)).map(|at| alerts[*at].rule).collect();
    assert_eq!(shown, ["certificate expires in 1 day"]);
    let all = alerts.iter().filter(|alert| alert.state == AlertState::Firing).count();
    assert_eq!(monitor::count(learner.stage(), &alerts, AlertState::Firing), all - 2);
}

#[test]
fn the_last_line_explains_the_selected_row() {
    let mut learner = watching(LARGE, 5);
    assert!(kinds(&learner).contains(&MonitorRowKind::Explanation));
    learner.press("<Down>");
    assert!(
        monitor::explanation(learner.stage()).starts_with("requests per second: "),
        "{}",
        monitor::explanation(learner.stage())
    );
    learner.press("<Right>");
    assert!(monitor::explanation(learner.stage()).starts_with("p99: "));
    let room = learner.view().main.width - 4;
    for _ in 0..monitor::CHARTS.len() {
        learner.press("<Right>");
        let text = monitor::explanation(learner.stage());
        assert!(text.chars().count() <= usize::from(room), "{text}");
    }
}
