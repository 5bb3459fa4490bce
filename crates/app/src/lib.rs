//! The application: its state, and the one function that changes it.
//!
//! ```text
//!  key, click ──keymap──▶ Action ──App::act──▶ Command ──▶ Timeline        (the only way to the simulation)
//!                            │                    └──────▶ LessonRun.observe
//!                            └──▶ Effect (save, quit), carried out by the screen's layer
//! ```
//!
//! Architecture invariant: nothing here knows a terminal, a clock or a file. A frame is a pure function of [`App`].

pub mod action;
pub mod app;
pub mod comparison;
pub mod detail;
pub mod events;
pub mod fault_menu;
pub mod follow;
pub mod gauges;
pub mod help;
pub mod home;
pub mod journal;
pub mod key;
pub mod keymap;
pub mod line;
pub mod look;
pub mod monitor;
pub mod mouse;
pub mod notice;
pub mod overlay;
pub mod panel;
pub mod panels;
pub mod regions;
pub mod scroll;
mod spoken;
pub mod stage;
pub mod stage_view;
pub mod status;
pub mod tap;
pub mod tips;
pub mod tone;
mod update;
pub mod view;
pub mod viewport;
pub mod window;

pub use action::Action;
pub use app::{App, Effect, Screen, Settings};
pub use home::{CourseItem, Home};
pub use key::{Code, Key};
pub use keymap::{Keymap, Place};
pub use line::Line;
pub use look::{Look, Palette};
pub use notice::Notice;
pub use panels::Panels;
pub use stage::Stage;
pub use stage_view::StageView;
pub use tips::{Tip, Tips};
pub use tone::Tone;
pub use view::View;
pub use viewport::Viewport;
pub use window::state::Window;
