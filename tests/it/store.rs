//! The database file: created, migrated, rejected, and durable.

use std::os::unix::fs::PermissionsExt;

use rusqlite::Connection;
use tempfile::TempDir;
use zayavka::domain::Error;
use zayavka::store::{Db, Migration, Transaction, embedded_migrations};

use crate::bot::{create, set_status};
use crate::harness::{Shop, eventually, newest_schema};

fn noon() -> jiff::Timestamp {
    "2021-07-25T09:00:00Z".parse().unwrap()
}

fn next(sql: &str) -> Vec<Migration> {
    let mut all = embedded_migrations();
    let version = all.iter().map(Migration::version).max().unwrap() + 1;
    all.push(Migration::unapplied(&format!("V{version}__next"), sql).unwrap());
    all
}

#[test]
fn a_migration_keeps_a_copy_of_the_file_as_it_was() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("shop.db");
    assert!(Db::open(&path, noon()).unwrap().is_new());
    assert!(!Db::open(&path, noon()).unwrap().is_new());
    let mode = std::fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    Connection::open(&path)
        .unwrap()
        .execute("INSERT INTO secrets (name, value) VALUES ('x', x'01')", [])
        .unwrap();
    let migrations =
        next("DELETE FROM secrets; CREATE TABLE later (id INTEGER PRIMARY KEY) STRICT;");
    Db::open_with(&path, &migrations, noon()).unwrap();
    let version = newest_schema();
    let copy = folder
        .path()
        .join(format!("shop.db.v{version}-20210725T090000Z"));
    assert_eq!(
        std::fs::metadata(&copy).unwrap().permissions().mode() & 0o777,
        0o600
    );
    let count = |path| {
        let count = "SELECT count(*) FROM secrets";
        Connection::open(path)
            .unwrap()
            .query_row(count, [], |row| row.get::<_, i64>(0))
            .unwrap()
    };
    assert_eq!((count(&path), count(&copy)), (0, 1));
    let newer = Db::open(&path, noon()).err().unwrap().to_string();
    assert!(newer.contains("start the newer program again"), "{newer}");
    assert!(newer.contains(&path.display().to_string()), "{newer}");
}

#[test]
fn a_migration_that_fails_changes_nothing() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("shop.db");
    Db::open(&path, noon()).unwrap();
    let broken = next("CREATE TABLE half (id INTEGER PRIMARY KEY) STRICT; SELECT nonsense;");
    assert!(Db::open_with(&path, &broken, noon()).is_err());
    let half = Connection::open(&path)
        .unwrap()
        .table_exists(None, "half")
        .unwrap();
    assert!(!half);
    Db::open(&path, noon()).unwrap();
}

#[test]
fn a_path_that_cannot_be_is_named() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("none/shop.db");
    let error = Db::open(&path, noon()).err().unwrap().to_string();
    assert!(
        error.contains("none/shop.db") && error.contains("`database`"),
        "{error}"
    );
    let text = folder.path().join("text.db");
    std::fs::write(
        &text,
        "this is no database, and it is long enough to be read as one",
    )
    .unwrap();
    assert!(Db::open(&text, noon()).is_err());
    assert!(
        std::fs::read_to_string(&text)
            .unwrap()
            .starts_with("this is no database")
    );
}

/// A file with an invalid name would never run, and a missing number would go unnoticed.
#[test]
fn every_file_of_sql_is_a_migration_in_the_order_of_its_number() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("sql");
    let names = std::fs::read_dir(folder).unwrap();
    let names = names.map(|file| file.unwrap().file_name());
    // `schema.sql` describes the result of the migrations.
    let files = names.filter(|name| name != "schema.sql").count();
    let versions: Vec<_> = embedded_migrations()
        .iter()
        .map(|migration| usize::try_from(migration.version()).unwrap())
        .collect();
    assert_eq!(versions, (1..=files).collect::<Vec<_>>());
}

/// Returns the schema after all migrations as one readable file: each table followed by its indexes
/// and triggers.
fn schema() -> String {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("shop.db");
    Db::open(&path, noon()).unwrap();
    let file = Connection::open(&path).unwrap();
    // Shadow tables of full-text tables, and `sqlite_sequence`, are SQLite's own.
    let sql = "SELECT s.sql, s.type IN ('table', 'view') AS first FROM sqlite_schema AS s
               JOIN pragma_table_list AS l ON l.schema = 'main' AND l.name = s.tbl_name
               WHERE s.sql IS NOT NULL AND s.name NOT LIKE 'sqlite_%' AND l.type <> 'shadow'
               ORDER BY l.type = 'view', s.tbl_name, NOT first, s.type, s.name";
    let mut statement = file.prepare(sql).unwrap();
    let mut rows = statement.query([]).unwrap();
    let mut text = "-- The schema in force: what the migrations V1 and on make of an empty file. It is for reading; the program runs\n\
                    -- the migrations alone. `ZAYAVKA_WRITE_SCHEMA=1 cargo test --test it -- store::the_schema` writes it anew.\n"
        .to_owned();
    while let Some(row) = rows.next().unwrap() {
        let (sql, first): (String, bool) = (row.get(0).unwrap(), row.get(1).unwrap());
        let gap = if first { "\n" } else { "" };
        text += &format!("{gap}{sql};\n");
    }
    text
}

#[test]
fn the_schema_in_one_file_is_that_of_the_migrations() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("sql/schema.sql");
    let schema = schema();
    if std::env::var_os("ZAYAVKA_WRITE_SCHEMA").is_some() {
        std::fs::write(&path, &schema).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == schema,
        "sql/schema.sql is not what the migrations make; to write it anew: \
         ZAYAVKA_WRITE_SCHEMA=1 cargo test --test it -- store::the_schema"
    );
    // Executing it creates the same schema.
    let memory = Connection::open_in_memory().unwrap();
    memory.execute_batch(&written).unwrap();
}

#[test]
fn every_migration_follows_the_houses_rules() {
    for migration in embedded_migrations() {
        let sql = migration.sql().unwrap();
        for table in sql.split("CREATE TABLE ").skip(1) {
            let end = table.find(';').unwrap();
            assert!(table[..end].ends_with("STRICT"), "{}", &table[..40]);
        }
        // Migrations lose nothing: a dropped table is an index, or is recreated with its rows.
        for dropped in sql.split("DROP TABLE ").skip(1) {
            let name = dropped.split(';').next().unwrap();
            let copied = sql.contains(&format!("INSERT INTO {name}_new "))
                && sql.contains(&format!("ALTER TABLE {name}_new RENAME TO {name};"));
            assert!(name == "task_search" || copied, "{name}");
        }
        assert!(!sql.contains("drop table"), "keywords are in capitals");
    }
}

#[tokio::test]
async fn the_history_refuses_to_be_rewritten() {
    let shop = Shop::with_owner().await;
    let id = create(&shop, "+79000000001").await;
    set_status(&shop, &id, "READY").await;
    let file = shop.database();
    for sql in [
        "DELETE FROM task_events",
        "UPDATE task_events SET to_value = 'CLOSED'",
    ] {
        let error = file.execute(sql, []).unwrap_err().to_string();
        assert!(error.contains("append-only"), "{error}");
    }
    shop.close().await;
}

#[tokio::test]
async fn a_list_of_many_is_read_as_often_as_a_list_of_one() {
    let shop = Shop::with_owner().await;
    let query = "{ allTasks { id employee { email } history { kind employee { email } }
        customer { phone tasks { id history { kind } } } } }";
    create(&shop, "+79000000001").await;
    let one = shop.reads(query).await;
    assert!((2..10).contains(&one), "{one}");
    for number in 10..99 {
        create(&shop, &format!("+790000000{number}")).await;
    }
    assert_eq!(shop.reads(query).await, one);
    shop.close().await;
}

#[tokio::test]
async fn a_refused_change_leaves_no_trace() {
    let shop = Shop::with_owner().await;
    create(&shop, "+79000000001").await;
    let before = shop.dump();
    for query in [
        r#"mutation { updateTask(taskData: {id: 1, status: READY, expectedVersion: 5}) { task { id } } }"#,
        r#"mutation { updateTask(taskData: {id: 1, status: READY, customerPhone: "+79000000002"}) { task { id } } }"#,
        r#"mutation { createCustomer(customerData: {phone: "89000000001", name: "x"}) { customer { id } } }"#,
        r#"mutation { assignTask(id: 1, employeeId: 5) { task { id } } }"#,
        r#"mutation { deleteTask(id: 5) { id } }"#,
    ] {
        assert!(shop.ask(query).await["errors"].is_array(), "{query}");
    }
    assert_eq!(shop.dump(), before);
    shop.close().await;
}

/// Returns a write that is easy to count.
fn note(name: &str) -> impl FnOnce(&Transaction) -> Result<(), Error> + use<> {
    let name = name.to_owned();
    move |tx| {
        let sql = "INSERT INTO secrets (name, value) VALUES (?1, x'01')";
        tx.execute(sql, [name])?;
        Ok(())
    }
}

#[tokio::test]
async fn writes_that_wait_share_a_commit_and_each_is_whole_by_itself() {
    crate::time_limit::start();
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("shop.db");
    let db = Db::open(&path, noon()).unwrap();
    // The first one keeps the writer busy until the others have queued up behind it.
    let (go, wait) = std::sync::mpsc::channel();
    let first = db.write(move |tx| {
        wait.recv().unwrap();
        note("first")(tx)
    });
    let many = (0..20).map(|number| db.write(note(&format!("many {number}"))));
    let many = futures_util::future::join_all(many);
    let refused = db.write(|tx| {
        note("refused")(tx)?;
        Err::<(), _>(Error::NotFound)
    });
    let broken = db.write(|tx| {
        note("broken")(tx).unwrap();
        let nothing: Option<()> = None;
        nothing.ok_or(Error::NotFound).unwrap();
        Ok(())
    });
    let twice = db.write(note("many 7"));
    let mut first = Box::pin(first);
    assert!(futures_util::poll!(&mut first).is_pending());
    let mut left = Box::pin(db.write(note("left")));
    assert!(futures_util::poll!(&mut left).is_pending());
    drop(left);
    let commits = || {
        let file = Connection::open(&path).unwrap();
        let sql = "PRAGMA wal_checkpoint(PASSIVE)";
        file.query_row(sql, [], |row| row.get::<_, i64>(1)).unwrap()
    };
    let (first, many, refused, broken, twice, last, ()) = tokio::join!(
        first,
        many,
        refused,
        broken,
        twice,
        db.write(note("last")),
        async { go.send(()).unwrap() }
    );
    first.unwrap();
    many.into_iter().for_each(Result::unwrap);
    last.unwrap();
    assert!(matches!(refused, Err(Error::NotFound)), "{refused:?}");
    assert!(matches!(broken, Err(Error::Internal(_))), "{broken:?}");
    assert!(matches!(twice, Err(Error::Internal(_))), "{twice:?}");
    // Each commit writes at least one page to the log: all of these had two or three.
    assert!(commits() < 12, "{} pages", commits());
    let names = |c: &Connection| {
        let sql = "SELECT group_concat(name) FROM (SELECT name FROM secrets ORDER BY name)";
        Ok(c.query_row(sql, [], |row| row.get::<_, String>(0))?)
    };
    let names = db.read(names).await.unwrap();
    assert_eq!(names.split(',').count(), 22, "{names}");
    for gone in ["refused", "broken", "left"] {
        assert!(!names.contains(gone), "{names}");
    }
}

#[tokio::test]
async fn a_write_that_fails_first_of_its_group_takes_no_other_with_it() {
    crate::time_limit::start();
    let folder = TempDir::new().unwrap();
    let db = Db::open(&folder.path().join("shop.db"), noon()).unwrap();
    for panics in [false, true] {
        let (go, wait) = std::sync::mpsc::channel();
        let failing = db.write(move |tx| {
            wait.recv().unwrap();
            note("failing")(tx)?;
            assert!(!panics, "on purpose");
            Err::<(), _>(Error::NotFound)
        });
        let mut failing = Box::pin(failing);
        assert!(futures_util::poll!(&mut failing).is_pending());
        let later = (0..5).map(|number| db.write(note(&format!("{panics} {number}"))));
        let later = futures_util::future::join_all(later);
        let (failed, later, ()) = tokio::join!(failing, later, async { go.send(()).unwrap() });
        match panics {
            true => assert!(matches!(failed, Err(Error::Internal(_))), "{failed:?}"),
            false => assert!(matches!(failed, Err(Error::NotFound)), "{failed:?}"),
        }
        later.into_iter().for_each(Result::unwrap);
    }
    let count = |c: &Connection| {
        let sql = "SELECT count(*), count(*) FILTER (WHERE name = 'failing') FROM secrets";
        Ok(c.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?)))?)
    };
    let counts: (i64, i64) = db.read(count).await.unwrap();
    assert_eq!(counts, (10, 0));
}

/// Returns the system's id of the current thread, and its name.
fn this_thread() -> (String, String) {
    let link = std::fs::read_link("/proc/thread-self").unwrap();
    let number = link.file_name().unwrap().to_str().unwrap().to_owned();
    let name = std::thread::current().name().unwrap_or_default().to_owned();
    (number, name)
}

fn is_running(thread: &str) -> bool {
    std::path::Path::new("/proc/self/task")
        .join(thread)
        .exists()
}

#[tokio::test]
async fn the_writer_has_a_thread_of_its_own_that_no_panic_ends_and_a_stop_does() {
    crate::time_limit::start();
    let folder = TempDir::new().unwrap();
    let db = Db::open(&folder.path().join("shop.db"), noon()).unwrap();
    let (thread, name) = db.write(|_| Ok(this_thread())).await.unwrap();
    assert_eq!(name, "writer");
    for _ in 0..3 {
        let broken = db.write(|tx| {
            note("broken")(tx)?;
            let nothing: Option<()> = None;
            nothing.ok_or(Error::NotFound).unwrap();
            Ok(())
        });
        let broken = broken.await;
        assert!(matches!(broken, Err(Error::Internal(_))), "{broken:?}");
        assert_eq!(db.write(|_| Ok(this_thread())).await.unwrap().0, thread);
    }
    // Abandoned operations finish as well.
    let (go, wait) = std::sync::mpsc::channel::<()>();
    let mut gone = Box::pin(db.write(move |_| wait.recv().map_err(Error::internal)));
    assert!(futures_util::poll!(&mut gone).is_pending());
    drop(gone);
    go.send(()).unwrap();
    let reader = db.read(|_| Ok(this_thread())).await.unwrap();
    assert_eq!(reader.1, "reader");
    drop(db);
    assert!(!is_running(&thread), "the writer is joined at the end");
    assert!(!is_running(&reader.0), "the readers are joined at the end");
}

#[tokio::test]
async fn work_that_is_the_last_to_hold_the_database_does_not_wait_for_its_own_thread() {
    crate::time_limit::start();
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("shop.db");
    for is_write in [true, false] {
        let db = Db::open(&path, noon()).unwrap();
        let (begin, begun) = std::sync::mpsc::channel();
        let (go, wait) = std::sync::mpsc::channel::<()>();
        let held = db.clone();
        let work = move || {
            begin.send(this_thread().0).unwrap();
            wait.recv().unwrap();
            drop(held);
            Ok(())
        };
        // Its client disconnects, and the server stops.
        let client = async {
            match is_write {
                true => db.write(|_| work()).await,
                false => db.read(|_| work()).await,
            }
        };
        let mut client = Box::pin(client);
        assert!(futures_util::poll!(&mut client).is_pending());
        let thread = begun.recv().unwrap();
        drop(client);
        drop(db);
        go.send(()).unwrap();
        eventually("it ends", || !is_running(&thread)).await;
    }
    assert!(!Db::open(&path, noon()).unwrap().is_new());
}

#[tokio::test]
async fn abandoned_requests_do_not_pile_up_behind_a_slow_disk() {
    crate::time_limit::start();
    let folder = TempDir::new().unwrap();
    let db = Db::open(&folder.path().join("shop.db"), noon()).unwrap();
    let (go, wait) = std::sync::mpsc::channel();
    let mut first = Box::pin(db.write(move |_| wait.recv().map_err(Error::internal)));
    assert!(futures_util::poll!(&mut first).is_pending());
    let mut blocked = Vec::new();
    let (go_on, waits) = std::sync::mpsc::channel::<()>();
    let waits = std::sync::Arc::new(std::sync::Mutex::new(waits));
    for _ in 0..4 {
        let waits = waits.clone();
        let mut read = Box::pin(db.read(move |_| {
            let waits = waits.lock().unwrap();
            waits.recv().map_err(Error::internal)
        }));
        assert!(futures_util::poll!(&mut read).is_pending());
        blocked.push(read);
    }
    let (written, read) = (std::sync::Arc::new(()), std::sync::Arc::new(()));
    for _ in 0..5_000 {
        let kept = written.clone();
        let mut left = Box::pin(db.write(move |_| {
            drop(kept);
            Ok(())
        }));
        assert!(futures_util::poll!(&mut left).is_pending());
        let kept = read.clone();
        let mut left = Box::pin(db.read(move |_| {
            drop(kept);
            Ok(())
        }));
        assert!(futures_util::poll!(&mut left).is_pending());
    }
    let left = |kept| std::sync::Arc::strong_count(kept) - 1;
    assert!(left(&written) <= 1_024, "{} writes", left(&written));
    assert!(left(&read) <= 1_024, "{} reads", left(&read));
    // Waiters are served, however many there are.
    let patient = (0..3_000).map(|number| db.write(note(&number.to_string())));
    let patient = futures_util::future::join_all(patient);
    let readers = futures_util::future::join_all((0..3_000).map(|_| db.read(|_| Ok(()))));
    let (patient, readers, ()) = tokio::join!(patient, readers, async {
        go.send(()).unwrap();
        for _ in 0..4 {
            go_on.send(()).unwrap();
        }
    });
    patient.into_iter().for_each(Result::unwrap);
    readers.into_iter().for_each(Result::unwrap);
    first.await.unwrap();
    let sql = "SELECT count(*) FROM secrets";
    let count = move |c: &Connection| Ok(c.query_row(sql, [], |row| row.get::<_, i64>(0))?);
    assert_eq!(db.read(count).await.unwrap(), 3_000);
}
