//! The name of a rule in a file.

use std::fmt;

use hoplight_analysis::FindingRule;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A rule of the analysis, written as its identifier, such as `single-point`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RuleName(pub FindingRule);

impl fmt::Display for RuleName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.id())
    }
}

impl Serialize for RuleName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.id())
    }
}

impl<'de> Deserialize<'de> for RuleName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        let rule = FindingRule::ALL.into_iter().find(|rule| rule.id() == name);
        rule.map(Self).ok_or_else(|| D::Error::custom(format!("no rule `{name}`; `hoplight analyze` prints their names")))
    }
}
