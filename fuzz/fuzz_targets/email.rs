//! An accepted e-mail address is accepted again in its stored form, and identifies the same
//! account.

#![no_main]

use libfuzzer_sys::fuzz_target;
use zayavka::domain::Email;

fuzz_target!(|text: &str| {
    if let Ok(email) = Email::parse("email", text) {
        assert!(email.as_str().len() <= 254);
        assert!(!email.as_str().contains(char::is_control));
        let again = Email::parse("email", email.as_str()).unwrap();
        assert_eq!(again, email);
        assert_eq!(again.key(), email.key());
    }
});
