//! Lines as JSON, for what collects them. A request is one line, so a line costs little.

use std::fmt::Debug;
use std::io::Write;

use serde::Serialize;
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

use crate::clock::Clock;
use crate::domain::chain;

/// An event as one JSON object, with what it says in `fields`.
pub(super) struct Json(pub Clock);

impl<S, N> FormatEvent<S, N> for Json
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        _: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> std::fmt::Result {
        let (now, about) = (self.0.now(), event.metadata());
        let mut line = Vec::with_capacity(256);
        write!(
            line,
            r#"{{"timestamp":"{now:.3}","level":"{}","fields":{{"#,
            about.level()
        )
        .map_err(|_| std::fmt::Error)?;
        event.record(&mut Fields(&mut line));
        line.extend_from_slice(b"},\"target\":");
        put(&mut line, about.target());
        line.extend_from_slice(b"}\n");
        writer.write_str(str::from_utf8(&line).map_err(|_| std::fmt::Error)?)
    }
}

/// Writes the fields of an event as they come.
struct Fields<'a>(&'a mut Vec<u8>);

impl Fields<'_> {
    fn put<T: Serialize + ?Sized>(&mut self, field: &Field, value: &T) {
        if self.0.last() != Some(&b'{') {
            self.0.push(b',');
        }
        put(self.0, field.name());
        self.0.push(b':');
        put(self.0, value);
    }
}

impl Visit for Fields<'_> {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.put(field, value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field, &value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field, &value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field, &value);
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.put(field, &value);
    }

    fn record_error(&mut self, field: &Field, value: &(dyn std::error::Error + 'static)) {
        self.put(field, &chain(value));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.put(field, &format!("{value:?}"));
    }
}

/// Texts and numbers always become JSON; a number that JSON doesn't have becomes `null`.
fn put<T: Serialize + ?Sized>(line: &mut Vec<u8>, value: &T) {
    if serde_json::to_writer(&mut *line, value).is_err() {
        line.extend_from_slice(b"null");
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::{Arc, Mutex};

    use serde_json::{Value, json};

    use super::*;
    use crate::domain::Error;

    #[derive(Clone, Default)]
    struct Written(Arc<Mutex<Vec<u8>>>);

    impl Write for Written {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_line_is_one_object_whatever_it_says() {
        let written = Written::default();
        let writer = written.clone();
        let clock = Clock::manual("2026-11-21T10:24:00Z".parse().unwrap());
        let log = tracing_subscriber::fmt()
            .event_format(Json(clock))
            .with_writer(move || writer.clone())
            .finish();
        let broken = Error::internal("the reason");
        tracing::subscriber::with_default(log, || {
            tracing::info!(
                text = "«да»\n\"нет\"",
                least = i64::MIN,
                most = u64::MAX,
                ms = 0.5,
                never = f64::NAN,
                fine = true,
                shown = %"a\\b",
                error = &broken as &dyn std::error::Error,
                "answered {}",
                1
            );
            tracing::warn!("again");
        });
        let written = written.0.lock().unwrap().clone();
        let lines: Vec<Value> = written
            .split(|byte| *byte == b'\n')
            .filter(|line| !line.is_empty())
            .map(|line| serde_json::from_slice(line).unwrap())
            .collect();
        let (time, target) = ("2026-11-21T10:24:00.000Z", "zayavka::log::json::tests");
        let fields = json!({
            "message": "answered 1",
            "text": "«да»\n\"нет\"",
            "least": i64::MIN,
            "most": u64::MAX,
            "ms": 0.5,
            "never": null,
            "fine": true,
            "shown": "a\\b",
            "error": "internal error: the reason",
        });
        assert_eq!(
            lines,
            [
                json!({ "timestamp": time, "level": "INFO", "fields": fields, "target": target }),
                json!({ "timestamp": time, "level": "WARN", "fields": { "message": "again" }, "target": target }),
            ]
        );
    }
}
