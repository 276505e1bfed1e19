//! `kill -9` at any moment: everything acknowledged exists exactly once, and nothing exists
//! partially.

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use rusqlite::Connection;
use tempfile::TempDir;
use tokio::sync::watch;

use super::{Client, borrowed, report, size, with_bot};
use crate::fake_telegram::FakeTelegram;
use crate::process::Program;

const WRITERS: usize = 8;
const STATUSES: [&str; 4] = ["ACCEPTED", "IN_PROGRESS", "READY", "CLOSED"];

/// A writer's requests, and which of them were acknowledged.
#[derive(Default)]
struct Journal {
    customers: Vec<Card>,
    tasks: Vec<Made>,
    payments: Vec<Paid>,
}

/// A payment. One without a response is sent again with its key, as a client would.
struct Paid {
    key: String,
    task: String,
    sum: i64,
    /// Its id, once it was acknowledged.
    id: Option<String>,
}

struct Card {
    phone: String,
    made: bool,
    linked: bool,
}

struct Made {
    description: String,
    phone: String,
    id: Option<String>,
    /// Acknowledged statuses, in order.
    told: Vec<&'static str>,
    /// The status without a response; nothing further is requested for the task.
    unanswered: Option<&'static str>,
}

/// A client. It drops an object at the first request without a response, as a person would, and
/// continues with something else once the server is back.
struct Writer {
    number: usize,
    client: Client,
    /// Current URL of the server.
    server: watch::Receiver<String>,
    acknowledged: Arc<AtomicUsize>,
    journal: Journal,
}

impl Writer {
    async fn run(mut self, enough: usize) -> Journal {
        let mut random = fastrand::Rng::with_seed(self.number as u64);
        while self.acknowledged.load(Ordering::Relaxed) < enough {
            let answered = match random.u8(..8) {
                0 => self.make_card().await,
                1..4 => self.make_task(&mut random).await,
                4 => self.take_payment(&mut random).await,
                _ => self.move_task(&mut random).await,
            };
            if answered {
                continue;
            }
            // A server that doesn't come back fails the test elsewhere.
            let _ = self.server.changed().await;
        }
        self.journal
    }

    async fn ask(&mut self, query: &str) -> Option<serde_json::Value> {
        let url = self.server.borrow_and_update().clone();
        let data = self.client.ask(&url, query).await?;
        self.acknowledged.fetch_add(1, Ordering::Relaxed);
        Some(data)
    }

    /// Creates a customer, and then verifies their Telegram account.
    async fn make_card(&mut self) -> bool {
        let number = self.number * 1_000_000 + self.journal.customers.len();
        let phone = format!("+7900{number:07}");
        let create = format!(
            r#"mutation {{ createCustomer(customerData: {{phone: "{phone}", telegramId: "{}"}}) {{ customer {{ id }} }} }}"#,
            5_000_000 + number
        );
        let made = self.ask(&create).await;
        self.journal.customers.push(Card {
            phone,
            made: made.is_some(),
            linked: false,
        });
        let Some(made) = made else { return false };
        let id = made["createCustomer"]["customer"]["id"].as_str().unwrap();
        let confirm =
            format!("mutation {{ confirmTelegram(customerId: {id}) {{ customer {{ id }} }} }}");
        let confirmed = self.ask(&confirm).await.is_some();
        self.journal.customers.last_mut().unwrap().linked = confirmed;
        confirmed
    }

    async fn make_task(&mut self, random: &mut fastrand::Rng) -> bool {
        let description = format!("{} {}", self.number, self.journal.tasks.len());
        let known = random.choice(&self.journal.customers);
        // Without a customer the task creates one in the same commit.
        let new = format!("+7911{:01}{:06}", self.number, self.journal.tasks.len());
        let phone = known.map_or(new, |card| card.phone.clone());
        let create = format!(
            r#"mutation {{ createTask(taskData: {{customerPhone: "{phone}", description: "{description}", device: {{model: "{description}"}}}}) {{ task {{ id }} }} }}"#
        );
        let made = self.ask(&create).await;
        let id =
            |made: serde_json::Value| made["createTask"]["task"]["id"].as_str().map(str::to_owned);
        let id = made.and_then(id);
        let answered = id.is_some();
        self.journal.tasks.push(Made {
            description,
            phone,
            id,
            told: Vec::new(),
            unanswered: None,
        });
        answered
    }

    /// Takes a payment for a task, or sends an earlier one again.
    async fn take_payment(&mut self, random: &mut fastrand::Rng) -> bool {
        let unanswered = self
            .journal
            .payments
            .iter()
            .position(|paid| paid.id.is_none());
        let at = match unanswered {
            Some(at) => at,
            None => {
                let tasks = self
                    .journal
                    .tasks
                    .iter()
                    .filter_map(|made| made.id.as_ref());
                let newest: Vec<&String> = tasks.rev().take(20).collect();
                let Some(task) = random.choice(newest).cloned() else {
                    return self.make_task(random).await;
                };
                let key = format!("{}-{}", self.number, self.journal.payments.len());
                let (sum, id) = (random.i64(1..1_000), None);
                self.journal.payments.push(Paid { key, task, sum, id });
                self.journal.payments.len() - 1
            }
        };
        let Paid { key, task, sum, .. } = &self.journal.payments[at];
        let pay = format!(
            r#"mutation {{ takePayment(paymentData: {{taskId: {task}, method: CASH, sum: {sum}, idempotencyKey: "{key}"}}) {{ payment {{ id }} }} }}"#
        );
        let paid = self.ask(&pay).await;
        let id = paid.and_then(|paid| {
            paid["takePayment"]["payment"]["id"]
                .as_str()
                .map(str::to_owned)
        });
        let answered = id.is_some();
        self.journal.payments[at].id = id;
        answered
    }

    async fn move_task(&mut self, random: &mut fastrand::Rng) -> bool {
        let open = |made: &Made| made.id.is_some() && made.unanswered.is_none();
        let newest = self.journal.tasks.len().saturating_sub(20);
        let open: Vec<usize> = (newest..self.journal.tasks.len())
            .filter(|at| open(&self.journal.tasks[*at]))
            .collect();
        let Some(at) = random.choice(open) else {
            return self.make_task(random).await;
        };
        let task = &self.journal.tasks[at];
        let now = task.told.last().copied().unwrap_or("ACCEPTED");
        let others: Vec<_> = STATUSES.into_iter().filter(|other| *other != now).collect();
        let status = random.choice(others).unwrap();
        let update = format!(
            "mutation {{ updateTask(taskData: {{id: {}, status: {status}}}) {{ task {{ id }} }} }}",
            task.id.as_ref().unwrap()
        );
        let answered = self.ask(&update).await.is_some();
        let task = &mut self.journal.tasks[at];
        match answered {
            true => task.told.push(status),
            false => task.unanswered = Some(status),
        }
        answered
    }
}

/// Returns the time from the program's start until it reports readiness.
async fn ready(program: &Program, started: Instant) -> Duration {
    let deadline = Duration::from_secs(30);
    let http = zayavka::https::client().build().unwrap();
    loop {
        let answer = http.get(format!("{}/readyz", program.url)).send().await;
        if answer.is_ok_and(|answer| answer.status() == 200) {
            return started.elapsed();
        }
        assert!(started.elapsed() < deadline, "it isn't ready");
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kill_at_any_moment_loses_doubles_and_halves_nothing() {
    let (kills, enough) = (size(6, 200), size(400, 50_000));
    let folder = TempDir::new().unwrap();
    let telegram = FakeTelegram::start().await;
    let settings = with_bot(&telegram);
    let start = || Program::start_with(&folder, &borrowed(&settings));
    let mut program = start();
    let client = Client::register(&program).await;
    let server = watch::Sender::new(program.url.clone());
    let acknowledged = Arc::new(AtomicUsize::new(0));
    let writers: Vec<_> = (0..WRITERS)
        .map(|number| {
            let writer = Writer {
                number,
                client: Client::with(&client.token),
                server: server.subscribe(),
                acknowledged: acknowledged.clone(),
                journal: Journal::default(),
            };
            tokio::spawn(writer.run(enough))
        })
        .collect();
    let began = Instant::now();
    let mut worst = Duration::ZERO;
    for kill in 1..=kills {
        // Somewhere between the last kill and the next one, possibly in the middle of a commit.
        let (from, to) = (enough * (kill - 1) / kills, enough * kill / kills);
        let moment = fastrand::usize(from..to);
        while acknowledged.load(Ordering::Relaxed) < moment {
            tokio::task::yield_now().await;
        }
        program.child.kill().unwrap();
        program.child.wait().unwrap();
        let started = Instant::now();
        program = start();
        worst = worst.max(ready(&program, started).await);
        server.send_replace(program.url.clone());
    }
    let mut journals = Vec::new();
    for writer in writers {
        journals.push(writer.await.unwrap());
    }
    program.child.kill().unwrap();
    program.child.wait().unwrap();
    let took = began.elapsed();
    let checked = check(&folder.path().join("zayavka.db"), &journals);
    assert!(
        worst < Duration::from_secs(1) || size(0, 1) == 0,
        "ready after {worst:?}"
    );
    report(
        "kill",
        &format!(
            "{kills} kills, {} acknowledgements of {WRITERS} writers in {:.0} s: 0 lost, 0 doubled, 0 half-applied; {checked}; integrity ok; ready again after at most {} ms",
            acknowledged.load(Ordering::Relaxed),
            took.as_secs_f64(),
            worst.as_millis()
        ),
    );
}

/// Compares the file with the writers' records, and returns a summary.
fn check(path: &Path, journals: &[Journal]) -> String {
    let file = Connection::open(path).unwrap();
    let found: String = file
        .query_row("PRAGMA integrity_check", [], |row| row.get(0))
        .unwrap();
    assert_eq!(found, "ok");
    let flaws: i64 = file
        .query_row("SELECT count(*) FROM pragma_foreign_key_check", [], |row| {
            row.get(0)
        })
        .unwrap();
    assert_eq!(flaws, 0);
    cards(&file, journals);
    let payments = payments(&file, journals);
    let stored = tasks(&file);
    let mut open = 0;
    let mut seen = HashSet::new();
    for made in journals.iter().flat_map(|journal| &journal.tasks) {
        let Some(task) = stored.get(&made.description) else {
            assert!(made.id.is_none(), "lost: {}", made.description);
            continue;
        };
        open += usize::from(made.id.is_none() || made.unanswered.is_some());
        if let Some(id) = &made.id {
            assert_eq!(task.id.to_string(), *id, "{}", made.description);
        }
        assert!(seen.insert(task.id));
        assert_eq!(task.phone, made.phone);
        task.is_whole();
        let history: Vec<&str> = task.history.iter().map(|(_, to)| &**to).collect();
        let also = made
            .unanswered
            .map(|last| [&made.told[..], &[last]].concat());
        assert!(
            history == made.told || also.is_some_and(|also| history == also),
            "{}: {history:?} for {:?} and {:?}",
            made.description,
            made.told,
            made.unanswered
        );
    }
    assert_eq!(seen.len(), stored.len(), "a task that nobody asked for");
    let notices: usize = stored.values().map(|task| task.notices.len()).sum();
    format!(
        "{} tasks, {payments} payments, {notices} notices, {open} questions without an answer had their effect once or not at all",
        stored.len()
    )
}

/// Every acknowledged customer exists once, and is linked if that was acknowledged.
fn cards(file: &Connection, journals: &[Journal]) {
    let sql = "SELECT phone_e164, telegram_verified FROM customers";
    let mut statement = file.prepare(sql).unwrap();
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)));
    let stored: HashMap<String, bool> = rows.unwrap().map(Result::unwrap).collect();
    for card in journals.iter().flat_map(|journal| &journal.customers) {
        let verified = stored.get(&card.phone);
        assert!(verified.is_some() || !card.made, "lost: {}", card.phone);
        assert!(verified == Some(&true) || !card.linked, "{}", card.phone);
    }
}

/// Every payment exists once if it was acknowledged, and at most once otherwise; and the sums that
/// are kept are those of the ledger. Returns the number of payments.
fn payments(file: &Connection, journals: &[Journal]) -> usize {
    let sql = "SELECT request_key, id, task_id, amount FROM payments";
    let mut statement = file.prepare(sql).unwrap();
    let rows = statement.query_map([], |row| {
        Ok((
            row.get::<_, String>(0)?,
            (
                row.get::<_, i64>(1)?,
                row.get::<_, i64>(2)?,
                row.get::<_, i64>(3)?,
            ),
        ))
    });
    let mut stored = HashMap::new();
    for row in rows.unwrap() {
        let (key, row) = row.unwrap();
        assert!(stored.insert(key.clone(), row).is_none(), "doubled: {key}");
    }
    let count = stored.len();
    for paid in journals.iter().flat_map(|journal| &journal.payments) {
        match (stored.remove(&paid.key), &paid.id) {
            (Some((id, task, amount)), known) => {
                assert!(
                    known.as_ref().is_none_or(|known| *known == id.to_string()),
                    "{}",
                    paid.key
                );
                assert_eq!(
                    (task.to_string(), amount),
                    (paid.task.clone(), paid.sum),
                    "{}",
                    paid.key
                );
            }
            (None, known) => assert!(known.is_none(), "lost: {}", paid.key),
        }
    }
    assert!(stored.is_empty(), "a payment that nobody made");
    let wrong = "SELECT count(*) FROM handovers AS h
        WHERE paid <> (SELECT coalesce(sum(amount), 0) FROM payments AS p WHERE p.task_id = h.task_id)";
    let wrong: i64 = file.query_row(wrong, [], |row| row.get(0)).unwrap();
    assert_eq!(
        wrong, 0,
        "what was handed over has other sums than the ledger"
    );
    count
}

/// A task as stored in the file.
struct Stored {
    id: i64,
    phone: String,
    status: String,
    version: i64,
    linked: bool,
    created: usize,
    history: Vec<(String, String)>,
    /// Notices sent or queued for the customer, as (from, to).
    notices: Vec<(String, String)>,
    found: bool,
}

impl Stored {
    /// Asserts that status, history, notices, device and search index agree.
    fn is_whole(&self) {
        let id = self.id;
        assert_eq!(self.created, 1, "{id}");
        assert!(self.found, "{id} has no device, or is not in the index");
        let mut now = "ACCEPTED";
        for (from, to) in &self.history {
            assert_eq!(from, now, "{id}");
            now = to;
        }
        assert_eq!(self.status, now, "{id}");
        assert_eq!(self.version, 1 + self.history.len() as i64, "{id}");
        // A change undone in time cancels its notice as well.
        let mut told = "ACCEPTED";
        for (from, to) in &self.notices {
            assert_eq!(from, told, "{id}: {:?}", self.notices);
            told = to;
        }
        if self.linked {
            assert_eq!(told, now, "{id}: {:?} {:?}", self.history, self.notices);
        }
    }
}

/// Returns every task of the file by its description, which is unique to its writer.
fn tasks(file: &Connection) -> HashMap<String, Stored> {
    let pairs = |sql: &str| {
        let mut statement = file.prepare(sql).unwrap();
        let rows = statement.query_map([], |row| Ok((row.get(0)?, (row.get(1)?, row.get(2)?))));
        let mut all: HashMap<i64, Vec<(String, String)>> = HashMap::new();
        for row in rows.unwrap() {
            let (task, pair) = row.unwrap();
            all.entry(task).or_default().push(pair);
        }
        all
    };
    let mut histories = pairs(
        "SELECT task_id, from_value, to_value FROM task_events WHERE kind = 'STATUS' ORDER BY id",
    );
    let mut notices = pairs(
        "SELECT task_id, from_status, to_status FROM outbox WHERE kind = 'STATUS_CHANGED' ORDER BY id",
    );
    let created = pairs("SELECT task_id, kind, author FROM task_events WHERE kind = 'CREATED'");
    let sql = "SELECT t.description, t.id, c.phone_e164, t.status, t.version, c.telegram_verified,
            EXISTS (SELECT 1 FROM task_search AS s WHERE s.rowid = t.id)
                AND EXISTS (SELECT 1 FROM task_details AS d
                    WHERE d.task_id = t.id AND d.model = t.description)
                AND EXISTS (SELECT 1 FROM phone_ends AS p
                    WHERE p.customer_id = c.id AND p.digits = substr(c.phone_e164, 2))
        FROM tasks AS t JOIN customers AS c ON c.id = t.customer_id";
    let mut statement = file.prepare(sql).unwrap();
    let rows = statement.query_map([], |row| {
        let id: i64 = row.get(1)?;
        let stored = Stored {
            id,
            phone: row.get(2)?,
            status: row.get(3)?,
            version: row.get(4)?,
            linked: row.get(5)?,
            created: created.get(&id).map_or(0, Vec::len),
            history: histories.remove(&id).unwrap_or_default(),
            notices: notices.remove(&id).unwrap_or_default(),
            found: row.get(6)?,
        };
        Ok((row.get::<_, String>(0)?, stored))
    });
    let mut all = HashMap::new();
    for row in rows.unwrap() {
        let (description, task) = row.unwrap();
        let doubled = all.insert(description, task);
        assert!(doubled.is_none(), "doubled: {}", doubled.unwrap().id);
    }
    drop(statement);
    assert!(
        histories.is_empty() && notices.is_empty(),
        "a history or a notice of no task"
    );
    all
}
