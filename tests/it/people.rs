//! Names and colours of employees, links for a new password, and reactivation.

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::accounts::employee_called;
use crate::bot::create;
use crate::harness::{Shop, code};
use crate::pages::{Browser, goes_to};
use crate::signed_in::SignedIn;

async fn name(shop: &Shop, token: &str, input: &str) -> Value {
    let query = format!(
        "mutation {{ updateEmployee(input: {{{input}}}) {{ user {{ id name colour email }} }} }}"
    );
    shop.ask_by(token, &query).await
}

#[tokio::test]
async fn an_owner_names_anybody_and_an_employee_themselves() {
    let mut shop = Shop::with_owner().await;
    let owner = shop.token.clone().unwrap();
    let employee = employee_called(&shop, "master@example.com").await;
    let answer = name(
        &shop,
        &employee,
        r#"id: 2, name: " Пётр Ильин ", colour: TEAL"#,
    )
    .await;
    let user =
        json!({"id": "2", "name": "Пётр Ильин", "colour": "TEAL", "email": "master@example.com"});
    assert_eq!(answer["data"]["updateEmployee"]["user"], user, "{answer}");
    // What is left out is kept; null erases.
    let answer = name(&shop, &owner, "id: 2, colour: null").await;
    assert_eq!(
        answer["data"]["updateEmployee"]["user"]["name"],
        "Пётр Ильин"
    );
    assert_eq!(
        answer["data"]["updateEmployee"]["user"]["colour"],
        Value::Null
    );
    let answer = name(&shop, &owner, "id: 2, name: null").await;
    assert_eq!(answer["data"]["updateEmployee"]["user"]["name"], "");
    let answer = name(&shop, &employee, r#"id: 1, name: "Шеф""#).await;
    assert_eq!(code(&answer), "FORBIDDEN", "{answer}");
    assert_eq!(
        code(&name(&shop, &employee, r#"id: 77, name: "x""#).await),
        "FORBIDDEN"
    );
    assert_eq!(
        code(&name(&shop, &owner, r#"id: 77, name: "x""#).await),
        "NOT_FOUND"
    );
    for wrong in [
        format!("id: 2, name: \"{}\"", "я".repeat(61)),
        r#"id: 2, name: "a\u0007""#.to_owned(),
    ] {
        let answer = name(&shop, &owner, &wrong).await;
        assert_eq!(code(&answer), "BAD_USER_INPUT", "{answer}");
        assert_eq!(answer["errors"][0]["extensions"]["field"], "name");
    }
    shop.token = None;
    let nobody = shop
        .ask(r#"mutation { updateEmployee(input: {id: 1, name: "x"}) { user { id } } }"#)
        .await;
    assert_eq!(code(&nobody), "UNAUTHENTICATED");
    shop.close().await;
}

#[tokio::test]
async fn the_forms_of_names_are_for_oneself_and_for_owners() {
    let shop = Shop::with_owner().await;
    employee_called(&shop, "master@example.com").await;
    let mut master = Browser::signed_in(&shop, "master@example.com").await;
    let form = [("name", "Пётр"), ("colour", "RED")];
    assert_eq!(
        goes_to(&master.post("/profile/name", &form).await),
        "/profile?saved=1"
    );
    let profile = master.page("/profile").await;
    for shown in [
        "value=\"Пётр\"",
        "value=\"RED\" checked",
        "<span class=\"face RED\" aria-hidden=\"true\">ПЁ</span>",
    ] {
        assert!(profile.contains(shown), "{shown}: {profile}");
    }
    let long = "я".repeat(61);
    let refused = master.post("/profile/name", &[("name", &*long)]).await;
    assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let refused = refused.text().await.unwrap();
    assert!(
        refused.contains(&long) && refused.contains("id=\"name-problem\""),
        "{refused}"
    );
    for path in ["/staff/1/edit", "/staff/2/edit"] {
        assert_eq!(master.get(path).await.status(), StatusCode::FORBIDDEN);
        assert_eq!(
            master.post(path, &form).await.status(),
            StatusCode::FORBIDDEN
        );
        assert!(goes_to(&Browser::open(&shop).get(path).await).starts_with("/login"));
    }
    let mut owner = Browser::signed_in(&shop, "owner@example.com").await;
    let page = owner.page("/staff/2/edit").await;
    assert!(
        page.contains("<h1>Пётр</h1>") && page.contains("master@example.com"),
        "{page}"
    );
    let form = [("name", "Пётр Ильин"), ("colour", "")];
    assert_eq!(goes_to(&owner.post("/staff/2/edit", &form).await), "/staff");
    let staff = owner.page("/staff").await;
    for shown in [
        "<b>Пётр Ильин</b>",
        "<b>owner@example.com</b>",
        ">ПИ</span>",
        "master@example.com, Сотрудник",
    ] {
        assert!(staff.contains(shown), "{shown}: {staff}");
    }
    assert_eq!(
        owner.get("/staff/77/edit").await.status(),
        StatusCode::NOT_FOUND
    );
    assert_eq!(
        owner
            .post("/staff/2/edit", &[("name", &*long)])
            .await
            .status(),
        StatusCode::UNPROCESSABLE_ENTITY
    );
    let english = SignedIn::of(&shop, "owner@example.com").await.in_english();
    assert!(
        english
            .page("/staff/2/edit")
            .await
            .contains("As colleagues see it")
    );
    shop.close().await;
}

#[tokio::test]
async fn every_page_shows_the_name_and_the_table_the_email() {
    let shop = Shop::with_owner().await;
    let owner = shop.token.clone().unwrap();
    create(&shop, "+79000000001").await;
    for query in [
        "assignTask(id: 1, employeeId: 1) { task { id } }",
        "addLine(taskId: 1, lineData: {kind: WORK, name: \"w\", unitPrice: 100}) { line { id } }",
        "takePayment(paymentData: {taskId: 1, method: CASH, sum: 100}) { payment { id } }",
        "openShift(drawerId: 1, counted: 0) { shift { id } }",
        "addComment(taskId: 1, text: \"note\") { comment { id } }",
    ] {
        let answer = shop.ask(&format!("mutation {{ {query} }}")).await;
        assert!(answer["errors"].is_null(), "{query} {answer}");
    }
    name(
        &shop,
        &owner,
        r#"id: 1, name: "Анна Воронцова", colour: PINK"#,
    )
    .await;
    let desk = SignedIn::of(&shop, "owner@example.com").await;
    for path in [
        "/",
        "/board",
        "/today",
        "/tasks/1",
        "/months/2021-07",
        "/cash/2021-07-25",
        "/tasks/1/receipt",
        "/tasks/1/payments/1/slip",
    ] {
        let page = desk.page(path).await;
        let main = page.split("<main").nth(1).unwrap();
        assert!(main.contains("Анна Воронцова"), "{path}: {main}");
        assert!(page.contains("class=\"face PINK\""), "{path}");
        assert!(!main.contains(">owner<"), "{path}: {main}");
    }
    for path in ["/data/tasks.csv", "/cash/2021-07-25.csv"] {
        let table = desk.get(path).await.text().await.unwrap();
        assert!(
            table.contains("owner@example.com") && !table.contains("Анна"),
            "{path} {table}"
        );
    }
    shop.close().await;
}

#[tokio::test]
async fn namesakes_are_told_apart_where_one_is_chosen() {
    let shop = Shop::with_owner().await;
    let owner = shop.token.clone().unwrap();
    employee_called(&shop, "second@example.com").await;
    create(&shop, "+79000000001").await;
    name(&shop, &owner, r#"id: 1, name: "Иван""#).await;
    name(&shop, &owner, r#"id: 2, name: "иван""#).await;
    let desk = SignedIn::of(&shop, "owner@example.com").await;
    for path in ["/tasks/1", "/", "/board"] {
        let page = desk.page(path).await;
        for shown in ["Иван (owner@example.com)", "иван (second@example.com)"] {
            assert!(page.contains(shown), "{path} {shown}: {page}");
        }
    }
    name(&shop, &owner, r#"id: 2, name: "Пётр""#).await;
    let page = desk.page("/tasks/1").await;
    assert!(!page.contains("Иван (") && page.contains("Пётр"), "{page}");
    shop.close().await;
}

#[tokio::test]
async fn an_archive_keeps_names_and_colours() {
    let shop = Shop::with_owner().await;
    let owner = shop.token.clone().unwrap();
    employee_called(&shop, "second@example.com").await;
    name(
        &shop,
        &owner,
        r#"id: 2, name: "Пётр Ильин", colour: VIOLET"#,
    )
    .await;
    let archive = shop.ask("{ exportArchive }").await["data"]["exportArchive"].clone();
    let mut other = Shop::with_owner().await;
    let put = "mutation ($archive: String!) { importArchive(archive: $archive) { token } }";
    let wrong = archive
        .as_str()
        .unwrap()
        .replace("\"VIOLET\"", "\"VIOLETT\"");
    let refused = other.ask_with(put, json!({ "archive": wrong })).await;
    assert_eq!(code(&refused), "BAD_USER_INPUT", "{refused}");
    let answer = other.ask_with(put, json!({ "archive": archive })).await;
    let token = answer["data"]["importArchive"]["token"].as_str();
    other.token = token.map(str::to_owned);
    let all = other.ask("{ employees { email name colour } }").await;
    let second = json!({"email": "second@example.com", "name": "Пётр Ильин", "colour": "VIOLET"});
    assert_eq!(all["data"]["employees"][1], second, "{all}");
    other.close().await;
    shop.close().await;
}
