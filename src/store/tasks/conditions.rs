//! The WHERE clause of a filter of tasks.

use std::borrow::Cow;

use rusqlite::types::ToSql;

use super::{Shape, read_all, read_first};
use crate::domain::{
    Alias, Days, Result, Search, SearchTerm, Status, TaskFilter, TaskId, fold, serial_key,
};
use crate::store::engine::types::Millis;
use crate::store::{Connection, aliases, engine::search, outbox};

/// The promised day of a task, by which lists are ordered: tasks without one come last. Two indexes are on this
/// expression.
pub(super) const DUE: &str = "coalesce(t.due_on, '9999-12-31')";

/// Tasks that have been in their stage for as many days as make it stalled. Few stages lead to few tasks.
const STUCK: &str = "SELECT o.id FROM stages AS g CROSS JOIN tasks AS o ON o.stage_id = g.id
    WHERE o.status <> 'CLOSED' AND o.stage_since <= :now - g.stuck_days * 86400000";

/// The number of phones looked up one by one; each has a few tasks.
const MANY: usize = 2_000;

/// The WHERE clause of a filter. Its text comes from this file alone; values are bound.
#[derive(Default)]
pub(in crate::store) struct Conditions {
    texts: Vec<String>,
    /// Whether a condition concerns a column that `task_counts` lacks.
    looks_at_rows: bool,
    values: Vec<(Cow<'static, str>, Box<dyn ToSql>)>,
    /// Whether a search finds the tasks by their numbers.
    pub(super) searched: bool,
    /// The query of the search index, bound as `:match`.
    phrases: Vec<String>,
    /// Whether some condition's index already leads to the tasks.
    led: bool,
    /// Whether the tasks that it leads to are few, so that sorting them is cheaper than walking through an order.
    pub(super) few: bool,
    /// Whether only open tasks are asked for, which have indexes of their own.
    pub(super) open: bool,
}

impl Conditions {
    /// Builds the conditions from the most to the least selective: the first one present is looked up in its index, the
    /// others are checked on what it finds.
    ///
    /// The filter is destructured by the names of all its fields, so that a new filter which is forgotten here doesn't
    /// compile.
    pub(in crate::store) fn new(connection: &Connection, filter: &TaskFilter) -> Result<Self> {
        let TaskFilter {
            customer_phone,
            statuses,
            stage,
            stuck,
            category,
            employee,
            unassigned,
            overdue,
            closed_since,
            ready_before,
            unanswered,
            declined,
            undelivered,
            owing,
            serial,
            created: Days { from, until },
            updated_since,
            search,
        } = filter;
        let mut all = Self::default();
        if let Some(phone) = customer_phone {
            let id = "(SELECT id FROM customers WHERE phone_e164 = :phone)";
            all.equal("t.customer_id", id);
            all.few = true;
            all.bind(":phone", phone.clone());
        }
        if let Some(serial) = serial {
            let same = "SELECT task_id FROM task_details
                WHERE serial_key = :serial AND serial_key <> ''";
            all.lead(format!("t.id IN ({same})"));
            all.bind(":serial", serial.clone());
        }
        if let Some(since) = *updated_since {
            let changed = "SELECT subject_id FROM changes
                WHERE kind = 'TASK' AND seq >= :updated_since AND at >= :updated_since";
            all.lead(format!("t.id IN ({changed})"));
            all.bind(":updated_since", Millis(since));
        }
        // The tasks that need attention are few.
        if let Some(today) = *overdue {
            let undone = one_of(&Status::UNDONE);
            all.lead(format!(
                "{DUE} < :today AND t.status <> 'CLOSED' AND +t.status {undone}"
            ));
            all.bind(":today", today);
        }
        if let Some(now) = *stuck {
            all.lead(format!("t.id IN ({STUCK})"));
            all.bind(":now", Millis(now));
        }
        if let Some(since) = *closed_since {
            all.lead("t.closed_at >= :closed_since".to_owned());
            all.bind(":closed_since", Millis(since));
        }
        if let Some(before) = *ready_before {
            all.lead("t.ready_at < :ready_before".to_owned());
            all.bind(":ready_before", Millis(before));
        }
        if *unanswered {
            let open = "SELECT task_id FROM comments
                WHERE kind = 'FROM_CUSTOMER' AND settled_at IS NULL";
            all.lead(format!("t.id IN ({open})"));
        }
        if *declined {
            let declined = "SELECT task_id FROM approvals WHERE unsettled = 1";
            all.lead(format!("t.id IN ({declined})"));
        }
        if *undelivered {
            let dead = outbox::DEAD_NOTICE;
            let dead = format!("SELECT coalesce(task_id, answer_of) FROM outbox WHERE {dead}");
            all.lead(format!("t.id IN ({dead})"));
        }
        if *owing {
            all.add("t.id IN (SELECT task_id FROM task_sums WHERE owed > 0)".to_owned());
        }
        all.open = !statuses.is_empty() && !statuses.contains(&Status::Closed);
        if all.open {
            // Names the partial indexes of open tasks, each of which has one order.
            all.texts.push("t.status <> 'CLOSED'".to_owned());
            all.led = true;
        }
        if let Some(stage) = *stage {
            all.equal("t.stage_id", ":stage");
            all.bind(":stage", stage);
        }
        // A status of open tasks is looked for among them, and almost all tasks are closed.
        if !statuses.is_empty() {
            let words = one_of(statuses);
            all.texts.push(format!("+t.status {words}"));
        }
        if let Some(employee) = *employee {
            all.counted("t.employee_id", ":employee");
            all.bind(":employee", employee);
        }
        if *unassigned {
            let plus = all.plus();
            all.add(format!("{plus}t.employee_id IS NULL"));
        }
        if let Some(category) = *category {
            all.counted("t.category", ":category");
            all.bind(":category", category);
        }
        if let Some(from) = *from {
            all.add("t.created_at >= :from".to_owned());
            all.bind(":from", Millis(from));
        }
        if let Some(until) = *until {
            all.add("t.created_at < :until".to_owned());
            all.bind(":until", Millis(until));
        }
        if let Some(search) = search {
            all.search(connection, search)?;
        }
        Ok(all)
    }

    /// Adds a condition that only the rows of the tasks can answer, so that they have to be counted one by one.
    pub(super) fn add(&mut self, text: String) {
        self.looks_at_rows = true;
        self.texts.push(text);
    }

    /// Returns whether `task_counts` can answer: every condition concerns one of its columns.
    pub(super) fn is_counted(&self) -> bool {
        !self.looks_at_rows && self.phrases.is_empty()
    }

    /// Adds a condition whose index leads to the tasks.
    fn lead(&mut self, text: String) {
        self.add(text);
        self.led = true;
        self.few = true;
    }

    /// Returns the unary plus that keeps SQLite from a column's index once another index leads to the tasks.
    fn plus(&mut self) -> &'static str {
        if std::mem::replace(&mut self.led, true) {
            "+"
        } else {
            ""
        }
    }

    fn equal(&mut self, column: &str, value: &str) {
        let plus = self.plus();
        self.add(format!("{plus}{column} = {value}"));
    }

    /// Adds a condition on a column that `task_counts` has too; counting by any other column fails.
    fn counted(&mut self, column: &str, value: &str) {
        let plus = self.plus();
        self.texts.push(format!("{plus}{column} = {value}"));
    }

    /// Adds a search: each of its words narrows the result. The trigram index finds three characters or more; shorter
    /// words are looked for at the beginning of words.
    fn search(&mut self, connection: &Connection, search: &Search) -> Result<()> {
        let aliases = aliases::all(connection)?;
        let words = search.words();
        let expressions = words.iter().map(|word| match &word.digits {
            Some(digits) if digits.len() >= 3 => None,
            _ => expression(word, &aliases),
        });
        let expressions: Vec<Option<String>> = expressions.collect();
        // Signs beside words are no words.
        let mut found = false;
        for (word, expression) in words.iter().zip(&expressions) {
            match (&word.digits, expression) {
                (Some(digits), _) if digits.len() >= 3 => {
                    self.digits(connection, &word.text, digits, search.number())?;
                }
                // One or two digits may be the number of a task.
                (Some(_), Some(expression)) if search.number().is_some() => {
                    self.searched = true;
                    self.add(
                        "t.id IN (SELECT rowid FROM task_search WHERE task_search MATCH :short
                             UNION SELECT :number)"
                            .to_owned(),
                    );
                    self.bind(":short", expression.clone());
                    self.bind(":number", search.number());
                }
                (_, Some(expression)) => self.phrases.push(expression.clone()),
                (_, None) => continue,
            }
            found = true;
        }
        if !found {
            self.add("0".to_owned());
        }
        if !self.phrases.is_empty() {
            self.searched = true;
            self.bind(":match", self.phrases.join(" AND "));
        }
        Ok(())
    }

    /// Adds a search for digits, which may be part of a phone or of a text, or the task's number. Digits that occur in many
    /// phones match many tasks, so scanning finds some soon.
    fn digits(
        &mut self,
        connection: &Connection,
        text: &str,
        digits: &str,
        number: Option<i64>,
    ) -> Result<()> {
        const ENDS: &str = "FROM phone_ends AS p WHERE p.digits >= ?1 AND p.digits < ?2";
        // The colon follows the nine in ASCII.
        let (first, behind) = (digits.to_owned(), format!("{digits}:"));
        let more = format!("SELECT EXISTS (SELECT 1 {ENDS} LIMIT 1 OFFSET {MANY})");
        let many: bool = connection
            .prepare_cached(&more)?
            .query_row((&first, &behind), |row| row.get(0))?;

        let nth = self.values.len();
        let texts = format!("SELECT rowid FROM task_search WHERE task_search MATCH :phrase{nth}");
        if many {
            self.add(format!(
                "((SELECT instr(phone_e164, :digits{nth}) OR instr(second_phone_key, :digits{nth})
                      FROM customers WHERE id = t.customer_id)
                     OR t.id IN ({texts} UNION SELECT :number{nth}))"
            ));
        } else {
            let ends = ENDS.replace("?1", &format!(":digits{nth}"));
            let ends = ends.replace("?2", &format!(":behind{nth}"));
            self.searched = true;
            self.add(format!(
                "t.id IN (
                     {texts}
                     UNION SELECT id FROM tasks WHERE customer_id IN (SELECT p.customer_id {ends})
                     UNION SELECT :number{nth})"
            ));
            self.bind(format!(":behind{nth}"), behind);
        }
        self.bind(format!(":phrase{nth}"), written(text, digits));
        self.bind(format!(":digits{nth}"), first);
        self.bind(format!(":number{nth}"), number);
        Ok(())
    }

    pub(super) fn bind(&mut self, name: impl Into<Cow<'static, str>>, value: impl ToSql + 'static) {
        self.values.push((name.into(), Box::new(value)));
    }

    /// Returns the clause for a statement that ends in `order`. A search takes no more than that many matches from its index,
    /// which yields them by number without scanning all.
    pub(in crate::store) fn clause(&self, order: &str) -> String {
        let conditions = |and: &str| match self.texts.is_empty() {
            true => String::new(),
            false => format!("{and} {}", self.texts.join(" AND ")),
        };
        if self.phrases.is_empty() {
            return conditions("WHERE");
        }
        let and = conditions("AND");
        let order = order.replace("t.id", "task_search.rowid");
        format!(
            "WHERE t.id IN (
                 SELECT t.id FROM task_search
                 CROSS JOIN tasks AS t ON t.id = task_search.rowid
                 WHERE task_search MATCH :match {and} {order})"
        )
    }

    /// Returns whether the search index leads to the tasks.
    pub(super) fn is_search(&self) -> bool {
        self.searched || !self.phrases.is_empty()
    }

    /// Returns the clause for a statement with an order of its own, which takes all matches from the search index.
    pub(super) fn flat_clause(&self) -> String {
        let found = "t.id IN (SELECT rowid FROM task_search WHERE task_search MATCH :match)";
        let found = (!self.phrases.is_empty()).then(|| found.to_owned());
        let all: Vec<String> = found
            .into_iter()
            .chain(self.texts.iter().cloned())
            .collect();
        match all.is_empty() {
            true => String::new(),
            false => format!("WHERE {}", all.join(" AND ")),
        }
    }

    pub(in crate::store) fn params(&self) -> Vec<(&str, &dyn ToSql)> {
        self.values
            .iter()
            .map(|(name, value)| (&**name, &**value))
            .collect()
    }

    pub(super) fn ids(&self, connection: &Connection, sql: &str) -> Result<Vec<TaskId>> {
        let mut statement = connection.prepare_cached(sql)?;
        let ids = statement.query_map(&*self.params(), |row| row.get(0))?;
        Ok(ids.collect::<rusqlite::Result<_>>()?)
    }

    pub(super) fn first_rows<S: Shape>(
        &self,
        connection: &Connection,
        shape: S,
        sql: &str,
        most: usize,
    ) -> Result<Vec<S::Row>> {
        let mut statement = connection.prepare_cached(sql)?;
        read_first(connection, shape, &mut statement, &*self.params(), most)
    }

    pub(super) fn rows<S: Shape>(
        &self,
        connection: &Connection,
        shape: S,
        sql: &str,
    ) -> Result<Vec<S::Row>> {
        let mut statement = connection.prepare_cached(sql)?;
        read_all(connection, shape, &mut statement, &*self.params())
    }
}

/// Returns the condition that a status is one of these.
fn one_of(statuses: &[Status]) -> String {
    let words = statuses.iter().map(|s| format!("'{}'", s.word()));
    format!("IN ({})", words.collect::<Vec<_>>().join(", "))
}

/// Returns the index query for a number: its digits, or its text as typed.
fn written(text: &str, digits: &str) -> String {
    let letters = search::digit_letters(digits);
    let plain = text.bytes().all(|byte| byte.is_ascii_digit());
    match (letters.is_empty(), plain) {
        (true, _) => phrase(text),
        (false, true) => format!("digits : {}", phrase(&letters)),
        (false, false) => format!("digits : {} OR {}", phrase(&letters), phrase(text)),
    }
}

/// Returns the index query for a word or one of its aliases; `None` for signs without a letter or digit.
fn expression(word: &SearchTerm, aliases: &[Alias]) -> Option<String> {
    let others = word.aliases(aliases);
    let all = std::iter::once(&word.text).chain(&others);
    let all: Vec<String> = all.filter_map(|word| spelled(word)).collect();
    match &*all {
        [] => None,
        [one] => Some(one.clone()),
        all => Some(format!("({})", all.join(" OR "))),
    }
}

/// Returns the index query for a word, for the serial number that it may be in another spelling, and for the beginning
/// of a word that it is if it is short.
fn spelled(word: &str) -> Option<String> {
    let key = fold(&serial_key(word));
    let typed = (word.chars().count() >= 3).then(|| phrase(word));
    let key = (key.chars().count() >= 3).then(|| phrase(&key));
    let letters: Vec<char> = word.chars().filter(|c| c.is_alphanumeric()).collect();
    let short = search::beginning(&letters).map(|start| format!("starts : {}", phrase(&start)));
    let all: Vec<String> = [typed, key, short].into_iter().flatten().collect();
    match &*all {
        [] => None,
        [one] => Some(one.clone()),
        all => Some(format!("({})", all.join(" OR "))),
    }
}

/// Quotes a word for the search index, whatever characters it has.
fn phrase(word: &str) -> String {
    format!("\"{}\"", word.replace('"', "\"\""))
}
