//! The list: open tasks by default, its orders and columns, and what is stored for them.

use serde_json::Value;

use crate::bot::set_status;
use crate::cash::{hand_over, take};
use crate::harness::Shop;
use crate::money::data;
use crate::pages::Browser;

/// Returns the ids of the rows of a page, in order.
fn rows(page: &str) -> String {
    let rows = page.split("<tr data-task=\"").skip(1);
    let ids = rows.map(|row| row.split('"').next().unwrap());
    ids.collect::<Vec<_>>().join(" ")
}

/// Returns the text of a cell of a row.
fn cell<'a>(page: &'a str, task: u32, class: &str) -> &'a str {
    let (_, row) = page
        .split_once(&format!("<tr data-task=\"{task}\">"))
        .unwrap();
    let (_, cell) = row.split_once(&format!("<td class=\"{class}")).unwrap();
    let (_, cell) = cell.split_once('>').unwrap();
    cell.split_once("</td>").unwrap().0.trim()
}

/// Returns the number of a tab.
fn tab(page: &str, name: &str) -> String {
    let (_, tab) = page
        .split_once(&format!(">{name}<span>"))
        .unwrap_or_else(|| panic!("{name}: {page}"));
    tab.split_once('<').unwrap().0.to_owned()
}

/// Opens a shop with six tasks: the third one closed with a debt, the fourth one closed and paid, the sixth one of a
/// colleague.
async fn shop() -> Shop {
    let shop = Shop::with_owner().await;
    let token = crate::accounts::employee(&shop).await;
    for (number, fields) in [
        (
            1,
            r#"dueOn: "2021-07-30", price: 30000, device: {model: "Lamp", place: "Полка 1"}"#,
        ),
        (2, r#"dueOn: "2021-07-24", estimate: 99900"#),
        (3, "price: 50000"),
        (4, "price: 70000"),
        (5, "description: \"Без цены\""),
        (6, r#"dueOn: "2021-07-25", price: 10000"#),
    ] {
        let query = format!(
            r#"mutation {{ createTask(taskData: {{customerPhone: "+7900000000{number}", {fields}}}) {{ task {{ id }} }} }}"#
        );
        let answer = match number {
            6 => shop.ask_by(&token, &query).await,
            _ => shop.ask(&query).await,
        };
        assert!(answer["errors"].is_null(), "{answer}");
    }
    take(&shop, 1, "CARD", 10_000).await;
    hand_over(&shop, 3, "{method: CARD, sum: 20000}").await;
    hand_over(&shop, 4, "{method: CARD, sum: 70000}").await;
    shop
}

#[tokio::test]
async fn open_tasks_are_listed_and_sorted_by_every_column() {
    let shop = shop().await;
    let browser = Browser::signed_in(&shop, "owner@example.com").await;
    for (path, expected) in [
        ("/", "6 5 2 1"),
        ("/?status=open", "6 5 2 1"),
        ("/?status=all", "6 5 4 3 2 1"),
        ("/?status=CLOSED", "4 3"),
        ("/?sort=due", "2 6 1 5"),
        ("/?status=all&sort=due", "2 6 1 3 4 5"),
        ("/?sort=sum", "1 6 5 2"),
        ("/?status=all&sort=sum", "4 3 1 6 5 2"),
        ("/?sort=debt", "1 6"),
        ("/?status=all&sort=debt", "3 1 6"),
        ("/?sort=changed", "1 6 5 2"),
        ("/?status=all&sort=changed", "4 3 1 6 5 2"),
        ("/?employee=1&sort=due", "2 1 5"),
        ("/?employee=2", "6"),
        (
            "/?status=ACCEPTED&status=CLOSED&sort=sum&category=REPAIR",
            "",
        ),
        // A search finds closed tasks too, and is sorted as well.
        ("/?q=900&sort=sum", "4 3 1 6 5 2"),
        ("/?q=lamp&sort=debt", "1"),
        ("/?overdue=1&sort=due", "2"),
    ] {
        assert_eq!(rows(&browser.page(path).await), expected, "{path}");
    }
    let page = browser.page("/?status=all&sort=sum").await;
    assert_eq!(cell(&page, 1, "place"), "<div>Полка 1</div>");
    for (task, sum, owed) in [
        (1, "300 ₽", "200 ₽"),
        (3, "500 ₽", "300 ₽"),
        (4, "700 ₽", ""),
        (5, "", ""),
    ] {
        let read = |class| cell(&page, task, class).replace('\u{a0}', " ");
        assert_eq!(
            (read("sum"), read("owed")),
            (sum.to_owned(), owed.to_owned()),
            "{task}"
        );
    }
    assert_eq!(cell(&page, 2, "sum").replace('\u{a0}', " "), "≈ 999 ₽");
    assert_eq!(cell(&page, 2, "due"), "вчера");
    assert_eq!(cell(&page, 6, "due"), "сегодня");
    assert!(
        page.contains(
            "<th scope=\"col\" class=\"sum\" aria-sort=\"descending\"><a href=\"/?status=all"
        ),
        "{page}"
    );
    shop.close().await;
}

#[tokio::test]
async fn mine_counts_open_tasks_and_leads_to_them() {
    let shop = shop().await;
    let browser = Browser::signed_in(&shop, "owner@example.com").await;
    for (path, mine) in [
        ("/", "3"),
        ("/?status=all", "3"),
        ("/?status=CLOSED", "2"),
        ("/?q=900", "3"),
    ] {
        let page = browser.page(path).await;
        assert_eq!(tab(&page, "Мои"), mine, "{path}");
        let (before, _) = page.split_once(">Мои<span>").unwrap();
        let (_, address) = before.rsplit_once("<a href=\"").unwrap();
        let address = address.split('"').next().unwrap().replace("&#38;", "&");
        let own = rows(&browser.page(&address).await);
        assert_eq!(
            own.split(' ').count().to_string(),
            mine,
            "{path} {address}: {own}"
        );
    }
    let page = browser.page("/").await;
    for (name, count) in [
        ("Открытые", "4"),
        ("Принято", "4"),
        ("Закрыто", "2"),
        ("Все", "6"),
        ("Просроченные", "1"),
    ] {
        assert_eq!(tab(&page, name), count, "{name}");
    }
    shop.close().await;
}

#[tokio::test]
async fn filters_and_order_survive_paging_and_no_row_is_lost_between_pages() {
    let shop = shop().await;
    let file = shop.database();
    file.execute_batch(
        "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 120)
         INSERT INTO tasks (customer_id, employee_id, category, status, description, created_at, updated_at, due_on)
         SELECT 1, 1, 'REPAIR', iif(n % 4 = 0, 'CLOSED', 'READY'), 'lamp ' || n, n, n, iif(n % 3 = 0, NULL, '2021-08-0' || (1 + n % 7))
         FROM n;
         UPDATE tasks SET closed_at = 5 WHERE status = 'CLOSED' AND closed_at IS NULL;
         INSERT INTO task_details (task_id, kind, brand, model, serial, serial_key, accessories, appearance, place, price)
         SELECT id, '', '', '', '', '', '', '', '', (id % 5) * 100 FROM tasks WHERE id > 6 AND id % 2 = 0;",
    )
    .unwrap();
    let stale = "SELECT count(*) FROM task_sums_stale";
    crate::harness::eventually(
        "the sums of what another program wrote are computed",
        || file.query_row(stale, [], |row| row.get(0)) == Ok(0),
    )
    .await;
    let browser = Browser::signed_in(&shop, "owner@example.com").await;
    for (path, total) in [
        ("/?sort=due", 94),
        ("/?status=all&sort=due", 126),
        ("/?sort=sum&category=REPAIR&employee=1", 90),
        ("/?status=all&sort=sum", 126),
        ("/?sort=debt", 50 - 24),
        ("/?sort=changed", 94),
        ("/?q=lamp&sort=sum", 121),
        ("/?sort=number&from=1970-01-01", 126),
    ] {
        let mut seen = Vec::new();
        let mut address = path.to_owned();
        loop {
            let page = browser.page(&address).await;
            seen.extend(rows(&page).split(' ').map(str::to_owned));
            let Some((before, _)) = page.split_once("\" rel=\"next\"") else {
                break;
            };
            let (_, next) = before.rsplit_once("<a href=\"").unwrap();
            address = next.replace("&#38;", "&");
            // The same filters, and a cursor.
            assert_eq!(
                address.split("&after=").next().unwrap().len(),
                path.len(),
                "{address}"
            );
        }
        let listed = seen.len();
        seen.sort();
        seen.dedup();
        assert_eq!(listed, seen.len(), "{path}: no row comes twice");
        if path != "/?sort=debt" {
            assert_eq!(listed, total, "{path}");
        }
    }
    drop(file);
    shop.close().await;
}

/// Returns the ids of a list of the API.
async fn listed(shop: &Shop, arguments: &str) -> String {
    let answer = data(
        shop,
        &format!("{{ tasks({arguments}) {{ nodes {{ id }} }} }}"),
    )
    .await;
    let ids = answer["tasks"]["nodes"].as_array().unwrap().clone();
    let ids: Vec<String> = ids
        .iter()
        .map(|node| node["id"].as_str().unwrap().to_owned())
        .collect();
    ids.join(" ")
}

#[tokio::test]
async fn the_stored_sums_follow_every_change_and_the_doctor_compares_them() {
    let shop = shop().await;
    let stored = |task: i64| -> [i64; 3] {
        let sql = "SELECT total, owed, is_open FROM task_sums WHERE task_id = ?1";
        let read = |row: &rusqlite::Row<'_>| Ok([row.get(0)?, row.get(1)?, row.get(2)?]);
        shop.database().query_row(sql, [task], read).unwrap()
    };
    assert_eq!(stored(1), [30_000, 20_000, 1]);
    assert_eq!(stored(3), [50_000, 30_000, 0]);
    let mut line = String::new();
    for (change, sums) in [
        (
            r#"addLine(taskId: 1, lineData: {kind: WORK, name: "x", unitPrice: 40000, quantity: "1.5"}) { line { id } }"#,
            [60_000, 50_000, 1],
        ),
        (
            r#"updateLine(id: LINE, lineData: {discountPercent: "10"}) { line { id } }"#,
            [54_000, 44_000, 1],
        ),
        (
            "setDiscount(taskId: 1, sum: 4000) { task { id } }",
            [50_000, 40_000, 1],
        ),
        (
            "takePayment(paymentData: {taskId: 1, method: CARD, sum: 60000, overpayment: true}) { payment { id } }",
            [50_000, 0, 1],
        ),
        ("removeLine(id: LINE) { task { id } }", [0, 0, 1]),
        (
            "updateTask(taskData: {id: 1, price: 90000}) { task { id } }",
            [90_000, 20_000, 1],
        ),
        (
            "updateTask(taskData: {id: 1, status: CLOSED}) { task { id } }",
            [90_000, 20_000, 0],
        ),
        (
            "updateTask(taskData: {id: 1, status: READY}) { task { id } }",
            [90_000, 20_000, 1],
        ),
    ] {
        let change = change.replace("LINE", &line);
        let answer: Value = data(&shop, &format!("mutation {{ {change} }}")).await;
        if let Some(id) = answer["addLine"]["line"]["id"].as_str() {
            id.clone_into(&mut line);
        }
        assert_eq!(stored(1), sums, "{change}");
    }
    assert_eq!(listed(&shop, "orderBy: LARGEST_TO_PAY").await, "3 1 6");
    assert_eq!(
        listed(&shop, "orderBy: LARGEST_TOTAL, filter: {statuses: [READY]}").await,
        "1"
    );
    assert_eq!(
        listed(&shop, "orderBy: EARLIEST_DUE, first: 3").await,
        "2 6 1"
    );
    set_status(&shop, "1", "ACCEPTED").await;
    let problems = || {
        let (path, now) = (shop.folder().join("shop.db"), shop.clock.now());
        let health = zayavka::store::health::examine(&path, now).unwrap();
        health.sums.unwrap().to_string()
    };
    assert_eq!(problems(), "");
    shop.database()
        .execute_batch("UPDATE task_sums SET owed = 7, is_open = 0 WHERE task_id = 1; DELETE FROM task_sums WHERE task_id = 2")
        .unwrap();
    assert_eq!(
        problems(),
        "the sums of task 1 have owed 7 instead of 20000; the sums of task 1 have is_open 0 instead of 1; task 2 has no sums"
    );
    shop.close().await;
}
