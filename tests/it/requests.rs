//! GraphQL over HTTP: what clients send and accept, whatever the document is.

use std::time::Duration;

use reqwest::header::{ACCEPT, CONTENT_TYPE, ORIGIN, VARY};
use reqwest::{Method, Response};
use serde_json::{Value, json};

use crate::harness::{Shop, code};

const JSON: &str = "application/json";
const GRAPHQL: &str = "application/graphql-response+json";
const APP: &str = "https://app.example.com";

/// Encodes the parameters of a query string.
pub fn encoded(parameters: &[(&str, &str)]) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(parameters).finish()
}

/// Sends a query by GET with these parameters.
async fn get(shop: &Shop, parameters: &[(&str, &str)], accept: &str) -> Response {
    let path = format!("/graphql?{}", encoded(parameters));
    let request = shop.request(Method::GET, &path).header(ACCEPT, accept);
    request.send().await.unwrap()
}

async fn parsed(answer: Response) -> (u16, Value) {
    let status = answer.status().as_u16();
    let text = answer.text().await.unwrap();
    (status, serde_json::from_str(&text).unwrap())
}

/// Returns the values of a header, joined.
fn all(answer: &Response, name: impl reqwest::header::AsHeaderName) -> String {
    let values = answer.headers().get_all(name).iter();
    let values: Vec<_> = values.map(|value| value.to_str().unwrap()).collect();
    values.join(", ")
}

#[tokio::test]
async fn a_persisted_query_without_its_text_is_asked_for_again_with_it() {
    let shop = Shop::with_owner().await;
    let hash = json!({"persistedQuery": {"version": 1, "sha256Hash": "ab".repeat(32)}});
    let text = hash.to_string();
    for (accept, status) in [(JSON, 200), (GRAPHQL, 400)] {
        let posted = json!({"extensions": hash, "operationName": "A"}).to_string();
        let empty = json!({"extensions": hash, "query": ""}).to_string();
        for body in [&posted, &empty] {
            let answer = shop.post_accepting("/graphql", body, accept).await;
            let refused = get(&shop, &[("extensions", &text)], accept).await;
            for (found, answer) in [answer, parsed(refused).await] {
                assert_eq!(found, status, "{answer}");
                assert_eq!(
                    answer,
                    json!({"errors": [{"message": "PersistedQueryNotSupported",
                        "extensions": {"code": "PERSISTED_QUERY_NOT_SUPPORTED"}}]})
                );
            }
        }
    }
    // With the text, which is what clients send next, it runs.
    let body = json!({"query": "{ me { email } }", "extensions": hash});
    let (status, answer) = shop.post("/graphql", &body.to_string()).await;
    assert_eq!(
        (status, &answer["data"]["me"]["email"]),
        (200, &json!("owner@example.com"))
    );
    let sent = [("query", "{ me { email } }"), ("extensions", &text)];
    let (status, answer) = parsed(get(&shop, &sent, JSON).await).await;
    assert_eq!(
        (status, &answer["data"]["me"]["email"]),
        (200, &json!("owner@example.com"))
    );
    // Without text and hash it is no request at all.
    for body in [
        r#"{"extensions": {"persistedQuery": null}}"#,
        r#"{"query": null}"#,
    ] {
        let (status, answer) = shop.post("/graphql", body).await;
        assert_eq!((status, code(&answer)), (400, "BAD_USER_INPUT"), "{answer}");
    }
    shop.close().await;
}

#[tokio::test]
async fn a_batch_gets_an_error_for_each_of_its_requests_and_runs_none() {
    let shop = Shop::with_owner().await;
    let create = json!({"query":
        r#"mutation { createTask(taskData: {customerPhone: "+79000000001"}) { task { id } } }"#});
    for (batch, count) in [
        (json!([create]), 1),
        (json!([create, {"query": "{ me { id } }"}]), 2),
        // The parameters by their order are a batch like any other.
        (json!(["{ me { id } }", null, null, null]), 4),
        (json!(vec![create; 100]), 100),
        // The response doesn't grow with the request.
        (json!(vec![0; 100_000]), 100),
    ] {
        for accept in [JSON, "*/*", GRAPHQL] {
            let (status, answer) = shop
                .post_accepting("/graphql", &format!(" {batch}"), accept)
                .await;
            assert_eq!(status, 200, "{answer:.200}");
            let errors = answer.as_array().unwrap();
            assert_eq!(errors.len(), count);
            assert!(
                errors.iter().all(|error| code(error) == "BAD_USER_INPUT"),
                "{answer:.200}"
            );
        }
    }
    for body in ["[]", "[", r#"[{"query": "{ me { id } }"}"#] {
        let (status, answer) = shop.post("/graphql", body).await;
        assert_eq!((status, code(&answer)), (400, "BAD_USER_INPUT"), "{answer}");
    }
    let answer = shop.ask("{ allTasks { id } }").await;
    assert_eq!(answer["data"]["allTasks"], json!([]));
    shop.close().await;
}

#[tokio::test]
async fn the_media_type_is_the_one_that_the_client_weighs_most() {
    let shop = Shop::open().await;
    let post = async |accept: Option<&str>| {
        let mut request = shop
            .request(Method::POST, "/graphql")
            .header(CONTENT_TYPE, JSON);
        if let Some(accept) = accept {
            request = request.header(ACCEPT, accept);
        }
        request
            .body(r#"{"query": "{ __typename }"}"#)
            .send()
            .await
            .unwrap()
    };
    for (accept, expected) in [
        (None, JSON),
        (Some("*/*"), JSON),
        (Some(""), JSON),
        (
            Some("application/json;q=0.9, application/graphql-response+json;q=0.1"),
            JSON,
        ),
        (Some("application/json;q=0, */*"), GRAPHQL),
        (Some("application/json;q=0.2, application/*;q=0.3"), GRAPHQL),
        (
            Some("application/graphql-response+json;q=0, application/*"),
            JSON,
        ),
        // The default of Java before 20, whose quality values are malformed.
        (
            Some("text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2"),
            JSON,
        ),
    ] {
        let answer = post(accept).await;
        assert_eq!(answer.status(), 200, "{accept:?}");
        let found = answer.headers()[CONTENT_TYPE].to_str().unwrap();
        assert_eq!(found, format!("{expected}; charset=utf-8"), "{accept:?}");
        assert_eq!(all(&answer, VARY), "Accept");
    }
    for accept in [
        "application/json;q=0",
        "application/json;q=0, application/graphql-response+json;q=0, text/event-stream;q=0, */*",
        "application/*;q=0.0",
        "text/html",
    ] {
        let answer = post(Some(accept)).await;
        assert_eq!(all(&answer, VARY), "Accept");
        let (status, answer) = parsed(answer).await;
        assert_eq!((status, code(&answer)), (406, "BAD_USER_INPUT"), "{accept}");
    }
    // What is refused for another reason depends on Accept as well.
    let html = shop
        .request(Method::GET, "/graphql")
        .header(ACCEPT, "text/html");
    let page = html.send().await.unwrap();
    assert_eq!(
        (page.status().as_u16(), &*all(&page, VARY)),
        (200, "Accept")
    );
    let put = shop.request(Method::PUT, "/graphql").send().await.unwrap();
    assert_eq!((put.status().as_u16(), &*all(&put, VARY)), (405, "Accept"));
    shop.close().await;
}

#[tokio::test]
async fn head_is_answered_like_get_and_empty_parameters_are_none() {
    let shop = Shop::with_owner().await;
    let query = encoded(&[("query", "{ me { id } }")]);
    let path = format!("/graphql?{query}");
    let body = shop.request(Method::GET, &path).send().await.unwrap();
    let head = shop.request(Method::HEAD, &path).send().await.unwrap();
    for name in ["content-type", "content-length", "vary"] {
        assert_eq!(head.headers()[name], body.headers()[name], "{name}");
    }
    assert_eq!(head.status(), 200);
    assert_eq!(head.text().await.unwrap(), "");
    let mutation = encoded(&[("query", "mutation { logoutEverywhere { success } }")]);
    let path = format!("/graphql?{mutation}");
    let head = shop.request(Method::HEAD, &path).send().await.unwrap();
    assert_eq!(
        (head.status().as_u16(), &*all(&head, "allow")),
        (405, "POST")
    );
    let empty = [
        ("query", "{ me { email } }"),
        ("operationName", ""),
        ("variables", ""),
        ("extensions", ""),
    ];
    let (status, answer) = parsed(get(&shop, &empty, JSON).await).await;
    assert_eq!(
        (status, &answer["data"]["me"]["email"]),
        (200, &json!("owner@example.com"))
    );
    let body = json!({"query": "{ me { email } }", "operationName": "", "variables": null});
    let (_, answer) = shop.post("/graphql", &body.to_string()).await;
    assert_eq!(
        answer["data"]["me"]["email"], "owner@example.com",
        "{answer}"
    );
    for name in ["variables", "extensions"] {
        for bad in ["[]", "1", "{"] {
            let sent = [("query", "{ me { email } }"), (name, bad)];
            let (status, answer) = parsed(get(&shop, &sent, JSON).await).await;
            assert_eq!(
                (status, code(&answer)),
                (400, "BAD_USER_INPUT"),
                "{name} {bad}"
            );
        }
    }
    shop.close().await;
}

#[tokio::test]
async fn a_named_site_may_send_the_headers_that_it_asks_for_as_often_as_it_likes() {
    let settings = "[http]\nrequests_per_second = 1\ncors_origins = ['https://app.example.com']\n\
        trusted_proxies = ['127.0.0.1']";
    let shop = Shop::open_with(settings, "").await;
    let preflight = async |path: &str, origin: &str| {
        let request = shop.request(Method::OPTIONS, path).header(ORIGIN, origin);
        let request = request
            .header("x-forwarded-for", "203.0.113.7")
            .header("access-control-request-method", "POST")
            .header(
                "access-control-request-headers",
                "authorization,x-apollo-operation-name",
            );
        request.send().await.unwrap()
    };
    for _ in 0..50 {
        for path in [
            "/graphql",
            "/graphql/",
            "/events",
            "/photos/1",
            "/attachments/1",
        ] {
            let allowed = preflight(path, APP).await;
            assert_eq!(allowed.status(), 204, "{path}");
            assert_eq!(all(&allowed, "access-control-allow-origin"), APP);
            assert_eq!(
                all(&allowed, "access-control-allow-headers"),
                "authorization,x-apollo-operation-name"
            );
            assert_eq!(
                all(&allowed, VARY),
                "Access-Control-Request-Headers, Origin"
            );
        }
    }
    let post = async |origin: Option<&str>| {
        let mut request = shop
            .request(Method::POST, "/graphql")
            .header(CONTENT_TYPE, JSON);
        if let Some(origin) = origin {
            request = request.header(ORIGIN, origin);
        }
        let request = request.header("x-forwarded-for", "203.0.113.7");
        request
            .body(r#"{"query": "{ __typename }"}"#)
            .send()
            .await
            .unwrap()
    };
    let limited = loop {
        let answer = post(Some(APP)).await;
        assert_eq!(
            all(&answer, "access-control-expose-headers"),
            "X-Request-Id, Retry-After"
        );
        if answer.status() != 200 {
            break answer;
        }
    };
    assert_eq!(
        (limited.status().as_u16(), &*all(&limited, "retry-after")),
        (429, "2")
    );
    // Those of others count, and no origin gets what depends on another's.
    assert_eq!(
        preflight("/graphql", "https://evil.example").await.status(),
        429
    );
    for origin in [None, Some("https://evil.example"), Some(APP)] {
        let answer = post(origin).await;
        assert_eq!(all(&answer, VARY), "Accept, Origin");
        let allowed = answer.headers().contains_key("access-control-allow-origin");
        assert_eq!(allowed, origin == Some(APP), "{origin:?}");
    }
    shop.clock.advance(Duration::from_secs(60));
    shop.close().await;
}

#[tokio::test]
async fn an_unknown_path_is_not_found_in_the_format_of_the_caller_whatever_its_origin() {
    let shop = Shop::with_owner().await;
    for (method, path) in [
        (Method::GET, "/nowhere"),
        (Method::POST, "/graphqll"),
        (Method::POST, "/tasks/1/nothing/here"),
        (Method::PUT, "/api/v1"),
        (Method::OPTIONS, "/api/v1"),
    ] {
        for (accept, sends, is_json) in [
            ("application/json", "", true),
            ("application/graphql-response+json", "", true),
            ("*/*", "application/json", true),
            ("*/*", "", false),
            (
                "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
                "",
                false,
            ),
            (
                "text/html, application/json;q=0.9",
                "application/json",
                false,
            ),
        ] {
            for origin in [None, Some("https://evil.example"), Some("null")] {
                let mut request = shop.request(method.clone(), path).header(ACCEPT, accept);
                if !sends.is_empty() {
                    request = request.header(CONTENT_TYPE, sends).body("{}");
                }
                if let Some(origin) = origin {
                    request = request.header(ORIGIN, origin);
                }
                let answer = request.send().await.unwrap();
                assert_eq!(answer.status(), 404, "{method} {path} {accept} {origin:?}");
                let text = answer.text().await.unwrap();
                match is_json {
                    true => {
                        let found: Value = serde_json::from_str(&text).unwrap();
                        assert_eq!(code(&found), "NOT_FOUND", "{path} {accept}");
                    }
                    false => assert!(text.contains("<html lang="), "{path} {accept} {text}"),
                }
            }
        }
    }
    // A form of another site is still refused where there is a page.
    let form = shop
        .request(Method::POST, "/new-task")
        .header(ORIGIN, "https://evil.example");
    assert_eq!(form.send().await.unwrap().status(), 403);
    shop.close().await;
}

#[tokio::test]
async fn the_schema_is_given_to_those_who_may_introspect() {
    for (setting, nobody, owner) in [("staff", 401, 200), ("all", 200, 200), ("off", 403, 403)] {
        let settings = format!("[graphql]\nintrospection = '{setting}'");
        let mut shop = Shop::open_with(&settings, "").await;
        for expected in [nobody, owner] {
            let answer = shop
                .request(Method::GET, "/graphql/schema")
                .send()
                .await
                .unwrap();
            assert_eq!(answer.status(), expected, "{setting}");
            let media_type = all(&answer, CONTENT_TYPE);
            let text = answer.text().await.unwrap();
            if expected == 200 {
                assert_eq!(media_type, "text/plain; charset=utf-8");
                assert_eq!(text, zayavka::graphql::sdl());
            } else {
                let answer: Value = serde_json::from_str(&text).unwrap();
                let expected = if expected == 401 {
                    "UNAUTHENTICATED"
                } else {
                    "FORBIDDEN"
                };
                assert_eq!(code(&answer), expected, "{answer}");
            }
            let answer = shop.register("owner@example.com").await;
            let token = &answer["data"]["register"]["token"];
            shop.token = token.as_str().map(str::to_owned);
        }
        shop.close().await;
    }
}
