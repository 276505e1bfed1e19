//! What stays of money: after an erasure, and in an archive.

use serde_json::{Value, json};

use super::{data, new_task, perform};
use crate::harness::Shop;

const PHONE: &str = "+79000000001";

/// What is asked of every task.
const TASKS: &str = "{ allTasks { id price prepayment discount total paid toPay warrantyEndsOn
    lines { id kind name quantity unitPrice discount sum cost warrantyDays agreement item { id name } doneBy { email } }
    payments { id kind method sum time note fiscalNumber carriedOver employee { email } drawer { name } refundOf { id } }
    approvals { id price text decision channel } history { kind from to } }
    catalogue(first: 100) { nodes { id kind name article barcode price cost warrantyDays archived } }
    debts { nodes { id toPay } } customers { nodes { debt } }
    drawers { id name balance shift { id openingCounted openedTime } } }";

/// A shop with everything about money: lines, a discount, quotes, payments of several kinds, shifts.
async fn full() -> Shop {
    let shop = Shop::with_owner().await;
    for _ in 0..3 {
        new_task(&shop).await;
    }
    perform(
        &shop,
        &[
            r#"saveCatalogueItem(itemData: {kind: PART, name: "Display", article: "D-12", barcode: "4600000000017",
                price: 350000, cost: 200000, warrantyDays: 90}) { item { id } }"#,
            r#"saveCatalogueItem(itemData: {kind: WORK, name: "Old work", price: 1, archived: true}) { item { id } }"#,
            "addLine(taskId: 1, lineData: {itemId: 1, doneById: 1}) { line { id } }",
            r#"addLine(taskId: 1, lineData: {kind: WORK, name: "Приметная пайка", quantity: "0.125", unitPrice: 100001,
                discountPercent: "10"}) { line { id } }"#,
            r#"addLine(taskId: 1, lineData: {itemId: 1, name: "Приметный экран"}) { line { id } }"#,
            r#"setDiscount(taskId: 1, percent: "5") { task { id } }"#,
            r#"askApproval(taskId: 1, text: "Приметный вопрос") { task { id } }"#,
            r#"agreeByPhone(taskId: 1, note: "Приметный разговор") { task { id } }"#,
            r#"updateLine(id: 2, lineData: {name: "Приметная сварка"}) { line { id } }"#,
            r#"saveDrawer(name: "Second") { drawer { id } }"#,
            "openShift(drawerId: 1, counted: 5000) { shift { id } }",
            r#"takePayment(paymentData: {taskId: 1, method: CASH, sum: 100000, drawerId: 1, note: "Приметный задаток",
                fiscalNumber: "F-1", idempotencyKey: "k1"}) { payment { id } }"#,
            r#"refundPayment(id: 1, sum: 40000, method: CARD, note: "Приметный возврат") { payment { id } }"#,
            "moveCash(drawerId: 1, kind: CASH_OUT, sum: 60000) { payment { id } }",
            "takePayment(paymentData: {taskId: 1, method: INSTANT, sum: 500}) { payment { id } }",
            r#"reversePayment(id: 4, note: "Приметная ошибка") { payment { id } }"#,
            r#"closeShift(id: 1, counted: 44000, reason: "сдача") { shift { id } }"#,
            "openShift(drawerId: 2, counted: 7) { shift { id } }",
            "updateTask(taskData: {id: 2, price: 99900}) { task { id } }",
            "handOver(taskId: 2, payments: [{method: TRANSFER, sum: 50000}]) { task { id } }",
            r#"addLine(taskId: 3, lineData: {kind: WORK, name: "Приметная чистка", unitPrice: 1}) { line { id } }"#,
            r#"takePayment(paymentData: {taskId: 3, method: CARD, sum: 1, note: "Приметная сдача"}) { payment { id } }"#,
            "deleteTask(id: 3) { id }",
        ],
    )
    .await;
    shop
}

/// Returns which of the traces the database file contains.
fn found<'a>(shop: &Shop, traces: &[&'a str]) -> Vec<&'a str> {
    let bytes = shop.bytes();
    let has = |trace: &&&str| {
        let trace = trace.as_bytes();
        bytes.windows(trace.len()).any(|part| part == trace)
    };
    traces.iter().filter(has).copied().collect()
}

#[tokio::test]
async fn an_erased_person_leaves_the_ledger_and_no_text() {
    let shop = full().await;
    let traces = ["риметн"];
    assert_eq!(found(&shop, &traces), traces);
    let before = data(&shop, TASKS).await;
    perform(
        &shop,
        &[&format!(r#"eraseCustomer(phone: "{PHONE}") {{ phone }}"#)],
    )
    .await;
    assert_eq!(found(&shop, &traces), Vec::<&str>::new());
    let after = data(&shop, TASKS).await;
    for (was, is) in [(0, 0), (1, 1)] {
        let (was, is) = (&before["allTasks"][was], &after["allTasks"][is]);
        for sum in ["price", "discount", "total", "paid", "toPay", "prepayment"] {
            assert_eq!(was[sum], is[sum], "{sum}");
        }
        let sums = |task: &Value, list: &str, fields: &[&str]| {
            let rows = task[list].as_array().unwrap().clone();
            let of = |row: &Value| {
                fields
                    .iter()
                    .map(|field| row[field].clone())
                    .collect::<Vec<_>>()
            };
            rows.iter().map(of).collect::<Vec<_>>()
        };
        let of_payments = [
            "id",
            "kind",
            "method",
            "sum",
            "time",
            "fiscalNumber",
            "employee",
            "drawer",
            "refundOf",
        ];
        assert_eq!(
            sums(was, "payments", &of_payments),
            sums(is, "payments", &of_payments)
        );
        let of_lines = [
            "id",
            "kind",
            "quantity",
            "unitPrice",
            "discount",
            "sum",
            "cost",
            "item",
            "doneBy",
        ];
        assert_eq!(sums(was, "lines", &of_lines), sums(is, "lines", &of_lines));
        assert!(
            sums(is, "payments", &["note"])
                .iter()
                .all(|note| note[0].is_null())
        );
    }
    // What the catalogue calls a line stays, however the line was called.
    let names: Vec<&Value> = after["allTasks"][0]["lines"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| &line["name"])
        .collect();
    assert_eq!(names, ["Display", "", "Display"]);
    let history = after["allTasks"][0]["history"].as_array().unwrap();
    let lines = history.iter().filter(|event| event["kind"] == "LINE");
    assert!(lines.clone().count() >= 4);
    assert!(
        lines
            .clone()
            .all(|event| event["from"].is_null() && event["to"].is_null())
    );
    assert_eq!(before["drawers"], after["drawers"]);
    assert_eq!(before["debts"], after["debts"]);
    // And it can still be archived and brought back.
    let archive = data(&shop, "{ exportArchive }").await["exportArchive"].clone();
    let other = brought_back(&archive).await;
    assert_eq!(data(&other, TASKS).await, after);
    other.close().await;
    shop.close().await;
}

/// Imports an archive into an empty shop.
async fn brought_back(archive: &Value) -> Shop {
    let mut other = Shop::with_owner().await;
    let import = "mutation($a: String!) { importArchive(archive: $a) { token } }";
    let answer = other.ask_with(import, json!({ "a": archive })).await;
    let token = answer["data"]["importArchive"]["token"].as_str();
    other.token = Some(token.unwrap_or_else(|| panic!("{answer}")).to_owned());
    other
}

#[tokio::test]
async fn an_archive_brings_every_sum_back() {
    let shop = full().await;
    let archive = data(&shop, "{ exportArchive }").await["exportArchive"].clone();
    let other = brought_back(&archive).await;
    assert_eq!(data(&other, TASKS).await, data(&shop, TASKS).await);
    assert_eq!(
        data(&other, "{ exportArchive }").await["exportArchive"],
        archive
    );
    // The key of a request is recognised there too, and an article number is taken.
    let again = r#"mutation { takePayment(paymentData: {taskId: 1, method: CASH, sum: 100000, drawerId: 1,
        note: "Приметный задаток", fiscalNumber: "F-1", idempotencyKey: "k1"}) { payment { id } } }"#;
    assert_eq!(
        data(&other, again).await["takePayment"]["payment"]["id"],
        "1"
    );
    let taken = r#"mutation { saveCatalogueItem(itemData: {kind: WORK, name: "x", article: "d-12", price: 1}) { item { id } } }"#;
    assert_eq!(crate::harness::code(&other.ask(taken).await), "CONFLICT");
    other.close().await;
    shop.close().await;
}

#[tokio::test]
async fn an_archive_of_an_earlier_version_turns_prepayments_into_payments() {
    let shop = Shop::with_owner().await;
    new_task(&shop).await;
    perform(
        &shop,
        &["updateTask(taskData: {id: 1, price: 450000, estimate: 400000}) { task { id } }"],
    )
    .await;
    let archive = data(&shop, "{ exportArchive }").await["exportArchive"].clone();
    // As schema 24 wrote it: with a prepayment, and without the tables of money.
    let mut older: Value = serde_json::from_str(archive.as_str().unwrap()).unwrap();
    older["schema"] = json!(24);
    let tables = older["tables"].as_object_mut().unwrap();
    for table in [
        "catalogue_items",
        "drawers",
        "shifts",
        "task_lines",
        "approval_lines",
        "payments",
    ] {
        assert!(tables.remove(table).is_some(), "{table}");
    }
    let details = tables["task_details"][0].as_object_mut().unwrap();
    details.remove("discount");
    details.remove("discount_percent");
    details.insert("prepayment".to_owned(), json!(100_000));
    let event = json!({"id": 99, "task_id": 1, "kind": "PREPAYMENT", "author": "STAFF", "employee_id": 1,
        "customer_id": null, "from_value": null, "to_value": "100000", "at": 1_600_000_000_000_i64});
    tables["task_events"].as_array_mut().unwrap().push(event);
    let older = json!(serde_json::to_string_pretty(&older).unwrap());
    let other = brought_back(&older).await;
    let task = data(
        &other,
        "{ taskById(id: 1) { price prepayment paid toPay payments { kind method sum time carriedOver employee { id } note } } }",
    )
    .await;
    assert_eq!(
        task["taskById"],
        json!({"price": 450_000, "prepayment": 100_000, "paid": 100_000, "toPay": 350_000, "payments": [
            {"kind": "PAYMENT", "method": "OTHER", "sum": 100_000, "time": "2020-09-13T12:26:40.000Z",
             "carriedOver": true, "employee": {"id": "1"}, "note": null}]})
    );
    other.close().await;
    shop.close().await;
}
