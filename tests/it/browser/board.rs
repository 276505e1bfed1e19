//! The board by mouse, keyboard and touch.

use serde_json::{Value, json};
use thirtyfour::Key;

use super::chromium::{Browser, Driver};
use crate::bot::{create, set_status};
use crate::harness::Shop;

async fn board(driver: &Driver) -> (Shop, Browser) {
    let shop = Shop::with_owner().await;
    for end in 1..=3 {
        create(&shop, &format!("+7900000000{end}")).await;
    }
    let browser = driver.signed_in(&shop, "owner@example.com").await;
    browser.go("/board").await;
    (shop, browser)
}

async fn task(shop: &Shop, id: i64) -> Value {
    let answer = shop
        .ask(&format!("{{ taskById(id: {id}) {{ status version }} }}"))
        .await;
    answer["data"]["taskById"].clone()
}

/// Waits until a column shows these tasks, from top to bottom.
async fn column(browser: &Browser, status: &str, tasks: &str) {
    browser
        .until(&format!(
            "[...document.querySelectorAll('[data-status={status}] .tile')].map((tile) => tile.dataset.task).join() === '{tasks}' && document.querySelector('[data-status={status}] h2 .sub').innerText === String('{tasks}'.split(',').filter(Boolean).length)"
        ))
        .await;
}

#[tokio::test]
async fn a_card_is_dragged_to_another_column_with_the_mouse() {
    let Some(driver) = Driver::start().await else {
        return;
    };
    let (shop, browser) = board(&driver).await;
    column(&browser, "ACCEPTED", "3,2,1").await;
    let tile = browser.find("[data-task='2'] .sub").await;
    let to = browser.find("[data-status=READY]").await;
    let web = browser.web();
    let drag = web.action_chain().click_and_hold_element(&tile);
    drag.move_by_offset(5, 5).perform().await.unwrap();
    browser
        .until("document.querySelector('[data-task=\"2\"].dragged')")
        .await;
    let over = web.action_chain().move_to_element_center(&to);
    over.move_by_offset(5, 5).perform().await.unwrap();
    browser
        .until("document.querySelector('[data-status=READY].over')")
        .await;
    web.action_chain().release().perform().await.unwrap();
    column(&browser, "READY", "2").await;
    column(&browser, "ACCEPTED", "3,1").await;
    browser.sees_in("#said", "№ 2 теперь «Готово»").await;
    assert_eq!(
        task(&shop, 2).await,
        json!({"status": "READY", "version": 2})
    );
    assert_eq!(browser.count(".dragged, .over").await, 0);
    browser.reload().await;
    column(&browser, "READY", "2").await;
    shop.close().await;
}

#[tokio::test]
async fn a_card_is_moved_with_the_keys_when_enter_means_it() {
    let Some(driver) = Driver::start().await else {
        return;
    };
    let (shop, browser) = board(&driver).await;
    browser.tab_to("[data-task='3'] select").await;
    let down = String::from(Key::Down.value());
    // An arrow key only selects.
    browser.press(&down).await;
    browser.press(&down).await;
    browser
        .until("document.querySelector('[data-task=\"3\"] select').value === 'READY'")
        .await;
    let untouched = json!({"status": "ACCEPTED", "version": 1});
    assert_eq!(task(&shop, 3).await, untouched);
    column(&browser, "ACCEPTED", "3,2,1").await;
    // A colleague's change doesn't undo the selection.
    set_status(&shop, "2", "READY").await;
    browser.until("missed").await;
    browser
        .until("document.querySelector('[data-task=\"3\"] select').value === 'READY'")
        .await;
    browser.press(String::from(Key::Enter.value())).await;
    column(&browser, "READY", "3,2").await;
    column(&browser, "ACCEPTED", "1").await;
    assert!(browser.has_focus("[data-task='3'] select").await);
    let expected = json!({"status": "READY", "version": 2});
    while task(&shop, 3).await != expected {}
    // The button beside it does the same.
    browser.press(String::from(Key::Up.value())).await;
    browser.tab_to("[data-task='3'] .step").await;
    browser.press(" ").await;
    column(&browser, "IN_PROGRESS", "3").await;
    shop.close().await;
}

#[tokio::test]
async fn a_move_on_the_board_can_be_undone() {
    let Some(driver) = Driver::start().await else {
        return;
    };
    let (shop, browser) = board(&driver).await;
    let choose = "const select = document.querySelector('[data-task=\"1\"] select');
        select.value = 'CLOSED'; select.dispatchEvent(new Event('change', {bubbles: true}));";
    browser.eval(choose).await;
    column(&browser, "CLOSED", "1").await;
    browser.eval("window.untouched = true").await;
    browser
        .sees_in("#said", "Клиенту не сообщим: Telegram не привязан")
        .await;
    browser.click("#said button").await;
    column(&browser, "ACCEPTED", "3,2,1").await;
    assert_eq!(
        task(&shop, 1).await,
        json!({"status": "ACCEPTED", "version": 3})
    );
    browser.until("window.untouched").await;
    browser
        .until("document.querySelector('#said form') === null")
        .await;
    shop.close().await;
}

#[tokio::test]
async fn a_card_is_moved_with_a_thumb() {
    let Some(driver) = Driver::start().await else {
        return;
    };
    let (shop, browser) = board(&driver).await;
    browser.resize(390, 844).await;
    browser.reload().await;
    let choose = "const select = document.querySelector('[data-task=\"1\"] select');
        select.value = 'CLOSED'; select.dispatchEvent(new Event('change', {bubbles: true}));";
    browser.eval(choose).await;
    column(&browser, "CLOSED", "1").await;
    assert_eq!(
        task(&shop, 1).await,
        json!({"status": "CLOSED", "version": 2})
    );
    // Without a script, the button beside it submits the selection.
    let width = "return document.querySelector('.tile .step').getBoundingClientRect().width";
    assert!(browser.eval(width).await.as_f64().unwrap() >= 44.0);
    shop.close().await;
}

#[tokio::test]
async fn a_card_that_a_colleague_has_moved_meanwhile_goes_where_it_is() {
    let Some(driver) = Driver::start().await else {
        return;
    };
    let (shop, browser) = board(&driver).await;
    // The browser isn't notified: its card still has version 1.
    browser
        .eval("document.querySelector('[data-task=\"1\"]').dataset.version = 7")
        .await;
    let choose = "const select = document.querySelector('[data-task=\"1\"] select');
        select.value = 'CLOSED'; select.dispatchEvent(new Event('change', {bubbles: true}));";
    browser.eval(choose).await;
    browser.sees_in("#said", "Не получилось").await;
    column(&browser, "ACCEPTED", "3,2,1").await;
    assert_eq!(task(&shop, 1).await["status"], "ACCEPTED");
    shop.close().await;
}
