//! E-mail by SMTP, against a fake mail server.

use std::time::Duration;

use secrecy::SecretString;
use tokio::net::TcpListener;
use zayavka::channels::Failure;
use zayavka::channels::Letter;
use zayavka::channels::email::Mailer;
use zayavka::domain::{ChannelTrouble, Email, MailAccount, MailSecurity, MailServer};

use crate::fake_smtp::{Answer, FakeSmtp};
use crate::harness::{Log, Shop};
use crate::pages::Browser;

/// Longer than any answer of a fake that answers.
const PATIENT: Duration = Duration::from_secs(30);
const PASSWORD: &str = "very-secret-password";
const LOGIN: (&str, &str) = ("shop@example.com", PASSWORD);

fn account(port: u16) -> MailAccount {
    MailAccount {
        server: MailServer {
            host: "127.0.0.1".to_owned(),
            port,
            security: MailSecurity::None,
            user: None,
            from: Email::parse("from", "shop@example.com").unwrap(),
        },
        password: None,
        name: "Мастерская".to_owned(),
    }
}

fn signed_in(port: u16, password: &str) -> MailAccount {
    let mut account = account(port);
    account.server.user = Some(LOGIN.0.to_owned());
    account.password = Some(SecretString::from(password.to_owned()));
    account
}

fn letter() -> Letter {
    Letter {
        id: "17-abc".to_owned(),
        to: Email::parse("email", "anna@example.com").unwrap(),
        subject: "iPhone 12 готов".to_owned(),
        text: "iPhone 12 готов (№ 3).\n.\nК оплате 3 500 ₽.".to_owned(),
        link: Some((
            "https://desk.example.com/s/a".to_owned(),
            "Открыть".to_owned(),
        )),
        unsubscribe: Some((
            "https://desk.example.com/u/b".to_owned(),
            "Не писать".to_owned(),
        )),
    }
}

/// Returns whether the letter may have been taken; panics for a failure that ends the attempts.
fn maybe_done(failure: &Failure) -> bool {
    match failure {
        Failure::Retry { maybe_done, .. } => *maybe_done,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn letters_share_connections_and_a_repeated_one_has_the_same_id() {
    crate::time_limit::start();
    let fake = FakeSmtp::start_with(Some(LOGIN)).await;
    let mailer = Mailer::new(&signed_in(fake.port(), PASSWORD), PATIENT).unwrap();
    for _ in 0..5 {
        mailer.send(&letter()).await.unwrap();
    }
    let taken = fake.letters_now();
    assert_eq!(taken.len(), 5);
    // A connection comes back to the pool shortly after its letter, so the second letter may open another one.
    assert!(fake.connections() <= 2, "{}", fake.connections());
    // It signs in anew.
    mailer.check().await.unwrap();
    assert_eq!(fake.letters_now().len(), 5);
    for one in &taken {
        assert_eq!(
            (&*one.from, &*one.to),
            ("shop@example.com", "anna@example.com")
        );
        assert!(
            one.wire.contains("Message-ID: <17-abc@example.com>\r\n"),
            "{}",
            one.wire
        );
        assert!(
            one.wire
                .contains("List-Unsubscribe: <https://desk.example.com/u/b>\r\n"),
            "{}",
            one.wire
        );
    }
}

#[tokio::test]
async fn what_a_server_says_decides_what_is_done_next() {
    crate::time_limit::start();
    let fake = FakeSmtp::start().await;
    let mailer = Mailer::new(&account(fake.port()), PATIENT).unwrap();
    let log = Log::start();

    fake.then(Answer::Recipient(
        "550 5.1.1 <anna@example.com>: user unknown",
    ));
    let failure = mailer.send(&letter()).await.unwrap_err();
    assert_eq!(
        failure,
        Failure::Blocked("550 5.1.1 … user unknown".to_owned())
    );

    fake.then(Answer::Recipient("450 4.7.1 Greylisted, come again"));
    let failure = mailer.send(&letter()).await.unwrap_err();
    assert!(!maybe_done(&failure));

    fake.then(Answer::Letter("554 5.7.1 Looks like spam"));
    let failure = mailer.send(&letter()).await.unwrap_err();
    assert!(matches!(failure, Failure::Refused(_)), "{failure:?}");

    fake.then(Answer::Letter("451 4.3.0 Disk is full"));
    let failure = mailer.send(&letter()).await.unwrap_err();
    assert!(!maybe_done(&failure));

    // The server has it, and nobody was told.
    fake.then(Answer::CutAfterLetter);
    let failure = mailer.send(&letter()).await.unwrap_err();
    assert!(maybe_done(&failure));
    assert_eq!(fake.letters_now().len(), 1);

    // It can't be told from the case before.
    fake.then(Answer::CutBeforeLetter);
    let failure = mailer.send(&letter()).await.unwrap_err();
    assert!(maybe_done(&failure));

    // And the next one goes over a new connection.
    mailer.send(&letter()).await.unwrap();
    assert_eq!(fake.letters_now().len(), 2);
    for secret in ["anna@example.com", "iPhone"] {
        assert!(!log.text().contains(secret), "{}", log.text());
    }
}

#[tokio::test]
async fn a_server_that_is_silent_may_have_taken_the_letter_and_one_that_is_gone_has_not() {
    crate::time_limit::start();
    let fake = FakeSmtp::start().await;
    let mailer = Mailer::new(&account(fake.port()), Duration::from_millis(500)).unwrap();
    fake.then(Answer::Silence);
    assert!(maybe_done(&mailer.send(&letter()).await.unwrap_err()));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let gone = Mailer::new(&account(port), PATIENT).unwrap();
    let failure = gone.send(&letter()).await.unwrap_err();
    assert!(!maybe_done(&failure), "{failure:?}");
}

#[tokio::test]
async fn a_wrong_password_pauses_and_a_server_without_encryption_gets_none() {
    crate::time_limit::start();
    let fake = FakeSmtp::start_with(Some(LOGIN)).await;
    let log = Log::start();
    let mailer = Mailer::new(&signed_in(fake.port(), "wrong"), PATIENT).unwrap();
    let refusal = mailer.check().await.unwrap_err();
    assert_eq!(refusal.fault.trouble, ChannelTrouble::Credentials);
    let failure = mailer.send(&letter()).await.unwrap_err();
    assert!(
        !maybe_done(&failure) && failure.after().is_some(),
        "{failure:?}"
    );

    for security in [MailSecurity::StartTls, MailSecurity::Tls] {
        let mut account = signed_in(fake.port(), PASSWORD);
        account.server.security = security;
        let mailer = Mailer::new(&account, Duration::from_secs(2)).unwrap();
        let refusal = mailer.attempt(&letter()).await.unwrap_err();
        let trouble = refusal.fault.trouble;
        assert_ne!(trouble, ChannelTrouble::Unclear, "{security:?} {refusal:?}");
        assert!(fake.letters_now().is_empty(), "{security:?}");
    }
    assert!(!log.text().contains(PASSWORD));
}

/// Reads the unsubscribe link of a card by the same way as a letter gets it.
pub async fn stop_link(shop: &Shop, email: &str) -> String {
    use zayavka::app::email_stops::stop_url;
    use zayavka::app::security::link_key::LinkKey;
    let key: Vec<u8> = shop
        .database()
        .query_row(
            "SELECT value FROM secrets WHERE name = 'status_links'",
            [],
            |row| row.get(0),
        )
        .unwrap();
    let key = LinkKey::new(&key).unwrap();
    stop_url(&key, "", &Email::parse("email", email).unwrap())
}

#[tokio::test]
async fn a_person_asks_for_no_more_e_mail_and_staff_see_it_and_undo_it() {
    let shop = Shop::with_owner().await;
    let made = shop
        .ask(r#"mutation { createCustomer(customerData: {phone: "+79000000001", email: "anna@example.com"}) { customer { id } } }"#)
        .await;
    assert!(made["errors"].is_null(), "{made}");
    let path = stop_link(&shop, "Anna@Example.com").await;
    assert!(path.starts_with("/u/"), "{path}");
    let staff = Browser::signed_in(&shop, "owner@example.com").await;
    let card = "/customers/1";
    assert!(!staff.page(card).await.contains("попросил не писать"));

    // To look at the link changes nothing, and nobody has to sign in.
    let stranger = Browser::open(&shop);
    assert!(stranger.page(&path).await.contains("Больше не присылать"));
    assert!(!staff.page(card).await.contains("попросил не писать"));

    // A mail program posts without an origin and a cookie (RFC 8058).
    let post = |path: &str| {
        let request = reqwest::Client::new().post(format!("{}{path}", shop.url));
        request
            .header("content-type", "application/x-www-form-urlencoded")
            .body("List-Unsubscribe=One-Click")
            .send()
    };
    assert_eq!(post(&path).await.unwrap().status(), 200);
    assert_eq!(post(&path).await.unwrap().status(), 200);
    assert!(staff.page(card).await.contains("попросил не писать"));
    assert!(
        stranger
            .page(&path)
            .await
            .contains("писем на этот адрес больше не будет")
    );
    assert!(!shop.dump().contains("попросил"));

    // A link that isn't ours changes nothing, and no other page takes a post from elsewhere.
    assert_eq!(post("/u/AAAA").await.unwrap().status(), 404);
    assert_eq!(
        post("/customers/1/resume-email").await.unwrap().status(),
        403
    );

    let mut staff = staff;
    let answer = staff.post("/customers/1/resume-email", &[]).await;
    assert_eq!(answer.status(), 303);
    assert!(!staff.page(card).await.contains("попросил не писать"));
    shop.close().await;
}
