use async_graphql::{Enum, Object, SimpleObject};

use crate::app::bot_report::BotReport;
use crate::domain::{BotMode, BotState, BotTrouble, Origin, Receiving};
use crate::graphql::scalars::InstantValue;

/// How a bot should receive updates.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
#[graphql(name = "BotMode", remote = "BotMode")]
pub enum BotModeEnum {
    /// WEBHOOK where the messenger can deliver to the public address, otherwise POLLING.
    Auto,
    /// The messenger delivers updates to the public address.
    Webhook,
    /// The server asks the messenger for updates.
    Polling,
    /// No bot runs.
    Off,
}

/// How a bot receives updates.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
#[graphql(name = "BotReceiving", remote = "Receiving")]
pub enum ReceivingEnum {
    /// The messenger delivers them.
    Webhook,
    /// The server asks the messenger for them.
    Polling,
}

/// A problem between the bot and Telegram.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
#[graphql(name = "BotTroubleKind")]
pub enum BotTroubleEnum {
    /// Telegram can't be reached.
    Unreachable,
    /// The proxy that leads to Telegram fails.
    Proxy,
    /// Telegram refuses the token.
    TokenRefused,
    /// Another program receives updates with the same token.
    OtherFetcher,
    /// Telegram delivers to another address, or to none.
    WebhookElsewhere,
    /// Telegram refuses to deliver to our address.
    AddressRefused,
    /// Telegram refuses our TLS certificate.
    Certificate,
    /// Telegram's servers don't reach the public address at all, and updates wait.
    CutOff,
    /// Telegram could not deliver an update.
    Delivery,
    /// Updates pile up at Telegram.
    ManyWaiting,
    /// A certificate that isn't ours is registered at Telegram.
    ForeignCertificate,
    /// Files of customers can't be taken from a Bot API server of one's own.
    Files,
}

/// A problem between the bot and Telegram, with its details.
#[derive(SimpleObject)]
#[graphql(name = "BotTrouble")]
pub struct BotTroubleView {
    /// Kind of the problem.
    kind: BotTroubleEnum,
    /// What Telegram or the network said; null when nothing.
    detail: Option<String>,
    /// Whether customers notice it: they get no answers or no notices.
    stops_the_bot: bool,
}

impl From<BotTrouble> for BotTroubleView {
    fn from(trouble: BotTrouble) -> Self {
        use BotTroubleEnum as Kind;
        let stops_the_bot = trouble.stops_the_bot();
        let (kind, detail) = match trouble {
            BotTrouble::Unreachable { detail } => (Kind::Unreachable, Some(detail)),
            BotTrouble::Proxy { detail } => (Kind::Proxy, Some(detail)),
            BotTrouble::TokenRefused => (Kind::TokenRefused, None),
            BotTrouble::OtherFetcher => (Kind::OtherFetcher, None),
            BotTrouble::WebhookElsewhere { found } => (Kind::WebhookElsewhere, Some(found)),
            BotTrouble::AddressRefused { said } => (Kind::AddressRefused, Some(said)),
            BotTrouble::Certificate { said } => (Kind::Certificate, Some(said)),
            BotTrouble::CutOff { said, .. } => (Kind::CutOff, Some(said)),
            BotTrouble::Delivery { said, .. } => (Kind::Delivery, Some(said)),
            BotTrouble::ManyWaiting { count } => (Kind::ManyWaiting, Some(count.to_string())),
            BotTrouble::ForeignCertificate => (Kind::ForeignCertificate, None),
            BotTrouble::Files { why } => (Kind::Files, Some(why.word().to_owned())),
        };
        Self {
            kind,
            detail: detail.filter(|detail| !detail.is_empty()),
            stops_the_bot,
        }
    }
}

/// Returns what sets a value that can't be changed here.
pub(super) fn origin(origin: &Origin) -> &str {
    match origin {
        Origin::Variable(name) => name,
        Origin::File(path) => path,
    }
}

/// The bot in Telegram, and its connection. The token can be set, and is never returned.
pub struct BotView(pub BotReport);

/// The bot in Telegram, and its connection. The token can be set, and is never returned.
#[Object(name = "Bot")]
impl BotView {
    /// Whether there is a token.
    async fn is_connected(&self) -> bool {
        self.0.common.has_token
    }

    /// The last characters of the token; null when it has none to show.
    async fn token_end(&self) -> Option<&str> {
        self.0.token_end.as_deref()
    }

    /// The configuration file or the environment variable that sets the token; null when it can be set here.
    async fn fixed_by(&self) -> Option<&str> {
        self.0.common.given.as_ref().map(origin)
    }

    /// The username, without @; null until Telegram has said it.
    async fn username(&self) -> Option<&str> {
        match &self.0.common.state {
            BotState::Seen(health) => health.name.as_deref(),
            BotState::Off | BotState::Unknown => None,
        }
    }

    /// The chosen way of receiving updates.
    async fn mode(&self) -> BotModeEnum {
        self.0.common.mode.into()
    }

    /// The way in use; null when no bot runs.
    async fn receiving(&self) -> Option<ReceivingEnum> {
        self.0
            .common
            .receiving
            .map(|(receiving, _)| receiving.into())
    }

    /// Scheme, host and port of the proxy by which Telegram is asked; null when none is set.
    async fn proxy(&self) -> Option<&str> {
        self.0.way.proxy.as_deref()
    }

    /// Address of a Bot API server of one's own; null when Telegram's is asked.
    async fn api_server(&self) -> Option<&str> {
        self.0.way.server.as_deref()
    }

    /// Whether Telegram answered the last check by this way; null before the first.
    async fn is_reachable(&self) -> Option<bool> {
        self.0.is_reachable()
    }

    /// Whether Telegram was asked and nothing is wrong.
    async fn is_well(&self) -> bool {
        matches!(self.0.common.state, BotState::Seen(_)) && self.0.troubles().is_empty()
    }

    /// What is wrong, most severe first.
    async fn troubles(&self) -> Vec<BotTroubleView> {
        self.0.troubles().into_iter().map(Into::into).collect()
    }

    /// Time of the last check; null before the first.
    async fn checked_time(&self) -> Option<InstantValue> {
        match &self.0.common.state {
            BotState::Seen(health) => Some(InstantValue(health.seen)),
            BotState::Off | BotState::Unknown => None,
        }
    }

    /// Number of customers whom the bot can write to.
    async fn reachable_customers(&self) -> i64 {
        self.0.common.figures.reachable
    }

    /// Number of notices that were delivered in the last day.
    async fn delivered_notices(&self) -> i64 {
        self.0.common.figures.delivered
    }

    /// Number of notices that were given up in the last day.
    async fn failed_notices(&self) -> i64 {
        self.0.common.figures.failed
    }
}
