//! The messages of the protocol.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use tokio_tungstenite::tungstenite::Message;

use super::close::Close;
use crate::http::asker::token;

/// The messages of a client.
#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum ClientMessage {
    ConnectionInit { payload: Option<Map<String, Value>> },
    Ping { payload: Option<Value> },
    Pong {},
    Subscribe { id: String, payload: Value },
    Complete { id: String },
}

impl ClientMessage {
    /// # Errors
    /// [`Close::InvalidMessage`] for what is no message of the protocol.
    pub fn parse(message: &Message) -> Result<Self, Close> {
        let invalid = Close::InvalidMessage("Invalid message received");
        match message {
            Message::Text(text) => serde_json::from_str(text).map_err(|_| invalid),
            _ => Err(invalid),
        }
    }
}

/// A message of an operation.
#[derive(Serialize)]
pub(super) struct Frame<'a, T> {
    pub r#type: &'static str,
    pub id: &'a str,
    pub payload: T,
}

/// Returns the token of a `connection_init`: that of its payload, or else that of the upgrade request.
///
/// # Errors
/// [`Close::TokenMissing`] when neither has one, or the payload's `Authorization` has another scheme.
pub(super) fn token_of(
    payload: Option<&Map<String, Value>>,
    of_upgrade: Option<String>,
) -> Result<String, Close> {
    let mut given = payload.into_iter().flatten();
    let given = given.find(|(name, _)| name.eq_ignore_ascii_case("authorization"));
    let token = match given.and_then(|(_, value)| value.as_str()) {
        Some(value) => token(value).map(str::to_owned),
        None => of_upgrade,
    };
    token.ok_or(Close::TokenMissing)
}

pub(super) fn ack() -> Message {
    Message::text(json!({ "type": "connection_ack" }).to_string())
}

pub(super) fn pong(payload: Option<Value>) -> Message {
    let pong = match payload {
        Some(payload) => json!({ "type": "pong", "payload": payload }),
        None => json!({ "type": "pong" }),
    };
    Message::text(pong.to_string())
}

pub(super) fn complete(id: &str) -> String {
    json!({ "type": "complete", "id": id }).to_string()
}
