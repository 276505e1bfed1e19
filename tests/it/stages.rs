//! Stages within a status, as named by the owner.

use std::time::Duration;

use reqwest::{Client, StatusCode};
use serde_json::{Value, json};

use crate::bot::{ANNA, BORIS, contact, create, messages, said, set_status, text};
use crate::cli::zayavka;
use crate::fake_telegram::Answer;
use crate::harness::{Shop, code};
use crate::pages::{Browser, goes_to};
use crate::status_links::renew;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Returns the names of all stages, in order.
async fn names(shop: &Shop) -> Vec<String> {
    let answer = shop.ask("{ stages { name } }").await;
    let all = answer["data"]["stages"].as_array().unwrap().iter();
    all.map(|stage| stage["name"].as_str().unwrap().to_owned())
        .collect()
}

/// Returns the id of the stage with that name.
async fn numbered(shop: &Shop, name: &str) -> String {
    let answer = shop.ask("{ stages { id name } }").await;
    let mut all = answer["data"]["stages"].as_array().unwrap().iter();
    let found = all.find(|stage| stage["name"] == name).unwrap();
    found["id"].as_str().unwrap().to_owned()
}

async fn change(shop: &Shop, fields: &str) -> Value {
    shop.ask(&format!(
        "mutation {{ updateTask(taskData: {{{fields}}}) {{ task {{ status version stageSinceTime stage {{ name }} }} }} }}"
    ))
    .await
}

async fn set_stage(shop: &Shop, id: &str, name: &str) {
    let stage = numbered(shop, name).await;
    let answer = change(shop, &format!("id: {id}, stageId: {stage}")).await;
    assert!(answer["errors"].is_null(), "{answer}");
    let stage = &answer["data"]["updateTask"]["task"]["stage"]["name"];
    assert_eq!(stage, name);
}

async fn make(shop: &Shop, fields: &str) -> Value {
    shop.ask(&format!(
        "mutation {{ createStage(stageData: {{{fields}}}) {{ stage {{ id status name colour position wording told stuckDays }} }} }}"
    ))
    .await
}

async fn edit(shop: &Shop, fields: &str) -> Value {
    shop.ask(&format!(
        "mutation {{ updateStage(stageData: {{{fields}}}) {{ stage {{ name colour position wording told stuckDays }} }} }}"
    ))
    .await
}

async fn found(shop: &Shop, filter: &str) -> String {
    let query = format!(
        "{{ tasks(filter: {{{filter}}}, orderBy: OLDEST) {{ totalCount nodes {{ id }} }} }}"
    );
    let answer = shop.ask(&query).await;
    let nodes = answer["data"]["tasks"]["nodes"].as_array().unwrap();
    assert_eq!(answer["data"]["tasks"]["totalCount"], nodes.len());
    let ids = nodes.iter().map(|node| node["id"].as_str().unwrap());
    ids.collect::<Vec<_>>().join(" ")
}

/// Returns the stage history of the first task.
async fn way(shop: &Shop) -> Vec<String> {
    let answer = shop
        .ask("{ taskById(id: 1) { history { kind from to } } }")
        .await;
    let events = answer["data"]["taskById"]["history"].as_array().unwrap();
    let word = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let line = |event: &Value| {
        let [kind, from, to] = ["kind", "from", "to"].map(|name| word(&event[name]));
        format!("{kind} {from} > {to}")
    };
    events.iter().map(line).collect()
}

#[tokio::test]
async fn a_new_shop_begins_with_usual_stages_in_its_language() {
    let shop = Shop::with_owner().await;
    let russian = [
        "Принято",
        "В работе",
        "На диагностике",
        "На согласовании",
        "Ждёт запчасть",
        "Готово",
        "Закрыто",
        "Выдан",
        "Выдан без ремонта",
    ];
    assert_eq!(names(&shop).await, russian);
    let answer = shop
        .ask("{ stages { status colour position wording told stuckDays } }")
        .await;
    let stage = |status: &str,
                 colour: &str,
                 position: i64,
                 wording: Option<&str>,
                 told: bool,
                 days: Value| {
        json!({"status": status, "colour": colour, "position": position, "wording": wording, "told": told, "stuckDays": days})
    };
    let stages = &answer["data"]["stages"];
    let accepted = stage("ACCEPTED", "GREY", 1, None, true, json!(3));
    assert_eq!(stages[0], accepted);
    let ready = stage("READY", "GREEN", 1, None, true, json!(14));
    assert_eq!(stages[5], ready);
    let part = stage(
        "IN_PROGRESS",
        "PINK",
        4,
        Some("Ждём запчасть"),
        true,
        json!(14),
    );
    assert_eq!(stages[4], part);
    let handed_over = stage("CLOSED", "GREY", 2, Some("Выдано"), false, json!(null));
    assert_eq!(stages[7], handed_over);

    // The owner's changes survive a restart, in another language too.
    edit(&shop, r#"id: 1, name: "Новые""#).await;
    let part = numbered(&shop, "Ждёт запчасть").await;
    shop.ask(&format!("mutation {{ deleteStage(id: {part}) {{ id }} }}"))
        .await;
    let shop = shop.reopen_with("language = 'en'", Duration::ZERO).await;
    let mut left: Vec<_> = russian.map(str::to_owned).to_vec();
    left[0] = "Новые".to_owned();
    left.remove(4);
    assert_eq!(names(&shop).await, left);
    shop.close().await;

    let mut shop = Shop::open_with("language = 'en'", "").await;
    let answer = shop.register("owner@example.com").await;
    let token = answer["data"]["register"]["token"].as_str();
    shop.token = token.map(str::to_owned);
    assert_eq!(names(&shop).await[1], "In progress");
    assert_eq!(names(&shop).await[4], "Awaiting parts");
    shop.close().await;
}

#[tokio::test]
async fn the_owner_makes_changes_orders_and_deletes_stages() {
    let shop = Shop::with_owner().await;
    let made = make(
        &shop,
        r#"status: READY, name: "  На полке ", colour: TEAL, wording: "Ждёт вас", told: false, stuckDays: 365"#,
    )
    .await;
    let expected = json!({"id": "10", "status": "READY", "name": "На полке", "colour": "TEAL", "position": 2,
        "wording": "Ждёт вас", "told": false, "stuckDays": 365});
    assert_eq!(made["data"]["createStage"]["stage"], expected, "{made}");
    let plain = make(&shop, r#"status: READY, name: "Проверка""#).await;
    let expected = json!({"id": "11", "status": "READY", "name": "Проверка", "colour": "GREY", "position": 3,
        "wording": null, "told": true, "stuckDays": null});
    assert_eq!(plain["data"]["createStage"]["stage"], expected, "{plain}");

    let changed = edit(
        &shop,
        r#"id: 10, name: "на полке", position: 1, stuckDays: null"#,
    )
    .await;
    let expected = json!({"name": "на полке", "colour": "TEAL", "position": 1, "wording": "Ждёт вас", "told": false, "stuckDays": null});
    assert_eq!(
        changed["data"]["updateStage"]["stage"], expected,
        "{changed}"
    );
    edit(&shop, "id: 10, position: 99").await;
    assert_eq!(names(&shop).await[5..8], ["Готово", "Проверка", "на полке"]);
    edit(&shop, r#"id: 11, position: 1, wording: """#).await;
    assert_eq!(names(&shop).await[5..8], ["Проверка", "Готово", "на полке"]);

    // A task that gets a status enters its current first stage.
    create(&shop, "+79000000001").await;
    let answer = change(&shop, "id: 1, status: READY").await;
    let task = &answer["data"]["updateTask"]["task"];
    assert_eq!(task["stage"]["name"], "Проверка", "{answer}");

    let gone = shop.ask("mutation { deleteStage(id: 3) { id } }").await;
    assert_eq!(gone["data"]["deleteStage"]["id"], "3", "{gone}");
    let positions = shop.ask("{ stages { name position } }").await;
    let last = &positions["data"]["stages"][6];
    assert_eq!(*last, json!({"name": "на полке", "position": 2}));
    shop.close().await;
}

#[tokio::test]
async fn errors_of_a_stage_name_their_field() {
    let shop = Shop::with_owner().await;
    create(&shop, "+79000000001").await;
    let before = shop.dump();
    let long = |count| "я".repeat(count);
    let (name, wording) = (long(41), long(61));
    let stage = "{ stage { id } }";
    for (query, field) in [
        (format!(r#"createStage(stageData: {{status: READY, name: " "}}) {stage}"#), "name"),
        (format!(r#"createStage(stageData: {{status: READY, name: "{name}"}}) {stage}"#), "name"),
        (format!(r#"createStage(stageData: {{status: READY, name: "a\nb"}}) {stage}"#), "name"),
        (format!(r#"createStage(stageData: {{status: READY, name: "x", wording: "{wording}"}}) {stage}"#), "wording"),
        (format!(r#"createStage(stageData: {{status: READY, name: "x", stuckDays: 0}}) {stage}"#), "stuckDays"),
        (format!(r#"createStage(stageData: {{status: READY, name: "x", stuckDays: 366}}) {stage}"#), "stuckDays"),
        (format!(r#"updateStage(stageData: {{id: 1, name: ""}}) {stage}"#), "name"),
        (format!(r#"updateStage(stageData: {{id: 1, status: READY}}) {stage}"#), "status"),
        (format!(r#"updateStage(stageData: {{id: 1, stuckDays: -1}}) {stage}"#), "stuckDays"),
        (format!(r#"updateStage(stageData: {{id: 1, position: 0}}) {stage}"#), "position"),
        (format!(r#"updateStage(stageData: {{id: "x", told: true}}) {stage}"#), "id"),
        ("deleteStage(id: 0) { id }".to_owned(), "id"),
        ("deleteStage(id: 8, replacementId: 77) { id }".to_owned(), "replacementId"),
        ("deleteStage(id: 8, replacementId: 1) { id }".to_owned(), "replacementId"),
        ("deleteStage(id: 8, replacementId: 8) { id }".to_owned(), "replacementId"),
        ("updateTask(taskData: {id: 1, stageId: 77}) { task { id } }".to_owned(), "stageId"),
        ("updateTask(taskData: {id: 1, stageId: \"x\"}) { task { id } }".to_owned(), "stageId"),
        ("updateTask(taskData: {id: 1, stageId: 5, status: CLOSED}) { task { id } }".to_owned(), "stageId"),
        (r#"createTask(taskData: {customerPhone: "+79000000002", stageId: 77}) { task { id } }"#.to_owned(), "stageId"),
        (r#"createTask(taskData: {customerPhone: "+79000000002", stageId: 5, status: READY}) { task { id } }"#.to_owned(), "stageId"),
    ] {
        let answer = shop.ask(&format!("mutation {{ {query} }}")).await;
        assert_eq!(code(&answer), "BAD_USER_INPUT", "{query} {answer}");
        assert_eq!(answer["errors"][0]["extensions"]["field"], field, "{query}");
    }
    for (query, expected) in [
        (
            format!(r#"createStage(stageData: {{status: READY, name: "НА ДИАГНОСТИКЕ"}}) {stage}"#),
            "CONFLICT",
        ),
        (
            format!(r#"updateStage(stageData: {{id: 1, name: "готово"}}) {stage}"#),
            "CONFLICT",
        ),
        (
            "deleteStage(id: 1, replacementId: 2) { id }".to_owned(),
            "CONFLICT",
        ),
        ("deleteStage(id: 77) { id }".to_owned(), "NOT_FOUND"),
        (
            format!("updateStage(stageData: {{id: 77, told: true}}) {stage}"),
            "NOT_FOUND",
        ),
        (
            "updateTask(taskData: {id: 1, stageId: 5, expectedVersion: 7}) { task { id } }"
                .to_owned(),
            "CONFLICT",
        ),
    ] {
        let answer = shop.ask(&format!("mutation {{ {query} }}")).await;
        assert_eq!(code(&answer), expected, "{query} {answer}");
    }
    let wrong = shop
        .ask("{ tasks(filter: {stageId: \"x\"}) { totalCount } }")
        .await;
    assert_eq!(code(&wrong), "BAD_USER_INPUT");
    assert_eq!(shop.dump(), before);
    for number in names(&shop).await.len()..40 {
        let made = make(&shop, &format!(r#"status: CLOSED, name: "{number}""#)).await;
        assert!(made["errors"].is_null(), "{number} {made}");
    }
    let more = make(&shop, r#"status: CLOSED, name: "41""#).await;
    assert_eq!(code(&more), "BAD_USER_INPUT", "{more}");
    shop.close().await;
}

#[tokio::test]
async fn a_stage_sets_the_status_and_a_status_its_first_stage() {
    let shop = Shop::with_owner().await;
    create(&shop, "+79000000001").await;
    let stage = numbered(&shop, "На согласовании").await;
    shop.clock.advance(Duration::from_secs(60));
    let answer = change(
        &shop,
        &format!("id: 1, stageId: {stage}, expectedVersion: 1"),
    )
    .await;
    let expected = json!({"status": "IN_PROGRESS", "version": 2, "stageSinceTime": "2021-07-25T09:01:00.000Z",
        "stage": {"name": "На согласовании"}});
    assert_eq!(answer["data"]["updateTask"]["task"], expected, "{answer}");
    shop.clock.advance(Duration::from_secs(60));
    // Setting the current status and stage again changes nothing.
    for same in [
        "status: IN_PROGRESS".to_owned(),
        format!("stageId: {stage}, status: IN_PROGRESS"),
    ] {
        let answer = change(&shop, &format!("id: 1, {same}")).await;
        assert_eq!(answer["data"]["updateTask"]["task"], expected, "{answer}");
    }
    set_stage(&shop, "1", "Ждёт запчасть").await;
    set_status(&shop, "1", "READY").await;
    set_stage(&shop, "1", "Выдан").await;
    let closed = shop
        .ask("{ taskById(id: 1) { status closedTime stageSinceTime } }")
        .await;
    let closed = &closed["data"]["taskById"];
    assert_eq!(closed["closedTime"], "2021-07-25T09:02:00.000Z", "{closed}");
    let (stage, new) = (numbered(&shop, "На диагностике").await, "Разбор");
    edit(&shop, &format!(r#"id: {stage}, name: "{new}""#)).await;
    let new = numbered(&shop, "Ждёт запчасть").await;
    edit(&shop, &format!(r#"id: {new}, name: "Ждём деталь""#)).await;
    set_status(&shop, "1", "IN_PROGRESS").await;
    let expected = [
        "CREATED - > ACCEPTED",
        "STATUS ACCEPTED > IN_PROGRESS",
        "STAGE Принято > На согласовании",
        "STAGE На согласовании > Ждёт запчасть",
        "STATUS IN_PROGRESS > READY",
        "STATUS READY > CLOSED",
        "STAGE Готово > Выдан",
        "STATUS CLOSED > IN_PROGRESS",
    ];
    assert_eq!(way(&shop).await, expected);
    let made = shop
        .ask(&format!(
            r#"mutation {{ createTask(taskData: {{customerPhone: "+79000000001", stageId: {stage}}}) {{ task {{ status stage {{ name }} history {{ kind from to }} }} }} }}"#
        ))
        .await;
    let expected = json!({"status": "IN_PROGRESS", "stage": {"name": "Разбор"}, "history": [
        {"kind": "CREATED", "from": null, "to": "IN_PROGRESS"}, {"kind": "STAGE", "from": null, "to": "Разбор"}]});
    assert_eq!(made["data"]["createTask"]["task"], expected, "{made}");
    shop.close().await;
}

#[tokio::test]
async fn tasks_are_found_by_stage_and_when_they_are_stuck() {
    let shop = Shop::with_owner().await;
    for end in 1..=5 {
        create(&shop, &format!("+7900000000{end}")).await;
    }
    let part = numbered(&shop, "Ждёт запчасть").await;
    set_stage(&shop, "2", "Ждёт запчасть").await;
    set_stage(&shop, "3", "Ждёт запчасть").await;
    set_stage(&shop, "4", "Выдан").await;
    set_status(&shop, "5", "READY").await;
    assert_eq!(found(&shop, &format!("stageId: {part}")).await, "2 3");
    let mine = format!(r#"stageId: {part}, customerPhone: "+79000000003""#);
    assert_eq!(found(&shop, &mine).await, "3");
    let other = format!("stageId: {part}, statuses: [READY]");
    assert_eq!(found(&shop, &other).await, "");
    assert_eq!(found(&shop, "stageId: 77").await, "");
    assert_eq!(found(&shop, "stuck: true").await, "");
    shop.clock.advance(3 * DAY);
    let mut shop = shop;
    shop.token = shop.login("owner@example.com").await;
    assert_eq!(found(&shop, "stuck: true").await, "1");
    assert_eq!(found(&shop, "stuck: false").await, "1 2 3 4 5");
    shop.clock.advance(11 * DAY - Duration::from_millis(1));
    shop.token = shop.login("owner@example.com").await;
    assert_eq!(found(&shop, "stuck: true").await, "1");
    shop.clock.advance(Duration::from_millis(1));
    // A closed task is never stalled, whatever its stage says.
    edit(
        &shop,
        &format!("id: {}, stuckDays: 1", numbered(&shop, "Выдан").await),
    )
    .await;
    assert_eq!(found(&shop, "stuck: true").await, "1 2 3 5");
    assert_eq!(
        found(&shop, &format!("stuck: true, stageId: {part}")).await,
        "2 3"
    );
    let answer = shop.ask("{ allTasks { stuck } }").await;
    let stuck = json!([{"stuck": true}, {"stuck": true}, {"stuck": true}, {"stuck": false}, {"stuck": true}]);
    assert_eq!(answer["data"]["allTasks"], stuck);
    // Moving on starts anew, and other changes don't.
    set_stage(&shop, "2", "На диагностике").await;
    shop.ask(r#"mutation { updateTask(taskData: {id: 3, description: "x"}) { task { id } } }"#)
        .await;
    assert_eq!(found(&shop, "stuck: true").await, "1 3 5");
    edit(&shop, &format!("id: {part}, stuckDays: null")).await;
    assert_eq!(found(&shop, "stuck: true").await, "1 5");
    shop.close().await;
}

#[tokio::test]
async fn a_stage_with_tasks_hands_them_over_when_it_is_deleted() {
    let shop = Shop::with_owner().await;
    create(&shop, "+79000000001").await;
    create(&shop, "+79000000002").await;
    shop.update(contact(ANNA, ANNA, "+79000000001")).await;
    messages(&shop, 2).await;
    set_stage(&shop, "1", "Ждёт запчасть").await;
    messages(&shop, 3).await;
    let (part, other) = (
        numbered(&shop, "Ждёт запчасть").await,
        numbered(&shop, "На диагностике").await,
    );
    let kept = shop
        .ask(&format!("mutation {{ deleteStage(id: {part}) {{ id }} }}"))
        .await;
    assert_eq!(
        kept["errors"][0]["extensions"]["field"], "replacementId",
        "{kept}"
    );
    let before = shop.ask("{ taskById(id: 1) { stageSinceTime } }").await;
    shop.clock.advance(DAY / 24);
    let gone = format!("mutation {{ deleteStage(id: {part}, replacementId: {other}) {{ id }} }}");
    let gone = shop.ask(&gone).await;
    assert_eq!(gone["data"]["deleteStage"]["id"], json!(part), "{gone}");
    let task = shop
        .ask("{ taskById(id: 1) { version stageSinceTime stage { name } history { kind from to employee { email } } } }")
        .await;
    let task = &task["data"]["taskById"];
    assert_eq!(task["stage"]["name"], "На диагностике", "{task}");
    assert_eq!(task["version"], 3);
    assert_eq!(
        task["stageSinceTime"],
        before["data"]["taskById"]["stageSinceTime"]
    );
    let moved = json!({"kind": "STAGE", "from": "Ждёт запчасть", "to": "На диагностике", "employee": {"email": "owner@example.com"}});
    assert_eq!(task["history"][3], moved, "{task}");
    // The customer is not notified of that.
    shop.update(text(BORIS, "/help")).await;
    let sent = messages(&shop, 4).await;
    assert_eq!(sent[3]["chat_id"], BORIS);
    shop.close().await;
}

#[tokio::test]
async fn customers_read_the_owners_words_and_only_what_they_are_to_be_told() {
    let shop = Shop::with_owner().await;
    create(&shop, "+79000000001").await;
    shop.update(contact(ANNA, ANNA, "+79000000001")).await;
    messages(&shop, 2).await;
    let part = numbered(&shop, "Ждёт запчасть").await;
    edit(
        &shop,
        &format!(r#"id: {part}, wording: "Ждём <деталь> & винты""#),
    )
    .await;
    set_stage(&shop, "1", "Ждёт запчасть").await;
    let sent = messages(&shop, 3).await;
    let told = "Ждём &lt;деталь&gt; &amp; винты: заявка (№ 1).";
    assert_eq!(said(&sent[2]), told);
    // Within one status as well, and two changes are one message.
    set_stage(&shop, "1", "На диагностике").await;
    set_stage(&shop, "1", "На согласовании").await;
    let sent = messages(&shop, 4).await;
    assert!(said(&sent[3]).contains("Ждём вашего решения"), "{sent:?}");
    // There and back again is none, through a stage with or without notification.
    for between in ["На диагностике", "Выдан"] {
        set_stage(&shop, "1", between).await;
        set_stage(&shop, "1", "На согласовании").await;
    }
    // A stage without notification cancels the pending notice, which isn't true any more.
    set_stage(&shop, "1", "Готово").await;
    set_stage(&shop, "1", "Выдан без ремонта").await;
    let browser = Browser::signed_in(&shop, "owner@example.com").await;
    let page = browser.page("/tasks/1").await;
    assert!(!page.contains("будет отправлено"), "{page}");
    shop.clock.advance(Duration::from_secs(60));
    shop.update(text(ANNA, "?")).await;
    let sent = messages(&shop, 5).await;
    assert!(
        said(&sent[4]).contains("Ремонт · Выдано без ремонта ·"),
        "{sent:?}"
    );
    let waiting = "SELECT count(*) FROM outbox WHERE state = 'WAITING'";
    let waiting: i64 = shop
        .database()
        .query_row(waiting, [], |row| row.get(0))
        .unwrap();
    assert_eq!(waiting, 0);
    // From there on notices are sent again.
    set_stage(&shop, "1", "Готово").await;
    let sent = messages(&shop, 6).await;
    assert!(said(&sent[5]).starts_with("Готово: заявка"), "{sent:?}");
    shop.close().await;
}

#[tokio::test]
async fn a_notice_that_failed_is_of_no_use_in_a_stage_that_is_not_told() {
    let shop = Shop::with_owner().await;
    create(&shop, "+79000000001").await;
    create(&shop, "+79000000001").await;
    shop.update(contact(ANNA, ANNA, "+79000000001")).await;
    messages(&shop, 2).await;
    let blocked = json!({"ok": false, "error_code": 403, "description": "Forbidden"});
    shop.telegram.then(Answer::Error(403, blocked));
    set_status(&shop, "1", "READY").await;
    // This one waits behind the other, and would have been dropped.
    set_stage(&shop, "2", "Выдан").await;
    messages(&shop, 3).await;
    let undelivered = async || {
        let answer = shop.ask("{ undelivered { id task { id } } }").await;
        answer["data"]["undelivered"].as_array().unwrap().clone()
    };
    let dead = loop {
        match undelivered().await {
            dead if dead.is_empty() => tokio::task::yield_now().await,
            dead => break dead,
        }
    };
    assert_eq!(dead.len(), 1, "{dead:?}");
    assert_eq!(dead[0]["task"]["id"], "1");
    set_stage(&shop, "1", "Выдан").await;
    let retry = format!(
        "mutation {{ retryNotice(id: {}) {{ task {{ status }} }} }}",
        dead[0]["id"]
    );
    let answer = shop.ask(&retry).await;
    assert!(answer["errors"].is_null(), "{answer}");
    assert_eq!(undelivered().await, Vec::<Value>::new());
    shop.clock.advance(Duration::from_secs(60));
    shop.update(text(BORIS, "/help")).await;
    let sent = messages(&shop, 4).await;
    assert_eq!(sent[3]["chat_id"], BORIS);
    shop.close().await;
}

#[tokio::test]
async fn the_customers_page_says_it_in_the_owners_words() {
    let shop = Shop::with_owner().await;
    create(&shop, "+79000000001").await;
    let link = renew(&shop, "1").await;
    set_status(&shop, "1", "IN_PROGRESS").await;
    shop.clock.advance(Duration::from_secs(3600));
    set_stage(&shop, "1", "На согласовании").await;
    let look = async || {
        let request = Client::new().get(format!("{}{link}", shop.url));
        let request = request.header("accept-language", "ru");
        request.send().await.unwrap().text().await.unwrap()
    };
    let page = look().await;
    for line in [
        "<span class=\"pill IN_PROGRESS\">Ждём вашего решения</span>",
        "class=\"now\"><div>Ждём вашего решения</div><div class=\"sub\">сегодня, 13:00</div>",
        "<div>В работе</div><div class=\"sub\">сегодня, 12:00</div>",
    ] {
        assert!(page.contains(line), "{line} {page}");
    }
    assert!(!page.contains("На согласовании"), "{page}");
    // A stage entered together with its status is one line.
    set_stage(&shop, "1", "Выдан").await;
    let page = look().await;
    assert!(page.contains("class=\"now\"><div>Выдано</div>"), "{page}");
    assert!(!page.contains("Закрыто"), "{page}");
    shop.close().await;
}

#[tokio::test]
async fn a_stage_that_nobody_renamed_has_its_name_in_the_readers_language() {
    let shop = Shop::with_owner().await;
    create(&shop, "+79000000001").await;
    set_stage(&shop, "1", "Ждёт запчасть").await;
    edit(&shop, r#"id: 1, name: "Новые""#).await;
    let shop = shop.reopen_with("language = 'en'", Duration::ZERO).await;
    let browser = Browser::signed_in(&shop, "owner@example.com").await;
    for path in ["/stages", "/", "/tasks/1"] {
        let page = browser.page(path).await;
        assert!(page.contains("Awaiting parts"), "{path} {page}");
        assert!(!page.contains("Ждёт запчасть"), "{path} {page}");
    }
    // A name given by the owner is not translated.
    assert!(browser.page("/stages").await.contains("Новые"));
    // A client of the API reads what is stored.
    assert_eq!(names(&shop).await[4], "Ждёт запчасть");
    shop.close().await;
}

#[tokio::test]
async fn the_owner_keeps_the_stages_on_their_page() {
    let shop = Shop::with_owner().await;
    create(&shop, "+79000000001").await;
    let mut browser = Browser::signed_in(&shop, "owner@example.com").await;
    assert!(browser.page("/").await.contains("href=\"/stages\""));
    let page = browser.page("/stages").await;
    for line in [
        "<span class=\"pill stage IN_PROGRESS PINK\">Ждёт запчасть</span>",
        "Клиенту сообщаем: «Ждём запчасть» · без движения через 14 дней",
        "Клиенту не сообщаем. На своей странице он видит: «Выдано»",
    ] {
        assert!(page.contains(line), "{line} {page}");
    }
    assert!(!page.contains("/stages/1/delete"), "{page}");
    let wrong = [
        ("name", "Готово"),
        ("status", "READY"),
        ("colour", "TEAL"),
        ("wording", "Ждёт <вас>"),
        ("stuckDays", "много"),
    ];
    let answer = browser.post("/new-stage", &wrong).await;
    assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let page = answer.text().await.unwrap();
    for line in [
        "id=\"stuckDays-problem\">Напишите целое число дней от 1 до 365",
        "value=\"Ждёт &#60;вас&#62;\"",
        "value=\"много\"",
        "value=\"TEAL\" checked",
        "value=\"READY\" selected",
    ] {
        assert!(page.contains(line), "{line} {page}");
    }
    let taken = [("name", "готово"), ("status", "READY")];
    let answer = browser.post("/new-stage", &taken).await;
    assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let page = answer.text().await.unwrap();
    assert!(
        page.contains("id=\"name-problem\">Этап с таким названием уже есть"),
        "{page}"
    );
    let good = [
        ("name", "На полке"),
        ("status", "READY"),
        ("colour", "TEAL"),
        ("told", "1"),
    ];
    assert_eq!(goes_to(&browser.post("/new-stage", &good).await), "/stages");
    assert_eq!(
        goes_to(&browser.post("/stages/10/move", &[("position", "1")]).await),
        "/stages"
    );
    assert_eq!(names(&shop).await[5..7], ["На полке", "Готово"]);
    let form = browser.page("/stages/10/edit").await;
    assert!(form.contains("name=\"told\" value=\"1\" checked"), "{form}");
    let change = [
        ("name", "У двери"),
        ("colour", "PINK"),
        ("wording", "Заходите"),
        ("stuckDays", " 5 "),
    ];
    assert_eq!(
        goes_to(&browser.post("/stages/10/edit", &change).await),
        "/stages"
    );
    let stage = shop
        .ask("{ stages { name colour wording told stuckDays position } }")
        .await;
    let expected = json!({"name": "У двери", "colour": "PINK", "wording": "Заходите", "told": false, "stuckDays": 5, "position": 1});
    assert_eq!(stage["data"]["stages"][5], expected);

    set_status(&shop, "1", "READY").await;
    let kept = browser
        .post("/stages/10/delete", &[("replacementId", "")])
        .await;
    assert_eq!(kept.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let page = kept.text().await.unwrap();
    assert!(
        page.contains("id=\"replacementId-problem\">В этом этапе есть заявки"),
        "{page}"
    );
    let to = [("replacementId", "3")];
    assert_eq!(
        goes_to(&browser.post("/stages/10/delete", &to).await),
        "/stages"
    );
    assert_eq!(names(&shop).await[5], "Готово");
    let last = browser.post("/stages/3/delete", &[]).await;
    assert_eq!(last.status(), StatusCode::CONFLICT);
    for (path, form) in [
        ("/stages/77/edit", [("name", "x")]),
        ("/stages/x/delete", [("replacementId", "")]),
        ("/stages/1/move", [("position", "x")]),
    ] {
        let answer = browser.post(path, &form).await;
        assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{path}");
    }
    // Nobody else may.
    crate::accounts::employee(&shop).await;
    let before = names(&shop).await;
    let mut employee = Browser::signed_in(&shop, "second@example.com").await;
    let mut nobody = Browser::open(&shop);
    for path in [
        "/new-stage",
        "/stages/5/edit",
        "/stages/5/move",
        "/stages/5/delete",
    ] {
        let form = [
            ("name", "Чужой"),
            ("status", "READY"),
            ("position", "1"),
            ("replacementId", "2"),
        ];
        let answer = employee.post(path, &form).await;
        assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{path}");
        let answer = nobody.post(path, &form).await;
        assert!([303, 401].contains(&answer.status().as_u16()), "{path}");
    }
    assert_eq!(names(&shop).await, before);
    shop.close().await;
}

#[tokio::test]
async fn staff_set_stages_on_the_pages_and_take_it_back() {
    let shop = Shop::with_owner().await;
    create(&shop, "+79000000001").await;
    create(&shop, "+79000000002").await;
    crate::accounts::employee(&shop).await;
    let mut browser = Browser::signed_in(&shop, "second@example.com").await;
    let page = browser.page("/tasks/1").await;
    // One button names the next step, and the menu has the other stages.
    assert!(
        page.contains("name=\"status\" value=\"IN_PROGRESS\">В работе<svg"),
        "{page}"
    );
    assert_eq!(page.matches("name=\"stage\" value=").count(), 9, "{page}");
    let (part, diagnosis) = (
        numbered(&shop, "Ждёт запчасть").await,
        numbered(&shop, "На диагностике").await,
    );
    let step = [("stage", &*part), ("version", "1"), ("back", "/tasks/1")];
    let answer = browser.post("/tasks/1/status", &step).await;
    let told = "/tasks/1?changed=1&was=ACCEPTED";
    assert_eq!(goes_to(&answer), told);
    let page = browser.page(told).await;
    for line in [
        "№ 1 теперь «Ждёт запчасть»",
        "<input type=\"hidden\" name=\"status\" value=\"ACCEPTED\">",
        "aria-current=\"true\"><span class=\"dot\"></span>Ждёт запчасть<span class=\"end\">с ",
        "><span class=\"dot\"></span>На диагностике</button>",
        "Этап: Принято → Ждёт запчасть",
    ] {
        assert!(page.contains(line), "{line} {page}");
    }
    let step = [("stage", &*diagnosis), ("version", "2"), ("back", "/")];
    let answer = browser.post("/tasks/1/status", &step).await;
    let told = format!("/?changed=1&was={part}");
    assert_eq!(goes_to(&answer), told);
    let page = browser.page(&told).await;
    let undo = format!("<input type=\"hidden\" name=\"stage\" value=\"{part}\">");
    assert!(page.contains(&undo), "{page}");
    let pill = "<span class=\"pill stage IN_PROGRESS TEAL\">На диагностике</span>";
    assert!(page.contains(pill), "{page}");
    let undo = [
        ("stage", &*part),
        ("version", "3"),
        ("back", "/"),
        ("undo", "1"),
    ];
    assert_eq!(goes_to(&browser.post("/tasks/1/status", &undo).await), "/");
    let wrong = [("stage", "77"), ("version", "4"), ("back", "/")];
    let answer = browser.post("/tasks/1/status", &wrong).await;
    assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let stale = [("stage", &*diagnosis), ("version", "1"), ("back", "/")];
    let answer = browser.post("/tasks/1/status", &stale).await;
    assert_eq!(answer.status(), StatusCode::CONFLICT);

    // The stages of a status selected in the list, and the cards of the board.
    let list = browser.page("/?status=IN_PROGRESS").await;
    let tab = format!("<a href=\"/?status=IN_PROGRESS&#38;stage={part}\">Ждёт запчасть</a>");
    assert!(list.contains(&tab), "{list}");
    let list = browser
        .page(&format!("/?status=IN_PROGRESS&stage={part}"))
        .await;
    assert!(
        list.contains("data-task=\"1\"") && list.contains("1 заявка"),
        "{list}"
    );
    let list = browser
        .page(&format!("/?status=IN_PROGRESS&stage={diagnosis}"))
        .await;
    assert!(
        !list.contains("data-task=\"1\"") && list.contains("0 заявок"),
        "{list}"
    );
    let board = browser.page("/board").await;
    let column = format!("data-stage=\"{part}\"\n  aria-labelledby");
    let (_, column) = board.split_once(&column).unwrap();
    let column = column.split("</section>").next().unwrap();
    assert!(column.contains("data-task=\"1\""), "{board}");

    let list = browser.page("/?stuck=1").await;
    assert!(!list.contains("data-task="), "{list}");
    shop.clock.advance(3 * DAY);
    let browser = Browser::signed_in(&shop, "second@example.com").await;
    let list = browser.page("/?stuck=1").await;
    assert!(
        list.contains("data-task=\"2\"") && !list.contains("data-task=\"1\""),
        "{list}"
    );
    assert!(list.contains("без движения 3 дня"), "{list}");
    assert!(
        browser
            .page("/tasks/2")
            .await
            .contains("<span class=\"tag warn\">без движения</span>")
    );
    shop.close().await;
}

#[tokio::test]
async fn two_at_once_leave_no_task_without_a_stage_and_no_name_twice() {
    let shop = Shop::with_owner().await;
    create(&shop, "+79000000001").await;
    let part = numbered(&shop, "Ждёт запчасть").await;
    let (gone, set) = (
        format!("mutation {{ deleteStage(id: {part}) {{ id }} }}"),
        format!("id: 1, stageId: {part}"),
    );
    let (gone, set) = tokio::join!(shop.ask(&gone), change(&shop, &set));
    let refused = [&gone, &set].map(|answer| answer["errors"].is_array());
    assert!(refused[0] != refused[1], "{gone} {set}");
    let task = shop
        .ask("{ taskById(id: 1) { status stage { status } } }")
        .await;
    let task = &task["data"]["taskById"];
    assert_eq!(task["status"], task["stage"]["status"], "{task}");
    let new = r#"status: READY, name: "На полке""#;
    let (one, other) = tokio::join!(make(&shop, new), make(&shop, new));
    let mut codes = [code(&one), code(&other)];
    codes.sort_unstable();
    assert_eq!(codes, ["", "CONFLICT"]);
    shop.close().await;
}

#[tokio::test]
async fn the_database_itself_keeps_tasks_in_stages_of_their_status() {
    let shop = Shop::with_owner().await;
    create(&shop, "+79000000001").await;
    let file = shop.database();
    for sql in [
        "UPDATE tasks SET stage_id = 2",
        "UPDATE tasks SET status = 'READY'",
        "UPDATE tasks SET stage_id = NULL",
        "UPDATE stages SET status = 'CLOSED' WHERE id = 3",
        "INSERT INTO tasks (category, status, stage_id, stage_since, description, created_at, updated_at)
             VALUES ('OTHER', 'READY', 1, 0, '', 0, 0)",
    ] {
        assert!(file.execute(sql, []).is_err(), "{sql}");
    }
    let sql = "INSERT INTO tasks (category, status, description, created_at, updated_at) VALUES ('OTHER', 'READY', '', 5, 5)";
    file.execute(sql, []).unwrap();
    let task = shop
        .ask("{ taskById(id: 2) { stage { name } stageSinceTime } }")
        .await;
    let expected =
        json!({"stage": {"name": "Готово"}, "stageSinceTime": "1970-01-01T00:00:00.005Z"});
    assert_eq!(task["data"]["taskById"], expected);
    shop.close().await;
}

#[tokio::test]
async fn stages_are_in_a_backup_and_stay_when_a_customer_is_erased() {
    let shop = Shop::with_owner().await;
    create(&shop, "+79000000001").await;
    edit(&shop, r#"id: 1, name: "Новые""#).await;
    set_stage(&shop, "1", "Ждёт запчасть").await;
    let erase = r#"mutation { eraseCustomer(phone: "+79000000001") { phone } }"#;
    assert!(shop.ask(erase).await["errors"].is_null());
    assert_eq!(way(&shop).await[2], "STAGE Новые > Ждёт запчасть");
    let at = [("ZAYAVKA_DATABASE", "shop.db")];
    let made = zayavka(shop.folder(), &["backup", "copy.db"], "", &at);
    assert!(made.status.success(), "{made:?}");
    let copy = rusqlite::Connection::open(shop.folder().join("copy.db")).unwrap();
    let kept = "SELECT count(*) FROM tasks AS t JOIN stages AS s ON s.id = t.stage_id
        WHERE s.name = 'Ждёт запчасть' AND EXISTS (SELECT 1 FROM stages WHERE name = 'Новые')";
    assert_eq!(copy.query_row(kept, [], |row| row.get(0)), Ok(1));
    shop.close().await;
}

#[tokio::test]
async fn the_stages_of_a_list_are_read_together_with_it() {
    let shop = Shop::with_owner().await;
    let query = "{ allTasks { id stage { name colour } stageSinceTime stuck } }";
    create(&shop, "+79000000001").await;
    let one = shop.reads(query).await;
    for number in 10..40 {
        create(&shop, &format!("+790000000{number}")).await;
    }
    set_stage(&shop, "7", "Ждёт запчасть").await;
    assert_eq!(shop.reads(query).await, one);
    shop.close().await;
}
