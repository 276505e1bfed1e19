//! Tests of content negotiation by quality values (RFC 9110 §12.5).

use reqwest::Method;
use reqwest::header::{ACCEPT, ACCEPT_ENCODING, ACCEPT_LANGUAGE, CONTENT_ENCODING, CONTENT_TYPE};

use crate::harness::Shop;
use crate::pages::Browser;

#[tokio::test]
async fn the_api_answers_in_the_media_type_that_weighs_more() {
    let shop = Shop::open().await;
    let (json, graphql) = ("application/json", "application/graphql-response+json");
    for (accept, expected) in [
        (
            "application/json;q=0.5, application/graphql-response+json",
            graphql,
        ),
        (
            "application/json, application/graphql-response+json;q=0.5",
            json,
        ),
        (
            "application/graphql-response+json, application/json",
            graphql,
        ),
        ("application/graphql-response+json;q=0, */*", json),
        (
            "application/graphql-response+json;q=0.5, */*;q=0.1",
            graphql,
        ),
        ("*/*", json),
        ("application/*", json),
    ] {
        let asked = shop.request(Method::POST, "/graphql");
        let asked = asked.header(ACCEPT, accept).header(CONTENT_TYPE, json);
        let answer = asked.body(r#"{"query": "{ __typename }"}"#).send().await;
        let answer = answer.unwrap();
        let media_type = answer.headers()[CONTENT_TYPE].to_str().unwrap();
        assert_eq!(media_type, format!("{expected}; charset=utf-8"), "{accept}");
    }
    shop.close().await;
}

#[tokio::test]
async fn graphiql_is_for_those_who_want_a_page_more_than_data() {
    let shop = Shop::open().await;
    for (accept, is_page) in [
        (
            "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
            true,
        ),
        ("application/json;q=0.9, text/html", true),
        ("application/json, text/html;q=0.9", false),
        ("text/html;q=0, */*", false),
        ("*/*", false),
    ] {
        let asked = shop.request(Method::GET, "/graphql").header(ACCEPT, accept);
        let answer = asked.send().await.unwrap();
        let media_type = answer.headers()[CONTENT_TYPE].to_str().unwrap();
        assert_eq!(media_type.starts_with("text/html"), is_page, "{accept}");
    }
    shop.close().await;
}

#[tokio::test]
async fn a_page_is_in_the_language_that_weighs_more() {
    let shop = Shop::with_owner().await;
    for (accept, tag) in [
        ("en;q=0.5, ru", "ru"),
        ("ru;q=0.5, en", "en"),
        ("ru;q=0, en;q=0.1", "en"),
        ("en, ru", "en"),
        ("en;q=0", "ru"),
    ] {
        let asked = shop.request(Method::GET, "/login");
        let answer = asked.header(ACCEPT_LANGUAGE, accept).send().await.unwrap();
        let page = answer.text().await.unwrap();
        assert!(page.contains(&format!("<html lang=\"{tag}\"")), "{accept}");
    }
    shop.close().await;
}

#[tokio::test]
async fn nobody_gets_gzip_who_refuses_it() {
    let shop = Shop::with_owner().await;
    let page = Browser::open(&shop).page("/login").await;
    let (_, style) = page.split_once("/assets/desk-").unwrap();
    let style = format!("/assets/desk-{}", style.split('"').next().unwrap());
    for (accept, is_packed) in [
        ("gzip", true),
        ("br;q=1.0, gzip;q=0.1", true),
        ("gzip;q=0", false),
        ("gzip;q=0, *", false),
        ("identity, gzip;q=0.5", false),
    ] {
        for path in ["/login", &style] {
            let asked = shop.request(Method::GET, path);
            let answer = asked.header(ACCEPT_ENCODING, accept).send().await.unwrap();
            let coding = answer.headers().get(CONTENT_ENCODING);
            assert_eq!(coding.is_some(), is_packed, "{path} {accept}");
        }
    }
    shop.close().await;
}
