//! Customers' pictures as the browser shows them.

use super::chromium::Driver;
use crate::metadata::{JPEG, PROGRESSIVE, jpeg, kept, png, shop};

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
    ] {
        kept(&shop, name, file).await;
    }
    let browser = driver.signed_in(&shop, "owner@example.com").await;
    browser.go("/tasks/1").await;
    // Chromium applies the orientation of these formats, but ignores that of WebP.
    // They are shown in the messages and among the photos of the task, and nowhere else.
    let shown = "img[src^='/photos/']";
    assert_eq!(browser.count(shown).await, 6);
    for place in [".log .msg", "#photos"] {
        let all = format!("[...document.querySelectorAll(\"{place} {shown}\")]");
        // Those that are out of sight are loaded as well.
        let size = "(one.loading = 'eager', one.naturalWidth + 'x' + one.naturalHeight)";
        let sizes = format!("{all}.map(one => {size}).join(' ')");
        browser.until(&format!("{sizes} == '8x16 8x16 8x16'")).await;
    }
    shop.close().await;
}
