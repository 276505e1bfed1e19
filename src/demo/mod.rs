//! Generation of demo data: enough to try the program and to measure it. The data are written by
//! the use cases and by the store's import, in transactions of [`Db`], and so obey the same rules
//! as real ones.

mod catalogue;
mod hours;
mod life;
mod money;
pub mod password;
mod past;
mod people;
mod present;

use std::sync::Arc;

use fastrand::Rng;
use indicatif::{ProgressBar, ProgressStyle};
use jiff::Timestamp;

use crate::app::{demo_shop, stages};
use crate::domain::{Actor, Employee, Problem, Result, Shop};
use crate::i18n;
use crate::store::customers::Search;
use crate::store::{self, Db};
use hours::{DAY, Hours};
use life::{Life, Seen, Stages};
use money::Items;
use people::{Person, Staff};
use present::Present;

/// Number of rows of one kind per transaction.
const BATCH: usize = 5_000;
/// Number of events of the last two weeks per transaction. A task is indexed once per transaction, and to delete its old
/// entry takes longer than to add one.
const EVENTS: usize = 20_000;
/// Minimum number of customers; larger databases have one for every ten tasks.
const CUSTOMERS: usize = 200;
/// Number of tasks of a demo that is loaded into a running shop.
const LOADED: u32 = 120;
/// Number of days that the tasks cover.
const DAYS: i64 = 2 * 365;
/// Minimum number of tasks in the last two weeks, so that a small shop has current work too.
const LIVELY: usize = 84;
const SEED: u64 = 2021;

/// The settings that all parts of the demo share.
struct Setting {
    shop: Shop,
    hours: Hours,
    stages: Stages,
    staff: Vec<Actor>,
    customers: Vec<Person>,
    items: Items,
    /// One euro and one whole unit, both in the smallest unit of the shop's currency.
    euro: i64,
    unit: i64,
}

/// Fills an empty database with two years of a shop's work, in the shop's language. The data are
/// the same every time, shifted so that they end at `now`. Interrupting it leaves a valid shop with
/// fewer tasks.
///
/// # Errors
/// [`Error::Invalid`](crate::domain::Error::Invalid) when the database already has data.
pub async fn fill(
    db: &Db,
    shop: &Shop,
    tasks: u32,
    password_hash: &str,
    now: Timestamp,
) -> Result<()> {
    let bar = ProgressBar::new(tasks.into());
    if let Ok(style) = ProgressStyle::with_template("{bar:40} {pos}/{len} tasks {msg}") {
        bar.set_style(style);
    }
    let staff = Staff::New {
        password_hash: password_hash.to_owned(),
    };
    fill_for(db, shop, tasks, staff, now, &bar).await
}

/// Fills a running shop without data, for its owner to look around. Nobody can sign in as the invented employees.
///
/// # Errors
/// As for [`fill`].
pub async fn load(db: Db, shop: Shop, owner: Employee, now: Timestamp) -> Result<()> {
    let (staff, bar) = (Staff::Of(owner), ProgressBar::hidden());
    fill_for(&db, &shop, LOADED, staff, now, &bar).await
}

async fn fill_for(
    db: &Db,
    shop: &Shop,
    tasks: u32,
    staff: Staff,
    now: Timestamp,
    bar: &ProgressBar,
) -> Result<()> {
    let mut rng = Rng::with_seed(SEED);
    let tasks = tasks as usize;
    let setting = open(db, shop, staff, now).await?;
    let setting = Arc::new(meet(db, &mut rng, setting, CUSTOMERS.max(tasks / 10)).await?);
    let arrivals = arrivals(&mut rng, tasks, setting.hours.now);
    let lately = -present::DAYS * DAY;
    let (past, present) = arrivals.split_at(arrivals.partition_point(|at| *at < lately));
    let (mut open, mut seen) = (Vec::new(), Seen::default());
    for some in past.chunks(BATCH) {
        let lives = some.iter().map(|arrived| {
            let customer = rng.usize(..setting.customers.len());
            Life::new(&mut rng, &setting, *arrived, customer)
        });
        let lives: Vec<Life> = lives.collect::<Result<_>>()?;
        let setting = setting.clone();
        let work = move |tx: &store::Transaction<'_>| {
            for mut life in lives {
                let id = past::write(tx, &setting, &mut life, &mut seen, lately)?;
                if !life.steps.is_empty() {
                    open.push((life, Some(id)));
                }
            }
            Ok((open, seen))
        };
        (open, seen) = db.write(work).await?;
        bar.inc(some.len() as u64);
    }
    for (nth, arrived) in present.iter().enumerate() {
        let customer = nth % setting.customers.len();
        open.push((Life::new(&mut rng, &setting, *arrived, customer)?, None));
    }
    let mut present = Present::plan(setting, open, seen)?;
    bar.set_message("the last two weeks");
    while present.left() > 0 {
        let work = move |tx: &store::Transaction<'_>| {
            present.pass(tx, EVENTS)?;
            Ok(present)
        };
        present = db.write(work).await?;
    }
    db.write(move |tx| present.end(tx, now)).await?;
    bar.finish_and_clear();
    Ok(())
}

/// Prepares an empty database: finds its stages and creates the accounts.
async fn open(db: &Db, shop: &Shop, staff: Staff, now: Timestamp) -> Result<Setting> {
    let shop = shop.clone();
    let work = move |tx: &store::Transaction<'_>| {
        let is_new = match &staff {
            Staff::New { .. } => !store::employees::any(tx)?,
            Staff::Of(_) => true,
        };
        if !is_new || store::customers::count(tx, &Search::default())? > 0 {
            return Err(Problem::DatabaseHasData.at("database").into());
        }
        if let Staff::New { .. } = &staff {
            // With the first customers: a phone that was invented may be somebody's.
            demo_shop::note_invented(tx, now)?;
        }
        let language = shop.language;
        stages::set_up(tx, |id| i18n::text(language, id))?;
        let hours = Hours::of(now, &shop.timezone);
        let unit = 10_i64.pow(shop.currency.digits());
        let mut setting = Setting {
            stages: Stages::find(&store::stages::all(tx)?, language)?,
            staff: people::hire(tx, &staff, language, hours.instant(-DAYS * DAY))?,
            customers: Vec::new(),
            items: Items::default(),
            euro: catalogue::per_euro(shop.currency) * unit,
            unit,
            hours,
            shop,
        };
        setting.items = Items::list(tx, &setting)?;
        Ok(setting)
    };
    db.write(work).await
}

async fn meet(db: &Db, rng: &mut Rng, mut setting: Setting, count: usize) -> Result<Setting> {
    for first in (0..count).step_by(BATCH) {
        let numbers = first..count.min(first + BATCH);
        let (language, mut rng) = (setting.shop.language, rng.fork());
        let opened = setting.hours.instant(-DAYS * DAY);
        let work = move |tx: &store::Transaction<'_>| {
            people::meet(tx, &mut rng, numbers, language, opened)
        };
        setting.customers.extend(db.write(work).await?);
    }
    Ok(setting)
}

/// Chooses when the tasks are accepted: spread over the two years, with additional ones in the last
/// two weeks.
fn arrivals(rng: &mut Rng, tasks: usize, now: i64) -> Vec<i64> {
    let lately = LIVELY.min(tasks / 2);
    let span = |days: i64| -days * DAY..now;
    let mut arrivals: Vec<i64> = (0..tasks)
        .map(|nth| match nth < lately {
            true => rng.i64(span(present::DAYS)),
            false => rng.i64(span(DAYS - 1)),
        })
        .collect();
    arrivals.sort_unstable();
    arrivals
}

fn pick<'a, T>(rng: &mut Rng, all: &'a [T]) -> &'a T {
    &all[rng.usize(..all.len())]
}
