//! Works, parts and money of a repair at the desk, from the deposit to the hand-over.

use std::time::Duration;

use thirtyfour::Key;

use super::chromium::{Browser, Driver};
use super::sheet::click;
use crate::bot::{ANNA, contact, messages, said, set_status};
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
    desk.sees_in("dialog", "4\u{a0}300\u{a0}₽").await;
    desk.click("dialog [value=CARD]").await;
    desk.click("dialog .btn.main").await;
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

/// Returns the status of the task, and what was paid.
async fn paid(shop: &Shop) -> serde_json::Value {
    let query = "{ taskById(id: 1) { status paid } }";
    shop.ask(query).await["data"]["taskById"].clone()
}

#[tokio::test]
async fn a_payment_opens_over_the_sheet_and_is_taken_there_once() {
    let Some(driver) = Driver::start().await else {
        return;
    };
    for width in [1280, 390] {
        let shop = Shop::with_owner().await;
        let task = r#"mutation { createTask(taskData: {customerPhone: "+79000000001", description: "Экран", price: 500000}) { task { id } } }"#;
        assert!(shop.ask(task).await["errors"].is_null());
        let desk = driver.signed_in(&shop, "owner@example.com").await;
        desk.resize(width, 844).await;
        desk.go("/tasks/1").await;
        desk.eval("window.untouched = true").await;
        let key = |key: Key| String::from(key.value());
        let open = "#payments a[href$='/pay']";
        let closed = "!document.querySelector('dialog') && history.state?.over !== true";
        // The sum has the focus. Escape, Back and "Cancel" close it, and the focus returns to the button.
        click(&desk, open).await;
        desk.until("document.activeElement.matches('dialog[open] [name=sum]')")
            .await;
        desk.press(key(Key::Escape)).await;
        desk.until(closed).await;
        assert!(desk.has_focus(open).await);
        click(&desk, open).await;
        desk.find("dialog[open] [name=sum]").await;
        desk.web().back().await.unwrap();
        desk.until(closed).await;
        click(&desk, open).await;
        desk.click("dialog .foot a").await;
        desk.until(closed).await;
        desk.at("/tasks/1").await;
        // The change of what the customer gives in cash.
        click(&desk, open).await;
        for (given, change) in [
            ("6 000", "1\u{a0}000\u{a0}₽"),
            ("5 000,50", "0,50\u{a0}₽"),
            ("4000", "-1\u{a0}000\u{a0}₽"),
        ] {
            desk.fill("dialog [data-given]", given).await;
            desk.sees_in("dialog output", change).await;
        }
        desk.fill("dialog [data-given]", "шесть").await;
        let empty = "document.querySelector('dialog output').value === ''";
        desk.until(empty).await;
        click(&desk, "dialog [value=CARD]").await;
        desk.until("!document.querySelector('[data-given]').checkVisibility()")
            .await;
        desk.press(key(Key::Escape)).await;
        desk.until(closed).await;
        // What is wrong is said in it, and what was typed stays.
        click(&desk, open).await;
        desk.fill("dialog [name=note]", "Аванс").await;
        click(&desk, "dialog [value=CARD]").await;
        desk.fill("dialog [name=sum]", "много").await;
        desk.press(key(Key::Enter)).await;
        desk.sees_in("dialog .problem", "Напишите сумму цифрами")
            .await;
        desk.until("document.activeElement.matches('dialog [name=sum]')")
            .await;
        let typed = "const { elements } = document.querySelector('dialog form'); return ['sum', 'note', 'method'].map((name) => elements[name].value)";
        assert_eq!(
            desk.eval(typed).await,
            serde_json::json!(["много", "Аванс", "CARD"])
        );
        desk.fill("dialog [name=sum]", "1 000").await;
        // Two taps, and a colleague who changes something meanwhile.
        set_status(&shop, "1", "IN_PROGRESS").await;
        desk.eval(
            "const main = document.querySelector('dialog .btn.main'); main.click(); main.click()",
        )
        .await;
        desk.until(closed).await;
        desk.sees_in("#said", "Оплата принята.").await;
        desk.sees_in("#payments .to-pay ~ .to-pay", "4\u{a0}000\u{a0}₽")
            .await;
        let one = serde_json::json!({"status": "IN_PROGRESS", "paid": 100_000});
        assert_eq!(paid(&shop).await, one);
        // Taking the rest and handing over asks about a debt in the same place.
        click(&desk, "#payments a[href$=checkout]").await;
        desk.fill("dialog [name=sum]", "3 000").await;
        desk.press(key(Key::Enter)).await;
        desk.sees_in("dialog .choice", "Выдать с долгом 1\u{a0}000\u{a0}₽")
            .await;
        click(&desk, "dialog [name=debt]").await;
        desk.click("dialog .btn.main").await;
        desk.sees_in(".slip", "Заявка выдана.").await;
        desk.sees_in(".stage > summary", "Закрыто").await;
        desk.until("window.untouched").await;
        assert_eq!(paid(&shop).await["status"], "CLOSED");
        // Back leads to the sheet as it is now, not to a form that was sent.
        desk.web().back().await.unwrap();
        desk.until(closed).await;
        desk.sees_in(".stage > summary", "Закрыто").await;
        shop.close().await;
    }
}
