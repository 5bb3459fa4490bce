//! Activities beside lessons and exploration: lines of the course map that are neither.

use hoplight_mission::Ladder;
use hoplight_model::MissionId;

use crate::catalogue::Catalogue;

/// An activity on the course map.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Activity {
    /// What opens.
    pub kind: ActivityKind,
    /// The heading under which it is listed.
    pub unit: String,
    /// The title.
    pub title: String,
    /// What the learner does, in a few sentences.
    pub about: Vec<String>,
    /// The name in commands.
    pub id: String,
}

/// What an activity opens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ActivityKind {
    /// An empty board in the topology editor.
    Board,
    /// A mission.
    Mission(MissionId),
}

impl Activity {
    /// The name under which results are recorded; `None` if there are none.
    pub fn result_name(&self) -> Option<String> {
        match &self.kind {
            ActivityKind::Board => None,
            ActivityKind::Mission(id) => Some(format!("mission/{id}")),
        }
    }
}

/// The activities, in the order of the course map.
pub(crate) fn all(catalogue: &Catalogue) -> Vec<Activity> {
    let about = "Draw an infrastructure, from a web server to a monitored site with a spare of everything. The drawing runs while \
                 you draw it, and a review names its weaknesses.";
    let mut all = vec![Activity {
        kind: ActivityKind::Board,
        unit: "Build".to_owned(),
        title: "An empty board".to_owned(),
        about: vec![about.to_owned(), "Opens any other infrastructure too: press E on it.".to_owned()],
        id: "edit".to_owned(),
    }];
    for ladder in Ladder::ALL {
        all.extend(catalogue.missions.ladder(ladder).map(|mission| {
            let form = mission.form();
            let mut about: Vec<String> = form.problem.iter().map(ToString::to_string).collect();
            about.push(form.task.to_string());
            Activity {
                kind: ActivityKind::Mission(form.id.clone()),
                unit: format!("Missions: {}", ladder.title().to_lowercase()),
                title: form.title.to_string(),
                about,
                id: form.id.to_string(),
            }
        }));
    }
    all
}
