//! Settings are taken or refused with a reason, whatever stands in the file.

#![no_main]

use libfuzzer_sys::fuzz_target;
use zayavka::config::Config;

fuzz_target!(|text: &str| {
    // These two name files, which are not to be read here.
    if text.contains("_file") {
        return;
    }
    if let Err(error) = Config::parse(text) {
        assert!(!error.to_string().is_empty());
    }
});
