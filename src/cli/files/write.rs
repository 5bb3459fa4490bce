//! Writing: replaces a file as a whole, by a rename, and only if it is still the file that the caller has seen.
//!
//! [`prepare`] writes the new contents to a temporary file, and [`put`] renames it. Neither a crash nor a full disk leaves half a
//! file. If a folder, a device or another program's file has appeared at the path, it is left alone.

use std::ffi::OsStr;
use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, fchown};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use rustix::fs::OFlags;
use tempfile::NamedTempFile;

use super::{FileError, Links, open, read, require_regular, require_replaceable, with_suffix};

/// Maximum length of a chain of symbolic links, as in Linux.
const MAX_LINKS: usize = 40;

/// Maximum number of damaged files that are kept per path.
const MAX_ASIDE: usize = 1_000;

/// Attempts to take a lock, and the pause between them: a quarter of a second in total. A save holds it for milliseconds.
const LOCK_TRIES: usize = 10;
const LOCK_PAUSE: Duration = Duration::from_millis(25);

/// Suffix of an incomplete file.
pub(super) const UNFINISHED: &str = "hoplight-new";

/// Bytes that are read to recognise an incomplete file left by a killed program.
const LEFTOVER: usize = 64;

/// Follows the symbolic links at the end of `path`. A save replaces their target, so that the links stay.
///
/// The target need not exist, but its folder must.
pub(in crate::cli) fn destination(path: &Path) -> Result<PathBuf, FileError> {
    let mut destination = path.to_owned();
    for links in 0..=MAX_LINKS {
        match fs::read_link(&destination) {
            // A relative link starts from its own folder.
            Ok(next) => destination = folder_of(&destination).join(next),
            Err(error) => {
                let is_end = matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::NotFound);
                return match (is_end, links) {
                    (true, 1..) if !folder_of(&destination).is_dir() => Err(FileError::Dangling),
                    (true, _) => Ok(destination),
                    (false, _) => Err(FileError::Unreadable(error)),
                };
            }
        }
    }
    Err(FileError::Unreadable(rustix::io::Errno::LOOP.into()))
}

/// The folder of a file.
pub(in crate::cli) fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Takes a lock file, creating it if necessary. Dropping the file releases the lock.
pub(in crate::cli) fn lock(path: &Path) -> Result<File, FileError> {
    let mut options = OpenOptions::new();
    let file = open(path, Links::Refuse, options.create(true).truncate(false).write(true), FileError::Unwritable)?;
    for _ in 0..LOCK_TRIES {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(fs::TryLockError::WouldBlock) => thread::sleep(LOCK_PAUSE),
            Err(fs::TryLockError::Error(error)) => return Err(FileError::Unwritable(error)),
        }
    }
    Err(FileError::Locked)
}

/// Writes a temporary file that [`put`] will move to `path`, with the mode and owner of `like`, and syncs it.
///
/// The file is in the same folder as `path`. If a killed program has left one there, it is removed if `is_ours` recognises its
/// first bytes; otherwise the new file gets another name.
pub(in crate::cli) fn prepare(
    path: &Path,
    contents: &[u8],
    like: Option<&Metadata>,
    is_ours: fn(&[u8]) -> bool,
) -> Result<NamedTempFile, FileError> {
    let mut new = create_beside(path, is_ours).map_err(FileError::Unwritable)?;
    let written = new.write_all(contents).and_then(|()| {
        if let Some(like) = like {
            // Write permission here does not imply permission to change owners.
            let _ = fchown(new.as_file(), Some(like.uid()), Some(like.gid()));
            new.as_file().set_permissions(like.permissions())?;
        }
        new.as_file().sync_all()
    });
    written.map_err(FileError::Unwritable)?;
    Ok(new)
}

/// Creates an empty temporary file next to `path`, which is removed when dropped.
fn create_beside(path: &Path, is_ours: fn(&[u8]) -> bool) -> io::Result<NamedTempFile> {
    // No user or other program is likely to choose this name, even for a copy of the progress.
    let name = with_suffix(path, UNFINISHED);
    if read(&name, Links::Refuse, LEFTOVER).is_ok_and(|left| is_ours(&left.bytes)) {
        fs::remove_file(&name)?;
    }
    let prefix = name.file_name().unwrap_or(OsStr::new("new"));
    let create = |random| tempfile::Builder::new().prefix(prefix).rand_bytes(random).tempfile_in(folder_of(path));
    match create(0) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => create(6),
        created => created,
    }
}

/// Writes a file as a whole. Replaces only an empty file, or one of at most `most` bytes that `is_ours` recognises.
pub(in crate::cli) fn replace(path: &Path, text: &str, most: usize, is_ours: fn(&[u8]) -> bool) -> Result<(), FileError> {
    let path = destination(path)?;
    let seen = match read(&path, Links::Refuse, most) {
        Ok(contents) if contents.bytes.is_empty() || is_ours(&contents.bytes) => Some(contents.metadata),
        Ok(_) => return Err(FileError::Foreign),
        Err(FileError::Missing) => None,
        Err(error) => return Err(error),
    };
    let new = prepare(&path, text.as_bytes(), seen.as_ref(), is_ours)?;
    put(new, &path, seen.as_ref())?;
    sync_folder(folder_of(&path))
}

/// Appends to the file that was `seen` at `path`, after cutting it off at `whole` bytes, and syncs it. After an error, the file ends
/// there.
pub(in crate::cli) fn append(path: &Path, whole: u64, bytes: &[u8], seen: &Metadata) -> Result<(), FileError> {
    require_seen(path, Some(seen))?;
    let mut file = open(path, Links::Refuse, OpenOptions::new().append(true), FileError::Unwritable)?;
    let written = file.set_len(whole).and_then(|()| file.write_all(bytes)).and_then(|()| file.sync_data());
    written.map_err(|error| {
        let _ = file.set_len(whole);
        FileError::Unwritable(error)
    })
}

/// Moves a prepared file to `path`, replacing the file that was `seen` there, if any.
pub(in crate::cli) fn put(new: NamedTempFile, path: &Path, seen: Option<&Metadata>) -> Result<(), FileError> {
    require_seen(path, seen)?;
    new.persist(path).map(drop).map_err(|failed| FileError::Unwritable(failed.error))
}

/// Renames a damaged file to a free name in the same folder. Returns the new path.
pub(in crate::cli) fn set_aside(path: &Path, seen: &Metadata) -> Result<PathBuf, FileError> {
    require_seen(path, Some(seen))?;
    for number in 1..=MAX_ASIDE {
        let aside = with_suffix(path, &format!("broken-{number}"));
        // Reserve the name with an empty file, so that the rename cannot replace anything else.
        match OpenOptions::new().write(true).create_new(true).open(&aside) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(FileError::Unwritable(error)),
            Ok(_) => {
                return match fs::rename(path, &aside) {
                    Ok(()) => Ok(aside),
                    Err(error) => {
                        let _ = fs::remove_file(&aside);
                        Err(FileError::Unwritable(error))
                    }
                };
            }
        }
    }
    Err(FileError::Unwritable(io::Error::other(format!("there are already {MAX_ASIDE} damaged files next to it"))))
}

/// Returns an error unless the path still names the file that was `seen`, or nothing if none was.
fn require_seen(path: &Path, seen: Option<&Metadata>) -> Result<(), FileError> {
    let found = match fs::symlink_metadata(path) {
        Ok(found) => Some(found),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(FileError::Unwritable(error)),
    };
    if let Some(found) = &found {
        require_regular(found)?;
    }
    let mark = |data: &Metadata| (data.dev(), data.ino(), data.len(), data.mtime(), data.mtime_nsec());
    if found.as_ref().map(mark) != seen.map(mark) {
        return Err(FileError::Changed);
    }
    found.as_ref().map_or(Ok(()), require_replaceable)
}

/// Syncs the entries of a folder to disk.
pub(in crate::cli) fn sync_folder(folder: &Path) -> Result<(), FileError> {
    let mut options = OpenOptions::new();
    let options = options.read(true).custom_flags(OFlags::DIRECTORY.bits().cast_signed());
    options.open(folder).and_then(|folder| folder.sync_all()).map_err(FileError::Unwritable)
}
