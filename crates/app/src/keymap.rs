//! The keymap: the binding of keys to actions, by context. The footer and the help are generated from it.

mod drill;
mod exam;
mod named;
mod review;

use hoplight_layout::Arrow;
use hoplight_model::RequestKind;

use crate::action::{
    Action, AppAction, CourseAction, DesignAction, EditAction, LessonAction, OverlayAction, SelectAction, SiteAction, TaskAction,
    TimeAction, ViewAction, WindowAction,
};
use crate::key::{Code, Key};
use crate::window::kind::WindowKind;

/// A context with its own key bindings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyContext {
    /// The course map.
    Home,
    /// The stage, inside or outside a lesson.
    Stage,
    /// The stage with the topology editor.
    Editor,
    /// A mission, in the topology editor.
    Mission,
    /// An incident drill, while its truth is hidden.
    Drill,
    /// The debriefing of an incident drill.
    Debriefing,
    /// A design review on the stage.
    Review,
    /// The drawing of a whiteboard exam, in the topology editor.
    ExamDrawing,
    /// Questions with several answers, and the report of an exam.
    Questions,
    /// A question with a number to type.
    Number,
    /// A question that asks for marks on the diagram.
    QuestionMarks,
    /// The stage in a lesson.
    Lesson,
    /// The stage in a lesson while a question asks for marks.
    Marks,
}

impl KeyContext {
    /// All contexts.
    const ALL: [Self; 8] =
        [Self::Home, Self::Stage, Self::Editor, Self::Mission, Self::ExamDrawing, Self::Questions, Self::Lesson, Self::Marks];

    /// Returns the contexts whose bindings apply, most specific first.
    const fn levels(self) -> &'static [Self] {
        match self {
            Self::Home => &[Self::Home],
            Self::Stage => &[Self::Stage],
            Self::Editor => &[Self::Editor, Self::Stage],
            Self::Mission => &[Self::Mission, Self::Editor, Self::Stage],
            Self::Drill => &[Self::Drill, Self::Stage],
            Self::Debriefing => &[Self::Debriefing, Self::Stage],
            Self::Review => &[Self::Review, Self::Stage],
            Self::ExamDrawing => &[Self::ExamDrawing, Self::Editor, Self::Stage],
            Self::Questions => &[Self::Questions, Self::Stage],
            Self::Number => &[Self::Number, Self::Questions, Self::Stage],
            Self::QuestionMarks => &[Self::QuestionMarks, Self::Stage],
            Self::Lesson => &[Self::Lesson, Self::Stage],
            Self::Marks => &[Self::Marks, Self::Lesson, Self::Stage],
        }
    }
}

/// A binding of keys to an action.
#[derive(Clone, Debug)]
pub struct Binding {
    /// The keys; the first is displayed.
    pub keys: Vec<Key>,
    /// The context.
    pub context: KeyContext,
    /// The action.
    pub action: Action,
    /// The label in the footer; empty if the binding is not shown there.
    pub word: &'static str,
    /// The description in the help.
    pub help: &'static str,
}

/// A key that is bound to two actions in one context.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clash {
    /// The key.
    pub key: Key,
    /// The context.
    pub context: KeyContext,
    /// Names of the two actions.
    pub names: (&'static str, &'static str),
}

/// All key bindings.
#[derive(Clone, Debug)]
pub struct Keymap {
    bindings: Vec<Binding>,
}

impl Default for Keymap {
    fn default() -> Self {
        let mut table = Self { bindings: Vec::new() };
        table.bind_on_course_map();
        table.bind_on_stage();
        table.bind_selection();
        table.bind_in_editor();
        table.bind_in_missions();
        table.bind_in_drills();
        table.bind_in_reviews();
        table.bind_in_exams();
        table.bind_in_lesson();
        table.bind_everywhere();
        table
    }
}

impl Keymap {
    fn bind(&mut self, keys: &[Key], context: KeyContext, action: impl Into<Action>, word: &'static str, help: &'static str) {
        self.bindings.push(Binding { keys: keys.to_vec(), context, action: action.into(), word, help });
    }

    /// Binds the keys of the course map.
    fn bind_on_course_map(&mut self) {
        let (c, k) = (Key::char, Key::plain);
        self.bind(&[k(Code::Enter)], KeyContext::Home, AppAction::Enter, "open", "Open the chosen lesson or infrastructure");
        self.bind(&[k(Code::Down), c('j')], KeyContext::Home, SelectAction::Move(Arrow::Down), "choose", "Next line");
        self.bind(&[k(Code::Up), c('k')], KeyContext::Home, SelectAction::Move(Arrow::Up), "", "Previous line");
        self.bind(&[k(Code::Home)], KeyContext::Home, CourseAction::First, "", "First line");
        self.bind(&[c('G'), k(Code::End)], KeyContext::Home, CourseAction::Last, "", "Last line");
    }

    /// Binds the stage's keys for time, the site and views. The footer shows them in this order, as many as fit.
    fn bind_on_stage(&mut self) {
        use KeyContext::Stage;
        let c = Key::char;
        self.bind(&[c(' ')], Stage, TimeAction::Pause, "pause", "Pause or resume");
        self.bind(&[c('.')], Stage, TimeAction::StepForward, "step", "Step one hop forward");
        self.bind(&[c(',')], Stage, TimeAction::StepBack, "back", "Step one hop back");
        self.bind(&[c('t')], Stage, EditAction::CycleTls, "TLS", "Next TLS mode: none, terminate, re-encrypt, passthrough");
        self.bind(&[c('x')], Stage, SiteAction::KillOrRestore, "kill", "Kill or restore the selected element");
        self.bind(&[c('w')], Stage, SelectAction::Wiretap, "wiretap", "Start or stop the wiretap on the selected hop");
        self.bind(
            &[c('c')],
            Stage,
            SelectAction::NextPacket,
            "",
            "Follow the next packet on the canvas; after the last one, stop following",
        );
        self.bind(
            &[c('i')],
            Stage,
            ViewAction::TogglePanel,
            "info",
            "On a small screen: switch between the lesson and the selected element",
        );
        self.bind(&[c('m')], Stage, ViewAction::ToggleMonitor, "monitor", "Switch between the diagram and the monitoring screen");
        self.bind(
            &[c('W')],
            Stage,
            AppAction::Whiteboard,
            "why",
            "At the whiteboard: what the selected element is, why it is here, what happens without it",
        );
        self.bind(
            &[c('X')],
            Stage,
            WindowAction::Open(WindowKind::Faults),
            "faults",
            "Faults of the selected element and of the site, and their repairs",
        );
        self.bind(&[c('L')], Stage, WindowAction::Open(WindowKind::Log), "log", "Event log with a filter");
        self.bind(
            &[c('p')],
            Stage,
            TimeAction::Pace,
            "pace",
            "Switch between trace (one request, slowly) and live (the whole load)",
        );
        self.bind(&[c('{')], Stage, TimeAction::PreviousMark, "", "Previous mark on the timeline");
        self.bind(
            &[c('}')],
            Stage,
            TimeAction::NextMark,
            "",
            "Next mark on the timeline; after the newest, run until the next event",
        );
        self.bind(&[c('J')], Stage, WindowAction::Open(WindowKind::Jump), "", "Jump to a time: 12.5, or -3 or +10 from now");
        self.bind(&[c(']'), c('+')], Stage, TimeAction::Faster, "", "Faster");
        self.bind(&[c('['), c('-')], Stage, TimeAction::Slower, "", "Slower");
        self.bind(&[c('r')], Stage, SiteAction::Send(RequestKind::Write), "login", "Send one login (a write) and follow it");
        self.bind(
            &[c('v')],
            Stage,
            OverlayAction::Next,
            "overlay",
            "Next overlay: readable hops, single points, shared software, failure domains, capacity",
        );
        self.bind(
            &[c('C')],
            Stage,
            ViewAction::Compare,
            "compare",
            "Compare with another TLS mode or design, or end the comparison",
        );
        self.bind(&[c('V')], Stage, OverlayAction::Toggle, "off", "Turn the overlay off, or the last one back on");
        self.bind(
            &[c('o')],
            Stage,
            OverlayAction::NextChoice,
            "other",
            "In an overlay: next kind of request, version, domain or loss",
        );
        self.bind(&[c('s')], Stage, SiteAction::Send(RequestKind::Static), "", "Send one static page request and follow it");
        self.bind(&[c('d')], Stage, SiteAction::Send(RequestKind::Read), "", "Send one dynamic read and follow it");
    }

    /// Binds the stage's keys for selecting and panning, and the keys that the footer omits.
    fn bind_selection(&mut self) {
        use KeyContext::Stage;
        let (c, k) = (Key::char, Key::plain);
        self.bind(
            &[k(Code::Right), c('l')],
            Stage,
            SelectAction::Move(Arrow::Right),
            "select",
            "Select the element to the right",
        );
        self.bind(&[k(Code::Left)], Stage, SelectAction::Move(Arrow::Left), "", "Select the element to the left");
        self.bind(&[k(Code::Down), c('j')], Stage, SelectAction::Move(Arrow::Down), "", "Select the element below");
        self.bind(&[k(Code::Up), c('k')], Stage, SelectAction::Move(Arrow::Up), "", "Select the element above");
        self.bind(&[k(Code::Tab)], Stage, SelectAction::Next, "", "Select the next element");
        self.bind(&[k(Code::BackTab)], Stage, SelectAction::Previous, "", "Select the previous element");
        let held = |code| Key { code, ctrl: true };
        self.bind(
            &[held(Code::Right)],
            Stage,
            ViewAction::Pan(Arrow::Right),
            "",
            "Pan right, if the diagram is larger than the screen",
        );
        self.bind(&[held(Code::Left)], Stage, ViewAction::Pan(Arrow::Left), "", "Pan left");
        self.bind(&[held(Code::Down)], Stage, ViewAction::Pan(Arrow::Down), "", "Pan down");
        self.bind(&[held(Code::Up)], Stage, ViewAction::Pan(Arrow::Up), "", "Pan up");
        self.bind(
            &[c('z')],
            Stage,
            ViewAction::ToggleMap,
            "map",
            "Show or hide the map of a diagram that is larger than the screen",
        );
        self.bind(&[c('b')], Stage, SiteAction::Balance, "", "Next balancing algorithm");
        self.bind(&[c('T')], Stage, EditAction::ToggleWebToApp, "", "Turn TLS between web servers and applications on or off");
        self.bind(&[c('e')], Stage, EditAction::ToggleAppToDb, "", "Turn TLS to the databases on or off");
        self.bind(&[c('f')], Stage, EditAction::Block, "", "Block or unblock the selected hop at a firewall");
        self.bind(&[], Stage, EditAction::CyclePort80, "", "Port 80 of the entry: closed, open in plaintext, redirect to https");
        self.bind(&[], Stage, EditAction::ToggleHsts, "", "Turn HSTS on or off: browsers that know it use only https");
        self.bind(&[], Stage, EditAction::ToggleForwardedProto, "", "Send X-Forwarded-Proto where TLS ends, or no longer");
        self.bind(&[c('P')], Stage, SiteAction::Probe, "", "Turn the external probe on or off");
        self.bind(&[c('>')], Stage, SiteAction::MoreUsers, "", "25 % more users");
        self.bind(&[c('<')], Stage, SiteAction::FewerUsers, "", "20 % fewer users");
        self.bind(&[k(Code::PageDown)], Stage, ViewAction::Scroll(3), "", "Scroll down");
        self.bind(&[k(Code::PageUp)], Stage, ViewAction::Scroll(-3), "", "Scroll up");
    }

    /// Binds the keys of the topology editor.
    fn bind_in_editor(&mut self) {
        use KeyContext::{Editor, Stage};
        let (c, k) = (Key::char, Key::plain);
        let held = |letter| Key { code: Code::Char(letter), ctrl: true };
        self.bind(
            &[c('E')],
            Stage,
            DesignAction::Toggle,
            "edit",
            "Open or leave the topology editor: draw and change the design",
        );
        self.bind(
            &[c('a')],
            Editor,
            DesignAction::Add,
            "add",
            "Add a part: a program, a firewall, agents, a certificate; it is connected to the selected element",
        );
        self.bind(
            &[c('c')],
            Editor,
            DesignAction::Connect,
            "connect",
            "Start a link at the selected element, or end it there; a firewall is put before what it is connected to",
        );
        self.bind(
            &[k(Code::Enter)],
            Editor,
            DesignAction::Confirm,
            "settings",
            "Settings of the selected element, or of the site; ends a link or a move",
        );
        self.bind(&[c('y')], Editor, DesignAction::Copy, "copy", "Copy the selected server with everything on it, its links and its firewall; a copied database replicates the original");
        self.bind(&[c('d'), k(Code::Delete)], Editor, DesignAction::Delete, "delete", "Remove the selected element");
        self.bind(&[c('u')], Editor, DesignAction::Undo, "undo", "Undo the last act");
        self.bind(&[c('U'), held('r')], Editor, DesignAction::Redo, "", "Redo the act that was undone last");
        self.bind(&[c('F')], Editor, DesignAction::Findings, "findings", "What a review says about the drawing, with fixes");
        self.bind(&[c('s')], Editor, DesignAction::Save, "save", "Save the design");
        self.bind(&[c('m')], Editor, DesignAction::Move, "move", "Move the selected box with the arrow keys");
        for context in [KeyContext::Mission, KeyContext::ExamDrawing] {
            let help = "Continue your unsaved work on this mission or exam, if there is any";
            self.bind(&[c('O')], context, DesignAction::Continue, "continue", help);
        }
        self.bind(&[c('n')], Editor, DesignAction::Rename, "rename", "Rename the selected component or server");
        self.bind(
            &[c('R')],
            Editor,
            DesignAction::FitRules,
            "rules",
            "Give the selected firewall, or all of them, the rules that the drawn links need, and no more",
        );
    }

    /// Binds the keys of missions.
    fn bind_in_missions(&mut self) {
        let c = Key::char;
        self.bind(&[c('C')], KeyContext::Mission, TaskAction::Measure, "measure", "Measure your design against the goals");
        self.bind(&[c('h')], KeyContext::Mission, TaskAction::Hint, "hint", "Next hint");
        self.bind(&[c('N')], KeyContext::Mission, TaskAction::Next, "", "Next mission");
    }

    /// Binds the keys of lessons.
    fn bind_in_lesson(&mut self) {
        use KeyContext::{Lesson, Marks};
        let (c, k) = (Key::char, Key::plain);
        self.bind(&[k(Code::Enter)], Lesson, AppAction::Enter, "next", "Continue, or submit the marks");
        self.bind(&[c('h')], Lesson, LessonAction::Hint, "hint", "Next hint; after the last one, the solution");
        self.bind(&[c('m')], Marks, LessonAction::Mark, "mark", "Mark or unmark the selected element");
        self.bind(&[k(Code::Backspace)], Lesson, LessonAction::Previous, "", "Previous step");
        self.bind(&[c('n')], Lesson, LessonAction::Skip, "", "Skip this step or question");
        self.bind(&[c('a')], Lesson, LessonAction::Restart, "", "Restart this step");
        for (number, digit) in ('1'..='9').enumerate() {
            // One entry stands for all.
            let (word, help) = match number {
                0 => ("answer", "Answer with the first option; 2 to 9 with the others"),
                _ => ("", ""),
            };
            self.bind(&[c(digit)], Lesson, LessonAction::Answer(number), word, help);
        }
    }

    /// Binds the keys shared by the course map and the stage.
    fn bind_everywhere(&mut self) {
        let (c, k) = (Key::char, Key::plain);
        for context in [KeyContext::Home, KeyContext::Stage] {
            self.bind(
                &[c(':'), Key { code: Code::Char('p'), ctrl: true }],
                context,
                WindowAction::Open(WindowKind::Palette),
                "all",
                "Command palette: search all actions, lessons and infrastructures",
            );
            self.bind(
                &[c('g')],
                context,
                WindowAction::Open(WindowKind::Glossary),
                "",
                "Glossary, starting with the terms on the screen",
            );
            self.bind(
                &[],
                context,
                AppAction::NextTheme,
                "",
                "Next theme: dark, light, high contrast, colour-blind safe, no colours",
            );
            self.bind(&[], context, AppAction::Ascii, "", "Turn ASCII-only drawing on or off");
            self.bind(&[], context, AppAction::ReducedMotion, "", "Turn reduced motion on or off");
            self.bind(&[c('?'), k(Code::F(1))], context, AppAction::Help, "help", "Show or hide this help");
            if context == KeyContext::Home {
                self.bind(&[c('q')], context, AppAction::Back, "quit", "Quit");
                self.bind(&[k(Code::Esc)], context, AppAction::Escape, "", "Quit, after a second Esc");
            } else {
                self.bind(&[c('q')], context, AppAction::Back, "", "Close the panel or view, then go back to the course map");
                self.bind(
                    &[k(Code::Esc)],
                    context,
                    AppAction::Escape,
                    "",
                    "Dismiss the panel or view, packet, overlay, selection; then go back to the course map",
                );
            }
        }
    }
}

impl Keymap {
    /// Returns the action bound to a key in a context. The most specific context wins.
    pub fn action(&self, key: Key, context: KeyContext) -> Option<&Action> {
        let at =
            |wanted: &KeyContext| self.bindings.iter().find(|binding| binding.context == *wanted && binding.keys.contains(&key));
        context.levels().iter().find_map(at).map(|binding| &binding.action)
    }

    /// Returns the names of all bound actions, in the order of the keymap.
    pub fn names(&self) -> Vec<&'static str> {
        let mut names = Vec::new();
        for name in self.bindings.iter().filter_map(|binding| binding.action.name()) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names
    }

    /// Returns the binding of the action with this name in settings.
    pub fn named_binding(&self, name: &str) -> Option<&Binding> {
        self.bindings.iter().find(|binding| binding.action.name() == Some(name))
    }

    /// Replaces the keys of an action in every context. Returns whether an action of this name exists.
    pub fn rebind(&mut self, name: &str, keys: &[Key]) -> bool {
        let mut found = false;
        for binding in self.bindings.iter_mut().filter(|binding| binding.action.name() == Some(name)) {
            binding.keys = keys.to_vec();
            found = true;
        }
        found
    }

    /// Whether the first key of a binding does what the binding says: a more specific context may use it for something else.
    pub fn is_effective(&self, binding: &Binding, context: KeyContext) -> bool {
        binding.keys.first().is_none_or(|key| self.action(*key, context) == Some(&binding.action))
    }

    /// Returns the keys that are bound to two actions in one context. The bindings for marks and of the editor may shadow others of
    /// the stage.
    pub fn clashes(&self) -> Vec<Clash> {
        let mut clashes: Vec<Clash> = Vec::new();
        for context in KeyContext::ALL {
            let here: Vec<&Binding> = match context {
                // Their keys replace those of the stage.
                KeyContext::Editor
                | KeyContext::Mission
                | KeyContext::Drill
                | KeyContext::Debriefing
                | KeyContext::Review
                | KeyContext::ExamDrawing
                | KeyContext::Questions
                | KeyContext::Marks => self.bindings.iter().filter(|binding| binding.context == context).collect(),
                _ => self.at(context).collect(),
            };
            for (number, binding) in here.iter().enumerate() {
                for key in &binding.keys {
                    let other = here.iter().skip(number + 1).find(|other| other.keys.contains(key));
                    let Some(names) = other.and_then(|other| Some((binding.action.name()?, other.action.name()?))) else {
                        continue;
                    };
                    // The stage's keys also apply in lessons: report each clash once.
                    if !clashes.iter().any(|clash| clash.key == *key && clash.names == names) {
                        clashes.push(Clash { key: *key, context, names });
                    }
                }
            }
        }
        clashes
    }

    /// Returns the bindings that apply in a context, those of the most specific context first.
    pub fn at(&self, context: KeyContext) -> impl Iterator<Item = &Binding> {
        let levels = context.levels().iter();
        levels.flat_map(|level| self.bindings.iter().filter(move |binding| binding.context == *level))
    }

    /// Returns the label of an action's first key.
    pub fn label(&self, action: impl Into<Action>) -> String {
        let action = action.into();
        let binding = self.bindings.iter().find(|binding| binding.action == action);
        binding.and_then(|binding| binding.keys.first()).map_or_else(|| "?".into(), ToString::to_string)
    }
}

#[cfg(test)]
mod tests {
    use hoplight_lesson::markup::KeyName;

    use super::*;

    #[test]
    fn no_key_has_two_actions_in_one_context() {
        let mut keymap = Keymap::default();
        assert_eq!(keymap.clashes(), []);
        assert!(keymap.rebind("hint", &[Key::char('x')]) && keymap.rebind("mark", &[Key::char('p')]));
        let clash = Clash { key: Key::char('x'), context: KeyContext::Lesson, names: ("hint", "kill") };
        assert_eq!(keymap.clashes(), [clash], "the bindings for marks may shadow a key");
        assert!(keymap.rebind("kill", &[]) && !keymap.rebind("no-such-action", &[]));
        assert_eq!((keymap.clashes(), keymap.label(LessonAction::Hint)), (Vec::new(), "x".into()));
        assert_eq!(keymap.action(Key::char('x'), KeyContext::Stage), None);
    }

    #[test]
    fn every_binding_has_a_unique_name() {
        let keymap = Keymap::default();
        for binding in &keymap.bindings {
            let name = binding.action.name().expect("bindable actions are named");
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
