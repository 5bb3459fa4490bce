//! hoplight: run a web infrastructure in a terminal, break it, fix it, and learn how it works.
//!
//! The layers, each of which may use every one to its right (see ARCHITECTURE.md):
//!
//! ```text
//! main ─▶ cli ─▶ tui ─▶ app ─▶ lesson ─▶ { analysis, sim } ─▶ model
//! ```

pub mod analysis;
pub mod app;
pub mod cli;
pub mod content;
pub mod layout;
pub mod lesson;
pub mod model;
pub mod sim;
pub mod tui;
