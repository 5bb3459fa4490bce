//! Edits of the design: TLS settings, and firewall rules on the selected hop.

use hoplight_model::draft::Edit;
use hoplight_model::firewall::RuleAction;
use hoplight_model::{ComponentId, Element, Hsts, HttpConfig, TlsConfig, TlsMode, TopologyEdit};
use hoplight_sim::Command;

use crate::action::EditAction;
use crate::app::App;
use crate::notice::Notice;
use crate::stage::Stage;
use crate::update::command::execute_command;

impl App {
    pub(super) fn edit_action(&mut self, action: EditAction) {
        let in_editor = self.stage().is_some_and(|stage| stage.editor.is_some());
        let change = in_editor.then(|| self.stage().and_then(|stage| edit(stage, action).ok())).flatten();
        if let Some(change) = change.and_then(|change| self.as_act(&change)) {
            self.make_act(change);
            return;
        }
        self.on_stage(|stage, _| {
            Some(match edit(stage, action) {
                Ok(edit) => execute_command(stage, &Command::Edit(edit)),
                Err(notice) => notice,
            })
        });
    }
}

impl App {
    /// Returns the edits of the drawing that a change of the running site amounts to, so that the editor can undo it.
    fn as_act(&self, change: &TopologyEdit) -> Option<Edit> {
        let drawing = self.stage()?.session.draft().scenario().clone();
        let (tls, http) = (drawing.tls, drawing.http);
        Some(match change {
            TopologyEdit::EdgeTls(edge) => Edit::SetTls(TlsConfig { edge: *edge, ..tls }),
            TopologyEdit::WebToAppTls(web_to_app) => Edit::SetTls(TlsConfig { web_to_app: *web_to_app, ..tls }),
            TopologyEdit::AppToDbTls(app_to_db) => Edit::SetTls(TlsConfig { app_to_db: *app_to_db, ..tls }),
            TopologyEdit::Port80(port_80) => Edit::SetHttp(HttpConfig { port_80: *port_80, ..http }),
            TopologyEdit::Hsts(hsts) => Edit::SetHttp(HttpConfig { hsts: *hsts, ..http }),
            TopologyEdit::ForwardedProto(forwarded_proto) => {
                Edit::SetHttp(HttpConfig { forwarded_proto: *forwarded_proto, ..http })
            }
            TopologyEdit::Block(..) | TopologyEdit::Unblock(..) | TopologyEdit::Sticky(_) | TopologyEdit::RateLimit(..) => {
                return None;
            }
        })
    }
}

fn edit(stage: &Stage, action: EditAction) -> Result<TopologyEdit, Notice> {
    let TlsConfig { edge, web_to_app, app_to_db, .. } = stage.infra().tls();
    let http = stage.infra().http();
    Ok(match action {
        EditAction::CycleTls => TopologyEdit::EdgeTls(edge.next()),
        EditAction::ToggleWebToApp => TopologyEdit::WebToAppTls(!web_to_app),
        EditAction::ToggleAppToDb => TopologyEdit::AppToDbTls(!app_to_db),
        EditAction::CyclePort80 | EditAction::ToggleHsts | EditAction::ToggleForwardedProto if edge == TlsMode::None => {
            return Err(Notice::dim("The site has no TLS, so port 80 is its only port."));
        }
        EditAction::CyclePort80 => TopologyEdit::Port80(http.port_80.next()),
        EditAction::ToggleHsts => TopologyEdit::Hsts(if http.hsts.is_some() { None } else { Some(Hsts::default()) }),
        EditAction::ToggleForwardedProto => TopologyEdit::ForwardedProto(!http.forwarded_proto),
        EditAction::Block => {
            let Some(Element::Hop(from, to)) = stage.session.selected.clone() else {
                return Err(Notice::dim("Select a hop first: a firewall blocks one hop."));
            };
            let hop = (from, to);
            if stage.infra().blocks().any(|block| *block == hop) {
                TopologyEdit::Unblock(hop.0, hop.1)
            } else if is_blocked(stage, &hop.0, &hop.1) {
                return Err(Notice::dim("This hop is already blocked by a firewall's own rules."));
            } else {
                TopologyEdit::Block(hop.0, hop.1)
            }
        }
    })
}

fn is_blocked(stage: &Stage, from: &ComponentId, to: &ComponentId) -> bool {
    let infra = stage.infra();
    let guards = infra.link_between(from.as_str(), to.as_str()).map_or_else(Vec::new, |link| infra.hop(link).guards);
    guards.iter().any(|guard| guard.verdict.action != RuleAction::Allow)
}
