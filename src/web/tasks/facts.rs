//! Details of a task for display, line by line.

use crate::domain::{Day, Details, DeviceField, Task};
use crate::web::text::Texts;

/// A detail: label, value and warning.
pub struct Fact {
    pub name: String,
    pub value: String,
    pub warning: Option<String>,
}

/// Returns a line for every known detail.
pub fn facts(task: &Task, details: &Details, texts: &Texts) -> Vec<Fact> {
    let device = &details.device;
    let lines =
        DeviceField::beside_title().map(|field| (field.label(), device.get(field).to_owned()));
    let lines = std::iter::once(("task-device", device.title())).chain(lines);
    let day = |day: Option<Day>| day.map(|day| texts.date(&day)).unwrap_or_default();
    // What it costs and what was paid stands with the works and parts.
    let estimate = details.estimate.map(|sum| texts.money(sum));
    let estimate = ("task-estimate", estimate.unwrap_or_default());
    let due = ("task-due", day(task.due));
    let until = ("task-warranty", day(details.warranty_until));
    let all = lines.chain([due, estimate, until]);
    let known = all.filter(|(_, value)| !value.is_empty());
    let fact = |(name, value): (&str, String)| Fact {
        name: texts.s(name),
        value,
        warning: warning(name, task, details, texts),
    };
    known.map(fact).collect()
}

fn warning(name: &str, task: &Task, details: &Details, texts: &Texts) -> Option<String> {
    let today = texts.today();
    let over = details.warranty_until.is_some_and(|until| until < today);
    let id = match name {
        "device-serial" if details.device.is_imei_mistyped() => "device-serial-suspicious",
        "task-due" if task.is_overdue(today) => "task-overdue",
        "task-warranty" if over => "task-warranty-over",
        _ => return None,
    };
    Some(texts.s(id))
}
