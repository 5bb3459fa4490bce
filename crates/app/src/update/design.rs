//! The topology editor: acts on the drawing, its history, and saving.

mod outcome;

use std::sync::Arc;

use hoplight_layout::Arrow;
use hoplight_model::compose::{self, ComposeError, Composed};
use hoplight_model::draft::Edit;
use hoplight_model::scenario::Scenario;
use hoplight_model::{ComponentId, Element, ScenarioId, Text};

use crate::action::DesignAction;
use crate::app::{App, Effect};
use crate::editor::form::{self, FieldId};
use crate::editor::part::AddedPart;
use crate::editor::{Editor, Pending, StartedLink};
use crate::notice::Notice;
use crate::stage::Stage;
use crate::tone::Tone;
use crate::window::kind::WindowKind;
use crate::window::state::Window;

use outcome::{blocked, dropped, made, reason, refused};

impl App {
    pub(super) fn design_action(&mut self, action: &DesignAction) -> Vec<Effect> {
        if *action == DesignAction::Toggle {
            self.toggle_editor();
            return Vec::new();
        }
        if self.stage().is_none_or(|stage| stage.editor.is_none()) {
            let key = self.keymap.label(DesignAction::Toggle);
            self.tell(Tone::Dim, format!("Open the topology editor first: {key}."));
            return Vec::new();
        }
        match action {
            DesignAction::Add => self.open_window(WindowKind::Add),
            DesignAction::Findings => self.open_window(WindowKind::Findings),
            DesignAction::Settings => self.open_window(WindowKind::Settings),
            DesignAction::Rename => self.ask_for(FieldId::Name),
            DesignAction::Change(field) => self.change_setting(*field),
            DesignAction::Set(field, text) => {
                let (field, text) = (*field, text.clone());
                self.compose(|stage, drawing| form::set(drawing, stage.session.selected.as_ref(), field, &text));
                self.return_to_settings(field);
            }
            DesignAction::Confirm => self.confirm(),
            DesignAction::Connect => self.connect(),
            DesignAction::Move => self.start_move(),
            DesignAction::AddPart(part) => self.add_part(&part.clone()),
            DesignAction::Join(from, to) => {
                let (from, to) = (from.clone(), to.clone());
                self.compose(|_, drawing| said(compose::connect(drawing, &from, &to)));
            }
            DesignAction::Shift(arrow) => self.shift(*arrow),
            DesignAction::NextEnd(forward) => self.next_end(*forward),
            DesignAction::Place(element, columns, rows) => {
                let (element, by) = (element.clone(), (*columns, *rows));
                self.compose(|stage, drawing| {
                    let spots = stage.viewport.layout.spots(stage.infra());
                    said(compose::place(drawing, &spots, &element, by))
                });
            }
            DesignAction::Copy => self.on_selected(compose::copy),
            DesignAction::Delete => self.on_selected(compose::remove),
            DesignAction::FitRules => self.fit_rules(),
            DesignAction::Undo => self.travel(true),
            DesignAction::Redo => self.travel(false),
            DesignAction::Save => return vec![Effect::SaveDesign],
            DesignAction::Continue => return self.continue_unsaved(),
            DesignAction::Toggle => {}
        }
        Vec::new()
    }

    /// Opens the editor on the stage, or leaves it.
    fn toggle_editor(&mut self) {
        let Some(stage) = self.stage_mut() else {
            self.tell(Tone::Dim, "Open an infrastructure first.");
            return;
        };
        if stage.session.lesson.is_some() {
            self.tell(Tone::Dim, "A lesson has its own infrastructure. Open one from the course map to edit it.");
            return;
        }
        if stage.task.is_some() {
            let is_review = stage.task.as_ref().is_some_and(|task| task.as_review().is_some());
            let why = if is_review {
                "The design cannot be edited during a review."
            } else {
                "The editor stays open during this task."
            };
            self.tell(Tone::Dim, why);
            return;
        }
        if stage.editor.take().is_some() {
            self.tell(Tone::Dim, "Editor closed. The design keeps running.");
            return;
        }
        let infra = stage.infra();
        let is_own = infra.unit() == OWN_UNIT;
        let (known, copied) = (stage.design.clone(), infra.id().clone());
        let id = match known {
            Some(id) => id,
            None if is_own => copied,
            None => self.fresh_id(&own_id(&copied), 2),
        };
        self.open_editor(id);
    }

    /// Opens the editor on the stage. The design is saved under `id`.
    pub(in super::super) fn open_editor(&mut self, id: ScenarioId) {
        let add = self.keymap.label(DesignAction::Add);
        let Some(stage) = self.stage_mut() else { return };
        stage.panels.leave_view();
        let draft = stage.session.draft();
        stage.design = Some(id.clone());
        stage.editor = Some(Editor::new(id, draft.scenario().clone()));
        stage.update_checks();
        self.tell(Tone::Dim, format!("Editing: the site keeps running. {add} adds a part, ? lists the keys."));
    }

    /// Makes an act on the drawing. Selects what it is about, and tells why if it is refused. Returns whether it was made.
    fn compose(&mut self, act: impl FnOnce(&Stage, &Scenario) -> Result<Composed, String>) -> bool {
        let size = self.size;
        let mut is_made = false;
        self.on_stage(|stage, keymap| {
            let before = Arc::clone(stage.infra());
            let draft = stage.session.draft();
            let composed = match act(stage, draft.scenario()) {
                Ok(composed) => composed,
                Err(why) => return Some(refused(&why)),
            };
            let subject = composed.subject.clone();
            match stage.edit_design(size, |session| session.edit_whole(composed.edits)) {
                Ok(edited) => {
                    is_made = true;
                    if let Some(subject) = subject.filter(|subject| stage.infra().contains(subject)) {
                        stage.session.selected = Some(subject);
                    }
                    if let Some(editor) = &mut stage.editor {
                        editor.acts += 1;
                        // A started link may end at what the edit has removed.
                        editor.pending = editor.pending.take().filter(|pending| matches!(pending, Pending::Move(_)));
                    }
                    dropped(&edited).or_else(|| blocked(stage, keymap)).or_else(|| Some(made(stage, &before, keymap)))
                }
                Err(why) => Some(refused(&reason(&why))),
            }
        });
        is_made
    }

    /// Makes an act of one edit, such as a change of the TLS mode.
    pub(super) fn make_act(&mut self, edit: Edit) {
        let words = match &edit {
            Edit::SetTls(tls) => format!("TLS of users' connections: {}.", tls.edge.word()),
            _ => "Changed.".to_owned(),
        };
        let is_made = self.compose(|_, _| Ok(Composed { edits: vec![edit], subject: None }));
        if is_made {
            if let Some(stage) = self.stage_mut() {
                stage.panels.overlays.show_briefly();
            }
            self.tell(Tone::Dim, words);
        }
    }

    /// Makes an act on the selected element.
    fn on_selected(&mut self, act: fn(&Scenario, &Element) -> Result<Composed, ComposeError>) {
        self.compose(|stage, drawing| {
            let selected = stage.session.selected.as_ref().ok_or("select an element first")?;
            said(act(drawing, selected))
        });
    }

    /// Adds a part. Says what has been added if it is more than one component.
    fn add_part(&mut self, part: &AddedPart) {
        let mut added = Vec::new();
        let is_made = self.compose(|stage, drawing| {
            let composed = said(part.compose(drawing, stage.session.selected.as_ref()))?;
            added.extend(composed.edits.iter().filter_map(|edit| match edit {
                Edit::AddComponent(component) => Some(component.id.to_string()),
                _ => None,
            }));
            Ok(composed)
        });
        if is_made && matches!(part, AddedPart::Everywhere(_) | AddedPart::Cluster(_)) && !added.is_empty() {
            self.tell(Tone::Dim, format!("Added: {}.", added.join(", ")));
        }
    }

    /// Fits the rules of the selected firewall or, if none is selected, of all of them.
    fn fit_rules(&mut self) {
        let mut changed = Vec::new();
        let is_made = self.compose(|stage, drawing| {
            let is_firewall = |id: &&ComponentId| {
                let component = drawing.components.iter().find(|component| component.id == **id);
                component.is_some_and(|component| component.kind.is_filter())
            };
            let selected = match &stage.session.selected {
                Some(Element::Component(id)) => Some(id).filter(is_firewall),
                Some(Element::Server(_) | Element::Hop(..)) | None => None,
            };
            let composed = said(match selected {
                Some(firewall) => compose::fit_rules(drawing, firewall),
                None => compose::fit_all_rules(drawing),
            })?;
            changed.extend(composed.edits.iter().filter_map(|edit| match edit {
                Edit::SetComponent(component) => Some(component.id.to_string()),
                _ => None,
            }));
            Ok(composed)
        });
        if is_made {
            self.tell(Tone::Dim, format!("Rules now match the drawing: {}.", changed.join(", ")));
        }
    }

    /// Starts a link at the selected element, or ends the started one there.
    fn connect(&mut self) {
        let key = self.keymap.label(DesignAction::Confirm);
        let Some(stage) = self.stage_mut() else { return };
        let selected = stage.session.selected.clone();
        let started = match stage.editor.as_mut().and_then(|editor| editor.pending.take()) {
            Some(Pending::Link(link)) => Some(link.from),
            Some(Pending::Move(_)) | None => None,
        };
        match (started, selected) {
            (Some(from), Some(to)) if from != to => {
                self.compose(|_, drawing| said(compose::connect(drawing, &from, &to)));
            }
            (Some(_), _) => self.tell(Tone::Dim, "No link was drawn."),
            (None, Some(Element::Hop(..)) | None) => {
                self.tell(Tone::Dim, "Select the component or server where the link starts: the client.");
            }
            (None, Some(from)) => {
                let link = StartedLink::new(from.clone(), stage.viewport.layout.order(), stage.session.draft().scenario());
                let first = link.candidates.first().cloned();
                let words = first.as_ref().map(|first| link.words(first, stage.session.draft().scenario()));
                let (Some(first), Some(words)) = (first, words) else {
                    self.tell(Tone::Dim, format!("Nothing else can be connected to {from}."));
                    return;
                };
                stage.session.selected = Some(first.clone());
                if let Some(editor) = &mut stage.editor {
                    editor.pending = Some(Pending::Link(link));
                }
                stage.show_selection();
                self.tell(Tone::Accent, format!("{words}? {key} connects them; the arrow keys choose another end."));
            }
        }
    }

    /// Chooses the next or previous possible end of a started link.
    fn next_end(&mut self, forward: bool) {
        let key = self.keymap.label(DesignAction::Confirm);
        self.on_stage(|stage, _| {
            let Some(Pending::Link(link)) = stage.editor.as_ref()?.pending.as_ref() else { return None };
            let next = link.next(stage.session.selected.as_ref(), forward)?.clone();
            let words = link.words(&next, stage.session.draft().scenario());
            stage.session.selected = Some(next);
            Some(Notice::new(Tone::Accent, format!("{words}? {key} connects them.")))
        });
    }

    /// Ends a started act, or opens the settings.
    fn confirm(&mut self) {
        let pending = self.stage().and_then(|stage| stage.editor.as_ref()?.pending.clone());
        match pending {
            Some(Pending::Link(_)) => self.connect(),
            Some(Pending::Move(_)) => self.start_move(),
            None => self.open_window(WindowKind::Settings),
        }
    }

    /// Starts moving the selected box, or ends it.
    fn start_move(&mut self) {
        let key = self.keymap.label(DesignAction::Confirm);
        self.on_stage(|stage, _| {
            let selected = stage.session.selected.clone();
            let editor = stage.editor.as_mut()?;
            if let Some(Pending::Move(_)) = editor.pending.take() {
                return Some(Notice::dim("Moved."));
            }
            match selected {
                Some(element @ (Element::Component(_) | Element::Server(_))) => {
                    editor.pending = Some(Pending::Move(element.clone()));
                    Some(Notice::new(Tone::Accent, format!("Move {element} with the arrow keys; {key} finishes.")))
                }
                Some(Element::Hop(..)) | None => Some(Notice::dim("Select a server or component to move.")),
            }
        });
    }

    /// Moves the box by one place.
    fn shift(&mut self, arrow: Arrow) {
        let by = match arrow {
            Arrow::Right => (1, 0),
            Arrow::Left => (-1, 0),
            Arrow::Down => (0, 1),
            Arrow::Up => (0, -1),
        };
        self.compose(|stage, drawing| {
            let Some(Pending::Move(element)) = stage.editor.as_ref().and_then(|editor| editor.pending.clone()) else {
                return Err("no box is being moved".to_owned());
            };
            let spots = stage.viewport.layout.spots(stage.infra());
            said(compose::place(drawing, &spots, &element, by))
        });
    }

    /// Undoes the last act, or redoes the one that was undone.
    fn travel(&mut self, back: bool) {
        let size = self.size;
        self.on_stage(|stage, _| {
            let edited = stage.edit_design(size, |session| {
                let edited = if back { session.undo_edit() } else { session.redo_edit() };
                edited.ok_or(())
            });
            let draft = stage.session.draft();
            Some(match edited {
                Ok(edited) => {
                    let (done, left) = if back { ("Undone", draft.undo_len()) } else { ("Redone", draft.redo_len()) };
                    dropped(&edited).unwrap_or_else(|| Notice::dim(format!("{done}. {left} more.")))
                }
                Err(()) => Notice::dim(if back { "There is nothing to undo." } else { "There is nothing to redo." }),
            })
        });
    }

    /// Sets a setting to its next value, or asks for one.
    fn change_setting(&mut self, field: FieldId) {
        let Some(stage) = self.stage() else { return };
        let draft = stage.session.draft();
        let fields = form::fields(draft.scenario(), stage.session.selected.as_ref());
        let Some(known) = fields.into_iter().find(|known| known.id == field) else { return };
        if known.choices.is_empty() {
            self.ask_for(field);
            return;
        }
        // A value that is refused here is passed over, so that the values after it can be reached.
        for next in form::next_values(&known) {
            if self.compose(|stage, drawing| form::set(drawing, stage.session.selected.as_ref(), field, &next)) {
                break;
            }
        }
        self.return_to_settings(field);
    }

    /// Opens the window in which a value is typed.
    fn ask_for(&mut self, field: FieldId) {
        let Some(stage) = self.stage() else { return };
        let draft = stage.session.draft();
        let fields = form::fields(draft.scenario(), stage.session.selected.as_ref());
        match fields.into_iter().find(|known| known.id == field) {
            Some(known) => self.window = Some(Window::new(WindowKind::Value(field), &known.value, 0)),
            None => self.tell(Tone::Dim, "Select a component or server first."),
        }
    }

    /// Opens the settings with this field selected.
    pub(super) fn return_to_settings(&mut self, field: FieldId) {
        let Some(stage) = self.stage() else { return };
        let draft = stage.session.draft();
        let fields = form::fields(draft.scenario(), stage.session.selected.as_ref());
        let row = fields.iter().position(|known| known.id == field).unwrap_or_default();
        self.window = Some(Window::new(WindowKind::Settings, "", row));
    }

    /// Opens an empty board in the editor, under a name that no design has.
    pub(super) fn open_board(&mut self) {
        let id = self.fresh_id(&ScenarioId::new("design-of-mine"), 1);
        if let Err(why) = self.edit_scenario(&compose::empty_board(), id) {
            self.tell(Tone::Bad, why);
        }
    }

    /// Returns a name for a new design that neither an infrastructure nor another new design of this session has: `base` with a
    /// number from `first` on or, from 2 on, without one.
    fn fresh_id(&mut self, base: &ScenarioId, first: u32) -> ScenarioId {
        let bare = (first > 1).then(|| base.clone());
        let numbered = (first..).filter_map(|number| format!("{base}-{number}").parse().ok());
        let is_free = |id: &ScenarioId| self.library.scenario(id.as_str()).is_none() && !self.new_designs.contains(id);
        let id = bare.into_iter().chain(numbered).find(is_free).unwrap_or_else(|| base.clone());
        self.new_designs.insert(id.clone());
        id
    }

    /// Opens an infrastructure in the editor. The design is saved under `id`.
    pub fn edit_scenario(&mut self, drawing: &Scenario, id: ScenarioId) -> Result<(), String> {
        let mut drawing = drawing.clone();
        if drawing.title.is_none() {
            drawing.title = Text::new(&id.as_str().replace('-', " ")).ok();
            drawing.id = Some(id.clone());
        }
        let infra = drawing.build_board().map_err(|problems| {
            let first = problems.first().map(hoplight_text::problem).unwrap_or_default();
            format!("This design cannot be opened: {first}")
        })?;
        self.open_scenario(Arc::new(infra));
        self.open_editor(id);
        Ok(())
    }

    /// Returns the name and the drawing of the design in the editor.
    pub fn design(&self) -> Option<(ScenarioId, Scenario)> {
        let stage = self.stage()?;
        let editor = stage.editor.as_ref()?;
        let drawing = stage.session.draft().scenario().clone();
        let is_own = drawing.id.as_ref() == Some(&editor.id);
        let title = if is_own { drawing.title.clone() } else { Text::new(&title_of(&drawing, &editor.id)).ok() };
        let unit = Text::new(OWN_UNIT).unwrap_or_default();
        Some((editor.id.clone(), Scenario { id: Some(editor.id.clone()), title, unit, ..drawing }))
    }

    /// Whether the editor has changes that are not saved.
    pub fn has_unsaved_design(&self) -> bool {
        let Some(stage) = self.stage() else { return false };
        stage.editor.as_ref().is_some_and(|editor| editor.is_unsaved(stage.session.draft().scenario()))
    }

    /// Returns the name of the design of a mission or exam that has just been opened, once: there may be unsaved work on it.
    pub fn take_opened_task(&mut self) -> Option<ScenarioId> {
        let stage = self.stage_mut().filter(|stage| stage.task.is_some())?;
        let editor = stage.editor.as_mut().filter(|editor| !editor.is_looked_for)?;
        editor.is_looked_for = true;
        Some(editor.id.clone())
    }

    /// Offers unsaved work of an earlier session on the mission or exam.
    pub fn offer_unsaved(&mut self, drawing: Scenario) {
        self.changed = true;
        let key = self.keymap.label(DesignAction::Continue);
        if let Some(editor) = self.stage_mut().and_then(|stage| stage.editor.as_mut()) {
            editor.offered = Some(Arc::new(drawing));
            self.tell(Tone::Warn, format!("You have unsaved work on this from an earlier session. {key} continues it."));
        }
    }

    /// Opens the unsaved work on the mission or exam instead of its start.
    fn continue_unsaved(&mut self) -> Vec<Effect> {
        let Some(stage) = self.stage_mut() else { return Vec::new() };
        let Some(editor) = &mut stage.editor else { return Vec::new() };
        let (id, task) = (editor.id.clone(), stage.task.clone());
        let Some(drawing) = editor.offered.take() else {
            self.tell(Tone::Dim, "There is no unsaved work to continue.");
            return Vec::new();
        };
        if let Err(why) = self.edit_scenario(&drawing, id) {
            self.tell(Tone::Bad, why);
            return Vec::new();
        }
        let size = self.size;
        if let Some(stage) = self.stage_mut() {
            stage.task = task;
            if let Some(editor) = &mut stage.editor {
                (editor.saved, editor.is_looked_for) = (None, true);
            }
            stage.resize(size);
        }
        self.tell(Tone::Dim, "This is your unsaved work.");
        vec![Effect::ContinueDesign]
    }

    /// Marks the design in the editor as not saved: it was opened from a copy of unsaved work.
    pub fn mark_unsaved(&mut self) {
        if let Some(editor) = self.stage_mut().and_then(|stage| stage.editor.as_mut()) {
            editor.saved = None;
        }
    }

    /// Reports whether the design was saved: the place, or why not.
    pub fn design_saved(&mut self, saved: Result<String, String>) {
        self.changed = true;
        match saved {
            Ok(place) => {
                if let Some(stage) = self.stage_mut() {
                    let drawing = stage.session.draft().scenario().clone();
                    if let Some(editor) = &mut stage.editor {
                        editor.saved = Some(Arc::new(drawing));
                    }
                }
                self.tell(Tone::Good, format!("Saved as {place}."));
            }
            Err(why) => self.tell(Tone::Bad, why),
        }
    }
}

/// Heading of learners' designs on the course map.
pub const OWN_UNIT: &str = "Your designs";

/// The name under which an edited copy of an infrastructure is saved.
pub fn own_id(id: &ScenarioId) -> ScenarioId {
    if id.as_str().starts_with("my-") {
        return id.clone();
    }
    let name: String = format!("my-{id}").chars().take(40).collect();
    name.trim_end_matches('-').parse().unwrap_or_else(|_| id.clone())
}

fn title_of(drawing: &Scenario, id: &ScenarioId) -> String {
    match &drawing.title {
        Some(title) if drawing.id.as_ref() != Some(id) => format!("{} (yours)", title.as_str()),
        Some(title) => title.to_string(),
        None => id.to_string(),
    }
}

/// Renders a refusal.
fn said(composed: Result<Composed, ComposeError>) -> Result<Composed, String> {
    composed.map_err(|error| hoplight_text::compose_error(&error))
}
