//! An unreadable row: one log line that names it, whatever the query.

use serde_json::Value;
use tempfile::TempDir;

use crate::bot::create;
use crate::harness::{Log, Shop, code, eventually};
use crate::process::Program;

const TASKS: usize = 30;

/// An instant out of range.
const NEVER: i64 = i64::MAX;

async fn shop() -> Shop {
    let shop = Shop::with_owner().await;
    for _ in 0..TASKS {
        create(&shop, "+79000000001").await;
    }
    shop
}

/// Returns the log lines about internal errors.
fn failures(log: &str) -> Vec<&str> {
    log.lines()
        .filter(|line| line.contains("internal error"))
        .collect()
}

#[tokio::test]
async fn one_row_is_one_line_for_each_request() {
    let shop = shop().await;
    let sql = "INSERT INTO comments (id, task_id, kind, text, at) VALUES (1, 7, 'INTERNAL', 'a word', ?1)";
    assert_eq!(shop.database().execute(sql, [NEVER]).unwrap(), 1);
    let log = Log::start();
    let fields: String = (0..10)
        .map(|at| format!("c{at}: comments {{ id }} "))
        .collect();
    let answer = shop.ask(&format!("{{ allTasks {{ id {fields} }} }}")).await;
    assert_eq!(code(&answer), "INTERNAL_SERVER_ERROR", "{answer}");
    let text = log.text();
    let said = failures(&text);
    assert_eq!(said.len(), 1, "{said:#?}");
    for part in ["comments", "row 1", "\"at\""] {
        assert!(said[0].contains(part), "{part}: {}", said[0]);
    }
    drop(log);
    shop.close().await;
}

#[tokio::test]
async fn a_line_names_the_row_in_whatever_table_it_is() {
    let shop = shop().await;
    let file = shop.database();
    // Values that the program can't have written.
    file.pragma_update(None, "ignore_check_constraints", true)
        .unwrap();
    for (table, column, damaged, sound, query) in [
        (
            "tasks",
            "closed_at",
            i64::MAX.to_string(),
            "NULL",
            "{ allTasks { closedTime } }",
        ),
        (
            "customers",
            "telegram_language",
            "'xx'".to_owned(),
            "'ru'",
            "{ allTasks { customer { telegramId } } }",
        ),
        (
            "stages",
            "colour",
            "'NONE'".to_owned(),
            "'BLUE'",
            "{ allTasks { stage { name } } }",
        ),
        (
            "task_events",
            "kind",
            "'NOTHING'".to_owned(),
            "'CREATED'",
            "{ taskById(id: 1) { history { kind } } }",
        ),
    ] {
        let set = |to: &str| {
            let sql = format!("UPDATE {table} SET {column} = {to} WHERE id = 1");
            file.execute(&sql, []).unwrap();
        };
        if table == "task_events" {
            file.execute_batch("DROP TRIGGER task_events_append_only_update")
                .unwrap();
        }
        set(&damaged);
        let log = Log::start();
        let answer = shop.ask(query).await;
        assert_eq!(code(&answer), "INTERNAL_SERVER_ERROR", "{table}: {answer}");
        let text = log.text();
        let said = failures(&text);
        assert_eq!(said.len(), 1, "{said:#?}");
        for part in [table, "row 1", &format!("\"{column}\"")] {
            assert!(said[0].contains(part), "{part}: {}", said[0]);
        }
        // What isn't asked for isn't read.
        let others = shop
            .ask("{ allTasks { id createdTime customer { phone name } } }")
            .await;
        assert!(others["errors"].is_null(), "{table}: {others}");
        set(sound);
    }
    drop(file);
    shop.close().await;
}

/// With the real log: the first failures of a kind are logged one by one, and the rest as a sum
/// with their request ids.
#[tokio::test]
async fn a_failure_that_repeats_is_counted() {
    let folder = TempDir::new().unwrap();
    let mut program = Program::start(&folder);
    let register = program.ask(None, crate::backup::REGISTER).await.unwrap();
    let token = register["data"]["register"]["token"]
        .as_str()
        .unwrap()
        .to_owned();
    let create =
        r#"mutation { createTask(taskData: {customerPhone: "+79000000001"}) { task { id } } }"#;
    program.ask(Some(&token), create).await.unwrap();
    let file = rusqlite::Connection::open(folder.path().join("zayavka.db")).unwrap();
    file.execute("UPDATE tasks SET closed_at = ?1", [NEVER])
        .unwrap();
    let mut asked = Vec::new();
    for _ in 0..50 {
        let answer = program
            .ask(Some(&token), "{ allTasks { closedTime } }")
            .await
            .unwrap();
        assert_eq!(code(&answer), "INTERNAL_SERVER_ERROR", "{answer}");
        let id = &answer["errors"][0]["extensions"]["requestId"];
        asked.push(id.as_str().unwrap().to_owned());
    }
    program.signal("TERM");
    assert!(program.child.wait().unwrap().success());
    eventually("the log has no end", || program.log().contains("repeated")).await;
    let log = program.log();
    let lines: Vec<Value> = log
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .collect();
    let of = |message: &str| {
        let lines = lines.iter();
        lines
            .filter(|line| line["fields"]["message"] == message)
            .collect::<Vec<_>>()
    };
    let said = of("internal error");
    assert_eq!(said.len(), 10, "{log}");
    assert!(
        said.iter()
            .zip(&asked)
            .all(|(line, id)| line["spans"][0]["request_id"] == **id)
    );
    let sums = of("the same failure was repeated");
    assert_eq!(sums.len(), 1, "{log}");
    let sum = &sums[0]["fields"];
    assert_eq!(sum["times"], 40, "{log}");
    assert_eq!(sum["what"], "internal error");
    let numbers = sum["requests"].as_str().unwrap();
    assert!(
        asked[10..]
            .iter()
            .take(20)
            .all(|id| numbers.contains(&**id)),
        "{numbers}"
    );
    assert!(sum["error"].as_str().unwrap().contains("closed_at"));
}
