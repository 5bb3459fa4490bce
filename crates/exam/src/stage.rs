//! The stages of the exercise series.

mod demands;

use std::time::Duration;

use hoplight_curriculum::Demand;
use hoplight_model::ScenarioId;
use serde::{Deserialize, Serialize};

use crate::requirement::RequirementId;
use hoplight_curriculum::Seeded;

pub use demands::stages_of;

/// Time limit of an exam.
pub const EXAM_LIMIT: Duration = Duration::from_secs(30 * 60);

/// A stage of the exercise series.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum ExamStage {
    /// Stage 0: one server with the whole stack.
    Simple,
    /// Stage 1: a load balancer, two servers, and a primary database with its replica.
    Distributed,
    /// Stage 2: firewalls, HTTPS and monitoring.
    Secured,
    /// Stage 3: a cluster of balancers, and a server for each tier.
    Scaled,
}

impl ExamStage {
    /// All stages, in the order of the series.
    pub const ALL: [Self; 4] = [Self::Simple, Self::Distributed, Self::Secured, Self::Scaled];

    /// Number of the stage in the series, from 0.
    pub const fn number(self) -> usize {
        self as usize
    }

    /// The stage with this number.
    pub fn numbered(number: usize) -> Option<Self> {
        Self::ALL.get(number).copied()
    }

    /// Title of the stage.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Simple => "Simple web stack",
            Self::Distributed => "Distributed web infrastructure",
            Self::Secured => "Secured and monitored web infrastructure",
            Self::Scaled => "Scale up",
        }
    }

    /// The task, as the examiner states it.
    pub const fn task(self) -> &'static str {
        match self {
            Self::Simple => {
                "Draw a web infrastructure on one server that serves www.foobar.com: a web server, an application server with \
                 its code, and a database. Start with a user who opens the site."
            }
            Self::Distributed => {
                "Draw a web infrastructure on three servers that serves www.foobar.com: a load balancer in front of two servers \
                 that run the site, and a primary database with a replica."
            }
            Self::Secured => {
                "Draw a web infrastructure on three servers that serves www.foobar.com, is secured, serves encrypted traffic, \
                 and is monitored: three firewalls, one certificate, three monitoring clients."
            }
            Self::Scaled => {
                "Scale the site up: add a server and a second load balancer that forms a cluster with the first, and give web \
                 server, application server and database their own servers."
            }
        }
    }

    /// The reference design of the stage.
    pub fn reference(self) -> ScenarioId {
        ScenarioId::new(match self {
            Self::Simple => "stage-0-simple",
            Self::Distributed => "stage-1-distributed",
            Self::Secured => "stage-2-secured",
            Self::Scaled => "stage-3-scaled",
        })
    }

    /// What the drawing must contain, in the order of the task.
    pub const fn requirements(self) -> &'static [RequirementId] {
        use RequirementId::{
            Agents, Application, Backends, Balancer, Certificate, Cluster, Collection, Database, Firewalls, FourServers, Https,
            Name, OneServer, Replication, Rules, SeparateBalancers, SharedBackends, SplitTiers, ThreeServers, WebServer, Writer,
        };
        match self {
            Self::Simple => &[Name, OneServer, WebServer, Application, Database],
            Self::Distributed => &[ThreeServers, Balancer, Backends, Application, Database, Replication, Writer],
            Self::Secured => &[
                ThreeServers,
                Balancer,
                WebServer,
                Application,
                Database,
                Writer,
                Firewalls,
                Rules,
                Https,
                Certificate,
                Agents,
                Collection,
            ],
            Self::Scaled => {
                &[FourServers, Cluster, SeparateBalancers, SharedBackends, WebServer, Application, Database, Writer, SplitTiers]
            }
        }
    }

    /// What the learner must explain.
    pub fn demands(self) -> Vec<Demand> {
        Demand::ASKED.iter().copied().filter(|demand| stages_of(*demand).contains(&self)).collect()
    }
}

/// Draws a stage by lot.
pub fn draw(seed: u64) -> ExamStage {
    ExamStage::ALL[Seeded::new(seed).below(ExamStage::ALL.len())]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_stage_is_drawn_and_a_seed_decides() {
        let drawn: std::collections::BTreeSet<ExamStage> = (0..50).map(draw).collect();
        assert_eq!(drawn.len(), 4);
        assert_eq!(draw(11), draw(11));
        for stage in ExamStage::ALL {
            assert_eq!(ExamStage::numbered(stage.number()), Some(stage));
        }
        assert_eq!(ExamStage::numbered(4), None);
    }
}
