//! The grammar of commands: a row for each verb.
//!
//! A new command needs a row here and an arm in [`super::text`]; errors and help use this table.

use crate::command::Command;
use hoplight_model::quantity::{Attempts, Fraction, Rate};
use hoplight_model::{Algorithm, RequestKind, Retries, TlsMode, TopologyEdit};

use super::arguments::Arguments;
use super::error::ScriptError;
use super::faults;

/// A verb and what follows it.
#[derive(Clone, Copy, Debug)]
pub struct Verb {
    /// The word.
    pub name: &'static str,
    /// How it is used.
    pub usage: &'static str,
    /// What it does, in a few words.
    pub does: &'static str,
    pub(super) parse: Parse,
}

/// Reads what follows a verb.
type Parse = for<'a, 'b> fn(&'a mut Arguments<'b>) -> Result<Command, ScriptError>;

/// Former names of verbs, still accepted.
const ALIASES: &[(&str, &str)] = &[("heal", "clear")];

/// The verb of a name or a former name.
pub(super) fn find(name: &str) -> Option<&'static Verb> {
    let current = ALIASES.iter().find(|(former, _)| *former == name).map_or(name, |(_, current)| *current);
    VERBS.iter().find(|verb| verb.name == current)
}

/// All verbs, in the order in which they are listed.
pub const VERBS: &[Verb] = &[
    Verb {
        name: "kill",
        usage: "kill COMPONENT|SERVER|FROM -> TO",
        does: "ends a process, powers off a server, cuts a link",
        parse: |words| Ok(Command::Kill(words.element()?)),
    },
    Verb {
        name: "restore",
        usage: "restore COMPONENT|SERVER|FROM -> TO",
        does: "starts it again, repairs the link",
        parse: |words| Ok(Command::Restore(words.element()?)),
    },
    Verb { name: "rate", usage: "rate N", does: "sets the users' requests per second", parse: rate },
    Verb {
        name: "tls",
        usage: "tls none|terminate|re-encrypt|passthrough, tls web-app|app-db on|off",
        does: "changes where TLS ends",
        parse: tls,
    },
    Verb {
        name: "block",
        usage: "block FROM -> TO",
        does: "adds a firewall rule that drops the link's connections",
        parse: |words| words.hop().map(|(from, to)| Command::Edit(TopologyEdit::Block(from, to))),
    },
    Verb {
        name: "unblock",
        usage: "unblock FROM -> TO",
        does: "removes that rule",
        parse: |words| words.hop().map(|(from, to)| Command::Edit(TopologyEdit::Unblock(from, to))),
    },
    Verb {
        name: "send",
        usage: "send static|read|write",
        does: "sends one request from a new visitor",
        parse: |words| Ok(Command::Send(words.one_of("a kind of request", &RequestKind::ALL.map(|kind| (kind.word(), kind)))?)),
    },
    Verb {
        name: "balance",
        usage: "balance roundrobin|static-rr|leastconn|source|first|random(2)",
        does: "changes how balancers choose",
        parse: |words| Ok(Command::Balance(words.one_of("an algorithm", &Algorithm::ALL.map(|way| (way.word(), way)))?)),
    },
    Verb {
        name: "drain",
        usage: "drain COMPONENT|SERVER",
        does: "takes it out of rotation: balancers send it no new requests",
        parse: |words| Ok(Command::Drain(words.element()?)),
    },
    Verb {
        name: "ready",
        usage: "ready COMPONENT|SERVER",
        does: "puts it back into rotation",
        parse: |words| Ok(Command::Ready(words.element()?)),
    },
    Verb {
        name: "promote",
        usage: "promote DATABASE",
        does: "makes a replica take writes",
        parse: |words| Ok(Command::Promote(words.component()?)),
    },
    Verb {
        name: "demote",
        usage: "demote DATABASE",
        does: "makes a database read-only",
        parse: |words| Ok(Command::Demote(words.component()?)),
    },
    Verb { name: "lag", usage: "lag DATABASE SECONDS", does: "sets the time a replica takes to apply a change", parse: lag },
    Verb {
        name: "restart",
        usage: "restart COMPONENT|SERVER [SECONDS]",
        does: "stops it and starts it again after a time",
        parse: |words| Ok(Command::Restart(words.element()?, words.seconds_if_any()?)),
    },
    fault("hang", "hang COMPONENT|SERVER", "hangs it: it accepts connections and answers nothing", |w| {
        faults::hang(w).map(Command::Fault)
    }),
    fault("slow", "slow COMPONENT|SERVER|FROM -> TO FACTOR", "multiplies its service times, or a link's latency", |w| {
        faults::slow(w).map(Command::Fault)
    }),
    fault("misconfigure", "misconfigure COMPONENT|SERVER", "rolls out a configuration that it cannot start with", |w| {
        faults::misconfigure(w).map(Command::Fault)
    }),
    fault("flaw", "flaw COMPONENT", "crashes everything that runs the same software", |w| faults::flaw(w).map(Command::Fault)),
    fault("compromise", "compromise COMPONENT|SERVER", "hands control to an attacker, without any visible sign", |w| {
        faults::compromise(w).map(Command::Fault)
    }),
    fault("expire", "expire COMPONENT", "expires its certificate", |w| faults::expire(w).map(Command::Fault)),
    fault("dns", "dns gone|unreachable|ok", "changes the answer of the authoritative server", |w| {
        faults::dns(w).map(Command::Fault)
    }),
    fault("disk-full", "disk-full DATABASE", "fills its disk: writes fail", |w| faults::disk_full(w).map(Command::Fault)),
    fault("stop-replication", "stop-replication DATABASE", "stops replication to it", |w| {
        faults::stop_replication(w).map(Command::Fault)
    }),
    fault("leak", "leak COMPONENT COUNT", "leaks that many of its connections", |w| faults::leak(w).map(Command::Fault)),
    fault("flood", "flood N", "sends N SYNs per second to the entry", |w| faults::flood(w).map(Command::Fault)),
    fault("sniff", "sniff FROM -> TO", "puts an eavesdropper on a link", |w| faults::sniff(w).map(Command::Fault)),
    Verb {
        name: "clear",
        usage: "clear FAULT ...",
        does: "clears one of the faults above: `clear hang app-1`",
        parse: faults::clear,
    },
    Verb {
        name: "retries",
        usage: "retries ATTEMPTS BACKOFF_SECONDS JITTER",
        does: "sets what users do after a failed request",
        parse: retries,
    },
    Verb {
        name: "syn-cookies",
        usage: "syn-cookies on|off",
        does: "turns SYN cookies at the entry on or off",
        parse: |words| Ok(Command::SynCookies(words.one_of("on or off", &[("on", true), ("off", false)])?)),
    },
    Verb { name: "scan", usage: "scan", does: "scans all servers' ports from the Internet", parse: |_| Ok(Command::Scan) },
    Verb {
        name: "probe",
        usage: "probe SECONDS|off",
        does: "sets the interval of the external probe",
        parse: |words| Ok(Command::Probe(words.seconds_or("off")?)),
    },
];

/// A verb that injects a fault.
const fn fault(name: &'static str, usage: &'static str, does: &'static str, parse: Parse) -> Verb {
    Verb { name, usage, does, parse }
}

fn retries(words: &mut Arguments<'_>) -> Result<Command, ScriptError> {
    let (number, column) = words.number("a number of attempts")?;
    let is_count = number.fract() == 0.0 && number <= 16.0;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a whole number up to 16")]
    let count = if is_count { number as u8 } else { 0 };
    if !is_count {
        return Err(ScriptError::new(column, format!("a number of attempts lies between 1 and 16, found {number}")));
    }
    let attempts = Attempts::new(count).map_err(|why| ScriptError::new(column, why))?;
    let backoff_s = words.seconds()?;
    let (number, column) = words.number("a part of each wait that is left to chance")?;
    let jitter = Fraction::new(number).map_err(|why| ScriptError::new(column, why))?;
    Ok(Command::Retries(Retries { attempts, backoff_s, jitter }))
}

/// The verbs' names in a sentence.
pub(super) fn names() -> String {
    VERBS.iter().map(|verb| verb.name).chain(["fault", "fix"]).collect::<Vec<_>>().join(", ")
}

fn rate(words: &mut Arguments<'_>) -> Result<Command, ScriptError> {
    let (number, column) = words.number("requests per second")?;
    Rate::new(number).map(Command::Rate).map_err(|why| ScriptError::new(column, why))
}

fn lag(words: &mut Arguments<'_>) -> Result<Command, ScriptError> {
    let database = words.component()?;
    words.seconds().map(|lag| Command::Lag(database, lag))
}

/// What `tls` may be followed by.
#[derive(Clone, Copy)]
enum Tls {
    Edge(TlsMode),
    WebApp,
    AppDb,
}

fn tls(words: &mut Arguments<'_>) -> Result<Command, ScriptError> {
    let modes = TlsMode::ALL.map(|mode| (mode.word(), Tls::Edge(mode)));
    let choices: Vec<(&'static str, Tls)> = modes.into_iter().chain([("web-app", Tls::WebApp), ("app-db", Tls::AppDb)]).collect();
    let choice = words.one_of("a mode or a part of the way", &choices)?;
    let mut switch = || words.one_of("on or off", &[("on", true), ("off", false)]);
    Ok(Command::Edit(match choice {
        Tls::Edge(mode) => TopologyEdit::EdgeTls(mode),
        Tls::WebApp => TopologyEdit::WebToAppTls(switch()?),
        Tls::AppDb => TopologyEdit::AppToDbTls(switch()?),
    }))
}
