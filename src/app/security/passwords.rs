//! Hashing of passwords: slow on purpose, so only a few at a time, each in its turn.

use std::net::IpAddr;
use std::time::Duration;

use pbkdf2::password_hash::{PasswordHasher, PasswordVerifier};
use pbkdf2::phc::PasswordHash;
use pbkdf2::{Algorithm, Params, Pbkdf2};
use secrecy::{ExposeSecret, SecretString};

use super::limits::block;
use super::turns::{self, Room, Turns};
use crate::domain::{EmployeeId, Error, Password, Result, nfc};

/// The numbers of hashes that may run and wait. At 74 ms each, the last of 128 strangers waits for less than 5 seconds.
pub const ROOM: Room = Room {
    running: 2,
    known: 16,
    strangers: 128,
    line: 16,
};
/// The wait before somebody tries again for whom there was no place.
const RETRY_AFTER: Duration = Duration::from_secs(2);

/// The line that somebody waits in: an employee's, or that of a block of addresses.
pub type Lane = turns::Lane<EmployeeId, IpAddr>;
/// The right to hash once; see [`turns`].
pub type Turn = turns::Turn<EmployeeId, IpAddr>;

impl Lane {
    /// Returns the lane of a stranger at an address.
    pub fn of(address: IpAddr) -> Self {
        Self::Stranger(block(address))
    }
}

/// PBKDF2-HMAC-SHA256 with a bounded queue in front.
pub struct Passwords {
    pbkdf2: Pbkdf2,
    turns: Turns<EmployeeId, IpAddr>,
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
            turns: Turns::new(ROOM),
            nobody: nobody(rounds, &salt, &any)?,
        })
    }

    /// Waits for the right to hash once.
    ///
    /// # Errors
    /// [`Error::RateLimited`] when too many wait.
    pub async fn turn(&self, lane: Lane) -> Result<Turn> {
        let turn = self.turns.wait(lane).await;
        turn.ok_or(Error::RateLimited {
            retry_after: RETRY_AFTER,
        })
    }

    /// Returns the PHC string of a new password.
    ///
    /// # Errors
    /// [`Error::Internal`] when the system has no randomness to give.
    pub async fn hash(&self, turn: Turn, password: Password) -> Result<String> {
        let pbkdf2 = self.pbkdf2;
        run(turn, move || hash(pbkdf2, password.expose())).await
    }

    /// The same on this thread and without a turn, for a program that does nothing else.
    ///
    /// # Errors
    /// As for [`Passwords::hash`].
    pub fn hash_alone(&self, password: &Password) -> Result<String> {
        hash(self.pbkdf2, password.expose())
    }

    /// Compares a password with the one that was hashed, both in Unicode's form NFC. Without a hash it takes as
    /// long, and the answer is [`Verdict::Wrong`].
    ///
    /// # Errors
    /// [`Error::Internal`] for a hash that is none.
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
            // Earlier versions hashed what was typed, in whatever form the keyboard had made it.
            if composed == typed || !is(typed) {
                return Ok(Verdict::Wrong);
            }
            Ok(Verdict::Outdated(hash(pbkdf2, composed)?))
        })
        .await
    }
}

/// The turn goes with the work, which ends when it ends, also where nobody waits for it any more.
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
