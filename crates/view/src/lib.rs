//! The screens of hoplight: a frame is a pure function of the application's state, drawn into a ratatui buffer.
//!
//! [`frame::render`] draws a whole screen, [`canvas::Canvas`] draws the infrastructure with its packets, and
//! [`picture`] writes a buffer as text, ANSI sequences or SVG. No code here reads a clock or needs a terminal, so the
//! program, its tests and the pictures in the documentation share it:
//!
//! ```
//! use hoplight_app::{App, Settings};
//! use hoplight_lesson::{Library, Progress};
//! use hoplight_model::Infrastructure;
//! use hoplight_view::theme::Theme;
//! use hoplight_view::{frame, picture};
//! use ratatui::{buffer::Buffer, layout::Rect};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let site = r#"(
//!     servers: [(id: "server-1")],
//!     components: [(id: "browser", kind: Browser), (id: "web-1", kind: Web(), server: "server-1")],
//!     links: [(from: "browser", to: "web-1", protocol: Http)],
//! )"#;
//! let infra = Infrastructure::from_ron("site.ron", site)?;
//! let library = Library::default();
//!
//! let mut app = App::new(library, Progress::default(), Settings::default());
//! app.resize(100, 30);
//! app.open_scenario(infra.into());
//!
//! let mut buffer = Buffer::empty(Rect::new(0, 0, 100, 30));
//! frame::render(&app, &Theme::default(), buffer.area, &mut buffer);
//! assert!(picture::text(&buffer).contains("server-1"));
//! # Ok(())
//! # }
//! ```

pub mod canvas;
pub mod frame;
mod painter;
pub mod picture;
pub mod theme;
