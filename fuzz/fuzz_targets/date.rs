//! An accepted day is formatted as it was parsed, and starts an interval of its own.

#![no_main]

use libfuzzer_sys::fuzz_target;
use zayavka::domain::{Day, Days, TimeZone};

fuzz_target!(|text: &str| {
    let Ok(day) = Day::parse("day", text) else {
        return;
    };
    assert_eq!(day.to_string(), text);
    for name in ["Europe/Moscow", "Pacific/Apia", "America/Sao_Paulo", "UTC"] {
        let zone = TimeZone::get(name).unwrap();
        let days = Days::between("day", Some(day), Some(day), &zone).unwrap();
        assert!(days.from.unwrap() <= days.until.unwrap());
    }
});
