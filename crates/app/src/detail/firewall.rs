//! The detail panel of a firewall: what it protects, its rules with their hit counts, and its last decision.

use hoplight_model::firewall::{Direction, FirewallSpec, Peer, RuleAction, Verdict};
use hoplight_model::hop::Guard;
use hoplight_model::{ComponentIx, Infrastructure};
use hoplight_sim::{EventKind, probe_number};

use crate::detail::component::latest;
use crate::detail::scan;
use crate::line::{Line, Page};
use crate::sender::sender;
use crate::stage::Stage;
use crate::tone::Tone;

/// Writes the lines of a firewall.
pub(super) fn write(page: &mut Page, stage: &Stage, ix: ComponentIx, spec: &FirewallSpec) {
    let servers = spec.servers.iter().map(ToString::to_string);
    let protects: Vec<String> = servers.chain(spec.components.iter().map(ToString::to_string)).collect();
    if protects.is_empty() {
        page.text(Tone::Warn, "It is not placed: it protects nothing.");
    } else {
        page.text(Tone::Text, &format!("protects {}", protects.join(", ")));
    }
    pair(page, stage, ix, spec);
    spec.servers.iter().for_each(|server| scan::write(page, stage, server));
    let decided = decision(stage, ix);
    for direction in [Direction::Inbound, Direction::Outbound] {
        let is_last =
            |rule: Option<u16>| decided.is_some_and(|(verdict, _)| verdict.direction == direction && verdict.rule == rule);
        let hits = stage.sim().rule_hits(ix, direction);
        let word = if direction == Direction::Inbound { "in" } else { "out" };
        for (rule, number) in spec.rules(direction).iter().zip(1u16..) {
            let peer = match &rule.peer {
                Peer::Any => "any".to_owned(),
                Peer::Component(id) => id.to_string(),
                Peer::Server(id) => id.to_string(),
            };
            let ports: Vec<String> = rule.ports.iter().map(ToString::to_string).collect();
            let ports = if ports.is_empty() { "all".to_owned() } else { ports.join(",") };
            let count = hits.get(usize::from(number) - 1).copied().unwrap_or_default();
            let text = format!("{} {peer} → {ports}  ×{count}", action(rule.action));
            rule_line(page, &format!("{word} {number}"), Tone::Text, &text, is_last(Some(number)));
        }
        let count = hits.last().copied().unwrap_or_default();
        rule_line(page, &format!("{word} –"), Tone::Dim, &format!("default: {}  ×{count}", action(spec.default)), is_last(None));
    }
    if let Some((verdict, whom)) = decided {
        let tone = if verdict.action == RuleAction::Allow { Tone::Good } else { Tone::Bad };
        let whom = whom.map_or_else(|| "a sample or a probe".to_owned(), sender);
        let did = match verdict.action {
            RuleAction::Allow => "allowed",
            RuleAction::Drop => "dropped",
            RuleAction::Reject => "rejected",
            RuleAction::Reset => "reset",
        };
        page.item(Tone::Accent, "← ", tone, &format!("last decision: {whom} was {did}"), None);
    }
}

/// Writes a firewall's part in a pair.
fn pair(page: &mut Page, stage: &Stage, ix: ComponentIx, spec: &FirewallSpec) {
    let Some(active) = stage.sim().is_active_firewall(ix) else { return };
    let infra = stage.infra();
    let other = infra.standby_of(ix).map(|standby| infra.component(standby).id.to_string());
    let other = other.or_else(|| spec.standby.as_ref().map(|standby| standby.of.to_string())).unwrap_or_default();
    let settings = infra.standby_of(ix).and_then(|standby| infra.component(standby).kind.as_firewall());
    let settings = settings.unwrap_or(spec).standby.as_ref();
    let (tone, word) = if active { (Tone::Good, "active") } else { (Tone::Text, "not active") };
    page.line(Line::new(tone, word).with(Tone::Text, format!(", in a pair with {other}")));
    if let Some(settings) = settings {
        let seconds = settings.takeover() as f64 / 1e9;
        let sync = if settings.state_sync { "connections survive" } else { "open connections are reset" };
        page.text(Tone::Dim, &format!("takeover after {seconds:.1} s without advertisements; {sync}"));
    }
}

/// Writes a rule. The rule of the last decision is highlighted.
fn rule_line(page: &mut Page, number: &str, tone: Tone, text: &str, decided: bool) {
    if decided {
        page.item(Tone::Accent, &format!("{number} "), Tone::Name, &format!("{text} ←"), None);
    } else {
        page.item(Tone::Dim, &format!("{number} "), tone, text, None);
    }
}

/// Returns a firewall's last decision, and the request it applied to.
fn decision(stage: &Stage, firewall: ComponentIx) -> Option<(Verdict, Option<u64>)> {
    latest(stage, |note| match &note.what {
        EventKind::Passed { guard, .. } | EventKind::Blocked { guard, .. } if guard.firewall == firewall => {
            Some((guard.verdict, note.request.map(|(number, _)| number).filter(|number| probe_number(*number).is_none())))
        }
        _ => None,
    })
}

const fn action(action: RuleAction) -> &'static str {
    match action {
        RuleAction::Allow => "allow",
        RuleAction::Drop => "drop",
        RuleAction::Reject => "reject",
        RuleAction::Reset => "reject with tcp reset",
    }
}

/// Writes a firewall's verdict on a hop, in one line.
pub(super) fn verdict(page: &mut Page, infra: &Infrastructure, guard: Guard) {
    let allowed = guard.verdict.action == RuleAction::Allow;
    let rule = guard.verdict.rule.map_or_else(|| "no rule matches".to_owned(), |rule| format!("rule {rule}"));
    let way = if guard.verdict.direction == Direction::Inbound { "in" } else { "out" };
    let text = format!("{}: {} {way} ({rule})", infra.component(guard.firewall).id, action(guard.verdict.action));
    page.text(if allowed { Tone::Dim } else { Tone::Bad }, &text);
}
