//! The client of MAX against a fake of it.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use zayavka::channels::max::{self, Client};
use zayavka::channels::{Failure, RemoteFiles, telegram};
use zayavka::domain::{BotTrouble, Buttons, Chat, MessageKey, Messenger, Reply};
use zayavka::https::{self, Authorities};
use zayavka::tls_provider;

use crate::fake_max::{Answer, FakeMax, TOKEN, USERNAME};
use crate::time_limit;
use crate::tls::Authority;

const SEND: &str = "POST /messages";
const EDIT: &str = "PUT /messages";
const ANSWER: &str = "POST /answers";
const ANNA: Chat = Chat::new(Messenger::Max, 7);

async fn start() -> (FakeMax, Client) {
    time_limit::start();
    let fake = FakeMax::start().await;
    let client = client(&fake.url());
    (fake, client)
}

fn client(url: &str) -> Client {
    Client::new(url, TOKEN.into(), None).unwrap()
}

fn reply(text: &str, buttons: Buttons) -> Reply {
    Reply::new(text.to_owned(), buttons)
}

fn button(label: &str, data: &str) -> (String, String) {
    (label.to_owned(), data.to_owned())
}

#[tokio::test]
async fn the_token_goes_in_the_header_and_names_the_bot() {
    let (fake, client) = start().await;
    let me = client.me().await.unwrap();
    assert_eq!(me.username, USERNAME);
    let call = &fake.calls()[0];
    assert_eq!(call.authorization.as_deref(), Some(TOKEN));
    assert!(call.query.is_empty());

    let other = Client::new(&fake.url(), "other".into(), None).unwrap();
    let failure = other.me().await.unwrap_err();
    assert!(Client::is_token_refused(&failure), "{failure:?}");
    assert!(matches!(
        failure,
        Failure::Retry {
            maybe_done: false,
            ..
        }
    ));
    let unusable = Client::new(&fake.url(), "line\nbreak".into(), None).unwrap();
    let failure = unusable.me().await.unwrap_err();
    assert!(matches!(
        failure,
        Failure::Retry {
            maybe_done: false,
            ..
        }
    ));
}

#[tokio::test]
async fn a_message_goes_to_the_person_with_markup_and_buttons() {
    let (fake, client) = start().await;
    let rows = vec![button("Yes", "yes"), button("No", "no")];
    let mut message = reply(
        "Do you <b>agree</b>? <tg-spoiler>1 &lt; 2</tg-spoiler>",
        Buttons::Row(rows),
    );
    let key = client.send_reply(ANNA, &message).await.unwrap();
    assert_eq!(key, Some(MessageKey::new("mid.00000001")));
    message.no_preview = true;
    client.send_reply(ANNA, &message).await.unwrap();

    let calls = fake.calls_of(SEND, 2).await;
    assert_eq!(calls[0].query["user_id"], "7");
    assert!(!calls[0].query.contains_key("disable_link_preview"));
    assert_eq!(calls[1].query["disable_link_preview"], "true");
    let expected = json!({
        "text": "Do you <b>agree</b>? 1 &lt; 2",
        "format": "html",
        "attachments": [{"type": "inline_keyboard", "payload": {"buttons": [[
            {"type": "callback", "text": "Yes", "payload": "yes"},
            {"type": "callback", "text": "No", "payload": "no"},
        ]]}}],
    });
    assert_eq!(calls[0].body, expected);
}

#[tokio::test]
async fn an_edited_message_keeps_its_key_and_one_that_is_gone_is_sent_anew() {
    let (fake, client) = start().await;
    let key = client
        .send_reply(ANNA, &reply("a", Buttons::None))
        .await
        .unwrap();
    let mut edited = reply("b", Buttons::None);
    edited.edits.clone_from(&key);
    assert_eq!(client.send_reply(ANNA, &edited).await.unwrap(), key);
    // Without buttons the message loses those it had.
    let call = &fake.calls_of(EDIT, 1).await[0];
    assert_eq!(call.query["message_id"], "mid.00000001");
    assert_eq!(call.body["attachments"], json!([]));

    edited.edits = Some(MessageKey::new("mid.of-last-year"));
    let sent = client.send_reply(ANNA, &edited).await.unwrap();
    assert_eq!(sent, Some(MessageKey::new("mid.00000002")));
}

#[tokio::test]
async fn the_answer_to_a_button_replaces_its_message_and_is_never_empty() {
    let (fake, client) = start().await;
    let key = client
        .send_reply(ANNA, &reply("page 1", Buttons::None))
        .await
        .unwrap();
    let mut turned = reply("page 2", Buttons::Column(vec![button("Back", "list:0")]));
    turned.answers = Some("callback".to_owned());
    turned.edits.clone_from(&key);
    assert_eq!(client.send_reply(ANNA, &turned).await.unwrap(), key);
    let answer = &fake.calls_of(ANSWER, 1).await[0];
    assert_eq!(answer.query["callback_id"], "callback");
    assert_eq!(answer.body["message"]["text"], "page 2");
    assert_eq!(fake.calls().len(), 2);

    // One that comes too late: the message is edited without it.
    fake.then(ANSWER, Answer::code(400, "callback.expired"));
    assert_eq!(client.send_reply(ANNA, &turned).await.unwrap(), key);
    assert_eq!(fake.calls_of(EDIT, 1).await[0].body["text"], "page 2");

    turned.edits = None;
    fake.then(ANSWER, Answer::Garbage);
    for _ in 0..2 {
        client.send_reply(ANNA, &turned).await.unwrap();
    }
    let answers = fake.calls_of(ANSWER, 4).await;
    assert!(answers.iter().all(|call| call.body != json!({})));
    assert_eq!(fake.calls_of(SEND, 3).await.len(), 3);
}

#[tokio::test]
async fn failures_say_what_is_to_be_done() {
    let (fake, client) = start().await;
    let message = reply("a", Buttons::None);
    let blocked = |failure: &Failure| matches!(failure, Failure::Blocked(_));
    let refused = |failure: &Failure| matches!(failure, Failure::Refused(_));
    let retry = |done: bool| move |failure: &Failure| matches!(failure, Failure::Retry { maybe_done, .. } if *maybe_done == done);
    type Expected = Box<dyn Fn(&Failure) -> bool>;
    let cases: Vec<(Answer, Expected)> = vec![
        (Answer::suspended(), Box::new(blocked)),
        (Answer::code(404, "dialog.not.found"), Box::new(blocked)),
        (Answer::code(400, "proto.payload"), Box::new(refused)),
        (Answer::code(401, "verify.token"), Box::new(retry(false))),
        (
            Answer::code(400, "attachment.not.ready"),
            Box::new(retry(false)),
        ),
        (
            Answer::code(503, "service.unavailable"),
            Box::new(retry(true)),
        ),
        (Answer::Garbage, Box::new(retry(true))),
        (Answer::Reset, Box::new(retry(true))),
        (
            Answer::Redirect("http://127.0.0.1:1/".to_owned()),
            Box::new(retry(true)),
        ),
        (Answer::Error(200, json!("fine")), Box::new(retry(true))),
    ];
    for (answer, expected) in cases {
        fake.then(SEND, answer.clone());
        let failure = client.send_reply(ANNA, &message).await.unwrap_err();
        assert!(expected(&failure), "{answer:?}: {failure:?}");
    }
    fake.then(SEND, Answer::Later(40));
    let failure = client.send_reply(ANNA, &message).await.unwrap_err();
    assert_eq!(failure.after(), Some(Duration::from_secs(40)));
    // The redirect was not followed.
    assert_eq!(fake.calls_of(SEND, 11).await.len(), 11);

    let nowhere = self::client("http://127.0.0.1:1");
    let failure = nowhere.send_reply(ANNA, &message).await.unwrap_err();
    assert!(retry(false)(&failure), "{failure:?}");
}

#[tokio::test]
async fn a_sent_message_never_looks_unsent() {
    let (fake, client) = start().await;
    for body in [
        json!({"message": {"body": {"mid": 7}}}),
        json!({"message": "new", "more": {"fields": [1]}}),
        json!({}),
    ] {
        fake.then(SEND, Answer::Error(200, body));
        let sent = client.send_reply(ANNA, &reply("a", Buttons::None)).await;
        assert_eq!(sent.unwrap(), None);
    }
}

#[tokio::test]
async fn neither_token_nor_address_nor_text_is_in_an_error() {
    let (fake, client) = start().await;
    let echo = json!({"code": format!("bad {TOKEN}"), "message": format!("{TOKEN} for +79001234567: 'secret text'")});
    let url = fake.file("photo", vec![0; 100]);
    let mut failures = Vec::new();
    for answer in [
        Answer::Error(400, echo.clone()),
        Answer::Error(500, echo),
        Answer::Garbage,
        Answer::Reset,
    ] {
        fake.then(SEND, answer);
        let text = reply("secret text", Buttons::None);
        failures.push(client.send_reply(ANNA, &text).await.unwrap_err());
    }
    failures.push(client.download(&url, 10).await.unwrap_err());
    let nowhere = self::client("http://127.0.0.1:1/path");
    failures.push(nowhere.me().await.unwrap_err());
    for failure in failures {
        let shown = format!("{failure:?}");
        for secret in [TOKEN, "127.0.0.1", "/messages", "9001234567", "secret text"] {
            assert!(!shown.contains(secret), "{shown}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_slow_answer_is_waited_for_and_its_outcome_is_unknown() {
    let (fake, client) = start().await;
    fake.tell(SEND, Answer::Silence);
    let failure = client
        .send_reply(ANNA, &reply("a", Buttons::None))
        .await
        .unwrap_err();
    assert!(
        matches!(
            failure,
            Failure::Retry {
                maybe_done: true,
                ..
            }
        ),
        "{failure:?}"
    );
}

#[tokio::test]
async fn an_endless_answer_is_not_read_to_its_end() {
    let (fake, client) = start().await;
    fake.tell(
        "GET /me",
        Answer::Error(
            200,
            json!({"user_id": 1, "first_name": "a".repeat(2 << 20)}),
        ),
    );
    let failure = client.me().await.unwrap_err();
    assert!(failure.detail().contains("too long"), "{failure:?}");
}

#[tokio::test]
async fn an_address_is_subscribed_listed_and_removed() {
    let (fake, client) = start().await;
    let url = max::webhook_url("https://desk.example.com");
    client
        .subscribe(&url, &"webhook-secret".into())
        .await
        .unwrap();
    client
        .subscribe(&url, &"webhook-secret".into())
        .await
        .unwrap();
    assert_eq!(
        fake.subscribed().await,
        (url.clone(), "webhook-secret".to_owned())
    );
    let all = client.subscriptions().await.unwrap();
    assert_eq!(all.len(), 1);
    assert!(all[0].url == url && all[0].is_whole());
    let call = &fake.calls_of("POST /subscriptions", 2).await[0];
    let kinds = call.body["update_types"].as_array().unwrap();
    assert!(kinds.contains(&json!("bot_started")) && kinds.contains(&json!("message_edited")));

    client.unsubscribe(&url).await.unwrap();
    assert_eq!(client.subscriptions().await.unwrap(), []);
    let refused = client.subscribe(&url, &"a".into()).await.unwrap_err();
    assert!(matches!(refused, Failure::Refused(_)), "{refused:?}");
}

#[tokio::test]
async fn updates_are_polled_from_the_marker_on() {
    let (fake, client) = start().await;
    for number in 0..3 {
        fake.keep(json!({"update_type": "new_kind", "timestamp": number}));
    }
    let last = client.updates(None, false).await.unwrap();
    assert_eq!((last.updates.len(), last.marker), (1, Some(3)));
    let none = client.updates(last.marker, false).await.unwrap();
    assert_eq!((none.updates.len(), none.marker), (0, Some(3)));
    let all = client.updates(Some(0), true).await.unwrap();
    assert_eq!((all.updates.len(), all.marker), (3, Some(3)));
    let parsed = max::parse(all.updates[0].get().as_bytes(), &TOKEN.into());
    assert!(parsed[0].key.starts_with("new_kind/"), "{}", parsed[0].key);

    let (later, ()) = tokio::join!(client.updates(Some(3), true), async {
        fake.keep(json!({"update_type": "new_kind", "timestamp": 3}));
    });
    assert_eq!(later.unwrap().updates.len(), 1);
    let call = &fake.calls_of("GET /updates", 4).await[3];
    assert_eq!(
        (&*call.query["limit"], &*call.query["timeout"]),
        ("100", "25")
    );

    fake.tell("GET /updates", Answer::Error(200, json!({"updates": {}})));
    assert!(matches!(
        client.updates(None, false).await,
        Err(Failure::Retry { .. })
    ));
}

#[tokio::test]
async fn a_file_is_read_up_to_its_limit_from_the_api_or_from_public_addresses_only() {
    let (fake, client) = start().await;
    let url = fake.file("photo", vec![7; 1_000]);
    assert_eq!(client.download(&url, 1_000).await.unwrap(), vec![7; 1_000]);
    let refused = |result: Result<Vec<u8>, Failure>| match result.unwrap_err() {
        Failure::Refused(why) => why,
        other => panic!("{other:?}"),
    };
    assert_eq!(refused(client.download(&url, 999).await), "too long");
    fake.expire("photo");
    assert_eq!(refused(client.download(&url, 999).await), "404 for a file");

    let elsewhere = FakeMax::start().await;
    let foreign = elsewhere.file("photo", vec![7]);
    assert_eq!(
        refused(client.download(&foreign, 9).await),
        "not over https"
    );
    let own = "its address is of this machine or its network";
    for url in [
        "https://127.0.0.1:9/photo",
        "https://[::1]/photo",
        "https://10.0.0.1/photo",
        "https://169.254.169.254/latest",
        "https://localhost:9/photo",
    ] {
        assert_eq!(refused(client.download(url, 9).await), own, "{url}");
    }
    for url in [
        "",
        "photo",
        "file:///etc/passwd",
        "http://example.com/photo",
    ] {
        refused(client.download(url, 9).await);
    }
    assert!(elsewhere.calls().is_empty());
}

/// Builds the TLS of a server at `localhost`.
pub fn tls(authority: &Authority) -> TlsAcceptor {
    let (certificate, key) = authority.issue("localhost");
    let certificate = CertificateDer::from_pem_slice(certificate.as_bytes()).unwrap();
    let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).unwrap();
    let settings = ServerConfig::builder_with_provider(tls_provider::provider())
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap();
    TlsAcceptor::from(Arc::new(settings))
}

#[tokio::test]
async fn the_authority_of_max_is_trusted_by_its_client_and_by_no_other() {
    time_limit::start();
    let (maxs, other) = (Authority::new(), Authority::new());
    let folder = tempfile::TempDir::new().unwrap();
    let file = folder.path().join("ca.pem");
    std::fs::write(&file, maxs.pem()).unwrap();
    let authorities = Authorities::read(&file).unwrap();
    let fake = FakeMax::start_tls(tls(&maxs)).await;
    let url = fake.url();
    let of = |url: &str, authorities| Client::new(url, TOKEN.into(), authorities).unwrap();

    let trusting = of(&url, Some(&authorities));
    assert_eq!(trusting.me().await.unwrap().username, USERNAME);
    // Its files too, which may come from servers of either kind.
    let photo = fake.file("photo", vec![7]);
    assert_eq!(trusting.download(&photo, 9).await.unwrap(), [7]);

    let failure = of(&url, None).me().await.unwrap_err();
    assert!(Client::is_untrusted(&failure), "{failure:?}");
    let plain = https::client().build().unwrap();
    assert!(https::is_untrusted(
        &plain.get(&url).send().await.unwrap_err()
    ));
    let telegram = telegram::Client::new(&url, "1:secret".into()).unwrap();
    let trouble = telegram.username().await.unwrap_err();
    assert!(
        matches!(trouble, BotTrouble::Unreachable { .. }),
        "{trouble:?}"
    );

    // And it trusts no others: neither another of its kind nor the system's.
    let foreign = FakeMax::start_tls(tls(&other)).await;
    let failure = of(&foreign.url(), Some(&authorities))
        .me()
        .await
        .unwrap_err();
    assert!(Client::is_untrusted(&failure), "{failure:?}");
    assert!(foreign.calls().is_empty());
}

#[test]
fn a_file_without_certificates_is_refused_with_the_reason() {
    let folder = tempfile::TempDir::new().unwrap();
    let read = |text: &str| {
        let file = folder.path().join("ca.pem");
        std::fs::write(&file, text).unwrap();
        Authorities::read(&file).err().unwrap()
    };
    assert!(read("").contains("no certificate"));
    assert!(
        read("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n").contains("damaged")
    );
    let missing = Authorities::read(&folder.path().join("none.pem"));
    assert!(missing.err().unwrap().contains("No such file"));
}

/// Changes the text of an update at some places.
fn torn(seed: &[u8], rng: &mut fastrand::Rng) -> Vec<u8> {
    let mut json = seed.to_vec();
    for _ in 0..rng.usize(1..4) {
        let from = rng.usize(..json.len());
        let to = (from + rng.usize(..16)).min(json.len());
        match rng.u8(..4) {
            0 => drop(json.drain(from..to)),
            1 => drop(json.splice(from..to, *b"\\ud800")),
            2 => json[from] = rng.u8(..),
            _ => json.truncate(to.max(1)),
        }
        if json.is_empty() {
            return seed.to_vec();
        }
    }
    json
}

/// Replaces some values of an update.
fn changed(update: &mut Value, rng: &mut fastrand::Rng) {
    let words = [
        json!(null),
        json!({}),
        json!([]),
        json!(""),
        json!(-1),
        json!(i64::MIN),
        json!(u64::MAX),
        json!(1e308),
        json!(true),
        json!("message_created"),
        json!("contact"),
        json!("image"),
        json!([[null]]),
        json!({"user_id": 7}),
        json!("BEGIN:VCARD\nTEL:\"a:b;c\nTEL:7\n :x"),
    ];
    let deeper = rng.u8(..6) > 0;
    let below = match update {
        Value::Object(map) if deeper && !map.is_empty() => {
            let place = rng.usize(..map.len());
            map.values_mut().nth(place)
        }
        Value::Array(all) if deeper && !all.is_empty() => {
            let place = rng.usize(..all.len());
            all.get_mut(place)
        }
        _ => None,
    };
    match below {
        Some(below) => changed(below, rng),
        None => *update = rng.choice(words).unwrap(),
    }
}

#[test]
fn what_resembles_an_update_is_one_or_not_without_a_panic() {
    time_limit::start();
    let runs = std::env::var("PROPTEST_CASES").ok();
    let runs = runs.and_then(|runs| runs.parse().ok()).unwrap_or(20_000);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus/max_update");
    let files = std::fs::read_dir(folder).unwrap();
    let seeds: Vec<Vec<u8>> = files
        .map(|file| std::fs::read(file.unwrap().path()).unwrap())
        .collect();
    assert!(seeds.len() > 5);
    let mut rng = fastrand::Rng::with_seed(7);
    let mut parsed = 0;
    for _ in 0..runs {
        let seed = rng.choice(&seeds).unwrap();
        let mut json = seed.clone();
        if let Ok(mut update) = serde_json::from_slice(&json) {
            for _ in 0..rng.usize(1..8) {
                changed(&mut update, &mut rng);
            }
            json = update.to_string().into_bytes();
        }
        if rng.u8(..4) == 0 {
            json = torn(&json, &mut rng);
        }
        let updates = max::parse(&json, &TOKEN.into());
        let keys: BTreeSet<&str> = updates.iter().map(|update| &*update.key).collect();
        let shown = String::from_utf8_lossy(&json);
        assert_eq!(keys.len(), updates.len(), "{shown}");
        parsed += usize::from(!updates.is_empty());
    }
    assert!(parsed > runs / 20, "{parsed} of {runs} are updates");
}
