//! Reading, posing and grading questions of the bank.

use std::collections::BTreeSet;
use std::sync::Arc;

use hoplight_course::{BankAnswer, PosedBody, PosedQuestion, QuestionBank};
use hoplight_curriculum::Misconception;
use hoplight_model::{Infrastructure, ScenarioId};

fn site(id: &ScenarioId) -> Option<Arc<Infrastructure>> {
    let text = match id.as_str() {
        "stage-1-distributed" => include_str!("../../../assets/stage-1-distributed.ron"),
        // A single server has no twin.
        "lone" => include_str!("../../../assets/stage-0-simple.ron"),
        _ => return None,
    };
    Some(Arc::new(hoplight_text::read_scenario("site.ron", text).expect("a shipped scenario")))
}

fn bank(questions: &str) -> QuestionBank {
    QuestionBank::read(&[("q.ron", &format!("(format: 1, questions: [{questions}])"))], site).expect("a bank")
}

fn problem(questions: &str) -> String {
    let text = format!("(format: 1, questions: [{questions}])");
    let errors = QuestionBank::read(&[("q.ron", &text)], site).expect_err("a mistake");
    errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

fn posed(questions: &str, seed: u64) -> PosedQuestion {
    let bank = bank(questions);
    PosedQuestion::new(&bank.questions()[0], &bank, seed)
}

const CHOICE: &str = r#"(id: "a", about: [WwwRecord], ask: Choice(stem: "Which record?", choices: [
    (text: "A", why: "It names an address.", right: true),
    (text: "CNAME", why: "It names a name.", belief: Some(WwwIsCname)),
    (text: "MX", why: "It is for mail."),
])),"#;

fn place(posed: &PosedQuestion, says: &str) -> usize {
    posed.options().iter().position(|option| option.says == says).expect("the option")
}

#[test]
fn a_wrong_choice_shows_its_misconception() {
    let posed = posed(CHOICE, 1);
    let grade = posed.grade(&BankAnswer::Chosen([place(&posed, "A")].into()));
    assert!(grade.is_right && grade.beliefs.is_empty());
    let grade = posed.grade(&BankAnswer::Chosen([place(&posed, "CNAME")].into()));
    assert!(!grade.is_right);
    assert_eq!(grade.beliefs, [Misconception::WwwIsCname]);
    assert!(!posed.grade(&BankAnswer::Chosen(BTreeSet::new())).is_right);
    assert!(!posed.grade(&BankAnswer::Number(1.0)).is_right, "another kind of answer");
}

#[test]
fn the_right_option_comes_to_every_place() {
    let bank = bank(CHOICE);
    let mut places = [0; 3];
    for seed in 0..300 {
        let posed = PosedQuestion::new(&bank.questions()[0], &bank, seed);
        places[place(&posed, "A")] += 1;
    }
    assert!(places.iter().all(|count| (70..130).contains(count)), "{places:?}");
}

#[test]
fn all_right_options_are_needed_and_no_other() {
    let several = r#"(id: "a", about: [Lamp], ask: Several(stem: "Which?", choices: [
        (text: "x", why: "Right.", right: true), (text: "y", why: "Right.", right: true), (text: "z", why: "Wrong."),
    ])),"#;
    let posed = posed(several, 1);
    let all: BTreeSet<usize> = [place(&posed, "x"), place(&posed, "y")].into();
    assert!(posed.grade(&BankAnswer::Chosen(all)).is_right);
    let grade = posed.grade(&BankAnswer::Chosen([place(&posed, "x")].into()));
    assert_eq!((grade.is_right, grade.hits, grade.of), (false, 1, 2));
    let grade = posed.grade(&BankAnswer::Chosen([0, 1, 2].into()));
    assert_eq!((grade.is_right, grade.hits), (false, 1), "a wrong option cancels a right one");
}

#[test]
fn an_order_is_shown_shuffled_and_its_right_order_is_accepted() {
    let order = r#"(id: "a", about: [UserProtocol], ask: Order(stem: "Order", items: ["one", "two", "three"], why: "So.")),"#;
    for seed in 0..50 {
        let posed = posed(order, seed);
        let PosedBody::Order { items, right, .. } = &posed.body else { panic!("an order") };
        let said: Vec<&str> = right.iter().map(|place| items[*place].as_str()).collect();
        assert_eq!(said, ["one", "two", "three"]);
        assert_ne!(items, &["one", "two", "three"], "the right order is no puzzle");
        assert!(posed.grade(&BankAnswer::Ordered(right.clone())).is_right);
        let mut swapped = right.clone();
        swapped.swap(0, 1);
        let grade = posed.grade(&BankAnswer::Ordered(swapped));
        assert_eq!((grade.is_right, grade.hits, grade.of), (false, 1, 3));
    }
}

#[test]
fn marks_and_predictions_are_computed_on_the_site() {
    let mark = r#"(id: "a", about: [Spof], ask: Mark(stem: "Mark", sites: ["stage-1-distributed"], target: SinglePoints(Write), why: "So.")),"#;
    let posed_mark = posed(mark, 1);
    let infra = posed_mark.site.clone().expect("a site");
    let PosedBody::Mark { target, .. } = posed_mark.body else { panic!("marks") };
    let right = target.right(&infra);
    assert!(posed_mark.grade(&BankAnswer::Marked(right.clone())).is_right);
    let mut short = right;
    short.pop_first();
    assert!(!posed_mark.grade(&BankAnswer::Marked(short)).is_right);

    for (lose, says) in [("Component(\"lb-1\")", "they all fail"), ("Component(\"web-1\")", "they go on working")] {
        let text = format!(
            "(id: \"a\", about: [Spof], ask: Predict(sites: [\"stage-1-distributed\"], lose: {lose}, kind: Static, why: \"So.\")),"
        );
        let posed = posed(&text, 1);
        let right: Vec<&str> =
            posed.options().iter().filter(|option| option.is_right).map(|option| option.says.as_str()).collect();
        assert_eq!(right, [says], "{lose}");
    }
}

#[test]
fn the_false_sentence_is_the_right_choice_and_its_belief_belongs_to_the_others() {
    let sentences = r#"(id: "a", about: [ActiveActive], ask: FalseSentence(stem: "Which is false?", sentences: [
        (says: "p"), (says: "q", correction: Some("not q"), belief: Some(BalancingIsPassive)), (says: "r"),
    ])),"#;
    let posed = posed(sentences, 4);
    assert!(posed.grade(&BankAnswer::Chosen([place(&posed, "q")].into())).is_right);
    assert_eq!(posed.grade(&BankAnswer::Chosen([place(&posed, "p")].into())).beliefs, [Misconception::BalancingIsPassive]);
}

#[test]
fn two_thirds_of_the_key_points_are_a_right_recall() {
    let recall = r#"(id: "a", about: [Spof], ask: Recall(stem: "Explain", points: ["1", "2", "3"])),"#;
    let posed = posed(recall, 1);
    assert!(posed.grade(&BankAnswer::Recalled([0, 2].into())).is_right);
    assert!(!posed.grade(&BankAnswer::Recalled([0].into())).is_right);
}

#[test]
fn numbers_name_the_slip_behind_a_wrong_answer() {
    let posed = posed(r#"(id: "a", about: [MonitorQps], ask: Number(QpsFromCounters)),"#, 9);
    let PosedBody::Number(task) = &posed.body else { panic!("a number") };
    assert!(posed.grade(&BankAnswer::Number(task.right)).is_right);
    let grade = posed.grade(&BankAnswer::Number(task.slips[0].value));
    assert!(!grade.is_right && grade.slip.is_some());
    let far = posed.grade(&BankAnswer::Number(task.right * 3.3));
    assert!(!far.is_right && far.slip.is_none());
}

#[test]
fn a_site_without_anything_to_mark_is_found() {
    let mark =
        r#"(id: "m", about: [Spof], ask: Mark(stem: "Mark", sites: ["stage-1-distributed"], target: TARGET, why: "So.")),"#;
    assert_eq!(bank(&mark.replace("TARGET", "ExposedHops")).check_sites(), []);
    let empty = bank(&mark.replace("TARGET", "TwinServers").replace("stage-1-distributed", "lone")).check_sites();
    assert_eq!(empty.len(), 1, "{empty:?}");
    assert!(empty[0].1.to_string().contains("there is nothing to mark in `lone`"), "{empty:?}");
}

#[test]
fn a_later_file_replaces_a_question() {
    let file = |text: &str| format!("(format: 1, questions: [{text}])");
    let (first, second) = (file(CHOICE), file(&CHOICE.replace("Which record?", "Which one?")));
    let bank = QuestionBank::read(&[("a.ron", &first), ("b.ron", &second)], site).expect("a bank");
    assert_eq!(bank.questions().len(), 1);
    assert_eq!(PosedQuestion::new(&bank.questions()[0], &bank, 1).stem, "Which one?");
}

#[test]
fn mistakes_are_reported_with_their_place() {
    let of = |find: &str, replace: &str| problem(&CHOICE.replace(find, replace));
    assert!(of("about: [WwwRecord]", "about: []").contains("question `a`: `about` lists no demand"));
    assert!(of("right: true", "right: false").contains("0 options are right; exactly one must be"));
    assert!(of("\"MX\"", "\"A\"").contains("two options have the text \"A\""));
    assert!(of("\"It is for mail.\"", "\" \"").contains("a text is empty"));
    assert!(problem(&format!("{CHOICE}{CHOICE}")).contains("two questions have the id `a`"));
    let long = "x".repeat(141);
    assert!(of("\"MX\"", &format!("\"{long}\"")).contains("has 141 characters; an 80x24 screen has room for 140"));
    let mark = r#"(id: "m", about: [Spof], ask: Mark(stem: "Mark", sites: ["stage-9"], target: ExposedHops, why: "So.")),"#;
    assert!(problem(mark).contains("no scenario has the id `stage-9`"));
    let predict = r#"(id: "p", about: [Spof], ask: Predict(sites: ["stage-1-distributed"], lose: Server("server-9"), kind: Read, why: "So.")),"#;
    assert!(problem(predict).contains("`stage-1-distributed` has no server-9"), "{}", problem(predict));
    let newer = QuestionBank::read(&[("q.ron", "(format: 2, questions: [], more: 1)")], site).expect_err("newer");
    assert!(newer[0].to_string().contains("a newer hoplight is needed"));
}
