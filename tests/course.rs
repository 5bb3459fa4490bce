//! The shipped course as a whole: it covers the curriculum, and its questions give nothing away.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, LazyLock};

use hoplight::content::{CatalogueFiles, EMBEDDED, catalogue};
use hoplight::lesson::{Ask, Choice, Library, Question, StepGate};
use hoplight_course::{BankQuestion, Coverage, PosedBody, PosedQuestion, QuestionBank};
use hoplight_curriculum::{Demand, Misconception, Seeded};
use hoplight_model::Text;

static LIBRARY: LazyLock<Library> = LazyLock::new(|| Library::new(EMBEDDED).unwrap_or_else(|errors| panic!("{errors:#?}")));

static BANK: LazyLock<Arc<QuestionBank>> = LazyLock::new(|| {
    let read = catalogue(&LIBRARY, &CatalogueFiles::default());
    read.unwrap_or_else(|errors| panic!("{errors:#?}")).bank
});

fn coverage() -> Coverage {
    Coverage::of(LIBRARY.lessons().map(Arc::as_ref), &BANK)
}

#[test]
fn every_demand_is_taught_asked_and_practised() {
    let open: Vec<Demand> = coverage().open_demands().map(|coverage| coverage.demand).collect();
    assert_eq!(open, []);
    for coverage in coverage().demands {
        assert!(coverage.questions.len() >= 3, "{:?} has {} questions", coverage.demand, coverage.questions.len());
        assert!(coverage.asked_in_lessons > 0, "no lesson asks about {:?}", coverage.demand);
    }
}

#[test]
fn every_misconception_is_refuted_and_tempts() {
    let open: Vec<Misconception> = coverage().open_misconceptions().map(|coverage| coverage.misconception).collect();
    assert_eq!(open, []);
}

#[test]
fn a_demand_without_a_lesson_or_a_question_is_found() {
    let without_lessons = Coverage::of([], &BANK);
    assert_eq!(without_lessons.open_demands().count(), Demand::ALL.len());
    assert_eq!(without_lessons.open_misconceptions().count(), Misconception::ALL.len());
    let without_questions = Coverage::of(LIBRARY.lessons().map(Arc::as_ref), &QuestionBank::default());
    assert_eq!(without_questions.open_demands().count(), Demand::ALL.len());
}

#[test]
fn the_bank_has_questions_of_every_kind_about_every_unit() {
    assert!(BANK.questions().len() >= 200, "{}", BANK.questions().len());
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    for question in BANK.questions() {
        *kinds.entry(question.kind()).or_default() += 1;
    }
    for kind in ["choice", "several", "order", "number", "mark", "predict", "false-sentence", "recall"] {
        assert!(kinds.get(kind).is_some_and(|count| *count >= 5), "{kind}: {kinds:?}");
    }
    assert!(EMBEDDED.lessons.len() >= 20, "{} lessons", EMBEDDED.lessons.len());
    for lesson in LIBRARY.lessons() {
        assert!((6..=12).contains(&lesson.steps.len()), "{} has {} steps", lesson.id, lesson.steps.len());
    }
}

#[test]
fn lessons_end_with_two_questions_from_earlier_units() {
    let errors = hoplight_course::check_earlier(LIBRARY.loaded_lessons(), &BANK);
    assert_eq!(errors.iter().map(ToString::to_string).collect::<Vec<_>>(), [""; 0]);
    let units: Vec<&str> = LIBRARY.lessons().map(|lesson| lesson.unit.as_str()).collect();
    let mut taught: BTreeSet<Demand> = BTreeSet::new();
    for unit in units.chunk_by(|a, b| a == b).map(|unit| unit[0]) {
        let of_unit = || LIBRARY.lessons().filter(|lesson| lesson.unit.as_str() == unit);
        for lesson in of_unit() {
            // The first unit has none before it.
            assert_eq!(lesson.earlier.len(), if taught.is_empty() { 0 } else { 2 }, "{}", lesson.id);
            for id in &lesson.earlier {
                let question = BANK.question(id).expect("checked");
                assert!(
                    question.about.iter().any(|demand| taught.contains(demand)),
                    "{}: {id} is not from an earlier unit",
                    lesson.id
                );
            }
        }
        taught.extend(of_unit().flat_map(|lesson| &lesson.steps).flat_map(|step| step.teaches.iter().copied()));
    }
}

/// All questions with one right option: of the bank, and of lessons.
fn single_choices() -> Vec<Vec<Choice>> {
    let of_bank =
        BANK.questions().iter().filter(|question| question.kind() == "choice").map(|question| question.choices().to_vec());
    let of_lessons = LIBRARY.lessons().flat_map(|lesson| {
        let of_steps = lesson.steps.iter().filter_map(|step| match &step.gate {
            StepGate::Ask(question) => Some(question),
            // A prediction may have no right answer.
            StepGate::Predict(_) | StepGate::Continue | StepGate::Goals(_) => None,
        });
        of_steps.chain(&lesson.quiz).collect::<Vec<&Question>>()
    });
    let of_lessons = of_lessons.filter_map(|question| match &question.ask {
        Ask::Choice(choices) => Some(choices.clone()),
        Ask::Mark { .. } => None,
    });
    of_bank.chain(of_lessons).filter(|choices| choices.iter().filter(|choice| choice.right).count() == 1).collect()
}

/// How attractive an option's text is to a guesser.
type Rank<'a> = &'a dyn Fn(&str) -> usize;

/// What a guesser expects to get right who always takes an option with the highest rank, and what chance gives.
fn guessed(questions: &[Vec<Choice>], rank: impl Fn(&str) -> usize) -> (f64, f64) {
    let (mut score, mut chance) = (0.0, 0.0);
    for choices in questions {
        let ranks: Vec<usize> = choices.iter().map(|choice| rank(&choice.text)).collect();
        let best = ranks.iter().copied().max().unwrap_or(0);
        let tied = ranks.iter().filter(|of| **of == best).count();
        let hits = choices.iter().zip(&ranks).filter(|(choice, of)| choice.right && **of == best).count();
        score += hits as f64 / tied as f64;
        chance += 1.0 / choices.len() as f64;
    }
    (score / questions.len() as f64, chance / questions.len() as f64)
}

/// How much better than chance a guesser may be on the shipped questions: less than one question in twenty.
const MARGIN: f64 = 0.05;

const HEDGES: [&str; 12] =
    ["usually", "often", "may", "might", "can", "could", "some", "sometimes", "mostly", "typically", "depends", "unless"];
const ABSOLUTES: [&str; 8] = ["always", "never", "all", "every", "only", "none", "nothing", "everything"];

fn count(text: &str, words: &[&str]) -> usize {
    let lower = text.to_lowercase();
    lower.split(|c: char| !c.is_alphanumeric()).filter(|word| words.contains(word)).count()
}

#[test]
fn length_hedges_and_absolutes_do_not_give_the_answer_away() {
    let questions = single_choices();
    assert!(questions.len() >= 100, "{}", questions.len());
    let longest = |text: &str| text.chars().count();
    let shortest = |text: &str| 1_000 - text.chars().count();
    let hedged = |text: &str| count(text, &HEDGES);
    let cautious = |text: &str| 100 - count(text, &ABSOLUTES);
    let absolute = |text: &str| count(text, &ABSOLUTES);
    let guessers: [(&str, Rank<'_>); 5] = [
        ("longest", &longest),
        ("shortest", &shortest),
        ("most hedged", &hedged),
        ("fewest absolutes", &cautious),
        ("most absolutes", &absolute),
    ];
    for (name, rank) in guessers {
        let (score, chance) = guessed(&questions, rank);
        assert!(
            score <= chance + MARGIN,
            "the {name} option is right in {score:.3} of {} questions; chance gives {chance:.3}",
            questions.len()
        );
    }
}

#[test]
fn a_guesser_is_found_out_where_the_right_option_is_the_longest() {
    let option = |text: &str, right| Choice {
        text: Text::new(text).expect("a text"),
        why: Text::new("w").expect("a text"),
        right,
        belief: None,
    };
    let questions = vec![vec![option("the long right one", true), option("short", false), option("brief", false)]; 10];
    let (score, chance) = guessed(&questions, |text| text.chars().count());
    assert!(score > chance + MARGIN, "{score} {chance}");
}

/// The share of posed questions in which the option at a place is right.
fn right_at(place: impl Fn(usize) -> usize) -> (f64, f64) {
    let (mut hits, mut chance, mut all) = (0.0, 0.0, 0.0);
    for question in BANK.questions() {
        for seed in 0..20 {
            let posed = PosedQuestion::new(question, &BANK, seed);
            let PosedBody::One(options) = &posed.body else { break };
            // The outcomes of a prediction have an order of their own.
            if question.kind() == "predict" {
                break;
            }
            hits += f64::from(u8::from(options[place(options.len())].is_right));
            chance += 1.0 / options.len() as f64;
            all += 1.0;
        }
    }
    (hits / all, chance / all)
}

#[test]
fn no_place_gives_the_answer_away() {
    for (name, (score, chance)) in [("first", right_at(|_| 0)), ("last", right_at(|count| count - 1))] {
        assert!((score - chance).abs() <= MARGIN, "the {name} option is right in {score:.3}; chance gives {chance:.3}");
    }
}

#[test]
fn predictions_have_each_outcome_as_an_answer() {
    let mut outcomes: BTreeMap<String, usize> = BTreeMap::new();
    for question in BANK.questions().iter().filter(|question| question.kind() == "predict") {
        let posed = PosedQuestion::new(question, &BANK, 1);
        let right = posed.options().iter().find(|option| option.is_right).expect("one is right");
        *outcomes.entry(right.says.clone()).or_default() += 1;
    }
    assert!(outcomes.len() == 3, "{outcomes:?}");
}

#[test]
fn every_question_can_be_posed_and_answered_rightly() {
    assert_eq!(BANK.check_sites(), []);
    for question in BANK.questions() {
        for seed in 0..10 {
            let posed = PosedQuestion::new(question, &BANK, seed);
            assert!(!posed.stem.is_empty(), "{}", question.id);
            assert!(posed.grade(&right_answer(&posed)).is_right, "{} {posed:?}", question.id);
            assert!(!posed.grade(&wrong_answer(question, &posed, seed)).is_right, "{} {posed:?}", question.id);
        }
    }
}

fn right_answer(posed: &PosedQuestion) -> hoplight_course::BankAnswer {
    use hoplight_course::BankAnswer;
    match &posed.body {
        PosedBody::One(options) | PosedBody::Any(options) => {
            BankAnswer::Chosen((0..options.len()).filter(|place| options[*place].is_right).collect())
        }
        PosedBody::Order { right, .. } => BankAnswer::Ordered(right.clone()),
        PosedBody::Number(task) => BankAnswer::Number(task.right),
        PosedBody::Mark { target, .. } => BankAnswer::Marked(target.right(posed.site.as_ref().expect("a site"))),
        PosedBody::Recall { points } => BankAnswer::Recalled((0..points.len()).collect()),
    }
}

fn wrong_answer(question: &BankQuestion, posed: &PosedQuestion, seed: u64) -> hoplight_course::BankAnswer {
    use hoplight_course::BankAnswer;
    match (&posed.body, right_answer(posed)) {
        (PosedBody::One(options) | PosedBody::Any(options), BankAnswer::Chosen(right)) => {
            let wrong: Vec<usize> = (0..options.len()).filter(|place| !right.contains(place)).collect();
            let place = Seeded::new(seed).pick(&wrong).copied();
            BankAnswer::Chosen([place.unwrap_or_else(|| panic!("{} has no wrong option", question.id))].into())
        }
        (_, BankAnswer::Ordered(mut order)) => {
            order.rotate_left(1);
            BankAnswer::Ordered(order)
        }
        (_, BankAnswer::Number(right)) => BankAnswer::Number(right * 2.0 + 3.0),
        _ => BankAnswer::Recalled(BTreeSet::new()),
    }
}
