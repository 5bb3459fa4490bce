//! Commands: as an instruction, as its result, and as an event in the journal.
//!
//! Script syntax is in `hoplight_sim::script`.

use hoplight_model::behaviour::CrashEffect;
use hoplight_model::{ComponentId, Element, Infrastructure, Port80, TopologyEdit};
use hoplight_sim::Command;

use crate::fault::{fault, repair, retries};
use crate::phrase;
use crate::phrase::{Part, Phrase};

pub(crate) fn switch(on: bool) -> &'static str {
    if on { "on" } else { "off" }
}

pub(crate) fn hop(from: &ComponentId, to: &ComponentId) -> Element {
    Element::Hop(from.clone(), to.clone())
}

/// Renders a command as an instruction, such as "kill web-1".
pub fn instruction(command: &Command) -> Phrase {
    forms(command).instruction
}

/// Renders the result of a command, such as "web-1 is back".
pub fn done(command: &Command, infra: &Infrastructure) -> Phrase {
    let mut done = forms(command).done;
    if let Command::Kill(Element::Component(id)) = command {
        done.push(phrase![": ", effect_of_a_crash(infra, id)]);
    }
    done
}

/// Renders a command as an event in the journal, such as "web-1 is killed".
pub(crate) fn commanded(command: &Command) -> Phrase {
    forms(command).event
}

/// The forms in which a command appears in a sentence.
struct Forms {
    instruction: Phrase,
    /// The result, without the parts that depend on the infrastructure.
    done: Phrase,
    event: Phrase,
}

impl Forms {
    /// The forms of a command whose event reads like its result.
    fn new(instruction: Phrase, done: Phrase) -> Self {
        Self { instruction, event: done.clone(), done }
    }

    /// Replaces the event.
    fn event(self, event: Phrase) -> Self {
        Self { event, ..self }
    }
}

/// Renders a command. This is the only table of commands.
fn forms(command: &Command) -> Forms {
    match command {
        Command::Kill(hop @ Element::Hop(..)) => Forms::new(phrase!["cut the link ", hop], phrase!["the link ", hop, " is cut"]),
        Command::Restore(hop @ Element::Hop(..)) => {
            Forms::new(phrase!["repair the link ", hop], phrase!["the link ", hop, " is repaired"])
        }
        Command::Kill(element) => Forms::new(phrase!["kill ", element], killed(element)).event(phrase![element, " is killed"]),
        Command::Restore(element) => {
            Forms::new(phrase!["restore ", element], phrase![element, " is back"]).event(phrase![element, " is restored"])
        }
        Command::Restart(element, _) => Forms::new(phrase!["restart ", element], phrase![element, " is being restarted"]),
        Command::Drain(element) => Forms::new(phrase!["drain ", element], phrase![element, " drains: it takes no new requests"])
            .event(phrase![element, " drains: it gets no new requests"]),
        Command::Ready(element) => {
            Forms::new(phrase!["put ", element, " back into rotation"], phrase![element, " takes new requests again"])
                .event(phrase![element, " gets new requests again"])
        }
        Command::Edit(edit) => edited(edit),
        Command::Rate(rate) => Forms::new(
            phrase!["set the load to ", rate.get(), " requests per second"],
            phrase!["users now send ", rate.get(), " requests per second"],
        ),
        Command::Send(kind) => Forms::new(
            phrase!["send one ", kind.word(), " request"],
            phrase!["a new visitor sends ", Part::name(kind.request_line())],
        ),
        Command::Balance(algorithm) => {
            let name = || Part::name(algorithm.word());
            Forms::new(
                phrase!["set the balancing algorithm to ", name()],
                phrase!["the balancer now uses ", name(), ": ", crate::description::algorithm(*algorithm)],
            )
            .event(phrase!["balancers now use ", name()])
        }
        Command::Promote(id) => {
            Forms::new(phrase!["promote ", id], phrase![id, " is being promoted and will take writes shortly"])
                .event(phrase![id, " is promoted"])
        }
        Command::Demote(id) => Forms::new(phrase!["make ", id, " read-only"], phrase![id, " is read-only now"]),
        Command::Flush(id) => {
            Forms::new(phrase!["flush ", id], phrase![id, " is flushed: every lookup misses until it has warmed up"])
                .event(phrase![id, " is flushed"])
        }
        Command::ExpirePopular(id) => Forms::new(
            phrase!["expire the most popular entry of ", id],
            phrase!["the most popular entry of ", id, " has expired"],
        ),
        Command::SwitchRecord(id) => Forms::new(
            phrase!["switch the site's DNS record to ", id],
            phrase!["the site's DNS record now leads to ", id, ": each user follows when the cached record expires"],
        )
        .event(phrase!["the site's DNS record now leads to ", id]),
        Command::Lag(id, lag) => Forms::new(
            phrase!["set the time that ", id, " takes to apply a change to ", lag.get(), " s"],
            phrase![id, " now takes ", lag.get(), " s to apply a change"],
        ),
        Command::Probe(Some(every)) => Forms::new(
            phrase!["probe the site from outside every ", every.get(), " s"],
            phrase!["an external probe now checks the site every ", every.get(), " s"],
        )
        .event(phrase!["an external probe now checks every ", every.get(), " s"]),
        Command::Probe(None) => Forms::new(phrase!["turn the external probe off"], phrase!["the external probe is off"]),
        Command::Fault(of) => Forms::new(phrase!["inject the fault: ", fault(of)], fault(of)),
        Command::Clear(of) => Forms::new(phrase!["clear the fault: ", repair(of)], repair(of)),
        Command::Retries(of) => Forms::new(phrase!["set retries: ", retries(of)], retries(of)),
        Command::SynCookies(on) => {
            Forms::new(phrase!["turn SYN cookies ", switch(*on)], phrase!["SYN cookies are ", switch(*on)])
        }
        Command::Scan => Forms::new(
            phrase!["scan the servers' ports from the Internet"],
            phrase!["the servers' ports were scanned from the Internet"],
        ),
    }
}

fn edited(edit: &TopologyEdit) -> Forms {
    match edit {
        TopologyEdit::EdgeTls(mode) => {
            let name = || Part::name(mode.word());
            Forms::new(
                phrase!["change the TLS mode to ", name()],
                phrase!["TLS ", name(), ": ", crate::description::tls_mode(*mode)],
            )
            .event(phrase!["TLS mode is now ", name()])
        }
        TopologyEdit::WebToAppTls(on) => Forms::new(
            phrase!["turn TLS web → app ", switch(*on)],
            phrase!["TLS between web servers and applications is ", switch(*on)],
        )
        .event(phrase!["TLS from web to app is now ", switch(*on)]),
        TopologyEdit::AppToDbTls(on) => {
            Forms::new(phrase!["turn TLS to the database ", switch(*on)], phrase!["TLS to the databases is ", switch(*on)])
                .event(phrase!["TLS to the database is now ", switch(*on)])
        }
        TopologyEdit::Sticky(on) => Forms::new(
            phrase!["turn sticky balancing ", switch(*on)],
            phrase![
                "sticky balancing is ",
                switch(*on),
                if *on { ": a cookie keeps each user at a backend" } else { ": the algorithm alone chooses the backend" }
            ],
        )
        .event(phrase!["sticky balancing is now ", switch(*on)]),
        TopologyEdit::Port80(port_80) => {
            let (instruction, done) = match port_80 {
                Port80::Closed => ("close port 80 of the entry", "port 80 of the entry is closed: connections to it are refused"),
                Port80::Open => ("serve the site on port 80", "the entry serves the site on port 80 too, in plaintext"),
                Port80::Redirect => ("redirect port 80 to https", "the entry redirects port 80 to https (301)"),
            };
            Forms::new(instruction.into(), done.into())
        }
        TopologyEdit::Hsts(Some(hsts)) => Forms::new(
            phrase!["send Strict-Transport-Security with ", Part::name(hsts.header())],
            phrase!["responses over https now carry Strict-Transport-Security: ", Part::name(hsts.header())],
        ),
        TopologyEdit::Hsts(None) => Forms::new(
            phrase!["stop sending Strict-Transport-Security"],
            phrase!["Strict-Transport-Security is no longer sent; browsers that have seen it remember it until its max-age"],
        )
        .event(phrase!["Strict-Transport-Security is no longer sent"]),
        TopologyEdit::ForwardedProto(true) => Forms::new(
            phrase!["send X-Forwarded-Proto"],
            phrase!["X-Forwarded-Proto now tells the components behind the end of TLS how users came"],
        ),
        TopologyEdit::ForwardedProto(false) => Forms::new(
            phrase!["stop sending X-Forwarded-Proto"],
            phrase!["X-Forwarded-Proto is no longer sent: behind the end of TLS, every request looks like http"],
        )
        .event(phrase!["X-Forwarded-Proto is no longer sent"]),
        TopologyEdit::Block(from, to) => Forms::new(
            phrase!["block ", hop(from, to), " with a firewall"],
            phrase!["a firewall now drops ", hop(from, to), "; the sender gets no reply and waits"],
        )
        .event(phrase!["a firewall now blocks ", hop(from, to)]),
        TopologyEdit::RateLimit(id, None) => {
            Forms::new(phrase!["remove the rate limit of ", id], phrase![id, " no longer limits the rate of requests"])
        }
        TopologyEdit::RateLimit(id, Some(limit)) => Forms::new(
            phrase!["limit each client at ", id, " to ", Part::words(crate::description::rate_limit(limit))],
            phrase![id, " now accepts from each client ", Part::words(crate::description::rate_limit(limit))],
        ),
        TopologyEdit::Unblock(from, to) => {
            Forms::new(phrase!["unblock ", hop(from, to)], phrase!["the firewall allows ", hop(from, to), " again"])
                .event(phrase!["the firewall no longer blocks ", hop(from, to)])
        }
    }
}

fn killed(element: &Element) -> Phrase {
    match element {
        Element::Component(_) => phrase![element, " is down"],
        Element::Server(_) => phrase![element, " is off: nothing on it responds, not even with a refusal"],
        Element::Hop(..) => unreachable!("a link has its own forms"),
    }
}

/// The effect of a crash on other components and users.
fn effect_of_a_crash(infra: &Infrastructure, id: &ComponentId) -> &'static str {
    match infra.find(id.as_str()).map(|ix| infra.component(ix).kind.facts().crash) {
        Some(CrashEffect::NoSamples) => "it sends no samples; users notice nothing",
        Some(CrashEffect::SamplesRefused) => "samples are refused; users notice nothing",
        Some(CrashEffect::NothingPasses) => "it lets nothing through",
        Some(CrashEffect::NoLookup) => "new visitors cannot resolve the name",
        Some(CrashEffect::Refuses | CrashEffect::NotPart) | None => "connections to it are refused at once",
    }
}
