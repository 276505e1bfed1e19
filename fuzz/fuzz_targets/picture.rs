//! Bytes are a supported file or none, and a picture of plausible size or none.

#![no_main]

use libfuzzer_sys::fuzz_target;
use zayavka::domain::Contents;

fuzz_target!(|bytes: &[u8]| {
    if let Some(contents) = Contents::parse(bytes.to_vec()) {
        assert_eq!(contents.bytes(), bytes);
        if let Some(picture) = contents.picture() {
            assert!(picture.mime().starts_with("image/"));
            let (width, height) = picture.size();
            assert!((1..=12_000).contains(&width) && (1..=12_000).contains(&height));
        }
    }
});
