//! The webhooks section of the owner's staff page.

use warp::reply::Response;

use super::text::Texts;
use super::visit::Visit;
use crate::app::webhooks;
use crate::domain::{DeliveryId, Error, HookStanding, Result, UndeliveredHook};

/// The webhooks, each on one line, and their dead deliveries.
#[derive(Default)]
pub struct Hooks {
    pub lines: Vec<WebhookRow>,
    pub undelivered: Vec<Undelivered>,
}

/// State of a webhook.
pub struct WebhookRow {
    pub url: String,
    pub text: String,
    pub well: bool,
}

/// A dead delivery.
pub struct Undelivered {
    pub id: i64,
    pub event: &'static str,
    pub url: String,
    pub text: String,
}

impl WebhookRow {
    fn new(standing: HookStanding, texts: &Texts) -> Self {
        let HookStanding {
            hook,
            waiting,
            oldest,
            detail,
            ..
        } = standing;
        let url = hook.url;
        let (text, well) = match (oldest, detail.is_empty()) {
            (None, _) => (texts.s("webhook-well"), true),
            (Some(_), true) => (texts.count("webhook-waiting", &waiting), true),
            (Some(since), false) => {
                let args = [
                    ("count", waiting.into()),
                    ("since", texts.when(&since).into()),
                    ("detail", texts.failure(&detail).into()),
                ];
                (texts.with("webhook-failing", args), false)
            }
        };
        Self { url, text, well }
    }
}

impl Undelivered {
    fn new(hook: UndeliveredHook, texts: &Texts) -> Self {
        let when = texts.when(&hook.happened);
        let text = match hook.detail.is_empty() {
            true => when,
            false => {
                let detail = texts.failure(&hook.detail);
                texts.fill2("webhook-given-up", "when", when, "detail", detail)
            }
        };
        Self {
            id: hook.id.get(),
            event: hook.event.word(),
            url: hook.url,
            text,
        }
    }
}

pub async fn look(visit: &Visit) -> Result<Hooks> {
    let owner = visit.owner()?;
    let work = move |c: &_| {
        let standing = webhooks::standing(c, &owner)?;
        Ok((standing, webhooks::undelivered(c, &owner)?))
    };
    let (standing, undelivered) = visit.desk.db.read(work).await?;
    let texts = &visit.texts;
    Ok(Hooks {
        lines: standing
            .into_iter()
            .map(|standing| WebhookRow::new(standing, texts))
            .collect(),
        undelivered: undelivered
            .into_iter()
            .map(|hook| Undelivered::new(hook, texts))
            .collect(),
    })
}

pub async fn retry(visit: &Visit, id: &str) -> Result<Response> {
    let owner = visit.owner()?;
    let id = DeliveryId::parse("id", id).map_err(|_| Error::NotFound)?;
    let now = visit.desk.clock.now();
    visit
        .desk
        .db
        .write(move |tx| webhooks::retry(tx, &owner, id, now))
        .await?;
    Ok(visit.go("/staff"))
}
