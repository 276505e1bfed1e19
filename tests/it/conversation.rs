//! The conversation of staff and customers about a task, and quotes: through the API, in Telegram
//! and on the status page.

use std::time::Duration;

use reqwest::{Client, Method};
use serde_json::{Value, json};

use crate::bot::{ANNA, BORIS, contact, create, message, messages, said, set_status, text};
use crate::harness::{Shop, code, eventually};
use crate::status_links::renew;

/// Opens a shop with a task of Anna's, whose phone is verified; two messages were sent to her.
async fn shop() -> Shop {
    let shop = Shop::with_owner().await;
    create(&shop, "+79000000001").await;
    shop.update(contact(ANNA, ANNA, "+79000000001")).await;
    messages(&shop, 2).await;
    shop
}

/// Builds the update of a pressed button under a message of the bot.
pub fn press(from: i64, data: &str) -> Value {
    let below = message(from, json!({}));
    json!({ "callback_query": {
        "id": "q", "chat_instance": "c", "data": data, "message": below["message"],
        "from": {"id": from, "is_bot": false, "first_name": "Анна", "language_code": "ru"},
    }})
}

async fn say(shop: &Shop, text: &str, to_customer: bool) -> Value {
    let query = "mutation ($text: String!, $to: Boolean) {
        addComment(taskId: 1, text: $text, toCustomer: $to) { comment { id kind open } task { id } } }";
    let variables = json!({ "text": text, "to": to_customer });
    shop.ask_with(query, variables).await
}

async fn ask(shop: &Shop, price: i64) {
    let query = format!(
        r#"mutation {{ askApproval(taskId: 1, price: {price}, text: "Экран & <работа>") {{ task {{ estimate }} }} }}"#
    );
    let answer = shop.ask(&query).await;
    let estimate = &answer["data"]["askApproval"]["task"]["estimate"];
    assert_eq!(estimate, price, "{answer}");
}

/// Returns the quotes of a task.
async fn approvals(shop: &Shop) -> Value {
    let query = "{ taskById(id: 1) { approvals { id price text taskVersion decision channel
        decidedTime employee { email } } } }";
    shop.ask(query).await["data"]["taskById"]["approvals"].take()
}

/// Returns the comments on a task, and whether its customer awaits a reply.
async fn comments(shop: &Shop, id: &str) -> Value {
    let query =
        format!("{{ taskById(id: {id}) {{ unanswered comments {{ kind channel text open }} }} }}");
    shop.ask(&query).await["data"]["taskById"].take()
}

async fn history(shop: &Shop, id: &str) -> Vec<String> {
    let query = format!("{{ taskById(id: {id}) {{ history {{ kind author to }} }} }}");
    let answer = shop.ask(&query).await;
    let events = answer["data"]["taskById"]["history"].as_array().unwrap();
    let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let line = |event: &Value| {
        let parts = [&event["kind"], &event["author"], &event["to"]].map(word);
        parts.join(" ").trim_end().to_owned()
    };
    events.iter().map(line).collect()
}

fn encoded(form: &[(&str, &str)]) -> String {
    let mut body = form_urlencoded::Serializer::new(String::new());
    body.extend_pairs(form).finish()
}

/// Submits a form of the status page from that origin.
pub async fn send(shop: &Shop, path: &str, form: &[(&str, &str)], origin: &str) -> (u16, String) {
    let client = Client::builder().redirect(reqwest::redirect::Policy::none());
    let request = client.build().unwrap().post(format!("{}{path}", shop.url));
    let request = request
        .header("origin", origin)
        .header("accept-language", "ru")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(encoded(form));
    let answer = request.send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

async fn page(shop: &Shop, path: &str) -> String {
    let request = Client::new().get(format!("{}{path}", shop.url));
    let answer = request.header("accept-language", "ru").send().await;
    answer.unwrap().text().await.unwrap()
}

/// Returns a staff page.
async fn desk(shop: &Shop, path: &str) -> String {
    let cookie = format!("zayavka={}", shop.token.as_ref().unwrap());
    let request = shop.request(Method::GET, path).header("cookie", cookie);
    request.send().await.unwrap().text().await.unwrap()
}

async fn submit(shop: &Shop, path: &str, form: &[(&str, &str)]) -> (u16, String) {
    let client = Client::builder().redirect(reqwest::redirect::Policy::none());
    let request = client.build().unwrap().post(format!("{}{path}", shop.url));
    let request = request
        .header(
            "cookie",
            format!("zayavka={}", shop.token.as_ref().unwrap()),
        )
        .header("origin", &shop.url)
        .header("content-type", "application/x-www-form-urlencoded")
        .body(encoded(form));
    let answer = request.send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

#[tokio::test]
async fn a_message_reaches_the_customer_and_a_note_stays_among_colleagues() {
    let shop = shop().await;
    let link = renew(&shop, "1").await;
    let note = say(&shop, "Клиент скандалит", false).await;
    let comment = &note["data"]["addComment"]["comment"];
    assert_eq!(comment["kind"], "INTERNAL", "{note}");
    say(&shop, "  Деталь <пришла> & ждёт\nЗаходите  ", true).await;
    let sent = messages(&shop, 3).await;
    assert_eq!(
        said(&sent[2]),
        "Заявка (№ 1), сообщение мастерской:\n\nДеталь &lt;пришла&gt; &amp; ждёт\nЗаходите"
    );
    let page = page(&shop, &link).await;
    assert!(page.contains("Деталь &#60;пришла&#62; &#38; ждёт\nЗаходите"));
    assert!(!page.contains("скандалит"), "{page}");
    assert_eq!(
        comments(&shop, "1").await,
        json!({"unanswered": false, "comments": [
            {"kind": "INTERNAL", "channel": null, "text": "Клиент скандалит", "open": false},
            {"kind": "TO_CUSTOMER", "channel": null, "text": "Деталь <пришла> & ждёт\nЗаходите", "open": false},
        ]})
    );
    assert_eq!(
        history(&shop, "1").await[1..],
        ["COMMENT STAFF 1", "COMMENT STAFF 2"]
    );
    // A comment doesn't change the task's version, and so conflicts with no edit.
    let version = shop.ask("{ taskById(id: 1) { version } }").await;
    assert_eq!(version["data"]["taskById"]["version"], 1);
    let delivered = "доставлено в Telegram";
    let desk = loop {
        // The message has arrived, but its delivery may not be recorded yet.
        let page = desk(&shop, "/tasks/1").await;
        if page.contains(delivered) {
            break page;
        }
    };
    for line in [
        "<li class=\"msg note\"><div class=\"text\">Клиент скандалит</div>",
        "Заметка для своих · owner, 12:0",
        "<li class=\"msg ours\">",
    ] {
        assert!(desk.contains(line), "{line} {desk}");
    }
    shop.close().await;
}

#[tokio::test]
async fn a_customers_message_goes_to_the_open_task_and_awaits_a_reply() {
    let shop = shop().await;
    shop.update(text(ANNA, "Когда будет <готово>?")).await;
    let sent = messages(&shop, 3).await;
    assert!(
        said(&sent[2]).starts_with(
            "Передали мастерской: заявка <b>№ 1</b>.\n\nВаши заявки:\n<b>№ 1</b> · Ремонт"
        ),
        "{sent:?}"
    );
    assert_eq!(sent[2]["reply_markup"], Value::Null, "there is one task");
    let waits = json!({"unanswered": true, "comments": [
        {"kind": "FROM_CUSTOMER", "channel": "TELEGRAM", "text": "Когда будет <готово>?", "open": true}]});
    assert_eq!(comments(&shop, "1").await, waits);
    assert_eq!(history(&shop, "1").await[1..], ["ANSWER CUSTOMER 1"]);
    let list = desk(&shop, "/").await;
    assert!(list.contains("1 заявка ждёт ответа"), "{list}");
    let page = desk(&shop, "/tasks/1").await;
    assert!(page.contains("Клиент ждёт ответа"), "{page}");
    assert!(
        page.contains(
            "<li class=\"msg theirs\"><div class=\"text\">Когда будет &#60;готово&#62;?</div>"
        ),
        "{page}"
    );
    // An internal note is no reply; a message to the customer is.
    say(&shop, "Спросить Бориса", false).await;
    assert_eq!(comments(&shop, "1").await["unanswered"], true);
    let (status, _) = submit(
        &shop,
        "/tasks/1/comments",
        &[("comment", "В среду."), ("to", "customer")],
    )
    .await;
    assert_eq!(status, 303);
    assert_eq!(comments(&shop, "1").await["unanswered"], false);
    assert!(said(&messages(&shop, 4).await[3]).ends_with("В среду."));
    // Marking it as needing none settles it too.
    shop.update(text(ANNA, "Спасибо!")).await;
    messages(&shop, 5).await;
    assert_eq!(submit(&shop, "/tasks/1/settle", &[]).await.0, 303);
    let settle = "mutation { settleAnswers(taskId: 1) { task { unanswered } } }";
    let again = shop.ask(settle).await;
    assert_eq!(again["data"]["settleAnswers"]["task"]["unanswered"], false);
    let history = history(&shop, "1").await;
    assert_eq!(
        history[history.len() - 2..],
        ["ANSWER CUSTOMER 4", "SETTLED STAFF"]
    );
    assert!(!desk(&shop, "/").await.contains("ждёт ответа"));
    shop.close().await;
}

#[tokio::test]
async fn with_several_open_tasks_the_customer_says_which_one_is_meant() {
    let shop = shop().await;
    create(&shop, "+79000000001").await;
    create(&shop, "+79000000002").await;
    shop.clock.advance(Duration::from_secs(1));
    set_status(&shop, "1", "IN_PROGRESS").await;
    messages(&shop, 3).await;
    shop.update(text(ANNA, "Сколько ждать?")).await;
    let sent = messages(&shop, 4).await;
    assert!(
        said(&sent[3]).starts_with(
            "Передали мастерской: заявка <b>№ 1</b>.\nЕсли вы о другой, нажмите её номер.\n\n"
        ),
        "{sent:?}"
    );
    let buttons = &sent[3]["reply_markup"]["inline_keyboard"];
    assert_eq!(
        *buttons,
        json!([[{"text": "Это о заявке № 2", "callback_data": "move:1:2"}]])
    );
    shop.update(press(ANNA, "move:1:2")).await;
    let sent = messages(&shop, 5).await;
    assert!(said(&sent[4]).starts_with("Передали мастерской: заявка <b>№ 2</b>."));
    assert_eq!(sent[4]["message_id"], 1, "in the place of the first");
    assert_eq!(comments(&shop, "1").await["unanswered"], false);
    assert_eq!(comments(&shop, "2").await["unanswered"], true);
    let moved = history(&shop, "1").await;
    assert_eq!(
        moved[moved.len() - 2..],
        ["ANSWER CUSTOMER 1", "MOVED CUSTOMER 1"]
    );
    // The next one goes there too, since that is the current topic.
    shop.update(text(ANNA, "И ещё")).await;
    assert!(said(&messages(&shop, 6).await[5]).contains("заявка <b>№ 2</b>"));
    // Not to somebody else's task, not by somebody else, and not after a reply.
    shop.update(press(ANNA, "move:1:3")).await;
    shop.update(contact(BORIS, BORIS, "+79000000002")).await;
    shop.update(press(BORIS, "move:1:3")).await;
    shop.ask("mutation { settleAnswers(taskId: 2) { task { id } } }")
        .await;
    shop.update(press(ANNA, "move:1:1")).await;
    messages(&shop, 11).await;
    assert_eq!(comments(&shop, "3").await["comments"], json!([]));
    assert_eq!(comments(&shop, "1").await["comments"], json!([]));
    shop.close().await;
}

#[tokio::test]
async fn a_message_that_nobody_would_read_is_rejected_with_a_reply() {
    let mut shop = shop().await;
    shop.update(text(BORIS, "Здравствуйте")).await;
    assert!(said(&messages(&shop, 3).await[2]).starts_with("Чтобы увидеть свои заявки"));
    set_status(&shop, "1", "CLOSED").await;
    messages(&shop, 4).await;
    // For some days, messages still go to the task closed last.
    shop.update(text(ANNA, "Опять не включается")).await;
    assert!(said(&messages(&shop, 5).await[4]).contains("заявка <b>№ 1</b>"));
    shop.clock.advance(Duration::from_secs(31 * 86_400));
    shop.update(text(ANNA, "Есть кто?")).await;
    let sent = messages(&shop, 6).await;
    assert!(
        said(&sent[5]).starts_with("Открытых заявок у вас нет"),
        "{sent:?}"
    );
    // An unknown command is an ordinary message.
    shop.update(text(ANNA, "/nonsense")).await;
    assert!(said(&messages(&shop, 7).await[6]).starts_with("Открытых заявок у вас нет"));
    // The session has expired by now.
    shop.token = shop.login("owner@example.com").await;
    let comments = comments(&shop, "1").await;
    assert_eq!(comments["comments"].as_array().map(Vec::len), Some(1));
    shop.close().await;
}

#[tokio::test]
async fn an_unanswered_flood_ends() {
    let shop = shop().await;
    for number in 0..51 {
        shop.update(text(ANNA, &format!("Алло {number}"))).await;
    }
    let sent = messages(&shop, 53).await;
    assert!(said(&sent[51]).starts_with("Передали"), "{sent:?}");
    assert!(
        said(&sent[52]).starts_with("Мастерская ещё не ответила"),
        "{sent:?}"
    );
    let link = renew(&shop, "1").await;
    let form = [("text", "С другой стороны")];
    let (status, page) = send(&shop, &format!("{link}/say"), &form, &shop.url).await;
    assert_eq!(status, 422);
    assert!(
        page.contains("(их уже 50)") && page.contains(">С другой стороны</textarea>"),
        "{page}"
    );
    shop.close().await;
}

#[tokio::test]
async fn a_customer_agrees_by_a_button_once_and_the_record_says_to_what() {
    let shop = shop().await;
    ask(&shop, 450_000).await;
    let sent = messages(&shop, 3).await;
    assert_eq!(
        said(&sent[2]),
        "Заявка (№ 1): согласны на цену 4\u{a0}500\u{a0}₽?\n\nЭкран &amp; &lt;работа&gt;"
    );
    let buttons = &sent[2]["reply_markup"]["inline_keyboard"][0];
    assert_eq!(
        *buttons,
        json!([{"text": "Согласен", "callback_data": "agree:1"}, {"text": "Не согласен", "callback_data": "decline:1"}])
    );
    // Somebody else can't decide it.
    create(&shop, "+79000000002").await;
    shop.update(contact(BORIS, BORIS, "+79000000002")).await;
    shop.update(press(BORIS, "agree:1")).await;
    messages(&shop, 6).await;
    assert_eq!(approvals(&shop).await[0]["decision"], "ASKED");
    shop.update(press(ANNA, "agree:1")).await;
    let sent = messages(&shop, 7).await;
    assert_eq!(
        said(&sent[6]),
        "Заявка <b>№ 1</b>: вы согласились на цену <b>4\u{a0}500\u{a0}₽</b>."
    );
    assert_eq!(sent[6]["message_id"], 1, "in the place of the question");
    // The first decision counts; old buttons don't change it.
    shop.update(press(ANNA, "decline:1")).await;
    assert!(said(&messages(&shop, 8).await[7]).contains("вы согласились"));
    let approval = &approvals(&shop).await[0];
    let owner = json!({"email": "owner@example.com"});
    assert!(
        approval["decidedTime"]
            .as_str()
            .unwrap()
            .starts_with("2021-07-25T")
    );
    let mut known = approval.clone();
    known.as_object_mut().unwrap().remove("decidedTime");
    assert_eq!(
        known,
        json!({"id": "1", "price": 450_000, "text": "Экран & <работа>", "taskVersion": 2,
            "decision": "AGREED", "channel": "TELEGRAM", "employee": owner})
    );
    assert_eq!(
        history(&shop, "1").await[1..],
        [
            "ESTIMATE STAFF 450000",
            "ASKED STAFF 450000",
            "AGREED CUSTOMER 450000"
        ]
    );
    let page = desk(&shop, "/tasks/1").await;
    assert!(
        page.contains("<b class=\"sum\">4\u{a0}500\u{a0}₽</b>")
            && page.contains("Клиент согласился в Telegram, сегодня"),
        "{page}"
    );
    shop.close().await;
}

#[tokio::test]
async fn another_estimate_the_end_and_a_new_question_make_old_buttons_dead() {
    let shop = shop().await;
    let link = renew(&shop, "1").await;
    let dead = "Заявка <b>№ 1</b>: цена <b>4\u{a0}500\u{a0}₽</b> больше не действует, мастерская её изменила.";
    let mut sent = 2;
    for (number, overtaken) in [
        "mutation { updateTask(taskData: {id: 1, estimate: 500000}) { task { id } } }",
        "mutation { askApproval(taskId: 1, price: 600000) { task { id } } }",
        "mutation { withdrawApproval(taskId: 1) { task { id } } }",
        "mutation { updateTask(taskData: {id: 1, status: CLOSED}) { task { id } } }",
    ]
    .iter()
    .enumerate()
    {
        ask(&shop, 450_000).await;
        sent += 1;
        messages(&shop, sent).await;
        let id = approvals(&shop).await.as_array().unwrap().last().unwrap()["id"].clone();
        let id = id.as_str().unwrap().to_owned();
        let answer = shop.ask(overtaken).await;
        assert!(answer["errors"].is_null(), "{answer}");
        // The new quote, or the notice that the task is closed.
        sent += usize::from(number == 1 || number == 3);
        messages(&shop, sent).await;
        shop.update(press(ANNA, &format!("agree:{id}"))).await;
        sent += 1;
        let all = messages(&shop, sent).await;
        assert_eq!(said(all.last().unwrap()), dead, "{overtaken}");
        let form = [("approval", &*id), ("answer", "agree")];
        let (status, page) = send(&shop, &format!("{link}/decide"), &form, &shop.url).await;
        assert_eq!(status, 409, "{page}");
        assert!(page.contains("прежняя больше не действует"), "{page}");
    }
    let states = approvals(&shop).await;
    let states = states.as_array().unwrap().iter();
    assert!(
        states.clone().all(|one| one["decision"] == "WITHDRAWN"),
        "{states:?}"
    );
    assert_eq!(states.len(), 5);
    let closed = shop
        .ask("mutation { askApproval(taskId: 1, price: 1) { task { id } } }")
        .await;
    assert_eq!(closed["errors"][0]["extensions"]["field"], "id", "{closed}");
    shop.close().await;
}

#[tokio::test]
async fn a_question_that_has_not_gone_out_yet_goes_out_as_it_is_now_or_not_at_all() {
    let shop = shop().await;
    let down = json!({"ok": false, "error_code": 500, "description": "down"});
    shop.telegram
        .then(crate::fake_telegram::Answer::Error(500, down));
    ask(&shop, 450_000).await;
    messages(&shop, 3).await;
    shop.ask("mutation { withdrawApproval(taskId: 1) { task { id } } }")
        .await;
    shop.update(text(ANNA, "/help")).await;
    let sent = messages(&shop, 4).await;
    assert!(said(&sent[3]).starts_with("Напишите"), "{sent:?}");
    shop.close().await;
}

#[tokio::test]
async fn taking_back_what_was_not_asked_is_nothing_that_happened() {
    let shop = shop().await;
    create(&shop, "+79000000001").await;
    let updated = async || {
        let query = "{ taskById(id: 1) { updatedTime } }";
        shop.ask(query).await["data"]["taskById"]["updatedTime"].take()
    };
    let before = updated().await;
    shop.clock.advance(Duration::from_secs(1));
    let withdraw = "mutation { withdrawApproval(taskId: 1) { task { id } } }";
    assert!(shop.ask(withdraw).await["errors"].is_null());
    assert_eq!(updated().await, before);
    assert_eq!(history(&shop, "1").await.len(), 1);
    // So it doesn't draw customers' messages away from the newest task.
    shop.update(text(ANNA, "Когда?")).await;
    assert_eq!(comments(&shop, "2").await["unanswered"], true);
    shop.close().await;
}

#[tokio::test]
async fn without_telegram_the_customer_agrees_and_writes_on_the_page() {
    let shop = Shop::with_owner().await;
    create(&shop, "+79000000001").await;
    let link = renew(&shop, "1").await;
    ask(&shop, 450_000).await;
    let asked = page(&shop, &link).await;
    for line in [
        "Согласны на такую цену?",
        "<b>4\u{a0}500\u{a0}₽</b>",
        "Экран &#38; &#60;работа&#62;",
        "value=\"decline\">Не согласен",
    ] {
        assert!(asked.contains(line), "{line} {asked}");
    }
    // A foreign origin can't decide.
    let agree = [("approval", "1"), ("answer", "agree")];
    let decide = format!("{link}/decide");
    assert_eq!(
        send(&shop, &decide, &agree, "https://evil.example").await.0,
        403
    );
    for bad in [
        [("approval", "1"), ("answer", "perhaps")],
        [("approval", "x"), ("answer", "agree")],
        [("approval", "2"), ("answer", "agree")],
    ] {
        assert_eq!(send(&shop, &decide, &bad, &shop.url).await.0, 404);
    }
    assert_eq!(approvals(&shop).await[0]["decision"], "ASKED");
    let decline = [("approval", "1"), ("answer", "decline")];
    assert_eq!(send(&shop, &decide, &decline, &shop.url).await.0, 303);
    let decided = page(&shop, &link).await;
    assert!(
        decided.contains("Вы отказались сегодня, 12:00."),
        "{decided}"
    );
    assert!(!decided.contains("value=\"agree\""), "{decided}");
    let approval = &approvals(&shop).await[0];
    assert_eq!(approval["channel"], "PAGE");
    assert_eq!(approval["decision"], "DECLINED");
    // Text messages.
    let say_to = format!("{link}/say");
    assert_eq!(
        send(&shop, &say_to, &[("text", "Слишком <дорого>")], &shop.url)
            .await
            .0,
        303
    );
    let written = page(&shop, &link).await;
    assert!(written.contains("<div class=\"text\">Слишком &#60;дорого&#62;</div><div class=\"sub\">Вы · сегодня, 12:00</div>"), "{written}");
    let (status, empty) = send(&shop, &say_to, &[("text", "  ")], &shop.url).await;
    assert_eq!(status, 422);
    assert!(empty.contains("id=\"text-problem\""), "{empty}");
    let long = "д".repeat(3_001);
    let (status, kept) = send(&shop, &say_to, &[("text", &long)], &shop.url).await;
    assert_eq!(status, 422);
    assert!(kept.contains(&format!(">{long}</textarea>")));
    let comments = comments(&shop, "1").await;
    assert_eq!(comments["comments"].as_array().map(Vec::len), Some(1));
    assert_eq!(comments["comments"][0]["channel"], "PAGE");
    // A renewed link revokes the old one, which can neither write nor decide.
    renew(&shop, "1").await;
    assert_eq!(
        send(&shop, &say_to, &[("text", "Ещё")], &shop.url).await.0,
        404
    );
    assert_eq!(send(&shop, &decide, &agree, &shop.url).await.0, 404);
    shop.close().await;
}

#[tokio::test]
async fn the_link_opens_its_task_in_the_bot_and_offers_to_see_all() {
    let shop = Shop::with_owner().await;
    let device = r#"mutation { createTask(taskData: {customerPhone: "+79000000001", dueOn: "2021-07-31",
        device: {brand: "A<b>", model: "X1"}}) { task { id } } }"#;
    shop.ask(device).await;
    create(&shop, "+79000000001").await;
    let link = renew(&shop, "1").await;
    let token = link.trim_start_matches("/s/");
    shop.update(text(BORIS, &format!("/start {token}"))).await;
    let sent = messages(&shop, 1).await;
    assert_eq!(
        said(&sent[0]).split("\n\n").next().unwrap(),
        "Заявка <b>№ 1</b>: <b>Принято</b>\nУстройство: A&lt;b&gt; X1\nСрок: 31 июля 2021"
    );
    assert!(!said(&sent[0]).contains("№ 2"));
    let share = &sent[0]["reply_markup"]["keyboard"][0][0];
    assert_eq!(share["request_contact"], true);
    // The holder of a link is not its customer: nothing is linked, and messages aren't stored.
    shop.update(text(BORIS, "Это я")).await;
    messages(&shop, 2).await;
    assert_eq!(comments(&shop, "1").await["comments"], json!([]));
    let customers = shop.ask("{ allCustomers { telegramId } }").await;
    assert_eq!(
        customers["data"]["allCustomers"],
        json!([{"telegramId": null}])
    );
    shop.update(text(BORIS, "/start AAAAAAAAAAAAAAAAAAAAAAAA"))
        .await;
    assert!(said(&messages(&shop, 3).await[2]).starts_with("Эта ссылка больше не открывается."));
    // A customer with a verified phone sees the task, without being asked again.
    shop.update(contact(ANNA, ANNA, "+79000000001")).await;
    shop.update(text(ANNA, &format!("/start {token}"))).await;
    let sent = messages(&shop, 6).await;
    assert!(said(&sent[5]).ends_with("Срок: 31 июля 2021"), "{sent:?}");
    shop.close().await;
}

#[tokio::test]
async fn the_page_tells_the_holder_of_the_link_alone_that_something_happened() {
    let shop = shop().await;
    create(&shop, "+79000000002").await;
    let link = renew(&shop, "1").await;
    let html = page(&shop, &link).await;
    let live = html
        .split("data-live=\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap();
    assert!(live.starts_with(&format!("{link}/live?seen=")), "{live}");
    let open = async |path: &str| {
        Client::new()
            .get(format!("{}{path}", shop.url))
            .send()
            .await
            .unwrap()
    };
    let mut events = open(live).await;
    assert_eq!(events.headers()["content-type"], "text/event-stream");
    // Changes of other tasks are not sent.
    set_status(&shop, "2", "READY").await;
    say(&shop, "Готово к среде", true).await;
    let first = events.chunk().await.unwrap().unwrap();
    assert_eq!(first, "event:taskChanged\ndata:{}\n\n");
    // Earlier changes are sent at once.
    let mut late = open(live).await;
    assert_eq!(
        late.chunk().await.unwrap().unwrap(),
        "event:taskChanged\ndata:{}\n\n"
    );
    // A revoked link receives nothing any more.
    renew(&shop, "1").await;
    say(&shop, "Ещё", false).await;
    while let Some(chunk) = events.chunk().await.unwrap() {
        assert!(chunk.starts_with(b":"), "{chunk:?}");
    }
    assert_eq!(open(live).await.status(), 404);
    shop.close().await;
}

#[tokio::test]
async fn bad_input_names_its_field_and_what_was_typed_stays() {
    let shop = shop().await;
    for (query, field) in [
        (
            r#"addComment(taskId: 1, text: " ") { task { id } }"#,
            "text",
        ),
        (
            r#"addComment(taskId: 1, text: "a\u0007") { task { id } }"#,
            "text",
        ),
        (
            r#"addComment(taskId: "x", text: "a") { task { id } }"#,
            "taskId",
        ),
        ("askApproval(taskId: 1, price: -1) { task { id } }", "price"),
        (
            "askApproval(taskId: 1, price: 9007199254740993) { task { id } }",
            "price",
        ),
        (
            r#"askApproval(taskId: 1, price: 1, text: "a\u0000") { task { id } }"#,
            "text",
        ),
    ] {
        let answer = shop.ask(&format!("mutation {{ {query} }}")).await;
        assert_eq!(code(&answer), "BAD_USER_INPUT", "{answer}");
        assert_eq!(
            answer["errors"][0]["extensions"]["field"], field,
            "{answer}"
        );
    }
    assert_eq!(
        code(&say(&shop, &"д".repeat(3_001), true).await),
        "BAD_USER_INPUT"
    );
    for query in [
        r#"addComment(taskId: 9, text: "a") { task { id } }"#,
        "settleAnswers(taskId: 9) { task { id } }",
        "askApproval(taskId: 9, price: 1) { task { id } }",
        "withdrawApproval(taskId: 9) { task { id } }",
    ] {
        let answer = shop.ask(&format!("mutation {{ {query} }}")).await;
        assert_eq!(code(&answer), "NOT_FOUND", "{answer}");
    }
    let stale = shop
        .ask("mutation { askApproval(taskId: 1, price: 1, expectedVersion: 7) { task { id } } }")
        .await;
    assert_eq!(code(&stale), "CONFLICT");
    for (form, kept) in [
        (vec![("comment", "  ")], "id=\"comment-problem\""),
        (vec![("comment", "звонок\u{7}")], ">звонок\u{7}</textarea>"),
    ] {
        let (status, page) = submit(&shop, "/tasks/1/comments", &form).await;
        assert_eq!(status, 422);
        assert!(page.contains(kept), "{page}");
    }
    let form = [("askPrice", "дорого"), ("askText", "Новый экран")];
    let (status, page) = submit(&shop, "/tasks/1/ask", &form).await;
    assert_eq!(status, 422);
    for kept in [
        "value=\"дорого\"",
        ">Новый экран</textarea>",
        "id=\"askPrice-problem\"",
        "id=\"ask\" open>",
    ] {
        assert!(page.contains(kept), "{kept} {page}");
    }
    let form = [
        ("askPrice", "4 500"),
        ("askText", "Новый экран"),
        ("version", "7"),
    ];
    let (status, page) = submit(&shop, "/tasks/1/ask", &form).await;
    assert_eq!(status, 409);
    assert!(page.contains(">Новый экран</textarea>"), "{page}");
    assert_eq!(approvals(&shop).await, json!([]));
    assert_eq!(history(&shop, "1").await.len(), 1, "nothing happened");
    // The forms that work, as a browser submits them.
    let form = [("askPrice", "4 500,50"), ("askText", ""), ("version", "1")];
    assert_eq!(submit(&shop, "/tasks/1/ask", &form).await.0, 303);
    assert_eq!(approvals(&shop).await[0]["price"], 450_050);
    messages(&shop, 3).await;
    assert_eq!(submit(&shop, "/tasks/1/withdraw", &[]).await.0, 303);
    assert_eq!(approvals(&shop).await[0]["decision"], "WITHDRAWN");
    shop.close().await;
}

#[tokio::test]
async fn two_answers_at_once_make_one_decision() {
    let shop = shop().await;
    let link = renew(&shop, "1").await;
    ask(&shop, 450_000).await;
    messages(&shop, 3).await;
    let decide = format!("{link}/decide");
    let form = |answer| [("approval", "1"), ("answer", answer)];
    let (agree, decline) = (form("agree"), form("decline"));
    let (one, other, ()) = tokio::join!(
        send(&shop, &decide, &agree, &shop.url),
        send(&shop, &decide, &decline, &shop.url),
        shop.update(press(ANNA, "agree:1")),
    );
    assert_eq!((one.0, other.0), (303, 303));
    let decided = history(&shop, "1").await;
    let decided = decided
        .iter()
        .filter(|line| line.starts_with("AGREED") || line.starts_with("DECLINED"));
    assert_eq!(decided.count(), 1);
    messages(&shop, 4).await;
    shop.close().await;
}

#[tokio::test]
async fn comments_of_many_tasks_are_read_at_once() {
    let shop = Shop::with_owner().await;
    let query =
        "{ allTasks { id unanswered comments { text employee { email } } approvals { price } } }";
    create(&shop, "+79000000001").await;
    say(&shop, "Первое", true).await;
    let one = shop.reads(query).await;
    for number in 10..30 {
        let id = create(&shop, &format!("+790000000{number}")).await;
        let say = format!(
            r#"mutation {{ addComment(taskId: {id}, text: "Слово") {{ task {{ id }} }} }}"#
        );
        shop.ask(&say).await;
    }
    assert_eq!(shop.reads(query).await, one);
    shop.close().await;
}

/// Builds the header of a picture, which is all that is examined.
fn gif(width: u16, height: u16) -> Vec<u8> {
    let size = [width.to_le_bytes(), height.to_le_bytes()].concat();
    [b"GIF89a".as_slice(), &size, &[0; 20]].concat()
}

fn picture(from: i64, file: &str, caption: Option<&str>) -> Value {
    let sizes = [(90, format!("{file}-small")), (1280, file.to_owned())];
    let sizes = sizes.map(|(width, file)| {
        json!({"file_id": file, "file_unique_id": file, "width": width, "height": width, "file_size": 100})
    });
    message(from, json!({ "photo": sizes, "caption": caption }))
}

/// Waits until no download is pending, and returns the pictures of the first task.
async fn pictures(shop: &Shop) -> Value {
    let query = "{ taskById(id: 1) { comments { text photo { id state url width height } } } }";
    loop {
        let answer = shop.ask(query).await;
        let comments = answer["data"]["taskById"]["comments"].clone();
        let all = comments.as_array().unwrap();
        if all
            .iter()
            .all(|comment| comment["photo"]["state"] != "WAITING")
        {
            return comments;
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_picture_is_fetched_and_shown_to_staff_alone() {
    let shop = shop().await;
    let link = renew(&shop, "1").await;
    shop.telegram.file("large", gif(320, 200));
    shop.update(picture(ANNA, "large", Some("Вот трещина")))
        .await;
    assert!(said(&messages(&shop, 3).await[2]).starts_with("Передали мастерской"));
    let url = format!("{}/photos/1", shop.url);
    assert_eq!(
        pictures(&shop).await,
        json!([{"text": "Вот трещина", "photo": {"id": "1", "state": "HERE", "url": url, "width": 320, "height": 200}}])
    );
    let page = desk(&shop, "/tasks/1").await;
    assert!(
        page.contains("<img src=\"/photos/1\" width=\"320\" height=\"200\""),
        "{page}"
    );
    let cookie = format!("zayavka={}", shop.token.as_ref().unwrap());
    let request = shop
        .request(Method::GET, "/photos/1")
        .header("cookie", &cookie);
    let shown = request.send().await.unwrap();
    assert_eq!(shown.headers()["content-type"], "image/gif");
    assert_eq!(
        shown.headers()["content-security-policy"],
        "default-src 'none'; sandbox"
    );
    assert_eq!(shown.headers()["x-content-type-options"], "nosniff");
    assert_eq!(shown.bytes().await.unwrap(), gif(320, 200));
    for path in ["/photos/2", "/photos/x", "/photos/1/2"] {
        let request = shop.request(Method::GET, path).header("cookie", &cookie);
        assert_eq!(request.send().await.unwrap().status(), 404, "{path}");
    }
    let client = Client::builder().redirect(reqwest::redirect::Policy::none());
    let stranger = client.build().unwrap().get(&url).send().await.unwrap();
    assert_eq!(stranger.status(), 303, "to the login");
    assert!(
        self::page(&shop, &link)
            .await
            .contains("<div>Фото</div><div class=\"text\">Вот трещина</div>")
    );
    shop.close().await;
}

#[tokio::test]
async fn a_non_picture_is_rejected_and_a_failed_download_is_retried() {
    let shop = shop().await;
    shop.telegram
        .file("page", b"<html><script>alert(1)</script>".to_vec());
    shop.telegram.file("long", {
        let mut long = gif(1, 1);
        long.resize(4 * 1024 * 1024 + 1, 0);
        long
    });
    shop.telegram.file("good", gif(1, 1));
    for file in ["page", "long", "gone"] {
        shop.update(picture(ANNA, file, None)).await;
    }
    // A file that claims to be a picture, and one that doesn't: the content decides.
    let file = |mime: &str| {
        message(
            ANNA,
            json!({"document": {"file_id": "good", "file_unique_id": "good", "mime_type": mime}}),
        )
    };
    shop.update(file("image/gif")).await;
    shop.update(file("application/pdf")).await;
    messages(&shop, 7).await;
    let waiting = "SELECT count(*) FROM photos WHERE state = 'WAITING'";
    let count = || shop.database().query_row(waiting, [], |row| row.get(0));
    eventually("all is fetched", || count() == Ok(0)).await;
    let states = pictures(&shop).await;
    let states: Vec<_> = states
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["photo"]["state"].as_str().unwrap())
        .collect();
    assert_eq!(states, ["LOST", "LOST", "LOST", "HERE", "HERE"]);
    let page = desk(&shop, "/tasks/1").await;
    assert_eq!(page.matches("Фото не загрузилось").count(), 3, "{page}");
    // Telegram fails for a while.
    let down = json!({"ok": false, "error_code": 500, "description": "down"});
    shop.telegram.tell("getFile", 500, down);
    shop.update(picture(ANNA, "good", None)).await;
    shop.telegram.calls_of("getFile", 6).await;
    assert!(
        desk(&shop, "/tasks/1")
            .await
            .contains("Фото загружается из Telegram")
    );
    let found = json!({"ok": true, "result": {"file_id": "good", "file_unique_id": "good", "file_path": "photos/good"}});
    shop.telegram.tell("getFile", 200, found);
    shop.clock.advance(Duration::from_secs(2));
    let all = pictures(&shop).await;
    assert_eq!(all[5]["photo"]["state"], "HERE", "{all}");
    messages(&shop, 8).await;
    shop.close().await;
}

#[tokio::test]
async fn a_picture_that_cannot_be_fetched_for_three_days_is_given_up() {
    let shop = shop().await;
    let down = json!({"ok": false, "error_code": 500, "description": "down"});
    shop.telegram.tell("getFile", 500, down);
    shop.update(picture(ANNA, "late", None)).await;
    shop.telegram.calls_of("getFile", 1).await;
    messages(&shop, 3).await;
    shop.clock.advance(Duration::from_secs(73 * 3_600));
    let mut shop = shop;
    shop.token = shop.login("owner@example.com").await;
    assert_eq!(pictures(&shop).await[0]["photo"]["state"], "LOST");
    shop.close().await;
}
