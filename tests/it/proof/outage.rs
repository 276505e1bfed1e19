//! Telegram is unavailable for an hour, and the program is killed just after it comes back. The
//! clock is manual and advances only when nothing remains to be done at its time, so arrival times
//! of messages are exact.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::runtime::Runtime;
use zayavka::channels::telegram::Client;
use zayavka::clock::Clock;
use zayavka::config::Config;
use zayavka::domain::Channel;
use zayavka::store::{self, Db};
use zayavka::workers::outbox::{Notifier, StaffTexts};
use zayavka::workers::worker::{Step, Worker};

use super::{report, size};
use crate::bot::{create, said, set_status};
use crate::fake_telegram::{Answer, FakeTelegram};
use crate::harness::{Shop, code};

const WORKERS: usize = 8;
const AWAY: Duration = Duration::from_secs(3_600);
/// In its last seconds Telegram announces when to retry, so that everybody returns at once.
const CROWDED: i64 = 900;
/// Delay after which systemd restarts the program (`RestartSec`).
const RESTART: Duration = Duration::from_secs(2);
/// Every so many messages, a response is lost.
const LOST_ANSWER: usize = 37;

/// A message received by Telegram.
#[derive(Debug, Clone)]
struct Arrival {
    at: Timestamp,
    chat: i64,
    task: i64,
    /// Whether Telegram accepted it.
    taken: bool,
    /// Whether the response was lost nevertheless.
    unsaid: bool,
}

type Arrivals = Arc<Mutex<Vec<Arrival>>>;

/// Returns the task that a notice is about.
fn task_of(message: &Value) -> i64 {
    let number = said(message).split("№ ").nth(1).unwrap();
    let end = number.find(|c: char| !c.is_ascii_digit());
    number[..end.unwrap_or(number.len())].parse().unwrap()
}

/// Sets up a Telegram that comes back at some time, refuses one message for good, and sometimes
/// accepts one with the response lost.
fn keep_watch(telegram: &FakeTelegram, clock: &Clock, back: Timestamp, poison: i64) -> Arrivals {
    let arrivals = Arrivals::default();
    let (seen, clock) = (arrivals.clone(), clock.clone());
    telegram.judge(move |message| {
        let mut seen = seen.lock().unwrap();
        let (at, task) = (clock.now(), task_of(message));
        let away = back.duration_since(at).as_secs();
        let answer = if away > CROWDED {
            Some(Answer::Garbage)
        } else if away > 0 {
            let wait = json!({"ok": false, "error_code": 429, "description": "Too Many Requests", "parameters": {"retry_after": away}});
            Some(Answer::Error(429, wait))
        } else if task == poison {
            let refused = json!({"ok": false, "error_code": 400, "description": "Bad Request"});
            Some(Answer::Error(400, refused))
        } else if seen.len() % LOST_ANSWER == 0 {
            Some(Answer::Reset)
        } else {
            None
        };
        seen.push(Arrival {
            at,
            chat: message["chat_id"].as_i64().unwrap(),
            task,
            taken: matches!(answer, None | Some(Answer::Reset)),
            unsaid: matches!(answer, Some(Answer::Reset)),
        });
        answer
    });
    arrivals
}

/// The sending part of the program, which ends with its runtime.
struct Process {
    runtime: Runtime,
    notifier: Notifier<Client>,
}

impl Process {
    fn start(shop: &Shop) -> Self {
        let runtime = Runtime::new().unwrap();
        let notifier = runtime.block_on(async {
            let db = Db::open(&shop.folder().join("shop.db"), shop.clock.now()).unwrap();
            let recover =
                |tx: &store::Transaction<'_>| store::outbox::recover(tx, Channel::Telegram);
            db.write(recover).await.unwrap();
            let client = Client::new(&shop.telegram.url(), "1:secret".to_owned().into()).unwrap();
            let clock = shop.clock.clone();
            let words = StaffTexts {
                shop: Arc::new(|| Config::parse("").unwrap().settings.shop),
                links: Arc::new(crate::outbox::links),
                key: zayavka::app::security::link_key::LinkKey::new(b"key").unwrap(),
                public_url: shop.url.clone(),
            };
            Notifier::new(db, clock, client, words)
        });
        Self { runtime, notifier }
    }

    /// Sends what is due. Returns the time until more is due: an inner `None` when nothing is left,
    /// and an outer `None` when that many calls had reached Telegram before.
    fn send(&self, until: usize, telegram: &FakeTelegram) -> Option<Option<Duration>> {
        self.runtime.block_on(async {
            tokio::select! {
                biased;
                _ = telegram.calls_of("sendMessage", until) => None,
                wakes = futures_util::future::join_all((0..WORKERS).map(|_| self.work())) => {
                    Some(wakes.into_iter().flatten().min())
                }
            }
        })
    }

    async fn work(&self) -> Option<Duration> {
        loop {
            if let Step::Idle(wake) = self.notifier.step().await.unwrap() {
                return wake.left(self.notifier.clock());
            }
        }
    }

    /// Ends it abruptly: what it was about to record after a send is lost.
    fn kill(self) {
        drop(self.runtime);
    }
}

#[test]
fn an_hour_without_telegram_loses_no_message_and_disturbs_no_order() {
    let (chats, each) = (size(34, 50), size(3, 10));
    let changes = chats * each;
    let world = Runtime::new().unwrap();
    let (shop, tasks) = world.block_on(open(chats, each));
    let start = shop.clock.now();
    let back = start.checked_add(AWAY).unwrap();
    let pause = AWAY / u32::try_from(changes).unwrap();
    // The first task of the second chat.
    let poison = tasks[1];
    let arrivals = keep_watch(&shop.telegram, &shop.clock, back, poison);
    let kill_after = changes / 3;
    let mut process = Process::start(&shop);
    let (mut done, mut killed, mut in_doubt) = (0, false, HashSet::new());
    loop {
        let due = start
            .checked_add(pause * u32::try_from(done).unwrap())
            .unwrap();
        if done < changes && due <= shop.clock.now() {
            world.block_on(set_status(&shop, &tasks[done].to_string(), "READY"));
            done += 1;
            continue;
        }
        let failed = arrivals
            .lock()
            .unwrap()
            .iter()
            .filter(|a| a.at < back)
            .count();
        let until = match killed || shop.clock.now() < back {
            true => usize::MAX,
            false => failed + kill_after,
        };
        let Some(wake) = process.send(until, &shop.telegram) else {
            process.kill();
            killed = true;
            in_doubt = being_sent(&shop);
            shop.clock.advance(RESTART);
            process = Process::start(&shop);
            continue;
        };
        let change = (done < changes).then(|| shop.clock.until(due));
        let Some(wait) = wake.into_iter().chain(change).min() else {
            break;
        };
        shop.clock.advance(wait);
    }
    assert!(killed, "it was never killed");
    let arrivals = arrivals.lock().unwrap().clone();
    let figures = check(&arrivals, &tasks, chats, poison, &in_doubt);
    let last = undisturbed(&arrivals, back, &in_doubt);
    // The time required by the limits and the restart, with a margin.
    let share = i64::try_from(changes / 25 + each).unwrap() + 10;
    assert!(last < share, "somebody waited {last} s for nothing");
    world.block_on(async {
        let undelivered = shop.ask("{ undelivered { reason task { id } } }").await;
        let expected = json!([{"reason": "REFUSED", "task": {"id": poison.to_string()}}]);
        assert_eq!(undelivered["data"]["undelivered"], expected);
    });
    process.kill();
    report(
        "outage",
        &format!(
            "1 h away, {changes} changes over {chats} chats, 1 kill: all but the poison one arrived, in order; {figures}; every chat without a lost answer had all of its messages {last} s after Telegram was back"
        ),
    );
    world.block_on(shop.close());
}

/// Opens a shop whose own bot is off, with tasks of linked customers in turn.
async fn open(chats: usize, each: usize) -> (Shop, Vec<i64>) {
    let mut shop = Shop::open_with("", "mode = 'off'\nnotify_delay = '5s'").await;
    let owner = shop.register("owner@example.com").await;
    shop.token = owner["data"]["register"]["token"]
        .as_str()
        .map(str::to_owned);
    for chat in 1..=chats {
        let card = format!(
            r#"mutation {{ createCustomer(customerData: {{phone: "+7900{chat:07}", telegramId: "{chat}"}}) {{ customer {{ id }} }} }}"#
        );
        let made = shop.ask(&card).await;
        assert_eq!(code(&made), "", "{made}");
        shop.ask(&format!(
            "mutation {{ confirmTelegram(customerId: {chat}) {{ customer {{ id }} }} }}"
        ))
        .await;
    }
    let mut tasks = Vec::new();
    for _ in 0..each {
        for chat in 1..=chats {
            tasks.push(
                create(&shop, &format!("+7900{chat:07}"))
                    .await
                    .parse()
                    .unwrap(),
            );
        }
    }
    (shop, tasks)
}

/// Returns the tasks whose notices had an unknown outcome when the program was killed.
fn being_sent(shop: &Shop) -> HashSet<i64> {
    let file = shop.database();
    let sql = "SELECT task_id FROM outbox WHERE state = 'SENDING'";
    let mut statement = file.prepare(sql).unwrap();
    let ids = statement.query_map([], |row| row.get(0)).unwrap();
    ids.map(Result::unwrap).collect()
}

/// Returns the seconds after which all undisturbed chats were served. The poisoned one is among
/// them.
fn undisturbed(arrivals: &[Arrival], back: Timestamp, in_doubt: &HashSet<i64>) -> i64 {
    let disturbed = |arrival: &&Arrival| arrival.unsaid || in_doubt.contains(&arrival.task);
    let disturbed: HashSet<i64> = arrivals.iter().filter(disturbed).map(|a| a.chat).collect();
    let others = arrivals
        .iter()
        .filter(|arrival| !disturbed.contains(&arrival.chat));
    let last = others.map(|arrival| arrival.at).max().unwrap();
    last.duration_since(back).as_secs()
}

fn check(
    arrivals: &[Arrival],
    tasks: &[i64],
    chats: usize,
    poison: i64,
    in_doubt: &HashSet<i64>,
) -> String {
    let mut taken: HashMap<i64, usize> = HashMap::new();
    let mut order: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
    for arrival in arrivals.iter().filter(|arrival| arrival.taken) {
        let times = taken.entry(arrival.task).or_default();
        *times += 1;
        if *times == 1 {
            order.entry(arrival.chat).or_default().push(arrival.task);
        }
    }
    let mut doubles = 0;
    for task in tasks.iter().filter(|task| **task != poison) {
        let times = taken.get(task).copied().unwrap_or_default();
        assert!(times >= 1, "{task} was lost");
        let lost_answers = arrivals
            .iter()
            .filter(|arrival| arrival.task == *task && arrival.unsaid);
        let unknown = lost_answers.count() + usize::from(in_doubt.contains(task));
        assert!(times <= 1 + unknown, "{task} came {times} times");
        doubles += times - 1;
    }
    assert_eq!(taken.get(&poison), None);
    for (chat, sent) in &order {
        let own = tasks.iter().skip(*chat as usize - 1).step_by(chats);
        let own: Vec<i64> = own.copied().filter(|task| *task != poison).collect();
        assert_eq!(*sent, own, "chat {chat}");
    }
    assert_eq!(order.len(), chats);
    format!(
        "{doubles} doubles, each where the outcome was unknown; {}",
        limits(arrivals)
    )
}

/// Every attempt counts, whatever its outcome.
fn limits(arrivals: &[Arrival]) -> String {
    let second = jiff::SignedDuration::from_secs(1);
    let most = |times: &[Timestamp]| {
        let within = |from: &Timestamp| {
            let inside = times
                .iter()
                .filter(|at| **at >= *from && at.duration_since(*from) < second);
            inside.count()
        };
        times.iter().map(within).max().unwrap_or_default()
    };
    let mut of_chat: BTreeMap<i64, Vec<Timestamp>> = BTreeMap::new();
    for arrival in arrivals {
        of_chat.entry(arrival.chat).or_default().push(arrival.at);
    }
    let in_chat = of_chat.values().map(|times| most(times)).max().unwrap();
    let overall = most(
        &arrivals
            .iter()
            .map(|arrival| arrival.at)
            .collect::<Vec<_>>(),
    );
    assert!(in_chat <= 1, "{in_chat} messages a second in one chat");
    assert!(overall <= 30, "{overall} messages a second");
    format!(
        "at most {in_chat} a second in a chat and {overall} in all, of {} tries",
        arrivals.len()
    )
}
