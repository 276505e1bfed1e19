//! Zayavka: the desk of a small repair shop in one binary and one SQLite file.
//!
//! # Layout
//!
//! In reading order; arrows never point back.
//!
//! - [`failure`]: the error that workers and commands end with.
//! - [`domain`]: the shop's nouns and rules, pure.
//! - [`config`]: the settings, parsed and checked.
//! - [`clock`]: the only place that reads the time.
//! - [`metrics`]: the server's own counters.
//! - [`log`]: log lines for operators.
//! - [`i18n`]: every sentence, in Russian and English.
//! - [`tls_provider`]: the one provider of ciphers.
//! - [`certificate`]: reads a certificate and its key.
//! - [`https`]: the client that asks other servers.
//! - [`store`]: all the SQL; its `engine` reads and writes the file, its `upkeep` looks after it.
//! - [`app`]: the use cases, inside their caller's transaction; `security` has tokens, passwords and limits.
//! - [`channels`]: how a message reaches a person; the wire alone.
//! - [`bot`]: the customers' conversation.
//! - [`workers`]: everything that runs beside the requests.
//! - [`sheet`]: tables as CSV files and Excel workbooks, ours and other programs'.
//! - [`graphql`]: the API; its `engine` parses documents and writes answers.
//! - [`web`]: the staff's pages, and the customers' status page.
//! - [`http`]: the routes; its `listen` accepts connections.
//! - [`server`]: the composition root.
//! - [`demo`]: an invented shop.
//! - [`doctor`]: finds what is wrong with an installation.
//! - [`cli`]: the command line.
//!
//! ```text
//! cli ─▶ server ─▶ http ─▶ graphql ─┐
//!  │        │        ├───▶ web ─────┤
//!  │        │        └───▶ bot ─────┼─▶ app ─▶ store ─▶ domain
//!  │        └─▶ workers ─▶ bot, channels, app, store
//!  ├─▶ demo ─▶ app, store
//!  └─▶ doctor ─▶ store                graphql, web ─▶ sheet ─▶ i18n, store
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
