//! Why a command was refused.

use hoplight_model::Element;
use hoplight_sim::{CommandError, Fault};

use crate::fault::{absent, already, fault};
use crate::phrase;
use crate::phrase::{Phrase, list};

/// Why a command was refused.
pub fn refusal(error: &CommandError) -> Phrase {
    match error {
        CommandError::Unknown(element) => phrase!["there is no ", element, " in this infrastructure"],
        CommandError::AlreadyDown(hop @ Element::Hop(..)) => phrase!["the link ", hop, " is already cut"],
        CommandError::AlreadyUp(hop @ Element::Hop(..)) => phrase!["the link ", hop, " is not cut"],
        CommandError::AlreadyDown(element) => phrase![element, " is already down"],
        CommandError::AlreadyUp(element) => phrase![element, " is already up"],
        CommandError::ServerOff { component, server } => phrase![component, " cannot start: ", server, " is off"],
        CommandError::NoFirewall(hop) => phrase!["no firewall is on ", hop],
        CommandError::NoMonitoring => phrase!["this infrastructure has no monitoring service to report to"],
        CommandError::NoProcess(hop) => phrase![hop, " is a link: it has no process"],
        CommandError::NoSoftware(element) => phrase!["the software of ", element, " is not known"],
        CommandError::NoCertificate { component, holders } if holders.is_empty() => {
            phrase![component, " has no certificate, and neither has any other component"]
        }
        CommandError::NoCertificate { component, holders } => {
            phrase![component, " has no certificate; it is held by ", list(holders)]
        }
        CommandError::BadConfiguration(element) => {
            phrase![element, " cannot start with this configuration: roll it back first"]
        }
        CommandError::FaultIs(of) => already(of),
        CommandError::FaultIsNot(of) => absent(of),
        CommandError::CannotFault(Fault::CpuHog(server, _)) => {
            phrase![server, " has no number of cores, so its programs never wait for one"]
        }
        CommandError::CannotFault(of) => phrase!["this fault is not possible here: ", fault(of)],
        CommandError::NoBackend(element) => phrase![element, " is not a backend of a balancer"],
        CommandError::NoBalancer => phrase!["this infrastructure has no balancer"],
        CommandError::NoHopInside => phrase!["no web server is linked to an application: there is no hop to encrypt"],
        CommandError::CookieInPassthrough => {
            phrase!["TLS passes through the balancer, so it cannot insert a cookie"]
        }
        CommandError::NoHopToDatabase => phrase!["nothing is linked to a database: there is no hop to encrypt"],
        CommandError::AlreadyDraining(element) => phrase![element, " is already draining"],
        CommandError::NotDraining(element) => phrase![element, " is not draining"],
        CommandError::NotPart(element) => phrase![element, " is the user and cannot be killed"],
        CommandError::NoRate => {
            phrase![
                "this load is a fixed number of users, each of whom waits for an answer before the next request: there is no rate to set"
            ]
        }
        CommandError::CannotLimit(element) => {
            phrase![element, " cannot have a rate limit: only balancers, web servers and HTTP caches can"]
        }
        CommandError::NotDatabase(element) => phrase![element, " is not a database"],
        CommandError::NotCache(element) => phrase![element, " is not a cache"],
        CommandError::Down(element) => phrase![element, " is down"],
        CommandError::AlreadyWritable(element) => phrase![element, " already takes writes, or is about to"],
        CommandError::AlreadyReadOnly(element) => phrase![element, " is already read-only"],
        CommandError::NotEntry(element) => phrase![element, " has no address in the DNS: the browser has no link to it"],
        CommandError::NoStandby => phrase!["this infrastructure has no standby site to switch to"],
        CommandError::AlreadyListed(element) => phrase!["the site's DNS record already leads to ", element],
        CommandError::AllWritable(element) => phrase!["every member of the cluster of ", element, " accepts writes"],
        CommandError::Elects(element) => {
            phrase![element, " is a member of a quorum cluster, which elects its own primary"]
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use hoplight_model::quantity::{Factor, Rate};
    use hoplight_model::{ComponentId, Element, ServerId};
    use hoplight_sim::RecordState;

    use super::*;

    #[test]
    fn refusals_of_faults_differ_by_fault_and_reason() {
        let (id, other) = (ComponentId::new("web-1"), ComponentId::new("lb-1"));
        let (web, hop) = (Element::Component(id.clone()), Element::Hop(other.clone(), id.clone()));
        let faults = [
            Fault::Hang(web.clone()),
            Fault::Slow(web.clone(), Factor::literal(4.0)),
            Fault::Slow(hop, Factor::literal(4.0)),
            Fault::Misconfigured(web.clone()),
            Fault::Flaw(id.clone()),
            Fault::Compromised(web),
            Fault::Expired(id.clone()),
            Fault::Record(RecordState::Gone),
            Fault::DiskFull(id.clone()),
            Fault::ReplicationStopped(id.clone()),
            Fault::Leak { from: None, to: id.clone(), count: 3 },
            Fault::Leak { from: Some(other.clone()), to: id.clone(), count: 3 },
            Fault::VrrpKilled(id.clone()),
            Fault::VrrpStopped(id.clone()),
            Fault::Flood(Rate::literal(50.0)),
            Fault::CpuHog(ServerId::new("server-1"), 4),
            Fault::Abuse(Rate::literal(50.0), 1),
            Fault::Sniffer(other, id),
        ];
        let refusals = |fault: &Fault| {
            let of = [CommandError::FaultIs, CommandError::FaultIsNot, CommandError::CannotFault];
            of.map(|error| refusal(&error(fault.clone())).to_sentence())
        };
        let all: Vec<String> = faults.iter().flat_map(refusals).collect();
        assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len(), "{all:#?}");
        assert!(all.iter().all(|text| text.ends_with('.') && !text.contains("  ") && !text.contains("..")), "{all:#?}");
    }
}
