//! Activities beside lessons and exploration: lines of the course map that are neither.

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
}

/// The activities, in the order of the course map.
pub(crate) fn all() -> Vec<Activity> {
    let about = "Draw an infrastructure, from a web server to a monitored site with a spare of everything. The drawing runs while \
                 you draw it, and a review names its weaknesses.";
    vec![Activity {
        kind: ActivityKind::Board,
        unit: "Build".to_owned(),
        title: "An empty board".to_owned(),
        about: vec![about.to_owned(), "Opens any other infrastructure too: press E on it.".to_owned()],
        id: "edit".to_owned(),
    }]
}
