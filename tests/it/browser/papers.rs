//! What comes out of the printer.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::chromium::Driver;
use crate::bot::create;
use crate::harness::Shop;

/// A page of a PDF is so many points (1/72 inch) wide and high.
fn pages(pdf: &[u8]) -> Vec<(i64, i64)> {
    let text = String::from_utf8_lossy(pdf);
    let size = |page: &str| {
        let mut numbers = page.split(']').next().unwrap().split_whitespace().skip(2);
        let mut next = || numbers.next().unwrap().parse::<f64>().unwrap().round() as i64;
        (next(), next())
    };
    text.split("/MediaBox [").skip(1).map(size).collect()
}

#[tokio::test]
async fn a_paper_comes_out_of_the_printer_alone_and_on_its_own_size() {
    let Some(driver) = Driver::start().await else {
        return;
    };
    let shop = Shop::with_owner().await;
    create(&shop, "+79000000001").await;
    let browser = driver.signed_in(&shop, "owner@example.com").await;
    for (path, size) in [
        ("/tasks/1/receipt", (595, 842)),
        ("/tasks/1/receipt?paper=roll", (227, 842)),
        ("/tasks/1/hand-over", (595, 842)),
        ("/tasks/1/hand-over?paper=roll&language=en", (227, 842)),
        ("/tasks/1/label", (164, 113)),
    ] {
        browser.go(path).await;
        let options = json!({"preferCSSPageSize": true});
        let pdf = browser.cdp("Page.printToPDF", options).await;
        let pdf = STANDARD.decode(pdf["data"].as_str().unwrap()).unwrap();
        assert_eq!(pages(&pdf), [size], "{path}");
        let media = json!({"media": "print"});
        browser.cdp("Emulation.setEmulatedMedia", media).await;
        let seen = "return [...document.body.children, ...document.querySelector('main').children]
            .filter((e) => e.checkVisibility()).map((e) => e.localName)";
        assert_eq!(
            browser.eval(seen).await,
            json!(["main", "article"]),
            "{path}"
        );
        let media = json!({"media": ""});
        browser.cdp("Emulation.setEmulatedMedia", media).await;
    }
    // The button is there for whoever has the script that it needs.
    browser
        .eval("window.print = () => { document.title = 'printed'; }")
        .await;
    browser.click("[data-print]").await;
    browser.until("document.title === 'printed'").await;
    shop.close().await;
}
