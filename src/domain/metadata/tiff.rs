//! TIFF 6.0, which is also the form of EXIF (CIPA DC-008): tables of numbered fields, some of which lead to
//! other tables.

const ORIENTATION: u16 = 0x0112;
/// Fields that lead to tables of smaller pictures.
const PICTURES: u16 = 0x014a;
/// Fields that lead to tables of nothing but remarks: EXIF, GPS and how programs work together.
const REMARKS: &[u16] = &[0x8769, 0x8825, 0xa005];
/// So many tables has no file; one that has is a ring.
const TABLES: usize = 32;

/// Whether a field says how the picture looks, or where its pixels are.
fn looks(field: u16) -> bool {
    matches!(
        field,
        0x00fe..=0x0107 | 0x010a | 0x0111 | 0x0112 | 0x0115..=0x011c | 0x0122..=0x0129
            | 0x012d | 0x013d..=0x0145 | 0x014a | 0x014c | 0x0152..=0x015b | 0x0200..=0x0214
            | 0x8773
    )
}

/// The way in which a camera was held, 2 to 8; `None` for upright and for what says nothing of it.
pub(super) fn orientation(exif: &[u8]) -> Option<u8> {
    let bytes = exif.strip_prefix(b"Exif\0\0").unwrap_or(exif);
    let tiff = Tiff::new(bytes.to_vec())?;
    let table = tiff.long(4)?;
    let mut fields = (0..tiff.short(table)?).map(|n| table + 2 + 12 * usize::from(n));
    let field = fields.find(|at| tiff.short(*at) == Some(ORIENTATION))?;
    let way = tiff.short(field + 8)?;
    (2..=8).contains(&way).then_some(way as u8)
}

/// EXIF that says that way and nothing else.
pub(super) fn of_orientation(way: u8) -> Vec<u8> {
    let head = b"MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0";
    [head.as_slice(), &[way, 0, 0, 0, 0, 0, 0]].concat()
}

/// The file with nothing moved: what goes becomes zeros.
pub(super) fn clean(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut tiff = Tiff::new(bytes.to_vec())?;
    let mut tables = vec![tiff.long(4)?];
    let mut seen = 0;
    while let Some(table) = tables.pop().filter(|_| seen < TABLES) {
        seen += 1;
        if table != 0 {
            tables.extend(tiff.clean_table(table)?);
        }
    }
    Some(tiff.bytes)
}

struct Tiff {
    bytes: Vec<u8>,
    is_big_endian: bool,
}

impl Tiff {
    fn new(bytes: Vec<u8>) -> Option<Self> {
        let is_big_endian = match bytes.get(..4)? {
            b"MM\0\x2a" => true,
            b"II\x2a\0" => false,
            _ => return None,
        };
        Some(Self {
            bytes,
            is_big_endian,
        })
    }

    fn short(&self, at: usize) -> Option<u16> {
        let bytes = self.bytes.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(match self.is_big_endian {
            true => u16::from_be_bytes(bytes),
            false => u16::from_le_bytes(bytes),
        })
    }

    fn long(&self, at: usize) -> Option<usize> {
        let bytes = self.bytes.get(at..at.checked_add(4)?)?.try_into().ok()?;
        Some(match self.is_big_endian {
            true => u32::from_be_bytes(bytes),
            false => u32::from_le_bytes(bytes),
        } as usize)
    }

    /// Where the value of a field is, if not in the field itself.
    fn value(&self, field: usize) -> Option<(usize, usize)> {
        let width = match self.short(field + 2)? {
            3 | 8 => 2,
            4 | 9 | 11 | 13 => 4,
            5 | 10 | 12 => 8,
            _ => 1,
        };
        let length = self.long(field + 4)?.checked_mul(width)?;
        (length > 4).then_some((self.long(field + 8)?, length))
    }

    fn erase(&mut self, start: usize, length: usize) {
        let end = start.saturating_add(length).min(self.bytes.len());
        if let Some(bytes) = self.bytes.get_mut(start..end) {
            bytes.fill(0);
        }
    }

    /// Leaves of a table what the picture needs, and returns the tables that it leads to.
    fn clean_table(&mut self, table: usize) -> Option<Vec<usize>> {
        let count = usize::from(self.short(table)?);
        let (start, end) = (table + 2, table + 2 + 12 * count);
        let mut more = vec![self.long(end)?];
        let mut kept = Vec::new();
        for at in (start..end).step_by(12) {
            let field = self.short(at)?;
            if field == PICTURES {
                match self.value(at) {
                    Some((list, length)) => {
                        let places = (list..list + length.min(4 * TABLES)).step_by(4);
                        more.extend(places.filter_map(|place| self.long(place)));
                    }
                    None => more.extend(self.long(at + 8)),
                }
            }
            match looks(field) {
                true => kept.extend_from_slice(self.bytes.get(at..at + 12)?),
                false => self.erase_field(at, field, 0),
            }
        }
        let next = self.bytes.get(end..end + 4)?.to_vec();
        let left = u16::try_from(kept.len() / 12).ok()?;
        let left = match self.is_big_endian {
            true => left.to_be_bytes(),
            false => left.to_le_bytes(),
        };
        self.erase(table, end + 4 - table);
        let new = [&left[..], &kept, &next].concat();
        self.bytes
            .get_mut(table..table + new.len())?
            .copy_from_slice(&new);
        Some(more)
    }

    /// Erases the value of a field, and what it leads to.
    fn erase_field(&mut self, at: usize, field: u16, depth: usize) {
        if REMARKS.contains(&field)
            && depth < 3
            && let Some(table) = self.long(at + 8)
        {
            self.erase_table(table, depth + 1);
        }
        if let Some((start, length)) = self.value(at) {
            self.erase(start, length);
        }
    }

    fn erase_table(&mut self, table: usize, depth: usize) {
        let Some(count) = self.short(table).map(usize::from) else {
            return;
        };
        for at in (0..count).map(|n| table + 2 + 12 * n) {
            if let Some(field) = self.short(at) {
                self.erase_field(at, field, depth);
            }
        }
        self.erase(table, 2 + 12 * count + 4);
    }
}
