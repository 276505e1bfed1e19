//! Hashing of passwords: slow on purpose, so only a few at a time.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use pbkdf2::password_hash::{PasswordHasher, PasswordVerifier};
use pbkdf2::phc::PasswordHash;
use pbkdf2::{Algorithm, Params, Pbkdf2};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Semaphore;

use crate::domain::{Error, Password, Result};

/// Hashes that may run at once.
const RUNNING: usize = 2;
/// Hashes that may run or wait; the next one is told to come back.
const QUEUE: usize = 16;
const RETRY_AFTER: Duration = Duration::from_secs(2);

/// PBKDF2-HMAC-SHA256 with a bounded queue in front.
pub struct Passwords {
    pbkdf2: Pbkdf2,
    running: Semaphore,
    queued: AtomicUsize,
    /// The hash of a password that nobody has, for accounts that don't exist.
    nobody: String,
}

impl Passwords {
    /// Makes a hasher of 600,000 rounds, which OWASP's cheat sheet asks for at the least.
    ///
    /// # Errors
    /// [`Error::Internal`] when the system has no randomness to give.
    pub fn new() -> Result<Self> {
        let pbkdf2 = Pbkdf2::new(Algorithm::Pbkdf2Sha256, Params::RECOMMENDED);
        let salt = super::secrets::random()?;
        let any = super::secrets::random()?;
        let rounds = Params::RECOMMENDED_ROUNDS;
        Ok(Self {
            pbkdf2,
            running: Semaphore::new(RUNNING),
            queued: AtomicUsize::new(0),
            nobody: nobody(rounds, &salt, &any)?,
        })
    }

    /// The PHC string of a new password.
    ///
    /// # Errors
    /// [`Error::RateLimited`] when too many wait.
    pub async fn hash(&self, password: Password) -> Result<String> {
        let pbkdf2 = self.pbkdf2;
        self.run(move || {
            let hash = pbkdf2.hash_password(password.expose().as_bytes());
            hash.map(|hash: PasswordHash| hash.to_string())
                .map_err(Error::internal)
        })
        .await
    }

    /// Whether the password is the one that was hashed. Without a hash it takes as long, and
    /// says no.
    ///
    /// # Errors
    /// [`Error::RateLimited`] when too many wait.
    pub async fn verify(&self, hash: Option<String>, password: SecretString) -> Result<bool> {
        let pbkdf2 = self.pbkdf2;
        let known = hash.is_some();
        let hash = hash.unwrap_or_else(|| self.nobody.clone());
        self.run(move || {
            let hash = PasswordHash::new(&hash).map_err(Error::internal)?;
            let right = pbkdf2
                .verify_password(password.expose_secret().as_bytes(), &hash)
                .is_ok();
            Ok(known && right)
        })
        .await
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let _place = Place::take(&self.queued)?;
        let _permit = self.running.acquire().await.map_err(Error::internal)?;
        tokio::task::spawn_blocking(work)
            .await
            .map_err(Error::internal)?
    }
}

/// A place in the queue, given back when dropped.
struct Place<'a>(&'a AtomicUsize);

impl<'a> Place<'a> {
    fn take(queued: &'a AtomicUsize) -> Result<Self> {
        let place = Self(queued);
        match queued.fetch_add(1, Ordering::Relaxed) < QUEUE {
            true => Ok(place),
            false => Err(Error::RateLimited {
                retry_after: RETRY_AFTER,
            }),
        }
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A well-formed hash of nothing: comparing with it costs what comparing with a real one does.
fn nobody(rounds: u32, salt: &[u8], output: &[u8]) -> Result<String> {
    use pbkdf2::password_hash::phc::{Output, Salt};
    let hash = PasswordHash {
        algorithm: Algorithm::Pbkdf2Sha256.into(),
        version: None,
        params: Params::new(rounds)
            .and_then(TryInto::try_into)
            .map_err(Error::internal)?,
        salt: Some(Salt::new(salt).map_err(Error::internal)?),
        hash: Some(Output::new(output).map_err(Error::internal)?),
    };
    Ok(hash.to_string())
}
