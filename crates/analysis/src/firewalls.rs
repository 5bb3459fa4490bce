//! Firewalls: what gets through them, and what is wrong with them.
//!
//! ```text
//!  reach    an attacker here tries every port of every machine: which rule decides?
//!  review   the rules and places against what the drawing needs
//! ```
//!
//! Drawn hops are what the site needs; an attacker is not bound to them. Must not know what runs, nor whether an open port
//! can be attacked: only whether packets get there.

mod ports;
mod reach;
mod review;

pub use ports::{SSH, listening_ports};
pub use reach::{Judged, Reach, Vantage, falls, reach};
pub use review::{Flaw, RuleAt, review};
