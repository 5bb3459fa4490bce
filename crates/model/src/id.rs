//! Ids: the names of components, servers and other records in files.
//!
//! A petgraph index is not an id: it is only valid within one graph.

use std::borrow::Borrow;
use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// Maximum length of an id, in bytes.
const MAX_SLUG: usize = 40;

/// Returns why `text` is not a valid id; `None` if it is valid.
fn slug_error(text: &str) -> Option<String> {
    if text.is_empty() {
        return Some("an id must not be empty".into());
    }
    if text.len() > MAX_SLUG {
        return Some(format!("an id can have at most {MAX_SLUG} characters, found {}", text.len()));
    }
    if !text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-') {
        return Some(format!(
            "{:?} is not a valid id: use lower-case letters, digits and hyphens, such as \"web-1\"",
            text.escape_default().to_string()
        ));
    }
    None
}

macro_rules! slug {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Arc<str>);

        impl $name {
            /// Creates an id from a slug known to be valid, such as a literal.
            ///
            /// # Panics
            /// If `slug` is not a valid id. Parse untrusted text with serde or `FromStr`.
            pub fn new(slug: &str) -> Self {
                assert!(slug_error(slug).is_none(), "invalid id: {slug:?}");
                Self(slug.into())
            }

            /// The id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::str::FromStr for $name {
            type Err = String;

            fn from_str(text: &str) -> Result<Self, String> {
                slug_error(text).map_or_else(|| Ok(Self(text.into())), Err)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{:?}", &*self.0)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                text.parse().map_err(de::Error::custom)
            }
        }
    };
}

slug!(
    /// Id of a component: a browser, a balancer, a web server process, a firewall, an agent.
    ComponentId
);
slug!(
    /// Id of a server: a machine that hosts components.
    ServerId
);
slug!(
    /// Id of a failure domain: a rack, a switch, a data centre.
    DomainId
);
slug!(
    /// Id of a scenario, such as `stage-2-secured`.
    ScenarioId
);
slug!(
    /// Id of a lesson, such as `where-tls-ends`.
    LessonId
);
slug!(
    /// Names a question of the question bank.
    QuestionId
);

slug!(
    /// Id of a mission, such as `dead-application`.
    MissionId
);

impl ScenarioId {
    /// Derives the id of a scenario without one from its file name: lower case, with a hyphen for each character that
    /// an id may not have; `scenario` if nothing remains.
    pub fn of_file(file: &str) -> Self {
        let name = file.rsplit(['/', '\\']).next().unwrap_or(file);
        let stem = name.strip_suffix(".ron").unwrap_or(name);
        let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
        let id: String = stem.chars().map(plain).take(MAX_SLUG).collect();
        id.trim_matches('-').parse().unwrap_or_else(|_| Self::new("scenario"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_derived_from_a_file_name() {
        for (file, id) in [
            ("my-site.ron", "my-site"),
            ("/home/ada/My Site 2.ron", "my-site-2"),
            ("C:\\sites\\Shop.ron", "shop"),
            ("été.ron", "t"),
            ("../?.ron", "scenario"),
            ("", "scenario"),
            (&"x".repeat(60), &"x".repeat(40)),
        ] {
            assert_eq!(ScenarioId::of_file(file).as_str(), id, "{file}");
        }
    }

    #[test]
    fn parsed_ids_are_validated() {
        assert!("web-1".parse::<ComponentId>().is_ok());
        for bad in ["", "Web", "web 1", "wéb", "\u{1b}[2J", &"x".repeat(41)] {
            assert!(bad.parse::<ComponentId>().is_err(), "{bad:?}");
        }
    }
}
