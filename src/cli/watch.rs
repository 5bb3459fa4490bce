//! Watches the content folders, so that the running program shows what an author saves.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use notify_debouncer_mini::notify::{RecommendedWatcher, RecursiveMode};
use notify_debouncer_mini::{DebounceEventResult, Debouncer, new_debouncer};
use tokio::sync::Notify;

use super::files::{data_folder, designs_folder, progress_path};

/// How long a file must rest after a change: editors write in several steps.
const REST: Duration = Duration::from_millis(150);

/// A running watch. Dropping it ends it.
pub(super) struct ContentWatch {
    _debouncer: Debouncer<RecommendedWatcher>,
}

/// Watches the user's content folder and the folder named on the command line. `None` if neither exists or can be watched: the
/// program works without it.
pub(super) fn watch(folder: Option<&Path>) -> Option<(ContentWatch, Arc<Notify>)> {
    let folders: Vec<PathBuf> =
        data_folder().into_iter().chain(folder.map(Path::to_owned)).filter(|path| path.is_dir()).collect();
    if folders.is_empty() {
        return None;
    }
    let waker = Arc::new(Notify::new());
    let wake = Arc::clone(&waker);
    let changed = move |events: DebounceEventResult| {
        if events.is_ok_and(|events| events.iter().any(|event| is_content(&event.path))) {
            wake.notify_one();
        }
    };
    let mut debouncer = new_debouncer(REST, changed).ok()?;
    let watched = folders.iter().filter(|folder| debouncer.watcher().watch(folder, RecursiveMode::Recursive).is_ok()).count();
    (watched > 0).then_some((ContentWatch { _debouncer: debouncer }, waker))
}

/// Whether a file is content, and not what the program itself saves.
fn is_content(path: &Path) -> bool {
    let is_hidden = path.file_name().is_none_or(|name| name.as_encoded_bytes().starts_with(b"."));
    let is_ours =
        designs_folder().is_some_and(|designs| path.starts_with(designs)) || progress_path().is_some_and(|ours| ours == path);
    !is_hidden && !is_ours && path.extension().is_some_and(|extension| extension == "ron")
}
