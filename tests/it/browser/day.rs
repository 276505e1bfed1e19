//! A day of the shop in Russian, from the opening of the shift to its closing, and every sum of it
//! afterwards: on screen, on paper and in files.

use super::chromium::{Browser, Driver};
use crate::bot::{ANNA, contact, messages, said};
use crate::cash_pages::rows;
use crate::conversation::press;
use crate::harness::Shop;
use crate::pages;
use crate::status_links::renew;

/// Waits until a button or a link with these words is visible, and presses it.
async fn push(desk: &Browser, words: &str) {
    let found = format!(
        "[...document.querySelectorAll('main :is(a, button, summary)')].find((e) => e.checkVisibility({{visibilityProperty: true}})
            && [e.innerText.trim(), e.getAttribute('aria-label')].includes({words:?}))"
    );
    desk.until(&found).await;
    desk.eval(&format!(
        "const e = {found}; e.scrollIntoView({{block: 'center'}}); e.click();"
    ))
    .await;
}

/// Unfolds a section by its summary.
async fn unfold(desk: &Browser, words: &str) {
    let found = format!(
        "[...document.querySelectorAll('main summary')].find((e) => e.innerText.trim() === {words:?})"
    );
    desk.until(&found).await;
    desk.eval(&format!("{found}.parentElement.open = true"))
        .await;
}

/// Chooses an option of a field by its words.
async fn choose(desk: &Browser, field: &str, words: &str) {
    desk.find(field).await;
    let script = format!(
        "const field = document.querySelector({field:?});
        field.value = [...field.options].find((o) => o.text.trim() === {words:?}).value;
        field.dispatchEvent(new Event('change', {{bubbles: true}}));"
    );
    desk.eval(&script).await;
}

/// Chooses a method of payment by its words.
async fn pick(desk: &Browser, words: &str) {
    let found = format!(
        "[...document.querySelectorAll('main [name=method]')].find((e) => e.parentElement.innerText.trim() === {words:?})"
    );
    desk.until(&found).await;
    desk.eval(&format!("{found}.click()")).await;
}

async fn open_shift(desk: &Browser, counted: &str) {
    desk.go("/cash").await;
    push(desk, "Касса: Открыть смену").await;
    desk.at("/drawers/1/open").await;
    desk.fill("main [name=counted]", counted).await;
    push(desk, "Открыть смену").await;
    desk.at("/cash").await;
}

async fn take_in(desk: &Browser, deposit: &str) {
    desk.go("/new-task/").await;
    for (field, text) in [
        ("phone", "8 (900) 000-00-01"),
        ("name", "Анна"),
        ("description", "Разбит экран"),
        ("prepayment", deposit),
    ] {
        desk.fill(&format!("main [name={field}]"), text).await;
    }
    choose(desk, "main [name=prepaymentMethod]", "Наличные").await;
    push(desk, "Создать заявку").await;
    desk.at("/tasks/1").await;
}

/// Adds an item of the catalogue that is found by a part of its name.
async fn add_item(desk: &Browser, search: &str, name: &str) {
    desk.go(&format!("/tasks/1/lines/new?q={search}")).await;
    push(desk, &format!("Добавить: {name}")).await;
    desk.at("/tasks/1").await;
    desk.sees_in("#lines", name).await;
}

/// Adds a line of free text.
async fn add_line(desk: &Browser, kind: &str, name: &str, price: &str) {
    desk.go("/tasks/1/lines/new").await;
    choose(desk, "main [name=kind]", kind).await;
    desk.fill("main [name=name]", name).await;
    desk.fill("main [name=unitPrice]", price).await;
    push(desk, "Добавить").await;
    desk.at("/tasks/1").await;
    desk.sees_in("#lines", name).await;
}

async fn ask_customer(desk: &Browser) {
    unfold(desk, "Согласовать цену").await;
    push(desk, "Отправить на согласование").await;
}

async fn agree_by_phone(desk: &Browser, note: &str) {
    unfold(desk, "Согласовано по телефону").await;
    desk.fill("[name=agreeNote]", note).await;
    push(desk, "Записать согласие").await;
    desk.until("!document.querySelector('#lines').innerText.includes('не согласовано')")
        .await;
}

async fn hand_over(desk: &Browser, method: &str) {
    desk.go("/tasks/1/checkout").await;
    pick(desk, method).await;
    push(desk, "Принять оплату и выдать").await;
    desk.sees("Заявка выдана.").await;
}

async fn refund(desk: &Browser, payment: i64, sum: &str, method: &str) {
    desk.go(&format!("/tasks/1/payments/{payment}/refund"))
        .await;
    desk.fill("main [name=sum]", sum).await;
    pick(desk, method).await;
    push(desk, "Вернуть").await;
    desk.at("/tasks/1").await;
}

async fn take_out(desk: &Browser, sum: &str, note: &str) {
    desk.go("/cash").await;
    push(desk, "Касса: Изъять").await;
    desk.fill("main [name=sum]", sum).await;
    desk.fill("main [name=note]", note).await;
    push(desk, "Изъять").await;
    desk.at("/cash").await;
}

async fn close_shift(desk: &Browser, counted: &str, reason: &str) {
    desk.go("/cash").await;
    push(desk, "Касса: Закрыть смену").await;
    desk.fill("main [name=counted]", counted).await;
    desk.fill("main [name=reason]", reason).await;
    push(desk, "Закрыть смену").await;
    desk.at("/cash").await;
}

/// Returns the words of a page, in lower case and separated by single spaces: a style may put them
/// into capitals.
async fn words(desk: &Browser, path: &str) -> String {
    desk.go(path).await;
    let text = desk.text("main").await.to_lowercase();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Every sum of the day, worked out by hand:
///
/// | | |
/// |---|---|
/// | deposit in cash | 1 000 |
/// | display 3 500, its replacement 1 000, call-out 500, film 300 | 5 300 |
/// | by card at the hand-over: 5 300 − 1 000 | 4 300 |
/// | received: 1 000 + 4 300 | 5 300 |
/// | refunded in cash | 300 |
/// | on Today, less the refund: 700 in cash and 4 300 by card | 5 000 |
/// | owed: 5 300 − 5 300 + 300 | 300 |
/// | in the drawer: 5 000 + 1 000 − 300 − 2 000 | 3 700 |
/// | counted, 50 short | 3 650 |
/// | works: 1 000 + 500; parts: 3 500 + 300 | 1 500, 3 800 |
/// | cost of the display; profit: 5 300 − 2 000 | 2 000, 3 300 |
const SUMS: &[(&str, &[&str])] = &[
    (
        "/today",
        &[
            "в ящике смена закрыта 3 650 ₽",
            "наличные +700 ₽ изъято −2 000 ₽ карта 4 300 ₽ принято за день 5 000 ₽",
            "долги300 ₽",
            "анна № 1, с 25 июля 300 ₽",
        ],
    ),
    (
        "/cash",
        &[
            "5 300 ₽ получено 300 ₽ возвращено 0 ₽ внесено 2 000 ₽ изъято 5 300 ₽ заработано",
            "наличные 1 000 ₽ 300 ₽ карта 4 300 ₽ 0 ₽",
            "было при открытии 5 000 ₽ должно быть 3 700 ₽",
            "пересчитано наличных 3 650 ₽ расхождение −50 ₽ причина расхождения сдача",
            "касса · 3 650 ₽ смена закрыта",
            "−300 ₽",
            "−2 000 ₽",
        ],
    ),
    (
        "/cash/2021-07-25/print",
        &[
            "5 300 ₽ получено 300 ₽ возвращено 0 ₽ внесено 2 000 ₽ изъято 5 300 ₽ заработано",
            "должно быть 3 700 ₽",
            "расхождение −50 ₽",
        ],
    ),
    (
        "/months/2021-07",
        &[
            "5 300 ₽ получено 300 ₽ возвращено 5 300 ₽ заработано 1 500 ₽ работы 3 800 ₽ запчасти",
            "300 ₽ ещё не оплачено 2 000 ₽ себестоимость 3 300 ₽ валовая прибыль 5 300 ₽ средняя заявка",
        ],
    ),
    ("/debts", &["долги 300 ₽", "5 300 ₽", "5 000 ₽", "300 ₽"]),
    ("/customers/1", &["300 ₽"]),
    (
        "/tasks/1/receipt",
        &["5 000 ₽ (наличные: 700 ₽, карта: 4 300 ₽)"],
    ),
    (
        "/tasks/1/hand-over",
        &[
            "дисплей",
            "3 500 ₽",
            "замена дисплея",
            "1 000 ₽",
            "выезд",
            "500 ₽",
            "плёнка",
            "300 ₽",
            "5 300 ₽",
            "пять тысяч триста рублей 00 копеек",
            "наличные: 700 ₽, карта: 4 300 ₽",
            "23 октября 2021",
        ],
    ),
    (
        "/tasks/1/payments/1/slip",
        &["1 000 ₽", "одна тысяча рублей 00 копеек"],
    ),
    (
        "/tasks/1/payments/2/slip",
        &["4 300 ₽", "четыре тысячи триста рублей 00 копеек"],
    ),
    (
        "/tasks/1/payments/3/slip",
        &["300 ₽", "триста рублей 00 копеек"],
    ),
];

/// What the customer sees: lines, total, paid and due.
const CUSTOMER: &[&str] = &[
    "дисплей",
    "3 500 ₽",
    "замена дисплея",
    "1 000 ₽",
    "выезд",
    "500 ₽",
    "плёнка",
    "300 ₽",
    "5 300 ₽",
    "5 000 ₽",
];

fn row(text: &str) -> Vec<String> {
    text.split('|').map(str::to_owned).collect()
}

async fn expect_files(shop: &Shop) {
    let owner = pages::Browser::signed_in(shop, "owner@example.com").await;
    let file = async |path: &str| rows(&owner.page(path).await);
    let day = file("/cash/2021-07-25.csv").await;
    // Number, kind, task, method, drawer, in, out, note and what it corrects.
    let seen: Vec<Vec<String>> = day[1..]
        .iter()
        .map(|row| {
            [0, 2, 3, 4, 5, 6, 7, 9, 11]
                .map(|at| row[at].clone())
                .to_vec()
        })
        .collect();
    assert_eq!(
        seen,
        [
            row("1|Оплата|1|Наличные|Касса|1000||| "),
            row("2|Оплата|1|Карта||4300||| "),
            row("3|Возврат|1|Наличные|Касса||300||2"),
            row("4|Изъятие||Наличные|Касса||2000|Инкассация| "),
        ]
        .map(|row| row
            .iter()
            .map(|cell| cell.trim().to_owned())
            .collect::<Vec<_>>())
    );
    let month = file("/months/2021-07.csv").await;
    assert_eq!(
        month.last().unwrap(),
        &row("Итого|1|0|1|5300|300|0|2000|5300|1500|3800|0|300|2000|3300")
    );
    let tasks = file("/data/tasks.csv").await;
    let cell = |name: &str| {
        let at = tasks[0].iter().position(|heading| heading == name);
        tasks[1][at.unwrap_or_else(|| panic!("{name} {:?}", tasks[0]))].clone()
    };
    assert_eq!(
        ["Цена", "Оплачено", "Осталось оплатить"].map(cell),
        ["5300", "5000", "300"]
    );
}

async fn play(width: u32) {
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
    desk.resize(width, 844).await;

    open_shift(&desk, "5 000").await;
    take_in(&desk, "1 000").await;
    shop.update(contact(ANNA, ANNA, "+79000000001")).await;
    messages(&shop, 2).await;
    add_item(&desk, "дисплей", "Дисплей").await;
    add_item(&desk, "замена", "Замена дисплея").await;
    add_line(&desk, "Работа", "Выезд", "500").await;

    ask_customer(&desk).await;
    let sent = messages(&shop, 3).await;
    let quote = said(&sent[2]).replace('\u{a0}', " ");
    let lines =
        "согласны на цену 5 000 ₽?\n\nДисплей: 3 500 ₽\nЗамена дисплея: 1 000 ₽\nВыезд: 500 ₽";
    assert!(quote.ends_with(lines), "{quote}");
    shop.update(press(ANNA, "agree:1")).await;
    messages(&shop, 4).await;
    desk.sees_in("#lines", "согласовано").await;
    add_line(&desk, "Запчасть", "Плёнка", "300").await;
    desk.sees_in("#lines", "не согласовано").await;
    agree_by_phone(&desk, "Плёнку тоже").await;

    hand_over(&desk, "Карта").await;
    refund(&desk, 2, "300", "Наличные").await;
    take_out(&desk, "2 000", "Инкассация").await;
    close_shift(&desk, "3 650", "Сдача").await;

    let mut wrongs = Vec::new();
    for (path, sums) in SUMS {
        let page = words(&desk, path).await;
        for sum in sums.iter().filter(|sum| !page.contains(**sum)) {
            wrongs.push(format!("{path} has no {sum:?}:\n{page}"));
        }
    }
    let link = renew(&shop, "1").await;
    let page = words(&desk, &link).await;
    for sum in CUSTOMER.iter().filter(|sum| !page.contains(**sum)) {
        wrongs.push(format!("the customer sees no {sum:?}:\n{page}"));
    }
    assert!(wrongs.is_empty(), "{}", wrongs.join("\n"));
    expect_files(&shop).await;
    shop.close().await;
}

#[tokio::test]
async fn a_day_at_the_desk_adds_up_everywhere() {
    play(1280).await;
}

#[tokio::test]
async fn a_day_on_a_phone_adds_up_everywhere() {
    play(390).await;
}
