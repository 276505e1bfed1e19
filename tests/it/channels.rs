//! The owner sets up SMS and e-mail, in the browser and by the API, and tries them.

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::fake_gateway::{Answer, FakeGateway};
use crate::fake_smtp::FakeSmtp;
use crate::harness::{Log, Shop};
use crate::pages::Browser;

const PAGE: &str = "/settings/channels";
const KEY: &str = "very-secret-key-of-the-gateway";
const PASSWORD: &str = "very-secret-password";
const STATE: &str = "{ channels {
    sms { isChosen isReady hasSecret secretFixedBy } email { isChosen isReady hasSecret secretFixedBy } } }";

/// Opens a shop with an owner, whose gateway is the fake.
async fn open(settings: &str) -> Shop {
    let mut shop = Shop::open_with(settings, "").await;
    let answer = shop.register("owner@example.com").await;
    let token = answer["data"]["register"]["token"].as_str();
    shop.token = Some(token.unwrap_or_else(|| panic!("{answer}")).to_owned());
    shop
}

async fn with_gateway(fake: &FakeGateway) -> Shop {
    open(&format!("[sms]\napi_url = '{}'", fake.url())).await
}

async fn owner(shop: &Shop) -> Browser<'_> {
    Browser::signed_in(shop, "owner@example.com").await
}

/// Sends a form that is accepted.
async fn save(owner: &mut Browser<'_>, what: &str, form: &[(&str, &str)]) {
    let answer = owner.post(&format!("{PAGE}/{what}"), form).await;
    assert_eq!(answer.status(), StatusCode::SEE_OTHER, "{what}");
    assert_eq!(answer.headers()["location"], "/settings/channels?saved=1");
}

/// Sends a form, and returns the page that answers it.
async fn shown(owner: &mut Browser<'_>, what: &str, form: &[(&str, &str)]) -> (u16, String) {
    let answer = owner.post(&format!("{PAGE}/{what}"), form).await;
    (answer.status().as_u16(), answer.text().await.unwrap())
}

/// Chooses SMSC with a key.
async fn choose_smsc(owner: &mut Browser<'_>) {
    let form = [("was:sms.provider", "off"), ("sms.provider", "smsc")];
    save(owner, "sms", &form).await;
    save(owner, "sms-key", &[("sms.key", KEY)]).await;
}

#[tokio::test]
async fn an_owner_sets_up_sms_and_sees_the_balance_on_demand() {
    let fake = FakeGateway::start().await;
    let shop = with_gateway(&fake).await;
    let mut owner = owner(&shop).await;
    let log = Log::start();
    assert!(owner.page(PAGE).await.contains("Выключено"));
    choose_smsc(&mut owner).await;
    let page = owner.page(PAGE).await;
    assert!(page.contains("Настроено") && !page.contains(KEY), "{page}");
    // To show the page asks nobody.
    assert!(fake.calls().is_empty());

    let (status, page) = shown(&mut owner, "sms-balance", &[]).await;
    assert_eq!(status, 200);
    assert!(page.contains("На счёте осталось: −3,10"), "{page}");

    let form = [("testPhone", "8 900 000-00-01")];
    let (status, page) = shown(&mut owner, "sms-test", &form).await;
    assert_eq!(status, 200);
    assert!(page.contains("Она стоила 1,44"), "{page}");
    let sent = fake.messages();
    assert_eq!(sent.len(), 1);
    assert_eq!(sent[0].field("phones"), "+79000000001");
    assert_eq!(sent[0].field("apikey"), KEY);

    fake.then(Answer::Json(200, json!({"error": "no", "error_code": 3})));
    let (status, page) = shown(&mut owner, "sms-test", &form).await;
    assert_eq!(status, 200);
    assert!(page.contains("На счёте нет денег"), "{page}");
    let (status, page) = shown(&mut owner, "sms-test", &[("testPhone", "abc")]).await;
    assert_eq!(status, 422, "{page}");

    let events = shop
        .ask("{ auditEvents { edges { node { action subject from to } } } }")
        .await;
    let events = events["data"]["auditEvents"]["edges"].to_string();
    assert!(
        events.contains("CHANNEL_SECRET_SET") && events.contains("sms.key"),
        "{events}"
    );
    assert!(!events.contains(KEY));
    assert!(
        owner
            .page("/settings/audit")
            .await
            .contains("Секрет задан: sms.key")
    );
    for secret in [KEY, "79000000001"] {
        assert!(!log.text().contains(secret), "{secret}");
    }
    shop.close().await;
}

#[tokio::test]
async fn a_secret_is_sent_to_no_other_server_than_the_one_it_was_given_for() {
    let fake = FakeGateway::start().await;
    let shop = with_gateway(&fake).await;
    let mut owner = owner(&shop).await;
    choose_smsc(&mut owner).await;
    let form = [("was:sms.provider", "smsc"), ("sms.provider", "sms.ru")];
    save(&mut owner, "sms", &form).await;
    let state = shop.ask(STATE).await;
    let sms = &state["data"]["channels"]["sms"];
    assert_eq!(
        sms,
        &json!({"isChosen": true, "isReady": false, "hasSecret": false, "secretFixedBy": null})
    );
    let count: i64 = shop
        .database()
        .query_row(
            "SELECT count(*) FROM secrets WHERE name = 'sms_key'",
            [],
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!(count, 0);
    // The same for a mail server, by the API.
    let set = |host: &str| {
        format!(
            r#"mutation {{ updateSettings(settings: [{{key: EMAIL_HOST, value: "{host}"}}, {{key: EMAIL_FROM, value: "a@example.com"}}]) {{ settings {{ key }} }} }}"#
        )
    };
    assert!(shop.ask(&set("smtp.example.com")).await["errors"].is_null());
    let secret = r#"mutation { setChannelSecret(channel: EMAIL, secret: "x y z") { channels { email { isReady hasSecret } } } }"#;
    let answer = shop.ask(secret).await;
    let email = &answer["data"]["setChannelSecret"]["channels"]["email"];
    assert_eq!(email, &json!({"isReady": true, "hasSecret": true}));
    // The same host again keeps it.
    assert!(shop.ask(&set("smtp.example.com")).await["errors"].is_null());
    let state = shop.ask(STATE).await;
    assert_eq!(state["data"]["channels"]["email"]["hasSecret"], true);
    assert!(shop.ask(&set("smtp.example.org")).await["errors"].is_null());
    let state = shop.ask(STATE).await;
    assert_eq!(state["data"]["channels"]["email"]["hasSecret"], false);
    shop.close().await;
}

#[tokio::test]
async fn an_owner_sets_up_e_mail_and_gets_a_letter() {
    let fake = FakeSmtp::start_with(Some(("shop@example.com", PASSWORD))).await;
    let shop = open("").await;
    let mut owner = owner(&shop).await;
    let port = fake.port().to_string();
    let form = [
        ("was:email.host", ""),
        ("email.host", "127.0.0.1"),
        ("was:email.security", "tls"),
        ("email.security", "none"),
        ("was:email.port", ""),
        ("email.port", &*port),
        ("was:email.user", ""),
        ("email.user", "shop@example.com"),
    ];
    save(&mut owner, "email", &form).await;
    // Without the password there is nothing to try.
    let (status, page) = shown(&mut owner, "email-test", &[]).await;
    assert_eq!(status, 422, "{page}");
    save(&mut owner, "email-password", &[("email.password", "wrong")]).await;
    let (status, page) = shown(&mut owner, "email-check", &[]).await;
    assert_eq!(status, 200);
    assert!(page.contains("Логин, пароль или ключ не приняты"), "{page}");
    save(
        &mut owner,
        "email-password",
        &[("email.password", PASSWORD)],
    )
    .await;
    let (_, page) = shown(&mut owner, "email-check", &[]).await;
    assert!(page.contains("принимает логин и пароль"), "{page}");
    let (_, page) = shown(&mut owner, "email-test", &[]).await;
    assert!(page.contains("идёт на ваш адрес"), "{page}");
    let letters = fake.letters_now();
    assert_eq!(letters.len(), 1);
    assert_eq!(letters[0].to, "owner@example.com");
    assert!(!owner.page(PAGE).await.contains(PASSWORD));
    save(&mut owner, "email-password-forget", &[]).await;
    let state = shop.ask(STATE).await;
    assert_eq!(state["data"]["channels"]["email"]["isReady"], false);
    shop.close().await;
}

#[tokio::test]
async fn wrong_settings_are_refused_at_their_field() {
    let shop = open("").await;
    for (changes, field) in [
        (r#"{key: SMS_PROVIDER, value: "pigeon"}"#, "sms.provider"),
        (r#"{key: SMS_PROVIDER, value: "smsaero"}"#, "sms.login"),
        (
            r#"{key: SMS_PROVIDER, value: "smsaero"}, {key: SMS_LOGIN, value: "a@b.ru"}"#,
            "sms.sender",
        ),
        (
            r#"{key: SMS_PROVIDER, value: "smsc"}, {key: SMS_SENDER, value: "Мастерская"}"#,
            "sms.sender",
        ),
        (
            r#"{key: SMS_PROVIDER, value: "smsc"}, {key: SMS_PURPOSES, value: "ready, spam"}"#,
            "sms.purposes",
        ),
        (
            r#"{key: SMS_PROVIDER, value: "smsc"}, {key: SMS_DAILY_MESSAGES, value: "0"}"#,
            "sms.daily_messages",
        ),
        (
            r#"{key: SMS_PROVIDER, value: "smsc"}, {key: SMS_DAILY_MONEY, value: "much"}"#,
            "sms.daily_money",
        ),
        (
            r#"{key: EMAIL_HOST, value: "smtp.example.com"}"#,
            "email.from",
        ),
        (
            r#"{key: EMAIL_HOST, value: "smtp.example.com:25"}, {key: EMAIL_FROM, value: "a@b.ru"}"#,
            "email.host",
        ),
        (
            r#"{key: EMAIL_HOST, value: "smtp.example.com"}, {key: EMAIL_FROM, value: "a@b.ru"}, {key: EMAIL_PORT, value: "0"}"#,
            "email.port",
        ),
        (
            r#"{key: EMAIL_HOST, value: "smtp.example.com"}, {key: EMAIL_FROM, value: "a@b.ru"}, {key: EMAIL_SECURITY, value: "none"}"#,
            "email.security",
        ),
        (
            r#"{key: EMAIL_HOST, value: "smtp.example.com"}, {key: EMAIL_FROM, value: "a@b.ru\r\nBcc: c@d.ru"}"#,
            "email.from",
        ),
    ] {
        let query = format!(
            "mutation {{ updateSettings(settings: [{changes}]) {{ settings {{ key }} }} }}"
        );
        let answer = shop.ask(&query).await;
        let extensions = &answer["errors"][0]["extensions"];
        assert_eq!(extensions["code"], "BAD_USER_INPUT", "{changes} {answer}");
        assert_eq!(extensions["field"], field, "{changes} {answer}");
    }
    for mutation in [
        "checkChannel(channel: SMS)",
        "checkChannel(channel: EMAIL)",
        r#"sendTestMessage(channel: SMS, testPhone: "+79000000001")"#,
        "sendTestMessage(channel: EMAIL)",
    ] {
        let query = format!("mutation {{ {mutation} {{ attempt {{ isWell }} }} }}");
        let answer = shop.ask(&query).await;
        let code = &answer["errors"][0]["extensions"]["code"];
        assert_eq!(code, "BAD_USER_INPUT", "{mutation}");
    }
    let empty = r#"mutation { setChannelSecret(channel: SMS, secret: " ") { channels { sms { isReady } } } }"#;
    let answer = shop.ask(empty).await;
    assert_eq!(answer["errors"][0]["extensions"]["field"], "sms.key");
    let none = "mutation { setChannelSecret(channel: SMS) { channels { sms { isReady } } } }";
    let answer = shop.ask(none).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "NOT_FOUND");
    shop.close().await;
}

#[tokio::test]
async fn what_the_configuration_sets_is_not_set_in_the_browser() {
    let fake = FakeGateway::start().await;
    let settings = format!(
        "[sms]\nprovider = 'sms.ru'\nkey = '{KEY}'\napi_url = '{}'",
        fake.url()
    );
    let shop = open(&settings).await;
    let state = shop.ask(STATE).await;
    let sms = &state["data"]["channels"]["sms"];
    assert_eq!(sms["isReady"], true, "{state}");
    assert!(sms["secretFixedBy"].is_string(), "{state}");
    let mut owner = owner(&shop).await;
    let (status, _) = shown(&mut owner, "sms-key", &[("sms.key", "another")]).await;
    assert_eq!(status, 422);
    let answer = shop
        .ask("mutation { checkChannel(channel: SMS) { attempt { isWell trouble detail balance cost } } }")
        .await;
    let attempt = &answer["data"]["checkChannel"]["attempt"];
    assert_eq!(
        attempt,
        &json!({"isWell": true, "trouble": null, "detail": null, "balance": 412_256, "cost": null})
    );
    fake.then(Answer::Page(200));
    let answer = shop
        .ask(r#"mutation { sendTestMessage(channel: SMS, testPhone: "+79000000001") { attempt { isWell trouble } } }"#)
        .await;
    let attempt = &answer["data"]["sendTestMessage"]["attempt"];
    assert_eq!(attempt, &json!({"isWell": false, "trouble": "UNCLEAR"}));
    assert_eq!(fake.messages().len(), 1);
    shop.close().await;
}

#[tokio::test]
async fn a_secret_survives_a_restart_and_is_in_no_archive() {
    let fake = FakeGateway::start().await;
    let settings = format!("[sms]\napi_url = '{}'", fake.url());
    let shop = open(&settings).await;
    let mut browser = owner(&shop).await;
    choose_smsc(&mut browser).await;
    let archive = browser.page("/data/archive.json").await;
    assert!(!archive.contains(KEY));
    drop(browser);
    let shop = shop.reopen_with(&settings, std::time::Duration::ZERO).await;
    let state: Value = shop.ask(STATE).await;
    assert_eq!(state["data"]["channels"]["sms"]["isReady"], true);
    shop.close().await;
}

#[tokio::test]
async fn the_doctor_says_what_is_left_and_whether_the_mail_server_accepts_the_login() {
    use zayavka::clock::Clock;
    use zayavka::config::Config;
    use zayavka::doctor::{self, Level};
    crate::time_limit::start();
    let (gateway, mail) = (
        FakeGateway::start().await,
        FakeSmtp::start_with(Some(("shop@example.com", PASSWORD))).await,
    );
    let folder = tempfile::TempDir::new().unwrap();
    let text = |provider: &str, password: &str| {
        format!(
            "database = '{}'\n[sms]\nprovider = '{provider}'\nkey = '{KEY}'\napi_url = '{}'
[email]\nhost = '127.0.0.1'\nport = {}\nsecurity = 'none'\nuser = 'shop@example.com'\npassword = '{password}'",
            folder.path().join("none.db").display(),
            gateway.url(),
            mail.port()
        )
    };
    for (provider, password, sms, email) in [
        ("sms.ru", PASSWORD, Level::Ok, Level::Ok),
        ("smsc", "wrong", Level::Warning, Level::Failure),
    ] {
        let config = Config::parse(&text(provider, password)).unwrap();
        let findings = doctor::look_at(&config, &Clock::system()).await;
        let about = |about| {
            findings
                .iter()
                .find(|finding| finding.about == about)
                .unwrap()
        };
        assert_eq!(about("sms").level, sms, "{findings:?}");
        assert_eq!(about("email").level, email, "{findings:?}");
        let said = format!("{findings:?}");
        assert!(!said.contains(KEY) && !said.contains(PASSWORD), "{said}");
    }
    assert!(gateway.messages().is_empty() && mail.letters_now().is_empty());
}
