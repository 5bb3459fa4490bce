//! The shipped lessons on the real engine, the lesson runner, and the content check on broken lessons.

#[path = "lessons/broken.rs"]
mod broken;
#[path = "lessons/design.rs"]
mod design;
#[path = "lessons/measured.rs"]
mod measured;
#[path = "lessons/progress.rs"]
mod progress;
#[path = "lessons/replies.rs"]
mod replies;
#[path = "lessons/runner.rs"]
mod runner;
#[path = "lessons/shipped.rs"]
mod shipped;
#[path = "lessons/sites.rs"]
mod sites;

use std::sync::{Arc, LazyLock};

use hoplight::content::EMBEDDED;
use hoplight::lesson::{Lesson, Library};
use hoplight::model::Infrastructure;

/// A small valid lesson; tests break one part at a time.
const SMALL: &str = include_str!("lessons/small.ron");

/// The shipped content, read once.
fn library() -> Library {
    static LIBRARY: LazyLock<Library> = LazyLock::new(|| Library::new(EMBEDDED).unwrap_or_else(|errors| panic!("{errors:#?}")));
    LIBRARY.clone()
}

fn small() -> Arc<Lesson> {
    Arc::new(Lesson::from_ron("small.ron", SMALL).unwrap_or_else(|error| panic!("{error}")))
}

fn stage_2() -> Arc<Infrastructure> {
    Arc::clone(library().scenario("stage-2-secured").expect("a shipped scenario"))
}
