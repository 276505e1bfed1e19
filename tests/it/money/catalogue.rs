//! The page of the catalogue.

use super::{data, perform};
use crate::accounts::employee;
use crate::harness::Shop;
use crate::pages::{Browser, goes_to};

#[tokio::test]
async fn the_price_list_is_searched_and_edited_row_by_row() {
    let shop = Shop::with_owner().await;
    let mut browser = Browser::signed_in(&shop, "owner@example.com").await;
    let empty = browser.page("/catalogue").await;
    assert!(empty.contains("В прайс-листе пока пусто"), "{empty}");
    let form = browser.page("/catalogue?edit=new").await;
    assert!(
        form.contains("name=\"cost\"") && form.contains("name=\"key\""),
        "{form}"
    );
    // What is wrong is shown with what was typed.
    let wrong = [
        ("kind", "WORK"),
        ("name", ""),
        ("price", "дорого"),
        ("warrantyDays", "-5"),
    ];
    let answer = browser.post("/catalogue", &wrong).await;
    assert_eq!(answer.status(), 422);
    let page = answer.text().await.unwrap();
    for text in [
        "name-problem",
        "price-problem",
        "warrantyDays-problem",
        "value=\"дорого\"",
        "value=\"-5\"",
    ] {
        assert!(page.contains(text), "{text} {page}");
    }
    let item = [
        ("kind", "PART"),
        ("name", "Экран <iPhone> 11"),
        ("article", "12-34"),
        ("barcode", "4600000000017"),
        ("price", "1 500,50 ₽"),
        ("cost", "900"),
        ("warrantyDays", "90"),
    ];
    let answer = browser.post("/catalogue?q=экран", &item).await;
    assert_eq!(
        goes_to(&answer),
        "/catalogue?q=%D1%8D%D0%BA%D1%80%D0%B0%D0%BD#item-1"
    );
    let items = data(
        &shop,
        "{ catalogue { nodes { id kind name article barcode price cost warrantyDays archived } } }",
    )
    .await;
    assert_eq!(
        items["catalogue"]["nodes"],
        serde_json::json!([{"id": "1", "kind": "PART", "name": "Экран <iPhone> 11", "article": "12-34",
            "barcode": "4600000000017", "price": 150_050, "cost": 90_000, "warrantyDays": 90, "archived": false}])
    );
    perform(&shop, &[r#"saveCatalogueItem(itemData: {kind: WORK, name: "Чистка", price: 100000}) { item { id } }"#]).await;
    // Any part of the name, the article or the barcode; a code with a hyphen is one.
    for (query, found) in [
        ("", 2),
        ("?q=IPHONE", 1),
        ("?q=11+экран", 1),
        ("?q=12-34", 1),
        ("?q=2-3", 1),
        ("?q=00000001", 1),
        ("?q=4600000000017", 1),
        ("?q=1234", 0),
        ("?q=%25", 0),
        ("?kind=WORK", 1),
        ("?kind=WORK&q=экран", 0),
        ("?archived=1", 0),
    ] {
        let page = browser.page(&format!("/catalogue{query}")).await;
        assert_eq!(
            page.matches("<tr id=\"item-").count(),
            found,
            "{query} {page}"
        );
    }
    let page = browser.page("/catalogue").await;
    assert!(page.contains("Экран &#60;iPhone&#62; 11"), "{page}");
    assert!(
        page.contains("1\u{a0}500,50\u{a0}₽")
            && page.contains("900\u{a0}₽")
            && page.contains("90 дней"),
        "{page}"
    );
    // Ordered by name: «Чистка» before «Экран».
    assert!(page.find("id=\"item-2\"") < page.find("id=\"item-1\""));
    // A row becomes a form, and is saved without a script.
    let page = browser.page("/catalogue?edit=1").await;
    assert!(
        page.contains("action=\"/catalogue/1\"") && page.contains("value=\"12-34\""),
        "{page}"
    );
    let taken = [("name", "Чистка"), ("article", "12-34 ")];
    assert_eq!(browser.post("/catalogue/2", &taken).await.status(), 422);
    let answer = browser
        .post("/catalogue/2", &[("name", "Чистка"), ("price", "1200")])
        .await;
    assert_eq!(goes_to(&answer), "/catalogue#item-2");
    // Archived, and restored.
    assert_eq!(
        goes_to(
            &browser
                .post("/catalogue/2/archive", &[("archived", "1")])
                .await
        ),
        "/catalogue"
    );
    assert_eq!(
        browser
            .page("/catalogue")
            .await
            .matches("<tr id=\"item-")
            .count(),
        1
    );
    assert!(
        browser
            .page("/catalogue?archived=1")
            .await
            .contains("Вернуть")
    );
    browser.post("/catalogue/2/archive", &[]).await;
    let items = data(
        &shop,
        "{ catalogue(archived: false) { nodes { id price } } }",
    )
    .await;
    assert_eq!(
        items["catalogue"]["nodes"][0],
        serde_json::json!({"id": "2", "price": 120_000})
    );
    for path in ["/catalogue/9", "/catalogue/x", "/catalogue/9/archive"] {
        assert_eq!(
            browser.post(path, &[("name", "x")]).await.status(),
            404,
            "{path}"
        );
    }
    shop.close().await;
}

#[tokio::test]
async fn an_employee_keeps_the_price_list_without_costs() {
    let shop = Shop::with_owner().await;
    let colleague = employee(&shop).await;
    perform(&shop, &[r#"saveCatalogueItem(itemData: {kind: PART, name: "Экран", price: 150000, cost: 77700}) { item { id } }"#]).await;
    let mut browser = Browser::open(&shop);
    browser.cookie = format!("zayavka={colleague}");
    for path in ["/catalogue", "/catalogue?edit=1", "/catalogue?edit=new"] {
        let page = browser.page(path).await;
        assert!(
            !page.contains("Себестоимость") && !page.contains("777"),
            "{path} {page}"
        );
    }
    let answer = browser
        .post("/catalogue/1", &[("name", "Экран"), ("price", "1600")])
        .await;
    assert_eq!(goes_to(&answer), "/catalogue#item-1");
    let answer = browser
        .post("/catalogue/1", &[("name", "Экран"), ("cost", "1")])
        .await;
    assert_eq!(answer.status(), 403);
    let answer = browser
        .post(
            "/catalogue",
            &[("kind", "WORK"), ("name", "Чистка"), ("price", "1")],
        )
        .await;
    assert_eq!(goes_to(&answer), "/catalogue#item-2");
    let items = data(&shop, "{ catalogue { nodes { name price cost } } }").await;
    assert_eq!(
        items["catalogue"]["nodes"],
        serde_json::json!([{"name": "Чистка", "price": 100, "cost": null}, {"name": "Экран", "price": 160_000, "cost": 77_700}])
    );
    shop.close().await;
}

#[tokio::test]
async fn a_long_price_list_has_pages() {
    let shop = Shop::with_owner().await;
    for at in 0..60 {
        let item = format!(
            r#"saveCatalogueItem(itemData: {{kind: WORK, name: "Work {at:02}", price: {at}}}) {{ item {{ id }} }}"#
        );
        perform(&shop, &[&item]).await;
    }
    let browser = Browser::signed_in(&shop, "owner@example.com").await;
    let page = browser.page("/catalogue?q=work").await;
    assert_eq!(page.matches("<tr id=\"item-").count(), 50);
    let (_, rest) = page
        .split_once("rel=\"next\"")
        .map(|(before, _)| before.rsplit_once("href=\"").unwrap())
        .unwrap();
    let next = rest.split('"').next().unwrap().replace("&#38;", "&");
    let page = browser.page(&next).await;
    assert_eq!(page.matches("<tr id=\"item-").count(), 10, "{next}");
    assert!(page.contains("Work 59"));
    shop.close().await;
}
