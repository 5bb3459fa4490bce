//! Which key does what, where. The footer and the help are made from this table, so they cannot say anything else.

use hoplight_layout::Arrow;
use hoplight_lesson::markup::KeyName;
use hoplight_model::RequestKind;

use super::action::Action;
use super::key::{Code, Key};

/// Where keys mean something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// The course map.
    Home,
    /// The stage, in a lesson or not.
    Stage,
    /// The stage in a lesson only.
    Lesson,
    /// The stage in a lesson while a question wants marks.
    Marks,
}

impl Place {
    /// The places whose keys count here, the narrowest first.
    const fn levels(self) -> &'static [Self] {
        match self {
            Self::Home => &[Self::Home],
            Self::Stage => &[Self::Stage],
            Self::Lesson => &[Self::Lesson, Self::Stage],
            Self::Marks => &[Self::Marks, Self::Lesson, Self::Stage],
        }
    }
}

/// One line of the table.
#[derive(Clone, Debug)]
pub struct Binding {
    /// The keys; the first is shown.
    pub keys: Vec<Key>,
    /// Where.
    pub place: Place,
    /// What.
    pub action: Action,
    /// The word of the footer; empty if it has no place there.
    pub word: &'static str,
    /// The sentence of the help.
    pub help: &'static str,
}

/// A key that means two things at one place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clash {
    /// The key.
    pub key: Key,
    /// The place.
    pub place: Place,
    /// The words of what it means there.
    pub names: (&'static str, &'static str),
}

/// The table.
#[derive(Clone, Debug)]
pub struct Keymap {
    bindings: Vec<Binding>,
}

impl Default for Keymap {
    fn default() -> Self {
        use Place::{Home, Stage};
        let mut bindings = Vec::new();
        let mut bind = |keys: &[Key], place, action, word: &'static str, help: &'static str| {
            bindings.push(Binding { keys: keys.to_vec(), place, action, word, help });
        };
        let (c, k) = (Key::char, Key::plain);
        bind(&[k(Code::Enter)], Home, Action::Enter, "open", "open the chosen lesson or infrastructure");
        bind(&[k(Code::Down), c('j')], Home, Action::Move(Arrow::Down), "choose", "next line");
        bind(&[k(Code::Up), c('k')], Home, Action::Move(Arrow::Up), "", "previous line");
        bind(&[k(Code::Home)], Home, Action::First, "", "first line");
        bind(&[c('G'), k(Code::End)], Home, Action::Last, "", "last line");

        bind(&[c(' ')], Stage, Action::Pause, "pause", "stop time, or let it go on");
        bind(&[c('.')], Stage, Action::StepForward, "step", "step one hop forward");
        bind(&[c(',')], Stage, Action::StepBack, "back", "step one hop back");
        // The footer shows them in this order, as many as fit.
        bind(&[c('t')], Stage, Action::CycleTls, "TLS", "next TLS mode: none, terminate, re-encrypt, passthrough");
        bind(&[c('x')], Stage, Action::KillOrRestore, "kill", "kill what is selected, or restore it");
        bind(&[c('w')], Stage, Action::Wiretap, "wiretap", "listen on the selected hop, or no longer");
        bind(&[c('c')], Stage, Action::NextPacket, "", "follow the next packet on the canvas; after the last one, none");
        bind(&[c('i')], Stage, Action::Panel, "info", "on a small screen: show what is selected, or the lesson again");
        bind(&[c('m')], Stage, Action::Monitor, "monitor", "show what the monitoring service knows, or the diagram again");
        bind(
            &[c('X')],
            Stage,
            Action::Faults,
            "faults",
            "everything that can go wrong with what is selected or the site, and what heals it",
        );
        bind(&[c('L')], Stage, Action::Log, "log", "what happened and why, and what was refused; with a filter");
        bind(&[c('p')], Stage, Action::Pace, "pace", "change between trace (one request, slowly) and live (the whole load)");
        bind(&[c('{')], Stage, Action::MarkBefore, "", "go back to the last mark of the timeline");
        bind(&[c('}')], Stage, Action::MarkAfter, "", "go on to the next mark; beyond the newest, until something happens");
        bind(&[c('J')], Stage, Action::Jump, "", "jump to a moment: 12.5, or -3 or +10 from now");
        bind(&[c(']'), c('+')], Stage, Action::Faster, "", "faster");
        bind(&[c('['), c('-')], Stage, Action::Slower, "", "slower");
        bind(&[c('r')], Stage, Action::Send(RequestKind::Write), "login", "send one login (a write) and follow it");
        bind(
            &[c('v')],
            Stage,
            Action::NextOverlay,
            "overlay",
            "next overlay: readable hops, single points, shared software, failure domains, capacity",
        );
        bind(&[c('C')], Stage, Action::Compare, "compare", "compare with another TLS mode or design, or end that");
        bind(&[c('V')], Stage, Action::Overlay, "off", "switch the overlay off, or the last one on again");
        bind(&[c('o')], Stage, Action::OverlayChoice, "other", "in an overlay: another kind of request, version, domain or loss");
        bind(&[c('s')], Stage, Action::Send(RequestKind::Static), "", "send one static page request and follow it");
        bind(&[c('d')], Stage, Action::Send(RequestKind::Read), "", "send one dynamic read and follow it");
        bind(&[k(Code::Right), c('l')], Stage, Action::Move(Arrow::Right), "select", "select what is to the right");
        bind(&[k(Code::Left)], Stage, Action::Move(Arrow::Left), "", "select what is to the left");
        bind(&[k(Code::Down), c('j')], Stage, Action::Move(Arrow::Down), "", "select what is below");
        bind(&[k(Code::Up), c('k')], Stage, Action::Move(Arrow::Up), "", "select what is above");
        bind(&[k(Code::Tab)], Stage, Action::Next, "", "select the next thing");
        bind(&[k(Code::BackTab)], Stage, Action::Previous, "", "select the previous thing");
        let held = |code| Key { code, ctrl: true };
        bind(
            &[held(Code::Right)],
            Stage,
            Action::Pan(Arrow::Right),
            "",
            "look further right, where the picture is larger than the screen",
        );
        bind(&[held(Code::Left)], Stage, Action::Pan(Arrow::Left), "", "look further left");
        bind(&[held(Code::Down)], Stage, Action::Pan(Arrow::Down), "", "look further down");
        bind(&[held(Code::Up)], Stage, Action::Pan(Arrow::Up), "", "look further up");
        bind(&[c('z')], Stage, Action::Overview, "map", "show or hide the map of a picture that is larger than the screen");
        bind(&[c('b')], Stage, Action::Balance, "", "change how the balancer chooses");
        bind(&[c('T')], Stage, Action::ToggleWebToApp, "", "switch TLS between web servers and applications");
        bind(&[c('e')], Stage, Action::ToggleAppToDb, "", "switch TLS to the databases");
        bind(&[c('f')], Stage, Action::Block, "", "let a firewall block the selected hop, or pass it again");
        bind(&[c('P')], Stage, Action::Probe, "", "switch the external probe on, or off");
        bind(&[c('>')], Stage, Action::MoreUsers, "", "a quarter more users");
        bind(&[c('<')], Stage, Action::FewerUsers, "", "a quarter fewer users");
        bind(&[k(Code::PageDown)], Stage, Action::Scroll(3), "", "scroll the text down");
        bind(&[k(Code::PageUp)], Stage, Action::Scroll(-3), "", "scroll the text up");

        in_lesson(&mut bind);

        everywhere(&mut bind);
        Self { bindings }
    }
}

/// What works in a lesson only.
fn in_lesson(bind: &mut impl FnMut(&[Key], Place, Action, &'static str, &'static str)) {
    use Place::{Lesson, Marks};
    let (c, k) = (Key::char, Key::plain);
    bind(&[k(Code::Enter)], Lesson, Action::Enter, "next", "go on, or submit the marks");
    bind(&[c('h')], Lesson, Action::Hint, "hint", "a hint; after the last one, the solution");
    bind(&[c('m')], Marks, Action::Mark, "mark", "mark what is selected, or take the mark away");
    bind(&[k(Code::Backspace)], Lesson, Action::StepBefore, "", "the step before");
    bind(&[c('n')], Lesson, Action::Skip, "", "skip this step or question");
    bind(&[c('a')], Lesson, Action::Again, "", "begin this step anew");
    for (number, digit) in ('1'..='9').enumerate() {
        let help = if number == 0 { "answer with the first option; 2 to 9 with the others" } else { "" };
        bind(&[c(digit)], Lesson, Action::Answer(number), "", help);
    }
}

/// What works on the course map and on the stage alike.
fn everywhere(bind: &mut impl FnMut(&[Key], Place, Action, &'static str, &'static str)) {
    let (c, k) = (Key::char, Key::plain);
    for place in [Place::Home, Place::Stage] {
        bind(
            &[c(':'), Key { code: Code::Char('p'), ctrl: true }],
            place,
            Action::Palette,
            "all",
            "search everything that can be done or opened",
        );
        bind(&[c('g')], place, Action::Glossary, "", "look up a word: what is on the screen comes first");
        bind(&[], place, Action::NextTheme, "", "next theme: dark, light, high contrast, colour-blind safe, no colours");
        bind(&[], place, Action::Ascii, "", "draw with ASCII characters only, or with all");
        bind(&[], place, Action::Motion, "", "show steps instead of movement, or movement again");
        bind(&[c('?')], place, Action::Help, "help", "show or hide this help");
        if place == Place::Home {
            bind(&[c('q')], place, Action::Back, "quit", "quit");
            bind(&[k(Code::Esc)], place, Action::Escape, "", "quit");
        } else {
            bind(&[c('q')], place, Action::Back, "", "close the panel or view, then go back to the course map");
            bind(
                &[k(Code::Esc)],
                place,
                Action::Escape,
                "",
                "let go: of the panel or view, packet, overlay, selection; then go back to the course map",
            );
        }
    }
}

impl Keymap {
    /// What a key does at a place; the narrowest place comes first.
    pub fn action(&self, key: Key, place: Place) -> Option<&Action> {
        let at = |wanted: &Place| self.bindings.iter().find(|binding| binding.place == *wanted && binding.keys.contains(&key));
        place.levels().iter().find_map(at).map(|binding| &binding.action)
    }

    /// The words for all actions that have a line, in the order of the table.
    pub fn names(&self) -> Vec<&'static str> {
        let mut names = Vec::new();
        for name in self.bindings.iter().filter_map(|binding| binding.action.name()) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names
    }

    /// The keys of an action by its word, with the sentence of the help.
    pub fn named_binding(&self, name: &str) -> Option<&Binding> {
        self.bindings.iter().find(|binding| binding.action.name() == Some(name))
    }

    /// Gives an action these keys and no others, wherever it has a line. Returns whether there is such an action.
    pub fn rebind(&mut self, name: &str, keys: &[Key]) -> bool {
        let mut found = false;
        for binding in self.bindings.iter_mut().filter(|binding| binding.action.name() == Some(name)) {
            binding.keys = keys.to_vec();
            found = true;
        }
        found
    }

    /// Keys that mean two things at one place. What wants marks is allowed to borrow a key from the rest of the stage.
    pub fn clashes(&self) -> Vec<Clash> {
        let mut clashes: Vec<Clash> = Vec::new();
        for place in [Place::Home, Place::Stage, Place::Lesson, Place::Marks] {
            let here: Vec<&Binding> = match place {
                Place::Marks => self.bindings.iter().filter(|binding| binding.place == place).collect(),
                _ => self.at(place).collect(),
            };
            for (number, binding) in here.iter().enumerate() {
                for key in &binding.keys {
                    let other = here.iter().skip(number + 1).find(|other| other.keys.contains(key));
                    let Some(names) = other.and_then(|other| Some((binding.action.name()?, other.action.name()?))) else {
                        continue;
                    };
                    // The stage's keys are the lesson's, too: once is enough.
                    if !clashes.iter().any(|clash| clash.key == *key && clash.names == names) {
                        clashes.push(Clash { key: *key, place, names });
                    }
                }
            }
        }
        clashes
    }

    /// The lines that count at a place, the narrowest place's first.
    pub fn at(&self, place: Place) -> impl Iterator<Item = &Binding> {
        let levels = place.levels().iter();
        levels.flat_map(|level| self.bindings.iter().filter(move |binding| binding.place == *level))
    }

    /// The label of the key that does something.
    pub fn label(&self, action: &Action) -> String {
        let binding = self.bindings.iter().find(|binding| binding.action == *action);
        binding.and_then(|binding| binding.keys.first()).map_or_else(|| "?".into(), ToString::to_string)
    }

    /// The label of a key that a lesson's text names.
    pub fn named(&self, name: KeyName) -> String {
        self.label(&match name {
            KeyName::Tls => Action::CycleTls,
            KeyName::DbTls => Action::ToggleAppToDb,
            KeyName::Kill => Action::KillOrRestore,
            KeyName::Pause => Action::Pause,
            KeyName::Step => Action::StepForward,
            KeyName::Back => Action::StepBack,
            KeyName::Slower => Action::Slower,
            KeyName::Faster => Action::Faster,
            KeyName::Pace => Action::Pace,
            KeyName::Send => Action::Send(RequestKind::Write),
            KeyName::Hint => Action::Hint,
            KeyName::Next => Action::Enter,
            KeyName::Mark => Action::Mark,
            KeyName::Monitor => Action::Monitor,
            KeyName::Faults => Action::Faults,
            KeyName::Log => Action::Log,
            KeyName::Wiretap => Action::Wiretap,
            KeyName::Packet => Action::NextPacket,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_key_means_two_things_at_one_place() {
        let mut keymap = Keymap::default();
        assert_eq!(keymap.clashes(), []);
        assert!(keymap.rebind("hint", &[Key::char('x')]) && keymap.rebind("mark", &[Key::char('p')]));
        let clash = Clash { key: Key::char('x'), place: Place::Lesson, names: ("hint", "kill") };
        assert_eq!(keymap.clashes(), [clash], "marks may borrow a key");
        assert!(keymap.rebind("kill", &[]) && !keymap.rebind("murder", &[]));
        assert_eq!((keymap.clashes(), keymap.label(&Action::Hint)), (Vec::new(), "x".into()));
        assert_eq!(keymap.action(Key::char('x'), Place::Stage), None);
    }

    #[test]
    fn every_line_has_a_word_and_no_word_has_two_meanings() {
        let keymap = Keymap::default();
        for binding in &keymap.bindings {
            let name = binding.action.name().expect("a word");
            assert!(name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'), "{name}");
            for other in keymap.bindings.iter().filter(|other| other.action.name() == Some(name)) {
                assert_eq!(other.action, binding.action, "{name}");
            }
        }
    }

    #[test]
    fn every_key_that_lessons_name_exists() {
        let keymap = Keymap::default();
        for name in KeyName::ALL {
            assert_ne!(keymap.named(name), "?", "{name:?}");
        }
    }
}
