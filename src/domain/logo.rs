//! The shop's logo.

use super::{Contents, Problem, Result};

/// A picture that every browser and printer displays, without metadata.
#[derive(Debug, Clone)]
pub struct Logo(Contents);

impl Logo {
    /// Maximum size of the file, in MiB.
    pub const MIB: usize = 1;
    /// Maximum width and height, in pixels.
    pub const SIDE: u16 = 4_000;
    /// Accepted media types.
    const KINDS: [&str; 3] = ["image/png", "image/jpeg", "image/webp"];

    /// # Errors
    /// [`Problem::FileTooLarge`], and [`Problem::LogoKind`] for another kind of file, or a larger picture.
    pub fn parse(field: &'static str, bytes: Vec<u8>) -> Result<Self> {
        const BYTES: usize = 1024 * 1024;
        if bytes.len() > Self::MIB * BYTES {
            return Err(Problem::FileTooLarge { mib: Self::MIB }.at(field).into());
        }
        let fits = |contents: &Contents| {
            let side = i64::from(Self::SIDE);
            let size = contents.picture().map(super::Image::size);
            Self::is_kind(contents.media_type())
                && size.is_some_and(|(width, height)| width.max(height) <= side)
        };
        let contents = Contents::parse(bytes).filter(fits).map(Self);
        contents.ok_or_else(|| {
            let side = usize::from(Self::SIDE);
            Problem::LogoKind { side }.at(field).into()
        })
    }

    /// Returns whether a logo may have this media type.
    pub fn is_kind(media_type: &str) -> bool {
        Self::KINDS.contains(&media_type)
    }

    pub fn media_type(&self) -> &'static str {
        self.0.media_type()
    }

    pub fn bytes(&self) -> &[u8] {
        self.0.bytes()
    }
}
