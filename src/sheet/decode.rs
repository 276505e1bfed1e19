//! Decoding of a file's bytes to text.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_16BE, UTF_16LE, WINDOWS_1251};

use super::reading::FIELD;
use crate::domain::{Problem, Result};

/// Decodes the text of a table: by its byte order mark, or else as UTF-8, UTF-16 or Windows-1251,
/// which Excel writes in Russia. Byte order marks inside the text are removed: they come from
/// concatenated files.
///
/// # Errors
/// [`Problem::TextDamaged`] for UTF-8 with a few invalid bytes, which would otherwise be misread as
/// Windows-1251; [`Problem::NotCsv`] for binary content.
pub fn decode(file: &[u8]) -> Result<Cow<'_, str>> {
    let text = match (Encoding::for_bom(file), std::str::from_utf8(file)) {
        (Some((encoding, mark)), _) => encoding.decode_without_bom_handling(&file[mark..]).0,
        (None, Ok(text)) if !text.contains('\0') => text.into(),
        (None, _) if file.contains(&0) => wide(file).ok_or(Problem::NotCsv.at(FIELD))?,
        (None, _) if is_damaged(file) => return Err(Problem::TextDamaged.at(FIELD).into()),
        (None, _) => WINDOWS_1251.decode_without_bom_handling(file).0,
    };
    if text.contains(['\0', '\u{fffd}']) {
        return Err(Problem::NotCsv.at(FIELD).into());
    }
    Ok(match text.contains('\u{feff}') {
        true => text.replace('\u{feff}', "").into(),
        false => text,
    })
}

/// Decodes UTF-16 without a byte order mark, in the byte order that yields a plausible table.
fn wide(file: &[u8]) -> Option<Cow<'_, str>> {
    let both = [UTF_16LE, UTF_16BE].map(|encoding| encoding.decode_without_bom_handling(file).0);
    // In the wrong byte order, line ends decode to CJK characters.
    let is_table = |text: &Cow<'_, str>| {
        text.contains(['\n', '\r'])
            && text.chars().filter(|c| *c > '\u{2fff}').count() * 10 < text.chars().count()
    };
    both.into_iter().find(is_table)
}

/// Returns whether the file is UTF-8 with a few invalid bytes: most non-ASCII bytes then form valid
/// characters.
fn is_damaged(file: &[u8]) -> bool {
    let (mut letters, mut wrong) = (0, 0);
    for chunk in file.utf8_chunks() {
        letters += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        wrong += chunk.invalid().len();
    }
    letters > wrong * 4
}
