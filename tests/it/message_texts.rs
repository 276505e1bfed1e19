//! The texts of messages to customers, which an owner edits.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use zayavka::config::Config;
use zayavka::domain::{Day, Language, MessageFacts, MessageForm, MessagePurpose, sms_parts};
use zayavka::i18n;

use crate::bot::{ANNA, contact, messages, said, set_status, text};
use crate::conversation::press;
use crate::harness::{Shop, code};
use crate::pages::{Browser, goes_to};
use crate::signed_in::{SignedIn, form};

const ABOUT: &str = "[shop]\nname = 'Мастер'\naddress = 'Ленина 1'\nhours = 'до 19:00'";
const SET: &str = "mutation ($text: MessageTextInput!) { setMessageText(messageText: $text) {
    messageText { text isDefault } } }";
const PREVIEW: &str = "query ($text: MessageTextInput!, $task: ID) {
    messageTextPreview(messageText: $text, taskId: $task) }";
/// The READY stage of a new shop.
const READY: i64 = 3;

/// Opens a shop with an address, in which Anna's iPhone is repaired for 3,500 roubles.
async fn shop() -> Shop {
    let shop = Shop::with_owner().await;
    let shop = shop.reopen_with(ABOUT, Duration::ZERO).await;
    let query = r#"mutation { createTask(taskData: {customerPhone: "+79000000001", price: 350000,
        device: {model: "iPhone 12"}}) { task { id } } }"#;
    assert!(shop.ask(query).await["errors"].is_null());
    shop.update(contact(ANNA, ANNA, "+79000000001")).await;
    messages(&shop, 2).await;
    shop
}

/// Returns an input for the text of READY, in Russian and for messengers.
fn of_ready(text: &str) -> Value {
    json!({"purpose": "STATUS", "stageId": READY, "language": "RUSSIAN", "form": "FULL", "text": text})
}

fn of(purpose: &str, language: &str, form: &str, text: &str) -> Value {
    json!({"purpose": purpose, "language": language, "form": form, "text": text})
}

async fn set(shop: &Shop, text: Value) -> Value {
    shop.ask_with(SET, json!({ "text": text })).await
}

async fn preview(shop: &Shop, text: Value, task: Option<i64>) -> String {
    let answer = shop
        .ask_with(PREVIEW, json!({ "text": text, "task": task }))
        .await;
    let text = answer["data"]["messageTextPreview"].as_str();
    text.unwrap_or_else(|| panic!("{answer}")).to_owned()
}

/// Submits the form of a page with some fields changed.
async fn submit(
    desk: &SignedIn<'_>,
    path: &str,
    page: &str,
    changes: &[(&str, &str)],
) -> reqwest::Response {
    let mut fields = form(page);
    for part in page.split("<textarea name=\"").skip(1) {
        let (name, rest) = part.split_once('"').unwrap();
        let text = rest.split_once('>').unwrap().1;
        let text = text.split_once("</textarea>").unwrap().0;
        let text = text
            .replace("&#60;", "<")
            .replace("&#62;", ">")
            .replace("&#38;", "&");
        // As a browser does.
        fields.push((name.to_owned(), text.replace('\n', "\r\n")));
    }
    for (name, value) in changes {
        fields.retain(|(field, _)| field != name);
        fields.push(((*name).to_owned(), (*value).to_owned()));
    }
    desk.post(path, &fields).await
}

/// Returns how many texts are changed, and how many changes the audit list has.
fn stored(shop: &Shop) -> [i64; 2] {
    let file = shop.database();
    let count = |sql| file.query_row(sql, [], |row| row.get(0)).unwrap();
    [
        count("SELECT count(*) FROM message_texts"),
        count("SELECT count(*) FROM audit_events WHERE action = 'MESSAGE_TEXT_CHANGED'"),
    ]
}

/// Returns a message as people read it.
fn read(message: &Value) -> String {
    let text = said(message).replace('\u{a0}', " ");
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&")
}

#[tokio::test]
async fn a_customer_reads_what_is_ready_what_to_pay_and_where() {
    let shop = shop().await;
    set_status(&shop, "1", "READY").await;
    let sent = messages(&shop, 3).await;
    assert_eq!(
        read(&sent[2]),
        "Готово: iPhone 12 (№ 1).\nК оплате 3 500 ₽.\nЛенина 1, до 19:00."
    );
    // What was paid isn't to be paid again, and nothing is said about nothing.
    let pay = "mutation { takePayment(paymentData: {taskId: 1, method: CASH, sum: 350000}) { payment { id } } }";
    assert!(shop.ask(pay).await["errors"].is_null());
    set_status(&shop, "1", "IN_PROGRESS").await;
    let sent = messages(&shop, 4).await;
    assert_eq!(read(&sent[3]), "В работе: iPhone 12 (№ 1).");
    set_status(&shop, "1", "READY").await;
    let sent = messages(&shop, 5).await;
    assert_eq!(
        read(&sent[4]),
        "Готово: iPhone 12 (№ 1).\nЛенина 1, до 19:00."
    );
    let mut english = text(ANNA, "/help");
    english["message"]["from"]["language_code"] = json!("en");
    shop.update(english).await;
    messages(&shop, 6).await;
    set_status(&shop, "1", "IN_PROGRESS").await;
    messages(&shop, 7).await;
    set_status(&shop, "1", "READY").await;
    let sent = messages(&shop, 8).await;
    assert_eq!(
        read(&sent[7]),
        "Ready: iPhone 12 (No. 1).\nЛенина 1, до 19:00."
    );
    shop.close().await;
}

#[tokio::test]
async fn what_the_owner_writes_is_sent_as_the_preview_showed_it() {
    let shop = shop().await;
    let device = r#"mutation { updateTask(taskData: {id: 1, device: {model: "A<b> & {sum}"}}) { task { id } } }"#;
    assert!(shop.ask(device).await["errors"].is_null());
    let text =
        "Забирайте <{device}>!\nЦена {sum}. Оплачено {paid}.\n{shop}: {address}, {hours}, {phone}";
    let made = set(&shop, of_ready(text)).await;
    assert_eq!(
        made["data"]["setMessageText"]["messageText"],
        json!({"text": text, "isDefault": false})
    );
    let shown = preview(&shop, of_ready(text), Some(1)).await;
    set_status(&shop, "1", "READY").await;
    let sent = messages(&shop, 3).await;
    assert_eq!(read(&sent[2]), shown.replace('\u{a0}', " "));
    assert_eq!(
        said(&sent[2]).replace('\u{a0}', " "),
        "Забирайте &lt;A&lt;b&gt; &amp; {sum}&gt;!\nЦена 3 500 ₽.\nМастер: Ленина 1, до 19:00"
    );
    assert_eq!(sent[2]["parse_mode"], "HTML");
    // The same on the page, before it is saved.
    let desk = SignedIn::of(&shop, "owner@example.com").await;
    let page = desk.page("/settings/texts/3").await;
    let escaped = "Забирайте &#60;A&#60;b&#62; &#38; {sum}&#62;!";
    assert!(page.contains(escaped), "{page}");
    // An invented task needs none of the shop's.
    let invented = preview(&shop, of_ready("{device} {number} {link}"), None).await;
    assert!(invented.starts_with("iPhone 12 1042 http"), "{invented}");
    drop(desk);
    shop.close().await;
}

#[tokio::test]
async fn a_wrong_text_says_what_is_wrong_and_changes_nothing() {
    let shop = shop().await;
    let before = stored(&shop);
    for (wrong, sentence) in [
        (
            of_ready("{divice}"),
            "There is no {divice}. There are {device}, {number}, {stage},",
        ),
        (of_ready("{device"), "A brace has no other one"),
        (of_ready(" "), "Fill in this field."),
        (of_ready(&"x".repeat(1_001)), "Too long: at most 1"),
        (of_ready("a\u{7}"), "control characters"),
        (
            of("COMMENT", "ENGLISH", "FULL", "Hello"),
            "Without {text} the message says nothing",
        ),
        (
            of("QUOTE", "ENGLISH", "SHORT", "Agreed?"),
            "Without {sum} the message says nothing",
        ),
        (
            of("REMINDER", "ENGLISH", "SHORT", &"x".repeat(301)),
            "at most 300 characters",
        ),
    ] {
        for query in [SET, PREVIEW] {
            let answer = shop.ask_with(query, json!({ "text": wrong })).await;
            assert_eq!(code(&answer), "BAD_USER_INPUT", "{answer}");
            let error = &answer["errors"][0];
            assert_eq!(error["extensions"]["field"], "text", "{answer}");
            let message = error["message"].as_str().unwrap();
            assert!(message.contains(sentence), "{message}");
        }
    }
    for wrong in [
        of("STATUS", "ENGLISH", "FULL", "x"),
        json!({"purpose": "QUOTE", "stageId": 3, "language": "ENGLISH", "form": "FULL", "text": "{sum}"}),
        json!({"purpose": "STATUS", "stageId": "x", "language": "ENGLISH", "form": "FULL", "text": "x"}),
    ] {
        let answer = set(&shop, wrong).await;
        assert_eq!(code(&answer), "BAD_USER_INPUT", "{answer}");
        assert_eq!(answer["errors"][0]["extensions"]["field"], "stageId");
    }
    let gone = json!({"purpose": "STATUS", "stageId": 99, "language": "ENGLISH", "form": "FULL", "text": "x"});
    assert_eq!(code(&set(&shop, gone).await), "NOT_FOUND");
    assert_eq!(stored(&shop), before);
    shop.close().await;
}

#[tokio::test]
async fn a_reset_text_is_the_programs_again_and_the_audit_list_knows_it() {
    let shop = shop().await;
    let query = "{ messageTexts { purpose stage { id } language form text isDefault defaultText variables } }";
    let all = shop.ask(query).await["data"]["messageTexts"].clone();
    let all = all.as_array().unwrap();
    // Seven told stages and three other purposes, in two languages and forms.
    assert_eq!(all.len(), 40, "{all:?}");
    assert!(
        all.iter()
            .all(|text| text["isDefault"] == true && text["text"] == text["defaultText"])
    );
    let ready = |text: &&Value| text["stage"]["id"] == "3" && text["language"] == "RUSSIAN";
    let usual = all.iter().find(ready).unwrap()["text"].as_str().unwrap();
    assert_eq!(
        usual,
        "{stage}: {device} (№ {number}).\nК оплате {to_pay}.\n{address}, {hours}."
    );
    // The default isn't stored, even when somebody saves it.
    set(&shop, of_ready(usual)).await;
    assert_eq!(stored(&shop), [0, 0]);
    set(&shop, of_ready("Готов {device}")).await;
    assert_eq!(stored(&shop), [1, 1]);
    let reset = "mutation { resetMessageText(messageText: {purpose: STATUS, stageId: 3, language: RUSSIAN, form: FULL}) {
        messageText { text isDefault purpose form language stage { name } } } }";
    let text = shop.ask(reset).await["data"]["resetMessageText"]["messageText"].clone();
    assert_eq!(
        text,
        json!({"text": usual, "isDefault": true, "purpose": "STATUS", "form": "FULL", "language": "RUSSIAN",
            "stage": {"name": "Готово"}})
    );
    assert_eq!(stored(&shop), [0, 2]);
    let audit = "{ auditEvents { nodes { action subject from to } } }";
    let nodes = shop.ask(audit).await["data"]["auditEvents"]["nodes"].clone();
    let event = |from: Value, to: Value| json!({"action": "MESSAGE_TEXT_CHANGED", "subject": "Готово, ru, FULL", "from": from, "to": to});
    assert_eq!(nodes[0], event(json!("Готов {device}"), json!(null)));
    assert_eq!(nodes[1], event(json!(null), json!("Готов {device}")));
    let desk = SignedIn::of(&shop, "owner@example.com").await;
    let page = desk.page("/settings/audit").await;
    assert!(page.contains("Текст сообщения: Готово, ru, FULL"), "{page}");
    drop(desk);
    shop.close().await;
}

#[tokio::test]
async fn each_purpose_has_its_text_in_each_language() {
    let shop = shop().await;
    for (purpose, russian, english) in [
        ("COMMENT", "Пишет {shop}: {text}", "{shop} writes: {text}"),
        (
            "QUOTE",
            "{sum} за {device}?\n{text}",
            "{sum} for {device}?\n{text}",
        ),
    ] {
        set(&shop, of(purpose, "RUSSIAN", "FULL", russian)).await;
        set(&shop, of(purpose, "ENGLISH", "FULL", english)).await;
    }
    let line = r#"mutation { addLine(taskId: 1, lineData: {kind: PART, name: "Экран <5>", unitPrice: 450000}) { line { id } } }"#;
    let line = shop.ask(line).await;
    assert!(line["errors"].is_null(), "{line}");
    let say = r#"mutation { addComment(taskId: 1, text: "Деталь\nпришла {sum}", toCustomer: true) { task { id } } }"#;
    let ask = r#"mutation { askApproval(taskId: 1, text: "Согласны?") { task { id } } }"#;
    assert!(shop.ask(say).await["errors"].is_null());
    assert!(shop.ask(ask).await["errors"].is_null());
    let sent = messages(&shop, 4).await;
    assert_eq!(read(&sent[2]), "Пишет Мастер: Деталь\nпришла {sum}");
    // The lines and the buttons are in every quote.
    assert_eq!(
        read(&sent[3]),
        "4 500 ₽ за iPhone 12?\nСогласны?\n\nЭкран <5>: 4 500 ₽"
    );
    let buttons = &sent[3]["reply_markup"]["inline_keyboard"][0];
    assert_eq!(buttons[0]["callback_data"], "agree:1");
    shop.update(press(ANNA, "decline:1")).await;
    messages(&shop, 5).await;
    let mut english = text(ANNA, "/help");
    english["message"]["from"]["language_code"] = json!("en");
    shop.update(english).await;
    messages(&shop, 6).await;
    assert!(shop.ask(ask).await["errors"].is_null());
    let sent = messages(&shop, 7).await;
    assert!(
        read(&sent[6]).starts_with("₽4,500 for iPhone 12?"),
        "{sent:?}"
    );
    shop.close().await;
}

#[tokio::test]
async fn the_link_of_a_text_opens_the_task() {
    let shop = shop().await;
    set(&shop, of_ready("{device}\n{link}")).await;
    set_status(&shop, "1", "READY").await;
    let sent = messages(&shop, 3).await;
    let message = read(&sent[2]);
    let (device, link) = message.split_once('\n').unwrap();
    assert_eq!(device, "iPhone 12");
    let path = link.strip_prefix(&shop.url).unwrap();
    let page = shop.request(Method::GET, path).send().await.unwrap();
    assert!(page.text().await.unwrap().contains("iPhone 12"));
    // It is the task's one, and the preview shows it as well.
    let task = shop.ask("{ taskById(id: 1) { statusUrl } }").await;
    assert_eq!(task["data"]["taskById"]["statusUrl"], link);
    assert_eq!(preview(&shop, of_ready("{link}"), Some(1)).await, link);
    shop.close().await;
}

#[tokio::test]
async fn a_text_goes_with_its_stage_and_its_notice_is_sent_all_the_same() {
    let shop = shop().await;
    let made = shop.ask(r#"mutation { createStage(stageData: {status: READY, name: "На полке"}) { stage { id } } }"#).await;
    let stage = made["data"]["createStage"]["stage"]["id"].as_str().unwrap();
    let text = json!({"purpose": "STATUS", "stageId": stage, "language": "RUSSIAN", "form": "FULL", "text": "На полке {device}"});
    assert!(set(&shop, text).await["errors"].is_null());
    // It waits for its delay, and its stage is gone meanwhile.
    let there = format!(
        "mutation {{ updateTask(taskData: {{id: 1, stageId: {stage}}}) {{ task {{ id }} }} }}"
    );
    assert!(shop.ask(&there).await["errors"].is_null());
    let gone = format!("mutation {{ deleteStage(id: {stage}, replacementId: {READY}) {{ id }} }}");
    assert!(shop.ask(&gone).await["errors"].is_null());
    let sent = messages(&shop, 3).await;
    assert!(
        read(&sent[2]).starts_with("Готово: iPhone 12 (№ 1)."),
        "{sent:?}"
    );
    assert_eq!(stored(&shop)[0], 0);
    shop.close().await;
}

#[tokio::test]
async fn two_owners_edit_one_text_and_the_later_one_decides() {
    let shop = shop().await;
    let desk = SignedIn::of(&shop, "owner@example.com").await;
    let path = "/settings/texts/reminder";
    let page = desk.page(path).await;
    let saved = format!("{path}?saved=1");
    // Different texts are merged.
    let first = submit(&desk, path, &page, &[("fullRu", "Ждём: {device}")]).await;
    assert_eq!(goes_to(&first), saved);
    let second = submit(&desk, path, &page, &[("fullEn", "Waiting: {device}")]).await;
    assert_eq!(goes_to(&second), saved);
    let both = desk.page(path).await;
    assert!(both.contains(">Ждём: {device}</textarea>"), "{both}");
    assert!(both.contains(">Waiting: {device}</textarea>"), "{both}");
    // The same one is asked about, and nothing is written meanwhile.
    let third = submit(&desk, path, &page, &[("fullRu", "Пора: {device}")]).await;
    assert_eq!(third.status(), 409);
    let question = third.text().await.unwrap();
    assert!(question.contains("Тексты уже изменили"), "{question}");
    assert!(question.contains("Ждём: {device}") && question.contains("Пора: {device}"));
    assert!(desk.page(path).await.contains(">Ждём: {device}</textarea>"));
    let decided = submit(&desk, path, &question, &[("take.fullRu", "mine")]).await;
    assert_eq!(goes_to(&decided), saved);
    assert!(desk.page(path).await.contains(">Пора: {device}</textarea>"));
    drop(desk);
    shop.close().await;
}

#[tokio::test]
async fn the_page_previews_inserts_resets_and_refuses_without_a_script() {
    let shop = shop().await;
    let desk = SignedIn::of(&shop, "owner@example.com").await;
    let list = desk.page("/settings/texts").await;
    for shown in [
        "/settings/texts/3",
        "/settings/texts/quote",
        "Готово: iPhone 12 (№ 1042).",
    ] {
        assert!(list.contains(shown), "{shown}: {list}");
    }
    // Stages of which nobody is told have no text.
    let part = shop.ask("{ stages { id told } }").await;
    for stage in part["data"]["stages"].as_array().unwrap() {
        let path = format!("\"/settings/texts/{}\"", stage["id"].as_str().unwrap());
        assert_eq!(list.contains(&path), stage["told"] == true, "{path}");
    }
    let path = "/settings/texts/3";
    let page = desk.page(path).await;
    assert!(page.contains("Заявка № 1</figcaption>"), "{page}");
    let typed = [("fullRu", "Готов "), ("insert", "fullRu device")];
    let shown = submit(&desk, &format!("{path}/preview"), &page, &typed).await;
    assert_eq!(shown.status(), 200);
    let shown = shown.text().await.unwrap();
    assert!(shown.contains(">Готов {device}</textarea>"), "{shown}");
    assert!(shown.contains(">Готов iPhone 12</p>"), "{shown}");
    assert!(
        !desk.page(path).await.contains("Готов {device}"),
        "nothing is stored"
    );
    let wrong = [("fullRu", "Готов {devise}")];
    for to in [path.to_owned(), format!("{path}/preview")] {
        let refused = submit(&desk, &to, &page, &wrong).await;
        assert_eq!(refused.status(), 422, "{to}");
        let refused = refused.text().await.unwrap();
        assert!(
            refused.contains("Переменной {devise} нет. Есть {device}, {number},"),
            "{refused}"
        );
        assert!(refused.contains(">Готов {devise}</textarea>"), "{refused}");
    }
    submit(&desk, path, &page, &[("fullRu", "Готов {device}")]).await;
    let changed = desk.page(path).await;
    assert!(
        changed.contains("name=\"reset\" value=\"fullRu\""),
        "{changed}"
    );
    assert!(desk.page("/settings/texts").await.contains(">изменён<"));
    let reset = [("reset".to_owned(), "fullRu".to_owned())];
    let reset = desk.post(&format!("{path}/reset"), &reset).await;
    assert_eq!(goes_to(&reset), "/settings/texts/3?saved=1");
    let usual = desk.page(path).await;
    assert!(!usual.contains("name=\"reset\""), "{usual}");
    assert!(
        usual.contains(">{stage}: {device} (№ {number}).\n"),
        "{usual}"
    );
    for none in ["/settings/texts/99", "/settings/texts/x"] {
        assert_eq!(desk.get(none).await.status(), 404, "{none}");
    }
    drop(desk);
    shop.close().await;
}

#[tokio::test]
async fn an_employee_sees_and_changes_no_text() {
    let shop = shop().await;
    let token = crate::accounts::employee(&shop).await;
    let mut employee = Browser::open(&shop);
    employee.cookie = format!("zayavka={token}");
    let before = stored(&shop);
    for path in [
        "/settings/texts",
        "/settings/texts/3",
        "/settings/texts/quote",
    ] {
        assert_eq!(employee.get(path).await.status(), 403, "{path}");
    }
    for path in [
        "/settings/texts/3",
        "/settings/texts/3/preview",
        "/settings/texts/3/reset",
    ] {
        let form = [("fullRu", "x"), ("reset", "fullRu")];
        assert_eq!(employee.post(path, &form).await.status(), 403, "{path}");
    }
    assert_eq!(stored(&shop), before);
    let stranger = SignedIn::stranger(&shop);
    assert_eq!(stranger.get("/settings/texts/3").await.status(), 303);
    drop((employee, stranger));
    shop.close().await;
}

#[tokio::test]
async fn the_texts_are_in_the_archive() {
    let shop = shop().await;
    set(&shop, of_ready("Готов {device}")).await;
    set(
        &shop,
        of("QUOTE", "ENGLISH", "SHORT", "Is {sum} right?\n{link}"),
    )
    .await;
    let archive = shop.ask("{ exportArchive }").await["data"]["exportArchive"].clone();
    let mut other = Shop::with_owner().await;
    set(&other, of("REMINDER", "ENGLISH", "SHORT", "goes away")).await;
    let put = "mutation ($archive: String!) { importArchive(archive: $archive) { token } }";
    let answer = other.ask_with(put, json!({ "archive": archive })).await;
    let token = answer["data"]["importArchive"]["token"].as_str();
    assert!(token.is_some(), "{answer}");
    other.token = token.map(str::to_owned);
    let query = "{ messageTexts { text isDefault } }";
    let texts = other.ask(query).await["data"]["messageTexts"].clone();
    let changed = texts.as_array().unwrap().iter();
    let changed: Vec<&Value> = changed.filter(|text| text["isDefault"] == false).collect();
    let texts: Vec<&Value> = changed.iter().map(|text| &text["text"]).collect();
    assert_eq!(texts, ["Готов {device}", "Is {sum} right?\n{link}"]);
    // A text that no version accepts is refused with its place.
    let damaged = archive
        .as_str()
        .unwrap()
        .replace("Готов {device}", &"я".repeat(1_001));
    let third = Shop::with_owner().await;
    let answer = third.ask_with(put, json!({ "archive": damaged })).await;
    assert_eq!(code(&answer), "BAD_USER_INPUT", "{answer}");
    assert!(answer.to_string().contains("message_texts"), "{answer}");
    third.close().await;
    other.close().await;
    shop.close().await;
}

#[tokio::test]
async fn a_long_message_is_cut_and_not_refused() {
    let shop = shop().await;
    let long = "{device}".repeat(120);
    assert!(set(&shop, of_ready(&long)).await["errors"].is_null());
    let name = "я".repeat(100);
    let device = format!(
        r#"mutation {{ updateTask(taskData: {{id: 1, device: {{model: "{name}"}}}}) {{ task {{ id }} }} }}"#
    );
    assert!(shop.ask(&device).await["errors"].is_null());
    set_status(&shop, "1", "READY").await;
    let sent = messages(&shop, 3).await;
    assert_eq!(said(&sent[2]).chars().count(), 4_096);
    // A text that says nothing of this task is replaced by the program's.
    assert!(set(&shop, of_ready("{paid}")).await["errors"].is_null());
    set_status(&shop, "1", "IN_PROGRESS").await;
    messages(&shop, 4).await;
    set_status(&shop, "1", "READY").await;
    let sent = messages(&shop, 5).await;
    assert!(read(&sent[4]).starts_with("Готово: яя"), "{sent:?}");
    shop.close().await;
}

/// Renders the program's short texts about an invented task: ready, quote and reminder.
fn short_texts(language: Language, origin: &str, device: (&str, &[&str])) -> Vec<String> {
    let shop = Config::parse("").unwrap().settings.shop;
    let today = Day::parse("day", "2021-07-25").unwrap();
    let link = format!("{origin}/s/{}", "a1B2c3D4".repeat(3));
    let purposes = [
        MessagePurpose::Status,
        MessagePurpose::Quote,
        MessagePurpose::Reminder,
    ];
    let render = |purpose| {
        let facts = i18n::sample_facts(language, &shop, (purpose, None), today, link.clone());
        let facts = MessageFacts {
            device: device.0.to_owned(),
            short_devices: device.1.iter().map(|name| (*name).to_owned()).collect(),
            ..facts
        };
        let text = i18n::message(language, &shop, MessageForm::Short, None, &facts);
        assert!(text.ends_with(&link), "the link is whole: {text}");
        let sum = if purpose == MessagePurpose::Quote {
            "12"
        } else {
            "10"
        };
        assert!(text.contains(sum), "{text}");
        text
    };
    purposes.into_iter().map(render).collect()
}

#[test]
fn the_short_texts_of_the_program_take_one_sms() {
    let long = "ноутбук Lenovo IdeaPad 5 Pro 16ACH6 82L50038RU";
    let names = [
        "Lenovo IdeaPad 5 Pro 16ACH6 82L50038RU",
        "IdeaPad 5 Pro 16ACH6 82L50038RU",
    ];
    for language in Language::ALL {
        for device in [("iPhone 12", &[][..]), (long, &names[..]), ("", &[])] {
            for text in short_texts(language, "https://remont.ru", device) {
                assert_eq!(sms_parts(&text), 1, "{text}");
                let is_long = text.contains("82L50038RU");
                assert!(!is_long || language == Language::English, "{text}");
            }
        }
    }
    let ready = |language, device| short_texts(language, "https://remont.ru", device).remove(0);
    let short = ready(Language::Russian, (long, &names));
    assert!(short.starts_with("Готово: IdeaPad, 10 500 ₽\n"), "{short}");
    let whole = short_texts(Language::Russian, "https://a.ru", ("iPhone 12", &[])).remove(0);
    assert!(
        whole.starts_with("Готово: iPhone 12, 10 500 ₽\n"),
        "{whole}"
    );
    // In the 7-bit alphabet there is room for everything, but not for the sign of the rouble.
    let english = ready(Language::English, ("iPhone 12", &[]));
    let expected = "Ready: iPhone 12, No. 1042\nTo pay RUB 10,500\n";
    assert!(english.starts_with(expected), "{english}");
    // Where nothing helps, nothing is cut.
    let origin = "https://the-very-long-name-of-a-repair-shop.example.com";
    let two = short_texts(Language::Russian, origin, ("iPhone 12", &[])).remove(0);
    assert_eq!(sms_parts(&two), 2);
    assert!(two.contains("iPhone 12"), "{two}");
}

#[tokio::test]
async fn the_preview_tells_in_how_many_sms_a_text_goes() {
    let shop = shop().await;
    let desk = SignedIn::of(&shop, "owner@example.com").await;
    let path = "/settings/texts/3";
    let page = desk.page(path).await;
    let long = "Очень длинные слова о том, что всё уже готово и можно приходить. ".repeat(3);
    let typed = [("shortRu", "Готов {device}"), ("shortEn", &*long)];
    let shown = submit(&desk, &format!("{path}/preview"), &page, &typed).await;
    let shown = shown.text().await.unwrap();
    assert_eq!(shown.matches(": 1 SMS</figcaption>").count(), 2, "{shown}");
    assert_eq!(shown.matches(": 3 SMS</figcaption>").count(), 2, "{shown}");
    assert_eq!(shown.matches("SMS</figcaption>").count(), 4, "{shown}");
    shop.close().await;
}
