//! Sign-in and sign-out.

use serde_json::json;

use super::chromium::Driver;
use crate::harness::{PASSWORD, Shop};

#[tokio::test]
async fn the_first_one_becomes_the_owner_and_comes_back_to_where_they_wanted_to_go() {
    let Some(driver) = Driver::start().await else {
        return;
    };
    let shop = Shop::open().await;
    let browser = driver.open(&shop).await;
    browser.go("/").await;
    browser.at("/first-run").await;
    browser.fill("[name=email]", "owner@example.com").await;
    browser.fill("[name=password1]", PASSWORD).await;
    browser.fill("[name=password2]", "something else").await;
    browser.click(".btn.main").await;
    browser
        .sees_in("#password2-problem", "Пароли не совпадают")
        .await;
    browser.fill("[name=password1]", PASSWORD).await;
    browser.fill("[name=password2]", PASSWORD).await;
    browser.click(".btn.main").await;
    browser.at("/today").await;
    browser.sees_in("h1", "Сегодня").await;
    assert!(shop.login("owner@example.com").await.is_some());

    browser.click(".me > summary").await;
    browser.click("form[action='/logout'] button").await;
    browser.at("/login").await;
    browser.go("/customers?q=анна").await;
    browser.sees_in("h1", "Вход").await;
    browser.fill("[name=email]", "owner@example.com").await;
    browser.fill("[name=password]", "wrong-wrong").await;
    browser.click(".btn.main").await;
    browser
        .sees_in("[role=alert]", "Неверная почта или пароль")
        .await;
    browser.fill("[name=password]", PASSWORD).await;
    browser.click(".btn.main").await;
    browser.at("/customers?q=анна").await;
    shop.close().await;
}

#[tokio::test]
async fn the_owner_copies_a_link_with_which_a_colleague_joins() {
    let Some(driver) = Driver::start().await else {
        return;
    };
    let shop = Shop::with_owner().await;
    let owner = driver.signed_in(&shop, "owner@example.com").await;
    let clipboard = json!({"permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]});
    owner.cdp("Browser.grantPermissions", clipboard).await;
    owner.go("/").await;
    owner.click(".me > summary").await;
    owner.click(".me a[href='/staff']").await;
    owner
        .fill("[action='/staff/invite'] [name=email]", "new@example.com")
        .await;
    owner.click("[action='/staff/invite'] .main").await;
    owner.click("[data-copy]").await;
    owner.sees_in("[data-copy]", "Скопировано").await;
    let paste = "const done = arguments[0]; navigator.clipboard.readText().then(done, done)";
    let link = owner.eval_later(paste).await;
    let path = link
        .as_str()
        .and_then(|link| link.strip_prefix(&*shop.url))
        .unwrap_or_else(|| panic!("{link}"));

    let colleague = driver.open(&shop).await;
    colleague.go(path).await;
    colleague.sees_in("h1", "Приглашение").await;
    let email = "[name=email][readonly][value='new@example.com']";
    assert_eq!(colleague.count(email).await, 1, "the page knows the e-mail");
    colleague.fill("[name=password1]", PASSWORD).await;
    colleague.fill("[name=password2]", PASSWORD).await;
    colleague.click(".btn.main").await;
    colleague.at("/today").await;
    colleague.sees_in("h1", "Сегодня").await;
    assert_eq!(colleague.count("a[href='/staff']").await, 0);
    colleague.go("/staff").await;
    colleague.sees("Это может делать только владелец.").await;
    owner.reload().await;
    owner.go("/staff").await;
    owner.sees_in(".person", "new@example.com").await;

    // A deactivated colleague, after a confirmation, is signed out at once.
    owner.click("[href='/staff/2/deactivate']").await;
    owner.sees_in("main form", "new@example.com").await;
    owner.click("[action='/staff/2/deactivate'] .danger").await;
    owner.sees_in(".person", "Отключён").await;
    colleague.go("/").await;
    colleague.sees_in("h1", "Вход").await;

    // The owner lets them return, with a link for the password that they forgot; it works once.
    owner.click("[href='/staff/2/reactivate']").await;
    owner.click("[action='/staff/2/reactivate'] .btn").await;
    owner.at("/staff").await;
    owner.go("/staff/2/edit").await;
    owner.click("[action$='/password-link'] .btn").await;
    owner.sees_in("[data-copy]", "Скопировать").await;
    let shown = "arguments[0](document.querySelector('.copy input').value)";
    let link = owner.eval_later(shown).await;
    let path = link.as_str().unwrap().strip_prefix(&*shop.url).unwrap();
    colleague.go(path).await;
    let password = "four other random words";
    colleague.fill("[name=password1]", password).await;
    colleague.fill("[name=password2]", password).await;
    colleague.click(".btn.main").await;
    colleague.sees_in("[role=status].good", "Все сеансы").await;
    colleague.go(path).await;
    colleague
        .sees_in("[role=alert]", "Ссылка не подходит")
        .await;
    assert!(shop.login("new@example.com").await.is_none());
    colleague.go("/login").await;
    colleague.fill("[name=email]", "new@example.com").await;
    colleague.fill("[name=password]", password).await;
    colleague.click(".btn.main").await;
    colleague.at("/today").await;
    shop.close().await;
}
