//! Photos and files that an employee sends from the sheet of a task, and what the customer sees of them.

use reqwest::{Response, StatusCode};
use serde_json::{Value, json};

use crate::bot::{ANNA, contact, create, messages, said};
use crate::harness::Shop;
use crate::metadata::{JPEG, jpeg};
use crate::pages::{Browser, goes_to};
use crate::status_links::renew;

const MIB: usize = 1024 * 1024;
const FORM: &str = "/tasks/1/comments";
const PHOTOS: &str = "/tasks/1/photos";

/// Builds a form as a browser does: an empty file stands for none.
fn form(fields: &[(&str, &str)], files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, value) in fields {
        let part =
            format!("--XX\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        body.extend_from_slice(part.as_bytes());
    }
    for (name, file) in files {
        let head = format!(
            "--XX\r\ncontent-disposition: form-data; name=\"files\"; filename=\"{name}\"\r\ncontent-type: image/jpeg\r\n\r\n"
        );
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(file);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--XX--\r\n");
    body
}

async fn send(browser: &Browser<'_>, path: &str, body: Vec<u8>) -> Response {
    browser.send_parts(browser.origin(), path, body).await
}

/// Returns the task's comments with their attachments.
async fn comments(shop: &Shop) -> Value {
    let query =
        "{ taskById(id: 1) { comments { kind text attachments { kind fileName mediaType } } } }";
    shop.ask(query).await["data"]["taskById"]["comments"].clone()
}

fn photo() -> Vec<u8> {
    jpeg(JPEG, true, 6)
}

#[tokio::test]
async fn a_photo_of_the_sheet_is_a_note_without_words_and_without_metadata() {
    let shop = Shop::with_owner().await;
    create(&shop, "+79000000001").await;
    let browser = Browser::signed_in(&shop, "owner@example.com").await;
    let sheet = browser.page("/tasks/1").await;
    for part in [
        "enctype=\"multipart/form-data\"",
        "name=\"files\" accept=\"image/*\" capture=\"environment\"",
        "name=\"files\" multiple",
    ] {
        assert!(sheet.contains(part), "{part}: {sheet}");
    }
    let fields = [("key", "k1")];
    let photo = photo();
    for _ in 0..2 {
        // A double tap stores it once.
        let answer = send(&browser, PHOTOS, form(&fields, &[("IMG 1.JPG", &photo)])).await;
        assert_eq!(goes_to(&answer), "/tasks/1");
    }
    let picture = json!({"kind": "PHOTO", "fileName": "IMG 1.JPG", "mediaType": "image/jpeg"});
    let note = json!({"kind": "INTERNAL", "text": null, "attachments": [picture]});
    assert_eq!(comments(&shop).await, json!([note]));
    // Another file with the same key is another message.
    let other = form(&fields, &[("quote.pdf", b"%PDF-1.4\n%%EOF")]);
    let other = send(&browser, PHOTOS, other).await;
    assert_eq!(goes_to(&other), "/tasks/1");
    assert_eq!(comments(&shop).await.as_array().unwrap().len(), 2);
    let sheet = browser.page("/tasks/1").await;
    for part in [
        "<a href=\"/photos/1\"><img src=\"/photos/1\"",
        "alt=\"Фото мастерской\"",
        "Приложили файл «quote.pdf»",
        "<a href=\"/attachments/2\" download>Скачать</a>",
    ] {
        assert!(sheet.contains(part), "{part}: {sheet}");
    }
    let stored = browser.get("/photos/1").await.bytes().await.unwrap();
    for secret in ["SecretCamera", "SecretPlace", "SecretThumb", "SecretTail"] {
        let found = stored
            .windows(secret.len())
            .any(|part| part == secret.as_bytes());
        assert!(!found, "{secret}");
    }
    // The customer sees nothing of it.
    let link = renew(&shop, "1").await;
    let page = Browser::open(&shop).page(&link).await;
    assert!(
        !page.contains("/files/") && !page.contains("quote.pdf"),
        "{page}"
    );
    for id in [1, 2] {
        let answer = Browser::open(&shop)
            .get(&format!("{link}/files/{id}"))
            .await;
        assert_eq!(answer.status(), StatusCode::NOT_FOUND);
    }
    shop.close().await;
}

#[tokio::test]
async fn a_photo_for_the_customer_is_on_the_status_page_and_the_message_leads_there() {
    let shop = Shop::with_owner().await;
    create(&shop, "+79000000001").await;
    shop.update(contact(ANNA, ANNA, "+79000000001")).await;
    messages(&shop, 2).await;
    let browser = Browser::signed_in(&shop, "owner@example.com").await;
    let photo = photo();
    let files: [(&str, &[u8]); 2] = [("a.jpg", &photo), ("Счёт.pdf", b"%PDF-1.4\n%%EOF")];
    // What goes to a customer needs words; what was chosen is chosen again.
    let silent = send(&browser, FORM, form(&[("to", "customer")], &files)).await;
    assert_eq!(silent.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let fields = [
        ("key", "k"),
        ("to", "customer"),
        ("comment", "Аккумулятор вздулся"),
    ];
    let answer = send(&browser, FORM, form(&fields, &files)).await;
    assert_eq!(goes_to(&answer), "/tasks/1?said=message");
    let sent = messages(&shop, 3).await;
    let text = said(&sent[2]).to_owned();
    assert!(text.contains("Аккумулятор вздулся"), "{text}");
    let (_, link) = text
        .split_once("Фото и файлы: ")
        .unwrap_or_else(|| panic!("{text}"));
    let link = link.trim().strip_prefix(&shop.url).unwrap();
    let anna = Browser::open(&shop);
    let page = anna.page(link).await;
    for part in [
        format!("<a class=\"photo\" href=\"{link}/files/1\"><img src=\"{link}/files/1\""),
        format!("<a href=\"{link}/files/2\" download>Приложили файл «Счёт.pdf»"),
    ] {
        assert!(page.contains(&part), "{part}: {page}");
    }
    let picture = anna.get(&format!("{link}/files/1")).await;
    assert_eq!(picture.headers()["content-type"], "image/jpeg");
    let policy = picture.headers()["content-security-policy"]
        .to_str()
        .unwrap();
    assert!(policy.contains("sandbox"), "{policy}");
    let paper = anna.get(&format!("{link}/files/2")).await;
    let disposition = paper.headers()["content-disposition"].to_str().unwrap();
    assert!(disposition.starts_with("attachment"), "{disposition}");
    // Neither a file of hers, nor one of another task, nor a wrong link.
    crate::metadata::kept(&shop, "own.jpg", jpeg(JPEG, true, 1)).await;
    for path in [
        format!("{link}/files/3"),
        format!("{link}/files/9"),
        format!("{link}/files/x"),
        "/s/none/files/1".to_owned(),
    ] {
        assert_eq!(
            anna.get(&path).await.status(),
            StatusCode::NOT_FOUND,
            "{path}"
        );
    }
    shop.close().await;
}

#[tokio::test]
async fn files_are_refused_by_name_and_nothing_is_stored() {
    let shop = Shop::with_owner().await;
    create(&shop, "+79000000001").await;
    let browser = Browser::signed_in(&shop, "owner@example.com").await;
    let fields = [("to", "note"), ("comment", "До ремонта")];
    let photo = photo();
    let large = [&photo[..], &vec![0; 4 * MIB]].concat();
    let many: Vec<(&str, &[u8])> = vec![("a.jpg", &photo); 11];
    let long = vec![0; 17 * MIB];
    for (files, status, words) in [
        (
            vec![("a.jpg", &*large)],
            422,
            "Файл слишком большой: не больше 4 МБ.",
        ),
        (
            vec![("a.exe", b"MZ\x90\0program".as_slice())],
            422,
            "Файлы такого вида не хранятся",
        ),
        (many, 422, "Слишком много файлов: не больше 10 за раз."),
        (
            vec![("a.jpg", &*long)],
            413,
            "Файлы слишком большие: вместе не больше 16 МБ.",
        ),
    ] {
        let answer = send(&browser, FORM, form(&fields, &files)).await;
        assert_eq!(answer.status().as_u16(), status, "{words}");
        let page = answer.text().await.unwrap();
        assert!(page.contains(words), "{words}: {page}");
        // What was typed stays, where it has arrived.
        assert_eq!(
            page.contains(">До ремонта</textarea>"),
            status == 422,
            "{page}"
        );
    }
    // A form that breaks off has nothing in it.
    let mut cut = form(&fields, &[("a.jpg", &photo)]);
    cut.truncate(cut.len() - 40);
    let answer = send(&browser, FORM, cut).await;
    assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(comments(&shop).await, json!([]));
    shop.close().await;
}

#[tokio::test]
async fn only_an_employee_on_our_own_page_sends_files() {
    let shop = Shop::with_owner().await;
    create(&shop, "+79000000001").await;
    crate::accounts::employee(&shop).await;
    let photo = photo();
    let body = || {
        form(
            &[("to", "note"), ("comment", "Плата живая")],
            &[("a.jpg", &photo)],
        )
    };
    let owner = Browser::signed_in(&shop, "owner@example.com").await;
    let foreign = owner.send_parts("https://evil.example", FORM, body()).await;
    assert_eq!(foreign.status(), StatusCode::FORBIDDEN);
    // A visitor's words are kept until they have signed in.
    let stranger = Browser::open(&shop);
    let nobody = send(&stranger, FORM, body()).await;
    assert_eq!(nobody.status(), StatusCode::UNAUTHORIZED);
    let page = nobody.text().await.unwrap();
    assert!(
        page.contains("comment=%D0%9F%D0%BB%D0%B0%D1%82%D0%B0"),
        "{page}"
    );
    let large = [&photo[..], &vec![0; MIB]].concat();
    let large = form(&[("to", "note")], &[("a.jpg", &large)]);
    let nobody = send(&stranger, FORM, large.clone()).await;
    assert_eq!(nobody.status(), StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(comments(&shop).await, json!([]));
    let employee = Browser::signed_in(&shop, "second@example.com").await;
    assert_eq!(goes_to(&send(&employee, FORM, large).await), "/tasks/1");
    assert_eq!(comments(&shop).await.as_array().unwrap().len(), 1);
    shop.close().await;
}
