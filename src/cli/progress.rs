//! How far a run has come: a bar where stderr is a terminal; nothing in the first two seconds.

use crate::experiment::{self, Watch};
use crate::report::number::{duration, plain, short};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::IsTerminal;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Shorter runs show nothing.
const QUIET_FIRST: Duration = Duration::from_secs(2);
/// Between two strokes of the bar.
const BAR_EVERY: Duration = Duration::from_millis(200);
/// Parts of the bar.
const PARTS: u64 = 10_000;

/// Looks on while a scenario runs, and passes on that somebody wants it to stop.
pub(crate) struct Progress<'a> {
    /// Whether there is a bar: somebody wants one, and stderr is a terminal.
    shows: bool,
    began: Instant,
    stop: &'a AtomicBool,
    shown: Mutex<Shown>,
}

struct Shown {
    last: Option<Instant>,
    bar: Option<ProgressBar>,
}

impl<'a> Progress<'a> {
    #[expect(clippy::disallowed_methods, reason = "people wait in real time")]
    pub(crate) fn new(wanted: bool, stop: &'a AtomicBool) -> Progress<'a> {
        // A dumb terminal cannot go back to the begin of a line.
        let dumb = std::env::var("TERM").is_ok_and(|kind| kind == "dumb");
        let shows = wanted && !dumb && std::io::stderr().is_terminal();
        Progress { shows, began: Instant::now(), stop, shown: Mutex::new(Shown { last: None, bar: None }) }
    }

    /// Seconds since the begin.
    pub(crate) fn seconds(&self) -> f64 {
        self.began.elapsed().as_secs_f64()
    }

    pub(crate) fn finish(&self) {
        if let Some(bar) = self.shown.lock().ok().and_then(|mut shown| shown.bar.take()) {
            bar.finish_and_clear();
        }
    }
}

impl Watch for Progress<'_> {
    #[expect(clippy::disallowed_methods, reason = "people wait in real time")]
    fn progress(&self, at: experiment::Progress) {
        let took = self.began.elapsed();
        if !self.shows || took < QUIET_FIRST {
            return;
        }
        // Whoever comes while another thread draws has nothing new to tell.
        let Ok(mut shown) = self.shown.try_lock() else { return };
        let now = Instant::now();
        if shown.last.is_some_and(|last| now.duration_since(last) < BAR_EVERY) {
            return;
        }
        shown.last = Some(now);
        let words = words(at, took.as_secs_f64());
        let reached = (at.share.clamp(0.0, 1.0) * PARTS as f64) as u64;
        // The first stroke shows where it is, not where it began.
        let bar = shown.bar.get_or_insert_with(|| new_bar().with_message(words.clone()).with_position(reached));
        bar.set_message(words);
        bar.set_position(reached);
    }

    fn stop(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}

fn new_bar() -> ProgressBar {
    let style =
        ProgressStyle::with_template("{bar:20} {percent:>3} % {wide_msg}").expect("the template is well formed");
    ProgressBar::with_draw_target(Some(PARTS), ProgressDrawTarget::stderr()).with_style(style)
}

/// "1m20s left, 8.2 million events/s, 12.4 million so far": what is asked first stands first, as narrow windows cut. Of
/// several replications "612 of 1,000 replications, 12s left".
fn words(at: experiment::Progress, took_seconds: f64) -> String {
    let rate = at.events as f64 / took_seconds.max(1e-9);
    let left = if at.share > 0.0 {
        format!("{} left", duration((took_seconds * (1.0 / at.share.min(1.0) - 1.0)).round()))
    } else {
        "no estimate yet".to_owned()
    };
    if at.replications > 1 {
        let [done, all] = [at.finished, at.replications].map(|count| plain(f64::from(count)));
        return format!("{done} of {all} replications, {left}, {} events/s", large(rate));
    }
    format!("{left}, {} events/s, {} so far", large(rate), large(at.events as f64))
}

fn large(value: f64) -> String {
    match value {
        value if value >= 1e9 => format!("{} billion", short(value / 1e9)),
        value if value >= 1e6 => format!("{} million", short(value / 1e6)),
        value if value >= 1e3 => format!("{} thousand", short(value / 1e3)),
        value => short(value.round()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_tell_rate_and_time_left() {
        let reached = experiment::Progress { share: 0.25, events: 50_000_000, finished: 0, replications: 1 };
        assert_eq!(words(reached, 10.0), "30s left, 5 million events/s, 50 million so far");
        let first = experiment::Progress { share: 0.0, events: 5, ..reached };
        assert_eq!(words(first, 3.0), "no estimate yet, 2 events/s, 5 so far");
        let many = experiment::Progress { finished: 1_612, replications: 10_000, ..reached };
        assert_eq!(words(many, 10.0), "1,612 of 10,000 replications, 30s left, 5 million events/s");
    }

    #[test]
    fn a_wish_to_stop_is_passed_on() {
        let stop = AtomicBool::new(false);
        let progress = Progress::new(false, &stop);
        assert!(!progress.stop());
        stop.store(true, Ordering::Relaxed);
        assert!(progress.stop());
    }
}
