//! Imports by requests that may come again. The first outcome of each row is recorded, since a second look at the same
//! file would find all its tasks there.

use super::{apply, judge};
use crate::app::idempotency::Request;
use crate::domain::{
    Error, ImportLine, Observation, Outcome, Owner, Remark, Report, Result, Sheet, TaskId, Whose,
};
use crate::store::Transaction;

/// [`apply`], or the report of the same request if it has been applied already.
///
/// # Errors
/// As for [`apply`], and [`Conflict::RequestKeyUsed`](crate::domain::Conflict::RequestKeyUsed).
pub fn apply_once(
    tx: &Transaction,
    owner: &Owner,
    field: &'static str,
    sheet: &Sheet,
    expected: Option<&str>,
    request: &Request,
) -> Result<Report> {
    if let Some(made) = request.made(tx)? {
        return recall(judge(tx, sheet)?.0, &made);
    }
    let report = apply(tx, owner, field, sheet, expected, request.now)?;
    let rows = report.lines.iter().map(word).collect::<Vec<_>>().join(" ");
    request.note(tx, &format!("{}\n{rows}", report.digest))?;
    Ok(report)
}

/// Puts the recorded outcomes into the report of a second look at the same file.
fn recall(now: Report, made: &str) -> Result<Report> {
    let unreadable = || Error::internal("the outcome of an import can't be read");
    let (digest, rows) = made.split_once('\n').ok_or_else(unreadable)?;
    let mut words = rows.split(' ');
    let mut lines = Vec::with_capacity(now.lines.len());
    for line in now.lines {
        let word = words.next().and_then(|word| outcome(word, line));
        lines.push(word.ok_or_else(unreadable)?);
    }
    let digest = digest.to_owned();
    Ok(Report {
        lines,
        digest,
        ..now
    })
}

/// Writes what a row became: its outcome, whose it was, a number, and whether the customer kept another name.
fn word(line: &ImportLine) -> String {
    let (outcome, number) = match line.outcome {
        Outcome::NewTask => ('T', line.more_cards.to_string()),
        Outcome::NewCustomer => ('C', line.more_cards.to_string()),
        Outcome::KnownCustomer => ('K', line.more_cards.to_string()),
        Outcome::AlreadyHere(task) => ('H', task.to_string()),
        Outcome::Refused => ('R', line.more_cards.to_string()),
    };
    let whose = match line.whose {
        Whose::New => 'N',
        Whose::Known => 'K',
        Whose::Nobody => '-',
    };
    let kept = line.remarks.iter().any(is_name_kept);
    format!("{outcome}{whose}{number}{}", if kept { "*" } else { "" })
}

/// Reads what [`word`] writes.
fn outcome(word: &str, mut line: ImportLine) -> Option<ImportLine> {
    let (number, kept) = match word.strip_suffix('*') {
        Some(word) => (word.get(2..)?, true),
        None => (word.get(2..)?, false),
    };
    let number: i64 = number.parse().ok()?;
    let mut letters = word.chars();
    let task = TaskId::from_row(number);
    line.outcome = match letters.next()? {
        'T' => Outcome::NewTask,
        'C' => Outcome::NewCustomer,
        'K' => Outcome::KnownCustomer,
        'H' => Outcome::AlreadyHere(task),
        'R' => Outcome::Refused,
        _ => return None,
    };
    line.whose = match letters.next()? {
        'N' => Whose::New,
        'K' => Whose::Known,
        _ => Whose::Nobody,
    };
    line.more_cards = match line.outcome {
        Outcome::AlreadyHere(_) => 0,
        _ => usize::try_from(number).ok()?,
    };
    line.remarks.retain(|remark| !is_name_kept(remark));
    if kept {
        line.remarks.push(Remark {
            column: String::new(),
            what: Observation::NameKept,
        });
    }
    Some(line)
}

fn is_name_kept(remark: &Remark) -> bool {
    remark.what == Observation::NameKept
}
