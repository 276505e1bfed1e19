//! Details of a task: the device, the due date, the sums, the warranty.

use std::time::Duration;

use serde_json::{Value, json};

use crate::harness::{Shop, code};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

const WHOLE: &str = "id version dueOn overdue estimate price prepayment warrantyEndsOn
    warrantyOf { id } warrantyTasks { id } tasksOfDevice { id }
    device { kind brand model serialNumber serialNumberSuspicious accessories appearance place }";

/// Creates a task with these fields, in GraphQL syntax, and returns it.
async fn create(shop: &Shop, fields: &str) -> Value {
    let answer = shop
        .ask(&format!(
            r#"mutation {{ createTask(taskData: {{customerPhone: "+79000000001" {fields}}}) {{ task {{ {WHOLE} }} }} }}"#
        ))
        .await;
    assert!(answer["errors"].is_null(), "{answer}");
    answer["data"]["createTask"]["task"].clone()
}

async fn change(shop: &Shop, fields: &str) -> Value {
    shop.ask(&format!(
        "mutation {{ updateTask(taskData: {{{fields}}}) {{ task {{ {WHOLE} history {{ kind from to }} }} }} }}"
    ))
    .await
}

async fn changed(shop: &Shop, fields: &str) -> Value {
    let answer = change(shop, fields).await;
    assert!(answer["errors"].is_null(), "{fields} {answer}");
    answer["data"]["updateTask"]["task"].clone()
}

fn ids(rows: &Value) -> Vec<&str> {
    let rows = rows.as_array().unwrap().iter();
    rows.map(|row| row["id"].as_str().unwrap()).collect()
}

async fn found(shop: &Shop, filter: &str) -> String {
    let answer = shop
        .ask(&format!(
            "{{ tasks(filter: {{{filter}}}, orderBy: OLDEST) {{ totalCount nodes {{ id }} }} }}"
        ))
        .await;
    let found = ids(&answer["data"]["tasks"]["nodes"]).join(" ");
    let count = answer["data"]["tasks"]["totalCount"].as_u64().unwrap();
    assert_eq!(count as usize, found.split_whitespace().count(), "{filter}");
    found
}

const PHONE: &str = r#"device: {kind: "телефон", brand: " Apple ", model: "iPhone 12", serialNumber: "49-015420-323751-8",
    accessories: "чехол, зарядка", appearance: "скол в углу", place: "полка 3"}"#;

#[tokio::test]
async fn everything_beside_a_task_is_kept_changed_and_taken_away() {
    let shop = Shop::with_owner().await;
    let bare = create(&shop, "").await;
    let nothing = json!({
        "id": "1", "version": 1, "dueOn": null, "overdue": false, "estimate": null, "price": null,
        "prepayment": null, "warrantyEndsOn": null, "warrantyOf": null, "warrantyTasks": [],
        "tasksOfDevice": [],
        "device": {"kind": null, "brand": null, "model": null, "serialNumber": null,
            "serialNumberSuspicious": false, "accessories": null, "appearance": null, "place": null},
    });
    assert_eq!(bare, nothing);
    let stored = "SELECT count(*) FROM task_details";
    let stored = |shop: &Shop| shop.database().query_row(stored, [], |row| row.get(0));
    assert_eq!(stored(&shop), Ok(0), "nothing takes no room");

    let fields = format!(
        r#"{PHONE}, dueOn: "2021-07-31", estimate: 150050, price: 0, warrantyEndsOn: "2021-10-23""#
    );
    let made = create(&shop, &format!(", {fields}")).await;
    let expected = json!({
        "id": "2", "version": 1, "dueOn": "2021-07-31", "overdue": false, "estimate": 150_050,
        "price": 0, "prepayment": null, "warrantyEndsOn": "2021-10-23", "warrantyOf": null,
        "warrantyTasks": [], "tasksOfDevice": [],
        "device": {"kind": "телефон", "brand": "Apple", "model": "iPhone 12",
            "serialNumber": "49-015420-323751-8", "serialNumberSuspicious": false,
            "accessories": "чехол, зарядка", "appearance": "скол в углу", "place": "полка 3"},
    });
    assert_eq!(made, expected);
    // Omitted fields are kept, and an equal value is no change.
    let same = changed(&shop, &format!("id: 2, {fields}")).await;
    assert_eq!(
        (&same["version"], same["history"].as_array().unwrap().len()),
        (&json!(1), 1)
    );
    let moved = changed(
        &shop,
        r#"id: 2, device: {place: "полка 7", appearance: null}"#,
    )
    .await;
    assert_eq!(moved["device"]["place"], "полка 7");
    assert_eq!(moved["device"]["appearance"], Value::Null);
    assert_eq!(
        (&moved["estimate"], &moved["version"]),
        (&json!(150_050), &json!(2))
    );

    let less = r#"id: 2, dueOn: null, estimate: null, price: null, prepayment: null, warrantyEndsOn: null, warrantyOfId: 1,
        device: {kind: "", brand: "", model: "", serialNumber: "", accessories: "", appearance: "", place: ""}"#;
    let mut emptied = changed(&shop, less).await;
    let history = emptied["history"].take();
    let mut expected = nothing.clone();
    expected["id"] = json!("2");
    expected["version"] = json!(3);
    expected["warrantyOf"] = json!({"id": "1"});
    expected["history"] = Value::Null;
    assert_eq!(emptied, expected);
    let was = "телефон Apple iPhone 12, 49-015420-323751-8, чехол, зарядка";
    let expected = json!([
        {"kind": "CREATED", "from": null, "to": "ACCEPTED"},
        {"kind": "DEVICE", "from": format!("{was}, скол в углу, полка 3"), "to": format!("{was}, полка 7")},
        {"kind": "DUE", "from": "2021-07-31", "to": null},
        {"kind": "DEVICE", "from": format!("{was}, полка 7"), "to": null},
        {"kind": "ESTIMATE", "from": "150050", "to": null},
        {"kind": "PRICE", "from": "0", "to": null},
        {"kind": "WARRANTY", "from": "2021-10-23", "to": null},
        {"kind": "WARRANTY_OF", "from": null, "to": "1"},
    ]);
    assert_eq!(history, expected);
    shop.close().await;
}

#[tokio::test]
async fn invalid_details_are_refused_by_field_and_a_doubtful_imei_is_not() {
    let shop = Shop::with_owner().await;
    create(&shop, "").await;
    let before = shop.dump();
    let long = "ы".repeat(201);
    for (field, value) in [
        ("dueOn", r#""31.07.2021""#),
        ("dueOn", r#""2021-02-30""#),
        ("warrantyEndsOn", r#""""#),
        ("estimate", "-1"),
        ("price", "9007199254740993"),
        ("price", "1e30"),
        ("price", "1.5"),
        ("price", r#""1 000,50 ₽""#),
        ("prepayment", "1"),
        ("warrantyOfId", "7"),
        ("warrantyOfId", r#""x""#),
    ] {
        let created = format!(
            r#"mutation {{ createTask(taskData: {{customerPhone: "+79000000002", {field}: {value}}}) {{ task {{ id }} }} }}"#
        );
        for answer in [
            shop.ask(&created).await,
            change(&shop, &format!("id: 1, {field}: {value}")).await,
        ] {
            assert_eq!(code(&answer), "BAD_USER_INPUT", "{field} {answer}");
            assert_eq!(
                answer["errors"][0]["extensions"]["field"], field,
                "{answer}"
            );
        }
    }
    let itself = change(&shop, "id: 1, warrantyOfId: 1").await;
    assert_eq!(code(&itself), "BAD_USER_INPUT", "{itself}");
    for field in [
        "kind",
        "brand",
        "model",
        "serialNumber",
        "accessories",
        "appearance",
        "place",
    ] {
        for text in [&*long, "two\\nlines"] {
            let fields = format!(r#"id: 1, device: {{{field}: "{text}"}}"#);
            let answer = change(&shop, &fields).await;
            assert_eq!(code(&answer), "BAD_USER_INPUT", "{field} {answer}");
            assert_eq!(
                answer["errors"][0]["extensions"]["field"], field,
                "{answer}"
            );
        }
    }
    assert_eq!(shop.dump(), before);
    for (serial, suspicious) in [
        ("490154203237518", false),
        ("490154203237519", true),
        ("49 015420 323751 9", true),
        ("C02XK1ABJG5H", false),
    ] {
        let kept = changed(
            &shop,
            &format!(r#"id: 1, device: {{serialNumber: "{serial}"}}"#),
        )
        .await;
        assert_eq!(kept["device"]["serialNumber"], serial);
        assert_eq!(
            kept["device"]["serialNumberSuspicious"], suspicious,
            "{serial}"
        );
    }
    shop.close().await;
}

#[tokio::test]
async fn everything_about_a_device_is_found_by_the_search() {
    let shop = Shop::with_owner().await;
    create(&shop, r#", description: "Не включается""#).await;
    create(&shop, &format!(", {PHONE}")).await;
    create(
        &shop,
        r#", device: {kind: "принтер", brand: "HP", serialNumber: "SN-12-ab-34"}"#,
    )
    .await;
    for (text, expected) in [
        ("телефон", "2"),
        ("apple", "2"),
        ("PHONE 12", "2"),
        ("490154203237518", "2"),
        ("49-015420-323751-8", "2"),
        ("015420", "2"),
        ("зарядк", "2"),
        ("скол", "2"),
        ("полка 3", "2"),
        ("apple скол 015420", "2"),
        ("sn-12", "3"),
        ("12ab34", "3"),
        ("sn/12/ab/34", "3"),
        ("принтер sn:12ab34", "3"),
        ("hp", "3"),
        ("hp принтер", "3"),
        ("apple принтер", ""),
        ("включ", "1"),
    ] {
        let filter = format!(r#"search: "{text}""#);
        assert_eq!(found(&shop, &filter).await, expected, "{text}");
    }
    changed(
        &shop,
        r#"id: 2, device: {brand: "Samsung", serialNumber: ""}"#,
    )
    .await;
    assert_eq!(found(&shop, r#"search: "apple""#).await, "");
    assert_eq!(found(&shop, r#"search: "015420""#).await, "");
    assert_eq!(found(&shop, r#"search: "samsung""#).await, "2");
    shop.ask("mutation { deleteTask(id: 2) { id } }").await;
    assert_eq!(found(&shop, r#"search: "samsung""#).await, "");
    shop.close().await;
}

#[tokio::test]
async fn a_device_that_comes_again_is_known_by_its_serial_number() {
    let shop = Shop::with_owner().await;
    for serial in ["sn-12/ab", "SN12AB", "нет", "SN 12 AB", "нет", "sn-13"] {
        create(&shop, &format!(r#", device: {{serialNumber: "{serial}"}}"#)).await;
    }
    for (serial, expected) in [
        ("sn12ab", "1 2 4"),
        ("SN-13", "6"),
        ("SN-1", ""),
        ("нет", ""),
        ("", ""),
    ] {
        let filter = format!(r#"serialNumber: "{serial}""#);
        assert_eq!(found(&shop, &filter).await, expected, "{serial}");
    }
    let both = r#"serialNumber: "sn12ab", statuses: [ACCEPTED], search: "SN12""#;
    assert_eq!(found(&shop, both).await, "1 2 4");
    let tasks = shop
        .ask("{ allTasks { id tasksOfDevice { id tasksOfDevice { id } } } }")
        .await;
    let of = |at: usize| ids(&tasks["data"]["allTasks"][at]["tasksOfDevice"]);
    assert_eq!(
        (of(0), of(1), of(3)),
        (vec!["4", "2"], vec!["4", "1"], vec!["2", "1"])
    );
    assert_eq!((of(2), of(4), of(5)), (vec![], vec![], vec![]));
    let back = &tasks["data"]["allTasks"][0]["tasksOfDevice"][0]["tasksOfDevice"];
    assert_eq!(ids(back), ["2", "1"]);
    shop.close().await;
}

#[tokio::test]
async fn a_task_is_overdue_from_the_day_after_until_it_is_ready() {
    let shop = Shop::with_owner().await;
    create(&shop, r#", dueOn: "2021-07-26""#).await;
    create(&shop, r#", dueOn: "2021-07-27", status: READY"#).await;
    create(&shop, r#", dueOn: "2021-07-28""#).await;
    create(&shop, "").await;
    let late = async || {
        let all = shop.ask("{ allTasks { id overdue } }").await;
        let all = all["data"]["allTasks"].as_array().unwrap().clone();
        let late = all.into_iter().filter(|task| task["overdue"] == true);
        let late = ids(&Value::from(late.collect::<Vec<_>>())).join(" ");
        assert_eq!(found(&shop, "overdue: true").await, late);
        late
    };
    assert_eq!(late().await, "");
    // Until midnight in Moscow of the day itself.
    shop.clock
        .advance(DAY + Duration::from_secs(12 * 60 * 60 - 1));
    assert_eq!(late().await, "");
    shop.clock.advance(Duration::from_secs(1));
    assert_eq!(late().await, "1");
    shop.clock.advance(2 * DAY);
    assert_eq!(late().await, "1 3");
    assert_eq!(found(&shop, "overdue: true, statuses: [READY]").await, "");
    assert_eq!(found(&shop, "overdue: false").await, "1 2 3 4");
    changed(&shop, "id: 1, status: READY").await;
    changed(&shop, r#"id: 3, dueOn: "2021-08-30""#).await;
    assert_eq!(late().await, "");
    changed(&shop, "id: 2, status: IN_PROGRESS").await;
    assert_eq!(late().await, "2");
    shop.close().await;
}

#[tokio::test]
async fn a_warranty_repair_is_a_new_task_linked_to_the_old_one() {
    let shop = Shop::with_owner().await;
    create(
        &shop,
        &format!(r#", {PHONE}, status: CLOSED, warrantyEndsOn: "2021-10-23""#),
    )
    .await;
    let back = create(&shop, ", warrantyOfId: 1").await;
    assert_eq!(back["warrantyOf"]["id"], "1");
    // The same device, but not its accessories, condition and place.
    let expected = json!({"kind": "телефон", "brand": "Apple", "model": "iPhone 12",
        "serialNumber": "49-015420-323751-8", "serialNumberSuspicious": false,
        "accessories": null, "appearance": null, "place": null});
    assert_eq!(back["device"], expected);
    assert_eq!(ids(&back["tasksOfDevice"]), ["1"]);
    let other = create(
        &shop,
        r#", warrantyOfId: 1, device: {model: "сменная трубка"}"#,
    )
    .await;
    assert_eq!(other["device"]["model"], "сменная трубка");
    assert_eq!(other["device"]["brand"], Value::Null);
    let old = shop
        .ask(&format!(
            "{{ taskById(id: 1) {{ {WHOLE} history {{ kind }} }} }}"
        ))
        .await;
    let old = &old["data"]["taskById"];
    assert_eq!(ids(&old["warrantyTasks"]), ["3", "2"]);
    assert_eq!(old["history"], json!([{"kind": "CREATED"}]));
    shop.ask("mutation { deleteTask(id: 1) { id } }").await;
    let all = shop.ask("{ allTasks { id warrantyOf { id } } }").await;
    let expected = json!([{"id": "2", "warrantyOf": null}, {"id": "3", "warrantyOf": null}]);
    assert_eq!(all["data"]["allTasks"], expected, "{all}");
    shop.close().await;
}

#[tokio::test]
async fn a_list_of_many_asks_for_what_stands_beside_as_often_as_a_list_of_one() {
    let shop = Shop::with_owner().await;
    let query = format!("{{ allTasks {{ {WHOLE} tasksOfDevice {{ {WHOLE} }} }} }}");
    create(&shop, &format!(", {PHONE}")).await;
    create(&shop, &format!(", {PHONE}, warrantyOfId: 1")).await;
    let one = shop.reads(&query).await;
    assert!((5..12).contains(&one), "{one}");
    for _ in 0..30 {
        create(&shop, &format!(", {PHONE}, warrantyOfId: 1")).await;
    }
    assert_eq!(shop.reads(&query).await, one);
    let most = shop
        .ask("{ taskById(id: 1) { tasksOfDevice { id } warrantyTasks { id } } }")
        .await;
    let most = &most["data"]["taskById"];
    assert_eq!(ids(&most["tasksOfDevice"]).len(), 20);
    assert_eq!(ids(&most["warrantyTasks"])[..2], ["32", "31"]);
    shop.close().await;
}

#[tokio::test]
async fn the_currency_is_the_shops() {
    let shop = Shop::with_owner().await;
    let ask = "{ shop { currency currencyDigits } }";
    let answer = shop.ask(ask).await;
    assert_eq!(
        answer["data"]["shop"],
        json!({"currency": "RUB", "currencyDigits": 2})
    );
    let shop = shop
        .reopen_with("[shop]\ncurrency = 'jpy'", Duration::ZERO)
        .await;
    let answer = shop.ask(ask).await;
    assert_eq!(
        answer["data"]["shop"],
        json!({"currency": "JPY", "currencyDigits": 0})
    );
    shop.close().await;
}

#[tokio::test]
async fn an_erased_persons_devices_are_nowhere_in_the_file_or_its_log() {
    let shop = Shop::with_owner().await;
    let device = r#"device: {kind: "риметный вид", brand: "риметная марка", model: "риметная модель", serialNumber: "SN-ERASE-99",
        accessories: "риметный чехол", appearance: "риметный скол", place: "риметная полка"}"#;
    create(
        &shop,
        &format!(r#", {device}, dueOn: "2021-07-31", estimate: 100"#),
    )
    .await;
    changed(
        &shop,
        r#"id: 1, device: {model: "риметная", serialNumber: "SN-ERASE-77"}"#,
    )
    .await;
    let found = || {
        let bytes = shop.bytes();
        let has = |trace: &&str| {
            let trace = trace.as_bytes();
            bytes.windows(trace.len()).any(|part| part == trace)
        };
        let traces = ["риметн", "ERASE-99", "ERASE-77", "ERASE77"];
        traces.into_iter().filter(has).collect::<Vec<_>>()
    };
    assert_eq!(found().len(), 4, "{:?}", found());
    let erase = r#"mutation { eraseCustomer(phone: "+79000000001") { phone } }"#;
    assert!(shop.ask(erase).await["errors"].is_null());
    assert_eq!(found(), Vec::<&str>::new());
    let task = shop
        .ask(&format!(
            "{{ taskById(id: 1) {{ {WHOLE} history {{ kind from to }} }} }}"
        ))
        .await;
    let task = &task["data"]["taskById"];
    assert_eq!(
        (&task["estimate"], &task["dueOn"]),
        (&json!(100), &json!("2021-07-31"))
    );
    let empty = json!({"kind": null, "brand": null, "model": null, "serialNumber": null,
        "serialNumberSuspicious": false, "accessories": null, "appearance": null, "place": null});
    assert_eq!(task["device"], empty);
    assert_eq!(
        task["history"][1],
        json!({"kind": "DEVICE", "from": null, "to": null})
    );
    shop.close().await;
}
