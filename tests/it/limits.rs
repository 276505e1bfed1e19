//! Everything that another party sends has a limit: responses of other servers, tables, workbooks
//! and archives.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use secrecy::SecretString;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use zayavka::channels::Failure;
use zayavka::channels::RemoteFiles;
use zayavka::channels::telegram::Client;
use zayavka::domain::{Buttons, Reply, TelegramId};

use crate::cli;
use crate::harness::{Shop, code, eventually};
use crate::signed_in::SignedIn;

const MIB: usize = 1024 * 1024;
/// Length of an endless response, before this server gives up.
const FLOOD: usize = 256 * MIB;
/// Capacity of both sides' socket buffers, beside what the program has read.
const SOCKETS: usize = 16 * MIB;

/// A server whose every response begins well and then never ends.
struct Flood {
    address: SocketAddr,
    /// The most bytes of a response that the client has taken so far.
    taken: Arc<AtomicUsize>,
}

impl Flood {
    async fn start(head: &'static str, begin: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let taken = Arc::new(AtomicUsize::new(0));
        let count = taken.clone();
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                tokio::spawn(flood(stream, head, begin, count.clone()));
            }
        });
        Self { address, taken }
    }

    fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    #[track_caller]
    fn assert_taken(&self, least: usize, most: usize) {
        let taken = self.taken.swap(0, Ordering::Relaxed);
        assert!((least..=most).contains(&taken), "{taken} bytes were taken");
    }
}

async fn flood(
    mut stream: TcpStream,
    head: &str,
    begin: &str,
    count: Arc<AtomicUsize>,
) -> std::io::Result<()> {
    let mut asked = Vec::new();
    while !asked.windows(4).any(|end| end == b"\r\n\r\n") {
        if stream.read_buf(&mut asked).await? == 0 {
            return Ok(());
        }
    }
    stream
        .write_all(format!("{head}\r\n\r\n{begin}").as_bytes())
        .await?;
    let more = vec![b'a'; 64 * 1024];
    let mut sent = 0;
    while sent < FLOOD {
        stream.write_all(&more).await?;
        sent += more.len();
        count.fetch_max(sent, Ordering::Relaxed);
    }
    Ok(())
}

fn bot(flood: &Flood) -> Client {
    Client::new(&flood.url(), SecretString::from("1:secret")).unwrap()
}

fn detail<T>(result: Result<T, Failure>) -> String {
    match result {
        Ok(_) => panic!("it was taken"),
        Err(failure) => failure.detail().to_owned(),
    }
}

const CLOSES: &str = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_of_telegram_is_read_up_to_a_limit() {
    crate::time_limit::start();
    let flood = Flood::start(CLOSES, r#"{"ok":true,"result":""#).await;
    let bot = bot(&flood);
    let reply = Reply::new("text".to_owned(), Buttons::None);
    let chat = TelegramId::parse("id", "1").unwrap();
    let sent = bot.send_reply(chat, &reply).await;
    // It may have been sent; since that is unknown, it is retried.
    assert!(
        matches!(
            sent,
            Err(Failure::Retry {
                maybe_done: true,
                ..
            })
        ),
        "{sent:?}"
    );
    assert!(detail(sent).contains("too long"));
    flood.assert_taken(1, MIB + SOCKETS);
    assert!(detail(bot.get_updates(None, true).await).contains("too long"));
    flood.assert_taken(1, 16 * MIB + SOCKETS);
    assert!(detail(bot.download("file", 1_000).await).contains("too long"));
    flood.assert_taken(1, MIB + SOCKETS);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_announces_its_length_is_refused_before_it_is_read() {
    crate::time_limit::start();
    let head = "HTTP/1.1 200 OK\r\ncontent-length: 2147483648";
    let flood = Flood::start(head, r#"{"ok":true,"result":[]}"#).await;
    assert!(detail(bot(&flood).get_updates(None, true).await).contains("too long"));
    flood.assert_taken(0, SOCKETS);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refusal_of_telegram_is_read_up_to_a_limit() {
    crate::time_limit::start();
    let head = "HTTP/1.1 400 Bad Request\r\nconnection: close";
    let begin = r#"{"ok":false,"error_code":400,"description":""#;
    let flood = Flood::start(head, begin).await;
    assert!(detail(bot(&flood).get_updates(None, true).await).contains("too long"));
    flood.assert_taken(1, 16 * MIB + SOCKETS);
    // Only the status of a file download is read in case of an error.
    assert!(detail(bot(&flood).download("file", 1_000).await).contains("too long"));
}

/// A webhook responds with a status; nothing else of the response is read.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_response_body_of_a_webhook_is_not_read() {
    let flood = Flood::start(CLOSES, "").await;
    let settings = format!(
        "[[webhooks]]\nurl = '{}/hook'\nsecret = '0123456789abcdef0123456789abcdef'\nevents = ['task.created']\n",
        flood.url()
    );
    let mut shop = Shop::open_with(&settings, "").await;
    let account = shop.register("owner@example.com").await;
    let token = account["data"]["register"]["token"].as_str();
    shop.token = token.map(str::to_owned);
    crate::bot::create(&shop, "+79000000001").await;
    let delivered = || {
        let sql = "SELECT count(*) FROM webhook_deliveries WHERE state = 'DELIVERED'";
        let count: i64 = shop
            .database()
            .query_row(sql, [], |row| row.get(0))
            .unwrap();
        count == 1
    };
    eventually("nothing was delivered", delivered).await;
    flood.assert_taken(0, SOCKETS);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_health_check_reads_one_line_and_no_flood() {
    crate::time_limit::start();
    let head = "HTTP/1.1 503 Service Unavailable\r\nconnection: close";
    let flood = Flood::start(head, "the disk is full\n").await;
    let listen = flood.address.to_string();
    let asked = tokio::task::spawn_blocking(move || {
        let folder = TempDir::new().unwrap();
        let variables = [("ZAYAVKA_LISTEN", &*listen)];
        cli::zayavka(folder.path(), &["healthcheck"], "", &variables)
    });
    let output = asked.await.unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("answers 503: the disk is full"), "{said}");
    assert!(said.len() < 1_000, "{}", said.len());
    flood.assert_taken(0, SOCKETS);
}

/// Returns the archive of a small shop, as a value for tests to modify.
async fn archive() -> Value {
    let shop = Shop::with_owner().await;
    crate::bot::create(&shop, "+79000000001").await;
    let exported = shop.ask("{ exportArchive }").await;
    let text = exported["data"]["exportArchive"].as_str().unwrap();
    let archive = serde_json::from_str(text).unwrap();
    shop.close().await;
    archive
}

#[tokio::test]
async fn an_archive_has_rows_as_a_shop_writes_them() {
    let good = archive().await;
    let mut long = good.clone();
    // A column whose own rule has no shorter limit.
    long["tables"]["customers"][0]["name_key"] = "д".repeat(100_000).into();
    let mut large = good.clone();
    large["tables"]["photos"] = json!([{ "image": { "base64": "AAAA".repeat(1_500_000) } }]);
    let empty = Shop::with_owner().await;
    let desk = SignedIn::of(&empty, "owner@example.com").await;
    let before = empty.dump();
    for (archive, why) in [(&long, "длиннее 128 КиБ"), (&large, "длиннее 4 МиБ")]
    {
        let answer = desk
            .send("/data/archive", "archive", archive.to_string())
            .await;
        assert_eq!(answer.status(), 422);
        let page = answer.text().await.unwrap();
        assert!(
            page.contains("id=\"archive-problem\"") && page.contains(why),
            "{why}: {page}"
        );
        assert_eq!(empty.dump(), before);
    }
    let answer = empty
        .ask_with(
            "mutation($a: String!) { importArchive(archive: $a) { token } }",
            json!({ "a": large_in_words(&good) }),
        )
        .await;
    assert_eq!(code(&answer), "BAD_USER_INPUT", "{answer}");
    let said = answer["errors"][0]["message"].as_str().unwrap();
    assert!(
        said.starts_with("archive: ") && said.contains("128 KiB"),
        "{said}"
    );
    let answer = desk
        .send("/data/archive", "archive", good.to_string())
        .await;
    assert_eq!(answer.status(), 303);
    empty.close().await;
}

/// Returns an archive that fits into an API request and has one value that is too long.
fn large_in_words(good: &Value) -> String {
    let mut large = good.clone();
    large["tables"]["customers"][0]["name_key"] = "a".repeat(140_000).into();
    large.to_string()
}

#[tokio::test]
async fn an_archive_names_each_table_once_and_no_other() {
    let good = archive().await;
    let text = good.to_string();
    let names: String = (0..1_000).map(|at| format!("\"t{at}\":[],")).collect();
    let empty = Shop::with_owner().await;
    let desk = SignedIn::of(&empty, "owner@example.com").await;
    for broken in [
        text.replace("\"tables\":{", &format!("\"tables\":{{{names}")),
        text.replace("\"tables\":{", "\"tables\":{\"imports\":[],"),
        text.replace("\"tables\":{", "\"tables\":{\"secrets\":[],"),
    ] {
        assert_ne!(broken, text);
        let answer = desk.send("/data/archive", "archive", broken).await;
        assert_eq!(answer.status(), 422);
        let page = answer.text().await.unwrap();
        assert!(page.contains("не целый архив"), "{page}");
    }
    empty.close().await;
}

#[test]
fn an_invalid_archive_is_not_read_to_its_end() {
    let folder = TempDir::new().unwrap();
    let said = cli::fails(folder.path(), &["import", "/dev/zero"], "");
    assert!(
        said.contains("/dev/zero") && said.contains("archive"),
        "{said}"
    );
}

#[test]
fn a_file_of_settings_or_of_a_secret_is_short() {
    let folder = TempDir::new().unwrap();
    let said = cli::fails(folder.path(), &["--config", "/dev/zero", "config"], "");
    assert!(
        said.contains("/dev/zero") && said.contains("1 MiB"),
        "{said}"
    );
    let variables = [
        ("ZAYAVKA_LISTEN", "127.0.0.1:0"),
        ("ZAYAVKA_PUBLIC_URL", "https://desk.example.com"),
        ("ZAYAVKA_TLS__CERTIFICATE", "/dev/zero"),
        ("ZAYAVKA_TLS__KEY", "/dev/zero"),
    ];
    let output = cli::zayavka(folder.path(), &["serve"], "", &variables);
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success());
    assert!(
        said.contains("tls.certificate: /dev/zero: it is longer than 1 MiB"),
        "{said}"
    );
    let variables = [("ZAYAVKA_AUTH__JWT_SECRET_FILE", "/dev/zero")];
    let output = cli::zayavka(folder.path(), &["config"], "", &variables);
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success());
    assert!(
        said.contains("jwt_secret_file") && said.contains("64 KiB"),
        "{said}"
    );
}

#[test]
fn a_password_is_one_short_line() {
    let folder = TempDir::new().unwrap();
    let endless = std::fs::File::open("/dev/zero").unwrap();
    let output = crate::harness::program()
        .args(["user", "add", "a@example.com"])
        .current_dir(folder.path())
        .stdin(endless)
        .output()
        .unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("password: "), "{said}");
}
