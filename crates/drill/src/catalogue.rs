//! The drills that are available, in order.

use std::collections::BTreeSet;
use std::sync::Arc;

use hoplight_model::{ContentError, Infrastructure};

use crate::form::Drill;
use crate::plan::{DrillError, DrillPlan};

/// The authored drills, in the order in which they are listed.
#[derive(Clone, Debug, Default)]
pub struct DrillCatalogue {
    drills: Vec<(Arc<Drill>, Arc<Infrastructure>)>,
}

impl DrillCatalogue {
    /// Parses and checks drill files, given with their names. `designs` are the scenarios that they may name.
    ///
    /// # Errors
    /// Every mistake, with its position.
    pub fn read(files: &[(&str, &str)], designs: &[Arc<Infrastructure>]) -> Result<Self, Vec<ContentError>> {
        let mut drills: Vec<(Arc<Drill>, Arc<Infrastructure>)> = Vec::new();
        let (mut errors, mut known) = (Vec::new(), BTreeSet::new());
        for (file, text) in files {
            let drill = match Drill::from_ron(file, text) {
                Ok(drill) => drill,
                Err(error) => {
                    errors.push(error);
                    continue;
                }
            };
            if !known.insert(drill.id.clone()) {
                errors.push(ContentError::about(file, text, drill.id.as_str(), "another drill has this id"));
            }
            match checked(&drill, designs) {
                Ok(infra) => drills.push((Arc::new(drill), infra)),
                Err(error) => {
                    errors.push(ContentError::about(file, text, error.needle(&drill), error.phrase().to_sentence()));
                }
            }
        }
        drills.sort_by(|(a, _), (b, _)| (a.order, &a.id).cmp(&(b.order, &b.id)));
        if errors.is_empty() { Ok(Self { drills }) } else { Err(errors) }
    }

    /// The drills with their designs.
    pub fn drills(&self) -> impl ExactSizeIterator<Item = (&Arc<Drill>, &Arc<Infrastructure>)> {
        self.drills.iter().map(|(drill, infra)| (drill, infra))
    }

    /// The drill with this id, and its design.
    pub fn find(&self, id: &str) -> Option<(&Arc<Drill>, &Arc<Infrastructure>)> {
        self.drills().find(|(drill, _)| drill.id.as_str() == id)
    }
}

fn checked(drill: &Drill, designs: &[Arc<Infrastructure>]) -> Result<Arc<Infrastructure>, DrillError> {
    let infra = designs.iter().find(|infra| infra.id() == &drill.scenario).ok_or(DrillError::NoScenario)?;
    DrillPlan::new(drill, infra)?;
    Ok(Arc::clone(infra))
}
