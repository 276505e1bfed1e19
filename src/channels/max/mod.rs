//! Wire protocol of MAX: the client of its Bot API (<https://dev.max.ru/docs-api>), and the parsing of updates.
//!
//! A person is named by their MAX user id everywhere, also where MAX names the dialog: a message to a user reaches the
//! dialog with them.

mod client;
mod contact;
mod content;
mod files;
mod health;
mod html;
mod keyboard;
mod message;
mod person;
mod receive;
mod refusal;
mod send;
mod update;

use std::time::Duration;

pub use client::Client;
pub use health::Me;
pub use receive::{Page, Subscription, webhook_url};
pub use update::parse;

/// Minimum interval between polls: MAX allows two a second (<https://dev.max.ru/docs-api/methods/GET/updates>).
pub const BETWEEN_POLLS: Duration = Duration::from_millis(500);
