//! Classifies the file at a path of a progress file or its backup.
//!
//! Only a file written by hoplight may be replaced or renamed, and only a format that this version can read may be overwritten.

use std::fs::Metadata;
use std::path::{Path, PathBuf};

use crate::cli::files::{self, Contents, FileError, Links, require_replaceable, shown, with_suffix};
use hoplight_lesson::{Progress, ProgressError};
use hoplight_model::ContentError;
use hoplight_model::ron_text::MAX_FILE;

/// What is found at a path.
#[derive(Debug)]
pub(super) enum Found {
    /// Progress, with the contents of its file.
    Progress(Progress, Contents),
    /// No file.
    Missing,
    /// A damaged file of our own, which may be set aside.
    Damaged { why: String, metadata: Metadata },
    /// Progress in a newer format, which is left alone.
    Newer(u32),
    /// Another program's file, which is left alone.
    Foreign { why: String, metadata: Metadata },
    /// An unreadable file, or one that is not a regular file. It is left alone.
    Unusable(FileError),
}

impl Found {
    /// Classifies the file at a path. Consults its backup if the file alone does not show that it is our own. `is_default` marks the
    /// default path, where any file is our own.
    pub(super) fn at(path: &Path, is_default: bool) -> Self {
        match Self::alone(path, is_default) {
            // A backup means that progress was saved here at least twice, so this file must be damaged progress.
            Self::Foreign { why, metadata } if matches!(Self::alone(&backup(path), false), Self::Progress(..)) => {
                Self::Damaged { why, metadata }
            }
            found => found,
        }
    }

    /// Classifies the file at a path without consulting its backup.
    pub(super) fn alone(path: &Path, is_default: bool) -> Self {
        // The caller has already followed links at the end of the path.
        let contents = match files::read(path, Links::Refuse, MAX_FILE) {
            Ok(contents) => contents,
            Err(FileError::Missing) => return Self::Missing,
            Err(error) => return Self::Unusable(error),
        };
        let why = match Self::parse(path, &contents) {
            Ok(progress) => return Self::Progress(progress, contents),
            Err(ProgressError::Newer { found, .. }) => return Self::Newer(found),
            Err(ProgressError::Broken(mistake)) => mistake.to_string().lines().next().unwrap_or_default().to_owned(),
        };
        let metadata = contents.metadata;
        if is_default || Progress::may_begin_with(&contents.bytes) {
            Self::Damaged { why, metadata }
        } else {
            Self::Foreign { why, metadata }
        }
    }

    /// Parses the contents of a file.
    fn parse(path: &Path, contents: &Contents) -> Result<Progress, ProgressError> {
        let name = shown(path.file_name().unwrap_or_default().as_ref());
        let broken = |why: &str| ProgressError::Broken(ContentError::at(&name, "", None, why));
        if !contents.is_whole {
            return Err(broken(&format!("larger than {MAX_FILE} bytes")));
        }
        let text = std::str::from_utf8(&contents.bytes).map_err(|_| broken("not UTF-8 text"))?;
        if text.is_empty() { Err(broken("empty")) } else { Progress::from_ron(&name, text) }
    }

    /// Metadata of the file, if it may be replaced.
    pub(super) const fn replaceable(&self) -> Option<&Metadata> {
        match self {
            Self::Progress(_, contents) => Some(&contents.metadata),
            Self::Damaged { metadata, .. } => Some(metadata),
            Self::Missing | Self::Newer(_) | Self::Foreign { .. } | Self::Unusable(_) => None,
        }
    }

    /// Why the file must not be written, if so. The text continues a sentence that begins with the file's name.
    pub(super) fn refusal(&self) -> Option<String> {
        let unsuitable = |metadata| require_replaceable(metadata).err().map(|error| error.to_string());
        match self {
            Self::Missing => None,
            Self::Progress(_, contents) => unsuitable(&contents.metadata),
            Self::Damaged { metadata, .. } => unsuitable(metadata),
            Self::Newer(format) => Some(format!("was written by a newer hoplight (format {format})")),
            Self::Foreign { .. } => Some("is not a progress file".to_owned()),
            Self::Unusable(error) => Some(error.to_string()),
        }
    }
}

/// Path of the backup, which holds the progress before the last save.
pub(super) fn backup(path: &Path) -> PathBuf {
    with_suffix(path, "bak")
}
