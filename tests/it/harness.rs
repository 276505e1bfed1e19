//! A running server with a client.

use std::cell::RefCell;
use std::fs::OpenOptions;
use std::io::Write;
use std::net::SocketAddr;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Once;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::OnceCell;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use zayavka::clock::Clock;
use zayavka::config::Config;
use zayavka::failure::Failure;
use zayavka::server::Server;
use zayavka::store::embedded_migrations;

use crate::fake_telegram::FakeTelegram;
use crate::time_limit;

/// The webhook secret that the fake Telegram sends.
pub const SECRET: &str = "webhook-secret";
/// A line of the `[telegram]` section of a shop whose owner connects the bot in the browser.
pub const IN_BROWSER: &str = "# in the browser";
pub const PASSWORD: &str = "correct-horse-battery-staple";
/// Enough for tests that are not about how long a password takes: a hundredth of the program's.
const PASSWORD_ITERATIONS: u32 = zayavka::domain::PASSWORD_ITERATIONS / 100;

/// A database whose owner has registered, as the server left it, with the token. It is made once.
struct Registered {
    database: Vec<u8>,
    token: String,
}

static REGISTERED: OnceCell<Registered> = OnceCell::const_new();

/// Listens on a port that the system chooses; the server is found by its `url`.
fn free() -> std::net::TcpListener {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    listener
}

/// A server of its own for one test.
pub struct Shop {
    pub url: String,
    /// The hint about the first account, printed at start.
    pub hint: Option<String>,
    /// Address of the metrics listener, if configured.
    pub metrics: Option<SocketAddr>,
    /// Address of the HTTPS redirect listener, if configured.
    pub redirect: Option<SocketAddr>,
    /// Keeps the port from others while the server is restarted.
    listener: std::net::TcpListener,
    stop: CancellationToken,
    running: JoinHandle<Result<(), Failure>>,
    /// Removed with its files when the test ends.
    folder: TempDir,
    pub clock: Clock,
    pub telegram: FakeTelegram,
    updates: AtomicI64,
    client: reqwest::Client,
    pub token: Option<String>,
}

impl Shop {
    /// Starts a server on an empty database, on 25 July 2021 at noon in Moscow.
    pub async fn open() -> Self {
        Self::open_with("", "").await
    }

    /// Starts a server with additional settings, as the first lines of `config.toml` and of its
    /// `[telegram]` section.
    pub async fn open_with(settings: &str, telegram: &str) -> Self {
        let fake = FakeTelegram::start().await;
        let folder = TempDir::new().unwrap();
        Self::start(folder, None, free(), &fake, settings, telegram).await
    }

    /// Starts a server with a fake Telegram that was instructed beforehand.
    pub async fn open_at(fake: &FakeTelegram, telegram: &str) -> Self {
        let folder = TempDir::new().unwrap();
        Self::start(folder, None, free(), fake, "", telegram).await
    }

    /// Starts a server on the database in a directory. Without a given clock it is noon.
    async fn start(
        folder: TempDir,
        clock: Option<Clock>,
        kept: std::net::TcpListener,
        telegram: &FakeTelegram,
        settings: &str,
        of_telegram: &str,
    ) -> Self {
        time_limit::start();
        let listener = TcpListener::from_std(kept.try_clone().unwrap()).unwrap();
        let noon = "2021-07-25T09:00:00Z".parse().unwrap();
        let clock = clock.unwrap_or_else(|| Clock::manual(noon));
        let is_open = of_telegram.contains(IN_BROWSER);
        let (token, secret) = match is_open {
            true => ("", String::new()),
            false => ("token = '1:secret'", format!("webhook_secret = '{SECRET}'")),
        };
        let mode = match is_open || of_telegram.contains("mode =") {
            true => "",
            false => "mode = 'webhook'",
        };
        let text = format!(
            "{settings}
[telegram]
{of_telegram}
{token}
{mode}
api_url = '{}'
{secret}",
            telegram.url()
        );
        let mut config = Config::parse(&text).unwrap();
        config.database = folder.path().join("shop.db");
        config.password_iterations = PASSWORD_ITERATIONS;
        let server = Server::build(config, listener, clock.clone())
            .await
            .unwrap();
        let url = format!("http://{}", server.address().unwrap());
        let hint = server.first_account_hint().await.unwrap();
        let metrics = server.metrics_address();
        let redirect = server.redirect_address();
        let stop = CancellationToken::new();
        let running = tokio::spawn(server.run_until(stop.clone()));
        Self {
            url,
            hint,
            metrics,
            redirect,
            listener: kept,
            stop,
            running,
            folder,
            clock,
            telegram: telegram.clone(),
            client: zayavka::https::client().build().unwrap(),
            token: None,
            updates: AtomicI64::new(1),
        }
    }

    /// Restarts the server on the same file, clock and port.
    pub async fn reopen(self) -> Self {
        self.reopen_after(Duration::ZERO).await
    }

    /// Restarts the server after a pause.
    pub async fn reopen_after(self, pause: Duration) -> Self {
        self.reopen_with("", pause).await
    }

    /// Restarts the server after a pause, with other settings.
    pub async fn reopen_with(self, settings: &str, pause: Duration) -> Self {
        self.reopen_as(settings, "", pause).await
    }

    /// Restarts the server after a pause, with other settings, also of its `[telegram]` section.
    pub async fn reopen_as(self, settings: &str, of_telegram: &str, pause: Duration) -> Self {
        self.stop.cancel();
        self.running.await.unwrap().unwrap();
        self.clock.advance(pause);
        let clock = Some(self.clock);
        let (folder, fake) = (self.folder, &self.telegram);
        let mut shop = Self::start(folder, clock, self.listener, fake, settings, of_telegram).await;
        shop.token = self.token;
        shop.updates = self.updates;
        shop
    }

    /// Starts a server with a signed-in owner.
    pub async fn with_owner() -> Self {
        let registered = REGISTERED.get_or_init(Self::register_owner).await;
        let folder = TempDir::new().unwrap();
        let database = folder.path().join("shop.db");
        let mut options = OpenOptions::new();
        let file = options.write(true).create_new(true).mode(0o600);
        let mut file = file.open(database).unwrap();
        file.write_all(&registered.database).unwrap();
        let telegram = FakeTelegram::start().await;
        let mut shop = Self::start(folder, None, free(), &telegram, "", "").await;
        shop.token = Some(registered.token.clone());
        shop
    }

    async fn register_owner() -> Registered {
        let shop = Self::open().await;
        let answer = shop.register("owner@example.com").await;
        let token = answer["data"]["register"]["token"].as_str();
        let token = token.unwrap_or_else(|| panic!("{answer}")).to_owned();
        shop.stop.cancel();
        shop.running.await.unwrap().unwrap();
        let database = std::fs::read(shop.folder.path().join("shop.db")).unwrap();
        Registered { database, token }
    }

    pub async fn register(&self, email: &str) -> Value {
        self.ask(&format!(
            r#"mutation {{ register(email: "{email}", password1: "{PASSWORD}", password2: "{PASSWORD}") {{ success errors token }} }}"#
        ))
        .await
    }

    /// Signs in and returns the token; `None` when it is refused.
    pub async fn login(&self, email: &str) -> Option<String> {
        let query = format!(
            r#"mutation {{ login(email: "{email}", password: "{PASSWORD}") {{ success errors token user {{ email }} }} }}"#
        );
        let answer = self.ask(&query).await;
        answer["data"]["login"]["token"].as_str().map(str::to_owned)
    }

    /// Signs in, and returns the response to a query.
    pub async fn ask_as(&self, email: &str, query: &str) -> Value {
        let token = self.login(email).await.unwrap();
        self.ask_by(&token, query).await
    }

    /// Returns the response to a query with that token.
    pub async fn ask_by(&self, token: &str, query: &str) -> Value {
        let request = self.client.post(format!("{}/graphql", self.url));
        let request = request
            .bearer_auth(token)
            .header("content-type", "application/json")
            .body(json!({ "query": query }).to_string());
        let text = request.send().await.unwrap().text().await.unwrap();
        serde_json::from_str(&text).unwrap()
    }

    pub async fn ask(&self, query: &str) -> Value {
        let (status, answer) = self
            .post("/graphql", &json!({ "query": query }).to_string())
            .await;
        assert_eq!(status, 200, "{answer}");
        answer
    }

    pub async fn ask_with(&self, query: &str, variables: Value) -> Value {
        let body = json!({ "query": query, "variables": variables });
        let (status, answer) = self.post("/graphql", &body.to_string()).await;
        assert_eq!(status, 200, "{answer}");
        answer
    }

    pub async fn post(&self, path: &str, body: &str) -> (u16, Value) {
        self.post_accepting(path, body, "*/*").await
    }

    pub async fn post_accepting(&self, path: &str, body: &str, accept: &str) -> (u16, Value) {
        let request = self.request(Method::POST, path).header("accept", accept);
        let request = request
            .header("content-type", "application/json")
            .body(body.to_owned());
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        let text = response.text().await.unwrap();
        (
            status,
            serde_json::from_str(&text).unwrap_or(Value::String(text)),
        )
    }

    /// Builds a request, with the token if there is one.
    pub fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let request = self.client.request(method, format!("{}{path}", self.url));
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    /// Sends a Telegram update with the next id; panics unless it is accepted.
    pub async fn update(&self, content: Value) {
        let id = self.updates.fetch_add(1, Ordering::Relaxed);
        let mut update = json!({ "update_id": id });
        update
            .as_object_mut()
            .unwrap()
            .extend(content.as_object().unwrap().clone());
        assert_eq!(self.webhook(&[SECRET], &update.to_string()).await, 200);
    }

    /// Posts to the telegram update route with these secrets, and returns the status.
    pub async fn webhook(&self, secrets: &[&str], body: &str) -> u16 {
        let mut request = self.client.post(format!("{}/telegram/webhook", self.url));
        for secret in secrets {
            request = request.header("x-telegram-bot-api-secret-token", *secret);
        }
        request
            .body(body.to_owned())
            .send()
            .await
            .unwrap()
            .status()
            .as_u16()
    }

    /// Returns the directory of the database.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Opens a separate connection to the file.
    pub fn database(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(self.folder.path().join("shop.db")).unwrap()
    }

    /// Returns the bytes of the database file and its write-ahead log.
    pub fn bytes(&self) -> Vec<u8> {
        let read = |name| std::fs::read(self.folder.path().join(name)).unwrap_or_default();
        [read("shop.db"), read("shop.db-wal")].concat()
    }

    /// Counts the database reads of a query that succeeds.
    pub async fn reads(&self, query: &str) -> usize {
        let (answer, reads) = self.ask_and_count(query).await;
        assert!(answer["errors"].is_null(), "{answer}");
        reads
    }

    /// Returns the answer to a query, and counts its database reads.
    pub async fn ask_and_count(&self, query: &str) -> (Value, usize) {
        let log = Log::start();
        let answer = self.ask(query).await;
        // Workers of the server read as well.
        let is_read = |line: &&str| {
            line.contains("request_id=") && line.contains("zayavka::store::engine::readers: read")
        };
        let reads = log.text().lines().filter(is_read).count();
        (answer, reads)
    }

    /// Returns the contents of all tables as text.
    pub fn dump(&self) -> String {
        let file = self.database();
        let names = "SELECT name FROM sqlite_schema WHERE type = 'table'";
        let mut names = file.prepare(names).unwrap();
        let names: Vec<String> = names
            .query_map([], |row| row.get(0))
            .unwrap()
            .map(Result::unwrap)
            .collect();
        let mut text = String::new();
        for name in names {
            let mut table = file.prepare(&format!("SELECT * FROM {name}")).unwrap();
            let columns = table.column_count();
            let mut rows = table.query([]).unwrap();
            while let Some(row) = rows.next().unwrap() {
                for column in 0..columns {
                    text += &match row.get_ref(column).unwrap() {
                        rusqlite::types::ValueRef::Text(bytes) => {
                            String::from_utf8_lossy(bytes).into()
                        }
                        rusqlite::types::ValueRef::Integer(number) => number.to_string(),
                        _ => String::new(),
                    };
                    text.push('\t');
                }
                text.push('\n');
            }
        }
        text
    }

    /// Stops the server as a signal would.
    pub async fn close(self) {
        self.stop.cancel();
        self.running.await.unwrap().unwrap();
    }
}

/// Returns the version of the current schema.
pub fn newest_schema() -> i64 {
    let newest = embedded_migrations().pop().unwrap();
    newest.version().into()
}

/// Returns the built program, isolated from settings in the tests' environment.
pub fn program() -> Command {
    time_limit::start();
    without_settings(Command::new(env!("CARGO_BIN_EXE_zayavka")))
}

/// Removes settings from a command's environment, since some variables of the tests have the same
/// prefix.
pub fn without_settings(mut command: Command) -> Command {
    let settings = std::env::vars_os().map(|(name, _)| name);
    for name in settings.filter(|name| name.to_string_lossy().starts_with("ZAYAVKA_")) {
        command.env_remove(name);
    }
    command
}

/// Starts the program in a directory, and kills it after some time.
pub fn kill_after(folder: &Path, arguments: &[&str], wait: Duration) {
    let mut child = program()
        .args(arguments)
        .current_dir(folder)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let started = Instant::now();
    while started.elapsed() < wait {
        std::thread::yield_now();
    }
    // It may have ended by itself.
    let _ = child.kill();
    child.wait().unwrap();
}

/// Reports that a test is skipped; panics where that is not allowed.
pub fn skip(why: &str) {
    assert!(
        std::env::var_os("ZAYAVKA_REQUIRE_BROWSER").is_none(),
        "{why}"
    );
    eprintln!("skipped: {why}");
}

/// How long a wait leaves the processor to what it waits for before it looks again.
const GLANCE: Duration = Duration::from_millis(1);

/// Waits until a condition holds, and panics when it doesn't in time.
pub async fn eventually(what: &str, mut is_so: impl FnMut() -> bool) {
    let started = Instant::now();
    while !is_so() {
        assert!(started.elapsed() < Duration::from_secs(30), "{what}");
        tokio::time::sleep(GLANCE).await;
    }
}

/// Returns the code of the first error of a response.
pub fn code(answer: &Value) -> &str {
    answer["errors"][0]["extensions"]["code"]
        .as_str()
        .unwrap_or_default()
}

/// Captures what is logged on the thread of a test, which is where its server runs.
///
/// There is one subscriber for the whole process: tests that set one each would disable each
/// other's events, since the enabled state is cached for all threads.
pub struct Log(());

thread_local! {
    static LOGGED: RefCell<Option<Vec<u8>>> = const { RefCell::new(None) };
}

impl Log {
    pub fn start() -> Self {
        static SUBSCRIBER: Once = Once::new();
        SUBSCRIBER.call_once(|| {
            let wanted = Targets::new()
                .with_default(LevelFilter::INFO)
                .with_target("zayavka", LevelFilter::TRACE);
            let log = tracing_subscriber::fmt::layer()
                .with_ansi(false)
                .with_writer(|| Logged);
            tracing_subscriber::registry().with(wanted).with(log).init();
        });
        LOGGED.set(Some(Vec::new()));
        Self(())
    }

    pub fn text(&self) -> String {
        LOGGED.with_borrow(|log| String::from_utf8(log.clone().unwrap_or_default()).unwrap())
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        LOGGED.set(None);
    }
}

struct Logged;

impl Write for Logged {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        LOGGED.with_borrow_mut(|log| {
            if let Some(log) = log {
                log.extend_from_slice(bytes);
            }
        });
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
