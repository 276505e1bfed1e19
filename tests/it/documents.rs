//! Checks of the documents: links, headings, pictures, decision records, and the terms of the
//! glossary.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};

/// The folder of the documents in Russian.
const RUSSIAN: &str = "docs/ru/";

/// Returns the text of every document of the repository, by path.
pub fn documents() -> BTreeMap<String, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = BTreeMap::new();
    let mut folders = vec![PathBuf::new()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(root.join(&folder)).unwrap() {
            let entry = entry.unwrap();
            let path = folder.join(entry.file_name());
            let name = path.to_str().unwrap().to_owned();
            if entry.file_type().unwrap().is_dir() {
                // What tools build and install isn't the repository's.
                let foreign = path.ends_with("target") || path.ends_with("node_modules");
                if !name.starts_with('.') && !foreign {
                    folders.push(path);
                }
            } else if name.ends_with(".md") {
                let text = std::fs::read_to_string(root.join(&path)).unwrap();
                found.insert(name, text);
            }
        }
    }
    found
}

/// Returns the lines of a document outside fenced code.
fn prose(page: &str) -> impl Iterator<Item = &str> {
    let mut fenced = false;
    page.lines().filter(move |line| {
        let fence = line.trim_start().starts_with("```");
        fenced ^= fence;
        !fence && !fenced
    })
}

/// Returns the anchors of a document's headings, as GitHub generates them.
fn anchors(page: &str) -> BTreeSet<String> {
    let mut anchors = BTreeSet::new();
    for heading in prose(page).filter(|line| line.starts_with('#')) {
        let text = heading.trim_start_matches('#').trim().to_lowercase();
        let kept = text
            .chars()
            .filter(|c| c.is_alphanumeric() || " -_".contains(*c));
        let anchor = kept.collect::<String>().replace(' ', "-");
        // The anchor of a repeated heading gets a number.
        let numbered = (1..).map(|number| format!("{anchor}-{number}"));
        let free = std::iter::once(anchor.clone())
            .chain(numbered)
            .find(|anchor| !anchors.contains(anchor));
        anchors.extend(free);
    }
    anchors
}

/// Returns the targets of a document's links and pictures.
fn targets(page: &str) -> Vec<&str> {
    let mut found = Vec::new();
    for line in prose(page) {
        for (opening, closing) in [("](", ')'), ("src=\"", '"'), ("href=\"", '"')] {
            let rests = line.split(opening).skip(1);
            found.extend(rests.filter_map(|rest| Some(rest.split_once(closing)?.0)));
        }
    }
    found
}

/// Returns a path without `.` and `..`.
fn resolved(path: &Path) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.components() {
        match part {
            Component::ParentDir => assert!(parts.pop().is_some(), "{}", path.display()),
            Component::Normal(part) => parts.push(part.to_str().unwrap()),
            _ => {}
        }
    }
    parts.join("/")
}

#[test]
fn every_link_leads_to_a_file_and_a_heading() {
    let documents = documents();
    let mut followed = 0;
    let mut dead = Vec::new();
    for (name, page) in &documents {
        for target in targets(page) {
            if target.contains("://") || target.starts_with("mailto:") {
                continue;
            }
            followed += 1;
            let (path, anchor) = target.split_once('#').unwrap_or((target, ""));
            let path = match path {
                "" => name.clone(),
                path => resolved(&Path::new(name).parent().unwrap().join(path)),
            };
            let exists = Path::new(env!("CARGO_MANIFEST_DIR")).join(&path).exists();
            let page = documents.get(&path);
            let known =
                anchor.is_empty() || page.is_some_and(|page| anchors(page).contains(anchor));
            if !exists || !known {
                dead.push(format!("{name}: {target}"));
            }
        }
    }
    assert!(dead.is_empty(), "{dead:#?}");
    assert!(followed > 100, "{followed}");
}

#[test]
fn a_document_in_russian_has_its_english_one() {
    let documents = documents();
    let russian = documents
        .keys()
        .filter_map(|name| name.strip_prefix(RUSSIAN));
    let russian: Vec<_> = russian.collect();
    assert!(russian.len() > 8, "{russian:?}");
    for name in russian {
        assert!(documents.contains_key(&format!("docs/{name}")), "{name}");
    }
}

#[test]
fn both_readmes_are_short_and_show_the_pictures_of_their_language() {
    let documents = documents();
    for (name, language) in [("README.md", "en"), ("README.ru.md", "ru")] {
        let page = &documents[name];
        assert!(page.lines().count() <= 150, "{name}");
        let folder = format!("tests/screenshots/{language}/");
        let pictures: Vec<_> = targets(page)
            .into_iter()
            .filter(|target| target.ends_with(".png"))
            .collect();
        assert_eq!(pictures.len(), 3, "{name}: {pictures:?}");
        assert!(pictures.iter().all(|picture| picture.starts_with(&folder)));
        let (_, commands) = page.split_once("```sh\n").unwrap();
        assert!(commands.starts_with("git clone "), "{name}");
    }
}

/// Returns the concatenated text of all files below a folder with a suffix.
fn texts(folder: &str, ending: &str) -> String {
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)];
    let mut all = String::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            match path.to_str().unwrap().ends_with(ending) {
                _ if path.is_dir() => folders.push(path),
                true => all += &std::fs::read_to_string(path).unwrap(),
                false => {}
            }
        }
    }
    all
}

/// Returns the identifiers in a text.
fn identifiers(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .filter(|word| !word.is_empty())
}

#[test]
fn the_glossary_names_what_exists() {
    let documents = documents();
    let (terms, _) = documents["docs/glossary.md"]
        .split_once("## Words that are not used")
        .unwrap();
    let sources = [
        texts("src", ".rs"),
        texts("sql", ".sql"),
        zayavka::graphql::sdl(),
    ]
    .join("\n");
    let known: BTreeSet<_> = identifiers(&sources).collect();
    let names = terms.split('`').skip(1).step_by(2).flat_map(identifiers);
    let names: BTreeSet<_> = names.collect();
    // Terms of the documents themselves and of protocols.
    let others = [
        "ftl",
        "X",
        "Request",
        "Id",
        "Authorization",
        "Bearer",
        "POST",
    ];
    let unknown: Vec<_> = names
        .iter()
        .filter(|name| !known.contains(*name) && !others.contains(name))
        .collect();
    assert!(unknown.is_empty(), "{unknown:?}");
    assert!(names.len() > 60, "{}", names.len());
}

#[test]
fn every_decision_record_is_listed_and_has_its_parts() {
    let documents = documents();
    let list = &documents["docs/adr/README.md"];
    let records = documents.iter().filter_map(|(name, page)| {
        let file = name.strip_prefix("docs/adr/")?;
        (file != "README.md").then_some((file, page))
    });
    let mut count = 0;
    for (file, page) in records {
        count += 1;
        assert!(list.contains(file), "{file} isn't listed");
        for heading in ["## Context", "## Decision", "## Consequences"] {
            assert!(page.contains(heading), "{file} has no {heading:?}");
        }
        assert!(page.contains("\nStatus: "), "{file} has no status");
    }
    assert!(count >= 3, "{count}");
}

/// Log lines and responses that the documents tell operators to look for.
const QUOTED: [&str; 11] = [
    "the bot is announced to Telegram",
    "no backup was made",
    "lines of the log were lost: nobody read it, or it could not be written",
    "the same failure was repeated",
    "the wall clock was set back",
    "the database doesn't answer",
    "the last change was not stored",
    "the disk is full",
    "the disk fails (I/O error)",
    "another program keeps the database locked",
    "the disk doesn't answer",
];

#[test]
fn quoted_log_lines_and_responses_are_those_of_the_code() {
    let documents = documents();
    let pages = [
        &documents["docs/operations.md"],
        &documents["docs/install.md"],
    ];
    let sources = texts("src", ".rs");
    for words in QUOTED {
        let quoted = pages.iter().any(|page| page.contains(words));
        assert!(quoted, "no document says {words:?}: correct this test");
        assert!(
            sources.contains(words),
            "no code says {words:?}: correct the documents"
        );
    }
}

/// Returns a file of the folder `systemd`.
fn shipped(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("systemd");
    std::fs::read_to_string(folder.join(name)).unwrap()
}

#[test]
fn the_settings_of_litestream_are_those_that_are_shipped() {
    let documents = documents();
    let file = shipped("litestream.yml");
    let lines = file.lines().map(|line| line.trim_start_matches([' ', '#']));
    let lines: BTreeSet<_> = lines.collect();
    for name in ["docs/operations.md", "docs/ru/operations.md"] {
        let blocks: Vec<_> = documents[name].split("```yaml\n").skip(1).collect();
        assert_eq!(blocks.len(), 2, "{name}");
        for block in blocks {
            let (block, _) = block.split_once("```").unwrap();
            let shown = block.lines().map(str::trim).filter(|line| !line.is_empty());
            let other: Vec<_> = shown.filter(|line| !lines.contains(line)).collect();
            assert!(other.is_empty(), "{name}: {other:?}");
        }
    }
}

#[test]
fn a_shop_of_the_template_is_confined_as_the_service_is() {
    let confined = ["zayavka.service", "zayavka@.service"].map(|name| {
        let unit = shipped(name);
        let (_, rest) = unit.split_once("# No access to the machine").unwrap();
        rest.to_owned()
    });
    assert_eq!(confined[0], confined[1]);
    assert!(confined[0].contains("SystemCallFilter=@system-service"));
}
