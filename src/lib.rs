//! Zayavka: the desk of a small repair shop in one binary and one SQLite file.
//!
//! # Layout
//!
//! In reading order; arrows never point back.
//!
//! - [`domain`]: what the shop works with, pure.
//! - [`config`]: the settings, checked.
//! - [`certificate`]: what HTTPS shows.
//! - [`https`]: its ciphers, and the client that asks other servers.
//! - [`clock`]: the only place that asks for the time.
//! - [`log`]: the lines for whoever runs the server.
//! - [`metrics`]: what the server counts of itself.
//! - [`i18n`]: every sentence, in Russian and English.
//! - [`store`]: all the SQL.
//! - [`sheet`]: tables as files, CSV and Excel workbooks, ours and others'.
//! - [`app`]: the use cases, inside their caller's transaction.
//! - [`telegram`]: the wire to Telegram alone.
//! - [`bot`]: the customers' conversation.
//! - [`notifier`]: from the outbox to Telegram.
//! - [`fetcher`]: files from Telegram.
//! - [`webhooks`]: from their deliveries to other people's programs.
//! - [`graphql`]: the API.
//! - [`web`]: the staff's pages, and the one that customers see.
//! - [`http`]: the routes.
//! - [`server`]: puts it together.
//! - [`demo`]: an invented shop.
//! - [`doctor`]: what is wrong with an installation.
//! - [`cli`]: the command line.
//!
//! ```text
//! cli ─▶ server ─▶ http ─▶ graphql ─┐
//!  │        │        ├───▶ web ─────┤
//!  │        │        └───▶ bot ─────┼─▶ app ─▶ store ─▶ domain
//!  │        ├─▶ notifier, fetcher ─▶ telegram, store
//!  │        └─▶ webhooks ─▶ config, store
//!  │                 graphql, web ─▶ sheet ─▶ i18n, store
//!  └─▶ doctor ─▶ telegram, store      server, doctor ─▶ certificate      store ─▶ metrics, clock
//!       telegram, webhooks, server, certificate, cli ─▶ https            cli ─▶ log ─▶ clock, domain
//! ```
//!
//! # What always holds
//!
//! - [`domain`] knows no SQL, HTTP, clock or runtime. A value that a person types has one door,
//!   `parse`; a value that exists is fit to be stored.
//! - A change, its row in the history and the notice of it are one commit. What was acknowledged
//!   survives a crash.
//! - A database file is opened by SQLite alone, and by one server at a time. What takes its place
//!   (a restore) or leaves it (a backup) is whole before it gets its name.
//! - Nothing is sent inside a transaction, and nothing is sent but from the outbox and, to webhooks,
//!   from their deliveries.
//! - Who may do something is a value in its signature: [`domain::Actor`], [`domain::Owner`],
//!   [`app::limits::Attempt`].
//! - What another side sends is read up to a limit: bodies through [`http`], answers through [`https`]
//!   alone, files with a bound of their own. The limits stand in `docs/operations.md`.
//! - Nothing writes to standard error but [`log`]: a pipe that nobody reads would hold the writer up.
//! - What bounds work belongs to the work: a permit, a slot or a place in a queue moves into what runs, and never stays
//!   in the future that waits for it. A client that hangs up drops the future, and the work goes on.
//! - What has to be named in two places is one list: a route is also its name in the log and the metrics
//!   ([`http::table`]), and a filter is taken apart by the names of all its fields, so that what is forgotten doesn't
//!   compile.
//! - Texts that people see as the same are the same: passwords are compared in Unicode's form NFC, e-mails by
//!   [`domain::Email::key`].
//! - Errors know nothing of the wire; [`graphql`], [`web`] and [`cli`] each word them in one
//!   place.
//! - Phones, names, tokens, passwords, descriptions, messages and devices never reach the log.
//!
//! `tests/it/architecture.rs` holds the arrows, the SQL and the clock to their rooms.

pub mod app;
pub mod bot;
pub mod certificate;
pub mod channels;
pub mod cli;
pub mod clock;
pub mod config;
pub mod demo;
pub mod doctor;
pub mod domain;
pub mod failure;
pub mod graphql;
pub mod http;
pub mod https;
pub mod i18n;
pub mod log;
pub mod metrics;
pub mod server;
pub mod sheet;
pub mod store;
pub mod tls_provider;
pub mod web;
pub mod workers;
