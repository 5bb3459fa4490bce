//! Mistakes in a script, as data. `hoplight_text` renders them; the caller knows the file or the argument.

use hoplight_model::error::nearest;
use hoplight_model::quantity::{Factor, Fraction, Rate, Seconds};
use hoplight_model::rate_limit::LEAST_RATE;
use hoplight_model::{ComponentId, ScenarioId};

use super::time::TimeError;
use crate::catalogue::CommonFault;

/// Maximum length of a name that gets a suggestion, in bytes.
const MAX_COMPARED: usize = 64;

/// A mistake in a line of a script.
#[derive(Clone, Debug, PartialEq)]
pub struct ScriptError {
    /// Column where the mistake begins, in characters from 1.
    pub column: usize,
    /// What is wrong.
    pub mistake: Box<ScriptMistake>,
    /// The known name that is closest to the one found.
    pub suggestion: Option<String>,
}

/// A mistake in a line of a script of several lines.
#[derive(Clone, Debug, PartialEq)]
pub struct ScriptLineError {
    /// Number of the line, from 1.
    pub line: usize,
    /// The mistake in it.
    pub error: ScriptError,
}

/// The kinds of mistake. Words from the line are raw text: they can contain control characters.
#[derive(Clone, Debug, PartialEq)]
pub enum ScriptMistake {
    /// The line is longer than [`super::MAX_LINE`].
    LineTooLong {
        /// Length of the line.
        bytes: usize,
    },
    /// The line starts with a verb instead of a time.
    NoTime {
        /// The verb.
        verb: String,
    },
    /// The time is invalid.
    Time(TimeError),
    /// The line ends, or has another word, where `expected` is required.
    Expected {
        /// What is required.
        expected: Expected,
        /// The word in its place; `None` at the end of the line.
        found: Option<String>,
        /// Syntax of the command, if an example helps.
        usage: Option<&'static str>,
    },
    /// The infrastructure has no element of this name.
    UnknownName {
        /// The kind of element that is required.
        expected: Expected,
        /// The unknown name.
        found: String,
        /// The infrastructure.
        infra: ScenarioId,
        /// The names of all elements of this kind.
        known: Vec<String>,
    },
    /// The word is not a decimal number.
    NotANumber {
        /// The number that is required.
        quantity: ScriptQuantity,
        /// The word in its place.
        found: String,
    },
    /// The number is outside [`ScriptQuantity::range`], or is not whole where it must be.
    OutOfRange {
        /// The number that is required.
        quantity: ScriptQuantity,
        /// The number.
        found: f64,
    },
    /// Both components exist, but no link connects them in this direction.
    NoLink {
        /// The component at the start of the hop.
        from: ComponentId,
        /// The component at the end of the hop.
        to: ComponentId,
    },
    /// The infrastructure has none of the components that this fault affects.
    CannotHappen {
        /// The fault.
        fault: CommonFault,
        /// The infrastructure.
        infra: ScenarioId,
    },
    /// Nothing is left to fix after this fault.
    NothingToFix {
        /// The fault.
        fault: CommonFault,
    },
}

/// What is required at a position in a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expected {
    /// A time, then a command.
    TimedCommand,
    /// A verb.
    Command,
    /// An id of [`CommonFault`].
    CommonFault,
    /// A component, a server or a hop.
    Element,
    /// A component.
    Component,
    /// A server.
    Server,
    /// A hop.
    Hop,
    /// The arrow between the ends of a hop.
    Arrow,
    /// A number.
    Number(ScriptQuantity),
    /// One of a few keywords.
    Keyword(Keyword, Vec<&'static str>),
    /// The end of the line.
    End,
}

/// The numbers that commands take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScriptQuantity {
    /// Requests per second.
    Rate,
    /// A duration in seconds.
    Seconds,
    /// A factor on a service time or latency.
    Factor,
    /// A number of leaked connections.
    Connections,
    /// A number of threads.
    Threads,
    /// SYN packets per second.
    Syns,
    /// Requests per second, more than none.
    LeastRate,
    /// A number of addresses.
    Addresses,
    /// A number of requests at once.
    Burst,
    /// A number of attempts, including the first.
    Attempts,
    /// The random part of a backoff, as a fraction.
    Jitter,
    /// The `max-age` of HSTS, in whole seconds.
    MaxAge,
}

impl ScriptQuantity {
    /// The smallest and the largest value accepted.
    pub const fn range(self) -> (f64, f64) {
        match self {
            Self::Rate | Self::Syns => Rate::RANGE,
            Self::LeastRate => (LEAST_RATE, Rate::RANGE.1),
            Self::Burst => (0.0, 1e6),
            Self::Seconds => Seconds::RANGE,
            Self::Factor => Factor::RANGE,
            Self::Connections | Self::Addresses => (1.0, 1e6),
            Self::Threads => (1.0, 1e4),
            Self::Attempts => (1.0, 16.0),
            Self::Jitter => Fraction::RANGE,
            Self::MaxAge => (0.0, u32::MAX as f64),
        }
    }
}

/// The keywords that commands take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keyword {
    /// A kind of request.
    RequestKind,
    /// A balancing algorithm.
    Algorithm,
    /// A TLS mode, or one of the inner hops.
    Tls,
    /// What the entry does on port 80.
    Port80,
    /// `on` or `off`.
    Switch,
    /// A state of the site's DNS record.
    RecordState,
    /// The verb of a fault.
    Fault,
}

impl ScriptError {
    pub(super) fn new(column: usize, mistake: ScriptMistake) -> Self {
        Self { column, mistake: Box::new(mistake), suggestion: None }
    }

    /// Adds the name of `known` that is closest to `found` as a suggestion, if one is close enough.
    #[must_use]
    pub(super) fn suggest<'a>(mut self, found: &str, known: impl Iterator<Item = &'a str>) -> Self {
        if found.len() <= MAX_COMPARED {
            self.suggestion = nearest(found, known).map(str::to_owned);
        }
        self
    }
}
