//! What is found at a path where progress is kept.
//!
//! The question is always whose file it is. Only a file that hoplight has written may be replaced or renamed, and of such a
//! file only a form that this program can read may be written over.

use std::fs::Metadata;
use std::path::{Path, PathBuf};

use crate::cli::files::{self, Contents, FileError, Links, require_replaceable, shown, with_suffix};
use hoplight_lesson::{Progress, ProgressError};
use hoplight_model::ContentError;
use hoplight_model::ron_text::MAX_FILE;

/// What is found at a path.
#[derive(Debug)]
pub(super) enum Found {
    /// Progress, and the file that holds it.
    Progress(Progress, Contents),
    /// Nothing.
    Missing,
    /// Hoplight's file, which cannot be read: it may be set aside.
    Damaged { why: String, metadata: Metadata },
    /// Progress in a newer form: it is left alone.
    Newer(u32),
    /// Another program's file: it is left alone.
    Foreign { why: String, metadata: Metadata },
    /// What cannot be read, or is not a regular file: it is left alone.
    Unusable(FileError),
}

impl Found {
    /// Looks at a path and, where that decides whose file it is, at its backup. `is_usual` says that hoplight has chosen the
    /// path itself, so that any file there is its own.
    pub(super) fn at(path: &Path, is_usual: bool) -> Self {
        match Self::alone(path, is_usual) {
            // Progress was saved here at least twice, so this is what became of it.
            Self::Foreign { why, metadata } if matches!(Self::alone(&backup(path), false), Self::Progress(..)) => {
                Self::Damaged { why, metadata }
            }
            found => found,
        }
    }

    /// Looks at a path alone.
    pub(super) fn alone(path: &Path, is_usual: bool) -> Self {
        // Links at the end of the path have been followed before.
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
        if is_usual || Progress::may_begin_with(&contents.bytes) {
            Self::Damaged { why, metadata }
        } else {
            Self::Foreign { why, metadata }
        }
    }

    /// The progress in a file's contents.
    fn parse(path: &Path, contents: &Contents) -> Result<Progress, ProgressError> {
        let name = shown(path.file_name().unwrap_or_default().as_ref());
        let broken = |why: &str| ProgressError::Broken(ContentError::at(&name, "", None, why));
        if !contents.is_whole {
            return Err(broken(&format!("more than {MAX_FILE} bytes")));
        }
        let text = std::str::from_utf8(&contents.bytes).map_err(|_| broken("no UTF-8 text"))?;
        if text.is_empty() { Err(broken("empty")) } else { Progress::from_ron(&name, text) }
    }

    /// The file that something may take the place of.
    pub(super) const fn replaceable(&self) -> Option<&Metadata> {
        match self {
            Self::Progress(_, contents) => Some(&contents.metadata),
            Self::Damaged { metadata, .. } => Some(metadata),
            Self::Missing | Self::Newer(_) | Self::Foreign { .. } | Self::Unusable(_) => None,
        }
    }

    /// Why nothing can be saved in the file, if that is so. The text continues a sentence that begins with the file's name.
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

/// Where the state of a file before the last save is kept.
pub(super) fn backup(path: &Path) -> PathBuf {
    with_suffix(path, "bak")
}
