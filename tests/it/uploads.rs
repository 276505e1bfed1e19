//! Files by token: uploads by the GraphQL multipart request specification, and downloads.

use std::time::Duration;

use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use reqwest::{Method, Response};
use serde_json::{Value, json};

use crate::bot::create;
use crate::event_streams::Events;
use crate::harness::{Shop, code};

const BOUNDARY: &str = "----boundary";
const MIB: usize = 1024 * 1024;
const ADD: &str = "mutation ($files: [Upload!]!, $text: String) {
    addAttachments(taskId: 1, files: $files, text: $text) {
        comment { id kind text author employee { email } photo { id url width height }
            attachments { id kind state fileName mediaType size url } }
        task { comments { id } } } }";

/// A part of a form: its name, the name of its file, and its content.
type Part<'a> = (&'a str, Option<&'a str>, &'a [u8]);

fn form(parts: &[Part<'_>]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, file, content) in parts {
        let file = file.map(|file| format!("; filename=\"{file}\"\r\ncontent-type: text/plain"));
        let file = file.unwrap_or_default();
        let head = format!(
            "--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"{name}\"{file}\r\n\r\n"
        );
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(content);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
    body
}

/// Builds the form of `addAttachments`.
fn adding(files: &[(&str, &[u8])]) -> Vec<u8> {
    let variables = json!({"files": vec![Value::Null; files.len()], "text": "Before the repair"});
    let operations = json!({"query": ADD, "variables": variables}).to_string();
    let names: Vec<_> = (0..files.len()).map(|number| number.to_string()).collect();
    let map: Value = names
        .iter()
        .map(|name| (name.clone(), json!([format!("variables.files.{name}")])))
        .collect::<serde_json::Map<_, _>>()
        .into();
    let map = map.to_string();
    let mut parts: Vec<Part<'_>> = vec![
        ("operations", None, operations.as_bytes()),
        ("map", None, map.as_bytes()),
    ];
    let files = names.iter().zip(files);
    parts.extend(files.map(|(name, (file, content))| (&**name, Some(*file), *content)));
    form(&parts)
}

async fn send(shop: &Shop, body: Vec<u8>) -> (u16, Value) {
    parsed(sent(shop, body, "*/*").await).await
}

async fn sent(shop: &Shop, body: Vec<u8>, accept: &str) -> Response {
    let request = shop
        .request(Method::POST, "/graphql")
        .header(ACCEPT, accept);
    let kind = format!("Multipart/Form-Data; boundary={BOUNDARY}");
    request
        .header(CONTENT_TYPE, kind)
        .body(body)
        .send()
        .await
        .unwrap()
}

async fn parsed(answer: Response) -> (u16, Value) {
    let status = answer.status().as_u16();
    let text = answer.text().await.unwrap();
    (
        status,
        serde_json::from_str(&text).unwrap_or(Value::String(text)),
    )
}

fn gif() -> Vec<u8> {
    let size = [40_u16.to_le_bytes(), 30_u16.to_le_bytes()].concat();
    [b"GIF89a".as_slice(), &size, &[0; 20]].concat()
}

/// Returns a JPEG file whose EXIF part names a place.
fn jpeg() -> Vec<u8> {
    let exif = [b"Exif\0\0".as_slice(), b"GPS 55.7558 37.6173"].concat();
    let length = u16::try_from(exif.len() + 2).unwrap().to_be_bytes();
    let frame = [8, 0, 30, 0, 40, 1, 1, 0x11, 0];
    [
        b"\xff\xd8\xff\xe1".as_slice(),
        &length,
        &exif,
        b"\xff\xc0\0\x0b",
        &frame,
        b"\xff\xda\0\x08\x01\x01\0\0\x3f\0\x12\x34\xff\xd9",
    ]
    .concat()
}

/// Runs a mutation with the variable `files` of one picture.
pub async fn add_picture(shop: &Shop, query: &str) -> Value {
    let operations = json!({"query": query, "variables": {"files": [null]}}).to_string();
    let parts: [Part<'_>; 3] = [
        ("operations", None, operations.as_bytes()),
        ("map", None, br#"{"0": ["variables.files.0"]}"#),
        ("0", Some("a.gif"), &gif()),
    ];
    let (status, answer) = send(shop, form(&parts)).await;
    assert_eq!(status, 200, "{answer}");
    answer
}

async fn shop() -> Shop {
    let shop = Shop::with_owner().await;
    create(&shop, "+79000000001").await;
    shop
}

/// Returns the number of stored files.
fn stored(shop: &Shop) -> i64 {
    let count = "SELECT count(*) FROM photos";
    shop.database()
        .query_row(count, [], |row| row.get(0))
        .unwrap()
}

#[tokio::test]
async fn a_program_adds_photos_to_a_task_and_reads_them_with_its_token() {
    let shop = shop().await;
    let (status, answer) = send(
        &shop,
        adding(&[
            ("C:\\camera\\IMG 1.JPG", &jpeg()),
            ("screen.txt", &gif()),
            ("quote.pdf", b"%PDF-1.4\n%%EOF"),
        ]),
    )
    .await;
    assert_eq!((status, &answer["errors"]), (200, &Value::Null), "{answer}");
    let payload = &answer["data"]["addAttachments"];
    let comment = &payload["comment"];
    assert_eq!(
        (&comment["kind"], &comment["text"], &comment["author"]),
        (
            &json!("INTERNAL"),
            &json!("Before the repair"),
            &json!("STAFF")
        ),
    );
    assert_eq!(comment["employee"]["email"], "owner@example.com");
    assert_eq!(
        payload["task"]["comments"],
        json!([{"id": "1"}]),
        "{answer}"
    );
    let url = |path: &str| json!(format!("{}{path}", shop.url));
    assert_eq!(
        comment["photo"],
        json!({"id": "1", "url": url("/photos/1"), "width": 40, "height": 30})
    );
    let all = comment["attachments"].as_array().unwrap();
    let clean = all[0]["size"].as_u64().unwrap();
    assert!(clean < jpeg().len() as u64, "{answer}");
    assert_eq!(
        json!(all),
        json!([
            {"id": "1", "kind": "PHOTO", "state": "HERE", "fileName": "IMG 1.JPG",
             "mediaType": "image/jpeg", "size": clean, "url": url("/attachments/1")},
            {"id": "2", "kind": "PHOTO", "state": "HERE", "fileName": "screen.txt.gif",
             "mediaType": "image/gif", "size": gif().len(), "url": url("/attachments/2")},
            {"id": "3", "kind": "FILE", "state": "HERE", "fileName": "quote.pdf",
             "mediaType": "application/pdf", "size": 14, "url": url("/attachments/3")},
        ])
    );
    // Where the picture was taken stays with the sender.
    let picture = shop.request(Method::GET, "/photos/1").send().await.unwrap();
    assert_eq!(picture.status(), 200);
    assert_eq!(picture.headers()[CONTENT_TYPE], "image/jpeg");
    assert_eq!(picture.headers()["cache-control"], "private, max-age=3600");
    let picture = picture.bytes().await.unwrap();
    assert_eq!(picture.len() as u64, clean);
    assert!(!picture.windows(3).any(|window| window == b"GPS"));
    let file = shop
        .request(Method::GET, "/attachments/3")
        .send()
        .await
        .unwrap();
    let disposition = file.headers()["content-disposition"].to_str().unwrap();
    assert!(
        disposition.starts_with("attachment; filename=\"quote.pdf\""),
        "{disposition}"
    );
    assert_eq!(file.bytes().await.unwrap(), &b"%PDF-1.4\n%%EOF"[..]);
    let head = shop
        .request(Method::HEAD, "/photos/1")
        .send()
        .await
        .unwrap();
    assert_eq!(head.headers()["content-length"], clean.to_string());
    // The page shows them as well.
    let cookie = format!("zayavka={}", shop.token.as_ref().unwrap());
    let page = shop
        .request(Method::GET, "/tasks/1")
        .header("cookie", cookie);
    let page = page.send().await.unwrap().text().await.unwrap();
    assert_eq!(
        page.matches("<a class=\"photo\" href=\"/photos/").count(),
        2,
        "{page}"
    );
    assert!(page.contains("href=\"/attachments/3\""), "{page}");
    shop.close().await;
}

#[tokio::test]
async fn a_file_is_stored_once_however_often_it_is_named() {
    let shop = shop().await;
    let twice = "mutation ($files: [Upload!]!) {
        a: addAttachments(taskId: 1, files: $files) { comment { id } }
        b: addAttachments(taskId: 1, files: $files) { comment { id } } }";
    let answer = add_picture(&shop, twice).await;
    assert_eq!(answer["errors"][0]["path"], json!(["b"]), "{answer}");
    assert_eq!(code(&answer), "BAD_USER_INPUT");
    assert_eq!(stored(&shop), 1);
    shop.close().await;
}

#[tokio::test]
async fn files_are_for_valid_tokens_alone_and_never_for_a_cookie() {
    let mut shop = shop().await;
    assert_eq!(send(&shop, adding(&[("a.gif", &gif())])).await.0, 200);
    let token = shop.token.take().unwrap();
    let wrong = [
        None,
        Some("Bearer no".to_owned()),
        Some(format!("Basic {token}")),
    ];
    for sent in &wrong {
        let with = |mut request: reqwest::RequestBuilder| {
            if let Some(sent) = sent {
                request = request.header(AUTHORIZATION, sent);
            }
            // Neither does a cookie help, nor our own origin.
            request
                .header("cookie", format!("zayavka={token}"))
                .header("origin", &shop.url)
        };
        for size in [10, 3 * MIB] {
            let mut long = gif();
            long.resize(size.max(long.len()), 0);
            let kind = format!("multipart/form-data; boundary={BOUNDARY}");
            let upload = with(shop.request(Method::POST, "/graphql"));
            let upload = upload
                .header(CONTENT_TYPE, kind)
                .body(adding(&[("b.gif", &long)]));
            let answer = upload.send().await.unwrap();
            assert_eq!(answer.headers()["www-authenticate"], "Bearer", "{sent:?}");
            let (status, answer) = parsed(answer).await;
            assert_eq!(
                (status, code(&answer)),
                (401, "UNAUTHENTICATED"),
                "{sent:?}"
            );
        }
        // Another scheme is that of a proxy, behind which the pages go on working by their cookie.
        if sent.as_ref().is_some_and(|sent| sent.starts_with("Basic")) {
            let answer = with(shop.request(Method::GET, "/photos/1"));
            assert_eq!(answer.send().await.unwrap().status(), 200);
        } else if sent.is_some() {
            for path in ["/photos/1", "/attachments/1", "/photos/9"] {
                let answer = with(shop.request(Method::GET, path)).send().await.unwrap();
                assert_eq!(answer.headers()["www-authenticate"], "Bearer");
                let (status, answer) = parsed(answer).await;
                assert_eq!((status, code(&answer)), (401, "UNAUTHENTICATED"), "{path}");
            }
        }
    }
    assert_eq!(stored(&shop), 1);
    shop.token = Some(token);
    for path in ["/photos/9", "/photos/x", "/attachments/9"] {
        let answer = shop.request(Method::GET, path).send().await.unwrap();
        let (status, answer) = parsed(answer).await;
        assert_eq!((status, code(&answer)), (404, "NOT_FOUND"), "{path}");
    }
    shop.ask("mutation { logout { success } }").await;
    let answer = shop.request(Method::GET, "/photos/1").send().await.unwrap();
    assert_eq!(answer.status(), 401);
    shop.close().await;
}

#[tokio::test]
async fn a_file_that_is_too_large_or_of_a_foreign_kind_is_refused_by_status() {
    let shop = shop().await;
    let sized = |size: usize| {
        let mut file = gif();
        file.resize(size, 0);
        file
    };
    let (most, over) = (sized(4 * MIB), sized(4 * MIB + 1));
    assert_eq!(send(&shop, adding(&[("a.gif", &most)])).await.0, 200);
    let five = [("a.gif", &*most); 5];
    let exe = [b"MZ\x90\0".as_slice(), &[0; 300]].concat();
    let page = b"<html><script>alert(1)</script></html>";
    let long = json!({"query": format!("{{ me {{ id }} }} #{}", "x".repeat(300_000))}).to_string();
    for (body, expected) in [
        (adding(&[("a.gif", &over)]), 413),
        (adding(&[("a.gif", &gif()), ("b.gif", &over)]), 413),
        (adding(&five), 413),
        (form(&[("operations", None, long.as_bytes())]), 413),
        (adding(&[("photo.jpg", &exe)]), 415),
        (adding(&[("a.gif", &gif()), ("photo.gif", page)]), 415),
        (adding(&[("empty.gif", b"")]), 415),
    ] {
        for accept in ["*/*", "application/graphql-response+json"] {
            let (status, answer) = parsed(sent(&shop, body.clone(), accept).await).await;
            assert_eq!(
                (status, code(&answer)),
                (expected, "BAD_USER_INPUT"),
                "{answer:.300}"
            );
        }
    }
    // Without an announced length the bound is the same.
    let chunks = futures_util::stream::iter(
        (0..20).map(|_| Ok::<_, std::convert::Infallible>(vec![b'x'; MIB])),
    );
    let kind = format!("multipart/form-data; boundary={BOUNDARY}");
    let request = shop
        .request(Method::POST, "/graphql")
        .header(CONTENT_TYPE, kind);
    let request = request.body(reqwest::Body::wrap_stream(chunks));
    let (status, answer) = parsed(request.send().await.unwrap()).await;
    assert!([400, 413].contains(&status), "{answer}");
    assert_eq!(code(&answer), "BAD_USER_INPUT");
    assert_eq!(stored(&shop), 1);
    shop.close().await;
}

#[tokio::test]
async fn a_form_that_is_no_request_is_explained_and_changes_nothing() {
    let shop = shop().await;
    let gif = gif();
    let operations = json!({"query": ADD, "variables": {"files": [null]}}).to_string();
    let operations: Part<'_> = ("operations", None, operations.as_bytes());
    let map: Part<'_> = ("map", None, br#"{"0": ["variables.files.0"]}"#);
    let file: Part<'_> = ("0", Some("a.gif"), &gif);
    let mapped = |text: &'static str| ("map", None, text.as_bytes());
    let asked = |text: &'static str| ("operations", None, text.as_bytes());
    let batch = json!([{"query": ADD}, {"query": ADD}]).to_string();
    for (parts, expected) in [
        (vec![], 400),
        (vec![operations], 400),
        (vec![operations, map], 400),
        (vec![operations, file, map], 400),
        (vec![map, operations, file], 400),
        (vec![operations, mapped("[]"), file], 400),
        (vec![operations, mapped("{}"), file], 400),
        (
            vec![operations, mapped(r#"{"0": ["variables.none"]}"#), file],
            400,
        ),
        (vec![operations, mapped(r#"{"0": ["files.0"]}"#), file], 400),
        (
            vec![operations, mapped(r#"{"0": ["variables.files.7"]}"#), file],
            400,
        ),
        (vec![operations, map, file, file], 400),
        (vec![asked("{}"), map, file], 400),
        (vec![asked("no"), map, file], 400),
    ] {
        let (status, answer) = send(&shop, form(&parts)).await;
        assert_eq!(
            (status, code(&answer)),
            (expected, "BAD_USER_INPUT"),
            "{answer}"
        );
    }
    let parts = [("operations", None, batch.as_bytes()), map, file];
    let (status, answer) = send(&shop, form(&parts)).await;
    assert_eq!(
        (status, answer.as_array().unwrap().len()),
        (200, 2),
        "{answer}"
    );
    // A body that breaks off.
    let mut short = form(&[operations, map, file]);
    short.truncate(short.len() - 30);
    assert_eq!(send(&shop, short).await.0, 400);
    let request = shop.request(Method::POST, "/graphql");
    let request = request.header(CONTENT_TYPE, "multipart/form-data");
    let bare = request
        .body(form(&[operations, map, file]))
        .send()
        .await
        .unwrap();
    assert_eq!(bare.status(), 400);
    // The specification's other forms: one file for two variables, and none at all.
    let twice = json!({"query": ADD, "variables": {"files": [null, null]}}).to_string();
    let both: Part<'_> = mapped(r#"{"0": ["variables.files.0", "variables.files.1"]}"#);
    let (_, answer) = send(
        &shop,
        form(&[("operations", None, twice.as_bytes()), both, file]),
    )
    .await;
    let comment = &answer["data"]["addAttachments"]["comment"];
    assert_eq!(
        comment["attachments"].as_array().unwrap().len(),
        2,
        "{answer}"
    );
    let me = json!({"query": "{ me { email } }"}).to_string();
    let (_, answer) = send(
        &shop,
        form(&[("operations", None, me.as_bytes()), mapped("{}")]),
    )
    .await;
    assert_eq!(
        answer["data"]["me"]["email"], "owner@example.com",
        "{answer}"
    );
    assert_eq!(stored(&shop), 2);
    shop.close().await;
}

#[tokio::test]
async fn a_variable_that_names_no_file_is_refused_and_nothing_panics() {
    let shop = shop().await;
    for named in [
        "#__graphql_file__:0",
        "#__graphql_file__:7",
        "#__graphql_file__:x",
        "#__graphql_file__:-1",
        "#__graphql_file__:99999999999999999999999",
        "a.gif",
        "",
    ] {
        let body = json!({"query": ADD, "variables": {"files": [named]}}).to_string();
        for path in ["/graphql", "/graphql/"] {
            let (status, answer) = shop.post(path, &body).await;
            assert_eq!(status, 200, "{answer}");
            assert!(answer["errors"][0]["message"].is_string(), "{answer}");
            assert_ne!(code(&answer), "INTERNAL_SERVER_ERROR", "{answer}");
        }
        let literal = format!(
            "mutation {{ addAttachments(taskId: 1, files: [{named:?}]) {{ comment {{ id }} }} }}"
        );
        let mut events = Events::post(&shop, &literal).await;
        let answer = events.next().await;
        assert_ne!(code(&answer), "INTERNAL_SERVER_ERROR", "{answer}");
        assert!(answer["errors"][0]["message"].is_string(), "{answer}");
    }
    for (count, expected) in [
        (0, "files: Fill in this field."),
        (11, "files: Too many files"),
    ] {
        let picture = gif();
        let files = vec![("a.gif", &*picture); count];
        let (status, answer) = send(&shop, adding(&files)).await;
        let message = answer["errors"][0]["message"].as_str().unwrap();
        assert_eq!((status, code(&answer)), (200, "BAD_USER_INPUT"), "{answer}");
        assert!(message.starts_with(expected), "{message}");
    }
    let other = adding(&[("a.gif", &gif())]);
    let other = String::from_utf8_lossy(&other).replace("taskId: 1,", "taskId: 9,");
    let (_, answer) = send(&shop, other.into_bytes()).await;
    assert_eq!(code(&answer), "NOT_FOUND", "{answer}");
    assert_eq!(stored(&shop), 0);
    shop.close().await;
}

#[tokio::test]
async fn uploads_share_a_bound_on_memory_and_a_slow_one_ends() {
    let shop = shop().await;
    // Each announces 16 MiB and sends nothing of it.
    let announce = || {
        let kind = format!("multipart/form-data; boundary={BOUNDARY}");
        let request = shop
            .request(Method::POST, "/graphql")
            .header(CONTENT_TYPE, kind);
        let request = request.header("content-length", (16 * MIB).to_string());
        let pending = futures_util::stream::pending::<Result<Vec<u8>, std::convert::Infallible>>();
        let request = request.body(reqwest::Body::wrap_stream(pending));
        tokio::spawn(async move { request.send().await.is_ok() })
    };
    let mut slow = Vec::new();
    let (status, answer) = loop {
        // Two of them fill the budget, but one that arrives while a short upload is there finds no
        // room. Twice as many each time, so that some arrive when none is there.
        slow.extend((0..=slow.len()).map(|_| announce()));
        let (status, answer) = send(&shop, adding(&[("a.gif", &gif())])).await;
        if status != 200 {
            break (status, answer);
        }
    };
    assert_eq!((status, code(&answer)), (503, "RATE_LIMITED"), "{answer}");
    assert_eq!(
        answer["errors"][0]["extensions"]["retryAfter"], 31,
        "{answer}"
    );
    // Answers need none of that memory.
    assert!(shop.ask("{ me { id } }").await["errors"].is_null());
    for one in slow {
        one.abort();
    }
    loop {
        let (status, _) = send(&shop, adding(&[("a.gif", &gif())])).await;
        if status == 200 {
            break;
        }
        tokio::task::yield_now().await;
    }
    shop.clock.advance(Duration::from_secs(1));
    shop.close().await;
}

#[tokio::test]
async fn added_files_move_with_an_archive() {
    let shop = shop().await;
    let answer = add_picture(&shop, ADD).await;
    let comment = &answer["data"]["addAttachments"]["comment"];
    assert_eq!(comment["text"], Value::Null, "{answer}");
    let archive = shop.ask("{ exportArchive }").await;
    let archive = archive["data"]["exportArchive"].as_str().unwrap();
    let mut other = Shop::with_owner().await;
    let restore = "mutation ($archive: String!) { importArchive(archive: $archive) { token } }";
    let answer = other.ask_with(restore, json!({ "archive": archive })).await;
    let token = answer["data"]["importArchive"]["token"].as_str();
    other.token = Some(token.unwrap_or_else(|| panic!("{answer}")).to_owned());
    let picture = other
        .request(Method::GET, "/photos/1")
        .send()
        .await
        .unwrap();
    assert_eq!(picture.bytes().await.unwrap(), gif());
    other.close().await;
    shop.close().await;
}
