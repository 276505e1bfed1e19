//! The price list as a table: out, and in after a preview.

use serde_json::{Value, json};

use super::{data, perform};
use crate::accounts::employee;
use crate::harness::Shop;
use crate::signed_in::SignedIn;

const ITEMS: &str = "{ catalogue(first: 100) { nodes { kind name article barcode price cost warrantyDays archived } } }";

async fn items(shop: &Shop) -> Value {
    data(shop, ITEMS).await["catalogue"]["nodes"].clone()
}

/// Uploads a price list, and returns the path of its preview and the preview.
async fn preview(desk: &SignedIn<'_>, file: impl Into<Vec<u8>>) -> (String, String) {
    let answer = desk.send("/catalogue/import", "csv", file).await;
    assert_eq!(answer.status(), 303, "{}", answer.text().await.unwrap());
    let path = answer.headers()["location"].to_str().unwrap().to_owned();
    let page = desk.page(&path).await;
    (path, page)
}

/// Confirms what a preview shows, and returns where it leads.
async fn confirm(desk: &SignedIn<'_>, path: &str, page: &str) -> String {
    let answer = desk.confirm(path, page).await;
    assert_eq!(answer.status(), 303, "{}", answer.text().await.unwrap());
    answer.headers()["location"].to_str().unwrap().to_owned()
}

/// Returns a number of the preview.
fn count(page: &str, name: &str) -> usize {
    let (_, rest) = page
        .split_once(&format!("<dt>{name}</dt><dd>"))
        .unwrap_or_else(|| panic!("{name} {page}"));
    rest.split('<').next().unwrap().parse().unwrap()
}

/// New, changed, unchanged and refused rows of a preview in Russian.
fn counts(page: &str) -> [usize; 4] {
    ["Новых позиций", "Изменятся", "Без изменений", "С ошибками"].map(|name| count(page, name))
}

async fn filled() -> Shop {
    let shop = Shop::with_owner().await;
    perform(
        &shop,
        &[
            r#"saveCatalogueItem(itemData: {kind: PART, name: "=cmd|'/C calc'!A0", article: "+12-34", barcode: "4600000000017",
                price: 150050, cost: 90000, warrantyDays: 90}) { item { id } }"#,
            r#"saveCatalogueItem(itemData: {kind: WORK, name: "Чистка; \"глубокая\"", price: 100000}) { item { id } }"#,
            r#"saveCatalogueItem(itemData: {kind: WORK, name: "Диагностика", price: 0, cost: 1}) { item { id } }"#,
            r#"saveCatalogueItem(itemData: {kind: PART, name: "Диагностика", price: 5}) { item { id } }"#,
            r#"saveCatalogueItem(itemData: {kind: WORK, name: "Диагностика", price: 7}) { item { id } }"#,
            r#"saveCatalogueItem(itemData: {kind: PART, name: "Старый экран", article: "0012", price: 1, archived: true}) { item { id } }"#,
        ],
    )
    .await;
    shop
}

#[tokio::test]
async fn our_own_price_list_comes_back_unchanged_and_fills_another_shop() {
    let shop = filled().await;
    let before = items(&shop).await;
    for english in [false, true] {
        let mut desk = SignedIn::of(&shop, "owner@example.com").await;
        if english {
            desk = desk.in_english();
        }
        let answer = desk.get("/catalogue.csv").await;
        let name = answer.headers()["content-disposition"]
            .to_str()
            .unwrap()
            .to_owned();
        assert!(name.contains("zayavka-prices-2021-07-25.csv"), "{name}");
        let file = answer.text().await.unwrap();
        for cell in ["\"'=cmd|", "\"'+12-34\"", "\"'4600000000017\"", "\"'0012\""] {
            assert!(file.contains(cell), "{cell} {file}");
        }
        let (heading, sum) = match english {
            true => (
                "\"Kind\",\"Name\",\"Article no.\",\"Barcode\",\"Price\",\"Cost\",\"Warranty, days\"",
                "\"1500.50\"",
            ),
            false => (
                "\"Вид\";\"Название\";\"Артикул\";\"Штрихкод\";\"Цена\";\"Себестоимость\";\"Гарантия, дней\"",
                "\"1500,50\"",
            ),
        };
        assert!(file.contains(heading) && file.contains(sum), "{file}");
        let desk = SignedIn::of(&shop, "owner@example.com").await;
        let (_, page) = preview(&desk, file.clone()).await;
        assert_eq!(counts(&page), [0, 0, 6, 0], "{page}");
        assert!(
            page.contains("Нового в файле нет") && !page.contains("class=\"btn main\""),
            "{page}"
        );
        assert_eq!(items(&shop).await, before);
        let other = Shop::with_owner().await;
        let there = SignedIn::of(&other, "owner@example.com").await;
        let (path, page) = preview(&there, file.clone()).await;
        assert_eq!(counts(&page), [6, 0, 0, 0], "{page}");
        assert_eq!(items(&other).await, json!([]), "a preview changes nothing");
        assert_eq!(
            confirm(&there, &path, &page).await,
            "/catalogue?new=6&changed=0"
        );
        assert!(
            there
                .page("/catalogue?new=6&changed=0")
                .await
                .contains("новых позиций — 6, изменено — 0")
        );
        assert_eq!(items(&other).await, before);
        let (_, page) = preview(&there, file).await;
        assert_eq!(counts(&page), [0, 0, 6, 0], "{page}");
        other.close().await;
    }
    shop.close().await;
}

#[tokio::test]
async fn a_suppliers_table_is_recognised_row_by_row() {
    let shop = filled().await;
    let desk = SignedIn::of(&shop, "owner@example.com").await;
    let file = "Наименование;Артикул;Штрих-код;Розничная цена, руб.;Закупочная цена;Остаток\n\
        Экран;+12-34;;1 000,50 ₽;;5\n\
        Экран 2;X-1;4600000000017;2000;;5\n\
        диагностика;;;0;;1\n\
        Новая деталь;Y-1;4600000000099;300;200;1\n\
        Без цены;Z-1;;;;1\n\
        Дважды;y-1;;5;;1\n\
        ;;;5;;1\n\
        Дорого;D-1;;даром;;1\n\
        Евро;D-2;;5 €;;1\n\
        Минус;D-3;;-5;;1\n\
        Лишнее;D-4;;5;;1;лишнее\n\
        Цифры;D-5;4,6E+12;5;;1\n";
    let (path, page) = preview(&desk, file).await;
    // The first takes its article number's item; the second has a barcode that is taken by then.
    assert_eq!(counts(&page), [2, 2, 0, 8], "{page}");
    for text in [
        "Изменится: Название, Цена",
        "<dt class=\"long\">Не загрузятся столбцы</dt><dd class=\"long\">Остаток</dd>",
        "<div><b>Розничная цена, руб.:</b> ",
        "<div><b>Артикул:</b> Этот номер уже есть в строке 5",
        "<div><b>Штрих-код:</b> ",
        "<div><b>Наименование:</b> ",
    ] {
        assert!(page.contains(text), "{text} {page}");
    }
    let before = items(&shop).await;
    // With errors nothing is imported, unless they are left out.
    let refused = desk.confirm(&path, &page).await;
    assert_eq!(refused.status(), 409);
    assert_eq!(items(&shop).await, before);
    // Somebody was faster: the new preview is shown.
    perform(
        &shop,
        &["saveCatalogueItem(itemData: {id: 1, warrantyDays: 30}) { item { id } }"],
    )
    .await;
    let overtaken = desk.submit(&path, &page, &[("skip", "1")], "").await;
    assert_eq!(overtaken.status(), 409);
    let page = overtaken.text().await.unwrap();
    let answer = desk.submit(&path, &page, &[], "").await;
    let done = answer.headers()["location"].to_str().unwrap().to_owned();
    assert!(
        done.starts_with("/catalogue?new=2&changed=2&left=8&file="),
        "{done}"
    );
    let after = items(&shop).await;
    let named = |name: &str| {
        let all = after.as_array().unwrap().iter();
        all.filter(|item| item["name"] == name)
            .cloned()
            .collect::<Vec<_>>()
    };
    // What the file doesn't say stays: the barcode, the cost and the warranty.
    assert_eq!(
        named("Экран"),
        [
            json!({"kind": "PART", "name": "Экран", "article": "+12-34", "barcode": "4600000000017", "price": 100_050,
            "cost": 90_000, "warrantyDays": 30, "archived": false})
        ]
    );
    assert_eq!(
        named("Новая деталь"),
        [
            json!({"kind": "PART", "name": "Новая деталь", "article": "Y-1", "barcode": "4600000000099", "price": 30_000,
            "cost": 20_000, "warrantyDays": null, "archived": false})
        ]
    );
    assert_eq!(named("Экран 2").len(), 1);
    assert_eq!(after.as_array().unwrap().len(), 8);
    // The rows that were left out can be taken with their reasons, put right and imported.
    let done = desk.page(&done).await;
    assert!(done.contains("Не загружено строк — 8"), "{done}");
    let refused = format!("{path}/refused.csv");
    assert!(done.contains(&format!("href=\"{refused}\"")), "{done}");
    let left = desk.get(&refused).await;
    assert_eq!(left.headers()["content-type"], "text/csv; charset=utf-8");
    let left = left.text().await.unwrap();
    assert!(
        left.contains("\"Дорого\";\"D-1\";\"\";\"даром\";\"\";\"1\";\"\";\"Розничная цена, руб.: ")
            && left.contains("\"Лишнее\"")
            && !left.contains("Новая деталь"),
        "{left}"
    );
    let right = left
        .replace("\"даром\"", "\"12\"")
        .replace("\"5 €\"", "\"13,5\"");
    let (again, page) = preview(&desk, right).await;
    // Three are right now; the one whose number stood twice changes the item that has it.
    assert_eq!(counts(&page), [3, 1, 0, 4], "{page}");
    // The first file has gone.
    assert_eq!(desk.get(&path).await.status(), 422);
    let answer = desk.submit(&again, &page, &[("skip", "1")], "").await;
    assert_eq!(answer.status(), 303);
    let after = items(&shop).await;
    let prices = ["Дорого", "Евро"].map(|name| {
        let mut all = after.as_array().unwrap().iter();
        all.find(|item| item["name"] == name).unwrap()["price"].clone()
    });
    assert_eq!(prices, [json!(1_200), json!(1_350)]);
    for (file, why) in [
        ("Цвет;Вес\nкрасный;5\n", "нет знакомых заголовков"),
        ("Название;Цена\n", "Заполните"),
        ("", "Заполните"),
    ] {
        let answer = desk.send("/catalogue/import", "csv", file).await;
        let page = match answer.status().as_u16() {
            303 => desk
                .get(answer.headers()["location"].to_str().unwrap())
                .await
                .text()
                .await
                .unwrap(),
            _ => answer.text().await.unwrap(),
        };
        assert!(page.contains(why), "{file} {page}");
    }
    shop.close().await;
}

#[tokio::test]
async fn an_employee_takes_it_out_and_in_without_costs() {
    let shop = filled().await;
    employee(&shop).await;
    let before = items(&shop).await;
    let colleague = SignedIn::of(&shop, "second@example.com").await;
    let file = colleague.get("/catalogue.csv").await.text().await.unwrap();
    assert!(
        !file.contains("Себестоимость") && !file.contains("\"900\""),
        "{file}"
    );
    let (_, page) = preview(&colleague, file).await;
    assert_eq!(counts(&page), [0, 0, 6, 0], "{page}");
    // The owner's file is another one: the column of costs is named and left out.
    let owner = SignedIn::of(&shop, "owner@example.com").await;
    let full = owner.get("/catalogue.csv").await.text().await.unwrap();
    let full = full
        .replace("\"900\"", "\"1\"")
        .replace("\"1500,50\"", "\"1600\"");
    let (path, page) = preview(&colleague, full).await;
    assert_eq!(counts(&page), [0, 1, 5, 0], "{page}");
    assert!(
        page.contains("Себестоимость загружает только владелец"),
        "{page}"
    );
    assert!(
        page.contains("<dd class=\"long\">Себестоимость</dd>"),
        "{page}"
    );
    // Nobody else opens it.
    assert_eq!(owner.get(&path).await.status(), 422);
    assert_eq!(
        confirm(&colleague, &path, &page).await,
        "/catalogue?new=0&changed=1"
    );
    let mut expected = before;
    let changed = expected.as_array_mut().unwrap().iter_mut();
    for item in changed.filter(|item| item["price"] == 150_050) {
        item["price"] = json!(160_000);
    }
    assert_eq!(items(&shop).await, expected);
    // A stranger has to sign in first.
    let stranger = SignedIn::stranger(&shop);
    for path in ["/catalogue.csv", "/catalogue", path.as_str()] {
        let answer = stranger.get(path).await;
        assert!(
            answer.headers()["location"]
                .to_str()
                .unwrap()
                .starts_with("/login"),
            "{path}"
        );
    }
    shop.close().await;
}

#[tokio::test]
async fn the_meaning_of_a_column_is_chosen_where_it_isnt_known() {
    let shop = Shop::with_owner().await;
    employee(&shop).await;
    let desk = SignedIn::of(&shop, "owner@example.com").await;
    let file = "Что это;Сколько;Почём беру;Цена;\nЭкран;1 500,50;900;1;x\nШлейф;200;;2;\n";
    let (path, page) = preview(&desk, file).await;
    // Without a name nothing can be imported, but every column can be chosen.
    assert!(page.contains("нет знакомых заголовков"), "{page}");
    assert!(!page.contains("class=\"btn main\""), "{page}");
    for text in [
        "<td><b>Что это</b></td>",
        "<div class=\"clip\">Экран · Шлейф</div>",
        "<td><b>Столбец 5</b></td>",
        "name=\"column.1\" aria-label=\"Сколько\"",
    ] {
        assert!(page.contains(text), "{text} {page}");
    }
    let chosen = [
        ("column.0", "name"),
        ("column.1", "price"),
        ("column.2", "cost"),
        ("column.3", "left-out"),
    ];
    let answer = desk.submit(&path, &page, &chosen, "look").await;
    assert_eq!(answer.headers()["location"], format!("{path}#result"));
    // The choices are kept with the file.
    let page = desk.page(&path).await;
    assert_eq!(counts(&page), [2, 0, 0, 0], "{page}");
    assert!(page.contains("<dd class=\"long\">Цена</dd>"), "{page}");
    assert_eq!(items(&shop).await, json!([]), "a preview changes nothing");
    // One field can't have two columns.
    let twice = [("column.3", "price")];
    desk.submit(&path, &page, &twice, "look").await;
    let wrong = desk.page(&path).await;
    assert!(
        wrong.contains("Сколько") && wrong.contains("role=\"alert\""),
        "{wrong}"
    );
    assert!(!wrong.contains("class=\"btn main\""), "{wrong}");
    let answer = desk.submit(&path, &wrong, &[], "").await;
    assert_eq!(answer.status(), 409);
    // Another choice than the reviewed one leads to another review.
    let refused = desk
        .submit(
            &path,
            &page,
            &[("column.1", "left-out"), ("column.3", "price")],
            "",
        )
        .await;
    assert_eq!(refused.status(), 409);
    assert_eq!(items(&shop).await, json!([]));
    let done = desk.submit(&path, &page, &[], "").await;
    assert_eq!(done.headers()["location"], "/catalogue?new=2&changed=0");
    assert_eq!(desk.get(&path).await.status(), 422, "the file is gone");
    let item = |name: &str, price: i64, cost: Value| {
        json!({"kind": "PART", "name": name, "article": null, "barcode": null, "price": price, "cost": cost,
            "warrantyDays": null, "archived": false})
    };
    assert_eq!(
        items(&shop).await,
        json!([
            item("Шлейф", 20_000, Value::Null),
            item("Экран", 150_050, json!(90_000))
        ])
    );
    // An employee isn't offered the cost, and a choice of it counts for nothing.
    let colleague = SignedIn::of(&shop, "second@example.com").await;
    let (path, page) = preview(&colleague, file.replace("900", "7777")).await;
    assert!(!page.contains("value=\"cost\""), "{page}");
    let answer = colleague.submit(&path, &page, &chosen, "look").await;
    assert_eq!(answer.status(), 303);
    let page = colleague.page(&path).await;
    assert_eq!(counts(&page), [0, 0, 2, 0], "{page}");
    let stranger = SignedIn::stranger(&shop);
    let hidden = stranger.get(&format!("{path}/refused.csv")).await;
    assert!(
        hidden.headers()["location"]
            .to_str()
            .unwrap()
            .starts_with("/login")
    );
    assert_eq!(desk.get(&format!("{path}/refused.csv")).await.status(), 422);
    shop.close().await;
}
