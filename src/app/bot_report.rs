//! The bot as owners see it: its connection, its state, and its figures.

use jiff::{Timestamp, ToSpan};

use super::Desk;
use crate::domain::{
    BotMode, BotState, BotTrouble, BotWay, Incident, IncidentKind, Origin, Owner, Receiving,
    ReceivingReason, Result, SettingKey,
};
use crate::store::{self, Connection};

/// The bot as owners see it.
#[derive(Debug, Clone)]
pub struct BotReport {
    pub state: BotState,
    pub mode: BotMode,
    /// How Telegram is reached.
    pub way: BotWay,
    /// `None` when no bot runs.
    pub receiving: Option<(Receiving, ReceivingReason)>,
    pub has_token: bool,
    /// The last characters of the token.
    pub token_end: Option<String>,
    /// Where the configuration sets the token.
    pub given: Option<Origin>,
    /// Where the configuration sets the mode.
    pub mode_given: Option<Origin>,
    incidents: Vec<Incident>,
    pub figures: BotFigures,
}

impl BotReport {
    /// Returns whether Telegram answered the last check; `None` before the first.
    pub fn is_reachable(&self) -> Option<bool> {
        let BotState::Seen(health) = &self.state else {
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
        let BotState::Seen(health) = &self.state else {
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

/// The bot in figures.
#[derive(Debug, Clone, Copy)]
pub struct BotFigures {
    pub customers: i64,
    /// Customers whom the bot can write to.
    pub reachable: i64,
    /// Notices of the last day.
    pub delivered: i64,
    pub failed: i64,
}

/// Returns how the bot is.
///
/// # Errors
/// When the database fails.
pub async fn report(desk: &Desk, _: Owner, now: Timestamp) -> Result<BotReport> {
    let day_ago = now.saturating_sub(24.hours()).unwrap_or(now);
    let read = move |c: &Connection| {
        let (customers, reachable) = store::customers::count_reachable(c)?;
        let (delivered, failed) = store::outbox::count_settled(c, day_ago)?;
        let figures = BotFigures {
            customers,
            reachable,
            delivered,
            failed,
        };
        Ok((figures, store::incidents::news(c, now)?))
    };
    let (figures, incidents) = desk.db.read(read).await?;
    let (bot, settings, token) = (&desk.bot, desk.settings.now(), desk.bot.token());
    let mode = settings.get(SettingKey::BotMode);
    Ok(BotReport {
        state: bot.state(),
        mode: settings.bot_mode,
        way: bot.way().clone(),
        receiving: desk.wanted_bot().map(|bot| (bot.receiving, bot.reason)),
        has_token: token.is_some(),
        token_end: token.and_then(|token| token.end().map(str::to_owned)),
        given: bot.given().cloned(),
        mode_given: mode.and_then(|setting| setting.given.clone()),
        incidents,
        figures,
    })
}
