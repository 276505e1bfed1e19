//! The bearer tokens of the API: JWT, HS256 and nothing else.

use std::time::Duration;

use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use jsonwebtoken::crypto::{CryptoProvider, JwtSigner, JwtVerifier, KeyUtils};
use jsonwebtoken::signature::{Error as BadSignature, Signer, Verifier};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use quick_cache::sync::Cache;
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use super::secrets;
use crate::domain::{Employee, EmployeeId, Error, Result, SessionId};

const PARTY: &str = "zayavka";
/// Tokens that are kept, each of a few hundred bytes.
const KNOWN: usize = 1_000;

/// Signs and checks tokens.
pub struct Tokens {
    encoding: EncodingKey,
    decoding: DecodingKey,
    validation: Validation,
    ttl: Duration,
    /// Those that were read, since the same one comes with every request.
    known: Cache<String, Session>,
}

/// What a token says (RFC 7519). It names the employee, not the e-mail, which may change hands.
#[derive(Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    sub: String,
    /// The session, in hexadecimal digits. Tokens of earlier versions have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sid: Option<String>,
    epoch: i64,
    iat: i64,
    exp: i64,
}

/// A token whose signature and time are right; the account is yet to be looked at.
#[derive(Debug, Clone, Copy)]
pub struct Session {
    pub id: SessionId,
    pub employee: EmployeeId,
    pub epoch: i64,
    pub expires: Timestamp,
}

impl Tokens {
    /// The shortest key that is taken, in bytes (RFC 7518 §3.2: as long as the hash).
    pub const KEY_LENGTH: usize = 32;

    pub fn new(key: &[u8], ttl: Duration) -> Self {
        install_signatures();
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_issuer(&[PARTY]);
        validation.set_audience(&[PARTY]);
        validation.set_required_spec_claims(&["iss", "aud", "sub", "exp"]);
        // The library would ask the system for the time; `session` compares with ours.
        validation.validate_exp = false;
        Self {
            encoding: EncodingKey::from_secret(key),
            decoding: DecodingKey::from_secret(key),
            validation,
            ttl,
            known: Cache::new(KNOWN),
        }
    }

    /// How long a token lives.
    pub fn ttl(&self) -> Duration {
        self.ttl
    }

    /// Makes a token of a new session of an employee.
    ///
    /// # Errors
    /// [`Error::Internal`] when signing fails, or the system has no randomness to give.
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

    /// Reads a token.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] for anything that this server would not have signed, or not
    /// for now.
    pub fn session(&self, token: &str, now: Timestamp) -> Result<Session> {
        let session = self.signed(token)?;
        match now < session.expires {
            true => Ok(session),
            false => Err(Error::Unauthenticated),
        }
    }

    /// Reads a token whether or not its time is over. It says who had it, and lets nobody in.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] for anything that this server would not have signed.
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

    /// Checks the signature.
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

/// Returns the session that a token names; one of an earlier version is known by its fingerprint.
fn session_id(sid: Option<&str>, token: &str) -> Option<SessionId> {
    let id = match sid {
        Some(sid) => u128::from_str_radix(sid, 16).ok()?.to_be_bytes(),
        None => *secrets::fingerprint(token).first_chunk()?,
    };
    Some(SessionId::new(id))
}

/// Tells the library how tokens are signed. It takes the first for all times; there is no other.
pub(super) fn install_signatures() {
    HS256.install_default().ok();
}

/// The one signature of our tokens; the library is given no other.
static HS256: CryptoProvider = CryptoProvider {
    signer_factory: |_, key| Ok(Box::new(Signature::new(key.as_bytes())?)),
    verifier_factory: |_, key| Ok(Box::new(Signature::new(key.try_get_as_bytes()?)?)),
    key_utils: KeyUtils::new_unimplemented(),
};

/// HMAC-SHA256 (RFC 7518 §3.2).
struct Signature(Hmac<Sha256>);

impl Signature {
    fn new(key: &[u8]) -> jsonwebtoken::errors::Result<Self> {
        Hmac::new_from_slice(key)
            .map(Self)
            .map_err(|_| jsonwebtoken::errors::ErrorKind::InvalidKeyFormat.into())
    }

    fn over(&self, message: &[u8]) -> Hmac<Sha256> {
        self.0.clone().chain_update(message)
    }
}

impl Signer<Vec<u8>> for Signature {
    fn try_sign(&self, message: &[u8]) -> Result<Vec<u8>, BadSignature> {
        Ok(self.over(message).finalize().into_bytes().to_vec())
    }
}

impl Verifier<Vec<u8>> for Signature {
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> Result<(), BadSignature> {
        self.over(message)
            .verify_slice(signature)
            .map_err(|_| BadSignature::new())
    }
}

impl JwtSigner for Signature {
    fn algorithm(&self) -> Algorithm {
        Algorithm::HS256
    }
}

impl JwtVerifier for Signature {
    fn algorithm(&self) -> Algorithm {
        Algorithm::HS256
    }
}
