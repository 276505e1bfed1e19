//! Customers, and who receives which notices.

use serde_json::{Value, json};

use crate::bot::{ANNA, contact, create, message, messages, text};
use crate::harness::{Shop, code, eventually};

async fn card(shop: &Shop, data: &str) -> Value {
    shop.ask(&format!(
        "mutation {{ createCustomer(customerData: {{{data}}}) {{ customer {{ id phone phoneE164 name telegramId telegramVerified }} }} }}"
    ))
    .await
}

#[tokio::test]
async fn cards_are_made_found_changed_and_erased() {
    let shop = Shop::with_owner().await;
    let made = card(&shop, r#"phone: "+7(800)-000-00-00", name: "  Пётр  ""#).await;
    let expected = json!({"id": "1", "phone": "+7(800)-000-00-00", "phoneE164": "+78000000000",
        "name": "Пётр", "telegramId": null, "telegramVerified": false});
    assert_eq!(
        made["data"]["createCustomer"]["customer"], expected,
        "{made}"
    );
    // The original's own example fits no numbering plan, and is accepted.
    let short = card(&shop, r#"phone: "+7(900)-00-02""#).await;
    assert_eq!(
        short["data"]["createCustomer"]["customer"]["phone"],
        "+7(900)-00-02"
    );
    let update = |data: &str| {
        format!(
            "mutation {{ updateCustomer(customerData: {{{data}}}) {{ customer {{ id name telegramId }} }} }}"
        )
    };
    let changed = shop
        .ask(&update(
            r#"phone: "8 800 000 00 00", name: null, telegramId: 77"#,
        ))
        .await;
    let expected = json!({"id": "1", "name": "Пётр", "telegramId": "77"});
    assert_eq!(
        changed["data"]["updateCustomer"]["customer"], expected,
        "{changed}"
    );
    let emptied = shop
        .ask(&update(r#"phone: "8 800 000 00 00", name: """#))
        .await;
    assert_eq!(
        emptied["data"]["updateCustomer"]["customer"]["name"],
        Value::Null
    );
    let unknown = shop
        .ask(&update(r#"phone: "8 800 000 00 01", name: "x""#))
        .await;
    assert_eq!(code(&unknown), "NOT_FOUND", "{unknown}");
    let other = shop
        .ask(&update(r#"phone: "8 800 000 00 00", id: 2"#))
        .await;
    assert_eq!(code(&other), "BAD_USER_INPUT", "{other}");
    let gone = shop
        .ask(r#"mutation { deleteCustomer(phone: "78000000000") { phone } }"#)
        .await;
    assert_eq!(
        gone["data"]["deleteCustomer"]["phone"], "+7(800)-000-00-00",
        "{gone}"
    );
    let again = shop
        .ask(r#"mutation { deleteCustomer(phone: "78000000000") { phone } }"#)
        .await;
    assert_eq!(code(&again), "NOT_FOUND");
    assert_eq!(
        code(&shop.ask("{ customerById(id: 1) { id } }").await),
        "NOT_FOUND"
    );
    shop.close().await;
}

#[tokio::test]
async fn flaw_09_wide_telegram_ids_and_long_names_fit() {
    let shop = Shop::with_owner().await;
    let name = "Ы".repeat(200);
    for id in ["2147483648", "4503599627370495"] {
        let phone = format!("+7900{}", &id[..7]);
        let made = card(
            &shop,
            &format!(r#"phone: "{phone}", name: "{name}", telegramId: {id}"#),
        )
        .await;
        let customer = &made["data"]["createCustomer"]["customer"];
        assert_eq!(
            (&customer["telegramId"], &customer["name"]),
            (&json!(id), &json!(name)),
            "{made}"
        );
    }
    for id in [
        "4503599627370496",
        "0",
        "-5",
        "\"abc\"",
        "\"9223372036854775808\"",
    ] {
        let refused = card(
            &shop,
            &format!(r#"phone: "+79990000000", telegramId: {id}"#),
        )
        .await;
        assert_eq!(code(&refused), "BAD_USER_INPUT", "{id} {refused}");
    }
    let all = shop.ask("{ customers { totalCount } }").await;
    assert_eq!(all["data"]["customers"]["totalCount"], 2);
    shop.close().await;
}

#[tokio::test]
async fn a_search_finds_parts_of_names_and_phones_in_pages() {
    let shop = Shop::with_owner().await;
    for (number, name) in ["Анна Каренина", "ООО «Ромашка»", "50% скидка_", "Ёлкин", ""]
        .iter()
        .enumerate()
    {
        card(
            &shop,
            &format!(r#"phone: "8 900 000-00-0{number}", name: "{name}""#),
        )
        .await;
    }
    let search = |text: &str| {
        format!(r#"{{ customers(search: "{text}", first: 2) {{ totalCount nodes {{ id }} }} }}"#)
    };
    for (text, ids) in [
        ("анна", vec!["1"]),
        ("РОМАШКА", vec!["2"]),
        ("ёлк", vec!["4"]),
        ("50%", vec!["3"]),
        ("%", vec!["3"]),
        ("_", vec!["3"]),
        ("8 (900) 000-00-04", vec!["5"]),
        ("+7 900 000-00-04", vec!["5"]),
        ("0003", vec!["4"]),
        ("никто", vec![]),
    ] {
        let answer = shop.ask(&search(text)).await;
        let nodes = answer["data"]["customers"]["nodes"].as_array().unwrap();
        let found: Vec<_> = nodes
            .iter()
            .map(|node| node["id"].as_str().unwrap())
            .collect();
        assert_eq!(found, ids, "{text}");
        assert_eq!(
            answer["data"]["customers"]["totalCount"],
            ids.len(),
            "{text}"
        );
    }
    let mut seen = Vec::new();
    let mut after = String::new();
    loop {
        let query = format!(
            "{{ customers(first: 2 {after}) {{ totalCount nodes {{ id }} pageInfo {{ hasNextPage endCursor }} }} }}"
        );
        let page = shop.ask(&query).await["data"]["customers"].clone();
        assert_eq!(page["totalCount"], 5);
        for node in page["nodes"].as_array().unwrap() {
            seen.push(node["id"].as_str().unwrap().to_owned());
        }
        if page["pageInfo"]["hasNextPage"] == false {
            break;
        }
        after = format!("after: {}", page["pageInfo"]["endCursor"]);
    }
    assert_eq!(seen, ["1", "2", "3", "4", "5"]);
    shop.close().await;
}

#[tokio::test]
async fn flaw_13_a_task_outlives_its_customer_and_can_still_be_changed() {
    let shop = Shop::with_owner().await;
    let phone = "+79000000001";
    shop.ask(&format!(
        r#"mutation {{ createTask(taskData: {{customerPhone: "{phone}"}}) {{ task {{ id }} }} }}"#
    ))
    .await;
    shop.ask(&format!(
        r#"mutation {{ deleteCustomer(phone: "{phone}") {{ phone }} }}"#
    ))
    .await;
    let changed = shop
        .ask("mutation { updateTask(taskData: {id: 1, status: READY}) { task { status customer { id } history { kind from to } } } }")
        .await;
    let task = &changed["data"]["updateTask"]["task"];
    assert_eq!(
        (&task["status"], &task["customer"]),
        (&json!("READY"), &Value::Null),
        "{changed}"
    );
    assert_eq!(
        task["history"][1],
        json!({"kind": "CUSTOMER", "from": "1", "to": null})
    );
    let all = shop.ask("{ allTasks { id customer { name } } }").await;
    assert_eq!(
        all["data"]["allTasks"],
        json!([{"id": "1", "customer": null}]),
        "{all}"
    );
    shop.close().await;
}

#[tokio::test]
async fn an_erased_customer_is_nowhere_in_the_tables() {
    let shop = Shop::with_owner().await;
    card(
        &shop,
        r#"phone: "+7 901 234-56-78", name: "Секретный Клиент", telegramId: 987654321"#,
    )
    .await;
    shop.ask("mutation { confirmTelegram(customerId: 1) { customer { id } } }")
        .await;
    shop.ask(
        r#"mutation { createTask(taskData: {customerPhone: "89012345678"}) { task { id } } }"#,
    )
    .await;
    shop.ask("mutation { updateTask(taskData: {id: 1, status: READY}) { task { id } } }")
        .await;
    shop.ask(r#"mutation { deleteCustomer(phone: "89012345678") { phone } }"#)
        .await;
    let dump = shop.dump();
    for trace in [
        "901 234",
        "9012345678",
        "Секретный",
        "секретный",
        "987654321",
    ] {
        assert!(!dump.contains(trace), "{trace} is still there");
    }
    assert!(dump.contains("READY"));
    shop.close().await;
}

#[tokio::test]
async fn nothing_about_people_is_told_to_an_unconfirmed_account() {
    let shop = Shop::with_owner().await;
    card(&shop, r#"phone: "+79000000001", telegramId: 5"#).await;
    let none = shop
        .ask("mutation { confirmTelegram(customerId: 9) { customer { id } } }")
        .await;
    assert_eq!(code(&none), "NOT_FOUND");
    let confirmed = shop
        .ask("mutation { confirmTelegram(customerId: 1) { customer { telegramVerified } } }")
        .await;
    assert_eq!(
        confirmed["data"]["confirmTelegram"]["customer"]["telegramVerified"],
        true
    );
    let unlinked = shop.ask("mutation { unlinkTelegram(customerId: 1) { customer { telegramId telegramVerified } } }").await;
    let customer = &unlinked["data"]["unlinkTelegram"]["customer"];
    assert_eq!(
        customer,
        &json!({"telegramId": null, "telegramVerified": false})
    );
    let nobody = shop
        .ask("mutation { confirmTelegram(customerId: 1) { customer { id } } }")
        .await;
    assert_eq!(code(&nobody), "BAD_USER_INPUT", "{nobody}");
    shop.close().await;
}

#[tokio::test]
async fn an_erased_person_is_nowhere_in_the_file_or_its_log() {
    let shop = Shop::with_owner().await;
    let phone = "+7 916 111-22-33";
    let id = create(&shop, phone).await;
    shop.update(contact(ANNA, ANNA, "79161112233")).await;
    messages(&shop, 2).await;
    for query in [
        format!(
            r#"mutation {{ updateCustomer(customerData: {{phone: "{phone}", name: "Стираемов Эраст"}}) {{ customer {{ id }} }} }}"#
        ),
        format!(
            r#"mutation {{ updateTask(taskData: {{id: {id}, description: "Приметный самовар"}}) {{ task {{ id }} }} }}"#
        ),
        format!(
            r#"mutation {{ updateTask(taskData: {{id: {id}, description: "Приметный самовар, не кипит", status: READY}}) {{ task {{ id }} }} }}"#
        ),
        format!(
            r#"mutation {{ addComment(id: {id}, text: "Приметная заметка") {{ task {{ id }} }} }}"#
        ),
        format!(
            r#"mutation {{ askApproval(id: {id}, price: 1, text: "Приметный вопрос") {{ task {{ id }} }} }}"#
        ),
    ] {
        let answer = shop.ask(&query).await;
        assert!(answer["errors"].is_null(), "{answer}");
    }
    shop.update(text(ANNA, "Приметный ответ")).await;
    let picture = [
        b"GIF89a\x01\0\x01\0 ".as_slice(),
        "Приметная фотография".as_bytes(),
    ]
    .concat();
    shop.telegram.file("photo", picture);
    let size = json!({"file_id": "photo", "file_unique_id": "photo", "width": 1, "height": 1});
    shop.update(message(ANNA, json!({ "photo": [size] }))).await;
    let here = "SELECT count(*) FROM photos WHERE state = 'HERE'";
    let count = || shop.database().query_row(here, [], |row| row.get(0));
    eventually("the picture is here", || count() == Ok(1)).await;
    let traces = [
        "9161112233",
        "916 111",
        "тираемов",
        "риметный",
        "4000000000001",
    ];
    let found = |shop: &Shop| {
        let bytes = shop.bytes();
        let has = |trace: &&&str| {
            bytes
                .windows(trace.len())
                .any(|part| part == trace.as_bytes())
        };
        traces.iter().filter(has).copied().collect::<Vec<_>>()
    };
    assert!(found(&shop).len() >= 4, "{:?}", found(&shop));
    let answer = shop
        .ask(&format!(
            r#"mutation {{ eraseCustomer(phone: "{phone}") {{ phone }} }}"#
        ))
        .await;
    assert_eq!(answer["data"]["eraseCustomer"]["phone"], phone, "{answer}");
    assert_eq!(found(&shop), Vec::<&str>::new());
    let task = shop
        .ask(&format!(
            "{{ taskById(id: {id}) {{ description status customer {{ id }} history {{ kind }} }} }}"
        ))
        .await;
    let task = &task["data"]["taskById"];
    assert_eq!(
        (&task["description"], &task["status"]),
        (&json!(""), &json!("READY"))
    );
    let changes = task["history"].as_array().unwrap();
    let kinds: Vec<_> = changes
        .iter()
        .map(|change| change["kind"].as_str().unwrap())
        .collect();
    assert_eq!(
        kinds,
        [
            "CREATED",
            "DESCRIPTION",
            "STATUS",
            "DESCRIPTION",
            "COMMENT",
            "ESTIMATE",
            "ASKED",
            "ANSWER",
            "ANSWER",
            "CUSTOMER"
        ]
    );
    shop.close().await;
}
