//! A fake MAX server, written from the documents of its Bot API (<https://dev.max.ru/docs-api>): it records calls,
//! answers as instructed, delivers updates to the address that subscribed, and keeps them for polls.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex};

use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;
use warp::http::{HeaderMap, Method, StatusCode};
use warp::path::FullPath;
use warp::reply::Response;
use warp::{Filter, Reply};

pub const TOKEN: &str = "f9LHodD0cOI-of_a_fake_bot";
/// The bot's own user id and name.
pub const BOT: i64 = 900;
pub const USERNAME: &str = "desk_max_bot";

/// Answer to a call.
#[derive(Debug, Clone)]
pub enum Answer {
    Error(u16, Value),
    /// Too many requests, for that many seconds.
    Later(u64),
    /// No response for longer than the client waits.
    Silence,
    /// The connection breaks in the middle of the response.
    Reset,
    /// A response that isn't MAX's.
    Garbage,
    Redirect(String),
}

impl Answer {
    pub fn code(status: u16, code: &str) -> Self {
        Self::Error(status, json!({"code": code, "message": ""}))
    }

    /// The person has stopped the bot, or never started it.
    pub fn suspended() -> Self {
        let message = "Key: error.dialog.suspended, args: [182182182,].";
        Self::Error(403, json!({"code": "chat.denied", "message": message}))
    }
}

/// A recorded call.
#[derive(Debug, Clone)]
pub struct Called {
    /// Method and path.
    pub what: String,
    pub query: HashMap<String, String>,
    pub body: Value,
    pub authorization: Option<String>,
}

/// Sees each message, and decides its answer.
type Judge = Box<dyn Fn(&Called) -> Option<Answer> + Send + Sync>;

#[derive(Clone)]
pub struct FakeMax(Arc<Inner>);

struct Inner {
    url: String,
    calls: watch::Sender<Vec<Called>>,
    /// Answers to the next calls, by method and path.
    next: Mutex<HashMap<String, VecDeque<Answer>>>,
    /// Answers to all calls, by method and path.
    told: Mutex<HashMap<String, Answer>>,
    judge: Mutex<Option<Judge>>,
    /// Registered addresses with their secrets.
    subscriptions: watch::Sender<Vec<(String, String)>>,
    /// Updates for polls; the position of one is its number.
    updates: watch::Sender<Vec<Value>>,
    /// Files sent to the bot, by name.
    files: Mutex<HashMap<String, Vec<u8>>>,
    /// Ids of the messages that were sent.
    sent: Mutex<Vec<String>>,
    /// Ids and names of the bots, by their tokens.
    bots: Mutex<HashMap<String, (i64, String)>>,
}

impl FakeMax {
    pub async fn start() -> Self {
        Self::listen(None).await
    }

    /// Starts one that speaks TLS, at `localhost`.
    pub async fn start_tls(acceptor: TlsAcceptor) -> Self {
        Self::listen(Some(acceptor)).await
    }

    async fn listen(tls: Option<TlsAcceptor>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let url = match tls {
            None => format!("http://127.0.0.1:{port}"),
            Some(_) => format!("https://localhost:{port}"),
        };
        let fake = Self(Arc::new(Inner {
            url,
            calls: watch::Sender::default(),
            next: Mutex::default(),
            told: Mutex::default(),
            judge: Mutex::default(),
            subscriptions: watch::Sender::default(),
            updates: watch::Sender::default(),
            files: Mutex::default(),
            sent: Mutex::default(),
            bots: Mutex::new([(TOKEN.to_owned(), (BOT, USERNAME.to_owned()))].into()),
        }));
        let serving = fake.clone();
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let (fake, tls) = (serving.clone(), tls.clone());
                tokio::spawn(async move {
                    match tls {
                        None => fake.serve(stream).await,
                        // A client that doesn't trust the certificate ends the handshake.
                        Some(tls) => {
                            if let Ok(stream) = tls.accept(stream).await {
                                fake.serve(stream).await;
                            }
                        }
                    }
                });
            }
        });
        fake
    }

    async fn serve(self, stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static) {
        let query =
            warp::query::raw().or_else(|_| async { Ok::<_, warp::Rejection>((String::new(),)) });
        let routes = warp::method()
            .and(warp::path::full())
            .and(query)
            .and(warp::header::headers_cloned())
            .and(warp::body::bytes())
            .then(
                move |method: Method,
                      path: FullPath,
                      query: String,
                      headers: HeaderMap,
                      body: bytes::Bytes| {
                    let (fake, path) = (self.clone(), path.as_str().to_owned());
                    async move { fake.answer(&method, &path, &query, &headers, &body).await }
                },
            );
        let service = hyper_util::service::TowerToHyperService::new(warp::service(routes));
        let stream = hyper_util::rt::TokioIo::new(stream);
        // A connection that breaks is the client's choice.
        let connection =
            hyper::server::conn::http1::Builder::new().serve_connection(stream, service);
        connection.await.ok();
    }

    pub fn url(&self) -> String {
        self.0.url.clone()
    }

    /// Overrides the answer to the next call of this method and path only.
    pub fn then(&self, what: &str, answer: Answer) {
        let mut next = self.0.next.lock().unwrap();
        next.entry(what.to_owned()).or_default().push_back(answer);
    }

    /// Overrides the answers to this method and path from now on.
    pub fn tell(&self, what: &str, answer: Answer) {
        self.0.told.lock().unwrap().insert(what.to_owned(), answer);
    }

    /// Installs a callback that sees each message and decides its answer.
    pub fn judge(&self, judge: impl Fn(&Called) -> Option<Answer> + Send + Sync + 'static) {
        *self.0.judge.lock().unwrap() = Some(Box::new(judge));
    }

    /// Restores the usual answers.
    pub fn untell(&self, what: &str) {
        self.0.told.lock().unwrap().remove(what);
    }

    pub fn calls(&self) -> Vec<Called> {
        self.0.calls.borrow().clone()
    }

    /// Waits until `count` calls of this method and path were made.
    pub async fn calls_of(&self, what: &str, count: usize) -> Vec<Called> {
        let mut calls = self.0.calls.subscribe();
        let enough = |calls: &Vec<Called>| pick(calls, what).len() >= count;
        let calls = calls.wait_for(enough).await.unwrap();
        pick(&calls, what)
    }

    /// Returns the bodies of the messages sent so far.
    pub fn messages(&self) -> Vec<Value> {
        let calls = pick(&self.0.calls.borrow(), "POST /messages");
        calls.into_iter().map(|call| call.body).collect()
    }

    /// Adds a file sent to the bot, and returns its URL.
    pub fn file(&self, name: &str, bytes: Vec<u8>) -> String {
        self.0.files.lock().unwrap().insert(name.to_owned(), bytes);
        format!("{}/files/{name}", self.0.url)
    }

    /// Forgets a file, whose URL has expired then.
    pub fn expire(&self, name: &str) {
        self.0.files.lock().unwrap().remove(name);
    }

    /// Adds another bot.
    pub fn bot(&self, token: &str, id: i64, username: &str) {
        let mut bots = self.0.bots.lock().unwrap();
        bots.insert(token.to_owned(), (id, username.to_owned()));
    }

    /// Returns the registered addresses.
    pub fn subscriptions(&self) -> Vec<String> {
        let all = self.0.subscriptions.borrow();
        all.iter().map(|(url, _)| url.clone()).collect()
    }

    /// Waits until an address is registered, and returns it with its secret.
    pub async fn subscribed(&self) -> (String, String) {
        let mut all = self.0.subscriptions.subscribe();
        let all = all.wait_for(|all| !all.is_empty()).await.unwrap();
        all[0].clone()
    }

    /// Drops all registrations, as MAX does with those that have failed for 8 hours.
    pub fn drop_subscriptions(&self) {
        self.0.subscriptions.send_modify(Vec::clear);
    }

    /// Delivers an update to the registered address, and returns the status.
    pub async fn deliver(&self, update: &Value) -> u16 {
        let (url, secret) = self.subscribed().await;
        self.deliver_to(&url, &[&secret], update).await
    }

    /// Delivers an update with these secrets.
    pub async fn deliver_to(&self, url: &str, secrets: &[&str], update: &Value) -> u16 {
        let client = zayavka::https::client().build().unwrap();
        let mut request = client.post(url).header("content-type", "application/json");
        for secret in secrets {
            request = request.header("x-max-bot-api-secret", *secret);
        }
        let sent = request.body(update.to_string()).send().await;
        sent.unwrap().status().as_u16()
    }

    /// Keeps an update until it is polled.
    pub fn keep(&self, update: Value) {
        self.0.updates.send_modify(|all| all.push(update));
    }

    async fn answer(
        &self,
        method: &Method,
        path: &str,
        query: &str,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Response {
        if let (&Method::GET, Some(name)) = (method, path.strip_prefix("/files/")) {
            return self.answer_file(name, headers);
        }
        let authorization = headers.get("authorization");
        let called = Called {
            what: format!("{method} {path}"),
            query: form_urlencoded::parse(query.as_bytes())
                .into_owned()
                .collect(),
            body: serde_json::from_slice(body).unwrap_or_default(),
            authorization: authorization.map(|token| token.to_str().unwrap().to_owned()),
        };
        let told = self.told(&called);
        self.0.calls.send_modify(|calls| calls.push(called.clone()));
        match told {
            Some(answer) => answer.response().await,
            None => self.usual(&called).await,
        }
    }

    /// Returns the answer that a test wants instead of the usual one.
    fn told(&self, called: &Called) -> Option<Answer> {
        let judge = self.0.judge.lock().unwrap();
        let is_message = called.what == "POST /messages";
        let judged = judge.as_ref().filter(|_| is_message);
        if let Some(judged) = judged.and_then(|judge| judge(called)) {
            return Some(judged);
        }
        let mut next = self.0.next.lock().unwrap();
        let next = next.get_mut(&called.what).and_then(VecDeque::pop_front);
        let told = self.0.told.lock().unwrap().get(&called.what).cloned();
        next.or(told)
    }

    fn answer_file(&self, name: &str, headers: &HeaderMap) -> Response {
        assert!(!headers.contains_key("authorization"), "a token for a file");
        match self.0.files.lock().unwrap().get(name) {
            Some(bytes) => bytes.clone().into_response(),
            None => StatusCode::NOT_FOUND.into_response(),
        }
    }

    async fn usual(&self, called: &Called) -> Response {
        let token = called.authorization.as_deref().unwrap_or_default();
        let Some((bot, username)) = self.0.bots.lock().unwrap().get(token).cloned() else {
            return error(401, "verify.token", "Invalid access_token");
        };
        let query = |name: &str| called.query.get(name).map_or("", String::as_str);
        match &*called.what {
            "GET /me" => json!({
                "user_id": bot, "first_name": "Desk", "username": username, "is_bot": true,
                "last_activity_time": 0, "name": "Desk",
            })
            .to_string()
            .into_response(),
            "POST /messages" => match wrong(&called.body) {
                Some(wrong) => wrong,
                None => self.sent(query("user_id"), &called.body),
            },
            "PUT /messages" => match wrong(&called.body) {
                Some(wrong) => wrong,
                None if self
                    .0
                    .sent
                    .lock()
                    .unwrap()
                    .iter()
                    .any(|mid| mid == query("message_id")) =>
                {
                    done()
                }
                None => failed("not.found", "Message not found"),
            },
            "POST /answers" => {
                let message = &called.body["message"];
                let is_empty = message.is_null() && called.body["notification"].is_null();
                match query("callback_id").is_empty() || is_empty {
                    true => error(
                        400,
                        "proto.payload",
                        "Either message or notification is required",
                    ),
                    false if message.is_null() => done(),
                    false => wrong(message).unwrap_or_else(done),
                }
            }
            "GET /subscriptions" => self.all_subscriptions(),
            "POST /subscriptions" => {
                let text = |key: &str| called.body[key].as_str().unwrap_or_default().to_owned();
                let (url, secret) = (text("url"), text("secret"));
                let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
                if !(5..=256).contains(&secret.len()) || !secret.chars().all(fits) {
                    return error(400, "proto.payload", "secret");
                }
                self.0.subscriptions.send_modify(|all| {
                    all.retain(|(one, _)| *one != url);
                    all.push((url, secret));
                });
                done()
            }
            "DELETE /subscriptions" => {
                let url = query("url").to_owned();
                self.0
                    .subscriptions
                    .send_modify(|all| all.retain(|(one, _)| *one != url));
                done()
            }
            "GET /updates" => {
                self.page(
                    query("marker").parse().ok(),
                    query("limit"),
                    query("timeout"),
                )
                .await
            }
            _ => error(404, "not.found", "Unknown path"),
        }
    }

    fn sent(&self, user: &str, body: &Value) -> Response {
        let Ok(user) = user.parse::<i64>() else {
            return error(400, "proto.payload", "Unknown recipient");
        };
        let mut sent = self.0.sent.lock().unwrap();
        let mid = format!("mid.{:08x}", sent.len() + 1);
        sent.push(mid.clone());
        let message = json!({
            "sender": {"user_id": BOT, "is_bot": true, "first_name": "Desk"},
            "recipient": {"chat_id": chat_of(user), "chat_type": "dialog", "user_id": user},
            "timestamp": 0,
            "body": {"mid": mid, "seq": sent.len(), "text": body["text"]},
        });
        json!({ "message": message }).to_string().into_response()
    }

    fn all_subscriptions(&self) -> Response {
        let all = self.0.subscriptions.borrow();
        let all = all
            .iter()
            .map(|(url, _)| json!({"url": url, "time": 0, "update_types": null, "version": null}));
        let all: Vec<Value> = all.collect();
        json!({ "subscriptions": all }).to_string().into_response()
    }

    /// Answers a poll. Without a marker there is only the last update, and while an address is registered there are
    /// none.
    async fn page(&self, marker: Option<usize>, limit: &str, timeout: &str) -> Response {
        let limit: usize = limit.parse().unwrap_or(100);
        let from = marker.unwrap_or_else(|| self.0.updates.borrow().len().saturating_sub(1));
        let mut updates = self.0.updates.subscribe();
        // With an address registered, or without time, what is there counts.
        if timeout != "0" && self.subscriptions().is_empty() {
            updates.wait_for(|all| all.len() > from).await.unwrap();
        }
        let all = match self.subscriptions().is_empty() {
            true => self.0.updates.borrow().clone(),
            false => Vec::new(),
        };
        let page: Vec<Value> = all.iter().skip(from).take(limit).cloned().collect();
        let marker = from.min(all.len()) + page.len();
        json!({ "updates": page, "marker": marker })
            .to_string()
            .into_response()
    }
}

impl Answer {
    async fn response(self) -> Response {
        match self {
            Self::Error(status, body) => {
                let status = StatusCode::from_u16(status).unwrap();
                warp::reply::with_status(body.to_string(), status).into_response()
            }
            Self::Later(seconds) => {
                let body = json!({"code": "too.many.requests", "message": ""}).to_string();
                let reply = warp::reply::with_status(body, StatusCode::TOO_MANY_REQUESTS);
                warp::reply::with_header(reply, "retry-after", seconds).into_response()
            }
            Self::Silence => std::future::pending().await,
            Self::Reset => {
                let broken = std::io::Error::from(std::io::ErrorKind::ConnectionReset);
                let parts = [Ok("{\"message\":"), Err(broken)];
                warp::reply::stream(futures_util::stream::iter(parts)).into_response()
            }
            Self::Garbage => {
                let body = "<html>Bad gateway</html>";
                warp::reply::with_status(body, StatusCode::BAD_GATEWAY).into_response()
            }
            Self::Redirect(to) => {
                let reply = warp::reply::with_status("", StatusCode::TEMPORARY_REDIRECT);
                warp::reply::with_header(reply, "location", to).into_response()
            }
        }
    }
}

fn done() -> Response {
    json!({"success": true}).to_string().into_response()
}

fn failed(code: &str, message: &str) -> Response {
    json!({"success": false, "code": code, "message": message})
        .to_string()
        .into_response()
}

fn error(status: u16, code: &str, message: &str) -> Response {
    let body = json!({"code": code, "message": message}).to_string();
    let status = StatusCode::from_u16(status).unwrap();
    warp::reply::with_status(body, status).into_response()
}

/// Refuses a message that exceeds a limit.
fn wrong(body: &Value) -> Option<Response> {
    let refused = |what: &str| Some(error(400, "proto.payload", what));
    let text = body["text"].as_str().unwrap_or_default();
    let attachments = body["attachments"].as_array().cloned().unwrap_or_default();
    if text.chars().count() > 4_000 {
        return refused("text");
    }
    if text.is_empty() && attachments.is_empty() {
        return refused("empty message");
    }
    for attachment in attachments {
        let rows = attachment["payload"]["buttons"].as_array().cloned();
        let rows: Vec<Vec<Value>> = rows
            .unwrap_or_default()
            .iter()
            .map(|row| row.as_array().cloned().unwrap_or_default())
            .collect();
        let all: usize = rows.iter().map(Vec::len).sum();
        if rows.is_empty() || rows.len() > 30 || all > 210 {
            return refused("keyboard");
        }
        for row in &rows {
            let asks = row.iter().any(|button| button["type"] != "callback");
            if row.is_empty() || row.len() > if asks { 3 } else { 7 } {
                return refused("row");
            }
        }
        for button in rows.iter().flatten() {
            let text = button["text"].as_str().unwrap_or_default();
            let payload = button["payload"].as_str().unwrap_or_default();
            if !(1..=128).contains(&text.chars().count()) || payload.len() > 1_024 {
                return refused("button");
            }
        }
    }
    None
}

fn pick(calls: &[Called], what: &str) -> Vec<Called> {
    let named = calls.iter().filter(|call| call.what == what);
    named.cloned().collect()
}

/// Returns the id of a person's dialog with the bot, which isn't their own.
pub fn chat_of(user: i64) -> i64 {
    user + 100_000_000
}

fn person(user: i64) -> Value {
    json!({"user_id": user, "first_name": "Anna", "last_name": "Petrova", "is_bot": false, "last_activity_time": 0})
}

/// The update that a person pressed "Start", perhaps after a link with a payload.
pub fn started(user: i64, at: i64, payload: Option<&str>) -> Value {
    let mut update = of_person("bot_started", user, at);
    update["payload"] = payload.into();
    update
}

/// An update about a person's dialog as a whole.
pub fn of_person(kind: &str, user: i64, at: i64) -> Value {
    json!({
        "update_type": kind, "timestamp": at, "chat_id": chat_of(user), "user": person(user), "user_locale": "ru",
    })
}

/// A message with these attachments.
pub fn message(user: i64, mid: &str, text: &str, attachments: Value) -> Value {
    json!({
        "update_type": "message_created", "timestamp": 1, "user_locale": "ru",
        "message": {
            "sender": person(user),
            "recipient": {"chat_id": chat_of(user), "chat_type": "dialog", "user_id": BOT},
            "timestamp": 1,
            "body": {"mid": mid, "seq": 1, "text": text, "attachments": attachments},
        },
    })
}

/// A press of a button with that data, under the message with that id.
pub fn press(user: i64, callback: &str, data: &str, mid: &str) -> Value {
    json!({
        "update_type": "message_callback", "timestamp": 1, "user_locale": "ru",
        "callback": {"callback_id": callback, "timestamp": 1, "payload": data, "user": person(user)},
        "message": {
            "sender": {"user_id": BOT, "is_bot": true, "first_name": "Desk"},
            "recipient": {"chat_id": chat_of(user), "chat_type": "dialog", "user_id": user},
            "timestamp": 1,
            "body": {"mid": mid, "seq": 1, "text": ""},
        },
    })
}

/// The contact of a person as the button sends it: MAX vouches for the phone by the hash.
pub fn own_contact(user: i64, phone: &str) -> Value {
    let mut contact = contact(user, phone);
    let card = contact["payload"]["vcf_info"].as_str().unwrap();
    let mac = Hmac::<Sha256>::new_from_slice(TOKEN.as_bytes()).unwrap();
    let mac = mac.chain_update(card).finalize().into_bytes();
    let hash: String = mac.iter().map(|byte| format!("{byte:02x}")).collect();
    contact["payload"]["hash"] = hash.into();
    contact
}

/// The contact of a person as somebody picks it from their address book.
pub fn contact(user: i64, phone: &str) -> Value {
    let card = format!(
        "BEGIN:VCARD\r\nVERSION:3.0\r\nTEL;TYPE=cell:{phone}\r\nFN:Anna Petrova\r\nEND:VCARD\r\n"
    );
    json!({"type": "contact", "payload": {"vcf_info": card, "max_info": person(user)}})
}
