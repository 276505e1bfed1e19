//! A foreign file is a table or not; what is imported from it can be exported and imported again
//! unchanged.

#![no_main]

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use libfuzzer_sys::fuzz_target;
use zayavka::domain::{
    About, Colour, Country, Currency, Customer, CustomerId, Description, Email, Employee,
    EmployeeId, ImportRow, Language, Role, Shop, Source, Stage, StageId, StageName, Status, Sum,
    TaskId, TimeZone, Wording,
};
use zayavka::sheet::{Choices, FIELD, Reading, Writing, read};
use zayavka::store::tasks::TaskRow;

static SHOP: LazyLock<Shop> = LazyLock::new(|| Shop {
    country: Country::parse("RU").unwrap(),
    timezone: TimeZone::get("Europe/Moscow").unwrap(),
    language: Language::Russian,
    currency: Currency::parse("RUB").unwrap(),
    notify_delay: Duration::ZERO,
    about: Arc::new(About::default()),
});

/// Two stages of each status.
static STAGES: LazyLock<Vec<Stage>> = LazyLock::new(|| {
    let of_status = |status: &Status| {
        [1, 2].map(|position| Stage {
            id: StageId::from_row(position),
            status: *status,
            name: StageName::from_row(format!("{} {position}", status.word())),
            colour: Colour::Grey,
            position: position.try_into().unwrap(),
            wording: Wording::default(),
            told: true,
            stuck: None,
        })
    };
    Status::ALL.iter().flat_map(of_status).collect()
});

static STAFF: LazyLock<Vec<Employee>> = LazyLock::new(|| {
    vec![Employee {
        id: EmployeeId::from_row(1),
        email: Email::parse("email", "owner@example.com").unwrap(),
        role: Role::Owner,
        active: true,
        language: None,
        epoch: 0,
        telegram: None,
        morning: None,
        created: "2021-07-25T09:00:00Z".parse().unwrap(),
    }]
});

/// Each language with the header of its files, which is slow to build.
static HEADS: LazyLock<Vec<(Writing, Vec<u8>)>> = LazyLock::new(|| {
    let head = |language| {
        let shop = SHOP.clone();
        let writing = Writing { language, shop };
        let head = writing.head_of_tasks().unwrap();
        (writing, head)
    };
    [Language::Russian, Language::English].map(head).into()
});

fuzz_target!(|file: &[u8]| {
    let choices = Choices::default();
    let reading = Reading {
        shop: &SHOP,
        staff: &STAFF,
        stages: &STAGES,
        choices: &choices,
        now: "2021-07-25T09:00:00Z".parse().unwrap(),
    };
    let Ok(table) = read(file, &reading) else {
        return;
    };
    for row in &table.sheet.rows {
        let is_wrong = row.remarks.iter().any(|remark| remark.what.is_wrong());
        let (Some(exported), false) = (exported(row), is_wrong) else {
            continue;
        };
        for (writing, head) in HEADS.iter() {
            let line = writing.tasks(std::slice::from_ref(&exported)).unwrap();
            let sheet = read(&[&head[..], &line].concat(), &reading).unwrap().sheet;
            assert_eq!(sheet.source, Source::Zayavka);
            assert!(sheet.described.is_empty() && sheet.left_out.is_empty());
            assert_same(row, &sheet.rows[0]);
        }
    }
});

/// Returns the row as an imported task.
fn exported(row: &ImportRow) -> Option<(TaskRow, zayavka::domain::Details)> {
    let new = row.task.as_ref()?;
    let mut task = new.task.clone();
    task.id = TaskId::from_row(1);
    let is_stage = |stage: &&Stage| stage.status == task.status && stage.id == task.stage;
    let stage = STAGES.iter().find(is_stage).unwrap().clone();
    let customer = row.phone.clone().map(|phone| {
        Arc::new(Customer {
            id: CustomerId::from_row(1),
            phone,
            name: row.name.clone(),
            telegram: None,
        })
    });
    let employee = task.employee.map(|_| Arc::new(STAFF[0].clone()));
    let row = TaskRow {
        task,
        stage: Arc::new(stage),
        customer,
        employee,
    };
    Some((row, new.details.clone()))
}

fn assert_same(row: &ImportRow, again: &ImportRow) {
    assert!(
        again.remarks.iter().all(|remark| !remark.what.is_wrong()),
        "{row:?} {again:?}"
    );
    let phone = |row: &ImportRow| row.phone.as_ref().map(|phone| phone.e164().to_owned());
    assert_eq!(phone(row), phone(again));
    if row.phone.is_some() {
        assert_eq!(row.name, again.name);
    }
    let (was, is) = (row.task.as_ref().unwrap(), again.task.as_ref().unwrap());
    assert_eq!(was.details, is.details);
    for sum in [
        was.details.estimate,
        was.details.price,
        was.details.prepayment,
    ] {
        assert!(sum.is_none_or(|sum| Sum::new(FIELD, sum.minor()).is_ok()));
    }
    let (was, is) = (&was.task, &is.task);
    assert!(Description::parse(FIELD, was.description.as_str()).is_ok());
    assert_eq!(
        was.description.as_str().trim(),
        is.description.as_str().trim()
    );
    assert_eq!((was.status, was.stage), (is.status, is.stage));
    assert_eq!(
        (was.category, was.due, was.employee),
        (is.category, is.due, is.employee)
    );
    assert_eq!(was.created.as_second(), is.created.as_second());
    for (was, is) in [(was.closed, is.closed), (was.ready, is.ready)] {
        assert_eq!(was.map(|at| at.as_second()), is.map(|at| at.as_second()));
    }
}
