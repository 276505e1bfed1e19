//! The fields and files of a multipart form that has been read up to its limit.

use std::convert::Infallible;

use bytes::Bytes;
use futures_util::stream;
use multer::Multipart;

/// A file of a form.
pub struct SentFile {
    pub field: String,
    /// As the browser names it.
    pub name: String,
    pub bytes: Bytes,
}

type Fields = Vec<(String, String)>;

/// Reads a form. A file without content, which browsers send when none was chosen, is left out.
pub(super) async fn parts_of(
    body: Bytes,
    boundary: String,
) -> multer::Result<(Fields, Vec<SentFile>)> {
    let body = stream::iter([Ok::<_, Infallible>(body)]);
    let mut form = Multipart::new(body, boundary);
    let (mut fields, mut files) = (Vec::new(), Vec::new());
    while let Some(part) = form.next_field().await? {
        let field = part.name().unwrap_or_default().to_owned();
        let name = part.file_name().map(str::to_owned);
        let bytes = part.bytes().await?;
        match name {
            None => fields.push((field, String::from_utf8_lossy(&bytes).into_owned())),
            Some(_) if bytes.is_empty() => {}
            Some(name) => files.push(SentFile { field, name, bytes }),
        }
    }
    Ok((fields, files))
}
