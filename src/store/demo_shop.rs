//! Removal of a demo shop: the only place where the history of tasks and the ledger of payments are deleted.

use super::{Connection, Transaction};
use crate::domain::Result;

/// The tables that are emptied, each before those that its rows refer to. Others follow by their triggers and foreign
/// keys. Accounts, settings, stages, drawers, search words and what came from outside stay.
const EMPTIED: &[&str] = &[
    "outbox",
    "webhook_deliveries",
    "form_posts",
    "idempotency_keys",
    "imports",
    "customer_merges",
    "handovers",
    "payments",
    "shifts",
    "status_links",
    "approval_lines",
    "approvals",
    "photos",
    "comments",
    "task_events",
    "task_lines",
    "task_details",
    "tasks",
    "task_counts",
    "task_sums",
    "task_sums_stale",
    "catalogue_items",
    "customers",
    "phone_ends",
];
/// The triggers that forbid it.
const APPEND_ONLY: &[&str] = &[
    "task_events_append_only_delete",
    "payments_append_only_delete",
];

/// Counts the tasks created since a step of the first day.
pub fn count_own(connection: &Connection, step: &str) -> Result<i64> {
    let sql = "SELECT count(*) FROM task_events
        WHERE kind = 'CREATED' AND at > (SELECT done_at FROM first_day WHERE step = ?1)";
    Ok(connection.query_row(sql, [step], |row| row.get(0))?)
}

/// Deletes the shop's data, and the employees who can't sign in.
pub fn remove(tx: &Transaction) -> Result<()> {
    let sql = "SELECT sql FROM sqlite_schema WHERE type = 'trigger' AND name = ?1";
    let read = |name: &&str| -> Result<String> { Ok(tx.query_row(sql, [name], |row| row.get(0))?) };
    let triggers: Vec<String> = APPEND_ONLY.iter().map(read).collect::<Result<_>>()?;
    for name in APPEND_ONLY {
        tx.execute(&format!("DROP TRIGGER {name}"), [])?;
    }
    for table in EMPTIED {
        // With a condition, since a table is emptied without it by a shorter way, which no hook notices.
        tx.execute(&format!("DELETE FROM {table} WHERE true"), [])?;
    }
    for trigger in triggers {
        tx.execute(&trigger, [])?;
    }
    super::employees::delete_without_password(tx)
}
