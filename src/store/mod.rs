//! All the SQL. Reads take a `&Connection`, writes a `&Transaction`; [`Db`] hands those out.
//!
//! There is one writer and some readers. A write is a closure: it is committed when it
//! returns `Ok` and rolled back otherwise, and what it changed is announced after the commit.
//! Writes that wait at the same time share a commit.

pub mod ahead;
pub mod aliases;
pub mod approvals;
pub mod attachments;
pub mod audit;
pub mod catalogue;
pub mod changes;
pub mod comments;
pub mod customers;
pub mod demo_shop;
pub mod details;
pub mod drawers;
pub mod email_stops;
pub mod employees;
mod engine;
pub mod first_day;
pub mod form_posts;
pub mod handovers;
pub mod history;
pub mod idempotency;
pub mod imports;
pub mod incidents;
pub mod invites;
pub mod lines;
pub mod logo;
pub mod merges;
pub mod message_texts;
pub mod messages;
pub mod months;
pub mod offsite;
pub mod outbox;
pub mod password_links;
pub mod payments;
pub mod reminders;
pub mod secrets;
pub mod sessions;
pub mod settings;
pub mod staff_bot;
pub mod stages;
pub mod status_links;
pub mod takings;
pub mod tasks;
pub mod updates;
mod upkeep;
pub mod waiting;
pub mod webhooks;
pub mod workload;

pub use engine::db::{Change, CustomerChanged, Db, NOTICED, TaskChanged};
pub use engine::files::beside;
pub use engine::identity::{How, Loss};
pub use engine::lock::{Lock, serve};
pub use engine::staff::Staff;
pub use engine::writes::Trouble;
pub use refinery::Migration;
pub use rusqlite::{Connection, Transaction};
pub use upkeep::check::Flaw;
pub use upkeep::migrate::{OpenError, embedded_migrations};
pub use upkeep::schema::Differences;
pub use upkeep::values::Unreadable;
pub use upkeep::{archive, backup, contents, digest, health, rotation};
