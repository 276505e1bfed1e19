//! Papers: their settings with the preview, and the shop's logo.

use std::time::Duration;

use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};

use crate::accounts::employee;
use crate::harness::{Shop, code};
use crate::pages::{Browser, goes_to};
use crate::settings::set;
use crate::signed_in::SignedIn;
use crate::status_links::renew;

const RECEIPT: &str = "/tasks/1/receipt";
const HAND_OVER: &str = "/tasks/1/hand-over";
const LABEL: &str = "/tasks/1/label";
const PREVIEW: &str = "/settings/papers/preview";
const PNG: &[u8] = include_bytes!("../pictures/base.png");
const JPEG: &[u8] = include_bytes!("../pictures/base.jpg");
const WEBP: &[u8] = include_bytes!("../pictures/base.webp");
const GIF: &[u8] = include_bytes!("../pictures/base.gif");

/// Opens a shop with a task that has everything papers show, and a status link.
async fn shop() -> Shop {
    let shop = Shop::with_owner().await;
    let task = r#"mutation { createTask(taskData: {customerPhone: "+79000000001", description: "Не включается",
        estimate: 450000, device: {kind: "телефон", serialNumber: "SN-1", accessories: "чехол", appearance: "скол"}})
        { task { id } } }"#;
    assert!(shop.ask(task).await["errors"].is_null());
    renew(&shop, "1").await;
    for (key, value) in [
        ("SHOP_NAME", "Мастер"),
        ("SHOP_LEGAL_NAME", "ИП Котов"),
        ("SHOP_TERMS", "Храним 60 дней."),
    ] {
        assert!(set(&shop, key, value).await["errors"].is_null(), "{key}");
    }
    shop
}

async fn settings(shop: &Shop) -> Value {
    let answer = shop.ask("{ settings { key value } }").await;
    answer["data"]["settings"].clone()
}

fn owned(form: &[(&str, &str)]) -> Vec<(String, String)> {
    let pair = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    form.iter().map(pair).collect()
}

#[tokio::test]
async fn each_block_is_on_the_papers_until_it_is_left_out() {
    let shop = shop().await;
    let desk = SignedIn::of(&shop, "owner@example.com").await;
    let all = "legal, customer_copy, condition, estimate, qr, signatures";
    let code = "<svg class=\"qr\"";
    let blocks: [(&str, &[&str], &[&str]); 6] = [
        ("legal", &["ИП Котов"], &[RECEIPT, HAND_OVER]),
        (
            "customer_copy",
            &["Экземпляр мастерской", "Экземпляр клиента", "линия отреза"],
            &[RECEIPT],
        ),
        (
            "condition",
            &["<dd>чехол</dd>", "<dd>скол</dd>"],
            &[RECEIPT],
        ),
        ("estimate", &["4\u{a0}500\u{a0}₽"], &[RECEIPT]),
        ("qr", &[code], &[RECEIPT, LABEL]),
        ("signatures", &["class=\"signs\""], &[RECEIPT, HAND_OVER]),
    ];
    for (block, shown, papers) in blocks {
        let without = all.split(", ").filter(|word| *word != block);
        let without: Vec<_> = without.collect();
        for (value, is_there) in [(all, true), (&*without.join(", "), false)] {
            assert!(set(&shop, "PAPERS_BLOCKS", value).await["errors"].is_null());
            for path in papers {
                let page = desk.page(path).await;
                for words in shown {
                    assert_eq!(page.contains(words), is_there, "{block} {words} {path}");
                }
                assert!(page.contains("SN-1") || *path == LABEL, "{block} {path}");
            }
        }
    }
    // None of them is a choice as well.
    set(&shop, "PAPERS_BLOCKS", "").await;
    let page = desk.page(RECEIPT).await;
    assert!(page.contains("<b>Мастер</b>") && page.contains("Храним 60 дней."));
    assert!(
        !page.contains(code) && !page.contains("class=\"signs\""),
        "{page}"
    );
    // Without a code on the paper, none is missing.
    let task =
        r#"mutation { createTask(taskData: {customerPhone: "+79000000001"}) { task { id } } }"#;
    shop.ask(task).await;
    let offer = "action=\"/tasks/2/link\"";
    for path in ["/tasks/2/receipt", "/tasks/2/label"] {
        assert!(!desk.page(path).await.contains(offer), "{path}");
    }
    set(&shop, "PAPERS_BLOCKS", "qr").await;
    for path in ["/tasks/2/receipt", "/tasks/2/label"] {
        assert!(desk.page(path).await.contains(offer), "{path}");
    }
    shop.close().await;
}

#[tokio::test]
async fn two_copies_are_for_a_whole_sheet_and_the_customer_takes_the_code() {
    let shop = shop().await;
    let desk = SignedIn::of(&shop, "owner@example.com").await;
    let copies = |page: &str| page.matches("class=\"paper-copy\"").count();
    let page = desk.page(RECEIPT).await;
    assert_eq!(
        (copies(&page), page.matches("class=\"qr\"").count()),
        (2, 1)
    );
    let (shops, customers) = page.split_once("class=\"cut\"").unwrap();
    assert!(shops.contains("class=\"to-sign small\"") && customers.contains("class=\"qr\""));
    for copy in [shops, customers] {
        assert!(copy.contains("Храним 60 дней.") && copy.contains("<h2>Квитанция № 1</h2>"));
    }
    for path in [
        "/tasks/1/receipt?paper=a5",
        "/tasks/1/receipt?paper=roll",
        "/tasks/1/receipt?paper=roll58",
        HAND_OVER,
    ] {
        let page = desk.page(path).await;
        assert_eq!(copies(&page), 1, "{path}");
        assert!(!page.contains("Экземпляр"), "{path}");
    }
    shop.close().await;
}

#[tokio::test]
async fn texts_and_sizes_are_those_of_the_settings_until_a_browser_chooses_its_own() {
    let shop = shop().await;
    let desk = SignedIn::of(&shop, "owner@example.com").await;
    for (key, value) in [
        ("PAPERS_WARRANTY", "Гарантия 90 дней.\nСохраните <акт>."),
        ("PAPERS_FOOTER", "Спасибо & до встречи"),
        ("PAPERS_SIZE", "roll58"),
        ("PAPERS_LABEL", "43x25"),
    ] {
        assert!(set(&shop, key, value).await["errors"].is_null(), "{key}");
    }
    let receipt = desk.page(RECEIPT).await;
    let slip = desk.page(HAND_OVER).await;
    for page in [&receipt, &slip] {
        assert!(page.contains("class=\"paper roll roll58\""), "{page}");
        assert!(page.contains("Спасибо &#38; до встречи</p>"), "{page}");
    }
    assert!(slip.contains("Гарантия 90 дней.\nСохраните &#60;акт&#62;."));
    assert!(!slip.contains("Храним") && !receipt.contains("Гарантия 90"));
    let label = desk.page(LABEL).await;
    assert!(label.contains("class=\"paper label l43x25\""), "{label}");
    let chosen = desk.page("/tasks/1/receipt?paper=a5").await;
    assert!(chosen.contains("class=\"paper a5\""), "{chosen}");
    for (key, wrong) in [
        ("PAPERS_BLOCKS", "legal, face"),
        ("PAPERS_SIZE", "a3"),
        ("PAPERS_LABEL", "58x41"),
        ("PAPERS_FOOTER", "a\nb"),
        ("PAPERS_WARRANTY", &*"я".repeat(10_001)),
    ] {
        let refused = set(&shop, key, wrong).await;
        assert_eq!(code(&refused), "BAD_USER_INPUT", "{key}: {refused}");
        let field = key.to_lowercase().replacen('_', ".", 1);
        assert_eq!(refused["errors"][0]["extensions"]["field"], field);
    }
    shop.close().await;
}

#[tokio::test]
async fn what_the_file_sets_of_papers_is_shown_and_stays() {
    let shop = shop().await;
    let file = "[papers]\nblocks = ['legal', 'qr']\nsize = 'roll'\nwarranty = '''Раз\nДва'''";
    let shop = shop.reopen_with(file, Duration::ZERO).await;
    let desk = SignedIn::of(&shop, "owner@example.com").await;
    let page = desk.page("/settings/papers").await;
    for shown in [
        "readonly value=\"Полное имя, ИНН и ОГРН, QR-код страницы клиента\"",
        "readonly value=\"80 мм\"",
        "<textarea readonly rows=\"4\">Раз\nДва</textarea>",
    ] {
        assert!(page.contains(shown), "{shown}: {page}");
    }
    for key in ["papers.blocks", "papers.size", "papers.warranty"] {
        assert!(!page.contains(&format!("name=\"{key}\"")), "{key}");
    }
    assert!(page.contains("name=\"papers.label\""), "{page}");
    // A form that was loaded before the file had the key changes nothing, and its preview shows the file's value.
    let form = owned(&[("was:papers.size", "a4"), ("papers.size", "a5")]);
    let preview = desk.post(PREVIEW, &form).await.text().await.unwrap();
    assert!(preview.contains("class=\"paper roll\""), "{preview}");
    let refused = desk.post("/settings/papers", &form).await;
    assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
    shop.close().await;
}

#[tokio::test]
async fn the_form_keeps_ticks_and_the_absence_of_all() {
    let shop = shop().await;
    let mut browser = Browser::signed_in(&shop, "owner@example.com").await;
    let all = "legal, customer_copy, condition, estimate, qr, signatures";
    let was = ("was:papers.blocks", all);
    let two = [was, ("papers.blocks", "legal"), ("papers.blocks", "qr")];
    let saved = browser.post("/settings/papers", &two).await;
    assert_eq!(goes_to(&saved), "/settings/papers?saved=1");
    let page = browser.page("/settings/papers").await;
    let ticked = |page: &str| {
        let boxes = page.split("name=\"papers.blocks\" value=\"").skip(1);
        let boxes = boxes.map(|rest| rest.split('>').next().unwrap());
        let ticked = boxes.filter(|rest| rest.contains(" checked"));
        let words = ticked.map(|rest| rest.split('"').next().unwrap().to_owned());
        words.collect::<Vec<_>>().join(", ")
    };
    assert_eq!(ticked(&page), "legal, qr");
    assert!(page.contains("name=\"was:papers.blocks\" value=\"legal, qr\""));
    let none = [("was:papers.blocks", "legal, qr")];
    browser.post("/settings/papers", &none).await;
    assert_eq!(ticked(&browser.page("/settings/papers").await), "");
    let events = "{ auditEvents(first: 2) { nodes { subject from to } } }";
    let events = shop.ask(events).await;
    let expected = json!([
        { "subject": "papers.blocks", "from": "legal, qr", "to": null },
        { "subject": "papers.blocks", "from": all, "to": "legal, qr" },
    ]);
    assert_eq!(events["data"]["auditEvents"]["nodes"], expected);
    shop.close().await;
}

#[tokio::test]
async fn the_preview_shows_what_was_typed_and_stores_nothing() {
    let shop = shop().await;
    let desk = SignedIn::of(&shop, "owner@example.com").await;
    let (before, stored) = (shop.dump(), settings(&shop).await);
    let hostile = "<script>alert(1)</script>";
    let typed = |more: &[(&str, &str)]| {
        let form = [
            ("was:papers.warranty", ""),
            ("papers.warranty", hostile),
            ("was:shop.terms", "Храним 60 дней."),
            ("shop.terms", "Раз\r\nДва"),
            ("was:papers.footer", ""),
            ("papers.footer", "\"><img src=x onerror=alert(2)>"),
            (
                "was:papers.blocks",
                "legal, customer_copy, condition, estimate, qr, signatures",
            ),
            ("papers.blocks", "qr"),
            ("was:papers.label", "58x40"),
            ("papers.label", "40x30"),
        ];
        owned(&[&form[..], more].concat())
    };
    let part = async |more: &[(&str, &str)]| {
        let mut body = form_urlencoded::Serializer::new(String::new());
        body.extend_pairs(typed(more));
        let request = desk.request(Method::POST, PREVIEW);
        let request = request
            .header("origin", &shop.url)
            .header("x-requested-by", "desk")
            .header("content-type", "application/x-www-form-urlencoded");
        let answer = request.body(body.finish()).send().await.unwrap();
        (answer.status(), answer.text().await.unwrap())
    };
    let (status, receipt) = part(&[("preview", "receipt"), ("preview-size", "a4")]).await;
    assert_eq!(status, StatusCode::OK);
    assert!(
        receipt
            .trim_start()
            .starts_with("<div data-seen=\"paper\">\n<article class=\"paper a4\""),
        "{receipt}"
    );
    assert!(receipt.contains("Раз\nДва") && !receipt.contains("class=\"signs\""));
    assert!(receipt.contains("Сергей Петров") && !receipt.contains("ИП Котов"));
    let (_, slip) = part(&[("preview", "hand-over"), ("preview-size", "roll58")]).await;
    assert!(slip.contains("class=\"paper roll roll58\""), "{slip}");
    assert!(slip.contains("&#60;script&#62;alert(1)"), "{slip}");
    let (_, label) = part(&[("preview", "label")]).await;
    assert!(label.contains("class=\"paper label l40x30\""), "{label}");
    for paper in [&receipt, &slip, &label] {
        assert!(
            !paper.contains("<script") && !paper.contains("<img"),
            "{paper}"
        );
    }
    // The code leads to no task.
    let (_, url) = receipt.split_once(&format!("{}/s/", shop.url)).unwrap();
    let token = url.split('<').next().unwrap();
    let found = desk.get(&format!("/s/{token}")).await;
    assert_eq!((token.len(), found.status()), (24, StatusCode::NOT_FOUND));
    // What can't be saved is said in the place of the paper.
    let (status, wrong) = part(&[("was:papers.size", "a4"), ("papers.size", "a3")]).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        wrong.contains("Бумага: Выберите") && !wrong.contains("<article"),
        "{wrong}"
    );
    // Without a script, it is the whole page, with what was typed in the form.
    let page = desk
        .post(PREVIEW, &typed(&[("preview", "hand-over")]))
        .await;
    assert_eq!(page.status(), StatusCode::OK);
    let page = page.text().await.unwrap();
    let field = "rows=\"4\">&#60;script&#62;alert(1)&#60;/script&#62;</textarea>";
    assert!(page.contains(field), "{page}");
    assert!(page.contains("name=\"was:papers.warranty\" value=\"\""));
    assert!(
        page.contains("Акт выдачи № 1042") && !page.contains("<script>"),
        "{page}"
    );
    assert!(page.contains("value=\"hand-over\" checked"), "{page}");
    assert_eq!((shop.dump(), settings(&shop).await), (before, stored));
    // In the page's language, in the shop's currency of any number of digits.
    set(&shop, "SHOP_CURRENCY", "JPY").await;
    let english = SignedIn::of(&shop, "owner@example.com").await.in_english();
    let page = english.page("/settings/papers").await;
    for shown in ["lang=\"en\"", "Ann Peters", "12,500</dd>"] {
        assert!(page.contains(shown), "{shown}: {page}");
    }
    shop.close().await;
}

#[tokio::test]
async fn papers_are_set_by_owners_only() {
    let shop = shop().await;
    let token = employee(&shop).await;
    let cookie = format!("zayavka={token}");
    let colleague = SignedIn::stranger(&shop).with_cookie(&cookie);
    let stranger = SignedIn::stranger(&shop);
    let before = shop.dump();
    let form = owned(&[("was:papers.footer", ""), ("papers.footer", "а")]);
    for path in [
        "/settings/papers",
        PREVIEW,
        "/settings/papers/logo",
        "/settings/papers/logo/remove",
    ] {
        let answer = colleague.post(path, &form).await;
        assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{path}");
        let answer = stranger.post(path, &form).await;
        assert!(goes_to(&answer).starts_with("/login"), "{path}");
    }
    for desk in [&colleague, &stranger] {
        let answer = desk.send("/settings/papers/logo", "logo", PNG).await;
        assert!(matches!(answer.status().as_u16(), 303 | 403));
    }
    let owner = SignedIn::of(&shop, "owner@example.com").await;
    let foreign = "https://evil.example";
    let path = "/settings/papers/logo";
    let answer = owner.send_from(foreign, path, "logo", PNG.to_vec()).await;
    assert_eq!(answer.status(), StatusCode::FORBIDDEN);
    assert_eq!(shop.dump(), before);
    shop.close().await;
}

/// A PNG of that width and height, as far as its head tells.
fn png(width: u32, height: u32) -> Vec<u8> {
    let mut file = PNG.to_vec();
    file[16..20].copy_from_slice(&width.to_be_bytes());
    file[20..24].copy_from_slice(&height.to_be_bytes());
    file
}

#[tokio::test]
async fn a_logo_is_on_papers_and_the_customers_page_until_it_is_removed() {
    let shop = shop().await;
    let link = renew(&shop, "1").await;
    let desk = SignedIn::of(&shop, "owner@example.com").await;
    let logo = "<img class=\"logo\" src=\"/logo?v=";
    let pages = [RECEIPT, HAND_OVER, "/settings/papers", &*link];
    for path in pages {
        assert!(!desk.page(path).await.contains(logo), "{path}");
    }
    assert_eq!(desk.get("/logo").await.status(), StatusCode::NOT_FOUND);

    let mut huge = PNG.to_vec();
    huge.resize(1024 * 1024 + 1, 0);
    let mut longest = PNG.to_vec();
    longest.resize(3 * 1024 * 1024, 0);
    let kind = "Выберите картинку PNG, JPEG или WebP не больше 4000 на 4000 пикселей.";
    let size = "Файл слишком большой: не больше 1 МБ.";
    for (file, wrong) in [
        (GIF.to_vec(), kind),
        (b"%PDF-1.4".to_vec(), kind),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>".to_vec(), kind),
        (png(4001, 1), kind),
        (Vec::new(), "Заполните это поле."),
        (huge, size),
        (longest, size),
    ] {
        let answer = desk.send("/settings/papers/logo", "logo", file).await;
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
        let page = answer.text().await.unwrap();
        assert!(
            page.contains("id=\"logo-problem\"") && page.contains(wrong),
            "{page}"
        );
    }
    assert_eq!(desk.get("/logo").await.status(), StatusCode::NOT_FOUND);

    for (file, media_type) in [
        (PNG, "image/png"),
        (JPEG, "image/jpeg"),
        (WEBP, "image/webp"),
    ] {
        let answer = desk.send("/settings/papers/logo", "logo", file).await;
        assert_eq!(goes_to(&answer), "/settings/papers?saved=1");
        // Anybody who has the customer's page sees it.
        let answer = Client::new().get(format!("{}/logo", shop.url)).send().await;
        let answer = answer.unwrap();
        let headers = answer.headers();
        for (name, value) in [
            ("content-type", media_type),
            ("content-security-policy", "default-src 'none'; sandbox"),
            ("x-content-type-options", "nosniff"),
            ("cache-control", "public, max-age=31536000, immutable"),
        ] {
            assert_eq!(headers[name], value, "{name}");
        }
        let dimensions = imagesize::blob_size(&answer.bytes().await.unwrap()).unwrap();
        assert_eq!((dimensions.width, dimensions.height), (16, 8));
        shop.clock.advance(Duration::from_secs(1));
    }
    let mut addresses = Vec::new();
    for path in pages {
        let page = desk.page(path).await;
        let (_, address) = page
            .split_once("src=\"/logo?v=")
            .unwrap_or_else(|| panic!("{path}"));
        addresses.push(address.split('"').next().unwrap().to_owned());
        let copies = if path == RECEIPT { 2 } else { 1 };
        assert!(page.matches("/logo?v=").count() >= copies, "{path}");
    }
    addresses.dedup();
    assert_eq!(addresses.len(), 1);

    for _ in 0..2 {
        let removed = desk.post("/settings/papers/logo/remove", &[]).await;
        assert_eq!(goes_to(&removed), "/settings/papers?saved=1");
    }
    for path in pages {
        assert!(!desk.page(path).await.contains("/logo?v="), "{path}");
    }
    let events = "{ auditEvents(first: 4) { nodes { action subject from to } } }";
    let events = shop.ask(events).await;
    let row = |from: Option<&str>, to: Option<&str>| json!({ "action": "LOGO_CHANGED", "subject": "logo", "from": from, "to": to });
    let expected = json!([
        row(Some("image/webp"), None),
        row(Some("image/jpeg"), Some("image/webp")),
        row(Some("image/png"), Some("image/jpeg")),
        row(None, Some("image/png")),
    ]);
    assert_eq!(events["data"]["auditEvents"]["nodes"], expected);
    let audit = desk.page("/settings/audit").await;
    assert!(audit.contains("<th scope=\"row\">Логотип</th>"), "{audit}");
    shop.close().await;
}

#[tokio::test]
async fn a_logo_has_no_metadata_and_an_archive_carries_it() {
    let shop = shop().await;
    let desk = SignedIn::of(&shop, "owner@example.com").await;
    // A JPEG with a comment after its first marker.
    let comment = b"\xff\xfe\x00\x10taken at home!";
    let file = [&JPEG[..2], comment, &JPEG[2..]].concat();
    desk.send("/settings/papers/logo", "logo", file).await;
    set(&shop, "PAPERS_FOOTER", "До встречи").await;
    let served = async |shop: &Shop| {
        let answer = Client::new().get(format!("{}/logo", shop.url)).send().await;
        answer.unwrap().bytes().await.unwrap()
    };
    let logo = served(&shop).await;
    assert!(!logo.windows(5).any(|part| part == b"taken"));
    assert_eq!(imagesize::blob_size(&logo).unwrap().width, 16);
    drop(desk);
    let shop = shop.reopen().await;
    assert_eq!(served(&shop).await, logo);

    let archive = shop.ask("{ exportArchive }").await["data"]["exportArchive"].clone();
    let mut other = Shop::with_owner().await;
    let put = "mutation ($archive: String!) { importArchive(archive: $archive) { token } }";
    let foreign = archive
        .as_str()
        .unwrap()
        .replace("image/jpeg", "image/svg+xml");
    let refused = other.ask_with(put, json!({ "archive": foreign })).await;
    assert_eq!(code(&refused), "BAD_USER_INPUT", "{refused}");
    let answer = other.ask_with(put, json!({ "archive": archive })).await;
    other.token = answer["data"]["importArchive"]["token"]
        .as_str()
        .map(str::to_owned);
    assert_eq!(served(&other).await, logo);
    let cookie = format!("zayavka={}", other.token.as_deref().unwrap());
    let desk = SignedIn::stranger(&other).with_cookie(&cookie);
    assert!(desk.page(RECEIPT).await.contains("До встречи</p>"));
    drop(desk);
    other.close().await;
    shop.close().await;
}
