//! One binary of tests against the real server, on a free port, with a real database file.
//!
//! Whatever waits has a limit (`time_limit.rs`): what the harness starts begins with it, and a test that starts nothing
//! of the harness begins with `crate::time_limit::start()`.

mod accounts;
mod architecture;
mod attachments;
mod backup;
mod bot;
mod browser;
mod cli;
mod config;
mod contract;
mod conversation;
mod counter;
mod customers;
mod demo;
mod doctor;
mod entrance;
mod fake_telegram;
mod files;
mod filters;
mod forms;
mod harness;
mod healthcheck;
mod i18n;
mod input;
mod intake;
mod live;
mod log;
mod mapping;
mod metrics;
mod outbox;
mod pacing;
mod pages;
mod phones;
mod process;
mod proof;
mod protection;
mod readme;
mod receiver;
mod regular;
mod reminders;
mod replication;
mod reports;
mod restore;
mod sending;
mod source;
mod staff_bot;
mod stages;
mod status_links;
mod store;
mod tables;
mod tasks;
mod time_limit;
mod tls;
mod webhooks;
