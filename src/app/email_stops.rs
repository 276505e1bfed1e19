//! Addresses that get no e-mail, since the person has asked for none by the link in a letter.
//!
//! The link names the address by a keyed digest alone. It works without signing in, for as long as the key of links is
//! the same, whatever card the address is on; staff can undo it there.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::Mac;
use jiff::Timestamp;
use subtle::ConstantTimeEq;

use super::security::link_key::LinkKey;
use super::{Desk, customers};
use crate::domain::{Actor, Customer, CustomerId, Email, Error, Problem, Result};
use crate::store::{self, Connection, Transaction};

/// Lengths of the digest of an address and of the code that proves it to be ours, in bytes.
const ADDRESS: usize = 16;
const PROOF: usize = 16;

/// The digest of an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AddressDigest([u8; ADDRESS]);

impl AddressDigest {
    pub fn new(key: &LinkKey, email: &Email) -> Self {
        Self(code(key, b"email address", email.key().as_bytes()))
    }

    /// Returns what stands in a link.
    fn token(self, key: &LinkKey) -> String {
        let proof: [u8; PROOF] = code(key, b"no e-mail", &self.0);
        URL_SAFE_NO_PAD.encode([&self.0[..], &proof].concat())
    }

    /// Returns the digest in a link; `None` for a link that isn't ours.
    pub fn from_token(key: &LinkKey, token: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
        let (address, proof) = bytes.split_at_checked(ADDRESS)?;
        let address: [u8; ADDRESS] = address.try_into().ok()?;
        let expected: [u8; PROOF] = code(key, b"no e-mail", &address);
        let is_ours: bool = expected.ct_eq(proof).into();
        is_ours.then_some(Self(address))
    }
}

/// Returns the beginning of a code of a text for a purpose.
fn code<const LENGTH: usize>(key: &LinkKey, purpose: &[u8], text: &[u8]) -> [u8; LENGTH] {
    let mut mac = key.mac();
    mac.update(purpose);
    mac.update(&[0]);
    mac.update(text);
    let whole = mac.finalize().into_bytes();
    std::array::from_fn(|at| whole[at])
}

impl Desk {
    /// Returns the URL by which a person asks for no more e-mail to an address.
    pub fn email_stop_url(&self, email: &Email) -> String {
        stop_url(&self.links, self.public_url().as_str(), email)
    }
}

/// Returns the URL by which a person asks for no more e-mail to an address, at that origin.
pub fn stop_url(key: &LinkKey, origin: &str, email: &Email) -> String {
    let token = AddressDigest::new(key, email).token(key);
    format!("{origin}/u/{token}")
}

/// Returns whether an address gets no e-mail.
pub fn is_stopped(connection: &Connection, address: AddressDigest) -> Result<bool> {
    store::email_stops::any(connection, &address.0)
}

/// Ends e-mail to the address of a link.
pub fn stop(tx: &Transaction, address: AddressDigest, now: Timestamp) -> Result<()> {
    store::email_stops::put(tx, &address.0, now)
}

/// Returns whether the address on a card gets no e-mail.
pub fn of_customer(
    connection: &Connection,
    _: &Actor,
    key: &LinkKey,
    customer: &Customer,
) -> Result<bool> {
    match address_of(key, customer) {
        Some(address) => is_stopped(connection, address),
        None => Ok(false),
    }
}

/// Lets the address on a card get e-mail again: the customer has asked for it.
///
/// # Errors
/// [`Error::NotFound`], and [`Error::Invalid`] for a card without an address.
pub fn resume(tx: &Transaction, actor: &Actor, key: &LinkKey, id: CustomerId) -> Result<()> {
    let customer = customers::get(tx, actor, id)?;
    let address = address_of(key, &customer);
    let address = address.ok_or_else(|| Error::from(Problem::Required.at("email")))?;
    store::email_stops::delete(tx, &address.0)
}

fn address_of(key: &LinkKey, customer: &Customer) -> Option<AddressDigest> {
    let email = customer
        .email
        .as_ref()
        .map(|email| Email::from_row(email.as_str().to_owned()));
    email.map(|email| AddressDigest::new(key, &email))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_link_names_an_address_and_every_spelling_has_the_same() {
        let key = LinkKey::new(b"a key of links").unwrap();
        let email = |text| Email::parse("email", text).unwrap();
        let anna = AddressDigest::new(&key, &email("anna@example.com"));
        assert_eq!(anna, AddressDigest::new(&key, &email("ANNA@Example.com")));
        assert_ne!(anna, AddressDigest::new(&key, &email("eve@example.com")));
        let token = anna.token(&key);
        assert_eq!(AddressDigest::from_token(&key, &token), Some(anna));
        let other = LinkKey::new(b"another key").unwrap();
        let mut changed = token.clone().into_bytes();
        changed[0] = if changed[0] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(changed).unwrap();
        for token in [
            "",
            "AAAA",
            &token[..40],
            &changed,
            &format!("{token}AA"),
            "ж",
        ] {
            assert_eq!(AddressDigest::from_token(&key, token), None, "{token}");
        }
        assert_eq!(AddressDigest::from_token(&other, &token), None);
    }
}
