//! The conversation on a task's page as a chat, on a desk and on a phone.

use serde_json::json;
use thirtyfour::Key;

use super::chromium::Driver;
use super::sheet::click;
use crate::bot::{ANNA, contact, create, messages, said, text};
use crate::harness::{Shop, eventually};
use crate::metadata::{JPEG, jpeg};
use crate::status_links::renew;

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

#[tokio::test]
async fn photos_are_taken_on_the_sheet_and_sent_with_a_message() {
    let Some(driver) = Driver::start().await else {
        return;
    };
    let shop = Shop::with_owner().await;
    create(&shop, "+79000000001").await;
    let photo = shop.folder().join("IMG 1.jpg");
    std::fs::write(&photo, jpeg(JPEG, true, 6)).unwrap();
    let photo = photo.to_str().unwrap();
    let desk = driver.signed_in(&shop, "owner@example.com").await;
    desk.resize(390, 844).await;
    // Taken with the camera, it is sent at once.
    desk.go("/tasks/1").await;
    let camera = desk.find("#photos [type=file]").await;
    camera.send_keys(photo).await.unwrap();
    desk.find("#photos img[src='/photos/1']").await;
    desk.find(".msg.note img[src='/photos/1']").await;
    // With a message, it goes where the switch says.
    desk.fill("[name=comment]", "Вздулся аккумулятор").await;
    let clip = desk.find(".say [type=file]").await;
    clip.send_keys(photo).await.unwrap();
    click(&desk, ".say .btn.main").await;
    desk.find(".msg.ours img[src='/photos/2']").await;
    // One that is larger than any screen is made smaller before it is sent.
    let choose = "const done = arguments[0];
        const large = new OffscreenCanvas(4000, 3000);
        large.getContext('2d').fillRect(0, 0, 2000, 3000);
        large.convertToBlob({ type: 'image/png' }).then((png) => {
            const chosen = new DataTransfer();
            chosen.items.add(new File([png], 'Плата.png', { type: 'image/png' }));
            const field = document.querySelector('.say [type=file]');
            field.files = chosen.files;
            field.dispatchEvent(new Event('change', { bubbles: true }));
            done();
        });";
    desk.fill("[name=comment]", "Плата целиком").await;
    desk.eval_later(choose).await;
    desk.until("document.querySelector('.say [type=file]').files[0].name === 'Плата.jpg'")
        .await;
    click(&desk, ".say .btn.main").await;
    desk.find(".msg.ours img[src='/photos/3']").await;
    let size = "const done = arguments[0];
        fetch('/photos/3').then((sent) => sent.blob()).then(createImageBitmap)
            .then(({ width, height }) => done([width, height]));";
    assert_eq!(desk.eval_later(size).await, json!([2560, 1920]));
    // The same without a script, by the button.
    let off = json!({"value": true});
    desk.cdp("Emulation.setScriptExecutionDisabled", off).await;
    desk.reload().await;
    let camera = desk.find("#photos [type=file]").await;
    camera.send_keys(photo).await.unwrap();
    click(&desk, "#photos form button").await;
    desk.find("#photos img[src='/photos/4']").await;
    let link = renew(&shop, "1").await;
    desk.go(&link).await;
    desk.until("document.querySelector('.said img').complete")
        .await;
    assert_eq!(desk.count(".said img").await, 2);
    let loaded = "document.querySelector('.said img').naturalWidth > 0";
    desk.until(loaded).await;
    shop.close().await;
}
