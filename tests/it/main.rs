//! One binary of tests against the real server, on a free port, with a real database file.

mod accounts;
mod architecture;
mod bot;
mod cli;
mod config;
mod contract;
mod fake_telegram;
mod harness;
mod live;
mod tasks;
