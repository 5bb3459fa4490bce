//! What can be wrong with a content file.

use std::fmt;

use hoplight_model::Text;

/// A rule that a content file breaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExamProblem {
    /// The file has a newer format than the newest supported one.
    NewerFormat(u32, u32),
    /// The file has more items than allowed.
    TooManyItems(usize, usize),
    /// The file belongs to no stage.
    NoStage,
    /// Two items have this id.
    SameId(Text),
    /// The item has this number of key points.
    Points(Text, usize),
    /// The item has these numbers of true and of wrong statements.
    Statements(Text, usize, usize),
    /// The item has an empty text.
    EmptyText(Text),
}

impl fmt::Display for ExamProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NewerFormat(found, newest) => {
                write!(f, "this exam has format {found}, this program reads up to {newest}: a newer hoplight is needed")
            }
            Self::TooManyItems(count, most) => write!(f, "the file has {count} items; at most {most} are supported"),
            Self::NoStage => write!(f, "`exam` lists no stage"),
            Self::SameId(id) => write!(f, "two items have the id `{id}`"),
            Self::Points(id, count) => write!(f, "item `{id}` has {count} key points; it needs 3 to 5"),
            Self::Statements(id, right, wrong) => {
                write!(f, "item `{id}` has {right} true and {wrong} wrong statements; it needs both, and at most 12")
            }
            Self::EmptyText(id) => write!(f, "item `{id}` has an empty text"),
        }
    }
}
