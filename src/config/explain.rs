//! Output of `zayavka config`: every key with its value and its origin.

use std::path::{Path, PathBuf};

use secrecy::SecretString;

use super::raw::{Days, List, Raw, sources, variable};
use super::{Config, ConfigError, Result};

impl Config {
    /// Lists every key with its value and its origin; secrets are masked.
    ///
    /// # Errors
    /// When the file can't be read or has unknown keys.
    pub fn explain(file: Option<&Path>) -> Result<String> {
        let raw = Raw::read(file)?;
        let in_file = sources(file, false)
            .build()
            .map_err(ConfigError::Unreadable)?;
        let mut text = String::new();
        let shown = raw.shown().into_iter();
        let shown = shown.map(|(key, value)| (key.to_owned(), value));
        for (key, value) in shown.chain(raw.shown_webhooks()) {
            let variable = variable(&key);
            let from = if std::env::var_os(&variable).is_some() {
                variable
            } else if in_file.get::<config::Value>(&key).is_ok() {
                file.map(|file| file.display().to_string())
                    .unwrap_or_default()
            } else {
                "default".to_owned()
            };
            text += &format!("{key} = {value}  # {from}\n");
        }
        Ok(text)
    }
}

impl Raw {
    fn shown(&self) -> Vec<(&'static str, String)> {
        let text = |value: &str| format!("{value:?}");
        let path = |value: &Path| format!("{value:?}");
        let unset = || "(not set)".to_owned();
        let secret = |value: &Option<SecretString>| match value {
            Some(_) => "\"***\"".to_owned(),
            None => unset(),
        };
        let text_of = |value: &Option<String>| value.as_deref().map_or_else(unset, text);
        let path_of = |value: &Option<PathBuf>| value.as_deref().map_or_else(unset, path);
        let list = |value: &List| format!("{:?}", value.texts());
        let Self {
            shop,
            papers,
            auth,
            telegram,
            max,
            http,
            tls,
            backup,
            reminders,
            sms,
            email,
            ..
        } = self;
        vec![
            ("listen", text(&self.listen)),
            ("database", path(&self.database)),
            ("public_url", text_of(&self.public_url)),
            ("timezone", text(&self.timezone)),
            ("country", text(&self.country)),
            ("language", text(&self.language)),
            ("shop.name", text_of(&shop.name)),
            ("shop.legal_name", text_of(&shop.legal_name)),
            ("shop.tax_id", text_of(&shop.tax_id)),
            ("shop.registration_id", text_of(&shop.registration_id)),
            ("shop.address", text_of(&shop.address)),
            ("shop.hours", text_of(&shop.hours)),
            ("shop.phone", text_of(&shop.phone)),
            ("shop.terms", text_of(&shop.terms)),
            ("shop.status_days", shop.status_days.clone()),
            ("shop.currency", text(&shop.currency)),
            ("papers.warranty", text_of(&papers.warranty)),
            ("papers.footer", text_of(&papers.footer)),
            ("papers.blocks", list(&papers.blocks)),
            ("papers.size", text(&papers.size)),
            ("papers.label", text(&papers.label)),
            ("auth.registration", text(&auth.registration)),
            ("auth.token_ttl", text(&auth.token_ttl)),
            ("auth.jwt_secret", secret(&auth.jwt_secret)),
            ("auth.jwt_secret_file", path_of(&auth.jwt_secret_file)),
            ("telegram.token", secret(&telegram.token)),
            ("telegram.token_file", path_of(&telegram.token_file)),
            ("telegram.api_url", text(&telegram.api_url)),
            ("telegram.api_dir", path_of(&telegram.api_dir)),
            ("telegram.proxy", secret(&telegram.proxy)),
            ("telegram.proxy_file", path_of(&telegram.proxy_file)),
            ("telegram.mode", text(&telegram.mode)),
            ("telegram.webhook_secret", secret(&telegram.webhook_secret)),
            (
                "telegram.webhook_secret_file",
                path_of(&telegram.webhook_secret_file),
            ),
            ("telegram.notify_delay", text(&telegram.notify_delay)),
            ("max.token", secret(&max.token)),
            ("max.token_file", path_of(&max.token_file)),
            ("max.api_url", text(&max.api_url)),
            ("max.ca_file", path_of(&max.ca_file)),
            ("max.mode", text(&max.mode)),
            ("graphql.introspection", text(&self.graphql.introspection)),
            ("http.trusted_proxies", list(&http.trusted_proxies)),
            ("http.hosts", list(&http.hosts)),
            ("http.cors_origins", list(&http.cors_origins)),
            ("http.answers_mb", http.answers_mb.to_string()),
            ("http.connections", http.connections.to_string()),
            (
                "http.requests_per_second",
                http.requests_per_second.to_string(),
            ),
            ("tls.domain", text_of(&tls.domain)),
            ("tls.email", text_of(&tls.email)),
            ("tls.cache", path_of(&tls.cache)),
            ("tls.directory", text_of(&tls.directory)),
            ("tls.directory_ca", path_of(&tls.directory_ca)),
            ("tls.certificate", path_of(&tls.certificate)),
            ("tls.key", path_of(&tls.key)),
            ("tls.redirect", text_of(&tls.redirect)),
            ("backup.dir", path_of(&backup.dir)),
            ("backup.every", text_of(&backup.every)),
            ("backup.keep", backup.keep.clone().unwrap_or_else(unset)),
            ("metrics.listen", text_of(&self.metrics.listen)),
            (
                "reminders.days",
                match &reminders.days {
                    Days::Many(days) => format!("{days:?}"),
                    Days::One(days) => text(days),
                },
            ),
            ("reminders.hour", reminders.hour.clone()),
            ("channels.order", list(&self.channels.order)),
            ("sms.provider", text(&sms.provider)),
            ("sms.login", text_of(&sms.login)),
            ("sms.key", secret(&sms.key)),
            ("sms.key_file", path_of(&sms.key_file)),
            ("sms.sender", text_of(&sms.sender)),
            ("sms.purposes", list(&sms.purposes)),
            ("sms.daily_messages", sms.daily_messages.clone()),
            ("sms.daily_money", text_of(&sms.daily_money)),
            ("sms.quiet", text(&sms.quiet)),
            ("sms.api_url", text_of(&sms.api_url)),
            ("email.host", text_of(&email.host)),
            ("email.port", email.port.clone().unwrap_or_else(unset)),
            ("email.security", text(&email.security)),
            ("email.user", text_of(&email.user)),
            ("email.password", secret(&email.password)),
            ("email.password_file", path_of(&email.password_file)),
            ("email.from", text_of(&email.from)),
            (
                "outgoing.allow_private",
                self.outgoing.allow_private.to_string(),
            ),
        ]
    }

    fn shown_webhooks(&self) -> Vec<(String, String)> {
        let unset = || "(not set)".to_owned();
        let text = |value: &dyn std::fmt::Debug| format!("{value:?}");
        let all = self.webhooks.iter().enumerate().flat_map(|(at, webhook)| {
            let shown = [
                ("url", webhook.url.as_ref().map(|url| text(url))),
                ("secret", webhook.secret.as_ref().map(|_| text(&"***"))),
                (
                    "secret_file",
                    webhook.secret_file.as_ref().map(|file| text(file)),
                ),
                ("events", Some(text(&webhook.events.texts()))),
            ];
            shown.map(|(key, value)| {
                let value = value.unwrap_or_else(unset);
                (format!("webhooks[{at}].{key}"), value)
            })
        });
        let all: Vec<_> = all.collect();
        match all.is_empty() {
            true => vec![("webhooks".to_owned(), unset())],
            false => all,
        }
    }
}
