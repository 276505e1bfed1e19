//! Messages between an employee and the bot.

use serde::{Deserialize, Serialize};

use super::{Day, Status, Task, TaskId};

/// A notification for an employee. It is queued as ids only and rendered when it is sent, so that
/// it is current then, and so that the queue holds no customer data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum StaffNews {
    /// A colleague assigned them the task.
    NewTask(TaskId),
    /// The task's customer has replied.
    Answered(TaskId),
    /// The morning list; nothing is sent on a day without work.
    Morning,
    /// The same list on request.
    Today,
    /// Two nights have brought no copy on another machine; for owners.
    OffsiteLate,
}

/// Reason why a task is on an employee's list, most urgent first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Urgency {
    Overdue,
    DueToday,
    /// Waiting for the customer to collect it.
    Ready,
    Open,
}

impl Urgency {
    /// Returns `None` for a closed task.
    pub fn of(task: &Task, today: Day) -> Option<Self> {
        match task.status {
            Status::Closed => None,
            Status::Ready => Some(Self::Ready),
            _ if task.is_overdue(today) => Some(Self::Overdue),
            _ if task.due == Some(today) => Some(Self::DueToday),
            _ => Some(Self::Open),
        }
    }
}

/// A one-time code that links a Telegram account to an employee: `ABCD-EFGH-JKLM`, 60 bits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaffCode(String);

impl StaffCode {
    /// Without letters and digits that are easily confused.
    const LETTERS: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    const LENGTH: usize = 12;
    const GROUP: usize = 4;

    /// Builds a code from random bytes.
    pub fn new(random: &[u8; 32]) -> Self {
        let letter = |byte: &u8| char::from(Self::LETTERS[usize::from(byte % 32)]);
        let mut code = String::new();
        for group in random[..Self::LENGTH].chunks(Self::GROUP) {
            if !code.is_empty() {
                code.push('-');
            }
            code.extend(group.iter().map(letter));
        }
        Self(code)
    }

    /// Parses a code in either case; `None` for a text that doesn't have the form of a code, and is
    /// therefore an ordinary message.
    pub fn read(text: &str) -> Option<Self> {
        let code = text.to_ascii_uppercase();
        let groups: Vec<&str> = code.split('-').collect();
        let is_group = |group: &&str| {
            group.len() == Self::GROUP && group.bytes().all(|byte| Self::LETTERS.contains(&byte))
        };
        let right = groups.len() == Self::LENGTH / Self::GROUP && groups.iter().all(is_group);
        right.then_some(Self(code))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Category, Description, Stage};

    #[test]
    fn a_code_is_read_as_it_was_made_and_nothing_else_is_a_code() {
        let random = std::array::from_fn(|at| u8::try_from(at * 7).unwrap());
        let code = StaffCode::new(&random);
        assert_eq!(code.as_str().len(), 14);
        assert_eq!(StaffCode::read(code.as_str()), Some(code.clone()));
        assert_eq!(
            StaffCode::read(&code.as_str().to_lowercase()),
            Some(code.clone())
        );
        for text in [
            "",
            "ABCD-EFGH",
            "ABCD-EFGH-JKL0",
            "ABCDEFGHJKLM",
            "ABCD-EFGH-JKLM-NPQR",
            "900-000-0001",
            "ЁЁ-ABCD-EFGH",
        ] {
            assert_eq!(StaffCode::read(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_late_comes_first_and_what_is_closed_not_at_all() {
        let now = "2021-07-25T09:00:00Z".parse().unwrap();
        let day = |text: &str| Day::parse("day", text).unwrap();
        let today = day("2021-07-25");
        let of = |status, due: Option<&str>| {
            let nothing = Description::parse("d", "").unwrap();
            let mut task = Task::new(
                None,
                None,
                Category::Other,
                &Stage::plain(status),
                nothing,
                now,
            );
            task.due = due.map(day);
            Urgency::of(&task, today)
        };
        let late = Some("2021-07-24");
        assert_eq!(of(Status::Accepted, late), Some(Urgency::Overdue));
        assert_eq!(
            of(Status::InProgress, Some("2021-07-25")),
            Some(Urgency::DueToday)
        );
        assert_eq!(of(Status::Ready, late), Some(Urgency::Ready));
        assert_eq!(
            of(Status::Accepted, Some("2021-07-26")),
            Some(Urgency::Open)
        );
        assert_eq!(of(Status::Accepted, None), Some(Urgency::Open));
        assert_eq!(of(Status::Closed, late), None);
        assert!(Urgency::Overdue < Urgency::DueToday && Urgency::Ready < Urgency::Open);
    }
}
