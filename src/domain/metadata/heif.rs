//! HEIC and AVIF (ISO/IEC 23008-12, on the box format of 14496-12). Metadata is stored as items
//! beside the picture. Its bytes are zeroed in place, so that the offsets in other boxes stay
//! valid. The orientation is stored separately (`irot`).

use std::ops::Range;

/// Item types that are not part of the picture: EXIF, XMP, and URI items.
const REMARKS: &[&[u8]] = &[b"Exif", b"mime", b"uri "];

pub(super) fn clean(bytes: &[u8]) -> Option<Vec<u8>> {
    let meta = find(bytes, 0..bytes.len(), b"meta")?;
    // Skips version and flags.
    let meta = meta.start + 4..meta.end;
    let remarks = remarks(bytes, find(bytes, meta.clone(), b"iinf")?)?;
    let places = find(bytes, meta.clone(), b"iloc")?;
    let inside = find(bytes, meta, b"idat");
    let mut clean = bytes.to_vec();
    for place in places_of(&remarks, bytes, places, inside)? {
        clean.get_mut(place)?.fill(0);
    }
    Some(clean)
}

/// Cursor for big-endian numbers.
struct Reader<'a> {
    bytes: &'a [u8],
}

impl Reader<'_> {
    /// Reads a number of this many bytes; zero bytes yield zero.
    fn number(&mut self, bytes: usize) -> Option<usize> {
        let (number, rest) = self.bytes.split_at_checked(bytes)?;
        self.bytes = rest;
        let add = |sum: u64, byte: &u8| sum << 8 | u64::from(*byte);
        usize::try_from(number.iter().fold(0, add)).ok()
    }
}

/// Iterates over the boxes of a range, each with its type and the range of its content.
fn boxes(bytes: &[u8], within: Range<usize>) -> impl Iterator<Item = (&[u8], Range<usize>)> {
    let mut at = within.start;
    std::iter::from_fn(move || {
        let mut head = Reader {
            bytes: bytes.get(at..within.end)?,
        };
        let (short, _) = (head.number(4)?, head.number(4)?);
        let (long, start) = match short {
            0 => (within.end - at, at + 8),
            1 => (head.number(8)?, at + 16),
            long => (long, at + 8),
        };
        let end = at
            .checked_add(long)
            .filter(|end| *end >= start && *end <= within.end)?;
        let kind = &bytes[at + 4..at + 8];
        at = end;
        Some((kind, start..end))
    })
}

fn find(bytes: &[u8], within: Range<usize>, kind: &[u8]) -> Option<Range<usize>> {
    let mut all = boxes(bytes, within);
    all.find(|(of, _)| *of == kind).map(|(_, content)| content)
}

/// Returns the ids of the metadata items.
fn remarks(bytes: &[u8], infos: Range<usize>) -> Option<Vec<usize>> {
    let version = *bytes.get(infos.start)?;
    let head = if version == 0 { 6 } else { 8 };
    let mut found = Vec::new();
    for (kind, content) in boxes(bytes, infos.start + head..infos.end) {
        let mut info = Reader {
            bytes: &bytes[content],
        };
        let version = info.number(1)?;
        if kind != b"infe" || version < 2 {
            continue;
        }
        info.number(3)?;
        let id = info.number(if version == 2 { 2 } else { 4 })?;
        info.number(2)?;
        if info
            .bytes
            .get(..4)
            .is_some_and(|kind| REMARKS.contains(&kind))
        {
            found.push(id);
        }
    }
    Some(found)
}

/// Returns the byte ranges of these items in the file; `inside` is the content of the `idat` box.
fn places_of(
    items: &[usize],
    bytes: &[u8],
    places: Range<usize>,
    inside: Option<Range<usize>>,
) -> Option<Vec<Range<usize>>> {
    let mut table = Reader {
        bytes: &bytes[places],
    };
    let version = table.number(1)?;
    table.number(3)?;
    let (sizes, more) = (table.number(1)?, table.number(1)?);
    let (of_offset, of_length) = (sizes >> 4, sizes & 15);
    let (of_base, of_index) = (more >> 4, if version == 0 { 0 } else { more & 15 });
    let wide = if version < 2 { 2 } else { 4 };
    let count = table.number(wide)?;
    let mut found = Vec::new();
    for _ in 0..count {
        let id = table.number(wide)?;
        let is_inside = version > 0 && table.number(2)? & 15 == 1;
        table.number(2)?;
        let base = table.number(of_base)?;
        for _ in 0..table.number(2)? {
            table.number(of_index)?;
            let (offset, length) = (table.number(of_offset)?, table.number(of_length)?);
            if items.contains(&id) {
                let room = match is_inside {
                    true => inside.as_ref()?.start,
                    false => 0,
                };
                let start = room.checked_add(base)?.checked_add(offset)?;
                found.push(start..start.checked_add(length)?);
            }
        }
    }
    Some(found)
}
