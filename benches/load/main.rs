//! Load benchmarks of the API, compared with a baseline that does the same work without the API in
//! the same run. Requires Linux and wrk (Debian: `apt-get install wrk`).
//!
//! ```text
//! cargo bench --bench load               # every operation with 100,000 tasks: 15 minutes
//! cargo bench --bench load -- 20000      # with another number of tasks
//! cargo bench --bench load -- growth     # 10,000 and 1,000,000 tasks: 10 minutes
//! cargo bench --bench load -- readers    # reads of the baseline by thread kind: 5 minutes
//! ```
//!
//! Every figure is the median of `LOAD_RUNS` runs (3) of `LOAD_SECONDS` (5) each. Compared runs
//! alternate, so that other load of the machine affects both.

#![expect(
    clippy::disallowed_methods,
    reason = "a benchmark measures by the real clock"
)]

mod bare;
mod shop;
mod wrk;

use std::path::PathBuf;
use std::time::Duration;

use fastrand::Rng;
use jiff::{Timestamp, ToSpan};
use serde_json::{Value, json};

use shop::{Server, Shop};
use wrk::{Figures, Target};

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Number of different requests in a run; wrk repeats them.
const BODIES: usize = 5_000;

/// An operation of the API.
struct Operation {
    /// Also the baseline's path.
    name: &'static str,
    query: &'static str,
    variables: fn(&mut Rng, &Shop) -> Value,
}

macro_rules! query {
    ($before:literal, $after:literal) => {
        concat!(
            $before,
            "{ id createdAt category status description customer { id phone name } employee { id email } }",
            $after
        )
    };
}

const ME: Operation = Operation {
    name: "me",
    query: "{ me { id email } }",
    variables: |_, _| json!({}),
};
const TASK: Operation = Operation {
    name: "task",
    query: query!("query ($id: ID!) { taskById(id: $id) ", "}"),
    variables: |rng, shop| json!({ "id": rng.u32(1..=shop.tasks).to_string() }),
};
const PHONE: Operation = Operation {
    name: "phone",
    query: query!(
        "query ($phone: String) { allTasks(customerPhone: $phone) ",
        "}"
    ),
    variables: |rng, shop| json!({ "phone": rng.choice(&shop.phones) }),
};
const DAY: Operation = Operation {
    name: "day",
    query: query!("query ($day: String) { allTasks(createdAt: $day) ", "}"),
    variables: |rng, _| json!({ "day": day(rng) }),
};
const ALL: Operation = Operation {
    name: "all",
    query: query!("{ allTasks ", "}"),
    variables: |_, _| json!({}),
};
const CREATE: Operation = Operation {
    name: "create",
    query: query!(
        "mutation ($task: TaskInput!) { createTask(taskData: $task) { task ",
        "} }"
    ),
    variables: |rng, shop| {
        let text = format!("iPhone {}: не включается", rng.u8(4..20));
        let phone = rng.choice(&shop.phones);
        json!({ "task": { "customerPhone": phone, "category": "REPAIR", "description": text } })
    },
};
const UPDATE: Operation = Operation {
    name: "update",
    query: query!(
        "mutation ($task: TaskInput!) { updateTask(taskData: $task) { task ",
        "} }"
    ),
    variables: |_, _| json!({}),
};

/// Ten tasks with each filter that exists, however many tasks match. The first has no filter.
const PAGES: [Operation; 10] = [
    Operation {
        name: "page",
        query: query!("{ tasks(first: 10) { nodes ", "} }"),
        variables: |_, _| json!({}),
    },
    Operation {
        name: "page by phone",
        query: query!(
            "query ($phone: String) { tasks(first: 10, filter: { customerPhone: $phone }) { nodes ",
            "} }"
        ),
        variables: PHONE.variables,
    },
    Operation {
        name: "page by day",
        query: query!(
            "query ($day: String) { tasks(first: 10, filter: { createdAt: $day }) { nodes ",
            "} }"
        ),
        variables: DAY.variables,
    },
    Operation {
        name: "page by status",
        query: query!(
            "{ tasks(first: 10, filter: { statuses: [IN_PROGRESS] }) { nodes ",
            "} }"
        ),
        variables: |_, _| json!({}),
    },
    Operation {
        name: "page by category",
        query: query!(
            "{ tasks(first: 10, filter: { category: REPAIR }) { nodes ",
            "} }"
        ),
        variables: |_, _| json!({}),
    },
    Operation {
        name: "page by employee",
        query: query!(
            "{ tasks(first: 10, filter: { employeeId: 2 }) { nodes ",
            "} }"
        ),
        variables: |_, _| json!({}),
    },
    Operation {
        name: "page, last updated",
        query: query!(
            "{ tasks(first: 10, orderBy: RECENTLY_UPDATED) { nodes ",
            "} }"
        ),
        variables: |_, _| json!({}),
    },
    Operation {
        name: "search for words",
        query: query!(
            "{ tasks(first: 10, filter: { search: \"холодильник шумит\" }) { nodes ",
            "} }"
        ),
        variables: |_, _| json!({}),
    },
    Operation {
        name: "search for a phone",
        query: query!(
            "query ($phone: String) { tasks(first: 10, filter: { search: $phone }) { nodes ",
            "} }"
        ),
        variables: PHONE.variables,
    },
    Operation {
        name: "search for a number",
        query: query!(
            "query ($id: String) { tasks(first: 10, filter: { search: $id }) { nodes ",
            "} }"
        ),
        variables: TASK.variables,
    },
];

/// Returns a random day of the generated two years, except the first and the last ones.
fn day(rng: &mut Rng) -> String {
    let before = rng.i64(10..720).days();
    let today = Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date();
    today.saturating_sub(before).to_string()
}

/// Duration and number of runs.
#[derive(Clone, Copy)]
struct Plan {
    seconds: u32,
    runs: usize,
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    // Cargo itself passes `--bench`.
    let arguments: Vec<String> = std::env::args()
        .skip(1)
        .filter(|a| a != "--bench")
        .collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let setting = |name: &str, usual: u32| match std::env::var(name) {
        Ok(value) => value.parse(),
        Err(_) => Ok(usual),
    };
    let plan = Plan {
        seconds: setting("LOAD_SECONDS", 5)?,
        runs: setting("LOAD_RUNS", 3)? as usize,
    };
    match arguments[..] {
        ["bare", file, address, how] => bare::run(file, address, how).await,
        ["growth"] => growth(plan).await,
        ["readers"] => readers(plan).await,
        [] => load(plan, 100_000).await,
        [tasks] => load(plan, tasks.parse()?).await,
        _ => Err("cargo bench --bench load [-- TASKS | growth | readers]".into()),
    }
}

/// The program, the baseline, and the baseline that reads on its workers, on one file.
struct Beside {
    shop: Shop,
    bare: Server,
    worker: Server,
    plan: Plan,
    /// Number of runs, so that no two use the same requests.
    turn: usize,
}

async fn load(plan: Plan, tasks: u32) -> Result<(), Failure> {
    wrk::check()?;
    eprintln!("making {tasks} tasks…");
    let shop = Shop::open(tasks, 18_768).await?;
    let (bare, worker) = (shop.bare(18_769, "blocking")?, shop.bare(18_770, "worker")?);
    let mut beside = Beside {
        shop,
        bare,
        worker,
        plan,
        turn: 0,
    };
    machine();
    println!(
        "{tasks} tasks made in {:.1} s, {:.0} MB; medians of {} runs of {} s.\n\
         p50 and p99 in ms, processor time of the server in µs per request, peak memory in MB.\n\
         Bare: the same statements and JSON without GraphQL; on the worker: without changing threads.\n",
        beside.shop.filled,
        beside.shop.size()?,
        plan.runs,
        plan.seconds
    );
    beside.compare().await?;
    println!(
        "| | conns | req/s | p50 | p99 | CPU | peak | bare req/s | p50 | p99 | CPU | worker req/s | of bare | |\n\
         |---|---|---|---|---|---|---|---|---|---|---|---|---|---|"
    );
    for connections in [1, 16, 64] {
        beside.constant(connections)?;
    }
    for (operation, name, least) in [
        (&ME, "me", 65.0),
        (&TASK, "taskById", 65.0),
        (&PHONE, "allTasks by phone", 50.0),
        (&DAY, "allTasks by day", 40.0),
    ] {
        for connections in [1, 16, 64] {
            let least = (connections == 64).then_some(least);
            beside.read(operation, name, connections, least)?;
        }
    }
    beside.whole_list()?;
    for (operation, name) in [(&CREATE, "createTask"), (&UPDATE, "updateTask")] {
        beside.write(operation, name).await?;
    }
    beside.reads_among_writes()
}

impl Beside {
    /// Verifies that both return the same bytes for the same variables; otherwise a comparison is
    /// meaningless.
    async fn compare(&self) -> Result<(), Failure> {
        let mut rng = Rng::with_seed(1);
        for operation in [&ME, &TASK, &PHONE, &DAY, &ALL, &CREATE] {
            for _ in 0..5 {
                let variables = (operation.variables)(&mut rng, &self.shop);
                self.alike(operation, &variables).await?;
            }
        }
        // Two tasks with the same status, each changed by one of the two.
        let database = self.shop.database()?;
        let same = "SELECT id FROM tasks WHERE status = 'ACCEPTED' ORDER BY id LIMIT 2";
        let ids: Vec<i64> = database
            .prepare(same)?
            .query_map([], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        let change = |id: &i64| json!({ "task": { "id": id.to_string(), "status": "READY" } });
        let done = "SELECT json_array(t.status, t.version, t.closed_at, e.kind, e.author,
                e.employee_id, e.customer_id, e.from_value, e.to_value,
                o.kind, o.from_status, o.to_status, o.state, o.due_at - o.created_at)
            FROM tasks AS t JOIN task_events AS e ON e.task_id = t.id
            JOIN outbox AS o ON o.task_id = t.id
            WHERE t.id = ?1 ORDER BY e.id DESC LIMIT 1";
        let done = |id: &i64| database.query_row(done, [id], |row| row.get::<_, String>(0));
        let [first, second] = &ids[..] else {
            return Err("the demo has no two tasks of the same status".into());
        };
        self.shop.ask(UPDATE.query, &change(first)).await?;
        self.shop
            .post(&self.bare.target("update"), change(second).to_string())
            .await?;
        if done(first)? != done(second)? {
            return Err(format!("not the same: {} and {}", done(first)?, done(second)?).into());
        }
        self.alike(&UPDATE, &change(first)).await
    }

    async fn alike(&self, operation: &Operation, variables: &Value) -> Result<(), Failure> {
        let mut ours = self.shop.ask(operation.query, variables).await?;
        for server in [&self.bare, &self.worker] {
            let target = server.target(operation.name);
            let mut theirs = self.shop.post(&target, variables.to_string()).await?;
            if operation.name == CREATE.name {
                // Two tasks have different ids.
                for answer in [&mut ours, &mut theirs] {
                    let mut read: Value = serde_json::from_str(answer)?;
                    read["data"]["createTask"]["task"]["id"] = Value::Null;
                    *answer = read.to_string();
                }
            }
            if ours != theirs || !ours.contains("\"id\":") {
                let start = |text: &str| text.chars().take(500).collect::<String>();
                return Err(
                    format!("not the same: {} and {}", start(&ours), start(&theirs)).into(),
                );
            }
        }
        Ok(())
    }

    /// Runs the program.
    fn ours(&mut self, operation: &Operation, connections: u32) -> Result<Figures, Failure> {
        let file = self.bodies(operation, true)?;
        run(
            &self.shop.api(),
            &file,
            connections,
            self.plan.seconds,
            is_write(operation),
        )
    }

    /// Runs a baseline.
    fn theirs(
        &mut self,
        operation: &Operation,
        connections: u32,
        worker: bool,
    ) -> Result<Figures, Failure> {
        let file = self.bodies(operation, false)?;
        let server = if worker { &self.worker } else { &self.bare };
        let target = server.target(operation.name);
        run(
            &target,
            &file,
            connections,
            self.plan.seconds,
            is_write(operation),
        )
    }

    fn bodies(&mut self, operation: &Operation, query: bool) -> Result<PathBuf, Failure> {
        self.turn += 1;
        bodies(&self.shop, operation, self.turn, query)
    }

    fn constant(&mut self, connections: u32) -> Result<(), Failure> {
        let file = self.bodies(&ME, false)?;
        let mut all = Vec::new();
        for _ in 0..self.plan.runs {
            let target = self.bare.target("constant");
            all.push(run(&target, &file, connections, self.plan.seconds, false)?);
        }
        let it = Figures::medians(&all);
        println!(
            "| warp, a constant body | {connections} | | | | | | {:.0} | {:.2} | {:.2} | {:.1} | | | |",
            it.rate, it.p50, it.p99, it.cpu
        );
        Ok(())
    }

    fn read(
        &mut self,
        operation: &Operation,
        name: &str,
        connections: u32,
        least: Option<f64>,
    ) -> Result<(), Failure> {
        let (mut ours, mut bare, mut worker) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..self.plan.runs {
            ours.push(self.ours(operation, connections)?);
            bare.push(self.theirs(operation, connections, false)?);
            worker.push(self.theirs(operation, connections, true)?);
        }
        let (ours, bare) = (Figures::medians(&ours), Figures::medians(&bare));
        let share = ours.rate / bare.rate * 100.0;
        let verdict = least.map_or(String::new(), |least| {
            verdict(share >= least, &format!("≥ {least} %"))
        });
        let worker = format!("{:.0}", Figures::medians(&worker).rate);
        row(
            name,
            connections,
            &ours,
            &bare,
            &worker,
            &format!("{share:.0} %"),
            &verdict,
        );
        Ok(())
    }

    fn whole_list(&mut self) -> Result<(), Failure> {
        let (mut ours, mut bare) = (Vec::new(), Vec::new());
        for _ in 0..self.plan.runs {
            ours.push(self.ours(&ALL, 1)?);
            bare.push(self.theirs(&ALL, 1, false)?);
        }
        let (ours, bare) = (Figures::medians(&ours), Figures::medians(&bare));
        let times = ours.p50 / bare.p50;
        let fine = times < 2.5 && ours.peak < 250.0;
        let verdict = verdict(fine, "time < 2.5 ×, peak < 250 MB");
        row(
            "allTasks, all",
            1,
            &ours,
            &bare,
            "",
            &format!("{times:.2} × its time"),
            &verdict,
        );
        Ok(())
    }

    async fn write(&mut self, operation: &Operation, name: &str) -> Result<(), Failure> {
        let events = "SELECT count(*) FROM task_events";
        let events = |shop: &Shop| -> Result<f64, Failure> {
            Ok(shop.database()?.query_row(events, [], |row| row.get(0))?)
        };
        // Setting the status that a task already has changes nothing; the first requests may do so.
        let ready = "SELECT count(*) FROM tasks WHERE status <> 'CLOSED'";
        let same: f64 = match operation.name == UPDATE.name {
            true => self
                .shop
                .database()?
                .query_row(ready, [], |row| row.get(0))?,
            false => 0.0,
        };
        let (mut ours, mut bare) = (Vec::new(), Vec::new());
        let before = events(&self.shop)?;
        for _ in 0..self.plan.runs {
            ours.push(self.ours(operation, 64)?);
            bare.push(self.theirs(operation, 64, false)?);
        }
        let asked: f64 = ours
            .iter()
            .chain(&bare)
            .map(|figures| figures.requests)
            .sum();
        let done = events(&self.shop)? - before;
        if done + same < asked {
            return Err(format!("{asked} changes were acknowledged, {done} are there").into());
        }
        let (ours, bare) = (Figures::medians(&ours), Figures::medians(&bare));
        let times = ours.rate / bare.rate;
        let verdict = verdict(times >= 5.0, "≥ 5 × a flush for each");
        row(
            name,
            64,
            &ours,
            &bare,
            "",
            &format!("{times:.1} ×"),
            &verdict,
        );
        Ok(())
    }

    fn reads_among_writes(&mut self) -> Result<(), Failure> {
        let (mut alone, mut among) = (Vec::new(), Vec::new());
        for _ in 0..self.plan.runs {
            alone.push(self.ours(&TASK, 16)?);
            let file = self.bodies(&CREATE, true)?;
            let longer = self.plan.seconds + 2;
            let writers = wrk::start(&self.shop.api(), &file, 16, longer, true)?;
            std::thread::sleep(Duration::from_secs(1));
            among.push(self.ours(&TASK, 16)?);
            writers.finish()?;
        }
        let (alone, among) = (Figures::medians(&alone), Figures::medians(&among));
        let times = among.p99 / alone.p99;
        println!(
            "\nReads (taskById, 16 connections) alone: {:.0} req/s, p99 {:.2} ms; while 16 write: \
             {:.0} req/s, p99 {:.2} ms, {times:.1} ×: {}",
            alone.rate,
            alone.p99,
            among.rate,
            among.p99,
            verdict(times <= 2.0, "p99 ≤ 2 ×")
        );
        Ok(())
    }
}

/// Measures the dependence on the number of tasks: a hundred times as many may cost at most half as
/// much again.
async fn growth(plan: Plan) -> Result<(), Failure> {
    wrk::check()?;
    eprintln!("making 1010000 tasks…");
    let large = Shop::open(1_000_000, 18_771).await?;
    std::thread::sleep(Duration::from_secs(3));
    let idle = wrk::memory(large.program.id(), "VmRSS")?;
    let small = Shop::open(10_000, 18_772).await?;
    machine();
    println!("With 1,000,000 tasks, {:.0} MB:", large.size()?);
    println!("- made in {:.1} s", large.filled);
    println!(
        "- idle memory {idle:.1} MB: {}",
        verdict(idle < 40.0, "< 40 MB")
    );
    println!(
        "\n| p50 in ms, 1 connection | 10,000 tasks | 1,000,000 tasks | | |\n|---|---|---|---|---|"
    );
    let mut turn = 0;
    for operation in [&TASK, &PHONE]
        .into_iter()
        .chain(&PAGES)
        .chain([&CREATE, &UPDATE])
    {
        let (mut few, mut many) = (Vec::new(), Vec::new());
        for _ in 0..plan.runs {
            turn += 1;
            for (shop, figures) in [(&small, &mut few), (&large, &mut many)] {
                let file = bodies(shop, operation, turn, true)?;
                let look = is_write(operation);
                figures.push(run(&shop.api(), &file, 1, plan.seconds, look)?);
            }
        }
        let (few, many) = (Figures::medians(&few).p50, Figures::medians(&many).p50);
        let times = many / few;
        println!(
            "| {} | {few:.3} | {many:.3} | {times:.2} × | {} |",
            operation.name,
            verdict(times < 1.5, "< 1.5 ×")
        );
    }
    Ok(())
}

/// Measures the same reads on each kind of threads.
async fn readers(plan: Plan) -> Result<(), Failure> {
    wrk::check()?;
    let shop = Shop::open(100_000, 18_773).await?;
    let mut servers = Vec::new();
    for (how, port) in bare::READERS.into_iter().zip(18_774..) {
        servers.push(shop.bare(port, how)?);
    }
    machine();
    println!(
        "| req/s (p99, ms) | conns | {} |",
        bare::READERS.join(" | ")
    );
    println!("|---|---|---|---|---|---|");
    let mut turn = 0;
    for operation in [&TASK, &PHONE, &DAY] {
        for connections in [1, 64] {
            let mut figures = vec![Vec::new(); servers.len()];
            for _ in 0..plan.runs {
                turn += 1;
                let file = bodies(&shop, operation, turn, false)?;
                for (server, figures) in servers.iter().zip(&mut figures) {
                    let target = server.target(operation.name);
                    figures.push(run(&target, &file, connections, plan.seconds, false)?);
                }
            }
            let cells = figures.iter().map(|runs| {
                let it = Figures::medians(runs);
                format!("{:.0} ({:.2})", it.rate, it.p99)
            });
            let cells = cells.collect::<Vec<_>>().join(" | ");
            println!("| {} | {connections} | {cells} |", operation.name);
        }
    }
    Ok(())
}

fn is_write(operation: &Operation) -> bool {
    [CREATE.name, UPDATE.name].contains(&operation.name)
}

/// Writes the requests of a run; those of the baseline have no query, since the path identifies it.
fn bodies(
    shop: &Shop,
    operation: &Operation,
    turn: usize,
    query: bool,
) -> Result<PathBuf, Failure> {
    let mut rng = Rng::with_seed(turn as u64);
    let variables: Vec<Value> = match operation.name == UPDATE.name {
        true => changes(shop, turn),
        false => (0..BODIES)
            .map(|_| (operation.variables)(&mut rng, shop))
            .collect(),
    };
    let body = |variables: Value| match query {
        true => json!({ "query": operation.query, "variables": variables }),
        false => variables,
    };
    shop.bodies(
        &format!("bodies-{}", turn % 8),
        variables.into_iter().map(body),
    )
}

/// Changes every task once, then all again. Consecutive turns share no status, so each request
/// changes one.
fn changes(shop: &Shop, turn: usize) -> Vec<Value> {
    let statuses = [["READY", "CLOSED"], ["ACCEPTED", "IN_PROGRESS"]][turn % 2];
    let change = |status: &'static str| {
        let one = move |id: u32| json!({ "task": { "id": id.to_string(), "status": status } });
        (1..=shop.tasks.min(100_000)).map(one)
    };
    statuses.into_iter().flat_map(change).collect()
}

fn run(
    target: &Target<'_>,
    bodies: &std::path::Path,
    connections: u32,
    seconds: u32,
    look: bool,
) -> Result<Figures, Failure> {
    wrk::start(target, bodies, connections, seconds, look)?.finish()
}

fn row(
    name: &str,
    connections: u32,
    ours: &Figures,
    bare: &Figures,
    worker: &str,
    share: &str,
    verdict: &str,
) {
    println!(
        "| {name} | {connections} | {:.0} | {:.2} | {:.2} | {:.1} | {:.0} \
         | {:.0} | {:.2} | {:.2} | {:.1} | {worker} | {share} | {verdict} |",
        ours.rate, ours.p50, ours.p99, ours.cpu, ours.peak, bare.rate, bare.p50, bare.p99, bare.cpu
    );
}

fn verdict(fine: bool, target: &str) -> String {
    format!("{} ({target})", if fine { "ok" } else { "missed" })
}

fn machine() {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let memory = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let total = memory
        .split_whitespace()
        .nth(1)
        .and_then(|kib| kib.parse::<f64>().ok());
    println!(
        "{cores} cores, {:.0} GiB of memory.",
        total.unwrap_or_default() / 1_048_576.0
    );
}
