//! Composite alarms: rules over other alarms, which may be composite too, but not in a circle.

use super::Build;
use crate::model::ids::AlarmId;
use crate::model::plan::{self, Composite, Expression, Watches};
use crate::model::problem::nearest;
use crate::scenario::alarm_rule;

/// The rules as far as they can be read, in the order of the file.
type Rules = Vec<Option<Expression<String>>>;

impl Build<'_> {
    /// All composite alarms, once those on metrics are known.
    pub(super) fn composites(&mut self) {
        let rules: Rules = (0..self.scenario.composite_alarms.len()).map(|index| self.composite(index)).collect();
        let circles = self.circles(&rules);
        if circles || rules.iter().any(Option::is_none) {
            return;
        }
        let first = self.plan.alarms.len();
        let id = |name: &String| {
            let metric = self.plan.alarms.pairs().find(|(_, alarm)| alarm.name == *name).map(|(id, _)| id);
            let composite = self.scenario.composite_alarms.iter().position(|one| one.alarm_name == *name);
            metric.or_else(|| composite.map(|place| AlarmId((first + place) as u32)))
        };
        // A name without an id was refused, and why is told where it stands.
        let found: Option<Vec<Expression>> = rules.iter().flatten().map(|rule| rule.renamed(&id)).collect();
        let Some(found) = found else { return };
        let homes: Vec<_> =
            (0..found.len()).map(|place| self.home(&found, first, AlarmId((first + place) as u32))).collect();
        for (place, rule) in found.into_iter().enumerate() {
            let written = &self.scenario.composite_alarms[place];
            let Some(service) = homes[place] else { continue };
            let watches = Watches::Alarms(Composite { written: written.alarm_rule.clone(), rule });
            self.plan.alarms.push(plan::Alarm { name: written.alarm_name.clone(), service, watches });
        }
        for place in 0..homes.len() {
            self.one_region(AlarmId((first + place) as u32), &format!("/compositeAlarms/{place}/AlarmRule"));
        }
    }

    /// The rule of one; `None` when anything is wrong with it.
    fn composite(&mut self, index: usize) -> Option<Expression<String>> {
        let scenario = self.scenario;
        let written = &scenario.composite_alarms[index];
        let at = format!("/compositeAlarms/{index}");
        let earlier = scenario.composite_alarms[..index].iter().map(|one| one.alarm_name.as_str());
        let others = scenario.alarms.iter().map(|one| one.alarm_name.as_str()).chain(earlier);
        let named = self.alarm_name(&written.alarm_name, others, &at);
        let at = format!("{at}/AlarmRule");
        let rule = match alarm_rule::parse(&written.alarm_rule) {
            Ok(rule) => rule,
            Err(wrong) => {
                self.out.error(&at, wrong.message, wrong.hint);
                return None;
            }
        };
        let names = rule.names();
        if names.is_empty() {
            self.out.error(&at, "this rule names no alarm: it never changes", "name one, as in `ALARM(name)`");
        }
        let known = scenario.alarm_names();
        let mut unknown: Vec<&String> = names.iter().filter(|name| !known.contains(&name.as_str())).collect();
        unknown.dedup();
        for name in &unknown {
            let hint = match nearest(name, known.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("known: {}", known.iter().take(8).copied().collect::<Vec<_>>().join(", ")),
            };
            self.out.error(&at, format!("no alarm is called `{name}`"), hint);
        }
        (named && !names.is_empty() && unknown.is_empty()).then_some(rule)
    }

    /// Whether alarms name themselves by way of others; each circle is told once, at its first member.
    fn circles(&mut self, rules: &Rules) -> bool {
        let names: Vec<&str> = self.scenario.composite_alarms.iter().map(|one| one.alarm_name.as_str()).collect();
        let next = |place: usize| -> Vec<usize> {
            let named = rules[place].as_ref().map(Expression::names).unwrap_or_default();
            named.iter().filter_map(|name| names.iter().position(|other| other == name)).collect()
        };
        let mut found = false;
        // 0: not seen, 1: on the way, 2: done.
        let mut seen = vec![0; names.len()];
        for start in 0..names.len() {
            let mut way = Vec::new();
            if seen[start] == 0 {
                way.push((start, next(start)));
                seen[start] = 1;
            }
            while let Some((place, left)) = way.last_mut() {
                let Some(to) = left.pop() else {
                    seen[*place] = 2;
                    way.pop();
                    continue;
                };
                if seen[to] == 1 {
                    let circle = way.iter().map(|step| step.0).skip_while(|step| *step != to).chain([to]);
                    let circle: Vec<String> = circle.map(|step| format!("`{}`", names[step])).collect();
                    let at = format!("/compositeAlarms/{to}/AlarmRule");
                    let message = format!("this alarm depends on itself: {}", circle.join(" names "));
                    self.out.error(&at, message, "take one of them out of the rule");
                    found = true;
                } else if seen[to] == 0 {
                    seen[to] = 1;
                    way.push((to, next(to)));
                }
            }
        }
        found
    }

    /// The service of the first alarm on a metric that an alarm names.
    fn home(&self, rules: &[Expression], first: usize, alarm: AlarmId) -> Option<crate::model::ids::ServiceId> {
        match (alarm.0 as usize).checked_sub(first) {
            None => Some(self.plan.alarms[alarm].service),
            Some(place) => rules[place].names().into_iter().find_map(|named| self.home(rules, first, named)),
        }
    }

    /// Alarms are of one Region.
    fn one_region(&mut self, alarm: AlarmId, at: &str) {
        let row = &self.plan.alarms[alarm];
        let home = self.plan.region_of(row.service);
        let named = row.composite().map(|one| one.rule.names()).unwrap_or_default();
        let other = named.into_iter().find(|id| self.plan.region_of(self.plan.alarms[*id].service) != home);
        if let Some(other) = other {
            let message = format!("`{}` watches a service of another Region", self.plan.alarms[other].name);
            self.out.error(at, message, "name alarms of one Region only");
        }
    }
}
