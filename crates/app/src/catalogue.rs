//! What can be practised beside lessons: questions, missions, incident drills and the whiteboard exam.

use std::sync::Arc;

use hoplight_course::QuestionBank;
use hoplight_drill::DrillCatalogue;
use hoplight_exam::ExamContent;
use hoplight_exam::review::DesignReviews;
use hoplight_mission::Missions;
use hoplight_model::Infrastructure;

/// The content of all activities.
#[derive(Clone, Debug, Default)]
pub struct Catalogue {
    /// The missions.
    pub missions: Missions,
    /// The incident drills.
    pub drills: DrillCatalogue,
    /// The designs for generated drills: the shipped ones, so that the drill of the day is the same for everyone.
    pub designs: Vec<Arc<Infrastructure>>,
    /// The day, in days since 1970-01-01.
    pub today: u32,
    /// What to explain in an exam.
    pub exam: Arc<ExamContent>,
    /// The design reviews.
    pub reviews: DesignReviews,
    /// The question bank.
    pub bank: Arc<QuestionBank>,
}
