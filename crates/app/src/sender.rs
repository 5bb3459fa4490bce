//! Whose a request is, as the screen names it.

use hoplight_sim::{is_abuse, probe_number};

/// The title of the panel about a request.
pub(crate) fn title(number: u64) -> String {
    let name = sender(number);
    if probe_number(number).is_some() || is_abuse(number) { name } else { format!("request {name}") }
}

/// The name of the request with this number: `r7`, `probe 2`, or the attacker.
pub(crate) fn sender(number: u64) -> String {
    match probe_number(number) {
        Some(probe) => format!("probe {probe}"),
        None if is_abuse(number) => "the attacker".to_owned(),
        None => format!("r{number}"),
    }
}
