//! The syntax of commands: the verbs and their arguments.
//!
//! A new command also needs an arm in [`super::text()`]. `hoplight_text` describes the verbs.

use hoplight_model::quantity::{Attempts, Fraction, Rate};
use hoplight_model::rate_limit::LEAST_RATE;
use hoplight_model::{Algorithm, Hsts, Port80, RateLimit, Refusal, RequestKind, Retries, TlsMode, TopologyEdit};

use super::arguments::Arguments;
use super::error::{Keyword, ScriptError, ScriptQuantity};
use super::faults;
use crate::command::Command;
use crate::fault::Fault;
use crate::zone::RecordState;

/// The first word of a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    /// [`Command::Kill`].
    Kill,
    /// [`Command::Restore`].
    Restore,
    /// [`Command::Rate`].
    Rate,
    /// [`Command::Edit`] of a TLS setting.
    Tls,
    /// [`TopologyEdit::Port80`].
    Port80,
    /// [`TopologyEdit::Hsts`].
    Hsts,
    /// [`TopologyEdit::ForwardedProto`].
    ForwardedProto,
    /// [`TopologyEdit::Block`].
    Block,
    /// [`TopologyEdit::Unblock`].
    Unblock,
    /// [`TopologyEdit::RateLimit`].
    Limit,
    /// [`Command::Send`].
    Send,
    /// [`Command::Balance`].
    Balance,
    /// [`TopologyEdit::Sticky`].
    Sticky,
    /// [`Command::Drain`].
    Drain,
    /// [`Command::Ready`].
    Ready,
    /// [`Command::Promote`].
    Promote,
    /// [`Command::Demote`].
    Demote,
    /// [`Command::Flush`].
    Flush,
    /// [`Command::ExpirePopular`].
    ExpirePopular,
    /// [`Command::Lag`].
    Lag,
    /// [`Command::Restart`].
    Restart,
    /// [`crate::Fault::Hang`].
    Hang,
    /// [`crate::Fault::Slow`].
    Slow,
    /// [`crate::Fault::Misconfigured`].
    Misconfigure,
    /// [`crate::Fault::Flaw`].
    Flaw,
    /// [`crate::Fault::Compromised`].
    Compromise,
    /// [`crate::Fault::Expired`].
    Expire,
    /// [`crate::Fault::Record`] and [`Command::SwitchRecord`].
    Dns,
    /// [`crate::Fault::DiskFull`].
    DiskFull,
    /// [`crate::Fault::ReplicationStopped`].
    StopReplication,
    /// [`crate::Fault::Leak`].
    Leak,
    /// [`crate::Fault::VrrpKilled`].
    KillKeepalived,
    /// [`crate::Fault::VrrpStopped`].
    StopKeepalived,
    /// [`crate::Fault::Flood`].
    Flood,
    /// [`crate::Fault::CpuHog`].
    HogCpu,
    /// [`crate::Fault::Abuse`].
    Abuse,
    /// [`crate::Fault::Sniffer`].
    Sniff,
    /// [`Command::Clear`].
    Clear,
    /// [`Command::Retries`].
    Retries,
    /// [`Command::SynCookies`].
    SynCookies,
    /// [`Command::Scan`].
    Scan,
    /// [`Command::Probe`].
    Probe,
}

/// Former names of verbs, still accepted.
const ALIASES: &[(&str, Verb)] = &[("heal", Verb::Clear)];

impl Verb {
    /// All verbs, in listing order.
    pub const ALL: [Self; 42] = [
        Self::Kill,
        Self::Restore,
        Self::Rate,
        Self::Tls,
        Self::Port80,
        Self::Hsts,
        Self::ForwardedProto,
        Self::Block,
        Self::Unblock,
        Self::Limit,
        Self::Send,
        Self::Balance,
        Self::Sticky,
        Self::Drain,
        Self::Ready,
        Self::Promote,
        Self::Demote,
        Self::Flush,
        Self::ExpirePopular,
        Self::Lag,
        Self::Restart,
        Self::Hang,
        Self::Slow,
        Self::Misconfigure,
        Self::Flaw,
        Self::Compromise,
        Self::Expire,
        Self::Dns,
        Self::DiskFull,
        Self::StopReplication,
        Self::Leak,
        Self::KillKeepalived,
        Self::StopKeepalived,
        Self::Flood,
        Self::HogCpu,
        Self::Abuse,
        Self::Sniff,
        Self::Clear,
        Self::Retries,
        Self::SynCookies,
        Self::Scan,
        Self::Probe,
    ];

    /// The word.
    pub fn name(self) -> &'static str {
        let usage = self.usage();
        usage.split_once(' ').map_or(usage, |(name, _)| name)
    }

    /// The syntax: the word and its arguments.
    pub const fn usage(self) -> &'static str {
        match self {
            Self::Kill => "kill COMPONENT|SERVER|FROM -> TO",
            Self::Restore => "restore COMPONENT|SERVER|FROM -> TO",
            Self::Rate => "rate N",
            Self::Tls => "tls none|terminate|re-encrypt|passthrough, tls web-app|app-db on|off",
            Self::Port80 => "port-80 closed|open|redirect",
            Self::Hsts => "hsts on|off|SECONDS [preload]",
            Self::ForwardedProto => "forwarded-proto on|off",
            Self::Block => "block FROM -> TO",
            Self::Unblock => "unblock FROM -> TO",
            Self::Limit => "limit COMPONENT RATE BURST [static] [read] [write] [503], limit COMPONENT off",
            Self::Send => "send static|read|write",
            Self::Balance => "balance roundrobin|static-rr|leastconn|source|first|random(2)",
            Self::Sticky => "sticky on|off",
            Self::Drain => "drain COMPONENT|SERVER",
            Self::Ready => "ready COMPONENT|SERVER",
            Self::Promote => "promote DATABASE",
            Self::Demote => "demote DATABASE",
            Self::Flush => "flush CACHE|SESSION_STORE",
            Self::ExpirePopular => "expire-popular CACHE",
            Self::Lag => "lag DATABASE SECONDS",
            Self::Restart => "restart COMPONENT|SERVER [SECONDS]",
            Self::Hang => "hang COMPONENT|SERVER",
            Self::Slow => "slow COMPONENT|SERVER|FROM -> TO FACTOR",
            Self::Misconfigure => "misconfigure COMPONENT|SERVER",
            Self::Flaw => "flaw COMPONENT",
            Self::Compromise => "compromise COMPONENT|SERVER",
            Self::Expire => "expire COMPONENT",
            Self::Dns => "dns gone|unreachable|ok, dns switch ENTRY",
            Self::DiskFull => "disk-full DATABASE",
            Self::StopReplication => "stop-replication DATABASE",
            Self::Leak => "leak [APPLICATION] DATABASE COUNT",
            Self::KillKeepalived => "kill-keepalived BALANCER",
            Self::StopKeepalived => "stop-keepalived BALANCER",
            Self::Flood => "flood N",
            Self::HogCpu => "hog-cpu SERVER THREADS",
            Self::Abuse => "abuse N [ADDRESSES]",
            Self::Sniff => "sniff FROM -> TO",
            Self::Clear => "clear FAULT ...",
            Self::Retries => "retries ATTEMPTS BACKOFF_SECONDS JITTER",
            Self::SynCookies => "syn-cookies on|off",
            Self::Scan => "scan",
            Self::Probe => "probe SECONDS|off",
        }
    }

    /// The verb of a current or former name.
    pub(super) fn find(name: &str) -> Option<Self> {
        let current = Self::ALL.into_iter().find(|verb| verb.name() == name);
        current.or_else(|| ALIASES.iter().find(|(former, _)| *former == name).map(|(_, verb)| *verb))
    }

    /// Reads the words after the verb.
    pub(super) fn parse(self, words: &mut Arguments<'_>) -> Result<Command, ScriptError> {
        match self {
            Self::Kill => words.element().map(Command::Kill),
            Self::Restore => words.element().map(Command::Restore),
            Self::Rate => words.number(ScriptQuantity::Rate, |number| Rate::new(number).ok()).map(Command::Rate),
            Self::Tls => tls(words).map(Command::Edit),
            Self::Port80 => {
                let settings = Port80::ALL.map(|setting| (setting.word(), setting));
                words.one_of(Keyword::Port80, &settings).map(|setting| Command::Edit(TopologyEdit::Port80(setting)))
            }
            Self::Hsts => hsts(words).map(|hsts| Command::Edit(TopologyEdit::Hsts(hsts))),
            Self::ForwardedProto => switch(words).map(|on| Command::Edit(TopologyEdit::ForwardedProto(on))),
            Self::Block => words.hop().map(|(from, to)| Command::Edit(TopologyEdit::Block(from, to))),
            Self::Unblock => words.hop().map(|(from, to)| Command::Edit(TopologyEdit::Unblock(from, to))),
            Self::Limit => limit(words).map(Command::Edit),
            Self::Send => {
                let kinds = RequestKind::ALL.map(|kind| (kind.word(), kind));
                words.one_of(Keyword::RequestKind, &kinds).map(Command::Send)
            }
            Self::Balance => {
                let algorithms = Algorithm::ALL.map(|algorithm| (algorithm.word(), algorithm));
                words.one_of(Keyword::Algorithm, &algorithms).map(Command::Balance)
            }
            Self::Sticky => switch(words).map(|on| Command::Edit(TopologyEdit::Sticky(on))),
            Self::Drain => words.element().map(Command::Drain),
            Self::Ready => words.element().map(Command::Ready),
            Self::Promote => words.component().map(Command::Promote),
            Self::Demote => words.component().map(Command::Demote),
            Self::Flush => words.component().map(Command::Flush),
            Self::ExpirePopular => words.component().map(Command::ExpirePopular),
            Self::Lag => {
                let database = words.component()?;
                words.seconds().map(|lag| Command::Lag(database, lag))
            }
            Self::Restart => {
                let element = words.element()?;
                words.seconds_if_any().map(|after| Command::Restart(element, after))
            }
            Self::Hang => faults::hang(words).map(Command::Fault),
            Self::Slow => faults::slow(words).map(Command::Fault),
            Self::Misconfigure => faults::misconfigure(words).map(Command::Fault),
            Self::Flaw => faults::flaw(words).map(Command::Fault),
            Self::Compromise => faults::compromise(words).map(Command::Fault),
            Self::Expire => faults::expire(words).map(Command::Fault),
            Self::Dns => dns(words),
            Self::DiskFull => faults::disk_full(words).map(Command::Fault),
            Self::StopReplication => faults::stop_replication(words).map(Command::Fault),
            Self::Leak => faults::leak(words).map(Command::Fault),
            Self::KillKeepalived => faults::kill_keepalived(words).map(Command::Fault),
            Self::StopKeepalived => faults::stop_keepalived(words).map(Command::Fault),
            Self::Flood => faults::flood(words).map(Command::Fault),
            Self::HogCpu => faults::hog_cpu(words).map(Command::Fault),
            Self::Abuse => faults::abuse(words).map(Command::Fault),
            Self::Sniff => faults::sniff(words).map(Command::Fault),
            Self::Clear => faults::clear(words),
            Self::Retries => retries(words).map(Command::Retries),
            Self::SynCookies => switch(words).map(Command::SynCookies),
            Self::Scan => Ok(Command::Scan),
            Self::Probe => words.seconds_or("off").map(Command::Probe),
        }
    }
}

fn retries(words: &mut Arguments<'_>) -> Result<Retries, ScriptError> {
    let quantity = ScriptQuantity::Attempts;
    let (least, most) = quantity.range();
    let attempts = words.number(quantity, |number| {
        let is_count = number.fract() == 0.0 && (least..=most).contains(&number);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a whole number in the range")]
        is_count.then_some(number as u8).and_then(|count| Attempts::new(count).ok())
    })?;
    let backoff_s = words.seconds()?;
    let jitter = words.number(ScriptQuantity::Jitter, |number| Fraction::new(number).ok())?;
    Ok(Retries { attempts, backoff_s, jitter })
}

/// Reads the state of the record, or `switch` and an entry.
fn dns(words: &mut Arguments<'_>) -> Result<Command, ScriptError> {
    let states = RecordState::ALL.map(|state| (state.id(), Some(state)));
    let choices: Vec<(&'static str, Option<RecordState>)> = states.into_iter().chain([("switch", None)]).collect();
    match words.one_of(Keyword::RecordState, &choices)? {
        Some(state) => Ok(Command::Fault(Fault::Record(state))),
        None => words.component().map(Command::SwitchRecord),
    }
}

/// Reads a component and its rate limit, or `off`.
fn limit(words: &mut Arguments<'_>) -> Result<TopologyEdit, ScriptError> {
    let id = words.component()?;
    if words.take_if("off") {
        return Ok(TopologyEdit::RateLimit(id, None));
    }
    let rate =
        words.number(ScriptQuantity::LeastRate, |number| Rate::new(number).ok().filter(|rate| rate.get() >= LEAST_RATE))?;
    let burst = words.count(ScriptQuantity::Burst)?;
    let (mut kinds, mut refusal) = (Vec::new(), Refusal::default());
    let choices = RequestKind::ALL.map(|kind| (kind.word(), Some(kind)));
    let choices: Vec<_> = choices.into_iter().chain([("503", None)]).collect();
    while !words.is_at_end() {
        match words.one_of(Keyword::RequestKind, &choices)? {
            Some(kind) => kinds.push(kind),
            None => refusal = Refusal::Unavailable,
        }
    }
    let kinds = (!kinds.is_empty()).then_some(kinds);
    Ok(TopologyEdit::RateLimit(id, Some(RateLimit { rate, burst, kinds, refusal })))
}

fn switch(words: &mut Arguments<'_>) -> Result<bool, ScriptError> {
    words.one_of(Keyword::Switch, &[("on", true), ("off", false)])
}

/// Reads the `max-age` of the header in seconds, `on` for the usual one, or `off`.
fn hsts(words: &mut Arguments<'_>) -> Result<Option<Hsts>, ScriptError> {
    if words.skip("off") {
        return Ok(None);
    }
    if words.skip("on") {
        return Ok(Some(Hsts::default()));
    }
    let quantity = ScriptQuantity::MaxAge;
    let (least, most) = quantity.range();
    let max_age_s = words.number(quantity, |number| {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a whole number in the range")]
        (number.fract() == 0.0 && (least..=most).contains(&number)).then_some(number as u32)
    })?;
    Ok(Some(Hsts { max_age_s, preload: words.skip("preload") }))
}

/// The first argument of `tls`.
#[derive(Clone, Copy)]
enum Tls {
    Edge(TlsMode),
    WebApp,
    AppDb,
}

fn tls(words: &mut Arguments<'_>) -> Result<TopologyEdit, ScriptError> {
    let modes = TlsMode::ALL.map(|mode| (mode.word(), Tls::Edge(mode)));
    let choices: Vec<(&'static str, Tls)> = modes.into_iter().chain([("web-app", Tls::WebApp), ("app-db", Tls::AppDb)]).collect();
    Ok(match words.one_of(Keyword::Tls, &choices)? {
        Tls::Edge(mode) => TopologyEdit::EdgeTls(mode),
        Tls::WebApp => TopologyEdit::WebToAppTls(switch(words)?),
        Tls::AppDb => TopologyEdit::AppToDbTls(switch(words)?),
    })
}
