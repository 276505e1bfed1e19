//! The counter: what waits for the shop, what is due and ready, the cash, the debts.

use std::time::Duration;

use serde_json::json;

use crate::bot::{ANNA, linked, set_status, text};
use crate::cash::{hand_over, priced, take};
use crate::fake_telegram::Answer;
use crate::harness::{Shop, eventually};
use crate::money::data;
use crate::pages::{Browser, goes_to};

const HOUR: Duration = Duration::from_secs(60 * 60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Returns a section of the page without its tags, words separated by single spaces.
fn section(page: &str, heading: &str) -> String {
    let (_, rest) = page
        .split_once(&format!("aria-labelledby=\"{heading}\""))
        .unwrap_or_else(|| panic!("{heading}: {page}"));
    let section = rest.split_once("</section>").unwrap().0;
    let mut text = String::new();
    let mut inside = true;
    for c in section.chars() {
        match c {
            '<' => inside = true,
            '>' => {
                inside = false;
                text.push(' ');
            }
            c if !inside => text.push(c),
            _ => {}
        }
    }
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").replace('\u{a0}', " ")
}

/// Sends a quote for a task, and decides it on the customer's page.
async fn decide(shop: &Shop, task: &str, answer: &str) {
    let asked = data(
        shop,
        &format!(
            "mutation {{ askApproval(taskId: {task}, price: 450000, text: \"Аккумулятор\") {{ task {{ approvals {{ id }} }} }}
                renewStatusLink(taskId: {task}) {{ task {{ statusUrl }} }} }}"
        ),
    )
    .await;
    let approvals = asked["askApproval"]["task"]["approvals"]
        .as_array()
        .unwrap();
    let id = approvals.last().unwrap()["id"].as_str().unwrap();
    let url = asked["renewStatusLink"]["task"]["statusUrl"]
        .as_str()
        .unwrap();
    let link = &url[url.find("/s/").unwrap()..];
    let form = [("approval", id), ("answer", answer)];
    let answer = Browser::open(shop)
        .post(&format!("{link}/decide"), &form)
        .await;
    assert_eq!(answer.status(), 303);
}

async fn new_task(shop: &Shop, fields: &str) {
    let query = format!("mutation {{ createTask(taskData: {{{fields}}}) {{ task {{ id }} }} }}");
    data(shop, &query).await;
}

#[tokio::test]
async fn what_waits_is_shown_with_its_button_until_somebody_reacts() {
    let shop = Shop::with_owner().await;
    let colleague = crate::accounts::employee(&shop).await;
    for number in 1..=4 {
        new_task(
            &shop,
            &format!(r#"customerPhone: "+7900000000{number}", device: {{model: "Lamp {number}"}}"#),
        )
        .await;
        let name = format!(
            r#"mutation {{ updateCustomer(customerData: {{phone: "+7900000000{number}", name: "Клиент {number}"}}) {{ customer {{ id }} }} }}"#
        );
        data(&shop, &name).await;
    }
    data(
        &shop,
        "mutation { assignTask(id: 3, employeeId: 2) { task { id } } }",
    )
    .await;
    let mut browser = Browser::signed_in(&shop, "owner@example.com").await;
    let waiting = section(&browser.page("/today").await, "h-wait");
    assert_eq!(waiting, "Ждут нас Все Мои 0 Никто не ждёт.");

    decide(&shop, "1", "decline").await;
    shop.clock.advance(2 * HOUR);
    decide(&shop, "2", "agree").await;
    decide(&shop, "3", "agree").await;
    let url = data(
        &shop,
        "mutation { renewStatusLink(taskId: 4) { task { statusUrl } } }",
    )
    .await;
    let url = url["renewStatusLink"]["task"]["statusUrl"]
        .as_str()
        .unwrap();
    let link = url[url.find("/s/").unwrap()..].to_owned();
    let said = [("text", "А без замены?")];
    Browser::open(&shop)
        .post(&format!("{link}/say"), &said)
        .await;
    shop.clock.advance(Duration::from_secs(12 * 60));

    let page = browser.page("/today").await;
    let waiting = section(&page, "h-wait");
    for row in [
        "Ждут нас 4 Все Мои 3",
        "Отказ от цены Lamp 1 № 1 · Клиент 1 Не согласен с ценой: 4 500 ₽: Аккумулятор 2 ч Решить",
        "Ждёт ответа Lamp 4 № 4 · Клиент 4 «А без замены?» 12 мин Ответить",
        "Согласие с ценой Lamp 2 № 2 · Клиент 2 Согласен: 4 500 ₽: Аккумулятор 12 мин В работу",
    ] {
        assert!(waiting.contains(row), "{row}: {waiting}");
    }
    // Declined quotes come first.
    assert!(waiting.find("Lamp 1") < waiting.find("Lamp 4"));
    assert!(waiting.find("Lamp 4") < waiting.find("Lamp 2"));
    let mine = section(&browser.page("/today?mine=1").await, "h-wait");
    assert!(
        mine.contains("Lamp 2") && !mine.contains("Lamp 3"),
        "{mine}"
    );
    let mut other = Browser::open(&shop);
    other.cookie = format!("zayavka={colleague}");
    let mine = section(&other.page("/today?mine=1").await, "h-wait");
    assert!(mine.starts_with("Ждут нас 4 Все Мои 1"), "{mine}");
    assert!(
        mine.contains("Lamp 3") && !mine.contains("Lamp 1"),
        "{mine}"
    );

    // The button of an agreement starts the work, and offers the way back.
    let stage = data(&shop, "{ stages { id status position } }").await;
    let stages = stage["stages"].as_array().unwrap();
    let working = stages
        .iter()
        .find(|of| of["status"] == "IN_PROGRESS")
        .unwrap();
    let working = working["id"].as_str().unwrap();
    assert!(
        page.contains(&format!("name=\"stage\" value=\"{working}\"")),
        "{page}"
    );
    let form = [("stage", working), ("back", "/today")];
    let answer = browser.post("/tasks/2/status", &form).await;
    assert_eq!(goes_to(&answer), "/today?changed=2&was=ACCEPTED");
    let page = browser.page("/today?changed=2&was=ACCEPTED").await;
    assert!(page.contains("class=\"toast\""), "{page}");
    assert!(!section(&page, "h-wait").contains("Lamp 2"));
    let answer = browser
        .post("/tasks/3/settle", &[("back", "/today?mine=1")])
        .await;
    assert_eq!(goes_to(&answer), "/today?mine=1");
    let answer = browser
        .post("/tasks/1/settle", &[("back", "https://example.com")])
        .await;
    assert_eq!(goes_to(&answer), "/");
    let comment = [("comment", "Без замены никак"), ("to", "customer")];
    browser.post("/tasks/4/comments", &comment).await;
    let waiting = section(&browser.page("/today").await, "h-wait");
    assert_eq!(waiting, "Ждут нас Все Мои 0 Никто не ждёт.");
    // What was agreed by phone surprises nobody.
    data(&shop, "mutation { updateTask(taskData: {id: 4, estimate: 100}) { task { id } } agreeByPhone(taskId: 4) { task { id } } }").await;
    assert!(section(&browser.page("/today").await, "h-wait").contains("Никто не ждёт"));
    shop.close().await;
}

#[tokio::test]
async fn what_did_not_reach_a_customer_waits_for_a_call() {
    let blocked = json!({"ok": false, "error_code": 403, "description": "Forbidden: bot was blocked by the user"});
    let (shop, id) = linked(Answer::Error(403, blocked)).await;
    shop.clock.advance(Duration::from_secs(10));
    let dead = "SELECT count(*) FROM outbox WHERE state = 'DEAD'";
    eventually("the notice is dead", || {
        shop.clock.advance(Duration::from_secs(1));
        shop.database().query_row(dead, [], |row| row.get(0)) == Ok(1)
    })
    .await;
    let mut browser = Browser::signed_in(&shop, "owner@example.com").await;
    let page = browser.page("/today").await;
    let waiting = section(&page, "h-wait");
    assert!(
        waiting.contains("«Готово» не доставлено: бот закрыт клиентом"),
        "{waiting}"
    );
    assert!(waiting.contains("Позвонить"), "{waiting}");
    assert!(page.contains("href=\"tel:+79000000001\""), "{page}");
    // A call is made outside of the program: the second button says that it was.
    let settled = browser
        .post(&format!("/tasks/{id}/settle"), &[("back", "/today")])
        .await;
    assert_eq!(goes_to(&settled), "/today");
    assert!(section(&browser.page("/today").await, "h-wait").contains("Никто не ждёт"));
    // It stays in the list of what wasn't delivered.
    assert!(
        browser
            .page("/?undelivered=1")
            .await
            .contains("<tr data-task=")
    );
    // The next message to the customer that is lost waits again.
    shop.update(text(ANNA, "Здравствуйте")).await;
    shop.close().await;
}

#[tokio::test]
async fn due_and_ready_tasks_come_with_days_and_sums() {
    let mut shop = Shop::with_owner().await;
    for (number, fields) in [
        (1, r#"dueOn: "2021-07-23", description: "Не греет""#),
        (2, r#"dueOn: "2021-07-25", description: "Не светит""#),
        (3, r#"dueOn: "2021-07-26""#),
        (
            4,
            r#"dueOn: "2021-07-20", price: 50000, device: {model: "Lamp", place: "Полка 2"}"#,
        ),
        (5, r#"dueOn: "2021-07-20", price: 70000"#),
    ] {
        new_task(
            &shop,
            &format!(r#"customerPhone: "+7900000000{number}", {fields}"#),
        )
        .await;
    }
    take(&shop, 4, "CARD", 20_000).await;
    set_status(&shop, "4", "READY").await;
    set_status(&shop, "5", "READY").await;
    let browser = Browser::signed_in(&shop, "owner@example.com").await;
    let page = browser.page("/today").await;
    let due = section(&page, "h-due");
    assert!(
        due.starts_with("Сегодня и просрочено 2 Все по сроку"),
        "{due}"
    );
    assert!(
        due.contains("Просрочено Не греет № 1 · Без имени owner на 2 дня Принято"),
        "{due}"
    );
    assert!(
        due.contains("Срок сегодня Не светит № 2 · Без имени owner сегодня Принято"),
        "{due}"
    );
    assert!(!due.contains("№ 3") && !due.contains("№ 4"), "{due}");
    let ready = section(&page, "h-ready");
    assert!(ready.starts_with("Готово к выдаче 2 на 1 000 ₽"), "{ready}");
    assert!(
        ready.contains("Lamp № 4 · Без имени Полка 2 300 ₽ сегодня Выдать"),
        "{ready}"
    );
    shop.clock.advance(4 * DAY);
    // The first token is as old as the shop.
    let token = shop.login("owner@example.com").await.unwrap();
    shop.token = Some(token.clone());
    let mut browser = Browser::open(&shop);
    browser.cookie = format!("zayavka={token}");
    let ready = section(&browser.page("/today").await, "h-ready");
    assert!(ready.contains("2 не забирают"), "{ready}");
    assert!(
        ready.contains("Не забирают Lamp № 4 · Без имени Полка 2 300 ₽ 4 дня Позвонить"),
        "{ready}"
    );
    // The most recent ones are shown, and the way to all of them.
    for number in 1..=6 {
        let id = crate::bot::create(&shop, &format!("+7911000000{number}")).await;
        set_status(&shop, &id, "READY").await;
    }
    let page = browser.page("/today").await;
    let ready = section(&page, "h-ready");
    assert!(ready.starts_with("Готово к выдаче 8 на 1 000 ₽"), "{ready}");
    assert_eq!(ready.matches("· Без имени").count(), 6, "{ready}");
    assert!(
        page.contains("href=\"/?status=READY&#38;sort=waiting\""),
        "{page}"
    );
    shop.close().await;
}

#[tokio::test]
async fn the_cash_and_the_debts_of_the_day_are_on_the_side() {
    let shop = Shop::with_owner().await;
    let browser = Browser::signed_in(&shop, "owner@example.com").await;
    let page = browser.page("/today").await;
    let cash = section(&page, "h-cash");
    assert_eq!(
        cash,
        "Касса Лист дня В ящике Смены не открывали 0 ₽ Принято за день 0 ₽ Внести Изъять Открыть смену"
    );
    // A zero is no link.
    assert!(!page.contains("href=\"/debts\""), "{page}");
    assert_eq!(section(&page, "h-debt"), "Долги Долгов нет.");
    let load = section(&page, "h-load");
    assert_eq!(load, "Загрузка открытых / поздно OW owner 0 / 0");
    data(
        &shop,
        "mutation { openShift(drawerId: 1, counted: 500000) { shift { id } } }",
    )
    .await;
    for (task, price) in [(1, 30_000), (2, 40_000)] {
        priced(&shop, task, price).await;
    }
    take(&shop, 1, "CASH", 30_000).await;
    hand_over(&shop, 2, "{method: CARD, sum: 10000}").await;
    data(
        &shop,
        r#"mutation { moveCash(drawerId: 1, kind: CASH_OUT, sum: 12000, note: "parts") { payment { id } } }"#,
    )
    .await;
    let page = browser.page("/today").await;
    let cash = section(&page, "h-cash");
    for part in [
        "В ящике Смена открыта: сегодня, 12:00 5 180 ₽",
        "Наличные +300 ₽",
        "Изъято −120 ₽",
        "Карта 100 ₽",
        "Принято за день 400 ₽",
        "Внести Изъять Закрыть смену",
    ] {
        assert!(cash.contains(part), "{part}: {cash}");
    }
    let debts = section(&page, "h-debt");
    assert_eq!(debts, "Долги 300 ₽ Все Без имени № 2, с 25 июля 300 ₽");
    assert!(page.contains("href=\"/debts\""), "{page}");
    let load = section(&page, "h-load");
    assert_eq!(load, "Загрузка открытых / поздно OW owner 1 / 0");
    shop.close().await;
}
