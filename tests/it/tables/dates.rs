use reqwest::Method;
use serde_json::{Value, json};

use super::{assert_said, assert_silent, imported, remarks, shop};
use crate::files::{counts, preview};
use crate::harness::{Shop, code};
use crate::signed_in::SignedIn;

async fn previewed(shop: &Shop, csv: &str, order: Value) -> Value {
    let query = "query($csv: String!, $order: DateOrder) { previewImport(csv: $csv, choices: {dateOrder: $order}) {
        newTasks refused digest ambiguousDates rows { row outcome remarks { column message isError } } } }";
    let answer = shop
        .ask_with(query, json!({"csv": csv, "order": order}))
        .await;
    assert!(answer["errors"].is_null(), "{answer}");
    answer["data"]["previewImport"].clone()
}

#[tokio::test]
async fn every_column_of_dates_reads_all_that_programs_write() {
    let shop = shop().await;
    let rows = [
        ("01.02.2024, 10:00:00", "2024-02-01T07:00:00.000Z"),
        ("2024-02-01T10:00:00Z", "2024-02-01T10:00:00.000Z"),
        ("2024-02-01T10:00:00+03:00", "2024-02-01T07:00:00.000Z"),
        ("2024-02-01T10:00:00.250+0300", "2024-02-01T07:00:00.250Z"),
        ("2024-02-01 10:00:00 +0300", "2024-02-01T07:00:00.000Z"),
        ("2024-02-01 10:00:00.5", "2024-02-01T07:00:00.500Z"),
        ("13/02/2024 10:11:12", "2024-02-13T07:11:12.000Z"),
        ("13/02/2024 9:11", "2024-02-13T06:11:00.000Z"),
        ("13/02/2024 9:11 PM", "2024-02-13T18:11:00.000Z"),
        ("01.02.24", "2024-01-31T21:00:00.000Z"),
        ("01.02.2024 г.", "2024-01-31T21:00:00.000Z"),
        ("45321", "2024-01-29T21:00:00.000Z"),
        ("45321.75", "2024-01-30T15:00:00.000Z"),
        ("45321,4166667", "2024-01-30T07:00:00.000Z"),
        ("2024/02/01", "2024-01-31T21:00:00.000Z"),
        ("2024/02/01 10:00", "2024-02-01T07:00:00.000Z"),
        ("5/5/24", "2024-05-04T21:00:00.000Z"),
    ];
    let mut file = String::from("№ заказа;Телефон;Описание;Создан\n");
    for (at, (written, _)) in rows.iter().enumerate() {
        file += &format!("{at};8 900 000 00 05;x;\"{written}\"\n");
    }
    let tasks = imported(&shop, &file, "createdTime").await;
    for ((written, expected), task) in rows.iter().zip(tasks.as_array().unwrap()) {
        assert_eq!(&task["createdTime"], expected, "{written}");
    }
    // Words for a missing value, in each of the columns.
    let none = ["-", "—", "–", "--", "0000-00-00", "00.00.0000 00:00:00"];
    let mut file =
        String::from("№ заказа;Телефон;Описание;Создан;Закрыт;Крайний срок;Гарантия;Готов\n");
    for (at, text) in none.iter().enumerate() {
        file += &format!("n{at};8 900 000 00 05;x;{text};{text};{text};{text};{text}\n");
    }
    let report = preview(&shop, &file).await;
    assert_eq!(
        (&report["refused"], &report["newTasks"]),
        (&json!(0), &json!(none.len())),
        "{report}"
    );
    // Numbers and dates that don't exist.
    let mut file = String::from("№ заказа;Телефон;Описание;Крайний срок\n");
    let wrong = [
        "4532",
        "453210",
        "99999",
        "31.02.2024",
        "2024-13-01",
        "1.2.3",
        "01.02.1824",
        "12:30",
    ];
    for (at, text) in wrong.iter().enumerate() {
        file += &format!("w{at};8 900 000 00 05;x;{text}\n");
    }
    let report = preview(&shop, &file).await;
    for (at, text) in wrong.iter().enumerate() {
        assert!(!remarks(&report, at + 2).is_empty(), "{text}");
        assert_said(&report, at + 2, "Крайний срок", "day", true);
    }
    shop.close().await;
}

#[tokio::test]
async fn a_workbook_of_remonline_in_windows_1251_has_its_dates() {
    let shop = shop().await;
    let text = "Принят;№ заказа;Статус;Имя;Телефон;Неисправность\n\
        19/04/2018 10:11:19;A94;Выдан;Анна;+7 (900) 000-00-01;не включается\n";
    let (file, _, _) = encoding_rs::WINDOWS_1251.encode(text);
    let desk = SignedIn::of(&shop, "owner@example.com").await;
    let look = desk.upload(file.into_owned()).await;
    let page = desk.page(&look).await;
    assert_eq!(desk.confirm(&look, &page).await.status(), 303);
    let task = shop.ask("{ taskById(id: 1) { createdTime status } }").await;
    assert_eq!(
        task["data"]["taskById"],
        json!({"createdTime": "2018-04-19T07:11:19.000Z", "status": "CLOSED"})
    );
    shop.close().await;
}

#[tokio::test]
async fn a_column_tells_which_number_is_the_day() {
    let shop = shop().await;
    // Each column on its own: the second has no unambiguous value.
    let file = "Order number;Phone;Description;Created at;Due date\n\
        1;+1 202-555-0143;x;2/1/2024;3/4/2024\n2;+1 202-555-0143;x;1/25/2024 10:00;3/3/2024\n";
    let report = previewed(&shop, file, Value::Null).await;
    assert_eq!(report["ambiguousDates"], json!(["Due date"]), "{report}");
    assert_said(&report, 2, "Due date", "day or the month", true);
    assert_silent(&report, 3);
    let report = previewed(&shop, file, json!("DAY_FIRST")).await;
    assert_eq!(report["refused"], 0, "{report}");
    assert_eq!(report["ambiguousDates"], json!(["Due date"]));
    let query = "mutation($csv: String!) { importCsv(csv: $csv, choices: {dateOrder: DAY_FIRST}) { report { newTasks } } }";
    shop.ask_with(query, json!({ "csv": file })).await;
    let tasks = shop.ask("{ allTasks { createdTime dueOn } }").await;
    assert_eq!(
        tasks["data"]["allTasks"],
        json!([
            {"createdTime": "2024-01-31T21:00:00.000Z", "dueOn": "2024-04-03"},
            {"createdTime": "2024-01-25T07:00:00.000Z", "dueOn": "2024-03-03"},
        ])
    );
    // A contradictory column is ambiguous.
    let both = "Phone;Description;Created\n89000000001;x;25/01/2024\n89000000001;x;01/25/2024\n89000000001;x;02/01/2024\n";
    let report = previewed(&shop, both, Value::Null).await;
    assert_eq!(
        (&report["refused"], &report["ambiguousDates"]),
        (&json!(1), &json!(["Created"]))
    );
    shop.close().await;
}

#[tokio::test]
async fn an_order_that_the_column_leaves_open_is_asked_for() {
    let shop = shop().await;
    let file = "Order number;Phone;Description;Created at\n1;+1 202-555-0143;x;2/1/2024\n";
    let query = "mutation($csv: String!) { importCsv(csv: $csv) { report { newTasks } } }";
    let refused = shop.ask_with(query, json!({ "csv": file })).await;
    assert_eq!(code(&refused), "BAD_USER_INPUT", "{refused}");
    let desk = SignedIn::of(&shop, "owner@example.com").await;
    let look = desk.upload(file).await;
    let page = desk.page(&look).await;
    for part in [
        "name=\"dates\"",
        "Сначала день",
        "Сначала месяц",
        "<b>Created at:</b>",
    ] {
        assert!(page.contains(part), "{part} {page}");
    }
    assert!(!page.contains(">Загрузить</button>"), "{page}");
    let post = |fields: String| {
        let request = desk.request(Method::POST, &look);
        let request = request.header("origin", &shop.url);
        request
            .header("content-type", "application/x-www-form-urlencoded")
            .body(format!("chosen=1{fields}"))
            .send()
    };
    let chosen = post("&look=1&dates=MONTH_FIRST".to_owned()).await.unwrap();
    assert_eq!(chosen.status(), 303);
    // What was reviewed is what is imported: another order needs another review.
    let page = desk.page(&look).await;
    assert!(
        page.contains(">Загрузить</button>") && page.contains("value=\"MONTH_FIRST\" selected"),
        "{page}"
    );
    let digest = page.split("name=\"digest\" value=\"").nth(1).unwrap();
    let digest = digest.split('"').next().unwrap();
    let confirm = |dates: &str| post(format!("&digest={digest}{dates}"));
    for dates in ["", "&dates=DAY_FIRST", "&dates=nonsense"] {
        assert_eq!(confirm(dates).await.unwrap().status(), 409, "{dates}");
    }
    assert_eq!(counts(&shop), (0, 0));
    let done = confirm("&dates=MONTH_FIRST").await.unwrap();
    assert_eq!(done.status(), 303);
    let task = shop.ask("{ taskById(id: 1) { createdTime } }").await;
    assert_eq!(
        task["data"]["taskById"]["createdTime"],
        "2024-01-31T21:00:00.000Z"
    );
    shop.close().await;
}
