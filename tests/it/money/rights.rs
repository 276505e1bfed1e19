//! Who may do what about money, and who sees what a part has cost the shop.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{data, new_task, perform};
use crate::accounts::employee;
use crate::event_streams::Events;
use crate::harness::{Shop, code};
use crate::live::{connect, hear, init, say, subscribe};
use crate::pages::Browser;
use crate::receiver::{Receiver, Told};

/// The cost of everything, which only owners see.
const COST: &str = "7777";

/// Operations of all staff.
const STAFF: &[&str] = &[
    r#"mutation { saveCatalogueItem(itemData: {kind: WORK, name: "Cleaning", price: 50000}) { item { id cost } } }"#,
    "{ catalogue { nodes { id name price cost } } }",
    "mutation { addLine(taskId: 1, lineData: {itemId: 1}) { line { id cost item { cost } } } }",
    r#"mutation { updateLine(id: 1, lineData: {quantity: "1.5"}) { line { id cost } } }"#,
    "mutation { moveLine(id: 1, position: 2) { task { lines { cost } } } }",
    r#"mutation { setDiscount(taskId: 1, percent: "1") { task { total } } }"#,
    r#"mutation { agreeByPhone(taskId: 1, note: "yes") { task { approvals { decision } } } }"#,
    "mutation { removeLine(id: 2) { task { lines { cost } } } }",
    "mutation { openShift(drawerId: 1, counted: 0) { shift { id } } }",
    "mutation { moveCash(drawerId: 1, kind: CASH_IN, sum: 500) { payment { id } } }",
    "mutation { takePayment(paymentData: {taskId: 1, method: CASH, sum: 1000}) { payment { id } } }",
    "mutation { handOver(taskId: 1) { task { status lines { cost item { cost } } } } }",
    "{ debts { nodes { id toPay lines { cost } } } }",
    "{ drawers { id balance shift { id } } }",
    "mutation { closeShift(id: 1, counted: 1500) { shift { difference } } }",
    "{ taskById(id: 1) { total paid toPay lines { cost item { cost } } payments { sum } history { from to } approvals { price } } }",
    "{ customers { nodes { debt } } }",
    "{ dayReport { received earned byMethod { received } byDrawer { cashIn drawer { balance } } } }",
    "{ month(month: \"2021-07\") { money { earned cost grossProfit } } }",
];

/// Operations of owners.
const OWNERS: &[&str] = &[
    "mutation { saveCatalogueItem(itemData: {id: 1, cost: 1}) { item { id } } }",
    "mutation { addLine(taskId: 2, lineData: {itemId: 1, cost: 1}) { line { id } } }",
    "mutation { updateLine(id: 3, lineData: {cost: 1}) { line { id } } }",
    "mutation { refundPayment(id: 2, sum: 1) { payment { id } } }",
    "mutation { reversePayment(id: 2) { payment { id } } }",
    r#"mutation { saveDrawer(name: "Second") { drawer { id } } }"#,
    "mutation { closeShift(id: 2, counted: 0) { shift { id } } }",
];

/// Returns a shop with an item that has a cost, and two tasks with lines of it.
async fn shop(settings: &str) -> Shop {
    let mut shop = Shop::open_with(settings, "").await;
    let answer = shop.register("owner@example.com").await;
    let token = answer["data"]["register"]["token"].as_str();
    shop.token = token.map(str::to_owned);
    new_task(&shop).await;
    new_task(&shop).await;
    perform(
        &shop,
        &[
            r#"saveCatalogueItem(itemData: {kind: PART, name: "Display", price: 350000, cost: 7777}) { item { id } }"#,
            "addLine(taskId: 1, lineData: {itemId: 1}) { line { id } }",
            r#"addLine(taskId: 1, lineData: {kind: WORK, name: "Soldering", unitPrice: 100000, cost: 7777}) { line { id } }"#,
            "addLine(taskId: 2, lineData: {itemId: 1}) { line { id } }",
        ],
    )
    .await;
    shop
}

#[tokio::test]
async fn money_is_for_staff_and_some_of_it_for_owners() {
    let shop = shop("").await;
    let (owner, colleague) = (shop.token.clone().unwrap(), employee(&shop).await);
    let before = shop.dump();
    let all: Vec<&str> = STAFF.iter().chain(OWNERS).copied().collect();
    for query in &all {
        let answer = shop.ask_by("", query).await;
        assert_eq!(code(&answer), "UNAUTHENTICATED", "{query} {answer}");
    }
    assert!(shop.dump() == before);
    for query in STAFF {
        let answer = shop.ask_by(&colleague, query).await;
        assert!(answer["errors"].is_null(), "{query} {answer}");
        assert!(!answer.to_string().contains(COST), "{query} {answer}");
    }
    perform(
        &shop,
        &["openShift(drawerId: 1, counted: 1500) { shift { id } }"],
    )
    .await;
    let before = shop.dump();
    for query in OWNERS {
        let answer = shop.ask_by(&colleague, query).await;
        assert_eq!(code(&answer), "FORBIDDEN", "{query} {answer}");
    }
    assert!(shop.dump() == before);
    // The owner may, and sees the costs.
    let seen = data(
        &shop,
        "{ taskById(id: 2) { lines { cost item { cost } } } }",
    )
    .await;
    assert_eq!(
        seen["taskById"]["lines"],
        serde_json::json!([{"cost": 7_777, "item": {"cost": 7_777}}])
    );
    let mutations = OWNERS
        .iter()
        .take(6)
        .filter(|query| !query.contains("reverse"));
    for query in mutations {
        let answer = shop.ask_by(&owner, query).await;
        assert!(answer["errors"].is_null(), "{query} {answer}");
    }
    shop.close().await;
}

/// The operations about money, by their names in the schema.
#[test]
fn every_operation_about_money_is_among_them() {
    let sdl = zayavka::graphql::sdl();
    let about = [
        "Catalogue",
        "Line",
        "Payment",
        "Drawer",
        "Shift",
        "Cash",
        "Discount",
        "handOver",
        "agreeByPhone",
        "dayReport",
        "debts",
        "drawers",
        "catalogue",
    ];
    let root = |name: &str| {
        let (_, rest) = sdl.split_once(&format!("type {name} {{\n")).unwrap();
        rest.split_once("\n}").unwrap().0.to_owned()
    };
    let named: BTreeSet<String> = [root("Query"), root("Mutation")]
        .iter()
        .flat_map(|fields| {
            // Arguments with a description are indented once more.
            fields
                .lines()
                .filter(|line| !line.starts_with("\t\t"))
                .map(str::trim)
                .map(str::to_owned)
                .collect::<Vec<_>>()
        })
        .filter_map(|line| {
            let end = line.find(['(', ':'])?;
            Some(line[..end].to_owned())
        })
        .filter(|name| about.iter().any(|of| name.contains(of)))
        .collect();
    assert!(named.len() >= 16, "{named:?}");
    for name in named {
        let mut tried = STAFF.iter().chain(OWNERS);
        assert!(
            tried.any(|query| query.contains(&name)),
            "nobody tries {name}"
        );
    }
}

#[tokio::test]
async fn a_cost_is_shown_to_no_employee_anywhere() {
    let receiver = Receiver::start().await;
    let events = "'task.created', 'task.updated', 'task.status_changed', 'task.lines_changed', 'payment.received',
        'payment.refunded', 'payment.reversed', 'approval.decided'";
    let shop = shop(&receiver.settings(events)).await;
    let colleague = employee(&shop).await;
    perform(
        &shop,
        &[
            "updateLine(id: 1, lineData: {cost: 77771}) { line { id } }",
            "askApproval(taskId: 1) { task { id } }",
            "handOver(taskId: 1, payments: [{method: CARD, sum: 450000}]) { task { id } }",
            "refundPayment(id: 1, sum: 1) { payment { id } }",
        ],
    )
    .await;
    let mut browser = Browser::open(&shop);
    browser.cookie = format!("zayavka={colleague}");
    for path in crate::pages::PAGES.iter().chain(&["/catalogue.csv"]) {
        let answer = browser.get(path).await;
        let text = answer.text().await.unwrap();
        // Sums are grouped: 77,77 and 777,71.
        for shown in ["77,77", "777,71", COST] {
            assert!(!text.contains(shown), "{path} shows {shown}");
        }
    }
    let owner = Browser::signed_in(&shop, "owner@example.com").await;
    assert!(owner.page("/catalogue").await.contains("77,77"));
    // Archive and CSV of tasks are the owner's.
    for query in ["{ exportArchive }", "{ exportCsv(kind: TASKS) }"] {
        assert_eq!(code(&shop.ask_by(&colleague, query).await), "FORBIDDEN");
    }
    for path in ["/data/archive.json", "/data/tasks.csv"] {
        assert_eq!(browser.get(path).await.status(), 403, "{path}");
    }
    let history = "{ taskById(id: 1) { history { kind from to } } }";
    let history = shop.ask_by(&colleague, history).await.to_string();
    assert!(
        history.contains("LINE") && !history.contains(COST),
        "{history}"
    );
    // Events name ids and states only.
    let told = receiver.told(10).await;
    let names: BTreeSet<String> = told.iter().map(Told::event).collect();
    for name in ["task.lines_changed", "payment.received", "payment.refunded"] {
        assert!(names.contains(name), "{names:?}");
    }
    for told in &told {
        let task = &told.json()["task"];
        let keys: BTreeSet<&str> = task
            .as_object()
            .unwrap()
            .keys()
            .map(String::as_str)
            .collect();
        assert_eq!(keys, ["id", "status", "version"].into(), "{}", told.body);
        assert!(!told.body.contains("Soldering") && !told.body.contains("450000"));
    }
    shop.close().await;
}

/// Everything of a task's money that a change tells.
const WATCH: &str =
    "subscription { taskChanged(id: 1) { task { total paid lines { cost item { cost } }
    history { from to } approvals { price } } } }";

/// Returns what a subscription over WebSocket and one over server-sent events tell of a change of the cost.
async fn streamed(shop: &Shop, by_owner: &str, cost: &str) -> [String; 2] {
    let mut socket = connect(shop, "graphql-transport-ws").await;
    say(&mut socket, init(shop)).await;
    assert_eq!(hear(&mut socket).await["type"], "connection_ack");
    say(&mut socket, subscribe("a", WATCH)).await;
    // A query runs after the subscription's task has started listening.
    say(&mut socket, subscribe("q", "{ me { email } }")).await;
    for kind in ["next", "complete"] {
        assert_eq!(hear(&mut socket).await["type"], kind);
    }
    let mut events = Events::post(shop, WATCH).await;
    let heartbeat = async {
        loop {
            shop.clock.advance(std::time::Duration::from_secs(15));
            for _ in 0..100 {
                tokio::task::yield_now().await;
            }
        }
    };
    tokio::select! {
        comment = events.raw() => assert_eq!(comment.as_deref(), Some(":")),
        () = heartbeat => {}
    }
    let change =
        format!("mutation {{ updateLine(id: 1, lineData: {{cost: {cost}}}) {{ line {{ id }} }} }}");
    let answer = shop.ask_by(by_owner, &change).await;
    assert!(answer["errors"].is_null(), "{answer}");
    let told = loop {
        let told = hear(&mut socket).await;
        if told["id"] == "a" {
            break told;
        }
    };
    let event = loop {
        match events.raw().await.unwrap() {
            comment if comment == ":" => {}
            event => break event,
        }
    };
    assert!(told["payload"]["errors"].is_null(), "{told}");
    [told.to_string(), event]
}

#[tokio::test]
async fn no_stream_tells_an_employee_what_a_part_has_cost() {
    let mut shop = shop("").await;
    let (owner, colleague) = (shop.token.clone().unwrap(), employee(&shop).await);
    for told in streamed(&shop, &owner, "77771").await {
        assert!(told.contains("\"cost\":77771"), "{told}");
    }
    shop.token = Some(colleague.clone());
    let told = streamed(&shop, &owner, "77772").await;
    for told in &told {
        assert!(
            told.contains("\"cost\":null") && !told.contains(COST),
            "{told}"
        );
    }
    // The streams of pages and of simple clients name the task, its status and its version alone.
    let mut live = shop
        .request(reqwest::Method::GET, "/live")
        .header("cookie", format!("zayavka={colleague}"))
        .send()
        .await
        .unwrap();
    let mut events = shop
        .request(reqwest::Method::GET, "/events")
        .send()
        .await
        .unwrap();
    let change = "mutation { updateLine(id: 1, lineData: {cost: 77773}) { line { id } } }";
    let answer = shop.ask_by(&owner, change).await;
    assert!(answer["errors"].is_null(), "{answer}");
    for stream in [&mut live, &mut events] {
        let mut text = String::new();
        while !text.contains("\n\n") {
            text += std::str::from_utf8(&stream.chunk().await.unwrap().unwrap()).unwrap();
        }
        let data = text.lines().find_map(|line| line.strip_prefix("data:"));
        let data: Value = serde_json::from_str(data.unwrap()).unwrap();
        let keys: BTreeSet<&str> = data
            .as_object()
            .unwrap()
            .keys()
            .map(String::as_str)
            .collect();
        assert_eq!(keys, ["id", "kind", "status", "version"].into(), "{text}");
        assert_eq!(
            (&data["id"], &data["kind"]),
            (&json!("1"), &json!("UPDATED"))
        );
        assert!(!text.contains(COST), "{text}");
    }
    shop.close().await;
}

#[tokio::test]
async fn a_reversal_is_told_to_webhooks_without_its_sum() {
    let receiver = Receiver::start().await;
    let events = "'payment.received', 'payment.refunded', 'payment.reversed'";
    let shop = shop(&receiver.settings(events)).await;
    perform(
        &shop,
        &[
            "takePayment(paymentData: {taskId: 2, method: CARD, sum: 123400}) { payment { id } }",
            r#"reversePayment(id: 1, note: "Not that task") { payment { id } }"#,
        ],
    )
    .await;
    let told = receiver.told(2).await;
    let names: Vec<String> = told.iter().map(Told::event).collect();
    assert_eq!(names, ["payment.received", "payment.reversed"]);
    let reversed = &told[1];
    assert_eq!(reversed.json()["task"]["id"], "2");
    assert!(
        !reversed.body.contains("1234") && !reversed.body.contains("Not that"),
        "{}",
        reversed.body
    );
    // Refused ones are told to nobody: the row is reversed already.
    let again = shop
        .ask("mutation { reversePayment(id: 1) { payment { id } } }")
        .await;
    assert_eq!(code(&again), "CONFLICT", "{again}");
    perform(
        &shop,
        &["takePayment(paymentData: {taskId: 2, method: CARD, sum: 100}) { payment { id } }"],
    )
    .await;
    let told = receiver.told(3).await;
    let names: Vec<String> = told.iter().skip(2).map(Told::event).collect();
    assert_eq!(names, ["payment.received"]);
    shop.close().await;
}
