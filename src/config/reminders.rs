//! Settings of pickup reminders.

use super::Result;
use super::raw::{Days, RawReminders};
use super::values::wrong;
use crate::domain::Reminders;

impl RawReminders {
    pub fn check(self) -> Result<Option<Reminders>> {
        let wrong_days = || {
            let why = "write days from 1 to 365, for example [3, 14, 30]";
            wrong("reminders.days", why)
        };
        let days: Option<Vec<u16>> = match self.days {
            Days::Many(days) => days.into_iter().map(|day| day.try_into().ok()).collect(),
            Days::One(days) => {
                let days = days.split(',').map(str::trim).filter(|day| !day.is_empty());
                days.map(|day| day.parse().ok()).collect()
            }
        };
        if self.hour > 23 {
            return Err(wrong("reminders.hour", "write an hour from 0 to 23"));
        }
        match days.ok_or_else(wrong_days)? {
            days if days.is_empty() => Ok(None),
            days => Reminders::new(days, self.hour)
                .map(Some)
                .ok_or_else(wrong_days),
        }
    }
}
