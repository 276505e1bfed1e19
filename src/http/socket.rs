//! Subscriptions by the graphql-transport-ws protocol
//! (<https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md>).

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream::BoxStream;
use futures_util::{SinkExt, StreamExt};
use hyper::upgrade::{OnUpgrade, Upgraded};
use hyper_util::rt::TokioIo;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use tokio::sync::mpsc;
use tokio::task::AbortHandle;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Role, WebSocketConfig};
use warp::http::{HeaderMap, Response, StatusCode};
use warp::{Filter, Rejection, Reply};

use super::asker::{Asker, token};
use super::connection::{Connection, ConnectionSlot};
use super::headers::is_foreign;
use super::{BODY, Site, events, graphql};
use crate::app::accounts;
use crate::app::memory::{self, Memory};
use crate::app::security::tokens::Session;
use crate::domain::{Error, chain};
use crate::graphql::{Caller, refusal_of};
use crate::log;

const PROTOCOL: &str = "graphql-transport-ws";
/// Time in which a client must send `connection_init`.
const INIT: Duration = Duration::from_secs(10);
/// Time of silence after which a signed-in client is pinged, and then disconnected.
const SILENCE: Duration = Duration::from_secs(30);
/// Maximum wait of a message for a client that doesn't read.
const STALLED: Duration = Duration::from_secs(30);
/// Maximum wait for the client to accept a close frame.
const FAREWELL: Duration = Duration::from_secs(1);
/// The largest number of concurrent operations of one client.
const OPERATIONS: usize = 100;
/// The number of responses that may wait for a slow client before its operations wait too (backpressure).
const QUEUE: usize = 64;
/// The read buffer of each socket, in bytes; it grows while a longer message arrives.
const READ_BUFFER: usize = 4 * 1024;

type WebSocket = WebSocketStream<TokioIo<Upgraded>>;

/// A client's request to open a WebSocket (RFC 6455 §4.2.1).
pub(super) struct Handshake {
    key: String,
    connection: OnUpgrade,
    client: Connection,
}

/// The reasons to close a socket; codes and texts are the protocol's.
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

/// The messages of a client.
#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum ClientMessage {
    ConnectionInit { payload: Option<Map<String, Value>> },
    Ping { payload: Option<Value> },
    Pong {},
    Subscribe { id: String, payload: Value },
    Complete { id: String },
}

/// The messages of operations to their socket.
enum OperationMessage {
    Line {
        id: String,
        line: String,
        place: Option<memory::MemoryPermit>,
    },
    Done {
        id: String,
        complete: bool,
    },
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
    let offered = offered
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','));
    let acceptable = offered
        .into_iter()
        .any(|protocol| protocol.trim() == PROTOCOL);
    let Some(place) = site.strangers.place(asker.address) else {
        return events::refused(&Error::RateLimited { retry_after: INIT });
    };
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
        let mut conversation = Conversation::new(site, asker, place);
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

struct Conversation {
    site: Arc<Site>,
    asker: Asker,
    /// The client's slot among those that haven't signed in.
    place: Option<ConnectionSlot>,
    /// The token from `connection_init`, checked again with every operation.
    token: Option<String>,
    /// Session of that token.
    session: Option<Session>,
    running: HashMap<String, AbortHandle>,
    told: mpsc::Sender<OperationMessage>,
    hear: mpsc::Receiver<OperationMessage>,
}

impl Drop for Conversation {
    fn drop(&mut self) {
        self.running.values().for_each(AbortHandle::abort);
    }
}

impl Conversation {
    fn new(site: Arc<Site>, asker: Asker, place: ConnectionSlot) -> Self {
        let (told, hear) = mpsc::channel(QUEUE);
        Self {
            site,
            asker,
            place: Some(place),
            token: None,
            session: None,
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
            let clock = self.site.desk.clock.clone();
            let farewell = async {
                // The client may be gone; a failed close is fine.
                let _ = socket.send(close.message()).await;
                let _ = socket.close(None).await;
            };
            tokio::select! {
                () = farewell => {}
                () = clock.sleep(FAREWELL) => {}
            }
        }
    }

    /// Serves the client until there is a reason to close, or the client closes. Whatever the
    /// client does, even if it reads nothing, the conversation ends with its session and with the
    /// server.
    async fn talk(&mut self, socket: &mut WebSocket) -> Option<Close> {
        let site = self.site.clone();
        let session = tokio::select! {
            () = site.stop.cancelled() => return Some(Close::GoingAway),
            () = site.desk.clock.sleep(INIT) => return Some(Close::InitTimeout),
            session = self.greet(socket) => match session {
                Ok(session) => session,
                Err(close) => return close,
            },
        };
        self.place = None;
        // Biased: nothing more is sent once the session has ended.
        tokio::select! {
            biased;
            () = site.stop.cancelled() => Some(Close::GoingAway),
            () = accounts::ended(&site.desk, session) => Some(Close::Forbidden),
            close = self.converse(socket) => close,
        }
    }

    /// Responds until the client has signed in.
    async fn greet(&mut self, socket: &mut WebSocket) -> Result<Session, Option<Close>> {
        loop {
            let message = socket.next().await.and_then(Result::ok).ok_or(None)?;
            let answer = self.answer(message).await?;
            if let Some(answer) = answer {
                self.send(socket, answer).await.ok_or(None)?;
            }
            if let Some(session) = self.session {
                return Ok(session);
            }
        }
    }

    /// Passes messages on in both directions. A client that is silent for [`SILENCE`] is pinged,
    /// and disconnected when it doesn't answer the ping either.
    async fn converse(&mut self, socket: &mut WebSocket) -> Option<Close> {
        let clock = self.site.desk.clock.clone();
        let mut pinged = false;
        let mut silence = std::pin::pin!(clock.sleep(SILENCE));
        loop {
            tokio::select! {
                () = &mut silence => {
                    if pinged {
                        return None;
                    }
                    pinged = true;
                    silence.set(clock.sleep(SILENCE));
                    self.send(socket, Message::Ping(Bytes::new())).await?;
                }
                Some(told) = self.hear.recv() => {
                    if let Some((message, place)) = self.pass_on(told) {
                        self.send(socket, message).await?;
                        drop(place);
                    }
                }
                message = socket.next() => {
                    pinged = false;
                    silence.set(clock.sleep(SILENCE));
                    match self.answer(message?.ok()?).await {
                        Ok(Some(answer)) => self.send(socket, answer).await?,
                        Ok(None) => {}
                        Err(close) => return close,
                    }
                }
            }
        }
    }

    /// Sends a message; `None` when the client has disconnected, or has read nothing for
    /// [`STALLED`].
    async fn send(&self, socket: &mut WebSocket, message: Message) -> Option<()> {
        tokio::select! {
            sent = socket.send(message) => sent.ok(),
            () = self.site.desk.clock.sleep(STALLED) => None,
        }
    }

    /// Returns the frame for an operation's message, with its memory permit; `None` for an operation that the client has ended.
    fn pass_on(
        &mut self,
        told: OperationMessage,
    ) -> Option<(Message, Option<memory::MemoryPermit>)> {
        let (line, place) = match told {
            OperationMessage::Line { id, line, place } => {
                self.running.contains_key(&id).then_some((line, place))?
            }
            OperationMessage::Done { id, complete } => {
                self.running.remove(&id)?;
                let line = complete.then(|| json!({ "type": "complete", "id": id }))?;
                (line.to_string(), None)
            }
        };
        Some((Message::text(line), place))
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
            ClientMessage::ConnectionInit { .. } if self.token.is_some() => {
                Err(Some(Close::TooManyInits))
            }
            ClientMessage::ConnectionInit { payload } => {
                let given = payload.unwrap_or_default();
                let mut given = given
                    .iter()
                    .filter(|(name, _)| name.eq_ignore_ascii_case("authorization"));
                let value = given.next().and_then(|(_, value)| value.as_str());
                let token = value
                    .and_then(token)
                    .ok_or(Some(Close::Forbidden))?
                    .to_owned();
                let caller = self.caller(&token).await.map_err(Some)?;
                self.session = caller.viewer.map(|(_, session)| session);
                self.token = Some(token);
                Ok(Some(Message::text(
                    json!({ "type": "connection_ack" }).to_string(),
                )))
            }
            ClientMessage::Ping { payload } => {
                let pong = match payload {
                    Some(payload) => json!({ "type": "pong", "payload": payload }),
                    None => json!({ "type": "pong" }),
                };
                Ok(Some(Message::text(pong.to_string())))
            }
            ClientMessage::Pong {} => Ok(None),
            ClientMessage::Complete { id } => {
                if let Some(running) = self.running.remove(&id) {
                    running.abort();
                }
                Ok(None)
            }
            ClientMessage::Subscribe { id, payload } => {
                self.subscribe(id, &payload).await.map_err(Some)
            }
        }
    }

    async fn caller(&self, token: &str) -> Result<Caller, Close> {
        match accounts::authenticate(&self.site.desk, token, self.asker.address).await {
            Ok(viewer) => Ok(Caller {
                viewer: Some(viewer),
                known: Some(viewer.1.into()),
                address: self.asker.address,
                local: self.asker.local,
            }),
            Err(Error::Unauthenticated) => Err(Close::Forbidden),
            Err(Error::RateLimited { .. }) => Err(Close::TooManyRequests),
            Err(error) => {
                tracing::error!(error = %chain(&error), "internal error");
                Err(Close::Internal)
            }
        }
    }

    async fn subscribe(&mut self, id: String, payload: &Value) -> Result<Option<Message>, Close> {
        let token = self.token.clone().ok_or(Close::Unauthorized)?;
        if self.running.contains_key(&id) {
            return Err(Close::SubscriberExists(id));
        }
        if self.running.len() >= OPERATIONS {
            return Err(Close::TooManyRequests);
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
        let answers = Answers {
            id: id.clone(),
            memory: self.site.desk.memory.clone(),
        };
        let task = log::spawn(answers.tell(responses, told));
        self.running.insert(id, task.abort_handle());
        Ok(None)
    }
}

/// The responses of one operation.
struct Answers {
    id: String,
    memory: Arc<Memory>,
}

impl Answers {
    /// Passes the responses on, as fast as the client reads them.
    async fn tell(
        self,
        mut responses: BoxStream<'static, async_graphql::Response>,
        told: mpsc::Sender<OperationMessage>,
    ) {
        let mut complete = true;
        while let Some(response) = responses.next().await {
            let (line, refused) = self.line(response);
            complete &= !refused;
            let sent = match self.place(&line).await {
                Ok(place) => told.send(self.told(line, place)).await,
                Err(error) => {
                    complete = false;
                    let (line, _) = self.line(refusal_of(&error));
                    told.send(self.told(line, None)).await
                }
            };
            if sent.is_err() || !complete {
                break;
            }
        }
        let id = self.id;
        // A closed conversation drops the message, which is fine.
        let _ = told.send(OperationMessage::Done { id, complete }).await;
    }

    /// Returns the frame of a response, and whether it ends the operation.
    fn line(&self, response: async_graphql::Response) -> (String, bool) {
        let refused = crate::graphql::is_refused(&response);
        let id = json!(&*self.id);
        let line = match refused {
            true => {
                let errors = json!(response.errors);
                format!(r#"{{"type":"error","id":{id},"payload":{errors}}}"#)
            }
            false => {
                // A response always serializes to JSON.
                let payload = crate::graphql::text(response).unwrap_or_default();
                format!(r#"{{"type":"next","id":{id},"payload":{payload}}}"#)
            }
        };
        (line, refused)
    }

    /// Waits for the memory permit of a long message.
    async fn place(&self, line: &str) -> crate::domain::Result<Option<memory::MemoryPermit>> {
        match line.len() > memory::UNIT {
            true => self.memory.count(line.len()).await.map(Some),
            false => Ok(None),
        }
    }

    fn told(&self, line: String, place: Option<memory::MemoryPermit>) -> OperationMessage {
        let id = self.id.clone();
        OperationMessage::Line { id, line, place }
    }
}
