//! Corrections of customers' cards, as an employee makes them, and an employee at the owner's pages.

use super::chromium::Driver;
use crate::accounts::employee_called;
use crate::bot::{ANNA, contact, create, messages, set_status};
use crate::harness::Shop;
use crate::pages::OWNERS;

const FIRST: &str = "+79000000001";
const SECOND: &str = "+79000000002";

#[tokio::test]
async fn two_cards_are_merged_and_are_two_again_in_a_few_clicks() {
    let Some(driver) = Driver::start().await else {
        return;
    };
    let shop = Shop::with_owner().await;
    create(&shop, FIRST).await;
    create(&shop, SECOND).await;
    employee_called(&shop, "employee@example.com").await;
    let desk = driver.signed_in(&shop, "employee@example.com").await;
    desk.go("/customers/1").await;
    desk.click("a[href='/customers/1/merge']").await;
    desk.fill("main [name=q]", "0002").await;
    desk.press("\n").await;
    desk.click("a[href='/customers/1/merge?other=2']").await;
    desk.sees_in(".beside", "+7 900 000-00-02").await;
    desk.click("main .danger").await;
    desk.at("/customers/1").await;
    let clicks = desk.clicks();
    assert!(clicks <= 4, "{clicks}");
    // Both phones are kept, and both repairs are the card's.
    desk.sees("+7 900 000-00-02").await;
    desk.sees("2 заявки").await;
    desk.click("[action='/customers/1/unmerge'] .btn").await;
    desk.at("/customers/2").await;
    desk.sees_in("main", "+7 900 000-00-02").await;
    desk.sees("1 заявка").await;
    desk.go("/customers/1").await;
    desk.sees("1 заявка").await;
    assert!(!desk.text("main").await.contains("00-02"));
    shop.close().await;
}

#[tokio::test]
async fn a_wrong_phone_is_corrected_and_the_stranger_who_had_linked_it_hears_nothing_more() {
    let Some(driver) = Driver::start().await else {
        return;
    };
    let shop = Shop::with_owner().await;
    create(&shop, FIRST).await;
    shop.update(contact(ANNA, ANNA, FIRST)).await;
    messages(&shop, 2).await;
    let desk = driver.signed_in(&shop, "owner@example.com").await;
    desk.go("/customers/1").await;
    desk.click("a[href='/customers/1/edit']").await;
    desk.sees("Telegram").await;
    desk.fill("main [name=phone]", "8 900 000-00-09").await;
    desk.click("main .btn.main").await;
    desk.at("/customers/1").await;
    let clicks = desk.clicks();
    assert!(clicks <= 2, "{clicks}");
    desk.sees("+7 900 000-00-09").await;
    assert_eq!(desk.count("[action='/customers/1/unlink']").await, 0);
    let told = shop.telegram.messages_now().len();
    set_status(&shop, "1", "READY").await;
    shop.clock.advance(std::time::Duration::from_secs(60));
    desk.go("/tasks/1").await;
    desk.sees("+7 900 000-00-09").await;
    assert_eq!(shop.telegram.messages_now().len(), told);
    shop.close().await;
}

#[tokio::test]
async fn an_employee_at_the_owners_pages_is_told_whose_they_are() {
    let Some(driver) = Driver::start().await else {
        return;
    };
    let shop = Shop::with_owner().await;
    employee_called(&shop, "employee@example.com").await;
    let desk = driver.signed_in(&shop, "employee@example.com").await;
    desk.go("/today").await;
    for path in OWNERS {
        assert_eq!(desk.count(&format!("a[href='{path}']")).await, 0, "{path}");
    }
    for path in OWNERS {
        desk.go(path).await;
        desk.sees("Это может делать только владелец.").await;
    }
    shop.close().await;
}
