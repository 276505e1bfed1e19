//! Opening hours of the demo's shop: everything in it happens between 9:00 and 19:00.

use jiff::{Timestamp, ToSpan};

use crate::domain::TimeZone;

const OPENS: i64 = 9 * 60;
/// Opening time per day, in minutes.
pub const DAY: i64 = 10 * 60;

/// A clock that counts the minutes in which the shop is open, from this morning on; earlier ones
/// are negative.
pub struct Hours {
    midnight: Timestamp,
    /// The first minute that is not over.
    pub now: i64,
}

impl Hours {
    pub fn of(now: Timestamp, timezone: &TimeZone) -> Self {
        let here = now.to_zoned(timezone.clone());
        let midnight = here.start_of_day().map_or(now, |start| start.timestamp());
        let minutes = now.duration_since(midnight).as_mins();
        Self {
            midnight,
            now: (minutes - OPENS).clamp(0, DAY),
        }
    }

    /// Returns the instant at which a minute begins.
    pub fn instant(&self, minute: i64) -> Timestamp {
        let days = minute.div_euclid(DAY);
        let of_day = OPENS + minute.rem_euclid(DAY);
        let since = (days * 24 * 60 + of_day).minutes();
        self.midnight.saturating_add(since).unwrap_or(self.midnight)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shop_is_open_from_nine_to_seven() {
        let zone = TimeZone::get("Europe/Moscow").unwrap();
        let hours = |now: &str| Hours::of(now.parse().unwrap(), &zone);
        let noon = hours("2021-07-25T09:00:30Z");
        assert_eq!(noon.now, 3 * 60);
        assert_eq!(noon.instant(0).to_string(), "2021-07-25T06:00:00Z");
        assert_eq!(noon.instant(-1).to_string(), "2021-07-24T15:59:00Z");
        assert_eq!(hours("2021-07-25T02:00:00Z").now, 0);
        assert_eq!(hours("2021-07-25T20:00:00Z").now, DAY);
    }
}
