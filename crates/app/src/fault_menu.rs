//! The fault menu: repairs, faults of the selected element, and faults of the site.
//!
//! A row is one or more commands with a title. The list depends only on the state, so an index identifies a row. In a
//! comparison, the list covers both designs.

mod component;
mod repair;

use hoplight_model::quantity::{Cores, Factor};
use hoplight_model::{ComponentId, Element, ServerId, TopologyEdit};
use hoplight_sim::catalogue::{CommonFault, Timed};
use hoplight_sim::fault::Fault;
use hoplight_sim::{Command, RecordState, Simulation};
use hoplight_text::{CommonFaultText, Phrase, common_fault, phrase};

use crate::stage::Stage;

/// The group of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FaultGroup {
    /// Repairs an active fault.
    Repair,
    /// Injects a fault into the selected element.
    Selected,
    /// Affects the whole site: a fault from the catalogue, or a site-wide setting.
    Site,
}

impl FaultGroup {
    /// Returns the label of the group's rows.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Repair => "clear",
            Self::Selected => "here",
            Self::Site => "site",
        }
    }
}

/// A row of the fault menu.
#[derive(Clone, Debug, PartialEq)]
pub struct FaultAction {
    /// The group.
    pub group: FaultGroup,
    /// The title.
    pub title: Phrase,
    /// The expected symptoms, and the fix.
    pub about: String,
    /// The commands, each with its delay in seconds; empty if the infrastructure has no matching element.
    pub commands: Vec<Timed>,
    /// In a comparison, the commands for the second design; `None` if they are the same.
    pub second: Option<Vec<Timed>>,
}

impl FaultAction {
    fn new(group: FaultGroup, title: impl Into<Phrase>, about: impl Into<String>, command: Command) -> Self {
        Self { group, title: title.into(), about: about.into(), commands: vec![(0.0, command)], second: None }
    }

    /// Whether its symptoms are told only once it is injected. Repairs and maintenance are chosen for what they do, so their
    /// description comes first.
    pub(crate) fn is_predicted(&self) -> bool {
        let is_maintenance = |(_, command): &Timed| matches!(command, Command::Drain(_) | Command::SynCookies(_));
        self.group != FaultGroup::Repair && !self.commands.iter().chain(self.second.iter().flatten()).any(is_maintenance)
    }

    /// Whether no command can ever take effect on this infrastructure, whatever its state.
    fn is_impossible(&self, sim: &Simulation) -> bool {
        let immediate = || self.commands.iter().filter(|(after, _)| *after <= 0.0);
        let never = |command: &Command| sim.check(command).is_err_and(|error| error.is_lasting());
        self.commands.is_empty() || (immediate().count() > 0 && immediate().all(|(_, command)| never(command)))
    }

    /// Whether neither design has a matching element.
    pub fn is_empty(&self) -> bool {
        self.commands.is_empty() && self.second.as_ref().is_none_or(Vec::is_empty)
    }

    /// Returns why the row would have no effect now, or `None` if it would have one.
    pub fn refusal(&self, stage: &Stage) -> Option<Phrase> {
        if self.is_empty() {
            return Some(phrase!["this infrastructure has no matching component"]);
        }
        let first = refusal(stage.sim(), &self.commands);
        let Some(comparison) = &stage.panels.comparison else { return first };
        let second = refusal(comparison.timeline.simulation(), self.second.as_ref().unwrap_or(&self.commands));
        // An effect on either design is enough.
        second.and(first)
    }
}

/// Returns why none of the immediate commands would have an effect, or `None` if one would.
fn refusal(sim: &Simulation, commands: &[Timed]) -> Option<Phrase> {
    let mut trial = sim.clone();
    let mut refusal = None;
    for (_, command) in commands.iter().filter(|(after, _)| *after <= 0.0) {
        match trial.apply(command, &mut ()) {
            Ok(()) => return None,
            Err(error) => refusal = refusal.or(Some(hoplight_text::refusal(&error))),
        }
    }
    refusal.or_else(|| commands.is_empty().then(|| phrase!["this infrastructure has no matching component"]))
}

/// Returns all rows: repairs, then faults of the selected element, then faults of the site.
pub fn fault_actions(stage: &Stage) -> Vec<FaultAction> {
    let selected = stage.session.selected.as_ref();
    let rate_set = stage.session.timeline.commands().any(|(_, command)| matches!(command, Command::Rate(_)));
    let first = of(stage.sim(), selected, rate_set);
    match &stage.panels.comparison {
        Some(comparison) => of_both(first, of(comparison.timeline.simulation(), selected, rate_set)),
        None => first,
    }
}

/// Merges the rows of two designs. The title of a row that only one design has names that design.
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
            (Some(second), false) if second.is_empty() => action.title = phrase!["in A: ", action.title.clone()],
            (Some(_), true) => action.title = phrase!["in B: ", action.title.clone()],
            _ => {}
        }
    }
    both
}

/// Returns the rows of one design. `rate_set` says whether the load has been changed.
fn of(sim: &Simulation, selected: Option<&Element>, rate_set: bool) -> Vec<FaultAction> {
    let mut actions = repair::fault_actions(sim, rate_set);
    match selected {
        Some(Element::Component(id)) => actions.extend(component::fault_actions(sim, id)),
        Some(Element::Server(id)) if sim.infrastructure().server(id).is_none() => {}
        Some(server @ Element::Server(id)) => {
            actions.extend(server_faults(server));
            let cores = sim.infrastructure().server(id).and_then(|server| server.cores);
            actions.extend(cores.map(|cores| noisy_neighbour(id, cores)));
        }
        Some(Element::Hop(from, to)) if sim.infrastructure().link_between(from.as_str(), to.as_str()).is_none() => {}
        Some(Element::Hop(from, to)) => actions.extend(hop_faults(from, to)),
        None => {}
    }
    actions.extend(site(sim));
    actions.extend(switches(sim));
    // What cannot happen here is left out. What has no effect now stays, and says so when selected.
    actions.retain(|action| action.group == FaultGroup::Repair || !action.is_impossible(sim));
    actions
}

/// Returns the faults of a hop.
fn hop_faults(from: &ComponentId, to: &ComponentId) -> [FaultAction; 4] {
    let hop = Element::Hop(from.clone(), to.clone());
    let action = |title: Phrase, about, command| FaultAction::new(FaultGroup::Selected, title, about, command);
    [
        action(
            phrase!["cut the link ", &hop],
            "Messages are lost without an error: the sender waits for a timeout. Fix: repair the link.",
            Command::Kill(hop.clone()),
        ),
        action(
            phrase!["quadruple the latency of ", &hop],
            "Every message takes four times as long. Look at p50: it rises as well, not only p99. Fix: a faster link.",
            Command::Fault(Fault::Slow(hop.clone(), Factor::literal(4.0))),
        ),
        action(
            phrase!["block ", &hop, " with a firewall"],
            "The sender gets no reply and waits: health checks report L4TOUT. Fix: unblock it.",
            Command::Edit(TopologyEdit::Block(from.clone(), to.clone())),
        ),
        action(
            phrase!["put an eavesdropper on ", &hop],
            "No gauge and no alert shows it. Plaintext on this link is read. Fix: encrypt the link.",
            Command::Fault(Fault::Sniffer(from.clone(), to.clone())),
        ),
    ]
}

/// Returns the faults of a server.
fn server_faults(server: &Element) -> Vec<FaultAction> {
    let action = |title: Phrase, about: &str, command| FaultAction::new(FaultGroup::Selected, title, about, command);
    let id = server;
    vec![
        action(
            phrase!["power off ", id],
            "Everything on it stops at once, without refusing connections: L4TOUT, and its agent goes silent. Fix: power it on.",
            Command::Kill(server.clone()),
        ),
        action(
            phrase!["hang ", id],
            "Connections are accepted, nothing is answered: L7TOUT, 504. A TCP check does not notice. Fix: restart it.",
            Command::Fault(Fault::Hang(server.clone())),
        ),
        action(
            phrase!["slow ", id, " down by a factor of 4"],
            "A quarter of the capacity is left. Look at busy, waiting and p99. Fix: find the cause; add servers.",
            Command::Fault(Fault::Slow(server.clone(), Factor::literal(4.0))),
        ),
        action(
            phrase!["restart ", id],
            "It is down for 20 s, and its queues and counters are reset. Look at what its peers do meanwhile.",
            Command::Restart(server.clone(), None),
        ),
        action(
            phrase!["roll out a bad configuration to ", id],
            "Its programs end and do not start again. Fix: roll back; try changes on one server first.",
            Command::Fault(Fault::Misconfigured(server.clone())),
        ),
        action(
            phrase!["compromise ", id],
            "No gauge shows it. Look at what the firewalls let it reach. Fix: clean it, and patch the flaw.",
            Command::Fault(Fault::Compromised(server.clone())),
        ),
        action(
            phrase!["drain ", id],
            "Balancers send it no new requests, and it finishes what it has. This is not a failure: it is how to take a server out of service.",
            Command::Drain(server.clone()),
        ),
    ]
}

/// Returns the fault of another program on a server with a number of cores.
fn noisy_neighbour(server: &ServerId, cores: Cores) -> FaultAction {
    // Four threads per core leave the site a fifth of the processor, or a little more.
    let threads = 4 * cores.get();
    FaultAction::new(
        FaultGroup::Selected,
        phrase!["run another program on ", server, " with ", threads, " threads"],
        "It competes with the site for the cores: all work on the server takes several times as long. Look at the CPU, busy and p99. Fix: end it.",
        Command::Fault(Fault::CpuHog(server.clone(), threads)),
    )
}

/// Returns the rows of the catalogue.
fn site(sim: &Simulation) -> impl Iterator<Item = FaultAction> {
    CommonFault::ALL.into_iter().map(|fault| {
        let CommonFaultText { title, users, agents, alert, remedy } = common_fault(fault);
        FaultAction {
            group: FaultGroup::Site,
            title: title.into(),
            about: format!("Users: {users}. Agents: {agents}. Alert: {alert}. Fix: {remedy}."),
            commands: fault.inject(sim.infrastructure()),
            second: None,
        }
    })
}

/// Returns site-wide rows that are not in the catalogue.
fn switches(sim: &Simulation) -> Vec<FaultAction> {
    let cookies = !sim.syn_cookies();
    let (title, about) = if cookies {
        ("turn SYN cookies on", "The entry keeps no half-open connections, so a flood of SYNs does not fill its backlog.")
    } else {
        ("turn SYN cookies off", "The entry keeps half-open connections again: a flood of SYNs fills its backlog.")
    };
    vec![
        FaultAction::new(
            FaultGroup::Site,
            "the authoritative DNS server does not answer",
            "Users: nothing while resolvers cache the address; then the name does not resolve. Fix: a second DNS provider.",
            Command::Fault(Fault::Record(RecordState::Unreachable)),
        ),
        FaultAction::new(FaultGroup::Site, title, about, Command::SynCookies(cookies)),
    ]
}
