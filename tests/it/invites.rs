//! Invites end with the permission of their maker, and the owner sees and withdraws open ones.

use std::time::Duration;

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::accounts::employee_called;
use crate::cli::works;
use crate::harness::{Shop, code};
use crate::pages::{Browser, goes_to};

async fn ask_as(shop: &Shop, token: &str, query: &str) -> Value {
    let answer = shop.ask_by(token, query).await;
    assert!(answer["errors"].is_null(), "{query} {answer}");
    answer["data"].clone()
}

async fn invite(shop: &Shop, token: &str, email: &str) -> String {
    let query = format!(r#"mutation {{ createInvite(email: "{email}") {{ token }} }}"#);
    let made = ask_as(shop, token, &query).await;
    made["createInvite"]["token"].as_str().unwrap().to_owned()
}

/// Returns the error code of an attempt to use an invite; empty when it works.
async fn join(shop: &Shop, email: &str, invite: &str) -> String {
    let password = crate::harness::PASSWORD;
    let query = format!(
        r#"mutation {{ register(email: "{email}", password1: "{password}", password2: "{password}",
            invite: "{invite}") {{ success errors }} }}"#
    );
    let answer = shop.ask(&query).await;
    let payload = &answer["data"]["register"];
    assert_eq!(
        payload["success"],
        json!(payload["errors"].is_null()),
        "{answer}"
    );
    let code = payload["errors"]["invite"][0]["code"].as_str();
    code.unwrap_or_default().to_owned()
}

async fn set_role(shop: &Shop, id: u32, role: &str) {
    let query = format!("mutation {{ setRole(id: {id}, role: {role}) {{ user {{ role }} }} }}");
    let answer = shop.ask(&query).await;
    assert_eq!(answer["data"]["setRole"]["user"]["role"], role, "{answer}");
}

async fn dismiss(shop: &Shop, id: u32) {
    let query = format!("mutation {{ deactivateEmployee(id: {id}) {{ user {{ active }} }} }}");
    let answer = shop.ask(&query).await;
    assert_eq!(
        answer["data"]["deactivateEmployee"]["user"]["active"], false,
        "{answer}"
    );
}

/// Returns the e-mails of the open invites, oldest first.
async fn open(shop: &Shop) -> Vec<String> {
    let answer = shop.ask("{ invites { nodes { email } } }").await;
    let nodes = answer["data"]["invites"]["nodes"].as_array();
    let nodes = nodes.unwrap_or_else(|| panic!("{answer}"));
    let email = |node: &Value| node["email"].as_str().unwrap().to_owned();
    nodes.iter().map(email).collect()
}

/// Opens a shop with a second owner, and returns that owner's token.
async fn with_second_owner() -> (Shop, String) {
    let shop = Shop::with_owner().await;
    employee_called(&shop, "second@example.com").await;
    set_role(&shop, 2, "OWNER").await;
    let second = shop.login("second@example.com").await.unwrap();
    (shop, second)
}

#[tokio::test]
async fn an_invite_ends_with_the_right_of_who_made_it() {
    for dismissed in [true, false] {
        let (shop, second) = with_second_owner().await;
        let theirs = invite(&shop, &second, "friend@example.com").await;
        let owner = shop.token.clone().unwrap();
        let mine = invite(&shop, &owner, "mine@example.com").await;
        match dismissed {
            true => dismiss(&shop, 2).await,
            false => set_role(&shop, 2, "EMPLOYEE").await,
        }
        assert_eq!(
            join(&shop, "friend@example.com", &theirs).await,
            "invalid_invite"
        );
        assert_eq!(open(&shop).await, ["mine@example.com"]);
        // A revoked invite stays revoked when the permission returns.
        if !dismissed {
            set_role(&shop, 2, "OWNER").await;
            assert_eq!(
                join(&shop, "friend@example.com", &theirs).await,
                "invalid_invite"
            );
        }
        assert_eq!(join(&shop, "mine@example.com", &mine).await, "");
        shop.close().await;
    }
}

#[tokio::test]
async fn an_invite_of_somebody_who_lost_the_right_otherwise_is_none_either() {
    let (shop, second) = with_second_owner().await;
    let theirs = invite(&shop, &second, "friend@example.com").await;
    // As left by an earlier version.
    let demote = "UPDATE employees SET role = 'EMPLOYEE' WHERE id = 2";
    let shop = {
        let file = shop.database();
        file.execute(demote, []).unwrap();
        drop(file);
        shop.reopen().await
    };
    assert_eq!(
        join(&shop, "friend@example.com", &theirs).await,
        "invalid_invite"
    );
    assert_eq!(open(&shop).await, Vec::<String>::new());
    shop.close().await;
}

#[tokio::test]
async fn an_older_invite_lets_nobody_back_who_was_dismissed_and_a_newer_one_does() {
    let shop = Shop::with_owner().await;
    let owner = shop.token.clone().unwrap();
    employee_called(&shop, "master@example.com").await;
    // An invite made while the account was deactivated, which outlives its return by another one.
    dismiss(&shop, 2).await;
    let older = invite(&shop, &owner, "Master@example.com").await;
    let other = invite(&shop, &owner, "master@EXAMPLE.com").await;
    assert_eq!(join(&shop, "master@example.com", &other).await, "");
    dismiss(&shop, 2).await;
    assert_eq!(
        join(&shop, "master@example.com", &older).await,
        "invalid_invite"
    );
    // The wall clock doesn't decide which one is newer.
    shop.clock.step(jiff::SignedDuration::from_hours(-1));
    let newer = invite(&shop, &owner, "master@example.com").await;
    assert_eq!(join(&shop, "master@example.com", &newer).await, "");
    shop.close().await;
}

#[tokio::test]
async fn deactivation_on_the_command_line_revokes_older_invites() {
    let folder = tempfile::TempDir::new().unwrap();
    let run = |arguments: &[&str], typed: &str| works(folder.path(), arguments, typed);
    run(
        &["user", "add", "--owner", "a@example.com"],
        "four random words\n",
    );
    run(&["user", "add", "b@example.com"], "four random words\n");
    run(&["user", "deactivate", "b@example.com"], "");
    run(&["invite", "b@example.com"], "");
    run(&["invite", "c@example.com"], "");
    let count = |sql: &str| -> i64 {
        let file = rusqlite::Connection::open(folder.path().join("zayavka.db")).unwrap();
        file.query_row(sql, [], |row| row.get(0)).unwrap()
    };
    assert_eq!(count("SELECT count(*) FROM invites"), 2);
    run(&["user", "deactivate", "b@example.com"], "");
    assert_eq!(
        count("SELECT count(*) FROM invites WHERE email = 'c@example.com'"),
        1
    );
    assert_eq!(count("SELECT count(*) FROM invites"), 1);
}

#[tokio::test]
async fn the_owner_lists_and_withdraws_open_invites_and_nobody_else_does() {
    let mut shop = Shop::with_owner().await;
    let owner = shop.token.clone().unwrap();
    let employee = employee_called(&shop, "second@example.com").await;
    let first = invite(&shop, &owner, "first@example.com").await;
    shop.clock.advance(Duration::from_secs(3_600));
    let query = r#"mutation { createInvite(email: "next@example.com", role: OWNER) { token } }"#;
    let next = ask_as(&shop, &owner, query).await;
    let all = "{ invites(first: 1) { totalCount pageInfo { hasNextPage endCursor } nodes {
        id email role createdBy { email } createdTime expiresTime } } }";
    let answer = shop.ask(all).await;
    let page = &answer["data"]["invites"];
    assert_eq!(
        page["nodes"],
        json!([{"id": "2", "email": "first@example.com", "role": "EMPLOYEE",
            "createdBy": {"email": "owner@example.com"},
            "createdTime": "2021-07-25T09:00:00.000Z", "expiresTime": "2021-07-28T09:00:00.000Z"}]),
        "{answer}"
    );
    assert_eq!(
        (&page["totalCount"], &page["pageInfo"]["hasNextPage"]),
        (&json!(2), &json!(true))
    );
    let after = page["pageInfo"]["endCursor"].as_str().unwrap();
    let rest = format!(r#"{{ invites(after: "{after}") {{ nodes {{ email role }} }} }}"#);
    let rest = shop.ask(&rest).await;
    assert_eq!(
        rest["data"]["invites"]["nodes"],
        json!([{"email": "next@example.com", "role": "OWNER"}])
    );
    // Neither the token nor its fingerprint is ever shown again.
    let token = next["createInvite"]["token"].as_str().unwrap();
    assert!(!answer.to_string().contains(&first) && !rest.to_string().contains(token));
    let withdraw = "mutation { withdrawInvite(id: 2) { id } }";
    for query in ["{ invites { totalCount } }", withdraw] {
        let refused = shop.ask_by(&employee, query).await;
        assert_eq!(code(&refused), "FORBIDDEN", "{query} {refused}");
        shop.token = None;
        assert_eq!(code(&shop.ask(query).await), "UNAUTHENTICATED", "{query}");
        shop.token = Some(owner.clone());
    }
    let done = shop.ask(withdraw).await;
    assert_eq!(done["data"]["withdrawInvite"]["id"], "2", "{done}");
    assert_eq!(
        join(&shop, "first@example.com", &first).await,
        "invalid_invite"
    );
    assert_eq!(open(&shop).await, ["next@example.com"]);
    // A withdrawn one, a used one, and invalid ids.
    for id in ["2", "1", "77", "\"x\""] {
        let query = format!("mutation {{ withdrawInvite(id: {id}) {{ id }} }}");
        let answer = shop.ask(&query).await;
        let expected = if id == "\"x\"" {
            "BAD_USER_INPUT"
        } else {
            "NOT_FOUND"
        };
        assert_eq!(code(&answer), expected, "{id} {answer}");
    }
    // An expired invite is not open any more.
    shop.clock.advance(Duration::from_secs(73 * 3_600));
    shop.token = shop.login("owner@example.com").await;
    assert_eq!(open(&shop).await, Vec::<String>::new());
    for wrong in ["invites(first: 0)", "invites(after: \"x\")"] {
        let answer = shop.ask(&format!("{{ {wrong} {{ totalCount }} }}")).await;
        assert_eq!(code(&answer), "BAD_USER_INPUT", "{answer}");
    }
    shop.close().await;
}

#[tokio::test]
async fn the_staff_page_lists_open_invites_and_withdraws_one_after_a_question() {
    let shop = Shop::with_owner().await;
    let owner = shop.token.clone().unwrap();
    let employee = employee_called(&shop, "second@example.com").await;
    let mut browser = Browser::signed_in(&shop, "owner@example.com").await;
    let empty = browser.page("/staff").await;
    assert!(!empty.contains("Открытые приглашения"), "{empty}");
    let token = invite(&shop, &owner, "new@example.com").await;
    let staff = browser.page("/staff").await;
    for part in [
        "Открытые приглашения",
        "<b>new@example.com</b>",
        "Сотрудник",
        "owner@example.com",
        "28 июля",
        "href=\"/staff/invites/2/withdraw\"",
    ] {
        assert!(staff.contains(part), "{part} {staff}");
    }
    assert!(!staff.contains(&token), "the token is shown once");
    assert!(
        !staff.contains("action=\"/staff/invites/2/withdraw\""),
        "{staff}"
    );
    let english = shop
        .request(reqwest::Method::GET, "/staff")
        .header("cookie", &browser.cookie)
        .header("accept-language", "en");
    let english = english.send().await.unwrap().text().await.unwrap();
    assert!(
        english.contains("Open invites") && english.contains("Withdraw"),
        "{english}"
    );
    let question = browser.page("/staff/invites/2/withdraw").await;
    for part in [
        "<h1>Отозвать приглашение?</h1>",
        "<b>new@example.com</b>",
        "method=\"post\" action=\"/staff/invites/2/withdraw\"",
        "href=\"/staff\">Отмена</a>",
    ] {
        assert!(question.contains(part), "{part} {question}");
    }
    assert_eq!(
        open(&shop).await,
        ["new@example.com"],
        "a question changes nothing"
    );
    let mut other = Browser::open(&shop);
    other.cookie = format!("zayavka={employee}");
    let path = "/staff/invites/2/withdraw";
    assert_eq!(other.get(path).await.status(), StatusCode::FORBIDDEN);
    assert_eq!(other.post(path, &[]).await.status(), StatusCode::FORBIDDEN);
    let mut nobody = Browser::open(&shop);
    assert!(goes_to(&nobody.get(path).await).starts_with("/login"));
    assert!(goes_to(&nobody.post(path, &[]).await).starts_with("/login"));
    assert_eq!(open(&shop).await, ["new@example.com"]);
    assert_eq!(goes_to(&browser.post(path, &[]).await), "/staff");
    assert_eq!(open(&shop).await, Vec::<String>::new());
    assert_eq!(
        join(&shop, "new@example.com", &token).await,
        "invalid_invite"
    );
    // Submitted twice, it succeeds as well; and there is nothing left to confirm.
    assert_eq!(goes_to(&browser.post(path, &[]).await), "/staff");
    assert_eq!(browser.get(path).await.status(), StatusCode::NOT_FOUND);
    shop.close().await;
}
