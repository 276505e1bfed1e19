//! What the invented customers bring: each has things of their own, which come again and again.

use std::collections::HashMap;

use fastrand::Rng;
use jiff::{Timestamp, ToSpan};

use super::pick;
use crate::domain::{
    Category, CustomerId, Day, Details, Device, DeviceChange, DeviceField, Result, ShortText,
    Status, Sum, Task, TaskId, TimeZone,
};

/// How they are called in a description; what they are, whose, and which.
pub const DEVICES: [(&str, [&str; 3]); 16] = [
    ("iPhone 11", ["телефон", "Apple", "iPhone 11"]),
    ("Samsung A52", ["телефон", "Samsung", "Galaxy A52"]),
    ("Xiaomi Redmi 9", ["телефон", "Xiaomi", "Redmi 9"]),
    ("ноутбук Lenovo", ["ноутбук", "Lenovo", "IdeaPad 3"]),
    ("MacBook Air", ["ноутбук", "Apple", "MacBook Air"]),
    ("планшет Huawei", ["планшет", "Huawei", "MatePad"]),
    ("телевизор LG", ["телевизор", "LG", "43UP75006LF"]),
    ("холодильник Atlant", ["холодильник", "Atlant", "ХМ 4208"]),
    (
        "стиральная машина Bosch",
        ["стиральная машина", "Bosch", "WLG20261"],
    ),
    ("кофемашина Philips", ["кофемашина", "Philips", "EP1220"]),
    ("пылесос Dyson", ["пылесос", "Dyson", "V8"]),
    ("принтер HP", ["принтер", "HP", "LaserJet 107w"]),
    ("монитор Dell", ["монитор", "Dell", "P2419H"]),
    ("наушники Sony", ["наушники", "Sony", "WH-1000XM4"]),
    ("микроволновка", ["микроволновка", "", ""]),
    ("утюг Tefal", ["утюг", "Tefal", "FV5688"]),
];
/// The first ones are telephones, which have an IMEI.
const PHONES: usize = 3;

const ACCESSORIES: [&str; 5] = [
    "",
    "",
    "зарядное устройство",
    "чехол",
    "коробка и документы",
];
const APPEARANCES: [&str; 5] = ["", "", "царапины на корпусе", "скол в углу", "как новый"];
/// How many days the work is under warranty.
const WARRANTY: i64 = 90;

/// What has been brought so far: the last task of each thing, and until when its warranty is.
#[derive(Default)]
pub struct Seen(HashMap<(CustomerId, usize), (TaskId, Option<Day>)>);

impl Seen {
    /// What stands beside a task about the thing with that number in [`DEVICES`].
    pub fn bring(
        &mut self,
        rng: &mut Rng,
        task: &mut Task,
        customer: CustomerId,
        nth: usize,
    ) -> Result<Details> {
        let promised = rng.i64(2..14);
        task.due = after(task.created, promised);
        let estimate = rng.i64(5..150) * 10_000;
        let ready = !Status::UNDONE.contains(&task.status);
        let repaired = task.category == Category::Repair && task.closed.is_some();
        let mut details = Details {
            device: device(rng, customer, nth)?,
            estimate: Some(Sum::from_row(estimate)),
            price: ready.then(|| Sum::from_row(estimate / 10 * rng.i64(8..13))),
            prepayment: (rng.u8(0..3) == 0).then(|| Sum::from_row(estimate / 5)),
            ..Details::default()
        };
        if let Some(closed) = task.closed.filter(|_| repaired) {
            details.warranty_until = after(closed, WARRANTY);
        }
        let until = details.warranty_until;
        let before = self.0.insert((customer, nth), (task.id, until));
        if let Some((earlier, Some(until))) = before
            && Some(until) >= after(task.created, 0)
        {
            details.warranty_of = Some(earlier);
        }
        Ok(details)
    }
}

/// A customer's own thing: its number is the same every time.
fn device(rng: &mut Rng, customer: CustomerId, nth: usize) -> Result<Device> {
    let (_, [kind, brand, model]) = DEVICES[nth];
    let number = customer.get() * 16 + nth as i64;
    let serial = match nth < PHONES {
        true => imei(number),
        false => format!("SN-{number:08}"),
    };
    let accessories = *pick::<&str>(rng, &ACCESSORIES);
    let appearance = *pick::<&str>(rng, &APPEARANCES);
    let place = format!("полка {}", rng.u8(1..13));
    let mut change = DeviceChange::default();
    for (field, text) in [
        (DeviceField::Kind, kind),
        (DeviceField::Brand, brand),
        (DeviceField::Model, model),
        (DeviceField::Serial, &*serial),
        (DeviceField::Accessories, accessories),
        (DeviceField::Appearance, appearance),
        (DeviceField::Place, &*place),
    ] {
        change.set(field, text)?;
    }
    Ok(change.apply(Device::default()))
}

/// An IMEI with its check digit.
fn imei(number: i64) -> String {
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

fn after(instant: Timestamp, days: i64) -> Option<Day> {
    let day = instant.saturating_add((days * 24).hours()).ok()?;
    Some(Day::of(day, &TimeZone::UTC))
}
