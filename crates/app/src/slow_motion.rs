//! Slow motion: sampled requests on the canvas, each along the way that it took, with time stretched.
//!
//! ```text
//!  real   ├┤├┤├┤├──┤├┤                      0.1 s from browser to database and back
//!  shown  ├──┤ ├──┤ ├──┤ ├────┤ ├──┤        about 2.5 s of wall time
//! ```
//!
//! A pure function of the recorded journeys and the time, so pausing and seeking show the same picture. No message is
//! shown before it was really sent. Messages that take longer in reality are shown at their real speed.

use std::time::Duration;

use hoplight_lesson::{Pace, Playback};
use hoplight_model::{ComponentIx, Infrastructure, LinkIx, RequestKind};
use hoplight_sim::{
    Command, Failure, FailureReason, Heading, Journey, JourneyEvent, JourneyPart, Mark, MarkKind, Motion, Packet, PacketContent,
    Phase, SimTime, Timeline,
};

use crate::stage::Stage;

/// Least wall seconds of a message that opens a connection or resolves the name.
const OPENING: f64 = 0.15;
/// Least wall seconds of any other message.
const CROSSING: f64 = 0.28;
/// Least wall seconds in a component.
const STAY: f64 = 0.12;
/// Wall seconds for which a failure is shown where it happened.
const FAILURE: f64 = 0.8;

/// Wall seconds for which the picture of a port scan is shown.
const SCAN: f64 = 1.6;
/// Simulated seconds per wall second that the trace pace takes for what is not part of the followed request.
const TRACED: f64 = 0.05;

/// Messages and requests to draw.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SlowMotion {
    /// Messages on links.
    pub packets: Vec<Packet>,
    /// Requests inside components.
    pub visits: Vec<Visit>,
    /// The sample is one request in this many.
    pub one_in: u64,
}

/// A request inside a component.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Visit {
    /// Number of the request.
    pub number: u64,
    /// Kind of the request.
    pub kind: RequestKind,
    /// Phase of the request.
    pub phase: Phase,
    /// The component.
    pub component: ComponentIx,
    /// Why the request fails there, if it does.
    pub failure: Option<VisitFailure>,
}

/// Why a request fails inside a component.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VisitFailure {
    /// The component is not running, and its operating system refuses the connection.
    Refuses,
    /// The component fails the request.
    Fails(Failure, FailureReason),
    /// The request ended without a response.
    Ends(Failure),
}

impl VisitFailure {
    /// Wordings for a box, longest first.
    pub fn words(self) -> Vec<String> {
        match self {
            Self::Refuses => vec!["connection refused".to_owned(), "refuses".to_owned()],
            Self::Fails(failure, why) => {
                let status = failure.status().map_or_else(String::new, |status| format!("{status} "));
                vec![format!("{status}{}", why.id()), format!("{status}failed"), status.trim_end().to_owned()]
            }
            Self::Ends(failure) => match failure {
                Failure::Dns => vec!["name not resolved".to_owned(), "no address".to_owned(), "no DNS".to_owned()],
                Failure::Refused => vec!["connection refused".to_owned(), "refused".to_owned()],
                Failure::Reset => vec!["connection reset".to_owned(), "reset".to_owned()],
                Failure::Closed => vec!["connection closed".to_owned(), "closed".to_owned()],
                Failure::Certificate => vec!["certificate refused".to_owned(), "bad cert".to_owned()],
                Failure::TooManyRedirects => vec!["too many redirects".to_owned(), "redirect loop".to_owned(), "loop".to_owned()],
                Failure::TimedOut => vec!["gave up waiting".to_owned(), "gave up".to_owned()],
                Failure::LoginRequired => vec!["must log in again".to_owned(), "logged out".to_owned(), "302".to_owned()],
                Failure::TooManyRequests
                | Failure::ServerError
                | Failure::BadGateway
                | Failure::Unavailable
                | Failure::GatewayTimeout => {
                    let status = failure.status().unwrap_or_default();
                    vec![format!("got a {status}"), status.to_string()]
                }
            },
        }
    }
}

/// Where a request is shown.
enum Shown {
    On(Packet),
    In(Visit),
}

/// Stretches time for one journey.
struct Player<'a> {
    infra: &'a Infrastructure,
    now: SimTime,
    /// Simulated seconds per wall second.
    factor: f64,
}

impl Stage {
    /// The slow motion of the live pace. `None` in the trace pace, and while the learner steps from hop to hop: packets are
    /// then shown where they are.
    pub fn slow_motion(&self) -> Option<SlowMotion> {
        self.slow_motion_of(&self.session.timeline)
    }

    /// How much of the picture of the last port scan is over, from 0 to 1; `None` if there is none to show. A scan takes no
    /// simulated time, so its picture begins with it.
    pub fn scanned(&self) -> Option<f64> {
        let timeline = &self.session.timeline;
        let now = timeline.simulation().now();
        let (at, _) = timeline.commands().filter(|(at, command)| **command == Command::Scan && *at <= now).last()?;
        let Playback { pace, .. } = self.session.playback;
        let pace = if pace == Pace::Trace { TRACED } else { 1.0 };
        let share = now.since(at).as_secs_f64() / (SCAN * pace * self.session.playback.factor());
        (share < 1.0).then_some(share)
    }

    /// As [`Self::slow_motion`], of a timeline that follows the clock of this stage.
    pub fn slow_motion_of(&self, timeline: &Timeline) -> Option<SlowMotion> {
        let Playback { pace, stepping, .. } = self.session.playback;
        (pace == Pace::Live && !stepping).then(|| SlowMotion::of(timeline, self.session.playback.factor()))
    }
}

impl SlowMotion {
    /// The picture now, at `factor` simulated seconds per second of wall time.
    pub fn of(timeline: &Timeline, factor: f64) -> Self {
        let sim = timeline.simulation();
        let player = Player { infra: sim.infrastructure(), now: sim.now(), factor };
        let journeys = timeline.journeys();
        let mut picture = Self { one_in: journeys.one_in(), ..Self::default() };
        for journey in journeys.iter() {
            match player.show(journey) {
                Some(Shown::On(packet)) => picture.packets.push(packet),
                Some(Shown::In(visit)) => picture.visits.push(visit),
                None => {}
            }
        }
        picture.packets.extend(journeys.marks().filter_map(|mark| player.mark(mark)));
        picture
    }
}

impl Player<'_> {
    /// Simulated time of some wall seconds.
    fn wall(&self, seconds: f64) -> Duration {
        Duration::from_secs_f64(seconds * self.factor)
    }

    /// Where a request is shown now; `None` if it has not been sent or has ended.
    fn show(&self, journey: &Journey) -> Option<Shown> {
        let first = journey.parts.first()?;
        let JourneyEvent::Crosses { link, phase, .. } = first.what else { return None };
        let mut visit =
            Visit { number: journey.number, kind: journey.kind, phase, component: self.infra.ends(link).0, failure: None };
        let mut free = journey.born;
        for (place, part) in journey.parts.iter().enumerate() {
            let start = free.max(part.at);
            if self.now < start {
                return Some(Shown::In(visit));
            }
            let is_last = place + 1 == journey.parts.len() && journey.ended.is_none();
            if let Some(shown) = self.part(journey, part, start, is_last, &mut visit) {
                return Some(shown);
            }
            free = self.end(part, start);
        }
        let Some((at, outcome)) = journey.ended else { return Some(Shown::In(visit)) };
        if let Err(failure) = outcome {
            visit.component = self.infra.ends(link).0;
            visit.failure = Some(VisitFailure::Ends(failure));
            free = free.max(at) + self.wall(FAILURE);
        }
        (self.now < free).then_some(Shown::In(visit))
    }

    /// When the next part may be shown after one that began at `start`.
    fn end(&self, part: &JourneyPart, start: SimTime) -> SimTime {
        match part.what {
            JourneyEvent::Crosses { phase, arrived, .. } => start + self.crossing(part, phase, arrived) + self.wall(STAY),
            JourneyEvent::Stops { .. } | JourneyEvent::Fails { .. } => start + self.wall(FAILURE),
            JourneyEvent::Refuses { .. } => start + self.wall(STAY),
        }
    }

    /// How long a message is shown on its link.
    fn crossing(&self, part: &JourneyPart, phase: Phase, arrived: Option<SimTime>) -> Duration {
        let least = self.wall(if phase.is_exchange() { CROSSING } else { OPENING });
        arrived.map_or(least, |arrived| least.max(arrived.since(part.at)))
    }

    /// Where a request is shown during a part that begins at `start`; `None` if the part is over. Moves `visit` on.
    fn part(&self, journey: &Journey, part: &JourneyPart, start: SimTime, is_last: bool, visit: &mut Visit) -> Option<Shown> {
        let elapsed = self.now.since(start);
        visit.failure = None;
        match part.what {
            JourneyEvent::Crosses { link, heading, phase, ok, arrived } => {
                visit.phase = phase;
                let lasts = self.crossing(part, phase, arrived);
                if elapsed < lasts || (arrived.is_none() && is_last) {
                    let share = (elapsed.as_secs_f64() / lasts.as_secs_f64().max(1e-9)).min(1.0);
                    let position = if heading == Heading::Request { share } else { 1.0 - share };
                    return Some(Shown::On(packet(journey, link, heading, phase, ok, position, Motion::Moving)));
                }
                let (client, server) = self.infra.ends(link);
                visit.component = if heading == Heading::Request { server } else { client };
                None
            }
            JourneyEvent::Stops { link, guard } => {
                // The receiver never gets the message, so the request stays with its sender.
                visit.component = self.infra.ends(link).0;
                let motion = guard.map_or(Motion::Lost, Motion::Blocked);
                let is_shown = is_last || elapsed < self.wall(FAILURE);
                is_shown.then(|| Shown::On(packet(journey, link, Heading::Request, visit.phase, true, 1.0, motion)))
            }
            JourneyEvent::Refuses { component } => {
                *visit = Visit { component, failure: Some(VisitFailure::Refuses), ..*visit };
                (elapsed < self.wall(STAY)).then_some(Shown::In(*visit))
            }
            JourneyEvent::Fails { component, failure, why } => {
                *visit = Visit { component, failure: Some(VisitFailure::Fails(failure, why)), ..*visit };
                (elapsed < self.wall(FAILURE)).then_some(Shown::In(*visit))
            }
        }
    }

    /// Where a message of the site itself is shown now.
    fn mark(&self, mark: &Mark) -> Option<Packet> {
        let elapsed = self.now.since(mark.at).as_secs_f64() / self.factor;
        let share = elapsed / (2.0 * CROSSING);
        let (cargo, motion) = match mark.kind {
            MarkKind::Sample { blocked } => (PacketContent::Metrics, blocked.map_or(Motion::Moving, Motion::Blocked)),
            MarkKind::Change => (PacketContent::Replication, Motion::Moving),
            MarkKind::Check { passed } => (PacketContent::Check { passed }, Motion::Moving),
        };
        let is_shown = mark.at <= self.now && share < 1.0;
        is_shown.then_some(Packet { cargo, link: mark.link, heading: Heading::Request, position: share, motion })
    }
}

fn packet(journey: &Journey, link: LinkIx, heading: Heading, phase: Phase, ok: bool, position: f64, motion: Motion) -> Packet {
    let cargo = PacketContent::Request { number: journey.number, kind: journey.kind, phase, ok, orphan: false };
    Packet { cargo, link, heading, position, motion }
}
