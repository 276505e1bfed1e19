//! GraphiQL's connection to the server. GraphiQL itself comes from the internet, which tests don't need.

use serde_json::{Value, json};

use super::chromium::Driver;
use crate::bot::{create, set_status};
use crate::harness::Shop;

#[tokio::test]
async fn graphiql_runs_queries_and_subscriptions_with_the_token_of_its_headers() {
    let Some(driver) = Driver::start().await else {
        return;
    };
    let shop = Shop::with_owner().await;
    create(&shop, "+79000000001").await;
    let browser = driver.open(&shop).await;
    browser.cdp("Network.enable", json!({})).await;
    let internet = json!({"urls": ["*://unpkg.com/*"]});
    browser.cdp("Network.setBlockedURLs", internet).await;
    browser.go("/graphql").await;
    browser.until("typeof fetcher === 'function'").await;
    let token = shop.token.as_ref().unwrap();
    // What GraphiQL passes: the request, and the headers with the parsed document.
    browser
        .eval(&format!(
            "window.headers = {{ Authorization: 'Bearer {token}' }};
             window.documentOf = (operation, name) => ({{ definitions: [
                 {{ kind: 'FragmentDefinition' }},
                 {{ kind: 'OperationDefinition', operation, name: name && {{ value: name }} }}] }});"
        ))
        .await;
    let email = browser
        .eval_later(
            "const done = arguments[0];
             fetcher({ query: '{ me { email } }' }, { headers, documentAST: documentOf('query') }).then(done, done);",
        )
        .await;
    assert_eq!(
        email,
        json!({"data": {"me": {"email": "owner@example.com"}}})
    );
    browser
        .eval(
            "window.told = [];
             const query = 'subscription Watch { taskChanged { kind id task { status } } }';
             window.watched = fetcher({ query, operationName: 'Watch' },
                 { headers, documentAST: documentOf('subscription', 'Watch') });
             (async () => {
                 for await (const result of watched) told.push(result);
                 window.ended = true;
             })().catch((error) => { window.failed = String(error); });",
        )
        .await;
    // The subscription listens once a change is told.
    let statuses = ["READY", "IN_PROGRESS"];
    let mut changes = statuses.iter().cycle();
    while browser.eval("return told.length").await == json!(0) {
        assert_eq!(browser.eval("return window.failed").await, Value::Null);
        set_status(&shop, "1", changes.next().unwrap()).await;
    }
    let told = browser.eval("return told[0].data.taskChanged").await;
    assert_eq!(
        (&told["kind"], &told["id"]),
        (&json!("UPDATED"), &json!("1"))
    );
    browser.eval("watched.return()").await;
    browser.until("window.ended").await;
    // A document that is refused is shown like any other response.
    let refused = browser
        .eval_later(
            "const done = arguments[0];
             fetcher({ query: 'subscription { nothing }' }, { headers, documentAST: documentOf('subscription') })
                 .next().then(done, (error) => done(String(error)));",
        )
        .await;
    let code = &refused["value"]["errors"][0]["extensions"]["code"];
    assert_eq!(code, "GRAPHQL_VALIDATION_FAILED", "{refused}");
    assert_ne!(refused["done"], Value::Bool(true));
    shop.close().await;
}
