//! The pictures in the READMEs, and of every page in docs/. `ZAYAVKA_SCREENSHOTS=1 cargo test screenshots`
//! takes them again; without the variable those of the READMEs are taken, checked and thrown away.

use std::path::Path;
use std::time::Duration;

use base64::Engine as _;
use serde_json::json;

use super::chromium::{Browser, Driver};
use crate::bot::{ANNA, contact, messages, set_status};
use crate::harness::Shop;
use crate::status_links;

/// The largest size of a picture in bytes; a README shows three at once.
const MOST: usize = 150_000;

/// The number of the task that two of the pictures show.
const SHOWN: &str = "8";

/// The folders of the pictures, with one for each language.
const READMES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/screenshots");
const PAGES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/screenshots");

/// Name and path of each page of which docs/ has a picture.
const EVERY: &[(&str, &str)] = &[
    ("today", "/today"),
    ("list", "/"),
    ("board", "/board"),
    ("intake", "/new-task/"),
    ("sheet", "/tasks/8"),
    ("edit-task", "/tasks/8/edit"),
    ("line", "/tasks/8/lines/new"),
    ("pay", "/tasks/8/pay"),
    ("checkout", "/tasks/8/checkout"),
    ("receipt", "/tasks/8/receipt"),
    ("label", "/tasks/8/label"),
    ("slip", "/tasks/8/hand-over"),
    ("delete-task", "/tasks/8/delete"),
    ("customers", "/customers"),
    ("customer", "/customers/7"),
    ("edit-customer", "/customers/7/edit"),
    ("cash", "/cash"),
    ("debts", "/debts"),
    ("catalogue", "/catalogue"),
    ("months", "/months"),
    ("month", "/months/2021-07"),
    ("stages", "/stages"),
    ("edit-stage", "/stages/5/edit"),
    ("staff", "/staff"),
    ("edit-employee", "/staff/2/edit"),
    ("merge", "/customers/7/merge?other=6"),
    ("settings", "/settings/shop"),
    ("papers", "/settings/papers"),
    ("bot", "/settings/bot"),
    ("address", "/settings/address"),
    ("changes", "/settings/audit"),
    ("data", "/data"),
    ("profile", "/profile"),
];

/// A shop in one language.
struct Scene {
    /// The language, and the folder of its pictures.
    language: &'static str,
    /// What the configuration file says.
    settings: &'static str,
    /// Settings of the shop that are made in the browser, without `SHOP_`.
    about: &'static [(&'static str, &'static str)],
    names: [&'static str; 3],
    repairs: &'static [Repair],
    /// The phone of the shown task's customer, as Telegram gives it.
    phone: &'static str,
    /// A word of the page of a task when its notice has arrived.
    delivered: &'static str,
    /// A message to the customer, and the text of a quote with its price.
    message: &'static str,
    quote: (&'static str, u32),
    deposit: u32,
}

/// Minutes since the one before, employee, phone and name of the customer, category, description,
/// other fields, and the number of status changes.
type Repair = (
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
const RUSSIAN: Scene = Scene {
    language: "ru",
    settings: "",
    about: &[("NAME", "Мастерская на Советской"), ("ADDRESS", "Тверь, ул. Советская, 12"), ("HOURS", "Пн–Сб 10–19"),
        ("PHONE", "+7 4822 00-00-00"), ("LEGAL_NAME", "ИП Котова Марина Игоревна"), ("TAX_ID", "690201234567")],
    names: ["Марина Котова", "Игорь Седов", "Павел Лис"],
    repairs: &[
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
                dueOn: "2021-07-30", estimate: 450000"#, 0),
        (25, 2, "+7 985 640-33-71", "Иван П.", "DIAGNOSIS", "Не заряжается, разъём шатается",
            r#"device: {kind: "ноутбук", brand: "Lenovo", model: "IdeaPad 3"}, dueOn: "2021-07-28""#, 1),
        (18, 0, "+7 912 440-18-03", "Светлана Р.", "REPAIR", "Пахнет гарью",
            r#"device: {kind: "утюг", brand: "Tefal"}, dueOn: "2021-07-30""#, 0),
        (31, 1, "+7 926 150-08-80", "Елена С.", "CONSULTING", "Сколько стоит ремонт после воды", "", 0),
        (12, 0, "+7 904 515-62-29", "Михаил А.", "REPAIR", "Быстро садится аккумулятор",
            r#"device: {kind: "пылесос", brand: "Dyson", model: "V8"}"#, 0),
    ],
    phone: "+79001234567",
    delivered: "доставлено",
    message: "Нашли причину: неисправна плата питания. Фотографии целы.",
    quote: ("Замена платы питания с работой", 620_000),
    deposit: 100_000,
};

#[rustfmt::skip]
const ENGLISH: Scene = Scene {
    language: "en",
    settings: "language = 'en'\ncountry = 'GB'\ntimezone = 'Europe/London'
        [shop]\ncurrency = 'GBP'",
    about: &[("NAME", "Station Road Repairs"), ("ADDRESS", "12 Station Road"), ("HOURS", "Mon–Sat 10–7"),
        ("PHONE", "+44 7700 900000"), ("LEGAL_NAME", "Station Road Repairs Ltd"), ("TAX_ID", "GB 123 4567 89")],
    names: ["Mary Carter", "Ian Stone", "Paul Lynn"],
    repairs: &[
        (20, 0, "07700 900103", "Sarah R.", "REPAIR", "Leaks from the door, home visit",
            r#"device: {kind: "washing machine", brand: "Bosch"}"#, 3),
        (50, 1, "07700 900190", "Nick G.", "REPAIR", "Lines on the screen since the move",
            r#"device: {kind: "monitor", brand: "Dell", model: "P2419H"}"#, 2),
        (95, 2, "+44 7700 900141", "Tanya B.", "CONSULTING", "Which battery fits a Lenovo laptop", "", 3),
        (1_150, 0, "07700 900112", "Simon L.", "DIAGNOSIS", "Gets hot and shuts down under load",
            r#"device: {kind: "laptop", brand: "Apple", model: "MacBook Air"}, dueOn: "2021-07-29""#, 1),
        (35, 1, "07700 900125", "Olivia M.", "REPAIR", "Broken screen, glass ordered",
            r#"device: {kind: "phone", brand: "Samsung", model: "Galaxy A52"}, dueOn: "2021-07-26""#, 1),
        (60, 2, "07700 900116", "David K.", "REPAIR", "Doesn't heat after descaling",
            r#"device: {kind: "coffee machine", brand: "Philips"}"#, 2),
        (70, 0, "07700 900102", "Mary W.", "OTHER", "Move data from the old phone to the new one", "", 2),
        (1_210, 1, "07700 900167", "Anna K.", "REPAIR", "No power after a fall. The customer wants the photos kept",
            r#"device: {kind: "phone", brand: "Apple", model: "iPhone 11", serialNumber: "49-015420-323751-8",
                accessories: "case, charger", appearance: "chipped corner", place: "shelf 3"},
                dueOn: "2021-07-30", estimate: 4500"#, 0),
        (25, 2, "07700 900171", "Ivan P.", "DIAGNOSIS", "Doesn't charge, the socket is loose",
            r#"device: {kind: "laptop", brand: "Lenovo", model: "IdeaPad 3"}, dueOn: "2021-07-28""#, 1),
        (18, 0, "07700 900103", "Sarah R.", "REPAIR", "Smells of burning",
            r#"device: {kind: "iron", brand: "Tefal"}, dueOn: "2021-07-30""#, 0),
        (31, 1, "07700 900180", "Helen S.", "CONSULTING", "Price of a repair after water damage", "", 0),
        (12, 0, "07700 900129", "Michael A.", "REPAIR", "The battery lasts ten minutes",
            r#"device: {kind: "vacuum cleaner", brand: "Dyson", model: "V8"}"#, 0),
    ],
    phone: "+447700900167",
    delivered: "delivered",
    message: "We found the fault: the power board. Your photos are safe.",
    quote: ("New power board, fitted", 6_200),
    deposit: 1_000,
};

#[tokio::test]
async fn screenshots_of_the_desk_a_task_and_the_customers_page_in_russian() {
    take_all(&RUSSIAN).await;
}

#[tokio::test]
async fn screenshots_of_the_desk_a_task_and_the_customers_page_in_english() {
    take_all(&ENGLISH).await;
}

async fn take_all(scene: &Scene) {
    let Some(driver) = Driver::start().await else {
        return;
    };
    let shop = shop(scene).await;
    let browser = driver.open_in(&shop, scene.language).await;
    let link = status_links::renew(&shop, SHOWN).await;
    browser.resize(390, 844).await;
    browser.go(&link).await;
    browser.sees_in("main", scene.quote.0).await;
    keep(scene, "customer.png", &take(&browser).await);
    browser.sign_in(&shop, "marina@example.com").await;
    browser.go(&format!("/tasks/{SHOWN}")).await;
    browser.sees(scene.delivered).await;
    keep(scene, "phone.png", &take(&browser).await);
    browser.resize(1280, 680).await;
    browser.go("/").await;
    browser.find("tr[data-task='12']").await;
    keep(scene, "desk.png", &take(&browser).await);
    if is_kept() {
        for (width, height) in [(1280, 900), (390, 844)] {
            browser.resize(width, height).await;
            for (name, path) in EVERY {
                browser.go(path).await;
                keep_page(&browser, scene, &format!("{name}-{width}.webp")).await;
            }
            browser.go(&link).await;
            keep_page(&browser, scene, &format!("customers-page-{width}.webp")).await;
        }
    }
    shop.close().await;
}

/// Returns whether the pictures are written to their folders.
fn is_kept() -> bool {
    std::env::var_os("ZAYAVKA_SCREENSHOTS").is_some()
}

/// Takes a small picture of what the window shows of a page.
async fn keep_page(browser: &Browser, scene: &Scene, name: &str) {
    browser.find("main").await;
    browser.eval("document.activeElement.blur()").await;
    let format = json!({"format": "webp", "quality": 60});
    let taken = browser.cdp("Page.captureScreenshot", format).await;
    let picture = base64::prelude::BASE64_STANDARD.decode(taken["data"].as_str().unwrap());
    write(PAGES, scene, name, &picture.unwrap());
}

/// A Tuesday morning of three people.
async fn shop(scene: &Scene) -> Shop {
    let mut shop = Shop::open_with(scene.settings, "").await;
    let answer = shop.register("marina@example.com").await;
    let owner = answer["data"]["register"]["token"].as_str().unwrap();
    shop.token = Some(owner.to_owned());
    let mut staff = vec![owner.to_owned()];
    for email in ["igor@example.com", "pavel@example.com"] {
        staff.push(crate::accounts::employee_called(&shop, email).await);
    }
    for (id, name) in (1..).zip(scene.names) {
        let name = format!(
            r#"mutation {{ updateEmployee(employeeData: {{id: {id}, name: "{name}"}}) {{ user {{ id }} }} }}"#
        );
        ask(&shop, &name).await;
    }
    for (key, value) in scene.about {
        let set = format!(
            r#"mutation {{ updateSettings(settings: [{{key: SHOP_{key}, value: "{value}"}}]) {{ settings {{ key }} }} }}"#
        );
        ask(&shop, &set).await;
    }
    for (task, repair) in scene.repairs.iter().enumerate() {
        let (minutes, by, phone, name, category, description, beside, steps) = repair;
        shop.clock.advance(Duration::from_secs(minutes * 60));
        shop.token = Some(staff[*by].clone());
        ask(
            &shop,
            &format!(
                r#"mutation {{
                    createTask(taskData: {{customerPhone: "{phone}", category: {category}, description: "{description}", {beside}}}) {{ task {{ id }} }}
                    updateCustomer(customerData: {{phone: "{phone}", name: "{name}"}}) {{ customer {{ id }} }}
                }}"#
            ),
        )
        .await;
        for status in ["IN_PROGRESS", "READY", "CLOSED"].iter().take(*steps) {
            set_status(&shop, &(task + 1).to_string(), status).await;
        }
    }
    shop.token = Some(staff[1].clone());
    tell(&shop, scene).await;
    shop
}

/// Links the shown task's customer to Telegram, and tells her of a status, a message and a quote.
async fn tell(shop: &Shop, scene: &Scene) {
    shop.update(contact(ANNA, ANNA, scene.phone)).await;
    let before = messages(shop, 2).await.len();
    let deposit = scene.deposit;
    ask(
        shop,
        &format!(r#"mutation {{ takePayment(paymentData: {{taskId: {SHOWN}, method: CASH, sum: {deposit}}}) {{ payment {{ id }} }} }}"#),
    )
    .await;
    shop.clock.advance(Duration::from_secs(17 * 60));
    set_status(shop, SHOWN, "IN_PROGRESS").await;
    messages(shop, before + 1).await;
    shop.clock.advance(Duration::from_secs(17 * 60));
    let message = scene.message;
    ask(
        shop,
        &format!(r#"mutation {{ addComment(taskId: {SHOWN}, text: "{message}", toCustomer: true) {{ comment {{ id }} }} }}"#),
    )
    .await;
    messages(shop, before + 2).await;
    let (text, price) = scene.quote;
    ask(
        shop,
        &format!(r#"mutation {{ askApproval(taskId: {SHOWN}, price: {price}, text: "{text}") {{ task {{ id }} }} }}"#),
    )
    .await;
    messages(shop, before + 3).await;
}

async fn ask(shop: &Shop, query: &str) {
    let answer = shop.ask(query).await;
    assert!(answer["errors"].is_null(), "{answer}");
}

async fn take(browser: &Browser) -> Vec<u8> {
    // Animations would make every picture differ.
    browser.eval("document.activeElement.blur()").await;
    let light = json!({"features": [{"name": "prefers-color-scheme", "value": "light"}]});
    browser.cdp("Emulation.setEmulatedMedia", light).await;
    browser.web().screenshot_as_png().await.unwrap()
}

fn keep(scene: &Scene, name: &str, picture: &[u8]) {
    assert!(picture.starts_with(b"\x89PNG"));
    assert!(picture.len() < MOST, "{name}: {} bytes", picture.len());
    if is_kept() {
        write(READMES, scene, name, picture);
    }
}

fn write(folder: &str, scene: &Scene, name: &str, picture: &[u8]) {
    let folder = Path::new(folder).join(scene.language);
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join(name), picture).unwrap();
}
