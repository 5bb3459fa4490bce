//! The answers about a drawing agree with the analysis, computed anew for each option.

use std::collections::{BTreeMap, BTreeSet};

use hoplight_analysis::losses::without_loss;
use hoplight_analysis::{Cause, Loss, Verdict, loss_of, readable};
use hoplight_exam::{DefendOption, DefendQuestion, DefendTopic, defend};
use hoplight_model::firewall::{FirewallSpec, RuleAction};
use hoplight_model::scenario::Scenario;
use hoplight_model::{ComponentKind, DatabaseRole, Element, Infrastructure, Medium, RequestKind};

use crate::designs::{ASSETS, asset, built};

/// The verdict on a kind after the loss of one cause.
fn verdict(infra: &Infrastructure, cause: Cause, kind: RequestKind) -> Verdict {
    loss_of(infra, Loss::Of(cause)).eventual_verdict(kind)
}

fn kind_named(says: &str) -> Option<RequestKind> {
    ["static pages", "reads", "writes"].iter().position(|name| *name == says).map(|place| RequestKind::ALL[place])
}

/// What the option's answer should be; `None` for options that are judged together with the others.
fn expected(infra: &Infrastructure, question: &DefendQuestion, option: &DefendOption) -> Option<bool> {
    let ix = |element: &Element| match element {
        Element::Component(id) => infra.find(id.as_str()),
        Element::Server(_) | Element::Hop(..) => None,
    };
    let stops = |kind| Some(verdict(infra, Cause::of(option.element.clone()?), kind) == Verdict::Stops);
    match question.topic {
        DefendTopic::StopsPages => stops(RequestKind::Static),
        DefendTopic::StopsReads => stops(RequestKind::Read),
        DefendTopic::StopsWrites => stops(RequestKind::Write),
        DefendTopic::ServerLost | DefendTopic::ComponentLost => {
            let cause = Cause::of(question.about.clone().expect("the question names what is lost"));
            Some(verdict(infra, cause, kind_named(&option.says)?) == Verdict::Works)
        }
        DefendTopic::VersionLost => {
            let named = |cause: &Cause| matches!(cause, Cause::Software(of) if question.prompt.contains(&of.to_string()));
            let cause = Cause::all(infra).into_iter().find(named).expect("the question names the version");
            Some(verdict(infra, cause, kind_named(&option.says)?) == Verdict::Works)
        }
        DefendTopic::CertificateExpires => {
            let of_site = |cause: &Cause| matches!(cause, Cause::Certificate { name, .. } if name.as_str() == infra.domain());
            let cause = Cause::all(infra).into_iter().find(of_site).expect("a certificate for the site");
            let means = match verdict(infra, cause, RequestKind::Read) {
                Verdict::Works => "Nothing",
                Verdict::Degraded => "A lasting share",
                Verdict::Stops => "Browsers refuse",
            };
            Some(option.says.starts_with(means))
        }
        DefendTopic::PasswordHops => {
            let Some(Element::Hop(from, to)) = &option.element else { return None };
            let link = infra.link_between(from.as_str(), to.as_str()).expect("a hop of the drawing");
            let facts = readable(infra, link, RequestKind::Write);
            Some(facts.medium == Medium::Wire && facts.shows_password())
        }
        DefendTopic::TlsEnds => {
            // Whoever reads the cookie of a visit although the hop to it is encrypted.
            let ix = ix(option.element.as_ref()?)?;
            let comes = infra.hops().filter(|hop| hop.to == ix);
            let encrypted = comes.into_iter().any(|hop| !hop.is_plaintext());
            let is_entry = infra.hops().any(|hop| hop.to == ix && infra.component(hop.from).kind.is_browser());
            let passed = infra.hops().any(|hop| hop.to == ix && hop.cipher == hoplight_model::Cipher::TlsThrough);
            Some(encrypted && (is_entry || passed) && hoplight_model::hop::terminates_tls(infra, ix))
        }
        DefendTopic::IdleFirewall => {
            let ix = ix(option.element.as_ref()?)?;
            let crossed = infra.hops().any(|hop| {
                let carries = RequestKind::ALL.into_iter().any(|kind| infra.link(hop.link).serves(kind));
                let of_users = infra.link(hop.link).protocol.carries_requests();
                carries && of_users && hop.guards.iter().any(|guard| guard.firewall == ix)
            });
            Some(!crossed)
        }
        DefendTopic::WritableDatabases => {
            let ix = ix(option.element.as_ref()?)?;
            let role = |ix| infra.component(ix).kind.as_database().map(|spec| spec.role);
            // The members of a quorum elect the first one.
            let members: Vec<_> =
                infra.components().map(|(ix, _)| ix).filter(|ix| role(*ix) == Some(DatabaseRole::Member)).collect();
            let is_primary = role(ix) == Some(DatabaseRole::Primary) || role(ix) == Some(DatabaseRole::MultiPrimary);
            Some(is_primary || members.first() == Some(&ix))
        }
        DefendTopic::DatabaseReachable => {
            let open = hoplight_analysis::reach(infra, &hoplight_analysis::Vantage::Internet);
            let open: BTreeSet<Element> =
                open.into_iter().filter(hoplight_analysis::ConnectionAttempt::is_open).map(|of| of.target).collect();
            Some(open.contains(option.element.as_ref()?))
        }
        DefendTopic::UnwatchedServers => {
            let Some(Element::Server(id)) = &option.element else { return None };
            let agents = infra.on_server(id).filter(|(_, component)| component.kind.as_agent().is_some());
            Some(agents.count() == 0)
        }
    }
}

#[test]
fn every_answer_agrees_with_the_analysis() {
    let mut topics = BTreeSet::new();
    for (name, _) in ASSETS {
        let infra = built(name);
        for seed in 0..3 {
            let questions = defend(&infra, seed);
            assert!((3..=8).contains(&questions.len()), "{name}: {}", questions.len());
            assert_eq!(questions, defend(&infra, seed), "{name}");
            for question in &questions {
                topics.insert(question.topic);
                assert!(question.options.len() >= 2, "{name}: {question:?}");
                assert!(question.options.iter().any(|option| option.is_right), "{name}: {question:?}");
                assert!(question.options.iter().any(|option| !option.is_right), "{name}: {question:?}");
                assert!(question.grade(&question.right()).is_full());
                assert!(!question.grade(&(0..question.options.len()).collect::<Vec<_>>()).is_full());
                let alone = question.options.iter().find(|option| option.says.starts_with("none of"));
                let others = question.options.iter().filter(|option| !option.says.starts_with("none of"));
                if let Some(none) = alone {
                    assert_eq!(none.is_right, !others.clone().any(|option| option.is_right), "{name}: {question:?}");
                }
                for option in &question.options {
                    assert!(option.why.ends_with('.'), "{name}: {}", option.why);
                    if let Some(expected) = expected(&infra, question, option) {
                        assert_eq!(option.is_right, expected, "{name}: {} {option:?}", question.prompt);
                    }
                }
            }
        }
    }
    let missing: Vec<DefendTopic> = DefendTopic::ALL.into_iter().filter(|topic| !topics.contains(topic)).collect();
    assert_eq!(missing, [], "topics that no design is asked about");
}

/// The right options of each topic over several seeds.
fn answers(infra: &Infrastructure) -> BTreeMap<DefendTopic, BTreeSet<String>> {
    let mut answers: BTreeMap<DefendTopic, BTreeSet<String>> = BTreeMap::new();
    for question in (0..8).flat_map(|seed| defend(infra, seed)) {
        let right = question.options.into_iter().filter(|option| option.is_right).map(|option| option.says);
        answers.entry(question.topic).or_default().extend(right);
    }
    answers
}

#[test]
fn repairs_change_the_answers() {
    for design in ["design-0", "design-1", "design-2", "design-3", "design-4"] {
        let (written, repaired) = (answers(&built(design)), answers(&built(&format!("{design}-repaired"))));
        let is_part = |says: &&String| ["lb-", "web-", "app-", "db-"].iter().any(|part| says.starts_with(part));
        let parts =
            |of: &BTreeMap<_, BTreeSet<String>>| of.get(&DefendTopic::StopsWrites).map(|all| all.iter().filter(is_part).count());
        assert!(parts(&written) > Some(0), "{design}: {written:?}");
        assert!(parts(&repaired).is_none_or(|count| count == 0), "{design}: {repaired:?}");
        let shows = |of: &BTreeMap<_, BTreeSet<String>>| {
            of.get(&DefendTopic::PasswordHops).is_some_and(|hops| hops.iter().any(|hop| hop.contains('→')))
        };
        assert!(shows(&written) && !shows(&repaired), "{design}");
    }
    let idle = |name| answers(&built(name)).remove(&DefendTopic::IdleFirewall).unwrap_or_default();
    assert_eq!(idle("design-1"), ["fw-1", "fw-2", "fw-3"].map(str::to_owned).into());
    assert!(!idle("design-1-repaired").iter().any(|id| id.starts_with("fw")));
}

#[test]
fn findings_decide_which_questions_come_first() {
    for (name, _) in ASSETS {
        let questions = defend(&built(name), 5);
        let first_without = questions.iter().position(|question| question.because.is_none()).unwrap_or(questions.len());
        assert!(questions[first_without..].iter().all(|question| question.because.is_none()), "{name}");
    }
    // A single point of failure is asked about before anything else that the design does well.
    assert!(defend(&built("design-0"), 1)[0].because.is_some());
}

#[test]
fn an_idle_firewall_can_drop_everything_without_effect() {
    let mut tried = 0;
    for (name, _) in ASSETS {
        let infra = built(name);
        let whole = without_loss(&infra).eventual;
        for question in defend(&infra, 0).into_iter().filter(|question| question.topic == DefendTopic::IdleFirewall) {
            for option in question.options.iter().filter(|option| option.is_right) {
                let Some(Element::Component(id)) = &option.element else { continue };
                let mut scenario: Scenario = asset(name);
                let component = scenario.components.iter_mut().find(|component| component.id == *id).expect("a firewall");
                let ComponentKind::Firewall(spec) = &mut component.kind else { panic!("a firewall") };
                *spec = FirewallSpec { inbound: Vec::new(), outbound: Vec::new(), default: RuleAction::Drop, ..spec.clone() };
                let closed = without_loss(&scenario.build().expect("a valid scenario")).eventual;
                assert!(whole.iter().zip(closed).all(|(a, b)| (a - b).abs() < 1e-9), "{name}: {id}");
                tried += 1;
            }
        }
    }
    assert!(tried > 0);
}

#[test]
fn what_is_not_determined_is_not_asked() {
    let empty: Scenario = hoplight_model::ron_text::parse("web.ron", "(components: [(id: \"web\", kind: Web())])").unwrap();
    let questions = defend(&empty.build().unwrap(), 0);
    let topics: BTreeSet<DefendTopic> = questions.iter().map(|question| question.topic).collect();
    assert!(!topics.contains(&DefendTopic::WritableDatabases) && !topics.contains(&DefendTopic::StopsWrites), "{topics:?}");
}
