//! Only regular files are opened, locked, replaced and renamed, and no kind of file blocks.

use std::fs::Permissions;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::net::UnixListener;

use rustix::fs::{CWD, FileType as Type, Mode, makedev, mknodat};

use super::*;

/// Creates something other than a regular file at a path.
pub(in crate::cli) type Make = fn(&Path);

/// The kinds of files other than regular files, with their names in messages.
pub(in crate::cli) fn odd_kinds() -> Vec<(&'static str, Make)> {
    let mut kinds: Vec<(&str, Make)> = vec![
        ("a folder", |path| {
            fs::create_dir(path).unwrap();
            fs::write(path.join("inside"), "kept").unwrap();
        }),
        ("a named pipe", |path| mknodat(CWD, path, Type::Fifo, Mode::RWXU, 0).unwrap()),
        ("a socket", |path| drop(UnixListener::bind(path).unwrap())),
    ];
    // Only root can create a device, and not in every container.
    let device: Make = |path| mknodat(CWD, path, Type::CharacterDevice, Mode::RWXU, makedev(1, 5)).unwrap();
    let folder = tempfile::tempdir().unwrap();
    if mknodat(CWD, folder.path().join("zero"), Type::CharacterDevice, Mode::RWXU, makedev(1, 5)).is_ok() {
        kinds.push(("a device", device));
    }
    kinds
}

/// Everything in a folder and its subfolders: kind, inode, mode, link target and file contents.
pub(in crate::cli) fn inventory(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let data = fs::symlink_metadata(&path).unwrap();
            let text = if data.is_file() { fs::read(&path).unwrap() } else { Vec::new() };
            let link = fs::read_link(&path).ok();
            let kind = (data.file_type(), data.ino(), data.mode());
            found.push(format!("{} {kind:?} {link:?} {}", path.display(), String::from_utf8_lossy(&text)));
            if data.is_dir() {
                folders.push(path);
            }
        }
    }
    found.sort();
    found
}

fn any(_: &[u8]) -> bool {
    true
}

fn none(_: &[u8]) -> bool {
    false
}

fn text(path: &Path) -> String {
    fs::read_to_string(path).unwrap()
}

#[test]
fn only_regular_files_are_read_up_to_the_limit() {
    let folder = tempfile::tempdir().unwrap();
    for (number, (name, make)) in odd_kinds().into_iter().enumerate() {
        let path = folder.path().join(number.to_string());
        make(&path);
        let error = read(&path, Links::Follow, 10).unwrap_err();
        assert_eq!(error.to_string(), format!("is {name}, not a regular file"));
        assert!(read_text(&path).unwrap_err().to_string().ends_with(&format!("{number} {error}")));
    }
    let (file, link) = (folder.path().join("file"), folder.path().join("link"));
    fs::write(&file, "eleven char").unwrap();
    symlink("file", &link).unwrap();
    let part = read(&link, Links::Follow, 10).unwrap();
    assert_eq!((part.bytes.as_slice(), part.is_whole), (&b"eleven cha"[..], false));
    assert!(read(&file, Links::Refuse, 11).unwrap().is_whole);
    assert!(matches!(read(&link, Links::Refuse, 10), Err(FileError::NotRegular(Kind::Link))));
}

#[test]
fn unreadable_files_are_not_reported_as_missing() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::write(at("file"), "x").unwrap();
    symlink("loop", at("loop")).unwrap();
    let long = "x".repeat(300);
    for name in ["file/below", "loop", &long] {
        assert!(matches!(read(&at(name), Links::Follow, 10), Err(FileError::Unreadable(_))), "{name}");
        assert_eq!(is_missing(&at(name)), name == "file/below", "{name}");
    }
    assert!(matches!(read(&at("gone"), Links::Follow, 10), Err(FileError::Missing)));
    assert!(is_missing(&at("gone")) && read_text(&at("gone")).is_err_and(|error| error.to_string().contains("no such file")));
    symlink("gone", at("link")).unwrap();
    assert!(!is_missing(&at("link")) && read_text(&at("link")).is_err_and(|error| error.to_string().contains("symbolic link")));
    if cfg!(target_os = "linux") {
        // A regular file whose first read fails with an input/output error.
        assert!(matches!(read(Path::new("/proc/self/mem"), Links::Follow, 10), Err(FileError::Unreadable(_))));
    }
}

#[test]
fn a_file_replaced_after_the_check_is_refused_without_blocking() {
    let folder = tempfile::tempdir().unwrap();
    for (number, (name, make)) in odd_kinds().into_iter().enumerate() {
        let path = folder.path().join(number.to_string());
        make(&path);
        for write in [false, true] {
            let (path, (result_in, result)) = (path.clone(), std::sync::mpsc::channel());
            std::thread::spawn(move || {
                let opened = open_unseen(&path, Links::Follow, OpenOptions::new().read(!write).write(write), FileError::reading);
                result_in.send(opened.map(drop))
            });
            let opened = result.recv_timeout(std::time::Duration::from_secs(10)).expect("opening does not block");
            assert!(opened.is_err(), "{name}");
        }
    }
}

#[test]
fn links_are_followed_to_the_file_to_replace() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::create_dir(at("deep")).unwrap();
    symlink("deep/b", at("a")).unwrap();
    symlink("../c", at("deep/b")).unwrap();
    let resolved = |name: &str| destination(&at(name)).map(|path| fs::canonicalize(folder_of(&path)).unwrap().join("c"));
    // The target need not exist.
    for _ in 0..2 {
        assert_eq!(resolved("a").unwrap(), fs::canonicalize(folder.path()).unwrap().join("c"));
        fs::write(at("c"), "x").unwrap();
    }
    assert_eq!(destination(&at("c")).unwrap(), at("c"));
    assert_eq!(destination(&at("none/at/all")).unwrap(), at("none/at/all"));
    symlink("loop", at("loop")).unwrap();
    assert!(matches!(destination(&at("loop")), Err(FileError::Unreadable(_))));
    symlink("nowhere/d", at("lost")).unwrap();
    assert!(matches!(destination(&at("lost")), Err(FileError::Dangling)));
    assert!(matches!(destination(&at("c/d")), Err(FileError::Unreadable(_))));
}

#[test]
fn a_file_is_replaced_as_a_whole_and_keeps_its_mode() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    put(prepare(&path, b"one", None, any).unwrap(), &path, None).unwrap();
    fs::set_permissions(&path, Permissions::from_mode(0o640)).unwrap();
    let seen = fs::metadata(&path).unwrap();
    let new = prepare(&path, b"two", Some(&seen), any).unwrap();
    assert_eq!(text(&path), "one", "replaced only by `put`");
    put(new, &path, Some(&seen)).unwrap();
    assert_eq!((text(&path).as_str(), fs::metadata(&path).unwrap().mode() & 0o7777), ("two", 0o640));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing else is left");
}

#[test]
fn an_irregular_file_at_the_path_is_neither_replaced_nor_renamed() {
    for (name, make) in odd_kinds() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        fs::write(&path, "old").unwrap();
        let seen = fs::metadata(&path).unwrap();
        fs::remove_file(&path).unwrap();
        make(&path);
        let before = inventory(folder.path());
        for seen in [None, Some(&seen)] {
            let new = prepare(&path, b"new", None, any).unwrap();
            assert!(put(new, &path, seen).is_err_and(|error| error.to_string().contains(name)), "{name}");
        }
        assert!(set_aside(&path, &seen).is_err_and(|error| error.to_string().contains(name)), "{name}");
        assert_eq!(inventory(folder.path()), before, "{name}");
    }
}

#[test]
fn changed_hard_linked_and_read_only_files_are_not_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let try_all = |seen: Option<&Metadata>| {
        let new = prepare(&at("file"), b"new", None, any).unwrap();
        let put = put(new, &at("file"), seen).unwrap_err();
        let set_aside = seen.map(|seen| set_aside(&at("file"), seen).unwrap_err().to_string());
        assert!(set_aside.is_none_or(|error| error == put.to_string()));
        put
    };
    fs::write(at("file"), "old").unwrap();
    let seen = fs::metadata(at("file")).unwrap();
    assert!(matches!(try_all(None), FileError::Changed));
    fs::hard_link(at("file"), at("twin")).unwrap();
    assert!(matches!(try_all(Some(&seen)), FileError::HardLinked));
    fs::remove_file(at("twin")).unwrap();
    fs::set_permissions(at("file"), Permissions::from_mode(0o444)).unwrap();
    assert!(matches!(try_all(Some(&seen)), FileError::ReadOnly));
    fs::set_permissions(at("file"), Permissions::from_mode(0o644)).unwrap();
    fs::write(at("file"), "longer").unwrap();
    assert!(matches!(try_all(Some(&seen)), FileError::Changed));
    fs::rename(at("file"), at("other")).unwrap();
    assert!(matches!(try_all(Some(&seen)), FileError::Changed));
    symlink("other", at("file")).unwrap();
    assert!(matches!(try_all(Some(&seen)), FileError::NotRegular(Kind::Link)));
    assert_eq!(text(&at("other")), "longer");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2, "nothing else is left");
}

#[test]
fn a_damaged_file_gets_a_free_name() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::write(at("file.broken-1"), "first").unwrap();
    symlink("nowhere", at("file.broken-2")).unwrap();
    fs::create_dir(at("file.broken-3")).unwrap();
    fs::write(at("file"), "broken").unwrap();
    let aside = set_aside(&at("file"), &fs::metadata(at("file")).unwrap()).unwrap();
    assert_eq!((aside.clone(), text(&aside)), (at("file.broken-4"), "broken".into()));
    assert_eq!(text(&at("file.broken-1")), "first");
    assert_eq!(fs::read_link(at("file.broken-2")).unwrap(), Path::new("nowhere"));
    for number in 5..=1_000 {
        fs::write(at(&format!("file.broken-{number}")), "").unwrap();
    }
    fs::write(at("file"), "one more").unwrap();
    assert!(set_aside(&at("file"), &fs::metadata(at("file")).unwrap()).is_err());
    assert_eq!(text(&at("file")), "one more");
}

#[test]
fn only_our_own_leftover_files_are_removed() {
    let folder = tempfile::tempdir().unwrap();
    let (path, left) = (folder.path().join("file"), folder.path().join(format!("file.{}", write::UNFINISHED)));
    fs::write(&left, "begun").unwrap();
    let seen = || fs::metadata(&path).ok();
    put(prepare(&path, b"1", None, |bytes| bytes == b"begun").unwrap(), &path, None).unwrap();
    assert!(is_missing(&left));
    fs::write(&left, "somebody's").unwrap();
    put(prepare(&path, b"2", None, none).unwrap(), &path, seen().as_ref()).unwrap();
    assert_eq!((text(&path).as_str(), text(&left).as_str()), ("2", "somebody's"));
    fs::remove_file(&left).unwrap();
    symlink("file", &left).unwrap();
    put(prepare(&path, b"3", None, any).unwrap(), &path, seen().as_ref()).unwrap();
    assert_eq!((text(&path).as_str(), fs::read_link(&left).is_ok()), ("3", true));
    fs::remove_file(&left).unwrap();
    for (name, make) in odd_kinds() {
        make(&left);
        put(prepare(&path, name.as_bytes(), None, any).unwrap(), &path, seen().as_ref()).unwrap();
        assert_eq!(text(&path), name);
        assert_eq!(Kind::of(fs::symlink_metadata(&left).unwrap().file_type()).unwrap().to_string(), name);
        fs::remove_file(&left).or_else(|_| fs::remove_dir_all(&left)).unwrap();
    }
}

#[test]
fn a_lock_is_a_regular_file_with_any_contents_and_does_not_wait_long() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lock");
    let held = lock(&path).unwrap();
    assert!(matches!(lock(&path), Err(FileError::Locked)));
    drop(held);
    fs::write(&path, "somebody's").unwrap();
    drop(lock(&path).unwrap());
    assert_eq!(text(&path), "somebody's");
    for (name, make) in odd_kinds() {
        fs::remove_file(&path).or_else(|_| fs::remove_dir_all(&path)).unwrap();
        make(&path);
        assert!(lock(&path).is_err_and(|error| error.to_string().contains(name)), "{name}");
    }
    fs::remove_file(&path).or_else(|_| fs::remove_dir_all(&path)).unwrap();
    symlink("elsewhere", &path).unwrap();
    assert!(lock(&path).is_err() && is_missing(&folder.path().join("elsewhere")), "a link is not followed");
}
