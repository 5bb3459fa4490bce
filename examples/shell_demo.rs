//! A program that misbehaves on request, for the tests of the terminal shell.
//!
//! Keys: `+` increments the counter, space starts and stops the animation, `q` quits, `z` suspends, `P` panics, `T`
//! panics in a thread, `B` blocks forever, `W` writes forever. Each save appends a line to the file named by
//! `SHELL_DEMO_SAVED`.

use std::env;
use std::fs::OpenOptions;
use std::io::{self, Write};
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent, MouseEvent};
use hoplight::shell::{Error, Flow, Options, Program, run};
use ratatui::Frame;
use ratatui::widgets::Paragraph;

#[derive(Default)]
struct Demo {
    count: u32,
    moving: bool,
    moved: Duration,
    clicks: u32,
    pasted: String,
    size: (u16, u16),
    frames: u32,
    changed: bool,
}

impl Program for Demo {
    fn key(&mut self, key: KeyEvent) -> Flow {
        self.changed = true;
        match key.code {
            KeyCode::Char('+') => self.count += 1,
            KeyCode::Char(' ') => self.moving = !self.moving,
            KeyCode::Char('q') => return Flow::Quit,
            KeyCode::Char('z') => return Flow::Suspend,
            KeyCode::Char('P') => panic!("as you wish"),
            KeyCode::Char('T') => drop(thread::spawn(|| panic!("in a thread, as you wish"))),
            KeyCode::Char('B') => {
                let _ = io::stdout().write_all(b"stuck").and_then(|()| io::stdout().flush());
                loop {
                    thread::park();
                }
            }
            KeyCode::Char('W') => loop {
                if io::stdout().write_all(&[b'.'; 4096]).is_err() {
                    break;
                }
            },
            _ => self.changed = false,
        }
        Flow::Continue
    }

    fn mouse(&mut self, mouse: MouseEvent) -> Flow {
        if mouse.kind.is_down() {
            self.clicks += 1;
            self.changed = true;
        }
        Flow::Continue
    }

    fn resized(&mut self, columns: u16, rows: u16) -> Flow {
        self.size = (columns, rows);
        self.changed = true;
        Flow::Continue
    }

    fn paste(&mut self, text: &str) -> Flow {
        text.clone_into(&mut self.pasted);
        self.changed = true;
        Flow::Continue
    }

    fn tick(&mut self, elapsed: Duration) -> Flow {
        self.moved += elapsed;
        self.changed = true;
        Flow::Continue
    }

    fn animating(&self) -> bool {
        self.moving
    }

    fn needs_redraw(&mut self) -> bool {
        std::mem::take(&mut self.changed)
    }

    fn draw(&mut self, frame: &mut Frame<'_>) {
        self.frames += 1;
        let Self { count, clicks, pasted, size: (columns, rows), frames, .. } = self;
        let moved = self.moved.as_millis();
        let text = format!(
            "count={count}.\nsize={columns}x{rows}.\nclicks={clicks}.\npasted={pasted}.\nframes={frames}.\nmoved={moved}."
        );
        frame.render_widget(Paragraph::new(text), frame.area());
    }

    fn save(&mut self) {
        let Some(path) = env::var_os("SHELL_DEMO_SAVED") else { return };
        let saved = OpenOptions::new().create(true).append(true).open(path).and_then(|mut file| writeln!(file, "{}", self.count));
        if let Err(error) = saved {
            let _ = writeln!(io::stderr(), "cannot save: {error}");
        }
    }
}

fn main() -> ExitCode {
    match run(&mut Demo::default(), Options { mouse: true }) {
        Ok(ending) => ending.exit(),
        Err(error) => {
            let _ = writeln!(io::stderr(), "shell_demo: {error}");
            ExitCode::from(if matches!(error, Error::Refused(_)) { 2 } else { 1 })
        }
    }
}
