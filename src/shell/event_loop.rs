//! The event loop: input, urgent events and frames in one `select!`. The only place in the shell that reads the clock.

use std::future::pending;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use crossterm::event::Event;
use signal_hook::consts::SIGHUP;
use tokio::sync::Notify;
use tokio::sync::mpsc::{Receiver, UnboundedReceiver};
use tokio::time::{Instant, sleep, sleep_until};

use super::assemble::Input;
use super::guard::{Tty, hung_up, in_foreground};
use super::input::{Urgent, is_control};
use super::pace::Pace;
use super::program::{Flow, Program};
use super::run::Ending;
use super::screen::TerminalScreen;
use super::signal::{GRACE, Stopped, can_stop, stop};

/// Events handled before urgent ones are checked again.
const BATCH: usize = 1024;

/// How long to wait for a signal that was pending together with SIGCONT before stopping again.
const SETTLE: Duration = Duration::from_millis(50);

/// Asks for the background colour (OSC 11).
const ASK_BACKGROUND: &[u8] = b"\x1b]11;?\x07";

/// The state between taking over the terminal and restoring it.
pub(super) struct EventLoop<'a, P> {
    program: &'a mut P,
    tty: Arc<Tty>,
    screen: TerminalScreen,
    events: Receiver<Input>,
    urgent: UnboundedReceiver<Urgent>,
    waker: Option<Arc<Notify>>,
    pace: Pace,
    /// The terminal's content is unknown; the next frame draws every cell.
    stale: bool,
    /// Continued in the background, where the terminal belongs to another job.
    stop_again: bool,
    /// Whether the terminal has been asked for its background.
    asked: bool,
}

/// Why the loop woke up.
enum Woken {
    Urgent(Urgent),
    Event(Input),
    /// Another thread has something for the program.
    Program,
    Frame,
    Settled,
}

impl<'a, P: Program> EventLoop<'a, P> {
    pub(super) fn new(
        program: &'a mut P,
        tty: Arc<Tty>,
        events: Receiver<Input>,
        urgent: UnboundedReceiver<Urgent>,
    ) -> io::Result<Self> {
        let screen = TerminalScreen::new(Arc::clone(&tty))?;
        let waker = program.waker();
        Ok(Self {
            program,
            tty,
            screen,
            events,
            urgent,
            waker,
            pace: Pace::default(),
            stale: true,
            stop_again: false,
            asked: false,
        })
    }

    /// Runs until something ends it. Does not restore the terminal.
    pub(super) async fn run(mut self) -> io::Result<Ending> {
        match self.turn().await {
            // A failed write is most often a hang-up that has not been reported yet.
            Err(_) if hung_up(Some(Duration::ZERO)) => Ok(Ending::Signal(SIGHUP)),
            ending => ending,
        }
    }

    async fn turn(&mut self) -> io::Result<Ending> {
        let mut flow = self.resized()?;
        loop {
            if flow == Flow::Continue {
                flow = self.frame()?;
            }
            match flow {
                Flow::Continue => {}
                Flow::Suspend => _ = self.suspend(Stopped::Job),
                Flow::Quit => return Ok(Ending::Quit),
            }
            flow = match self.wait().await {
                Woken::Urgent(Urgent::Interrupt) => return Ok(Ending::Quit),
                Woken::Urgent(Urgent::End(signal)) => return Ok(Ending::Signal(signal)),
                Woken::Urgent(Urgent::Panicked) => return Ok(Ending::Panicked),
                Woken::Urgent(Urgent::Resized) => self.resized()?,
                Woken::Urgent(Urgent::Stop) => self.suspend(Stopped::Process),
                Woken::Urgent(Urgent::Continued) => self.continued()?,
                Woken::Event(event) => self.drain(event),
                Woken::Program => {
                    self.pace.happened();
                    self.program.woken()
                }
                Woken::Frame => Flow::Continue,
                Woken::Settled => {
                    self.stop_again = false;
                    stop(Stopped::Process);
                    Flow::Continue
                }
            };
        }
    }

    /// Sleeps until the next event. No timer runs while nothing moves.
    async fn wait(&mut self) -> Woken {
        let due = self.tty.is_entered().then(|| self.pace.due(self.program.animating(), Instant::now())).flatten();
        let settle = self.stop_again;
        tokio::select! {
            biased;
            Some(urgent) = self.urgent.recv() => Woken::Urgent(urgent),
            Some(event) = self.events.recv() => Woken::Event(event),
            () = notified(self.waker.as_deref()) => Woken::Program,
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
        // Called unconditionally, because the call may reset the flag.
        let changed = self.program.needs_redraw();
        if std::mem::take(&mut self.stale) {
            self.screen.clear()?;
        } else if !changed {
            return Ok(flow);
        }
        self.screen.draw(|frame| self.program.draw(frame))?;
        // After the first frame, which does not wait for the answer. Many terminals never answer.
        if !std::mem::replace(&mut self.asked, true) && self.program.asks_background() {
            self.tty.write(ASK_BACKGROUND)?;
        }
        Ok(flow)
    }

    /// Handles an event and those queued behind it.
    fn drain(&mut self, first: Input) -> Flow {
        self.pace.happened();
        let mut flow = self.input(first);
        for _ in 1..BATCH {
            // The rest stays in the channel for the next turn.
            let Some(event) = (flow == Flow::Continue).then(|| self.events.try_recv().ok()).flatten() else { break };
            flow = self.input(event);
        }
        flow
    }

    fn input(&mut self, input: Input) -> Flow {
        match input {
            Input::Event(event) => self.event(event),
            Input::Background(colour) => {
                self.program.background(colour);
                Flow::Continue
            }
        }
    }

    fn event(&mut self, event: Event) -> Flow {
        match event {
            Event::Key(key) if is_control(key, 'z') => Flow::Suspend,
            Event::Key(key) if is_control(key, 'l') => {
                self.stale = true;
                Flow::Continue
            }
            Event::Key(key) if key.is_release() => Flow::Continue,
            Event::Key(key) => self.program.key(key),
            Event::Mouse(mouse) => self.program.mouse(mouse),
            Event::Paste(text) => self.program.paste(&text),
            // The size comes with SIGWINCH, which does not queue behind keys.
            Event::Resize(..) | Event::FocusGained | Event::FocusLost => Flow::Continue,
        }
    }

    /// Passes the current size to the program; that of an event may be outdated.
    fn resized(&mut self) -> io::Result<Flow> {
        // The terminal may have clipped or moved its content, even if the size is the same again.
        self.stale = true;
        self.pace.happened();
        let size = self.screen.measure()?;
        Ok(self.program.resized(size.width, size.height))
    }

    /// Restores the terminal and stops. Continuation is reported as an urgent event.
    fn suspend(&mut self, who: Stopped) -> Flow {
        // Without a shell to continue it, the process would be stopped for good.
        if can_stop() {
            self.tty.leave(GRACE);
            self.pace.rest();
            stop(who);
        }
        Flow::Continue
    }

    /// Takes over the terminal after a stop. The window may have changed.
    fn continued(&mut self) -> io::Result<Flow> {
        // In the background after `bg`, or after `kill`, whose signal may still be pending.
        self.stop_again = !in_foreground();
        if self.stop_again {
            return Ok(Flow::Continue);
        }
        self.tty.enter()?;
        self.pace.rest();
        self.resized()
    }
}

async fn notified(waker: Option<&Notify>) {
    match waker {
        Some(waker) => waker.notified().await,
        None => pending().await,
    }
}

async fn until(due: Option<Instant>) {
    match due {
        Some(due) => sleep_until(due).await,
        None => pending().await,
    }
}
