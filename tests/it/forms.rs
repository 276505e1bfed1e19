//! Forms as a browser without a script submits them: the effect of Enter, concurrent edits,
//! repeated submissions, and lost responses.

use std::time::Duration;

use reqwest::{Response, StatusCode};
use serde_json::{Value, json};

use crate::bot::{ANNA, contact, create, messages, set_status};
use crate::harness::Shop;
use crate::pages::{Browser, goes_to};
use crate::status_links::renew;

/// A form of a page with everything that a browser would submit.
#[derive(Clone)]
pub struct Form {
    action: String,
    fields: Vec<(String, String)>,
}

impl Form {
    /// Returns the form with that action.
    pub fn of(page: &str, action: &str) -> Self {
        let start = page
            .find(&format!("action=\"{action}\""))
            .unwrap_or_else(|| panic!("no form leads to {action}: {page}"));
        let inside = page[start..].split("</form>").next().unwrap();
        let mut fields = Vec::new();
        let mut select: Option<(String, Option<String>)> = None;
        for piece in inside.split('<').skip(1) {
            let (tag, text) = piece.split_once('>').unwrap();
            let value = || attribute(tag, "value").unwrap_or_default();
            let name = attribute(tag, "name").unwrap_or_default();
            match tag.split([' ', '/']).next().unwrap() {
                "input" => {
                    let kind = attribute(tag, "type").unwrap_or_default();
                    let counts = !["radio", "checkbox"].contains(&&*kind);
                    if !name.is_empty() && (counts || tag.ends_with(" checked")) {
                        fields.push((name, value()));
                    }
                }
                "textarea" => fields.push((name, decoded(text))),
                "select" => select = Some((name, None)),
                "option" => {
                    let (_, chosen) = select.as_mut().unwrap();
                    if chosen.is_none() || tag.ends_with(" selected") {
                        *chosen = Some(value());
                    }
                }
                "" => {
                    if tag == "/select"
                        && let Some((name, chosen)) = select.take()
                    {
                        fields.push((name, chosen.unwrap_or_default()));
                    }
                }
                _ => {}
            }
        }
        let action = action.to_owned();
        Self { action, fields }
    }

    pub fn set(&mut self, name: &str, value: &str) -> &mut Self {
        self.fields.retain(|(known, _)| known != name);
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        let found = self.fields.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| &**value)
    }

    pub async fn send(&self, browser: &mut Browser<'_>) -> Response {
        let fields: Vec<(&str, &str)> = self.fields.iter().map(|(n, v)| (&**n, &**v)).collect();
        browser.post(&self.action, &fields).await
    }
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
    Some(decoded(rest.split('"').next().unwrap()))
}

fn decoded(text: &str) -> String {
    let entities = [
        ("&#34;", "\""),
        ("&#39;", "'"),
        ("&#60;", "<"),
        ("&#62;", ">"),
        ("&#38;", "&"),
    ];
    entities
        .iter()
        .fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}

async fn form(browser: &Browser<'_>, page: &str, action: &str) -> Form {
    Form::of(&browser.page(page).await, action)
}

async fn asked(shop: &Shop, query: &str) -> Value {
    shop.ask(query).await["data"].clone()
}

const TASK: &str = r#"mutation { createTask(taskData: {customerPhone: "+7 900 000-00-01", description: "Не включается", category: REPAIR,
    estimate: 100000, device: {brand: "Apple", serialNumber: "SN-100", place: "полка 3"}}) { task { id } } }"#;
const KEPT: &str = "{ taskById(id: 1) { status description category dueOn estimate price device { brand place } } }";

#[tokio::test]
async fn enter_creates_a_task_whatever_is_in_the_form() {
    let shop = Shop::with_owner().await;
    shop.ask(TASK).await;
    let mut browser = Browser::signed_in(&shop, "owner@example.com").await;
    let page = browser.page("/new-task/").await;
    // Enter presses the first button of a form, which has no name: only a button that is pressed looks something up.
    let form = &page[page.find("action=\"/new-task/\"").unwrap()..];
    let first = form
        .split("<button")
        .nth(1)
        .unwrap()
        .split('>')
        .next()
        .unwrap();
    assert!(
        first.contains("data-enter") && !first.contains("name="),
        "{first}"
    );
    let filled = [
        &[("phone", "8 900 000 00 02"), ("description", "Шумит")][..],
        &[("phone", "8 900 000 00 03"), ("serialNumber", "sn 100")],
        &[("phone", "8 900 000 00 01")],
    ];
    for (nth, fields) in filled.iter().enumerate() {
        let mut form = Form::of(&page, "/new-task/");
        form.set("key", &nth.to_string());
        for (name, value) in *fields {
            form.set(name, value);
        }
        let task = format!("/tasks/{}", nth + 2);
        assert_eq!(goes_to(&form.send(&mut browser).await), task);
    }
    shop.close().await;
}

#[tokio::test]
async fn two_people_who_change_different_things_are_both_kept() {
    let shop = Shop::with_owner().await;
    shop.ask(TASK).await;
    crate::accounts::employee(&shop).await;
    let mut mine = Browser::signed_in(&shop, "owner@example.com").await;
    let mut theirs = Browser::signed_in(&shop, "second@example.com").await;
    let mut first = form(&mine, "/tasks/1/edit", "/tasks/1/edit").await;
    let mut second = form(&theirs, "/tasks/1/edit", "/tasks/1/edit").await;
    second.set("description", "Не включается\r\nКлиент торопится");
    second.set("place", "стол");
    second.set("dueOn", "2021-07-31");
    assert_eq!(goes_to(&second.send(&mut theirs).await), "/tasks/1");
    set_status(&shop, "1", "IN_PROGRESS").await;
    first.set("price", "2 500,50");
    first.set("brand", "Samsung");
    first.set("category", "DIAGNOSIS");
    assert_eq!(goes_to(&first.send(&mut mine).await), "/tasks/1");
    let task = asked(&shop, KEPT).await;
    assert_eq!(
        task["taskById"],
        json!({
            "status": "IN_PROGRESS", "description": "Не включается\nКлиент торопится", "category": "DIAGNOSIS",
            "dueOn": "2021-07-31", "estimate": 100_000, "price": 250_050,
            "device": {"brand": "Samsung", "place": "стол"},
        })
    );
    // A form without changes writes nothing.
    let version = "{ taskById(id: 1) { version } }";
    let before = asked(&shop, version).await;
    let stale = form(&mine, "/tasks/1/edit", "/tasks/1/edit").await;
    assert_eq!(goes_to(&stale.send(&mut mine).await), "/tasks/1");
    assert_eq!(asked(&shop, version).await, before);
    shop.close().await;
}

#[tokio::test]
async fn only_what_collides_is_asked_about_and_each_by_itself() {
    let shop = Shop::with_owner().await;
    shop.ask(TASK).await;
    crate::accounts::employee(&shop).await;
    let mut mine = Browser::signed_in(&shop, "owner@example.com").await;
    let mut theirs = Browser::signed_in(&shop, "second@example.com").await;
    let mut first = form(&mine, "/tasks/1/edit", "/tasks/1/edit").await;
    let mut second = form(&theirs, "/tasks/1/edit", "/tasks/1/edit").await;
    second.set("description", "Клиент торопится");
    second.set("place", "стол");
    second.set("estimate", "1 500");
    second.set("status", "READY");
    second.send(&mut theirs).await;
    first.set("description", "Заменить \"экран\"\r\nсегодня");
    first.set("place", "полка 7");
    first.set("estimate", "2000");
    first.set("status", "IN_PROGRESS");
    // Equal changes don't conflict, nor does a change by one side only.
    second.set("brand", "Apple");
    first.set("price", "3000");
    let answer = first.send(&mut mine).await;
    assert_eq!(answer.status(), StatusCode::CONFLICT);
    let page = answer.text().await.unwrap();
    for seen in [
        "Клиент торопится",
        "Заменить &#34;экран&#34;\nсегодня</textarea>",
        "стол",
        "value=\"полка 7\"",
        "1\u{a0}500\u{a0}₽",
        "value=\"2000\"",
        "Готово",
        "<option value=\"IN_PROGRESS\" selected>",
    ] {
        assert!(page.contains(seen), "{seen}: {page}");
    }
    let question = Form::of(&page, "/tasks/1/edit");
    for other in ["price", "brand", "category", "dueOn", "take.description"] {
        assert_eq!(question.get(other), None, "{other}: {page}");
    }
    // Changes without a conflict are saved already, and the colleague's are kept.
    let now = asked(&shop, KEPT).await;
    let now = &now["taskById"];
    assert_eq!(
        (&now["price"], &now["estimate"]),
        (&json!(300_000), &json!(150_000))
    );
    assert_eq!(now["description"], "Клиент торопится");

    // Without a choice the question is repeated; nothing is written.
    let answer = question.send(&mut mine).await;
    assert_eq!(answer.status(), StatusCode::CONFLICT);
    let page = answer.text().await.unwrap();
    assert!(page.contains("Выберите"), "{page}");
    assert_eq!(asked(&shop, KEPT).await["taskById"], *now);
    let mut question = Form::of(&page, "/tasks/1/edit");
    question.set("take.description", "mine");
    question.set("description", "Заменить экран, клиент торопится");
    question.set("take.place", "theirs");
    question.set("take.estimate", "mine");
    question.set("take.status", "theirs");
    // Somebody is faster again: that one field conflicts once more, the others are saved.
    shop.ask("mutation { updateTask(taskData: {id: 1, estimate: 777}) { task { id } } }")
        .await;
    let answer = question.send(&mut mine).await;
    assert_eq!(answer.status(), StatusCode::CONFLICT);
    let page = answer.text().await.unwrap();
    let mut question = Form::of(&page, "/tasks/1/edit");
    assert_eq!(question.get("description"), None);
    assert_eq!(question.get("estimate"), Some("2000"));
    // An invalid value is reported there, and what was typed stays.
    question
        .set("take.estimate", "mine")
        .set("estimate", "даром");
    let answer = question.send(&mut mine).await;
    assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let page = answer.text().await.unwrap();
    assert!(page.contains("id=\"estimate-problem\""), "{page}");
    assert!(page.contains("value=\"даром\""), "{page}");
    let mut question = Form::of(&page, "/tasks/1/edit");
    assert_eq!(question.get("take.estimate"), Some("mine"));
    question.set("estimate", "2000");
    assert_eq!(goes_to(&question.send(&mut mine).await), "/tasks/1");
    let task = asked(&shop, KEPT).await;
    assert_eq!(
        task["taskById"],
        json!({
            "status": "READY", "description": "Заменить экран, клиент торопится", "category": "REPAIR",
            "dueOn": null, "estimate": 200_000, "price": 300_000,
            "device": {"brand": "Apple", "place": "стол"},
        })
    );
    shop.close().await;
}

#[tokio::test]
async fn customers_and_stages_are_merged_as_tasks_are() {
    let shop = Shop::with_owner().await;
    shop.ask(TASK).await;
    let mut mine = Browser::signed_in(&shop, "owner@example.com").await;
    let mut theirs = Browser::signed_in(&shop, "owner@example.com").await;
    let (page, of) = ("/customers/1/edit", "/customers/1/edit");
    let mut first = form(&mine, page, of).await;
    let untouched = first.clone();
    let mut second = form(&theirs, page, of).await;
    second.set("name", "Анна Каренина");
    assert_eq!(goes_to(&second.send(&mut theirs).await), "/customers/1");
    // An unchanged name is not erased.
    assert_eq!(goes_to(&untouched.send(&mut mine).await), "/customers/1");
    let name = "{ customerById(id: 1) { name } }";
    assert_eq!(
        asked(&shop, name).await["customerById"]["name"],
        "Анна Каренина"
    );
    first.set("name", "Анна <К.>");
    let answer = first.send(&mut mine).await;
    assert_eq!(answer.status(), StatusCode::CONFLICT);
    let page = answer.text().await.unwrap();
    assert!(
        page.contains("Анна Каренина") && page.contains("value=\"Анна &#60;К.&#62;\""),
        "{page}"
    );
    let mut question = Form::of(&page, of);
    question.set("take.name", "mine");
    assert_eq!(goes_to(&question.send(&mut mine).await), "/customers/1");
    assert_eq!(
        asked(&shop, name).await["customerById"]["name"],
        "Анна <К.>"
    );

    let of = "/stages/5/edit";
    let mut first = form(&mine, of, of).await;
    let mut second = form(&theirs, of, of).await;
    second.set("name", "Ждёт деталь").set("colour", "RED");
    second.fields.retain(|(name, _)| name != "told");
    assert_eq!(goes_to(&second.send(&mut theirs).await), "/stages");
    first.set("wording", "Деталь в пути").set("stuckDays", "5");
    assert_eq!(goes_to(&first.send(&mut mine).await), "/stages");
    let stage = async || {
        let all = asked(
            &shop,
            "{ stages { id name colour wording told stuckDays } }",
        )
        .await;
        let all = all["stages"].as_array().unwrap().clone();
        all.into_iter().find(|stage| stage["id"] == "5").unwrap()
    };
    assert_eq!(
        stage().await,
        json!({"id": "5", "name": "Ждёт деталь", "colour": "RED", "wording": "Деталь в пути", "told": false, "stuckDays": 5})
    );
    first.set("colour", "VIOLET").set("name", "Запчасть");
    let answer = first.send(&mut mine).await;
    assert_eq!(answer.status(), StatusCode::CONFLICT);
    let page = answer.text().await.unwrap();
    let mut question = Form::of(&page, of);
    assert_eq!(question.get("wording"), None, "{page}");
    question
        .set("take.colour", "mine")
        .set("take.name", "theirs");
    assert_eq!(goes_to(&question.send(&mut mine).await), "/stages");
    assert_eq!(
        stage().await,
        json!({"id": "5", "name": "Ждёт деталь", "colour": "VIOLET", "wording": "Деталь в пути", "told": false, "stuckDays": 5})
    );
    shop.close().await;
}

/// Submits a form three times at once from three browsers of one person; each is redirected to the
/// same place.
async fn three_times(shop: &Shop, form: &Form) -> (StatusCode, String) {
    let mut browsers = Vec::new();
    for _ in 0..3 {
        let mut browser = Browser::open(shop);
        browser.cookie = format!("zayavka={}", shop.token.as_ref().unwrap());
        browsers.push(browser);
    }
    let [a, b, c] = &mut browsers[..] else {
        unreachable!()
    };
    let (a, b, c) = tokio::join!(form.send(a), form.send(b), form.send(c));
    let of = |answer: &Response| {
        let to = answer.headers().get("location");
        let to = to.map_or("", |to| to.to_str().unwrap());
        (answer.status(), to.to_owned())
    };
    assert_eq!(of(&a), of(&b));
    assert_eq!(of(&b), of(&c));
    of(&a)
}

#[tokio::test]
async fn a_form_that_is_sent_three_times_makes_one_thing() {
    let shop = Shop::with_owner().await;
    let browser = Browser::signed_in(&shop, "owner@example.com").await;
    let to = |address: &str| (StatusCode::SEE_OTHER, address.to_owned());
    let other = to("/tasks/1");
    let mut task = form(&browser, "/new-task/", "/new-task/").await;
    task.set("phone", "8 900 000 00 01")
        .set("description", "Шумит");
    assert_eq!(three_times(&shop, &task).await, other);
    let mut comment = form(&browser, "/tasks/1", "/tasks/1/comments").await;
    comment.set("comment", "Звонили").set("to", "customer");
    assert_eq!(
        three_times(&shop, &comment).await,
        to("/tasks/1?said=message")
    );
    let mut ask = form(&browser, "/tasks/1", "/tasks/1/ask").await;
    ask.set("askPrice", "1500");
    assert_eq!(three_times(&shop, &ask).await, to("/tasks/1?said=price"));
    let mut customer = form(&browser, "/new-customer", "/new-customer").await;
    customer.set("phone", "8 900 000 00 02");
    let made = (StatusCode::SEE_OTHER, "/customers/2".to_owned());
    assert_eq!(three_times(&shop, &customer).await, made);
    let mut stage = form(&browser, "/new-stage", "/new-stage").await;
    stage.set("name", "Ждёт клиента");
    let made = (StatusCode::SEE_OTHER, "/stages".to_owned());
    assert_eq!(three_times(&shop, &stage).await, made);
    let mut link = form(&browser, "/tasks/1", "/tasks/1/link").await;
    assert_eq!(three_times(&shop, &link).await, other);
    link = form(&browser, "/tasks/1/link", "/tasks/1/link").await;
    assert_eq!(link.get("renew"), Some("1"));
    assert_eq!(three_times(&shop, &link).await, other);
    let mut invite = form(&browser, "/staff", "/staff/invite").await;
    invite.set("email", "new@example.com");
    assert_eq!(three_times(&shop, &invite).await.0, StatusCode::OK);

    let address = renew(&shop, "1").await;
    let mut said = form(&browser, &address, &format!("{address}/say")).await;
    said.set("text", "Когда будет готово?");
    let made = (StatusCode::SEE_OTHER, address.clone());
    assert_eq!(three_times(&shop, &said).await, made);
    let count = |table: &str| -> i64 {
        let sql = format!("SELECT count(*) FROM {table}");
        shop.database()
            .query_row(&sql, [], |row| row.get(0))
            .unwrap()
    };
    assert_eq!(count("tasks"), 1);
    assert_eq!(count("comments"), 2);
    assert_eq!(count("approvals"), 1);
    assert_eq!(count("customers"), 2);
    assert_eq!(count("stages"), 10);
    assert_eq!(count("invites WHERE email = 'new@example.com'"), 1);
    let generation: i64 = shop
        .database()
        .query_row("SELECT generation FROM status_links", [], |row| row.get(0))
        .unwrap();
    // Generations increase from the instant of the first.
    let first = shop.clock.now().as_millisecond();
    assert_eq!(
        generation - first,
        2,
        "made, renewed on the page, renewed by the API"
    );
    // A resubmission with different content is a new submission.
    let mut browser = browser;
    task.set("description", "Свистит");
    assert_eq!(goes_to(&task.send(&mut browser).await), "/tasks/2");
    // A new form with equal content creates another task.
    let mut task = form(&browser, "/new-task/", "/new-task/").await;
    task.set("phone", "8 900 000 00 01")
        .set("description", "Шумит");
    assert_eq!(goes_to(&task.send(&mut browser).await), "/tasks/3");
    // The records contain no typed text, and are kept for a day only.
    assert!(count("form_posts") > 5);
    shop.clock.advance(Duration::from_secs(25 * 60 * 60));
    let mut task = form(&browser, "/new-task/", "/new-task/").await;
    task.set("phone", "8 900 000 00 01")
        .set("description", "Шумит");
    assert_eq!(goes_to(&task.send(&mut browser).await), "/tasks/4");
    assert_eq!(count("form_posts"), 1);
    shop.close().await;
}

#[tokio::test]
async fn choosing_the_employee_overwrites_only_the_one_that_was_shown() {
    let shop = Shop::with_owner().await;
    shop.ask(TASK).await;
    crate::accounts::employee(&shop).await;
    let mut browser = Browser::signed_in(&shop, "owner@example.com").await;
    let (page, of) = ("/tasks/1?edit=employee", "/tasks/1/facts");
    let mut first = form(&browser, page, of).await;
    let mut second = first.clone();
    // An unrelated change of the task doesn't conflict with this form.
    shop.ask(r#"mutation { updateTask(taskData: {id: 1, description: "Шумит"}) { task { id } } }"#)
        .await;
    assert_eq!(
        goes_to(&first.set("employee", "2").send(&mut browser).await),
        "/tasks/1?saved=employee#f-employee"
    );
    let answer = second.set("employee", "").send(&mut browser).await;
    assert_eq!(answer.status(), StatusCode::CONFLICT);
    let page = answer.text().await.unwrap();
    let question = Form::of(&page, of);
    assert_eq!(question.get("asked"), Some("employee=2"), "{page}");
    assert!(
        page.contains("<span class=\"text\">second</span>"),
        "{page}"
    );
    let task = asked(&shop, "{ taskById(id: 1) { employee { id } } }").await;
    assert_eq!(task["taskById"]["employee"]["id"], "2");
    shop.close().await;
}

#[tokio::test]
async fn a_step_that_is_sent_again_after_it_was_done_is_no_conflict() {
    let shop = Shop::with_owner().await;
    shop.ask(TASK).await;
    let mut browser = Browser::signed_in(&shop, "owner@example.com").await;
    let step = [("status", "READY"), ("version", "1"), ("back", "/")];
    for _ in 0..2 {
        let answer = browser.post("/tasks/1/status", &step).await;
        assert!(goes_to(&answer).starts_with('/'));
    }
    let nobody = [("field", "employee"), ("employee", ""), ("version", "2")];
    for to in ["/tasks/1?saved=employee#f-employee", "/tasks/1#f-employee"] {
        assert_eq!(goes_to(&browser.post("/tasks/1/facts", &nobody).await), to);
    }
    let task = asked(&shop, "{ taskById(id: 1) { status version } }").await;
    assert_eq!(task["taskById"], json!({"status": "READY", "version": 3}));
    // A different status does.
    let other = [("status", "CLOSED"), ("version", "1"), ("back", "/")];
    let answer = browser.post("/tasks/1/status", &other).await;
    assert_eq!(answer.status(), StatusCode::CONFLICT);
    shop.close().await;
}

#[tokio::test]
async fn an_internal_error_preserves_what_was_typed() {
    let shop = Shop::with_owner().await;
    let mut browser = Browser::signed_in(&shop, "owner@example.com").await;
    shop.database()
        .execute_batch(
            "CREATE TRIGGER broken BEFORE INSERT ON tasks BEGIN SELECT RAISE(ABORT, 'broken'); END",
        )
        .unwrap();
    let mut task = form(&browser, "/new-task/", "/new-task/").await;
    task.set("phone", "8 900 000 00 01");
    task.set("description", "Не включается \"совсем\"\r\nи <пахнет>");
    let answer = task.send(&mut browser).await;
    assert_eq!(answer.status(), StatusCode::INTERNAL_SERVER_ERROR);
    let page = answer.text().await.unwrap();
    assert!(
        page.contains("Отправить ещё раз") && !page.contains("broken"),
        "{page}"
    );
    let again = Form::of(&page, "/new-task/");
    for (name, value) in &task.fields {
        assert_eq!(again.get(name), Some(&**value), "{name}");
    }
    shop.database()
        .execute_batch("DROP TRIGGER broken")
        .unwrap();
    assert_eq!(goes_to(&again.send(&mut browser).await), "/tasks/1");
    // Passwords are never shown again.
    shop.database()
        .execute_batch("CREATE TRIGGER broken BEFORE UPDATE ON employees BEGIN SELECT RAISE(ABORT, 'broken'); END")
        .unwrap();
    let secret = "wholly different words";
    let change = [
        ("oldPassword", crate::harness::PASSWORD),
        ("password1", secret),
        ("password2", secret),
    ];
    let answer = browser.post("/profile/password", &change).await;
    assert_eq!(answer.status(), StatusCode::INTERNAL_SERVER_ERROR);
    let page = answer.text().await.unwrap();
    assert!(
        !page.contains(secret)
            && !page.contains(crate::harness::PASSWORD)
            && !page.contains("ещё раз"),
        "{page}"
    );
    shop.close().await;
}

#[tokio::test]
async fn undo_is_offered_until_the_customer_is_told() {
    let shop = Shop::with_owner().await;
    create(&shop, "+79000000001").await;
    shop.update(contact(ANNA, ANNA, "+79000000001")).await;
    let before = messages(&shop, 2).await.len();
    let mut browser = Browser::signed_in(&shop, "owner@example.com").await;
    let version =
        asked(&shop, "{ taskById(id: 1) { version } }").await["taskById"]["version"].to_string();
    let step = [
        ("status", "READY"),
        ("version", &*version),
        ("back", "/board"),
    ];
    let toast = goes_to(&browser.post("/tasks/1/status", &step).await).to_owned();
    assert_eq!(toast, "/board?changed=1&was=ACCEPTED");
    let page = browser.page(&toast).await;
    assert!(
        page.contains("data-left=\"5\"") && page.contains("aria-live=\"off\">5</span> с"),
        "{page}"
    );
    shop.clock.advance(Duration::from_secs(2));
    let page = browser.page(&toast).await;
    assert!(
        page.contains("data-left=\"3\"") && page.contains("aria-live=\"off\">3</span> с"),
        "{page}"
    );
    let mut undo = Form::of(
        &page[page.find("class=\"toast\"").unwrap()..],
        "/tasks/1/status",
    );
    assert!(page.contains("name=\"undo\" value=\"1\""), "{page}");
    undo.set("undo", "1");
    messages(&shop, before + 1).await;
    let told = async |browser: &Browser<'_>| loop {
        // The toast asks to be looked at again while the message leaves.
        let page = browser.page(&toast).await;
        if !page.contains("data-left") {
            return page;
        }
    };
    let page = told(&browser).await;
    assert!(page.contains("Клиенту сообщили"), "{page}");
    assert!(
        page.contains("name=\"undo\" value=\"tell\"")
            && !page.contains("name=\"undo\" value=\"1\""),
        "{page}"
    );
    // A page that still offers it changes nothing, and asks what the customer is to learn.
    assert_eq!(goes_to(&undo.send(&mut browser).await), toast);
    let task = asked(&shop, "{ taskById(id: 1) { status } }").await;
    assert_eq!(task["taskById"]["status"], "READY");
    // Without a notice there is no time limit.
    create(&shop, "+79000000002").await;
    let step = [("status", "READY"), ("version", "1"), ("back", "/board")];
    let toast = goes_to(&browser.post("/tasks/2/status", &step).await).to_owned();
    shop.clock.advance(Duration::from_secs(60));
    let page = browser.page(&toast).await;
    assert!(
        page.contains("name=\"undo\"") && !page.contains("data-left"),
        "{page}"
    );
    let mut undo = Form::of(
        &page[page.find("class=\"toast\"").unwrap()..],
        "/tasks/2/status",
    );
    undo.set("undo", "1");
    assert_eq!(goes_to(&undo.send(&mut browser).await), "/board");
    shop.close().await;
}
