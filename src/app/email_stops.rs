//! Addresses that get no e-mail, since the person has asked for none by the link in a letter.
//!
//! The link names the address by a keyed digest alone. It works without signing in, for as long as the key of links is
//! the same, whatever card the address is on; staff can undo it there.

use std::collections::HashSet;
use std::sync::{PoisonError, RwLock};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::Mac;
use subtle::ConstantTimeEq;

use super::security::link_key::LinkKey;
use super::{Desk, customers};
use crate::domain::{Actor, CardEmail, Customer, CustomerId, Email, Error, Problem, Result};
use crate::store::{self, Connection, Db, Transaction};

/// Lengths of the digest of an address and of the code that proves it to be ours, in bytes.
const ADDRESS: usize = 16;
const PROOF: usize = 16;

/// The digest of an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
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

/// The addresses that get no e-mail, as they are stored: whoever looks at a customer asks for one.
#[derive(Debug, Default)]
pub struct EmailStops(RwLock<HashSet<AddressDigest>>);

impl EmailStops {
    /// Reads the stored addresses.
    ///
    /// # Errors
    /// [`Error::Internal`] when the database fails.
    pub async fn read(db: &Db) -> Result<Self> {
        let all = db.read(|c: &_| store::email_stops::all(c)).await?;
        let digests = all
            .into_iter()
            .filter_map(|address| address.try_into().ok());
        Ok(Self(RwLock::new(digests.map(AddressDigest).collect())))
    }

    fn has(&self, address: AddressDigest) -> bool {
        let stops = self.0.read().unwrap_or_else(PoisonError::into_inner);
        stops.contains(&address)
    }

    fn set(&self, address: AddressDigest, is_stopped: bool) {
        let mut stops = self.0.write().unwrap_or_else(PoisonError::into_inner);
        match is_stopped {
            true => stops.insert(address),
            false => stops.remove(&address),
        };
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

    /// Returns whether the address on a card gets no e-mail.
    pub fn is_email_stopped(&self, email: Option<&CardEmail>) -> bool {
        let address = email.map(|email| digest(&self.links, email));
        address.is_some_and(|address| self.email_stops.has(address))
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
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub async fn stop(desk: &Desk, address: AddressDigest) -> Result<()> {
    let now = desk.clock.now();
    let work = move |tx: &Transaction<'_>| store::email_stops::put(tx, &address.0, now);
    desk.db.write(work).await?;
    desk.email_stops.set(address, true);
    Ok(())
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
pub async fn resume(desk: &Desk, actor: Actor, id: CustomerId) -> Result<()> {
    let key = desk.links.clone();
    let work = move |tx: &Transaction<'_>| {
        let customer = customers::get(tx, &actor, id)?;
        let address = address_of(&key, &customer);
        let address = address.ok_or_else(|| Error::from(Problem::Required.at("email")))?;
        store::email_stops::delete(tx, &address.0)?;
        Ok(address)
    };
    let address = desk.db.write(work).await?;
    desk.email_stops.set(address, false);
    Ok(())
}

fn address_of(key: &LinkKey, customer: &Customer) -> Option<AddressDigest> {
    let email = customer.email.as_ref();
    email.map(|email| digest(key, email))
}

fn digest(key: &LinkKey, email: &CardEmail) -> AddressDigest {
    AddressDigest::new(key, &Email::from_row(email.as_str().to_owned()))
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
