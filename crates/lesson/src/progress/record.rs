//! An attempt as it is stored: with its time, and chained to the records before it by hash.
//!
//! The hash is SHA-256 over [`AttemptRecord::canonical`], which contains the hashes of the records that nothing followed yet. A
//! record thereby seals everything before it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Write as _};
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use sha2::{Digest, Sha256};

use super::attempt::{ActivityAttempt, AttemptPart};
use crate::outcome::Score;

/// Maximum length of a word, in bytes.
const MAX_WORD: usize = 100;

/// Activity of a record that joins the records of two machines.
const JOINED: &str = "import";

/// A hash of a record.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AttemptHash([u8; 32]);

/// A word that needs no escaping in JSON: letters, digits, hyphens and slashes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RecordWord(String);

/// A stored attempt. Demands, misconceptions and parts are words, so that records of other versions can be verified.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AttemptRecord {
    /// When the attempt was finished, in seconds since 1970-01-01 UTC.
    pub at_s: u64,
    /// Kind and name of the activity.
    pub activity: RecordWord,
    /// The seed. In JSON, it is a text: many programs round large numbers.
    #[serde(with = "decimal")]
    pub seed: u64,
    /// Points earned.
    pub right: u32,
    /// Points that could be earned.
    pub of: u32,
    /// Points earned, and points that could be earned, of each part.
    pub parts: BTreeMap<RecordWord, (u32, u32)>,
    /// Demands that were shown.
    pub shown: BTreeSet<RecordWord>,
    /// Demands that were missed.
    pub missed: BTreeSet<RecordWord>,
    /// Misconceptions behind wrong answers.
    pub beliefs: BTreeSet<RecordWord>,
    /// A random number in a record that follows none, so that no two chains begin alike; otherwise 0.
    #[serde(with = "decimal")]
    pub salt: u64,
    /// Hashes of the records that nothing followed yet.
    pub after: BTreeSet<AttemptHash>,
    /// The hash, as it was stated. [`Self::is_genuine`] compares it with the record.
    pub hash: AttemptHash,
}

impl AttemptHash {
    /// The hash of a text.
    pub fn of(text: &str) -> Self {
        Self(Sha256::digest(text.as_bytes()).into())
    }
}

impl fmt::Display for AttemptHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for AttemptHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl FromStr for AttemptHash {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let error = || "a hash has 64 hexadecimal digits".to_owned();
        let is_hex = |byte: &u8| byte.is_ascii_digit() || matches!(byte, b'a'..=b'f');
        if text.len() != 64 || !text.as_bytes().iter().all(is_hex) {
            return Err(error());
        }
        let mut hash = [0; 32];
        for (byte, digits) in hash.iter_mut().zip(text.as_bytes().chunks(2)) {
            let digits = std::str::from_utf8(digits).map_err(|_| error())?;
            *byte = u8::from_str_radix(digits, 16).map_err(|_| error())?;
        }
        Ok(Self(hash))
    }
}

impl RecordWord {
    /// The word as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A word in which each character that a word cannot have is a hyphen.
    fn of(text: &str) -> Self {
        let plain = |c: char| if is_plain(c) { c } else { '-' };
        Self(text.chars().map(plain).take(MAX_WORD).collect())
    }
}

const fn is_plain(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '/')
}

impl FromStr for RecordWord {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text.is_empty() || text.len() > MAX_WORD || !text.chars().all(is_plain) {
            return Err(format!("expected at most {MAX_WORD} letters, digits, hyphens and slashes"));
        }
        Ok(Self(text.to_owned()))
    }
}

impl AttemptRecord {
    /// Stores an attempt that follows `after`.
    ///
    /// The time is in seconds since 1970. `salt` is a random number.
    pub fn new(attempt: &ActivityAttempt, at_s: u64, salt: u64, after: BTreeSet<AttemptHash>) -> Self {
        let words = |names: &mut dyn Iterator<Item = &'static str>| names.map(RecordWord::of).collect();
        let part = |(part, score): (&AttemptPart, &Score)| (RecordWord::of(part.name()), (score.right, score.of));
        Self {
            at_s,
            activity: RecordWord::of(&attempt.activity),
            seed: attempt.seed,
            right: attempt.score.right,
            of: attempt.score.of,
            parts: attempt.parts.iter().map(part).collect(),
            shown: words(&mut attempt.shown.iter().map(|demand| demand.name())),
            missed: words(&mut attempt.missed.iter().map(|demand| demand.name())),
            beliefs: words(&mut attempt.beliefs.iter().map(|belief| belief.name())),
            salt: if after.is_empty() { salt } else { 0 },
            after,
            hash: AttemptHash([0; 32]),
        }
        .sealed()
    }

    /// A record that joins the records of two machines, and seals both.
    pub(super) fn joining(at_s: u64, after: BTreeSet<AttemptHash>) -> Self {
        Self::new(&ActivityAttempt::new(JOINED, 0, Score { right: 0, of: 0 }), at_s, 0, after)
    }

    /// Whether the record only joins others.
    pub fn is_joining(&self) -> bool {
        self.activity.as_str() == JOINED
    }

    /// The record with its hash.
    fn sealed(mut self) -> Self {
        self.hash = AttemptHash::of(&self.canonical());
        self
    }

    /// Whether the record has the hash that it states.
    pub fn is_genuine(&self) -> bool {
        self.hash == AttemptHash::of(&self.canonical())
    }

    /// The result; `None` if nothing could be earned.
    pub fn percent(&self) -> Option<u32> {
        let share = u64::from(self.right).saturating_mul(100).checked_div(self.of.into())?;
        u32::try_from(share).ok()
    }

    /// The result of a part.
    pub fn part(&self, part: AttemptPart) -> Option<Score> {
        let (_, (right, of)) = self.parts.iter().find(|(name, _)| name.as_str() == part.name())?;
        Some(Score { right: *right, of: *of })
    }

    /// Kind and name of the activity, such as `lesson` and `where-tls-ends`; the name is empty if there is none.
    pub fn kind_and_name(&self) -> (&str, &str) {
        self.activity.as_str().split_once('/').unwrap_or((self.activity.as_str(), ""))
    }

    /// The record as JSON without its hash, which is what the hash is computed from: all fields in this order, lists sorted, no
    /// white space.
    pub fn canonical(&self) -> String {
        let mut text = String::with_capacity(300);
        let (at_s, activity, seed) = (self.at_s, &self.activity.0, self.seed);
        // Writing to a string does not fail.
        let _ = write!(text, "{{\"at_s\":{at_s},\"activity\":\"{activity}\",\"seed\":\"{seed}\"");
        let _ = write!(text, ",\"right\":{},\"of\":{},\"parts\":{{", self.right, self.of);
        for (number, (name, (right, of))) in self.parts.iter().enumerate() {
            let comma = if number > 0 { "," } else { "" };
            let _ = write!(text, "{comma}\"{}\":[{right},{of}]", name.0);
        }
        text.push('}');
        for (field, words) in [("shown", &self.shown), ("missed", &self.missed), ("beliefs", &self.beliefs)] {
            let words: Vec<String> = words.iter().map(|word| format!("\"{}\"", word.0)).collect();
            let _ = write!(text, ",\"{field}\":[{}]", words.join(","));
        }
        let after: Vec<String> = self.after.iter().map(|hash| format!("\"{hash}\"")).collect();
        let _ = write!(text, ",\"salt\":\"{}\",\"after\":[{}]}}", self.salt, after.join(","));
        text
    }

    /// The record as one line of JSON, with its hash.
    pub fn to_json(&self) -> String {
        let mut text = self.canonical();
        text.pop();
        let _ = write!(text, ",\"hash\":\"{}\"}}", self.hash);
        text
    }
}

macro_rules! serde_as_text {
    ($name:ident) => {
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
            }
        }
    };
}

serde_as_text!(AttemptHash);
serde_as_text!(RecordWord);

impl Serialize for AttemptHash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Serialize for RecordWord {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

/// Numbers of 64 bits as text.
mod decimal {
    use serde::{Deserialize, Deserializer, Serializer, de};

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature is serde's")]
    pub(super) fn serialize<S: Serializer>(number: &u64, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(number)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}
