//! Drives Chromium through chromedriver.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;
use thirtyfour::{By, Capabilities, Key, WebDriver, WebElement};
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::harness::{Shop, skip};

const CHROMIUM: &str = "/usr/bin/chromium";
const CHROMEDRIVER: &str = "/usr/bin/chromedriver";

/// Maximum time for anything that a person would wait for.
const PATIENCE: Duration = Duration::from_secs(20);
/// Polling interval.
const GLANCE: Duration = Duration::from_millis(20);

/// Limits the number of concurrent browser tests, since each needs a processor of its own.
static TURNS: Semaphore = Semaphore::const_new(2);

/// A chromedriver for one test. It ends with the test in any case, together with its browsers and
/// their profiles.
pub struct Driver {
    child: Child,
    port: u16,
    /// Directory for the browsers' files.
    _folder: TempDir,
    _turn: SemaphorePermit<'static>,
}

type Output = std::io::Lines<BufReader<ChildStdout>>;

/// Starts the program, and returns it with its port and the rest of its output; `None` when it ends without a port.
fn launch(folder: &Path) -> Option<(Child, u16, Output)> {
    let mut child = Command::new(CHROMEDRIVER)
        .arg("--port=0")
        .env("TMPDIR", folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let port = lines.find_map(|line| {
        let line = line.unwrap();
        let (_, port) = line.split_once("successfully on port ")?;
        port.trim_end_matches('.').parse().ok()
    });
    match port {
        Some(port) => Some((child, port, lines)),
        None => {
            child.wait().unwrap();
            None
        }
    }
}

impl Driver {
    /// Starts a driver; `None`, with a message, when Chromium is not installed.
    pub async fn start() -> Option<Self> {
        let missing = [CHROMIUM, CHROMEDRIVER].map(Path::new);
        if let Some(missing) = missing.iter().find(|program| !program.exists()) {
            skip(&format!("there is no {}", missing.display()));
            return None;
        }
        let turn = TURNS.acquire().await.unwrap();
        let folder = TempDir::new().unwrap();
        // With port 0 it takes a free port of IPv4, and ends where IPv6 has that port in use already.
        let started = (0..5).find_map(|_| launch(folder.path()));
        let (child, port, lines) = started.expect("chromedriver says its port");
        // The output must be read, or the driver blocks.
        std::thread::spawn(move || lines.for_each(drop));
        Some(Self {
            child,
            port,
            _folder: folder,
            _turn: turn,
        })
    }

    /// Opens a browser without a session.
    pub async fn open(&self, shop: &Shop) -> Browser {
        self.open_in(shop, "ru").await
    }

    /// Opens a browser without a session, in that language.
    pub async fn open_in(&self, shop: &Shop, language: &str) -> Browser {
        self.open_at(&shop.url, language).await
    }

    /// Opens a browser without a session, for a program at this URL.
    pub async fn open_at(&self, home: &str, language: &str) -> Browser {
        let options = json!({
            "binary": CHROMIUM,
            "args": [
                "--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu",
                "--disable-extensions", "--disable-background-networking", "--no-first-run",
                "--hide-scrollbars", "--force-device-scale-factor=1", "--window-size=1280,900",
                format!("--lang={language}"),
            ],
            "prefs": {"intl.accept_languages": language},
        });
        let wanted = json!({"browserName": "chrome", "goog:chromeOptions": options});
        let wanted: Capabilities = serde_json::from_value(wanted).unwrap();
        let url = format!("http://127.0.0.1:{}", self.port);
        let web = WebDriver::new(url, wanted).await.unwrap();
        // The driver closes it; closing the session on drop would block this very thread while
        // waiting for the response.
        web.clone().leak().unwrap();
        web.set_page_load_timeout(PATIENCE).await.unwrap();
        Browser {
            web,
            home: home.to_owned(),
            clicks: AtomicUsize::new(0),
        }
    }

    /// Opens a browser in which this employee is signed in.
    pub async fn signed_in(&self, shop: &Shop, email: &str) -> Browser {
        let browser = self.open(shop).await;
        browser.sign_in(shop, email).await;
        browser
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // Shut down properly, it closes its browsers; killed, it would leave them running.
        if let Ok(mut stream) = TcpStream::connect(("127.0.0.1", self.port)) {
            let _ = stream.set_read_timeout(Some(PATIENCE));
            let _ = stream.write_all(b"GET /shutdown HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n");
            let _ = stream.read(&mut [0; 1]);
        }
        let asked = Instant::now();
        while asked.elapsed() < PATIENCE && matches!(self.child.try_wait(), Ok(None)) {
            std::thread::sleep(GLANCE);
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A browser with its own profile.
pub struct Browser {
    web: WebDriver,
    home: String,
    clicks: AtomicUsize,
}

impl Browser {
    /// Signs in without the form.
    pub async fn sign_in(&self, shop: &Shop, email: &str) {
        let token = shop.login(email).await.unwrap();
        let cookie = json!({"name": "zayavka", "value": token, "url": shop.url, "httpOnly": true});
        self.cdp("Network.setCookie", cookie).await;
    }

    /// Opens a page, and waits until it is connected to the event stream, if it has one.
    pub async fn go(&self, path: &str) {
        let url = format!("{}{path}", self.home);
        self.web.goto(&*url).await.unwrap();
    }

    pub async fn reload(&self) {
        self.web.refresh().await.unwrap();
    }

    /// Returns the result of a script on the page.
    pub async fn eval(&self, script: &str) -> Value {
        self.try_eval(script)
            .await
            .unwrap_or_else(|error| panic!("{script}: {error}"))
    }

    async fn try_eval(&self, script: &str) -> Result<Value, String> {
        match self.web.execute(script, Vec::new()).await {
            Ok(returned) => Ok(returned.json().clone()),
            Err(error) => Err(error.to_string()),
        }
    }

    /// Returns what a script passes to its callback, the last of its arguments.
    pub async fn eval_later(&self, script: &str) -> Value {
        let returned = self.web.execute_async(script, Vec::new()).await;
        returned.unwrap().json().clone()
    }

    /// Waits until an expression is true on the page.
    pub async fn until(&self, expression: &str) {
        let script = format!("return Boolean({expression})");
        let began = Instant::now();
        while self.try_eval(&script).await != Ok(Value::Bool(true)) {
            if began.elapsed() > PATIENCE {
                panic!("never: {expression}\n{}", self.everything().await);
            }
            tokio::time::sleep(GLANCE).await;
        }
    }

    /// Waits until this text is visible on the page.
    pub async fn sees(&self, words: &str) {
        self.until(&format!("document.body.innerText.includes({words:?})"))
            .await;
    }

    /// Waits until an element at `css` contains this text.
    pub async fn sees_in(&self, css: &str, words: &str) {
        self.until(&format!(
            "[...document.querySelectorAll({css:?})].some((e) => e.innerText.includes({words:?}))"
        ))
        .await;
    }

    /// Waits until the page at this path is loaded.
    pub async fn at(&self, path: &str) {
        self.until(&format!(
            "document.readyState === 'complete' && decodeURIComponent(location.pathname + location.search) === {path:?}"
        ))
        .await;
    }

    /// Waits for the element at `css`, and clicks it.
    pub async fn click(&self, css: &str) {
        self.clicks.fetch_add(1, Ordering::Relaxed);
        while let Err(error) = self.find(css).await.click().await {
            // The page has just replaced the element.
            let error = error.to_string();
            assert!(error.contains("stale element"), "{css}: {error}");
        }
    }

    /// Returns the number of clicks since the last time.
    pub fn clicks(&self) -> usize {
        self.clicks.swap(0, Ordering::Relaxed)
    }

    /// Waits for the field at `css`, and replaces its content.
    pub async fn fill(&self, css: &str, text: &str) {
        let field = self.find(css).await;
        field.clear().await.unwrap();
        field.send_keys(text).await.unwrap();
    }

    /// Presses keys one after the other in the focused element.
    pub async fn press(&self, keys: impl AsRef<str>) {
        let keys = self.web.action_chain().send_keys(keys.as_ref());
        if let Err(error) = keys.perform().await {
            // A key that navigates has done so before its release is acknowledged.
            let error = error.to_string();
            assert!(error.contains("aborted by navigation"), "{error}");
            self.web.action_chain().reset_actions().await.unwrap();
        }
    }

    /// Presses Enter in the focused element of a page that stays. An action of WebDriver does the same in more time.
    pub async fn press_enter(&self) {
        for (kind, text) in [("keyDown", "\r"), ("keyUp", "")] {
            let key = json!({"type": kind, "key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 13, "text": text});
            self.cdp("Input.dispatchKeyEvent", key).await;
        }
    }

    /// Presses Tab until `css` has the focus.
    pub async fn tab_to(&self, css: &str) {
        for _ in 0..60 {
            if self.has_focus(css).await {
                return;
            }
            self.press(String::from(Key::Tab.value())).await;
        }
        panic!("no key leads to {css}\n{}", self.everything().await);
    }

    pub async fn has_focus(&self, css: &str) -> bool {
        let script = format!("return document.activeElement.matches({css:?})");
        self.eval(&script).await == Value::Bool(true)
    }

    pub async fn find(&self, css: &str) -> WebElement {
        self.until(&format!("document.querySelector({css:?})"))
            .await;
        self.web.find(By::Css(css)).await.unwrap()
    }

    /// Returns the text at `css`; empty when there is no such element.
    pub async fn text(&self, css: &str) -> String {
        let script = format!("return document.querySelector({css:?})?.innerText ?? ''");
        self.eval(&script).await.as_str().unwrap().to_owned()
    }

    pub async fn count(&self, css: &str) -> usize {
        let script = format!("return document.querySelectorAll({css:?}).length");
        let count = self.eval(&script).await.as_u64().unwrap();
        usize::try_from(count).unwrap()
    }

    /// Runs a command of the Chrome DevTools Protocol.
    pub async fn cdp(&self, method: &str, parameters: Value) -> Value {
        let answer = self.web.cdp().send_raw(method, parameters).await;
        answer.unwrap_or_else(|error| panic!("{method}: {error}"))
    }

    /// Resizes the window; up to 720 pixels wide, it emulates a phone.
    pub async fn resize(&self, width: u32, height: u32) {
        let phone = width <= 720;
        let size =
            json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": phone});
        self.cdp("Emulation.setDeviceMetricsOverride", size).await;
        self.cdp(
            "Emulation.setTouchEmulationEnabled",
            json!({"enabled": phone}),
        )
        .await;
    }

    pub fn web(&self) -> &WebDriver {
        &self.web
    }

    /// Returns the browser's URL and visible text.
    async fn everything(&self) -> String {
        let script = "return location.href + '\\n' + document.body.innerText";
        match self.try_eval(script).await {
            Ok(text) => text.as_str().unwrap_or_default().to_owned(),
            Err(error) => error,
        }
    }
}
