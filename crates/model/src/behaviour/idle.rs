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

/// What users' idle connections mean to the limit of the component at which they enter the site, per request.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct IdleUse {
    /// Mean time for which a connection is idle, in seconds, if others cannot take its place.
    pub idle_s: f64,
    /// Share of the requests that need a new connection, and so a place.
    pub opens: f64,
}

/// How users' idle connections take up the limit of connections at the end of a hop; `None` if they do not: it is not the
/// users', there is no limit or no idle timeout, or the component closes idle connections when others need their places.
pub fn idle_use(infra: &Infrastructure, hop: &Hop) -> Option<IdleUse> {
    let (component, traffic) = (infra.component(hop.to), infra.traffic());
    let is_users = infra.browser() == Some(hop.from) && traffic.connections == Connections::KeepAlive;
    let waits = component.kind.when_full() == WhenFull::DropSyn && component.kind.at_limit() == AtLimit::Wait;
    let idle_s = idle_timeout(infra, hop).filter(|_| is_users && waits)?.get();
    component.station().connections?;
    let new = traffic.new_visitors.get();
    Some(IdleUse { idle_s: traffic.idle_after_request_s(idle_s), opens: new + (1.0 - new) * traffic.pauses_beyond(idle_s) })
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
