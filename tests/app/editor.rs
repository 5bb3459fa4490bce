//! The topology editor: keys, mouse, refusals, undo, saving.

use hoplight::app::window::kind::WindowKind;
use hoplight::app::{App, Code, Effect, Key, KeyContext};
use hoplight::lesson::{Library, Sources};
use hoplight::model::scenario::Scenario;
use hoplight::model::{Cipher, Protocol, TlsMode};

use crate::learner::{LARGE, Learner, SMALL, component, hop};

fn board(size: (u16, u16)) -> Learner {
    let mut learner = Learner::new(size);
    learner.press(":empty<Enter>");
    assert_eq!(learner.app.key_context(), KeyContext::Editor);
    learner
}

/// Selects an element by name, as a learner does with the palette.
pub(crate) fn select(learner: &mut Learner, name: &str) {
    learner.press(&format!(":select {name}<Enter>"));
    assert_eq!(learner.stage().session.selected.as_ref().map(ToString::to_string).as_deref(), Some(name), "{}", learner.notice());
}

/// Selects a link by its ends.
fn select_hop(learner: &mut Learner, from: &str, to: &str) {
    learner.select(&hop(from, to));
}

pub(crate) fn add(learner: &mut Learner, what: &str) {
    learner.press(&format!("a{what}<Enter>"));
}

pub(crate) fn link(learner: &mut Learner, from: &str, to: &str) {
    select(learner, from);
    learner.press("c");
    select(learner, to);
    learner.press("<Enter>");
}

/// Builds stage 2 on an empty board.
fn stage_2(size: (u16, u16)) -> Learner {
    let mut learner = board(size);
    draw_stage_2(&mut learner);
    learner
}

/// The keys that draw stage 2 on an empty board, with nothing but what the screen offers.
pub(crate) const STAGE_2: &[&str] = &[
    "adns<Enter>",
    "aload<Enter>",
    "acert<Enter>",
    "aweb<Enter>",
    "aapp<Enter>",
    "adata<Enter>",
    "amon<Down><Enter>",
    "afire<Down><Enter>",
    "y",
];

/// Draws stage 2 on an empty board. Returns the number of keys.
pub(crate) fn draw_stage_2(learner: &mut Learner) -> usize {
    for keys in STAGE_2 {
        learner.press(keys);
    }
    STAGE_2.iter().map(|keys| pressed(keys)).sum()
}

/// Number of keys in a text such as `a<Enter>`.
pub(crate) fn pressed(keys: &str) -> usize {
    let named: usize = keys.matches('<').count();
    let inside: usize = keys.split('<').skip(1).filter_map(|rest| rest.split_once('>')).map(|(name, _)| name.len() + 2).sum();
    keys.len() - inside + named
}

/// The screen cell of a component.
fn on_canvas(learner: &Learner, id: &str) -> (u16, u16) {
    let viewport = &learner.stage().viewport;
    let cell = viewport.layout.anchor(&component(id)).expect("drawn");
    (viewport.regions.canvas.x + cell.x, viewport.regions.canvas.y + cell.y)
}

fn drawing(app: &App) -> Scenario {
    app.design().expect("the editor is open").1
}

#[test]
fn stage_2_is_built_with_the_keyboard_and_works() {
    let mut learner = stage_2(SMALL);
    let infra = learner.stage().infra().clone();
    assert_eq!(infra.servers().len(), 3, "{}", drawing(&learner.app).to_ron());
    assert_eq!(infra.links().filter(|(_, link)| link.protocol == Protocol::Metrics).count(), 3);
    assert_eq!(infra.firewalls().count(), 3);
    assert_eq!(infra.tls().edge, TlsMode::Terminate);
    learner.wait(80);
    let before = learner.stage().sim().totals();
    learner.wait(150);
    let after = learner.stage().sim().totals();
    let (done, failed) = (after.completed - before.completed, after.failed - before.failed);
    assert!(done > 1_000, "{done} requests were answered");
    assert!(failed * 100 < done, "{failed} of {done} failed: {}", drawing(&learner.app).to_ron());
}

#[test]
fn an_empty_board_says_what_to_do_and_users_get_nothing() {
    let mut learner = board(SMALL);
    assert!(learner.panel().contains("The site has no server yet"), "{}", learner.panel());
    learner.wait(20);
    assert_eq!(learner.stage().sim().totals().completed, 0);
    assert!(learner.stage().sim().totals().failed > 50);
    add(&mut learner, "web new");
    assert!(learner.stage().infra().link_between("browser", "web-1").is_some(), "connected along with it");
    select_hop(&mut learner, "browser", "web-1");
    learner.press("d");
    assert!(learner.panel().contains("Users reach nothing"), "{}", learner.panel());
    link(&mut learner, "browser", "web-1");
    assert!(!learner.panel().contains("Users reach nothing"), "{}", learner.panel());
    learner.wait(40);
    assert!(learner.stage().sim().totals().completed > 0, "the run goes on with the drawing");
}

#[test]
fn a_part_is_connected_to_the_selected_element_and_one_undo_takes_both_back() {
    let mut learner = board(SMALL);
    learner.press("aload<Enter>");
    learner.press("aweb");
    let first = hoplight::app::window::rows(&learner.app, WindowKind::Add, "web")
        .first()
        .map(|row| row.right.clone())
        .unwrap_or_default();
    assert_eq!(first, "on a new server, lb-1 → it", "the list says so before");
    learner.press("<Enter>");
    assert!(learner.stage().infra().link_between("lb-1", "web-1").is_some());
    learner.press("u");
    assert!(learner.stage().infra().find("web-1").is_none(), "{}", drawing(&learner.app).to_ron());
}

#[test]
fn rules_are_fitted_at_all_firewalls_if_none_is_selected() {
    let mut learner = stage_2(SMALL);
    select(&mut learner, "app-1");
    learner.press("acache new<Enter>");
    assert!(learner.notice().contains("blocks app-1 → cache-1. R makes"), "{}", learner.notice());
    learner.press("R");
    assert!(learner.notice().starts_with("Rules now match the drawing: ") && learner.notice().contains("fw-2"));
    learner.press("R");
    assert!(learner.notice().contains("already allow exactly"), "{}", learner.notice());
}

#[test]
fn undo_and_redo_go_through_every_act() {
    let mut learner = stage_2(SMALL);
    let whole = drawing(&learner.app).to_ron();
    let acts = learner.stage().session.draft().undo_len();
    for _ in 0..acts {
        learner.press("u");
    }
    assert_eq!(learner.stage().infra().len(), 1, "only the browser is left");
    learner.press("u");
    assert_eq!(learner.notice(), "There is nothing to undo.");
    for _ in 0..acts {
        learner.press("U");
    }
    assert_eq!(drawing(&learner.app).to_ron(), whole);
}

#[test]
fn a_started_link_offers_only_ends_that_it_can_have() {
    let mut learner = board(SMALL);
    add(&mut learner, "load new");
    add(&mut learner, "web new");
    add(&mut learner, "database new");
    select_hop(&mut learner, "lb-1", "web-1");
    learner.press("d");
    select(&mut learner, "lb-1");
    learner.press("c");
    assert_eq!(learner.stage().session.selected, Some(component("web-1")), "what nothing leads to yet: {}", learner.notice());
    learner.press("<Enter>");
    assert!(learner.stage().infra().link_between("lb-1", "web-1").is_some());
    select(&mut learner, "web-1");
    learner.press("c");
    let offered: Vec<String> = (0..8)
        .map(|_| {
            learner.press("<Right>");
            learner.stage().session.selected.as_ref().map(ToString::to_string).unwrap_or_default()
        })
        .collect();
    assert!(offered.iter().all(|end| end != "lb-1"), "it is connected already: {offered:?}");
    assert!(offered.contains(&"browser".to_owned()) && offered.contains(&"db-1".to_owned()), "{offered:?}");
}

#[test]
fn impossible_acts_say_why_and_change_nothing() {
    let mut learner = stage_2(SMALL);
    let before = drawing(&learner.app);
    link(&mut learner, "browser", "db-1");
    assert!(learner.notice().contains("have no protocol in common"), "{}", learner.notice());
    link(&mut learner, "lb-1", "web-1");
    assert!(learner.notice().contains("already a link"), "{}", learner.notice());
    select(&mut learner, "browser");
    learner.press("d");
    assert!(learner.notice().contains("cannot be removed"), "{}", learner.notice());
    select(&mut learner, "db-2");
    // A replica cannot have an automatic failover.
    learner.press("<Enter>failover<Enter>");
    assert!(learner.notice().starts_with("Not possible: "), "{}", learner.notice());
    assert_eq!(drawing(&learner.app), before);
}

#[test]
fn escape_cancels_a_link_then_deselects_then_leaves_the_editor() {
    let mut learner = stage_2(SMALL);
    select(&mut learner, "lb-1");
    learner.press("c");
    assert!(learner.panel().contains("lb-1 → "), "{}", learner.panel());
    learner.press("<Esc>");
    assert!(!learner.panel().contains("lb-1 → "), "{}", learner.panel());
    assert_eq!(learner.stage().session.selected, Some(component("lb-1")));
    learner.press("<Esc>");
    assert_eq!(learner.stage().session.selected, None);
    learner.press("<Esc>");
    assert_eq!(learner.app.key_context(), KeyContext::Stage);
}

#[test]
fn settings_are_changed_in_a_form_and_refused_values_stay_open() {
    let mut learner = stage_2(LARGE);
    select(&mut learner, "lb-1");
    learner.press("<Enter>algorithm<Enter>");
    let algorithm = |learner: &Learner| learner.stage().infra().balancers().next().map(|(_, spec)| spec.algorithm);
    assert_eq!(algorithm(&learner).map(hoplight::model::Algorithm::word), Some("leastconn"));
    learner.press("<Esc>");
    learner.press("n");
    learner.press("<Backspace><Backspace><Backspace><Backspace>LB<Enter>");
    assert!(learner.app.window.is_some(), "an invalid name is not accepted");
    learner.press("<Backspace><Backspace>haproxy<Enter><Esc>");
    assert!(learner.stage().infra().find("haproxy").is_some());
    assert_eq!(learner.stage().session.selected, Some(component("haproxy")));
}

#[test]
fn tls_changes_are_acts_that_can_be_undone() {
    let mut learner = stage_2(SMALL);
    learner.press("t");
    assert_eq!(learner.stage().infra().tls().edge, TlsMode::Reencrypt);
    learner.press("u");
    assert_eq!(learner.stage().infra().tls().edge, TlsMode::Terminate);
    let infra = learner.stage().infra();
    let link = infra.link_between("lb-1", "web-1").expect("drawn");
    assert_eq!(infra.hop(link).cipher, Cipher::Plaintext);
}

#[test]
fn a_box_moves_with_the_arrow_keys() {
    let mut learner = stage_2(LARGE);
    let place = |learner: &Learner| {
        let stage = learner.stage();
        let spots = stage.viewport.layout.spots(stage.infra());
        spots.into_iter().find(|spot| spot.owner.to_string() == "server-3").map(|spot| spot.at)
    };
    let before = place(&learner).expect("drawn");
    select(&mut learner, "server-3");
    learner.press("m<Left>");
    let after = place(&learner).expect("drawn");
    assert_eq!((after.0 + 1, after.1), (before.0, before.1), "{}", learner.notice());
    learner.press("<Enter><Right>");
    assert_eq!(place(&learner), Some(after), "the move has ended");
}

#[test]
fn a_drag_connects_and_a_drop_beside_everything_moves() {
    let mut learner = board(LARGE);
    add(&mut learner, "web new");
    select_hop(&mut learner, "browser", "web-1");
    learner.press("d");
    let (from, to) = (on_canvas(&learner, "browser"), on_canvas(&learner, "web-1"));
    learner.click(from);
    learner.app.drag(to.0, to.1);
    assert!(learner.notice().contains("connect browser to web-1"), "{}", learner.notice());
    learner.app.release(to.0, to.1);
    assert!(learner.stage().infra().link_between("browser", "web-1").is_some(), "{}", learner.notice());
    let area = learner.stage().viewport.regions.canvas;
    let to = on_canvas(&learner, "web-1");
    learner.click(to);
    let below = (to.0, area.y + area.height - 1);
    learner.app.drag(below.0, below.1);
    learner.app.release(below.0, below.1);
    let stage = learner.stage();
    let spots = stage.viewport.layout.spots(stage.infra());
    let place = spots.iter().find(|spot| spot.owner.to_string() == "server-1").map(|spot| spot.at.1);
    assert_eq!(place, Some(1), "one row down");
}

#[test]
fn findings_lead_to_their_place() {
    let mut learner = stage_2(SMALL);
    learner.press("Fwithout lb-1<Enter>");
    assert!(learner.stage().session.selected.is_some(), "{}", learner.notice());
}

#[test]
fn a_design_is_saved_on_request_and_kept_after_every_act() {
    let mut learner = stage_2(SMALL);
    assert!(learner.app.has_unsaved_design());
    assert!(learner.effects.contains(&Effect::KeepDesign));
    learner.effects.clear();
    learner.press("<Up>");
    assert!(learner.effects.is_empty(), "looking around changes nothing");
    learner.press("s");
    assert_eq!(learner.effects, [Effect::SaveDesign]);
    learner.app.design_saved(Ok("designs/mine.ron".to_owned()));
    assert!(!learner.app.has_unsaved_design());
    let (id, saved) = learner.app.design().expect("the editor is open");
    let text = saved.to_ron();
    let mut library = Library::default();
    library.extend(Sources { scenarios: &[("mine.ron", &text)], ..Sources::default() }).expect("a saved design is a scenario");
    let loaded = library.scenario(id.as_str()).expect("by its name");
    assert_eq!(loaded.components().count(), learner.stage().infra().components().count());
    assert!(!text.contains("latency_ms") && !text.contains("queue"), "defaults are left out:\n{text}");
}

#[test]
fn a_shipped_design_is_edited_as_a_copy() {
    let mut learner = Learner::exploring(SMALL);
    learner.press("E");
    let (id, _) = learner.app.design().expect("the editor is open");
    assert_eq!(id.as_str(), "my-stage-2-secured");
    learner.press("E");
    assert_eq!(learner.app.key_context(), KeyContext::Stage);
}

#[test]
fn two_new_designs_of_a_session_have_different_names() {
    let name = |learner: &Learner| learner.app.design().expect("the editor is open").0.to_string();
    let mut learner = board(SMALL);
    let first = name(&learner);
    learner.press("<Esc><Esc><Esc>:empty<Enter>");
    assert_ne!(name(&learner), first);
    learner.press(":secured and mon<Enter>E");
    let copy = name(&learner);
    learner.press("E");
    learner.press("E");
    assert_eq!(name(&learner), copy, "the same design keeps its name");
    learner.press(":secured and mon<Enter>E");
    assert_ne!(name(&learner), copy);
}

#[test]
fn a_setting_passes_over_values_that_are_refused() {
    let mut learner = stage_2(SMALL);
    select(&mut learner, "db-1");
    learner.press("<Enter>role<Enter>");
    let role = |learner: &Learner| {
        let infra = learner.stage().infra();
        let ix = infra.find("db-1").expect("drawn");
        infra.component(ix).kind.as_database().map(|spec| spec.role)
    };
    assert_eq!(role(&learner), Some(hoplight::model::DatabaseRole::Replica), "the other database leads: {}", learner.notice());
    learner.press("<Enter>");
    assert_eq!(role(&learner), Some(hoplight::model::DatabaseRole::MultiPrimary), "two are too few for a quorum");
    learner.press("<Enter>");
    assert_eq!(role(&learner), Some(hoplight::model::DatabaseRole::Primary), "every role comes round: {}", learner.notice());
}

#[test]
fn a_cluster_is_added_in_one_act() {
    let mut learner = stage_2(LARGE);
    select(&mut learner, "db-1");
    learner.press("acluster<Enter>");
    let clusters = learner.stage().infra().database_clusters();
    assert_eq!(clusters.iter().map(Vec::len).collect::<Vec<_>>(), [3], "{}", learner.notice());
    assert!(learner.notice().contains("db-3"), "{}", learner.notice());
    learner.press("u");
    assert_eq!(learner.stage().infra().database_clusters().iter().map(Vec::len).collect::<Vec<_>>(), [2]);
}

#[test]
fn certificates_pairs_and_reliability_can_be_set() {
    let mut learner = stage_2(LARGE);
    learner.press("<Esc><Enter>names<Enter>foobar.com, www.foobar.com<Enter><Esc>");
    // The window opens with the old value, which the new one follows.
    let names = learner.stage().infra().certificates()[0].names.iter().map(ToString::to_string).collect::<Vec<_>>();
    assert!(names.contains(&"www.foobar.com".to_owned()) && names.len() == 2, "{names:?}: {}", learner.notice());
    select(&mut learner, "lb-1");
    learner.press("aload new<Enter>");
    select(&mut learner, "lb-2");
    learner.press("<Enter>priority<Enter>");
    learner.app.press(Key { code: Code::Char('u'), ctrl: true });
    learner.press("200<Enter>tracks<Enter><Esc>");
    let infra = learner.stage().infra().clone();
    let spec = infra.balancers().find(|(ix, _)| infra.component(*ix).id.as_str() == "lb-2").map(|(_, spec)| spec.clone());
    let vrrp = spec.and_then(|spec| spec.vrrp).expect("a pair");
    assert_eq!((vrrp.priority, vrrp.track), (200, None), "{}", learner.notice());
    select_hop(&mut learner, "lb-1", "web-1");
    learner.press("<Enter>fails<Enter>8760 / 4<Enter><Esc>");
    let infra = learner.stage().infra();
    let link = infra.link_between("lb-1", "web-1").expect("drawn");
    assert_eq!(infra.link(link).reliability.map(|it| (it.mtbf_h.get(), it.mttr_h.get())), Some((8760.0, 4.0)));
}

#[test]
fn the_settings_speak_the_language_of_the_field() {
    let mut learner = stage_2(LARGE);
    learner.press("<Esc><Enter>");
    let rows = hoplight::app::window::rows(&learner.app, WindowKind::Settings, "");
    let shown: Vec<&str> = rows.iter().map(|row| row.right.as_str()).collect();
    for raw in ["(", "true", "false", "Some", "Threshold"] {
        assert!(!shown.iter().any(|value| value.contains(raw)), "{raw}: {shown:?}");
    }
    assert!(shown.contains(&"terminate"), "{shown:?}");
    learner.press("alert 1<Enter>");
    learner.app.press(Key { code: Code::Char('u'), ctrl: true });
    learner.press("(nam: 1)");
    let why = hoplight::app::window::rows(&learner.app, learner.app.window.as_ref().expect("open").kind, "(nam: 1)");
    assert!(why[0].about.starts_with("Not possible: there is no nam: here are name, on, when, priority."), "{}", why[0].about);
}

#[test]
fn a_text_field_takes_every_character_and_f1_shows_the_help() {
    let mut learner = stage_2(SMALL);
    learner.press("a?");
    assert_eq!(learner.app.window.as_ref().map(|window| window.filter().to_owned()).as_deref(), Some("?"));
    learner.app.press(Key::plain(Code::F(1)));
    assert!(learner.app.sheet.is_some(), "the help is over the window");
    learner.press("<Esc>");
    assert!(learner.app.sheet.is_none());
    assert_eq!(learner.app.window.as_ref().map(|window| window.filter().to_owned()).as_deref(), Some("?"), "as it was");
}

#[test]
fn alert_rules_and_rate_limits_can_be_set() {
    let mut learner = stage_2(LARGE);
    learner.press("<Esc><Enter>");
    let rules = learner.stage().infra().monitoring().alerts.len();
    learner.press("alert 1<Enter>");
    learner.app.press(Key { code: Code::Char('u'), ctrl: true });
    learner.press("<Enter>");
    assert_eq!(learner.stage().infra().monitoring().alerts.len() + 1, rules, "an empty line removes a rule");
    learner.press(&format!("alert {rules}<Enter>(name: \"errors\", on: Entry, when: Threshold(metric: ErrorRatio, is: Over(0.01), for_s: 15.0))<Enter>"));
    assert_eq!(learner.stage().infra().monitoring().alerts.len(), rules, "{}", learner.notice());
    learner.press("<Esc>");
    select(&mut learner, "lb-1");
    learner.press("<Enter>rate limit<Enter>2 per second, burst 5, writes<Enter>");
    let limit = learner.stage().infra().balancers().next().and_then(|(_, spec)| spec.rate_limit.clone());
    assert_eq!(limit.map(|limit| limit.burst), Some(5), "{}", learner.notice());
}
