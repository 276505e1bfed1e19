//! GIF (the specification of version 89a).

const COMMENT: u8 = 0xfe;
const APPLICATION: u8 = 0xff;
/// Applications whose blocks say how the picture moves or which colours it has.
const LOOKS: &[&[u8]] = &[b"NETSCAPE2.0", b"ANIMEXTS1.0", b"ICCRGBG1012"];

pub(super) fn clean(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut at = 13 + table(*bytes.get(10)?);
    let mut kept = bytes.get(..at)?.to_vec();
    loop {
        let (end, is_kept) = match *bytes.get(at)? {
            0x21 => {
                let label = *bytes.get(at + 1)?;
                let application = bytes.get(at + 3..at + 14).unwrap_or_default();
                let is_kept = match label {
                    COMMENT => false,
                    APPLICATION => LOOKS.contains(&application),
                    _ => true,
                };
                (blocks(bytes, at + 2)?, is_kept)
            }
            0x2c => {
                let colours = table(*bytes.get(at + 9)?);
                (blocks(bytes, at + 11 + colours)?, true)
            }
            // The end, behind which nothing belongs.
            0x3b => {
                kept.push(0x3b);
                return Some(kept);
            }
            _ => return None,
        };
        if is_kept {
            kept.extend_from_slice(&bytes[at..end]);
        }
        at = end;
    }
}

/// How long the table of colours is that a byte of flags announces.
fn table(flags: u8) -> usize {
    match flags & 0x80 {
        0 => 0,
        _ => 3 << ((flags & 7) + 1),
    }
}

/// Where a chain of blocks ends that begins there.
fn blocks(bytes: &[u8], mut at: usize) -> Option<usize> {
    loop {
        let length = usize::from(*bytes.get(at)?);
        at += 1 + length;
        if length == 0 {
            return (at <= bytes.len()).then_some(at);
        }
    }
}
