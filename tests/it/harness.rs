//! A running server and somebody who talks to it.

use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use zayavka::clock::Clock;
use zayavka::config::Config;
use zayavka::server::{Failure, Server};

pub const PASSWORD: &str = "correct-horse-battery-staple";

/// A server of its own for one test.
pub struct Shop {
    url: String,
    stop: CancellationToken,
    running: JoinHandle<Result<(), Failure>>,
    /// Removed with the files in it when the test ends.
    _folder: TempDir,
    client: reqwest::Client,
    pub token: Option<String>,
}

impl Shop {
    /// Starts a server on an empty database, on 25 July 2021 at noon in Moscow.
    pub async fn open() -> Self {
        let folder = TempDir::new().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let clock = Clock::manual("2021-07-25T09:00:00Z".parse().unwrap());
        let mut config = Config::parse("").unwrap();
        config.database = folder.path().join("shop.db");
        let server = Server::build(config, listener, clock).await.unwrap();
        let url = format!("http://{}", server.address().unwrap());
        let stop = CancellationToken::new();
        let running = tokio::spawn(server.run_until(stop.clone()));
        let client = reqwest::Client::new();
        Self {
            url,
            stop,
            running,
            _folder: folder,
            client,
            token: None,
        }
    }

    /// The same, with an owner who is signed in.
    pub async fn with_owner() -> Self {
        let mut shop = Self::open().await;
        let answer = shop.register("owner@example.com").await;
        shop.token = answer["data"]["register"]["token"]
            .as_str()
            .map(str::to_owned);
        assert!(shop.token.is_some(), "{answer}");
        shop
    }

    pub async fn register(&self, email: &str) -> Value {
        self.ask(&format!(
            r#"mutation {{ register(email: "{email}", password1: "{PASSWORD}", password2: "{PASSWORD}") {{ success errors token }} }}"#
        ))
        .await
    }

    pub async fn ask(&self, query: &str) -> Value {
        let (status, answer) = self
            .post("/graphql", &json!({ "query": query }).to_string())
            .await;
        assert_eq!(status, 200, "{answer}");
        answer
    }

    pub async fn post(&self, path: &str, body: &str) -> (u16, Value) {
        let mut request = self.client.post(format!("{}{path}", self.url));
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
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

    /// Stops the server as a signal would.
    pub async fn close(self) {
        self.stop.cancel();
        self.running.await.unwrap().unwrap();
    }
}

/// The code of the first error of an answer.
pub fn code(answer: &Value) -> &str {
    answer["errors"][0]["extensions"]["code"]
        .as_str()
        .unwrap_or_default()
}
