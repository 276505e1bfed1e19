//! A receiver of webhooks that records deliveries and responds as instructed.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex};

use jiff::Timestamp;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::watch;
use warp::Filter;
use warp::http::{HeaderMap, StatusCode};
use zayavka::domain::HookSecret;
use zayavka::workers::webhooks;

/// Response to the next delivery.
#[derive(Debug, Clone, Copy)]
pub enum Answer {
    Status(u16),
    /// A redirect.
    Redirect,
    /// No response for longer than the sender waits.
    Silence,
}

/// A recorded delivery.
#[derive(Debug, Clone)]
pub struct Told {
    pub headers: HashMap<String, String>,
    pub body: String,
}

impl Told {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    pub fn event(&self) -> String {
        let json = self.json();
        assert_eq!(json["event"], json["type"]);
        json["type"].as_str().unwrap().to_owned()
    }

    pub fn id(&self) -> &str {
        assert_eq!(
            self.headers["x-zayavka-delivery"],
            self.headers["webhook-id"]
        );
        &self.headers["webhook-id"]
    }

    /// Checks the headers of an attempt at that time: signed by these secrets, the current one first.
    pub fn is_signed_by(&self, secrets: &[&str], at: Timestamp) {
        let secrets = secrets.iter();
        let secrets: Vec<_> = secrets
            .map(|text| HookSecret::trusted((*text).into()))
            .collect();
        let second = at.as_second().to_string();
        assert_eq!(self.headers["webhook-timestamp"], second);
        let signed = secrets
            .iter()
            .map(|secret| webhooks::signature(secret, self.id(), at, &self.body));
        let signed: Vec<_> = signed.collect();
        assert_eq!(self.headers["webhook-signature"], signed.join(" "));
        let legacy = webhooks::legacy_signature(&secrets[0], at, &self.body);
        assert_eq!(self.headers["x-zayavka-signature"], legacy);
    }
}

#[derive(Clone)]
pub struct Receiver(Arc<Inner>);

struct Inner {
    url: String,
    told: watch::Sender<Vec<Told>>,
    answers: Mutex<VecDeque<Answer>>,
    always: Mutex<Answer>,
}

impl Receiver {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let receiver = Self(Arc::new(Inner {
            url: format!("http://{}/hook", listener.local_addr().unwrap()),
            told: watch::Sender::default(),
            answers: Mutex::default(),
            always: Mutex::new(Answer::Status(204)),
        }));
        let answering = receiver.clone();
        let routes = warp::path!("hook")
            .and(warp::post())
            .and(warp::header::headers_cloned())
            .and(warp::body::bytes())
            .then(move |headers: HeaderMap, body: bytes::Bytes| {
                let receiver = answering.clone();
                async move { receiver.answer(&headers, &body).await }
            });
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
        receiver
    }

    /// Overrides the next response only.
    pub fn then(&self, answer: Answer) {
        self.0.answers.lock().unwrap().push_back(answer);
    }

    /// Overrides all responses from now on.
    pub fn always(&self, answer: Answer) {
        *self.0.always.lock().unwrap() = answer;
    }

    pub fn url(&self) -> &str {
        &self.0.url
    }

    /// Returns the settings of this webhook, with its secret.
    pub fn settings(&self, events: &str) -> String {
        format!(
            "[[webhooks]]\nurl = '{}'\nsecret = '{SECRET}'\nevents = [{events}]\n",
            self.0.url
        )
    }

    /// Waits for this many deliveries.
    pub async fn told(&self, count: usize) -> Vec<Told> {
        let mut told = self.0.told.subscribe();
        let enough = told.wait_for(|told| told.len() >= count);
        let enough = tokio::time::timeout(std::time::Duration::from_secs(30), enough).await;
        match enough {
            Ok(told) => told.unwrap().clone(),
            Err(_) => panic!("told {} times, not {count}", self.told_now().len()),
        }
    }

    pub fn told_now(&self) -> Vec<Told> {
        self.0.told.borrow().clone()
    }

    async fn answer(&self, headers: &HeaderMap, body: &[u8]) -> warp::reply::Response {
        use warp::Reply;
        let headers = headers.iter();
        let headers = headers.map(|(name, value)| {
            let value = value.to_str().unwrap().to_owned();
            (name.as_str().to_owned(), value)
        });
        let told = Told {
            headers: headers.collect(),
            body: String::from_utf8(body.to_vec()).unwrap(),
        };
        self.0.told.send_modify(|all| all.push(told));
        let next = self.0.answers.lock().unwrap().pop_front();
        let usual = *self.0.always.lock().unwrap();
        match next.unwrap_or(usual) {
            Answer::Status(status) => StatusCode::from_u16(status).unwrap().into_response(),
            Answer::Redirect => {
                let status = StatusCode::TEMPORARY_REDIRECT;
                warp::reply::with_header(status, "location", &self.0.url).into_response()
            }
            Answer::Silence => std::future::pending().await,
        }
    }
}

/// Signing secret of the deliveries.
pub const SECRET: &str = "0123456789abcdef0123456789abcdef";
