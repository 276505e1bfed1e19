//! The keys that the server generated for itself, and the secrets that owners gave it. Nothing shows them.

use rusqlite::OptionalExtension;
use secrecy::{ExposeSecret, SecretString};

use super::{Connection, Transaction};
use crate::domain::{BotToken, ChannelSecret, Error, MaxToken, Result, ShopId};

/// Names of what owners gave for SMS, e-mail and copies on another machine.
const SMS_KEY: &str = "sms_key";
const MAIL_PASSWORD: &str = "mail_password";
const OFFSITE_PASSWORD: &str = "offsite_password";
/// Name of the bot's token that an owner connected.
pub const BOT_TOKEN: &str = "telegram_token";
/// Name of the token of the bot at MAX that an owner connected.
pub const MAX_TOKEN: &str = "max_token";
/// Name of the position in MAX's updates. It tells a reader nothing, but it belongs to the bot.
const MAX_MARKER: &str = "max_marker";
/// Name of the shop's id, which isn't secret: the names of copies contain it.
const SHOP_ID: &str = "shop_id";

pub fn get(connection: &Connection, name: &str) -> Result<Option<Vec<u8>>> {
    let mut statement = connection.prepare_cached("SELECT value FROM secrets WHERE name = ?1")?;
    Ok(statement
        .query_row([name], |row| row.get("value"))
        .optional()?)
}

pub fn set(tx: &Transaction, name: &str, value: &[u8]) -> Result<()> {
    tx.execute(
        "INSERT INTO secrets (name, value) VALUES (?1, ?2)
         ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        (name, value),
    )?;
    Ok(())
}

pub fn delete(tx: &Transaction, name: &str) -> Result<()> {
    tx.execute("DELETE FROM secrets WHERE name = ?1", [name])?;
    Ok(())
}

/// Returns the position in MAX's updates from which they are polled.
pub fn max_marker(connection: &Connection) -> Result<Option<i64>> {
    let marker = get(connection, MAX_MARKER)?.map(String::from_utf8);
    let marker = marker.transpose().map_err(Error::internal)?;
    Ok(marker.and_then(|marker| marker.parse().ok()))
}

pub fn set_max_marker(tx: &Transaction, marker: i64) -> Result<()> {
    set(tx, MAX_MARKER, marker.to_string().as_bytes())
}

pub fn delete_max_marker(tx: &Transaction) -> Result<()> {
    delete(tx, MAX_MARKER)
}

/// Returns the token of the bot at MAX that an owner connected.
pub fn max_token(connection: &Connection) -> Result<Option<MaxToken>> {
    let token = text(connection, MAX_TOKEN)?;
    Ok(token.map(MaxToken::trusted))
}

/// Returns the shop's id; `None` until a copy of it is made for another machine.
pub fn shop_id(connection: &Connection) -> Result<Option<ShopId>> {
    let id = text(connection, SHOP_ID)?;
    Ok(id.and_then(|id| ShopId::parse(id.expose_secret())))
}

pub fn set_shop_id(tx: &Transaction, id: &ShopId) -> Result<()> {
    set(tx, SHOP_ID, id.as_str().as_bytes())
}

/// Returns the bot's token that an owner connected.
pub fn bot_token(connection: &Connection) -> Result<Option<BotToken>> {
    let token = text(connection, BOT_TOKEN)?;
    Ok(token.map(BotToken::trusted))
}

/// Returns the name under which a channel's secret is stored.
pub fn name_of(secret: ChannelSecret) -> &'static str {
    match secret {
        ChannelSecret::SmsKey => SMS_KEY,
        ChannelSecret::MailPassword => MAIL_PASSWORD,
        ChannelSecret::OffsitePassword => OFFSITE_PASSWORD,
    }
}

/// Returns a channel's secret that an owner gave.
pub fn of_channel(connection: &Connection, secret: ChannelSecret) -> Result<Option<SecretString>> {
    text(connection, name_of(secret))
}

fn text(connection: &Connection, name: &str) -> Result<Option<SecretString>> {
    let stored = get(connection, name)?.map(String::from_utf8);
    let stored = stored.transpose().map_err(Error::internal)?;
    Ok(stored.map(SecretString::from))
}
