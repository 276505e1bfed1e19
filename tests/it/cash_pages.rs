//! The pages of the cash, the debts and the month's money; their papers and files.

use reqwest::StatusCode;

use crate::cash::{hand_over, month, priced, take, two_days};
use crate::harness::Shop;
use crate::money::data;
use crate::pages::{Browser, goes_to};

/// Returns the page without its tags, words separated by single spaces.
fn words(page: &str) -> String {
    let main = page.split_once("<main").unwrap().1;
    let mut text = String::new();
    let mut inside = true;
    for c in main.chars() {
        match c {
            '<' => inside = true,
            '>' => {
                inside = false;
                text.push(' ');
            }
            c if !inside => text.push(c),
            _ => {}
        }
    }
    let words: Vec<&str> = text
        .split([' ', '\n'])
        .filter(|word| !word.is_empty())
        .collect();
    words.join(" ").replace('\u{a0}', " ")
}

fn has(page: &str, parts: &[&str]) {
    let words = words(page);
    for part in parts {
        assert!(words.contains(part), "{part}: {words}");
    }
}

fn field<'a>(page: &'a str, name: &str) -> &'a str {
    let (_, rest) = page
        .split_once(&format!("name=\"{name}\" value=\""))
        .unwrap();
    rest.split_once('"').unwrap().0
}

/// Returns the rows of a CSV file.
pub fn rows(file: &str) -> Vec<Vec<String>> {
    let file = file.strip_prefix('\u{feff}').unwrap().as_bytes();
    let mut reader = csv::ReaderBuilder::new();
    let reader = reader.has_headers(false).delimiter(b';').from_reader(file);
    let rows = reader.into_records().map(Result::unwrap);
    rows.map(|row| row.iter().map(str::to_owned).collect())
        .collect()
}

async fn employees(shop: &Shop, token: String) -> Browser<'_> {
    let mut browser = Browser::open(shop);
    browser.cookie = format!("zayavka={token}");
    browser
}

#[tokio::test]
async fn the_sheet_of_a_day_is_on_screen_on_paper_and_in_a_file() {
    let shop = Shop::with_owner().await;
    let employee = two_days(&shop).await;
    let browser = employees(&shop, employee).await;
    let sums = [
        "1 410 ₽ Получено 0 ₽ Возвращено 500 ₽ Внесено 50 ₽ Изъято 800 ₽ Заработано",
        "Наличные 500 ₽ 0 ₽ Карта 800 ₽ 0 ₽ Перевод 70 ₽ 0 ₽ СБП 40 ₽ 0 ₽",
        "1 12:00 Оплата · заявка № 1 Наличные, Касса owner 500 ₽",
        "3 12:00 Внесение размен Наличные, Второй этаж second 500 ₽",
        "4 12:00 Изъятие Наличные, Касса second −50 ₽",
        "11 23:59 Оплата · заявка № 3 СБП owner 40 ₽",
    ];
    for path in [
        "/cash/2021-07-25",
        "/cash?day=2021-07-25",
        "/cash/2021-07-25/print",
    ] {
        has(&browser.page(path).await, &sums);
    }
    let second = browser.page("/cash").await;
    has(
        &second,
        &[
            "26 июля 2021",
            "630 ₽ Получено 300 ₽ Возвращено 0 ₽ Внесено 0 ₽ Изъято 1 500 ₽ Заработано",
            "Касса Получено 0 ₽ Возвращено 300 ₽ Внесено 0 ₽ Изъято 0 ₽",
            "6 00:00 Сторно: Оплата к операции № 5 · заявка № 3 Перевод owner −70 ₽",
            "8 00:00 Возврат к операции № 2 · заявка № 2 Наличные, Касса owner −300 ₽",
            "10 00:00 Сторно: Возврат к операции № 9 · заявка № 2 Карта owner 10 ₽",
            "Касса · 150 ₽",
            "Второй этаж · 500 ₽",
        ],
    );
    assert!(second.contains("href=\"/cash/2021-07-25\" rel=\"prev\""));
    assert!(
        !second.contains("rel=\"next\""),
        "the future has no sheet yet"
    );
    let paper = browser.page("/cash/2021-07-26/print").await;
    has(&paper, &["Кассовый лист за 26 июля 2021", "Сдал Принял"]);
    let answer = browser.get("/cash/2021-07-26.csv").await;
    assert_eq!(
        answer.headers()["content-disposition"],
        "attachment; filename=\"zayavka-cash-2021-07-26.csv\""
    );
    let file = rows(&answer.text().await.unwrap());
    let row = |text: &str| text.split('|').map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(
        file,
        [
            row(
                "№|Время|Операция|Заявка|Способ оплаты|Касса|Приход|Расход|Сотрудник|Примечание|Номер чека|К операции №"
            ),
            row("6|2021-07-26 00:00:00|Сторно: Оплата|3|Перевод|||70|owner@example.com|||5"),
            row("7|2021-07-26 00:00:00|Оплата|1|Карта||700||owner@example.com|||"),
            row("8|2021-07-26 00:00:00|Возврат|2|Наличные|Касса||300|owner@example.com|||2"),
            row("9|2021-07-26 00:00:00|Возврат|2|Карта|||10|owner@example.com|||2"),
            row("10|2021-07-26 00:00:00|Сторно: Возврат|2|Карта||10||owner@example.com|||9"),
        ]
    );
    shop.close().await;
}

#[tokio::test]
async fn the_month_shows_received_and_earned_apart_and_profit_to_owners() {
    let shop = Shop::with_owner().await;
    let token = two_days(&shop).await;
    let owner = Browser::signed_in(&shop, "owner@example.com").await;
    let july = owner.page("/months/2021-07").await;
    let sums = "2 040 ₽ Получено 300 ₽ Возвращено 2 300 ₽ Заработано 1 800 ₽ Работы 600 ₽ Запчасти 100 ₽ Скидки \
        600 ₽ Ещё не оплачено";
    has(
        &july,
        &[
            sums,
            "600 ₽ Ещё не оплачено 500 ₽ Себестоимость 1 800 ₽ Валовая прибыль 1 150 ₽ Средняя заявка",
            "26 июля 630 ₽ 300 ₽ 1 500 ₽ 1 000 ₽ 600 ₽ 100 ₽ 300 ₽ 500 ₽ 1 000 ₽",
        ],
    );
    // Three plots of tasks and two of money, on one scale: 1,500 is the most.
    assert_eq!(july.matches("<svg class=\"plot\"").count(), 5);
    for bar in [
        "y=\"6\" width=\"8\" height=\"94\"><title>25 июля: 1\u{a0}410\u{a0}₽</title>",
        "y=\"0\" width=\"8\" height=\"100\"><title>26 июля: 1\u{a0}500\u{a0}₽</title>",
    ] {
        assert!(july.contains(bar), "{bar} {july}");
    }
    let file = async |browser: &Browser<'_>| {
        let answer = browser.get("/months/2021-07.csv").await;
        let name = "attachment; filename=\"zayavka-month-2021-07.csv\"";
        assert_eq!(answer.headers()["content-disposition"], name);
        rows(&answer.text().await.unwrap())
    };
    let all = file(&owner).await;
    assert_eq!(all.len(), 33, "a heading, 31 days and the sums");
    let row = |text: &str| text.split('|').map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(
        all[26],
        row("2021-07-26|0|0|1|630|300|0|0|1500|1000|600|100|300|500|1000")
    );
    assert_eq!(
        all[32],
        row("Итого|3|0|2|2040|300|500|50|2300|1800|600|100|600|500|1800")
    );
    assert_eq!(all[0][13..], row("Себестоимость|Валовая прибыль"));
    // An employee sees the same without what it cost.
    let employee = employees(&shop, token).await;
    let july = employee.page("/months/2021-07").await;
    has(
        &july,
        &[
            sums,
            "26 июля 630 ₽ 300 ₽ 1 500 ₽ 1 000 ₽ 600 ₽ 100 ₽ 300 ₽",
        ],
    );
    for hidden in ["Себестоимость", "прибыль"] {
        assert!(!july.contains(hidden), "{july}");
    }
    let seen = file(&employee).await;
    for (seen, all) in seen.iter().zip(&all) {
        assert_eq!(seen[..], all[..13]);
    }
    shop.close().await;
}

#[tokio::test]
async fn a_shift_is_opened_and_closed_on_pages_and_a_double_tap_counts_once() {
    let shop = Shop::with_owner().await;
    priced(&shop, 1, 500_000).await;
    let mut browser = Browser::signed_in(&shop, "owner@example.com").await;
    has(
        &browser.page("/cash").await,
        &[
            "Смены ещё не открывали",
            "Внести Изъять Открыть смену Переименовать",
        ],
    );
    for (typed, said) in [
        ("", "Касса: открыть смену"),
        ("-5", "меньше нуля"),
        ("пять", "сумм"),
    ] {
        let answer = browser.post("/drawers/1/open", &[("counted", typed)]).await;
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
        let page = answer.text().await.unwrap();
        assert!(page.contains("aria-invalid=\"true\""), "{page}");
        assert!(
            page.contains(&format!("name=\"counted\" value=\"{typed}\"")),
            "{page}"
        );
        assert!(words(&page).contains(said), "{page}");
    }
    let form = [("key", "k1"), ("counted", "1 000,50")];
    for _ in 0..2 {
        assert_eq!(
            goes_to(&browser.post("/drawers/1/open", &form).await),
            "/cash"
        );
    }
    let again = [("key", "k2"), ("counted", "1")];
    let answer = browser.post("/drawers/1/open", &again).await;
    assert_eq!(answer.status(), StatusCode::CONFLICT);
    has(
        &answer.text().await.unwrap(),
        &["Смена этой кассы уже открыта"],
    );
    let form = [
        ("key", "k3"),
        ("kind", "CASH_OUT"),
        ("sum", "0,50"),
        ("note", "скрепки"),
    ];
    for _ in 0..2 {
        assert_eq!(
            goes_to(&browser.post("/drawers/1/move", &form).await),
            "/cash"
        );
    }
    let none = [("kind", "REFUND"), ("sum", "1")];
    let answer = browser.post("/drawers/1/move", &none).await;
    assert_eq!(answer.status(), StatusCode::NOT_FOUND);
    let page = browser.page("/shifts/1/close").await;
    has(
        &page,
        &["Было при открытии 1 000,50 ₽ Прошло за смену −0,50 ₽ Должно быть 1 000 ₽"],
    );
    // A payment while the cash is counted.
    take(&shop, 1, "CASH", 10_000).await;
    let expected = field(&page, "expected").to_owned();
    let form = [
        ("key", "k4"),
        ("expected", &*expected),
        ("counted", "1000"),
        ("reason", ""),
    ];
    let answer = browser.post("/shifts/1/close", &form).await;
    assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let page = answer.text().await.unwrap();
    has(
        &page,
        &[
            "Пока вы считали, через кассу прошли деньги",
            "Должно быть 1 100 ₽",
        ],
    );
    assert!(page.contains("name=\"counted\" value=\"1000\""), "{page}");
    // Fifty short: asked for a reason, with the difference.
    let expected = field(&page, "expected").to_owned();
    let form = [
        ("key", "k5"),
        ("expected", &*expected),
        ("counted", "1050"),
        ("reason", " "),
    ];
    let answer = browser.post("/shifts/1/close", &form).await;
    assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
    has(
        &answer.text().await.unwrap(),
        &["Расхождение −50 ₽", "причин"],
    );
    let form = [
        ("key", "k5"),
        ("expected", &*expected),
        ("counted", "1050"),
        ("reason", "Сдача"),
    ];
    for _ in 0..2 {
        assert_eq!(
            goes_to(&browser.post("/shifts/1/close", &form).await),
            "/cash"
        );
    }
    for path in ["/cash", "/cash/2021-07-25/print"] {
        has(
            &browser.page(path).await,
            &[
                "Касса Открыта 25 июля 2021, 12:00, owner Было при открытии 1 000,50 ₽ Должно быть 1 100 ₽ Закрыта \
                 25 июля 2021, 12:00, owner Пересчитано наличных 1 050 ₽ Расхождение −50 ₽ Причина расхождения Сдача",
                "Изъятие скрепки Наличные, Касса owner −0,50 ₽",
            ],
        );
    }
    has(
        &browser.page("/cash").await,
        &["Касса · 1 050 ₽ Смена закрыта"],
    );
    let closed = browser.get("/shifts/1/close").await;
    assert_eq!(closed.status(), StatusCode::CONFLICT);
    shop.close().await;
}

#[tokio::test]
async fn an_owner_reverses_a_cash_move_once_and_nobody_else_does() {
    let shop = Shop::with_owner().await;
    let token = crate::accounts::employee(&shop).await;
    priced(&shop, 1, 10_000).await;
    take(&shop, 1, "CASH", 10_000).await;
    let mut employee = employees(&shop, token).await;
    let form = [("kind", "CASH_OUT"), ("sum", "30"), ("note", "скрепки")];
    employee.post("/drawers/1/move", &form).await;
    let page = employee.page("/cash").await;
    has(&page, &["Касса · 70 ₽"]);
    assert!(!page.contains("/reverse"), "{page}");
    assert_eq!(
        employee.get("/cash-moves/2/reverse").await.status(),
        StatusCode::FORBIDDEN
    );
    let before = shop.dump();
    let refused = employee.post("/cash-moves/2/reverse", &[]).await;
    assert_eq!(refused.status(), StatusCode::FORBIDDEN);
    assert!(shop.dump() == before);
    // The payment of a task is corrected on its own page.
    let mut owner = Browser::signed_in(&shop, "owner@example.com").await;
    let page = owner.page("/cash").await;
    assert!(page.contains("href=\"/cash-moves/2/reverse\""), "{page}");
    assert!(!page.contains("/cash-moves/1/"), "{page}");
    assert!(
        !owner
            .page("/cash/2021-07-25/print")
            .await
            .contains("/reverse"),
        "paper has no buttons"
    );
    has(
        &owner.page("/cash-moves/2/reverse").await,
        &[
            "Сторно операции № 2 Операция Изъятие Сумма −30 ₽",
            "Примечание скрепки",
        ],
    );
    let form = [("key", "k1"), ("note", "вернули в кассу")];
    for _ in 0..2 {
        assert_eq!(
            goes_to(&owner.post("/cash-moves/2/reverse", &form).await),
            "/cash"
        );
    }
    let page = owner.page("/cash").await;
    has(
        &page,
        &[
            "Касса · 100 ₽",
            "3 12:00 Сторно: Изъятие к операции № 2 вернули в кассу Наличные, Касса owner 30 ₽",
        ],
    );
    assert!(!page.contains("/cash-moves/"), "{page}");
    for path in ["/cash-moves/2/reverse", "/cash-moves/3/reverse"] {
        let status = owner.post(path, &[("key", "k2")]).await.status();
        let expected = match path {
            "/cash-moves/2/reverse" => StatusCode::CONFLICT,
            _ => StatusCode::UNPROCESSABLE_ENTITY,
        };
        assert_eq!(status, expected, "{path}");
    }
    assert_eq!(
        owner.get("/cash-moves/2/reverse").await.status(),
        StatusCode::CONFLICT
    );
    // Once the task is deleted, its payment can only be corrected here.
    data(&shop, "mutation { deleteTask(id: 1) { id } }").await;
    let page = owner.page("/cash").await;
    assert!(page.contains("href=\"/cash-moves/1/reverse\""), "{page}");
    let answer = owner.post("/cash-moves/1/reverse", &[]).await;
    assert_eq!(goes_to(&answer), "/cash");
    has(&owner.page("/cash").await, &["Касса · 0 ₽"]);
    // A closed shift takes no cash, either way.
    owner
        .post("/drawers/1/move", &[("kind", "CASH_IN"), ("sum", "5")])
        .await;
    owner.post("/drawers/1/open", &[("counted", "5")]).await;
    owner.post("/shifts/1/close", &[("counted", "5")]).await;
    let late = owner.post("/cash-moves/5/reverse", &[]).await;
    assert_eq!(late.status(), StatusCode::UNPROCESSABLE_ENTITY);
    has(
        &late.text().await.unwrap(),
        &["Смена кассы закрыта. Сначала откройте смену."],
    );
    shop.close().await;
}

#[tokio::test]
async fn drawers_are_named_by_the_owner_and_shifts_closed_by_whose_they_are() {
    let shop = Shop::with_owner().await;
    let token = crate::accounts::employee(&shop).await;
    let mut owner = Browser::signed_in(&shop, "owner@example.com").await;
    assert_eq!(
        goes_to(&owner.post("/new-drawer", &[("name", "Сейф")]).await),
        "/cash"
    );
    for (path, name, said) in [
        ("/new-drawer", "СЕЙФ", "уже есть"),
        ("/drawers/1/edit", "сейф", "уже есть"),
        ("/drawers/1/edit", "", "Название кассы"),
    ] {
        let answer = owner.post(path, &[("name", name)]).await;
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY, "{path}");
        has(&answer.text().await.unwrap(), &[said]);
    }
    let renamed = owner.post("/drawers/1/edit", &[("name", "Прилавок")]).await;
    assert_eq!(goes_to(&renamed), "/cash");
    has(
        &owner.page("/cash").await,
        &["Прилавок · 0 ₽", "Сейф · 0 ₽", "Новая касса"],
    );
    owner.post("/drawers/2/open", &[("counted", "0")]).await;
    let mut employee = employees(&shop, token).await;
    let page = employee.page("/cash").await;
    for hidden in ["/new-drawer", "/drawers/1/edit", "/shifts/1/close"] {
        assert!(!page.contains(hidden), "{hidden}");
    }
    let name = [("name", "Мой")];
    let count = [("counted", "0")];
    for (path, form) in [
        ("/new-drawer", &name),
        ("/drawers/1/edit", &name),
        ("/shifts/1/close", &count),
    ] {
        let answer = employee.post(path, form).await;
        assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{path}");
        let mut nobody = Browser::open(&shop);
        // The form to sign in keeps what was typed.
        let answer = nobody.post(path, form).await;
        assert_eq!(answer.status(), StatusCode::UNAUTHORIZED, "{path}");
    }
    assert_eq!(
        goes_to(&employee.post("/drawers/1/open", &count).await),
        "/cash"
    );
    assert!(employee.page("/cash").await.contains("/shifts/2/close"));
    for (path, status) in [
        ("/cash/2021-02-30", 404),
        ("/cash/2021-7-25.csv", 404),
        ("/cash/tomorrow/print", 404),
        ("/cash?day=tomorrow", 422),
        ("/months/2021-13.csv", 404),
        ("/drawers/9/open", 404),
        ("/drawers/1/move", 404),
        ("/drawers/1/move?kind=REFUND", 404),
        ("/shifts/9/close", 404),
        ("/debts?after=x", 422),
    ] {
        assert_eq!(owner.get(path).await.status(), status, "{path}");
    }
    shop.close().await;
}

#[tokio::test]
async fn debts_are_listed_in_pages_and_on_the_customers_card() {
    let shop = Shop::with_owner().await;
    let browser = Browser::signed_in(&shop, "owner@example.com").await;
    has(&browser.page("/debts").await, &["Долгов нет.", "0 долгов"]);
    assert!(!browser.page("/today").await.contains("/debts"));
    for task in 1..=52 {
        priced(&shop, 1, 10_000).await;
        hand_over(&shop, task, "").await;
    }
    take(&shop, 1, "CASH", 2_500).await;
    take(&shop, 2, "CARD", 10_000).await;
    let first = browser.page("/debts").await;
    has(
        &first,
        &[
            "Долги 5 075 ₽",
            "№ 1 Без имени +7 900 000-00-01 25 июля Стоимость 100 ₽ Оплачено 25 ₽ 75 ₽",
            "51 долг Дальше →",
        ],
    );
    assert_eq!(first.matches("<td class=\"no\">").count(), 50);
    assert!(
        !first.contains("href=\"/tasks/2\""),
        "what is paid is no debt"
    );
    let (_, next) = first.split_once("href=\"/debts?after=").unwrap();
    let next = next.split_once('"').unwrap().0;
    let second = browser.page(&format!("/debts?after={next}")).await;
    assert_eq!(second.matches("<td class=\"no\">").count(), 1);
    assert!(second.contains("href=\"/tasks/52\""), "{second}");
    has(
        &browser.page("/today").await,
        &["Долги 5 075 ₽ Все", "Без имени № 1, с 25 июля 75 ₽"],
    );
    has(&browser.page("/customers/1").await, &["Долг: 5 075 ₽"]);
    data(
        &shop,
        r#"mutation { deleteCustomer(phone: "+79000000001") { phone } }"#,
    )
    .await;
    has(&browser.page("/debts").await, &["51 долг", "Клиент"]);
    shop.close().await;
}

#[tokio::test]
async fn nothing_in_the_files_becomes_a_formula() {
    let shop = Shop::with_owner().await;
    priced(&shop, 1, 10_000).await;
    data(
        &shop,
        r#"mutation { saveDrawer(id: 1, name: "@SUM(A1)") { drawer { id } } }"#,
    )
    .await;
    data(
        &shop,
        r#"mutation { takePayment(paymentData: {taskId: 1, method: CASH, sum: 5050, note: "=1+1;x",
            fiscalNumber: "0012345678901"}) { payment { id } } }"#,
    )
    .await;
    let browser = Browser::signed_in(&shop, "owner@example.com").await;
    let file = browser.page("/cash/2021-07-25.csv").await;
    let row = rows(&file).pop().unwrap();
    assert_eq!(
        row[5..11],
        [
            "'@SUM(A1)",
            "50,50",
            "",
            "owner@example.com",
            "'=1+1;x",
            "'0012345678901"
        ]
    );
    // The row of a deleted task stays, without its note.
    data(&shop, "mutation { deleteTask(id: 1) { id } }").await;
    let page = browser.page("/cash").await;
    has(&page, &["Оплата · заявка № 1 чек 0012345678901"]);
    assert!(!page.contains("href=\"/tasks/1\""), "{page}");
    assert_eq!(month(&shop, "2021-07").await["money"]["received"], 5_050);
    shop.close().await;
}
