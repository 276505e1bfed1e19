//! When customers are reminded of what they can collect.

use jiff::{Timestamp, ToSpan};

use super::{Day, TimeZone};

/// After how many days customers are reminded, and from which hour of the day on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reminders {
    /// From few to many; none of them zero.
    days: Vec<u16>,
    hour: i8,
}

impl Reminders {
    /// How many hours of a day reminders go out: whoever missed the first of them isn't woken at
    /// night.
    const HOURS: i8 = 8;
    /// So many days after its time a reminder goes no more. A shop that was away for a month still
    /// sends it; one that has just begun to remind doesn't write to everybody of long ago.
    const LATEST: i64 = 31;

    /// `None` for no days, or for what isn't a number of days or an hour.
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

    /// Between which instants a task has become READY of which somebody may be reminded now, and
    /// the most days that they are reminded of. `None` at an hour at which nobody is.
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

    /// After how many days a customer is to be reminded today of what is READY since then, when
    /// they were reminded last after so many. What was missed is not made up for: only the newest
    /// goes.
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

    /// When the hours in which reminders go out begin for the next time.
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
            // The clock was wrong when it became ready.
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
