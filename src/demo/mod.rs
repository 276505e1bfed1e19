//! An invented shop: enough data to see what the program does, and how fast.

mod bot;
mod devices;
mod talk;

use std::collections::VecDeque;
use std::path::Path;

use fastrand::Rng;
use indicatif::{ProgressBar, ProgressStyle};
use jiff::{Timestamp, ToSpan};

use crate::domain::{
    Category, Country, CustomerId, Description, Details, Email, EmployeeId, Error, EventKind, Name,
    Phone, Problem, Result, Role, Stage, Status, Sum, Task, TaskId,
};
use crate::store::bulk::Step;
use crate::store::{self, Transaction};
use devices::{DEVICES, Seen};

/// Tasks written at a time.
const STEP: usize = 1_000;
/// Customers at the least; above that one for every ten tasks.
const CUSTOMERS: u32 = 200;
/// The newest tasks that are talked about.
const TALKED: usize = 30;
/// The newest READY tasks of which customers may have been reminded.
const REMINDED: usize = 30;
const SEED: u64 = 2021;
const MINUTES: u64 = 2 * 365 * 24 * 60;

const FIRST: [&str; 16] = [
    "Анна",
    "Пётр",
    "Ольга",
    "Сергей",
    "Мария",
    "Иван",
    "Елена",
    "Дмитрий",
    "Наталья",
    "Алексей",
    "Татьяна",
    "Николай",
    "Ирина",
    "Михаил",
    "Светлана",
    "Андрей",
];
const INITIALS: [&str; 12] = [
    "А.", "Б.", "В.", "Г.", "Д.", "К.", "Л.", "М.", "Н.", "П.", "Р.", "С.",
];
const FAULTS: [&str; 16] = [
    "не включается",
    "разбит экран",
    "быстро садится аккумулятор",
    "шумит при работе",
    "не заряжается",
    "залили водой",
    "греется и выключается",
    "не видит сеть",
    "протекает",
    "не греет",
    "хрипит динамик",
    "зависает",
    "не работает кнопка",
    "пахнет гарью",
    "полосы на экране",
    "не печатает",
];
const QUESTIONS: [&str; 6] = [
    "Чем чистить и как часто",
    "Сколько стоит ремонт после падения",
    "Можно ли перенести данные",
    "Какой аккумулятор подойдёт",
    "Есть ли смысл чинить",
    "Подобрать зарядное устройство",
];

/// Fills an empty database with two years of tasks.
///
/// # Errors
/// [`Error::Invalid`] when the database has data.
pub fn fill(path: &Path, tasks: u32, password_hash: &str, now: Timestamp) -> Result<()> {
    let bar = ProgressBar::new(tasks.into());
    if let Ok(style) = ProgressStyle::with_template("{bar:40} {pos}/{len} tasks {msg}") {
        bar.set_style(style);
    }
    store::bulk::fill(path, |bulk| {
        let tx = &bulk.tx;
        if store::employees::any(tx)? || !store::customers::all(tx)?.is_empty() {
            return Err(Problem::DatabaseHasData.at("database").into());
        }
        let mut rng = Rng::with_seed(SEED);
        let employees = hire(tx, password_hash, now)?;
        let customers = meet(tx, &mut rng, CUSTOMERS.max(tasks / 10), now)?;
        let mut times: Vec<u64> = (0..tasks).map(|_| rng.u64(0..MINUTES)).collect();
        times.sort_unstable_by(|a, b| b.cmp(a));
        let stages = store::stages::all(tx)?;
        let mut book = Book::new(&stages)?;
        let mut id = 0;
        let (mut undone, mut ready) = (VecDeque::new(), VecDeque::new());
        for some in times.chunks(STEP) {
            for minutes in some {
                id += 1;
                let (customer, employee) =
                    (*pick(&mut rng, &customers), *pick(&mut rng, &employees));
                let created = ago(now, *minutes);
                let id = TaskId::from_row(id);
                book.register(&mut rng, id, customer, employee, created, now)?;
            }
            bulk.insert_tasks(&book.tasks, &book.details)?;
            bulk.append_steps(&book.steps)?;
            undone.extend(book.undone());
            undone.drain(..undone.len().saturating_sub(TALKED));
            ready.extend(book.ready());
            ready.drain(..ready.len().saturating_sub(REMINDED));
            book.turn_over();
            bar.inc(some.len() as u64);
        }
        for (turn, (task, estimate)) in undone.iter().enumerate() {
            talk::about(tx, task, *estimate, turn, now)?;
        }
        for task in &ready {
            bot::remind(tx, task, now)?;
        }
        if let Some(owner) = employees.first() {
            bot::link_employee(tx, *owner)?;
        }
        bar.set_message("written; sorting");
        Ok(())
    })?;
    bar.finish_and_clear();
    Ok(())
}

fn hire(tx: &Transaction, password_hash: &str, now: Timestamp) -> Result<Vec<EmployeeId>> {
    let people = [
        ("owner", Role::Owner),
        ("master", Role::Employee),
        ("apprentice", Role::Employee),
        ("electrician", Role::Employee),
        ("reception", Role::Employee),
    ];
    let hire = |(name, role): &(&str, Role)| {
        let email = Email::parse("email", &format!("{name}@example.com"))?;
        store::employees::insert(tx, &email, password_hash, *role, now)
    };
    people.iter().map(hire).collect()
}

fn meet(tx: &Transaction, rng: &mut Rng, count: u32, now: Timestamp) -> Result<Vec<CustomerId>> {
    let country = Country::parse("RU").ok_or(Error::NotFound)?;
    let mut customers = Vec::new();
    for number in 0..count {
        // The range 900 000-00-00 to 900 999-99-99, spread out, so that no two are alike.
        let digits = format!("{:07}", (u64::from(number) * 7_654_321) % 9_999_991);
        let (a, b, c) = (&digits[..3], &digits[3..5], &digits[5..]);
        let typed = match number % 3 {
            0 => format!("+7 900 {a}-{b}-{c}"),
            1 => format!("8 (900) {a}-{b}-{c}"),
            _ => format!("7900{digits}"),
        };
        let phone = Phone::parse("phone", &typed, country)?;
        let name = format!("{} {}", pick(rng, &FIRST), pick(rng, &INITIALS));
        let name = Name::parse("name", if number % 9 == 0 { "" } else { &name })?;
        customers.push(store::customers::insert(tx, &phone, name.as_ref(), now)?);
    }
    Ok(customers)
}

/// What is written down and not stored yet.
struct Book<'a> {
    tasks: Vec<Task>,
    details: Vec<(TaskId, Details)>,
    steps: Vec<Step<'a>>,
    seen: Seen,
    /// The stages of each status, in its order.
    stages: Vec<Vec<&'a Stage>>,
}

impl<'a> Book<'a> {
    fn new(stages: &'a [Stage]) -> Result<Self> {
        let of = |status: &Status| -> Vec<&Stage> {
            let all = stages.iter();
            all.filter(|stage| stage.status == *status).collect()
        };
        let stages: Vec<_> = Status::ALL.iter().map(of).collect();
        match stages.iter().any(Vec::is_empty) {
            true => Err(Error::internal("a status has no stage")),
            false => Ok(Self {
                tasks: Vec::new(),
                details: Vec::new(),
                steps: Vec::new(),
                seen: Seen::default(),
                stages,
            }),
        }
    }

    fn turn_over(&mut self) {
        self.tasks.clear();
        self.details.clear();
        self.steps.clear();
    }

    /// Those with something to do, each with what it may cost.
    fn undone(&self) -> impl Iterator<Item = (Task, Option<Sum>)> {
        let undone = |task: &&Task| Status::UNDONE.contains(&task.status);
        self.tasks.iter().filter(undone).map(|task| {
            let details = self.details.iter().find(|(id, _)| *id == task.id);
            (
                task.clone(),
                details.and_then(|(_, details)| details.estimate),
            )
        })
    }

    fn ready(&self) -> impl Iterator<Item = Task> {
        let ready = |task: &&Task| task.status == Status::Ready;
        self.tasks.iter().filter(ready).cloned()
    }

    /// A task, what stands beside it, and the steps that it went through.
    fn register(
        &mut self,
        rng: &mut Rng,
        id: TaskId,
        customer: CustomerId,
        employee: EmployeeId,
        created: Timestamp,
        now: Timestamp,
    ) -> Result<()> {
        let category = *pick(rng, Category::ALL);
        let device = rng.usize(..DEVICES.len());
        let is_question = category == Category::Consulting;
        let text = match is_question {
            true => pick(rng, &QUESTIONS).to_string(),
            false => format!("{}: {}", DEVICES[device].0, pick(rng, &FAULTS)),
        };
        // What is older than two weeks is mostly done; what is newer may be anywhere.
        let fresh = created
            .saturating_add(336.hours())
            .is_ok_and(|end| end > now);
        let done = if fresh {
            rng.usize(0..4)
        } else {
            3 - usize::from(rng.u8(0..40) == 0)
        };
        let description = Description::parse("description", &text)?;
        let accepted = self.stages[0][0];
        let (of, by) = (Some(customer), Some(employee));
        let mut task = Task::new(of, by, category, accepted, description, created);
        task.id = id;
        let steps = &mut self.steps;
        let mut note = |kind, from, to, at| {
            steps.push(Step {
                task: id,
                by: employee,
                kind,
                from,
                to,
                at,
            });
        };
        note(EventKind::Created, None, task.status.word(), created);
        let mut was = accepted;
        for (nth, stages) in self.stages.iter().enumerate().skip(1).take(done) {
            // The shop has had other stages than the first ones for two weeks.
            let stage = match nth == done && (fresh || done < 3) {
                true => *pick(rng, stages),
                false => stages[0],
            };
            let wait = i64::from(rng.u16(20..4_000));
            let at = task
                .updated
                .saturating_add(wait.minutes())
                .unwrap_or(now)
                .min(now);
            let from = Some(was.status.word());
            note(EventKind::Status, from, stage.status.word(), at);
            if !stage.is_first() {
                let from = Some(was.name.as_str());
                note(EventKind::Stage, from, stage.name.as_str(), at);
            }
            task.enter(stage, at);
            was = stage;
            task.updated = at;
            task.version += 1;
        }
        if !is_question {
            let details = self.seen.bring(rng, &mut task, customer, device)?;
            self.details.push((id, details));
        }
        self.tasks.push(task);
        Ok(())
    }
}

fn pick<'a, T>(rng: &mut Rng, all: &'a [T]) -> &'a T {
    &all[rng.usize(..all.len())]
}

fn ago(now: Timestamp, minutes: u64) -> Timestamp {
    let span = std::time::Duration::from_secs(minutes * 60);
    now.saturating_sub(span).unwrap_or(now)
}
