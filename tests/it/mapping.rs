//! The meaning of words and columns of an imported table: what is guessed, what the owner changes
//! before the import, and the handling of invalid rows.

use serde_json::{Value, json};

use crate::accounts::employee_called as employ;
use crate::bot::create;
use crate::harness::{Shop, code};
use crate::signed_in::{SignedIn, form};

/// All fields of a preview.
const REPORT: &str =
    "newTasks newCustomers alreadyHere refused refusedCsv digest described noted leftOut
    remarks { column message isError }
    columns { heading samples column }
    statuses { word count isSure stage { id status } }
    rows { row number outcome customer remarks { column message isError } }";

const CUSTOMERS: &str = "Имя;Телефон;Адрес;Email\nИванов Ф.;8 900 700 00 02;ул. Ленина;a@example.com\n\
    Петров;;ул. Мира;b@example.com\n";

async fn preview_with(shop: &Shop, csv: &str, choices: Value) -> Value {
    let query = format!(
        "query($csv: String!, $choices: ImportChoicesInput) {{
            previewImport(csv: $csv, choices: $choices) {{ {REPORT} }} }}"
    );
    shop.ask_with(&query, json!({"csv": csv, "choices": choices}))
        .await
}

async fn preview(shop: &Shop, csv: &str, choices: Value) -> Value {
    let answer = preview_with(shop, csv, choices).await;
    assert!(answer["errors"].is_null(), "{answer}");
    answer["data"]["previewImport"].clone()
}

async fn import(shop: &Shop, csv: &str, choices: Value, expected: Option<&str>) -> Value {
    let query = "mutation($csv: String!, $choices: ImportChoicesInput, $expected: String) {
        importCsv(csv: $csv, choices: $choices, expected: $expected) {
            report { newTasks newCustomers alreadyHere refused refusedCsv } } }";
    let variables = json!({"csv": csv, "choices": choices, "expected": expected});
    shop.ask_with(query, variables).await
}

/// Imports a valid file.
async fn take(shop: &Shop, csv: &str, choices: Value) -> Value {
    let answer = import(shop, csv, choices, None).await;
    assert!(answer["errors"].is_null(), "{answer}");
    answer["data"]["importCsv"]["report"].clone()
}

/// Returns the columns of a preview, each with its heading.
fn columns(report: &Value) -> Vec<(&str, &str)> {
    let all = report["columns"].as_array().unwrap().iter();
    all.map(|column| {
        let text = |name: &str| column[name].as_str().unwrap();
        (text("heading"), text("column"))
    })
    .collect()
}

/// Returns the remarks on a row.
fn remarks(report: &Value, row: usize) -> Vec<(&str, &str)> {
    let all = report["rows"][row]["remarks"].as_array().unwrap().iter();
    all.map(|remark| {
        let text = |name: &str| remark[name].as_str().unwrap();
        (text("column"), text("message"))
    })
    .collect()
}

async fn cards(shop: &Shop) -> Value {
    let answer = shop.ask("{ allCustomers { name phoneE164 } }").await;
    answer["data"]["allCustomers"].clone()
}

async fn stage_called(shop: &Shop, name: &str) -> String {
    let answer = shop.ask("{ stages { id name } }").await;
    let all = answer["data"]["stages"].as_array().unwrap();
    let found = all.iter().find(|stage| stage["name"] == name).unwrap();
    found["id"].as_str().unwrap().to_owned()
}

/// Twelve statuses of other programs that substring matching would misread: "Приостановлен"
/// contains "нов", "Не выдан" contains "выдан".
const STATUSES: &[(&str, &str, bool)] = &[
    ("Готово, не выдано", "READY", false),
    ("Не выдан", "IN_PROGRESS", false),
    ("Не подлежит ремонту", "IN_PROGRESS", false),
    ("Отремонтировано", "READY", true),
    ("Возврат без ремонта", "IN_PROGRESS", false),
    ("Ремонт невозможен", "IN_PROGRESS", false),
    ("Приостановлен", "IN_PROGRESS", true),
    ("Восстановлен", "IN_PROGRESS", false),
    ("Почти готов", "IN_PROGRESS", false),
    ("Ожидание готовности", "IN_PROGRESS", false),
    ("Not picked up", "IN_PROGRESS", false),
    ("Renewed", "IN_PROGRESS", false),
];

#[tokio::test]
async fn a_status_is_read_by_whole_words_and_in_doubt_the_task_stays_open() {
    let shop = Shop::with_owner().await;
    let mut file = String::from("№ заказа;Телефон;Описание;Статус\n");
    for (at, (word, ..)) in STATUSES.iter().enumerate() {
        file += &format!("{};8 900 000 00 01;x;{word}\n", at + 1);
    }
    let report = preview(&shop, &file, Value::Null).await;
    for (at, (word, status, sure)) in STATUSES.iter().enumerate() {
        let statuses = report["statuses"].as_array().unwrap();
        let found = statuses.iter().find(|of| of["word"] == *word).unwrap();
        assert_eq!(found["stage"]["status"], *status, "{word}");
        assert_eq!(
            (&found["isSure"], &found["count"]),
            (&json!(sure), &json!(1)),
            "{word}"
        );
        let remarked = remarks(&report, at)
            .iter()
            .any(|(column, _)| *column == "Статус");
        assert_eq!(remarked, !sure, "{word}");
    }
    take(&shop, &file, Value::Null).await;
    let tasks = shop.ask("{ allTasks { status description } }").await;
    let tasks = tasks["data"]["allTasks"].as_array().unwrap();
    for (task, (word, status, sure)) in tasks.iter().zip(STATUSES.iter().copied()) {
        assert_eq!(task["status"], status, "{word}");
        // A doubtful word is not lost.
        let kept = task["description"].as_str().unwrap().contains(word);
        assert_eq!(kept, !sure, "{word}");
    }
    shop.close().await;
}

#[tokio::test]
async fn the_owner_says_what_a_status_means() {
    let shop = Shop::with_owner().await;
    let file = "№ заказа;Телефон;Описание;Статус\n1;8 900 000 00 01;раз;Не выдан\n\
        2;8 900 000 00 01;два; не  ВЫДАН \n3;8 900 000 00 01;три;Готов\n4;8 900 000 00 01;четыре;\n";
    let part = stage_called(&shop, "Ждёт запчасть").await;
    let report = preview(&shop, file, Value::Null).await;
    let words: Vec<_> = report["statuses"]
        .as_array()
        .unwrap()
        .iter()
        .map(|of| (of["word"].as_str().unwrap(), of["count"].as_u64().unwrap()))
        .collect();
    assert_eq!(words, [("Не выдан", 2), ("Готов", 1)]);
    let choices = json!({"statuses": [{"word": "не выдан", "stageId": part}]});
    let changed = preview(&shop, file, choices.clone()).await;
    assert_eq!(changed["statuses"][0]["stage"]["id"], part);
    assert!(remarks(&changed, 0).is_empty());
    assert_ne!(changed["digest"], report["digest"]);
    // What was reviewed is what is imported, not one review's file with another review's choices.
    let digest = report["digest"].as_str();
    let stale = import(&shop, file, choices.clone(), digest).await;
    assert_eq!(code(&stale), "CONFLICT", "{stale}");
    let digest = changed["digest"].as_str();
    let done = import(&shop, file, choices, digest).await;
    assert_eq!(done["data"]["importCsv"]["report"]["newTasks"], 4, "{done}");
    let tasks = shop
        .ask("{ allTasks { status stage { name } description } }")
        .await;
    assert_eq!(
        tasks["data"]["allTasks"],
        json!([
            {"status": "IN_PROGRESS", "stage": {"name": "Ждёт запчасть"}, "description": "раз"},
            {"status": "IN_PROGRESS", "stage": {"name": "Ждёт запчасть"}, "description": "два"},
            {"status": "READY", "stage": {"name": "Готово"}, "description": "три"},
            {"status": "ACCEPTED", "stage": {"name": "Принято"}, "description": "четыре"},
        ])
    );
    // An unknown stage and an unknown word are reported.
    for (choices, field) in [
        (
            json!({"statuses": [{"word": "Готов", "stageId": "77"}]}),
            "statuses",
        ),
        (
            json!({"columns": [{"heading": "Цвет", "column": "PHONE"}]}),
            "columns",
        ),
    ] {
        let refused = import(&shop, file, choices, None).await;
        assert_eq!(code(&refused), "BAD_USER_INPUT", "{refused}");
        assert_eq!(refused["errors"][0]["extensions"]["field"], field);
    }
    shop.close().await;
}

#[tokio::test]
async fn headings_of_many_programs_are_guessed() {
    let shop = Shop::with_owner().await;
    for (headings, expected) in [
        // Gincore; its last heading ends with a Latin letter here.
        (
            "Номер заказа;Дата принятия заказа;Дата выдачи заказа;Статус заказа;Принятое устройство;\
                Неисправность со слов клиента;Стоимость ремонта;ФИО Заказчика;Контактный телефон заказчикa",
            "NUMBER CREATED CLOSED STATUS KIND DESCRIPTION PRICE NAME PHONE",
        ),
        // LiveSklad.
        (
            "№ заказа;Дата приёма;Клиент;Мобильный телефон;Тип техники;Марка;Модель;S/N;Комплект;\
                Заявленная неисправность;Статус;Предоплата;Итоговая стоимость;Примечание",
            "NUMBER CREATED NAME PHONE KIND BRAND MODEL SERIAL ACCESSORIES DESCRIPTION STATUS PREPAYMENT PRICE NOTED",
        ),
        // RemOnline in English.
        (
            "Order #;Order type;Status;Created at;Due date;Closed at;Client;Phone;Device type;Brand;Model;\
                Serial number;Package contents;Appearance;Malfunction;Manager notes;Estimated cost;Prepayment;Total;Cost",
            "NUMBER CATEGORY STATUS CREATED DUE CLOSED NAME PHONE KIND BRAND MODEL SERIAL ACCESSORIES APPEARANCE \
                DESCRIPTION NOTED ESTIMATE PREPAYMENT PRICE LEFT_OUT",
        ),
        // Workpan.
        (
            "Номер заявки;Дата приема;ФИО клиента;Телефон;Оборудование;Серийный №;Описание неисправности;Состояние заказа",
            "NUMBER CREATED NAME PHONE KIND SERIAL DESCRIPTION STATUS",
        ),
        // A CRM for everything.
        (
            "ID;First name;Last name;Mobile phone;Work phone;Created on;Problem description;Comments",
            "NUMBER NAME SURNAME PHONE PHONE CREATED DESCRIPTION NOTED",
        ),
        (
            "Фамилия;Имя;Отчество;Моб. телефон;Домашний телефон;Неисправность;Сумма, руб.;Любимый цвет",
            "SURNAME NAME PATRONYMIC PHONE PHONE DESCRIPTION PRICE DESCRIBED",
        ),
        // Columns about staff or other things are not the customer's.
        (
            "Телефон;Описание;Телефон мастера;ФИО инженера;Статус клиента;Дата рождения;Пароль устройства",
            "PHONE DESCRIPTION DESCRIBED DESCRIBED DESCRIBED DESCRIBED NOTED",
        ),
    ] {
        let cells = headings
            .split(';')
            .map(|_| "1")
            .collect::<Vec<_>>()
            .join(";");
        let report = preview(&shop, &format!("{headings}\n{cells}\n"), Value::Null).await;
        let found: Vec<_> = columns(&report)
            .into_iter()
            .map(|(_, column)| column)
            .collect();
        assert_eq!(found.join(" "), expected, "{headings}");
    }
    shop.close().await;
}

#[tokio::test]
async fn an_order_of_gincore_becomes_a_task() {
    let shop = Shop::with_owner().await;
    let file = "Номер заказа;Дата принятия заказа;Дата выдачи заказа;Статус заказа;Принятое устройство;\
        Неисправность со слов клиента;Стоимость ремонта;ФИО Заказчика;Контактный телефон заказчикa\n\
        15;01.02.2020;05.02.2020;выдан;iPhone 7;не включается;1500;Иванов Иван;8 900 000 00 01\n";
    let report = preview(&shop, file, Value::Null).await;
    assert_eq!(report["rows"][0]["remarks"], json!([]), "{report}");
    take(&shop, file, Value::Null).await;
    let query = "{ allTasks { createdAt closedTime status description price device { kind }
        customer { name phoneE164 } history { kind from } } }";
    assert_eq!(
        shop.ask(query).await["data"]["allTasks"],
        json!([{
            "createdAt": "2020-02-01", "closedTime": "2020-02-04T21:00:00.000Z", "status": "CLOSED",
            "description": "не включается", "price": 150_000, "device": {"kind": "iPhone 7"},
            "customer": {"name": "Иванов Иван", "phoneE164": "+79000000001"},
            "history": [{"kind": "IMPORTED", "from": "15"}],
        }])
    );
    shop.close().await;
}

#[tokio::test]
async fn a_heading_of_two_lines_is_one_heading() {
    let shop = Shop::with_owner().await;
    let file = "\"Телефон\nклиента\",Имя,Описание\n8 900 000 00 05,Вера,Не греет\n";
    let report = preview(&shop, file, Value::Null).await;
    assert_eq!(
        columns(&report),
        [
            ("Телефон клиента", "PHONE"),
            ("Имя", "NAME"),
            ("Описание", "DESCRIPTION")
        ]
    );
    assert_eq!(report["rows"][0]["row"], 2);
    take(&shop, file, Value::Null).await;
    assert_eq!(
        cards(&shop).await,
        json!([{"name": "Вера", "phoneE164": "+79000000005"}])
    );
    shop.close().await;
}

#[tokio::test]
async fn names_in_parts_are_joined_and_a_group_makes_no_tasks() {
    let shop = Shop::with_owner().await;
    // A table of customers stays one, whatever other columns it has.
    let file = "ФИО;Телефон;Дата рождения;Комментарий;Группа\n\
        Иванов Иван Иванович;8 900 000 00 10;01.01.1980;постоянный;VIP\n";
    let report = preview(&shop, file, Value::Null).await;
    assert_eq!(report["rows"][0]["outcome"], "NEW_CUSTOMER");
    assert_eq!(
        report["leftOut"],
        json!(["Дата рождения", "Комментарий", "Группа"])
    );
    take(&shop, file, Value::Null).await;
    let file = "Фамилия;Имя;Отчество;Мобильный;Источник\nПетрова;Анна;;8 900 000 00 11;сайт\n\
        Сидоров;Пётр;Ильич;8 900 000 00 12;\n";
    take(&shop, file, Value::Null).await;
    let file = "ID;First name;Last name;Phone;Created on;Group\n7;John;Smith;8 900 000 00 13;2020-02-01;B\n";
    take(&shop, file, Value::Null).await;
    assert_eq!(
        cards(&shop).await,
        json!([
            {"name": "Иванов Иван Иванович", "phoneE164": "+79000000010"},
            {"name": "Петрова Анна", "phoneE164": "+79000000011"},
            {"name": "Сидоров Пётр Ильич", "phoneE164": "+79000000012"},
            {"name": "John Smith", "phoneE164": "+79000000013"},
        ])
    );
    let tasks = shop.ask("{ allTasks { id } }").await;
    assert_eq!(tasks["data"]["allTasks"], json!([]));
    // The owner's choice overrides the guess.
    let choices = json!({"rows": "TASKS"});
    let report = preview(&shop, file, choices).await;
    assert_eq!(report["rows"][0]["outcome"], "NEW_TASK");
    let file = "№ заказа;Телефон;Описание\n1;8 900 000 00 14;x\n";
    let report = preview(&shop, file, json!({"rows": "CUSTOMERS"})).await;
    assert_eq!(report["rows"][0]["outcome"], "NEW_CUSTOMER");
    assert_eq!(report["leftOut"], json!(["№ заказа", "Описание"]));
    shop.close().await;
}

#[tokio::test]
async fn unknown_headings_are_mapped_by_hand() {
    let shop = Shop::with_owner().await;
    let file =
        "Кто;Куда звонить;Что стряслось;Прочее;Тайна\nАнна;8 900 000 00 01;Не греет;у окна;злая\n";
    let report = preview(&shop, file, Value::Null).await;
    assert_eq!(report["rows"], json!([]));
    let remark = &report["remarks"][0];
    assert_eq!(remark["isError"], true, "{report}");
    assert!(remark["message"].as_str().unwrap().contains("“Phone”"));
    assert_eq!(report["columns"][1]["samples"], json!(["8 900 000 00 01"]));
    let refused = import(&shop, file, Value::Null, None).await;
    assert_eq!(code(&refused), "BAD_USER_INPUT", "{refused}");
    let choices = json!({"columns": [
        {"heading": "Кто", "column": "NAME"},
        {"heading": " куда  звонить", "column": "PHONE"},
        {"heading": "Что стряслось", "column": "DESCRIPTION"},
        {"heading": "Тайна", "column": "NOTED"},
    ]});
    let report = preview(&shop, file, choices.clone()).await;
    assert_eq!(report["described"], json!(["Прочее"]));
    assert_eq!(report["noted"], json!(["Тайна"]));
    // No acceptance dates at all: reported once, not row by row.
    assert_eq!(report["remarks"][0]["isError"], false, "{report}");
    assert!(
        report["remarks"][0]["message"]
            .as_str()
            .unwrap()
            .contains("today")
    );
    take(&shop, file, choices).await;
    let query = "{ allTasks { description customer { name phoneE164 } comments { kind text } } }";
    assert_eq!(
        shop.ask(query).await["data"]["allTasks"],
        json!([{
            "description": "Не греет\n\nПрочее: у окна",
            "customer": {"name": "Анна", "phoneE164": "+79000000001"},
            "comments": [{"kind": "INTERNAL", "text": "Тайна: злая"}],
        }])
    );
    // A cell without a date, where there are dates.
    let file = "№ заказа;Телефон;Описание;Дата приёма\n1;8 900 000 00 01;x;01.02.2020\n2;8 900 000 00 01;y;\n";
    let report = preview(&shop, file, Value::Null).await;
    assert!(remarks(&report, 0).is_empty());
    assert_eq!(remarks(&report, 1)[0].0, "Дата приёма");
    shop.close().await;
}

#[tokio::test]
async fn two_columns_for_one_field_are_both_named() {
    let shop = Shop::with_owner().await;
    let file = "Телефон;Описание;Цена;Всё вместе\n8 900 000 00 01;x;1;2\n";
    let choices = json!({"columns": [
        {"heading": "Цена", "column": "PRICE"}, {"heading": "Всё вместе", "column": "PRICE"},
    ]});
    let report = preview(&shop, file, choices.clone()).await;
    let message = report["remarks"][0]["message"].as_str().unwrap();
    assert!(
        message.contains("“Цена”") && message.contains("“Всё вместе”"),
        "{message}"
    );
    let refused = import(&shop, file, choices, None).await;
    assert_eq!(code(&refused), "BAD_USER_INPUT", "{refused}");
    assert_eq!(refused["errors"][0]["extensions"]["field"], "columns");
    // A guess yields to a choice, and to an earlier column.
    let choices = json!({"columns": [{"heading": "Всё вместе", "column": "PRICE"}]});
    let report = preview(&shop, file, choices).await;
    assert_eq!(columns(&report)[2], ("Цена", "DESCRIBED"));
    shop.close().await;
}

#[tokio::test]
async fn several_phones_are_all_kept_and_what_is_said_of_them_is_so() {
    let shop = Shop::with_owner().await;
    // A customer has one phone: each phone gets its own customer, under the same name.
    let file = "Имя;Телефон;Адрес;Email\nИванов Ф.;8 900 700 00 02, 8 900 700 00 03;ул. Ленина;a@example.com\n\
        Женя;нет, 8 900 700 00 04;;\nДругой;8 900 700 00 03;;\n";
    let report = preview(&shop, file, Value::Null).await;
    assert_eq!(report["newCustomers"], 3, "{report}");
    assert_eq!(report["leftOut"], json!(["Адрес", "Email"]));
    let message = remarks(&report, 0)[0].1;
    assert!(
        message.contains("card") && !message.contains("description"),
        "{message}"
    );
    assert_eq!(report["rows"][2]["outcome"], "KNOWN_CUSTOMER");
    let done = take(&shop, file, Value::Null).await;
    assert_eq!(done["newCustomers"], 3);
    assert_eq!(
        cards(&shop).await,
        json!([
            {"name": "Иванов Ф.", "phoneE164": "+79007000002"},
            {"name": "Иванов Ф.", "phoneE164": "+79007000003"},
            {"name": "Женя", "phoneE164": "+79007000004"},
        ])
    );
    // Those of a task are in a note, which the customer doesn't read.
    let file = "Телефон;Рабочий телефон;Описание\n\"8 900 700 00 05; 8 900 700 00 06\";22-33-44;x\n;8 900 700 00 07;y\n\
        \"8 900 700 00 08, спросить Олю\";;z\n";
    let report = preview(&shop, file, Value::Null).await;
    assert!(remarks(&report, 0)[0].1.contains("note"), "{report}");
    assert!(remarks(&report, 1).is_empty());
    // Words beside a number are no other number, and stay with it.
    assert!(remarks(&report, 2).is_empty());
    take(&shop, file, Value::Null).await;
    let query = "{ allTasks { description customer { phone phoneE164 } comments { kind text } } }";
    assert_eq!(
        shop.ask(query).await["data"]["allTasks"],
        json!([
            {"description": "x", "customer": {"phone": "8 900 700 00 05", "phoneE164": "+79007000005"}, "comments":
                [{"kind": "INTERNAL", "text": "Телефон: 8 900 700 00 05; 8 900 700 00 06\nРабочий телефон: 22-33-44"}]},
            {"description": "y", "customer": {"phone": "8 900 700 00 07", "phoneE164": "+79007000007"}, "comments": []},
            {"description": "z", "customer": {"phone": "8 900 700 00 08, спросить Олю", "phoneE164": "+79007000008"},
                "comments": []},
        ])
    );
    shop.close().await;
}

#[tokio::test]
async fn rows_with_errors_are_left_out_and_come_back_as_a_file() {
    let shop = Shop::with_owner().await;
    let refused = import(&shop, CUSTOMERS, Value::Null, None).await;
    assert_eq!(code(&refused), "BAD_USER_INPUT", "{refused}");
    let report = preview(&shop, CUSTOMERS, Value::Null).await;
    assert_eq!(report["refused"], 1);
    let skip = json!({"skipInvalid": true});
    let looked = preview(&shop, CUSTOMERS, skip.clone()).await;
    assert_ne!(looked["digest"], report["digest"]);
    let stale = import(&shop, CUSTOMERS, skip.clone(), report["digest"].as_str()).await;
    assert_eq!(code(&stale), "CONFLICT", "{stale}");
    let done = import(&shop, CUSTOMERS, skip.clone(), looked["digest"].as_str()).await;
    let done = &done["data"]["importCsv"]["report"];
    assert_eq!(
        (&done["newCustomers"], &done["refused"]),
        (&json!(1), &json!(1))
    );
    let left = done["refusedCsv"].as_str().unwrap();
    assert_eq!(left, looked["refusedCsv"].as_str().unwrap());
    assert_eq!(
        left,
        "\u{feff}\"Имя\";\"Телефон\";\"Адрес\";\"Email\";\"Почему не загружена\"\r\n\
            \"Петров\";\"\";\"ул. Мира\";\"b@example.com\";\"Телефон: Заполните это поле.\"\r\n"
    );
    // Corrected, it is imported as it is; its last column is ignored.
    let corrected = left.replace("\"Петров\";\"\"", "\"Петров\";\"8 900 700 00 08\"");
    let report = preview(&shop, &corrected, Value::Null).await;
    assert_eq!(columns(&report)[4].1, "LEFT_OUT");
    take(&shop, &corrected, Value::Null).await;
    assert_eq!(cards(&shop).await.as_array().unwrap().len(), 2);
    shop.close().await;
}

#[tokio::test]
async fn skipped_rows_contain_no_formula_and_have_no_dependents() {
    let shop = Shop::with_owner().await;
    let file = "№ заказа;Телефон;=Описание;Цена;По гарантии заявки\n1;8 900 000 00 01;\"=1+1\";даром;\n\
        2;8 900 000 00 01;\"два \"\"слова\"\"; и\nещё\";10;1\n3;8 900 000 00 01;три;+даром;\n";
    let skip = json!({"skipInvalid": true, "columns": [{"heading": "=Описание", "column": "DESCRIPTION"}]});
    let report = preview(&shop, file, skip.clone()).await;
    assert_eq!(report["refused"], 2);
    let left = report["refusedCsv"].as_str().unwrap();
    for cell in ["\"'=Описание\"", "\"'=1+1\"", "\"'+даром\""] {
        assert!(left.contains(cell), "{cell} {left}");
    }
    // The task whose warranty it refers to is skipped: the number stays in the description.
    assert_eq!(remarks(&report, 1)[0].0, "По гарантии заявки", "{report}");
    take(&shop, file, skip).await;
    let tasks = shop
        .ask("{ allTasks { description warrantyOf { id } } }")
        .await;
    assert_eq!(
        tasks["data"]["allTasks"],
        json!([{"description": "два \"слова\"; и\nещё\n\nПо гарантии заявки: 1", "warrantyOf": null}])
    );
    shop.close().await;
}

#[tokio::test]
async fn the_page_keeps_what_the_owner_chose_and_imports_what_it_showed() {
    let shop = Shop::with_owner().await;
    let desk = SignedIn::of(&shop, "owner@example.com").await;
    let file = "Кто;Телефон;Описание;Статус\nАнна;8 900 000 00 01;раз;Не выдан\nБорис;нет;два;Готов\n\
        Вера;8 900 000 00 03;три;<b>Готов</b> & \"так\"\n";
    let look = desk.upload(file).await;
    let page = desk.page(&look).await;
    for seen in [
        "<h1>Загрузка</h1>",
        "<select name=\"column.0\"",
        "<select name=\"status.не выдан\"",
        "&#60;b&#62;",
        "name=\"skip\"",
    ] {
        assert!(page.contains(seen), "{seen} {page}");
    }
    assert!(!page.contains(">Загрузить</button>"), "{page}");
    let part = stage_called(&shop, "Ждёт запчасть").await;
    let changes = [
        ("column.0", "name"),
        ("status.не выдан", &*part),
        ("skip", "1"),
    ];
    let answer = desk.submit(&look, &page, &changes, "look").await;
    assert_eq!(answer.status(), 303);
    let there = answer.headers()["location"].to_str().unwrap().to_owned();
    // A reload and coming back show the same.
    for _ in 0..2 {
        let page = desk.page(&there).await;
        let fields = form(&page);
        for (name, value) in changes {
            assert!(
                fields.contains(&(name.to_owned(), value.to_owned())),
                "{name} {page}"
            );
        }
        assert!(page.contains(">Загрузить</button>"), "{page}");
    }
    let page = desk.page(&there).await;
    let left = desk.get(&format!("{look}/refused.csv")).await;
    assert_eq!(left.headers()["content-type"], "text/csv; charset=utf-8");
    assert!(
        left.headers()["content-disposition"]
            .to_str()
            .unwrap()
            .starts_with("attachment; filename=\"zayavka-")
    );
    let left = left.text().await.unwrap();
    assert!(
        left.contains("\"Борис\";\"нет\"") && !left.contains("Анна"),
        "{left}"
    );
    // Changed after the review: nothing is imported before another review.
    let answer = desk
        .submit(&look, &page, &[("column.0", "described")], "")
        .await;
    assert_eq!(answer.status(), 409);
    let again = answer.text().await.unwrap();
    assert!(
        again.contains("Вы изменили выбор") && cards(&shop).await == json!([]),
        "{again}"
    );
    let answer = desk
        .submit(&look, &again, &[("column.0", "name")], "look")
        .await;
    assert_eq!(answer.status(), 303);
    let page = desk.page(&look).await;
    let answer = desk.submit(&look, &page, &[], "").await;
    assert_eq!(answer.status(), 303);
    let done = answer.headers()["location"].to_str().unwrap().to_owned();
    let done = desk.page(&done).await;
    assert!(done.contains("Не загружено строк — 1"), "{done}");
    // The skipped rows can still be downloaded.
    assert!(
        done.contains(&format!("href=\"{look}/refused.csv\"")),
        "{done}"
    );
    assert_eq!(desk.page(&format!("{look}/refused.csv")).await, left);
    let query = "{ allTasks { description stage { name } customer { name } } }";
    assert_eq!(
        shop.ask(query).await["data"]["allTasks"],
        json!([
            {"description": "раз", "stage": {"name": "Ждёт запчасть"}, "customer": {"name": "Анна"}},
            {"description": "три", "stage": {"name": "Готово"}, "customer": {"name": "Вера"}},
        ])
    );
    shop.close().await;
}

#[tokio::test]
async fn a_page_of_unknown_headings_asks_and_an_old_one_says_so() {
    let shop = Shop::with_owner().await;
    let desk = SignedIn::of(&shop, "owner@example.com").await;
    let look = desk.upload("Кто;Чей;Где\nАнна;8 900 000 00 01;тут\n").await;
    let page = desk.page(&look).await;
    for seen in [
        "нет знакомых заголовков",
        "8 900 000 00 01",
        "<select name=\"column.1\"",
    ] {
        assert!(page.contains(seen), "{seen} {page}");
    }
    // Two columns mapped to one field.
    let twice = [
        ("column.0", "name"),
        ("column.2", "name"),
        ("column.1", "phone"),
    ];
    let answer = desk.submit(&look, &page, &twice, "look").await;
    let there = answer.headers()["location"].to_str().unwrap().to_owned();
    let page = desk.page(&there).await;
    assert!(
        page.contains("«Кто»") && page.contains("«Где»") && !page.contains(">Загрузить</button>"),
        "{page}"
    );
    let answer = desk.submit(&look, &page, &[], "").await;
    assert_eq!(answer.status(), 409);
    let answer = desk
        .submit(&look, &page, &[("column.2", "left-out")], "look")
        .await;
    assert_eq!(answer.status(), 303);
    // Values that were never offered are ignored.
    let odd = [
        ("column.2", "none"),
        ("column.99", "phone"),
        ("rows", "x"),
        ("status.y", "z"),
    ];
    let answer = desk.submit(&look, &page, &odd, "look").await;
    assert_eq!(answer.status(), 303);
    desk.page(&look).await;
    // Working on it extends its lifetime; an expired one is reported.
    for _ in 0..2 {
        shop.clock.advance(std::time::Duration::from_secs(20 * 60));
        let page = desk.page(&look).await;
        assert_eq!(desk.submit(&look, &page, &[], "look").await.status(), 303);
    }
    let page = desk.page(&look).await;
    shop.clock.advance(std::time::Duration::from_secs(30 * 60));
    for button in ["look", ""] {
        let answer = desk.submit(&look, &page, &[], button).await;
        assert_eq!(answer.status(), 422);
        assert!(answer.text().await.unwrap().contains("Файла больше нет"));
    }
    assert_eq!(desk.get(&format!("{look}/refused.csv")).await.status(), 422);
    assert_eq!(cards(&shop).await, json!([]));
    shop.close().await;
}

#[tokio::test]
async fn nobody_else_sees_or_changes_what_an_owner_brings() {
    let shop = Shop::with_owner().await;
    create(&shop, "+79000000001").await;
    employ(&shop, "b@example.com").await;
    let owner = SignedIn::of(&shop, "owner@example.com").await;
    let look = owner.upload(CUSTOMERS).await;
    let page = owner.page(&look).await;
    let employee = SignedIn::of(&shop, "b@example.com").await;
    let stranger = SignedIn::stranger(&shop);
    let before = shop.dump();
    let left = format!("{look}/refused.csv");
    assert_eq!(employee.get(&left).await.status(), 403);
    assert_eq!(stranger.get(&left).await.status(), 303);
    for button in ["look", ""] {
        let skip = [("skip", "1")];
        let answer = employee.submit(&look, &page, &skip, button).await;
        assert_eq!(answer.status(), 403);
        let answer = stranger.submit(&look, &page, &skip, button).await;
        assert_eq!(answer.status(), 303);
    }
    assert!(!owner.page(&look).await.contains(" checked"));
    assert_eq!(shop.dump(), before);
    // Another owner has files of their own.
    shop.ask("mutation { setRole(id: 2, role: OWNER) { user { id } } }")
        .await;
    let before = shop.dump();
    let other = SignedIn::of(&shop, "b@example.com").await;
    assert_eq!(other.get(&left).await.status(), 422);
    let answer = other.submit(&look, &page, &[("skip", "1")], "look").await;
    assert_eq!(answer.status(), 422);
    let token = look.rsplit('/').next().unwrap();
    let done = format!("/data?tasks=0&customers=1&here=0&left=1&file={token}");
    assert!(owner.page(&done).await.contains("refused.csv"));
    assert!(!other.page(&done).await.contains("refused.csv"));
    assert_eq!(shop.dump(), before);
    shop.close().await;
}

#[tokio::test]
async fn many_words_and_columns_are_looked_at_without_getting_lost() {
    let shop = Shop::with_owner().await;
    let desk = SignedIn::of(&shop, "owner@example.com").await;
    let mut file = String::from("№ заказа;Телефон;Описание;Статус");
    for column in 0..250 {
        file += &format!(";Поле {column}");
    }
    for row in 0..1_000 {
        let word = "слово".repeat(row % 60);
        file += &format!("\n{row};8 900 000 00 01;x;{word} {row}");
    }
    let look = desk.upload(file).await;
    let page = desk.page(&look).await;
    let fields = form(&page);
    let of = |start: &str| {
        fields
            .iter()
            .filter(|(name, _)| name.starts_with(start))
            .count()
    };
    assert_eq!((of("column."), of("status.")), (200, 100));
    for cut in ["Показаны первые столбцы, 200", "Показаны первые слова, 100"]
    {
        assert!(page.contains(cut), "{cut}");
    }
    let ready = stage_called(&shop, "Готово").await;
    let word = fields
        .iter()
        .find(|(name, _)| name.starts_with("status."))
        .unwrap();
    let answer = desk
        .submit(&look, &page, &[(&word.0, &*ready)], "look")
        .await;
    assert_eq!(answer.status(), 303, "the whole form fits into one request");
    let page = desk.page(&look).await;
    assert!(form(&page).contains(&(word.0.clone(), ready)));
    shop.close().await;
}
