//! A fake of the three SMS gateways, which answers each in its own form, and can be slow, wrong, half or gone.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use tokio::net::TcpListener;
use warp::Filter;
use warp::http::{HeaderMap, StatusCode};
use warp::path::FullPath;
use warp::reply::Response;

/// Answer to the next request.
#[derive(Debug, Clone)]
pub enum Answer {
    Json(u16, Value),
    /// A page of a proxy, with that status.
    Page(u16),
    /// A redirect to the same place.
    Redirect,
    /// The connection breaks in the middle of the answer.
    Cut,
    /// No answer for longer than the client waits.
    Silence,
}

/// A recorded request.
#[derive(Debug, Clone)]
pub struct Call {
    /// Path and query.
    pub path: String,
    pub fields: HashMap<String, String>,
    pub authorization: Option<String>,
}

impl Call {
    pub fn field(&self, name: &str) -> &str {
        self.fields.get(name).map_or("", String::as_str)
    }
}

/// Sees each request.
type Watch = Box<dyn Fn(&Call) + Send + Sync>;

#[derive(Clone)]
pub struct FakeGateway(Arc<Inner>);

struct Inner {
    url: String,
    calls: Mutex<Vec<Call>>,
    answers: Mutex<VecDeque<Answer>>,
    watch: Mutex<Option<Watch>>,
}

impl FakeGateway {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let fake = Self(Arc::new(Inner {
            url: format!("http://{}", listener.local_addr().unwrap()),
            calls: Mutex::default(),
            answers: Mutex::default(),
            watch: Mutex::default(),
        }));
        let answering = fake.clone();
        let routes = warp::any()
            .and(warp::path::full())
            .and(warp::query::raw().or(warp::any().map(String::new)).unify())
            .and(warp::header::headers_cloned())
            .and(warp::body::bytes())
            .then(
                move |path: FullPath, query: String, headers: HeaderMap, body: bytes::Bytes| {
                    let fake = answering.clone();
                    async move { fake.answer(path.as_str(), &query, &headers, &body).await }
                },
            );
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

    pub fn url(&self) -> &str {
        &self.0.url
    }

    /// Overrides the answer to the next request only.
    pub fn then(&self, answer: Answer) {
        self.0.answers.lock().unwrap().push_back(answer);
    }

    /// Installs a callback that sees each request.
    pub fn watch(&self, watch: impl Fn(&Call) + Send + Sync + 'static) {
        *self.0.watch.lock().unwrap() = Some(Box::new(watch));
    }

    pub fn calls(&self) -> Vec<Call> {
        self.0.calls.lock().unwrap().clone()
    }

    /// Returns the messages that were taken or could have been.
    pub fn messages(&self) -> Vec<Call> {
        let mut calls = self.calls();
        calls.retain(|call| call.path.contains("send"));
        calls
    }

    async fn answer(&self, path: &str, query: &str, headers: &HeaderMap, body: &[u8]) -> Response {
        use warp::Reply;
        let fields = form_urlencoded::parse(body).into_owned().collect();
        let authorization = headers.get("authorization");
        let call = Call {
            path: [path, query].join("?").trim_end_matches('?').to_owned(),
            fields,
            authorization: authorization.map(|value| value.to_str().unwrap().to_owned()),
        };
        if let Some(watch) = &*self.0.watch.lock().unwrap() {
            watch(&call);
        }
        let count = {
            let mut calls = self.0.calls.lock().unwrap();
            calls.push(call.clone());
            calls.len()
        };
        let told = self.0.answers.lock().unwrap().pop_front();
        match told.unwrap_or_else(|| Answer::Json(200, usual(&call, count))) {
            Answer::Json(status, body) => {
                let status = StatusCode::from_u16(status).unwrap();
                warp::reply::with_status(body.to_string(), status).into_response()
            }
            Answer::Page(status) => {
                let status = StatusCode::from_u16(status).unwrap();
                warp::reply::with_status("<html>Gateway</html>", status).into_response()
            }
            Answer::Redirect => {
                let to = format!("{}/elsewhere", self.0.url);
                let status = StatusCode::TEMPORARY_REDIRECT;
                warp::reply::with_header(status, "location", to).into_response()
            }
            Answer::Cut => {
                let broken = std::io::Error::from(std::io::ErrorKind::ConnectionReset);
                let parts = [Ok("{\"status\":"), Err(broken)];
                warp::reply::stream(futures_util::stream::iter(parts)).into_response()
            }
            Answer::Silence => std::future::pending().await,
        }
    }
}

/// Returns the answer of the gateway that the request is for.
fn usual(call: &Call, count: usize) -> Value {
    let is_aero = call.authorization.is_some();
    match &*call.path {
        "/sms/send" if is_aero => json!({"success": true, "message": null, "data": {
            "id": count, "from": call.field("sign"), "number": call.field("number"), "text": call.field("text"),
            "status": 0, "extendStatus": "queue", "channel": "FREE SIGN", "cost": 5.49}}),
        "/sms/status" if is_aero => json!({"success": true, "data": {
            "id": call.field("id"), "status": 1, "extendStatus": "delivery", "cost": "5.49"}}),
        "/balance" => json!({"success": true, "data": {"balance": 337.03}}),
        "/sms/send" => json!({"status": "OK", "status_code": 100, "balance": 4122.56, "sms": {
            call.field("to"): {"status": "OK", "status_code": 100, "sms_id": format!("000000-{count}")}}}),
        "/sms/status" => json!({"status": "OK", "status_code": 100, "sms": {
            call.field("sms_id"): {"status": "OK", "status_code": 103, "cost": 0.5, "status_text": "Доставлено"}}}),
        "/my/balance" => json!({"status": "OK", "status_code": 100, "balance": 4122.56}),
        "/sys/send.php" => json!({
            "id": call.field("id"), "cnt": 1, "cost": "1.44", "balance": "100.06"}),
        "/sys/status.php" => json!({"status": 1, "last_date": "25.07.2021 12:00:05", "err": 0}),
        "/sys/balance.php" => json!({"balance": "-3.10"}),
        _ => json!({}),
    }
}
