//! How long connections may be idle.

use super::{AtLimit, WhenFull};
use crate::connection::Connections;
use crate::hop::terminates_tls;
use crate::hop::{Cipher, Hop};
use crate::infrastructure::Infrastructure;
use crate::link::Protocol;
use crate::quantity::Seconds;

/// How long a connection on a hop may be idle before the component at its end closes it; `None` if it does not.
///
/// If a balancer passes TLS through, the user's connection ends there and another one leads to the web server, and the
/// shorter timeout closes both. `timeout http-keep-alive` then does not apply, because the balancer does not see HTTP.
pub fn idle_timeout(infra: &Infrastructure, hop: &Hop) -> Option<Seconds> {
    if infra.link(hop.link).protocol != Protocol::Http {
        return None;
    }
    let kind = &infra.component(hop.to).kind;
    let balancer = kind.as_balancer().filter(|_| hop.cipher == Cipher::TlsThrough && !terminates_tls(infra, hop.to));
    let Some(balancer) = balancer else { return kind.idle_timeout() };
    let upstreams = infra.links_from(hop.to).into_iter().filter(|link| infra.link(*link).protocol == Protocol::Http);
    let behind = upstreams.filter_map(|link| infra.component(infra.ends(link).1).kind.idle_timeout());
    Some(behind.fold(balancer.client_timeout_s, Seconds::shorter))
}

/// Mean time for which a user's connection is idle after a request, in seconds, as far as it takes up the limit of connections
/// at the end of a hop. Zero if the hop is not the users', if there is no limit or no idle timeout, or if the component closes
/// idle connections when others need their places.
pub fn limited_idle_s(infra: &Infrastructure, hop: &Hop) -> f64 {
    let component = infra.component(hop.to);
    let is_users = infra.browser() == Some(hop.from);
    let waits = component.kind.when_full() == WhenFull::DropSyn && component.kind.at_limit() == AtLimit::Wait;
    let has_limit = component.station().connections.is_some();
    let idle = idle_timeout(infra, hop).filter(|_| is_users && waits && has_limit);
    idle.map_or(0.0, |idle| infra.traffic().idle_after_request_s(idle.get()))
}

/// Idle timeouts of the two ends of a connection, where the server's is shorter than the client's.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct KeepAliveRace {
    /// After which the server closes an idle connection.
    pub server: Seconds,
    /// After which the client would.
    pub client: Seconds,
}

/// Whether the server of a hop inside the site closes idle connections before its client does. A request that crosses the
/// closing on its way is lost: RFC 9112, 9.5 (Failures and Timeouts) describes the race.
pub fn keep_alive_race(infra: &Infrastructure, hop: &Hop) -> Option<KeepAliveRace> {
    let from = &infra.component(hop.from).kind;
    if from.upstream().0 == Connections::PerRequest || hop.cipher == Cipher::TlsThrough {
        return None;
    }
    let (server, client) = (idle_timeout(infra, hop)?, from.upstream_idle_timeout()?);
    (server < client).then_some(KeepAliveRace { server, client })
}
