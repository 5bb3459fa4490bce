//! HTTP/1.1: heads and bodies (RFC 9110 and 9112), and what a proxy that reads them adds. Must not know encryption.

use hoplight_model::{RequestKind, TlsMode};

use super::{Mark, Part, Reply, USER_ADDRESS, Writing};

impl Writing<'_> {
    /// The request of a user.
    pub(super) fn request(&self, kind: RequestKind) -> Vec<Part> {
        let head = |text: String| Part::new(Mark::Head, text);
        let mut parts = vec![head(format!("{} HTTP/1.1", kind.request_line())), head(format!("Host: {}", self.infra.domain()))];
        self.forwarded(&mut parts);
        let secrets = kind.secrets();
        // A cookie is a header; a form is a body.
        if secrets.starts_with("Cookie:") {
            parts.push(Part::new(Mark::Secret, secrets));
        } else if !secrets.is_empty() {
            parts.push(head("Content-Type: application/x-www-form-urlencoded".into()));
            parts.push(head(format!("Content-Length: {}", secrets.len())));
            parts.push(head(String::new()));
            parts.push(Part::new(Mark::Secret, secrets));
        }
        parts
    }

    /// Headers that proxies have added.
    fn forwarded(&self, parts: &mut Vec<Part>) {
        let (from, _) = self.infra.ends(self.link);
        let edge = self.infra.tls().edge;
        let asker = &self.infra.component(from).kind;
        let passes_tls = edge == TlsMode::Passthrough && asker.can_pass_tls();
        // A browser is no proxy, and a balancer that reads nothing adds nothing.
        if asker.is_browser() || passes_tls {
            return;
        }
        if edge == TlsMode::Passthrough && self.infra.balancers().next().is_some() {
            let text = "No X-Forwarded-For: TLS passed the balancer, and the user's address ended there.";
            parts.push(Part::new(Mark::Remark, text));
        } else {
            parts.push(Part::new(Mark::Head, format!("X-Forwarded-For: {USER_ADDRESS}")));
        }
        let scheme = if edge == TlsMode::None { "http" } else { "https" };
        parts.push(Part::new(Mark::Head, format!("X-Forwarded-Proto: {scheme}")));
    }

    /// The response.
    pub(super) fn response(&self, kind: RequestKind, reply: Reply) -> Vec<Part> {
        let head = |text: String| Part::new(Mark::Head, text);
        let (status, body) = match reply {
            Reply::Good => (200, page(kind).to_owned()),
            Reply::Failed(status) => (status, format!("<h1>{status} {}</h1>", reason(status))),
            // The application turns a database's error into its own.
            _ => (500, format!("<h1>500 {}</h1>", reason(500))),
        };
        let is_image = kind.is_static() && status == 200;
        let content_type = if is_image { "image/svg+xml" } else { "text/html; charset=utf-8" };
        let mut parts =
            vec![head(format!("HTTP/1.1 {status} {}", reason(status))), head(format!("Content-Type: {content_type}"))];
        if is_image {
            parts.push(head("Cache-Control: max-age=3600".into()));
        }
        if kind.is_write() && status == 200 {
            // A login gets the session cookie that later requests send.
            let session = RequestKind::Read.secrets().trim_start_matches("Cookie: ");
            let secure = if self.infra.tls().edge == TlsMode::None { "" } else { "; Secure" };
            parts.push(Part::new(Mark::Secret, format!("Set-Cookie: {session}; HttpOnly{secure}")));
        }
        parts.push(head(format!("Content-Length: {}", body.len())));
        parts.push(head(String::new()));
        parts.push(Part::new(Mark::Body, body));
        parts
    }
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
        500 => "Internal Server Error",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        _ => "Error",
    }
}
