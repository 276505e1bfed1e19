//! Days and times in the shop's time zone.

use jiff::civil::{Date, Time};
pub use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use super::{Problem, Result};

/// A calendar day, `YYYY-MM-DD`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day(pub(super) Date);

impl Day {
    pub fn parse(field: &'static str, text: &str) -> Result<Self> {
        let shaped = text.len() == 10
            && text.char_indices().all(|(at, c)| match at {
                4 | 7 => c == '-',
                _ => c.is_ascii_digit(),
            });
        match text.parse::<Date>() {
            Ok(date) if shaped && (1..9999).contains(&date.year()) => Ok(Self(date)),
            _ => Err(Problem::DayMalformed.at(field).into()),
        }
    }

    /// Returns the day on which `instant` falls in the shop.
    pub fn of(instant: Timestamp, timezone: &TimeZone) -> Self {
        Self(instant.to_zoned(timezone.clone()).date())
    }

    /// Returns the first instant of the day: midnight, or the end of a clock change that skips it.
    pub fn start(self, timezone: &TimeZone) -> Timestamp {
        let start = self
            .0
            .to_zoned(timezone.clone())
            .map(|zoned| zoned.timestamp());
        // Only days at the limits of the calendar have no instant, and `parse` rejects those.
        start.unwrap_or(Timestamp::MIN)
    }

    /// Returns the first instant after the day.
    pub(super) fn end(self, timezone: &TimeZone) -> Timestamp {
        self.next().start(timezone)
    }

    /// Returns the span from the first to the last instant of the day.
    pub fn whole(self, timezone: &TimeZone) -> Days {
        Days {
            from: Some(self.start(timezone)),
            until: Some(self.end(timezone)),
        }
    }

    pub fn previous(self) -> Self {
        self.minus(1)
    }

    /// Returns the day `days` days earlier.
    pub(super) fn minus(self, days: i64) -> Self {
        Self(self.0.saturating_sub(days.days()))
    }

    /// Returns the number of days since an earlier day.
    pub fn since(self, earlier: Self) -> i64 {
        (self.0.duration_since(earlier.0).as_hours()) / 24
    }

    pub fn next(self) -> Self {
        Self(self.0.saturating_add(1.day()))
    }

    /// Returns the day of the week, 1 for Monday.
    pub fn weekday(self) -> i8 {
        self.0.weekday().to_monday_one_offset()
    }

    pub fn year(self) -> i16 {
        self.0.year()
    }

    pub fn month(self) -> i8 {
        self.0.month()
    }

    pub fn day(self) -> i8 {
        self.0.day()
    }
}

impl std::fmt::Display for Day {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// A local time of day, `HH:MM`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct TimeOfDay(Time);

impl TimeOfDay {
    pub fn parse(field: &'static str, text: &str) -> Result<Self> {
        let parts = text.split_once(':').filter(|(hour, minute)| {
            let digits = |part: &str| part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit());
            digits(hour) && digits(minute)
        });
        let time = parts.and_then(|(hour, minute)| {
            Time::new(hour.parse().ok()?, minute.parse().ok()?, 0, 0).ok()
        });
        Ok(time.map(Self).ok_or(Problem::TimeMalformed.at(field))?)
    }

    /// Returns the shop's local time, truncated to minutes.
    pub fn of(instant: Timestamp, timezone: &TimeZone) -> Self {
        let time = instant.to_zoned(timezone.clone()).time();
        Self(Time::new(time.hour(), time.minute(), 0, 0).unwrap_or_default())
    }
}

impl std::fmt::Display for TimeOfDay {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:02}:{:02}", self.0.hour(), self.0.minute())
    }
}

/// A span of whole days as instants: `from` is inclusive, `until` exclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Days {
    pub from: Option<Timestamp>,
    pub until: Option<Timestamp>,
}

impl Days {
    /// Returns the span from the start of `start` to the end of `end`; either may be open.
    ///
    /// # Errors
    /// [`Problem::IntervalReversed`] at `field` when `end` comes before `start`.
    pub fn between(
        field: &'static str,
        start: Option<Day>,
        end: Option<Day>,
        timezone: &TimeZone,
    ) -> Result<Self> {
        if let (Some(start), Some(end)) = (start, end)
            && end < start
        {
            return Err(Problem::IntervalReversed.at(field).into());
        }
        Ok(Self {
            from: start.map(|day| day.start(timezone)),
            until: end.map(|day| day.end(timezone)),
        })
    }

    /// Returns the intersection of two spans.
    pub fn and(self, other: Self) -> Self {
        let later = |a: Option<Timestamp>, b: Option<Timestamp>| a.max(b);
        Self {
            from: later(self.from, other.from),
            until: match (self.until, other.until) {
                (Some(a), Some(b)) => Some(a.min(b)),
                (a, b) => a.or(b),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_the_shops_day() {
        let moscow = TimeZone::get("Europe/Moscow").unwrap();
        let late: Timestamp = "2021-07-24T21:00:00Z".parse().unwrap();
        assert_eq!(Day::of(late, &moscow).to_string(), "2021-07-25");
        let day = Day::parse("createdAt", "2021-07-25").unwrap();
        let days = Days::between("dateEnd", Some(day), Some(day), &moscow).unwrap();
        assert_eq!(days.from, Some(late));
        assert_eq!(days.until, Some("2021-07-25T21:00:00Z".parse().unwrap()));
    }

    #[test]
    fn a_time_is_two_digits_twice() {
        let moscow = TimeZone::get("Europe/Moscow").unwrap();
        let noon = TimeOfDay::of("2021-07-25T09:00:59Z".parse().unwrap(), &moscow);
        assert_eq!(noon.to_string(), "12:00");
        assert_eq!(TimeOfDay::parse("time", "12:00").unwrap(), noon);
        assert!(TimeOfDay::parse("time", "09:59").unwrap() < noon);
        for text in [
            "", "24:00", "12:60", "9:00", "+9:00", "12:00:00", "noon", "12",
        ] {
            assert!(TimeOfDay::parse("time", text).is_err(), "{text}");
        }
    }

    #[test]
    fn only_whole_days_that_exist_are_days() {
        for text in [
            "2021-02-30",
            "25.07.2021",
            "2021-7-25",
            "2021-07-25T00:00",
            "",
            "0000-01-01",
            "9999-12-31",
        ] {
            assert!(Day::parse("createdAt", text).is_err(), "{text}");
        }
    }
}
