//! The effect of Enter in every form, and the state of a form when its response is lost.

use serde_json::{Value, json};
use thirtyfour::Key;

use super::chromium::{Browser, Driver};
use super::screens::every_screen;
use crate::bot::create;
use crate::harness::Shop;

fn enter() -> String {
    String::from(Key::Enter.value())
}

/// Prevents every form from being submitted, records the button that would have submitted it, and focuses the first field.
const WATCH: &str = r#"
    if (!window.watching) {
        window.watching = true;
        window.addEventListener("submit", (event) => {
            event.preventDefault();
            event.stopImmediatePropagation();
            window.pressed.push(event.submitter);
        }, true);
    }
    for (const form of document.forms) form.noValidate = true;
    window.enter = (at) => {
        window.pressed = [];
        window.lines[at]?.focus();
    };
    window.lines = [...document.querySelectorAll("form input, form select, form textarea")].filter((line) =>
        line.form.method === "post" && line.checkVisibility() && !line.disabled
        && !["hidden", "file", "date", "time"].includes(line.type));
    window.enter(0);
    return window.lines.length;
"#;

/// Returns what is wrong with the button that Enter has just activated in a field. Look-ups and
/// selects aren't submitted; every other field activates the main button of its form, or the only
/// one. Where the main button can't be undone, Enter only shows a preview. Focuses the next field.
const JUDGE: &str = r#"
    const line = window.lines[at];
    const { form } = line;
    const main = form.querySelector(".btn.main") ?? form.querySelector("button:not([type=button])");
    const sent = window.pressed.length > 0;
    const by = window.pressed[0];
    window.enter(at + 1);
    const asks = line.matches("[data-known], [data-scanned], textarea");
    const where = `${line.outerHTML.slice(0, 90)} in ${form.getAttribute("action")}`;
    if (asks) return sent ? `Enter sends ${where}` : "";
    if (line.matches("select")) return !sent || line.closest(".board") ? "" : `Enter sends ${where}`;
    if (!sent) return `Enter does nothing: ${where}`;
    const isMain = by === main || by?.matches("[data-enter], [data-preview]");
    return isMain ? "" : `Enter presses ${by?.outerHTML}: ${where}`;
"#;

/// The same without a script: Enter activates the first button of a form, wherever it is and
/// whether it is visible or not.
const FIRST_BUTTONS: &str = r#"
    const wrong = [];
    for (const form of document.forms) {
        const buttons = [...form.elements].filter((e) => e.type === "submit" || e.type === "image");
        const lines = [...form.elements].filter((e) => e.matches("input") && !["hidden", "file"].includes(e.type));
        const main = form.querySelector(".btn.main") ?? buttons[0];
        if (buttons.length < 2 || lines.length === 0) continue;
        if (buttons[0] !== main && !buttons[0].matches("[data-enter], [data-preview]")) wrong.push(`Enter presses ${buttons[0].outerHTML}`);
    }
    return wrong;
"#;

#[tokio::test]
async fn enter_presses_the_main_button_of_every_form_of_every_page() {
    let Some(driver) = Driver::start().await else {
        return;
    };
    let wrong = std::cell::RefCell::new(Vec::new());
    let seen = std::cell::RefCell::new(std::collections::BTreeSet::new());
    every_screen(&driver, "ru", async |browser, screen| {
        let first = browser.eval(FIRST_BUTTONS).await;
        for what in first.as_array().unwrap() {
            wrong.borrow_mut().push(format!("{screen}: {what}"));
        }
        let actions = "return [...document.forms].map((form) => form.getAttribute('action') ?? '')";
        for action in browser.eval(actions).await.as_array().unwrap() {
            seen.borrow_mut().insert(nameless(action.as_str().unwrap()));
        }
        let lines = browser.eval(WATCH).await.as_u64().unwrap();
        for at in 0..lines {
            browser.press_enter().await;
            let verdict = browser.eval(&format!("const at = {at}; {JUDGE}")).await;
            if verdict != "" {
                wrong.borrow_mut().push(format!("{screen}: {verdict}"));
            }
        }
    })
    .await;
    let wrong = wrong.into_inner();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // No template has a form that none of those pages shows.
    let (seen, folder) = (
        seen.into_inner(),
        concat!(env!("CARGO_MANIFEST_DIR"), "/src/web/templates"),
    );
    for file in std::fs::read_dir(folder).unwrap() {
        let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
        for form in text.split("<form").skip(1) {
            let inside = form.split("</form>").next().unwrap();
            // A single button can't be wrong.
            if inside.matches("<button").count() < 2 && !inside.contains("{% include") {
                continue;
            }
            let (_, action) = inside.split_once("action=\"").unwrap();
            let action = nameless(action.split('"').next().unwrap());
            assert!(seen.contains(&action), "no page of the test has {action}");
        }
    }
}

/// Removes ids, tokens and template expressions from a URL.
fn nameless(address: &str) -> String {
    let part = |part: &str| {
        let filled =
            part.contains("{{") || part.len() > 18 || part.bytes().any(|b| b.is_ascii_digit());
        if filled {
            "N".to_owned()
        } else {
            part.to_owned()
        }
    };
    // Spaces and slashes inside template expressions don't separate segments.
    let mut plain = String::new();
    for (at, piece) in address.split("{{").enumerate() {
        match piece.split_once("}}") {
            Some((_, rest)) if at > 0 => plain = format!("{plain}{{{{{rest}"),
            _ => plain += piece,
        }
    }
    plain.split('/').map(part).collect::<Vec<_>>().join("/")
}

#[tokio::test]
async fn a_scanner_types_into_the_new_task_and_enter_in_a_line_creates_it() {
    let Some(driver) = Driver::start().await else {
        return;
    };
    let shop = Shop::with_owner().await;
    shop.ask(r#"mutation { createTask(taskData: {customerPhone: "+79000000001", description: "Не заряжается",
        device: {brand: "Apple", serialNumber: "49-015420-323751-8"}}) { task { id } } }"#)
        .await;
    let browser = driver.signed_in(&shop, "owner@example.com").await;
    browser.go("/new-task/").await;
    // Enter after the phone looks up the customer and moves on.
    browser.press(format!("8 900 000 00 01{}", enter())).await;
    browser.sees_in("#known", "Клиент есть в базе").await;
    browser
        .until("document.activeElement.name === 'description'")
        .await;
    browser.press("Разбит экран").await;
    browser.tab_to("[name=serialNumber]").await;
    browser.press(format!("490154203237518{}", enter())).await;
    browser.sees_in("#known-device", "уже было").await;
    browser.at("/new-task/").await;
    assert!(browser.has_focus("[name=accessories]").await);
    let tasks = shop.ask("{ allTasks { id } }").await;
    assert_eq!(tasks["data"]["allTasks"].as_array().unwrap().len(), 1);
    browser.press(format!("чехол{}", enter())).await;
    browser.at("/tasks/2").await;
    let task = shop
        .ask("{ taskById(id: 2) { description device { serialNumber accessories } } }")
        .await;
    assert_eq!(
        task["data"]["taskById"],
        json!({"description": "Разбит экран", "device": {"serialNumber": "490154203237518", "accessories": "чехол"}})
    );
    // The scanner's Enter doesn't submit an edit either.
    browser.go("/tasks/2/edit").await;
    browser.tab_to("[name=serialNumber]").await;
    browser.press(format!("1{}", enter())).await;
    assert!(browser.has_focus("[name=accessories]").await);
    browser.press(enter()).await;
    browser.at("/tasks/2").await;

    // Without a script, the button looks it up and keeps everything typed; Enter creates the task.
    let off = json!({"value": true});
    browser
        .cdp("Emulation.setScriptExecutionDisabled", off)
        .await;
    browser.go("/new-task/").await;
    browser.fill("[name=phone]", "8 900 000 00 05").await;
    browser.fill("[name=description]", "Шумит").await;
    browser.fill("[name=serialNumber]", "490154203237518").await;
    browser.click("[aria-labelledby=what] [name=check]").await;
    browser.sees_in("#known-device", "уже было").await;
    browser
        .until("document.querySelector('[name=description]').value === 'Шумит'")
        .await;
    browser
        .fill("[name=accessories]", &format!("кабель{}", enter()))
        .await;
    browser.at("/tasks/3").await;
    shop.close().await;
}

async fn network(browser: &Browser, offline: bool, latency: u32) {
    browser.cdp("Network.enable", json!({})).await;
    let how = json!({"offline": offline, "latency": latency, "downloadThroughput": -1, "uploadThroughput": -1});
    browser.cdp("Network.emulateNetworkConditions", how).await;
}

async fn count(shop: &Shop) -> usize {
    let tasks = shop.ask("{ allTasks { id } }").await;
    tasks["data"]["allTasks"].as_array().unwrap().len()
}

const MAIN: &str = "main form .btn.main";
const FILLED: &str = "['phone', 'description', 'place'].map((name) => document.querySelector(`[name=${name}]`).value).join('|')
    === '8 900 000 00 01|Шумит\\nсильно|полка 7' && document.querySelector('[name=category]').value === 'OTHER'";

async fn fill(browser: &Browser) {
    browser.go("/new-task/").await;
    browser.fill("[name=phone]", "8 900 000 00 01").await;
    browser.fill("[name=description]", "Шумит\nсильно").await;
    browser.click("[name=category] option[value=OTHER]").await;
    browser.fill("[name=place]", "полка 7").await;
}

#[tokio::test]
async fn a_form_whose_answer_never_came_is_filled_and_can_be_sent_again() {
    let Some(driver) = Driver::start().await else {
        return;
    };
    let shop = Shop::with_owner().await;
    let browser = driver.signed_in(&shop, "owner@example.com").await;
    // Stopped by the person: the page stays, and its button works.
    fill(&browser).await;
    network(&browser, false, 3_000).await;
    let stop =
        format!("setTimeout(() => window.stop(), 300); document.querySelector('{MAIN}').click();");
    browser.eval(&stop).await;
    browser.until(FILLED).await;
    network(&browser, false, 0).await;
    browser
        .until(&format!(
            "location.pathname !== '/new-task/' || document.querySelector('{MAIN}').click()"
        ))
        .await;
    browser.at("/tasks/1").await;
    assert_eq!(
        count(&shop).await,
        1,
        "the first may have arrived: it is the same task"
    );

    // Offline: Back returns to the form as it was.
    fill(&browser).await;
    network(&browser, true, 0).await;
    browser.click(MAIN).await;
    network(&browser, false, 0).await;
    browser.web().back().await.unwrap();
    browser.at("/new-task/").await;
    browser.until(FILLED).await;
    browser.click(MAIN).await;
    browser.at("/tasks/2").await;

    // An internal error: the page offers to submit it again, and Back returns to the form as it
    // was.
    shop.database()
        .execute_batch(
            "CREATE TRIGGER broken BEFORE INSERT ON tasks BEGIN SELECT RAISE(ABORT, 'broken'); END",
        )
        .unwrap();
    fill(&browser).await;
    browser.click(MAIN).await;
    browser.sees_in("main", "Отправить ещё раз").await;
    browser.web().back().await.unwrap();
    browser.until(FILLED).await;
    browser.click(MAIN).await;
    browser.sees_in("main", "Отправить ещё раз").await;
    shop.database()
        .execute_batch("DROP TRIGGER broken")
        .unwrap();
    browser.click(MAIN).await;
    browser.at("/tasks/3").await;
    // Going back once more and submitting again yields the same task.
    browser.web().back().await.unwrap();
    browser.web().back().await.unwrap();
    browser.at("/new-task/").await;
    browser.until(FILLED).await;
    browser.click(MAIN).await;
    browser.at("/tasks/3").await;
    assert_eq!(count(&shop).await, 3);
    // A new form is empty.
    browser.go("/new-task/").await;
    browser
        .until("document.querySelector('[name=phone]').value === ''")
        .await;
    shop.close().await;
}

#[tokio::test]
async fn a_form_that_comes_back_knows_what_it_showed() {
    let Some(driver) = Driver::start().await else {
        return;
    };
    let shop = Shop::with_owner().await;
    create(&shop, "+79000000001").await;
    let browser = driver.signed_in(&shop, "owner@example.com").await;
    browser.go("/tasks/1/edit").await;
    browser.fill("[name=place]", "полка 7").await;
    network(&browser, true, 0).await;
    browser.click(MAIN).await;
    // A colleague's change meanwhile isn't undone by the old page.
    shop.ask(r#"mutation { updateTask(taskData: {id: 1, description: "Клиент торопится"}) { task { id } } }"#)
        .await;
    network(&browser, false, 0).await;
    browser.web().back().await.unwrap();
    browser.at("/tasks/1/edit").await;
    browser
        .until("document.querySelector('[name=place]').value === 'полка 7'")
        .await;
    browser.click(MAIN).await;
    browser.at("/tasks/1").await;
    let task = shop
        .ask("{ taskById(id: 1) { description device { place } } }")
        .await;
    assert_eq!(
        task["data"]["taskById"],
        json!({"description": "Клиент торопится", "device": {"place": "полка 7"}})
    );
    // Passwords are not preserved.
    browser.go("/profile").await;
    browser
        .fill("[name=oldPassword]", "wholly different words")
        .await;
    browser.tab_to("[name=password1]").await;
    let kept = "return JSON.stringify(history.state) + JSON.stringify({...sessionStorage})";
    let kept = browser.eval(kept).await;
    assert!(!kept.as_str().unwrap().contains("wholly"), "{kept}");
    shop.close().await;
}

async fn stored(shop: &Shop) -> Value {
    let answer = shop
        .ask("{ taskById(id: 1) { description status device { place } } }")
        .await;
    answer["data"]["taskById"].clone()
}

#[tokio::test]
async fn two_people_on_one_form_lose_nothing() {
    let Some(driver) = Driver::start().await else {
        return;
    };
    let shop = Shop::with_owner().await;
    create(&shop, "+79000000001").await;
    crate::accounts::employee(&shop).await;
    let mine = driver.signed_in(&shop, "owner@example.com").await;
    let theirs = driver.signed_in(&shop, "second@example.com").await;
    // The second one works without a script.
    let off = json!({"value": true});
    theirs
        .cdp("Emulation.setScriptExecutionDisabled", off)
        .await;
    mine.go("/tasks/1/edit").await;
    theirs.go("/tasks/1/edit").await;
    mine.fill("[name=description]", "Заменить экран").await;
    mine.fill("[name=place]", "полка 7").await;
    theirs.fill("[name=place]", "стол").await;
    theirs.fill("[name=brand]", "Apple").await;
    mine.click(MAIN).await;
    mine.at("/tasks/1").await;
    theirs.click(MAIN).await;
    theirs.sees_in("fieldset", "полка 7").await;
    assert_eq!(theirs.count("fieldset").await, 1);
    assert_eq!(theirs.count("[name=description], [name=brand]").await, 0);
    // A hasty Enter can't decide a conflict.
    theirs
        .find("[name=place]")
        .await
        .send_keys(enter())
        .await
        .unwrap();
    theirs.find("fieldset").await;
    assert_eq!(stored(&shop).await["device"]["place"], "полка 7");
    theirs.click("[name='take.place'][value=mine]").await;
    theirs.click(MAIN).await;
    theirs.at("/tasks/1").await;
    assert_eq!(
        stored(&shop).await,
        json!({"description": "Заменить экран", "status": "ACCEPTED", "device": {"place": "стол"}})
    );
    shop.close().await;
}
