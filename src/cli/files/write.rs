//! Writing: a file is replaced as a whole, by a rename, and only if it is what the caller has seen there.
//!
//! [`prepare`] writes the new contents beside it, [`put`] gives them its name. So neither a crash nor a full disk leaves half a
//! file, and what appears at the path during the run, be it a folder, a device or another program's file, stays as it is.

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

/// Most symbolic links that lead from one to the next, as in Linux.
const MAX_LINKS: usize = 40;

/// Most files that are set aside beside one path.
const MAX_ASIDE: usize = 1_000;

/// How often a lock is tried, and the pause between: a quarter of a second in all, for what takes milliseconds.
const LOCK_TRIES: usize = 10;
const LOCK_PAUSE: Duration = Duration::from_millis(25);

/// The suffix of a file that is not complete.
pub(super) const UNFINISHED: &str = "hoplight-new";

/// How much is read of an unfinished file that a killed program may have left.
const LEFTOVER: usize = 64;

/// The path behind the symbolic links at the end of `path`: what a save must replace so that the links stay.
///
/// The file need not exist, but then the folder that a link leads into must.
pub(in crate::cli) fn destination(path: &Path) -> Result<PathBuf, FileError> {
    let mut destination = path.to_owned();
    for links in 0..=MAX_LINKS {
        match fs::read_link(&destination) {
            // The system resolves what the link says from the folder in which the link lies.
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

/// The folder in which a file lies.
pub(in crate::cli) fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Locks a file that exists for nothing else, and creates it if need be. It is unlocked when it is dropped.
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

/// Writes what [`put`] will put at `path`, and forces it to the disk. Mode and owner are those of `like`.
///
/// The file lies beside `path`, under a name of its own. A killed program leaves it there: the next one removes it, if
/// `is_ours` recognises its beginning, and otherwise takes another name.
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

/// An empty file that is removed when it is dropped.
fn create_beside(path: &Path, is_ours: fn(&[u8]) -> bool) -> io::Result<NamedTempFile> {
    // Nobody else gives a file such a name, not even a copy of the progress.
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

/// Gives the prepared file its name, in place of the file that was `seen` there, or of none.
pub(in crate::cli) fn put(new: NamedTempFile, path: &Path, seen: Option<&Metadata>) -> Result<(), FileError> {
    require_seen(path, seen)?;
    new.persist(path).map(drop).map_err(|failed| FileError::Unwritable(failed.error))
}

/// Renames a file that cannot be used to a free name beside it, which is returned.
pub(in crate::cli) fn set_aside(path: &Path, seen: &Metadata) -> Result<PathBuf, FileError> {
    require_seen(path, Some(seen))?;
    for number in 1..=MAX_ASIDE {
        let aside = with_suffix(path, &format!("broken-{number}"));
        // A file of our own takes the name, so that the rename replaces nothing else.
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
    Err(FileError::Unwritable(io::Error::other(format!("there are {MAX_ASIDE} broken files beside it already"))))
}

/// Refuses a path that does not name any longer what was seen there.
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

/// Forces the names in a folder to the disk.
pub(in crate::cli) fn sync_folder(folder: &Path) -> Result<(), FileError> {
    let mut options = OpenOptions::new();
    let options = options.read(true).custom_flags(OFlags::DIRECTORY.bits().cast_signed());
    options.open(folder).and_then(|folder| folder.sync_all()).map_err(FileError::Unwritable)
}
