//! JPEG (ITU-T T.81, with T.871 and T.872 for application segments).

use bytes::Bytes;
use img_parts::ImageEXIF;
use img_parts::jpeg::{Jpeg, JpegSegment, markers};

use super::tiff;

/// Application segments that affect the colours.
const LOOKS: [(u8, &[u8]); 2] = [
    (markers::APP2, b"ICC_PROFILE\0"),
    (markers::APP14, b"Adobe"),
];
/// Length of a JFIF segment without its thumbnail.
const JFIF: usize = 14;

pub(super) fn clean(bytes: &Bytes) -> Option<Vec<u8>> {
    let mut jpeg = Jpeg::from_bytes(bytes.clone()).ok()?;
    let turned = jpeg.exif().and_then(|exif| tiff::orientation(&exif));
    let segments = std::mem::take(jpeg.segments_mut());
    let mut kept: Vec<JpegSegment> = segments.into_iter().filter_map(keep).collect();
    if let Some(turned) = turned {
        let exif = [b"Exif\0\0".as_slice(), &tiff::of_orientation(turned)].concat();
        let behind = kept
            .iter()
            .position(|segment| segment.marker() != markers::APP0);
        let exif = JpegSegment::new_with_contents(markers::APP1, exif.into());
        kept.insert(behind.unwrap_or(kept.len()), exif);
    }
    *jpeg.segments_mut() = kept;
    Some(jpeg.encoder().bytes().into())
}

/// Returns the segment to keep; `None` to drop it.
fn keep(segment: JpegSegment) -> Option<JpegSegment> {
    let (marker, contents) = (segment.marker(), segment.contents());
    if segment.has_entropy() {
        // The crate exposes the entropy-coded data only at the end of its encoded output.
        let (head, contents) = (segment.len(), contents.clone());
        let scans = scans(&segment.encoder().bytes()[head..]);
        return Some(JpegSegment::new_with_entropy(
            marker,
            contents,
            scans.into(),
        ));
    }
    if marker == markers::APP0 {
        let jfif = contents
            .get(..JFIF)
            .filter(|head| head.starts_with(b"JFIF\0"))?;
        let mut jfif = jfif.to_vec();
        // Clears the size of the thumbnail, which is dropped.
        jfif[JFIF - 2..].fill(0);
        return Some(JpegSegment::new_with_contents(marker, jfif.into()));
    }
    let looks = |(of, start): &(u8, &[u8])| *of == marker && contents.starts_with(start);
    (!is_remark(marker) || LOOKS.iter().any(looks)).then_some(segment)
}

/// Returns whether a segment is application data or a comment.
fn is_remark(marker: u8) -> bool {
    (markers::APP0..=markers::APP15).contains(&marker) || marker == markers::COM
}

/// Returns the entropy-coded data up to the end marker, without metadata between scans. Phones
/// append other pictures, films and notes after the end marker. Without one, the file is truncated
/// and all of it is kept.
fn scans(coded: &[u8]) -> Vec<u8> {
    let mut kept = Vec::with_capacity(coded.len());
    let (mut from, mut at) = (0, 0);
    while let [first, marker, ..] = coded[at..] {
        if first != markers::P || matches!(marker, 0 | 0x01 | 0xd0..=0xd7 | markers::P) {
            at += 1;
        } else if marker == markers::EOI {
            kept.extend_from_slice(&coded[from..at + 2]);
            return kept;
        } else {
            let Some([high, low]) = coded.get(at + 2..at + 4) else {
                break;
            };
            let end = at + 2 + usize::from(u16::from_be_bytes([*high, *low]));
            if end > coded.len() {
                break;
            }
            if is_remark(marker) {
                kept.extend_from_slice(&coded[from..at]);
                from = end;
            }
            at = end.max(at + 2);
        }
    }
    coded.to_vec()
}
