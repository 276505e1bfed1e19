//! Tells owners once a day that two nights have brought no copy, by the staff's bot and by e-mail, until one is made.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use crate::app::{Desk, offsite};
use crate::channels::{Letter, email};
use crate::clock::Clock;
use crate::domain::{Email, Employee, Language, MailAccount, Result};
use crate::failure::Failure;
use crate::i18n;
use crate::store::{self, Transaction};
use crate::workers::worker::{Step, Wake, Worker};

/// Interval of looking whether a copy is missing.
const LOOK: Duration = Duration::from_secs(10 * 60);

/// The worker that tells owners.
pub struct OffsiteAlarm {
    pub desk: Arc<Desk>,
}

impl Worker for OffsiteAlarm {
    const PAUSE: Duration = LOOK;

    fn clock(&self) -> &Clock {
        &self.desk.clock
    }

    fn report(&self, error: &(dyn std::error::Error + 'static)) {
        tracing::error!(
            error,
            "failed to tell the owners that there is no new copy on another machine"
        );
    }

    async fn step(&self) -> Result<Step, Failure> {
        let (desk, now) = (&self.desk, self.desk.clock.now());
        if offsite::is_late(desk, now).await? {
            let shop = desk.shop();
            let tell = move |tx: &Transaction<'_>| offsite::tell(tx, &shop, now);
            for owner in desk.db.write(tell).await? {
                self.write(&owner, now).await?;
            }
        }
        Ok(Step::Idle(Wake::After(LOOK)))
    }
}

impl OffsiteAlarm {
    /// Writes to an owner, if e-mail is set up. A letter that isn't taken is not repeated before the next day.
    async fn write(&self, owner: &Employee, now: Timestamp) -> Result<()> {
        let Some(account) = self.desk.mail_account() else {
            return Ok(());
        };
        let read = move |c: &_| store::offsite::attempts(c, now);
        let last = self.desk.db.read(read).await?.last;
        let language = owner.language.unwrap_or(self.desk.shop().language);
        let trouble = last.and_then(|last| last.outcome.err());
        let why = trouble.map_or_else(String::new, |trouble| i18n::offsite(language, &trouble));
        let letter = self.letter(&owner.email, language, &why, now);
        if let Err(why) = sent(&account, &letter).await {
            tracing::warn!(why, "failed to write to an owner that there is no new copy");
        }
        Ok(())
    }

    fn letter(&self, to: &Email, language: Language, why: &str, now: Timestamp) -> Letter {
        let url = format!("{}/settings/offsite", self.desk.public_url());
        Letter {
            id: format!("offsite-{}", now.as_millisecond()),
            to: to.clone(),
            subject: i18n::text(language, "letter-offsite-subject"),
            text: i18n::text_with(language, "letter-offsite-text", [("why", why.into())]),
            link: Some((url, i18n::text(language, "settings-offsite"))),
            // It is about the shop's own data, and no notice to a customer.
            unsubscribe: None,
        }
    }
}

async fn sent(account: &MailAccount, letter: &Letter) -> Result<(), String> {
    let mailer = email::Mailer::new(account, email::TIMEOUT);
    let mailer = mailer.map_err(|refusal| refusal.fault.detail)?;
    let sent = mailer.attempt(letter).await;
    sent.map_err(|refusal| refusal.fault.detail)
}
