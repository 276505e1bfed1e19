//! Contacts, and the proof that one is its sender's own.
//!
//! A person who presses the button "share contact" sends a card with a hash of it, keyed by the bot's token
//! (<https://dev.max.ru/docs-api>, `request_contact`). MAX alone knows the token besides us, so the hash shows that MAX
//! vouches for the phone in the card. A contact picked from the address book has none.

use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use sha2::Sha256;
use subtle::ConstantTimeEq;

use crate::channels::Contact;
use crate::domain::one_line;

/// Reads a contact sent by that user. Its phone is taken from the card that the hash covers, and from nowhere else.
/// `first_hand` tells whether the message isn't forwarded.
pub(super) fn read(
    payload: &Value,
    sender: i64,
    first_hand: bool,
    token: &SecretString,
) -> Contact {
    let card = payload["vcf_info"].as_str().unwrap_or_default();
    let phones = values(card, "TEL");
    let owner = &payload["max_info"];
    let is_of_sender = owner["user_id"].as_i64() == Some(sender);
    let is_signed = payload["hash"]
        .as_str()
        .is_some_and(|hash| is_hash_of(card, hash, token));
    let name = values(card, "FN").into_iter().next().unwrap_or_else(|| {
        let names = ["first_name", "last_name"].map(|name| owner[name].as_str());
        names.map(Option::unwrap_or_default).join(" ")
    });
    Contact {
        own: first_hand && is_of_sender && is_signed && phones.len() == 1,
        phone: phones.into_iter().next().unwrap_or_default(),
        name: one_line(&name),
    }
}

/// Returns whether this is the hash of the card, in hexadecimal digits. The comparison takes the same time wherever
/// the two differ.
fn is_hash_of(card: &str, hash: &str, token: &SecretString) -> bool {
    let given = hash.to_ascii_lowercase();
    let expected = signature(token, card);
    !token.expose_secret().is_empty() && bool::from(given.as_bytes().ct_eq(expected.as_bytes()))
}

/// Signs a text with the bot's token, in hexadecimal digits; empty where that fails.
pub(super) fn signature(token: &SecretString, text: &str) -> String {
    let mac = Hmac::<Sha256>::new_from_slice(token.expose_secret().as_bytes());
    let signed = mac.map(|mac| mac.chain_update(text).finalize().into_bytes());
    let bytes = signed.map_or_else(|_| Vec::new(), |signed| signed.to_vec());
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Returns the values of a property of a vCard (<https://datatracker.ietf.org/doc/html/rfc6350#section-3.3>).
fn values(card: &str, property: &str) -> Vec<String> {
    // A line that begins with white space continues the one before it.
    let card = card.replace("\r\n", "\n");
    let card = card.replace("\n ", "").replace("\n\t", "");
    let value = |line: &str| {
        let end = end_of_name(line)?;
        let (name, value) = (&line[..end], &line[end + 1..]);
        let name = name.split(';').next().unwrap_or_default();
        let name = name.rsplit('.').next().unwrap_or_default();
        name.eq_ignore_ascii_case(property)
            .then(|| unescaped(value))
    };
    card.lines().filter_map(value).collect()
}

/// Returns the position of the colon before the value; parameters in quotes may contain others.
fn end_of_name(line: &str) -> Option<usize> {
    let mut quoted = false;
    line.char_indices().find_map(|(at, c)| {
        quoted ^= c == '"';
        (c == ':' && !quoted).then_some(at)
    })
}

fn unescaped(value: &str) -> String {
    let value = value.trim();
    let value = match value.get(..4) {
        Some(scheme) if scheme.eq_ignore_ascii_case("tel:") => &value[4..],
        _ => value,
    };
    let value = value.replace("\\n", " ").replace("\\N", " ");
    value.replace("\\,", ",").replace("\\;", ";")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const CARD: &str = "BEGIN:VCARD\r\nVERSION:3.0\r\nTEL;TYPE=cell:79001234567\r\nFN:Anna\\, of Tver\r\nEND:VCARD\r\n";
    /// Of the card above, by openssl.
    const HASH: &str = "8d656a0a4573848c3413bd5cd8bf4cf312e3c0c8df330d9004d30baac8b92a52";

    fn token() -> SecretString {
        "f9LHodD0cOI-token".into()
    }

    fn contact(card: &str, hash: Option<&str>, owner: i64) -> Value {
        json!({"vcf_info": card, "hash": hash, "max_info": {"user_id": owner, "first_name": "Anna"}})
    }

    #[test]
    fn a_contact_is_own_by_its_hash_alone() {
        let own = |payload: &Value, first_hand| read(payload, 7, first_hand, &token());
        let signed = own(&contact(CARD, Some(HASH), 7), true);
        assert!(signed.own);
        assert_eq!(
            (&*signed.phone, &*signed.name),
            ("79001234567", "Anna, of Tver")
        );
        let upper = HASH.to_uppercase();
        assert!(own(&contact(CARD, Some(&upper), 7), true).own);

        let other_phone = CARD.replace("79001234567", "79007654321");
        let two = CARD.replace("FN:", "TEL:79007654321\r\nFN:");
        let nobodys = json!({"vcf_info": CARD, "hash": HASH});
        for (payload, first_hand, what) in [
            (contact(CARD, None, 7), true, "no hash"),
            (contact(CARD, Some(""), 7), true, "an empty hash"),
            (contact(CARD, Some(&HASH[..63]), 7), true, "half a hash"),
            (contact(&other_phone, Some(HASH), 7), true, "another card"),
            (contact(CARD, Some(HASH), 8), true, "another's"),
            (contact(CARD, Some(HASH), 7), false, "forwarded"),
            (contact(&two, Some(HASH), 7), true, "two phones"),
            (nobodys, true, "of nobody"),
            (
                json!({"max_info": {"user_id": 7}, "hash": HASH}),
                true,
                "no card",
            ),
            (json!(null), true, "nothing"),
        ] {
            assert!(!own(&payload, first_hand).own, "{what}");
        }
        let other = read(&contact(CARD, Some(HASH), 7), 7, true, &"other".into());
        assert!(!other.own);
    }

    #[test]
    fn a_phone_is_found_however_its_card_is_written() {
        for (card, phone) in [
            ("TEL:+7 900 123-45-67", "+7 900 123-45-67"),
            ("item1.tel;type=\"a:b\",cell:79001234567", "79001234567"),
            ("TEL;VALUE=uri:tel:+79001234567", "+79001234567"),
            ("TEL;TYPE=ce\r\n ll:79001234567", "79001234567"),
            ("NOTE:TEL:1\nTEL:2\n", "2"),
            ("TELEX:1\nFN:TEL", ""),
            ("TEL", ""),
            ("", ""),
        ] {
            let payload = json!({"vcf_info": card});
            assert_eq!(read(&payload, 7, true, &token()).phone, phone, "{card}");
        }
    }
}
