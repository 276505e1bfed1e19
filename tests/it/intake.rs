//! The form of a new task: what it suggests, fills in and prints.

use reqwest::StatusCode;
use reqwest::header::SET_COOKIE;

use crate::forms::Form;
use crate::harness::Shop;
use crate::pages::{Browser, goes_to};

async fn ask(shop: &Shop, mutation: &str) {
    let answer = shop.ask(&format!("mutation {{ {mutation} }}")).await;
    assert!(answer["errors"].is_null(), "{answer}");
}

async fn take_in(shop: &Shop, phone: &str, device: &str) {
    ask(
        shop,
        &format!(
            r#"createTask(taskData: {{customerPhone: "{phone}", description: "Не включается", device: {{{device}}}}}) {{ task {{ id }} }}"#
        ),
    )
    .await;
}

/// Returns the suggestions of a field.
fn suggested(page: &str, field: &str) -> Vec<String> {
    let Some((_, list)) = page.split_once(&format!("<datalist id=\"words-{field}\">")) else {
        assert!(!page.contains(&format!("list=\"words-{field}\"")), "{page}");
        return Vec::new();
    };
    assert!(page.contains(&format!("list=\"words-{field}\"")), "{page}");
    let list = list.split("</datalist>").next().unwrap();
    let options = list.split("<option value=\"").skip(1);
    options
        .map(|rest| rest.split('"').next().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn fields_suggest_what_several_customers_brought_and_nothing_of_one_alone() {
    let shop = Shop::with_owner().await;
    take_in(&shop, "+79000000001", r#"kind: "Телефон", brand: "Apple", model: "iPhone 12", accessories: "чехол", place: "полка 3", serialNumber: "SN-1", appearance: "скол""#).await;
    let browser = Browser::signed_in(&shop, "owner@example.com").await;
    // One customer's words, twice too, are theirs.
    take_in(
        &shop,
        "+79000000001",
        r#"kind: "Телефон", accessories: "паспорт Ивановой""#,
    )
    .await;
    take_in(&shop, "+79000000001", r#"accessories: "паспорт Ивановой""#).await;
    let page = browser.page("/new-task/").await;
    for field in ["kind", "brand", "model", "accessories", "place"] {
        assert_eq!(suggested(&page, field), [] as [&str; 0], "{field}");
    }
    take_in(&shop, "+79000000002", r#"kind: "телефон", brand: "Apple", model: "iPhone 12", accessories: "чехол", place: "полка 3", serialNumber: "SN-1", appearance: "скол""#).await;
    take_in(&shop, "+79000000003", r#"kind: "ноутбук""#).await;
    take_in(&shop, "+79000000004", r#"kind: "ноутбук""#).await;
    let page = browser.page("/new-task/").await;
    // One spelling of each: the latest.
    assert_eq!(suggested(&page, "kind"), ["ноутбук", "телефон"]);
    assert_eq!(suggested(&page, "brand"), ["Apple"]);
    assert_eq!(suggested(&page, "model"), ["iPhone 12"]);
    assert_eq!(suggested(&page, "accessories"), ["чехол"]);
    assert_eq!(suggested(&page, "place"), ["полка 3"]);
    for field in ["serialNumber", "appearance"] {
        assert_eq!(suggested(&page, field), [] as [&str; 0], "{field}");
    }
    assert!(!page.contains("Ивановой"), "{page}");
    // They are bounded, whatever the shop has seen.
    let many = "WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 199)
        INSERT INTO tasks (id, customer_id, employee_id, category, status, description, created_at, updated_at)
        SELECT 100 + i, 1 + i % 2, 1, 'REPAIR', 'ACCEPTED', '', 1627207200000, 1627207200000 FROM n;
        INSERT INTO task_details (task_id, kind, brand, model, serial, accessories, appearance, place, brand_key, serial_key)
        SELECT id, '', '', 'M' || (id / 2), '', '', '', '', '', '' FROM tasks WHERE id >= 100";
    shop.database().execute_batch(many).unwrap();
    let page = browser.page("/new-task/").await;
    assert_eq!(suggested(&page, "model").len(), 40);
    shop.close().await;
}

#[tokio::test]
async fn the_same_device_is_filled_in_and_nothing_typed_is_lost() {
    let shop = Shop::with_owner().await;
    take_in(&shop, "+79000000001", r#"kind: "телефон", brand: "Apple", model: "iPhone 12", serialNumber: "SN-1", accessories: "чехол", place: "полка 3""#).await;
    let mut browser = Browser::signed_in(&shop, "owner@example.com").await;
    let page = browser.page("/new-task/?phone=%2B79000000001").await;
    assert!(page.contains("name=\"again\" value=\"1\""), "{page}");
    let mut form = Form::of(&page, "/new-task/");
    form.set("description", "Разбит экран")
        .set("estimate", "1500")
        .set("again", "1");
    let answer = form.send(&mut browser).await;
    assert_eq!(answer.status(), StatusCode::OK);
    let page = answer.text().await.unwrap();
    let mut again = Form::of(&page, "/new-task/");
    for (name, value) in [
        ("phone", "+79000000001"),
        ("description", "Разбит экран"),
        ("estimate", "1500"),
        ("kind", "телефон"),
        ("brand", "Apple"),
        ("model", "iPhone 12"),
        ("serialNumber", "SN-1"),
        // These are this visit's.
        ("accessories", ""),
        ("place", ""),
    ] {
        assert_eq!(again.get(name), Some(value), "{name}");
    }
    assert!(page.contains("уже было"), "{page}");
    // A task that a colleague has just deleted changes nothing.
    let answer = again.set("again", "77").send(&mut browser).await;
    assert_eq!(answer.status(), StatusCode::OK);
    let page = answer.text().await.unwrap();
    let again = Form::of(&page, "/new-task/");
    assert_eq!(again.get("brand"), Some("Apple"));
    shop.close().await;
}

#[tokio::test]
async fn a_task_is_created_and_its_receipt_printed_on_the_paper_of_this_browser() {
    let shop = Shop::with_owner().await;
    let mut browser = Browser::signed_in(&shop, "owner@example.com").await;
    let page = browser.page("/new-task/").await;
    let mut form = Form::of(&page, "/new-task/");
    form.set("phone", "8 900 000 00 01").set("print", "1");
    let answer = form.send(&mut browser).await;
    assert_eq!(goes_to(&answer), "/tasks/1/receipt?print=1");
    // The receipt has the customer's link at once, and prints itself.
    let receipt = browser.page("/tasks/1/receipt?print=1").await;
    assert!(
        receipt.contains("class=\"paper a4\"") && receipt.contains("class=\"qr\""),
        "{receipt}"
    );
    assert!(receipt.contains("data-print data-now"), "{receipt}");
    let receipt = browser.page("/tasks/1/receipt").await;
    assert!(!receipt.contains("data-now"), "{receipt}");
    // Sent again, it makes no second task and prints the same.
    assert_eq!(
        goes_to(&form.send(&mut browser).await),
        "/tasks/1/receipt?print=1"
    );

    // The size that was chosen last is remembered, and only a size.
    let chosen = browser.get("/tasks/1/receipt?paper=roll").await;
    let cookie = chosen.headers()[SET_COOKIE].to_str().unwrap().to_owned();
    assert!(
        cookie.starts_with("zayavka-paper=roll; Path=/; HttpOnly; SameSite=Lax"),
        "{cookie}"
    );
    for (path, kept) in [
        ("/tasks/1/receipt", false),
        ("/tasks/1/receipt?paper=x", false),
        ("/tasks/1/label?paper=roll", false),
        ("/tasks/1/hand-over?paper=a4", true),
    ] {
        let answer = browser.get(path).await;
        assert_eq!(answer.headers().contains_key(SET_COOKIE), kept, "{path}");
    }
    let with = |paper: &str| {
        let cookies = format!(
            "zayavka={}; zayavka-paper={paper}",
            shop.token.as_deref().unwrap()
        );
        let request = shop.request(reqwest::Method::GET, "/tasks/1/receipt");
        request.header("cookie", cookies).send()
    };
    for (paper, size) in [
        ("roll", "paper roll"),
        ("a4", "paper a4"),
        ("x", "paper a4"),
    ] {
        let page = with(paper).await.unwrap().text().await.unwrap();
        assert!(
            page.contains(&format!("class=\"{size}\"")),
            "{paper} {page}"
        );
    }
    shop.close().await;
}

#[tokio::test]
async fn receipt_and_label_are_one_tap_away_on_the_sheet_of_a_new_task() {
    let shop = Shop::with_owner().await;
    take_in(&shop, "+79000000001", "").await;
    let browser = Browser::signed_in(&shop, "owner@example.com").await;
    let offered = "<form class=\"fresh\" method=\"post\" action=\"/tasks/1/link\">";
    let sheet = browser.page("/tasks/1").await;
    let (_, offer) = sheet.split_once(offered).expect("the papers are offered");
    let offer = offer.split("</form>").next().unwrap();
    for paper in ["receipt", "label"] {
        let button = format!("name=\"back\" value=\"/tasks/1/{paper}\"");
        assert!(offer.contains(&button), "{offer}");
    }
    shop.clock.advance(std::time::Duration::from_secs(10 * 60));
    assert!(!browser.page("/tasks/1").await.contains(offered));
    shop.close().await;
}

#[tokio::test]
async fn every_page_shows_a_phone_in_one_format_and_keeps_it_as_typed() {
    let shop = Shop::with_owner().await;
    take_in(&shop, "8(900)1234567", "").await;
    let browser = Browser::signed_in(&shop, "owner@example.com").await;
    for path in [
        "/",
        "/tasks/1",
        "/tasks/1/receipt",
        "/tasks/1/hand-over",
        "/tasks/1/delete",
        "/customers",
        "/customers/1",
        "/customers/1/delete",
        "/new-task/?warranty=1",
    ] {
        let page = browser.page(path).await;
        let page = page.replace('\u{a0}', " ");
        assert!(page.contains("+7 900 123-45-67"), "{path} {page}");
        assert!(!page.contains("8(900)1234567"), "{path} {page}");
    }
    let answer = shop.ask("{ allCustomers { phone } }").await;
    assert_eq!(answer["data"]["allCustomers"][0]["phone"], "8(900)1234567");
    shop.close().await;
}
