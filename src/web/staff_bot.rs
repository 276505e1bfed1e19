//! One's own Telegram on the profile page: the code that links it, its end, and the morning's list.

use warp::reply::Response;

use super::visit::Visit;
use crate::app::staff_bot::{self, NewCode};
use crate::domain::{BotState, Result, TimeOfDay};

/// What the page says of it.
pub struct Telegram {
    /// False where there is no bot.
    pub bot: bool,
    pub linked: bool,
    pub morning: String,
    /// A code that was just made.
    pub code: Option<Code>,
}

/// Shown this once.
pub struct Code {
    pub text: String,
    /// Where the bot is, if it is known.
    pub url: Option<String>,
    pub until: String,
}

impl Telegram {
    pub fn new(visit: &Visit, code: Option<Code>) -> Result<Self> {
        let me = &visit.viewer()?.me;
        let morning = me.morning.map(|time| time.to_string());
        Ok(Self {
            bot: *visit.desk.bot.borrow() != BotState::Off,
            linked: me.telegram.is_some(),
            // What was typed and can't be a time comes back.
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
            url: visit.desk.bot_url(&made.start()),
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
    let (shop, now) = (visit.desk.shop.clone(), visit.desk.clock.now());
    visit
        .desk
        .db
        .write(move |tx| staff_bot::set_morning(tx, &shop, &actor, time, now))
        .await?;
    Ok(visit.go("/profile?saved=1"))
}
