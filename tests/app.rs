//! Interaction as (state, keys, state): what a learner at the keyboard or the mouse brings about.

#[path = "app/compare.rs"]
mod compare;
#[path = "app/course.rs"]
mod course;
#[path = "app/large.rs"]
mod large;
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
#[path = "app/views.rs"]
mod views;
#[path = "app/windows.rs"]
mod windows;
#[path = "app/wire.rs"]
mod wire;
