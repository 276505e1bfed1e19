//! The pages of copies on another machine: setting them up, the recovery sheet, the list, and trying a copy.

use std::path::Path;
use std::time::Duration;

use secrecy::ExposeSecret;
use warp::http::{Method, StatusCode};
use zayavka::offsite::RecoveryKey;

use crate::accounts::employee_called;
use crate::bot::{create, said};
use crate::fake_smtp::FakeSmtp;
use crate::harness::{Shop, eventually};
use crate::offsite::with_another_word;
use crate::pages::{Browser, goes_to};
use crate::places::{Dav, Fault, PASSWORD, USER};

const PAGE: &str = "/settings/offsite";
const OWNER: &str = "owner@example.com";

/// Returns the fields of the form of the place; what stood there is what the page showed.
fn place<'a>(dav: &'a Dav, password: &'a str) -> [(&'a str, &'a str); 5] {
    [
        ("was:offsite.address", ""),
        ("offsite.address", &dav.address),
        ("was:offsite.user", ""),
        ("offsite.user", USER),
        ("offsite.password", password),
    ]
}

/// The words and the line of the key on a sheet, and what is asked for.
struct Sheet {
    words: Vec<String>,
    text: String,
    asked: Vec<usize>,
}

fn between<'a>(page: &'a str, before: &str, after: &str) -> Vec<&'a str> {
    let parts = page.split(before).skip(1);
    parts
        .map(|part| part.split(after).next().unwrap())
        .collect()
}

fn sheet(page: &str) -> Sheet {
    let list = between(page, "<ol class=\"words\">", "</ol>");
    let words = between(list[0], "<li>", "</li>");
    let text = between(page, "<code>", "</code>");
    let asked = between(page, "Слово № ", "<");
    Sheet {
        words: words.into_iter().map(str::to_owned).collect(),
        text: text[0].to_owned(),
        asked: asked
            .iter()
            .map(|number| number.trim().parse().unwrap())
            .collect(),
    }
}

impl Sheet {
    /// Returns the form that types the words back.
    fn typed(&self) -> Vec<(&'static str, String)> {
        let fields = ["word1", "word2", "word3"].into_iter();
        let words = self
            .asked
            .iter()
            .map(|number| format!(" {} ", self.words[number - 1]));
        fields.zip(words).collect()
    }
}

async fn confirm(browser: &mut Browser<'_>, typed: &[(&'static str, String)]) -> reqwest::Response {
    let form: Vec<(&str, &str)> = typed
        .iter()
        .map(|(name, word)| (*name, word.as_str()))
        .collect();
    browser.post(&format!("{PAGE}/confirm"), &form).await
}

/// Lifts the limit of the speed: the clock of the tests stands still, and so would a copy.
async fn lift_limit(browser: &mut Browser<'_>) {
    let speed = [("was:offsite.bandwidth", "8192"), ("offsite.bandwidth", "")];
    let answer = browser.post(&format!("{PAGE}/keep"), &speed).await;
    assert_eq!(goes_to(&answer), "/settings/offsite?saved=1");
}

/// Sets copies up as an owner does, and waits for the first one.
async fn set_up(browser: &mut Browser<'_>, dav: &Dav) -> Sheet {
    let answer = browser
        .post(&format!("{PAGE}/place"), &place(dav, PASSWORD))
        .await;
    assert_eq!(answer.status(), StatusCode::OK);
    let page = answer.text().await.unwrap();
    assert!(page.contains("вход выполнен"), "{page}");
    assert!(!page.contains(PASSWORD), "{page}");
    lift_limit(browser).await;
    let answer = browser.post(&format!("{PAGE}/sheet"), &[]).await;
    assert_eq!(goes_to(&answer), "/settings/offsite/sheet");
    let shown = sheet(&browser.page(&format!("{PAGE}/sheet")).await);
    let answer = confirm(browser, &shown.typed()).await;
    assert_eq!(goes_to(&answer), "/settings/offsite?asked=1");
    eventually("the first copy", || copies(dav) == 1).await;
    shown
}

fn copies(dav: &Dav) -> usize {
    let names = dav.names();
    names
        .iter()
        .filter(|name| name.ends_with(".age.json"))
        .count()
}

/// Waits until so many attempts are recorded, of which so many failed.
async fn attempted(shop: &Shop, all: i64, failed: i64) {
    let sql = "SELECT count(*), count(fault) FROM offsite_attempts";
    eventually("the attempts are recorded", || {
        let counts = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?));
        shop.database().query_row(sql, [], counts) == Ok((all, failed))
    })
    .await;
}

/// Posts a form with a key and a file.
async fn upload(
    browser: &Browser<'_>,
    shop: &Shop,
    key: &str,
    file: &[u8],
) -> (StatusCode, String) {
    let mut body = format!(
        "--XX\r\nContent-Disposition: form-data; name=\"recoveryKey\"\r\n\r\n{key}\r\n--XX\r\n\
         Content-Disposition: form-data; name=\"copy\"; filename=\"copy.db.age\"\r\n\r\n"
    )
    .into_bytes();
    body.extend_from_slice(file);
    body.extend_from_slice(b"\r\n--XX--\r\n");
    let request = shop.request(Method::POST, &format!("{PAGE}/try"));
    let request = request
        .header("origin", &shop.url)
        .header("cookie", &browser.cookie);
    let request = request.header("content-type", "multipart/form-data; boundary=XX");
    let answer = request.body(body).send().await.unwrap();
    (answer.status(), answer.text().await.unwrap())
}

#[tokio::test]
async fn an_owner_sets_copies_up_and_tries_one() {
    let (shop, dav) = (Shop::with_owner().await, Dav::start());
    create(&shop, "+79000000001").await;
    let mut owner = Browser::signed_in(&shop, OWNER).await;
    assert!(owner.page(PAGE).await.contains("Копий вне сервера нет"));
    let sheet = set_up(&mut owner, &dav).await;
    assert_eq!(sheet.words.len(), 24);
    // The program has forgotten the key.
    let answer = owner.get(&format!("{PAGE}/sheet")).await;
    assert_eq!(goes_to(&answer), PAGE);
    attempted(&shop, 1, 0).await;
    assert!(owner.page(PAGE).await.contains("Последняя копия"));
    let key = RecoveryKey::parse(&sheet.words.join(" ").into()).unwrap();
    let fingerprint = key.recipient().unwrap().fingerprint();
    let page = owner.page(PAGE).await;
    assert!(
        page.contains(&fingerprint) && page.contains(&dav.address),
        "{page}"
    );
    for secret in [&*sheet.text, PASSWORD, &sheet.words[..3].join(" ")] {
        assert!(!page.contains(secret));
    }
    let today = owner.page("/today").await;
    assert!(today.contains(&dav.address), "{today}");
    let listed = owner.page(&format!("{PAGE}/copies")).await;
    assert!(
        listed.contains("1 заявка") && listed.contains(&fingerprint),
        "{listed}"
    );
    assert!(!listed.contains("прежний лист"));

    let name = dav
        .names()
        .into_iter()
        .find(|name| name.ends_with(".age"))
        .unwrap();
    let file = std::fs::read(dav.folder().join(name)).unwrap();
    for key in [sheet.words.join(" "), sheet.text.clone()] {
        let (status, said) = upload(&owner, &shop, &key, &file).await;
        assert_eq!(status, StatusCode::OK, "{said}");
        assert!(
            said.contains("Копия целая") && said.contains("1 заявка, последняя от"),
            "{said}"
        );
    }
    let other = RecoveryKey::new([9; 32]);
    let other = other.text().unwrap().expose_secret().to_owned();
    let half = &file[..file.len() / 2];
    for (key, file, expected) in [
        (
            with_another_word(&sheet.words.join(" ")),
            &*file,
            "опечатка",
        ),
        (other, &*file, "не открывает"),
        (sheet.text.clone(), half, "обрезана"),
        (sheet.text.clone(), &b"no copy"[..], "не копия"),
        (sheet.text.clone(), &b""[..], "Заполните это поле"),
        (String::new(), &*file, "Заполните это поле"),
    ] {
        let (status, said) = upload(&owner, &shop, &key, file).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{expected}");
        assert!(said.contains(expected), "{expected}: {said}");
    }
    let database = shop.database();
    let beside = Path::new(database.path().unwrap()).parent().unwrap();
    let beside = std::fs::read_dir(beside).unwrap();
    let left = beside.filter(|entry| {
        let name = entry.as_ref().unwrap().file_name();
        name.to_string_lossy().contains("offsite")
    });
    assert_eq!(left.count(), 0);
    shop.close().await;
}

#[tokio::test]
async fn a_sheet_counts_only_with_its_words_and_for_an_hour() {
    let (shop, dav) = (Shop::with_owner().await, Dav::start());
    let mut owner = Browser::signed_in(&shop, OWNER).await;
    let sheet_page = format!("{PAGE}/sheet");
    // Without a place there is no sheet to print.
    owner.post(&sheet_page, &[]).await;
    assert_eq!(owner.get(&sheet_page).await.status(), StatusCode::NOT_FOUND);
    owner
        .post(&format!("{PAGE}/place"), &place(&dav, PASSWORD))
        .await;
    owner.post(&sheet_page, &[]).await;
    let shown = sheet(&owner.page(&sheet_page).await);
    let mut typed = shown.typed();
    typed[1].1 = "zoo zoo".into();
    let answer = confirm(&mut owner, &typed).await;
    assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let page = answer.text().await.unwrap();
    assert!(
        page.contains("другое слово") && page.contains("zoo zoo"),
        "{page}"
    );
    assert!(page.contains(&shown.text), "the sheet is still the same");
    shop.clock.advance(Duration::from_secs(60 * 60));
    let answer = confirm(&mut owner, &shown.typed()).await;
    assert_eq!(goes_to(&answer), "/settings/offsite?forgotten=1");
    assert!(owner.page(PAGE).await.contains("Осталось напечатать лист"));
    assert_eq!(copies(&dav), 0);

    // A new sheet leaves earlier copies to the earlier one.
    set_up(&mut owner, &dav).await;
    attempted(&shop, 1, 0).await;
    shop.clock.advance(Duration::from_secs(24 * 60 * 60));
    attempted(&shop, 2, 0).await;
    owner.post(&sheet_page, &[]).await;
    let first = sheet(&owner.page(&sheet_page).await);
    shop.clock.advance(Duration::from_secs(60));
    confirm(&mut owner, &first.typed()).await;
    // Of the second day the newest copy is kept alone.
    attempted(&shop, 3, 0).await;
    assert_eq!(copies(&dav), 2);
    let listed = owner.page(&format!("{PAGE}/copies")).await;
    assert_eq!(listed.matches("прежний лист").count(), 1, "{listed}");
    shop.close().await;
}

#[tokio::test]
async fn what_is_wrong_with_the_place_is_said_and_the_address_stays_typed() {
    let (shop, dav) = (Shop::with_owner().await, Dav::start());
    let mut owner = Browser::signed_in(&shop, OWNER).await;
    let mut wrong = place(&dav, PASSWORD);
    wrong[1].1 = "disk.example.com";
    let answer = owner.post(&format!("{PAGE}/place"), &wrong).await;
    assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let page = answer.text().await.unwrap();
    assert!(
        page.contains("webdavs://") && page.contains("disk.example.com"),
        "{page}"
    );
    let answer = owner
        .post(&format!("{PAGE}/place"), &place(&dav, "wrong"))
        .await;
    let page = answer.text().await.unwrap();
    assert!(page.contains("не принимает имя или пароль"), "{page}");
    assert!(!page.contains("\"wrong\""));
    // Without a key, no copy is made.
    let answer = owner.post(&format!("{PAGE}/copy"), &[]).await;
    assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);

    let form = [("offsite.password", PASSWORD)];
    owner.post(&format!("{PAGE}/place"), &form).await;
    lift_limit(&mut owner).await;
    owner.post(&format!("{PAGE}/sheet"), &[]).await;
    let shown = sheet(&owner.page(&format!("{PAGE}/sheet")).await);
    confirm(&mut owner, &shown.typed()).await;
    eventually("a copy", || copies(&dav) == 1).await;
    dav.set(Fault::Status(Method::PUT, 507));
    let answer = owner.post(&format!("{PAGE}/copy"), &[]).await;
    assert_eq!(goes_to(&answer), "/settings/offsite?asked=1");
    attempted(&shop, 2, 1).await;
    assert!(owner.page(PAGE).await.contains("нет места"));
    // Red after two missed nights, on Today as well.
    assert!(!owner.page("/today").await.contains("две ночи"));
    shop.clock.advance(Duration::from_secs(3 * 24 * 60 * 60));
    let today = owner.page("/today").await;
    assert!(
        today.contains("две ночи") && today.contains("нет места"),
        "{today}"
    );
    // How many are kept.
    let keep = [
        ("was:offsite.keep_days", "7"),
        ("offsite.keep_days", "many"),
    ];
    let answer = owner.post(&format!("{PAGE}/keep"), &keep).await;
    assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let keep = [("was:offsite.keep_days", "7"), ("offsite.keep_days", "3")];
    let answer = owner.post(&format!("{PAGE}/keep"), &keep).await;
    assert_eq!(goes_to(&answer), "/settings/offsite?saved=1");
    shop.close().await;
}

#[tokio::test]
async fn employees_and_strangers_see_and_do_nothing_of_it() {
    let (shop, dav) = (Shop::with_owner().await, Dav::start());
    let mut owner = Browser::signed_in(&shop, OWNER).await;
    owner
        .post(&format!("{PAGE}/place"), &place(&dav, PASSWORD))
        .await;
    owner.post(&format!("{PAGE}/sheet"), &[]).await;
    employee_called(&shop, "b@example.com").await;
    let mut employee = Browser::signed_in(&shop, "b@example.com").await;
    let mut nobody = Browser::open(&shop);
    for path in ["", "/sheet", "/copies", "/try"] {
        let path = format!("{PAGE}{path}");
        assert_eq!(
            employee.get(&path).await.status(),
            StatusCode::FORBIDDEN,
            "{path}"
        );
        assert_eq!(
            nobody.get(&path).await.status(),
            StatusCode::SEE_OTHER,
            "{path}"
        );
    }
    for path in ["/place", "/keep", "/copy", "/sheet", "/confirm", "/try"] {
        let path = format!("{PAGE}{path}");
        assert_eq!(
            employee.post(&path, &[]).await.status(),
            StatusCode::FORBIDDEN,
            "{path}"
        );
        assert_eq!(
            nobody.post(&path, &[]).await.status(),
            StatusCode::SEE_OTHER,
            "{path}"
        );
    }
    assert!(!employee.page("/today").await.contains(&dav.address));
    shop.close().await;
}

/// Advances the clock by hours, at each of which the workers have their turn.
async fn hours(shop: &Shop, hours: u64) {
    for _ in 0..hours * 6 {
        shop.clock.advance(Duration::from_secs(10 * 60));
        tokio::task::yield_now().await;
    }
}

/// Advances the clock until it is recorded that owners are told, after an earlier time, and returns when.
async fn alarmed(shop: &Shop, after: i64) -> i64 {
    let told = || {
        let sql = "SELECT coalesce(max(told_at), 0) FROM offsite_alarm";
        let told: i64 = shop
            .database()
            .query_row(sql, [], |row| row.get(0))
            .unwrap();
        told
    };
    eventually("owners are told", || {
        let is_told = told() > after;
        if !is_told {
            shop.clock.advance(Duration::from_secs(10 * 60));
        }
        is_told
    })
    .await;
    told()
}

#[tokio::test]
async fn owners_are_told_once_a_day_until_a_copy_is_made() {
    let (dav, mail) = (Dav::start(), FakeSmtp::start().await);
    let key = RecoveryKey::new([5; 32]).recipient().unwrap();
    let settings = format!(
        "[offsite]\naddress = '{}'\nuser = '{USER}'\npassword = '{PASSWORD}'\nrecovery_key = '{key}'\nbandwidth = ''\n\
         [email]\nhost = '127.0.0.1'\nport = '{}'\nsecurity = 'none'\nfrom = 'shop@example.com'\n",
        dav.address,
        mail.port()
    );
    let shop = Shop::with_owner().await;
    employee_called(&shop, "b@example.com").await;
    let link = "UPDATE employees SET telegram_id = 100 + id";
    shop.database().execute(link, []).unwrap();
    dav.set(Fault::Status(Method::PUT, 507));
    let shop = shop.reopen_with(&settings, Duration::ZERO).await;
    let to_bot = |shop: &Shop| {
        let said = shop.telegram.messages_now();
        said.iter()
            .filter(|sent| sent["text"].as_str().unwrap().contains("две ночи"))
            .count()
    };
    let letters = || mail.letters_now().len();
    // Noon of the first day: two nights, and three hours of trying.
    attempted(&shop, 1, 1).await;
    hours(&shop, 36).await;
    assert_eq!((to_bot(&shop), letters()), (0, 0));
    shop.clock.advance(Duration::from_secs(7 * 60 * 60));
    let told = |count: usize| to_bot(&shop) == count && letters() == count;
    let first = alarmed(&shop, 0).await;
    eventually("the owner is told", || told(1)).await;
    let sent = shop.telegram.messages_now();
    assert_eq!(sent[0]["chat_id"], 101, "{sent:?}");
    assert!(said(&sent[0]).contains("нет места"), "{sent:?}");
    let letter = mail.letters_now().remove(0);
    assert_eq!(letter.to, OWNER);
    // Not again on that day, not even after a restart.
    let shop = shop.reopen_with(&settings, Duration::ZERO).await;
    hours(&shop, 1).await;
    assert_eq!((to_bot(&shop), letters()), (1, 1));
    shop.clock.advance(Duration::from_secs(24 * 60 * 60));
    let told = |count: usize| to_bot(&shop) == count && letters() == count;
    alarmed(&shop, first).await;
    eventually("told again on the next day", || told(2)).await;
    dav.set(Fault::None);
    // The longest pause after a failure.
    shop.clock.advance(Duration::from_secs(2 * 60 * 60));
    let made = "SELECT count(*) FROM offsite_attempts WHERE fault IS NULL";
    eventually("a copy", || {
        let made = shop.database().query_row(made, [], |row| row.get(0));
        made == Ok(1)
    })
    .await;
    hours(&shop, 30).await;
    assert_eq!((to_bot(&shop), letters()), (2, 2));
    shop.close().await;
}
