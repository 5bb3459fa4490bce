//! Opening and closing windows, and selecting their rows. An open window takes all keys.

use hoplight_model::text::sanitise;

use crate::action::{Action, WindowAction};
use crate::app::App;
use crate::key::{Code, Key};
use crate::sheet::{Sheet, SheetKind};
use crate::stage::Stage;
use crate::task::drill::DrillTask;
use crate::tone::Tone;
use crate::window;
use crate::window::kind::WindowKind;
use crate::window::state::Window;

impl App {
    pub(super) fn window_action(&mut self, action: WindowAction) {
        match action {
            WindowAction::Open(kind) => {
                let possible = match kind {
                    WindowKind::Palette | WindowKind::Glossary => true,
                    WindowKind::Faults
                    | WindowKind::Log
                    | WindowKind::Jump
                    | WindowKind::Compare
                    | WindowKind::Add
                    | WindowKind::Settings
                    | WindowKind::Value(_)
                    | WindowKind::Findings
                    | WindowKind::Review
                    | WindowKind::Explanation => self.stage().is_some(),
                    WindowKind::Probes | WindowKind::Suspects | WindowKind::Remedies => {
                        self.stage().and_then(Stage::hidden_drill).is_some_and(DrillTask::is_started)
                    }
                };
                if possible {
                    self.open_window(kind);
                } else if matches!(kind, WindowKind::Probes | WindowKind::Suspects | WindowKind::Remedies) {
                    self.tell(Tone::Dim, "This works during an incident drill, once the shift has begun.");
                } else {
                    self.tell(Tone::Dim, "Open a lesson or an infrastructure first.");
                }
            }
            WindowAction::Choose(row) => {
                if let Some(window) = &mut self.window {
                    window.chosen = row;
                }
            }
            WindowAction::Close => self.close_window(),
            // `act` has already replaced this action with that of the row.
            WindowAction::Enter(_) => {}
        }
    }

    pub(super) fn open_window(&mut self, kind: WindowKind) {
        // A window stops the clock, so the review cannot wait for it.
        if let Some(stage) = self.stage_mut().filter(|_| kind == WindowKind::Findings) {
            stage.update_checks();
        }
        let rows = window::rows(self, kind, "").len();
        self.window = Some(Window::new(kind, "", kind.first(rows)));
    }

    /// Handles a key press in the open window. If it triggers a row, closes the window and returns the row's action.
    pub(in super::super) fn press_in_window(&mut self, key: Key) -> Option<Action> {
        let (kind, filter) = self.window.as_ref().map(|window| (window.kind, window.filter().to_owned()))?;
        let rows = window::rows(self, kind, &filter);
        let page = usize::from(window::area(self)?.list.height.max(1));
        let last = rows.len().saturating_sub(1);
        let window = self.window.as_mut()?;
        let at = window.chosen.min(last);
        let go = |to: usize| Some(to.min(last));
        let moved = match (key.code, key.ctrl) {
            (Code::Up | Code::BackTab, _) | (Code::Char('p'), true) => go(at.saturating_sub(1)),
            (Code::Down | Code::Tab, _) | (Code::Char('n'), true) => go(at + 1),
            (Code::PageUp, _) => go(at.saturating_sub(page)),
            (Code::PageDown, _) => go(at + page),
            (Code::Home, _) => Some(0),
            (Code::End, _) => Some(last),
            _ => None,
        };
        if let Some(to) = moved {
            window.chosen = to;
            return None;
        }
        match (key.code, key.ctrl) {
            (Code::Esc, _) => self.close_window(),
            // Every character is typed, so the help has a key that is none.
            (Code::F(1), _) => self.sheet = Some(Sheet { kind: SheetKind::Help, scroll: 0 }),
            (Code::Enter, _) => return self.enter_row(at),
            (Code::Backspace, _) | (Code::Char('h'), true) if filter.is_empty() => self.close_window(),
            _ => {
                // When the filter changes, select the best match.
                if window.edit(key) {
                    self.choose_best();
                }
            }
        }
        None
    }

    /// Inserts pasted text into the filter of the open window. Line breaks and control characters become blanks.
    pub fn paste(&mut self, text: &str) {
        self.changed = true;
        let Some(window) = &mut self.window else {
            let key = self.keymap.label(WindowAction::Open(WindowKind::Palette));
            self.tell(Tone::Dim, format!("There is no text field to paste into. {key} opens the command palette."));
            return;
        };
        let blanked: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        window.paste(sanitise(&blanked).split_whitespace());
        self.choose_best();
    }

    /// Closes the window. A window for a value returns to the settings, and a typed explanation is kept.
    fn close_window(&mut self) {
        let Some(window) = self.window.take() else { return };
        match window.kind {
            WindowKind::Value(field) => self.return_to_settings(field),
            WindowKind::Explanation => self.keep_explanation(window.filter()),
            _ => {}
        }
    }

    /// Closes the window and returns a row's action; a row without an action keeps the window open. In the glossary, goes to
    /// the first term that the row's term refers to.
    pub(super) fn enter_row(&mut self, at: usize) -> Option<Action> {
        let window = self.window.as_ref()?;
        if window.kind == WindowKind::Glossary {
            let next = window::next_term(self, window.filter(), at)?;
            self.window = Some(Window::new(WindowKind::Glossary, &next, 0));
            return None;
        }
        let row = window::rows(self, window.kind, window.filter()).into_iter().nth(at)?;
        let action = row.line.action?;
        if let Some(window) = self.window.take().filter(|window| window.kind == WindowKind::Explanation) {
            self.keep_explanation(window.filter());
        }
        Some(action)
    }

    fn choose_best(&mut self) {
        let Some(window) = &self.window else { return };
        let count = window::rows(self, window.kind, window.filter()).len();
        // The end of a long text stays visible.
        let is_text = window.kind == WindowKind::Explanation;
        let first = if window.filter().is_empty() || is_text { window.kind.first(count) } else { 0 };
        if let Some(window) = &mut self.window {
            window.chosen = first;
        }
    }
}
