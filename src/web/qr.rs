//! QR codes (ISO/IEC 18004).

use fast_qr::{ECL, QRBuilder};

use crate::domain::{Error, Result};

/// Width of the quiet zone in modules, required by readers.
const EDGE: usize = 4;

/// The dark modules as an SVG path, and the width including the quiet zone.
pub struct Qr {
    pub width: usize,
    pub path: String,
}

impl Qr {
    /// # Errors
    /// [`Error::Internal`] for a text that is too long, which no URL of ours is.
    pub fn of(text: &str) -> Result<Self> {
        let code = QRBuilder::new(text).ecl(ECL::M).build();
        let code = code.map_err(|error| Error::internal(error.to_string()))?;
        let mut path = String::new();
        for y in 0..code.size {
            let mut x = 0;
            for same in code[y][..code.size].chunk_by(|one, other| one.value() == other.value()) {
                let length = same.len();
                if same[0].value() {
                    let (left, top) = (x + EDGE, y + EDGE);
                    path += &format!("M{left} {top}h{length}v1h-{length}z");
                }
                x += length;
            }
        }
        let width = code.size + 2 * EDGE;
        Ok(Self { width, path })
    }
}
