//! Setting the wall clock back changes no order: later events stay later in histories, lists and
//! queues, and nothing ends before it began.

use std::time::Duration;

use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::bot::{ANNA, contact, create, messages, said, set_status, text};
use crate::harness::Shop;
use crate::pacing::within;
use crate::pages::Browser;
use crate::receiver::{self, Receiver};

const HOUR: SignedDuration = SignedDuration::from_hours(1);
/// No step.
const STILL: SignedDuration = SignedDuration::ZERO;
const DAY: SignedDuration = SignedDuration::from_hours(24);

/// Returns the ids of a list, read two at a time.
async fn listed(shop: &Shop, order: &str, filter: &str) -> Vec<String> {
    let mut all = Vec::new();
    let mut after = Value::Null;
    loop {
        let query = format!(
            "query ($after: String) {{ tasks(orderBy: {order}, first: 2, after: $after, filter: {{{filter}}}) {{
                nodes {{ id }} pageInfo {{ hasNextPage endCursor }} }} }}"
        );
        let answer = shop.ask_with(&query, json!({ "after": after })).await;
        let page = &answer["data"]["tasks"];
        let nodes = page["nodes"]
            .as_array()
            .unwrap_or_else(|| panic!("{answer}"));
        all.extend(
            nodes
                .iter()
                .map(|node| node["id"].as_str().unwrap().to_owned()),
        );
        if page["pageInfo"]["hasNextPage"] == json!(false) {
            return all;
        }
        after = page["pageInfo"]["endCursor"].clone();
    }
}

async fn task(shop: &Shop, id: &str, fields: &str) -> Value {
    let answer = shop
        .ask(&format!("{{ taskById(id: {id}) {{ {fields} }} }}"))
        .await;
    assert!(answer["errors"].is_null(), "{answer}");
    answer["data"]["taskById"].clone()
}

fn reversed(ids: &[&str]) -> Vec<String> {
    ids.iter().rev().map(|id| (*id).to_owned()).collect()
}

#[tokio::test]
async fn tasks_are_listed_in_the_order_in_which_they_came() {
    let shop = Shop::with_owner().await;
    for (number, step) in [STILL, -HOUR, -DAY, HOUR * 2, -HOUR, STILL]
        .into_iter()
        .enumerate()
    {
        shop.clock.step(step);
        create(&shop, &format!("+7900000000{number}")).await;
        shop.clock.advance(Duration::from_secs(60));
    }
    let ids = ["1", "2", "3", "4", "5", "6"];
    assert_eq!(listed(&shop, "OLDEST", "").await, ids);
    assert_eq!(listed(&shop, "NEWEST", "").await, reversed(&ids));
    assert_eq!(listed(&shop, "OLDEST", "category: REPAIR").await, ids);
    // A day contains the tasks created on it by the clock of that time, in their order.
    for (day, expected) in [
        ("2021-07-25", &["1", "2"][..]),
        ("2021-07-24", &["3", "4", "5", "6"]),
    ] {
        let of_day = format!("createdAt: \"{day}\"");
        assert_eq!(listed(&shop, "OLDEST", &of_day).await, expected, "{day}");
        assert_eq!(
            listed(&shop, "NEWEST", &of_day).await,
            reversed(expected),
            "{day}"
        );
        let since = format!("dateStart: \"{day}\"");
        let first = if day == "2021-07-24" {
            &ids[..]
        } else {
            expected
        };
        assert_eq!(
            listed(&shop, "NEWEST", &since).await,
            reversed(first),
            "{day}"
        );
    }
    let until = "dateEnd: \"2021-07-24\"";
    assert_eq!(listed(&shop, "NEWEST", until).await, ["6", "5", "4", "3"]);
    let browser = Browser::signed_in(&shop, "owner@example.com").await;
    let page = browser.page("/").await;
    let places = reversed(&ids);
    let places = places
        .iter()
        .map(|id| page.find(&format!("data-task=\"{id}\"")).unwrap());
    assert!(places.is_sorted(), "{page}");
    shop.close().await;
}

#[tokio::test]
async fn the_most_recently_changed_task_comes_first() {
    let shop = Shop::with_owner().await;
    for number in 1..=4 {
        create(&shop, &format!("+7900000000{number}")).await;
    }
    assert_eq!(
        listed(&shop, "RECENTLY_UPDATED", "").await,
        ["4", "3", "2", "1"]
    );
    for (id, step) in [("2", -HOUR), ("4", HOUR * 3), ("1", -DAY), ("3", -HOUR)] {
        shop.clock.step(step);
        set_status(&shop, id, "IN_PROGRESS").await;
    }
    assert_eq!(
        listed(&shop, "RECENTLY_UPDATED", "").await,
        ["3", "1", "4", "2"]
    );
    // A comment, which doesn't change the task itself, counts as well.
    let say = r#"mutation { addComment(taskId: 2, text: "деталь пришла") { task { id } } }"#;
    assert!(shop.ask(say).await["errors"].is_null());
    assert_eq!(
        listed(&shop, "RECENTLY_UPDATED", "").await,
        ["2", "3", "1", "4"]
    );
    shop.close().await;
}

#[tokio::test]
async fn imported_tasks_are_ordered_by_their_own_days() {
    let shop = Shop::with_owner().await;
    create(&shop, "+79000000001").await;
    let file = "Телефон,Описание,Дата\n89000000002,старая,01.02.2020 10:00\n89000000003,старше,01.02.2019 10:00\n";
    let done = crate::files::import(&shop, file).await;
    assert!(done["errors"].is_null(), "{done}");
    create(&shop, "+79000000004").await;
    assert_eq!(listed(&shop, "NEWEST", "").await, ["4", "1", "2", "3"]);
    assert_eq!(listed(&shop, "OLDEST", "").await, ["3", "2", "1", "4"]);
    shop.close().await;
}

#[tokio::test]
async fn a_history_is_told_as_it_happened_and_nothing_ends_before_it_began() {
    let shop = Shop::with_owner().await;
    create(&shop, "+79000000001").await;
    let created = task(&shop, "1", "createdTime").await["createdTime"].clone();
    shop.clock.step(-HOUR);
    set_status(&shop, "1", "IN_PROGRESS").await;
    let say = |text: &str| {
        format!(r#"mutation {{ addComment(taskId: 1, text: "{text}") {{ task {{ id }} }} }}"#)
    };
    assert!(shop.ask(&say("первое")).await["errors"].is_null());
    shop.clock.step(-HOUR);
    set_status(&shop, "1", "READY").await;
    assert!(shop.ask(&say("второе")).await["errors"].is_null());
    let ask = "mutation { askApproval(taskId: 1, price: 100) { task { id } } }";
    assert!(shop.ask(ask).await["errors"].is_null());
    shop.clock.step(-DAY);
    let again = "mutation { askApproval(taskId: 1, price: 200) { task { id } } }";
    assert!(shop.ask(again).await["errors"].is_null());
    set_status(&shop, "1", "CLOSED").await;
    let fields = "createdTime updatedTime closedTime history { kind to } comments { text } approvals { price }";
    let found = task(&shop, "1", fields).await;
    let steps: Vec<&str> = found["history"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|step| ["CREATED", "STATUS"].contains(&step["kind"].as_str().unwrap()))
        .map(|step| step["to"].as_str().unwrap())
        .collect();
    assert_eq!(steps, ["ACCEPTED", "IN_PROGRESS", "READY", "CLOSED"]);
    assert_eq!(
        found["comments"],
        json!([{"text": "первое"}, {"text": "второе"}])
    );
    assert_eq!(found["approvals"], json!([{"price": 100}, {"price": 200}]));
    for end in ["closedTime", "updatedTime"] {
        assert_eq!(found[end], created, "{end} {found}");
    }
    // No duration is negative.
    let month =
        r#"{ month(month: "2021-07") { total { registered finished closed medianDays } } }"#;
    let month = shop.ask(month).await;
    assert_eq!(
        month["data"]["month"]["total"],
        json!({"registered": 1, "finished": 1, "closed": 1, "medianDays": 0.0}),
        "{month}"
    );
    // A task created as closed is closed at that time.
    let closed = r#"mutation { createTask(taskData: {customerPhone: "+79000000002", status: CLOSED}) { task { id } } }"#;
    assert!(shop.ask(closed).await["errors"].is_null());
    let other = task(&shop, "2", "createdTime closedTime").await;
    assert_eq!(other["createdTime"], other["closedTime"]);
    // An imported task doesn't end before it began either.
    let file = "Телефон,Описание,Статус,Дата,Закрыт\n89000000003,x,Закрыт,05.02.2020 10:00,01.02.2020 10:00\n";
    let done = crate::files::import(&shop, file).await;
    assert!(done["errors"].is_null(), "{done}");
    let other = task(&shop, "3", "createdTime closedTime").await;
    assert_eq!(other["createdTime"], other["closedTime"], "{other}");
    shop.close().await;
}

#[tokio::test]
async fn a_chat_reads_what_happened_in_its_order() {
    let mut shop = Shop::open_with("", "notify_delay = '0s'").await;
    let answer = shop.register("owner@example.com").await;
    let token = answer["data"]["register"]["token"].as_str();
    shop.token = token.map(str::to_owned);
    create(&shop, "+79000000001").await;
    shop.update(contact(ANNA, ANNA, "+79000000001")).await;
    let before = messages(&shop, 2).await.len();
    // The chat's rate limit is used up, so these messages wait while the clock is set back.
    for (step, words) in [
        (STILL, "первое"),
        (-HOUR, "второе"),
        (-DAY, "третье"),
        (HOUR * 2, "четвёртое"),
        (-HOUR, "пятое"),
    ] {
        shop.clock.step(step);
        let say = format!(
            r#"mutation {{ addComment(taskId: 1, text: "{words}", toCustomer: true) {{ task {{ id }} }} }}"#
        );
        let answer = shop.ask(&say).await;
        assert!(answer["errors"].is_null(), "{answer}");
    }
    let sent = within(&shop, 60, before + 5).await;
    let told: Vec<&str> = sent[before..].iter().map(said).collect();
    for (told, words) in told
        .iter()
        .zip(["первое", "второе", "третье", "четвёртое", "пятое"])
    {
        assert!(told.contains(words), "{words}: {sent:#?}");
    }
    shop.close().await;
}

#[tokio::test]
async fn an_answer_lands_on_the_task_that_something_happened_to_last() {
    let shop = Shop::with_owner().await;
    for _ in 0..3 {
        create(&shop, "+79000000001").await;
    }
    shop.update(contact(ANNA, ANNA, "+79000000001")).await;
    let mut count = messages(&shop, 2).await.len();
    let landed = async |shop: &Shop, count: usize| {
        shop.update(text(ANNA, "Когда будет готово?")).await;
        let sent = within(shop, 60, count).await;
        said(&sent[count - 1]).to_owned()
    };
    shop.clock.step(-HOUR);
    set_status(&shop, "1", "IN_PROGRESS").await;
    count = within(&shop, 60, count + 1).await.len();
    count += 1;
    let taken = "Передали мастерской: заявка <b>№ 1</b>.";
    let told = landed(&shop, count).await;
    assert!(told.starts_with(taken), "of those that are open: {told}");
    for (id, step) in [("3", STILL), ("2", -DAY), ("1", -HOUR)] {
        shop.clock.step(step);
        set_status(&shop, id, "CLOSED").await;
        count = within(&shop, 60, count + 1).await.len();
    }
    let told = landed(&shop, count + 1).await;
    assert!(told.starts_with(taken), "of those that are closed: {told}");
    shop.close().await;
}

#[tokio::test]
async fn dead_deliveries_are_listed_newest_first() {
    let receiver = Receiver::start().await;
    receiver.always(receiver::Answer::Status(500));
    let mut shop = Shop::open_with(&receiver.settings("'task.created'"), "").await;
    let answer = shop.register("owner@example.com").await;
    let token = answer["data"]["register"]["token"].as_str();
    shop.token = token.map(str::to_owned);
    create(&shop, "+79000000001").await;
    create(&shop, "+79000000002").await;
    let given_up = "UPDATE webhook_deliveries SET state = 'DEAD', settled_at = 1627300000000 - id * 1000, detail = 'x'";
    let mut shop = shop
        .reopen_with(&receiver.settings("'task.created'"), Duration::ZERO)
        .await;
    shop.database().execute(given_up, []).unwrap();
    shop.token = shop.login("owner@example.com").await;
    let answer = shop.ask("{ undeliveredWebhooks { id } }").await;
    assert_eq!(
        answer["data"]["undeliveredWebhooks"],
        json!([{"id": "2"}, {"id": "1"}]),
        "{answer}"
    );
    shop.close().await;
}

#[tokio::test]
async fn files_that_a_clock_ahead_has_dated_count_for_no_day_but_theirs() {
    let shop = Shop::with_owner().await;
    create(&shop, "+79000000001").await;
    shop.update(contact(ANNA, ANNA, "+79000000001")).await;
    messages(&shop, 2).await;
    shop.clock.step(DAY * 400);
    // One album at a time, so that no other limit applies.
    let picture = |number: i64| {
        let name = format!("p{number}");
        let photo = json!([{"file_id": name, "file_unique_id": name, "width": 1, "height": 1}]);
        let album = format!("album {}", number / 10);
        let mut update =
            crate::bot::message(ANNA, json!({"photo": photo, "media_group_id": album}));
        update["message"]["message_id"] = json!(100 + number);
        update
    };
    for number in 0..50 {
        shop.update(picture(number)).await;
    }
    let noted = "SELECT count(*) FROM photos WHERE state = 'NOTED'";
    let noted = || -> i64 {
        shop.database()
            .query_row(noted, [], |row| row.get(0))
            .unwrap()
    };
    assert_eq!(noted(), 0);
    shop.update(picture(50)).await;
    assert_eq!(noted(), 1, "fifty a day");
    shop.clock.step(-DAY * 400);
    shop.update(picture(60)).await;
    assert_eq!(noted(), 1, "another day");
    shop.close().await;
}
