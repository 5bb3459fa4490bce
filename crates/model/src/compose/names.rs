//! Names of new elements, and renaming.

use super::{ComposeError, Composed, Composer, component};
use crate::draft::Edit;
use crate::element::Element;
use crate::id::{ComponentId, ServerId};
use crate::scenario::Scenario;

/// Whether a component or server has this name.
fn is_taken(scenario: &Scenario, name: &str) -> bool {
    scenario.components.iter().any(|component| component.id.as_str() == name)
        || scenario.servers.iter().any(|server| server.id.as_str() == name)
}

/// The first free one of `prefix-1`, `prefix-2`, …
fn numbered(scenario: &Scenario, prefix: &str) -> String {
    let mut names = (1..=u32::MAX).map(|number| format!("{prefix}-{number}"));
    names.find(|name| !is_taken(scenario, name)).expect("fewer elements than numbers")
}

/// A name for a new component. The first resolver and the first monitoring service have no number.
pub(super) fn component_name(scenario: &Scenario, prefix: &str) -> ComponentId {
    let unnumbered = matches!(prefix, "dns" | "monitor" | "sessions") && !is_taken(scenario, prefix);
    ComponentId::new(&if unnumbered { prefix.to_owned() } else { numbered(scenario, prefix) })
}

/// A name for a new server.
pub(super) fn server_name(scenario: &Scenario) -> ServerId {
    ServerId::new(&numbered(scenario, "server"))
}

/// A name for the copy of an element: `web-1` becomes the next free `web-2`.
pub(super) fn copy_name(scenario: &Scenario, original: &str) -> String {
    let numberless = original.trim_end_matches(|c: char| c.is_ascii_digit()).trim_end_matches('-');
    // An id has at most 40 characters, so leave room for the number.
    let prefix: String = if numberless.is_empty() { "copy" } else { numberless }.chars().take(30).collect();
    numbered(scenario, &prefix)
}

/// Renames a component or server.
///
/// # Errors
/// If the name is invalid or taken, or the element cannot be renamed.
pub fn rename(scenario: &Scenario, element: &Element, name: &str) -> Result<Composed, ComposeError> {
    let mut composer = Composer::new(scenario);
    let subject = match element {
        Element::Hop(..) => return Err(ComposeError::IsHop),
        Element::Component(id) => {
            let to: ComponentId = name.parse().map_err(ComposeError::BadName)?;
            check_free(scenario, id.as_str(), name)?;
            component(scenario, id).ok_or_else(|| ComposeError::Unknown(element.clone()))?;
            composer.edit(Edit::RenameComponent(id.clone(), to.clone()))?;
            Element::Component(to)
        }
        Element::Server(id) => {
            let to: ServerId = name.parse().map_err(ComposeError::BadName)?;
            check_free(scenario, id.as_str(), name)?;
            composer.edit(Edit::RenameServer(id.clone(), to.clone()))?;
            Element::Server(to)
        }
    };
    Ok(composer.done(Some(subject)))
}

fn check_free(scenario: &Scenario, from: &str, to: &str) -> Result<(), ComposeError> {
    if from != to && is_taken(scenario, to) { Err(ComposeError::NameTaken(to.to_owned())) } else { Ok(()) }
}
