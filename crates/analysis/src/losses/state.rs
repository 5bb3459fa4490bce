//! The state of the infrastructure after a loss, once failovers are complete.

use std::collections::BTreeSet;

use hoplight_model::firewall::RuleAction;
use hoplight_model::{ComponentIx, Element, LinkIx};

use super::cluster::writable;
use super::loss::Loss;
use super::site::Site;
use crate::cause::Cause;
use crate::outage::Outage;

/// What a component's clients see when it is lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Power {
    Up,
    /// Its process has ended: the operating system refuses connections.
    Crashed,
    /// Its server is off: packets get no reply.
    Off,
}

/// Result of a connection attempt on a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Passage {
    Open,
    Refused,
    Silent,
}

/// The state after a loss.
pub(super) struct State {
    power: Vec<Power>,
    cut: Vec<bool>,
    expired: Vec<bool>,
    /// Whether the site's name is missing from the DNS.
    pub(super) nameless: bool,
    /// Whether each database accepts writes.
    pub(super) writable: Vec<bool>,
}

impl State {
    /// The state without a loss.
    pub(super) fn whole(site: &Site<'_>) -> Self {
        let infra = site.infra;
        let mut state = Self {
            power: vec![Power::Up; infra.len()],
            cut: vec![false; site.hops().len()],
            expired: vec![false; infra.certificates().len()],
            nameless: false,
            writable: vec![false; infra.len()],
        };
        state.fail_over(site, &site.clusters);
        state
    }

    /// Applies or reverts a loss. Returns the components whose behaviour it may change.
    pub(super) fn set(&mut self, site: &Site<'_>, loss: &Loss, lost: bool) -> BTreeSet<ComponentIx> {
        let infra = site.infra;
        let mut stopped = Vec::new();
        let mut cut = Vec::new();
        let mut touched = BTreeSet::new();
        match loss {
            Loss::Processes(server) => {
                let processes = infra.on_server(server).filter(|(_, component)| component.kind.serves_requests());
                stopped.extend(processes.map(|(ix, _)| (ix, Power::Crashed)));
            }
            Loss::Of(Cause::Certificate { place, .. }) => {
                self.expired[*place] = lost;
                let holders: Vec<ComponentIx> =
                    infra.certificates().get(*place).map(|certificate| infra.holders(certificate)).unwrap_or_default();
                touched.extend(holders.iter().flat_map(|ix| &site.into[ix.index()]).map(|link| site.hop(*link).from));
                touched.extend(infra.browser());
            }
            Loss::Of(Cause::Zone(_)) => {
                self.nameless = lost;
                touched.extend(infra.browser());
            }
            Loss::Of(cause) => {
                for element in Outage::of_causes(infra, [cause]).elements() {
                    match element {
                        Element::Component(id) => stopped.extend(infra.find(id.as_str()).map(|ix| (ix, Power::Crashed))),
                        Element::Server(id) => stopped.extend(infra.on_server(id).map(|(ix, _)| (ix, Power::Off))),
                        Element::Hop(from, to) => cut.extend(infra.link_between(from.as_str(), to.as_str())),
                    }
                }
            }
        }
        // A component on a server that is off stays off, whatever else is lost.
        stopped.sort_by_key(|(_, power)| *power == Power::Off);
        for (ix, power) in &stopped {
            self.power[ix.index()] = if lost { *power } else { Power::Up };
        }
        for link in &cut {
            self.cut[link.index()] = lost;
        }
        let reached = stopped.iter().flat_map(|(ix, _)| site.into[ix.index()].iter().chain(&site.guarded[ix.index()]));
        let changed: BTreeSet<LinkIx> = reached.copied().chain(cut).collect();
        touched.extend(stopped.iter().map(|(ix, _)| *ix));
        touched.extend(changed.iter().map(|link| site.hop(*link).from));
        touched.extend(infra.browser());
        let ends: BTreeSet<ComponentIx> = changed.iter().flat_map(|link| [site.hop(*link).from, site.hop(*link).to]).collect();
        let is_hit = |members: &&Vec<ComponentIx>| members.iter().any(|ix| ends.contains(ix) || touched.contains(ix));
        let hit: Vec<Vec<ComponentIx>> = site.clusters.iter().filter(is_hit).cloned().collect();
        self.fail_over(site, &hit);
        touched.extend(hit.into_iter().flatten());
        touched
    }

    fn fail_over(&mut self, site: &Site<'_>, clusters: &[Vec<ComponentIx>]) {
        for members in clusters {
            let leads = writable(site, self, members);
            for (ix, leads) in members.iter().zip(leads) {
                self.writable[ix.index()] = leads;
            }
        }
    }

    /// Whether a component runs.
    pub(super) fn runs(&self, ix: ComponentIx) -> bool {
        self.power[ix.index()] == Power::Up
    }

    /// Whether the machine of a component has power.
    pub(super) fn has_power(&self, ix: ComponentIx) -> bool {
        self.power[ix.index()] != Power::Off
    }

    /// Whether ARP messages cross a link: a cut or a dead firewall stops them, a rule of a packet filter does not.
    pub(super) fn carries_arp(&self, site: &Site<'_>, link: LinkIx) -> bool {
        !self.cut[link.index()] && site.hop(link).guards.iter().all(|guard| self.runs(guard.firewall))
    }

    /// Whether there are certificates at these places and all of them have expired.
    pub(super) fn all_expired(&self, places: &[usize]) -> bool {
        !places.is_empty() && places.iter().all(|place| self.expired[*place])
    }

    /// Result of a connection attempt on a link, regardless of the component at its end.
    pub(super) fn way(&self, site: &Site<'_>, link: LinkIx) -> Passage {
        if self.cut[link.index()] {
            return Passage::Silent;
        }
        for guard in &site.hop(link).guards {
            if !guard.members().any(|firewall| self.runs(firewall)) {
                return Passage::Silent;
            }
            match guard.verdict.action {
                RuleAction::Allow => {}
                RuleAction::Reset => return Passage::Refused,
                // The rate limit of ICMP errors is per peer, and users have an address each.
                RuleAction::Reject if site.infra.component(site.hop(link).from).kind.is_browser() => return Passage::Refused,
                RuleAction::Drop | RuleAction::Reject => return Passage::Silent,
            }
        }
        Passage::Open
    }

    /// Result of a connection attempt on a link.
    pub(super) fn passage(&self, site: &Site<'_>, link: LinkIx) -> Passage {
        match (self.way(site, link), self.power[site.hop(link).to.index()]) {
            (Passage::Open, Power::Up) => Passage::Open,
            (Passage::Open, Power::Crashed) => Passage::Refused,
            (Passage::Open, Power::Off) => Passage::Silent,
            (stopped, _) => stopped,
        }
    }
}
