//! Scrolling, panning, and the views of the stage. Nothing here changes the simulation.

use hoplight_layout::{Arrow, Cell};
use hoplight_model::{Infrastructure, TlsConfig, TlsMode, TopologyEdit};
use hoplight_sim::Timeline;

use crate::action::ViewAction;
use crate::app::App;
use crate::comparison::Comparison;
use crate::comparison::target::ComparisonTarget;
use crate::keymap::Keymap;
use crate::notice::Notice;
use crate::regions::{comparison_area, is_wide};
use crate::scroll::scrolled;
use crate::stage::Stage;
use crate::stage_view::{MainView, StageView};
use crate::tone::Tone;
use crate::view::View;
use crate::window::kind::WindowKind;

/// Columns and rows that one key press pans.
const PAN: (i16, i16) = (12, 5);

impl App {
    pub(super) fn view_action(&mut self, action: &ViewAction) {
        match action {
            ViewAction::Scroll(by) => {
                let most = self.most_scroll();
                self.on_stage(|stage, _| {
                    scroll(stage, *by, most);
                    None
                });
            }
            ViewAction::ScrollPanel(by) => {
                let (most, _) = self.most_scroll();
                self.on_stage(|stage, _| {
                    stage.panels.scroll = scrolled(stage.panels.scroll, *by, most);
                    None
                });
            }
            ViewAction::ScrollDetail(by) => {
                let (_, most) = self.most_scroll();
                self.on_stage(|stage, _| {
                    stage.panels.detail_scroll = scrolled(stage.panels.detail_scroll, *by, most);
                    None
                });
            }
            ViewAction::Pan(arrow) => self.on_stage(|stage, _| pan(stage, *arrow)),
            ViewAction::CentreOn(x, y) => self.on_stage(|stage, _| {
                on_large_canvas(stage, |stage| {
                    stage.viewport.centre_on(Cell::new(*x, *y));
                    None
                })
            }),
            ViewAction::ToggleMap => self.on_stage(|stage, _| {
                on_large_canvas(stage, |stage| {
                    stage.viewport.map_shown = !stage.viewport.map_shown;
                    None
                })
            }),
            ViewAction::TogglePanel => self.on_stage(|stage, _| toggle_panel(stage)),
            ViewAction::ToggleMonitor => self.on_stage(toggle_monitor),
            ViewAction::Compare if self.stage().is_some_and(|stage| stage.panels.comparison.is_none()) => {
                self.open_window(WindowKind::Compare);
            }
            ViewAction::Compare => self.on_stage(|stage, _| {
                stage.panels.leave_view();
                None
            }),
            ViewAction::CompareWith(target) => self.begin_comparison(target),
        }
    }

    /// Returns the largest scroll offsets of the panel and the detail panel.
    fn most_scroll(&self) -> (u16, u16) {
        StageView::of(self).map_or((0, 0), |view| match &view.main_view {
            MainView::Page(page) => (view.panel.most_scroll, page.most_scroll),
            MainView::Canvas | MainView::Monitor(_) | MainView::Compare(_) => (view.panel.most_scroll, view.detail.most_scroll),
        })
    }

    fn begin_comparison(&mut self, target: &ComparisonTarget) {
        if let Err(why) = self.compare_with(target) {
            self.tell(Tone::Bad, why);
            return;
        }
        let text = "Commands apply to both designs; TLS changes apply to A only.";
        let lesson = self.stage().is_some_and(|stage| stage.session.lesson.is_some());
        let ends = self.keymap.label(ViewAction::Compare);
        self.tell(Tone::Dim, if lesson { format!("{text} {ends} shows the lesson again.") } else { text.into() });
    }

    /// Starts a comparison of the infrastructure on the stage with another one.
    fn compare_with(&mut self, target: &ComparisonTarget) -> Result<(), String> {
        let (size, seed) = (self.size(), self.settings.seed);
        let Some(stage) = self.stage() else { return Err("Open a lesson or an infrastructure first.".into()) };
        let second = match target {
            ComparisonTarget::Scenario(name) => {
                let scenario = self.library.scenario(name).ok_or("This infrastructure does not exist.")?;
                Infrastructure::clone(scenario)
            }
            ComparisonTarget::Tls(mode) => beginning(&stage.session.timeline, *mode),
        };
        let Some(stage) = self.stage_mut() else { return Ok(()) };
        let mut comparison = Comparison::begin(&stage.session.timeline, &second, seed);
        comparison.resize(comparison_area(size), is_wide(size));
        stage.panels.comparison = Some(Box::new(comparison));
        stage.panels.view = View::Compare;
        Ok(())
    }
}

/// Returns the infrastructure as of the start of the run, with the current TLS settings except for the TLS mode `edge`. Later
/// edits, such as a firewall rule, are replayed on the second design at the same time.
fn beginning(first: &Timeline, edge: TlsMode) -> Infrastructure {
    let TlsConfig { web_to_app, app_to_db, .. } = first.simulation().infrastructure().tls();
    let edits = [TopologyEdit::EdgeTls(edge), TopologyEdit::WebToAppTls(web_to_app), TopologyEdit::AppToDbTls(app_to_db)];
    let start = Infrastructure::clone(first.beginning().infrastructure());
    edits.iter().fold(start, |infra, edit| infra.edited(edit))
}

fn scroll(stage: &mut Stage, by: i16, most: (u16, u16)) {
    if stage.panels.view != View::Compare {
        stage.panels.scroll_by(by, most);
    } else if let Some(comparison) = &mut stage.panels.comparison {
        comparison.scroll_by(by, stage.session.timeline.simulation());
    }
}

fn on_large_canvas(stage: &mut Stage, change: impl FnOnce(&mut Stage) -> Option<Notice>) -> Option<Notice> {
    if stage.viewport.is_larger() { change(stage) } else { Some(Notice::dim("The whole diagram is on the screen.")) }
}

fn pan(stage: &mut Stage, arrow: Arrow) -> Option<Notice> {
    let (columns, rows) = match arrow {
        Arrow::Right => (PAN.0, 0),
        Arrow::Left => (-PAN.0, 0),
        Arrow::Down => (0, PAN.1),
        Arrow::Up => (0, -PAN.1),
    };
    on_large_canvas(stage, |stage| {
        (!stage.viewport.pan_by(columns, rows)).then(|| Notice::dim("This is the edge of the diagram."))
    })
}

fn toggle_panel(stage: &mut Stage) -> Option<Notice> {
    if stage.panels.view == View::Compare {
        return Some(Notice::dim("There is no other panel during a comparison."));
    }
    if stage.viewport.regions.wide && stage.editor.is_none() {
        return Some(Notice::dim("The selected element is already shown."));
    }
    stage.panels.show_detail = !stage.panels.show_detail;
    stage.panels.scroll = 0;
    None
}

fn toggle_monitor(stage: &mut Stage, keymap: &Keymap) -> Option<Notice> {
    if stage.panels.comparison.is_some() {
        let ends = keymap.label(ViewAction::Compare);
        return Some(Notice::dim(format!("A comparison is open: {ends} ends it.")));
    }
    stage.panels.view = if stage.panels.view == View::Monitor { View::Canvas } else { View::Monitor };
    None
}
