//! The README's examples work as shown, and both languages show the same.

use std::collections::BTreeSet;
use std::num::NonZeroU32;
use std::time::Duration;

use async_graphql::parser::types::{OperationType, Selection, TypeKind, TypeSystemDefinition};
use async_graphql::parser::{parse_query, parse_schema};
use reqwest::Method;
use serde_json::{Value, json};
use zayavka::app::security::limits as attempts;
use zayavka::domain::{
    About, Country, Description, DeviceField, MOST_STAGES, Money, Name, PASSWORD_LENGTH, Phone,
    StageName, Wording,
};
use zayavka::graphql::engine::limits;
use zayavka::http;

use crate::bot_connection::{TOKEN, without_bot};
use crate::documents::documents;
use crate::fake_gateway::FakeGateway;
use crate::fake_telegram::Answer;
use crate::harness::{Shop, newest_schema};
use crate::live;

/// An executed example of each operation.
const EXAMPLES: &str = include_str!("../../docs/api/operations.md");
const EXAMPLES_RU: &str = include_str!("../../docs/ru/api/operations.md");
/// The first requests, the errors and the limits.
const API: &str = include_str!("../../docs/api/README.md");
const API_RU: &str = include_str!("../../docs/ru/api/README.md");
const CONFIGURATION: &str = include_str!("../../docs/configuration.md");
const CONFIGURATION_RU: &str = include_str!("../../docs/ru/configuration.md");
const OPERATIONS: &str = include_str!("../../docs/operations.md");
const OPERATIONS_RU: &str = include_str!("../../docs/ru/operations.md");

/// Placeholders for tokens in the examples.
const INVITE: &str = "TOKEN-OF-THE-INVITE";
const ARCHIVE: &str = "TEXT-OF-THE-ARCHIVE";

/// An operation by the names of its type and its field.
type Operation = (String, String);

/// Returns the contents of code fences with this info string.
fn blocks<'a>(page: &'a str, word: &str) -> Vec<&'a str> {
    let opening = format!("\n```{word}\n");
    let rests = page.split(&*opening).skip(1);
    rests
        .map(|rest| rest.split_once("\n```\n").unwrap().0)
        .collect()
}

/// Returns the one operation of an example, with its one field.
fn asked(example: &str) -> Operation {
    let document = parse_query(example).unwrap_or_else(|error| panic!("{example}\n{error}"));
    let operations: Vec<_> = document.operations.iter().collect();
    let [(_, operation)] = &operations[..] else {
        panic!("not one operation: {example}");
    };
    let root = match operation.node.ty {
        OperationType::Query => "Query",
        OperationType::Mutation => "Mutation",
        OperationType::Subscription => "Subscription",
    };
    let [selection] = &operation.node.selection_set.node.items[..] else {
        panic!("not one field: {example}");
    };
    let Selection::Field(field) = &selection.node else {
        panic!("a fragment: {example}");
    };
    (root.to_owned(), field.node.name.node.to_string())
}

/// Returns every operation of the schema.
fn operations() -> BTreeSet<Operation> {
    let mut all = BTreeSet::new();
    for definition in parse_schema(zayavka::graphql::sdl()).unwrap().definitions {
        let TypeSystemDefinition::Type(ty) = definition else {
            continue;
        };
        let root = ty.node.name.node.to_string();
        if !["Query", "Mutation", "Subscription"].contains(&&*root) {
            continue;
        }
        if let TypeKind::Object(object) = ty.node.kind {
            let fields = object.fields.iter();
            all.extend(fields.map(|field| (root.clone(), field.node.name.node.to_string())));
        }
    }
    all
}

/// Makes Telegram refuse a status notice, and waits until it is a dead letter.
async fn fail_a_notice(shop: &Shop) {
    let refusal =
        json!({"ok": false, "error_code": 400, "description": "Bad Request: chat not found"});
    shop.telegram.then(Answer::Error(400, refusal));
    shop.ask("mutation { updateTask(taskData: {id: 1, status: READY}) { task { id } } }")
        .await;
    shop.clock.advance(Duration::from_secs(60));
    shop.telegram.calls_of("Message", 1).await;
    loop {
        let answer = shop.ask("{ undelivered { id } }").await;
        match answer["data"]["undelivered"].as_array().unwrap().len() {
            0 => tokio::task::yield_now().await,
            _ => return,
        }
    }
}

/// Waits until a delivery is a dead letter after three days.
async fn give_up_a_delivery(shop: &Shop) {
    shop.clock.advance(Duration::from_secs(73 * 60 * 60));
    loop {
        let answer = shop.ask("{ undeliveredWebhooks { id } }").await;
        let all = answer["data"]["undeliveredWebhooks"].as_array().unwrap();
        match all.iter().any(|given_up| given_up["id"] == "1") {
            false => tokio::task::yield_now().await,
            true => return,
        }
    }
}

/// Imports an archive into an empty database of another shop.
async fn take_back(example: &str, archive: &str) {
    let empty = Shop::with_owner().await;
    let archive = serde_json::to_string(archive).unwrap();
    let archive = archive.trim_matches('"');
    let answer = empty.ask(&example.replace(ARCHIVE, archive)).await;
    let token = answer["data"]["importArchive"]["token"].as_str();
    assert!(token.is_some(), "{example}\n{answer}");
    empty.close().await;
}

/// Tries a channel in a shop whose gateway is a fake.
async fn with_a_gateway(example: &str, field: &str) {
    let fake = FakeGateway::start().await;
    let settings = format!(
        "[sms]\nprovider = 'smsc'\nkey = 'x'\napi_url = '{}'",
        fake.url()
    );
    let mut shop = Shop::open_with(&settings, "").await;
    let answer = shop.register("owner@example.com").await;
    let token = answer["data"]["register"]["token"].as_str();
    shop.token = token.map(str::to_owned);
    let answer = shop.ask(example).await;
    let is_well = &answer["data"][field]["attempt"]["isWell"];
    assert_eq!(is_well, true, "{example}\n{answer}");
    shop.close().await;
}

/// Connects a bot, or disconnects it, in a shop whose configuration leaves that to its owner.
async fn with_a_bot_of_its_own(example: &str, field: &str) {
    let shop = without_bot().await;
    if field == "disconnectBot" {
        let connect =
            format!(r#"mutation {{ connectBot(token: "{TOKEN}") {{ bot {{ mode }} }} }}"#);
        assert!(shop.ask(&connect).await["errors"].is_null());
    }
    let answer = shop.ask(example).await;
    assert!(answer["errors"].is_null(), "{example}\n{answer}");
    let is_connected = &answer["data"][field]["bot"]["isConnected"];
    assert_eq!(is_connected, field == "connectBot", "{example}\n{answer}");
    shop.close().await;
}

/// Connects a bot at MAX, or disconnects it, in a shop whose configuration leaves that to its owner.
async fn with_a_bot_at_max(example: &str, field: &str) {
    let fake = crate::fake_max::FakeMax::start().await;
    let shop = crate::max_connection::without_bot(&fake).await;
    if field == "disconnectMaxBot" {
        crate::max_connection::connect(&shop).await;
    }
    let answer = shop.ask(example).await;
    assert!(answer["errors"].is_null(), "{example}\n{answer}");
    let is_connected = &answer["data"][field]["maxBot"]["isConnected"];
    assert_eq!(
        is_connected,
        field == "connectMaxBot",
        "{example}\n{answer}"
    );
    shop.close().await;
}

/// A subscription sends what it shows when a task changes.
async fn watch_a_change(shop: &Shop, example: &str, field: &str) {
    let mut socket = live::connect(shop, "graphql-transport-ws").await;
    live::say(&mut socket, live::init(shop)).await;
    assert_eq!(live::hear(&mut socket).await["type"], "connection_ack");
    live::say(&mut socket, live::subscribe("example", example)).await;
    // The subscription is taken before the pong, and listens before a later query is answered.
    live::say(&mut socket, json!({"type": "ping"})).await;
    while live::hear(&mut socket).await["type"] != "pong" {}
    live::say(&mut socket, live::subscribe("query", "{ me { id } }")).await;
    while live::hear(&mut socket).await["id"] != "query" {}
    let change = "mutation { updateTask(taskData: {id: 1, price: 410000}) { task { id } } }";
    assert!(shop.ask(change).await["errors"].is_null());
    let card = shop.ask("{ customerById(id: 1) { phone } }").await;
    let rename = "mutation ($card: CustomerInput!) { updateCustomer(customerData: $card) { customer { id } } }";
    let card = json!({"card": {"phone": card["data"]["customerById"]["phone"], "company": "Lamp"}});
    assert!(shop.ask_with(rename, card).await["errors"].is_null());
    let sent = loop {
        let message = live::hear(&mut socket).await;
        if message["id"] == "example" {
            break message;
        }
    };
    assert_eq!(sent["type"], "next", "{example}\n{sent}");
    assert!(sent["payload"]["errors"].is_null(), "{example}\n{sent}");
    assert_eq!(sent["payload"]["data"][field]["id"], "1", "{sent}");
}

#[test]
fn every_operation_has_one_example_and_both_languages_have_the_same() {
    let examples = blocks(EXAMPLES, "graphql");
    assert_eq!(examples, blocks(EXAMPLES_RU, "graphql"));
    let shown: BTreeSet<_> = examples.iter().map(|example| asked(example)).collect();
    assert_eq!(shown, operations());
    assert_eq!(shown.len(), examples.len());
}

/// Signs in with the e-mail and the password that the examples have set, and returns the token.
async fn sign_in_again(shop: &Shop) -> String {
    let query = r#"mutation { login(email: "boss@example.com", password: "four random words here") { token } }"#;
    let answer = shop.ask(query).await;
    let token = answer["data"]["login"]["token"].as_str();
    token.unwrap_or_else(|| panic!("{answer}")).to_owned()
}

#[tokio::test]
async fn the_examples_work_in_their_order() {
    let settings = "[[webhooks]]\nurl = 'http://127.0.0.1:1'
        secret = '0123456789abcdef0123456789abcdef'\nevents = ['task.status_changed']";
    let mut shop = Shop::open_with(settings, "").await;
    let owner = shop.register("owner@example.com").await;
    shop.token = owner["data"]["register"]["token"]
        .as_str()
        .map(str::to_owned);
    let mut invite = String::new();
    let mut archive = String::new();
    for example in blocks(EXAMPLES, "graphql") {
        let (root, field) = asked(example);
        if root == "Subscription" {
            watch_a_change(&shop, example, &field).await;
            continue;
        }
        if field == "importArchive" {
            take_back(example, &archive).await;
            continue;
        }
        if ["connectBot", "disconnectBot"].contains(&&*field) {
            with_a_bot_of_its_own(example, &field).await;
            continue;
        }
        if ["connectMaxBot", "disconnectMaxBot"].contains(&&*field) {
            with_a_bot_at_max(example, &field).await;
            continue;
        }
        if ["checkChannel", "sendTestMessage"].contains(&&*field) {
            with_a_gateway(example, &field).await;
            continue;
        }
        if field == "withdrawInvite" {
            let another = r#"mutation { createInvite(email: "another@example.com") { token } }"#;
            assert!(shop.ask(another).await["errors"].is_null());
        }
        if field == "undelivered" {
            fail_a_notice(&shop).await;
        }
        if field == "undeliveredWebhooks" {
            give_up_a_delivery(&shop).await;
        }
        if field == "eraseCustomer" {
            crate::bot::create(&shop, "8 900 000 00 02").await;
        }
        let answer = match &*field {
            "addAttachments" => crate::uploads::add_picture(&shop, example).await,
            _ => shop.ask(&example.replace(INVITE, &invite)).await,
        };
        assert!(answer["errors"].is_null(), "{example}\n{answer}");
        let payload = &answer["data"][&field];
        assert!(!payload.is_null(), "{example}\n{answer}");
        let token = payload["token"].as_str().map(str::to_owned);
        match &*field {
            "register" | "login" | "changePassword" => {
                assert_eq!(payload["success"], true, "{example}\n{answer}");
                // `null` as requested, rather than a missing field.
                assert_eq!(payload.get("errors"), Some(&Value::Null), "{answer}");
            }
            // An example with an empty result explains nothing.
            "allTasks" | "allCustomers" | "employees" | "undelivered" | "undeliveredWebhooks" => {
                assert_ne!(payload, &json!([]), "{example}");
            }
            "tasks" | "customers" | "invites" => {
                assert_eq!(payload["totalCount"], 1, "{example}\n{answer}");
            }
            _ => {}
        }
        match &*field {
            "createInvite" => invite = token.unwrap(),
            "exportArchive" => archive = payload.as_str().unwrap().to_owned(),
            // The old one is revoked from here on.
            "changePassword" => shop.token = token,
            "logout" => shop.token = Some(sign_in_again(&shop).await),
            "retryNotice" => {
                shop.clock.advance(Duration::from_secs(60));
                shop.telegram.calls_of("Message", 2).await;
            }
            _ => {}
        }
    }
    shop.close().await;
}

#[tokio::test]
async fn the_first_requests_are_a_true_transcript() {
    for page in [API, API_RU] {
        let mut shop = Shop::open().await;
        let transcript = blocks(page, "console")[0];
        let steps = transcript
            .split("$ ")
            .filter_map(|step| step.split_once("--json '"));
        let mut count = 0;
        for (_, step) in steps {
            let (body, shown) = step.split_once("'\n").unwrap();
            let request = shop.request(Method::POST, "/graphql");
            let request = request.header("content-type", "application/json");
            let response = request.body(body.to_owned()).send().await.unwrap();
            let answer = response.text().await.unwrap();
            // The token, which differs every time, is abbreviated.
            let (start, end) = shown.trim().split_once('…').unwrap_or((shown.trim(), ""));
            let same = match end {
                "" => answer == start,
                end => answer.starts_with(start) && answer.ends_with(end),
            };
            assert!(same, "{answer}\nis not\n{shown}");
            let answer: Value = serde_json::from_str(&answer).unwrap();
            if let Some(token) = answer["data"]["register"]["token"].as_str() {
                shop.token = Some(token.to_owned());
            }
            count += 1;
        }
        assert_eq!(count, 3);
        shop.close().await;
    }
}

/// A page and the heading of its table of limits.
const LIMITS: [(&str, &str); 2] = [(API, "## Limits"), (API_RU, "## Пределы")];

/// A page, the words before its table of settings, and its word for what isn't set.
const SETTINGS: [(&str, &str, &str); 2] = [
    (CONFIGURATION, "## Settings", "none"),
    (CONFIGURATION_RU, "## Настройки", "нет"),
];

/// Returns the numbers of a text, whatever their thousands separator.
fn figures(text: &str) -> Vec<u64> {
    let text: Vec<char> = text.chars().collect();
    let mut all = Vec::new();
    let mut at = 0;
    let digits = |from: usize| {
        text[from..]
            .iter()
            .take_while(|c| c.is_ascii_digit())
            .count()
    };
    while at < text.len() {
        let mut number: String = text[at..at + digits(at)].iter().collect();
        at += number.len().max(1);
        if number.is_empty() {
            continue;
        }
        while matches!(text.get(at), Some(',' | ' ' | '\u{a0}')) && digits(at + 1) == 3 {
            number.extend(&text[at + 1..at + 4]);
            at += 4;
        }
        all.push(number.parse().unwrap());
    }
    all
}

/// Returns the rows of the first table after a text, by cells.
fn table<'a>(page: &'a str, behind: &str) -> Vec<Vec<&'a str>> {
    let (_, rest) = page.split_once(behind).unwrap();
    let rows = rest.lines().skip_while(|line| !line.starts_with('|'));
    let rows = rows.take_while(|line| line.starts_with('|')).skip(2);
    let cells = |row: &'a str| row.trim_matches('|').split('|').map(str::trim).collect();
    rows.map(cells).collect()
}

/// Returns the allowed lengths of a phone.
fn phone_lengths() -> [u64; 2] {
    let country = Country::parse("RU").unwrap();
    let taken = (1..40).filter(|length| {
        let digits = "5".repeat(*length);
        Phone::parse("phone", &digits, country).is_ok()
    });
    let taken: Vec<_> = taken.collect();
    [taken[0] as u64, *taken.last().unwrap() as u64]
}

#[test]
fn the_schema_version_is_todays_and_stands_in_one_place() {
    let expected = format!("schema: version {}\n", newest_schema());
    for page in [OPERATIONS, OPERATIONS_RU] {
        assert_eq!(page.matches(&expected).count(), 1, "not {expected}");
    }
    for (name, page) in documents() {
        let shown = page.matches("schema: version").count();
        assert_eq!(
            shown,
            usize::from(name.ends_with("/operations.md") && !name.contains("/api/")),
            "{name}"
        );
        // Their count would have to be updated with each migration.
        for words in [" released schema", " выпущенны", " выпущенная"] {
            for (at, _) in page.match_indices(words) {
                let before = page[..at].chars().next_back().unwrap();
                assert!(!before.is_ascii_digit(), "a number before {words:?}");
            }
        }
    }
}

#[test]
fn the_limits_are_those_of_the_code() {
    let numbers = |all: &[usize]| all.iter().map(|number| *number as u64).collect::<Vec<_>>();
    let rate = |burst: NonZeroU32, period: Duration| match period.as_secs() {
        // "every second" has no number.
        1 => vec![u64::from(burst.get())],
        seconds => vec![u64::from(burst.get()), seconds],
    };
    let expected = [
        numbers(&[http::BODY / 1_024]),
        numbers(&[limits::DEPTH]),
        numbers(&[limits::COMPLEXITY]),
        vec![u64::try_from(limits::ALIASES).unwrap()],
        vec![u64::try_from(limits::ROOT_FIELDS).unwrap()],
        vec![],
        rate(attempts::ACCOUNT_BURST, attempts::ACCOUNT_PERIOD),
        rate(attempts::BLOCK_BURST, attempts::ACCOUNT_PERIOD),
        rate(attempts::STRANGERS_BURST, attempts::ACCOUNT_PERIOD),
        rate(attempts::ADDRESS_BURST, attempts::ADDRESS_PERIOD),
        rate(attempts::LOOK_BURST, attempts::LOOK_PERIOD),
        numbers(&[zayavka::graphql::LONGEST_PAGE]),
        numbers(&[*PASSWORD_LENGTH.start(), *PASSWORD_LENGTH.end()]),
        numbers(&[Description::MAX]),
        numbers(&[Name::MAX]),
        numbers(&[MOST_STAGES, StageName::MAX, Wording::MAX]),
        vec![0, u64::try_from(Money::MAX).unwrap()],
        phone_lengths().to_vec(),
    ];
    let limits = DeviceField::ALL.iter().map(|field| field.max());
    for limit in limits.chain([About::LINE]) {
        assert_eq!(Name::MAX, limit, "one row says all of them");
    }
    for (page, limits) in LIMITS {
        let rows = table(page, limits);
        assert_eq!(rows.len(), expected.len(), "{limits}");
        for (row, expected) in rows.iter().zip(&expected) {
            assert_eq!(&figures(row[1]), expected, "{row:?}");
        }
    }
}

#[test]
fn the_defaults_are_those_of_the_code() {
    let folder = tempfile::TempDir::new().unwrap();
    let shown = crate::harness::program()
        .arg("config")
        .current_dir(folder.path())
        .output()
        .unwrap();
    let shown = String::from_utf8(shown.stdout).unwrap();
    let default = |key: &str| {
        let start = format!("{key} = ");
        let line = shown.lines().find_map(|line| line.strip_prefix(&*start));
        let (value, _) = line
            .unwrap_or_else(|| panic!("there is no {key}"))
            .split_once("  # default")
            .unwrap();
        value.trim_matches('"').to_owned()
    };
    let quoted = |cell: &str| -> Vec<String> {
        let parts = cell.split('`').skip(1).step_by(2);
        parts.map(str::to_owned).collect()
    };
    for (page, settings, none) in SETTINGS {
        let rows = table(page, settings);
        assert!(rows.len() > 20, "{}", rows.len());
        let mut compared = 0;
        for row in rows {
            let keys = quoted(row[0]);
            let (section, _) = keys[0].rsplit_once('.').unwrap_or_default();
            let keys: Vec<_> = keys
                .iter()
                .map(|key| match key.strip_prefix('.') {
                    Some(key) => format!("{section}.{key}"),
                    None => key.clone(),
                })
                .collect();
            let said = match row[1] == none {
                true => vec!["(not set)".to_owned(); keys.len()],
                false => quoted(row[1]),
            };
            // Two defaults depend on other settings, and webhooks have no keys of their own.
            if ["public_url", "telegram.mode", "[[webhooks]]"].contains(&&*keys[0]) {
                continue;
            }
            let known: Vec<_> = keys.iter().map(|key| default(key)).collect();
            assert_eq!(said, known, "{keys:?}");
            compared += keys.len();
        }
        assert!(compared > 25, "{compared}");
    }
}
