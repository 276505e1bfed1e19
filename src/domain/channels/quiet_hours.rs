//! Hours in which no SMS are sent.

use jiff::{Timestamp, ToSpan};

use crate::domain::TimeZone;

/// The hours of a night, which may go over midnight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuietHours {
    from: i8,
    until: i8,
}

impl QuietHours {
    /// Parses two hours such as "21-9"; `None` for anything else, and for two equal ones.
    pub fn parse(text: &str) -> Option<Self> {
        let (from, until) = text.split_once(['-', '–', '—'])?;
        let hour = |text: &str| {
            let hour: Option<i8> = text.trim().parse().ok();
            hour.filter(|hour| (0..24).contains(hour))
        };
        let (from, until) = (hour(from)?, hour(until)?);
        (from != until).then_some(Self { from, until })
    }

    /// Returns when the quiet hours end in which an instant lies; `None` for one outside them.
    pub fn end(self, now: Timestamp, timezone: &TimeZone) -> Option<Timestamp> {
        let zoned = now.to_zoned(timezone.clone());
        let (hour, Self { from, until }) = (zoned.hour(), self);
        let is_quiet = match from < until {
            true => (from..until).contains(&hour),
            false => hour >= from || hour < until,
        };
        let day = match hour < until {
            true => zoned.date(),
            false => zoned.date().saturating_add(1.day()),
        };
        let end = day.at(until, 0, 0, 0).to_zoned(timezone.clone()).ok();
        end.map(|end| end.timestamp()).filter(|_| is_quiet)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_hours_are_written_in_one_way() {
        for text in ["21-9", " 21 – 09 ", "0-6", "23-0"] {
            assert!(QuietHours::parse(text).is_some(), "{text}");
        }
        for text in [
            "", "21", "9-9", "24-9", "-1-9", "21-9-1", "21:30-9", "a-b", "21 9",
        ] {
            assert_eq!(QuietHours::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_night_ends_in_the_morning_of_the_shop() {
        let moscow = TimeZone::get("Europe/Moscow").unwrap();
        let night = QuietHours::parse("21-9").unwrap();
        let noon = QuietHours::parse("12-14").unwrap();
        let end = |quiet: QuietHours, now: &str| {
            let end = quiet.end(now.parse().unwrap(), &moscow);
            end.map(|end| end.to_string())
        };
        // Moscow is three hours ahead.
        assert_eq!(end(night, "2021-07-25T17:59:59Z"), None);
        let morning = Some("2021-07-26T06:00:00Z".to_owned());
        assert_eq!(end(night, "2021-07-25T18:00:00Z"), morning);
        assert_eq!(end(night, "2021-07-26T05:59:59Z"), morning);
        assert_eq!(end(night, "2021-07-26T06:00:00Z"), None);
        assert_eq!(end(noon, "2021-07-25T08:59:59Z"), None);
        let after = Some("2021-07-25T11:00:00Z".to_owned());
        assert_eq!(end(noon, "2021-07-25T09:00:00Z"), after);
        // The night of the change to summer time in Berlin has an hour less.
        let berlin = TimeZone::get("Europe/Berlin").unwrap();
        let end = night.end("2021-03-28T00:30:00Z".parse().unwrap(), &berlin);
        assert_eq!(end.unwrap().to_string(), "2021-03-28T07:00:00Z");
    }
}
