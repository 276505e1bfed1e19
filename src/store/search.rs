//! What the search box looks through: the index `task_search`. The triggers of `tasks`,
//! `task_details` and `customers` note what it has to read again, and the writer has it read that
//! before each commit. What it reads of a task is the view `texts_of_tasks`.
//!
//! The index knows three letters in a row. There are a thousand times three digits, and each is in
//! very many texts; so numbers stand in it once more, with a letter for each three digits of them.
//! Three of those are five digits, which are in few.

use rusqlite::TransactionBehavior;
use rusqlite::functions::FunctionFlags;

use super::{Connection, Transaction};

/// The table in which the triggers note the tasks.
pub(super) const STALE: &str = "task_search_stale";

/// The shortest number that its letters find, in digits.
const LEAST: usize = 5;
/// The letters of three digits begin here: nobody writes them
/// (<https://www.unicode.org/faq/private_use>).
const FIRST: u32 = 0xE000;

/// The letters of all numbers in a text that are long enough to be found by them, each number once.
pub(super) fn digit_letters(text: &str) -> String {
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

/// Lets the statements of a connection ask for [`digit_letters`].
pub(super) fn add_function(connection: &Connection) -> rusqlite::Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8
        | FunctionFlags::SQLITE_DETERMINISTIC
        | FunctionFlags::SQLITE_INNOCUOUS;
    connection.create_scalar_function("digit_letters", 1, flags, |context| {
        Ok(digit_letters(context.get_raw(0).as_str()?))
    })
}

/// Has the index read again whatever was noted.
pub(super) fn refresh(tx: &Transaction) -> rusqlite::Result<()> {
    let steps = [
        "DELETE FROM task_search WHERE rowid IN (SELECT task_id FROM task_search_stale)",
        "INSERT INTO task_search (rowid, description, name, device, digits)
         SELECT t.id, t.description, t.name, t.device,
             digit_letters(t.description || ' ' || t.name || ' ' || t.device)
         FROM task_search_stale AS s JOIN texts_of_tasks AS t ON t.id = s.task_id",
        "DELETE FROM task_search_stale",
    ];
    for step in steps {
        tx.prepare_cached(step)?.execute([])?;
    }
    Ok(())
}

/// Does so at the start: another program than ours may have written.
pub(super) fn catch_up(connection: &mut Connection) -> rusqlite::Result<()> {
    if !connection.table_exists(None, STALE)? {
        return Ok(());
    }
    let noted = "SELECT EXISTS (SELECT 1 FROM task_search_stale)";
    if connection.query_row(noted, [], |row| row.get(0))? {
        let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        refresh(&tx)?;
        tx.commit()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

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
