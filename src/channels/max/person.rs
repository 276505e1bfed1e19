//! The person of an update (<https://dev.max.ru/docs-api/objects/User>).

use serde_json::Value;

use crate::channels::Person;
use crate::domain::{Chat, Messenger, Name};

/// Returns the id of a person; `None` for a bot.
pub(super) fn person_id(user: &Value) -> Option<i64> {
    let id = user["user_id"].as_i64().filter(|id| *id > 0)?;
    (user["is_bot"] != true).then_some(id)
}

/// Reads a person with that id.
pub(super) fn person(id: i64, user: &Value, update: &Value) -> Person {
    let names = ["first_name", "last_name"].map(|name| user[name].as_str().unwrap_or_default());
    let name = Name::from_telegram(&names.join(" "));
    Person {
        chat: Chat::new(Messenger::Max, id),
        name: name.or_else(|| Name::from_telegram(user["name"].as_str()?)),
        language: update["user_locale"].as_str().map(str::to_owned),
    }
}
