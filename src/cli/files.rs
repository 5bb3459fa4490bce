//! The files that hoplight opens by name.
//!
//! A path may name anything: a folder, a named pipe, a device, a link into nowhere. Only regular files are opened. Opening one
//! never waits for the other end of a pipe, reading stops at a limit, and a file is replaced only as a whole ([`write`]).

mod write;

use std::fs::{self, File, FileType, Metadata, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::{FileTypeExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use anyhow::{anyhow, bail};
use rustix::fs::OFlags;

use hoplight_model::ron_text::MAX_FILE;
use hoplight_model::text::sanitise;

pub(super) use write::{destination, folder_of, lock, prepare, put, set_aside, sync_folder};

/// What a path names that is not a regular file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Kind {
    #[error("a folder")]
    Folder,
    #[error("a symbolic link")]
    Link,
    #[error("a named pipe")]
    Pipe,
    #[error("a socket")]
    Socket,
    #[error("a device")]
    Device,
    #[error("a special file")]
    Unknown,
}

/// Why a file was not opened, read or written. The text continues a sentence that begins with the file's name.
#[derive(Debug, thiserror::Error)]
pub(super) enum FileError {
    #[error("does not exist")]
    Missing,
    #[error("is {0}, not a regular file")]
    NotRegular(Kind),
    #[error("is a symbolic link into a folder that does not exist")]
    Dangling,
    #[error("has another hard link, from which saving would separate it")]
    HardLinked,
    #[error("is read-only")]
    ReadOnly,
    #[error("was changed by another program at the same time")]
    Changed,
    #[error("is locked by another hoplight that does not respond")]
    Locked,
    #[error("cannot be read ({0})")]
    Unreadable(io::Error),
    #[error("cannot be written ({0})")]
    Unwritable(io::Error),
}

/// The beginning of a file.
#[derive(Debug)]
pub(super) struct Contents {
    pub(super) bytes: Vec<u8>,
    /// Whether the file ends there.
    pub(super) is_whole: bool,
    pub(super) metadata: Metadata,
}

/// Whether a symbolic link at the end of a path is followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Links {
    Follow,
    Refuse,
}

impl Kind {
    /// `None` for a regular file.
    fn of(kind: FileType) -> Option<Self> {
        if kind.is_file() {
            return None;
        }
        let kinds = [
            (kind.is_dir(), Self::Folder),
            (kind.is_symlink(), Self::Link),
            (kind.is_fifo(), Self::Pipe),
            (kind.is_socket(), Self::Socket),
            (kind.is_char_device() || kind.is_block_device(), Self::Device),
        ];
        Some(kinds.into_iter().find(|(is, _)| *is).map_or(Self::Unknown, |(_, kind)| kind))
    }
}

impl FileError {
    /// An error of the system while a file was opened or read.
    pub(super) fn reading(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::NotFound { Self::Missing } else { Self::Unreadable(error) }
    }
}

/// Refuses what is not a regular file.
fn require_regular(metadata: &Metadata) -> Result<(), FileError> {
    Kind::of(metadata.file_type()).map_or(Ok(()), |kind| Err(FileError::NotRegular(kind)))
}

/// Refuses a file that must not be replaced: not regular, made read-only, or with a hard link that would keep the old contents.
pub(super) fn require_replaceable(metadata: &Metadata) -> Result<(), FileError> {
    require_regular(metadata)?;
    if metadata.permissions().readonly() {
        return Err(FileError::ReadOnly);
    }
    if metadata.nlink() > 1 { Err(FileError::HardLinked) } else { Ok(()) }
}

/// What a path names now.
fn metadata(path: &Path, links: Links) -> io::Result<Metadata> {
    match links {
        Links::Follow => fs::metadata(path),
        Links::Refuse => fs::symlink_metadata(path),
    }
}

/// Opens a regular file. `options` say for what; `wrap` says what an error of the system means.
fn open(path: &Path, links: Links, options: &mut OpenOptions, wrap: fn(io::Error) -> FileError) -> Result<File, FileError> {
    // To open a device may have an effect of its own, so it is not even tried.
    match metadata(path, links) {
        Ok(found) => require_regular(&found)?,
        // The options may ask to create it.
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(wrap(error)),
    }
    open_unseen(path, links, options, wrap)
}

/// Opens what may have taken a regular file's place a moment ago, and refuses anything else: without waiting for the other end
/// of a pipe, and without taking over a terminal.
fn open_unseen(
    path: &Path,
    links: Links,
    options: &mut OpenOptions,
    wrap: fn(io::Error) -> FileError,
) -> Result<File, FileError> {
    let mut flags = OFlags::NONBLOCK | OFlags::NOCTTY;
    if links == Links::Refuse {
        flags |= OFlags::NOFOLLOW;
    }
    let file = options.custom_flags(flags.bits().cast_signed()).open(path).map_err(wrap)?;
    require_regular(&file.metadata().map_err(wrap)?)?;
    Ok(file)
}

/// Reads a regular file, up to `limit` bytes.
pub(super) fn read(path: &Path, links: Links, limit: usize) -> Result<Contents, FileError> {
    let file = open(path, links, OpenOptions::new().read(true), FileError::reading)?;
    let metadata = file.metadata().map_err(FileError::reading)?;
    let mut bytes = Vec::new();
    file.take(limit as u64 + 1).read_to_end(&mut bytes).map_err(FileError::reading)?;
    let is_whole = bytes.len() <= limit;
    bytes.truncate(limit);
    Ok(Contents { bytes, is_whole, metadata })
}

/// Reads a text file of at most [`MAX_FILE`] bytes.
pub(super) fn read_text(path: &Path) -> anyhow::Result<String> {
    let name = shown(path);
    let contents = read(path, Links::Follow, MAX_FILE).map_err(|error| match error {
        FileError::Missing if !is_missing(path) => anyhow!("{name} is a symbolic link to a file that does not exist"),
        FileError::Missing => anyhow!("cannot read {name}: there is no such file"),
        FileError::Unreadable(error) => anyhow!("cannot read {name}: {error}"),
        error => anyhow!("{name} {error}"),
    })?;
    if !contents.is_whole {
        bail!("{name} has more than {MAX_FILE} bytes");
    }
    String::from_utf8(contents.bytes).map_err(|_| anyhow!("{name} is no UTF-8 text"))
}

/// Whether a path names nothing at all, not even a link into nowhere. If in doubt, it names something.
pub(super) fn is_missing(path: &Path) -> bool {
    // A user without a home may have /dev/null for one.
    let is_missing = |error: io::Error| matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory);
    fs::symlink_metadata(path).is_err_and(is_missing)
}

/// A path as it may be shown.
pub(super) fn shown(path: &Path) -> String {
    sanitise(&path.to_string_lossy())
}

/// A path as the user would write it.
pub(super) fn homely(path: &Path) -> String {
    let home = etcetera::home_dir().ok().filter(|home| !home.as_os_str().is_empty());
    match home.and_then(|home| path.strip_prefix(home).ok().map(Path::to_owned)) {
        Some(inside) => format!("~/{}", shown(&inside)),
        None => shown(path),
    }
}

/// A file beside `path`, with its name and another suffix.
pub(super) fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".");
    name.push(suffix);
    path.with_file_name(name)
}

#[cfg(test)]
pub(super) mod tests;
