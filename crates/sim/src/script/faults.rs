//! The grammar of faults: a row for each, behind its own verb and behind `clear`.

use crate::command::Command;
use crate::fault::Fault;
use crate::zone::RecordState;
use hoplight_model::quantity::{Factor, Rate};

use super::arguments::Arguments;
use super::error::ScriptError;

/// Reads what follows a fault's name.
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
    ("flood", flood),
    ("sniff", sniff),
];

pub(super) fn hang(words: &mut Arguments<'_>) -> Result<Fault, ScriptError> {
    words.element().map(Fault::Hang)
}

pub(super) fn slow(words: &mut Arguments<'_>) -> Result<Fault, ScriptError> {
    let element = words.element()?;
    let (number, column) = words.number("a factor")?;
    Factor::new(number).map(|factor| Fault::Slow(element, factor)).map_err(|why| ScriptError::new(column, why))
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
    Ok(Fault::Record(words.one_of("a state of the record", &RecordState::ALL.map(|state| (state.word(), state)))?))
}

pub(super) fn disk_full(words: &mut Arguments<'_>) -> Result<Fault, ScriptError> {
    words.component().map(Fault::DiskFull)
}

pub(super) fn stop_replication(words: &mut Arguments<'_>) -> Result<Fault, ScriptError> {
    words.component().map(Fault::ReplicationStopped)
}

pub(super) fn leak(words: &mut Arguments<'_>) -> Result<Fault, ScriptError> {
    let component = words.component()?;
    let (number, column) = words.number("a number of connections")?;
    let is_count = number.fract() == 0.0 && (1.0..=1e6).contains(&number);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a whole number of the range")]
    let count = is_count.then_some(number as u32);
    count.map(|count| Fault::Leak(component, count)).ok_or_else(|| {
        ScriptError::new(column, format!("a number of connections is whole and lies between 1 and 1000000, found {number}"))
    })
}

pub(super) fn flood(words: &mut Arguments<'_>) -> Result<Fault, ScriptError> {
    let (number, column) = words.number("SYNs per second")?;
    Rate::new(number).map(Fault::Flood).map_err(|why| ScriptError::new(column, why))
}

pub(super) fn sniff(words: &mut Arguments<'_>) -> Result<Fault, ScriptError> {
    words.hop().map(|(from, to)| Fault::Sniffer(from, to))
}

/// Reads a fault to clear.
pub(super) fn clear(words: &mut Arguments<'_>) -> Result<Command, ScriptError> {
    let parse = words.one_of("a fault", FAULTS)?;
    parse(words).map(Command::Heal)
}
