//! On a phone and without script: what the columns and words of a table mean.

use serde_json::json;
use tempfile::TempDir;

use super::chromium::{Browser, Driver};
use crate::harness::Shop;

const FILE: &str = "Кто;Куда звонить;Что стряслось;Стадия\r\nАнна;8 900 000 00 01;Не греет;Не выдан\r\n\
    Борис;потом;Шумит;Готов\r\nВера;8 900 000 00 03;Искрит;Готов\r\n";

#[tokio::test]
async fn a_column_and_a_status_are_changed_by_thumb_and_imported() {
    let Some(driver) = Driver::start().await else {
        return;
    };
    let shop = Shop::with_owner().await;
    let browser = driver.signed_in(&shop, "owner@example.com").await;
    let off = json!({"value": true});
    browser
        .cdp("Emulation.setScriptExecutionDisabled", off)
        .await;
    browser.resize(390, 844).await;
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("заказы.csv");
    std::fs::write(&file, FILE).unwrap();

    browser.go("/data").await;
    let field = browser.find("[name=csv]").await;
    field.send_keys(file.to_str().unwrap()).await.unwrap();
    browser.click("[action='/data/import'] .btn.main").await;
    // Nobody knows these headings, and nothing is lost of them.
    browser.sees_in("#result", "нет знакомых заголовков").await;
    browser.sees_in(".mapping", "8 900 000 00 01").await;
    choose(&browser, "column.0", "Имя").await;
    choose(&browser, "column.1", "Телефон").await;
    choose(&browser, "column.2", "Неисправность, описание").await;
    press(&browser, "[name=look]").await;
    browser.sees_in("#result", "С ошибками").await;
    browser.sees_in(".words", "проверьте").await;
    choose(&browser, "status.не выдан", "Ждёт запчасть").await;
    press(&browser, "[name=skip]").await;
    press(&browser, "#result [name=look]").await;
    browser
        .until("document.querySelector('[name=skip]')?.checked")
        .await;
    assert_eq!(chosen(&browser, "column.0").await, "Имя");
    assert_eq!(chosen(&browser, "status.не выдан").await, "Ждёт запчасть");
    browser.reload().await;
    assert_eq!(chosen(&browser, "status.не выдан").await, "Ждёт запчасть");
    press(&browser, "#result .btn.main").await;
    browser.sees("новых заявок — 2, новых клиентов — 2").await;
    browser.sees("Не загружено строк — 1").await;
    // The response shows the choices.
    browser.web().back().await.unwrap();
    browser.find(".mapping").await;
    assert_eq!(chosen(&browser, "column.1").await, "Телефон");

    let query = "{ allTasks { description stage { name } customer { name } } }";
    assert_eq!(
        shop.ask(query).await["data"]["allTasks"],
        json!([
            {"description": "Не греет", "stage": {"name": "Ждёт запчасть"}, "customer": {"name": "Анна"}},
            {"description": "Искрит", "stage": {"name": "Готово"}, "customer": {"name": "Вера"}},
        ])
    );
    shop.close().await;
}

/// Taps the field with that name, and what is to be chosen in it.
async fn choose(browser: &Browser, name: &str, what: &str) {
    let script = format!(
        "return [...document.querySelector('[name={name:?}]').options].findIndex((o) => o.text === {what:?}) + 1"
    );
    let place = browser.eval(&script).await.as_u64().unwrap();
    assert_ne!(place, 0, "{name} has no {what}");
    let group = format!("[name={name:?}] option");
    let options = format!(
        "return [...document.querySelectorAll('{group}')][{}].value",
        place - 1
    );
    let value = browser.eval(&options).await;
    browser
        .click(&format!("[name={name:?}] option[value={value}]"))
        .await;
}

/// Scrolls to a button, since the sections lie over the end of a phone's screen, and taps it.
async fn press(browser: &Browser, css: &str) {
    browser.find(css).await;
    let script = format!("document.querySelector({css:?}).scrollIntoView({{block: 'center'}})");
    browser.eval(&script).await;
    browser.click(css).await;
}

/// Returns the chosen option of a field.
async fn chosen(browser: &Browser, name: &str) -> String {
    browser.find(&format!("[name={name:?}]")).await;
    let script =
        format!("return document.querySelector('[name={name:?}]').selectedOptions[0].text");
    browser.eval(&script).await.as_str().unwrap().to_owned()
}
