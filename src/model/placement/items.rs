//! Which capacity provider lets a task go when a service with several has too many.

use crate::model::capacity;
use crate::model::ids::ProviderId;
use crate::model::plan;
use crate::model::tables::Service;

/// The provider whose tasks are furthest above their share of the desired count, and not of its base; the first of the
/// list among equals (model choice: AWS publishes no order). `Some(None)`: the service has one provider. `None`: nobody
/// may go. `of`: among tasks of one revision. `surplus`: providers of the tasks that could go.
#[expect(clippy::option_option, reason = "that nobody lets a task go is not the same as that anybody may")]
pub(super) fn lets_go(
    row: &Service,
    service: &plan::Service,
    of: Option<u8>,
    surplus: impl Iterator<Item = ProviderId>,
) -> Option<Option<ProviderId>> {
    let strategy = &service.strategy;
    if strategy.len() < 2 {
        return Some(None);
    }
    let one = of.and_then(|of| row.deployment.revisions.iter().find(|one| one.number == of));
    let there = |item: usize| one.map_or(row.by_item[item].lasting, |one| one.by_item[item]);
    let mut shares = [0; capacity::ITEMS_MAX];
    capacity::split(strategy, row.desired(), &mut shares);
    let items = surplus.filter_map(|provider| strategy.iter().position(|item| item.provider == provider));
    let open = items.filter(|&item| there(item) > strategy[item].base.min(row.desired()));
    let above = |item: usize| i64::from(there(item)) - i64::from(shares[item]);
    let item = open.max_by_key(|&item| (above(item), std::cmp::Reverse(item)))?;
    Some(Some(strategy[item].provider))
}
