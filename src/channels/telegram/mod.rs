//! Wire protocol of Telegram: the client of its Bot API (<https://core.telegram.org/bots/api>), and
//! the parsing of updates.

mod client;
mod conflict;
mod content;
mod files;
mod health;
mod local;
mod receive;
mod send;
mod update;

pub use client::Client;
pub use conflict::Conflict;
pub use health::trouble;
pub use receive::webhook_url;
pub use update::parse;
