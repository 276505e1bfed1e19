//! Uploaded files awaiting confirmation. A few are kept in memory for a while, each
//! accessible to its uploader only.

use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use jiff::{Timestamp, ToSpan};

use crate::app::security::secrets;
use crate::domain::{Actor, EmployeeId, Problem, Result};

/// Maximum number of files, one per employee.
const MOST: usize = 4;
const MINUTES: i64 = 30;

/// Files awaiting confirmation.
#[derive(Default)]
pub struct Uploads(Mutex<Vec<Upload>>);

struct Upload {
    token: [u8; 32],
    by: EmployeeId,
    kept: PendingUpload,
    until: Timestamp,
}

/// A file, with the choices made about it so far.
#[derive(Clone)]
pub struct PendingUpload {
    pub file: Bytes,
    /// Form fields of the choices. They are kept here rather than in a URL, since they contain
    /// words of the file.
    pub choices: Vec<(String, String)>,
}

impl Uploads {
    /// Stores a file, replacing the employee's previous one, and returns its token.
    ///
    /// # Errors
    /// As for [`secrets::random`].
    pub fn put(&self, actor: &Actor, file: Bytes, now: Timestamp) -> Result<String> {
        let token = secrets::random_token()?;
        let mut all = self.lock();
        all.retain(|upload| upload.by != actor.id() && now < upload.until);
        if all.len() == MOST {
            all.remove(0);
        }
        all.push(Upload {
            token: secrets::fingerprint(&token),
            by: actor.id(),
            kept: PendingUpload {
                file,
                choices: Vec::new(),
            },
            until: end(now),
        });
        Ok(token)
    }

    /// Stores the choices for a file, and extends its lifetime.
    ///
    /// # Errors
    /// As for [`Uploads::get`].
    pub fn choose(
        &self,
        field: &'static str,
        actor: &Actor,
        token: &str,
        choices: Vec<(String, String)>,
        now: Timestamp,
    ) -> Result<()> {
        let token = secrets::fingerprint(token);
        let mut all = self.lock();
        let found = all.iter_mut().find(|upload| upload.is(actor, &token, now));
        let upload = found.ok_or(Problem::FileGone.at(field))?;
        upload.kept.choices = choices;
        upload.until = end(now);
        Ok(())
    }

    /// Returns the employee's file with that token.
    ///
    /// # Errors
    /// [`Problem::FileGone`] at `field`, for other employees' files as well.
    pub fn get(
        &self,
        field: &'static str,
        actor: &Actor,
        token: &str,
        now: Timestamp,
    ) -> Result<PendingUpload> {
        let token = secrets::fingerprint(token);
        let all = self.lock();
        let found = all.iter().find(|upload| upload.is(actor, &token, now));
        match found {
            Some(upload) => Ok(upload.kept.clone()),
            None => Err(Problem::FileGone.at(field).into()),
        }
    }

    /// Deletes the employee's file.
    pub fn remove(&self, actor: &Actor) {
        self.lock().retain(|upload| upload.by != actor.id());
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Upload>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Upload {
    fn is(&self, actor: &Actor, token: &[u8; 32], now: Timestamp) -> bool {
        self.by == actor.id() && self.token == *token && now < self.until
    }
}

fn end(now: Timestamp) -> Timestamp {
    now.saturating_add(MINUTES.minutes()).unwrap_or(now)
}
