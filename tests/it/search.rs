//! The search: exact numbers, short words, aliases, the other keyboard layout, article numbers.

use crate::bot::set_status;
use crate::harness::Shop;
use crate::money::data;
use crate::pages::{Browser, goes_to};

/// Opens a shop with four tasks.
async fn shop() -> Shop {
    let shop = Shop::with_owner().await;
    for (phone, device, description) in [
        (
            "+79000000001",
            r#"brand: "Apple", model: "iPhone 12", place: "Б-3""#,
            "Разбит экран, разъём цел",
        ),
        (
            "+79000000002",
            r#"kind: "телефон", brand: "LG", place: "А1""#,
            "Не заряжается",
        ),
        (
            "+79000000003",
            r#"kind: "ноутбук", brand: "Apple", model: "MacBook Air""#,
            "Залит чаем, еще тёплый",
        ),
        (
            "+79000000004",
            r#"kind: "телефон", model: "айфон", place: "А2""#,
            "Ремонт самсунга и Samsung",
        ),
    ] {
        let query = format!(
            r#"mutation {{ createTask(taskData: {{customerPhone: "{phone}", description: "{description}", device: {{{device}}}}}) {{ task {{ id }} }} }}"#
        );
        data(&shop, &query).await;
    }
    shop
}

/// Returns the ids that a search finds, oldest first, and asserts that they are counted.
async fn found(shop: &Shop, text: &str) -> String {
    let query = format!(
        r#"{{ tasks(orderBy: OLDEST, filter: {{search: "{text}"}}) {{ totalCount nodes {{ id }} }} }}"#
    );
    let tasks = data(shop, &query).await["tasks"].clone();
    let nodes = tasks["nodes"].as_array().unwrap().clone();
    assert_eq!(tasks["totalCount"], nodes.len(), "{text}");
    let ids: Vec<&str> = nodes
        .iter()
        .map(|node| node["id"].as_str().unwrap())
        .collect();
    ids.join(" ")
}

#[tokio::test]
async fn a_short_word_narrows_and_a_shelf_is_found_in_any_spelling() {
    let shop = shop().await;
    for (text, expected) in [
        ("телефон", "2 4"),
        ("телефон lg", "2"),
        ("телефон а", "2 4"),
        ("телефон а2", "4"),
        ("а1", "2"),
        ("б3", "1"),
        ("Б-3", "1"),
        ("б-3 экран", "1"),
        ("б-3 заряж", ""),
        ("lg", "2"),
        ("l", "2"),
        ("g", ""),
        ("телефон %", "2 4"),
        ("%", ""),
        // One digit is the number of a task or the beginning of a word.
        ("3", "3 1"),
        ("12", "1"),
        ("apple 12", "1"),
    ] {
        assert_eq!(found(&shop, text).await, expected, "{text}");
    }
    shop.close().await;
}

#[tokio::test]
async fn yo_and_ye_are_one_letter_on_both_sides() {
    let shop = shop().await;
    for (text, expected) in [
        ("разъем", "1"),
        ("разъём", "1"),
        ("ещё", "3"),
        ("ЕЩЕ", "3"),
        ("теплый", "3"),
    ] {
        assert_eq!(found(&shop, text).await, expected, "{text}");
    }
    shop.close().await;
}

#[tokio::test]
async fn aliases_find_each_other_and_the_owner_edits_them() {
    let shop = shop().await;
    for (text, expected) in [
        ("айфон", "1 4"),
        ("Айфоном", "1 4"),
        ("iphone", "1 4"),
        ("айфон экран", "1"),
        ("макбук", "3"),
        ("самсунг", "4"),
        ("труба", ""),
    ] {
        assert_eq!(found(&shop, text).await, expected, "{text}");
    }
    let mut owner = Browser::signed_in(&shop, "owner@example.com").await;
    let page = owner.page("/search-words").await;
    assert!(page.contains("value=\"айфон\"") && page.contains("value=\"iPhone\""));
    let add = async |owner: &mut Browser<'_>, word: &str, meaning: &str| {
        let form = [("word", word), ("meaning", meaning)];
        owner.post("/search-words", &form).await.status().as_u16()
    };
    assert_eq!(add(&mut owner, "труба", "телефон").await, 303);
    assert_eq!(found(&shop, "труба").await, "2 4");
    for (word, meaning, problem) in [
        ("труба", "ТЕЛЕФОН", "Такая пара слов уже есть."),
        ("две трубы", "телефон", "Нужно одно слово."),
        ("ёж", "Еж", "Это то же самое слово."),
        ("", "телефон", "Заполните это поле."),
    ] {
        let form = [("word", word), ("meaning", meaning)];
        let answer = owner.post("/search-words", &form).await;
        assert_eq!(answer.status(), 422, "{word}");
        let page = answer.text().await.unwrap();
        assert!(page.contains(problem), "{word}: {page}");
        assert!(page.contains(&format!("value=\"{meaning}\"")), "{page}");
    }
    let id = "SELECT id FROM search_aliases WHERE word = 'труба'";
    let id: i64 = shop.database().query_row(id, [], |row| row.get(0)).unwrap();
    let address = format!("/search-words/{id}");
    let form = [("word", "дудка"), ("meaning", "LG")];
    assert_eq!(goes_to(&owner.post(&address, &form).await), "/search-words");
    assert_eq!(found(&shop, "дудка").await, "2");
    assert_eq!(found(&shop, "труба").await, "");
    let removed = owner.post(&format!("{address}/remove"), &[]).await;
    assert_eq!(goes_to(&removed), "/search-words");
    assert_eq!(found(&shop, "дудка").await, "");
    assert_eq!(owner.post(&address, &form).await.status(), 404);
    // They are the owner's alone, and a part of the archive.
    let token = crate::accounts::employee(&shop).await;
    let mut employee = Browser::open(&shop);
    employee.cookie = format!("zayavka={token}");
    assert_eq!(employee.get("/search-words").await.status(), 403);
    assert_eq!(employee.post("/search-words", &form).await.status(), 403);
    let archive = owner.page("/data/archive.json").await;
    assert!(archive.contains("\"word\":\"айфон\",\"meaning\":\"iPhone\""));
    shop.close().await;
}

#[tokio::test]
async fn the_other_keyboard_layout_is_tried_when_nothing_is_found_and_the_page_says_so() {
    let shop = shop().await;
    for (text, expected) in [
        ("ьфсищщл", "3"),
        ("ntktajy", "2 4"),
        ("ntktajy lg", ""),
        ("шзрщту", "1 4"),
        ("фззду", "1 3"),
    ] {
        assert_eq!(found(&shop, text).await, expected, "{text}");
    }
    let browser = Browser::signed_in(&shop, "owner@example.com").await;
    let page = browser
        .page("/?q=%D1%8C%D1%84%D1%81%D0%B8%D1%89%D1%89%D0%BB")
        .await;
    assert!(page.contains("Показано по «macbook»"), "{page}");
    assert!(page.contains("<tr data-task=\"3\">"), "{page}");
    let page = browser.page("/?q=apple").await;
    assert!(!page.contains("Показано по"), "{page}");
    let page = browser.page("/?q=xyzxyz").await;
    assert!(
        page.contains("Таких заявок нет.") && page.contains("/search-words"),
        "{page}"
    );
    shop.close().await;
}

#[tokio::test]
async fn an_exact_number_comes_first_and_enter_opens_it() {
    let shop = shop().await;
    set_status(&shop, "2", "CLOSED").await;
    let browser = Browser::signed_in(&shop, "owner@example.com").await;
    // Alone it is opened, even a closed one.
    for (query, address) in [
        ("/?q=2&go=1", "/tasks/2"),
        ("/?q=%E2%84%962&go=1", "/tasks/2"),
        ("/?q=4&go=1&sort=sum", "/tasks/4"),
        // Nothing to open: the list has an address of its own.
        ("/?q=apple&go=1", "/?q=apple"),
        ("/?q=77&go=1&from=2021-07-01", "/?q=77&from=2021-07-01"),
        ("/?go=1", "/"),
    ] {
        assert_eq!(goes_to(&browser.get(query).await), address, "{query}");
    }
    // With others beside it, it comes first and has the focus, in every order.
    data(
        &shop,
        r#"mutation { updateTask(taskData: {id: 4, device: {model: "Nokia 3"}, price: 100}) { task { id } } }"#,
    )
    .await;
    for sort in ["number", "due", "sum", "changed"] {
        let found = browser.get(&format!("/?q=3&go=1&sort={sort}")).await;
        let expected = format!("/?q=3&sort={sort}");
        assert_eq!(goes_to(&found), expected);
        let page = browser.page(&expected).await;
        let rows: Vec<&str> = page
            .split("<tr data-task=\"")
            .skip(1)
            .map(|row| row.split('"').next().unwrap())
            .collect();
        assert_eq!((rows.len(), rows[0]), (3, "3"), "{sort}");
        assert!(page.contains("<a href=\"/tasks/3\" autofocus>"), "{sort}");
    }
    shop.close().await;
}

#[tokio::test]
async fn article_numbers_and_words_of_lines_are_found_together() {
    let shop = shop().await;
    let item = data(
        &shop,
        r#"mutation { saveCatalogueItem(itemData: {kind: PART, name: "Дисплей", article: "DS-12X", price: 350000}) { item { id } } }"#,
    )
    .await;
    let item = item["saveCatalogueItem"]["item"]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    for line in [
        format!("taskId: 2, lineData: {{itemId: {item}}}"),
        r#"taskId: 2, lineData: {kind: WORK, name: "Пайка шлейфа", unitPrice: 100}"#.to_owned(),
        r#"taskId: 3, lineData: {kind: WORK, name: "Чистка", unitPrice: 100}"#.to_owned(),
    ] {
        data(
            &shop,
            &format!("mutation {{ addLine({line}) {{ line {{ id }} }} }}"),
        )
        .await;
    }
    for (text, expected) in [
        ("ds-12x", "2"),
        ("DS12X шлейф", ""),
        ("ds-12x шлейфа", "2"),
        ("дисплей пайка lg", "2"),
        ("ds-12x чистка", ""),
        ("чистка", "3"),
    ] {
        assert_eq!(found(&shop, text).await, expected, "{text}");
    }
    // A corrected article number is found in the tasks that have the part.
    let change = format!(
        r#"mutation {{ saveCatalogueItem(itemData: {{id: {item}, kind: PART, name: "Дисплей", article: "QQ-77", price: 350000}}) {{ item {{ id }} }} }}"#
    );
    data(&shop, &change).await;
    assert_eq!(found(&shop, "ds-12x").await, "");
    assert_eq!(found(&shop, "qq-77 шлейф").await, "2");
    shop.close().await;
}
