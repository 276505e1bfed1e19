//! Lists of tasks: every filter alone and combined, orders and pages.

use std::time::Duration;

use serde_json::Value;
use zayavka::domain::{
    Category, Day, Days, EmployeeId, Search, Span, StageId, Status, TaskFilter, TaskOrder,
};
use zayavka::store;

use crate::harness::{Shop, code};

/// Opens six tasks of three customers over three days.
async fn shop() -> Shop {
    let shop = Shop::with_owner().await;
    for (phone, category, status) in [
        ("+7 900 000-00-01", "REPAIR", "ACCEPTED"),
        ("8 900 000 00 02", "DIAGNOSIS", "READY"),
        ("79000000001", "REPAIR", "CLOSED"),
        ("+79000000003", "CONSULTING", "IN_PROGRESS"),
        ("+79000000002", "OTHER", "ACCEPTED"),
        ("+79000000001", "DIAGNOSIS", "READY"),
    ] {
        let query = format!(
            r#"mutation {{ createTask(taskData: {{customerPhone: "{phone}", category: {category}, status: {status}}}) {{ task {{ id }} }} }}"#
        );
        assert!(shop.ask(&query).await["errors"].is_null());
        // Noon, midnight, noon, …: two tasks a day, from 25 July on, in the shop's time zone.
        shop.clock.advance(Duration::from_secs(12 * 60 * 60));
    }
    shop
}

fn ids(rows: &Value) -> String {
    let rows = rows.as_array().unwrap().iter();
    rows.map(|row| row["id"].as_str().unwrap())
        .collect::<Vec<_>>()
        .join(" ")
}

#[tokio::test]
async fn every_filter_alone_and_together() {
    let shop = shop().await;
    for (filter, expected) in [
        ("", "1 2 3 4 5 6"),
        (r#"customerPhone: "8 (900) 000 00 01""#, "1 3 6"),
        (r#"customerPhone: "+79999999999""#, ""),
        ("statuses: [ACCEPTED]", "1 5"),
        ("statuses: [READY, CLOSED]", "2 3 6"),
        ("statuses: [READY, null]", "2 6"),
        ("category: REPAIR", "1 3"),
        ("category: null", "1 2 3 4 5 6"),
        (r#"createdAt: "2021-07-25""#, "1"),
        (r#"createdAt: "2021-07-26""#, "2 3"),
        (r#"createdAt: "2021-07-29""#, ""),
        (
            r#"dateStart: "2021-07-26", dateEnd: "2021-07-27""#,
            "2 3 4 5",
        ),
        (r#"dateStart: "2021-07-26", dateEnd: "2021-07-26""#, "2 3"),
        (
            r#"customerPhone: "+79000000001", statuses: [CLOSED, READY]"#,
            "3 6",
        ),
        (r#"customerPhone: "+79000000001", category: DIAGNOSIS"#, "6"),
        (
            r#"statuses: [READY], category: DIAGNOSIS, dateEnd: "2021-07-26""#,
            "2",
        ),
        (r#"createdAt: "2021-07-26", dateStart: "2021-07-27""#, ""),
        (
            r#"customerPhone: "+79000000001", statuses: [CLOSED], category: REPAIR, createdAt: "2021-07-26", dateStart: "2021-07-01", dateEnd: "2021-07-31""#,
            "3",
        ),
    ] {
        let arguments = if filter.is_empty() {
            String::new()
        } else {
            format!("({filter})")
        };
        let answer = shop
            .ask(&format!("{{ allTasks{arguments} {{ id }} }}"))
            .await;
        assert_eq!(
            ids(&answer["data"]["allTasks"]),
            expected,
            "{filter} {answer}"
        );
        let query = format!(
            "{{ tasks(filter: {{{filter}}}, orderBy: OLDEST) {{ totalCount nodes {{ id }} }} }}"
        );
        let page = shop.ask(&query).await;
        assert_eq!(
            ids(&page["data"]["tasks"]["nodes"]),
            expected,
            "{filter} {page}"
        );
        let total = if expected.is_empty() {
            0
        } else {
            expected.split(' ').count()
        };
        assert_eq!(page["data"]["tasks"]["totalCount"], total, "{filter}");
    }
    shop.close().await;
}

#[tokio::test]
async fn flaw_14_one_end_of_an_interval_is_enough() {
    let shop = shop().await;
    for (filter, expected) in [
        (r#"dateStart: "2021-07-27""#, "4 5 6"),
        (r#"dateEnd: "2021-07-25""#, "1"),
    ] {
        let answer = shop
            .ask(&format!("{{ allTasks({filter}) {{ id }} }}"))
            .await;
        assert_eq!(ids(&answer["data"]["allTasks"]), expected, "{answer}");
    }
    shop.close().await;
}

#[tokio::test]
async fn flaw_16_no_statuses_are_no_filter() {
    let shop = shop().await;
    let answer = shop.ask("{ allTasks(statuses: []) { id } }").await;
    assert_eq!(ids(&answer["data"]["allTasks"]), "1 2 3 4 5 6", "{answer}");
    shop.close().await;
}

#[tokio::test]
async fn flaw_17_lists_are_ordered_and_come_in_pages_that_new_tasks_do_not_shift() {
    let shop = shop().await;
    shop.ask("mutation { updateTask(taskData: {id: 2, status: CLOSED}) { task { id } } }")
        .await;
    for (order, expected) in [
        ("NEWEST", "6 5 4 3 2 1"),
        ("OLDEST", "1 2 3 4 5 6"),
        ("RECENTLY_UPDATED", "2 6 5 4 3 1"),
    ] {
        let mut seen = Vec::new();
        let mut after = String::new();
        loop {
            let query = format!(
                "{{ tasks(orderBy: {order}, first: 4 {after}) {{ nodes {{ id }} pageInfo {{ hasNextPage hasPreviousPage endCursor }} }} }}"
            );
            let page = shop.ask(&query).await["data"]["tasks"].clone();
            assert_eq!(page["pageInfo"]["hasPreviousPage"], !after.is_empty());
            seen.push(ids(&page["nodes"]));
            if page["pageInfo"]["hasNextPage"] == false {
                break;
            }
            after = format!("after: {}", page["pageInfo"]["endCursor"]);
        }
        assert_eq!(seen.join(" "), expected, "{order}");
        assert_eq!(seen.len(), 2);
    }
    let first = shop
        .ask("{ tasks(first: 2) { pageInfo { endCursor } } }")
        .await;
    let cursor = &first["data"]["tasks"]["pageInfo"]["endCursor"];
    shop.ask(
        r#"mutation { createTask(taskData: {customerPhone: "+79000000001"}) { task { id } } }"#,
    )
    .await;
    let second = shop
        .ask(&format!(
            "{{ tasks(first: 2, after: {cursor}) {{ nodes {{ id }} }} }}"
        ))
        .await;
    assert_eq!(ids(&second["data"]["tasks"]["nodes"]), "4 3");
    for arguments in [
        format!("orderBy: OLDEST, after: {cursor}"),
        r#"after: "nonsense""#.to_owned(),
        "first: 0".to_owned(),
        "first: 101".to_owned(),
        "first: -1".to_owned(),
    ] {
        let refused = shop
            .ask(&format!("{{ tasks({arguments}) {{ totalCount }} }}"))
            .await;
        assert_eq!(code(&refused), "BAD_USER_INPUT", "{arguments} {refused}");
    }
    shop.close().await;
}

#[tokio::test]
async fn tasks_are_found_by_their_employee() {
    let shop = shop().await;
    shop.ask("mutation { assignTask(id: 3, employeeId: null) { task { id } } }")
        .await;
    let mine = shop
        .ask("{ tasks(filter: {employeeId: 1}) { nodes { id } } }")
        .await;
    assert_eq!(ids(&mine["data"]["tasks"]["nodes"]), "6 5 4 2 1", "{mine}");
    shop.close().await;
}

#[tokio::test]
async fn a_long_number_is_found_wherever_it_stands_and_however_it_is_written() {
    let shop = Shop::with_owner().await;
    for description in ["Плата 4455667788, заказ 12-34567", "Без номера", "55667"]
    {
        let query = format!(
            r#"mutation {{ createTask(taskData: {{customerPhone: "+79990000000", description: "{description}"}}) {{ task {{ id }} }} }}"#
        );
        let answer = shop.ask(&query).await;
        assert!(answer["errors"].is_null(), "{answer}");
    }
    let answer = shop
        .ask(
            r#"mutation {
                updateTask(taskData: {id: 2, device: {serialNumber: "SN-00 4455-6"}}) { task { id } }
                updateCustomer(customerData: {phone: "+79990000000", name: "Склад 90210"}) { customer { id } } }"#,
        )
        .await;
    assert!(answer["errors"].is_null(), "{answer}");
    for (text, expected) in [
        ("4455667788", "1"),
        ("55667", "1 3"),
        ("5667788", "1"),
        ("5566", "1 3"),
        ("556678", ""),
        ("44556677889", ""),
        ("плата 12-34567", "1"),
        ("плата 34567", "1"),
        ("34567", "1"),
        ("№4455667788", "1"),
        ("445566", "1"),
        ("0044556", "2"),
        ("sn-00 4455-6", "2"),
        ("90210", "1 2 3"),
        ("склад 55667", "1 3"),
    ] {
        let query = format!(
            r#"{{ tasks(orderBy: OLDEST, filter: {{search: "{text}"}}) {{ nodes {{ id }} }} }}"#
        );
        let answer = shop.ask(&query).await;
        assert_eq!(ids(&answer["data"]["tasks"]["nodes"]), expected, "{text}");
    }
    shop.close().await;
}

#[tokio::test]
async fn the_search_finds_parts_of_words_numbers_phones_and_names() {
    let shop = Shop::with_owner().await;
    for (phone, name, description) in [
        (
            "+7 900 123-45-67",
            "Анна Каренина",
            "Не включается после падения",
        ),
        (
            "8 (901) 000-00-02",
            "ООО «Ромашка»",
            "Холодильник: реле и термостат",
        ),
        (
            "+375 29 123-45-67",
            "Пётр",
            "iPhone 11, 50% заряда \\\"сам\\\" выключается",
        ),
    ] {
        let query = format!(
            r#"mutation {{ createTask(taskData: {{customerPhone: "{phone}", description: "{description}"}}) {{ task {{ id }} }}
                updateCustomer(customerData: {{phone: "{phone}", name: "{name}"}}) {{ customer {{ id }} }} }}"#
        );
        let answer = shop.ask(&query).await;
        assert!(answer["errors"].is_null(), "{answer}");
    }
    let find = async |text: &str| {
        let query = format!(
            r#"{{ tasks(orderBy: OLDEST, filter: {{search: "{text}"}}) {{ totalCount nodes {{ id }} }} }}"#
        );
        let answer = shop.ask(&query).await;
        let found = ids(&answer["data"]["tasks"]["nodes"]);
        assert_eq!(
            answer["data"]["tasks"]["totalCount"],
            found.split_whitespace().count()
        );
        found
    };
    for (text, expected) in [
        ("ключа", "1 3"),
        ("ПАДЕНИ", "1"),
        ("анна паден", "1"),
        ("анна реле", ""),
        ("ромашка", "2"),
        ("«Ромашка»", "2"),
        ("iphone 11", "3"),
        ("50%", "3"),
        ("\\\"сам\\\"", "3"),
        ("8 900 123 45 67", "1"),
        ("+7 (900) 123-45-67", "1"),
        ("123-45-67", "1 3"),
        ("45 67", "1 3"),
        ("анна 45-67", "1"),
        ("анна +7 900 123-45-67", "1"),
        ("анна 000-00-02", ""),
        ("2345671", ""),
        ("2", "2"),
        ("№ 3", "3"),
        ("ан", "1"),
        ("%", ""),
        ("   ", "1 2 3"),
        ("OR NOT (", ""),
        ("description:реле", ""),
    ] {
        assert_eq!(find(text).await, expected, "{text}");
    }
    shop.ask(r#"mutation { updateTask(taskData: {id: 1, description: "Сломан разъём"}) { task { id } } }"#).await;
    assert_eq!(
        (find("падени").await, find("разъём").await),
        (String::new(), "1".to_owned())
    );
    shop.ask(r#"mutation { deleteCustomer(phone: "+79001234567") { phone } }"#)
        .await;
    assert_eq!(
        (find("анна").await, find("разъём").await),
        (String::new(), "1".to_owned())
    );
    assert_eq!(find("123-45-67").await, "3");
    shop.ask("mutation { deleteTask(id: 1) { id } }").await;
    assert_eq!(find("разъём").await, "");
    shop.close().await;
}

#[tokio::test]
async fn the_kept_counts_are_those_of_the_rows() {
    let shop = shop().await;
    let kept = async || {
        let file = shop.database();
        let counts =
            "SELECT status || category || employee_id, tasks FROM task_counts WHERE tasks <> 0";
        let rows =
            "SELECT status || category || coalesce(employee_id, 0), count(*) FROM tasks GROUP BY 1";
        let differ = format!(
            "SELECT count(*) FROM (SELECT * FROM ({counts} EXCEPT {rows}) UNION ALL SELECT * FROM ({rows} EXCEPT {counts}))"
        );
        let differ: i64 = file.query_row(&differ, [], |row| row.get(0)).unwrap();
        assert_eq!(differ, 0);
        let count = async |filter: &str| {
            let answer = shop
                .ask(&format!(
                    "{{ tasks(filter: {{{filter}}}) {{ totalCount }} }}"
                ))
                .await;
            answer["data"]["tasks"]["totalCount"].as_i64().unwrap()
        };
        (
            count("").await,
            count("statuses: [READY, CLOSED]").await,
            count("employeeId: 1, category: REPAIR").await,
        )
    };
    assert_eq!(kept().await, (6, 3, 2));
    for (change, expected) in [
        (
            "updateTask(taskData: {id: 1, status: READY}) { task { id } }",
            (6, 4, 2),
        ),
        (
            "updateTask(taskData: {id: 2, category: REPAIR}) { task { id } }",
            (6, 4, 3),
        ),
        (
            "updateTask(taskData: {id: 1, status: CLOSED, category: OTHER}) { task { id } }",
            (6, 4, 2),
        ),
        (
            "assignTask(id: 2, employeeId: null) { task { id } }",
            (6, 4, 1),
        ),
        (
            "assignTask(id: 2, employeeId: 1) { task { id } }",
            (6, 4, 2),
        ),
        ("deleteTask(id: 3) { id }", (5, 3, 1)),
        (
            r#"deleteCustomer(phone: "+79000000001") { phone }"#,
            (5, 3, 1),
        ),
    ] {
        let answer = shop.ask(&format!("mutation {{ {change} }}")).await;
        assert!(answer["errors"].is_null(), "{answer}");
        assert_eq!(kept().await, expected, "{change}");
    }
    shop.close().await;
}

/// A field of a filter.
type Part = (&'static str, Box<dyn Fn(&mut TaskFilter)>);

/// Lists each field of the filter with a value that matches some of the tasks. A new field that is
/// missing here doesn't compile.
macro_rules! parts {
    ($($field:ident: $value:expr,)+) => {{
        let TaskFilter { $($field: _),+ } = TaskFilter::default();
        let parts: Vec<Part> = vec![$({
            let value = $value;
            (stringify!($field), Box::new(move |filter| filter.$field = value.clone()))
        }),+];
        parts
    }};
}

#[tokio::test]
async fn a_list_its_pages_and_its_counts_go_by_every_part_of_the_filter() {
    let shop = shop().await;
    for change in [
        "updateTask(taskData: {id: 1, device: {serialNumber: \"SN-4711\"}, dueOn: \"2021-07-26\"}) { task { id } }",
        "updateTask(taskData: {id: 4, description: \"Сломана лампа\", price: 100}) { task { id } }",
        "assignTask(id: 3, employeeId: null) { task { id } }",
    ] {
        let answer = shop.ask(&format!("mutation {{ {change} }}")).await;
        assert!(answer["errors"].is_null(), "{answer}");
    }
    let file = shop.database();
    file.execute_batch(
        "UPDATE stages SET stuck_days = 1 WHERE id = (SELECT stage_id FROM tasks WHERE id = 1);
         INSERT INTO comments (task_id, kind, customer_id, channel, text, at)
             VALUES (2, 'FROM_CUSTOMER', 2, 'PAGE', 'when?', 1);
         INSERT INTO outbox (person, channel, chat_id, kind, customer_id, task_id, from_status, to_status, state, created_at, due_at,
             try_at, settled_at, reason) VALUES ('C1', 'TELEGRAM', 7, 'STATUS_CHANGED', 1, 6, 'ACCEPTED', 'READY', 'DEAD', 1, 2, 3, 4, 'EXPIRED');
         INSERT INTO approvals (task_id, price, text, task_version, asked_at, state, decided_at, channel, unsettled)
             VALUES (5, 100, '', 1, 1, 'DECLINED', 2, 'PAGE', 1);",
    )
    .unwrap();
    let stage = "SELECT stage_id FROM tasks WHERE id = 4";
    let stage: i64 = file.query_row(stage, [], |row| row.get(0)).unwrap();
    let day = |text: &str| Some(Day::parse("day", text).unwrap());
    let zone = jiff::tz::TimeZone::get("Europe/Moscow").unwrap();
    let parts = parts! {
        customer_phone: Some("+79000000001".to_owned()),
        statuses: vec![Status::Ready, Status::Closed],
        stage: Some(StageId::from_row(stage)),
        stuck: Some("2021-08-30T09:00:00Z".parse::<jiff::Timestamp>().unwrap()),
        category: Some(Category::Repair),
        employee: Some(EmployeeId::from_row(1)),
        unassigned: true,
        overdue: day("2021-07-27"),
        closed_since: Some(jiff::Timestamp::UNIX_EPOCH),
        ready_before: Some(jiff::Timestamp::MAX),
        unanswered: true,
        declined: true,
        undelivered: true,
        owing: true,
        serial: Some("SN4711".to_owned()),
        updated_since: Some("2021-07-28T00:00:00Z".parse::<jiff::Timestamp>().unwrap()),
        created: Days::between("to", day("2021-07-26"), day("2021-07-27"), &zone).unwrap(),
        search: Search::parse("ламп"),
    };
    let check = |names: &[&str], filter: &TaskFilter| {
        let listed = store::tasks::list(&file, filter).unwrap().len();
        let page =
            store::tasks::page(&file, filter, TaskOrder::Oldest, Span::first(None, 100)).unwrap();
        let count = store::tasks::count(&file, filter).unwrap();
        let by_status = store::tasks::count_by_status(&file, filter, None, 100).unwrap();
        let by_employee = store::workload::count(&file, filter).unwrap();
        let by_employee: i64 = by_employee.into_iter().map(|(_, tasks)| tasks).sum();
        let counts = [count, by_status.unwrap().total(), by_employee];
        let expected = i64::try_from(listed).unwrap();
        assert_eq!((page.len(), counts), (listed, [expected; 3]), "{names:?}");
        listed
    };
    assert_eq!(check(&[], &TaskFilter::default()), 6);
    for (name, set) in &parts {
        let mut filter = TaskFilter::default();
        set(&mut filter);
        let found = check(&[name], &filter);
        assert!((1..6).contains(&found), "{name} leaves {found}");
        for (other, set) in &parts {
            let mut both = filter.clone();
            set(&mut both);
            check(&[name, other], &both);
        }
    }
    drop(file);
    shop.close().await;
}
