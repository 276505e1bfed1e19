//! A stranger's password attempts lock out only themselves. Each client has an address of its own,
//! which the trusted proxy of these tests sets.

use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{Client, Response, StatusCode};
use serde_json::{Value, json};

use crate::accounts::employee;
use crate::harness::{PASSWORD, Shop, code};
use crate::pages::goes_to;

pub const OWNER: &str = "owner@example.com";
pub const BAD: &str = "wrong-wrong";
const STRANGER: &str = "203.0.113.7";
const ELSEWHERE: &str = "203.0.113.8";

/// Outcome of an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tried {
    /// Signed in.
    In,
    /// Wrong password.
    Wrong,
    /// Too many attempts before.
    Later,
}

use Tried::{In, Later, Wrong};

/// Opens a shop behind a trusted proxy.
pub async fn shop() -> Shop {
    let shop = Shop::with_owner().await;
    let settings = "[http]\ntrusted_proxies = ['127.0.0.1']";
    shop.reopen_with(settings, Duration::ZERO).await
}

/// A client at an address, with its cookies.
pub struct Guest<'a> {
    shop: &'a Shop,
    client: Client,
    address: String,
    pub cookies: Vec<(String, String)>,
    bearer: Option<String>,
}

impl<'a> Guest<'a> {
    pub fn at(shop: &'a Shop, address: &str) -> Self {
        Self {
            shop,
            client: Client::builder().redirect(Policy::none()).build().unwrap(),
            address: address.to_owned(),
            cookies: Vec::new(),
            bearer: None,
        }
    }

    fn with(mut self, bearer: &str) -> Self {
        self.bearer = Some(bearer.to_owned());
        self
    }

    /// Submits a form, and keeps the cookies of the response as a browser does.
    async fn post(&mut self, path: &str, form: &[(&str, &str)]) -> Response {
        let body = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(form)
            .finish();
        let cookies: Vec<String> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let request = self
            .client
            .post(format!("{}{path}", self.shop.url))
            .header("x-forwarded-for", &self.address)
            .header("origin", &self.shop.url)
            .header("cookie", cookies.join("; "))
            .header("content-type", "application/x-www-form-urlencoded");
        let answer = request.body(body).send().await.unwrap();
        for cookie in answer.headers().get_all("set-cookie") {
            let cookie = cookie.to_str().unwrap();
            let (pair, attributes) = cookie.split_once(';').unwrap();
            for attribute in ["Path=/", "HttpOnly", "SameSite=Lax", "Max-Age="] {
                assert!(attributes.contains(attribute), "{cookie}");
            }
            let (name, value) = pair.split_once('=').unwrap();
            self.cookies.retain(|(kept, _)| kept != name);
            if !value.is_empty() {
                self.cookies.push((name.to_owned(), value.to_owned()));
            }
        }
        answer
    }

    /// Submits a form with a password.
    async fn try_form(&mut self, path: &str, form: &[(&str, &str)]) -> Tried {
        let answer = self.post(path, form).await;
        if answer.status() == StatusCode::SEE_OTHER {
            return In;
        }
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
        let page = answer.text().await.unwrap();
        match page.contains("Слишком много попыток") {
            true => Later,
            false => Wrong,
        }
    }

    pub async fn log_in(&mut self, email: &str, password: &str) -> Tried {
        let form = [("email", email), ("password", password)];
        self.try_form("/login", &form).await
    }

    /// Signs out, and keeps the known-device cookies.
    async fn log_out(&mut self) {
        self.post("/logout", &[]).await;
        assert!(self.cookies.iter().all(|(name, _)| name != "zayavka"));
    }

    /// Returns the known-device cookies.
    fn device(&self) -> Vec<(String, String)> {
        let cookies = self.cookies.iter().filter(|(name, _)| name != "zayavka");
        cookies.cloned().collect()
    }

    async fn ask(&self, query: &str) -> Value {
        let request = self
            .client
            .post(format!("{}/graphql", self.shop.url))
            .header("x-forwarded-for", &self.address)
            .header("content-type", "application/json");
        let request = match &self.bearer {
            Some(bearer) => request.bearer_auth(bearer),
            None => request,
        };
        let body = json!({ "query": query }).to_string();
        request
            .body(body)
            .send()
            .await
            .unwrap()
            .json()
            .await
            .unwrap()
    }

    pub async fn login(&self, email: &str, password: &str) -> Tried {
        let query = format!(
            r#"mutation {{ login(email: "{email}", password: "{password}") {{ success errors token }} }}"#
        );
        outcome(&self.ask(&query).await, "login")
    }

    async fn change_password(&self, old: &str, new: &str) -> Value {
        let query = format!(
            r#"mutation {{ changePassword(oldPassword: "{old}", newPassword1: "{new}", newPassword2: "{new}") {{ success errors token }} }}"#
        );
        self.ask(&query).await
    }
}

fn outcome(answer: &Value, field: &str) -> Tried {
    let payload = &answer["data"][field];
    match code(answer) {
        "RATE_LIMITED" => {
            let wait = &answer["errors"][0]["extensions"]["retryAfter"];
            assert!(wait.as_u64().is_some_and(|wait| wait > 0), "{answer}");
            Later
        }
        "" if payload["success"] == true => In,
        "" => {
            let errors = payload["errors"].as_object().unwrap();
            assert_eq!(errors.len(), 1, "{answer}");
            Wrong
        }
        _ => panic!("{answer}"),
    }
}

/// A stranger attempts until told to wait.
async fn lock(shop: &Shop, email: &str) {
    let mut stranger = Guest::at(shop, STRANGER);
    for _ in 0..5 {
        assert_eq!(stranger.login(email, BAD).await, Wrong);
        assert_eq!(stranger.log_in(email, BAD).await, Wrong);
    }
    assert_eq!(stranger.login(email, BAD).await, Later);
    assert_eq!(stranger.log_in(email, BAD).await, Later);
    // The right password doesn't bypass the limit at that address.
    assert_eq!(stranger.login(email, PASSWORD).await, Later);
}

/// Returns a browser on which somebody has signed in once, moved to the stranger's address.
pub async fn known<'a>(shop: &'a Shop, email: &str) -> Guest<'a> {
    let mut browser = Guest::at(shop, ELSEWHERE);
    assert_eq!(browser.log_in(email, PASSWORD).await, In);
    browser.log_out().await;
    browser.address = STRANGER.to_owned();
    assert_eq!(browser.device().len(), 1, "{:?}", browser.cookies);
    browser
}

#[tokio::test]
async fn ten_wrong_tries_of_a_stranger_keep_the_stranger_out_and_nobody_else() {
    let shop = shop().await;
    let mut device = known(&shop, OWNER).await;
    lock(&shop, OWNER).await;
    let mut elsewhere = Guest::at(&shop, ELSEWHERE);
    assert_eq!(elsewhere.login(OWNER, PASSWORD).await, In);
    assert_eq!(elsewhere.log_in(OWNER, PASSWORD).await, In);
    assert_eq!(device.log_in(OWNER, PASSWORD).await, In);
    // A wrong password is wrong on a known device too.
    assert_eq!(device.log_in(OWNER, BAD).await, Wrong);
    let token = shop.token.clone().unwrap();
    let client = Guest::at(&shop, STRANGER).with(&token);
    assert_eq!(client.login(OWNER, PASSWORD).await, In);
    // The same holds for an account that doesn't exist, or else strangers could tell which do.
    lock(&shop, "nobody@example.com").await;
    shop.close().await;
}

#[tokio::test]
async fn a_signed_in_employee_changes_the_password_whatever_strangers_do() {
    let shop = shop().await;
    let first = shop.token.clone().unwrap();
    let second = shop.login(OWNER).await.unwrap();
    let mut page = known(&shop, OWNER).await;
    assert_eq!(page.log_in(OWNER, PASSWORD).await, In);
    lock(&shop, OWNER).await;
    let here = |token: &str| Guest::at(&shop, STRANGER).with(token);
    let new = "wholly different words";
    // Wrong attempts within one session count for that session only.
    for _ in 0..10 {
        let answer = here(&first).change_password(BAD, new).await;
        assert_eq!(outcome(&answer, "changePassword"), Wrong);
    }
    let limited = here(&first).change_password(PASSWORD, new).await;
    assert_eq!(outcome(&limited, "changePassword"), Later);
    let form = [("oldPassword", BAD), ("password1", new), ("password2", new)];
    assert_eq!(page.try_form("/profile/password", &form).await, Wrong);
    let third = here(&second).login(OWNER, PASSWORD).await;
    assert_eq!(third, In);
    let changed = here(&second).change_password(PASSWORD, new).await;
    assert_eq!(outcome(&changed, "changePassword"), In, "{changed}");
    shop.close().await;
}

#[tokio::test]
async fn the_form_of_the_profile_counts_its_own_session_and_keeps_the_device_known() {
    let shop = shop().await;
    let mut page = known(&shop, OWNER).await;
    let before = page.device();
    assert_eq!(page.log_in(OWNER, PASSWORD).await, In);
    lock(&shop, OWNER).await;
    let new = "wholly different words";
    let form = [
        ("oldPassword", PASSWORD),
        ("password1", new),
        ("password2", new),
    ];
    assert_eq!(page.try_form("/profile/password", &form).await, In);
    page.log_out().await;
    assert_ne!(page.device(), before);
    // A new password revokes known devices; the device that changed it stays known.
    let mut stolen = Guest::at(&shop, STRANGER);
    stolen.cookies = before;
    assert_eq!(stolen.log_in(OWNER, new).await, Later);
    assert_eq!(page.log_in(OWNER, new).await, In);
    shop.close().await;
}

#[tokio::test]
async fn a_known_device_helps_its_own_account_alone_and_ends_with_it() {
    let shop = shop().await;
    let second = "second@example.com";
    let token = employee(&shop).await;
    let mut device = known(&shop, second).await;
    lock(&shop, OWNER).await;
    assert_eq!(device.log_in(OWNER, PASSWORD).await, Later);
    let client = Guest::at(&shop, STRANGER).with(&token);
    assert_eq!(client.login(OWNER, PASSWORD).await, Later);
    // On the shop's shared computer, everybody who has signed in there is known.
    let mut counter = Guest::at(&shop, ELSEWHERE);
    for email in [OWNER, second] {
        assert_eq!(counter.log_in(email, PASSWORD).await, In);
        counter.log_out().await;
    }
    counter.address = STRANGER.to_owned();
    for email in [OWNER, second] {
        shop.clock.advance(Duration::from_secs(3600));
        lock(&shop, email).await;
        assert_eq!(counter.log_in(email, PASSWORD).await, In, "{email}");
        counter.log_out().await;
    }
    // A deactivated employee is a stranger with it, and gets the same response.
    shop.ask("mutation { deactivateEmployee(id: 2) { user { active } } }")
        .await;
    shop.clock.advance(Duration::from_secs(3600));
    lock(&shop, second).await;
    assert_eq!(device.log_in(second, PASSWORD).await, Later);
    assert_eq!(client.login(second, PASSWORD).await, Later);
    shop.close().await;
}

#[tokio::test]
async fn signing_out_everywhere_makes_devices_strangers() {
    let shop = shop().await;
    let mut device = known(&shop, OWNER).await;
    let token = shop.token.clone().unwrap();
    lock(&shop, OWNER).await;
    shop.ask("mutation { logoutEverywhere { success } }").await;
    assert_eq!(device.log_in(OWNER, PASSWORD).await, Later);
    let client = Guest::at(&shop, STRANGER).with(&token);
    assert_eq!(client.login(OWNER, PASSWORD).await, Later);
    shop.close().await;
}

#[tokio::test]
async fn a_token_names_its_owner_after_it_has_expired_and_a_device_is_known_for_a_year() {
    let shop = shop().await;
    let mut device = known(&shop, OWNER).await;
    let token = shop.token.clone().unwrap();
    let day = Duration::from_secs(24 * 60 * 60);
    shop.clock.advance(day * 365);
    lock(&shop, OWNER).await;
    let client = Guest::at(&shop, STRANGER).with(&token);
    let me = client.ask("{ me { id } }").await;
    assert_eq!(code(&me), "UNAUTHENTICATED");
    assert_eq!(client.login(OWNER, PASSWORD).await, In);
    // A token not signed by this server is invalid.
    let mut forged = token.clone();
    forged.pop();
    forged.push(if token.ends_with('A') { 'E' } else { 'A' });
    let client = Guest::at(&shop, STRANGER).with(&forged);
    assert_eq!(client.login(OWNER, PASSWORD).await, Later);
    let known = device.cookies.clone();
    assert_eq!(device.log_in(OWNER, PASSWORD).await, In);
    let mut late = Guest::at(&shop, STRANGER);
    late.cookies = known;
    shop.clock.advance(day * 40);
    lock(&shop, OWNER).await;
    assert_eq!(late.log_in(OWNER, PASSWORD).await, Later);
    // The renewed one is valid longer.
    device.log_out().await;
    assert_eq!(device.log_in(OWNER, PASSWORD).await, In);
    shop.close().await;
}

#[tokio::test]
async fn a_stolen_device_has_a_count_of_its_own() {
    let shop = shop().await;
    let mut thief = known(&shop, OWNER).await;
    let mut device = known(&shop, OWNER).await;
    for _ in 0..10 {
        assert_eq!(thief.log_in(OWNER, BAD).await, Wrong);
    }
    // From any address.
    thief.address = ELSEWHERE.to_owned();
    assert_eq!(thief.log_in(OWNER, BAD).await, Later);
    assert_eq!(thief.log_in(OWNER, PASSWORD).await, Later);
    assert_eq!(device.log_in(OWNER, PASSWORD).await, In);
    let token = shop.token.clone().unwrap();
    let client = Guest::at(&shop, STRANGER).with(&token);
    for _ in 0..10 {
        assert_eq!(client.login(OWNER, BAD).await, Wrong);
    }
    assert_eq!(client.login(OWNER, PASSWORD).await, Later);
    assert_eq!(device.log_in(OWNER, PASSWORD).await, In);
    shop.clock.advance(Duration::from_secs(30));
    assert_eq!(thief.log_in(OWNER, PASSWORD).await, In);
    shop.close().await;
}

#[tokio::test]
async fn a_device_token_is_no_session_token_and_vice_versa() {
    let shop = shop().await;
    let device = known(&shop, OWNER).await;
    let (name, known) = device.device().pop().unwrap();
    let client = Guest::at(&shop, ELSEWHERE).with(&known);
    assert_eq!(code(&client.ask("{ me { id } }").await), "UNAUTHENTICATED");
    let mut page = Guest::at(&shop, ELSEWHERE);
    page.cookies = vec![("zayavka".to_owned(), known.clone())];
    let answer = page.post("/profile/language", &[("language", "en")]).await;
    assert!(goes_to(&answer).starts_with("/login"));
    // Conversely, tokens sent to every page and program must not pass for a device's.
    lock(&shop, OWNER).await;
    let token = shop.token.clone().unwrap();
    let cut = &known[..known.len() - 2];
    for (name, value) in [
        (&name, &*token),
        (&name, cut),
        (&name, ""),
        (&name, "1.2.3.4"),
    ] {
        let mut page = Guest::at(&shop, STRANGER);
        page.cookies = vec![(name.clone(), value.to_owned())];
        let status = page.log_in(OWNER, PASSWORD).await;
        assert_eq!(status, Later, "{name}={value}");
    }
    shop.close().await;
}

#[tokio::test]
async fn by_https_the_device_is_kept_as_strictly_as_the_session() {
    let shop = Shop::with_owner().await;
    let settings = "public_url = 'https://desk.example.com'\n[http]\nhosts = ['127.0.0.1']";
    let shop = shop.reopen_with(settings, Duration::ZERO).await;
    let mut page = Guest::at(&shop, ELSEWHERE);
    let form = [("email", OWNER), ("password", PASSWORD)];
    let answer = page.post("/login", &form).await;
    let cookies: Vec<_> = answer.headers().get_all("set-cookie").iter().collect();
    assert_eq!(cookies.len(), 2);
    for cookie in cookies {
        let cookie = cookie.to_str().unwrap();
        assert!(
            cookie.starts_with("__Host-zayavka") && cookie.contains("; Secure"),
            "{cookie}"
        );
    }
    shop.close().await;
}
