//! The answers about capacity as values and sentences.
//!
//! Must not know how they were found.

use std::fmt;

use crate::words::thousands;
use hoplight_model::RequestKind;

use super::resource::Resource;

/// The load at which a resource is full.
#[derive(Clone, Debug, PartialEq)]
pub struct Saturation {
    /// Requests per second of `kind`, or of all kinds in their mix.
    pub rps: f64,
    /// What is full.
    pub resource: Resource,
    /// Its limit.
    pub limit: u32,
    /// The kind that comes alone; `None` is the mix.
    pub kind: Option<RequestKind>,
    /// The part of the time for which it is held in which its component works, from 0 to 1. The rest it waits for answers
    /// of others: it may be full while its component has nothing to do.
    pub working: f64,
}

impl Saturation {
    /// What keeps the site from more, in a sentence.
    pub fn why(&self) -> String {
        let Self { resource, limit, working, .. } = self;
        let id = resource.component();
        let waits = working < &0.995;
        match resource {
            Resource::Slots(_) if waits => {
                let percent = (1.0 - working) * 100.0;
                let slots = if *limit == 1 { "its slot is".to_owned() } else { format!("its {limit} slots are") };
                format!("{self}: {slots} held, {percent:.0} % of the time to wait for answers of others.")
            }
            Resource::Slots(_) if *limit == 1 => format!("{self}: its slot is always at work."),
            Resource::Slots(_) => format!("{self}: its {limit} slots are always at work."),
            Resource::Connections(_) => {
                format!("{self}: {} requests are present at {id}, and no more may be.", number(f64::from(*limit)))
            }
            Resource::Places(from, _) => {
                format!("{self}: {from} has {} requests in progress at {id}, and may have no more.", number(f64::from(*limit)))
            }
        }
    }
}

impl fmt::Display for Saturation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rate = rate(self.rps, self.kind);
        match &self.resource {
            Resource::Slots(id) => write!(f, "{id} saturates first, at {rate}"),
            Resource::Connections(id) => write!(f, "{id} runs out of connections first, at {rate}"),
            Resource::Places(from, to) => write!(f, "{from} may send no more to {to} first, at {rate}"),
        }
    }
}

/// How full something is at a load.
#[derive(Clone, Debug, PartialEq)]
pub struct Utilisation {
    /// What.
    pub resource: Resource,
    /// How much there is of it.
    pub limit: u32,
    /// How much of it is held on average (Little's law: arrivals a second × seconds held). Above the limit: how much would be
    /// needed.
    pub held: f64,
}

impl Utilisation {
    /// What is held as a part of all; above 1 it is overloaded.
    pub fn part(&self) -> f64 {
        self.held / f64::from(self.limit)
    }
}

impl fmt::Display for Utilisation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at {:.0} %", self.resource, self.part() * 100.0)
    }
}

/// How much more a site could take.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Headroom {
    /// Requests per second; negative if it has too many already.
    pub rps: f64,
    /// As a multiple of the present load; infinite at no load.
    pub factor: f64,
}

/// A rate with the word for what comes, as in `1,300 writes/s`.
pub(super) fn rate(rps: f64, kind: Option<RequestKind>) -> String {
    let what = match kind {
        None => "requests",
        Some(RequestKind::Static) => "static pages",
        Some(RequestKind::Read) => "reads",
        Some(RequestKind::Write) => "writes",
    };
    format!("{} {what}/s", number(rps))
}

/// A number for people: three digits or all before the point, thousands apart. What is not whole is rounded down: a
/// capacity that is promised is there.
fn number(value: f64) -> String {
    let places = match value {
        ..10.0 => 2,
        ..100.0 => 1,
        _ => 0,
    };
    let unit = libm::pow(10.0, -f64::from(places));
    // What is short of a whole unit by an error of computation is that unit.
    let rounded = libm::floor(value / unit + 1e-6) * unit;
    let text = format!("{rounded:.prec$}", prec = usize::try_from(places).unwrap_or_default());
    let (whole, rest) = text.split_once('.').map_or((text.as_str(), ""), |(whole, rest)| (whole, rest.trim_end_matches('0')));
    let apart = thousands(whole);
    if rest.is_empty() { apart } else { format!("{apart}.{rest}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_for_people() {
        let shown = [0.0, 0.0625, 9.999, 12.34, 160.0, 999.9, 1_300.0, 1_234_567.8].map(number);
        assert_eq!(shown, ["0", "0.06", "9.99", "12.3", "160", "999", "1,300", "1,234,567"]);
        assert_eq!(number(1.0 / 0.001 * 1.3), "1,300");
    }
}
