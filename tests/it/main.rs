//! One test binary against the real server, on a free port, with a real database file.
//!
//! Everything that waits has a limit (`time_limit.rs`): functions of the harness start it, and a
//! test that uses none of them begins with `crate::time_limit::start()`.

#![expect(
    clippy::disallowed_methods,
    reason = "tests run the real program and measure what it does by the real clock"
)]

mod accounts;
mod architecture;
mod attachments;
mod backup;
mod big_answers;
mod board;
mod bot;
mod browser;
mod cash;
mod cash_pages;
mod chat;
mod cli;
mod clock_steps;
mod config;
mod conformance;
mod contract;
mod conversation;
mod corrections;
mod counter;
mod customers;
mod damaged;
mod demo;
mod details;
mod doctor;
mod document_limits;
mod documents;
mod doors;
mod entrance;
mod event_streams;
mod fake_telegram;
mod faketime;
mod fields;
mod files;
mod filters;
mod forms;
mod formulas;
mod harness;
mod healthcheck;
mod i18n;
mod input;
mod intake;
mod invites;
mod leftovers;
mod limits;
mod list;
mod live;
mod lockout;
mod log;
mod mapping;
mod merges;
mod metadata;
mod metrics;
mod money;
mod money_pages;
mod negotiation;
mod outbox;
mod pacing;
mod pages;
mod people;
mod phones;
mod process;
mod proof;
mod protection;
mod readme;
mod receiver;
mod redirects;
mod regular;
mod reminders;
mod reports;
mod requests;
mod restore;
mod search;
mod sending;
mod sessions;
mod settings;
mod sheet;
mod signed_in;
mod sockets;
mod source;
mod staff_bot;
mod stages;
mod status_links;
mod store;
mod streams;
mod tables;
mod task_customers;
mod tasks;
mod telegram_changes;
mod texts;
mod time_limit;
mod tls;
mod today;
mod turns;
mod undo;
mod uploads;
mod webhooks;
mod weight;
mod wholeness;
