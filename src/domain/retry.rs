//! How long what can't be delivered is tried.

use std::time::Duration;

use jiff::{Timestamp, ToSpan};

/// After this many hours of trying a message is given up.
const GIVE_UP_HOURS: i64 = 72;
const LONGEST_BACKOFF: Duration = Duration::from_secs(600);

/// Whether what has been waiting since then is not tried any more.
pub fn is_given_up(since: Timestamp, now: Timestamp) -> bool {
    since
        .saturating_add(GIVE_UP_HOURS.hours())
        .is_ok_and(|end| end <= now)
}

/// How long to wait after another failed try: 1, 2, 4, … seconds, up to ten minutes.
pub fn backoff(attempts: u32) -> Duration {
    Duration::from_secs(1 << attempts.min(10)).min(LONGEST_BACKOFF)
}
