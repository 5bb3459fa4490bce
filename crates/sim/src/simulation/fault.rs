//! Faults: how they are injected and cleared, and what they do to processes and messages.

mod hang;
mod inject;
mod listen;
mod live;
