//! The undo counts down to the sending by the server's clock, and afterwards offers to go back and tell.

use super::chromium::Driver;
use crate::bot::{ANNA, contact, create, messages, said};
use crate::harness::{Shop, eventually};

/// Counts the messages that are still to be sent.
fn waiting(shop: &Shop) -> i64 {
    let count = "SELECT count(*) FROM outbox WHERE state IN ('WAITING', 'SENDING')";
    let database = shop.database();
    database.query_row(count, [], |row| row.get(0)).unwrap()
}

#[tokio::test]
async fn the_undo_counts_down_and_then_offers_to_go_back_and_tell() {
    let Some(driver) = Driver::start().await else {
        return;
    };
    let shop = Shop::with_owner().await;
    create(&shop, "+79000000001").await;
    shop.update(contact(ANNA, ANNA, "+79000000001")).await;
    messages(&shop, 2).await;
    let browser = driver.signed_in(&shop, "owner@example.com").await;
    browser.go("/").await;
    browser.click("tr[data-task='1'] .step").await;
    let toast = "main .toast";
    let counted = "Анна К. получит сообщение через";
    browser.sees_in(toast, &format!("{counted} 4 с")).await;
    browser.sees_in(toast, &format!("{counted} 3 с")).await;
    // In time it is taken back on the spot, and nothing is sent.
    browser.eval("window.untouched = true").await;
    browser.click("main .toast button").await;
    browser.sees_in("#said", "№ 1 теперь «Принято»").await;
    browser.sees_in("tr[data-task='1'] .pill", "Принято").await;
    browser.until("window.untouched").await;
    assert_eq!(waiting(&shop), 0);

    // The browser's seconds are over, but not the server's: the toast goes on counting.
    browser.click("tr[data-task='1'] .step").await;
    browser.sees_in(toast, &format!("{counted} 1 с")).await;
    browser.sees_in(toast, &format!("{counted} 5 с")).await;
    assert_eq!(waiting(&shop), 1);
    // It is sent by the server's clock, and the toast learns of it when it looks again.
    let sent = messages(&shop, 3).await;
    assert!(said(&sent[2]).contains("В работе"), "{sent:?}");
    eventually("it is settled", || waiting(&shop) == 0).await;
    browser.sees_in(toast, "Клиенту сообщили.").await;
    browser
        .sees_in("main .toast form", "Вернуть и сообщить")
        .await;
    browser.sees_in("main .toast form", "Вернуть молча").await;
    browser.eval("window.untouched = true").await;
    browser.click("main .toast [value=tell]").await;
    browser
        .sees_in("#said", "№ 1 теперь «Принято». Анна К. получит")
        .await;
    browser.sees_in("#said form", "Отменить").await;
    browser.sees_in("tr[data-task='1'] .pill", "Принято").await;
    browser.until("window.untouched").await;
    let sent = messages(&shop, 4).await;
    assert!(said(&sent[3]).contains("Принято"), "{sent:?}");
    shop.close().await;
}
