//! Buttons under a message (<https://dev.max.ru/docs-api>, "inline_keyboard"). MAX has no other keyboards.

use serde_json::{Value, json};

use crate::domain::Buttons;

/// Maximum numbers of rows and of buttons in a row; of buttons that ask for the contact it is 3, and there is one.
const ROWS: usize = 30;
const IN_A_ROW: usize = 7;
/// Maximum lengths of a label in characters, and of the data in bytes.
const LABEL: usize = 128;
const DATA: usize = 1_024;

/// Builds the attachments of a message: its keyboard, or none. More buttons than fit are left out.
pub(super) fn attachments(buttons: &Buttons) -> Vec<Value> {
    let rows: Vec<Vec<Value>> = match buttons {
        Buttons::None | Buttons::RemoveKeyboard => Vec::new(),
        Buttons::ShareContact(label) => {
            vec![vec![
                json!({ "type": "request_contact", "text": cut(label) }),
            ]]
        }
        Buttons::Row(row) => {
            let row: Vec<Value> = row.iter().filter_map(callback).collect();
            row.chunks(IN_A_ROW).map(<[Value]>::to_vec).collect()
        }
        Buttons::Column(all) => all
            .iter()
            .filter_map(|one| Some(vec![callback(one)?]))
            .collect(),
    };
    let rows: Vec<_> = rows.into_iter().take(ROWS).collect();
    match rows.is_empty() {
        true => Vec::new(),
        false => vec![json!({ "type": "inline_keyboard", "payload": { "buttons": rows } })],
    }
}

/// Builds a button; `None` for one whose data MAX would refuse, and the whole message with it.
fn callback((label, data): &(String, String)) -> Option<Value> {
    let fits = data.len() <= DATA;
    fits.then(|| json!({ "type": "callback", "text": cut(label), "payload": data }))
}

fn cut(label: &str) -> String {
    match label.chars().count() > LABEL {
        true => label.chars().take(LABEL - 1).chain(['…']).collect(),
        false => label.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(buttons: &Buttons) -> Vec<usize> {
        let all = attachments(buttons);
        let rows = all
            .iter()
            .flat_map(|one| one["payload"]["buttons"].as_array());
        rows.flatten()
            .map(|row| row.as_array().unwrap().len())
            .collect()
    }

    fn some(count: usize) -> Vec<(String, String)> {
        vec![("Label".to_owned(), "data".to_owned()); count]
    }

    #[test]
    fn keyboards_keep_to_the_limits() {
        assert!(rows(&Buttons::None).is_empty());
        assert!(rows(&Buttons::RemoveKeyboard).is_empty());
        assert_eq!(rows(&Buttons::Row(some(2))), [2]);
        assert_eq!(rows(&Buttons::Row(some(9))), [7, 2]);
        assert_eq!(rows(&Buttons::Row(some(300))), [7; 30]);
        assert_eq!(rows(&Buttons::Column(some(40))), [1; 30]);
        assert_eq!(rows(&Buttons::ShareContact("Share".to_owned())), [1]);
        let long = vec![
            ("а".repeat(200), "d".repeat(1_024)),
            ("b".into(), "d".repeat(1_025)),
        ];
        let built = attachments(&Buttons::Row(long));
        let label = built[0]["payload"]["buttons"][0][0]["text"].as_str();
        assert_eq!(label.unwrap().chars().count(), 128);
        assert_eq!(
            built[0]["payload"]["buttons"][0].as_array().unwrap().len(),
            1
        );
    }

    #[test]
    fn the_contact_is_asked_for_by_a_button_of_its_own_kind() {
        let built = attachments(&Buttons::ShareContact("Share".to_owned()));
        let expected = json!([{ "type": "inline_keyboard", "payload": { "buttons": [[
            { "type": "request_contact", "text": "Share" }
        ]] } }]);
        assert_eq!(Value::from(built), expected);
    }
}
