//! The bot's token, and how the bot receives updates.

use secrecy::{ExposeSecret, SecretString};

use super::{Problem, Result};

/// Lengths of the secret part of a token, in characters. Telegram's have 35 and may get longer
/// (<https://core.telegram.org/bots/features#obtain-your-bot-token>).
const SECRET: std::ops::RangeInclusive<usize> = 20..=100;
/// Number of last characters by which an owner recognises a token.
const END: usize = 4;

/// A bot's token: the bot's id, a colon, and a secret.
#[derive(Debug, Clone)]
pub struct BotToken(SecretString);

impl BotToken {
    /// The token's name in `config.toml`.
    pub const KEY: &'static str = "telegram.token";

    /// Finds the token in a pasted text, which may be the whole message of @BotFather.
    ///
    /// # Errors
    /// [`Problem::Required`] and [`Problem::BotTokenMalformed`] at `field`.
    pub fn parse(field: &'static str, text: &str) -> Result<Self> {
        if text.trim().is_empty() {
            return Err(Problem::Required.at(field).into());
        }
        let found = text.split_whitespace().find(|word| is_token(word));
        let found = found.ok_or_else(|| Problem::BotTokenMalformed.at(field))?;
        Ok(Self(found.into()))
    }

    /// Takes a token from the configuration or the database, which Telegram is left to judge.
    pub fn trusted(secret: SecretString) -> Self {
        Self(secret)
    }

    /// Returns the id of the bot, which stays when @BotFather replaces the token.
    pub fn bot(&self) -> &str {
        let text = self.0.expose_secret();
        text.split_once(':').map_or("", |(bot, _)| bot)
    }

    /// Returns the last characters; `None` for a secret too short to show any of it.
    pub fn end(&self) -> Option<&str> {
        let (_, secret) = self.0.expose_secret().split_once(':')?;
        let shown = secret.len().checked_sub(END)?;
        secret
            .get(shown..)
            .filter(|_| SECRET.contains(&secret.len()))
    }

    pub fn secret(&self) -> &SecretString {
        &self.0
    }
}

impl PartialEq for BotToken {
    fn eq(&self, other: &Self) -> bool {
        self.0.expose_secret() == other.0.expose_secret()
    }
}

impl Eq for BotToken {}

fn is_token(word: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    word.split_once(':').is_some_and(|(bot, secret)| {
        (1..=20).contains(&bot.len())
            && bot.chars().all(|c| c.is_ascii_digit())
            && SECRET.contains(&secret.len())
            && secret.chars().all(fits)
    })
}

words! {
    /// How the owner wants the bot to receive updates, spelled as in `config.toml`.
    BotMode {
        /// By webhook where Telegram can deliver, otherwise by polling.
        Auto = "auto",
        Webhook = "webhook",
        Polling = "polling",
        Off = "off",
    }
}

words! {
    /// How the bot receives updates.
    Receiving {
        Webhook = "webhook",
        Polling = "polling",
    }
}

/// Why the bot receives updates in that way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReceivingReason {
    /// The owner chose it.
    Chosen,
    /// Telegram can deliver to the public address.
    Deliverable,
    /// The public address leads to the server's own machine.
    LocalAddress,
    /// The public address isn't https, and Telegram delivers to nothing else.
    PlainAddress,
}

impl BotMode {
    /// Returns how updates are received at a public address, and why; `None` when the bot is off.
    ///
    /// An address of the server's own machine is accepted when the owner chose webhooks: a Bot API server of one's own may
    /// deliver to it.
    pub fn receiving(self, https: bool, local: bool) -> Option<(Receiving, ReceivingReason)> {
        use ReceivingReason as Reason;
        Some(match self {
            Self::Off => return None,
            Self::Polling => (Receiving::Polling, Reason::Chosen),
            Self::Webhook if https || local => (Receiving::Webhook, Reason::Chosen),
            Self::Auto if https && !local => (Receiving::Webhook, Reason::Deliverable),
            Self::Auto if local => (Receiving::Polling, Reason::LocalAddress),
            Self::Webhook | Self::Auto => (Receiving::Polling, Reason::PlainAddress),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "7123456789:AAFake-Token_of_35_characters_4f7Q_";

    #[test]
    fn a_token_is_found_in_the_message_it_came_with() {
        let pasted =
            format!("Use this token to access the HTTP API:\n{TOKEN}\nKeep it secure: really");
        for text in [TOKEN.to_owned(), format!("  {TOKEN}\n"), pasted] {
            let token = BotToken::parse("token", &text).unwrap();
            assert_eq!(token.secret().expose_secret(), TOKEN);
            assert_eq!((token.bot(), token.end()), ("7123456789", Some("f7Q_")));
            assert!(!format!("{token:?}").contains("Fake"));
        }
        let long = format!("1:{}", "a".repeat(101));
        for text in [
            "",
            "hello",
            "1:secret",
            "@desk_bot",
            "a:AAFake-Token_of_35_characters_4f7Q",
            &long,
        ] {
            assert!(BotToken::parse("token", text).is_err(), "{text}");
        }
        assert_eq!(BotToken::trusted("1:secret".into()).end(), None);
        assert_eq!(BotToken::trusted("none".into()).bot(), "");
    }

    #[test]
    fn updates_are_polled_where_telegram_cannot_deliver() {
        use ReceivingReason as Reason;
        for (mode, https, local, expected) in [
            (
                BotMode::Auto,
                true,
                false,
                (Receiving::Webhook, Reason::Deliverable),
            ),
            (
                BotMode::Auto,
                true,
                true,
                (Receiving::Polling, Reason::LocalAddress),
            ),
            (
                BotMode::Auto,
                false,
                true,
                (Receiving::Polling, Reason::LocalAddress),
            ),
            (
                BotMode::Auto,
                false,
                false,
                (Receiving::Polling, Reason::PlainAddress),
            ),
            (
                BotMode::Webhook,
                true,
                false,
                (Receiving::Webhook, Reason::Chosen),
            ),
            (
                BotMode::Webhook,
                false,
                true,
                (Receiving::Webhook, Reason::Chosen),
            ),
            (
                BotMode::Webhook,
                false,
                false,
                (Receiving::Polling, Reason::PlainAddress),
            ),
            (
                BotMode::Polling,
                true,
                false,
                (Receiving::Polling, Reason::Chosen),
            ),
        ] {
            assert_eq!(mode.receiving(https, local), Some(expected), "{mode:?}");
        }
        assert_eq!(BotMode::Off.receiving(true, false), None);
    }
}
