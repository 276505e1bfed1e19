//! A status changes by one click, the toast says who will be notified, and the change can be
//! undone.

use serde_json::json;

use super::chromium::Driver;
use crate::bot::{ANNA, contact, create, messages, said};
use crate::harness::Shop;

#[tokio::test]
async fn one_click_changes_a_status_and_one_more_takes_it_back_before_the_customer_is_told() {
    let Some(driver) = Driver::start().await else {
        return;
    };
    let shop = Shop::with_owner().await;
    create(&shop, "+79000000001").await;
    shop.update(contact(ANNA, ANNA, "+79000000001")).await;
    let before = messages(&shop, 2).await.len();
    let browser = driver.signed_in(&shop, "owner@example.com").await;
    browser.go("/?q=900").await;
    browser.click("tr[data-task='1'] .step").await;
    browser
        .sees_in(
            "main .toast",
            "№ 1 теперь «В работе». Анна К. получит сообщение через 5 с.",
        )
        .await;
    browser.at("/?q=900&changed=1&was=ACCEPTED").await;
    let asked = "{ taskById(id: 1) { status } }";
    assert_eq!(status(&shop.ask(asked).await), "IN_PROGRESS");

    browser.click("main .toast button").await;
    browser.sees_in("#said", "№ 1 теперь «Принято»").await;
    browser.sees_in("tr[data-task='1'] .pill", "Принято").await;
    assert_eq!(status(&shop.ask(asked).await), "ACCEPTED");
    assert_eq!(browser.count("main .toast:not([hidden])").await, 0);
    let waiting: i64 = shop
        .database()
        .query_row(
            "SELECT count(*) FROM outbox WHERE state = 'WAITING'",
            [],
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!(waiting, 0);
    // The next message is about the next change: none was sent about this one.
    browser.click("tr[data-task='1'] .step").await;
    browser.sees_in("main .toast", "«В работе»").await;
    let sent = messages(&shop, before + 1).await;
    assert_eq!(said(sent.last().unwrap()), "В работе: заявка (№ 1).");
    shop.close().await;
}

#[tokio::test]
async fn the_toast_says_why_a_customer_will_not_be_told_and_the_task_has_all_stages() {
    let Some(driver) = Driver::start().await else {
        return;
    };
    let shop = Shop::with_owner().await;
    create(&shop, "+79000000001").await;
    let browser = driver.signed_in(&shop, "owner@example.com").await;
    browser.go("/tasks/1").await;
    browser.click(".stage > summary").await;
    browser.click(".stage .item.READY").await;
    browser
        .sees_in("main .toast", "Клиенту не сообщим: Telegram не привязан.")
        .await;
    browser
        .until("document.querySelector('.stage .item.READY').ariaCurrent === 'true'")
        .await;
    browser
        .until("document.querySelector('.log').textContent.includes('Принято → Готово')")
        .await;
    browser.click("main .toast button").await;
    browser.sees_in("#said", "№ 1 теперь «Принято»").await;
    browser
        .until("document.querySelector('.log').textContent.includes('Готово → Принято')")
        .await;
    let task = shop.ask("{ taskById(id: 1) { status } }").await;
    assert_eq!(status(&task), "ACCEPTED");
    shop.close().await;
}

#[tokio::test]
async fn a_button_that_is_pressed_twice_sends_once() {
    let Some(driver) = Driver::start().await else {
        return;
    };
    let shop = Shop::with_owner().await;
    create(&shop, "+79000000001").await;
    let browser = driver.signed_in(&shop, "owner@example.com").await;
    browser.go("/").await;
    let twice = "const step = document.querySelector('.step'); step.click(); step.click();";
    browser.eval(twice).await;
    browser.sees_in("main .toast", "«В работе»").await;
    let task = shop.ask("{ taskById(id: 1) { status version } }").await;
    assert_eq!(
        task["data"]["taskById"],
        json!({"status": "IN_PROGRESS", "version": 2})
    );
    // Coming back from another page, the button works again.
    browser.go("/board").await;
    browser.web().back().await.unwrap();
    browser.click("tr[data-task='1'] .step").await;
    browser.sees_in("main .toast", "«Готово»").await;
    shop.close().await;
}

fn status(answer: &serde_json::Value) -> &str {
    answer["data"]["taskById"]["status"].as_str().unwrap()
}
