//! Server metrics for monitoring; none of them contains personal data. Each server instance has its
//! own registry.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::{Registry, Unit};

/// The registry; clones share it.
#[derive(Debug, Clone)]
pub struct Metrics(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    registry: Registry,
    requests: Family<Answered, Histogram>,
    database: Family<Work, Histogram>,
    waits: Family<Work, Histogram>,
    sends: Family<SentBy, Counter>,
    hooks: Family<Sent, Counter>,
    updates: Counter,
    failed_logins: Counter,
    subscriptions: Gauge,
    outbox: Gauge,
    outbox_age: Gauge<f64, AtomicU64>,
    deliveries: Gauge,
    undelivered: Gauge,
    failing: Gauge,
    offsite_made: Gauge<f64, AtomicU64>,
    offsite_bytes: Gauge,
    offsite_late: Gauge,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answered {
    operation: String,
    code: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Work {
    kind: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct SentBy {
    channel: &'static str,
    result: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Sent {
    result: &'static str,
}

/// Values that are read on demand rather than counted as they occur.
#[derive(Debug, Clone, Copy, Default)]
pub struct Now {
    pub subscriptions: usize,
    /// Messages waiting to be sent, and how long the oldest is overdue.
    pub outbox: usize,
    pub oldest: Duration,
    /// Queued webhook deliveries, and dead letters.
    pub deliveries: i64,
    pub undelivered: i64,
    /// Webhooks that have failed for three days in a row.
    pub failing: usize,
    pub offsite: OffsiteNow,
}

/// The last good copy on another machine; zeros without one.
#[derive(Debug, Clone, Copy, Default)]
pub struct OffsiteNow {
    /// When it was made, in seconds since 1970.
    pub made: f64,
    pub bytes: u64,
    /// Whether two nights were missed.
    pub is_late: bool,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("zayavka");
        // From half a millisecond to eight seconds.
        let times: fn() -> Histogram = || Histogram::new(exponential_buckets(0.0005, 2.0, 15));
        // From ten microseconds to five seconds.
        let short: fn() -> Histogram = || Histogram::new(exponential_buckets(0.000_01, 2.0, 20));
        let inner = Inner {
            requests: Family::new_with_constructor(times),
            database: Family::new_with_constructor(short),
            waits: Family::new_with_constructor(short),
            sends: Family::default(),
            hooks: Family::default(),
            updates: Counter::default(),
            failed_logins: Counter::default(),
            subscriptions: Gauge::default(),
            outbox: Gauge::default(),
            outbox_age: Gauge::default(),
            deliveries: Gauge::default(),
            undelivered: Gauge::default(),
            failing: Gauge::default(),
            offsite_made: Gauge::default(),
            offsite_bytes: Gauge::default(),
            offsite_late: Gauge::default(),
            registry: Registry::default(),
        };
        let help = "Duration of requests, by operation and code";
        registry.register_with_unit("request", help, Unit::Seconds, inner.requests.clone());
        let help = "Time for which reads and writes held a database connection";
        registry.register_with_unit("database", help, Unit::Seconds, inner.database.clone());
        let help = "Time for which reads and writes waited for a database connection";
        registry.register_with_unit("database_wait", help, Unit::Seconds, inner.waits.clone());
        let help = "Attempts to send messages to Telegram, by result";
        registry.register("sends", help, inner.sends.clone());
        let help = "Attempts to deliver to webhooks, by result";
        registry.register("webhook_sends", help, inner.hooks.clone());
        let help = "Queued webhook deliveries";
        registry.register("webhook_waiting", help, inner.deliveries.clone());
        let help = "Dead webhook deliveries";
        registry.register("webhook_undelivered", help, inner.undelivered.clone());
        let help = "Webhooks of which every attempt has failed for three days";
        registry.register("webhook_failing", help, inner.failing.clone());
        let help = "Time of the last good copy on another machine, since 1970";
        let made = inner.offsite_made.clone();
        registry.register_with_unit("offsite_copy_made", help, Unit::Seconds, made);
        let help = "Size of the last good copy on another machine";
        let bytes = inner.offsite_bytes.clone();
        registry.register_with_unit("offsite_copy_size", help, Unit::Bytes, bytes);
        let help = "Whether copies on another machine are two nights late";
        registry.register("offsite_copy_late", help, inner.offsite_late.clone());
        let help = "Processed Telegram updates";
        registry.register("bot_updates", help, inner.updates.clone());
        let help = "Failed sign-ins";
        registry.register("failed_logins", help, inner.failed_logins.clone());
        let help = "Open subscriptions (WebSockets and event streams)";
        registry.register("subscriptions", help, inner.subscriptions.clone());
        let help = "Messages waiting to be sent";
        registry.register("outbox", help, inner.outbox.clone());
        let help = "Delay of the oldest overdue message";
        let age = inner.outbox_age.clone();
        registry.register_with_unit("outbox_oldest", help, Unit::Seconds, age);
        Self(Arc::new(Inner { registry, ..inner }))
    }
}

impl Metrics {
    /// Records an answered request.
    pub fn answered(&self, operation: &str, code: &str, took: Duration) {
        let labels = Answered {
            operation: operation.to_owned(),
            code: code.to_owned(),
        };
        let requests = self.0.requests.get_or_create(&labels);
        requests.observe(took.as_secs_f64());
    }

    /// Records a database operation, `read` or `write`: the wait for a connection, and the time it
    /// was held.
    pub fn worked(&self, kind: &'static str, waited: Duration, held: Duration) {
        let labels = Work { kind };
        let waits = self.0.waits.get_or_create(&labels);
        waits.observe(waited.as_secs_f64());
        let database = self.0.database.get_or_create(&labels);
        database.observe(held.as_secs_f64());
    }

    /// Counts an attempt to send a message by a channel.
    pub fn sent(&self, channel: &'static str, result: &'static str) {
        let labels = SentBy { channel, result };
        self.0.sends.get_or_create(&labels).inc();
    }

    /// Counts an attempt to deliver to a webhook.
    pub fn hooked(&self, result: &'static str) {
        self.0.hooks.get_or_create(&Sent { result }).inc();
    }

    /// Counts a processed Telegram update.
    pub fn updated(&self) {
        self.0.updates.inc();
    }

    /// Counts a failed sign-in.
    pub fn failed_login(&self) {
        self.0.failed_logins.inc();
    }

    /// Encodes all metrics in the OpenMetrics text format
    /// (<https://prometheus.io/docs/specs/om/open_metrics_spec/>), which Prometheus scrapes.
    ///
    /// # Errors
    /// None in practice: writing into a string can't fail.
    pub fn text(&self, now: Now) -> Result<String, std::fmt::Error> {
        let number = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        self.0.subscriptions.set(number(now.subscriptions));
        self.0.outbox.set(number(now.outbox));
        self.0.outbox_age.set(now.oldest.as_secs_f64());
        self.0.deliveries.set(now.deliveries);
        self.0.undelivered.set(now.undelivered);
        self.0.failing.set(number(now.failing));
        self.0.offsite_made.set(now.offsite.made);
        let bytes = i64::try_from(now.offsite.bytes).unwrap_or(i64::MAX);
        self.0.offsite_bytes.set(bytes);
        self.0.offsite_late.set(now.offsite.is_late.into());
        let mut text = String::new();
        encode(&mut text, &self.0.registry)?;
        Ok(text)
    }
}
