//! What the editor says after an act.

use hoplight_lesson::{Edited, RefusedAct};
use hoplight_model::{Element, Infrastructure};

use crate::action::DesignAction;
use crate::keymap::Keymap;
use crate::notice::Notice;
use crate::stage::Stage;
use crate::tone::Tone;

/// The notice about an act that is refused.
pub(super) fn refused(why: &str) -> Notice {
    Notice::new(Tone::Warn, format!("Not possible: {}.", why.trim_end_matches('.')))
}

/// Why the session refuses an act, as a sentence.
pub(super) fn reason(why: &RefusedAct) -> String {
    match why {
        RefusedAct::Edit(error) => hoplight_text::edit_error(error),
        RefusedAct::Problems(problems) => problems.first().map(hoplight_text::problem).unwrap_or_default(),
    }
}

/// Says what an act has made of the element that it was about, or what it has removed from the infrastructure before it.
pub(super) fn made(stage: &Stage, before: &Infrastructure, keymap: &Keymap) -> Notice {
    let infra = stage.infra();
    let gone = || removed(before, infra, keymap);
    let text = match &stage.session.selected {
        Some(Element::Hop(from, to)) => match infra.link_between(from.as_str(), to.as_str()) {
            Some(link) => {
                let cipher = if infra.hop(link).is_plaintext() { "plaintext" } else { "encrypted" };
                format!("{from} → {to}: {} on port {}, {cipher}.", infra.link(link).protocol.word(), infra.port(link))
            }
            None => gone(),
        },
        Some(Element::Component(id)) => match infra.find(id.as_str()).map(|ix| infra.component(ix)) {
            Some(component) => {
                let place = component.server.as_ref().map_or_else(String::new, |server| format!(" on {server}"));
                format!("{id}: {}{place}.", component.kind.word())
            }
            None => gone(),
        },
        Some(Element::Server(id)) => {
            let programs: Vec<&str> = infra.on_server(id).map(|(_, component)| component.id.as_str()).collect();
            format!("{id}: {}.", if programs.is_empty() { "empty".to_owned() } else { programs.join(", ") })
        }
        None => gone(),
    };
    Notice::dim(text)
}

/// Says which parts of an infrastructure the next one lacks, and which key brings them back.
fn removed(before: &Infrastructure, after: &Infrastructure, keymap: &Keymap) -> String {
    let undo = keymap.label(DesignAction::Undo);
    let servers = before.servers().filter(|server| after.server(&server.id).is_none()).map(|server| server.id.as_str());
    let components = before.components().map(|(_, component)| component.id.as_str()).filter(|id| after.find(id).is_none());
    let gone: Vec<&str> = servers.chain(components).collect();
    match gone.split_first() {
        None => format!("Removed. {undo} brings it back."),
        Some((one, [])) => format!("Removed {one}. {undo} brings it back."),
        Some((one, with)) => format!("Removed {one} with {}. {undo} brings them back.", with.join(", ")),
    }
}

/// Says which conditions of the run the act has ended.
pub(super) fn dropped(edited: &Edited) -> Option<Notice> {
    match edited {
        Edited::Rebuilt { dropped } if !dropped.is_empty() => {
            let faults = if dropped.len() == 1 { "1 fault".to_owned() } else { format!("{} faults", dropped.len()) };
            Some(Notice::dim(format!("Removed, with {faults}.")))
        }
        Edited::Rebuilt { .. } | Edited::Unchanged | Edited::Incomplete(_) => None,
    }
}

/// Says that a firewall blocks the link that has just been drawn, or one of the component that has just been added, and how to
/// let it through.
pub(super) fn blocked(stage: &Stage, keymap: &Keymap) -> Option<Notice> {
    use hoplight_model::firewall::RuleAction;
    let infra = stage.infra();
    let links = match stage.session.selected.as_ref()? {
        Element::Hop(from, to) => vec![infra.link_between(from.as_str(), to.as_str())?],
        Element::Component(id) => {
            let ix = infra.find(id.as_str())?;
            if infra.component(ix).kind.is_filter() {
                return None;
            }
            let is_end = |link| <[_; 2]>::from(infra.ends(link)).contains(&ix);
            infra.links().map(|(link, _)| link).filter(|link| is_end(*link)).collect()
        }
        Element::Server(_) => return None,
    };
    let (hop, guard) = links.into_iter().find_map(|link| {
        let hop = infra.hop(link);
        let blocks = hop.guards.iter().find(|guard| guard.verdict.action != RuleAction::Allow)?.firewall;
        Some((hop.link, blocks))
    })?;
    let (from, to) = infra.ends(hop);
    let (from, to, firewall) = (&infra.component(from).id, &infra.component(to).id, &infra.component(guard).id);
    let key = keymap.label(DesignAction::FitRules);
    Some(Notice::new(Tone::Warn, format!("{firewall} blocks {from} → {to}. {key} makes the firewalls allow what is drawn.")))
}
