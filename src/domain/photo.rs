//! Pictures that customers send.

use jiff::Timestamp;

use super::{CommentId, PhotoId};

words! {
    /// Where a picture is.
    PhotoState { Waiting = "WAITING", Here = "HERE", Lost = "LOST" }
}

/// What is known of a picture without looking at it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Photo {
    pub id: PhotoId,
    pub state: PhotoState,
    /// In pixels; zero as long as it isn't here.
    pub width: i64,
    pub height: i64,
}

/// A picture that is still at Telegram.
#[derive(Debug, Clone)]
pub struct Wanted {
    pub id: PhotoId,
    pub comment: CommentId,
    /// What Telegram calls it.
    pub file: String,
    /// Tries before this one.
    pub attempts: u32,
    pub created: Timestamp,
}

/// A picture itself, of a kind that every browser shows.
#[derive(Debug, Clone)]
pub struct Image {
    mime: &'static str,
    width: i64,
    height: i64,
    bytes: Vec<u8>,
}

impl Image {
    /// The longest picture that is taken, in bytes. Telegram's own are a tenth of that.
    pub const MAX: usize = 4 * 1024 * 1024;
    /// The longest side, in pixels.
    const SIDE: usize = 12_000;

    /// Looks what it is; `None` for what is no picture, or too large a one.
    pub fn parse(bytes: Vec<u8>) -> Option<Self> {
        if bytes.len() > Self::MAX {
            return None;
        }
        let mime = match imagesize::image_type(&bytes).ok()? {
            imagesize::ImageType::Jpeg => "image/jpeg",
            imagesize::ImageType::Png => "image/png",
            imagesize::ImageType::Webp => "image/webp",
            imagesize::ImageType::Gif => "image/gif",
            _ => return None,
        };
        let size = imagesize::blob_size(&bytes).ok()?;
        let side = |side: usize| {
            (1..=Self::SIDE)
                .contains(&side)
                .then_some(side)?
                .try_into()
                .ok()
        };
        Some(Self {
            mime,
            width: side(size.width)?,
            height: side(size.height)?,
            bytes,
        })
    }

    pub fn mime(&self) -> &'static str {
        self.mime
    }

    pub fn size(&self) -> (i64, i64) {
        (self.width, self.height)
    }

    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pictures_of_a_sane_size_are_taken() {
        let gif = |width: u16, height: u16| {
            let size = [width.to_le_bytes(), height.to_le_bytes()].concat();
            [b"GIF89a".as_slice(), &size, &[0; 20]].concat()
        };
        let image = Image::parse(gif(320, 200)).unwrap();
        assert_eq!((image.mime(), image.size()), ("image/gif", (320, 200)));
        for bad in [
            gif(0, 200),
            gif(12_001, 1),
            b"<svg xmlns='http://www.w3.org/2000/svg' width='1' height='1'/>".to_vec(),
            b"<html><script>alert(1)</script>".to_vec(),
            b"GIF89a".to_vec(),
            Vec::new(),
        ] {
            assert!(Image::parse(bad.clone()).is_none(), "{bad:?}");
        }
        let mut long = gif(1, 1);
        long.resize(Image::MAX + 1, 0);
        assert!(Image::parse(long).is_none());
    }
}
