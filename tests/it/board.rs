//! The board: its columns, cards, sums and limits.

use std::time::Duration;

use reqwest::StatusCode;

use crate::bot::{create, set_status};
use crate::harness::Shop;
use crate::pages::{Browser, goes_to};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Returns the column of a stage.
fn column(page: &str, stage: u32) -> String {
    let start = format!("data-stage=\"{stage}\"\n  aria-labelledby");
    let start = page.find(&start).or_else(|| {
        let start = format!("data-stage=\"{stage}\" aria-labelledby");
        page.find(&start)
    });
    let rest = &page[start.unwrap_or_else(|| panic!("no column {stage}: {page}"))..];
    rest.split("</section>").next().unwrap().to_owned()
}

/// Returns the tasks of a column, from top to bottom.
fn tasks(column: &str) -> Vec<i64> {
    let tiles = column.split("data-task=\"").skip(1);
    let number = |rest: &str| rest.split('"').next().unwrap().parse().unwrap();
    tiles.map(number).collect()
}

/// Returns a page with plain spaces.
async fn show(browser: &Browser<'_>, path: &str) -> String {
    browser.page(path).await.replace('\u{a0}', " ")
}

async fn ask(shop: &Shop, mutation: &str) {
    let answer = shop.ask(&format!("mutation {{ {mutation} }}")).await;
    assert!(answer["errors"].is_null(), "{answer}");
}

#[tokio::test]
async fn a_card_says_on_three_lines_what_it_is_what_is_wrong_and_when_or_how_much() {
    let shop = Shop::with_owner().await;
    let browser = Browser::signed_in(&shop, "owner@example.com").await;
    for (day, rest) in [
        (
            "28",
            r#", device: {kind: "телефон", model: "iPhone 12"}, estimate: 150000"#,
        ),
        ("25", r#", device: {brand: "LG"}, price: 200000"#),
    ] {
        ask(&shop, &format!(
            r#"createTask(taskData: {{customerPhone: "+79000000001", description: "Не включается\nсовсем", dueOn: "2021-07-{day}"{rest}}}) {{ task {{ id }} }}"#
        ))
        .await;
    }
    create(&shop, "+79000000002").await;
    let page = show(&browser, "/board").await;
    assert!(page.contains("3 открытых, на 3 500 ₽"), "{page}");
    let accepted = column(&page, 1);
    // The first to be promised stand on top.
    assert_eq!(tasks(&accepted), [2, 1, 3]);
    for expected in [
        "<a href=\"/tasks/1\" draggable=\"false\">iPhone 12</a><p>Не включается</p>",
        "<span>№&nbsp;1</span> <span class=\"\">28 июл</span> <span class=\"face\" role=\"img\" aria-label=\"owner\"",
        "<span>№&nbsp;2</span> <span class=\"warn\">сегодня</span>",
        // What has neither device nor description is a number.
        "<a href=\"/tasks/3\" draggable=\"false\">Заявка № 3</a><p></p>",
        "formaction=\"/tasks/1/status?version=1\" name=\"stage\" value=\"2\" title=\"Перевести в «В работе»\"",
    ] {
        assert!(accepted.contains(expected), "{expected}\n{accepted}");
    }
    assert!(!accepted.contains("<select"), "{accepted}");
    shop.clock.advance(2 * DAY);
    let browser = Browser::signed_in(&shop, "owner@example.com").await;
    let accepted = column(&show(&browser, "/board").await, 1);
    assert!(
        accepted.contains("class=\"tile late\" data-task=\"2\"")
            && accepted.contains("<span class=\"bad\">25 июл</span>"),
        "{accepted}"
    );
    // A ready one shows what is to pay, which leads to the payment; a paid one is closed at once.
    set_status(&shop, "2", "READY").await;
    let page = show(&browser, "/board").await;
    let ready = column(&page, 3);
    assert!(
        ready.contains("<span>2 000 ₽</span>")
            && ready.contains("class=\"btn next\" href=\"/tasks/2/checkout\"")
            && ready.contains(
                "<a class=\"all\" href=\"/?status=READY&#38;stage=3\">Всего на 2 000 ₽</a>"
            ),
        "{ready}"
    );
    ask(
        &shop,
        "takePayment(paymentData: {taskId: 2, method: CARD, sum: 200000}) { payment { id } }",
    )
    .await;
    let ready = column(&show(&browser, "/board").await, 3);
    assert!(
        ready.contains("<span>оплачено</span>")
            && ready.contains("name=\"stage\" value=\"4\" title=\"Перевести в «Закрыто»\"")
            && !ready.contains("class=\"all\""),
        "{ready}"
    );
    shop.close().await;
}

#[tokio::test]
async fn the_stages_are_the_columns_and_each_button_names_the_next_step() {
    let shop = Shop::with_owner().await;
    create(&shop, "+79000000001").await;
    let mut browser = Browser::signed_in(&shop, "owner@example.com").await;
    // Accepted → in progress → ready; waiting for a part leads back to in progress.
    let part = [("stage", "7"), ("back", "/board?employee=1")];
    let answer = browser.post("/tasks/1/status?version=1", &part).await;
    assert_eq!(goes_to(&answer), "/board?employee=1&changed=1&was=ACCEPTED");
    let page = show(&browser, "/board").await;
    assert_eq!(tasks(&column(&page, 7)), [1], "{page}");
    assert!(
        column(&page, 7).contains("title=\"Перевести в «В работе»\""),
        "{page}"
    );
    assert_eq!(tasks(&column(&page, 1)), [] as [i64; 0]);
    // The version in the address of the button is checked.
    let late = [("stage", "2"), ("back", "/board")];
    let answer = browser.post("/tasks/1/status?version=1", &late).await;
    assert_eq!(answer.status(), StatusCode::CONFLICT);
    let answer = browser.post("/tasks/1/status?version=2", &late).await;
    assert_eq!(goes_to(&answer), "/board?changed=1&was=7");
    let work = column(&show(&browser, "/board").await, 2);
    assert!(work.contains("title=\"Перевести в «Готово»\""), "{work}");
    shop.close().await;
}

#[tokio::test]
async fn the_board_is_everybodys_ones_own_or_a_colleagues() {
    let shop = Shop::with_owner().await;
    create(&shop, "+79000000001").await;
    create(&shop, "+79000000002").await;
    crate::accounts::employee(&shop).await;
    ask(&shop, "assignTask(id: 2, employeeId: 2) { task { id } }").await;
    let browser = Browser::signed_in(&shop, "owner@example.com").await;
    for (path, shown, about) in [
        ("/board", &[1, 2][..], "2 открытых"),
        ("/board?employee=1", &[1], "1 открытая"),
        ("/board?employee=2", &[2], "1 открытая"),
        ("/board?employee=none", &[], "0 открытых"),
        ("/board?employee=x", &[1, 2], "2 открытых"),
    ] {
        let page = browser.page(path).await;
        assert_eq!(tasks(&column(&page, 1)), shown, "{path}");
        assert!(page.contains(about), "{path} {page}");
        assert!(page.contains(">Мои 1</a>"), "{path} {page}");
    }
    let page = browser.page("/board?employee=2").await;
    let chosen = "<a class=\"item\" href=\"/board?employee=2\" aria-current=\"true\">";
    assert!(page.contains(chosen), "{page}");
    // What was chosen stays with every link of the page.
    assert!(
        page.contains("href=\"/board?employee=2&#38;closed=1\""),
        "{page}"
    );
    assert!(
        page.contains("name=\"back\" value=\"/board?employee=2\""),
        "{page}"
    );
    shop.close().await;
}

#[tokio::test]
async fn what_was_closed_this_week_is_folded_and_a_long_column_leads_to_the_list() {
    let shop = Shop::with_owner().await;
    for end in 1..=3 {
        create(&shop, &format!("+7900000000{end}")).await;
    }
    set_status(&shop, "1", "CLOSED").await;
    shop.clock.advance(6 * DAY);
    set_status(&shop, "2", "CLOSED").await;
    let browser = Browser::signed_in(&shop, "owner@example.com").await;
    let folded = column(&show(&browser, "/board").await, 4);
    assert!(folded.contains("Закрыто за 7 дней, 2"), "{folded}");
    assert_eq!(tasks(&folded), [] as [i64; 0]);
    let unfolded = column(&show(&browser, "/board?closed=1").await, 4);
    assert_eq!(tasks(&unfolded), [2, 1]);
    assert!(!unfolded.contains("class=\"btn next\""), "{unfolded}");
    shop.clock.advance(2 * DAY);
    let unfolded = column(&show(&browser, "/board?closed=1").await, 4);
    assert_eq!(tasks(&unfolded), [2]);

    let copy = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200)
        INSERT INTO tasks (customer_id, employee_id, category, status, description, created_at, updated_at)
        SELECT t.customer_id, t.employee_id, t.category, t.status, t.description, t.created_at + i, t.updated_at
        FROM n, tasks AS t WHERE t.id = 3;
        INSERT INTO task_details (task_id, kind, brand, model, serial, accessories, appearance, place, price, brand_key, serial_key)
        SELECT id, '', '', '', '', '', '', '', 10000, '', '' FROM tasks WHERE id > 3";
    shop.database().execute_batch(copy).unwrap();
    let accepted = column(&show(&browser, "/board").await, 1);
    let shown = tasks(&accepted);
    assert_eq!(shown.len(), 72);
    let more =
        "<a class=\"all\" href=\"/?status=ACCEPTED&#38;stage=1\">Ещё 129, всего на 20 000 ₽</a>";
    assert!(accepted.contains(more), "{accepted}");
    shop.close().await;
}
