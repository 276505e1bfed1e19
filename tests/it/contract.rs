use serde_json::json;

use crate::harness::{Shop, code};

/// The longest introspection path of common clients: seven wrapped types below an argument.
const INTROSPECTION: &str = "{ __schema { types { fields { args { type { ofType { ofType { ofType \
    { ofType { ofType { ofType { ofType { name } } } } } } } } } } } } }";

#[tokio::test]
async fn the_schema_can_be_read_by_tools() {
    let shop = Shop::with_owner().await;
    let answer = shop.ask(INTROSPECTION).await;
    assert!(answer["errors"].is_null(), "{answer}");
    shop.close().await;
}

#[tokio::test]
async fn access_to_introspection_is_a_setting() {
    let hidden = "query { ...a } fragment a on Query { __type(name: \"Task\") { name } }";
    for (setting, nobody, owner) in [
        ("staff", "UNAUTHENTICATED", ""),
        ("all", "", ""),
        ("off", "FORBIDDEN", "FORBIDDEN"),
    ] {
        let settings = format!("[graphql]\nintrospection = '{setting}'");
        let mut shop = Shop::open_with(&settings, "").await;
        for signed_in in [false, true] {
            if signed_in {
                let answer = shop.register("owner@example.com").await;
                shop.token = answer["data"]["register"]["token"]
                    .as_str()
                    .map(str::to_owned);
            }
            let expected = if signed_in { owner } else { nobody };
            for query in [INTROSPECTION, hidden] {
                let answer = shop.ask(query).await;
                assert_eq!(code(&answer), expected, "{setting} {answer}");
            }
            // An error shows nothing of the schema that the client didn't name.
            let misspelt = shop.ask("{ allTask { id } }").await;
            assert!(!misspelt.to_string().contains("allTasks"), "{misspelt}");
            let named = shop.ask("{ __typename }").await;
            assert_eq!(named["data"]["__typename"], "Query");
        }
        shop.close().await;
    }
}

#[tokio::test]
async fn both_forms_of_the_address_answer() {
    let shop = Shop::open().await;
    for path in ["/graphql", "/graphql/"] {
        let (status, answer) = shop.post(path, r#"{"query": "{ __typename }"}"#).await;
        assert_eq!(
            (status, answer["data"]["__typename"].as_str()),
            (200, Some("Query"))
        );
    }
    shop.close().await;
}

#[tokio::test]
async fn invalid_requests_are_refused() {
    let shop = Shop::open().await;
    for body in [
        "not json",
        "[]",
        "{}",
        r#"{"query": 1}"#,
        r#"{"query": "{a}", "variables": []}"#,
    ] {
        let (status, answer) = shop.post("/graphql", body).await;
        assert_eq!(
            (status, code(&answer)),
            (400, "BAD_USER_INPUT"),
            "{body} {answer}"
        );
    }
    // Many sign-ins in one request, to evade the limit of attempts.
    let batch = r#"[{"query": "mutation { login(email: \"a@example.com\", password: \"1\") { success } }"}, {"query": "{ me { id } }"}]"#;
    let (status, answer) = shop.post("/graphql", batch).await;
    let codes: Vec<_> = answer.as_array().unwrap().iter().map(code).collect();
    assert_eq!(
        (status, codes),
        (200, vec!["BAD_USER_INPUT"; 2]),
        "{answer}"
    );
    let (status, answer) = shop.post("/graphql", &" ".repeat(300_000)).await;
    assert_eq!((status, code(&answer)), (413, "BAD_USER_INPUT"));
    shop.close().await;
}

#[tokio::test]
async fn a_document_over_the_limits_is_refused_before_it_runs() {
    let shop = Shop::open().await;
    let deep = format!("{{ a(b: {}1 }}", "[".repeat(100_000));
    let levels = format!(
        "{{ allTasks {{ id {} {}",
        "customer { tasks { id ".repeat(10),
        "} } ".repeat(11)
    );
    let bomb = "{ ...a } fragment a on Query { ...b ...b } fragment b on Query { ...a }";
    let login = r#"login(email: "a@example.com", password: "x") { success }"#;
    let logins = format!("mutation {{ a: {login} b: {login} }}");
    let aliases = format!(
        "{{ me {{ {} }} }}",
        (0..31).map(|n| format!("a{n}: id ")).collect::<String>()
    );
    let root = |n| format!("m{n}: me {{ id }} ");
    let roots = format!("{{ {} }}", (0..16).map(root).collect::<String>());
    let directives = format!("{{ me {{ id {} }} }}", "@skip(if: false) ".repeat(500));
    let costly = "{ allTasks { customer { tasks { customer { tasks { customer { tasks { id version } } } } } } } }";
    for (query, expected) in [
        ("{", "GRAPHQL_PARSE_FAILED"),
        (&*deep, "GRAPHQL_PARSE_FAILED"),
        ("{ nothing }", "GRAPHQL_VALIDATION_FAILED"),
        (
            "query a { me { id } } query b { me { id } }",
            "GRAPHQL_VALIDATION_FAILED",
        ),
        (&*levels, "GRAPHQL_VALIDATION_FAILED"),
        (bomb, "GRAPHQL_VALIDATION_FAILED"),
        (&*logins, "GRAPHQL_VALIDATION_FAILED"),
        (&*aliases, "GRAPHQL_VALIDATION_FAILED"),
        (&*roots, "GRAPHQL_VALIDATION_FAILED"),
        (&*directives, "GRAPHQL_VALIDATION_FAILED"),
        (costly, "GRAPHQL_VALIDATION_FAILED"),
    ] {
        let body = serde_json::json!({ "query": query }).to_string();
        // Clients of the new media type get a status, those of plain JSON only the error.
        for (accept, status) in [
            ("application/graphql-response+json", 400),
            ("application/json", 200),
        ] {
            let (found, answer) = shop.post_accepting("/graphql", &body, accept).await;
            assert_eq!(
                (found, code(&answer)),
                (status, expected),
                "{query:.80} {answer}"
            );
            assert!(answer.get("data").is_none(), "{answer}");
        }
    }
    shop.close().await;
}

/// Every operation, argument, input and enum of the contract is in our schema; output types may
/// only become non-null.
#[test]
fn the_schema_keeps_the_whole_contract() {
    use async_graphql::parser::parse_schema;
    use async_graphql::parser::types::{TypeKind, TypeSystemDefinition as Definition};
    use std::collections::BTreeSet;

    let lines = |sdl: &str| {
        let mut lines = BTreeSet::new();
        for definition in parse_schema(sdl).unwrap().definitions {
            let Definition::Type(ty) = definition else {
                continue;
            };
            let name = ty.node.name.node;
            match ty.node.kind {
                TypeKind::Object(object) => {
                    for field in object.fields {
                        let field = field.node;
                        let out = field.ty.node.to_string().replace('!', "");
                        lines.insert(format!("{name}.{}: {out}", field.name.node));
                        for argument in field.arguments {
                            let argument = argument.node;
                            let at = format!("{name}.{}({})", field.name.node, argument.name.node);
                            lines.insert(format!("{at}: {}", argument.ty.node));
                        }
                    }
                }
                TypeKind::InputObject(input) => {
                    for field in input.fields {
                        let field = field.node;
                        lines.insert(format!("{name}.{}: {}", field.name.node, field.ty.node));
                    }
                }
                TypeKind::Enum(words) => {
                    for word in words.values {
                        lines.insert(format!("{name}.{}", word.node.value.node));
                    }
                }
                _ => {
                    lines.insert(name.to_string());
                }
            }
        }
        lines
    };
    let (contract, ours) = (
        lines(include_str!("contract.graphql")),
        lines(&zayavka::graphql::sdl()),
    );
    let missing: Vec<_> = contract.difference(&ours).collect();
    assert!(contract.len() > 60 && missing.is_empty(), "{missing:#?}");
}

/// Lists are streamed unless fragments have to be merged, and validated documents are cached;
/// neither is visible in the response.
#[tokio::test]
async fn the_answer_is_the_same_however_it_is_made() {
    let shop = Shop::with_owner().await;
    for (phone, text) in [
        ("+79000000001", "one \"quoted\""),
        ("+79000000002", "два\nдва"),
    ] {
        let query = "mutation ($task: TaskInput!) { createTask(taskData: $task) { task { id } } }";
        let task = json!({ "customerPhone": phone, "description": text });
        shop.ask_with(query, json!({ "task": task })).await;
    }
    let list = "{ allTasks { id description customer { phone } } }";
    let plain = shop.ask(list).await;
    assert_eq!(
        plain["data"]["allTasks"],
        json!([
            {"id": "1", "description": "one \"quoted\"", "customer": {"phone": "+79000000001"}},
            {"id": "2", "description": "два\nдва", "customer": {"phone": "+79000000002"}},
        ])
    );
    for merged in [
        "{ allTasks { id description } allTasks { customer { phone } } }",
        "{ ...a ...b } fragment a on Query { allTasks { id } } fragment b on Query { allTasks { description customer { phone } } }",
        "{ allTasks { id description customer { phone } } ... on Query { allTasks { id } } }",
        "{ allTasks { ...t } } fragment t on Task { id description customer { phone } }",
    ] {
        assert_eq!(shop.ask(merged).await, plain, "{merged}");
    }
    let twice = "{ allTasks { customer { tasks { id } tasks { description } } } }";
    let tasks = &shop.ask(twice).await["data"]["allTasks"][0]["customer"]["tasks"];
    assert_eq!(
        tasks,
        &json!([{"id": "1", "description": "one \"quoted\""}])
    );

    // The same document with valid variables, invalid ones, and valid ones again.
    let by_status =
        "query ($s: [StatusEnum], $p: String) { allTasks(statuses: $s, customerPhone: $p) { id } }";
    let right = json!({ "s": ["ACCEPTED"], "p": "+7 900 000-00-02" });
    for _ in 0..2 {
        let found = shop.ask_with(by_status, right.clone()).await;
        assert_eq!(found["data"]["allTasks"], json!([{"id": "2"}]), "{found}");
        for wrong in [
            json!({ "s": ["BROKEN"] }),
            json!({ "s": ["accepted"] }),
            json!({ "s": [1] }),
            json!({ "s": ["ACCEPTED"], "p": 7 }),
        ] {
            let refused = shop.ask_with(by_status, wrong.clone()).await;
            assert_eq!(
                code(&refused),
                "GRAPHQL_VALIDATION_FAILED",
                "{wrong} {refused}"
            );
            assert_eq!(refused.get("data"), None, "{refused}");
        }
    }
    shop.close().await;
}

/// The schema in the repository is the one that is served, and is written anew on purpose alone.
#[test]
fn the_schema_in_the_repository_is_the_one_that_is_served() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/api/schema.graphql");
    let sdl = zayavka::graphql::sdl();
    if std::env::var_os("ZAYAVKA_WRITE_SDL").is_some() {
        std::fs::write(&path, &sdl).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == sdl,
        "docs/api/schema.graphql is not what the server serves; to write it anew: \
         ZAYAVKA_WRITE_SDL=1 cargo test --test it -- contract::the_schema_in. A change that breaks clients is named in CHANGELOG.md"
    );
}
