//! One binary of tests against the real server, on a free port, with a real database file.

mod accounts;
mod architecture;
mod backup;
mod bot;
mod cli;
mod config;
mod contract;
mod customers;
mod doctor;
mod fake_telegram;
mod filters;
mod harness;
mod healthcheck;
mod i18n;
mod input;
mod live;
mod log;
mod outbox;
mod pages;
mod process;
mod readme;
mod regular;
mod replication;
mod restore;
mod store;
mod tasks;
