//! Retry policy of deliveries.

use std::time::Duration;

use jiff::{Timestamp, ToSpan};

/// Hours of retrying after which a message becomes a dead letter.
const GIVE_UP_HOURS: i64 = 72;
/// Longest `retry_after` that is accepted; a message waiting longer would be a dead letter anyway.
pub const LONGEST_WAIT: Duration = Duration::from_secs(72 * 60 * 60);
pub const LONGEST_BACKOFF: Duration = Duration::from_secs(600);

/// Returns whether an item queued at `since` is no longer retried.
pub fn is_given_up(since: Timestamp, now: Timestamp) -> bool {
    since
        .saturating_add(GIVE_UP_HOURS.hours())
        .is_ok_and(|end| end <= now)
}

/// Returns the delay after another failed attempt: exponential, up to 1, 2, 4, … seconds and at
/// most ten minutes. Jitter of up to a half keeps items that failed together from being retried
/// together.
pub fn backoff(attempts: u32) -> Duration {
    let longest = Duration::from_secs(1 << attempts.min(10)).min(LONGEST_BACKOFF);
    longest.mul_f64(0.5 + fastrand::f64() / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_backoff_grows_and_no_two_are_in_step() {
        for (attempts, longest) in [(0, 1), (1, 2), (5, 32), (9, 512), (10, 600), (90, 600)] {
            let longest = Duration::from_secs(longest);
            let waits: Vec<Duration> = (0..100).map(|_| backoff(attempts)).collect();
            let fits = |wait: &Duration| (longest / 2..=longest).contains(wait);
            assert!(waits.iter().all(fits), "{attempts}: {waits:?}");
            let spread = waits
                .iter()
                .max()
                .unwrap()
                .abs_diff(*waits.iter().min().unwrap());
            assert!(spread > longest / 8, "{attempts}: {waits:?}");
        }
    }
}
