//! Files of other programs, and our own after a spreadsheet rewrote them: imported, or rejected
//! with a clear message.

mod dates;
mod encodings;
mod excel;
mod lines;
mod quotes;
mod sums;
mod wide;
mod workbook;

use serde_json::{Value, json};

use crate::files::preview;
use crate::harness::Shop;

/// Opens a shop in June of 2024, with an owner.
async fn shop() -> Shop {
    shop_with("").await
}

async fn shop_with(settings: &str) -> Shop {
    let mut shop = Shop::open_with(settings, "").await;
    let account = shop.register("owner@example.com").await;
    let token = account["data"]["register"]["token"].as_str();
    shop.token = token.map(str::to_owned);
    let days = std::time::Duration::from_secs(24 * 60 * 60) * 1_060;
    shop.clock.advance(days);
    shop.token = shop.login("owner@example.com").await;
    shop
}

/// Returns the messages about a row, each with whether it is an error.
fn remarks(report: &Value, row: usize) -> Vec<(String, String, bool)> {
    let of_row = |found: &&Value| found["row"] == json!(row);
    let found = report["rows"].as_array().unwrap().iter().find(of_row);
    let found = found.unwrap_or_else(|| panic!("no row {row}: {report}"));
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let remarks = found["remarks"].as_array().unwrap().iter();
    remarks
        .map(|remark| {
            let is_error = remark["isError"].as_bool().unwrap();
            (text(&remark["column"]), text(&remark["message"]), is_error)
        })
        .collect()
}

/// Asserts that a row has a remark with this text.
#[track_caller]
fn assert_said(report: &Value, row: usize, column: &str, part: &str, error: bool) {
    let all = remarks(report, row);
    let said = |(of, text, wrong): &(String, String, bool)| {
        of == column && text.contains(part) && *wrong == error
    };
    assert!(all.iter().any(said), "{row} {column} {part}: {all:?}");
}

#[track_caller]
fn assert_silent(report: &Value, row: usize) {
    let all = remarks(report, row);
    assert!(all.is_empty(), "row {row}: {all:?}");
}

/// Returns the error of a file as a whole.
async fn refusal(shop: &Shop, csv: &str) -> String {
    let query = "query($csv: String!) { previewImport(csv: $csv) { digest } }";
    let answer = shop.ask_with(query, json!({ "csv": csv })).await;
    assert_eq!(crate::harness::code(&answer), "BAD_USER_INPUT", "{answer}");
    answer["errors"][0]["message"].as_str().unwrap().to_owned()
}

/// Imports a file without errors, and returns these fields of all tasks.
async fn imported(shop: &Shop, csv: &str, fields: &str) -> Value {
    let report = preview(shop, csv).await;
    assert_eq!(report["refused"], 0, "{report}");
    let done = crate::files::import(shop, csv).await;
    assert!(done["errors"].is_null(), "{done}");
    let answer = shop.ask(&format!("{{ allTasks {{ {fields} }} }}")).await;
    answer["data"]["allTasks"].clone()
}
