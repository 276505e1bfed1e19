//! Decryption of a copy.

use std::io::{self, ErrorKind, Read, Write};

use age::{DecryptError, Decryptor};

use super::recovery_key::RecoveryKey;
use super::stream::Checksum;
use crate::domain::{OffsiteFault, OffsiteTrouble};

/// Size of the buffer, in bytes.
const BUFFER: usize = 256 * 1024;

/// A copy that was decrypted.
#[derive(Debug, Clone)]
pub struct Opened {
    /// The length of what was encrypted, and its SHA-256.
    pub bytes: u64,
    pub sha256: String,
}

/// Decrypts a copy with the recovery key. What was written counts only when this returns without an error.
///
/// # Errors
/// When it isn't a copy, is of another key, or was cut short or changed; and when it can't be read or written.
pub fn open(
    encrypted: impl Read,
    key: &RecoveryKey,
    plain: &mut impl Write,
) -> Result<Opened, OffsiteTrouble> {
    let mut tee = Tee {
        from: encrypted,
        sum: Checksum::default(),
    };
    let identity = key.identity()?;
    let decryptor = Decryptor::new(&mut tee).map_err(undecrypted)?;
    let decrypted = decryptor.decrypt(std::iter::once(&identity as &dyn age::Identity));
    let mut decrypted = decrypted.map_err(undecrypted)?;
    let mut buffer = vec![0; BUFFER];
    loop {
        match decrypted.read(&mut buffer).map_err(unread)? {
            0 => break,
            read => plain.write_all(&buffer[..read]).map_err(unwritten)?,
        }
    }
    drop(decrypted);
    // What stands behind the last chunk belongs to the file too.
    io::copy(&mut tee, &mut io::sink()).map_err(unread)?;
    Ok(Opened {
        bytes: tee.sum.bytes(),
        sha256: tee.sum.sha256(),
    })
}

fn undecrypted(error: DecryptError) -> OffsiteTrouble {
    match error {
        DecryptError::Io(error) => match error.kind() {
            ErrorKind::UnexpectedEof | ErrorKind::InvalidData => OffsiteFault::NoCopy.into(),
            _ => unread(error),
        },
        DecryptError::NoMatchingKeys
        | DecryptError::DecryptionFailed
        | DecryptError::KeyDecryptionFailed => OffsiteFault::WrongKey.into(),
        DecryptError::InvalidMac => OffsiteFault::Changed.into(),
        _ => OffsiteFault::NoCopy.into(),
    }
}

fn unread(error: io::Error) -> OffsiteTrouble {
    let own = error.get_ref().and_then(|own| own.downcast_ref());
    if let Some(trouble) = own {
        return OffsiteTrouble::clone(trouble);
    }
    match error.kind() {
        ErrorKind::UnexpectedEof => OffsiteFault::Short.into(),
        ErrorKind::InvalidData => OffsiteFault::Changed.into(),
        kind => OffsiteFault::Cut.with(kind.to_string()),
    }
}

fn unwritten(error: io::Error) -> OffsiteTrouble {
    OffsiteFault::FullHere.with(error.kind().to_string())
}

/// Sums up what is read through it.
struct Tee<R> {
    from: R,
    sum: Checksum,
}

impl<R: Read> Read for Tee<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.from.read(buffer)?;
        self.sum.update(&buffer[..read]);
        Ok(read)
    }
}
