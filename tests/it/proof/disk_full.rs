//! A full disk: a clear error, reads continue, nothing is lost, and no restart is needed.

use std::fs::{self, File};
use std::io::Write;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use reqwest::StatusCode;
use rusqlite::Connection;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::{Client, borrowed, report, size, with_bot};
use crate::bot::text;
use crate::fake_telegram::FakeTelegram;
use crate::harness::{SECRET, code, eventually, without_settings};
use crate::process::{FREE_PORT, Program};

/// Way of filling the program's disk.
enum Disk {
    /// A small file system in a namespace of its own, which ends with the program.
    Small(PathBuf),
    /// Without namespaces, a limit on the size of the program's files. SQLite then reports another
    /// error than for a full disk, so this is the second choice.
    Limited(PathBuf),
}

impl Disk {
    fn can_mount() -> bool {
        let script = "mount -t tmpfs -o size=1m zayavka /mnt";
        let mounted = Command::new("unshare")
            .args(["-rm", "sh", "-c", script])
            .output();
        mounted.is_ok_and(|output| output.status.success())
    }

    fn start(folder: &TempDir, settings: &[(&str, &str)]) -> (Program, Self) {
        let at = folder.path().to_str().unwrap();
        let program = env!("CARGO_BIN_EXE_zayavka");
        let small = Self::can_mount();
        let mut command = match small {
            true => {
                let script = format!(
                    "mount -t tmpfs -o size=32m,mode=700 zayavka '{at}' && cd '{at}' && exec '{program}'"
                );
                let mut command = Command::new("unshare");
                command.args(["-rm", "sh", "-c", &script]);
                command
            }
            false => {
                // A write beyond the limit should fail rather than kill the program.
                let mut command = Command::new("sh");
                command.args([
                    "-c",
                    &format!("trap '' XFSZ; cd '{at}' && exec '{program}'"),
                ]);
                command
            }
        };
        command.envs([FREE_PORT]).envs(settings.iter().copied());
        let program = Program::run(without_settings(command));
        let disk = match small {
            // The program's files as seen from outside its namespace.
            true => Self::Small(format!("/proc/{}/root{at}", program.child.id()).into()),
            false => Self::Limited(folder.path().to_owned()),
        };
        (program, disk)
    }

    fn database(&self) -> PathBuf {
        let (Self::Small(folder) | Self::Limited(folder)) = self;
        folder.join("zayavka.db")
    }

    fn fill(&self, program: &Program) {
        match self {
            Self::Small(folder) => {
                let mut filler = File::create(folder.join("filler")).unwrap();
                while filler.write_all(&[0; 4096]).is_ok() {}
            }
            Self::Limited(folder) => {
                let log = fs::metadata(folder.join("zayavka.db-wal")).unwrap();
                limit(program, &log.len().to_string());
            }
        }
    }

    fn make_room(&self, program: &Program) {
        match self {
            Self::Small(folder) => fs::remove_file(folder.join("filler")).unwrap(),
            Self::Limited(_) => limit(program, "unlimited"),
        }
    }

    /// Returns whether people are told the reason.
    fn is_said_in(&self, text: &str) -> bool {
        match self {
            Self::Small(_) => text.contains("disk is full"),
            Self::Limited(_) => text.contains("Internal error"),
        }
    }

    fn name(&self) -> &str {
        match self {
            Self::Small(_) => "a tmpfs of 32 MiB",
            Self::Limited(_) => "a limit on the size of files",
        }
    }
}

/// Sets the soft limit on the size of files that a program writes.
fn limit(program: &Program, bytes: &str) {
    let set = Command::new("prlimit")
        .arg(format!("--pid={}", program.child.id()))
        .arg(format!("--fsize={bytes}:"))
        .status();
    assert!(set.unwrap().success());
}

/// A client that encounters the full disk.
struct Desk {
    program: Program,
    client: Client,
    /// Descriptions of acknowledged tasks, by id.
    tasks: Vec<Value>,
    /// Senders of accepted updates, by update id.
    taken: Vec<i64>,
}

impl Desk {
    /// Returns a description of ten thousand letters, which needs room in the log whatever is left
    /// there from before.
    fn description(&self) -> String {
        format!("{:0>10000}", self.tasks.len() + 1)
    }

    async fn create(&mut self) -> Result<(), Value> {
        let description = self.description();
        let query = format!(
            r#"mutation {{ createTask(taskData: {{customerPhone: "+79000000001", description: "{description}"}}) {{ task {{ id description }} }} }}"#
        );
        let answer = self.client.answer(&self.program.url, &query).await.unwrap();
        if answer["errors"].is_array() {
            return Err(answer);
        }
        self.tasks
            .push(answer["data"]["createTask"]["task"].clone());
        Ok(())
    }

    async fn create_by_form(&self) -> (StatusCode, String) {
        let form = [
            ("phone", "+79000000001"),
            ("description", &self.description()),
            ("category", "REPAIR"),
            ("status", "ACCEPTED"),
        ];
        let body = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(form)
            .finish();
        let request = self
            .client
            .http
            .post(format!("{}/new-task/", self.program.url));
        let request = request
            .header("cookie", format!("zayavka={}", self.client.token))
            .header("origin", &self.program.url)
            .header("accept-language", "en")
            .header("content-type", "application/x-www-form-urlencoded");
        let answer = request.body(body).send().await.unwrap();
        (answer.status(), answer.text().await.unwrap())
    }

    /// Sends a stranger's first message to the bot, which replies.
    async fn update(&self, number: i64) -> u16 {
        let mut update = text(number, "/start");
        update["update_id"] = json!(number);
        let url = format!("{}/telegram/webhook", self.program.url);
        let request = self.client.http.post(url);
        let request = request
            .header("x-telegram-bot-api-secret-token", SECRET)
            .body(update.to_string());
        request.send().await.unwrap().status().as_u16()
    }

    async fn updates_until_one_is_refused(&mut self) -> i64 {
        loop {
            let number = 1 + self.taken.last().copied().unwrap_or_default();
            match self.update(number).await {
                200 => self.taken.push(number),
                503 => return number,
                other => panic!("{other}"),
            }
        }
    }

    /// Returns what a monitor sees by HTTP and by the command.
    async fn readiness(&self) -> (u16, String) {
        let asked = self.client.http.get(format!("{}/readyz", self.program.url));
        let answer = asked.send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }

    fn health_check(&self) -> (Option<i32>, String) {
        let folder = TempDir::new().unwrap();
        let listen = self.program.url.trim_start_matches("http://");
        let variables = [("ZAYAVKA_LISTEN", listen)];
        let output = crate::cli::zayavka(folder.path(), &["healthcheck"], "", &variables);
        let said = [output.stdout, output.stderr].concat();
        (output.status.code(), String::from_utf8(said).unwrap())
    }

    async fn reads_everything(&self) {
        let query = "{ allTasks { id description } }";
        let data = self.client.ask(&self.program.url, query).await.unwrap();
        assert_eq!(data["allTasks"], json!(self.tasks));
        let page = self.client.http.get(&self.program.url);
        let page = page.header("cookie", format!("zayavka={}", self.client.token));
        assert_eq!(page.send().await.unwrap().status(), 200);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_is_reported_and_survived_without_a_restart() {
    let rounds = size(2, 20);
    let folder = TempDir::new().unwrap();
    let telegram = FakeTelegram::start().await;
    let (program, disk) = Disk::start(&folder, &borrowed(&with_bot(&telegram)));
    let client = Client::register(&program).await;
    let mut desk = Desk {
        program,
        client,
        tasks: Vec::new(),
        taken: Vec::new(),
    };
    let mut refused = 0;
    for _ in 0..rounds {
        desk.create().await.unwrap();
        disk.fill(&desk.program);
        // What still fits into the log is accepted and kept.
        let error = loop {
            match desk.create().await {
                Ok(()) => {}
                Err(error) => break error,
            }
        };
        assert_eq!(code(&error), "INTERNAL_SERVER_ERROR", "{error}");
        let number = error["errors"][0]["extensions"]["requestId"]
            .as_str()
            .unwrap();
        let said = error["errors"][0]["message"].as_str().unwrap();
        assert!(disk.is_said_in(said), "{said}");
        let reason = match disk {
            Disk::Small(_) => "disk is full",
            Disk::Limited(_) => "disk I/O error",
        };
        // The log and the response arrive separately.
        let is_told = |line: &str| line.contains(number) && line.contains(reason);
        // Of many failures in a minute, the log shows the first ten and a sum of the others.
        if refused <= 5 {
            eventually("the log doesn't say why", || {
                desk.program.log().lines().any(is_told)
            })
            .await;
        }
        let update = desk.updates_until_one_is_refused().await;
        let (status, page) = desk.create_by_form().await;
        assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR, "{page}");
        assert!(disk.is_said_in(&page), "{page}");
        for _ in 0..5 {
            refused += 1;
            assert!(desk.create().await.is_err());
            desk.reads_everything().await;
            assert_eq!(desk.update(update).await, 503);
        }
        let why = match disk {
            Disk::Small(_) => "the disk is full",
            Disk::Limited(_) => "I/O error",
        };
        let (status, said) = desk.readiness().await;
        assert_eq!(status, 503, "{said}");
        assert!(said.contains(why), "{said}");
        let (code, said) = desk.health_check();
        assert_eq!(code, Some(1), "{said}");
        assert!(said.contains(why), "{said}");
        disk.make_room(&desk.program);
        // Without any write, the readiness check detects that there is room again.
        let asked = Instant::now();
        loop {
            match desk.readiness().await {
                (200, said) => break assert_eq!(said, "ready\n"),
                (status, said) => assert_eq!(status, 503, "{said}"),
            }
            assert!(
                asked.elapsed() < Duration::from_secs(30),
                "it stays not ready"
            );
        }
        assert_eq!(desk.health_check().0, Some(0));
        desk.create().await.unwrap();
        // Telegram redelivers, and once more when our response was lost.
        assert_eq!(desk.update(update).await, 200);
        assert_eq!(desk.update(update).await, 200);
        desk.taken.push(update);
        desk.reads_everything().await;
    }
    // Every accepted message is answered exactly once.
    let replies = telegram.calls_of("Message", desk.taken.len()).await;
    let mut chats: Vec<i64> = replies
        .iter()
        .map(|reply| reply["chat_id"].as_i64().unwrap())
        .collect();
    chats.sort_unstable();
    assert_eq!(chats, desk.taken);
    let file = Connection::open(disk.database()).unwrap();
    let found: String = file
        .query_row("PRAGMA integrity_check", [], |row| row.get(0))
        .unwrap();
    assert_eq!(found, "ok");
    assert!(desk.program.child.try_wait().unwrap().is_none());
    report(
        "disk_full",
        &format!(
            "{rounds} times full ({}): {} tasks and {} updates acknowledged, all there once; {refused} tasks refused with a clear error; no restart; integrity ok",
            disk.name(),
            desk.tasks.len(),
            desk.taken.len()
        ),
    );
}
