//! A diagram that is larger than the screen: panning, and the minimap.

use hoplight::app::action::{SelectAction, ViewAction};
use hoplight::layout::{Cell, Fit};
use hoplight::lesson::{Progress, Sources};
use hoplight::model::Element;

use crate::learner::{LARGE, Learner, SMALL, component, library, server};

/// A site with eight servers, each running a web server and an application.
fn large(size: (u16, u16)) -> Learner {
    let pairs = 1..=8;
    let servers = pairs.clone().map(|n| format!("(id: \"s-{n}\"),")).collect::<Vec<_>>().concat();
    let parts = pairs.clone().map(|n| {
        format!("(id: \"web-{n}\", kind: Web(), server: \"s-{n}\"), (id: \"app-{n}\", kind: App(), server: \"s-{n}\"),")
    });
    let links = pairs.map(|n| {
        let link = |from: &str, to: &str, speaks: &str| format!("(from: \"{from}\", to: \"{to}\", protocol: {speaks}),");
        let (web, app) = (format!("web-{n}"), format!("app-{n}"));
        link("lb", &web, "Http") + &link(&web, &app, "Http") + &link(&app, "db", "Sql")
    });
    let (parts, links): (String, String) = (parts.collect(), links.collect());
    let text = format!(
        "(format: 1, id: \"large\", title: \"Large\", summary: \"Large.\", servers: [{servers}],
          components: [(id: \"browser\", kind: Browser), (id: \"dns\", kind: DnsResolver()), (id: \"lb\", kind: LoadBalancer()),
            (id: \"db\", kind: Database(role: Primary)), {parts}],
          links: [(from: \"browser\", to: \"dns\", protocol: Dns), (from: \"browser\", to: \"lb\", protocol: Http), {links}])"
    );
    let mut library = library();
    library.extend(Sources { scenarios: &[("large.ron", &text)], ..Sources::default() }).expect("a valid scenario");
    let infra = library.scenario("large").expect("loaded").clone();
    let mut learner = Learner::with(library, Progress::default(), size);
    learner.app.open_scenario(infra);
    learner
}

/// Whether the anchor cell of an element is visible.
fn shows(learner: &Learner, element: &Element) -> bool {
    let stage = learner.stage();
    let cell = stage.viewport.layout.anchor(element).expect("the element is on the canvas");
    let window = stage.viewport.regions.canvas;
    let inside = |at: u16, from: u16, room: u16| (from..from + room).contains(&at);
    inside(cell.x, stage.viewport.pan.x, window.width) && inside(cell.y, stage.viewport.pan.y, window.height)
}

#[test]
fn the_window_follows_the_selection_everywhere() {
    for size in [SMALL, LARGE, (200, 32)] {
        let mut learner = large(size);
        assert_eq!(learner.stage().viewport.layout.fit(), Fit::Whole);
        assert!(learner.stage().viewport.is_larger(), "{size:?}");
        let order = learner.stage().viewport.layout.order().to_vec();
        for element in &order {
            learner.press("<Tab>");
            assert_eq!(learner.stage().session.selected.as_ref(), Some(element));
            assert!(shows(&learner, element), "{element} at {size:?}: {:?}", learner.stage().viewport.pan);
            let stage = learner.stage();
            let (cell, map) = (stage.viewport.layout.anchor(element).expect("on the canvas"), stage.map().expect("shown").area);
            let seen = Cell::new(cell.x - stage.viewport.pan.x, cell.y - stage.viewport.pan.y);
            assert!(!map.contains(seen), "{element} at {size:?} is under the map");
        }
    }
}

#[test]
fn ctrl_arrows_pan_to_the_edges_and_say_so() {
    let mut learner = large(SMALL);
    let pan = |learner: &mut Learner, arrow: &str| {
        let key = format!("Ctrl-{arrow}").parse().expect("a key");
        learner.app.press(key);
        learner.stage().viewport.pan
    };
    assert_eq!(learner.stage().viewport.pan, Cell::default());
    pan(&mut learner, "↑");
    assert_eq!(learner.notice(), "This is the edge of the diagram.");
    let down = pan(&mut learner, "↓");
    assert!(down.y > 0 && learner.notice().is_empty());
    let mut last = down;
    loop {
        let next = pan(&mut learner, "↓");
        if next == last {
            break;
        }
        last = next;
    }
    let stage = learner.stage();
    assert_eq!(last.y + stage.viewport.regions.canvas.height, stage.viewport.layout.size().1, "the last row is visible");
    let mut small = Learner::exploring(SMALL);
    small.app.act(ViewAction::Pan(hoplight::layout::Arrow::Down));
    assert_eq!(small.notice(), "The whole diagram is on the screen.");
}

#[test]
fn clicks_account_for_panning_and_the_map_pans_anywhere() {
    let mut learner = large(LARGE);
    learner.select(&component("web-8"));
    learner.app.act(SelectAction::Clear);
    let window = learner.stage().viewport.regions.canvas;
    let anchor = learner.stage().viewport.layout.anchor(&server("s-7")).expect("on the canvas");
    let pan = learner.stage().viewport.pan;
    learner.app.click(window.x + anchor.x - pan.x, window.y + anchor.y - pan.y);
    assert_eq!(learner.stage().session.selected, Some(server("s-7")));
    learner.app.act(SelectAction::Clear);
    let map = learner.stage().map().expect("the element is shown").area;
    learner.app.click(window.x + map.x + 1, window.y + map.y + 1);
    assert_eq!(learner.stage().viewport.pan, Cell::default());
    assert_eq!(learner.stage().session.selected, None, "the map is in front");
    learner.app.click(window.x + map.right() - 2, window.y + map.bottom() - 2);
    assert!(shows(&learner, &server("s-8")));
    learner.press("z");
    assert!(learner.stage().map().is_none(), "the map can be hidden");
    learner.app.wheel(window.x + 2, window.y + 2, -2);
    assert!(
        learner.stage().viewport.pan.y < learner.stage().viewport.layout.size().1 - window.height,
        "the wheel moves the window"
    );
}

#[test]
fn a_resize_keeps_the_selection_visible() {
    let mut learner = large(SMALL);
    learner.select(&component("app-8"));
    for size in [LARGE, (90, 24), (160, 33), SMALL] {
        learner.app.resize(size.0, size.1);
        assert!(shows(&learner, &component("app-8")), "{size:?}");
    }
    learner.app.resize(200, 100);
    assert!(!learner.stage().viewport.is_larger() && learner.stage().viewport.pan == Cell::default(), "everything fits");
}
