//! Connecting the bot in a browser.

use super::chromium::Driver;
use crate::bot_connection::TOKEN;
use crate::harness::{IN_BROWSER, PASSWORD, Shop};

#[tokio::test]
async fn the_owner_pastes_a_token_and_has_a_bot_with_its_code() {
    let Some(driver) = Driver::start().await else {
        return;
    };
    let shop = Shop::open_with("", IN_BROWSER).await;
    shop.telegram.bot(TOKEN, "master_lenina_bot");
    let browser = driver.open(&shop).await;
    browser.go("/first-run").await;
    browser.fill("[name=email]", "owner@example.com").await;
    browser.fill("[name=password1]", PASSWORD).await;
    browser.fill("[name=password2]", PASSWORD).await;
    browser.click(".btn.main").await;
    browser.at("/today").await;
    // Two clicks and the token.
    browser.click("a[href='/settings/bot']").await;
    browser.fill("[name=token]", TOKEN).await;
    browser.click("form[action='/settings/bot'] .main").await;
    browser
        .sees_in(".standing", "@master_lenina_bot отвечает")
        .await;
    assert_eq!(browser.count("#h-qr ~ .bot-qr svg path").await, 1);
    let token = "document.documentElement.innerHTML.includes('Fake-Token')";
    assert_eq!(browser.eval(&format!("return {token}")).await, false);
    browser.click(".foot [href='/settings/bot/qr']").await;
    browser.sees_in(".poster", "t.me/master_lenina_bot").await;
    browser.go("/settings/bot").await;
    browser
        .click(".foot [href='/settings/bot/disconnect']")
        .await;
    browser
        .click("[action='/settings/bot/disconnect'] .danger")
        .await;
    browser.sees_in("[role=status].good", "Бот отключён").await;
    shop.close().await;
}
