//! The HTTP client that asks other servers.
//!
//! What another server answers is read with a limit, through [`read`] or [`first_line`] alone: the library's own
//! `bytes()` and `text()` take whatever comes, and a server that sends without end would fill the memory.

/// Returns a builder of clients. Their ciphers are those of [`crate::tls_provider`].
pub fn client() -> reqwest::ClientBuilder {
    reqwest::Client::builder()
}

/// Why the body of an answer was not read.
#[derive(Debug)]
pub enum Unread {
    TooLong,
    Broken(reqwest::Error),
}

/// Reads the body of an answer, of no more than that many bytes. What announces that it is longer is not read at all.
///
/// # Errors
/// When it is longer, or breaks off.
pub async fn read(mut answer: reqwest::Response, most: usize) -> Result<Vec<u8>, Unread> {
    if answer
        .content_length()
        .is_some_and(|length| length > most as u64)
    {
        return Err(Unread::TooLong);
    }
    let mut bytes = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(Unread::Broken)? {
        if bytes.len() + chunk.len() > most {
            return Err(Unread::TooLong);
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

/// Reads the first line of an answer, or as much of it as has come in that many bytes, without what would do something
/// to a terminal; `None` where there is nothing to show.
pub async fn first_line(mut answer: reqwest::Response, most: usize) -> Option<String> {
    let mut bytes = Vec::new();
    while bytes.len() < most && !bytes.contains(&b'\n') {
        match answer.chunk().await {
            Ok(Some(chunk)) => bytes.extend_from_slice(&chunk[..chunk.len().min(most)]),
            // What came before is better than nothing.
            Ok(None) | Err(_) => break,
        }
    }
    bytes.truncate(most);
    let text = String::from_utf8_lossy(&bytes);
    let line = text.lines().next().unwrap_or_default();
    let line: String = line.chars().filter(|c| !c.is_control()).collect();
    Some(line.trim().to_owned()).filter(|line| !line.is_empty())
}
