//! Typed text never becomes a formula in an exported file, however its first character is written
//! or hidden; and our own import restores it exactly.

use serde_json::json;

use crate::files::{export, import};
use crate::harness::Shop;
use crate::signed_in::SignedIn;

/// Texts that a spreadsheet, or a program that folds width or drops blanks, would evaluate.
const COMPUTED: &[&str] = &[
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    " =1",
    "\u{a0}=1",
    "\u{2003}=1",
    "\u{3000}=1",
    "\u{1680}=1",
    "\u{202f}=1",
    "\u{2028}=1",
    "\u{85}=1",
    "\u{feff}=1",
    "\u{200b}=1",
    "\u{200e}=1",
    "\u{2060}\u{2060}=1",
    "\u{ad}=1",
    "\u{2800}=1",
    "\u{fe0f}=1",
    "\u{1}=1",
    "\u{7f}=1",
    "\t=1",
    "\n=1",
    "\r\n=1",
    "\u{200b} \u{a0}\t@A1",
    "＝1+1",
    "＋1",
    "－1",
    "＠A1",
    "\u{a0}＝1",
    "﹦1",
];
const SMALL: [&str; 3] = ["﹢1", "﹣1", "﹫A1"];

/// Parses the cells of a file with the `csv` crate.
fn cells(file: &str, separator: u8) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new();
    let file = file.trim_start_matches('\u{feff}').as_bytes();
    let mut reader = reader
        .has_headers(false)
        .flexible(true)
        .delimiter(separator)
        .from_reader(file);
    let rows = reader.records().map(Result::unwrap);
    rows.map(|row| row.iter().map(str::to_owned).collect())
        .collect()
}

/// Returns the first visible character in its usual width. Restates the program's rule
/// independently: everything but letters, digits, marks and symbols is invisible.
fn first_seen(cell: &str) -> Option<char> {
    let is_hidden = |c: &char| {
        c.is_whitespace()
            || c.is_control()
            || matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
                | '\u{180b}'..='\u{180f}' | '\u{61c}' | '\u{34f}' | '\u{115f}' | '\u{1160}'
                | '\u{3164}' | '\u{ffa0}' | '\u{e0000}'..='\u{e0fff}')
    };
    cell.chars().find(|c| !is_hidden(c)).map(|c| match c {
        '＝' | '﹦' => '=',
        '＋' | '﹢' => '+',
        '－' | '﹣' => '-',
        '＠' | '﹫' => '@',
        other => other,
    })
}

#[track_caller]
fn assert_harmless(file: &str, separator: u8) {
    for row in cells(file, separator) {
        for cell in row {
            let first = first_seen(&cell);
            assert!(!matches!(first, Some('=' | '+' | '-' | '@')), "{cell:?}");
        }
    }
}

fn all() -> impl Iterator<Item = &'static str> {
    COMPUTED.iter().copied().chain(SMALL)
}

const TASKS: &str = "{ allTasks { description customer { phone name }
    device { kind brand model serialNumber accessories appearance place } stage { name } } }";

#[tokio::test]
async fn no_cell_that_goes_out_is_computed_and_all_come_back() {
    let shop = Shop::with_owner().await;
    let query = "mutation($text: String!, $phone: String!) {
        createTask(taskData: {customerPhone: $phone, description: $text,
            device: {kind: $text, brand: $text, model: $text, serialNumber: $text, accessories: $text,
                appearance: $text, place: $text}}) { task { id } }
        updateCustomer(customerData: {phone: $phone, name: $text}) { customer { id } } }";
    for (number, text) in all().enumerate() {
        let phone = format!("+7 900 000-00-{number:02}");
        // Single-line fields reject text that doesn't fit on one line.
        let answer = shop
            .ask_with(query, json!({ "text": text, "phone": phone }))
            .await;
        let visible: String = text.chars().filter(|c| !c.is_control()).collect();
        if !answer["errors"].is_null() {
            let answer = shop
                .ask_with(query, json!({ "text": visible, "phone": phone }))
                .await;
            assert!(answer["errors"].is_null(), "{text:?} {answer}");
        }
    }
    let stage = r#"mutation { createStage(stageData: {status: ACCEPTED, name: "＝этап"}) { stage { id } } }"#;
    let stage = shop.ask(stage).await;
    let id = stage["data"]["createStage"]["stage"]["id"]
        .as_str()
        .unwrap_or_else(|| panic!("{stage}"));
    let moved = format!(
        "mutation {{ updateTask(taskData: {{id: 1, stageId: {id}}}) {{ task {{ id }} }} }}"
    );
    assert!(shop.ask(&moved).await["errors"].is_null());
    let before = shop.ask(TASKS).await;
    for (language, separator) in [("RUSSIAN", b';'), ("ENGLISH", b',')] {
        let file = export(&shop, &format!("kind: TASKS, language: {language}")).await;
        assert_harmless(&file, separator);
        assert_harmless(
            &export(&shop, &format!("kind: CUSTOMERS, language: {language}")).await,
            separator,
        );
        let other = Shop::with_owner().await;
        let made = r#"mutation { createStage(stageData: {status: ACCEPTED, name: "＝этап"}) { stage { id } } }"#;
        assert!(other.ask(made).await["errors"].is_null());
        let done = import(&other, &file).await;
        assert!(done["errors"].is_null(), "{done}");
        assert_eq!(other.ask(TASKS).await, before, "{language}");
        other.close().await;
    }
    // The pages write the same files.
    let desk = SignedIn::of(&shop, "owner@example.com").await;
    for path in ["/data/tasks.csv", "/data/customers.csv"] {
        assert_harmless(&desk.page(path).await, b';');
    }
    shop.close().await;
}

#[tokio::test]
async fn rows_that_are_refused_go_out_harmless_and_as_they_came() {
    let shop = Shop::with_owner().await;
    let desk = SignedIn::of(&shop, "owner@example.com").await;
    let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
    let rows = all().map(|text| format!("{0};нет телефона;{0}\n", quoted(text)));
    let file = format!(
        "Имя;Телефон;{}\n{}",
        quoted("\u{a0}=Описание"),
        rows.collect::<String>()
    );
    let at = desk.upload(file).await;
    let refused = desk.page(&format!("{at}/refused.csv")).await;
    assert_harmless(&refused, b';');
    let rows = cells(&refused, b';');
    assert_eq!(rows.len(), 1 + all().count());
    for (row, text) in rows[1..].iter().zip(all()) {
        // Byte order marks inside a file are removed on import.
        let text = text.replace('\u{feff}', "");
        assert_eq!(row[0], format!("'{text}"), "{text:?}");
    }
    // Imported again, they are the same rows, rejected for the same reason.
    let again = desk.upload(refused.clone()).await;
    let again = desk.page(&format!("{again}/refused.csv")).await;
    let first = |file: &str| -> Vec<Vec<String>> {
        let rows = cells(file, b';').into_iter();
        rows.map(|row| row[..3].to_vec()).collect()
    };
    assert_eq!(first(&again), first(&refused));
    shop.close().await;
}
