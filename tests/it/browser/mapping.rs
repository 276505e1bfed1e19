//! Mapping of columns and words on a phone and without a script.

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
    // These headings are unknown, and nothing of them is lost.
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
    // Coming back shows the choices.
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

/// Selects an option of the field with that name by touch.
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

/// Scrolls to a button, since sections cover the end of a phone's screen, and taps it.
async fn press(browser: &Browser, css: &str) {
    browser.find(css).await;
    let script = format!("document.querySelector({css:?}).scrollIntoView({{block: 'center'}})");
    browser.eval(&script).await;
    browser.click(css).await;
}

/// Returns the selected option of the field with that name.
async fn chosen(browser: &Browser, name: &str) -> String {
    browser.find(&format!("[name={name:?}]")).await;
    let script =
        format!("return document.querySelector('[name={name:?}]').selectedOptions[0].text");
    browser.eval(&script).await.as_str().unwrap().to_owned()
}
