//! The baseline: the work of the API's most frequent operations without the API. It executes the
//! same statements on the same file and returns the same JSON from the same HTTP server, without
//! GraphQL, tokens, limits, metrics and log. A write is one transaction, and so one flush.

use std::convert::Infallible;
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use bytes::Bytes;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use r2d2_sqlite::SqliteConnectionManager;
use rusqlite::functions::FunctionFlags;
use rusqlite::{Connection, OptionalExtension, Params, Row, TransactionBehavior};
use serde::{Deserialize, Serialize};
use tokio::sync::oneshot;
use tower_service::Service;
use warp::http::header::CONTENT_TYPE;
use warp::http::{HeaderValue, Request, StatusCode};
use warp::reply::Response;
use warp::{Filter, Reply};

use super::Failure;

type Pool = r2d2::Pool<SqliteConnectionManager>;

/// Computes the response of an operation from its variables.
type Work = fn(&Desk, &Connection, &[u8]) -> Result<Vec<u8>, Failure>;

/// The id of the signed-in employee.
const OWNER: i64 = 1;
/// Delay of a notice (`telegram.notify_delay`), in milliseconds.
const DELAY: i64 = 5_000;

const TASKS: &str = "SELECT t.id, t.created_at, t.category, t.status, t.description,
    c.id, c.phone, c.name, c.telegram_id, c.telegram_verified, e.id, e.email
    FROM tasks AS t
    LEFT JOIN customers AS c ON c.id = t.customer_id
    LEFT JOIN employees AS e ON e.id = t.employee_id";

#[derive(Serialize)]
struct Data<T> {
    data: T,
}

#[derive(Serialize)]
struct Me {
    me: Employee,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct TaskById {
    task_by_id: Task,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct AllTasks {
    all_tasks: Vec<Task>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CreateTask {
    create_task: Payload,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct UpdateTask {
    update_task: Payload,
}

#[derive(Serialize)]
struct Payload {
    task: Task,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Task {
    id: String,
    created_at: String,
    category: String,
    status: String,
    description: String,
    customer: Option<Customer>,
    employee: Option<Employee>,
}

#[derive(Serialize)]
struct Customer {
    id: String,
    phone: String,
    name: Option<String>,
    #[serde(skip)]
    chat: Option<i64>,
}

#[derive(Serialize)]
struct Employee {
    id: String,
    email: String,
}

/// Variables of the API's operations.
#[derive(Deserialize)]
struct Id {
    id: String,
}

#[derive(Deserialize)]
struct Phone {
    phone: String,
}

#[derive(Deserialize)]
struct Day {
    day: String,
}

#[derive(Deserialize)]
struct Create {
    task: New,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct New {
    customer_phone: String,
    category: String,
    description: String,
}

#[derive(Deserialize)]
struct Update {
    task: Change,
}

#[derive(Deserialize)]
struct Change {
    id: String,
    status: String,
}

#[derive(Clone)]
struct Desk {
    reads: Pool,
    writes: Pool,
    zone: TimeZone,
    readers: Readers,
}

/// Which threads execute reads.
#[derive(Clone)]
enum Readers {
    /// Tokio's pool for blocking work.
    Blocking,
    /// The threads that serve requests.
    Worker,
    /// The threads that serve requests, in `block_in_place`.
    InPlace,
    /// Dedicated threads with a shared queue.
    Own(mpsc::Sender<Read>),
}

type Read = Box<dyn FnOnce() + Send>;

/// Names of the variants of [`Readers`].
pub const READERS: [&str; 4] = ["blocking", "worker", "in place", "own"];
/// Number of dedicated threads: one per reading connection.
const OWN: usize = 4;

impl Readers {
    fn new(how: &str) -> Result<Self, Failure> {
        match how {
            "blocking" => Ok(Self::Blocking),
            "worker" => Ok(Self::Worker),
            "in place" => Ok(Self::InPlace),
            "own" => {
                let (sender, reads) = mpsc::channel::<Read>();
                let reads = Arc::new(Mutex::new(reads));
                for _ in 0..OWN {
                    let reads = reads.clone();
                    // Until all senders are dropped.
                    std::thread::spawn(move || {
                        let next = || reads.lock().ok()?.recv().ok();
                        while let Some(read) = next() {
                            read();
                        }
                    });
                }
                Ok(Self::Own(sender))
            }
            _ => Err(format!("no such readers: {how}").into()),
        }
    }
}

/// Serves the database `file`.
pub async fn run(file: &str, address: &str, how: &str) -> Result<(), Failure> {
    let desk = Desk {
        reads: pool(file, 4)?,
        writes: pool(file, 1)?,
        zone: TimeZone::get("Europe/Moscow")?,
        readers: Readers::new(how)?,
    };
    let read = |path: &'static str, work: Work| {
        let desk = desk.clone();
        warp::path(path).and(warp::body::bytes()).then(move |body| {
            let desk = desk.clone();
            async move { answer(read(desk, body, work).await) }
        })
    };
    let write = |path: &'static str, work: Work| {
        let desk = desk.clone();
        warp::path(path).and(warp::body::bytes()).then(move |body| {
            let desk = desk.clone();
            async move { answer(write(desk, body, work).await) }
        })
    };
    // The overhead of the server itself.
    let constant = warp::path("constant").map(|| answer(Ok(br#"{"data":{"me":null}}"#.to_vec())));
    let routes = warp::post().and(
        constant
            .or(read("me", me))
            .or(read("task", task))
            .or(read("phone", phone))
            .or(read("day", day))
            .or(read("all", all))
            .or(write("create", create))
            .or(write("update", update)),
    );
    serve(address, warp::service(routes)).await
}

/// Serves with the program's HTTP settings.
async fn serve<S>(address: &str, routes: S) -> Result<(), Failure>
where
    S: Service<Request<Incoming>, Response = Response, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send + 'static,
{
    let listener = tokio::net::TcpListener::bind(address).await?;
    loop {
        let (stream, _) = listener.accept().await?;
        let routes = routes.clone();
        tokio::spawn(async move {
            let mut builder = Builder::new(TokioExecutor::new());
            let http1 = &mut builder.http1();
            http1
                .timer(TokioTimer::new())
                .header_read_timeout(Duration::from_secs(10));
            let service = service_fn(move |request| routes.clone().call(request));
            // A client may disconnect at any time.
            let _ = builder
                .serve_connection_with_upgrades(TokioIo::new(stream), service)
                .await;
        });
    }
}

fn answer(made: Result<Vec<u8>, Failure>) -> Response {
    match made {
        Ok(body) => {
            let mut response = body.into_response();
            let json = HeaderValue::from_static("application/json; charset=utf-8");
            response.headers_mut().insert(CONTENT_TYPE, json);
            response
        }
        Err(error) => {
            warp::reply::with_status(error.to_string(), StatusCode::INTERNAL_SERVER_ERROR)
                .into_response()
        }
    }
}

async fn read(desk: Desk, body: Bytes, work: Work) -> Result<Vec<u8>, Failure> {
    let readers = desk.readers.clone();
    let run = move || work(&desk, &*desk.reads.get()?, &body);
    match readers {
        Readers::Blocking => tokio::task::spawn_blocking(run).await?,
        Readers::Worker => run(),
        Readers::InPlace => tokio::task::block_in_place(run),
        Readers::Own(reads) => {
            let (sender, made) = oneshot::channel();
            let read = move || drop(sender.send(run()));
            reads.send(Box::new(read)).map_err(|_| "no reader")?;
            made.await?
        }
    }
}

async fn write(desk: Desk, body: Bytes, work: Work) -> Result<Vec<u8>, Failure> {
    let run = move || {
        let mut connection = desk.writes.get()?;
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let made = work(&desk, &transaction, &body)?;
        transaction.commit()?;
        Ok(made)
    };
    tokio::task::spawn_blocking(run).await?
}

fn me(_: &Desk, connection: &Connection, _: &[u8]) -> Result<Vec<u8>, Failure> {
    let mut statement =
        connection.prepare_cached("SELECT id, email FROM employees WHERE id = ?1")?;
    let me = statement.query_row([OWNER], |row| {
        Ok(Employee {
            id: number(row, 0)?,
            email: row.get(1)?,
        })
    })?;
    json(Me { me })
}

fn task(desk: &Desk, connection: &Connection, body: &[u8]) -> Result<Vec<u8>, Failure> {
    let Id { id } = serde_json::from_slice(body)?;
    json(TaskById {
        task_by_id: get(desk, connection, id.parse()?)?,
    })
}

fn phone(desk: &Desk, connection: &Connection, body: &[u8]) -> Result<Vec<u8>, Failure> {
    let Phone { phone } = serde_json::from_slice(body)?;
    let condition = "t.customer_id = (SELECT id FROM customers WHERE phone_e164 = ?1)";
    list(desk, connection, condition, [phone])
}

fn day(desk: &Desk, connection: &Connection, body: &[u8]) -> Result<Vec<u8>, Failure> {
    let Day { day } = serde_json::from_slice(body)?;
    let day: Date = day.parse()?;
    let start = |day: Date| day.to_zoned(desk.zone.clone());
    let from = start(day)?.timestamp().as_millisecond();
    let until = start(day.tomorrow()?)?.timestamp().as_millisecond();
    list(
        desk,
        connection,
        "t.created_at >= ?1 AND t.created_at < ?2",
        [from, until],
    )
}

fn all(desk: &Desk, connection: &Connection, _: &[u8]) -> Result<Vec<u8>, Failure> {
    list(desk, connection, "true", [])
}

fn create(desk: &Desk, connection: &Connection, body: &[u8]) -> Result<Vec<u8>, Failure> {
    let Create { task } = serde_json::from_slice(body)?;
    let now = Timestamp::now().as_millisecond();
    let customer: i64 = connection
        .prepare_cached("SELECT id FROM customers WHERE phone_e164 = ?1")?
        .query_row([task.customer_phone], |row| row.get(0))?;
    connection
        .prepare_cached(
            "INSERT INTO tasks (customer_id, employee_id, category, status, stage_id, stage_since,
                 description, version, created_at, updated_at, closed_at)
             SELECT ?1, ?2, ?3, status, id, ?5, ?4, 1, ?5, ?5, NULL FROM stages
             WHERE status = 'ACCEPTED' ORDER BY position LIMIT 1",
        )?
        .execute((customer, OWNER, task.category, task.description, now))?;
    let id = connection.last_insert_rowid();
    index(connection)?;
    note(connection, id, "CREATED", None, "ACCEPTED", now)?;
    let task = get(desk, connection, id)?;
    json(CreateTask {
        create_task: Payload { task },
    })
}

fn update(desk: &Desk, connection: &Connection, body: &[u8]) -> Result<Vec<u8>, Failure> {
    let Update {
        task: Change { id, status: to },
    } = serde_json::from_slice(body)?;
    let id = id.parse()?;
    let before = get(desk, connection, id)?;
    if before.status != to {
        let now = Timestamp::now().as_millisecond();
        let closed = (to == "CLOSED").then_some(now);
        connection
            .prepare_cached(
                "UPDATE tasks SET status = ?2, closed_at = ?3, updated_at = ?4, stage_since = ?4,
                     stage_id = (SELECT id FROM stages WHERE status = ?2 ORDER BY position LIMIT 1),
                     version = version + 1 WHERE id = ?1",
            )?
            .execute((id, &to, closed, now))?;
        note(connection, id, "STATUS", Some(&before.status), &to, now)?;
        if let Some(customer) = &before.customer {
            tell(connection, customer, id, &before.status, &to, now)?;
        }
    }
    let task = get(desk, connection, id)?;
    json(UpdateTask {
        update_task: Payload { task },
    })
}

/// Updates the full-text index.
fn index(connection: &Connection) -> Result<(), Failure> {
    let steps = [
        "DELETE FROM task_search WHERE rowid IN (SELECT task_id FROM task_search_stale)",
        "INSERT INTO task_search (rowid, description, name, device, digits)
         SELECT t.id, t.description, t.name, t.device,
             digit_letters(t.description || ' ' || t.name || ' ' || t.device)
         FROM task_search_stale AS s JOIN texts_of_tasks AS t ON t.id = s.task_id",
        "DELETE FROM task_search_stale",
    ];
    for step in steps {
        connection.prepare_cached(step)?.execute([])?;
    }
    Ok(())
}

/// Encodes each number of five digits or more, with a letter for every three consecutive digits.
fn digit_letters(text: &str) -> String {
    let mut numbers: Vec<&str> = text.split(|c: char| !c.is_ascii_digit()).collect();
    numbers.retain(|number| number.len() >= 5);
    numbers.sort_unstable();
    numbers.dedup();
    let mut letters = String::new();
    for number in numbers {
        for start in 0..number.len() - 2 {
            let three: u32 = number[start..start + 3].parse().unwrap_or_default();
            letters.extend(char::from_u32(0xE000 + three));
        }
        letters.push(' ');
    }
    letters.truncate(letters.trim_end().len());
    letters
}

/// Inserts a history entry.
fn note(
    connection: &Connection,
    task: i64,
    kind: &str,
    from: Option<&str>,
    to: &str,
    now: i64,
) -> Result<(), Failure> {
    connection
        .prepare_cached(
            "INSERT INTO task_events (task_id, kind, author, employee_id, customer_id, from_value,
                 to_value, at)
             VALUES (?1, ?2, 'STAFF', ?3, NULL, ?4, ?5, ?6)",
        )?
        .execute((task, kind, OWNER, from, to, now))?;
    Ok(())
}

/// Queues a notice for the customer, or updates the waiting one.
fn tell(
    connection: &Connection,
    customer: &Customer,
    task: i64,
    from: &str,
    to: &str,
    now: i64,
) -> Result<(), Failure> {
    let Some(chat) = customer.chat else {
        return Ok(());
    };
    let waiting: Option<(i64, String)> = connection
        .prepare_cached(
            "SELECT id, from_status FROM outbox
             WHERE task_id = ?1 AND state = 'WAITING' ORDER BY id DESC LIMIT 1",
        )?
        .query_row([task], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    match waiting {
        Some((id, told)) if told == to => connection
            .prepare_cached("DELETE FROM outbox WHERE id = ?1")?
            .execute([id])?,
        Some((id, _)) => connection
            .prepare_cached(
                "UPDATE outbox SET to_status = ?2, due_at = ?3, try_at = max(try_at, ?3)
                 WHERE id = ?1",
            )?
            .execute((id, to, now + DELAY))?,
        None => connection
            .prepare_cached(
                "INSERT INTO outbox (chat_id, kind, customer_id, task_id, from_status, to_status,
                     created_at, due_at, try_at)
                 VALUES (?1, 'STATUS_CHANGED', ?2, ?3, ?4, ?5, ?6, ?7, ?7)",
            )?
            .execute((chat, &customer.id, task, from, to, now, now + DELAY))?,
    };
    Ok(())
}

fn get(desk: &Desk, connection: &Connection, id: i64) -> Result<Task, Failure> {
    let mut statement = connection.prepare_cached(&format!("{TASKS} WHERE t.id = ?1"))?;
    Ok(statement.query_row([id], |row| from_row(row, &desk.zone))?)
}

fn list(
    desk: &Desk,
    connection: &Connection,
    condition: &str,
    values: impl Params,
) -> Result<Vec<u8>, Failure> {
    let sql = format!("{TASKS} WHERE {condition} ORDER BY t.id");
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map(values, |row| from_row(row, &desk.zone))?;
    json(AllTasks {
        all_tasks: rows.collect::<Result<_, _>>()?,
    })
}

fn from_row(row: &Row<'_>, zone: &TimeZone) -> rusqlite::Result<Task> {
    let created = Timestamp::from_millisecond(row.get(1)?).unwrap_or_default();
    let customer = match row.get::<_, Option<i64>>(5)? {
        Some(id) => Some(Customer {
            id: id.to_string(),
            phone: row.get(6)?,
            name: row.get(7)?,
            chat: match row.get(9)? {
                Some(true) => row.get(8)?,
                _ => None,
            },
        }),
        None => None,
    };
    let employee = match row.get::<_, Option<i64>>(10)? {
        Some(id) => Some(Employee {
            id: id.to_string(),
            email: row.get(11)?,
        }),
        None => None,
    };
    Ok(Task {
        id: number(row, 0)?,
        created_at: zone.to_datetime(created).date().to_string(),
        category: row.get(2)?,
        status: row.get(3)?,
        description: row.get(4)?,
        customer,
        employee,
    })
}

fn number(row: &Row<'_>, column: usize) -> rusqlite::Result<String> {
    Ok(row.get::<_, i64>(column)?.to_string())
}

fn json(data: impl Serialize) -> Result<Vec<u8>, Failure> {
    Ok(serde_json::to_vec(&Data { data })?)
}

/// Creates connections with the program's settings.
fn pool(file: &str, size: u32) -> Result<Pool, Failure> {
    let manager = SqliteConnectionManager::file(file).with_init(move |connection| {
        connection.busy_timeout(Duration::from_secs(5))?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.pragma_update(None, "foreign_keys", true)?;
        connection.pragma_update(None, "secure_delete", true)?;
        connection.pragma_update(None, "query_only", size > 1)?;
        connection.set_prepared_statement_cache_capacity(128);
        let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
        connection.create_scalar_function("digit_letters", 1, flags, |context| {
            Ok(digit_letters(context.get_raw(0).as_str()?))
        })
    });
    Ok(r2d2::Pool::builder()
        .max_size(size)
        .test_on_check_out(false)
        .build(manager)?)
}
