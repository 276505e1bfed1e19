//! Bad input: a clear error that names the field, and nothing changed.

use reqwest::Method;
use serde_json::json;

use crate::harness::{Shop, code};

#[tokio::test]
async fn every_text_refuses_what_it_cannot_keep_and_keeps_the_rest() {
    let shop = Shop::with_owner().await;
    let create =
        "mutation($d: TaskInput!) { createTask(taskData: $d) { task { id description } } }";
    let card = "mutation($d: CustomerInput!) { createCustomer(customerData: $d) { customer { id name } } }";
    let long = "ы".repeat(10_001);
    for (query, data, field) in [
        (create, json!({"customerPhone": ""}), "customerPhone"),
        (create, json!({"customerPhone": "\u{0}"}), "customerPhone"),
        (
            create,
            json!({"customerPhone": "+7 900 abc"}),
            "customerPhone",
        ),
        (create, json!({"customerPhone": "1234"}), "customerPhone"),
        (
            create,
            json!({"customerPhone": "1234567890123456"}),
            "customerPhone",
        ),
        (
            create,
            json!({"customerPhone": "٠١٢٣٤٥٦٧"}),
            "customerPhone",
        ),
        (create, json!({"customerPhone": "📱12345"}), "customerPhone"),
        (
            create,
            json!({"customerPhone": "9".repeat(100_000)}),
            "customerPhone",
        ),
        (
            create,
            json!({"customerPhone": "+79000000001", "description": "a\u{0}b"}),
            "description",
        ),
        (
            create,
            json!({"customerPhone": "+79000000001", "description": long}),
            "description",
        ),
        (
            card,
            json!({"phone": "+79000000001", "name": "a\u{0}"}),
            "name",
        ),
        (
            card,
            json!({"phone": "+79000000001", "name": "two\nlines"}),
            "name",
        ),
        (
            card,
            json!({"phone": "+79000000001", "name": "ы".repeat(201)}),
            "name",
        ),
    ] {
        let body = json!({"query": query, "variables": {"d": data}}).to_string();
        let (status, answer) = shop.post("/graphql", &body).await;
        assert_eq!((status, code(&answer)), (200, "BAD_USER_INPUT"), "{answer}");
        assert_eq!(
            answer["errors"][0]["extensions"]["field"], field,
            "{answer}"
        );
    }
    let empty = shop
        .ask("{ customers { totalCount } tasks { totalCount } }")
        .await;
    assert_eq!(
        empty["data"],
        json!({"customers": {"totalCount": 0}, "tasks": {"totalCount": 0}})
    );
    let text = "שלום 🔧 <b>&amp;</b> 'quoted' \"twice\"\r\n\tв две строки ";
    for description in ["", text, &long[..20_000]] {
        let data = json!({"customerPhone": "+79000000001", "description": description});
        let body = json!({"query": create, "variables": {"d": data}}).to_string();
        let (_, answer) = shop.post("/graphql", &body).await;
        assert_eq!(
            answer["data"]["createTask"]["task"]["description"], description,
            "{answer}"
        );
    }
    let huge = json!({"query": create, "variables": {"d": {"customerPhone": "+79000000001", "description": "x".repeat(1_000_000)}}});
    let (status, answer) = shop.post("/graphql", &huge.to_string()).await;
    assert_eq!((status, code(&answer)), (413, "BAD_USER_INPUT"));
    shop.close().await;
}

#[tokio::test]
async fn flaw_15_a_task_needs_a_phone_and_nothing_is_null() {
    let shop = Shop::with_owner().await;
    for data in ["", "customerPhone: null", r#"customerPhone: """#] {
        let refused = shop
            .ask(&format!(
                "mutation {{ createTask(taskData: {{{data}}}) {{ task {{ id }} }} }}"
            ))
            .await;
        assert_eq!(code(&refused), "BAD_USER_INPUT", "{refused}");
        assert_eq!(refused["errors"][0]["extensions"]["field"], "customerPhone");
    }
    let made = shop
        .ask(r#"mutation { createTask(taskData: {customerPhone: "+79000000001", status: null, category: null, description: null}) { task { status category description } } }"#)
        .await;
    let expected = json!({"status": "ACCEPTED", "category": "OTHER", "description": ""});
    assert_eq!(made["data"]["createTask"]["task"], expected, "{made}");
    let same = shop
        .ask(r#"mutation { updateTask(taskData: {id: 1, status: null, category: null, description: null}) { task { version } } }"#)
        .await;
    assert_eq!(same["data"]["updateTask"]["task"]["version"], 1, "{same}");
    shop.close().await;
}

#[tokio::test]
async fn flaw_16_another_customers_phone_is_refused_and_ones_own_is_fine() {
    let shop = Shop::with_owner().await;
    shop.ask(
        r#"mutation { createTask(taskData: {customerPhone: "+7 900 000 00 01"}) { task { id } } }"#,
    )
    .await;
    let update = |phone: &str| {
        format!(
            r#"mutation {{ updateTask(taskData: {{id: 1, status: READY, customerPhone: "{phone}"}}) {{ task {{ status }} }} }}"#
        )
    };
    let other = shop.ask(&update("+79000000002")).await;
    assert_eq!(code(&other), "BAD_USER_INPUT", "{other}");
    let task = shop.ask("{ taskById(id: 1) { status version } }").await;
    assert_eq!(
        task["data"]["taskById"],
        json!({"status": "ACCEPTED", "version": 1})
    );
    let own = shop.ask(&update("8(900)0000001")).await;
    assert_eq!(
        own["data"]["updateTask"]["task"]["status"], "READY",
        "{own}"
    );
    shop.close().await;
}

#[tokio::test]
async fn unknown_tasks_are_not_found_and_malformed_ids_are_said_to_be() {
    let shop = Shop::with_owner().await;
    let expected = |id: &str| {
        if id == "7" {
            "NOT_FOUND"
        } else {
            "BAD_USER_INPUT"
        }
    };
    for id in [
        "7",
        "0",
        "-1",
        "abc",
        "9223372036854775808",
        "",
        "1.5",
        "+1",
        "１",
    ] {
        for query in [
            format!(r#"{{ taskById(id: "{id}") {{ id }} }}"#),
            format!(r#"{{ customerById(id: "{id}") {{ id }} }}"#),
            format!(r#"mutation {{ updateTask(taskData: {{id: "{id}"}}) {{ task {{ id }} }} }}"#),
            format!(r#"mutation {{ assignTask(id: "{id}") {{ task {{ id }} }} }}"#),
            format!(r#"mutation {{ deleteTask(id: "{id}") {{ id }} }}"#),
            format!(r#"mutation {{ retryNotice(id: "{id}") {{ task {{ id }} }} }}"#),
            format!(
                r#"mutation {{ confirmTelegram(customerId: "{id}") {{ customer {{ id }} }} }}"#
            ),
            format!(r#"mutation {{ unlinkTelegram(customerId: "{id}") {{ customer {{ id }} }} }}"#),
            format!(r#"mutation {{ deactivateEmployee(id: "{id}") {{ user {{ id }} }} }}"#),
        ] {
            let answer = shop.ask(&query).await;
            assert_eq!(code(&answer), expected(id), "{query} {answer}");
        }
    }
    shop.close().await;
}

#[tokio::test]
async fn requests_that_a_foreign_page_could_send_are_refused() {
    let shop = Shop::with_owner().await;
    let query = r#"{"query": "{ me { id } }"}"#;
    for kind in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/json; charset=utf-16",
        "application/jsonx",
    ] {
        let request = shop
            .request(Method::POST, "/graphql")
            .header("content-type", kind);
        assert_eq!(
            request.body(query).send().await.unwrap().status(),
            415,
            "{kind}"
        );
    }
    // Files are uploaded by programs that send a token, which a page of another site can't.
    let upload = reqwest::Client::new().post(format!("{}/graphql", shop.url));
    let upload = upload.header("content-type", "multipart/form-data; boundary=x");
    let cookie = format!("zayavka={}", shop.token.as_ref().unwrap());
    let upload = upload.header("cookie", cookie).body(query);
    assert_eq!(upload.send().await.unwrap().status(), 401);
    let bare = shop
        .request(Method::POST, "/graphql")
        .body(query)
        .send()
        .await
        .unwrap();
    assert_eq!(bare.status(), 415);
    let mutation = "/graphql?query=mutation{logoutEverywhere{success}}";
    let answer = shop.request(Method::GET, mutation).send().await.unwrap();
    assert_eq!(
        (answer.status().as_u16(), &answer.headers()["allow"]),
        (405, &"POST".parse().unwrap())
    );
    let read = shop
        .request(Method::GET, "/graphql?query={me{email}}")
        .send()
        .await
        .unwrap();
    assert!(read.text().await.unwrap().contains("owner@example.com"));
    for method in [Method::PUT, Method::DELETE, Method::PATCH] {
        let refused = shop.request(method, "/graphql").send().await.unwrap();
        assert_eq!(
            (refused.status().as_u16(), &refused.headers()["allow"]),
            (405, &"GET, HEAD, POST".parse().unwrap())
        );
    }
    let page = shop
        .request(Method::GET, "/graphql")
        .header("accept", "text/html")
        .send()
        .await
        .unwrap();
    let page = page.text().await.unwrap();
    assert_eq!(page.matches("integrity=\"sha384-").count(), 4, "{page}");
    assert_eq!(
        shop.request(Method::GET, "/nowhere")
            .send()
            .await
            .unwrap()
            .status(),
        404
    );
    shop.close().await;
}

#[tokio::test]
async fn a_body_without_a_length_is_taken_and_the_monitor_is_answered() {
    let shop = Shop::with_owner().await;
    let chunks = ["{\"query\": ", "\"{ me { id } }\"}"].map(Ok::<_, std::io::Error>);
    let chunked = reqwest::Body::wrap_stream(futures_util::stream::iter(chunks));
    let request = shop
        .request(Method::POST, "/graphql")
        .header("content-type", "application/json");
    let answer = request.body(chunked).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    let id = answer.headers()["x-request-id"].clone();
    assert_eq!(id.len(), 16);
    for path in ["/healthz", "/readyz"] {
        let answer = shop.request(Method::GET, path).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{path}");
        assert_ne!(answer.headers()["x-request-id"], id);
    }
    shop.close().await;
}

#[tokio::test]
async fn the_first_page_says_that_the_database_is_new_until_somebody_has_an_account() {
    let shop = Shop::open().await;
    let home = async |language: &str| {
        let request = shop
            .request(Method::GET, "/")
            .header("accept-language", language);
        let page = request.send().await.unwrap();
        (page.url().path().to_owned(), page.text().await.unwrap())
    };
    let (path, english) = home("en-GB,ru;q=0.5").await;
    assert_eq!(path, "/first-run");
    assert!(
        english.contains("new and empty") && english.contains("shop.db"),
        "{english}"
    );
    assert!(home("ru").await.1.contains("База данных новая и пустая"));
    shop.register("owner@example.com").await;
    let (path, later) = home("en").await;
    assert_eq!(path, "/login");
    assert!(!later.contains("shop.db"), "{later}");
    shop.close().await;
}

#[tokio::test]
async fn an_internal_error_has_a_request_id_and_reveals_nothing() {
    let shop = Shop::with_owner().await;
    shop.ask(
        r#"mutation { createTask(taskData: {customerPhone: "+79000000001"}) { task { id } } }"#,
    )
    .await;
    shop.database()
        .execute("ALTER TABLE task_events RENAME TO gone", [])
        .unwrap();
    let body = r#"{"query": "{ taskById(id: 1) { id history { kind } } }"}"#;
    let request = shop
        .request(Method::POST, "/graphql")
        .header("content-type", "application/json");
    let answer = request.body(body).send().await.unwrap();
    let id = answer.headers()["x-request-id"]
        .to_str()
        .unwrap()
        .to_owned();
    let text = answer.text().await.unwrap();
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(code(&json), "INTERNAL_SERVER_ERROR", "{text}");
    assert_eq!(json["errors"][0]["extensions"]["requestId"], id);
    assert!(
        !text.contains("task_events") && !text.contains("SELECT"),
        "{text}"
    );
    // A change that can't write its history is rolled back.
    let failed = shop
        .ask("mutation { updateTask(taskData: {id: 1, status: READY}) { task { id } } }")
        .await;
    assert_eq!(code(&failed), "INTERNAL_SERVER_ERROR", "{failed}");
    shop.database()
        .execute("ALTER TABLE gone RENAME TO task_events", [])
        .unwrap();
    let task = shop
        .ask("{ taskById(id: 1) { status version history { kind } } }")
        .await;
    let expected = json!({"status": "ACCEPTED", "version": 1, "history": [{"kind": "CREATED"}]});
    assert_eq!(task["data"]["taskById"], expected, "{task}");
    shop.close().await;
}
