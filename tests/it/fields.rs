//! Tests of every field of the list types in every form of query, as found in the schema.
//!
//! Responses are written directly from the rows or resolved field by field, and only the requested
//! columns are read. Neither may be visible to a client.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::{Value, json};

use crate::harness::Shop;

const SCHEMA: &str = "{ __schema { types { name kind fields {
    name args { type { kind } }
    type { name kind ofType { name kind ofType { name kind ofType { name kind } } } } } } } }";

/// The types with a table of fields, and so with a second writer.
const TABLED: [&str; 4] = ["Task", "Customer", "User", "Stage"];

/// A field without required arguments: the type of its items, and whether that type has fields.
#[derive(Clone)]
struct Field {
    name: String,
    of: String,
    is_object: bool,
}

type Schema = HashMap<String, Vec<Field>>;

async fn schema(shop: &Shop) -> Schema {
    let answer = shop.ask(SCHEMA).await;
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let mut types = Schema::new();
    for one in answer["data"]["__schema"]["types"].as_array().unwrap() {
        let fields = one["fields"].as_array().map_or(&[][..], Vec::as_slice);
        let read = |field: &Value| {
            let mut of = &field["type"];
            while !of["ofType"].is_null() {
                of = &of["ofType"];
            }
            let args = field["args"].as_array().unwrap();
            let free = args.iter().all(|arg| arg["type"]["kind"] != "NON_NULL");
            free.then(|| Field {
                name: text(&field["name"]),
                of: text(&of["name"]),
                is_object: of["kind"] == "OBJECT",
            })
        };
        types.insert(text(&one["name"]), fields.iter().filter_map(read).collect());
    }
    types
}

/// The number of scalar fields selected of a nested object: all of them in each entry of a list
/// would exceed the limit on complexity.
const OF_OBJECT: usize = 12;

/// Returns the selection of a field; for an object, with the first of its scalar fields.
fn selection(schema: &Schema, field: &Field) -> String {
    if !field.is_object {
        return field.name.clone();
    }
    let values = schema[&field.of].iter().filter(|below| !below.is_object);
    let values: Vec<&str> = values
        .map(|below| below.name.as_str())
        .take(OF_OBJECT)
        .collect();
    format!("{} {{ {} }}", field.name, values.join(" "))
}

/// Where objects of a type are found: the query before and after the selection.
struct Place {
    of: String,
    /// Whether it is at the top of the API, and not below another object.
    is_top: bool,
    before: String,
    behind: String,
}

impl Place {
    fn new(of: &str, before: &str, is_top: bool) -> Self {
        Self {
            of: of.to_owned(),
            is_top,
            before: before.to_owned(),
            behind: " }".repeat(before.matches('{').count()),
        }
    }

    fn ask(&self, selection: &str) -> String {
        format!("{{ {} {selection} {} }}", self.before, self.behind)
    }
}

/// The fields of the query type, and those one level below.
fn places(schema: &Schema) -> Vec<Place> {
    let tops = [
        ("Task", "allTasks {"),
        ("Task", "taskById(id: 1) {"),
        ("Task", "tasks { nodes {"),
        ("Task", "tasks(orderBy: LONGEST_READY) { edges { node {"),
        ("Customer", "allCustomers {"),
        ("Customer", "customerById(id: 1) {"),
        ("Customer", "customers { nodes {"),
        ("User", "employees {"),
        ("User", "me {"),
        ("Stage", "stages {"),
    ];
    let mut places = Vec::new();
    for (of, before) in tops {
        places.push(Place::new(of, before, true));
        for field in schema[of].iter().filter(|field| field.is_object) {
            places.push(Place::new(
                &field.of,
                &format!("{before} {} {{", field.name),
                false,
            ));
        }
    }
    places
}

/// Creates a shop in which every field of these types has a value somewhere.
async fn shop() -> Shop {
    let shop = Shop::with_owner().await;
    for task in [
        json!({
            "customerPhone": "+79000000001", "description": "one \"quoted\"\nдва", "category": "REPAIR",
            "status": "READY", "dueOn": "2021-07-01", "estimate": 100, "price": 200,
            "warrantyEndsOn": "2022-01-01",
            "device": { "kind": "phone", "brand": "B", "model": "M", "serialNumber": "SN-12345", "place": "A1" },
        }),
        json!({
            "customerPhone": "8 900 000-00-02", "description": "", "warrantyOfId": 1, "remind": false,
            "dueOn": "2021-07-02", "device": { "serialNumber": "SN-12345" },
        }),
        json!({ "customerPhone": "+79000000003", "description": "gone", "status": "CLOSED" }),
    ] {
        let query = "mutation ($task: TaskInput!) { createTask(taskData: $task) { task { id } } }";
        let made = shop.ask_with(query, json!({ "task": task })).await;
        assert!(made["errors"].is_null(), "{made}");
    }
    let sql = "UPDATE customers SET name = 'Анна', name_key = 'анна', telegram_id = 77, telegram_verified = 1, max_id = 78, max_verified = 1,
        second_phone = '+7 900 000-00-09', second_phone_key = '79000000009', email = 'a@example.com', company = 'Lamp',
        company_key = 'lamp', tax_number = '6902', note = 'calls late' WHERE id = 1";
    shop.database().execute(sql, []).unwrap();
    for query in [
        "mutation { takePayment(paymentData: {taskId: 1, method: CASH, sum: 50}) { payment { id } } }",
        "mutation { addLine(taskId: 2, lineData: {kind: WORK, name: \"cleaning\", unitPrice: 100}) { line { id } } }",
        "mutation { assignTask(id: 1, employeeId: 1) { task { id } } }",
        "mutation { askApproval(taskId: 1, price: 300) { task { id } } }",
        "mutation { addComment(taskId: 1, text: \"a note\") { comment { id } } }",
        "mutation { renewStatusLink(taskId: 1) { task { id } } }",
        "mutation { deleteCustomer(phone: \"+79000000003\") { phone } }",
        "mutation { updateEmployee(employeeData: {id: 1, name: \"Анна\", colour: TEAL}) { user { id } } }",
    ] {
        let done = shop.ask(query).await;
        assert!(done["errors"].is_null(), "{query} {done}");
    }
    shop
}

async fn data(shop: &Shop, query: &str) -> Value {
    let answer = shop.ask(query).await;
    assert!(answer["errors"].is_null(), "{query} {answer}");
    answer["data"].clone()
}

/// Returns the objects that contain a field, anywhere in a response, in order.
fn values(answer: &Value, name: &str, found: &mut Vec<Value>) {
    match answer {
        Value::Array(entries) => entries.iter().for_each(|one| values(one, name, found)),
        Value::Object(fields) => match fields.get(name) {
            Some(value) => found.push(value.clone()),
            None => fields.values().for_each(|one| values(one, name, found)),
        },
        _ => {}
    }
}

fn found(answer: &Value, name: &str) -> Vec<Value> {
    let mut all = Vec::new();
    values(answer, name, &mut all);
    all
}

#[tokio::test]
async fn every_field_is_the_same_however_it_is_asked_for() {
    let shop = shop().await;
    let schema = schema(&shop).await;
    let mut seen: BTreeMap<String, bool> = BTreeMap::new();
    for place in places(&schema) {
        let fields = schema[&place.of].iter();
        for field in fields.filter(|field| place.is_top || !field.is_object) {
            let (of, name) = (&place.of, &field.name);
            let asked = selection(&schema, field);
            let straight = data(&shop, &place.ask(&asked)).await;
            let fragment = format!("{} fragment f on {of} {{ {asked} }}", place.ask("...f"));
            let below = asked.strip_prefix(name.as_str()).unwrap();
            for form in [
                fragment,
                place.ask(&format!("... on {of} {{ {asked} }}")),
                place.ask(&format!("{name} @include(if: true) {below}")),
                place.ask(&format!("{asked} {asked}")),
                place.ask(&format!("{asked} gone: __typename @skip(if: true)")),
            ] {
                assert_eq!(data(&shop, &form).await, straight, "{form}");
            }
            // Aliases beside and instead of the field's own name.
            let renamed = data(&shop, &place.ask(&format!("other: {asked}"))).await;
            let named = data(
                &shop,
                &place.ask(&format!(
                    "t: __typename other: {name} @skip(if: false) {below}"
                )),
            )
            .await;
            let expected = {
                let mut all = found(&renamed, "other");
                assert_eq!(all, found(&named, "other"), "{of}.{name}");
                all.retain(|value| !value.is_null());
                all
            };
            if place.is_top {
                let mut own = found(&straight, name);
                own.retain(|value| !value.is_null());
                assert_eq!(own, expected, "{of}.{name}");
            }
            *seen.entry(format!("{of}.{name}")).or_default() |=
                expected.iter().any(|value| *value != json!([]));
        }
    }
    for of in TABLED {
        for Field { name, .. } in &schema[of] {
            assert!(seen[&format!("{of}.{name}")], "{of}.{name} has no value");
        }
    }
    shop.close().await;
}

/// Columns that one field needs are read too when another field is requested.
#[tokio::test]
async fn every_two_fields_of_a_list_are_what_each_is_alone() {
    let shop = shop().await;
    let schema = schema(&shop).await;
    let list = Place::new("Task", "allTasks {", true);
    let mut alone = Vec::new();
    for field in &schema["Task"] {
        let asked = selection(&schema, field);
        let answer = data(&shop, &list.ask(&asked)).await;
        let of_each = answer["allTasks"].as_array().unwrap().clone();
        let of_each: Vec<Value> = of_each.iter().map(|one| one[&field.name].clone()).collect();
        assert_eq!(of_each.len(), 3);
        alone.push((asked, &field.name, of_each));
    }
    assert!(alone.len() > 30, "{}", alone.len());
    for (index, one) in alone.iter().enumerate() {
        for other in &alone[index + 1..] {
            let both = data(&shop, &list.ask(&format!("{} {}", one.0, other.0))).await;
            for (task, both) in both["allTasks"].as_array().unwrap().iter().enumerate() {
                for (asked, name, expected) in [one, other] {
                    let beside = (&one.0, &other.0);
                    assert_eq!(both[name.as_str()], expected[task], "{asked} of {beside:?}");
                }
            }
        }
    }
    shop.close().await;
}

/// A page reads the columns of its cursors, even if a query asks for other fields or none.
#[tokio::test]
async fn cursors_lead_on_whatever_is_asked_for_beside_them() {
    let shop = shop().await;
    for (order, tasks) in [
        ("NEWEST", 3),
        ("OLDEST", 3),
        ("RECENTLY_UPDATED", 3),
        ("LONGEST_READY", 1),
    ] {
        let (mut ids, mut after) = (Vec::new(), "null".to_owned());
        for _ in 0..tasks {
            let page = |what: &str| {
                format!("{{ tasks(first: 1, orderBy: {order}, after: {after}) {{ {what} }} }}")
            };
            let edges = data(&shop, &page("edges { cursor }")).await;
            let cursor = edges["tasks"]["edges"][0]["cursor"].clone();
            let whole = page("edges { cursor node { id description readyTime } } nodes { id }");
            let whole = data(&shop, &whole).await;
            let edge = &whole["tasks"]["edges"][0];
            assert_eq!(edge["cursor"], cursor, "{order}");
            assert_eq!(edge["node"]["id"], whole["tasks"]["nodes"][0]["id"]);
            ids.push(edge["node"]["id"].clone());
            after = cursor.to_string();
        }
        let different: BTreeSet<String> = ids.iter().map(Value::to_string).collect();
        assert_eq!(different.len(), tasks, "{order} {ids:?}");
    }
    shop.close().await;
}
