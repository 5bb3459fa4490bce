//! What can be practised beside lessons: missions, incident drills and the whiteboard exam.

use std::sync::Arc;

use hoplight_drill::DrillCatalogue;
use hoplight_exam::ExamContent;
use hoplight_mission::Missions;

/// The content of all activities.
#[derive(Clone, Debug, Default)]
pub struct Catalogue {
    /// The missions.
    pub missions: Missions,
    /// The incident drills.
    pub drills: DrillCatalogue,
    /// What to explain in an exam.
    pub exam: Arc<ExamContent>,
}
