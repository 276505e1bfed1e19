//! The catalogue, the lines of tasks, the ledger of payments, drawers and shifts.

mod bad_input;
mod bad_pages;
mod catalogue;
mod kept;
mod price_list;
mod race;
mod rights;

use serde_json::{Value, json};

use crate::harness::{Shop, code};

/// Fields of a task about money.
const SUMS: &str = "id version status price estimate prepayment discount total paid toPay warrantyEndsOn
    lines { id kind name quantity unitPrice discount sum cost warrantyDays agreement item { id name } doneBy { email } }
    payments { id kind method sum note fiscalNumber carriedOver employee { email } drawer { name } refundOf { id } }";

pub async fn data(shop: &Shop, query: &str) -> Value {
    let answer = shop.ask(query).await;
    assert!(answer["errors"].is_null(), "{query} {answer}");
    answer["data"].clone()
}

/// Performs mutations, each of which must succeed.
async fn perform(shop: &Shop, mutations: &[&str]) {
    for mutation in mutations {
        data(shop, &format!("mutation {{ {mutation} }}")).await;
    }
}

/// Asserts that an operation is refused, and returns the code and the field.
pub async fn refused(shop: &Shop, query: &str) -> (String, String) {
    let answer = shop.ask(query).await;
    let field = answer["errors"][0]["extensions"]["field"].as_str();
    let field = field.unwrap_or_default().to_owned();
    assert!(answer["errors"].is_array(), "{query} {answer}");
    (code(&answer).to_owned(), field)
}

async fn new_task(shop: &Shop) {
    data(
        shop,
        r#"mutation { createTask(taskData: {customerPhone: "+79000000001", description: "a lamp"}) { task { id } } }"#,
    )
    .await;
}

async fn task(shop: &Shop) -> Value {
    data(shop, &format!("{{ taskById(id: 1) {{ {SUMS} }} }}")).await["taskById"].clone()
}

#[tokio::test]
async fn a_repair_of_two_lines_is_paid_and_handed_over() {
    let shop = Shop::with_owner().await;
    new_task(&shop).await;
    let item = data(
        &shop,
        r#"mutation { saveCatalogueItem(itemData: {kind: PART, name: "Display", article: "D-12", price: 350000,
            cost: 200000, warrantyDays: 90}) { item { id kind name article barcode price cost warrantyDays archived } } }"#,
    )
    .await;
    assert_eq!(
        item["saveCatalogueItem"]["item"],
        json!({"id": "1", "kind": "PART", "name": "Display", "article": "D-12", "barcode": null,
            "price": 350_000, "cost": 200_000, "warrantyDays": 90, "archived": false})
    );
    let found = data(
        &shop,
        r#"{ catalogue(search: "12 displ") { totalCount nodes { id } } }"#,
    )
    .await;
    assert_eq!(
        found["catalogue"],
        json!({"totalCount": 1, "nodes": [{"id": "1"}]})
    );
    data(
        &shop,
        r#"mutation { addLine(taskId: 1, lineData: {itemId: 1}) { line { sum } } }"#,
    )
    .await;
    let second = data(
        &shop,
        r#"mutation { addLine(taskId: 1, lineData: {kind: WORK, name: "Soldering", quantity: "1.5", unitPrice: 100001,
            discountPercent: "10"}) { line { sum discount } task { total toPay } } }"#,
    )
    .await;
    // 150,001.5 is rounded to 150,002, and its discount of 15,000.2 to 15,000.
    assert_eq!(
        second["addLine"],
        json!({"line": {"sum": 135_002, "discount": 15_000}, "task": {"total": 485_002, "toPay": 485_002}})
    );
    let paid = data(
        &shop,
        r#"mutation { takePayment(paymentData: {taskId: 1, method: CASH, sum: 100000, idempotencyKey: "k1"}) {
            payment { id kind method sum drawer { name balance } } task { paid toPay } } }"#,
    )
    .await;
    assert_eq!(
        paid["takePayment"],
        json!({"payment": {"id": "1", "kind": "PAYMENT", "method": "CASH", "sum": 100_000,
            "drawer": {"name": "Касса", "balance": 100_000}}, "task": {"paid": 100_000, "toPay": 385_002}})
    );
    let handed = data(
        &shop,
        r#"mutation { handOver(taskId: 1, payments: [{method: CARD, sum: 385002}]) { task { status paid toPay } } }"#,
    )
    .await;
    assert_eq!(
        handed["handOver"]["task"],
        json!({"status": "CLOSED", "paid": 485_002, "toPay": 0})
    );
    let task = task(&shop).await;
    assert_eq!(task["price"], 485_002);
    assert_eq!(task["prepayment"], 485_002);
    // 90 days from the day of the hand-over.
    assert_eq!(task["warrantyEndsOn"], "2021-10-23");
    assert_eq!(
        task["lines"][0]["item"],
        json!({"id": "1", "name": "Display"})
    );
    shop.close().await;
}

#[tokio::test]
async fn the_same_key_pays_once() {
    let shop = Shop::with_owner().await;
    new_task(&shop).await;
    let pay = |sum: i64| {
        format!(
            r#"mutation {{ takePayment(paymentData: {{taskId: 1, method: CASH, sum: {sum}, idempotencyKey: "k"}}) {{
                payment {{ id sum }} }} }}"#
        )
    };
    let first = data(&shop, &pay(500)).await;
    assert_eq!(data(&shop, &pay(500)).await, first);
    let conflict = refused(&shop, &pay(501)).await;
    assert_eq!(
        conflict,
        ("CONFLICT".to_owned(), "idempotencyKey".to_owned())
    );
    assert_eq!(task(&shop).await["paid"], 500);
    shop.close().await;
}

#[tokio::test]
async fn a_moved_line_is_in_the_history() {
    let shop = Shop::with_owner().await;
    new_task(&shop).await;
    perform(
        &shop,
        &[
            r#"addLine(taskId: 1, lineData: {kind: WORK, name: "Cleaning", unitPrice: 100}) { line { id } }"#,
            r#"addLine(taskId: 1, lineData: {kind: PART, name: "Fan", unitPrice: 200}) { line { id } }"#,
            "moveLine(id: 2, position: 1) { task { id } }",
            // It is there already.
            "moveLine(id: 2, position: 1) { task { id } }",
        ],
    )
    .await;
    let task = data(
        &shop,
        "{ taskById(id: 1) { version lines { name } history { kind from to } } }",
    )
    .await;
    let task = &task["taskById"];
    assert_eq!(
        task["lines"],
        json!([{"name": "Fan"}, {"name": "Cleaning"}])
    );
    assert_eq!(task["version"], 4);
    let moved = task["history"].as_array().unwrap().last().unwrap();
    let position = |value: &Value| {
        let note: Value = serde_json::from_str(value.as_str().unwrap()).unwrap();
        (note["name"].clone(), note["position"].clone())
    };
    assert_eq!(moved["kind"], "LINE");
    assert_eq!(position(&moved["from"]), (json!("Fan"), json!(2)));
    assert_eq!(position(&moved["to"]), (json!("Fan"), json!(1)));
    shop.close().await;
}

#[tokio::test]
async fn a_repeated_hand_over_is_answered_and_another_one_takes_nothing() {
    let shop = Shop::with_owner().await;
    new_task(&shop).await;
    perform(
        &shop,
        &[r#"addLine(taskId: 1, lineData: {kind: WORK, name: "Cleaning", unitPrice: 900}) { line { id } }"#],
    )
    .await;
    let hand = |key: &str, sum: i64| {
        format!(
            r#"mutation {{ handOver(taskId: 1, payments: [{{method: CARD, sum: {sum}, idempotencyKey: "{key}"}}]) {{
                task {{ status paid toPay }} }} }}"#
        )
    };
    let first = data(&shop, &hand("a", 500)).await;
    assert_eq!(
        first["handOver"]["task"],
        json!({"status": "CLOSED", "paid": 500, "toPay": 400})
    );
    assert_eq!(data(&shop, &hand("a", 500)).await, first);
    let closed = ("BAD_USER_INPUT".to_owned(), "taskId".to_owned());
    assert_eq!(refused(&shop, &hand("b", 400)).await, closed);
    assert_eq!(refused(&shop, &hand("a", 400)).await.0, "CONFLICT");
    assert_eq!(task(&shop).await["paid"], 500);
    shop.close().await;
}
