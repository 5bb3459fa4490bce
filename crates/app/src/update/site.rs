//! The running site: load, faults, repairs and single requests.

use hoplight_model::monitoring::ProbeSpec;
use hoplight_model::quantity::Rate;
use hoplight_model::{Element, RequestKind};
use hoplight_sim::{Command, Simulation};

use crate::action::{SiteAction, WindowAction};
use crate::app::App;
use crate::fault_menu;
use crate::keymap::Keymap;
use crate::notice::Notice;
use crate::stage::Stage;
use crate::update::command::{execute_command, run_fault_action};
use crate::window::kind::WindowKind;

/// Maximum load that the keys can set, in requests per second.
const MOST_USERS: f64 = 5_000.0;

impl App {
    pub(super) fn site_action(&mut self, action: SiteAction) {
        self.on_stage(|stage, keymap| change_site(stage, keymap, action));
    }
}

fn change_site(stage: &mut Stage, keymap: &Keymap, action: SiteAction) -> Option<Notice> {
    let load = asked(stage).rate();
    let command = match action {
        SiteAction::KillOrRestore => kill_or_restore(stage, keymap),
        SiteAction::Balance => match asked(stage).algorithm() {
            Some(algorithm) => Ok(Command::Balance(algorithm.next())),
            None => Err(Notice::dim("This infrastructure has no load balancer.")),
        },
        SiteAction::MoreUsers => rate(load, (load * 1.25).round().max(load + 1.0)),
        SiteAction::FewerUsers => rate(load, (load * 0.8).round().min(load - 1.0)),
        SiteAction::Probe => Ok(Command::Probe(match asked(stage).probe().interval_s {
            Some(_) => None,
            None => Some(ProbeSpec::default().interval_s),
        })),
        SiteAction::Send(kind) => return Some(send(stage, kind)),
        SiteAction::Fault(index) => {
            return fault_menu::fault_actions(stage).get(index).map(|action| run_fault_action(stage, action));
        }
    };
    Some(command.map_or_else(|notice| notice, |command| execute_command(stage, &command)))
}

/// Returns the simulation whose state determines the command: the second design's if only that one has the selected element.
fn asked(stage: &Stage) -> &Simulation {
    match (&stage.session.selected, &stage.panels.comparison) {
        (Some(element), Some(comparison)) if stage.sim().is_up(element).is_none() => comparison.timeline.simulation(),
        _ => stage.sim(),
    }
}

fn kill_or_restore(stage: &Stage, keymap: &Keymap) -> Result<Command, Notice> {
    let Some(element) = stage.session.selected.clone() else {
        let menu = keymap.label(WindowAction::Open(WindowKind::Faults));
        return Err(Notice::dim(format!(
            "Nothing is selected. Select an element with the arrows or the mouse; {menu} opens the faults."
        )));
    };
    let sim = asked(stage);
    // A component on a server that is off comes back with the server.
    let element = if sim.is_up(&element) == Some(false) { with_its_server(stage, element) } else { element };
    Ok(if sim.is_up(&element) == Some(false) { Command::Restore(element) } else { Command::Kill(element) })
}

fn with_its_server(stage: &Stage, element: Element) -> Element {
    let Element::Component(id) = &element else { return element };
    let infra = stage.infra();
    let server = infra.find(id.as_str()).and_then(|ix| infra.component(ix).server.clone());
    match server.map(Element::Server) {
        Some(server) if stage.sim().is_up(&server) == Some(false) => server,
        _ => element,
    }
}

/// Returns the command that changes the arrival rate, within the limits of the keys.
fn rate(now: f64, wanted: f64) -> Result<Command, Notice> {
    let wanted = wanted.clamp(0.0, MOST_USERS.max(now));
    if (wanted - now).abs() < f64::EPSILON {
        let why = if now > 0.0 { "This key cannot raise the load any further." } else { "The load is already zero." };
        return Err(Notice::dim(why));
    }
    Rate::new(wanted).map(Command::Rate).map_err(Notice::dim)
}

/// Sends one request and follows it.
fn send(stage: &mut Stage, kind: RequestKind) -> Notice {
    stage.panels.overlays.set_kind(kind);
    let before = stage.sim().newest_request(None);
    let notice = execute_command(stage, &Command::Send(kind));
    let sent = stage.sim().newest_request(None);
    if sent != before {
        // Following a request clears the selection, and with it the wiretap's panel: the request is sent to be read there.
        let tapped = stage.session.selected.clone().filter(|_| stage.session.is_tap_selected());
        stage.session.follow(sent);
        if tapped.is_some() {
            stage.session.selected = tapped;
        }
        stage.session.playback.paused = false;
    }
    notice
}
