//! Subscriptions by the graphql-transport-ws protocol
//! (<https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md>).

mod answers;
mod close;
mod conversation;
mod message;
mod operations;

use std::sync::Arc;

use hyper::upgrade::{OnUpgrade, Upgraded};
use hyper_util::rt::TokioIo;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};
use warp::http::{HeaderMap, Response, StatusCode};
use warp::{Filter, Rejection, Reply};

use super::asker::{Asker, bearer};
use super::connection::Connection;
use super::headers::is_foreign;
use super::{BODY, Site, events};
use crate::domain::Error;
use crate::log;
use conversation::{Conversation, INIT};

const PROTOCOL: &str = "graphql-transport-ws";
/// The read buffer of each socket, in bytes; it grows while a longer message arrives.
const READ_BUFFER: usize = 4 * 1024;

type WebSocket = WebSocketStream<TokioIo<Upgraded>>;

/// A client's request to open a WebSocket (RFC 6455 §4.2.1).
pub(super) struct Handshake {
    key: String,
    connection: OnUpgrade,
    client: Connection,
}

/// Accepts requests to open a WebSocket, and leaves all others to the next route.
pub(super) fn handshake() -> impl Filter<Extract = (Handshake,), Error = Rejection> + Copy {
    let upgrades = warp::header::<String>("connection").and_then(|words: String| async move {
        let mut words = words.split(',').map(str::trim);
        match words.any(|word| word.eq_ignore_ascii_case("upgrade")) {
            true => Ok(()),
            false => Err(warp::reject()),
        }
    });
    warp::get()
        .and(upgrades)
        .untuple_one()
        .and(warp::header::exact_ignore_case("upgrade", "websocket"))
        .and(warp::header::exact("sec-websocket-version", "13"))
        .and(warp::header::<String>("sec-websocket-key"))
        .and(warp::ext::get::<OnUpgrade>())
        .and(warp::ext::get::<Connection>())
        .map(|key, connection, client| Handshake {
            key,
            connection,
            client,
        })
}

pub(super) fn open(
    handshake: Handshake,
    site: Arc<Site>,
    asker: Asker,
    headers: HeaderMap,
) -> impl Reply {
    if is_foreign(&site, "/graphql", &headers) {
        return StatusCode::FORBIDDEN.into_response();
    }
    let offered = headers.get_all("sec-websocket-protocol").iter();
    let mut offered = offered
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','));
    let acceptable = offered.any(|protocol| protocol.trim() == PROTOCOL);
    let Some(place) = site.strangers.place(asker.address) else {
        return events::refused(&Error::RateLimited { retry_after: INIT });
    };
    let token = bearer(&headers).map(str::to_owned);
    let Handshake {
        key,
        connection,
        client,
    } = handshake;
    log::spawn(async move {
        let _slot = client.slot;
        // The client has disconnected.
        let Ok(upgraded) = connection.await else {
            return;
        };
        let config = WebSocketConfig::default()
            .read_buffer_size(READ_BUFFER)
            .max_message_size(Some(BODY))
            .max_frame_size(Some(BODY));
        let stream = TokioIo::new(upgraded);
        let socket = WebSocketStream::from_raw_socket(stream, Role::Server, Some(config)).await;
        let conversation = Conversation::new(site, asker, place, token);
        conversation.run(socket, acceptable).await;
    });
    let mut response = Response::builder()
        .status(StatusCode::SWITCHING_PROTOCOLS)
        .header("connection", "upgrade")
        .header("upgrade", "websocket")
        .header("sec-websocket-accept", derive_accept_key(key.as_bytes()));
    if acceptable {
        response = response.header("sec-websocket-protocol", PROTOCOL);
    }
    response.body("").into_response()
}
