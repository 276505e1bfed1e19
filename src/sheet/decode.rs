//! A file's bytes become its text.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_16BE, UTF_16LE, WINDOWS_1251};

use super::reading::FIELD;
use crate::domain::{Problem, Result};

/// Decodes the text of a table: as its byte order mark says; else as UTF-8, as UTF-16, or as the
/// Windows-1251 that Excel writes in Russia. Marks inside of it are left out: they come from files
/// that somebody has joined.
///
/// # Errors
/// [`Problem::TextDamaged`] for UTF-8 with a few wrong bytes, which as Windows-1251 would be a text
/// of other letters; [`Problem::NotCsv`] for what is no text.
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

/// UTF-16 without a mark, in the byte order in which it has the letters and signs of a table.
fn wide(file: &[u8]) -> Option<Cow<'_, str>> {
    let both = [UTF_16LE, UTF_16BE].map(|encoding| encoding.decode_without_bom_handling(file).0);
    // In the other order the ends of lines are letters of Asia.
    let is_table = |text: &Cow<'_, str>| {
        text.contains(['\n', '\r'])
            && text.chars().filter(|c| *c > '\u{2fff}').count() * 10 < text.chars().count()
    };
    both.into_iter().find(is_table)
}

/// Whether it is UTF-8 but for some bytes: then most that isn't ASCII stands in whole letters.
fn is_damaged(file: &[u8]) -> bool {
    let (mut letters, mut wrong) = (0, 0);
    for chunk in file.utf8_chunks() {
        letters += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        wrong += chunk.invalid().len();
    }
    letters > wrong * 4
}
