//! Export and import of tables and archives, on the pages and through the API.

use reqwest::Method;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::accounts::employee_called as employ;
use crate::bot::{create, set_status};
use crate::cli::{fails, works};
use crate::harness::{Log, Shop, code};
use crate::signed_in::SignedIn;

const FULL: &str = r#"mutation { createTask(taskData: {customerPhone: "+7 (900) 000-00-71", category: REPAIR, status: READY,
    description: "=cmd|' /C calc'!A0\nвторая \"строка\"; и ещё", dueOn: "2021-07-31", estimate: 450050, price: 0,
    warrantyEndsOn: "2021-10-01", device: {kind: "телефон", brand: "Apple", model: "+iPhone", serialNumber: "-SN-4711",
    accessories: "'=чехол", appearance: "@скол", place: "полка, 2"}}) { task { id } } }"#;
/// A deposit on it.
const DEPOSIT: &str = "mutation { takePayment(paymentData: {taskId: 1, method: CASH, sum: 100000, overpayment: true}) { payment { id } } }";
const REMONLINE: &str = "Номер заказа;Тип заказа;Статус;Создан;Крайний срок;Закрыт;Менеджер;Исполнитель;Клиент;Телефон;Email;Адрес;Источник;\
    Тип устройства;Бренд;Модель;Серийный номер;Комплектация;Внешний вид;Неисправность;Заметки приёмщика;Вердикт;Рекомендации;\
    Ориентировочная стоимость;Предоплата;Стоимость работ;Стоимость материалов;Скидка;Итого;Оплачено;Себестоимость;Прибыль;Локация\r\n\
    A001;Ремонт;Закрыт;01.02.2020 10:30;03.02.2020;05.02.2020 18:00;Мария;Олег;Анна;8 900 000-00-71;a@example.com;Тверь;Сайт;\
    Телефон;Apple;iPhone 12;SN-1;Чехол;Скол;\"Разбит\r\nэкран\";Срочно;Замена;Беречь;1 500,50;0;1000;500,50;0;1 500,50 ₽;1 500,50;700;800,50;Центр\r\n\
    A002;Платный;Где-то;02.02.2020;;;;;Борис;\"8 900 000-00-72, 8 900 000-00-73\";;;;;;;;;;Шумит;;;;;;;;;;;;;\r\n";

fn count(shop: &Shop, sql: &str) -> i64 {
    let found = shop.database().query_row(sql, [], |row| row.get(0));
    found.unwrap()
}

/// Returns the numbers of tasks and customers.
pub fn counts(shop: &Shop) -> (i64, i64) {
    (
        count(shop, "SELECT count(*) FROM tasks"),
        count(shop, "SELECT count(*) FROM customers"),
    )
}

pub async fn preview(shop: &Shop, csv: &str) -> Value {
    let query = "query($csv: String!) { previewImport(csv: $csv) { newTasks newCustomers alreadyHere refused digest
        described noted leftOut rows { row number outcome customer remarks { column message isError } } } }";
    let answer = shop.ask_with(query, json!({ "csv": csv })).await;
    assert!(answer["errors"].is_null(), "{answer}");
    answer["data"]["previewImport"].clone()
}

pub async fn import(shop: &Shop, csv: &str) -> Value {
    let query = "mutation($csv: String!) { importCsv(csv: $csv) { report { newTasks newCustomers alreadyHere } } }";
    shop.ask_with(query, json!({ "csv": csv })).await
}

pub async fn export(shop: &Shop, arguments: &str) -> String {
    let answer = shop.ask(&format!("{{ exportCsv({arguments}) }}")).await;
    let text = answer["data"]["exportCsv"].as_str();
    text.unwrap_or_else(|| panic!("{answer}")).to_owned()
}

const TASKS: &str = "{ allTasks { createdAt createdTime status stageSinceTime category description dueOn closedTime
    customer { phone phoneE164 name } employee { email } estimate price prepayment total paid toPay warrantyEndsOn warrantyOf { description }
    device { kind brand model serialNumber accessories appearance place } } }";

#[tokio::test]
async fn our_own_table_comes_back_as_it_went() {
    let shop = Shop::with_owner().await;
    shop.ask(FULL).await;
    assert!(shop.ask(DEPOSIT).await["errors"].is_null());
    shop.ask(r#"mutation { updateCustomer(customerData: {phone: "+79000000071", name: "=Анна"}) { customer { id } } }"#)
        .await;
    shop.clock.advance(std::time::Duration::from_secs(61));
    let again = r#"mutation { createTask(taskData: {customerPhone: "+79000000071", warrantyOfId: 1, status: CLOSED}) { task { id } } }"#;
    assert!(shop.ask(again).await["errors"].is_null());
    let id = create(&shop, "+79000000099").await;
    shop.ask(r#"mutation { deleteCustomer(phone: "+79000000099") { phone } }"#)
        .await;
    // The time since which a task awaits pickup is restored too.
    shop.clock.advance(std::time::Duration::from_secs(61));
    set_status(&shop, &id, "READY").await;
    let before = shop.ask(TASKS).await;
    for language in ["RUSSIAN", "ENGLISH"] {
        let file = export(&shop, &format!("kind: TASKS, language: {language}")).await;
        let separator = if language == "RUSSIAN" { ';' } else { ',' };
        assert!(
            file.starts_with("\u{feff}\"") && file.ends_with("\"\r\n"),
            "{file}"
        );
        assert!(file.contains(&format!("\"1\"{separator}\"")), "{file}");
        for cell in [
            "\"'=cmd|",
            "\"'+7 (900)",
            "\"'=Анна\"",
            "\"''=чехол\"",
            "\"'@скол\"",
            "\"'-SN",
        ] {
            assert!(file.contains(cell), "{cell} {file}");
        }
        let sum = if language == "RUSSIAN" {
            "\"4500,50\""
        } else {
            "\"4500.50\""
        };
        assert!(file.contains(sum), "{file}");
        // Here it exists already; elsewhere it has the same outcome.
        let report = preview(&shop, &file).await;
        assert_eq!(report["alreadyHere"], 3, "{report}");
        assert_eq!(
            (&report["newTasks"], &report["newCustomers"]),
            (&json!(0), &json!(0))
        );
        let other = Shop::with_owner().await;
        other.clock.advance(std::time::Duration::from_secs(3_600));
        let done = import(&other, &file).await;
        assert_eq!(
            done["data"]["importCsv"]["report"],
            json!({"newTasks": 3, "newCustomers": 1, "alreadyHere": 0}),
            "{done}"
        );
        assert_eq!(other.ask(TASKS).await, before);
        assert_eq!(
            export(&other, &format!("kind: TASKS, language: {language}")).await,
            file
        );
        other.close().await;
    }
    assert_eq!(id, "3");
    shop.close().await;
}

#[tokio::test]
async fn customers_go_out_and_come_in_alone() {
    let shop = Shop::with_owner().await;
    create(&shop, "+7 900 000-00-01").await;
    let named = r#"mutation { createCustomer(customerData: {phone: "8 900 000-00-02", name: "Борис", secondPhone: "8 916 000-00-01", note: "=1+1"}) { customer { id } } }"#;
    shop.ask(named).await;
    let file = export(&shop, "kind: CUSTOMERS").await;
    assert_eq!(
        file,
        "\u{feff}\"Имя\";\"Телефон\";\"Ещё телефон\";\"Эл. почта\";\"Компания\";\"ИНН\";\"Заметка\"\r\n\
            \"\";\"'+7 900 000-00-01\";\"\";\"\";\"\";\"\";\"\"\r\n\
            \"Борис\";\"8 900 000-00-02\";\"8 916 000-00-01\";\"\";\"\";\"\";\"'=1+1\"\r\n"
    );
    // Read again, another phone makes no card.
    let report = preview(&shop, &file).await;
    let rows = report["rows"].as_array().unwrap().iter();
    assert!(
        rows.clone().all(|row| row["outcome"] == "KNOWN_CUSTOMER"),
        "{report}"
    );
    // One gets a name, one keeps hers, one is new.
    let file = "Имя,Телефон,Любимый цвет\nАнна,89000000001,\nБора,89000000002,синий\nВера,89000000003,\n,89000000003,\n";
    let report = preview(&shop, file).await;
    let outcomes: Vec<_> = report["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["outcome"].as_str().unwrap())
        .collect();
    assert_eq!(
        outcomes,
        [
            "KNOWN_CUSTOMER",
            "KNOWN_CUSTOMER",
            "NEW_CUSTOMER",
            "KNOWN_CUSTOMER"
        ]
    );
    assert_eq!(report["leftOut"], json!(["Любимый цвет"]));
    assert!(
        report["rows"][1]["remarks"][0]["message"]
            .as_str()
            .unwrap()
            .contains("another name")
    );
    import(&shop, file).await;
    let cards = shop.ask("{ allCustomers { name phoneE164 } }").await;
    assert_eq!(
        cards["data"]["allCustomers"],
        json!([
            {"name": "Анна", "phoneE164": "+79000000001"},
            {"name": "Борис", "phoneE164": "+79000000002"},
            {"name": "Вера", "phoneE164": "+79000000003"},
        ])
    );
    shop.close().await;
}

#[tokio::test]
async fn orders_of_remonline_become_tasks() {
    let shop = Shop::with_owner().await;
    create(&shop, "+7 900 000-00-71").await;
    let headings = REMONLINE.lines().next().unwrap();
    assert_eq!(headings.split(';').count(), 33);
    let desk = SignedIn::of(&shop, "owner@example.com").await;
    let written = REMONLINE.replace('₽', "руб.");
    let (file, _, _) = encoding_rs::WINDOWS_1251.encode(&written);
    let look = desk.upload(file.into_owned()).await;
    let page = desk.page(&look).await;
    for line in [
        "<h1>Загрузка</h1>",
        "<dt>Новых заявок</dt><dd>2</dd>",
        "<dt>Новых клиентов</dt><dd>1</dd>",
        "<dt>С замечаниями</dt><dd>1</dd>",
        "<dt class=\"long\">Во внутреннюю заметку попадут столбцы</dt><dd class=\"long\">Заметки приёмщика</dd>",
        "<dt class=\"long\">Не загрузятся столбцы</dt><dd class=\"long\">Себестоимость, Прибыль</dd>",
        "<b>Статус:</b> Такого статуса нет",
        "<b>Телефон:</b> Телефонов несколько",
        "Новая заявка, новый клиент",
    ] {
        assert!(page.contains(line), "{line} {page}");
    }
    assert_eq!(counts(&shop), (1, 1), "a look changes nothing");
    let answer = desk.confirm(&look, &page).await;
    assert_eq!(
        answer.headers()["location"],
        "/data?tasks=2&customers=1&here=0"
    );
    let done = desk.page("/data?tasks=2&customers=1&here=0").await;
    assert!(
        done.contains("новых заявок — 2, новых клиентов — 1"),
        "{done}"
    );
    let query = "{ taskById(id: 2) { createdTime closedTime dueOn status category description estimate price prepayment discount toPay
        lines { kind name quantity sum } payments { kind method sum time carriedOver employee { email } } employee { email }
        customer { id } device { kind brand model serialNumber accessories appearance } comments { kind text } history { kind from to employee { email } } } }";
    let task = shop.ask(query).await["data"]["taskById"].clone();
    assert_eq!(
        task,
        json!({
            "createdTime": "2020-02-01T07:30:00.000Z", "closedTime": "2020-02-05T15:00:00.000Z", "dueOn": "2020-02-03",
            "status": "CLOSED", "category": "REPAIR",
            "description": "Разбит\r\nэкран\n\nМенеджер: Мария\nИсполнитель: Олег\nEmail: a@example.com\nАдрес: Тверь\nИсточник: Сайт\nВердикт: Замена\nРекомендации: Беречь\nЛокация: Центр",
            "estimate": 150050, "price": 150050, "prepayment": 150050, "discount": 0, "toPay": 0,
            "lines": [
                {"kind": "WORK", "name": "Работы", "quantity": "1", "sum": 100_000},
                {"kind": "PART", "name": "Запчасти", "quantity": "1", "sum": 50_050},
            ],
            "payments": [{"kind": "PAYMENT", "method": "OTHER", "sum": 150_050, "time": "2020-02-01T07:30:00.000Z",
                "carriedOver": true, "employee": null}], "employee": null, "customer": {"id": "1"},
            "device": {"kind": "Телефон", "brand": "Apple", "model": "iPhone 12", "serialNumber": "SN-1", "accessories": "Чехол", "appearance": "Скол"},
            "comments": [{"kind": "INTERNAL", "text": "Заметки приёмщика: Срочно"}],
            "history": [
                {"kind": "IMPORTED", "from": "A001", "to": "CLOSED", "employee": {"email": "owner@example.com"}},
                {"kind": "COMMENT", "from": null, "to": "1", "employee": {"email": "owner@example.com"}},
            ],
        })
    );
    let other = shop
        .ask("{ taskById(id: 3) { status category description customer { phone } comments { text } } }")
        .await;
    assert_eq!(
        other["data"]["taskById"],
        json!({"status": "ACCEPTED", "category": "OTHER", "customer": {"phone": "8 900 000-00-72"},
            "description": "Шумит\n\nСтатус: Где-то\nТип заказа: Платный",
            "comments": [{"text": "Телефон: 8 900 000-00-72, 8 900 000-00-73"}]})
    );
    assert!(
        desk.page("/tasks/2")
            .await
            .contains("Загружена из файла, номер там: A001")
    );
    // The same file with other line ends brings nothing new.
    let report = preview(&shop, &REMONLINE.replace("\r\n", "\n")).await;
    assert_eq!(
        (&report["newTasks"], &report["alreadyHere"]),
        (&json!(0), &json!(2)),
        "{report}"
    );
    import(&shop, REMONLINE).await;
    assert_eq!(counts(&shop), (3, 2));
    // A deleted task may come back.
    shop.ask("mutation { deleteTask(id: 3) { id } }").await;
    assert_eq!(preview(&shop, REMONLINE).await["newTasks"], 1);
    shop.close().await;
}

/// The 33 columns of the older export format.
#[tokio::test]
async fn orders_of_remonline_with_its_older_headings_become_tasks() {
    let file = "Принят;Принял;№ заказа;Тип заказа;Статус;Имя клиента;Телефон;Адрес;Email;Тип устройства;Бренд;Модель;\
        Серийный номер;Комплектация;Внешний вид;Неисправность со слов заказчика;Крайний срок;Ориентировочная цена;Аванс;Срочно;\
        Готов;Инженер;Выдан;Выдал;Себестоимость запчастей;Оплачено;Заметки приемщика;Заметки исполнителя;Выполненные работы;\
        Установленные запчасти;Вердикт / рекомендации клиенту;Забрать у клиента;Доставить клиенту\n\
        01.02.2020 10:30;Мария;A17/2;Ремонт;На выдачу;Анна;8 900 000-00-71;Тверь;a@example.com;Телефон;Apple;iPhone 8;SN-1;Чехол;\
        Скол;Не включается;05.02.2020;1500;500;true;04.02.2020 12:00;Олег;;;700;0;Торопится;Плата;Пайка;Шлейф;Беречь;false;true\n\
        01.02.2020 10:40;Мария;A18;Ремонт;Выдан;Борис;8 900 000-00-72;;;;;;;;;Шумит;;;;false;02.02.2020 12:00;Олег;03.02.2020 9:00;\
        Мария;;;;;;;;false;false\n";
    let shop = Shop::with_owner().await;
    let report = preview(&shop, file).await;
    assert_eq!(
        (
            &report["noted"],
            &report["leftOut"],
            &report["rows"][0]["remarks"]
        ),
        (
            &json!(["Заметки приемщика", "Заметки исполнителя"]),
            &json!(["Себестоимость запчастей"]),
            &json!([])
        ),
    );
    import(&shop, file).await;
    let query = "{ allTasks { createdTime closedTime dueOn status description estimate prepayment stageSinceTime
        device { kind brand model } comments { kind text } history { kind from } } }";
    assert_eq!(
        shop.ask(query).await["data"]["allTasks"],
        json!([
            {
                "createdTime": "2020-02-01T07:30:00.000Z", "closedTime": null, "dueOn": "2020-02-05", "status": "READY",
                "description": "Не включается\n\nПринял: Мария\nАдрес: Тверь\nEmail: a@example.com\nСрочно\nИнженер: Олег\n\
                    Выполненные работы: Пайка\nУстановленные запчасти: Шлейф\nВердикт / рекомендации клиенту: Беречь\nДоставить клиенту",
                "estimate": 150000, "prepayment": 50000, "stageSinceTime": "2020-02-04T09:00:00.000Z",
                "device": {"kind": "Телефон", "brand": "Apple", "model": "iPhone 8"},
                "comments": [{"kind": "INTERNAL", "text": "Заметки приемщика: Торопится\nЗаметки исполнителя: Плата"}],
                "history": [{"kind": "IMPORTED", "from": "A17/2"}, {"kind": "COMMENT", "from": null}],
            },
            {
                "createdTime": "2020-02-01T07:40:00.000Z", "closedTime": "2020-02-03T06:00:00.000Z", "dueOn": null, "status": "CLOSED",
                "description": "Шумит\n\nГотов: 02.02.2020 12:00\nПринял: Мария\nИнженер: Олег\nВыдал: Мария",
                "estimate": null, "prepayment": null, "stageSinceTime": "2020-02-03T06:00:00.000Z",
                "device": {"kind": null, "brand": null, "model": null},
                "comments": [], "history": [{"kind": "IMPORTED", "from": "A18"}],
            },
        ])
    );
    shop.close().await;
}

#[tokio::test]
async fn nothing_is_imported_when_one_row_is_wrong() {
    let shop = Shop::with_owner().await;
    let file = "Телефон;Описание;Создана;Цена;№\n89000000001;раз;;;1\n89000000002;два;;;1\nпозвоните;три;31.02.2020;даром;3\n\
        89000000004;четыре;01.01.2030;;4;лишнее\n";
    let before = shop.dump();
    let report = preview(&shop, file).await;
    assert_eq!(
        (&report["refused"], &report["newTasks"]),
        (&json!(3), &json!(1)),
        "{report}"
    );
    let columns = |row: usize| {
        let remarks = report["rows"][row]["remarks"].as_array().unwrap();
        remarks
            .iter()
            .map(|remark| remark["column"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(report["rows"][2]["row"], 4, "the headings are row 1");
    // A missing date is a remark, not an error.
    assert_eq!(columns(0), ["Создана"]);
    assert_eq!(columns(1), ["№", "Создана"]);
    assert_eq!(columns(2), ["Телефон", "Создана", "Цена"]);
    assert_eq!(columns(3), ["", "Создана"]);
    let refused = import(&shop, file).await;
    assert_eq!(code(&refused), "BAD_USER_INPUT", "{refused}");
    assert_eq!(refused["errors"][0]["extensions"]["field"], "csv");
    let desk = SignedIn::of(&shop, "owner@example.com").await;
    let look = desk.upload(file).await;
    let page = desk.page(&look).await;
    assert!(
        page.contains("<span class=\"unseen\">Строка</span> 4")
            && !page.contains(">Загрузить</button>"),
        "{page}"
    );
    assert!(
        page.contains("<b>Телефон:</b> Напишите телефон цифрами"),
        "{page}"
    );
    let answer = desk.confirm(&look, &page).await;
    assert_eq!(answer.status(), 409);
    assert!(answer.text().await.unwrap().contains("Ошибки в 3 строках"));
    assert_eq!(shop.dump(), before);
    shop.close().await;
}

#[tokio::test]
async fn what_is_no_table_is_told_so() {
    let shop = Shop::with_owner().await;
    let desk = SignedIn::of(&shop, "owner@example.com").await;
    let many = format!("Телефон\n{}", "89000000001\n".repeat(50_001));
    for (file, why) in [
        (b" \n".to_vec(), "Заполните это поле"),
        ("Телефон;Описание\n;\n".into(), "Заполните это поле"),
        (b"PK\x03\x04\0\0\x08".to_vec(), "Книгу не удалось прочитать"),
        (
            b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec(),
            "Это не таблица CSV",
        ),
        (many.into(), "не больше 50"),
    ] {
        let look = desk.upload(file).await;
        let answer = desk.get(&look).await;
        assert_eq!(answer.status(), 422, "{why}");
        let page = answer.text().await.unwrap();
        assert!(
            page.contains("id=\"csv-problem\"") && page.contains(why),
            "{why} {page}"
        );
    }
    // A letter could be a table of one column: the owner decides.
    let look = desk.upload("Просто письмо.\nБез таблицы.").await;
    let page = desk.page(&look).await;
    assert!(
        page.contains("нет знакомых заголовков") && !page.contains(">Загрузить</button>"),
        "{page}"
    );
    // No file at all, one that is too long, and an unknown token.
    let none = desk.send("/data/import", "csv", "").await;
    assert_eq!(none.status(), 422);
    let long = desk
        .send("/data/import", "csv", vec![b'a'; 11 * 1024 * 1024])
        .await;
    assert_eq!(long.status(), 413);
    assert!(long.text().await.unwrap().contains("не больше 10 МБ"));
    let gone = desk.get("/data/import/nothing").await;
    assert_eq!(gone.status(), 422);
    assert!(gone.text().await.unwrap().contains("Файла больше нет"));
    for csv in ["", "\u{0}", "hello"] {
        let answer = import(&shop, csv).await;
        assert_eq!(code(&answer), "BAD_USER_INPUT", "{csv:?} {answer}");
    }
    // A file is kept for half an hour after its review.
    let look = desk.upload("Телефон\n89000000001\n").await;
    desk.page(&look).await;
    shop.clock.advance(std::time::Duration::from_secs(30 * 60));
    assert_eq!(desk.get(&look).await.status(), 422);
    assert_eq!(counts(&shop), (0, 0));
    shop.close().await;
}

#[tokio::test]
async fn only_owners_export_and_import() {
    let mut shop = Shop::with_owner().await;
    create(&shop, "+79000000001").await;
    employ(&shop, "b@example.com").await;
    let owner = SignedIn::of(&shop, "owner@example.com").await;
    let look = owner.upload("Телефон\n89000000005\n").await;
    let page = owner.page(&look).await;
    let employee = SignedIn::of(&shop, "b@example.com").await;
    let stranger = SignedIn::stranger(&shop);
    let before = shop.dump();
    for path in [
        "/data",
        "/data/tasks.csv",
        "/data/customers.csv",
        "/data/archive.json",
        &look,
    ] {
        assert_eq!(employee.get(path).await.status(), 403, "{path}");
        let led = stranger.get(path).await;
        assert!(
            led.headers()["location"]
                .to_str()
                .unwrap()
                .starts_with("/login"),
            "{path}"
        );
    }
    for (path, field) in [("/data/import", "csv"), ("/data/archive", "archive")] {
        assert_eq!(employee.send(path, field, "Телефон\n1").await.status(), 403);
        assert_eq!(stranger.send(path, field, "Телефон\n1").await.status(), 303);
        // A foreign origin can't submit with an owner's browser, and nobody else's long file is
        // read.
        let foreign = owner
            .send_from("https://evil.example", path, field, b"a".to_vec())
            .await;
        assert_eq!(foreign.status(), 403);
        let long = vec![b'a'; 300 * 1024];
        assert_eq!(employee.send(path, field, long.clone()).await.status(), 413);
        assert_eq!(
            owner
                .send_from("https://evil.example", path, field, long)
                .await
                .status(),
            413
        );
    }
    assert_eq!(employee.confirm(&look, &page).await.status(), 403);
    assert_eq!(shop.dump(), before);
    // Another owner can't access the file either.
    shop.ask("mutation { setRole(id: 2, role: OWNER) { user { id } } }")
        .await;
    let before = shop.dump();
    let other = SignedIn::of(&shop, "b@example.com").await;
    assert_eq!(other.get(&look).await.status(), 422);
    assert_eq!(shop.dump(), before);
    shop.ask("mutation { setRole(id: 2, role: EMPLOYEE) { user { id } } }")
        .await;
    let before = shop.dump();
    let token = shop.token.take();
    for query in [
        "{ exportCsv(kind: TASKS) }",
        "{ exportArchive }",
        r#"{ previewImport(csv: "x") { digest } }"#,
        r#"mutation { importCsv(csv: "x") { report { digest } } }"#,
        r#"mutation { importArchive(archive: "x") { token } }"#,
    ] {
        assert_eq!(code(&shop.ask(query).await), "UNAUTHENTICATED", "{query}");
        assert_eq!(
            code(&shop.ask_as("b@example.com", query).await),
            "FORBIDDEN",
            "{query}"
        );
    }
    shop.token = token;
    assert_eq!(shop.dump(), before);
    shop.close().await;
}

#[tokio::test]
async fn two_owners_at_once_bring_everything_once() {
    let shop = Shop::with_owner().await;
    employ(&shop, "b@example.com").await;
    shop.ask("mutation { setRole(id: 2, role: OWNER) { user { id } } }")
        .await;
    let file = "Телефон;Описание\n89000000001;раз\n89000000001;раз\n89000000002;два\n";
    let one = SignedIn::of(&shop, "owner@example.com").await;
    let other = SignedIn::of(&shop, "b@example.com").await;
    let (first, second) = (one.upload(file).await, other.upload(file).await);
    let (page, same) = (one.page(&first).await, other.page(&second).await);
    let (a, b) = tokio::join!(one.confirm(&first, &page), other.confirm(&second, &same));
    let mut statuses = [a.status().as_u16(), b.status().as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 409], "who was later looks again");
    let later = if a.status() == 409 { a } else { b };
    let page = later.text().await.unwrap();
    assert!(
        page.contains("что-то изменилось") && page.contains("<dt>Уже есть у нас</dt><dd>3</dd>"),
        "{page}"
    );
    // Two equal rows are two tasks, not four.
    assert_eq!(counts(&shop), (3, 2));
    assert_eq!(preview(&shop, file).await["alreadyHere"], 3);
    let stale = r#"mutation { importCsv(csv: "Телефон\n89000000009", expected: "x") { report { digest } } }"#;
    assert_eq!(code(&shop.ask(stale).await), "CONFLICT");
    shop.close().await;
}

#[tokio::test]
async fn thousands_of_rows_are_looked_at_and_taken_and_go_out_again() {
    let shop = Shop::with_owner().await;
    let mut file = String::from("Номер заказа;Телефон;Клиент;Неисправность;Статус\n");
    for number in 1..=5_000 {
        file += &format!(
            "B{number};8900{:07};Клиент {number};Не включается;Готов\n",
            number % 1_000
        );
    }
    let log = Log::start();
    let desk = SignedIn::of(&shop, "owner@example.com").await;
    let look = desk.upload(file).await;
    let page = desk.page(&look).await;
    assert!(
        page.contains("<dt>Новых заявок</dt><dd>5000</dd>")
            && page.contains("<dt>Новых клиентов</dt><dd>1000</dd>"),
        "{page}"
    );
    assert!(page.contains("Показаны первые строки, 100") && page.matches("<tr>").count() < 110);
    assert_eq!(desk.confirm(&look, &page).await.status(), 303);
    assert_eq!(counts(&shop), (5_000, 1_000));
    assert_eq!(count(&shop, "SELECT sum(tasks) FROM task_counts"), 5_000);
    assert_eq!(
        count(&shop, "SELECT count(*) FROM outbox"),
        0,
        "nobody is told"
    );
    let answer = desk.get("/data/tasks.csv").await;
    let name = answer.headers()["content-disposition"].to_str().unwrap();
    assert_eq!(
        name,
        "attachment; filename=\"zayavka-tasks-2021-07-25.csv\""
    );
    assert_eq!(answer.headers()["content-type"], "text/csv; charset=utf-8");
    assert_eq!(answer.text().await.unwrap().lines().count(), 5_001);
    let english = SignedIn::of(&shop, "owner@example.com").await.in_english();
    let page = english.page("/data").await;
    assert!(
        page.contains("<h1>Data</h1>") && page.contains("CSV or Excel file (.xlsx), up to 10 MB"),
        "{page}"
    );
    let file = english.page("/data/tasks.csv").await;
    assert!(
        file.contains("\"1\",\"Ready\",\"Готово\",\"Other\""),
        "{}",
        &file[..500]
    );
    // A workbook saved as "Unicode text" is read as well, with its tabs.
    let text = "\u{feff}Телефон\tОписание\r\n89000000001\tиз книги\r\n";
    let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let look = desk.upload(wide).await;
    assert!(
        desk.page(&look)
            .await
            .contains("<dt>Новых заявок</dt><dd>1</dd>")
    );
    let none = desk.page("/data/tasks.csv?from=2021-07-26").await;
    assert_eq!(none.lines().count(), 1);
    assert_eq!(
        desk.get("/data/tasks.csv?from=2021-07-26&to=2021-07-25")
            .await
            .status(),
        422
    );
    assert_eq!(
        desk.page("/data/customers.csv").await.lines().count(),
        1_001
    );
    let text = log.text();
    for private in ["Клиент 1", "89000000001", "Не включается"] {
        assert!(!text.contains(private), "{private}");
    }
    shop.close().await;
}

/// Parses an archive.
fn archive_text(bytes: &[u8]) -> Value {
    serde_json::from_slice(bytes).unwrap()
}

#[tokio::test]
async fn an_archive_comes_back_as_it_went() {
    let shop = Shop::with_owner().await;
    employ(&shop, "b@example.com").await;
    shop.ask(FULL).await;
    assert!(shop.ask(DEPOSIT).await["errors"].is_null());
    import(&shop, REMONLINE).await;
    shop.ask("mutation { assignTask(id: 1, employeeId: 2) { task { id } } }")
        .await;
    shop.ask("mutation { deleteTask(id: 3) { id } }").await;
    // With a custom stage, comments, a quote and a picture.
    let said = shop
        .ask(
            r#"mutation {
                createStage(stageData: {status: IN_PROGRESS, name: "У сварщика"}) { stage { id } }
                updateTask(taskData: {id: 1, stageId: 10}) { task { id } }
                addComment(taskId: 1, text: "Ждём", toCustomer: true) { task { id } }
                askApproval(taskId: 1, price: 100, text: "Сварка") { task { id } }
            }"#,
        )
        .await;
    assert!(said["errors"].is_null(), "{said}");
    let picture = "INSERT INTO comments (task_id, kind, channel, text, at) VALUES (1, 'FROM_CUSTOMER', 'TELEGRAM', '', 1);
        INSERT INTO photos (comment_id, state, remote_file, created_at, try_at, mime, width, height, image)
        VALUES (last_insert_rowid(), 'HERE', 'a', 1, 1, 'image/gif', 1, 2, x'47494600ff');";
    shop.database().execute_batch(picture).unwrap();
    let desk = SignedIn::of(&shop, "owner@example.com").await;
    assert!(
        !desk.page("/data").await.contains("name=\"archive\""),
        "it isn't empty"
    );
    let archive = desk.get("/data/archive.json").await.bytes().await.unwrap();
    let asked = shop.ask("{ exportArchive }").await;
    assert_eq!(
        asked["data"]["exportArchive"].as_str().unwrap().as_bytes(),
        &archive
    );
    let packed = desk
        .request(Method::GET, "/data/archive.json")
        .header("accept-encoding", "gzip");
    assert_eq!(
        packed.send().await.unwrap().headers()["content-encoding"],
        "gzip"
    );
    let text = String::from_utf8(archive.to_vec()).unwrap();
    for secret in ["pbkdf2", "password", "epoch", "jwt", "token"] {
        assert!(!text.contains(secret), "{secret}");
    }
    // Into another shop by the page, where the owner has another id.
    let empty = Shop::open().await;
    let mut empty = empty;
    let made = empty.register("b@example.com").await;
    empty.token = made["data"]["register"]["token"]
        .as_str()
        .map(str::to_owned);
    let there = SignedIn::of(&empty, "b@example.com").await;
    assert!(there.page("/data").await.contains("name=\"archive\""));
    let answer = there.send("/data/archive", "archive", text.clone()).await;
    assert_eq!(answer.status(), 303, "{}", answer.text().await.unwrap());
    let cookie = answer.headers()["set-cookie"].to_str().unwrap();
    let back = there.with_cookie(cookie.split(';').next().unwrap());
    assert!(
        back.page("/data?archive=1")
            .await
            .contains("Архив загружен.")
    );
    let again = back.get("/data/archive.json").await.bytes().await.unwrap();
    let (mut expected, found) = (archive_text(&archive), archive_text(&again));
    // The importing owner is an owner now.
    expected["tables"]["employees"][1]["role"] = json!("OWNER");
    assert_eq!(found, expected);
    // The old token belongs to another id, and is invalid.
    assert_eq!(code(&empty.ask("{ me { id } }").await), "UNAUTHENTICATED");
    assert_eq!(empty.login("owner@example.com").await, None);
    empty.token = empty.login("b@example.com").await;
    let staff = empty.ask("{ me { id role } employees { email active } tasks(filter: {search: \"Разбит\"}) { totalCount } }").await;
    assert_eq!(staff["data"]["me"], json!({"id": "2", "role": "OWNER"}));
    assert_eq!(
        staff["data"]["employees"][0],
        json!({"email": "owner@example.com", "active": false})
    );
    assert_eq!(staff["data"]["tasks"]["totalCount"], 1);
    // Ids are not reused, and the file is recognised here too.
    assert_eq!(create(&empty, "+79000000001").await, "4");
    assert_eq!(preview(&empty, REMONLINE).await["newTasks"], 1);
    // Not twice, and not into a database with data.
    let twice = empty
        .ask_with(
            "mutation($a: String!) { importArchive(archive: $a) { token } }",
            json!({"a": text}),
        )
        .await;
    assert_eq!(code(&twice), "BAD_USER_INPUT", "{twice}");
    empty.close().await;
    shop.close().await;
}

#[tokio::test]
async fn a_broken_archive_changes_nothing() {
    let shop = Shop::with_owner().await;
    shop.ask(FULL).await;
    assert!(shop.ask(DEPOSIT).await["errors"].is_null());
    let archive = shop.ask("{ exportArchive }").await;
    let archive = archive["data"]["exportArchive"]
        .as_str()
        .unwrap()
        .to_owned();
    shop.close().await;
    let empty = Shop::with_owner().await;
    let before = empty.dump();
    let desk = SignedIn::of(&empty, "owner@example.com").await;
    for (broken, why) in [
        ("{}".to_owned(), "не целый архив"),
        (
            archive.chars().take(archive.chars().count() / 2).collect(),
            "не целый архив",
        ),
        (
            archive.replace("zayavka-archive", "other"),
            "не целый архив",
        ),
        (archive.replace("\"READY\"", "\"LOST\""), "не целый архив"),
        (
            archive.replace("\"due_on\":\"2021-07-31\"", "\"due_on\":\"soon\""),
            "не целый архив",
        ),
        (
            archive.replace(
                "\"status\":\"CLOSED\",\"name\"",
                "\"status\":\"READY\",\"name\"",
            ),
            "не целый архив",
        ),
        (
            archive.replace("\"customer_id\":1", "\"customer_id\":7"),
            "не целый архив",
        ),
        (
            archive.replace("\"phone\":", "\"phone; DROP TABLE tasks\":"),
            "не целый архив",
        ),
        (
            archive.replace("\"tasks\":[", "\"secrets\":["),
            "не целый архив",
        ),
        (
            archive.replace("\"version\":1", "\"version\":2"),
            "более новой версией",
        ),
        (
            archive.replace("\"schema\":", "\"schema\":9"),
            "более новой версией",
        ),
    ] {
        assert_ne!(broken, archive, "{why}");
        let answer = desk.send("/data/archive", "archive", broken.clone()).await;
        assert_eq!(answer.status(), 422, "{broken}");
        let page = answer.text().await.unwrap();
        assert!(
            page.contains("id=\"archive-problem\"") && page.contains(why),
            "{why} {page}"
        );
        assert_eq!(empty.dump(), before);
    }
    // Another employee exists here already.
    employ(&empty, "b@example.com").await;
    let answer = desk.send("/data/archive", "archive", archive).await;
    assert!(
        answer
            .text()
            .await
            .unwrap()
            .contains("только в пустую базу")
    );
    empty.close().await;
}

/// An archive is validated like any other input: it can't import a value that can't be entered.
#[tokio::test]
async fn what_no_door_takes_is_refused_in_an_archive_too() {
    let shop = Shop::with_owner().await;
    shop.ask(FULL).await;
    assert!(shop.ask(DEPOSIT).await["errors"].is_null());
    let archive = shop.ask("{ exportArchive }").await;
    let archive = archive["data"]["exportArchive"]
        .as_str()
        .unwrap()
        .to_owned();
    shop.close().await;
    let folder = TempDir::new().unwrap();
    let at = folder.path();
    let (long, two_lines) = (
        "y".repeat(201),
        format!("{}\\n{}", "g".repeat(30), "r".repeat(31)),
    );
    for (from, to, said) in [
        (
            "\"brand\":\"Apple\"",
            format!("\"brand\":\"{long}\""),
            "table task_details, field brand: Too long: at most 200 characters",
        ),
        (
            "\"@скол\"",
            format!("\"{two_lines}\""),
            "table task_details, field appearance:",
        ),
        (
            "\"colour\":\"GREY\"",
            format!("\"colour\":\"{two_lines}\""),
            "table stages, field colour: The program writes no such value",
        ),
        (
            "\"price\":0",
            "\"price\":-1".to_owned(),
            "table task_details, field price:",
        ),
        (
            "\"2021-07-31\"",
            "\"soon\"".to_owned(),
            "table tasks, field due_on:",
        ),
        (
            "\"REPAIR\"",
            "\"REPARE\"".to_owned(),
            "table tasks, field category:",
        ),
        (
            "\"customer_id\":1",
            "\"customer_id\":7".to_owned(),
            "table tasks: The row contradicts another one",
        ),
    ] {
        let broken = archive.replacen(from, &to, 1);
        assert_ne!(broken, archive, "{from}");
        std::fs::write(at.join("archive.json"), &broken).unwrap();
        let line = broken.lines().position(|line| line.contains(&to)).unwrap() + 1;
        let error = fails(at, &["import", "archive.json"], "");
        let place = format!("line {line}, {said}");
        assert!(
            error.contains("archive.json: archive: ") && error.contains(&place),
            "{place}: {error}"
        );
        assert!(error.contains("Nothing was imported."), "{error}");
        assert!(!works(at, &["user", "list"], "").contains("owner@example.com"));
    }
}

/// Data accepted by an earlier version with looser rules are exported and imported unchanged.
#[tokio::test]
async fn an_archive_of_an_old_shop_comes_back_byte_for_byte() {
    let shop = Shop::with_owner().await;
    shop.ask(FULL).await;
    assert!(shop.ask(DEPOSIT).await["errors"].is_null());
    let old = "UPDATE customers SET phone = '900 00-71 / 12', name = 'Ан' || char(8238) || 'на', name_key = 'анна';
        UPDATE tasks SET description = 'раз' || char(8203) || char(13) || char(10) || 'два';
        UPDATE stages SET name = char(8203), name_key = '' WHERE id = 9;
        INSERT INTO employees (email, email_key, password_hash, role, created_at) VALUES ('\"a<b>\"@example.com', '\"a<b>\"@example.com', 'x', 'EMPLOYEE', 1);
        INSERT INTO comments (task_id, kind, channel, text, at) VALUES (1, 'FROM_CUSTOMER', 'TELEGRAM', printf('%.4000c', 'y'), 1);";
    shop.database().execute_batch(old).unwrap();
    let archive = shop.ask("{ exportArchive }").await;
    let archive = archive["data"]["exportArchive"]
        .as_str()
        .unwrap()
        .to_owned();
    shop.close().await;
    let mut empty = Shop::open().await;
    let made = empty.register("owner@example.com").await;
    empty.token = made["data"]["register"]["token"]
        .as_str()
        .map(str::to_owned);
    let query = "mutation($a: String!) { importArchive(archive: $a) { token } }";
    let back = empty.ask_with(query, json!({"a": archive})).await;
    empty.token = back["data"]["importArchive"]["token"]
        .as_str()
        .map(str::to_owned);
    assert!(empty.token.is_some(), "{back}");
    let again = empty.ask("{ exportArchive }").await;
    assert_eq!(again["data"]["exportArchive"].as_str().unwrap(), archive);
    empty.close().await;
}

#[tokio::test]
async fn an_archive_comes_back_at_the_command_line() {
    let shop = Shop::with_owner().await;
    shop.ask(FULL).await;
    assert!(shop.ask(DEPOSIT).await["errors"].is_null());
    let archive = shop.ask("{ exportArchive }").await;
    let archive = archive["data"]["exportArchive"]
        .as_str()
        .unwrap()
        .to_owned();
    shop.close().await;
    let folder = TempDir::new().unwrap();
    let at = folder.path();
    std::fs::write(at.join("archive.json"), &archive).unwrap();
    assert!(fails(at, &["import", "none.json"], "").contains("can't be read"));
    let said = works(at, &["import", "archive.json"], "");
    assert!(said.contains("reset-password"), "{said}");
    assert!(works(at, &["user", "list"], "").contains("owner@example.com  OWNER  deactivated"));
    works(
        at,
        &["user", "reset-password", "owner@example.com"],
        "four random words here\n",
    );
    assert!(!works(at, &["user", "list"], "").contains("deactivated"));
    let again = fails(at, &["import", "archive.json"], "");
    assert!(again.contains("empty database"), "{again}");
    // A new password doesn't reactivate a deactivated account.
    works(
        at,
        &["user", "add", "c@example.com", "--owner"],
        "four random words here\n",
    );
    works(at, &["user", "deactivate", "owner@example.com"], "");
    works(
        at,
        &["user", "reset-password", "owner@example.com"],
        "other random words here\n",
    );
    assert!(works(at, &["user", "list"], "").contains("deactivated"));
}

#[tokio::test]
async fn every_table_is_in_the_archive_or_left_out() {
    use zayavka::store::archive::{HIDDEN, LEFT_OUT, TABLES};
    let shop = Shop::open().await;
    let file = shop.database();
    let sql = "SELECT name FROM pragma_table_list WHERE type = 'table' AND schema = 'main'
        AND name NOT LIKE 'sqlite_%'";
    let mut statement = file.prepare(sql).unwrap();
    let all = statement
        .query_map([], |row| row.get::<_, String>(0))
        .unwrap();
    let mut all: Vec<String> = all.map(Result::unwrap).collect();
    let mut said: Vec<String> = TABLES
        .iter()
        .chain(LEFT_OUT)
        .map(ToString::to_string)
        .collect();
    all.sort();
    said.sort();
    assert_eq!(
        said, all,
        "say in store/upkeep/archive.rs whether an archive has the new table"
    );
    // Secrets are left out, and the rest fits into JSON.
    for table in TABLES {
        let sql = "SELECT name, type FROM pragma_table_info(?1)";
        let mut statement = file.prepare(sql).unwrap();
        let columns = statement.query_map([table], |row| Ok((row.get(0)?, row.get(1)?)));
        for column in columns.unwrap() {
            let (name, kind): (String, String) = column.unwrap();
            let secret = ["hash", "secret", "token", "password"]
                .iter()
                .any(|word| name.contains(word));
            assert!(
                !secret || HIDDEN.contains(&(table, &name)),
                "{table}.{name}"
            );
            assert!(
                ["INTEGER", "TEXT", "BLOB"].contains(&&*kind),
                "{table}.{name} is {kind}"
            );
        }
    }
    shop.close().await;
}
