//! The scenario template and the examples in the documentation, which readers use as a starting point.

#[path = "template/schema.rs"]
mod schema;
#[path = "template/tree.rs"]
mod tree;

use std::collections::BTreeSet;
use std::sync::Arc;

use hoplight::analysis::{Outage, works};
use hoplight::content::TEMPLATE;
use hoplight::layout::{Fit, Layout};
use hoplight::model::scenario::Scenario;
use hoplight::model::{Infrastructure, RequestKind};
use hoplight::sim::{Recorder, SimTime, Simulation};

use schema::{Schema, Shape};
use tree::Node;

/// Parses a scenario and asserts that the site works.
fn site(file: &str, text: &str) -> Arc<Infrastructure> {
    let infra = Arc::new(Infrastructure::from_ron(file, text).unwrap_or_else(|error| panic!("{error}")));
    for kind in RequestKind::ALL {
        assert!(works(&infra, &Outage::none(), kind).is_ok(), "{file}: {kind:?}");
    }
    let mut recorder = Recorder::new(SimTime::ZERO);
    Simulation::new(Arc::clone(&infra), 1).advance(SimTime::from_secs(30), &mut recorder);
    let all = recorder.all();
    assert!(all.failed() == 0 && all.completed() > 1_000, "{file}: {:?}", all.failures().collect::<Vec<_>>());
    assert_eq!(Layout::new(&infra, 80, 24).fit(), Fit::Whole, "{file}");
    infra
}

#[test]
fn the_template_is_a_site_that_works() {
    let infra = site("template.ron", TEMPLATE);
    assert_eq!(infra.id().as_str(), "my-site");
    for hop in infra.hops() {
        for guard in &hop.guards {
            let allow = hoplight::model::firewall::RuleAction::Allow;
            assert_eq!(guard.verdict.action, allow, "{}", infra.hop_element(hop.link));
        }
    }
}

#[test]
fn each_alternative_in_the_template_can_replace_the_line_above() {
    let lines: Vec<&str> = TEMPLATE.lines().collect();
    let mut tried = 0;
    for (number, line) in lines.iter().enumerate().filter(|(_, line)| line.trim_start().starts_with("//- ")) {
        let choice = line.trim_start().trim_start_matches("//- ");
        let Some((field, _)) = choice.split_once(':').filter(|(field, _)| !field.contains('(')) else { continue };
        let above =
            (0..number).rev().find(|at| lines[*at].trim_start().starts_with(&format!("{field}:"))).expect("the field is above");
        let mut changed = lines.clone();
        changed[above] = choice;
        let mut text = changed.join("\n");
        if choice.contains("Closed") {
            // A closed population has no rate that a schedule could change.
            let (before, behind) = text.split_once("schedule: [").expect("a schedule");
            text = format!("{before}{}", behind.split_once("],").expect("the list ends").1);
        }
        Infrastructure::from_ron("template.ron", &text).unwrap_or_else(|error| panic!("{choice}: {error}"));
        tried += 1;
    }
    assert!(tried >= 9, "{tried} choices were tried");
}

/// Returns the fields and variants that a template lacks, and the fields that the format does not have.
fn lacks(template: &str) -> Vec<String> {
    let schema = Schema::of::<Scenario>();
    let mut named = BTreeSet::new();
    let mut wrong = Vec::new();
    visit(&tree::parse(template), &Shape::Record("Scenario".into()), &schema, &mut named, &mut wrong);
    let words: BTreeSet<&str> = template.split(|c: char| !c.is_alphanumeric() && c != '_').collect();
    for (record, fields) in &schema.records {
        let missing = fields.keys().filter(|field| !named.contains(&format!("{record}.{field}")));
        wrong.extend(missing.map(|field| format!("`{field}` of {record} is missing")));
    }
    for (choice, variants) in &schema.choices {
        // A variant without contents may be mentioned in a comment.
        let missing = variants.iter().filter(|(variant, content)| {
            !named.contains(&format!("{choice}::{variant}")) && (content.is_some() || !words.contains(variant.as_str()))
        });
        wrong.extend(missing.map(|(variant, _)| format!("`{variant}` of {choice} is missing")));
    }
    wrong
}

/// Records every field and enum variant below a node.
fn visit(node: &Node, shape: &Shape, schema: &Schema, named: &mut BTreeSet<String>, wrong: &mut Vec<String>) {
    match (shape, node) {
        (Shape::Record(record), Node::Group { fields, .. }) => {
            for (field, value) in fields {
                named.insert(format!("{record}.{field}"));
                match schema.records.get(record).and_then(|known| known.get(field)) {
                    Some(shape) => visit(value, shape, schema, named, wrong),
                    None => wrong.push(format!("{record} has no field `{field}`")),
                }
            }
        }
        (Shape::Choice(choice), Node::Group { name: Some(variant), items, .. }) => {
            named.insert(format!("{choice}::{variant}"));
            match schema.choices.get(choice).and_then(|known| known.get(variant)) {
                Some(Some(content @ Shape::Record(_))) => visit(node, content, schema, named, wrong),
                Some(Some(content)) => items.iter().for_each(|item| visit(item, content, schema, named, wrong)),
                Some(None) => {}
                None => wrong.push(format!("{choice} has no `{variant}`")),
            }
        }
        (Shape::List(shape), Node::List(items)) => items.iter().for_each(|item| visit(item, shape, schema, named, wrong)),
        _ => {}
    }
}

#[test]
fn the_template_names_every_field_and_every_variant() {
    assert_eq!(lacks(TEMPLATE), [""; 0]);
}

#[test]
fn a_missing_field_in_the_template_is_reported() {
    let without = |part: &str| {
        assert!(TEMPLATE.contains(part), "{part}");
        lacks(&TEMPLATE.replace(part, ""))
    };
    assert_eq!(without("latency_ms: 5.0"), ["`latency_ms` of LinkSpec is missing"]);
    assert_eq!(without("reliability: (mtbf_h: 8760.0, mttr_h: 1.0)"), ["`reliability` of LinkSpec is missing"]);
    assert_eq!(without(", expel_s: 10.0"), ["`expel_s` of DatabaseSpec is missing"]);
    assert_eq!(without("//- service: Erlang(mean_ms: 50.0, k: 4),").len(), 3, "the variant and its fields");
    assert_eq!(without("SourceHash, "), ["`SourceHash` of Algorithm is missing"]);
    assert_eq!(without("Lag."), ["`Lag` of Metric is missing"]);
    let renamed = lacks(&TEMPLATE.replace("queue_timeout_s:", "line_timeout_s:"));
    assert_eq!(renamed, ["BalancerSpec has no field `line_timeout_s`", "`queue_timeout_s` of BalancerSpec is missing"]);
}

#[test]
fn the_schema_is_complete() {
    let schema = Schema::of::<Scenario>();
    let known: BTreeSet<&str> = schema.records.keys().map(String::as_str).collect();
    let some =
        ["Scenario", "Traffic", "Retries", "TlsConfig", "AlertRule", "StationPatch", "VrrpSpec", "Rule", "LinkSpec", "Software"];
    assert!(some.iter().all(|record| known.contains(record)), "{known:?}");
    assert!(known.len() > 40 && schema.choices.len() > 15, "{} records, {} choices", known.len(), schema.choices.len());
}

#[test]
fn every_scenario_in_the_documentation_is_a_site_that_works() {
    for page in ["README.md", "docs/scenarios.md"] {
        let text = std::fs::read_to_string(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(page)).expect("a page");
        let blocks: Vec<&str> = text.split("```ron\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
        assert!(!blocks.is_empty(), "{page} shows how to write one");
        for block in blocks {
            let infra = site("my-site.ron", block);
            assert_eq!(infra.id().as_str(), "my-site", "{page}");
        }
    }
}

/// The events of the first seconds of a run.
fn digest(text: &str) -> u64 {
    let infra = Infrastructure::from_ron("template.ron", text).unwrap_or_else(|error| panic!("{error}"));
    let mut sim = Simulation::new(Arc::new(infra), 3);
    sim.advance(SimTime::from_secs(6), &mut ());
    sim.digest()
}

#[test]
fn a_field_that_is_left_out_has_the_value_that_the_template_states() {
    let without = |line: &str| TEMPLATE.replacen(&format!("{line}\n"), "\n", 1);
    let replaced = |line: &str, by: &str| TEMPLATE.replacen(line, by, 1);
    let parsed = |text: &str| Infrastructure::from_ron("template.ron", text).unwrap_or_else(|error| panic!("{error}"));
    // The comments of these fields state another default than the value that is shown.
    let stated = [
        ("check: HttpApp,", "check: Tcp,"),
        ("redispatch: true,", "redispatch: false,"),
        ("failover: Automatic(after_s: 15.0),", "failover: Manual,"),
        ("fence: true,", "fence: false,"),
        ("semi_sync: true,", "semi_sync: false,"),
    ];
    for (shown, default) in stated {
        let (omitted, written) = (without(&format!("            {shown}")), replaced(shown, default));
        assert!(omitted != TEMPLATE && written != TEMPLATE, "{shown}");
        assert!(parsed(&omitted) == parsed(&written) && parsed(&omitted) != parsed(TEMPLATE), "{shown}");
        assert_eq!(digest(&omitted), digest(&written), "{shown}");
    }
    // All other fields on a line of their own show their default, unless their comment states one.
    let (mut comment, mut continues) = (String::new(), false);
    let (mut tried, mut is_station) = (0, false);
    let whole = (parsed(TEMPLATE), digest(TEMPLATE));
    let is_word = |name: &str| name.chars().all(|c| c.is_ascii_lowercase() || c == '_');
    for line in TEMPLATE.lines() {
        let text = line.trim_start();
        is_station = (is_station || text.contains("station: (")) && !text.starts_with(")),");
        if text.starts_with("// ") {
            comment = if continues { format!("{comment} {text}") } else { text.to_owned() };
        }
        continues = text.starts_with("// ");
        // Lists say which elements belong together; they have no usual value.
        let is_whole = text.matches('(').count() == text.matches(')').count() && !text.contains('[');
        let is_field = text.ends_with(',') && is_whole && text.split_once(": ").is_some_and(|(name, _)| is_word(name));
        if !is_field || is_station || comment.to_lowercase().contains("default") {
            continue;
        }
        let omitted = without(line);
        assert!(parsed(&omitted) == whole.0 && digest(&omitted) == whole.1, "{text}");
        tried += 1;
    }
    assert!(tried > 15, "{tried}");
}
