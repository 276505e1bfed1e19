//! A text as a picture that phones read (QR code, ISO/IEC 18004).

use fast_qr::{ECL, QRBuilder};

use crate::domain::{Error, Result};

/// The bright edge that readers need around it, in squares.
const EDGE: usize = 4;

/// The dark squares as the path of an SVG, and how wide it is with its edge.
pub struct Qr {
    pub width: usize,
    pub path: String,
}

impl Qr {
    /// # Errors
    /// [`Error::Internal`] for a text that is too long, which no address of ours is.
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
