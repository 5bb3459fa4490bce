//! Designs as a learner makes them, act by act.

use super::*;
use crate::component::GridPlace;
use crate::draft::Draft;
use crate::firewall::Direction;
use crate::infrastructure::Infrastructure;
use crate::link::Protocol;
use crate::request::RequestKind;

fn c(id: &str) -> Element {
    Element::Component(ComponentId::new(id))
}

fn s(id: &str) -> Element {
    Element::Server(ServerId::new(id))
}

struct Board(Draft);

impl Board {
    fn new() -> Self {
        Self(Draft::new(empty_board()))
    }

    fn act(&mut self, act: impl FnOnce(&Scenario) -> Result<Composed, ComposeError>) -> Option<Element> {
        let composed = act(self.0.scenario()).expect("a possible act");
        self.0.apply_all(composed.edits).expect("valid edits");
        self.infra();
        composed.subject
    }

    fn add(&mut self, role: Role) -> Option<Element> {
        self.act(|scenario| add(scenario, role, &Placement::NewServer))
    }

    /// Adds a component while another element is selected.
    fn add_near(&mut self, role: Role, placement: &Placement, near: Option<&Element>) -> Option<Element> {
        self.act(|scenario| add_near(scenario, role, placement, near).map(|(composed, _)| composed))
    }

    fn is_linked(&self, from: &str, to: &str) -> bool {
        self.infra().link_between(from, to).is_some()
    }

    fn blocked(&self) -> usize {
        let infra = self.infra();
        let guards = infra.hops().flat_map(|hop| hop.guards);
        guards.filter(|guard| guard.verdict.action != crate::firewall::RuleAction::Allow).count()
    }

    fn add_on(&mut self, role: Role, server: &str) -> Option<Element> {
        self.act(|scenario| add(scenario, role, &Placement::On(ServerId::new(server))))
    }

    fn connect(&mut self, from: &Element, to: &Element) {
        self.act(|scenario| connect(scenario, from, to));
    }

    fn infra(&self) -> Infrastructure {
        self.0.scenario().build_board().expect("a board that can be built after every act")
    }
}

/// Stage 2 of the exercise, with the fewest acts.
fn stage_2() -> Board {
    let mut board = Board::new();
    board.add(Role::Resolver);
    board.add(Role::Balancer);
    board.connect(&c("browser"), &c("lb-1"));
    board.add(Role::Web);
    board.add_on(Role::App, "server-2");
    board.add_on(Role::Database, "server-2");
    board.connect(&c("lb-1"), &c("web-1"));
    board.connect(&c("web-1"), &c("app-1"));
    board.connect(&c("app-1"), &c("db-1"));
    board.add(Role::Monitoring);
    board.add_on(Role::Agent, "server-1");
    board.add_on(Role::Agent, "server-2");
    board.act(add_certificate);
    board.add_on(Role::Firewall, "server-1");
    board.add_on(Role::Firewall, "server-2");
    board.act(|scenario| copy(scenario, &s("server-2")));
    board
}

#[test]
fn stage_2_is_built_from_an_empty_board() {
    let board = stage_2();
    let infra = board.infra();
    assert!(board.0.build().is_ok());
    assert_eq!(infra.servers().len(), 3);
    assert_eq!(infra.find("web-2").map(|ix| infra.component(ix).server.clone()), Some(Some(ServerId::new("server-3"))));
    assert_eq!(infra.database_clusters().iter().map(Vec::len).collect::<Vec<_>>(), [2]);
    let blocked =
        infra.hops().flat_map(|hop| hop.guards).filter(|guard| guard.verdict.action != crate::firewall::RuleAction::Allow);
    assert_eq!(blocked.count(), 0, "no drawn link is blocked");
    assert_eq!(infra.links().filter(|(_, link)| link.protocol == Protocol::Metrics).count(), 3);
    assert_eq!(infra.certificates().len(), 1);
    let reads = infra.link_between("app-2", "db-2").expect("copied");
    assert!(infra.link(reads).serves(RequestKind::Read) && !infra.link(reads).serves(RequestKind::Write));
}

#[test]
fn what_is_added_connects_to_what_is_selected() {
    let mut board = Board::new();
    board.add_near(Role::Resolver, &Placement::Outside, Some(&c("browser")));
    // Nothing that is selected suggests a client, but users reach nothing yet.
    let balancer = board.add_near(Role::Balancer, &Placement::NewServer, Some(&c("dns")));
    let web = board.add_near(Role::Web, &Placement::NewServer, balancer.as_ref());
    let app = board.add_near(Role::App, &Placement::On(ServerId::new("server-2")), web.as_ref());
    let database = board.add_near(Role::Database, &Placement::On(ServerId::new("server-2")), app.as_ref());
    for (from, to) in [("browser", "lb-1"), ("lb-1", "web-1"), ("web-1", "app-1"), ("app-1", "db-1")] {
        assert!(board.is_linked(from, to), "{from} → {to}");
    }
    assert!(!board.is_linked("browser", "web-1"), "users have an entry");
    board.act(|scenario| add_everywhere(scenario, Role::Agent));
    board.act(|scenario| add_everywhere(scenario, Role::Firewall));
    assert_eq!(add_everywhere(board.0.scenario(), Role::Agent), Err(ComposeError::NoServerLeft));
    assert_eq!((board.infra().firewalls().count(), board.blocked()), (2, 0));
    assert!(board.is_linked("agent-1", "monitor") && board.is_linked("agent-2", "monitor"));
    // A second database of the same application is a replica of its first, which reads only.
    board.add_near(Role::Database, &Placement::NewServer, database.as_ref());
    let infra = board.infra();
    let reads = infra.link_between("app-1", "db-2").expect("the application reads from it");
    assert!(infra.link(reads).serves(RequestKind::Read) && !infra.link(reads).serves(RequestKind::Write));
    assert!(board.is_linked("db-1", "db-2"));
    // A second balancer shares the address and has the same backends.
    board.add_near(Role::Balancer, &Placement::NewServer, Some(&c("lb-1")));
    assert_eq!(board.infra().vrrp_pairs().len(), 1);
    assert!(board.is_linked("lb-2", "web-1") && board.is_linked("browser", "lb-2"));
    // A second web server has the same clients; the application on the first one's server stays that one's.
    board.add_near(Role::Web, &Placement::NewServer, web.as_ref());
    assert!(board.is_linked("lb-1", "web-2") && board.is_linked("lb-2", "web-2") && !board.is_linked("web-2", "app-1"));
}

#[test]
fn a_balancer_takes_the_place_of_the_web_server_that_users_connect_to() {
    let mut board = Board::new();
    let web = board.add_near(Role::Web, &Placement::NewServer, None);
    assert!(board.is_linked("browser", "web-1"));
    board.act(add_certificate);
    board.add_near(Role::Balancer, &Placement::NewServer, web.as_ref());
    assert!(board.is_linked("browser", "lb-1") && board.is_linked("lb-1", "web-1") && !board.is_linked("browser", "web-1"));
    assert_eq!(board.infra().certificates()[0].on, [ComponentId::new("lb-1")], "the key is where users connect");
    let suggested = |role, near: &str| attachment(board.0.scenario(), role, Some(&c(near)));
    assert_eq!(suggested(Role::Web, "web-1"), Some(Attachment::Beside(ComponentId::new("web-1"))));
    assert_eq!(suggested(Role::App, "dns"), Some(Attachment::From(ComponentId::new("web-1"))), "what lacks one");
    assert_eq!(suggested(Role::Database, "web-1"), None, "a web server queries no database");
    assert_eq!(suggested(Role::Agent, "web-1"), None, "agents report by themselves");
}

#[test]
fn a_copy_shares_the_data_and_the_firewalls_of_the_original() {
    let mut board = stage_2();
    board.act(|scenario| add(scenario, Role::Firewall, &Placement::Outside));
    board.connect(&c("fw-4"), &s("server-2"));
    board.connect(&c("fw-4"), &s("server-1"));
    board.act(|scenario| copy(scenario, &s("server-2")));
    let infra = board.infra();
    let servers = |id: &str| {
        let ix = infra.find(id).expect("drawn");
        infra.component(ix).kind.as_firewall().map(|spec| spec.servers.clone()).unwrap_or_default()
    };
    let named = |names: &[&str]| names.iter().map(|name| ServerId::new(name)).collect::<Vec<_>>();
    assert_eq!(servers("fw-4"), named(&["server-2", "server-1", "server-4"]), "a shared firewall protects the copy too");
    assert_eq!(servers("fw-5"), named(&["server-4"]), "the server's own firewall is copied");
    assert_eq!(infra.database_clusters().iter().map(Vec::len).collect::<Vec<_>>(), [3], "one cluster");
    assert!(board.is_linked("app-3", "db-1") && board.is_linked("lb-1", "web-3") && board.is_linked("db-1", "db-3"));
    assert_eq!(board.blocked(), 0, "{}", board.0.scenario().to_ron());
}

#[test]
fn a_cluster_is_one_act_and_back_to_a_primary_is_another() {
    use crate::component::DatabaseRole::{Member, MultiPrimary, Primary, Replica};
    let roles = |board: &Board| -> Vec<_> {
        let infra = board.infra();
        infra.components().filter_map(|(_, it)| it.kind.as_database().map(|spec| (it.id.to_string(), spec.role))).collect()
    };
    let named = |all: &[(&str, _)]| all.iter().map(|(id, role)| ((*id).to_owned(), *role)).collect::<Vec<_>>();
    let mut board = stage_2();
    let (db_1, db_2) = (ComponentId::new("db-1"), ComponentId::new("db-2"));
    let few = set_database_role(board.0.scenario(), &db_1, Member);
    assert_eq!(few, Err(ComposeError::TooFewDatabases { role: Member, least: 3 }));
    board.act(|scenario| set_database_role(scenario, &db_1, MultiPrimary));
    assert_eq!(roles(&board), named(&[("db-1", MultiPrimary), ("db-2", MultiPrimary)]));
    let writes = |board: &Board, from: &str, to: &str| {
        let infra = board.infra();
        infra.link_between(from, to).is_some_and(|link| infra.link(link).serves(RequestKind::Write))
    };
    assert!(writes(&board, "app-2", "db-2"), "every member takes writes");
    board.act(|scenario| add_cluster(scenario, Member, Some(&c("db-1"))));
    assert_eq!(roles(&board), named(&[("db-1", Member), ("db-2", Member), ("db-3", Member)]));
    assert!(writes(&board, "app-1", "db-3"), "every client can reach every member");
    assert_eq!(add_cluster(board.0.scenario(), Member, Some(&c("db-1"))), Err(ComposeError::ClusterComplete));
    board.act(|scenario| set_database_role(scenario, &db_2, Primary));
    assert_eq!(roles(&board), named(&[("db-1", Replica), ("db-2", Primary), ("db-3", Replica)]));
    assert!(writes(&board, "app-1", "db-2") && !writes(&board, "app-1", "db-1"));
    // The primary steps down: the first of the others leads.
    board.act(|scenario| set_database_role(scenario, &db_2, Replica));
    assert_eq!(roles(&board), named(&[("db-1", Primary), ("db-2", Replica), ("db-3", Replica)]));
    let mut lone = Board::new();
    lone.act(|scenario| add_cluster(scenario, Member, None));
    assert_eq!(roles(&lone).len(), 3);
    assert_eq!(set_database_role(lone.0.scenario(), &ComponentId::new("browser"), Primary), Err(ComposeError::NotADatabase));
}

#[test]
fn all_rules_are_fitted_at_once() {
    let mut board = stage_2();
    assert_eq!(fit_all_rules(&empty_board()), Err(ComposeError::NotAFirewall));
    board.add(Role::Cache);
    board.connect(&c("app-1"), &c("cache-1"));
    assert_eq!(board.blocked(), 1, "a new link is blocked");
    board.act(fit_all_rules);
    assert_eq!(board.blocked(), 0);
    assert_eq!(fit_all_rules(board.0.scenario()), Err(ComposeError::RulesFit));
}

#[test]
fn every_act_is_one_step_of_the_history_and_undo_restores_it() {
    let mut board = stage_2();
    let last = board.0.scenario().to_ron();
    let steps = board.0.undo_len();
    while board.0.undo() {
        board.infra();
    }
    assert_eq!(board.0.scenario(), &empty_board());
    while board.0.redo() {}
    assert_eq!((board.0.undo_len(), board.0.scenario().to_ron()), (steps, last));
}

#[test]
fn an_empty_board_is_no_site() {
    assert!(empty_board().build().is_err());
    assert!(empty_board().build_board().is_ok());
}

#[test]
fn two_balancers_become_a_pair_and_part_again() {
    let mut board = stage_2();
    board.add(Role::Balancer);
    board.connect(&c("lb-1"), &c("lb-2"));
    let infra = board.infra();
    assert_eq!(infra.vrrp_pairs().len(), 1);
    assert!(infra.link_between("browser", "lb-2").is_some());
    assert_eq!(infra.certificates()[0].on.len(), 2, "both have the key");
    board.act(|scenario| remove(scenario, &c("lb-2")));
    assert_eq!(board.infra().vrrp_pairs(), []);
    assert_eq!(board.infra().certificates()[0].on, [ComponentId::new("lb-1")]);
}

#[test]
fn a_replica_whose_primary_is_removed_takes_writes() {
    let mut board = stage_2();
    board.act(|scenario| remove(scenario, &s("server-2")));
    let infra = board.infra();
    let db = infra.find("db-2").and_then(|ix| infra.component(ix).kind.as_database().cloned()).expect("a database");
    assert_eq!(db.role, crate::database::DatabaseRole::Primary);
    let link = infra.link_between("app-2", "db-2").expect("kept");
    assert!(infra.link(link).serves(RequestKind::Write));
    let names = board.0.scenario().to_ron();
    for gone in ["server-2", "web-1", "app-1", "db-1", "fw-2", "agent-2"] {
        assert!(!names.contains(&format!("\"{gone}\"")), "{gone} is still named:\n{names}");
    }
}

#[test]
fn a_firewall_lets_through_what_is_drawn_and_no_more() {
    let mut board = Board::new();
    board.add(Role::Web);
    board.connect(&c("browser"), &c("web-1"));
    board.add_on(Role::Firewall, "server-1");
    let infra = board.infra();
    let hop = infra.hops().next().expect("one link");
    assert_eq!(hop.guards[0].verdict.direction, Direction::Inbound);
    let spec = board.0.scenario().components[2].kind.as_firewall().expect("the firewall").clone();
    assert_eq!(spec.inbound.iter().flat_map(|rule| rule.ports.clone()).collect::<Vec<_>>(), [443, 80]);
    let again = fit_rules(board.0.scenario(), &ComponentId::new("fw-1"));
    assert_eq!(again, Err(ComposeError::RulesFit));
}

#[test]
fn a_link_goes_the_way_that_its_protocol_goes() {
    let mut board = Board::new();
    board.add(Role::Web);
    board.add(Role::App);
    board.connect(&c("app-1"), &c("web-1"));
    assert!(board.infra().link_between("web-1", "app-1").is_some());
    board.add(Role::Database);
    board.connect(&s("server-2"), &s("server-3"));
    assert!(board.infra().link_between("app-1", "db-1").is_some());
}

#[test]
fn impossible_acts_are_refused_with_the_reason() {
    let board = stage_2();
    let scenario = board.0.scenario();
    let refused = |from: &Element, to: &Element| connect(scenario, from, to).expect_err("impossible");
    assert_eq!(refused(&c("web-1"), &c("web-1")), ComposeError::SameEnd);
    assert!(matches!(refused(&c("browser"), &c("db-1")), ComposeError::NothingInCommon(_)));
    assert_eq!(refused(&c("fw-1"), &c("fw-2")), ComposeError::TwoFirewalls);
    assert_eq!(refused(&c("fw-1"), &s("server-1")), ComposeError::AlreadyProtected(s("server-1")));
    assert!(matches!(refused(&s("server-2"), &s("server-3")), ComposeError::Ambiguous(_)));
    assert_eq!(remove(scenario, &c("browser")), Err(ComposeError::IsBrowser));
    assert_eq!(copy(scenario, &c("dns")), Err(ComposeError::NotOnServer(ComponentId::new("dns"))));
    assert_eq!(add(scenario, Role::Agent, &Placement::Outside), Err(ComposeError::NeedsServer));
    assert!(matches!(rename(scenario, &c("web-1"), "Web 1"), Err(ComposeError::BadName(_))));
    assert_eq!(rename(scenario, &c("web-1"), "web-2"), Err(ComposeError::NameTaken("web-2".to_owned())));
    assert_eq!(add_certificate(scenario), Err(ComposeError::HasCertificate));
    assert_eq!(add_certificate(&empty_board()), Err(ComposeError::NoEntry));
}

#[test]
fn a_move_swaps_boxes_and_pushes_at_the_edge() {
    let mut board = Board::new();
    board.add(Role::Web);
    board.add(Role::App);
    let spot = |owner: &Element, column, row| Spot { owner: owner.clone(), at: GridPlace(column, row) };
    let spots = [spot(&c("browser"), 0, 0), spot(&s("server-1"), 1, 0), spot(&s("server-2"), 2, 0)];
    board.act(|scenario| place(scenario, &spots, &c("app-1"), (-1, 0)));
    let places = |board: &Board| board.0.scenario().servers.iter().map(|server| server.at).collect::<Vec<_>>();
    assert_eq!(places(&board), [Some(GridPlace(2, 0)), Some(GridPlace(1, 0))]);
    let spots = [spot(&c("browser"), 0, 0), spot(&s("server-1"), 2, 0), spot(&s("server-2"), 1, 0)];
    board.act(|scenario| place(scenario, &spots, &s("server-2"), (0, -1)));
    assert_eq!(places(&board), [Some(GridPlace(2, 1)), Some(GridPlace(1, 0))]);
    let alone = place(board.0.scenario(), &spots, &c("browser"), (-1, 0));
    assert_eq!(alone, Err(ComposeError::Edge));
}

#[test]
fn the_database_that_takes_writes_stays_the_primary() {
    let mut board = stage_2();
    board.add(Role::Database);
    // Started at the new database.
    let subject = board.act(|scenario| connect(scenario, &c("db-3"), &c("db-1")));
    assert_eq!(subject, Some(Element::Hop(ComponentId::new("db-1"), ComponentId::new("db-3"))));
    let role = |id: &str| {
        let infra = board.infra();
        infra.find(id).and_then(|ix| infra.component(ix).kind.as_database().map(|spec| spec.role))
    };
    assert_eq!(role("db-1"), Some(crate::database::DatabaseRole::Primary));
    assert_eq!(role("db-3"), Some(crate::database::DatabaseRole::Replica));
}

#[test]
fn a_firewall_before_the_resolver_lets_lookups_in() {
    let mut board = Board::new();
    board.add(Role::Resolver);
    board.act(|scenario| add(scenario, Role::Firewall, &Placement::Outside));
    let unplaced = fit_rules(board.0.scenario(), &ComponentId::new("fw-1"));
    assert_eq!(unplaced, Err(ComposeError::ProtectsNothing));
    board.connect(&c("fw-1"), &c("dns"));
    let blocked =
        board.infra().hops().flat_map(|hop| hop.guards).any(|guard| guard.verdict.action != crate::firewall::RuleAction::Allow);
    assert!(!blocked, "{}", board.0.scenario().to_ron());
}

#[test]
fn the_first_replica_of_a_removed_primary_leads_the_others() {
    let mut board = stage_2();
    board.add(Role::Database);
    board.connect(&c("db-1"), &c("db-3"));
    board.act(|scenario| remove(scenario, &c("db-1")));
    let infra = board.infra();
    let role = |id: &str| infra.find(id).and_then(|ix| infra.component(ix).kind.as_database().map(|spec| spec.role));
    assert_eq!(role("db-2"), Some(crate::database::DatabaseRole::Primary));
    assert_eq!(role("db-3"), Some(crate::database::DatabaseRole::Replica));
    assert!(infra.link_between("db-2", "db-3").is_some());
}
