//! Every page in every state: on a phone, and for people with other needs.

use std::time::Duration;

use serde_json::{Value, json};

use super::chromium::{Browser, Driver};
use crate::bot::{ANNA, contact, messages, set_status, text};
use crate::harness::{Shop, skip};
use crate::pages::{self, PAGES};
use crate::status_links::renew;

/// Path, script to run there, and selector to expect.
type Screen<'a> = (&'a str, &'a str, &'a str);

/// Screens of a new shop for anybody.
const FIRST: [Screen<'_>; 2] = [
    ("/first-run", "", "[name=password2]"),
    (
        "/first-run",
        "send('main form', {email: 'нет', password1: '1', password2: '2'})",
        ".problem",
    ),
];
/// Screens of a new shop for the owner.
const EMPTY: &[Screen<'_>] = &[
    ("/", "", ".empty"),
    ("/board", "", ".boards"),
    ("/customers", "", ".empty"),
];
/// Screens for anybody later.
const OUTSIDE: &[Screen<'_>] = &[
    ("/s/none", "", "main h1"),
    ("/login", "", "[name=password]"),
    (
        "/login",
        "send('main form', {email: 'a@example.com', password: 'wrong-wrong'})",
        ".summary",
    ),
    ("/join/token", "", "[name=password2]"),
    ("/password/token", "", "[role=alert]"),
    (
        "/join/token",
        "send('main form', {email: 'a@example.com', password1: '12345678', password2: '2'})",
        ".problem",
    ),
];
/// Screens for an employee.
const EMPLOYEES: [Screen<'_>; 2] = [("/staff", "", "main h1"), ("/profile", "", "main h1")];
/// Screens for the owner of a working shop.
const OWNERS: &[Screen<'_>] = &[
    ("/", "", "tr[data-task='1']"),
    ("/?overdue=1", "", ".due.bad"),
    ("/?unanswered=1&undelivered=1&employee=none", "", ".empty"),
    ("/today", "", "#h-due"),
    ("/months", "", ".plot"),
    (
        "/months/2021-07",
        "document.querySelector('main details').open = true",
        "details[open] td",
    ),
    ("/months/2021-06", "", ".empty"),
    ("/?status=READY&category=REPAIR&q=900", "", ".go a"),
    ("/?q=ничего", "", ".empty"),
    ("/?from=2021-02-31", "", ".problem"),
    ("/?changed=1&was=ACCEPTED", "", "main .toast form"),
    ("/?deleted=77", "", "main .toast"),
    (
        "/",
        "const lost = document.querySelector('.lost'); lost.hidden = false; Object.defineProperty(lost, 'hidden', {set() {}})",
        ".lost:not([hidden])",
    ),
    ("/new-task/", "", "[name=phone]"),
    ("/new-task/?phone=%2B79000000001", "", ".known"),
    ("/new-task/?phone=%2B79000000099", "", "#known .sub"),
    (
        "/new-task/",
        "send('main form', {phone: 'нет', name: 'я'.repeat(201), description: 'я'.repeat(10001)})",
        "#description-problem",
    ),
    ("/new-task/?warranty=1", "", "[name=warrantyOfId]"),
    (
        "/new-task/",
        "send('main form', {kind: 'я'.repeat(201), serialNumber: '490154203237519', estimate: 'даром', prepayment: '-1'})",
        "#estimate-problem",
    ),
    ("/tasks/1", "", ".log"),
    ("/tasks/2", "", ".log"),
    ("/tasks/3", "", ".log"),
    (
        "/tasks/1",
        "document.querySelector('#ask').open = true; document.querySelector('#agree').closest('details').open = true",
        "#ask[open] [name=askPrice]",
    ),
    (
        "/tasks/1",
        "send('[action$=comments]', {comment: ' '})",
        "#comment-problem",
    ),
    (
        "/tasks/1",
        "send('[action$=ask]', {askPrice: 'даром', askText: ''})",
        "#askPrice-problem",
    ),
    ("/data", "", "[name=csv]"),
    ("/data", "send('[action$=import]', {})", ".problem"),
    ("/data", IMPORT, "td.bad"),
    ("/data", UNKNOWN, "#result .summary"),
    (
        "/data?tasks=2&customers=1&here=0&left=3&file=none",
        "",
        ".good",
    ),
    ("/tasks/1?changed=1&was=ACCEPTED", "", "main .toast form"),
    ("/tasks/1/edit", "", "[name=description]"),
    (
        "/tasks/1/edit",
        "send('main form', {description: 'я'.repeat(10001)})",
        ".problem",
    ),
    (
        "/tasks/1/edit",
        "send('main form', {place: 'я'.repeat(201), price: '1,234'})",
        "#price-problem",
    ),
    (
        "/tasks/1/edit",
        "send('main form', {was: 'description=a', description: 'я'.repeat(300), place: 'b', price: '1', dueOn: '2021-08-01', status: 'READY'})",
        ".clash select",
    ),
    (
        "/tasks/1/edit",
        "const main = document.querySelector('main form'); main.insertAdjacentHTML('beforeend', '<input name=asked>');
        send('main form', {asked: 'description=a&price=1', description: 'b', price: 'даром'})",
        "#price-problem",
    ),
    ("/board?changed=1&was=ACCEPTED", "", "main .toast"),
    (
        "/customers/1/edit",
        "send('main form', {was: 'name=a', name: 'я'.repeat(100)})",
        ".clash",
    ),
    (
        "/stages/5/edit",
        "send('main form', {was: 'name=a', name: 'я'.repeat(40), colour: 'RED'})",
        ".clash select",
    ),
    ("/tasks/1/delete", "", ".danger"),
    ("/tasks/1/receipt", "", ".paper.a4 .qr"),
    (
        "/tasks/1/receipt?paper=roll&language=en",
        "",
        ".paper.roll .qr",
    ),
    ("/tasks/1/label", "", ".paper.label .qr"),
    ("/tasks/1/hand-over", "", ".signs"),
    (
        "/settings/papers",
        "document.querySelector('[name=preview-size][value=roll58]').click()",
        "#well .roll58",
    ),
    (
        "/settings/papers",
        "send('#papers', {'papers.footer': 'я'.repeat(201)})",
        ".summary",
    ),
    ("/settings/texts", "", "h2.person"),
    ("/settings/texts/3", "", "#texts"),
    (
        "/settings/texts/3",
        "for (const text of document.querySelectorAll('#texts textarea')) text.value = '{нет}'; send('#texts', {})",
        ".summary",
    ),
    ("/settings/offsite", "", "#h-offsite"),
    (
        "/settings/offsite",
        "send('[action$=\"/place\"]', {'offsite.address': 'ftp://нет', 'offsite.user': 'я'.repeat(120)})",
        ".summary",
    ),
    ("/settings/offsite/try", "", "textarea"),
    ("/settings/channels", "", "#h-email"),
    (
        "/settings/channels",
        "send('[action$=\"/email\"]', {'email.host': 'нет такого', 'email.user': 'я'.repeat(120)})",
        ".summary",
    ),
    (
        "/settings/webhooks",
        "send('main form', {url: 'нет', name: 'я'.repeat(101), which: 'some'})",
        "#events-problem",
    ),
    ("/settings/webhooks/1", "", ".hook-deliveries .bad"),
    (
        "/settings/webhooks/1",
        "send('main .card.form', {url: 'a'.repeat(300)})",
        "#url-problem",
    ),
    ("/settings/webhooks/1/secret", "", ".danger"),
    ("/tasks/2", "", ".lines .act"),
    ("/tasks/1?edit=description", "", ".facts textarea"),
    ("/tasks/1?edit=employee", "", ".strip select"),
    (
        "/tasks/1?edit=place",
        "send('.field', {was: 'place=x', place: 'я'.repeat(150)})",
        ".strip .clash",
    ),
    (
        "/tasks/1?edit=estimate",
        "send('.field', {estimate: 'даром'})",
        ".facts .problem",
    ),
    ("/tasks/2?edit=1.unitPrice", "", "td.price .field"),
    (
        "/tasks/2?edit=1.quantity",
        "send('.field', {was: 'quantity=7', quantity: '5'})",
        "tr.editing .clash",
    ),
    (
        "/tasks/2",
        "document.querySelector('.top .go > .menu').open = true",
        ".item.danger",
    ),
    (
        "/tasks/2",
        "document.querySelector('.menu.stage').open = true; document.querySelector('.ledger').open = true;
        document.querySelector('.drawer').open = true",
        ".stage .item",
    ),
    ("/tasks/1?saved=place", "", ".thumb"),
    ("/tasks/2/lines/new?q=рентген", "", ".found"),
    (
        "/tasks/2/lines/new",
        "send('[action$=lines]', {name: 'я'.repeat(201), quantity: '0', unitPrice: 'даром', discount: '101 %', warrantyDays: '-1', cost: '-1'})",
        "#unitPrice-problem",
    ),
    ("/tasks/2/lines/1", "", "[name=cost]"),
    (
        "/tasks/2/discount",
        "send('main form', {discount: '101 %'})",
        "#discount-problem",
    ),
    (
        "/tasks/2/pay",
        "send('main form', {sum: '99 999 999 999', method: 'CARD'})",
        "[name=overpayment]",
    ),
    (
        "/tasks/2/checkout",
        "send('main form', {sum: ''})",
        "[name=debt]",
    ),
    ("/tasks/2/payments/1/refund", "", "[name=sum]"),
    (
        "/tasks/2/payments/1/reverse",
        "send('main form', {note: 'я'.repeat(501)})",
        "#note-problem",
    ),
    ("/tasks/2/payments/1/slip?paper=a4", "", ".paper.a4"),
    ("/tasks/2/hand-over", "", ".works"),
    ("/tasks/2/hand-over?paper=roll", "", ".paper.roll .works"),
    ("/board", "", ".tile"),
    (
        "/board",
        "say('№ 1 теперь «Готово»')",
        "#said:not([hidden])",
    ),
    ("/catalogue", PRICES, "[action^='/catalogue/import/']"),
    ("/customers", "", ".people-rows"),
    ("/customers?q=ничего", "", ".empty"),
    ("/customers/1", "", "main h1"),
    ("/customers/2", "", "[action$=confirm]"),
    ("/customers/1/edit", "", "[name=name]"),
    (
        "/new-customer",
        "send('main form', {phone: '+79000000001', name: 'я'.repeat(201)})",
        ".problem",
    ),
    ("/customers/1/delete", "", ".danger"),
    ("/new-customer", "", "[name=name]"),
    ("/staff", "", ".person"),
    ("/staff/2/role?role=OWNER", "", "[name=role]"),
    ("/staff/2/deactivate", "", ".danger"),
    ("/staff/2/edit", "", "[name=colour]"),
    (
        "/staff/2/edit",
        "send('[action$=\"/password-link\"]', {})",
        ".copy",
    ),
    ("/tasks/1/link", "", "[name=renew]"),
    ("/?declined=1", "", ".empty"),
    ("/tasks/3/receipt?paper=a4", "", ".paper.a4"),
    (
        "/staff",
        "send('[action=\"/staff/invite\"]', {email: 'c@example.com'})",
        ".copy",
    ),
    (
        "/staff",
        "send('[action=\"/staff/invite\"]', {email: 'нет'})",
        ".problem",
    ),
    ("/profile?saved=1", "", ".good"),
    (
        "/profile",
        "send('[action=\"/profile/password\"]', {oldPassword: 'wrong-wrong', password1: '1', password2: '2'})",
        ".problem",
    ),
    ("/?stuck=1", "", ".empty"),
    ("/?status=IN_PROGRESS&stage=5", "", ".empty"),
    ("/stages", "", ".person"),
    ("/stages/5/edit", "", "[name=wording]"),
    (
        "/new-stage",
        "send('main form', {name: 'я'.repeat(41), wording: 'я'.repeat(61), stuckDays: 'нет'})",
        "#stuckDays-problem",
    ),
    ("/stages/5/delete", "", ".danger"),
    (
        "/stages/2/delete",
        "send('main form', {})",
        "#replacementId-problem",
    ),
    ("/nowhere", "", "main h1"),
];

/// Uploads a table with an invalid row and with doubtful words and columns.
const IMPORT: &str = r"const long = 'Рентгеноэлектрокардиографическая'.repeat(3);
    upload(`Телефон;Имя;Описание;Статус;${long};;\nнет;Анна;Лампа;Не выдан;${long};;x\n8 900 000 00 05;Вера;Утюг;${long}`);";
/// Uploads the same with unknown headings.
const UNKNOWN: &str = r"upload('Кто;Куда;Что\nАнна;8 900 000 00 05;Лампа');";
/// Uploads a price list.
const PRICES: &str = r"upload('Название;Цена\nЗамена экрана;900');";
const SEND: &str = "const send = (css, values) => {
    const form = document.querySelector(css);
    for (const [name, value] of Object.entries(values)) form.elements[name].value = value;
    form.noValidate = true;
    form.requestSubmit();
};
const upload = (text) => {
    const form = document.querySelector('[action$=import]');
    const files = new DataTransfer();
    files.items.add(new File([text], 'a.csv'));
    form.elements.csv.files = files.files;
    form.requestSubmit();
};";

/// Fills the shop with extremely long names.
async fn fill(shop: &Shop) {
    let word = "Рентгеноэлектрокардиографического".repeat(3);
    let name = format!("Анна-{word}");
    for (end, description) in [
        (
            1,
            format!(
                "{}\\nhttps://example.com/{}",
                word.repeat(3),
                "a".repeat(200)
            ),
        ),
        (2, "iPhone 11: разбит экран".into()),
        (3, word.repeat(9)),
    ] {
        let phone = format!("+7 (900) 000-00-0{end}");
        shop.ask(&format!(
            r#"mutation {{
                createTask(taskData: {{customerPhone: "{phone}", category: CONSULTING, description: "{description}",
                    dueOn: "2021-07-0{end}", estimate: 2000000000, price: 2000000000, warrantyEndsOn: "2021-07-0{end}",
                    device: {{kind: "{word}", brand: "Apple", model: "iPhone 12", serialNumber: "490154203237519",
                        accessories: "{word}", appearance: "{word}", place: "полка 3"}}}}) {{ task {{ id }} }}
                updateCustomer(customerData: {{phone: "{phone}", name: "{name}"}}) {{ customer {{ id }} }}
            }}"#
        ))
        .await;
    }
    shop.update(contact(ANNA, ANNA, "+79000000001")).await;
    messages(shop, 2).await;
    shop.ask(r#"mutation { updateCustomer(customerData: {phone: "+79000000002", telegramId: 5}) { customer { id } } }"#).await;
    let refusal = json!({"ok": false, "error_code": 400, "description": word});
    shop.telegram
        .then(crate::fake_telegram::Answer::Error(400, refusal));
    set_status(shop, "1", "READY").await;
    messages(shop, 3).await;
    set_status(shop, "1", "IN_PROGRESS").await;
    shop.ask(&format!(r#"mutation {{
        createTask(taskData: {{customerPhone: "+7 900 000-00-01", warrantyOfId: 1, description: "{word}"}}) {{ task {{ id }} }}
        updateTask(taskData: {{id: 1, dueOn: "2021-07-02", price: 100, warrantyEndsOn: null, device: {{place: "{word}"}}}}) {{ task {{ id }} }}
    }}"#))
    .await;
    shop.ask(&format!(
        r#"mutation {{ updateTask(taskData: {{id: 1, description: "{word}"}}) {{ task {{ id }} }} }}"#
    ))
    .await;
    shop.update(text(7, "8 900 000 00 07")).await;
    // They write much, and the quote has a long explanation.
    shop.ask(&format!(
        r#"mutation {{
            one: addComment(taskId: 1, text: "{word}") {{ task {{ id }} }}
            two: addComment(taskId: 1, text: "{word}", toCustomer: true) {{ task {{ id }} }}
            askApproval(taskId: 1, price: 2000000000, text: "{word}") {{ task {{ id }} }}
        }}"#
    ))
    .await;
    shop.update(text(ANNA, &word.repeat(3))).await;
    // Works and parts with long names and large sums, and a payment with a long note.
    let lines = shop
        .ask(&format!(
            r#"mutation {{
                saveCatalogueItem(itemData: {{kind: PART, name: "{word}", article: "{word}", price: 2000000000, cost: 1000000000}}) {{ item {{ id }} }}
                one: addLine(taskId: 2, lineData: {{itemId: 1, quantity: "1000.001", doneById: 1, warrantyDays: 3650}}) {{ line {{ id }} }}
                two: addLine(taskId: 2, lineData: {{kind: WORK, name: "{word}", unitPrice: 2000000000, discount: 1000000000}}) {{ line {{ id }} }}
                askApproval(taskId: 2, text: "{word}") {{ task {{ id }} }}
                three: addLine(taskId: 2, lineData: {{kind: WORK, name: "{word}", unitPrice: 1}}) {{ line {{ id }} }}
                setDiscount(taskId: 2, sum: 1000000000) {{ task {{ id }} }}
                takePayment(paymentData: {{taskId: 2, method: CASH, sum: 2000000000, note: "{word}", fiscalNumber: "{number}"}}) {{ payment {{ id }} }}
            }}"#,
            number = &word[..100]
        ))
        .await;
    assert!(lines["errors"].is_null(), "{lines}");
    let webhook = shop
        .ask(&format!(
            r#"mutation {{
                createWebhook(webhookData: {{url: "https://{host}.invalid/{path}", name: "{name}"}}) {{ webhook {{ id }} }}
                pauseWebhook(id: 1) {{ webhook {{ id }} }}
                testWebhook(id: 1) {{ delivery {{ id }} }}
            }}"#,
            host = "a".repeat(60),
            path = "b".repeat(200),
            name = word
        ))
        .await;
    assert!(webhook["errors"].is_null(), "{webhook}");
}

/// Returns settings of a shop with extremely long particulars.
fn about() -> String {
    let word = "Рентгеноэлектрокардиографическая".repeat(3);
    format!(
        "[shop]\nname = '{word}'\naddress = '{word}'\nhours = '{word}'\nphone = '8 900 000 00 09'\nterms = '{}'",
        word.repeat(20)
    )
}

/// Shows each of the screens to `look`, in that language.
pub async fn every_screen(driver: &Driver, language: &str, look: impl AsyncFn(&Browser, &str)) {
    let shop = Shop::open().await;
    let browser = driver.open_in(&shop, language).await;
    show(&browser, &FIRST, &look).await;
    shop.register("owner@example.com").await;
    browser.sign_in(&shop, "owner@example.com").await;
    show(&browser, EMPTY, &look).await;
    shop.close().await;

    let shop = Shop::with_owner().await;
    let shop = shop.reopen_with(&about(), Duration::ZERO).await;
    fill(&shop).await;
    crate::accounts::employee(&shop).await;
    let link = renew(&shop, "1").await;
    let bill = renew(&shop, "2").await;
    let browser = driver.open_in(&shop, language).await;
    show(&browser, OUTSIDE, &look).await;
    let page = [
        (&*link, "", ".asks"),
        (&*bill, "", ".bill"),
        (
            &*link,
            "send('[action$=say]', {text: ' '})",
            "#text-problem",
        ),
    ];
    show(&browser, &page, &look).await;
    browser.sign_in(&shop, "second@example.com").await;
    show(&browser, &EMPLOYEES, &look).await;
    browser.sign_in(&shop, "owner@example.com").await;
    show(&browser, OWNERS, &look).await;
    // Every other page that there is.
    let pages = PAGES.iter().chain(pages::OWNERS);
    let pages = pages.filter(|path| !OWNERS.iter().any(|(shown, ..)| shown == *path));
    let pages: Vec<Screen<'_>> = pages.map(|path| (*path, "", "main *")).collect();
    show(&browser, &pages, &look).await;
    shop.close().await;
}

async fn show(browser: &Browser, screens: &[Screen<'_>], look: &impl AsyncFn(&Browser, &str)) {
    for (path, script, seen) in screens {
        browser.go(path).await;
        if !script.is_empty() {
            browser.eval(&format!("{SEND} {script}")).await;
        }
        browser.find(seen).await;
        look(browser, &format!("{path} {script}")).await;
    }
}

/// Reports what makes a page wider than the screen, and what is too small for a thumb on a phone.
const ON_A_SCREEN: &str = r#"
    const wrong = [];
    const wide = Math.max(document.documentElement.scrollWidth, innerWidth);
    if (wide > room) {
        const out = [...document.querySelectorAll("main *")].filter((e) => e.getBoundingClientRect().right > room);
        wrong.push(`${wide} pixels wide: ${out.slice(0, 3).map((e) => e.outerHTML.slice(0, 200))}`);
    }
    // A button is as wide as its text, and a word stays on one line.
    for (const e of document.querySelectorAll("button, .btn, .tabs a, .bar nav a, .badge")) {
        if (!e.checkVisibility() || e.ariaHidden === "true") continue;
        const named = `${e.outerHTML.slice(0, 200)}`;
        if (e.scrollWidth > e.clientWidth + 1) wrong.push(`its text is wider: ${named}`);
        const texts = document.createTreeWalker(e, NodeFilter.SHOW_TEXT);
        for (let text = texts.nextNode(); text; text = texts.nextNode()) {
            if (text.parentElement.closest(".unseen")) continue;
            for (const { index, 0: word } of text.data.matchAll(/[^\s-]+/g)) {
                const range = document.createRange();
                range.setStart(text, index);
                range.setEnd(text, index + word.length);
                const lines = new Set([...range.getClientRects()].map(({ top }) => Math.round(top)));
                if (lines.size > 1) wrong.push(`${word} is broken: ${named}`);
            }
        }
    }
    // A phone number is a target of its own.
    for (const e of document.querySelectorAll("a[href^='tel:']")) {
        const { height } = e.getBoundingClientRect();
        if (e.checkVisibility() && height < 24) wrong.push(`${height} high: ${e.outerHTML.slice(0, 200)}`);
    }
    if (room > 720) return wrong;
    // An iPhone zooms into a field with a smaller font, and stays zoomed.
    for (const e of document.querySelectorAll("input:not([type=hidden], [type=radio], [type=checkbox]), select, textarea")) {
        const size = parseFloat(getComputedStyle(e).fontSize);
        if (e.checkVisibility() && size < 16) wrong.push(`letters of ${size}: ${e.outerHTML.slice(0, 200)}`);
    }
    const pressed = "main .btn, .step, .steps button, .toast button, .bar nav a, .bar button, select, textarea, .choice, "
        + "input:not([type=hidden], [type=radio], [type=checkbox])";
    for (const e of document.querySelectorAll(pressed)) {
        const { width, height } = e.getBoundingClientRect();
        if (e.checkVisibility() && (height < 44 || width < 44)) {
            wrong.push(`${width} by ${height}: ${e.outerHTML.slice(0, 200)}`);
        }
    }
    return wrong;
"#;

/// Runs axe, and returns what it objects to.
const AXE: &str = r#"
    const done = arguments[arguments.length - 1];
    const only = dark ? {runOnly: ['color-contrast', 'link-in-text-block']} : {};
    axe.run({resultTypes: ['violations'], preload: false, ...only}).then(
        ({violations}) => done(violations.map(({id, help, nodes}) =>
            ({id, help, where: nodes.map(({target, html}) => `${target} ${html}`)}))),
        (error) => done([String(error)]));
"#;

/// Returns the source of axe, if there is one. A page reads it once, which takes as long as a run.
fn axe() -> Option<String> {
    let file = std::env::var_os("ZAYAVKA_AXE")?;
    Some(std::fs::read_to_string(file).unwrap())
}

/// Looks at every page in every width and in both colour schemes, by the rules above and by axe. In the
/// dark only colours differ.
async fn fits(language: &str) {
    let Some(driver) = Driver::start().await else {
        return;
    };
    let axe = axe();
    let mut wrong = Vec::new();
    let found = std::cell::RefCell::new(&mut wrong);
    every_screen(&driver, language, async |browser, screen| {
        if let Some(axe) = &axe {
            browser.eval(axe).await;
        }
        for width in [1280, 390, 320] {
            browser.resize(width, 844).await;
            let script = format!("const room = {width}; {ON_A_SCREEN}");
            let what = browser.eval(&script).await;
            if what != json!([]) {
                let what = format!("{screen} {width}\n{what:#}");
                found.borrow_mut().push(what);
            }
            for scheme in ["light", "dark"] {
                if axe.is_none() {
                    continue;
                }
                let colours =
                    json!({"features": [{"name": "prefers-color-scheme", "value": scheme}]});
                browser.cdp("Emulation.setEmulatedMedia", colours).await;
                let run = format!("const dark = {}; {AXE}", scheme == "dark");
                let violations: Value = browser.eval_later(&run).await;
                if violations != json!([]) {
                    let what = format!("{screen} {width} {scheme}\n{violations:#}");
                    found.borrow_mut().push(what);
                }
            }
        }
    })
    .await;
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    if axe.is_none() {
        skip("ZAYAVKA_AXE doesn't name axe.min.js of the npm package axe-core");
    }
}

#[tokio::test]
async fn every_page_fits_a_phone_a_thumb_and_axe_in_russian() {
    fits("ru").await;
}

#[tokio::test]
async fn every_page_fits_a_phone_a_thumb_and_axe_in_english() {
    fits("en").await;
}

#[tokio::test]
async fn a_phone_calls_customers_and_takes_the_desk_on_its_home_screen() {
    let Some(driver) = Driver::start().await else {
        return;
    };
    let shop = Shop::with_owner().await;
    fill(&shop).await;
    let browser = driver.signed_in(&shop, "owner@example.com").await;
    browser.resize(390, 844).await;
    for path in ["/", "/tasks/1", "/customers", "/customers/1"] {
        browser.go(path).await;
        browser.find("main a[href='tel:+79000000001']").await;
    }
    let manifest = browser.cdp("Page.getAppManifest", json!({})).await;
    assert_eq!(manifest["errors"], json!([]), "{manifest}");
    let missing = browser.cdp("Page.getInstallabilityErrors", json!({})).await;
    assert_eq!(missing["installabilityErrors"], json!([]));
    shop.close().await;
}
