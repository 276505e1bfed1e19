//! A webhook with its deliveries.

use askama::Template;
use secrecy::ExposeSecret;
use warp::http::StatusCode;
use warp::reply::Response;

use super::{FIELDS, HookForm, PAGE, Standing, Typed, errors, hook_id, is_given};
use crate::app::webhooks as hooks;
use crate::domain::{
    DeliveryId, DeliveryRecord, DeliveryState, Error, HookChange, HookSecret, Result, Span,
    WebhookId,
};
use crate::store::Transaction;
use crate::web::confirm::Confirm;
use crate::web::form::Errors;
use crate::web::settings::part;
use crate::web::settings::parts::{Part, WEBHOOKS};
use crate::web::text::Texts;
use crate::web::visit::Visit;

/// Deliveries on a page.
const DELIVERIES: usize = 100;

#[derive(Template)]
#[template(path = "settings-webhook.html")]
struct WebhookPage<'a> {
    visit: &'a Visit,
    current: &'a str,
    part: &'static Part,
    errors: Errors,
    fields: &'static [&'static str],
    form: HookForm,
    id: i64,
    title: String,
    url: String,
    is_given: bool,
    is_paused: bool,
    standing: Standing,
    secret: Secret,
    /// The outcome of a test.
    tested: Option<DeliveryRow>,
    deliveries: Vec<DeliveryRow>,
}

/// The secret of a webhook on its page.
enum Secret {
    Hidden,
    /// It was made by this request.
    Shown(String),
    /// It was shown before, by an equal form.
    Gone,
}

struct DeliveryRow {
    id: i64,
    event: &'static str,
    at: String,
    state: String,
    is_bad: bool,
    attempts: u32,
    /// Status and duration of the last attempt, or why it had none.
    outcome: String,
}

impl DeliveryRow {
    fn new(record: &DeliveryRecord, texts: &Texts) -> Self {
        let state = match record.state {
            DeliveryState::Waiting => "webhook-state-waiting",
            DeliveryState::Sending => "webhook-state-sending",
            DeliveryState::Delivered => "webhook-state-delivered",
            DeliveryState::Dead => "webhook-state-dead",
        };
        let took = record.took.map(|took| took.as_millis().to_string());
        let took = took.map(|took| texts.fill("webhook-took", "count", took));
        let status = match (record.status, &*record.detail) {
            (Some(status), _) => Some(status.to_string()),
            (None, "") => None,
            (None, detail) => Some(texts.failure(detail)),
        };
        let outcome: Vec<String> = status.into_iter().chain(took).collect();
        Self {
            id: record.id.get(),
            event: record.event.word(),
            at: texts.exact(&record.happened),
            state: texts.s(state),
            is_bad: record.state == DeliveryState::Dead || !record.detail.is_empty(),
            attempts: record.attempts,
            outcome: outcome.join(", "),
        }
    }
}

/// Shows a webhook.
pub async fn webhook(visit: &Visit, id: &str) -> Result<Response> {
    let id = hook_id(id)?;
    render(visit, id, StatusCode::OK, errors(), Secret::Hidden).await
}

/// Shows a webhook that was just registered, with its secret.
pub(super) async fn show_secret(
    visit: &Visit,
    id: WebhookId,
    secret: Option<HookSecret>,
) -> Result<Response> {
    let text = |secret: HookSecret| secret.text().expose_secret().to_owned();
    let secret = secret.map_or(Secret::Gone, |secret| Secret::Shown(text(secret)));
    render(visit, id, StatusCode::OK, errors(), secret).await
}

/// Changes a webhook.
pub async fn update_webhook(visit: &Visit, id: &str) -> Result<Response> {
    let (owner, id, now) = (visit.owner()?, hook_id(id)?, visit.desk.clock.now());
    let mut errors = errors();
    if let Some(Typed { url, name, events }) = Typed::read(visit, &mut errors)? {
        let change = HookChange {
            name: Some(name),
            url: Some(url),
            events: Some(events),
        };
        let updated = hooks::update(&visit.desk, owner, id, change, now).await;
        if errors.take(updated, &visit.texts)?.is_some() {
            return Ok(visit.go(&format!("{PAGE}/{id}?saved=1")));
        }
    }
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    render(visit, id, status, errors, Secret::Hidden).await
}

/// Asks before a secret is replaced, and before a webhook is deleted.
pub async fn ask_webhook(visit: &Visit, id: &str, what: &str) -> Result<Response> {
    let (owner, id, texts) = (visit.owner()?, hook_id(id)?, &visit.texts);
    let read = move |c: &_| hooks::standing_of(c, &owner, id);
    let standing = visit.desk.db.read(read).await?;
    let (title, lead, button) = match what {
        "secret" => (
            "webhook-secret-title",
            "webhook-secret-lead",
            "webhook-secret-new",
        ),
        "delete" => (
            "webhook-delete-title",
            "webhook-delete-lead",
            "webhook-delete",
        ),
        _ => return Err(Error::NotFound),
    };
    if is_given(&standing) {
        return Err(Error::NotFound);
    }
    let confirm = Confirm {
        visit,
        current: "settings",
        title: texts.s(title),
        about: standing.hook.title().to_owned(),
        lead: texts.s(lead),
        action: format!("{PAGE}/{id}/{what}"),
        fields: Vec::new(),
        button: texts.s(button),
        back: format!("{PAGE}/{id}"),
    };
    confirm.show()
}

/// Does what a button of the page says.
pub async fn change_webhook(visit: &Visit, id: &str, what: &str) -> Result<Response> {
    let (owner, id, now) = (visit.owner()?, hook_id(id)?, visit.desk.clock.now());
    let db = &visit.desk.db;
    let back = format!("{PAGE}/{id}");
    match what {
        "pause" => {
            let pause = move |tx: &Transaction<'_>| hooks::pause(tx, &owner, id, now);
            db.write(pause).await?;
        }
        "resume" => {
            let resume = move |tx: &Transaction<'_>| hooks::resume(tx, &owner, id, now);
            db.write(resume).await?;
        }
        "test" => {
            let tested = hooks::test(&visit.desk, owner, id).await?;
            return Ok(visit.go(&format!("{back}?tested={}", tested.id)));
        }
        "secret" => {
            let rotate = move |tx: &Transaction<'_>| hooks::rotate(tx, &owner, id, now);
            let secret = db.write(rotate).await?;
            return show_secret(visit, id, Some(secret)).await;
        }
        "delete" => {
            let delete = move |tx: &Transaction<'_>| hooks::delete(tx, &owner, id, now);
            db.write(delete).await?;
            return Ok(visit.go(PAGE));
        }
        "resend" => {
            let row = DeliveryId::parse("id", visit.typed("delivery"));
            let row = row.map_err(|_| Error::NotFound)?;
            let resend = move |tx: &Transaction<'_>| hooks::resend(tx, &owner, row, now);
            db.write(resend).await?;
        }
        _ => return Err(Error::NotFound),
    }
    Ok(visit.go(&back))
}

async fn render(
    visit: &Visit,
    id: WebhookId,
    status: StatusCode,
    errors: Errors,
    secret: Secret,
) -> Result<Response> {
    let owner = visit.owner()?;
    let read = move |c: &_| {
        let standing = hooks::standing_of(c, &owner, id)?;
        Ok((
            standing,
            hooks::page(c, &owner, id, Span::first(None, DELIVERIES))?,
        ))
    };
    let (standing, records) = visit.desk.db.read(read).await?;
    let texts = &visit.texts;
    let tested = visit.parameter("tested");
    let tested = tested.and_then(|id| DeliveryId::parse("tested", id).ok());
    let tested = records.iter().find(|record| Some(record.id) == tested);
    let page = WebhookPage {
        visit,
        current: "settings",
        part: part(WEBHOOKS)?,
        form: match errors.any() {
            true => HookForm::of(visit),
            false => HookForm::of_hook(&standing),
        },
        errors,
        fields: FIELDS,
        id: id.get(),
        title: standing.hook.title().to_owned(),
        url: standing.hook.url.clone(),
        is_given: is_given(&standing),
        is_paused: standing.hook.paused.is_some(),
        standing: Standing::new(&standing, texts),
        secret,
        tested: tested.map(|record| DeliveryRow::new(record, texts)),
        deliveries: records
            .iter()
            .map(|record| DeliveryRow::new(record, texts))
            .collect(),
    };
    visit.page_as(status, &page)
}
