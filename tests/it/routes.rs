//! Choice of the channel: each one alone, two of which one fails, and none.

use std::time::Duration;

use serde_json::{Value, json};

use crate::bot::{create, messages, said, set_status};
use crate::conversation::send;
use crate::fake_gateway::{self, Call, FakeGateway};
use crate::fake_max::{self, FakeMax, TOKEN};
use crate::fake_smtp::{FakeSmtp, Taken};
use crate::fake_telegram::Answer;
use crate::harness::{Shop, eventually};
use crate::pages::Browser;

pub const PHONE: &str = "+79000000001";
pub const ANNA: i64 = 5;
const ANNA_AT_MAX: i64 = 77;

/// Opens a shop with these settings, without Telegram.
pub async fn open(settings: &str) -> Shop {
    let shop = Shop::with_owner().await;
    shop.reopen_as(settings, "mode = 'off'", Duration::ZERO)
        .await
}

pub fn by_sms(fake: &FakeGateway, more: &str) -> String {
    let url = fake.url();
    format!("[sms]\nprovider = 'smsc'\nkey = 'k'\napi_url = '{url}'\n{more}")
}

/// Waits for this many messages to phones while the clock advances.
pub async fn texts(shop: &Shop, fake: &FakeGateway, count: usize) -> Vec<Call> {
    eventually("a message goes to a phone", || {
        shop.clock.advance(Duration::from_millis(250));
        fake.messages().len() >= count
    })
    .await;
    fake.messages()
}

pub async fn letters(shop: &Shop, fake: &FakeSmtp, count: usize) -> Vec<Taken> {
    eventually("a letter goes out", || {
        shop.clock.advance(Duration::from_millis(250));
        fake.letters_now().len() >= count
    })
    .await;
    fake.letters_now()
}

/// Waits until nothing waits to be sent.
pub async fn settled(shop: &Shop) {
    let open = "SELECT count(*) FROM outbox WHERE state IN ('WAITING', 'SENDING')";
    eventually("everything is settled", || {
        shop.clock.advance(Duration::from_millis(250));
        let database = shop.database();
        let open: i64 = database.query_row(open, [], |row| row.get(0)).unwrap();
        open == 0
    })
    .await;
}

pub async fn undelivered(shop: &Shop) -> Value {
    let answer = shop
        .ask("{ undelivered { reason detail channel kind } }")
        .await;
    answer["data"]["undelivered"].clone()
}

/// Returns the path of the status link in a text.
fn link(shop: &Shop, text: &str) -> String {
    let begin = format!("{}/s/", shop.url);
    let at = text.find(&begin).unwrap_or_else(|| panic!("{text}"));
    let url = text[at..].split_whitespace().next().unwrap();
    url[shop.url.len()..].to_owned()
}

#[tokio::test]
async fn a_whole_repair_with_sms_alone() {
    let fake = FakeGateway::start().await;
    let shop = open(&by_sms(&fake, "")).await;
    let id = create(&shop, PHONE).await;
    // What the owner hasn't ticked goes to nobody.
    set_status(&shop, &id, "IN_PROGRESS").await;
    let quote = "mutation { askApproval(taskId: 1, price: 350000) { task { id } } }";
    assert!(shop.ask(quote).await["errors"].is_null());
    let first = texts(&shop, &fake, 1).await.remove(0);
    assert_eq!(first.field("phones"), PHONE);
    let text = first.field("mes");
    assert!(text.contains("№ 1: 3 500 ₽, чинить?"), "{text}");

    // The customer agrees on the page of the link.
    let page = link(&shop, text);
    let get = shop.request(reqwest::Method::GET, &page);
    let shown = get.send().await.unwrap().text().await.unwrap();
    assert!(shown.contains("3\u{a0}500"), "{shown}");
    let agree = [("approval", "1"), ("answer", "agree")];
    let decide = format!("{page}/decide");
    assert_eq!(send(&shop, &decide, &agree, &shop.url).await.0, 303);
    let approvals = shop
        .ask("{ taskById(id: 1) { approvals { decision channel } } }")
        .await;
    let expected = json!([{"decision": "AGREED", "channel": "PAGE"}]);
    assert_eq!(approvals["data"]["taskById"]["approvals"], expected);

    set_status(&shop, &id, "READY").await;
    let all = texts(&shop, &fake, 2).await;
    assert!(all[1].field("mes").contains("№ 1"), "{:?}", all[1].fields);
    settled(&shop).await;
    let owner = Browser::signed_in(&shop, "owner@example.com").await;
    let page = owner.page("/tasks/1").await;
    assert!(page.contains("по SMS, 1,44"), "{page}");
    // The gateway is asked whether it arrived.
    eventually("the arrival is known", || {
        shop.clock.advance(Duration::from_secs(61));
        let sql = "SELECT count(*) FROM outbox WHERE arrival = 'ARRIVED'";
        let arrived: i64 = shop
            .database()
            .query_row(sql, [], |row| row.get(0))
            .unwrap();
        arrived == 2
    })
    .await;
    assert_eq!(fake.messages().len(), 2);
    let notices = "{ taskById(id: 1) { notices { kind status channel state dueTime cost arrived reason detail } } }";
    let answer = shop.ask(notices).await;
    let sent = |kind: &str, status: Option<&str>| {
        json!({"kind": kind, "status": status, "channel": "SMS", "state": "DELIVERED", "dueTime": null, "cost": 144,
            "arrived": true, "reason": null, "detail": null})
    };
    let expected = json!([
        sent("STATUS_CHANGED", Some("READY")),
        sent("APPROVAL", None)
    ]);
    assert_eq!(answer["data"]["taskById"]["notices"], expected);
    shop.close().await;
}

#[tokio::test]
async fn a_text_whose_outcome_is_unknown_is_not_paid_for_twice() {
    let fake = FakeGateway::start().await;
    let shop = open(&by_sms(&fake, "")).await;
    let id = create(&shop, PHONE).await;
    fake.then(fake_gateway::Answer::Page(200));
    set_status(&shop, &id, "READY").await;
    texts(&shop, &fake, 1).await;
    settled(&shop).await;
    for _ in 0..10 {
        shop.clock.advance(Duration::from_secs(600));
        tokio::task::yield_now().await;
    }
    assert_eq!(fake.messages().len(), 1);
    // One that was not taken, since there is no money, is tried again later.
    let empty = json!({"error": "no", "error_code": 3});
    fake.then(fake_gateway::Answer::Json(200, empty));
    let id = create(&shop, "+79000000002").await;
    set_status(&shop, &id, "READY").await;
    texts(&shop, &fake, 2).await;
    shop.clock.advance(Duration::from_secs(2 * 60 * 60));
    let phones = texts(&shop, &fake, 3).await;
    assert_eq!(phones[2].field("phones"), "+79000000002");
    shop.close().await;
}

#[tokio::test]
async fn the_limit_of_a_day_holds_over_a_restart_and_ends_with_the_day() {
    let fake = FakeGateway::start().await;
    let settings = by_sms(&fake, "daily_messages = '1'");
    let shop = open(&settings).await;
    for phone in [PHONE, "+79000000002"] {
        let id = create(&shop, phone).await;
        set_status(&shop, &id, "READY").await;
        settled(&shop).await;
    }
    assert_eq!(fake.messages().len(), 1);
    let dead = json!([{"reason": "REFUSED", "detail": "the limit of SMS for a day is reached", "channel": "SMS",
        "kind": "STATUS_CHANGED"}]);
    assert_eq!(undelivered(&shop).await, dead);
    let notices = "{ taskById(id: 2) { notices { state reason detail deliveredTime } } }";
    let answer = shop.ask(notices).await;
    let limit = json!([{"state": "UNDELIVERED", "reason": "REFUSED",
        "detail": "the limit of SMS for a day is reached", "deliveredTime": null}]);
    assert_eq!(answer["data"]["taskById"]["notices"], limit);
    let retry = "mutation { retryNotice(id: 2) { task { id } } }";
    let shop = shop
        .reopen_as(&settings, "mode = 'off'", Duration::ZERO)
        .await;
    assert!(shop.ask(retry).await["errors"].is_null());
    settled(&shop).await;
    assert_eq!(fake.messages().len(), 1);
    shop.clock.advance(Duration::from_secs(24 * 60 * 60));
    assert!(shop.ask(retry).await["errors"].is_null());
    texts(&shop, &fake, 2).await;
    shop.close().await;
}

#[tokio::test]
async fn an_invented_customer_is_sent_no_sms() {
    let fake = FakeGateway::start().await;
    let shop = open(&by_sms(&fake, "")).await;
    let id = create(&shop, PHONE).await;
    let demo = "INSERT INTO first_day (step, done_at) VALUES ('DEMO', 5)";
    shop.database().execute(demo, []).unwrap();
    set_status(&shop, &id, "READY").await;
    settled(&shop).await;
    assert!(fake.calls().is_empty());
    let dead = &undelivered(&shop).await[0];
    assert_eq!(dead["detail"], "the customers of a demo are invented");
    shop.close().await;
}

#[tokio::test]
async fn at_night_a_text_waits_for_the_morning_and_then_goes_once() {
    let fake = FakeGateway::start().await;
    // It is noon in Moscow.
    let shop = open(&by_sms(&fake, "")).await;
    let id = create(&shop, PHONE).await;
    shop.clock.advance(Duration::from_secs(11 * 3_600));
    set_status(&shop, &id, "READY").await;
    let waits = "SELECT count(*) FROM outbox WHERE state = 'WAITING' AND attempts = 0 AND try_at = 1627279200000";
    eventually("it waits until nine", || {
        shop.clock.advance(Duration::from_millis(250));
        let row = shop.database().query_row(waits, [], |row| row.get(0));
        row == Ok(1)
    })
    .await;
    // Staff see when it goes.
    let page = {
        let staff = Browser::signed_in(&shop, "owner@example.com").await;
        staff.page("/tasks/1").await
    };
    assert!(page.contains("«Готово» будет отправлено 26 июля"), "{page}");
    shop.clock.advance(Duration::from_secs(9 * 3_600));
    assert!(fake.messages().is_empty());
    shop.clock.advance(Duration::from_secs(3_600));
    texts(&shop, &fake, 1).await;
    settled(&shop).await;
    assert_eq!(fake.messages().len(), 1);
    shop.close().await;
}

#[tokio::test]
async fn at_night_a_message_goes_another_way_at_once_if_there_is_one() {
    let (fake, smtp) = (FakeGateway::start().await, FakeSmtp::start().await);
    let email = format!(
        "[email]\nhost = '127.0.0.1'\nport = '{}'\nsecurity = 'none'\nfrom = 'shop@example.com'",
        smtp.port()
    );
    let shop = open(&by_sms(&fake, &email)).await;
    let id = create(&shop, PHONE).await;
    let card = r#"mutation { updateCustomer(customerData: {phone: "+79000000001", email: "anna@example.com"}) { customer { id } } }"#;
    assert!(shop.ask(card).await["errors"].is_null());
    // By day SMS comes first.
    set_status(&shop, &id, "READY").await;
    texts(&shop, &fake, 1).await;
    settled(&shop).await;
    shop.clock.advance(Duration::from_secs(11 * 3_600));
    let quote = "mutation { askApproval(taskId: 1, price: 350000) { task { id } } }";
    assert!(shop.ask(quote).await["errors"].is_null());
    letters(&shop, &smtp, 1).await;
    settled(&shop).await;
    assert_eq!(fake.messages().len(), 1);

    // A mailbox that is gone leaves SMS, and so the morning.
    smtp.then(crate::fake_smtp::Answer::Recipient(
        "550 5.1.1 user unknown",
    ));
    let again = "mutation { askApproval(taskId: 1, price: 360000) { task { id } } }";
    assert!(shop.ask(again).await["errors"].is_null());
    let waits = "SELECT count(*) FROM outbox WHERE state = 'WAITING' AND channel = 'SMS' AND try_at = 1627279200000";
    eventually("it waits until nine", || {
        shop.clock.advance(Duration::from_millis(250));
        let row = shop.database().query_row(waits, [], |row| row.get(0));
        row == Ok(1)
    })
    .await;
    shop.clock.advance(Duration::from_secs(10 * 3_600));
    texts(&shop, &fake, 2).await;
    settled(&shop).await;
    shop.close().await;
}

#[tokio::test]
async fn quiet_hours_are_as_the_owner_says() {
    let fake = FakeGateway::start().await;
    let shop = open(&by_sms(&fake, "quiet = 'off'\n")).await;
    let id = create(&shop, PHONE).await;
    shop.clock.advance(Duration::from_secs(11 * 3_600));
    set_status(&shop, &id, "READY").await;
    texts(&shop, &fake, 1).await;
    settled(&shop).await;
    let set = |value: &str| {
        format!(
            r#"mutation {{ updateSettings(settings: [{{key: SMS_QUIET, value: "{value}"}}]) {{ settings {{ key }} }} }}"#
        )
    };
    // The file wins.
    assert!(!shop.ask(&set("22-8")).await["errors"].is_null());
    let shop = shop
        .reopen_as(&by_sms(&fake, ""), "mode = 'off'", Duration::ZERO)
        .await;
    for wrong in ["9", "9-9", "21-24", "x"] {
        let answer = shop.ask(&set(wrong)).await;
        let field = &answer["errors"][0]["extensions"]["field"];
        assert_eq!(field, "sms.quiet", "{wrong} {answer}");
    }
    for right in ["22-8", "off"] {
        let answer = shop.ask(&set(right)).await;
        assert!(answer["errors"].is_null(), "{right} {answer}");
    }
    shop.close().await;
}

#[tokio::test]
async fn who_wants_no_e_mail_is_not_said_to_be_reached_by_it() {
    let smtp = FakeSmtp::start().await;
    let settings = format!(
        "[email]\nhost = '127.0.0.1'\nport = '{}'\nsecurity = 'none'\nfrom = 'shop@example.com'",
        smtp.port()
    );
    let shop = open(&settings).await;
    create(&shop, PHONE).await;
    let card = r#"mutation { updateCustomer(customerData: {phone: "+79000000001", email: "anna@example.com"}) { customer { id } } }"#;
    assert!(shop.ask(card).await["errors"].is_null());
    let unreachable = async |shop: &Shop| {
        let one = "{ taskById(id: 1) { customer { unreachable } } allCustomers { unreachable } }";
        let answer = shop.ask(one).await;
        let listed = answer["data"]["allCustomers"][0]["unreachable"].clone();
        assert_eq!(
            answer["data"]["taskById"]["customer"]["unreachable"],
            listed
        );
        listed
    };
    assert_eq!(unreachable(&shop).await, Value::Null);
    let mut staff = Browser::signed_in(&shop, "owner@example.com").await;
    assert!(
        !staff
            .page("/tasks/1")
            .await
            .contains("просил не писать на почту")
    );
    let path = crate::email::stop_link(&shop, "anna@example.com").await;
    assert_eq!(send(&shop, &path, &[], &shop.url).await.0, 200);
    assert_eq!(unreachable(&shop).await, "EMAIL_STOPPED");
    let page = staff.page("/tasks/1").await;
    assert!(page.contains("клиент просил не писать на почту"), "{page}");
    let answer = staff.post("/customers/1/resume-email", &[]).await;
    assert_eq!(answer.status(), 303);
    assert_eq!(unreachable(&shop).await, Value::Null);
    assert_eq!(send(&shop, &path, &[], &shop.url).await.0, 200);
    drop(staff);
    // It is known after a start, too.
    let shop = shop
        .reopen_as(&settings, "mode = 'off'", Duration::ZERO)
        .await;
    assert_eq!(unreachable(&shop).await, "EMAIL_STOPPED");
    shop.close().await;
}

#[tokio::test]
async fn a_whole_repair_with_email_alone() {
    let fake = FakeSmtp::start().await;
    let settings = format!(
        "[email]\nhost = '127.0.0.1'\nport = '{}'\nsecurity = 'none'\nfrom = 'shop@example.com'",
        fake.port()
    );
    let shop = open(&settings).await;
    let id = create(&shop, PHONE).await;
    set_status(&shop, &id, "IN_PROGRESS").await;
    settled(&shop).await;
    assert!(fake.letters_now().is_empty(), "the card has no address");
    let card = "mutation { updateCustomer(customerData: {phone: \"+79000000001\", email: \"anna@example.com\"}) {
        customer { unreachable } } }";
    let answer = shop.ask(card).await;
    let unreachable = &answer["data"]["updateCustomer"]["customer"]["unreachable"];
    assert_eq!(*unreachable, Value::Null, "{answer}");
    let comment = "mutation { addComment(taskId: 1, text: \"Come by\", toCustomer: true) { comment { id } } }";
    assert!(shop.ask(comment).await["errors"].is_null());
    let first = letters(&shop, &fake, 1).await.remove(0);
    assert_eq!(
        (&*first.from, &*first.to),
        ("shop@example.com", "anna@example.com")
    );
    for part in ["Come by", "List-Unsubscribe", "/s/", "/u/"] {
        assert!(first.wire.contains(part), "{part}: {}", first.wire);
    }
    set_status(&shop, &id, "READY").await;
    letters(&shop, &fake, 2).await;
    settled(&shop).await;
    // The customer ends it by the link.
    let wire = first.wire.replace("=\r\n", "");
    let at = wire.find(&format!("{}/u/", shop.url)).unwrap();
    let url = &wire[at..];
    let end = url.find(['>', '"', '\r', '\n', ' ']).unwrap();
    let path = url[shop.url.len()..end].to_owned();
    let post = shop.request(reqwest::Method::POST, &path);
    let post = post.header("content-type", "application/x-www-form-urlencoded");
    let ended = post
        .body("List-Unsubscribe=One-Click")
        .send()
        .await
        .unwrap();
    assert!(ended.status().is_success(), "{}", ended.status());
    assert!(shop.ask(comment).await["errors"].is_null());
    settled(&shop).await;
    assert_eq!(fake.letters_now().len(), 2);
    let dead = &undelivered(&shop).await[0];
    assert_eq!(dead["detail"], "the customer wants no e-mail");
    shop.close().await;
}

/// Opens a shop whose customer has an account on both messengers, and wrote on Telegram last.
pub async fn with_both() -> (Shop, FakeMax, String) {
    let max = FakeMax::start().await;
    let settings = format!(
        "[max]\ntoken = '{TOKEN}'\napi_url = '{}'\nmode = 'webhook'",
        max.url()
    );
    let shop = Shop::with_owner().await;
    let shop = shop.reopen_with(&settings, Duration::ZERO).await;
    max.subscribed().await;
    let id = create(&shop, PHONE).await;
    let link = "UPDATE customers SET telegram_id = ?1, telegram_verified = 1, max_id = ?2, max_verified = 1,
        heard_on = 'TELEGRAM'";
    shop.database().execute(link, [ANNA, ANNA_AT_MAX]).unwrap();
    (shop, max, id)
}

pub async fn to_max(shop: &Shop, max: &FakeMax, count: usize) -> Vec<Value> {
    eventually("a message goes to MAX", || {
        shop.clock.advance(Duration::from_millis(250));
        max.messages().len() >= count
    })
    .await;
    max.messages()
}

#[tokio::test]
async fn the_messenger_that_was_used_last_comes_first() {
    let (shop, max, id) = with_both().await;
    set_status(&shop, &id, "READY").await;
    let sent = messages(&shop, 1).await;
    assert!(said(&sent[0]).contains("№ 1"), "{sent:?}");
    settled(&shop).await;
    assert!(max.messages().is_empty());
    // She writes on MAX: from then on it goes there.
    let wrote = fake_max::message(ANNA_AT_MAX, "mid.1", "Спасибо", json!([]));
    assert_eq!(max.deliver(&wrote).await, 200);
    to_max(&shop, &max, 1).await;
    set_status(&shop, &id, "IN_PROGRESS").await;
    let sent = to_max(&shop, &max, 2).await;
    assert!(
        sent[1]["text"].as_str().unwrap().contains("№ 1"),
        "{sent:?}"
    );
    settled(&shop).await;
    assert_eq!(shop.telegram.messages_now().len(), 1);
    shop.close().await;
}

#[tokio::test]
async fn a_blocked_bot_is_left_for_the_other_messenger_at_once() {
    let (shop, max, id) = with_both().await;
    let refusal = json!({"ok": false, "error_code": 403, "description": "Forbidden: bot was blocked by the user"});
    shop.telegram.then(Answer::Error(403, refusal));
    set_status(&shop, &id, "READY").await;
    to_max(&shop, &max, 1).await;
    settled(&shop).await;
    assert_eq!(undelivered(&shop).await, json!([]));
    let answer = shop
        .ask("{ taskById(id: 1) { customer { telegramBlocked maxBlocked unreachable } } }")
        .await;
    let expected = json!({"telegramBlocked": true, "maxBlocked": false, "unreachable": null});
    assert_eq!(answer["data"]["taskById"]["customer"], expected);
    shop.close().await;
}

#[tokio::test]
async fn what_a_messenger_that_is_away_does_not_take_goes_by_the_other_in_order() {
    let (shop, max, id) = with_both().await;
    let down = json!({"ok": false, "error_code": 502, "description": "Bad Gateway"});
    shop.telegram
        .judge(move |_| Some(Answer::Error(502, down.clone())));
    set_status(&shop, &id, "READY").await;
    let comment = "mutation { addComment(taskId: 1, text: \"Come by\", toCustomer: true) { comment { id } } }";
    shop.clock.advance(Duration::from_secs(10));
    assert!(shop.ask(comment).await["errors"].is_null());
    eventually("both went by the other", || {
        shop.clock.advance(Duration::from_secs(20));
        max.messages().len() >= 2
    })
    .await;
    settled(&shop).await;
    let sent = max.messages();
    assert_eq!(sent.len(), 2, "{sent:?}");
    assert!(
        sent[1]["text"].as_str().unwrap().contains("Come by"),
        "{sent:?}"
    );
    let tried = shop.telegram.messages_now().len();
    assert!(tried > 0);
    let owner = Browser::signed_in(&shop, "owner@example.com").await;
    assert!(owner.page("/tasks/1").await.contains("доставлено в MAX"));
    shop.close().await;
}

#[tokio::test]
async fn with_everything_off_nothing_is_queued_and_the_page_offers_the_link() {
    let shop = open("").await;
    let id = create(&shop, PHONE).await;
    set_status(&shop, &id, "READY").await;
    let comment = "mutation { addComment(taskId: 1, text: \"Come by\", toCustomer: true) { comment { id } } }";
    assert!(shop.ask(comment).await["errors"].is_null());
    let waiting: i64 = shop
        .database()
        .query_row("SELECT count(*) FROM outbox", [], |row| row.get(0))
        .unwrap();
    assert_eq!(waiting, 0);
    let owner = Browser::signed_in(&shop, "owner@example.com").await;
    let page = owner.page("/tasks/1").await;
    assert!(page.contains("sms:"), "{page}");
    shop.close().await;
}
