//! The settings that owners change in the browser: their texts, and their typed values.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::Result;
use super::raw::{Days, Raw, Sources, Stored};
use super::tls::Tls;
use super::values::{invalid, public_url};
use crate::domain::{
    BotMode, Country, Currency, Language, Problem, PublicUrl, Registration, Setting, SettingKey,
    Settings, Shop, TimeZone,
};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

impl Sources {
    /// Returns the settings with the stored values.
    ///
    /// # Errors
    /// Names the offending key.
    pub fn settings(&self, stored: &Stored) -> Result<Settings> {
        let raw = self.raw(stored)?;
        raw.settings(self)
    }
}

impl Raw {
    /// Returns the typed settings.
    pub(super) fn settings(&self, sources: &Sources) -> Result<Settings> {
        use SettingKey as Key;
        let country = Country::parse(&self.country).ok_or_else(|| {
            let why = "write two letters, for example RU";
            invalid(Key::Country, Problem::CountryUnknown, why)
        })?;
        let all = SettingKey::ALL.iter().map(|key| Setting {
            key: *key,
            value: self.text(*key),
            given: sources.origin(*key),
        });
        let currency = Currency::parse(&self.shop.currency).ok_or_else(|| {
            let why = "write an ISO 4217 code, for example RUB";
            invalid(Key::ShopCurrency, Problem::CurrencyUnknown, why)
        })?;
        let sms = self.sms.check(currency)?;
        Ok(Settings {
            links_hold: DAY * u32::from(self.shop.status_days()?),
            shop: Shop {
                about: Arc::new(self.shop.about(country)?),
                routing: Arc::new(self.routing(sms.as_ref())?),
                country,
                timezone: TimeZone::get(&self.timezone).map_err(|_| {
                    let why = "write an IANA name, for example Europe/Moscow";
                    invalid(Key::Timezone, Problem::TimezoneUnknown, why)
                })?,
                language: ["ru", "en"]
                    .contains(&&*self.language)
                    .then(|| Language::parse(&self.language))
                    .flatten()
                    .ok_or_else(|| {
                        invalid(Key::Language, Problem::ChoiceUnknown, "write ru or en")
                    })?,
                currency,
                notify_delay: humantime::parse_duration(&self.telegram.notify_delay).map_err(
                    |_| {
                        let why = "write a time such as 5s, 10m or 10d";
                        invalid(Key::NotifyDelay, Problem::DurationMalformed, why)
                    },
                )?,
            },
            public_url: self.public_url()?,
            papers: self.papers.check()?,
            registration: match &*self.auth.registration {
                "invite" => Registration::Invite,
                "open" => Registration::Open,
                "closed" => Registration::Closed,
                _ => {
                    let why = "write invite, open or closed";
                    return Err(invalid(Key::Registration, Problem::ChoiceUnknown, why));
                }
            },
            bot_mode: BotMode::from_word(&self.telegram.mode).ok_or_else(|| {
                let why = "write auto, webhook, polling or off";
                invalid(Key::BotMode, Problem::ChoiceUnknown, why)
            })?,
            max_mode: self.max.mode()?,
            max_ca_file: self.max.ca_file(),
            reminders: self.reminders.check()?,
            sms,
            email: self.email.check()?,
            backups: self.backup.check()?,
            all: all.collect(),
        })
    }

    /// Returns the public URL: the one that is set, or else the certificate's domain.
    fn public_url(&self) -> Result<Option<PublicUrl>> {
        let set = self.public_url.as_deref();
        let set = set.map(|url| public_url(SettingKey::PublicUrl.word(), url));
        let set = set.transpose()?;
        match Tls::check(self.tls.clone())? {
            Some(tls) => tls.public_url(set).map(Some),
            None => Ok(set),
        }
    }

    /// Returns the value of a setting as text.
    fn text(&self, key: SettingKey) -> String {
        let Self {
            shop,
            papers,
            sms,
            email,
            ..
        } = self;
        let path =
            |path: Option<&Path>| path.map_or_else(String::new, |path| path.display().to_string());
        let or_empty = |text: &Option<String>| text.clone().unwrap_or_default();
        match key {
            SettingKey::ShopName => or_empty(&shop.name),
            SettingKey::ShopLegalName => or_empty(&shop.legal_name),
            SettingKey::ShopTaxId => or_empty(&shop.tax_id),
            SettingKey::ShopRegistrationId => or_empty(&shop.registration_id),
            SettingKey::ShopAddress => or_empty(&shop.address),
            SettingKey::ShopHours => or_empty(&shop.hours),
            SettingKey::ShopPhone => or_empty(&shop.phone),
            SettingKey::ShopTerms => or_empty(&shop.terms).trim().to_owned(),
            SettingKey::ShopStatusDays => shop.status_days.clone(),
            SettingKey::ShopCurrency => shop.currency.clone(),
            SettingKey::Timezone => self.timezone.clone(),
            SettingKey::Country => self.country.clone(),
            SettingKey::Language => self.language.clone(),
            SettingKey::Registration => self.auth.registration.clone(),
            SettingKey::ReminderDays => match &self.reminders.days {
                Days::Many(days) => {
                    let days: Vec<String> = days.iter().map(i64::to_string).collect();
                    days.join(", ")
                }
                Days::One(days) => days.clone(),
            },
            SettingKey::ReminderHour => self.reminders.hour.clone(),
            SettingKey::SmsProvider => sms.provider.clone(),
            SettingKey::SmsLogin => or_empty(&sms.login),
            SettingKey::SmsSender => or_empty(&sms.sender),
            SettingKey::ChannelsOrder => self.channels.order.texts().join(", "),
            SettingKey::SmsPurposes => sms.purposes.texts().join(", "),
            SettingKey::SmsDailyMessages => sms.daily_messages.clone(),
            SettingKey::SmsDailyMoney => or_empty(&sms.daily_money),
            SettingKey::SmsQuiet => sms.quiet.clone(),
            SettingKey::EmailHost => or_empty(&email.host),
            SettingKey::EmailPort => or_empty(&email.port),
            SettingKey::EmailSecurity => email.security.clone(),
            SettingKey::EmailUser => or_empty(&email.user),
            SettingKey::EmailFrom => or_empty(&email.from),
            SettingKey::PapersWarranty => or_empty(&papers.warranty).trim().to_owned(),
            SettingKey::PapersFooter => or_empty(&papers.footer),
            SettingKey::PapersBlocks => papers.blocks.texts().join(", "),
            SettingKey::PapersSize => papers.size.clone(),
            SettingKey::PapersLabel => papers.label.clone(),
            SettingKey::BackupEvery => or_empty(&self.backup.every),
            SettingKey::BackupDir => path(self.backup.dir.as_deref()),
            SettingKey::BackupKeep => or_empty(&self.backup.keep),
            SettingKey::PublicUrl => or_empty(&self.public_url),
            SettingKey::BotMode => self.telegram.mode.clone(),
            SettingKey::MaxMode => self.max.mode.clone(),
            SettingKey::MaxCaFile => path(self.max.ca_file.as_deref()),
            SettingKey::NotifyDelay => self.telegram.notify_delay.clone(),
        }
    }
}
