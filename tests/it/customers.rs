//! Customers, and who receives which notices.

use serde_json::{Value, json};

use crate::bot::{ANNA, contact, create, message, messages, text};
use crate::harness::{Shop, code, eventually};
use crate::pages::Browser;

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
            r#"mutation {{ addComment(taskId: {id}, text: "Приметная заметка") {{ task {{ id }} }} }}"#
        ),
        format!(
            r#"mutation {{ askApproval(taskId: {id}, price: 1, text: "Приметный вопрос") {{ task {{ id }} }} }}"#
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

#[tokio::test]
async fn a_card_has_a_second_phone_an_email_a_company_and_a_note() {
    let shop = Shop::with_owner().await;
    let fields = "secondPhone email company taxNumber note";
    let write = |data: &str| {
        format!(
            "mutation {{ updateCustomer(customerData: {{phone: \"+79000000001\", {data}}}) {{ customer {{ {fields} }} }} }}"
        )
    };
    create(&shop, "+79000000001").await;
    create(&shop, "+79000000002").await;
    let all = r#"secondPhone: "8 (916) 123-45-67", email: "anna@example.com", company: "ООО «Ёлка»", taxNumber: "690200", note: "После шести\r\nпозвонить""#;
    let made = shop.ask(&write(all)).await;
    let card = json!({"secondPhone": "8 (916) 123-45-67", "email": "anna@example.com", "company": "ООО «Ёлка»",
        "taxNumber": "690200", "note": "После шести\nпозвонить"});
    assert_eq!(made["data"]["updateCustomer"]["customer"], card, "{made}");
    // Both searches find the second phone, and that of customers the others too.
    for (search, tasks) in [
        ("+7 916 123-45-67", 1),
        ("89161234567", 1),
        ("1234567", 1),
        ("елка", 0),
        ("anna@", 0),
        ("690200", 0),
    ] {
        let query = format!(
            r#"{{ customers(search: "{search}") {{ nodes {{ id }} }} tasks(filter: {{search: "{search}"}}) {{ totalCount }} }}"#
        );
        let found = shop.ask(&query).await;
        assert_eq!(
            found["data"]["customers"]["nodes"],
            json!([{"id": "1"}]),
            "{search} {found}"
        );
        assert_eq!(
            found["data"]["tasks"]["totalCount"], tasks,
            "{search} {found}"
        );
    }
    // It identifies nobody: no card is found by it, no bot is linked to it, and another card may have it.
    create(&shop, "89161234567").await;
    shop.update(contact(ANNA, ANNA, "+79161234567")).await;
    messages(&shop, 2).await;
    let cards = shop
        .ask("{ customers { nodes { phoneE164 telegramVerified } } }")
        .await;
    let expected = json!([
        {"phoneE164": "+79000000001", "telegramVerified": false}, {"phoneE164": "+79000000002", "telegramVerified": false},
        {"phoneE164": "+79161234567", "telegramVerified": true},
    ]);
    assert_eq!(cards["data"]["customers"]["nodes"], expected);
    let mut browser = Browser::signed_in(&shop, "owner@example.com").await;
    let page = browser.page("/customers/1").await;
    for shown in [
        "tel:89161234567",
        "mailto:anna@example.com",
        "ООО «Ёлка»",
        "690200",
        "После шести",
    ] {
        assert!(page.contains(shown), "{shown}: {page}");
    }
    // The customer's own page, the papers and the bot have none of it.
    let link = crate::status_links::renew(&shop, "1").await;
    for path in [
        &*link,
        "/tasks/1/receipt",
        "/tasks/1/label",
        "/tasks/1/hand-over",
    ] {
        let page = browser.page(path).await;
        for hidden in ["После шести", "anna@example.com", "690200", "123-45-67"] {
            assert!(!page.contains(hidden), "{path} {hidden}: {page}");
        }
    }
    for (data, field) in [
        (r#"secondPhone: "12""#, "secondPhone"),
        (r#"email: "no""#, "email"),
        (r#"company: "a\nb""#, "company"),
    ] {
        let refused = shop.ask(&write(data)).await;
        assert_eq!(code(&refused), "BAD_USER_INPUT", "{refused}");
        assert_eq!(refused["errors"][0]["extensions"]["field"], field);
    }
    let form = [
        (
            "was",
            "note=%D0%9F%D0%BE%D1%81%D0%BB%D0%B5+%D1%88%D0%B5%D1%81%D1%82%D0%B8%0D%0A%D0%BF%D0%BE%D0%B7%D0%B2%D0%BE%D0%BD%D0%B8%D1%82%D1%8C&email=anna%40example.com",
        ),
        ("email", ""),
        ("note", "После шести\r\nпозвонить"),
    ];
    let saved = browser.post("/customers/1/edit", &form).await;
    assert_eq!(crate::pages::goes_to(&saved), "/customers/1");
    let query = format!("{{ customerById(id: 1) {{ {fields} }} }}");
    let read = shop.ask(&query).await["data"]["customerById"].clone();
    assert_eq!(
        (&read["email"], &read["note"]),
        (&Value::Null, &card["note"])
    );
    let empty = r#"secondPhone: "", email: "", company: "", taxNumber: "", note: """#;
    let emptied = shop.ask(&write(empty)).await;
    let none = json!({"secondPhone": null, "email": null, "company": null, "taxNumber": null, "note": null});
    assert_eq!(emptied["data"]["updateCustomer"]["customer"], none);
    let ends = "SELECT count(*) FROM phone_ends WHERE customer_id = 1 AND digits LIKE '%1234567'";
    assert_eq!(shop.database().query_row(ends, [], |row| row.get(0)), Ok(0));
    shop.close().await;
}
