//! Customers' attachments: what is kept and shown to staff, and that the bot never confirms
//! something that wasn't passed on.

use std::time::Duration;

use reqwest::{Client, Method, Response};
use serde_json::{Value, json};

use crate::bot::{ANNA, BORIS, contact, create, message, messages, said, set_status, text};
use crate::conversation::press;
use crate::fake_telegram::FIRST_MESSAGE;
use crate::harness::{Shop, eventually};
use crate::status_links::renew;

const TAKEN: &str = "Передали мастерской: заявка <b>№ 1</b>.";

/// Opens a shop with a task of Anna's, whose phone is verified; two messages were sent to her.
async fn shop() -> Shop {
    let shop = Shop::with_owner().await;
    create(&shop, "+79000000001").await;
    shop.update(contact(ANNA, ANNA, "+79000000001")).await;
    messages(&shop, 2).await;
    shop
}

/// Builds a message from Anna with this id.
fn numbered(number: i64, content: Value) -> Value {
    let mut update = message(ANNA, content);
    update["message"]["message_id"] = json!(number);
    update
}

/// Builds the edit of a message.
fn edited(number: i64, content: Value) -> Value {
    let mut update = numbered(number, content);
    json!({ "edited_message": update["message"].take() })
}

/// Builds a reply to an earlier message.
fn reply(number: i64, to: i64, words: &str) -> Value {
    let earlier = json!({"message_id": to, "date": 1795900000, "chat": {"id": ANNA, "type": "private"},
        "from": {"id": 1, "is_bot": true, "first_name": "b"}, "text": "Можно заказать за 5000?"});
    numbered(number, json!({"text": words, "reply_to_message": earlier}))
}

async fn comments(shop: &Shop, task: &str) -> Vec<Value> {
    let query = format!(
        "{{ taskById(id: {task}) {{ comments {{ id text open photo {{ id state }}
            attachments {{ id kind state fileName mediaType size duration about summary width height url }} }} }} }}"
    );
    let mut answer = shop.ask(&query).await;
    match answer["data"]["taskById"]["comments"].take() {
        Value::Array(all) => all,
        other => panic!("{other} {answer}"),
    }
}

/// Waits until no download is pending, and returns the comments.
async fn settled(shop: &Shop, task: &str) -> Vec<Value> {
    loop {
        let all = comments(shop, task).await;
        if !json!(all).to_string().contains("WAITING") {
            return all;
        }
        tokio::task::yield_now().await;
    }
}

/// Waits for this many messages, and returns the last one.
async fn last(shop: &Shop, count: usize) -> String {
    let all = messages(shop, count).await;
    assert_eq!(all.len(), count, "{all:#?}");
    said(&all[count - 1]).to_owned()
}

/// Returns the text above the list of tasks.
fn answer(message: &str) -> &str {
    message.split("\n\nВаши заявки").next().unwrap()
}

async fn get(shop: &Shop, path: &str) -> Response {
    let cookie = format!("zayavka={}", shop.token.as_ref().unwrap());
    let request = shop.request(Method::GET, path);
    let request = request.header("cookie", cookie);
    request.send().await.unwrap()
}

async fn page(shop: &Shop, path: &str) -> String {
    get(shop, path).await.text().await.unwrap()
}

fn gif() -> Vec<u8> {
    let size = [40_u16.to_le_bytes(), 30_u16.to_le_bytes()].concat();
    [b"GIF89a".as_slice(), &size, &[0; 20]].concat()
}

fn heic() -> Vec<u8> {
    [b"\0\0\0\x18ftypheic\0\0\0\0mif1heic".as_slice(), &[0; 40]].concat()
}

fn voice() -> Vec<u8> {
    [b"OggS".as_slice(), &[0; 24], b"OpusHead", &[0; 40]].concat()
}

fn pdf() -> Vec<u8> {
    b"%PDF-1.4\n%%EOF".to_vec()
}

fn document(file: &str, name: &str, mime: &str) -> Value {
    json!({ "document": {"file_id": file, "file_unique_id": file, "file_name": name, "mime_type": mime} })
}

/// A kind of message: its content, the stored text, the attachment's kind, the line for staff, and
/// the note below the usual confirmation.
struct Case {
    what: &'static str,
    content: Value,
    words: &'static str,
    kind: Option<&'static str>,
    line: &'static str,
    answer: &'static str,
}

fn case(
    what: &'static str,
    content: Value,
    words: &'static str,
    attachment: Option<(&'static str, &'static str)>,
    answer: &'static str,
) -> Case {
    let (kind, line) = attachment.unzip();
    Case {
        what,
        content,
        words,
        kind,
        line: line.unwrap_or_default(),
        answer,
    }
}

const MARK: &str = "\nТакое сообщение мастерская увидит только отметкой. \
    Чтобы вас поняли, напишите словами или пришлите фото.";
const LARGE: &str = "\nСам файл не передан: он больше 4 МБ, мастерская увидит только отметку. \
    Пришлите файл поменьше или опишите словами.";

#[tokio::test]
async fn every_message_is_stored_with_the_task_and_confirmed_truthfully() {
    let shop = shop().await;
    for (file, bytes) in [("v", voice()), ("d", pdf()), ("p", gif())] {
        shop.telegram.file(file, bytes);
    }
    let mp4 = [b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom".as_slice(), &[0; 40]].concat();
    for file in ["vn", "v2", "gif"] {
        shop.telegram.file(file, mp4.clone());
    }
    shop.telegram
        .file("mp3", [b"ID3\x04".as_slice(), &[0; 40]].concat());
    let words = "Вот так он шумит, видно на видео";
    let long = format!("Начало {} конец", "а".repeat(4_083));
    let long: &'static str = Box::leak(long.into_boxed_str());
    assert_eq!(long.chars().count(), 4_096);
    let (voice, pdf) = (
        "голосовое сообщение, 0:05, 76\u{a0}Б",
        "файл «a.pdf», 14\u{a0}Б",
    );
    let cases = [
        case(
            "voice",
            json!({"voice": {"file_id": "v", "duration": 5}}),
            "",
            Some(("VOICE", voice)),
            "",
        ),
        case(
            "video note",
            json!({"video_note": {"file_id": "vn", "duration": 65, "length": 1}}),
            "",
            Some(("VIDEO_NOTE", "видеосообщение, 1:05, 64\u{a0}Б")),
            "",
        ),
        case(
            "pdf without words",
            json!({"document": {"file_id": "d", "mime_type": "application/pdf", "file_name": "a.pdf"}}),
            "",
            Some(("FILE", pdf)),
            "",
        ),
        case(
            "location",
            json!({"location": {"latitude": 55.7, "longitude": 37.6}}),
            "",
            Some(("PLACE", "место на карте: 55.7, 37.6")),
            "",
        ),
        case(
            "venue",
            json!({"location": {"latitude": 55.7, "longitude": 37.6},
                "venue": {"location": {"latitude": 55.7, "longitude": 37.6}, "title": "Дом быта", "address": "Лесная, 5"}}),
            "",
            Some(("PLACE", "место на карте: Дом быта, Лесная, 5, 55.7, 37.6")),
            "",
        ),
        case(
            "video with words",
            json!({"video": {"file_id": "v2", "duration": 5, "width": 1, "height": 1}, "caption": words}),
            words,
            Some(("VIDEO", "видео, 0:05, 64\u{a0}Б")),
            "",
        ),
        case(
            "words after a slash",
            json!({"text": "/ не могу прийти завтра"}),
            "/ не могу прийти завтра",
            None,
            "",
        ),
        case(
            "words with what is new to a message",
            json!({"text": "Когда?", "mood": {"colour": "blue"}, "entities": []}),
            "Когда?",
            None,
            "",
        ),
        case(
            "no command of ours",
            json!({"text": "/status"}),
            "/status",
            None,
            "",
        ),
        case(
            "a command with words",
            json!({"text": "/help не включается"}),
            "/help не включается",
            None,
            "",
        ),
        case(
            "picture, words with a slash",
            json!({"photo": [{"file_id": "p", "width": 9, "height": 9}], "caption": "/вот"}),
            "/вот",
            Some(("PHOTO", "фото, 30\u{a0}Б")),
            "",
        ),
        case(
            "picture, a command below",
            json!({"photo": [{"file_id": "p", "width": 9, "height": 9}], "caption": "/help"}),
            "/help",
            Some(("PHOTO", "фото, 30\u{a0}Б")),
            "",
        ),
        case("4096 letters", json!({ "text": long }), long, None, ""),
        case(
            "picture whose largest size is too large",
            json!({"photo": [{"file_id": "p", "width": 9, "file_size": 30}, {"file_id": "big", "width": 99, "file_size": 5_000_000}]}),
            "",
            Some(("PHOTO", "фото, 30\u{a0}Б")),
            "",
        ),
        case(
            "audio",
            json!({"audio": {"file_id": "mp3", "duration": 3600, "file_name": "шум.mp3"}}),
            "",
            Some(("AUDIO", "аудиозапись, 60:00, «шум.mp3», 44\u{a0}Б")),
            "",
        ),
        case(
            "animation",
            json!({"animation": {"file_id": "gif", "duration": 1}, "document": {"file_id": "gif"}}),
            "",
            Some(("ANIMATION", "анимацию, 0:01, 64\u{a0}Б")),
            "",
        ),
        case(
            "somebody else's contact",
            json!({"contact": {"phone_number": "+79000000009", "first_name": "Пётр", "last_name": "М."}}),
            "",
            Some(("CONTACT", "контакт: Пётр М., +79000000009")),
            "",
        ),
        case(
            "sticker",
            json!({"sticker": {"file_id": "s", "emoji": "👍"}}),
            "",
            Some(("STICKER", "стикер: 👍")),
            MARK,
        ),
        case(
            "dice",
            json!({"dice": {"emoji": "🎲", "value": 4}}),
            "",
            Some(("DICE", "игровой смайлик: 🎲 4")),
            "",
        ),
        case(
            "poll",
            json!({"poll": {"question": "Когда?", "options": [{"text": "в среду"}, {"text": "потом"}]}}),
            "",
            Some(("POLL", "опрос: Когда? — в среду; потом")),
            "",
        ),
        case(
            "a kind of the future",
            json!({"hologram": {"file_id": "h"}}),
            "",
            Some(("OTHER", "сообщение, которое здесь не показать")),
            MARK,
        ),
        case(
            "a known kind of a new shape",
            json!({"voice": {"id": 7, "duration": "long"}}),
            "",
            Some(("VOICE", "голосовое сообщение")),
            MARK,
        ),
        case(
            "picture too large",
            json!({"document": {"file_id": "big", "mime_type": "image/jpeg", "file_name": "DSC.jpg",
            "file_size": 6_500_000}}),
            "",
            Some(("PHOTO", "фото, «DSC.jpg», 6,2\u{a0}МБ")),
            LARGE,
        ),
        case(
            "video too large",
            json!({"video": {"file_id": "big", "duration": 600, "file_size": 90_000_000}, "caption": "Смотрите"}),
            "Смотрите",
            Some(("VIDEO", "видео, 10:00, 86\u{a0}МБ")),
            LARGE,
        ),
    ];
    let (mut sent, mut kept) = (2, 0);
    for (at, case) in cases.iter().enumerate() {
        shop.update(numbered(100 + at as i64, case.content.clone()))
            .await;
        (sent, kept) = (sent + 1, kept + 1);
        let told = last(&shop, sent).await;
        assert_eq!(
            answer(&told),
            format!("{TAKEN}{}", case.answer),
            "{}",
            case.what
        );
        let all = settled(&shop, "1").await;
        assert_eq!(all.len(), kept, "{}", case.what);
        let comment = &all[kept - 1];
        let words = comment["text"].as_str().unwrap_or_default();
        assert_eq!(words, case.words, "{}", case.what);
        assert_eq!(comment["open"], true);
        let attachments = comment["attachments"].as_array().unwrap();
        assert_eq!(
            attachments.len(),
            usize::from(case.kind.is_some()),
            "{}",
            case.what
        );
        if let [one] = &attachments[..] {
            assert_eq!(one["kind"], case.kind.unwrap(), "{}", case.what);
            assert_eq!(one["summary"], case.line, "{}", case.what);
            let state = match one["kind"].as_str().unwrap() {
                "PLACE" | "CONTACT" | "STICKER" | "DICE" | "POLL" | "OTHER" => "NOTED",
                _ if !case.answer.is_empty() => "NOTED",
                _ => "HERE",
            };
            assert_eq!(one["state"], state, "{}", case.what);
        }
    }
    let desk = page(&shop, "/tasks/1").await;
    for line in [
        "Клиент прислал голосовое сообщение, 0:05, 76\u{a0}Б",
        "Клиент прислал контакт: Пётр М., +79000000009",
        "Клиент прислал видео, 10:00, 86\u{a0}МБ",
        "конец</div>",
    ] {
        assert!(desk.contains(line), "{line} {desk}");
    }
    // Service messages are not messages of the customer.
    for service in [
        json!({"pinned_message": {"message_id": 1}}),
        json!({"message_auto_delete_timer_changed": {"message_auto_delete_time": 86400}}),
        json!({"chat_background_set": {}}),
    ] {
        shop.update(numbered(500, service)).await;
    }
    // A message of invisible characters is empty.
    for (number, nothing) in [
        "\u{200b}\u{2060}\u{feff}",
        "\u{3164}\u{2800}\u{ad}",
        "\u{202e} \u{e0020}",
    ]
    .iter()
    .enumerate()
    {
        shop.update(numbered(600 + number as i64, json!({ "text": nothing })))
            .await;
        sent += 1;
        let told = last(&shop, sent).await;
        assert_eq!(
            answer(&told),
            "В сообщении ничего не видно, поэтому мастерской оно не передано."
        );
    }
    assert_eq!(comments(&shop, "1").await.len(), kept);
    shop.close().await;
}

#[tokio::test]
async fn unknown_senders_are_told_that_nothing_was_passed_on() {
    let shop = Shop::with_owner().await;
    create(&shop, "+79000000001").await;
    let unheard = "Чтобы увидеть свои заявки, нажмите кнопку «Отправить мой номер».\n\n\
        Само сообщение мастерской не передано.";
    for (at, content) in [
        json!({"text": "Когда будет готово?"}),
        json!({"voice": {"file_id": "v", "duration": 5}}),
        json!({"hologram": {}}),
        json!({"text": "/status"}),
    ]
    .into_iter()
    .enumerate()
    {
        shop.update(message(BORIS, content)).await;
        assert_eq!(last(&shop, at + 1).await, unheard);
    }
    // An album gets a single reply here too.
    for number in 10..13 {
        let part = json!({"photo": [{"file_id": "p", "width": 9}], "media_group_id": "g"});
        let mut part = message(BORIS, part);
        part["message"]["message_id"] = json!(number);
        shop.update(part).await;
    }
    shop.update(message(
        BORIS,
        json!({"contact": {"phone_number": "+79000000009", "first_name": "Пётр"}}),
    ))
    .await;
    let told = messages(&shop, 6).await;
    assert_eq!(said(&told[4]), unheard);
    assert!(said(&told[5]).starts_with("Это чужой контакт"), "{told:?}");
    assert_eq!(comments(&shop, "1").await, Vec::<Value>::new());
    shop.close().await;
}

#[tokio::test]
async fn an_album_is_one_message_and_one_answer() {
    let shop = shop().await;
    create(&shop, "+79000000001").await;
    shop.telegram.file("p", gif());
    let part = |number: i64, caption: Option<&str>| {
        let photo = json!([{"file_id": "p", "file_unique_id": format!("p{number}"), "width": 9}]);
        numbered(
            number,
            json!({"photo": photo, "media_group_id": "album", "caption": caption}),
        )
    };
    shop.update(part(10, Some("С трёх сторон"))).await;
    shop.update(part(11, None)).await;
    assert!(
        last(&shop, 3)
            .await
            .starts_with("Передали мастерской: заявка <b>№ 2</b>.")
    );
    // The rest follows the first part to the chosen task.
    shop.clock.advance(Duration::from_secs(1));
    shop.update(press(ANNA, "move:1:1")).await;
    shop.clock.advance(Duration::from_secs(1));
    shop.update(part(12, Some("и сзади"))).await;
    // Another album is another message.
    let mut other = part(13, None);
    other["message"]["media_group_id"] = json!("another");
    shop.update(other).await;
    let told = messages(&shop, 5).await;
    assert!(said(&told[3]).starts_with(TAKEN), "{told:?}");
    assert!(said(&told[4]).starts_with(TAKEN), "{told:?}");
    let all = settled(&shop, "1").await;
    assert_eq!(all.len(), 2, "{all:?}");
    assert_eq!(all[0]["text"], "С трёх сторон\nи сзади");
    let here = |comment: &Value| {
        let all = comment["attachments"].as_array().unwrap().iter();
        all.map(|one| one["state"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(here(&all[0]), ["HERE", "HERE", "HERE"]);
    assert_eq!(here(&all[1]), ["HERE"]);
    assert_eq!(all[0]["photo"]["id"], all[0]["attachments"][0]["id"]);
    let desk = page(&shop, "/tasks/1").await;
    assert_eq!(
        desk.matches("<a class=\"photo\" href=\"/photos/").count(),
        4,
        "{desk}"
    );
    // Only the part of an album that can't be kept is reported.
    let mut large = part(14, None);
    large["message"]["photo"][0]["file_size"] = json!(5_000_000);
    shop.update(large).await;
    assert_eq!(last(&shop, 6).await, format!("{TAKEN}{LARGE}"));
    // Editing one caption keeps the other.
    let mut change = part(12, Some("и снизу"))["message"].take();
    change["edit_date"] = json!(1_795_900_001);
    shop.update(json!({ "edited_message": change })).await;
    messages(&shop, 7).await;
    assert_eq!(
        comments(&shop, "1").await[0]["text"],
        "С трёх сторон\nи сзади\nи снизу"
    );
    shop.close().await;
}

async fn history(shop: &Shop) -> Vec<Value> {
    let query = "{ taskById(id: 1) { history { kind author from to } } }";
    let mut answer = shop.ask(query).await;
    match answer["data"]["taskById"]["history"].take() {
        Value::Array(all) => all,
        other => panic!("{other} {answer}"),
    }
}

#[tokio::test]
async fn an_edit_changes_the_kept_answer_and_both_stand_in_the_history() {
    let shop = shop().await;
    shop.update(numbered(10, json!({"text": "нужно к среде"})))
        .await;
    messages(&shop, 3).await;
    shop.ask("mutation { settleAnswers(taskId: 1) { task { id } } }")
        .await;
    shop.update(edited(10, json!({"text": "Исправил: нужно к пятнице"})))
        .await;
    assert_eq!(
        answer(&last(&shop, 4).await),
        "Исправление передали мастерской: заявка <b>№ 1</b>."
    );
    let all = comments(&shop, "1").await;
    assert_eq!(all.len(), 1);
    assert_eq!(all[0]["text"], "Исправил: нужно к пятнице");
    assert_eq!(all[0]["open"], true, "what was answered is another now");
    let row = json!({"kind": "EDITED", "author": "CUSTOMER", "from": "нужно к среде", "to": "Исправил: нужно к пятнице"});
    assert_eq!(history(&shop).await.last(), Some(&row));
    let desk = page(&shop, "/tasks/1").await;
    assert!(desk.contains("Клиент исправил сообщение"), "{desk}");
    assert!(desk.contains("Было: нужно к среде"), "{desk}");
    // The status page shows the current text.
    let link = renew(&shop, "1").await;
    let theirs = Client::new()
        .get(format!("{}{link}", shop.url))
        .send()
        .await;
    let theirs = theirs.unwrap().text().await.unwrap();
    assert!(theirs.contains("нужно к пятнице") && !theirs.contains("к среде"));
    // An unchanged text and a live location need no reply.
    shop.update(edited(10, json!({"text": "Исправил: нужно к пятнице"})))
        .await;
    let place =
        |at: f64| json!({"location": {"latitude": at, "longitude": 37.6, "live_period": 900}});
    shop.update(numbered(11, place(55.7))).await;
    shop.update(edited(11, place(55.8))).await;
    shop.update(edited(99, place(55.9))).await;
    assert!(last(&shop, 5).await.starts_with(TAKEN));
    let all = comments(&shop, "1").await;
    assert_eq!(all.len(), 2);
    assert_eq!(all[1]["attachments"][0]["about"], "55.8, 37.6");
    // A caption, and a replaced file.
    shop.telegram.file("p", gif());
    shop.telegram.file("d", pdf());
    let photo =
        json!({"photo": [{"file_id": "p", "file_unique_id": "p", "width": 9}], "caption": "Вот"});
    shop.update(numbered(12, photo)).await;
    let mut other = document("d", "чек.pdf", "application/pdf");
    other["caption"] = json!("Вот чек");
    shop.update(edited(12, other)).await;
    messages(&shop, 7).await;
    let all = settled(&shop, "1").await;
    assert_eq!(all[2]["text"], "Вот чек");
    let kinds: Vec<_> = all[2]["attachments"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["kind"])
        .collect();
    assert_eq!(kinds, ["PHOTO", "FILE"], "nothing is lost");
    // An edit of an unknown message is a new message.
    shop.update(edited(98, json!({"text": "А можно раньше?"})))
        .await;
    assert!(last(&shop, 8).await.starts_with(TAKEN));
    assert_eq!(comments(&shop, "1").await.len(), 4);
    // An edit that removes the text keeps the message.
    shop.update(edited(98, json!({"text": "\u{200b}"}))).await;
    assert_eq!(comments(&shop, "1").await[3]["text"], "А можно раньше?");
    // A message with the same id in another chat is unaffected.
    create(&shop, "+79000000002").await;
    shop.update(contact(BORIS, BORIS, "+79000000002")).await;
    let mut foreign = edited(10, json!({"text": "чужое"}));
    foreign["edited_message"]["from"]["id"] = json!(BORIS);
    foreign["edited_message"]["chat"]["id"] = json!(BORIS);
    shop.update(foreign).await;
    assert_eq!(
        comments(&shop, "1").await[0]["text"],
        "Исправил: нужно к пятнице"
    );
    shop.close().await;
}

#[tokio::test]
async fn edits_without_end_are_refused_with_words() {
    let shop = shop().await;
    shop.update(numbered(10, json!({"text": "правка"}))).await;
    for number in 0..51 {
        shop.update(edited(10, json!({"text": format!("правка {number}")})))
            .await;
    }
    let told = messages(&shop, 54).await;
    assert!(
        said(&told[52]).starts_with("Исправление передали"),
        "{told:?}"
    );
    assert!(said(&told[53]).starts_with("Слишком много исправлений за день, это не передано."));
    assert_eq!(comments(&shop, "1").await[0]["text"], "правка 49");
    shop.close().await;
}

#[tokio::test]
async fn a_reply_goes_to_the_task_of_the_message_that_it_answers() {
    let shop = shop().await;
    create(&shop, "+79000000001").await;
    let ask = r#"mutation { addComment(taskId: 1, text: "Можно заказать за 5000?", toCustomer: true) { task { id } } }"#;
    shop.ask(ask).await;
    let asked = FIRST_MESSAGE + messages(&shop, 3).await.len() as i64 - 1;
    // The second task was changed last.
    shop.clock.advance(Duration::from_secs(1));
    set_status(&shop, "2", "IN_PROGRESS").await;
    messages(&shop, 4).await;
    shop.update(reply(10, asked, "Да, меняйте")).await;
    let told = messages(&shop, 5).await.remove(4);
    assert_eq!(answer(said(&told)), TAKEN);
    assert_eq!(
        told["reply_markup"],
        Value::Null,
        "it is known which one is meant"
    );
    assert_eq!(comments(&shop, "1").await[1]["text"], "Да, меняйте");
    // The same goes for a reply to the bot's confirmation, to one's own message, and to a status
    // notice, also with a file.
    shop.clock.advance(Duration::from_secs(1));
    set_status(&shop, "2", "READY").await;
    let ready = FIRST_MESSAGE + messages(&shop, 6).await.len() as i64 - 1;
    shop.update(reply(11, FIRST_MESSAGE + 4, "И ещё")).await;
    shop.update(reply(12, 10, "И это")).await;
    shop.update(reply(13, ready, "Еду")).await;
    let mut sticker = reply(14, asked, "");
    sticker["message"]["text"].take();
    sticker["message"]["sticker"] = json!({"emoji": "👍"});
    shop.update(sticker).await;
    messages(&shop, 10).await;
    let words = |all: Vec<Value>| {
        all.iter()
            .map(|one| one["text"].clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        words(comments(&shop, "1").await)[1..],
        [
            json!("Да, меняйте"),
            json!("И ещё"),
            json!("И это"),
            json!(null)
        ]
    );
    assert_eq!(words(comments(&shop, "2").await), ["Еду"]);
    // Also after that task is closed, and after a restart.
    set_status(&shop, "1", "CLOSED").await;
    messages(&shop, 11).await;
    let shop = shop.reopen().await;
    shop.update(reply(15, asked, "Опять не работает")).await;
    assert_eq!(answer(&last(&shop, 12).await), TAKEN);
    // A reply to an unknown message goes to the default task.
    shop.update(reply(16, 77, "Что нового?")).await;
    assert!(
        last(&shop, 13)
            .await
            .starts_with("Передали мастерской: заявка <b>№ 2</b>.")
    );
    // Replies to the confirmation follow a message that was moved by a button.
    set_status(&shop, "1", "IN_PROGRESS").await;
    messages(&shop, 14).await;
    shop.update(numbered(17, json!({"text": "Сюда"}))).await;
    messages(&shop, 15).await;
    let id = comments(&shop, "1").await.last().unwrap()["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let mut moved = press(ANNA, &format!("move:{id}:2"));
    moved["callback_query"]["message"]["message_id"] = json!(FIRST_MESSAGE + 14);
    shop.update(moved).await;
    messages(&shop, 16).await;
    for (number, to) in [(18, FIRST_MESSAGE + 14), (19, 17)] {
        shop.update(reply(number, to, "Туда же")).await;
    }
    messages(&shop, 18).await;
    assert_eq!(
        words(comments(&shop, "2").await),
        ["Еду", "Что нового?", "Сюда", "Туда же", "Туда же"]
    );
    shop.close().await;
}

#[tokio::test]
async fn a_reply_to_a_task_that_is_no_longer_the_customers_does_not_reach_it() {
    let shop = shop().await;
    shop.ask(
        r#"mutation { addComment(taskId: 1, text: "Готово?", toCustomer: true) { task { id } } }"#,
    )
    .await;
    let asked = FIRST_MESSAGE + messages(&shop, 3).await.len() as i64 - 1;
    // Another customer record of the same person; the first one is unlinked.
    create(&shop, "+79000000002").await;
    shop.update(contact(ANNA, ANNA, "+79000000002")).await;
    messages(&shop, 5).await;
    shop.ask("mutation { unlinkTelegram(customerId: 1) { customer { id } } }")
        .await;
    shop.update(reply(10, asked, "Да")).await;
    assert!(
        last(&shop, 6)
            .await
            .starts_with("Передали мастерской: заявка <b>№ 2</b>.")
    );
    assert_eq!(comments(&shop, "1").await.len(), 1);
    // The same id in another chat is another message.
    shop.update(contact(BORIS, BORIS, "+79000000001")).await;
    messages(&shop, 8).await;
    let mut foreign = reply(11, FIRST_MESSAGE + 5, "Моё");
    for at in ["from", "chat"] {
        foreign["message"][at]["id"] = json!(BORIS);
    }
    shop.update(foreign).await;
    assert!(last(&shop, 9).await.starts_with(TAKEN));
    shop.close().await;
}

#[tokio::test]
async fn a_file_is_what_it_holds_and_goes_out_as_a_file() {
    let shop = shop().await;
    for (file, bytes) in [
        ("heic", heic()),
        ("pdf", pdf()),
        ("gif", gif()),
        ("exe", [b"MZ".as_slice(), &[0; 200]].concat()),
        ("html", b"<html><script>alert(1)</script>".to_vec()),
        ("zip", [b"PK\x03\x04".as_slice(), &[0; 60]].concat()),
    ] {
        shop.telegram.file(file, bytes);
    }
    for (number, file, name, mime) in [
        (10, "heic", "IMG_1.HEIC", "image/heic"),
        (
            11,
            "pdf",
            "..\\..\\evil\u{202e}fdp.exe",
            "application/x-msdownload",
        ),
        (12, "gif", "рис \"1\";\r\n.html", "text/html"),
        (13, "pdf", "", "image/png"),
    ] {
        shop.update(numbered(number, document(file, name, mime)))
            .await;
        messages(&shop, 3 + number as usize - 10).await;
    }
    let all = settled(&shop, "1").await;
    let one = |at: usize, field: &str| all[at]["attachments"][0][field].clone();
    let facts = |at| ["kind", "state", "fileName", "mediaType"].map(|field| one(at, field));
    assert_eq!(
        json!(facts(0)),
        json!(["FILE", "HERE", "IMG_1.HEIC", "image/heif"])
    );
    assert_eq!(
        json!(facts(1)),
        json!(["FILE", "HERE", "evilfdp.exe.pdf", "application/pdf"])
    );
    assert_eq!(
        json!(facts(2)),
        json!(["PHOTO", "HERE", "рис _1__.html.gif", "image/gif"])
    );
    assert_eq!(
        json!(facts(3)),
        json!(["FILE", "HERE", "4.pdf", "application/pdf"])
    );
    assert_eq!(one(0, "size"), 64);
    assert_eq!((one(2, "width"), one(2, "height")), (json!(40), json!(30)));
    assert_eq!(all[0]["photo"], Value::Null, "no browser would show it");
    assert_eq!(all[2]["photo"]["state"], "HERE");
    for (path, name, bytes) in [
        ("/attachments/1", "IMG_1.HEIC", heic()),
        ("/attachments/2", "evilfdp.exe.pdf", pdf()),
        (
            "/attachments/3",
            "%D1%80%D0%B8%D1%81%20_1__.html.gif",
            gif(),
        ),
    ] {
        let file = get(&shop, path).await;
        assert_eq!(file.status(), 200);
        let header = |name: &str| file.headers()[name].to_str().unwrap().to_owned();
        let disposition = header("content-disposition");
        assert!(
            disposition.starts_with("attachment; filename=\""),
            "{disposition}"
        );
        assert!(
            disposition.ends_with(&format!("; filename*=UTF-8''{name}")),
            "{disposition}"
        );
        assert_eq!(header("x-content-type-options"), "nosniff");
        assert_eq!(
            header("content-security-policy"),
            "default-src 'none'; sandbox"
        );
        assert_eq!(header("cache-control"), "private, max-age=3600");
        assert_eq!(file.bytes().await.unwrap(), bytes);
    }
    assert_eq!(one(0, "url"), format!("{}/attachments/1", shop.url));
    // Only pictures that browsers display are served inline.
    assert_eq!(
        get(&shop, "/photos/3").await.headers()["content-type"],
        "image/gif"
    );
    for path in [
        "/photos/1",
        "/photos/2",
        "/attachments/9",
        "/attachments/x",
        "/attachments/1/2",
    ] {
        assert_eq!(get(&shop, path).await.status(), 404, "{path}");
    }
    let desk = page(&shop, "/tasks/1").await;
    assert_eq!(
        desk.matches("<a class=\"photo\" href=\"/photos/").count(),
        1,
        "{desk}"
    );
    assert!(desk.contains("href=\"/attachments/2\""), "{desk}");
    // Nobody else gets the file: strangers are redirected to the sign-in page, and the status page
    // only describes it.
    let client = Client::builder().redirect(reqwest::redirect::Policy::none());
    let url = format!("{}/attachments/1", shop.url);
    let stranger = client.build().unwrap().get(url).send().await.unwrap();
    assert_eq!(stranger.status(), 303);
    let link = renew(&shop, "1").await;
    let theirs = Client::new()
        .get(format!("{}{link}", shop.url))
        .header("accept-language", "ru");
    let theirs = theirs.send().await.unwrap().text().await.unwrap();
    assert!(
        theirs.contains("Вы прислали файл «IMG_1.HEIC», 64\u{a0}Б"),
        "{theirs}"
    );
    assert!(
        !theirs.contains("/attachments/") && !theirs.contains("/photos/"),
        "{theirs}"
    );
    // A file that turns out unacceptable is reported, and can't be downloaded.
    for (number, file) in [(20, "exe"), (21, "html"), (22, "zip"), (23, "gone")] {
        shop.update(numbered(
            number,
            document(file, "счёт.pdf", "application/pdf"),
        ))
        .await;
        let sent = 7 + 2 * (number as usize - 20);
        let told = messages(&shop, sent + 1).await;
        assert!(
            said(&told[sent])
                .starts_with("Заявка <b>№ 1</b>: не получилось сохранить файл «счёт.pdf»"),
            "{file} {told:?}"
        );
    }
    let all = settled(&shop, "1").await;
    for lost in &all[4..] {
        assert_eq!(lost["attachments"][0]["state"], "LOST");
        assert_eq!(lost["attachments"][0]["url"], Value::Null);
    }
    assert!(page(&shop, "/tasks/1").await.contains("Файл не сохранён"));
    assert_eq!(get(&shop, "/attachments/5").await.status(), 404);
    shop.close().await;
}

#[tokio::test]
async fn a_customer_has_so_many_files_a_day() {
    let shop = shop().await;
    shop.telegram.file("p", gif());
    let photo = |number: i64| {
        let photo = json!([{"file_id": "p", "file_unique_id": format!("p{number}"), "width": 9}]);
        numbered(
            number,
            json!({ "photo": photo, "media_group_id": format!("album {}", number / 10) }),
        )
    };
    for number in 10..60 {
        shop.update(photo(number)).await;
    }
    shop.update(photo(60)).await;
    let told = messages(&shop, 8).await;
    assert_eq!(
        answer(said(&told[7])),
        format!(
            "{TAKEN}\nСам файл не передан: за сутки мастерская принимает не больше 50 файлов \
            и увидит только отметку. Опишите словами или пришлите завтра."
        )
    );
    let all = settled(&shop, "1").await;
    assert_eq!(all[5]["attachments"][0]["state"], "NOTED");
    assert_eq!(all[4]["attachments"].as_array().unwrap().len(), 10);
    shop.clock.advance(Duration::from_secs(86_401));
    shop.update(photo(70)).await;
    assert_eq!(answer(&last(&shop, 9).await), TAKEN);
    shop.close().await;
}

#[tokio::test]
async fn a_customers_files_are_deleted_with_the_customer() {
    let shop = shop().await;
    let secret = [pdf(), "приметный документ".into()].concat();
    shop.telegram.file("d", secret);
    shop.update(numbered(
        10,
        document("d", "приметный.pdf", "application/pdf"),
    ))
    .await;
    shop.update(numbered(
        11,
        json!({"contact": {"phone_number": "+79161112233", "first_name": "приметный"}}),
    ))
    .await;
    shop.update(numbered(12, json!({"text": "приметный вопрос"})))
        .await;
    shop.update(edited(12, json!({"text": "приметное исправление"})))
        .await;
    messages(&shop, 6).await;
    settled(&shop, "1").await;
    let has = |shop: &Shop, trace: &str| {
        let bytes = shop.bytes();
        bytes
            .windows(trace.len())
            .any(|part| part == trace.as_bytes())
    };
    for trace in ["приметн", "9161112233", "4000000000001"] {
        eventually(trace, || has(&shop, trace) || trace.starts_with('4')).await;
    }
    let messages = |shop: &Shop| {
        let count = "SELECT count(*) FROM chat_messages";
        shop.database()
            .query_row(count, [], |row| row.get::<_, i64>(0))
            .unwrap()
    };
    assert!(messages(&shop) > 3);
    let erased = shop
        .ask(r#"mutation { eraseCustomer(phone: "+79000000001") { phone } }"#)
        .await;
    assert!(erased["errors"].is_null(), "{erased}");
    for trace in ["приметн", "9161112233"] {
        assert!(!has(&shop, trace), "{trace}");
    }
    assert_eq!(messages(&shop), 0);
    let kinds: Vec<_> = history(&shop)
        .await
        .iter()
        .map(|row| row["kind"].clone())
        .collect();
    assert!(kinds.contains(&json!("EDITED")), "{kinds:?}");
    shop.close().await;
}

#[tokio::test]
async fn an_employee_is_told_that_the_bot_takes_no_messages_from_staff() {
    let shop = shop().await;
    let code = shop.ask("mutation { createStaffCode { code } }").await;
    let code = code["data"]["createStaffCode"]["code"].as_str().unwrap();
    shop.update(text(BORIS, code)).await;
    messages(&shop, 3).await;
    for (at, content) in [
        json!({"text": "Позвоню завтра"}),
        json!({"voice": {"file_id": "v", "duration": 5}}),
        json!({"photo": [{"file_id": "p", "width": 9}], "caption": "/today"}),
        json!({"text": "/done"}),
        json!({"hologram": {}}),
    ]
    .into_iter()
    .enumerate()
    {
        shop.update(message(BORIS, content)).await;
        let told = last(&shop, 4 + at).await;
        assert!(
            told.starts_with("Сообщение никому не передано: сотрудники пишут"),
            "{told}"
        );
    }
    // An edit of a command is no command.
    let mut change = text(BORIS, "/stop");
    let change = json!({ "edited_message": change["message"].take() });
    shop.update(change).await;
    shop.update(text(BORIS, "/today")).await;
    messages(&shop, 10).await;
    let me = shop.ask("{ me { telegram { linked } } }").await;
    assert_eq!(me["data"]["me"]["telegram"]["linked"], true, "{me}");
    shop.close().await;
}

#[tokio::test]
async fn edits_are_asked_for() {
    let shop = Shop::open().await;
    let webhook = shop.telegram.calls_of("setWebhook", 1).await.remove(0);
    assert_eq!(
        webhook["allowed_updates"],
        json!([
            "message",
            "edited_message",
            "callback_query",
            "my_chat_member"
        ])
    );
    shop.close().await;
}

#[tokio::test]
async fn an_archive_holds_what_customers_sent_and_one_of_before_is_still_read() {
    let shop = shop().await;
    shop.telegram.file("v", voice());
    shop.telegram.file("p", gif());
    let photo = json!({"photo": [{"file_id": "p", "file_unique_id": "p", "width": 9}]});
    shop.update(numbered(10, photo)).await;
    shop.update(numbered(
        11,
        json!({"voice": {"file_id": "v", "duration": 5}}),
    ))
    .await;
    shop.update(edited(
        11,
        json!({"voice": {"file_id": "v", "duration": 5}, "caption": "Слышно?"}),
    ))
    .await;
    messages(&shop, 5).await;
    let before = settled(&shop, "1").await;
    let answer = shop.ask("{ exportArchive }").await;
    let archive = answer["data"]["exportArchive"].as_str().unwrap();
    // An archive of a version that knew pictures only.
    let mut old: Value = serde_json::from_str(archive).unwrap();
    old["schema"] = json!(16);
    let rows = old["tables"]["photos"].as_array_mut().unwrap();
    rows.truncate(1);
    for new in [
        "kind",
        "remote_unique",
        "file_name",
        "size",
        "duration",
        "about",
    ] {
        rows[0].as_object_mut().unwrap().remove(new).unwrap();
    }
    for (archive, sent) in [(archive.to_owned(), 2), (old.to_string(), 1)] {
        let mut empty = Shop::open().await;
        let made = empty.register("owner@example.com").await;
        empty.token = made["data"]["register"]["token"]
            .as_str()
            .map(str::to_owned);
        let query = "mutation ($archive: String!) { importArchive(archive: $archive) { token } }";
        let restored = empty.ask_with(query, json!({ "archive": archive })).await;
        let token = restored["data"]["importArchive"]["token"].as_str();
        empty.token = Some(token.unwrap_or_else(|| panic!("{restored}")).to_owned());
        let facts = |all: &[Value]| {
            let all = all
                .iter()
                .flat_map(|comment| comment["attachments"].as_array().unwrap());
            let facts = all.map(|one| {
                ["id", "kind", "state", "mediaType", "duration"].map(|field| one[field].clone())
            });
            facts.take(sent).collect::<Vec<_>>()
        };
        let after = comments(&empty, "1").await;
        assert_eq!(facts(&after), facts(&before));
        assert_eq!(after[1]["text"], "Слышно?");
        let picture = get(&empty, "/photos/1").await;
        assert_eq!(picture.bytes().await.unwrap(), gif());
        empty.close().await;
    }
    shop.close().await;
}

#[tokio::test]
async fn an_english_customer_reads_english() {
    let shop = shop().await;
    shop.telegram.file("exe", b"MZ program".to_vec());
    for (number, content) in [
        (10, json!({"sticker": {"emoji": "👍"}})),
        (11, json!({"text": "\u{200b}"})),
        (12, document("exe", "bill.pdf", "application/pdf")),
    ] {
        let mut update = numbered(number, content);
        update["message"]["from"]["language_code"] = json!("en");
        shop.update(update).await;
    }
    let told = messages(&shop, 6).await;
    let told: Vec<&str> = told[2..].iter().map(said).collect();
    assert!(
        told[0].starts_with(
            "Passed on to the shop: repair <b>No. 1</b>.\nThe shop sees only a note that you sent this."
        ),
        "{told:?}"
    );
    assert!(
        told[1].starts_with("There is nothing to be seen in the message"),
        "{told:?}"
    );
    assert!(
        told[3].starts_with("Repair <b>No. 1</b>: a file “bill.pdf” could not be kept"),
        "{told:?}"
    );
    shop.close().await;
}
