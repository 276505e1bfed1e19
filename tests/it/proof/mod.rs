//! Tests that try to break what the documents promise. Most have a short form, which is part of
//! every run, and a long one with `PROOF=long`; both print their figures, shown with `--
//! --nocapture`.

mod bodies;
mod connections;
mod disk_full;
mod exchange;
mod faketime;
mod floods;
mod flush;
mod hurt_disk;
mod kill;
mod litestream;
mod migration;
mod model;
mod other_channels;
mod outage;
mod racers;
mod read_only;
mod replication;
mod restores;
mod stop;

use serde_json::{Value, json};

use crate::fake_telegram::FakeTelegram;
use crate::harness::SECRET;
use crate::process::Program;

/// Returns the amount of work for this run.
fn size(short: usize, long: usize) -> usize {
    match std::env::var("PROOF").as_deref() {
        Ok("long") => long,
        _ => short,
    }
}

/// Prints the measurements.
fn report(proof: &str, figures: &str) {
    eprintln!("proof {proof}: {figures}");
}

/// Returns settings for a fake Telegram, with immediate notices.
fn with_bot(telegram: &FakeTelegram) -> [(&'static str, String); 5] {
    [
        ("ZAYAVKA_TELEGRAM__TOKEN", "1:secret".to_owned()),
        ("ZAYAVKA_TELEGRAM__API_URL", telegram.url()),
        ("ZAYAVKA_TELEGRAM__MODE", "webhook".to_owned()),
        ("ZAYAVKA_TELEGRAM__WEBHOOK_SECRET", SECRET.to_owned()),
        ("ZAYAVKA_TELEGRAM__NOTIFY_DELAY", "0s".to_owned()),
    ]
}

fn borrowed<'a>(variables: &'a [(&'static str, String)]) -> Vec<(&'static str, &'a str)> {
    let borrow = |(name, value): &'a (&'static str, String)| (*name, &**value);
    variables.iter().map(borrow).collect()
}

/// An API client with a kept-alive connection.
#[derive(Clone)]
struct Client {
    http: reqwest::Client,
    token: String,
}

impl Client {
    /// Registers the owner on a new database.
    async fn register(program: &Program) -> Self {
        let answer = program.ask(None, crate::backup::REGISTER).await.unwrap();
        let token = answer["data"]["register"]["token"].as_str().unwrap();
        Self::with(token)
    }

    fn with(token: &str) -> Self {
        Self {
            http: zayavka::https::client().build().unwrap(),
            token: token.to_owned(),
        }
    }

    /// Returns the data of a response without errors; `None` when no response came, so that the
    /// outcome is unknown.
    async fn ask(&self, url: &str, query: &str) -> Option<Value> {
        let answer = self.answer(url, query).await?;
        assert!(answer["errors"].is_null(), "{query}: {answer}");
        Some(answer["data"].clone())
    }

    async fn answer(&self, url: &str, query: &str) -> Option<Value> {
        let request = self.http.post(format!("{url}/graphql"));
        let request = request
            .bearer_auth(&self.token)
            .header("content-type", "application/json");
        let body = json!({ "query": query }).to_string();
        let answer = request.body(body).send().await.ok()?;
        serde_json::from_str(&answer.text().await.ok()?).ok()
    }
}

/// Returns the program's resident memory in bytes (`VmRSS` of proc(5)).
fn resident(program: &Program) -> u64 {
    let path = format!("/proc/{}/status", program.child.id());
    let status = std::fs::read_to_string(path).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    let kib = line.unwrap().split_whitespace().nth(1).unwrap();
    kib.parse::<u64>().unwrap() * 1_024
}
