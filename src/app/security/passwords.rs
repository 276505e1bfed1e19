//! Password hashing: deliberately slow, and therefore queued with limited concurrency.

use std::net::IpAddr;
use std::time::Duration;

use pbkdf2::password_hash::{PasswordHasher, PasswordVerifier};
use pbkdf2::phc::PasswordHash;
use pbkdf2::{Algorithm, Params, Pbkdf2};
use secrecy::{ExposeSecret, SecretString};

use super::limits::block;
use super::turns::{self, Room, Turns};
use crate::domain::{EmployeeId, Error, Password, Result, nfc};

/// Capacity of the queue. At 74 ms per hash, the last of 128 strangers waits for less than 5
/// seconds.
pub const ROOM: Room = Room {
    running: 2,
    known: 16,
    strangers: 128,
    line: 16,
};
/// `retry_after` when the queue is full.
const RETRY_AFTER: Duration = Duration::from_secs(2);

/// A lane of the queue: an employee's, or that of a block of addresses.
pub type Lane = turns::Lane<EmployeeId, IpAddr>;
/// The permit to hash once; see [`turns`].
pub type Turn = turns::Turn<EmployeeId, IpAddr>;

impl Lane {
    /// Returns the lane of a stranger at an address.
    pub fn of(address: IpAddr) -> Self {
        Self::Stranger(block(address))
    }
}

/// PBKDF2-HMAC-SHA256 behind a bounded queue.
pub struct Passwords {
    pbkdf2: Pbkdf2,
    turns: Turns<EmployeeId, IpAddr>,
    /// Hash of an unknown password, used for accounts that don't exist.
    nobody: String,
}

impl Passwords {
    /// Creates a hasher. To compare a password takes as many iterations as its hash says.
    ///
    /// # Errors
    /// [`Error::Internal`] when the system's random source fails or there are too few iterations.
    pub fn new(iterations: u32) -> Result<Self> {
        let params = Params::new(iterations).map_err(Error::internal)?;
        let salt = super::secrets::random()?;
        let any = super::secrets::random()?;
        Ok(Self {
            pbkdf2: Pbkdf2::new(Algorithm::Pbkdf2Sha256, params),
            turns: Turns::new(ROOM),
            nobody: nobody(params, &salt, &any)?,
        })
    }

    /// Waits for the permit to hash once.
    ///
    /// # Errors
    /// [`Error::RateLimited`] when the queue is full.
    pub async fn turn(&self, lane: Lane) -> Result<Turn> {
        let turn = self.turns.wait(lane).await;
        turn.ok_or(Error::RateLimited {
            retry_after: RETRY_AFTER,
        })
    }

    /// Returns the PHC string of a new password.
    ///
    /// # Errors
    /// [`Error::Internal`] when the system's random source fails.
    pub async fn hash(&self, turn: Turn, password: Password) -> Result<String> {
        let pbkdf2 = self.pbkdf2;
        run(turn, move || hash(pbkdf2, password.expose())).await
    }

    /// Hashes on the current thread without queueing, for command-line use.
    ///
    /// # Errors
    /// As for [`Passwords::hash`].
    pub fn hash_alone(&self, password: &Password) -> Result<String> {
        hash(self.pbkdf2, password.expose())
    }

    /// Compares a password with a hash, in Unicode form NFC. Without a hash it takes the same time
    /// and returns [`Verdict::Wrong`].
    ///
    /// # Errors
    /// [`Error::Internal`] for a malformed hash.
    pub async fn verify(
        &self,
        turn: Turn,
        of: Option<String>,
        password: SecretString,
    ) -> Result<Verdict> {
        let pbkdf2 = self.pbkdf2;
        let known = of.is_some();
        let of = of.unwrap_or_else(|| self.nobody.clone());
        run(turn, move || {
            let of = PasswordHash::new(&of).map_err(Error::internal)?;
            let typed = password.expose_secret();
            let composed = SecretString::from(&*nfc(typed));
            let composed = composed.expose_secret();
            let is = |text: &str| pbkdf2.verify_password(text.as_bytes(), &of).is_ok() && known;
            if is(composed) {
                return Ok(Verdict::Right);
            }
            // Earlier versions hashed the password as typed, without normalisation.
            if composed == typed || !is(typed) {
                return Ok(Verdict::Wrong);
            }
            Ok(Verdict::Outdated(hash(pbkdf2, composed)?))
        })
        .await
    }
}

/// Moves the permit into the blocking task, which holds it to its end even if the caller is
/// dropped.
async fn run<T: Send + 'static>(
    turn: Turn,
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    let work = move || {
        let _turn = turn;
        work()
    };
    tokio::task::spawn_blocking(work)
        .await
        .map_err(Error::internal)?
}

fn hash(pbkdf2: Pbkdf2, password: &str) -> Result<String> {
    let hash: PasswordHash = pbkdf2
        .hash_password(password.as_bytes())
        .map_err(Error::internal)?;
    Ok(hash.to_string())
}

/// Result of comparing a password with a hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    Wrong,
    Right,
    /// The password is right, but its hash was made without normalisation. Contains the NFC hash to
    /// store instead.
    Outdated(String),
}

/// Returns a well-formed hash that matches no known password and costs as much to verify as a real
/// one.
fn nobody(params: Params, salt: &[u8], output: &[u8]) -> Result<String> {
    use pbkdf2::password_hash::phc::{Output, Salt};
    let hash = PasswordHash {
        algorithm: Algorithm::Pbkdf2Sha256.into(),
        version: None,
        params: params.try_into().map_err(Error::internal)?,
        salt: Some(Salt::new(salt).map_err(Error::internal)?),
        hash: Some(Output::new(output).map_err(Error::internal)?),
    };
    Ok(hash.to_string())
}
