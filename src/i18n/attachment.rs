//! Descriptions of attachments for people.

use super::{text, text_with};
use crate::domain::{Attachment, AttachmentKind, Language};

/// In bytes.
const KIB: i64 = 1024;
const MIB: i64 = 1024 * KIB;

/// Describes an attachment as the object of a sentence: «голосовое сообщение, 0:12, 34 КБ».
pub fn attachment(language: Language, of: &Attachment) -> String {
    let mut line = text(language, name(of.kind));
    if let Some(seconds) = of.duration {
        line += &format!(", {}:{:02}", seconds / 60, seconds % 60);
    }
    if !of.about.is_empty() {
        line += &format!(": {}", of.about);
    }
    if !of.file_name.is_empty() {
        let name = text_with(
            language,
            "attachment-name",
            [("name", of.file_name.as_str().into())],
        );
        let comma = if of.kind == AttachmentKind::File {
            ""
        } else {
            ","
        };
        line += &format!("{comma} {name}");
    }
    if let Some(bytes) = of.size {
        line += &format!(", {}", size(language, bytes));
    }
    line
}

fn name(kind: AttachmentKind) -> &'static str {
    match kind {
        AttachmentKind::Photo => "attachment-photo",
        AttachmentKind::Voice => "attachment-voice",
        AttachmentKind::VideoNote => "attachment-video-note",
        AttachmentKind::Video => "attachment-video",
        AttachmentKind::Audio => "attachment-audio",
        AttachmentKind::Animation => "attachment-animation",
        AttachmentKind::File => "attachment-file",
        AttachmentKind::Sticker => "attachment-sticker",
        AttachmentKind::Place => "attachment-place",
        AttachmentKind::Contact => "attachment-contact",
        AttachmentKind::Poll => "attachment-poll",
        AttachmentKind::Dice => "attachment-dice",
        AttachmentKind::Other => "attachment-other",
    }
}

/// Formats a size for people: whole units, with one decimal below ten megabytes.
/// Formats a number of bytes.
pub fn size(language: Language, bytes: i64) -> String {
    let (id, size) = match bytes {
        ..KIB => ("size-bytes", bytes.to_string()),
        KIB..MIB => ("size-kib", (bytes / KIB).to_string()),
        _ => {
            let tenths = (bytes * 10 + MIB / 2) / MIB;
            let point = text(language, "decimal-point");
            let size = match tenths {
                ..100 => format!("{}{point}{}", tenths / 10, tenths % 10),
                _ => ((tenths + 5) / 10).to_string(),
            };
            ("size-mib", size)
        }
    };
    text_with(language, id, [("size", size.into())])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_written_as_people_read_them() {
        for (bytes, russian, english) in [
            (0, "0 Б", "0 B"),
            (1_023, "1023 Б", "1023 B"),
            (1_024, "1 КБ", "1 KB"),
            (MIB - 1, "1023 КБ", "1023 KB"),
            (6_500_000, "6,2 МБ", "6.2 MB"),
            (90_000_000, "86 МБ", "86 MB"),
        ] {
            let nbsp = |text: &str| text.replace(' ', "\u{a0}");
            assert_eq!(size(Language::Russian, bytes), nbsp(russian));
            assert_eq!(size(Language::English, bytes), nbsp(english));
        }
    }
}
