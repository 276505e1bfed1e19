//! The board by mouse, keyboard and touch.

use serde_json::{Value, json};
use thirtyfour::Key;

use super::chromium::{Browser, Driver};
use crate::bot::{create, set_status};
use crate::harness::Shop;

async fn board(driver: &Driver) -> (Shop, Browser) {
    let shop = Shop::with_owner().await;
    for end in 1..=3 {
        create(&shop, &format!("+7900000000{end}")).await;
    }
    let browser = driver.signed_in(&shop, "owner@example.com").await;
    browser.go("/board").await;
    (shop, browser)
}

async fn task(shop: &Shop, id: i64) -> Value {
    let answer = shop
        .ask(&format!("{{ taskById(id: {id}) {{ status version }} }}"))
        .await;
    answer["data"]["taskById"].clone()
}

/// The first stages of the statuses.
const ACCEPTED: u32 = 1;
const IN_PROGRESS: u32 = 2;
const READY: u32 = 3;

/// Waits until the column of a stage shows these tasks, from top to bottom, and their number.
async fn column(browser: &Browser, stage: u32, tasks: &str) {
    let number = tasks.split(',').filter(|task| !task.is_empty()).count();
    browser
        .until(&format!(
            "[...document.querySelectorAll('.column[data-stage=\"{stage}\"] .tile')].map((tile) => tile.dataset.task).join() === '{tasks}'
                && document.querySelector('.column[data-stage=\"{stage}\"] .end').innerText === '{number}'"
        ))
        .await;
}

#[tokio::test]
async fn a_card_is_dragged_to_another_column_with_the_mouse_and_back_by_undo() {
    let Some(driver) = Driver::start().await else {
        return;
    };
    let (shop, browser) = board(&driver).await;
    column(&browser, ACCEPTED, "1,2,3").await;
    browser.eval("window.untouched = true").await;
    let tile = browser.find("[data-task='2'] p").await;
    let to = browser.find(".column[data-stage='3']").await;
    let web = browser.web();
    let drag = web.action_chain().click_and_hold_element(&tile);
    drag.move_by_offset(5, 5).perform().await.unwrap();
    browser
        .until("document.querySelector('[data-task=\"2\"].dragged')")
        .await;
    let over = web.action_chain().move_to_element_center(&to);
    over.move_by_offset(5, 5).perform().await.unwrap();
    browser
        .until("document.querySelector('[data-stage=\"3\"].over')")
        .await;
    web.action_chain().release().perform().await.unwrap();
    column(&browser, READY, "2").await;
    column(&browser, ACCEPTED, "1,3").await;
    browser.sees_in("#said", "№ 2 теперь «Готово»").await;
    browser
        .sees_in("#said", "Клиенту не сообщим: Telegram не привязан")
        .await;
    assert_eq!(
        task(&shop, 2).await,
        json!({"status": "READY", "version": 2})
    );
    assert_eq!(browser.count(".dragged, .over, [data-moving]").await, 0);
    browser.click("#said button").await;
    column(&browser, ACCEPTED, "1,2,3").await;
    column(&browser, READY, "").await;
    assert_eq!(
        task(&shop, 2).await,
        json!({"status": "ACCEPTED", "version": 3})
    );
    browser.until("window.untouched").await;
    // Escape leaves it where it is, and a click opens it.
    let drag = web
        .action_chain()
        .click_and_hold_element(&browser.find("[data-task='2'] p").await);
    drag.move_by_offset(300, 5).perform().await.unwrap();
    browser.find(".tile.lifted").await;
    browser.press(String::from(Key::Escape.value())).await;
    browser
        .until("!document.querySelector('.lifted, .dragged, .over')")
        .await;
    web.action_chain().release().perform().await.unwrap();
    column(&browser, ACCEPTED, "1,2,3").await;
    // A card is also closed by dropping it onto the folded column.
    browser
        .eval("move(document.querySelector('[data-task=\"3\"]'), document.querySelector('.shut'))")
        .await;
    browser.sees_in(".shut", "Закрыто за 7 дней, 1").await;
    column(&browser, ACCEPTED, "1,2").await;
    assert_eq!(task(&shop, 3).await["status"], "CLOSED");
    browser.click("[data-task='2'] > a").await;
    browser.at("/tasks/2").await;
    shop.close().await;
}

#[tokio::test]
async fn a_card_is_chosen_by_arrows_and_moved_by_enter() {
    let Some(driver) = Driver::start().await else {
        return;
    };
    let (shop, browser) = board(&driver).await;
    let key = |key: Key| String::from(key.value());
    // The first arrow chooses the first card.
    browser.press(key(Key::Down)).await;
    browser
        .until("document.activeElement.matches('[data-task=\"1\"] .next')")
        .await;
    browser.press(key(Key::Down)).await;
    browser.press(key(Key::Down)).await;
    browser.press(key(Key::Up)).await;
    assert!(browser.has_focus("[data-task='2'] .next").await);
    column(&browser, ACCEPTED, "1,2,3").await;
    browser.press(key(Key::Enter)).await;
    column(&browser, IN_PROGRESS, "2").await;
    column(&browser, ACCEPTED, "1,3").await;
    browser.sees_in("#said", "№ 2 теперь «В работе»").await;
    let expected = json!({"status": "IN_PROGRESS", "version": 2});
    assert_eq!(task(&shop, 2).await, expected);
    // The card keeps the focus, and what Enter would do next has another name.
    browser
        .until("document.activeElement.matches('[data-task=\"2\"] .next')")
        .await;
    browser
        .until("document.activeElement.title === 'Перевести в «Готово»'")
        .await;
    // A colleague's change takes it away from nobody.
    set_status(&shop, "3", "READY").await;
    column(&browser, READY, "3").await;
    assert!(browser.has_focus("[data-task='2'] .next").await);
    // Left and right lead to the columns beside, past empty ones; Shift takes the card along.
    browser.press(key(Key::Right)).await;
    assert!(browser.has_focus("[data-task='3'] .next").await);
    browser.press(key(Key::Left)).await;
    browser.press(key(Key::Left)).await;
    assert!(browser.has_focus("[data-task='1'] .next").await);
    let web = browser.web();
    let shift = web
        .action_chain()
        .key_down(Key::Shift)
        .send_keys(key(Key::Right));
    shift.key_up(Key::Shift).perform().await.unwrap();
    column(&browser, IN_PROGRESS, "1,2").await;
    browser
        .until("document.activeElement.matches('[data-task=\"1\"] .next')")
        .await;
    shop.close().await;
}

#[tokio::test]
async fn a_phone_shows_one_column_and_moves_a_card_with_a_thumb() {
    let Some(driver) = Driver::start().await else {
        return;
    };
    let (shop, browser) = board(&driver).await;
    browser.resize(390, 844).await;
    browser.reload().await;
    let columns = "[...document.querySelectorAll('.column')].filter((e) => e.checkVisibility()).map((e) => e.dataset.stage).join()";
    browser.until(&format!("{columns} === '1'")).await;
    let size = "const { width, height } = document.querySelector('[data-task=\"1\"] .next').getBoundingClientRect(); return Math.min(width, height)";
    assert!(browser.eval(size).await.as_f64().unwrap() >= 44.0);
    browser.click("[data-task='1'] .next").await;
    column(&browser, ACCEPTED, "2,3").await;
    browser.click(".tabs [data-stage='2']").await;
    browser.until(&format!("{columns} === '2'")).await;
    column(&browser, IN_PROGRESS, "1").await;
    // The column stays when a colleague changes something, and without a script.
    set_status(&shop, "3", "IN_PROGRESS").await;
    column(&browser, IN_PROGRESS, "1,3").await;
    browser.until(&format!("{columns} === '2'")).await;
    browser.reload().await;
    browser.until(&format!("{columns} === '2'")).await;
    browser.click(".tabs .CLOSED").await;
    browser.until(&format!("{columns} === '4'")).await;
    shop.close().await;
}

/// Sends a touch of one finger; without a place, it is lifted.
async fn touch(browser: &Browser, what: &str, at: Option<(f64, f64)>) {
    let points: Vec<Value> = at.iter().map(|(x, y)| json!({"x": x, "y": y})).collect();
    let event = json!({"type": what, "touchPoints": points});
    browser.cdp("Input.dispatchTouchEvent", event).await;
}

/// Returns the middle of an element in the window.
async fn middle(browser: &Browser, css: &str) -> (f64, f64) {
    browser.find(css).await;
    let script = format!(
        "const {{ x, y, width, height }} = document.querySelector({css:?}).getBoundingClientRect(); return [x + width / 2, y + height / 2]"
    );
    let place = browser.eval(&script).await;
    (place[0].as_f64().unwrap(), place[1].as_f64().unwrap())
}

/// Rests on a card until it is lifted.
async fn lift(browser: &Browser, css: &str) {
    let from = middle(browser, css).await;
    touch(browser, "touchStart", Some(from)).await;
    browser.find(".tile.lifted").await;
}

#[tokio::test]
async fn a_finger_that_rests_on_a_card_drags_it_and_a_swipe_scrolls() {
    let Some(driver) = Driver::start().await else {
        return;
    };
    let (shop, browser) = board(&driver).await;
    // A tablet, on which the columns are wider than the screen, and lower than what is on it.
    let size = json!({"width": 820, "height": 480, "deviceScaleFactor": 1, "mobile": true});
    browser
        .cdp("Emulation.setDeviceMetricsOverride", size)
        .await;
    let touches = json!({"enabled": true});
    browser
        .cdp("Emulation.setTouchEmulationEnabled", touches)
        .await;
    shop.database().execute_batch(THOUSAND).unwrap();
    browser.reload().await;
    browser.sees_in(".head", "1003 открытых").await;
    let wide = "document.documentElement.scrollWidth <= innerWidth";
    assert_eq!(browser.eval(&format!("return {wide}")).await, true);
    browser.eval("window.untouched = true").await;
    let first = "[data-stage='1'] .tile";
    let task = browser
        .eval(&format!(
            "return document.querySelector({first:?}).dataset.task"
        ))
        .await;
    let task: i64 = task.as_str().unwrap().parse().unwrap();

    // One that rests lifts the card, which is dropped onto the column below the finger; nothing scrolls.
    let card = format!(".tile[data-task='{task}']");
    let (x, y) = middle(&browser, first).await;
    lift(&browser, &card).await;
    let to = middle(&browser, "[data-stage='2'] h2").await;
    for step in 1..=5 {
        let part = f64::from(step) / 5.0;
        let at = (x + (to.0 - x) * part, y + (to.1 - y) * part);
        touch(&browser, "touchMove", Some(at)).await;
    }
    browser.find(".column.over[data-stage='2']").await;
    assert_eq!(browser.eval("return scrollY").await, 0);
    touch(&browser, "touchEnd", None).await;
    browser.sees_in("#said", "теперь «В работе»").await;
    browser
        .find(&format!(".column[data-stage='2'] {card}"))
        .await;
    let stored = self::task(&shop, task).await;
    assert_eq!(stored, json!({"status": "IN_PROGRESS", "version": 2}));
    browser.click("#said button").await;
    browser
        .find(&format!(".column[data-stage='1'] {card}"))
        .await;

    // At the edge the row of columns scrolls along; a touch that is cancelled moves nothing.
    lift(&browser, &card).await;
    touch(&browser, "touchMove", Some((800.0, 300.0))).await;
    browser
        .until("document.querySelector('.boards').scrollLeft > 100")
        .await;
    touch(&browser, "touchCancel", None).await;
    browser
        .until("!document.querySelector('.lifted, .dragged, .over')")
        .await;
    let stored = self::task(&shop, task).await;
    assert_eq!(stored, json!({"status": "ACCEPTED", "version": 3}));

    // A swipe over a card scrolls the page, and lifts nothing.
    touch(&browser, "touchStart", Some((x, y))).await;
    for step in 1..=8 {
        touch(&browser, "touchMove", Some((x, y - 15.0 * f64::from(step)))).await;
    }
    touch(&browser, "touchEnd", None).await;
    browser.until("scrollY > 50").await;
    assert_eq!(browser.count(".lifted, .dragged").await, 0);
    browser.until("window.untouched").await;
    shop.close().await;
}

#[tokio::test]
async fn on_a_phone_a_card_is_dropped_onto_the_tab_of_a_column() {
    let Some(driver) = Driver::start().await else {
        return;
    };
    let (shop, browser) = board(&driver).await;
    browser.resize(390, 844).await;
    browser.reload().await;
    browser.eval("window.untouched = true").await;
    lift(&browser, "[data-task='2']").await;
    let tab = middle(&browser, ".tabs [data-stage='2']").await;
    touch(&browser, "touchMove", Some((tab.0, tab.1 + 100.0))).await;
    touch(&browser, "touchMove", Some(tab)).await;
    browser.find(".tabs .over[data-stage='2']").await;
    touch(&browser, "touchEnd", None).await;
    column(&browser, IN_PROGRESS, "2").await;
    column(&browser, ACCEPTED, "1,3").await;
    browser.sees_in("#said", "№ 2 теперь «В работе»").await;
    // Dropped where it was, it stays.
    lift(&browser, "[data-task='1']").await;
    touch(&browser, "touchMove", Some((200.0, 600.0))).await;
    touch(&browser, "touchEnd", None).await;
    browser
        .until("!document.querySelector('.lifted, .dragged')")
        .await;
    column(&browser, ACCEPTED, "1,3").await;
    assert_eq!(task(&shop, 1).await["version"], 1);
    browser.until("window.untouched").await;
    shop.close().await;
}

#[tokio::test]
async fn a_column_that_was_chosen_while_the_page_was_loaded_again_stays() {
    let Some(driver) = Driver::start().await else {
        return;
    };
    let (shop, browser) = board(&driver).await;
    browser.resize(390, 844).await;
    browser.reload().await;
    browser
        .until("document.querySelector('.tabs [data-stage=\"1\"][aria-current]')")
        .await;
    // Holds the response to the next request.
    browser
        .eval(
            "const send = window.fetch; window.fetch = async (...request) => {
            window.fetch = send;
            const response = await send(...request);
            await new Promise((done) => { window.release = done; });
            return response;
        }",
        )
        .await;
    set_status(&shop, "3", "IN_PROGRESS").await;
    browser.until("window.release").await;
    browser.click(".tabs [data-stage='2']").await;
    browser.eval("window.release()").await;
    column(&browser, IN_PROGRESS, "3").await;
    let current = "document.querySelector('.column[data-current]').dataset.stage";
    assert_eq!(browser.eval(&format!("return {current}")).await, "2");
    shop.close().await;
}

#[tokio::test]
async fn a_card_that_a_colleague_has_moved_meanwhile_goes_where_it_is() {
    let Some(driver) = Driver::start().await else {
        return;
    };
    let (shop, browser) = board(&driver).await;
    // The browser isn't notified: its card has another version.
    browser
        .eval("const tile = document.querySelector('[data-task=\"1\"]'); tile.dataset.version = 7; tile.querySelector('.next').click()")
        .await;
    browser.sees_in("#said", "Не получилось").await;
    column(&browser, ACCEPTED, "1,2,3").await;
    assert_eq!(task(&shop, 1).await["status"], "ACCEPTED");
    shop.close().await;
}

#[tokio::test]
async fn a_board_of_a_thousand_open_tasks_is_small() {
    let Some(driver) = Driver::start().await else {
        return;
    };
    let (shop, browser) = board(&driver).await;
    shop.database().execute_batch(THOUSAND).unwrap();
    browser.reload().await;
    browser.sees_in(".head", "1003 открытых").await;
    assert!(browser.count(".tile").await == 72);
    let elements = browser.count("*").await;
    assert!(elements < 3_000, "{elements}");
    shop.close().await;
}

/// A thousand tasks with devices, prices and due dates in the open stages.
const THOUSAND: &str = "
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000),
        s AS (SELECT *, row_number() OVER (ORDER BY id) AS nth, count(*) OVER () AS many FROM stages WHERE status <> 'CLOSED')
    INSERT INTO tasks (customer_id, employee_id, category, status, stage_id, stage_since, description, due_on, created_at, updated_at, ready_at)
    SELECT 1, 1, 'REPAIR', s.status, s.id, 1627207200000, 'Не включается', '2021-07-' || (10 + i % 20), 1627207200000 + i, 1627207200000,
        iif(s.status = 'READY', 1627207200000, NULL)
    FROM n JOIN s ON s.nth = n.i % s.many + 1;
    INSERT INTO task_details (task_id, kind, brand, model, serial, accessories, appearance, place, price, brand_key, serial_key)
    SELECT id, 'телефон', 'Apple', 'iPhone 12', '', '', '', '', 100000, 'apple', '' FROM tasks WHERE id > 3;
";
