//! The settings of an element as fields: what the form shows, and what a new value changes.
//!
//! A value is shown in the words of the field, and read in these words or as a scenario file writes it. Settings that only
//! experts change stay in the file.

mod alerts;
mod certificates;
mod fields;
mod rules;
mod values;

use hoplight_model::component::Server;
use hoplight_model::compose::{self, ComposeError, Composed};
use hoplight_model::draft::Edit;
use hoplight_model::link::LinkSpec;
use hoplight_model::scenario::Scenario;
use hoplight_model::{Component, DatabaseRole, Element, ServerId};

use fields::{FIELDS, FieldSpec};

/// A field of the form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FieldId {
    /// The name of a component or server.
    Name,
    /// The server of a component.
    Server,
    /// A setting, by its place in the table.
    Setting(usize),
    /// A rule of a firewall for connections from outside, by its place; one past the last adds a rule.
    Inbound(usize),
    /// A rule of a firewall for connections to the outside.
    Outbound(usize),
    /// An alert rule of the site, by its place; one past the last adds a rule.
    Alert(usize),
    /// The names of a certificate, by its place.
    CertificateNames(usize),
    /// The days until a certificate expires, by its place.
    CertificateDays(usize),
}

/// A field with its current value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// Which field.
    pub id: FieldId,
    /// Its name.
    pub name: String,
    /// What it does.
    pub help: &'static str,
    /// The value; empty for the default.
    pub value: String,
    /// The value in words, if they differ from what is typed.
    pub summary: Option<String>,
    /// The possible values, if there are few: Enter takes the next one. Otherwise, the value is typed.
    pub choices: Vec<String>,
}

impl Field {
    /// A field whose value is typed.
    fn typed(id: FieldId, name: String, help: &'static str, value: String) -> Self {
        Self { id, name, help, value, summary: None, choices: Vec::new() }
    }
}

/// What a form is about.
#[derive(Clone, Debug)]
enum Subject {
    Component(Box<Component>),
    Server(Server),
    Link(Box<LinkSpec>),
    Site(Box<Scenario>),
}

impl Subject {
    /// The settings of an element or, without one, of the site.
    fn of(scenario: &Scenario, element: Option<&Element>) -> Option<Self> {
        Some(match element {
            None => Self::Site(Box::new(scenario.clone())),
            Some(Element::Component(id)) => {
                Self::Component(Box::new(scenario.components.iter().find(|component| component.id == *id)?.clone()))
            }
            Some(Element::Server(id)) => Self::Server(scenario.servers.iter().find(|server| server.id == *id)?.clone()),
            Some(Element::Hop(from, to)) => {
                Self::Link(Box::new(scenario.links.iter().find(|link| (&link.from, &link.to) == (from, to))?.clone()))
            }
        })
    }

    /// The role of the database, if it is one.
    fn database_role(&self) -> Option<DatabaseRole> {
        match self {
            Self::Component(component) => component.kind.as_database().map(|spec| spec.role),
            Self::Server(_) | Self::Link(_) | Self::Site(_) => None,
        }
    }

    /// The edits that give the element these settings.
    fn edits(self) -> Vec<Edit> {
        match self {
            Self::Component(component) => vec![Edit::SetComponent(*component)],
            Self::Server(server) => vec![Edit::SetServerSettings(server)],
            Self::Link(link) => vec![Edit::SetLink(*link)],
            Self::Site(site) => vec![
                Edit::SetTraffic(site.traffic),
                Edit::SetTls(site.tls),
                Edit::SetHttp(site.http),
                Edit::SetMonitoring(site.monitoring),
                Edit::SetCertificates(site.certificates),
            ],
        }
    }
}

/// Value of the server field for a component outside any server.
const NO_SERVER: &str = "none";

/// The fields of an element or, without one, of the site.
pub fn fields(scenario: &Scenario, element: Option<&Element>) -> Vec<Field> {
    let Some(subject) = Subject::of(scenario, element) else { return Vec::new() };
    let mut fields = Vec::new();
    if let Some(Element::Component(_) | Element::Server(_)) = element {
        let help = "Name in the diagram and in commands: lower-case letters, digits and hyphens.";
        let value = element.map(ToString::to_string).unwrap_or_default();
        fields.push(Field::typed(FieldId::Name, "name".to_owned(), help, value));
    }
    if let Subject::Component(component) = &subject
        && !component.kind.is_browser()
    {
        let servers = scenario.servers.iter().map(|server| server.id.to_string());
        fields.push(Field {
            id: FieldId::Server,
            name: "server".to_owned(),
            help: "The machine that it runs on. Programs on one server fail together.",
            value: component.server.as_ref().map_or_else(|| NO_SERVER.to_owned(), ToString::to_string),
            summary: None,
            choices: std::iter::once(NO_SERVER.to_owned()).chain(servers).collect(),
        });
    }
    let settings = FIELDS.iter().enumerate().filter_map(|(place, spec)| {
        let FieldSpec { name, help, choices, get, .. } = spec;
        Some(Field {
            id: FieldId::Setting(place),
            name: (*name).to_owned(),
            help,
            value: get(&subject)?,
            summary: None,
            choices: choices.iter().map(|(word, _)| (*word).to_owned()).collect(),
        })
    });
    fields.extend(settings);
    if let Subject::Component(component) = &subject
        && let Some(firewall) = component.kind.as_firewall()
    {
        fields.extend(rules::fields(firewall));
    }
    if let Subject::Site(site) = &subject {
        fields.extend(certificates::fields(&site.certificates));
        fields.extend(alerts::fields(&site.monitoring));
    }
    fields
}

/// Why a value is refused, as a sentence without a full stop.
pub type Refusal = String;

/// The values after the current one of a field with few values, in turn.
pub(crate) fn next_values(field: &Field) -> Vec<String> {
    let at = field.choices.iter().position(|choice| *choice == field.value);
    let count = field.choices.len();
    let start = at.map_or(0, |at| at + 1);
    (0..count - usize::from(at.is_some())).map(|step| field.choices[(start + step) % count].clone()).collect()
}

/// The edits that set a field to a value.
///
/// # Errors
/// Why the value is refused.
pub(crate) fn set(scenario: &Scenario, element: Option<&Element>, field: FieldId, text: &str) -> Result<Composed, Refusal> {
    let said = |error: ComposeError| hoplight_text::compose_error(&error);
    let gone = || "this element no longer exists".to_owned();
    let text = text.trim();
    match (field, element) {
        (FieldId::Name, Some(element)) => compose::rename(scenario, element, text).map_err(said),
        (FieldId::Server, Some(Element::Component(id))) => {
            let server: Option<ServerId> = if text == NO_SERVER { None } else { Some(text.parse()?) };
            compose::assign(scenario, id, server).map_err(said)
        }
        (FieldId::Name | FieldId::Server, _) => Err(gone()),
        (FieldId::Setting(place), element) => {
            let mut subject = Subject::of(scenario, element).ok_or_else(gone)?;
            let spec = FIELDS.get(place).ok_or_else(gone)?;
            let role = subject.database_role();
            (spec.set)(&mut subject, text)?;
            if let (Some(role), Some(Element::Component(id))) =
                (subject.database_role().filter(|new| Some(*new) != role), element)
            {
                return compose::set_database_role(scenario, id, role).map_err(said);
            }
            Ok(Composed { edits: subject.edits(), subject: element.cloned() })
        }
        (FieldId::Alert(place), _) => {
            let mut monitoring = scenario.monitoring.clone();
            alerts::set(&mut monitoring, place, text)?;
            Ok(Composed { edits: vec![Edit::SetMonitoring(monitoring)], subject: element.cloned() })
        }
        (FieldId::CertificateNames(place) | FieldId::CertificateDays(place), _) => {
            let mut known = scenario.certificates.clone();
            match field {
                FieldId::CertificateNames(_) => certificates::set_names(&mut known, place, text)?,
                _ => certificates::set_days(&mut known, place, text)?,
            }
            Ok(Composed { edits: vec![Edit::SetCertificates(known)], subject: element.cloned() })
        }
        (FieldId::Inbound(_) | FieldId::Outbound(_), element) => {
            let Some(Subject::Component(mut component)) = Subject::of(scenario, element) else { return Err(gone()) };
            let firewall = component.kind.as_firewall_mut().ok_or_else(gone)?;
            rules::set(firewall, field, text, scenario)?;
            Ok(Composed { edits: vec![Edit::SetComponent(*component)], subject: element.cloned() })
        }
    }
}

#[cfg(test)]
mod tests;
