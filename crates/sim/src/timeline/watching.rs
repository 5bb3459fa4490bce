//! Watching: following a request and tapping a link. Neither changes the run.

use hoplight_model::{LinkIx, RequestKind};

use super::super::journal::JournalEvent;
use super::super::time::SimTime;
use super::super::watchers::{CapturedMessage, RequestTrace, TapRecorder, TraceSpan};
use super::{Place, STEP_HORIZON, Timeline};

impl Timeline {
    /// Follows a request, including everything that has happened to it so far. `None` stops following. If the request
    /// is no longer in flight, `about` must be a time when it was.
    pub fn follow(&mut self, request: Option<u64>, about: SimTime) {
        self.watchers.trace = request.map(RequestTrace::new);
        let Some(number) = request else { return };
        let begin = self.simulation.born(number).unwrap_or(SimTime::from_nanos(about.nanos().saturating_sub(STEP_HORIZON)));
        let (place, commands) = (self.place(), self.done);
        let before = self.checkpoints.iter().rposition(|checkpoint| Place::of(&checkpoint.simulation).now < begin);
        let tap = self.watchers.tap.take();
        self.restore(before.unwrap_or(0));
        self.run_to_state(place, commands);
        self.watchers.tap = tap;
    }

    /// The followed request.
    pub fn followed(&self) -> Option<u64> {
        self.watchers.trace.as_ref().map(|trace| trace.number)
    }

    /// The kind of the followed request; `None` before the request is sent.
    pub fn followed_kind(&self) -> Option<RequestKind> {
        self.watchers.trace.as_ref().and_then(|trace| trace.kind.filter(|_| trace.notes().next().is_some()))
    }

    /// What the followed request has done so far, in order, omitting steps that took no time.
    pub fn journey(&self) -> Vec<TraceSpan> {
        self.watchers.trace.as_ref().map(RequestTrace::spans).unwrap_or_default()
    }

    /// The events of the followed request up to now.
    pub fn trail(&self) -> impl DoubleEndedIterator<Item = &JournalEvent> {
        self.watchers.trace.iter().flat_map(RequestTrace::notes)
    }

    /// Taps a link from now on. `None` removes the tap. Going back to a time before the tap moves its start to that
    /// time.
    ///
    /// # Panics
    /// If `link` belongs to another infrastructure.
    pub fn listen(&mut self, link: Option<LinkIx>) {
        let since = self.stamp();
        self.watchers.tap = link.map(|link| TapRecorder::new(link, &self.simulation, since));
    }

    /// The tapped link.
    pub fn tapped(&self) -> Option<LinkIx> {
        self.watchers.tap.as_ref().and_then(|tap| tap.link)
    }

    /// Number of captured messages, including those no longer kept.
    pub fn captured_count(&self) -> u64 {
        self.watchers.tap.as_ref().map_or(0, TapRecorder::count)
    }

    /// The last captured message that exposed a password.
    pub fn captured_password(&self) -> Option<&CapturedMessage> {
        self.watchers.tap.as_ref().and_then(TapRecorder::password)
    }

    /// The most recent captured messages, oldest first: at least two hundred, if that many were captured.
    pub fn captured(&self) -> impl DoubleEndedIterator<Item = &CapturedMessage> {
        self.watchers.tap.iter().flat_map(TapRecorder::captured)
    }
}
