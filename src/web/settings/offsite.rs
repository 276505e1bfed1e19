//! The page of copies on another machine: the place, how the last copy went, and how many are kept.

use askama::Template;
use secrecy::SecretString;
use warp::http::StatusCode;
use warp::reply::Response;

use super::parts::{Input, KEEP, OFFSITE, PLACE, Part};
use super::{SettingsForm, changes, origin, part};
use crate::app::offsite::{self, OffsiteState, Tried};
use crate::app::{channels, settings};
use crate::domain::{ChannelSecret, Error, OffsiteFault, Recipient, Result, SettingKey};
use crate::i18n;
use crate::web::form::Errors;
use crate::web::visit::Visit;

const PAGE: &str = "/settings/offsite";
/// The field of the password.
const PASSWORD: &str = ChannelSecret::OffsitePassword.word();

#[derive(Template)]
#[template(path = "settings-offsite.html")]
struct OffsitePage<'a> {
    visit: &'a Visit,
    current: &'a str,
    part: &'static Part,
    state: OffsiteState,
    standing: Standing,
    place: SettingsForm<'a>,
    keep: SettingsForm<'a>,
    /// Problems of the password, and of what is done without a form.
    errors: Errors,
    /// What an attempt to sign in found, and whether that is well.
    outcome: Option<(bool, String)>,
    /// Fingerprint of the recovery key; `None` without one.
    key: Option<String>,
    /// Where the key is set, if it can't be changed here.
    key_given: Option<String>,
}

/// The state at a glance.
struct Standing {
    is_well: bool,
    title: String,
    /// What else is to be said.
    more: Vec<String>,
}

/// Problems of a submitted form, by the form.
#[derive(Default)]
struct Refused {
    place: Errors,
    keep: Errors,
    others: Errors,
}

impl OffsitePage<'_> {
    fn password(&self) -> &'static str {
        PASSWORD
    }

    fn password_given(&self) -> Option<String> {
        let given = self.state.password_given.as_ref()?;
        Some(origin(&self.visit.texts, given))
    }

    /// Returns whether another server makes the copies, so that this one has to take them over.
    fn is_others(&self) -> bool {
        let trouble = self.state.trouble.as_ref();
        trouble.is_some_and(|(_, trouble)| trouble.fault == OffsiteFault::OtherServer)
    }
}

/// Shows the page.
pub async fn offsite(visit: &Visit) -> Result<Response> {
    visit.owner()?;
    render(visit, StatusCode::OK, Refused::default(), None).await
}

/// Changes the settings, or has a copy made.
pub async fn change_offsite(visit: &Visit, what: &str) -> Result<Response> {
    match what {
        "place" => save_place(visit).await,
        "keep" => save_keep(visit).await,
        "copy" => copy(visit).await,
        _ => Err(Error::NotFound),
    }
}

/// Saves the place with its password, and signs in.
async fn save_place(visit: &Visit) -> Result<Response> {
    let (owner, now, desk) = (visit.owner()?, visit.desk.clock.now(), &visit.desk);
    let mut refused = Refused::default();
    let saved = settings::update(desk, owner, changes(visit, &PLACE), now).await;
    if refused.place.take(saved, &visit.texts)?.is_none() {
        return render(visit, StatusCode::UNPROCESSABLE_ENTITY, refused, None).await;
    }
    let typed = Some(visit.typed(PASSWORD)).filter(|typed| !typed.is_empty());
    if let Some(typed) = typed {
        let (secret, typed) = (ChannelSecret::OffsitePassword, SecretString::from(typed));
        let given = channels::set_secret(desk, owner, secret, Some(typed), now).await;
        if refused.others.take(given, &visit.texts)?.is_none() {
            return render(visit, StatusCode::UNPROCESSABLE_ENTITY, refused, None).await;
        }
    }
    if desk.settings.now().offsite.is_none() {
        return Ok(visit.go(&format!("{PAGE}?saved=1")));
    }
    let tried = offsite::check(desk, &owner).await;
    let Some(tried) = refused.others.take(tried, &visit.texts)? else {
        return render(visit, StatusCode::UNPROCESSABLE_ENTITY, refused, None).await;
    };
    render(visit, StatusCode::OK, refused, Some(tried)).await
}

async fn save_keep(visit: &Visit) -> Result<Response> {
    let (owner, now) = (visit.owner()?, visit.desk.clock.now());
    let saved = settings::update(&visit.desk, owner, changes(visit, &KEEP), now).await;
    let mut refused = Refused::default();
    match refused.keep.take(saved, &visit.texts)? {
        Some(()) => Ok(visit.go(&format!("{PAGE}?saved=1"))),
        None => render(visit, StatusCode::UNPROCESSABLE_ENTITY, refused, None).await,
    }
}

async fn copy(visit: &Visit) -> Result<Response> {
    let takes_over = visit.typed("takeOver") == "1";
    let asked = offsite::copy_now(&visit.desk, &visit.owner()?, takes_over);
    let mut refused = Refused::default();
    match refused.others.take(asked, &visit.texts)? {
        Some(()) => Ok(visit.go(&format!("{PAGE}?asked=1"))),
        None => render(visit, StatusCode::UNPROCESSABLE_ENTITY, refused, None).await,
    }
}

fn standing(visit: &Visit, state: &OffsiteState) -> Standing {
    let texts = &visit.texts;
    let failed = state.trouble.as_ref().map(|(at, trouble)| {
        let why = i18n::offsite(texts.language, trouble);
        let at = texts.exact(at);
        texts.with(
            "offsite-failed",
            [("at", (&*at).into()), ("why", (&*why).into())],
        )
    });
    let next = state.next.as_ref().filter(|_| failed.is_none());
    let next = next.map(|next| texts.fill("offsite-next", "at", texts.exact(next)));
    let place = state.good_place.as_ref().filter(|_| state.good.is_some());
    let place = place.map(|place| texts.fill("offsite-lies-at", "place", place));
    let title = match (&state.settings, &state.good) {
        (None, _) => texts.s("offsite-none"),
        (Some(offsite), _) if offsite.recipient.is_none() => texts.s("offsite-without-sheet"),
        (Some(_), _) if !state.is_ready => texts.s("offsite-no-password"),
        (Some(_), None) => texts.s("offsite-never"),
        (Some(_), Some((made, copy))) => {
            let size = i18n::size(
                texts.language,
                i64::try_from(copy.bytes).unwrap_or(i64::MAX),
            );
            let (at, ago) = (texts.exact(made), texts.ago(made));
            texts.with(
                "offsite-newest",
                [
                    ("at", (&*at).into()),
                    ("ago", (&*ago).into()),
                    ("size", (&*size).into()),
                ],
            )
        }
    };
    let late = state.is_late.then(|| texts.s("offsite-late"));
    Standing {
        is_well: state.good.is_some() && !state.is_late && state.is_ready && failed.is_none(),
        title,
        more: [late, failed, place, next].into_iter().flatten().collect(),
    }
}

async fn render(
    visit: &Visit,
    status: StatusCode,
    refused: Refused,
    tried: Option<Tried<()>>,
) -> Result<Response> {
    let state = offsite::state(&visit.desk, &visit.owner()?).await?;
    let settings = visit.desk.settings.now();
    let key = state.settings.as_ref();
    let key = key.and_then(|offsite| offsite.recipient.as_ref());
    let place = SettingsForm::new(visit, &PLACE, refused.place, &settings);
    let page = OffsitePage {
        visit,
        current: "settings",
        part: part(OFFSITE)?,
        standing: standing(visit, &state),
        key: key.map(Recipient::fingerprint),
        key_given: place.fixed(&SettingKey::OffsiteRecoveryKey),
        state,
        place,
        keep: SettingsForm::new(visit, &KEEP, refused.keep, &settings),
        errors: refused.others,
        outcome: tried.map(|tried| match tried {
            Ok(()) => (true, visit.texts.s("offsite-signed-in")),
            Err(trouble) => (false, i18n::offsite(visit.texts.language, &trouble)),
        }),
    };
    visit.page_as(status, &page)
}
