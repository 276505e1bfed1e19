//! The sheet of a task: the clicks that a repair takes, edits where a fact stands, and the first
//! screen of a phone.

use std::cell::Cell;

use serde_json::json;
use thirtyfour::Key;

use super::chromium::{Browser, Driver};
use crate::bot::create;
use crate::harness::Shop;

fn enter() -> String {
    String::from(Key::Enter.value())
}

/// Scrolls to the element at `css`, away from the bars at the edges of the window and from the toast,
/// and clicks it.
pub(super) async fn click(browser: &Browser, css: &str) {
    browser.find(css).await;
    let scroll = format!(
        "document.querySelector({css:?})?.scrollIntoView({{block: 'center', behavior: 'instant'}})"
    );
    browser.eval(&scroll).await;
    browser.click(css).await;
}

/// Counts the clicks of a task.
struct Counted<'a> {
    browser: &'a Browser,
    clicks: Cell<u32>,
}

impl Counted<'_> {
    async fn click(&self, css: &str) {
        self.clicks.set(self.clicks.get() + 1);
        click(self.browser, css).await;
    }

    /// Returns the clicks since the last call.
    fn take(&self) -> u32 {
        self.clicks.replace(0)
    }
}

async fn shop() -> Shop {
    let shop = Shop::with_owner().await;
    let task = r#"mutation { createTask(taskData: {customerPhone: "+7 900 000-00-01", description: "Разбит экран",
        device: {kind: "телефон", brand: "Apple", model: "iPhone 12", place: "полка 3"}}) { task { id } } }"#;
    let line = r#"mutation { addLine(taskId: 1, lineData: {kind: WORK, name: "Замена экрана", unitPrice: 90000}) { line { id } } }"#;
    let name = r#"mutation { updateCustomer(customerData: {phone: "+79000000001", name: "Анна"}) { customer { id } } }"#;
    for query in [task, line, name] {
        let answer = shop.ask(query).await;
        assert!(answer["errors"].is_null(), "{answer}");
    }
    shop
}

/// Plays the daily steps, and returns nothing but what they cost in clicks is asserted.
async fn daily(browser: &Browser, next: &str) {
    let desk = Counted {
        browser,
        clicks: Cell::new(0),
    };
    browser.go("/tasks/1").await;
    // The next stage.
    desk.click(next).await;
    browser.sees_in(".stage > summary", "В работе").await;
    assert_eq!(desk.take(), 1);
    // A price: one click, typing and Enter; the page stays.
    browser.eval("window.untouched = true").await;
    desk.click(".lines a[data-edit='1.unitPrice']").await;
    browser
        .until("document.activeElement.name === 'unitPrice'")
        .await;
    browser.press(format!("1 200{}", enter())).await;
    browser
        .sees_in(".sums .to-pay ~ .to-pay", "1\u{a0}200\u{a0}₽")
        .await;
    assert_eq!(desk.take(), 1);
    browser.until("window.untouched").await;
    // The receipt, printed.
    desk.click(".top .go > .menu > summary").await;
    desk.click("[value='/tasks/1/receipt?print=1'], a[href='/tasks/1/receipt?print=1']")
        .await;
    browser.at("/tasks/1/receipt").await;
    browser.until("window.printed").await;
    assert_eq!(desk.take(), 2);
    browser.go("/tasks/1").await;
    // Payment and hand-over.
    desk.click(next).await;
    browser.sees_in(".stage > summary", "Готово").await;
    assert_eq!(desk.take(), 1);
    browser.sees_in(next, "Выдать").await;
    desk.click(next).await;
    desk.click("dialog[open] .btn.main").await;
    browser.sees_in(".slip", "Заявка выдана.").await;
    assert!(desk.take() <= 3);
}

#[tokio::test]
async fn a_day_s_steps_take_few_clicks_on_a_desktop_and_on_a_phone() {
    let Some(driver) = Driver::start().await else {
        return;
    };
    for (width, next) in [(1280, ".top .next"), (390, ".thumb .next")] {
        let shop = shop().await;
        let browser = driver.signed_in(&shop, "owner@example.com").await;
        browser.resize(width, 844).await;
        let hook = json!({"source": "window.print = () => { window.printed = true; }"});
        browser
            .cdp("Page.addScriptToEvaluateOnNewDocument", hook)
            .await;
        daily(&browser, next).await;
        let task = shop
            .ask("{ taskById(id: 1) { status total paid toPay } }")
            .await;
        assert_eq!(
            task["data"]["taskById"],
            json!({"status": "CLOSED", "total": 120_000, "paid": 120_000, "toPay": 0})
        );
        shop.close().await;
    }
}

#[tokio::test]
async fn a_fact_is_edited_where_it_stands_and_two_see_both_values() {
    let Some(driver) = Driver::start().await else {
        return;
    };
    let shop = shop().await;
    crate::accounts::employee(&shop).await;
    let mine = driver.signed_in(&shop, "owner@example.com").await;
    let theirs = driver.signed_in(&shop, "second@example.com").await;
    mine.go("/tasks/1").await;
    mine.eval("window.untouched = true").await;
    click(&mine, "a[data-edit=appearance].edit").await;
    mine.until("document.activeElement.name === 'appearance'")
        .await;
    mine.press(format!("скол{}", enter())).await;
    mine.sees_in("#f-appearance", "скол").await;
    mine.sees_in("#said", "Сохранено: Внешний вид.").await;
    mine.until("document.activeElement.dataset.edit === 'appearance'")
        .await;
    click(&mine, "#said button").await;
    mine.sees_in("#f-appearance", "не указано").await;
    mine.sees_in("#said", "Возвращено как было").await;
    // Escape closes the form, and what is typed stays while a colleague changes other things.
    click(&mine, "#f-place .val").await;
    mine.until("document.activeElement.name === 'place'").await;
    mine.press(String::from(Key::Escape.value())).await;
    mine.until("!document.querySelector('.field')").await;
    click(&mine, "#f-place .val").await;
    mine.until("document.activeElement.name === 'place'").await;
    mine.press("полка 7").await;
    theirs.go("/tasks/1?edit=place").await;
    theirs.fill("#f-place input[name=place]", "сейф").await;
    click(&theirs, "#f-place .btn.main").await;
    theirs.sees_in("#f-place", "сейф").await;
    mine.until("missed").await;
    mine.until("document.querySelector('[name=place]').value === 'полка 7'")
        .await;
    mine.press(enter()).await;
    mine.sees_in("#f-place .clash", "сейф").await;
    mine.until("document.querySelector('#f-place [type=text]').value === 'полка 7'")
        .await;
    click(&mine, "#f-place [value=mine]").await;
    click(&mine, "#f-place .btn.main").await;
    mine.sees_in("#f-place .val", "полка 7").await;
    mine.until("window.untouched").await;
    let task = shop
        .ask("{ taskById(id: 1) { device { place appearance } } }")
        .await;
    assert_eq!(
        task["data"]["taskById"]["device"],
        json!({"place": "полка 7", "appearance": null})
    );
    shop.close().await;
}

#[tokio::test]
async fn a_phone_shows_the_customer_the_call_and_the_stage_first() {
    let Some(driver) = Driver::start().await else {
        return;
    };
    let shop = shop().await;
    create(&shop, "+79000000002").await;
    let browser = driver.signed_in(&shop, "owner@example.com").await;
    browser.resize(390, 844).await;
    browser.go("/tasks/1").await;
    let bottoms =
        "return ['.who .quiet', '.who .call a[href^=\"tel:\"]', '.stage > summary'].map((css) =>
        document.querySelector(css).getBoundingClientRect().bottom)";
    for bottom in browser.eval(bottoms).await.as_array().unwrap() {
        assert!(bottom.as_f64().unwrap() <= 400.0, "{bottom}");
    }
    // The next step and the call stay under the thumb.
    browser
        .eval("scrollTo(0, document.body.scrollHeight)")
        .await;
    let reach = "return ['.thumb .next', '.thumb a[href^=\"tel:\"]'].every((css) => {
        const { top, bottom } = document.querySelector(css).getBoundingClientRect();
        return top > innerHeight - 100 && bottom <= innerHeight;
    })";
    assert_eq!(browser.eval(reach).await, true);
    // Deleting is the last thing of the menu, and nowhere else.
    let last = "const all = [...document.querySelectorAll('a[href$=\"/delete\"]')];
        return all.length === 1 && all[0] === document.querySelector('.top .go > .menu > div').lastElementChild";
    assert_eq!(browser.eval(last).await, true);
    shop.close().await;
}
