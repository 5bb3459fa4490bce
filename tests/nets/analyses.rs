//! Records the JSON output of `hoplight analyze` for every scenario in `tests/data/analyses`.
//!
//! Facts (numbers, names, dependencies) are recorded separately from sentences, so that a change of wording does not
//! affect the files of facts. The sentences of the rules are the same for all scenarios and are recorded in
//! `rules.txt`.

use std::collections::BTreeMap;
use std::process::Command;
use std::sync::LazyLock;

use crate::json::Json;
use crate::kept::{assert_lines, root};
use crate::scenarios::{files, stem};

/// Additional runs: name of the record, and arguments.
const MORE: [(&str, &[&str]); 3] = [
    ("stage-3-scaled-none", &["stage-3-scaled", "--tls", "none", "--load", "700"]),
    ("stage-3-scaled-passthrough", &["stage-3-scaled", "--tls", "passthrough", "--load", "2000"]),
    ("design-3-re-encrypt", &["design-3", "--tls", "re-encrypt", "--load", "5"]),
];

/// Fields that contain sentences or words for people.
const WORDING: [&str; 8] = ["why", "message", "assumed", "reads", "labels", "readers", "lost", "by"];

/// Fields of a finding that come from its rule.
const OF_RULES: [&str; 3] = ["title", "why", "fix"];

/// Sentences of each rule, by the rule's identifier.
type Rules = BTreeMap<String, String>;

/// A report, split into facts and wording.
#[derive(Default)]
struct Parts {
    /// One line per field or per item of a list.
    facts: Vec<String>,
    /// One line per sentence.
    wording: Vec<String>,
    rules: Rules,
}

static REPORTS: LazyLock<Vec<(String, Parts)>> = LazyLock::new(|| {
    let usual =
        files().map(|(file, _)| (stem(file).to_owned(), vec![root().join(file).display().to_string(), "--cuts=3".to_owned()]));
    let more =
        MORE.into_iter().map(|(name, arguments)| (name.to_owned(), arguments.iter().map(|word| (*word).to_owned()).collect()));
    usual.chain(more).map(|(name, arguments)| (name, parts(&analyze(&arguments)))).collect()
});

/// Runs `hoplight analyze` and returns its output.
fn analyze(arguments: &[String]) -> Json {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hoplight"));
    command.args(["analyze", "--format", "json"]).args(arguments).env_clear().env("HOME", env!("CARGO_TARGET_TMPDIR"));
    let output = command.output().expect("hoplight starts");
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    Json::read(&String::from_utf8(output.stdout).expect("UTF-8"))
}

fn parts(report: &Json) -> Parts {
    let mut parts = Parts::default();
    let Json::Map(sections) = report else { panic!("a report is a map") };
    for (name, section) in sections {
        let section = parts.facts_of(name, name, section);
        let lines: Vec<String> = match &section {
            Json::List(all) => all.iter().map(Json::line).collect(),
            Json::Map(all) => all.iter().map(|(name, value)| format!("{name}: {}", value.line())).collect(),
            Json::Plain(_) | Json::Text(_) => vec![section.line()],
        };
        parts.facts.push(format!("{name}:"));
        parts.facts.extend(lines.into_iter().map(|line| format!("  {line}")));
    }
    parts
}

impl Parts {
    /// Replaces the sentences of a value with their number. `place` is the path to the value, `field` its name.
    fn facts_of(&mut self, place: &str, field: &str, value: &Json) -> Json {
        let is_wording = WORDING.contains(&field) || place.starts_with("broken ");
        match value {
            Json::Text(text) if is_wording => {
                self.wording.push(format!("{place}: {text}"));
                Json::Plain("1".to_owned())
            }
            Json::List(all) if is_wording => {
                for text in all {
                    let Json::Text(text) = text else { panic!("{place} holds sentences") };
                    self.wording.push(format!("{place}: {text}"));
                }
                Json::Plain(all.len().to_string())
            }
            Json::Plain(_) | Json::Text(_) => value.clone(),
            Json::List(all) => Json::List(
                all.iter().enumerate().map(|(number, value)| self.facts_of(&format!("{place} {number}"), "", value)).collect(),
            ),
            Json::Map(all) => {
                let is_finding = place.starts_with("findings ");
                if is_finding {
                    self.rule(all);
                }
                let fields = all.iter().filter(|(name, _)| !(is_finding && OF_RULES.contains(&name.as_str())));
                Json::Map(
                    fields.map(|(name, value)| (name.clone(), self.facts_of(&format!("{place} {name}"), name, value))).collect(),
                )
            }
        }
    }

    fn rule(&mut self, finding: &[(String, Json)]) {
        let field = |wanted: &str| match finding.iter().find(|(name, _)| name == wanted) {
            Some((_, Json::Text(text))) => text.clone(),
            other => panic!("{wanted} is a text: {other:?}"),
        };
        let lines = OF_RULES.map(|name| format!("  {name}: {}\n", field(name)));
        self.rules.insert(field("id"), lines.concat());
    }
}

#[test]
fn the_facts_of_every_analysis() {
    for (name, parts) in REPORTS.iter() {
        assert_lines(&root().join(format!("tests/data/analyses/{name}.facts.txt")), &(parts.facts.join("\n") + "\n"));
    }
}

#[test]
fn the_wording_of_every_analysis() {
    let mut rules = Rules::new();
    for (name, parts) in REPORTS.iter() {
        assert_lines(&root().join(format!("tests/data/analyses/{name}.wording.txt")), &(parts.wording.join("\n") + "\n"));
        for (id, text) in &parts.rules {
            assert_eq!(
                rules.entry(id.clone()).or_insert_with(|| text.clone()),
                text,
                "{id} has the same sentences in every report"
            );
        }
    }
    let text: Vec<String> = rules.into_iter().map(|(id, text)| id + "\n" + text.as_str()).collect();
    assert_lines(&root().join("tests/data/analyses/rules.txt"), &text.concat());
}
