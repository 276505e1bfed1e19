//! The current workload, and the monthly turnover.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use crate::bot::{create, set_status};
use crate::harness::{Shop, code};

const HOUR: Duration = Duration::from_secs(60 * 60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Returns a page for a signed-in employee.
async fn page(shop: &Shop, path: &str) -> String {
    let cookie = format!("zayavka={}", shop.token.as_ref().unwrap());
    let answer = shop.request(Method::GET, path).header("cookie", cookie);
    let answer = answer.send().await.unwrap();
    assert_eq!(answer.status(), 200, "{path}");
    answer.text().await.unwrap()
}

/// Returns the ids of the tasks that a list shows, in order.
async fn listed(shop: &Shop, path: &str) -> String {
    let page = page(shop, path).await;
    let rows = page.split("<tr data-task=\"").skip(1);
    let ids = rows.map(|row| row.split('"').next().unwrap());
    ids.collect::<Vec<_>>().join(" ")
}

/// Returns the text of a page between two words.
fn between<'a>(page: &'a str, from: &str, to: &str) -> &'a str {
    let rest = page
        .split_once(from)
        .unwrap_or_else(|| panic!("{from}: {page}"));
    rest.1
        .split_once(to)
        .unwrap_or_else(|| panic!("{to}: {page}"))
        .0
}

/// Returns every link to a list, with its number.
fn links(part: &str) -> Vec<(String, usize)> {
    let link = |rest: &str| {
        let (address, rest) = rest.split_once('"').unwrap();
        let inside = rest
            .split_once('>')
            .unwrap()
            .1
            .split_once("</a>")
            .unwrap()
            .0;
        let words = inside.replace(['>', '<'], " ");
        let number = words.split(' ').find_map(|word| word.parse().ok());
        let number = number.unwrap_or_else(|| panic!("{inside}"));
        (address.replace("&#38;", "&"), number)
    };
    let rests = part.split(" href=\"/").skip(1);
    let numbered = |rest: &&str| {
        rest.split("</a>")
            .next()
            .unwrap()
            .contains(|c: char| c.is_ascii_digit())
    };
    let rests = rests.filter(|rest| numbered(&rest.split_once('>').unwrap().1));
    rests.map(|rest| link(&format!("/{rest}"))).collect()
}

fn write(shop: &Shop, sql: &str) {
    shop.database().execute_batch(sql).unwrap();
}

/// Opens a shop of two on the evening of 1 August, with work of every kind.
async fn busy() -> Shop {
    let shop = Shop::with_owner().await;
    crate::accounts::employee(&shop).await;
    for (number, status, due, of) in [
        (1, "ACCEPTED", r#""2021-07-31""#, "1"),
        (2, "IN_PROGRESS", r#""2021-07-30""#, "2"),
        (3, "IN_PROGRESS", r#""2021-08-01""#, "2"),
        (4, "READY", r#""2021-07-26""#, "2"),
        (5, "READY", "null", "1"),
        (6, "READY", "null", "null"),
        (7, "CLOSED", r#""2021-07-26""#, "1"),
        (8, "ACCEPTED", r#""2021-07-26""#, "null"),
    ] {
        let phone = format!("+7900000000{number}");
        let id = create(&shop, &phone).await;
        let change = format!(
            r"mutation {{
                updateTask(taskData: {{id: {id}, status: {status}, dueOn: {due}}}) {{ task {{ id }} }}
                assignTask(id: {id}, employeeId: {of}) {{ task {{ id }} }}
            }}"
        );
        let answer = shop.ask(&change).await;
        assert!(answer["errors"].is_null(), "{answer}");
        shop.clock.advance(HOUR);
    }
    // Ready again today: it hasn't waited long.
    shop.clock.advance(7 * DAY - HOUR);
    set_status(&shop, "6", "CLOSED").await;
    set_status(&shop, "6", "READY").await;
    write(
        &shop,
        "INSERT INTO comments (task_id, kind, customer_id, channel, text, at, settled_at) VALUES
             (1, 'FROM_CUSTOMER', 1, 'PAGE', 'when?', 1, NULL),
             (1, 'FROM_CUSTOMER', 1, 'PAGE', 'when??', 2, NULL),
             (2, 'FROM_CUSTOMER', 2, 'TELEGRAM', 'thanks', 3, 4),
             (7, 'FROM_CUSTOMER', 7, 'TELEGRAM', 'it broke again', 5, NULL),
             (8, 'INTERNAL', NULL, NULL, 'who takes it?', 6, NULL);
         INSERT INTO outbox (person, channel, chat_id, kind, customer_id, task_id, from_status, to_status, state,
             created_at, due_at, try_at, settled_at, reason) VALUES
             ('C5', 'TELEGRAM', 5, 'STATUS_CHANGED', 5, 5, 'ACCEPTED', 'IN_PROGRESS', 'DEAD', 1, 1, 1, 1, 'EXPIRED'),
             ('C5', 'TELEGRAM', 5, 'STATUS_CHANGED', 5, 5, 'ACCEPTED', 'READY', 'DEAD', 1, 1, 1, 1, 'EXPIRED'),
             ('C4', 'TELEGRAM', 5, 'STATUS_CHANGED', 4, 4, 'ACCEPTED', 'READY', 'DELIVERED', 1, 1, 1, 1, NULL);",
    );
    shop
}

#[tokio::test]
async fn every_number_of_today_leads_to_a_list_of_as_many_tasks() {
    let shop = busy().await;
    for (path, expected) in [
        ("/?overdue=1", "8 2 1"),
        ("/?uncollected=1", "4 5"),
        ("/?stuck=1", "8 3 2 1"),
        ("/?unanswered=1", "7 1"),
        ("/?undelivered=1", "5"),
        ("/?employee=none", "8 6"),
        ("/?employee=none&status=READY&category=REPAIR", "6"),
        ("/?employee=2&overdue=1", "2"),
        ("/?uncollected=1&undelivered=1&q=900", "5"),
        ("/?unanswered=1&status=ACCEPTED", "1"),
        ("/?uncollected=1&unanswered=1", ""),
    ] {
        assert_eq!(listed(&shop, path).await, expected, "{path}");
    }
    let today = page(&shop, "/today").await;
    assert!(today.contains("<h1>Сегодня</h1>"), "{today}");
    // Open and overdue tasks of each employee, each number with its list; a zero is no link.
    let load = between(&today, "<ul class=\"load\">", "</ul>");
    let numbers = links(load);
    let expected = [2, 1, 3, 1, 2, 1];
    assert_eq!(
        numbers
            .iter()
            .map(|(_, number)| *number)
            .collect::<Vec<_>>(),
        expected
    );
    let stalled = links(between(&today, "id=\"h-due\"", "</header>"));
    assert_eq!(stalled[0], ("/?stuck=1".to_owned(), 4));
    let uncollected = links(between(&today, "id=\"h-ready\"", "</header>"));
    assert_eq!(uncollected, [("/?uncollected=1".to_owned(), 2)]);
    for (address, number) in numbers
        .into_iter()
        .chain([stalled[0].clone()])
        .chain(uncollected)
    {
        let rows = listed(&shop, &address).await;
        assert_eq!(rows.split_whitespace().count(), number, "{address}: {rows}");
    }
    shop.close().await;
}

#[tokio::test]
async fn the_api_counts_the_same() {
    let shop = busy().await;
    let workload = "statuses { status tasks } overdue uncollected unanswered undelivered";
    let query = format!(
        "{{ today {{ total {{ {workload} }} employees {{ employee {{ email }} workload {{ {workload} }} }} }} }}"
    );
    let answer = shop.ask(&query).await;
    let today = &answer["data"]["today"];
    let expected = json!({
        "statuses": [
            {"status": "ACCEPTED", "tasks": 2}, {"status": "IN_PROGRESS", "tasks": 2},
            {"status": "READY", "tasks": 3}, {"status": "CLOSED", "tasks": 1},
        ],
        "overdue": 3, "uncollected": 2, "unanswered": 2, "undelivered": 1,
    });
    assert_eq!(today["total"], expected, "{answer}");
    let people: Vec<&Value> = today["employees"].as_array().unwrap().iter().collect();
    let names: Vec<_> = people
        .iter()
        .map(|of| of["employee"]["email"].as_str())
        .collect();
    assert_eq!(
        names,
        [Some("owner@example.com"), Some("second@example.com"), None]
    );
    for (concern, expected) in [
        ("overdue", 3),
        ("uncollected", 2),
        ("unanswered", 2),
        ("undelivered", 1),
        ("unassigned", 2),
    ] {
        let query =
            format!("{{ tasks(filter: {{{concern}: true}}) {{ totalCount nodes {{ id }} }} }}");
        let answer = shop.ask(&query).await;
        let tasks = &answer["data"]["tasks"];
        assert_eq!(tasks["totalCount"], expected, "{concern} {answer}");
        assert_eq!(
            tasks["nodes"].as_array().unwrap().len(),
            expected,
            "{concern}"
        );
    }
    // A deactivated employee is hidden, unless they left open tasks.
    shop.ask("mutation { deactivateEmployee(id: 2) { user { id } } }")
        .await;
    let left = async || {
        shop.ask(&query).await["data"]["today"]["employees"]
            .as_array()
            .unwrap()
            .len()
    };
    assert_eq!(left().await, 3);
    for id in [2, 3, 4] {
        shop.ask(&format!(
            "mutation {{ assignTask(id: {id}, employeeId: null) {{ task {{ id }} }} }}"
        ))
        .await;
    }
    assert_eq!(left().await, 2);
    shop.close().await;
}

#[tokio::test]
async fn nobody_collects_from_the_third_day_in_the_shops_zone() {
    let shop = Shop::with_owner().await;
    for minute in 0..3 {
        let id = create(&shop, &format!("+7900000000{minute}")).await;
        if minute == 1 {
            // 23:59 in Moscow, on 25 July.
            shop.clock.advance(12 * HOUR - Duration::from_secs(120));
        }
        set_status(&shop, &id, "READY").await;
        shop.clock.advance(Duration::from_secs(60));
    }
    // 00:01 on 26 July: the last one became ready at midnight.
    let uncollected = async |first: usize, after: Option<&str>| {
        let query = "query ($first: Int, $after: String) {
            tasks(filter: {uncollected: true}, orderBy: LONGEST_READY, first: $first, after: $after) {
                totalCount nodes { id readyTime } pageInfo { endCursor } } }";
        let answer = shop
            .ask_with(query, json!({"first": first, "after": after}))
            .await;
        answer["data"]["tasks"].clone()
    };
    shop.clock.advance(2 * DAY - Duration::from_secs(180));
    assert_eq!(uncollected(10, None).await["totalCount"], 0);
    shop.clock.advance(Duration::from_secs(60));
    let all = uncollected(10, None).await;
    assert_eq!(all["totalCount"], 0, "23:59 on the 27th: {all}");
    shop.clock.advance(Duration::from_secs(60));
    let first = uncollected(1, None).await;
    assert_eq!(first["totalCount"], 2, "{first}");
    assert_eq!(
        first["nodes"],
        json!([{"id": "1", "readyTime": "2021-07-25T09:00:00.000Z"}])
    );
    let second = uncollected(1, first["pageInfo"]["endCursor"].as_str()).await;
    assert_eq!(second["nodes"][0]["id"], "2", "{second}");
    // Without the filter, the order lists and counts all READY tasks.
    create(&shop, "+79000000009").await;
    let ready = shop
        .ask("{ tasks(orderBy: LONGEST_READY) { totalCount nodes { id } } }")
        .await;
    let ready = &ready["data"]["tasks"];
    assert_eq!(ready["totalCount"], 3);
    assert_eq!(
        ready["nodes"],
        json!([{"id": "1"}, {"id": "2"}, {"id": "3"}])
    );
    set_status(&shop, "1", "CLOSED").await;
    assert_eq!(uncollected(10, None).await["totalCount"], 1);
    let closed = shop
        .ask("{ taskById(id: 1) { readyTime history { kind } } }")
        .await;
    assert_eq!(closed["data"]["taskById"]["readyTime"], Value::Null);
    shop.close().await;
}

/// Creates tasks around the end of July in a shop that is ten hours ahead of UTC.
async fn around_the_edge() -> Shop {
    let shop = Shop::with_owner().await;
    let shop = shop
        .reopen_with("timezone = 'Asia/Vladivostok'", Duration::ZERO)
        .await;
    // 25 July, 19:00 in the shop.
    for number in 1..=4 {
        create(&shop, &format!("+7900000000{number}")).await;
    }
    shop.ask(
        r#"mutation {
        updateTask(taskData: {id: 3, category: DIAGNOSIS}) { task { id } }
        assignTask(id: 4, employeeId: null) { task { id } } }"#,
    )
    .await;
    shop.clock.advance(DAY);
    set_status(&shop, "1", "READY").await;
    shop.clock.advance(2 * DAY);
    set_status(&shop, "2", "READY").await;
    set_status(&shop, "1", "CLOSED").await;
    // The last minute of July in the shop, which is 13:59 in UTC.
    shop.clock
        .advance(3 * DAY + 5 * HOUR - Duration::from_secs(60));
    set_status(&shop, "3", "READY").await;
    create(&shop, "+79000000005").await;
    // The first of August.
    shop.clock.advance(Duration::from_secs(60));
    create(&shop, "+79000000006").await;
    // Not for the first time.
    set_status(&shop, "2", "IN_PROGRESS").await;
    set_status(&shop, "2", "READY").await;
    set_status(&shop, "4", "READY").await;
    set_status(&shop, "4", "CLOSED").await;
    // Closed, but reopened.
    set_status(&shop, "3", "CLOSED").await;
    set_status(&shop, "3", "ACCEPTED").await;
    shop
}

async fn month(shop: &Shop, month: &str) -> Value {
    let turnover = "registered finished closed medianDays";
    let query = format!(
        "{{ month(month: \"{month}\") {{ month total {{ {turnover} }}
            categories {{ category turnover {{ {turnover} }} }}
            employees {{ employee {{ id }} turnover {{ {turnover} }} }}
            days {{ day turnover {{ {turnover} }} }} }} }}"
    );
    let answer = shop.ask(&query).await;
    assert!(answer["errors"].is_null(), "{answer}");
    answer["data"]["month"].clone()
}

fn turnover(registered: i64, finished: i64, closed: i64, median: Option<f64>) -> Value {
    json!({"registered": registered, "finished": finished, "closed": closed, "medianDays": median})
}

#[tokio::test]
async fn a_month_is_the_shops_and_tells_what_came_in_and_went_out() {
    let shop = around_the_edge().await;
    let july = month(&shop, "2021-07").await;
    // Finished after 1, 3 and, less a minute, 6 days and 5 hours.
    assert_eq!(july["total"], turnover(5, 3, 1, Some(3.0)), "{july}");
    let of = |category: usize| july["categories"][category].clone();
    assert_eq!(
        of(1),
        json!({"category": "DIAGNOSIS", "turnover": turnover(1, 1, 0, Some(6.2))})
    );
    assert_eq!(
        of(2),
        json!({"category": "REPAIR", "turnover": turnover(4, 2, 1, Some(2.0))})
    );
    assert_eq!(
        of(3),
        json!({"category": "OTHER", "turnover": turnover(0, 0, 0, None)})
    );
    assert_eq!(
        july["employees"],
        json!([
            {"employee": {"id": "1"}, "turnover": turnover(4, 3, 1, Some(3.0))},
            {"employee": null, "turnover": turnover(1, 0, 0, None)},
        ])
    );
    let days = july["days"].as_array().unwrap();
    assert_eq!(days.len(), 31);
    let busy = days
        .iter()
        .filter(|day| day["turnover"] != turnover(0, 0, 0, None));
    let busy: Vec<_> = busy.collect();
    assert_eq!(
        json!(busy),
        json!([
            {"day": "2021-07-25", "turnover": turnover(4, 0, 0, None)},
            {"day": "2021-07-26", "turnover": turnover(0, 1, 0, Some(1.0))},
            {"day": "2021-07-28", "turnover": turnover(0, 1, 1, Some(3.0))},
            {"day": "2021-07-31", "turnover": turnover(1, 1, 0, Some(6.2))},
        ])
    );
    let august = month(&shop, "2021-08").await;
    assert_eq!(august["total"], turnover(1, 1, 1, Some(6.2)), "{august}");
    assert_eq!(
        august["employees"][1]["turnover"],
        turnover(0, 1, 1, Some(6.2))
    );
    for query in [
        r#"{ month(month: "2021-07") { employees { employee { email } } days { day } } }"#,
        "{ today { total { overdue } employees { employee { email } workload { unanswered } } } }",
    ] {
        assert_eq!(shop.reads(query).await, 1, "{query}");
    }
    shop.ask("mutation { deleteTask(id: 4) { id } }").await;
    let august = month(&shop, "2021-08").await;
    assert_eq!(
        august["total"],
        turnover(1, 0, 0, None),
        "what is deleted is not counted"
    );
    shop.close().await;
}

#[tokio::test]
async fn the_page_of_a_month_shows_it_in_numbers_and_as_a_plot() {
    let shop = around_the_edge().await;
    let july = page(&shop, "/months/2021-07").await;
    for part in [
        "<h1>Июль 2021</h1>",
        "<a class=\"btn\" href=\"/months/2021-06\" rel=\"prev\">← Июнь 2021</a>",
        "<a class=\"btn\" href=\"/months/2021-08\" rel=\"next\">Август 2021 →</a>",
        "<li><a href=\"/?from=2021-07-01&#38;to=2021-07-31\"><b>5</b> Принято</a></li>",
        "<li><div><b>3,0</b> Дней до готовности</div></li>",
        "<th scope=\"row\">Диагностика</th><td>1</td><td>1</td><td>0</td><td>6,2</td>",
        "<th scope=\"row\">owner</th><td>4</td><td>3</td><td>1</td><td>3,0</td>",
        "<th scope=\"row\">Не назначен</th><td>1</td><td>0</td><td>0</td><td>—</td>",
        "<th scope=\"row\">31 июля</th><td>1</td><td>1</td><td>0</td><td>6,2</td>",
    ] {
        assert!(july.contains(part), "{part} {july}");
    }
    assert_eq!(
        listed(&shop, "/?from=2021-07-01&to=2021-07-31").await,
        "5 4 3 2 1"
    );
    // Three plots of 31 days, on one scale.
    assert_eq!(
        july.matches("<svg class=\"plot\" viewBox=\"0 0 310 100\"")
            .count(),
        3
    );
    assert_eq!(july.matches("<rect ").count(), 93);
    // Each with both axes.
    for axis in [
        "<div class=\"marks\" aria-hidden=\"true\"><span>4</span>",
        "<div class=\"axis\" aria-hidden=\"true\"><span>1</span>",
    ] {
        assert_eq!(july.matches(axis).count(), 3, "{axis} {july}");
    }
    let bar = |day: usize, height: usize, title: &str| {
        let (x, y) = ((day - 1) * 10, 100 - height);
        format!("<rect x=\"{x}\" y=\"{y}\" width=\"8\" height=\"{height}\"><title>{title}</title>")
    };
    for bar in [
        bar(25, 100, "25 июля: 4"),
        bar(26, 25, "26 июля: 1"),
        bar(27, 0, "27 июля: 0"),
    ] {
        assert!(july.contains(&bar), "{bar} {july}");
    }
    assert!(july.contains("Больше всего за день: 4."), "{july}");
    assert!(
        !july.contains("style=") && !july.contains("<style"),
        "the policy allows none"
    );
    // The current month has no next one, and is the default.
    let august = page(&shop, "/months/2021-08").await;
    assert!(!august.contains("rel=\"next\""));
    assert_eq!(page(&shop, "/months").await, august);
    shop.ask(r#"mutation { updateUser(email: "boss@example.com") { user { id } } }"#)
        .await;
    let cookie = format!("zayavka={}", shop.token.as_ref().unwrap());
    let english = shop
        .request(Method::GET, "/months/2021-07")
        .header("cookie", cookie)
        .header("accept-language", "en");
    let english = english.send().await.unwrap().text().await.unwrap();
    for part in [
        "<h1>July 2021</h1>",
        "<b>3.0</b> Days until ready",
        ">boss</th>",
    ] {
        assert!(english.contains(part), "{part} {english}");
    }
    shop.close().await;
}

#[tokio::test]
async fn months_without_tasks_the_future_and_what_is_no_month() {
    let shop = Shop::with_owner().await;
    for of in ["2021-06", "2021-07", "2024-02", "0001-01", "9998-12"] {
        let empty = month(&shop, of).await;
        assert_eq!(empty["month"], of);
        assert_eq!(empty["total"], turnover(0, 0, 0, None));
        assert_eq!(empty["employees"], json!([]));
        let page = page(&shop, &format!("/months/{of}")).await;
        assert!(page.contains("В этом месяце ничего не было."), "{page}");
        // The frame has icons.
        let main = page.split_once("<main").unwrap().1;
        assert!(!main.contains("<svg") && !main.contains("<table"), "{page}");
        assert_eq!(page.contains("rel=\"next\""), of < "2021-07", "{of}");
    }
    let days = month(&shop, "2024-02").await;
    assert_eq!(days["days"].as_array().unwrap().len(), 29);
    let cookie = format!("zayavka={}", shop.token.as_ref().unwrap());
    for bad in [
        "2021-13",
        "2021-00",
        "2021-7",
        "july",
        "2021-07-01",
        "9999-12",
        "-021-07",
    ] {
        let answer = shop
            .ask(&format!("{{ month(month: \"{bad}\") {{ month }} }}"))
            .await;
        assert_eq!(code(&answer), "BAD_USER_INPUT", "{bad} {answer}");
        assert_eq!(answer["errors"][0]["extensions"]["field"], "month");
        let request = shop.request(Method::GET, &format!("/months/{bad}"));
        let status = request
            .header("cookie", &cookie)
            .send()
            .await
            .unwrap()
            .status();
        assert_eq!(status, 404, "{bad}");
    }
    shop.close().await;
}
