//! The section of the bot on the profile page: link code, unlinking, and the morning list.

use warp::reply::Response;

use super::visit::Visit;
use crate::app::staff_bot::{self, NewCode};
use crate::domain::{BotState, Messenger, Result, TimeOfDay};
use crate::i18n::messenger_name;

/// Contents of the section.
pub struct Telegram {
    /// The messengers with a bot; empty without any.
    pub messengers: String,
    /// The messenger of the linked account.
    pub linked: Option<&'static str>,
    pub morning: String,
    /// A code that was just created.
    pub code: Option<Code>,
}

/// A link code, shown only once.
pub struct Code {
    pub text: String,
    /// URLs of the bots whose names are known, with their messengers.
    pub urls: Vec<(&'static str, String)>,
    pub until: String,
}

impl Telegram {
    pub fn new(visit: &Visit, code: Option<Code>) -> Result<Self> {
        let me = &visit.viewer()?.me;
        let morning = me.morning.map(|time| time.to_string());
        let desk = &visit.desk;
        let bots = [
            (Messenger::Telegram, desk.bot.state() != BotState::Off),
            (Messenger::Max, desk.max.is_set_up()),
        ];
        let names = bots.into_iter().filter(|(_, is_on)| *is_on);
        let names: Vec<_> = names
            .map(|(messenger, _)| messenger_name(messenger))
            .collect();
        Ok(Self {
            messengers: names.join(" / "),
            linked: me.chat.map(|chat| messenger_name(chat.messenger)),
            // An invalid time is shown again as typed.
            morning: visit
                .sent("time")
                .map_or(morning, |typed| Some(typed.to_owned()))
                .unwrap_or_default(),
            code,
        })
    }
}

impl Code {
    fn new(visit: &Visit, made: &NewCode) -> Self {
        Self {
            text: made.code.as_str().to_owned(),
            urls: [
                (Messenger::Telegram, visit.desk.bot_url(&made.start())),
                (Messenger::Max, visit.desk.max_url(&made.start())),
            ]
            .into_iter()
            .filter_map(|(messenger, url)| Some((messenger_name(messenger), url?)))
            .collect(),
            until: visit.texts.when(&made.expires),
        }
    }
}

pub async fn create_code(visit: &Visit) -> Result<Code> {
    let actor = visit.actor()?;
    let now = visit.desk.clock.now();
    let make = move |tx: &crate::store::Transaction<'_>| staff_bot::create_code(tx, &actor, now);
    let made = visit.desk.db.write(make).await?;
    Ok(Code::new(visit, &made))
}

pub async fn unlink(visit: &Visit) -> Result<Response> {
    let actor = visit.actor()?;
    visit
        .desk
        .db
        .write(move |tx| staff_bot::unlink(tx, &actor))
        .await?;
    Ok(visit.go("/profile?saved=1"))
}

pub async fn set_morning(visit: &Visit) -> Result<Response> {
    let actor = visit.actor()?;
    let time = match visit.typed("time") {
        "" => None,
        time => Some(TimeOfDay::parse("time", time)?),
    };
    let (shop, now) = (visit.desk.shop(), visit.desk.clock.now());
    visit
        .desk
        .db
        .write(move |tx| staff_bot::set_morning(tx, &shop, &actor, time, now))
        .await?;
    Ok(visit.go("/profile?saved=1"))
}
