//! The list finds matching tasks, keeps the filters in the URL, and clears them with one click.

use std::time::Duration;

use thirtyfour::Key;

use super::chromium::{Browser, Driver};
use crate::bot::set_status;
use crate::harness::Shop;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Opens three tasks from 7 August on, a day apart: two of Anna's, and Pyotr's that a colleague
/// took.
async fn open(driver: &Driver) -> (Shop, Browser) {
    let mut shop = Shop::with_owner().await;
    shop.clock.advance(13 * DAY);
    shop.token = shop.login("owner@example.com").await;
    let colleague = crate::accounts::employee(&shop).await;
    let me = shop.token.clone();
    let (anna, pyotr) = ("+7 900 123-45-67", "+7 911 765-43-21");
    for (token, phone, name, category, description) in [
        (
            &me,
            anna,
            "Анна Кузнецова",
            "REPAIR",
            "iPhone 11: не включается",
        ),
        (
            &Some(colleague),
            pyotr,
            "Пётр",
            "DIAGNOSIS",
            "Ноутбук шумит при работе",
        ),
        (
            &me,
            anna,
            "Анна Кузнецова",
            "CONSULTING",
            "Какой аккумулятор подойдёт",
        ),
    ] {
        shop.token.clone_from(token);
        shop.ask(&format!(
            r#"mutation {{
                createTask(taskData: {{customerPhone: "{phone}", category: {category}, description: "{description}"}}) {{ task {{ id }} }}
                updateCustomer(customerData: {{phone: "{phone}", name: "{name}"}}) {{ customer {{ id }} }}
            }}"#
        ))
        .await;
        shop.clock.advance(DAY);
    }
    shop.token = me;
    set_status(&shop, "3", "READY").await;
    let browser = driver.signed_in(&shop, "owner@example.com").await;
    browser.go("/").await;
    (shop, browser)
}

/// Waits until the list shows these tasks, from top to bottom, and their number.
async fn shown(browser: &Browser, tasks: &[u32]) {
    let numbers: Vec<String> = tasks.iter().map(ToString::to_string).collect();
    let rows =
        "[...document.querySelectorAll('tr[data-task]')].map((row) => row.dataset.task).join()";
    browser
        .until(&format!("{rows} === {:?}", numbers.join(",")))
        .await;
    let count = match tasks.len() {
        0 => "0 заявок".to_owned(),
        1 => "1 заявка".to_owned(),
        count => format!("{count} заявки"),
    };
    browser.sees_in(".pages", &count).await;
}

#[tokio::test]
async fn the_search_finds_phones_in_any_spelling_names_numbers_and_parts_of_words() {
    let Some(driver) = Driver::start().await else {
        return;
    };
    let (shop, browser) = open(&driver).await;
    for (text, tasks) in [
        ("8 (900) 123-45-67", &[3, 1][..]),
        ("+79001234567", &[3, 1]),
        ("765-43", &[2]),
        ("кузнец", &[3, 1]),
        ("ПЁТР", &[2]),
        ("ключает", &[1]),
        ("ноут шум", &[2]),
        ("анна iphone", &[1]),
        ("холодильник", &[]),
    ] {
        browser.fill("[name=q]", text).await;
        browser.press(String::from(Key::Enter.value())).await;
        browser
            .until(&format!(
                "new URL(location).searchParams.get('q') === {text:?}"
            ))
            .await;
        shown(&browser, tasks).await;
    }
    browser.sees("Таких заявок нет.").await;
    // An exact number is opened at once.
    browser.fill("[name=q]", "№ 2").await;
    browser.press(String::from(Key::Enter.value())).await;
    browser.at("/tasks/2").await;
    browser.web().back().await.unwrap();
    browser.sees("Таких заявок нет.").await;
    browser.click(".go a").await;
    browser.at("/").await;
    shown(&browser, &[3, 2, 1]).await;
    shop.close().await;
}

#[tokio::test]
async fn tabs_types_and_colleagues_are_chosen_by_a_click_and_add_up() {
    let Some(driver) = Driver::start().await else {
        return;
    };
    let (shop, browser) = open(&driver).await;
    shown(&browser, &[3, 2, 1]).await;
    browser.click(".tabs a[href='/?status=READY']").await;
    browser.at("/?status=READY").await;
    shown(&browser, &[3]).await;
    browser
        .click(".tabs a[href='/?status=READY&status=ACCEPTED']")
        .await;
    shown(&browser, &[3, 2, 1]).await;
    assert_eq!(browser.count(".tabs a[aria-current]").await, 2);
    // The last tab: my tasks.
    browser.click(".tabs a:last-child").await;
    browser
        .at("/?employee=1&status=READY&status=ACCEPTED")
        .await;
    shown(&browser, &[3, 1]).await;
    browser.click("[name=category] option[value=REPAIR]").await;
    browser
        .at("/?status=READY&status=ACCEPTED&category=REPAIR&employee=1")
        .await;
    shown(&browser, &[1]).await;
    browser.click(".go a").await;
    browser.at("/").await;
    browser.click("[name=employee] option[value='2']").await;
    browser.at("/?employee=2").await;
    shown(&browser, &[2]).await;
    // The filters are in the URL and survive a reload and navigation.
    browser.click("tr[data-task='2'] .no a").await;
    browser.at("/tasks/2").await;
    browser.web().back().await.unwrap();
    shown(&browser, &[2]).await;
    assert_eq!(
        browser.text("[name=employee] option:checked").await,
        "second"
    );
    shop.close().await;
}

#[tokio::test]
async fn a_day_and_an_interval_are_typed_without_the_list_running_ahead() {
    let Some(driver) = Driver::start().await else {
        return;
    };
    let (shop, browser) = open(&driver).await;
    browser.tab_to("[name=from]").await;
    // Unambiguous for browsers with the day first and with the month first.
    browser.press("08082021").await;
    browser
        .until("document.querySelector('[name=from]').value === '2021-08-08'")
        .await;
    browser.at("/").await;
    browser.press(String::from(Key::Enter.value())).await;
    browser.at("/?from=2021-08-08").await;
    shown(&browser, &[3, 2]).await;
    browser.tab_to("[name=to]").await;
    browser.press("08082021").await;
    browser.press(String::from(Key::Enter.value())).await;
    browser.at("/?from=2021-08-08&to=2021-08-08").await;
    shown(&browser, &[2]).await;
    browser.go("/?from=2021-08-09&to=2021-08-08").await;
    browser
        .sees_in("#to-problem", "Конец интервала раньше начала")
        .await;
    browser.click(".go a").await;
    shown(&browser, &[3, 2, 1]).await;
    shop.close().await;
}

#[tokio::test]
async fn with_the_keys_a_filter_waits_for_its_button() {
    let Some(driver) = Driver::start().await else {
        return;
    };
    let (shop, browser) = open(&driver).await;
    browser.tab_to("[name=category]").await;
    let down = String::from(Key::Down.value());
    browser.press(&down).await;
    browser.press(&down).await;
    browser.at("/").await;
    browser.tab_to(".go button").await;
    browser.press(String::from(Key::Enter.value())).await;
    browser.at("/?category=DIAGNOSIS").await;
    shown(&browser, &[2]).await;
    shop.close().await;
}
