//! Bearer tokens of the API: JWT with HS256 only.

use std::time::Duration;

use jiff::Timestamp;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use quick_cache::sync::Cache;
use serde::{Deserialize, Serialize};

use super::secrets;
use crate::domain::{Employee, EmployeeId, Error, Result, SessionId};

const PARTY: &str = "zayavka";
/// Number of cached tokens, each of a few hundred bytes.
const KNOWN: usize = 1_000;

/// Signs and verifies tokens.
pub struct Tokens {
    encoding: EncodingKey,
    decoding: DecodingKey,
    validation: Validation,
    ttl: Duration,
    /// Cache of verified tokens, since the same one comes with every request.
    known: Cache<String, Session>,
}

/// Claims of a token (RFC 7519). The subject is the employee's id, not the e-mail, which may change
/// hands.
#[derive(Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    sub: String,
    /// Session id in hexadecimal. Tokens of earlier versions have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sid: Option<String>,
    epoch: i64,
    iat: i64,
    exp: i64,
}

/// A token with a valid signature; revocation and the account are not checked yet.
#[derive(Debug, Clone, Copy)]
pub struct Session {
    pub id: SessionId,
    pub employee: EmployeeId,
    pub epoch: i64,
    pub expires: Timestamp,
}

impl Tokens {
    /// Minimum key length in bytes (RFC 7518 §3.2: the length of the hash).
    pub const KEY_LENGTH: usize = 32;

    /// Creates a signer from a key.
    ///
    /// # Errors
    /// [`Error::Internal`] for an empty key.
    pub fn new(key: &[u8], ttl: Duration) -> Result<Self> {
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_issuer(&[PARTY]);
        validation.set_audience(&[PARTY]);
        validation.set_required_spec_claims(&["iss", "aud", "sub", "exp"]);
        // The library would read the system clock; `session` compares with our own.
        validation.validate_exp = false;
        Ok(Self {
            encoding: EncodingKey::from_secret(key).map_err(Error::internal)?,
            decoding: DecodingKey::from_secret(key).map_err(Error::internal)?,
            validation,
            ttl,
            known: Cache::new(KNOWN),
        })
    }

    /// Returns the lifetime of a token.
    pub fn ttl(&self) -> Duration {
        self.ttl
    }

    /// Issues a token for a new session of an employee.
    ///
    /// # Errors
    /// [`Error::Internal`] when signing fails or the system's random source does.
    pub fn sign(&self, employee: &Employee, now: Timestamp) -> Result<String> {
        let expires = now.saturating_add(self.ttl).unwrap_or(Timestamp::MAX);
        let claims = Claims {
            iss: PARTY.into(),
            aud: PARTY.into(),
            sub: employee.id.to_string(),
            sid: Some(format!("{:032x}", u128::from_be_bytes(new_session()?))),
            epoch: employee.epoch,
            iat: now.as_second(),
            exp: expires.as_second(),
        };
        let header = Header::new(Algorithm::HS256);
        jsonwebtoken::encode(&header, &claims, &self.encoding).map_err(Error::internal)
    }

    /// Verifies a token.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] for a token that this server didn't sign or that has expired.
    pub fn session(&self, token: &str, now: Timestamp) -> Result<Session> {
        let session = self.signed(token)?;
        match now < session.expires {
            true => Ok(session),
            false => Err(Error::Unauthenticated),
        }
    }

    /// Verifies a token without checking its expiry. It tells whose it was, and grants no access.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] for a token that this server didn't sign.
    pub fn signed(&self, token: &str) -> Result<Session> {
        match self.known.get(token) {
            Some(session) => Ok(session),
            None => {
                let session = self.read(token)?;
                self.known.insert(token.to_owned(), session);
                Ok(session)
            }
        }
    }

    /// Verifies the signature.
    fn read(&self, token: &str) -> Result<Session> {
        let claims = jsonwebtoken::decode::<Claims>(token, &self.decoding, &self.validation)
            .map_err(|_| Error::Unauthenticated)?
            .claims;
        Ok(Session {
            id: session_id(claims.sid.as_deref(), token).ok_or(Error::Unauthenticated)?,
            employee: EmployeeId::parse("sub", &claims.sub).map_err(|_| Error::Unauthenticated)?,
            epoch: claims.epoch,
            expires: Timestamp::from_second(claims.exp).map_err(|_| Error::Unauthenticated)?,
        })
    }
}

/// Returns 128 random bits.
fn new_session() -> Result<[u8; SessionId::LENGTH]> {
    let mut bytes = [0; SessionId::LENGTH];
    getrandom::fill(&mut bytes).map_err(Error::internal)?;
    Ok(bytes)
}

/// Returns the session id of a token; for one of an earlier version, derived from its fingerprint.
fn session_id(sid: Option<&str>, token: &str) -> Option<SessionId> {
    let id = match sid {
        Some(sid) => u128::from_str_radix(sid, 16).ok()?.to_be_bytes(),
        None => *secrets::fingerprint(token).first_chunk()?,
    };
    Some(SessionId::new(id))
}
