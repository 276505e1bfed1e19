//! Use cases. Each runs inside its caller's transaction: authorise, load, apply the domain rule,
//! store, append to the history, push to the outbox. Use cases that hash passwords can't hold a
//! transaction meanwhile; they are `async` and take the whole [`Desk`].
//!
//! Authorisation is enforced by signatures: staff operations require an
//! [`Actor`](crate::domain::Actor), owner operations an [`Owner`](crate::domain::Owner).

pub mod about_program;
pub mod accounts;
pub mod aliases;
pub mod answers;
pub mod approvals;
pub mod archive;
pub mod arrivals;
pub mod backups;
pub mod board;
pub mod bot_connection;
pub mod bot_report;
pub mod catalogue;
pub mod changes;
pub mod channel_accounts;
pub mod channels;
pub mod chat_links;
pub mod comments;
pub mod counter;
pub mod customers;
pub mod day_sheets;
pub mod demo_shop;
pub mod details;
pub mod drawers;
pub mod edits;
pub mod email_stops;
mod events;
pub mod exports;
pub mod first_day;
pub mod handovers;
pub mod idempotency;
pub mod imports;
pub mod incidents;
pub mod last_edits;
pub mod lines;
pub mod lists;
pub mod logo;
mod made;
pub mod max_connection;
pub mod memory;
pub mod merges;
pub mod message_texts;
pub mod messenger_bot;
pub mod notices;
pub mod packed;
pub mod paging;
pub mod payments;
pub mod posts;
pub mod price_lists;
mod questions;
pub mod reach;
pub mod reminders;
pub mod reports;
pub mod routes;
pub mod security;
pub mod settings;
pub mod staff_bot;
pub mod stages;
pub mod status_links;
pub mod suggestions;
pub mod task_customers;
pub mod tasks;
pub mod undo;
pub mod uploads;
pub mod webhooks;

use std::sync::Arc;

use jiff::Timestamp;

use crate::clock::Clock;
use crate::domain::{
    BotState, Channel, Contacts, Customer, PublicUrl, Purpose, Reminders, Routing, Shop,
    Unreachable,
};
use crate::store::Db;

/// Shared state of the running server.
pub struct Desk {
    pub db: Db,
    pub clock: Clock,
    pub settings: Arc<settings::Live>,
    /// Whether the server listens on loopback only.
    pub loopback: bool,
    /// URL of the address on which the server listens: the public one as long as no other is set.
    pub own_url: PublicUrl,
    /// Test of a new public URL.
    pub reach: reach::Reach,
    pub tokens: security::tokens::Tokens,
    pub devices: security::known_devices::Devices,
    pub passwords: security::passwords::Passwords,
    pub limits: security::limits::Limits,
    pub links: security::link_key::LinkKey,
    pub uploads: uploads::Uploads,
    /// Uploaded price lists, apart from the owners' tables.
    pub price_lists: uploads::Uploads,
    pub last_edits: last_edits::LastEdits,
    pub memory: Arc<memory::Memory>,
    /// Loads the demo shop.
    pub fill: Box<demo_shop::Fill>,
    pub bot: bot_connection::BotConnection,
    pub max: max_connection::MaxConnection,
    pub hooks: Arc<webhooks::Hooks>,
    /// The addresses that get no e-mail.
    pub email_stops: email_stops::EmailStops,
    /// What sends SMS and e-mail.
    pub channels: channel_accounts::Channels,
}

impl Desk {
    /// Returns the settings of the shop as they are now.
    pub fn shop(&self) -> Shop {
        Shop {
            routing: Arc::new(self.routing()),
            ..self.settings.now().shop.clone()
        }
    }

    /// Returns the channels that are set up now, in the owner's order.
    pub fn routing(&self) -> Routing {
        let mut routing = Routing::clone(&self.settings.now().shop.routing);
        routing.channels.retain(|channel| match channel {
            Channel::Telegram => self.has_bot(),
            Channel::Max => self.max.is_set_up(),
            Channel::Sms => self.sms_account().is_some(),
            Channel::Email => self.mail_account().is_some(),
            Channel::Page | Channel::Phone => false,
        });
        routing.quiet_until = self.quiet_until();
        routing
    }

    /// Returns until when no SMS are sent; `None` outside the quiet hours.
    fn quiet_until(&self) -> Option<Timestamp> {
        let settings = self.settings.now();
        let quiet = settings.sms.as_ref()?.quiet?;
        quiet.end(self.clock.now(), &settings.shop.timezone)
    }

    /// Returns what makes and checks status links now.
    pub fn links(&self) -> status_links::Links {
        let hold = self.settings.now().links_hold;
        status_links::Links::new(&self.links, hold, self.public_url())
    }

    /// Returns how invites are made now.
    pub fn invite_policy(&self) -> accounts::InvitePolicy {
        accounts::InvitePolicy {
            registration: self.settings.now().registration,
            key: self.links.clone(),
        }
    }

    /// Returns the public URL as it is now.
    pub fn public_url(&self) -> PublicUrl {
        let set = self.settings.now().public_url.clone();
        set.unwrap_or_else(|| self.own_url.clone())
    }

    /// Returns whether only this machine reaches the server, so that a local user may create the first owner account.
    pub fn is_loopback(&self) -> bool {
        self.loopback && self.public_url().is_local()
    }

    /// Returns when customers are reminded; `None` when they aren't.
    pub fn reminders(&self) -> Option<Reminders> {
        let rules = self.settings.now().reminders.clone();
        rules.filter(|_| !self.routing().channels.is_empty())
    }

    /// Returns a link that opens the bot with a start parameter
    /// (<https://core.telegram.org/bots/features#deep-linking>); `None` while the bot's name is
    /// unknown.
    pub fn bot_url(&self, start: &str) -> Option<String> {
        Some(format!("{}?start={start}", self.bot_link()?))
    }

    /// Returns the link that opens the bot; `None` while the bot's name is unknown.
    pub fn bot_link(&self) -> Option<String> {
        let BotState::Seen(health) = self.bot.state() else {
            return None;
        };
        let name = health.name.as_deref().filter(|name| !name.is_empty())?;
        Some(format!("https://t.me/{name}"))
    }

    /// Returns the reason why a task's customer can't be told something for a purpose; `None` when they can.
    pub fn unreachable(
        &self,
        customer: Option<&Customer>,
        purpose: Purpose,
    ) -> Option<Unreachable> {
        match customer {
            None => Some(Unreachable::NoCustomer),
            Some(customer) => {
                let email_stopped = self.is_email_stopped(customer.email.as_ref());
                let contacts = Contacts {
                    email_stopped,
                    ..customer.contacts()
                };
                Unreachable::over(&contacts, purpose, &self.routing())
            }
        }
    }

    fn has_bot(&self) -> bool {
        self.bot.state() != BotState::Off
    }

    /// Returns the URL of the page where an employee sets a new password.
    pub fn password_url(&self, token: &str) -> String {
        format!("{}/password/{token}", self.public_url())
    }

    /// Returns the URL of the page where an invited person registers.
    pub fn invite_url(&self, token: &str) -> String {
        format!("{}/join/{token}", self.public_url())
    }
}
