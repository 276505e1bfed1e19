//! What files are, by their content.

use super::Image;
use super::metadata::without_metadata;

/// The content of a file that the desk keeps.
#[derive(Debug, Clone)]
pub struct Contents {
    media_type: &'static str,
    picture: Option<Image>,
    bytes: Vec<u8>,
}

impl Contents {
    /// The longest file that is kept, in bytes. Telegram's own pictures are a tenth of that, and a
    /// voice message of a quarter of an hour is as long.
    pub const MAX: usize = 4 * 1024 * 1024;

    /// Looks what it is, and takes off what a picture says of its making; `None` for what is too long, or of
    /// no kind that is kept. Programs, archives and pages are none, and neither is what has no signature to
    /// be known by.
    pub fn parse(bytes: Vec<u8>) -> Option<Self> {
        if bytes.len() > Self::MAX {
            return None;
        }
        let picture = Image::parse(&bytes);
        let media_type = match picture {
            Some(image) => image.mime(),
            None => {
                let found = infer::get(&bytes)?;
                let mut kept = KEPT.iter();
                kept.find(|(name, _)| *name == found.mime_type())?.0
            }
        };
        Some(Self {
            media_type,
            picture,
            bytes: without_metadata(media_type, bytes),
        })
    }

    pub fn media_type(&self) -> &'static str {
        self.media_type
    }

    /// What it is as a picture, where browsers show it as one.
    pub fn picture(&self) -> Option<Image> {
        self.picture
    }

    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

/// The kinds that are kept, with the endings of their names. A document is what people fill in and
/// sign; the signatures are those of `infer`.
const KEPT: &[(&str, &str)] = &[
    ("image/jpeg", "jpg"),
    ("image/png", "png"),
    ("image/webp", "webp"),
    ("image/gif", "gif"),
    ("image/heif", "heic"),
    ("image/avif", "avif"),
    ("image/tiff", "tiff"),
    ("image/bmp", "bmp"),
    ("application/pdf", "pdf"),
    ("audio/opus", "ogg"),
    ("audio/ogg", "ogg"),
    ("audio/mpeg", "mp3"),
    ("audio/m4a", "m4a"),
    ("audio/aac", "aac"),
    ("audio/amr", "amr"),
    ("audio/x-flac", "flac"),
    ("audio/x-wav", "wav"),
    ("video/mp4", "mp4"),
    ("video/x-m4v", "m4v"),
    ("video/quicktime", "mov"),
    ("video/webm", "webm"),
    ("video/x-matroska", "mkv"),
    ("video/x-msvideo", "avi"),
    (
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "docx",
    ),
    (
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "xlsx",
    ),
    ("application/vnd.oasis.opendocument.text", "odt"),
    ("application/vnd.oasis.opendocument.spreadsheet", "ods"),
];

pub(super) fn ending_of(media_type: &str) -> Option<&'static str> {
    let mut kept = KEPT.iter();
    let known = kept.find(|(name, _)| *name == media_type);
    known.map(|(_, ending)| *ending)
}

/// Whether a name that ends so says what it is.
pub(super) fn is_ending_of(its: &str, ending: &str) -> bool {
    let its = its.to_ascii_lowercase();
    its == ending
        || matches!(
            (&*its, ending),
            ("jpeg", "jpg") | ("heif", "heic") | ("tif", "tiff") | ("oga" | "opus", "ogg")
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_archives_and_pages_are_not_kept() {
        for bad in [
            b"MZ\x90\0".as_slice(),
            b"\x7fELF",
            b"PK\x03\x04",
            b"Rar!\x1a\x07\0",
            b"<html>",
            b"#!/bin/sh",
            b"<svg xmlns='http://www.w3.org/2000/svg'/>",
            b"words",
            b"",
        ] {
            let bytes = [bad, &[0; 300]].concat();
            assert!(Contents::parse(bytes).is_none(), "{bad:?}");
            assert!(Contents::parse(bad.to_vec()).is_none(), "{bad:?}");
        }
        let mut long = b"%PDF-1.4".to_vec();
        long.resize(Contents::MAX, 0);
        assert!(Contents::parse(long.clone()).is_some());
        long.push(0);
        assert!(Contents::parse(long).is_none());
    }
}
