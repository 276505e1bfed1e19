//! Creating, changing and deleting a task.

use serde_json::json;
use thirtyfour::Key;

use super::chromium::Driver;
use crate::bot::create;
use crate::harness::Shop;

#[tokio::test]
async fn a_task_of_an_unknown_phone_is_written_down_with_the_keys_alone() {
    let Some(driver) = Driver::start().await else {
        return;
    };
    let shop = Shop::with_owner().await;
    let browser = driver.signed_in(&shop, "owner@example.com").await;
    let (tab, enter) = (
        String::from(Key::Tab.value()),
        String::from(Key::Enter.value()),
    );
    browser.go("/").await;
    browser.tab_to(".bar > .btn[href='/new-task/']").await;
    browser.press(&enter).await;
    browser.at("/new-task/").await;
    assert!(browser.has_focus("[name=phone]").await);
    browser.press("8 912 345-67-89").await;
    browser.sees_in("#known", "Новый клиент").await;
    browser.press(&tab).await;
    browser.press("Ольга").await;
    browser.press(&tab).await;
    browser.press("Утюг не греет").await;
    browser.press(&tab).await;
    browser.press("Д").await;
    browser.tab_to("main .btn.main").await;
    browser.press(&enter).await;
    browser.at("/tasks/1").await;
    browser.sees_in(".strip .who", "Ольга").await;
    let task = shop
        .ask("{ taskById(id: 1) { category status description customer { name phone } } }")
        .await;
    assert_eq!(
        task["data"]["taskById"],
        json!({
            "category": "DIAGNOSIS", "status": "ACCEPTED", "description": "Утюг не греет",
            "customer": {"name": "Ольга", "phone": "8 912 345-67-89"},
        })
    );
    shop.close().await;
}

#[tokio::test]
async fn a_known_phone_shows_the_customer_and_their_last_tasks_at_once() {
    let Some(driver) = Driver::start().await else {
        return;
    };
    let shop = Shop::with_owner().await;
    shop.ask(r#"mutation {
        createTask(taskData: {customerPhone: "+7 900 123-45-67", description: "Не включается"}) { task { id } }
        updateCustomer(customerData: {phone: "+79001234567", name: "Анна"}) { customer { id } }
    }"#)
    .await;
    let browser = driver.signed_in(&shop, "owner@example.com").await;
    browser.go("/new-task/").await;
    browser.press("8 (900) 123 45 67").await;
    browser.sees_in(".known", "Клиент есть в базе: Анна").await;
    browser.sees_in(".known .last", "Не включается").await;
    browser
        .until("!document.querySelector('[name=name]').checkVisibility()")
        .await;
    browser.tab_to("[name=description]").await;
    browser.press("Разбит экран").await;
    browser.tab_to("main .btn.main").await;
    browser.press(String::from(Key::Enter.value())).await;
    browser.at("/tasks/2").await;
    let tasks = shop.ask("{ allCustomers { name tasks { id } } }").await;
    assert_eq!(
        tasks["data"]["allCustomers"],
        json!([{"name": "Анна", "tasks": [{"id": "1"}, {"id": "2"}]}])
    );
    shop.close().await;
}

#[tokio::test]
async fn a_returning_customer_with_the_same_device_takes_one_click() {
    let Some(driver) = Driver::start().await else {
        return;
    };
    let shop = Shop::with_owner().await;
    shop.ask(r#"mutation { createTask(taskData: {customerPhone: "+79001234567", description: "Не заряжается",
        device: {kind: "телефон", brand: "Apple", model: "iPhone 12", serialNumber: "SN-1", place: "полка 3"}}) { task { id } } }"#)
        .await;
    let browser = driver.signed_in(&shop, "owner@example.com").await;
    browser.go("/").await;
    browser.press("n").await;
    browser.at("/new-task/").await;
    browser.press("8 900 123-45-67").await;
    browser.sees_in("#known", "телефон Apple iPhone 12").await;
    browser.click("#known [name=again]").await;
    browser
        .until("document.querySelector('[name=model]').value === 'iPhone 12'")
        .await;
    // The fault is next, and the phone is still there.
    browser
        .until("document.activeElement.name === 'description'")
        .await;
    browser.press("Разбит экран").await;
    browser.tab_to("[name=place]").await;
    browser
        .press(format!("полка 1{}", Key::Enter.value()))
        .await;
    browser.at("/tasks/2").await;
    let task = shop
        .ask("{ taskById(id: 2) { description customer { phone } device { brand model serialNumber place } } }")
        .await;
    assert_eq!(
        task["data"]["taskById"],
        json!({
            "description": "Разбит экран", "customer": {"phone": "+79001234567"},
            "device": {"brand": "Apple", "model": "iPhone 12", "serialNumber": "SN-1", "place": "полка 1"},
        })
    );
    // Receipt and label are one tap away.
    browser.click(".fresh [value$=receipt]").await;
    browser.at("/tasks/2/receipt").await;
    browser.find(".paper.a4 .qr").await;
    shop.close().await;
}

#[tokio::test]
async fn a_serial_number_shows_what_the_device_was_here_for_and_a_mistyped_imei() {
    let Some(driver) = Driver::start().await else {
        return;
    };
    let shop = Shop::with_owner().await;
    shop.ask(r#"mutation { createTask(taskData: {customerPhone: "+79000000001", description: "Не заряжается",
        device: {brand: "Apple", serialNumber: "49-015420-323751-8"}}) { task { id } } }"#)
        .await;
    let browser = driver.signed_in(&shop, "owner@example.com").await;
    browser.go("/new-task/").await;
    browser.fill("[name=serialNumber]", "490154203237519").await;
    browser
        .sees_in("#known-device", "контрольная цифра не сходится")
        .await;
    browser
        .fill("[name=serialNumber]", "49 015420 323751 8")
        .await;
    browser.sees_in("#known-device", "уже было").await;
    browser
        .sees_in("#known-device .last", "Не заряжается")
        .await;
    assert_eq!(browser.count("#known-device .bad").await, 0);
    browser.fill("[name=serialNumber]", "SN-1").await;
    browser
        .until("document.querySelector('#known-device').textContent.trim() === ''")
        .await;
    shop.close().await;
}

#[tokio::test]
async fn typing_on_before_the_customer_is_found_loses_no_letter() {
    let Some(driver) = Driver::start().await else {
        return;
    };
    let shop = Shop::with_owner().await;
    create(&shop, "+79001234567").await;
    let browser = driver.signed_in(&shop, "owner@example.com").await;
    browser.go("/new-task/").await;
    let slow =
        json!({"offline": false, "latency": 800, "downloadThroughput": -1, "uploadThroughput": -1});
    browser.cdp("Network.enable", json!({})).await;
    browser.cdp("Network.emulateNetworkConditions", slow).await;
    browser.press("+79001234567").await;
    browser.press(String::from(Key::Tab.value())).await;
    assert!(browser.has_focus("[name=name]").await);
    browser.find(".known").await;
    assert!(browser.has_focus("[name=description]").await);
    browser.press("Шумит").await;
    browser.tab_to("main .btn.main").await;
    browser.press(String::from(Key::Enter.value())).await;
    browser.at("/tasks/2").await;
    browser.sees_in("dd.text", "Шумит").await;
    shop.close().await;
}

#[tokio::test]
async fn a_colleague_who_was_faster_is_shown_beside_ones_own_version() {
    let Some(driver) = Driver::start().await else {
        return;
    };
    let shop = Shop::with_owner().await;
    create(&shop, "+79000000001").await;
    crate::accounts::employee(&shop).await;
    let mine = driver.signed_in(&shop, "owner@example.com").await;
    let theirs = driver.signed_in(&shop, "second@example.com").await;
    mine.go("/tasks/1").await;
    mine.click("#facts a[href$='/edit']").await;
    mine.fill("[name=description]", "Заменить экран").await;
    theirs.go("/tasks/1/edit").await;
    theirs.fill("[name=description]", "Клиент торопится").await;
    theirs
        .click("[name=status] option[value=IN_PROGRESS]")
        .await;
    theirs.click("form .btn.main").await;
    theirs
        .until("document.querySelector('.log').textContent.includes('Принято → В работе')")
        .await;

    mine.click("form .btn.main").await;
    mine.sees_in("h1", "Заявку уже изменили").await;
    mine.sees_in(".clash", "Клиент торопится").await;
    // Only one of them changed the status, so it doesn't conflict.
    assert_eq!(mine.count(".clash").await, 1);
    let typed = "return document.querySelector('[name=description]').value";
    assert_eq!(mine.eval(typed).await, "Заменить экран");
    let stored = "{ taskById(id: 1) { description status } }";
    let task = shop.ask(stored).await;
    assert_eq!(task["data"]["taskById"]["description"], "Клиент торопится");
    // Typing into one's own version chooses it.
    mine.fill("[name=description]", "Заменить экран, клиент торопится")
        .await;
    mine.click("form .btn.main").await;
    mine.at("/tasks/1").await;
    mine.until("document.querySelector('.log').textContent.includes('Было: Клиент торопится')")
        .await;
    let task = shop.ask(stored).await;
    assert_eq!(
        task["data"]["taskById"],
        json!({"description": "Заменить экран, клиент торопится", "status": "IN_PROGRESS"})
    );
    shop.close().await;
}

#[tokio::test]
async fn a_task_is_deleted_after_a_question_that_names_it() {
    let Some(driver) = Driver::start().await else {
        return;
    };
    let shop = Shop::with_owner().await;
    shop.ask(r#"mutation { createTask(taskData: {customerPhone: "+79000000001", description: "Пылесос Dyson"}) { task { id } } }"#).await;
    let browser = driver.signed_in(&shop, "owner@example.com").await;
    browser.go("/tasks/1").await;
    browser.click(".top .go > .menu > summary").await;
    browser.click(".item.danger").await;
    browser.sees_in("h1", "Удалить заявку № 1?").await;
    browser.sees_in("main form", "Пылесос Dyson").await;
    browser.click("main form a").await;
    browser.at("/tasks/1").await;
    browser.click(".top .go > .menu > summary").await;
    browser.click(".item.danger").await;
    browser.click("main form .danger").await;
    browser.at("/?deleted=1").await;
    browser.sees_in("main .toast", "Заявка № 1 удалена.").await;
    let tasks = shop.ask("{ allTasks { id } }").await;
    assert_eq!(tasks["data"]["allTasks"], json!([]));
    shop.close().await;
}
