//! Outgoing webhooks.

use std::time::Duration;

use serde_json::json;
use tempfile::TempDir;
use zayavka::clock::Clock;
use zayavka::config::Config;
use zayavka::doctor::{self, Level};

use crate::accounts::employee;
use crate::bot::{ANNA, contact, create, messages, set_status, text};
use crate::conversation::{press, send};
use crate::harness::{Log, Shop, code, eventually};
use crate::pages::{Browser, goes_to};
use crate::process::Program;
use crate::receiver::{Answer, Receiver, SECRET, Told};
use crate::status_links::renew;

pub const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const TASKS: &str =
    "'task.created', 'task.updated', 'task.status_changed', 'task.assigned', 'task.deleted'";
const CUSTOMERS: &str = "'customer.created', 'customer.updated', 'customer.deleted'";

/// Opens a shop with an owner and these settings.
async fn shop(settings: &str) -> Shop {
    let mut shop = Shop::open_with(settings, "").await;
    let answer = shop.register("owner@example.com").await;
    shop.token = answer["data"]["register"]["token"]
        .as_str()
        .map(str::to_owned);
    shop
}

pub fn events(told: &[Told]) -> Vec<String> {
    told.iter().map(Told::event).collect()
}

/// Waits until this many deliveries are in a state.
pub async fn are(shop: &Shop, state: &str, count: i64) {
    let file = shop.database();
    let sql = "SELECT count(*) FROM webhook_deliveries WHERE state = ?1";
    let now = || {
        let found: i64 = file.query_row(sql, [state], |row| row.get(0)).unwrap();
        found == count
    };
    eventually(&format!("{count} are {state}"), now).await;
}

#[tokio::test]
async fn it_is_told_once_signed_and_in_order() {
    let receiver = Receiver::start().await;
    let shop = shop(&receiver.settings(TASKS)).await;
    let id = create(&shop, "+79000000001").await;
    set_status(&shop, &id, "READY").await;
    set_status(&shop, &id, "READY").await;
    for query in [
        "mutation { assignTask(id: 1, employeeId: null) { task { id } } }",
        r#"mutation { updateTask(taskData: {id: 1, description: "x"}) { task { id } } }"#,
        "mutation { deleteTask(id: 1) { id } }",
    ] {
        assert!(shop.ask(query).await["errors"].is_null(), "{query}");
    }
    let told = receiver.told(7).await;
    are(&shop, "DELIVERED", 7).await;
    assert_eq!(receiver.told_now().len(), 7);
    let said = told.iter().map(|told| {
        let task = &told.json()["task"];
        format!("{} {} {}", told.event(), task["status"], task["version"])
    });
    assert_eq!(
        said.collect::<Vec<_>>(),
        [
            r#"task.created "ACCEPTED" 1"#,
            r#"task.updated "READY" 2"#,
            r#"task.status_changed "READY" 2"#,
            r#"task.updated "READY" 3"#,
            r#"task.assigned "READY" 3"#,
            r#"task.updated "READY" 4"#,
            r#"task.deleted "READY" 4"#,
        ]
    );
    for (number, told) in told.iter().enumerate() {
        assert_eq!(told.id(), (number + 1).to_string());
        assert_eq!(told.json()["id"], told.id());
        assert_eq!(told.json()["time"], "2021-07-25T09:00:00Z");
        assert_eq!(told.headers["x-zayavka-event"], told.event());
        assert_eq!(told.headers["content-type"], "application/json");
        told.is_signed_by(&[SECRET], shop.clock.now());
    }
    shop.close().await;
}

#[tokio::test]
async fn events_of_comments_and_quotes_contain_no_text() {
    let receiver = Receiver::start().await;
    let talk = "'comment.added', 'answer.received', 'approval.decided'";
    let shop = shop(&receiver.settings(talk)).await;
    create(&shop, "+79000000001").await;
    let link = renew(&shop, "1").await;
    for query in [
        r#"mutation { addComment(taskId: 1, text: "Тайное слово") { task { id } } }"#,
        r#"mutation { askApproval(taskId: 1, price: 4711, text: "Тайная деталь") { task { id } } }"#,
    ] {
        assert!(shop.ask(query).await["errors"].is_null(), "{query}");
    }
    let say = [("text", "Тайный ответ")];
    let said = send(&shop, &format!("{link}/say"), &say, &shop.url).await;
    assert_eq!(said.0, 303);
    let agree = [("approval", "1"), ("answer", "agree")];
    for _ in 0..2 {
        let decided = send(&shop, &format!("{link}/decide"), &agree, &shop.url).await;
        assert_eq!(decided.0, 303);
    }
    let told = receiver.told(3).await;
    are(&shop, "DELIVERED", 3).await;
    assert_eq!(
        events(&told),
        ["comment.added", "answer.received", "approval.decided"]
    );
    for told in &told {
        assert_eq!(told.json()["task"]["id"], "1");
        let body = &told.body;
        assert!(!body.contains("айн") && !body.contains("4711"), "{body}");
    }
    shop.close().await;
}

#[tokio::test]
async fn a_message_that_its_sender_moves_is_told_of_the_other_task_as_well() {
    let receiver = Receiver::start().await;
    let shop = shop(&receiver.settings("'answer.received'")).await;
    create(&shop, "+79000000001").await;
    create(&shop, "+79000000001").await;
    shop.update(contact(ANNA, ANNA, "+79000000001")).await;
    shop.update(text(ANNA, "Когда?")).await;
    shop.update(press(ANNA, "move:1:1")).await;
    let told = receiver.told(2).await;
    let tasks: Vec<_> = told
        .iter()
        .map(|told| told.json()["task"]["id"].clone())
        .collect();
    assert_eq!(tasks, ["2", "1"]);
    are(&shop, "DELIVERED", 2).await;
    messages(&shop, 3).await;
    shop.close().await;
}

#[tokio::test]
async fn customers_are_told_of_without_anything_personal() {
    let log = Log::start();
    let receiver = Receiver::start().await;
    receiver.then(Answer::Status(500));
    let shop = shop(&receiver.settings(&format!("{CUSTOMERS}, {TASKS}"))).await;
    let ask = async |query: &str| {
        let answer = shop.ask(query).await;
        assert!(answer["errors"].is_null(), "{answer}");
    };
    ask(r#"mutation { createCustomer(customerData: {phone: "+79012345678", name: "Тайна"}) { customer { id } } }"#).await;
    receiver.told(1).await;
    are(&shop, "SENDING", 0).await;
    // Two changes while the first event of the customer has to wait.
    for query in [
        r#"mutation { updateCustomer(customerData: {phone: "+79012345678", name: "Тайна 2"}) { customer { id } } }"#,
        r#"mutation { updateCustomer(customerData: {phone: "+79012345678", name: "Тайна 3"}) { customer { id } } }"#,
        r#"mutation { createTask(taskData: {customerPhone: "+79012345678", description: "Тайна", device: {model: "Тайна"}}) { task { id } } }"#,
        r#"mutation { eraseCustomer(phone: "+79012345678") { phone } }"#,
    ] {
        ask(query).await;
    }
    shop.clock.advance(Duration::from_secs(1));
    let told = receiver.told(6).await;
    are(&shop, "DELIVERED", 5).await;
    // A receiver of the first event queries the API, and sees the second change.
    assert_eq!(
        events(&told),
        [
            "customer.created",
            "customer.created",
            "customer.updated",
            "task.created",
            "task.updated",
            "customer.deleted"
        ]
    );
    assert_eq!(told[5].json()["customer"], json!({"id": "1"}));
    let bodies: Vec<_> = told.iter().map(|told| &*told.body).collect();
    let told = bodies.concat();
    shop.close().await;
    let log = log.text();
    assert!(log.contains("failed to deliver webhook"), "{log}");
    for secret in ["9012345678", "Тайна", SECRET, "/hook"] {
        assert!(!told.contains(secret), "{told}");
        assert!(!log.contains(secret), "{secret}: {log}");
    }
}

#[tokio::test]
async fn a_failed_delivery_is_retried_under_its_id_before_later_ones() {
    let receiver = Receiver::start().await;
    for answer in [Answer::Status(500), Answer::Redirect, Answer::Status(404)] {
        receiver.then(answer);
    }
    let shop = shop(&receiver.settings("'task.created'")).await;
    create(&shop, "+79000000001").await;
    create(&shop, "+79000000002").await;
    for tries in 1..=5 {
        receiver.told(tries).await;
        // Until the failure is recorded.
        are(&shop, "SENDING", 0).await;
        shop.clock.advance(Duration::from_secs(5));
    }
    let told = receiver.told(5).await;
    let ids: Vec<_> = told.iter().map(Told::id).collect();
    assert_eq!(ids, ["1", "1", "1", "1", "2"]);
    assert!(told[..4].iter().all(|same| same.body == told[0].body));
    // The signature covers the time of the attempt, so that replays can be detected.
    let signed: Vec<_> = told
        .iter()
        .map(|told| &told.headers["x-zayavka-signature"])
        .collect();
    assert_ne!(signed[0], signed[1]);
    are(&shop, "DELIVERED", 2).await;
    shop.close().await;
}

const UNDELIVERED: &str =
    "{ undeliveredWebhooks { id url event detail attempts happenedTime failedTime } }";

#[tokio::test]
async fn after_three_days_it_is_given_up_and_shown_to_the_owner_who_tries_again() {
    let receiver = Receiver::start().await;
    receiver.always(Answer::Status(503));
    let shop = shop(&receiver.settings("'task.created'")).await;
    let token = employee(&shop).await;
    create(&shop, "+79000000001").await;
    receiver.told(1).await;
    are(&shop, "SENDING", 0).await;
    let page = Browser::signed_in(&shop, "owner@example.com")
        .await
        .page("/staff")
        .await;
    assert!(page.contains("Не доставлено 1 событие"), "{page}");
    shop.clock.advance(3 * DAY - Duration::from_secs(1));
    receiver.told(2).await;
    are(&shop, "WAITING", 1).await;
    shop.clock.advance(Duration::from_secs(600));
    are(&shop, "DEAD", 1).await;
    let dead = shop.ask(UNDELIVERED).await;
    let dead = &dead["data"]["undeliveredWebhooks"];
    assert_eq!(dead[0]["detail"], "it answered 503", "{dead}");
    assert_eq!(dead[0]["event"], "task.created");
    assert_eq!(dead[0]["happenedTime"], "2021-07-25T09:00:00.000Z");
    // Owners only, on the page and in the API.
    for query in [
        UNDELIVERED,
        "mutation { retryWebhook(deliveryId: 1) { id } }",
    ] {
        let answer = shop.ask_as("second@example.com", query).await;
        assert_eq!(code(&answer), "FORBIDDEN", "{answer}");
    }
    let mut colleague = Browser::open(&shop);
    colleague.cookie = format!("zayavka={token}");
    assert_eq!(colleague.post("/webhooks/1/retry", &[]).await.status(), 403);
    receiver.always(Answer::Status(200));
    let mut owner = Browser::signed_in(&shop, "owner@example.com").await;
    let page = owner.page("/staff").await;
    assert!(page.contains("ответ 503"), "{page}");
    assert_eq!(
        goes_to(&owner.post("/webhooks/1/retry", &[]).await),
        "/staff"
    );
    are(&shop, "DELIVERED", 1).await;
    let told = receiver.told_now();
    assert_eq!(told.last().unwrap().body, told[0].body);
    for id in ["1", "9"] {
        let answer = shop
            .ask(&format!(
                "mutation {{ retryWebhook(deliveryId: {id}) {{ id }} }}"
            ))
            .await;
        assert_eq!(code(&answer), "NOT_FOUND");
    }
    let answer = shop
        .ask("mutation { retryWebhook(deliveryId: \"x\") { id } }")
        .await;
    assert_eq!(code(&answer), "BAD_USER_INPUT");
    // Completed deliveries are deleted after a week, but for the last hundred of a webhook.
    shop.clock.advance(8 * DAY);
    let newer = "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 99)
        INSERT INTO webhook_deliveries (webhook_id, event, payload, state, happened_at, queued_at, try_at, settled_at)
        SELECT 1, 'task.created', '{}', 'DELIVERED', ?1, ?1, ?1, ?1 FROM n";
    let now = shop.clock.now().as_millisecond();
    shop.database().execute(newer, [now]).unwrap();
    let mut shop = shop;
    shop.token = shop.login("owner@example.com").await;
    create(&shop, "+79000000002").await;
    receiver.told(told.len() + 1).await;
    let forgotten = "SELECT count(*) FROM webhook_deliveries WHERE id = 1";
    let file = shop.database();
    eventually("the old one is forgotten", || {
        file.query_row(forgotten, [], |row| row.get::<_, i64>(0))
            .unwrap()
            == 0
    })
    .await;
    shop.close().await;
}

#[tokio::test]
async fn a_kill_between_the_send_and_its_end_sends_again_under_the_same_number() {
    let receiver = Receiver::start().await;
    receiver.then(Answer::Silence);
    let folder = TempDir::new().unwrap();
    std::fs::write(folder.path().join("config.toml"), receiver.settings(TASKS)).unwrap();
    let mut program = Program::start(&folder);
    let register = r#"mutation { register(email: "a@example.com", password1: "four random words", password2: "four random words") { token } }"#;
    let answer = program.ask(None, register).await.unwrap();
    let token = answer["data"]["register"]["token"].as_str().unwrap();
    let create =
        r#"mutation { createTask(taskData: {customerPhone: "+79000000001"}) { task { id } } }"#;
    program.ask(Some(token), create).await.unwrap();
    receiver.told(1).await;
    program.child.kill().unwrap();
    program.child.wait().unwrap();
    let _program = Program::start(&folder);
    let told = receiver.told(2).await;
    assert_eq!((told[0].id(), &told[0].body), (told[1].id(), &told[1].body));
}

#[tokio::test]
async fn a_slow_program_holds_up_no_other() {
    let (slow, quick) = (Receiver::start().await, Receiver::start().await);
    slow.always(Answer::Silence);
    let settings = [&slow, &quick].map(|receiver| receiver.settings("'task.created'"));
    let shop = shop(&settings.concat()).await;
    for number in 1..=3 {
        create(&shop, &format!("+7900000000{number}")).await;
    }
    slow.told(1).await;
    let told = quick.told(3).await;
    assert_eq!(events(&told), ["task.created"; 3]);
    assert_eq!(slow.told_now().len(), 1);
    shop.close().await;
}

#[tokio::test]
async fn a_change_that_is_taken_back_is_told_to_nobody() {
    let receiver = Receiver::start().await;
    let shop = shop(&receiver.settings(&format!("{CUSTOMERS}, {TASKS}"))).await;
    // The task is written before its warranty is validated.
    let refused = r#"mutation { createTask(taskData: {customerPhone: "+79000000001", warrantyOfId: 77}) { task { id } } }"#;
    assert_eq!(code(&shop.ask(refused).await), "BAD_USER_INPUT");
    let kept: i64 = shop
        .database()
        .query_row("SELECT count(*) FROM webhook_deliveries", [], |row| {
            row.get(0)
        })
        .unwrap();
    assert_eq!(kept, 0);
    create(&shop, "+79000000001").await;
    let told = receiver.told(2).await;
    assert_eq!(events(&told), ["customer.created", "task.created"]);
    shop.close().await;
}

#[tokio::test]
async fn a_webhook_removed_from_the_settings_receives_nothing() {
    let receiver = Receiver::start().await;
    receiver.always(Answer::Status(500));
    let shop = shop(&receiver.settings("'task.created'")).await;
    create(&shop, "+79000000001").await;
    receiver.told(1).await;
    let shop = shop.reopen().await;
    are(&shop, "WAITING", 0).await;
    create(&shop, "+79000000002").await;
    receiver.always(Answer::Status(200));
    let told = receiver.told_now().len();
    let shop = shop
        .reopen_with(
            &receiver.settings("'task.deleted'"),
            Duration::from_secs(60),
        )
        .await;
    for query in [
        r#"mutation { createTask(taskData: {customerPhone: "+79000000003"}) { task { id } } }"#,
        "mutation { deleteTask(id: 1) { id } }",
    ] {
        assert!(shop.ask(query).await["errors"].is_null(), "{query}");
    }
    let all = receiver.told(told + 1).await;
    assert_eq!(events(&all[told..]), ["task.deleted"]);
    shop.close().await;
}

#[tokio::test]
async fn the_doctor_and_the_metrics_say_what_waits() {
    let receiver = Receiver::start().await;
    receiver.always(Answer::Status(500));
    let settings = format!(
        "{}[metrics]\nlisten = '127.0.0.1:0'\n",
        receiver.settings("'task.created'")
    );
    let shop = shop(&settings).await;
    create(&shop, "+79000000001").await;
    receiver.told(1).await;
    are(&shop, "SENDING", 0).await;
    let metrics = format!("http://{}/metrics", shop.metrics.unwrap());
    let text = reqwest::get(metrics).await.unwrap().text().await.unwrap();
    assert!(
        text.contains(r#"zayavka_webhook_sends_total{result="retry"} 1"#),
        "{text}"
    );
    assert!(text.contains("zayavka_webhook_waiting 1\n"), "{text}");
    let text = format!(
        "database = '{}/shop.db'\n{settings}",
        shop.folder().display()
    );
    let config = Config::parse(&text).unwrap();
    let clock = Clock::manual(shop.clock.now());
    let found = doctor::look_at(&config, &clock).await;
    let found: Vec<_> = found
        .iter()
        .filter(|finding| finding.about == "webhooks")
        .collect();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].level, Level::Warning);
    assert!(
        found[0].said.contains("127.0.0.1: 1 deliveries waiting"),
        "{}",
        found[0].said
    );
    assert!(
        found[0].said.contains("it answered 500"),
        "{}",
        found[0].said
    );
    shop.close().await;
}

#[tokio::test]
async fn strangers_can_neither_see_nor_retry_deliveries() {
    let mut shop = Shop::with_owner().await;
    shop.token = None;
    for query in [
        UNDELIVERED,
        "mutation { retryWebhook(deliveryId: 1) { id } }",
    ] {
        assert_eq!(code(&shop.ask(query).await), "UNAUTHENTICATED", "{query}");
    }
    assert!(
        goes_to(&Browser::open(&shop).post("/webhooks/1/retry", &[]).await).starts_with("/login")
    );
    let empty = json!({"data": {"undeliveredWebhooks": []}});
    shop.token = shop.login("owner@example.com").await;
    assert_eq!(shop.ask(UNDELIVERED).await, empty);
    shop.close().await;
}

#[test]
fn settings_are_whole_and_keep_their_secrets() {
    let folder = TempDir::new().unwrap();
    let secret = folder.path().join("secret");
    std::fs::write(&secret, format!("{SECRET}\n")).unwrap();
    let text = format!(
        "[[webhooks]]\nurl = 'https://example.com/hook/'\nsecret_file = '{}'\nevents = ['task.created']
[[webhooks]]\nurl = 'https://example.com/other?key=1'\nsecret = '{SECRET}'\nevents = ['task.deleted']\n",
        secret.display()
    );
    let config = Config::parse(&text).unwrap();
    let urls: Vec<_> = config
        .webhooks
        .iter()
        .map(|webhook| &*webhook.url)
        .collect();
    assert_eq!(
        urls,
        [
            "https://example.com/hook/",
            "https://example.com/other?key=1"
        ]
    );
    std::fs::write(folder.path().join("config.toml"), &text).unwrap();
    let shown = crate::cli::works(folder.path(), &["config"], "");
    assert!(shown.contains(r#"webhooks[1].secret = "***""#), "{shown}");
    assert!(
        shown.contains(r#"webhooks[0].url = "https://example.com/hook/""#),
        "{shown}"
    );
    assert!(!shown.contains(SECRET), "{shown}");
}

#[tokio::test]
async fn what_went_wrong_is_said_in_the_readers_language() {
    let gone = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/hook", gone.local_addr().unwrap());
    drop(gone);
    let refusing = Receiver::start().await;
    refusing.always(Answer::Status(500));
    let unresolved = "https://receiver.invalid/hook";
    let settings = [
        (url.as_str(), "нет соединения", "no connection"),
        (
            unresolved,
            "имя сервера не находится",
            "the server&#39;s name isn&#39;t found",
        ),
    ];
    let all = settings.map(|(url, ..)| {
        refusing
            .settings("'task.created'")
            .replace(refusing.url(), url)
    });
    let shop = shop(&[&*all.concat(), &refusing.settings("'task.created'")].concat()).await;
    create(&shop, "+79000000001").await;
    let file = shop.database();
    let tried = "SELECT count(*) FROM webhook_deliveries WHERE state = 'WAITING' AND detail != ''";
    eventually("each has failed once", || {
        file.query_row(tried, [], |row| row.get::<_, i64>(0)) == Ok(3)
    })
    .await;
    let mut owner = Browser::signed_in(&shop, "owner@example.com").await;
    let mut pages = async || {
        let mut all = String::new();
        for page in [
            "/settings/webhooks",
            "/settings/webhooks/1",
            "/settings/webhooks/2",
            "/staff",
        ] {
            all += &owner.page(page).await;
        }
        owner.post("/profile/language", &[("language", "en")]).await;
        all
    };
    let (russian, english) = (pages().await, pages().await);
    for (_, said, in_english) in settings {
        // In the list, on its page, and among the staff's; and beside its delivery.
        for (pages, said) in [(&russian, said), (&english, in_english)] {
            assert_eq!(pages.matches(&format!("({said})")).count(), 3, "{pages}");
            let row = format!("<td class=\"text\">{said}, ");
            assert_eq!(pages.matches(&row).count(), 1, "{pages}");
        }
    }
    assert_eq!(russian.matches("(ответ 500)").count(), 2, "{russian}");
    assert_eq!(english.matches("(it answered 500)").count(), 2, "{english}");
    shop.close().await;
}
