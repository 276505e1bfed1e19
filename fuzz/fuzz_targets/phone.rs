//! An accepted phone has one canonical form, which is a phone of the same customer.

#![no_main]

use libfuzzer_sys::fuzz_target;
use zayavka::domain::{Country, Phone};

fuzz_target!(|text: &str| {
    for code in ["RU", "BY", "US", "DE"] {
        let country = Country::parse(code).unwrap();
        for parse in [Phone::parse, Phone::parse_international] {
            let Ok(phone) = parse("phone", text, country) else {
                continue;
            };
            let digits = phone.e164().strip_prefix('+').unwrap();
            assert!(digits.bytes().all(|byte| byte.is_ascii_digit()), "{phone:?}");
            assert_eq!(phone.typed(), phone.typed().trim());
            let again = Phone::parse("phone", phone.typed(), country).unwrap();
            assert_eq!(again.e164(), phone.e164());
        }
    }
});
