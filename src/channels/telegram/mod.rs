//! Wire protocol of Telegram: the client of its Bot API (<https://core.telegram.org/bots/api>), and
//! the parsing of updates.

mod client;
mod content;
mod failure;
mod files;
mod health;
mod local;
mod pauses;
mod receive;
mod send;
mod update;

pub use client::Client;
pub use failure::{Conflict, Failure};
pub use health::trouble;
pub use pauses::{Pauses, Scope};
pub use receive::webhook_url;
pub use send::html;
pub use update::{Contact, Content, Event, Message, Person, Update};
