//! Comparison of the sums that are stored with the lines and payments that they are made of.

use std::collections::HashMap;

use rusqlite::Row;

use crate::domain::{Details, Money, Result, TaskId};
use crate::store::engine::sums;
use crate::store::{Connection, details};

/// Tasks compared at a time.
const PART: usize = 500;
/// The number of wrong rows that are named; the others are only counted.
const NAMED: usize = 5;

/// Rows whose sums are wrong.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct WrongSums {
    named: Vec<String>,
    count: usize,
}

impl WrongSums {
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    fn add(&mut self, row: impl FnOnce() -> String) {
        self.count += 1;
        if self.named.len() < NAMED {
            self.named.push(row());
        }
    }
}

impl std::fmt::Display for WrongSums {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.named.join("; "))?;
        match self.count - self.named.len() {
            0 => Ok(()),
            more => write!(f, "; and {more} more"),
        }
    }
}

/// The sums of a task as they are stored.
struct Stored {
    task: TaskId,
    /// `None` for an open task.
    closed: Option<i64>,
    /// `None` without a record of its hand-over.
    sums: Option<Sums>,
    /// Price, what is left to pay, and whether it is open; `None` without a row.
    listed: Option<[i64; 3]>,
}

/// Time, total, works, parts, cost and paid of a hand-over, in the order of its columns.
type Sums = [i64; 6];
const NAMES: [&str; 6] = ["at", "total", "works", "parts", "cost", "paid"];
const LISTED: [&str; 3] = ["total", "owed", "is_open"];

const TASKS: &str = "
    SELECT t.id, t.closed_at, h.at, h.total, h.works, h.parts, h.cost, h.paid, s.total, s.owed, s.is_open
    FROM tasks AS t LEFT JOIN handovers AS h ON h.task_id = t.id LEFT JOIN task_sums AS s ON s.task_id = t.id
    WHERE t.id > ?1 ORDER BY t.id LIMIT ?2";

/// Compares the sums of every task, and the hand-over of every closed one, with its lines and payments, and the cash of
/// every drawer with its shifts.
pub(in crate::store) fn compare(connection: &Connection) -> Result<WrongSums> {
    let mut wrong = WrongSums::default();
    tasks(connection, &mut wrong)?;
    for (sql, what) in OTHERS {
        let mut statement = connection.prepare(sql)?;
        let rows = statement.query_map([], |row| row.get::<_, i64>(0))?;
        for id in rows {
            let id = id?;
            wrong.add(|| what.replace("{}", &id.to_string()));
        }
    }
    Ok(wrong)
}

/// Statements that find the numbers of wrong rows, and what is wrong with them.
const OTHERS: &[(&str, &str)] = &[
    (
        "SELECT h.task_id FROM handovers AS h JOIN tasks AS t ON t.id = h.task_id
         WHERE t.closed_at IS NULL ORDER BY h.task_id",
        "task {} is open and has a hand-over",
    ),
    (
        "SELECT p.id FROM payments AS p JOIN shifts AS s ON s.id = p.shift_id
         WHERE p.drawer_id IS NOT s.drawer_id OR p.method <> 'CASH' ORDER BY p.id",
        "payment {} is in the shift of another drawer",
    ),
    (
        // A row that was appended after the first one of the open shift belongs to it.
        "SELECT p.id FROM shifts AS s JOIN payments AS p ON p.drawer_id = s.drawer_id
         WHERE s.closed_at IS NULL AND p.method = 'CASH' AND p.shift_id IS NOT s.id
             AND p.id > (SELECT min(of.id) FROM payments AS of
                 WHERE of.drawer_id = s.drawer_id AND of.shift_id = s.id)
         ORDER BY p.id",
        "payment {} is missing in the open shift of its drawer",
    ),
];

fn tasks(connection: &Connection, wrong: &mut WrongSums) -> Result<()> {
    let mut statement = connection.prepare(TASKS)?;
    let mut last = 0;
    loop {
        let rows = statement.query_map((last, PART), stored)?;
        let rows: Vec<Stored> = rows.collect::<Result<_, _>>()?;
        let ids: Vec<TaskId> = rows.iter().map(|row| row.task).collect();
        let Some(end) = ids.last() else {
            return Ok(());
        };
        last = end.get();
        let details = details::of_tasks(connection, &ids)?;
        for row in &rows {
            compare_listed(row, &details, wrong);
            if let Some(closed) = row.closed {
                compare_handover(row, closed, &details, wrong);
            }
        }
    }
}

fn stored(row: &Row<'_>) -> rusqlite::Result<Stored> {
    let mut sums = [0; 6];
    for (nth, sum) in sums.iter_mut().enumerate() {
        let value: Option<i64> = row.get(nth + 2)?;
        *sum = value.unwrap_or_default();
    }
    let at: Option<i64> = row.get(2)?;
    let listed: [Option<i64>; 3] = [row.get(8)?, row.get(9)?, row.get(10)?];
    Ok(Stored {
        listed: match listed {
            [Some(total), Some(owed), Some(open)] => Some([total, owed, open]),
            _ => None,
        },
        task: row.get(0)?,
        closed: row.get(1)?,
        sums: at.map(|_| sums),
    })
}

fn compare_listed(row: &Stored, details: &HashMap<TaskId, Details>, wrong: &mut WrongSums) {
    let (task, none) = (row.task, Details::default());
    let [total, owed] = sums::of(details.get(&task).unwrap_or(&none));
    let expected = [total, owed, i64::from(row.closed.is_none())];
    let Some(found) = row.listed else {
        return wrong.add(|| format!("task {task} has no sums"));
    };
    let pairs = LISTED.iter().zip(found.iter().zip(&expected));
    for (name, (found, expected)) in pairs.filter(|(_, (found, expected))| found != expected) {
        wrong.add(|| format!("the sums of task {task} have {name} {found} instead of {expected}"));
    }
}

fn compare_handover(
    row: &Stored,
    closed: i64,
    details: &HashMap<TaskId, Details>,
    wrong: &mut WrongSums,
) {
    let task = row.task;
    let Some(found) = row.sums else {
        return wrong.add(|| format!("task {task} is closed and has no hand-over"));
    };
    let none = Details::default();
    let details = details.get(&task).unwrap_or(&none);
    let totals = details.totals();
    let sums = [
        totals.total,
        totals.works,
        totals.parts,
        totals.cost,
        details.paid(),
    ];
    let [total, works, parts, cost, paid] = sums.map(Money::minor);
    let expected = [closed, total, works, parts, cost, paid];
    let pairs = NAMES.iter().zip(found.iter().zip(&expected));
    for (name, (found, expected)) in pairs.filter(|(_, (found, expected))| found != expected) {
        wrong.add(|| {
            format!("the hand-over of task {task} has {name} {found} instead of {expected}")
        });
    }
}
