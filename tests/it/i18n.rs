//! Both languages are complete, without unused messages.

use std::collections::{BTreeSet, HashSet};
use std::fs;
use std::path::Path;

fn ids(ftl: &str) -> BTreeSet<String> {
    let entry = |line: &str| {
        let (id, _) = line.split_once(" =")?;
        let word = |c: char| c.is_ascii_alphanumeric() || c == '-';
        (!id.is_empty() && id.chars().all(word)).then(|| id.to_owned())
    };
    ftl.lines().filter_map(entry).collect()
}

fn sources(folder: &Path, text: &mut String) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let ending = path
            .extension()
            .and_then(|ending| ending.to_str())
            .unwrap_or_default();
        if path.is_dir() {
            sources(&path, text);
        } else if ["rs", "html"].contains(&ending) {
            *text += &fs::read_to_string(&path).unwrap();
        }
    }
}

#[test]
fn no_sentence_is_missing_or_unused() {
    let russian = ids(include_str!("../../src/i18n/ru.ftl"));
    let english = ids(include_str!("../../src/i18n/en.ftl"));
    assert!(russian.len() > 150);
    let missing: Vec<_> = russian.symmetric_difference(&english).collect();
    assert!(missing.is_empty(), "in one language only: {missing:?}");
    let mut code = String::new();
    sources(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("src"),
        &mut code,
    );
    let quoted: HashSet<&str> = code.split('"').collect();
    // The two commands of the bot are composed at run time.
    let used = |id: &str| id.starts_with("bot-command-") || quoted.contains(id);
    let unused: Vec<_> = russian.iter().filter(|id| !used(id)).collect();
    assert!(unused.is_empty(), "nobody says {unused:?}");
}

#[test]
fn no_template_and_no_page_has_words_of_its_own() {
    let mut templates = String::new();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/web");
    sources(&folder, &mut templates);
    let cyrillic = templates
        .lines()
        .map(|line| line.split("//").next().unwrap_or_default())
        .find(|line| {
            line.chars()
                .any(|c| ('а'..='я').contains(&c.to_lowercase().next().unwrap_or(c)))
        });
    assert_eq!(cyrillic, None);
}
