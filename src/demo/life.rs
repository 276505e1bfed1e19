//! The course of a task in the demo, from acceptance on.

use std::collections::{HashMap, VecDeque};

use fastrand::Rng;

use super::catalogue::{self, Fault, KINDS, QUESTIONS, SHELF, text_in};
use super::hours::DAY;
use super::{Setting, pick};
use crate::domain::{
    Category, Day, Description, Details, DetailsChange, Device, DeviceChange, DeviceField, Error,
    Language, Money, Result, ShortText, Stage, TaskId, USUAL_STAGES,
};
use crate::i18n;

pub const ACCEPTED: &str = "status-accepted";
pub const WORK: &str = "status-in-progress";
pub const DIAGNOSIS: &str = "stage-diagnosis";
pub const APPROVAL: &str = "stage-approval";
pub const PART: &str = "stage-part";
pub const READY: &str = "status-ready";
pub const CLOSED: &str = "status-closed";
pub const HANDED_OVER: &str = "stage-handed-over";
pub const UNREPAIRED: &str = "stage-unrepaired";

/// Length of the warranty, in days.
const WARRANTY: i64 = 90;
/// Number of devices of a customer.
const OWN: usize = 3;

/// The shop's stages, by the message key of their name.
pub struct Stages(HashMap<&'static str, Stage>);

impl Stages {
    /// Finds the usual stages among the shop's. A missing one is replaced by the first stage of its
    /// status.
    pub fn find(all: &[Stage], language: Language) -> Result<Self> {
        let find = |usual: &crate::domain::UsualStage| {
            let name = i18n::text(language, usual.name);
            let of_status = || all.iter().filter(|stage| stage.status == usual.status);
            let named = of_status().find(|stage| i18n::stage_name(language, stage) == name);
            let stage = named.or_else(|| of_status().find(|stage| stage.is_first()));
            Ok((usual.name, stage.ok_or(Error::NotFound)?.clone()))
        };
        Ok(Self(USUAL_STAGES.iter().map(find).collect::<Result<_>>()?))
    }

    /// Returns a stage.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a key that names no stage.
    pub fn get(&self, name: &str) -> Result<&Stage> {
        self.0.get(name).ok_or(Error::NotFound)
    }
}

/// A task as accepted, with the changes planned for it.
pub struct Life {
    pub arrived: i64,
    /// Indices of the customer and of the employee in the [`Setting`].
    pub customer: usize,
    pub employee: usize,
    pub category: Category,
    pub description: Description,
    pub due: Option<Day>,
    /// `None` for a consultation.
    pub thing: Option<Thing>,
    /// The stages to come, with the minute of each.
    pub steps: VecDeque<(i64, &'static str)>,
}

/// A device with its fault.
pub struct Thing {
    pub kind: usize,
    device: Device,
    pub fault: &'static Fault,
    pub price: Money,
    deposit: bool,
}

impl Life {
    pub fn new(rng: &mut Rng, shop: &Setting, arrived: i64, customer: usize) -> Result<Self> {
        let language = shop.shop.language;
        let employee = rng.usize(..shop.staff.len());
        let asks = rng.u8(0..12) == 0;
        let thing = match asks {
            true => None,
            false => Some(Thing::of(rng, shop, customer)?),
        };
        let (category, text, route): (_, _, &[&str]) = match &thing {
            None => (Category::Consulting, *pick(rng, &QUESTIONS), &[CLOSED]),
            Some(thing) => {
                // Only customers with the bot receive a quote.
                let is_asked = shop.customers[customer].bot.is_some();
                let route = route(rng, thing.fault, is_asked);
                let category = match (route.contains(&DIAGNOSIS), rng.u8(0..12)) {
                    (true, 0..6) => Category::Diagnosis,
                    (false, 0) => Category::Other,
                    _ => Category::Repair,
                };
                (category, thing.fault.text, route)
            }
        };
        let mut at = arrived;
        let mut before = ACCEPTED;
        let mut step = |stage: &&'static str| {
            at += wait(rng, before, stage);
            before = stage;
            (at, *stage)
        };
        let steps = route.iter().map(&mut step).collect();
        let promised = arrived + rng.i64(2..9) * DAY;
        Ok(Self {
            arrived,
            customer,
            employee,
            category,
            description: Description::parse("description", text_in(language, text))?,
            due: thing.is_some().then(|| shop.day(promised)),
            thing,
            steps,
        })
    }

    /// Takes the next stage if it is due before that minute.
    pub fn next_before(&mut self, minute: i64) -> Option<(i64, &'static str)> {
        self.steps.pop_front_if(|(at, _)| *at < minute)
    }

    /// Returns the details of the task when it is accepted, and the deposit. The same fault under warranty is
    /// repaired for free.
    pub fn details(&mut self, shop: &Setting, seen: &Seen) -> (Details, Option<Money>) {
        let Some(thing) = &mut self.thing else {
            return (Details::default(), None);
        };
        let mut deposit = None;
        let mut details = Details {
            device: thing.device.clone(),
            warranty_of: seen.warranty(self.customer, thing, shop.day(self.arrived)),
            ..Details::default()
        };
        match details.warranty_of {
            Some(_) => thing.price = Money::from_row(0),
            None => {
                details.estimate = Some(thing.price);
                deposit = thing.deposit.then(|| shop.round(thing.price.minor() / 4));
            }
        }
        (details, deposit)
    }

    /// Returns the change of details that accompanies a stage.
    pub fn change(&self, shop: &Setting, at: i64, stage: &str) -> DetailsChange {
        let day = || shop.day(at + WARRANTY * DAY);
        let price = self.thing.as_ref().map(|thing| thing.price);
        DetailsChange {
            // The price of lines is their sum.
            price: price
                .filter(|_| stage == READY && !self.has_lines())
                .map(Some),
            warranty_until: (stage == HANDED_OVER).then(|| Some(day())),
            ..DetailsChange::default()
        }
    }
}

/// Chooses the stages of a task.
fn route(rng: &mut Rng, fault: &Fault, is_asked: bool) -> &'static [&'static str] {
    match (rng.u8(0..12), fault.part) {
        (0, _) => &[DIAGNOSIS, UNREPAIRED],
        (1..4, true) => &[DIAGNOSIS, PART, WORK, READY, HANDED_OVER],
        (4..9, true) if is_asked => &[DIAGNOSIS, APPROVAL, WORK, READY, HANDED_OVER],
        _ => &[WORK, READY, HANDED_OVER],
    }
}

/// Chooses how many minutes a task stays in a stage. A few stay long: before work begins, and when
/// the customer forgets to collect.
fn wait(rng: &mut Rng, from: &str, to: &str) -> i64 {
    let minutes = match (from, to, rng.u8(0..60)) {
        (_, CLOSED, _) => 5..30,
        (ACCEPTED, _, 0..3) => 5 * DAY..9 * DAY,
        (ACCEPTED, ..) => 20..DAY,
        (_, UNREPAIRED, _) => 2 * DAY..4 * DAY,
        (PART, ..) => 2 * DAY..6 * DAY,
        (APPROVAL, ..) => 60..3 * DAY,
        (READY, _, 0) => 30 * DAY..60 * DAY,
        (READY, _, 1..8) => 3 * DAY..12 * DAY,
        (READY, ..) => 30..2 * DAY,
        _ => 30..DAY,
    };
    rng.i64(minutes)
}

impl Thing {
    /// Chooses one of a customer's devices: a phone and two others.
    fn of(rng: &mut Rng, shop: &Setting, customer: usize) -> Result<Self> {
        let kinds = KINDS.len();
        let own: [usize; OWN] = [0, customer * 5 % kinds, (customer * 3 + 7) % kinds];
        let kind = *pick(rng, &own);
        let what = &KINDS[kind];
        let fault = pick(rng, what.faults);
        let price = rng.i64(fault.price[0]..=fault.price[1]) * shop.euro;
        Ok(Self {
            kind,
            device: device(rng, shop.shop.language, customer, kind)?,
            fault,
            price: shop.round(price),
            deposit: fault.part && rng.u8(0..3) == 0,
        })
    }
}

/// Describes a customer's device; its model and serial number are the same every time.
fn device(rng: &mut Rng, language: Language, customer: usize, kind: usize) -> Result<Device> {
    let what = &KINDS[kind];
    let [brand, model] = what.models[customer % what.models.len()];
    let number = customer * 16 + kind + 1;
    let serial = match what.has_imei {
        true => imei(number),
        false => format!("SN-{number:08}"),
    };
    let place = format!("{} {}", text_in(language, SHELF), rng.u8(1..13));
    let mut device = DeviceChange::default();
    for (field, text) in [
        (DeviceField::Kind, text_in(language, what.name)),
        (DeviceField::Brand, brand),
        (DeviceField::Model, model),
        (DeviceField::Serial, &serial),
        (
            DeviceField::Accessories,
            text_in(language, *pick(rng, what.accessories)),
        ),
        (
            DeviceField::Appearance,
            text_in(language, *pick(rng, &catalogue::APPEARANCES)),
        ),
        (DeviceField::Place, &place),
    ] {
        device.set(field, text)?;
    }
    Ok(device.apply(Device::default()))
}

/// Returns an IMEI with its check digit.
fn imei(number: usize) -> String {
    let with = |check: u8| format!("35{number:012}{check}");
    let right = |imei: &String| {
        let serial = ShortText::from_row(imei.clone());
        let device = Device {
            serial,
            ..Device::default()
        };
        !device.is_imei_mistyped()
    };
    (0..9).map(with).find(right).unwrap_or_else(|| with(9))
}

/// A customer's device: the indices of the customer and of the kind.
type Own = (usize, usize);

/// The last repair of each device: its task, its fault, and the end of its warranty.
#[derive(Default)]
pub struct Seen(HashMap<Own, (TaskId, &'static str, Day)>);

impl Seen {
    /// Records that a task entered a stage.
    pub fn note(&mut self, life: &Life, task: TaskId, change: &DetailsChange) {
        if let (Some(thing), Some(until)) = (&life.thing, change.warranty_until.flatten()) {
            let fault = thing.fault.text[0];
            self.0
                .insert((life.customer, thing.kind), (task, fault, until));
        }
    }

    fn warranty(&self, customer: usize, thing: &Thing, today: Day) -> Option<TaskId> {
        let (task, fault, until) = self.0.get(&(customer, thing.kind))?;
        (*fault == thing.fault.text[0] && *until >= today).then_some(*task)
    }
}

impl Setting {
    fn day(&self, minute: i64) -> Day {
        Day::of(self.hours.instant(minute), &self.shop.timezone)
    }

    /// Rounds a sum as shops round their prices.
    pub fn round(&self, minor: i64) -> Money {
        let step = self.euro.min(100 * self.unit);
        Money::from_row(minor / step * step)
    }
}
