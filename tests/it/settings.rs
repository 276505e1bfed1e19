//! Settings that owners change in the browser and by the API.

use reqwest::Method;
use serde_json::{Value, json};
use warp::http::StatusCode;

use crate::bot::create;
use crate::harness::{PASSWORD, Shop, code, eventually, program};
use crate::pages::{Browser, goes_to};
use crate::signed_in::SignedIn;

pub async fn set(shop: &Shop, key: &str, value: &str) -> Value {
    let change = json!({ "settings": [{ "key": key, "value": value }] });
    let query = "mutation ($settings: [SettingInput!]!) { updateSettings(settings: $settings) { settings { key value } } }";
    shop.ask_with(query, change).await
}

async fn value(shop: &Shop, key: &str) -> Value {
    let answer = shop.ask("{ settings { key value fixedBy } }").await;
    let all = answer["data"]["settings"].as_array().unwrap().clone();
    all.into_iter().find(|one| one["key"] == key).unwrap()
}

#[tokio::test]
async fn a_setting_counts_at_once_and_after_a_restart_and_in_an_archive() {
    let shop = Shop::with_owner().await;
    create(&shop, "+79000000001").await;
    assert!(set(&shop, "SHOP_NAME", "Мастер на Ленина").await["errors"].is_null());
    assert!(set(&shop, "SHOP_TAX_ID", "690201234567").await["errors"].is_null());
    let desk = SignedIn::of(&shop, "owner@example.com").await;
    let receipt = desk.page("/tasks/1/receipt").await;
    for shown in ["Мастер на Ленина", "ИНН 690201234567"] {
        assert!(receipt.contains(shown), "{receipt}");
    }
    // A day begins at another time.
    let on = "{ allTasks(createdAt: \"2021-07-24\") { id } }";
    assert_eq!(shop.ask(on).await["data"]["allTasks"], json!([]));
    set(&shop, "TIMEZONE", "Pacific/Pago_Pago").await;
    let found = shop.ask(on).await;
    assert_eq!(found["data"]["allTasks"][0]["id"], "1", "{found}");
    drop(desk);
    let shop = shop.reopen().await;
    assert_eq!(value(&shop, "SHOP_NAME").await["value"], "Мастер на Ленина");
    assert_eq!(value(&shop, "TIMEZONE").await["value"], "Pacific/Pago_Pago");

    let archive = shop.ask("{ exportArchive }").await["data"]["exportArchive"].clone();
    let other = Shop::with_owner().await;
    let put = "mutation ($archive: String!) { importArchive(archive: $archive) { token } }";
    let answer = other.ask_with(put, json!({ "archive": archive })).await;
    let mut other = other;
    other.token = answer["data"]["importArchive"]["token"]
        .as_str()
        .map(str::to_owned);
    assert_eq!(
        value(&other, "SHOP_NAME").await["value"],
        "Мастер на Ленина"
    );
    other.close().await;
    shop.close().await;
}

#[tokio::test]
async fn what_the_file_sets_wins_and_says_where_it_stands() {
    let mut shop = Shop::open_with("[shop]\nname = 'Из файла'", "").await;
    let answer = shop.register("owner@example.com").await;
    shop.token = answer["data"]["register"]["token"]
        .as_str()
        .map(str::to_owned);
    let name = value(&shop, "SHOP_NAME").await;
    assert_eq!(name["value"], "Из файла");
    assert!(name["fixedBy"].is_string(), "{name}");
    assert_eq!(value(&shop, "SHOP_HOURS").await["fixedBy"], Value::Null);
    let refused = set(&shop, "SHOP_NAME", "Другое").await;
    assert_eq!(code(&refused), "BAD_USER_INPUT");
    assert_eq!(refused["errors"][0]["extensions"]["field"], "shop.name");
    let desk = SignedIn::of(&shop, "owner@example.com").await;
    let page = desk.page("/settings/shop").await;
    assert!(page.contains("readonly value=\"Из файла\""), "{page}");
    assert!(!page.contains("name=\"shop.name\""), "{page}");
    // A stored value waits until the file leaves the key to it.
    set(&shop, "SHOP_HOURS", "пн–пт 10–19").await;
    drop(desk);
    let shop = shop
        .reopen_with("[shop]\nhours = 'круглосуточно'", std::time::Duration::ZERO)
        .await;
    assert_eq!(value(&shop, "SHOP_HOURS").await["value"], "круглосуточно");
    assert_eq!(value(&shop, "SHOP_NAME").await["value"], "");
    let shop = shop.reopen().await;
    assert_eq!(value(&shop, "SHOP_HOURS").await["value"], "пн–пт 10–19");
    shop.close().await;
}

#[tokio::test]
async fn a_wrong_value_is_refused_by_its_key_and_nothing_is_changed() {
    let shop = Shop::with_owner().await;
    let long = "я".repeat(201);
    for (key, wrong, field) in [
        ("SHOP_NAME", &*long, "shop.name"),
        ("SHOP_LEGAL_NAME", "a\u{7}b", "shop.legal_name"),
        ("SHOP_PHONE", "нет", "shop.phone"),
        ("SHOP_STATUS_DAYS", "-1", "shop.status_days"),
        ("SHOP_CURRENCY", "РУБ", "shop.currency"),
        ("TIMEZONE", "Москва", "timezone"),
        ("COUNTRY", "Russia", "country"),
        ("LANGUAGE", "de", "language"),
        ("REGISTRATION", "maybe", "auth.registration"),
        ("REMINDER_DAYS", "0, 3", "reminders.days"),
        ("REMINDER_HOUR", "24", "reminders.hour"),
        ("NOTIFY_DELAY", "soon", "telegram.notify_delay"),
    ] {
        let answer = set(&shop, key, wrong).await;
        assert_eq!(code(&answer), "BAD_USER_INPUT", "{key}: {answer}");
        assert_eq!(answer["errors"][0]["extensions"]["field"], field);
    }
    let both = r#"mutation { updateSettings(settings: [{key: SHOP_NAME, value: "a"}, {key: COUNTRY, value: "?"}]) { settings { key } } }"#;
    assert_eq!(code(&shop.ask(both).await), "BAD_USER_INPUT");
    assert_eq!(value(&shop, "SHOP_NAME").await["value"], "");
    let events = shop.ask("{ auditEvents { totalCount } }").await;
    assert_eq!(events["data"]["auditEvents"]["totalCount"], 0);
    shop.close().await;
}

#[tokio::test]
async fn the_audit_list_says_who_changed_what_and_can_only_grow() {
    let shop = Shop::with_owner().await;
    set(&shop, "SHOP_NAME", "Раз").await;
    set(&shop, "SHOP_NAME", "Два").await;
    // The same value again is no change; the default again is one.
    set(&shop, "SHOP_NAME", "Два").await;
    let reset = "mutation { updateSettings(settings: [{key: SHOP_NAME, value: null}]) { settings { key } } }";
    shop.ask(reset).await;
    let query = "{ auditEvents(first: 2) { totalCount pageInfo { endCursor hasNextPage }
        nodes { action subject from to employee { email } createdTime } } }";
    let answer = shop.ask(query).await;
    let events = &answer["data"]["auditEvents"];
    assert_eq!(events["totalCount"], 3, "{answer}");
    let newest = json!({
        "action": "SETTING_CHANGED", "subject": "shop.name", "from": "Два", "to": null,
        "employee": { "email": "owner@example.com" }, "createdTime": "2021-07-25T09:00:00.000Z",
    });
    assert_eq!(events["nodes"][0], newest);
    assert_eq!(events["pageInfo"]["hasNextPage"], true);
    let after = events["pageInfo"]["endCursor"].as_str().unwrap();
    let next = format!("{{ auditEvents(after: \"{after}\") {{ nodes {{ from to }} }} }}");
    let next = shop.ask(&next).await;
    let first = json!([{ "from": null, "to": "Раз" }]);
    assert_eq!(next["data"]["auditEvents"]["nodes"], first);
    for change in [
        "UPDATE audit_events SET new_value = 'x'",
        "DELETE FROM audit_events",
    ] {
        assert!(shop.database().execute(change, []).is_err(), "{change}");
    }
    let desk = SignedIn::of(&shop, "owner@example.com").await;
    let page = desk.page("/settings/audit").await;
    assert!(
        page.contains("Раз") && page.contains("owner@example.com"),
        "{page}"
    );
    shop.close().await;
}

#[tokio::test]
async fn a_form_saves_only_what_was_changed_in_it() {
    let shop = Shop::with_owner().await;
    set(&shop, "SHOP_HOURS", "пн–пт 10–19").await;
    let mut browser = Browser::signed_in(&shop, "owner@example.com").await;
    // Another owner changes the hours after the page was loaded.
    let form = [
        ("was:shop.name", ""),
        ("shop.name", "Мастер"),
        ("was:shop.hours", "пн–пт 10–19"),
        ("shop.hours", "пн–пт 10–19"),
    ];
    set(&shop, "SHOP_HOURS", "без выходных").await;
    let answer = browser.post("/settings/shop", &form).await;
    assert_eq!(goes_to(&answer), "/settings/shop?saved=1");
    assert_eq!(value(&shop, "SHOP_NAME").await["value"], "Мастер");
    assert_eq!(value(&shop, "SHOP_HOURS").await["value"], "без выходных");
    // What is refused stands in the form, with its reason.
    let wrong = [
        ("was:shop.phone", ""),
        ("shop.phone", "позвоните нам"),
        ("was:shop.name", "Мастер"),
        ("shop.name", "Мастер на Ленина"),
    ];
    let answer = browser.post("/settings/shop", &wrong).await;
    assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let page = answer.text().await.unwrap();
    for shown in [
        "value=\"позвоните нам\"",
        "value=\"Мастер на Ленина\"",
        "id=\"shop.phone-problem\"",
    ] {
        assert!(page.contains(shown), "{shown}: {page}");
    }
    assert_eq!(value(&shop, "SHOP_NAME").await["value"], "Мастер");
    assert_eq!(
        browser.get("/settings/nothing").await.status(),
        StatusCode::NOT_FOUND
    );
    shop.close().await;
}

#[tokio::test]
async fn a_new_delay_and_new_days_of_reminders_count_without_a_restart() {
    let shop = Shop::with_owner().await;
    set(&shop, "REMINDER_DAYS", "").await;
    assert_eq!(value(&shop, "REMINDER_DAYS").await["value"], "");
    set(&shop, "REGISTRATION", "closed").await;
    let answer = shop
        .ask(r#"mutation { createInvite(email: "a@example.com") { token } }"#)
        .await;
    assert_eq!(code(&answer), "BAD_USER_INPUT", "{answer}");
    set(&shop, "REGISTRATION", "invite").await;
    let answer = shop
        .ask(r#"mutation { createInvite(email: "a@example.com") { token } }"#)
        .await;
    assert!(answer["errors"].is_null(), "{answer}");
    shop.close().await;
}

#[tokio::test]
async fn commands_of_the_terminal_heed_what_was_changed_in_the_browser() {
    let shop = Shop::with_owner().await;
    set(&shop, "REGISTRATION", "closed").await;
    let database = shop.folder().join("shop.db");
    let invite = program()
        .args(["invite", "a@example.com"])
        .env("ZAYAVKA_DATABASE", &database)
        .current_dir(shop.folder())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&invite.stderr);
    assert!(
        !invite.status.success() && said.contains("closed"),
        "{said}"
    );
    shop.close().await;
}

#[tokio::test]
async fn backups_are_turned_on_made_at_once_and_taken_away() {
    let shop = Shop::with_owner().await;
    create(&shop, "+79000000001").await;
    let mut browser = Browser::signed_in(&shop, "owner@example.com").await;
    let page = browser.page("/settings/backups").await;
    assert!(page.contains("Копий ещё нет"), "{page}");
    let folder = shop.folder().join("backups");
    let shown = format!("name=\"backup.dir\" value=\"{}\"", folder.display());
    assert!(page.contains(&shown), "{page}");
    let form = |dir: &str, keep: &str| {
        [
            ("was:backup.every", ""),
            ("backup.every", "1d"),
            ("was:backup.dir", ""),
            ("backup.dir", dir),
            ("was:backup.keep", ""),
            ("backup.keep", keep),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
    };
    // What is wrong is said before a night without a backup.
    let nowhere = folder.join("no/such").display().to_string();
    for (dir, keep, wrong) in [
        (&*nowhere, "3", "backup.dir"),
        (&*folder.display().to_string(), "0", "backup.keep"),
    ] {
        let form = form(dir, keep);
        let form: Vec<_> = form
            .iter()
            .map(|(name, value)| (&**name, &**value))
            .collect();
        let answer = browser.post("/settings/backups", &form).await;
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
        let page = answer.text().await.unwrap();
        assert!(
            page.contains(&format!("id=\"{wrong}-problem\"")),
            "{wrong}: {page}"
        );
    }
    let right = form(&folder.display().to_string(), "3");
    let right: Vec<_> = right
        .iter()
        .map(|(name, value)| (&**name, &**value))
        .collect();
    let saved = browser.post("/settings/backups", &right).await;
    assert_eq!(goes_to(&saved), "/settings/backups?saved=1");
    // The first one is made without a restart.
    let is_there = || {
        std::fs::read_dir(&folder).is_ok_and(|mut all| {
            all.any(|file| file.unwrap().path().extension() == Some("db".as_ref()))
        })
    };
    eventually("a backup is made", is_there).await;
    let state = shop.ask("{ backupState { newestTime isLate } }").await;
    let state = &state["data"]["backupState"];
    assert_eq!(
        *state,
        json!({ "newestTime": "2021-07-25T09:00:00.000Z", "isLate": false })
    );

    shop.clock.advance(std::time::Duration::from_secs(60));
    let made = browser.post("/settings/backups/now", &[]).await;
    assert_eq!(goes_to(&made), "/settings/backups?made=1");
    let state = shop.ask("{ backupState { newestTime newestSize } }").await;
    assert_eq!(
        state["data"]["backupState"]["newestTime"],
        "2021-07-25T09:01:00.000Z"
    );
    assert!(state["data"]["backupState"]["newestSize"].as_i64().unwrap() > 4096);

    // What was downloaded is restored into another folder, and opens no place of copies.
    let sql = "INSERT INTO secrets (name, value) VALUES ('offsite_password', CAST('of the place' AS BLOB))";
    shop.database().execute(sql, []).unwrap();
    let answer = browser.get("/settings/backups/download").await;
    assert_eq!(answer.headers()["content-type"], "application/vnd.sqlite3");
    let taken = shop.folder().join("taken.db");
    let bytes = answer.bytes().await.unwrap();
    assert!(!bytes.windows(12).any(|part| part == b"of the place"));
    std::fs::write(&taken, bytes).unwrap();
    let other = shop.folder().join("other");
    std::fs::create_dir(&other).unwrap();
    let restored = program()
        .arg("restore")
        .arg(&taken)
        .env("ZAYAVKA_DATABASE", other.join("zayavka.db"))
        .current_dir(&other)
        .output()
        .unwrap();
    assert!(
        restored.status.success(),
        "{}",
        String::from_utf8_lossy(&restored.stderr)
    );
    let file = rusqlite::Connection::open(other.join("zayavka.db")).unwrap();
    let tasks: i64 = file
        .query_row("SELECT count(*) FROM tasks", [], |row| row.get(0))
        .unwrap();
    assert_eq!(tasks, 1);
    let left: Vec<_> = std::fs::read_dir(shop.folder())
        .unwrap()
        .map(|file| file.unwrap().file_name())
        .collect();
    assert!(
        !left
            .iter()
            .any(|name| name.to_string_lossy().starts_with(".tmp")),
        "{left:?}"
    );

    set(&shop, "BACKUP_EVERY", "").await;
    let off = shop.ask("{ backupState { isLate } }").await;
    assert_eq!(off["data"]["backupState"]["isLate"], true);
    shop.close().await;
}

#[tokio::test]
async fn the_first_page_asks_for_the_shops_name() {
    let shop = Shop::open().await;
    let mut browser = Browser::open(&shop);
    let page = browser.page("/first-run").await;
    assert!(page.contains("name=\"shop.name\""), "{page}");
    let form = |name| {
        [
            ("email", "owner@example.com"),
            ("password1", PASSWORD),
            ("password2", PASSWORD),
            ("shop.name", name),
        ]
    };
    let long = "я".repeat(201);
    let refused = browser.post("/first-run", &form(&long)).await;
    assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let made = browser.post("/first-run", &form("Мастер на Ленина")).await;
    assert_eq!(goes_to(&made), "/today");
    let page = browser.page("/settings/shop").await;
    assert!(page.contains("value=\"Мастер на Ленина\""), "{page}");
    shop.close().await;
}

#[tokio::test]
async fn the_first_day_leads_an_owner_through_its_steps_until_it_is_dismissed() {
    let shop = Shop::open_with("", "mode = 'off'").await;
    let mut owner = Browser::open(&shop);
    let form = [
        ("email", "owner@example.com"),
        ("password1", PASSWORD),
        ("password2", PASSWORD),
        ("shop.name", "Мастер"),
    ];
    owner.post("/first-run", &form).await;
    let count = |page: &str| {
        let (_, rest) = page.split_once("id=\"h-first-day\"").unwrap();
        let (_, rest) = rest.split_once("class=\"count\">").unwrap();
        rest.split_once('<').unwrap().0.to_owned()
    };
    let page = owner.page("/today").await;
    assert_eq!(count(&page), "1 / 7");
    // Nothing to print yet.
    let nothing = owner.post("/first-day/receipt", &[]).await;
    assert_eq!(nothing.status(), StatusCode::NOT_FOUND);
    assert_eq!(count(&owner.page("/today").await), "1 / 7");
    let task = [
        ("phone", "+7 900 000-00-01"),
        ("category", "REPAIR"),
        ("status", "ACCEPTED"),
    ];
    owner.post("/new-task/", &task).await;
    assert_eq!(count(&owner.page("/today").await), "2 / 7");
    let printed = owner.post("/first-day/receipt", &[]).await;
    assert_eq!(goes_to(&printed), "/tasks/1/receipt?print=1");
    owner.post("/settings/backups/now", &[]).await;
    owner
        .post("/staff/invite", &[("email", "new@example.com")])
        .await;
    let page = owner.page("/today").await;
    assert_eq!(count(&page), "5 / 7");
    // An employee has no such list, and can't dismiss the owner's.
    let mut shop = shop;
    let login = shop.login("owner@example.com").await;
    shop.token = login;
    let answer = shop
        .ask(r#"mutation { createInvite(email: "b@example.com") { token } }"#)
        .await;
    let token = answer["data"]["createInvite"]["token"].as_str().unwrap();
    let mut employee = Browser::open(&shop);
    let form = [
        ("email", "b@example.com"),
        ("password1", PASSWORD),
        ("password2", PASSWORD),
    ];
    employee.post(&format!("/join/{token}"), &form).await;
    assert!(!employee.page("/today").await.contains("h-first-day"));
    let refused = employee.post("/first-day/dismiss", &[]).await;
    assert_eq!(refused.status(), StatusCode::FORBIDDEN);
    let mut owner = Browser::signed_in(&shop, "owner@example.com").await;
    assert!(owner.page("/today").await.contains("h-first-day"));
    assert_eq!(
        goes_to(&owner.post("/first-day/dismiss", &[]).await),
        "/today"
    );
    assert!(!owner.page("/today").await.contains("h-first-day"));
    shop.close().await;
}

/// Returns the page that answers a form with a new public address.
async fn type_address(desk: &SignedIn<'_>, was: &str, address: &str) -> reqwest::Response {
    let form = [("was:public_url", was), ("public_url", address)];
    let form = form.map(|(name, value)| (name.to_owned(), value.to_owned()));
    desk.post("/settings/address", &form).await
}

/// The path of the link that the page offers for a phone.
fn link_on(page: &str) -> String {
    let (_, rest) = page.split_once("/reach/").expect("a link");
    format!(
        "/reach/{}",
        rest.chars()
            .take_while(|c| c.is_ascii_alphanumeric() || "-_".contains(*c))
            .collect::<String>()
    )
}

#[tokio::test]
async fn an_address_that_the_server_reaches_itself_by_counts_at_once() {
    let shop = Shop::with_owner().await;
    create(&shop, "+79000000001").await;
    let desk = SignedIn::of(&shop, "owner@example.com").await;
    let red = "QR ведут на сам этот компьютер";
    for page in [
        "/settings/address",
        "/staff",
        "/tasks/1/receipt",
        "/tasks/1/label",
        "/today",
    ] {
        let says = match page {
            "/today" => "QR-коды ведут на этот компьютер",
            _ => red,
        };
        assert!(desk.page(page).await.contains(says), "{page}");
    }
    assert!(!desk.page("/tasks/1/hand-over").await.contains(red));
    let port = shop.url.rsplit_once(':').unwrap().1;
    let other = format!("http://localhost:{port}");
    let answer = type_address(&desk, "", &format!("{other}/")).await;
    assert_eq!(answer.status(), StatusCode::OK);
    let page = answer.text().await.unwrap();
    assert!(
        page.contains("Адрес верный") && page.contains(&format!("{other}/login")),
        "{page}"
    );
    desk.post("/tasks/1/link", &[]).await;
    let receipt = desk.page("/tasks/1/receipt").await;
    assert!(receipt.contains(&format!("{other}/s/")), "{receipt}");
    // It can be replaced, not removed.
    for query in ["value: null", r#"value: """#] {
        let remove = format!(
            "mutation {{ updateSettings(settings: [{{key: PUBLIC_URL, {query}}}]) {{ settings {{ key }} }} }}"
        );
        let refused = shop.ask(&remove).await;
        assert_eq!(
            refused["errors"][0]["extensions"]["field"], "public_url",
            "{refused}"
        );
    }
    drop(desk);
    let shop = shop.reopen().await;
    assert_eq!(
        value(&shop, "PUBLIC_URL").await["value"],
        format!("{other}/")
    );
    shop.close().await;
}

#[tokio::test]
async fn an_address_that_leads_elsewhere_is_refused_with_the_reason_and_nothing_is_changed() {
    let shop = Shop::with_owner().await;
    let other = Shop::with_owner().await;
    let desk = SignedIn::of(&shop, "owner@example.com").await;
    let gone = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        format!("http://{}", listener.local_addr().unwrap())
    };
    let encrypted = shop.url.replace("http://", "https://");
    for (address, says) in [
        (gone.as_str(), "никто не отвечает"),
        (other.url.as_str(), "отвечает что-то другое"),
        ("http://no-such-name.invalid", "Такого имени"),
        ("desk.example.com", "адрес целиком"),
        ("https://desk.example.com/shop", "без пути"),
        (encrypted.as_str(), "никто не отвечает"),
        ("", "Заполните"),
    ] {
        let answer = type_address(&desk, "?", address).await;
        assert_eq!(
            answer.status(),
            StatusCode::UNPROCESSABLE_ENTITY,
            "{address}"
        );
        let page = answer.text().await.unwrap();
        assert!(page.contains(says), "{address}: {page}");
        assert!(page.contains(&format!("value=\"{address}\"")), "{address}");
        let is_whole =
            address.ends_with(|c: char| c.is_ascii_digit()) || address.ends_with("invalid");
        assert_eq!(page.contains("/reach/"), is_whole, "{address}");
        if address == other.url {
            // Its link is unknown to the other server.
            let path = link_on(&page);
            assert_eq!(
                SignedIn::stranger(&other).get(&path).await.status(),
                StatusCode::NOT_FOUND
            );
        }
    }
    assert_eq!(value(&shop, "PUBLIC_URL").await["value"], "");
    let events = shop.ask("{ auditEvents { totalCount } }").await;
    assert_eq!(events["data"]["auditEvents"]["totalCount"], 0);
    other.close().await;
    shop.close().await;
}

#[tokio::test]
async fn a_phone_proves_an_address_that_the_servers_own_network_does_not_lead_back_to() {
    let shop = Shop::with_owner().await;
    let desk = SignedIn::of(&shop, "owner@example.com").await;
    // Nothing answers there, for this machine.
    let address = "http://desk.invalid";
    let page = type_address(&desk, "", address).await.text().await.unwrap();
    let (path, phone) = (link_on(&page), SignedIn::stranger(&shop));
    let ask = |path: String, host: &'static str| {
        let request = phone.request(Method::GET, &path).header("host", host);
        async move { request.send().await.unwrap().status() }
    };
    // The name opens nothing else yet, and another name or code proves nothing.
    assert_eq!(ask("/login".into(), "desk.invalid").await, 421);
    assert_eq!(ask(path.clone(), "other.invalid").await, 421);
    assert_eq!(ask("/reach/0123".into(), "desk.invalid").await, 421);
    assert_eq!(ask(path.clone(), "127.0.0.1").await, 404);
    let again = type_address(&desk, "", address).await;
    assert_eq!(again.status(), StatusCode::UNPROCESSABLE_ENTITY);

    assert_eq!(ask(path.clone(), "desk.invalid").await, 200);
    let saved = type_address(&desk, "", address).await;
    assert_eq!(saved.status(), StatusCode::OK);
    assert_eq!(ask("/login".into(), "desk.invalid").await, 200);
    // The red lines are gone; the old address goes on working on this machine.
    let staff = desk.page("/staff").await;
    assert!(!staff.contains("QR ведут"), "{staff}");
    shop.close().await;
}

#[tokio::test]
async fn a_link_for_a_phone_is_valid_for_half_an_hour() {
    let shop = Shop::with_owner().await;
    let desk = SignedIn::of(&shop, "owner@example.com").await;
    let page = type_address(&desk, "", "http://desk.invalid")
        .await
        .text()
        .await
        .unwrap();
    let path = link_on(&page);
    shop.clock.advance(std::time::Duration::from_secs(30 * 60));
    let request = SignedIn::stranger(&shop).request(Method::GET, &path);
    assert_eq!(
        request
            .header("host", "desk.invalid")
            .send()
            .await
            .unwrap()
            .status(),
        404
    );
    shop.close().await;
}

#[tokio::test]
async fn stages_and_drawers_are_in_the_audit_list_too() {
    let shop = Shop::with_owner().await;
    for mutation in [
        r#"createStage(stageData: {status: READY, name: "На полке"}) { stage { id } }"#,
        r#"updateStage(stageData: {id: 10, name: "Полка"}) { stage { id } }"#,
        r#"updateStage(stageData: {id: 10, name: "Полка"}) { stage { id } }"#,
        r#"deleteStage(id: 10) { id }"#,
        r#"saveDrawer(name: "Сейф") { drawer { id } }"#,
        r#"saveDrawer(id: 2, name: "Сейф у входа") { drawer { id } }"#,
    ] {
        let answer = shop.ask(&format!("mutation {{ {mutation} }}")).await;
        assert!(answer["errors"].is_null(), "{mutation} {answer}");
    }
    let events = "{ auditEvents { nodes { action subject from to } } }";
    let events = shop.ask(events).await["data"]["auditEvents"]["nodes"].clone();
    let expected = json!([
        { "action": "DRAWER_RENAMED", "subject": "Сейф у входа", "from": "Сейф", "to": "Сейф у входа" },
        { "action": "DRAWER_CREATED", "subject": "Сейф", "from": null, "to": null },
        { "action": "STAGE_DELETED", "subject": "Полка", "from": null, "to": null },
        { "action": "STAGE_CHANGED", "subject": "На полке", "from": "На полке", "to": "Полка" },
        { "action": "STAGE_CREATED", "subject": "На полке", "from": null, "to": null },
    ]);
    assert_eq!(events, expected);
    let desk = SignedIn::of(&shop, "owner@example.com").await;
    let page = desk.page("/settings/audit").await;
    assert!(
        page.contains("Новый этап: На полке") && page.contains("Касса переименована"),
        "{page}"
    );
    shop.close().await;
}
