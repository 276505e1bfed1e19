//! The fields of a request's span in JSON. They are formatted with the request's first line: formatting them at the start
//! takes longer than all the rest of the span, and most requests log one line or none.

use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::fmt::FormattedFields;
use tracing_subscriber::fmt::format::JsonFields;
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::LookupSpan;

use super::request::{self, RequestId};

/// A layer that writes JSON, for which the fields of requests are formatted late. [`Repeats`](super::repeats::Repeats)
/// keeps their ids.
pub(super) struct Deferred<L>(pub L);

impl<S, L> Layer<S> for Deferred<L>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    L: Layer<S>,
{
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        if !request::is_request(attributes.metadata()) {
            self.0.on_new_span(attributes, id, context);
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        self.0.on_record(id, values, context);
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        for span in context.event_scope(event).into_iter().flatten() {
            let mut extensions = span.extensions_mut();
            let id = extensions.get_mut::<RequestId>().map(|id| *id);
            let has_fields = extensions.get_mut::<FormattedFields<JsonFields>>();
            if let (Some(id), None) = (id, has_fields) {
                let fields = format!("{{\"{}\":\"{id}\"}}", request::FIELD);
                extensions.insert(FormattedFields::<JsonFields>::new(fields));
            }
        }
        self.0.on_event(event, context);
    }
}
