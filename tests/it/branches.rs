//! One report of several shops: the SQL of docs/scale.md over copies of two databases says what
//! each shop's own report says.

use std::collections::BTreeMap;
use std::path::Path;

use rusqlite::Connection;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::cli::works;
use crate::documents::documents;
use crate::process::Program;

const SHOPS: [(&str, &str); 2] = [("north", "200"), ("south", "120")];
const COLUMNS: [&str; 6] = [
    "registered",
    "closed",
    "earned",
    "debts",
    "received",
    "refunded",
];

/// Returns the only SQL of a document.
fn sql_of(page: &str) -> String {
    let (_, rest) = page.split_once("\n```sql\n").unwrap();
    let (sql, rest) = rest.split_once("\n```\n").unwrap();
    assert!(!rest.contains("```sql"));
    sql.to_owned()
}

/// Runs the document's SQL, and returns its sums by month and shop.
fn joined(sql: &str, copies: &Path) -> BTreeMap<(String, String), [i64; 6]> {
    let mut sql = sql.to_owned();
    for (shop, _) in SHOPS {
        let named = format!("ATTACH '{shop}.db'");
        assert!(sql.contains(&named), "{sql}");
        let path = copies.join(format!("{shop}.db"));
        sql = sql.replace(&named, &format!("ATTACH '{}'", path.display()));
    }
    let (views, report) = sql.split_at(sql.find("WITH ").unwrap());
    let connection = Connection::open_in_memory().unwrap();
    connection.execute_batch(views).unwrap();
    let mut report = connection.prepare(report).unwrap();
    assert_eq!(report.column_names()[2..], COLUMNS);
    let rows = report.query_map([], |row| {
        let mut sums = [0; 6];
        for (at, sum) in sums.iter_mut().enumerate() {
            *sum = row.get(at + 2)?;
        }
        Ok(((row.get(0)?, row.get(1)?), sums))
    });
    rows.unwrap().map(Result::unwrap).collect()
}

/// Returns a shop's own sums of a month.
async fn own(program: &Program, token: &str, month: &str) -> [i64; 6] {
    let query = format!(
        r#"{{ month(month: "{month}") {{ total {{ registered closed }} money {{ earned debts received refunded }} }} }}"#
    );
    let answer = program.ask(Some(token), &query).await.unwrap();
    let month = &answer["data"]["month"];
    COLUMNS.map(|column| {
        let sum = [&month["total"][column], &month["money"][column]];
        let sum = sum.into_iter().find_map(Value::as_i64);
        sum.unwrap_or_else(|| panic!("no {column}: {answer}"))
    })
}

/// Takes a payment, gives a part of it back, and corrects both rows, one of them in part.
async fn correct(program: &Program, token: &str) {
    for mutation in [
        r#"createTask(taskData: {customerPhone: "+79000000001"}) { task { id } }"#,
        "takePayment(paymentData: {taskId: TASK, method: CARD, sum: 70000, overpayment: true}) { payment { id } }",
        "refundPayment(id: PAYMENT, sum: 20000, method: CARD) { payment { id } }",
        "takePayment(paymentData: {taskId: TASK, method: CARD, sum: 3000, overpayment: true}) { payment { id } }",
        "reversePayment(id: PAYMENT) { payment { id } }",
    ]
    .map(|mutation| format!("mutation {{ {mutation} }}"))
    {
        let newest = "{ tasks(first: 1) { nodes { id payments { id } } } }";
        let answer = program.ask(Some(token), newest).await.unwrap();
        let task = &answer["data"]["tasks"]["nodes"][0];
        let payments = task["payments"].as_array().unwrap();
        let payment = payments.last().map_or(&json!("0"), |payment| &payment["id"]).clone();
        let mutation = mutation.replace("TASK", task["id"].as_str().unwrap());
        let mutation = mutation.replace("PAYMENT", payment.as_str().unwrap());
        let answer = program.ask(Some(token), &mutation).await.unwrap();
        assert!(answer["errors"].is_null(), "{mutation}\n{answer}");
    }
}

#[tokio::test]
async fn the_documents_sql_joins_what_each_shop_reports_itself() {
    let documents = documents();
    let sql = sql_of(&documents["docs/scale.md"]);
    assert_eq!(sql, sql_of(&documents["docs/ru/scale.md"]));
    let copies = TempDir::new().unwrap();
    let mut shops = Vec::new();
    for (shop, tasks) in SHOPS {
        let folder = TempDir::new().unwrap();
        let said = works(folder.path(), &["demo", "--tasks", tasks], "");
        let (_, password) = said.lines().next().unwrap().split_once(" with ").unwrap();
        let program = Program::start(&folder);
        let login = format!(
            r#"mutation {{ login(email: "owner@example.com", password: "{password}") {{ token }} }}"#
        );
        let answer = program.ask(None, &login).await.unwrap();
        let token = answer["data"]["login"]["token"]
            .as_str()
            .unwrap()
            .to_owned();
        correct(&program, &token).await;
        let copy = copies.path().join(format!("{shop}.db"));
        works(folder.path(), &["backup", copy.to_str().unwrap()], "");
        shops.push((shop, program, token, folder));
    }
    let rows = joined(&sql, copies.path());
    let mut compared = 0;
    let mut all: BTreeMap<&str, [i64; 6]> = BTreeMap::new();
    for ((month, name), sums) in &rows {
        let Some((_, program, token, _)) = shops.iter().find(|(shop, ..)| shop == name) else {
            assert_eq!(name, "all");
            continue;
        };
        assert_eq!(*sums, own(program, token, month).await, "{month} {name}");
        let total = all.entry(month).or_default();
        for (total, sum) in total.iter_mut().zip(sums) {
            *total += sum;
        }
        compared += 1;
    }
    assert!(compared > 12, "{compared}");
    for (month, total) in all {
        assert_eq!(
            rows[&(month.to_owned(), "all".to_owned())],
            total,
            "{month}"
        );
    }
    let refunded = rows.values().map(|sums| sums[5]).max();
    assert_eq!(refunded, Some(40_000), "nothing was given back");
}
