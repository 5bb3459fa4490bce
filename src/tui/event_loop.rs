//! The one event loop: input, urgent matters and frames in one `select!`, and the only place that reads the clock.
//!
//! Must not know what the program shows, nor how the terminal is taken and given back.

use std::future::pending;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use crossterm::event::Event;
use ratatui::Terminal;
use signal_hook::consts::SIGHUP;
use tokio::sync::mpsc::{Receiver, UnboundedReceiver};
use tokio::time::{Instant, sleep, sleep_until};

use super::guard::{Tty, hung_up, in_foreground};
use super::input::{Urgent, is_control};
use super::pace::Pace;
use super::program::{Flow, Program};
use super::run::Ending;
use super::screen::Screen;
use super::signal::{GRACE, Stopped, can_stop, stop};

/// How many events are handled before urgent matters are looked at again.
const BATCH: usize = 1024;

/// How long a signal that came along with the continuation may take to be noticed before we stop again.
const SETTLE: Duration = Duration::from_millis(50);

/// Everything that happens between taking the terminal and giving it back.
pub(super) struct EventLoop<'a, P> {
    program: &'a mut P,
    tty: Arc<Tty>,
    terminal: Terminal<Screen>,
    events: Receiver<Event>,
    urgent: UnboundedReceiver<Urgent>,
    pace: Pace,
    /// The screen shows something else than ratatui believes.
    stale: bool,
    /// Continued in the background, where the terminal is not ours.
    stop_again: bool,
}

/// What woke the loop.
enum Woken {
    Urgent(Urgent),
    Event(Event),
    Frame,
    Settled,
}

impl<'a, P: Program> EventLoop<'a, P> {
    pub(super) fn new(
        program: &'a mut P,
        tty: Arc<Tty>,
        events: Receiver<Event>,
        urgent: UnboundedReceiver<Urgent>,
    ) -> io::Result<Self> {
        let terminal = Terminal::new(Screen::new(Arc::clone(&tty)))?;
        Ok(Self { program, tty, terminal, events, urgent, pace: Pace::default(), stale: true, stop_again: false })
    }

    /// Runs until something ends it. The terminal is left as it is.
    pub(super) async fn run(mut self) -> io::Result<Ending> {
        match self.turn().await {
            // A write that fails is most often a hang-up, which comes before its own message.
            Err(_) if hung_up(Some(Duration::ZERO)) => Ok(Ending::Signal(SIGHUP)),
            ending => ending,
        }
    }

    async fn turn(&mut self) -> io::Result<Ending> {
        let mut flow = self.resized()?;
        self.pace.happened();
        loop {
            if flow == Flow::Continue {
                flow = self.frame()?;
            }
            match flow {
                Flow::Continue => {}
                Flow::Suspend => self.suspend(Stopped::Job),
                Flow::Quit => return Ok(Ending::Quit),
            }
            flow = match self.wait().await {
                Woken::Urgent(urgent) => match self.urgent(urgent)? {
                    Some(ending) => return Ok(ending),
                    None => Flow::Continue,
                },
                Woken::Event(event) => self.drain(event)?,
                Woken::Frame => Flow::Continue,
                Woken::Settled => {
                    self.stop_again = false;
                    stop(Stopped::Process);
                    Flow::Continue
                }
            };
        }
    }

    /// Sleeps until there is something to do. While nothing moves, no timer runs.
    async fn wait(&mut self) -> Woken {
        let due = self.tty.is_entered().then(|| self.pace.due(self.program.animating(), Instant::now())).flatten();
        let settle = self.stop_again;
        tokio::select! {
            biased;
            Some(urgent) = self.urgent.recv() => Woken::Urgent(urgent),
            Some(event) = self.events.recv() => Woken::Event(event),
            () = sleep(SETTLE), if settle => Woken::Settled,
            () = until(due) => Woken::Frame,
        }
    }

    /// Draws a frame if one is due.
    fn frame(&mut self) -> io::Result<Flow> {
        let (now, animating) = (Instant::now(), self.program.animating());
        if !self.tty.is_entered() || self.pace.due(animating, now).is_none_or(|due| now < due) {
            return Ok(Flow::Continue);
        }
        let flow = self.pace.begin(animating, now).map_or(Flow::Continue, |elapsed| self.program.tick(elapsed));
        if !self.program.animating() {
            self.pace.rest();
        }
        // Asked in any case: the answer may be reset by asking.
        let changed = self.program.needs_redraw();
        if std::mem::take(&mut self.stale) {
            self.terminal.clear()?;
        } else if !changed {
            return Ok(flow);
        }
        self.terminal.draw(|frame| self.program.draw(frame))?;
        Ok(flow)
    }

    /// Handles the event and those behind it.
    fn drain(&mut self, first: Event) -> io::Result<Flow> {
        self.pace.happened();
        let mut event = first;
        for _ in 0..BATCH {
            let flow = self.event(event)?;
            if flow != Flow::Continue {
                return Ok(flow);
            }
            match self.events.try_recv() {
                Ok(next) => event = next,
                Err(_) => break,
            }
        }
        Ok(Flow::Continue)
    }

    fn event(&mut self, event: Event) -> io::Result<Flow> {
        Ok(match event {
            Event::Key(key) if is_control(key, 'z') => Flow::Suspend,
            Event::Key(key) if is_control(key, 'l') => {
                self.stale = true;
                Flow::Continue
            }
            Event::Key(key) if key.is_release() => Flow::Continue,
            Event::Key(key) => self.program.key(key),
            Event::Mouse(mouse) => self.program.mouse(mouse),
            Event::Paste(text) => self.program.paste(&text),
            Event::Resize(..) => {
                // The terminal may have cut or moved what it showed, even where the size is the same in the end.
                self.stale = true;
                self.resized()?
            }
            Event::FocusGained | Event::FocusLost => Flow::Continue,
        })
    }

    /// Tells the program how much there is to draw on: the size of now, not that of an event which may be late.
    fn resized(&mut self) -> io::Result<Flow> {
        let size = self.terminal.size()?;
        Ok(self.program.resized(size.width, size.height))
    }

    fn urgent(&mut self, urgent: Urgent) -> io::Result<Option<Ending>> {
        match urgent {
            Urgent::Interrupt => return Ok(Some(Ending::Quit)),
            Urgent::End(signal) => return Ok(Some(Ending::Signal(signal))),
            Urgent::Panicked => return Ok(Some(Ending::Panicked)),
            Urgent::Stop => self.suspend(Stopped::Process),
            Urgent::Continued if in_foreground() => self.resume()?,
            // By `bg`, or by `kill`, whose signal may be about to be noticed.
            Urgent::Continued => self.stop_again = true,
        }
        Ok(None)
    }

    /// Gives the terminal back and stops. That we were continued comes as an urgent matter.
    fn suspend(&mut self, who: Stopped) {
        // Without a shell that could continue us, this would be the end.
        if can_stop() {
            self.tty.leave(GRACE);
            self.pace.rest();
            stop(who);
        }
    }

    /// Takes the terminal again. The window may have changed meanwhile.
    fn resume(&mut self) -> io::Result<()> {
        self.stop_again = false;
        self.tty.enter()?;
        self.stale = true;
        self.pace.rest();
        self.pace.happened();
        // A program that would quit or suspend because of a size has its chance at the next event.
        let _ = self.resized()?;
        Ok(())
    }
}

async fn until(due: Option<Instant>) {
    match due {
        Some(due) => sleep_until(due).await,
        None => pending().await,
    }
}
