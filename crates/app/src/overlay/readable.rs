//! Unencrypted hops: readable on the wire, or only inside a server.

use hoplight_analysis::PlaintextHop;
use hoplight_model::{Element, Infrastructure, Protocol};

use crate::overlay::content::{OverlayContent, OverlayQuery, OverlaySign};
use crate::overlay::words::{count, kinds};
use crate::tone::Tone;

pub(super) fn view(infra: &Infrastructure, hops: &[PlaintextHop], asked: &OverlayQuery) -> OverlayContent {
    let mut view = OverlayContent::default();
    for hop in hops {
        let element = infra.hop_element(hop.link);
        let (sign, tone, place) = look(hop);
        let carried = content(infra, hop).map_or_else(String::new, |content| format!(": {content}"));
        let port = if hop.on_port_80 { " to port 80" } else { "" };
        view.remark(Some(sign), tone, format!("{element}{port}, {place}{carried}"), Some(element.clone()));
        view.stamp(element, sign, tone, Vec::new());
    }
    let exposed = hops.iter().filter(|hop| hop.is_exposed()).count();
    let chosen = hops.iter().find(|hop| asked.selected.as_ref() == Some(&infra.hop_element(hop.link)));
    match (chosen, asked.selected.as_ref()) {
        (Some(hop), _) => {
            let (_, tone, place) = look(hop);
            let element = infra.hop_element(hop.link);
            let crossed =
                content(infra, hop).map_or_else(|| "no request crosses it".to_owned(), |content| format!("it carries {content}"));
            let said = if hop.on_port_80 {
                vec![
                    format!("{element} is encrypted, except visits with http:// to port 80, {place}; {crossed}."),
                    format!("{element}: port 80 is plaintext {place}"),
                ]
            } else {
                vec![format!("{element} is not encrypted, {place}; {crossed}."), format!("{element}: plaintext {place}")]
            };
            view.say(tone, said);
        }
        (None, Some(hop @ Element::Hop(..))) => {
            view.say(Tone::Good, vec![format!("{hop} is encrypted: eavesdroppers cannot read its content.")]);
        }
        _ if hops.is_empty() => {
            view.say(Tone::Good, vec!["Every hop is encrypted: eavesdroppers cannot read any content.".to_owned()]);
        }
        _ => {
            let tone = if exposed > 0 { Tone::Plain } else { Tone::Warn };
            let (all, inside) = (count(hops.len(), "hop", "hops"), hops.len() - exposed);
            let be = if hops.len() == 1 { "is" } else { "are" };
            view.say(
                tone,
                vec![
                    format!(
                        "{all} {be} not encrypted: {exposed} on a wire (!), readable by anyone there; {inside} inside a server (i)."
                    ),
                    format!("{all} in plaintext: {exposed} on a wire (!), {inside} inside a server (i)"),
                ],
            );
        }
    }
    view
}

/// Returns what travels on a hop; `None` if no request crosses it.
fn content(infra: &Infrastructure, hop: &PlaintextHop) -> Option<String> {
    let requests = || (!hop.kinds.is_empty()).then(|| kinds(&hop.kinds));
    match infra.link(hop.link).protocol {
        Protocol::Dns => Some("lookups of the site's name".to_owned()),
        Protocol::Http => requests(),
        Protocol::Sql => requests().map(|kinds| format!("SQL queries and rows of {kinds}")),
        Protocol::Cache if infra.component(infra.ends(hop.link).1).kind.as_session_store().is_some() => {
            Some("sessions of logged-in users".to_owned())
        }
        Protocol::Cache => requests().map(|kinds| format!("cached results of {kinds}")),
        Protocol::Replication => Some("changed rows".to_owned()),
        Protocol::Metrics => Some("samples".to_owned()),
        Protocol::Vrrp => Some("VRRP advertisements: address and priority".to_owned()),
    }
}

fn look(hop: &PlaintextHop) -> (OverlaySign, Tone, &'static str) {
    if hop.is_exposed() {
        (OverlaySign::Alone, Tone::Plain, "on the wire")
    } else {
        (OverlaySign::Inside, Tone::Warn, "inside a server")
    }
}
