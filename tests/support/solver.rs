//! Plays the solutions of lessons with keys.

use hoplight::app::fault_menu::{FaultAction, fault_actions};
use hoplight::lesson::{Act, Place, Question, StepGate};
use hoplight::model::RequestKind::{Read, Static, Write};
use hoplight::model::{Algorithm, TopologyEdit};
use hoplight::sim::{Command, Fault};

use super::Learner;

/// Maximum number of keys that a change of the load takes.
const MOST_LOAD_KEYS: usize = 30;

impl Learner {
    /// Performs one action of a solution with keys.
    pub(crate) fn perform(&mut self, act: &Act) {
        match act {
            Act::Select(element) => {
                self.select(element);
            }
            Act::Follow => {
                if self.stage().session.playback.followed.is_none() {
                    self.press("c");
                }
                assert!(self.stage().session.playback.followed.is_some(), "{}", self.notice());
            }
            Act::Do(command) => self.command(command),
            Act::Tap(from, to) => {
                let hop = (from.clone(), to.clone());
                self.select(&hoplight::model::Element::Hop(from.clone(), to.clone()));
                if self.stage().session.wiretap() != Some(&hop) {
                    self.press("w");
                }
                assert_eq!(self.stage().session.wiretap(), Some(&hop), "{}", self.notice());
            }
            Act::Wait(time) => self.wait_simulated(time.duration()),
            Act::Pace(pace) if self.stage().session.playback.pace != *pace => {
                self.press("p");
            }
            Act::Pace(_) => {}
            Act::Pause | Act::Resume => {
                if self.stage().session.playback.paused != (*act == Act::Pause) {
                    self.press(" ");
                }
            }
            Act::Step(hops) => (0..*hops).for_each(|_| {
                self.press(".");
            }),
            Act::StepBack(hops) => (0..*hops).for_each(|_| {
                self.press(",");
            }),
            Act::Answer(option) => self.answer(usize::try_from(*option).expect("small") - 1),
            Act::Mark => self.mark_all(),
        }
    }

    fn command(&mut self, command: &Command) {
        match command {
            Command::Kill(element) | Command::Restore(element) => {
                let kill = matches!(command, Command::Kill(_));
                self.select(element);
                assert_eq!(self.is_up(element), kill, "before {command:?}");
                self.press("x");
                assert_eq!(self.is_up(element), !kill, "after {command:?}: {}", self.notice());
            }
            Command::Edit(TopologyEdit::EdgeTls(mode)) => {
                for _ in 0..4 {
                    if self.stage().infra().tls().edge != *mode {
                        self.press("t");
                    }
                }
                assert_eq!(self.stage().infra().tls().edge, *mode);
            }
            Command::Edit(TopologyEdit::WebToAppTls(on)) => {
                if self.stage().infra().tls().web_to_app != *on {
                    self.press("T");
                }
            }
            Command::Edit(TopologyEdit::Block(from, to) | TopologyEdit::Unblock(from, to)) => {
                self.select(&hoplight::model::Element::Hop(from.clone(), to.clone())).press("f");
            }
            Command::Edit(TopologyEdit::AppToDbTls(on)) => {
                if self.stage().infra().tls().app_to_db != *on {
                    self.press("e");
                }
            }
            // What the texts of the lessons say to type.
            Command::Fault(Fault::Expired(_)) => drop(self.press("Xexpires<Enter>")),
            Command::Clear(Fault::Expired(_)) => drop(self.press("Xrenew<Enter>")),
            Command::Fault(Fault::Record(_)) => drop(self.press("Xrecord<Enter>")),
            Command::Scan => drop(self.press("Xscan<Enter>")),
            Command::Send(kind) => {
                self.press(match kind {
                    Write => "r",
                    Static => "s",
                    Read => "d",
                });
            }
            Command::Balance(algorithm) => {
                for _ in Algorithm::ALL {
                    if self.stage().sim().algorithm() != Some(*algorithm) {
                        self.press("b");
                    }
                }
            }
            Command::Rate(rate) => self.change_load(rate.get()),
            Command::Probe(interval) => {
                if self.stage().sim().probe().interval_s.is_some() != interval.is_some() {
                    self.press("P");
                }
            }
            // The palette has what no key does.
            Command::Edit(TopologyEdit::Hsts(hsts)) => {
                if self.stage().infra().http().hsts != *hsts {
                    self.press(":turn hsts on or off<Enter>");
                }
            }
            Command::Edit(TopologyEdit::ForwardedProto(sends)) => {
                if self.stage().infra().http().forwarded_proto != *sends {
                    self.press(":send x-forwarded-proto<Enter>");
                }
            }
            Command::Edit(TopologyEdit::Sticky(_) | TopologyEdit::Port80(_) | TopologyEdit::RateLimit(..))
            | Command::Promote(_)
            | Command::Demote(_)
            | Command::Lag(..)
            | Command::SwitchRecord(_)
            | Command::Restart(..)
            | Command::Retries(_)
            | Command::SynCookies(_)
            | Command::Fault(_)
            | Command::Clear(_)
            | Command::Drain(_)
            | Command::Ready(_)
            | Command::Flush(_)
            | Command::ExpirePopular(_) => self.run_from_fault_menu(command),
        }
    }

    /// Runs a command from the fault menu by typing the title of its row.
    fn run_from_fault_menu(&mut self, command: &Command) {
        if let Some(element) = command.element() {
            self.select(&element);
        }
        let actions = fault_actions(self.stage());
        let is_row = |action: &&FaultAction| action.commands.iter().map(|(_, command)| command).eq([command]);
        let title = actions.iter().find(is_row).unwrap_or_else(|| panic!("no key does {command:?}")).title.to_string();
        self.press("X").press(&title).press("<Enter>");
        let last = self.stage().session.timeline.commands().last().map(|(_, last)| last);
        assert_eq!(last, Some(command), "{title}: {}", self.notice());
    }

    /// Changes the load in the steps of the keys until it is as wanted.
    fn change_load(&mut self, wanted: f64) {
        for _ in 0..MOST_LOAD_KEYS {
            match self.stage().sim().rate() - wanted {
                missing if missing < -0.5 => drop(self.press(">")),
                surplus if surplus > 0.5 => drop(self.press("<")),
                _ => break,
            }
        }
        let rate = self.stage().sim().rate();
        assert!((rate - wanted).abs() <= 0.5, "the keys set {rate} requests per second, not {wanted}");
    }

    /// Presses the key of an option, numbered from 0 as in the file.
    pub(crate) fn answer(&mut self, option: usize) {
        let position = self.run().option_order().iter().position(|shown| *shown == option).expect("an option");
        self.press(&(position + 1).to_string());
    }

    /// Marks the right elements, as computed, and submits them.
    pub(crate) fn mark_all(&mut self) {
        let target = self.run().question().and_then(Question::target).expect("a question on the diagram");
        for element in target.right(self.stage().infra()) {
            self.select(&element);
            if !self.run().marks().any(|marked| *marked == element) {
                self.press("m");
            }
        }
        self.press("<Enter>");
    }

    /// Plays the solution of the current step and continues.
    pub(crate) fn solve_step(&mut self) {
        let step = self.run().step().expect("at a step").clone();
        let place = self.run().place();
        for act in &step.solution {
            self.perform(act);
        }
        if matches!(step.gate, StepGate::Predict(_)) && step.solution.is_empty() {
            self.press("1");
        }
        assert!(self.run().is_open(), "{place:?} “{}” stays closed: {} — {}", step.title, self.notice(), self.panel());
        if self.stage().panels.show_detail {
            // On a small screen, what the step reveals comes first.
            self.press("<Enter>");
        }
        if self.run().place() == place {
            self.press("<Enter>");
        }
        assert_ne!(self.run().place(), place, "“{}”: {}", step.title, self.notice());
    }

    /// Answers the current question correctly and continues.
    pub(crate) fn solve_question(&mut self) {
        let question = self.run().question().expect("a question").clone();
        match question.choices().iter().position(|choice| choice.right) {
            Some(right) => self.answer(right),
            None => self.mark_all(),
        }
        self.press("<Enter>");
    }

    /// Completes the lesson.
    pub(crate) fn solve_lesson(&mut self) {
        while let Place::Step(_) = self.run().place() {
            self.solve_step();
        }
        while let Place::Quiz(_) = self.run().place() {
            self.solve_question();
        }
    }
}
