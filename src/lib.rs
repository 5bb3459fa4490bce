//! hoplight: run a web infrastructure in a terminal, break it, fix it, and learn how it works.
//!
//! This package is the terminal program: the command line ([`cli`]), the terminal ([`shell`]) and the embedded content
//! ([`content`]). Everything else is in separate crates, re-exported here; each may use those to its right
//! (see ARCHITECTURE.md):
//!
//! ```text
//! cli ─▶ shell ─▶ view ─▶ app ─▶ { lesson, layout } ─▶ text ─▶ { analysis, sim } ─▶ model
//! ```
//!
//! The embedded scenarios and lessons are at hand without any file:
//!
//! ```
//! use hoplight::content::EMBEDDED;
//! use hoplight::lesson::Library;
//! use hoplight::sim::{SimTime, Simulation};
//!
//! let library = Library::new(EMBEDDED).expect("the embedded content is valid");
//! let site = library.scenario("stage-2-secured").expect("a shipped scenario");
//! let mut simulation = Simulation::new(site.clone(), 1);
//! simulation.advance(SimTime::from_secs(10), &mut ());
//! assert_eq!(simulation.totals().failed, 0);
//! ```

pub mod cli;
pub mod content;
pub mod shell;

pub use hoplight_analysis as analysis;
pub use hoplight_app as app;
pub use hoplight_drill as drill;
pub use hoplight_layout as layout;
pub use hoplight_lesson as lesson;
pub use hoplight_model as model;
pub use hoplight_sim as sim;
pub use hoplight_text as text;
pub use hoplight_view as view;
