//! The conversation on a task's page as a chat, on a desk and on a phone.

use thirtyfour::Key;

use super::chromium::Driver;
use crate::bot::{ANNA, contact, create, messages, said, text};
use crate::harness::{Shop, eventually};

#[tokio::test]
async fn a_chat_has_one_composer_for_the_customer_and_for_colleagues() {
    let Some(driver) = Driver::start().await else {
        return;
    };
    let shop = Shop::with_owner().await;
    create(&shop, "+79000000001").await;
    shop.update(contact(ANNA, ANNA, "+79000000001")).await;
    messages(&shop, 2).await;
    let desk = driver.signed_in(&shop, "owner@example.com").await;
    desk.go("/tasks/1").await;
    desk.sees_in(".chat .hint", "Анна К. получит в Telegram")
        .await;
    // Ctrl+Enter sends.
    desk.click("[name=comment]").await;
    desk.press("Экран приедет в среду").await;
    let web = desk.web();
    let keys = web
        .action_chain()
        .key_down(Key::Control)
        .send_keys(Key::Enter.value().to_string());
    // The page is left by it.
    let _ = keys.key_up(Key::Control).perform().await;
    desk.sees_in(".msg.ours", "Экран приедет в среду").await;
    let sent = messages(&shop, 3).await;
    assert!(said(&sent[2]).contains("Экран приедет в среду"), "{sent:?}");
    let is_settled = || {
        let open = "SELECT count(*) FROM outbox WHERE state <> 'DELIVERED'";
        let database = shop.database();
        database
            .query_row(open, [], |row| row.get::<_, i64>(0))
            .unwrap()
            == 0
    };
    eventually("it is delivered", is_settled).await;
    desk.go("/tasks/1").await;
    desk.sees_in(".msg.ours .by", "доставлено в Telegram").await;
    // The switch turns the composer into a note, and says so.
    desk.eval("document.querySelector('[name=to][value=note]').click()")
        .await;
    desk.sees_in(".chat .hint", "Увидят только свои").await;
    desk.sees_in(".say .btn.main", "Записать").await;
    desk.fill("[name=comment]", "Плата живая").await;
    desk.click(".say .btn.main").await;
    desk.sees_in(".msg.note", "Плата живая").await;
    assert_eq!(shop.telegram.messages_now().len(), 3);
    // An answer appears while the next message is being typed, which stays.
    desk.fill("[name=comment]", "Недописанное").await;
    shop.update(text(ANNA, "А чехол?")).await;
    desk.sees_in(".msg.theirs", "А чехол?").await;
    desk.sees_in(".msg.theirs .tag", "").await;
    let typed = desk
        .eval("return document.querySelector('[name=comment]').value")
        .await;
    assert_eq!(typed, "Недописанное");
    // The newest message is in view without scrolling, above the composer.
    let in_view = "const log = document.querySelector('.log').getBoundingClientRect();
        const last = [...document.querySelectorAll('.msg')].at(-1).getBoundingClientRect();
        return last.bottom <= log.bottom + 1 && last.top >= log.top";
    assert_eq!(desk.eval(in_view).await, true);
    shop.close().await;
}

#[tokio::test]
async fn on_a_phone_the_text_for_a_customer_without_telegram_follows_what_is_typed() {
    let Some(driver) = Driver::start().await else {
        return;
    };
    let shop = Shop::with_owner().await;
    create(&shop, "+79000000001").await;
    let phone = driver.signed_in(&shop, "owner@example.com").await;
    phone.resize(390, 844).await;
    phone.go("/tasks/1").await;
    phone
        .sees_in(".say .btn.main", "Сохранить: Telegram не привязан")
        .await;
    phone.fill("[name=comment]", "Готово, ждём вас").await;
    phone
        .until("document.querySelector('.ways textarea').value.startsWith('Готово, ждём вас')")
        .await;
    let sms = "return decodeURIComponent(document.querySelector('[data-sms]').href)";
    assert_eq!(
        phone.eval(sms).await,
        "sms:+79000000001?&body=Готово, ждём вас"
    );
    let wide = "return document.documentElement.scrollWidth <= innerWidth";
    assert_eq!(phone.eval(wide).await, true);
    phone.click(".say .btn.main").await;
    phone
        .sees_in(".msg.ours .by", "не отправлено: Telegram не привязан")
        .await;
    phone
        .until("document.querySelector('.ways textarea').value.includes('/s/')")
        .await;
    shop.close().await;
}
