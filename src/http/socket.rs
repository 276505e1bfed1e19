//! Subscriptions by the graphql-transport-ws protocol
//! (<https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md>).

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use hyper::upgrade::{OnUpgrade, Upgraded};
use hyper_util::rt::TokioIo;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use tokio::sync::{OwnedSemaphorePermit, mpsc};
use tokio::task::AbortHandle;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Role, WebSocketConfig};
use warp::http::{HeaderMap, Response, StatusCode};
use warp::{Filter, Rejection, Reply};

use super::asker::{Asker, token};
use super::headers::is_foreign;
use super::{BODY, Site, graphql};
use crate::app::accounts;
use crate::domain::Error;
use crate::graphql::Caller;

const PROTOCOL: &str = "graphql-transport-ws";
/// How long a client may take to introduce itself.
const INIT: Duration = Duration::from_secs(10);
/// Answers that may wait for a slow client before its operations wait too.
const QUEUE: usize = 64;
/// What each socket keeps for reading, in bytes; a longer message gets more while it comes.
const READ_BUFFER: usize = 4 * 1024;

type WebSocket = WebSocketStream<TokioIo<Upgraded>>;

/// The room that a connection takes among those that there may be at once. It is given back when the last one who
/// has it is gone: for HTTP a connection ends where a socket begins, and the socket goes on.
#[derive(Clone)]
pub struct Slot(pub Arc<OwnedSemaphorePermit>);

/// A client's wish to open a socket (RFC 6455 §4.2.1).
pub(super) struct Handshake {
    key: String,
    connection: OnUpgrade,
    slot: Slot,
}

/// Why the server closes a socket; codes and reasons are the protocol's.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Close {
    GoingAway,
    Internal,
    InvalidMessage(&'static str),
    Unauthorized,
    Forbidden,
    SubprotocolNotAcceptable,
    InitTimeout,
    SubscriberExists(String),
    TooManyInits,
    TooManyRequests,
}

impl Close {
    fn message(&self) -> Message {
        let (code, reason): (u16, String) = match self {
            Self::GoingAway => (1001, "The server stops".into()),
            Self::Internal => (4500, "Internal server error".into()),
            Self::InvalidMessage(why) => (4400, (*why).into()),
            Self::Unauthorized => (4401, "Unauthorized".into()),
            Self::Forbidden => (4403, "Forbidden".into()),
            Self::SubprotocolNotAcceptable => (4406, "Subprotocol not acceptable".into()),
            Self::InitTimeout => (4408, "Connection initialisation timeout".into()),
            Self::SubscriberExists(id) => (4409, format!("Subscriber for {id} already exists")),
            Self::TooManyInits => (4429, "Too many initialisation requests".into()),
            Self::TooManyRequests => (4429, "Too many requests".into()),
        };
        let reason = reason.as_str().into();
        Message::Close(Some(CloseFrame {
            code: code.into(),
            reason,
        }))
    }
}

/// What a client may say.
#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Said {
    ConnectionInit { payload: Option<Map<String, Value>> },
    Ping { payload: Option<Value> },
    Pong {},
    Subscribe { id: String, payload: Value },
    Complete { id: String },
}

/// What the operations tell the socket.
enum Told {
    Line { id: String, line: Value },
    Done { id: String, complete: bool },
}

/// Takes requests that ask for a socket, and leaves all others to the next route.
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
        .and(warp::ext::get::<Slot>())
        .map(|key, connection, slot| Handshake {
            key,
            connection,
            slot,
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
    let offered = offered
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','));
    let acceptable = offered
        .into_iter()
        .any(|protocol| protocol.trim() == PROTOCOL);
    let Handshake {
        key,
        connection,
        slot,
    } = handshake;
    tokio::spawn(async move {
        let _slot = slot;
        // A client that is gone already needs no socket.
        let Ok(upgraded) = connection.await else {
            return;
        };
        let config = WebSocketConfig::default()
            .read_buffer_size(READ_BUFFER)
            .max_message_size(Some(BODY))
            .max_frame_size(Some(BODY));
        let stream = TokioIo::new(upgraded);
        let socket = WebSocketStream::from_raw_socket(stream, Role::Server, Some(config)).await;
        Conversation::new(site, asker).run(socket, acceptable).await;
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

struct Conversation {
    site: Arc<Site>,
    asker: Asker,
    /// The token that `connection_init` brought; looked at again with every operation.
    token: Option<String>,
    running: HashMap<String, AbortHandle>,
    told: mpsc::Sender<Told>,
    hear: mpsc::Receiver<Told>,
}

impl Drop for Conversation {
    fn drop(&mut self) {
        self.running.values().for_each(AbortHandle::abort);
    }
}

impl Conversation {
    fn new(site: Arc<Site>, asker: Asker) -> Self {
        let (told, hear) = mpsc::channel(QUEUE);
        Self {
            site,
            asker,
            token: None,
            running: HashMap::new(),
            told,
            hear,
        }
    }

    async fn run(&mut self, mut socket: WebSocket, acceptable: bool) {
        let close = match acceptable {
            true => self.talk(&mut socket).await,
            false => Some(Close::SubprotocolNotAcceptable),
        };
        if let Some(close) = close {
            // The client may be gone; then there is nobody to tell.
            let _ = socket.send(close.message()).await;
            let _ = socket.close(None).await;
        }
    }

    /// Talks until there is a reason to close, or the client has closed.
    async fn talk(&mut self, socket: &mut WebSocket) -> Option<Close> {
        let site = self.site.clone();
        let clock = &site.desk.clock;
        let mut late = std::pin::pin!(clock.sleep(INIT));
        loop {
            let waiting = self.token.is_none();
            tokio::select! {
                () = site.stop.cancelled() => return Some(Close::GoingAway),
                () = &mut late, if waiting => return Some(Close::InitTimeout),
                Some(told) = self.hear.recv() => {
                    if let Some(message) = self.pass_on(told) {
                        socket.send(message).await.ok()?;
                    }
                }
                message = socket.next() => match self.answer(message?.ok()?).await {
                    Ok(Some(answer)) => socket.send(answer).await.ok()?,
                    Ok(None) => {}
                    Err(close) => return close,
                },
            }
        }
    }

    /// The message for what an operation tells; none for one that the client has ended.
    fn pass_on(&mut self, told: Told) -> Option<Message> {
        let line = match told {
            Told::Line { id, line } => self.running.contains_key(&id).then_some(line)?,
            Told::Done { id, complete } => {
                self.running.remove(&id)?;
                complete.then(|| json!({ "type": "complete", "id": id }))?
            }
        };
        Some(Message::text(line.to_string()))
    }

    async fn answer(&mut self, message: Message) -> Result<Option<Message>, Option<Close>> {
        if message.is_close() {
            return Err(None);
        }
        if message.is_ping() || message.is_pong() {
            return Ok(None);
        }
        let invalid = || Some(Close::InvalidMessage("Invalid message received"));
        let Message::Text(text) = &message else {
            return Err(invalid());
        };
        match serde_json::from_str(text.as_str()).map_err(|_| invalid())? {
            Said::ConnectionInit { .. } if self.token.is_some() => Err(Some(Close::TooManyInits)),
            Said::ConnectionInit { payload } => {
                let given = payload.unwrap_or_default();
                let mut given = given
                    .iter()
                    .filter(|(name, _)| name.eq_ignore_ascii_case("authorization"));
                let value = given.next().and_then(|(_, value)| value.as_str());
                let token = value
                    .and_then(token)
                    .ok_or(Some(Close::Forbidden))?
                    .to_owned();
                self.caller(&token).await.map_err(Some)?;
                self.token = Some(token);
                Ok(Some(Message::text(
                    json!({ "type": "connection_ack" }).to_string(),
                )))
            }
            Said::Ping { payload } => {
                let pong = match payload {
                    Some(payload) => json!({ "type": "pong", "payload": payload }),
                    None => json!({ "type": "pong" }),
                };
                Ok(Some(Message::text(pong.to_string())))
            }
            Said::Pong {} => Ok(None),
            Said::Complete { id } => {
                if let Some(running) = self.running.remove(&id) {
                    running.abort();
                }
                Ok(None)
            }
            Said::Subscribe { id, payload } => self.subscribe(id, &payload).await.map_err(Some),
        }
    }

    async fn caller(&self, token: &str) -> Result<Caller, Close> {
        match accounts::authenticate(&self.site.desk, token, self.asker.address).await {
            Ok(viewer) => Ok(Caller {
                viewer: Some(viewer),
                address: self.asker.address,
                local: self.asker.local,
                request_id: self.asker.request_id.clone(),
            }),
            Err(Error::Unauthenticated) => Err(Close::Forbidden),
            Err(Error::RateLimited { .. }) => Err(Close::TooManyRequests),
            Err(error) => {
                tracing::error!(error = &error as &dyn std::error::Error, "internal error");
                Err(Close::Internal)
            }
        }
    }

    async fn subscribe(&mut self, id: String, payload: &Value) -> Result<Option<Message>, Close> {
        let token = self.token.clone().ok_or(Close::Unauthorized)?;
        if self.running.contains_key(&id) {
            return Err(Close::SubscriberExists(id));
        }
        let body = payload.to_string();
        let request = graphql::read_body(body.as_bytes())
            .map_err(|_| Close::InvalidMessage("Invalid payload of subscribe"))?;
        let caller = self.caller(&token).await?;
        let prepared = match self.site.schema.prepare(request) {
            Ok(prepared) => prepared,
            Err(refusal) => {
                let line = json!({ "type": "error", "id": id, "payload": refusal.errors });
                return Ok(Some(Message::text(line.to_string())));
            }
        };
        let responses = self.site.schema.stream(prepared, caller);
        let told = self.told.clone();
        let task = tokio::spawn(tell(id.clone(), responses, told));
        self.running.insert(id, task.abort_handle());
        Ok(None)
    }
}

/// Passes the answers of one operation on, as fast as the client takes them.
async fn tell(
    id: String,
    mut responses: futures_util::stream::BoxStream<'static, async_graphql::Response>,
    told: mpsc::Sender<Told>,
) {
    let mut complete = true;
    while let Some(response) = responses.next().await {
        let refused = crate::graphql::is_refused(&response);
        let line = match refused {
            true => json!({ "type": "error", "id": id, "payload": response.errors }),
            false => json!({ "type": "next", "id": id, "payload": response }),
        };
        complete &= !refused;
        let id = id.clone();
        if told.send(Told::Line { id, line }).await.is_err() || refused {
            break;
        }
    }
    // A closed conversation hears no more, and needs to.
    let _ = told.send(Told::Done { id, complete }).await;
}
