//! Firewalls: what gets through them, and what is wrong with them.
//!
//! ```text
//!  reach    an attacker tries every port of every machine from one position: which rule decides?
//!  review   compares rules and positions with what the drawing needs
//! ```
//!
//! Drawn hops are what the site needs; an attacker is not limited to them. Must not know what runs, nor whether an open port can
//! be attacked: only whether packets get there.

mod ports;
mod reach;
mod review;

pub use ports::{SSH, listening_ports};
pub use reach::{ConnectionAttempt, Judged, Vantage, falls, reach};
pub use review::{Flaw, RuleAt, review};
