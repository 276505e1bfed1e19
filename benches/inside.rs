//! Benchmarks of the process without a network: `cargo bench --bench inside`. The shop has 100,000
//! generated tasks of two years: about 137 a day, and ten of each customer, with 300,000 lines and 150,000 payments.

#![expect(
    clippy::disallowed_methods,
    reason = "a benchmark measures by the real clock"
)]

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use async_graphql::{Request, Variables};
use divan::Bencher;
use futures_util::FutureExt;
use jiff::{Timestamp, ToSpan};
use serde_json::json;
use tempfile::TempDir;
use tokio::runtime::Runtime;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use warp::reply::Response;
use zayavka::app::bot_connection::{BotConnection, Telegram};
use zayavka::app::channel_accounts::{Channels, Kept};
use zayavka::app::email_stops::EmailStops;
use zayavka::app::last_edits::LastEdits;
use zayavka::app::max_connection::{Max, MaxConnection};
use zayavka::app::memory::Memory;
use zayavka::app::offsite::OffsiteDesk;
use zayavka::app::reach::Reach;
use zayavka::app::recovery_sheets::RecoverySheets;
use zayavka::app::security::known_devices::Devices;
use zayavka::app::security::limits::Limits;
use zayavka::app::security::link_key::LinkKey;
use zayavka::app::security::passwords::Passwords;
use zayavka::app::security::tokens::Tokens;
use zayavka::app::settings::Live;
use zayavka::app::uploads::Uploads;
use zayavka::app::webhooks::Hooks;
use zayavka::app::{Desk, accounts};
use zayavka::clock::Clock;
use zayavka::config::{self, Config};
use zayavka::demo;
use zayavka::domain::{
    BotWay, EmployeeId, Error, Introspection, MaxTrouble, PASSWORD_ITERATIONS, Problem,
};
use zayavka::graphql::{self, Answer, Caller, Schema};
use zayavka::http::{self, Hosts, Site, followers, strangers};
use zayavka::store::{self, Db};
use zayavka::workers;

const TASKS: u32 = 100_000;
const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
const TASK: &str = "query ($id: ID!) { taskById(id: $id) {
    id createdAt category status description customer { id phone name } employee { id email } } }";
const LIST: &str = "query ($phone: String, $day: String) {
    allTasks(customerPhone: $phone, createdAt: $day) {
    id createdAt category status description customer { id phone name } employee { id email } } }";
const CREATE: &str = "mutation ($phone: String!) {
    createTask(taskData: { customerPhone: $phone, category: REPAIR, description: \"утюг: не греет\" })
    { task { id createdAt status customer { id name } } } }";
const UPDATE: &str = "mutation ($id: ID!, $status: StatusEnum!) {
    updateTask(taskData: { id: $id, status: $status }) { task { id status version } } }";

/// A document of about 1,000 bytes, as a desk of its own might send it.
const KILOBYTE: &str = "query Desk($search: String, $statuses: [StatusEnum!] = [ACCEPTED, READY], $first: Int = 20, $money: Boolean!) {
    me { ...Person role }
    shop { currency currencyDigits }
    stages { id name status colour }
    tasks(filter: {search: $search, statuses: $statuses}, first: $first, orderBy: EARLIEST_DUE) {
        totalCount
        pageInfo { endCursor hasNextPage }
        nodes {
            ...Card
            lines @include(if: $money) { id kind name quantity unitPrice }
            payments @include(if: $money) { id kind method sum }
        }
    }
}
fragment Person on User { id email name colour }
fragment Card on Task {
    id nodeId version status category description dueOn createdTime updatedTime closedTime price total toPay
    stage: stageSinceTime
    device { kind brand model serialNumber }
    customer { id phone name note }
    employee { ...Person }
    history { id kind author time }
    comments { id kind author text time }
    approvals { id price text decision askedTime }
}";

/// Three lines and one and a half payments of each task, and a debt for each twentieth closed one. The writers of the
/// program would take minutes.
const MONEY: &str = "
    INSERT INTO task_lines (task_id, position, kind, name, quantity, unit_price, cost)
    SELECT t.id, n.value, iif(n.value < 3, 'WORK', 'PART'), 'line', 1000, 100000, 40000
    FROM tasks AS t JOIN json_each('[1,2,3]') AS n;
    INSERT INTO payments (kind, method, amount, task_id, employee_id, at)
    SELECT 'PAYMENT', iif(t.id % 3 = 0, 'CARD', 'INSTANT'),
        iif(t.id % 2 = 0, 200000, iif(t.id % 20 = 1, 250000, 300000)), t.id, 1, coalesce(t.closed_at, t.created_at)
    FROM tasks AS t;
    INSERT INTO payments (kind, method, amount, task_id, employee_id, at)
    SELECT 'PAYMENT', 'CARD', 100000, t.id, 1, coalesce(t.closed_at, t.created_at)
    FROM tasks AS t WHERE t.id % 2 = 0;
    INSERT OR REPLACE INTO handovers (task_id, at, total, works, parts, cost, paid)
    SELECT t.id, t.closed_at, 300000, 200000, 100000, 120000, iif(t.id % 20 = 1, 250000, 300000)
    FROM tasks AS t WHERE t.closed_at IS NOT NULL;";

static INSIDE: OnceLock<Inside> = OnceLock::new();

/// A server without a listener.
struct Inside {
    runtime: Runtime,
    site: Arc<Site>,
    token: String,
    caller: Caller,
    phones: Vec<String>,
    today: jiff::civil::Date,
}

fn main() {
    let folder = TempDir::new().expect("a folder");
    INSIDE.get_or_init(|| Inside::open(&folder));
    divan::main();
}

fn inside() -> &'static Inside {
    INSIDE.get().expect("main has made it")
}

impl Inside {
    fn open(folder: &TempDir) -> Self {
        let (path, clock) = (folder.path().join("bench.db"), Clock::system());
        let now = clock.now();
        let db = Db::open(&path, now).expect("a database");
        let settings = Config::parse("").expect("the defaults").settings;
        let runtime = Runtime::new().expect("a runtime");
        let filled = demo::fill(
            &db,
            &settings.shop,
            TASKS,
            "nobody signs in with a password",
            now,
        );
        runtime.block_on(filled).expect("data");
        let file = store::Connection::open(&path).expect("a second connection");
        file.execute_batch(MONEY).expect("lines and payments");
        let desk = Arc::new(Desk {
            db,
            settings: Arc::new(Live::fixed(settings)),
            loopback: true,
            own_url: config::own_url((HERE, 8000).into()),
            reach: Reach::new(Box::new(|_| async { Err(Problem::AddressRefused) }.boxed())),
            fill: Box::new(|_, _, _, _| async { Ok(()) }.boxed()),
            tokens: Tokens::new(&[7; Tokens::KEY_LENGTH], Duration::from_secs(86_400)).unwrap(),
            devices: Devices::new(&[7; Tokens::KEY_LENGTH]).expect("a key"),
            passwords: Passwords::new(PASSWORD_ITERATIONS).expect("a hash"),
            limits: Limits::new(&clock, None),
            links: LinkKey::new(&[7; 32]).expect("a key"),
            uploads: Uploads::default(),
            price_lists: Uploads::default(),
            last_edits: LastEdits::default(),
            bot: BotConnection::new(
                None,
                None,
                Telegram {
                    way: BotWay::default(),
                    probe: Arc::new(|_| async { Err(Error::NotFound) }.boxed()),
                },
            ),
            max: MaxConnection::new(
                None,
                None,
                Max {
                    probe: Arc::new(|_, _| async { Err(MaxTrouble::TokenRefused) }.boxed()),
                },
            ),
            hooks: Arc::new(Hooks::new(
                HashMap::new(),
                Box::new(|_| async { Ok(()) }.boxed()),
                Box::new(|_| std::future::pending().boxed()),
            )),
            email_stops: EmailStops::default(),
            offsite: OffsiteDesk::new(zayavka::workers::offsite::calls(None)),
            recovery_sheets: RecoverySheets::default(),
            channels: Channels {
                sms_key: Kept::default(),
                mail_password: Kept::default(),
                offsite_password: Kept::default(),
                calls: Arc::new(workers::channels::calls(None)),
            },
            memory: Memory::new(192, clock.clone()),
            clock,
        });
        let owner = |c: &store::Connection| store::employees::get(c, EmployeeId::from_row(1));
        let owner = runtime
            .block_on(desk.db.read(owner))
            .expect("a read")
            .expect("an owner");
        let token = desk.tokens.sign(&owner, now).expect("a token");
        let viewer = runtime
            .block_on(accounts::authenticate(&desk, &token, HERE))
            .expect("a session");
        let customers = runtime
            .block_on(desk.db.read(store::customers::all))
            .expect("customers");
        Self {
            site: Arc::new(Site {
                schema: Schema::new(desk.clone(), Introspection::Staff),
                desk,
                trusted_proxies: Vec::new(),
                hosts: Hosts::new([], (HERE, 8000).into()),
                strangers: strangers(10_000),
                followers: followers(10_000),
                cors_origins: Vec::new(),
                stop: CancellationToken::new(),
                sockets: TaskTracker::new(),
            }),
            token,
            caller: Caller {
                viewer: Some(viewer),
                known: None,
                address: HERE,
                local: true,
            },
            phones: customers
                .iter()
                .map(|customer| customer.phone.e164().to_owned())
                .collect(),
            today: Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date(),
            runtime,
        }
    }

    /// Executes a query, from its text to the bytes of the response.
    fn ask(&self, query: &str, variables: serde_json::Value) -> Answer {
        let request = Request::new(query).variables(Variables::from_json(variables));
        let prepared = self
            .site
            .schema
            .prepare(request)
            .unwrap_or_else(|refusal| panic!("{refusal:?}"));
        let answer = self.site.schema.execute(prepared, self.caller.clone());
        let answer = self.runtime.block_on(answer);
        assert!(answer.is_ok(), "{:?}", answer.errors);
        graphql::write(answer).expect("JSON")
    }

    /// Renders a page as sent to a browser.
    fn page(&self, path: &str) -> Response {
        let request = warp::http::Request::builder()
            .uri(path)
            .header("host", "localhost:8000")
            .header("cookie", format!("zayavka={}", self.token))
            .header("accept-encoding", "gzip")
            .body(String::new())
            .expect("a request");
        let routes = warp::service(http::routes(self.site.clone()));
        let answer = self
            .runtime
            .block_on(http::serve(routes, request, HERE, &self.site));
        assert!(answer.status().is_success(), "{}", answer.status());
        answer
    }
}

#[divan::bench]
fn parse_and_check_a_query(bencher: Bencher<'_, '_>) {
    // Prepared queries are cached, so each text is different.
    let next = AtomicU32::new(1);
    let text = || format!("{TASK} # {}", next.fetch_add(1, Ordering::Relaxed));
    let prepare = |text: String| inside().site.schema.prepare(Request::new(text)).is_ok();
    bencher.with_inputs(text).bench_values(prepare);
}

#[divan::bench]
fn parse_and_check_a_kilobyte(bencher: Bencher<'_, '_>) {
    let next = AtomicU32::new(1);
    let text = || format!("{KILOBYTE} # {}", next.fetch_add(1, Ordering::Relaxed));
    let prepare = |text: String| inside().site.schema.prepare(Request::new(text)).is_ok();
    bencher.with_inputs(text).bench_values(prepare);
}

#[divan::bench]
fn a_query_that_was_sent_before() -> bool {
    inside().site.schema.prepare(Request::new(TASK)).is_ok()
}

#[divan::bench]
fn token() -> bool {
    let Inside {
        runtime,
        site,
        token,
        ..
    } = inside();
    runtime
        .block_on(accounts::authenticate(&site.desk, token, HERE))
        .is_ok()
}

#[divan::bench]
fn task_by_id(bencher: Bencher<'_, '_>) {
    let id = || fastrand::u32(1..=TASKS).to_string();
    bencher
        .with_inputs(id)
        .bench_values(|id| inside().ask(TASK, json!({ "id": id })));
}

#[divan::bench]
fn all_tasks_by_phone(bencher: Bencher<'_, '_>) {
    let phone = || fastrand::choice(&inside().phones);
    bencher
        .with_inputs(phone)
        .bench_values(|phone| inside().ask(LIST, json!({ "phone": phone })));
}

#[divan::bench]
fn all_tasks_by_day(bencher: Bencher<'_, '_>) {
    let day = || {
        inside()
            .today
            .saturating_sub(fastrand::i64(10..720).days())
            .to_string()
    };
    bencher
        .with_inputs(day)
        .bench_values(|day| inside().ask(LIST, json!({ "day": day })));
}

#[divan::bench(sample_count = 5, sample_size = 1)]
fn all_tasks() -> Answer {
    inside().ask(LIST, json!({}))
}

#[divan::bench]
fn create_task(bencher: Bencher<'_, '_>) {
    let phone = || fastrand::choice(&inside().phones);
    bencher
        .with_inputs(phone)
        .bench_values(|phone| inside().ask(CREATE, json!({ "phone": phone })));
}

#[divan::bench]
fn update_task(bencher: Bencher<'_, '_>) {
    // Each id in turn: nearly all tasks are closed, so each call changes one.
    let next = AtomicU32::new(1);
    let id = || (next.fetch_add(1, Ordering::Relaxed) % TASKS).to_string();
    let change = |id| inside().ask(UPDATE, json!({ "id": id, "status": "READY" }));
    bencher.with_inputs(id).bench_values(change);
}

#[divan::bench(args = ["/", "/?status=READY", "/tasks/77777", "/customers", "/cash", "/debts", "/months"])]
fn page(path: &str) -> Response {
    inside().page(path)
}
