//! What a drill is about, in the terms of the course.

use hoplight_curriculum::Demand;
use hoplight_drill::CauseKind;

/// The demand that a learner should practise who has not found a cause.
pub(crate) const fn demand_of(kind: CauseKind) -> Demand {
    match kind {
        CauseKind::Crashed | CauseKind::PoweredOff | CauseKind::Hung | CauseKind::BadConfiguration => Demand::HealthChecks,
        CauseKind::LinkCut | CauseKind::Blocked => Demand::FirewallRules,
        CauseKind::Slow => Demand::Percentiles,
        CauseKind::SoftwareFlaw => Demand::CommonMode,
        CauseKind::CertificateExpired => Demand::CertificateLife,
        CauseKind::RecordGone | CauseKind::AuthorityUnreachable => Demand::DnsCaching,
        CauseKind::DiskFull | CauseKind::ReadOnly => Demand::OneWriter,
        CauseKind::ReplicationStopped => Demand::PrimaryReplica,
        CauseKind::ConnectionsLeaked | CauseKind::Overload | CauseKind::BusyProcessor => Demand::Queueing,
        CauseKind::KeepalivedDead => Demand::BalancerCluster,
        CauseKind::SecondWriter => Demand::SplitBrain,
        CauseKind::RetryStorm => Demand::RetryStorms,
        CauseKind::SynFlood | CauseKind::PasswordGuessing => Demand::FirewallLimits,
        CauseKind::NoForwardedProto => Demand::ForwardedHeaders,
    }
}
