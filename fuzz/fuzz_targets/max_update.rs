//! Any JSON from MAX is an update or not, without a panic; each of its events has a key of its own.

#![no_main]

use std::collections::BTreeSet;

use libfuzzer_sys::fuzz_target;
use zayavka::channels::max::parse;

fuzz_target!(|json: &[u8]| {
    let updates = parse(json, &"token".into());
    let keys: BTreeSet<&str> = updates.iter().map(|update| &*update.key).collect();
    assert_eq!(keys.len(), updates.len());
});
