//! Lines in and out: what is written for a reader, and what the reader types.
//!
//! Answers come from a terminal, or from a file or pipe until its end. Must not know what is asked.

use std::io::{self, BufRead, IsTerminal, Write};

use hoplight_app::Palette;
use hoplight_view::theme::Theme;

/// Longest line that is read, in bytes; the rest of it is another line.
const MAX_LINE: u64 = 1_000;

/// What the reader said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Input {
    /// Something.
    Line(String),
    /// Nothing but Enter.
    Nothing,
    /// To end here.
    Quit,
    /// Nobody answers.
    Silence,
}

/// A reader at the other end of standard input and output.
pub(super) struct Dialogue {
    input: Option<io::StdinLock<'static>>,
    output: io::StdoutLock<'static>,
    /// Whether the input is a terminal, so that prompts are written.
    pub(super) attended: bool,
    /// Whether an answer was ever read.
    heard: bool,
    /// Turns text into what the locale can show.
    ascii: Option<Theme>,
}

impl Dialogue {
    /// Takes standard input and output. Where the terminal is not shown what is asked, nothing is asked of it.
    pub(super) fn new(ascii: bool) -> Self {
        let (stdin, stdout) = (io::stdin(), io::stdout());
        let (keyboard, screen) = (stdin.is_terminal(), stdout.is_terminal());
        Self {
            input: (screen || !keyboard).then(|| stdin.lock()),
            output: stdout.lock(),
            attended: keyboard && screen,
            heard: false,
            ascii: ascii.then(|| Theme::new(Palette::NoColour, true)),
        }
    }

    /// Whether there is input to read answers from.
    pub(super) fn is_heard(&self) -> bool {
        self.input.is_some() && (self.attended || self.heard)
    }

    /// Writes text.
    pub(super) fn say(&mut self, text: &str) -> io::Result<()> {
        match &self.ascii {
            Some(theme) => {
                let lines: Vec<String> = text.split('\n').map(|line| theme.shown_text(line)).collect();
                self.output.write_all(lines.join("\n").as_bytes())
            }
            None => self.output.write_all(text.as_bytes()),
        }
    }

    /// Asks for a line. Where answers do not come from a keyboard, the answer is written behind the question.
    pub(super) fn ask(&mut self, prompt: &str) -> io::Result<Input> {
        if self.input.is_none() {
            return Ok(Input::Silence);
        }
        self.output.flush()?;
        if self.attended {
            self.say(&format!("{prompt} "))?;
            self.output.flush()?;
        }
        let Some(line) = self.line()? else {
            self.input = None;
            if self.attended {
                self.say("\n")?;
            }
            return Ok(Input::Silence);
        };
        self.heard = true;
        if !self.attended {
            self.say(&format!("{prompt} {}\n", hoplight_model::text::sanitise(&line)))?;
        }
        Ok(match line.trim() {
            "" => Input::Nothing,
            "q" | "quit" => Input::Quit,
            said => Input::Line(said.to_owned()),
        })
    }

    fn line(&mut self) -> io::Result<Option<String>> {
        let Some(input) = &mut self.input else { return Ok(None) };
        let mut bytes = Vec::new();
        io::Read::take(&mut *input, MAX_LINE).read_until(b'\n', &mut bytes)?;
        Ok((!bytes.is_empty()).then(|| String::from_utf8_lossy(&bytes).trim_end_matches(['\n', '\r']).to_owned()))
    }

    /// Makes sure that all is written.
    pub(super) fn finish(&mut self) -> io::Result<()> {
        self.output.flush()
    }
}
