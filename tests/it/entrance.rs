//! Protection from mistakes: confirmations before role changes, errors that name their field, and
//! explanations when signing in can't work.

use reqwest::StatusCode;
use zayavka::domain::{CardField, DeviceField};

use crate::bot::create;
use crate::harness::{PASSWORD, Shop};
use crate::pages::{Browser, goes_to};

/// Opens a shop with an owner and this public URL.
async fn at(public_url: &str) -> Shop {
    let settings = format!("public_url = '{public_url}'");
    let mut shop = Shop::open_with(&settings, "mode = 'off'").await;
    // With a non-loopback URL, the first account can't be created there.
    let hint = shop.hint.clone().unwrap_or_default();
    let token = hint.split("/join/").nth(1).unwrap_or_default();
    let token: String = token.split_whitespace().next().unwrap_or_default().into();
    let query = format!(
        r#"mutation {{ register(email: "owner@example.com", password1: "{PASSWORD}", password2: "{PASSWORD}", invite: "{token}") {{ success errors token }} }}"#
    );
    let answer = shop.ask(&query).await;
    let token = answer["data"]["register"]["token"].as_str();
    assert!(token.is_some(), "{answer} {hint}");
    shop.token = token.map(str::to_owned);
    shop
}

#[tokio::test]
async fn a_role_changes_and_an_account_ends_after_a_question_without_any_script() {
    let shop = Shop::with_owner().await;
    crate::accounts::employee(&shop).await;
    let mut owner = Browser::signed_in(&shop, "owner@example.com").await;
    let staff = owner.page("/staff").await;
    for link in [
        "href=\"/staff/2/role?role=OWNER\"",
        "href=\"/staff/2/deactivate\"",
        "href=\"/staff/1/role?role=EMPLOYEE\"",
    ] {
        assert!(staff.contains(link), "{link} {staff}");
    }
    assert!(
        !staff.contains("action=\"/staff/2/role\"")
            && !staff.contains("action=\"/staff/2/deactivate\""),
        "nothing happens on the list itself: {staff}"
    );
    let question = owner.page("/staff/2/role?role=OWNER").await;
    for part in [
        "<h1>Сделать владельцем?</h1>",
        "<b>second@example.com</b>",
        "method=\"post\" action=\"/staff/2/role\"",
        "name=\"role\" value=\"OWNER\"",
        "href=\"/staff\">Отмена</a>",
    ] {
        assert!(question.contains(part), "{part} {question}");
    }
    let roles = async || {
        let answer = shop.ask("{ employees { role active } }").await;
        answer["data"]["employees"][1].clone()
    };
    assert_eq!(
        roles().await["role"],
        "EMPLOYEE",
        "a question changes nothing"
    );
    let form = [("role", "OWNER")];
    assert_eq!(goes_to(&owner.post("/staff/2/role", &form).await), "/staff");
    assert_eq!(roles().await["role"], "OWNER");
    let back = owner.page("/staff/2/role?role=EMPLOYEE").await;
    assert!(back.contains("<h1>Сделать сотрудником?</h1>"), "{back}");
    owner.post("/staff/2/role", &[("role", "EMPLOYEE")]).await;
    let question = owner.page("/staff/2/deactivate").await;
    for part in [
        "<h1>Отключить сотрудника?</h1>",
        "<b>second@example.com</b>",
        "method=\"post\" action=\"/staff/2/deactivate\"",
    ] {
        assert!(question.contains(part), "{part} {question}");
    }
    // Only the owner is asked, and only about existing employees. A changed role ends every
    // session.
    let employee = Browser::signed_in(&shop, "second@example.com").await;
    for path in ["/staff/2/role?role=OWNER", "/staff/2/deactivate"] {
        assert_eq!(employee.get(path).await.status(), StatusCode::FORBIDDEN);
        let nobody = Browser::open(&shop);
        assert!(goes_to(&nobody.get(path).await).starts_with("/login"));
    }
    for path in [
        "/staff/9/role?role=OWNER",
        "/staff/2/role?role=TSAR",
        "/staff/2/role",
        "/staff/x/deactivate",
        "/staff/2/dismiss",
    ] {
        assert_eq!(owner.get(path).await.status(), StatusCode::NOT_FOUND);
    }
    assert_eq!(roles().await["active"], true);
    owner.post("/staff/2/deactivate", &[]).await;
    assert_eq!(roles().await["active"], false);
    shop.close().await;
}

#[tokio::test]
async fn the_customers_link_is_replaced_after_a_question_without_any_script() {
    let shop = Shop::with_owner().await;
    create(&shop, "+79000000001").await;
    let mut owner = Browser::signed_in(&shop, "owner@example.com").await;
    owner.post("/tasks/1/link", &[]).await;
    let task = owner.page("/tasks/1").await;
    assert!(
        task.contains("href=\"/tasks/1/link\"") && !task.contains("name=\"renew\""),
        "{task}"
    );
    let question = owner.page("/tasks/1/link").await;
    for part in [
        "<h1>Заменить ссылку?</h1>",
        "name=\"renew\" value=\"1\"",
        "href=\"/tasks/1\">Отмена</a>",
    ] {
        assert!(question.contains(part), "{part} {question}");
    }
    shop.close().await;
}

#[tokio::test]
async fn an_error_names_the_fields_that_it_means() {
    let shop = Shop::with_owner().await;
    create(&shop, "+79000000001").await;
    let mut browser = Browser::signed_in(&shop, "owner@example.com").await;
    let form = [
        ("phone", "нет"),
        ("description", "Не включается"),
        ("estimate", "даром"),
        ("dueOn", "завтра"),
    ];
    let answer = browser.post("/new-task/", &form).await;
    let page = answer.text().await.unwrap();
    let summary = "<p class=\"summary\" role=\"alert\">Исправьте: <a href=\"#phone-problem\">Телефон клиента</a>, \
        <a href=\"#dueOn-problem\">Срок</a>, <a href=\"#estimate-problem\">Примерная цена</a>.</p>";
    assert!(page.contains(summary), "{page}");
    // An error of a field that the form doesn't show names the field.
    let form = [("phone", "+79000000001"), ("warrantyOfId", "77")];
    let answer = browser.post("/new-task/", &form).await;
    let page = answer.text().await.unwrap();
    let said = "role=\"alert\">По гарантии заявки: Другой заявки с таким номером нет.</p>";
    assert!(page.contains(said), "{page}");
    // A separate error page has no field beside it.
    let form = [("stage", "99"), ("version", "1")];
    let answer = browser.post("/tasks/1/status", &form).await;
    assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let page = answer.text().await.unwrap();
    assert!(page.contains("<p>Этап: "), "{page}");
    // On the sheet, the field's own form says it.
    let form = [("field", "employee"), ("employee", "99"), ("version", "1")];
    let answer = browser.post("/tasks/1/facts", &form).await;
    assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let page = answer.text().await.unwrap();
    assert!(
        page.contains("class=\"problem\" role=\"alert\">Ответственный: "),
        "{page}"
    );
    let answer = browser.get("/?after=nonsense").await;
    let page = answer.text().await.unwrap();
    assert!(page.contains("<p>after: "), "{page}");
    // The API puts it in the message as well as beside it.
    let answer = shop
        .ask(r#"mutation { createTask(taskData: {customerPhone: "x", category: REPAIR}) { task { id } } }"#)
        .await;
    let message = answer["errors"][0]["message"].as_str().unwrap();
    assert!(message.starts_with("customerPhone: "), "{message}");
    shop.close().await;
}

/// Returns the fields that the templates can mark.
fn marked() -> Vec<String> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/web/templates");
    let mut fields = Vec::new();
    for file in std::fs::read_dir(folder).unwrap() {
        let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
        for call in [
            "problem(errors, \"",
            "problem(draft.errors, \"",
            "password(errors, \"",
            "line(t, draft, errors, \"",
            "day(t, draft, errors, \"",
            "sum(t, draft, errors, \"",
        ] {
            let found = text.split(call).skip(1);
            fields.extend(found.map(|rest| rest.split('"').next().unwrap().to_owned()));
        }
    }
    // Their templates loop over the tables of fields.
    let device = DeviceField::ALL.iter().map(|field| field.name());
    let card = CardField::ALL.iter().map(|field| field.name());
    fields.extend(device.chain(card).map(str::to_owned));
    fields
}

#[test]
fn every_field_that_a_form_can_mark_has_a_name() {
    let fields = marked();
    assert!(fields.len() > 40, "{fields:?}");
    for field in fields {
        let id = zayavka::i18n::field(&field);
        assert!(id.is_some(), "{field} has no name");
    }
}

const SIGN_IN: [(&str, &str); 3] = [
    ("email", "owner@example.com"),
    ("password", PASSWORD),
    ("next", "/board"),
];

#[tokio::test]
async fn a_login_that_the_browser_will_forget_says_why() {
    let shop = at("https://desk.example.com").await;
    let why = "Вход открыт без https";
    let link =
        "<a href=\"https://desk.example.com/login?next=%2Fboard\">https://desk.example.com</a>";
    // Shown beforehand, when it is certain that this is another URL than the shop's.
    let mut browser = Browser::open(&shop);
    let page = browser.page("/login?next=%2Fboard").await;
    assert!(page.contains(why) && page.contains(link), "{page}");
    // A browser that kept the cookie continues.
    let answer = browser.post("/login", &SIGN_IN).await;
    let check = goes_to(&answer).to_owned();
    assert_eq!(check, "/login?next=%2Fboard&kept=1");
    assert_eq!(goes_to(&browser.get(&check).await), "/board");
    // A browser that dropped it is told why.
    browser.cookie.clear();
    let page = browser.page(&check).await;
    assert!(page.contains("role=\"alert\""), "{page}");
    assert!(page.contains(why) && page.contains(link), "{page}");
    // A visitor over https sees nothing of it, whatever a proxy does to the rest.
    let client = reqwest::Client::new();
    for (name, value) in [
        ("sec-fetch-mode", "navigate"),
        ("x-forwarded-proto", "https"),
        ("host", "desk.example.com"),
    ] {
        let request = client
            .get(format!("{}/login", shop.url))
            .header(name, value);
        let page = request.send().await.unwrap().text().await.unwrap();
        assert!(!page.contains("https://desk.example.com"), "{name} {page}");
    }
    shop.close().await;
    let shop = Shop::with_owner().await;
    let mut browser = Browser::open(&shop);
    assert!(!browser.page("/login").await.contains("https"));
    assert_eq!(goes_to(&browser.post("/login", &SIGN_IN).await), "/board");
    shop.close().await;
}

#[tokio::test]
async fn an_origin_is_compared_in_its_normal_form() {
    let shop = at("HTTPS://Мастер.Example.com:443/").await;
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none());
    let client = client.build().unwrap();
    let token = shop.token.clone().unwrap();
    for (origin, expected) in [
        ("https://xn--80aktsdg.example.com", 303),
        ("https://XN--80AKTSDG.Example.com:443", 303),
        ("http://xn--80aktsdg.example.com", 403),
        ("https://xn--80aktsdg.example.com:444", 403),
        ("https://example.com", 403),
        ("null", 403),
    ] {
        let request = client.post(format!("{}/profile/language", shop.url));
        let request = request
            .header("cookie", format!("__Host-zayavka={token}"))
            .header("origin", origin)
            .header("content-type", "application/x-www-form-urlencoded")
            .body("language=en");
        let status = request.send().await.unwrap().status();
        assert_eq!(status, expected, "{origin}");
    }
    shop.close().await;
}
