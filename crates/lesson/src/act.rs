//! What a learner does, as data: the lines of a step's solution.
//!
//! Must not know which keys do it, nor whether it helps.

use std::fmt;

use serde::{Deserialize, Serialize};

use hoplight_model::quantity::Seconds;
use hoplight_model::{ComponentId, Element, TopologyEdit};
use hoplight_sim::Command;

/// How fast the screen tells the story.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Pace {
    /// One request, slowly.
    Trace,
    /// The whole load.
    #[default]
    Live,
}

impl Pace {
    /// The word that the screen uses.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Trace => "trace",
            Self::Live => "live",
        }
    }
}

/// One line of a solution. Going on to the next step is not one: it follows every solution.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Act {
    /// Selects something on the diagram.
    Select(Element),
    /// Does something to the infrastructure.
    Do(Command),
    /// Puts the wiretap on a hop; it stands nowhere else then.
    Tap(ComponentId, ComponentId),
    /// Lets simulated time go by.
    Wait(Seconds),
    /// Changes the pace.
    Pace(Pace),
    /// Stops time.
    Pause,
    /// Lets time go on.
    Resume,
    /// Steps so many hops forward; time stands still afterwards.
    Step(u32),
    /// Steps so many hops back; time stands still afterwards.
    StepBack(u32),
    /// Chooses an option; the first is 1.
    Answer(u32),
    /// Marks what the question asks for, as computed, and submits it.
    Mark,
}

impl fmt::Display for Act {
    /// The act as an instruction, such as "kill web-1".
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Select(element) => write!(f, "select {element}"),
            Self::Do(Command::Kill(element)) => write!(f, "kill {element}"),
            Self::Do(Command::Restore(element)) => write!(f, "restore {element}"),
            Self::Do(Command::Drain(element)) => write!(f, "drain {element}"),
            Self::Do(Command::Ready(element)) => write!(f, "let {element} take requests again"),
            Self::Do(Command::Edit(TopologyEdit::EdgeTls(mode))) => write!(f, "change the TLS mode to {}", mode.word()),
            Self::Do(Command::Edit(TopologyEdit::WebToAppTls(on))) => write!(f, "switch TLS web → app {}", switch(*on)),
            Self::Do(Command::Edit(TopologyEdit::AppToDbTls(on))) => write!(f, "switch TLS to the database {}", switch(*on)),
            Self::Do(Command::Edit(TopologyEdit::Block(from, to))) => write!(f, "let a firewall block {from} → {to}"),
            Self::Do(Command::Edit(TopologyEdit::Unblock(from, to))) => write!(f, "let the firewall pass {from} → {to}"),
            Self::Do(Command::Rate(rate)) => write!(f, "set the load to {} requests per second", rate.get()),
            Self::Do(Command::Send(kind)) => write!(f, "send one {} request", kind.word()),
            Self::Do(Command::Balance(algorithm)) => write!(f, "balance with {}", algorithm.word()),
            Self::Do(Command::Promote(id)) => write!(f, "promote {id}"),
            Self::Do(Command::Demote(id)) => write!(f, "make {id} read-only"),
            Self::Do(Command::Lag(id, lag)) => write!(f, "let {id} take {} s to apply a change", lag.get()),
            Self::Do(Command::Probe(Some(every))) => write!(f, "let an external probe ask every {} s", every.get()),
            Self::Do(Command::Probe(None)) => f.write_str("switch the external probe off"),
            Self::Do(Command::Restart(element, _)) => write!(f, "restart {element}"),
            Self::Do(Command::Fault(fault)) => write!(f, "let it happen that {}", fault.sentence()),
            Self::Do(Command::Heal(fault)) => write!(f, "see to it that {}", fault.healed()),
            Self::Do(Command::Retries(retries)) => write!(f, "let it be so that {}", retries.sentence()),
            Self::Do(Command::SynCookies(on)) => write!(f, "switch SYN cookies {}", switch(*on)),
            Self::Do(Command::Scan) => f.write_str("scan the servers' ports from the Internet"),
            Self::Tap(from, to) => write!(f, "listen on {from} → {to}"),
            Self::Wait(seconds) => write!(f, "wait {} s", seconds.get()),
            Self::Pace(pace) => write!(f, "change the pace to {}", pace.word()),
            Self::Pause => f.write_str("pause"),
            Self::Resume => f.write_str("let time go on"),
            Self::Step(hops) => write!(f, "step {hops} × forward"),
            Self::StepBack(hops) => write!(f, "step {hops} × back"),
            Self::Answer(choice) => write!(f, "answer {choice}"),
            Self::Mark => f.write_str("mark what is asked for and submit it"),
        }
    }
}

const fn switch(on: bool) -> &'static str {
    if on { "on" } else { "off" }
}
