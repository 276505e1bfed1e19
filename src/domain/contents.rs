//! Detection of file types by content.

use super::Image;
use super::metadata::without_metadata;

/// Content of a file that may be stored.
#[derive(Debug, Clone)]
pub struct Contents {
    media_type: &'static str,
    picture: Option<Image>,
    bytes: Vec<u8>,
}

impl Contents {
    /// Maximum size of a stored file, in bytes. Telegram's own pictures take a tenth of that, and a
    /// voice message reaches it after about a quarter of an hour.
    pub const MAX: usize = 4 * 1024 * 1024;

    /// Detects the type and strips a picture's metadata. `None` for content that is too long or
    /// whose type isn't accepted: executables, archives, HTML, and anything without a known
    /// signature.
    pub fn parse(bytes: Vec<u8>) -> Option<Self> {
        if bytes.len() > Self::MAX {
            return None;
        }
        let (media_type, picture) = detect(&bytes)?;
        Some(Self {
            media_type,
            picture,
            bytes: without_metadata(media_type, bytes),
        })
    }

    /// Returns whether the type of a content is accepted.
    pub fn is_kept(bytes: &[u8]) -> bool {
        detect(bytes).is_some()
    }

    pub fn media_type(&self) -> &'static str {
        self.media_type
    }

    /// Returns the picture's properties, if browsers can display it.
    pub fn picture(&self) -> Option<Image> {
        self.picture
    }

    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

/// Detects the media type; and the picture, if browsers can display it.
fn detect(bytes: &[u8]) -> Option<(&'static str, Option<Image>)> {
    if let Some(image) = Image::parse(bytes) {
        return Some((image.mime(), Some(image)));
    }
    let found = infer::get(bytes)?;
    let mut kept = KEPT.iter();
    let (name, _) = kept.find(|(name, _)| *name == found.mime_type())?;
    Some((name, None))
}

/// Accepted media types with their file extensions. Documents are the formats that people fill in
/// and sign; the signatures come from `infer`.
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

/// Returns whether a file extension matches the expected one.
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
