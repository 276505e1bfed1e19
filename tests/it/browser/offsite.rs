//! Setting copies on another machine up in a browser.

use super::chromium::Driver;
use crate::harness::{IN_BROWSER, PASSWORD as OF_OWNER, Shop, eventually};
use crate::places::{Dav, PASSWORD, USER};

#[tokio::test]
async fn from_the_settings_to_the_printed_sheet_in_six_clicks() {
    let Some(driver) = Driver::start().await else {
        return;
    };
    let (shop, dav) = (
        Shop::open_with("[offsite]\nbandwidth = ''\n", IN_BROWSER).await,
        Dav::start(),
    );
    let browser = driver.open(&shop).await;
    browser.go("/first-run").await;
    browser.fill("[name=email]", "owner@example.com").await;
    browser.fill("[name=password1]", OF_OWNER).await;
    browser.fill("[name=password2]", OF_OWNER).await;
    browser.click(".btn.main").await;
    browser.at("/today").await;

    browser.go("/settings/shop").await;
    let mut clicks = 0;
    let mut click = async |what: &str| {
        clicks += 1;
        browser.click(what).await;
    };
    click(".side [href='/settings/offsite']").await;
    let place = [("offsite.address", &*dav.address), ("offsite.user", USER)];
    for (name, value) in place {
        browser.fill(&format!("[name='{name}']"), value).await;
    }
    browser.fill("[name='offsite.password']", PASSWORD).await;
    click("form[action='/settings/offsite/place'] .btn").await;
    browser.sees_in("[role=status]", "вход выполнен").await;
    click("form[action='/settings/offsite/sheet'] .btn").await;
    browser
        .sees_in(".paper.recovery", "zayavka restore --from")
        .await;
    assert_eq!(browser.count(".words li").await, 24);
    let words = "return [...document.querySelectorAll('.words li')].map((one) => one.textContent)";
    let words = browser.eval(words).await;
    let asked = "return [...document.querySelectorAll('main form.card label')].map((one) => Number(/\\d+/.exec(one.textContent)[0]))";
    let asked = browser.eval(asked).await;
    let print = "window.print = () => document.body.dataset.printed = 'yes'";
    browser.eval(print).await;
    click("[data-print]").await;
    let printed = "return document.body.dataset.printed";
    assert_eq!(browser.eval(printed).await, "yes");
    for (at, number) in asked.as_array().unwrap().iter().enumerate() {
        let number = usize::try_from(number.as_u64().unwrap()).unwrap();
        let word = words[number - 1].as_str().unwrap();
        browser.fill(&format!("[name=word{}]", at + 1), word).await;
    }
    click("form[action='/settings/offsite/confirm'] .btn").await;
    browser
        .sees_in("[role=status].good", "Копия сейчас будет сделана")
        .await;
    assert!(clicks <= 6, "{clicks} clicks");
    let is_made = || dav.names().iter().any(|name| name.ends_with(".age.json"));
    eventually("the first copy", is_made).await;
    // Back shows no key that the program has forgotten.
    browser.go("/settings/offsite/sheet").await;
    browser.at("/settings/offsite").await;
    shop.close().await;
}
