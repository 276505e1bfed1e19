//! When a copy is due, and when it is late.

use std::time::Duration;

use jiff::{Timestamp, ToSpan};

use super::super::{Day, TimeZone};

/// Hour of the shop's day from which the copy of a night is made.
const HOUR: i64 = 3;
/// Nights that may be missed before the newest copy is too old.
const MISSED: i64 = 2;
/// Hours after the last of them in which it is still tried.
const PATIENCE: i64 = 3;
/// Shortest and longest pause after a failure.
const SHORTEST: Duration = Duration::from_secs(5 * 60);
const LONGEST: Duration = Duration::from_secs(2 * 60 * 60);

/// Returns when the copy of the first night after an instant is due.
pub fn next_night(after: Timestamp, timezone: &TimeZone) -> Timestamp {
    let day = Day::of(after, timezone);
    let night = |day: Day| {
        let night = day.start(timezone).saturating_add(HOUR.hours());
        night.unwrap_or(Timestamp::MAX)
    };
    match night(day) {
        today if today > after => today,
        _ => night(day.next()),
    }
}

/// Returns whether the newest good copy is so old that two nights were missed. Without one, `since` is when copies were
/// first to be made. A copy dated after now was made while the clock was wrong.
pub fn is_late(since: Timestamp, now: Timestamp, timezone: &TimeZone) -> bool {
    let mut night = since;
    for _ in 0..MISSED {
        night = next_night(night, timezone);
    }
    night
        .saturating_add(PATIENCE.hours())
        .is_ok_and(|late| late <= now)
}

/// Returns when another attempt is due after so many failures in a row. The pause doubles up to two hours, and jitter of
/// up to a half keeps shops that failed together from trying together.
pub fn retry_at(failed: Timestamp, failures: u32) -> Timestamp {
    let doubled = SHORTEST.saturating_mul(1 << failures.saturating_sub(1).min(10));
    let pause = doubled.min(LONGEST).mul_f64(0.5 + fastrand::f64() / 2.0);
    failed.saturating_add(pause).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn moscow() -> TimeZone {
        TimeZone::get("Europe/Moscow").unwrap()
    }

    #[test]
    fn a_copy_is_due_at_three_in_the_shops_night() {
        let next = |text: &str| next_night(at(text), &moscow());
        assert_eq!(next("2026-11-30T09:00:00Z"), at("2026-12-01T00:00:00Z"));
        assert_eq!(next("2026-11-29T23:59:00Z"), at("2026-11-30T00:00:00Z"));
        assert_eq!(next("2026-11-30T00:00:00Z"), at("2026-12-01T00:00:00Z"));
    }

    #[test]
    fn two_missed_nights_make_the_newest_copy_too_old() {
        let late = |now: &str| is_late(at("2026-11-28T00:05:00Z"), at(now), &moscow());
        assert!(!late("2026-11-29T23:00:00Z"));
        assert!(!late("2026-11-30T02:59:00Z"));
        assert!(late("2026-11-30T03:00:00Z"));
        assert!(!late("2020-01-01T00:00:00Z"));
    }

    #[test]
    fn a_pause_grows_to_two_hours_and_no_two_are_in_step() {
        let failed = at("2026-11-30T00:00:00Z");
        for (failures, longest) in [(1, 5), (2, 10), (3, 20), (9, 120), (90, 120)] {
            let waits: Vec<i64> = (0..50)
                .map(|_| retry_at(failed, failures).as_second() - failed.as_second())
                .collect();
            let longest = longest * 60;
            let fits = |wait: &i64| (longest / 2 - 1..=longest).contains(wait);
            assert!(waits.iter().all(fits), "{failures}: {waits:?}");
            assert!(waits.iter().any(|wait| wait.abs_diff(waits[0]) > 5));
        }
    }
}
