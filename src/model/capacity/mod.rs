//! Which provider a task goes to, and how many hosts a provider should have. Policies only: nothing here acts.

pub mod ec2_group;
pub mod fargate;
pub mod luck;
use super::plan::StrategyItem;

/// Items that a capacity provider strategy may have (CapacityProviderStrategyItem).
pub const ITEMS_MAX: usize = 20;

/// Base first, the rest by weight; what does not divide goes to the largest remainders, ties in the order of the list
/// ([ecs-api-provider-strategy]; the rounding is a model choice). The parts always add up to `total`, provided that
/// some weight is above 0 or the base covers it.
pub fn split(strategy: &[StrategyItem], total: u32, parts: &mut [u32; ITEMS_MAX]) {
    *parts = [0; ITEMS_MAX];
    let mut rest = total;
    for (part, item) in parts.iter_mut().zip(strategy) {
        *part = item.base.min(rest);
        rest -= *part;
    }
    let weights: u64 = strategy.iter().map(|item| u64::from(item.weight)).sum();
    if weights == 0 {
        return;
    }
    let share = |item: &StrategyItem| u64::from(rest) * u64::from(item.weight);
    let mut left = rest;
    for (part, item) in parts.iter_mut().zip(strategy) {
        let whole = (share(item) / weights) as u32;
        *part += whole;
        left -= whole;
    }
    let mut taken = 0u32;
    for _ in 0..left {
        let open = strategy.iter().enumerate().filter(|(row, item)| item.weight > 0 && taken & (1 << row) == 0);
        let Some((row, _)) = open.max_by_key(|(row, item)| (share(item) % weights, std::cmp::Reverse(*row))) else {
            return;
        };
        taken |= 1 << row;
        parts[row] += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ids::ProviderId;

    fn check(items: &[(u32, u32)], total: u32, expected: &[u32]) {
        let strategy: Vec<_> = items
            .iter()
            .enumerate()
            .map(|(row, &(base, weight))| StrategyItem { provider: ProviderId(row as u16), base, weight })
            .collect();
        let mut parts = [0; ITEMS_MAX];
        split(&strategy, total, &mut parts);
        assert_eq!(&parts[..items.len()], expected, "{items:?} of {total}");
    }

    #[test]
    fn base_and_weight_as_the_domain_sheet_works_them_out() {
        check(&[(2, 1), (0, 3)], 10, &[4, 6]);
        check(&[(0, 1), (0, 4)], 10, &[2, 8]);
        check(&[(10, 1), (0, 1)], 100, &[55, 45]);
        check(&[(4, 1), (0, 1)], 4, &[4, 0]);
        check(&[(0, 1), (0, 1)], 3, &[2, 1]);
        check(&[(0, 1), (0, 0)], 7, &[7, 0]);
    }

    #[test]
    fn parts_add_up_for_every_total() {
        for total in 0..200 {
            let strategy: Vec<_> = [(3, 2), (0, 5), (0, 1)]
                .iter()
                .map(|&(base, weight)| StrategyItem { provider: ProviderId(0), base, weight })
                .collect();
            let mut parts = [0; ITEMS_MAX];
            split(&strategy, total, &mut parts);
            assert_eq!(parts.iter().sum::<u32>(), total);
        }
    }
}
