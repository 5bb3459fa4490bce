//! Equivalent drawings pass, and each wrong one fails the requirement that it violates.

use crate::designs::{asset, variants};
use hoplight_exam::{ExamStage, RequirementId, requirements};
use hoplight_model::component::{Component, ComponentKind, VrrpSpec};
use hoplight_model::draft::{Draft, Edit};
use hoplight_model::link::LinkSpec;
use hoplight_model::scenario::Scenario;
use hoplight_model::{Algorithm, Certificate, ComponentId, DatabaseRole, Element, ServerId, Text, TlsMode};

/// The requirements that a drawing leaves open.
fn open(stage: ExamStage, scenario: &Scenario) -> Vec<RequirementId> {
    requirements(stage, scenario).into_iter().filter(|report| !report.met).map(|report| report.id).collect()
}

#[test]
fn equivalent_drawings_pass() {
    for (stage, least) in [(0, 4), (1, 8), (2, 8), (3, 8)] {
        let stage = ExamStage::ALL[stage];
        let mut passing = variants(stage);
        passing.push((stage.reference().to_string(), asset(stage.reference().as_str())));
        if stage == ExamStage::Secured {
            for name in ["design-0", "design-2", "design-4", "design-0-repaired", "design-2-repaired", "design-4-repaired"] {
                passing.push((name.to_owned(), asset(name)));
            }
        }
        assert!(passing.len() >= least, "{stage:?}: {}", passing.len());
        for (name, scenario) in passing {
            assert_eq!(open(stage, &scenario), [], "{stage:?}, {name}: {:?}", scenario.check());
        }
    }
}

#[test]
fn the_next_stages_task_is_open_in_the_drawing_of_the_stage_before() {
    for pair in ExamStage::ALL.windows(2) {
        let before = asset(pair[0].reference().as_str());
        assert_ne!(open(pair[1], &before), [], "{pair:?}");
    }
}

#[test]
fn an_empty_board_meets_nothing() {
    let empty: Scenario = hoplight_model::ron_text::parse("empty.ron", "(components: [])").unwrap();
    for stage in ExamStage::ALL {
        assert_eq!(open(stage, &empty), stage.requirements());
    }
}

#[test]
fn a_met_requirement_names_its_elements() {
    for stage in ExamStage::ALL {
        for report in requirements(stage, &asset(stage.reference().as_str())) {
            assert!(report.met && !report.elements.is_empty(), "{stage:?} {:?}", report.id);
        }
    }
}

/// A wrong drawing: what is wrong, the change that makes it wrong, and the only requirement that it violates.
type Wrong = (&'static str, Box<dyn Fn(&mut Board)>, RequirementId);

fn wrong(what: &'static str, change: impl Fn(&mut Board) + 'static, violates: RequirementId) -> Wrong {
    (what, Box::new(change), violates)
}

/// A board on which a learner draws.
struct Board(Draft);

impl Board {
    fn edit(&mut self, edit: Edit) {
        self.0.apply(edit).expect("an edit that changes the board");
    }

    fn unlink(&mut self, from: &str, to: &str) {
        self.edit(Edit::RemoveLink(ComponentId::new(from), ComponentId::new(to)));
    }

    fn link(&mut self, from: &str, to: &str) {
        self.edit(Edit::AddLink(LinkSpec::new(ComponentId::new(from), ComponentId::new(to))));
    }

    fn remove(&mut self, id: &str) {
        self.edit(Edit::RemoveComponent(ComponentId::new(id)));
    }

    fn place(&mut self, id: &str, server: &str) {
        self.edit(Edit::SetServer(ComponentId::new(id), Some(ServerId::new(server))));
    }

    fn unplace(&mut self, id: &str) {
        self.edit(Edit::SetServer(ComponentId::new(id), None));
    }

    fn component(&self, id: &str) -> Component {
        self.0.scenario().components.iter().find(|component| component.id.as_str() == id).expect("a component").clone()
    }

    fn kind(&mut self, id: &str, change: impl Fn(&mut ComponentKind)) {
        let mut kind = self.component(id).kind;
        change(&mut kind);
        self.edit(Edit::SetKind(ComponentId::new(id), kind));
    }

    fn role(&mut self, id: &str, role: DatabaseRole) {
        self.kind(id, |kind| {
            let ComponentKind::Database(spec) = kind else { panic!("a database") };
            spec.role = role;
        });
    }

    fn change(&mut self, change: impl Fn(&mut Scenario)) {
        let mut scenario = self.0.scenario().clone();
        change(&mut scenario);
        self.0.rebase(scenario);
    }

    fn vrrp(&mut self, id: &str, vrrp: Option<VrrpSpec>) {
        self.kind(id, move |kind| {
            let ComponentKind::LoadBalancer(spec) = kind else { panic!("a balancer") };
            spec.vrrp.clone_from(&vrrp);
        });
    }

    fn renamed_site(&mut self) {
        self.change(|scenario| scenario.domain = Text::new("www.example.com").expect("printable"));
    }
}

fn check(stage: ExamStage, all: Vec<Wrong>) {
    assert!(all.len() >= 8, "{stage:?}: {}", all.len());
    for (what, change, violates) in all {
        let mut board = Board(Draft::new(asset(stage.reference().as_str())));
        change(&mut board);
        assert_eq!(open(stage, board.0.scenario()), [violates], "{stage:?}: {what}");
    }
}

#[test]
fn firewalls_that_protect_nothing_meet_no_requirement() {
    let stage = ExamStage::Secured;
    let mut board = Board(Draft::new(asset(stage.reference().as_str())));
    for id in ["fw-1", "fw-2", "fw-3"] {
        board.kind(id, |kind| {
            let ComponentKind::Firewall(spec) = kind else { panic!("a firewall") };
            spec.servers.clear();
        });
    }
    assert_eq!(open(stage, board.0.scenario()), [RequirementId::Firewalls, RequirementId::Rules]);
}

#[test]
fn wrong_drawings_of_stage_0_fail_what_they_violate() {
    use RequirementId::{Application, Database, Name, OneServer, WebServer};
    check(
        ExamStage::Simple,
        vec![
            wrong("no DNS", |board| board.remove("dns"), Name),
            wrong("users do not look the name up", |board| board.unlink("browser", "dns"), Name),
            wrong("another site", Board::renamed_site, Name),
            wrong(
                "the database is on a second server",
                |board| {
                    board.change(|scenario| {
                        let mut server = scenario.servers[0].clone();
                        server.id = ServerId::new("server-2");
                        scenario.servers.push(server);
                    });
                    board.place("db-1", "server-2");
                },
                OneServer,
            ),
            wrong("the database is on no server", |board| board.unplace("db-1"), OneServer),
            wrong(
                "users go to the application",
                |board| {
                    board.unlink("browser", "web-1");
                    board.link("browser", "app-1");
                },
                WebServer,
            ),
            wrong("the web server does not forward", |board| board.unlink("web-1", "app-1"), Application),
            wrong("the application does not query", |board| board.unlink("app-1", "db-1"), Database),
            wrong("no database", |board| board.remove("db-1"), Database),
        ],
    );
}

#[test]
fn wrong_drawings_of_stage_1_fail_what_they_violate() {
    use RequirementId::{Application, Backends, Balancer, Database, Replication, ThreeServers, Writer};
    check(
        ExamStage::Distributed,
        vec![
            wrong("the balancer shares a web server's machine", |board| board.place("lb-1", "server-2"), ThreeServers),
            wrong(
                "users connect to the web servers",
                |board| {
                    board.remove("lb-1");
                    board.link("browser", "web-1");
                    board.link("browser", "web-2");
                    // Three servers still run parts of the site.
                    board.place("db-2", "server-1");
                },
                Balancer,
            ),
            wrong("users also go round the balancer", |board| board.link("browser", "web-2"), Balancer),
            wrong("the balancer has one backend", |board| board.unlink("lb-1", "web-2"), Backends),
            wrong(
                "both web servers are on one machine",
                |board| {
                    board.place("web-2", "server-2");
                },
                Backends,
            ),
            wrong("one web server has no application", |board| board.unlink("web-2", "app-2"), Application),
            wrong(
                "one application has no database",
                |board| {
                    board.unlink("app-2", "db-1");
                    board.unlink("app-2", "db-2");
                    board.link("web-1", "app-2");
                    board.unlink("web-2", "app-2");
                    board.link("web-2", "app-1");
                },
                Database,
            ),
            wrong("the databases do not replicate", |board| board.unlink("db-1", "db-2"), Replication),
            wrong(
                "changes flow from the replica",
                |board| {
                    board.unlink("db-1", "db-2");
                    board.link("db-2", "db-1");
                },
                Replication,
            ),
            wrong("one database only", |board| board.remove("db-2"), Replication),
            wrong("two primaries replicate each other", |board| board.role("db-2", DatabaseRole::Primary), Replication),
            wrong("the second application knows the replica only", |board| board.unlink("app-2", "db-1"), Writer),
            wrong(
                "writes begin at the replica, and the driver stays there",
                |board| {
                    board.kind("app-2", |kind| {
                        let ComponentKind::App(spec) = kind else { panic!("an application") };
                        spec.follow_primary = false;
                    });
                    board.change(|scenario| {
                        let link =
                            scenario.links.iter_mut().find(|link| link.from.as_str() == "app-2" && link.to.as_str() == "db-2");
                        link.unwrap().kinds = None;
                    });
                },
                Writer,
            ),
        ],
    );
}

#[test]
#[expect(clippy::too_many_lines, reason = "one entry per wrong drawing")]
fn wrong_drawings_of_stage_2_fail_what_they_violate() {
    use RequirementId::{Agents, Application, Balancer, Certificate as AtEnd, Collection, Firewalls, Https, Rules, Writer};
    check(
        ExamStage::Secured,
        vec![
            wrong(
                "users also connect to a web server",
                |board| {
                    board.link("browser", "web-2");
                    board.change(|scenario| {
                        for component in &mut scenario.components {
                            if let ComponentKind::Firewall(spec) = &mut component.kind {
                                spec.inbound.iter_mut().for_each(|rule| rule.peer = hoplight_model::firewall::Peer::Any);
                                spec.inbound.iter_mut().for_each(|rule| rule.ports.push(443));
                            }
                        }
                        scenario.certificates[0].on.push(ComponentId::new("web-2"));
                    });
                },
                Balancer,
            ),
            wrong("one web server has no application", |board| board.unlink("web-2", "app-2"), Application),
            wrong("the second application knows the replica only", |board| board.unlink("app-2", "db-1"), Writer),
            wrong("two firewalls", |board| board.remove("fw-3"), Firewalls),
            wrong(
                "a firewall protects nothing",
                |board| {
                    board.kind("fw-1", |kind| {
                        let ComponentKind::Firewall(spec) = kind else { panic!("a firewall") };
                        spec.servers.clear();
                    });
                },
                Firewalls,
            ),
            wrong(
                "a firewall protects the users",
                |board| {
                    board.kind("fw-3", |kind| {
                        let ComponentKind::Firewall(spec) = kind else { panic!("a firewall") };
                        spec.servers.clear();
                        spec.components = vec![ComponentId::new("browser")];
                        spec.outbound = vec![hoplight_model::firewall::Rule {
                            peer: hoplight_model::firewall::Peer::Any,
                            ports: Vec::new(),
                            action: hoplight_model::firewall::RuleAction::Allow,
                        }];
                    });
                },
                Firewalls,
            ),
            wrong(
                "the first firewall drops HTTPS",
                |board| {
                    board.kind("fw-1", |kind| {
                        let ComponentKind::Firewall(spec) = kind else { panic!("a firewall") };
                        spec.inbound[0].ports = vec![80];
                    });
                },
                Rules,
            ),
            wrong(
                "replication does not pass",
                |board| {
                    board.kind("fw-2", |kind| {
                        let ComponentKind::Firewall(spec) = kind else { panic!("a firewall") };
                        spec.inbound.truncate(1);
                    });
                },
                Rules,
            ),
            wrong("plain HTTP", |board| board.change(|scenario| scenario.tls.edge = TlsMode::None), Https),
            wrong(
                "the certificate is on a web server",
                |board| {
                    board.change(|scenario| scenario.certificates[0].on = vec![ComponentId::new("web-1")]);
                },
                AtEnd,
            ),
            wrong(
                "the certificate is for another name",
                |board| {
                    board.change(|scenario| scenario.certificates[0].names = vec![Text::new("foobar.com").unwrap()]);
                },
                AtEnd,
            ),
            wrong("no certificate", |board| board.edit(Edit::SetCertificates(Vec::<Certificate>::new())), AtEnd),
            wrong("two clients", |board| board.remove("agent-3"), Agents),
            wrong("three clients on two servers", |board| board.place("agent-3", "server-2"), Agents),
            wrong("a client outside the servers", |board| board.unplace("agent-1"), Agents),
            wrong("a client sends nowhere", |board| board.unlink("agent-2", "monitor"), Collection),
            wrong(
                "a client's samples do not pass its firewall",
                |board| {
                    board.kind("fw-2", |kind| {
                        let ComponentKind::Firewall(spec) = kind else { panic!("a firewall") };
                        spec.outbound.iter_mut().for_each(|rule| rule.ports.retain(|port| *port != 443));
                    });
                },
                Collection,
            ),
        ],
    );
}

#[test]
fn wrong_drawings_of_stage_3_fail_what_they_violate() {
    use RequirementId::{
        Application, Cluster, Database, FourServers, SeparateBalancers, SharedBackends, SplitTiers, WebServer, Writer,
    };
    check(
        ExamStage::Scaled,
        vec![
            wrong(
                "everything but the balancers on three machines",
                |board| {
                    board.place("lb-1", "server-3");
                    board.place("lb-2", "server-4");
                },
                FourServers,
            ),
            wrong(
                "one balancer",
                |board| {
                    board.remove("lb-2");
                    board.vrrp("lb-1", None);
                },
                Cluster,
            ),
            wrong("users do not know the second balancer", |board| board.unlink("browser", "lb-2"), Cluster),
            wrong("the balancers do not hear each other", |board| board.unlink("lb-1", "lb-2"), Cluster),
            wrong("only one of them is configured for the pair", |board| board.vrrp("lb-2", None), Cluster),
            wrong("both balancers on one machine", |board| board.place("lb-2", "server-1"), SeparateBalancers),
            wrong("the second balancer has no backend", |board| board.unlink("lb-2", "web-1"), SharedBackends),
            wrong(
                "two lanes",
                |board| {
                    let mut twin = board.component("web-1");
                    twin.id = ComponentId::new("web-2");
                    board.edit(Edit::AddComponent(twin));
                    board.link("web-2", "app-1");
                    board.unlink("lb-2", "web-1");
                    board.link("lb-2", "web-2");
                },
                SharedBackends,
            ),
            wrong(
                "the balancers go to the application",
                |board| {
                    for lb in ["lb-1", "lb-2"] {
                        board.unlink(lb, "web-1");
                        board.link(lb, "app-1");
                    }
                },
                WebServer,
            ),
            wrong("the web server does not forward", |board| board.unlink("web-1", "app-1"), Application),
            wrong("web and application share a machine", |board| board.place("app-1", "server-3"), SplitTiers),
            wrong("application and database share a machine", |board| board.place("db-1", "server-4"), SplitTiers),
            wrong(
                "the database is on no server",
                |board| {
                    board.unplace("db-1");
                },
                SplitTiers,
            ),
            wrong(
                "the application writes to two databases that do not know each other",
                |board| {
                    let mut second = board.component("db-1");
                    second.id = ComponentId::new("db-9");
                    board.edit(Edit::AddComponent(second));
                    board.link("app-1", "db-9");
                },
                Writer,
            ),
            wrong(
                "an application without a database takes half of the requests",
                |board| {
                    let mut second = board.component("app-1");
                    second.id = ComponentId::new("app-9");
                    board.edit(Edit::AddComponent(second));
                    board.link("web-1", "app-9");
                    board.kind("lb-1", |kind| {
                        let ComponentKind::LoadBalancer(spec) = kind else { panic!("a balancer") };
                        spec.algorithm = Algorithm::LeastConnections;
                    });
                },
                Database,
            ),
        ],
    );
}

/// Removes about half of a drawing, chosen by `seed`: components and links anywhere, and every reference stays as it is.
fn torn(scenario: &Scenario, seed: u32) -> Scenario {
    let mut torn = scenario.clone();
    let mut bits = seed.wrapping_mul(2_654_435_761) | 1;
    let mut keeps = || {
        bits ^= bits << 13;
        bits ^= bits >> 17;
        bits ^= bits << 5;
        bits & 1 == 0
    };
    torn.components.retain(|_| keeps());
    torn.links.retain(|_| keeps());
    torn.servers.retain(|_| keeps());
    torn
}

#[test]
fn what_is_left_of_a_torn_drawing_is_read() {
    for stage in ExamStage::ALL {
        for (name, scenario) in variants(stage) {
            let mut lost = 0;
            for seed in 0..30 {
                let torn = torn(&scenario, seed);
                let is_drawn = |element: &Element| match element {
                    Element::Component(id) => torn.components.iter().any(|component| component.id == *id),
                    Element::Server(id) => torn.servers.iter().any(|server| server.id == *id),
                    Element::Hop(..) => false,
                };
                let reports = requirements(stage, &torn);
                for report in &reports {
                    let elements = &report.elements;
                    let is_reasoned = !report.met || !elements.is_empty();
                    assert!(elements.iter().all(is_drawn) && is_reasoned, "{stage:?}, {name}, {seed}: {report:?}");
                }
                lost += reports.iter().filter(|report| !report.met).count();
            }
            assert!(lost > 30, "{stage:?}, {name}: {lost}");
        }
    }
}
