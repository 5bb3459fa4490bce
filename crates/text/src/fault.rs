//! Sentences about faults that are present, already present, absent or cleared.

use hoplight_model::{ComponentId, Element, Retries, ServerId};
use hoplight_sim::{Fault, RecordState};

use crate::phrase;
use crate::phrase::Phrase;

/// States that a fault is present.
pub fn fault(fault: &Fault) -> Phrase {
    match fault {
        Fault::Hang(element) => phrase![element, " hangs: it accepts connections and answers nothing"],
        Fault::Slow(element @ Element::Hop(..), factor) => {
            phrase!["the latency of ", element, " is ", factor.get(), " × higher"]
        }
        Fault::Slow(element, factor) => phrase![element, " is ", factor.get(), " × slower"],
        Fault::Misconfigured(element) => phrase![element, " has a configuration that it cannot start with"],
        Fault::Flaw(id) => phrase!["a flaw crashes everything that runs the same software as ", id],
        Fault::Compromised(element) => phrase![element, " is compromised, without any visible sign"],
        Fault::Expired(id) => phrase!["the certificate on ", id, " has expired"],
        Fault::Record(RecordState::Present) => phrase!["the site's DNS record is present"],
        Fault::Record(RecordState::Gone) => phrase!["the site's DNS record is gone"],
        Fault::Record(RecordState::Unreachable) => phrase!["the authoritative DNS server does not answer"],
        Fault::DiskFull(id) => phrase!["the disk of ", id, " is full"],
        Fault::ReplicationStopped(id) => phrase![id, " no longer replicates"],
        Fault::Leak { from, to, count } => leak(*count, from.as_ref(), to, " have leaked"),
        Fault::VrrpKilled(id) => phrase!["keepalived on ", id, " was killed: the address stays there, without advertisements"],
        Fault::VrrpStopped(id) => phrase!["keepalived on ", id, " is stopped: it cannot take the address"],
        Fault::Flood(rate) => phrase!["a flood of ", rate.get(), " SYNs per second hits the entry"],
        Fault::CpuHog(server, threads) => hog(server, *threads, "uses"),
        Fault::Abuse(rate, addresses) => phrase![attacker(*addresses), " tries ", rate.get(), " passwords per second"],
        Fault::Sniffer(from, to) => phrase!["an eavesdropper listens on ", Element::Hop(from.clone(), to.clone())],
    }
}

/// States that a fault is already present.
pub(crate) fn already(fault: &Fault) -> Phrase {
    match fault {
        Fault::Hang(element) => phrase![element, " already hangs"],
        Fault::Slow(_, factor) if (factor.get() - 1.0).abs() < f64::EPSILON => absent(fault),
        Fault::Slow(element @ Element::Hop(..), factor) => {
            phrase!["the latency of ", element, " is already ", factor.get(), " × higher"]
        }
        Fault::Slow(element, factor) => phrase![element, " is already ", factor.get(), " × slower"],
        Fault::Misconfigured(element) => phrase![element, " already has a configuration that it cannot start with"],
        Fault::Flaw(id) => phrase!["everything that runs the same software as ", id, " has already crashed"],
        Fault::Compromised(element) => phrase![element, " is already compromised"],
        Fault::Expired(id) => phrase!["the certificate on ", id, " has already expired"],
        Fault::Record(RecordState::Present) => phrase!["the site's DNS record is already present"],
        Fault::Record(RecordState::Gone) => phrase!["the site's DNS record is already gone"],
        Fault::Record(RecordState::Unreachable) => phrase!["the authoritative DNS server is already unreachable"],
        Fault::DiskFull(id) => phrase!["the disk of ", id, " is already full"],
        Fault::ReplicationStopped(id) => phrase!["replication to ", id, " is already stopped"],
        Fault::Leak { from, to, count } => leak(*count, from.as_ref(), to, " have already leaked"),
        Fault::VrrpKilled(id) => phrase!["keepalived on ", id, " is not running, so it cannot be killed"],
        Fault::VrrpStopped(id) => phrase!["keepalived on ", id, " is not running, so it cannot be stopped"],
        Fault::Flood(rate) => phrase!["a flood of ", rate.get(), " SYNs per second already hits the entry"],
        Fault::CpuHog(server, threads) => hog(server, *threads, "already uses"),
        Fault::Abuse(rate, addresses) => phrase![attacker(*addresses), " already tries ", rate.get(), " passwords per second"],
        Fault::Sniffer(from, to) => {
            phrase!["an eavesdropper already listens on ", Element::Hop(from.clone(), to.clone())]
        }
    }
}

/// Who guesses passwords.
fn attacker(addresses: u32) -> Phrase {
    if addresses == 1 { phrase!["one client"] } else { phrase!["an attacker with ", addresses, " addresses"] }
}

/// States how many connections a client of a component has leaked.
fn leak(count: u32, from: Option<&ComponentId>, to: &ComponentId, verb: &'static str) -> Phrase {
    let Some(from) = from else { return phrase![count, " connections of ", to, verb] };
    phrase![count, " connections from ", from, " to ", to, verb]
}

/// States that a program which is not part of the site uses the processor of a server.
fn hog(server: &ServerId, threads: u32, verb: &'static str) -> Phrase {
    let noun = if threads == 1 { " thread" } else { " threads" };
    phrase!["another program ", verb, " the processor of ", server, " with ", threads, noun]
}

/// States that a fault is absent.
pub(crate) fn absent(fault: &Fault) -> Phrase {
    match fault {
        Fault::Hang(element) => phrase![element, " does not hang"],
        Fault::Slow(element @ Element::Hop(..), _) => phrase![element, " has its normal latency"],
        Fault::Slow(element, _) => phrase![element, " has its normal speed"],
        Fault::Misconfigured(element) => phrase![element, " has no bad configuration to roll back"],
        Fault::Flaw(id) => phrase!["nothing that runs the same software as ", id, " has crashed"],
        Fault::Compromised(element) => phrase![element, " is not compromised"],
        Fault::Expired(id) => phrase!["the certificate on ", id, " has not expired"],
        Fault::Record(_) => phrase!["the site's DNS record is already present"],
        Fault::DiskFull(id) => phrase!["the disk of ", id, " is not full"],
        Fault::ReplicationStopped(id) => phrase!["replication to ", id, " is not stopped"],
        Fault::Leak { from: Some(from), to, .. } => phrase!["no connections from ", from, " to ", to, " have leaked"],
        Fault::Leak { from: None, to, .. } => phrase!["no connections of ", to, " have leaked"],
        Fault::VrrpKilled(id) => phrase!["keepalived on ", id, " was not killed"],
        Fault::VrrpStopped(id) => phrase!["keepalived on ", id, " was not stopped"],
        Fault::Flood(_) => phrase!["no flood of SYNs is running"],
        Fault::CpuHog(server, _) => phrase!["no other program uses the processor of ", server],
        Fault::Abuse(..) => phrase!["nobody guesses passwords"],
        Fault::Sniffer(from, to) => phrase!["no eavesdropper listens on ", Element::Hop(from.clone(), to.clone())],
    }
}

/// States that a fault was cleared.
pub fn repair(fault: &Fault) -> Phrase {
    match fault {
        Fault::Hang(element) => phrase![element, " resumes where it stopped"],
        Fault::Slow(element @ Element::Hop(..), _) => phrase![element, " is back to its normal latency"],
        Fault::Slow(element, _) => phrase![element, " is back to its normal speed"],
        Fault::Misconfigured(element) => phrase!["the configuration of ", element, " is rolled back"],
        Fault::Flaw(id) => phrase!["everything that runs the same software as ", id, " is patched and started"],
        Fault::Compromised(element) => phrase![element, " is cleaned"],
        Fault::Expired(id) => phrase!["the certificate on ", id, " is renewed"],
        Fault::Record(_) => phrase!["the site's DNS record is restored"],
        Fault::DiskFull(id) => phrase![id, " has free disk space again"],
        Fault::ReplicationStopped(id) => phrase![id, " replicates again"],
        Fault::Leak { from: Some(from), to, .. } => phrase!["the leaked connections from ", from, " to ", to, " are released"],
        Fault::Leak { from: None, to, .. } => phrase!["the leaked connections of ", to, " are released"],
        Fault::VrrpKilled(id) | Fault::VrrpStopped(id) => phrase!["keepalived on ", id, " is started"],
        Fault::Flood(_) => phrase!["the flood of SYNs is over"],
        Fault::CpuHog(server, _) => phrase!["the other program on ", server, " has ended"],
        Fault::Abuse(..) => phrase!["the attacker who guessed passwords has stopped"],
        Fault::Sniffer(from, to) => phrase!["the eavesdropper on ", Element::Hop(from.clone(), to.clone()), " is gone"],
    }
}

/// States what users do after a failed request.
pub(crate) fn retries(retries: &Retries) -> Phrase {
    match retries.attempts.get() {
        1 => phrase!["users give up after a failed request"],
        attempts => {
            phrase!["users make up to ", attempts, " attempts, with the first retry after ", retries.backoff_s.get(), " s"]
        }
    }
}
