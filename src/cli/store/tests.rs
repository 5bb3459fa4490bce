//! Progress is never lost, and no other file is ever damaged.

use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};

use tempfile::TempDir;

use super::*;
use crate::cli::files::tests::{Make, inventory, odd_kinds};
use hoplight_lesson::LessonProgress;
use hoplight_lesson::progress::FORMAT;
use hoplight_model::LessonId;

/// Contents of files that are not progress. The last two are other files of hoplight.
const FOREIGN: [&[u8]; 7] = [
    b"Buy milk.\n",
    b"[package]\nname = \"x\"\n",
    b"\x7fELF\x02\x01\x01\0\0",
    b"()",
    b"(formatter: 1)",
    include_bytes!("../../../assets/design-0.ron"),
    include_bytes!("../../../lessons/2-where-tls-ends.ron"),
];

/// A temporary folder with the path of a progress file.
struct Place {
    folder: TempDir,
    path: PathBuf,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { path: folder.path().join("progress.ron"), folder }
    }

    /// Opens the store at the path, as if the user had named it.
    fn open(&self) -> (Store, Progress, Option<String>) {
        Store::open_at(Some(&self.path), None)
    }

    /// Opens the store at the path, as if it were the default.
    fn open_default(&self) -> (Store, Progress, Option<String>) {
        Store::open_at(None, Some(self.path.clone()))
    }

    /// Saves twice, so that the file holds 2 and the backup 1.
    fn saved_twice() -> Self {
        let place = Self::new();
        let (mut store, ..) = place.open();
        store.save(&progress("a", 1)).unwrap();
        store.save(&progress("a", 2)).unwrap();
        place
    }

    fn beside(&self, suffix: &str) -> PathBuf {
        with_suffix(&self.path, suffix)
    }

    fn inventory(&self) -> Vec<String> {
        inventory(self.folder.path())
    }

    fn furthest(&self, lesson: &str) -> u32 {
        self.open().1.of(&LessonId::new(lesson)).furthest
    }

    /// Asserts that saving changes nothing and that the user is warned at once and again at exit. Returns the warning.
    fn assert_refused(&self, (mut store, _, notice): (Store, Progress, Option<String>)) -> String {
        let before = self.inventory();
        let notice = notice.expect("a notice");
        assert!(notice.starts_with("Progress is not saved in this run: "), "{notice}");
        assert_eq!(store.unsaved(), None, "nothing is lost yet");
        store.save(&progress("a", 5)).unwrap();
        assert_eq!(store.unsaved(), Some(notice.as_str()));
        assert_eq!(self.inventory(), before, "{notice}");
        notice
    }
}

fn progress(lesson: &str, furthest: u32) -> Progress {
    let mut progress = Progress::default();
    progress.set(LessonId::new(lesson), LessonProgress { furthest, ..LessonProgress::default() });
    progress
}

/// Progress in a newer format.
fn newer() -> String {
    progress("a", 9).to_ron().replacen(&format!("format: {FORMAT}"), "format: 99", 1)
}

fn text(path: &Path) -> String {
    fs::read_to_string(path).unwrap()
}

#[test]
fn saved_progress_is_read_again_and_two_programs_lose_nothing() {
    let mut place = Place::new();
    place.path = place.folder.path().join("deep/er/progress.ron");
    let (mut first, none, notice) = place.open();
    assert!(none == Progress::default() && notice.is_none() && place.inventory().is_empty(), "opening creates nothing");
    first.save(&progress("a", 3)).unwrap();
    let (mut second, read, notice) = place.open();
    assert_eq!((read, notice), (progress("a", 3), None));
    second.save(&progress("b", 2)).unwrap();
    first.save(&progress("a", 4)).unwrap();
    assert_eq!((place.furthest("a"), place.furthest("b")), (4, 2));
    assert_eq!((first.unsaved(), first.renamed()), (None, [].as_slice()));
    let names: Vec<_> = fs::read_dir(place.path.parent().unwrap()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names.len(), 3, "progress, backup and lock: {names:?}");
}

#[test]
fn a_damaged_file_is_set_aside_and_the_backup_is_used() {
    let place = Place::saved_twice();
    let whole = fs::read(&place.path).unwrap();
    let cut = (0..whole.len() - 1).map(|length| whole[..length].to_vec());
    let mut flipped = Vec::new();
    for bit in 0..whole.len() * 8 {
        let mut bytes = whole.clone();
        bytes[bit / 8] ^= 1 << (bit % 8);
        flipped.push(bytes);
    }
    let mut damaged = 0;
    for bytes in cut.chain(flipped) {
        fs::write(&place.path, &bytes).unwrap();
        let (mut store, read, notice) = place.open();
        assert_eq!(fs::read(&place.path).unwrap(), bytes, "opening changes nothing");
        let Some(notice) = notice else { continue };
        // Damage that lowers a number is noticed only by comparison with the backup.
        if notice.contains("newer hoplight") || notice.contains("holds progress that is not in") {
            continue;
        }
        damaged += 1;
        // Saving is slow, because it syncs every file to disk.
        if damaged % 16 != 1 && !bytes.is_empty() {
            continue;
        }
        assert!(notice.contains("Using the backup") && notice.contains("is damaged"), "{notice}");
        assert_eq!(read, progress("a", 1));
        store.save(&progress("a", 7)).unwrap();
        assert_eq!(place.furthest("a"), 7);
        if bytes.is_empty() {
            assert!(store.renamed().is_empty() && !place.beside("broken-1").exists());
        } else {
            assert!(store.renamed()[0].contains("broken-1"));
            assert_eq!(fs::read(place.beside("broken-1")).unwrap(), bytes);
            fs::remove_file(place.beside("broken-1")).unwrap();
        }
        assert_eq!(fs::read(place.beside("bak")).unwrap(), progress("a", 1).to_ron().into_bytes());
    }
    assert!(damaged > whole.len() * 5, "only {damaged}");
}

#[test]
fn a_truncated_file_without_a_backup_is_set_aside() {
    let whole = progress("a", 3).to_ron().into_bytes();
    for length in 1..whole.len() - 1 {
        let place = Place::new();
        fs::write(&place.path, &whole[..length]).unwrap();
        let (mut store, read, notice) = place.open();
        assert!(notice.is_some_and(|notice| notice.starts_with("Starting without earlier progress: ")), "{length}");
        assert_eq!(read, Progress::default());
        store.save(&progress("a", 1)).unwrap();
        assert_eq!((fs::read(place.beside("broken-1")).unwrap().as_slice(), place.furthest("a")), (&whole[..length], 1));
    }
}

#[test]
fn a_file_that_breaks_during_the_run_does_not_replace_the_backup() {
    let place = Place::saved_twice();
    let (mut store, ..) = place.open();
    let good = text(&place.beside("bak"));
    fs::write(&place.path, "(format: 1, less").unwrap();
    store.save(&progress("a", 3)).unwrap();
    assert_eq!(text(&place.beside("bak")), good);
    assert_eq!(text(&place.beside("broken-1")), "(format: 1, less");
    assert_eq!((place.furthest("a"), store.renamed().len()), (3, 1));
}

#[test]
fn a_missing_file_is_reported_and_its_backup_is_used() {
    let place = Place::saved_twice();
    fs::remove_file(&place.path).unwrap();
    let (mut store, read, notice) = place.open();
    assert!(notice.is_some_and(|notice| notice.contains("is missing. To start over, delete both.")));
    assert_eq!(read, progress("a", 1));
    store.save(&read).unwrap();
    assert_eq!((place.furthest("a"), place.open().2), (1, None));
}

#[test]
fn files_that_are_not_progress_are_left_alone() {
    for foreign in FOREIGN {
        let place = Place::new();
        fs::write(&place.path, foreign).unwrap();
        let notice = place.assert_refused(place.open());
        assert!(notice.contains("is not a progress file."), "{notice}");
        // The target of a link at the default path is not our own either.
        let other = Place { path: place.folder.path().join("link.ron"), ..place };
        symlink("progress.ron", &other.path).unwrap();
        other.assert_refused(other.open_default());
    }
    // Larger than the limit for reading.
    let place = Place::new();
    fs::write(&place.path, " x".repeat(MAX_FILE)).unwrap();
    place.assert_refused(place.open());
}

#[test]
fn at_the_default_path_any_file_is_our_own_and_is_set_aside() {
    for foreign in FOREIGN {
        let place = Place::new();
        fs::write(&place.path, foreign).unwrap();
        let (mut store, _, notice) = place.open_default();
        assert!(notice.is_some_and(|notice| notice.contains("is damaged")));
        store.save(&progress("a", 1)).unwrap();
        assert_eq!((fs::read(place.beside("broken-1")).unwrap(), place.furthest("a")), (foreign.to_vec(), 1));
    }
}

#[test]
fn irregular_files_are_left_alone() {
    for (name, make) in odd_kinds() {
        for usual in [false, true] {
            let place = Place::new();
            make(&place.path);
            let notice = place.assert_refused(if usual { place.open_default() } else { place.open() });
            assert!(notice.contains(&format!("is {name}, not a regular file.")), "{notice}");
            let other = Place { path: place.folder.path().join("link.ron"), ..place };
            symlink("progress.ron", &other.path).unwrap();
            other.assert_refused(other.open());
        }
    }
}

#[test]
fn a_file_that_replaces_progress_during_the_run_is_left_alone() {
    let mut takes: Vec<(&str, Make)> = odd_kinds();
    takes.push(("is not a progress file", |path| fs::write(path, "Buy milk.").unwrap()));
    takes.push(("newer hoplight", |path| fs::write(path, newer()).unwrap()));
    takes.push(("a folder", |path| {
        fs::create_dir(path.with_extension("d")).unwrap();
        symlink(path.with_extension("d"), path).unwrap();
    }));
    for (name, take) in takes {
        let place = Place::new();
        let (mut store, ..) = place.open();
        store.save(&progress("a", 1)).unwrap();
        fs::remove_file(&place.path).unwrap();
        take(&place.path);
        let before = place.inventory();
        let why = store.save(&progress("a", 2)).unwrap_err();
        assert!(why.starts_with("Progress could not be saved: ") && why.contains(name), "{why}");
        assert_eq!(store.unsaved(), Some(why.as_str()));
        assert_eq!(place.inventory(), before, "{name}");
        fs::remove_file(&place.path).or_else(|_| fs::remove_dir_all(&place.path)).unwrap();
        store.save(&progress("a", 2)).unwrap();
        assert_eq!((store.unsaved(), place.furthest("a")), (None, 2));
    }
}

#[test]
fn unreadable_files_are_left_alone() {
    let place = Place::new();
    let file = place.folder.path().join("file");
    fs::write(&file, "x").unwrap();
    symlink("loop.ron", place.folder.path().join("loop.ron")).unwrap();
    symlink("nowhere/progress.ron", place.folder.path().join("lost.ron")).unwrap();
    let mut paths = vec![(file.join("progress.ron"), "cannot be read"), (place.folder.path().join("loop.ron"), "cannot be read")];
    paths.push((place.folder.path().join("lost.ron"), "into a folder that does not exist"));
    paths.push((place.folder.path().join("x".repeat(300)), "cannot be read"));
    if cfg!(target_os = "linux") {
        paths.push(("/proc/self/mem".into(), "cannot be read (Input/output error"));
    }
    let folder = place.folder;
    let mut place = Place { path: PathBuf::new(), folder };
    for (path, why) in paths {
        place.path = path;
        let notice = place.assert_refused(place.open());
        assert!(notice.contains(why), "{notice}");
        place.assert_refused(place.open_default());
    }
    // Errors that root never gets.
    for code in [rustix::io::Errno::ACCESS, rustix::io::Errno::IO, rustix::io::Errno::STALE] {
        let found = Found::Unusable(FileError::reading(code.into()));
        assert!(found.refusal().is_some_and(|why| why.starts_with("cannot be read (")));
    }
}

#[test]
fn links_are_kept_and_their_target_is_replaced() {
    let place = Place::new();
    let real = place.folder.path().join("dotfiles/mine.ron");
    fs::create_dir(real.parent().unwrap()).unwrap();
    symlink("hop.ron", &place.path).unwrap();
    symlink("dotfiles/mine.ron", place.folder.path().join("hop.ron")).unwrap();
    // The first save creates the target of the link.
    for number in 1..=3 {
        let (mut store, _, notice) = place.open();
        assert_eq!(notice, None);
        store.save(&progress("a", number)).unwrap();
        assert_eq!(fs::read_link(&place.path).unwrap(), Path::new("hop.ron"));
        assert_eq!(text(&real), progress("a", number).to_ron());
    }
    assert_eq!(text(&with_suffix(&real, "bak")), progress("a", 2).to_ron());
    assert!(!place.beside("bak").exists() && !place.beside("lock").exists(), "all files are next to the target");
    // Opening the target directly uses the same lock and the same backup.
    Store::open_at(Some(&real), None).0.save(&progress("b", 1)).unwrap();
    assert_eq!((place.furthest("a"), place.furthest("b")), (3, 1));
}

#[test]
fn a_hard_linked_or_read_only_file_is_read_but_not_replaced() {
    let place = Place::saved_twice();
    let twin = place.folder.path().join("twin");
    fs::hard_link(&place.path, &twin).unwrap();
    let opened = place.open();
    assert_eq!(opened.1, progress("a", 2));
    assert!(place.assert_refused(opened).contains("another hard link"));
    assert_eq!(fs::metadata(&twin).unwrap().nlink(), 2);
    fs::remove_file(&twin).unwrap();
    let (mut store, ..) = place.open();
    fs::hard_link(&place.path, &twin).unwrap();
    assert!(store.save(&progress("a", 3)).is_err_and(|why| why.contains("another hard link")));
    fs::remove_file(&twin).unwrap();
    fs::set_permissions(&place.path, fs::Permissions::from_mode(0o444)).unwrap();
    assert!(place.assert_refused(place.open()).contains("is read-only"));
    fs::write(&twin, "(format: 1, less").unwrap();
    fs::hard_link(&twin, place.folder.path().join("third")).unwrap();
    let damaged = Place { path: twin, ..place };
    assert!(damaged.assert_refused(damaged.open()).contains("another hard link"));
}

#[test]
fn a_newer_file_is_never_overwritten() {
    let place = Place::new();
    fs::write(&place.path, newer()).unwrap();
    assert!(place.assert_refused(place.open()).contains("was written by a newer hoplight (format 99)"));
    place.assert_refused(place.open_default());
}

#[test]
fn a_backup_that_is_not_ours_is_left_alone_and_progress_is_saved_without_one() {
    let mut kinds: Vec<(&str, Make)> = odd_kinds();
    kinds.push(("newer hoplight", |path| fs::write(path, newer()).unwrap()));
    kinds.push(("not a progress file", |path| fs::write(path, "Buy milk.").unwrap()));
    kinds.push(("a symbolic link", |path| {
        fs::write(path.with_extension("real"), Progress::default().to_ron()).unwrap();
        symlink(path.with_extension("real"), path).unwrap();
    }));
    kinds.push(("another hard link", |path| {
        fs::write(path, Progress::default().to_ron()).unwrap();
        fs::hard_link(path, path.with_extension("twin")).unwrap();
    }));
    for (name, make) in kinds {
        let place = Place::new();
        make(&place.beside("bak"));
        let before = place.inventory();
        let (mut store, ..) = place.open();
        for number in 1..=3 {
            store.save(&progress("a", number)).unwrap();
        }
        let (_, read, notice) = place.open();
        assert_eq!(read, progress("a", 3));
        assert!(notice.is_some_and(|notice| notice.contains(name) && notice.contains("no backup of your progress")), "{name}");
        let after = place.inventory();
        assert!(before.iter().all(|entry| after.contains(entry)), "{name}: {before:?} {after:?}");
    }
}

#[test]
fn a_damaged_backup_is_set_aside() {
    let place = Place::saved_twice();
    fs::write(place.beside("bak"), "(format: 1, lessons: {\"b").unwrap();
    assert!(place.open().2.is_some_and(|notice| notice.contains(".bak is damaged")));
    fs::remove_file(&place.path).unwrap();
    let (mut store, _, notice) = place.open();
    assert!(
        notice.is_none_or(|notice| notice.contains("Starting without earlier progress") && notice.contains(".bak is damaged"))
    );
    store.save(&progress("a", 1)).unwrap();
    assert_eq!(text(&place.beside("bak")), "(format: 1, lessons: {\"b");
    store.save(&progress("a", 2)).unwrap();
    assert_eq!(text(&place.beside("bak.broken-1")), "(format: 1, lessons: {\"b");
    assert_eq!(text(&place.beside("bak")), progress("a", 1).to_ron());
}

#[test]
fn a_backup_that_holds_more_is_left_alone() {
    let place = Place::saved_twice();
    let more = progress("b", 3).to_ron();
    fs::write(place.beside("bak"), &more).unwrap();
    assert!(place.open().2.is_some_and(|notice| notice.contains("holds progress that is not in")));
    let (mut store, ..) = place.open();
    for number in 3..=5 {
        store.save(&progress("a", number)).unwrap();
    }
    assert_eq!((text(&place.beside("bak")), place.furthest("a")), (more, 5));
    store.save(&progress("b", 3)).unwrap();
    store.save(&progress("b", 4)).unwrap();
    assert_eq!((text(&place.beside("bak")).contains("\"a\""), place.open().2), (true, None));
}

#[test]
fn a_lock_that_is_no_regular_file_is_left_alone_and_nothing_is_saved() {
    let mut kinds: Vec<(&str, Make)> = odd_kinds();
    kinds.push(("a symbolic link", |path| symlink("nowhere", path).unwrap()));
    for (name, make) in kinds {
        let place = Place::new();
        make(&place.beside("lock"));
        let before = place.inventory();
        let (mut store, ..) = place.open();
        assert!(store.save(&progress("a", 1)).is_err_and(|why| why.contains("progress.ron.lock is") && why.contains(name)));
        assert_eq!(place.inventory(), before, "{name}");
    }
    // The contents of an existing lock file are kept.
    let place = Place::new();
    fs::write(place.beside("lock"), "Buy milk.").unwrap();
    place.open().0.save(&progress("a", 1)).unwrap();
    assert_eq!(text(&place.beside("lock")), "Buy milk.");
    let _held = files::lock(&place.beside("lock")).unwrap();
    assert!(place.open().0.save(&progress("a", 2)).is_err_and(|why| why.contains("locked by another hoplight")));
}

#[test]
fn progress_larger_than_the_limit_is_not_saved() {
    let place = Place::saved_twice();
    let before = place.inventory();
    let mut huge = Progress::default();
    for number in 0..20_000 {
        huge.set(LessonId::new(format!("lesson-{number}").as_str()), LessonProgress::default());
    }
    assert!(place.open().0.save(&huge).is_err_and(|why| why.contains("the limit is 1048576")));
    assert_eq!(place.inventory(), before);
    assert_eq!(place.furthest("a"), 2);
}

#[test]
fn leftovers_of_a_killed_program_are_removed() {
    let place = Place::saved_twice();
    for suffix in ["hoplight-new", "bak.hoplight-new"] {
        fs::write(place.beside(suffix), "(format: 1, less").unwrap();
    }
    place.open().0.save(&progress("a", 3)).unwrap();
    assert!(!place.beside("hoplight-new").exists() && !place.beside("bak.hoplight-new").exists());
    fs::write(place.beside("hoplight-new"), "Buy milk.").unwrap();
    place.open().0.save(&progress("a", 4)).unwrap();
    assert_eq!((text(&place.beside("hoplight-new")).as_str(), place.furthest("a")), ("Buy milk.", 4));
}

#[test]
fn an_unwritable_folder_is_reported() {
    // A folder that cannot be created is reported on saving.
    let mut place = Place::new();
    place.path = place.folder.path().join("here/progress.ron");
    let (mut store, _, notice) = place.open();
    assert_eq!(notice, None);
    fs::write(place.folder.path().join("here"), "x").unwrap();
    assert!(store.save(&progress("a", 1)).is_err_and(|why| why.contains("could not be saved")));
    fs::remove_file(place.folder.path().join("here")).unwrap();
    store.save(&progress("a", 1)).unwrap();
    assert_eq!(place.furthest("a"), 1);
    let (mut store, _, notice) = Store::open_at(None, None);
    assert!(notice.is_some_and(|notice| notice.contains("there is no home folder")));
    store.save(&progress("a", 1)).unwrap();
    assert!(store.unsaved().is_some());
}
