//! Redirect targets from forms and URLs lead to our own pages, or to the first one.

use crate::bot::create;
use crate::harness::{PASSWORD, Shop};
use crate::pages::{Browser, goes_to};

/// Returns targets that lead elsewhere, or to no page of ours.
fn hostile() -> Vec<String> {
    let mut all: Vec<String> = [
        "",
        "evil.example",
        "tasks/1",
        "?q=1",
        "http://evil.example/",
        "HTTPS:evil.example",
        "javascript:alert(1)",
        "data:text/html,x",
        "//evil.example",
        "///evil.example",
        "////evil.example/tasks/1",
        "/\\evil.example",
        "\\\\evil.example",
        "\\/evil.example",
        "/tasks\\..\\1",
        "/\t/evil.example",
        "\t//evil.example",
        "/\n/evil.example",
        "/\r\n/evil.example",
        "/tasks/1\r\nset-cookie: a=b",
        "/tasks/1\n",
        "/\u{0}/evil.example",
        "/\u{b}/evil.example",
        "/\u{7f}/evil.example",
        "/\u{85}/evil.example",
        "/\u{a0}/evil.example",
        "/\u{2028}/evil.example",
        "/\u{200b}/evil.example",
        "/\u{feff}/evil.example",
        "/\u{202e}/evil.example",
        " //evil.example",
        " /tasks/1",
        "/ /evil.example",
        "／／evil.example",
        "/／evil.example",
        "/＼evil.example",
        "/。evil.example",
        "/%2f%2fevil.example",
        "/%2Fevil.example",
        "/%5cevil.example",
        "/%5C%5Cevil.example",
        "/%09/evil.example",
        "/%0d%0a/evil.example",
        "/%0d%0aset-cookie:%20a=b",
        "/%00",
        "/%252f%252fevil.example",
        "/%255cevil.example",
        "/%25252fevil.example",
        "%2f%2fevil.example",
        "/tasks/%2f%2fevil.example",
        "/tasks/1%5c..",
        "/tasks/%2e%2e/%2e%2e//evil.example",
        "/tasks/../..//evil.example",
        "/tasks/..",
        "/tasks/%2e%2e",
        "/./tasks/1",
        "/tasks//1",
        "/tasks/1//",
        "/tasks/1//evil.example",
        "/tasks/%",
        "/tasks/%zz",
        "/tasks/%ff",
        "/@evil.example",
        "/owner:secret@evil.example",
        "/tasks/owner@evil.example",
        "/.evil.example",
        "/;evil.example",
        "/:80",
        "/no-such-page",
        "/graphql",
        "/live",
        "/telegram/webhook",
        "/data/import/x/y/z",
        "/tasks/1?q=a\r\nset-cookie: a=b",
        "/tasks/1?q=a\\b",
        "/tasks/1?q=\t",
        "/tasks/1?q=\u{202e}",
    ]
    .map(str::to_owned)
    .into();
    all.push(format!("/tasks/{}", "1".repeat(5_000)));
    all.push(format!("/?q={}", "a".repeat(5_000)));
    all.push(format!("{}evil.example", "/".repeat(1_000)));
    all
}

/// Our own targets, each with the expected header.
const OURS: &[(&str, &str)] = &[
    ("/", "/"),
    ("/tasks/1", "/tasks/1"),
    ("/tasks/1/", "/tasks/1/"),
    ("/customers/1/edit", "/customers/1/edit"),
    ("/months/2021-06", "/months/2021-06"),
    ("/data/tasks.csv", "/data/tasks.csv"),
    (
        "/?q=%D0%BB%D0%B0%D0%BC%D0%BF%D0%B0&status=READY",
        "/?q=%D0%BB%D0%B0%D0%BC%D0%BF%D0%B0&status=READY",
    ),
    (
        "/?q=лампа&from=2021-07-01",
        "/?q=%D0%BB%D0%B0%D0%BC%D0%BF%D0%B0&from=2021-07-01",
    ),
    ("/?q=50%25+//+a@b.ru", "/?q=50%25+//+a@b.ru"),
    (
        "/?q=два слова",
        "/?q=%D0%B4%D0%B2%D0%B0%20%D1%81%D0%BB%D0%BE%D0%B2%D0%B0",
    ),
    ("/tasks/1#history", "/tasks/1#history"),
];

/// Returns where signing in leads: to the day's counter in the place of the bare list.
fn start(page: &str) -> &str {
    if page == "/" { "/today" } else { page }
}

fn encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

/// Returns where a sign-in with this `next` redirects to.
async fn logged_in(shop: &Shop, next: &str) -> String {
    let mut browser = Browser::open(shop);
    let form = [
        ("email", "owner@example.com"),
        ("password", PASSWORD),
        ("next", next),
    ];
    let answer = browser.post("/login", &form).await;
    assert_eq!(answer.headers().get_all("location").iter().count(), 1);
    // The number of sign-ins per address is limited.
    shop.clock.advance(std::time::Duration::from_secs(600));
    goes_to(&answer).to_owned()
}

#[tokio::test]
async fn a_signed_in_visitor_is_redirected_to_our_own_pages_only() {
    let shop = Shop::with_owner().await;
    let browser = Browser::signed_in(&shop, "owner@example.com").await;
    for next in hostile() {
        let answer = browser
            .get(&format!("/login?next={}", encoded(&next)))
            .await;
        assert_eq!(goes_to(&answer), "/today", "{next:?}");
        assert!(answer.headers().get("set-cookie").is_none(), "{next:?}");
    }
    for (next, expected) in OURS.iter().copied() {
        let answer = browser.get(&format!("/login?next={}", encoded(next))).await;
        assert_eq!(goes_to(&answer), start(expected), "{next:?}");
    }
    shop.close().await;
}

#[tokio::test]
async fn signing_in_redirects_to_our_own_pages_only() {
    let shop = Shop::with_owner().await;
    for next in hostile().iter().step_by(6) {
        assert_eq!(logged_in(&shop, next).await, "/today", "{next:?}");
    }
    for (next, expected) in OURS.iter().copied() {
        assert_eq!(logged_in(&shop, next).await, start(expected), "{next:?}");
    }
    // The form doesn't contain another target either, whatever was requested.
    let browser = Browser::open(&shop);
    for next in hostile() {
        let page = browser
            .page(&format!("/login?next={}", encoded(&next)))
            .await;
        assert!(
            page.contains("name=\"next\" value=\"/today\""),
            "{next:?} {page}"
        );
        assert!(!page.contains("evil.example"), "{next:?} {page}");
    }
    // A page of ours whose path looks like another site's.
    for (path, next) in [("//tasks/1", "/tasks/1"), ("/tasks//1", "/today")] {
        let answer = browser.get(path).await;
        let page = browser.page(goes_to(&answer)).await;
        assert!(
            page.contains(&format!("name=\"next\" value=\"{next}\"")),
            "{path} {page}"
        );
    }
    shop.close().await;
}

#[tokio::test]
async fn a_form_redirects_to_our_own_pages_only() {
    let shop = Shop::with_owner().await;
    create(&shop, "+79000000001").await;
    let mut browser = Browser::signed_in(&shop, "owner@example.com").await;
    for back in hostile() {
        for path in ["/tasks/1/status", "/tasks/1/link"] {
            let form = [("status", "ACCEPTED"), ("back", &*back)];
            let answer = browser.post(path, &form).await;
            assert_eq!(goes_to(&answer), "/", "{path} {back:?}");
            assert!(answer.headers().get("set-cookie").is_none(), "{back:?}");
        }
    }
    for (back, expected) in OURS.iter().copied() {
        let form = [("back", back)];
        let answer = browser.post("/tasks/1/link", &form).await;
        assert_eq!(goes_to(&answer), expected, "{back:?}");
    }
    let form = [("status", "READY"), ("back", "/?q=лампа")];
    let answer = browser.post("/tasks/1/status", &form).await;
    let expected = "/?q=%D0%BB%D0%B0%D0%BC%D0%BF%D0%B0&changed=1&was=ACCEPTED";
    assert_eq!(goes_to(&answer), expected);
    shop.close().await;
}

#[tokio::test]
async fn no_form_on_an_error_page_has_a_foreign_target() {
    let shop = Shop::with_owner().await;
    let browser = Browser::signed_in(&shop, "owner@example.com").await;
    for path in [
        "//evil.example/x",
        "/%2f%2fevil.example",
        "/@evil.example",
        "/x?y=//evil.example",
    ] {
        let answer = browser.get(path).await;
        assert_eq!(answer.status(), 404, "{path}");
        let page = answer.text().await.unwrap();
        for part in ["action=\"//", "href=\"//", "action=\"/@", "href=\"/@"] {
            assert!(!page.contains(part), "{path} {page}");
        }
    }
    shop.close().await;
}
