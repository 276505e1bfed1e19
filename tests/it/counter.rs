//! What staff see at the counter: unreachable customers, declined quotes, active filters; and that
//! viewing a page changes nothing.

use reqwest::Method;
use serde_json::json;

use crate::bot::{ANNA, contact, create, messages, set_status};
use crate::fake_telegram::Answer;
use crate::harness::Shop;
use crate::pages::{Browser, OWNERS, PAGES, goes_to};
use crate::status_links::renew;

const OFF: &str = "mode = 'off'";

/// Opens a shop without a bot, with an owner and a task.
async fn without_bot() -> Shop {
    let mut shop = Shop::open_with("", OFF).await;
    let answer = shop.register("owner@example.com").await;
    let token = answer["data"]["register"]["token"].as_str();
    shop.token = token.map(str::to_owned);
    create(&shop, "8 900 000-00-01").await;
    shop
}

/// Returns the texts of the buttons that send a message and a quote to the customer.
async fn buttons(browser: &Browser<'_>) -> [String; 2] {
    let page = browser.page("/tasks/1").await;
    let form = |action: &str| {
        let (_, form) = page.split_once(action).unwrap_or_else(|| panic!("{page}"));
        form.split_once("</form>").unwrap().0.to_owned()
    };
    let words = |form: &str| {
        let (_, last) = form.rsplit_once("<button").unwrap();
        let (_, words) = last.split_once('>').unwrap();
        words.split_once("</button>").unwrap().0.to_owned()
    };
    [
        words(&form("action=\"/tasks/1/comments\"")),
        words(&form("action=\"/tasks/1/ask\"")),
    ]
}

/// Returns the button of the composer, which says what it does with a message and with a note.
fn composer(message: &str) -> String {
    format!("<span class=\"to-customer\">{message}</span><span class=\"to-note\">Записать</span>")
}

/// Returns the toasts after sending a message and a quote.
async fn toasts(browser: &mut Browser<'_>) -> [String; 2] {
    let said = [("comment", "Экран приедет в среду"), ("to", "customer")];
    let asked = [("askPrice", "4500"), ("askText", "")];
    [
        toast(browser, "/tasks/1/comments", &said).await,
        toast(browser, "/tasks/1/ask", &asked).await,
    ]
}

async fn toast(browser: &mut Browser<'_>, path: &str, form: &[(&str, &str)]) -> String {
    let answer = browser.post(path, form).await;
    let to = goes_to(&answer).to_owned();
    let page = browser.page(&to).await;
    let (_, toast) = page
        .split_once("<div class=\"toast\" role=\"status\"><span>")
        .unwrap_or_else(|| panic!("{to} {page}"));
    toast.split_once("</span>").unwrap().0.to_owned()
}

#[tokio::test]
async fn staff_are_told_before_and_after_that_a_customer_cannot_be_reached() {
    let shop = Shop::with_owner().await;
    create(&shop, "8 900 000-00-01").await;
    let mut browser = Browser::signed_in(&shop, "owner@example.com").await;
    let call = "звоните +7\u{a0}900\u{a0}000-00-01";
    let expect = async |browser: &mut Browser<'_>, why: &str| {
        let saves = [
            composer(&format!("Сохранить: {why}")),
            format!("Сохранить цену: {why}, {call}"),
        ];
        assert_eq!(buttons(browser).await, saves);
        let saved = [
            format!("Сообщение сохранено, но в Telegram не уйдёт: {why}, {call}."),
            format!("Цена сохранена, но в Telegram не уйдёт: {why}, {call}."),
        ];
        assert_eq!(toasts(browser).await, saved);
    };
    expect(&mut browser, "Telegram не привязан").await;
    let card = r#"mutation { updateCustomer(customerData: {phone: "+79000000001", telegramId: 5}) { customer { unreachable } } }"#;
    let card = shop.ask(card).await;
    let why = &card["data"]["updateCustomer"]["customer"]["unreachable"];
    assert_eq!(*why, "NOT_VERIFIED", "{card}");
    expect(&mut browser, "Telegram не подтверждён").await;

    // A reachable customer: plain button texts, and matching toasts.
    shop.update(contact(ANNA, ANNA, "+79000000001")).await;
    messages(&shop, 2).await;
    let plain = [
        composer("Отправить"),
        "Отправить на согласование".to_owned(),
    ];
    assert_eq!(buttons(&browser).await, plain);
    let sent = [
        "Сообщение уходит клиенту в Telegram.",
        "Вопрос о цене уходит клиенту в Telegram.",
    ];
    assert_eq!(toasts(&mut browser).await, sent);
    messages(&shop, 4).await;
    let reached = "{ taskById(id: 1) { customer { unreachable } } }";
    let answer = shop.ask(reached).await;
    assert_eq!(
        answer["data"]["taskById"]["customer"],
        json!({"unreachable": null})
    );
    // An internal note goes to nobody, and needs no toast.
    let note = [("comment", "Проверить плату"), ("to", "staff")];
    assert_eq!(
        goes_to(&browser.post("/tasks/1/comments", &note).await),
        "/tasks/1"
    );

    let blocked = json!({"ok": false, "error_code": 403, "description": "Forbidden"});
    shop.telegram.then(Answer::Error(403, blocked));
    set_status(&shop, "1", "READY").await;
    messages(&shop, 5).await;
    while buttons(&browser).await[0] == plain[0] {}
    expect(&mut browser, "клиент заблокировал бота или удалил Telegram").await;
    let answer = shop.ask(reached).await;
    assert_eq!(
        answer["data"]["taskById"]["customer"]["unreachable"],
        "BLOCKED"
    );

    // Without a customer there is nobody to call either.
    shop.ask(r#"mutation { deleteCustomer(phone: "+79000000001") { phone } }"#)
        .await;
    assert_eq!(
        buttons(&browser).await[0],
        composer("Сохранить: карточка клиента удалена")
    );
    shop.close().await;
}

#[tokio::test]
async fn without_a_bot_nobody_is_promised_a_message() {
    let shop = without_bot().await;
    let mut browser = Browser::signed_in(&shop, "owner@example.com").await;
    // A verified account is of no use without a bot.
    shop.database()
        .execute_batch("UPDATE customers SET telegram_id = 5, telegram_verified = 1")
        .unwrap();
    let why = "бот не подключён, звоните +7\u{a0}900\u{a0}000-00-01";
    assert_eq!(
        buttons(&browser).await[0],
        composer("Сохранить: бот не подключён")
    );
    assert_eq!(
        toasts(&mut browser).await[0],
        format!("Сообщение сохранено, но в Telegram не уйдёт: {why}.")
    );
    let card = shop.ask("{ customers { nodes { unreachable } } }").await;
    assert_eq!(
        card["data"]["customers"]["nodes"][0]["unreachable"],
        "NO_BOT"
    );
    // The same holds for a status change.
    let version = shop.ask("{ taskById(id: 1) { version } }").await;
    let version = version["data"]["taskById"]["version"].to_string();
    let form = [
        ("status", "READY"),
        ("version", &*version),
        ("back", "/tasks/1"),
    ];
    let toast = toast(&mut browser, "/tasks/1/status", &form).await;
    assert!(
        toast.contains("Клиенту не сообщим: бот не подключён"),
        "{toast}"
    );
    shop.close().await;
}

/// Declines the task's price on behalf of the customer.
async fn decline(shop: &Shop, task: &str) {
    let asked = shop
        .ask(&format!(
            "mutation {{ askApproval(taskId: {task}, price: 450000) {{ task {{ approvals {{ id }} }} }} }}"
        ))
        .await;
    let approvals = asked["data"]["askApproval"]["task"]["approvals"].as_array();
    let id = approvals.unwrap().last().unwrap()["id"].as_str().unwrap();
    let link = renew(shop, task).await;
    let form = [("approval", id), ("answer", "decline")];
    let answer = Browser::open(shop)
        .post(&format!("{link}/decide"), &form)
        .await;
    assert_eq!(answer.status(), 303);
}

/// Returns the number in the badge of the navigation bar.
fn badge(page: &str) -> Option<&str> {
    let (_, rest) = page.split_once("<span class=\"badge\"")?;
    let (_, number) = rest.split_once("<span aria-hidden=\"true\">").unwrap();
    Some(number.split_once('<').unwrap().0)
}

#[tokio::test]
async fn a_declined_price_is_seen_by_the_whole_shop_until_somebody_reacts() {
    let shop = without_bot().await;
    let colleague = crate::accounts::employee(&shop).await;
    for phone in ["+79000000002", "+79000000003", "+79000000004"] {
        create(&shop, phone).await;
    }
    // All of them are the owner's; the badge is the colleague's.
    for id in 1..=4 {
        let assign =
            format!("mutation {{ assignTask(id: {id}, employeeId: 1) {{ task {{ id }} }} }}");
        assert!(shop.ask(&assign).await["errors"].is_null());
    }
    let mut browser = Browser::open(&shop);
    browser.cookie = format!("zayavka={colleague}");
    assert_eq!(badge(&browser.page("/").await), None);
    for id in ["1", "2", "3", "4"] {
        decline(&shop, id).await;
    }
    let list = browser.page("/").await;
    assert_eq!(badge(&list), Some("4"), "{list}");
    assert!(list.contains("4 отказа от цены"), "{list}");
    let line = "<div class=\"due bad\">клиент не согласен с ценой</div>";
    assert_eq!(list.matches(line).count(), 4, "{list}");
    let declined = browser.page("/?declined=1").await;
    assert_eq!(declined.matches("<tr data-task=").count(), 4);
    assert!(
        declined.contains("aria-current=\"true\">Отказ от цены"),
        "{declined}"
    );
    let today = browser.page("/today").await;
    let rows = today.matches("title=\"Отказ от цены\"").count();
    assert_eq!(rows, 4, "{today}");
    let task = browser.page("/tasks/1").await;
    assert!(task.contains("<b>Клиент не согласен с ценой</b>"), "{task}");
    let query = "{ tasks(filter: {declined: true}) { totalCount nodes { id declined } }
        today { total { declined } } }";
    let answer = shop.ask(query).await;
    assert_eq!(answer["data"]["tasks"]["totalCount"], 4, "{answer}");
    assert_eq!(answer["data"]["tasks"]["nodes"][0]["declined"], true);
    assert_eq!(answer["data"]["today"]["total"]["declined"], 4);

    // A customer who awaits a reply counts too, once per task.
    let link = renew(&shop, "1").await;
    let mut customer = Browser::open(&shop);
    customer
        .post(&format!("{link}/say"), &[("text", "Дорого")])
        .await;
    let list = browser.page("/").await;
    assert_eq!(badge(&list), Some("4"), "{list}");
    assert!(
        list.contains("1 заявка ждёт ответа, 4 отказа от цены"),
        "{list}"
    );
    let both = "<div class=\"due bad\">клиент ждёт ответа</div>";
    assert_eq!(list.matches(both).count(), 1, "{list}");

    // Four reactions: a reply, a new quote, "no answer needed", and the end of the work.
    let said = [("comment", "Вернём без ремонта"), ("to", "customer")];
    browser.post("/tasks/1/comments", &said).await;
    browser.post("/tasks/2/ask", &[("askPrice", "3000")]).await;
    assert_eq!(
        goes_to(&browser.post("/tasks/3/settle", &[]).await),
        "/tasks/3"
    );
    assert_eq!(badge(&browser.page("/").await), Some("1"));
    set_status(&shop, "4", "READY").await;
    let list = browser.page("/").await;
    assert_eq!(badge(&list), None, "{list}");
    assert!(!list.contains("не согласен"), "{list}");
    let answer = shop.ask(query).await;
    assert_eq!(answer["data"]["tasks"]["totalCount"], 0, "{answer}");
    // The decision stays.
    let decisions = "{ taskById(id: 3) { declined approvals { decision } history { kind } } }";
    let answer = shop.ask(decisions).await;
    let task = &answer["data"]["taskById"];
    assert_eq!(task["approvals"], json!([{"decision": "DECLINED"}]));
    assert_eq!(task["declined"], false);
    let last = task["history"].as_array().unwrap().last().unwrap();
    assert_eq!(last["kind"], "SETTLED");
    // A changed estimate is a reaction as well.
    decline(&shop, "3").await;
    assert!(badge(&browser.page("/").await).is_some());
    shop.ask("mutation { updateTask(taskData: {id: 3, estimate: 100000}) { task { id } } }")
        .await;
    assert_eq!(badge(&browser.page("/").await), None);
    shop.close().await;
}

#[tokio::test]
async fn the_filters_of_a_phone_stay_folded_and_say_how_many_are_active() {
    let shop = without_bot().await;
    let browser = Browser::signed_in(&shop, "owner@example.com").await;
    for (query, active) in [
        ("", ""),
        ("?status=READY", ""),
        ("?status=READY&status=ACCEPTED", ""),
        ("?status=IN_PROGRESS&stage=5", ""),
        ("?overdue=1&unanswered=1", ""),
        ("?q=900", ""),
        ("?employee=1", ""),
        ("?employee=2", "1"),
        ("?employee=none", "1"),
        ("?category=REPAIR", "1"),
        ("?from=2021-07-01&status=READY", "1"),
        ("?to=2021-07-01&category=REPAIR&sort=due", "3"),
    ] {
        let page = browser.page(&format!("/{query}")).await;
        let (_, fold) = page
            .split_once("class=\"fold unseen\" id=\"fold\"")
            .unwrap();
        assert!(fold.starts_with(" autocomplete=\"off\">"), "{query}");
        let (_, button) = fold.split_once("Фильтры").unwrap();
        let (button, _) = button.split_once("</label>").unwrap();
        let number = button.split_once("<b class=\"badge\">");
        let number = number.map_or("", |(_, rest)| rest.split_once('<').unwrap().0);
        assert_eq!(number, active, "{query}");
    }
    shop.close().await;
}

/// Streams, which go on for as long as somebody reads.
const STREAMS: &[&str] = &["/events", "/live?seen=0"];

/// Paths beside those reachable from the navigation bar, including non-pages.
const OTHERS: &[&str] = &[
    "/settings/backups/download",
    "/settings/offsite/sheet",
    "/settings/offsite/copies",
    "/settings/bot/disconnect",
    "/settings/bot/qr",
    "/settings/max/disconnect",
    "/settings/max/qr",
    "/settings/texts/3",
    "/settings/texts/quote",
    "/settings/webhooks/1",
    "/settings/webhooks/1/delete",
    "/settings",
    "/reach/code",
    "/u/none",
    "/demo/remove",
    "/logo",
    "/healthz",
    "/readyz",
    "/graphiql.js",
    "/graphql/schema",
    "/manifest.webmanifest",
    "/assets/none",
    "/s/none",
    "/s/none/files/1",
    "/login",
    "/first-run",
    "/join/token",
    "/password/token",
    "/data/tasks.csv",
    "/data/customers.csv",
    "/data/archive.json",
    "/catalogue.csv",
    "/catalogue/import/none",
    "/catalogue/import/none/refused.csv",
    "/data/import/none",
    "/data/import/none/refused.csv",
    "/attachments/1",
    "/devices/known?serialNumber=1",
    "/shifts/1/close",
    "/cash/2021-07-25.csv",
    "/months/2021-07.csv",
    "/tasks/1/lines/known?q=a",
    "/tasks/1/toast?was=READY",
    "/customers/known?phone=%2B79000000001",
    "/photos/1",
    "/graphql?query=%7B__typename%7D",
];

#[tokio::test]
async fn looking_at_a_page_writes_nothing() {
    let shop = without_bot().await;
    crate::accounts::employee(&shop).await;
    let browser = Browser::signed_in(&shop, "owner@example.com").await;
    let file = shop.database();
    // Changes after every commit of another connection.
    let commits = || {
        let version = "PRAGMA data_version";
        file.query_row(version, [], |row| row.get::<_, i64>(0))
            .unwrap()
    };
    // An invite and a link to look at, beside the task that has none yet.
    let invite = r#"mutation { createInvite(email: "new@example.com") { token } }"#;
    let invited = shop.ask(invite).await;
    assert!(
        invited["data"]["createInvite"]["token"].is_string(),
        "{invited}"
    );
    create(&shop, "8 900 000-00-02").await;
    let link = renew(&shop, "2").await;
    let stream = format!("{link}/live");
    let more = [
        &*link,
        &stream,
        "/staff/invites/1/withdraw",
        "/tasks/2/receipt",
        "/tasks/2/label",
    ];
    let before = shop.dump();
    let pages = PAGES.iter().chain(OWNERS).chain(OTHERS);
    for path in pages.chain(STREAMS).chain(&more) {
        let seen = commits();
        let answer = browser.get(path).await;
        let status = answer.status().as_u16();
        assert!(status < 500 && status != 405, "{path} {status}");
        let media_type = answer.headers().get("content-type");
        match media_type.is_some_and(|of| of == "text/event-stream") {
            // It has no end, and the server has done what it does to begin it.
            true => drop(answer),
            false => drop(answer.bytes().await.unwrap()),
        }
        assert_eq!(commits(), seen, "GET {path} has written something");
    }
    // This one doesn't know the pages' cookie.
    let seen = commits();
    let events = shop.request(Method::GET, "/events").send().await.unwrap();
    assert_eq!(events.headers()["content-type"], "text/event-stream");
    assert_eq!(commits(), seen, "GET /events has written something");
    drop(events);
    assert_eq!(shop.dump(), before);
    // The probe does notice a commit.
    let seen = commits();
    set_status(&shop, "1", "READY").await;
    assert_ne!(commits(), seen);
    shop.close().await;
}

/// Returns the GET routes of pages, by their segments.
fn routes() -> Vec<String> {
    let table = include_str!("../../src/http/table.rs");
    let (_, table) = table.split_once("\nroutes! {").unwrap();
    let (others, pages) = table.split_once("\npages! {").unwrap();
    let page = |line: &str| {
        let (parts, _) = line.trim().strip_prefix("GET [")?.split_once(']')?;
        Some(parts.to_owned())
    };
    let other = |line: &str| {
        let (_, route) = line.strip_prefix("    ")?.split_once(": ")?;
        let (parts, _) = route.strip_suffix('}').unwrap_or(route).split_once(" {")?;
        parts.starts_with('"').then(|| parts.replace(" / ", ", "))
    };
    let pages = pages.lines().filter_map(page);
    pages.chain(others.lines().filter_map(other)).collect()
}

#[test]
fn every_page_is_among_those_that_are_looked_at() {
    let routes = routes();
    assert!(routes.len() > 30, "the table of pages moved: {routes:?}");
    for of in [
        "\"tasks\", id, \"receipt\"",
        "\"events\"",
        "\"s\", Token, \"live\"",
    ] {
        assert!(
            routes.iter().any(|route| route == of),
            "{of}: the table moved: {routes:?}"
        );
    }
    // Those that need more than the others can provide have tests of their own.
    let known = [
        "/s/token",
        "/s/token/live",
        "/staff/invites/1/withdraw",
        "/cash-moves/1/reverse",
    ];
    let paths = PAGES.iter().chain(OWNERS).chain(OTHERS);
    let paths = paths.chain(&crate::money_pages::PAGES);
    // These accept POST alone.
    let posts = [
        "/telegram/webhook",
        "/max/webhook",
        "/sms/smsc/secret",
        "/data/import",
        "/data/archive",
        "/catalogue/import",
        "/settings/papers/logo",
        "/tasks/1/comments",
        "/tasks/1/photos",
    ];
    let paths = paths.chain(STREAMS).chain(&known).chain(&posts);
    let paths: Vec<Vec<&str>> = paths
        .map(|path| {
            let path = path.split('?').next().unwrap();
            path.split('/').filter(|part| !part.is_empty()).collect()
        })
        .collect();
    for route in routes {
        let parts: Vec<&str> = route.split(", ").filter(|part| !part.is_empty()).collect();
        let fits = |path: &Vec<&str>| {
            let same = |(part, asked): (&&str, &&str)| {
                !part.starts_with('"') || part.trim_matches('"') == *asked
            };
            path.len() == parts.len() && parts.iter().zip(path).all(same)
        };
        assert!(
            parts.contains(&"..") || paths.iter().any(fits),
            "nobody looks at [{route}]"
        );
    }
}

#[tokio::test]
async fn a_paper_has_the_code_once_somebody_asked_for_the_link() {
    let shop = without_bot().await;
    let mut browser = Browser::signed_in(&shop, "owner@example.com").await;
    // Opened directly, the paper says what it lacks and how to get it.
    for path in ["/tasks/1/receipt", "/tasks/1/label"] {
        let paper = browser.page(path).await;
        assert!(!paper.contains("class=\"qr\""), "{paper}");
        let button = format!("name=\"back\" value=\"{path}\">Добавить код для клиента</button>");
        assert!(paper.contains(&button), "{paper}");
    }
    let none = shop.ask("{ taskById(id: 1) { statusUrl } }").await;
    assert_eq!(none["data"]["taskById"]["statusUrl"], json!(null));
    // The task's page prints with one click.
    let task = browser.page("/tasks/1").await;
    let button = "name=\"back\" value=\"/tasks/1/receipt?print=1\"><svg";
    assert!(task.contains(button), "{task}");
    let form = [("back", "/tasks/1/receipt")];
    let answer = browser.post("/tasks/1/link", &form).await;
    assert_eq!(goes_to(&answer), "/tasks/1/receipt");
    let receipt = browser.page("/tasks/1/receipt").await;
    assert!(receipt.contains("class=\"qr\""), "{receipt}");
    assert!(!receipt.contains("Добавить код"), "{receipt}");
    // From then on the papers are plain links, and a form elsewhere can't redirect to a foreign
    // site.
    let task = browser.page("/tasks/1").await;
    assert!(task.contains("<a class=\"item\" href=\"/tasks/1/receipt?print=1\">"));
    let form = [("back", "//evil.example")];
    let answer = browser.post("/tasks/1/link", &form).await;
    assert_eq!(goes_to(&answer), "/");
    shop.close().await;
}
