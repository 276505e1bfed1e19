//! Printed papers.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::chromium::{Browser, Driver};
use crate::bot::create;
use crate::harness::Shop;
use crate::settings::set;
use crate::status_links::renew;

/// CSS pixels and points per millimetre.
const PIXELS: f64 = 96.0 / 25.4;
const POINTS: f64 = 72.0 / 25.4;
/// A device as written on a real label.
const LONG: &str = "МФУ лазерное цветное сетевое Konica Minolta bizhub C258 с податчиком DF-704 и финишером FS-533, \
    серийный на задней крышке, без тонера, со стойкой";

/// Returns the sizes of a PDF's pages in points (1/72 inch).
fn pages(pdf: &[u8]) -> Vec<(i64, i64)> {
    let text = String::from_utf8_lossy(pdf);
    let size = |page: &str| {
        let mut numbers = page.split(']').next().unwrap().split_whitespace().skip(2);
        let mut next = || numbers.next().unwrap().parse::<f64>().unwrap().round() as i64;
        (next(), next())
    };
    text.split("/MediaBox [").skip(1).map(size).collect()
}

/// Returns the sizes of the pages that a printer would get.
async fn print(browser: &Browser) -> Vec<(i64, i64)> {
    let options = json!({"preferCSSPageSize": true});
    let pdf = browser.cdp("Page.printToPDF", options).await;
    pages(&STANDARD.decode(pdf["data"].as_str().unwrap()).unwrap())
}

/// Emulates a medium; an empty one is the screen.
async fn media(browser: &Browser, media: &str) {
    let media = json!({ "media": media });
    browser.cdp("Emulation.setEmulatedMedia", media).await;
}

#[tokio::test]
async fn a_paper_comes_out_of_the_printer_alone_and_on_its_own_size() {
    let Some(driver) = Driver::start().await else {
        return;
    };
    let shop = Shop::with_owner().await;
    create(&shop, "+79000000001").await;
    renew(&shop, "1").await;
    let browser = driver.signed_in(&shop, "owner@example.com").await;
    for (path, width, height) in [
        ("/tasks/1/receipt", 595, Some(842)),
        ("/tasks/1/hand-over", 595, Some(842)),
        ("/tasks/1/receipt?paper=a5", 420, Some(595)),
        ("/tasks/1/receipt?paper=roll58", 164, None),
        ("/tasks/1/hand-over", 164, None),
        ("/tasks/1/receipt?paper=roll", 227, None),
        ("/tasks/1/hand-over?paper=roll&language=en", 227, None),
        // The browser remembers the roll, and a label has a size of its own.
        ("/tasks/1/hand-over", 227, None),
        ("/tasks/1/receipt?paper=a4", 595, Some(842)),
        ("/tasks/1/hand-over", 595, Some(842)),
        ("/tasks/1/label", 164, Some(113)),
    ] {
        browser.go(path).await;
        let printed = print(&browser).await;
        let size = (width, height.unwrap_or(printed[0].1));
        assert_eq!(printed, [size], "{path}");
        media(&browser, "print").await;
        let seen = "return [...document.body.children, ...document.querySelector('main').children]
            .filter((e) => e.checkVisibility()).map((e) => e.localName)";
        assert_eq!(
            browser.eval(seen).await,
            json!(["main", "article"]),
            "{path}"
        );
        media(&browser, "").await;
    }
    // The button appears only with the script that it needs.
    browser
        .eval("window.print = () => { document.title = 'printed'; }")
        .await;
    browser.click("[data-print]").await;
    browser.until("document.title === 'printed'").await;
    shop.close().await;
}

#[tokio::test]
async fn a_roll_is_as_long_as_what_is_printed_on_it() {
    let Some(driver) = Driver::start().await else {
        return;
    };
    let shop = Shop::with_owner().await;
    let terms = "Храним 60 дней, потом продаём. ".repeat(120);
    let about = format!("[shop]\nname = 'Мастер'\nterms = '{terms}'");
    let shop = shop.reopen_with(&about, std::time::Duration::ZERO).await;
    create(&shop, "+79000000001").await;
    let words = "Не включается после воды, залит кофе, чинили в другом месте. ".repeat(60);
    let change = format!(
        r#"mutation {{ createTask(taskData: {{customerPhone: "+79000000001", category: REPAIR, description: "{words}", device: {{kind: "{LONG}"}}}}) {{ task {{ id }} }} }}"#
    );
    assert!(shop.ask(&change).await["errors"].is_null());
    for id in ["1", "2"] {
        renew(&shop, id).await;
    }
    let browser = driver.signed_in(&shop, "owner@example.com").await;
    let mut heights = Vec::new();
    for path in [
        "/tasks/1/hand-over?paper=roll",
        "/tasks/1/receipt?paper=roll",
        "/tasks/2/receipt?paper=roll&language=en",
    ] {
        // On a phone's screen the paper is narrower than on the roll.
        for (width, height) in [(1280, 900), (320, 568)] {
            browser.resize(width, height).await;
            browser.go(path).await;
            let printed = print(&browser).await;
            let [(227, height)] = printed[..] else {
                panic!("{path} {width}: not one page of 80 mm: {printed:?}");
            };
            // The printed area, as wide as between margins of 4 mm.
            browser.resize((72.0 * PIXELS) as u32, 900).await;
            media(&browser, "print").await;
            let content = "return document.querySelector('.paper').getBoundingClientRect().height";
            let content = browser.eval(content).await.as_f64().unwrap() / PIXELS + 8.0;
            media(&browser, "").await;
            let height = height as f64 / POINTS;
            assert!(
                height >= content && height < content + 4.0,
                "{path} {width}: {height} mm of paper for {content} mm"
            );
            heights.push(height);
        }
    }
    let (short, long) = (heights[0], heights[5]);
    assert!(short < 150.0, "a slip of {short} mm");
    assert!(long > 400.0, "a receipt of {long} mm");
    shop.close().await;
}

/// Measures a label in millimetres from its corner: left, top, right and bottom of its code, number
/// and text, the line height, and whether the text is truncated.
const LABEL: &str = "
    const paper = document.querySelector('.paper.label');
    const from = paper.getBoundingClientRect();
    const mm = 96 / 25.4;
    const box = (css) => {
        const { left, top, right, bottom } = paper.querySelector(css).getBoundingClientRect();
        return [left - from.left, top - from.top, right - from.left, bottom - from.top].map((x) => x / mm);
    };
    const text = paper.querySelector('.device');
    const number = paper.querySelector('b');
    return {
        width: from.width / mm, height: from.height / mm,
        code: box('.qr'), number: box('b'), text: box('.device'),
        line: parseFloat(getComputedStyle(text).lineHeight) / mm,
        cut: text.scrollHeight > text.clientHeight + 1,
        spilled: number.scrollWidth > Math.ceil(number.getBoundingClientRect().width),
    };";

#[tokio::test]
async fn a_label_has_its_code_and_number_whole_whatever_the_device_is_called() {
    let Some(driver) = Driver::start().await else {
        return;
    };
    let shop = Shop::with_owner().await;
    create(&shop, "+79000000001").await;
    let file = shop.database();
    let word = "Рентгеноэлектрокардиографический".repeat(4);
    let all = [
        (1_i64, "телефон", false),
        (9999, LONG, true),
        (123_456, LONG, true),
        (12_345_678, &*word, true),
        (9_876_543_210, &*word, true),
    ];
    for (id, device, _) in all {
        file.execute_batch(&format!(
            "INSERT INTO tasks (id, customer_id, category, status, description, created_at, updated_at)
                 SELECT {id}, customer_id, category, status, '', created_at, updated_at FROM tasks WHERE id = 1 AND {id} <> 1;
             INSERT INTO task_details (task_id, kind, brand, model, serial, serial_key, accessories, appearance, place)
                 VALUES ({id}, '{device}', '', '', '', '', '', '', '')"
        ))
        .unwrap();
        renew(&shop, &id.to_string()).await;
    }
    let browser = driver.signed_in(&shop, "owner@example.com").await;
    for (id, device, cut) in all {
        for language in ["ru", "en"] {
            browser
                .go(&format!("/tasks/{id}/label?language={language}"))
                .await;
            assert_eq!(print(&browser).await, [(164, 113)], "{id}");
            for shown in ["", "print"] {
                media(&browser, shown).await;
                let label = browser.eval(LABEL).await;
                let what = format!("{id} {language} {shown:?} {device}");
                fits(&label, &what, 30.0, cut);
            }
            media(&browser, "").await;
        }
    }
    shop.close().await;
}

#[tokio::test]
async fn a_smaller_label_has_its_code_and_number_whole_too() {
    let Some(driver) = Driver::start().await else {
        return;
    };
    let shop = Shop::with_owner().await;
    create(&shop, "+79000000001").await;
    let change = format!(
        r#"mutation {{ updateTask(taskData: {{id: 1, device: {{kind: "{LONG}"}}}}) {{ task {{ id }} }} }}"#
    );
    assert!(shop.ask(&change).await["errors"].is_null());
    shop.database()
        .execute_batch("PRAGMA foreign_keys = OFF; UPDATE tasks SET id = 12345678; UPDATE task_details SET task_id = 12345678")
        .unwrap();
    renew(&shop, "12345678").await;
    let browser = driver.signed_in(&shop, "owner@example.com").await;
    for (size, printed, code) in [
        ("58x30", (164, 85), 20.0),
        ("43x25", (122, 71), 17.5),
        ("40x30", (113, 85), 22.0),
    ] {
        set(&shop, "PAPERS_LABEL", size).await;
        browser.go("/tasks/12345678/label").await;
        assert_eq!(print(&browser).await, [printed], "{size}");
        for shown in ["", "print"] {
            media(&browser, shown).await;
            let label = browser.eval(LABEL).await;
            fits(&label, &format!("{size} {shown:?}"), code, true);
        }
        media(&browser, "").await;
    }
    // Without the code, the text has all the room.
    set(&shop, "PAPERS_LABEL", "58x40").await;
    set(&shop, "PAPERS_BLOCKS", "legal").await;
    browser.go("/tasks/12345678/label").await;
    let seen = "const text = document.querySelector('.label .device');
        return text.scrollHeight <= text.clientHeight + 1 && text.innerText";
    assert_eq!(browser.eval(seen).await, LONG);
    assert_eq!(print(&browser).await, [(164, 113)]);
    shop.close().await;
}

#[tokio::test]
async fn two_copies_share_a_sheet_when_they_fit_and_none_is_cut() {
    let Some(driver) = Driver::start().await else {
        return;
    };
    let shop = Shop::with_owner().await;
    create(&shop, "+79000000001").await;
    renew(&shop, "1").await;
    set(&shop, "SHOP_NAME", "Мастер на Ленина").await;
    set(&shop, "PAPERS_FOOTER", "Спасибо").await;
    let browser = driver.signed_in(&shop, "owner@example.com").await;
    // Six usual lines fit, longer terms need two sheets, and the longest even more.
    for (lines, sheets) in [(6, 1..=1), (30, 2..=2), (130, 3..=6)] {
        let terms = "Храним 45 дней, потом берём 50 рублей за день хранения у нас.\n".repeat(lines);
        assert!(set(&shop, "SHOP_TERMS", &terms).await["errors"].is_null());
        browser.go("/tasks/1/receipt").await;
        let printed = print(&browser).await;
        assert!(sheets.contains(&printed.len()), "{lines}: {printed:?}");
        media(&browser, "print").await;
        let copies = "return [...document.querySelectorAll('.paper-copy')].map((copy) => {
            const inside = [...copy.querySelectorAll('*')].map((e) => e.getBoundingClientRect());
            const { left, right, bottom } = copy.getBoundingClientRect();
            return inside.every((e) => e.left >= left - 1 && e.right <= right + 1 && e.bottom <= bottom + 1);
        })";
        assert_eq!(browser.eval(copies).await, json!([true, true]), "{lines}");
        media(&browser, "").await;
    }
    shop.close().await;
}

#[tokio::test]
async fn a_text_is_on_the_preview_while_it_is_typed_and_on_paper_once_it_is_saved() {
    let Some(driver) = Driver::start().await else {
        return;
    };
    let shop = Shop::with_owner().await;
    create(&shop, "+79000000001").await;
    let browser = driver.signed_in(&shop, "owner@example.com").await;
    browser.go("/settings/papers").await;
    let footer = "[name='papers.footer']";
    browser.fill(footer, "Спасибо <b>вам</b>").await;
    browser.sees_in("#well", "Спасибо <b>вам</b>").await;
    browser
        .click("[name='papers.blocks'][value=signatures]")
        .await;
    browser
        .until("!document.querySelector('#well .signs')")
        .await;
    browser.click("[name='papers.size'][value=roll]").await;
    browser
        .until("document.querySelector('#well .paper.roll')")
        .await;
    browser.click("[name=preview][value=hand-over]").await;
    browser.sees_in("#well", "Акт выдачи № 1042").await;
    browser.click("[name=preview][value=label]").await;
    browser
        .until("document.querySelector('#well .paper.label')")
        .await;
    browser.fill(footer, &"я".repeat(201)).await;
    browser.sees_in("#well", "Последняя строка").await;
    assert_eq!(browser.count("#well .paper").await, 0);
    browser.fill(footer, "Спасибо").await;
    browser
        .until("document.querySelector('#well .paper.label')")
        .await;
    // Back shows the preview of what was typed.
    browser.click("[name=preview][value=receipt]").await;
    browser.sees_in("#well", "Спасибо").await;
    browser.go("/settings").await;
    browser.web().back().await.unwrap();
    browser
        .until("document.querySelector(\"[name='papers.footer']\")?.value === 'Спасибо'")
        .await;
    browser.sees_in("#well", "Спасибо").await;

    // Two answers that come in the wrong order: the older one is read, and not shown.
    browser.click("[name=preview][value=receipt]").await;
    browser
        .until("document.querySelector('#well .paper.roll')")
        .await;
    let hold = "const real = window.fetch;
        window.held = [];
        window.read = 0;
        window.fetch = async (...asked) => {
            const answer = await real(...asked);
            const text = await answer.text();
            await new Promise((go) => window.held.push(go));
            return { ok: true, text: async () => { setTimeout(() => { window.read++; }); return text; } };
        };";
    browser.eval(hold).await;
    for (text, asked) in [("Раньше", 1), ("Позже", 2)] {
        let change = format!(
            "const field = document.querySelector(\"{footer}\");
            field.value = '{text}';
            field.dispatchEvent(new Event('input', {{ bubbles: true }}));"
        );
        browser.eval(&change).await;
        browser.until(&format!("held.length === {asked}")).await;
    }
    browser.eval("held[1]()").await;
    browser.sees_in("#well", "Позже").await;
    browser.eval("held[0]()").await;
    browser.until("window.read === 2").await;
    let shown = browser.text("#well").await;
    assert!(
        shown.contains("Позже") && !shown.contains("Раньше"),
        "{shown}"
    );

    browser.click("#papers .btn.main").await;
    browser.at("/settings/papers?saved=1").await;
    browser.go("/tasks/1/receipt").await;
    browser.sees_in(".paper.roll .footer", "Позже").await;
    assert_eq!(browser.count(".paper .signs").await, 0);
    shop.close().await;
}

fn fits(label: &Value, what: &str, size: f64, cut: bool) {
    let side = |part: &str, at: usize| label[part][at].as_f64().unwrap();
    let (width, height) = (
        label["width"].as_f64().unwrap(),
        label["height"].as_f64().unwrap(),
    );
    // To a tenth of a millimetre.
    let near = 0.1;
    for part in ["code", "number", "text"] {
        assert!(
            side(part, 0) > -near
                && side(part, 1) > -near
                && side(part, 2) < width + near
                && side(part, 3) < height + near,
            "{part} leaves the label: {what} {label:#}"
        );
    }
    let code = side("code", 2) - side("code", 0);
    assert!((code - size).abs() < near, "{what} {label:#}");
    assert!(
        (side("code", 3) - side("code", 1) - size).abs() < near,
        "{what} {label:#}"
    );
    for part in ["number", "text"] {
        let beside = side(part, 2) < side("code", 0) + near;
        let above = side(part, 3) < side("code", 1) + near;
        assert!(
            beside || above,
            "{part} runs into the code: {what} {label:#}"
        );
    }
    assert!(
        side("number", 3) < side("text", 1) + near,
        "{what} {label:#}"
    );
    assert_eq!(label["spilled"], false, "{what} {label:#}");
    // The text ends with a whole line.
    let lines = (side("text", 3) - side("text", 1)) / label["line"].as_f64().unwrap();
    assert!(
        (lines - lines.round()).abs() < 0.05,
        "{lines} {what} {label:#}"
    );
    assert_eq!(label["cut"], cut, "{what} {label:#}");
}
