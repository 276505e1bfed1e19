//! Zayavka: the desk of a small repair shop in one binary and one SQLite file.
//!
//! # Layout
//!
//! In order of dependency: each module uses only those above it.
//!
//! - [`failure`]: the error type of workers and commands.
//! - [`domain`]: the entities and rules; pure, without I/O.
//! - [`config`]: the settings, parsed and validated.
//! - [`clock`]: the only module that reads the time.
//! - [`metrics`]: the server's metrics.
//! - [`log`]: log lines for operators.
//! - [`i18n`]: all texts for people, in Russian and English.
//! - [`tls_provider`]: the cryptography provider of TLS.
//! - [`certificate`]: parsing of a certificate and its key.
//! - [`https`]: the HTTP client for other servers.
//! - [`store`]: all the SQL; `engine` reads and writes the file, `upkeep` maintains it.
//! - [`app`]: the use cases, inside the caller's transaction; `security` has tokens, passwords and limits.
//! - [`channels`]: the protocols of messaging services.
//! - [`offsite`]: encrypted copies of the database on other machines: the protocols and the encryption.
//! - [`bot`]: the bot's conversation with customers and employees.
//! - [`workers`]: background workers.
//! - [`sheet`]: import and export of CSV files and Excel workbooks.
//! - [`graphql`]: the API; `engine` compiles documents and writes responses.
//! - [`web`]: the pages of staff, and the status page of customers.
//! - [`http`]: the routes; `listen` accepts connections.
//! - [`demo`]: generation of demo data.
//! - [`server`]: the composition root.
//! - [`doctor`]: diagnosis of an installation.
//! - [`cli`]: the command line.
//!
//! ```text
//! cli ─▶ server ─▶ http ─▶ graphql ─┐
//!  │        │        ├───▶ web ─────┤
//!  │        │        └───▶ bot ─────┼─▶ app ─▶ store ─▶ domain
//!  │        ├─▶ workers ─▶ bot, channels, offsite, app, store
//!  ├────────┴─▶ demo ─▶ app, store
//!  └─▶ doctor ─▶ store                graphql, web ─▶ sheet ─▶ i18n, store
//! ```
//!
//! # Invariants
//!
//! - [`domain`] depends on no SQL, HTTP, clock or runtime. Input is parsed by one constructor, `parse`;
//!   an existing value is valid, and can be stored.
//! - A change, its history entry and its notice are one commit. An acknowledged change survives a
//!   crash.
//! - Only SQLite opens a database file, and only one server at a time. A restored database and a backup
//!   get their final name when they are complete.
//! - Messages are sent only from the outbox, and webhooks only from their deliveries; never inside a
//!   transaction. Two letters to people of the shop go without it: one with an employee's link, within its request, since
//!   the link is stored nowhere ([`app::accounts`]), and the one that tells an owner of a missing copy ([`workers::offsite`]).
//! - An authorization is a parameter of the function that requires it: [`domain::Actor`],
//!   [`domain::Owner`], [`app::security::limits::Attempt`].
//! - Input is read up to a limit: request bodies by [`http`], responses by [`https`] only (by [`offsite`] piece by
//!   piece), files up to their own limit. The limits are in `docs/limits.md`.
//! - A request goes by a proxy only where a setting says so, which [`channels::telegram`] alone has.
//! - Only [`log`] writes to standard error: a full pipe would block any other writer.
//! - A permit moves into the work that it limits, and is never held by the future that waits for it: when a client
//!   disconnects, the future is dropped but the work continues.
//! - Lists exist once: a route is also its label in the log and the metrics ([`http::table`]), and a filter is
//!   destructured by all its field names, so that a forgotten one doesn't compile.
//! - Equivalent texts are equal: passwords are compared in Unicode's form NFC, e-mail addresses by
//!   [`domain::Email::key`].
//! - Errors are independent of protocols; [`graphql`], [`web`] and [`cli`] each render them in one
//!   place.
//! - Phones, names, tokens, passwords, descriptions, messages and devices never reach the log.
//!
//! `tests/it/architecture.rs` holds the arrows, the SQL and the clock to their rooms.
//!
//! # A new field, step by step
//!
//! 1. Add a row to its table: `device_fields!` in `domain/device.rs`, or `card_fields!` in `domain/customer.rs`.
//! 2. Add a migration to `sql/` that adds the column, and recreates the view and the trigger of the search with it.
//! 3. Add it to the API in `graphql/input/details.rs` and `graphql/view/device.rs`; otherwise they don't compile.
//! 4. Add its label to `i18n/ru.ftl` and `i18n/en.ftl`.
//! 5. Run `cargo test --test it texts:: contract:: i18n::`, which finds what is missing. Forms, papers, history,
//!    search, CSV, the archive and erasure are derived from the table.

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
pub mod offsite;
pub mod server;
pub mod sheet;
pub mod store;
pub mod tls_provider;
pub mod web;
pub mod workers;
