//! The lesson panel: a step with its goals, a question with its options, or the final score.

use hoplight_lesson::markup::filled;
use hoplight_lesson::outcome::MASTERED_PERCENT;
use hoplight_lesson::{Ask, Choice, LessonRun, Place, Question, Reveal, Review, StepGate};
use hoplight_model::Element;

use crate::action::{AppAction, LessonAction, TimeAction};
use crate::keymap::Keymap;
use crate::line::{Line, Page};
use crate::stage::Stage;
use crate::tone::Tone;

/// Returns the title of the panel: the step's title, and its number in the lesson. On a small screen, the number follows
/// the key that starts the clock, if time stands still.
pub fn title(stage: &Stage, run: &LessonRun, keymap: &Keymap) -> (String, String) {
    let (steps, questions) = (run.lesson().steps.len(), run.lesson().quiz.len());
    match run.place() {
        Place::Step(number) => {
            let title = run.step().map_or_else(String::new, |step| step.title.to_string());
            let waits = stage.session.playback.paused && !run.is_open() && run.question().is_none();
            let pause = keymap.label(TimeAction::Pause);
            let clock = if waits && !stage.viewport.regions.wide { format!("{pause} starts the clock  ") } else { String::new() };
            (title, format!("{clock}{}/{steps}", number + 1))
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
    /// Substitutes key labels and figures in a lesson's text.
    fn prose(&self, text: &str) -> String {
        let figure = |figure| self.stage.session.figure(figure).unwrap_or_else(|| "–".to_owned());
        filled(text, |name| self.keymap.named(name), figure)
    }

    fn step(&mut self) {
        let Some(step) = self.run.step() else { return };
        // On a small screen, the reveal replaces the task once the gate is passed.
        let brief = !self.stage.viewport.regions.wide && self.run.is_open() && self.run.reveal().is_some();
        // There, the author's reply replaces the text.
        let said = self.run.said().filter(|_| !brief);
        let is_wide = self.stage.viewport.regions.wide;
        for paragraph in step.text.iter().filter(|_| !brief && (is_wide || said.is_none())) {
            let text = self.prose(paragraph);
            self.page.text(Tone::Text, &text);
        }
        if let Some(said) = said {
            let text = self.prose(said);
            self.page.item(Tone::Warn, "▸ ", Tone::Warn, &text, None);
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
            // Goals are met in order, so those after an open one begin with "then".
            let is_next = next;
            next &= met;
            let label = self.prose(label);
            match (met, is_next) {
                (true, _) => self.page.item(Tone::Good, "☑ ", Tone::Dim, &label, None),
                (false, true) => self.page.item(Tone::Accent, "☐ ", Tone::Name, &label, None),
                (false, false) => self.page.item(Tone::Dim, "☐ then ", Tone::Text, &label, None),
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
        let given_up = self.run.is_given_up();
        let over = self.run.is_solved() || given_up;
        for (position, number) in self.run.option_order().into_iter().enumerate() {
            let Some(choice) = choices.get(number) else { continue };
            let was_tried = tried.contains(&number);
            let (tone, mark) = match (was_tried, choice.right) {
                (true, _) if mode == QuestionMode::Predict => (Tone::Accent, "▸"),
                (true, true) => (Tone::Good, "✓"),
                (false, true) if given_up => (Tone::Good, "✓"),
                (true, false) => (Tone::Bad, "✗"),
                (false, _) => (Tone::Accent, " "),
            };
            let text_tone = if over && !was_tried && !(given_up && choice.right) { Tone::Dim } else { Tone::Text };
            let text = self.prose(&choice.text);
            let lead = format!("{mark}{} ", position + 1);
            self.page.item(tone, &lead, text_tone, &text, Some(&LessonAction::Answer(position).into()));
        }
        if let Some(right) = choices.iter().find(|choice| given_up && choice.right) {
            let text = format!("The answer: {}", self.prose(&right.why));
            self.page.text(Tone::Text, &text);
            return;
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
        let is_over = self.run.is_given_up() || mode == QuestionMode::Quiz && self.run.is_open();
        let review = self.run.review().filter(|_| mode != QuestionMode::Predict);
        if !is_over {
            let (mark, submit) = (self.keymap.label(LessonAction::Mark), self.keymap.label(AppAction::Enter));
            let how = format!("select, {mark} marks, {submit} submits");
            self.page.item(Tone::Accent, &format!("{count} marked  "), Tone::Dim, &how, None);
        }
        match review {
            Some(review) => self.review(review),
            None if count > 0 => {
                let marked: Vec<String> = self.run.marks().map(Element::to_string).collect();
                self.page.text(Tone::Text, &marked.join(", "));
            }
            None => {}
        }
        if is_over {
            let text = self.prose(why);
            self.page.text(Tone::Text, &text);
        }
    }

    /// Lists the submitted marks with the signs that the diagram shows.
    fn review(&mut self, review: &Review) {
        let parts = [
            (Tone::Good, "✓ right: ", &review.right),
            (Tone::Accent, "+ missing: ", &review.missing),
            (Tone::Bad, "✗ not asked for: ", &review.surplus),
        ];
        for (tone, lead, elements) in parts.into_iter().filter(|(.., elements)| !elements.is_empty()) {
            let names: Vec<String> = elements.iter().map(Element::to_string).collect();
            self.page.item(tone, lead, Tone::Text, &names.join(", "), None);
        }
    }

    /// Writes the last line: the keys that continue.
    fn way_on(&mut self, hints: bool) {
        let next = self.keymap.label(AppAction::Enter);
        let open = self.run.is_open();
        let question = self.run.question();
        let marks = question.is_some_and(|question| question.target().is_some()) && !self.run.is_solved();
        let is_over = self.run.is_solved() || self.run.is_given_up();
        let mut line = Line::default();
        let mut again = None;
        if open {
            line = line.with(Tone::Accent, format!("{next} ")).with(Tone::Good, "next");
            if !is_over && !self.run.tried().is_empty() && self.run.step().is_none() {
                again = Some(("try again; the first answer counts", self.answers()));
            }
        } else if !marks && question.is_some() {
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
        let waits = self.stage.session.playback.paused && !open && question.is_none();
        if waits && self.stage.viewport.regions.wide {
            let gap = if line.spans.is_empty() { "" } else { "   " };
            let pause = self.keymap.label(TimeAction::Pause);
            line = line.with(Tone::Accent, format!("{gap}{pause} ")).with(Tone::Dim, "starts the clock");
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
        answer_keys(self.run, self.keymap)
    }

    fn finished(&mut self) {
        let (score, lesson) = (self.run.score(), self.run.lesson());
        let mastered = score.is_mastered();
        let before = self.run.attempt();
        let when = if before == 0 { "on the first try".to_owned() } else { format!("in attempt {}", before.saturating_add(1)) };
        let verdict = format!("Quiz: {} of {} right {when}.", score.right, score.of);
        self.page.text(if mastered { Tone::Good } else { Tone::Warn }, &verdict);
        if !mastered {
            let text = format!("The course map says “review” until {MASTERED_PERCENT} % are right.");
            self.page.text(Tone::Dim, &text);
        }
        let (next, retry) = (self.keymap.label(AppAction::Enter), self.keymap.label(LessonAction::Restart));
        let mut line = Line::new(Tone::Accent, format!("{next} ")).with(Tone::Good, "goes on");
        line.action = Some(AppAction::Enter.into());
        if score.of > 0 {
            line = line.with(Tone::Accent, format!("   {retry} ")).with(Tone::Dim, "retries the quiz");
        }
        self.page.line(line);
        if !lesson.recap.is_empty() {
            self.page.text(Tone::Name, "Say it aloud:");
        }
        for sentence in &lesson.recap {
            let text = self.prose(sentence);
            self.page.item(Tone::Accent, "· ", Tone::Text, &text, None);
        }
        let missed: Vec<&Question> = self.run.missed().collect();
        if !missed.is_empty() {
            self.page.text(Tone::Name, "Missed:");
        }
        for question in missed {
            let stem = self.prose(&question.stem);
            self.page.item(Tone::Warn, "✗ ", Tone::Text, &stem, None);
            let (answer, why) = self.right_answer(question);
            self.page.item(Tone::Good, "✓ ", Tone::Text, &format!("{answer}. {why}"), None);
        }
    }

    /// Returns the right answer of a question, and why it is right.
    fn right_answer(&self, question: &Question) -> (String, String) {
        match &question.ask {
            Ask::Choice(choices) => {
                let right = choices.iter().find(|choice| choice.right);
                right.map_or_else(Default::default, |right| (self.prose(&right.text), self.prose(&right.why)))
            }
            Ask::Mark { target, why } => {
                let right: Vec<String> = target.right(self.stage.infra()).iter().map(Element::to_string).collect();
                (right.join(", "), self.prose(why))
            }
        }
    }
}

/// Returns the range of answer keys of the current question, such as `1–4`.
pub(crate) fn answer_keys(run: &LessonRun, keymap: &Keymap) -> String {
    let last = run.question().map_or(0, |question| question.choices().len().saturating_sub(1));
    format!("{}–{}", keymap.label(LessonAction::Answer(0)), keymap.label(LessonAction::Answer(last)))
}
