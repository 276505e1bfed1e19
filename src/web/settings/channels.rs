//! The page of channels: SMS and e-mail with their settings, their secrets, and attempts to use them.

use askama::Template;
use secrecy::SecretString;
use warp::http::StatusCode;
use warp::reply::Response;

use super::parts::{CHANNELS, EMAIL, Input, Part, SMS};
use super::{SettingsForm, changes, origin, part};
use crate::app::channel_accounts::Tried;
use crate::app::channels::{self, ChannelsReport, SecretReport};
use crate::app::settings;
use crate::domain::{ChannelFault, ChannelSecret, Error, Money, Result};
use crate::i18n;
use crate::web::form::Errors;
use crate::web::visit::Visit;

const PAGE: &str = "/settings/channels";

#[derive(Template)]
#[template(path = "settings-channels.html")]
struct ChannelsPage<'a> {
    visit: &'a Visit,
    current: &'a str,
    part: &'static Part,
    report: ChannelsReport,
    sms: SettingsForm<'a>,
    email: SettingsForm<'a>,
    /// Problems of the forms that are no settings.
    errors: Errors,
    outcome: Option<Outcome>,
}

/// What an attempt found.
struct Outcome {
    is_well: bool,
    text: String,
    detail: String,
}

impl ChannelsPage<'_> {
    /// Describes whether a channel works as far as its settings tell.
    fn standing(&self, is_chosen: bool, is_ready: &bool) -> (&'static str, &'static str) {
        match (is_chosen, *is_ready) {
            (false, _) => ("sign", "channel-off"),
            (true, false) => ("sign bad", "channel-incomplete"),
            (true, true) => ("sign ok", "channel-ready"),
        }
    }

    fn given(&self, secret: &SecretReport) -> Option<String> {
        let given = secret.given.as_ref()?;
        Some(origin(&self.visit.texts, given))
    }
}

/// Problems of a submitted form, by the form.
#[derive(Default)]
struct Refused {
    sms: Errors,
    email: Errors,
    others: Errors,
}

/// Shows the page.
pub async fn channels(visit: &Visit) -> Result<Response> {
    visit.owner()?;
    render(visit, StatusCode::OK, Refused::default(), None)
}

/// Changes or tries a channel.
pub async fn change_channel(visit: &Visit, what: &str) -> Result<Response> {
    let (owner, desk) = (visit.owner()?, &visit.desk);
    let language = visit.texts.language;
    match what {
        "sms" => save(visit, &SMS).await,
        "email" => save(visit, &EMAIL).await,
        "sms-key" => give(visit, ChannelSecret::SmsKey, true).await,
        "sms-key-forget" => give(visit, ChannelSecret::SmsKey, false).await,
        "email-password" => give(visit, ChannelSecret::MailPassword, true).await,
        "email-password-forget" => give(visit, ChannelSecret::MailPassword, false).await,
        "sms-balance" => {
            let tried = channels::balance(desk, &owner).await;
            show(visit, tried, |sum| balance(visit, sum))
        }
        "sms-test" => {
            let phone = visit.typed("testPhone");
            let tried = channels::try_sms(desk, &owner, phone, language).await;
            show(visit, tried, |cost| cost_of(visit, cost))
        }
        "email-check" => {
            let tried = channels::check_mail(desk, &owner).await;
            show(visit, tried, |()| visit.texts.s("channel-mail-well"))
        }
        "email-test" => {
            let tried = channels::try_mail(desk, &owner, language).await;
            show(visit, tried, |()| visit.texts.s("channel-letter-sent"))
        }
        _ => Err(Error::NotFound),
    }
}

async fn save(visit: &Visit, part: &'static Part) -> Result<Response> {
    let (owner, now) = (visit.owner()?, visit.desk.clock.now());
    let saved = settings::update(&visit.desk, owner, changes(visit, part), now).await;
    let mut errors = Errors::default();
    if errors.take(saved, &visit.texts)?.is_some() {
        return Ok(visit.go(&format!("{PAGE}?saved=1")));
    }
    let mut refused = Refused::default();
    match part.word == SMS.word {
        true => refused.sms = errors,
        false => refused.email = errors,
    }
    render(visit, StatusCode::UNPROCESSABLE_ENTITY, refused, None)
}

/// Stores a secret, or forgets it.
async fn give(visit: &Visit, secret: ChannelSecret, keep: bool) -> Result<Response> {
    let (owner, now) = (visit.owner()?, visit.desk.clock.now());
    let value = keep.then(|| SecretString::from(visit.typed(secret.word())));
    let given = channels::set_secret(&visit.desk, owner, secret, value, now).await;
    let mut refused = Refused::default();
    match refused.others.take(given, &visit.texts)? {
        Some(()) => Ok(visit.go(&format!("{PAGE}?saved=1"))),
        None => render(visit, StatusCode::UNPROCESSABLE_ENTITY, refused, None),
    }
}

/// Shows what an attempt found.
fn show<T>(
    visit: &Visit,
    tried: Result<Tried<T>>,
    say: impl FnOnce(T) -> String,
) -> Result<Response> {
    let mut refused = Refused::default();
    let Some(tried) = refused.others.take(tried, &visit.texts)? else {
        return render(visit, StatusCode::UNPROCESSABLE_ENTITY, refused, None);
    };
    let outcome = match tried {
        Ok(found) => Outcome {
            is_well: true,
            text: say(found),
            detail: String::new(),
        },
        Err(ChannelFault { trouble, detail }) => Outcome {
            is_well: false,
            text: i18n::channel_trouble(visit.texts.language, trouble),
            detail,
        },
    };
    render(visit, StatusCode::OK, refused, Some(outcome))
}

fn balance(visit: &Visit, sum: Money) -> String {
    visit
        .texts
        .fill("channel-balance-is", "sum", money(visit, sum))
}

fn cost_of(visit: &Visit, cost: Option<Money>) -> String {
    match cost {
        Some(sum) => visit
            .texts
            .fill("channel-sms-sent-for", "sum", money(visit, sum)),
        None => visit.texts.s("channel-sms-sent"),
    }
}

fn money(visit: &Visit, sum: Money) -> String {
    i18n::money(visit.texts.language, visit.desk.shop().currency, sum)
}

fn render(
    visit: &Visit,
    status: StatusCode,
    refused: Refused,
    outcome: Option<Outcome>,
) -> Result<Response> {
    let report = channels::report(&visit.desk, &visit.owner()?);
    let settings = visit.desk.settings.now();
    let page = ChannelsPage {
        visit,
        current: "settings",
        part: part(CHANNELS)?,
        report,
        sms: SettingsForm::new(visit, &SMS, refused.sms, &settings),
        email: SettingsForm::new(visit, &EMAIL, refused.email, &settings),
        errors: refused.others,
        outcome,
    };
    visit.page_as(status, &page)
}
