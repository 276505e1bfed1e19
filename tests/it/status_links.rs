//! The customer's status page, and the papers that link to it.

use std::time::Duration;

use reqwest::header::HeaderMap;
use reqwest::{Client, Method};
use serde_json::json;

use crate::bot::{create, set_status};
use crate::harness::{Log, Shop, code};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const ABOUT: &str = "[shop]
name = 'Мастер & Ко'
address = 'Тверь, Ленина 1'
hours = 'пн–пт 10–19'
phone = '8 (900) 111-22-33'
terms = 'Храним 60 дней.'";
const TASK: &str = r#"mutation { createTask(taskData: {customerPhone: "+7 (900) 000-00-71", description: "Тайная поломка",
    dueOn: "2021-07-31", estimate: 450000, device: {kind: "телефон", brand: "Apple", model: "iPhone 12",
    serialNumber: "SN-4711", accessories: "тайный чехол", appearance: "тайный скол", place: "тайная полка"}}) { task { id } }
    takePayment(paymentData: {taskId: 1, method: CASH, sum: 100000}) { payment { id } } }"#;

/// Opens a shop with a name and a task with a customer.
async fn shop() -> Shop {
    let shop = Shop::with_owner().await;
    let shop = shop.reopen_with(ABOUT, Duration::ZERO).await;
    shop.ask(TASK).await;
    let name = r#"mutation { updateCustomer(customerData: {phone: "+79000000071", name: "Анна Тайная"}) { customer { id } } }"#;
    shop.ask(name).await;
    shop
}

/// Renews a task's status link, and returns its path.
pub async fn renew(shop: &Shop, id: &str) -> String {
    let query = format!("mutation {{ renewStatusLink(taskId: {id}) {{ task {{ statusUrl }} }} }}");
    let answer = shop.ask(&query).await;
    let url = answer["data"]["renewStatusLink"]["task"]["statusUrl"].as_str();
    let url = url.unwrap_or_else(|| panic!("{answer}"));
    url.strip_prefix(&shop.url).unwrap().to_owned()
}

/// Requests a page without a session.
async fn look(shop: &Shop, path: &str, language: &str) -> (u16, HeaderMap, String) {
    let request = Client::new().get(format!("{}{path}", shop.url));
    let request = request.header("accept-language", language);
    let answer = request.send().await.unwrap();
    let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
    (status, headers, answer.text().await.unwrap())
}

#[tokio::test]
async fn a_link_shows_how_far_the_task_is_and_nothing_that_is_not_the_holders() {
    let shop = shop().await;
    let link = renew(&shop, "1").await;
    let (room, token) = link.rsplit_once('/').unwrap();
    assert_eq!((room, token.len()), ("/s", 24), "144 bits");
    set_status(&shop, "1", "READY").await;
    shop.ask("mutation { updateTask(taskData: {id: 1, price: 500000}) { task { id } } }")
        .await;
    let (status, headers, page) = look(&shop, &link, "ru").await;
    assert_eq!(status, 200);
    for line in [
        "<html lang=\"ru\">",
        "<h1>Заявка № 1</h1>",
        "<span class=\"pill READY\">Готово</span>",
        "<dd>телефон Apple iPhone 12</dd>",
        "<dd>31 июля</dd>",
        "<dd>4\u{a0}500\u{a0}₽</dd>",
        "<dd>5\u{a0}000\u{a0}₽</dd>",
        "<dd>1\u{a0}000\u{a0}₽</dd>",
        "<dd>+• (•••) •••-••-71</dd>",
        "<div>Принято</div><div class=\"sub\">сегодня, 12:00</div>",
        "Мастер &#38; Ко",
        "Тверь, Ленина 1",
        "пн–пт 10–19",
        "<a href=\"tel:+79001112233\">+7 900 111-22-33</a>",
        "<meta name=\"robots\" content=\"noindex, nofollow\">",
    ] {
        assert!(page.contains(line), "{line} {page}");
    }
    let newest = page.find("class=\"now\"><div>Готово").unwrap();
    assert!(newest < page.find("<div>Принято").unwrap(), "{page}");
    for other in [
        "айн",
        "000-00",
        "0000071",
        "4711",
        "owner",
        "/tasks/",
        "Храним",
        token,
    ] {
        let page = page.replace(&format!("start={token}"), "");
        let page = page.replace(&format!("/s/{token}/"), "");
        assert!(!page.contains(other), "{other} {page}");
    }
    for (name, value) in [
        ("x-robots-tag", "noindex, nofollow"),
        ("referrer-policy", "same-origin"),
        ("cache-control", "no-store"),
        ("x-content-type-options", "nosniff"),
    ] {
        assert_eq!(headers[name], value, "{name}");
    }
    assert!(!headers.contains_key("set-cookie"));
    let (_, _, english) = look(&shop, &link, "en-GB").await;
    for line in [
        "<html lang=\"en\">",
        "<h1>Repair No. 1</h1>",
        "Ready",
        "Your phone",
    ] {
        assert!(english.contains(line), "{line} {english}");
    }
    let (_, _, other) = look(&shop, &link, "de").await;
    assert!(other.contains("<html lang=\"ru\">"), "the shop's own");
    // Only a signed-in visitor is led on to the desk.
    let cookie = format!("zayavka={}", shop.token.as_ref().unwrap());
    let staff = shop.request(Method::GET, &link).header("cookie", cookie);
    let staff = staff.send().await.unwrap().text().await.unwrap();
    assert!(staff.contains("href=\"/tasks/1\""), "{staff}");
    shop.close().await;
}

#[tokio::test]
async fn a_bot_that_is_known_is_offered_with_the_token() {
    let shop = shop().await;
    let link = renew(&shop, "1").await;
    let address = format!(
        "href=\"https://t.me/desk_bot?start={}\"",
        link.trim_start_matches("/s/")
    );
    shop.telegram.calls_of("getWebhookInfo", 1).await;
    let mut page = String::new();
    for _ in 0..50 {
        page = look(&shop, &link, "ru").await.2;
        if page.contains(&address) {
            break;
        }
    }
    assert!(page.contains(&address), "{page}");
    shop.close().await;
    let shop = Shop::open_with("", "mode = 'off'").await;
    let (_, _, page) = look(&shop, "/s/none", "ru").await;
    assert!(!page.contains("t.me"), "{page}");
    shop.close().await;
}

#[tokio::test]
async fn links_that_lead_nowhere_are_all_alike_and_none_comes_again() {
    let shop = shop().await;
    let wrong = look(&shop, &format!("/s/{}", "A".repeat(24)), "ru").await;
    assert_eq!(wrong.0, 404);
    assert!(wrong.2.contains("Ссылка не работает"), "{}", wrong.2);
    assert!(wrong.2.contains("+7 900 111-22-33"), "{}", wrong.2);
    assert_eq!(wrong.1["x-robots-tag"], "noindex, nofollow");
    assert_eq!(wrong.1["referrer-policy"], "same-origin");
    let dead = async |path: &str| {
        let (status, mut headers, page) = look(&shop, path, "ru").await;
        for name in ["x-request-id", "date"] {
            headers.remove(name);
        }
        let mut expected = wrong.1.clone();
        for name in ["x-request-id", "date"] {
            expected.remove(name);
        }
        assert_eq!(
            (status, headers, &page),
            (404, expected, &wrong.2),
            "{path}"
        );
    };
    let alive = async |path: &str| assert_eq!(look(&shop, path, "ru").await.0, 200, "{path}");
    for path in [
        "/s",
        "/s/",
        "/s/1",
        "/s/79000000071",
        "/s/a/b",
        "/s/%00",
        "/s/%D1%8F",
    ] {
        dead(path).await;
    }
    let first = renew(&shop, "1").await;
    dead(&format!("{first}x")).await;
    dead(&first[..first.len() - 1]).await;
    dead(&format!("{first}/x")).await;
    let second = renew(&shop, "1").await;
    assert_ne!(first, second);
    dead(&first).await;
    alive(&second).await;

    // It expires some days after the task is closed, and stays valid for a reopened task.
    set_status(&shop, "1", "CLOSED").await;
    shop.clock.advance(30 * DAY - Duration::from_secs(1));
    let shop = again(shop).await;
    let dead = async |path: &str| {
        let (status, _, page) = look(&shop, path, "ru").await;
        assert_eq!((status, &page), (404, &wrong.2), "{path}");
    };
    let alive = async |path: &str| assert_eq!(look(&shop, path, "ru").await.0, 200, "{path}");
    let url = async || {
        let answer = shop.ask("{ taskById(id: 1) { statusUrl } }").await;
        answer["data"]["taskById"]["statusUrl"].clone()
    };
    alive(&second).await;
    assert_eq!(url().await, format!("{}{second}", shop.url));
    shop.clock.advance(Duration::from_secs(1));
    dead(&second).await;
    assert_eq!(url().await, json!(null));
    set_status(&shop, "1", "IN_PROGRESS").await;
    alive(&second).await;

    // With the customer, and with the task.
    let erase = r#"mutation { eraseCustomer(phone: "+79000000071") { phone } }"#;
    assert!(shop.ask(erase).await["errors"].is_null());
    dead(&second).await;
    assert_eq!(url().await, json!(null));
    let third = renew(&shop, "1").await;
    assert!(![&first, &second].contains(&&third));
    dead(&first).await;
    dead(&second).await;
    alive(&third).await;
    let id = create(&shop, "+79000000072").await;
    let other = renew(&shop, &id).await;
    shop.ask(r#"mutation { deleteCustomer(phone: "+79000000072") { phone } }"#)
        .await;
    dead(&other).await;
    shop.ask("mutation { deleteTask(id: 1) { id } }").await;
    dead(&third).await;
    let rows = "SELECT count(*) FROM status_links WHERE task_id = 1";
    assert_eq!(shop.database().query_row(rows, [], |row| row.get(0)), Ok(0));
    shop.close().await;
}

#[tokio::test]
async fn a_link_that_was_replaced_after_a_backup_is_not_made_again_after_its_restore() {
    let shop = shop().await;
    let first = renew(&shop, "1").await;
    let file = shop.database();
    let kept = "CREATE TEMP TABLE backup AS SELECT * FROM status_links";
    file.execute_batch(kept).unwrap();
    let later = [renew(&shop, "1").await, renew(&shop, "1").await];
    file.execute_batch("REPLACE INTO status_links SELECT * FROM backup")
        .unwrap();
    assert_eq!(look(&shop, &first, "ru").await.0, 200);
    shop.clock.advance(Duration::from_secs(1));
    let next = renew(&shop, "1").await;
    assert!(next != first && !later.contains(&next), "{next}");
    shop.close().await;
}

/// Restarts the shop and signs in anew.
async fn again(shop: Shop) -> Shop {
    let mut shop = shop.reopen_with(ABOUT, Duration::ZERO).await;
    shop.token = shop.login("owner@example.com").await;
    shop
}

#[tokio::test]
async fn nothing_in_the_table_opens_a_page_and_a_restart_keeps_the_link() {
    let shop = shop().await;
    let none = shop.ask("{ taskById(id: 1) { statusUrl } }").await;
    assert_eq!(none["data"]["taskById"]["statusUrl"], json!(null));
    let link = renew(&shop, "1").await;
    let token = link.trim_start_matches("/s/");
    let bytes = shop.bytes();
    assert!(
        !bytes
            .windows(token.len())
            .any(|part| part == token.as_bytes())
    );
    let hash = "SELECT length(token_hash) FROM status_links";
    assert_eq!(
        shop.database().query_row(hash, [], |row| row.get(0)),
        Ok(32)
    );
    let shop = again(shop).await;
    assert_eq!(look(&shop, &link, "ru").await.0, 200);
    let kept = shop
        .ask("{ taskById(id: 1) { statusUrl version history { kind } } }")
        .await;
    let expected = json!({"statusUrl": format!("{}{link}", shop.url), "version": 1, "history": [{"kind": "CREATED"}, {"kind": "PAID"}]});
    assert_eq!(kept["data"]["taskById"], expected);
    for id in ["7", "\"x\""] {
        let query = format!("mutation {{ renewStatusLink(taskId: {id}) {{ task {{ id }} }} }}");
        let answer = shop.ask(&query).await;
        assert!(
            ["NOT_FOUND", "BAD_USER_INPUT"].contains(&code(&answer)),
            "{answer}"
        );
    }
    shop.close().await;
}

#[tokio::test]
async fn the_links_of_a_list_are_read_as_often_as_one() {
    let shop = shop().await;
    renew(&shop, "1").await;
    let query = "{ allTasks { id statusUrl } }";
    let one = shop.reads(query).await;
    for number in 10..40 {
        let id = create(&shop, &format!("+790000000{number}")).await;
        renew(&shop, &id).await;
    }
    assert_eq!(shop.reads(query).await, one);
    let all = shop.ask(query).await;
    let tasks = all["data"]["allTasks"].as_array().unwrap();
    let mut urls: Vec<_> = tasks
        .iter()
        .map(|task| task["statusUrl"].as_str().unwrap())
        .collect();
    urls.sort_unstable();
    urls.dedup();
    assert_eq!(urls.len(), 31);
    shop.close().await;
}

#[tokio::test]
async fn an_address_that_tries_many_links_is_told_to_wait_and_its_token_is_not_logged() {
    let log = Log::start();
    let settings = "[http]\ntrusted_proxies = ['127.0.0.1']";
    let shop = Shop::with_owner()
        .await
        .reopen_with(settings, Duration::ZERO)
        .await;
    create(&shop, "+79000000001").await;
    let link = renew(&shop, "1").await;
    let from = async |address: &str| {
        let request = Client::new().get(format!("{}{link}", shop.url));
        let answer = request
            .header("x-forwarded-for", address)
            .send()
            .await
            .unwrap();
        let headers = answer.headers();
        assert_eq!(headers["referrer-policy"], "same-origin");
        assert_eq!(headers["x-robots-tag"], "noindex, nofollow");
        answer.status().as_u16()
    };
    for _ in 0..60 {
        assert_eq!(from("203.0.113.7").await, 200);
    }
    assert_eq!(from("203.0.113.7").await, 429);
    assert_eq!(from("203.0.113.8").await, 200);
    shop.clock.advance(Duration::from_secs(1));
    assert_eq!(from("203.0.113.7").await, 200);
    assert_eq!(from("203.0.113.7").await, 429);
    // Views don't lock anybody out of signing in.
    let login = shop.request(Method::POST, "/graphql");
    let login = login
        .header("x-forwarded-for", "203.0.113.7")
        .header("content-type", "application/json");
    let query =
        r#"{"query": "mutation { login(email: \"a@example.com\", password: \"x\") { success } }"}"#;
    let login = login
        .body(query)
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    assert!(login.contains("\"success\":false"), "{login}");
    shop.close().await;
    let log = log.text();
    assert!(log.contains("room=\"/s\""), "{log}");
    assert!(!log.contains(link.trim_start_matches("/s/")), "{log}");
}

/// Returns a page for an employee.
async fn page(shop: &Shop, path: &str) -> String {
    let cookie = format!("zayavka={}", shop.token.as_ref().unwrap());
    let request = Client::new().get(format!("{}{path}", shop.url));
    let answer = request.header("cookie", cookie).send().await.unwrap();
    assert_eq!(answer.status(), 200, "{path}");
    answer.text().await.unwrap()
}

#[tokio::test]
async fn the_papers_say_what_was_taken_in_and_what_is_given_back() {
    let shop = shop().await;
    renew(&shop, "1").await;
    let receipt = page(&shop, "/tasks/1/receipt").await;
    let url = shop.ask("{ taskById(id: 1) { statusUrl } }").await;
    let url = url["data"]["taskById"]["statusUrl"]
        .as_str()
        .unwrap()
        .to_owned();
    for line in [
        "<article class=\"paper a4\" lang=\"ru\">",
        "<b>Мастер &#38; Ко</b>",
        "Тверь, Ленина 1",
        "пн–пт 10–19",
        "+7 900 111-22-33",
        "<h2>Квитанция № 1</h2>",
        "<dd>25 июля 2021</dd>",
        "<dd>Анна Тайная, +7 900 000-00-71</dd>",
        "<dd>телефон Apple iPhone 12</dd>",
        "<dd>SN-4711</dd>",
        "<dd>тайный чехол</dd>",
        "<dd>тайный скол</dd>",
        "<dd>Тайная поломка</dd>",
        "<dd>31 июля 2021</dd>",
        "<dd>4\u{a0}500\u{a0}₽</dd>",
        "<dd>1\u{a0}000\u{a0}₽ (Наличные: 1\u{a0}000\u{a0}₽)</dd>",
        "Храним 60 дней.",
        "<div>Сдал клиент</div><div>Принял: owner</div>",
        "<svg class=\"qr\"",
        &url,
    ] {
        assert!(receipt.contains(line), "{line} {receipt}");
    }
    assert!(
        !receipt.contains("тайная полка"),
        "where it lies is the shop's own"
    );
    let roll = page(&shop, "/tasks/1/receipt?paper=roll&language=en").await;
    for line in [
        "<html lang=\"ru\">",
        "<article class=\"paper roll\" lang=\"en\">",
        "<h2>Receipt No. 1</h2>",
        "<dd>25 July 2021</dd>",
        "<dd>₽4,500</dd>",
        "Храним 60 дней.",
        &url,
    ] {
        assert!(roll.contains(line), "{line} {roll}");
    }
    let label = page(&shop, "/tasks/1/label").await;
    for line in [
        "paper label",
        "№ 1</b>",
        "телефон Apple iPhone 12",
        "<svg class=\"qr\"",
    ] {
        assert!(label.contains(line), "{line} {label}");
    }
    assert!(
        !label.contains("Анна") && !label.contains("000-00-71"),
        "{label}"
    );
    let done = r#"mutation { updateTask(taskData: {id: 1, price: 500050, warrantyEndsOn: "2021-10-31"}) { task { id } } }"#;
    shop.ask(done).await;
    shop.clock.advance(DAY);
    let slip = page(&shop, "/tasks/1/hand-over").await;
    for line in [
        "<h2>Акт выдачи № 1</h2>",
        "<dd>26 июля 2021</dd>",
        "<dd>Тайная поломка</dd>",
        "<dd>5\u{a0}000,50\u{a0}₽</dd>",
        "<dd>1\u{a0}000\u{a0}₽ (Наличные: 1\u{a0}000\u{a0}₽)</dd>",
        "<dt>К оплате</dt><dd>4\u{a0}000,50\u{a0}₽</dd>",
        "<dd>31 октября 2021</dd>",
        "<div>Выдал</div><div>Получил клиент</div>",
    ] {
        assert!(slip.contains(line), "{line} {slip}");
    }
    assert!(
        !slip.contains("class=\"qr\"") && !slip.contains("Храним"),
        "{slip}"
    );
    // Reprinted, it shows the same link.
    assert!(page(&shop, "/tasks/1/receipt").await.contains(&url));
    let renewed = renew(&shop, "1").await;
    let receipt = page(&shop, "/tasks/1/receipt").await;
    assert!(
        receipt.contains(&renewed) && !receipt.contains(&url),
        "{receipt}"
    );
    // An expired link is on no paper.
    set_status(&shop, "1", "CLOSED").await;
    shop.clock.advance(31 * DAY);
    let shop = again(shop).await;
    for path in ["/tasks/1/receipt", "/tasks/1/label"] {
        let paper = page(&shop, path).await;
        assert!(
            !paper.contains("class=\"qr\"") && !paper.contains("/s/"),
            "{paper}"
        );
    }
    assert!(
        page(&shop, "/tasks/1")
            .await
            .contains("ссылка больше не открывается")
    );
    shop.close().await;
}

#[tokio::test]
async fn staff_make_and_replace_the_link_on_the_tasks_page() {
    let shop = shop().await;
    let cookie = format!("zayavka={}", shop.token.as_ref().unwrap());
    let client = Client::builder().redirect(reqwest::redirect::Policy::none());
    let client = client.build().unwrap();
    let post = async |form: &'static str| {
        let request = client.post(format!("{}/tasks/1/link", shop.url));
        let request = request
            .header("origin", &shop.url)
            .header("cookie", &cookie);
        let answer = request.body(form).send().await.unwrap();
        assert_eq!(answer.headers()["location"], "/tasks/1");
    };
    let link = async || {
        let task = page(&shop, "/tasks/1").await;
        let link = task
            .split("readonly value=\"")
            .nth(1)
            .map(|rest| rest.split('"').next().unwrap());
        link.map(str::to_owned)
    };
    assert_eq!(link().await, None);
    let nobody = client.post(format!("{}/tasks/1/link", shop.url));
    let nobody = nobody.header("origin", &shop.url).send().await.unwrap();
    assert_eq!(nobody.headers()["location"], "/login?next=%2F");
    assert_eq!(link().await, None);
    post("").await;
    let first = link().await.unwrap();
    assert!(first.starts_with(&format!("{}/s/", shop.url)), "{first}");
    // A page that doesn't know of it yet doesn't create another one.
    post("").await;
    assert_eq!(link().await.as_deref(), Some(&*first));
    post("renew=1").await;
    let second = link().await.unwrap();
    assert_ne!(first, second);
    let path = |url: &str| url.strip_prefix(&shop.url).unwrap().to_owned();
    assert_eq!(look(&shop, &path(&first), "ru").await.0, 404);
    assert_eq!(look(&shop, &path(&second), "ru").await.0, 200);
    shop.close().await;
}
