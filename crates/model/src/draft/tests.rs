use super::{Draft, Edit, EditError};
use crate::component::{Component, GridPlace};
use crate::link::LinkSpec;
use crate::problem::Segment;
use crate::scenario::Scenario;
use crate::{ComponentId, Infrastructure, ProblemKind, ServerId, ron_text};

fn component(text: &str) -> Edit {
    Edit::AddComponent(ron_text::parse("x.ron", text).unwrap())
}

fn link(from: &str, to: &str) -> Edit {
    Edit::AddLink(LinkSpec::new(ComponentId::new(from), ComponentId::new(to)))
}

fn stage_2() -> Draft {
    let text = include_str!("../../../../assets/stage-2-secured.ron");
    Draft::from(&Infrastructure::from_ron("stage-2.ron", text).unwrap())
}

#[test]
fn a_site_can_be_built_from_an_empty_draft() {
    let mut draft = Draft::new(ron_text::parse::<Scenario>("x.ron", "(components: [])").unwrap());
    let problem = &draft.problems()[0];
    assert_eq!((problem.path.to_string().as_str(), &problem.kind), ("components", &ProblemKind::NoEntry));
    for edit in [
        component("(id: \"web\", kind: Web())"),
        component("(id: \"app\", kind: App())"),
        component("(id: \"db\", kind: Database())"),
        link("web", "app"),
        link("app", "db"),
        link("browser", "web"),
    ] {
        draft.apply(edit).unwrap();
    }
    assert_eq!(draft.problems(), []);
    assert_eq!(draft.build().unwrap().len(), 4, "including the implied browser");
}

#[test]
fn an_invalid_edit_changes_nothing() {
    let mut draft = stage_2();
    let before = draft.clone();
    let (web, lost) = (ComponentId::new("web-1"), ComponentId::new("web-9"));
    let same = draft.scenario().components[0].clone();
    for (edit, error) in [
        (Edit::RemoveComponent(lost.clone()), EditError::UnknownComponent(lost.clone())),
        (Edit::SetServer(web.clone(), Some(ServerId::new("s"))), EditError::UnknownServer(ServerId::new("s"))),
        (link("web-1", "web-9"), EditError::UnknownComponent(lost.clone())),
        (link("lb-1", "web-1"), EditError::DuplicateLink(ComponentId::new("lb-1"), web.clone())),
        (Edit::RemoveLink(web.clone(), lost.clone()), EditError::UnknownLink(web, lost)),
        (Edit::AddComponent(same.clone()), EditError::DuplicateComponent(same.id.clone())),
        (Edit::SetKind(same.id.clone(), same.kind), EditError::NoChange),
    ] {
        assert_eq!(draft.apply(edit), Err(error));
        assert_eq!(draft, before);
    }
}

#[test]
fn a_removed_component_is_removed_from_lists_and_reported_in_settings() {
    let mut draft = stage_2();
    draft.apply(Edit::RemoveComponent(ComponentId::new("lb-1"))).unwrap();
    let scenario = draft.scenario();
    assert!(!scenario.links.iter().any(|link| link.from.as_str() == "lb-1" || link.to.as_str() == "lb-1"));
    assert!(!scenario.certificates.iter().any(|certificate| certificate.on.contains(&ComponentId::new("lb-1"))));
    let reported = draft.problems();
    assert!(!reported.is_empty(), "firewall rules name it");
    for problem in reported {
        assert!(problem.path.segments().last() == Some(&Segment::Field("peer")), "{problem:?}");
        assert!(matches!(&problem.kind, ProblemKind::UnknownComponent { name, .. } if name.as_str() == "lb-1"), "{problem:?}");
    }
}

#[test]
fn a_removed_server_is_reported_at_its_components() {
    let mut draft = stage_2();
    let server = draft.scenario().servers[1].id.clone();
    let on_it = draft.scenario().components.iter().filter(|component| component.server.as_ref() == Some(&server)).count();
    draft.apply(Edit::RemoveServer(server.clone())).unwrap();
    let problems = draft.problems();
    let is_reported = |kind: &ProblemKind| matches!(kind, ProblemKind::UnknownServer { name, .. } if *name == server);
    let at_component = problems.iter().filter(|problem| problem.path.segments().last() == Some(&Segment::Field("server")));
    let reported = at_component.filter(|problem| is_reported(&problem.kind)).count();
    assert!(on_it > 0 && reported == on_it, "{problems:?}");
}

#[test]
fn a_new_edit_clears_the_redo_history() {
    let mut draft = stage_2();
    draft.apply(component("(id: \"web-3\", kind: Web())")).unwrap();
    assert!(draft.undo() && !draft.undo());
    draft.apply(component("(id: \"web-4\", kind: Web())")).unwrap();
    assert_eq!((draft.undo_len(), draft.redo_len()), (1, 0));
    assert!(!draft.redo());
}

#[test]
fn a_renamed_element_is_renamed_wherever_it_is_named() {
    let original = stage_2();
    let components: Vec<ComponentId> = original.scenario().components.iter().map(|component| component.id.clone()).collect();
    for from in components {
        let mut draft = original.clone();
        draft.apply(Edit::RenameComponent(from.clone(), ComponentId::new("renamed"))).unwrap();
        assert_eq!(draft.problems(), [], "{from}");
        assert!(!draft.scenario().to_ron().contains(&format!("\"{from}\"")), "{from}");
        draft.apply(Edit::RenameComponent(ComponentId::new("renamed"), from)).unwrap();
        assert_eq!(draft.scenario(), original.scenario());
    }
    for from in original.scenario().servers.iter().map(|server| server.id.clone()).collect::<Vec<_>>() {
        let mut draft = original.clone();
        draft.apply(Edit::RenameServer(from.clone(), ServerId::new("renamed"))).unwrap();
        assert_eq!(draft.problems(), [], "{from}");
        assert!(!draft.scenario().to_ron().contains(&format!("\"{from}\"")), "{from}");
        draft.apply(Edit::RenameServer(ServerId::new("renamed"), from)).unwrap();
        assert_eq!(draft.scenario(), original.scenario());
    }
    let mut draft = original.clone();
    let (web, taken) = (ComponentId::new("web-1"), ComponentId::new("web-2"));
    assert_eq!(draft.apply(Edit::RenameComponent(web.clone(), taken.clone())), Err(EditError::DuplicateComponent(taken)));
    assert_eq!(draft.apply(Edit::RenameComponent(web.clone(), web)), Err(EditError::NoChange));
    assert_eq!(draft, original);
}

#[test]
fn records_are_replaced_whole_and_keep_their_id() {
    let mut draft = stage_2();
    let web = draft.scenario().components.iter().find(|component| component.id.as_str() == "web-1").unwrap().clone();
    let labelled = Component { label: Some(crate::Text::new("front").unwrap()), at: Some(GridPlace(3, 4)), ..web.clone() };
    draft.apply(Edit::SetComponent(labelled.clone())).unwrap();
    assert!(draft.scenario().components.contains(&labelled) && !draft.scenario().components.contains(&web));
    let lost = Component { id: ComponentId::new("web-9"), ..web };
    assert_eq!(draft.apply(Edit::SetComponent(lost)), Err(EditError::UnknownComponent(ComponentId::new("web-9"))));
    let server = crate::component::Server { label: None, ..draft.scenario().servers[0].clone() };
    draft.apply(Edit::SetServerSettings(server.clone())).unwrap();
    assert_eq!(draft.scenario().servers[0], server);
    draft.apply(Edit::SetCertificates(Vec::new())).unwrap();
    draft
        .apply(Edit::SetMonitoring(crate::MonitoringSpec { alerts: Vec::new(), ..draft.scenario().monitoring.clone() }))
        .unwrap();
    assert!(draft.scenario().certificates.is_empty() && draft.scenario().monitoring.alerts.is_empty());
    assert_eq!(draft.apply(Edit::SetDomains(draft.scenario().domains.clone())), Err(EditError::NoChange));
    let mut left = draft.undo_len();
    while draft.undo() {
        left -= 1;
    }
    assert_eq!((left, draft.scenario()), (0, stage_2().scenario()));
}
