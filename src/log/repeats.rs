//! Repeated failures: the first ones of a minute are logged, the others are counted, and their sum is logged at the end of
//! the minute with some of their request ids. So a full disk, or a row that can't be read, doesn't drown all other lines.

use std::collections::HashMap;
use std::fmt::Debug;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tracing::callsite::Identifier;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::LookupSpan;

use super::request::{self, RequestId};
use super::stream;
use crate::clock::Clock;
use crate::domain::chain;

/// The number of equal failures in one [`WINDOW`] that are logged one by one.
const FEW: usize = 10;
/// The interval of a sum.
const WINDOW: Duration = Duration::from_secs(60);
/// The number of kinds that are counted at once. Failures of further kinds are logged one by one, so the memory is bounded.
const KINDS: usize = 256;
/// The number of request ids that a sum names.
const REQUESTS: usize = 20;

/// A filter that holds repeated lines back. It covers warnings and errors alone, so the line of a request costs nothing.
#[derive(Clone)]
pub(super) struct Repeats {
    clock: Clock,
    seen: Arc<Mutex<HashMap<Kind, RepeatedFailure>>>,
}

/// The identity of a failure: its call site and its cause. Other fields don't count.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Kind {
    callsite: Identifier,
    why: String,
}

struct RepeatedFailure {
    level: Level,
    what: String,
    since: Duration,
    logged: usize,
    held_back: usize,
    requests: Vec<String>,
}

impl Repeats {
    pub fn new(clock: Clock) -> Self {
        let seen = Arc::default();
        Self { clock, seen }
    }

    /// Logs the sums that are due.
    pub fn sum_up(&self) {
        let now = self.clock.elapsed();
        self.log(|seen| seen.is_over(now));
    }

    /// Logs every sum, before the program ends.
    pub fn sum_up_all(&self) {
        self.log(|_| true);
    }

    fn log(&self, is_due: impl Fn(&RepeatedFailure) -> bool) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let due: Vec<_> = seen.extract_if(|_, seen| is_due(seen)).collect();
        // Logging takes this lock again.
        drop(seen);
        for (kind, seen) in due.iter().filter(|(_, seen)| seen.held_back > 0) {
            let (times, what, error) = (seen.held_back, &*seen.what, &*kind.why);
            let requests = seen.requests.join(" ");
            let text = "the same failure was repeated";
            match seen.level {
                Level::ERROR => tracing::error!(times, what, error, requests, "{text}"),
                _ => tracing::warn!(times, what, error, requests, "{text}"),
            }
        }
    }

    /// Counts a failure, and returns whether it is to be logged.
    fn count(&self, level: Level, callsite: Identifier, said: EventFields) -> bool {
        let now = self.clock.elapsed();
        let why = said.why.unwrap_or_default();
        let kind = Kind { callsite, why };
        let mut all = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= KINDS && !all.contains_key(&kind) {
            all.retain(|_, seen| seen.held_back > 0 || !seen.is_over(now));
            if all.len() >= KINDS {
                return true;
            }
        }
        let seen = all.entry(kind).or_insert_with(|| RepeatedFailure {
            level,
            what: said.message.unwrap_or_default(),
            since: now,
            logged: 0,
            held_back: 0,
            requests: Vec::new(),
        });
        if seen.is_over(now) && seen.held_back == 0 {
            (seen.since, seen.logged) = (now, 0);
        }
        if seen.logged < FEW {
            seen.logged += 1;
            return true;
        }
        seen.held_back += 1;
        let request = said.request.filter(|_| seen.requests.len() < REQUESTS);
        seen.requests.extend(request);
        false
    }
}

impl RepeatedFailure {
    fn is_over(&self, now: Duration) -> bool {
        now.saturating_sub(self.since) >= WINDOW
    }
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Repeats {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        if !request::is_request(attributes.metadata()) {
            return;
        }
        let mut field = RequestField(None);
        attributes.record(&mut field);
        if let (Some(request), Some(span)) = (field.0, context.span(id)) {
            span.extensions_mut().insert(request);
        }
    }

    fn event_enabled(&self, event: &Event<'_>, context: Context<'_, S>) -> bool {
        let about = event.metadata();
        // The log's own lines are counted already.
        let is_own = [module_path!(), stream::TARGET].contains(&about.target());
        if *about.level() > Level::WARN || is_own {
            return true;
        }
        let mut said = EventFields::default();
        event.record(&mut said);
        let mut spans = context.event_scope(event).into_iter().flatten();
        said.request = spans.find_map(|span| {
            let extensions = span.extensions();
            extensions.get::<RequestId>().map(ToString::to_string)
        });
        self.count(*about.level(), about.callsite(), said)
    }
}

/// The id in the fields of a request's span.
struct RequestField(Option<RequestId>);

impl Visit for RequestField {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        if field.name() == request::FIELD {
            self.0 = RequestId::of(value);
        }
    }
}

/// The fields of an event that matter here.
#[derive(Default)]
struct EventFields {
    message: Option<String>,
    why: Option<String>,
    request: Option<String>,
}

impl EventFields {
    fn note(&mut self, field: &Field, text: impl FnOnce() -> String) {
        let place = match field.name() {
            "message" => &mut self.message,
            "error" | "why" => &mut self.why,
            _ => return,
        };
        *place = Some(text());
    }
}

impl Visit for EventFields {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.note(field, || value.to_owned());
    }

    fn record_error(&mut self, field: &Field, value: &(dyn std::error::Error + 'static)) {
        self.note(field, || chain(value));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.note(field, || format!("{value:?}"));
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use tracing_subscriber::layer::SubscriberExt;

    use super::*;

    #[derive(Clone, Default)]
    struct Written(Arc<Mutex<Vec<u8>>>);

    impl Write for Written {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    impl Written {
        /// Returns the lines since the last call.
        fn lines(&self) -> Vec<String> {
            let bytes = std::mem::take(&mut *self.0.lock().unwrap());
            let text = String::from_utf8(bytes).unwrap();
            text.lines().map(|line| line.trim().to_owned()).collect()
        }
    }

    /// Runs with a log of its own, on a manual clock.
    fn with_log(work: impl FnOnce(&Clock, &Repeats, &Written)) {
        let clock = Clock::manual("2026-11-21T10:24:00Z".parse().unwrap());
        let (repeats, written) = (Repeats::new(clock.clone()), Written::default());
        let writer = written.clone();
        let log = tracing_subscriber::fmt()
            .without_time()
            .with_target(false)
            .with_ansi(false)
            .with_writer(move || writer.clone())
            .finish()
            .with(repeats.clone());
        tracing::subscriber::with_default(log, || work(&clock, &repeats, &written));
    }

    fn fail(error: &str, request: u64) {
        let request = request::span(RequestId::new(request));
        request.in_scope(|| tracing::error!(error, "it failed"));
    }

    #[test]
    fn the_first_are_logged_and_the_others_summed_up_each_minute() {
        with_log(|clock, repeats, written| {
            for request in 0..35 {
                fail("full", request);
            }
            // Another cause is another kind, and a line that is no failure isn't counted.
            fail("broken", 99);
            for _ in 0..20 {
                tracing::info!("answered");
            }
            let lines = written.lines();
            let of = |part: &str| lines.iter().filter(|line| line.contains(part)).count();
            assert_eq!((of("full"), of("broken"), of("answered")), (10, 1, 20));
            clock.advance(WINDOW - Duration::from_secs(1));
            repeats.sum_up();
            assert!(written.lines().is_empty());
            clock.advance(Duration::from_secs(1));
            repeats.sum_up();
            let numbers: Vec<String> = (10..30).map(|at| format!("{at:016x}")).collect();
            let sum = format!(
                "ERROR the same failure was repeated times=25 what=\"it failed\" error=\"full\" requests=\"{}\"",
                numbers.join(" ")
            );
            assert_eq!(written.lines(), [sum]);
            // The next minute begins anew, and without repeats there is no sum.
            fail("full", 1);
            assert_eq!(written.lines().len(), 1);
            clock.advance(WINDOW);
            repeats.sum_up();
            assert!(written.lines().is_empty());
        });
    }

    #[test]
    fn a_wall_clock_that_is_set_changes_nothing() {
        with_log(|clock, repeats, written| {
            (0..11).for_each(|request| fail("full", request));
            written.lines();
            for hours in [1, -2] {
                clock.step(jiff::SignedDuration::from_hours(hours));
                repeats.sum_up();
                assert!(written.lines().is_empty());
            }
            clock.advance(WINDOW);
            repeats.sum_up();
            assert_eq!(written.lines().len(), 1);
        });
    }

    #[test]
    fn the_end_leaves_nothing_uncounted() {
        with_log(|_, repeats, written| {
            (0..12).for_each(|request| fail("full", request));
            written.lines();
            repeats.sum_up_all();
            assert!(written.lines()[0].contains("times=2 "));
            repeats.sum_up_all();
            assert!(written.lines().is_empty());
        });
    }

    #[test]
    fn more_kinds_than_are_counted_are_all_logged() {
        with_log(|clock, repeats, written| {
            for kind in 0..KINDS + 50 {
                fail(&format!("reason {kind}"), 0);
            }
            for request in 0..20 {
                fail("one more", request);
            }
            assert_eq!(written.lines().len(), KINDS + 70);
            // There is room again once those are over.
            clock.advance(WINDOW);
            for request in 0..20 {
                fail("one more", request);
            }
            assert_eq!(written.lines().len(), FEW);
            repeats.sum_up_all();
            assert!(written.lines()[0].contains("times=10 "));
        });
    }
}
