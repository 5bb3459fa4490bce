//! A command in the words of a script: what [`super::command`] reads back as the same.

use crate::model::{Element, Infrastructure, TopologyEdit};
use crate::sim::command::Command;

/// The text of a command. `infra` tells where a server's name is a component's, too.
pub fn text(command: &Command, infra: &Infrastructure) -> String {
    let switch = |on: bool| if on { "on" } else { "off" };
    match command {
        Command::Kill(what) => format!("kill {}", element(what, infra)),
        Command::Restore(what) => format!("restore {}", element(what, infra)),
        Command::Edit(TopologyEdit::EdgeTls(mode)) => format!("tls {}", mode.word()),
        Command::Edit(TopologyEdit::WebToAppTls(on)) => format!("tls web-app {}", switch(*on)),
        Command::Edit(TopologyEdit::AppToDbTls(on)) => format!("tls app-db {}", switch(*on)),
        Command::Edit(TopologyEdit::Block(from, to)) => format!("block {from} -> {to}"),
        Command::Edit(TopologyEdit::Unblock(from, to)) => format!("unblock {from} -> {to}"),
        Command::Rate(rate) => format!("rate {}", rate.get()),
        Command::Send(kind) => format!("send {}", kind.word()),
        Command::Balance(algorithm) => format!("balance {}", algorithm.word()),
        Command::Probe(Some(every)) => format!("probe {}", every.get()),
        Command::Probe(None) => "probe off".to_owned(),
        Command::Drain(what) => format!("drain {}", element(what, infra)),
        Command::Ready(what) => format!("ready {}", element(what, infra)),
        Command::Promote(id) => format!("promote {id}"),
        Command::Demote(id) => format!("demote {id}"),
        Command::Lag(id, lag) => format!("lag {id} {}", lag.get()),
    }
}

fn element(element: &Element, infra: &Infrastructure) -> String {
    match element {
        Element::Component(id) => id.to_string(),
        Element::Server(id) if infra.find(id.as_str()).is_some() || id.as_str() == "server" => format!("server {id}"),
        Element::Server(id) => id.to_string(),
        Element::Hop(from, to) => format!("{from} -> {to}"),
    }
}
