//! Letters, as they are written before their form on the wire.

use crate::domain::Email;

/// A letter to one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// Our id of the letter. A repeated one has the same, so that mailboxes show it once.
    pub id: String,
    pub to: Email,
    pub subject: String,
    /// In plain text, line by line.
    pub text: String,
    /// The page that the letter is about: its address, and the words of its button.
    pub link: Option<(String, String)>,
    /// The page on which the person asks for no more letters: its address, and its words.
    pub unsubscribe: Option<(String, String)>,
}
