//! A whole day's work without a script: forms, redirects and pages.

use serde_json::json;

use super::chromium::Driver;
use crate::harness::{PASSWORD, Shop};

#[tokio::test]
async fn without_script_a_task_goes_its_whole_way() {
    let Some(driver) = Driver::start().await else {
        return;
    };
    let shop = Shop::open().await;
    let browser = driver.open(&shop).await;
    browser
        .cdp(
            "Emulation.setScriptExecutionDisabled",
            json!({"value": true}),
        )
        .await;
    browser.go("/").await;
    browser.fill("[name=email]", "owner@example.com").await;
    browser.fill("[name=password1]", PASSWORD).await;
    browser.fill("[name=password2]", PASSWORD).await;
    browser.click(".btn.main").await;
    browser.at("/today").await;
    assert_eq!(browser.count("html.js").await, 0, "the script has run");
    browser.click(".me > summary").await;
    browser.click("form[action='/logout'] button").await;
    browser.fill("[name=email]", "owner@example.com").await;
    browser.fill("[name=password]", PASSWORD).await;
    browser.click(".btn.main").await;
    browser.at("/today").await;

    browser.click(".counter .main").await;
    browser.fill("[name=phone]", "8 900 000 00 01").await;
    browser.click("[name=check]").await;
    browser.sees_in("#known", "Новый клиент").await;
    browser.fill("[name=name]", "Анна").await;
    browser.fill("[name=description]", "Не включается").await;
    browser.click("form .btn.main").await;
    browser.at("/tasks/1").await;
    browser.go("/new-task/").await;
    browser.fill("[name=phone]", "+7 (900) 000-00-01").await;
    browser.click("[name=check]").await;
    browser.sees_in("#known", "Анна").await;

    browser.go("/").await;
    browser.click("tr[data-task='1'] .step").await;
    browser.sees_in(".toast", "№ 1 теперь «В работе»").await;
    browser.click(".toast button").await;
    browser.sees_in("tr[data-task='1'] .pill", "Принято").await;
    browser.go("/board").await;
    browser.click("[data-task='1'] .next").await;
    browser.sees_in(".toast", "№ 1 теперь «В работе»").await;
    browser.click("[data-task='1'] .next").await;
    browser
        .until(r#"/№\s1/.test(document.querySelector(".column[data-stage='3'] .tile").innerText)"#)
        .await;
    let task = shop
        .ask_as("owner@example.com", "{ taskById(id: 1) { status } }")
        .await;
    assert_eq!(task["data"]["taskById"]["status"], "READY");

    browser.go("/?q=включ").await;
    browser.sees_in(".pages", "1 заявка").await;
    browser.click("tr[data-task='1'] .no a").await;
    browser.at("/tasks/1").await;
    browser.click("#facts a[href$='/edit']").await;
    browser
        .fill("[name=description]", "Заменить аккумулятор")
        .await;
    browser.click("form .btn.main").await;
    browser.at("/tasks/1").await;
    browser.sees_in("dd.text", "Заменить аккумулятор").await;
    browser.click(".top .go > .menu > summary").await;
    browser.click(".item.danger").await;
    browser.sees_in("h1", "Удалить заявку № 1?").await;
    browser.click(".btn.danger").await;
    browser.sees("Заявка № 1 удалена.").await;
    browser.sees("Открытых заявок нет.").await;
    shop.close().await;
}
