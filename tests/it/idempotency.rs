//! Requests that come again with one key: they make nothing twice, and get the same answer.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::harness::{Shop, code};
use crate::process::Program;
use crate::uploads::add_picture;

/// Mutations without `idempotencyKey`, with the reason.
const WITHOUT: &[(&str, &str)] = &[
    (
        "register",
        "there is no employee yet; the e-mail is taken when it comes again",
    ),
    ("login", "makes nothing but a session"),
    ("updateUser", "changes what is there"),
    ("changePassword", "changes what is there"),
    ("logout", "changes what is there"),
    ("logoutEverywhere", "changes what is there"),
    (
        "createStaffCode",
        "replaces the code before, so that there is one",
    ),
    ("unlinkMyTelegram", "changes what is there"),
    ("setMorningList", "changes what is there"),
    ("withdrawInvite", "deletes"),
    ("updateEmployee", "changes what is there"),
    ("deactivateEmployee", "changes what is there"),
    ("reactivateEmployee", "changes what is there"),
    (
        "createPasswordLink",
        "replaces the link before, so that there is one",
    ),
    ("setRole", "changes what is there"),
    ("updateStage", "changes what is there"),
    ("deleteStage", "deletes"),
    ("updateSettings", "changes what is there"),
    (
        "makeBackup",
        "makes a file beside the database, which has no part in a commit",
    ),
    ("connectBot", "changes what is there"),
    ("disconnectBot", "changes what is there"),
    ("checkBot", "makes nothing"),
    ("connectMaxBot", "changes what is there"),
    ("disconnectMaxBot", "changes what is there"),
    ("checkMaxBot", "makes nothing"),
    ("setChannelSecret", "changes what is there"),
    ("checkChannel", "makes nothing"),
    (
        "sendTestMessage",
        "sends a message that is in no commit, and that the owner asks for again to try again",
    ),
    ("updateCustomer", "changes what is there"),
    ("correctPhone", "changes what is there"),
    (
        "mergeCustomers",
        "one of the two cards is gone when it comes again",
    ),
    ("undoMerge", "the merge is gone when it comes again"),
    ("deleteCustomer", "deletes"),
    ("eraseCustomer", "deletes"),
    ("confirmAccount", "changes what is there"),
    ("confirmTelegram", "changes what is there"),
    ("unlinkAccount", "changes what is there"),
    ("unlinkTelegram", "changes what is there"),
    ("setMessageText", "sets one text, however often"),
    ("resetMessageText", "sets one text, however often"),
    ("updateTask", "changes what is there"),
    ("assignTask", "changes what is there"),
    (
        "setTaskCustomer",
        "no effect when it is that customer's already",
    ),
    ("deleteTask", "deletes"),
    (
        "renewStatusLink",
        "replaces the link before, so that there is one",
    ),
    ("updateLine", "changes what is there"),
    ("moveLine", "changes what is there"),
    ("removeLine", "deletes"),
    ("setDiscount", "changes what is there"),
    (
        "closeShift",
        "changes what is there; CONFLICT when it comes again",
    ),
    (
        "importArchive",
        "revokes the token of the request, so that it can't come again",
    ),
    ("retryNotice", "changes what is there"),
    ("settleAnswers", "changes what is there"),
    ("withdrawApproval", "changes what is there"),
    ("updateWebhook", "changes what is there"),
    (
        "rotateWebhookSecret",
        "replaces the secret before, so that there is one",
    ),
    ("pauseWebhook", "changes what is there"),
    ("resumeWebhook", "changes what is there"),
    (
        "testWebhook",
        "sends a test at once, which is not repeated by itself",
    ),
    ("deleteWebhook", "deletes"),
    ("resendWebhookDelivery", "changes what is there"),
    ("retryWebhook", "changes what is there"),
];

/// Mutations with a key in the order in which they are sent, the table that counts what they make, and how many rows.
const MAKING: &[(&str, &str, &str, i64)] = &[
    (
        "createTask",
        r#"createTask(taskData: {customerPhone: "+7 900 000 00 07", description: "Noise"}, KEY) { task { id } }"#,
        "tasks",
        1,
    ),
    (
        "createCustomer",
        r#"createCustomer(customerData: {phone: "+7 900 000 00 08"}, KEY) { customer { id } }"#,
        "customers",
        1,
    ),
    (
        "saveCatalogueItem",
        r#"saveCatalogueItem(itemData: {kind: PART, name: "Display", price: 100}, KEY) { item { id } }"#,
        "catalogue_items",
        1,
    ),
    (
        "addLine",
        r#"addLine(taskId: 1, lineData: {kind: WORK, name: "Soldering", unitPrice: 500}, KEY) { line { id } task { id } }"#,
        "task_lines",
        1,
    ),
    (
        "agreeByPhone",
        "agreeByPhone(taskId: 1, KEY) { task { id } }",
        "approvals",
        1,
    ),
    (
        "askApproval",
        "askApproval(taskId: 2, price: 100, KEY) { task { id } }",
        "approvals",
        1,
    ),
    (
        "addComment",
        r#"addComment(taskId: 1, text: "Called", KEY) { comment { id } task { id } }"#,
        "comments",
        1,
    ),
    (
        "createStage",
        r#"createStage(stageData: {status: READY, name: "On the shelf"}, KEY) { stage { id } }"#,
        "stages",
        1,
    ),
    (
        "createInvite",
        r#"createInvite(email: "new@example.com", KEY) { token url expiresTime }"#,
        "invites",
        1,
    ),
    (
        "createWebhook",
        r#"createWebhook(webhookData: {url: "https://93.184.216.34/hook", events: [CUSTOMER_DELETED]}, KEY) { webhook { id } secret }"#,
        "webhooks",
        1,
    ),
    (
        "importCsv",
        r#"importCsv(csv: "Телефон;Имя;Описание\n8 900 000 00 05;Вера;Не греет\n8 900 000 00 01;Лев;Шумит", KEY) {
        report { newTasks newCustomers alreadyHere refused digest rows { row outcome customer remarks { message } } } }"#,
        "tasks",
        2,
    ),
    (
        "takePayment",
        "takePayment(paymentData: {taskId: 1, method: CARD, sum: 100, KEY}) { payment { id } task { id } }",
        "payments",
        1,
    ),
    (
        "refundPayment",
        "refundPayment(id: 1, sum: 10, KEY) { payment { id } }",
        "payments",
        1,
    ),
    (
        "saveDrawer",
        r#"saveDrawer(name: "Second", KEY) { drawer { id } }"#,
        "drawers",
        1,
    ),
    (
        "openShift",
        "openShift(drawerId: 2, counted: 0, KEY) { shift { id } }",
        "shifts",
        1,
    ),
    (
        "moveCash",
        "moveCash(drawerId: 2, kind: CASH_IN, sum: 5, KEY) { payment { id } }",
        "payments",
        1,
    ),
    (
        "reversePayment",
        "reversePayment(id: 3, KEY) { payment { id } }",
        "payments",
        1,
    ),
    (
        "handOver",
        "handOver(taskId: 1, payments: [{method: CARD, sum: 410}], KEY) { task { id status } }",
        "payments",
        1,
    ),
];

/// The mutation that sends a file.
const WITH_FILE: &str = r#"mutation ($files: [Upload!]!) { addAttachments(taskId: 2, files: $files, KEY) { comment { id attachments { id } } } }"#;

fn with_key(mutation: &str, key: &str) -> String {
    format!("mutation {{ {mutation} }}").replace("KEY", &format!("idempotencyKey: \"{key}\""))
}

async fn open() -> Shop {
    let shop = Shop::with_owner().await;
    for _ in 0..2 {
        task(&shop, "", 1).await;
    }
    shop
}

/// Creates a task, and returns the response.
async fn task(shop: &Shop, argument: &str, last: u8) -> Value {
    shop.ask(&format!(
        r#"mutation {{ createTask(taskData: {{customerPhone: "+7 900 000 00 0{last}"}} {argument}) {{ task {{ id }} }} }}"#
    ))
    .await
}

fn count(shop: &Shop, table: &str) -> i64 {
    let sql = format!("SELECT count(*) FROM {table}");
    shop.database()
        .query_row(&sql, [], |row| row.get(0))
        .unwrap()
}

#[tokio::test]
async fn every_mutation_that_makes_something_makes_it_once_by_a_key() {
    let mut shop = open().await;
    let mut answers = Vec::new();
    for (name, mutation, table, made) in MAKING {
        let before = count(&shop, table);
        let query = with_key(mutation, name);
        let first = shop.ask(&query).await;
        assert!(first["errors"].is_null(), "{name}: {first}");
        assert_eq!(shop.ask(&query).await, first, "{name}");
        assert_eq!(count(&shop, table), before + made, "{name}");
        answers.push(first);
    }
    let with_file = WITH_FILE.replace("KEY", "idempotencyKey: \"file\"");
    let file = add_picture(&shop, &with_file).await;
    assert!(file["errors"].is_null(), "{file}");
    let tables = || {
        let mut tables: Vec<&str> = MAKING.iter().map(|(_, _, table, _)| *table).collect();
        tables.push("photos");
        tables
    };
    let counts = |shop: &Shop| {
        tables()
            .iter()
            .map(|table| count(shop, table))
            .collect::<Vec<_>>()
    };
    let before = counts(&shop);
    shop = shop.reopen().await;
    for ((name, mutation, ..), first) in MAKING.iter().zip(answers) {
        assert_eq!(shop.ask(&with_key(mutation, name)).await, first, "{name}");
        // Another operation, with a key that is taken.
        let other = task(&shop, &format!(", idempotencyKey: \"{name}\""), 9).await;
        conflicts(&other);
    }
    assert_eq!(add_picture(&shop, &with_file).await, file);
    assert_eq!(counts(&shop), before);
    shop.close().await;
}

/// Checks that the key is reported as used for another request.
fn conflicts(answer: &Value) {
    let error = &answer["errors"][0]["extensions"];
    assert_eq!(
        (&error["code"], &error["field"]),
        (&json!("CONFLICT"), &json!("idempotencyKey")),
        "{answer}"
    );
}

#[tokio::test]
async fn every_mutation_has_a_key_or_a_reason_for_none() {
    let shop = Shop::with_owner().await;
    let answer = shop
        .ask(
            "{ __type(name: \"Mutation\") { fields(includeDeprecated: true) { name args { name description } } }
            input: __type(name: \"PaymentInput\") { inputFields { name description } } }",
        )
        .await;
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let key = |fields: &Value| {
        let fields = fields.as_array().unwrap().iter();
        let mut keys = fields.filter(|field| field["name"] == "idempotencyKey");
        keys.next().map(|field| text(&field["description"]))
    };
    let (mut keyed, mut others, mut descriptions) =
        (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for field in answer["data"]["__type"]["fields"].as_array().unwrap() {
        let name = text(&field["name"]);
        let described = match &*name {
            "takePayment" => key(&answer["data"]["input"]["inputFields"]),
            _ => key(&field["args"]),
        };
        match described {
            Some(described) => {
                descriptions.insert(described.split_whitespace().collect::<Vec<_>>().join(" "));
                keyed.insert(name)
            }
            None => others.insert(name),
        };
    }
    let sent = MAKING.iter().map(|(name, ..)| (*name).to_owned());
    let sent: BTreeSet<String> = sent.chain(["addAttachments".to_owned()]).collect();
    assert_eq!(keyed, sent, "each is sent twice by the test above");
    let reasons: BTreeSet<String> = WITHOUT.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(others, reasons, "each has a reason in WITHOUT");
    assert_eq!(
        descriptions.len(),
        1,
        "one sentence describes it everywhere: {descriptions:#?}"
    );
    shop.close().await;
}

#[tokio::test]
async fn a_key_stands_for_one_content_of_one_employee_for_a_day() {
    let shop = open().await;
    let key = ", idempotencyKey: \"k\"";
    let first = task(&shop, key, 2).await;
    conflicts(&task(&shop, key, 3).await);
    // The same content, written with a variable and in another order.
    let written = "mutation ($key: String, $task: TaskInput!) {
        a: createTask(idempotencyKey: $key, taskData: $task) { task { id } } }";
    let variables = json!({"key": "k", "task": {"customerPhone": "+7 900 000 00 02"}});
    let again = shop.ask_with(written, variables).await;
    assert_eq!(again["data"]["a"], first["data"]["createTask"]);
    // A key belongs to who uses it.
    let colleague = crate::accounts::employee_called(&shop, "b@example.com").await;
    let query = r#"mutation { createTask(taskData: {customerPhone: "+7 900 000 00 03"}, idempotencyKey: "k") { task { id } } }"#;
    let others = shop.ask_by(&colleague, query).await;
    assert_eq!(others["data"]["createTask"]["task"]["id"], "4", "{others}");
    // A failed request records nothing, so that it can be corrected.
    let wrong =
        r#"mutation { addComment(taskId: 99, text: "x", idempotencyKey: "n") { comment { id } } }"#;
    assert_eq!(code(&shop.ask(wrong).await), "NOT_FOUND");
    let right = shop.ask(&wrong.replace("99", "1")).await;
    assert_eq!(right["data"]["addComment"]["comment"]["id"], "1", "{right}");
    // What it made is gone.
    shop.ask("mutation { deleteTask(id: 3) { id } }").await;
    let gone = task(&shop, key, 2).await;
    let error = &gone["errors"][0];
    assert_eq!(code(&gone), "NOT_FOUND");
    assert_eq!(error["extensions"]["field"], "idempotencyKey");
    assert_eq!(
        error["message"],
        "What this request created has been deleted since."
    );
    for bad in ["", &"x".repeat(256)] {
        let refused = task(&shop, &format!(", idempotencyKey: \"{bad}\""), 2).await;
        assert_eq!(code(&refused), "BAD_USER_INPUT", "{refused}");
        assert_eq!(
            refused["errors"][0]["extensions"]["field"],
            "idempotencyKey"
        );
    }
    // A day later it is a new request, and the hourly worker has forgotten the old ones.
    let shop = shop.reopen_after(Duration::from_secs(25 * 60 * 60)).await;
    crate::harness::eventually("the keys are forgotten", || {
        count(&shop, "idempotency_keys") == 0
    })
    .await;
    let later = task(&shop, key, 3).await;
    assert_eq!(later["data"]["createTask"]["task"]["id"], "5", "{later}");
    shop.close().await;
}

#[tokio::test]
async fn neither_keys_nor_contents_are_stored() {
    let shop = open().await;
    task(&shop, ", idempotencyKey: \"order-of-the-day\"", 6).await;
    let bytes = shop
        .database()
        .query_row(
            "SELECT hex(key) || hex(content) || made FROM idempotency_keys",
            [],
            |row| row.get::<_, String>(0),
        )
        .unwrap();
    assert_eq!(bytes.len(), 64 + 64 + 1);
    let dump = shop.dump();
    assert!(!dump.contains("order-of-the-day"));
    shop.close().await;
}

#[tokio::test]
async fn a_repeated_invite_shows_its_link_until_it_is_used() {
    let shop = open().await;
    let invite =
        r#"mutation { createInvite(email: "new@example.com", idempotencyKey: "i") { token } }"#;
    let first = shop.ask(invite).await;
    let token = first["data"]["createInvite"]["token"].as_str().unwrap();
    assert_eq!(shop.ask(invite).await, first);
    let other = shop.ask(&invite.replace("\"i\"", "\"j\"")).await;
    assert_ne!(other["data"]["createInvite"]["token"], *token);
    let join = format!(
        r#"mutation {{ register(email: "new@example.com", password1: "four random words", password2: "four random words",
            invite: "{token}") {{ success errors }} }}"#
    );
    let joined = shop.ask(&join).await;
    assert_eq!(joined["data"]["register"]["success"], true, "{joined}");
    assert_eq!(code(&shop.ask(invite).await), "NOT_FOUND");
    shop.close().await;
}

#[tokio::test]
async fn requests_at_the_same_time_make_one_thing() {
    let shop = open().await;
    let (before, key) = (count(&shop, "tasks"), ", idempotencyKey: \"race\"");
    let asked = (0..16).map(|_| task(&shop, key, 2));
    let answers = futures_util::future::join_all(asked).await;
    assert!(
        answers
            .iter()
            .all(|answer| *answer == answers[0] && answer["errors"].is_null()),
        "{answers:?}"
    );
    assert_eq!(count(&shop, "tasks"), before + 1);
    // Within one request too.
    let create = r#"createTask(taskData: {customerPhone: "+7 900 000 00 03"}, idempotencyKey: "one") { task { id } }"#;
    let both = shop
        .ask(&format!("mutation {{ a: {create} b: {create} }}"))
        .await;
    assert_eq!(both["data"]["a"], both["data"]["b"]);
    assert_eq!(count(&shop, "tasks"), before + 2);
    shop.close().await;
}

/// The response is lost: the program is killed while requests are in progress, and the client repeats them all.
#[tokio::test]
async fn what_a_killed_program_has_made_is_not_made_again() {
    let folder = TempDir::new().unwrap();
    let mut program = Program::start(&folder);
    let register = r#"mutation { register(email: "a@example.com", password1: "four random words", password2: "four random words") { token } }"#;
    let answer = program.ask(None, register).await.unwrap();
    let token = answer["data"]["register"]["token"]
        .as_str()
        .unwrap()
        .to_owned();
    let create = |key: usize| {
        format!(
            r#"mutation {{ createTask(taskData: {{customerPhone: "+79000000001"}}, idempotencyKey: "{key}") {{ task {{ id }} }} }}"#
        )
    };
    const ROUNDS: usize = 3;
    const EACH: usize = 40;
    for round in 0..ROUNDS {
        let keys = round * EACH..(round + 1) * EACH;
        let queries: Vec<String> = keys.clone().map(create).collect();
        let asked = queries.iter().map(|query| program.ask(Some(&token), query));
        let id = program.child.id().to_string();
        let (first, ()) = tokio::join!(futures_util::future::join_all(asked), async {
            tokio::time::sleep(Duration::from_millis(fastrand::u64(1..15))).await;
            let kill = std::process::Command::new("kill")
                .args(["-9", &id])
                .status();
            assert!(kill.unwrap().success());
        });
        drop(program);
        program = Program::start(&folder);
        for (query, first) in queries.iter().zip(first) {
            let again = program.ask(Some(&token), query).await.unwrap();
            assert!(again["errors"].is_null(), "{again}");
            assert!(first.is_none_or(|first| first == again), "{again}");
        }
    }
    let all = program
        .ask(Some(&token), "{ allTasks { id } }")
        .await
        .unwrap();
    let all = all["data"]["allTasks"].as_array().unwrap();
    assert_eq!(all.len(), ROUNDS * EACH);
}
