//! Order, retries, pauses and the list of deliveries of owners' webhooks, over restarts.

use std::time::Duration;

use serde_json::{Value, json};
use zayavka::clock::Clock;
use zayavka::config::Config;
use zayavka::doctor::{self, Level};

use crate::accounts::employee;
use crate::bot::create;
use crate::harness::{Shop, eventually};
use crate::pages::Browser;
use crate::receiver::{Answer, Receiver, Told};
use crate::webhook_owners::{PRIVATE, data, open, register};
use crate::webhooks::{DAY, are, events};

const PAUSE: &str =
    "mutation { pauseWebhook(id: 1) { webhook { pausedTime waitingCount droppedCount } } }";
const RESUME: &str = "mutation { resumeWebhook(id: 1) { webhook { pausedTime } } }";

async fn restart(shop: Shop, pause: Duration) -> Shop {
    shop.reopen_with(PRIVATE, pause).await
}

fn ids(told: &[Told]) -> Vec<&str> {
    told.iter().map(Told::id).collect()
}

#[tokio::test]
async fn a_pause_keeps_everything_in_order_however_long_it_lasts() {
    let (paused, other) = (Receiver::start().await, Receiver::start().await);
    let shop = open("").await;
    register(&shop, paused.url(), "[TASK_CREATED, TASK_DELETED]").await;
    register(&shop, other.url(), "[TASK_CREATED]").await;
    let begun = data(&shop, PAUSE).await;
    assert_eq!(
        begun["pauseWebhook"]["webhook"],
        json!({"pausedTime": "2021-07-25T09:00:00.000Z", "waitingCount": 0, "droppedCount": 0})
    );
    create(&shop, "+79000000001").await;
    create(&shop, "+79000000002").await;
    data(&shop, "mutation { deleteTask(id: 1) { id } }").await;
    other.told(2).await;
    are(&shop, "DELIVERED", 2).await;
    // A second pause changes nothing, and a restart doesn't either.
    let shop = restart(shop, 4 * DAY).await;
    let still = data(&shop, PAUSE).await;
    assert_eq!(
        still["pauseWebhook"]["webhook"]["pausedTime"],
        "2021-07-25T09:00:00.000Z"
    );
    assert_eq!(still["pauseWebhook"]["webhook"]["waitingCount"], 3);
    create(&shop, "+79000000003").await;
    other.told(3).await;
    assert_eq!(paused.told_now().len(), 0);
    // A test goes out all the same.
    let test = "mutation { testWebhook(id: 1) { delivery { state } } }";
    assert_eq!(
        data(&shop, test).await["testWebhook"]["delivery"]["state"],
        "DELIVERED"
    );
    // The receiver isn't ready yet, and is given three days from the end of the pause.
    paused.always(Answer::Status(503));
    assert_eq!(
        data(&shop, RESUME).await["resumeWebhook"]["webhook"]["pausedTime"],
        Value::Null
    );
    paused.told(2).await;
    are(&shop, "SENDING", 0).await;
    let shop = restart(shop, 2 * DAY).await;
    paused.told(3).await;
    are(&shop, "SENDING", 0).await;
    paused.always(Answer::Status(200));
    shop.clock.advance(Duration::from_secs(600));
    let told = paused.told(7).await;
    assert_eq!(
        events(&told[3..]),
        [
            "task.created",
            "task.created",
            "task.deleted",
            "task.created"
        ]
    );
    let tasks: Vec<_> = told[3..]
        .iter()
        .map(|told| told.json()["data"]["task"]["id"].clone())
        .collect();
    assert_eq!(tasks, ["1", "2", "1", "3"]);
    are(&shop, "DEAD", 0).await;
    shop.close().await;
}

#[tokio::test]
async fn a_retry_goes_on_after_a_restart_before_later_events() {
    let receiver = Receiver::start().await;
    receiver.always(Answer::Status(500));
    let shop = open("").await;
    let (_, secret) = register(&shop, receiver.url(), "[TASK_CREATED]").await;
    create(&shop, "+79000000001").await;
    create(&shop, "+79000000002").await;
    receiver.told(1).await;
    are(&shop, "SENDING", 0).await;
    let shop = restart(shop, Duration::from_secs(5)).await;
    receiver.told(2).await;
    are(&shop, "SENDING", 0).await;
    receiver.always(Answer::Status(204));
    shop.clock.advance(Duration::from_secs(5));
    let told = receiver.told(4).await;
    assert_eq!(ids(&told), ["1", "1", "1", "2"]);
    assert!(told[..3].iter().all(|one| one.body == told[0].body));
    told[2].is_signed_by(&[&secret], shop.clock.now());
    shop.close().await;
}

const LIST: &str = "{ webhooks { deliveries(first: 2, after: AFTER) { totalCount pageInfo { endCursor hasNextPage }
    nodes { id event state attempts statusCode durationMs error happenedTime triedTime nextTime settledTime } } } }";

async fn list(shop: &Shop, after: Option<&str>) -> Value {
    let after = after.map_or("null".to_owned(), |after| format!("{after:?}"));
    data(shop, &LIST.replace("AFTER", &after)).await["webhooks"][0]["deliveries"].clone()
}

#[tokio::test]
async fn the_last_deliveries_are_listed_and_sent_again_also_after_a_restart() {
    let receiver = Receiver::start().await;
    let shop = open("").await;
    register(&shop, receiver.url(), "[TASK_CREATED]").await;
    create(&shop, "+79000000001").await;
    receiver.told(1).await;
    are(&shop, "DELIVERED", 1).await;
    receiver.always(Answer::Status(418));
    create(&shop, "+79000000002").await;
    create(&shop, "+79000000003").await;
    receiver.told(2).await;
    are(&shop, "SENDING", 0).await;
    let shop = restart(shop, Duration::ZERO).await;
    let first = list(&shop, None).await;
    assert_eq!(first["totalCount"], 3);
    assert_eq!(first["pageInfo"]["hasNextPage"], true);
    let noon = "2021-07-25T09:00:00.000Z";
    assert_eq!(
        first["nodes"][0],
        json!({"id": "3", "event": "TASK_CREATED", "state": "WAITING", "attempts": 0, "statusCode": null,
            "durationMs": null, "error": null, "happenedTime": noon, "triedTime": null, "nextTime": noon,
            "settledTime": null})
    );
    let failed = &first["nodes"][1];
    assert_eq!(
        [
            &failed["id"],
            &failed["statusCode"],
            &failed["attempts"],
            &failed["error"],
            &failed["triedTime"]
        ],
        [
            &json!("2"),
            &json!(418),
            &json!(1),
            &json!("it answered 418"),
            &json!(noon)
        ]
    );
    assert!(
        failed["durationMs"].is_u64() && failed["nextTime"].is_string(),
        "{failed}"
    );
    let second = list(&shop, first["pageInfo"]["endCursor"].as_str()).await;
    let arrived = &second["nodes"][0];
    assert_eq!(second["nodes"].as_array().unwrap().len(), 1);
    assert_eq!(
        [
            &arrived["id"],
            &arrived["state"],
            &arrived["statusCode"],
            &arrived["error"],
            &arrived["settledTime"]
        ],
        [
            &json!("1"),
            &json!("DELIVERED"),
            &json!(204),
            &Value::Null,
            &json!(noon)
        ]
    );
    // One that has arrived, and one that waits.
    receiver.always(Answer::Status(200));
    let resend = |id: u8| {
        format!(
            "mutation {{ resendWebhookDelivery(id: {id}) {{ delivery {{ id state attempts }} }} }}"
        )
    };
    let again = data(&shop, &resend(1)).await;
    assert_eq!(
        again["resendWebhookDelivery"]["delivery"],
        json!({"id": "1", "state": "WAITING", "attempts": 0})
    );
    let told = receiver.told(3).await;
    assert_eq!((told[2].id(), &told[2].body), (told[0].id(), &told[0].body));
    data(&shop, &resend(2)).await;
    let told = receiver.told(5).await;
    assert_eq!(ids(&told), ["1", "2", "1", "2", "3"]);
    are(&shop, "DELIVERED", 3).await;
    shop.close().await;
}

#[tokio::test]
async fn a_slow_receiver_delays_no_other_and_a_deleted_one_gets_nothing_more() {
    let (slow, failing, quick) = (
        Receiver::start().await,
        Receiver::start().await,
        Receiver::start().await,
    );
    slow.always(Answer::Silence);
    failing.always(Answer::Status(500));
    let shop = open("").await;
    for receiver in [&slow, &failing, &quick] {
        register(&shop, receiver.url(), "[TASK_CREATED]").await;
    }
    for number in 1..=3 {
        create(&shop, &format!("+7900000000{number}")).await;
    }
    quick.told(3).await;
    failing.told(1).await;
    assert_eq!(slow.told(1).await.len(), 1);
    for id in [1, 2] {
        data(
            &shop,
            &format!("mutation {{ deleteWebhook(id: {id}) {{ id }} }}"),
        )
        .await;
    }
    are(&shop, "DELIVERED", 3).await;
    let file = shop.database();
    let left = |sql: &str| file.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
    assert_eq!(
        left("SELECT count(*) FROM webhook_deliveries WHERE webhook_id != 3"),
        0
    );
    assert_eq!(
        left("SELECT count(*) FROM secrets WHERE name LIKE 'webhook_secret_%'"),
        1
    );
    let before = failing.told_now().len();
    shop.clock.advance(DAY);
    let shop = restart(shop, Duration::ZERO).await;
    create(&shop, "+79000000004").await;
    quick.told(4).await;
    assert_eq!(
        (failing.told_now().len(), slow.told_now().len()),
        (before, 1)
    );
    shop.close().await;
}

#[tokio::test]
async fn three_days_of_failures_are_shown_to_the_owner() {
    let receiver = Receiver::start().await;
    receiver.always(Answer::Status(500));
    let shop = open("[metrics]\nlisten = '127.0.0.1:0'\n").await;
    register(&shop, receiver.url(), "[TASK_CREATED]").await;
    let token = employee(&shop).await;
    create(&shop, "+79000000001").await;
    receiver.told(1).await;
    are(&shop, "SENDING", 0).await;
    let owner = Browser::signed_in(&shop, "owner@example.com").await;
    let warning = "трое суток ничего не доходит";
    assert!(!owner.page("/today").await.contains(warning));
    shop.clock.advance(3 * DAY);
    are(&shop, "DEAD", 1).await;
    for page in ["/today", "/settings/webhooks", "/settings/webhooks/1"] {
        let page = owner.page(page).await;
        assert!(page.contains(warning), "{page}");
    }
    let mut colleague = Browser::open(&shop);
    colleague.cookie = format!("zayavka={token}");
    assert!(!colleague.page("/today").await.contains(warning));
    let metrics = format!("http://{}/metrics", shop.metrics.unwrap());
    let metrics = reqwest::get(metrics).await.unwrap().text().await.unwrap();
    assert!(metrics.contains("zayavka_webhook_failing 1\n"), "{metrics}");
    let text = format!("database = '{}/shop.db'\n", shop.folder().display());
    let clock = Clock::manual(shop.clock.now());
    let found = doctor::look_at(&Config::parse(&text).unwrap(), &clock).await;
    let found: Vec<_> = found
        .iter()
        .filter(|finding| finding.about == "webhooks")
        .collect();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].level, Level::Warning);
    assert!(
        found[0]
            .said
            .contains("every attempt has failed for 3 days"),
        "{}",
        found[0].said
    );
    assert!(!found[0].said.contains("/hook"), "{}", found[0].said);
    // It ends with the first success.
    receiver.always(Answer::Status(200));
    create(&shop, "+79000000002").await;
    are(&shop, "DELIVERED", 1).await;
    assert!(!owner.page("/today").await.contains(warning));
    drop(owner);
    drop(colleague);
    shop.close().await;
}

#[tokio::test]
async fn of_too_many_that_wait_in_a_pause_the_oldest_are_dropped_and_counted() {
    let receiver = Receiver::start().await;
    let shop = open("").await;
    register(&shop, receiver.url(), "[TASK_CREATED]").await;
    data(&shop, PAUSE).await;
    let fill = "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 10000)
        INSERT INTO webhook_deliveries (webhook_id, event, payload, happened_at, queued_at, try_at)
        SELECT 1, 'task.created', '{}', n, n, n FROM n";
    shop.database().execute(fill, []).unwrap();
    create(&shop, "+79000000001").await;
    create(&shop, "+79000000002").await;
    let paused = data(
        &shop,
        "{ webhooks { waitingCount droppedCount oldestWaitingTime } }",
    )
    .await;
    assert_eq!(
        paused["webhooks"],
        json!([{"waitingCount": 10_000, "droppedCount": 2, "oldestWaitingTime": "1970-01-01T00:00:00.003Z"}])
    );
    data(&shop, "mutation { deleteWebhook(id: 1) { id } }").await;
    eventually("nothing is left", || {
        let sql = "SELECT count(*) FROM webhook_deliveries";
        shop.database()
            .query_row(sql, [], |row| row.get::<_, i64>(0))
            .unwrap()
            == 0
    })
    .await;
    shop.close().await;
}

#[tokio::test]
async fn what_waits_goes_to_a_new_address_and_new_events_count_at_once() {
    let (former, new) = (Receiver::start().await, Receiver::start().await);
    former.always(Answer::Status(500));
    let shop = open("").await;
    let (_, secret) = register(&shop, former.url(), "[TASK_CREATED]").await;
    create(&shop, "+79000000001").await;
    former.told(1).await;
    are(&shop, "SENDING", 0).await;
    let change = format!(
        r#"mutation {{ updateWebhook(webhookData: {{id: 1, url: "{}", events: [TASK_DELETED]}}) {{
            webhook {{ failingSinceTime waitingCount }} }} }}"#,
        new.url()
    );
    let changed = data(&shop, &change).await;
    assert_eq!(
        changed["updateWebhook"]["webhook"],
        json!({"failingSinceTime": null, "waitingCount": 1})
    );
    create(&shop, "+79000000002").await;
    data(&shop, "mutation { deleteTask(id: 1) { id } }").await;
    shop.clock.advance(Duration::from_secs(5));
    let told = new.told(2).await;
    assert_eq!(events(&told), ["task.created", "task.deleted"]);
    told[0].is_signed_by(&[&secret], shop.clock.now());
    are(&shop, "DELIVERED", 2).await;
    assert_eq!((former.told_now().len(), new.told_now().len()), (1, 2));
    shop.close().await;
}
