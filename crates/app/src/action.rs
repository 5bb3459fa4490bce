//! User actions: the argument of [`App::act`](super::App::act), in groups.
//!
//! Keys, clicks, lines and rows all map to an [`Action`]. `update` has one module per group, and matches each group
//! exhaustively.

pub mod app;
pub mod course;
pub mod design;
pub mod drill;
pub mod edit;
pub mod exam;
pub mod lesson;
pub mod overlay;
pub mod review;
pub mod select;
pub mod site;
pub mod task;
pub mod time;
pub mod view;
pub mod window;

pub use app::AppAction;
pub use course::CourseAction;
pub use design::DesignAction;
pub use drill::DrillAction;
pub use edit::EditAction;
pub use exam::ExamAction;
pub use lesson::LessonAction;
pub use overlay::OverlayAction;
pub use review::ReviewAction;
pub use select::SelectAction;
pub use site::SiteAction;
pub use task::TaskAction;
pub use time::TimeAction;
pub use view::ViewAction;
pub use window::WindowAction;

/// A user action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// The program: quit, confirm, help, settings.
    App(AppAction),
    /// The course map.
    Course(CourseAction),
    /// Windows and their rows.
    Window(WindowAction),
    /// The selection, the followed request and the wiretap.
    Select(SelectAction),
    /// The view of the stage, scrolling and panning.
    View(ViewAction),
    /// The analysis overlay on the diagram.
    Overlay(OverlayAction),
    /// Simulated time: pause, speed, steps and jumps.
    Time(TimeAction),
    /// The lesson.
    Lesson(LessonAction),
    /// The running site: load, faults and repairs.
    Site(SiteAction),
    /// A design review.
    Review(ReviewAction),
    /// The design of the infrastructure.
    Edit(EditAction),
    /// The topology editor.
    Design(DesignAction),
    /// A mission.
    Task(TaskAction),
    /// An incident drill.
    Drill(DrillAction),
    /// The whiteboard exam, and questions with several answers.
    Exam(ExamAction),
}

impl Action {
    /// Returns the name used in settings, or `None` if no key can be bound to the action because it refers to a particular row
    /// or element.
    pub const fn name(&self) -> Option<&'static str> {
        match self {
            Self::App(action) => Some(action.name()),
            Self::Course(action) => action.name(),
            Self::Window(action) => action.name(),
            Self::Select(action) => action.name(),
            Self::View(action) => action.name(),
            Self::Overlay(action) => action.name(),
            Self::Time(action) => action.name(),
            Self::Lesson(action) => action.name(),
            Self::Site(action) => action.name(),
            Self::Edit(action) => Some(action.name()),
            Self::Design(action) => action.name(),
            Self::Task(action) => Some(action.name()),
            Self::Drill(action) => action.name(),
            Self::Review(action) => Some(action.name()),
            Self::Exam(action) => action.name(),
        }
    }
}

/// Implements the conversion of each group's action into [`Action`].
macro_rules! into_action {
    ($($group:ident: $action:ty,)*) => {
        $(impl From<$action> for Action {
            fn from(action: $action) -> Self {
                Self::$group(action)
            }
        })*
    };
}

into_action! {
    App: AppAction,
    Course: CourseAction,
    Window: WindowAction,
    Select: SelectAction,
    View: ViewAction,
    Overlay: OverlayAction,
    Time: TimeAction,
    Lesson: LessonAction,
    Site: SiteAction,
    Edit: EditAction,
    Design: DesignAction,
    Task: TaskAction,
    Drill: DrillAction,
    Review: ReviewAction,
    Exam: ExamAction,
}
