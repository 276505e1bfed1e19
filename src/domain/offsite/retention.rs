//! How many copies are kept.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::super::{Day, TimeZone};
use super::CopyName;

/// Numbers of days, weeks and months of which the newest copy is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Keep {
    pub days: usize,
    pub weeks: usize,
    pub months: usize,
}

/// Returns the year and the number of the period in which a copy was made.
type Period<'a> = dyn Fn(&CopyName) -> (i16, i32) + 'a;

impl Default for Keep {
    fn default() -> Self {
        Self {
            days: 7,
            weeks: 4,
            months: 12,
        }
    }
}

/// Returns the copies of `whole` that are no longer kept. Those dated after now neither count nor are returned, so that
/// a wrong clock deletes no good copy; and days without a copy don't count, so that a clock that is ahead makes none old.
/// The newest copy is always kept.
pub fn surplus(
    whole: &[CopyName],
    keep: Keep,
    now: Timestamp,
    timezone: &TimeZone,
) -> Vec<CopyName> {
    let mut past: Vec<&CopyName> = whole.iter().filter(|copy| copy.made <= now).collect();
    past.sort_by(|one, other| other.cmp(one));
    let mut kept: BTreeSet<&CopyName> = past.first().copied().into_iter().collect();
    let day = |copy: &CopyName| Day::of(copy.made, timezone);
    let month = |copy: &CopyName| (day(copy).year(), i32::from(day(copy).month()));
    let week = |copy: &CopyName| {
        let week = copy.made.to_zoned(timezone.clone()).date().iso_week_date();
        (week.year(), i32::from(week.week()))
    };
    let date = |copy: &CopyName| {
        let day = day(copy);
        let number = i32::from(day.month()) * 100 + i32::from(day.day());
        (day.year(), number)
    };
    let periods: [(usize, &Period<'_>); 3] = [
        (keep.days, &date),
        (keep.weeks, &week),
        (keep.months, &month),
    ];
    for (most, period) in periods {
        let mut seen = BTreeSet::new();
        for copy in &past {
            if seen.len() < most && seen.insert(period(copy)) {
                kept.insert(copy);
            }
        }
    }
    past.retain(|copy| !kept.contains(copy));
    past.into_iter().cloned().collect()
}

#[cfg(test)]
mod tests {
    use jiff::ToSpan;

    use super::super::ShopId;
    use super::*;

    fn nightly(from: &str, nights: i64) -> Vec<CopyName> {
        let first: Timestamp = from.parse().unwrap();
        let night = |nth: i64| CopyName {
            made: first + (24 * nth).hours(),
            shop: ShopId::new([1; 8]),
        };
        (0..nights).map(night).collect()
    }

    fn left(copies: &[CopyName], keep: Keep, now: &str) -> Vec<String> {
        let gone = surplus(copies, keep, now.parse().unwrap(), &TimeZone::UTC);
        let left = copies.iter().filter(|copy| !gone.contains(copy));
        left.map(|copy| copy.made.to_string()[..10].to_owned())
            .collect()
    }

    #[test]
    fn seven_days_four_weeks_and_twelve_months_are_kept() {
        let copies = nightly("2025-01-01T03:00:00Z", 500);
        let last = copies.last().unwrap().made.to_string();
        assert_eq!(
            left(&copies, Keep::default(), &last),
            [
                "2025-06-30",
                "2025-07-31",
                "2025-08-31",
                "2025-09-30",
                "2025-10-31",
                "2025-11-30",
                "2025-12-31",
                "2026-01-31",
                "2026-02-28",
                "2026-03-31",
                "2026-04-26",
                "2026-04-30",
                "2026-05-03",
                "2026-05-09",
                "2026-05-10",
                "2026-05-11",
                "2026-05-12",
                "2026-05-13",
                "2026-05-14",
                "2026-05-15",
            ]
        );
    }

    #[test]
    fn a_clock_that_is_wrong_deletes_no_good_copy() {
        let keep = Keep::default();
        let copies = nightly("2026-11-20T03:00:00Z", 7);
        // Years ahead, everything is as old as before, and the copies of days without any don't count.
        assert_eq!(left(&copies, keep, "2036-01-01T00:00:00Z").len(), 7);
        // Behind, what is dated later stays.
        assert_eq!(left(&copies, keep, "2026-11-22T00:00:00Z").len(), 7);
        let mut ahead = copies.clone();
        ahead.extend(nightly("2036-01-01T03:00:00Z", 30));
        assert_eq!(left(&ahead, keep, "2026-11-27T00:00:00Z").len(), 37);
    }

    #[test]
    fn the_newest_copy_stays_whatever_the_owner_has_set() {
        let none = Keep {
            days: 0,
            weeks: 0,
            months: 0,
        };
        let copies = nightly("2026-11-20T03:00:00Z", 3);
        assert_eq!(left(&copies, none, "2026-12-01T00:00:00Z"), ["2026-11-22"]);
    }
}
