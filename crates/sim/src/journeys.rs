//! Journeys: a sample of requests with everything that happened to them, for the screen to replay slowly.
//!
//! At the usual speeds, a message inside a site takes less time than a frame, so nobody could see it. The screen therefore
//! draws sampled requests along the way they took, with time stretched. [`Journeys`] records that way. It is an observer:
//! it does not affect the run, and a checkpoint contains it, so going back restores it.
//!
//! Requests are sampled by a multiplicative hash of their number, so that samples are evenly spread in time and do not
//! favour one backend of a round robin. A smaller sample is always a subset of a larger one.

mod marks;

use std::collections::VecDeque;
use std::sync::Arc;

use hoplight_model::hop::Guard;
use hoplight_model::{ComponentIx, Infrastructure, LinkIx, RequestKind};

use crate::abuse::is_abuse;
use crate::journal::{EventKind, FailureReason, JournalEvent};
use crate::outcome::{Failure, Outcome};
use crate::packet::{Heading, Phase};
use crate::probe::probe_number;
use crate::time::SimTime;

use marks::Marks;
pub use marks::{Mark, MarkKind};

/// Maximum number of kept journeys that have ended, and of those under way.
const KEPT: usize = 160;
/// Maximum number of kept parts of one journey: more than a request with all its retries has in a few seconds.
const MOST_PARTS: usize = 96;
/// Desired number of sampled requests per second of wall time.
const WANTED: f64 = 18.0;
/// The sample is halved above this number per second of wall time, and doubled again below a quarter of it.
const MOST: u32 = 48;
/// The smallest sample is one request in this many.
const SMALLEST: u64 = 1 << 40;

/// A sampled request and what happened to it, up to now.
#[derive(Clone, Debug, PartialEq)]
pub struct Journey {
    /// Number of the request.
    pub number: u64,
    /// Kind of the request.
    pub kind: RequestKind,
    /// When its user sent it.
    pub born: SimTime,
    /// What happened to it, in order.
    pub parts: Vec<JourneyPart>,
    /// When and how it ended for its user.
    pub ended: Option<(SimTime, Outcome)>,
    /// Links of the open calls, outermost first.
    calls: Vec<LinkIx>,
}

/// One part of a journey.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct JourneyPart {
    /// When it began.
    pub at: SimTime,
    /// What happened.
    pub what: JourneyEvent,
}

/// The parts of a journey.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum JourneyEvent {
    /// A message crosses a link.
    Crosses {
        /// The link.
        link: LinkIx,
        /// The direction of the message.
        heading: Heading,
        /// The phase of the request.
        phase: Phase,
        /// For a response: whether it reports success.
        ok: bool,
        /// When the message arrived; `None` if it has not.
        arrived: Option<SimTime>,
    },
    /// The message is lost, and the sender waits.
    Stops {
        /// The link.
        link: LinkIx,
        /// The firewall that dropped or rejected the message; `None` if its receiver is silent or full, or the link is
        /// cut.
        guard: Option<Guard>,
    },
    /// No process listens at the receiver, which refuses the connection.
    Refuses {
        /// The receiver.
        component: ComponentIx,
    },
    /// A component fails the request.
    Fails {
        /// The component.
        component: ComponentIx,
        /// The failure that it returns.
        failure: Failure,
        /// Why.
        why: FailureReason,
    },
}

/// The recorder.
#[derive(Clone, Debug, PartialEq)]
pub struct Journeys {
    /// Client and server end of each link.
    ends: Arc<[(ComponentIx, ComponentIx)]>,
    /// The sample is one request in this many at the usual rate.
    usual: u64,
    /// As `usual`, at the current rate.
    one_in: u64,
    /// Simulated seconds per second of wall time.
    factor: f64,
    /// Start of the current second of wall time, and the number of sampled requests in it.
    counted: (SimTime, u32),
    under_way: VecDeque<Journey>,
    ended: VecDeque<Arc<Journey>>,
    marks: Marks,
}

impl Journeys {
    /// Creates an empty recorder for a run at `factor` simulated seconds per second of wall time.
    pub(crate) fn new(infra: &Infrastructure, factor: f64) -> Self {
        let usual = usual_sample(infra, factor);
        Self {
            ends: infra.graph().edge_indices().map(|link| infra.ends(link)).collect(),
            usual,
            one_in: usual,
            factor,
            counted: (SimTime::ZERO, 0),
            under_way: VecDeque::new(),
            ended: VecDeque::new(),
            marks: Marks::new(infra),
        }
    }

    /// Samples for a run at `factor` simulated seconds per second of wall time.
    pub(crate) fn set_factor(&mut self, infra: &Infrastructure, factor: f64) {
        if self.factor.total_cmp(&factor).is_ne() {
            self.factor = factor;
            self.usual = usual_sample(infra, factor);
            self.one_in = self.usual;
        }
    }

    /// The sample is one request in this many.
    pub const fn one_in(&self) -> u64 {
        self.one_in
    }

    /// The recorded journeys, in no particular order: the latest that have ended, and those under way.
    pub fn iter(&self) -> impl Iterator<Item = &Journey> {
        self.ended.iter().map(|journey| &**journey).chain(&self.under_way)
    }

    /// Messages that do not belong to users' requests, oldest first.
    pub fn marks(&self) -> impl Iterator<Item = &Mark> {
        self.marks.iter()
    }

    /// Approximate size in bytes.
    pub(crate) fn footprint(&self) -> usize {
        let under_way: usize = self.under_way.iter().map(|journey| size_of::<Journey>() + size_of_val(&*journey.parts)).sum();
        under_way + self.ended.len() * size_of::<Arc<Journey>>() + self.marks.footprint()
    }

    /// Whether a request belongs to the sample.
    fn is_sampled(&self, number: u64) -> bool {
        // Fibonacci hashing: multiples of the golden ratio are spread evenly (Knuth, volume 3, section 6.4).
        number.wrapping_mul(0x9E37_79B9_7F4A_7C15) <= u64::MAX / self.one_in
    }

    /// Records an event. `followed` is recorded whether or not it belongs to the sample.
    pub(crate) fn note(&mut self, note: &JournalEvent, followed: Option<u64>) {
        let Some((number, kind)) = note.request else {
            match &note.what {
                EventKind::Rebuilt(infra) => {
                    // Earlier positions of components and links are no longer valid.
                    *self = Self::new(infra, self.factor);
                }
                what => self.marks.note(note.at, what, self.factor),
            }
            return;
        };
        match note.what {
            EventKind::Arrived => {
                if followed == Some(number) || self.is_sampled(number) {
                    self.begin(number, kind, note.at);
                }
            }
            _ if probe_number(number).is_some() || is_abuse(number) => {}
            _ => {
                // The newest journeys are the most likely ones to be under way.
                let Some(place) = self.under_way.iter().rposition(|journey| journey.number == number) else { return };
                let journey = &mut self.under_way[place];
                journey.note(&self.ends, note);
                if journey.ended.is_some() {
                    let journey = self.under_way.remove(place).expect("it was just found");
                    if self.ended.len() == KEPT {
                        self.ended.pop_front();
                    }
                    self.ended.push_back(Arc::new(journey));
                }
            }
        }
    }

    fn begin(&mut self, number: u64, kind: RequestKind, at: SimTime) {
        self.count(at);
        if self.under_way.len() == KEPT {
            self.under_way.pop_front();
        }
        self.under_way.push_back(Journey { number, kind, born: at, parts: Vec::new(), ended: None, calls: Vec::new() });
    }

    /// Adapts the sample to the rate.
    fn count(&mut self, at: SimTime) {
        let (since, count) = &mut self.counted;
        *count += 1;
        if *count > MOST {
            self.one_in = (self.one_in * 2).min(SMALLEST);
        } else if at.since(*since).as_secs_f64() < self.factor {
            return;
        } else if *count < MOST / 4 {
            self.one_in = (self.one_in / 2).max(self.usual);
        }
        self.counted = (at, 0);
    }

    /// Records a health check.
    pub(crate) fn checked(&mut self, at: SimTime, link: LinkIx, passed: bool) {
        self.marks.add(Mark { at, link, kind: MarkKind::Check { passed } }, self.factor);
    }
}

/// The sample at the usual rate is one request in this many.
fn usual_sample(infra: &Infrastructure, factor: f64) -> u64 {
    let wanted = (infra.traffic().rate.get() * factor / WANTED).ceil();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates")]
    let one_in = wanted as u64;
    one_in.clamp(1, SMALLEST)
}

impl Journey {
    /// Records an event of this request.
    fn note(&mut self, ends: &[(ComponentIx, ComponentIx)], note: &JournalEvent) {
        let what = match note.what {
            EventKind::Departed { link, heading, phase, status } => {
                if !self.departs(ends, link, heading) {
                    return;
                }
                JourneyEvent::Crosses { link, heading, phase, ok: !status.is_failure(), arrived: None }
            }
            EventKind::Reached { component, heading, .. } => {
                self.arrives(ends, component, heading, note.at);
                return;
            }
            EventKind::Blocked { link, guard, .. } if self.calls.last() == Some(&link) => {
                JourneyEvent::Stops { link, guard: Some(guard) }
            }
            EventKind::Vanished { link } if self.calls.last() == Some(&link) => JourneyEvent::Stops { link, guard: None },
            EventKind::SynDropped { component } if self.is_at(ends, component) => match self.calls.last() {
                Some(link) => JourneyEvent::Stops { link: *link, guard: None },
                None => return,
            },
            EventKind::Refuses { component } if self.is_at(ends, component) => {
                self.arrives(ends, component, Heading::Request, note.at);
                JourneyEvent::Refuses { component }
            }
            EventKind::Fails { component, failure, why } if self.is_at(ends, component) => {
                JourneyEvent::Fails { component, failure, why }
            }
            EventKind::Ended { outcome, .. } => {
                self.ended = Some((note.at, outcome));
                return;
            }
            _ => return,
        };
        if self.parts.len() < MOST_PARTS {
            self.parts.push(JourneyPart { at: note.at, what });
        }
    }

    /// Follows the open calls. Returns whether the message belongs to the attempt that the user waits for; work that was
    /// given up continues under the same number.
    fn departs(&mut self, ends: &[(ComponentIx, ComponentIx)], link: LinkIx, heading: Heading) -> bool {
        match heading {
            Heading::Response => {
                let Some(level) = self.calls.iter().rposition(|call| *call == link) else { return false };
                self.calls.truncate(level);
                true
            }
            Heading::Request => {
                let from = ends[link.index()].0;
                // The sender is the far end of an open call, or the browser. Calls beyond it were given up.
                let level = self.calls.iter().rposition(|call| ends[call.index()].1 == from).map(|level| level + 1);
                let first = self.parts.first().and_then(|part| match part.what {
                    JourneyEvent::Crosses { link, .. } => Some(ends[link.index()].0),
                    JourneyEvent::Stops { .. } | JourneyEvent::Refuses { .. } | JourneyEvent::Fails { .. } => None,
                });
                let Some(level) = level.or_else(|| first.is_none_or(|browser| browser == from).then_some(0)) else {
                    return false;
                };
                self.calls.truncate(level);
                self.calls.push(link);
                true
            }
        }
    }

    /// Whether the innermost open call has reached a component, or is sent to it.
    fn is_at(&self, ends: &[(ComponentIx, ComponentIx)], component: ComponentIx) -> bool {
        self.calls.iter().any(|call| ends[call.index()].1 == component)
    }

    /// Records the arrival of the last message, if it was sent to `component`.
    fn arrives(&mut self, ends: &[(ComponentIx, ComponentIx)], component: ComponentIx, towards: Heading, at: SimTime) {
        let Some(JourneyPart { what: JourneyEvent::Crosses { link, heading, arrived, .. }, .. }) = self.parts.last_mut() else {
            return;
        };
        let (client, server) = ends[link.index()];
        let to = match heading {
            Heading::Request => server,
            Heading::Response => client,
        };
        if *heading == towards && to == component && arrived.is_none() {
            *arrived = Some(at);
        }
    }
}
