//! What an employee and the bot say to each other.

use serde::{Deserialize, Serialize};

use super::{Day, Status, Task, TaskId};

/// News for an employee. It waits as numbers alone and is worded when it is sent, so that it is
/// true then, and so that nothing about a customer waits with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum StaffNews {
    /// A colleague has made them responsible for it.
    NewTask(TaskId),
    /// Its customer has answered something.
    Answered(TaskId),
    /// What they have to do; nothing on a morning without work.
    Morning,
    /// The same, because they asked for it.
    Today,
}

/// Why a task is on an employee's list, the most urgent reason first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Urgency {
    Overdue,
    DueToday,
    /// The customer is to fetch it.
    Ready,
    Open,
}

impl Urgency {
    /// `None` for a task that is closed.
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

/// A code that links a Telegram account to an employee: `ABCD-EFGH-JKLM`, 60 bits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaffCode(String);

impl StaffCode {
    /// Without those that are easily taken for others.
    const LETTERS: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    const LENGTH: usize = 12;
    const GROUP: usize = 4;

    /// A code of random bytes.
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

    /// Reads what somebody typed, in either case; `None` for whatever has not the form of a code,
    /// and so may be anything that a customer writes.
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
