//! Fault scripts: writing and reading round-trips, and errors are reported with their position.

#![expect(clippy::unwrap_used, reason = "test helpers, which clippy does not recognise as tests")]

use std::collections::BTreeSet;
use std::sync::LazyLock;

use hoplight::model::quantity::{Attempts, Factor, Fraction, Rate, Seconds};
use hoplight::model::text::is_printable;
use hoplight::model::{
    Algorithm, ComponentId, Element, Hsts, Infrastructure, Port80, RateLimit, Refusal, RequestKind, Retries, ServerId, TlsMode,
    TopologyEdit,
};
use hoplight::sim::script::{self, Script, ScriptError, Verb, shown_time};
use hoplight::sim::{Command, Fault, RecordState, SimTime};
use hoplight::text;
use proptest::prelude::*;

static INFRA: LazyLock<Infrastructure> = LazyLock::new(|| {
    let text = include_str!("../assets/stage-2-secured.ron");
    Infrastructure::from_ron("stage-2-secured.ron", text).unwrap()
});

fn elements() -> Vec<Element> {
    let components = INFRA.components().map(|(_, component)| Element::Component(component.id.clone()));
    let servers = INFRA.servers().map(|server| Element::Server(server.id.clone()));
    let hops = INFRA.links().map(|(ix, _)| INFRA.hop_element(ix));
    components.chain(servers).chain(hops).collect()
}

/// Generates any command on elements that exist.
fn any_command() -> impl Strategy<Value = Command> {
    let hops = || {
        let hops: Vec<_> = elements().into_iter().filter(|element| matches!(element, Element::Hop(..))).collect();
        proptest::sample::select(hops).prop_map(|hop| match hop {
            Element::Hop(from, to) => (from, to),
            _ => unreachable!("only hops were kept"),
        })
    };
    let element = || proptest::sample::select(elements());
    prop_oneof![
        element().prop_map(Command::Kill),
        element().prop_map(Command::Restore),
        (0.0..=100_000.0_f64).prop_map(|rate| Command::Rate(Rate::new((rate * 1e3).round() / 1e3).unwrap())),
        proptest::sample::select(TlsMode::ALL.to_vec()).prop_map(|mode| Command::Edit(TopologyEdit::EdgeTls(mode))),
        any::<bool>().prop_map(|on| Command::Edit(TopologyEdit::WebToAppTls(on))),
        any::<bool>().prop_map(|on| Command::Edit(TopologyEdit::AppToDbTls(on))),
        any::<bool>().prop_map(|on| Command::Edit(TopologyEdit::Sticky(on))),
        proptest::sample::select(Port80::ALL.to_vec()).prop_map(|port_80| Command::Edit(TopologyEdit::Port80(port_80))),
        any::<Option<(u32, bool)>>()
            .prop_map(|hsts| { Command::Edit(TopologyEdit::Hsts(hsts.map(|(max_age_s, preload)| Hsts { max_age_s, preload }))) }),
        any::<bool>().prop_map(|on| Command::Edit(TopologyEdit::ForwardedProto(on))),
        hops().prop_map(|(from, to)| Command::Edit(TopologyEdit::Block(from, to))),
        hops().prop_map(|(from, to)| Command::Edit(TopologyEdit::Unblock(from, to))),
        proptest::sample::select(RequestKind::ALL.to_vec()).prop_map(Command::Send),
        element().prop_map(|element| Command::Fault(Fault::Hang(element))),
        (element(), 0.01..=1_000.0_f64).prop_map(|(element, factor)| {
            Command::Clear(Fault::Slow(element, Factor::new((factor * 1e3).round() / 1e3).unwrap()))
        }),
        hops().prop_map(|(from, to)| Command::Clear(Fault::Sniffer(from, to))),
        proptest::sample::select(RecordState::ALL.to_vec()).prop_map(|state| Command::Fault(Fault::Record(state))),
        (0..5_u32).prop_map(|count| Command::Fault(Fault::Leak { from: None, to: ComponentId::new("db-1"), count: count + 1 })),
        (1..=9_u32).prop_map(|threads| Command::Fault(Fault::CpuHog(ServerId::new("server-1"), threads))),
        (element(), any::<bool>())
            .prop_map(|(element, timed)| Command::Restart(element, timed.then(|| Seconds::new(1.5).unwrap()))),
        (1..=16_u8, 0.001..=9.0_f64, 0.0..=1.0_f64).prop_map(|(attempts, backoff, jitter)| {
            let rounded = |number: f64| (number * 1e3).round() / 1e3;
            Command::Retries(Retries {
                attempts: Attempts::new(attempts).unwrap(),
                backoff_s: Seconds::new(rounded(backoff)).unwrap(),
                jitter: Fraction::new(rounded(jitter)).unwrap(),
            })
        }),
        (1..=10_000_u32, 1..=1_000_000_u32)
            .prop_map(|(rate, addresses)| { Command::Fault(Fault::Abuse(Rate::new(f64::from(rate) / 4.0).unwrap(), addresses)) }),
        (1..=10_000_u32, 0..=1_000_u32, proptest::sample::subsequence(RequestKind::ALL.to_vec(), 0..=3), any::<bool>()).prop_map(
            |(rate, burst, kinds, unavailable)| {
                let rate = Rate::new(f64::from(rate) / 4.0).unwrap();
                let kinds = (!kinds.is_empty()).then_some(kinds);
                let refusal = if unavailable { Refusal::Unavailable } else { Refusal::TooManyRequests };
                let limit = Some(RateLimit { rate, burst, kinds, refusal }).filter(|limit| limit.burst != 7);
                Command::Edit(TopologyEdit::RateLimit(ComponentId::new("web-1"), limit))
            }
        ),
        any::<bool>().prop_map(Command::SynCookies),
        Just(Command::Scan),
        proptest::sample::select(vec![Algorithm::RoundRobin, Algorithm::LeastConnections]).prop_map(Command::Balance),
    ]
}

proptest! {
    #[test]
    fn written_commands_read_back_unchanged(command in any_command(), nanos in 0..=30 * 86_400 * 1_000_000_000_u64) {
        let text = script::text(&command, &INFRA);
        prop_assert_eq!(&script::command(&text, &INFRA).unwrap(), &command);
        let entry = script::entry(&format!("{} {text}", shown_time(SimTime::from_nanos(nanos))), &INFRA).unwrap();
        prop_assert_eq!((entry.at.nanos(), entry.command), (nanos, command));
    }

    #[test]
    fn no_text_makes_the_parser_panic(text in any::<String>(), verb in proptest::sample::select(Verb::ALL.to_vec())) {
        for line in [text.clone(), format!("20s {text}"), format!("20s {} {text}", verb.name())] {
            let Err(error) = script::entry(&line, &INFRA) else { continue };
            let message = message(&error);
            prop_assert!(message.chars().all(is_printable) && message.len() < 900, "{message}");
            let placed = text::located_script_error(&error, "x", 1, &line).to_string();
            prop_assert!(placed.chars().all(|c| c == '\n' || is_printable(c)), "{placed}");
        }
    }
}

fn message(error: &ScriptError) -> String {
    text::script_error(error).to_string()
}

fn element(name: &str) -> Element {
    elements().into_iter().find(|element| element.to_string() == name).unwrap()
}

#[test]
fn every_form_of_an_arrow_is_read() {
    for text in ["kill lb-1 -> web-1", "kill lb-1>web-1", "kill lb-1→web-1", "kill lb-1->web-1", "kill\tlb-1  → web-1 "] {
        assert_eq!(script::command(text, &INFRA).unwrap(), Command::Kill(element("lb-1 → web-1")), "{text}");
    }
    assert_eq!(script::command("kill server server-2", &INFRA).unwrap(), Command::Kill(element("server-2")));
}

#[test]
fn a_verbs_usage_begins_with_its_name_and_is_unique() {
    let names: BTreeSet<&str> = Verb::ALL.map(Verb::name).into();
    assert_eq!(names.len(), Verb::ALL.len());
    for verb in Verb::ALL {
        assert!(verb.usage().starts_with(verb.name()) && !text::verb(verb).is_empty(), "{verb:?}");
    }
}

#[test]
fn errors_have_a_column_and_a_suggestion() {
    for (line, column, says) in [
        ("20s kil server-2", 5, "expected a command: kill, restore,"),
        ("20s kil server-2", 5, "did you mean `kill`?"),
        ("20s kill sever-2", 10, "found `sever-2`; did you mean `server-2`?"),
        ("20s kill nothing-like-it", 10, "there are browser, dns,"),
        ("kill server-2", 1, "a time comes before the command, as in `20s kill`"),
        ("20 kill server-2", 1, "a time has a unit, such as 20s"),
        (
            "20s kill",
            9,
            "expected a component, a server or a hop, as in `kill COMPONENT|SERVER|FROM -> TO`; found the end of the line",
        ),
        ("20s kill web-1 web-2", 16, "expected the end of the line"),
        ("20s kill web-1 -> lb-1", 10, "no link goes from web-1 to lb-1; did you mean `lb-1 -> web-1`?"),
        ("20s block lb-1 web-1", 16, "expected an arrow `->`"),
        ("20s block lb-1 -> wbe-1", 19, "did you mean `web-1`?"),
        ("20s rate 1e400", 10, "expected requests per second, such as 200 or 0.5; found `1e400`"),
        ("20s rate NaN", 10, "found `NaN`"),
        ("20s rate -1", 10, "found `-1`"),
        ("20s rate 1000000", 10, "the rate per second must be between 0 and 100000, found 1000000"),
        ("20s rate 1.2.3", 10, "found `1.2.3`"),
        ("20s tls reencrypt", 9, "did you mean `re-encrypt`?"),
        ("20s tls web-app maybe", 17, "expected on or off (on, off); found `maybe`"),
        ("20s send reed", 10, "did you mean `read`?"),
        ("20s balance random", 13, "expected an algorithm (roundrobin, leastconn"),
        ("", 1, "expected a time and a command"),
        ("20s", 4, "expected a command:"),
        ("1e400s kill web-1", 1, "expected a time such as"),
    ] {
        let error = script::entry(line, &INFRA).unwrap_err();
        let message = message(&error);
        assert_eq!(error.column, column, "{line}: {message}");
        assert!(message.contains(says), "{line}: {message}");
    }
    let long = format!("20s kill {}", "x".repeat(10_000));
    assert!(message(&script::entry(&long, &INFRA).unwrap_err()).contains("a line has at most 400 bytes"));
}

#[test]
fn a_script_may_have_comments_and_its_errors_have_lines() {
    let good = "# a bad day\n\n20s kill server-2  # the web server\n  10s rate 200\n20s send write\n";
    let script = Script::parse(good, &INFRA).unwrap();
    let shown: Vec<String> = script
        .entries()
        .iter()
        .map(|entry| format!("{} {}", shown_time(entry.at), script::text(&entry.command, &INFRA)))
        .collect();
    assert_eq!(shown, ["10s rate 200", "20s kill server-2", "20s send write"]);
    let bad = "1s rate 5\n2s kil web-1\n3s kill wbe-1\n";
    let errors = text::located_script_errors(&Script::parse(bad, &INFRA).unwrap_err(), "day.txt", bad);
    let messages: Vec<String> = errors.iter().map(ToString::to_string).collect();
    assert!(messages[0].starts_with("day.txt:2:4: expected a command"), "{messages:?}");
    assert!(messages[0].ends_with("did you mean `kill`?\n 2 | 2s kil web-1\n   |    ^"), "{messages:?}");
    assert!(messages[1].starts_with("day.txt:3:9: expected a component"), "{messages:?}");
    let many = "oops\n".repeat(1_000);
    assert_eq!(Script::parse(&many, &INFRA).unwrap_err().len(), 10);
}

#[test]
fn a_row_of_the_catalogue_is_one_line() {
    let entries = script::entries("20s fault retry-storm", &INFRA).unwrap();
    let shown: Vec<String> =
        entries.iter().map(|entry| format!("{} {}", shown_time(entry.at), script::text(&entry.command, &INFRA))).collect();
    assert_eq!(
        shown,
        ["20s retries 3 0.1 1", "20s hang app-1", "20s hang app-2", "30s clear hang app-1", "30s clear hang app-2"]
    );
    let fixed = script::entries("60s fix retry-storm", &INFRA).unwrap();
    assert_eq!(script::text(&fixed[0].command, &INFRA), "retries 1 0.1 1");
    let text = Script::parse("20s fault web-killed\n40s fix web-killed\n", &INFRA).unwrap();
    assert_eq!(text.entries().len(), 4);
    for (line, column, says) in [
        ("20s fault", 10, "expected a fault of `hoplight list faults`"),
        ("20s fault web-kild", 11, "did you mean `web-killed`?"),
        ("20s fix web-killed now", 20, "expected the end of the line"),
        ("20s fault vrrp-blocked", 11, "cannot happen in stage-2-secured"),
    ] {
        let error = script::entries(line, &INFRA).unwrap_err();
        let message = message(&error);
        assert_eq!(error.column, column, "{line}: {message}");
        assert!(message.contains(says), "{line}: {message}");
    }
}
