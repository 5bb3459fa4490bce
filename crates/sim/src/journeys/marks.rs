//! Messages that belong to no user's request: samples, replicated changes, health checks, port scans.

use std::collections::VecDeque;

use hoplight_model::hop::Guard;
use hoplight_model::{ComponentIx, Infrastructure, LinkIx, Protocol};

use crate::journal::EventKind;
use crate::time::SimTime;

/// Maximum number of kept marks.
const KEPT: usize = 64;

/// A message of the site itself.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mark {
    /// When it was sent.
    pub at: SimTime,
    /// The link.
    pub link: LinkIx,
    /// What was sent.
    pub kind: MarkKind,
}

/// The messages of the site itself.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum MarkKind {
    /// A sample of a monitoring agent.
    Sample {
        /// The firewall that blocks it, if one does.
        blocked: Option<Guard>,
    },
    /// A change sent to a replica.
    Change,
    /// A balancer's health check.
    Check {
        /// Whether it passed.
        passed: bool,
    },
}

/// The latest marks, at most two per link and second of wall time.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Marks {
    /// The link on which each agent pushes, and each replica receives.
    links: Vec<(ComponentIx, LinkIx)>,
    kept: VecDeque<Mark>,
}

impl Marks {
    pub(super) fn new(infra: &Infrastructure) -> Self {
        let links = infra.graph().edge_indices().filter_map(|link| {
            let (from, to) = infra.ends(link);
            match infra.link(link).protocol {
                Protocol::Metrics => Some((from, link)),
                Protocol::Replication => Some((to, link)),
                Protocol::Dns | Protocol::Http | Protocol::Sql | Protocol::Cache | Protocol::Vrrp => None,
            }
        });
        Self { links: links.collect(), kept: VecDeque::new() }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Mark> {
        self.kept.iter()
    }

    pub(super) fn footprint(&self) -> usize {
        self.kept.len() * size_of::<Mark>()
    }

    fn link_of(&self, component: ComponentIx) -> Option<LinkIx> {
        self.links.iter().find(|(of, _)| *of == component).map(|(_, link)| *link)
    }

    /// Records an event that belongs to no request. `factor` is the number of simulated seconds per
    /// second of wall time.
    pub(super) fn note(&mut self, at: SimTime, what: &EventKind, factor: f64) {
        match what {
            EventKind::Sampled { agent, .. } => {
                if let Some(link) = self.link_of(*agent) {
                    self.add(Mark { at, link, kind: MarkKind::Sample { blocked: None } }, factor);
                }
            }
            EventKind::Replicated { replica } => {
                if let Some(link) = self.link_of(*replica) {
                    self.add(Mark { at, link, kind: MarkKind::Change }, factor);
                }
            }
            EventKind::Blocked { link, guard, .. } => {
                let sent = self.kept.iter_mut().rev().find(|mark| mark.link == *link);
                if let Some(Mark { kind: MarkKind::Sample { blocked }, .. }) = sent {
                    *blocked = Some(*guard);
                }
            }
            _ => {}
        }
    }

    pub(super) fn add(&mut self, mark: Mark, factor: f64) {
        let latest = self.kept.iter().rev().find(|kept| kept.link == mark.link);
        if latest.is_some_and(|latest| mark.at.since(latest.at).as_secs_f64() < factor / 2.0) {
            return;
        }
        if self.kept.len() == KEPT {
            self.kept.pop_front();
        }
        self.kept.push_back(mark);
    }
}
