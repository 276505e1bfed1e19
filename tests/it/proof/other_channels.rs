//! Telegram is unavailable for a day, while MAX and SMS work; the program is killed meanwhile, and just after Telegram
//! has come back. The clock is manual and advances only when nothing remains to be done at its time.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::Timestamp;
use serde_json::json;
use tokio::runtime::Runtime;
use zayavka::channels::{max, sms, telegram};
use zayavka::clock::Clock;
use zayavka::config::Config;
use zayavka::domain::{Channel, Currency, SmsAccount, SmsProvider};
use zayavka::store::{self, Db};
use zayavka::workers::outbox::{Notifier, StaffTexts};
use zayavka::workers::worker::{Step, Worker};

use super::{report, size};
use crate::bot::{contact, create, set_status};
use crate::fake_gateway::FakeGateway;
use crate::fake_max::{self, FakeMax, TOKEN, message, own_contact};
use crate::fake_telegram::{self, FakeTelegram};
use crate::harness::{Shop, eventually};

const WORKERS: usize = 8;
const AWAY: Duration = Duration::from_secs(24 * 3_600);
/// How long changes go on after Telegram is back.
const AFTER: Duration = Duration::from_secs(4 * 3_600);
/// How long a message may wait for a failing channel: ten minutes after its delay, behind another one of the same person.
const LATE: i64 = 660;
const RESTART: Duration = Duration::from_secs(2);
/// Every so many messages of a messenger, a response is lost.
const LOST_ANSWER: usize = 23;
/// The difference between the ids of a person at MAX and in Telegram.
const AT_MAX: i64 = 1_000_000;
/// Messages are told to go by Telegram first, then by MAX, and by SMS only where neither works.
const SETTINGS: &str = "[channels]\norder = ['telegram', 'max', 'sms']\n[sms]\nprovider = 'smsc'\nlogin = 'l'\npurposes = ['ready']\ndaily_messages = '10000'";

/// How a person is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// In Telegram, and by phone.
    TelegramAlone,
    /// In both messengers, and was heard in Telegram last.
    Both,
    /// In both messengers, and was heard at MAX last.
    MaxLast,
}

fn kind(person: i64) -> Kind {
    match person % 3 {
        0 => Kind::MaxLast,
        1 => Kind::TelegramAlone,
        _ => Kind::Both,
    }
}

/// A message that arrived somewhere.
#[derive(Debug, Clone)]
struct Arrival {
    at: Timestamp,
    channel: Channel,
    person: i64,
    task: i64,
    /// Whether it was accepted.
    taken: bool,
    /// Whether the response was lost nevertheless.
    unsaid: bool,
}

type Arrivals = Arc<Mutex<Vec<Arrival>>>;

fn task_of(text: &str) -> i64 {
    let number = text.split("№ ").nth(1).unwrap_or_else(|| panic!("{text}"));
    let end = number.find(|c: char| !c.is_ascii_digit());
    number[..end.unwrap_or(number.len())].parse().unwrap()
}

/// The world outside: three channels, one of which is away until some time.
struct World {
    telegram: FakeTelegram,
    max: FakeMax,
    sms: FakeGateway,
    arrivals: Arrivals,
}

impl World {
    async fn start(clock: &Clock, back: Timestamp) -> Self {
        let arrivals = Arrivals::default();
        let (telegram, max) = (FakeTelegram::start().await, FakeMax::start().await);
        let sms = FakeGateway::start().await;
        let (seen, now) = (arrivals.clone(), clock.clone());
        telegram.judge(move |message| {
            let mut seen = seen.lock().unwrap();
            let answer = match seen.len() % LOST_ANSWER {
                _ if now.now() < back => Some(fake_telegram::Answer::Garbage),
                0 => Some(fake_telegram::Answer::Reset),
                _ => None,
            };
            let unsaid = matches!(answer, Some(fake_telegram::Answer::Reset));
            seen.push(Arrival {
                at: now.now(),
                channel: Channel::Telegram,
                person: message["chat_id"].as_i64().unwrap(),
                task: task_of(message["text"].as_str().unwrap()),
                taken: answer.is_none() || unsaid,
                unsaid,
            });
            answer
        });
        let (seen, now) = (arrivals.clone(), clock.clone());
        max.judge(move |called| {
            let mut seen = seen.lock().unwrap();
            let unsaid = seen.len() % LOST_ANSWER == 0;
            seen.push(Arrival {
                at: now.now(),
                channel: Channel::Max,
                person: called.query["user_id"].parse::<i64>().unwrap() - AT_MAX,
                task: task_of(called.body["text"].as_str().unwrap()),
                taken: true,
                unsaid,
            });
            unsaid.then_some(fake_max::Answer::Reset)
        });
        let (seen, now) = (arrivals.clone(), clock.clone());
        sms.watch(move |call| {
            let phone = call.field("phones").trim_start_matches("+7900");
            seen.lock().unwrap().push(Arrival {
                at: now.now(),
                channel: Channel::Sms,
                person: phone.parse().unwrap(),
                task: task_of(call.field("mes")),
                taken: true,
                unsaid: false,
            });
        });
        Self {
            telegram,
            max,
            sms,
            arrivals,
        }
    }
}

/// The sending part of the program, which ends with its runtime.
struct Process {
    runtime: Runtime,
    telegram: Notifier<telegram::Client>,
    max: Notifier<max::Client>,
    sms: Notifier<sms::Texts>,
}

impl Process {
    fn start(shop: &Shop, world: &World) -> Self {
        let runtime = Runtime::new().unwrap();
        let (telegram, max, sms) = runtime.block_on(async {
            let db = Db::open(&shop.folder().join("shop.db"), shop.clock.now()).unwrap();
            let recover = |tx: &store::Transaction<'_>| {
                for channel in [Channel::Telegram, Channel::Max, Channel::Sms] {
                    store::outbox::recover(tx, channel)?;
                }
                Ok(())
            };
            db.write(recover).await.unwrap();
            let words = || StaffTexts {
                shop: Arc::new(|| Config::parse(SETTINGS).unwrap().settings.shop),
                links: Arc::new(crate::outbox::links),
                key: zayavka::app::security::link_key::LinkKey::new(b"key").unwrap(),
                public_url: shop.url.clone(),
            };
            let of_telegram = world.telegram.url();
            let telegram =
                telegram::Client::new(&of_telegram, "1:secret".to_owned().into()).unwrap();
            let max = max::Client::new(&world.max.url(), TOKEN.into(), None).unwrap();
            let account = SmsAccount {
                provider: SmsProvider::Smsc,
                login: "l".to_owned(),
                key: "k".into(),
                sender: None,
                currency: Currency::parse("RUB").unwrap(),
            };
            let sms = sms::Client::new(account, Some(world.sms.url()), sms::TIMEOUT).unwrap();
            let (all, clock) = ((db.clone(), db.clone(), db), || shop.clock.clone());
            (
                Notifier::new(all.0, clock(), telegram, words()),
                Notifier::new(all.1, clock(), max, words()),
                Notifier::new(all.2, clock(), sms::Texts::new(sms), words()),
            )
        });
        Self {
            runtime,
            telegram,
            max,
            sms,
        }
    }

    /// Sends what is due by all channels. Returns the time until more is due: an inner `None` when nothing is left, and
    /// an outer `None` when so many messages had arrived before, in Telegram and at MAX.
    fn send(&self, world: &World, until: (usize, usize)) -> Option<Option<Duration>> {
        self.runtime.block_on(async {
            let (telegram, max) = until;
            tokio::select! {
                biased;
                _ = world.telegram.calls_of("sendMessage", telegram) => None,
                _ = world.max.calls_of("POST /messages", max) => None,
                left = self.send_all(world) => Some(left),
            }
        })
    }

    /// What one channel passes on is for another one: all of them go on until nothing more is sent.
    async fn send_all(&self, world: &World) -> Option<Duration> {
        let count = || world.arrivals.lock().unwrap().len();
        loop {
            let before = count();
            let left = [
                work(&self.telegram).await,
                work(&self.max).await,
                work(&self.sms).await,
            ];
            if count() == before {
                return left.into_iter().flatten().min();
            }
        }
    }

    /// Ends it abruptly: what it was about to record after a send is lost.
    fn kill(self) {
        drop(self.runtime);
    }
}

async fn work<T: zayavka::channels::Transport>(notifier: &Notifier<T>) -> Option<Duration> {
    let one = || async {
        loop {
            if let Step::Idle(wake) = notifier.step().await.unwrap() {
                return wake.left(notifier.clock());
            }
        }
    };
    let left = futures_util::future::join_all((0..WORKERS).map(|_| one())).await;
    left.into_iter().flatten().min()
}

#[test]
fn a_day_without_telegram_goes_by_the_other_channels_and_back() {
    let (people, each) = (
        i64::try_from(size(12, 30)).unwrap(),
        i64::try_from(size(7, 14)).unwrap(),
    );
    let runtime = Runtime::new().unwrap();
    let (shop, tasks) = runtime.block_on(open(people, each));
    let start = shop.clock.now();
    let back = start.checked_add(AWAY).unwrap();
    let world = runtime.block_on(World::start(&shop.clock, back));
    let changes = tasks.len();
    let pause = (AWAY + AFTER) / u32::try_from(changes).unwrap();
    let due = |change: usize| {
        let after = pause * u32::try_from(change).unwrap();
        start.checked_add(after).unwrap()
    };
    let mut process = Process::start(&shop, &world);
    let (mut done, mut kills, mut in_doubt) = (0, 0, HashSet::new());
    let in_telegram = || {
        let arrivals = world.arrivals.lock().unwrap();
        let of_telegram = arrivals.iter();
        of_telegram
            .filter(|arrival| arrival.channel == Channel::Telegram)
            .count()
    };
    loop {
        if done < changes && due(done) <= shop.clock.now() {
            runtime.block_on(set_status(&shop, &tasks[done].0.to_string(), "READY"));
            done += 1;
            continue;
        }
        let until = match kills {
            0 => (usize::MAX, changes / 4),
            1 if shop.clock.now() >= back => (in_telegram() + 1, usize::MAX),
            _ => (usize::MAX, usize::MAX),
        };
        let Some(wake) = process.send(&world, until) else {
            process.kill();
            kills += 1;
            in_doubt.extend(being_sent(&shop));
            shop.clock.advance(RESTART);
            process = Process::start(&shop, &world);
            continue;
        };
        let change = (done < changes).then(|| shop.clock.until(due(done)));
        let Some(wait) = wake.into_iter().chain(change).min() else {
            break;
        };
        shop.clock.advance(wait);
    }
    process.kill();
    assert_eq!(kills, 2);
    let open: i64 = shop
        .database()
        .query_row(
            "SELECT count(*) FROM outbox WHERE state <> 'DELIVERED'",
            [],
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!(open, 0, "nothing is dead, and nothing waits");
    let arrivals = world.arrivals.lock().unwrap().clone();
    let doubles = nothing_lost_or_doubled(&arrivals, &tasks, &in_doubt);
    in_order(&arrivals, &tasks);
    let changed: HashMap<i64, Timestamp> = (0..changes)
        .map(|change| (tasks[change].0, due(change)))
        .collect();
    let figures = by_the_right_channels(&arrivals, &changed, back);
    report(
        "other channels",
        &format!(
            "Telegram 24 h away, {changes} changes for {people} people, 2 kills: all arrived, in order; {doubles} doubles, each where the outcome was unknown; {figures}"
        ),
    );
    runtime.block_on(shop.close());
}

/// Every task was told of, and twice only where nobody knew. Returns the number of doubles.
fn nothing_lost_or_doubled(
    arrivals: &[Arrival],
    tasks: &[(i64, i64)],
    in_doubt: &HashSet<i64>,
) -> usize {
    let mut doubles = 0;
    for (task, _) in tasks {
        let own = || arrivals.iter().filter(|arrival| arrival.task == *task);
        let times = own().filter(|arrival| arrival.taken).count();
        let unknown =
            own().filter(|arrival| arrival.unsaid).count() + usize::from(in_doubt.contains(task));
        assert!(times >= 1, "{task} was lost");
        assert!(times <= 1 + unknown, "{task} came {times} times");
        doubles += times - 1;
    }
    doubles
}

/// The messages of a person came in the order of the changes, whatever their channels.
fn in_order(arrivals: &[Arrival], tasks: &[(i64, i64)]) {
    let mut seen = HashSet::new();
    let mut order: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
    for arrival in arrivals.iter().filter(|arrival| arrival.taken) {
        if seen.insert(arrival.task) {
            order.entry(arrival.person).or_default().push(arrival.task);
        }
    }
    for (person, sent) in &order {
        let own = tasks.iter().filter(|(_, of)| of == person);
        let own: Vec<i64> = own.map(|(task, _)| *task).collect();
        assert_eq!(*sent, own, "person {person}");
    }
}

/// Each message came by the channel that the order says: the preferred one as long as it works, the next one meanwhile,
/// and the preferred one again.
fn by_the_right_channels(
    arrivals: &[Arrival],
    changed: &HashMap<i64, Timestamp>,
    back: Timestamp,
) -> String {
    let (mut worst, mut counts) = (0, BTreeMap::new());
    for arrival in arrivals.iter().filter(|arrival| arrival.taken) {
        let (at, kind) = (changed[&arrival.task], kind(arrival.person));
        let is_back = at >= back;
        let waits = back.duration_since(at).as_secs();
        let expected: &[Channel] = match kind {
            Kind::MaxLast => &[Channel::Max],
            _ if is_back => &[Channel::Telegram],
            // It came back while the message was waiting for it.
            Kind::Both if waits <= LATE => &[Channel::Max, Channel::Telegram],
            Kind::TelegramAlone if waits <= LATE => &[Channel::Sms, Channel::Telegram],
            Kind::Both => &[Channel::Max],
            Kind::TelegramAlone => &[Channel::Sms],
        };
        assert!(
            expected.contains(&arrival.channel),
            "{kind:?}: {arrival:?}, changed {at}"
        );
        *counts.entry(arrival.channel.word()).or_insert(0) += 1;
        worst = worst.max(arrival.at.duration_since(at).as_secs());
    }
    assert!(worst <= LATE, "somebody waited {worst} s");
    format!("{counts:?}, each within {worst} s")
}

/// Opens a shop whose own bots are off, with the tasks of linked customers in turn, each with its person.
async fn open(people: i64, each: i64) -> (Shop, Vec<(i64, i64)>) {
    let fake = FakeMax::start().await;
    let settings = format!(
        "[max]\ntoken = '{TOKEN}'\napi_url = '{}'\nmode = 'webhook'",
        fake.url()
    );
    let shop = Shop::with_owner().await;
    let shop = shop.reopen_with(&settings, Duration::ZERO).await;
    fake.subscribed().await;
    let mut tasks = Vec::new();
    for _ in 0..each {
        for person in 1..=people {
            let phone = format!("+7900{person:07}");
            let task = create(&shop, &phone).await;
            tasks.push((task.parse().unwrap(), person));
        }
    }
    for person in 1..=people {
        let phone = format!("7900{person:07}");
        let by_max = || async {
            let own = json!([own_contact(AT_MAX + person, &phone)]);
            let update = message(AT_MAX + person, &format!("mid.{person}"), "", own);
            assert_eq!(fake.deliver(&update).await, 200);
        };
        if kind(person) == Kind::Both {
            by_max().await;
        }
        shop.update(contact(person, person, &format!("+{phone}")))
            .await;
        if kind(person) == Kind::MaxLast {
            by_max().await;
        }
    }
    eventually("the replies are sent", || {
        shop.clock.advance(Duration::from_millis(500));
        let waiting = "SELECT count(*) FROM outbox";
        let database = shop.database();
        let waiting: i64 = database.query_row(waiting, [], |row| row.get(0)).unwrap();
        waiting == 0
    })
    .await;
    let shop = shop
        .reopen_as("", "mode = 'off'\nnotify_delay = '5s'", Duration::ZERO)
        .await;
    (shop, tasks)
}

/// Returns the tasks whose notices had an unknown outcome when the program was killed.
fn being_sent(shop: &Shop) -> Vec<i64> {
    let file = shop.database();
    let sql = "SELECT task_id FROM outbox WHERE state = 'SENDING'";
    let mut statement = file.prepare(sql).unwrap();
    let ids = statement.query_map([], |row| row.get(0)).unwrap();
    ids.map(Result::unwrap).collect()
}
