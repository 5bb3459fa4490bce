//! Paths of fields in a scenario.

use std::fmt;

/// One segment of a path.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Segment {
    /// A field of a record.
    Field(&'static str),
    /// An element of a list, from 0.
    Index(usize),
    /// An entry of a map.
    Key(String),
}

/// The path from a scenario to one of its fields, such as `components[3].server`. The empty path denotes the scenario.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct ProblemPath(Vec<Segment>);

impl ProblemPath {
    /// The path of the scenario.
    pub const fn root() -> Self {
        Self(Vec::new())
    }

    /// The path of a field below this path.
    #[must_use]
    pub fn field(mut self, name: &'static str) -> Self {
        self.0.push(Segment::Field(name));
        self
    }

    /// The path of an element of the list at this path.
    #[must_use]
    pub fn index(mut self, number: usize) -> Self {
        self.0.push(Segment::Index(number));
        self
    }

    /// The path of an entry of the map at this path.
    #[must_use]
    pub fn key(mut self, key: impl Into<String>) -> Self {
        self.0.push(Segment::Key(key.into()));
        self
    }

    /// The path of a record in one of the scenario's lists.
    pub(crate) fn record(list: &'static str, number: usize) -> Self {
        Self::root().field(list).index(number)
    }

    /// The segments, outermost first.
    pub fn segments(&self) -> &[Segment] {
        &self.0
    }
}

impl fmt::Display for ProblemPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, segment) in self.0.iter().enumerate() {
            match segment {
                Segment::Field(name) if number == 0 => write!(f, "{name}")?,
                Segment::Field(name) => write!(f, ".{name}")?,
                Segment::Index(index) => write!(f, "[{index}]")?,
                Segment::Key(key) => write!(f, "[{key:?}]")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_displayed_like_an_expression() {
        let path = ProblemPath::record("components", 3).field("kind").field("inbound").index(1).field("peer");
        assert_eq!(path.to_string(), "components[3].kind.inbound[1].peer");
        assert_eq!(ProblemPath::root().field("a").key("x").to_string(), "a[\"x\"]");
        assert_eq!(ProblemPath::root().to_string(), "");
    }
}
