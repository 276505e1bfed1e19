//! Documents on which servers tend to part from the specification (October 2021), each with the response that it
//! demands, to the byte: the order of keys counts.

use futures_util::StreamExt;
use reqwest::Method;
use serde_json::{Value, json};

use crate::event_streams::Events;
use crate::harness::{Shop, code};
use crate::live::{connect, hear, init, say, subscribe};

async fn raw(shop: &Shop, query: &str, variables: Value) -> String {
    let body = json!({ "query": query, "variables": variables }).to_string();
    let request = shop.request(Method::POST, "/graphql").body(body);
    let request = request.header("content-type", "application/json");
    request.send().await.unwrap().text().await.unwrap()
}

/// Opens a shop with two tasks, whose customers have the phones +79000000001 and +79000000002.
async fn shop() -> Shop {
    let shop = Shop::with_owner().await;
    for number in 1..=2 {
        let create = format!(
            r#"mutation {{ createTask(taskData: {{customerPhone: "+7900000000{number}", description: "task {number}"}}) {{ task {{ id }} }} }}"#
        );
        shop.ask(&create).await;
    }
    shop
}

async fn comments(shop: &Shop, task: u32) -> usize {
    let query = format!("{{ taskById(id: {task}) {{ comments {{ id }} }} }}");
    let answer = shop.ask(&query).await;
    let comments = &answer["data"]["taskById"]["comments"];
    comments.as_array().map_or(0, Vec::len)
}

#[tokio::test]
async fn data_is_as_the_specification_has_it() {
    let shop = shop().await;
    let none = json!({});
    let cases = [
        // Keys in the order of the document, on every level.
        (
            "{ tasks(first: 1) { nodes { description id } totalCount } shop { currencyDigits currency } me { role id } }",
            &none,
            r#"{"data":{"tasks":{"nodes":[{"description":"task 2","id":"2"}],"totalCount":2},"shop":{"currencyDigits":2,"currency":"RUB"},"me":{"role":"OWNER","id":"1"}}}"#,
        ),
        // Merged fields stand where the first of them stands.
        (
            "{ me { role } shop { currency } ... on Query { me { id role } } ...F } fragment F on Query { me { email } }",
            &none,
            r#"{"data":{"me":{"role":"OWNER","id":"1","email":"owner@example.com"},"shop":{"currency":"RUB"}}}"#,
        ),
        (
            "{ taskById(id: 1) { customer { tasks { id } } customer { tasks { description } id } } }",
            &none,
            r#"{"data":{"taskById":{"customer":{"tasks":[{"id":"1","description":"task 1"}],"id":"1"}}}}"#,
        ),
        // Directives, by a default too; what they empty is an empty object.
        (
            "query ($p: Boolean = true) { me { id @include(if: $p) email @skip(if: $p) } }",
            &none,
            r#"{"data":{"me":{"id":"1"}}}"#,
        ),
        (
            "{ me { ... { email @skip(if: true) } } }",
            &none,
            r#"{"data":{"me":{}}}"#,
        ),
        (
            "{ allTasks { customer { id @include(if: false) } } }",
            &none,
            r#"{"data":{"allTasks":[{"customer":{}},{"customer":{}}]}}"#,
        ),
        (
            "{ shop { currency @skip(if: true) } shop { currencyDigits } }",
            &none,
            r#"{"data":{"shop":{"currencyDigits":2}}}"#,
        ),
        ("{ me @skip(if: true) { id } }", &none, r#"{"data":{}}"#),
        (
            "query ($v: Boolean!) { me { __typename @skip(if: $v) id } }",
            &json!({ "v": true }),
            r#"{"data":{"me":{"id":"1"}}}"#,
        ),
        // Introspection as the newest tools ask for it.
        (
            "{ __type(name: \"TaskInput\") { kind isOneOf specifiedByURL } __schema { queryType { name } directives { isRepeatable } } }",
            &none,
            r#"{"data":{"__type":{"kind":"INPUT_OBJECT","isOneOf":false,"specifiedByURL":null},"__schema":{"queryType":{"name":"Query"},"directives":[{"isRepeatable":false},{"isRepeatable":false},{"isRepeatable":false},{"isRepeatable":false},{"isRepeatable":false}]}}}"#,
        ),
        // Variables, and arguments that are left out for want of one.
        (
            "query ($n: Int) { tasks(first: $n) { totalCount } }",
            &none,
            r#"{"data":{"tasks":{"totalCount":2}}}"#,
        ),
        (
            "query ($n: Int) { tasks(first: $n) { totalCount } }",
            &json!({ "n": 100.0 }),
            r#"{"data":{"tasks":{"totalCount":2}}}"#,
        ),
        (
            "query ($s: [StatusEnum], $q: String) { tasks(filter: {statuses: $s, search: $q}) { totalCount } }",
            &json!({ "s": "ACCEPTED" }),
            r#"{"data":{"tasks":{"totalCount":2}}}"#,
        ),
        (
            "query ($a: Int !) { tasks(first: $a) { totalCount } }",
            &json!({ "a": 1, "unknown": [] }),
            r#"{"data":{"tasks":{"totalCount":2}}}"#,
        ),
        // Commas mean nothing.
        (
            "query ($n: Int,,) {,me,{a,:id,,},...,on,Query,@include(if:,true),{tasks(,first:,$n,),{totalCount}},}",
            &json!({ "n": -0.0 + 5.0 }),
            r#"{"data":{"me":{"a":"1"},"tasks":{"totalCount":2}}}"#,
        ),
        (
            "query ($i: ID!) { taskById(id: $i) { id } }",
            &json!({ "i": 1 }),
            r#"{"data":{"taskById":{"id":"1"}}}"#,
        ),
    ];
    for (query, variables, expected) in cases {
        assert_eq!(
            raw(&shop, query, variables.clone()).await,
            expected,
            "{query}"
        );
    }
    shop.close().await;
}

#[tokio::test]
async fn strings_are_read_as_the_specification_has_them() {
    let shop = shop().await;
    let brackets = format!("\"{}\"", "(".repeat(101));
    let cases = [
        (r#""\uD83D\uDE00 \u{1F600}""#, "😀 😀".to_owned()),
        (r#""""a \""" b""""#, r#"a """ b"#.to_owned()),
        (
            "\"\"\"\n    two\n      lines\n  \"\"\"",
            "two\n  lines".to_owned(),
        ),
        (&*brackets, "(".repeat(101)),
    ];
    for (literal, expected) in cases {
        let query = format!(
            "mutation {{ addComment(taskId: 1, text: {literal}) {{ comment {{ text }} }} }} # (((("
        );
        let answer = shop.ask(&query).await;
        let text = &answer["data"]["addComment"]["comment"]["text"];
        assert_eq!(text, &json!(expected), "{answer}");
    }
    shop.close().await;
}

#[tokio::test]
async fn a_failed_field_is_null_up_to_the_nearest_nullable_one() {
    let shop = shop().await;
    let cases = [
        (
            "{ me { id } taskById(id: 999999) { id } }",
            json!({ "me": { "id": "1" }, "taskById": null }),
            vec![json!(["taskById"])],
        ),
        (
            "{ me { id } tasks(first: 0) { totalCount } }",
            Value::Null,
            vec![json!(["tasks"])],
        ),
        (
            "{ taskById(id: 999999) { id } tasks(first: 0) { totalCount } }",
            Value::Null,
            vec![json!(["tasks"])],
        ),
        (
            "{ a: taskById(id: 999999) { id } b: customerById(id: 999999) { id } }",
            json!({ "a": null, "b": null }),
            vec![json!(["a"]), json!(["b"])],
        ),
    ];
    for (query, data, paths) in cases {
        let answer = shop.ask(query).await;
        assert_eq!(answer["data"], data, "{query} {answer}");
        assert!(answer.as_object().unwrap().contains_key("data"), "{answer}");
        let errors = answer["errors"].as_array().unwrap().iter();
        let mut found: Vec<_> = errors.map(|error| error["path"].clone()).collect();
        found.sort_by_key(ToString::to_string);
        assert_eq!(found, paths, "{query} {answer}");
    }
    shop.close().await;
}

#[tokio::test]
async fn the_fields_of_a_mutation_run_in_order_and_each_once() {
    let shop = shop().await;
    let twice = r#"mutation {
        addComment(taskId: 1, text: "m") { comment { text } }
        addComment(taskId: 1, text: "m") { task { id } }
        ...F ...F
    } fragment F on Mutation { addComment(taskId: 1, text: "m") { comment { text } } }"#;
    let expected = r#"{"data":{"addComment":{"comment":{"text":"m"},"task":{"id":"1"}}}}"#;
    assert_eq!(raw(&shop, twice, json!({})).await, expected);
    assert_eq!(comments(&shop, 1).await, 1);

    let skipped = r#"mutation ($s: Boolean = true) {
        addComment(taskId: 1, text: "m") @skip(if: $s) { comment { id } }
    }"#;
    assert_eq!(raw(&shop, skipped, json!({})).await, r#"{"data":{}}"#);
    assert_eq!(comments(&shop, 1).await, 1);

    let fails = r#"mutation {
        a: addComment(taskId: 1, text: "one") { comment { text } }
        b: addComment(taskId: 999999, text: "two") { comment { text } }
        c: addComment(taskId: 1, text: "three") { comment { text } }
    }"#;
    let answer = shop.ask(fails).await;
    assert_eq!(answer["errors"][0]["path"], json!(["b"]), "{answer}");
    match answer["data"].is_null() {
        // The payload may not be null: everything is, and what follows has not run.
        true => assert_eq!(comments(&shop, 1).await, 2),
        false => {
            assert_eq!(answer["data"]["b"], Value::Null);
            assert_eq!(comments(&shop, 1).await, 3);
        }
    }
    shop.close().await;
}

/// A field of a mutation that has run may fail by what is below it.
#[tokio::test]
async fn a_mutation_stops_at_a_field_that_fails_below() {
    let shop = shop().await;
    let fails = |below: &str| {
        format!(
            r#"mutation {{
                a: addComment(taskId: 1, text: "one") {{ task {{ {below} }} }}
                b: addComment(taskId: 1, text: "two") {{ comment {{ text }} }}
                c: addComment(taskId: 1, text: "three") {{ comment {{ text }} }}
            }}"#
        )
    };
    let answer = shop
        .ask(&fails("commentsConnection(first: 101) { totalCount }"))
        .await;
    assert_eq!(answer["data"], Value::Null, "{answer}");
    let errors = answer["errors"].as_array().unwrap();
    let path = json!(["a", "task", "commentsConnection"]);
    assert_eq!((errors.len(), &errors[0]["path"]), (1, &path), "{answer}");
    assert_eq!(comments(&shop, 1).await, 1);
    // A null below the field ends there.
    let nullable = "id customer { tasksConnection(first: 101) { totalCount } }";
    let answer = shop.ask(&fails(nullable)).await;
    let task = json!({ "id": "1", "customer": null });
    assert_eq!(answer["data"]["a"]["task"], task, "{answer}");
    assert_eq!(answer["data"]["c"]["comment"]["text"], "three", "{answer}");
    let errors = answer["errors"].as_array().unwrap();
    let path = json!(["a", "task", "customer", "tasksConnection"]);
    assert_eq!((errors.len(), &errors[0]["path"]), (1, &path), "{answer}");
    assert_eq!(comments(&shop, 1).await, 4);
    shop.close().await;
}

#[tokio::test]
async fn what_is_not_valid_is_refused_before_anything_runs() {
    let shop = shop().await;
    let write = r#"addComment(taskId: 1, text: "never") { comment { id } }"#;
    let none = json!({});
    let cases: [(String, &Value); _] = [
        (format!("mutation ($v: Boolean!) {{ {write} a: addComment(taskId: 1, text: \"x\") @include(if: $v) {{ task {{ id }} }} }}"), &none),
        (format!("mutation ($v: String!) {{ {write} a: addComment(taskId: 1, text: $v) {{ task {{ id }} }} }}"), &json!({ "v": null })),
        (format!("mutation ($v: String!) {{ {write} a: addComment(taskId: 1, text: $v) {{ task {{ id }} }} }}"), &json!({ "v": 5 })),
        (format!("mutation ($v: String) {{ {write} a: addComment(taskId: 1, text: $v) {{ task {{ id }} }} }}"), &json!({ "v": "x" })),
        ("query ($v: Int!) { tasks(first: $v) { totalCount } }".to_owned(), &json!({ "v": null })),
        ("query ($v: Int!) { tasks(first: $v) { totalCount } }".to_owned(), &json!({ "v": 2_147_483_648_u32 })),
        ("query ($v: Int!) { tasks(first: $v) { totalCount } }".to_owned(), &json!({ "v": 1.5 })),
        ("query ($v: Int!) { tasks(first: $v) { totalCount } }".to_owned(), &json!({ "v": "1" })),
        ("query ($v: TaskFilter) { tasks(filter: $v) { totalCount } }".to_owned(), &json!({ "v": 1 })),
        ("query ($v: TaskFilter) { tasks(filter: $v) { totalCount } }".to_owned(), &json!({ "v": { "nothing": 1 } })),
        ("query ($i: ID) { customerById(id: $i) { id } }".to_owned(), &json!({ "i": 1 })),
        ("{ me { id } me { id: email } }".to_owned(), &none),
        ("{ tasks(first: 2) { nodes { id } } tasks(first: 2) { nodes { id: version } } }".to_owned(), &none),
        ("{ tasks(first: 2) { totalCount } tasks(first: 3) { totalCount } }".to_owned(), &none),
        ("{ __typename { x } }".to_owned(), &none),
        ("{ __typename @nope }".to_owned(), &none),
        ("{ __typename(a: 1) }".to_owned(), &none),
        ("{ tasks(filter: {search: \"a\", search: \"b\"}) { totalCount } }".to_owned(), &none),
        ("query ($f: TaskFilter = {search: \"a\", search: \"b\"}) { tasks(filter: $f) { totalCount } }".to_owned(), &none),
        ("query ($a: Int @nope) { tasks(first: $a) { totalCount } }".to_owned(), &none),
        ("{ tasks(filter: 1) { totalCount } }".to_owned(), &none),
        ("{ tasks(first: 2147483648) { totalCount } }".to_owned(), &none),
        ("queryA { me { id } }".to_owned(), &none),
        ("query A() { me { id } }".to_owned(), &none),
        ("{ ...on } fragment on on Query { me { id } }".to_owned(), &none),
        ("{ me { id } } fragment unused on Query { me { id } }".to_owned(), &none),
        ("{ me { ...F } } fragment F on User { ...F id }".to_owned(), &none),
        ("{ me { id \"".to_owned(), &none),
        ("{ taskById(id: \"\\uD83D\") { id } }".to_owned(), &none),
        ("query ($unused: Int) { me { id } }".to_owned(), &none),
        ("query ($s: StatusEnum) { tasks(filter: {statuses: [$s]}) { totalCount } allTasks(statuses: $s) { id } }".to_owned(), &none),
        ("mutation ($i: ID) { addComment(taskId: 1, text: \"x\") { comment { id } } updateTask(taskData: {id: $i, version: 1}) { task { id } } }".to_owned(), &none),
        ("query ($c: ImportColumnInput) { previewImport(csv: \"a\", choices: {columns: [$c]}) { newTasks } }".to_owned(), &none),
        (format!("mutation {{ {write} createTask(taskData: {{customerPhone: \"+79000000003\", expectedVersion: 2147483648}}) {{ task {{ id }} }} }}"), &none),
        (format!("mutation {{ {write} updateTask(taskData: {{id: 1, price: true}}) {{ task {{ id }} }} }}"), &none),
        (format!("mutation {{ {write} updateTask(taskData: {{id: 1, price: [1]}}) {{ task {{ id }} }} }}"), &none),
        (format!("mutation {{ {write} updateTask(taskData: {{id: 1, price: READY}}) {{ task {{ id }} }} }}"), &none),
        (format!("mutation {{ {write} updateTask(taskData: {{id: 1, dueOn: 5}}) {{ task {{ id }} }} }}"), &none),
        (format!("mutation {{ {write} ...F }} fragment F on Mutation {{ updateTask(taskData: {{id: 1, dueOn: {{a: 1}}}}) {{ task {{ id }} }} }}"), &none),
        (format!("mutation ($p: Money = true) {{ {write} updateTask(taskData: {{id: 1, price: $p}}) {{ task {{ id }} }} }}"), &none),
        (format!("mutation ($p: Money) {{ {write} updateTask(taskData: {{id: 1, price: $p}}) {{ task {{ id }} }} }}"), &json!({ "p": true })),
        (format!("mutation ($p: Money) {{ {write} updateTask(taskData: {{id: 1, price: $p}}) {{ task {{ id }} }} }}"), &json!({ "p": [1] })),
        (format!("mutation ($t: TaskInput!) {{ {write} updateTask(taskData: $t) {{ task {{ id }} }} }}"), &json!({ "t": { "id": 1, "dueOn": 5 } })),
        (format!("mutation ($s: Boolean = true) {{ {write} a: addComment(taskId: 1, text: \"x\") @skip(if: $s) {{ task {{ id }} }} }}"), &json!({ "s": null })),
    ];
    for (query, variables) in cases {
        let answer = raw(&shop, &query, variables.clone()).await;
        assert!(
            answer.starts_with(r#"{"errors":[{"message":""#),
            "{query} {answer}"
        );
        assert!(!answer.contains(r#""data""#), "{query} {answer}");
    }
    // A variable that is missing or doesn't fit has the status of a bad request, for clients that want one.
    let query = "query ($v: Int!) { tasks(first: $v) { totalCount } }";
    for variables in [json!({}), json!({ "v": "1" })] {
        let body = json!({ "query": query, "variables": variables }).to_string();
        let accept = "application/graphql-response+json";
        let (status, answer) = shop.post_accepting("/graphql", &body, accept).await;
        assert_eq!((status, answer.get("data")), (400, None), "{answer}");
    }
    assert_eq!(comments(&shop, 1).await, 0);
    shop.close().await;
}

#[tokio::test]
async fn an_id_is_an_integer_of_any_size() {
    let shop = shop().await;
    let query = "query ($i: ID!) { taskById(id: $i) { id } }";
    for (id, expected) in [
        ("1.0", "null"),
        ("9007199254740993", "NOT_FOUND"),
        ("9007199254740993.0", "NOT_FOUND"),
        ("9223372036854775807", "NOT_FOUND"),
        ("9223372036854775808", "BAD_USER_INPUT"),
        ("18446744073709551616", "BAD_USER_INPUT"),
        ("1e18", "NOT_FOUND"),
        ("1e21", "BAD_USER_INPUT"),
        ("1.5", "GRAPHQL_VALIDATION_FAILED"),
        ("true", "GRAPHQL_VALIDATION_FAILED"),
    ] {
        let body = format!(
            r#"{{"query": {}, "variables": {{"i": {id}}}}}"#,
            json!(query)
        );
        let (_, answer) = shop.post("/graphql", &body).await;
        let runs = expected != "GRAPHQL_VALIDATION_FAILED";
        assert_eq!(answer.get("data").is_some(), runs, "{id} {answer}");
        match expected {
            "null" => assert_eq!(answer["data"]["taskById"]["id"], "1", "{answer}"),
            expected => assert_eq!(code(&answer), expected, "{id} {answer}"),
        }
    }
    // As a default and in its place, where it isn't looked at before the caller is.
    let large = "12345678901234567890";
    let nobody = Shop::open().await;
    for query in [
        format!("query ($i: ID = {large}) {{ taskById(id: $i) {{ id }} }}"),
        format!("{{ taskById(id: {large}) {{ id }} }}"),
    ] {
        assert_eq!(code(&nobody.ask(&query).await), "UNAUTHENTICATED");
        let answer = shop.ask(&query).await;
        assert_eq!(answer["errors"][0]["extensions"]["field"], "id", "{answer}");
    }
    nobody.close().await;
    let listed = "query ($f: TaskFilter) { tasks(filter: $f) { totalCount } }";
    let answer = shop
        .ask_with(listed, json!({ "f": { "employeeId": 1e18 } }))
        .await;
    assert_eq!(answer["data"]["tasks"]["totalCount"], 0, "{answer}");
    shop.close().await;
}

#[tokio::test]
async fn keys_stay_in_order_over_a_socket_and_as_events() {
    let shop = shop().await;
    let query =
        "{ tasks(first: 1) { nodes { version id description } totalCount } me { role id } }";
    let expected = r#"{"data":{"tasks":{"nodes":[{"version":1,"id":"2","description":"task 2"}],"totalCount":2},"me":{"role":"OWNER","id":"1"}}}"#;
    let mut socket = connect(&shop, "graphql-transport-ws").await;
    say(&mut socket, init(&shop)).await;
    assert_eq!(hear(&mut socket).await["type"], "connection_ack");
    say(&mut socket, subscribe("a", query)).await;
    let message = socket.next().await.unwrap().unwrap();
    let text = message.to_text().unwrap();
    assert!(text.contains(expected), "{text}");
    let mut events = Events::post(&shop, query).await;
    let event = events.raw().await.unwrap();
    assert_eq!(event, format!("event: next\ndata: {expected}"));
    // The events of a subscription as well.
    let watch = "subscription { taskChanged { task { version id } kind id } }";
    say(&mut socket, subscribe("w", watch)).await;
    say(&mut socket, subscribe("q", "{ me { id } }")).await;
    while hear(&mut socket).await != json!({"type": "complete", "id": "q"}) {}
    shop.ask("mutation { updateTask(taskData: {id: 1, status: READY}) { task { id } } }")
        .await;
    let message = socket.next().await.unwrap().unwrap();
    let expected =
        r#"{"data":{"taskChanged":{"task":{"version":2,"id":"1"},"kind":"UPDATED","id":"1"}}}"#;
    let text = message.to_text().unwrap();
    assert!(text.contains(expected), "{text}");
    shop.close().await;
}

#[tokio::test]
async fn an_empty_name_of_an_operation_is_none() {
    let shop = shop().await;
    for (query, name, expected) in [
        ("query a { me { id } }", "", Some("1")),
        (
            "query a { me { id } } query b { me { email id } }",
            "a",
            Some("1"),
        ),
        (
            "query a { me { id } } query b { me { email id } }",
            "",
            None,
        ),
        ("query a { me { id } }", "b", None),
    ] {
        let body = json!({ "query": query, "operationName": name }).to_string();
        let (_, answer) = shop.post("/graphql", &body).await;
        assert_eq!(
            answer["data"]["me"]["id"].as_str(),
            expected,
            "{query} {answer}"
        );
    }
    shop.close().await;
}

#[tokio::test]
async fn a_subscription_has_one_field_by_a_fragment_too() {
    let shop = shop().await;
    let mut socket = connect(&shop, "graphql-transport-ws").await;
    say(&mut socket, init(&shop)).await;
    assert_eq!(hear(&mut socket).await["type"], "connection_ack");
    for (id, two) in [
        (
            "two",
            "subscription { taskChanged { id } b: taskChanged { id } }",
        ),
        (
            "by",
            "subscription { ...F } fragment F on Subscription { a: taskChanged { id } b: taskChanged { id } }",
        ),
        ("schema", "subscription { __typename }"),
    ] {
        say(&mut socket, subscribe(id, two)).await;
        let heard = hear(&mut socket).await;
        assert_eq!(
            (&heard["type"], &heard["id"]),
            (&json!("error"), &json!(id)),
            "{heard}"
        );
    }
    let persisted = json!({"type": "subscribe", "id": "p", "payload":
        {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": "00"}}}});
    say(&mut socket, persisted).await;
    let heard = hear(&mut socket).await;
    let code = &heard["payload"][0]["extensions"]["code"];
    assert_eq!(code, "PERSISTED_QUERY_NOT_SUPPORTED", "{heard}");
    let by_fragment =
        "subscription { ...on Subscription { taskChanged { task { status id } kind } } }";
    say(&mut socket, subscribe("a", by_fragment)).await;
    // A query runs after the subscription's task has started listening.
    say(&mut socket, subscribe("q", "{ me { role id } }")).await;
    assert_eq!(hear(&mut socket).await["id"], "q");
    assert_eq!(hear(&mut socket).await["type"], "complete");
    shop.ask(r#"mutation { addComment(taskId: 1, text: "x") { comment { id } } }"#)
        .await;
    shop.ask("mutation { updateTask(id: 1, taskData: {status: READY}) { task { id } } }")
        .await;
    let heard = hear(&mut socket).await;
    assert_eq!(
        (&heard["type"], &heard["id"]),
        (&json!("next"), &json!("a")),
        "{heard}"
    );
    shop.close().await;
}

/// One comment can't be read. It may not be null, nor may its list, the task and the list of tasks: the nearest that may
/// is the customer. All customers are null for the same reason, which is one error.
#[tokio::test]
async fn a_failure_far_below_a_list_cuts_what_may_be_null_and_is_one_error() {
    let shop = shop().await;
    shop.ask(r#"mutation { addComment(taskId: 1, text: "x") { comment { id } } }"#)
        .await;
    let broken = "PRAGMA ignore_check_constraints = ON; UPDATE comments SET kind = 'BROKEN'";
    shop.database().execute_batch(broken).unwrap();
    let cases = [
        (
            "{ allTasks { id customer { tasks { comments { id } } } } }",
            json!({ "allTasks": [{ "id": "1", "customer": null }, { "id": "2", "customer": null }] }),
            json!(["allTasks", 0, "customer", "tasks", 0, "comments"]),
        ),
        (
            "{ shop { currency } allTasks { id comments { id } } }",
            Value::Null,
            json!(["allTasks", 0, "comments"]),
        ),
        (
            "{ shop { currency } taskById(id: 1) { comments { id } id } }",
            json!({ "shop": { "currency": "RUB" }, "taskById": null }),
            json!(["taskById", "comments"]),
        ),
        (
            "{ tasks(first: 2) { nodes { id } } customerById(id: 1) { tasks { comments { id } } } }",
            json!({ "tasks": { "nodes": [{ "id": "2" }, { "id": "1" }] }, "customerById": null }),
            json!(["customerById", "tasks", 0, "comments"]),
        ),
        (
            "{ tasks(first: 2) { edges { cursor node { comments { id } declined } } } }",
            Value::Null,
            json!(["tasks", "edges", 0, "node", "comments"]),
        ),
    ];
    for (query, data, path) in cases {
        let answer = shop.ask(query).await;
        assert_eq!(answer["data"], data, "{query} {answer}");
        let errors = answer["errors"].as_array().unwrap();
        assert_eq!(errors.len(), 1, "{query} {answer}");
        assert_eq!(errors[0]["path"], path, "{query} {answer}");
        assert_eq!(errors[0]["extensions"]["code"], "INTERNAL_SERVER_ERROR");
    }
    shop.close().await;
}

#[tokio::test]
async fn an_operation_that_costs_too_much_says_what_costs_most() {
    let shop = shop().await;
    let page = |first: &str| {
        format!(
            "query ($n: Int) {{ me {{ id }} tasks(first: {first}) {{ nodes {{ id
                history {{ id kind time author }}
                comments {{ id kind text author }}
                approvals {{ id price text taskVersion askedTime decision decidedTime channel }} }} }} }}"
        )
    };
    let cheap = shop.ask_with(&page("$n"), json!({ "n": 80 })).await;
    assert_eq!(cheap["errors"], Value::Null, "{cheap}");
    for (first, variables) in [("100", json!({ "n": 1 })), ("$n", json!({ "n": 100 }))] {
        let query = page(first);
        let query = match first {
            "100" => query.replace("($n: Int)", ""),
            _ => query,
        };
        let refused = shop.ask_with(&query, variables).await;
        assert_eq!(
            refused["errors"][0]["message"],
            "The operation costs 32503, and the limit is 30000: tasks.nodes costs 32500. Select fewer fields there, or \
             fewer entries (first).",
            "{refused}"
        );
        assert_eq!(code(&refused), "GRAPHQL_VALIDATION_FAILED");
    }
    shop.close().await;
}

/// A text of a variable is copied to each place where it stands, so that a short request could take much memory.
#[tokio::test]
async fn variables_are_used_as_often_as_their_length_allows() {
    let shop = shop().await;
    let lists: String = (0..15)
        .map(|n| {
            format!(
                "a{n}: tasks(filter: {{customerPhone: $s, serialNumber: $s}}) {{ totalCount }} "
            )
        })
        .collect();
    let query = format!("query ($s: String) {{ {lists} }}");
    // Thirty times this are a little less than 4 MiB, and thirty times that a little more.
    let within = json!({ "s": "x".repeat(139_000) });
    let beyond = json!({ "s": "x".repeat(140_000) });
    let executed = shop.ask_with(&query, within).await;
    assert_eq!(executed["data"]["a14"]["totalCount"], 0, "{executed}");
    let refused = shop.ask_with(&query, beyond).await;
    assert_eq!(code(&refused), "GRAPHQL_VALIDATION_FAILED", "{refused}");
    assert_eq!(
        refused["errors"][0]["message"], "The variables are used too often for their length.",
        "{refused}"
    );
    assert_eq!(refused.get("data"), None, "{refused}");
    shop.close().await;
}
