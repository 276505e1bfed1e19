//! What a phone on a slow network loads: the pages with everything that they link, and our own scripts.

use std::collections::HashMap;

use reqwest::Method;

use crate::bot::create;
use crate::harness::Shop;
use crate::pages::{Browser, OWNERS, PAGES};

/// The largest first load of a page in bytes, compressed as it is sent.
const MOST: usize = 40_000;

/// The largest number of lines of our scripts.
const LINES: usize = 700;

/// Returns the compressed size of a file and, for a page, its text.
async fn load(shop: &Shop, cookie: &str, path: &str) -> (usize, String) {
    let request = shop.request(Method::GET, path);
    let request = request
        .header("cookie", cookie)
        .header("accept-encoding", "gzip");
    let answer = request.send().await.unwrap();
    assert!(answer.status().is_success(), "{path}: {}", answer.status());
    let packed = answer.headers().get("content-encoding").is_some();
    let bytes = answer.bytes().await.unwrap();
    let mut text = String::new();
    if packed {
        let mut reader = flate2::read::GzDecoder::new(&bytes[..]);
        std::io::Read::read_to_string(&mut reader, &mut text).unwrap();
    } else {
        text = String::from_utf8_lossy(&bytes).into_owned();
    }
    (bytes.len(), text)
}

/// Returns the paths of stylesheets, scripts and symbols that a page links.
fn assets(page: &str) -> Vec<String> {
    let links = page.split("\"/assets/").skip(1);
    let path = |rest: &str| rest.split(['"', '#']).next().unwrap().to_owned();
    let mut names: Vec<String> = links.map(path).collect();
    names.sort();
    names.dedup();
    names
}

#[tokio::test]
async fn the_first_load_of_every_page_is_light() {
    let shop = Shop::with_owner().await;
    create(&shop, "8 900 000-00-01").await;
    let cookie = Browser::signed_in(&shop, "owner@example.com").await.cookie;
    let mut sizes: HashMap<String, usize> = HashMap::new();
    let mut heavy = Vec::new();
    for path in PAGES.iter().chain(OWNERS) {
        let (mut total, page) = load(&shop, &cookie, path).await;
        let linked = assets(&page);
        assert!(linked.len() > 3, "{path} links {linked:?}");
        for name in linked {
            total += match sizes.get(&name) {
                Some(size) => *size,
                None => {
                    let (size, _) = load(&shop, "", &format!("/assets/{name}")).await;
                    sizes.insert(name, size);
                    size
                }
            };
        }
        if total > MOST {
            heavy.push(format!("{path}: {total} bytes"));
        }
    }
    assert!(heavy.is_empty(), "{heavy:#?}");
    shop.close().await;
}

#[test]
fn the_scripts_of_the_pages_stay_short() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/web/assets");
    let files = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let scripts = files.filter(|path| path.extension().is_some_and(|ending| ending == "js"));
    let lines: usize = scripts
        .map(|path| std::fs::read_to_string(path).unwrap().lines().count())
        .sum();
    assert!((100..=LINES).contains(&lines), "{lines} lines");
}
