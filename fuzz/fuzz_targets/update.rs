//! Any JSON from Telegram is an update or not, without a panic.

#![no_main]

use libfuzzer_sys::fuzz_target;
use zayavka::channels::telegram;

fuzz_target!(|json: &[u8]| {
    let _ = telegram::parse(json);
});
