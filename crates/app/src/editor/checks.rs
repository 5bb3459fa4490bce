//! What a review of the current drawing would say.

use std::sync::{Arc, Weak};

use hoplight_analysis::{Cause, DesignFinding, Severity, findings};
use hoplight_model::{Element, Infrastructure};

/// The findings of a drawing, computed once per change.
#[derive(Clone, Debug, Default)]
pub struct Checks {
    of: Weak<Infrastructure>,
    findings: Vec<DesignFinding>,
}

impl Checks {
    /// Whether these are the findings of a drawing.
    pub fn are_of(&self, infra: &Arc<Infrastructure>) -> bool {
        std::ptr::eq(self.of.as_ptr(), Arc::as_ptr(infra))
    }

    /// Computes the findings of a drawing.
    pub(crate) fn update(&mut self, infra: &Arc<Infrastructure>) {
        self.of = Arc::downgrade(infra);
        self.findings = findings(infra, infra.traffic().rate.get());
    }

    /// The findings, most severe first.
    pub fn findings(&self) -> &[DesignFinding] {
        &self.findings
    }

    /// Number of findings of a severity.
    pub fn count(&self, severity: Severity) -> usize {
        self.findings.iter().filter(|finding| finding.severity() == severity).count()
    }
}

/// The element of the drawing that a finding is about, if it is about one.
pub fn place(finding: &DesignFinding, infra: &Infrastructure) -> Option<Element> {
    let element = match finding.subject.as_ref()? {
        Cause::Component(id) => Element::Component(id.clone()),
        Cause::Server(id) => Element::Server(id.clone()),
        Cause::Hop(from, to) => Element::Hop(from.clone(), to.clone()),
        _ => return None,
    };
    infra.contains(&element).then_some(element)
}
