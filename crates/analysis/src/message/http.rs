//! HTTP/1.1 headers and bodies (RFC 9110 and 9112), including the headers that proxies add.

use hoplight_model::behaviour::{is_entry_link, learns_address, rate_limit};
use hoplight_model::{Cipher, RequestKind, TlsMode};

use super::{MessagePart, PartRole, Payload, Remark, ResponseStatus, USER_ADDRESS, Writing};

impl Writing<'_> {
    /// A user's request.
    pub(super) fn request(&self, kind: RequestKind) -> Vec<MessagePart> {
        let head = |text: String| MessagePart::new(PartRole::Header, text);
        let is_plain = matches!(self.spec.payload, Payload::PlainRequest(_));
        let line = if is_plain { self.infra.request_line_on_port_80(kind) } else { kind.request_line() };
        let mut parts = vec![head(format!("{line} HTTP/1.1")), head(format!("Host: {}", self.infra.domain()))];
        self.forwarded(&mut parts);
        let secrets = if is_plain { self.infra.secrets_on_port_80(kind) } else { self.infra.secrets(kind) };
        // A cookie is sent in a header, a form in the body.
        if secrets.starts_with("Cookie:") {
            parts.push(MessagePart::new(PartRole::Secret, secrets));
        } else if !secrets.is_empty() {
            parts.push(head("Content-Type: application/x-www-form-urlencoded".into()));
            parts.push(head(format!("Content-Length: {}", secrets.len())));
            parts.push(head(String::new()));
            parts.push(MessagePart::new(PartRole::Secret, secrets));
        }
        parts
    }

    /// Adds the headers that proxies add.
    fn forwarded(&self, parts: &mut Vec<MessagePart>) {
        let (from, _) = self.infra.ends(self.link);
        let edge = self.infra.tls().edge;
        let client = &self.infra.component(from).kind;
        let passes_tls = edge == TlsMode::Passthrough && client.can_pass_tls();
        // A browser is not a proxy, and a balancer in TLS passthrough cannot add headers.
        if client.is_browser() || passes_tls {
            return;
        }
        let is_passed = edge == TlsMode::Passthrough && self.infra.balancers().next().is_some();
        parts.push(match learns_address(self.infra, self.link) {
            true => MessagePart::new(PartRole::Header, format!("X-Forwarded-For: {USER_ADDRESS}")),
            false if is_passed => MessagePart::remark(Remark::ForwardedForMissing),
            false => MessagePart::remark(Remark::ForwardedForOff),
        });
        if !self.infra.http().forwarded_proto {
            return;
        }
        let is_plain = matches!(self.spec.payload, Payload::PlainRequest(_)) || edge == TlsMode::None;
        let scheme = if is_plain { "http" } else { "https" };
        parts.push(MessagePart::new(PartRole::Header, format!("X-Forwarded-Proto: {scheme}")));
    }

    /// Seconds after which a bucket at the end of the hop, or at a component behind it, has room for another request (RFC 6585
    /// allows `Retry-After` in a response with status 429).
    fn retry_after(&self, kind: RequestKind) -> Option<f64> {
        let (_, to) = self.infra.ends(self.link);
        let behind = self.infra.components().map(|(ix, _)| ix);
        let limit = std::iter::once(to).chain(behind).find_map(|ix| rate_limit(self.infra, ix, kind))?;
        Some(libm::ceil(1.0 / limit.rate.get()))
    }

    /// The response.
    pub(super) fn response(&self, kind: RequestKind, reply: ResponseStatus) -> Vec<MessagePart> {
        let head = |text: String| MessagePart::new(PartRole::Header, text);
        if reply == ResponseStatus::Redirect {
            return self.redirect(kind);
        }
        let (status, body) = match reply {
            ResponseStatus::Success => (200, page(kind).to_owned()),
            ResponseStatus::Failed(302) => return redirect(),
            ResponseStatus::Failed(status) => (status, format!("<h1>{status} {}</h1>", reason(status))),
            // The application turns a database error into an internal server error.
            _ => (500, format!("<h1>500 {}</h1>", reason(500))),
        };
        let is_image = kind.is_static() && status == 200;
        let content_type = if is_image { "image/svg+xml" } else { "text/html; charset=utf-8" };
        let mut parts =
            vec![head(format!("HTTP/1.1 {status} {}", reason(status))), head(format!("Content-Type: {content_type}"))];
        if let Some(seconds) = self.retry_after(kind).filter(|_| status == 429) {
            parts.push(head(format!("Retry-After: {seconds}")));
        }
        parts.extend(self.hsts());
        if is_image {
            parts.push(head("Cache-Control: max-age=3600".into()));
        }
        if kind.is_write() && status == 200 {
            // A login response sets the session cookie that later requests send.
            let session = RequestKind::Read.secrets().trim_start_matches("Cookie: ");
            let is_secure = self.infra.tls().edge != TlsMode::None && self.infra.http().secure_cookies;
            let secure = if is_secure { "; Secure" } else { "" };
            parts.push(MessagePart::new(PartRole::Secret, format!("Set-Cookie: {session}; HttpOnly{secure}")));
        }
        parts.push(head(format!("Content-Length: {}", body.len())));
        parts.push(head(String::new()));
        parts.push(MessagePart::new(PartRole::Body, body));
        parts
    }

    /// A redirect to the same page with https.
    fn redirect(&self, kind: RequestKind) -> Vec<MessagePart> {
        let head = |text: String| MessagePart::new(PartRole::Header, text);
        let path = kind.navigation_line().trim_start_matches("GET ");
        let mut parts =
            vec![head(format!("HTTP/1.1 301 {}", reason(301))), head(format!("Location: https://{}{path}", self.infra.domain()))];
        parts.extend(self.hsts());
        parts.extend([head("Content-Length: 0".into()), head(String::new())]);
        parts
    }

    /// The header of HSTS, which users get over HTTPS only (RFC 6797, 7.2). It is added where users' TLS ends.
    fn hsts(&self) -> Option<MessagePart> {
        let hop = self.infra.hop(self.link);
        let is_users = is_entry_link(self.infra, self.link) || hop.cipher == Cipher::TlsThrough;
        let is_secure = self.cipher() != Cipher::Plaintext;
        let hsts = self.infra.http().hsts.filter(|_| is_users && is_secure)?;
        Some(MessagePart::new(PartRole::Header, format!("Strict-Transport-Security: {}", hsts.header())))
    }
}

/// The response to a user whose session is not known.
fn redirect() -> Vec<MessagePart> {
    let lines = [format!("HTTP/1.1 302 {}", reason(302)), "Location: /login".into(), "Content-Length: 0".into(), String::new()];
    lines.map(|line| MessagePart::new(PartRole::Header, line)).into()
}

const fn page(kind: RequestKind) -> &'static str {
    match kind {
        RequestKind::Static => "<svg viewBox='0 0 16 16'><circle cx='8' cy='8' r='7'/></svg>",
        RequestKind::Read => "<h1>Ada</h1><p>London</p>",
        RequestKind::Write => "<h1>Welcome, ada</h1>",
    }
}

/// The reason phrase of a status (RFC 9110).
const fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        302 => "Found",
        301 => "Moved Permanently",
        500 => "Internal Server Error",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        429 => "Too Many Requests",
        504 => "Gateway Timeout",
        _ => "Error",
    }
}
