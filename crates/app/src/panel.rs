//! The lesson panel: a step with its goals, a question with its options, or the final score.

use hoplight_lesson::markup::with_keys;
use hoplight_lesson::{Ask, Choice, LessonRun, Place, Question, Reveal, StepGate};
use hoplight_model::Element;

use crate::action::{AppAction, LessonAction};
use crate::keymap::Keymap;
use crate::line::{Line, Page};
use crate::stage::Stage;
use crate::tone::Tone;

/// Returns the title of the panel: the step's title, and its number in the lesson.
pub fn title(run: &LessonRun) -> (String, String) {
    let (steps, questions) = (run.lesson().steps.len(), run.lesson().quiz.len());
    match run.place() {
        Place::Step(number) => {
            let title = run.step().map_or_else(String::new, |step| step.title.to_string());
            (title, format!("{}/{steps}", number + 1))
        }
        Place::Quiz(number) => ("Quiz".into(), format!("question {}/{questions}", number + 1)),
        Place::Finished => ("Done".into(), run.lesson().title.to_string()),
    }
}

/// Returns the lesson's lines for a panel of `width` columns.
pub fn lines(stage: &Stage, keymap: &Keymap, width: u16) -> Vec<Line> {
    let Some(run) = &stage.session.lesson else { return Vec::new() };
    let mut writer = LessonWriter { stage, run, keymap, page: Page::new(width) };
    match run.place() {
        Place::Step(_) => writer.step(),
        Place::Quiz(_) => {
            if let Some(question) = run.question() {
                writer.question(question, QuestionMode::Quiz);
            }
        }
        Place::Finished => writer.finished(),
    }
    writer.page.lines()
}

/// The purpose of a question.
#[derive(Clone, Copy, PartialEq, Eq)]
enum QuestionMode {
    Ask,
    Predict,
    Quiz,
}

struct LessonWriter<'a> {
    stage: &'a Stage,
    run: &'a LessonRun,
    keymap: &'a Keymap,
    page: Page,
}

impl LessonWriter<'_> {
    /// Substitutes key labels in a lesson's text.
    fn prose(&self, text: &str) -> String {
        with_keys(text, |name| self.keymap.named(name))
    }

    fn step(&mut self) {
        let Some(step) = self.run.step() else { return };
        // On a small screen, the reveal replaces the task once the gate is passed.
        let brief = !self.stage.viewport.regions.wide && self.run.is_open() && self.run.reveal().is_some();
        for paragraph in step.text.iter().filter(|_| !brief) {
            let text = self.prose(paragraph);
            self.page.text(Tone::Text, &text);
        }
        match &step.gate {
            StepGate::Continue => {}
            StepGate::Goals(_) if brief => {}
            StepGate::Goals(_) => self.goals(),
            StepGate::Ask(question) => self.question(question, QuestionMode::Ask),
            StepGate::Predict(question) => self.question(question, QuestionMode::Predict),
        }
        if let Some(Reveal { text, prediction }) = self.run.reveal() {
            if let Some((right, why)) = prediction {
                let (tone, verdict) =
                    if right { (Tone::Good, "Your prediction was right. ") } else { (Tone::Warn, "Your prediction was wrong. ") };
                let text = format!("{verdict}{}", self.prose(why));
                self.page.item(tone, "▸ ", Tone::Text, &text, None);
            }
            if let Some(text) = text {
                let text = self.prose(text);
                self.page.item(Tone::Good, "✓ ", Tone::Text, &text, None);
            }
        }
        // Show only the newest hint or the solution, so that the diagram stays visible.
        let count = step.hints.len();
        if self.run.solution_shown() {
            let acts: Vec<String> = step.solution.iter().map(ToString::to_string).collect();
            self.page.item(Tone::Accent, "solution ", Tone::Text, &acts.join(", then "), None);
        } else if let Some(hint) = self.run.hints().last() {
            let text = self.prose(hint);
            self.page.item(Tone::Accent, &format!("hint {}/{count} ", self.run.hints().len()), Tone::Text, &text, None);
        }
        self.way_on(!step.hints.is_empty());
    }

    fn goals(&mut self) {
        let mut next = true;
        for (label, met) in self.run.goals() {
            // Goals are met in order, so later ones begin with "then".
            let is_next = next;
            next &= met;
            match (met, is_next) {
                (true, _) => self.page.item(Tone::Good, "☑ ", Tone::Dim, label, None),
                (false, true) => self.page.item(Tone::Accent, "☐ ", Tone::Name, label, None),
                (false, false) => self.page.item(Tone::Dim, "☐ then ", Tone::Text, label, None),
            }
        }
    }

    fn question(&mut self, question: &Question, mode: QuestionMode) {
        let lead = if mode == QuestionMode::Predict { "Predict: " } else { "" };
        let stem = format!("{lead}{}", self.prose(&question.stem));
        self.page.text(Tone::Name, &stem);
        match &question.ask {
            Ask::Choice(choices) => self.choices(choices, mode),
            Ask::Mark { why, .. } => self.marks(why, mode),
        }
        if mode == QuestionMode::Quiz {
            self.way_on(false);
        }
    }

    fn choices(&mut self, choices: &[Choice], mode: QuestionMode) {
        let tried = self.run.tried();
        let over = self.run.is_solved();
        for (number, choice) in choices.iter().enumerate() {
            let (tone, mark) = match (tried.contains(&number), choice.right) {
                (true, _) if mode == QuestionMode::Predict => (Tone::Accent, "▸"),
                (true, true) => (Tone::Good, "✓"),
                (true, false) => (Tone::Bad, "✗"),
                (false, _) => (Tone::Accent, " "),
            };
            let text_tone = if over && !tried.contains(&number) { Tone::Dim } else { Tone::Text };
            let text = self.prose(&choice.text);
            self.page.item(tone, &format!("{mark}{} ", number + 1), text_tone, &text, Some(&LessonAction::Answer(number).into()));
        }
        let newest = tried.last().and_then(|number| choices.get(*number));
        if let Some(choice) = newest.filter(|_| mode != QuestionMode::Predict) {
            let (tone, word) = if choice.right { (Tone::Good, "Right. ") } else { (Tone::Warn, "Not quite. ") };
            let text = format!("{word}{}", self.prose(&choice.why));
            self.page.text(tone, &text);
        }
    }

    fn marks(&mut self, why: &str, mode: QuestionMode) {
        let count = self.run.marks().count();
        if self.run.is_solved() {
            let text = format!("Right. {}", self.prose(why));
            self.page.text(Tone::Good, &text);
            return;
        }
        let (mark, submit) = (self.keymap.label(LessonAction::Mark), self.keymap.label(AppAction::Enter));
        let marked: Vec<String> = self.run.marks().map(Element::to_string).collect();
        let how = format!("select, {mark} marks, {submit} submits");
        self.page.item(Tone::Accent, &format!("{count} marked  "), Tone::Dim, &how, None);
        if count > 0 {
            self.page.text(Tone::Text, &marked.join(", "));
        }
        // In the quiz, only the first attempt counts; after it, show the correct set.
        if mode == QuestionMode::Quiz && self.run.is_open() {
            let infra = self.stage.infra();
            if let Some(target) = self.run.question().and_then(Question::target) {
                let right: Vec<String> = target.right(infra).iter().map(Element::to_string).collect();
                let text = format!("Not quite. The right ones are: {}. {}", right.join(", "), self.prose(why));
                self.page.text(Tone::Warn, &text);
            }
        }
    }

    /// Writes the last line: the keys that continue.
    fn way_on(&mut self, hints: bool) {
        let next = self.keymap.label(AppAction::Enter);
        let open = self.run.is_open();
        let marks = self.run.question().is_some_and(|question| question.target().is_some()) && !self.run.is_solved();
        let mut line = Line::default();
        let mut again = None;
        if open {
            line = line.with(Tone::Accent, format!("{next} ")).with(Tone::Good, "next");
            if !self.run.is_solved() && !self.run.tried().is_empty() && self.run.step().is_none() {
                again = Some(("try again; the first answer counts", self.answers()));
            }
        } else if !marks && self.run.question().is_some() {
            line = line.with(Tone::Accent, format!("{} ", self.answers())).with(Tone::Dim, "answer");
        }
        if hints && !open {
            let hint = self.keymap.label(LessonAction::Hint);
            let all = self.run.step().is_some_and(|step| self.run.hints().len() == step.hints.len());
            let word = if all { "solution" } else { "hint" };
            if !self.run.solution_shown() {
                let gap = if line.spans.is_empty() { "" } else { "   " };
                line = line.with(Tone::Accent, format!("{gap}{hint} ")).with(Tone::Dim, word);
            }
        }
        // A click acts like the first key offered.
        let offers_hint = hints && !open && !self.run.solution_shown();
        line.action = if open { Some(AppAction::Enter.into()) } else { offers_hint.then_some(LessonAction::Hint.into()) };
        if let Some((words, keys)) = again {
            let both = line.clone().with(Tone::Accent, format!("   {keys} ")).with(Tone::Dim, words);
            if self.page.fits(&both) {
                self.page.line(both);
            } else {
                self.page.line(line);
                self.page.item(Tone::Accent, &format!("{keys} "), Tone::Dim, words, None);
            }
        } else if !line.spans.is_empty() {
            self.page.line(line);
        }
    }

    /// Returns the range of answer keys, such as `1–4`.
    fn answers(&self) -> String {
        let last = match self.run.question().map(|question| &question.ask) {
            Some(Ask::Choice(choices)) => choices.len().saturating_sub(1),
            _ => 0,
        };
        format!("{}–{}", self.keymap.label(LessonAction::Answer(0)), self.keymap.label(LessonAction::Answer(last)))
    }

    fn finished(&mut self) {
        let score = self.run.score();
        let lesson = self.run.lesson();
        self.page.text(Tone::Name, &format!("This is the end of “{}”.", lesson.title));
        self.page.text(Tone::Text, &format!("Quiz: {} of {} right on the first try.", score.right, score.of));
        let word = if score.right == score.of {
            "You could explain this at a whiteboard."
        } else {
            "To try the questions again, open the lesson from the course map."
        };
        self.page.text(Tone::Dim, word);
        let next = self.keymap.label(AppAction::Enter);
        let mut line = Line::new(Tone::Accent, format!("{next} ")).with(Tone::Good, "back to the course map");
        line.action = Some(AppAction::Enter.into());
        self.page.line(line);
    }
}
