//! Plays every drill headlessly: with its solution, with nothing, and with wrong moves.

mod authored;
mod clues;
mod content;
mod generated;
mod moves;
mod site;
