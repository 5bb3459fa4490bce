//! Labels with wide characters, combining marks and emoji do not shift other characters.

use hoplight::model::Infrastructure;
use hoplight::model::text::width;
use hoplight::view::picture;
use hoplight::view::theme::{Palette, Theme};
use ratatui::buffer::Buffer;

use crate::drawn;
use crate::learner::{LARGE, Learner, SMALL};

const SITE: &str = r#"(
    id: "wide",
    title: "窓口 and cafe\u{301} 👍🏽",
    summary: "東京の窓口: 二つのサーバーと一つのデータベース。",
    servers: [(id: "server-1", label: "東京"), (id: "server-2", label: "cafe\u{301}")],
    components: [
        (id: "browser", kind: Browser, label: "あなた"),
        (id: "web-1", kind: Web(), server: "server-1", label: "窓口一"),
        (id: "app-1", kind: App(), server: "server-1", label: "re\u{301}sume\u{301}"),
        (id: "db-1", kind: Database(role: Primary), server: "server-2", label: "👍🏽 倉庫"),
    ],
    links: [
        (from: "browser", to: "web-1", protocol: Http),
        (from: "web-1", to: "app-1", protocol: Http),
        (from: "app-1", to: "db-1", protocol: Sql),
    ],
)"#;

/// Asserts that every cell is covered once: a symbol of two columns is followed by an empty cell, and none crosses the
/// edge.
fn assert_columns(buffer: &Buffer, what: &str) {
    for y in 0..buffer.area.height {
        let mut x = 0;
        while x < buffer.area.width {
            let symbol = buffer[(x, y)].symbol();
            let end = x + u16::try_from(width(symbol)).expect("a symbol").max(1);
            assert!(end <= buffer.area.width, "{what}: {symbol:?} at {x}, {y} reaches over the edge");
            assert!((x + 1..end).all(|x| buffer[(x, y)].symbol() == " "), "{what}: {symbol:?} at {x}, {y} is covered");
            x = end;
        }
    }
}

#[test]
fn wide_labels_keep_every_column() {
    let infra = Infrastructure::from_ron("wide.ron", SITE).expect("a site");
    for size in [SMALL, LARGE, (97, 31)] {
        for ascii in [false, true] {
            let mut learner = Learner::new(size);
            learner.app.open_scenario(infra.clone().into());
            let theme = Theme::new(Palette::Dark, ascii);
            for keys in ["", "<Tab>", "<Tab><Tab>", "vv", "i", "<Esc>", ":", "窓", "<Esc>", "?", "<Esc>", "X", "<Esc>", "m", "x"]
            {
                learner.press(keys).wait(2);
                assert_columns(&drawn(&learner.app, &theme), &format!("{keys} at {size:?}, ASCII {ascii}"));
            }
        }
    }
}

#[test]
fn labels_are_drawn_whole() {
    let size = (200, 60);
    let mut learner = Learner::new(size);
    learner.app.open_scenario(Infrastructure::from_ron("wide.ron", SITE).expect("a site").into());
    let text = picture::text(&drawn(&learner.app, &Theme::default()));
    for label in ["窓口一", "re\u{301}sume\u{301}", "👍🏽 倉庫"] {
        assert!(text.contains(label), "{label} in\n{text}");
    }
    assert!(text.lines().all(|line| width(line) <= usize::from(size.0)), "{text}");
}
