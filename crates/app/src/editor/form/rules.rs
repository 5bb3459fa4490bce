//! The rules of a firewall as text: `lb-1 8080`, `any 443,80`, `server-3 3306 drop`.

use hoplight_model::firewall::{FirewallSpec, Peer, Rule, RuleAction};
use hoplight_model::scenario::Scenario;
use hoplight_model::{ComponentId, ServerId};

use super::{Field, FieldId};

const INBOUND: &str = "A connection from this peer to these ports: PEER PORTS, as in lb-1 8080, any 443,80 or server-3 3306 drop. \
                       The first rule that matches decides. An empty line removes the rule.";
const OUTBOUND: &str = "A connection to this peer on these ports: PEER PORTS, as in db-1 3306 or any 53,123,443. The first rule \
                        that matches decides. An empty line removes the rule.";

/// The rules of a firewall, with an empty one at the end of each list.
pub(super) fn fields(firewall: &FirewallSpec) -> Vec<Field> {
    let list = |name: &str, help, rules: &[Rule], id: fn(usize) -> FieldId| {
        let texts = rules.iter().map(written).chain(std::iter::once(String::new()));
        let fields =
            texts.enumerate().map(|(place, value)| Field::typed(id(place), format!("{name} {}", place + 1), help, value));
        fields.collect::<Vec<Field>>()
    };
    let mut fields = list("in", INBOUND, &firewall.inbound, FieldId::Inbound);
    fields.extend(list("out", OUTBOUND, &firewall.outbound, FieldId::Outbound));
    fields
}

fn written(rule: &Rule) -> String {
    let peer = match &rule.peer {
        Peer::Any => "any".to_owned(),
        Peer::Component(id) => id.to_string(),
        Peer::Server(id) => id.to_string(),
    };
    let ports: Vec<String> = rule.ports.iter().map(u16::to_string).collect();
    let ports = if ports.is_empty() { "all".to_owned() } else { ports.join(",") };
    let action = match rule.action {
        RuleAction::Allow => "",
        RuleAction::Drop => " drop",
        RuleAction::Reject => " reject",
        RuleAction::Reset => " reset",
    };
    format!("{peer} {ports}{action}")
}

/// Sets a rule; an empty text removes it.
pub(super) fn set(firewall: &mut FirewallSpec, field: FieldId, text: &str, scenario: &Scenario) -> Result<(), String> {
    let (rules, place) = match field {
        FieldId::Inbound(place) => (&mut firewall.inbound, place),
        FieldId::Outbound(place) => (&mut firewall.outbound, place),
        FieldId::Name
        | FieldId::Server
        | FieldId::Setting(_)
        | FieldId::Alert(_)
        | FieldId::CertificateNames(_)
        | FieldId::CertificateDays(_) => return Err("this is not a rule".to_owned()),
    };
    if text.is_empty() {
        if place < rules.len() {
            rules.remove(place);
        }
        return Ok(());
    }
    let rule = parse(text, scenario)?;
    match rules.get_mut(place) {
        Some(known) => *known = rule,
        None => rules.push(rule),
    }
    Ok(())
}

fn parse(text: &str, scenario: &Scenario) -> Result<Rule, String> {
    let mut words = text.split_whitespace();
    let named = words.next().unwrap_or_default();
    let peer = if named == "any" {
        Peer::Any
    } else if scenario.components.iter().any(|component| component.id.as_str() == named) {
        Peer::Component(named.parse::<ComponentId>()?)
    } else if scenario.servers.iter().any(|server| server.id.as_str() == named) {
        Peer::Server(named.parse::<ServerId>()?)
    } else {
        return Err(format!("there is no component or server {named:?}: name one, or write any"));
    };
    let ports = match words.next() {
        None | Some("all") => Vec::new(),
        Some(listed) => {
            let port = |port: &str| port.parse::<u16>().map_err(|_| format!("{port:?} is no port: a port is from 0 to 65535"));
            listed.split(',').filter(|port| !port.is_empty()).map(port).collect::<Result<Vec<u16>, String>>()?
        }
    };
    let action = match words.next() {
        None | Some("allow") => RuleAction::Allow,
        Some("drop") => RuleAction::Drop,
        Some("reject") => RuleAction::Reject,
        Some("reset") => RuleAction::Reset,
        Some(other) => return Err(format!("{other:?} is no action: write allow, drop, reject or reset")),
    };
    match words.next() {
        None => Ok(Rule { peer, ports, action }),
        Some(rest) => Err(format!("a rule has a peer, ports and an action; {rest:?} is too much")),
    }
}
