//! HEIC and AVIF (ISO/IEC 23008-12, in the boxes of 14496-12). What the file says of its making are items
//! beside the picture. Their bytes become zeros where they are, so that everything else stays where the
//! other boxes say it is. Which way the picture is to be turned stands elsewhere (`irot`).

use std::ops::Range;

/// Kinds of items that are no part of the picture: EXIF, XMP, and what an address names.
const REMARKS: &[&[u8]] = &[b"Exif", b"mime", b"uri "];

pub(super) fn clean(bytes: &[u8]) -> Option<Vec<u8>> {
    let meta = find(bytes, 0..bytes.len(), b"meta")?;
    // Its version and flags come first.
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

/// Reads numbers one after the other.
struct Reader<'a> {
    bytes: &'a [u8],
}

impl Reader<'_> {
    /// A number of so many bytes; no bytes are zero.
    fn number(&mut self, bytes: usize) -> Option<usize> {
        let (number, rest) = self.bytes.split_at_checked(bytes)?;
        self.bytes = rest;
        let add = |sum: u64, byte: &u8| sum << 8 | u64::from(*byte);
        usize::try_from(number.iter().fold(0, add)).ok()
    }
}

/// The boxes of a part of the file, each with its kind and where its content is.
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

/// The numbers of the items that are remarks.
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

/// Where the bytes of those items are in the file; `inside` is what the box of small items holds.
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
