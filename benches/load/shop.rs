//! A database with generated data, and the servers on it.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rusqlite::Connection;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::Failure;
use super::wrk::Target;

const PROGRAM: &str = env!("CARGO_BIN_EXE_zayavka");

pub struct Shop {
    folder: TempDir,
    pub tasks: u32,
    /// Duration of generating the data, in seconds.
    pub filled: f64,
    /// Phones of all customers, in canonical form.
    pub phones: Vec<String>,
    pub program: Server,
    token: String,
    client: reqwest::Client,
}

/// A server process, killed when dropped.
pub struct Server {
    process: Child,
    address: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Server {
    /// Starts the process, and waits until it accepts connections.
    fn start(command: &mut Command, port: u16) -> Result<Self, Failure> {
        let process = command.stdin(Stdio::null()).spawn()?;
        let mut server = Self {
            process,
            address: format!("127.0.0.1:{port}"),
        };
        for _ in 0..1_000 {
            if std::net::TcpStream::connect(&server.address).is_ok() {
                return Ok(server);
            }
            if let Some(status) = server.process.try_wait()? {
                return Err(format!("a server ended at once: {status}").into());
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        Err("a server takes no connections".into())
    }

    pub fn id(&self) -> u32 {
        self.process.id()
    }

    pub fn target(&self, path: &str) -> Target<'static> {
        let url = format!("http://{}/{path}", self.address);
        Target {
            process: self.id(),
            url,
            token: None,
        }
    }
}

impl Shop {
    /// Generates the data, and starts the program with its default settings on the port.
    pub async fn open(tasks: u32, port: u16) -> Result<Self, Failure> {
        // On disk, since /tmp may be in memory: writes must be flushed.
        let folder = TempDir::new_in(env!("CARGO_TARGET_TMPDIR"))?;
        let start = Instant::now();
        let made = program(&folder)
            .args(["demo", "--tasks", &tasks.to_string()])
            .output()?;
        let filled = start.elapsed().as_secs_f64();
        let said = String::from_utf8(made.stdout)?;
        let password = said.split_whitespace().last().ok_or("the demo failed")?;
        let connection = Connection::open(folder.path().join("zayavka.db"))?;
        // A change of status then queues a notice, as for customers of the bot.
        connection.execute(
            "UPDATE customers SET telegram_id = id, telegram_verified = 1",
            [],
        )?;
        let phones = connection
            .prepare("SELECT phone_e164 FROM customers")?
            .query_map([], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        drop(connection);
        let log = File::create(folder.path().join("log"))?;
        let program = Server::start(
            program(&folder)
                .env("ZAYAVKA_LISTEN", format!("127.0.0.1:{port}"))
                .stderr(log),
            port,
        )?;
        let client = zayavka::https::client().build()?;
        let mut shop = Self {
            folder,
            tasks,
            filled,
            phones,
            program,
            token: String::new(),
            client,
        };
        let query = "mutation ($password: String!) {
            login(email: \"owner@example.com\", password: $password) { token } }";
        let login = shop.ask(query, &json!({ "password": password })).await?;
        let login: Value = serde_json::from_str(&login)?;
        let token = login["data"]["login"]["token"]
            .as_str()
            .ok_or("can't sign in")?;
        token.clone_into(&mut shop.token);
        Ok(shop)
    }

    pub fn database(&self) -> Result<Connection, Failure> {
        Ok(Connection::open(self.file())?)
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("zayavka.db")
    }

    /// Starts the baseline on the same file.
    pub fn bare(&self, port: u16, how: &str) -> Result<Server, Failure> {
        let mut command = Command::new(std::env::current_exe()?);
        command
            .arg("bare")
            .arg(self.file())
            .arg(format!("127.0.0.1:{port}"))
            .arg(how);
        Server::start(&mut command, port)
    }

    /// Returns what wrk needs to send requests to the program.
    pub fn api(&self) -> Target<'_> {
        Target {
            token: Some(&self.token),
            ..self.program.target("graphql")
        }
    }

    /// Sends a query to the program.
    pub async fn ask(&self, query: &str, variables: &Value) -> Result<String, Failure> {
        let target = self.api();
        let body = json!({ "query": query, "variables": variables });
        self.post(&target, body.to_string()).await
    }

    pub async fn post(&self, target: &Target<'_>, body: String) -> Result<String, Failure> {
        let mut request = self.client.post(&target.url).body(body);
        request = request.header("content-type", "application/json");
        if let Some(token) = target.token.filter(|token| !token.is_empty()) {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        Ok(request.send().await?.text().await?)
    }

    /// Writes request bodies to a file for wrk.
    pub fn bodies(
        &self,
        name: &str,
        bodies: impl Iterator<Item = Value>,
    ) -> Result<PathBuf, Failure> {
        let path = self.folder.path().join(name);
        let mut file = BufWriter::new(File::create(&path)?);
        for body in bodies {
            writeln!(file, "{body}")?;
        }
        file.flush()?;
        Ok(path)
    }

    /// Returns the size of the database, in megabytes.
    pub fn size(&self) -> Result<f64, Failure> {
        Ok(fs::metadata(self.file())?.len() as f64 / 1e6)
    }
}

fn program(folder: &TempDir) -> Command {
    let mut command = Command::new(PROGRAM);
    command
        .current_dir(folder)
        .env("ZAYAVKA_TELEGRAM__MODE", "off")
        .stderr(Stdio::null());
    command
}
