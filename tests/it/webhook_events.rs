//! What the deliveries of webhooks say: ids, states and names of fields.

use serde_json::{Value, json};

use crate::bot::{create, set_status};
use crate::conversation::send;
use crate::harness::Shop;
use crate::receiver::Receiver;
use crate::status_links::renew;
use crate::webhook_owners::{data, open, register};

/// Opens a shop with a webhook for these events.
async fn told_of(events: &str) -> (Shop, Receiver) {
    let receiver = Receiver::start().await;
    let shop = open("").await;
    register(&shop, receiver.url(), events).await;
    (shop, receiver)
}

/// Waits for this many deliveries, and returns events with their data.
async fn said(receiver: &Receiver, count: usize) -> Vec<(String, Value)> {
    let told = receiver.told(count).await;
    assert_eq!(told.len(), count);
    told.iter()
        .map(|told| (told.event(), told.json()["data"].clone()))
        .collect()
}

fn staff() -> Value {
    json!({"kind": "STAFF", "id": "1"})
}

#[tokio::test]
async fn a_quote_is_told_of_when_it_is_asked_answered_and_withdrawn() {
    let (shop, receiver) =
        told_of("[APPROVAL_REQUESTED, APPROVAL_DECIDED, APPROVAL_WITHDRAWN]").await;
    create(&shop, "+79000000001").await;
    let link = renew(&shop, "1").await;
    let ask = "mutation { askApproval(taskId: 1, price: 4711) { task { id } } }";
    data(&shop, ask).await;
    // Another one takes its place.
    data(&shop, &ask.replace("4711", "4712")).await;
    let agree = [("approval", "2"), ("answer", "agree")];
    assert_eq!(
        send(&shop, &format!("{link}/decide"), &agree, &shop.url)
            .await
            .0,
        303
    );
    data(&shop, ask).await;
    let decline = [("approval", "3"), ("answer", "decline")];
    assert_eq!(
        send(&shop, &format!("{link}/decide"), &decline, &shop.url)
            .await
            .0,
        303
    );
    data(&shop, ask).await;
    data(
        &shop,
        "mutation { withdrawApproval(taskId: 1) { task { id } } }",
    )
    .await;
    data(&shop, ask).await;
    set_status(&shop, "1", "CLOSED").await;
    let said = said(&receiver, 10).await;
    let short: Vec<_> = said
        .iter()
        .map(|(event, data)| {
            format!(
                "{event} {} {} by {}",
                data["approval"]["id"], data["approval"]["decision"], data["author"]["kind"]
            )
        })
        .collect();
    assert_eq!(
        short,
        [
            r#"approval.requested "1" "ASKED" by "STAFF""#,
            r#"approval.withdrawn "1" "WITHDRAWN" by "STAFF""#,
            r#"approval.requested "2" "ASKED" by "STAFF""#,
            r#"approval.decided "2" "AGREED" by "CUSTOMER""#,
            r#"approval.requested "3" "ASKED" by "STAFF""#,
            r#"approval.decided "3" "DECLINED" by "CUSTOMER""#,
            r#"approval.requested "4" "ASKED" by "STAFF""#,
            r#"approval.withdrawn "4" "WITHDRAWN" by "STAFF""#,
            r#"approval.requested "5" "ASKED" by "STAFF""#,
            r#"approval.withdrawn "5" "WITHDRAWN" by "STAFF""#,
        ]
    );
    assert_eq!(said[3].1["author"], json!({"kind": "CUSTOMER", "id": "1"}));
    assert!(
        receiver
            .told_now()
            .iter()
            .all(|told| !told.body.contains("471"))
    );
    shop.close().await;
}

#[tokio::test]
async fn a_change_of_a_task_says_who_and_what_was_before() {
    let (shop, receiver) = told_of(
        "[TASK_UPDATED, TASK_STATUS_CHANGED, TASK_ASSIGNED, COMMENT_ADDED, PAYMENT_RECEIVED]",
    )
    .await;
    create(&shop, "+79000000001").await;
    set_status(&shop, "1", "READY").await;
    data(
        &shop,
        "mutation { assignTask(id: 1, employeeId: null) { task { id } } }",
    )
    .await;
    data(
        &shop,
        r#"mutation { addComment(taskId: 1, text: "Тайна") { task { id } } }"#,
    )
    .await;
    data(&shop, r#"mutation { takePayment(paymentData: {taskId: 1, sum: 100, method: CARD}) { payment { id } } }"#).await;
    let said = said(&receiver, 6).await;
    let task = |version: u8| json!({"id": "1", "status": "READY", "version": version});
    let ready = json!({"task": task(2), "previousStatus": "ACCEPTED", "author": staff()});
    assert_eq!(
        said,
        [
            ("task.updated".to_owned(), ready.clone()),
            ("task.status_changed".to_owned(), ready),
            (
                "task.updated".to_owned(),
                json!({"task": task(3), "author": staff()})
            ),
            (
                "task.assigned".to_owned(),
                json!({"task": task(3), "employeeId": null, "author": staff()})
            ),
            (
                "comment.added".to_owned(),
                json!({"task": task(3), "comment": {"id": "1"}, "author": staff()})
            ),
            (
                "payment.received".to_owned(),
                json!({"task": task(3), "payment": {"id": "1"}, "author": staff()})
            ),
        ]
    );
    shop.close().await;
}

#[tokio::test]
async fn a_change_of_a_card_names_its_fields_and_never_their_values() {
    let (shop, receiver) = told_of("[CUSTOMER_CREATED, CUSTOMER_UPDATED]").await;
    let change = async |fields: &str| {
        let query = format!(
            r#"mutation {{ updateCustomer(customerData: {{phone: "+79012345678", {fields}}}) {{ customer {{ id }} }} }}"#
        );
        data(&shop, &query).await;
    };
    data(
        &shop,
        r#"mutation { createCustomer(customerData: {phone: "+79012345678"}) { customer { id } } }"#,
    )
    .await;
    receiver.told(1).await;
    change(r#"name: "Тайна", email: "secret@example.com""#).await;
    receiver.told(2).await;
    // The same again is no change.
    change(r#"name: "Тайна", note: "Тайна""#).await;
    receiver.told(3).await;
    data(
        &shop,
        r#"mutation { correctPhone(customerId: 1, phone: "+79012345679") { customer { id } } }"#,
    )
    .await;
    let said = said(&receiver, 4).await;
    let customer =
        |changed: Value| json!({"customer": {"id": "1"}, "changed": changed, "author": staff()});
    assert_eq!(
        said,
        [
            (
                "customer.created".to_owned(),
                json!({"customer": {"id": "1"}, "author": staff()})
            ),
            (
                "customer.updated".to_owned(),
                customer(json!(["name", "email"]))
            ),
            ("customer.updated".to_owned(), customer(json!(["note"]))),
            ("customer.updated".to_owned(), customer(json!(["phone"]))),
        ]
    );
    let bodies: String = receiver
        .told_now()
        .iter()
        .map(|told| told.body.clone())
        .collect();
    for secret in ["Тайна", "secret@", "901234567"] {
        assert!(!bodies.contains(secret), "{bodies}");
    }
    shop.close().await;
}
