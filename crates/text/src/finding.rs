//! Findings of the analysis.

use hoplight_analysis::port_80::Port80Outcome;
use hoplight_analysis::reading::{Fact, Stake};
use hoplight_analysis::{Cause, ConnectionAttempt, DesignFinding, FindingKind};
use hoplight_model::{ComponentId, RequestKind};

use crate::broken::{broken, cause};
use crate::capacity::{overload, utilisation};
use crate::figure::percent;
use crate::firewall::{flaw, judged, why_open};
use crate::homogeneity::{lone_servers, mixed_server, shared_flaw, twin_servers};
use crate::phrase;
use crate::phrase::{Part, Passage, Phrase, list};
use crate::rule::{RuleText, rule};

/// Text of a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FindingText {
    /// What was found.
    pub message: Passage,
    /// Text of the rule: what it looks for, why it matters, and how to fix it.
    pub rule: RuleText,
}

/// Describes a finding.
pub fn finding(finding: &DesignFinding) -> FindingText {
    FindingText { message: message(finding), rule: rule(finding.rule()) }
}

/// Kinds of request as the plural subject of a sentence.
fn requests(kinds: &[RequestKind]) -> Phrase {
    if kinds.len() == RequestKind::ALL.len() {
        return "all requests".into();
    }
    list(kinds.iter().map(|kind| match kind {
        RequestKind::Static => "static pages",
        RequestKind::Read => "reads",
        RequestKind::Write => "writes",
    }))
}

/// A finding about port 80, and what an eavesdropper reads of the visits that begin there.
fn readable_visits(found: Phrase, facts: &[Fact]) -> Passage {
    let reads = || phrase!["of a visit with http://, an eavesdropper reads ", readable(facts)];
    std::iter::once(found).chain((!facts.is_empty()).then(reads)).collect()
}

/// What an eavesdropper can read, without duplicates.
fn readable(facts: &[Fact]) -> Phrase {
    let mut labels: Vec<&'static str> = Vec::new();
    for fact in facts.iter().filter(|fact| fact.is_hidden_by_tls()) {
        let label = match fact.stake() {
            Stake::Password => "the password of a login",
            Stake::Session => "the session",
            Stake::PasswordHash => "the hash of a password",
            Stake::Addresses | Stake::Name | Stake::Content => fact.label(),
        };
        if !labels.contains(&label) {
            labels.push(label);
        }
    }
    list(labels)
}

#[expect(clippy::too_many_lines, reason = "one arm per kind")]
fn message(finding: &DesignFinding) -> Passage {
    let subject = || finding.subject.as_ref().map_or_else(|| phrase!["the design"], cause);
    let without = |stops: &[RequestKind]| phrase!["without ", subject(), ", ", requests(stops), " stop"];
    match &finding.kind {
        FindingKind::KindDoesNotWork { kind, broken: why } => phrase!["no ", kind.word(), " request works: ", broken(why)],
        FindingKind::SinglePoint { stops, carries } => {
            let mut passage = Passage::from(without(stops));
            if !carries.is_empty() {
                passage.push(phrase!["on it, and nowhere else: ", list(carries)]);
            }
            return passage;
        }
        FindingKind::SingleFirewall { stops } => without(stops),
        FindingKind::SingleWriter { stops, replicas, automatic } => {
            let rest = match &replicas[..] {
                [] => phrase!["it has no replica"],
                ids if *automatic => {
                    phrase!["its failover to ", list(ids), " does not help where both are reached over the same path"]
                }
                ids => phrase![list(ids), " could be promoted by an operator"],
            };
            return Passage::from_iter([without(stops), rest]);
        }
        FindingKind::TwoWriters { writers } => {
            return Passage::from_iter([
                phrase![list(writers), if writers.len() == 2 { " both" } else { " all" }, " accept writes of the same users"],
                phrase!["a write to one is missing from the other, or conflicts with it"],
            ]);
        }
        FindingKind::NoMajority { members } => {
            phrase![list(members), " are a cluster of two: without either, the other refuses all queries"]
        }
        FindingKind::WritesToReplica { replicas, writers } => return writes_to_replica(&subject(), replicas, writers),
        FindingKind::OneCopy => phrase!["all data is in ", subject(), " and nowhere else"],
        FindingKind::CopiesOnOneServer { copies, every: true } => {
            phrase![list(copies), ", all copies of the data, are on ", subject(), ": one dead disk can take all of them"]
        }
        FindingKind::CopiesOnOneServer { copies, every: false } => {
            phrase![list(copies), " are on ", subject(), ": without it, both copies are gone at the same time"]
        }
        FindingKind::StaleReads { replica, writer } => phrase![
            subject(),
            " reads from ",
            replica,
            ", which applies changes later than ",
            writer,
            ": users may not see what they have just written"
        ],
        FindingKind::OneName { stops } => one_name(finding.subject.as_ref(), stops),
        FindingKind::UserResolver { stops } => {
            let users = phrase![requests(stops), " stop for users of ", subject(), " who have to look the name up"];
            return Passage::from_iter([
                phrase!["without ", subject(), ", ", users],
                phrase!["it belongs to their provider, not to the site"],
            ]);
        }
        FindingKind::OneCertificate { stops, degrades } => {
            let mut phrase = phrase!["when the ", subject(), " has expired, "];
            if !stops.is_empty() {
                phrase.push(phrase![requests(stops), " stop"]);
            }
            if !degrades.is_empty() {
                phrase.push(if stops.is_empty() { "" } else { ", and " });
                phrase.push(phrase!["users who need a full handshake are refused: part of ", requests(degrades), " fail"]);
            }
            phrase
        }
        FindingKind::CertificateExpired => phrase!["the ", subject(), " has expired"],
        FindingKind::CertificateExpiresSoon { days: ..=1 } => phrase!["the ", subject(), " expires within a day"],
        FindingKind::CertificateExpiresSoon { days } => phrase!["the ", subject(), " expires in ", *days, " days"],
        FindingKind::FailureDomain { stops } => phrase!["when ", subject(), " fails as a whole, ", requests(stops), " stop"],
        FindingKind::ReadableHop { facts, .. } => {
            if let Some(Cause::Hop(from, to)) = &finding.subject {
                phrase!["between ", from, " and ", to, " an eavesdropper reads ", readable(facts)]
            } else {
                phrase!["an eavesdropper reads ", readable(facts)]
            }
        }
        FindingKind::TlsEndsAtBalancer { readable, passwords } => {
            let rest = if *passwords { " requests are readable, including passwords" } else { " requests are readable" };
            phrase!["TLS ends at ", subject(), ": from there to ", list(readable), rest]
        }
        FindingKind::BalancerReadsAll { ends_tls: true } => {
            phrase![subject(), " ends TLS: anyone who controls it reads every request"]
        }
        FindingKind::BalancerReadsAll { ends_tls: false } => {
            phrase!["requests reach ", subject(), " in plaintext: anyone who controls it reads every one"]
        }
        FindingKind::UncheckedPeer { hops } => {
            let are = if hops.len() == 1 { " is" } else { " are" };
            phrase![
                list(hops),
                are,
                " encrypted, but the certificate of the server end is not verified: an impostor could read everything"
            ]
        }
        FindingKind::NoCertificate { domain, on } => {
            phrase![
                "the drawing lists no certificate, so ",
                list(on),
                " ",
                if on.len() == 1 { "is" } else { "are" },
                " assumed to hold one for ",
                Part::name(domain)
            ]
        }
        FindingKind::CertificateElsewhere { domain } => {
            phrase!["users' TLS ends at ", subject(), ", which has no certificate for ", Part::name(domain)]
        }
        FindingKind::PlaintextPort { facts } => {
            let serves = phrase!["port 80 of ", subject(), " serves the site in plaintext instead of redirecting to https"];
            return readable_visits(serves, facts);
        }
        FindingKind::NoHsts { facts } => {
            let header = Part::name("Strict-Transport-Security");
            let lacks = phrase!["responses of ", subject(), " lack ", header, ": browsers never learn to avoid port 80"];
            return readable_visits(lacks, facts);
        }
        FindingKind::PlaintextRefused { outcome, share } => {
            let share = || percent(*share);
            match outcome {
                Port80Outcome::Blocked { firewall, refuses } => {
                    let does = if *refuses { " refuses" } else { " drops" };
                    phrase![
                        firewall,
                        does,
                        " port 80 of ",
                        subject(),
                        ": ",
                        share(),
                        " of the visits start with http:// and fail"
                    ]
                }
                Port80Outcome::Closed | Port80Outcome::Served | Port80Outcome::Redirected => {
                    phrase!["port 80 of ", subject(), " is closed: ", share(), " of the visits start with http:// and fail"]
                }
            }
        }
        FindingKind::RedirectLoop { kinds, from } => {
            let loops = phrase![subject(), " redirects ", requests(kinds), " to https for ever"];
            let header = || Part::name("X-Forwarded-Proto");
            let ends = |from| phrase!["TLS ends at ", from, ", and without ", header(), " every request looks like http"];
            let why = from.as_ref().map_or_else(|| "the site has no TLS".into(), ends);
            return Passage::from_iter([loops, why]);
        }
        FindingKind::Firewall(of) => return flaw(of),
        FindingKind::DatabaseExposed(open) => {
            phrase!["anyone on the Internet can connect to ", subject(), " on port ", open.port, ": ", why_open(open)]
        }
        FindingKind::SshExposed { open } => return ssh_exposed(open),
        FindingKind::NoAdminPath { every: true, .. } => {
            phrase!["no firewall rule admits an administrator: SSH is closed to every address on every machine"]
        }
        FindingKind::NoAdminPath { locked, every: false } => {
            phrase!["no firewall rule admits an administrator to ", list(locked), ": SSH is closed to every address"]
        }
        FindingKind::DatabaseEgress { databases, ports } => {
            let ports = match &ports[..] {
                [] => " on every port".into(),
                [only] => phrase![" on port ", *only],
                several => phrase![" on ports ", list(several.iter().copied())],
            };
            phrase![list(databases), " may connect to any address", ports]
        }
        FindingKind::MixedVersions { components, program, versions, is_cluster } => {
            let versions = list(versions.iter().map(Part::name));
            let run = phrase![list(components), " run versions ", versions, " of ", Part::name(program)];
            let rest = if *is_cluster {
                "members of a cluster should run one version, except during an upgrade"
            } else {
                "versions of one program share most of their flaws, so this is not diversity"
            };
            return Passage::from_iter([run, rest.into()]);
        }
        FindingKind::SharedFlaw(of) => return shared_flaw(of),
        FindingKind::MixedTiers(of) => return mixed_server(of),
        FindingKind::DifferentButSingle(of) => return lone_servers(of),
        FindingKind::AlikeServers(of) => return twin_servers(of),
        FindingKind::BalancesNothing { backend } => phrase![subject(), " has one backend, ", backend, ": it balances nothing"],
        FindingKind::UnlikeBackends { backends } => {
            phrase![subject(), " spreads requests over ", list(backends), ", which belong to different tiers"]
        }
        FindingKind::ShallowCheck { check, backends } => {
            let pass = if backends.len() == 1 { " passes it" } else { " pass it" };
            return Passage::from_iter([
                phrase![subject(), " checks its backends with ", check.words()],
                phrase![list(backends), pass, " even if the application behind is dead: reads and writes sent there fail"],
            ]);
        }
        FindingKind::CheckNeedsDatabase { databases } => phrase![
            "the health checks of ",
            subject(),
            " go through to the database: without ",
            list(databases),
            ", it takes every backend out, and static pages stop as well"
        ],
        FindingKind::NoRedispatch { fall } => phrase![
            subject(),
            " retries a failed connection on the same backend only: requests for a dead one fail until ",
            *fall,
            if *fall == 1 { " check has failed" } else { " checks have failed" }
        ],
        FindingKind::UntrackedBalancer { peer } => phrase![
            "if the process of ",
            subject(),
            " ends, the shared address stays on its machine: ",
            peer,
            " never takes over"
        ],
        FindingKind::KeepAliveRace { server_s, client_s } => phrase![
            subject(),
            ": the server closes a connection after ",
            Part::value(format_args!("{server_s} s")),
            " without a request, the client only after ",
            Part::value(format_args!("{client_s} s")),
            ", so the client may send on a connection that is being closed"
        ],
        FindingKind::SharedRateLimit { from, rate } => phrase![
            "the rate limit of ",
            subject(),
            " does not learn the clients' addresses from ",
            from,
            ", so all users together may send ",
            Part::value(format_args!("{rate} requests per second"))
        ],
        FindingKind::BlindRateLimit => {
            phrase!["the rate limit of ", subject(), " has no effect, because TLS passes through it: it sees no requests"]
        }
        FindingKind::NoRateLimit { entries } => {
            phrase!["nothing limits the rate of logins between ", list(entries), " and the code that verifies passwords"]
        }
        FindingKind::ScatteredSessions { applications, lost } => {
            let percent = Part::value(format_args!("{:.0} %", lost * 100.0));
            return Passage::from_iter([
                phrase![
                    list(applications),
                    " each keep sessions in their own memory, and requests do not return to the same one"
                ],
                phrase![percent, " of the reads of logged-in users do not find their session"],
            ]);
        }
        FindingKind::SessionsInMemory { applications } => {
            let whose = if applications.len() == 1 { " keeps" } else { " keep" };
            phrase![
                list(applications),
                whose,
                " sessions in memory: a crash, restart or deploy of one logs out all users who are logged in there"
            ]
        }
        FindingKind::SessionStoreAlone { stops, degrades } => {
            let mut phrase = phrase!["without ", subject(), ", "];
            if !stops.is_empty() {
                phrase.push(phrase![requests(stops), " stop"]);
            }
            if !degrades.is_empty() {
                phrase.push(if stops.is_empty() { "" } else { ", and " });
                phrase.push(phrase![requests(degrades), " of logged-in users fail"]);
            }
            return Passage::from_iter([phrase, phrase!["if its process ends or it is flushed, everyone is logged out"]]);
        }
        FindingKind::OnNoServer => phrase![subject(), " is on none of the servers"],
        FindingKind::NoServers { components } => {
            phrase!["the design has no servers for ", list(components)]
        }
        FindingKind::Unwatched => phrase!["no agent watches ", subject()],
        FindingKind::UnwatchedServer { components } => phrase!["no agent on ", subject(), " watches ", list(components)],
        FindingKind::UncheckedAddresses { entries, wait_s } => phrase![
            "the record lists the addresses of ",
            list(entries),
            " whether they respond or not: new visitors of a silent one wait ",
            *wait_s,
            " s for the next"
        ],
        FindingKind::LongTtl { ttl_s } => {
            phrase![
                "after a switch to the standby site, ",
                subject(),
                " and its users keep the old address for up to ",
                *ttl_s,
                " s"
            ]
        }
        FindingKind::StandbyShares { shared } => {
            phrase!["the standby site depends on ", list(shared.iter().map(cause)), ", like the first site"]
        }
        FindingKind::NothingWatched => phrase!["no agent watches any part of the service"],
        FindingKind::AgentWatchesNothing => {
            phrase![subject(), " is on no server of the service: it has nothing to measure"]
        }
        FindingKind::MonitoringOnWatchedServer { server, has_switch } => {
            let effect = if *has_switch { "only the dead man's switch pages" } else { "no alert is sent" };
            phrase![subject(), " is on ", server, ", which it watches: when the server fails, ", effect]
        }
        FindingKind::MonitoringUnwatched => phrase!["nothing watches ", subject(), ": when it fails, no alert is sent"],
        FindingKind::NoOutsideView => phrase!["no external probe requests a page as users do"],
        FindingKind::Full { load, utilisation: of } => {
            phrase!["at ", *load, " requests a second, ", utilisation(of), " of what it has"]
        }
        FindingKind::CapacitySinglePoint(of) => return overload(of),
        FindingKind::CacheHidesDatabase { load, hit_ratio, without } => {
            return Passage::from_iter([
                phrase![subject(), " answers ", percent(*hit_ratio), " of the reads"],
                phrase!["without it, at ", *load, " requests a second, ", utilisation(without), " of what it has"],
            ]);
        }
        FindingKind::CacheWithoutExpiry { invalidates: true } => {
            phrase!["entries of ", subject(), " never expire: one whose invalidation is lost stays old until it is evicted"]
        }
        FindingKind::CacheWithoutExpiry { invalidates: false } => {
            phrase!["entries of ", subject(), " never expire, and writes do not remove them: users see old values without end"]
        }
        FindingKind::CacheServesOldValues { ttl_s: Some(ttl) } => {
            phrase!["after a write, ", subject(), " returns the old value for up to ", *ttl, " s"]
        }
        FindingKind::CacheServesOldValues { ttl_s: None } => {
            phrase!["after a write, ", subject(), " returns the old value until it is evicted"]
        }
        FindingKind::CacheWithoutCollapse { fetches } => phrase![
            "when the most popular entry of ",
            subject(),
            " expires, about ",
            libm::round(*fetches),
            " requests fetch it at the same time"
        ],
    }
    .into()
}

fn writes_to_replica(subject: &Phrase, replicas: &[ComponentId], writers: &[ComponentId]) -> Passage {
    let are = if replicas.len() == 1 { ", which is a read-only replica" } else { ", which are read-only replicas" };
    let ends = phrase!["writes of ", subject.clone(), " end at ", list(replicas), are, ": each of them fails"];
    match writers {
        [] => Passage::from_iter([ends, phrase![subject.clone(), " has no link to the primary"]]),
        ids => Passage::from_iter([ends, phrase!["its link to ", list(ids), " comes later, and it does not follow the primary"]]),
    }
}

fn ssh_exposed(open: &[ConnectionAttempt]) -> Passage {
    let machines = list(open.iter().map(|attempt| &attempt.target));
    let mut passage = Passage::from(phrase!["anyone on the Internet can connect to SSH (port 22) of ", machines]);
    let mut rules: Vec<Phrase> = Vec::new();
    for rule in open.iter().flat_map(|attempt| &attempt.judged).map(judged) {
        if !rules.contains(&rule) {
            rules.push(rule);
        }
    }
    if !rules.is_empty() {
        let allow = if rules.len() == 1 { " allows it" } else { " allow it" };
        passage.push(phrase![list(rules), allow]);
    }
    passage
}

fn one_name(subject: Option<&Cause>, stops: &[RequestKind]) -> Phrase {
    let stop = requests(stops);
    match subject {
        Some(Cause::Zone(name)) => {
            let zone = phrase!["without the zone of ", Part::name(name), ", "];
            phrase![zone, stop, " stop for every user who has to look it up"]
        }
        of => {
            let resolver = of.map_or_else(Phrase::default, cause);
            phrase![
                "without ",
                resolver,
                ", ",
                stop,
                " stop for every user who has to look the name up; a cache hides it for a while"
            ]
        }
    }
}
