//! Sums of the ledger and of the hand-overs in a span of days.

use rusqlite::named_params;

use super::Connection;
use crate::domain::{Days, Earnings, Result, Takings, TakingsPart};
use crate::store::engine::types::Millis;

/// A reversal counts as the row that it corrects, whose sums it takes back by its sign.
const RECEIVED: &str = "
    SELECT method, drawer_id,
        coalesce(sum(amount) FILTER (WHERE kind = 'PAYMENT'), 0),
        coalesce(-sum(amount) FILTER (WHERE kind = 'REFUND'), 0),
        coalesce(sum(amount) FILTER (WHERE kind = 'CASH_IN'), 0),
        coalesce(-sum(amount) FILTER (WHERE kind = 'CASH_OUT'), 0)
    FROM (
        SELECT p.method, p.drawer_id, p.amount, coalesce(o.kind, p.kind) AS kind
        FROM payments AS p LEFT JOIN payments AS o ON p.kind = 'REVERSAL' AND o.id = p.refund_of
        WHERE p.at >= :from AND p.at < :until)
    GROUP BY method, drawer_id";

/// Returns what the shop received and gave in a span of days, by method and drawer.
pub fn received(connection: &Connection, days: Days) -> Result<Vec<TakingsPart>> {
    let (Some(from), Some(until)) = (days.from, days.until) else {
        return Ok(Vec::new());
    };
    let mut statement = connection.prepare_cached(RECEIVED)?;
    let span = named_params! { ":from": Millis(from), ":until": Millis(until) };
    let rows = statement.query_map(span, |row| {
        Ok(TakingsPart {
            method: row.get(0)?,
            drawer: row.get(1)?,
            takings: Takings {
                received: row.get(2)?,
                refunded: row.get(3)?,
                cash_in: row.get(4)?,
                cash_out: row.get(5)?,
            },
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

const EARNED: &str = "
    SELECT count(*) FILTER (WHERE total > 0), coalesce(sum(total), 0), coalesce(sum(works), 0),
        coalesce(sum(parts), 0), coalesce(sum(cost), 0), coalesce(sum(max(total - paid, 0)), 0)
    FROM handovers WHERE at >= :from AND at < :until";

/// Returns the sums of the tasks handed over in a span of days.
pub fn earned(connection: &Connection, days: Days) -> Result<Earnings> {
    let (Some(from), Some(until)) = (days.from, days.until) else {
        return Ok(Earnings::default());
    };
    let mut statement = connection.prepare_cached(EARNED)?;
    let span = named_params! { ":from": Millis(from), ":until": Millis(until) };
    let read = |row: &rusqlite::Row<'_>| {
        Ok(Earnings {
            tasks: row.get(0)?,
            total: row.get(1)?,
            works: row.get(2)?,
            parts: row.get(3)?,
            cost: Some(row.get(4)?),
            owed: row.get(5)?,
        })
    };
    Ok(statement.query_row(span, read)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sum_is_read_from_an_index_of_its_own() {
        let mut connection = Connection::open_in_memory().unwrap();
        crate::store::upkeep::migrate::run(&mut connection, &crate::store::embedded_migrations())
            .unwrap();
        for (sql, expected) in [
            (RECEIVED, "SEARCH p USING INDEX payments_at (at>? AND at<?)"),
            (
                EARNED,
                "SEARCH handovers USING COVERING INDEX handovers_at (at>? AND at<?)",
            ),
            (
                crate::store::handovers::DEBT,
                "SCAN handovers USING COVERING INDEX handovers_debts",
            ),
            (
                crate::store::handovers::DEBTS,
                "SEARCH handovers USING COVERING INDEX handovers_debts (at>? AND at<?)",
            ),
            (
                &crate::store::payments::BETWEEN,
                "SEARCH p USING INDEX payments_at (at>? AND at<?)",
            ),
        ] {
            let plan = format!("EXPLAIN QUERY PLAN {sql}");
            let mut statement = connection.prepare(&plan).unwrap();
            let nothing = vec![rusqlite::types::Null; statement.parameter_count()];
            let nothing = rusqlite::params_from_iter(nothing);
            let steps = statement.query_map(nothing, |row| row.get::<_, String>(3));
            let steps: Vec<String> = steps.unwrap().map(Result::unwrap).collect();
            assert!(
                steps.iter().any(|step| step == expected),
                "{sql}: {steps:#?}"
            );
            let scans = steps.iter().filter(|step| step.starts_with("SCAN"));
            let scans =
                scans.filter(|step| !step.contains("COVERING") && !step.contains("subquery"));
            assert_eq!(scans.count(), 0, "{sql}: {steps:#?}");
        }
    }
}
