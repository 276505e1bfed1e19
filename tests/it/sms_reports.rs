//! Reports of SMS gateways on the messages that they have taken.

use std::time::Duration;

use serde_json::{Value, json};

use crate::bot::{create, set_status};
use crate::fake_gateway::{Answer, FakeGateway};
use crate::harness::{Log, Shop, code, eventually};
use crate::pages::Browser;

const PHONE: &str = "+79000000001";

/// Opens a shop whose gateway is the fake, and without Telegram.
async fn open(fake: &FakeGateway, provider: &str) -> Shop {
    let shop = Shop::with_owner().await;
    let url = fake.url();
    let sms = format!(
        "[sms]\nprovider = '{provider}'\nlogin = 'owner@example.com'\nkey = 'k'\nsender = 'Shop'\napi_url = '{url}'"
    );
    shop.reopen_as(&sms, "mode = 'off'", Duration::ZERO).await
}

/// Makes a task ready, and returns the gateway's id of the SMS about it.
async fn sent(shop: &Shop, phone: &str) -> String {
    let id = create(shop, phone).await;
    set_status(shop, &id, "READY").await;
    let sql = format!(
        "SELECT external_id FROM outbox WHERE task_id = {id} AND state = 'DELIVERED' AND external_id IS NOT NULL"
    );
    let mut found = None;
    eventually("the gateway has taken the message", || {
        shop.clock.advance(Duration::from_millis(250));
        let row = shop.database().query_row(&sql, [], |row| row.get(0));
        found = row.ok();
        found.is_some()
    })
    .await;
    found.unwrap()
}

/// Returns state and arrival of all messages, oldest first.
fn states(shop: &Shop) -> Vec<(String, Option<String>)> {
    let database = shop.database();
    let mut statement = database
        .prepare("SELECT state, arrival FROM outbox ORDER BY id")
        .unwrap();
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)));
    rows.unwrap().map(Result::unwrap).collect()
}

fn state(state: &str, arrival: Option<&str>) -> (String, Option<String>) {
    (state.to_owned(), arrival.map(str::to_owned))
}

/// Returns the path of the address for reports.
async fn address(shop: &Shop) -> String {
    let answer = shop
        .ask("{ channels { sms { reportsUrl } email { reportsUrl } } }")
        .await;
    assert_eq!(
        answer["data"]["channels"]["email"]["reportsUrl"],
        Value::Null
    );
    let url = answer["data"]["channels"]["sms"]["reportsUrl"].as_str();
    let url = url.unwrap_or_else(|| panic!("{answer}"));
    url.strip_prefix(&shop.url).unwrap().to_owned()
}

/// Posts a report as a gateway does, from nowhere in particular.
async fn report(shop: &Shop, path: &str, body: &str) -> (u16, String) {
    let request = reqwest::Client::new().post(format!("{}{path}", shop.url));
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    let answer = request.body(body.to_owned()).send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

#[tokio::test]
async fn each_gateway_reports_by_itself_and_is_answered_as_it_wants() {
    for (provider, receipt) in [("sms.ru", "100"), ("smsc", "OK"), ("smsaero", "OK")] {
        let fake = FakeGateway::start().await;
        let shop = open(&fake, provider).await;
        let (first, second) = (sent(&shop, PHONE).await, sent(&shop, "+79000000002").await);
        let form = |id: &str, is_well: bool| match (provider, is_well) {
            ("sms.ru", true) => format!("data[0]=sms_status%0A{id}%0A103%0A1627200000&hash=x"),
            ("sms.ru", false) => format!("data[0]=sms_status%0A{id}%0A105%0A1627200000"),
            (_, true) => format!("id={id}&status=1&phone=79000000001"),
            ("smsc", false) => format!("id={id}&status=20&err=6"),
            (_, false) => format!("id={id}&status=2&extendStatus=failed"),
        };
        let pending = state("DELIVERED", Some("PENDING"));
        assert_eq!(
            states(&shop),
            [pending.clone(), pending.clone()],
            "{provider}"
        );
        let path = address(&shop).await;
        assert!(path.starts_with(&format!("/sms/{provider}/")), "{path}");

        // What isn't ours, or is about nothing, changes nothing and is taken.
        for other in [form("none", true), String::new(), "x".repeat(100_000)] {
            assert_eq!(
                report(&shop, &path, &other).await,
                (200, receipt.to_owned())
            );
        }
        assert_eq!(
            states(&shop),
            [pending.clone(), pending.clone()],
            "{provider}"
        );

        let arrived = state("DELIVERED", Some("ARRIVED"));
        for _ in 0..2 {
            let told = report(&shop, &path, &form(&first, true)).await;
            assert_eq!(told, (200, receipt.to_owned()), "{provider}");
            assert_eq!(
                states(&shop),
                [arrived.clone(), pending.clone()],
                "{provider}"
            );
        }
        // A replay of something else after that, too.
        report(&shop, &path, &form(&first, false)).await;
        assert_eq!(states(&shop), [arrived.clone(), pending], "{provider}");
        report(&shop, &path, &form(&second, false)).await;
        let dead = state("DEAD", None);
        assert_eq!(states(&shop), [arrived.clone(), dead.clone()], "{provider}");
        report(&shop, &path, &form(&second, true)).await;
        assert_eq!(states(&shop), [arrived, dead], "{provider}");
        let answer = shop.ask("{ undelivered { reason channel } }").await;
        let expected = json!([{"reason": "REFUSED", "channel": "SMS"}]);
        assert_eq!(answer["data"]["undelivered"], expected, "{provider}");
        shop.close().await;
    }
}

#[tokio::test]
async fn nobody_without_the_secret_reports_anything_and_a_body_has_a_bound() {
    let fake = FakeGateway::start().await;
    let shop = open(&fake, "smsc").await;
    let id = sent(&shop, PHONE).await;
    let log = Log::start();
    let path = address(&shop).await;
    let form = format!("id={id}&status=1");
    let (start, secret) = path.rsplit_once('/').unwrap();
    let other = match secret.starts_with('A') {
        true => format!("B{}", &secret[1..]),
        false => format!("A{}", &secret[1..]),
    };
    for wrong in [
        format!("{start}/{other}"),
        format!("{start}/{}", &secret[1..]),
        format!("{start}/{secret}A"),
        // The secret of one gateway is none of another.
        format!("/sms/sms.ru/{secret}"),
        format!("/sms/none/{secret}"),
    ] {
        assert_eq!(report(&shop, &wrong, &form).await.0, 404, "{wrong}");
    }
    let get = shop
        .request(reqwest::Method::GET, &path)
        .send()
        .await
        .unwrap();
    assert_eq!(get.status(), 404);
    let long = "x".repeat(256 * 1024 + 1);
    assert_eq!(report(&shop, &path, &long).await.0, 413);
    assert_eq!(states(&shop), [state("DELIVERED", Some("PENDING"))]);
    assert_eq!(report(&shop, &path, &form).await.0, 200);
    assert_eq!(states(&shop), [state("DELIVERED", Some("ARRIVED"))]);
    for hidden in [secret, &*other, &*id] {
        assert!(!log.text().contains(hidden), "{hidden} {}", log.text());
    }

    // Only an owner learns the address, and it stays the same.
    let owner = Browser::signed_in(&shop, "owner@example.com").await;
    let page = owner.page("/settings/channels").await;
    assert!(
        page.contains(&format!("value=\"{}{path}\"", shop.url)),
        "{page}"
    );
    let employee = crate::accounts::employee_called(&shop, "second@example.com").await;
    let asked = shop
        .ask_by(&employee, "{ channels { sms { reportsUrl } } }")
        .await;
    assert_eq!(code(&asked), "FORBIDDEN", "{asked}");
    drop(owner);
    let shop = shop.reopen().await;
    let asked = shop.ask("{ channels { sms { reportsUrl } } }").await;
    assert_eq!(asked["data"]["channels"]["sms"]["reportsUrl"], Value::Null);
    shop.close().await;
}

#[tokio::test]
async fn a_message_that_did_not_arrive_can_be_sent_again_and_is_asked_about_no_more() {
    let fake = FakeGateway::start().await;
    let shop = open(&fake, "smsc").await;
    let id = sent(&shop, PHONE).await;
    let path = address(&shop).await;
    report(&shop, &path, &format!("id={id}&status=20")).await;
    assert_eq!(states(&shop), [state("DEAD", None)]);
    let calls = fake.calls().len();
    for _ in 0..3 {
        shop.clock.advance(Duration::from_secs(61));
        tokio::task::yield_now().await;
    }
    assert_eq!(fake.calls().len(), calls);

    // The gateway would still say that the first one has failed.
    fake.then(Answer::Json(
        200,
        json!({"id": "again", "cnt": 1, "cost": "1.44"}),
    ));
    let answer = shop
        .ask("mutation { retryNotice(id: 1) { task { id } } }")
        .await;
    assert!(answer["errors"].is_null(), "{answer}");
    eventually("it is sent again", || {
        shop.clock.advance(Duration::from_millis(250));
        fake.messages().len() == 2 && states(&shop) == [state("DELIVERED", Some("PENDING"))]
    })
    .await;
    report(&shop, &path, &format!("id={id}&status=20")).await;
    assert_eq!(states(&shop), [state("DELIVERED", Some("PENDING"))]);
    report(&shop, &path, "id=again&status=1").await;
    assert_eq!(states(&shop), [state("DELIVERED", Some("ARRIVED"))]);
    shop.close().await;
}
