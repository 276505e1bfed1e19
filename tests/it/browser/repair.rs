//! A whole repair from acceptance to pickup, for the shop and its customer: with the customer in
//! Telegram, and with Telegram switched off.

use std::time::Duration;

use super::chromium::{Browser, Driver};
use crate::bot::{ANNA, contact, messages, said, text};
use crate::conversation::press;
use crate::harness::Shop;

const DAY: Duration = Duration::from_secs(86_400);
const ABOUT: &str = "[shop]
name = 'Мастер'
address = 'Тверь, Ленина 1'
hours = 'пн–пт 10–19'
phone = '8 (900) 111-22-33'
terms = 'Храним 60 дней.'";
/// The link to the tasks that nobody collects, on the page of the day.
const UNCOLLECTED: &str = "section[aria-labelledby=h-ready] > header a[href='/?uncollected=1']";

/// Registers a task; its page is shown.
async fn take_in(desk: &Browser) {
    desk.go("/new-task/").await;
    for (field, text) in [
        ("phone", "8 (900) 000-00-01"),
        ("name", "Анна"),
        ("description", "Разбит экран"),
        ("kind", "телефон"),
        ("brand", "Apple"),
        ("model", "iPhone 12"),
        ("serialNumber", "SN-4711"),
        ("accessories", "чехол"),
        ("estimate", "3 000"),
        ("prepayment", "1 000"),
    ] {
        desk.fill(&format!("[name={field}]"), text).await;
    }
    desk.eval("document.querySelector('[name=dueOn]').value = '2021-07-28'")
        .await;
    desk.click("main .btn.main").await;
    desk.at("/tasks/1").await;
    desk.sees_in(".strip .who", "Анна").await;
}

/// Returns the path of the status link in the receipt's QR code.
async fn receipt(desk: &Browser, shop: &Shop) -> String {
    desk.click("[name=back][value='/tasks/1/receipt']").await;
    desk.at("/tasks/1/receipt").await;
    for line in [
        "Мастер",
        "пн–пт 10–19",
        "Квитанция № 1",
        "телефон Apple iPhone 12",
        "SN-4711",
        "чехол",
        "Разбит экран",
        "3\u{a0}000\u{a0}₽",
        "Храним 60 дней.",
    ] {
        desk.sees_in("article.paper", line).await;
    }
    assert_eq!(desk.count("article.paper .qr path").await, 1);
    let url = desk.text("article.paper .follow .small").await;
    desk.click(".head a.btn").await;
    desk.at("/tasks/1").await;
    url.strip_prefix(&shop.url).unwrap().to_owned()
}

/// Presses the button with that text, or with one that shows it: the composer's button has a text for
/// the customer and one for a note.
async fn choose(desk: &Browser, button: &str) {
    let found = format!(
        "[...document.querySelectorAll('button')].find((one) => [one.textContent, one.innerText].some((text) => text.trim() === {button:?}))"
    );
    desk.until(&found).await;
    desk.eval(&format!("{found}.click()")).await;
}

/// Sets a stage by its button in the menu, which is then named by it.
async fn put(desk: &Browser, button: &str) {
    choose(desk, button).await;
    desk.sees_in(".stage > summary", button).await;
}

async fn ask_for(desk: &Browser, price: &str, what: &str, button: &str) {
    desk.click("#ask summary").await;
    desk.fill("[name=askPrice]", price).await;
    desk.fill("[name=askText]", what).await;
    choose(desk, button).await;
    desk.sees_in(".quote", "Ждём ответа").await;
}

/// Enters the final price, which then appears on the slip.
async fn settle_up(desk: &Browser) {
    desk.go("/tasks/1/edit").await;
    desk.fill("[name=price]", "4 500").await;
    desk.eval("document.querySelector('[name=warrantyEndsOn]').value = '2022-01-25'")
        .await;
    desk.click("main .btn.main").await;
    desk.at("/tasks/1").await;
    desk.click(".top .go > .menu > summary").await;
    desk.click("a[href='/tasks/1/hand-over?print=1']").await;
    desk.at("/tasks/1/hand-over").await;
    for line in [
        "Акт выдачи № 1",
        "4\u{a0}500\u{a0}₽",
        "3\u{a0}500\u{a0}₽",
        "Новый экран с работой",
        "25 января 2022",
        "Получил клиент",
    ] {
        desk.sees_in("article.paper", line).await;
    }
    desk.click(".head a.btn").await;
    desk.at("/tasks/1").await;
}

#[tokio::test]
async fn a_repair_goes_its_whole_way_with_the_customer_in_telegram() {
    let Some(driver) = Driver::start().await else {
        return;
    };
    let shop = Shop::with_owner().await;
    let shop = shop.reopen_with(ABOUT, Duration::ZERO).await;
    let desk = driver.signed_in(&shop, "owner@example.com").await;
    take_in(&desk).await;
    let link = receipt(&desk, &shop).await;
    // At home Anna opens the link, and from there the bot.
    let phone = driver.open(&shop).await;
    phone.go(&link).await;
    phone.sees_in("h1", "Заявка № 1").await;
    phone.sees_in(".pill", "Принято").await;
    let token = link.trim_start_matches("/s/");
    shop.update(text(ANNA, &format!("/start {token}"))).await;
    assert!(said(&messages(&shop, 1).await[0]).starts_with("Заявка <b>№ 1</b>: <b>Принято</b>\n"));
    shop.update(contact(ANNA, ANNA, "+79000000001")).await;
    assert!(said(&messages(&shop, 3).await[2]).starts_with("Ваши заявки:\n<b>№ 1</b>"));
    desk.reload().await;
    desk.sees_in(".chat > header", "● Telegram").await;
    // The work begins; she is notified, and her page updates itself.
    put(&desk, "В работе").await;
    put(&desk, "На диагностике").await;
    let sent = messages(&shop, 4).await;
    assert_eq!(
        said(&sent[3]),
        "На диагностике: телефон Apple iPhone 12 (№ 1).\nСрок: 28 июля 2021."
    );
    phone.sees_in(".pill", "На диагностике").await;
    // The price exceeds the estimate: she accepts by one tap, and the desk sees it at once.
    put(&desk, "На согласовании").await;
    let send = "Отправить на согласование";
    ask_for(&desk, "4 500", "Новый экран с работой", send).await;
    phone.sees_in(".asks", "4\u{a0}500\u{a0}₽").await;
    let sent = messages(&shop, 6).await;
    let asked = sent
        .iter()
        .find(|one| said(one).contains("согласны на цену"));
    assert_eq!(
        asked.unwrap()["reply_markup"]["inline_keyboard"][0][0]["callback_data"],
        "agree:1"
    );
    shop.update(press(ANNA, "agree:1")).await;
    assert!(said(&messages(&shop, 7).await[6]).contains("вы согласились на цену"));
    desk.sees_in(".quote", "Клиент согласился в Telegram").await;
    phone.sees("Вы согласились").await;
    // A part is ordered; they exchange messages.
    put(&desk, "Ждёт запчасть").await;
    desk.fill("[name=comment]", "Экран приедет в среду.").await;
    choose(&desk, "Отправить").await;
    desk.sees_in(".msg.ours", "Экран приедет в среду.").await;
    phone.sees_in(".talk", "Экран приедет в среду.").await;
    messages(&shop, 9).await;
    shop.update(text(ANNA, "Хорошо, жду.")).await;
    desk.sees_in(".waits", "Клиент ждёт ответа").await;
    desk.sees_in(".msg.theirs", "Хорошо, жду.").await;
    desk.sees_in(".badge", "1").await;
    choose(&desk, "Ответ не нужен").await;
    desk.until("!document.querySelector('.waits') && !document.querySelector('.badge')")
        .await;
    messages(&shop, 10).await;
    // The task is ready, and nobody comes for three days.
    put(&desk, "Готово").await;
    assert!(
        said(&messages(&shop, 11).await[10])
            .starts_with("Готово: телефон Apple iPhone 12 (№ 1).\n")
    );
    settle_up(&desk).await;
    shop.clock.advance(3 * DAY);
    let sent = messages(&shop, 12).await;
    assert!(
        said(&sent[11])
            .starts_with("телефон Apple iPhone 12 ждёт вас с 25 июля 2021 (№ 1).\nК оплате 3"),
        "{sent:?}"
    );
    desk.go("/today").await;
    desk.sees_in(UNCOLLECTED, "1 не забирают").await;
    desk.click(UNCOLLECTED).await;
    desk.sees_in("tr[data-task='1']", "iPhone 12").await;
    // She collects and pays.
    desk.go("/tasks/1").await;
    put(&desk, "Закрыто").await;
    put(&desk, "Выдан").await;
    phone.sees_in(".pill", "Выдано").await;
    let history = desk
        .eval("return document.querySelector('.log').textContent")
        .await;
    let history = history.as_str().unwrap().to_owned();
    for line in [
        "Клиент согласился на 4\u{a0}500\u{a0}₽",
        "Хорошо, жду.",
        "Статус: Готово → Закрыто",
    ] {
        assert!(history.contains(line), "{line}: {history}");
    }
    // A month later the link has expired.
    shop.clock.advance(31 * DAY);
    phone.reload().await;
    phone.sees("Ссылка не работает").await;
    shop.close().await;
}

#[tokio::test]
async fn a_repair_goes_its_whole_way_without_telegram() {
    let Some(driver) = Driver::start().await else {
        return;
    };
    let shop = Shop::open_with(ABOUT, "mode = 'off'").await;
    shop.register("owner@example.com").await;
    let desk = driver.signed_in(&shop, "owner@example.com").await;
    take_in(&desk).await;
    let link = receipt(&desk, &shop).await;
    let phone = driver.open(&shop).await;
    phone.go(&link).await;
    phone.sees_in(".pill", "Принято").await;
    assert_eq!(phone.count("a[href^='https://t.me']").await, 0);
    put(&desk, "В работе").await;
    put(&desk, "На согласовании").await;
    phone.sees_in(".pill", "Ждём вашего решения").await;
    let why = "бот не подключён, звоните +7\u{a0}900\u{a0}000-00-01";
    let save = format!("Сохранить цену: {why}");
    ask_for(&desk, "4 500", "Новый экран с работой", &save).await;
    phone.sees_in(".asks", "Новый экран с работой").await;
    choose(&phone, "Согласен").await;
    phone.sees("Вы согласились").await;
    desk.sees_in(".quote", "Клиент согласился на странице заявки")
        .await;
    put(&desk, "Ждёт запчасть").await;
    phone.fill("[name=text]", "А чехол не потеряется?").await;
    choose(&phone, "Отправить").await;
    phone.sees_in(".mine", "А чехол не потеряется?").await;
    desk.sees_in(".msg.theirs", "А чехол не потеряется?").await;
    desk.fill("[name=comment]", "Он лежит вместе с телефоном.")
        .await;
    choose(&desk, "Сохранить: бот не подключён").await;
    phone.sees_in(".talk", "Он лежит вместе с телефоном.").await;
    put(&desk, "Готово").await;
    phone.sees_in(".pill", "Готово").await;
    settle_up(&desk).await;
    shop.clock.advance(3 * DAY);
    desk.go("/today").await;
    desk.sees_in(UNCOLLECTED, "1 не забирают").await;
    desk.go("/tasks/1").await;
    put(&desk, "Закрыто").await;
    put(&desk, "Выдан").await;
    phone.sees_in(".pill", "Выдано").await;
    assert_eq!(shop.telegram.messages_now().len(), 0);
    shop.close().await;
}
