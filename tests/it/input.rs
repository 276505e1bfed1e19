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
            format!(
                r#"mutation {{ assignTask(id: "{id}", employeeId: null) {{ task {{ id }} }} }}"#
            ),
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

/// What is wrong is named at once, with the path in the arguments and a sentence.
#[tokio::test]
async fn all_invalid_fields_are_named_at_once() {
    let shop = Shop::with_owner().await;
    let create = r#"mutation { createTask(taskData: {customerPhone: "1234", dueOn: "soon", price: 1.5, stageId: "x",
        device: {brand: "a\u0000", model: "b\u0000"}, warrantyOfId: "y"}) { task { id } } }"#;
    let card = r#"mutation { createCustomer(customerData: {phone: "1", name: "a\nb", email: "none", secondPhone: "x"}) { customer { id } } }"#;
    let hand_over = r#"mutation { handOver(taskId: 1, payments: [{method: CASH, sum: 1}, {method: CASH, sum: -1, drawerId: "x"}]) { task { id } } }"#;
    let settings = r#"mutation { updateSettings(settings: [{key: SHOP_NAME, value: "ok"}, {key: TIMEZONE, value: "Mars"}, {key: COUNTRY, value: "??"}]) { settings { key } } }"#;
    for (query, paths) in [
        (
            create,
            json!([
                ["taskData", "customerPhone"],
                ["taskData", "stageId"],
                ["taskData", "dueOn"],
                ["taskData", "device", "brand"],
                ["taskData", "device", "model"],
                ["taskData", "price"],
                ["taskData", "warrantyOfId"]
            ]),
        ),
        (
            card,
            json!([
                ["customerData", "phone"],
                ["customerData", "name"],
                ["customerData", "secondPhone"],
                ["customerData", "email"]
            ]),
        ),
        (
            hand_over,
            json!([["payments", 1, "sum"], ["payments", 1, "drawerId"]]),
        ),
        (settings, json!([["timezone"], ["country"]])),
        (
            "{ tasks(filter: {createdAt: \"x\", employeeId: \"y\"}) { totalCount } }",
            json!([["filter", "employeeId"], ["filter", "createdAt"]]),
        ),
    ] {
        let answer = shop.ask(query).await;
        assert_eq!(code(&answer), "BAD_USER_INPUT", "{query} {answer}");
        let extensions = &answer["errors"][0]["extensions"];
        let fields = extensions["fields"].as_array().unwrap();
        let mut found: Vec<_> = fields
            .iter()
            .map(|field| field["path"].to_string())
            .collect();
        let mut expected: Vec<_> = paths
            .as_array()
            .unwrap()
            .iter()
            .map(ToString::to_string)
            .collect();
        found.sort();
        expected.sort();
        assert_eq!(found, expected, "{answer}");
        assert!(
            fields
                .iter()
                .all(|field| field["message"].as_str().unwrap().ends_with('.')),
            "{answer}"
        );
        assert_eq!(
            &extensions["field"],
            fields[0]["path"].as_array().unwrap().last().unwrap()
        );
    }
    // One alone has the same form.
    let answer = shop.ask(r#"{ node(nodeId: "x") { nodeId } }"#).await;
    assert_eq!(
        answer["errors"][0]["extensions"]["fields"]
            .as_array()
            .unwrap()
            .len(),
        1,
        "{answer}"
    );
    let made = shop.ask("{ allTasks { id } }").await;
    assert_eq!(made, json!({"data": {"allTasks": []}}));
    shop.close().await;
}

/// Null erases, and absence keeps.
#[tokio::test]
async fn null_erases_and_absence_keeps() {
    let shop = Shop::with_owner().await;
    let made = shop
        .ask(
            r#"mutation {
        createCustomer(customerData: {phone: "+79000000001", name: "Anna", secondPhone: "+79000000002", email: "a@example.com",
            company: "ACME", taxNumber: "77", note: "calls"}) { customer { id } }
        createTask(taskData: {customerPhone: "+79000000001", dueOn: "2021-08-01", estimate: 100, price: 200,
            device: {kind: "phone", brand: "Acme", serialNumber: "SN1"}}) { task { id } }
        saveCatalogueItem(itemData: {kind: PART, name: "cable", price: 100, article: "A1", barcode: "4600"}) { item { id } }
    }"#,
        )
        .await;
    assert!(made["errors"].is_null(), "{made}");
    let card = "customer { name secondPhone email company taxNumber note }";
    let task =
        "task { dueOn estimate price employee { id } device { kind brand serialNumber model } }";
    let item = "item { article barcode price }";
    for (change, at, expected) in [
        (
            format!(r#"updateCustomer(customerData: {{phone: "+79000000001"}}) {{ {card} }}"#),
            "/updateCustomer/customer",
            json!({"name": "Anna", "secondPhone": "+79000000002", "email": "a@example.com", "company": "ACME", "taxNumber": "77", "note": "calls"}),
        ),
        (
            format!(
                r#"updateCustomer(customerData: {{phone: "+79000000001", secondPhone: null, email: null, company: null, taxNumber: null, note: null}}) {{ {card} }}"#
            ),
            "/updateCustomer/customer",
            json!({"name": "Anna", "secondPhone": null, "email": null, "company": null, "taxNumber": null, "note": null}),
        ),
        (
            format!(
                "updateTask(taskData: {{id: 1, device: {{brand: null}}, estimate: null}}) {{ {task} }}"
            ),
            "/updateTask/task",
            json!({"dueOn": "2021-08-01", "estimate": null, "price": 200, "employee": {"id": "1"},
                "device": {"kind": "phone", "brand": null, "serialNumber": "SN1", "model": null}}),
        ),
        (
            format!(
                "updateTask(taskData: {{id: 1, device: null, dueOn: null, price: null}}) {{ {task} }}"
            ),
            "/updateTask/task",
            json!({"dueOn": null, "estimate": null, "price": null, "employee": {"id": "1"},
                "device": {"kind": null, "brand": null, "serialNumber": null, "model": null}}),
        ),
        (
            format!("assignTask(id: 1, employeeId: null) {{ {task} }}"),
            "/assignTask/task/employee",
            json!(null),
        ),
        (
            format!("saveCatalogueItem(itemData: {{id: 1, article: null}}) {{ {item} }}"),
            "/saveCatalogueItem/item",
            json!({"article": null, "barcode": "4600", "price": 100}),
        ),
    ] {
        let answer = shop.ask(&format!("mutation {{ {change} }}")).await;
        assert!(answer["errors"].is_null(), "{change} {answer}");
        assert_eq!(
            answer["data"].pointer(at),
            Some(&expected),
            "{change} {answer}"
        );
    }
    let absent = shop
        .ask("mutation { assignTask(id: 1) { task { id } } }")
        .await;
    assert_eq!(code(&absent), "BAD_USER_INPUT");
    assert_eq!(absent["errors"][0]["extensions"]["field"], "employeeId");
    shop.close().await;
}
