//! Recovery sheets: a key is shown to the owner for whom it was made until three of its words were typed back, and counts
//! from then on. Its secret half is in memory alone, and only until then.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::{Timestamp, ToSpan};
use secrecy::ExposeSecret;

use super::offsite::{self, NewRecoveryKey};
use super::security::secrets;
use super::{Desk, settings};
use crate::domain::{EmployeeId, Error, Owner, Problem, Result, SettingKey};

/// Number of words that are typed back: one of each third of the key.
const ASKED: usize = 3;
const THIRD: u8 = 8;
/// Names of the typed words in the form.
pub const FIELDS: [&str; ASKED] = ["word1", "word2", "word3"];
const MINUTES: i64 = 60;

/// The sheets that owners are printing now.
#[derive(Default)]
pub struct RecoverySheets(Mutex<Vec<RecoverySheet>>);

/// A key that doesn't count yet.
#[derive(Clone)]
pub struct RecoverySheet {
    owner: EmployeeId,
    until: Timestamp,
    pub key: Arc<NewRecoveryKey>,
    /// Numbers of the words that are to be typed back, from 1.
    pub asked: [u8; ASKED],
}

impl RecoverySheet {
    /// Returns the words of the key in their order.
    pub fn words(&self) -> Vec<String> {
        let words = self.key.words.expose_secret().split_whitespace();
        words.map(str::to_owned).collect()
    }

    /// Compares what was typed with the words that are asked for.
    fn check(&self, typed: [&str; ASKED]) -> Result<()> {
        let words = self.words();
        let right = |number: u8, typed: &str| {
            let word = words.get(usize::from(number) - 1);
            word.is_some_and(|word| *word == typed.trim().to_lowercase())
        };
        let given = FIELDS.into_iter().zip(self.asked).zip(typed);
        let wrong = given.filter(|((_, number), typed)| !right(*number, typed));
        let wrong: Vec<_> = wrong
            .map(|((field, _), _)| Problem::RecoveryWord.at(field))
            .collect();
        match wrong.is_empty() {
            true => Ok(()),
            false => Err(Error::InvalidFields(wrong)),
        }
    }
}

impl RecoverySheets {
    fn put(&self, sheet: RecoverySheet, now: Timestamp) {
        let mut all = self.lock();
        all.retain(|other| other.owner != sheet.owner && now < other.until);
        all.push(sheet);
    }

    fn of(&self, owner: EmployeeId, now: Timestamp) -> Option<RecoverySheet> {
        let mut all = self.lock();
        all.retain(|sheet| now < sheet.until);
        all.iter().find(|sheet| sheet.owner == owner).cloned()
    }

    fn forget(&self, owner: EmployeeId) {
        self.lock().retain(|sheet| sheet.owner != owner);
    }

    fn lock(&self) -> MutexGuard<'_, Vec<RecoverySheet>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Makes a key to be printed, in the place of one that the owner hasn't confirmed.
///
/// # Errors
/// When the random source fails.
pub fn make(desk: &Desk, owner: &Owner, now: Timestamp) -> Result<()> {
    let mut asked = [0; ASKED];
    for ((third, number), random) in (0..).zip(&mut asked).zip(secrets::random()?) {
        *number = third * THIRD + random % THIRD + 1;
    }
    let sheet = RecoverySheet {
        owner: owner.id(),
        until: now
            .saturating_add(MINUTES.minutes())
            .unwrap_or(Timestamp::MAX),
        key: Arc::new(offsite::new_key(desk, owner)?),
        asked,
    };
    desk.recovery_sheets.put(sheet, now);
    Ok(())
}

/// Returns the sheet that an owner is printing.
pub fn shown(desk: &Desk, owner: &Owner, now: Timestamp) -> Option<RecoverySheet> {
    desk.recovery_sheets.of(owner.id(), now)
}

/// Makes the key on the owner's sheet the one for which copies are encrypted, and has the first copy made.
///
/// # Errors
/// [`Error::NotFound`] when there is no sheet any more, and [`Error::InvalidFields`] for words that aren't on it.
pub async fn confirm(
    desk: &Desk,
    owner: Owner,
    typed: [&str; ASKED],
    now: Timestamp,
) -> Result<()> {
    let sheet = shown(desk, &owner, now).ok_or(Error::NotFound)?;
    sheet.check(typed)?;
    let recipient = sheet.key.recipient.as_str().to_owned();
    let change = vec![(SettingKey::OffsiteRecoveryKey, Some(recipient))];
    settings::update(desk, owner, change, now).await?;
    desk.recovery_sheets.forget(owner.id());
    match desk.offsite_account() {
        Some(_) => offsite::copy_now(desk, &owner, false),
        None => Ok(()),
    }
}
