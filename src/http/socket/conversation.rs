//! The conversation with one client, from its `connection_init` to the close.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::{SinkExt, StreamExt};
use serde_json::Value;
use tokio_tungstenite::tungstenite::Message;

use super::close::{self, Close, End};
use super::message::{self, ClientMessage};
use super::operations::Operations;
use super::{WebSocket, answers};
use crate::app::accounts;
use crate::app::security::tokens::Session;
use crate::domain::{Actor, Error, chain};
use crate::graphql::Caller;
use crate::http::Site;
use crate::http::asker::Asker;
use crate::http::connection::ConnectionSlot;
use crate::http::graphql::{self, Unreadable};

/// Time in which a client must send `connection_init`.
pub(super) const INIT: Duration = Duration::from_secs(10);
/// Time of silence after which a signed-in client is pinged, and then disconnected: less than the 30 to 60 seconds after
/// which proxies usually cut a silent connection.
const SILENCE: Duration = Duration::from_secs(25);
/// Maximum wait of a message for a client that doesn't read.
const STALLED: Duration = Duration::from_secs(30);

pub(super) struct Conversation {
    site: Arc<Site>,
    asker: Asker,
    /// The client's slot among those that haven't signed in.
    place: Option<ConnectionSlot>,
    /// The token of the upgrade request, until `connection_init`.
    token_of_upgrade: Option<String>,
    signed_in: Option<SignedIn>,
    operations: Operations,
}

/// The token of the client, checked again with every operation, and its session.
struct SignedIn {
    token: String,
    session: Session,
}

impl Conversation {
    pub fn new(
        site: Arc<Site>,
        asker: Asker,
        place: ConnectionSlot,
        token_of_upgrade: Option<String>,
    ) -> Self {
        Self {
            site,
            asker,
            place: Some(place),
            token_of_upgrade,
            signed_in: None,
            operations: Operations::new(),
        }
    }

    pub async fn run(mut self, mut socket: WebSocket, acceptable: bool) {
        let site = self.site.clone();
        let open = site.sockets.token();
        let end = match acceptable {
            true => self.talk(&mut socket).await,
            false => Close::SubprotocolNotAcceptable.into(),
        };
        let _place = self.place.take();
        // The operations end now, whatever the client still does.
        drop(self);
        let told = close::tell(&mut socket, end, &site.desk.clock).await;
        drop(open);
        if told {
            close::linger(socket, &site.desk.clock).await;
        }
    }

    /// Serves the client until there is a reason to close, or the client closes. Whatever the
    /// client does, even if it reads nothing, the conversation ends with its session and with the
    /// server.
    async fn talk(&mut self, socket: &mut WebSocket) -> End {
        let site = self.site.clone();
        let session = tokio::select! {
            () = site.stop.cancelled() => return Close::GoingAway.into(),
            () = site.desk.clock.sleep(INIT) => return Close::InitTimeout.into(),
            session = self.greet(socket) => match session {
                Ok(session) => session,
                Err(end) => return end,
            },
        };
        self.place = None;
        // Biased: nothing more is sent once the session has ended.
        tokio::select! {
            biased;
            () = site.stop.cancelled() => Close::GoingAway.into(),
            () = accounts::ended(&site.desk, session) => Close::TokenEnded.into(),
            Err(end) = self.converse(socket) => end,
        }
    }

    /// Responds until the client has signed in.
    async fn greet(&mut self, socket: &mut WebSocket) -> Result<Session, End> {
        loop {
            let message = next(socket).await?;
            if let Some(answer) = self.answer(message).await? {
                self.send(socket, answer).await?;
            }
            if let Some(signed_in) = &self.signed_in {
                return Ok(signed_in.session);
            }
        }
    }

    /// Passes messages on in both directions. A client that is silent for [`SILENCE`] is pinged,
    /// and disconnected when it doesn't answer the ping either.
    async fn converse(&mut self, socket: &mut WebSocket) -> Result<Infallible, End> {
        let clock = self.site.desk.clock.clone();
        let mut pinged = false;
        let mut silence = std::pin::pin!(clock.sleep(SILENCE));
        loop {
            tokio::select! {
                () = &mut silence => {
                    if pinged {
                        return Err(End::Lost);
                    }
                    pinged = true;
                    silence.set(clock.sleep(SILENCE));
                    self.send(socket, Message::Ping(Bytes::new())).await?;
                }
                line = self.operations.next() => {
                    self.send(socket, Message::text(line.text)).await?;
                    drop(line.place);
                }
                message = next(socket) => {
                    pinged = false;
                    silence.set(clock.sleep(SILENCE));
                    if let Some(answer) = self.answer(message?).await? {
                        self.send(socket, answer).await?;
                    }
                }
            }
        }
    }

    /// # Errors
    /// [`End::Lost`] when the client has disconnected, or has read nothing for [`STALLED`].
    async fn send(&self, socket: &mut WebSocket, message: Message) -> Result<(), End> {
        tokio::select! {
            sent = socket.send(message) => sent.map_err(|_| End::Lost),
            () = self.site.desk.clock.sleep(STALLED) => Err(End::Lost),
        }
    }

    async fn answer(&mut self, message: Message) -> Result<Option<Message>, End> {
        if message.is_close() {
            return Err(End::ByClient);
        }
        if message.is_ping() || message.is_pong() {
            return Ok(None);
        }
        match ClientMessage::parse(&message)? {
            ClientMessage::ConnectionInit { payload } => {
                if self.signed_in.is_some() {
                    return Err(Close::TooManyInits.into());
                }
                let token = message::token_of(payload.as_ref(), self.token_of_upgrade.take())?;
                let (_, session) = self.authenticate(&token, Close::TokenInvalid).await?;
                self.signed_in = Some(SignedIn { token, session });
                Ok(Some(message::ack()))
            }
            ClientMessage::Ping { payload } => Ok(Some(message::pong(payload))),
            ClientMessage::Pong {} => Ok(None),
            ClientMessage::Complete { id } => {
                self.operations.stop(&id);
                Ok(None)
            }
            ClientMessage::Subscribe { id, payload } => Ok(self.subscribe(id, &payload).await?),
        }
    }

    /// # Errors
    /// `refused` for a token that isn't valid (any more).
    async fn authenticate(&self, token: &str, refused: Close) -> Result<(Actor, Session), Close> {
        let viewer = accounts::authenticate(&self.site.desk, token, self.asker.address).await;
        viewer.map_err(|error| match error {
            Error::Unauthenticated => refused,
            Error::RateLimited { .. } => Close::TooManyRequests,
            error => {
                tracing::error!(error = %chain(&error), "internal error");
                Close::Internal
            }
        })
    }

    /// Starts an operation; returns the message that refuses it.
    async fn subscribe(&mut self, id: String, payload: &Value) -> Result<Option<Message>, Close> {
        let signed_in = self.signed_in.as_ref().ok_or(Close::NotSignedIn)?;
        if id.is_empty() {
            return Err(Close::InvalidMessage("The id of subscribe is empty"));
        }
        if self.operations.has(&id) {
            return Err(Close::SubscriberExists(id));
        }
        if self.operations.is_full() {
            return Err(Close::TooManyRequests);
        }
        let body = payload.to_string();
        let request = match graphql::read_body(body.as_bytes()) {
            Ok(request) => request,
            Err(Unreadable::NotPersisted) => {
                let refusal = Unreadable::not_persisted();
                return Ok(Some(Message::text(answers::error(&id, &refusal))));
            }
            Err(_) => return Err(Close::InvalidMessage("Invalid payload of subscribe")),
        };
        let token = &signed_in.token;
        let viewer = self.authenticate(token, Close::TokenEnded).await?;
        let prepared = match self.site.schema.prepare(request) {
            Ok(prepared) => prepared,
            Err(refusal) => return Ok(Some(Message::text(answers::error(&id, &refusal)))),
        };
        let caller = Caller {
            viewer: Some(viewer),
            known: Some(viewer.1.into()),
            address: self.asker.address,
            local: self.asker.local,
        };
        let responses = self.site.schema.stream(prepared, caller);
        let memory = self.site.desk.memory.clone();
        self.operations
            .start(id, |outlet| answers::pass_on(responses, outlet, memory));
        Ok(None)
    }
}

/// Waits for the client's next message.
async fn next(socket: &mut WebSocket) -> Result<Message, End> {
    match socket.next().await {
        Some(message) => Ok(message?),
        None => Err(End::Lost),
    }
}
