//! The file of attempts beside the progress file: one record of JSON per line, each sealing those before it.
//!
//! Recording an attempt appends a line, under the lock of the progress file, so that two running programs make one chain. A line
//! that a crash has left incomplete is removed by the next append; it was never reported as recorded. Anything that
//! rewrites the file replaces it as a whole. When the file has reached its limit, the oldest records are dropped, and the first line
//! says how many.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use hoplight_lesson::{ActivityAttempt, AttemptHash, AttemptLog, AttemptRecord};

use super::files::{self, Contents, FileError, Links, with_suffix, with_tilde};

/// The format of the file.
const FORMAT: u32 = 1;

/// What the first line says that the file is.
const KIND: &str = "attempts";

/// How every file begins.
const HEAD: &str = "{\"hoplight\":\"attempts\"";

/// Size in bytes beyond which the oldest records are dropped, and the number of records that are then left. A record has
/// about 400 bytes.
const LIMIT: Limit = Limit { bytes: 8 << 20, records: 15_000 };

/// Largest file that is read, in bytes.
const MAX_READ: usize = 32 << 20;

/// The file of attempts.
#[derive(Clone, Debug)]
pub(super) struct AttemptFile {
    path: PathBuf,
    /// The lock of the progress file.
    lock: PathBuf,
    limit: Limit,
}

#[derive(Clone, Copy, Debug)]
struct Limit {
    bytes: usize,
    records: usize,
}

/// The attempts in the file.
#[derive(Debug, Default)]
pub(super) struct StoredAttempts {
    pub(super) log: AttemptLog,
    /// Numbers of the lines that are no records, counted from 1, and why.
    pub(super) damaged: Vec<(usize, String)>,
}

/// The first line.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct AttemptsHead {
    hoplight: String,
    format: u32,
    dropped: u64,
    sealed: BTreeSet<AttemptHash>,
}

/// What is known of the file before an append.
struct End {
    /// Number of bytes of complete lines.
    whole: usize,
    /// The hash of the last record.
    last: Option<AttemptHash>,
    /// Whether the last line lacks only its line break.
    unbroken: bool,
}

impl AttemptFile {
    /// The file that belongs to a progress file.
    pub(super) fn beside(progress: &Path) -> Self {
        Self { path: with_suffix(progress, "attempts"), lock: with_suffix(progress, "lock"), limit: LIMIT }
    }

    /// The path.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Reads the attempts. A missing file has none.
    ///
    /// # Errors
    /// Why the file cannot be used, as a sentence without a full stop.
    pub(super) fn read(&self) -> Result<StoredAttempts, String> {
        let path = self.destination()?;
        match self.contents(&path)? {
            None => Ok(StoredAttempts::default()),
            Some(contents) => parsed(&contents.bytes).map_err(|why| self.message(&why)),
        }
    }

    /// Appends attempts with the times at which they were finished, in seconds since 1970. `salt` is a random number.
    ///
    /// # Errors
    /// Why nothing was recorded, as a sentence without a full stop.
    pub(super) fn append(&self, attempts: &[(u64, ActivityAttempt)], salt: u64) -> Result<(), String> {
        if attempts.is_empty() {
            return Ok(());
        }
        let path = self.destination()?;
        let folder = files::folder_of(&path);
        fs::create_dir_all(folder).map_err(|error| self.message(&FileError::Unwritable(error)))?;
        let _locked = files::lock(&self.lock).map_err(|error| self.message(&error))?;
        let Some(contents) = self.contents(&path)? else {
            let mut log = AttemptLog::default();
            for (at_s, attempt) in attempts {
                log.append(attempt, *at_s, salt);
            }
            return self.put(&path, &log, None);
        };
        let end = end(&contents.bytes).map_err(|why| self.message(&why))?;
        let mut lines = String::from(if end.unbroken { "\n" } else { "" });
        let mut last = end.last;
        for (at_s, attempt) in attempts {
            let record = AttemptRecord::new(attempt, *at_s, salt, last.into_iter().collect());
            lines += &record.to_json();
            lines.push('\n');
            last = Some(record.hash);
        }
        if end.whole + lines.len() > self.limit.bytes {
            return self.shorten(&path, &contents, attempts, salt);
        }
        let (metadata, whole) = (&contents.metadata, end.whole as u64);
        files::append(&path, whole, lines.as_bytes(), metadata).map_err(|error| self.message(&error))
    }

    /// Appends to a file that has reached its limit, and drops its oldest records.
    fn shorten(&self, path: &Path, contents: &Contents, attempts: &[(u64, ActivityAttempt)], salt: u64) -> Result<(), String> {
        let mut log = parsed(&contents.bytes).map_err(|why| self.message(&why))?.log;
        for (at_s, attempt) in attempts {
            log.append(attempt, *at_s, salt);
        }
        log.shorten(self.limit.records);
        self.put(path, &log, Some(contents))
    }

    /// Merges the records of another machine. Returns the number of attempts added. `at_s` is the time of the merge.
    ///
    /// # Errors
    /// Why nothing was merged, as a sentence without a full stop.
    pub(super) fn join(&self, other: &AttemptLog, at_s: u64) -> Result<usize, String> {
        let path = self.destination()?;
        let folder = files::folder_of(&path);
        fs::create_dir_all(folder).map_err(|error| self.message(&FileError::Unwritable(error)))?;
        let _locked = files::lock(&self.lock).map_err(|error| self.message(&error))?;
        let contents = self.contents(&path)?;
        let stored = contents.as_ref().map_or(Ok(StoredAttempts::default()), |contents| parsed(&contents.bytes));
        let mut stored = stored.map_err(|why| self.message(&why))?;
        if let Some((line, why)) = stored.damaged.first() {
            return Err(self.message(&format!("line {line} is damaged ({why}): move the file, then import again")));
        }
        let before = stored.log.clone();
        let added = stored.log.join(other, at_s);
        if stored.log != before {
            self.put(&path, &stored.log, contents.as_ref())?;
        }
        Ok(added)
    }

    /// Removes the file.
    ///
    /// # Errors
    /// Why it was not removed, as a sentence without a full stop.
    pub(super) fn remove(&self) -> Result<(), String> {
        let path = self.destination()?;
        if self.contents(&path)?.is_none() {
            return Ok(());
        }
        let _locked = files::lock(&self.lock).map_err(|error| self.message(&error))?;
        fs::remove_file(&path).map_err(|error| self.message(&FileError::Unwritable(error)))
    }

    fn put(&self, path: &Path, log: &AttemptLog, old: Option<&Contents>) -> Result<(), String> {
        let seen = old.map(|contents| &contents.metadata);
        let is_ours = |bytes: &[u8]| bytes.starts_with(HEAD.as_bytes());
        let text = written(log);
        let new = files::prepare(path, text.as_bytes(), seen, is_ours).map_err(|error| self.message(&error))?;
        files::put(new, path, seen).map_err(|error| self.message(&error))?;
        files::sync_folder(files::folder_of(path)).map_err(|error| self.message(&error))
    }

    /// The file, after links.
    fn destination(&self) -> Result<PathBuf, String> {
        files::destination(&self.path).map_err(|error| self.message(&error))
    }

    /// Reads the file; `None` if it is missing.
    fn contents(&self, path: &Path) -> Result<Option<Contents>, String> {
        match files::read(path, Links::Refuse, MAX_READ) {
            Ok(contents) if contents.is_whole => Ok(Some(contents)),
            Ok(_) => Err(self.message(&format!("is larger than {MAX_READ} bytes"))),
            Err(FileError::Missing) => Ok(None),
            Err(error) => Err(self.message(&error)),
        }
    }

    fn message(&self, why: &dyn std::fmt::Display) -> String {
        format!("{} {why}", with_tilde(&self.path))
    }
}

/// The whole file.
fn written(log: &AttemptLog) -> String {
    let sealed: Vec<String> = log.sealed().iter().map(|hash| format!("\"{hash}\"")).collect();
    let mut text = format!("{HEAD},\"format\":{FORMAT},\"dropped\":{},\"sealed\":[{}]}}\n", log.dropped(), sealed.join(","));
    for record in log.records() {
        text += &record.to_json();
        text.push('\n');
    }
    text
}

/// Parses the first line. The error continues a sentence that begins with the file's name.
fn head(line: &str) -> Result<AttemptsHead, String> {
    #[derive(Deserialize)]
    struct Version {
        hoplight: String,
        format: u32,
    }
    let foreign = || "is not a file of attempts, and is left alone".to_owned();
    let version: Version = serde_json::from_str(line).map_err(|_| foreign())?;
    if version.hoplight != KIND {
        return Err(foreign());
    }
    if version.format > FORMAT {
        return Err(format!("was written by a newer hoplight (format {}), and is left alone", version.format));
    }
    serde_json::from_str(line).map_err(|error| format!("has a damaged first line ({error})"))
}

/// Parses the whole file. Damaged lines are reported, and the others are read.
fn parsed(bytes: &[u8]) -> Result<StoredAttempts, String> {
    let text = String::from_utf8_lossy(bytes);
    let mut lines = (1..).zip(text.lines());
    let first = lines.next().map_or("", |(_, line)| line);
    let head = head(first)?;
    let mut records = Vec::new();
    let mut damaged = Vec::new();
    for (number, line) in lines.filter(|(_, line)| !line.trim().is_empty()) {
        match serde_json::from_str(line) {
            Ok(record) => records.push(record),
            Err(error) => damaged.push((number, error.to_string())),
        }
    }
    Ok(StoredAttempts { log: AttemptLog::new(records, head.dropped, head.sealed), damaged })
}

/// Finds the last record, after which the file continues. Only lines at the end are parsed.
fn end(bytes: &[u8]) -> Result<End, String> {
    let first = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let head = head(&String::from_utf8_lossy(first))?;
    let hash = |line: &[u8]| serde_json::from_slice::<AttemptRecord>(line).ok().map(|record| record.hash);
    let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    let (lines, rest) = bytes.split_at_checked(whole).unwrap_or((bytes, &[]));
    if whole == 0 {
        // Only the first line, without its line break.
        return Ok(End { whole: bytes.len(), last: None, unbroken: true });
    }
    if let Some(last) = hash(rest) {
        return Ok(End { whole: bytes.len(), last: Some(last), unbroken: true });
    }
    let last = lines.rsplit(|byte| *byte == b'\n').find_map(hash);
    // A shortened file without records still has an end.
    Ok(End { whole, last: last.or_else(|| head.sealed.last().copied()), unbroken: false })
}

#[cfg(test)]
mod tests;
