//! The pages of outgoing webhooks: their list, and one with its deliveries.

mod list;
mod single;

use crate::domain::{
    Error, HookEvent, HookEvents, HookName, HookSource, HookStanding, Problem, Result, WebhookId,
};
use crate::web::form::Errors;
use crate::web::text::Texts;
use crate::web::visit::Visit;

pub use list::{create_webhook, webhooks};
pub use single::{ask_webhook, change_webhook, update_webhook, webhook};

const PAGE: &str = "/settings/webhooks";
/// Fields of the form.
const FIELDS: &[&str] = &["url", "name", "events"];

/// What stands in the form of a webhook.
struct HookForm {
    url: String,
    name: String,
    events: HookEvents,
}

/// What the form of a webhook says.
struct Typed {
    url: String,
    name: HookName,
    events: HookEvents,
}

impl HookForm {
    /// Returns what was typed.
    fn of(visit: &Visit) -> Self {
        Self {
            url: visit.typed("url").to_owned(),
            name: visit.typed("name").to_owned(),
            events: ticked(visit).unwrap_or(HookEvents::Some(Vec::new())),
        }
    }

    fn of_hook(standing: &HookStanding) -> Self {
        let hook = &standing.hook;
        Self {
            url: hook.url.clone(),
            name: hook.name.as_str().to_owned(),
            events: hook.events.clone(),
        }
    }

    /// Returns an empty form, which subscribes to everything.
    fn empty() -> Self {
        Self {
            url: String::new(),
            name: String::new(),
            events: HookEvents::All,
        }
    }

    fn has_all(&self) -> bool {
        self.events == HookEvents::All
    }

    /// Returns the words of all events, and whether each is ticked.
    fn events(&self) -> Vec<(&'static str, bool)> {
        let ticked = |event| !self.has_all() && self.events.has(event);
        HookEvent::subscribable()
            .map(|event| (event.word(), ticked(event)))
            .collect()
    }
}

impl Typed {
    /// Reads the form; `None` with errors.
    fn read(visit: &Visit, errors: &mut Errors) -> Result<Option<Self>> {
        let texts = &visit.texts;
        let name = errors.take(HookName::parse("name", visit.typed("name")), texts)?;
        let events = ticked(visit).ok_or_else(|| Problem::WebhookEvents.at("events").into());
        let events = errors.take(events, texts)?;
        let url = match visit.typed("url").trim() {
            "" => errors.take(Err(Problem::Required.at("url").into()), texts)?,
            url => Some(url.to_owned()),
        };
        let typed = url.zip(name).zip(events);
        Ok(typed.map(|((url, name), events)| Self { url, name, events }))
    }
}

/// Returns the events that are ticked; `None` for none.
fn ticked(visit: &Visit) -> Option<HookEvents> {
    if visit.typed("which") == HookEvents::ALL {
        return Some(HookEvents::All);
    }
    let ticked = visit.form.iter().filter(|(name, _)| name == "events");
    HookEvents::from_words(ticked.map(|(_, word)| word.as_str()))
}

fn errors() -> Errors {
    Errors::default()
        .calling("url", "webhook-url")
        .calling("name", "webhook-name")
        .calling("events", "webhook-events")
}

fn hook_id(text: &str) -> Result<WebhookId> {
    WebhookId::parse("id", text).map_err(|_| Error::NotFound)
}

/// The state of a webhook at a glance.
struct Standing {
    text: String,
    is_well: bool,
    /// What else there is to know.
    more: Vec<String>,
}

impl Standing {
    fn new(standing: &HookStanding, texts: &Texts) -> Self {
        let (hook, waiting) = (&standing.hook, &standing.waiting);
        let mut more = Vec::new();
        if standing.undelivered > 0 {
            more.push(texts.count("webhook-dead", &standing.undelivered));
        }
        if hook.dropped > 0 {
            more.push(texts.count("webhook-dropped", &hook.dropped));
        }
        if let Some(until) = hook.former_until(texts.now()) {
            more.push(texts.fill("webhook-former", "until", texts.exact(&until)));
        }
        let (text, is_well) = match (hook.paused, standing.oldest) {
            (Some(since), _) => {
                let args = [
                    ("since", texts.when(&since).into()),
                    ("count", (*waiting).into()),
                ];
                (texts.with("webhook-paused", args), true)
            }
            (None, _) if hook.has_failed_long(texts.now()) => {
                let args = [
                    ("since", since(standing, texts).into()),
                    ("detail", texts.failure(&standing.detail).into()),
                ];
                (texts.with("webhook-failing-long", args), false)
            }
            (None, None) => (texts.s("webhook-well"), true),
            (None, Some(_)) if standing.detail.is_empty() => {
                (texts.count("webhook-waiting", waiting), true)
            }
            (None, Some(oldest)) => {
                let args = [
                    ("count", (*waiting).into()),
                    ("since", texts.when(&oldest).into()),
                    ("detail", texts.failure(&standing.detail).into()),
                ];
                (texts.with("webhook-failing", args), false)
            }
        };
        Self {
            text,
            is_well,
            more,
        }
    }
}

fn since(standing: &HookStanding, texts: &Texts) -> String {
    let since = standing.hook.failing.as_ref();
    since.map_or_else(String::new, |since| texts.when(since))
}

fn is_given(standing: &HookStanding) -> bool {
    standing.hook.source == HookSource::File
}
