//! Opens, reads and writes files by name.
//!
//! A path may name anything: a folder, a named pipe, a device, a dangling link. Only regular files are opened. Opening never
//! blocks on a pipe, reading stops at a limit, and a file is only replaced as a whole ([`write`]).

mod write;

use std::fs::{self, File, FileType, Metadata, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::{FileTypeExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use anyhow::{anyhow, bail};
use rustix::fs::OFlags;

use hoplight_model::ron_text::MAX_FILE;
use hoplight_model::text::sanitise;

pub(super) use write::{append, destination, folder_of, lock, prepare, put, replace, set_aside, sync_folder};

/// Kinds of files that are not regular files.
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
    #[error("has another hard link; saving would separate the two")]
    HardLinked,
    #[error("is read-only")]
    ReadOnly,
    #[error("was changed by another program at the same time")]
    Changed,
    #[error("is locked by another hoplight that does not respond")]
    Locked,
    #[error("is not a design, and is left alone")]
    NotADesign,
    #[error("exists and was not written by this command; choose another name")]
    Foreign,
    #[error("cannot be read ({0})")]
    Unreadable(io::Error),
    #[error("cannot be written ({0})")]
    Unwritable(io::Error),
}

/// The beginning of a file.
#[derive(Debug)]
pub(super) struct Contents {
    pub(super) bytes: Vec<u8>,
    /// Whether this is the whole file.
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
    /// Converts a system error from opening or reading a file.
    pub(super) fn reading(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::NotFound { Self::Missing } else { Self::Unreadable(error) }
    }
}

/// Refuses anything but a regular file.
fn require_regular(metadata: &Metadata) -> Result<(), FileError> {
    Kind::of(metadata.file_type()).map_or(Ok(()), |kind| Err(FileError::NotRegular(kind)))
}

/// Refuses a file that must not be replaced: not regular, read-only, or with another hard link, which would keep the old contents.
pub(super) fn require_replaceable(metadata: &Metadata) -> Result<(), FileError> {
    require_regular(metadata)?;
    if metadata.permissions().readonly() {
        return Err(FileError::ReadOnly);
    }
    if metadata.nlink() > 1 { Err(FileError::HardLinked) } else { Ok(()) }
}

/// Reads the metadata of a path.
fn metadata(path: &Path, links: Links) -> io::Result<Metadata> {
    match links {
        Links::Follow => fs::metadata(path),
        Links::Refuse => fs::symlink_metadata(path),
    }
}

/// Opens a regular file with `options`. `wrap` converts system errors.
fn open(path: &Path, links: Links, options: &mut OpenOptions, wrap: fn(io::Error) -> FileError) -> Result<File, FileError> {
    // Opening a device can have side effects, so check the kind first.
    match metadata(path, links) {
        Ok(found) => require_regular(&found)?,
        // `options` may create the file.
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(wrap(error)),
    }
    open_unseen(path, links, options, wrap)
}

/// Opens a path whose file may have been replaced since it was checked, and refuses anything but a regular file. Neither blocks
/// on a pipe nor acquires a controlling terminal.
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
        FileError::Missing => anyhow!("cannot read {name}: no such file"),
        FileError::Unreadable(error) => anyhow!("cannot read {name}: {error}"),
        error => anyhow!("{name} {error}"),
    })?;
    if !contents.is_whole {
        bail!("{name} is larger than {MAX_FILE} bytes");
    }
    String::from_utf8(contents.bytes).map_err(|_| anyhow!("{name} is not UTF-8 text"))
}

/// Whether nothing exists at a path, not even a dangling link. Returns false if this cannot be determined.
pub(super) fn is_missing(path: &Path) -> bool {
    // The home folder of some system users is /dev/null.
    let is_missing = |error: io::Error| matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory);
    fs::symlink_metadata(path).is_err_and(is_missing)
}

/// Default path of the progress file.
pub(super) fn progress_path() -> Option<PathBuf> {
    use etcetera::BaseStrategy;
    let base = etcetera::choose_base_strategy().ok()?;
    Some(base.state_dir().unwrap_or_else(|| base.data_dir()).join("hoplight").join("progress.ron"))
}

/// The folder for the user's lessons, scenarios and designs.
pub(super) fn data_folder() -> Option<PathBuf> {
    use etcetera::BaseStrategy;
    Some(etcetera::choose_base_strategy().ok()?.data_dir().join("hoplight"))
}

/// Writes a file that does not exist yet.
pub(super) fn create(path: &Path, text: &str) -> io::Result<()> {
    use std::io::Write as _;
    OpenOptions::new().write(true).create_new(true).open(path)?.write_all(text.as_bytes())
}

/// The folder for the user's designs, which may be incomplete and are read apart.
pub(super) fn designs_folder() -> Option<PathBuf> {
    data_folder().map(|folder| folder.join("designs"))
}

/// A path sanitised for display.
pub(super) fn shown(path: &Path) -> String {
    sanitise(&path.to_string_lossy())
}

/// A path for display, with `~` for the home folder.
pub(super) fn with_tilde(path: &Path) -> String {
    let home = etcetera::home_dir().ok().filter(|home| !home.as_os_str().is_empty());
    match home.and_then(|home| path.strip_prefix(home).ok().map(Path::to_owned)) {
        Some(inside) => format!("~/{}", shown(&inside)),
        None => shown(path),
    }
}

/// Appends a suffix to the file name of `path`.
pub(super) fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".");
    name.push(suffix);
    path.with_file_name(name)
}

#[cfg(test)]
pub(super) mod tests;
