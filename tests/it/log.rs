//! The log is for operators, and contains no personal data.

use reqwest::Method;
use serde_json::json;

use crate::bot::{ANNA, contact, create, messages, set_status, text};
use crate::fake_telegram::Answer;
use crate::harness::{Log, PASSWORD, SECRET, Shop};

#[tokio::test]
async fn nothing_personal_reaches_it() {
    let log = Log::start();
    let shop = Shop::with_owner().await;
    let id = create(&shop, "+79012345678").await;
    for query in [
        r#"mutation { updateTask(taskData: {id: 1, description: "Секретная поломка", device: {model: "Секретная модель", serialNumber: "SN-4711-4712"}}) { task { id } } }"#,
        r#"{ tasks(filter: {serialNumber: "SN-4711-4712", search: "Секретная"}) { totalCount } }"#,
        r#"mutation { updateCustomer(customerData: {phone: "+79012345678", name: "Секретный Клиент"}) { customer { id } } }"#,
        r#"mutation { createCustomer(customerData: {phone: "+79012345678x"}) { customer { id } } }"#,
        r#"mutation { login(email: "owner@example.com", password: "wrong-secret") { success } }"#,
        "{ nothing }",
    ] {
        shop.ask(query).await;
    }
    shop.update(text(ANNA, "/start")).await;
    shop.update(contact(ANNA, ANNA, "+79012345678")).await;
    messages(&shop, 3).await;
    let refused = json!({"ok": false, "error_code": 400, "description": "Bad Request at /bot1:secret/sendMessage"});
    shop.telegram.then(Answer::Error(400, refused));
    set_status(&shop, &id, "READY").await;
    messages(&shop, 4).await;
    shop.webhook(&[SECRET], "Секретный мусор").await;
    let path = format!("/join/{}?token=very-secret", shop.token.clone().unwrap());
    shop.request(Method::GET, &path).send().await.unwrap();
    let link = crate::status_links::renew(&shop, "1").await;
    for path in [&*link, "/s/very-secret"] {
        shop.request(Method::GET, path).send().await.unwrap();
    }
    let token = shop.token.clone().unwrap();
    shop.close().await;
    let log = log.text();
    assert!(
        log.contains("answered") && log.contains("not sent"),
        "{log}"
    );
    for secret in [
        "9012345678",
        "4711-4712",
        "47114712",
        "екретн",
        "owner@example.com",
        "wrong-secret",
        "very-secret",
        PASSWORD,
        SECRET,
        &token,
        link.trim_start_matches("/s/"),
        "1:secret",
        "Анна",
        &ANNA.to_string(),
    ] {
        assert!(!log.contains(secret), "{secret} is in the log: {log}");
    }
}
