//! The application as the terminal shell runs it: crossterm's events become keys and clicks, effects are carried out.
//!
//! Must not decide anything: what a key means stands in the keymap.

use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use ratatui::buffer::Buffer;

use hoplight_app::{App, Code, Effect, Key, Look, Notice, Palette, Tone};
use hoplight_lesson::Progress;

use super::program::{Flow, Program};
use hoplight_view::frame;
use hoplight_view::theme::Theme;

/// Keeps the learner's progress somewhere.
pub trait Keeper: std::fmt::Debug {
    /// Keeps it.
    ///
    /// # Errors
    /// A sentence for the learner.
    fn keep(&mut self, progress: &Progress) -> Result<(), String>;
}

/// The application in a terminal.
#[derive(Debug)]
pub struct TerminalApp<K> {
    app: App,
    /// The theme of the look that was drawn last.
    theme: Theme,
    look: Look,
    keeper: K,
    unsaved: bool,
}

impl<K: Keeper> TerminalApp<K> {
    /// Wraps an application.
    pub fn new(app: App, keeper: K) -> Self {
        let look = app.settings.look;
        Self { app, theme: Theme::of(look), look, keeper, unsaved: false }
    }

    /// What keeps the progress.
    pub const fn keeper(&self) -> &K {
        &self.keeper
    }

    /// Makes the theme anew if the user wants another look.
    fn dress(&mut self) {
        let look = self.app.settings.look;
        if look != self.look {
            self.look = look;
            self.theme = Theme::of(look);
            // Whoever asks for colours now, wants them whatever the environment says.
            crossterm::style::force_color_output(look.palette != Palette::NoColour);
        }
    }

    fn carry_out(&mut self, effects: &[Effect]) -> Flow {
        let mut flow = Flow::Continue;
        for effect in effects {
            match effect {
                Effect::Quit => flow = Flow::Quit,
                Effect::Save => {
                    self.unsaved = true;
                    self.save();
                }
            }
        }
        flow
    }
}

/// A key as the application knows it; `None` for keys that it has no use for.
fn key(event: KeyEvent) -> Option<Key> {
    let code = match event.code {
        KeyCode::Char(c) => Code::Char(c),
        KeyCode::Enter => Code::Enter,
        KeyCode::Esc => Code::Esc,
        KeyCode::Tab => Code::Tab,
        KeyCode::BackTab => Code::BackTab,
        KeyCode::Backspace => Code::Backspace,
        KeyCode::Up => Code::Up,
        KeyCode::Down => Code::Down,
        KeyCode::Left => Code::Left,
        KeyCode::Right => Code::Right,
        KeyCode::Home => Code::Home,
        KeyCode::End => Code::End,
        KeyCode::PageUp => Code::PageUp,
        KeyCode::PageDown => Code::PageDown,
        KeyCode::Delete => Code::Delete,
        KeyCode::Insert => Code::Insert,
        KeyCode::F(number) => Code::F(number),
        _ => return None,
    };
    Some(Key { code, ctrl: event.modifiers.contains(KeyModifiers::CONTROL) })
}

impl<K: Keeper> Program for TerminalApp<K> {
    fn key(&mut self, event: KeyEvent) -> Flow {
        let effects = key(event).map_or_else(Vec::new, |key| self.app.press(key));
        self.carry_out(&effects)
    }

    fn mouse(&mut self, event: MouseEvent) -> Flow {
        let effects = match event.kind {
            MouseEventKind::Down(MouseButton::Left) => self.app.click(event.column, event.row),
            MouseEventKind::ScrollDown => self.app.wheel(event.column, event.row, 2),
            MouseEventKind::ScrollUp => self.app.wheel(event.column, event.row, -2),
            _ => Vec::new(),
        };
        self.carry_out(&effects)
    }

    fn resized(&mut self, columns: u16, rows: u16) -> Flow {
        self.app.resize(columns, rows);
        Flow::Continue
    }

    fn tick(&mut self, elapsed: Duration) -> Flow {
        self.app.tick(elapsed);
        if self.app.take_unsaved() {
            self.unsaved = true;
            self.save();
        }
        Flow::Continue
    }

    fn animating(&self) -> bool {
        self.app.is_animating()
    }

    fn needs_redraw(&mut self) -> bool {
        self.dress();
        self.app.take_changed()
    }

    fn draw(&mut self, frame: &mut Buffer) {
        frame::render(&self.app, &self.theme, frame.area, frame);
    }

    fn save(&mut self) {
        if !self.unsaved {
            return;
        }
        match self.keeper.keep(&self.app.progress) {
            Ok(()) => self.unsaved = false,
            Err(why) => self.app.notice = Some(Notice { tone: Tone::Bad, text: why }),
        }
    }
}
