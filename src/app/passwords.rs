//! Hashing of passwords: slow on purpose, so only a few at a time.

use std::sync::Arc;
use std::time::Duration;

use pbkdf2::password_hash::{PasswordHasher, PasswordVerifier};
use pbkdf2::phc::PasswordHash;
use pbkdf2::{Algorithm, Params, Pbkdf2};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Semaphore;

use crate::domain::{Error, Password, Result, nfc};

/// Hashes that may run at once.
const RUNNING: usize = 2;
/// Hashes that may run or wait; the next one is told to come back.
const QUEUE: usize = 16;
const RETRY_AFTER: Duration = Duration::from_secs(2);

/// PBKDF2-HMAC-SHA256 with a bounded queue in front.
///
/// A permit belongs to the work and not to the future that waits for it: a client that hangs up drops the
/// future, and the hash runs on. So the permits move into the closure that does the work.
pub struct Passwords {
    pbkdf2: Pbkdf2,
    running: Arc<Semaphore>,
    queued: Arc<Semaphore>,
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
            running: Arc::new(Semaphore::new(RUNNING)),
            queued: Arc::new(Semaphore::new(QUEUE)),
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

    /// Compares a password with the one that was hashed, both in Unicode's form NFC. Without a hash it takes as
    /// long, and the answer is [`Verdict::Wrong`].
    ///
    /// # Errors
    /// [`Error::RateLimited`] when too many wait.
    pub async fn verify(&self, hash: Option<String>, password: SecretString) -> Result<Verdict> {
        let pbkdf2 = self.pbkdf2;
        let known = hash.is_some();
        let hash = hash.unwrap_or_else(|| self.nobody.clone());
        self.run(move || {
            let hash = PasswordHash::new(&hash).map_err(Error::internal)?;
            let typed = password.expose_secret();
            let composed = SecretString::from(&*nfc(typed));
            let composed = composed.expose_secret();
            let is = |text: &str| pbkdf2.verify_password(text.as_bytes(), &hash).is_ok() && known;
            if is(composed) {
                return Ok(Verdict::Right);
            }
            // Earlier versions hashed what was typed, in whatever form the keyboard had made it.
            if composed == typed || !is(typed) {
                return Ok(Verdict::Wrong);
            }
            let anew: PasswordHash = pbkdf2
                .hash_password(composed.as_bytes())
                .map_err(Error::internal)?;
            Ok(Verdict::Outdated(anew.to_string()))
        })
        .await
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let place = self.queued.clone().try_acquire_owned();
        let place = place.map_err(|_| Error::RateLimited {
            retry_after: RETRY_AFTER,
        })?;
        let running = self.running.clone().acquire_owned().await;
        let permits = (place, running.map_err(Error::internal)?);
        let work = move || {
            let _permits = permits;
            work()
        };
        tokio::task::spawn_blocking(work)
            .await
            .map_err(Error::internal)?
    }
}

/// What came of comparing a password with a hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    Wrong,
    Right,
    /// Right, by a hash that only holds for the form in which it was typed. This one, of the form NFC, is to take
    /// its place.
    Outdated(String),
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
