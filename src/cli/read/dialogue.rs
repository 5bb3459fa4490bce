//! Line-based input and output. Answers come from a terminal, a file or a pipe.

use std::io::{self, BufRead, IsTerminal, Write};

use hoplight_app::Palette;
use hoplight_view::theme::Theme;

/// Maximum length of an input line in bytes. The rest counts as another line.
const MAX_LINE: u64 = 1_000;

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Input {
    /// Any other text.
    Line(String),
    /// An empty line.
    Empty,
    /// `q` or `quit`.
    Quit,
    /// The end of the input.
    End,
}

/// A dialogue over standard input and output.
pub(super) struct Dialogue {
    input: Option<io::StdinLock<'static>>,
    output: io::StdoutLock<'static>,
    /// Whether input and output are a terminal.
    pub(super) interactive: bool,
    /// Whether a line was read.
    answered: bool,
    /// Replaces characters that the locale cannot show.
    ascii: Option<Theme>,
}

impl Dialogue {
    /// Locks standard input and output. Does not read from a keyboard if the output goes elsewhere.
    pub(super) fn new(ascii: bool) -> Self {
        let (stdin, stdout) = (io::stdin(), io::stdout());
        let (keyboard, screen) = (stdin.is_terminal(), stdout.is_terminal());
        Self {
            input: (screen || !keyboard).then(|| stdin.lock()),
            output: stdout.lock(),
            interactive: keyboard && screen,
            answered: false,
            ascii: ascii.then(|| Theme::new(Palette::NoColour, true)),
        }
    }

    /// Whether there is input to read answers from.
    pub(super) fn can_answer(&self) -> bool {
        self.input.is_some() && (self.interactive || self.answered)
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

    /// Prompts for a line. If it does not come from a keyboard, prints it after the prompt.
    pub(super) fn ask(&mut self, prompt: &str) -> io::Result<Input> {
        if self.input.is_none() {
            return Ok(Input::End);
        }
        self.output.flush()?;
        if self.interactive {
            self.say(&format!("{prompt} "))?;
            self.output.flush()?;
        }
        let Some(line) = self.line()? else {
            self.input = None;
            if self.interactive {
                self.say("\n")?;
            }
            return Ok(Input::End);
        };
        self.answered = true;
        if !self.interactive {
            self.say(&format!("{prompt} {}\n", hoplight_model::text::sanitise(&line)))?;
        }
        Ok(match line.trim() {
            "" => Input::Empty,
            "q" | "quit" => Input::Quit,
            answer => Input::Line(answer.to_owned()),
        })
    }

    fn line(&mut self) -> io::Result<Option<String>> {
        let Some(input) = &mut self.input else { return Ok(None) };
        let mut bytes = Vec::new();
        io::Read::take(&mut *input, MAX_LINE).read_until(b'\n', &mut bytes)?;
        Ok((!bytes.is_empty()).then(|| String::from_utf8_lossy(&bytes).trim_end_matches(['\n', '\r']).to_owned()))
    }

    /// Flushes the output.
    pub(super) fn finish(&mut self) -> io::Result<()> {
        self.output.flush()
    }
}
