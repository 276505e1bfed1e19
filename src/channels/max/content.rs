//! Parsing of a message's content besides its text (<https://dev.max.ru/docs-api/objects/Message>).
//!
//! No field is required here: an unknown kind is a kind of its own, and a missing or differently shaped field is
//! unknown. Otherwise a whole message would be lost because of one of them, and its sender would get no reply.

use serde_json::Value;

use crate::channels::{Contact, Content};
use crate::domain::{AttachmentKind, Enclosure, RemoteFile, one_line, safe_name};

/// Maximum number of attachments that are read. MAX allows fewer.
const MOST: usize = 30;
/// Maximum length of a file's URL in bytes.
const LONGEST_URL: usize = 2_000;

/// Parses the attachments of a body; at least one content. A contact is the only one. `contact` reads it from its
/// payload.
pub(super) fn read(body: &Value, contact: impl Fn(&Value) -> Contact) -> Vec<Content> {
    let says_something = body["text"].as_str().is_some_and(|text| !text.is_empty());
    let is_content = |attachment: &&Value| match text(attachment, "type") {
        "inline_keyboard" | "reply_keyboard" => false,
        // The preview of a link in the text.
        "share" => !says_something,
        _ => true,
    };
    let all = body["attachments"].as_array().into_iter().flatten();
    let all: Vec<&Value> = all.filter(is_content).take(MOST).collect();
    if let Some(found) = all.iter().find(|one| text(one, "type") == "contact") {
        return vec![Content::Contact(contact(&found["payload"]))];
    }
    match all.is_empty() {
        true => vec![Content::Words],
        false => all.into_iter().map(enclosure).collect(),
    }
}

fn enclosure(of: &Value) -> Content {
    let (kind, about) = match text(of, "type") {
        "image" => (AttachmentKind::Photo, String::new()),
        "video" => (AttachmentKind::Video, String::new()),
        "audio" => (AttachmentKind::Audio, String::new()),
        "file" => (AttachmentKind::File, String::new()),
        "sticker" => (AttachmentKind::Sticker, String::new()),
        "location" => (AttachmentKind::Place, place(of)),
        "share" => (
            AttachmentKind::Other,
            text(&of["payload"], "url").to_owned(),
        ),
        _ => (AttachmentKind::Other, String::new()),
    };
    let amount = |key: &str| of[key].as_i64().filter(|amount| *amount >= 0);
    Content::Enclosure(Enclosure {
        file: file(&of["payload"]).filter(|_| kind.is_file()),
        kind,
        file_name: safe_name(text(of, "filename")),
        size: amount("size"),
        duration: amount("duration"),
        about: one_line(&about),
    })
}

/// Returns the file of a payload. Its URL expires; the number of a photo, or else the token, stays.
fn file(payload: &Value) -> Option<RemoteFile> {
    let url = payload["url"].as_str()?;
    let lasting = match payload["photo_id"].as_i64() {
        Some(photo) => photo.to_string(),
        None => payload["token"].as_str().unwrap_or(url).to_owned(),
    };
    (!url.is_empty() && url.len() <= LONGEST_URL).then(|| RemoteFile {
        id: url.to_owned(),
        unique: lasting.chars().take(LONGEST_URL).collect(),
    })
}

fn place(of: &Value) -> String {
    match (of["latitude"].as_f64(), of["longitude"].as_f64()) {
        (Some(latitude), Some(longitude)) => format!("{latitude}, {longitude}"),
        _ => String::new(),
    }
}

fn text<'a>(of: &'a Value, key: &str) -> &'a str {
    of[key].as_str().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn enclosures(attachments: Value) -> Vec<Enclosure> {
        let contact = |_: &Value| panic!("no contact");
        let contents = read(&json!({"text": "", "attachments": attachments}), contact);
        let of = |content| match content {
            Content::Enclosure(enclosure) => Some(enclosure),
            Content::Words | Content::Contact(_) => None,
        };
        contents.into_iter().filter_map(of).collect()
    }

    #[test]
    fn photos_and_files_are_named_by_their_url_and_kept_apart_by_what_lasts() {
        let found = enclosures(json!([
            {"type": "image", "payload": {"photo_id": 12, "token": "t", "url": "https://i.example/1"}},
            {"type": "file", "payload": {"token": "t2", "url": "https://f.example/2"}, "filename": "../a b.pdf", "size": 9},
            {"type": "video", "payload": {"url": "https://v.example/3"}, "duration": 7},
        ]));
        let files = found.iter().map(|one| one.file.as_ref().unwrap());
        let files: Vec<_> = files.map(|file| (&*file.id, &*file.unique)).collect();
        assert_eq!(
            files,
            [
                ("https://i.example/1", "12"),
                ("https://f.example/2", "t2"),
                ("https://v.example/3", "https://v.example/3")
            ]
        );
        assert_eq!(found[0].kind, AttachmentKind::Photo);
        assert_eq!((&*found[1].file_name, found[1].size), ("a b.pdf", Some(9)));
        assert_eq!(found[2].duration, Some(7));
    }

    #[test]
    fn other_kinds_are_notes() {
        for (attachment, kind, about) in [
            (
                json!({"type": "location", "latitude": 55.75, "longitude": 37.5}),
                AttachmentKind::Place,
                "55.75, 37.5",
            ),
            (
                json!({"type": "sticker", "payload": {"url": "https://s.example/1", "code": "a"}}),
                AttachmentKind::Sticker,
                "",
            ),
            (
                json!({"type": "share", "payload": {"url": "https://example.com"}}),
                AttachmentKind::Other,
                "https://example.com",
            ),
            (json!({"type": "hologram"}), AttachmentKind::Other, ""),
            (json!({"type": 7, "payload": []}), AttachmentKind::Other, ""),
            (json!("nonsense"), AttachmentKind::Other, ""),
        ] {
            let found = enclosures(json!([attachment]));
            assert_eq!((found[0].kind, &*found[0].about), (kind, about));
            assert_eq!(found[0].file, None);
        }
    }

    #[test]
    fn keyboards_and_previews_of_links_are_no_content() {
        let contact = |_: &Value| panic!("no contact");
        let body = json!({
            "text": "see https://example.com",
            "attachments": [{"type": "inline_keyboard"}, {"type": "share", "payload": {"url": "https://example.com"}}],
        });
        for body in [
            &body,
            &json!({"text": "a"}),
            &json!(null),
            &json!({"attachments": {}}),
        ] {
            assert!(
                matches!(&read(body, contact)[..], [Content::Words]),
                "{body}"
            );
        }
    }
}
