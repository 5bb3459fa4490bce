//! The watchers of a timeline: a followed request, a tapped link. They do not change the run.

use hoplight_model::{LinkIx, RequestKind};

use super::super::journal::JournalEvent;
use super::super::time::SimTime;
use super::super::watchers::{CapturedMessage, RequestTrace, TapRecorder, TraceSpan};
use super::{Place, STEP_HORIZON, Timeline};

impl Timeline {
    /// Follows a request from now on, with all that has happened to it; or none. Where it is not on its way any more, `about`
    /// is a moment when it was.
    pub fn follow(&mut self, request: Option<u64>, about: SimTime) {
        self.attention.trail = request.map(RequestTrace::new);
        let Some(number) = request else { return };
        let begin = self.simulation.born(number).unwrap_or(SimTime::from_nanos(about.nanos().saturating_sub(STEP_HORIZON)));
        let (place, commands) = (self.place(), self.done);
        let before = self.checkpoints.iter().rposition(|checkpoint| Place::of(&checkpoint.simulation).now < begin);
        let ear = self.attention.ear.take();
        self.restore(before.unwrap_or(0));
        self.run_to_state(place, commands);
        self.attention.ear = ear;
    }

    /// The request that is followed.
    pub fn followed(&self) -> Option<u64> {
        self.attention.trail.as_ref().map(|trail| trail.number)
    }

    /// The kind of the request that is followed; `None` while it is not sent.
    pub fn followed_kind(&self) -> Option<RequestKind> {
        self.attention.trail.as_ref().and_then(|trail| trail.kind.filter(|_| trail.notes().next().is_some()))
    }

    /// What the followed request did until now, in order: each part of its way that took time.
    pub fn journey(&self) -> Vec<TraceSpan> {
        self.attention.trail.as_ref().map(RequestTrace::stretches).unwrap_or_default()
    }

    /// What happened to the followed request until now.
    pub fn trail(&self) -> impl DoubleEndedIterator<Item = &JournalEvent> {
        self.attention.trail.iter().flat_map(RequestTrace::notes)
    }

    /// Taps a link from now on, or none. Going back to before moves the start of the tap there.
    ///
    /// # Panics
    /// If `link` comes from another infrastructure.
    pub fn listen(&mut self, link: Option<LinkIx>) {
        let since = self.stamp();
        self.attention.ear = link.map(|link| TapRecorder::new(link, &self.simulation, since));
    }

    /// The tapped link.
    pub fn tapped(&self) -> Option<LinkIx> {
        self.attention.ear.as_ref().and_then(|ear| ear.link)
    }

    /// How many messages were captured, including those no longer kept.
    pub fn heard_count(&self) -> u64 {
        self.attention.ear.as_ref().map_or(0, TapRecorder::count)
    }

    /// The last captured message that showed a password.
    pub fn heard_password(&self) -> Option<&CapturedMessage> {
        self.attention.ear.as_ref().and_then(TapRecorder::password)
    }

    /// The last captured messages, oldest first: at least two hundred.
    pub fn heard(&self) -> impl DoubleEndedIterator<Item = &CapturedMessage> {
        self.attention.ear.iter().flat_map(TapRecorder::heard)
    }
}
