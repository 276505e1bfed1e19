//! Zayavka: the desk of a small repair shop in one binary and one SQLite file.
//!
//! # Layout
//!
//! In reading order; arrows never point back.
//!
//! - [`domain`]: what the shop works with, pure.
//! - [`config`]: the settings, checked.
//! - [`clock`]: the only place that asks for the time.
//! - [`i18n`]: every sentence, in Russian and English.
//! - [`store`]: all the SQL.
//! - [`app`]: the use cases, inside their caller's transaction.
//! - [`telegram`]: the wire to Telegram alone.
//! - [`bot`]: the customers' conversation.
//! - [`notifier`]: from the outbox to Telegram.
//! - [`graphql`]: the API.
//! - [`http`]: the routes.
//! - [`server`]: puts it together.
//! - [`demo`]: an invented shop.
//! - [`cli`]: the command line.

pub mod app;
pub mod bot;
pub mod cli;
pub mod clock;
pub mod config;
pub mod demo;
pub mod domain;
pub mod graphql;
pub mod http;
pub mod i18n;
pub mod notifier;
pub mod server;
pub mod store;
pub mod telegram;
