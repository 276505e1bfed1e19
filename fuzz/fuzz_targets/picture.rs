//! Bytes are a picture of a sane size, or none.

#![no_main]

use libfuzzer_sys::fuzz_target;
use zayavka::domain::Image;

fuzz_target!(|bytes: &[u8]| {
    if let Some(image) = Image::parse(bytes.to_vec()) {
        assert_eq!(image.bytes(), bytes);
        assert!(image.mime().starts_with("image/"));
        let (width, height) = image.size();
        assert!((1..=12_000).contains(&width) && (1..=12_000).contains(&height));
    }
});
