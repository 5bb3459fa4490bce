//! Interaction as (state, keys, state): what a learner at the keyboard or the mouse brings about.

#[path = "app/course.rs"]
mod course;
#[path = "support/learner.rs"]
mod learner;
#[path = "app/lesson.rs"]
mod lesson;
#[path = "app/mouse.rs"]
mod mouse;
#[path = "app/overlays.rs"]
mod overlays;
#[path = "app/playback.rs"]
mod playback;
#[path = "app/selection.rs"]
mod selection;
#[path = "app/shipped.rs"]
mod shipped;
#[path = "app/stage.rs"]
mod stage;
#[path = "app/windows.rs"]
mod windows;
