//! The number of moves between two designs: records that differ.
//!
//! Counting differences instead of key presses makes trying things out free: an edit that was undone is no move.

use hoplight_model::component::Component;
use hoplight_model::link::LinkSpec;
use hoplight_model::scenario::Scenario;
use hoplight_model::{ComponentId, Infrastructure};

/// The number of moves from one design to another: servers, components and links that were added, removed or changed, and
/// one for each group of settings (TLS, port 80, certificates, monitoring). Labels and positions do not count, nor do the
/// links that come and go with a component.
pub fn moves(from: &Infrastructure, to: &Infrastructure) -> u32 {
    let (from, to) = (plain(from), plain(to));
    let servers = differences(&from.servers, &to.servers, |server| server.id.clone(), |_| true);
    let components = differences(&from.components, &to.components, |component| component.id.clone(), |_| true);
    let lasts = |link: &LinkSpec| {
        let has = |design: &Scenario, id: &ComponentId| design.components.iter().any(|component| component.id == *id);
        [&link.from, &link.to].into_iter().all(|end| has(&from, end) && has(&to, end))
    };
    let links = differences(&from.links, &to.links, |link| (link.from.clone(), link.to.clone()), lasts);
    let settings =
        [from.tls != to.tls, from.http != to.http, from.certificates != to.certificates, from.monitoring != to.monitoring];
    servers + components + links + settings.into_iter().map(u32::from).sum::<u32>()
}

/// The design without what does not count.
fn plain(infra: &Infrastructure) -> Scenario {
    let mut design = Scenario::from(infra);
    for server in &mut design.servers {
        (server.label, server.at, server.cores, server.reliability) = (None, None, None, None);
    }
    for component in &mut design.components {
        let Component { label, at, reliability, .. } = component;
        (*label, *at, *reliability) = (None, None, None);
    }
    for link in &mut design.links {
        // They follow from where the ends run, and from the TLS mode.
        (link.latency_ms, link.port, link.reliability) = (None, None, None);
    }
    design
}

/// Records that only one side has, or that differ.
fn differences<T: PartialEq, K: PartialEq>(from: &[T], to: &[T], key: impl Fn(&T) -> K, counts: impl Fn(&T) -> bool) -> u32 {
    let find = |records: &[T], wanted: &T| records.iter().position(|record| key(record) == key(wanted));
    let gone = from.iter().filter(|record| counts(record) && find(to, record).is_none()).count();
    let changed = to.iter().filter(|record| counts(record) && find(from, record).is_none_or(|place| from[place] != **record));
    u32::try_from(gone + changed.count()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site(parts: &str, links: &str) -> Infrastructure {
        let text = format!(
            r#"(tls: (edge: None), servers: [(id: "s")],
            components: [(id: "web", kind: Web(), server: "s"), (id: "app", kind: App()), {parts}],
            links: [(from: "browser", to: "web"), (from: "web", to: "app"), {links}])"#
        );
        Infrastructure::from_ron("site.ron", &text).unwrap()
    }

    #[test]
    fn a_component_with_its_links_is_one_move() {
        let bare = site("", "");
        assert_eq!(moves(&bare, &bare), 0);
        let with = site(r#"(id: "db", kind: Database())"#, r#"(from: "app", to: "db")"#);
        assert_eq!((moves(&bare, &with), moves(&with, &bare)), (1, 1));
        let two = site(r#"(id: "db", kind: Database()), (id: "b", kind: App())"#, r#"(from: "app", to: "db")"#);
        let joined = site(
            r#"(id: "db", kind: Database()), (id: "b", kind: App())"#,
            r#"(from: "app", to: "db"), (from: "web", to: "b"), (from: "b", to: "db")"#,
        );
        assert_eq!(moves(&two, &joined), 2, "new links between old components count");
    }
}
