//! What archives of earlier versions contain otherwise.

use serde_json::{Map, Value};

use crate::domain::{Money, Result};
use crate::store::Transaction;

/// Columns that had another name until V34.
const RENAMED: [(&str, &str, &str); 2] = [
    ("photos", "telegram_file", "remote_file"),
    ("photos", "telegram_unique", "remote_unique"),
];

/// Renames the columns of a row that have another name now.
pub(super) fn rename(table: &str, row: &mut Map<String, Value>) {
    for (_, old, new) in RENAMED.iter().filter(|(of, ..)| *of == table) {
        if let Some(value) = row.remove(*old) {
            row.insert((*new).to_owned(), value);
        }
    }
}

/// Prepayments, which were a column of the details until V25, and are payments since.
#[derive(Default)]
pub(super) struct Prepayments(Vec<(i64, i64)>);

impl Prepayments {
    /// Takes the prepayment out of a row of the details.
    ///
    /// # Errors
    /// [`Error::Invalid`](crate::domain::Error::Invalid) for a sum that is none.
    pub fn take(&mut self, row: &mut Map<String, Value>) -> Result<()> {
        let sum = row.remove("prepayment").and_then(|sum| sum.as_i64());
        let task = row.get("task_id").and_then(Value::as_i64);
        if let (Some(sum), Some(task)) = (sum, task) {
            let sum = Money::new("", sum)?;
            if sum > Money::ZERO {
                self.0.push((task, sum.minor()));
            }
        }
        Ok(())
    }

    /// Appends the payments, dated by the history.
    pub fn append(self, tx: &Transaction) -> Result<()> {
        let mut statement = tx.prepare(
            "INSERT INTO payments (kind, method, amount, task_id, employee_id, carried_over, at)
             SELECT 'PAYMENT', 'OTHER', ?2, t.id, e.employee_id, 1, coalesce(e.at, t.created_at)
             FROM tasks AS t LEFT JOIN task_events AS e ON e.id =
                 (SELECT max(id) FROM task_events WHERE task_id = t.id AND kind = 'PREPAYMENT')
             WHERE t.id = ?1",
        )?;
        for row in self.0 {
            statement.execute(row)?;
        }
        Ok(())
    }
}
