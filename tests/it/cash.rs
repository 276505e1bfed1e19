//! Drawers, shifts, debts and the money of days and months, in numbers worked out by hand.

use std::time::Duration;

use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::harness::Shop;
use crate::money::{data, refused};

const DAY: &str =
    "day received refunded cashIn cashOut earned byMethod { method received refunded }
    byDrawer { drawer { name } received refunded cashIn cashOut }";
const MONEY: &str =
    "received refunded earned works parts discount cost grossProfit averageTask debts";

pub async fn day(shop: &Shop, day: &str) -> Value {
    let query = format!("{{ dayReport(day: \"{day}\") {{ {DAY} }} }}");
    data(shop, &query).await["dayReport"].clone()
}

pub async fn month(shop: &Shop, month: &str) -> Value {
    let query = format!(
        "{{ month(month: \"{month}\") {{ money {{ {MONEY} }} days {{ day money {{ {MONEY} }} }} }} }}"
    );
    data(shop, &query).await["month"].clone()
}

/// Creates a task of the customer 8 900 000-00-0`customer`, with a price in kopecks.
pub async fn priced(shop: &Shop, customer: u8, price: i64) {
    let query = format!(
        r#"mutation {{ createTask(taskData: {{customerPhone: "+7900000000{customer}", price: {price},
            description: "a lamp"}}) {{ task {{ id }} }} }}"#
    );
    data(shop, &query).await;
}

pub async fn take(shop: &Shop, task: i64, method: &str, sum: i64) {
    // Only cash needs a drawer.
    let drawer = if method == "CASH" { "1" } else { "null" };
    let query = format!(
        "mutation {{ takePayment(paymentData: {{taskId: {task}, method: {method}, sum: {sum}, drawerId: {drawer}}}) {{
            payment {{ id }} }} }}"
    );
    data(shop, &query).await;
}

pub async fn hand_over(shop: &Shop, task: i64, payments: &str) {
    let query = format!(
        "mutation {{ handOver(taskId: {task}, payments: [{payments}]) {{ task {{ status }} }} }}"
    );
    let handed = data(shop, &query).await;
    assert_eq!(handed["handOver"]["task"]["status"], "CLOSED");
}

async fn by(shop: &Shop, token: &str, query: &str) -> Value {
    let answer = shop.ask_by(token, query).await;
    assert!(answer["errors"].is_null(), "{query} {answer}");
    answer["data"].clone()
}

/// Plays 25 July, 26 July and an hour of 25 July again, because the clock was set back. Returns the
/// token of an employee.
///
/// | on the 25th                      | on the 26th                                   |
/// |----------------------------------|-----------------------------------------------|
/// | 1: deposit 500 in cash           | 3: its transfer of 70 is reversed             |
/// | 2: price 800, by card, closed    | 1: 700 of 1,500 by card, closed               |
/// | 500 and 50 of cash in and out    | 2: 300 refunded in cash                       |
/// | 3: 70 by transfer                | 2: 10 refunded by card, which is reversed     |
/// | 3 (the second time): 40 by SBP   |                                               |
pub async fn two_days(shop: &Shop) -> String {
    let employee = crate::accounts::employee(shop).await;
    priced(shop, 1, 0).await;
    priced(shop, 1, 80_000).await;
    priced(shop, 2, 7_000).await;
    let setup = r#"mutation {
        saveDrawer(name: "Второй этаж") { drawer { id } }
        work: addLine(taskId: 1, lineData: {kind: WORK, name: "Пайка", unitPrice: 100000, cost: 20000}) { line { id } }
        part: addLine(taskId: 1, lineData: {kind: PART, name: "Экран", quantity: "2", unitPrice: 30000, cost: 15000}) {
            line { id } }
        setDiscount(taskId: 1, sum: 10000) { task { total } } }"#;
    let total = data(shop, setup).await;
    assert_eq!(total["setDiscount"]["task"]["total"], 150_000);
    take(shop, 1, "CASH", 50_000).await;
    hand_over(shop, 2, "{method: CARD, sum: 80000}").await;
    for moved in [
        r#"mutation { moveCash(drawerId: 2, kind: CASH_IN, sum: 50000, note: "размен") { payment { id } } }"#,
        "mutation { moveCash(drawerId: 1, kind: CASH_OUT, sum: 5000) { payment { id } } }",
    ] {
        by(shop, &employee, moved).await;
    }
    take(shop, 3, "TRANSFER", 7_000).await;
    // The last millisecond of the 25th in Moscow, then midnight.
    shop.clock.advance(Duration::from_secs(12 * 60 * 60));
    data(
        shop,
        "mutation { reversePayment(id: 5) { payment { kind sum } } }",
    )
    .await;
    hand_over(shop, 1, "{method: CARD, sum: 70000}").await;
    data(
        shop,
        r#"mutation {
            cash: refundPayment(id: 2, sum: 30000, method: CASH, drawerId: 1) { payment { id } }
            card: refundPayment(id: 2, sum: 1000) { payment { id } }
            reversePayment(id: 9) { payment { id } } }"#,
    )
    .await;
    shop.clock.step(SignedDuration::from_millis(-1));
    take(shop, 3, "INSTANT", 4_000).await;
    shop.clock.step(SignedDuration::from_hours(24));
    employee
}

#[tokio::test]
async fn two_days_are_counted_as_by_hand() {
    let shop = Shop::with_owner().await;
    let employee = two_days(&shop).await;
    let method = |name: &str, received: i64, refunded: i64| json!({"method": name, "received": received, "refunded": refunded});
    let drawer = |name: &str, sums: [i64; 4]| {
        let [received, refunded, cash_in, cash_out] = sums;
        json!({"drawer": {"name": name}, "received": received, "refunded": refunded,
            "cashIn": cash_in, "cashOut": cash_out})
    };
    assert_eq!(
        day(&shop, "2021-07-25").await,
        json!({"day": "2021-07-25", "received": 141_000, "refunded": 0, "cashIn": 50_000, "cashOut": 5_000,
            "earned": 80_000, "byMethod": [method("CASH", 50_000, 0), method("CARD", 80_000, 0),
                method("TRANSFER", 7_000, 0), method("INSTANT", 4_000, 0)],
            "byDrawer": [drawer("Касса", [50_000, 0, 0, 5_000]), drawer("Второй этаж", [0, 0, 50_000, 0])]})
    );
    // The reversed refund by card is as if it never was.
    let second = day(&shop, "2021-07-26").await;
    assert_eq!(
        second,
        json!({"day": "2021-07-26", "received": 63_000, "refunded": 30_000, "cashIn": 0, "cashOut": 0,
            "earned": 150_000, "byMethod": [method("CASH", 0, 30_000), method("CARD", 70_000, 0),
                method("TRANSFER", -7_000, 0)],
            "byDrawer": [drawer("Касса", [0, 30_000, 0, 0]), drawer("Второй этаж", [0, 0, 0, 0])]})
    );
    let today = data(&shop, &format!("{{ dayReport {{ {DAY} }} }}")).await;
    assert_eq!(today["dayReport"], second, "the clock shows the 26th");
    let balances = data(&shop, "{ drawers { balance } }").await;
    assert_eq!(
        balances["drawers"],
        json!([{"balance": 15_000}, {"balance": 50_000}])
    );
    let july = month(&shop, "2021-07").await;
    let expected = json!({"received": 204_000, "refunded": 30_000, "earned": 230_000, "works": 180_000,
        "parts": 60_000, "discount": 10_000, "cost": 50_000, "grossProfit": 180_000,
        "averageTask": 115_000, "debts": 60_000});
    assert_eq!(july["money"], expected);
    let of_day = |nth: usize| july["days"][nth - 1].clone();
    assert_eq!(
        of_day(26),
        json!({"day": "2021-07-26", "money": {"received": 63_000, "refunded": 30_000, "earned": 150_000,
            "works": 100_000, "parts": 60_000, "discount": 10_000, "cost": 50_000, "grossProfit": 100_000,
            "averageTask": 150_000, "debts": 30_000}})
    );
    assert_eq!(of_day(25)["money"]["received"], 141_000);
    assert_eq!(of_day(24)["money"]["averageTask"], Value::Null);
    // Both tasks of the first customer are owed for in part; the second one's is open.
    let debts = data(
        &shop,
        "{ debts { totalCount nodes { id toPay } } today { debts { tasks sum } } customers { nodes { debt } } }",
    )
    .await;
    assert_eq!(
        debts,
        json!({"debts": {"totalCount": 2, "nodes": [{"id": "2", "toPay": 30_000}, {"id": "1", "toPay": 30_000}]},
            "today": {"debts": {"tasks": 2, "sum": 60_000}},
            "customers": {"nodes": [{"debt": 60_000}, {"debt": 0}]}})
    );
    let nested = "{ customers { nodes { debt } } }";
    assert_eq!(shop.reads(nested).await, 2, "one for all customers");
    // An employee sees the same, but no cost and no profit.
    let query = format!(
        r#"{{ month(month: "2021-07") {{ money {{ {MONEY} }} days {{ money {{ cost grossProfit }} }} }} }}"#
    );
    let seen = by(&shop, &employee, &query).await["month"].clone();
    let mut expected = expected;
    expected["cost"] = Value::Null;
    expected["grossProfit"] = Value::Null;
    assert_eq!(seen["money"], expected);
    let none = json!({"money": {"cost": null, "grossProfit": null}});
    assert_eq!(seen["days"], json!(vec![none; 31]));
    shop.close().await;
}

fn insert(shop: &Shop, at: &str, sum: i64) {
    let at: jiff::Timestamp = at.parse().unwrap();
    let sql = "INSERT INTO payments (kind, method, amount, task_id, at) VALUES ('PAYMENT', 'CARD', ?1, 1, ?2)";
    let row = (sum, at.as_millisecond());
    shop.database().execute(sql, row).unwrap();
}

#[tokio::test]
async fn a_day_is_as_long_as_the_shops_clock_makes_it() {
    for (zone, of, times, received) in [
        // 25 hours.
        (
            "Europe/Berlin",
            "2021-10-31",
            [
                "2021-10-30T21:59:59.999Z",
                "2021-10-30T22:00:00Z",
                "2021-10-31T22:59:59.999Z",
                "2021-10-31T23:00:00Z",
            ],
            110,
        ),
        // 23 hours, of which the first begins at one.
        (
            "America/Santiago",
            "2021-09-05",
            [
                "2021-09-05T03:59:59.999Z",
                "2021-09-05T04:00:00Z",
                "2021-09-06T02:59:59.999Z",
                "2021-09-06T03:00:00Z",
            ],
            110,
        ),
    ] {
        let shop = Shop::with_owner().await;
        let setting = format!("timezone = '{zone}'");
        let shop = shop.reopen_with(&setting, Duration::ZERO).await;
        for (nth, at) in times.into_iter().enumerate() {
            insert(&shop, at, 10_i64.pow(nth.try_into().unwrap()));
        }
        assert_eq!(day(&shop, of).await["received"], received, "{zone}");
        shop.close().await;
    }
}

#[tokio::test]
async fn a_shift_that_is_fifty_short_needs_a_reason() {
    let shop = Shop::with_owner().await;
    let employee = crate::accounts::employee(&shop).await;
    priced(&shop, 1, 500_000).await;
    let opened = by(
        &shop,
        &employee,
        "mutation { openShift(drawerId: 1, counted: 10000) { shift { id openingCounted openedBy { email } closedTime
            difference drawer { name balance shift { id } } } } }",
    )
    .await;
    assert_eq!(
        opened["openShift"]["shift"],
        json!({"id": "1", "openingCounted": 10_000, "openedBy": {"email": "second@example.com"}, "closedTime": null,
            "difference": null, "drawer": {"name": "Касса", "balance": 10_000, "shift": {"id": "1"}}})
    );
    let again = "mutation { openShift(drawerId: 1, counted: 10000) { shift { id } } }";
    assert_eq!(refused(&shop, again).await.0, "CONFLICT");
    take(&shop, 1, "CASH", 30_000).await;
    take(&shop, 1, "CARD", 5_000).await;
    data(
        &shop,
        "mutation { moveCash(drawerId: 1, kind: CASH_OUT, sum: 20000) { payment { id } } }",
    )
    .await;
    let close = |counted: i64, reason: &str| {
        format!(
            r#"mutation {{ closeShift(id: 1, counted: {counted}, reason: "{reason}") {{
                shift {{ closingCounted difference reason closedTime closedBy {{ email }} }} }} }}"#
        )
    };
    for reason in ["", "  "] {
        let wrong = refused(&shop, &close(15_000, reason)).await;
        assert_eq!(wrong, ("BAD_USER_INPUT".to_owned(), "reason".to_owned()));
    }
    // Before the shift was opened, as the clock has it.
    shop.clock.step(SignedDuration::from_hours(-2));
    let closed = data(&shop, &close(15_000, "Сдача с пятисот")).await;
    assert_eq!(
        closed["closeShift"]["shift"],
        json!({"closingCounted": 15_000, "difference": -5_000, "reason": "Сдача с пятисот",
            "closedTime": "2021-07-25T09:00:00.000Z", "closedBy": {"email": "owner@example.com"}})
    );
    assert_eq!(refused(&shop, &close(15_000, "")).await.0, "CONFLICT");
    let state = data(&shop, "{ drawers { balance shift { id } } }").await;
    assert_eq!(
        state["drawers"],
        json!([{"balance": 15_000, "shift": null}]),
        "what was counted"
    );
    // No cash without a shift; money that isn't cash needs none.
    let cash = "mutation { takePayment(paymentData: {taskId: 1, method: CASH, sum: 1, drawerId: 1}) { payment { id } } }";
    let closed = refused(&shop, cash).await;
    assert_eq!(closed, ("BAD_USER_INPUT".to_owned(), "drawerId".to_owned()));
    take(&shop, 1, "CARD", 100).await;
    // The owner's shift is closed by owners alone, the own one by everybody.
    data(&shop, again).await;
    let close = "mutation { closeShift(id: 2, counted: 10000) { shift { difference } } }";
    let answer = shop.ask_by(&employee, close).await;
    assert_eq!(crate::harness::code(&answer), "FORBIDDEN", "{answer}");
    let closed = data(&shop, close).await;
    assert_eq!(closed["closeShift"]["shift"]["difference"], 0);
    shop.close().await;
}

#[tokio::test]
async fn every_operation_asks_who_it_is_for() {
    let mut shop = Shop::with_owner().await;
    let employee = crate::accounts::employee(&shop).await;
    priced(&shop, 1, 500_000).await;
    let nobody = [
        "{ dayReport { received } }",
        "{ drawers { id } }",
        "{ debts { totalCount } }",
        r#"{ month(month: "2021-07") { money { received } } }"#,
        "{ today { debts { sum } } }",
        r#"{ customers { nodes { debt } } }"#,
        "mutation { openShift(drawerId: 1, counted: 1) { shift { id } } }",
        "mutation { closeShift(id: 1, counted: 1) { shift { id } } }",
        "mutation { moveCash(drawerId: 1, kind: CASH_IN, sum: 1) { payment { id } } }",
        r#"mutation { saveDrawer(name: "a") { drawer { id } } }"#,
    ];
    let token = shop.token.take();
    for query in nobody {
        let answer = shop.ask(query).await;
        assert_eq!(
            crate::harness::code(&answer),
            "UNAUTHENTICATED",
            "{query} {answer}"
        );
    }
    shop.token = token;
    for query in [
        r#"mutation { saveDrawer(name: "a") { drawer { id } } }"#,
        r#"mutation { saveDrawer(id: 1, name: "a") { drawer { id } } }"#,
    ] {
        let answer = shop.ask_by(&employee, query).await;
        assert_eq!(
            crate::harness::code(&answer),
            "FORBIDDEN",
            "{query} {answer}"
        );
    }
    for query in &nobody[..6] {
        let answer = shop.ask_by(&employee, query).await;
        assert!(answer["errors"].is_null(), "{query} {answer}");
    }
    shop.close().await;
}

#[tokio::test]
async fn what_is_no_day_and_no_sum_is_refused_by_its_field() {
    let shop = Shop::with_owner().await;
    for bad in [
        "",
        "tomorrow",
        "2021-7-25",
        "2021-02-30",
        "9999-12-31",
        "25.07.2021",
        "2021-07-25T00:00:00Z",
        "2021-07-25\\u0000",
    ] {
        let query = format!("{{ dayReport(day: \"{bad}\") {{ received }} }}");
        let wrong = refused(&shop, &query).await;
        assert_eq!(
            wrong,
            ("BAD_USER_INPUT".to_owned(), "day".to_owned()),
            "{bad}"
        );
    }
    for (query, field) in [
        (
            "openShift(drawerId: 1, counted: -1) { shift { id } }",
            "counted",
        ),
        (
            "moveCash(drawerId: 1, kind: CASH_IN, sum: 0) { payment { id } }",
            "sum",
        ),
        (
            "moveCash(drawerId: 1, kind: CASH_IN, sum: -5) { payment { id } }",
            "sum",
        ),
        (
            "moveCash(drawerId: 1, kind: REFUND, sum: 5) { payment { id } }",
            "kind",
        ),
        (
            "moveCash(drawerId: 9, kind: CASH_IN, sum: 5) { payment { id } }",
            "drawerId",
        ),
        (r#"saveDrawer(name: " ") { drawer { id } }"#, "name"),
    ] {
        let wrong = refused(&shop, &format!("mutation {{ {query} }}")).await;
        assert_eq!(
            wrong,
            ("BAD_USER_INPUT".to_owned(), field.to_owned()),
            "{query}"
        );
    }
    assert_eq!(day(&shop, "0001-01-01").await["received"], 0);
    shop.close().await;
}
