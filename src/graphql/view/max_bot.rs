use async_graphql::{Enum, Object, SimpleObject};

use super::bot::{BotModeEnum, ReceivingEnum, origin};
use crate::app::Desk;
use crate::app::max_connection::{self, MaxReport};
use crate::domain::{BotState, MaxHealth, MaxTrouble, Owner, Result};
use crate::graphql::scalars::InstantValue;

/// A problem between the bot and MAX.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
#[graphql(name = "MaxTroubleKind")]
pub enum MaxTroubleEnum {
    /// The file with the certificate authorities of MAX's server can't be used; no bot runs.
    Authorities,
    /// The certificate of MAX's server is of no authority that is trusted for it.
    Untrusted,
    /// MAX refuses the token.
    TokenRefused,
    /// MAX doesn't let the bot work, as before its moderation.
    Forbidden,
    /// MAX can't be reached, or refuses the registration.
    Unreachable,
}

/// A problem between the bot and MAX, with its details.
#[derive(SimpleObject)]
#[graphql(name = "MaxTrouble")]
pub struct MaxTroubleView {
    /// Kind of the problem.
    kind: MaxTroubleEnum,
    /// What MAX, the network or the file system said; null when nothing.
    detail: Option<String>,
}

impl From<MaxTrouble> for MaxTroubleView {
    fn from(trouble: MaxTrouble) -> Self {
        use MaxTroubleEnum as Kind;
        let (kind, detail) = match trouble {
            MaxTrouble::Authorities { why } => (Kind::Authorities, Some(why)),
            MaxTrouble::Untrusted => (Kind::Untrusted, None),
            MaxTrouble::TokenRefused => (Kind::TokenRefused, None),
            MaxTrouble::Forbidden { detail } => (Kind::Forbidden, Some(detail)),
            MaxTrouble::Unreachable { detail } => (Kind::Unreachable, Some(detail)),
        };
        Self {
            kind,
            detail: detail.filter(|detail| !detail.is_empty()),
        }
    }
}

/// The bot at MAX, and its connection. The token can be set, and is never returned.
pub struct MaxBotView {
    report: MaxReport,
    /// The link that opens the bot.
    link: Option<String>,
}

impl MaxBotView {
    /// Asks how the bot is.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn of(desk: &Desk, owner: Owner) -> Result<Self> {
        Ok(Self {
            report: max_connection::report(desk, owner, desk.clock.now()).await?,
            link: desk.max_link(),
        })
    }

    fn health(&self) -> Option<&MaxHealth> {
        match &self.report.common.state {
            BotState::Seen(health) => Some(health),
            BotState::Off | BotState::Unknown => None,
        }
    }
}

/// The bot at MAX, and its connection. The token can be set, and is never returned.
#[Object(name = "MaxBot")]
impl MaxBotView {
    /// Whether there is a token.
    async fn is_connected(&self) -> bool {
        self.report.common.has_token
    }

    /// The configuration file or the environment variable that sets the token; null when it can be set here.
    async fn fixed_by(&self) -> Option<&str> {
        self.report.common.given.as_ref().map(origin)
    }

    /// The name in links; null until MAX has said it.
    async fn username(&self) -> Option<&str> {
        self.health()?.username.as_deref()
    }

    /// The link that opens the bot; null while its name is unknown.
    async fn url(&self) -> Option<&str> {
        self.link.as_deref()
    }

    /// The chosen way of receiving updates.
    async fn mode(&self) -> BotModeEnum {
        self.report.common.mode.into()
    }

    /// The way in use; null when no bot runs.
    async fn receiving(&self) -> Option<ReceivingEnum> {
        let (receiving, _) = self.report.common.receiving?;
        Some(receiving.into())
    }

    /// The file with the certificate authorities of MAX's server; null when those of the system count.
    async fn ca_file(&self) -> Option<String> {
        let file = self.report.ca_file.as_ref()?;
        Some(file.display().to_string())
    }

    /// Whether MAX was asked and nothing is wrong.
    async fn is_well(&self) -> bool {
        self.health().is_some_and(|health| health.trouble.is_none())
    }

    /// What is wrong; null when nothing is, or before the first check.
    async fn trouble(&self) -> Option<MaxTroubleView> {
        self.health()?.trouble.clone().map(Into::into)
    }

    /// Time of the last check; null before the first.
    async fn checked_time(&self) -> Option<InstantValue> {
        self.health().map(|health| InstantValue(health.seen))
    }

    /// Number of customers whom the bot can write to.
    async fn reachable_customers(&self) -> i64 {
        self.report.common.figures.reachable
    }

    /// Number of notices that were delivered in the last day.
    async fn delivered_notices(&self) -> i64 {
        self.report.common.figures.delivered
    }

    /// Number of notices that were given up in the last day.
    async fn failed_notices(&self) -> i64 {
        self.report.common.figures.failed
    }
}
