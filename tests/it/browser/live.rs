//! Two employees at work: each sees the other's changes without a reload, and without losing what
//! they type.

use std::time::Duration;

use thirtyfour::Key;

use super::chromium::Driver;
use crate::bot::{create, set_status};
use crate::harness::Shop;

#[tokio::test]
async fn a_colleagues_change_appears_in_the_list_the_board_and_the_task() {
    let Some(driver) = Driver::start().await else {
        return;
    };
    let shop = Shop::with_owner().await;
    create(&shop, "+79000000001").await;
    crate::accounts::employee(&shop).await;
    let mine = driver.signed_in(&shop, "owner@example.com").await;
    let theirs = driver.signed_in(&shop, "second@example.com").await;
    for (path, changed) in [
        (
            "/",
            r#"document.querySelector("tr[data-task='1'] .pill").innerText.includes('В работе')"#,
        ),
        (
            "/board",
            r#"/№\s1/.test(document.querySelector(".column[data-stage='3'] .tile").innerText)"#,
        ),
        // Several events are folded.
        (
            "/tasks/1",
            "document.querySelector('.log').textContent.includes('Готово → Закрыто')",
        ),
    ] {
        mine.go(path).await;
        mine.eval("window.untouched = true").await;
        theirs.go("/").await;
        theirs.click("tr[data-task='1'] .step").await;
        mine.until(changed).await;
        mine.until("window.untouched").await;
    }
    // A new task too, and the counts above the list.
    mine.go("/?status=all").await;
    mine.eval("window.untouched = true").await;
    create(&shop, "+79000000002").await;
    mine.find("tr[data-task='2']").await;
    mine.sees_in(".tabs a[aria-current]", "Все2").await;
    mine.sees_in(".pages", "2 заявки").await;
    mine.until("window.untouched").await;
    shop.close().await;
}

#[tokio::test]
async fn what_is_typed_or_chosen_stays_when_a_colleague_changes_something() {
    let Some(driver) = Driver::start().await else {
        return;
    };
    let shop = Shop::with_owner().await;
    create(&shop, "+79000000001").await;
    create(&shop, "+79000000002").await;
    let browser = driver.signed_in(&shop, "owner@example.com").await;

    browser.go("/").await;
    browser.fill("[name=q]", "не вкл").await;
    set_status(&shop, "2", "READY").await;
    browser.sees_in("tr[data-task='2'] .pill", "Готово").await;
    browser.press("ючается").await;
    browser
        .until("document.querySelector('[name=q]').value === 'не включается'")
        .await;

    // An employee is selected, but not yet submitted.
    browser.go("/tasks/1?edit=employee").await;
    browser.tab_to("[name=employee]").await;
    browser.press(String::from(Key::Up.value())).await;
    browser
        .until("document.querySelector('[name=employee]').value === ''")
        .await;
    set_status(&shop, "1", "READY").await;
    browser.until("missed").await;
    browser
        .until("document.querySelector('[name=employee]').value === ''")
        .await;
    // The missed change appears once the focus has left.
    browser.eval("document.activeElement.blur()").await;
    browser
        .until("document.querySelector('.log').textContent.includes('Принято → Готово')")
        .await;
    shop.close().await;
}

#[tokio::test]
async fn the_keyboard_stays_where_it_is_when_a_colleague_changes_something() {
    let Some(driver) = Driver::start().await else {
        return;
    };
    let shop = Shop::with_owner().await;
    create(&shop, "+79000000001").await;
    create(&shop, "+79000000002").await;
    let browser = driver.signed_in(&shop, "owner@example.com").await;
    browser.go("/").await;
    browser.tab_to("tr[data-task='1'] .no a").await;
    create(&shop, "+79000000003").await;
    browser.find("tr[data-task='3']").await;
    assert!(browser.has_focus("tr[data-task='1'] .no a").await);

    browser.go("/board").await;
    browser.tab_to("[data-task='1'] .next").await;
    set_status(&shop, "2", "READY").await;
    browser
        .until(r#"/№\s2/.test(document.querySelector(".column[data-stage='3'] .tile").innerText)"#)
        .await;
    assert!(browser.has_focus("[data-task='1'] .next").await);
    shop.close().await;
}

#[tokio::test]
async fn a_lost_connection_shows_and_heals_by_itself() {
    let Some(driver) = Driver::start().await else {
        return;
    };
    let shop = Shop::with_owner().await;
    create(&shop, "+79000000001").await;
    let browser = driver.signed_in(&shop, "owner@example.com").await;
    browser.go("/?status=all").await;
    browser.eval("window.untouched = true").await;
    browser
        .until("document.querySelector('.lost').hidden")
        .await;
    let shop = shop.reopen_after(Duration::from_secs(60)).await;
    browser
        .sees_in(".lost", "Связь с сервером потеряна. Восстанавливаем…")
        .await;
    // Changes made while the browser was offline are shown afterwards.
    set_status(&shop, "1", "READY").await;
    browser.sees_in("tr[data-task='1'] .pill", "Готово").await;
    browser
        .until("document.querySelector('.lost').hidden")
        .await;
    set_status(&shop, "1", "CLOSED").await;
    browser.sees_in("tr[data-task='1'] .pill", "Закрыто").await;
    browser.until("window.untouched").await;
    shop.close().await;
}

#[tokio::test]
async fn a_task_that_a_colleague_deletes_and_a_session_that_ends_are_not_left_standing() {
    let Some(driver) = Driver::start().await else {
        return;
    };
    let mut shop = Shop::with_owner().await;
    create(&shop, "+79000000001").await;
    create(&shop, "+79000000002").await;
    let colleague = crate::accounts::employee(&shop).await;
    let browser = driver.signed_in(&shop, "owner@example.com").await;
    browser.go("/tasks/1").await;
    shop.ask("mutation { deleteTask(id: 1) { id } }").await;
    browser.sees_in("h1", "Страница не найдена").await;
    browser.go("/tasks/2").await;
    shop.ask("mutation { logoutEverywhere { success } }").await;
    shop.token = Some(colleague);
    create(&shop, "+79000000003").await;
    browser.at("/login?next=/tasks/2").await;
    shop.close().await;
}

#[tokio::test]
async fn page_after_page_comes_and_the_one_that_is_come_back_to_is_live_again() {
    let Some(driver) = Driver::start().await else {
        return;
    };
    let shop = Shop::with_owner().await;
    create(&shop, "+79000000001").await;
    let browser = driver.signed_in(&shop, "owner@example.com").await;
    // More than the six connections that a browser allows per server.
    for path in ["/", "/board", "/tasks/1", "/customers"].repeat(3) {
        browser.go(path).await;
    }
    browser.web().back().await.unwrap();
    browser.at("/tasks/1").await;
    set_status(&shop, "1", "READY").await;
    browser
        .until("document.querySelector('.log').textContent.includes('Принято → Готово')")
        .await;
    shop.close().await;
}

#[tokio::test]
async fn a_form_that_came_back_stays_while_a_colleague_changes_the_task() {
    let Some(driver) = Driver::start().await else {
        return;
    };
    let shop = Shop::with_owner().await;
    create(&shop, "+79000000001").await;
    let browser = driver.signed_in(&shop, "owner@example.com").await;
    browser.go("/tasks/1").await;
    let send = "const form = document.querySelector('.say'); form.noValidate = true;
        form.elements.comment.value = ' '; form.requestSubmit();";
    browser.eval(send).await;
    browser.find("#comment-problem").await;
    browser.at("/tasks/1/comments").await;
    browser.eval("window.untouched = true").await;
    browser
        .fill("[name=comment]", "Экран приедет в среду")
        .await;
    set_status(&shop, "1", "READY").await;
    browser.sees_in(".stage > summary", "Готово").await;
    browser.until("window.untouched").await;
    browser
        .until("document.querySelector('[name=comment]').value === 'Экран приедет в среду'")
        .await;
    shop.close().await;
}
