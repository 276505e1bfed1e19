//! The list of webhooks, with the form of a new one.

use askama::Template;
use warp::http::StatusCode;
use warp::reply::Response;

use super::{FIELDS, HookForm, Standing, Typed, errors, is_given, single};
use crate::app::webhooks as hooks;
use crate::domain::{HookStanding, NewHook, Result};
use crate::web::form::Errors;
use crate::web::settings::part;
use crate::web::settings::parts::{Part, WEBHOOKS};
use crate::web::text::Texts;
use crate::web::visit::Visit;

#[derive(Template)]
#[template(path = "settings-webhooks.html")]
struct WebhooksPage<'a> {
    visit: &'a Visit,
    current: &'a str,
    part: &'static Part,
    errors: Errors,
    fields: &'static [&'static str],
    form: HookForm,
    rows: Vec<HookRow>,
}

struct HookRow {
    id: i64,
    title: String,
    host: String,
    is_given: bool,
    standing: Standing,
}

impl HookRow {
    fn new(standing: &HookStanding, texts: &Texts) -> Self {
        let hook = &standing.hook;
        Self {
            id: hook.id.get(),
            title: hook.title().to_owned(),
            host: hook.host().to_owned(),
            is_given: is_given(standing),
            standing: Standing::new(standing, texts),
        }
    }
}

/// Shows the list.
pub async fn webhooks(visit: &Visit) -> Result<Response> {
    render(visit, StatusCode::OK, errors(), HookForm::empty()).await
}

/// Registers a webhook, and shows its secret this once.
pub async fn create_webhook(visit: &Visit) -> Result<Response> {
    let (owner, now) = (visit.owner()?, visit.desk.clock.now());
    let mut errors = errors();
    if let Some(Typed { url, name, events }) = Typed::read(visit, &mut errors)? {
        let new = NewHook { name, url, events };
        let once = hooks::Once::Form(visit.post());
        let made = hooks::create(&visit.desk, owner, new, once, now).await;
        if let Some((id, secret)) = errors.take(made, &visit.texts)? {
            return single::show_secret(visit, id, secret).await;
        }
    }
    let form = HookForm::of(visit);
    render(visit, StatusCode::UNPROCESSABLE_ENTITY, errors, form).await
}

async fn render(
    visit: &Visit,
    status: StatusCode,
    errors: Errors,
    form: HookForm,
) -> Result<Response> {
    let owner = visit.owner()?;
    let read = move |c: &_| hooks::standing(c, &owner);
    let all = visit.desk.db.read(read).await?;
    let page = WebhooksPage {
        visit,
        current: "settings",
        part: part(WEBHOOKS)?,
        errors,
        fields: FIELDS,
        form,
        rows: all
            .iter()
            .map(|standing| HookRow::new(standing, &visit.texts))
            .collect(),
    };
    visit.page_as(status, &page)
}
