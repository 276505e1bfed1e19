//! Operations over server-sent events, by graphql-sse in its mode of distinct connections
//! (<https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md>).

use std::convert::Infallible;
use std::sync::Arc;

use async_graphql::Response as Executed;
use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::stream::{self, BoxStream};
use tokio::sync::mpsc;
use warp::Reply;
use warp::reply::Response;

use super::format::{EVENTS, set_type};
use crate::app::Desk;
use crate::app::accounts;
use crate::app::memory::{Memory, UNIT};
use crate::app::security::tokens::Session;
use crate::clock::Clock;
use crate::domain::Error;
use crate::graphql::{Answer, Caller, Prepared, refusal_of};
use crate::http::connection::Connection;
use crate::http::{Site, events};
use crate::log;

/// The last event; its empty data make browsers dispatch it.
const COMPLETE: &[u8] = b"event: complete\ndata: \n\n";
/// A comment, by which proxies see that the connection is alive.
const HEARTBEAT: &[u8] = b":\n\n";
/// The number of pieces that may wait for a slow client before its operation waits too
/// (backpressure).
const QUEUE: usize = 1;

/// Executes an operation, and sends its responses as events. The stream ends with the operation,
/// with the session, and with the server.
pub(super) fn open(
    site: &Site,
    client: &Connection,
    prepared: Prepared,
    caller: Caller,
) -> Response {
    let session = caller.viewer.map(|(_, session)| session);
    send(site, client, session, site.schema.stream(prepared, caller))
}

/// Sends the response to a document that was rejected before execution.
pub(super) fn refuse(site: &Site, client: &Connection, refusal: Executed) -> Response {
    send(site, client, None, stream::iter([refusal]).boxed())
}

fn send(
    site: &Site,
    client: &Connection,
    session: Option<Session>,
    responses: BoxStream<'static, Executed>,
) -> Response {
    let (told, mut heard) = mpsc::channel(QUEUE);
    let teller = Teller {
        clock: site.desk.clock.clone(),
        memory: site.desk.memory.clone(),
        told,
    };
    let stop = site.stop.clone();
    let open = events::cut_after(site, client, ended(site.desk.clone(), session));
    log::spawn(async move {
        let closed = teller.told.clone();
        tokio::select! {
            () = closed.closed() => {}
            () = stop.cancelled() => {}
            _ = teller.tell(responses) => {}
        }
    });
    let events = stream::poll_fn(move |context| {
        let _held_while_open = &open;
        heard
            .poll_recv(context)
            .map(|piece| piece.map(Ok::<Bytes, Infallible>))
    });
    let mut answer = warp::reply::stream(events).into_response();
    set_type(&mut answer, EVENTS);
    answer
}

/// Completes when the session ends; never for a caller without one.
async fn ended(desk: Arc<Desk>, session: Option<Session>) {
    match session {
        Some(session) => accounts::ended(&desk, session).await,
        None => std::future::pending().await,
    }
}

/// Sends events as fast as the client reads them.
struct Teller {
    clock: Clock,
    memory: Arc<Memory>,
    told: mpsc::Sender<Bytes>,
}

impl Teller {
    /// Sends all events; `None` when the client has gone. A subscription ends with the session by
    /// itself, with an error.
    async fn tell(&self, mut responses: BoxStream<'static, Executed>) -> Option<()> {
        loop {
            tokio::select! {
                response = responses.next() => match response {
                    Some(response) => self.next(response).await?,
                    None => return self.piece(COMPLETE).await,
                },
                () = self.clock.sleep(events::KEEP_ALIVE) => self.piece(HEARTBEAT).await?,
            }
        }
    }

    /// Sends a response. A long one waits for memory.
    async fn next(&self, response: Executed) -> Option<()> {
        let Answer { pieces, rest } = match self.written(response).await {
            Ok(written) => written,
            Err(error) => crate::graphql::write(refusal_of(&error)).ok()?,
        };
        self.piece("event: next\ndata: ").await?;
        for piece in pieces {
            self.piece(piece).await?;
        }
        self.piece(rest).await?;
        self.piece("\n\n").await
    }

    /// Returns a response's JSON, which has no line breaks.
    async fn written(&self, response: Executed) -> crate::domain::Result<Answer> {
        let mut written = crate::graphql::write(response).map_err(Error::internal)?;
        if written.rest.len() > UNIT {
            let rest = std::mem::take(&mut written.rest);
            let held = self.memory.share().keep(rest).await?;
            written.pieces.push(held);
        }
        Ok(written)
    }

    async fn piece(&self, piece: impl Into<Bytes>) -> Option<()> {
        self.told.send(piece.into()).await.ok()
    }
}
