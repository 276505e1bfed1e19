//! Settings of pickup reminders.

use super::Result;
use super::raw::{Days, RawReminders};
use super::values::invalid;
use crate::domain::{Problem, Reminders, SettingKey};

impl RawReminders {
    pub fn check(&self) -> Result<Option<Reminders>> {
        let wrong_days = || {
            let why = "write days from 1 to 365, for example [3, 14, 30]";
            invalid(SettingKey::ReminderDays, Problem::ReminderDays, why)
        };
        let days: Option<Vec<u16>> = match &self.days {
            Days::Many(days) => days.iter().map(|day| (*day).try_into().ok()).collect(),
            Days::One(days) => {
                let days = days.split(',').map(str::trim).filter(|day| !day.is_empty());
                days.map(|day| day.parse().ok()).collect()
            }
        };
        let hour = self.hour.trim().parse().ok().filter(|hour| *hour < 24);
        let hour: u8 = hour.ok_or_else(|| {
            let why = "write an hour from 0 to 23";
            invalid(SettingKey::ReminderHour, Problem::HourOutOfRange, why)
        })?;
        match days.ok_or_else(wrong_days)? {
            days if days.is_empty() => Ok(None),
            days => Reminders::new(days, hour).map(Some).ok_or_else(wrong_days),
        }
    }
}
