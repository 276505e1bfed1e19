//! The bot as owners see it: its connection, its state, and its figures.

use jiff::Timestamp;

use super::Desk;
use super::messenger_bot::{self, MessengerReport};
use crate::domain::{
    BotHealth, BotState, BotToken, BotTrouble, BotWay, Incident, IncidentKind, Messenger, Owner,
    Result, SettingKey,
};
use crate::store::{self, Connection};

/// The bot as owners see it.
#[derive(Debug, Clone)]
pub struct BotReport {
    pub common: MessengerReport<BotHealth>,
    /// How Telegram is reached.
    pub way: BotWay,
    /// The last characters of the token.
    pub token_end: Option<String>,
    incidents: Vec<Incident>,
}

impl BotReport {
    /// Returns whether Telegram answered the last check; `None` before the first.
    pub fn is_reachable(&self) -> Option<bool> {
        let BotState::Seen(health) = &self.common.state else {
            return None;
        };
        let fails = |trouble: &BotTrouble| {
            matches!(
                trouble,
                BotTrouble::Unreachable { .. } | BotTrouble::Proxy { .. }
            )
        };
        Some(!health.troubles.iter().any(fails))
    }

    /// Returns what is wrong, most severe first.
    pub fn troubles(&self) -> Vec<BotTrouble> {
        let BotState::Seen(health) = &self.common.state else {
            return Vec::new();
        };
        let mut troubles = health.troubles.clone();
        let mut incidents = self.incidents.iter();
        let is_fetched = incidents.any(|incident| incident.kind == IncidentKind::OtherFetcher);
        if is_fetched && !troubles.contains(&BotTrouble::OtherFetcher) {
            troubles.insert(0, BotTrouble::OtherFetcher);
        }
        troubles
    }
}

/// Returns how the bot is.
///
/// # Errors
/// When the database fails.
pub async fn report(desk: &Desk, _: Owner, now: Timestamp) -> Result<BotReport> {
    let read = move |c: &Connection| {
        let figures = messenger_bot::figures(c, Messenger::Telegram, now)?;
        Ok((figures, store::incidents::news(c, now)?))
    };
    let (figures, incidents) = desk.db.read(read).await?;
    let mode = (SettingKey::BotMode, desk.settings.now().bot_mode);
    let receiving = desk.wanted_bot().map(|bot| (bot.receiving, bot.reason));
    let token = desk.bot.token().map(BotToken::trusted);
    Ok(BotReport {
        common: desk.bot.report(desk, mode, receiving, figures),
        way: desk.bot.own.way.clone(),
        token_end: token.and_then(|token| token.end().map(str::to_owned)),
        incidents,
    })
}
