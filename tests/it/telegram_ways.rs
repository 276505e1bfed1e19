//! The ways to Telegram: directly, by a proxy, and by a Bot API server of one's own.

use std::path::Path;
use std::time::Duration;

use reqwest::StatusCode;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use zayavka::clock::Clock;
use zayavka::config::Config;
use zayavka::doctor::{self, Level};

use crate::bot::{ANNA, contact, create, message, messages};
use crate::bot_connection::TOKEN;
use crate::cli::zayavka;
use crate::doctor::{finds, lines};
use crate::fake_proxy::{FakeProxy, IN_URL, Manner};
use crate::fake_telegram::FakeTelegram;
use crate::harness::{IN_BROWSER, Log, Shop, eventually};
use crate::pages::{Browser, goes_to};
use crate::receiver::Receiver;
use crate::tls::Authority;

/// A name that only a proxy can resolve.
const NAME: &str = "telegram.invalid";
const POLLING: &str = "mode = 'polling'";

/// Starts a server that answers by TLS for a fake Telegram, and returns its port.
async fn with_tls(authority: &Authority, name: &str, telegram: &FakeTelegram) -> u16 {
    let acceptor = authority.acceptor(name);
    let to = telegram.url().trim_start_matches("http://").to_owned();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let (acceptor, to) = (acceptor.clone(), to.clone());
            tokio::spawn(async move {
                let mut stream = acceptor.accept(stream).await?;
                copy_bidirectional(&mut stream, &mut TcpStream::connect(to).await?).await
            });
        }
    });
    port
}

/// A port on which nothing listens.
fn gone() -> u16 {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    free.local_addr().unwrap().port()
}

/// The program in a folder of its own, which trusts an authority of the test.
struct Doctor {
    folder: TempDir,
    authority: Authority,
}

impl Doctor {
    fn new() -> Self {
        let (folder, authority) = (TempDir::new().unwrap(), Authority::new());
        std::fs::write(folder.path().join("root.pem"), authority.pem()).unwrap();
        Self { folder, authority }
    }

    /// Returns the lines of `zayavka doctor` about Telegram with that address, proxy and environment.
    async fn says(
        &self,
        api_url: &str,
        proxy: &str,
        variable: Option<(&str, String)>,
    ) -> Vec<String> {
        let proxy = match proxy {
            "" => String::new(),
            proxy => format!("proxy = '{proxy}'"),
        };
        let at = self.folder.path().to_owned();
        let text =
            format!("[telegram]\ntoken = '{TOKEN}'\n{POLLING}\napi_url = '{api_url}'\n{proxy}\n");
        std::fs::write(at.join("config.toml"), text).unwrap();
        let root = at.join("root.pem").display().to_string();
        let variable = variable.map(|(name, value)| (name.to_owned(), value));
        let run = tokio::task::spawn_blocking(move || {
            let mut variables = vec![("SSL_CERT_FILE", &*root)];
            variables.extend(variable.as_ref().map(|(name, value)| (&**name, &**value)));
            lines(&at, &variables)
        });
        let mut found = run.await.unwrap();
        for line in &found {
            for secret in ["Fake-Token", "p%40ss", "p@ss", "other-password"] {
                assert!(!line.contains(secret), "{line}");
            }
        }
        found.retain(|line| line.contains(" Telegram: "));
        found
    }
}

#[tokio::test]
async fn proxies_of_every_kind_lead_to_telegram() {
    let (doctor, telegram) = (Doctor::new(), FakeTelegram::start().await);
    let port = with_tls(&doctor.authority, NAME, &telegram).await;
    let tls = doctor.authority.acceptor("127.0.0.1");
    let far = format!("https://{NAME}:{port}");
    for (scheme, user, manner) in [
        ("http", "", Manner::Open),
        ("http", IN_URL, Manner::Locked),
        ("https", IN_URL, Manner::Locked),
        ("socks5h", "", Manner::Open),
        ("socks5h", IN_URL, Manner::Locked),
    ] {
        let tls = (scheme == "https").then(|| tls.clone());
        let proxy = FakeProxy::start_with(manner, tls).await;
        let found = doctor.says(&far, &proxy.url(scheme, user), None).await;
        let said = format!("{far} through the proxy {} answers", proxy.url(scheme, ""));
        finds(&found, "ok", "Telegram", &said);
        finds(&found, "ok", "Telegram", "updates are polled");
        let asked = proxy.asked();
        let is_right = |place: &String| *place == format!("{NAME}:{port}");
        assert!(!asked.is_empty() && asked.iter().all(is_right), "{asked:?}");
    }
    // With `socks5` the name is looked up here.
    let port = with_tls(&doctor.authority, "localhost", &telegram).await;
    let proxy = FakeProxy::start(Manner::Open).await;
    let url = proxy.url("socks5", "");
    let near = format!("https://localhost:{port}");
    let found = doctor.says(&near, &url, None).await;
    finds(&found, "ok", "Telegram", "the token is @desk_bot's");
    let found = doctor.says(&far, &url, None).await;
    finds(&found, "failure", "Telegram", "the name can't be resolved");
}

#[tokio::test]
async fn a_proxy_that_fails_is_told_from_a_telegram_that_does() {
    let (doctor, telegram) = (Doctor::new(), FakeTelegram::start().await);
    let port = with_tls(&doctor.authority, "localhost", &telegram).await;
    let near = format!("https://localhost:{port}");
    let wrong = "desk:other-password";
    let password = "the proxy doesn't accept the user name and the password";
    let refused = "the proxy refused the connection";
    for (scheme, user, manner, said) in [
        ("http", "", Manner::Locked, password),
        ("http", wrong, Manner::Locked, password),
        ("socks5h", "", Manner::Locked, password),
        ("socks5h", wrong, Manner::Locked, password),
        ("http", "", Manner::Closed, refused),
        ("socks5", "", Manner::Closed, refused),
        (
            "socks5h",
            "",
            Manner::Silent,
            "no connection through the proxy in time",
        ),
    ] {
        let proxy = FakeProxy::start(manner).await;
        let found = doctor.says(&near, &proxy.url(scheme, user), None).await;
        finds(&found, "failure", "Telegram", said);
        finds(&found, "failure", "Telegram", "`telegram.proxy`");
        finds(&found, "warning", "Telegram", "answers without the proxy");
    }
    for scheme in ["http", "https", "socks5", "socks5h"] {
        let url = format!("{scheme}://127.0.0.1:{}", gone());
        let found = doctor.says(&near, &url, None).await;
        finds(&found, "failure", "Telegram", "no connection to the proxy");
    }
    // Behind a proxy that works, Telegram's own answers count.
    let proxy = FakeProxy::start(Manner::Open).await;
    telegram.refuse(TOKEN);
    let found = doctor.says(&near, &proxy.url("socks5h", ""), None).await;
    finds(&found, "failure", "Telegram", "no bot with this token");
    let away = format!("https://{NAME}:{port}");
    let found = doctor.says(&away, &proxy.url("http", ""), None).await;
    finds(&found, "failure", "Telegram", "no TLS connection");
    finds(
        &found,
        "warning",
        "Telegram",
        "can't be reached without the proxy either",
    );
}

#[tokio::test]
async fn a_proxy_of_the_environment_decides_nothing_and_is_named() {
    let (doctor, telegram) = (Doctor::new(), FakeTelegram::start().await);
    let port = with_tls(&doctor.authority, "localhost", &telegram).await;
    let proxy = FakeProxy::start(Manner::Open).await;
    let url = proxy.url("http", "");
    for name in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"] {
        let variable = Some((name, url.clone()));
        let near = format!("https://localhost:{port}");
        let found = doctor.says(&near, "", variable.clone()).await;
        finds(&found, "ok", "Telegram", "the token is @desk_bot's");
        let away = format!("https://localhost:{}", gone());
        let found = doctor.says(&away, "", variable).await;
        let said = format!("the proxy of the environment ({name}) is not used");
        finds(&found, "warning", "Telegram", &said);
        finds(&found, "failure", "Telegram", "no connection");
    }
    assert_eq!(proxy.asked(), Vec::<String>::new());
}

#[tokio::test]
async fn a_blocked_telegram_is_told_from_a_wrong_token() {
    let telegram = FakeTelegram::start().await;
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let silent = format!("https://{}", silent.local_addr().unwrap());
    let (stranger, plain) = (Authority::new(), telegram.url());
    let port = with_tls(&stranger, "localhost", &telegram).await;
    let folder = TempDir::new().unwrap();
    for (url, said) in [
        (
            "https://telegram.invalid".to_owned(),
            "the name can't be resolved",
        ),
        (format!("https://127.0.0.1:{}", gone()), "no connection. "),
        (silent, "no connection in time"),
        (plain.replace("http:", "https:"), "no TLS connection"),
        (format!("https://localhost:{port}"), "no TLS connection"),
        (
            format!("{plain}/elsewhere"),
            "an answer that isn't Telegram's",
        ),
    ] {
        let text = format!(
            "database = '{}'\n[telegram]\ntoken = '1:secret'\n{POLLING}\napi_url = '{url}'\n",
            folder.path().join("none.db").display(),
        );
        let config = Config::parse(&text).unwrap();
        let found = doctor::look_at(&config, &Clock::system()).await;
        let last = found.last().unwrap();
        assert_eq!(
            (last.about, last.level),
            ("Telegram", Level::Failure),
            "{url}"
        );
        assert!(last.to_string().contains(said), "{url}: {last}");
        assert!(last.advice.contains("api_url"), "{url}: {last}");
    }
}

/// Opens a shop with an owner.
async fn shop(settings: &str, telegram: &str) -> Shop {
    let mut shop = Shop::open_with(settings, telegram).await;
    let answer = shop.register("owner@example.com").await;
    let token = answer["data"]["register"]["token"].as_str();
    shop.token = Some(token.unwrap_or_else(|| panic!("{answer}")).to_owned());
    shop
}

async fn bot(shop: &Shop) -> Value {
    let query =
        "{ bot { proxy apiServer isReachable isWell troubles { kind detail stopsTheBot } } }";
    let answer = shop.ask(query).await;
    assert!(answer["errors"].is_null(), "{answer}");
    answer["data"]["bot"].clone()
}

/// Sends a photo of a customer who is linked.
async fn send_photo(shop: &Shop, number: i64) {
    let photo = json!([{"file_id": "p", "file_unique_id": format!("p{number}"), "width": 9}]);
    let mut update = message(ANNA, json!({ "photo": photo }));
    update["message"]["message_id"] = json!(number);
    shop.update(update).await;
}

/// Returns the state of the last photo.
fn state(shop: &Shop) -> String {
    let sql = "SELECT state FROM photos ORDER BY id DESC LIMIT 1";
    let file = shop.database();
    file.query_row(sql, [], |row| row.get(0)).unwrap()
}

fn gif() -> Vec<u8> {
    [b"GIF89a".as_slice(), &[40, 0, 30, 0], &[0; 20]].concat()
}

#[tokio::test]
async fn a_proxy_leads_the_bot_alone_and_its_password_is_nowhere() {
    let log = Log::start();
    let mut shown = Vec::new();
    for scheme in ["http", "socks5", "socks5h"] {
        let (receiver, proxy) = (
            Receiver::start().await,
            FakeProxy::start(Manner::Locked).await,
        );
        let telegram = format!("proxy = '{}'", proxy.url(scheme, IN_URL));
        let shop = shop(&receiver.settings("'task.created'"), &telegram).await;
        create(&shop, "+79000000001").await;
        receiver.told(1).await;
        shop.update(contact(ANNA, ANNA, "+79000000001")).await;
        messages(&shop, 2).await;
        shop.telegram.file("p", gif());
        send_photo(&shop, 10).await;
        eventually("the photo arrives", || state(&shop) == "HERE").await;
        shop.ask("mutation { checkBot { bot { isWell } } }").await;
        let (address, server) = (proxy.url(scheme, ""), shop.telegram.url());
        let known = bot(&shop).await;
        assert_eq!(
            known,
            json!({"proxy": address, "apiServer": server, "isReachable": true, "isWell": true, "troubles": []})
        );
        let owner = Browser::signed_in(&shop, "owner@example.com").await;
        let page = owner.page("/settings/bot").await;
        let way = format!("через свой сервер Bot API {server} и прокси {address} (работает)");
        assert!(page.contains(&way), "{page}");
        // It led to Telegram and nowhere else.
        let (asked, to) = (proxy.asked(), server.trim_start_matches("http://"));
        assert!(
            !asked.is_empty() && asked.iter().all(|place| place == to),
            "{asked:?}"
        );
        shown.extend([
            page,
            known.to_string(),
            shop.ask("{ exportArchive }").await.to_string(),
        ]);
        drop(owner);
        let at = shop.folder().to_owned();
        let url = proxy.url(scheme, IN_URL);
        let said = zayavka(&at, &["config"], "", &[("ZAYAVKA_TELEGRAM__PROXY", &url)]);
        let said = String::from_utf8(said.stdout).unwrap();
        assert!(
            said.contains("telegram.proxy = \"***\"  # ZAYAVKA_TELEGRAM__PROXY"),
            "{said}"
        );
        shown.push(said);
        shop.close().await;
    }
    shown.push(log.text());
    for text in shown {
        for secret in ["p%40ss", "p@ss"] {
            assert!(!text.contains(secret), "{text}");
        }
    }
}

#[tokio::test]
async fn the_page_says_what_is_wrong_with_the_proxy_and_what_to_do() {
    let closed = FakeProxy::start(Manner::Closed).await;
    let locked = FakeProxy::start(Manner::Locked).await;
    for (url, detail, said, advice) in [
        (
            closed.url("socks5h", ""),
            "the proxy refused the connection",
            "прокси отказал в соединении",
            "Прокси не пускает к Telegram",
        ),
        (
            locked.url("http", ""),
            "the proxy doesn't accept the user name and the password",
            "прокси не принял имя и пароль",
            "Проверьте имя и пароль в telegram.proxy",
        ),
        (
            format!("http://127.0.0.1:{}", gone()),
            "no connection to the proxy",
            "нет соединения с прокси",
            "Проверьте, что прокси работает",
        ),
    ] {
        let shop = shop("", &format!("{IN_BROWSER}\nproxy = '{url}'")).await;
        let mut owner = Browser::signed_in(&shop, "owner@example.com").await;
        let answer = owner.post("/settings/bot", &[("token", TOKEN)]).await;
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
        let page = answer.text().await.unwrap();
        assert!(page.contains("Прокси не пропускает к Telegram"), "{page}");
        drop(owner);
        let shop = shop
            .reopen_as("", &format!("proxy = '{url}'"), Duration::ZERO)
            .await;
        shop.ask("mutation { checkBot { bot { isWell } } }").await;
        let known = bot(&shop).await;
        assert_eq!(known["isReachable"], false, "{known}");
        let trouble = json!([{"kind": "PROXY", "detail": detail, "stopsTheBot": true}]);
        assert_eq!(known["troubles"], trouble);
        let owner = Browser::signed_in(&shop, "owner@example.com").await;
        let page = owner.page("/settings/bot").await;
        for text in [said, advice, "(не работает)"] {
            assert!(page.contains(text), "{text}: {page}");
        }
        drop(owner);
        shop.close().await;
    }
}

#[tokio::test]
async fn a_telegram_that_does_not_answer_is_described_in_the_readers_language() {
    let shop = shop("", "").await;
    shop.telegram.tell("getMe", 502, json!("Bad gateway"));
    shop.ask("mutation { checkBot { bot { isWell } } }").await;
    let mut owner = Browser::signed_in(&shop, "owner@example.com").await;
    let page = owner.page("/settings/bot").await;
    assert!(page.contains("отвечает не Telegram"), "{page}");
    assert!(page.contains("telegram.api_url в файле настроек"), "{page}");
    owner.post("/profile/language", &[("language", "en")]).await;
    let page = owner.page("/settings/bot").await;
    assert!(
        page.contains("something else than Telegram answers"),
        "{page}"
    );
    assert!(page.contains("(doesn&#39;t work)"), "{page}");
    shop.close().await;
}

/// Lets a fake Bot API server name files on the disk, as one with `--local` does.
fn store_at(telegram: &FakeTelegram, path: &Path) {
    let file = json!({"file_id": "p", "file_unique_id": "p", "file_path": path});
    telegram.tell("getFile", 200, json!({"ok": true, "result": file}));
}

#[tokio::test]
async fn files_of_a_local_server_are_read_below_the_folder_that_is_set() {
    let log = Log::start();
    let disk = TempDir::new().unwrap();
    let photos = disk.path().join("bots/1:secret/photos");
    std::fs::create_dir_all(&photos).unwrap();
    std::fs::write(photos.join("file_0.gif"), gif()).unwrap();
    std::fs::write(disk.path().join("other.gif"), gif()).unwrap();
    let shop = shop("", "").await;
    create(&shop, "+79000000001").await;
    shop.update(contact(ANNA, ANNA, "+79000000001")).await;
    messages(&shop, 2).await;

    // Nothing says where the server stores its files: they wait for that.
    store_at(&shop.telegram, &photos.join("file_0.gif"));
    send_photo(&shop, 10).await;
    shop.telegram.calls_of("getFile", 1).await;
    eventually("it is logged", || {
        log.text().contains("telegram.api_dir is not set")
    })
    .await;
    shop.ask("mutation { checkBot { bot { isWell } } }").await;
    let detail = "the Bot API server runs with --local, and telegram.api_dir is not set";
    let trouble = json!([{"kind": "FILES", "detail": detail, "stopsTheBot": false}]);
    assert_eq!(bot(&shop).await["troubles"], trouble);
    let owner = Browser::signed_in(&shop, "owner@example.com").await;
    let page = owner.page("/settings/bot").await;
    assert!(page.contains("Запишите её в telegram.api_dir"), "{page}");
    drop(owner);
    assert_eq!(state(&shop), "WAITING");

    let setting = format!("api_dir = '{}'", disk.path().join("bots").display());
    let shop = shop.reopen_as("", &setting, Duration::from_secs(60)).await;
    eventually("the photo arrives", || state(&shop) == "HERE").await;

    // Whatever the server names, nothing else is read.
    for path in [
        disk.path().join("other.gif"),
        photos.join("../../../other.gif"),
    ] {
        let before = shop.telegram.calls_of("getFile", 0).await.len();
        store_at(&shop.telegram, &path);
        send_photo(&shop, 11 + before as i64).await;
        shop.telegram.calls_of("getFile", before + 1).await;
        eventually("it is logged", || {
            log.text().contains("outside of telegram.api_dir")
        })
        .await;
        assert_eq!(state(&shop), "WAITING");
    }
    shop.ask("mutation { checkBot { bot { isWell } } }").await;
    assert_eq!(bot(&shop).await["troubles"][0]["kind"], "FILES");
    // It is over as soon as a file is read.
    store_at(&shop.telegram, &photos.join("file_0.gif"));
    let waiting = "SELECT count(*) FROM photos WHERE state = 'WAITING'";
    let file = shop.database();
    while file.query_row(waiting, [], |row| row.get::<_, i64>(0)) != Ok(0) {
        shop.clock.advance(Duration::from_secs(1));
        shop.ask("{ __typename }").await;
    }
    shop.ask("mutation { checkBot { bot { isWell } } }").await;
    assert_eq!(bot(&shop).await["isWell"], true);
    shop.close().await;
    assert!(!log.text().contains("1:secret"));
}

#[tokio::test]
async fn the_doctor_looks_at_the_folder_of_a_local_server() {
    let (telegram, folder) = (FakeTelegram::start().await, TempDir::new().unwrap());
    for (name, level) in [("", Level::Ok), ("none", Level::Failure)] {
        let text = format!(
            "database = '{}'\n[telegram]\ntoken = '1:secret'\n{POLLING}\napi_url = '{}'\napi_dir = '{}'\n",
            folder.path().join("none.db").display(),
            telegram.url(),
            folder.path().join(name).display(),
        );
        let config = Config::parse(&text).unwrap();
        let found = doctor::look_at(&config, &Clock::system()).await;
        let shown = folder.path().display().to_string();
        let about = found
            .iter()
            .find(|finding| finding.about == "Telegram" && finding.said.contains(&shown));
        assert_eq!(about.unwrap().level, level, "{found:?}");
    }
}

#[tokio::test]
async fn a_server_that_telegram_cannot_reach_is_advised_to_poll_and_polls() {
    let proxy = FakeProxy::start(Manner::Open).await;
    let telegram = format!("{IN_BROWSER}\nproxy = '{}'", proxy.url("socks5h", ""));
    let shop = shop("", &telegram).await;
    let mut owner = Browser::signed_in(&shop, "owner@example.com").await;
    let form = [("token", TOKEN), ("telegram.mode", "webhook")];
    let connected = owner.post("/settings/bot", &form).await;
    assert_eq!(goes_to(&connected), "/settings/bot?connected=1");
    shop.telegram.tell_webhook(json!({
        "last_error_date": 1_627_203_540, "last_error_message": "Connection timed out", "pending_update_count": 3,
    }));
    owner.post("/settings/bot/check", &[]).await;
    let page = owner.page("/settings/bot").await;
    for text in [
        "серверы Telegram не могут достучаться до адреса сайта (Connection timed out",
        "Ждут 3 сообщения.",
        "Выберите ниже «Программа спрашивает Telegram»",
        "<details open><summary>Другой способ получать сообщения",
    ] {
        assert!(page.contains(text), "{text}: {page}");
    }
    let trouble =
        json!([{"kind": "CUT_OFF", "detail": "Connection timed out", "stopsTheBot": true}]);
    assert_eq!(bot(&shop).await["troubles"], trouble);
    shop.telegram.untell("getWebhookInfo");
    owner
        .post("/settings/bot/mode", &[("telegram.mode", "polling")])
        .await;
    assert_eq!(bot(&shop).await["isWell"], true);
    let mut update = crate::bot::text(ANNA, "/start");
    update["update_id"] = json!(1);
    shop.telegram.keep(update);
    messages(&shop, 1).await;
    let asked = proxy.asked();
    let to = shop.telegram.url().trim_start_matches("http://").to_owned();
    assert!(
        !asked.is_empty() && asked.iter().all(|place| *place == to),
        "{asked:?}"
    );
    drop(owner);
    shop.close().await;
}
