//! The responses of one operation as messages of the protocol.

use std::sync::Arc;

use async_graphql::Response;
use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use serde_json::value::RawValue;

use super::message::{Frame, complete};
use super::operations::{Line, Outlet};
use crate::app::memory::{self, Memory, MemoryPermit};
use crate::domain::Result;
use crate::graphql::{self, is_refused, refusal_of};

/// Passes the responses on, as fast as the client reads them.
pub(super) async fn pass_on(
    mut responses: BoxStream<'static, Response>,
    outlet: Outlet,
    memory: Arc<Memory>,
) {
    while let Some(response) = responses.next().await {
        if is_refused(&response) {
            let text = error(outlet.id(), &response);
            return outlet.end(text).await;
        }
        let text = next(outlet.id(), response);
        match place(&memory, &text).await {
            Ok(place) => {
                if !outlet.send(Line { text, place }).await {
                    return;
                }
            }
            Err(busy) => {
                let text = error(outlet.id(), &refusal_of(&busy));
                return outlet.end(text).await;
            }
        }
    }
    let text = complete(outlet.id());
    outlet.end(text).await;
}

fn next(id: &str, response: Response) -> String {
    let r#type = "next";
    // A response always serializes to JSON.
    let payload = graphql::text(response).unwrap_or_default();
    let payload = RawValue::from_string(payload).unwrap_or_default();
    text(&Frame {
        r#type,
        id,
        payload,
    })
}

/// Returns the message for an operation that was refused before it ran; it ends the operation.
pub(super) fn error(id: &str, refusal: &Response) -> String {
    let r#type = "error";
    let payload = &refusal.errors;
    text(&Frame {
        r#type,
        id,
        payload,
    })
}

fn text<T: serde::Serialize>(frame: &Frame<'_, T>) -> String {
    // A response always serializes to JSON.
    serde_json::to_string(frame).unwrap_or_default()
}

/// Waits for the memory permit of a long message.
async fn place(memory: &Arc<Memory>, text: &str) -> Result<Option<MemoryPermit>> {
    match text.len() > memory::UNIT {
        true => memory.count(text.len()).await.map(Some),
        false => Ok(None),
    }
}
