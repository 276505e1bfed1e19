//! The staff pages as a browser without a script sees them: cookies, forms, redirects, headers.

use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{Client, Method, Response, StatusCode};
use serde_json::json;

use crate::harness::{PASSWORD, Shop, eventually};

/// A browser that keeps one cookie and follows no redirect.
pub struct Browser<'a> {
    shop: &'a Shop,
    client: Client,
    pub cookie: String,
}

impl<'a> Browser<'a> {
    pub fn open(shop: &'a Shop) -> Self {
        let client = Client::builder().redirect(Policy::none()).build().unwrap();
        let cookie = String::new();
        Self {
            shop,
            client,
            cookie,
        }
    }

    /// Opens a browser in which this employee is signed in.
    pub async fn signed_in(shop: &'a Shop, email: &str) -> Self {
        let mut browser = Self::open(shop);
        let form = [("email", email), ("password", PASSWORD), ("next", "/")];
        let answer = browser.post("/login", &form).await;
        assert_eq!(answer.status(), StatusCode::SEE_OTHER);
        browser
    }

    pub async fn get(&self, path: &str) -> Response {
        let request = self.client.get(format!("{}{path}", self.shop.url));
        request.header("cookie", &self.cookie).send().await.unwrap()
    }

    pub async fn page(&self, path: &str) -> String {
        let answer = self.get(path).await;
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
        answer.text().await.unwrap()
    }

    pub async fn post(&mut self, path: &str, form: &[(&str, &str)]) -> Response {
        let origin = self.shop.url.clone();
        let answer = self.post_from(&origin, path, form).await;
        if let Some(cookie) = answer.headers().get("set-cookie") {
            let cookie = cookie.to_str().unwrap();
            assert!(
                cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"),
                "{cookie}"
            );
            cookie
                .split(';')
                .next()
                .unwrap()
                .clone_into(&mut self.cookie);
        }
        answer
    }

    pub fn origin(&self) -> &str {
        &self.shop.url
    }

    /// Sends a form with files, whose parts end with `--XX--`.
    pub async fn send_parts(&self, origin: &str, path: &str, body: Vec<u8>) -> Response {
        let request = self.client.post(format!("{}{path}", self.shop.url));
        let request = request
            .header("cookie", &self.cookie)
            .header("origin", origin)
            .header("content-type", "multipart/form-data; boundary=XX");
        request.body(body).send().await.unwrap()
    }

    async fn post_from(&self, origin: &str, path: &str, form: &[(&str, &str)]) -> Response {
        let body = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(form)
            .finish();
        let request = self
            .client
            .request(Method::POST, format!("{}{path}", self.shop.url));
        let request = request
            .header("cookie", &self.cookie)
            .header("origin", origin)
            .header("content-type", "application/x-www-form-urlencoded");
        request.body(body).send().await.unwrap()
    }
}

pub fn goes_to(answer: &Response) -> &str {
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    answer.headers()["location"].to_str().unwrap()
}

const TASK: &str = r#"mutation { createTask(taskData: {customerPhone: "+7 900 000-00-01", description: "Не включается", category: REPAIR}) { task { id } } }"#;

/// Every page that a signed-in employee sees.
pub const PAGES: &[&str] = &[
    "/tasks/1/customer?q=A",
    "/tasks/1/customer?to=1",
    "/",
    "/?overdue=1",
    "/?stuck=1",
    "/?status=IN_PROGRESS&stage=5",
    "/?uncollected=1&unanswered=1&undelivered=1&employee=none",
    "/?declined=1",
    "/today",
    "/today?mine=1",
    "/?status=all&sort=sum",
    "/?q=%D1%8C%D1%84%D1%81",
    "/cash",
    "/cash?day=2021-07-24",
    "/cash/2021-07-25",
    "/cash/2021-07-25/print",
    "/drawers/1/open",
    "/drawers/1/move?kind=CASH_OUT",
    "/debts",
    "/months",
    "/months/2021-06",
    "/?q=900&status=READY&category=REPAIR&from=2021-07-01&to=2021-07-31",
    "/new-task/",
    "/new-task/?phone=%2B79000000001",
    "/new-task/?warranty=1",
    "/tasks/1",
    "/tasks/1/",
    "/tasks/1/edit",
    "/tasks/1/delete",
    "/tasks/1/link",
    "/tasks/1/receipt",
    "/tasks/1/receipt?paper=roll&language=en",
    "/tasks/1/label",
    "/tasks/1/hand-over",
    "/tasks/1/lines/new",
    "/tasks/1/lines/new?q=a",
    "/tasks/1/discount",
    "/tasks/1/pay",
    "/tasks/1/checkout",
    "/board",
    "/board?employee=1&closed=1&stage=4",
    "/keys",
    "/catalogue",
    "/catalogue?q=12-34&kind=PART&archived=1",
    "/catalogue?edit=new",
    "/customers",
    "/customers/1",
    "/customers/1/edit",
    "/customers/1/delete",
    "/customers/1/merge",
    "/customers/1/merge?q=900",
    "/new-customer",
    "/profile",
];
/// Pages that only the owner sees.
pub const OWNERS: &[&str] = &[
    "/search-words",
    "/staff",
    "/staff/1/role?role=OWNER",
    "/staff/1/deactivate",
    "/staff/1/edit",
    "/data",
    "/settings/shop",
    "/settings/papers",
    "/settings/region",
    "/settings/notices",
    "/settings/access",
    "/settings/backups",
    "/settings/offsite",
    "/settings/offsite/try",
    "/settings/bot",
    "/settings/max",
    "/settings/texts",
    "/settings/texts/3",
    "/settings/texts/comment",
    "/settings/channels",
    "/settings/webhooks",
    "/settings/address",
    "/settings/audit",
    "/settings/program",
    "/stages",
    "/new-stage",
    "/stages/5/edit",
    "/stages/5/delete",
    "/new-drawer",
    "/drawers/1/edit",
];

#[tokio::test]
async fn the_first_visitor_becomes_the_owner_and_comes_and_goes() {
    let shop = Shop::open().await;
    let mut browser = Browser::open(&shop);
    assert_eq!(goes_to(&browser.get("/").await), "/first-run");
    // The start line sends people to that page.
    let hint = shop.hint.clone().unwrap();
    let (_, path) = hint.split_once(&shop.url).unwrap();
    assert_eq!(path, "/first-run", "{hint}");
    assert!(browser.page(path).await.contains("shop.db"));
    let form = [
        ("email", "nobody"),
        ("password1", "short"),
        ("password2", ""),
    ];
    let answer = browser.post("/first-run", &form).await;
    assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let page = answer.text().await.unwrap();
    assert!(
        page.contains("value=\"nobody\"") && page.contains("id=\"email-problem\""),
        "{page}"
    );
    let form = [
        ("email", "owner@example.com"),
        ("password1", PASSWORD),
        ("password2", PASSWORD),
    ];
    assert_eq!(goes_to(&browser.post("/first-run", &form).await), "/today");
    assert!(browser.page("/").await.contains("Открытые"));
    assert_eq!(goes_to(&browser.get("/first-run").await), "/");
    assert_eq!(goes_to(&browser.post("/logout", &[]).await), "/login");
    assert_eq!(
        goes_to(&browser.get("/tasks/1?a=b").await),
        "/login?next=%2Ftasks%2F1%3Fa%3Db"
    );
    let form = [
        ("email", "OWNER@example.com"),
        ("password", PASSWORD),
        ("next", "/tasks/1?a=b"),
    ];
    assert_eq!(
        goes_to(&browser.post("/login", &form).await),
        "/tasks/1?a=b"
    );
    shop.close().await;
}

#[tokio::test]
async fn a_wrong_password_is_said_and_too_many_are_stopped() {
    let shop = Shop::with_owner().await;
    let mut browser = Browser::open(&shop);
    let form = [
        ("email", "owner@example.com"),
        ("password", "wrong-wrong"),
        ("next", "/"),
    ];
    for _ in 0..10 {
        let answer = browser.post("/login", &form).await;
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
        assert!(
            answer
                .text()
                .await
                .unwrap()
                .contains("Неверная почта или пароль")
        );
    }
    let answer = browser.post("/login", &form).await.text().await.unwrap();
    assert!(answer.contains("Слишком много попыток"), "{answer}");
    shop.close().await;
}

#[tokio::test]
async fn a_login_leads_to_our_own_pages_alone() {
    let shop = Shop::with_owner().await;
    for next in [
        "//evil.example",
        "https://evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "",
        "\r\nx: y",
    ] {
        let mut browser = Browser::open(&shop);
        let form = [
            ("email", "owner@example.com"),
            ("password", PASSWORD),
            ("next", next),
        ];
        let to = goes_to(&browser.post("/login", &form).await).to_owned();
        assert_eq!(to, "/today", "{next}");
        let query = form_urlencoded::byte_serialize(next.as_bytes()).collect::<String>();
        assert_eq!(
            goes_to(&browser.get(&format!("/login?next={query}")).await),
            "/today",
            "{next}"
        );
    }
    shop.close().await;
}

#[tokio::test]
async fn nobody_sees_a_page_and_an_employee_none_of_the_owners() {
    let shop = Shop::with_owner().await;
    shop.ask(TASK).await;
    let token = crate::accounts::employee(&shop).await;
    let nobody = Browser::open(&shop);
    for path in PAGES.iter().chain(OWNERS) {
        assert!(
            goes_to(&nobody.get(path).await).starts_with("/login?next="),
            "{path}"
        );
    }
    let mut employee = Browser::open(&shop);
    employee.cookie = format!("zayavka={token}");
    for path in PAGES.iter().copied() {
        employee.page(path).await;
    }
    let first = employee.page("/").await;
    assert!(!first.contains("/staff") && !first.contains("/stages"));
    for path in OWNERS.iter().copied() {
        assert_eq!(
            employee.get(path).await.status(),
            StatusCode::FORBIDDEN,
            "{path}"
        );
    }
    for (path, form) in [
        ("/staff/invite", [("email", "a@example.com")]),
        ("/staff/1/deactivate", [("", "")]),
        ("/staff/2/role", [("role", "OWNER")]),
        ("/customers/1/delete", [("erase", "1")]),
    ] {
        assert_eq!(
            employee.post(path, &form).await.status(),
            StatusCode::FORBIDDEN,
            "{path}"
        );
        let mut nobody = Browser::open(&shop);
        assert!(
            goes_to(&nobody.post(path, &form).await).starts_with("/login"),
            "{path}"
        );
    }
    // Only the owner is offered complete erasure.
    let offered = "name=\"erase\"";
    assert!(!employee.page("/customers/1/delete").await.contains(offered));
    let mut owner = Browser::signed_in(&shop, "owner@example.com").await;
    assert!(owner.page("/customers/1/delete").await.contains(offered));
    let erased = owner.post("/customers/1/delete", &[("erase", "1")]).await;
    assert_eq!(goes_to(&erased), "/customers");
    let task = shop
        .ask("{ taskById(id: 1) { description customer { id } } }")
        .await;
    let expected = json!({"description": "", "customer": null});
    assert_eq!(task["data"]["taskById"], expected);
    let roles = shop.ask("{ employees { role active } }").await;
    let expected = json!([{"role": "OWNER", "active": true}, {"role": "EMPLOYEE", "active": true}]);
    assert_eq!(roles["data"]["employees"], expected);
    shop.close().await;
}

#[tokio::test]
async fn a_form_on_another_site_does_nothing() {
    let shop = Shop::with_owner().await;
    shop.ask(TASK).await;
    let browser = Browser::signed_in(&shop, "owner@example.com").await;
    for path in [
        "/tasks/1/delete",
        "/logout",
        "/profile/everywhere",
        "/tasks/1/status",
        "/tasks/1/link",
        "/customers/1/delete",
        "/login",
    ] {
        for origin in ["https://evil.example", "null", "http://127.0.0.1", ""] {
            let answer = browser
                .post_from(origin, path, &[("status", "READY")])
                .await;
            assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{path} {origin}");
        }
    }
    let bare = browser.client.post(format!("{}/tasks/1/delete", shop.url));
    let bare = bare.header("cookie", &browser.cookie).send().await.unwrap();
    assert_eq!(bare.status(), StatusCode::FORBIDDEN);
    let task = shop
        .ask("{ taskById(id: 1) { status version } me { email } }")
        .await;
    assert_eq!(
        task["data"]["taskById"],
        json!({"status": "ACCEPTED", "version": 1})
    );
    shop.close().await;
}

#[tokio::test]
async fn a_session_ends_with_the_password_the_account_and_in_time() {
    let shop = Shop::with_owner().await;
    let mut first = Browser::signed_in(&shop, "owner@example.com").await;
    let second = Browser::signed_in(&shop, "owner@example.com").await;
    let new = "wholly different words";
    let wrong = [
        ("oldPassword", "wrong-wrong"),
        ("password1", new),
        ("password2", new),
    ];
    let answer = first.post("/profile/password", &wrong).await;
    assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        answer
            .text()
            .await
            .unwrap()
            .contains("id=\"oldPassword-problem\"")
    );
    let form = [
        ("oldPassword", PASSWORD),
        ("password1", new),
        ("password2", new),
    ];
    assert_eq!(
        goes_to(&first.post("/profile/password", &form).await),
        "/profile?saved=1"
    );
    first.page("/").await;
    assert!(goes_to(&second.get("/").await).starts_with("/login"));
    let stale = second
        .post_from(&shop.url, "/new-task/", &[("phone", "+79000000001")])
        .await;
    assert_eq!(stale.status(), StatusCode::UNAUTHORIZED);
    let customers = shop.database();
    let customers = customers.query_row("SELECT count(*) FROM customers", [], |row| row.get(0));
    assert_eq!(customers, Ok(0));
    shop.clock
        .advance(std::time::Duration::from_secs(10 * 24 * 60 * 60 + 1));
    assert!(goes_to(&first.get("/").await).starts_with("/login"));
    shop.close().await;
}

#[tokio::test]
async fn typed_forms_outlive_the_session() {
    let shop = Shop::with_owner().await;
    let mut browser = Browser::signed_in(&shop, "owner@example.com").await;
    shop.clock.advance(Duration::from_secs(11 * 24 * 60 * 60));
    let form = [
        ("phone", "+7 900 000-00-09"),
        ("name", "Анна & Ко"),
        ("description", "Не включается \"совсем\"\nи пахнет"),
        ("category", "REPAIR"),
        ("status", "ACCEPTED"),
    ];
    let answer = browser.post("/new-task/", &form).await;
    assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
    let login = answer.text().await.unwrap();
    assert!(login.contains("не пропадёт"), "{login}");
    let draft = hidden(&login, "draft");
    let login = |password: &'static str| {
        [
            ("email".to_owned(), "owner@example.com".to_owned()),
            ("password".to_owned(), password.to_owned()),
            ("next".to_owned(), "/new-task/".to_owned()),
            ("draft".to_owned(), draft.clone()),
        ]
    };
    let send = async |browser: &mut Browser<'_>, fields: &[(String, String)], path: &str| {
        let fields: Vec<_> = fields.iter().map(|(n, v)| (&**n, &**v)).collect();
        browser.post(path, &fields).await
    };
    // A wrong password keeps the draft too.
    let again = send(&mut browser, &login("wrong"), "/login").await;
    assert_eq!(hidden(&again.text().await.unwrap(), "draft"), draft);
    let kept = send(&mut browser, &login(PASSWORD), "/login").await;
    assert_eq!(kept.status(), StatusCode::OK);
    let kept = kept.text().await.unwrap();
    assert!(kept.contains("action=\"/new-task/\""), "{kept}");
    let fields: Vec<_> = form
        .iter()
        .map(|(name, _)| ((*name).to_owned(), hidden(&kept, name)))
        .collect();
    assert_eq!(fields[2].1, form[2].1);
    assert_eq!(
        goes_to(&send(&mut browser, &fields, "/new-task/").await),
        "/tasks/1"
    );
    assert!(browser.page("/tasks/1").await.contains("Анна &#38; Ко"));
    // A form without typed content is not kept, nor are passwords.
    shop.clock.advance(Duration::from_secs(11 * 24 * 60 * 60));
    for (path, form) in [
        ("/tasks/1/status", [("status", "READY"), ("version", "1")]),
        (
            "/profile/password",
            [("oldPassword", PASSWORD), ("password1", "x")],
        ),
    ] {
        let answer = browser.post(path, &form).await;
        assert_eq!(goes_to(&answer), "/login?next=%2F");
    }
    shop.close().await;
}

/// Returns the value of a hidden field, as a browser would submit it.
fn hidden(page: &str, name: &str) -> String {
    let start = format!("type=\"hidden\" name=\"{name}\" value=\"");
    let value = page
        .split(&start)
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap();
    [
        ("&#34;", "\""),
        ("&#38;", "&"),
        ("&#60;", "<"),
        ("&#62;", ">"),
        ("&#39;", "'"),
    ]
    .iter()
    .fold(value.to_owned(), |text, (from, to)| text.replace(from, to))
}

#[tokio::test]
async fn typed_text_is_escaped_in_pages() {
    let shop = Shop::with_owner().await;
    let evil = r#"<script>alert(1)</script>"><img src=x onerror=alert(1)>"#;
    let quoted = evil.replace('"', "\\\"");
    shop.ask(&format!(
        r#"mutation {{ createTask(taskData: {{customerPhone: "+7 900 000-00-01", description: "{quoted}", dueOn: "2021-07-01", device: {{
                kind: "{quoted}", model: "{quoted}", serialNumber: "1{quoted}", accessories: "{quoted}", appearance: "{quoted}", place: "{quoted}"}}}}) {{ task {{ id }} }}
            updateCustomer(customerData: {{phone: "+79000000001", name: "{quoted}"}}) {{ customer {{ id }} }}
            updateTask(taskData: {{id: 1, description: "{quoted}!", device: {{brand: "{quoted}"}}}}) {{ task {{ id }} }} }}"#
    ))
    .await;
    let mut browser = Browser::signed_in(&shop, "owner@example.com").await;
    let address = form_urlencoded::byte_serialize(evil.as_bytes()).collect::<String>();
    let found = format!("/?q={address}&category={address}&from={address}&status={address}");
    let others = [
        format!("/customers?q={address}"),
        format!("/new-task/?phone={address}"),
        format!("/new-task/?warranty={address}"),
        format!("/devices/known?serialNumber=1{address}"),
        format!("/login?next=/{address}"),
        format!("/tasks/{address}"),
        format!("/?changed=1&was={address}&deleted={address}"),
        found,
    ];
    let mut pages = Vec::new();
    for path in PAGES
        .iter()
        .chain(OWNERS)
        .map(ToString::to_string)
        .chain(others)
    {
        pages.push((path.clone(), browser.get(&path).await.text().await.unwrap()));
    }
    for (path, form) in [
        (
            "/new-task/",
            vec![
                ("phone", evil),
                ("name", evil),
                ("description", evil),
                ("kind", evil),
                ("serialNumber", evil),
                ("dueOn", evil),
                ("estimate", evil),
                ("warrantyOfId", evil),
            ],
        ),
        ("/new-customer", vec![("phone", evil), ("name", evil)]),
        (
            "/tasks/1/edit",
            vec![("description", evil), ("version", "1")],
        ),
        ("/staff/invite", vec![("email", evil)]),
        ("/profile/email", vec![("email", evil)]),
    ] {
        let answer = browser.post(path, &form).await;
        assert!(answer.status().is_client_error(), "{path}");
        pages.push((path.to_owned(), answer.text().await.unwrap()));
    }
    for (path, page) in &pages {
        assert!(
            !page.contains("<script>") && !page.contains("<img"),
            "{path}: {page}"
        );
        assert!(
            !page.contains("style=") && !page.contains(" onclick"),
            "{path}: {page}"
        );
    }
    assert!(
        pages
            .iter()
            .any(|(_, page)| page.contains("&#60;script&#62;")),
        "it is not shown"
    );
    shop.close().await;
}

#[tokio::test]
async fn every_page_has_its_headers_and_its_language() {
    let shop = Shop::with_owner().await;
    shop.ask(TASK).await;
    let mut browser = Browser::signed_in(&shop, "owner@example.com").await;
    for path in PAGES.iter().chain(OWNERS).chain(&["/nowhere"]) {
        let answer = browser.get(path).await;
        let header = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
        assert!(
            header("content-security-policy")
                .starts_with("default-src 'self'; frame-ancestors 'none'")
        );
        assert_eq!(header("x-content-type-options"), "nosniff");
        assert_eq!(header("cache-control"), "no-store");
        assert_eq!(header("referrer-policy"), "same-origin");
        let page = answer.text().await.unwrap();
        assert!(page.contains("<html lang=\"ru\">"), "{path}");
        assert!(
            !page.contains("{ $") && !page.contains("Unknown localization"),
            "{path} {page}"
        );
    }
    assert_eq!(
        goes_to(
            &browser
                .post("/profile/language", &[("language", "en")])
                .await
        ),
        "/profile?saved=1"
    );
    for path in PAGES.iter().chain(OWNERS) {
        let page = browser.page(path).await;
        assert!(page.contains("<html lang=\"en\">"), "{path}");
        assert!(!page.contains("Unknown localization"), "{path} {page}");
    }
    shop.close().await;
}

#[tokio::test]
async fn assets_are_compressed_named_by_content_and_kept() {
    let shop = Shop::with_owner().await;
    let browser = Browser::open(&shop);
    let page = browser.page("/login").await;
    for (stem, ending) in [
        ("desk", ".css"),
        ("forms", ".js"),
        ("desk", ".js"),
        ("icon", ".svg"),
    ] {
        let named = page
            .match_indices(&format!("/assets/{stem}-"))
            .collect::<Vec<_>>();
        let named = named
            .iter()
            .map(|(start, _)| page[*start..].split('"').next().unwrap());
        let path = { named }.find(|path| path.ends_with(ending));
        let path = path.unwrap_or_else(|| panic!("no {stem}{ending}: {page}"));
        let request = browser.client.get(format!("{}{path}", shop.url));
        let answer = request
            .header("accept-encoding", "br, gzip")
            .send()
            .await
            .unwrap();
        assert_eq!(answer.headers()["content-encoding"], "gzip", "{path}");
        assert!(
            answer.headers()["cache-control"]
                .to_str()
                .unwrap()
                .contains("immutable")
        );
    }
    assert_eq!(
        browser.get("/assets/desk-000.css").await.status(),
        StatusCode::NOT_FOUND
    );
    let manifest = browser
        .get("/manifest.webmanifest")
        .await
        .text()
        .await
        .unwrap();
    assert!(
        manifest.contains("\"display\":\"standalone\""),
        "{manifest}"
    );
    shop.close().await;
}

#[tokio::test]
async fn a_task_goes_its_way_with_forms_alone() {
    let shop = Shop::with_owner().await;
    let mut browser = Browser::signed_in(&shop, "owner@example.com").await;
    let unknown = [("phone", "8 900 000 00 01"), ("check", "1")];
    let page = browser
        .post("/new-task/", &unknown)
        .await
        .text()
        .await
        .unwrap();
    assert!(page.contains("Новый клиент"), "{page}");
    let form = [
        ("phone", "8 900 000 00 01"),
        ("name", "Анна"),
        ("description", "Не включается\r\nсовсем"),
        ("category", "REPAIR"),
        ("status", "ACCEPTED"),
    ];
    assert_eq!(
        goes_to(&browser.post("/new-task/", &form).await),
        "/tasks/1"
    );
    let known = [("phone", "+7 900 000-00-01"), ("check", "1")];
    let page = browser
        .post("/new-task/", &known)
        .await
        .text()
        .await
        .unwrap();
    assert!(
        page.contains("Клиент есть в базе: <b>Анна</b>") && page.contains("/tasks/1"),
        "{page}"
    );
    let task = browser.page("/tasks/1").await;
    assert!(
        task.contains("Не включается\nсовсем") && task.contains("tel:+79000000001"),
        "{task}"
    );
    let step = [
        ("status", "IN_PROGRESS"),
        ("version", "1"),
        ("back", "/?q=900&changed=9"),
    ];
    let answer = browser.post("/tasks/1/status", &step).await;
    assert_eq!(goes_to(&answer), "/?q=900&changed=1&was=ACCEPTED");
    let list = browser.page("/?q=900&changed=1&was=ACCEPTED").await;
    assert!(
        list.contains("№ 1 теперь «В работе». Клиенту не сообщим: Telegram не привязан."),
        "{list}"
    );
    let undo = [
        ("status", "ACCEPTED"),
        ("version", "2"),
        ("back", "/?changed=1&was=ACCEPTED"),
        ("undo", "1"),
    ];
    assert_eq!(goes_to(&browser.post("/tasks/1/status", &undo).await), "/");
    let stale = [("status", "READY"), ("version", "2"), ("back", "/")];
    assert_eq!(
        browser.post("/tasks/1/status", &stale).await.status(),
        StatusCode::CONFLICT
    );
    let edit = [
        ("description", "Мой текст"),
        ("status", "READY"),
        ("category", "OTHER"),
        ("version", "2"),
    ];
    let conflict = browser.post("/tasks/1/edit", &edit).await;
    assert_eq!(conflict.status(), StatusCode::CONFLICT);
    let page = conflict.text().await.unwrap();
    assert!(
        page.contains("Мой текст") && page.contains("Не включается"),
        "{page}"
    );
    assert!(
        page.contains("name=\"take.description\" value=\"theirs\" required>"),
        "{page}"
    );
    let edit = [
        ("description", "Мой текст"),
        ("status", "READY"),
        ("category", "OTHER"),
        ("version", "3"),
    ];
    assert_eq!(
        goes_to(&browser.post("/tasks/1/edit", &edit).await),
        "/tasks/1?changed=1&was=ACCEPTED"
    );
    assert_eq!(
        goes_to(
            &browser
                .post(
                    "/tasks/1/facts",
                    &[("field", "employee"), ("employee", ""), ("version", "4")]
                )
                .await
        ),
        "/tasks/1?saved=employee#f-employee"
    );
    let task = browser.page("/tasks/1").await;
    for line in [
        "Ответственный: owner → Не назначен",
        "Статус: Принято → Готово",
        "Описание изменено",
        "Было: Не включается",
    ] {
        assert!(task.contains(line), "{line} {task}");
    }
    assert!(
        browser
            .page("/tasks/1/delete")
            .await
            .contains("Удалить заявку № 1?")
    );
    assert_eq!(
        goes_to(&browser.post("/tasks/1/delete", &[]).await),
        "/?deleted=1"
    );
    assert!(
        browser
            .page("/?deleted=1")
            .await
            .contains("Заявка № 1 удалена.")
    );
    assert_eq!(
        browser.get("/tasks/1").await.status(),
        StatusCode::NOT_FOUND
    );
    shop.close().await;
}

#[tokio::test]
async fn a_device_comes_is_late_and_comes_back_under_warranty_with_forms_alone() {
    let shop = Shop::with_owner().await;
    let mut browser = Browser::signed_in(&shop, "owner@example.com").await;
    let form = [
        ("phone", "8 900 000 00 01"),
        ("name", "Анна"),
        ("description", "Не включается"),
        ("category", "REPAIR"),
        ("status", "ACCEPTED"),
        ("kind", "телефон"),
        ("brand", "Apple"),
        ("model", "iPhone 12"),
        ("serialNumber", "490154203237519"),
        ("accessories", "чехол"),
        ("appearance", "скол в углу"),
        ("place", "полка 3"),
        ("dueOn", "2021-07-26"),
        ("estimate", "1 500,50"),
        ("prepayment", "500"),
    ];
    let send = async |browser: &mut Browser<'_>, path: &str, other: &[(&str, &str)]| {
        let mut form = form.to_vec();
        for (name, value) in other {
            form.retain(|(known, _)| known != name);
            form.push((name, value));
        }
        browser.post(path, &form).await
    };
    // A doubtful IMEI is reported, and accepted when submitted again.
    let checked = send(&mut browser, "/new-task/", &[("check", "1")]).await;
    let checked = checked.text().await.unwrap();
    assert!(
        checked.contains("контрольная цифра не сходится"),
        "{checked}"
    );
    assert!(!checked.contains("уже было"), "{checked}");
    let refused = send(
        &mut browser,
        "/new-task/",
        &[("estimate", "много"), ("dueOn", "завтра")],
    )
    .await;
    assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let refused = refused.text().await.unwrap();
    for typed in [
        "id=\"estimate-problem\"",
        "value=\"много\"",
        "id=\"dueOn-problem\"",
        "value=\"iPhone 12\"",
    ] {
        assert!(refused.contains(typed), "{typed} {refused}");
    }
    assert_eq!(
        goes_to(&send(&mut browser, "/new-task/", &[]).await),
        "/tasks/1"
    );
    let task = browser.page("/tasks/1").await;
    for line in [
        "<h1>телефон Apple iPhone 12</h1>",
        "490154203237519 <span class=\"bad\">Похоже на IMEI с опечаткой",
        "<dd><span>чехол</span>",
        "<dd><span>скол в углу</span>",
        "data-edit=\"place\">полка 3<span",
        "data-edit=\"dueOn\">26 июля<span",
        "<dd><span>1\u{a0}500,50\u{a0}₽</span>",
        "<dd>500\u{a0}₽</dd>",
    ] {
        assert!(task.contains(line), "{line} {task}");
    }
    assert!(!task.contains("warranty=1"), "{task}");

    let edit = browser.page("/tasks/1/edit").await;
    for field in [
        "name=\"dueOn\" value=\"2021-07-26\"",
        "name=\"estimate\" value=\"1\u{a0}500,50\"",
        "name=\"place\" value=\"полка 3\"",
    ] {
        assert!(edit.contains(field), "{field} {edit}");
    }
    let other = [
        ("version", "1"),
        ("serialNumber", "490154203237518"),
        ("place", "полка 7"),
        ("price", "2000"),
        ("warrantyEndsOn", "2021-10-23"),
    ];
    assert_eq!(
        goes_to(&send(&mut browser, "/tasks/1/edit", &other).await),
        "/tasks/1"
    );
    // Fields that a form lacks are kept; a colleague's version is shown beside one's own.
    let few = [
        ("description", "Не включается"),
        ("version", "2"),
        ("category", "OTHER"),
    ];
    assert_eq!(
        goes_to(&browser.post("/tasks/1/edit", &few).await),
        "/tasks/1"
    );
    let conflict = send(
        &mut browser,
        "/tasks/1/edit",
        &[("version", "2"), ("place", "стол")],
    )
    .await;
    assert_eq!(conflict.status(), StatusCode::CONFLICT);
    let conflict = conflict.text().await.unwrap();
    for line in ["полка 7</span>", "value=\"стол\""] {
        assert!(conflict.contains(line), "{line} {conflict}");
    }
    assert!(!conflict.contains("warrantyEndsOn"), "{conflict}");
    let task = browser.page("/tasks/1").await;
    for line in [
        "Устройство изменено",
        "Было: телефон Apple iPhone 12, 490154203237519, чехол, скол в углу, полка 3",
        "Цена: — → 2\u{a0}000\u{a0}₽",
        "Оплата: 500\u{a0}₽",
        "Гарантия до: — → 23 октября",
    ] {
        assert!(task.contains(line), "{line} {task}");
    }

    let due = "<td class=\"due\">завтра</td>";
    assert!(browser.page("/").await.contains(due));
    assert!(
        browser
            .page("/?overdue=1")
            .await
            .contains("Таких заявок нет.")
    );
    shop.clock.advance(Duration::from_secs(2 * 24 * 60 * 60));
    let late = "<div class=\"due bad\">просрочено: 26 июля</div>";
    let in_list = "<td class=\"due bad\">вчера</td>";
    for (path, late) in [
        ("/", in_list),
        ("/?overdue=1", in_list),
        ("/customers/1", late),
    ] {
        let page = browser.page(path).await;
        assert!(page.contains(late), "{path} {page}");
        assert!(
            page.contains("<b>телефон Apple iPhone 12</b>"),
            "{path} {page}"
        );
    }
    let list = browser.page("/").await;
    assert!(
        list.contains("href=\"/?overdue=1\">Просроченные<span>1</span>"),
        "{list}"
    );
    assert!(
        browser
            .page("/tasks/1")
            .await
            .contains("26 июля <span class=\"bad\">просрочено</span>")
    );

    let closed = [("status", "CLOSED"), ("version", "3"), ("back", "/")];
    browser.post("/tasks/1/status", &closed).await;
    assert!(!browser.page("/").await.contains("просрочено"));
    let known = browser
        .page("/devices/known?serialNumber=49-015420-323751-8")
        .await;
    assert!(
        known.contains("уже было") && known.contains("/tasks/1"),
        "{known}"
    );
    assert!(
        browser
            .page("/tasks/1")
            .await
            .contains("href=\"/new-task/?warranty=1\"")
    );
    let back = browser.page("/new-task/?warranty=1").await;
    for line in [
        "По гарантии заявки № 1: действует до 23 октября.",
        "name=\"warrantyOfId\" value=\"1\"",
        "value=\"+7 900 000-00-01\"",
        "value=\"490154203237518\"",
        "name=\"place\" value=\"\"",
    ] {
        assert!(back.contains(line), "{line} {back}");
    }
    let none = send(&mut browser, "/new-task/", &[("warrantyOfId", "77")]).await;
    assert_eq!(none.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        none.text()
            .await
            .unwrap()
            .contains("Другой заявки с таким номером нет.")
    );
    let again = send(
        &mut browser,
        "/new-task/",
        &[
            ("warrantyOfId", "1"),
            ("serialNumber", "49 015420 323751 8"),
        ],
    )
    .await;
    assert_eq!(goes_to(&again), "/tasks/2");
    let (old, new) = (
        browser.page("/tasks/1").await,
        browser.page("/tasks/2").await,
    );
    for (page, head, link) in [
        (&new, "По гарантии заявки", "/tasks/1"),
        (&new, "Другие заявки этого устройства", "/tasks/1"),
        (&old, "Возвращалось по гарантии", "/tasks/2"),
        (&old, "Другие заявки этого устройства", "/tasks/2"),
    ] {
        let (_, rest) = page.split_once(&format!("<h2>{head}</h2>")).unwrap();
        assert!(
            rest.split("</section>").next().unwrap().contains(link),
            "{head} {page}"
        );
    }
    shop.clock.advance(Duration::from_secs(4 * 24 * 60 * 60));
    shop.ask(r#"mutation { updateTask(taskData: {id: 1, warrantyEndsOn: "2021-07-30"}) { task { id } } }"#).await;
    assert!(
        browser
            .page("/tasks/1")
            .await
            .contains("30 июля <span class=\"bad\">закончилась</span>")
    );
    assert!(
        browser
            .page("/new-task/?warranty=1")
            .await
            .contains("но она закончилась 30 июля.")
    );
    assert_eq!(
        browser.get("/new-task/?warranty=77").await.status(),
        StatusCode::NOT_FOUND
    );
    shop.close().await;
}

#[tokio::test]
async fn a_card_goes_its_way_with_forms_alone() {
    let shop = Shop::with_owner().await;
    let mut browser = Browser::signed_in(&shop, "owner@example.com").await;
    let form = [("phone", "8 900 000 00 01"), ("name", "Анна")];
    assert_eq!(
        goes_to(&browser.post("/new-customer", &form).await),
        "/customers/1"
    );
    let again = browser
        .post("/new-customer", &[("phone", "+79000000001"), ("name", "Б")])
        .await;
    assert_eq!(again.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let page = again.text().await.unwrap();
    assert!(
        page.contains("/customers/1") && page.contains("value=\"Б\""),
        "{page}"
    );
    shop.ask(r#"mutation { updateCustomer(customerData: {phone: "+79000000001", telegramId: 5}) { customer { id } } }"#).await;
    assert!(
        browser
            .page("/customers/1")
            .await
            .contains("Telegram не подтверждён")
    );
    assert_eq!(
        goes_to(&browser.post("/customers/1/confirm", &[]).await),
        "/customers/1"
    );
    assert!(
        browser
            .page("/customers?q=анна")
            .await
            .contains("Telegram подтверждён")
    );
    assert_eq!(
        goes_to(&browser.post("/customers/1/unlink", &[]).await),
        "/customers/1"
    );
    assert_eq!(
        goes_to(
            &browser
                .post("/customers/1/edit", &[("name", "Анна К.")])
                .await
        ),
        "/customers/1"
    );
    shop.ask(TASK).await;
    assert!(
        browser
            .page("/customers/1/delete")
            .await
            .contains("1 заявка клиента останется")
    );
    assert_eq!(
        goes_to(&browser.post("/customers/1/delete", &[]).await),
        "/customers"
    );
    assert_eq!(
        browser.get("/customers/1").await.status(),
        StatusCode::NOT_FOUND
    );
    assert!(browser.page("/tasks/1").await.contains("Клиент удалён"));
    shop.close().await;
}

#[tokio::test]
async fn the_owner_runs_the_staff_page() {
    let shop = Shop::with_owner().await;
    let mut owner = Browser::signed_in(&shop, "owner@example.com").await;
    let page = owner
        .post("/staff/invite", &[("email", "new@example.com")])
        .await
        .text()
        .await
        .unwrap();
    let start = page.find("/join/").unwrap();
    let link = &page[start..start + page[start..].find('"').unwrap()];
    let mut guest = Browser::open(&shop);
    assert!(guest.page(link).await.contains("Приглашение"));
    let other = [
        ("email", "other@example.com"),
        ("password1", PASSWORD),
        ("password2", PASSWORD),
    ];
    let refused = guest.post(link, &other).await;
    assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        refused
            .text()
            .await
            .unwrap()
            .contains("Приглашение не подходит")
    );
    let form = [
        ("email", "new@example.com"),
        ("password1", PASSWORD),
        ("password2", PASSWORD),
    ];
    assert_eq!(goes_to(&guest.post(link, &form).await), "/today");
    guest.page("/board").await;
    assert_eq!(
        owner.post("/staff/1/deactivate", &[]).await.status(),
        StatusCode::CONFLICT
    );
    assert_eq!(
        goes_to(&owner.post("/staff/2/deactivate", &[]).await),
        "/staff"
    );
    assert!(goes_to(&guest.get("/board").await).starts_with("/login"));
    assert!(owner.page("/staff").await.contains("Отключён"));
    shop.close().await;
}

#[tokio::test]
async fn the_state_of_every_notice_is_on_the_tasks_page() {
    use crate::bot::{ANNA, contact, create, messages, set_status};
    use crate::fake_telegram::Answer;

    let shop = Shop::with_owner().await;
    let id = create(&shop, "+79000000001").await;
    shop.update(contact(ANNA, ANNA, "+79000000001")).await;
    messages(&shop, 2).await;
    let mut browser = Browser::signed_in(&shop, "owner@example.com").await;
    set_status(&shop, &id, "READY").await;
    let waiting = browser.page("/tasks/1").await;
    assert!(
        waiting.contains("«Готово» будет отправлено сегодня, 12:0"),
        "{waiting}"
    );
    let blocked = json!({"ok": false, "error_code": 403, "description": "Forbidden"});
    shop.telegram.then(Answer::Error(403, blocked));
    messages(&shop, 3).await;
    let dead = loop {
        let page = browser.page("/tasks/1").await;
        if page.contains("клиент заблокировал бота") {
            break page;
        }
    };
    assert!(dead.contains("Позвоните клиенту"), "{dead}");
    let start = dead.find("/notices/").unwrap();
    let retry = dead[start..start + dead[start..].find('"').unwrap()].to_owned();
    assert_eq!(goes_to(&browser.post(&retry, &[]).await), "/tasks/1");
    messages(&shop, 4).await;
    loop {
        if browser
            .page("/tasks/1")
            .await
            .contains("«Готово» доставлено сегодня, 12:0")
        {
            break;
        }
    }
    shop.close().await;
}

#[tokio::test]
async fn lists_too_long_to_count_are_shown_nevertheless() {
    let shop = Shop::with_owner().await;
    shop.ask(TASK).await;
    let copy = |times: u32| {
        let sql = format!(
            "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {times})
             INSERT INTO tasks (customer_id, employee_id, category, status, description, created_at, updated_at)
             SELECT t.customer_id, t.employee_id, t.category, t.status, t.description, t.created_at + i, t.updated_at
             FROM n, tasks AS t WHERE t.id = 1"
        );
        shop.database().execute(&sql, []).unwrap();
        // The server itself detects that another program has written.
        let stale = "SELECT count(*) FROM task_search_stale";
        let database = shop.database();
        async move {
            let noted = || database.query_row(stale, [], |row| row.get::<_, i64>(0));
            eventually("the search has read it", || noted() == Ok(0)).await;
        }
    };
    let browser = Browser::signed_in(&shop, "owner@example.com").await;
    let searches = ["/?q=%D0%B2%D0%BA%D0%BB%D1%8E%D1%87", "/?from=2021-07-25"];
    copy(2_999).await;
    for address in searches {
        let page = browser.page(address).await;
        assert!(page.contains("3000 заявок"), "{address}");
    }
    copy(1).await;
    for address in searches {
        let page = browser.page(address).await;
        assert!(page.contains("Больше 3000 заявок"), "{address}");
        assert!(!page.contains("<span>3001</span>"), "{address}");
        assert_eq!(page.matches("<tr data-task=").count(), 50, "{address}");
        assert!(page.contains("rel=\"next\""), "{address}");
    }
    let page = browser.page("/?category=REPAIR").await;
    assert!(page.contains("<span>3001</span>") && page.contains("3001 заявка"));
    shop.close().await;
}

#[tokio::test]
async fn changes_before_a_page_subscribes_are_sent_when_it_does() {
    let shop = Shop::with_owner().await;
    shop.ask(TASK).await;
    let browser = Browser::signed_in(&shop, "owner@example.com").await;
    let live = async || {
        let page = browser.page("/").await;
        let (_, rest) = page.split_once("data-live=\"").unwrap();
        rest.split_once('"').unwrap().0.to_owned()
    };
    let first = async |mut stream: Response| {
        let chunk = stream.chunk().await.unwrap().unwrap();
        String::from_utf8(chunk.to_vec()).unwrap()
    };
    let address = live().await;
    shop.ask(TASK).await;
    let told = first(browser.get(&address).await).await;
    assert!(
        told.contains("taskChanged") && told.contains("{}"),
        "{told}"
    );
    // Without anything missed, the first event is the next change.
    let stream = browser.get(&live().await).await;
    shop.ask(TASK).await;
    let told = first(stream).await;
    assert!(told.contains("\"id\":\"3\""), "{told}");
    shop.close().await;
}

#[tokio::test]
async fn an_internal_error_page_shows_its_request_id() {
    let shop = Shop::with_owner().await;
    shop.ask(TASK).await;
    let browser = Browser::signed_in(&shop, "owner@example.com").await;
    shop.database()
        .execute_batch("DROP TABLE task_counts")
        .unwrap();
    let answer = browser.get("/").await;
    assert_eq!(answer.status(), StatusCode::INTERNAL_SERVER_ERROR);
    let request = answer.headers()["x-request-id"]
        .to_str()
        .unwrap()
        .to_owned();
    let page = answer.text().await.unwrap();
    assert!(
        page.contains("<html lang=\"ru\">") && page.contains(&request),
        "{page}"
    );
    assert!(!page.contains("task_counts"), "{page}");
    shop.close().await;
}
