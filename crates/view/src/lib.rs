//! The screens: a frame is a pure function of the application's state, drawn with ratatui.
//!
//! [`frame::render`] draws the whole screen into a buffer; [`canvas`] draws the infrastructure with its packets;
//! [`picture`] writes a buffer as text, ANSI or SVG. Nothing here reads a clock or knows a terminal.

pub mod canvas;
pub mod diff;
pub mod frame;
pub mod ink;
pub mod picture;
pub mod theme;
