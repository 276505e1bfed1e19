//! The conversation on the task's page, and the page that gives a task another customer.

use reqwest::StatusCode;

use crate::bot::{ANNA, contact, create, messages, set_status, text};
use crate::fake_telegram::Answer;
use crate::harness::Shop;
use crate::pages::{Browser, goes_to};

async fn shop() -> Shop {
    let shop = Shop::with_owner().await;
    create(&shop, "8 900 000-00-01").await;
    shop
}

/// Returns the part of a page from a mark up to another.
fn between<'a>(page: &'a str, from: &str, to: &str) -> &'a str {
    let (_, rest) = page
        .split_once(from)
        .unwrap_or_else(|| panic!("no {from}: {page}"));
    rest.split(to).next().unwrap()
}

#[tokio::test]
async fn a_customer_without_a_channel_is_told_in_another_way() {
    let shop = shop().await;
    let mut browser = Browser::signed_in(&shop, "owner@example.com").await;
    let page = browser.page("/tasks/1").await;
    // Nothing was written yet: the stage is offered, without a link that nobody has made.
    let ways = between(&page, "class=\"ways\"", "</section>");
    assert!(ways.contains("href=\"tel:+79000000001\""), "{ways}");
    assert!(
        ways.contains("href=\"sms:+79000000001?&#38;body=%D0%97%D0%B0%D1%8F%D0%B2%D0%BA%D0%B0"),
        "{ways}"
    );
    assert!(ways.contains(">Заявка № 1: Принято.</textarea>"), "{ways}");

    // A message is saved, and offered with the link, which is made for it.
    let form = [("comment", "Экран & плёнка"), ("to", "customer")];
    let answer = browser.post("/tasks/1/comments", &form).await;
    assert_eq!(goes_to(&answer), "/tasks/1?said=message");
    let page = browser.page("/tasks/1").await;
    let bubble = between(&page, "<li class=\"msg ours\">", "</li>");
    assert!(
        bubble.contains("Экран &#38; плёнка")
            && bubble.contains("не отправлено: Telegram не привязан"),
        "{bubble}"
    );
    let sms = between(bubble, "href=\"sms:+79000000001?&#38;body=", "\"");
    assert!(
        sms.contains("%26%20") && sms.contains("%2Fs%2F") && !sms.contains('&'),
        "{sms}"
    );
    let ways = between(&page, "class=\"ways\"", "</section>");
    let offered = between(ways, "со ссылкой\">", "</textarea>");
    assert!(
        offered.starts_with(&format!("Экран &#38; плёнка\n{}/s/", shop.url)),
        "{offered}"
    );
    // An internal note is nobody's to deliver.
    let form = [("comment", "Звонил дважды"), ("to", "note")];
    assert_eq!(
        goes_to(&browser.post("/tasks/1/comments", &form).await),
        "/tasks/1"
    );
    let page = browser.page("/tasks/1").await;
    let note = between(&page, "<li class=\"msg note\">", "</li>");
    assert!(
        note.contains("Звонил дважды") && !note.contains("отправлено"),
        "{note}"
    );
    // With a channel there is nothing to offer.
    shop.update(contact(ANNA, ANNA, "+79000000001")).await;
    let page = browser.page("/tasks/1").await;
    assert!(
        !page.contains("class=\"ways\"") && !page.contains("sms:"),
        "{page}"
    );
    assert!(page.contains("Анна К. получит в Telegram"), "{page}");
    shop.close().await;
}

#[tokio::test]
async fn messages_say_how_they_got_on_and_which_wait_for_an_answer() {
    let shop = shop().await;
    shop.update(contact(ANNA, ANNA, "+79000000001")).await;
    messages(&shop, 2).await;
    let mut browser = Browser::signed_in(&shop, "owner@example.com").await;
    let form = [("comment", "Первое"), ("to", "customer")];
    browser.post("/tasks/1/comments", &form).await;
    messages(&shop, 3).await;
    let delivered = async |browser: &Browser<'_>| loop {
        let page = browser.page("/tasks/1").await;
        if page.contains("доставлено в Telegram") {
            return page;
        }
    };
    delivered(&browser).await;
    shop.update(text(ANNA, "А чехол?")).await;
    messages(&shop, 4).await;
    shop.clock.advance(std::time::Duration::from_secs(12 * 60));
    let page = browser.page("/tasks/1").await;
    let theirs = between(&page, "<li class=\"msg theirs\">", "</li>");
    assert!(
        theirs.contains("А чехол?")
            && theirs.contains("Анна К., 12:0")
            && theirs.contains("ждёт ответа 12 мин"),
        "{theirs}"
    );
    assert!(page.contains("Клиент ждёт ответа"), "{page}");
    let refused = serde_json::json!({"ok": false, "error_code": 400, "description": "Bad Request: can't parse entities"});
    shop.telegram.then(Answer::Error(400, refused));
    let form = [("comment", "Второе"), ("to", "customer")];
    browser.post("/tasks/1/comments", &form).await;
    messages(&shop, 5).await;
    let page = loop {
        let page = browser.page("/tasks/1").await;
        if page.contains("не доставлено: Telegram отказал") {
            break page;
        }
    };
    // The answer settled the question, and can be sent again.
    assert!(!page.contains("ждёт ответа"), "{page}");
    let last = page.rsplit("<li class=\"msg ours\">").next().unwrap();
    let bubble = last.split("</li>").next().unwrap();
    assert!(
        bubble.contains("Второе") && bubble.contains("/retry\""),
        "{bubble}"
    );
    assert!(bubble.contains("sms:+79000000001"), "{bubble}");
    shop.close().await;
}

#[tokio::test]
async fn events_are_folded_between_messages_and_days() {
    let shop = shop().await;
    set_status(&shop, "1", "IN_PROGRESS").await;
    shop.ask(r#"mutation { updateTask(taskData: {id: 1, dueOn: "2021-07-28", price: 100}) { task { id } } }"#)
        .await;
    let mut browser = Browser::signed_in(&shop, "owner@example.com").await;
    browser
        .post(
            "/tasks/1/comments",
            &[("comment", "Записка"), ("to", "note")],
        )
        .await;
    shop.clock
        .advance(std::time::Duration::from_secs(24 * 60 * 60));
    set_status(&shop, "1", "READY").await;
    let page = browser.page("/tasks/1").await;
    let log = between(&page, "class=\"log\"", "id=\"say\"");
    let places: Vec<usize> = [
        "<li class=\"day\">Вчера</li>",
        "4 события: принята, этап, срок, цена</summary>",
        "Принято → В работе",
        "Записка",
        "<li class=\"day\">Сегодня</li>",
        "<ol class=\"events one\">",
        "В работе → Готово",
    ]
    .iter()
    .map(|part| log.find(part).unwrap_or_else(|| panic!("no {part}: {log}")))
    .collect();
    assert!(places.is_sorted(), "{places:?} {log}");
    shop.close().await;
}

#[tokio::test]
async fn a_refused_message_stays_in_the_composer_with_its_addressee() {
    let shop = shop().await;
    let mut browser = Browser::signed_in(&shop, "owner@example.com").await;
    let long = "ы".repeat(3_001);
    for (to, checked) in [
        ("note", "value=\"note\" checked"),
        ("customer", "value=\"customer\" checked"),
    ] {
        let form = [("comment", &*long), ("to", to)];
        let answer = browser.post("/tasks/1/comments", &form).await;
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
        let page = answer.text().await.unwrap();
        assert!(
            page.contains(&format!("{long}</textarea>")) && page.contains(checked),
            "{to}"
        );
    }
    shop.close().await;
}

#[tokio::test]
async fn another_customer_is_chosen_after_a_question() {
    let shop = shop().await;
    let card = r#"mutation { createCustomer(customerData: {phone: "+79000000002", name: "Борис Котов"}) { customer { id } } }"#;
    shop.ask(card).await;
    let mut browser = Browser::signed_in(&shop, "owner@example.com").await;
    let path = "/tasks/1/customer";
    for search in ["котов", "9000000002"] {
        let page = browser.page(&format!("{path}?q={search}")).await;
        assert!(
            page.contains("/tasks/1/customer?to=2\"><b>Борис Котов</b>"),
            "{page}"
        );
    }
    // The task's own customer is no other one.
    assert!(
        !browser
            .page(&format!("{path}?q=9000000001"))
            .await
            .contains("?to=1")
    );
    let question = browser.page(&format!("{path}?to=2")).await;
    for line in [
        "→ Борис Котов",
        "его ссылка и QR-код на квитанции перестанут открываться",
        "name=\"to\" value=\"2\"",
        "name=\"version\" value=\"1\"",
    ] {
        assert!(question.contains(line), "{line} {question}");
    }
    let sure = [("to", "2"), ("sure", "1"), ("version", "1")];
    assert_eq!(
        goes_to(&browser.post(path, &sure).await),
        "/tasks/1?said=customer"
    );
    let page = browser.page("/tasks/1?said=customer").await;
    assert!(page.contains("Клиент заявки теперь Борис Котов."), "{page}");
    assert!(page.contains("Клиент: Без имени → Борис Котов"), "{page}");

    // A new card: a wrong phone keeps what was typed, and nothing is made before the answer.
    let wrong = [("phone", "нет"), ("name", "Вера")];
    let answer = browser.post(path, &wrong).await;
    assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let page = answer.text().await.unwrap();
    assert!(
        page.contains("value=\"нет\"") && page.contains("value=\"Вера\""),
        "{page}"
    );
    let new = [("phone", "8 900 000-00-03"), ("name", "Вера")];
    let question = browser.post(path, &new).await;
    assert_eq!(question.status(), StatusCode::OK);
    let question = question.text().await.unwrap();
    assert!(
        question.contains("→ Вера") && question.contains("value=\"8 900 000-00-03\""),
        "{question}"
    );
    let count = "{ customers { totalCount } }";
    assert_eq!(shop.ask(count).await["data"]["customers"]["totalCount"], 2);
    // A colleague was faster: the old question changes nothing.
    let stale = [
        ("phone", "8 900 000-00-03"),
        ("name", "Вера"),
        ("sure", "1"),
        ("version", "1"),
    ];
    assert_eq!(
        browser.post(path, &stale).await.status(),
        StatusCode::CONFLICT
    );
    let sure = [
        ("phone", "8 900 000-00-03"),
        ("name", "Вера"),
        ("sure", "1"),
        ("version", "2"),
    ];
    assert_eq!(
        goes_to(&browser.post(path, &sure).await),
        "/tasks/1?said=customer"
    );
    assert_eq!(shop.ask(count).await["data"]["customers"]["totalCount"], 3);
    shop.close().await;
}
