//! Plays every drill headlessly: with its solution, with nothing, and with wrong moves.

mod authored;
mod generated;
mod site;
