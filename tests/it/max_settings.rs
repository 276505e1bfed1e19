//! The settings of the bot at MAX, and what `zayavka doctor` says of it.

use serde_json::json;
use tempfile::TempDir;
use zayavka::clock::Clock;
use zayavka::config::Config;
use zayavka::doctor::{self, Finding, Level};

use crate::fake_max::{Answer, FakeMax, TOKEN, USERNAME};
use crate::max_wire::tls;
use crate::time_limit;
use crate::tls::Authority;

#[test]
fn the_token_stands_in_a_file_which_a_package_leaves_empty() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("max_token");
    let settings = format!("[max]\ntoken_file = '{}'", file.display());
    let max = || Config::parse(&settings).map(|config| config.max);
    std::fs::write(&file, "\n").unwrap();
    assert!(max().unwrap().token.is_none());
    std::fs::write(&file, format!("{TOKEN}\n")).unwrap();
    let read = max().unwrap();
    assert!(!format!("{read:?}").contains(TOKEN));
    assert!(read.token.is_some());
    std::fs::remove_file(&file).unwrap();
    assert!(max().unwrap_err().to_string().contains("max.token_file"));
}

#[test]
fn what_cannot_be_used_is_named() {
    for (text, key) in [
        ("[max]\ntoken = 'a'\ntoken_file = 'b'", "max.token_file"),
        ("[max]\ntoken = 'Bearer abc'", "max.token"),
        ("[max]\ntoken = 'токен'", "max.token"),
        ("[max]\napi_url = 'http://example.com'", "max.api_url"),
        ("[max]\napi_url = 'platform-api2.max.ru'", "max.api_url"),
        ("[max]\nmode = 'maybe'", "max.mode"),
        (
            "public_url = 'http://example.com'\n[max]\nmode = 'webhook'",
            "public_url",
        ),
        ("[max]\nsecret = 'a'", "secret"),
    ] {
        let error = Config::parse(text).unwrap_err();
        let source = std::error::Error::source(&error).map(ToString::to_string);
        let said = format!("{error} {}", source.unwrap_or_default());
        assert!(said.contains(key), "{text}: {said}");
    }
}

/// Returns the doctor's findings about MAX with these settings of its section.
async fn of_max(url: &str, public_url: &str, more: &str) -> Vec<Finding> {
    let folder = TempDir::new().unwrap();
    let text = format!(
        "{public_url}\ndatabase = '{}'\n[max]\ntoken = '{TOKEN}'\napi_url = '{url}'\n{more}",
        folder.path().join("none.db").display(),
    );
    let config = Config::parse(&text).unwrap();
    let clock = Clock::manual("2026-01-02T12:00:00Z".parse().unwrap());
    let mut found = doctor::look_at(&config, &clock).await;
    for finding in &found {
        assert!(!finding.to_string().contains(TOKEN), "{finding}");
    }
    found.retain(|finding| finding.about == "MAX");
    found
}

const PUBLIC: &str = "public_url = 'https://desk.example.com'";

#[tokio::test]
async fn the_doctor_compares_the_registered_address_with_the_right_one() {
    time_limit::start();
    let fake = FakeMax::start().await;
    let subscription =
        |url: &str, kinds: serde_json::Value| json!({"url": url, "time": 0, "update_types": kinds});
    let own = "https://desk.example.com/max/webhook";
    for (all, public_url, level, said) in [
        (vec![], "", Level::Ok, "updates are polled"),
        (
            vec![subscription(own, json!(null))],
            "",
            Level::Failure,
            "can't be polled",
        ),
        (vec![], PUBLIC, Level::Failure, "no update address"),
        (vec![subscription(own, json!(null))], PUBLIC, Level::Ok, own),
        (
            vec![subscription(own, json!(["bot_started"]))],
            PUBLIC,
            Level::Warning,
            "some kinds",
        ),
        (
            vec![
                subscription(own, json!(null)),
                subscription(&format!("https://a.example/{TOKEN}"), json!(null)),
            ],
            PUBLIC,
            Level::Warning,
            "https://a.example/***",
        ),
        // MAX delivers to port 443 only.
        (
            vec![],
            "public_url = 'https://desk.example.com:8443'",
            Level::Ok,
            "updates are polled",
        ),
    ] {
        fake.tell(
            "GET /subscriptions",
            Answer::Error(200, json!({"subscriptions": all})),
        );
        let found = of_max(&fake.url(), public_url, "").await;
        assert!(found[0].said.contains(USERNAME), "{found:?}");
        assert_eq!((found[1].level, found.len()), (level, 2), "{found:?}");
        assert!(found[1].said.contains(said), "{found:?}");
    }
}

#[tokio::test]
async fn the_doctor_says_why_max_cannot_be_used() {
    time_limit::start();
    let (maxs, other) = (Authority::new(), Authority::new());
    let folder = TempDir::new().unwrap();
    let file = |name: &str, text: &str| {
        let file = folder.path().join(name);
        std::fs::write(&file, text).unwrap();
        format!("ca_file = '{}'", file.display())
    };
    let right = file("right.pem", &maxs.pem());
    let wrong = file("wrong.pem", &other.pem());
    let fake = FakeMax::start_tls(tls(&maxs)).await;
    let found = of_max(&fake.url(), "", &right).await;
    assert!(found.iter().all(|one| one.level == Level::Ok), "{found:?}");

    let empty = file("empty.pem", "");
    for (settings, said) in [
        ("", "no authority of this system"),
        (&*wrong, "wrong.pem"),
        (&*empty, "no certificate"),
        ("ca_file = '/none/ca.pem'", "/none/ca.pem"),
    ] {
        let found = of_max(&fake.url(), "", settings).await;
        assert_eq!(
            (found.len(), found[0].level),
            (1, Level::Failure),
            "{found:?}"
        );
        assert!(found[0].said.contains(said), "{found:?}");
        assert!(found[0].advice.contains("gosuslugi.ru/crt"), "{found:?}");
    }

    fake.tell("GET /me", Answer::code(401, "verify.token"));
    let found = of_max(&fake.url(), "", &right).await;
    assert!(
        found[0].said.contains("no bot with this token"),
        "{found:?}"
    );
    let found = of_max("http://127.0.0.1:1", "", "").await;
    assert!(found[0].said.contains("no connection"), "{found:?}");
    assert_eq!(of_max(&fake.url(), "", "mode = 'off'").await, []);
}
