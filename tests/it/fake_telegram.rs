//! A fake Telegram server that records calls and answers as instructed.

use std::collections::{HashMap, VecDeque};
use std::convert::Infallible;
use std::sync::{Arc, Mutex};

use futures_util::FutureExt;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::watch;
use warp::Filter;
use warp::http::StatusCode;

/// Id of the first message that the bot sends; those of its customers are smaller.
pub const FIRST_MESSAGE: i64 = 5_000;

/// Answer to the next message.
#[derive(Debug, Clone)]
pub enum Answer {
    Error(u16, Value),
    /// No response for longer than the client waits.
    Silence,
    /// The connection breaks in the middle of the response.
    Reset,
    /// A response that isn't Telegram's.
    Garbage,
}

/// Decides the answer to a message; `None` is the usual one.
type Judge = Box<dyn Fn(&Value) -> Option<Answer> + Send + Sync>;
/// Decides the answer to any call by its method and parameters.
type CallJudge = Box<dyn Fn(&str, &Value) -> Option<Answer> + Send + Sync>;

#[derive(Clone)]
pub struct FakeTelegram(Arc<Inner>);

struct Inner {
    url: String,
    calls: watch::Sender<Vec<(String, Value)>>,
    answers: Mutex<VecDeque<Answer>>,
    judge: Mutex<Option<Judge>>,
    call_judge: Mutex<Option<CallJudge>>,
    /// Updates waiting to be polled, each with its `update_id`.
    updates: watch::Sender<Vec<Value>>,
    /// Overridden answers by method.
    told: Mutex<HashMap<String, Answer>>,
    /// Files sent to the bot, by id.
    files: Mutex<HashMap<String, Vec<u8>>>,
    /// The registered update address.
    webhook: Mutex<String>,
    /// Each call's token and method.
    callers: Mutex<Vec<(String, String)>>,
    /// The usernames of bots by token; all others are of `desk_bot`.
    bots: Mutex<HashMap<String, String>>,
    /// Tokens that no bot has.
    refused: Mutex<Vec<String>>,
}

impl FakeTelegram {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let fake = Self(Arc::new(Inner {
            url,
            calls: watch::Sender::new(Vec::new()),
            answers: Mutex::default(),
            judge: Mutex::default(),
            call_judge: Mutex::default(),
            updates: watch::Sender::default(),
            told: Mutex::default(),
            files: Mutex::default(),
            webhook: Mutex::default(),
            callers: Mutex::default(),
            bots: Mutex::default(),
            refused: Mutex::default(),
        }));
        let answering = fake.clone();
        let routes = warp::path::param()
            .and(warp::path::param())
            .and(warp::body::json())
            .then(move |bot: String, method: String, body: Value| {
                let fake = answering.clone();
                async move { fake.answer(&bot, method, body).await }
            });
        let sending = fake.clone();
        let files =
            warp::path!("file" / String / "photos" / String).map(move |_: String, file: String| {
                use warp::Reply;
                match sending.0.files.lock().unwrap().get(&file) {
                    Some(bytes) => bytes.clone().into_response(),
                    None => StatusCode::NOT_FOUND.into_response(),
                }
            });
        let routes = files.or(routes);
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let service =
                    hyper_util::service::TowerToHyperService::new(warp::service(routes.clone()));
                tokio::spawn(
                    hyper::server::conn::http1::Builder::new()
                        .serve_connection(hyper_util::rt::TokioIo::new(stream), service),
                );
            }
        });
        fake
    }

    pub fn url(&self) -> String {
        self.0.url.clone()
    }

    /// Overrides the answer to the next message only.
    pub fn then(&self, answer: Answer) {
        self.0.answers.lock().unwrap().push_back(answer);
    }

    /// Installs a callback that sees each message and decides its answer.
    pub fn judge(&self, judge: impl Fn(&Value) -> Option<Answer> + Send + Sync + 'static) {
        *self.0.judge.lock().unwrap() = Some(Box::new(judge));
    }

    /// Installs a callback that decides the answer to any call.
    pub fn judge_calls(
        &self,
        judge: impl Fn(&str, &Value) -> Option<Answer> + Send + Sync + 'static,
    ) {
        *self.0.call_judge.lock().unwrap() = Some(Box::new(judge));
    }

    /// Restores the usual answers of a method.
    pub fn untell(&self, method: &str) {
        self.0.told.lock().unwrap().remove(method);
    }

    /// Overrides the answers of a method from now on.
    pub fn tell(&self, method: &str, status: u16, answer: Value) {
        let mut told = self.0.told.lock().unwrap();
        told.insert(method.to_owned(), Answer::Error(status, answer));
    }

    /// Adds a file sent to the bot.
    pub fn file(&self, file: &str, bytes: Vec<u8>) {
        self.0.files.lock().unwrap().insert(file.to_owned(), bytes);
    }

    /// Leaves every call of a method without a response from now on.
    pub fn hold(&self, method: &str) {
        let mut told = self.0.told.lock().unwrap();
        told.insert(method.to_owned(), Answer::Silence);
    }

    /// Overrides fields of the usual `getWebhookInfo` answer.
    pub fn tell_webhook(&self, differs: Value) {
        let mut info = self.webhook_info();
        let whole = info["result"].as_object_mut().unwrap();
        whole.extend(differs.as_object().unwrap().clone());
        self.tell("getWebhookInfo", 200, info);
    }

    fn webhook_info(&self) -> Value {
        let url = self.0.webhook.lock().unwrap().clone();
        json!({"ok": true, "result": {"url": url, "has_custom_certificate": false, "pending_update_count": 0}})
    }

    /// Keeps an update until it is polled.
    pub fn keep(&self, update: Value) {
        self.0.updates.send_modify(|updates| updates.push(update));
    }

    /// Waits for updates from an offset on, as Telegram does.
    async fn poll(&self, offset: i64) -> Vec<Value> {
        let wanted = |update: &&Value| update["update_id"].as_i64().unwrap() >= offset;
        let mut updates = self.0.updates.subscribe();
        let updates = updates.wait_for(|all| all.iter().any(|update| wanted(&update)));
        updates
            .await
            .unwrap()
            .iter()
            .filter(wanted)
            .cloned()
            .collect()
    }

    /// Returns the messages sent or edited so far.
    pub fn messages_now(&self) -> Vec<Value> {
        pick(&self.0.calls.borrow(), "Message")
    }

    /// Waits until `count` calls of methods with that in their names were made.
    pub async fn calls_of(&self, method: &str, count: usize) -> Vec<Value> {
        let mut calls = self.0.calls.subscribe();
        let calls = calls
            .wait_for(|calls| pick(calls, method).len() >= count)
            .await
            .unwrap();
        pick(&calls, method)
    }

    /// Gives a token to a bot with that username.
    pub fn bot(&self, token: &str, username: &str) {
        let mut bots = self.0.bots.lock().unwrap();
        bots.insert(token.to_owned(), username.to_owned());
    }

    /// Refuses a token from now on, as one that was revoked.
    pub fn refuse(&self, token: &str) {
        self.0.refused.lock().unwrap().push(token.to_owned());
    }

    /// Returns the token and the method of each call so far.
    pub fn callers(&self) -> Vec<(String, String)> {
        self.0.callers.lock().unwrap().clone()
    }

    async fn answer(
        &self,
        bot: &str,
        method: String,
        body: Value,
    ) -> Result<warp::reply::Response, Infallible> {
        use warp::Reply;
        let token = bot.strip_prefix("bot").unwrap_or(bot);
        let caller = (token.to_owned(), method.clone());
        self.0.callers.lock().unwrap().push(caller);
        if self
            .0
            .refused
            .lock()
            .unwrap()
            .iter()
            .any(|one| one == token)
        {
            let body = json!({"ok": false, "error_code": 401, "description": "Unauthorized"});
            let answer = warp::reply::with_status(body.to_string(), StatusCode::UNAUTHORIZED);
            return Ok(answer.into_response());
        }
        let is_message = method.contains("Message");
        let offset = body["offset"].as_i64().unwrap_or_default();
        if let (true, Some(url)) = (method == "setWebhook", body["url"].as_str()) {
            url.clone_into(&mut self.0.webhook.lock().unwrap());
        }
        if method == "deleteWebhook" {
            self.0.webhook.lock().unwrap().clear();
        }
        let judged = match (is_message, &*self.0.judge.lock().unwrap()) {
            (true, Some(judge)) => judge(&body),
            _ => None,
        };
        let of_call = match &*self.0.call_judge.lock().unwrap() {
            Some(judge) => judge(&method, &body),
            None => None,
        };
        let judged = judged.or(of_call);
        self.0
            .calls
            .send_modify(|calls| calls.push((method.clone(), body.clone())));
        // Telegram numbers the messages of a chat consecutively; an edited one keeps its number.
        let sent = pick(&self.0.calls.borrow(), "Message").len();
        let number = body["message_id"].as_i64();
        let number = number.unwrap_or(FIRST_MESSAGE + sent as i64 - 1);
        let told = match is_message {
            true => judged.or_else(|| self.0.answers.lock().unwrap().pop_front()),
            false => judged,
        };
        let of_method = self.0.told.lock().unwrap().get(&method).cloned();
        let told = told.or(of_method);
        let ok = match is_message {
            true => {
                json!({"ok": true, "result": {"message_id": number, "date": 0, "chat": {"id": 1, "type": "private"}}})
            }
            false => json!({"ok": true, "result": true}),
        };
        let ok = match &*method {
            // A refusal is immediate.
            "getUpdates" if told.is_none() => {
                let polled = self.poll(offset);
                let found = match body["timeout"].as_i64() {
                    Some(0) => polled.now_or_never().unwrap_or_default(),
                    _ => polled.await,
                };
                json!({"ok": true, "result": found})
            }
            _ => ok,
        };
        let ok = match &*method {
            "getMe" => {
                let bots = self.0.bots.lock().unwrap();
                let name = bots.get(token).map_or("desk_bot", String::as_str);
                json!({"ok": true, "result": {"id": 1, "is_bot": true, "first_name": "Desk", "username": name}})
            }
            "getWebhookInfo" => self.webhook_info(),
            "getFile" => {
                let file = body["file_id"].as_str().unwrap();
                json!({"ok": true, "result": {"file_id": file, "file_unique_id": file, "file_path": format!("photos/{file}")}})
            }
            _ => ok,
        };
        let (status, body) = match told {
            None => (200, ok.to_string()),
            Some(Answer::Error(status, body)) => (status, body.to_string()),
            Some(Answer::Garbage) => (502, "<html>Bad gateway</html>".to_owned()),
            Some(Answer::Reset) => {
                let broken = std::io::Error::from(std::io::ErrorKind::ConnectionReset);
                let parts = [Ok("{\"ok\":"), Err(broken)];
                let body = futures_util::stream::iter(parts);
                return Ok(warp::reply::stream(body).into_response());
            }
            Some(Answer::Silence) => std::future::pending().await,
        };
        let status = StatusCode::from_u16(status).unwrap();
        Ok(warp::reply::with_status(body, status).into_response())
    }
}

fn pick(calls: &[(String, Value)], method: &str) -> Vec<Value> {
    let named = calls.iter().filter(|(name, _)| name.contains(method));
    named.map(|(_, body)| body.clone()).collect()
}
