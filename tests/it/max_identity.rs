//! Accounts at MAX are known wherever those in Telegram are: erasure, archive, merges, changes and webhooks.

use std::time::Duration;

use serde_json::{Value, json};

use crate::bot::{create, set_status};
use crate::fake_max::{FakeMax, TOKEN, chat_of, message, own_contact, started};
use crate::harness::{Shop, eventually};
use crate::receiver::Receiver;
use crate::webhook_owners::register;

const ANNA: i64 = 4_000_001;
const BORIS: i64 = 4_000_002;

/// Opens a shop with a bot at MAX, and none in Telegram.
async fn shop() -> (Shop, FakeMax) {
    let fake = FakeMax::start().await;
    let shop = with_max(Shop::with_owner().await, &fake, "").await;
    (shop, fake)
}

async fn with_max(shop: Shop, fake: &FakeMax, more: &str) -> Shop {
    let settings = format!(
        "{more}\n[max]\ntoken = '{TOKEN}'\napi_url = '{}'\nmode = 'webhook'",
        fake.url()
    );
    let shop = shop
        .reopen_as(&settings, "mode = 'off'", Duration::ZERO)
        .await;
    fake.subscribed().await;
    shop
}

/// Somebody shares their own number at MAX, and is answered.
async fn link(shop: &Shop, fake: &FakeMax, user: i64, phone: &str) {
    let own = json!([own_contact(user, phone)]);
    let update = message(user, &format!("mid.{user}"), "", own);
    let before = fake.messages().len();
    assert_eq!(fake.deliver(&update).await, 200);
    sent(shop, fake, before + 2).await;
}

/// Waits for this many messages while the clock advances, so that no rate limit delays them.
async fn sent(shop: &Shop, fake: &FakeMax, count: usize) -> Vec<Value> {
    while fake.messages().len() < count {
        shop.clock.advance(Duration::from_millis(500));
        let more = fake.calls_of("POST /messages", fake.messages().len() + 1);
        let _ = tokio::time::timeout(Duration::from_millis(20), more).await;
    }
    fake.messages()
}

async fn done(shop: &Shop, query: &str) -> Value {
    let answer = shop.ask(query).await;
    assert!(answer["errors"].is_null(), "{query}: {answer}");
    answer["data"].clone()
}

/// Returns the accounts at MAX of all cards.
async fn accounts(shop: &Shop) -> Vec<Value> {
    let query = "{ customers { nodes { id maxId maxVerified } } }";
    let all = done(shop, query).await["customers"]["nodes"].clone();
    all.as_array().unwrap().clone()
}

#[tokio::test]
async fn an_erased_customer_of_max_is_nowhere_in_the_tables() {
    let (shop, fake) = shop().await;
    create(&shop, "+79000000001").await;
    assert_eq!(fake.deliver(&started(ANNA, 5, None)).await, 200);
    sent(&shop, &fake, 1).await;
    link(&shop, &fake, ANNA, "79000000001").await;
    let word = message(ANNA, "mid.word", "Когда будет готово?", json!([]));
    assert_eq!(fake.deliver(&word).await, 200);
    sent(&shop, &fake, 4).await;
    set_status(&shop, "1", "READY").await;
    sent(&shop, &fake, 5).await;
    // A notice waits.
    set_status(&shop, "1", "IN_PROGRESS").await;
    let traces = [ANNA.to_string(), chat_of(ANNA).to_string()];
    assert!(shop.dump().contains(&traces[0]));
    let erase = r#"mutation { eraseCustomer(phone: "+79000000001") { phone } }"#;
    done(&shop, erase).await;
    let dump = shop.dump();
    for trace in traces {
        assert!(!dump.contains(&trace), "{trace} is still there");
    }
    // Her next message is a stranger's.
    let word = message(ANNA, "mid.next", "Ау", json!([]));
    assert_eq!(fake.deliver(&word).await, 200);
    let all = sent(&shop, &fake, 6).await;
    assert!(!all[5].to_string().contains("№ 1"), "{}", all[5]);
    shop.close().await;
}

#[tokio::test]
async fn an_archive_keeps_the_accounts_at_max() {
    let (shop, fake) = shop().await;
    create(&shop, "+79000000001").await;
    link(&shop, &fake, ANNA, "79000000001").await;
    let archive = done(&shop, "{ exportArchive }").await["exportArchive"].clone();
    assert!(archive.as_str().unwrap().contains(&ANNA.to_string()));
    assert!(!archive.as_str().unwrap().contains(TOKEN));
    shop.close().await;

    let fake = FakeMax::start().await;
    let mut other = with_max(Shop::with_owner().await, &fake, "").await;
    let put = "mutation ($archive: String!) { importArchive(archive: $archive) { token } }";
    let answer = other.ask_with(put, json!({ "archive": archive })).await;
    let token = answer["data"]["importArchive"]["token"].as_str();
    other.token = Some(token.unwrap_or_else(|| panic!("{answer}")).to_owned());
    assert_eq!(
        accounts(&other).await,
        [json!({"id": "1", "maxId": ANNA.to_string(), "maxVerified": true})]
    );
    // She is told there as before.
    set_status(&other, "1", "READY").await;
    sent(&other, &fake, 1).await;
    let call = &fake.calls_of("POST /messages", 1).await[0];
    assert_eq!(call.query["user_id"], ANNA.to_string());
    other.close().await;
}

#[tokio::test]
async fn a_merge_joins_the_accounts_at_max_and_its_undo_parts_them() {
    let (shop, fake) = shop().await;
    create(&shop, "+79000000001").await;
    create(&shop, "+79000000002").await;
    link(&shop, &fake, BORIS, "79000000002").await;
    let merge =
        "mutation { mergeCustomers(keepId: 1, otherId: 2) { mergeId customer { id maxId } } }";
    let merged = done(&shop, merge).await["mergeCustomers"].clone();
    assert_eq!(merged["customer"]["maxId"], BORIS.to_string());
    // What is news of the other card's task reaches the account of the kept one.
    set_status(&shop, "2", "READY").await;
    let all = sent(&shop, &fake, 3).await;
    assert!(all[2].to_string().contains("№ 2"), "{}", all[2]);
    let undo = |id: &Value| {
        format!(
            "mutation {{ undoMerge(mergeId: {}) {{ customer {{ id maxId }} other {{ id maxId maxVerified }} }} }}",
            id.as_str().unwrap()
        )
    };
    let undone = done(&shop, &undo(&merged["mergeId"])).await["undoMerge"].clone();
    assert_eq!(undone["customer"], json!({"id": "1", "maxId": null}));
    assert_eq!(
        undone["other"],
        json!({"id": "2", "maxId": BORIS.to_string(), "maxVerified": true})
    );
    // With one account on each card, the kept card's stays, and nothing more goes to the other one.
    link(&shop, &fake, ANNA, "79000000001").await;
    let merged = done(&shop, merge).await["mergeCustomers"].clone();
    assert_eq!(merged["customer"]["maxId"], ANNA.to_string());
    set_status(&shop, "2", "IN_PROGRESS").await;
    let count = fake.messages().len();
    sent(&shop, &fake, count + 1).await;
    let last = fake.calls_of("POST /messages", count + 1).await;
    assert_eq!(last[count].query["user_id"], ANNA.to_string());
    done(&shop, &undo(&merged["mergeId"])).await;
    let ids: Vec<_> = accounts(&shop)
        .await
        .iter()
        .map(|card| (card["id"].clone(), card["maxId"].clone()))
        .collect();
    assert!(
        ids.contains(&(json!("2"), json!(BORIS.to_string()))),
        "{ids:?}"
    );
    shop.close().await;
}

#[tokio::test]
async fn an_account_at_max_is_a_change_and_webhooks_say_nothing_of_it() {
    let receiver = Receiver::start().await;
    let fake = FakeMax::start().await;
    let more = "[outgoing]\nallow_private = true";
    let shop = with_max(Shop::with_owner().await, &fake, more).await;
    register(
        &shop,
        receiver.url(),
        "[CUSTOMER_CREATED, CUSTOMER_UPDATED]",
    )
    .await;
    create(&shop, "+79000000001").await;
    let mut seen = String::new();
    let mut changed = async |shop: &Shop| {
        let after = match &*seen {
            "" => String::new(),
            seen => format!(", after: \"{seen}\""),
        };
        let query = format!(
            "{{ changes(first: 100{after}) {{ nodes {{ kind id deleted }} pageInfo {{ endCursor }} }} }}"
        );
        let page = done(shop, &query).await["changes"].clone();
        if let Some(end) = page["pageInfo"]["endCursor"].as_str() {
            end.clone_into(&mut seen);
        }
        page["nodes"].as_array().unwrap().clone()
    };
    changed(&shop).await;
    link(&shop, &fake, ANNA, "79000000001").await;
    let card = json!({"kind": "CUSTOMER", "id": "1", "deleted": false});
    assert!(changed(&shop).await.contains(&card), "it is linked");
    let unlink = "mutation { unlinkAccount(customerId: 1, messenger: MAX) { customer { maxId } } }";
    done(&shop, unlink).await;
    assert!(changed(&shop).await.contains(&card), "it is unlinked");
    // A card that is made at MAX is told of as any other.
    link(&shop, &fake, BORIS, "79000000002").await;
    // Linking may be one change or two, as the worker's steps fall.
    let made = |receiver: &Receiver| {
        let told = receiver.told_now();
        told.iter()
            .filter(|told| told.event() == "customer.created")
            .count()
    };
    eventually("the second card is told of", || made(&receiver) == 2).await;
    let told = receiver.told_now();
    assert!(told.len() >= 4, "{}", told.len());
    let told: Vec<_> = told
        .iter()
        .map(|told| (told.event(), told.body.clone()))
        .collect();
    for (_, body) in &told {
        for secret in [ANNA, BORIS, chat_of(ANNA), chat_of(BORIS)] {
            assert!(!body.contains(&secret.to_string()), "{body}");
        }
    }
    shop.close().await;
}
