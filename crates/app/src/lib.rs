//! The application: its state, the actions that change it, and the text of every panel.
//!
//! ```text
//!  key ──Keymap──▶ Action ──App::act──▶ Session::apply_command ──▶ Timeline::apply    (the only way to the simulation)
//!  click ─StageView─▲        │
//!                            └──▶ Effect (save, quit), carried out by the caller
//!  App ──StageView::of──▶ panes: areas, lines, scroll ranges ──▶ the frame, the mouse
//! ```
//!
//! | module | holds | read by |
//! |---|---|---|
//! | [`app`], [`stage`], [`viewport`], [`panels`] | the state | everything |
//! | [`action`], [`keymap`], [`mouse`] | what keys and clicks mean | `update`, the footer, the help |
//! | `update` | the effect of each action; the only writer of the state | [`App::press`], [`App::click`], [`App::act`] |
//! | [`stage_view`] | the panes of the stage | the frame, the mouse |
//! | [`detail`], [`panel`], [`journal`], [`tap`], [`monitor`], [`status`], [`sheet`], [`mod@window`] | texts as [`Line`]s | the panes, the frame |
//! | [`overlay`], [`comparison`], [`fault_menu`], [`events`] | analysis and simulation results for display | the texts |
//!
//! Architecture invariant: a frame is a pure function of [`App`].
//!
//! ```
//! use hoplight_app::{App, Key, Settings, StageView};
//! use hoplight_lesson::{Library, Progress, Sources};
//!
//! let site = include_str!("../../../assets/stage-2-secured.ron");
//! let scenarios = [("site.ron", site)];
//! let library = Library::new(Sources { scenarios: &scenarios, ..Sources::default() }).expect("a valid scenario");
//! let infra = library.scenario("stage-2-secured").expect("loaded above").clone();
//!
//! let mut app = App::new(library, Progress::default(), Settings::default());
//! app.resize(120, 40);
//! app.open_scenario(infra);
//! // `space` pauses, `t` selects the next TLS mode.
//! app.press(Key::char(' '));
//! app.press(Key::char('t'));
//!
//! let stage = app.stage().expect("opened above");
//! assert!(stage.session.playback.paused && !app.is_animating());
//! assert!(app.notice.as_ref().is_some_and(|notice| notice.text.starts_with("TLS ")));
//! let view = StageView::of(&app).expect("the stage is shown");
//! assert!(!view.panel.lines.is_empty());
//! ```

pub mod action;
pub mod activity;
pub mod app;
pub mod catalogue;
pub mod comparison;
pub mod detail;
pub mod dismissal;
pub mod editor;
pub mod events;
pub mod fault_menu;
pub mod gauges;
pub mod help;
pub mod home;
pub mod journal;
pub mod key;
pub mod keymap;
pub mod line;
pub mod look;
mod message_text;
pub mod monitor;
pub mod mouse;
pub mod notice;
pub mod outage;
pub mod overlay;
pub mod packets;
pub mod panel;
pub mod panels;
pub mod regions;
pub mod scroll;
mod sender;
pub mod sheet;
pub mod slow_motion;
pub mod stage;
pub mod stage_view;
pub mod status;
pub mod tap;
pub mod task;
pub mod tips;
pub mod tone;
mod update;
pub mod view;
pub mod viewport;
pub mod whiteboard;
pub mod window;

pub use action::Action;
pub use activity::{Activity, ActivityKind};
pub use app::{App, Effect, Screen, Settings};
pub use catalogue::Catalogue;
pub use home::{CourseItem, Home};
pub use key::{Code, Key};
pub use keymap::{KeyContext, Keymap};
pub use line::Line;
pub use look::{Look, Palette};
pub use notice::Notice;
pub use panels::Panels;
pub use sheet::{Sheet, SheetKind};
pub use slow_motion::SlowMotion;
pub use stage::Stage;
pub use stage_view::StageView;
pub use tips::{Tip, Tips};
pub use tone::Tone;
pub use update::attempt::{practice_attempt, review_attempt};
pub use update::design::{OWN_UNIT, own_id};
pub use update::exam::ReportFile;
pub use view::View;
pub use viewport::Viewport;
pub use window::state::Window;
