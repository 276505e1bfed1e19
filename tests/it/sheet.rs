//! The sheet of a task: every fact is edited where it stands, and two people collide only in the
//! same field.

use reqwest::{Response, StatusCode};
use serde_json::{Value, json};

use crate::bot::create;
use crate::forms::Form;
use crate::harness::Shop;
use crate::pages::{Browser, goes_to};

const SHEET: &str = "/tasks/1";
const FACTS: &str = "/tasks/1/facts";

async fn data(shop: &Shop, query: &str) -> Value {
    let answer = shop.ask(query).await;
    assert!(answer["errors"].is_null(), "{query} {answer}");
    answer["data"].clone()
}

/// Opens a shop with a task and two employees.
async fn shop() -> Shop {
    let shop = Shop::with_owner().await;
    create(&shop, "8 900 000-00-01").await;
    crate::accounts::employee(&shop).await;
    shop
}

/// Opens the form of a field.
async fn open(browser: &Browser<'_>, field: &str) -> Form {
    let page = browser.page(&format!("{SHEET}?edit={field}")).await;
    Form::of(&page, FACTS)
}

async fn text(answer: Response) -> String {
    answer.text().await.unwrap().replace('\u{a0}', " ")
}

async fn version(shop: &Shop) -> Value {
    data(shop, "{ taskById(id: 1) { version } }").await["taskById"]["version"].clone()
}

/// Fields, values to type, and what the sheet then shows.
const VALUES: [(&str, &str, &str); 14] = [
    (
        "description",
        "Разбит экран\r\nНе включается",
        "Разбит экран\nНе включается",
    ),
    ("category", "DIAGNOSIS", "Диагностика"),
    ("kind", "телефон", "телефон"),
    ("brand", "Apple", "Apple"),
    ("model", "iPhone 12", "iPhone 12"),
    ("serialNumber", "490154203237518", "490154203237518"),
    ("accessories", "чехол", "чехол"),
    ("appearance", "скол", "скол"),
    ("place", "полка 3", "полка 3"),
    ("dueOn", "2021-07-28", "28 июля"),
    ("estimate", "1 500,50", "1 500,50 ₽"),
    ("price", "2000", "2 000 ₽"),
    ("warrantyEndsOn", "2022-01-25", "25 января 2022"),
    ("employee", "2", "second"),
];

#[tokio::test]
async fn every_fact_is_saved_by_itself_and_taken_back_from_the_toast() {
    let shop = shop().await;
    let mut browser = Browser::signed_in(&shop, "owner@example.com").await;
    for (field, typed, shown) in VALUES {
        let closed = browser.page(SHEET).await;
        let link = format!("href=\"?edit={field}#f-{field}\" data-edit=\"{field}\"");
        assert!(closed.contains(&link), "{field}: {closed}");
        assert!(!closed.contains("class=\"field\""), "{field}: {closed}");
        let mut form = open(&browser, field).await;
        let before = form.get(field).unwrap().to_owned();
        let answer = form.set(field, typed).send(&mut browser).await;
        let to = goes_to(&answer).to_owned();
        assert_eq!(to, format!("{SHEET}?saved={field}#f-{field}"));
        let page = browser.page(&to).await.replace('\u{a0}', " ");
        assert!(
            page.contains(&format!(">{shown}<")) || page.contains(&format!(">{shown} <")),
            "{field}: {page}"
        );
        // The toast takes back this one field.
        let (_, toast) = page.split_once("class=\"toast\"").unwrap();
        assert!(toast.contains("Сохранено: "), "{toast}");
        let undo = Form::of(toast, FACTS);
        let answer = undo.send(&mut browser).await;
        let to = goes_to(&answer).to_owned();
        assert_eq!(to, format!("{SHEET}?undone={field}#f-{field}"));
        let back = open(&browser, field).await;
        assert_eq!(back.get(field), Some(&*before), "{field}");
        let page = browser.page(&to).await;
        let (_, toast) = page.split_once("class=\"toast\"").unwrap();
        assert!(
            toast.contains("Возвращено как было") && !toast.contains("<form"),
            "{toast}"
        );
        form.send(&mut browser).await;
    }
    let task = data(
        &shop,
        "{ taskById(id: 1) { description category dueOn estimate price warrantyEndsOn employee { id }
            device { kind brand model serialNumber accessories appearance place } } }",
    )
    .await;
    assert_eq!(
        task["taskById"],
        json!({
            "description": "Разбит экран\nНе включается", "category": "DIAGNOSIS", "dueOn": "2021-07-28",
            "estimate": 150_050, "price": 200_000, "warrantyEndsOn": "2022-01-25", "employee": {"id": "2"},
            "device": {"kind": "телефон", "brand": "Apple", "model": "iPhone 12", "serialNumber": "490154203237518",
                "accessories": "чехол", "appearance": "скол", "place": "полка 3"},
        })
    );
    let page = browser.page(SHEET).await;
    assert!(page.contains("<h1>телефон Apple iPhone 12</h1>"), "{page}");
    assert!(
        page.contains("<span class=\"tag ok\">верный</span>"),
        "{page}"
    );
    // What wasn't changed isn't written, and nobody else is offered the undo.
    let before = version(&shop).await;
    let same = open(&browser, "place").await;
    assert_eq!(goes_to(&same.send(&mut browser).await), "/tasks/1#f-place");
    assert_eq!(version(&shop).await, before);
    let colleague = Browser::signed_in(&shop, "second@example.com").await;
    let page = colleague.page("/tasks/1?saved=employee").await;
    assert!(
        !page.contains("class=\"toast\" role=\"status\"><span>Сохранено"),
        "{page}"
    );
    // There is no other field, and the stage has its own button.
    for field in ["status", "id", "createdAt", ""] {
        let answer = browser
            .post(FACTS, &[("field", field), (field, "CLOSED")])
            .await;
        assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{field}");
    }
    shop.close().await;
}

#[tokio::test]
async fn two_people_collide_in_one_field_only_and_see_both_values() {
    let shop = shop().await;
    let mut mine = Browser::signed_in(&shop, "owner@example.com").await;
    let mut theirs = Browser::signed_in(&shop, "second@example.com").await;
    let mut first = open(&mine, "appearance").await;
    let mut place = open(&mine, "place").await;
    // A colleague changes everything else meanwhile, by every other form.
    let mut whole = Form::of(&theirs.page("/tasks/1/edit").await, "/tasks/1/edit");
    whole
        .set("description", "Клиент торопится")
        .set("place", "стол")
        .set("status", "READY");
    goes_to(&whole.send(&mut theirs).await);
    let line = [
        ("kind", "WORK"),
        ("name", "Чистка"),
        ("quantity", "1"),
        ("unitPrice", "900"),
    ];
    goes_to(&theirs.post("/tasks/1/lines", &line).await);
    let answer = first.set("appearance", "скол в углу").send(&mut mine).await;
    assert_eq!(goes_to(&answer), "/tasks/1?saved=appearance#f-appearance");

    // The same field: both values, and nothing is written before the choice.
    let answer = place.set("place", "полка \"7\"").send(&mut mine).await;
    assert_eq!(answer.status(), StatusCode::CONFLICT);
    let page = text(answer).await;
    for seen in [
        "Выберите, что сохранить",
        "<span class=\"text\">стол</span>",
        "value=\"полка &#34;7&#34;\"",
    ] {
        assert!(page.contains(seen), "{seen}: {page}");
    }
    let mut question = Form::of(&page, FACTS);
    let stored = "{ taskById(id: 1) { description status device { place appearance } } }";
    let now = json!({"description": "Клиент торопится", "status": "READY",
        "device": {"place": "стол", "appearance": "скол в углу"}});
    assert_eq!(data(&shop, stored).await["taskById"], now);
    // Without a choice the question is repeated.
    let answer = question.send(&mut mine).await;
    assert_eq!(answer.status(), StatusCode::CONFLICT);
    assert!(
        text(answer)
            .await
            .contains("class=\"problem\" role=\"alert\">Выберите")
    );
    assert_eq!(data(&shop, stored).await["taskById"], now);
    // Their value, and then one's own; a third person may be faster again.
    let mut kept = question.clone();
    let answer = kept.set("take.place", "theirs").send(&mut mine).await;
    assert_eq!(goes_to(&answer), "/tasks/1#f-place");
    question.set("take.place", "mine").set("place", "полка 7");
    data(
        &shop,
        r#"mutation { updateTask(taskData: {id: 1, device: {place: "сейф"}}) { task { id } } }"#,
    )
    .await;
    let answer = question.send(&mut mine).await;
    assert_eq!(answer.status(), StatusCode::CONFLICT);
    let page = text(answer).await;
    assert!(page.contains("<span class=\"text\">сейф</span>"), "{page}");
    let mut question = Form::of(&page, FACTS);
    let answer = question.set("take.place", "mine").send(&mut mine).await;
    assert_eq!(goes_to(&answer), "/tasks/1?saved=place#f-place");
    assert_eq!(
        data(&shop, stored).await["taskById"]["device"]["place"],
        "полка 7"
    );

    // An undo is refused in the same way where somebody has changed the field again.
    let page = mine.page("/tasks/1?saved=place").await;
    let (_, toast) = page.split_once("class=\"toast\"").unwrap();
    let undo = Form::of(toast, FACTS);
    data(
        &shop,
        r#"mutation { updateTask(taskData: {id: 1, device: {place: "стол"}}) { task { id } } }"#,
    )
    .await;
    let answer = undo.send(&mut mine).await;
    assert_eq!(answer.status(), StatusCode::CONFLICT);
    assert_eq!(
        data(&shop, stored).await["taskById"]["device"]["place"],
        "стол"
    );
    shop.close().await;
}

#[tokio::test]
async fn a_wrong_value_is_reported_in_its_row_and_stays_typed() {
    let shop = shop().await;
    let mut browser = Browser::signed_in(&shop, "owner@example.com").await;
    let long = "я".repeat(201);
    for (field, typed, problem) in [
        ("estimate", "даром", "Напишите сумму цифрами"),
        ("dueOn", "завтра", "class=\"problem\""),
        ("place", &*long, "Слишком длинно"),
        ("employee", "77", "Ответственный: "),
    ] {
        let before = version(&shop).await;
        let answer = open(&browser, field)
            .await
            .set(field, typed)
            .send(&mut browser)
            .await;
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY, "{field}");
        let page = text(answer).await;
        assert!(page.contains(problem), "{field}: {page}");
        if field != "employee" {
            assert_eq!(Form::of(&page, FACTS).get(field), Some(typed), "{field}");
        }
        assert_eq!(version(&shop).await, before);
    }
    shop.close().await;
}

#[tokio::test]
async fn a_line_s_price_is_edited_in_its_cell_and_collides_with_the_same_price_only() {
    let shop = shop().await;
    let mut mine = Browser::signed_in(&shop, "owner@example.com").await;
    let mut theirs = Browser::signed_in(&shop, "second@example.com").await;
    for name in ["Чистка", "Дисплей"] {
        let line = [
            ("kind", "WORK"),
            ("name", name),
            ("quantity", "1"),
            ("unitPrice", "900"),
        ];
        goes_to(&mine.post("/tasks/1/lines", &line).await);
    }
    let of = "/tasks/1/lines/1";
    let opened = async |browser: &Browser<'_>, key: &str| {
        Form::of(&browser.page(&format!("{SHEET}?edit={key}")).await, of)
    };
    let mut price = opened(&mine, "1.unitPrice").await;
    assert_eq!(price.get("unitPrice"), Some("900"));
    let mut late = price.clone();
    // Somebody changes the quantity, another line and a fact: no collision.
    let mut quantity = opened(&theirs, "1.quantity").await;
    goes_to(&quantity.set("quantity", "2").send(&mut theirs).await);
    goes_to(
        &theirs
            .post("/tasks/1/lines/2/move", &[("position", "1")])
            .await,
    );
    let answer = price.set("unitPrice", "1 200,50").send(&mut mine).await;
    let to = goes_to(&answer).to_owned();
    assert_eq!(to, "/tasks/1?saved=unitPrice#lines");
    let stored = "{ taskById(id: 1) { lines { id quantity unitPrice } total } }";
    let lines = data(&shop, stored).await;
    let both = json!([{"id": "2", "quantity": "1", "unitPrice": 90_000}, {"id": "1", "quantity": "2", "unitPrice": 120_050}]);
    assert_eq!(lines["taskById"]["lines"], both);
    // The undo of the toast.
    let page = mine.page(&to).await;
    let (_, toast) = page.split_once("class=\"toast\"").unwrap();
    assert!(toast.contains("Сохранено: Цена."), "{toast}");
    let undo = Form::of(toast, of);
    assert_eq!(
        goes_to(&undo.send(&mut mine).await),
        "/tasks/1?undone=unitPrice#lines"
    );
    assert_eq!(data(&shop, stored).await["taskById"]["total"], 270_000);
    goes_to(&price.send(&mut mine).await);
    // The same price.
    let answer = late.set("unitPrice", "800").send(&mut theirs).await;
    assert_eq!(answer.status(), StatusCode::CONFLICT);
    let page = text(answer).await;
    assert!(
        page.contains("<span class=\"text\">1 200,50 ₽</span>") && page.contains("value=\"800\""),
        "{page}"
    );
    let mut question = Form::of(&page, of);
    let answer = question
        .set("take.unitPrice", "mine")
        .send(&mut theirs)
        .await;
    assert_eq!(goes_to(&answer), "/tasks/1?saved=unitPrice#lines");
    // A wrong price.
    let mut wrong = opened(&mine, "1.unitPrice").await;
    let answer = wrong.set("unitPrice", "даром").send(&mut mine).await;
    assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let page = text(answer).await;
    assert!(
        page.contains("Напишите сумму цифрами") && page.contains("value=\"даром\""),
        "{page}"
    );
    assert_eq!(data(&shop, stored).await["taskById"]["total"], 250_000);
    let nothing = [("field", "itemId"), ("itemId", "1")];
    assert_eq!(
        mine.post(of, &nothing).await.status(),
        StatusCode::NOT_FOUND
    );
    shop.close().await;
}

#[tokio::test]
async fn a_stage_collides_with_a_stage_only() {
    let shop = shop().await;
    let mut browser = Browser::signed_in(&shop, "owner@example.com").await;
    let step = |page: &str| Form::of(page, "/tasks/1/status");
    let mut ready = step(&browser.page(SHEET).await);
    assert_eq!(ready.get("was"), Some("stage=1"));
    let mut late = ready.clone();
    let change = r#"mutation { updateTask(taskData: {id: 1, description: "Шумит", price: 100}) { task { id } } }"#;
    data(&shop, change).await;
    let answer = ready.set("status", "READY").send(&mut browser).await;
    assert_eq!(goes_to(&answer), "/tasks/1?changed=1&was=ACCEPTED");
    // The colleague's stage is shown, with the buttons to choose another one.
    let answer = late.set("status", "IN_PROGRESS").send(&mut browser).await;
    assert_eq!(answer.status(), StatusCode::CONFLICT);
    let page = text(answer).await;
    assert!(
        page.contains("Этап тем временем сменил кто-то другой"),
        "{page}"
    );
    let mut again = step(&page);
    assert_eq!(again.get("was"), Some("stage=3"));
    let answer = again.set("stage", "2").send(&mut browser).await;
    assert_eq!(goes_to(&answer), "/tasks/1?changed=1&was=READY");
    let status = data(&shop, "{ taskById(id: 1) { status } }").await;
    assert_eq!(status["taskById"]["status"], "IN_PROGRESS");
    shop.close().await;
}

#[tokio::test]
async fn what_is_known_of_a_device_fills_what_is_missing_and_overwrites_nothing() {
    let shop = shop().await;
    data(&shop, r#"mutation {
        one: updateTask(taskData: {id: 1, device: {kind: "телефон", brand: "Apple", model: "iPhone 12", serialNumber: "SN-4711",
            place: "полка 3"}}) { task { id } }
        two: createTask(taskData: {customerPhone: "8 900 000-00-02", device: {model: "12, чёрный", serialNumber: "sn 4711"}}) { task { id } }
        three: createTask(taskData: {customerPhone: "8 900 000-00-03", device: {serialNumber: "SN-1"}}) { task { id } }
    }"#).await;
    let mut browser = Browser::signed_in(&shop, "owner@example.com").await;
    let page = browser.page("/tasks/2").await;
    assert!(
        page.contains("Уже было у нас: <a href=\"/tasks/1\">№ 1</a>"),
        "{page}"
    );
    assert!(page.contains("Заполнить из № 1"), "{page}");
    assert!(!browser.page("/tasks/3").await.contains("Заполнить из"));
    let fill = Form::of(&page, "/tasks/2/fill");
    assert_eq!(goes_to(&fill.send(&mut browser).await), "/tasks/2#facts");
    let device = "{ taskById(id: 2) { device { kind brand model serialNumber place } } }";
    assert_eq!(
        data(&shop, device).await["taskById"]["device"],
        json!({"kind": "телефон", "brand": "Apple", "model": "12, чёрный", "serialNumber": "sn 4711", "place": null})
    );
    assert!(!browser.page("/tasks/2").await.contains("Заполнить из"));
    // Another device gives nothing.
    goes_to(&browser.post("/tasks/3/fill", &[("from", "1")]).await);
    let device = data(&shop, "{ taskById(id: 3) { device { brand } } }").await;
    assert_eq!(device["taskById"]["device"]["brand"], json!(null));
    shop.close().await;
}

#[tokio::test]
async fn a_name_without_a_price_is_looked_up_in_the_price_list() {
    let shop = shop().await;
    data(&shop, r#"mutation {
        one: saveCatalogueItem(itemData: {kind: PART, name: "Дисплей", barcode: "4601234567890", price: 350000}) { item { id } }
        two: saveCatalogueItem(itemData: {kind: WORK, name: "Замена дисплея", price: 100000}) { item { id } }
    }"#).await;
    let mut browser = Browser::signed_in(&shop, "owner@example.com").await;
    let mut add = Form::of(&browser.page(SHEET).await, "/tasks/1/lines");
    add.set("name", "4601234567890").set("quantity", "2");
    assert_eq!(goes_to(&add.send(&mut browser).await), "/tasks/1#lines");
    let lines = data(
        &shop,
        "{ taskById(id: 1) { lines { name kind quantity unitPrice } } }",
    )
    .await;
    assert_eq!(
        lines["taskById"]["lines"],
        json!([{"name": "Дисплей", "kind": "PART", "quantity": "2", "unitPrice": 350_000}])
    );
    // Two fit: the page offers both, and keeps what was typed.
    let mut add = Form::of(&browser.page(SHEET).await, "/tasks/1/lines");
    let answer = add.set("name", "диспле").send(&mut browser).await;
    assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let page = text(answer).await;
    for seen in [
        "Замена дисплея",
        "name=\"itemId\" value=\"1\"",
        "name=\"name\" value=\"диспле\"",
    ] {
        assert!(page.contains(seen), "{seen}: {page}");
    }
    shop.close().await;
}

#[tokio::test]
async fn the_next_step_is_named_and_leads_to_the_money_while_some_is_due() {
    let shop = shop().await;
    let mut browser = Browser::signed_in(&shop, "owner@example.com").await;
    let next = async |browser: &Browser<'_>| {
        let page = browser.page(SHEET).await;
        let (_, next) = page
            .split_once("class=\"btn main next\"")
            .unwrap_or(("", ""));
        next.split("<svg").next().unwrap().to_owned()
    };
    let to =
        |word: &str, name: &str| format!(" form=\"step\" name=\"status\" value=\"{word}\">{name}");
    assert_eq!(next(&browser).await, to("IN_PROGRESS", "В работе"));
    crate::bot::set_status(&shop, "1", "IN_PROGRESS").await;
    assert_eq!(next(&browser).await, to("READY", "Готово"));
    crate::bot::set_status(&shop, "1", "READY").await;
    assert_eq!(next(&browser).await, to("CLOSED", "Закрыто"));
    data(
        &shop,
        "mutation { updateTask(taskData: {id: 1, price: 100000}) { task { id } } }",
    )
    .await;
    assert_eq!(next(&browser).await, " href=\"/tasks/1/checkout\">Выдать");
    let step = [("status", "CLOSED"), ("was", "stage=3"), ("back", SHEET)];
    goes_to(&browser.post("/tasks/1/status", &step).await);
    assert_eq!(
        next(&browser).await,
        " href=\"/tasks/1/pay\">Принять оплату"
    );
    let pay = [("sum", "1000"), ("method", "CARD")];
    goes_to(&browser.post("/tasks/1/pay", &pay).await);
    assert_eq!(next(&browser).await, "");
    let page = browser.page(SHEET).await;
    assert!(
        page.contains("<span class=\"sub\">25 июля, Карта</span>"),
        "{page}"
    );
    shop.close().await;
}
