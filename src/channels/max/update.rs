//! Parsing of updates of the relevant kinds (<https://dev.max.ru/docs-api/objects/Update>).
//!
//! Every field is looked up where it should be, and none is required: MAX adds kinds and fields, and what isn't
//! understood is [`Event::Other`].

use secrecy::SecretString;
use serde_json::Value;

use super::contact::signature;
use super::message;
use super::person::{person, person_id};
use crate::channels::{Event, Update};
use crate::domain::MessageKey;

/// Parses an update; none when it isn't one. A message with several files is several: the parts of an album, each with
/// a name of its own. `token` is the bot's, by which MAX signs contacts.
pub fn parse(json: &[u8], token: &SecretString) -> Vec<Update> {
    let Ok(update) = serde_json::from_slice::<Value>(json) else {
        return Vec::new();
    };
    let Some(kind) = update["update_type"].as_str() else {
        return Vec::new();
    };
    let name = name(kind, &update, token);
    let events = match kind {
        "message_created" => message::read(&update, &name, token)
            .into_iter()
            .map(Event::Message)
            .collect(),
        "message_edited" => message::read(&update, &name, token)
            .into_iter()
            .take(1)
            .map(Event::Edited)
            .collect(),
        "message_callback" => press(&update).into_iter().collect(),
        "bot_started" => started(&update).into_iter().collect(),
        "bot_stopped" | "dialog_removed" => stopped(&update).into_iter().collect(),
        _ => Vec::new(),
    };
    let events = match events.is_empty() {
        true => vec![Event::Other],
        false => events,
    };
    let key = |part: usize| match part {
        0 => name.clone(),
        _ => format!("{name}/{part}"),
    };
    let events = events.into_iter().enumerate();
    let update = |(part, event)| Update {
        key: key(part),
        event,
    };
    events.map(update).collect()
}

/// Returns the name of an update, which MAX doesn't number: it is the same when the update is redelivered. It is stored for
/// a week, also when the person is erased meanwhile, so that it contains neither their dialog nor a message, whose name may contain it.
fn name(kind: &str, update: &Value, token: &SecretString) -> String {
    let (message, callback) = (&update["message"], &update["callback"]);
    let instant = |of: &Value| of["timestamp"].as_i64().unwrap_or_default();
    let mid = message["body"]["mid"].as_str();
    let which = match (kind, mid, callback["callback_id"].as_str()) {
        ("message_created", Some(mid), _) => mid.to_owned(),
        // A message can be edited, and a button be pressed, again.
        ("message_edited", Some(mid), _) => format!("{mid}/{}", instant(update)),
        ("message_callback", _, Some(id)) => format!("{id}/{}", instant(callback)),
        _ => {
            let own = update["chat_id"].as_i64();
            let chat = own.or_else(|| message["recipient"]["chat_id"].as_i64());
            let chat = chat.unwrap_or_default();
            format!("{chat}/{}", instant(update))
        }
    };
    format!("{kind}/{}", signature(token, &which))
}

fn press(update: &Value) -> Option<Event> {
    let (callback, message) = (&update["callback"], &update["message"]);
    // It may be deleted by now. The bot's keyboards are in dialogs only.
    let recipient = &message["recipient"];
    if !message.is_null() && recipient["chat_type"] != "dialog" {
        return None;
    }
    let user = person_id(&callback["user"])?;
    Some(Event::Press {
        from: person(user, &callback["user"], update),
        query: callback["callback_id"].as_str()?.to_owned(),
        data: callback["payload"].as_str().unwrap_or_default().to_owned(),
        message: message["body"]["mid"].as_str().map(MessageKey::new),
    })
}

fn started(update: &Value) -> Option<Event> {
    let user = person_id(&update["user"])?;
    let payload = update["payload"].as_str();
    Some(Event::Started {
        from: person(user, &update["user"], update),
        payload: payload.filter(|text| !text.is_empty()).map(str::to_owned),
    })
}

fn stopped(update: &Value) -> Option<Event> {
    let user = person_id(&update["user"])?;
    Some(Event::Membership {
        from: person(user, &update["user"], update),
        blocked: true,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::channels::Content;
    use crate::domain::{Chat, Messenger};

    fn read(update: &Value) -> Vec<Update> {
        parse(update.to_string().as_bytes(), &"token".into())
    }

    fn one(update: &Value) -> Update {
        let mut all = read(update);
        assert_eq!(all.len(), 1, "{all:?}");
        all.remove(0)
    }

    /// A message from user 7 in their dialog, with these fields changed.
    fn message(kind: &str, body: &Value, differs: &Value) -> Value {
        let mut message = json!({
            "sender": {"user_id": 7, "first_name": "Anna", "last_name": "Petrova", "is_bot": false},
            "recipient": {"chat_id": 182, "chat_type": "dialog", "user_id": 900},
            "timestamp": 100,
            "body": body,
        });
        let fields = message.as_object_mut().unwrap();
        fields.extend(differs.as_object().unwrap().clone());
        json!({"update_type": kind, "timestamp": 101, "user_locale": "ru", "message": message})
    }

    fn created(body: &Value, differs: &Value) -> Value {
        message("message_created", body, differs)
    }

    #[test]
    fn a_message_comes_from_its_sender() {
        let text = json!({"mid": "mid.1", "seq": 1, "text": "hello", "attachments": null});
        let update = one(&created(&text, &json!({})));
        assert!(update.key.starts_with("message_created/"));
        assert!(!update.key.contains("mid.1"), "{}", update.key);
        let Event::Message(message) = update.event else {
            panic!("{update:?}");
        };
        assert_eq!(message.from.chat, Chat::new(Messenger::Max, 7));
        assert_eq!(message.from.name.unwrap().as_str(), "Anna Petrova");
        assert_eq!(message.from.language.as_deref(), Some("ru"));
        assert_eq!(message.id.as_str(), "mid.1");
        assert_eq!(message.text.as_deref(), Some("hello"));
        assert!(matches!(message.content, Content::Words));
        assert_eq!((message.answers, message.album), (None, None));
    }

    #[test]
    fn groups_channels_and_bots_are_not_heard() {
        let text = json!({"mid": "mid.1", "text": "hello"});
        for differs in [
            json!({"recipient": {"chat_id": -7, "chat_type": "chat"}}),
            json!({"recipient": {"chat_id": -7, "chat_type": "channel"}}),
            json!({"recipient": {}}),
            json!({"sender": {"user_id": 7, "is_bot": true}}),
            json!({"sender": null}),
            json!({"sender": {"user_id": 0}}),
        ] {
            let update = one(&created(&text, &differs));
            assert!(matches!(update.event, Event::Other), "{differs}");
        }
    }

    #[test]
    fn what_is_unknown_is_other_and_what_is_no_update_is_none() {
        for kind in [
            "dialog_muted",
            "dialog_cleared",
            "message_removed",
            "bot_added",
            "new_kind",
        ] {
            let update = one(&json!({"update_type": kind, "timestamp": 5, "chat_id": 3}));
            assert!(matches!(update.event, Event::Other));
            assert!(update.key.starts_with(&format!("{kind}/")));
            assert!(!update.key.contains("3/5"), "{}", update.key);
        }
        for text in [
            "",
            "[]",
            "{}",
            "null",
            "{\"update_type\": 7}",
            "{\"update_type\": \"a\"",
        ] {
            assert!(parse(text.as_bytes(), &"token".into()).is_empty(), "{text}");
        }
        let torn = one(&json!({"update_type": "message_created", "message": 7}));
        assert!(matches!(torn.event, Event::Other));
    }

    #[test]
    fn a_redelivered_update_has_the_same_key_and_another_one_has_another() {
        let text = json!({"mid": "mid.1", "text": "hello"});
        let edited = message("message_edited", &text, &json!({}));
        let mut again = edited.clone();
        assert_eq!(one(&edited).key, one(&again).key);
        again["timestamp"] = 102.into();
        assert_ne!(one(&edited).key, one(&again).key);
        assert_ne!(one(&edited).key, one(&created(&text, &json!({}))).key);

        let press = |at: i64| {
            let callback = json!({"callback_id": "c", "timestamp": at, "payload": "p", "user": {"user_id": 7}});
            one(
                &json!({"update_type": "message_callback", "timestamp": 9, "message": null, "callback": callback}),
            )
        };
        assert_eq!(press(1).key, press(1).key);
        assert_ne!(press(1).key, press(2).key);
    }

    #[test]
    fn an_edited_message_keeps_its_id() {
        let text = json!({"mid": "mid.1", "text": "better"});
        let update = one(&message("message_edited", &text, &json!({})));
        let Event::Edited(message) = update.event else {
            panic!("{update:?}");
        };
        assert_eq!(message.id.as_str(), "mid.1");
        assert_eq!(message.text.as_deref(), Some("better"));
    }

    #[test]
    fn each_photo_has_a_key_and_an_edited_album_is_one_message() {
        let photo = json!({"type": "image", "payload": {"url": "https://i.example"}});
        let body = json!({"mid": "mid.1", "text": "look", "attachments": [photo, photo]});
        let all = read(&created(&body, &json!({})));
        let keys: Vec<_> = all.iter().map(|update| &*update.key).collect();
        let [first, second] = keys[..] else {
            panic!("{keys:?}");
        };
        // The id is signed: it would tell whose message it was.
        assert!(
            first.starts_with("message_created/") && !first.contains("mid.1"),
            "{first}"
        );
        assert_eq!(second, format!("{first}/1"));
        assert_eq!(read(&created(&body, &json!({})))[0].key, first);
        assert_eq!(read(&message("message_edited", &body, &json!({}))).len(), 1);
    }

    #[test]
    fn a_press_is_of_the_person_who_pressed() {
        let update = json!({
            "update_type": "message_callback", "timestamp": 9, "user_locale": "en",
            "callback": {"callback_id": "c", "timestamp": 8, "payload": "list:1", "user": {"user_id": 7, "first_name": "Anna"}},
            "message": {
                "recipient": {"chat_id": 182, "chat_type": "dialog", "user_id": 7},
                "sender": {"user_id": 900, "is_bot": true},
                "body": {"mid": "mid.1", "text": "list"},
            },
        });
        let Event::Press {
            from,
            query,
            data,
            message,
        } = one(&update).event
        else {
            panic!("no press");
        };
        assert_eq!(from.chat.id, 7);
        assert_eq!((&*query, &*data), ("c", "list:1"));
        assert_eq!(message, Some(MessageKey::new("mid.1")));

        let mut group = update.clone();
        group["message"]["recipient"]["chat_type"] = "chat".into();
        assert!(matches!(one(&group).event, Event::Other));
        let mut deleted = update;
        deleted["message"] = Value::Null;
        let pressed = one(&deleted).event;
        assert!(matches!(pressed, Event::Press { message: None, .. }));
    }

    #[test]
    fn starting_and_stopping_the_bot() {
        let of = |kind: &str, payload: Value| {
            one(&json!({
                "update_type": kind, "timestamp": 9, "chat_id": 182, "payload": payload,
                "user": {"user_id": 7, "name": "Anna"}, "user_locale": "ru",
            }))
        };
        let update = of("bot_started", json!("abc"));
        assert!(update.key.starts_with("bot_started/"), "{}", update.key);
        assert!(!update.key.contains("182"), "{}", update.key);
        let Event::Started { from, payload } = update.event else {
            panic!("not started");
        };
        assert_eq!(from.name.unwrap().as_str(), "Anna");
        assert_eq!(payload.as_deref(), Some("abc"));
        for payload in [json!(null), json!("")] {
            let event = of("bot_started", payload).event;
            assert!(matches!(event, Event::Started { payload: None, .. }));
        }
        for kind in ["bot_stopped", "dialog_removed"] {
            let event = of(kind, json!(null)).event;
            assert!(matches!(event, Event::Membership { blocked: true, .. }));
        }
    }
}
