//! The use cases. Each runs inside its caller's transaction: authorise, load, ask the domain,
//! store, append to the history, push to the outbox. Those that hash passwords can't hold a
//! transaction meanwhile; they are `async` and take the whole [`Desk`].
//!
//! Authorisation is by signature: staff's use cases ask for an [`Actor`](crate::domain::Actor),
//! owners' ones for an [`Owner`](crate::domain::Owner).

pub mod accounts;
pub mod answers;
pub mod approvals;
pub mod archive;
pub mod comments;
pub mod customers;
pub mod details;
pub mod edits;
mod events;
pub mod exports;
pub mod imports;
pub mod incidents;
pub mod links;
pub mod lists;
pub mod memory;
pub mod notices;
pub mod paging;
pub mod posts;
mod questions;
pub mod reminders;
pub mod reports;
pub mod security;
pub mod staff_bot;
pub mod stages;
pub mod status_links;
pub mod tasks;
pub mod undo;
pub mod uploads;
pub mod webhooks;

use std::sync::Arc;

use tokio::sync::watch;

use crate::clock::Clock;
use crate::domain::{BotState, Customer, Registration, Reminders, Shop, Unreachable};
use crate::store::Db;

/// The running shop: what the use cases share.
pub struct Desk {
    pub db: Db,
    pub clock: Clock,
    pub shop: Shop,
    pub registration: Registration,
    /// Nobody but this machine can reach the server, so the first to come may be the owner.
    pub loopback: bool,
    /// Where people reach the server, with no slash at the end.
    pub public_url: String,
    pub tokens: security::tokens::Tokens,
    pub devices: security::known_devices::Devices,
    pub passwords: security::passwords::Passwords,
    pub limits: security::limits::Limits,
    pub links: status_links::Links,
    /// When customers are reminded; `None` where nobody is.
    pub reminders: Option<Reminders>,
    pub uploads: uploads::Uploads,
    pub memory: Arc<memory::Memory>,
    /// How the bot stood with Telegram when somebody last looked; no page waits for Telegram.
    pub bot: watch::Sender<BotState>,
}

impl Desk {
    /// Opens the bot and hands it a word (<https://core.telegram.org/bots/features#deep-linking>);
    /// `None` while nobody knows where the bot is.
    pub fn bot_url(&self, start: &str) -> Option<String> {
        let BotState::Seen(health) = &*self.bot.borrow() else {
            return None;
        };
        let name = health.name.as_deref().filter(|name| !name.is_empty())?;
        Some(format!("https://t.me/{name}?start={start}"))
    }

    /// Returns why nothing that is written to a task's customer gets there; `None` where it does.
    pub fn unreachable(&self, customer: Option<&Customer>) -> Option<Unreachable> {
        Unreachable::of(customer, *self.bot.borrow() != BotState::Off)
    }

    /// The page on which an invited person makes the account.
    pub fn invite_url(&self, token: &str) -> String {
        format!("{}/join/{token}", self.public_url)
    }
}
