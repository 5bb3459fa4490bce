//! The panel of a drill: the briefing, what to do next, and the replies.

use hoplight_drill::{DrillScore, MOST_POINTS};

use super::{DrillPhase, DrillSource, DrillTask};
use crate::action::{Action, AppAction, DrillAction, SelectAction, WindowAction};
use crate::keymap::Keymap;
use crate::line::{Line, Page};
use crate::stage::Stage;
use crate::tone::Tone;
use crate::window::kind::WindowKind;

impl DrillTask {
    pub(in super::super) fn lines(&self, stage: &Stage, keymap: &Keymap, width: u16) -> Vec<Line> {
        let mut page = Page::new(width);
        let is_wide = stage.viewport.regions.wide;
        match self.phase() {
            DrillPhase::Briefing => self.briefing(stage, keymap, &mut page),
            DrillPhase::Over => self.result(keymap, &mut page, is_wide),
            DrillPhase::Watching | DrillPhase::Searching | DrillPhase::Named => {
                if is_wide {
                    self.run.drill().briefing.iter().for_each(|text| page.text(Tone::Dim, text));
                    page.gap();
                }
                self.steps(keymap, &mut page, is_wide);
            }
        }
        page.lines()
    }

    fn briefing(&self, stage: &Stage, keymap: &Keymap, page: &mut Page) {
        let drill = self.run.drill();
        drill.briefing.iter().for_each(|text| page.text(Tone::Text, text));
        let is_monitored = stage.infra().components().any(|(_, component)| component.kind.is_monitoring_service());
        let monitoring = if is_monitored { "monitoring, " } else { "" };
        page.text(
            Tone::Dim,
            &format!(
                "Something breaks within the first minute ({}). You see {monitoring}logs, complaints and your own probes; the diagram \
                 shows only the plan. Name the cause and end the harm. The clock is the site's, so pausing costs nothing.",
                drill.difficulty.word()
            ),
        );
        let enter = DrillAction::Enter;
        page.item(Tone::Accent, &format!("{} ", keymap.label(enter)), Tone::Name, "starts your shift.", Some(&enter.into()));
    }

    fn steps(&self, keymap: &Keymap, page: &mut Page, is_wide: bool) {
        let phase = self.phase();
        let (declare, cause) = (DrillAction::Declare, WindowAction::Open(WindowKind::Suspects));
        let (remedy, probe) = (WindowAction::Open(WindowKind::Remedies), WindowAction::Open(WindowKind::Probes));
        let next = match phase {
            DrillPhase::Watching | DrillPhase::Searching if self.run.is_mitigated() => {
                format!("All quiet for a while now. {} names the cause and closes the incident.", keymap.label(cause))
            }
            DrillPhase::Watching => "Watch the pages. When something is wrong, declare the incident.".to_owned(),
            DrillPhase::Searching => format!(
                "Find the cause: {} sends a probe, {} taps the hop selected on the plan, and the pages show the rest.",
                keymap.label(probe),
                keymap.label(SelectAction::Wiretap)
            ),
            DrillPhase::Briefing | DrillPhase::Named | DrillPhase::Over => {
                "Now end the harm. The drill is over when users and operators have had 15 quiet seconds.".to_owned()
            }
        };
        page.item(Tone::Accent, "▸ ", Tone::Name, &next, None);
        let step = |page: &mut Page, done: bool, label: String, text: &str, action: Action| {
            let (tone, mark) = if done { (Tone::Good, "☑ ") } else { (Tone::Accent, "☐ ") };
            let mark = format!("{mark}{label} ");
            page.item(tone, &mark, if done { Tone::Dim } else { Tone::Text }, text, Some(&action));
        };
        let is_declared = phase >= DrillPhase::Searching;
        step(page, is_declared, keymap.label(declare), "declare the incident", declare.into());
        step(page, phase >= DrillPhase::Named, keymap.label(cause), "name the cause", cause.into());
        step(page, false, keymap.label(remedy), "try a remedy", remedy.into());
        if let Some((tone, text)) = self.reply() {
            page.text(tone, text);
        }
        let left = self.run.drill().hints.len().saturating_sub(self.hints.len());
        let shown = if is_wide { self.hints.len() } else { 1 };
        for (number, hint) in self.hints.iter().enumerate().rev().take(shown) {
            page.item(Tone::Accent, &format!("hint {} ", number + 1), Tone::Text, hint, None);
        }
        if is_wide {
            page.gap();
            let keys: [(String, String, Action); 4] = [
                (keymap.label(probe), "send a probe, from outside or from a server".to_owned(), probe.into()),
                (keymap.label(SelectAction::Wiretap), "tap the selected hop".to_owned(), SelectAction::Wiretap.into()),
                (keymap.label(DrillAction::Hint), format!("hint ({left} left, 5 points each)"), DrillAction::Hint.into()),
                (keymap.label(DrillAction::GiveUp), "give up and read what happened".to_owned(), DrillAction::GiveUp.into()),
            ];
            for (key, text, action) in keys {
                page.item(Tone::Accent, &format!("{key} "), Tone::Dim, &text, Some(&action));
            }
        }
        let wrong = self.run.score().wrong_moves;
        if wrong > 0 {
            page.text(Tone::Dim, &format!("Wrong moves so far: {wrong}, 5 points each."));
        }
    }

    fn result(&self, keymap: &Keymap, page: &mut Page, is_wide: bool) {
        let Some(debrief) = self.debrief() else { return };
        let score = &debrief.score;
        let is_solved = score.diagnosed_s.is_some() && score.mitigated_s.is_some();
        let head = match (is_solved, self.gave_up()) {
            (true, _) => "Solved.",
            (false, true) => "Given up.",
            (false, false) => "Time is up.",
        };
        let tone = if is_solved { Tone::Good } else { Tone::Warn };
        page.item(tone, &format!("{head} "), Tone::Name, &format!("{} of {MOST_POINTS} points", score.points), None);
        if self.shows_truth && !is_wide {
            self.what_next(keymap, page);
            return;
        }
        for (name, text) in figures(score) {
            page.item(Tone::Dim, &format!("{name} "), Tone::Text, &text, None);
        }
        if self.pauses > 0 {
            let times = if self.pauses == 1 { "once" } else { "several times" };
            page.text(Tone::Dim, &format!("You paused {times}. Pauses do not count: the clock is the site's."));
        }
        page.gap();
        for (place, cause) in debrief.causes.iter().enumerate() {
            page.item(Tone::Accent, if place == 0 { "cause " } else { "also " }, Tone::Name, &cause.phrase().to_sentence(), None);
        }
        debrief.explanation.iter().for_each(|text| page.text(Tone::Text, text));
        page.gap();
        // On a large screen, the advice has a pane of its own.
        if !is_wide {
            page.text(Tone::Name, "What to look at");
            self.advice_lines(page.width()).into_iter().for_each(|line| page.line(line));
            page.gap();
        }
        self.what_next(keymap, page);
    }

    fn what_next(&self, keymap: &Keymap, page: &mut Page) {
        let what = match self.source {
            DrillSource::Authored => "next drill",
            DrillSource::Daily(_) | DrillSource::Practice(_) => "another drill",
        };
        let truth = DrillAction::Truth(!self.shows_truth);
        let shows = if self.shows_truth { "the timeline again" } else { "the run with its truth: the diagram, forward and back" };
        let keys: [(String, &str, Action); 4] = [
            (keymap.label(truth), shows, truth.into()),
            (keymap.label(DrillAction::Enter), what, DrillAction::Enter.into()),
            (keymap.label(DrillAction::Again), "the same drill again", DrillAction::Again.into()),
            (keymap.label(AppAction::Escape), "course map", AppAction::Escape.into()),
        ];
        for (key, text, action) in keys {
            page.item(Tone::Accent, &format!("{key} "), Tone::Dim, text, Some(&action));
        }
    }
}

/// The figures of a score.
fn figures(score: &DrillScore) -> Vec<(&'static str, String)> {
    let after = |at: Option<f64>| at.map_or_else(|| "not at all".to_owned(), |at| format!("after {at:.0} s"));
    vec![
        ("noticed", after(score.detected_s)),
        ("cause named", after(score.diagnosed_s)),
        ("harm ended", after(score.mitigated_s)),
        ("requests lost", format!("{} of {}", score.lost, score.ended)),
        ("wrong moves", format!("{}, hints {}", score.wrong_moves, score.hints)),
    ]
}
