//! Every text about people and their requests can be edited, searched, exported, archived, read in
//! the history, and erased. The columns are read from the database, so a new one can't be forgotten
//! in any of these.

use std::collections::BTreeMap;

use rusqlite::Connection;
use serde_json::json;
use zayavka::domain::{CardField, DeviceField};

use crate::bot::{ANNA, contact, message, messages, text};
use crate::fake_telegram::Answer;
use crate::harness::{Shop, eventually};
use crate::pages::Browser;

/// Tables without data about customers and their devices, with what they contain.
const OTHERS: &[(&str, &str)] = &[
    ("catalogue_items", "the shop's price list"),
    ("drawers", "the shop's own words"),
    ("employees", "those who work in the shop"),
    ("first_day", "words of the program"),
    ("idempotency_keys", "digests, and numbers of what was made"),
    ("changes", "numbers of tasks and customers, and times"),
    ("changes_stale", "numbers of tasks and customers, and times"),
    ("message_texts", "the shop's own words"),
    ("incidents", "the program's own mishaps"),
    (
        "offsite_attempts",
        "places and names of copies, and why one failed",
    ),
    ("messenger_updates", "the messengers' names of updates"),
    ("logo", "a picture of the shop"),
    ("invites", "those who will work in the shop"),
    ("morning_lists", "days"),
    ("search_aliases", "the shop's own words"),
    ("secrets", "keys of the program"),
    ("audit_events", "the shop's own settings"),
    ("settings", "the shop's own words"),
    ("staff_code_tries", "accounts of those who work in the shop"),
    ("shifts", "why the cash of a day differs"),
    ("stages", "the shop's own words"),
    ("stale_keys", "versions of the program"),
    ("task_counts", "how many tasks there are"),
    (
        "webhook_deliveries",
        "numbers of tasks and customers, and what happened",
    ),
    ("webhooks", "other programs"),
];

/// Columns without texts by people, with what they contain.
const WORDS: &[(&str, &[&str], &str)] = &[
    ("approval_lines", &["kind"], "words of the program"),
    ("approvals", &["state", "channel"], "words of the program"),
    ("comments", &["kind", "channel"], "words of the program"),
    (
        "customers",
        &["telegram_language", "max_language", "heard_on"],
        "languages, and a word of the program",
    ),
    (
        "imports",
        &["source", "number"],
        "which row of another program's file is here already",
    ),
    (
        "outbox",
        &[
            "kind",
            "from_status",
            "to_status",
            "state",
            "reason",
            "person",
            "channel",
            "refused_by",
            "external_id",
            "arrival",
        ],
        "words of the program, and numbers of customers, chats and messages",
    ),
    (
        "payments",
        &["kind", "method", "fiscal_number", "request_key"],
        "words of the program, and numbers of receipts and requests",
    ),
    (
        "photos",
        &["kind", "state", "mime", "messenger"],
        "words of the program, and types of files",
    ),
    ("task_details", &["warranty_until"], "a day"),
    ("task_events", &["kind", "author"], "words of the program"),
    ("task_lines", &["kind"], "words of the program"),
    (
        "tasks",
        &["category", "status", "due_on"],
        "words of the program, and a day",
    ),
    (
        "chat_messages",
        &["messenger", "message", "album"],
        "words of the program, and the messengers' names of messages and albums",
    ),
];

/// An operation on a text. Erasure has no exceptions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Room {
    Edited,
    Searched,
    Exported,
    Archived,
    History,
}
use Room::{Archived, Edited, Exported, History, Searched};

const ROOMS: [Room; 5] = [Edited, Searched, Exported, Archived, History];

/// Operations that don't apply to a column, with the reason.
const EXCEPTIONS: &[(&str, &[&str], &[Room], &str)] = &[
    (
        "customers",
        &["phone_e164"],
        &[Edited],
        "another number leaves the chat, as `corrections` shows",
    ),
    (
        "customers",
        &["phone_e164", "second_phone_key"],
        &[Exported],
        "it is made of a phone",
    ),
    (
        "customers",
        &[
            "phone",
            "phone_e164",
            "name",
            "name_key",
            "second_phone",
            "second_phone_key",
            "email",
            "company",
            "company_key",
            "tax_number",
            "note",
        ],
        &[History],
        "a card has no history",
    ),
    (
        "customers",
        &["note"],
        &[Searched],
        "a remark about a person, which finds nobody",
    ),
    (
        "customer_merges",
        &["snapshot"],
        &[Edited, Searched, Exported, Archived, History],
        "what a merge is undone by, for a day",
    ),
    (
        "task_events",
        &["from_value"],
        &[Searched],
        "a search finds what is, and not what was",
    ),
    (
        "task_events",
        &["from_value", "to_value"],
        &[Exported],
        "a table has the tasks and not their history",
    ),
    (
        "task_events",
        &["from_value"],
        &[Edited],
        "the history is append-only",
    ),
    ("comments", &["text"], &[Edited], "what was said stays said"),
    (
        "comments",
        &["text"],
        &[Searched, Exported],
        "a search and a table show requests, not talks",
    ),
    (
        "approval_lines",
        &["name"],
        &[Edited, Searched, Exported],
        "what was agreed to stays as it was",
    ),
    (
        "payments",
        &["note"],
        &[Edited, Searched, Exported, History],
        "the ledger is append-only, and stands beside the history",
    ),
    (
        "task_lines",
        &["name"],
        &[Exported],
        "a table has the price of a task and not its lines",
    ),
    (
        "approvals",
        &["text"],
        &[Edited],
        "what was agreed to stays as it was",
    ),
    (
        "approvals",
        &["text"],
        &[History],
        "the history has the price; the text is shown with the question",
    ),
    (
        "approvals",
        &["text"],
        &[Searched, Exported],
        "a search and a table show requests, not talks",
    ),
    (
        "photos",
        &["remote_file", "remote_unique", "file_name", "about"],
        &[Edited, Searched, Exported],
        "it came with a message",
    ),
    (
        "photos",
        &["remote_file", "remote_unique"],
        &[History],
        "Telegram's names of a file",
    ),
    (
        "outbox",
        &["reply", "detail"],
        &[Edited, Searched, Exported, Archived, History],
        "it is on its way, or the reason why it never arrived",
    ),
    (
        "phone_ends",
        &["digits"],
        &[Edited, Exported, History],
        "the triggers make it of the phone, for the search",
    ),
];

type Column = (String, String);

/// Returns the columns with texts by people.
fn columns(file: &Connection) -> Vec<Column> {
    let sql = "SELECT t.name, c.name FROM pragma_table_list AS t JOIN pragma_table_info(t.name) AS c
        WHERE t.type = 'table' AND t.schema = 'main' AND t.name NOT LIKE 'sqlite_%' AND c.type = 'TEXT'
        ORDER BY 1, 2";
    let mut statement = file.prepare(sql).unwrap();
    let all = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)));
    let all: Vec<Column> = all.unwrap().map(Result::unwrap).collect();
    // Everything named here exists.
    for (table, reason) in OTHERS {
        assert!(all.iter().any(|(of, _)| of == table), "{table}: {reason}");
    }
    let words = WORDS.iter().map(|(table, columns, _)| (table, columns));
    let excepted = EXCEPTIONS
        .iter()
        .map(|(table, columns, ..)| (table, columns));
    for (table, columns) in words.chain(excepted) {
        for column in *columns {
            let named = ((*table).to_owned(), (*column).to_owned());
            assert!(all.contains(&named), "{named:?}");
        }
    }
    let is_other = |table: &str| OTHERS.iter().any(|(other, _)| *other == table);
    let is_word = |(table, column): &Column| {
        let mut words = WORDS.iter();
        words.any(|(of, words, _)| of == table && words.contains(&column.as_str()))
    };
    let people = all
        .into_iter()
        .filter(|of| !is_other(&of.0) && !is_word(of));
    people.collect()
}

/// Returns the longest text of each column, in lower case.
fn texts(file: &Connection, columns: &[Column]) -> BTreeMap<Column, String> {
    let longest = |(table, column): &Column| {
        let sql = format!(
            "SELECT coalesce((SELECT {column} FROM {table} ORDER BY length({column}) DESC LIMIT 1), '')"
        );
        let text: String = file.query_row(&sql, [], |row| row.get(0)).unwrap();
        text.to_ascii_lowercase()
    };
    let all = columns.iter();
    all.map(|column| (column.clone(), longest(column)))
        .collect()
}

/// Returns a unique text for a field, which is also valid as a serial number with a key.
fn marker(field: &str, nth: u8) -> String {
    format!("zq{}{nth}", field.to_lowercase())
}

const PHONE: &str = "+7 916 555-01-02";

/// Returns all fields of a request and its device, as submitted by forms.
fn request(nth: u8) -> Vec<(&'static str, String)> {
    let names = DeviceField::ALL.iter().map(|field| field.name());
    let fields = names.chain(["description"]);
    fields.map(|field| (field, marker(field, nth))).collect()
}

fn card(nth: u8) -> Vec<(&'static str, String)> {
    let names = CardField::ALL.iter().map(|field| field.name());
    let text = |field| match field {
        "secondPhone" => format!("+7 916 555-11-0{nth}"),
        "email" => format!("zqemail{nth}@example.com"),
        field => marker(field, nth),
    };
    names.map(|field| (field, text(field))).collect()
}

async fn send(desk: &mut Browser<'_>, path: &str, form: &[(&'static str, String)]) {
    let form: Vec<_> = form.iter().map(|(field, text)| (*field, &**text)).collect();
    let answer = desk.post(path, &form).await;
    assert_eq!(answer.status().as_u16(), 303, "{path} {form:?}");
}

/// Writes a text into every column.
async fn fill(shop: &Shop, desk: &mut Browser<'_>) {
    let phone = vec![("phone", PHONE.to_owned())];
    send(desk, "/new-customer", &[phone.clone(), card(1)].concat()).await;
    send(desk, "/new-task/", &[phone, request(1)].concat()).await;
    shop.update(contact(ANNA, ANNA, "79165550102")).await;
    messages(shop, 2).await;
    let file = json!({"file_id": "zqfile1", "file_unique_id": "zqunique1", "file_name": "zqfilename1.txt",
        "mime_type": "text/plain"});
    shop.telegram.file("zqfile1", b"zqbytes1".to_vec());
    shop.update(message(ANNA, json!({ "document": file })))
        .await;
    let other = json!({"phone_number": "+79165550103", "first_name": "zqabout1"});
    shop.update(message(ANNA, json!({ "contact": other })))
        .await;
    shop.update(text(ANNA, "zqcomment1")).await;
    let asked = format!(
        r#"mutation {{ askApproval(taskId: 1, price: 1, text: "{}") {{ task {{ id }} }} }}"#,
        marker("approval", 1)
    );
    let answer = shop.ask(&asked).await;
    assert!(answer["errors"].is_null(), "{answer}");
    for money in [
        r#"addLine(taskId: 1, lineData: {kind: WORK, name: "zqline1", unitPrice: 100}) { line { id } }"#,
        r#"takePayment(paymentData: {taskId: 1, method: CASH, sum: 1, note: "zqnote1"}) { payment { id } }"#,
        "askApproval(taskId: 1) { task { id } }",
    ] {
        let answer = shop.ask(&format!("mutation {{ {money} }}")).await;
        assert!(answer["errors"].is_null(), "{answer}");
    }
    let double = r#"mutation { createCustomer(customerData: {phone: "+7 916 555-01-09", name: "zqdouble1"}) { customer { id } } }"#;
    let double = shop.ask(double).await["data"]["createCustomer"]["customer"]["id"].clone();
    let merge =
        format!("mutation {{ mergeCustomers(keepId: 1, otherId: {double}) {{ mergeId }} }}");
    let merged = shop.ask(&merge).await;
    assert!(merged["errors"].is_null(), "{merged}");
    let refused = json!({"ok": false, "error_code": 400, "description": "Bad Request: zqdetail1"});
    shop.telegram
        .judge(move |_| Some(Answer::Error(400, refused.clone())));
    let dead = "SELECT count(*) FROM outbox WHERE detail LIKE '%zqdetail1%'";
    let count = || shop.database().query_row(dead, [], |row| row.get(0));
    eventually("a message is refused", || {
        shop.clock.advance(std::time::Duration::from_millis(250));
        count().is_ok_and(|count: i64| count > 0)
    })
    .await;
}

/// Returns a file or page in lower case.
async fn read(desk: &Browser<'_>, path: &str) -> String {
    desk.page(path).await.to_ascii_lowercase()
}

/// Returns the history of the request, from its page and from the API.
async fn history(shop: &Shop, desk: &Browser<'_>) -> String {
    let page = read(desk, "/tasks/1").await;
    let (_, list) = page.split_once("<div class=\"log\"").unwrap();
    let (list, _) = list.split_once("id=\"say\"").unwrap();
    // Quotes, notices and their delivery stand among them, and are no history.
    let is_history = |entry: &&str| {
        !entry.starts_with(" class=\"quote") && !entry.starts_with(" class=\"events one notice")
    };
    let entries = list.split("<li").filter(is_history);
    let list: String = entries
        .map(|entry| entry.split("<p class=\"by\">").next().unwrap())
        .collect();
    let answer = shop
        .ask("{ taskById(id: 1) { history { from to } } }")
        .await;
    format!("{list}{}", answer.to_string().to_ascii_lowercase())
}

/// Returns whether the search of tasks or of customers finds a text.
async fn is_found(desk: &Browser<'_>, text: &str) -> bool {
    let text: String = form_urlencoded::byte_serialize(text.as_bytes()).collect();
    let tasks = desk.page(&format!("/?q={text}")).await;
    let cards = desk.page(&format!("/customers?q={text}")).await;
    tasks.contains("data-task=\"1\"") || cards.contains("href=\"/customers/1\"")
}

#[tokio::test]
async fn no_text_about_people_is_missed_in_any_room() {
    let shop = Shop::with_owner().await;
    let columns = columns(&shop.database());
    let mut desk = Browser::signed_in(&shop, "owner@example.com").await;
    fill(&shop, &mut desk).await;
    let before = texts(&shop.database(), &columns);
    send(&mut desk, "/tasks/1/edit", &request(2)).await;
    let phone = vec![("phone", "+7 (916) 555-01-02".to_owned())];
    send(&mut desk, "/customers/1/edit", &[phone, card(2)].concat()).await;
    let line = r#"mutation { updateLine(id: 1, lineData: {name: "zqline2"}) { line { id } } }"#;
    shop.ask(line).await;
    let after = texts(&shop.database(), &columns);

    let exports = [
        read(&desk, "/data/tasks.csv").await,
        read(&desk, "/data/customers.csv").await,
    ];
    let archive = read(&desk, "/data/archive.json").await;
    let history = history(&shop, &desk).await;
    let mut missed = Vec::new();
    let mut needless = Vec::new();
    for column in &columns {
        let (old, new) = (&before[column], &after[column]);
        let escaped = serde_json::to_string(new).unwrap();
        let escaped = escaped.trim_matches('"');
        for room in ROOMS {
            let is_there = !new.is_empty()
                && match room {
                    Edited => !old.is_empty() && old != new,
                    Searched => is_found(&desk, new).await,
                    Exported => exports.iter().any(|table| table.contains(new)),
                    Archived => archive.contains(escaped),
                    History if column.0 == "task_events" => history.contains(new),
                    // The history contains the previous value.
                    History => !old.is_empty() && history.contains(old),
                };
            let mut exceptions = EXCEPTIONS.iter();
            let is_excepted = exceptions.any(|(table, columns, rooms, _)| {
                *table == column.0 && columns.contains(&&*column.1) && rooms.contains(&room)
            });
            match (is_there, is_excepted) {
                (false, false) => missed.push((column, room, new)),
                (true, true) => needless.push((column, room, new)),
                _ => {}
            }
        }
    }
    assert!(missed.is_empty(), "{missed:#?}");
    assert!(
        needless.is_empty(),
        "exceptions that are none: {needless:#?}"
    );

    let texts = before.into_iter().chain(after.clone());
    // The program's own words, such as a status, have neither a marker nor a digit.
    let is_of_the_person =
        |text: &str| text.contains("zq") || text.contains(|c: char| c.is_ascii_digit());
    let texts: Vec<_> = texts.filter(|(_, text)| is_of_the_person(text)).collect();
    let still = |texts: &[(Column, String)]| {
        let bytes = shop.bytes().to_ascii_lowercase();
        let has = |text: &str| {
            bytes
                .windows(text.len())
                .any(|part| part == text.as_bytes())
        };
        let still = texts.iter().filter(|(_, text)| has(text)).cloned();
        still.collect::<Vec<_>>()
    };
    // Every column has a text, which the file contains until the person is erased.
    for column in &columns {
        let there = still(&[(column.clone(), after[column].clone())]);
        assert!(
            !after[column].is_empty() && !there.is_empty(),
            "nothing writes {column:?}"
        );
    }
    send(
        &mut desk,
        "/customers/1/delete",
        &[("erase", "1".to_owned())],
    )
    .await;
    assert_eq!(still(&texts), []);
    shop.close().await;
}
