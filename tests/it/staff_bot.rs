//! Employees in the bot: their own Telegram accounts, notifications about tasks, and the daily
//! list.

use std::ops::Deref;
use std::time::Duration;

use serde_json::{Value, json};
use zayavka::clock::Clock;

use crate::accounts::employee;
use crate::bot::{ANNA, BORIS, contact, create, messages, said, set_status, text};
use crate::conversation::press;
use crate::fake_max::FakeMax;
use crate::harness::{Log, Shop, code, eventually};
use crate::pages::{Browser, goes_to};

const COLLEAGUE: &str = "second@example.com";
const HOUR: Duration = Duration::from_secs(60 * 60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// A shop with an owner, who sends the queries, and an employee.
struct Team {
    shop: Shop,
    colleague: String,
}

impl Deref for Team {
    type Target = Shop;

    fn deref(&self) -> &Shop {
        &self.shop
    }
}

impl Team {
    /// Returns the response to one of the two.
    async fn ask_as(&self, email: &str, query: &str) -> Value {
        match email {
            COLLEAGUE => self.ask_by(&self.colleague, query).await,
            _ => self.ask(query).await,
        }
    }

    async fn reopen_after(self, pause: Duration) -> Self {
        Self {
            shop: self.shop.reopen_after(pause).await,
            ..self
        }
    }
}

async fn team() -> Team {
    let shop = Shop::with_owner().await;
    let colleague = employee(&shop).await;
    Team { shop, colleague }
}

async fn made_code(shop: &Team, email: &str) -> String {
    let answer = shop
        .ask_as(
            email,
            "mutation { createStaffCode { code url expiresTime } }",
        )
        .await;
    let made = &answer["data"]["createStaffCode"];
    made["code"].as_str().expect("a code").to_owned()
}

/// Links an employee's account, and waits for the bot's confirmation.
async fn link(shop: &Team, email: &str, account: i64) {
    let before = shop.telegram.messages_now().len();
    let code = made_code(shop, email).await;
    shop.update(text(account, &code)).await;
    let sent = messages(&shop.shop, before + 1).await;
    assert!(said(&sent[before]).contains(email), "{sent:?}");
}

/// Returns the next message; there must be none before it.
async fn next(shop: &Team, before: usize) -> Value {
    messages(&shop.shop, before + 1).await.swap_remove(before)
}

async fn assign(shop: &Team, task: &str, employee: &str) {
    let query = format!(
        "mutation {{ assignTask(id: {task}, employeeId: {employee}) {{ task {{ id }} }} }}"
    );
    let answer = shop.ask(&query).await;
    assert!(answer["errors"].is_null(), "{answer}");
}

async fn telegram(shop: &Team, email: &str) -> Value {
    let answer = shop
        .ask_as(email, "{ me { telegram { linked morningListAt } } }")
        .await;
    answer["data"]["me"]["telegram"].clone()
}

#[tokio::test]
async fn a_code_links_and_a_task_from_a_colleague_is_news() {
    let log = Log::start();
    let shop = team().await;
    let code = made_code(&shop, COLLEAGUE).await;
    shop.update(text(ANNA, &format!("/start staff-{code}")))
        .await;
    let linked = next(&shop, 0).await;
    assert_eq!(linked["chat_id"], ANNA);
    assert!(said(&linked).contains(COLLEAGUE), "{linked}");
    assert_eq!(telegram(&shop, COLLEAGUE).await["linked"], true);
    let query = r#"mutation { createTask(taskData: {customerPhone: "+79012345678", category: REPAIR,
        description: "Тайна", dueOn: "2021-07-31", device: {kind: "phone", brand: "A<b>&C"}}) { task { id } } }"#;
    let made = shop.ask(query).await;
    assert!(made["errors"].is_null(), "{made}");
    assign(&shop, "1", "2").await;
    let news = next(&shop, 1).await;
    // A preview would be of a page that only staff may see.
    assert_eq!(news["link_preview_options"]["is_disabled"], true);
    assert!(linked["link_preview_options"].is_null(), "{linked}");
    assert_eq!(
        said(&news),
        format!(
            "Вам передали заявку: <a href=\"{}/tasks/1\">№ 1</a> · Ремонт · phone A&lt;b&gt;&amp;C · до 31 июля 2021",
            shop.url
        )
    );
    assert_eq!(
        (&news["chat_id"], &news["parse_mode"]),
        (&json!(ANNA), &json!("HTML"))
    );
    // A task that somebody takes themselves, or has already, causes no notification.
    assign(&shop, "1", "2").await;
    let own = "mutation { assignTask(id: 2, employeeId: 2) { task { id } } }";
    create(&shop.shop, "+79000000002").await;
    assert!(shop.ask_as(COLLEAGUE, own).await["errors"].is_null());
    shop.update(text(ANNA, "/help")).await;
    assert!(said(&next(&shop, 2).await).starts_with("Напишите"));
    shop.shop.close().await;
    let log = log.text();
    for secret in [&*code, "Тайна", "9012345678", &ANNA.to_string()] {
        assert!(!log.contains(secret), "{secret}");
    }
}

#[tokio::test]
async fn news_that_is_none_any_more_is_not_told() {
    let shop = team().await;
    link(&shop, COLLEAGUE, BORIS).await;
    create(&shop.shop, "+79000000001").await;
    create(&shop.shop, "+79000000002").await;
    // All of it happens before the next message to that chat is allowed.
    shop.update(text(BORIS, "/help")).await;
    assign(&shop, "1", "2").await;
    assign(&shop, "1", "1").await;
    assign(&shop, "2", "2").await;
    assert!(shop.ask("mutation { deleteTask(id: 2) { id } }").await["errors"].is_null());
    create(&shop.shop, "+79000000003").await;
    assign(&shop, "3", "2").await;
    let sent = messages(&shop.shop, 3).await;
    assert!(said(&sent[2]).contains("№ 3"), "{sent:?}");
    shop.shop.close().await;
}

#[tokio::test]
async fn a_code_works_once_for_a_quarter_of_an_hour_and_cannot_be_guessed() {
    let shop = team().await;
    let old = made_code(&shop, COLLEAGUE).await;
    let code = made_code(&shop, COLLEAGUE).await;
    let mut sent = 0;
    let mut say = async |account: i64, words: &str| {
        shop.update(text(account, words)).await;
        sent += 1;
        let message = next(&shop, sent - 1).await;
        said(&message)
            .split(' ')
            .take(3)
            .collect::<Vec<_>>()
            .join(" ")
    };
    // A new code replaces the previous one.
    assert_eq!(say(BORIS, &old).await, "Код не подходит:");
    assert_eq!(
        say(BORIS, &code.to_lowercase()).await,
        "Telegram привязан к"
    );
    assert_eq!(say(ANNA, &code).await, "Код не подходит:");
    let code = made_code(&shop, COLLEAGUE).await;
    shop.clock.advance(Duration::from_secs(15 * 60));
    assert_eq!(say(ANNA, &code).await, "Код не подходит:");
    let code = made_code(&shop, COLLEAGUE).await;
    for _ in 0..4 {
        assert_eq!(say(ANNA, "AAAA-BBBB-CCCC").await, "Код не подходит:");
    }
    assert_eq!(say(ANNA, &code).await, "Слишком много неверных");
    assert_eq!(telegram(&shop, COLLEAGUE).await["linked"], true);
    shop.clock.advance(Duration::from_secs(15 * 60));
    let code = made_code(&shop, COLLEAGUE).await;
    assert_eq!(say(ANNA, &code).await, "Telegram привязан к");
    // The database doesn't contain the code.
    let code = made_code(&shop, COLLEAGUE).await;
    assert!(!shop.dump().contains(&code));
    shop.shop.close().await;
}

#[tokio::test]
async fn an_account_is_one_employees_and_an_employee_has_one() {
    let shop = team().await;
    link(&shop, COLLEAGUE, BORIS).await;
    link(&shop, "owner@example.com", BORIS).await;
    assert_eq!(telegram(&shop, COLLEAGUE).await["linked"], false);
    link(&shop, "owner@example.com", ANNA).await;
    let linked = "SELECT group_concat(id || ' ' || telegram_id) FROM employees WHERE telegram_id IS NOT NULL";
    let linked: String = shop
        .database()
        .query_row(linked, [], |row| row.get(0))
        .unwrap();
    assert_eq!(linked, format!("1 {ANNA}"));
    shop.shop.close().await;
}

#[tokio::test]
async fn unlinked_and_deactivated_employees_receive_nothing() {
    let shop = team().await;
    create(&shop.shop, "+79000000001").await;
    let again = async || {
        assign(&shop, "1", "1").await;
        assign(&shop, "1", "2").await;
    };
    let linked = async || telegram(&shop, COLLEAGUE).await["linked"].clone();
    // By a command to the bot.
    link(&shop, COLLEAGUE, BORIS).await;
    again().await;
    shop.update(text(BORIS, "/stop")).await;
    let bye = messages(&shop.shop, 2).await.pop().unwrap();
    let told = said(&bye).starts_with("Вам передали");
    let bye = if told {
        messages(&shop.shop, 3).await.pop().unwrap()
    } else {
        bye
    };
    assert!(said(&bye).starts_with("Telegram отвязан"), "{bye}");
    assert_eq!(linked().await, false);
    // On the profile page, and by the API.
    for way in ["page", "api", "block"] {
        link(&shop, COLLEAGUE, BORIS).await;
        match way {
            "page" => {
                let mut browser = Browser::signed_in(&shop.shop, COLLEAGUE).await;
                assert!(
                    browser
                        .page("/profile")
                        .await
                        .contains("Ваш Telegram привязан")
                );
                let answer = browser.post("/profile/telegram-unlink", &[]).await;
                assert_eq!(goes_to(&answer), "/profile?saved=1");
            }
            "api" => {
                let query = "mutation { unlinkMyTelegram { user { telegram { linked } } } }";
                let answer = shop.ask_as(COLLEAGUE, query).await;
                let user = &answer["data"]["unlinkMyTelegram"]["user"];
                assert_eq!(user["telegram"]["linked"], false, "{answer}");
            }
            _ => {
                shop.update(crate::outbox::membership(BORIS, "kicked"))
                    .await;
            }
        }
        assert_eq!(linked().await, false, "{way}");
    }
    // Together with the account.
    link(&shop, COLLEAGUE, BORIS).await;
    let sent = shop.telegram.messages_now().len();
    let left = "mutation { deactivateEmployee(id: 2) { user { active } } }";
    assert!(shop.ask(left).await["errors"].is_null());
    for words in ["/today", "/stop"] {
        shop.update(text(BORIS, words)).await;
    }
    // To the bot they are a stranger again.
    let all = messages(&shop.shop, sent + 2).await;
    assert!(
        all[sent..]
            .iter()
            .all(|message| said(message).starts_with("Чтобы увидеть")),
        "{all:?}"
    );
    shop.shop.close().await;
}

#[tokio::test]
async fn one_may_be_a_customer_as_well() {
    let shop = team().await;
    let id = create(&shop.shop, "+79000000001").await;
    shop.update(contact(BORIS, BORIS, "+79000000001")).await;
    messages(&shop.shop, 2).await;
    link(&shop, COLLEAGUE, BORIS).await;
    assign(&shop, "1", "2").await;
    assert!(said(&next(&shop, 3).await).starts_with("Вам передали"));
    set_status(&shop.shop, &id, "READY").await;
    assert!(said(&next(&shop, 4).await).starts_with("Готово: заявка (№ 1)"));
    shop.update(text(BORIS, "список")).await;
    assert!(said(&next(&shop, 5).await).starts_with("Клиент ответил"));
    let list = next(&shop, 6).await;
    assert!(said(&list).starts_with("Передали мастерской: заявка <b>№ 1</b>."));
    assert!(said(&list).contains("Ваши заявки:\n<b>№ 1</b>"));
    shop.update(text(BORIS, "/today")).await;
    assert!(said(&next(&shop, 7).await).contains("<b>Готовы, ждут клиента</b>"));
    shop.update(text(BORIS, "/stop")).await;
    assert!(said(&next(&shop, 8).await).starts_with("Telegram отвязан"));
    set_status(&shop.shop, &id, "CLOSED").await;
    assert!(said(&next(&shop, 9).await).contains("Закрыто"));
    shop.shop.close().await;
}

#[tokio::test]
async fn a_customers_answer_is_told_to_whoever_does_the_task() {
    let shop = team().await;
    link(&shop, COLLEAGUE, BORIS).await;
    shop.update(contact(ANNA, ANNA, "+79000000001")).await;
    create(&shop.shop, "+79000000001").await;
    create(&shop.shop, "+79000000001").await;
    shop.clock.advance(Duration::from_secs(1));
    assign(&shop, "1", "2").await;
    messages(&shop.shop, 4).await;
    // The second task is the owner's, who has no Telegram here: moved there, nobody is notified.
    let mut sent = 4;
    for (update, more) in [
        (text(ANNA, "Когда?"), 2),
        (press(ANNA, "move:1:2"), 1),
        (press(ANNA, "move:1:1"), 2),
        (press(ANNA, "move:1:1"), 1),
    ] {
        shop.update(update).await;
        let news = messages(&shop.shop, sent + more).await.split_off(sent);
        sent += more;
        let to_boris: Vec<_> = news.iter().filter(|one| one["chat_id"] == BORIS).collect();
        assert_eq!(to_boris.len(), more - 1, "{news:?}");
        let expected = format!("Клиент ответил: <a href=\"{}/tasks/1\">№ 1</a>", shop.url);
        assert!(to_boris.iter().all(|one| said(one).starts_with(&expected)));
    }
    shop.shop.close().await;
}

async fn set_morning(shop: &Team, email: &str, time: &str) {
    let query = format!("mutation {{ setMorningList(at: {time}) {{ user {{ id }} }} }}");
    let answer = shop.ask_as(email, &query).await;
    assert!(answer["errors"].is_null(), "{answer}");
}

/// Creates tasks of the colleague's, each with its status and due date.
async fn work(shop: &Team, tasks: &[(&str, &str)]) {
    for (number, (status, due)) in tasks.iter().enumerate() {
        let query = format!(
            r#"mutation {{ createTask(taskData: {{customerPhone: "+7900000010{number}", status: {status}, dueOn: {due}}}) {{ task {{ id }} }} }}"#
        );
        let answer = shop.ask_as(COLLEAGUE, &query).await;
        assert!(answer["errors"].is_null(), "{answer}");
    }
}

/// Returns the ids and headings of a list, in order.
fn order(message: &Value) -> Vec<String> {
    let lines = said(message)
        .lines()
        .filter(|line| line.contains("<b>") || line.contains("№"));
    let short = |line: &str| match line.split_once("№ ") {
        Some((_, rest)) => rest.split('<').next().unwrap().to_owned(),
        None => line.replace("<b>", "").replace("</b>", ""),
    };
    lines.map(short).collect()
}

#[tokio::test]
async fn the_list_comes_once_each_morning_and_the_late_ones_stand_first() {
    // It is noon on 25 July.
    let shop = team().await;
    link(&shop, COLLEAGUE, BORIS).await;
    let tasks = [
        ("ACCEPTED", "null"),
        ("READY", "\"2021-07-20\""),
        ("IN_PROGRESS", "\"2021-07-26\""),
        ("ACCEPTED", "\"2021-07-28\""),
        ("CLOSED", "\"2021-07-20\""),
        ("ACCEPTED", "\"2021-07-24\""),
        ("IN_PROGRESS", "\"2021-07-23\""),
    ];
    work(&shop, &tasks).await;
    create(&shop.shop, "+79000000001").await;
    // The time has passed today: it begins tomorrow.
    set_morning(&shop, COLLEAGUE, "\"08:30\"").await;
    shop.clock.advance(20 * HOUR);
    shop.update(text(ANNA, "/help")).await;
    messages(&shop.shop, 2).await;
    shop.clock.advance(HOUR / 2);
    let list = next(&shop, 2).await;
    assert_eq!(list["chat_id"], BORIS);
    assert_eq!(
        order(&list),
        [
            "Просрочены",
            "7",
            "6",
            "Срок сегодня",
            "3",
            "Готовы, ждут клиента",
            "2",
            "Остальные",
            "4",
            "1"
        ]
    );
    // Neither the same day nor a restart brings another.
    let shop = shop.reopen_after(Duration::ZERO).await;
    shop.clock.advance(12 * HOUR);
    shop.update(text(ANNA, "/help")).await;
    assert_eq!(next(&shop, 3).await["chat_id"], ANNA);
    // A server that was down at that time sends it when it is back.
    let shop = shop.reopen_after(15 * HOUR).await;
    assert_eq!(order(&next(&shop, 4).await)[0], "Просрочены");
    // A clock that was ahead, and was set back: that day is done, the next one is not.
    shop.clock.advance(DAY);
    next(&shop, 5).await;
    let mut shop = shop;
    let back = shop.clock.now() - jiff::SignedDuration::from_hours(24);
    shop.shop.clock = Clock::manual(back);
    let shop = shop.reopen_after(Duration::ZERO).await;
    shop.update(text(ANNA, "/help")).await;
    assert_eq!(next(&shop, 6).await["chat_id"], ANNA);
    shop.clock.advance(DAY);
    assert_eq!(next(&shop, 7).await["chat_id"], BORIS);
    shop.shop.close().await;
}

#[tokio::test]
async fn an_account_that_is_gone_is_unlinked_and_no_customer_hears_of_it() {
    let shop = team().await;
    link(&shop, COLLEAGUE, BORIS).await;
    create(&shop.shop, "+79000000001").await;
    let refusal =
        json!({"ok": false, "error_code": 403, "description": "Forbidden: user is deactivated"});
    shop.telegram
        .then(crate::fake_telegram::Answer::Error(403, refusal));
    assign(&shop, "1", "2").await;
    next(&shop, 1).await;
    let file = shop.database();
    let dead = "SELECT count(*) FROM outbox WHERE state = 'DEAD' AND answer_of IS NULL";
    eventually("the news is given up", || {
        file.query_row(dead, [], |row| row.get::<_, i64>(0)) == Ok(1)
    })
    .await;
    // The file has the change a moment before the server answers by it.
    let unlinked = async {
        while telegram(&shop, COLLEAGUE).await["linked"] == true {
            tokio::task::yield_now().await;
        }
    };
    let unlinked = tokio::time::timeout(Duration::from_secs(30), unlinked).await;
    unlinked.expect("the employee is unlinked");
    assert_eq!(telegram(&shop, COLLEAGUE).await["linked"], false);
    let answer = shop.ask("{ undelivered { id } }").await;
    assert_eq!(answer["data"]["undelivered"], json!([]));
    shop.shop.close().await;
}

#[tokio::test]
async fn nobody_is_woken_without_work_or_without_wishing_it() {
    let shop = team().await;
    link(&shop, COLLEAGUE, BORIS).await;
    link(&shop, "owner@example.com", ANNA).await;
    set_morning(&shop, COLLEAGUE, "\"08:30\"").await;
    set_morning(&shop, "owner@example.com", "\"08:30\"").await;
    work(&shop, &[("CLOSED", "null")]).await;
    create(&shop.shop, "+79000000001").await;
    set_morning(&shop, "owner@example.com", "null").await;
    shop.clock.advance(DAY);
    // The day is recorded, so it was processed.
    let noted = "SELECT count(*) FROM morning_lists WHERE day = '2021-07-26' AND employee_id = 2";
    let file = shop.database();
    eventually("the morning was looked at", || {
        file.query_row(noted, [], |row| row.get::<_, i64>(0))
            .unwrap()
            == 1
    })
    .await;
    shop.update(text(BORIS, "/today")).await;
    assert_eq!(said(&next(&shop, 2).await), "Открытых заявок у вас нет.");
    shop.shop.close().await;
}

#[tokio::test]
async fn a_long_list_is_cut_and_leads_to_the_desk() {
    let shop = team().await;
    link(&shop, COLLEAGUE, BORIS).await;
    let long = "x".repeat(200);
    for number in 10..50 {
        let query = format!(
            r#"mutation {{ createTask(taskData: {{customerPhone: "+790000001{number}", dueOn: "2021-09-30", device: {{model: "{long}"}}}}) {{ task {{ id }} }} }}"#
        );
        let answer = shop.ask_as(COLLEAGUE, &query).await;
        assert!(answer["errors"].is_null(), "{answer}");
    }
    shop.update(text(BORIS, "/today")).await;
    let list = next(&shop, 1).await;
    assert!(
        said(&list).ends_with(&format!("<a href=\"{}/\">…и ещё 10</a>", shop.url)),
        "{list}"
    );
    // Telegram counts the visible text, without the links.
    let read: String = said(&list)
        .split('<')
        .filter_map(|part| Some(part.split_once('>')?.1))
        .collect();
    assert!(read.chars().count() < 4_096);
    shop.shop.close().await;
}

#[tokio::test]
async fn the_profile_makes_a_code_and_keeps_a_time() {
    let shop = team().await;
    let mut browser = Browser::signed_in(&shop.shop, COLLEAGUE).await;
    assert!(browser.page("/profile").await.contains("Получить код"));
    // The bot's name is known once Telegram was asked.
    shop.telegram.calls_of("getWebhookInfo", 1).await;
    let page = browser.post("/profile/telegram-code", &[]).await;
    assert_eq!(page.status(), 200);
    let page = page.text().await.unwrap();
    let (_, rest) = page.split_once("readonly value=\"").unwrap();
    let code = rest.split('"').next().unwrap();
    assert!(page.contains("до: сегодня, 12:15"), "{page}");
    shop.update(text(BORIS, code)).await;
    assert!(said(&next(&shop, 0).await).contains(COLLEAGUE));
    for (time, kept) in [
        ("08:15", "value=\"08:15\""),
        ("", "name=\"time\" value=\"\""),
    ] {
        let answer = browser.post("/profile/morning", &[("time", time)]).await;
        assert_eq!(goes_to(&answer), "/profile?saved=1");
        assert!(browser.page("/profile").await.contains(kept), "{time}");
    }
    let wrong = browser.post("/profile/morning", &[("time", "25:00")]).await;
    assert_eq!(wrong.status(), 422);
    let wrong = wrong.text().await.unwrap();
    assert!(
        wrong.contains("Время пишется так: 08:30.") && wrong.contains("value=\"25:00\""),
        "{wrong}"
    );
    shop.shop.close().await;
}

#[tokio::test]
async fn a_code_comes_with_the_way_to_the_bot() {
    let shop = team().await;
    let answer = loop {
        let answer = shop
            .ask("mutation { createStaffCode { code url expiresTime } }")
            .await;
        if !answer["data"]["createStaffCode"]["url"].is_null() {
            break answer["data"]["createStaffCode"].clone();
        }
        tokio::task::yield_now().await;
    };
    let code = answer["code"].as_str().unwrap();
    assert_eq!(
        answer["url"],
        format!("https://t.me/desk_bot?start=staff-{code}")
    );
    assert_eq!(answer["expiresTime"], "2021-07-25T09:15:00.000Z");
    shop.shop.close().await;
}

#[tokio::test]
async fn it_is_everybodys_own() {
    let mut shop = team().await;
    link(&shop, COLLEAGUE, BORIS).await;
    let all = shop.ask("{ employees { id telegram { linked } } }").await;
    assert_eq!(
        all["data"]["employees"],
        json!([{"id": "1", "telegram": {"linked": false}}, {"id": "2", "telegram": null}])
    );
    for time in ["\"8:30\"", "\"24:00\"", "\"\"", "\"morning\""] {
        let answer = shop
            .ask(&format!(
                "mutation {{ setMorningList(at: {time}) {{ user {{ id }} }} }}"
            ))
            .await;
        assert_eq!(code(&answer), "BAD_USER_INPUT", "{answer}");
        assert_eq!(answer["errors"][0]["extensions"]["field"], "at");
    }
    shop.shop.token = None;
    for query in [
        "mutation { createStaffCode { code } }",
        "mutation { unlinkMyTelegram { user { id } } }",
        "mutation { setMorningList(at: null) { user { id } } }",
    ] {
        assert_eq!(code(&shop.ask(query).await), "UNAUTHENTICATED", "{query}");
    }
    let mut nobody = Browser::open(&shop.shop);
    for path in [
        "/profile/telegram-code",
        "/profile/telegram-unlink",
        "/profile/morning",
    ] {
        assert!(
            goes_to(&nobody.post(path, &[]).await).starts_with("/login"),
            "{path}"
        );
    }
    assert_eq!(telegram(&shop, COLLEAGUE).await["linked"], true);
    shop.shop.close().await;
}

#[tokio::test]
async fn an_english_employee_reads_english() {
    let shop = team().await;
    let mut browser = Browser::signed_in(&shop.shop, COLLEAGUE).await;
    browser
        .post("/profile/language", &[("language", "en")])
        .await;
    link(&shop, COLLEAGUE, BORIS).await;
    create(&shop.shop, "+79000000001").await;
    assign(&shop, "1", "2").await;
    let news = next(&shop, 1).await;
    assert!(
        said(&news).starts_with("A repair was given to you:"),
        "{news}"
    );
    shop.update(text(BORIS, "/today")).await;
    assert!(said(&next(&shop, 2).await).contains("<b>The others</b>"));
    shop.shop.close().await;
}

#[tokio::test]
async fn an_employee_links_max_by_the_same_code_and_gets_news_there() {
    let fake = FakeMax::start().await;
    let shop = team().await;
    link(&shop, COLLEAGUE, ANNA).await;
    let settings = format!(
        "[max]\ntoken = '{}'\napi_url = '{}'\nmode = 'webhook'",
        crate::fake_max::TOKEN,
        fake.url()
    );
    let shop = Team {
        shop: shop.shop.reopen_with(&settings, Duration::ZERO).await,
        ..shop
    };
    fake.subscribed().await;
    let at_max = async |shop: &Team, count: usize| {
        while fake.messages().len() < count {
            shop.clock.advance(Duration::from_millis(500));
            let more = fake.calls_of("POST /messages", fake.messages().len() + 1);
            let _ = tokio::time::timeout(Duration::from_millis(20), more).await;
        }
        fake.calls_of("POST /messages", count).await
    };
    let known = async |shop: &Team| {
        let query = "{ me { telegram { linked messenger } } }";
        shop.ask_as(COLLEAGUE, query).await["data"]["me"]["telegram"].clone()
    };
    // The link of the profile opens the bot at MAX with the code.
    let mut browser = Browser::signed_in(&shop.shop, COLLEAGUE).await;
    let page = browser.post("/profile/telegram-code", &[]).await;
    let page = page.text().await.unwrap();
    let start = page.split("https://max.ru/desk_max_bot?start=").nth(1);
    let start = start.unwrap_or_else(|| panic!("{page}"));
    let payload = start.split('"').next().unwrap();
    let at = 4_000_001;
    let update = crate::fake_max::started(at, 1, Some(payload));
    assert_eq!(fake.deliver(&update).await, 200);
    let sent = at_max(&shop, 1).await;
    let words = sent[0].body["text"].as_str().unwrap();
    assert!(
        words.contains(COLLEAGUE) && words.starts_with("MAX"),
        "{words}"
    );
    assert_eq!(
        known(&shop).await,
        json!({"linked": true, "messenger": "MAX"})
    );
    // News goes there, and not to Telegram any more.
    let before = shop.telegram.messages_now().len();
    create(&shop.shop, "+79000000001").await;
    assign(&shop, "1", "2").await;
    let sent = at_max(&shop, 2).await;
    assert_eq!(sent[1].query["user_id"], at.to_string());
    assert!(sent[1].body["text"].as_str().unwrap().contains("/tasks/1"));
    let word = crate::fake_max::message(at, "mid.1", "/today", json!([]));
    assert_eq!(fake.deliver(&word).await, 200);
    at_max(&shop, 3).await;
    // So does the list of the morning.
    let morning = r#"mutation { setMorningList(at: "09:00") { user { id } } }"#;
    assert!(shop.ask_as(COLLEAGUE, morning).await["errors"].is_null());
    shop.clock.advance(Duration::from_secs(24 * 3_600));
    let sent = at_max(&shop, 4).await;
    assert!(sent[3].body["text"].as_str().unwrap().contains("№ 1"));
    assert_eq!(shop.telegram.messages_now().len(), before);
    let stop = crate::fake_max::message(at, "mid.2", "/stop", json!([]));
    assert_eq!(fake.deliver(&stop).await, 200);
    let sent = at_max(&shop, 5).await;
    assert!(
        sent[4].body["text"]
            .as_str()
            .unwrap()
            .starts_with("MAX отвязан")
    );
    assert_eq!(
        known(&shop).await,
        json!({"linked": false, "messenger": null})
    );
    shop.shop.close().await;
}

#[tokio::test]
async fn a_long_list_fits_a_message_of_max() {
    let fake = FakeMax::start().await;
    let settings = format!(
        "[max]\ntoken = '{}'\napi_url = '{}'\nmode = 'webhook'",
        crate::fake_max::TOKEN,
        fake.url()
    );
    let shop = Shop::with_owner().await;
    let shop = shop.reopen_with(&settings, Duration::ZERO).await;
    fake.subscribed().await;
    let made = shop
        .ask("mutation { createStaffCode { code maxUrl } }")
        .await;
    let code = made["data"]["createStaffCode"]["code"].as_str().unwrap();
    let word = crate::fake_max::message(7, "mid.0", code, json!([]));
    assert_eq!(fake.deliver(&word).await, 200);
    for _ in 0..40 {
        let model = "Очень длинное название устройства, которое не умещается";
        let query = format!(
            r#"mutation {{ createTask(taskData: {{customerPhone: "+79012345678", category: REPAIR, dueOn: "2021-07-31", device: {{kind: "phone", model: "{model}"}}}}) {{ task {{ id }} }} }}"#
        );
        let made = shop.ask(&query).await;
        assert!(made["errors"].is_null(), "{made}");
    }
    let word = crate::fake_max::message(7, "mid.1", "/today", json!([]));
    assert_eq!(fake.deliver(&word).await, 200);
    let is_list = |message: &Value| message["text"].as_str().unwrap().contains("…и ещё");
    crate::harness::eventually("the list is sent", || {
        shop.clock.advance(Duration::from_millis(500));
        fake.messages().iter().any(is_list)
    })
    .await;
    let all = fake.messages();
    let list = all.iter().find(|message| is_list(message)).unwrap();
    let text = list["text"].as_str().unwrap();
    assert!(text.chars().count() <= 4_000);
    let shown = text.matches("/tasks/").count();
    let more = text.split("…и ещё ").nth(1).unwrap();
    let more: usize = more.split('<').next().unwrap().trim().parse().unwrap();
    assert_eq!(shown + more, 40, "{text}");
    shop.close().await;
}
