//! Connections: every one is paged from both ends, and both ways give the same entries.

use serde_json::Value;

use crate::harness::{Shop, code};

const ENTRIES: usize = 7;

async fn fill(shop: &Shop) {
    for number in 0..ENTRIES {
        let query = format!(
            r#"mutation {{
            createTask(taskData: {{customerPhone: "+7900000000{number}", description: "lamp {number}", dueOn: "2021-08-0{}", price: {}}}) {{ task {{ id }} }}
            addComment(taskId: 1, text: "note {number}") {{ comment {{ id }} }}
            saveCatalogueItem(itemData: {{kind: PART, name: "part {number}", price: 100}}) {{ item {{ id }} }}
            createInvite(email: "new{number}@example.com") {{ url }}
            a: updateTask(taskData: {{id: {}, status: READY}}) {{ task {{ id }} }}
        }}"#,
            1 + (number * 3) % 7,
            100 + (number * 5) % 3,
            number + 1,
        );
        let answer = shop.ask(&query).await;
        assert!(answer["errors"].is_null(), "{answer}");
        let own = r#"mutation { createTask(taskData: {customerPhone: "+79000000000", description: "own"}) { task { id } } }"#;
        assert!(shop.ask(own).await["errors"].is_null());
    }
    // Closed without payment: debts.
    for id in (1..=2 * ENTRIES).step_by(2) {
        let close = format!(
            "mutation {{ updateTask(taskData: {{id: {id}, status: CLOSED}}) {{ task {{ id }} }} }}"
        );
        assert!(shop.ask(&close).await["errors"].is_null());
    }
}

/// Reads a connection page by page from one end, and returns the nodes in the order of the list.
async fn walk(shop: &Shop, place: &str, arguments: &str, backwards: bool) -> Vec<String> {
    let (size, cursor, more, next) = match backwards {
        false => ("first", "after", "hasNextPage", "endCursor"),
        true => ("last", "before", "hasPreviousPage", "startCursor"),
    };
    let (mut found, mut at) = (Vec::new(), String::new());
    loop {
        let given = format!("{arguments} {size}: 2 {at}");
        let page = "{ edges { cursor node { id } } nodes { id } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } totalCount }";
        let query = place.replace("CONNECTION", &format!("({given}) {page}"));
        let answer = shop.ask(&query).await;
        assert!(answer["errors"].is_null(), "{query} {answer}");
        let page = connection(&answer["data"]).clone();
        let ids: Vec<String> = page["edges"]
            .as_array()
            .unwrap()
            .iter()
            .map(|edge| text(&edge["node"]["id"]))
            .collect();
        let nodes: Vec<String> = page["nodes"]
            .as_array()
            .unwrap()
            .iter()
            .map(|node| text(&node["id"]))
            .collect();
        assert_eq!(ids, nodes);
        let info = &page["pageInfo"];
        let cursors = page["edges"].as_array().unwrap();
        if let (Some(first), Some(last)) = (cursors.first(), cursors.last()) {
            assert_eq!(
                (&info["startCursor"], &info["endCursor"]),
                (&first["cursor"], &last["cursor"])
            );
        }
        match backwards {
            false => found.extend(ids),
            true => found.splice(0..0, ids).for_each(drop),
        }
        if info[more] != true {
            let total = page["totalCount"].as_u64().unwrap();
            assert_eq!(total, found.len() as u64, "{query} {found:?}");
            return found;
        }
        at = format!("{cursor}: \"{}\"", text(&info[next]));
        assert!(found.len() < 100, "{query}");
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

/// Returns the connection in an answer, however deep it is.
fn connection(value: &Value) -> &Value {
    match value {
        Value::Object(fields) if fields.contains_key("edges") => value,
        Value::Object(fields) => connection(fields.values().next().unwrap()),
        Value::Array(entries) => connection(entries.first().unwrap()),
        _ => panic!("{value}"),
    }
}

#[tokio::test]
async fn every_connection_gives_the_same_from_both_ends() {
    let shop = Shop::with_owner().await;
    fill(&shop).await;
    let mut places = vec![
        (
            "{ customers CONNECTION }".to_owned(),
            String::new(),
            ENTRIES,
        ),
        (
            "{ catalogue CONNECTION }".to_owned(),
            String::new(),
            ENTRIES,
        ),
        ("{ invites CONNECTION }".to_owned(), String::new(), ENTRIES),
        (
            "{ auditEvents CONNECTION }".to_owned(),
            String::new(),
            ENTRIES,
        ),
        ("{ debts CONNECTION }".to_owned(), String::new(), ENTRIES),
        (
            "{ taskById(id: 1) { commentsConnection CONNECTION } }".to_owned(),
            String::new(),
            ENTRIES,
        ),
        (
            "{ taskById(id: 1) { historyConnection CONNECTION } }".to_owned(),
            String::new(),
            ENTRIES,
        ),
        (
            "{ customerById(id: 1) { tasksConnection CONNECTION } }".to_owned(),
            String::new(),
            ENTRIES + 1,
        ),
    ];
    for order in [
        "NEWEST",
        "OLDEST",
        "RECENTLY_UPDATED",
        "LEAST_RECENTLY_UPDATED",
        "LONGEST_READY",
        "EARLIEST_DUE",
        "LARGEST_TOTAL",
        "LARGEST_TO_PAY",
    ] {
        let least = if order == "LONGEST_READY" { 0 } else { ENTRIES };
        for filter in ["", "filter: {search: \"lamp\"}", "filter: {search: \"3\"}"] {
            let least = if filter.is_empty() { least } else { 0 };
            places.push((
                "{ tasks CONNECTION }".to_owned(),
                format!("orderBy: {order} {filter}"),
                least,
            ));
        }
    }
    for (place, arguments, least) in places {
        let forwards = walk(&shop, &place, &arguments, false).await;
        let backwards = walk(&shop, &place, &arguments, true).await;
        assert_eq!(forwards, backwards, "{place} {arguments}");
        assert!(forwards.len() >= least, "{place} {arguments} {forwards:?}");
    }
    shop.close().await;
}

#[tokio::test]
async fn a_page_lies_between_two_cursors_and_has_one_size() {
    let shop = Shop::with_owner().await;
    fill(&shop).await;
    let all = shop
        .ask("{ tasks(orderBy: OLDEST) { edges { cursor node { id } } } }")
        .await;
    let edges = all["data"]["tasks"]["edges"].as_array().unwrap();
    let (after, before) = (text(&edges[1]["cursor"]), text(&edges[6]["cursor"]));
    let between: Vec<_> = edges[2..6]
        .iter()
        .map(|edge| text(&edge["node"]["id"]))
        .collect();
    for (size, expected) in [
        ("first: 3", &between[..3]),
        ("last: 3", &between[1..]),
        ("", &between[..]),
    ] {
        let query = format!(
            "{{ tasks(orderBy: OLDEST {size} after: \"{after}\" before: \"{before}\") {{ nodes {{ id }} pageInfo {{ hasNextPage hasPreviousPage }} }} }}"
        );
        let answer = shop.ask(&query).await;
        let nodes = answer["data"]["tasks"]["nodes"].as_array().unwrap();
        let ids: Vec<_> = nodes.iter().map(|node| text(&node["id"])).collect();
        assert_eq!(ids, expected, "{size} {answer}");
    }
    for (given, field) in [
        ("first: 1 last: 1", "last"),
        ("last: 0", "last"),
        ("last: 101", "last"),
        ("first: -1", "first"),
        ("before: \"x\"", "before"),
        ("after: \"x\"", "after"),
    ] {
        for place in [
            "tasks(GIVEN) { totalCount }",
            "customers(GIVEN) { totalCount }",
            "debts(GIVEN) { totalCount }",
            "taskById(id: 1) { commentsConnection(GIVEN) { totalCount } }",
        ] {
            let answer = shop
                .ask(&format!("{{ {} }}", place.replace("GIVEN", given)))
                .await;
            assert_eq!(code(&answer), "BAD_USER_INPUT", "{given} {answer}");
            assert_eq!(
                answer["errors"][0]["extensions"]["field"], field,
                "{answer}"
            );
        }
    }
    shop.close().await;
}
