//! Parsing of messages (<https://dev.max.ru/docs-api/objects/Message>).

use secrecy::SecretString;
use serde_json::Value;

use super::person::{person, person_id};
use super::{contact, content};
use crate::channels::Message;
use crate::domain::MessageKey;

/// Reads a message to the bot, with its files one by one; none when it wasn't sent by a person in their dialog with the
/// bot. `name` names a message without an id.
pub(super) fn read(update: &Value, name: &str, token: &SecretString) -> Vec<Message> {
    let message = &update["message"];
    let (sender, link) = (&message["sender"], &message["link"]);
    if message["recipient"]["chat_type"] != "dialog" {
        return Vec::new();
    }
    let Some(user) = person_id(sender) else {
        return Vec::new();
    };
    let is_forwarded = link["type"] == "forward";
    let body = match is_forwarded && is_empty(&message["body"]) {
        true => &link["message"],
        false => &message["body"],
    };
    let id = message["body"]["mid"].as_str().unwrap_or(name);
    let contents = content::read(body, |payload| {
        contact::read(payload, user, !is_forwarded, token)
    });
    let answered = link["message"]["mid"]
        .as_str()
        .or_else(|| link["mid"].as_str());
    let answered = answered.filter(|_| link["type"] == "reply");
    let album = (contents.len() > 1).then(|| id.to_owned());
    let text = body["text"].as_str().filter(|text| !text.is_empty());
    let part = |(part, content)| Message {
        from: person(user, sender, update),
        id: match part {
            0 => MessageKey::new(id),
            _ => MessageKey::new(format!("{id}/{part}")),
        },
        answers: answered.map(MessageKey::new),
        album: album.clone(),
        text: text.filter(|_| part == 0).map(str::to_owned),
        content,
    };
    contents.into_iter().enumerate().map(part).collect()
}

/// Returns whether a body has neither text nor attachments; a forwarded message may have none of its own.
fn is_empty(body: &Value) -> bool {
    let text = body["text"].as_str().unwrap_or_default();
    let attachments = body["attachments"].as_array();
    text.is_empty() && attachments.is_none_or(Vec::is_empty)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::update::parse;
    use super::*;
    use crate::channels::{Content, Event, Update};

    fn read(update: &Value) -> Vec<Update> {
        parse(update.to_string().as_bytes(), &"token".into())
    }

    /// Returns the messages of an update with this body, and these fields of its message.
    fn messages(body: &Value, differs: &Value) -> Vec<Message> {
        let mut message = json!({
            "sender": {"user_id": 7, "first_name": "Anna"},
            "recipient": {"chat_id": 182, "chat_type": "dialog", "user_id": 900},
            "body": body,
        });
        let fields = message.as_object_mut().unwrap();
        fields.extend(differs.as_object().unwrap().clone());
        let update =
            json!({"update_type": "message_created", "timestamp": 101, "message": message});
        let of = |update: Update| match update.event {
            Event::Message(message) => message,
            other => panic!("{other:?}"),
        };
        read(&update).into_iter().map(of).collect()
    }

    fn one(body: &Value, differs: &Value) -> Message {
        let mut all = messages(body, differs);
        assert_eq!(all.len(), 1, "{all:?}");
        all.remove(0)
    }

    #[test]
    fn several_photos_are_an_album_with_one_text() {
        let photo = |id: i64| json!({"type": "image", "payload": {"photo_id": id, "url": "https://i.example"}});
        let body = json!({"mid": "mid.1", "text": "look", "attachments": [photo(1), photo(2)]});
        let parts = messages(&body, &json!({}));
        assert_eq!(parts[0].text.as_deref(), Some("look"));
        assert_eq!(parts[1].text, None);
        let ids: Vec<_> = parts.iter().map(|part| part.id.as_str()).collect();
        assert_eq!(ids, ["mid.1", "mid.1/1"]);
        assert!(
            parts
                .iter()
                .all(|part| part.album.as_deref() == Some("mid.1"))
        );
    }

    #[test]
    fn a_reply_names_the_message_that_it_answers_and_a_forwarded_one_brings_its_content() {
        let link =
            json!({"link": {"type": "reply", "message": {"mid": "mid.0", "text": "question"}}});
        let reply = one(&json!({"mid": "mid.1", "text": "yes"}), &link);
        assert_eq!(reply.answers, Some(MessageKey::new("mid.0")));
        assert_eq!(reply.text.as_deref(), Some("yes"));

        let link =
            json!({"link": {"type": "forward", "message": {"mid": "mid.0", "text": "news"}}});
        for body in [
            json!(null),
            json!({"mid": "mid.1", "text": "", "attachments": []}),
        ] {
            let forwarded = one(&body, &link);
            assert_eq!(forwarded.answers, None);
            assert_eq!(forwarded.text.as_deref(), Some("news"));
        }
    }

    #[test]
    fn a_contact_that_was_forwarded_is_nobodys_own() {
        let card = "TEL:79001234567";
        let hash = "ccc23b135be676c363bd38c93f9e5c149116a6c51543286fcc7c0e3c2281c1f1";
        let contact = json!({"type": "contact", "payload": {
            "vcf_info": card, "hash": hash, "max_info": {"user_id": 7},
        }});
        let body = json!({"mid": "mid.1", "text": null, "attachments": [contact]});
        let own = |body: &Value, differs: &Value| match one(body, differs).content {
            Content::Contact(contact) => contact.own,
            other => panic!("{other:?}"),
        };
        assert!(own(&body, &json!({})));
        let link = json!({"link": {"type": "forward", "message": body}});
        assert!(!own(&body, &link));
        assert!(!own(&json!(null), &link));
    }
}
