//! Works, parts and payments on the pages of staff and customers, on the papers, and in the bot.

use reqwest::{Response, StatusCode};
use serde_json::{Value, json};

use crate::bot::{ANNA, contact, create, messages, said};
use crate::conversation::press;
use crate::harness::Shop;
use crate::pages::{Browser, goes_to};
use crate::status_links::renew;

/// A display in the catalogue: 3,500.00, cost 2,000.00, warranty of 90 days.
const DISPLAY: &str = r#"mutation { saveCatalogueItem(itemData: {kind: PART, name: "Дисплей", article: "D-12",
    barcode: "4601234567890", price: 350000, cost: 200000, warrantyDays: 90}) { item { id } } }"#;

/// Opens a shop with a task and the display.
async fn shop() -> Shop {
    let shop = Shop::with_owner().await;
    create(&shop, "8 900 000-00-01").await;
    data(&shop, DISPLAY).await;
    shop
}

async fn data(shop: &Shop, query: &str) -> Value {
    let answer = shop.ask(query).await;
    assert!(answer["errors"].is_null(), "{query} {answer}");
    answer["data"].clone()
}

async fn task(shop: &Shop) -> Value {
    let query = "{ taskById(id: 1) { status total paid toPay discount warrantyEndsOn stage { id }
        lines { id name quantity unitPrice discount sum cost warrantyDays doneBy { email } }
        payments { id kind method sum note fiscalNumber } } }";
    data(shop, query).await["taskById"].clone()
}

/// Returns a page with ordinary spaces.
async fn page(browser: &Browser<'_>, path: &str) -> String {
    browser.page(path).await.replace('\u{a0}', " ")
}

async fn text(answer: Response) -> String {
    answer.text().await.unwrap().replace('\u{a0}', " ")
}

/// Returns the value of a hidden field.
fn hidden(page: &str, name: &str) -> String {
    let field = format!("<input type=\"hidden\" name=\"{name}\" value=\"");
    let (_, rest) = page
        .split_once(&field)
        .unwrap_or_else(|| panic!("{name} {page}"));
    rest.split_once('"').unwrap().0.to_owned()
}

fn decoded(value: &str) -> String {
    value.replace("&#38;", "&")
}

/// Adds a line of free text by the page.
async fn add(browser: &mut Browser<'_>, form: &[(&str, &str)]) {
    let answer = browser.post("/tasks/1/lines", form).await;
    assert_eq!(goes_to(&answer), "/tasks/1#lines");
}

/// Path, form, and what the page says in Russian and in English.
type Case<'a> = (&'a str, &'a [(&'a str, &'a str)], [&'a str; 2]);

const WORK: [(&str, &str); 5] = [
    ("kind", "WORK"),
    ("name", "Чистка"),
    ("quantity", "1,5"),
    ("unitPrice", "1 000,00"),
    ("discount", "10 %"),
];

fn all_in(page: &str, words: &[&str]) {
    for word in words {
        assert!(page.contains(word), "{word}: {page}");
    }
}

#[tokio::test]
async fn lines_are_found_added_edited_moved_and_removed() {
    let shop = shop().await;
    let mut browser = Browser::signed_in(&shop, "owner@example.com").await;
    // By any part of the name, the article number or the barcode, as a fragment and as a page.
    for query in ["дисп", "d-12", "34567"] {
        for path in ["known", "new"] {
            let found = page(&browser, &format!("/tasks/1/lines/{path}?q={query}")).await;
            all_in(
                &found,
                &["name=\"itemId\" value=\"1\"", "Дисплей", "3 500 ₽"],
            );
        }
    }
    let nothing = page(&browser, "/tasks/1/lines/known?q=зззз").await;
    assert_eq!(
        nothing.trim(),
        "<p class=\"sub\">В прайс-листе такого нет.</p>"
    );
    assert_eq!(page(&browser, "/tasks/1/lines/known?q=").await.trim(), "");
    let empty = page(&browser, "/tasks/1").await;
    all_in(
        &empty,
        &["Пока ничего не добавлено.", "Оплаты ещё не было."],
    );

    add(&mut browser, &[("itemId", "1"), ("quantity", "2")]).await;
    add(&mut browser, &WORK).await;
    let shown = page(&browser, "/tasks/1").await;
    all_in(
        &shown,
        &[
            "aria-label=\"Дисплей: Кол-во: 2\">2</a>",
            "aria-label=\"Дисплей: Цена: 3 500\">3 500</a>",
            "<td class=\"num sum\">7 000<div class=\"sub\">",
            "Запчасть · гарантия 90 дней",
            ">1,5</a>",
            ">1 000</a><div class=\"sub\">−150</div>",
            "<td class=\"num sum\">1 350</td>",
            "<dt>Работы</dt><dd>1 350 ₽</dd><dt>Запчасти</dt><dd>7 000 ₽</dd>",
            "<dt>Итого</dt><dd>8 350 ₽</dd><dt class=\"to-pay\">К оплате</dt><dd class=\"to-pay\">8 350 ₽</dd>",
            "себестоимость 4 000 ₽",
            "<dt>Прибыль</dt><dd>4 350 ₽</dd>",
            "Добавлено: Чистка × 1,5: 1 350 ₽ (скидка 150 ₽)",
        ],
    );
    // Nobody was asked yet, so that nothing is missing.
    assert!(!shown.contains("не согласовано"), "{shown}");

    // The form is loaded with what is stored.
    let form = page(&browser, "/tasks/1/lines/2").await;
    all_in(
        &form,
        &[
            "value=\"Чистка\"",
            "value=\"1,5\"",
            "value=\"1 000\"",
            "value=\"10 %\"",
        ],
    );
    let was = decoded(&hidden(&form, "was"));
    let changed = [
        ("was", &*was),
        ("kind", "WORK"),
        ("name", "Чистка платы"),
        ("quantity", "1"),
        ("unitPrice", "900"),
        ("discount", "100"),
        ("cost", "50,5"),
        ("doneById", "1"),
        ("warrantyDays", "30"),
    ];
    let answer = browser.post("/tasks/1/lines/2", &changed).await;
    assert_eq!(goes_to(&answer), "/tasks/1#lines");
    let line = &task(&shop).await["lines"][1];
    assert_eq!(
        *line,
        json!({"id": "2", "name": "Чистка платы", "quantity": "1", "unitPrice": 90_000, "discount": 10_000,
            "sum": 80_000, "cost": 5_050, "warrantyDays": 30, "doneBy": {"email": "owner@example.com"}})
    );
    // What is sent again is there already. A colleague who was faster with another price is shown
    // beside what was typed, and nothing else is asked about.
    let again = browser.post("/tasks/1/lines/2", &changed).await;
    assert_eq!(goes_to(&again), "/tasks/1#lines");
    let mut late = changed.to_vec();
    late[4] = ("unitPrice", "950");
    let late = browser.post("/tasks/1/lines/2", &late).await;
    assert_eq!(late.status(), StatusCode::CONFLICT);
    let late = text(late).await;
    all_in(&late, &["Пока вы редактировали", "900 ₽", "value=\"950\""]);
    assert!(!late.contains("name=\"cost\""), "{late}");

    let up = [("position", "1")];
    let answer = browser.post("/tasks/1/lines/2/move", &up).await;
    assert_eq!(goes_to(&answer), "/tasks/1#lines");
    assert_eq!(task(&shop).await["lines"][0]["id"], "2");

    for (typed, total) in [("300", 750_000), ("10%", 702_000), ("", 780_000)] {
        let was = decoded(&hidden(&page(&browser, "/tasks/1/discount").await, "was"));
        let form = [("discount", typed), ("was", &*was)];
        let answer = browser.post("/tasks/1/discount", &form).await;
        assert_eq!(goes_to(&answer), "/tasks/1#lines");
        assert_eq!(task(&shop).await["total"], total, "{typed}");
    }

    // A double tap removes one line, and no other.
    let shown = page(&browser, "/tasks/1").await;
    let (_, row) = shown
        .split_once("action=\"/tasks/1/lines/1/remove\"")
        .unwrap();
    let was = decoded(&hidden(row, "was"));
    // Not what a colleague has changed meanwhile.
    let stale = was.replace("quantity=2", "quantity=3");
    let answer = browser
        .post("/tasks/1/lines/1/remove", &[("was", &*stale)])
        .await;
    assert_eq!(answer.status(), StatusCode::CONFLICT);
    all_in(
        &text(answer).await,
        &["Строку тем временем изменил кто-то другой"],
    );
    let form = [("was", &*was), ("key", "k")];
    for _ in 0..2 {
        let answer = browser.post("/tasks/1/lines/1/remove", &form).await;
        assert_eq!(goes_to(&answer), "/tasks/1#lines");
    }
    let task = task(&shop).await;
    assert_eq!(task["lines"].as_array().unwrap().len(), 1, "{task}");
    // A line of another task isn't there.
    create(&shop, "8 900 000-00-02").await;
    for path in ["/tasks/2/lines/2", "/tasks/1/lines/9", "/tasks/1/lines/x"] {
        assert_eq!(browser.get(path).await.status(), 404, "{path}");
    }
    shop.close().await;
}

#[tokio::test]
async fn each_form_says_what_is_wrong_in_both_languages_and_changes_nothing() {
    let shop = shop().await;
    let mut browser = Browser::signed_in(&shop, "owner@example.com").await;
    add(&mut browser, &[("itemId", "1")]).await;
    data(
        &shop,
        r#"mutation { takePayment(paymentData: {taskId: 1, method: CASH, sum: 100000}) { payment { id } } }"#,
    )
    .await;
    let archived =
        "mutation { saveCatalogueItem(itemData: {id: 1, archived: true}) { item { id } } }";
    data(&shop, archived).await;
    let mut english = Browser::signed_in(&shop, "owner@example.com").await;
    let before = shop.dump();
    let long = "я".repeat(501);
    let cases: &[Case<'_>] = &[
        (
            "/tasks/1/lines",
            &[("name", ""), ("unitPrice", "1"), ("kind", "WORK")],
            ["Заполните это поле.", "Fill in this field."],
        ),
        (
            "/tasks/1/lines",
            &[("name", "a"), ("unitPrice", ""), ("kind", "WORK")],
            ["id=\"unitPrice-problem\"", "id=\"unitPrice-problem\""],
        ),
        (
            "/tasks/1/lines",
            &[("name", "a"), ("unitPrice", "-5"), ("kind", "WORK")],
            ["Сумма меньше нуля", "less than nothing"],
        ),
        (
            "/tasks/1/lines",
            &[
                ("name", "a"),
                ("unitPrice", "1 000,505 ₽"),
                ("kind", "WORK"),
            ],
            ["Напишите сумму цифрами", "id=\"unitPrice-problem\""],
        ),
        (
            "/tasks/1/lines",
            &[
                ("name", "a"),
                ("unitPrice", "1"),
                ("quantity", "0"),
                ("kind", "WORK"),
            ],
            ["Количество — от 0,001 до", "id=\"quantity-problem\""],
        ),
        (
            "/tasks/1/lines",
            &[
                ("name", "a"),
                ("unitPrice", "1"),
                ("discount", "101 %"),
                ("kind", "WORK"),
            ],
            ["Процент — от 0 до 100.", "id=\"discount-problem\""],
        ),
        (
            "/tasks/1/lines",
            &[
                ("name", "a"),
                ("unitPrice", "1"),
                ("discount", "2"),
                ("kind", "WORK"),
            ],
            ["Скидка больше самой суммы.", "id=\"discount-problem\""],
        ),
        (
            "/tasks/1/lines",
            &[
                ("name", "a"),
                ("unitPrice", "1"),
                ("warrantyDays", "сто"),
                ("kind", "WORK"),
            ],
            ["целое число дней от 1 до", "id=\"warrantyDays-problem\""],
        ),
        (
            "/tasks/1/lines",
            &[
                ("name", "a"),
                ("unitPrice", "1"),
                ("doneById", "77"),
                ("kind", "WORK"),
            ],
            ["Такого сотрудника нет", "id=\"doneById-problem\""],
        ),
        (
            "/tasks/1/lines",
            &[("itemId", "1")],
            ["Позиция в архиве.", "The item is archived."],
        ),
        (
            "/tasks/1/lines/1",
            &[
                ("kind", "PART"),
                ("name", "a\u{0}b"),
                ("quantity", "1"),
                ("unitPrice", "1"),
            ],
            ["управляющие символы", "id=\"name-problem\""],
        ),
        (
            "/tasks/1/discount",
            &[("discount", "4000")],
            ["Скидка больше самой суммы.", "id=\"discount-problem\""],
        ),
        (
            "/tasks/1/discount",
            &[("discount", "много")],
            ["Напишите сумму цифрами", "id=\"discount-problem\""],
        ),
        (
            "/tasks/1/pay",
            &[("sum", "0"), ("method", "CASH")],
            ["Сумма должна быть больше нуля.", "id=\"sum-problem\""],
        ),
        (
            "/tasks/1/pay",
            &[("sum", ""), ("method", "CASH")],
            ["Напишите сумму цифрами", "id=\"sum-problem\""],
        ),
        (
            "/tasks/1/pay",
            &[("sum", "1"), ("method", "CASH"), ("note", &long)],
            ["Слишком длинно", "id=\"note-problem\""],
        ),
        (
            "/tasks/1/pay",
            &[("sum", "1"), ("method", "CASH"), ("fiscalNumber", &long)],
            ["Слишком длинно", "id=\"fiscalNumber-problem\""],
        ),
        (
            "/tasks/1/pay",
            &[("sum", "1"), ("method", "CASH"), ("drawerId", "9")],
            ["Такой кассы нет.", "id=\"drawerId-problem\""],
        ),
        (
            "/tasks/1/pay",
            &[("sum", "2501"), ("method", "CARD")],
            ["name=\"overpayment\"", "name=\"overpayment\""],
        ),
        (
            "/tasks/1/checkout",
            &[("sum", "-1"), ("method", "CASH")],
            ["Сумма меньше нуля", "id=\"sum-problem\""],
        ),
        (
            "/tasks/1/checkout",
            &[("sum", "2500"), ("method", "CARD"), ("stageId", "1")],
            ["Этот этап не завершает заявку", "id=\"stageId-problem\""],
        ),
        (
            "/tasks/1/payments/1/refund",
            &[("sum", "1000,01"), ("method", "CASH")],
            ["Это больше, чем осталось от платежа.", "id=\"sum-problem\""],
        ),
        (
            "/tasks/1/payments/1/refund",
            &[("sum", "1"), ("method", "CASH"), ("note", &long)],
            ["Слишком длинно", "id=\"note-problem\""],
        ),
        (
            "/tasks/1/payments/1/reverse",
            &[("note", &long)],
            ["Слишком длинно", "id=\"note-problem\""],
        ),
        (
            "/tasks/1/agree",
            &[("agreeNote", "a\u{0}b")],
            ["управляющие символы", "id=\"agreeNote-problem\""],
        ),
    ];
    for (path, form, [russian, _]) in cases {
        let answer = browser.post(path, form).await;
        assert_eq!(answer.status(), 422, "{path} {form:?}");
        let shown = text(answer).await;
        assert!(
            shown.contains(russian),
            "{path} {form:?} {russian}: {shown}"
        );
        assert!(!shown.contains("Unknown localization"), "{shown}");
    }
    assert_eq!(shop.dump(), before);
    goes_to(
        &english
            .post("/profile/language", &[("language", "en")])
            .await,
    );
    for (path, form, [_, words]) in cases {
        let answer = english.post(path, form).await;
        assert_eq!(answer.status(), 422, "{path} {form:?}");
        let shown = text(answer).await;
        assert!(shown.contains(words), "{path} {form:?} {words}: {shown}");
        assert!(!shown.contains("Unknown localization"), "{shown}");
    }
    let task = task(&shop).await;
    assert_eq!(task["paid"], 100_000);
    assert_eq!(task["lines"].as_array().unwrap().len(), 1);
    assert_eq!(task["status"], "ACCEPTED");
    shop.close().await;
}

#[tokio::test]
async fn a_double_tap_adds_and_pays_once() {
    let shop = shop().await;
    let mut browser = Browser::signed_in(&shop, "owner@example.com").await;
    let line = [("itemId", "1"), ("quantity", "1"), ("key", "a")];
    let part = [
        ("sum", "1 000"),
        ("method", "CASH"),
        ("due", "350000"),
        ("key", "b"),
    ];
    let version =
        async |browser: &Browser<'_>| hidden(&page(browser, "/tasks/1/checkout").await, "version");
    for _ in 0..2 {
        add(&mut browser, &line).await;
    }
    for _ in 0..2 {
        let answer = browser.post("/tasks/1/pay", &part).await;
        assert_eq!(goes_to(&answer), "/tasks/1?said=paid#payments");
    }
    let shown = page(&browser, "/tasks/1?said=paid").await;
    all_in(&shown, &["Оплата принята.", "<b>1 000 ₽</b> Наличные"]);
    let due = task(&shop).await;
    assert_eq!(
        [&due["total"], &due["paid"], &due["toPay"]],
        [350_000, 100_000, 250_000]
    );
    let version = version(&browser).await;
    let rest = [
        ("sum", "2 500"),
        ("method", "CARD"),
        ("due", "250000"),
        ("version", &*version),
        ("key", "c"),
    ];
    for _ in 0..2 {
        let answer = browser.post("/tasks/1/checkout", &rest).await;
        assert!(goes_to(&answer).starts_with("/tasks/1?handed=1&changed=1&was="));
    }
    let task = task(&shop).await;
    assert_eq!([&task["paid"], &task["toPay"]], [350_000, 0]);
    assert_eq!(task["payments"].as_array().unwrap().len(), 2);
    assert_eq!(task["status"], "CLOSED");
    shop.close().await;
}

#[tokio::test]
async fn a_debt_and_an_overpayment_are_asked_about_once() {
    let shop = shop().await;
    let mut browser = Browser::signed_in(&shop, "owner@example.com").await;
    add(&mut browser, &[("itemId", "1")]).await;
    let form = page(&browser, "/tasks/1/checkout").await;
    all_in(
        &form,
        &[
            "<dt>К оплате</dt><dd>3 500 ₽</dd>",
            "name=\"sum\" value=\"3 500\"",
        ],
    );
    let version = hidden(&form, "version");
    let mut paid = vec![
        ("sum", "3 000"),
        ("method", "CASH"),
        ("due", "350000"),
        ("version", &*version),
        ("note", "остальное завтра"),
    ];
    let asked = browser.post("/tasks/1/checkout", &paid).await;
    assert_eq!(asked.status(), 422);
    all_in(
        &text(asked).await,
        &[
            "Оплачено не всё.",
            "name=\"debt\" value=\"1\"><span>Выдать с долгом 500 ₽</span>",
            "value=\"3 000\"",
            "value=\"остальное завтра\"",
        ],
    );
    assert_eq!(task(&shop).await["paid"], 0);
    paid.push(("debt", "1"));
    let answer = browser.post("/tasks/1/checkout", &paid).await;
    let shown = page(&browser, goes_to(&answer)).await;
    all_in(
        &shown,
        &[
            "<b>Заявка выдана.</b><a class=\"btn main\" href=\"/tasks/1/hand-over\">Акт выдачи</a>",
            "<dt class=\"to-pay\">К оплате</dt><dd class=\"to-pay\">500 ₽</dd>",
            "остальное завтра",
        ],
    );
    // A closed task shows its lines, and takes no more.
    for form in [
        "/lines/1\"",
        "/lines/new",
        "/tasks/1/discount",
        "/tasks/1/checkout",
    ] {
        assert!(!shown.contains(form), "{form} {shown}");
    }
    let late = browser.post("/tasks/1/lines", &[("itemId", "1")]).await;
    assert_eq!(late.status(), 422);
    assert!(text(late).await.contains("Заявка закрыта."));
    assert_eq!(goes_to(&browser.get("/tasks/1/checkout").await), "/tasks/1");

    // The customer brings the rest, and a colleague has taken some of it meanwhile.
    let due = hidden(&page(&browser, "/tasks/1/pay").await, "due");
    assert_eq!(due, "50000");
    let other = r#"mutation { takePayment(paymentData: {taskId: 1, method: CARD, sum: 20000}) { payment { id } } }"#;
    data(&shop, other).await;
    let rest = [("sum", "500"), ("method", "CASH"), ("due", &*due)];
    let late = browser.post("/tasks/1/pay", &rest).await;
    assert_eq!(late.status(), StatusCode::CONFLICT);
    let late = text(late).await;
    all_in(
        &late,
        &["Пока вы вводили сумму", "<dt>К оплате</dt><dd>300 ₽</dd>"],
    );
    let due = hidden(&late, "due");
    let mut more = vec![("sum", "400"), ("method", "CASH"), ("due", &*due)];
    let asked = browser.post("/tasks/1/pay", &more).await;
    assert_eq!(asked.status(), 422);
    let question =
        "name=\"overpayment\" value=\"1\"><span>Принять больше, чем осталось оплатить</span>";
    assert!(text(asked).await.contains(question));
    more.push(("overpayment", "1"));
    goes_to(&browser.post("/tasks/1/pay", &more).await);
    let shown = page(&browser, "/tasks/1").await;
    all_in(
        &shown,
        &["<dt class=\"to-pay\">К возврату клиенту</dt><dd class=\"to-pay\">100 ₽</dd>"],
    );
    shop.close().await;
}

#[tokio::test]
async fn an_owner_refunds_and_reverses_and_nobody_else_does() {
    let shop = shop().await;
    let token = crate::accounts::employee(&shop).await;
    let mut browser = Browser::signed_in(&shop, "owner@example.com").await;
    let mut employee = Browser::open(&shop);
    employee.cookie = format!("zayavka={token}");
    add(&mut browser, &[("itemId", "1")]).await;
    let pay = [
        ("sum", "3 500"),
        ("method", "CASH"),
        ("fiscalNumber", "ФД 77"),
    ];
    goes_to(&employee.post("/tasks/1/pay", &pay).await);
    let corrections = ["/tasks/1/payments/1/refund", "/tasks/1/payments/1/reverse"];
    let theirs = page(&employee, "/tasks/1").await;
    all_in(
        &theirs,
        &["Наличные", "чек ФД 77", "/tasks/1/payments/1/slip"],
    );
    for path in corrections {
        assert!(!theirs.contains(path), "{theirs}");
        assert_eq!(employee.get(path).await.status(), StatusCode::FORBIDDEN);
        let form = [("sum", "1"), ("method", "CASH")];
        assert_eq!(
            employee.post(path, &form).await.status(),
            StatusCode::FORBIDDEN
        );
    }
    let shown = page(&browser, "/tasks/1").await;
    all_in(&shown, &corrections);
    let form = page(&browser, corrections[0]).await;
    all_in(
        &form,
        &["value=\"3 500\"", "name=\"method\" value=\"CASH\" checked>"],
    );
    // A part, by another method, twice tapped.
    let form = [
        ("sum", "500"),
        ("method", "CARD"),
        ("note", "брак"),
        ("key", "r"),
    ];
    for _ in 0..2 {
        let answer = browser.post(corrections[0], &form).await;
        assert_eq!(goes_to(&answer), "/tasks/1#payments");
    }
    assert_eq!(task(&shop).await["paid"], 300_000);
    // A payment with a refund isn't reversed before its refund is.
    let shown = page(&browser, "/tasks/1").await;
    all_in(
        &shown,
        &[
            "−500 ₽",
            "Возврат · Карта",
            "брак",
            "/tasks/1/payments/2/reverse",
        ],
    );
    assert!(!shown.contains(corrections[1]), "{shown}");
    let early = browser.post(corrections[1], &[]).await;
    assert_eq!(early.status(), 422);
    assert!(text(early).await.contains("Сторно нельзя сторнировать"));
    let answer = browser
        .post("/tasks/1/payments/2/reverse", &[("note", "ошибка")])
        .await;
    assert_eq!(goes_to(&answer), "/tasks/1#payments");
    let again = browser.post("/tasks/1/payments/2/reverse", &[]).await;
    assert_eq!(again.status(), StatusCode::CONFLICT);
    assert!(text(again).await.contains("Эта операция уже сторнирована."));
    assert_eq!(task(&shop).await["paid"], 350_000);
    let history = page(&browser, "/tasks/1").await;
    all_in(
        &history,
        &["Оплата: 3 500 ₽", "Возврат: 500 ₽", "Сторно: 500 ₽"],
    );
    // A payment of another task isn't there.
    create(&shop, "8 900 000-00-02").await;
    for end in ["slip", "refund", "reverse"] {
        let path = format!("/tasks/2/payments/1/{end}");
        assert_eq!(browser.get(&path).await.status(), 404, "{path}");
    }
    shop.close().await;
}

#[tokio::test]
async fn nobody_but_an_owner_sees_a_cost() {
    let shop = shop().await;
    let token = crate::accounts::employee(&shop).await;
    let mut browser = Browser::signed_in(&shop, "owner@example.com").await;
    let mut employee = Browser::open(&shop);
    employee.cookie = format!("zayavka={token}");
    add(&mut browser, &[("itemId", "1")]).await;
    let link = renew(&shop, "1").await;
    let owner = page(&browser, "/tasks/1/lines/1").await;
    all_in(&owner, &["name=\"cost\" value=\"2 000\""]);
    for path in [
        "/tasks/1",
        "/tasks/1/lines/1",
        "/tasks/1/lines/new",
        "/tasks/1/lines/new?q=D-12",
        "/tasks/1/lines/known?q=D-12",
        "/tasks/1/pay",
        "/tasks/1/checkout",
        "/tasks/1/receipt",
        "/tasks/1/hand-over",
        &*link,
    ] {
        let shown = page(&employee, path).await;
        for word in ["2 000", "name=\"cost\"", "ебестоимость", "Прибыль"] {
            assert!(!shown.contains(word), "{path} {word}: {shown}");
        }
    }
    // What a form doesn't ask for isn't taken either, and the stored cost stays.
    let was = decoded(&hidden(&page(&employee, "/tasks/1/lines/1").await, "was"));
    assert!(!was.contains("cost"), "{was}");
    let form = [
        ("was", &*was),
        ("kind", "PART"),
        ("name", "Дисплей"),
        ("quantity", "1"),
        ("unitPrice", "4 000"),
    ];
    let forged = [&form[..], &[("cost", "1")]].concat();
    assert_eq!(
        employee.post("/tasks/1/lines/1", &forged).await.status(),
        StatusCode::FORBIDDEN
    );
    goes_to(&employee.post("/tasks/1/lines/1", &form).await);
    let line = &task(&shop).await["lines"][0];
    assert_eq!([&line["unitPrice"], &line["cost"]], [400_000, 200_000]);
    shop.close().await;
}

#[tokio::test]
async fn customers_see_lines_and_sums_where_they_follow_and_agree() {
    let shop = shop().await;
    shop.update(contact(ANNA, ANNA, "+79000000001")).await;
    messages(&shop, 2).await;
    let mut browser = Browser::signed_in(&shop, "owner@example.com").await;
    add(&mut browser, &[("itemId", "1"), ("quantity", "2")]).await;
    add(
        &mut browser,
        &[
            ("kind", "WORK"),
            ("name", "Чистка <b>"),
            ("quantity", "1"),
            ("unitPrice", "900"),
            ("discount", "100"),
        ],
    )
    .await;
    goes_to(
        &browser
            .post("/tasks/1/discount", &[("discount", "300")])
            .await,
    );
    goes_to(
        &browser
            .post(
                "/tasks/1/pay",
                &[("sum", "1 000"), ("method", "CASH"), ("note", "тайна")],
            )
            .await,
    );
    // The form says the sum, and asks for none.
    let form = page(&browser, "/tasks/1").await;
    assert!(
        form.contains("Клиент увидит работы и запчасти. Итого 7 500 ₽."),
        "{form}"
    );
    assert!(!form.contains("name=\"askPrice\""), "{form}");
    goes_to(
        &browser
            .post("/tasks/1/ask", &[("askText", "Новый экран")])
            .await,
    );
    let sent = said(&messages(&shop, 3).await[2]).replace('\u{a0}', " ");
    assert_eq!(
        sent,
        "Заявка (№ 1): согласны на цену 7 500 ₽?\n\nДисплей × 2: 7 000 ₽\n\
         Чистка &lt;b&gt;: 800 ₽ (скидка 100 ₽)\nСкидка: 300 ₽\n\nНовый экран"
    );
    let link = renew(&shop, "1").await;
    let customer = Browser::open(&shop);
    let shown = page(&customer, &link).await;
    for word in [
        "Дисплей",
        "2 × 3 500 ₽",
        "7 000 ₽",
        "скидка 100 ₽",
        "−300 ₽",
        "Новый экран",
    ] {
        assert!(shown.contains(word), "{word}: {shown}");
    }
    all_in(
        &shown,
        &[
            "<dt>Итого</dt><dd>7 500 ₽</dd><dt>Оплачено</dt><dd>1 000 ₽</dd><dt>К оплате</dt><dd>6 500 ₽</dd>",
        ],
    );
    assert!(
        !shown.contains("тайна") && !shown.contains("owner"),
        "{shown}"
    );
    all_in(&page(&browser, "/tasks/1").await, &["ждём ответа клиента"]);
    shop.update(press(ANNA, "agree:1")).await;
    messages(&shop, 4).await;
    let agreed = page(&browser, "/tasks/1").await;
    assert_eq!(agreed.matches(">согласовано</span>").count(), 2, "{agreed}");

    // A part that is added later is marked, until the customer agrees by phone.
    add(
        &mut browser,
        &[
            ("kind", "PART"),
            ("name", "Клей"),
            ("quantity", "1"),
            ("unitPrice", "50"),
        ],
    )
    .await;
    let later = page(&browser, "/tasks/1").await;
    assert_eq!(
        later.matches(">не согласовано</span>").count(),
        1,
        "{later}"
    );
    let version = hidden(&later, "version");
    let form = [
        ("agreeNote", "Согласна на клей"),
        ("version", &*version),
        ("key", "a"),
    ];
    for _ in 0..2 {
        let answer = browser.post("/tasks/1/agree", &form).await;
        assert_eq!(goes_to(&answer), "/tasks/1");
    }
    let agreed = page(&browser, "/tasks/1").await;
    assert_eq!(agreed.matches(">согласовано</span>").count(), 3, "{agreed}");
    all_in(
        &agreed,
        &["Клиент согласился по телефону", "Согласна на клей"],
    );
    // The note is the shop's own.
    for path in [&*link, "/tasks/1/hand-over"] {
        let shown = page(&browser, path).await;
        assert!(!shown.contains("Согласна на клей"), "{path} {shown}");
    }
    all_in(&page(&browser, &link).await, &["<b>7 550 ₽</b>", "Клей"]);
    let approvals = data(&shop, "{ taskById(id: 1) { approvals { id } } }").await;
    assert_eq!(
        approvals["taskById"]["approvals"].as_array().unwrap().len(),
        2
    );
    // The bot shows the task by its link.
    let token = link.trim_start_matches("/s/");
    shop.update(crate::bot::text(ANNA, &format!("/start {token}")))
        .await;
    let followed = said(&messages(&shop, 5).await[4]).replace('\u{a0}', " ");
    let bill = "\n\nДисплей × 2: 7 000 ₽\nЧистка &lt;b&gt;: 800 ₽ (скидка 100 ₽)\nКлей: 50 ₽\nСкидка: 300 ₽\n\n\
        Итого: 7 550 ₽\nОплачено: 1 000 ₽\nК оплате: 6 550 ₽";
    assert!(followed.contains(bill), "{followed}");
    shop.close().await;
}

#[tokio::test]
async fn a_quote_of_many_lines_fits_a_message() {
    let shop = shop().await;
    shop.update(contact(ANNA, ANNA, "+79000000001")).await;
    messages(&shop, 2).await;
    let name = "Ж".repeat(150);
    let line = |number: usize| {
        format!(
            r#"l{number}: addLine(taskId: 1, lineData: {{kind: WORK, name: "{name}", unitPrice: 10000}}) {{ line {{ id }} }}"#
        )
    };
    let lines: Vec<String> = (0..10).map(line).collect();
    for _ in 0..10 {
        data(&shop, &format!("mutation {{ {} }}", lines.join("\n"))).await;
    }
    let text = "Я".repeat(3_000);
    let ask =
        format!(r#"mutation {{ askApproval(taskId: 1, text: "{text}") {{ task {{ id }} }} }}"#);
    data(&shop, &ask).await;
    let sent = said(&messages(&shop, 3).await[2]).replace('\u{a0}', " ");
    assert!(sent.chars().count() <= 4_096, "{}", sent.chars().count());
    assert!(sent.contains("10 000 ₽") && sent.ends_with(&text), "{sent}");
    assert!(
        sent.contains("Ж: 100 ₽\n…и ещё 95 строк на 9 500 ₽"),
        "{sent}"
    );
    shop.close().await;
}

#[tokio::test]
async fn the_papers_state_what_was_done_and_how_it_was_paid() {
    let shop = shop().await;
    let mut browser = Browser::signed_in(&shop, "owner@example.com").await;
    add(&mut browser, &[("itemId", "1"), ("quantity", "2")]).await;
    add(&mut browser, &WORK).await;
    goes_to(
        &browser
            .post("/tasks/1/discount", &[("discount", "350")])
            .await,
    );
    goes_to(
        &browser
            .post(
                "/tasks/1/pay",
                &[
                    ("sum", "1 000"),
                    ("method", "CASH"),
                    ("fiscalNumber", "ФД 5"),
                    ("note", "тайна"),
                ],
            )
            .await,
    );
    let receipt = page(&browser, "/tasks/1/receipt").await;
    all_in(
        &receipt,
        &["<dt>Предоплата</dt><dd>1 000 ₽ (Наличные: 1 000 ₽)</dd>"],
    );
    let version = hidden(&page(&browser, "/tasks/1/checkout").await, "version");
    let rest = [
        ("sum", "6 000"),
        ("method", "CARD"),
        ("debt", "1"),
        ("version", &*version),
    ];
    goes_to(&browser.post("/tasks/1/checkout", &rest).await);
    let slip = page(&browser, "/tasks/1/hand-over").await;
    all_in(
        &slip,
        &[
            "<th scope=\"row\">Дисплей</th>\n  <td>2</td>\n  <td>3 500 ₽</td>\n  <td></td>\n  <td>7 000 ₽</td>\n  <td><span class=\"label\">Гарантия: </span>90 дней</td>",
            "<th scope=\"row\">Чистка</th>\n  <td>1,5</td>\n  <td>1 000 ₽</td>\n  <td>150 ₽</td>\n  <td>1 350 ₽</td>\n  <td></td>",
            "<dt>Сумма без скидки</dt><dd>8 350 ₽</dd><dt>Скидка</dt><dd>−350 ₽</dd><dt>Итого</dt><dd>8 000 ₽</dd>",
            "<dt>Прописью</dt><dd>Восемь тысяч рублей 00 копеек</dd>",
            "<dt>Оплачено</dt><dd>7 000 ₽ (Наличные: 1 000 ₽, Карта: 6 000 ₽)</dd><dt>К оплате</dt><dd>1 000 ₽</dd>",
            "<dt>Гарантия до</dt><dd>23 октября 2021</dd>",
        ],
    );
    let english = page(&browser, "/tasks/1/hand-over?paper=roll&language=en").await;
    all_in(&english, &["<dt>Total</dt><dd>₽8,000</dd>", "90 days"]);
    assert!(!english.contains("рублей"), "{english}");
    let payment = page(&browser, "/tasks/1/payments/1/slip").await;
    all_in(
        &payment,
        &[
            "<h2>Оплата по заявке № 1</h2>",
            "<dt>Сумма</dt><dd>1 000 ₽</dd></div><div><dt>Прописью</dt><dd>Одна тысяча рублей 00 копеек</dd>",
            "<dt>Способ оплаты</dt><dd>Наличные</dd></div><div><dt>Номер фискального чека</dt><dd>ФД 5</dd>",
            "Оплатил клиент",
        ],
    );
    for paper in [&receipt, &slip, &payment] {
        assert!(!paper.contains("тайна"), "{paper}");
    }
    goes_to(
        &browser
            .post(
                "/tasks/1/payments/1/refund",
                &[("sum", "200"), ("method", "CASH")],
            )
            .await,
    );
    let refund = page(&browser, "/tasks/1/payments/3/slip").await;
    all_in(
        &refund,
        &[
            "<h2>Возврат по заявке № 1</h2>",
            "<dt>Сумма</dt><dd>200 ₽</dd>",
        ],
    );
    shop.close().await;
}

#[tokio::test]
async fn looking_at_the_pages_of_lines_and_payments_writes_nothing_in_either_language() {
    let shop = shop().await;
    let mut browser = Browser::signed_in(&shop, "owner@example.com").await;
    add(&mut browser, &[("itemId", "1")]).await;
    goes_to(
        &browser
            .post("/tasks/1/pay", &[("sum", "5"), ("method", "CASH")])
            .await,
    );
    for language in ["ru", "en"] {
        goes_to(
            &browser
                .post("/profile/language", &[("language", language)])
                .await,
        );
        let before = shop.dump();
        for path in PAGES {
            let shown = page(&browser, path).await;
            assert!(
                shown.contains(&format!("<html lang=\"{language}\">")),
                "{path}"
            );
            assert!(!shown.contains("Unknown localization"), "{path} {shown}");
        }
        assert_eq!(shop.dump(), before);
    }
    shop.close().await;
}

/// Pages that need a line and a payment.
pub const PAGES: [&str; 4] = [
    "/tasks/1/lines/1",
    "/tasks/1/payments/1/slip",
    "/tasks/1/payments/1/refund",
    "/tasks/1/payments/1/reverse",
];
