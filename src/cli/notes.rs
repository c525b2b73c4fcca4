//! Notes of `evenkeel check`: defaults and fields without effect. Those that matter to the scenario are shown one by
//! one, the others in a few words; `--all` shows each with its place, and so does `--json`.

use crate::model::plan::{Plan, Profile, ProviderKind};
use crate::model::problem::{Code, Problem, Problems, Severity, last};

/// Characters in a line of names.
const LINE_MAX: usize = 100;

/// Fields that bear on availability and are not modelled: each with what it bears on, and its first place.
pub(super) fn bearing(problems: &Problems) -> Vec<String> {
    let fields = problems.of(Severity::Warning).filter(|warning| warning.code == Code::Ignored);
    let line = |warning: &Problem| {
        let hint = warning.hint.as_deref().unwrap_or_default();
        format!("`{}`{}: {hint}  {}", last(&warning.at), places(warning), warning.at)
    };
    fields.map(line).collect()
}

/// Fields that are accepted and not used: by name, or each with its first place.
pub(super) fn unused(problems: &Problems, all: bool) -> Vec<String> {
    let (fields, others): (Vec<&Problem>, Vec<&Problem>) = problems
        .of(Severity::Note)
        .filter(|note| matches!(note.code, Code::NoBearing | Code::NotUsed))
        .partition(|note| note.code == Code::NoBearing);
    let mut lines: Vec<String> = others.into_iter().map(told).collect();
    if all {
        lines.extend(fields.iter().map(|note| format!("{}{}", note.at, places(note))));
        return lines;
    }
    let mut names: Vec<(&str, usize)> = Vec::new();
    for note in &fields {
        let name = last(&note.at);
        match names.iter_mut().find(|(known, _)| *known == name) {
            Some((_, times)) => *times += note.places,
            None => names.push((name, note.places)),
        }
    }
    let word = |(name, times): (&str, usize)| if times > 1 { format!("{name} ({times})") } else { name.to_owned() };
    lines.extend(filled(names.into_iter().map(word)));
    let (count, hidden) = (fields.iter().map(|note| note.places).sum::<usize>(), fields.len());
    if hidden > 0 {
        let (fields, places) = (several(hidden, "field"), several(count, "place"));
        lines.push(format!("{fields} in {places}; `--all` shows where"));
    }
    lines
}

/// Defaults that were taken, and what follows from what was written.
pub(super) fn defaults(problems: &Problems, plan: &Plan, all: bool) -> Vec<String> {
    let notes = problems.of(Severity::Note).filter(|note| !matches!(note.code, Code::NoBearing | Code::NotUsed));
    let (shown, left): (Vec<&Problem>, Vec<&Problem>) = notes.partition(|note| all || matters(note, plan));
    let (plain, worked_out): (Vec<&Problem>, Vec<&Problem>) = shown.into_iter().partition(|note| is_plain(note));
    let mut lines: Vec<String> = worked_out.into_iter().chain(plain).map(told).collect();
    if !left.is_empty() {
        let (other, more) = if lines.is_empty() { ("", "") } else { ("and ", " more") };
        lines.push(format!("{other}{}{more}; `--all` lists all", several(left.len(), "default")));
    }
    lines
}

/// Whether a note says no more than that a field has its default.
fn is_plain(note: &Problem) -> bool {
    note.message.contains(" by default (")
}

/// Whether a note is about something that this scenario depends on. What was worked out for it always is. Of plain
/// defaults those are that concern what it uses and that people do not expect: AWS's own are known or looked up.
fn matters(note: &Problem, plan: &Plan) -> bool {
    let field = note.message.strip_prefix('`').and_then(|rest| rest.split_once('`')).map(|(field, _)| field);
    let Some(field) = field.filter(|_| is_plain(note)) else { return true };
    let fargate = |wanted: bool| {
        let uses = |row: &crate::model::plan::Provider| matches!(row.kind, ProviderKind::Fargate { spot, .. } if spot == wanted);
        plan.services.iter().flat_map(|service| &service.strategy).any(|item| uses(&plan.providers[item.provider]))
    };
    match field {
        "vcpuPerZone" | "launchBurst" | "launchRate" => fargate(false),
        "spotVcpuPerZone" | "spotLaunchBurst" | "spotLaunchRate" => fargate(true),
        "startsAt" => plan.services.iter().any(|service| {
            service.traffic.as_ref().is_some_and(|traffic| matches!(traffic.profile, Profile::Repeat { .. }))
        }),
        "minimumHealthyPercent" | "maximumPercent" => !plan.changes.is_empty(),
        "availabilityZoneRebalancing" | "healthCheckIntervalSeconds" | "unhealthyThresholdCount" | "managedScaling" => {
            true
        }
        "seed" | "warmUp" | "kind" | "name" | "region" | "account" | "LifecycleState" | "HealthStatus" => false,
        _ => note.message.contains("(model choice"),
    }
}

/// A note with its way out and its place.
fn told(note: &Problem) -> String {
    let pointer = if note.at.is_empty() { String::new() } else { format!("  {}", note.at) };
    let hint = note.hint.as_ref().map(|hint| format!("; {hint}")).unwrap_or_default();
    format!("{}{hint}{pointer}", note.told())
}

/// In how many places the same holds, where it is more than one.
fn places(problem: &Problem) -> String {
    if problem.places > 1 { format!(", in {} places", problem.places) } else { String::new() }
}

/// "no faults", "1 fault", "2 faults".
pub(super) fn several(count: usize, thing: &str) -> String {
    match count {
        0 => format!("no {thing}s"),
        1 => format!("1 {thing}"),
        n => format!("{n} {thing}s"),
    }
}

/// Words with commas between them, in lines.
fn filled(words: impl Iterator<Item = String>) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in words {
        match lines.last_mut() {
            Some(line) if line.chars().count() + word.chars().count() + 2 <= LINE_MAX => {
                *line += ", ";
                *line += &word;
            }
            Some(line) => {
                line.push(',');
                lines.push(word);
            }
            None => lines.push(word),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    /// A cluster as AWS prints it: 500 fields that nothing depends on, of 25 names.
    fn large() -> Problems {
        let mut problems = Problems::default();
        for place in 0..500 {
            let at = format!("/clusters/0/services/{}/detail{}", place / 25, place % 25);
            problems.no_bearing(&at, format!("`detail{}` is accepted", place % 25), "");
        }
        problems.ignored("/clusters/0/services/3/hook", "`hook` bears on availability", "it may stop a deployment");
        problems
    }

    #[test]
    fn fields_without_bearing_are_told_by_name_and_none_is_hidden() {
        let problems = large();
        let short = unused(&problems, false);
        assert!(short.len() <= 6 && short.iter().all(|line| line.chars().count() <= 101), "{short:#?}");
        for name in 0..25 {
            assert!(short.iter().any(|line| line.contains(&format!("detail{name} (20)"))), "{name}: {short:#?}");
        }
        assert_eq!(short.last().unwrap(), "500 fields in 500 places; `--all` shows where");
        let all = unused(&problems, true);
        assert_eq!((all.len(), all[499].as_str()), (500, "/clusters/0/services/19/detail24"));
        assert_eq!(bearing(&problems), ["`hook`: it may stop a deployment  /clusters/0/services/3/hook"]);
    }

    #[test]
    fn defaults_of_what_is_not_used_are_counted_only() {
        let mut problems = Problems::default();
        for field in ["vcpuPerZone", "spotVcpuPerZone", "kind", "stopTimeout", "dnsTtl", "minimumHealthyPercent"] {
            let label = if field == "stopTimeout" { "sourced: [x]" } else { "model choice" };
            problems.default_taken("/x", format!("`{field}`: 1 by default ({label})"), "");
        }
        problems.default_taken("", "no `regions`: one is taken", "");
        let on_fargate = sample::plan();
        let lines = defaults(&problems, &on_fargate, false);
        let shown = ["no `regions`", "`vcpuPerZone`", "`dnsTtl`", "and 4 defaults more; `--all` lists all"];
        assert_eq!(lines.len(), 4, "{lines:#?}");
        assert!(lines.iter().zip(shown).all(|(line, begin)| line.starts_with(begin)), "{lines:#?}");
        assert_eq!(defaults(&problems, &on_fargate, true).len(), 7);
        let with_changes = defaults(&problems, &sample::with_changes(), false);
        assert!(with_changes.iter().any(|line| line.starts_with("`minimumHealthyPercent`")), "{with_changes:#?}");
    }
}
