//! Outgoing webhooks: owners register programs that are told of events. Their secrets are write-only: neither pages, API,
//! audit list, archive nor log contain them, except for the answer that makes one.

mod deliveries;
mod sending;

use jiff::Timestamp;

use super::Desk;
use super::idempotency::{self, Request};
use super::posts::{self, Post};
use super::security::secrets;
use crate::domain::{
    AuditAction, Conflict, Error, Hook, HookChange, HookSecret, HookSource, HookStanding,
    MOST_HOOKS, NewHook, Owner, Problem, Result, WebhookId,
};
use crate::store::{self, Connection, Transaction};

pub use deliveries::{count, delivery, failing, page, resend, retry, undelivered};
pub use sending::{Check, Hooks, Parcel, Transmit, settle, test};

/// Returns the delivery state of every webhook, oldest webhook first.
pub fn standing(connection: &Connection, _: &Owner) -> Result<Vec<HookStanding>> {
    store::webhooks::standing(connection)
}

/// Returns a webhook with its delivery state.
///
/// # Errors
/// [`Error::NotFound`].
pub fn standing_of(connection: &Connection, owner: &Owner, id: WebhookId) -> Result<HookStanding> {
    let hook = get(connection, owner, id)?;
    store::webhooks::standing_of(connection, hook)
}

/// # Errors
/// [`Error::NotFound`].
fn get(connection: &Connection, _: &Owner, id: WebhookId) -> Result<Hook> {
    store::webhooks::get(connection, id)?.ok_or(Error::NotFound)
}

/// Returns a webhook that can be changed here.
///
/// # Errors
/// [`Error::NotFound`]; [`Problem::SettingGiven`] at `id` for one of the configuration file.
fn own(connection: &Connection, owner: &Owner, id: WebhookId) -> Result<Hook> {
    let hook = get(connection, owner, id)?;
    match hook.source {
        HookSource::Owner => Ok(hook),
        HookSource::File => Err(Problem::SettingGiven.at("id").into()),
    }
}

/// Checks that a webhook may have that URL.
///
/// # Errors
/// [`Error::Invalid`] at `url` for one that is malformed, not https, or of the server's own network.
async fn check_url(desk: &Desk, url: &str) -> Result<()> {
    let checked = (desk.hooks.check)(url.to_owned()).await;
    checked.map_err(|problem| problem.at("url").into())
}

fn expect_free(connection: &Connection, url: &str, own: Option<WebhookId>) -> Result<()> {
    let taken = store::webhooks::by_url(connection, url)?;
    match taken.is_some_and(|taken| Some(taken) != own) {
        true => Err(Conflict::WebhookUrlTaken.into()),
        false => Ok(()),
    }
}

/// By which a registration that comes again is recognised.
#[derive(Clone, Copy)]
pub enum Once {
    /// The form of a page.
    Form(Option<Post>),
    /// A request of the API.
    Request(Request),
}

/// A registered webhook with its secret; `None` for one that an equal form has registered already.
pub type Registered = (WebhookId, Option<HookSecret>);

/// Registers a webhook. It is told of what happens from now on. An equal request gets the same answer, the secret included:
/// the first one may have been lost.
///
/// # Errors
/// [`Error::Invalid`] for a malformed URL, one without https and one of the own network, and for too many webhooks;
/// [`Conflict::WebhookUrlTaken`], [`Conflict::RequestKeyUsed`], and [`Error::Gone`] for a repeated request whose webhook was deleted, or has another
/// secret.
pub async fn create(
    desk: &Desk,
    owner: Owner,
    new: NewHook,
    once: Once,
    now: Timestamp,
) -> Result<Registered> {
    // Before anything is resolved: the address of a webhook that is there doesn't matter any more.
    let again = move |tx: &Transaction<'_>| registered(tx, &owner, once);
    if let Some(made) = desk.db.write(again).await? {
        return Ok(made);
    }
    check_url(desk, &new.url).await?;
    let secret = HookSecret::of_key(&secrets::random()?);
    let work = move |tx: &Transaction<'_>| {
        if let Some(made) = registered(tx, &owner, once)? {
            return Ok(made);
        }
        if store::webhooks::count_of_owners(tx)? >= MOST_HOOKS {
            return Err(Problem::TooManyWebhooks { max: MOST_HOOKS }
                .at("url")
                .into());
        }
        expect_free(tx, &new.url, None)?;
        let id = store::webhooks::insert(tx, &new, &secret, now)?;
        match once {
            Once::Form(post) => posts::note(tx, post, id.get(), now)?,
            Once::Request(request) => request.note(tx, &id.to_string())?,
        }
        let hook = get(tx, &owner, id)?;
        record(tx, &owner, AuditAction::WebhookCreated, &hook, now)?;
        Ok((id, Some(secret.clone())))
    };
    desk.db.write(work).await
}

/// Returns what an equal form or request has registered.
fn registered(tx: &Transaction, owner: &Owner, once: Once) -> Result<Option<Registered>> {
    match once {
        Once::Form(post) => {
            let made = posts::made(tx, post)?;
            Ok(made.map(|id| (WebhookId::from_row(id), None)))
        }
        Once::Request(request) => {
            let Some(made) = request.made(tx)? else {
                return Ok(None);
            };
            let id = WebhookId::from_row(made.parse().map_err(Error::internal)?);
            let hook = get(tx, owner, id).map_err(idempotency::gone)?;
            let (secret, _) = store::webhooks::secrets(tx, id)?;
            match secret.filter(|_| hook.rotated.is_none()) {
                Some(secret) => Ok(Some((id, Some(secret)))),
                None => Err(Error::Gone),
            }
        }
    }
}

/// Changes a webhook. What waits goes to the new URL.
///
/// # Errors
/// [`Error::NotFound`], and as for [`create`].
pub async fn update(
    desk: &Desk,
    owner: Owner,
    id: WebhookId,
    change: HookChange,
    now: Timestamp,
) -> Result<()> {
    // Before anything is resolved on behalf of a webhook that isn't there.
    let before = desk.db.read(move |c: &_| own(c, &owner, id)).await?;
    let url = change.url.as_ref();
    if let Some(url) = url.filter(|url| **url != before.url) {
        check_url(desk, url).await?;
    }
    let work = move |tx: &Transaction<'_>| {
        let before = own(tx, &owner, id)?;
        let change = change.clone();
        let after = Hook {
            name: change.name.unwrap_or_else(|| before.name.clone()),
            url: change.url.unwrap_or_else(|| before.url.clone()),
            events: change.events.unwrap_or_else(|| before.events.clone()),
            ..before.clone()
        };
        if after == before {
            return Ok(());
        }
        expect_free(tx, &after.url, Some(id))?;
        store::webhooks::update(tx, &after)?;
        // Paths of addresses may be secrets.
        let hosts = [before.host(), after.host()].map(Some);
        let hosts = if before.url == after.url {
            [None, None]
        } else {
            hosts
        };
        let action = AuditAction::WebhookChanged;
        store::audit::insert(tx, owner.id(), action, after.title(), hosts, now)
    };
    desk.db.write(work).await
}

/// Replaces the secret, and returns the new one. The former one signs as well for a day.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Invalid`] for one of the configuration file.
pub fn rotate(
    tx: &Transaction,
    owner: &Owner,
    id: WebhookId,
    now: Timestamp,
) -> Result<HookSecret> {
    let hook = own(tx, owner, id)?;
    let secret = HookSecret::of_key(&secrets::random()?);
    store::webhooks::rotate(tx, id, &secret, now)?;
    record(tx, owner, AuditAction::WebhookSecretRotated, &hook, now)?;
    Ok(secret)
}

/// Lets the deliveries of a webhook wait. Has no effect while they do.
///
/// # Errors
/// As for [`rotate`].
pub fn pause(tx: &Transaction, owner: &Owner, id: WebhookId, now: Timestamp) -> Result<()> {
    let hook = own(tx, owner, id)?;
    if hook.paused.is_some() {
        return Ok(());
    }
    store::webhooks::pause(tx, id, now)?;
    record(tx, owner, AuditAction::WebhookPaused, &hook, now)
}

/// Ends a pause: what waits is delivered in its order, and its 72 hours count from now. Has no effect without a pause.
///
/// # Errors
/// As for [`rotate`].
pub fn resume(tx: &Transaction, owner: &Owner, id: WebhookId, now: Timestamp) -> Result<()> {
    let hook = own(tx, owner, id)?;
    if hook.paused.is_none() {
        return Ok(());
    }
    store::webhooks::resume(tx, id, now)?;
    record(tx, owner, AuditAction::WebhookResumed, &hook, now)
}

/// Deletes a webhook with all that waits for it.
///
/// # Errors
/// As for [`rotate`].
pub fn delete(tx: &Transaction, owner: &Owner, id: WebhookId, now: Timestamp) -> Result<()> {
    let hook = own(tx, owner, id)?;
    store::webhooks::delete(tx, id)?;
    record(tx, owner, AuditAction::WebhookDeleted, &hook, now)
}

fn record(
    tx: &Transaction,
    owner: &Owner,
    action: AuditAction,
    hook: &Hook,
    now: Timestamp,
) -> Result<()> {
    store::audit::insert(tx, owner.id(), action, hook.title(), [None, None], now)
}
