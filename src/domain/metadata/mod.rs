//! Removal of picture metadata (place, time, device, author, editing history); the pixels stay
//! untouched.
//!
//! Cameras write far more into a picture than people are aware of (EXIF, XMP, IPTC, thumbnails of
//! cropped parts, whole pictures after the end marker). Only parts on an allow-list that affect
//! rendering are kept; everything unknown is dropped. A picture is never decoded or re-encoded. Of
//! EXIF, only the orientation is kept; colour profiles are kept.
//!
//! A file that can't be parsed is stored unchanged: a customer's upload is never lost.

mod gif;
mod heif;
mod jpeg;
mod tiff;

use bytes::Bytes;
use img_parts::png::{Png, PngChunk};
use img_parts::riff::{RiffChunk, RiffContent};
use img_parts::webp::WebP;

/// PNG chunks, beside the critical ones, that affect rendering or animation
/// (<https://www.w3.org/TR/png-3/>).
const PNG_LOOKS: [&[u8; 4]; 16] = [
    b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"sBIT", b"cICP", b"mDCV", b"cLLI", b"bKGD",
    b"hIST", b"pHYs", b"sPLT", b"acTL", b"fcTL", b"fdAT",
];
/// WebP chunks that make up the picture (RFC 9649).
const WEBP_LOOKS: [&[u8; 4]; 7] = [
    b"VP8X", b"VP8 ", b"VP8L", b"ALPH", b"ANIM", b"ANMF", b"ICCP",
];
/// WebP header flags that announce metadata chunks.
const WEBP_EXIF: u8 = 0x08;
const WEBP_XMP: u8 = 0x04;

/// Returns a file without its metadata if it is a picture of a known format, and unchanged
/// otherwise.
pub fn without_metadata(media_type: &str, bytes: Vec<u8>) -> Vec<u8> {
    let bytes = Bytes::from(bytes);
    let clean = match media_type {
        "image/jpeg" => jpeg::clean(&bytes),
        "image/png" => png(&bytes),
        "image/webp" => webp(&bytes),
        "image/gif" => gif::clean(&bytes),
        "image/heif" | "image/avif" => heif::clean(&bytes),
        "image/tiff" => tiff::clean(&bytes),
        _ => None,
    };
    clean.unwrap_or_else(|| bytes.into())
}

fn png(bytes: &Bytes) -> Option<Vec<u8>> {
    let mut png = Png::from_bytes(bytes.clone()).ok()?;
    let turned = png.chunk_by_type(*b"eXIf");
    let turned = turned.and_then(|chunk| tiff::orientation(chunk.contents()));
    let chunks = png.chunks_mut();
    chunks.retain(|chunk| {
        let kind = chunk.kind();
        kind[0].is_ascii_uppercase() || PNG_LOOKS.contains(&&kind)
    });
    if let Some(turned) = turned {
        let chunk = PngChunk::new(*b"eXIf", tiff::of_orientation(turned).into());
        chunks.insert(chunks.len().min(1), chunk);
    }
    Some(png.encoder().bytes().into())
}

fn webp(bytes: &Bytes) -> Option<Vec<u8>> {
    let mut webp = WebP::from_bytes(bytes.clone()).ok()?;
    let turned = webp.chunk_by_id(*b"EXIF");
    let turned = turned.and_then(|chunk| tiff::orientation(chunk.content().data()?));
    webp.chunks_mut()
        .retain(|chunk| WEBP_LOOKS.contains(&&chunk.id()));
    let head = webp.chunks_mut().first_mut();
    if let Some(head) = head.filter(|head| head.id() == *b"VP8X") {
        let RiffContent::Data(data) = head.content_mut() else {
            return None;
        };
        let mut flags = data.to_vec();
        let has = flags.first_mut()?;
        *has &= !(WEBP_EXIF | WEBP_XMP);
        *has |= turned.map_or(0, |_| WEBP_EXIF);
        *data = flags.into();
        if let Some(turned) = turned {
            let exif = RiffContent::Data(tiff::of_orientation(turned).into());
            webp.chunks_mut().push(RiffChunk::new(*b"EXIF", exif));
        }
    }
    Some(webp.encoder().bytes().into())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PICTURES: [(&str, &[u8]); 6] = [
        (
            "image/jpeg",
            include_bytes!("../../../tests/pictures/base.jpg"),
        ),
        (
            "image/jpeg",
            include_bytes!("../../../tests/pictures/prog.jpg"),
        ),
        (
            "image/png",
            include_bytes!("../../../tests/pictures/base.png"),
        ),
        (
            "image/webp",
            include_bytes!("../../../tests/pictures/base.webp"),
        ),
        (
            "image/gif",
            include_bytes!("../../../tests/pictures/base.gif"),
        ),
        (
            "image/tiff",
            include_bytes!("../../../tests/pictures/cam.tiff"),
        ),
    ];

    #[test]
    fn what_is_clean_is_cleaned_no_further() {
        for (media_type, file) in PICTURES {
            let once = without_metadata(media_type, file.to_vec());
            assert_eq!(
                without_metadata(media_type, once.clone()),
                once,
                "{media_type}"
            );
            let size =
                |bytes: &[u8]| imagesize::blob_size(bytes).map(|size| (size.width, size.height));
            assert_eq!(size(&once).unwrap(), (16, 8), "{media_type}");
        }
    }

    proptest! {
        #[test]
        fn no_file_is_too_broken(
            which in 0..PICTURES.len(),
            changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..8),
            end in any::<prop::sample::Index>(),
            cut in any::<bool>(),
        ) {
            let (media_type, file) = PICTURES[which];
            let mut file = file.to_vec();
            for (at, byte) in changes {
                let at = at.index(file.len());
                file[at] = byte;
            }
            if cut {
                file.truncate(end.index(file.len()));
            }
            for kind in [media_type, "image/heif", "image/tiff", "image/gif"] {
                let clean = without_metadata(kind, file.clone());
                prop_assert!(clean.len() <= file.len() + 64);
            }
        }

        #[test]
        fn boxes_of_any_bytes_are_read_to_their_end(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let file = [b"\0\0\0\x14ftypheic\0\0\0\0mif1".as_slice(), b"\0\0\0\0meta\0\0\0\0", &bytes].concat();
            prop_assert_eq!(without_metadata("image/heif", file.clone()).len(), file.len());
            let file = [b"II*\0\x08\0\0\0".as_slice(), &bytes].concat();
            prop_assert_eq!(without_metadata("image/tiff", file.clone()).len(), file.len());
        }
    }
}
