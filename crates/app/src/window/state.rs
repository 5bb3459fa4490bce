//! The state of an open window.

use hoplight_model::text;
use tui_input::{Input, InputRequest};

use crate::key::{Code, Key};
use crate::window::kind::WindowKind;

/// Maximum length of a filter, in characters.
const MOST_TYPED: usize = 60;

/// Maximum length of a value, in characters.
const MOST_OF_VALUE: usize = 240;

/// Maximum length of an explanation, in characters.
const MOST_OF_EXPLANATION: usize = 2_000;

/// The state of an open window.
#[derive(Clone, Debug)]
pub struct Window {
    /// The kind of window.
    pub kind: WindowKind,
    /// The typed text: a filter or, in a window for a value, the value.
    input: Input,
    /// Index of the selected row among the matching ones.
    pub chosen: usize,
}

impl Window {
    /// Opens a window with a text.
    pub fn new(kind: WindowKind, text: &str, chosen: usize) -> Self {
        Self { kind, input: Input::new(text.to_owned()), chosen }
    }

    /// Returns the typed text.
    pub fn filter(&self) -> &str {
        self.input.value()
    }

    /// Returns the columns of text before the cursor.
    pub fn cursor(&self) -> usize {
        self.input.visual_cursor()
    }

    const fn most(&self) -> usize {
        match self.kind {
            WindowKind::Value(_) => MOST_OF_VALUE,
            WindowKind::Explanation => MOST_OF_EXPLANATION,
            _ => MOST_TYPED,
        }
    }

    /// Returns the part of the text that fits into `width` columns around the cursor, and the columns before the cursor in it.
    pub fn visible(&self, width: usize) -> (String, usize) {
        let hidden = self.input.visual_scroll(width.saturating_sub(1));
        let mut skipped = 0;
        let shown: String = self
            .filter()
            .chars()
            .skip_while(|c| {
                let is_hidden = skipped < hidden;
                skipped += text::width(c.encode_utf8(&mut [0; 4]));
                is_hidden
            })
            .collect();
        (shown, self.cursor().saturating_sub(hidden))
    }

    /// Handles a key that edits the text. Returns whether the text has changed.
    pub(crate) fn edit(&mut self, key: Key) -> bool {
        let request = match (key.code, key.ctrl) {
            (Code::Backspace, false) | (Code::Char('h'), true) => InputRequest::DeletePrevChar,
            (Code::Delete, false) => InputRequest::DeleteNextChar,
            (Code::Left, false) | (Code::Char('b'), true) => InputRequest::GoToPrevChar,
            (Code::Right, false) | (Code::Char('f'), true) => InputRequest::GoToNextChar,
            (Code::Left, true) => InputRequest::GoToPrevWord,
            (Code::Right, true) => InputRequest::GoToNextWord,
            (Code::Char('a'), true) => InputRequest::GoToStart,
            (Code::Char('e'), true) => InputRequest::GoToEnd,
            (Code::Char('w') | Code::Backspace, true) => InputRequest::DeletePrevWord,
            (Code::Char('u'), true) => InputRequest::DeleteLine,
            (Code::Char('k'), true) => InputRequest::DeleteTillEnd,
            (Code::Char(c), false) if self.filter().chars().count() < self.most() => InputRequest::InsertChar(c),
            _ => return false,
        };
        self.input.handle(request).is_some_and(|changed| changed.value)
    }

    /// Inserts pasted words at the cursor, separated by blanks.
    pub(crate) fn paste<'a>(&mut self, words: impl Iterator<Item = &'a str>) {
        for word in words {
            if self.input.cursor() > 0 && !self.filter().ends_with(' ') {
                self.edit(Key::char(' '));
            }
            word.chars().for_each(|c| {
                self.edit(Key::char(c));
            });
        }
    }
}
