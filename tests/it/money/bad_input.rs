//! Bad input through the API: each is refused by its field, and nothing changes.

use super::{data, new_task, perform, refused};
use crate::harness::{Shop, code};

/// A shop with two items, of which the second is archived; task 1 with two lines and two payments,
/// task 2 with one line and a reversed payment, a deleted task 3 and a closed task 4; a second drawer
/// whose shift is over, and a third one with an open shift. One payment was put into the first drawer
/// for no task.
pub(super) async fn shop() -> Shop {
    let shop = Shop::with_owner().await;
    for _ in 0..4 {
        new_task(&shop).await;
    }
    perform(
        &shop,
        &[
            r#"saveCatalogueItem(itemData: {kind: PART, name: "Display", article: "D-12", price: 350000}) { item { id } }"#,
            r#"saveCatalogueItem(itemData: {kind: PART, name: "Old", price: 1, archived: true}) { item { id } }"#,
            "addLine(taskId: 1, lineData: {itemId: 1}) { line { id } }",
            r#"addLine(taskId: 1, lineData: {kind: WORK, name: "Repair", unitPrice: 100000}) { line { id } }"#,
            r#"addLine(taskId: 2, lineData: {kind: WORK, name: "Repair", unitPrice: 100000}) { line { id } }"#,
            "takePayment(paymentData: {taskId: 1, method: CASH, sum: 1000}) { payment { id } }",
            "takePayment(paymentData: {taskId: 1, method: CARD, sum: 2000}) { payment { id } }",
            "refundPayment(id: 1, sum: 400) { payment { id } }",
            "deleteTask(id: 3) { id }",
            r#"addLine(taskId: 4, lineData: {kind: WORK, name: "Repair", unitPrice: 100000}) { line { id } }"#,
            "handOver(taskId: 4) { task { id } }",
            r#"saveDrawer(name: "Second") { drawer { id } }"#,
            "openShift(drawerId: 2, counted: 0) { shift { id } }",
            "closeShift(id: 1, counted: 0) { shift { id } }",
            r#"takePayment(paymentData: {taskId: 2, method: CARD, sum: 10, idempotencyKey: "used"}) { payment { id } }"#,
            "reversePayment(id: 4) { payment { id } }",
            "moveCash(drawerId: 1, kind: CASH_IN, sum: 100) { payment { id } }",
            r#"saveDrawer(name: "Third") { drawer { id } }"#,
            "openShift(drawerId: 3, counted: 500) { shift { id } }",
        ],
    )
    .await;
    shop
}

/// Mutations, and the field that each is refused by.
const WRONG: &[(&str, &str)] = &[
    // Sums.
    (
        "takePayment(paymentData: {taskId: 1, method: CARD, sum: -1}) { payment { id } }",
        "sum",
    ),
    (
        "takePayment(paymentData: {taskId: 1, method: CARD, sum: 0}) { payment { id } }",
        "sum",
    ),
    (
        "takePayment(paymentData: {taskId: 1, method: CARD, sum: 9007199254740992}) { payment { id } }",
        "sum",
    ),
    (
        "takePayment(paymentData: {taskId: 1, method: CARD, sum: 447401}) { payment { id } }",
        "sum",
    ),
    ("refundPayment(id: 2, sum: -1) { payment { id } }", "sum"),
    ("refundPayment(id: 2, sum: 0) { payment { id } }", "sum"),
    ("refundPayment(id: 2, sum: 2001) { payment { id } }", "sum"),
    ("refundPayment(id: 1, sum: 601) { payment { id } }", "sum"),
    ("refundPayment(id: 3, sum: 1) { payment { id } }", "id"),
    ("reversePayment(id: 1) { payment { id } }", "id"),
    (
        "moveCash(drawerId: 1, kind: CASH_OUT, sum: 0) { payment { id } }",
        "sum",
    ),
    (
        "moveCash(drawerId: 1, kind: CASH_IN, sum: -5) { payment { id } }",
        "sum",
    ),
    (
        "moveCash(drawerId: 1, kind: PAYMENT, sum: 5) { payment { id } }",
        "kind",
    ),
    (
        "openShift(drawerId: 1, counted: -1) { shift { id } }",
        "counted",
    ),
    (
        "saveCatalogueItem(itemData: {id: 1, price: -1}) { item { id } }",
        "price",
    ),
    (
        "saveCatalogueItem(itemData: {id: 1, cost: -1}) { item { id } }",
        "cost",
    ),
    (
        "addLine(taskId: 1, lineData: {itemId: 1, unitPrice: -1}) { line { id } }",
        "unitPrice",
    ),
    (
        "addLine(taskId: 1, lineData: {itemId: 1, cost: -1}) { line { id } }",
        "cost",
    ),
    (
        "addLine(taskId: 1, lineData: {itemId: 1, discount: -1}) { line { id } }",
        "discount",
    ),
    (
        "addLine(taskId: 1, lineData: {itemId: 1, discount: 350001}) { line { id } }",
        "discount",
    ),
    (
        r#"addLine(taskId: 1, lineData: {itemId: 1, quantity: "1000000", unitPrice: 9007199254740992}) { line { id } }"#,
        "unitPrice",
    ),
    (
        r#"addLine(taskId: 1, lineData: {itemId: 1, quantity: "1000000", unitPrice: 1, cost: 9007199254740992}) { line { id } }"#,
        "cost",
    ),
    // The sum of the lines is too large.
    (
        "addLine(taskId: 1, lineData: {itemId: 1, unitPrice: 9007199254740992}) { line { id } }",
        "unitPrice",
    ),
    (
        "setDiscount(taskId: 1, sum: -1) { task { id } }",
        "discount",
    ),
    (
        "setDiscount(taskId: 1, sum: 450001) { task { id } }",
        "discount",
    ),
    (
        r#"setDiscount(taskId: 1, percent: "100.001") { task { id } }"#,
        "discountPercent",
    ),
    (
        r#"setDiscount(taskId: 1, sum: 1, percent: "1") { task { id } }"#,
        "discountPercent",
    ),
    (
        "updateTask(taskData: {id: 1, price: 1}) { task { id } }",
        "price",
    ),
    (
        "updateTask(taskData: {id: 1, prepayment: 1}) { task { id } }",
        "prepayment",
    ),
    (
        "takePayment(paymentData: {taskId: 1, method: CARD, sum: 1.5}) { payment { id } }",
        "sum",
    ),
    (
        r#"takePayment(paymentData: {taskId: 1, method: CARD, sum: "1 000,50 ₽"}) { payment { id } }"#,
        "sum",
    ),
    (
        r#"takePayment(paymentData: {taskId: 1, method: CARD, sum: "1,5"}) { payment { id } }"#,
        "sum",
    ),
    (
        "takePayment(paymentData: {taskId: 1, method: CARD, sum: 9007199254740993}) { payment { id } }",
        "sum",
    ),
    (
        "moveCash(drawerId: 1, kind: CASH_IN, sum: 1.5) { payment { id } }",
        "sum",
    ),
    (
        r#"moveCash(drawerId: 1, kind: CASH_IN, sum: "1,5") { payment { id } }"#,
        "sum",
    ),
    ("refundPayment(id: 2, sum: 1.5) { payment { id } }", "sum"),
    (
        r#"openShift(drawerId: 1, counted: "1 000,50 ₽") { shift { id } }"#,
        "counted",
    ),
    (
        "closeShift(id: 2, counted: 1.5) { shift { id } }",
        "counted",
    ),
    ("closeShift(id: 2, counted: -1) { shift { id } }", "counted"),
    (
        "closeShift(id: 2, counted: 500, expectedCash: 1.5) { shift { id } }",
        "expectedCash",
    ),
    ("closeShift(id: 2, counted: 1) { shift { id } }", "reason"),
    (
        r#"closeShift(id: 2, counted: 1, reason: "a\u0000b") { shift { id } }"#,
        "reason",
    ),
    (
        r#"addLine(taskId: 1, lineData: {itemId: 1, unitPrice: "1,5"}) { line { id } }"#,
        "unitPrice",
    ),
    // Quantities and percentages.
    (
        r#"updateLine(id: 1, lineData: {quantity: "0"}) { line { id } }"#,
        "quantity",
    ),
    (
        r#"updateLine(id: 1, lineData: {quantity: "-1"}) { line { id } }"#,
        "quantity",
    ),
    (
        r#"updateLine(id: 1, lineData: {quantity: "0.0001"}) { line { id } }"#,
        "quantity",
    ),
    (
        r#"updateLine(id: 1, lineData: {quantity: "1000000.001"}) { line { id } }"#,
        "quantity",
    ),
    (
        r#"updateLine(id: 1, lineData: {quantity: "1e3"}) { line { id } }"#,
        "quantity",
    ),
    (
        r#"updateLine(id: 1, lineData: {quantity: "1 000,50 ₽"}) { line { id } }"#,
        "quantity",
    ),
    (
        r#"updateLine(id: 1, lineData: {discountPercent: "100.001"}) { line { id } }"#,
        "discountPercent",
    ),
    (
        r#"updateLine(id: 1, lineData: {discountPercent: "-1"}) { line { id } }"#,
        "discountPercent",
    ),
    (
        r#"updateLine(id: 1, lineData: {discount: 1, discountPercent: "1"}) { line { id } }"#,
        "discountPercent",
    ),
    (
        "updateLine(id: 1, lineData: {warrantyDays: -1}) { line { id } }",
        "warrantyDays",
    ),
    (
        "updateLine(id: 1, lineData: {warrantyDays: 3651}) { line { id } }",
        "warrantyDays",
    ),
    // Texts.
    (
        r#"updateLine(id: 1, lineData: {name: " "}) { line { id } }"#,
        "name",
    ),
    (
        r#"updateLine(id: 1, lineData: {name: "a\u0000b"}) { line { id } }"#,
        "name",
    ),
    (
        r#"updateLine(id: 1, lineData: {name: "LONG"}) { line { id } }"#,
        "name",
    ),
    (
        r#"saveCatalogueItem(itemData: {id: 1, name: ""}) { item { id } }"#,
        "name",
    ),
    (
        r#"saveCatalogueItem(itemData: {id: 1, name: "a\u0000b"}) { item { id } }"#,
        "name",
    ),
    (
        r#"saveCatalogueItem(itemData: {id: 1, name: "LONG"}) { item { id } }"#,
        "name",
    ),
    (
        r#"saveCatalogueItem(itemData: {id: 1, article: "LONG"}) { item { id } }"#,
        "article",
    ),
    (
        r#"saveCatalogueItem(itemData: {id: 1, barcode: "a\u0000b"}) { item { id } }"#,
        "barcode",
    ),
    (
        r#"takePayment(paymentData: {taskId: 1, method: CARD, sum: 1, note: "a\u0000b"}) { payment { id } }"#,
        "note",
    ),
    (
        r#"takePayment(paymentData: {taskId: 1, method: CARD, sum: 1, note: "LONG"}) { payment { id } }"#,
        "note",
    ),
    (
        r#"takePayment(paymentData: {taskId: 1, method: CARD, sum: 1, fiscalNumber: "LONG"}) { payment { id } }"#,
        "fiscalNumber",
    ),
    (
        r#"takePayment(paymentData: {taskId: 1, method: CARD, sum: 1, idempotencyKey: ""}) { payment { id } }"#,
        "idempotencyKey",
    ),
    (
        r#"takePayment(paymentData: {taskId: 1, method: CARD, sum: 1, idempotencyKey: "LONG"}) { payment { id } }"#,
        "idempotencyKey",
    ),
    (
        r#"agreeByPhone(taskId: 1, note: "LONG") { task { id } }"#,
        "note",
    ),
    (
        r#"agreeByPhone(taskId: 1, note: "a\u0000b") { task { id } }"#,
        "note",
    ),
    (
        r#"refundPayment(id: 2, sum: 1, note: "a\u0000b") { payment { id } }"#,
        "note",
    ),
    (
        r#"reversePayment(id: 2, note: "LONG") { payment { id } }"#,
        "note",
    ),
    (
        r#"moveCash(drawerId: 1, kind: CASH_IN, sum: 1, note: "a\u0000b") { payment { id } }"#,
        "note",
    ),
    (r#"saveDrawer(name: "LONG") { drawer { id } }"#, "name"),
    (r#"saveDrawer(name: "") { drawer { id } }"#, "name"),
    // What is missing, or isn't there any more.
    (
        r#"addLine(taskId: 1, lineData: {name: "Repair", unitPrice: 1}) { line { id } }"#,
        "kind",
    ),
    (
        r#"addLine(taskId: 1, lineData: {kind: WORK, unitPrice: 1}) { line { id } }"#,
        "name",
    ),
    (
        r#"addLine(taskId: 1, lineData: {kind: WORK, name: "Repair"}) { line { id } }"#,
        "unitPrice",
    ),
    (
        r#"saveCatalogueItem(itemData: {name: "Repair", price: 1}) { item { id } }"#,
        "kind",
    ),
    (
        r#"saveCatalogueItem(itemData: {kind: WORK, price: 1}) { item { id } }"#,
        "name",
    ),
    (
        r#"saveCatalogueItem(itemData: {kind: WORK, name: "Repair"}) { item { id } }"#,
        "price",
    ),
    (
        "addLine(taskId: 1, lineData: {itemId: 2}) { line { id } }",
        "itemId",
    ),
    (
        "addLine(taskId: 1, lineData: {itemId: 9}) { line { id } }",
        "itemId",
    ),
    (
        r#"addLine(taskId: 1, lineData: {itemId: "x"}) { line { id } }"#,
        "itemId",
    ),
    (
        "updateLine(id: 2, lineData: {itemId: 1}) { line { id } }",
        "itemId",
    ),
    (
        "addLine(taskId: 1, lineData: {itemId: 1, doneById: 9}) { line { id } }",
        "doneById",
    ),
    (
        "takePayment(paymentData: {method: CARD, sum: 1}) { payment { id } }",
        "taskId",
    ),
    (
        "takePayment(paymentData: {taskId: 1, method: CASH, sum: 1}) { payment { id } }",
        "drawerId",
    ),
    (
        "takePayment(paymentData: {taskId: 1, method: CASH, sum: 1, drawerId: 2}) { payment { id } }",
        "drawerId",
    ),
    (
        "takePayment(paymentData: {taskId: 1, method: CASH, sum: 1, drawerId: 9}) { payment { id } }",
        "drawerId",
    ),
    (
        "refundPayment(id: 2, sum: 1, method: CASH, drawerId: 2) { payment { id } }",
        "drawerId",
    ),
    (
        "moveCash(drawerId: 2, kind: CASH_IN, sum: 1) { payment { id } }",
        "drawerId",
    ),
    (
        "moveCash(drawerId: 9, kind: CASH_IN, sum: 1) { payment { id } }",
        "drawerId",
    ),
    (
        "updateLine(id: 1, lineData: {quantity: 1}) { line { id } }",
        "quantity",
    ),
    // Another task's payment, and a stage that isn't a hand-over.
    (
        "handOver(taskId: 1, payments: [{taskId: 2, method: CARD, sum: 1}]) { task { id } }",
        "taskId",
    ),
    ("handOver(taskId: 1, stageId: 1) { task { id } }", "stageId"),
    (
        "handOver(taskId: 1, stageId: 99) { task { id } }",
        "stageId",
    ),
    (
        "handOver(taskId: 1, payments: [{method: CARD, sum: 1}, {method: CARD, sum: 447400}]) { task { id } }",
        "sum",
    ),
    // A closed task.
    (
        "addLine(taskId: 4, lineData: {itemId: 1}) { line { id } }",
        "taskId",
    ),
    (
        "updateLine(id: 4, lineData: {unitPrice: 1}) { line { id } }",
        "id",
    ),
    ("removeLine(id: 4) { task { id } }", "id"),
    ("moveLine(id: 4, position: 1) { task { id } }", "id"),
    ("setDiscount(taskId: 4, sum: 1) { task { id } }", "taskId"),
    ("handOver(taskId: 4) { task { id } }", "taskId"),
    ("agreeByPhone(taskId: 4) { task { id } }", "taskId"),
];

/// Mutations about something that isn't there, and the field that names it.
const GONE: &[(&str, &str)] = &[
    (
        "takePayment(paymentData: {taskId: 3, method: CARD, sum: 1}) { payment { id } }",
        "taskId",
    ),
    ("handOver(taskId: 3) { task { id } }", "taskId"),
    (
        "addLine(taskId: 3, lineData: {itemId: 1}) { line { id } }",
        "taskId",
    ),
    ("setDiscount(taskId: 3, sum: 1) { task { id } }", "taskId"),
    ("agreeByPhone(taskId: 3) { task { id } }", "taskId"),
    (
        "updateLine(id: 99, lineData: {unitPrice: 1}) { line { id } }",
        "id",
    ),
    ("moveLine(id: 99, position: 1) { task { id } }", "id"),
    ("removeLine(id: 99) { task { id } }", "id"),
    ("refundPayment(id: 99, sum: 1) { payment { id } }", "id"),
    ("reversePayment(id: 99) { payment { id } }", "id"),
    (
        "saveCatalogueItem(itemData: {id: 99, price: 1}) { item { id } }",
        "id",
    ),
    (
        "openShift(drawerId: 99, counted: 1) { shift { id } }",
        "drawerId",
    ),
    ("closeShift(id: 99, counted: 1) { shift { id } }", "id"),
    (
        r#"saveDrawer(id: 99, name: "Safe") { drawer { id } }"#,
        "id",
    ),
];

/// Mutations that contradict what is there, and the field that does.
const CONFLICTS: &[(&str, &str)] = &[
    (
        r#"saveCatalogueItem(itemData: {kind: WORK, name: "Repair", article: "d-12", price: 1}) { item { id } }"#,
        "article",
    ),
    (
        "addLine(taskId: 1, lineData: {itemId: 1}, expectedVersion: 1) { line { id } }",
        "expectedVersion",
    ),
    (
        "handOver(taskId: 1, expectedVersion: 1) { task { id } }",
        "expectedVersion",
    ),
    ("closeShift(id: 1, counted: 1) { shift { id } }", "id"),
    (
        "closeShift(id: 2, counted: 499, expectedCash: 499) { shift { id } }",
        "expectedCash",
    ),
    (
        "closeShift(id: 2, counted: 500, expectedCash: -500) { shift { id } }",
        "expectedCash",
    ),
    (
        "openShift(drawerId: 3, counted: 500) { shift { id } }",
        "drawerId",
    ),
    ("reversePayment(id: 4) { payment { id } }", "id"),
    (
        r#"takePayment(paymentData: {taskId: 2, method: CARD, sum: 11, idempotencyKey: "used"}) { payment { id } }"#,
        "idempotencyKey",
    ),
    (
        r#"refundPayment(id: 2, sum: 1, idempotencyKey: "used") { payment { id } }"#,
        "idempotencyKey",
    ),
    (r#"saveDrawer(name: "SECOND") { drawer { id } }"#, "name"),
];

/// Values that are none of their type.
const UNTYPED: &[&str] = &[
    "takePayment(paymentData: {taskId: 1, method: GOLD, sum: 1}) { payment { id } }",
    "takePayment(paymentData: {taskId: 1, method: CARD, sum: true}) { payment { id } }",
];

#[tokio::test]
async fn bad_input_is_refused_by_its_field_and_changes_nothing() {
    let shop = shop().await;
    let before = shop.dump();
    let long = "x".repeat(200_000);
    for (mutation, field) in WRONG {
        let mutation = format!("mutation {{ {} }}", mutation.replace("LONG", &long));
        let shown: String = mutation.chars().take(200).collect();
        let (code, named) = refused(&shop, &mutation).await;
        assert_eq!((&*code, &*named), ("BAD_USER_INPUT", *field), "{shown}");
        assert!(shop.dump() == before, "{shown} has changed something");
    }
    for (mutations, expected) in [(GONE, "NOT_FOUND"), (CONFLICTS, "CONFLICT")] {
        for (mutation, field) in mutations {
            let (code, named) = refused(&shop, &format!("mutation {{ {mutation} }}")).await;
            assert_eq!((&*code, &*named), (expected, *field), "{mutation}");
            assert!(shop.dump() == before, "{mutation} has changed something");
        }
    }
    for mutation in UNTYPED {
        let answer = shop.ask(&format!("mutation {{ {mutation} }}")).await;
        assert!(
            ["BAD_USER_INPUT", "GRAPHQL_VALIDATION_FAILED"].contains(&code(&answer)),
            "{answer}"
        );
        assert!(shop.dump() == before, "{mutation} has changed something");
    }
    // A body of a mebibyte isn't read to its end.
    let huge = format!(
        r#"mutation {{ takePayment(paymentData: {{taskId: 1, method: CARD, sum: 1, note: "{}"}}) {{ payment {{ id }} }} }}"#,
        "x".repeat(1_048_576)
    );
    let body = serde_json::json!({ "query": huge }).to_string();
    assert_eq!(shop.post("/graphql", &body).await.0, 413);
    assert!(shop.dump() == before);
    shop.close().await;
}

#[tokio::test]
async fn the_ledger_of_the_file_refuses_changes() {
    let shop = shop().await;
    let file = shop.database();
    for sql in [
        "DELETE FROM payments WHERE id = 1",
        "UPDATE payments SET amount = 1 WHERE id = 1",
        "UPDATE payments SET note = 'other' WHERE id = 1",
        "UPDATE payments SET note = '', task_id = 2 WHERE id = 1",
        "INSERT OR REPLACE INTO payments (id, kind, method, amount, task_id, at) VALUES (1, 'PAYMENT', 'CARD', 5, 1, 1)",
    ] {
        file.execute_batch("PRAGMA recursive_triggers = ON")
            .unwrap();
        let refused = file.execute_batch(sql).unwrap_err().to_string();
        assert!(refused.contains("append-only"), "{sql} {refused}");
    }
    drop(file);
    let task = data(&shop, "{ taskById(id: 1) { paid toPay } }").await;
    assert_eq!(task["taskById"]["paid"], 2_600);
    shop.close().await;
}
