//! Invites and links for a new password, sent to employees by e-mail.

use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::accounts::employee_called;
use crate::fake_smtp::{Answer, FakeSmtp, Taken};
use crate::harness::{Log, PASSWORD, Shop, code};
use crate::pages::{Browser, goes_to};

const LETTER: &str = "letter { isWell trouble detail }";

/// Returns the settings of a mail server on a port of this machine.
fn mail(port: u16) -> String {
    format!(
        "[email]\nhost = '127.0.0.1'\nport = {port}\nsecurity = 'none'\nfrom = 'shop@example.com'\n[shop]\nname = 'Мастер'"
    )
}

/// Opens a shop with an owner that writes by a mail server.
async fn with_mail(port: u16) -> Shop {
    let shop = Shop::with_owner().await;
    shop.reopen_with(&mail(port), std::time::Duration::ZERO)
        .await
}

async fn owner(shop: &Shop) -> Browser<'_> {
    Browser::signed_in(shop, "owner@example.com").await
}

async fn invite(shop: &Shop, email: &str, to: &str) -> Value {
    let query = format!(
        r#"mutation {{ createInvite(email: "{email}", sendTo: "{to}") {{ token url {LETTER} }} }}"#
    );
    shop.ask(&query).await
}

/// Returns the path of the link in a letter, which is in its plain text and its page.
fn link(letter: &Taken, shop: &Shop) -> String {
    // Quoted-printable breaks long lines by "=" at their end, and writes "=" itself as "=3D".
    let wire = letter.wire.replace("=\r\n", "").replace("=3D", "=");
    let (_, rest) = wire
        .split_once(&format!("{}/", shop.url))
        .unwrap_or_else(|| panic!("{wire}"));
    let end = |c: char| !(c.is_ascii_alphanumeric() || "/-_".contains(c));
    let path = rest.split(end).next().unwrap();
    assert!(
        wire.contains(&format!("href=\"{}/{path}\"", shop.url)),
        "{wire}"
    );
    format!("/{path}")
}

/// Returns the value of a hidden field of a page.
fn hidden<'p>(page: &'p str, name: &str) -> &'p str {
    let (_, rest) = page
        .split_once(&format!("name=\"{name}\" value=\""))
        .unwrap_or_else(|| panic!("{name} {page}"));
    rest.split('"').next().unwrap()
}

/// Returns what the audit list has of letters: action, subject and address, oldest first.
async fn audited(shop: &Shop) -> Value {
    let answer = shop
        .ask("{ auditEvents { nodes { action subject to } } }")
        .await;
    let events = answer["data"]["auditEvents"]["nodes"].as_array().unwrap();
    let is_letter = |event: &&Value| event["action"].as_str().unwrap().ends_with("_LETTER");
    let letters = events.iter().rev().filter(is_letter);
    letters
        .map(|event| json!([event["action"], event["subject"], event["to"]]))
        .collect()
}

#[tokio::test]
async fn an_owner_sends_an_invite_from_the_page_that_shows_it_and_its_link_makes_an_account() {
    let fake = FakeSmtp::start().await;
    let shop = with_mail(fake.port()).await;
    let log = Log::start();
    let mut desk = owner(&shop).await;
    let form = [("email", "ivan@example.com")];
    let shown = desk
        .post("/staff/invite", &form)
        .await
        .text()
        .await
        .unwrap();
    assert!(shown.contains("Отправить письмом"), "{shown}");
    assert!(
        shown.contains("name=\"sendTo\"\n    value=\"ivan@example.com\""),
        "{shown}"
    );
    let token = hidden(&shown, "token").to_owned();
    let url = format!("{}/join/{token}", shop.url);

    let send = [("token", &*token), ("sendTo", "Ivan@Example.com")];
    let answer = desk.post("/staff/invites/send", &send).await;
    assert_eq!(answer.status(), 200);
    let sent = answer.text().await.unwrap();
    assert!(
        sent.contains("Почтовый сервер принял письмо для Ivan@Example.com"),
        "{sent}"
    );
    assert!(sent.contains(&url), "the link stays: {sent}");

    let letters = fake.letters_now();
    assert_eq!(letters.len(), 1);
    assert_eq!(letters[0].from, "shop@example.com");
    assert!(
        !letters[0].wire.contains("List-Unsubscribe"),
        "{}",
        letters[0].wire
    );
    assert_eq!(link(&letters[0], &shop), format!("/join/{token}"));

    let mut ivan = Browser::open(&shop);
    let path = link(&letters[0], &shop);
    assert!(ivan.page(&path).await.contains("ivan@example.com"));
    let form = [
        ("email", "ivan@example.com"),
        ("name", "Иван"),
        ("password1", PASSWORD),
        ("password2", PASSWORD),
    ];
    assert_eq!(goes_to(&ivan.post(&path, &form).await), "/today");

    // The link is used up, and nothing is sent any more.
    let answer = desk.post("/staff/invites/send", &send).await;
    assert_eq!(answer.status(), 422);
    assert!(
        answer
            .text()
            .await
            .unwrap()
            .contains("Приглашение не подходит")
    );
    assert_eq!(fake.letters_now().len(), 1);
    let expected = json!([["INVITE_LETTER", "ivan@example.com", "Ivan@Example.com"]]);
    assert_eq!(audited(&shop).await, expected);
    let audit = desk.page("/settings/audit").await;
    assert!(
        audit.contains("Приглашение отправлено письмом: ivan@example.com"),
        "{audit}"
    );
    for secret in [&*token, "van@", "xample.com"] {
        assert!(!log.text().contains(secret), "{secret} {}", log.text());
    }
    shop.close().await;
}

#[tokio::test]
async fn an_owner_sends_a_password_link_and_the_employee_sets_a_password_by_it() {
    let fake = FakeSmtp::start().await;
    let shop = with_mail(fake.port()).await;
    employee_called(&shop, "master@example.com").await;
    let mut desk = owner(&shop).await;
    let made = desk.post("/staff/2/password-link", &[]).await;
    let made = made.text().await.unwrap();
    let token = hidden(&made, "token").to_owned();
    let send = [("token", &*token), ("sendTo", "private@example.com")];
    let answer = desk.post("/staff/2/password-link/send", &send).await;
    assert_eq!(answer.status(), 200);
    let sent = answer.text().await.unwrap();
    assert!(
        sent.contains(&format!("{}/password/{token}", shop.url)),
        "{sent}"
    );

    // The same by the API, which replaces the link.
    let query = format!(
        r#"mutation {{ createPasswordLink(employeeId: 2, sendTo: "master@example.com") {{ url {LETTER} }} }}"#
    );
    let answer = shop.ask(&query).await;
    let payload = &answer["data"]["createPasswordLink"];
    let well = json!({"isWell": true, "trouble": null, "detail": null});
    assert_eq!(payload["letter"], well, "{answer}");
    let letters = fake.letters_now();
    let to: Vec<&str> = letters.iter().map(|letter| &*letter.to).collect();
    assert_eq!(to, ["private@example.com", "master@example.com"]);
    let path = link(&letters[1], &shop);
    assert_eq!(
        format!("{}{path}", shop.url),
        payload["url"].as_str().unwrap()
    );
    let old = desk.post("/staff/2/password-link/send", &send).await;
    assert_eq!(old.status(), 422);
    assert!(old.text().await.unwrap().contains("Ссылка не подходит"));

    let mut master = Browser::open(&shop);
    let new = "four other random words";
    let form = [("password1", new), ("password2", new)];
    assert_eq!(master.post(&path, &form).await.status(), 200);
    let expected = json!([
        [
            "PASSWORD_LETTER",
            "master@example.com",
            "private@example.com"
        ],
        [
            "PASSWORD_LETTER",
            "master@example.com",
            "master@example.com"
        ],
    ]);
    assert_eq!(audited(&shop).await, expected);
    shop.close().await;
}

#[tokio::test]
async fn a_letter_that_the_server_does_not_take_is_told_and_the_link_stays() {
    let fake = FakeSmtp::start().await;
    let shop = with_mail(fake.port()).await;
    let mut desk = owner(&shop).await;
    fake.then(Answer::Recipient(
        "550 5.1.1 <ivan@example.com>: user unknown",
    ));
    let answer = invite(&shop, "ivan@example.com", "ivan@example.com").await;
    let made = &answer["data"]["createInvite"];
    let refused =
        json!({"isWell": false, "trouble": "RECIPIENT", "detail": "550 5.1.1 … user unknown"});
    assert_eq!(made["letter"], refused, "{answer}");
    let token = made["token"].as_str().unwrap();
    let url = made["url"].as_str().unwrap();
    let send = [("token", token), ("sendTo", "ivan@example.com")];
    fake.then(Answer::Letter("451 4.3.0 Disk is full"));
    let page = desk.post("/staff/invites/send", &send).await;
    assert_eq!(page.status(), 200);
    let page = page.text().await.unwrap();
    for shown in ["письмо не ушло", "451 4.3.0 Disk is full", url] {
        assert!(page.contains(shown), "{shown} {page}");
    }
    // Sent again, it is the same letter.
    fake.then(Answer::CutAfterLetter);
    let page = desk.post("/staff/invites/send", &send).await;
    assert!(page.text().await.unwrap().contains("могло быть принято"));
    desk.post("/staff/invites/send", &send).await;
    let letters = fake.letters_now();
    assert_eq!(letters.len(), 2);
    let id = |letter: &Taken| {
        let line = letter
            .wire
            .lines()
            .find(|line| line.starts_with("Message-ID"));
        line.unwrap().to_owned()
    };
    assert_eq!(id(&letters[0]), id(&letters[1]));
    assert!(!letters[0].wire.contains(&format!("link-{token}")));

    // A server that is gone.
    let port = {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        listener.local_addr().unwrap().port()
    };
    let shop = shop
        .reopen_with(&mail(port), std::time::Duration::ZERO)
        .await;
    let answer = invite(&shop, "anna@example.com", "anna@example.com").await;
    let made = &answer["data"]["createInvite"];
    assert_eq!(made["letter"]["trouble"], "UNREACHABLE", "{answer}");
    assert!(made["token"].is_string(), "{answer}");
    shop.close().await;
}

#[tokio::test]
async fn without_e_mail_or_an_address_nothing_is_made_and_the_page_leads_to_the_settings() {
    let shop = Shop::with_owner().await;
    let mut desk = owner(&shop).await;
    let answer = invite(&shop, "ivan@example.com", "ivan@example.com").await;
    assert_eq!(code(&answer), "BAD_USER_INPUT", "{answer}");
    assert_eq!(
        answer["errors"][0]["extensions"]["field"], "sendTo",
        "{answer}"
    );
    let made = desk
        .post("/staff/invite", &[("email", "ivan@example.com")])
        .await;
    let made = made.text().await.unwrap();
    assert!(
        made.contains("href=\"/settings/channels\">Настроить почту"),
        "{made}"
    );
    assert!(!made.contains("name=\"sendTo\""), "{made}");

    let fake = FakeSmtp::start().await;
    let shop = shop
        .reopen_with(&mail(fake.port()), std::time::Duration::ZERO)
        .await;
    let mut desk = owner(&shop).await;
    for to in ["", "ivan", "a b@example.com"] {
        let answer = invite(&shop, "new@example.com", to).await;
        assert_eq!(code(&answer), "BAD_USER_INPUT", "{to} {answer}");
        assert_eq!(
            answer["errors"][0]["extensions"]["field"], "sendTo",
            "{answer}"
        );
        let query = format!(
            r#"mutation {{ createPasswordLink(employeeId: 1, sendTo: "{to}") {{ url }} }}"#
        );
        assert_eq!(code(&shop.ask(&query).await), "BAD_USER_INPUT", "{to}");
    }
    let open = shop.ask("{ invites { nodes { email } } }").await;
    let only = json!([{"email": "ivan@example.com"}]);
    assert_eq!(open["data"]["invites"]["nodes"], only, "{open}");

    let made = desk
        .post("/staff/invite", &[("email", "anna@example.com")])
        .await;
    let token = hidden(&made.text().await.unwrap(), "token").to_owned();
    let send = [("token", &*token), ("sendTo", "no address")];
    let refused = desk.post("/staff/invites/send", &send).await;
    assert_eq!(refused.status(), 422);
    let refused = refused.text().await.unwrap();
    for shown in ["sendTo-problem", "value=\"no address\"", &token] {
        assert!(refused.contains(shown), "{shown} {refused}");
    }
    let unknown = [("token", "none"), ("sendTo", "anna@example.com")];
    assert_eq!(
        desk.post("/staff/invites/send", &unknown).await.status(),
        422
    );
    assert!(fake.letters_now().is_empty());
    assert_eq!(audited(&shop).await, json!([]));
    shop.close().await;
}

#[tokio::test]
async fn only_an_owner_sends_letters_and_only_so_many() {
    let fake = FakeSmtp::start().await;
    let mut shop = with_mail(fake.port()).await;
    let employee = employee_called(&shop, "master@example.com").await;
    let made = invite(&shop, "ivan@example.com", "ivan@example.com").await;
    let token = made["data"]["createInvite"]["token"].as_str().unwrap();
    let send = [("token", token), ("sendTo", "ivan@example.com")];
    let mut other = Browser::open(&shop);
    other.cookie = format!("zayavka={employee}");
    let mut nobody = Browser::open(&shop);
    for path in ["/staff/invites/send", "/staff/2/password-link/send"] {
        assert_eq!(other.post(path, &send).await.status(), 403, "{path}");
        let answer = nobody.post(path, &send).await;
        assert!(goes_to(&answer).starts_with("/login"), "{path}");
    }
    let query =
        r#"mutation { createInvite(email: "a@example.com", sendTo: "a@example.com") { token } }"#;
    assert_eq!(code(&shop.ask_by(&employee, query).await), "FORBIDDEN");
    let owner = shop.token.take();
    assert_eq!(code(&shop.ask(query).await), "UNAUTHENTICATED");
    shop.token = owner;
    assert_eq!(fake.letters_now().len(), 1);

    // The tenth is the last one of a burst; a minute later there is one more.
    for _ in 0..9 {
        let mut desk = Browser::open(&shop);
        desk.cookie = format!("zayavka={}", shop.token.as_ref().unwrap());
        assert_eq!(desk.post("/staff/invites/send", &send).await.status(), 200);
    }
    let answer = invite(&shop, "late@example.com", "late@example.com").await;
    assert_eq!(code(&answer), "RATE_LIMITED", "{answer}");
    let mut desk = Browser::open(&shop);
    desk.cookie = format!("zayavka={}", shop.token.as_ref().unwrap());
    let refused = desk.post("/staff/invites/send", &send).await;
    assert_eq!(refused.status(), 422);
    assert!(
        refused.text().await.unwrap().contains(token),
        "the link stays"
    );
    assert_eq!(fake.letters_now().len(), 10);
    shop.clock.advance(std::time::Duration::from_secs(60));
    assert_eq!(desk.post("/staff/invites/send", &send).await.status(), 200);
    assert_eq!(fake.letters_now().len(), 11);
    shop.close().await;
}
