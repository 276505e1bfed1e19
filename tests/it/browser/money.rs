//! Works, parts and money of a repair at the desk, from the deposit to the hand-over.

use std::time::Duration;

use super::chromium::{Browser, Driver};
use crate::bot::{ANNA, contact, messages, said};
use crate::conversation::press;
use crate::harness::Shop;

/// Finds an item by its barcode as it is typed, and adds it.
async fn scan(desk: &Browser) {
    desk.fill("#lines [type=search]", "460123").await;
    desk.sees_in("#items .found", "Дисплей").await;
    desk.click("#items .found button").await;
    desk.at("/tasks/1").await;
    desk.sees_in(".lines", "Дисплей").await;
}

async fn add_free(desk: &Browser, name: &str, price: &str) {
    desk.click("#lines a[href$='/lines/new']").await;
    desk.at("/tasks/1/lines/new").await;
    desk.fill("[name=name]", name).await;
    desk.fill("[name=unitPrice]", price).await;
    desk.click("main .btn.main").await;
    desk.at("/tasks/1").await;
    desk.sees_in(".lines", name).await;
}

#[tokio::test]
async fn a_repair_is_listed_agreed_paid_and_handed_over() {
    let Some(driver) = Driver::start().await else {
        return;
    };
    let shop = Shop::with_owner().await;
    let items = r#"mutation {
        one: saveCatalogueItem(itemData: {kind: PART, name: "Дисплей", barcode: "4601234567890", price: 350000,
            cost: 200000, warrantyDays: 90}) { item { id } }
        two: saveCatalogueItem(itemData: {kind: WORK, name: "Замена дисплея", price: 100000}) { item { id } } }"#;
    assert!(shop.ask(items).await["errors"].is_null());
    let desk = driver.signed_in(&shop, "owner@example.com").await;
    desk.go("/new-task/").await;
    for (field, text) in [
        ("phone", "8 (900) 000-00-01"),
        ("name", "Анна"),
        ("description", "Разбит экран"),
        ("prepayment", "1 000"),
    ] {
        desk.fill(&format!("[name={field}]"), text).await;
    }
    desk.click("main .btn.main").await;
    desk.at("/tasks/1").await;
    desk.sees_in("#payments", "1\u{a0}000\u{a0}₽").await;
    shop.update(contact(ANNA, ANNA, "+79000000001")).await;
    messages(&shop, 2).await;

    // Three lines: a part by its barcode, a work by its name without the script's help, and free text.
    scan(&desk).await;
    desk.go("/tasks/1/lines/new?q=замена").await;
    desk.click(".found button").await;
    desk.at("/tasks/1").await;
    add_free(&desk, "Выезд", "500").await;
    desk.sees_in("#lines", "5\u{a0}000\u{a0}₽").await;

    // The bot shows the lines, and Anna agrees; one more is agreed by phone.
    desk.click("#ask summary").await;
    desk.click("[data-part=ask] button").await;
    let sent = messages(&shop, 3).await;
    let quote = said(&sent[2]).replace('\u{a0}', " ");
    let lines =
        "согласны на цену 5 000 ₽?\n\nДисплей: 3 500 ₽\nЗамена дисплея: 1 000 ₽\nВыезд: 500 ₽";
    assert!(quote.ends_with(lines), "{quote}");
    shop.update(press(ANNA, "agree:1")).await;
    messages(&shop, 4).await;
    desk.sees_in(".lines", "согласовано").await;
    add_free(&desk, "Плёнка", "300").await;
    desk.sees_in(".lines", "не согласовано").await;
    desk.click("details:has([name=agreeNote]) summary").await;
    desk.fill("[name=agreeNote]", "Плёнку тоже").await;
    desk.click("[action$=agree] button").await;
    desk.until("!document.querySelector('.lines').innerText.includes('не согласовано')")
        .await;
    desk.sees_in(".quote", "по телефону").await;

    // A week later she pays the rest by card and takes the phone; the slip says it all.
    shop.clock.advance(Duration::from_secs(7 * 86_400));
    desk.click(".stage > summary").await;
    desk.click("[name=stage][value='3']").await;
    desk.sees_in("#payments", "Принять оплату и выдать").await;
    desk.click("#payments a[href$=checkout]").await;
    desk.at("/tasks/1/checkout").await;
    desk.sees_in("main", "4\u{a0}300\u{a0}₽").await;
    desk.eval("document.querySelector('[name=method]').value = 'CARD'")
        .await;
    desk.click("main .btn.main").await;
    desk.sees_in(".slip", "Заявка выдана.").await;
    desk.click(".slip .btn.main").await;
    desk.at("/tasks/1/hand-over").await;
    for line in [
        "Дисплей",
        "Замена дисплея",
        "Плёнка",
        "5\u{a0}300\u{a0}₽",
        "Пять тысяч триста рублей 00 копеек",
        "Наличные: 1\u{a0}000\u{a0}₽, Карта: 4\u{a0}300\u{a0}₽",
        "30 октября 2021",
    ] {
        desk.sees_in("article.paper", line).await;
    }
    let answer = shop
        .ask("{ taskById(id: 1) { status total paid toPay } }")
        .await;
    assert_eq!(
        answer["data"]["taskById"],
        serde_json::json!({"status": "CLOSED", "total": 530_000, "paid": 530_000, "toPay": 0})
    );
    shop.close().await;
}
