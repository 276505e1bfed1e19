//! Works, parts, discount and what was paid, as other programs export them.

use serde_json::{Value, json};

use crate::files::{import, preview};
use crate::harness::Shop;

const TASKS: &str = "{ allTasks { description price discount discountPercent total paid toPay
    lines { kind name sum } payments { sum carriedOver } } debts { nodes { id } } }";

/// Imports a file, and returns the tasks.
async fn tasks(shop: &Shop, file: &str) -> Value {
    let done = import(shop, file).await;
    assert!(done["errors"].is_null(), "{done}");
    shop.ask(TASKS).await["data"].clone()
}

#[tokio::test]
async fn works_and_parts_become_lines_with_a_discount_and_a_payment() {
    let shop = Shop::with_owner().await;
    let file = "Номер заказа;Статус;Создан;Клиент;Телефон;Неисправность;Предоплата;Стоимость работ;Стоимость материалов;Скидка;Итого;Оплачено\n\
        A1;Закрыт;01.02.2020;Анна;89000000001;экран;500;1 000,50 ₽;3 500;100,50;4 400;2 000\n\
        A2;В работе;01.02.2020;Анна;89000000001;чистка;0;800;0;0;800;0\n\
        A3;Закрыт;01.02.2020;Анна;89000000001;шлейф;0;1000;1000;10 %;1 800;1 800\n\
        A4;Закрыт;01.02.2020;Анна;89000000001;плата;0;1000;1000;0;2 500;2 500\n\
        A5;Закрыт;01.02.2020;Анна;89000000001;замок;300;0;0;50;700;0\n";
    let report = preview(&shop, file).await;
    assert_eq!(
        (&report["described"], &report["leftOut"]),
        (&json!([]), &json!([])),
        "{report}"
    );
    let remarks = |row: usize| report["rows"][row]["remarks"].as_array().unwrap().len();
    assert_eq!([0, 1, 2, 3, 4].map(remarks), [0, 0, 0, 1, 0], "{report}");
    assert_eq!(
        report["rows"][3]["remarks"][0]["column"], "Итого",
        "{report}"
    );
    let found = tasks(&shop, file).await;
    let works = |sum: i64| json!({"kind": "WORK", "name": "Работы", "sum": sum});
    let parts = |sum: i64| json!({"kind": "PART", "name": "Запчасти", "sum": sum});
    let paid = |sum: i64| json!([{"sum": sum, "carriedOver": true}]);
    assert_eq!(
        found["allTasks"],
        json!([
            {"description": "экран", "price": 440_000, "discount": 10_050, "discountPercent": null, "total": 440_000,
             "paid": 200_000, "toPay": 240_000, "lines": [works(100_050), parts(350_000)], "payments": paid(200_000)},
            {"description": "чистка", "price": 80_000, "discount": 0, "discountPercent": null, "total": 80_000,
             "paid": 0, "toPay": 80_000, "lines": [works(80_000)], "payments": []},
            {"description": "шлейф", "price": 180_000, "discount": 20_000, "discountPercent": "10", "total": 180_000,
             "paid": 180_000, "toPay": 0, "lines": [works(100_000), parts(100_000)], "payments": paid(180_000)},
            // They don't add up: the total is what the customer pays.
            {"description": "плата\n\nСтоимость работ: 1000\nСтоимость материалов: 1000", "price": 250_000, "discount": 0,
             "discountPercent": null, "total": 250_000, "paid": 250_000, "toPay": 0, "lines": [], "payments": paid(250_000)},
            // A discount on nothing is only words.
            {"description": "замок\n\nСкидка: 50", "price": 70_000, "discount": 0, "discountPercent": null,
             "total": 70_000, "paid": 30_000, "toPay": 40_000, "lines": [], "payments": paid(30_000)},
        ])
    );
    // What was closed without being paid is a debt.
    assert_eq!(found["debts"]["nodes"], json!([{"id": "1"}, {"id": "5"}]));
    assert_eq!(preview(&shop, file).await["alreadyHere"], 5);
    shop.close().await;
}

#[tokio::test]
async fn sums_that_are_none_are_refused_by_their_column() {
    let shop = Shop::with_owner().await;
    let file = "Order number;Phone;Description;Labor total;Parts total;Discount;Total;Paid\n\
        1;+79000000001;x;cheap;;;;\n2;+79000000001;x;;-5;;;\n3;+79000000001;x;5;;101 %;;\n\
        4;+79000000001;x;;;;;2 + 2\n5;+79000000001;x;9007199254740993;;;;\n6;+79000000001;x;5;;7;;\n";
    let report = preview(&shop, file).await;
    assert_eq!(report["refused"], 5, "{report}");
    let columns: Vec<&str> = (0..5)
        .map(|row| {
            report["rows"][row]["remarks"]
                .as_array()
                .unwrap()
                .last()
                .unwrap()["column"]
                .as_str()
                .unwrap()
        })
        .collect();
    assert_eq!(
        columns,
        [
            "Labor total",
            "Parts total",
            "Discount",
            "Paid",
            "Labor total"
        ]
    );
    // A discount of more than the works is a remark, and no line.
    assert_eq!(report["rows"][5]["outcome"], "NEW_TASK", "{report}");
    assert_eq!(report["rows"][5]["remarks"].as_array().unwrap().len(), 1);
    shop.close().await;
}

#[tokio::test]
async fn a_task_with_lines_comes_back_with_its_price_and_what_was_paid() {
    let shop = Shop::with_owner().await;
    for mutation in [
        r#"createTask(taskData: {customerPhone: "+79000000001", description: "экран"}) { task { id } }"#,
        r#"addLine(taskId: 1, lineData: {kind: WORK, name: "Пайка", unitPrice: 150050}) { line { id } }"#,
        r#"addLine(taskId: 1, lineData: {kind: PART, name: "Экран", quantity: "2", unitPrice: 100000}) { line { id } }"#,
        "setDiscount(taskId: 1, sum: 50) { task { id } }",
        "takePayment(paymentData: {taskId: 1, method: CASH, sum: 100000}) { payment { id } }",
        "takePayment(paymentData: {taskId: 1, method: CARD, sum: 50000}) { payment { id } }",
        "handOver(taskId: 1) { task { id } }",
    ] {
        let answer = shop.ask(&format!("mutation {{ {mutation} }}")).await;
        assert!(answer["errors"].is_null(), "{answer}");
    }
    for (language, headings) in [
        ("RUSSIAN", "\"Цена\";\"Оплачено\";\"Осталось оплатить\""),
        ("ENGLISH", "\"Price\",\"Paid\",\"Left to pay\""),
    ] {
        let file = crate::files::export(&shop, &format!("kind: TASKS, language: {language}")).await;
        assert!(file.contains(headings), "{file}");
        let sums = match language {
            "RUSSIAN" => "\"3500\";\"1500\";\"2000\"",
            _ => "\"3500\",\"1500\",\"2000\"",
        };
        assert!(file.contains(sums), "{file}");
        assert_eq!(preview(&shop, &file).await["alreadyHere"], 1);
        let other = Shop::with_owner().await;
        let found = tasks(&other, &file).await;
        assert_eq!(
            found["allTasks"],
            json!([{"description": "экран", "price": 350_000, "discount": 0, "discountPercent": null, "total": 350_000,
                "paid": 150_000, "toPay": 200_000, "lines": [], "payments": [{"sum": 150_000, "carriedOver": true}]}])
        );
        assert_eq!(found["debts"]["nodes"], json!([{"id": "1"}]));
        let again =
            crate::files::export(&other, &format!("kind: TASKS, language: {language}")).await;
        assert_eq!(again, file);
        other.close().await;
    }
    // A file of an earlier version has a prepayment.
    let earlier = "\"№\";\"Статус\";\"Создана\";\"Телефон\";\"Описание\";\"Цена\";\"Предоплата\"\r\n\
        \"7\";\"В работе\";\"2021-07-25 12:00:00\";\"89000000002\";\"x\";\"500\";\"200,50\"\r\n";
    let other = Shop::with_owner().await;
    assert_eq!(tasks(&other, earlier).await["allTasks"][0]["paid"], 20_050);
    other.close().await;
    shop.close().await;
}
