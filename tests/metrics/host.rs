//! Hosts, and what they cost.

use super::{at, mean, plan, tell};
use evenkeel::internals::model::fact::{Fact, HostFact, HostStatus};
use evenkeel::internals::model::ids::{ProviderId, ZoneId};

#[test]
fn hosts_and_their_price() {
    let plan = plan(1_000, 0);
    let provider = ProviderId(1);
    let host = |t, number, status| {
        let (zone, connected, type_row) = (ZoneId(0), true, 0);
        (at(t), Fact::Host(HostFact::Changed { provider, number, zone, status, connected, type_row }))
    };
    let facts = [
        host(0, 0, HostStatus::Active),
        (at(0), Fact::Host(HostFact::Count { provider, count: 1 })),
        host(500, 1, HostStatus::Registering),
        host(600, 1, HostStatus::Active),
        (at(600), Fact::Host(HostFact::Count { provider, count: 2 })),
        host(800, 0, HostStatus::Inactive),
        (at(800), Fact::Host(HostFact::Count { provider, count: 1 })),
    ];
    let told = tell(&plan, &facts);
    let row = &told.summary.capacity_providers[0];
    assert_eq!((row.capacity_provider.as_str(), row.hosts.max.mean), ("shop/nodes", 2.0));
    assert!((row.hosts.mean.mean - 1.2).abs() < 1e-12);
    assert!((mean(row.cost_per_hour).unwrap() - 0.096 * 1.3).abs() < 1e-9);
    assert_eq!(row.reservation, None);
}
