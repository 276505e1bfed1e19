//! Global ids: every object that has one is found by it again, whatever its type.

use std::collections::BTreeSet;

use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{TypeKind, TypeSystemDefinition};
use serde_json::{Value, json};

use crate::harness::{Shop, code};

const NODE: &str = "query ($id: ID!) { node(nodeId: $id) { __typename nodeId } }";

/// Returns the types that implement the interface.
fn types() -> BTreeSet<String> {
    let mut types = BTreeSet::new();
    for definition in parse_schema(zayavka::graphql::sdl()).unwrap().definitions {
        let TypeSystemDefinition::Type(definition) = definition else {
            continue;
        };
        if let TypeKind::Object(object) = &definition.node.kind
            && object.implements.iter().any(|of| of.node == "Node")
        {
            types.insert(definition.node.name.node.to_string());
        }
    }
    types
}

/// Creates an object of every type with a global id, and returns the ids by type.
async fn objects(shop: &Shop) -> Vec<(String, String)> {
    let made = shop
        .ask(
            r#"mutation {
        createTask(taskData: {customerPhone: "+79000000001", description: "lamp"}) { task { id } }
        addLine(taskId: 1, lineData: {kind: WORK, name: "repair", unitPrice: 100000}) { line { id } }
        addComment(taskId: 1, text: "note") { comment { id } }
        askApproval(taskId: 1) { task { id } }
        openShift(drawerId: 1, counted: 0) { shift { id } }
        takePayment(paymentData: {taskId: 1, method: CASH, sum: 1000}) { payment { id } }
        saveCatalogueItem(itemData: {kind: PART, name: "cable", price: 100}) { item { id } }
        createInvite(email: "new@example.com") { url }
        createWebhook(webhookData: {url: "https://example.com/hook"}) { secret }
    }"#,
        )
        .await;
    assert!(made["errors"].is_null(), "{made}");
    let again =
        r#"mutation { updateTask(taskData: {id: 1, status: IN_PROGRESS}) { task { id } } }"#;
    assert!(shop.ask(again).await["errors"].is_null());
    let mut found = Vec::new();
    for query in [
        "{ taskById(id: 1) { ...a customer { ...b } employee { ...c } stage { ...d } lines { ...e } comments { ...f }
            approvals { ...g } history { ...h } payments { ...i } } }
        fragment a on Task { __typename nodeId } fragment b on Customer { __typename nodeId }
        fragment c on User { __typename nodeId } fragment d on Stage { __typename nodeId }
        fragment e on TaskLine { __typename nodeId } fragment f on Comment { __typename nodeId }
        fragment g on Approval { __typename nodeId } fragment h on TaskEvent { __typename nodeId }
        fragment i on Payment { __typename nodeId }",
        "{ drawers { __typename nodeId shift { __typename nodeId } } catalogue { nodes { __typename nodeId } }
            invites { nodes { __typename nodeId } } auditEvents { nodes { __typename nodeId } }
            webhooks { __typename nodeId deliveries { nodes { __typename nodeId } } } }",
    ] {
        let answer = shop.ask(query).await;
        assert!(answer["errors"].is_null(), "{answer}");
        collect(&answer, &mut found);
    }
    found
}

fn collect(value: &Value, found: &mut Vec<(String, String)>) {
    match value {
        Value::Object(fields) => {
            if let (Some(of), Some(id)) = (fields.get("__typename"), fields.get("nodeId")) {
                let text = |value: &Value| value.as_str().unwrap().to_owned();
                found.push((text(of), text(id)));
            }
            fields.values().for_each(|field| collect(field, found));
        }
        Value::Array(entries) => entries.iter().for_each(|entry| collect(entry, found)),
        _ => {}
    }
}

#[tokio::test]
async fn every_object_with_a_global_id_is_found_by_it() {
    let shop = Shop::with_owner().await;
    let found = objects(&shop).await;
    let ids: BTreeSet<_> = found.iter().map(|(_, id)| id).collect();
    let of: BTreeSet<_> = found.iter().map(|(of, _)| of.clone()).collect();
    // Two objects of different types with the same `id` have different global ids.
    let distinct: BTreeSet<_> = found.iter().collect();
    assert_eq!(ids.len(), distinct.len());
    assert_eq!(of, types());
    for (of, id) in &found {
        let literal = format!("{{ node(nodeId: \"{id}\") {{ __typename nodeId }} }}");
        for answer in [
            shop.ask_with(NODE, json!({ "id": id })).await,
            shop.ask(&literal).await,
        ] {
            let expected = json!({"__typename": of, "nodeId": id});
            assert_eq!(answer["data"]["node"], expected, "{answer}");
        }
    }
    shop.close().await;
}

#[tokio::test]
async fn fragments_of_the_objects_type_apply_alone() {
    let shop = Shop::with_owner().await;
    let found = objects(&shop).await;
    let id = |of: &str| &found.iter().find(|(found, _)| found == of).unwrap().1;
    let query = "query ($a: ID!, $b: ID!) {
        a: node(nodeId: $a) { id: nodeId ...on Task { number: id customer { phone } ...on Node { __typename } } ...on Customer { phone } }
        b: node(nodeId: $b) { ...card ...on Task { description } }
    } fragment card on Customer { phone tasks { id } }";
    let variables = json!({"a": id("Task"), "b": id("Customer")});
    let answer = shop.ask_with(query, variables).await;
    let expected = json!({
        "a": {"id": id("Task"), "number": "1", "customer": {"phone": "+79000000001"}, "__typename": "Task"},
        "b": {"phone": "+79000000001", "tasks": [{"id": "1"}]},
    });
    assert_eq!(answer["data"], expected, "{answer}");
    // The document is kept, and the types change with the variables.
    let variables = json!({"a": id("Customer"), "b": id("Task")});
    let answer = shop.ask_with(query, variables).await;
    let expected = json!({
        "a": {"id": id("Customer"), "phone": "+79000000001"}, "b": {"description": "lamp"},
    });
    assert_eq!(answer["data"], expected, "{answer}");
    shop.close().await;
}

#[tokio::test]
async fn what_is_gone_is_null_and_what_is_no_id_is_refused() {
    let shop = Shop::with_owner().await;
    let found = objects(&shop).await;
    let id = |of: &str| &found.iter().find(|(found, _)| found == of).unwrap().1;
    let gone = id("TaskLine");
    let remove = "mutation { removeLine(id: 1) { task { id } } }";
    assert!(shop.ask(remove).await["errors"].is_null());
    let answer = shop.ask_with(NODE, json!({ "id": gone })).await;
    assert_eq!(answer, json!({"data": {"node": null}}));
    for text in ["", "1", "Task:1", "VGFzazow", "VGFzazotMQ", "VGFzazox="] {
        let answer = shop.ask_with(NODE, json!({ "id": text })).await;
        assert_eq!(code(&answer), "BAD_USER_INPUT", "{text} {answer}");
        let fields = &answer["errors"][0]["extensions"]["fields"];
        assert_eq!(fields[0]["path"], json!(["nodeId"]), "{answer}");
    }
    shop.close().await;
}

#[tokio::test]
async fn nodes_of_owners_are_refused_to_employees_and_all_to_strangers() {
    let mut shop = Shop::with_owner().await;
    let found = objects(&shop).await;
    let employee = crate::accounts::employee(&shop).await;
    for (of, id) in &found {
        let query = format!("{{ node(nodeId: \"{id}\") {{ nodeId }} }}");
        let owners = ["AuditEvent", "Invite", "Webhook", "WebhookDelivery"];
        let expected = if owners.contains(&&**of) {
            "FORBIDDEN"
        } else {
            ""
        };
        let answer = shop.ask_by(&employee, &query).await;
        assert_eq!(code(&answer), expected, "{of} {answer}");
    }
    shop.token = None;
    for (of, id) in &found {
        let answer = shop.ask_with(NODE, json!({ "id": id })).await;
        assert_eq!(code(&answer), "UNAUTHENTICATED", "{of} {answer}");
    }
    shop.close().await;
}
