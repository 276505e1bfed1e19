//! Getting in and out.

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
    browser.at("/").await;
    browser.sees("Все заявки").await;
    assert!(shop.login("owner@example.com").await.is_some());

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
