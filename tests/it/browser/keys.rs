//! The keyboard shortcuts.

use thirtyfour::Key;

use super::chromium::Driver;
use crate::bot::create;
use crate::harness::Shop;

#[tokio::test]
async fn keys_search_begin_choose_open_submit_and_explain_themselves() {
    let Some(driver) = Driver::start().await else {
        return;
    };
    let shop = Shop::with_owner().await;
    create(&shop, "+79000000001").await;
    create(&shop, "+79000000002").await;
    let browser = driver.signed_in(&shop, "owner@example.com").await;
    let key = |key: Key| String::from(key.value());
    let control_enter = || async {
        let web = browser.web();
        let keys = web
            .action_chain()
            .key_down(Key::Control)
            .send_keys(key(Key::Enter));
        keys.key_up(Key::Control).perform().await.unwrap();
    };

    // A slash goes to the search, in which the other keys are letters.
    browser.go("/customers").await;
    browser.press("/").await;
    browser
        .until("document.activeElement.matches('[type=search]')")
        .await;
    browser.press("n?/").await;
    browser
        .until("document.activeElement.value === 'n?/'")
        .await;
    browser.at("/customers").await;
    assert_eq!(browser.count("dialog").await, 0);

    // Arrows choose in a list, Enter opens.
    browser.go("/").await;
    browser.find("[data-task='2']").await;
    browser.press(key(Key::Down)).await;
    browser.press(key(Key::Down)).await;
    browser
        .until("document.activeElement.closest('[data-task]').dataset.task === '1'")
        .await;
    browser.press(key(Key::Up)).await;
    browser
        .until("document.activeElement.closest('[data-task]').dataset.task === '2'")
        .await;
    browser.press(key(Key::Enter)).await;
    browser.at("/tasks/2").await;

    // The keys are shown over the page, and by a link.
    browser.press("?").await;
    browser.find("dialog[open] dl.keys kbd").await;
    // Nothing else happens meanwhile.
    browser.press("n").await;
    browser.press(key(Key::Escape)).await;
    browser
        .until("!document.querySelector('dialog[open]')")
        .await;
    browser.at("/tasks/2").await;

    // N begins a new task, whose form Ctrl+Enter submits from within a text.
    browser.press("n").await;
    browser.at("/new-task/").await;
    browser.fill("[name=phone]", "+79000000003").await;
    browser.fill("[name=description]", "Шумит").await;
    browser.press(key(Key::Enter)).await;
    browser.press("n").await;
    control_enter().await;
    browser.at("/tasks/3").await;
    let task = shop.ask("{ taskById(id: 3) { description } }").await;
    assert_eq!(task["data"]["taskById"]["description"], "Шумит\nn");
    shop.close().await;
}
