//! Writes scenarios as files: one record per line, omitting fields with default values.
//!
//! The text of a value is compared with the text of its default field by field, so new fields need no code here.

use std::fmt::Write as _;

use ron::extensions::Extensions;
use ron::ser::PrettyConfig;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Scenario, usual_domain, usual_unit};
use crate::component::Component;
use crate::domain::FailureDomain;
use crate::link::LinkSpec;
use crate::ron_text::{options, tokens::tokens};
use crate::tls::Certificate;

impl Scenario {
    /// Writes the scenario as RON that parses back to the same scenario. Equal scenarios have equal texts.
    pub fn to_ron(&self) -> String {
        // Destructured so that a new field is a compile error here.
        let Self {
            format,
            id,
            title,
            summary,
            notes,
            unit,
            benchmark,
            domain,
            traffic,
            tls,
            http,
            certificates,
            monitoring,
            reliability,
            domains,
            servers,
            components,
            links,
        } = self;
        let mut out = String::from("(\n");
        let mut field = |name: &str, is_default: bool, value: String| {
            if !is_default {
                // Writing to a string cannot fail.
                let _ = writeln!(out, "    {name}: {value},");
            }
        };
        field("format", false, line(format));
        field("id", id.is_none(), line(id));
        field("title", title.is_none(), line(title));
        field("summary", summary.is_empty(), line(summary));
        field("notes", notes.is_empty(), list(notes, line));
        field("unit", *unit == usual_unit(), line(unit));
        field("benchmark", !benchmark, line(benchmark));
        field("domain", *domain == usual_domain(), line(domain));
        field("traffic", line(traffic) == line_of_default("()", traffic), brief(traffic, "()"));
        field("tls", line(tls) == line_of_default("()", tls), brief(tls, "()"));
        field("http", line(http) == line_of_default("()", http), brief(http, "()"));
        field("certificates", certificates.is_empty(), list(certificates, certificate));
        field("monitoring", line(monitoring) == line_of_default("()", monitoring), brief(monitoring, "()"));
        field("reliability", line(reliability) == line_of_default("()", reliability), brief(reliability, "()"));
        field("domains", domains.is_empty(), list(domains, failure_domain));
        field("servers", servers.is_empty(), list(servers, |server| brief(server, "(id: \"-\")")));
        field("components", false, list(components, component));
        field("links", links.is_empty(), list(links, link));
        out + ")\n"
    }
}

fn certificate(certificate: &Certificate) -> String {
    brief(certificate, "(on: [\"-\"])")
}

fn failure_domain(domain: &FailureDomain) -> String {
    brief(domain, "(id: \"-\")")
}

fn link(link: &LinkSpec) -> String {
    brief(link, "(from: \"-\", to: \"-\")")
}

fn component(component: &Component) -> String {
    let whole = brief(component, "(id: \"-\", kind: Browser)");
    let settings = line(&component.kind);
    let Some(name) = settings.split_once('(').map(|(name, _)| name) else { return whole };
    // A kind with settings takes its defaults for all of them if the file has none.
    let kind = brief(&component.kind, &format!("{name}()"));
    let station = brief(&component.station, "()");
    whole.replacen(&settings, &kind, 1).replacen(&line(&component.station), &station, 1)
}

/// A list with one record per line.
fn list<T>(records: &[T], written: impl Fn(&T) -> String) -> String {
    if records.is_empty() {
        return "[]".to_owned();
    }
    let lines: Vec<String> = records.iter().map(written).collect();
    format!("[\n        {},\n    ]", lines.join(",\n        "))
}

/// A value on one line, with all its fields.
fn line(value: &impl Serialize) -> String {
    let config = PrettyConfig::new().depth_limit(0).extensions(Extensions::empty());
    without_raw_none(&options().to_string_pretty(value, config).expect("scenario values are serializable"))
}

/// Writes the unit variant `None` without the raw identifier that RON puts before it: where an enumeration is expected, it
/// needs none. Strings stay as they are.
fn without_raw_none(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let (mut is_string, mut is_escaped) = (false, false);
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if !is_string && let Some(behind) = rest.strip_prefix("r#None") {
            out.push_str("None");
            rest = behind;
            continue;
        }
        is_string ^= c == '"' && !is_escaped;
        is_escaped = c == '\\' && !is_escaped;
        out.push(c);
        rest = rest.strip_prefix(c).unwrap_or_default();
    }
    out
}

/// The output of `line` for the value parsed from a text with only the required fields.
fn line_of_default<T: Serialize + DeserializeOwned>(default: &str, _like: &T) -> String {
    options().from_str::<T>(default).map_or_else(|_| String::new(), |value| line(&value))
}

/// A record on one line, omitting fields with default values. `default` is a text with only the required fields, which
/// are always written.
fn brief<T: Serialize + DeserializeOwned>(value: &T, default: &str) -> String {
    let (full, usual) = (line(value), line_of_default(default, value));
    let (required, usual) = (fields(default), fields(&usual));
    let name = |field: &str| field.split(':').next().map(str::to_owned);
    let is_required = |field: &str| required.iter().any(|known| name(known) == name(field));
    let Some((variant, _)) = full.split_once('(') else { return full };
    let own: Vec<&str> = fields(&full).into_iter().filter(|field| is_required(field) || !usual.contains(field)).collect();
    format!("{variant}({})", own.join(", "))
}

/// The fields of a record, each as `name: value`.
fn fields(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut begin = None;
    for token in tokens(text) {
        let is_end = token.depth == 1 && matches!(token.text, "," | ")");
        match (is_end, begin) {
            (true, Some(from)) => {
                found.extend(text.get(from..token.begin).map(str::trim_end));
                begin = None;
            }
            (false, None) if token.text != "(" || token.depth > 1 => begin = token.depth.eq(&1).then_some(token.begin),
            _ => {}
        }
    }
    found
}
