//! What broke, what that hit, and when what is needed was there again.

use super::super::words::{first_of, listed, many, name};
use super::{NAMED_MAX, ever, times};
use crate::metrics::summary::{FaultRow, Summary};
use crate::report::number::{duration, estimate, seconds};

/// Faults that last no longer than this strike at a moment.
const MOMENT_SECONDS_MAX: f64 = 1.0;

/// The sentence; none without faults.
pub(super) fn sentence(summary: &Summary) -> Option<String> {
    let (struck, spared): (Vec<_>, Vec<_>) = summary.faults.iter().partition(|row| ever(&row.occurrences));
    let back = |text: String| if summary.services.is_empty() { String::new() } else { text };
    let never = match (struck.len(), spared.as_slice()) {
        (_, []) => String::new(),
        (_, [one]) => format!("; {} never struck", name(&one.name)),
        (_, all) => {
            let names = all.iter().map(|row| name(&row.name)).collect();
            format!("; {} never struck", first_of(names, NAMED_MAX))
        }
    };
    match (struck.as_slice(), summary.faults.as_slice()) {
        (_, []) => None,
        ([], [one]) => Some(format!("The only fault, {}, never struck.", name(&one.name))),
        ([], all) => Some(format!("None of the {} faults struck.", all.len())),
        ([one], _) => Some(format!("{}{}{never}.", single(one), back(recovery(one)))),
        (all, _) => {
            let told = all.iter().map(|row| format!("{}{}", name(&row.name), when(row)));
            let list = first_of(told.collect(), NAMED_MAX);
            Some(format!("{} faults struck: {list}{}{never}.", all.len(), back(slowest(all))))
        }
    }
}

/// ` at 1h`; of a fault that comes again and again, ` 4 times from 1h on`.
fn when(row: &FaultRow) -> String {
    let often = times(&row.occurrences);
    let begin = row.begin_seconds.map(|_| seconds(&row.begin_seconds, ""));
    match begin {
        Some(begin) if often.is_empty() => format!(" at {begin}"),
        Some(begin) => format!("{often} from {begin} on"),
        None => often,
    }
}

/// What the only fault that struck did.
fn single(row: &FaultRow) -> String {
    let kind = kind(&row.kind);
    // A fault called `zone grey` is one of that kind; so is one called `grey zone`.
    let same =
        row.name.split_whitespace().map(str::to_lowercase).all(|word| kind.split(' ').any(|known| known == word));
    let head = if same { name(&row.name) } else { format!("{} ({kind})", name(&row.name)) };
    let lasts = row.begin_seconds.zip(row.end_seconds).map(|(begin, end)| (begin.mean, end.mean));
    let once = times(&row.occurrences).is_empty();
    let struck = match lasts {
        Some((begin, end)) if once && end - begin > MOMENT_SECONDS_MAX => {
            format!("was in force from {} to {}", duration(begin), duration(end))
        }
        None if once => format!("was in force{} on", when(row).replace(" at ", " from ")),
        _ => format!("struck{}", when(row)),
    };
    format!("{head} {struck}{}", hit(row))
}

/// The kind of a fault, in words: `zone power loss`.
fn kind(name: &str) -> String {
    let mut words = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !words.is_empty() {
            words.push(' ');
        }
        words.push(letter.to_ascii_lowercase());
    }
    words
}

/// ` and hit 10 tasks and 2 hosts`.
fn hit(row: &FaultRow) -> String {
    let of = |value, thing| ever(value).then(|| many(&estimate(value), thing));
    let living = [of(&row.hit.tasks, "task"), of(&row.hit.hosts, "host")];
    let mut what: Vec<String> = living.into_iter().flatten().collect();
    if what.is_empty() {
        what.extend(of(&row.hit.cells, "control-plane cell"));
    }
    if what.is_empty() { String::new() } else { format!(" and hit {}", listed(&what)) }
}

/// When what is needed was there again after the only fault.
fn recovery(row: &FaultRow) -> String {
    let after = match row.recover_seconds {
        Some(back) if back.mean > 0.0 => {
            let mean = if row.recovered.mean > 1.0 { " on average" } else { "" };
            format!(
                "; the healthy tasks that services need were there again after {}{mean}",
                seconds(&row.recover_seconds, "")
            )
        }
        Some(_) if ever(&row.never_recovered) => String::new(),
        Some(_) => {
            let stable = if ever(&row.needed_launches) { "" } else { ", and nothing had to be launched for that" };
            format!("; no service fell short of the healthy tasks it needs{stable}")
        }
        None => String::new(),
    };
    if !ever(&row.never_recovered) {
        return after;
    }
    let rest = times(&row.never_recovered);
    let often =
        if rest.is_empty() || row.occurrences.mean <= 1.0 { String::new() } else { format!(" ({})", rest.trim()) };
    format!("{after}; by the end of the run they were not all there again{often}")
}

/// The same of several faults: the slowest recovery, or that one never came.
fn slowest(all: &[&FaultRow]) -> String {
    let names: Vec<String> = all.iter().filter(|row| ever(&row.never_recovered)).map(|row| name(&row.name)).collect();
    if !names.is_empty() {
        let after = first_of(names, NAMED_MAX);
        return format!("; after {after} some service was still short of healthy tasks when the run ended");
    }
    let back = |row: &FaultRow| row.recover_seconds.map_or(0.0, |value| value.mean);
    let slowest = all.iter().max_by(|a, b| back(a).total_cmp(&back(b)));
    match slowest {
        Some(row) if back(row) > 0.0 => format!(
            "; services were short of healthy tasks for longest after {}, for {}",
            name(&row.name),
            seconds(&row.recover_seconds, "")
        ),
        Some(_) => "; no service fell short of the healthy tasks it needs".to_owned(),
        None => String::new(),
    }
}
