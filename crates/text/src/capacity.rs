//! Capacity: how much load a site can sustain, and which resource limits it.

use hoplight_analysis::capacity::{Overloaded, Utilisation};
use hoplight_analysis::{Overload, Resource, Saturation};

use crate::broken::cause;
use crate::figure::{number, percent, rate};
use crate::phrase;
use crate::phrase::{Part, Passage, Phrase};

/// A resource that requests hold.
pub fn resource(resource: &Resource) -> Phrase {
    match resource {
        Resource::Slots(id) => id.into(),
        Resource::Connections(id) => phrase![id, "'s connections"],
        Resource::Places(from, to) => phrase!["the maxconn of ", from, " for ", to],
        Resource::Cores(server) => phrase!["the CPU of ", server],
        Resource::RateLimit(from, to) => phrase!["the rate limit of ", to, " for all requests from ", from],
    }
}

/// The resource that saturates first, and the load at which it does.
pub fn saturation(saturation: &Saturation) -> Phrase {
    let rate = rate(saturation.rps, saturation.kind);
    match &saturation.resource {
        Resource::Slots(id) => phrase![id, " saturates first, at ", rate],
        Resource::Connections(id) => phrase![id, " runs out of connections first, at ", rate],
        Resource::Places(from, to) => phrase![from, " reaches its maxconn for ", to, " first, at ", rate],
        Resource::Cores(server) => phrase!["the CPU of ", server, " saturates first, at ", rate],
        Resource::RateLimit(_, to) => phrase![to, " reaches its rate limit first, at ", rate],
    }
}

/// Like [`saturation`], with the reason for the limit.
pub fn bottleneck(full: &Saturation) -> Passage {
    let Saturation { resource, limit, working, .. } = full;
    let waits = *working < 0.995;
    let held = Part::value(number(f64::from(*limit)));
    let why = match resource {
        Resource::Slots(_) if waits => {
            let slots = if *limit == 1 { phrase!["its slot is"] } else { phrase!["its ", *limit, " slots are"] };
            phrase![slots, " held, ", percent(1.0 - working), " of the time waiting for answers from other components"]
        }
        Resource::Slots(_) if *limit == 1 => phrase!["its slot is always busy"],
        Resource::Slots(_) => phrase!["its ", *limit, " slots are always busy"],
        Resource::Connections(id) => phrase![held, " requests are present at ", id, ", which is its limit"],
        Resource::Places(from, id) => phrase![from, " has ", held, " requests in progress at ", id, ", which is its maxconn"],
        Resource::Cores(_) if *limit == 1 => phrase!["its core is always busy"],
        Resource::Cores(_) => phrase!["its ", *limit, " cores are always busy"],
        Resource::RateLimit(from, id) => {
            phrase![id, " does not learn the clients' addresses and counts all requests from ", from, " as those of one client"]
        }
    };
    phrase![saturation(full), ": ", why].into()
}

/// The utilisation of a resource.
pub fn utilisation(of: &Utilisation) -> Phrase {
    phrase![resource(&of.resource), " at ", percent(of.part())]
}

/// The resources that a loss overloads.
pub fn overload(overload: &Overload) -> Passage {
    let mut phrase = phrase!["without ", cause(&overload.cause), ", at ", rate(overload.load, None), ": "];
    for (place, Overloaded { resource: of, before, after, waits }) in overload.overloaded.iter().enumerate() {
        phrase.push(if place == 0 { "" } else { ", " });
        phrase.push(phrase![resource(of), " at ", percent(*after), " instead of ", percent(*before)]);
        if *waits {
            phrase.push(", with requests that wait for elements that do not respond");
        }
    }
    phrase.into()
}
