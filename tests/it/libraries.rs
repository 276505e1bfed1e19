//! The pages about client libraries quote what `tests/clients` runs, in both languages, and the
//! GraphQL of the page about 1C does what it says.

use std::collections::BTreeMap;
use std::path::Path;

use reqwest::Method;
use serde_json::{Value, json};

use crate::documents::documents;
use crate::harness::Shop;

/// Folders of the pages, in English and in Russian.
const PAGES: [&str; 2] = ["docs/api/libraries/", "docs/ru/api/libraries/"];

/// Pages whose code comes from no file: `curl.mjs` executes one, and the last test reads the other.
const OWN_CODE: [&str; 2] = ["1c.md", "curl.md"];

/// What names the versions of the libraries.
const MANIFESTS: [&str; 7] = [
    "node/package.json",
    "relay/package.json",
    "codegen/package.json",
    "python/requirements.in",
    "python-codegen/requirements.in",
    "rust/cynic/Cargo.toml",
    "rust/graphql_client/Cargo.toml",
];

/// A fenced block, and the file of `tests/clients` whose link stands last before it.
struct Block {
    file: String,
    word: String,
    code: String,
}

fn blocks(page: &str) -> Vec<Block> {
    let (mut found, mut file) = (Vec::new(), String::new());
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        let links = line.split("/tests/clients/").skip(1);
        if let Some((target, _)) = links.last().and_then(|rest| rest.split_once(')')) {
            target.clone_into(&mut file);
        }
        if let Some(word) = line.strip_prefix("```") {
            let code: Vec<_> = lines.by_ref().take_while(|line| *line != "```").collect();
            found.push(Block {
                file: file.clone(),
                word: word.to_owned(),
                code: code.join("\n"),
            });
        }
    }
    found
}

/// Returns the pages of one language by file name.
fn pages(folder: &str) -> BTreeMap<String, Vec<Block>> {
    let documents = documents();
    let pages = documents.iter().filter_map(|(name, page)| {
        let name = name.strip_prefix(folder)?;
        Some((name.to_owned(), blocks(page)))
    });
    pages.collect()
}

/// Returns the text of a file of `tests/clients`.
fn client(file: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients");
    std::fs::read_to_string(root.join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

#[test]
fn every_quote_stands_in_the_file_that_it_names() {
    crate::time_limit::start();
    let mut quotes = 0;
    for (name, blocks) in pages(PAGES[0]) {
        // A shell's line is no quote.
        let quoted = blocks.iter().filter(|block| block.word != "sh");
        for block in quoted.filter(|_| !OWN_CODE.contains(&&*name)) {
            assert!(!block.file.is_empty(), "{name}: {}", block.code);
            let quotes_it = client(&block.file).contains(&format!("{}\n", block.code));
            assert!(quotes_it, "{name}: {} has not\n{}", block.file, block.code);
            quotes += 1;
        }
    }
    assert!(quotes > 30, "{quotes}");
}

#[test]
fn both_languages_show_the_same_code() {
    crate::time_limit::start();
    let [english, russian] = PAGES.map(pages);
    assert!(english.keys().eq(russian.keys()));
    for (name, blocks) in english {
        let code = |blocks: &[Block]| -> Vec<_> {
            let code = blocks.iter().map(|block| block.code.clone());
            code.collect()
        };
        assert_eq!(code(&blocks), code(&russian[&name]), "{name}");
    }
}

#[test]
fn the_versions_are_those_that_are_installed() {
    crate::time_limit::start();
    let manifests = MANIFESTS.map(client).join("\n");
    let documents = documents();
    for folder in PAGES {
        let page = &documents[&format!("{folder}README.md")];
        let rows = page.lines().filter(|line| line.starts_with("| ["));
        let mut count = 0;
        for row in rows {
            let cells: Vec<_> = row.split('|').map(str::trim).collect();
            let package = cells[2].split('`').nth(1).unwrap();
            let version = cells[3];
            let forms = [
                format!("\"{package}\": \"{version}\""),
                format!("\n{package}=={version}\n"),
                format!("{package}[aiohttp,websockets]=={version}\n"),
                format!("{package}[subscriptions]=={version}\n"),
                format!("\n{package} = \"{version}\""),
                format!("\n{package} = {{ version = \"{version}\""),
            ];
            let installed = forms.iter().any(|form| manifests.contains(form));
            assert!(installed, "{folder}: {package} {version}");
            count += 1;
        }
        assert!(count > 12, "{count}");
    }
}

/// Returns the GraphQL documents in texts of 1C, whose lines begin with `|`.
fn documents_of_1c(code: &str) -> Vec<String> {
    let texts = code.split('"').skip(1).step_by(2);
    let operations = texts.filter(|text| text.contains('{'));
    let whole = operations.map(|text| {
        let lines = text
            .lines()
            .map(|line| line.trim_start().trim_start_matches('|'));
        lines.collect::<Vec<_>>().join("\n")
    });
    whole.collect()
}

#[tokio::test]
async fn the_graphql_of_the_page_about_1c_does_what_it_says() {
    let shop = Shop::with_owner().await;
    let blocks = &pages(PAGES[0])["1c.md"];
    let code: Vec<_> = blocks.iter().map(|block| &*block.code).collect();
    let operations = documents_of_1c(&code.join("\n"));
    let [login, page, create] = &operations[..] else {
        panic!("{operations:#?}");
    };
    let ask = async |query: &str, variables: Value| {
        let body = json!({"query": query, "variables": variables}).to_string();
        let request = shop.request(Method::POST, "/graphql");
        let request = request.header("content-type", "application/json");
        let answer = request.body(body).send().await.unwrap().text().await;
        let answer: Value = serde_json::from_str(&answer.unwrap()).unwrap();
        assert!(answer["errors"].is_null(), "{query}\n{answer}");
        answer["data"].clone()
    };
    let strange = json!({"email": "owner@example.com", "password": "not the password of this one"});
    assert_eq!(ask(login, strange).await["login"]["success"], false);
    let task = json!({"customerPhone": "8 900 000 00 01", "category": "REPAIR", "description": "iPhone 11"});
    let variables = json!({"task": task, "key": "1c-3f2504e0-4f89-11d3-9a0c-0305e82c3301"});
    let first = ask(create, variables.clone()).await;
    assert_eq!(first, ask(create, variables).await, "one task");
    let read = ask(page, json!({"after": null})).await;
    assert_eq!(
        read["tasks"]["nodes"].as_array().unwrap().len(),
        1,
        "{read}"
    );
    assert_eq!(
        read["tasks"]["nodes"][0]["id"],
        first["createTask"]["task"]["id"]
    );
    shop.close().await;
}
