//! Pictures of customers as the browser shows them.

use serde_json::json;

use super::chromium::Driver;
use crate::metadata::{JPEG, PROGRESSIVE, jpeg, kept, png, shop, webp};

#[tokio::test]
async fn a_picture_that_was_taken_sideways_still_stands_upright() {
    let Some(driver) = Driver::start().await else {
        return;
    };
    let shop = shop().await;
    for (name, file) in [
        ("a.jpg", jpeg(JPEG, true, 6)),
        ("b.jpg", jpeg(PROGRESSIVE, false, 8)),
        ("c.png", png(6)),
        ("d.webp", webp(6)),
    ] {
        kept(&shop, name, file).await;
    }
    let browser = driver.signed_in(&shop, "owner@example.com").await;
    browser.go("/tasks/1").await;
    let loaded = "[...document.querySelectorAll('img[src^=\"/photos/\"]')]";
    browser
        .until(&format!(
            "{loaded}.length == 4 && {loaded}.every(one => one.complete)"
        ))
        .await;
    let sizes = format!("return {loaded}.map(one => one.naturalWidth + 'x' + one.naturalHeight)");
    let sizes = browser.eval(&sizes).await;
    // Chromium turns pictures of these kinds alike.
    assert_eq!(sizes, json!(["8x16", "8x16", "8x16", "8x16"]));
    shop.close().await;
}
