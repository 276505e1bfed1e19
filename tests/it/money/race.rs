//! Two employees at once.

use futures_util::future::join_all;
use serde_json::Value;

use super::{data, new_task, perform};
use crate::accounts::employee;
use crate::harness::{Shop, code};
use crate::pages::Browser;

const LINE: &str = r#"addLine(taskId: 1, lineData: {kind: WORK, name: "Repair", unitPrice: 450000}) { line { id } }"#;

/// Returns the answers of these mutations, sent at once by as many clients.
async fn at_once(shop: &Shop, tokens: &[&str], mutation: &str) -> Vec<Value> {
    let mutation = format!("mutation {{ {mutation} }}");
    join_all(tokens.iter().map(|token| shop.ask_by(token, &mutation))).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_debt_is_taken_by_one_of_two_and_the_other_is_told() {
    let shop = Shop::with_owner().await;
    let (owner, colleague) = (shop.token.clone().unwrap(), employee(&shop).await);
    new_task(&shop).await;
    perform(&shop, &[LINE, "handOver(taskId: 1) { task { id } }"]).await;
    let pay = "takePayment(paymentData: {taskId: 1, method: CARD, sum: 450000}) { payment { id } }";
    let answers = at_once(&shop, &[&owner, &colleague, &owner, &colleague], pay).await;
    let won = answers.iter().filter(|answer| answer["errors"].is_null());
    assert_eq!(won.count(), 1, "{answers:?}");
    for answer in answers.iter().filter(|answer| answer["errors"].is_array()) {
        assert_eq!(code(answer), "BAD_USER_INPUT", "{answer}");
        assert_eq!(
            answer["errors"][0]["extensions"]["field"], "sum",
            "{answer}"
        );
    }
    let task = data(
        &shop,
        "{ taskById(id: 1) { paid toPay payments { id } } debts { totalCount } }",
    )
    .await;
    assert_eq!(task["taskById"]["toPay"], 0, "{task}");
    assert_eq!(task["taskById"]["payments"].as_array().unwrap().len(), 1);
    assert_eq!(task["debts"]["totalCount"], 0);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_retried_request_pays_once_however_often_it_is_sent() {
    let shop = Shop::with_owner().await;
    let owner = shop.token.clone().unwrap();
    new_task(&shop).await;
    perform(&shop, &[LINE]).await;
    let pay = r#"takePayment(paymentData: {taskId: 1, method: CASH, sum: 450000, idempotencyKey: "tap"}) { payment { id } }"#;
    let answers = at_once(&shop, &[&*owner; 8], pay).await;
    for answer in &answers {
        assert_eq!(answer, &answers[0]);
        assert_eq!(
            answer["data"]["takePayment"]["payment"]["id"], "1",
            "{answer}"
        );
    }
    let hand = r#"handOver(taskId: 1, payments: [{method: CASH, sum: 450000, idempotencyKey: "tap"}]) { task { status toPay } }"#;
    for answer in at_once(&shop, &[&*owner; 4], hand).await {
        assert_eq!(answer["data"]["handOver"]["task"]["toPay"], 0, "{answer}");
    }
    // Another client's key of the same text is the same key: its payment would be another one.
    let other = r#"mutation { takePayment(paymentData: {taskId: 1, method: CARD, sum: 1, idempotencyKey: "tap"}) { payment { id } } }"#;
    assert_eq!(code(&shop.ask(other).await), "CONFLICT");
    let refund =
        r#"refundPayment(id: 1, sum: 450000, idempotencyKey: "back") { payment { id sum } }"#;
    let answers = at_once(&shop, &[&*owner; 4], refund).await;
    for answer in &answers {
        assert_eq!(answer, &answers[0]);
        assert!(answer["errors"].is_null(), "{answer}");
    }
    let task = data(&shop, "{ taskById(id: 1) { paid } drawers { balance } }").await;
    assert_eq!(task["taskById"]["paid"], 0);
    assert_eq!(task["drawers"][0]["balance"], 0);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_of_two_refunds_and_reversals_wins() {
    let shop = Shop::with_owner().await;
    let owner = shop.token.clone().unwrap();
    new_task(&shop).await;
    perform(
        &shop,
        &[
            LINE,
            "takePayment(paymentData: {taskId: 1, method: CARD, sum: 1000}) { payment { id } }",
        ],
    )
    .await;
    let both = [
        "mutation { refundPayment(id: 1, sum: 1000) { payment { id } } }",
        "mutation { reversePayment(id: 1) { payment { id } } }",
    ];
    let sent = both
        .iter()
        .chain(&both)
        .map(|mutation| shop.ask_by(&owner, mutation));
    let answers = join_all(sent).await;
    let won = answers.iter().filter(|answer| answer["errors"].is_null());
    assert_eq!(won.count(), 1, "{answers:?}");
    let task = data(&shop, "{ taskById(id: 1) { paid payments { kind } } }").await;
    assert_eq!(task["taskById"]["paid"], 0);
    assert_eq!(task["taskById"]["payments"].as_array().unwrap().len(), 2);
    shop.close().await;
}

#[tokio::test]
async fn an_item_sent_twice_is_one_and_changes_of_two_people_meet() {
    let shop = Shop::with_owner().await;
    let mut browser = Browser::signed_in(&shop, "owner@example.com").await;
    let form = [
        ("key", "k"),
        ("kind", "PART"),
        ("name", "Экран"),
        ("price", "1 500,50"),
    ];
    for _ in 0..2 {
        let answer = browser.post("/catalogue", &form).await;
        assert_eq!(answer.headers()["location"], "/catalogue#item-1");
    }
    let was = "kind=PART&name=%D0%AD%D0%BA%D1%80%D0%B0%D0%BD&article=&barcode=&price=1500%2C50&cost=&warrantyDays=";
    let edit = async |browser: &mut Browser<'_>, name: &str, price: &str| {
        let form = [
            ("was", was),
            ("kind", "PART"),
            ("name", name),
            ("article", ""),
            ("barcode", ""),
            ("price", price),
            ("cost", ""),
            ("warrantyDays", ""),
        ];
        let answer = browser.post("/catalogue/1", &form).await;
        (answer.status().as_u16(), answer.text().await.unwrap())
    };
    assert_eq!(edit(&mut browser, "Экран", "1600").await.0, 303);
    // Another field is merged; the same one asks.
    assert_eq!(edit(&mut browser, "Экран 6,1", "1500,50").await.0, 303);
    let (status, page) = edit(&mut browser, "Экран", "1700").await;
    assert_eq!(status, 409, "{page}");
    assert!(
        page.contains("сейчас там «1\u{a0}600»") && page.contains("value=\"1700\""),
        "{page}"
    );
    let item = data(&shop, "{ catalogue { nodes { name price } } }").await;
    let expected = serde_json::json!([{"name": "Экран 6,1", "price": 160_000}]);
    assert_eq!(item["catalogue"]["nodes"], expected);
    shop.close().await;
}
