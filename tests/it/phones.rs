//! Phones and texts as people really write them: several numbers, extensions, invisible characters,
//! and look-alike letters.

use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Shop, code};

const CREATE: &str = "mutation($phone: String!) { createTask(taskData: {customerPhone: $phone}) {
    task { id customer { phone phoneE164 phoneUnusual } comments { kind text } } } }";

async fn create(shop: &Shop, phone: &str) -> Value {
    let answer = shop.ask_with(CREATE, json!({ "phone": phone })).await;
    match answer["errors"].is_null() {
        true => answer["data"]["createTask"]["task"].clone(),
        false => answer,
    }
}

/// Returns a page as the owner sees it.
async fn page(shop: &Shop, path: &str, language: &str) -> String {
    let cookie = format!("zayavka={}", shop.token.as_deref().unwrap());
    let request = shop.request(Method::GET, path).header("cookie", cookie);
    let page = request.header("accept-language", language).send().await;
    page.unwrap().text().await.unwrap()
}

/// Input, and either its canonical form and whether it is unusual, or its error.
type Case = (&'static str, Result<(&'static str, bool), &'static str>);

const CASES: &[Case] = &[
    ("22-33-44/55-66-77", Err("several numbers")),
    ("8 (495) 123-45-67 (123)", Ok(("+74951234567", false))),
    ("79000000001.0", Ok(("+79000000001", false))),
    ("+8 900 000 00 02", Ok(("+79000000002", false))),
    ("8 900 000 00 2", Ok(("+78900000002", true))),
    (
        "\u{202a}+7 900 000-00-03\u{202c}",
        Ok(("+79000000003", false)),
    ),
    ("8 (4822) 22-33-44 доб. 15", Ok(("+74822223344", false))),
    ("+7 900 000-00-04 (жена)", Ok(("+79000000004", false))),
    (
        "+7 900 000-00-05 / +7 900 000-00-06",
        Err("several numbers"),
    ),
    ("=\"79000000007\"", Ok(("+79000000007", false))),
    (
        "+7\u{2009}900\u{2009}000\u{2009}00\u{2009}08",
        Ok(("+79000000008", false)),
    ),
];

#[tokio::test]
async fn each_spelling_is_one_number_or_is_refused_with_words() {
    let shop = Shop::with_owner().await;
    for (typed, expected) in CASES.iter().copied() {
        let made = create(&shop, typed).await;
        match expected {
            Ok((e164, unusual)) => {
                let customer = &made["customer"];
                assert_eq!(customer["phoneE164"], e164, "{typed} {made}");
                assert_eq!(customer["phoneUnusual"], unusual, "{typed}");
                assert_eq!(made["comments"], json!([]), "{typed}");
            }
            Err(said) => {
                assert_eq!(code(&made), "BAD_USER_INPUT", "{typed} {made}");
                let error = &made["errors"][0];
                assert_eq!(error["extensions"]["field"], "customerPhone");
                let message = error["message"].as_str().unwrap();
                assert!(message.contains(said), "{typed}: {message}");
            }
        }
    }
    // Text typed beside a number is kept; wrapping by programs is not.
    let all = shop.ask("{ allCustomers { phone } }").await;
    let phones: Vec<&str> = all["data"]["allCustomers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|customer| customer["phone"].as_str().unwrap())
        .collect();
    assert!(phones.contains(&"8 (495) 123-45-67 (123)"), "{phones:?}");
    assert!(phones.contains(&"+7 900 000-00-04 (жена)"), "{phones:?}");
    assert!(phones.contains(&"79000000001") && phones.contains(&"79000000007"));
    assert!(phones.contains(&"+7 900 000-00-03"), "{phones:?}");
    shop.close().await;
}

#[tokio::test]
async fn every_row_of_a_table_gets_the_number_that_it_has() {
    let shop = Shop::with_owner().await;
    let mut table = String::from("Телефон;Имя;Описание\n");
    for (index, (typed, _)) in CASES.iter().enumerate() {
        table += &format!(
            "\"{}\";Имя {index};Описание {index}\n",
            typed.replace('"', "\"\"")
        );
    }
    let preview = "query($csv: String!) { previewImport(csv: $csv) { refused rows { remarks { message } } } }";
    let seen = shop.ask_with(preview, json!({ "csv": table })).await;
    let seen = &seen["data"]["previewImport"];
    let rows = seen["rows"].as_array().unwrap();
    assert_eq!(seen["refused"], 0, "{seen}");
    for ((typed, expected), row) in CASES.iter().zip(rows) {
        let remarks: Vec<&str> = row["remarks"]
            .as_array()
            .unwrap()
            .iter()
            .map(|remark| remark["message"].as_str().unwrap())
            .collect();
        let (several, unusual) = match expected {
            Ok((_, unusual)) => (false, *unusual),
            // The first of the two, without its area code, is unusual too.
            Err(_) => (true, typed.starts_with("22")),
        };
        let has = |part: &str| remarks.iter().any(|remark| remark.contains(part));
        assert_eq!(has("several phones"), several, "{typed} {remarks:?}");
        assert_eq!(
            has("No country has such a number"),
            unusual,
            "{typed} {remarks:?}"
        );
    }
    let import = "mutation($csv: String!) { importCsv(csv: $csv) { report { newTasks } } }";
    let done = shop.ask_with(import, json!({ "csv": table })).await;
    assert!(done["errors"].is_null(), "{done}");
    let all = shop
        .ask("{ tasks(orderBy: OLDEST, first: 100) { nodes { description customer { phoneE164 } comments { text } } } }")
        .await;
    let tasks = all["data"]["tasks"]["nodes"].as_array().unwrap();
    assert_eq!(tasks.len(), CASES.len());
    for ((typed, expected), task) in CASES.iter().zip(tasks) {
        let e164 = match *expected {
            Ok((e164, _)) => e164,
            Err(_) if typed.starts_with("22") => "+7223344",
            Err(_) => "+79000000005",
        };
        assert_eq!(task["customer"]["phoneE164"], e164, "{typed}");
        // The others are kept where they can be read.
        let noted = task["comments"].as_array().unwrap().iter();
        let mut noted = noted.filter_map(|comment| comment["text"].as_str());
        assert_eq!(
            noted.any(|text| text.contains(typed)),
            expected.is_err(),
            "{typed} {task}"
        );
    }
    shop.close().await;
}

#[tokio::test]
async fn an_extension_that_the_card_does_not_have_becomes_a_note() {
    let shop = Shop::with_owner().await;
    create(&shop, "8 (4822) 22-33-44 доб. 15").await;
    for (typed, notes) in [
        ("8 (4822) 22-33-44 доб. 15", json!([])),
        ("84822223344", json!([])),
        (
            "8 (4822) 22-33-44 доб. 16",
            json!([{"kind": "INTERNAL", "text": "8 (4822) 22-33-44 доб. 16"}]),
        ),
    ] {
        let task = create(&shop, typed).await;
        let id = &task["id"];
        let task = shop
            .ask(&format!(
                "{{ taskById(id: {id}) {{ customer {{ phone }} comments {{ kind text }} }} }}"
            ))
            .await;
        let task = &task["data"]["taskById"];
        assert_eq!(task["customer"]["phone"], "8 (4822) 22-33-44 доб. 15");
        assert_eq!(task["comments"], notes, "{typed}");
    }
    shop.close().await;
}

#[tokio::test]
async fn an_unusual_number_is_said_on_the_pages_of_task_and_customer_in_both_languages() {
    let shop = Shop::with_owner().await;
    create(&shop, "8 900 000 00 2").await;
    create(&shop, "8 900 000 00 02").await;
    for (language, words) in [
        ("ru", "Таких номеров нет ни в одной стране"),
        ("en", "No country has such a number"),
    ] {
        for (path, unusual) in [
            ("/tasks/1", true),
            ("/customers/1", true),
            ("/customers/known?phone=8%20900%20000%2000%202", true),
            ("/tasks/2", false),
            ("/customers/2", false),
            ("/customers/known?phone=8%20900%20000%2000%2002", false),
        ] {
            let page = page(&shop, path, language).await;
            assert_eq!(page.contains(words), unusual, "{path} {page}");
        }
    }
    shop.close().await;
}

#[tokio::test]
async fn an_invalid_phone_matches_nobody_in_every_filter() {
    let shop = Shop::with_owner().await;
    create(&shop, "+79000000001").await;
    for phone in [
        "0",
        "",
        "abc",
        "22-33-44/55-66-77",
        "9".repeat(100).as_str(),
    ] {
        let answer = shop
            .ask(&format!(
                r#"{{ allTasks(customerPhone: "{phone}") {{ id }}
                    tasks(filter: {{customerPhone: "{phone}"}}) {{ totalCount nodes {{ id }} }} }}"#
            ))
            .await;
        let nobody = json!({"allTasks": [], "tasks": {"totalCount": 0, "nodes": []}});
        assert_eq!(answer["data"], nobody, "{phone} {answer}");
    }
    let cards = shop
        .ask(r#"{ customers(search: "0") { totalCount } }"#)
        .await;
    assert_eq!(cards["data"]["customers"]["totalCount"], 0, "{cards}");
    let found = shop
        .ask("{ allTasks(customerPhone: \"\u{202a}8 900 000\u{2011}00\u{2011}01 (жена)\u{202c}\") { id } }")
        .await;
    assert_eq!(found["data"]["allTasks"], json!([{"id": "1"}]), "{found}");
    shop.close().await;
}

#[tokio::test]
async fn every_spelling_of_a_word_finds_it() {
    let shop = Shop::with_owner().await;
    let fill = r#"mutation {
        a: createTask(taskData: {customerPhone: "+79000000001", description: "Ёлкин просил О\u2019Брайену ёмкость",
            device: {brand: "Ёж", serialNumber: "ＳＮ\u201112３４"}}) { task { id } }
        b: createTask(taskData: {customerPhone: "+79000000002", description: "Ｉｐｈｏｎｅ 12 soft\u00adware"}) { task { id } }
        c: updateCustomer(customerData: {phone: "+79000000001", name: "Пётр O\u2019Brien"}) { customer { id } } }"#;
    let filled = shop.ask(fill).await;
    assert!(filled["errors"].is_null(), "{filled}");
    for (text, tasks) in [
        ("Елкин", "1"),
        ("ЁЛКИН", "1"),
        ("емкость", "1"),
        ("О'Брайен", "1"),
        ("О’брайен", "1"),
        ("o'brien", "1"),
        ("O’BRIEN", "1"),
        ("петр", "1"),
        ("Пе\\u0308тр", "1"),
        ("iphone", "2"),
        ("ＩＰＨＯＮＥ", "2"),
        ("software", "2"),
        ("soft\\u200bware", "2"),
        ("еж", "1"),
        ("Ё", "1"),
        ("пё", "1"),
        ("sn1234", "1"),
        ("SN‑1234", "1"),
        ("９000000002", "2"),
    ] {
        let answer = shop
            .ask(&format!(
                r#"{{ tasks(filter: {{search: "{text}"}}) {{ nodes {{ id }} }} }}"#
            ))
            .await;
        let found: Vec<&str> = answer["data"]["tasks"]["nodes"]
            .as_array()
            .unwrap()
            .iter()
            .map(|node| node["id"].as_str().unwrap())
            .collect();
        assert_eq!(found.join(" "), tasks, "{text}");
    }
    for text in [
        "Петр",
        "пётр o'b",
        "o’brien",
        "ＰＥＴＲ",
        "\\u202e+7 900 000\\u201100\\u201101",
    ] {
        let answer = shop
            .ask(&format!(
                r#"{{ customers(search: "{text}") {{ totalCount }} }}"#
            ))
            .await;
        let expected = i32::from(text != "ＰＥＴＲ");
        assert_eq!(
            answer["data"]["customers"]["totalCount"], expected,
            "{text}"
        );
    }
    let serial = r#"{ tasks(filter: {serialNumber: "sn 12\u200b3\u22124"}) { nodes { id } } }"#;
    let serial = shop.ask(serial).await;
    assert_eq!(
        serial["data"]["tasks"]["nodes"],
        json!([{"id": "1"}]),
        "{serial}"
    );
    // Two stage names that differ only in this are equal.
    let stages = r#"mutation { a: createStage(stageData: {status: IN_PROGRESS, name: "Учёт"}) { stage { id } }
        b: createStage(stageData: {status: IN_PROGRESS, name: "УЧЕТ"}) { stage { id } } }"#;
    let stages = shop.ask(stages).await;
    assert_eq!(code(&stages), "CONFLICT", "{stages}");
    shop.close().await;
}

#[tokio::test]
async fn nothing_turns_a_paper_around_and_emoji_stay_whole() {
    let shop = Shop::with_owner().await;
    let family = "👨\u{200d}👩\u{200d}👧";
    let made = shop
        .ask_with(
            "mutation($d: TaskInput!, $c: CustomerInput!) {
                createTask(taskData: $d) { task { description device { model } } }
                updateCustomer(customerData: $c) { customer { name } }
                addComment(taskId: 1, text: \"\u{2067}привет\u{200b}\", toCustomer: false) { comment { text } } }",
            json!({
                "d": {"customerPhone": "+79000000001", "description": format!("экран\u{202e} {family}"),
                    "device": {"model": "\u{2066}X1\u{2069}"}},
                "c": {"phone": "+79000000001", "name": "Иван\u{202e}\u{200f}"},
            }),
        )
        .await;
    assert!(made["errors"].is_null(), "{made}");
    let task = &made["data"]["createTask"]["task"];
    assert_eq!(task["description"], format!("экран {family}"));
    assert_eq!(task["device"]["model"], "X1");
    assert_eq!(made["data"]["updateCustomer"]["customer"]["name"], "Иван");
    assert_eq!(made["data"]["addComment"]["comment"]["text"], "привет");
    // Characters stored by an older program are not shown either.
    shop.database()
        .execute_batch(
            "UPDATE tasks SET description = 'стекло' || char(0x202e) || 'олкетс';
             UPDATE customers SET name = char(0x2066) || 'Пётр';
             UPDATE customers SET phone = char(0x202d) || phone;
             UPDATE task_details SET serial = 'SN' || char(0x202e) || '1';",
        )
        .unwrap();
    let turns = |text: &str| {
        text.contains(|c| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'))
    };
    for (path, shown) in [
        ("/tasks/1", "стеклоолкетс"),
        ("/tasks/1/receipt", "стеклоолкетс"),
        ("/tasks/1/hand-over", "SN1"),
        ("/tasks/1/label", "X1"),
        ("/customers/1", "Пётр"),
        ("/customers", "Пётр"),
        ("/", "Пётр"),
    ] {
        let page = page(&shop, path, "ru").await;
        assert!(page.contains(shown), "{path} {page}");
        assert!(!turns(&page), "{path} {page}");
    }
    let all = shop.ask("{ allTasks { description customer { name phone } device { serialNumber } history { from to } } }").await;
    assert!(!turns(&all.to_string()), "{all}");
    for nothing in ["\u{200b}\u{200d}", "\u{2060} \u{feff}"] {
        let refused = shop
            .ask(&format!("mutation {{ addComment(taskId: 1, text: \"{nothing}\", toCustomer: false) {{ comment {{ id }} }} }}"))
            .await;
        assert_eq!(code(&refused), "BAD_USER_INPUT", "{refused}");
    }
    shop.close().await;
}

#[tokio::test]
async fn a_task_comes_first_in_the_search_for_its_number_and_the_pages_miss_none() {
    let shop = Shop::with_owner().await;
    for number in 1..=130 {
        let text = if number % 2 == 0 {
            "деталь 123"
        } else {
            "деталь"
        };
        let query = format!(
            r#"mutation {{ createTask(taskData: {{customerPhone: "+79990000000", description: "{text}"}}) {{ task {{ id }} }} }}"#
        );
        assert!(shop.ask(&query).await["errors"].is_null());
    }
    for (text, first) in [
        ("123", 123),
        ("№ 123", 123),
        ("#12", 12),
        ("１２３", 123),
        ("7", 7),
    ] {
        for order in ["NEWEST", "OLDEST", "RECENTLY_UPDATED"] {
            let mut found: Vec<i64> = Vec::new();
            let mut after = String::new();
            loop {
                let answer = shop
                    .ask(&format!(
                        r#"{{ tasks(filter: {{search: "{text}"}}, orderBy: {order}, first: 7 {after}) {{
                            totalCount nodes {{ id }} pageInfo {{ hasNextPage endCursor }} }} }}"#
                    ))
                    .await;
                let page = &answer["data"]["tasks"];
                let nodes = page["nodes"].as_array().unwrap().iter();
                found
                    .extend(nodes.map(|node| node["id"].as_str().unwrap().parse::<i64>().unwrap()));
                if page["pageInfo"]["hasNextPage"] == false {
                    assert_eq!(page["totalCount"], found.len(), "{text} {order}");
                    break;
                }
                after = format!("after: {}", page["pageInfo"]["endCursor"]);
            }
            assert_eq!(found[0], first, "{text} {order} {found:?}");
            let others = &found[1..];
            assert!(!others.contains(&first), "{text} {order} {found:?}");
            let ordered = match order {
                "OLDEST" => others.is_sorted(),
                _ => others.is_sorted_by(|a, b| a > b),
            };
            assert!(ordered, "{text} {order} {found:?}");
            if text.contains("123") {
                assert_eq!(others.len(), 65, "{found:?}");
            }
        }
    }
    let answer = shop
        .ask(r#"{ tasks(filter: {search: "123", statuses: [READY]}) { nodes { id } } }"#)
        .await;
    assert_eq!(answer["data"]["tasks"]["nodes"], json!([]), "{answer}");
    let list = page(&shop, "/?q=123", "ru").await;
    let at = |id: i64| list.find(&format!("/tasks/{id}\""));
    assert!(at(123) < at(130) && at(123).is_some(), "{list}");
    shop.close().await;
}
