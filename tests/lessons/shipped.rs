//! Every shipped lesson passes the content check, and its solutions pass on the real engine.

use std::collections::BTreeSet;
use std::path::Path;

use hoplight::content::EMBEDDED;
use hoplight::lesson::{LessonSites, check, replay};

use super::library;

#[test]
fn every_shipped_lesson_passes_the_check() {
    let errors = check(&library());
    let list: Vec<String> = errors.iter().map(ToString::to_string).collect();
    assert!(list.is_empty(), "{} mistakes:\n{}", list.len(), list.join("\n"));
}

#[test]
fn solutions_pass_with_any_seed() {
    let library = library();
    for lesson in library.lessons() {
        let sites = LessonSites::find(&library, lesson).expect("checked");
        for seed in [2, 7, 2024] {
            let played = replay(lesson, &sites, seed).unwrap_or_else(|error| panic!("{}, seed {seed}: {error}", lesson.id));
            assert_eq!(played.steps, lesson.steps.len());
            assert_eq!(played.score.right, played.score.of, "{}", lesson.id);
        }
    }
}

#[test]
fn the_embedded_files_match_the_directories() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = |name: &str| -> BTreeSet<String> {
        let files = std::fs::read_dir(root.join(name)).expect("a folder");
        let names = files.map(|file| file.expect("a file").file_name().into_string().expect("UTF-8"));
        names
            .filter(|file| Path::new(file).extension().is_some_and(|end| end == "ron"))
            .map(|file| format!("{name}/{file}"))
            .collect()
    };
    let listed = |files: &[(&str, &str)]| -> BTreeSet<String> { files.iter().map(|(file, _)| (*file).to_owned()).collect() };
    assert_eq!(listed(EMBEDDED.scenarios), folder("assets"));
    assert_eq!(listed(&[EMBEDDED.lessons, EMBEDDED.glossaries].concat()), folder("lessons"));
}

#[test]
fn every_abbreviation_and_every_explained_term_is_in_the_glossary() {
    let library = library();
    let glossary = library.glossary();
    assert!(glossary.terms().len() >= 100);
    // Proper names and acronyms that need no explanation.
    let names = ["MUSCULAR", "PCI", "DSS", "CPU", "OK", "GET"];
    for (file, text) in EMBEDDED.lessons {
        let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| word.len() > 1);
        for word in words.filter(|word| word.chars().all(|c| c.is_ascii_uppercase()) && !names.contains(word)) {
            assert!(!glossary.in_text(word).is_empty(), "{file}: {word} is not explained");
        }
    }
    for word in [
        "TLS termination",
        "re-encryption",
        "passthrough",
        "roundrobin",
        "leastconn",
        "health check",
        "canary",
        "diversity",
        "redundancy",
        "replica",
        "primary",
        "promotion",
        "quorum",
        "split brain",
        "loopback",
        "plaintext",
        "p99",
        "percentile",
        "QPS",
        "stale",
        "agent",
        "sample",
        "absence alert",
        "external probe",
        "error budget",
        "retry storm",
        "SYN flood",
        "DMZ",
        "default deny",
        "stateful",
        "502",
        "503",
        "504",
        "1290",
        "1040",
        "VRRP",
        "SNI",
        "mTLS",
        "event loop",
        "failure domain",
    ] {
        assert!(glossary.find(word).is_some(), "{word}");
    }
}

#[test]
fn the_glossary_is_sorted_alphabetically() {
    for (file, text) in EMBEDDED.glossaries {
        let terms = text.lines().filter_map(|line| line.trim().strip_prefix("term: "));
        let terms: Vec<String> = terms.map(str::to_lowercase).collect();
        if terms.is_empty() {
            // The notes for the whiteboard are not terms.
            assert!(text.contains("whiteboard"), "{file}");
            continue;
        }
        let sorted = terms.is_sorted_by(|a, b| a.trim_matches(['"', ',']) <= b.trim_matches(['"', ',']));
        assert!(sorted, "{file}: {terms:#?}");
    }
}

#[test]
fn at_least_three_lessons_are_answered_on_the_diagram() {
    let library = library();
    let marks = |lesson: &&std::sync::Arc<hoplight::lesson::Lesson>| {
        let questions = lesson.steps.iter().filter_map(|step| step.question()).chain(&lesson.quiz);
        questions.into_iter().any(|question| question.target().is_some())
    };
    assert!(library.lessons().filter(marks).count() >= 3);
}
