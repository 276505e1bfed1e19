//! Parsing of a message's content besides its text (<https://core.telegram.org/bots/api#message>).
//!
//! Telegram adds message kinds and fields several times a year. No field is therefore required
//! here: an unknown kind is a kind of its own, and a missing or differently shaped field is
//! unknown. Deserialising into a type with required fields would lose the whole message because of
//! one of them, and its sender would get no reply.

use serde_json::{Map, Value};

use crate::channels::{Contact, Content};
use crate::domain::{AttachmentKind, Contents, Enclosure, RemoteFile, one_line, safe_name};

/// Service messages, which Telegram itself creates in a chat. A missing one is treated as a message
/// of unknown kind, which errs on the safe side.
const SERVICE: &[&str] = &[
    "pinned_message",
    "message_auto_delete_timer_changed",
    "chat_background_set",
    "write_access_allowed",
    "connected_website",
    "passport_data",
    "proximity_alert_triggered",
    "web_app_data",
    "users_shared",
    "user_shared",
    "chat_shared",
    "successful_payment",
    "refunded_payment",
    "boost_added",
    "new_chat_members",
    "left_chat_member",
    "new_chat_title",
    "new_chat_photo",
    "delete_chat_photo",
    "group_chat_created",
    "migrate_to_chat_id",
    "migrate_from_chat_id",
    "video_chat_scheduled",
    "video_chat_started",
    "video_chat_ended",
    "video_chat_participants_invited",
    "forum_topic_created",
    "forum_topic_edited",
    "forum_topic_closed",
    "forum_topic_reopened",
    "gift",
    "unique_gift",
    "gift_upgrade_sent",
    "giveaway_created",
    "paid_message_price_changed",
    "direct_message_price_changed",
    "checklist_tasks_done",
    "checklist_tasks_added",
];

/// Extracts the note's text of such an item.
type About = fn(&Value) -> String;

/// An animation is a document as well, and a venue a location: the first match counts.
const KINDS: [(&str, AttachmentKind, About); 11] = [
    ("animation", AttachmentKind::Animation, nothing),
    ("voice", AttachmentKind::Voice, nothing),
    ("video_note", AttachmentKind::VideoNote, nothing),
    ("video", AttachmentKind::Video, nothing),
    ("audio", AttachmentKind::Audio, nothing),
    ("document", AttachmentKind::File, nothing),
    ("sticker", AttachmentKind::Sticker, sticker),
    ("venue", AttachmentKind::Place, venue),
    ("location", AttachmentKind::Place, place),
    ("poll", AttachmentKind::Poll, poll),
    ("dice", AttachmentKind::Dice, dice),
];

/// Parses the content; `None` for a service message. `own` tells whether a contact is its sender's
/// own, sent first-hand.
pub(super) fn read(message: &Map<String, Value>, own: impl Fn(i64) -> bool) -> Option<Content> {
    let has = |key: &&str| message.get(*key).is_some_and(|value| !value.is_null());
    if SERVICE.iter().any(has) {
        return None;
    }
    let of = |key: &str| message.get(key).unwrap_or(&Value::Null);
    if has(&"contact") {
        let contact = of("contact");
        let names = ["first_name", "last_name"].map(|name| text(contact, name));
        return Some(Content::Contact(Contact {
            phone: text(contact, "phone_number").to_owned(),
            name: one_line(&names.join(" ")),
            own: contact["user_id"].as_i64().is_some_and(own),
        }));
    }
    if let Some(sizes) = of("photo").as_array() {
        // The same picture in several sizes: the largest acceptable one.
        let fits = |size: &Value| size["file_size"].as_u64() <= Some(Contents::MAX as u64);
        let largest = sizes
            .iter()
            .max_by_key(|size| (fits(size), size["width"].as_i64()));
        let largest = largest.unwrap_or(&Value::Null);
        return Some(enclosure(AttachmentKind::Photo, largest, nothing));
    }
    if let Some((key, kind, about)) = KINDS.iter().find(|(key, ..)| has(key)) {
        let says_picture = text(of(key), "mime_type").starts_with("image/");
        let kind = match kind {
            AttachmentKind::File if says_picture => AttachmentKind::Photo,
            other => *other,
        };
        return Some(enclosure(kind, of(key), *about));
    }
    Some(match of("text").is_string() {
        true => Content::Words,
        false => enclosure(AttachmentKind::Other, &Value::Null, nothing),
    })
}

fn enclosure(kind: AttachmentKind, of: &Value, about: About) -> Content {
    let file = of["file_id"].as_str().map(|id| RemoteFile {
        id: id.to_owned(),
        unique: of["file_unique_id"].as_str().unwrap_or(id).to_owned(),
    });
    let amount = |key: &str| of[key].as_i64().filter(|amount| *amount >= 0);
    Content::Enclosure(Enclosure {
        kind,
        file,
        file_name: safe_name(text(of, "file_name")),
        size: amount("file_size"),
        duration: amount("duration"),
        about: one_line(&about(of)),
    })
}

fn text<'a>(of: &'a Value, key: &str) -> &'a str {
    of[key].as_str().unwrap_or_default()
}

fn nothing(_: &Value) -> String {
    String::new()
}

fn sticker(of: &Value) -> String {
    text(of, "emoji").to_owned()
}

fn dice(of: &Value) -> String {
    format!("{} {}", text(of, "emoji"), of["value"])
}

fn place(of: &Value) -> String {
    match (of["latitude"].as_f64(), of["longitude"].as_f64()) {
        (Some(latitude), Some(longitude)) => format!("{latitude}, {longitude}"),
        _ => String::new(),
    }
}

fn venue(of: &Value) -> String {
    let parts = [
        text(of, "title"),
        text(of, "address"),
        &place(&of["location"]),
    ];
    let known = parts.into_iter().filter(|part| !part.is_empty());
    known.collect::<Vec<_>>().join(", ")
}

fn poll(of: &Value) -> String {
    let options = of["options"].as_array().into_iter().flatten();
    let options: Vec<&str> = options.map(|option| text(option, "text")).collect();
    format!("{} — {}", text(of, "question"), options.join("; "))
}
