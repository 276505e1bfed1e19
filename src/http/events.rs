//! `GET /events`: `taskChanged` as server-sent events, for clients that can't open a WebSocket.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use futures_util::{Stream, StreamExt};
use serde::Serialize;
use serde_json::json;
use tokio_util::sync::{CancellationToken, DropGuard};
use warp::Reply;
use warp::http::{HeaderMap, StatusCode};
use warp::reply::Response;
use warp::sse::Event;

use super::Site;
use super::asker::Asker;
use super::connection::{Connection, ConnectionSlot};
use crate::app::security::tokens::Session;
use crate::app::{accounts, status_links, tasks};
use crate::domain::{Error, Result, chain};
use crate::log;
use crate::store::tasks::TaskRow;
use crate::store::{Change, TaskChanged};
use crate::web;

/// The keep-alive interval, short enough for proxies that cut silent connections.
pub(super) const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// Time that a client has to read the end of its stream.
const FAREWELL: Duration = Duration::from_secs(1);

/// A stream of `taskChanged` events with the task's number, status and version. It ends with an `error` event that has the
/// code, when the token expires or the reader is too slow.
pub(super) async fn open(
    site: Arc<Site>,
    asker: Asker,
    headers: HeaderMap,
    client: Connection,
) -> Response {
    let caller = asker.caller(&site.desk, &headers).await;
    let session = caller.map(|caller| caller.viewer.map(|(_, session)| session));
    stream(&site, &client, session, async { None }).await
}

/// The same stream for our own pages, whose browser sends the session cookie. `?seen=` is the newest event of the history
/// when the page was made: later ones are sent at once.
pub(super) async fn open_for_page(
    site: Arc<Site>,
    asker: Asker,
    headers: HeaderMap,
    client: Connection,
    query: String,
) -> Response {
    let viewer = web::viewer(&site.desk, &headers, asker.address).await;
    let actor = match &viewer {
        Ok(Some(viewer)) => Some(viewer.actor),
        _ => None,
    };
    // It subscribes first, and only then reads the events that it missed.
    let response = stream(
        &site,
        &client,
        viewer.map(|viewer| viewer.map(|viewer| viewer.session)),
        async {
            let seen = query.strip_prefix("seen=")?.parse::<i64>().ok()?;
            let actor = actor?;
            let read = move |c: &_| tasks::newest_event(c, &actor);
            let newest = site.desk.db.read(read).await.ok()?;
            (newest != seen).then(|| Event::default().event("taskChanged").data("{}"))
        },
    );
    response.await
}

/// The stream for the holder of a status link. It says that the task has changed; the page then reloads itself.
pub(super) async fn open_for_customer(
    token: String,
    site: Arc<Site>,
    asker: Asker,
    _: HeaderMap,
    client: Connection,
    query: String,
) -> Response {
    let seen = query
        .strip_prefix("seen=")
        .and_then(|seen| seen.parse().ok());
    match follow(&site, &asker, token, seen.unwrap_or_default()).await {
        Ok((place, changes, ended)) => {
            let event = move |()| {
                let _held_while_open = &place;
                Event::default().event("taskChanged").data("{}")
            };
            sent(&site, &client, changes.map(event), ended)
        }
        Err(error) => refused(&error),
    }
}

/// Returns the changes of a link's task until the link ends, for as long as the slot is held.
async fn follow(
    site: &Site,
    asker: &Asker,
    token: String,
    seen: i64,
) -> Result<(
    ConnectionSlot,
    impl Stream<Item = ()> + Send + Sync + use<>,
    impl Future<Output = ()> + Send + use<>,
)> {
    site.desk.limits.look(asker.address)?;
    let place = site
        .followers
        .place(asker.address)
        .ok_or(Error::RateLimited {
            retry_after: KEEP_ALIVE,
        })?;
    let (task, changes) = status_links::watch(site.desk.clone(), token.clone(), seen).await?;
    let ended = status_links::ended(site.desk.clone(), token, task);
    Ok((place, changes, ended))
}

async fn stream(
    site: &Site,
    client: &Connection,
    session: Result<Option<Session>>,
    missed: impl Future<Output = Option<Event>>,
) -> Response {
    let session = match session {
        Ok(Some(session)) => session,
        Ok(None) => return refused(&Error::Unauthenticated),
        Err(error) => return refused(&error),
    };
    let changes = tasks::watch(site.desk.clone(), session, None);
    let first = futures_util::stream::iter(missed.await);
    let desk = site.desk.clone();
    let ended = async move { accounts::ended(&desk, session).await };
    sent(site, client, first.chain(changes.map(event)), ended)
}

/// Sends events until the server stops or the right to them ends. A client that doesn't read the end of its stream loses
/// its connection.
fn sent(
    site: &Site,
    client: &Connection,
    events: impl Stream<Item = Event> + Send + Sync + 'static,
    ended: impl Future<Output = ()> + Send + 'static,
) -> Response {
    let open = cut_after(site, client, ended);
    let events = events.map(move |event| {
        let _held_while_open = &open;
        Ok::<_, Infallible>(event)
    });
    let events = events.take_until(site.stop.clone().cancelled_owned());
    let events = warp::sse::keep_alive().interval(KEEP_ALIVE).stream(events);
    warp::sse::reply(events).into_response()
}

/// Cuts a client's connection when its stream isn't read to the end after the right to it has ended. The guard is to be
/// dropped with the stream.
pub(super) fn cut_after(
    site: &Site,
    client: &Connection,
    ended: impl Future<Output = ()> + Send + 'static,
) -> DropGuard {
    let closed = CancellationToken::new();
    let open = closed.clone().drop_guard();
    let (clock, cut) = (site.desk.clock.clone(), client.cut.clone());
    log::spawn(async move {
        let late = async {
            ended.await;
            clock.sleep(FAREWELL).await;
        };
        if closed.run_until_cancelled(late).await.is_some() {
            cut.cancel();
        }
    });
    open
}

pub(super) fn refused(error: &Error) -> Response {
    match error {
        Error::Unauthenticated => {
            let status = StatusCode::UNAUTHORIZED;
            warp::reply::with_header(status, "www-authenticate", "Bearer").into_response()
        }
        Error::NotFound | Error::Missing { .. } | Error::Gone => {
            StatusCode::NOT_FOUND.into_response()
        }
        Error::RateLimited { .. } => {
            let mut response = StatusCode::TOO_MANY_REQUESTS.into_response();
            web::say_when(&mut response, error);
            response
        }
        _ => {
            tracing::error!(error = %chain(error), "internal error");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// What an event says of a task; in this order, whatever the order of JSON objects is.
#[derive(Serialize)]
struct EventData {
    kind: &'static str,
    id: String,
    status: Option<&'static str>,
    version: Option<i64>,
}

fn event(change: Result<(TaskChanged, Option<TaskRow>)>) -> Event {
    match change {
        Ok((TaskChanged { task, what }, row)) => {
            let data = EventData {
                kind: kind(what),
                id: task.to_string(),
                status: row.as_ref().map(|row| row.task.status.word()),
                version: row.as_ref().map(|row| row.task.version),
            };
            let event = Event::default().event("taskChanged");
            event.json_data(data).unwrap_or_else(|error| {
                tracing::error!(%error, "failed to write an event");
                Event::default().comment("")
            })
        }
        Err(error) => {
            let code = match error {
                Error::Unauthenticated => "UNAUTHENTICATED",
                Error::RateLimited { .. } => "RATE_LIMITED",
                _ => "INTERNAL_SERVER_ERROR",
            };
            Event::default()
                .event("error")
                .data(json!({ "code": code }).to_string())
        }
    }
}

fn kind(what: Change) -> &'static str {
    match what {
        Change::Created => "CREATED",
        Change::Updated => "UPDATED",
        Change::Deleted => "DELETED",
    }
}
