//! Litestream itself beside the server, with the settings that the package ships. Server and
//! Litestream are killed under writers, and a new machine is set up from the replica.

use std::collections::BTreeSet;
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use rusqlite::Connection;
use tempfile::TempDir;

use super::replication::is_whole;
use super::{Client, report};
use crate::backup::count;
use crate::cli::works;
use crate::harness::{eventually, skip};
use crate::process::Program;

const SHIPPED: &str = include_str!("../../../systemd/litestream.yml");
const WRITERS: usize = 8;
/// How much of what was acknowledged before the kill may be lost.
const LOST_AT_MOST: Duration = Duration::from_secs(5);
/// What `truncate-page-n` of the settings allows, with the time that Litestream needs to notice.
const LONGEST_LOG: u64 = 150_000_000;
const TASKS: &str = "SELECT count(*) FROM tasks";
const LOGIN: &str =
    r#"mutation { login(email: "a@example.com", password: "four random words") { token } }"#;

/// Returns the path of the program, if the environment names it.
fn installed() -> Option<PathBuf> {
    std::env::var_os("ZAYAVKA_LITESTREAM").map(PathBuf::from)
}

/// Litestream's settings for a database in one folder and a replica in another.
struct Litestream {
    program: PathBuf,
    database: PathBuf,
    settings: PathBuf,
    log: PathBuf,
}

/// A running Litestream, ended with the test in any case.
struct Replicating(Child);

impl Drop for Replicating {
    fn drop(&mut self) {
        // It may have been killed already.
        let _ = self.0.kill();
        self.0.wait().unwrap();
    }
}

impl Litestream {
    /// Writes the shipped settings, with a folder in place of the service that they name.
    fn of(program: &Path, folder: &Path, replica: &Path) -> Self {
        let database = folder.join("zayavka.db");
        let (settings, _) = SHIPPED.split_once("    replica:\n").unwrap();
        assert!(settings.contains("truncate-page-n"), "{settings}");
        let shown = "/var/lib/zayavka/zayavka.db";
        assert!(settings.contains(shown), "{settings}");
        let mut settings = settings.replace(shown, database.to_str().unwrap());
        settings += &format!("    replica:\n      path: {}\n", replica.display());
        let path = folder.join("litestream.yml");
        std::fs::write(&path, settings).unwrap();
        Self {
            program: program.to_owned(),
            database,
            settings: path,
            log: folder.join("litestream.log"),
        }
    }

    fn command(&self, name: &str) -> Command {
        let mut command = Command::new(&self.program);
        command.arg(name).arg("-config").arg(&self.settings);
        command
    }

    fn start(&self) -> Replicating {
        let log = File::create(&self.log).unwrap();
        let mut command = self.command("replicate");
        command.stdout(log.try_clone().unwrap()).stderr(log);
        Replicating(command.spawn().unwrap())
    }

    /// Restores the replica into a new file, and returns whether there was something to restore.
    fn restore(&self, to: &Path) -> bool {
        let mut command = self.command("restore");
        command.arg("-force").arg("-o").arg(to).arg(&self.database);
        command.output().unwrap().status.success()
    }

    fn said(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap()
    }
}

/// What the writers were told, and what they saw of the write-ahead log.
#[derive(Default)]
struct Journal {
    acknowledged: Vec<(Instant, i64)>,
    longest_log: u64,
    /// Salts of the log's header: it gets new ones each time it begins anew.
    salts: BTreeSet<[u8; 8]>,
}

impl Journal {
    fn look(&mut self, log: &Path) {
        let file = File::open(log).unwrap();
        self.longest_log = self.longest_log.max(file.metadata().unwrap().len());
        let mut salts = [0; 8];
        file.read_exact_at(&mut salts, 16).unwrap();
        self.salts.insert(salts);
    }
}

/// Creates tasks until the server is gone.
async fn write(
    client: Client,
    url: String,
    number: usize,
    log: PathBuf,
    into: Arc<Mutex<Journal>>,
) {
    for round in 0.. {
        let phone = format!("+7900{number}{:06}", round % 100);
        let create = format!(
            r#"mutation {{ createTask(taskData: {{customerPhone: "{phone}"}}) {{ task {{ id }} }} }}"#
        );
        let Some(data) = client.ask(&url, &create).await else {
            return;
        };
        let at = Instant::now();
        let id = data["createTask"]["task"]["id"].as_str().unwrap();
        let mut journal = into.lock().unwrap();
        journal.acknowledged.push((at, id.parse().unwrap()));
        journal.look(&log);
    }
}

/// Returns the ids of all tasks in a file.
fn stored(file: &Path) -> Vec<i64> {
    let file = Connection::open(file).unwrap();
    let mut ids = file.prepare("SELECT id FROM tasks ORDER BY id").unwrap();
    let ids = ids.query_map([], |row| row.get(0)).unwrap();
    ids.map(Result::unwrap).collect()
}

fn has_files(folder: &Path) -> bool {
    let entries = std::fs::read_dir(folder).unwrap();
    entries.map(Result::unwrap).any(|entry| match entry.path() {
        path if path.is_dir() => has_files(&path),
        path => path.extension().is_some_and(|ending| ending == "ltx"),
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_machine_lost_under_writers_comes_back_from_litestream() {
    crate::time_limit::start();
    let Some(litestream) = installed() else {
        return skip("ZAYAVKA_LITESTREAM doesn't name the program litestream");
    };
    let [old, replica, new] = [(); 3].map(|()| TempDir::new().unwrap());
    let mut program = Program::start(&old);
    let client = Client::register(&program).await;
    let beside = Litestream::of(&litestream, old.path(), replica.path());
    let mut replicating = beside.start();
    eventually("no snapshot", || has_files(replica.path())).await;

    let journal = Arc::new(Mutex::new(Journal::default()));
    let log = old.path().join("zayavka.db-wal");
    let began = Instant::now();
    let writers: Vec<_> = (0..WRITERS)
        .map(|number| {
            let (client, url) = (client.clone(), program.url.clone());
            tokio::spawn(write(client, url, number, log.clone(), journal.clone()))
        })
        .collect();
    eventually("the log doesn't begin anew", || {
        let journal = journal.lock().unwrap();
        journal.salts.len() > 3 && journal.acknowledged.len() > 500
    })
    .await;
    let killed = Instant::now();
    let pids = [program.child.id(), replicating.0.id()].map(|pid| pid.to_string());
    let kill = Command::new("kill").arg("-KILL").args(pids).status();
    assert!(kill.unwrap().success());
    for writer in writers {
        writer.await.unwrap();
    }
    program.child.wait().unwrap();
    replicating.0.wait().unwrap();
    drop((program, replicating));
    let journal = std::mem::take(&mut *journal.lock().unwrap());
    assert!(journal.longest_log < LONGEST_LOG, "{}", journal.longest_log);

    // Another machine: nothing of the old one is there but the replica.
    let copy = new.path().join("copy.db");
    assert!(beside.restore(&copy), "{}", beside.said());
    let said = works(new.path(), &["restore", "copy.db"], "");
    assert!(said.contains("zayavka.db is restored"), "{said}");
    let database = new.path().join("zayavka.db");
    assert!(is_whole(&database));
    let kept = stored(&database);
    let newest = i64::try_from(kept.len()).unwrap();
    assert_eq!(kept, (1..=newest).collect::<Vec<_>>(), "a gap");
    let lost = journal.acknowledged.iter().filter(|(_, id)| *id > newest);
    let lost: Vec<_> = lost
        .map(|(at, _)| killed.saturating_duration_since(*at))
        .collect();
    let oldest = lost.iter().max().copied().unwrap_or_default();
    let all = journal.acknowledged.len();
    report(
        "litestream",
        &format!(
            "{all} tasks acknowledged in {:.1} s, {} of them lost, written in the last {:.2} s; the log began anew {} times, \
             its longest had {} bytes",
            (killed - began).as_secs_f64(),
            lost.len(),
            oldest.as_secs_f64(),
            journal.salts.len() - 1,
            journal.longest_log
        ),
    );
    assert!(oldest <= LOST_AT_MOST, "{oldest:?}");
    assert!(lost.len() < all, "nothing was kept");

    // The server starts as usual, and Litestream goes on with the same replica.
    let beside = Litestream::of(&litestream, new.path(), replica.path());
    let program = Program::start(&new);
    let answer = program.ask(None, LOGIN).await.unwrap();
    let client = Client::with(answer["data"]["login"]["token"].as_str().unwrap());
    let replicating = beside.start();
    let create =
        r#"mutation { createTask(taskData: {customerPhone: "+79111111111"}) { task { id } } }"#;
    assert!(client.ask(&program.url, create).await.is_some());
    let again = new.path().join("again.db");
    eventually("Litestream doesn't go on", || {
        beside.restore(&again) && count(&again, TASKS) == newest + 1
    })
    .await;
    assert!(is_whole(&again), "{}", beside.said());
    drop((program, replicating));

    // The old machine's disk was fine after all.
    let program = Program::start(&old);
    let tasks = client.answer(&program.url, "{ me { id } }").await;
    assert!(tasks.is_some());
    drop(program);
    let stored: BTreeSet<_> = stored(&old.path().join("zayavka.db")).into_iter().collect();
    let missing = journal
        .acknowledged
        .iter()
        .filter(|(_, id)| !stored.contains(id));
    assert_eq!(missing.count(), 0);
}
