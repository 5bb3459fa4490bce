//! The "must use" list of a task, ticked by the structure of the drawing.
//!
//! Names, positions and extra elements do not matter: a requirement reads kinds, servers, settings, and which component is
//! linked with which. A board that does not build yet is read as far as possible; only what firewall rules let through needs
//! a complete one.

mod data;
mod id;
mod protection;
mod site;

use std::collections::BTreeSet;

use hoplight_model::scenario::Scenario;
use hoplight_model::{ComponentId, Element, ServerId};

use crate::drawing::Drawing;
use crate::stage::ExamStage;

pub use id::RequirementId;

/// One line of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequirementReport {
    /// The requirement.
    pub id: RequirementId,
    /// What it demands, in one line.
    pub text: &'static str,
    /// Whether the drawing satisfies it.
    pub met: bool,
    /// The elements that count towards it, in the order of [`Element`].
    pub elements: Vec<Element>,
}

/// The requirements of a stage, in the order of the task.
pub fn requirements(stage: ExamStage, scenario: &Scenario) -> Vec<RequirementReport> {
    let drawing = Drawing::of(scenario);
    let built = scenario.build().ok();
    let report = |id: &RequirementId| {
        let check = match id {
            RequirementId::Name => site::name(&drawing),
            RequirementId::OneServer => site::one_server(&drawing),
            RequirementId::ThreeServers => site::servers(&drawing, 3),
            RequirementId::FourServers => site::servers(&drawing, 4),
            RequirementId::WebServer => site::web_server(&drawing),
            RequirementId::Application => site::application(&drawing),
            RequirementId::Balancer => site::balancer(&drawing),
            RequirementId::Backends => site::backends(&drawing),
            RequirementId::Cluster => site::cluster(&drawing),
            RequirementId::SeparateBalancers => site::separate_balancers(&drawing),
            RequirementId::SharedBackends => site::shared_backends(&drawing),
            RequirementId::SplitTiers => site::split_tiers(&drawing),
            RequirementId::Database => data::database(&drawing),
            RequirementId::Replication => data::replication(&drawing),
            RequirementId::Writer => data::writer(&drawing),
            RequirementId::Firewalls => protection::firewalls(&drawing),
            RequirementId::Rules => protection::rules(&drawing, built.as_ref()),
            RequirementId::Https => protection::https(&drawing),
            RequirementId::Certificate => protection::certificate(&drawing),
            RequirementId::Agents => protection::agents(&drawing),
            RequirementId::Collection => protection::collection(&drawing, built.as_ref()),
        };
        RequirementReport { id: *id, text: id.text(), met: check.met, elements: check.elements.into_iter().collect() }
    };
    stage.requirements().iter().map(report).collect()
}

/// Whether a requirement is met, and what counts towards it.
struct Check {
    met: bool,
    elements: BTreeSet<Element>,
}

impl Check {
    fn of<'a>(met: bool, components: impl IntoIterator<Item = &'a ComponentId>) -> Self {
        Self { met, elements: components.into_iter().cloned().map(Element::Component).collect() }
    }

    fn of_servers<'a>(met: bool, servers: impl IntoIterator<Item = &'a ServerId>) -> Self {
        Self { met, elements: servers.into_iter().cloned().map(Element::Server).collect() }
    }
}
