//! Use cases. Each runs inside its caller's transaction: authorise, load, apply the domain rule,
//! store, append to the history, push to the outbox. Use cases that hash passwords can't hold a
//! transaction meanwhile; they are `async` and take the whole [`Desk`].
//!
//! Authorisation is enforced by signatures: staff operations require an
//! [`Actor`](crate::domain::Actor), owner operations an [`Owner`](crate::domain::Owner).

pub mod accounts;
pub mod aliases;
pub mod answers;
pub mod approvals;
pub mod archive;
pub mod backups;
pub mod board;
pub mod catalogue;
pub mod comments;
pub mod counter;
pub mod customers;
pub mod day_sheets;
pub mod details;
pub mod drawers;
pub mod edits;
mod events;
pub mod exports;
pub mod first_day;
pub mod handovers;
pub mod imports;
pub mod incidents;
pub mod last_edits;
pub mod lines;
pub mod lists;
pub mod logo;
pub mod memory;
pub mod merges;
pub mod notices;
pub mod packed;
pub mod paging;
pub mod payments;
pub mod posts;
pub mod price_lists;
mod questions;
pub mod reminders;
pub mod reports;
pub mod security;
pub mod settings;
pub mod staff_bot;
pub mod stages;
pub mod status_links;
pub mod suggestions;
pub mod task_customers;
pub mod tasks;
pub mod telegram_links;
pub mod undo;
pub mod uploads;
pub mod webhooks;

use std::sync::Arc;

use tokio::sync::watch;

use crate::clock::Clock;
use crate::domain::{BotState, Customer, Reminders, Shop, TelegramLink, Unreachable};
use crate::store::Db;

/// Shared state of the running server.
pub struct Desk {
    pub db: Db,
    pub clock: Clock,
    pub settings: Arc<settings::Live>,
    /// Whether the server listens on loopback only, so that a local user may create the first owner
    /// account.
    pub loopback: bool,
    /// Whether the public URL leads to this machine, so that nobody else can open it.
    pub is_local: bool,
    /// Public URL, without a trailing slash.
    pub public_url: String,
    pub tokens: security::tokens::Tokens,
    pub devices: security::known_devices::Devices,
    pub passwords: security::passwords::Passwords,
    pub limits: security::limits::Limits,
    pub links: status_links::LinkKey,
    pub uploads: uploads::Uploads,
    /// Uploaded price lists, apart from the owners' tables.
    pub price_lists: uploads::Uploads,
    pub last_edits: last_edits::LastEdits,
    pub memory: Arc<memory::Memory>,
    /// Last known state of the bot; pages never wait for Telegram.
    pub bot: watch::Sender<BotState>,
}

impl Desk {
    /// Returns the settings of the shop as they are now.
    pub fn shop(&self) -> Shop {
        self.settings.now().shop.clone()
    }

    /// Returns what makes and checks status links now.
    pub fn links(&self) -> status_links::Links {
        let hold = self.settings.now().links_hold;
        self.links.lasting(hold, &self.public_url)
    }

    /// Returns when customers are reminded; `None` when they aren't.
    pub fn reminders(&self) -> Option<Reminders> {
        let rules = self.settings.now().reminders.clone();
        rules.filter(|_| self.has_bot())
    }

    /// Returns a link that opens the bot with a start parameter
    /// (<https://core.telegram.org/bots/features#deep-linking>); `None` while the bot's name is
    /// unknown.
    pub fn bot_url(&self, start: &str) -> Option<String> {
        let BotState::Seen(health) = &*self.bot.borrow() else {
            return None;
        };
        let name = health.name.as_deref().filter(|name| !name.is_empty())?;
        Some(format!("https://t.me/{name}?start={start}"))
    }

    /// Returns the reason why messages can't reach a task's customer; `None` when they can.
    pub fn unreachable(&self, customer: Option<&Customer>) -> Option<Unreachable> {
        Unreachable::of(customer, self.has_bot())
    }

    /// Returns the reason why messages can't reach a customer with this link; `None` when they can.
    pub fn unreachable_over(&self, link: Option<TelegramLink>) -> Option<Unreachable> {
        Unreachable::over(link, self.has_bot())
    }

    fn has_bot(&self) -> bool {
        *self.bot.borrow() != BotState::Off
    }

    /// Returns the URL of the page where an employee sets a new password.
    pub fn password_url(&self, token: &str) -> String {
        format!("{}/password/{token}", self.public_url)
    }

    /// Returns the URL of the page where an invited person registers.
    pub fn invite_url(&self, token: &str) -> String {
        format!("{}/join/{token}", self.public_url)
    }
}
