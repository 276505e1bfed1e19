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
        "mutation {{ updateEmployee(employeeData: {{{input}}}) {{ user {{ id name colour email }} }} }}"
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
    assert_eq!(
        answer["data"]["updateEmployee"]["user"]["name"],
        Value::Null
    );
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
        .ask(r#"mutation { updateEmployee(employeeData: {id: 1, name: "x"}) { user { id } } }"#)
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
            .contains("Colleagues see it")
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
    for path in ["/tasks/1?edit=employee", "/", "/board"] {
        let page = desk.page(path).await;
        for shown in ["Иван (owner@example.com)", "иван (second@example.com)"] {
            assert!(page.contains(shown), "{path} {shown}: {page}");
        }
    }
    name(&shop, &owner, r#"id: 2, name: "Пётр""#).await;
    let page = desk.page("/tasks/1?edit=employee").await;
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

/// Makes a link for a new password, and returns its path.
async fn password_link(shop: &Shop, id: u32) -> String {
    let query =
        format!("mutation {{ createPasswordLink(employeeId: {id}) {{ url expiresTime }} }}");
    let answer = shop.ask(&query).await;
    let link = &answer["data"]["createPasswordLink"];
    let url = link["url"].as_str().unwrap_or_else(|| panic!("{answer}"));
    format!("/password/{}", url.rsplit('/').next().unwrap())
}

const NEW: [(&str, &str); 2] = [
    ("password1", "four other random words"),
    ("password2", "four other random words"),
];
const UNUSABLE: &str = "Ссылка не подходит";

async fn signs_in(shop: &Shop, email: &str, password: &str) -> bool {
    let query =
        format!(r#"mutation {{ login(email: "{email}", password: "{password}") {{ success }} }}"#);
    shop.ask(&query).await["data"]["login"]["success"] == true
}

#[tokio::test]
async fn a_password_link_works_once_and_ends_all_sessions() {
    let shop = Shop::with_owner().await;
    let master = employee_called(&shop, "master@example.com").await;
    let replaced = password_link(&shop, 2).await;
    let path = password_link(&shop, 2).await;
    let mut nobody = Browser::open(&shop);
    let old = nobody.get(&replaced).await;
    assert_eq!(old.status(), StatusCode::NOT_FOUND);
    assert!(old.text().await.unwrap().contains(UNUSABLE));
    let page = nobody.page(&path).await;
    for shown in [
        "value=\"master@example.com\"",
        "name=\"password1\"",
        "name=\"password2\"",
    ] {
        assert!(page.contains(shown), "{shown}: {page}");
    }
    for (second, first) in [("another long password", NEW[0].1), ("short", "short")] {
        let refused = nobody
            .post(&path, &[("password1", first), ("password2", second)])
            .await;
        assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.text().await.unwrap().contains("-problem\""));
    }
    let me = shop.ask_by(&master, "{ me { email } }").await;
    assert_eq!(me["data"]["me"]["email"], "master@example.com", "{me}");
    let done = nobody.post(&path, &NEW).await;
    assert_eq!(done.status(), StatusCode::OK);
    let done = done.text().await.unwrap();
    assert!(
        done.contains("Все сеансы") && done.contains("href=\"/login\""),
        "{done}"
    );
    assert_eq!(
        code(&shop.ask_by(&master, "{ me { email } }").await),
        "UNAUTHENTICATED"
    );
    assert!(signs_in(&shop, "master@example.com", NEW[0].1).await);
    assert!(!signs_in(&shop, "master@example.com", crate::harness::PASSWORD).await);
    for again in [nobody.get(&path).await, nobody.post(&path, &NEW).await] {
        assert_eq!(again.status(), StatusCode::NOT_FOUND);
        assert!(again.text().await.unwrap().contains(UNUSABLE));
    }
    // Only a fingerprint is stored.
    let token = password_link(&shop, 2).await.replace("/password/", "");
    let bytes = shop.bytes();
    let is_there = bytes
        .windows(token.len())
        .any(|part| part == token.as_bytes());
    assert!(!is_there);
    shop.close().await;
}

#[tokio::test]
async fn a_password_link_ends_with_its_day_its_maker_and_its_account() {
    let mut shop = Shop::with_owner().await;
    employee_called(&shop, "second@example.com").await;
    employee_called(&shop, "master@example.com").await;
    let gone = async |shop: &Shop, path: &str| {
        let nobody = SignedIn::stranger(shop);
        nobody.get(path).await.status() == StatusCode::NOT_FOUND
    };
    let path = password_link(&shop, 3).await;
    shop.clock.advance(std::time::Duration::from_secs(86_399));
    assert!(!gone(&shop, &path).await);
    shop.clock.advance(std::time::Duration::from_secs(1));
    assert!(gone(&shop, &path).await);
    shop.token = shop.login("owner@example.com").await;
    // The maker loses the right.
    shop.ask("mutation { setRole(id: 2, role: OWNER) { user { id } } }")
        .await;
    let owner = shop.token.clone();
    shop.token = shop.login("second@example.com").await;
    let path = password_link(&shop, 3).await;
    shop.token = owner;
    assert!(!gone(&shop, &path).await);
    shop.ask("mutation { setRole(id: 2, role: EMPLOYEE) { user { id } } }")
        .await;
    assert!(gone(&shop, &path).await);
    // The employee is deactivated; the link stays void when they return.
    let path = password_link(&shop, 3).await;
    shop.ask("mutation { deactivateEmployee(id: 3) { user { id } } }")
        .await;
    assert!(gone(&shop, &path).await);
    let link = "mutation { createPasswordLink(employeeId: 3) { url } }";
    let refused = shop.ask(link).await;
    assert_eq!(code(&refused), "BAD_USER_INPUT", "{refused}");
    assert_eq!(refused["errors"][0]["extensions"]["field"], "employeeId");
    shop.ask("mutation { reactivateEmployee(id: 3) { user { id } } }")
        .await;
    assert!(gone(&shop, &path).await);
    // A password that was changed otherwise needs no link any more.
    let path = password_link(&shop, 3).await;
    let master = shop.login("master@example.com").await.unwrap();
    let old = crate::harness::PASSWORD;
    let change = format!(
        r#"mutation {{ changePassword(oldPassword: "{old}", newPassword1: "{0}", newPassword2: "{0}") {{ success }} }}"#,
        NEW[0].1
    );
    let changed = shop.ask_by(&master, &change).await;
    assert_eq!(
        changed["data"]["changePassword"]["success"], true,
        "{changed}"
    );
    assert!(gone(&shop, &path).await);
    shop.close().await;
}

#[tokio::test]
async fn only_owners_make_password_links_and_reactivate() {
    let mut shop = Shop::with_owner().await;
    let employee = employee_called(&shop, "master@example.com").await;
    let operations = [
        "mutation { createPasswordLink(employeeId: 1) { url } }",
        "mutation { reactivateEmployee(id: 2) { user { id } } }",
    ];
    let owner = shop.token.take();
    for query in operations {
        assert_eq!(
            code(&shop.ask_by(&employee, query).await),
            "FORBIDDEN",
            "{query}"
        );
        assert_eq!(code(&shop.ask(query).await), "UNAUTHENTICATED", "{query}");
    }
    shop.token = owner;
    for query in operations {
        let unknown = query.replace(": 1", ": 77").replace(": 2", ": 77");
        assert_eq!(code(&shop.ask(&unknown).await), "NOT_FOUND", "{unknown}");
    }
    let mut master = Browser::signed_in(&shop, "master@example.com").await;
    let mut nobody = Browser::open(&shop);
    let mut owner = Browser::signed_in(&shop, "owner@example.com").await;
    for path in ["/staff/2/password-link", "/staff/2/reactivate"] {
        assert_eq!(
            master.post(path, &[]).await.status(),
            StatusCode::FORBIDDEN,
            "{path}"
        );
        assert!(
            goes_to(&nobody.post(path, &[]).await).starts_with("/login"),
            "{path}"
        );
    }
    assert_eq!(
        master.get("/staff/2/reactivate").await.status(),
        StatusCode::FORBIDDEN
    );
    // The page shows the link once, ready to be copied.
    let made = owner
        .post("/staff/2/password-link", &[])
        .await
        .text()
        .await
        .unwrap();
    let link = made
        .split("/password/")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap();
    assert!(
        made.contains("data-copy") && made.contains("26 июля"),
        "{made}"
    );
    assert!(
        nobody
            .page(&format!("/password/{link}"))
            .await
            .contains("master@example.com")
    );
    assert!(!owner.page("/staff/2/edit").await.contains(link));
    // An active employee isn't to be reactivated; a deactivated one is, after a question.
    assert_eq!(
        owner.get("/staff/2/reactivate").await.status(),
        StatusCode::NOT_FOUND
    );
    owner.post("/staff/2/deactivate", &[]).await;
    assert!(!signs_in(&shop, "master@example.com", crate::harness::PASSWORD).await);
    let refused = owner.post("/staff/2/password-link", &[]).await;
    assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert!(!owner.page("/staff/2/edit").await.contains("password-link"));
    let staff = owner.page("/staff").await;
    assert!(staff.contains("href=\"/staff/2/reactivate\""), "{staff}");
    let question = owner.page("/staff/2/reactivate").await;
    for shown in [
        "Включить сотрудника?",
        "<b>master@example.com</b>",
        "action=\"/staff/2/reactivate\"",
    ] {
        assert!(question.contains(shown), "{shown}: {question}");
    }
    assert_eq!(
        goes_to(&owner.post("/staff/2/reactivate", &[]).await),
        "/staff"
    );
    assert!(signs_in(&shop, "master@example.com", crate::harness::PASSWORD).await);
    // The sessions of before stay ended.
    assert_eq!(
        code(&shop.ask_by(&employee, "{ me { id } }").await),
        "UNAUTHENTICATED"
    );
    shop.close().await;
}

#[tokio::test]
async fn attempts_at_a_password_link_are_limited_as_those_of_signing_in() {
    let shop = Shop::with_owner().await;
    employee_called(&shop, "master@example.com").await;
    let path = password_link(&shop, 2).await;
    let mut nobody = Browser::open(&shop);
    let mut limited = false;
    for _ in 0..60 {
        let refused = nobody
            .post(&path, &[("password1", "x"), ("password2", "x")])
            .await;
        assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
        limited |= refused.text().await.unwrap().contains("Слишком много");
    }
    assert!(limited);
    shop.close().await;
}

#[tokio::test]
async fn an_account_of_an_archive_returns_by_reactivation_and_a_password_link() {
    let shop = Shop::with_owner().await;
    employee_called(&shop, "master@example.com").await;
    let archive = shop.ask("{ exportArchive }").await["data"]["exportArchive"].clone();
    let mut other = Shop::with_owner().await;
    let put = "mutation ($archive: String!) { importArchive(archive: $archive) { token } }";
    let answer = other.ask_with(put, json!({ "archive": archive })).await;
    let token = answer["data"]["importArchive"]["token"].as_str();
    other.token = token.map(str::to_owned);
    other
        .ask("mutation { reactivateEmployee(id: 2) { user { id } } }")
        .await;
    let email = "master@example.com";
    assert!(!signs_in(&other, email, crate::harness::PASSWORD).await);
    assert!(!signs_in(&other, email, "").await);
    let path = password_link(&other, 2).await;
    let done = Browser::open(&other).post(&path, &NEW).await;
    assert_eq!(done.status(), StatusCode::OK);
    assert!(signs_in(&other, email, NEW[0].1).await);
    other.close().await;
    shop.close().await;
}

#[tokio::test]
async fn the_audit_list_says_who_changed_what_about_people() {
    let shop = Shop::with_owner().await;
    employee_called(&shop, "master@example.com").await;
    for query in [
        "setRole(id: 2, role: OWNER) { user { id } }",
        // No change.
        "setRole(id: 2, role: OWNER) { user { id } }",
        "createPasswordLink(employeeId: 2) { url }",
        "deactivateEmployee(id: 2) { user { id } }",
        "deactivateEmployee(id: 2) { user { id } }",
        "reactivateEmployee(id: 2) { user { id } }",
        "reactivateEmployee(id: 2) { user { id } }",
        r#"createInvite(email: "new@example.com") { token }"#,
        "withdrawInvite(id: 2) { id }",
    ] {
        let answer = shop.ask(&format!("mutation {{ {query} }}")).await;
        assert!(answer["errors"].is_null(), "{query} {answer}");
    }
    let query = "{ auditEvents { nodes { action subject from to employee { email } } } }";
    let answer = shop.ask(query).await;
    let events = answer["data"]["auditEvents"]["nodes"].as_array().unwrap();
    let told: Vec<_> = events
        .iter()
        .rev()
        .map(|event| {
            assert_eq!(event["employee"]["email"], "owner@example.com");
            json!([
                event["action"],
                event["subject"],
                event["from"],
                event["to"]
            ])
        })
        .collect();
    let master = "master@example.com";
    let expected = json!([
        ["INVITE_CREATED", master, null, "EMPLOYEE"],
        ["ROLE_CHANGED", master, "EMPLOYEE", "OWNER"],
        ["PASSWORD_LINK_CREATED", master, null, null],
        ["EMPLOYEE_DEACTIVATED", master, null, null],
        ["EMPLOYEE_REACTIVATED", master, null, null],
        ["INVITE_CREATED", "new@example.com", null, "EMPLOYEE"],
        ["INVITE_WITHDRAWN", "new@example.com", null, null],
    ]);
    assert_eq!(json!(told), expected);
    let desk = SignedIn::of(&shop, "owner@example.com").await;
    let page = desk.page("/settings/audit").await;
    for shown in [
        "Роль: master@example.com",
        "Ссылка для нового пароля: master@example.com",
        "Сотрудник отключён: master@example.com",
        "Сотрудник включён: master@example.com",
        "Приглашение: new@example.com",
        "Приглашение отозвано: new@example.com",
        "<td class=\"text\">Владелец</td>",
        "<td>owner</td>",
    ] {
        assert!(page.contains(shown), "{shown}: {page}");
    }
    let english = desk.in_english().page("/settings/audit").await;
    for shown in [
        "Role of master@example.com",
        "new@example.com was invited",
        "<td class=\"text\">Owner</td>",
    ] {
        assert!(english.contains(shown), "{shown}: {english}");
    }
    shop.close().await;
}

#[tokio::test]
async fn the_page_of_an_invite_says_for_whom_it_is_and_who_invites_where() {
    let shop = Shop::with_owner().await;
    let owner = shop.token.clone().unwrap();
    name(&shop, &owner, r#"id: 1, name: "Анна Воронцова""#).await;
    shop.ask(r#"mutation { updateSettings(settings: [{key: SHOP_NAME, value: "Мастер на Ленина"}]) { settings { key } } }"#).await;
    let made = shop
        .ask(r#"mutation { createInvite(email: "new@example.com") { token } }"#)
        .await;
    let token = made["data"]["createInvite"]["token"].as_str().unwrap();
    let path = format!("/join/{token}");
    let mut nobody = Browser::open(&shop);
    let page = nobody.page(&path).await;
    for shown in [
        "<b>Мастер на Ленина</b>",
        "Вас приглашает Анна Воронцова",
        "value=\"new@example.com\" readonly",
        "name=\"name\"",
    ] {
        assert!(page.contains(shown), "{shown}: {page}");
    }
    let english = SignedIn::stranger(&shop).in_english().page(&path).await;
    assert!(english.contains("Invited by Анна Воронцова"), "{english}");
    // Somebody else's e-mail is refused, and nothing of the invite is lost.
    let long = "я".repeat(61);
    let form = [
        ("email", "new@example.com"),
        ("name", &*long),
        NEW[0],
        NEW[1],
    ];
    let refused = nobody.post(&path, &form).await;
    assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let refused = refused.text().await.unwrap();
    assert!(
        refused.contains("id=\"name-problem\"") && refused.contains("Мастер на Ленина"),
        "{refused}"
    );
    let form = [
        ("email", "new@example.com"),
        ("name", "Пётр"),
        NEW[0],
        NEW[1],
    ];
    assert_eq!(goes_to(&nobody.post(&path, &form).await), "/today");
    let all = shop.ask("{ employees { email name } }").await;
    assert_eq!(
        all["data"]["employees"][1],
        json!({"email": "new@example.com", "name": "Пётр"})
    );
    // A used one says so, and tells nothing of whom it was for.
    let used = SignedIn::stranger(&shop).page(&path).await;
    assert!(
        used.contains("Приглашение не подходит")
            && !used.contains("new@example.com")
            && !used.contains("Анна"),
        "{used}"
    );
    shop.close().await;
}
