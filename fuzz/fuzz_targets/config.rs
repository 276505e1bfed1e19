//! Any settings file is accepted, or refused with a reason.

#![no_main]

use libfuzzer_sys::fuzz_target;
use zayavka::config::Config;

fuzz_target!(|text: &str| {
    // These settings name files, which must not be read here.
    if text.contains("_file") {
        return;
    }
    if let Err(error) = Config::parse(text) {
        assert!(!error.to_string().is_empty());
    }
});
