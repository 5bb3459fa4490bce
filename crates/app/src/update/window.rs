//! Opening and closing windows, and selecting their rows. An open window takes all keys.

use hoplight_model::text::sanitise;

use crate::action::{Action, WindowAction};
use crate::app::App;
use crate::key::{Code, Key};
use crate::tone::Tone;
use crate::window;
use crate::window::kind::WindowKind;
use crate::window::state::Window;

/// Maximum length of the filter, in characters.
const MOST_TYPED: usize = 60;

impl App {
    pub(super) fn window_action(&mut self, action: WindowAction) {
        match action {
            WindowAction::Open(kind) => {
                let possible = match kind {
                    WindowKind::Palette | WindowKind::Glossary => true,
                    WindowKind::Faults | WindowKind::Log | WindowKind::Jump | WindowKind::Compare => self.stage().is_some(),
                };
                if possible {
                    self.open_window(kind);
                } else {
                    self.tell(Tone::Dim, "Open a lesson or an infrastructure first.");
                }
            }
            WindowAction::Choose(row) => {
                if let Some(window) = &mut self.window {
                    window.chosen = row;
                }
            }
            WindowAction::Close => self.window = None,
            // `act` has already replaced this action with that of the row.
            WindowAction::Enter(_) => {}
        }
    }

    pub(super) fn open_window(&mut self, kind: WindowKind) {
        let rows = window::rows(self, kind, "").len();
        self.window = Some(Window { kind, filter: String::new(), chosen: kind.first(rows) });
    }

    /// Handles a key press in the open window. If it triggers a row, closes the window and returns the row's action.
    pub(in super::super) fn press_in_window(&mut self, key: Key) -> Option<Action> {
        let (kind, filter) = self.window.as_ref().map(|window| (window.kind, window.filter.clone()))?;
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
            (Code::Esc, _) => self.window = None,
            (Code::Enter, _) => return self.enter_row(at),
            // When the filter changes, select the best match.
            (Code::Backspace, _) | (Code::Char('h'), true) => {
                if window.filter.pop().is_none() {
                    self.window = None;
                } else {
                    self.choose_best();
                }
            }
            (Code::Char('u'), true) => {
                window.filter.clear();
                self.choose_best();
            }
            (Code::Char(c), false) if window.filter.chars().count() < MOST_TYPED => {
                window.filter.push(c);
                self.choose_best();
            }
            _ => {}
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
        for word in sanitise(&blanked).split_whitespace() {
            if !window.filter.is_empty() && !window.filter.ends_with(' ') {
                window.filter.push(' ');
            }
            window.filter.push_str(word);
        }
        window.filter = window.filter.chars().take(MOST_TYPED).collect();
        self.choose_best();
    }

    /// Closes the window and returns a row's action; a row without an action keeps the window open. In the glossary, goes to
    /// the first term that the row's term refers to.
    pub(super) fn enter_row(&mut self, at: usize) -> Option<Action> {
        let window = self.window.as_ref()?;
        if window.kind == WindowKind::Glossary {
            let next = window::next_term(self, &window.filter, at)?;
            self.window = Some(Window { kind: WindowKind::Glossary, filter: next, chosen: 0 });
            return None;
        }
        let row = window::rows(self, window.kind, &window.filter).into_iter().nth(at)?;
        let action = row.line.action?;
        self.window = None;
        Some(action)
    }

    fn choose_best(&mut self) {
        let Some(window) = &self.window else { return };
        let count = window::rows(self, window.kind, &window.filter).len();
        let first = if window.filter.is_empty() { window.kind.first(count) } else { 0 };
        if let Some(window) = &mut self.window {
            window.chosen = first;
        }
    }
}
