//! The shipped reviews: their claims hold on the designs, and only honest answers earn points.

use std::collections::BTreeSet;
use std::sync::Arc;

use hoplight_exam::review::{
    DesignReview, DesignReviews, JudgedMark, ReviewDifference, ReviewOrigin, ReviewPart, ReviewRun, ReviewSet, SentenceProof,
    check, difference,
};
use hoplight_model::Element;
use hoplight_model::ScenarioId;
use hoplight_model::scenario::Scenario;

use crate::designs::{ASSETS, asset};

macro_rules! files {
    ($($name:literal),* $(,)?) => {
        [$((concat!($name, ".ron"), include_str!(concat!("../../../../lessons/reviews/", $name, ".ron")))),*]
    };
}

/// The shipped reviews.
const FILES: [(&str, &str); 8] = files![
    "00-write-up-0",
    "01-write-up-1",
    "02-write-up-2",
    "03-write-up-3",
    "04-write-up-4",
    "11-two-web-servers",
    "12-two-balancers",
    "13-two-lanes",
];

fn scenario(id: &ScenarioId) -> Option<Scenario> {
    ASSETS.iter().any(|(name, _)| *name == id.as_str()).then(|| asset(id.as_str()))
}

fn shipped() -> DesignReviews {
    DesignReviews::read(&FILES, scenario).unwrap_or_else(|errors| panic!("{errors:#?}"))
}

/// The messages of all mistakes of a file after one replacement.
fn mistakes(from: &str, to: &str) -> String {
    let (file, text) = FILES[0];
    assert!(text.contains(from), "{from}");
    let text = text.replacen(from, to, 1);
    let errors = match DesignReviews::read(&[(file, &text)], scenario) {
        Ok(reviews) => check(file, &text, &reviews.all()[0]),
        Err(errors) => errors,
    };
    errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

/// A run with the marks that the answers ask for.
fn honest(review: &Arc<DesignReview>) -> ReviewRun {
    let mut run = ReviewRun::new(Arc::clone(review), 1);
    let mut probe = run.clone();
    let truth = Arc::clone(probe.submit());
    for judged in truth.sentences.iter().filter(|judged| judged.mark == JudgedMark::Miss) {
        assert!(run.toggle_sentence(judged.item));
    }
    for judged in truth.elements.iter().filter(|judged| judged.mark == JudgedMark::Miss) {
        assert!(run.toggle_element(&judged.item));
    }
    for judged in truth.findings.iter().filter(|judged| judged.mark == JudgedMark::Miss) {
        assert!(run.toggle_rule(judged.item));
    }
    run
}

#[test]
fn what_the_shipped_reviews_claim_holds_on_their_designs() {
    let reviews = shipped();
    assert_eq!((reviews.set(ReviewSet::WriteUps).count(), reviews.set(ReviewSet::Published).count()), (5, 3));
    for (file, text) in FILES {
        let one = DesignReviews::read(&[(file, text)], scenario).expect("it is one of the shipped reviews");
        let found = check(file, text, &one.all()[0]);
        assert!(found.is_empty(), "{found:#?}");
    }
}

#[test]
fn every_write_up_has_wrong_sentences_that_the_drawing_contradicts() {
    for review in shipped().all() {
        let wrong = review.form().sentences.iter().filter(|sentence| sentence.verdict.is_marked());
        let (drawn, other): (Vec<_>, Vec<_>) = wrong.partition(|sentence| matches!(sentence.proof, SentenceProof::Drawing(_)));
        assert!(drawn.len() >= 3, "{}", review.id());
        for sentence in other {
            assert!(matches!(sentence.proof, SentenceProof::Belief(_)), "{}: {}", review.id(), sentence.says);
        }
    }
}

#[test]
fn an_honest_answer_earns_everything_and_other_answers_fail() {
    for review in shipped().all() {
        let name = review.id();
        let full = Arc::clone(honest(review).submit());
        assert_eq!(full.percent(), 100, "{name}");
        assert!(full.is_passed() && !full.further.iter().any(|(_, count)| *count == 0), "{name}");
        for part in ReviewPart::ALL {
            let (hits, wrong, right) = full.counts(part);
            assert!(hits == right && wrong == 0 && right >= 2, "{name}: {part:?}");
        }

        let nothing = Arc::clone(ReviewRun::new(Arc::clone(review), 1).submit());
        assert_eq!(nothing.percent(), 0, "{name}");

        let mut everything = ReviewRun::new(Arc::clone(review), 1);
        assert!((0..review.form().sentences.len()).all(|place| everything.toggle_sentence(place)));
        let elements: Vec<Element> = everything.truth().candidates().iter().cloned().collect();
        assert!(elements.iter().all(|element| everything.toggle_element(element)));
        let rules: Vec<_> = everything.truth().options().iter().map(|option| option.rule).collect();
        assert!(rules.into_iter().all(|rule| everything.toggle_rule(rule)));
        let all = everything.submit();
        assert!(all.percent() == 0 && !all.is_passed(), "{name}: {}", all.percent());
        assert!(!everything.toggle_sentence(0), "marks are final");
    }
}

#[test]
fn every_miss_and_every_false_mark_has_a_reason() {
    for review in shipped().all() {
        let mut run = ReviewRun::new(Arc::clone(review), 7);
        let result = run.submit();
        let whys = result.sentences.iter().map(|judged| &judged.why);
        let whys = whys.chain(result.elements.iter().map(|judged| &judged.why));
        for why in whys.chain(result.findings.iter().map(|judged| &judged.why)) {
            assert!(why.ends_with('.') && why.len() > 10, "{}: {why}", review.id());
        }
    }
}

#[test]
fn one_false_mark_costs_at_least_as_much_as_one_miss() {
    for review in shipped().all() {
        let run = honest(review);
        let marked = *run.sentences().first().expect("a sentence is wrong");
        let right = (0..review.form().sentences.len()).find(|place| !run.sentences().contains(place)).expect("one is right");
        let (mut miss, mut wrong) = (run.clone(), run);
        assert!(miss.toggle_sentence(marked) && wrong.toggle_sentence(right));
        let share = |run: &mut ReviewRun| run.submit().share(ReviewPart::Sentences);
        let (miss, wrong) = (share(&mut miss), share(&mut wrong));
        assert!(wrong <= miss + 1e-9 && miss < 1.0, "{}: {wrong} {miss}", review.id());
    }
}

#[test]
fn only_what_is_on_the_list_or_in_the_diagram_can_be_marked() {
    let reviews = shipped();
    let review = reviews.find("write-up-2").expect("it is shipped");
    let mut run = ReviewRun::new(Arc::clone(review), 1);
    assert!(!run.toggle_sentence(99));
    assert!(!run.toggle_element(&Element::Component("browser".parse().expect("a valid id"))));
    let hop = |from: &str, to: &str| Element::Hop(from.parse().expect("a valid id"), to.parse().expect("a valid id"));
    assert!(run.toggle_element(&hop("lb-1", "web-1")), "hops are asked for");
    assert!(!run.toggle_element(&hop("lb-1", "db-1")), "there is no such hop");
    let answers: BTreeSet<Element> = honest(review).elements().clone();
    assert_eq!(answers, BTreeSet::from([hop("lb-1", "web-1"), hop("web-1", "app-1")]), "application and database share a server");
}

#[test]
fn repairs_are_measured_and_better_in_every_figure() {
    for review in shipped().all() {
        let ReviewDifference { before, after } = difference(review.design(), review.repaired(), 1);
        let name = review.id();
        assert!(before.single_points >= 4 && after.single_points == 0, "{name}: {before:#?} {after:#?}");
        assert!(before.readable_hops >= 2 && after.readable_hops == 0, "{name}: {before:#?} {after:#?}");
        assert!(after.availability > before.availability, "{name}");
        let (worst, repaired) = (before.worst().expect("servers"), after.worst().expect("servers"));
        assert!(worst.sent > 3_000 && worst.share() > 0.5, "{name}: {worst:?}");
        assert!(repaired.share() < worst.share() / 2.0 && after.mean_share() < before.mean_share() / 3.0, "{name}: {repaired:?}");
    }
}

#[test]
fn a_design_does_not_differ_from_itself() {
    let reviews = shipped();
    let review = reviews.find("write-up-2").expect("it is shipped");
    let same = difference(review.design(), review.design(), 1);
    assert_eq!(same.before, same.after);
}

#[test]
fn mistakes_are_located() {
    assert_eq!(mistakes("order: 0", "order: 1"), "");
    for (from, to, message) in [
        ("format: 1", "format: 9", "format 9 is newer"),
        ("id: \"write-up-0\"", "id: \"Write up\"", "`Write up` is no name of a review"),
        ("Scenario(\"design-0\")", "Scenario(\"design-9\")", "no scenario `design-9`"),
        ("Scenario(\"design-0\")", "Edits([])", "only the repaired design"),
        ("Scenario(\"design-0-repaired\")", "Edits([RemoveComponent(\"web-9\")])", "edit 1 of the repaired design is refused"),
        ("Scenario(\"design-0-repaired\")", "Edits([])", "still finds something in the repaired design"),
        ("\"single-point\", \"single-writer\"", "\"single-points\", \"single-writer\"", "no rule `single-points`"),
        ("\"single-point\", \"single-writer\"", "\"one-name\", \"single-writer\"", "`one-name` is expected, and still finds"),
        (
            "\"single-point\", \"single-writer\"",
            "\"stale-reads\", \"single-writer\"",
            "`stale-reads` is expected, but finds nothing",
        ),
        (
            "\"single-point\", \"single-writer\"",
            "\"alike-servers\", \"single-writer\"",
            "the rule `alike-servers` is listed twice",
        ),
        ("(rule: \"alike-servers\"", "(rule: \"unwatched\"", "`unwatched` is a distractor, but finds something"),
        ("\"unwatched\", \"firewall-behind\"]", "\"no-admin-path\"]", "`no-admin-path` finds no element"),
        ("Linked(\"browser\", \"dns\")", "Linked(\"dns\", \"browser\")", "00-write-up-0.ron:11:"),
        ("Linked(\"browser\", \"dns\")", "Linked(\"dns\", \"browser\")", "fact 1 of sentence 1 does not hold"),
        ("Linked(\"browser\", \"dns\")", "Linked(\"browsers\", \"dns\")", "fact 1 of sentence 1 names an element"),
        ("FailsWithout(\"db-1\", Write)", "WorksWithout(\"db-1\", Write)", "does not hold"),
        ("FailsWithout(\"db-1\", Write)", "WorksWithout(\"db-1\", Static)", ""),
        ("Count(Server, 3)", "Count(Server, 4)", "does not hold"),
        ("NoServer(\"lb-1\")", "NoServer(\"web-1\")", "does not hold"),
        ("Readable(\"lb-1\", \"web-1\")", "Unreadable(\"lb-1\", \"web-1\")", "does not hold"),
        ("Unreadable(\"browser\", \"lb-1\")", "Readable(\"browser\", \"lb-1\")", "does not hold"),
        ("FindsNothing(\"alike-servers\")", "Finds(\"alike-servers\")", "does not hold"),
        ("FindsAt(\"open-entry\", \"lb-1\")", "FindsAt(\"open-entry\", \"web-1\")", "does not hold"),
        ("Linked(\"browser\", \"lb-1\")", "NotLinked(\"browser\", \"lb-1\")", "does not hold"),
        ("Linked(\"browser\", \"lb-1\")", "SameServer(\"web-1\", \"app-1\")", "does not hold"),
        ("Drawing([Linked(\"browser\", \"dns\"), Linked(\"browser\", \"lb-1\")])", "Drawing([])", "sentence 1 cites no facts"),
    ] {
        let found = mistakes(from, to);
        assert!(found.contains(message) && found.is_empty() == message.is_empty(), "{from} → {to}: {found}");
    }
}

#[test]
fn two_files_cannot_claim_the_same_review_or_place() {
    let (_, text) = FILES[0];
    let twice = DesignReviews::read(&[("a.ron", text), ("b.ron", text)], scenario).unwrap_err();
    assert!(twice[0].to_string().contains("review `write-up-0` is also in a.ron"), "{twice:?}");
    let other = text.replacen("id: \"write-up-0\"", "id: \"other\"", 1);
    let same = DesignReviews::read(&[("a.ron", text), ("b.ron", &other)], scenario).unwrap_err();
    assert!(same[0].to_string().contains("have the same place"), "{same:?}");
}

#[test]
fn origins_can_be_inline() {
    let inline = shipped().all().iter().filter(|review| matches!(review.form().design, ReviewOrigin::Inline(_))).count();
    assert_eq!(inline, 3);
}
