//! Acts of a designer: what can be added, and why an act is refused.

use hoplight_model::DatabaseRole;
use hoplight_model::compose::{ComposeError, Role};

use crate::problem::edit_error;

/// What a designer can add, as a name and a sentence about its purpose.
pub const fn role(role: Role) -> (&'static str, &'static str) {
    match role {
        Role::Balancer => ("load balancer", "Distributes requests over several servers, and stops sending them to dead ones."),
        Role::Web => ("web server", "Speaks HTTP with browsers, serves static pages itself and forwards the rest."),
        Role::App => ("application server", "Runs the site's code, which renders pages from data."),
        Role::Database => ("database", "Stores the data. Connect a second one to it for a replica."),
        Role::Firewall => {
            ("firewall", "Lets in and out only what its rules allow. It is added with rules for the links that cross it.")
        }
        Role::Agent => {
            ("monitoring client", "Samples the programs on its server and sends the samples to the monitoring service.")
        }
        Role::Monitoring => ("monitoring service", "Stores the samples of the monitoring clients, shows them and alerts."),
        Role::Resolver => ("DNS", "Resolves the name of the site to an address, before the browser connects."),
        Role::Cache => ("cache", "Keeps results of queries beside the applications, so that the database works less."),
        Role::FrontCache => ("HTTP cache", "Keeps pages before the site, so that the servers behind it work less."),
        Role::SessionStore => ("session store", "Keeps the sessions of logged-in users, so that every application knows them."),
        Role::SqlProxy => {
            ("SQL proxy", "Routes writes to the primary and reads to replicas, and finds the new primary after a failover.")
        }
    }
}

/// Why an act is refused, as a sentence without a full stop.
pub fn compose_error(error: &ComposeError) -> String {
    match error {
        ComposeError::Unknown(element) => format!("{element} no longer exists"),
        ComposeError::Edit(error) => edit_error(error),
        ComposeError::SameEnd => "a link needs two ends: choose another element".to_owned(),
        ComposeError::NothingInCommon(kinds) => {
            format!("a {} and a {} have no protocol in common", kinds.0.word(), kinds.1.word())
        }
        ComposeError::NothingFits => "nothing on one of them connects to anything on the other".to_owned(),
        ComposeError::Ambiguous(pairs) => {
            let listed: Vec<String> = pairs.iter().take(3).map(|(from, to)| format!("{from} to {to}")).collect();
            format!("several links are possible: {}; choose the two components themselves", listed.join(", "))
        }
        ComposeError::IsHop => "this is a link: choose a component or a server".to_owned(),
        ComposeError::IsBrowser => "the browser is the user: it cannot be removed, moved to a server or copied".to_owned(),
        ComposeError::NeedsServer => "this component needs a server; select one first".to_owned(),
        ComposeError::NotOnServer(id) => format!("{id} is on no server, so there is no branch to copy"),
        ComposeError::NotADatabase => "select a database: only databases have this role".to_owned(),
        ComposeError::TooFewDatabases { role: DatabaseRole::Replica, .. } => {
            "a replica needs a database to replicate: connect two databases".to_owned()
        }
        ComposeError::TooFewDatabases { least, .. } => {
            format!("such a cluster needs {least} databases that are connected; add the others first")
        }
        ComposeError::ClusterComplete => "the cluster is complete".to_owned(),
        ComposeError::NoServerLeft => "there is no server without one".to_owned(),
        ComposeError::AlreadyProtected(element) => format!("this firewall already protects {element}"),
        ComposeError::TwoFirewalls => "a firewall protects servers and components, not another firewall".to_owned(),
        ComposeError::NoEntry => "a certificate needs something that users connect to: connect the browser first".to_owned(),
        ComposeError::HasCertificate => "it already has a certificate".to_owned(),
        ComposeError::Edge => "it is already at the edge".to_owned(),
        ComposeError::BadName(why) => why.clone(),
        ComposeError::NameTaken(name) => format!("the name {name} is taken"),
        ComposeError::NotAFirewall => "select a firewall first: only firewalls have rules".to_owned(),
        ComposeError::ProtectsNothing => "this firewall protects nothing yet: connect it to a server or component".to_owned(),
        ComposeError::RulesFit => "its rules already allow exactly the links that are drawn".to_owned(),
        ComposeError::Unbuildable => "correct the problems of the design first".to_owned(),
    }
}
