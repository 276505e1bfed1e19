//! The search index `task_search`. The triggers of `tasks`, `task_details` and `customers` note the tasks that have to
//! be indexed again, and the writer does that before each commit. The view `texts_of_tasks` has the texts of a task.
//!
//! The index is one of trigrams. There are only a thousand trigrams of digits, and each occurs in very many texts; so
//! every number is indexed a second time, with one private letter for each three digits. Three such letters cover five
//! digits, which occur in few texts.
//!
//! Trigrams find nothing shorter than three characters. So the first one and two characters of every word are indexed
//! once more, made up to three with a private letter.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::functions::FunctionFlags;
use rusqlite::{Statement, TransactionBehavior};

use crate::domain::{TaskId, fold, second_phone_key, serial_key};
use crate::store::{Connection, Transaction};

/// The table in which the triggers note changed tasks.
pub(in crate::store) const STALE: &str = "task_search_stale";

/// The table that says whether the comparison keys have to be rebuilt.
const KEYS: &str = "stale_keys";
/// The number of tasks indexed at once after which the index is optimized.
const MANY: usize = 1_000;

/// The shortest number that is found by its private letters, in digits.
const LEAST: usize = 5;
/// The first private letter for three digits, in a block that no text uses
/// (<https://www.unicode.org/faq/private_use>).
const FIRST: u32 = 0xE000;

/// Returns the private letters of all sufficiently long numbers in a text, each number once.
pub(in crate::store) fn digit_letters(text: &str) -> String {
    let mut numbers: Vec<&str> = text
        .split(|c: char| !c.is_ascii_digit())
        .filter(|number| number.len() >= LEAST)
        .collect();
    numbers.sort_unstable();
    numbers.dedup();
    let letter = |three: &[u8]| {
        let number = three
            .iter()
            .fold(0, |number, digit| number * 10 + u32::from(digit - b'0'));
        char::from_u32(FIRST + number)
    };
    let letters = |number: &str| number.as_bytes().windows(3).filter_map(letter).collect();
    numbers
        .into_iter()
        .map(letters)
        .collect::<Vec<String>>()
        .join(" ")
}

/// The private letter before the beginning of a word, behind those for digits.
const START: char = '\u{F000}';

/// Returns the index term for the beginning of a word: one or two characters. `None` for a longer or an empty one.
pub(in crate::store) fn beginning(characters: &[char]) -> Option<String> {
    match characters {
        [one] => Some([START, START, *one].iter().collect()),
        [one, two] => Some([START, *one, *two].iter().collect()),
        _ => None,
    }
}

/// Returns the beginnings of all words of a folded text, each once. A word is a run of letters and digits; a code with
/// signs in it ("Б-3") is one word without them as well.
///
/// The first beginning of two characters stands right behind the one of its first character, so that both share their
/// characters: every three characters in a row are a term of the index, and those that straddle two beginnings are of
/// no use.
fn beginnings(text: &str) -> String {
    let mut all: BTreeMap<char, BTreeSet<char>> = BTreeMap::new();
    let mut add = |word: &str| {
        let mut letters = word.chars().filter(|c| c.is_alphanumeric());
        if let Some(first) = letters.next() {
            all.entry(first).or_default().extend(letters.next());
        }
    };
    for chunk in text.split_whitespace() {
        add(chunk);
        chunk
            .split(|c: char| !c.is_alphanumeric())
            .for_each(&mut add);
    }
    let mut beginnings = String::new();
    for (first, seconds) in all {
        beginnings.extend([START, START, first]);
        for (nth, second) in seconds.into_iter().enumerate() {
            if nth > 0 {
                beginnings.extend([START, first]);
            }
            beginnings.push(second);
        }
    }
    beginnings
}

/// Registers [`digit_letters`] as a function of SQL, which one of the migrations calls.
pub(in crate::store) fn add_function(connection: &Connection) -> rusqlite::Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8
        | FunctionFlags::SQLITE_DETERMINISTIC
        | FunctionFlags::SQLITE_INNOCUOUS;
    connection.create_scalar_function("digit_letters", 1, flags, |context| {
        Ok(digit_letters(context.get_raw(0).as_str()?))
    })
}

/// The index entry of a task: folded texts, so that a search finds every spelling of a word. Search terms are folded
/// too ([`Search`](crate::domain::Search)).
pub(in crate::store) struct Entry {
    pub texts: [String; 3],
    pub digits: String,
    pub starts: String,
}

impl Entry {
    /// Builds an entry from a description, a name and a device.
    pub fn new(texts: [&str; 3]) -> Self {
        let texts = texts.map(fold);
        let whole = texts.join(" ");
        let (digits, starts) = (digit_letters(&whole), beginnings(&whole));
        Self {
            texts,
            digits,
            starts,
        }
    }

    /// Stores the entry with [`INSERT`].
    pub fn write(&self, statement: &mut Statement<'_>, task: TaskId) -> rusqlite::Result<()> {
        let [description, name, device] = &self.texts;
        statement.execute((task, description, name, device, &self.digits, &self.starts))?;
        Ok(())
    }
}

/// The statement that stores an [`Entry`].
pub(in crate::store) const INSERT: &str =
    "INSERT INTO task_search (rowid, description, name, device, digits, starts)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6)";

/// Indexes all noted tasks again, and returns how many there were.
pub(in crate::store) fn refresh(tx: &Transaction) -> rusqlite::Result<usize> {
    let forget = "DELETE FROM task_search WHERE rowid IN (SELECT task_id FROM task_search_stale)";
    tx.prepare_cached(forget)?.execute([])?;
    let noted = "SELECT t.id, t.description, t.name, t.device
        FROM task_search_stale AS s JOIN texts_of_tasks AS t ON t.id = s.task_id ORDER BY s.task_id";
    let mut noted = tx.prepare_cached(noted)?;
    let mut insert = tx.prepare_cached(INSERT)?;
    let mut rows = noted.query([])?;
    while let Some(row) = rows.next()? {
        let text = |column| Ok::<_, rusqlite::Error>(row.get_ref(column)?.as_str()?);
        let entry = Entry::new([text(1)?, text(2)?, text(3)?]);
        entry.write(&mut insert, row.get(0)?)?;
    }
    tx.prepare_cached("DELETE FROM task_search_stale")?
        .execute([])
}

/// Rebuilds the keys by which names, brands and serial numbers are compared, where they differ from what the program
/// computes today. Two stages whose names would coincide keep their keys.
pub(in crate::store) fn renew_keys(tx: &Transaction) -> rusqlite::Result<()> {
    renew(
        tx,
        fold,
        "SELECT id, name, name_key FROM customers WHERE name IS NOT NULL",
        "UPDATE customers SET name_key = ?2 WHERE id = ?1",
    )?;
    renew(
        tx,
        fold,
        "SELECT id, name, name_key FROM stages",
        "UPDATE OR IGNORE stages SET name_key = ?2 WHERE id = ?1",
    )?;
    renew(
        tx,
        serial_key,
        "SELECT task_id, serial, serial_key FROM task_details WHERE serial <> ''",
        "UPDATE task_details SET serial_key = ?2 WHERE task_id = ?1",
    )?;
    renew(
        tx,
        fold,
        "SELECT task_id, brand, brand_key FROM task_details WHERE brand <> ''",
        "UPDATE task_details SET brand_key = ?2 WHERE task_id = ?1",
    )?;
    // A file of an earlier schema has no companies yet.
    let has_companies =
        "SELECT EXISTS (SELECT 1 FROM pragma_table_info('customers') WHERE name = 'company_key')";
    if tx.query_row(has_companies, [], |row| row.get(0))? {
        renew_cards(tx)?;
    }
    // Nor a catalogue.
    let has_catalogue =
        "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = 'catalogue_items')";
    if tx.query_row(has_catalogue, [], |row| row.get(0))? {
        renew_catalogue(tx)?;
    }
    tx.execute("DELETE FROM stale_keys", [])?;
    Ok(())
}

fn renew_cards(tx: &Transaction) -> rusqlite::Result<()> {
    renew(
        tx,
        fold,
        "SELECT id, company, company_key FROM customers WHERE company IS NOT NULL",
        "UPDATE customers SET company_key = ?2 WHERE id = ?1",
    )?;
    renew(
        tx,
        second_phone_key,
        "SELECT id, second_phone, second_phone_key FROM customers WHERE second_phone IS NOT NULL",
        "UPDATE customers SET second_phone_key = ?2 WHERE id = ?1",
    )
}

fn renew_catalogue(tx: &Transaction) -> rusqlite::Result<()> {
    renew(
        tx,
        fold,
        "SELECT id, article, article_key FROM catalogue_items",
        "UPDATE OR IGNORE catalogue_items SET article_key = ?2 WHERE id = ?1",
    )?;
    renew(
        tx,
        fold,
        "SELECT id, name || char(10) || article || char(10) || barcode, search_key FROM catalogue_items",
        "UPDATE catalogue_items SET search_key = ?2 WHERE id = ?1",
    )?;
    renew(
        tx,
        fold,
        "SELECT id, name, name_key FROM drawers",
        "UPDATE OR IGNORE drawers SET name_key = ?2 WHERE id = ?1",
    )
}

fn renew(
    tx: &Transaction,
    key: impl Fn(&str) -> String,
    read: &str,
    write: &str,
) -> rusqlite::Result<()> {
    let mut stale: Vec<(i64, String)> = Vec::new();
    let mut read = tx.prepare(read)?;
    let mut rows = read.query([])?;
    while let Some(row) = rows.next()? {
        let right = key(row.get_ref(1)?.as_str()?);
        if right != row.get_ref(2)?.as_str()? {
            stale.push((row.get(0)?, right));
        }
    }
    let mut write = tx.prepare(write)?;
    for (id, key) in stale {
        write.execute((id, key))?;
    }
    Ok(())
}

/// Does both at the start: a migration may have asked for it, or another program may have written.
pub(in crate::store) fn catch_up(connection: &mut Connection) -> rusqlite::Result<()> {
    let has = |table: &str| -> rusqlite::Result<bool> {
        let noted = format!("SELECT EXISTS (SELECT 1 FROM {table})");
        Ok(connection.table_exists(None, table)?
            && connection.query_row(&noted, [], |row| row.get(0))?)
    };
    let (keys, texts) = (has(KEYS)?, has(STALE)?);
    if !keys && !texts {
        return Ok(());
    }
    let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    if keys {
        renew_keys(&tx)?;
    }
    // An index of an earlier schema is made anew by the migration that changes it.
    let is_current =
        "SELECT EXISTS (SELECT 1 FROM pragma_table_info('task_search') WHERE name = 'starts')";
    let is_current: bool = tx.query_row(is_current, [], |row| row.get(0))?;
    if is_current && refresh(&tx)? >= MANY {
        tx.execute(
            "INSERT INTO task_search (task_search) VALUES ('optimize')",
            [],
        )?;
    }
    tx.commit()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_begins_with_one_and_two_characters() {
        assert_eq!(
            beginnings("б-3, лк б лак"),
            "\u{F000}\u{F000}3\u{F000}\u{F000}б3\u{F000}\u{F000}ла\u{F000}лк"
        );
        let indexed: Vec<char> = beginnings("б-3, лк б лак").chars().collect();
        for found in ["3", "б", "б3", "л", "ла", "лк"] {
            let letters: Vec<char> = found.chars().collect();
            let term: Vec<char> = beginning(&letters).unwrap().chars().collect();
            assert!(indexed.windows(3).any(|three| three == term), "{found}");
        }
        assert_eq!(beginnings(" - "), "");
        assert_eq!(beginning(&['a', 'b', 'c']), None);
    }

    #[test]
    fn three_digits_are_a_letter_and_short_numbers_have_none() {
        let letters = |text: &str| -> Vec<u32> {
            let letters = digit_letters(text);
            letters.chars().map(|c| c as u32).collect()
        };
        let twice = letters("SN-01230 SN01230, 2021 год, ٣٤٥٦٧");
        assert_eq!(twice, [0xE000 + 12, 0xE000 + 123, 0xE000 + 230]);
        let two = letters("№99999x00000");
        let space = u32::from(b' ');
        assert_eq!(two, [0xE000, 0xE000, 0xE000, space, 0xE3E7, 0xE3E7, 0xE3E7]);
        assert!(digit_letters("8 (916) 123-45-67, 1234").is_empty());
        assert!(digit_letters("").is_empty());
    }
}
