//! Accounts: registration, sign-in, permissions and deactivation.

use std::time::Duration;

use serde_json::{Value, json};

use futures_util::poll;
use pbkdf2::password_hash::PasswordHasher;
use pbkdf2::phc::PasswordHash;
use pbkdf2::{Algorithm, Params, Pbkdf2};
use reqwest::Method;
use zayavka::app::security::passwords::{Lane, Passwords, ROOM, Verdict};
use zayavka::domain::{EmployeeId, Error, PASSWORD_ITERATIONS};

use crate::harness::{PASSWORD, Shop, code};

fn errors(answer: &Value, operation: &str, field: &str) -> String {
    let payload = &answer["data"][operation];
    assert_eq!(payload["success"], false, "{answer}");
    payload["errors"][field][0]["code"]
        .as_str()
        .unwrap_or_default()
        .to_owned()
}

async fn invite(shop: &Shop, email: &str) -> String {
    let query =
        format!(r#"mutation {{ createInvite(email: "{email}") {{ token url expiresTime }} }}"#);
    let answer = shop.ask(&query).await;
    let invite = &answer["data"]["createInvite"];
    let token = invite["token"].as_str().unwrap().to_owned();
    assert!(
        invite["url"]
            .as_str()
            .unwrap()
            .ends_with(&format!("/join/{token}"))
    );
    token
}

async fn join(shop: &Shop, email: &str, token: &str) -> Value {
    let query = format!(
        r#"mutation {{ register(email: "{email}", password1: "{PASSWORD}", password2: "{PASSWORD}",
            invite: "{token}") {{ success errors token refreshToken }} }}"#
    );
    shop.ask(&query).await
}

/// Invites a second employee and returns their token.
pub async fn employee(shop: &Shop) -> String {
    employee_called(shop, "second@example.com").await
}

/// Invites an employee with this e-mail and returns their token.
pub async fn employee_called(shop: &Shop, email: &str) -> String {
    let token = invite(shop, email).await;
    let joined = join(shop, email, &token).await;
    joined["data"]["register"]["token"]
        .as_str()
        .unwrap()
        .to_owned()
}

#[tokio::test]
async fn flaw_01_a_stranger_gets_no_account_and_an_employee_is_no_owner() {
    let mut shop = Shop::with_owner().await;
    let stranger = shop.register("stranger@example.com").await;
    assert_eq!(
        errors(&stranger, "register", "nonFieldErrors"),
        "invite_needed"
    );
    let known = shop.register("owner@example.com").await;
    assert_eq!(
        known, stranger,
        "a stranger learns whether an e-mail has an account"
    );
    let owner = shop.token.clone();
    shop.token = Some(employee(&shop).await);
    for query in [
        r#"mutation { createInvite(email: "a@example.com") { token } }"#,
        "{ invites { totalCount } }",
        "mutation { withdrawInvite(id: 1) { id } }",
        "mutation { deactivateEmployee(id: 1) { user { id } } }",
        "mutation { setRole(id: 2, role: OWNER) { user { id } } }",
        r#"mutation { eraseCustomer(phone: "+79000000001") { phone } }"#,
        "{ settings { key value } }",
        "{ backupState { isLate } }",
        "mutation { makeBackup { backupState { isLate } } }",
        "{ auditEvents { totalCount } }",
        "{ bot { username } }",
        r#"mutation { connectBot(token: "1:x") { bot { username } } }"#,
        "{ channels { sms { isReady } } }",
        r#"mutation { setChannelSecret(channel: SMS, secret: "x") { channels { sms { isReady } } } }"#,
        "mutation { checkChannel(channel: SMS) { attempt { isWell } } }",
        "mutation { sendTestMessage(channel: EMAIL) { attempt { isWell } } }",
        "mutation { disconnectBot { bot { username } } }",
        "mutation { checkBot { bot { username } } }",
        "{ maxBot { username } }",
        r#"mutation { connectMaxBot(token: "x") { maxBot { username } } }"#,
        "mutation { disconnectMaxBot { maxBot { username } } }",
        "mutation { checkMaxBot { maxBot { username } } }",
        r#"mutation { updateSettings(settings: [{key: SHOP_NAME, value: "x"}]) { settings { key } } }"#,
        "{ messageTexts { text } }",
        r#"{ messageTextPreview(messageText: {purpose: REMINDER, language: RUSSIAN, form: FULL, text: "x"}) }"#,
        r#"mutation { setMessageText(messageText: {purpose: REMINDER, language: RUSSIAN, form: FULL, text: "x"}) { messageText { text } } }"#,
        "mutation { resetMessageText(messageText: {purpose: REMINDER, language: RUSSIAN, form: FULL}) { messageText { text } } }",
        r#"mutation { createStage(stageData: {status: READY, name: "x"}) { stage { id } } }"#,
        r#"mutation { updateStage(stageData: {id: 1, name: "x"}) { stage { id } } }"#,
        "mutation { deleteStage(id: 4, replacementId: 8) { id } }",
    ] {
        assert_eq!(code(&shop.ask(query).await), "FORBIDDEN", "{query}");
    }
    shop.token = owner;
    let roles = shop.ask("{ employees { email role active } }").await;
    assert_eq!(
        roles["data"]["employees"],
        json!([
            {"email": "owner@example.com", "role": "OWNER", "active": true},
            {"email": "second@example.com", "role": "EMPLOYEE", "active": true},
        ])
    );
    shop.close().await;
}

#[tokio::test]
async fn an_employee_does_everything_that_is_not_the_owners() {
    let mut shop = Shop::with_owner().await;
    shop.token = Some(employee(&shop).await);
    for query in [
        "{ me { email role } }",
        "{ employees { id } }",
        r#"mutation { createCustomer(customerData: {phone: "+79000000001", telegramId: "5"}) { customer { id } } }"#,
        r#"mutation { updateCustomer(customerData: {phone: "+79000000001", name: "Анна"}) { customer { name } } }"#,
        "{ allCustomers { id } }",
        "{ customers { totalCount } }",
        "{ customerById(id: 1) { id } }",
        "mutation { confirmTelegram(customerId: 1) { customer { telegramVerified } } }",
        "mutation { confirmAccount(customerId: 1, messenger: TELEGRAM) { customer { telegramVerified } } }",
        "mutation { unlinkAccount(customerId: 1, messenger: MAX) { customer { maxId } } }",
        "mutation { unlinkTelegram(customerId: 1) { customer { telegramId } } }",
        r#"mutation { createTask(taskData: {customerPhone: "+79000000001"}) { task { id } } }"#,
        "mutation { updateTask(taskData: {id: 1, status: READY}) { task { id } } }",
        "{ stages { id name } }",
        "mutation { updateTask(taskData: {id: 1, stageId: 5}) { task { stage { name } } } }",
        "mutation { assignTask(id: 1, employeeId: 1) { task { employee { email } } } }",
        "mutation { renewStatusLink(taskId: 1) { task { statusUrl } } }",
        r#"mutation { setTaskCustomer(taskId: 1, customerPhone: "+79000000002") { task { statusUrl } } }"#,
        "{ allTasks { id statusUrl } }",
        "{ tasks { totalCount } }",
        "{ taskById(id: 1) { history { kind employee { email } } } }",
        "{ undelivered { id } }",
        "mutation { deleteTask(id: 1) { id } }",
        r#"mutation { deleteCustomer(phone: "+79000000001") { phone } }"#,
        r#"mutation { updateUser(email: "new@example.com") { user { email } } }"#,
        "mutation { logoutEverywhere { success } }",
    ] {
        let answer = shop.ask(query).await;
        assert!(answer["errors"].is_null(), "{query} {answer}");
    }
    assert_eq!(code(&shop.ask("{ me { id } }").await), "UNAUTHENTICATED");
    shop.close().await;
}

#[tokio::test]
async fn an_invite_works_once_in_time_and_for_its_email() {
    let shop = Shop::with_owner().await;
    let token = invite(&shop, "new@example.com").await;
    for (email, token) in [
        ("other@example.com", &*token),
        ("new@example.com", "made-up"),
    ] {
        assert_eq!(
            errors(&join(&shop, email, token).await, "register", "invite"),
            "invalid_invite"
        );
    }
    let joined = join(&shop, "New@Example.com", &token).await;
    assert_eq!(joined["data"]["register"]["success"], true, "{joined}");
    assert_eq!(joined["data"]["register"]["refreshToken"], Value::Null);
    let again = join(&shop, "new@example.com", &token).await;
    assert_eq!(errors(&again, "register", "invite"), "invalid_invite");
    let late = invite(&shop, "late@example.com").await;
    shop.clock.advance(Duration::from_secs(73 * 60 * 60));
    let late = join(&shop, "late@example.com", &late).await;
    assert_eq!(errors(&late, "register", "invite"), "invalid_invite");
    let taken = r#"mutation { createInvite(email: "owner@example.com") { token } }"#;
    assert_eq!(code(&shop.ask(taken).await), "CONFLICT");
    shop.close().await;
}

#[tokio::test]
async fn flaw_02_the_token_names_the_account_and_not_the_email() {
    let mut shop = Shop::with_owner().await;
    let renamed = shop
        .ask(r#"mutation { updateUser(email: "new@example.com") { user { email } } }"#)
        .await;
    assert_eq!(
        renamed["data"]["updateUser"]["user"]["email"],
        "new@example.com"
    );
    let old = shop.token.clone();
    let token = invite(&shop, "owner@example.com").await;
    let heir = join(&shop, "owner@example.com", &token).await;
    assert_eq!(heir["data"]["register"]["success"], true, "{heir}");
    shop.token = old;
    let me = shop.ask("{ me { email } }").await;
    assert_eq!(me["data"]["me"]["email"], "new@example.com", "{me}");
    shop.close().await;
}

#[tokio::test]
async fn flaw_03_a_new_password_and_logging_out_everywhere_end_every_token() {
    let mut shop = Shop::with_owner().await;
    let first = shop.token.clone();
    let second = shop.login("owner@example.com").await;
    let change = |old: &str, new: &str, again: &str| {
        format!(
            r#"mutation {{ changePassword(oldPassword: "{old}", newPassword1: "{new}", newPassword2: "{again}") {{ success errors token }} }}"#
        )
    };
    let new = "wholly different words";
    for (query, field, expected) in [
        (
            change("wrong-wrong", new, new),
            "oldPassword",
            "invalid_password",
        ),
        (
            change(PASSWORD, "short", "short"),
            "newPassword1",
            "password_too_short",
        ),
        (
            change(PASSWORD, "password1", "password1"),
            "newPassword1",
            "password_too_common",
        ),
        (
            change(PASSWORD, new, "other"),
            "newPassword2",
            "password_mismatch",
        ),
    ] {
        assert_eq!(
            errors(&shop.ask(&query).await, "changePassword", field),
            expected
        );
    }
    let changed = shop.ask(&change(PASSWORD, new, new)).await;
    let fresh = changed["data"]["changePassword"]["token"]
        .as_str()
        .map(str::to_owned);
    assert!(fresh.is_some(), "{changed}");
    for dead in [first, second] {
        shop.token = dead;
        assert_eq!(code(&shop.ask("{ me { id } }").await), "UNAUTHENTICATED");
    }
    assert_eq!(shop.login("owner@example.com").await, None);
    shop.token = fresh;
    shop.ask("mutation { logoutEverywhere { success } }").await;
    assert_eq!(code(&shop.ask("{ me { id } }").await), "UNAUTHENTICATED");
    shop.close().await;
}

#[tokio::test]
async fn flaw_04_an_unknown_account_costs_a_hash_and_gets_the_same_answer() {
    let shop = Shop::with_owner().await;
    let login = |email: &str| {
        format!(
            r#"mutation {{ login(email: "{email}", password: "wrong-wrong") {{ success errors token user {{ id }} }} }}"#
        )
    };
    let known = shop.ask(&login("owner@example.com")).await;
    let unknown = shop.ask(&login("nobody@example.com")).await;
    let malformed = shop.ask(&login("nobody")).await;
    assert_eq!(
        errors(&known, "login", "nonFieldErrors"),
        "invalid_credentials"
    );
    assert_eq!((&known, &known), (&unknown, &malformed));
    shop.close().await;
}

#[tokio::test]
async fn flaw_05_attempts_are_limited_per_account_whatever_the_answer() {
    let shop = Shop::with_owner().await;
    let login = |email: &str| {
        format!(
            r#"mutation {{ login(email: "{email}", password: "wrong-wrong") {{ success errors }} }}"#
        )
    };
    for email in ["owner@example.com", "nobody@example.com"] {
        for _ in 0..10 {
            let answer = shop.ask(&login(email)).await;
            assert_eq!(
                errors(&answer, "login", "nonFieldErrors"),
                "invalid_credentials"
            );
        }
        let limited = shop.ask(&login(email)).await;
        assert_eq!(code(&limited), "RATE_LIMITED", "{limited}");
        let wait = limited["errors"][0]["extensions"]["retryAfter"]
            .as_u64()
            .unwrap();
        shop.clock.advance(Duration::from_secs(wait));
        assert!(shop.ask(&login(email)).await["errors"].is_null());
        shop.clock.advance(Duration::from_secs(3600));
    }
    for number in 0..30 {
        shop.ask(&login(&format!("n{number}@example.com"))).await;
    }
    assert_eq!(
        code(&shop.ask(&login("n31@example.com")).await),
        "RATE_LIMITED"
    );
    shop.close().await;
}

#[tokio::test]
async fn flaw_06_emails_are_checked_and_differ_not_by_case() {
    let shop = Shop::with_owner().await;
    let token = invite(&shop, "b@example.com").await;
    let update = |email: &str| {
        format!(r#"mutation {{ updateUser(email: "{email}") {{ user {{ email }} }} }}"#)
    };
    for email in [
        "not an email",
        "",
        "a@b",
        "@example.com",
        "a@example.com\\u0000",
        "а б@пример.рф",
        "а@рф",
        "а@при мер.рф",
        "а@-пример.рф",
        "@пример.рф",
    ] {
        let answer = shop.ask(&update(email)).await;
        assert_eq!(code(&answer), "BAD_USER_INPUT", "{email} {answer}");
        assert_eq!(answer["errors"][0]["extensions"]["field"], "email");
    }
    // Invisible characters are removed before validation.
    let seen = shop.ask(&update("owner\\u202e@example.com")).await;
    assert_eq!(
        seen["data"]["updateUser"]["user"]["email"],
        "owner@example.com"
    );
    join(&shop, "b@example.com", &token).await;
    let taken = shop.ask(&update("B@EXAMPLE.COM")).await;
    assert_eq!(code(&taken), "CONFLICT", "{taken}");
    let same = shop.ask(&update("OWNER@example.com")).await;
    assert_eq!(
        same["data"]["updateUser"]["user"]["email"], "OWNER@example.com",
        "{same}"
    );
    assert!(shop.login("owner@EXAMPLE.com").await.is_some());
    shop.close().await;
}

#[tokio::test]
async fn everything_that_is_wrong_with_a_registration_is_said_at_once() {
    let shop = Shop::open().await;
    let answer = shop
        .ask(r#"mutation { register(email: "nobody", password1: "short", password2: "other") { success errors token } }"#)
        .await;
    assert_eq!(errors(&answer, "register", "email"), "invalid");
    assert_eq!(
        errors(&answer, "register", "password1"),
        "password_too_short"
    );
    let long = "long words ".repeat(20);
    let answer = shop
        .ask(&format!(r#"mutation {{ register(email: "a@example.com", password1: "{long}", password2: "{long}") {{ success errors }} }}"#))
        .await;
    assert_eq!(
        errors(&answer, "register", "password1"),
        "password_too_long"
    );
    let answer = shop
        .ask(&format!(r#"mutation {{ register(email: "a@example.com", password1: "{PASSWORD}", password2: "{PASSWORD}.") {{ success errors }} }}"#))
        .await;
    assert_eq!(
        errors(&answer, "register", "password2"),
        "password_mismatch"
    );
    let early = shop
        .ask(r#"mutation { login(email: "a@example.com", password: "b") { success errors } }"#)
        .await;
    assert_eq!(errors(&early, "login", "nonFieldErrors"), "no_account_yet");
    shop.close().await;
}

#[tokio::test]
async fn the_last_owner_stays_and_the_deactivated_are_out_until_invited_again() {
    let mut shop = Shop::with_owner().await;
    let second = employee(&shop).await;
    for query in [
        "mutation { deactivateEmployee(id: 1) { user { id } } }",
        "mutation { setRole(id: 1, role: EMPLOYEE) { user { id } } }",
    ] {
        assert_eq!(code(&shop.ask(query).await), "CONFLICT", "{query}");
    }
    for query in [
        "mutation { deactivateEmployee(id: 9) { user { id } } }",
        "mutation { setRole(id: 9, role: OWNER) { user { id } } }",
    ] {
        assert_eq!(code(&shop.ask(query).await), "NOT_FOUND", "{query}");
    }
    shop.ask("mutation { deactivateEmployee(id: 2) { user { active } } }")
        .await;
    let owner = shop.token.replace(second);
    assert_eq!(code(&shop.ask("{ me { id } }").await), "UNAUTHENTICATED");
    assert_eq!(shop.login("second@example.com").await, None);
    shop.token = owner;
    shop.ask(
        r#"mutation { createTask(taskData: {customerPhone: "+79000000001"}) { task { id } } }"#,
    )
    .await;
    let assigned = shop
        .ask("mutation { assignTask(id: 1, employeeId: 2) { task { id } } }")
        .await;
    assert_eq!(code(&assigned), "BAD_USER_INPUT", "{assigned}");
    employee(&shop).await;
    let back = shop.ask("{ employees { id active } }").await;
    assert_eq!(
        back["data"]["employees"][1],
        json!({"id": "2", "active": true}),
        "{back}"
    );
    let promoted = shop
        .ask("mutation { setRole(id: 2, role: OWNER) { user { role } } }")
        .await;
    assert_eq!(
        promoted["data"]["setRole"]["user"]["role"], "OWNER",
        "{promoted}"
    );
    let resigned = shop
        .ask("mutation { setRole(id: 1, role: EMPLOYEE) { user { role } } }")
        .await;
    assert_eq!(
        resigned["data"]["setRole"]["user"]["role"], "EMPLOYEE",
        "{resigned}"
    );
    shop.close().await;
}

#[tokio::test]
async fn false_and_foreign_tokens_are_nobodys() {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;

    let mut shop = Shop::with_owner().await;
    // A shop with another key.
    let elsewhere = Shop::open().await;
    let other = elsewhere.register("owner@example.com").await;
    let foreign = other["data"]["register"]["token"].as_str().unwrap();
    let good = shop.token.clone().unwrap();
    let parts: Vec<&str> = good.split('.').collect();
    let none = BASE64.encode(r#"{"alg":"none","typ":"JWT"}"#);
    let claims = String::from_utf8(BASE64.decode(parts[1]).unwrap()).unwrap();
    let forged = BASE64.encode(claims.replace("\"sub\":\"1\"", "\"sub\":\"2\""));
    let tokens = [
        format!("{none}.{}.", parts[1]),
        format!("{none}.{}.{}", parts[1], parts[2]),
        format!("{}.{forged}.{}", parts[0], parts[2]),
        format!("{}.{}.", parts[0], parts[1]),
        foreign.to_owned(),
        "nonsense".to_owned(),
        String::new(),
    ];
    for token in tokens {
        shop.token = Some(token.clone());
        assert_eq!(
            code(&shop.ask("{ me { id } }").await),
            "UNAUTHENTICATED",
            "{token}"
        );
    }
    shop.token = Some(good);
    assert!(shop.ask("{ me { id } }").await["errors"].is_null());
    shop.clock
        .advance(Duration::from_secs(10 * 24 * 60 * 60 + 1));
    assert_eq!(code(&shop.ask("{ me { id } }").await), "UNAUTHENTICATED");
    shop.close().await;
    elsewhere.close().await;
}

#[tokio::test]
async fn tokens_outlive_a_restart_because_the_key_is_kept() {
    let shop = Shop::with_owner().await.reopen().await;
    assert!(shop.ask("{ me { id } }").await["errors"].is_null());
    shop.close().await;
}

#[tokio::test]
async fn only_so_many_passwords_are_looked_at_at_once() {
    let shop = Shop::with_owner().await;
    let logins = (0..30).map(|number| {
        format!(r#"mutation {{ login(email: "n{number}@example.com", password: "wrong-wrong") {{ success }} }}"#)
    });
    let asked = logins.map(|query| {
        let shop = &shop;
        async move { shop.ask(&query).await }
    });
    // One registration and 29 logins are within the limit of an address; the queue has 16 places.
    let answers = futures_util::future::join_all(asked).await;
    let limited = answers
        .iter()
        .filter(|answer| code(answer) == "RATE_LIMITED")
        .count();
    assert!(limited >= 10, "{limited} of {}", answers.len());
    assert!(
        answers
            .iter()
            .any(|answer| answer["data"]["login"]["success"] == false)
    );
    shop.clock.advance(Duration::from_secs(3600));
    assert!(shop.login("owner@example.com").await.is_some());
    shop.close().await;
}

#[tokio::test]
async fn on_a_real_domain_the_first_account_needs_the_link_of_the_start() {
    let shop = Shop::open_with("public_url = 'https://desk.example.com'", "").await;
    let hint = shop.hint.clone().unwrap();
    let (_, token) = hint.split_once("https://desk.example.com/join/").unwrap();
    let stranger = shop.register("stranger@example.com").await;
    let refused = errors(&stranger, "register", "nonFieldErrors");
    assert_eq!(refused, "first_account_elsewhere");
    let owner = join(&shop, "owner@example.com", token).await;
    assert_eq!(owner["data"]["register"]["success"], true, "{owner}");
    let again = join(&shop, "second@example.com", token).await;
    assert_eq!(errors(&again, "register", "invite"), "invalid_invite");
    let shop = shop.reopen().await;
    assert_eq!(shop.hint, None);
    shop.close().await;
}

#[tokio::test]
async fn registration_can_be_open_or_closed() {
    let shop = Shop::open_with("[auth]\nregistration = 'open'", "").await;
    for email in ["owner@example.com", "second@example.com"] {
        assert_eq!(
            shop.register(email).await["data"]["register"]["success"],
            true
        );
    }
    let taken = shop.register("Owner@example.com").await;
    assert_eq!(errors(&taken, "register", "email"), "unique");
    shop.close().await;
    let shop = Shop::open_with("[auth]\nregistration = 'closed'", "").await;
    let owner = shop.register("owner@example.com").await;
    assert_eq!(owner["data"]["register"]["success"], true, "{owner}");
    let second = shop.register("second@example.com").await;
    assert_eq!(
        errors(&second, "register", "nonFieldErrors"),
        "registration_closed"
    );
    shop.close().await;
}

/// Returns the error code of a password for that account.
async fn wrong_with(shop: &Shop, email: &str, password: &str) -> Value {
    let query = "mutation ($email: String!, $password: String!) {
        register(email: $email, password1: $password, password2: \"another\") { errors } }";
    let variables = json!({"email": email, "password": password});
    let answer = shop.ask_with(query, variables).await;
    // The attempt creates no account in any case.
    shop.clock.advance(Duration::from_secs(60));
    answer["data"]["register"]["errors"]["password1"][0]["code"].clone()
}

#[tokio::test]
async fn passwords_that_a_russian_speaker_guesses_first_are_refused() {
    let shop = Shop::open_with("[shop]\nname = 'Мастерская «Ремонтник»'", "").await;
    let email = "anna.karenina@pochta-vronskogo.ru";
    for password in [
        // Words with common suffixes.
        "пароль123",
        "Пароль2024",
        "ПАРОЛЬ12",
        "привет123",
        "Любовь2023",
        "солнышко1",
        "наташа1990",
        "спартак1",
        "зая_зая_1",
        "мастерская1",
        "ремонт2024",
        // The same transliterated, or typed on the other layout.
        "parol123",
        "Privet2024",
        "solnyshko1",
        "gfhjkm123",
        "ghbdtn123",
        // Keyboard rows.
        "йцукен12345",
        "йцукенгшщ",
        "фывапролдж",
        "ячсмитьбю",
        "ЙЦУКЕН123",
        "йцукйцук",
        "абвгдежз",
        "qwertyuiop",
        // Reversed.
        "ьлорап123",
        // Known facts about this shop and account.
        "ремонтник1",
        "РЕМОНТНИК2024",
        "remontnik24",
        "htvjynybr",
        "anna.karenina",
        "karenina1",
        "анна.каренина",
        "pochta-vronskogo",
        "pochta-vronskogo.ru",
        "anna.karenina@pochta-vronskogo.ru",
    ] {
        let wrong = wrong_with(&shop, email, password).await;
        assert_eq!(wrong, "password_too_common", "{password}");
    }
    // Four words are enough in any language, and so is an unheard-of word.
    for password in [
        "лошадь батарея скрепка верно",
        "скрипучийэскалаторнапролёт",
        "мхъштлщбн",
    ] {
        let wrong = wrong_with(&shop, email, password).await;
        assert_eq!(wrong, Value::Null, "{password}");
    }
    shop.close().await;
}

/// The same password from two keyboards: й as one character, and as и with a breve.
const COMPOSED: &str = "тайный йод вкусней";
const DECOMPOSED: &str = "тайныи\u{306} и\u{306}од вкуснеи\u{306}";

async fn sign_in(shop: &Shop, password: &str) -> bool {
    let query = "mutation ($password: String!) {
        login(email: \"owner@example.com\", password: $password) { success } }";
    let answer = shop.ask_with(query, json!({"password": password})).await;
    answer["data"]["login"]["success"].as_bool().unwrap()
}

#[tokio::test]
async fn a_password_is_the_same_however_its_letters_are_composed() {
    assert_ne!(COMPOSED, DECOMPOSED);
    let mut shop = Shop::open().await;
    let query = "mutation ($one: String!, $two: String!) {
        register(email: \"owner@example.com\", password1: $one, password2: $two) { errors token } }";
    let variables = json!({"one": DECOMPOSED, "two": COMPOSED});
    let answer = shop.ask_with(query, variables).await;
    assert_eq!(answer["data"]["register"]["errors"], Value::Null);
    let token = answer["data"]["register"]["token"].as_str().unwrap();
    shop.token = Some(token.to_owned());
    for (password, right) in [(COMPOSED, true), (DECOMPOSED, true), ("тайный", false)] {
        assert_eq!(sign_in(&shop, password).await, right, "{password}");
    }
    let hash = || -> String {
        let sql = "SELECT password_hash FROM employees";
        let file = shop.database();
        file.query_row(sql, [], |row| row.get(0)).unwrap()
    };
    let kept = hash();

    // The hash of an unnormalised password by an earlier version is accepted, and replaced.
    let pbkdf2 = Pbkdf2::new(Algorithm::Pbkdf2Sha256, Params::RECOMMENDED);
    let old: PasswordHash = pbkdf2.hash_password(DECOMPOSED.as_bytes()).unwrap();
    let sql = "UPDATE employees SET password_hash = ?1";
    shop.database().execute(sql, [old.to_string()]).unwrap();
    assert!(!sign_in(&shop, "тайныи йод вкуснеи").await);
    assert_eq!(hash(), old.to_string());
    assert!(sign_in(&shop, DECOMPOSED).await);
    assert_ne!(hash(), old.to_string());
    assert_ne!(hash(), kept);
    assert!(sign_in(&shop, COMPOSED).await);
    // Replacing it revokes no session.
    let me = shop.ask("{ me { id } }").await;
    assert!(me["errors"].is_null(), "{me}");
    shop.close().await;
}

#[tokio::test]
async fn an_address_may_be_in_any_script_and_is_one_account_in_every_spelling() {
    let mut shop = Shop::with_owner().await;
    let owner = shop.token.clone();
    for (typed, spellings) in [
        (
            "имя@почта.рф",
            &[
                "ИМЯ@ПОЧТА.РФ",
                "имя@xn--80a1acny.xn--p1ai",
                "Имя@XN--80A1ACNY.XN--P1AI",
            ][..],
        ),
        (
            "ivan@пример.рф",
            &["IVAN@Пример.рф", "ivan@xn--e1afmkfd.xn--p1ai"],
        ),
        // й as one character, and as и with a breve.
        ("андрей@сайт.рф", &["андреи\u{306}@саи\u{306}т.рф"]),
        ("anna@straße.example", &["anna@STRASSE.example"]),
    ] {
        let token = employee_called(&shop, typed).await;
        let me = shop.ask_by(&token, "{ me { email } }").await;
        assert_eq!(me["data"]["me"]["email"], typed, "kept as it was typed");
        for spelling in spellings {
            let spelled = shop.login(spelling).await;
            if typed.contains('ß') {
                // Since IDNA 2008 these are different domains.
                assert_eq!(spelled, None, "{spelling}");
                continue;
            }
            assert!(spelled.is_some(), "{spelling} signs in as {typed}");
            let again = format!(r#"mutation {{ createInvite(email: "{spelling}") {{ token }} }}"#);
            assert_eq!(code(&shop.ask(&again).await), "CONFLICT", "{spelling}");
            shop.clock.advance(Duration::from_secs(60));
        }
    }
    shop.token = owner;
    // Browsers reject non-Latin letters in e-mail fields, and rewrite the domain.
    for page in ["/login", "/join/x", "/first-run"] {
        let page = shop.request(Method::GET, page).send().await.unwrap();
        assert!(!page.text().await.unwrap().contains("type=\"email\""));
    }
    shop.close().await;
}

#[test]
fn a_hash_keeps_its_place_when_its_client_hangs_up() {
    // The only blocking thread is busy, so no hash finishes.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .max_blocking_threads(1)
        .build()
        .unwrap();
    runtime.block_on(async {
        let passwords = Passwords::new(PASSWORD_ITERATIONS).unwrap();
        let (go, wait) = std::sync::mpsc::channel::<()>();
        let busy = tokio::task::spawn_blocking(move || wait.recv());
        let passwords = &passwords;
        let verify = |employee: usize| {
            Box::pin(async move {
                let employee = EmployeeId::parse("id", &employee.to_string())?;
                let turn = passwords.turn(Lane::Known(employee)).await?;
                passwords.verify(turn, None, "wrong-wrong".into()).await
            })
        };
        // Two run, and then their clients disconnect.
        for number in 1..=ROOM.running {
            let mut client = verify(number);
            assert!(poll!(&mut client).is_pending());
        }
        let mut waiting: Vec<_> = (0..ROOM.known).map(|number| verify(100 + number)).collect();
        for client in &mut waiting {
            assert!(poll!(client).is_pending());
        }
        let one_more = poll!(verify(1_000));
        assert!(
            matches!(
                one_more,
                std::task::Poll::Ready(Err(Error::RateLimited { .. }))
            ),
            "{one_more:?}"
        );
        // Disconnecting before the hash has begun releases the place.
        waiting.pop();
        assert!(poll!(verify(1_000)).is_pending());
        go.send(()).unwrap();
        busy.await.unwrap().unwrap();
        for answer in futures_util::future::join_all(waiting).await {
            assert_eq!(answer.unwrap(), Verdict::Wrong);
        }
    });
}
