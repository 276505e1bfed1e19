//! Today and the list, on a desktop and on a phone.

use serde_json::json;
use thirtyfour::Key;

use super::chromium::Driver;
use crate::bot::set_status;
use crate::cash::{priced, take};
use crate::harness::{PASSWORD, Shop};
use crate::money::data;

#[tokio::test]
async fn the_counter_leads_from_what_waits_to_the_work_and_finds_by_number() {
    let Some(driver) = Driver::start().await else {
        return;
    };
    let shop = Shop::with_owner().await;
    for task in 1..=3 {
        priced(&shop, task, 10_000 * i64::from(task)).await;
    }
    take(&shop, 3, "CASH", 10_000).await;
    set_status(&shop, "3", "READY").await;
    let asked = data(
        &shop,
        "mutation { askApproval(taskId: 2, price: 20000) { task { approvals { id } } } renewStatusLink(taskId: 2) { task { statusUrl } } }",
    )
    .await;
    let id = asked["askApproval"]["task"]["approvals"][0]["id"]
        .as_str()
        .unwrap();
    let url = asked["renewStatusLink"]["task"]["statusUrl"]
        .as_str()
        .unwrap();
    let form = [("approval", id), ("answer", "agree")];
    let link = &url[url.find("/s/").unwrap()..];
    crate::pages::Browser::open(&shop)
        .post(&format!("{link}/decide"), &form)
        .await;

    // It is the first page after signing in.
    let browser = driver.open(&shop).await;
    browser.go("/login").await;
    browser.fill("[name=email]", "owner@example.com").await;
    browser.fill("[name=password]", PASSWORD).await;
    browser.press(String::from(Key::Enter.value())).await;
    browser.at("/today").await;
    for (width, height) in [(1280, 900), (390, 844), (320, 640)] {
        browser.resize(width, height).await;
        browser.sees_in("#h-wait", "1").await;
        browser.sees_in(".queue", "Согласен: 200").await;
        let wide = browser
            .eval("return document.documentElement.scrollWidth - innerWidth")
            .await;
        assert!(
            wide.as_i64().unwrap() <= 0,
            "{width}: {wide} pixels too wide"
        );
    }
    browser.resize(1280, 900).await;
    browser
        .sees_in("[aria-labelledby=h-ready]", "1 на 200\u{a0}₽")
        .await;
    browser
        .sees_in("[aria-labelledby=h-cash]", "+100\u{a0}₽")
        .await;
    // One click starts the work, and the row goes.
    browser.click(".queue form button").await;
    browser
        .sees_in("[aria-labelledby=h-wait]", "Никто не ждёт.")
        .await;
    browser.sees_in("main .toast", "№ 2").await;
    // A number and Enter.
    browser.fill(".counter [name=q]", "3").await;
    browser.press(String::from(Key::Enter.value())).await;
    browser.at("/tasks/3").await;
    // What comes in appears by itself.
    browser.go("/today").await;
    let said = [("text", "Когда готово?")];
    crate::pages::Browser::open(&shop)
        .post(&format!("{link}/say"), &said)
        .await;
    browser
        .sees_in("[aria-labelledby=h-wait]", "«Когда готово?»")
        .await;
    shop.close().await;
}

#[tokio::test]
async fn the_list_has_twenty_rows_on_a_screen_and_a_phone_keeps_its_filters_folded() {
    let Some(driver) = Driver::start().await else {
        return;
    };
    let shop = Shop::with_owner().await;
    for number in 10..40 {
        let query = format!(
            r#"mutation {{ createTask(taskData: {{customerPhone: "+790000000{number}", price: {number}000, dueOn: "2021-08-{:02}",
                description: "Не включается после падения, экран цел, но звук есть, иногда",
                device: {{kind: "телефон", brand: "Samsung", model: "Galaxy {number}", place: "Полка {number}"}}}}) {{ task {{ id }} }} }}"#,
            number - 9
        );
        data(&shop, &query).await;
    }
    let browser = driver.signed_in(&shop, "owner@example.com").await;
    browser.resize(1280, 900).await;
    browser.go("/").await;
    let whole = "return [...document.querySelectorAll('tr[data-task]')].filter((row) => row.getBoundingClientRect().bottom <= innerHeight).length";
    let rows = browser.eval(whole).await.as_u64().unwrap();
    assert!(rows >= 20, "{rows} rows on a screen of 900 pixels");
    browser.click("th.due a").await;
    browser.at("/?sort=due").await;
    browser
        .until("document.querySelector('tr[data-task]').dataset.task === '1'")
        .await;

    browser.resize(390, 844).await;
    browser.go("/?category=REPAIR&sort=sum").await;
    let folded = "getComputedStyle(document.querySelector('.folded')).display === 'none'";
    browser.until(folded).await;
    browser.click(".tabs a[href*='status=ACCEPTED']").await;
    browser
        .at("/?category=REPAIR&status=ACCEPTED&sort=sum")
        .await;
    browser.until(folded).await;
    browser.sees_in(".unfold", "2").await;
    browser.click(".unfold").await;
    browser
        .until("document.querySelector('[name=sort]').checkVisibility()")
        .await;
    browser.go("/tasks/1").await;
    browser.web().back().await.unwrap();
    browser
        .at("/?category=REPAIR&status=ACCEPTED&sort=sum")
        .await;
    for width in [390, 320] {
        browser.resize(width, 700).await;
        browser.go("/").await;
        let wide = browser
            .eval("return document.documentElement.scrollWidth - innerWidth")
            .await;
        assert!(
            wide.as_i64().unwrap() <= 0,
            "{width}: {wide} pixels too wide"
        );
        // Nothing lies over anything else on a card.
        let over = "const box = (cell) => { const all = document.createRange(); all.selectNodeContents(cell); return all.getBoundingClientRect(); };
            const meet = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 1;
            const cells = [...document.querySelector('tr[data-task]').cells].filter((cell) => cell.checkVisibility());
            return cells.flatMap((one, at) => cells.slice(at + 1).filter((other) => meet(box(one), box(other))).map((other) => `${one.className} ${other.className}`));";
        assert_eq!(browser.eval(over).await, json!([]), "{width}");
    }
    // An exact number among others has the focus, so that Enter opens it.
    browser.go("/?q=12").await;
    browser
        .until("document.activeElement?.getAttribute('href') === '/tasks/12'")
        .await;
    browser.press(String::from(Key::Enter.value())).await;
    browser.at("/tasks/12").await;
    shop.close().await;
}

/// Returns whether red and green are the strongest of a colour: `[red, green]`.
const STRONGEST: &str = "const strongest = (colour) => {
    const paint = new OffscreenCanvas(1, 1).getContext('2d');
    paint.fillStyle = colour;
    paint.fillRect(0, 0, 1, 1);
    const [red, green, blue] = paint.getImageData(0, 0, 1, 1).data;
    return [red > green + 30 && red > blue + 30, green > red && green > blue];
};";

#[tokio::test]
async fn ready_is_green_and_what_is_normal_is_not_red() {
    let Some(driver) = Driver::start().await else {
        return;
    };
    let shop = Shop::with_owner().await;
    for (task, status) in [
        (1, "ACCEPTED"),
        (2, "IN_PROGRESS"),
        (3, "READY"),
        (4, "CLOSED"),
    ] {
        priced(&shop, task, 10_000).await;
        set_status(&shop, &task.to_string(), status).await;
    }
    let browser = driver.signed_in(&shop, "owner@example.com").await;
    for scheme in ["light", "dark"] {
        let features = json!({"features": [{"name": "prefers-color-scheme", "value": scheme}]});
        browser.cdp("Emulation.setEmulatedMedia", features).await;
        browser.go("/?status=all").await;
        for (status, green) in [
            ("ACCEPTED", false),
            ("IN_PROGRESS", false),
            ("READY", true),
            ("CLOSED", false),
        ] {
            // The background of the pill of what is ready, and the text of the others.
            let part = if green { "backgroundColor" } else { "color" };
            let seen = format!(
                "{STRONGEST}
                return strongest(getComputedStyle(document.querySelector('.{status}.pill')).{part});"
            );
            assert_eq!(
                browser.eval(&seen).await,
                json!([false, green]),
                "{scheme}, {status}"
            );
        }
    }
    shop.close().await;
}

#[tokio::test]
async fn links_to_write_and_to_agree_open_and_focus_their_fields_below_no_bar() {
    let Some(driver) = Driver::start().await else {
        return;
    };
    let shop = Shop::with_owner().await;
    priced(&shop, 1, 10_000).await;
    data(
        &shop,
        "mutation { askApproval(taskId: 1, price: 20000) { task { id } } }",
    )
    .await;
    let browser = driver.signed_in(&shop, "owner@example.com").await;
    for (width, height) in [(1280, 900), (390, 844)] {
        browser.resize(width, height).await;
        for field in ["say", "agree"] {
            browser.go("/tasks/1").await;
            let link = format!(
                "[...document.querySelectorAll(\"a[href='#{field}']\")].find((one) => one.checkVisibility())"
            );
            browser.until(&link).await;
            browser.eval(&format!("{link}.click()")).await;
            browser
                .until(&format!("document.activeElement.id === '{field}'"))
                .await;
            // Neither the bar above nor the one below covers it.
            browser
                .until("((box) => document.elementFromPoint(box.left + 20, box.top + box.height / 2) === document.activeElement)(document.activeElement.getBoundingClientRect())")
                .await;
        }
    }
    shop.close().await;
}
