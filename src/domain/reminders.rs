//! Schedule of reminders to collect a finished task.

use jiff::{Timestamp, ToSpan};

use super::{Day, TimeZone};

/// Numbers of days after which customers are reminded, and the hour from which reminders are sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reminders {
    /// In ascending order, none of them zero.
    days: Vec<u16>,
    hour: i8,
}

impl Reminders {
    /// Length of the daily sending window, in hours. A reminder missed by the end of the window
    /// waits for the next day rather than arriving at night.
    const HOURS: i8 = 8;
    /// Maximum delay of a reminder, in days. A shop that was offline for a month still sends it;
    /// one that just turned reminders on doesn't message everybody from long ago.
    const LATEST: i64 = 31;

    /// Returns `None` for an empty list, or for days or an hour out of range.
    pub fn new(mut days: Vec<u16>, hour: u8) -> Option<Self> {
        days.sort_unstable();
        days.dedup();
        let hour = i8::try_from(hour).ok().filter(|hour| *hour < 24)?;
        let fine = *days.first()? > 0 && *days.last()? <= 365;
        fine.then_some(Self { days, hour })
    }

    pub fn days(&self) -> &[u16] {
        &self.days
    }

    /// Returns the interval in which a task must have become READY to be due a reminder now, and
    /// the largest number of days. `None` outside the sending window.
    pub fn span(&self, now: Timestamp, timezone: &TimeZone) -> Option<(Timestamp, Timestamp, u16)> {
        let hour = now.to_zoned(timezone.clone()).hour();
        if !(self.hour..self.hour.saturating_add(Self::HOURS)).contains(&hour) {
            return None;
        }
        let today = Day::of(now, timezone);
        let (least, most) = (*self.days.first()?, *self.days.last()?);
        let from = today.minus(i64::from(most) + Self::LATEST + 1);
        let until = today.minus(least.into());
        Some((from.end(timezone), until.end(timezone), most))
    }

    /// Returns the reminder due today, as its number of days, for a task READY since `ready` whose
    /// last reminder was `reminded`. Missed reminders are not sent later: only the most recent one
    /// is.
    pub fn due(
        &self,
        ready: Timestamp,
        reminded: Option<u16>,
        now: Timestamp,
        timezone: &TimeZone,
    ) -> Option<u16> {
        let waited = Day::of(now, timezone).since(Day::of(ready, timezone));
        let newest = self
            .days
            .iter()
            .rev()
            .find(|days| i64::from(**days) <= waited);
        let late = |days: u16| waited - i64::from(days) > Self::LATEST;
        let newest = newest.copied().filter(|days| !late(*days));
        newest.filter(|days| reminded.is_none_or(|reminded| reminded < *days))
    }

    /// Returns the start of the next sending window.
    pub fn next(&self, now: Timestamp, timezone: &TimeZone) -> Timestamp {
        let today = now.to_zoned(timezone.clone()).date();
        let begin = |day: jiff::civil::Date| {
            let begin = day.at(self.hour, 0, 0, 0).to_zoned(timezone.clone());
            begin.ok().map(|begin| begin.timestamp())
        };
        let days = [today, today.saturating_add(1.day())];
        let next = days
            .into_iter()
            .filter_map(begin)
            .find(|begin| *begin > now);
        next.unwrap_or(Timestamp::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn days_and_hours_are_checked_and_sorted() {
        let reminders = Reminders::new(vec![30, 3, 14, 3], 10).unwrap();
        assert_eq!(reminders.days(), [3, 14, 30]);
        for (days, hour) in [
            (vec![], 10),
            (vec![0, 3], 10),
            (vec![366], 10),
            (vec![3], 24),
            (vec![3], 255),
        ] {
            assert_eq!(Reminders::new(days, hour), None);
        }
    }

    #[test]
    fn only_the_newest_that_is_due_goes() {
        let moscow = TimeZone::get("Europe/Moscow").unwrap();
        let reminders = Reminders::new(vec![3, 14, 30], 10).unwrap();
        // One minute before midnight in Moscow.
        let ready = at("2021-07-25T20:59:00Z");
        for (now, reminded, due) in [
            ("2021-07-27T20:59:00Z", None, None),
            ("2021-07-27T21:00:00Z", None, Some(3)),
            ("2021-07-29T12:00:00Z", Some(3), None),
            ("2021-08-08T12:00:00Z", Some(3), Some(14)),
            ("2021-08-08T12:00:00Z", None, Some(14)),
            ("2021-08-30T12:00:00Z", None, Some(30)),
            ("2021-08-30T12:00:00Z", Some(30), None),
            ("2021-09-24T12:00:00Z", Some(14), Some(30)),
            ("2021-09-25T12:00:00Z", Some(14), None),
            // The clock was wrong when the task became ready.
            ("2020-01-01T12:00:00Z", None, None),
        ] {
            let found = reminders.due(ready, reminded, at(now), &moscow);
            assert_eq!(found, due, "{now} {reminded:?}");
        }
    }

    #[test]
    fn nobody_is_woken_at_night() {
        let moscow = TimeZone::get("Europe/Moscow").unwrap();
        let reminders = Reminders::new(vec![3], 10).unwrap();
        for (now, open, next) in [
            ("2021-07-28T06:59:59Z", false, "2021-07-28T07:00:00Z"),
            ("2021-07-28T07:00:00Z", true, "2021-07-29T07:00:00Z"),
            ("2021-07-28T14:59:59Z", true, "2021-07-29T07:00:00Z"),
            ("2021-07-28T15:00:00Z", false, "2021-07-29T07:00:00Z"),
            ("2021-07-28T21:30:00Z", false, "2021-07-29T07:00:00Z"),
        ] {
            assert_eq!(reminders.span(at(now), &moscow).is_some(), open, "{now}");
            assert_eq!(reminders.next(at(now), &moscow), at(next), "{now}");
        }
    }

    #[test]
    fn what_may_be_due_is_in_the_span() {
        let moscow = TimeZone::get("Europe/Moscow").unwrap();
        let reminders = Reminders::new(vec![3, 14], 10).unwrap();
        let now = at("2021-07-28T09:00:00Z");
        let (from, until, most) = reminders.span(now, &moscow).unwrap();
        assert_eq!(most, 14);
        let before = |instant: Timestamp| instant.saturating_sub(1.second()).unwrap();
        for (ready, due) in [
            (before(from), None),
            (from, Some(14)),
            (before(until), Some(3)),
            (until, None),
        ] {
            assert_eq!(reminders.due(ready, None, now, &moscow), due, "{ready}");
        }
    }
}
