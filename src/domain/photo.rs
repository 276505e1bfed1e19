//! Images in formats that every browser displays.

/// Properties of an image, read from its first bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Image {
    mime: &'static str,
    width: i64,
    height: i64,
}

impl Image {
    /// Maximum width and height, in pixels.
    const SIDE: usize = 12_000;

    /// Detects the format and the size; `None` for other formats, or for an image too large to
    /// display.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let mime = match imagesize::image_type(bytes).ok()? {
            imagesize::ImageType::Jpeg => "image/jpeg",
            imagesize::ImageType::Png => "image/png",
            imagesize::ImageType::Webp => "image/webp",
            imagesize::ImageType::Gif => "image/gif",
            _ => return None,
        };
        let size = imagesize::blob_size(bytes).ok()?;
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
        })
    }

    pub fn mime(self) -> &'static str {
        self.mime
    }

    pub fn size(self) -> (i64, i64) {
        (self.width, self.height)
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
        let image = Image::parse(&gif(320, 200)).unwrap();
        assert_eq!((image.mime(), image.size()), ("image/gif", (320, 200)));
        for bad in [
            gif(0, 200),
            gif(12_001, 1),
            b"<svg xmlns='http://www.w3.org/2000/svg' width='1' height='1'/>".to_vec(),
            b"<html><script>alert(1)</script>".to_vec(),
            b"GIF89a".to_vec(),
            Vec::new(),
        ] {
            assert!(Image::parse(&bad).is_none(), "{bad:?}");
        }
    }
}
