//! Devices on which an employee has signed in before. Other people's wrong tries don't keep those out.
//!
//! A browser proves it by a cookie that stays when its owner signs out, and a program by an old token of the account.
//! Neither signs anybody in: the password is asked for all the same. It helps its own account alone, and it ends
//! together with every token of the account: when the password or the role changes, on "sign out everywhere", and on
//! dismissal. So a copy is worth nothing once its owner has done what everybody does against a thief.

use std::time::Duration;

use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use super::tokens::Session;
use crate::domain::{Employee, EmployeeId, Error, Result};

/// The audience of a device's token. A session's token has another one, and is signed with another key.
const PARTY: &str = "zayavka-device";
/// The purpose that the key is derived for.
const PURPOSE: &[u8] = b"zayavka: the key of known devices";

/// Signs and reads the tokens of devices.
pub struct Devices {
    encoding: EncodingKey,
    decoding: DecodingKey,
    validation: Validation,
}

/// Somebody who has proved to have signed in as an employee before.
#[derive(Debug, Clone, Copy)]
pub struct Known {
    pub employee: EmployeeId,
    /// The account's epoch at the time; see [`Employee::epoch`].
    pub epoch: i64,
    /// The device or the session, by which tries are counted.
    pub id: u128,
}

#[derive(Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    sub: String,
    /// The device, in hexadecimal digits.
    jti: String,
    epoch: i64,
    exp: i64,
}

impl From<Session> for Known {
    fn from(session: Session) -> Self {
        Self {
            employee: session.employee,
            epoch: session.epoch,
            id: u128::from_be_bytes(*session.id.bytes()),
        }
    }
}

impl Known {
    /// Returns whether it still speaks for an account.
    pub fn is(&self, employee: &Employee) -> bool {
        employee.active && self.employee == employee.id && self.epoch == employee.epoch
    }
}

impl Devices {
    /// The time for which a device stays known: browsers keep no cookie longer
    /// (<https://developer.chrome.com/blog/cookie-max-age-expires>).
    pub const LIFE: Duration = Duration::from_secs(400 * 24 * 60 * 60);

    /// Derives a key of its own from the key of the tokens.
    ///
    /// # Errors
    /// [`Error::Internal`], which a key of any length has never.
    pub fn new(key: &[u8]) -> Result<Self> {
        let key = Hmac::<Sha256>::new_from_slice(key).map_err(Error::internal)?;
        let key = key.chain_update(PURPOSE).finalize().into_bytes();
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_issuer(&[PARTY]);
        validation.set_audience(&[PARTY]);
        validation.set_required_spec_claims(&["iss", "aud", "sub", "exp"]);
        // The library would ask the system for the time; `known` compares with ours.
        validation.validate_exp = false;
        Ok(Self {
            encoding: EncodingKey::from_secret(&key).map_err(Error::internal)?,
            decoding: DecodingKey::from_secret(&key).map_err(Error::internal)?,
            validation,
        })
    }

    /// Makes the token of a device on which an employee has just signed in.
    ///
    /// # Errors
    /// [`Error::Internal`] when signing fails, or the system has no randomness to give.
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

    /// Reads the token of a device; `None` for what this server has not signed, or not for now.
    pub fn known(&self, token: &str, now: Timestamp) -> Option<Known> {
        let claims = jsonwebtoken::decode::<Claims>(token, &self.decoding, &self.validation);
        let claims = claims.ok()?.claims;
        let expires = Timestamp::from_second(claims.exp).ok()?;
        (now < expires).then_some(Known {
            employee: EmployeeId::parse("sub", &claims.sub).ok()?,
            epoch: claims.epoch,
            id: u128::from_str_radix(&claims.jti, 16).ok()?,
        })
    }
}
