//! Interaction tests: the effect of keys and mouse events on the application's state.

#[path = "app/compare.rs"]
mod compare;
#[path = "app/course.rs"]
mod course;
#[path = "app/drill.rs"]
mod drill;
#[path = "app/editor.rs"]
mod editor;
#[path = "app/exam.rs"]
mod exam;
#[path = "app/faults.rs"]
mod faults;
#[path = "app/journey.rs"]
mod journey;
#[path = "app/keys.rs"]
mod keys;
#[path = "app/large.rs"]
mod large;
#[path = "support/learner.rs"]
mod learner;
#[path = "app/lesson.rs"]
mod lesson;
#[path = "app/messages.rs"]
mod messages;
#[path = "app/mission.rs"]
mod mission;
#[path = "app/monitor.rs"]
mod monitor;
#[path = "app/mouse.rs"]
mod mouse;
#[path = "app/overlays.rs"]
mod overlays;
#[path = "app/panel.rs"]
mod panel;
#[path = "app/playback.rs"]
mod playback;
#[path = "app/practice.rs"]
mod practice;
#[path = "app/reach.rs"]
mod reach;
#[path = "app/review.rs"]
mod review;
#[path = "app/selection.rs"]
mod selection;
#[path = "app/settings.rs"]
mod settings;
#[path = "app/shipped.rs"]
mod shipped;
#[path = "app/sides.rs"]
mod sides;
#[path = "app/slow_motion.rs"]
mod slow_motion;
#[path = "app/stage.rs"]
mod stage;
#[path = "app/time.rs"]
mod time;
#[path = "app/tips.rs"]
mod tips;
#[path = "app/views.rs"]
mod views;
#[path = "app/windows.rs"]
mod windows;
#[path = "app/wire.rs"]
mod wire;
