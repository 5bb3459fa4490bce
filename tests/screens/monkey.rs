//! Random input at any size: nothing panics, and only printable characters are shown.

use std::time::Duration;

use hoplight::app::{Code, Key, KeyContext, Keymap, Screen};
use hoplight::view::frame;
use hoplight::view::theme::{Palette, Theme};
use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt, SeedableRng};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::assert_printable;
use crate::learner::Learner;

const ACTS: usize = 20_000;
const CODES: [Code; 14] = [
    Code::Enter,
    Code::Esc,
    Code::Tab,
    Code::BackTab,
    Code::Backspace,
    Code::Up,
    Code::Down,
    Code::Left,
    Code::Right,
    Code::Home,
    Code::End,
    Code::PageUp,
    Code::PageDown,
    Code::Char('\u{1b}'),
];

/// Returns a key: usually a bound one, sometimes an arbitrary one.
fn key(random: &mut Xoshiro256PlusPlus, bound: &[Key]) -> Key {
    match random.random_range(0..10) {
        0 => Key { code: CODES[random.random_range(0..CODES.len())], ctrl: random.random_bool(0.2) },
        1 => Key::char(char::from_u32(random.random_range(0..0x3000)).unwrap_or('\u{fffd}')),
        _ => bound[random.random_range(0..bound.len())],
    }
}

/// Returns a screen size: usually one that is large enough.
fn size(random: &mut Xoshiro256PlusPlus) -> (u16, u16) {
    match random.random_range(0..6) {
        0 => (random.random_range(0..=300), random.random_range(0..=100)),
        1 => (random.random_range(0..=90), random.random_range(0..=30)),
        2 => (80, 24),
        3 => (random.random_range(80..=115), random.random_range(24..=60)),
        _ => (random.random_range(116..=160), random.random_range(32..=50)),
    }
}

fn play(seed: u64, acts: usize) {
    let mut random = Xoshiro256PlusPlus::seed_from_u64(seed);
    let keymap = Keymap::default();
    let places = [KeyContext::Home, KeyContext::Stage, KeyContext::Editor, KeyContext::Lesson, KeyContext::Marks];
    let bound: Vec<Key> = places.iter().flat_map(|place| keymap.at(*place)).flat_map(|binding| binding.keys.clone()).collect();
    let themes = [Theme::default(), Theme::new(Palette::NoColour, false), Theme::new(Palette::Light, true)];
    let mut learner = Learner::in_small_lesson((80, 24));
    let mut seen = [false; 5];
    // Start at a question that asks for marks: random input rarely reaches one.
    while learner.app.key_context() != KeyContext::Marks {
        learner.press("n");
    }
    seen[4] = true;
    for act in 0..acts {
        // Return to a question that asks for marks from time to time.
        if act % 2_000 == 1_000 {
            (learner.app.window, learner.app.sheet) = (None, None);
            learner.app.resize(80, 24);
            assert!(learner.app.open_lesson("small"));
            learner.press("nnnnnn");
        }
        // Random input also rarely gets past the lessons of the course map.
        if act % 4_000 == 2_000 {
            let infra = learner.app.library.scenario("stage-2-secured").expect("shipped").clone();
            learner.app.open_scenario(infra);
        }
        // Leaving a run takes two presses of the same key in a row.
        if act % 4_000 == 3_000 {
            learner.app.screen = Screen::Home;
        }
        let (columns, rows) = learner.app.size();
        let cell = |random: &mut Xoshiro256PlusPlus| {
            (random.random_range(0..=columns.saturating_add(2)), random.random_range(0..=rows.saturating_add(2)))
        };
        match random.random_range(0..100) {
            // A window takes all letters: close it often.
            0..=64 if learner.app.window.is_some() && random.random_bool(0.3) => {
                drop(learner.app.press(Key::plain(Code::Esc)));
            }
            0..=64 => drop(learner.app.press(key(&mut random, &bound))),
            65..=79 => {
                let (column, row) = cell(&mut random);
                drop(learner.app.click(column, row));
            }
            80..=84 => {
                let (column, row) = cell(&mut random);
                drop(learner.app.wheel(column, row, random.random_range(-3..=3)));
            }
            85..=97 => learner.app.tick(Duration::from_millis(random.random_range(0..=60))),
            _ => {
                let (columns, rows) = size(&mut random);
                learner.app.resize(columns, rows);
            }
        }
        let place = places.iter().position(|place| *place == learner.app.key_context());
        seen[place.expect("a known place")] = true;
        if act % 7 == 0 {
            let (columns, rows) = learner.app.size();
            // The terminal may already have a new size that the application does not know yet.
            let (columns, rows) = if act % 11 == 0 { size(&mut random) } else { (columns, rows) };
            let area = Rect::new(0, 0, columns, rows);
            let mut buffer = Buffer::empty(area);
            frame::render(&learner.app, &themes[act % 3], area, &mut buffer);
            assert_printable(&buffer);
        }
    }
    assert_eq!(seen, [true; 5], "every screen was visited");
}

#[test]
fn a_monkey_breaks_nothing() {
    play(1, ACTS / 2);
}

#[test]
fn another_monkey_breaks_nothing_either() {
    play(3, ACTS / 2);
}
