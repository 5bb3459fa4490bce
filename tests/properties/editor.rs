//! Random acts of a designer on a running site: nothing panics, every drawing runs, undo restores, and a saved design loads equal.

use std::sync::Arc;
use std::time::Duration;

use hoplight::analysis::findings;
use hoplight::layout::Layout;
use hoplight::lesson::Session;
use hoplight::model::component::GridPlace;
use hoplight::model::compose::{self, ComposeError, Composed, Placement, Role, Spot};
use hoplight::model::draft::Edit;
use hoplight::model::ron_text;
use hoplight::model::scenario::Scenario;
use hoplight::model::{Element, Infrastructure, ServerId, TlsConfig, TlsMode};

/// Random numbers by a linear congruential generator (Knuth's MMIX).
struct Draws(u64);

impl Draws {
    fn below(&mut self, count: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let drawn = usize::try_from(self.0 >> 33).expect("31 bits");
        drawn % count.max(1)
    }

    fn of<T: Clone>(&mut self, all: &[T]) -> Option<T> {
        all.get(self.below(all.len())).cloned()
    }
}

fn elements(drawing: &Scenario) -> Vec<Element> {
    let components = drawing.components.iter().map(|component| Element::Component(component.id.clone()));
    let servers = drawing.servers.iter().map(|server| Element::Server(server.id.clone()));
    let links = drawing.links.iter().map(|link| Element::Hop(link.from.clone(), link.to.clone()));
    components.chain(servers).chain(links).collect()
}

fn act(drawing: &Scenario, infra: &Infrastructure, draws: &mut Draws) -> Result<Composed, ComposeError> {
    let all = elements(drawing);
    let one = draws.of(&all).expect("the browser at least");
    let other = draws.of(&all).expect("the browser at least");
    let servers: Vec<ServerId> = drawing.servers.iter().map(|server| server.id.clone()).collect();
    // Large drawings shrink, so that many different ones are seen.
    let is_large = drawing.components.len() > 30;
    match draws.below(if is_large { 30 } else { 22 }) {
        0..=6 => {
            let role = draws.of(&Role::ALL).expect("there are roles");
            let placement = match (draws.below(3), draws.of(&servers)) {
                (0, Some(server)) => Placement::On(server),
                (1, _) => Placement::Outside,
                _ => Placement::NewServer,
            };
            match draws.below(3) {
                0 => compose::add(drawing, role, &placement),
                1 => compose::add_everywhere(drawing, role),
                _ => compose::add_near(drawing, role, &placement, Some(&one)).map(|(composed, _)| composed),
            }
        }
        7..=13 => compose::connect(drawing, &one, &other),
        14 => compose::copy(drawing, &one),
        15 => compose::rename(drawing, &one, &format!("part-{}", draws.below(40))),
        16 => {
            let by = [(1, 0), (-1, 0), (0, 1), (0, -1)][draws.below(4)];
            compose::place(drawing, &Layout::within(infra, 80, 24).spots(infra), &one, by)
        }
        17 => compose::add_certificate(drawing),
        18 => match &one {
            Element::Component(id) => compose::fit_rules(drawing, id),
            Element::Server(_) => compose::fit_all_rules(drawing),
            Element::Hop(..) => Err(ComposeError::IsHop),
        },
        19 => match &one {
            Element::Component(id) => compose::assign(drawing, id, draws.of(&servers)),
            Element::Server(_) | Element::Hop(..) => Err(ComposeError::IsHop),
        },
        20 => {
            let edge = TlsMode::ALL[draws.below(4)];
            Ok(Composed { edits: vec![Edit::SetTls(TlsConfig { edge, ..drawing.tls })], subject: None })
        }
        _ => compose::remove(drawing, &one),
    }
}

/// Makes random acts on a running drawing, and checks each.
fn make_acts(count: usize, seed: u64) {
    let board = compose::empty_board();
    let mut session = Session::new(Arc::new(board.build_board().expect("an empty board runs")), seed);
    let mut draws = Draws(seed);
    let mut made = 0;
    let (mut alike, mut different) = (0, 0);
    for number in 0..count {
        let before = session.draft();
        let infra = Arc::clone(session.infra());
        match draws.below(12) {
            0 => drop(session.undo_edit()),
            1 => drop(session.redo_edit()),
            _ => {
                if let Ok(composed) = act(before.scenario(), &infra, &mut draws)
                    && session.edit_whole(composed.edits).is_ok()
                {
                    made += 1;
                    let after = session.draft();
                    let mut back = after.clone();
                    assert!(back.undo(), "an act is a step of the history");
                    assert_eq!(back.scenario().to_ron(), before.scenario().to_ron(), "undo restores every byte");
                    assert!(back.redo() && back.scenario() == after.scenario());
                }
            }
        }
        let drawing = session.draft().scenario().clone();
        let built = drawing.build_board().unwrap_or_else(|problems| panic!("{problems:?}\n{}", drawing.to_ron()));
        assert_eq!(Scenario::from(&built), Scenario::from(session.infra().as_ref()), "what runs is what is drawn");
        if Layout::are_alike(&infra, session.infra()) {
            alike += 1;
            let [before, after] = [&infra, session.infra()].map(|infra| Layout::within(infra, 80, 24));
            assert_eq!((before.frames(), before.walls(), before.routes()), (after.frames(), after.walls(), after.routes()));
            assert_eq!((before.tags(), before.order()), (after.tags(), after.order()), "a layout that is not computed again");
        } else if number % 10 == 0 {
            different += usize::from(Layout::within(&infra, 80, 24).order() != Layout::within(session.infra(), 80, 24).order());
        }
        if number % 20 == 0 {
            let saved = drawing.to_ron();
            let loaded: Scenario = ron_text::parse("saved.ron", &saved).unwrap_or_else(|error| panic!("{error}\n{saved}"));
            assert_eq!(loaded, drawing, "a saved design loads equal");
        }
        if number % 60 == 0 {
            let rate = session.infra().traffic().rate.get();
            drop(findings(session.infra(), rate));
        }
        session.tick(Duration::from_millis(40));
        let totals = session.sim().totals();
        assert_eq!(totals.offered, totals.completed + totals.failed + session.sim().in_flight(), "no request is lost");
    }
    assert!(alike > 0 && different > 0, "both kinds of acts are seen: {alike}, {different}");
    assert!(made > count / 4, "most acts are possible: {made} of {count}");
}

#[test]
fn random_acts_keep_every_invariant() {
    for seed in 1..=3 {
        make_acts(160, seed);
    }
}

/// Ten thousand acts, in about a minute: `cargo test --release --test properties -- --ignored`.
#[test]
#[ignore = "takes a minute"]
fn ten_thousand_random_acts_keep_every_invariant() {
    for seed in 1..=20 {
        make_acts(500, seed);
    }
}

#[test]
fn a_box_that_is_moved_is_where_it_was_put() {
    let mut session = Session::new(super::stage_2(), 1);
    let server = Element::Server(ServerId::new("server-3"));
    let places = |session: &Session| Layout::within(session.infra(), 120, 40).spots(session.infra());
    let at = |spots: &[Spot]| spots.iter().find(|spot| spot.owner == server).expect("drawn").at;
    let before = places(&session);
    assert_eq!(at(&before), GridPlace(2, 1));
    let composed = compose::place(session.draft().scenario(), &before, &server, (-2, 0)).expect("possible");
    session.edit_whole(composed.edits).expect("possible");
    assert_eq!(at(&places(&session)), GridPlace(0, 1), "where the resolver was");
    let resolver = places(&session).into_iter().find(|spot| spot.at == GridPlace(2, 1)).expect("swapped");
    assert_eq!(resolver.owner.to_string(), "dns");
}
