//! The fault menu: what can go wrong with the selected element and with the site, and how to repair it.
//!
//! A row is one or more commands with a title. The list depends on the state alone, so a row can be named by its index. In a
//! comparison it is the list of both designs.

mod component;
mod heal;

use hoplight_model::quantity::Factor;
use hoplight_model::{ComponentId, Element, TopologyEdit};
use hoplight_sim::catalogue::{CATALOGUE, Timed};
use hoplight_sim::fault::Fault;
use hoplight_sim::{Command, RecordState, Simulation};

use crate::stage::Stage;

/// What a row is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FaultGroup {
    /// Repairs something that is wrong now.
    Heal,
    /// Breaks the selected element.
    Selected,
    /// Affects the whole site: a row of the catalogue, or a switch of the site.
    Site,
}

impl FaultGroup {
    /// The word at the beginning of its rows.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Heal => "heal",
            Self::Selected => "here",
            Self::Site => "site",
        }
    }
}

/// A row of the fault menu.
#[derive(Clone, Debug, PartialEq)]
pub struct FaultAction {
    /// Its group.
    pub group: FaultGroup,
    /// What happens.
    pub title: String,
    /// What to look at, and how to repair it.
    pub about: String,
    /// The commands, each with its delay in seconds; empty if the infrastructure has no such part.
    pub commands: Vec<Timed>,
    /// In a comparison, the commands on the second design; `None` if they are the same.
    pub second: Option<Vec<Timed>>,
}

impl FaultAction {
    fn new(group: FaultGroup, title: impl Into<String>, about: impl Into<String>, command: Command) -> Self {
        Self { group, title: title.into(), about: about.into(), commands: vec![(0.0, command)], second: None }
    }

    /// Whether neither design has such a part.
    pub fn is_empty(&self) -> bool {
        self.commands.is_empty() && self.second.as_ref().is_none_or(Vec::is_empty)
    }

    /// Why it would do nothing now; `None` if it would have an effect.
    pub fn refusal(&self, stage: &Stage) -> Option<String> {
        if self.is_empty() {
            return Some("this infrastructure has no such part".to_owned());
        }
        let first = refusal(stage.sim(), &self.commands);
        let Some(comparison) = &stage.panels.comparison else { return first };
        let second = refusal(comparison.timeline.simulation(), self.second.as_ref().unwrap_or(&self.commands));
        // It has an effect if it has one on either design.
        second.and(first)
    }
}

/// Why none of the immediate commands would have an effect; `None` if one would.
fn refusal(sim: &Simulation, commands: &[Timed]) -> Option<String> {
    let mut trial = sim.clone();
    let mut refusal = None;
    for (_, command) in commands.iter().filter(|(after, _)| *after <= 0.0) {
        match trial.apply(command, &mut ()) {
            Ok(()) => return None,
            Err(error) => refusal = refusal.or(Some(error.to_string())),
        }
    }
    refusal.or_else(|| commands.is_empty().then(|| "there is nothing to do".to_owned()))
}

/// All rows: repairs first, then faults of the selected element, then faults of the site.
pub fn fault_actions(stage: &Stage) -> Vec<FaultAction> {
    let selected = stage.session.selected.as_ref();
    let rate_set = stage.session.timeline.commands().any(|(_, command)| matches!(command, Command::Rate(_)));
    let first = of(stage.sim(), selected, rate_set);
    match &stage.panels.comparison {
        Some(comparison) => of_both(first, of(comparison.timeline.simulation(), selected, rate_set)),
        None => first,
    }
}

/// The rows of two designs. A row that only one design has names the design.
fn of_both(first: Vec<FaultAction>, mut second: Vec<FaultAction>) -> Vec<FaultAction> {
    let mut both: Vec<FaultAction> = Vec::new();
    for action in first {
        let same = second.iter().position(|other| (other.group, &other.title) == (action.group, &action.title));
        let there = same.map(|at| second.remove(at).commands).unwrap_or_default();
        both.push(if there == action.commands { action } else { FaultAction { second: Some(there), ..action } });
    }
    let alone = |action: FaultAction| FaultAction { commands: Vec::new(), second: Some(action.commands), ..action };
    both.extend(second.into_iter().map(alone));
    both.sort_by_key(|action| action.group);
    for action in &mut both {
        match (&action.second, action.commands.is_empty()) {
            (Some(second), false) if second.is_empty() => action.title = format!("in A: {}", action.title),
            (Some(_), true) => action.title = format!("in B: {}", action.title),
            _ => {}
        }
    }
    both
}

/// The rows of one design. `rate_set` says whether the load has been changed.
fn of(sim: &Simulation, selected: Option<&Element>, rate_set: bool) -> Vec<FaultAction> {
    let mut actions = heal::fault_actions(sim, rate_set);
    match selected {
        Some(Element::Component(id)) => actions.extend(component::fault_actions(sim, id)),
        Some(Element::Server(id)) if sim.infrastructure().server(id).is_none() => {}
        Some(server @ Element::Server(_)) => actions.extend(server_faults(server)),
        Some(Element::Hop(from, to)) if sim.infrastructure().link_between(from.as_str(), to.as_str()).is_none() => {}
        Some(Element::Hop(from, to)) => actions.extend(hop_faults(from, to)),
        None => {}
    }
    actions.extend(site(sim));
    actions.extend(switches(sim));
    actions
}

/// The faults of a hop.
fn hop_faults(from: &ComponentId, to: &ComponentId) -> [FaultAction; 4] {
    let hop = Element::Hop(from.clone(), to.clone());
    let action = |title: String, about, command| FaultAction::new(FaultGroup::Selected, title, about, command);
    [
        action(
            format!("cut the link {hop}"),
            "What is sent goes nowhere, and nobody is told: whoever waits, waits until a timeout. Fix: mend it.",
            Command::Kill(hop.clone()),
        ),
        action(
            format!("{hop}: four times the latency"),
            "Every message takes four times as long. Look at p50: it moves as well, not only p99. Fix: a better way.",
            Command::Fault(Fault::Slow(hop.clone(), Factor::literal(4.0))),
        ),
        action(
            format!("a firewall drops {hop}"),
            "The sender is not told and waits: health checks say L4TOUT. Fix: allow it again.",
            Command::Edit(TopologyEdit::Block(from.clone(), to.clone())),
        ),
        action(
            format!("somebody listens on {hop}"),
            "No gauge and no alert shows it. What is not encrypted on this hop is read. Fix: encrypt this hop.",
            Command::Fault(Fault::Sniffer(from.clone(), to.clone())),
        ),
    ]
}

/// The faults of a server.
fn server_faults(server: &Element) -> Vec<FaultAction> {
    let action = |title: String, about: &str, command| FaultAction::new(FaultGroup::Selected, title, about, command);
    let id = server;
    vec![
        action(
            format!("power off {id}"),
            "Everything on it is gone at once and answers nothing, not even a refusal: L4TOUT, and its agent is silent. Fix: power.",
            Command::Kill(server.clone()),
        ),
        action(
            format!("{id} hangs"),
            "Connections are accepted, nothing is answered: L7TOUT, 504. A check that only connects sees nothing. Fix: restart.",
            Command::Fault(Fault::Hang(server.clone())),
        ),
        action(
            format!("{id} works four times as slowly"),
            "A quarter of the capacity is left. Look at busy, waiting and p99. Fix: find out what slows it; more servers.",
            Command::Fault(Fault::Slow(server.clone(), Factor::literal(4.0))),
        ),
        action(
            format!("restart {id}"),
            "It is down for 20 s, then its queues and counters begin anew. Look at what its peers do meanwhile.",
            Command::Restart(server.clone(), None),
        ),
        action(
            format!("a bad configuration goes to all of {id}"),
            "What runs on it ends, and does not start again. Fix: roll back; try changes on one server first.",
            Command::Fault(Fault::Misconfigured(server.clone())),
        ),
        action(
            format!("somebody else controls {id}"),
            "Nothing shows, in no gauge. Look at what it may reach through the firewalls. Fix: clean it, and close the flaw.",
            Command::Fault(Fault::Compromised(server.clone())),
        ),
        action(
            format!("drain {id}"),
            "Balancers give it nothing new; what it has, it finishes. That is no failure: it is how one takes a server out.",
            Command::Drain(server.clone()),
        ),
    ]
}

/// The catalogue. A row without a matching part is listed as well: chosen, it says so.
fn site(sim: &Simulation) -> impl Iterator<Item = FaultAction> {
    CATALOGUE.iter().map(|row| FaultAction {
        group: FaultGroup::Site,
        title: row.title.to_owned(),
        about: format!("Users: {}. Agents: {}. Alert: {}. Fix: {}.", row.users, row.agents, row.alert, row.remedy),
        commands: row.inject(sim.infrastructure()),
        second: None,
    })
}

/// Switches of the site that are not in the catalogue.
fn switches(sim: &Simulation) -> Vec<FaultAction> {
    let cookies = !sim.syn_cookies();
    let (title, about) = if cookies {
        ("the entry uses SYN cookies", "It keeps no half-open connection, so a flood of SYNs does not fill its backlog.")
    } else {
        ("the entry stops using SYN cookies", "It keeps half-open connections again: a flood of SYNs fills its backlog.")
    };
    vec![
        FaultAction::new(
            FaultGroup::Site,
            "the authoritative DNS server does not answer",
            "Users: as long as resolvers remember the address, nothing; then the name is not resolved. Fix: a second DNS provider.",
            Command::Fault(Fault::Record(RecordState::Unreachable)),
        ),
        FaultAction::new(FaultGroup::Site, title, about, Command::SynCookies(cookies)),
    ]
}
