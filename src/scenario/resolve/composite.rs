//! Composite alarms: rules over other alarms, which may be composite too, but not in a circle.

use super::Activity;
use super::alarm_home::LeftOut;
use crate::engine::Span;
use crate::model::ids::{AlarmId, ServiceId};
use crate::model::plan::{self, Composite, Expression, Watches};
use crate::model::problem::Noun;
use crate::scenario::alarm_rule;
use crate::scenario::file::CompositeAlarm;
use std::collections::{BTreeMap, BTreeSet};

/// The rules as far as they can be read, in the order of the file.
type Rules = Vec<Option<Expression<String>>>;

/// What follows for a composite alarm from those that it names.
#[derive(Clone, Copy)]
struct Standing {
    service: ServiceId,
    height: u32,
    sees: Span,
}

impl<'a> Activity<'a> {
    /// All composite alarms, once those on metrics are known.
    pub(super) fn composites(&mut self, wanted: &BTreeSet<&'a str>, left: &mut LeftOut<'a>) {
        let scenario = self.scenario;
        let mut seen: BTreeSet<&'a str> = scenario.alarms.iter().map(|one| one.alarm_name.as_str()).collect();
        let kept = self.kept(wanted, left);
        let rules: Rules = kept.iter().map(|index| self.composite(*index, &mut seen)).collect();
        let written: Vec<&CompositeAlarm> = kept.iter().map(|index| &scenario.composite_alarms[*index]).collect();
        let mut places = BTreeMap::new();
        for (place, one) in written.iter().enumerate() {
            places.entry(one.alarm_name.as_str()).or_insert(place);
        }
        let Some(order) = self.in_order(&rules, &places, &kept) else { return };
        if rules.iter().any(Option::is_none) {
            return;
        }
        let first = self.plan.alarms.len();
        let id = |name: &String| {
            let metric = self.names.alarms.get(name).copied();
            metric.or_else(|| places.get(name.as_str()).map(|place| AlarmId((first + place) as u32)))
        };
        // A name without an id was refused, and why is told where it stands.
        let found: Option<Vec<Expression>> = rules.iter().flatten().map(|rule| rule.renamed(&id)).collect();
        let Some(found) = found else { return };
        let standing = self.standing(&found, first, &order);
        for (one, (rule, standing)) in written.iter().zip(found.into_iter().zip(standing)) {
            let Some(Standing { service, height, sees }) = standing else { continue };
            let watches = Watches::Alarms(Composite { written: one.alarm_rule.clone(), rule, height, sees });
            self.add_alarm(plan::Alarm { name: one.alarm_name.clone(), service, watches });
        }
        for (place, index) in kept.iter().enumerate() {
            self.one_region(AlarmId((first + place) as u32), &format!("/compositeAlarms/{index}/AlarmRule"));
        }
    }

    /// Places of those that are simulated. One that nothing names goes with an alarm in its rule that is left out.
    fn kept(&self, wanted: &BTreeSet<&'a str>, left: &mut LeftOut<'a>) -> Vec<usize> {
        let written = &self.scenario.composite_alarms;
        let mut kept: Vec<usize> = (0..written.len()).collect();
        loop {
            let before = kept.len();
            kept.retain(|place| {
                let (name, rule) =
                    (written[*place].alarm_name.as_str(), alarm_rule::parse(&written[*place].alarm_rule));
                let names = rule.map(|rule| rule.names()).unwrap_or_default();
                let goes = !wanted.contains(name) && names.iter().any(|name| left.has(name));
                if goes {
                    left.take(name, &format!("/compositeAlarms/{place}"), "alarms in its rule are left out");
                }
                !goes
            });
            if kept.len() == before {
                return kept;
            }
        }
    }

    /// An alarm of the plan, to be found by its name.
    pub(super) fn add_alarm(&mut self, alarm: plan::Alarm) -> AlarmId {
        let name = alarm.name.clone();
        let id = self.plan.alarms.push(alarm);
        self.names.alarms.entry(name).or_insert(id);
        id
    }

    /// What follows for each rule from the alarms that it names. `order`: each stands behind those.
    fn standing(&self, rules: &[Expression], first: usize, order: &[usize]) -> Vec<Option<Standing>> {
        let mut found: Vec<Option<Standing>> = vec![None; rules.len()];
        for place in order {
            let below = |alarm: AlarmId| match (alarm.0 as usize).checked_sub(first) {
                None => {
                    let row = &self.plan.alarms[alarm];
                    Some(Standing { service: row.service, height: row.height(), sees: row.sees() })
                }
                Some(place) => found[place],
            };
            let named: Vec<Standing> = rules[*place].names().into_iter().filter_map(below).collect();
            // The service of the first alarm on a metric that it names.
            found[*place] = named.first().map(|one| Standing {
                service: one.service,
                height: named.iter().map(|one| one.height + 1).max().unwrap_or(1),
                sees: named.iter().map(|one| one.sees).max().unwrap_or(Span::ZERO),
            });
        }
        found
    }

    /// The rule of one; `None` when anything is wrong with it.
    fn composite(&mut self, index: usize, seen: &mut BTreeSet<&'a str>) -> Option<Expression<String>> {
        let scenario = self.scenario;
        let written = &scenario.composite_alarms[index];
        let at = format!("/compositeAlarms/{index}");
        let named = self.alarm_name(&written.alarm_name, seen, &at);
        let at = format!("{at}/AlarmRule");
        let rule = match alarm_rule::parse(&written.alarm_rule) {
            Ok(rule) => rule,
            Err(wrong) => {
                return self.out.malformed(&at, wrong.message, wrong.hint).none();
            }
        };
        let names = rule.names();
        if names.is_empty() {
            self.out.missing(&at, "a rule must name an alarm, or it never changes", "name one, as in `ALARM(name)`");
        }
        // Scaling policies have made theirs.
        let known = |name: &str| self.written_alarms.contains(name) || self.names.alarms.contains_key(name);
        let mut unknown: Vec<&String> = names.iter().filter(|name| !known(name)).collect();
        unknown.dedup();
        for name in &unknown {
            let made = self.names.alarms.keys().map(String::as_str);
            self.out.unknown(Noun::Alarm, name, &at, self.written_alarms.iter().copied().chain(made));
        }
        (named && !names.is_empty() && unknown.is_empty()).then_some(rule)
    }

    /// The rules in an order in which each stands behind those that it names. `None`: some name themselves by way of
    /// others; each circle is told once, at its first member.
    fn in_order(&mut self, rules: &Rules, places: &BTreeMap<&str, usize>, kept: &[usize]) -> Option<Vec<usize>> {
        let next = |place: usize| -> Vec<usize> {
            let named = rules[place].as_ref().map(Expression::names).unwrap_or_default();
            named.iter().filter_map(|name| places.get(name.as_str()).copied()).collect()
        };
        let name = |place: usize| self.scenario.composite_alarms[kept[place]].alarm_name.as_str();
        let (mut order, mut circles) = (Vec::with_capacity(rules.len()), Vec::new());
        // 0: not seen, 1: on the way, 2: done.
        let mut seen = vec![0; rules.len()];
        for start in 0..rules.len() {
            let mut way = Vec::new();
            if seen[start] == 0 {
                way.push((start, next(start)));
                seen[start] = 1;
            }
            while let Some((place, left)) = way.last_mut() {
                let Some(to) = left.pop() else {
                    seen[*place] = 2;
                    order.push(*place);
                    way.pop();
                    continue;
                };
                if seen[to] == 1 {
                    let circle = way.iter().map(|step| step.0).skip_while(|step| *step != to).chain([to]);
                    let circle: Vec<String> = circle.map(|step| format!("`{}`", name(step))).collect();
                    circles.push((to, circle.join(" names ")));
                } else if seen[to] == 0 {
                    seen[to] = 1;
                    way.push((to, next(to)));
                }
            }
        }
        for (to, circle) in &circles {
            let at = format!("/compositeAlarms/{}/AlarmRule", kept[*to]);
            let message = format!("this alarm depends on itself: {circle}");
            self.out.circle(&at, message, "take one of them out of the rule");
        }
        circles.is_empty().then_some(order)
    }

    /// Alarms are of one Region.
    fn one_region(&mut self, alarm: AlarmId, at: &str) {
        let row = &self.plan.alarms[alarm];
        let home = self.plan.region_of(row.service);
        let named = row.composite().map(|one| one.rule.names()).unwrap_or_default();
        let other = named.into_iter().find(|id| self.plan.region_of(self.plan.alarms[*id].service) != home);
        if let Some(other) = other {
            let message = format!("`{}` watches a service of another Region", self.plan.alarms[other].name);
            self.out.wrong_target(at, message, "name alarms of one Region only");
        }
    }
}
