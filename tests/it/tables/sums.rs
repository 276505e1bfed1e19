use serde_json::json;

use super::{assert_said, assert_silent, imported, shop, shop_with};
use crate::files::preview;

#[tokio::test]
async fn sums_are_read_as_people_and_programs_write_them() {
    let shop = shop_with("[shop]\ncurrency = 'USD'\n").await;
    let file = "Order number;Phone;Description;Total
1;+1 202-555-0143;x;$150.00
2;+1 202-555-0143;x;\"1,500.00\"
3;+1 202-555-0143;x;1'500
4;+1 202-555-0143;x;1 500,00 USD
5;+1 202-555-0143;x;1.500,00
6;+1 202-555-0143;x;1,234,567.89
7;+1 202-555-0143;x;US$ 12
8;+1 202-555-0143;x;-
9;+1 202-555-0143;x;12.50000
";
    let tasks = imported(&shop, file, "price").await;
    let prices = tasks.as_array().unwrap().iter();
    let prices: Vec<_> = prices.map(|task| task["price"].clone()).collect();
    assert_eq!(
        json!(prices),
        json!([
            15_000,
            150_000,
            150_000,
            150_000,
            150_000,
            123_456_789,
            1_200,
            null,
            1_250
        ])
    );
    shop.close().await;
}

#[tokio::test]
async fn ambiguous_sums_are_reported() {
    let shop = shop().await;
    let file = "№;Телефон;Описание;Цена;Предоплата
1;8 900 000 00 01;x;1,500;150-
2;8 900 000 00 01;x;2000;(150)
3;8 900 000 00 01;x;2000;−150
4;8 900 000 00 01;x;90071992547409;$150
5;8 900 000 00 01;x;90071992547410;-
6;8 900 000 00 01;x;99999999999999999999;0
7;8 900 000 00 01;x;1500 за экран;
8;8 900 000 00 01;x;1,50,000;1500,12345
";
    let report = preview(&shop, file).await;
    // Never 1.5: with three digits it can only be a thousand.
    assert_said(&report, 2, "Цена", "1500", false);
    for row in [2, 3, 4] {
        assert_said(&report, row, "Предоплата", "less than nothing", true);
    }
    assert_said(&report, 5, "Предоплата", "another currency", false);
    assert_said(&report, 6, "Цена", "at most 90071992547409", true);
    assert_said(&report, 7, "Цена", "at most 90071992547409", true);
    assert_said(&report, 8, "Цена", "another currency or words", false);
    assert_said(&report, 9, "Цена", "digits", true);
    assert_said(&report, 9, "Предоплата", "rounded", false);
    // The same column, with a value that disambiguates the comma.
    let told = "№;Телефон;Описание;Цена\n1;8 900 000 00 01;x;1,500\n2;8 900 000 00 01;x;12.50\n";
    let report = preview(&shop, told).await;
    assert_silent(&report, 2);
    let unclear = "№;Телефон;Описание;Цена\n1;8 900 000 00 01;x;1,500\n2;8 900 000 00 01;x;12,50\n";
    let report = preview(&shop, unclear).await;
    assert_said(&report, 2, "Цена", "thousands", true);
    // Words beside a sum are kept with the task.
    let words =
        "№;Телефон;Описание;Цена\n7;8 900 000 00 01;x;1500 за экран\n8;8 900 000 00 01;x;1,500\n";
    let tasks = imported(&shop, words, "description price").await;
    assert_eq!(
        tasks,
        json!([
            {"description": "x\n\nЦена: 1500 за экран", "price": 150_000},
            {"description": "x", "price": 150_000},
        ])
    );
    shop.close().await;
}

#[tokio::test]
async fn currencies_without_small_units_and_with_three_digits() {
    for (currency, written, minor) in [
        ("JPY", "¥1,500", json!(1_500)),
        ("JPY", "1500.00", json!(1_500)),
        ("VND", "1.500.000 ₫", json!(1_500_000)),
        ("VND", "1.500", json!(1_500)),
        ("KWD", "1.5", json!(1_500)),
        ("KWD", "12,345.678", json!(12_345_678)),
        ("KWD", "1500.505", json!(1_500_505)),
    ] {
        let shop = shop_with(&format!("[shop]\ncurrency = '{currency}'\n")).await;
        let file = format!("№;Телефон;Описание;Цена\n1;8 900 000 00 01;x;\"{written}\"\n");
        let tasks = imported(&shop, &file, "price").await;
        assert_eq!(tasks[0]["price"], minor, "{currency} {written}");
        let report = preview(&shop, &file).await;
        assert_eq!(report["rows"][0]["remarks"], json!([]), "{written}");
        shop.close().await;
    }
    let shop = shop_with("[shop]\ncurrency = 'KWD'\n").await;
    let file = "№ заказа;Телефон;Описание;Итого\n1;8 900 000 00 01;x;\"1,500\"\n";
    assert_said(&preview(&shop, file).await, 2, "Итого", "thousands", true);
    shop.close().await;
}

/// The same message in the form and the API, each with the limit in its own unit.
#[tokio::test]
async fn a_sum_beyond_the_limit_is_told_the_limit() {
    let shop = shop().await;
    let answer = shop
        .ask(r#"mutation { createTask(taskData: {customerPhone: "89000000001", price: 9007199254740993}) { task { id } } }"#)
        .await;
    let message = answer["errors"][0]["message"].as_str().unwrap();
    assert!(message.contains("at most 9007199254740992"), "{answer}");
    let answer = shop
        .ask(r#"mutation { createTask(taskData: {customerPhone: "89000000001", price: -1}) { task { id } } }"#)
        .await;
    let message = answer["errors"][0]["message"].as_str().unwrap();
    assert!(message.contains("less than nothing"), "{answer}");
    shop.close().await;
}
