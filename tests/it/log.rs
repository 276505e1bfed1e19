//! The log is for operators, and contains no personal data.

use std::io::Write;
use std::sync::{Arc, Mutex};

use reqwest::Method;
use serde_json::{Value, json};
use tracing::dispatcher::{self, Dispatch};
use tracing_subscriber::filter::{LevelFilter, Targets};
use zayavka::clock::Clock;
use zayavka::domain::Error;
use zayavka::log::{Form, Request, lines, request_id};
use zayavka::store::{Connection, Db, Transaction};

use crate::bot::{ANNA, contact, create, messages, set_status, text};
use crate::fake_telegram::Answer;
use crate::harness::{Log, PASSWORD, SECRET, Shop, code};
use crate::pages::Browser;

#[tokio::test]
async fn nothing_personal_reaches_it() {
    let log = Log::start();
    let shop = Shop::with_owner().await;
    let id = create(&shop, "+79012345678").await;
    for query in [
        r#"mutation { updateTask(taskData: {id: 1, description: "Секретная поломка", device: {model: "Секретная модель", serialNumber: "SN-4711-4712"}}) { task { id } } }"#,
        r#"{ tasks(filter: {serialNumber: "SN-4711-4712", search: "Секретная"}) { totalCount } }"#,
        r#"mutation { updateCustomer(customerData: {phone: "+79012345678", name: "Секретный Клиент"}) { customer { id } } }"#,
        r#"mutation { createCustomer(customerData: {phone: "+79012345678x"}) { customer { id } } }"#,
        r#"mutation { login(email: "owner@example.com", password: "wrong-secret") { success } }"#,
        "{ nothing }",
    ] {
        shop.ask(query).await;
    }
    shop.update(text(ANNA, "/start")).await;
    shop.update(contact(ANNA, ANNA, "+79012345678")).await;
    messages(&shop, 3).await;
    let refused = json!({"ok": false, "error_code": 400, "description": "Bad Request at /bot1:secret/sendMessage"});
    shop.telegram.then(Answer::Error(400, refused));
    set_status(&shop, &id, "READY").await;
    messages(&shop, 4).await;
    shop.webhook(&[SECRET], "Секретный мусор").await;
    let path = format!("/join/{}?token=very-secret", shop.token.clone().unwrap());
    shop.request(Method::GET, &path).send().await.unwrap();
    let link = crate::status_links::renew(&shop, "1").await;
    for path in [&*link, "/s/very-secret"] {
        shop.request(Method::GET, path).send().await.unwrap();
    }
    let token = shop.token.clone().unwrap();
    shop.close().await;
    let log = log.text();
    assert!(
        log.contains("answered") && log.contains("failed to send message"),
        "{log}"
    );
    for secret in [
        "9012345678",
        "4711-4712",
        "47114712",
        "екретн",
        "owner@example.com",
        "wrong-secret",
        "very-secret",
        PASSWORD,
        SECRET,
        &token,
        link.trim_start_matches("/s/"),
        "1:secret",
        "Анна",
        &ANNA.to_string(),
    ] {
        assert!(!log.contains(secret), "{secret} is in the log: {log}");
    }
}

/// The output of a separate log.
#[derive(Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Written {
    /// Returns a subscriber like the program's, with a fixed clock.
    fn log(&self, form: Form) -> Dispatch {
        let (writer, clock) = (self.clone(), Clock::manual(NOON.parse().unwrap()));
        {
            let info = Targets::new().with_default(LevelFilter::INFO);
            lines(form, info, move || writer.clone(), clock)
        }
    }

    /// Returns the only line with these words.
    fn line(&self, words: &str) -> String {
        let text = String::from_utf8(self.0.lock().unwrap().clone()).unwrap();
        let text = without_colours(&text);
        let lines: Vec<_> = text.lines().filter(|line| line.contains(words)).collect();
        assert_eq!(lines.len(), 1, "{words}: {text}");
        lines[0].to_owned()
    }
}

/// Removes the control sequences from terminal output.
fn without_colours(text: &str) -> String {
    let mut parts = text.split("\u{1b}[");
    let first = parts.next().unwrap_or_default();
    let rest = parts.map(|part| part.split_once('m').unwrap().1);
    std::iter::once(first).chain(rest).collect()
}

const NOON: &str = "2026-11-21T12:00:00Z";
const TIME: &str = "2026-11-21T12:00:00.000Z";

/// A JSON line, whose only span is its request.
fn object_of(line: &str, id: &str) -> Value {
    let line: Value = serde_json::from_str(line).unwrap();
    let span = json!([{ "name": "request", "request_id": id }]);
    assert_eq!((&line["timestamp"], &line["spans"]), (&json!(TIME), &span));
    line
}

#[tokio::test]
async fn a_write_that_fails_is_logged_with_the_number_of_its_request() {
    for form in [Form::Text, Form::Json] {
        let written = Written::default();
        let shop = Shop::with_owner().await;
        let mut browser = Browser::signed_in(&shop, "owner@example.com").await;
        let broken = "CREATE TRIGGER broken BEFORE INSERT ON tasks BEGIN SELECT RAISE(ABORT, 'refused by a trigger'); END";
        shop.database().execute_batch(broken).unwrap();
        let log = dispatcher::set_default(&written.log(form));
        let create =
            r#"mutation { createTask(taskData: {customerPhone: "+79000000001"}) { task { id } } }"#;
        let answer = shop.ask(create).await;
        assert_eq!(code(&answer), "INTERNAL_SERVER_ERROR", "{answer}");
        let id = answer["errors"][0]["extensions"]["requestId"]
            .as_str()
            .unwrap();
        let line = written.line("refused by a trigger");
        match form {
            Form::Text => {
                let begin =
                    format!("{TIME} ERROR request{{request_id={id}}}: internal error error=");
                assert!(line.starts_with(&begin), "{line}");
            }
            Form::Json => {
                let line = object_of(&line, id);
                let fields = &line["fields"];
                assert_eq!(
                    (&line["level"], &fields["message"]),
                    (&json!("ERROR"), &json!("internal error"))
                );
                assert!(
                    fields["error"]
                        .as_str()
                        .unwrap()
                        .contains("refused by a trigger"),
                    "{line}"
                );
            }
        }
        // The error page names the id of its own request, like the header.
        drop(log);
        let written = Written::default();
        let log = dispatcher::set_default(&written.log(form));
        let answer = browser
            .post("/new-task", &[("phone", "8 900 000 00 01"), ("key", "1")])
            .await;
        let id = answer.headers()["x-request-id"]
            .to_str()
            .unwrap()
            .to_owned();
        let page = answer.text().await.unwrap();
        assert!(page.contains(&id), "{page}");
        let line = written.line("refused by a trigger");
        assert!(line.contains(&id), "{line}");
        drop(log);
        shop.close().await;
    }
}

/// Spans of the store's threads belong to the request that they work for.
#[tokio::test]
async fn the_threads_of_the_store_say_for_whom_they_work() {
    for form in [Form::Text, Form::Json] {
        let folder = tempfile::tempdir().unwrap();
        let db = Db::open(&folder.path().join("shop.db"), NOON.parse().unwrap()).unwrap();
        let written = Written::default();
        let log = written.log(form);
        let _log = dispatcher::set_default(&log);
        let say = move |words: &'static str| {
            dispatcher::with_default(&log, || tracing::warn!("{words}"));
        };
        let (reading, writing) = (say.clone(), say.clone());
        let request = Request::new();
        let id = request.id().to_owned();
        let work = async {
            assert_eq!(request_id(), id);
            let read = move |_: &Connection| {
                reading("said by a reader");
                Ok(())
            };
            db.read(read).await.unwrap();
            let write = move |_: &Transaction<'_>| -> Result<(), Error> {
                writing("said by the writer");
                Err(Error::internal("not stored"))
            };
            db.write(write).await.unwrap_err();
        };
        request.run(work).await;
        say("said by nobody's request");
        assert_eq!(request_id(), "");
        for words in ["said by a reader", "said by the writer"] {
            let line = written.line(words);
            match form {
                Form::Text => assert_eq!(
                    line,
                    format!("{TIME}  WARN request{{request_id={id}}}: {words}")
                ),
                Form::Json => drop(object_of(&line, &id)),
            }
        }
        assert!(!written.line("nobody's").contains(&id));
    }
}

/// Reference output of the former formatter.
#[test]
fn a_line_in_json_is_one_object_whatever_it_says() {
    let written = Written::default();
    dispatcher::with_default(&written.log(Form::Json), || {
        tracing::info!(
            text = "«да»\n\"нет\"",
            least = i64::MIN,
            most = u64::MAX,
            ms = 0.5,
            fine = true,
            shown = %"a\\b",
            "answered {}",
            1
        );
        tracing::warn!("again");
    });
    let line = |words: &str| serde_json::from_str::<Value>(&written.line(words)).unwrap();
    let fields = json!({
        "message": "answered 1",
        "text": "«да»\n\"нет\"",
        "least": i64::MIN,
        "most": u64::MAX,
        "ms": 0.5,
        "fine": true,
        "shown": "a\\b",
    });
    let target = module_path!();
    assert_eq!(
        [line("answered"), line("again")],
        [
            json!({ "timestamp": TIME, "level": "INFO", "fields": fields, "target": target }),
            json!({ "timestamp": TIME, "level": "WARN", "fields": { "message": "again" }, "target": target }),
        ]
    );
}
