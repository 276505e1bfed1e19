//! Operations over server-sent events, by graphql-sse in its mode of distinct connections.

use std::time::Duration;

use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use reqwest::{Method, Response};
use serde_json::{Value, json};

use crate::harness::{Shop, code};
use crate::requests::encoded;

const EVENTS: &str = "text/event-stream";
/// What urql sends with each query and mutation.
const ANY: &str = "application/graphql-response+json, application/graphql+json, \
    application/json, text/event-stream, multipart/mixed";
const WATCH: &str = "subscription { taskChanged { kind id task { status } } }";
const CREATE: &str =
    r#"mutation { createTask(taskData: {customerPhone: "+79000000001"}) { task { id } } }"#;

/// An open stream.
pub struct Events {
    response: Response,
    unread: String,
}

impl Events {
    /// Sends an operation by POST.
    pub async fn post(shop: &Shop, query: &str) -> Self {
        let request = shop
            .request(Method::POST, "/graphql")
            .header(ACCEPT, EVENTS);
        let request = request.header(CONTENT_TYPE, "application/json");
        let body = json!({"query": query}).to_string();
        Self::of(request.body(body).send().await.unwrap())
    }

    /// Sends an operation by GET.
    async fn get(shop: &Shop, query: &str) -> Self {
        let path = format!("/graphql?{}", encoded(&[("query", query)]));
        let request = shop.request(Method::GET, &path).header(ACCEPT, EVENTS);
        Self::of(request.send().await.unwrap())
    }

    fn of(response: Response) -> Self {
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()[CONTENT_TYPE], EVENTS);
        let unread = String::new();
        Self { response, unread }
    }

    /// Returns the next event or comment as it is written; `None` at the end of the stream.
    pub async fn raw(&mut self) -> Option<String> {
        loop {
            if let Some((event, rest)) = self.unread.split_once("\n\n") {
                let event = event.to_owned();
                self.unread = rest.to_owned();
                return Some(event);
            }
            let Some(chunk) = self.response.chunk().await.unwrap() else {
                assert_eq!(self.unread, "");
                return None;
            };
            self.unread += std::str::from_utf8(&chunk).unwrap();
        }
    }

    /// Returns the next execution result.
    pub async fn next(&mut self) -> Value {
        let event = self.raw().await.unwrap();
        let data = event.strip_prefix("event: next\ndata: ");
        serde_json::from_str(data.unwrap_or_else(|| panic!("{event}"))).unwrap()
    }

    /// Expects that the operation is complete.
    async fn completes(mut self) {
        let last = self.raw().await;
        assert_eq!(last.as_deref(), Some("event: complete\ndata: "));
        assert_eq!(self.raw().await, None);
    }
}

#[tokio::test]
async fn queries_and_mutations_are_one_result_and_the_end() {
    let shop = Shop::with_owner().await;
    let mut events = Events::post(&shop, CREATE).await;
    assert_eq!(
        events.next().await,
        json!({"data": {"createTask": {"task": {"id": "1"}}}})
    );
    events.completes().await;
    let mut events = Events::get(
        &shop,
        "{ allTasks { id } me { email } nobody: taskById(id: 9) { id } }",
    )
    .await;
    let result = events.next().await;
    assert_eq!(result["data"]["allTasks"], json!([{"id": "1"}]), "{result}");
    assert_eq!(code(&result), "NOT_FOUND", "{result}");
    events.completes().await;
    shop.close().await;
}

#[tokio::test]
async fn a_document_that_is_refused_is_a_result_and_a_malformed_request_a_status() {
    let shop = Shop::with_owner().await;
    for (query, expected) in [
        ("{", "GRAPHQL_PARSE_FAILED"),
        ("{ nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("subscription { nothing }", "GRAPHQL_VALIDATION_FAILED"),
    ] {
        let mut events = Events::post(&shop, query).await;
        let result = events.next().await;
        assert_eq!(
            (code(&result), result.get("data")),
            (expected, None),
            "{query} {result}"
        );
        events.completes().await;
    }
    let send = async |method: Method, path: &str, kind: &str, body: &str| {
        let request = shop.request(method, path).header(ACCEPT, EVENTS);
        let request = request.header(CONTENT_TYPE, kind).body(body.to_owned());
        let answer = request.send().await.unwrap();
        let media_type = answer.headers()[CONTENT_TYPE].to_str().unwrap().to_owned();
        assert_eq!(
            media_type, "application/json; charset=utf-8",
            "{path} {body}"
        );
        let status = answer.status().as_u16();
        let answer: Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
        assert!(answer["errors"][0]["message"].is_string(), "{answer}");
        status
    };
    let mutation = format!("/graphql?{}", encoded(&[("query", CREATE)]));
    let json = "application/json";
    assert_eq!(send(Method::POST, "/graphql", json, "{}").await, 400);
    assert_eq!(send(Method::POST, "/graphql", json, "no").await, 400);
    assert_eq!(
        send(Method::POST, "/graphql", "text/plain", "{}").await,
        415
    );
    // A request to reserve a stream, which the other mode has.
    assert_eq!(send(Method::PUT, "/graphql", json, "").await, 405);
    assert_eq!(send(Method::GET, "/graphql", json, "").await, 400);
    assert_eq!(send(Method::GET, &mutation, json, "").await, 405);
    let hash = r#"{"extensions": {"persistedQuery": {"version": 1, "sha256Hash": "00"}}}"#;
    let request = shop
        .request(Method::POST, "/graphql")
        .header(ACCEPT, EVENTS);
    let request = request.header(CONTENT_TYPE, json).body(hash);
    let mut events = Events::of(request.send().await.unwrap());
    assert_eq!(code(&events.next().await), "PERSISTED_QUERY_NOT_SUPPORTED");
    events.completes().await;
    let tasks = shop.ask("{ allTasks { id } }").await;
    assert_eq!(tasks["data"]["allTasks"], json!([]));
    shop.close().await;
}

#[tokio::test]
async fn a_subscription_tells_changes_by_either_method() {
    let shop = Shop::with_owner().await;
    let mut posted = Events::post(&shop, WATCH).await;
    let mut got = Events::get(&shop, WATCH).await;
    // A comment shows that both are listening.
    for events in [&mut posted, &mut got] {
        let comment = async {
            loop {
                shop.clock.advance(Duration::from_secs(15));
                for _ in 0..100 {
                    tokio::task::yield_now().await;
                }
            }
        };
        tokio::select! {
            heartbeat = events.raw() => assert_eq!(heartbeat.as_deref(), Some(":")),
            () = comment => {}
        }
    }
    shop.ask(CREATE).await;
    shop.ask("mutation { updateTask(taskData: {id: 1, status: READY}) { task { id } } }")
        .await;
    for events in [&mut posted, &mut got] {
        for (kind, status) in [("CREATED", "ACCEPTED"), ("UPDATED", "READY")] {
            let next = loop {
                match events.raw().await.unwrap() {
                    comment if comment == ":" => {}
                    event => break event,
                }
            };
            let data = next.strip_prefix("event: next\ndata: ").unwrap();
            let data: Value = serde_json::from_str(data).unwrap();
            let change = &data["data"]["taskChanged"];
            assert_eq!(
                (&change["kind"], &change["id"]),
                (&json!(kind), &json!("1"))
            );
            // The task is read when the event is sent, so the first may tell the newer status.
            let found = change["task"]["status"].as_str().unwrap();
            assert!([status, "READY"].contains(&found), "{change}");
        }
    }
    shop.close().await;
    // The server stops before the operation is complete: clients connect again.
    for mut events in [posted, got] {
        assert_eq!(events.raw().await, None);
    }
}

#[tokio::test]
async fn a_stream_needs_a_token_and_ends_with_its_session() {
    let mut shop = Shop::with_owner().await;
    let mut events = Events::post(&shop, WATCH).await;
    shop.ask("mutation { logout { success } }").await;
    assert_eq!(code(&events.next().await), "UNAUTHENTICATED");
    events.completes().await;
    let mut late = Events::post(&shop, WATCH).await;
    assert_eq!(code(&late.next().await), "UNAUTHENTICATED");
    late.completes().await;
    let token = shop.token.take().unwrap();
    let mut nobody = Events::post(&shop, WATCH).await;
    assert_eq!(code(&nobody.next().await), "UNAUTHENTICATED");
    nobody.completes().await;
    // The pages' cookie opens nothing here.
    let token = match shop.login("owner@example.com").await {
        Some(new) => new,
        None => token,
    };
    let path = format!("/graphql?{}", encoded(&[("query", WATCH)]));
    let request = shop.request(Method::GET, &path).header(ACCEPT, EVENTS);
    let request = request.header("cookie", format!("zayavka={token}"));
    let mut by_cookie = Events::of(request.send().await.unwrap());
    assert_eq!(code(&by_cookie.next().await), "UNAUTHENTICATED");
    let request = shop.request(Method::GET, &path).header(ACCEPT, EVENTS);
    let request = request.header(AUTHORIZATION, format!("bearer {token}"));
    let mut by_token = Events::of(request.send().await.unwrap());
    shop.clock.advance(Duration::from_secs(60 * 60 * 24 * 60));
    let last = loop {
        match by_token.raw().await.unwrap() {
            comment if comment == ":" => {}
            event => break event,
        }
    };
    assert!(last.contains("UNAUTHENTICATED"), "{last}");
    by_token.completes().await;
    shop.close().await;
}

#[tokio::test]
async fn clients_that_accept_both_get_data_of_queries_and_events_of_subscriptions() {
    let shop = Shop::with_owner().await;
    let send = async |accept: &str, query: &str| {
        let request = shop
            .request(Method::POST, "/graphql")
            .header(ACCEPT, accept);
        let request = request.header(CONTENT_TYPE, "application/json");
        let body = json!({"query": query}).to_string();
        let answer = request.body(body).send().await.unwrap();
        let media_type = answer.headers()[CONTENT_TYPE].to_str().unwrap();
        (answer.status().as_u16(), media_type.to_owned())
    };
    let json = "application/json; charset=utf-8";
    let graphql = "application/graphql-response+json; charset=utf-8";
    let query = "{ me { id } }";
    for (accept, of_query, of_subscription) in [
        (ANY, (200, graphql), (200, EVENTS)),
        (
            "text/event-stream, multipart/mixed",
            (200, EVENTS),
            (200, EVENTS),
        ),
        ("text/event-stream, */*", (200, EVENTS), (200, EVENTS)),
        ("text/event-stream;q=0.1, */*", (200, json), (200, EVENTS)),
        (
            "text/event-stream, application/json;q=0.9",
            (200, EVENTS),
            (200, EVENTS),
        ),
        (
            "text/event-stream;q=0, application/json",
            (200, json),
            (400, json),
        ),
        ("*/*", (200, json), (400, json)),
    ] {
        let expect = |(status, media_type): (u16, &str)| (status, media_type.to_owned());
        assert_eq!(send(accept, query).await, expect(of_query), "{accept}");
        assert_eq!(
            send(accept, WATCH).await,
            expect(of_subscription),
            "{accept}"
        );
    }
    shop.close().await;
}

#[tokio::test]
async fn a_long_result_is_one_event_from_the_memory_of_answers() {
    let shop = Shop::with_owner().await;
    for _ in 0..300 {
        shop.ask(CREATE).await;
    }
    let long =
        "{ allTasks { id status category description createdAt customer { phone name id } } }";
    let expected = shop.ask(long).await;
    assert!(expected.to_string().len() > 40_000);
    let wide: String = (0..10)
        .map(|n| format!("a{n}: allTasks {{ id description customer {{ phone name }} }} "))
        .collect();
    for query in [long.to_owned(), format!("{{ {wide} }}")] {
        let expected = shop.ask(&query).await;
        let mut events = Events::post(&shop, &query).await;
        assert_eq!(events.next().await, expected);
        events.completes().await;
    }
    shop.close().await;
}
