//! Devices on which an employee has signed in before. Other people's failed attempts don't lock
//! them out.
//!
//! A browser proves it by a cookie that survives signing out, and a program by an old token of the
//! account. Neither authenticates anybody: the password is still required. The proof is valid for
//! its own account only, and is revoked together with all tokens of the account: on a change of
//! password or role, on "sign out of all devices", and on deactivation. A stolen copy is therefore
//! worthless once the owner has taken the usual measures.

use std::time::Duration;

use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use super::tokens::Session;
use crate::domain::{Employee, EmployeeId, Error, Result};

/// Issuer and audience of a device token. Session tokens have others, and are signed with another
/// key.
const PARTY: &str = "zayavka-device";
/// Purpose label for deriving the key.
const PURPOSE: &[u8] = b"zayavka: the key of known devices";

/// Signs and verifies device tokens.
pub struct Devices {
    encoding: EncodingKey,
    decoding: DecodingKey,
    validation: Validation,
}

/// Proof that the client has signed in as an employee before.
#[derive(Debug, Clone, Copy)]
pub struct KnownDevice {
    pub employee: EmployeeId,
    /// The account's epoch at that time; see [`Employee::epoch`].
    pub epoch: i64,
    /// Id of the device or the session, by which attempts are counted.
    pub id: u128,
}

#[derive(Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    sub: String,
    /// Device id in hexadecimal.
    jti: String,
    epoch: i64,
    exp: i64,
}

impl From<Session> for KnownDevice {
    fn from(session: Session) -> Self {
        Self {
            employee: session.employee,
            epoch: session.epoch,
            id: u128::from_be_bytes(*session.id.bytes()),
        }
    }
}

impl KnownDevice {
    /// Returns whether the proof is still valid for an account.
    pub fn is(&self, employee: &Employee) -> bool {
        employee.active && self.employee == employee.id && self.epoch == employee.epoch
    }
}

impl Devices {
    /// Lifetime of a device token; browsers limit cookies to this
    /// (<https://developer.chrome.com/blog/cookie-max-age-expires>).
    pub const LIFE: Duration = Duration::from_secs(400 * 24 * 60 * 60);

    /// Derives the signing key from the key of session tokens.
    ///
    /// # Errors
    /// [`Error::Internal`]; none in practice, since any key length is valid.
    pub fn new(key: &[u8]) -> Result<Self> {
        let key = Hmac::<Sha256>::new_from_slice(key).map_err(Error::internal)?;
        let key = key.chain_update(PURPOSE).finalize().into_bytes();
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_issuer(&[PARTY]);
        validation.set_audience(&[PARTY]);
        validation.set_required_spec_claims(&["iss", "aud", "sub", "exp"]);
        // The library would read the system clock; `known` compares with our own.
        validation.validate_exp = false;
        Ok(Self {
            encoding: EncodingKey::from_secret(&key).map_err(Error::internal)?,
            decoding: DecodingKey::from_secret(&key).map_err(Error::internal)?,
            validation,
        })
    }

    /// Issues a device token after a sign-in.
    ///
    /// # Errors
    /// [`Error::Internal`] when signing fails or the system's random source does.
    pub fn sign(&self, employee: &Employee, now: Timestamp) -> Result<String> {
        let mut device = [0; 16];
        getrandom::fill(&mut device).map_err(Error::internal)?;
        let expires = now.saturating_add(Self::LIFE).unwrap_or(Timestamp::MAX);
        let claims = Claims {
            iss: PARTY.into(),
            aud: PARTY.into(),
            sub: employee.id.to_string(),
            jti: format!("{:032x}", u128::from_be_bytes(device)),
            epoch: employee.epoch,
            exp: expires.as_second(),
        };
        let header = Header::new(Algorithm::HS256);
        jsonwebtoken::encode(&header, &claims, &self.encoding).map_err(Error::internal)
    }

    /// Verifies a device token; `None` for one that this server didn't sign or that has expired.
    pub fn known(&self, token: &str, now: Timestamp) -> Option<KnownDevice> {
        let claims = jsonwebtoken::decode::<Claims>(token, &self.decoding, &self.validation);
        let claims = claims.ok()?.claims;
        let expires = Timestamp::from_second(claims.exp).ok()?;
        (now < expires).then_some(KnownDevice {
            employee: EmployeeId::parse("sub", &claims.sub).ok()?,
            epoch: claims.epoch,
            id: u128::from_str_radix(&claims.jti, 16).ok()?,
        })
    }
}
