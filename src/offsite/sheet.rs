//! The recovery sheet of the command line.

use secrecy::ExposeSecret;

use super::recovery_key::RecoveryKey;
use crate::domain::OffsiteTrouble;

/// Words on a line.
const COLUMNS: usize = 4;

/// Returns the text of the sheet: the key in both spellings, and how to get the shop back with it.
///
/// # Errors
/// None in practice.
pub fn sheet(key: &RecoveryKey, place: &str) -> Result<String, OffsiteTrouble> {
    let (words, text, recipient) = (key.words()?, key.text()?, key.recipient()?);
    let words: Vec<String> = words
        .expose_secret()
        .split(' ')
        .enumerate()
        .map(|(at, word)| format!("{:>2}. {word:<10}", at + 1))
        .collect();
    let lines = words.chunks(COLUMNS).map(|line| line.join(" "));
    let lines: Vec<String> = lines.map(|line| line.trim_end().to_owned()).collect();
    let place = match place {
        "" => "webdavs://… or s3://…",
        place => place,
    };
    Ok(format!(
        "RECOVERY SHEET OF ZAYAVKA\n\n\
         The key that opens the copies of this shop's database on other machines. The server doesn't have it, and \
         nobody can make it again: print this, and keep it apart from the server.\n\n\
         {}\n\n\
         The same for the program age:\n{}\n\n\
         Fingerprint: {}\n\
         Copies: {place}\n\n\
         On a new machine: zayavka restore --from {place}\n",
        lines.join("\n"),
        text.expose_secret(),
        recipient.fingerprint(),
    ))
}
