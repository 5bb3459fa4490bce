//! Firewalls: what they let through, and flaws in their placement and rules.
//!
//! ```text
//!  reach    simulates an attacker who tries every port of every server from one position
//!  review   compares placement and rules with the traffic that the design needs
//! ```
//!
//! The hops of the diagram are what the site needs; an attacker is not limited to them. Whether a reachable port is
//! vulnerable is outside the scope of this module.

mod ports;
mod reach;
mod review;

pub use ports::{SSH, listening_ports};
pub use reach::{ConnectionAttempt, Judged, Vantage, attack_path_lengths, reach};
pub use review::{Flaw, RuleAt, review};
