//! The recovery key: 32 random bytes, as 24 words for paper, and as age writes them.

use std::fmt;

use age::x25519::Identity;
use bech32::primitives::decode::{CheckedHrpstring, UncheckedHrpstring};
use bech32::{Bech32, Hrp};
use bip0039::{English, Language, Mnemonic};
use secrecy::{ExposeSecret, SecretBox, SecretString};

use crate::domain::{OffsiteFault, OffsiteTrouble, Recipient};

const WORDS: usize = 24;
const BYTES: usize = 32;
/// Beginning of such a key, as age writes it.
const PREFIX: &str = "age-secret-key-";

/// The secret half of a recovery key, which the owner keeps and the server doesn't.
pub struct RecoveryKey(SecretBox<[u8; BYTES]>);

impl fmt::Debug for RecoveryKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RecoveryKey")
    }
}

impl RecoveryKey {
    /// Makes a key of random bytes.
    pub fn new(random: [u8; BYTES]) -> Self {
        Self(SecretBox::new(Box::new(random)))
    }

    /// Reads a key as words, with or without their numbers, or as age writes it.
    ///
    /// # Errors
    /// [`OffsiteFault::KeyTypo`], [`OffsiteFault::KeyWord`] with the number of the word, and
    /// [`OffsiteFault::KeyMalformed`].
    pub fn parse(text: &SecretString) -> Result<Self, OffsiteTrouble> {
        let text = text.expose_secret().to_lowercase();
        // The files that age writes say more about a key, behind this sign.
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        let is_word = |part: &&str| part.chars().any(char::is_alphabetic);
        let parts = lines.flat_map(str::split_whitespace).filter(is_word);
        // "7.word" is a word as well.
        let numbering = |c: char| c.is_ascii_digit() || matches!(c, '.' | ')' | ',' | ';');
        let parts: Vec<&str> = parts
            .map(|part| part.trim_start_matches(numbering))
            .collect();
        match &parts[..] {
            [key] if key.starts_with(PREFIX) => Self::of_age(key),
            words => Self::of_words(words),
        }
    }

    fn of_age(key: &str) -> Result<Self, OffsiteTrouble> {
        UncheckedHrpstring::new(key).map_err(|_| OffsiteFault::KeyMalformed)?;
        let read = CheckedHrpstring::new::<Bech32>(key).map_err(|_| OffsiteFault::KeyTypo)?;
        let bytes: Vec<u8> = read.byte_iter().collect();
        Self::of_bytes(&bytes)
    }

    fn of_words(words: &[&str]) -> Result<Self, OffsiteTrouble> {
        let words: Vec<&str> = words
            .iter()
            .map(|word| word.trim_end_matches([',', ';', '.']))
            .collect();
        let is_known = |word: &str| English::index_of(word).is_some();
        if let Some(at) = words.iter().position(|word| !is_known(word)) {
            return Err(match words.len() {
                WORDS => OffsiteFault::KeyWord.with((at + 1).to_string()),
                _ => OffsiteFault::KeyMalformed.into(),
            });
        }
        if words.len() != WORDS {
            return Err(OffsiteFault::KeyMalformed.with(words.len().to_string()));
        }
        let read = <Mnemonic<English>>::from_phrase(words.join(" "));
        Self::of_bytes(read.map_err(|_| OffsiteFault::KeyTypo)?.entropy())
    }

    fn of_bytes(bytes: &[u8]) -> Result<Self, OffsiteTrouble> {
        let bytes = bytes.try_into().map_err(|_| OffsiteFault::KeyMalformed)?;
        Ok(Self::new(bytes))
    }

    /// Returns the 24 words.
    ///
    /// # Errors
    /// None in practice.
    pub fn words(&self) -> Result<SecretString, OffsiteTrouble> {
        let words = <Mnemonic<English>>::from_entropy(self.0.expose_secret().to_vec());
        let words = words.map_err(|_| OffsiteFault::KeyMalformed)?;
        Ok(words.phrase().into())
    }

    /// Returns the key as age writes it: `age -d -i FILE` opens a copy with it, without this program.
    ///
    /// # Errors
    /// None in practice.
    pub fn text(&self) -> Result<SecretString, OffsiteTrouble> {
        let malformed = OffsiteFault::KeyMalformed;
        let prefix = Hrp::parse(PREFIX).map_err(|_| malformed)?;
        let text = bech32::encode_upper::<Bech32>(prefix, self.0.expose_secret());
        Ok(text.map_err(|_| malformed)?.into())
    }

    /// Returns the half that the server keeps.
    ///
    /// # Errors
    /// None in practice.
    pub fn recipient(&self) -> Result<Recipient, OffsiteTrouble> {
        let public = self.identity()?.to_public().to_string();
        Recipient::parse("recipient", &public).map_err(|_| OffsiteFault::KeyMalformed.into())
    }

    pub(super) fn identity(&self) -> Result<Identity, OffsiteTrouble> {
        let text = self.text()?;
        let identity = text.expose_secret().parse();
        identity.map_err(|_| OffsiteFault::KeyMalformed.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(text: &str) -> (OffsiteFault, String) {
        let trouble = RecoveryKey::parse(&text.into()).unwrap_err();
        (trouble.fault, trouble.detail)
    }

    #[test]
    fn a_key_is_read_from_its_words_and_from_its_letters() {
        let key = RecoveryKey::new(*b"an example of a key, 32 letters.");
        let words = key.words().unwrap();
        let words = words.expose_secret();
        let text = key.text().unwrap();
        let text = text.expose_secret();
        assert!(text.starts_with("AGE-SECRET-KEY-1"), "{text}");
        let numbered: String = words
            .split(' ')
            .enumerate()
            .map(|(at, word)| format!("{}. {word}\n", at + 1))
            .collect();
        let file = format!("# created: yesterday\n# public key: age1…\n{text}\n");
        for spelled in [
            words,
            &words.to_uppercase(),
            &numbered,
            &numbered.replace(". ", "."),
            text,
            &text.to_lowercase(),
            &file,
        ] {
            let read = RecoveryKey::parse(&spelled.into()).unwrap();
            assert_eq!(read.text().unwrap().expose_secret(), text, "{spelled}");
            assert_eq!(read.recipient().unwrap(), key.recipient().unwrap());
        }
    }

    #[test]
    fn a_typing_error_is_named() {
        let key = RecoveryKey::new([7; BYTES]);
        let words = key.words().unwrap();
        let words: Vec<&str> = words.expose_secret().split(' ').collect();
        let with = |at: usize, word: &'static str| {
            let mut words = words.clone();
            words[at] = word;
            words.join(" ")
        };
        assert_eq!(
            fault(&with(6, "zayavka")),
            (OffsiteFault::KeyWord, "7".into())
        );
        assert_eq!(fault(&with(6, "zoo")).0, OffsiteFault::KeyTypo);
        assert_eq!(
            fault(&words[..23].join(" ")),
            (OffsiteFault::KeyMalformed, "23".into())
        );
        let text = key.text().unwrap();
        let mut text = text.expose_secret().to_owned();
        let last = if text.pop() == Some('Q') { 'P' } else { 'Q' };
        text.push(last);
        assert_eq!(fault(&text).0, OffsiteFault::KeyTypo);
        assert_eq!(fault("").0, OffsiteFault::KeyMalformed);
        assert_eq!(fault("secret").0, OffsiteFault::KeyMalformed);
    }
}
