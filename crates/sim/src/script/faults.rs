//! The syntax of faults, which follow their own verb or `clear`.

use hoplight_model::quantity::{Factor, Rate};
use hoplight_model::rate_limit::LEAST_RATE;

use super::arguments::Arguments;
use super::error::{Keyword, ScriptError, ScriptQuantity};
use crate::command::Command;
use crate::fault::Fault;
use crate::zone::RecordState;

/// Reads the words after a fault's name.
type Parse = for<'a, 'b> fn(&'a mut Arguments<'b>) -> Result<Fault, ScriptError>;

const FAULTS: &[(&str, Parse)] = &[
    ("hang", hang),
    ("slow", slow),
    ("misconfigure", misconfigure),
    ("flaw", flaw),
    ("compromise", compromise),
    ("expire", expire),
    ("dns", dns),
    ("disk-full", disk_full),
    ("stop-replication", stop_replication),
    ("leak", leak),
    ("kill-keepalived", kill_keepalived),
    ("stop-keepalived", stop_keepalived),
    ("flood", flood),
    ("hog-cpu", hog_cpu),
    ("abuse", abuse),
    ("sniff", sniff),
];

pub(super) fn hang(words: &mut Arguments<'_>) -> Result<Fault, ScriptError> {
    words.element().map(Fault::Hang)
}

pub(super) fn slow(words: &mut Arguments<'_>) -> Result<Fault, ScriptError> {
    let element = words.element()?;
    let factor = words.number(ScriptQuantity::Factor, |number| Factor::new(number).ok())?;
    Ok(Fault::Slow(element, factor))
}

pub(super) fn misconfigure(words: &mut Arguments<'_>) -> Result<Fault, ScriptError> {
    words.element().map(Fault::Misconfigured)
}

pub(super) fn flaw(words: &mut Arguments<'_>) -> Result<Fault, ScriptError> {
    words.component().map(Fault::Flaw)
}

pub(super) fn compromise(words: &mut Arguments<'_>) -> Result<Fault, ScriptError> {
    words.element().map(Fault::Compromised)
}

pub(super) fn expire(words: &mut Arguments<'_>) -> Result<Fault, ScriptError> {
    words.component().map(Fault::Expired)
}

pub(super) fn dns(words: &mut Arguments<'_>) -> Result<Fault, ScriptError> {
    words.one_of(Keyword::RecordState, &RecordState::ALL.map(|state| (state.id(), state))).map(Fault::Record)
}

pub(super) fn disk_full(words: &mut Arguments<'_>) -> Result<Fault, ScriptError> {
    words.component().map(Fault::DiskFull)
}

pub(super) fn stop_replication(words: &mut Arguments<'_>) -> Result<Fault, ScriptError> {
    words.component().map(Fault::ReplicationStopped)
}

pub(super) fn leak(words: &mut Arguments<'_>) -> Result<Fault, ScriptError> {
    let first = words.component()?;
    let second = words.component_if_any()?;
    let count = words.count(ScriptQuantity::Connections)?;
    Ok(match second {
        Some(to) => Fault::Leak { from: Some(first), to, count },
        None => Fault::Leak { from: None, to: first, count },
    })
}

pub(super) fn kill_keepalived(words: &mut Arguments<'_>) -> Result<Fault, ScriptError> {
    words.component().map(Fault::VrrpKilled)
}

pub(super) fn stop_keepalived(words: &mut Arguments<'_>) -> Result<Fault, ScriptError> {
    words.component().map(Fault::VrrpStopped)
}

pub(super) fn flood(words: &mut Arguments<'_>) -> Result<Fault, ScriptError> {
    words.number(ScriptQuantity::Syns, |number| Rate::new(number).ok()).map(Fault::Flood)
}

pub(super) fn hog_cpu(words: &mut Arguments<'_>) -> Result<Fault, ScriptError> {
    let server = words.server()?;
    words.count(ScriptQuantity::Threads).map(|threads| Fault::CpuHog(server, threads))
}

pub(super) fn abuse(words: &mut Arguments<'_>) -> Result<Fault, ScriptError> {
    let rate =
        words.number(ScriptQuantity::LeastRate, |number| Rate::new(number).ok().filter(|rate| rate.get() >= LEAST_RATE))?;
    let addresses = if words.is_at_end() { 1 } else { words.count(ScriptQuantity::Addresses)? };
    Ok(Fault::Abuse(rate, addresses))
}

pub(super) fn sniff(words: &mut Arguments<'_>) -> Result<Fault, ScriptError> {
    words.hop().map(|(from, to)| Fault::Sniffer(from, to))
}

/// Reads a fault to clear.
pub(super) fn clear(words: &mut Arguments<'_>) -> Result<Command, ScriptError> {
    let parse = words.one_of(Keyword::Fault, FAULTS)?;
    parse(words).map(Command::Clear)
}
