//! A spreadsheet between our export and our import.

use serde_json::json;

use super::{assert_said, assert_silent, shop};
use crate::files::{export, import, preview};

/// Values that Excel would change without protection: leading zeros, too many digits, a possible
/// date, a time, an exponent, a boolean.
const TOUCHED: &[&str] = &[
    "0501234567",
    "490154203237518",
    "1-2",
    "3/4",
    "01.02",
    "12E5",
    "1:30",
    "5 мая",
    "Feb-24",
    "true",
    "12,50",
];

#[tokio::test]
async fn values_that_excel_would_rewrite_are_escaped_and_restored() {
    let shop = shop().await;
    for place in TOUCHED {
        let query =
            "mutation($place: String!) { createTask(taskData: {customerPhone: \"380501234567\",
            device: {serialNumber: $place, place: $place, model: $place}}) { task { id } } }";
        let made = shop.ask_with(query, json!({ "place": place })).await;
        assert!(made["errors"].is_null(), "{made}");
    }
    for language in ["RUSSIAN", "ENGLISH"] {
        let file = export(&shop, &format!("kind: TASKS, language: {language}")).await;
        for place in TOUCHED {
            assert_eq!(file.matches(&format!("\"'{place}\"")).count(), 3, "{place}");
        }
        assert!(file.contains("\"'380501234567\""), "{file}");
        assert_eq!(preview(&shop, &file).await["alreadyHere"], TOUCHED.len());
        let other = super::shop().await;
        import(&other, &file).await;
        let fields = "{ allTasks { customer { phone } device { serialNumber place model } } }";
        let (here, there) = (shop.ask(fields).await, other.ask(fields).await);
        assert_eq!(here, there);
        other.close().await;
    }
    let customers = export(&shop, "kind: CUSTOMERS").await;
    assert!(customers.contains("\"'380501234567\""), "{customers}");
    assert_eq!(preview(&shop, &customers).await["alreadyHere"], 1);
    shop.close().await;
}

/// Rewrites the file as Excel does when saving: no seconds, localised dates and sums, quotes only
/// where needed.
fn saved_by_excel(file: &str) -> String {
    let lines = file.trim_start_matches('\u{feff}').lines();
    let day = |cell: &str| {
        let (date, time) = cell.split_once(' ').unwrap_or((cell, ""));
        let parts: Vec<&str> = date.split('-').collect();
        match parts[..] {
            [year, month, day] if year.len() == 4 && year.starts_with("20") => {
                let minutes = time.get(..5).map(|time| format!(" {time}"));
                format!("{day}.{month}.{year}{}", minutes.unwrap_or_default())
            }
            _ => cell.to_owned(),
        }
    };
    let line = |line: &str| {
        let cells = line.trim_matches('"').split("\";\"").map(day);
        cells.collect::<Vec<_>>().join(";") + "\r\n"
    };
    lines.map(line).collect()
}

#[tokio::test]
async fn our_export_is_known_again_after_excel_saved_it() {
    let shop = shop().await;
    for second in [7, 13] {
        shop.clock.advance(std::time::Duration::from_secs(second));
        let made = r#"mutation { createTask(taskData: {customerPhone: "8 900 000-00-01", status: READY, price: 150050,
            device: {serialNumber: "0012", place: "1-2"}}) { task { id } } }"#;
        assert!(shop.ask(made).await["errors"].is_null());
    }
    let file = export(&shop, "kind: TASKS").await;
    let saved = saved_by_excel(&file);
    assert!(
        saved.contains(".2024 ") && !saved.contains(":20;"),
        "{saved}"
    );
    let report = preview(&shop, &saved).await;
    assert_eq!(
        (
            &report["alreadyHere"],
            &report["newTasks"],
            &report["refused"]
        ),
        (&json!(2), &json!(0), &json!(0)),
        "{report}"
    );
    // Elsewhere it is imported once, whichever of the two files comes first.
    let other = super::shop().await;
    import(&other, &file).await;
    assert_eq!(preview(&other, &saved).await["alreadyHere"], 2);
    other.close().await;
    // A table of a version without keys, by number, minute and phone.
    let created = saved.lines().nth(1).unwrap().split(';');
    let created = created
        .clone()
        .find(|cell| cell.contains(".2024 "))
        .unwrap();
    let old = format!("№;Создана;Телефон;Описание\n1;{created};89000000001;\n");
    assert_eq!(preview(&shop, &old).await["alreadyHere"], 1);
    let others = old.replace("89000000001", "89000000003");
    assert_eq!(preview(&shop, &others).await["alreadyHere"], 0);
    // The customer of a task may be erased since: the file doesn't bring them back.
    shop.ask(r#"mutation { deleteCustomer(phone: "89000000001") { phone } }"#)
        .await;
    assert_eq!(preview(&shop, &saved).await["alreadyHere"], 2);
    // A task with the same number in another shop is a different one.
    let third = super::shop().await;
    third.clock.advance(std::time::Duration::from_secs(3_600));
    third
        .ask(r#"mutation { createTask(taskData: {customerPhone: "8 900 000-00-01"}) { task { id } } }"#)
        .await;
    assert_eq!(preview(&third, &saved).await["newTasks"], 2);
    third.close().await;
    shop.close().await;
}

#[tokio::test]
async fn values_that_excel_has_spoilt_are_reported() {
    let shop = shop().await;
    let file = "№ заказа;Телефон;Описание;Серийный номер;Место хранения
1;8 900 000 00 01;x;4,90154E+14;01.фев
2;8 900 000 00 01;x;01.фев;Feb-24
3;8 900 000 00 01;x;SN-4711;полка 2
4;8,9E+10;x;E14;фев
5;8 900 000 00 01;x;4.9E14;2-Jan
6;8 900 000 00 01;x;45E6-X1;01.02.2024
";
    let report = preview(&shop, file).await;
    assert_eq!(report["refused"], 0, "{report}");
    assert_said(&report, 2, "Серийный номер", "digits are lost", false);
    assert_said(&report, 2, "Место хранения", "date", false);
    assert_said(&report, 3, "Серийный номер", "date", false);
    assert_said(&report, 3, "Место хранения", "date", false);
    assert_silent(&report, 4);
    assert_said(&report, 5, "Телефон", "digits are lost", false);
    assert_said(&report, 6, "Серийный номер", "digits are lost", false);
    assert_said(&report, 6, "Место хранения", "date", false);
    assert_said(&report, 7, "Место хранения", "date", false);
    import(&shop, file).await;
    let task = shop
        .ask("{ taskById(id: 4) { description customer { id } device { serialNumber } } }")
        .await;
    assert_eq!(
        task["data"]["taskById"],
        json!({"description": "x\n\nТелефон: 8,9E+10", "customer": null, "device": {"serialNumber": "E14"}})
    );
    // A customer requires one.
    let customers = preview(&shop, "Имя;Телефон\nАнна;8,9E+10\n").await;
    assert_said(&customers, 2, "Телефон", "digits are lost", true);
    shop.close().await;
}
