//! Background workers.

pub mod accounts;
mod arrivals;
pub mod backups;
pub mod bot;
pub mod channels;
pub mod clock;
pub mod foreign_writes;
pub mod letters;
pub mod max;
pub mod merges;
pub mod mornings;
pub mod offsite;
pub mod outbox;
mod parts;
pub mod photos;
pub mod reach;
pub mod reminders;
pub mod rerouting;
pub mod webhooks;
pub mod worker;
