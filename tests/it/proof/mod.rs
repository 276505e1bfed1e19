//! What the README promises, by programs that try to break it. Each has a short form, which every
//! run of the tests goes through, and a long one with `PROOF=long`; both print their figures,
//! which `-- --nocapture` shows.

mod bodies;
mod connections;
mod disk_full;
mod exchange;
mod flush;
mod hurt_disk;
mod kill;
mod migration;
mod model;
mod outage;
mod racers;
mod read_only;
mod stop;

use serde_json::{Value, json};

use crate::fake_telegram::FakeTelegram;
use crate::harness::SECRET;
use crate::process::Program;

/// The extent of the proof in this run.
fn size(short: usize, long: usize) -> usize {
    match std::env::var("PROOF").as_deref() {
        Ok("long") => long,
        _ => short,
    }
}

/// Prints what was measured.
fn report(proof: &str, figures: &str) {
    eprintln!("proof {proof}: {figures}");
}

/// Settings that let the program talk to a fake Telegram, and tell customers at once.
fn with_bot(telegram: &FakeTelegram) -> [(&'static str, String); 4] {
    [
        ("ZAYAVKA_TELEGRAM__TOKEN", "1:secret".to_owned()),
        ("ZAYAVKA_TELEGRAM__API_URL", telegram.url()),
        ("ZAYAVKA_TELEGRAM__WEBHOOK_SECRET", SECRET.to_owned()),
        ("ZAYAVKA_TELEGRAM__NOTIFY_DELAY", "0s".to_owned()),
    ]
}

fn borrowed<'a>(variables: &'a [(&'static str, String)]) -> Vec<(&'static str, &'a str)> {
    let borrow = |(name, value): &'a (&'static str, String)| (*name, &**value);
    variables.iter().map(borrow).collect()
}

/// A client of the API that keeps its connection, as programs do.
#[derive(Clone)]
struct Client {
    http: reqwest::Client,
    token: String,
}

impl Client {
    /// Makes the owner's account on a new database.
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

    /// The data of an answer without errors; `None` when no answer came, and so nobody knows
    /// what happened.
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

/// The memory that the program holds, in bytes (`VmRSS` of proc(5)).
fn resident(program: &Program) -> u64 {
    let path = format!("/proc/{}/status", program.child.id());
    let status = std::fs::read_to_string(path).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    let kib = line.unwrap().split_whitespace().nth(1).unwrap();
    kib.parse::<u64>().unwrap() * 1_024
}
