//! Random operations by the API and the bot, compared with a model made of a few maps: after each
//! operation both answer every query equally.

mod money;
mod operation;
mod plain;
mod question;

use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use proptest::bool;
use proptest::collection::vec;
use proptest::test_runner::{Config, TestRunner};

use super::{report, size};
use crate::harness::{Shop, eventually};
use operation::{Operation, beginning, operation, perform};
use plain::{Model, Told};
use question::{Question, compare, question};

const CATEGORIES: [&str; 4] = ["CONSULTING", "DIAGNOSIS", "REPAIR", "OTHER"];
const STATUSES: [&str; 4] = ["ACCEPTED", "IN_PROGRESS", "READY", "CLOSED"];
const TEXTS: [&str; 5] = [
    "",
    "a broken lamp",
    "Сломана ЛАМПА",
    "50% \"off\"_",
    "two\nlines",
];
const MODELS: [&str; 3] = ["", "iPhone 11", "Lamp X"];
const SERIALS: [&str; 5] = ["", "sn-12", "SN 12", "none", "4711"];
const EMPLOYEES: [&str; 2] = ["owner@example.com", "master@example.com"];

/// Returns a date relative to the first day; a shop opens here at noon in Moscow.
fn date(days_later: i64) -> String {
    format!("2021-07-{}", 25 + days_later)
}

fn day(at: Timestamp) -> String {
    let zone = TimeZone::get("Europe/Moscow").unwrap();
    at.to_zoned(zone).date().to_string()
}

/// Sends every message. A message that days pass over before its turn would become a dead letter,
/// which the model doesn't know.
async fn send_all(shop: &Shop) {
    let database = shop.database();
    let open = "SELECT count(*) FROM outbox WHERE state IN ('WAITING', 'SENDING')";
    let open = || {
        database
            .query_row(open, [], |row| row.get::<_, i64>(0))
            .unwrap()
    };
    // A status change waits five seconds, and a chat gets one message a second.
    shop.clock.advance(Duration::from_secs(5));
    loop {
        let before = open();
        if before == 0 {
            return;
        }
        shop.clock.advance(Duration::from_secs(2));
        eventually("a message goes out", || open() < before).await;
    }
}

/// Returns the state of customers' notices so far. The bot's replies are irrelevant here.
fn told(shop: &Shop) -> Vec<Told> {
    let database = shop.database();
    // A waiting notice has no chat yet: it is for the customer's.
    let sql = "SELECT coalesce(o.chat_id, c.telegram_id), task_id, from_stage, to_stage, comment_id, approval_id, state
        FROM outbox AS o LEFT JOIN customers AS c ON c.id = o.customer_id WHERE kind <> 'REPLY' ORDER BY o.id";
    let mut statement = database.prepare(sql).unwrap();
    let rows = statement.query_map([], |row| {
        let news = [row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?];
        let is_sent = row.get::<_, String>(6)? == "DELIVERED";
        Ok((row.get(0)?, row.get(1)?, news, is_sent))
    });
    rows.unwrap().map(Result::unwrap).collect()
}

async fn play(is_new: bool, steps: &[(Operation, Question)]) {
    // Reminders are sent at their hour, which is not an operation.
    let mut shop = Shop::open_with("[reminders]\ndays = []", "").await;
    let answer = shop.register(EMPLOYEES[0]).await;
    let token = answer["data"]["register"]["token"].as_str();
    shop.token = token.map(str::to_owned);
    let colleague = "INSERT INTO employees (email, email_key, password_hash, role, created_at)
        VALUES (?1, ?1, '', 'EMPLOYEE', 0)";
    shop.database().execute(colleague, [EMPLOYEES[1]]).unwrap();
    let second = "mutation { saveDrawer(name: \"Second\") { drawer { id } } }";
    assert!(shop.ask(second).await["errors"].is_null());
    let mut model = Model::new();
    let before = if is_new { Vec::new() } else { beginning() };
    for operation in &before {
        assert_eq!(perform(&shop, operation).await, None, "{operation:?}");
        model.apply(operation, shop.clock.now()).unwrap();
    }
    for (operation, question) in steps {
        let refused = perform(&shop, operation).await;
        let expected = model.apply(operation, shop.clock.now()).err();
        assert_eq!(refused.as_deref(), expected, "{operation:?}");
        // Messages due at once may be sent at any time; so they are awaited.
        if model.is_in_a_hurry() {
            send_all(&shop).await;
            model.send_all();
        }
        model.today = day(shop.clock.now());
        assert_eq!(told(&shop), model.told(), "{operation:?}");
        compare(&shop, &model, question).await;
    }
    shop.close().await;
}

#[test]
fn random_operations_do_what_a_plain_model_says() {
    let cases = std::env::var("PROPTEST_CASES").ok();
    let cases = cases.map_or(size(16, 500), |cases| cases.parse().unwrap());
    let config = Config {
        cases: u32::try_from(cases).unwrap(),
        failure_persistence: None,
        max_shrink_iters: 300,
        ..Config::default()
    };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let counted = std::cell::Cell::new(0);
    let steps = vec((operation(), question()), 1..40);
    // Most operations are refused while there is no data, so most runs don't start empty.
    let runs = (bool::weighted(0.2), steps);
    let played = TestRunner::new(config).run(&runs, |(is_new, steps)| {
        counted.set(counted.get() + steps.len());
        runtime.block_on(play(is_new, &steps));
        Ok(())
    });
    played.unwrap_or_else(|failure| panic!("{failure}"));
    let operations = counted.get();
    report(
        "model",
        &format!("{cases} runs, {operations} random operations, all reads alike after each"),
    );
}
