//! The pictures in the README. `ZAYAVKA_SCREENSHOTS=tests/screenshots cargo test screenshots` takes
//! them anew; without it they are taken as well, looked at, and thrown away.

use std::path::Path;
use std::time::Duration;

use serde_json::json;

use super::chromium::{Browser, Driver};
use crate::bot::{ANNA, contact, messages, set_status};
use crate::harness::Shop;

/// The most that a picture may weigh, in bytes; a README shows all three at once.
const MOST: usize = 150_000;

/// After how many minutes, by whom, for whom, what kind of work on what, what is known beside it,
/// and how far it got.
type Row = (
    u64,
    usize,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    usize,
);

#[rustfmt::skip]
const TASKS: &[Row] = &[
    (20, 0, "+7 912 440-18-03", "Светлана Р.", "REPAIR", "Протекает, мастер на выезд",
        r#"device: {kind: "стиральная машина", brand: "Bosch"}"#, 3),
    (50, 1, "+7 900 551-27-90", "Николай Г.", "REPAIR", "Полосы на экране после переезда",
        r#"device: {kind: "монитор", brand: "Dell", model: "P2419H"}"#, 2),
    (95, 2, "8 (905) 310-77-41", "Татьяна Б.", "CONSULTING", "Какой аккумулятор подойдёт к ноутбуку Lenovo", "", 3),
    (1_150, 0, "+7 921 006-54-12", "Сергей Л.", "DIAGNOSIS", "Греется и выключается под нагрузкой",
        r#"device: {kind: "ноутбук", brand: "Apple", model: "MacBook Air"}, dueOn: "2021-07-29""#, 1),
    (35, 1, "+7 916 700-11-25", "Ольга М.", "REPAIR", "Разбит экран, стекло заказано",
        r#"device: {kind: "телефон", brand: "Samsung", model: "Galaxy A52"}, dueOn: "2021-07-26""#, 1),
    (60, 2, "+7 903 222-48-16", "Дмитрий К.", "REPAIR", "Не греет, после чистки накипи",
        r#"device: {kind: "кофемашина", brand: "Philips"}"#, 2),
    (70, 0, "+7 911 318-90-02", "Мария В.", "OTHER", "Перенести данные со старого телефона на новый", "", 2),
    (1_210, 1, "+7 900 123-45-67", "Анна К.", "REPAIR", "Не включается после падения. Клиент просит сохранить фотографии",
        r#"device: {kind: "телефон", brand: "Apple", model: "iPhone 11", serialNumber: "49-015420-323751-8",
            accessories: "чехол, зарядное устройство", appearance: "скол в углу экрана", place: "полка 3"},
            dueOn: "2021-07-30", estimate: 450000, prepayment: 100000"#, 0),
    (25, 2, "+7 985 640-33-71", "Иван П.", "DIAGNOSIS", "Не заряжается, разъём шатается",
        r#"device: {kind: "ноутбук", brand: "Lenovo", model: "IdeaPad 3"}, dueOn: "2021-07-28""#, 1),
    (18, 0, "+7 912 440-18-03", "Светлана Р.", "REPAIR", "Пахнет гарью",
        r#"device: {kind: "утюг", brand: "Tefal"}, dueOn: "2021-07-30""#, 0),
    (31, 1, "+7 926 150-08-80", "Елена С.", "CONSULTING", "Сколько стоит ремонт после воды", "", 0),
    (12, 0, "+7 904 515-62-29", "Михаил А.", "REPAIR", "Быстро садится аккумулятор",
        r#"device: {kind: "пылесос", brand: "Dyson", model: "V8"}"#, 0),
];

#[tokio::test]
async fn screenshots_of_the_list_a_task_and_a_phone() {
    let Some(driver) = Driver::start().await else {
        return;
    };
    let shop = shop().await;
    let browser = driver.signed_in(&shop, "marina@example.com").await;
    browser.resize(1280, 680).await;
    browser.go("/").await;
    browser.find("tr[data-task='12']").await;
    keep("list.png", &take(&browser).await);
    browser.resize(1280, 640).await;
    browser.go("/tasks/8").await;
    browser.sees_in("aside", "доставлено").await;
    keep("task.png", &take(&browser).await);
    browser.resize(390, 844).await;
    browser.go("/").await;
    browser.find("tr[data-task='12']").await;
    keep("phone.png", &take(&browser).await);
    shop.close().await;
}

/// A Tuesday morning of three people.
async fn shop() -> Shop {
    let mut shop = Shop::open().await;
    let answer = shop.register("marina@example.com").await;
    let owner = answer["data"]["register"]["token"].as_str().unwrap();
    shop.token = Some(owner.to_owned());
    let mut staff = vec![owner.to_owned()];
    for email in ["igor@example.com", "pavel@example.com"] {
        staff.push(crate::accounts::employee_called(&shop, email).await);
    }
    for (task, asked) in TASKS.iter().enumerate() {
        let (minutes, by, phone, name, category, description, beside, steps) = asked;
        shop.clock.advance(Duration::from_secs(minutes * 60));
        shop.token = Some(staff[*by].clone());
        let answer = shop
            .ask(&format!(
                r#"mutation {{
                    createTask(taskData: {{customerPhone: "{phone}", category: {category}, description: "{description}", {beside}}}) {{ task {{ id }} }}
                    updateCustomer(customerData: {{phone: "{phone}", name: "{name}"}}) {{ customer {{ id }} }}
                }}"#
            ))
            .await;
        assert!(answer["errors"].is_null(), "{answer}");
        for status in ["IN_PROGRESS", "READY", "CLOSED"].iter().take(*steps) {
            set_status(&shop, &(task + 1).to_string(), status).await;
        }
    }
    tell(&mut shop, &staff).await;
    shop
}

/// Lets a customer link her Telegram, and hear twice of her telephone.
async fn tell(shop: &mut Shop, staff: &[String]) {
    shop.update(contact(ANNA, ANNA, "+79001234567")).await;
    let before = messages(shop, 2).await.len();
    for (by, status) in [(1, "IN_PROGRESS"), (2, "READY")] {
        shop.clock.advance(Duration::from_secs(17 * 60));
        shop.token = Some(staff[by].clone());
        set_status(shop, "8", status).await;
        messages(shop, before + by).await;
    }
}

async fn take(browser: &Browser) -> Vec<u8> {
    // What blinks or fades would make every picture another one.
    browser.eval("document.activeElement.blur()").await;
    let light = json!({"features": [{"name": "prefers-color-scheme", "value": "light"}]});
    browser.cdp("Emulation.setEmulatedMedia", light).await;
    browser.web().screenshot_as_png().await.unwrap()
}

fn keep(name: &str, picture: &[u8]) {
    assert!(picture.starts_with(b"\x89PNG"));
    assert!(picture.len() < MOST, "{name}: {} bytes", picture.len());
    if let Some(folder) = std::env::var_os("ZAYAVKA_SCREENSHOTS") {
        std::fs::write(Path::new(&folder).join(name), picture).unwrap();
    }
}
