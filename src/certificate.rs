//! Reading of TLS certificates and keys, and inspection of certificates.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use jiff::Timestamp;
use tokio_rustls::rustls::client::verify_server_name;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use tokio_rustls::rustls::server::ParsedCertificate;
use tokio_rustls::rustls::sign::CertifiedKey;
use x509_parser::certificate::X509Certificate;
use x509_parser::prelude::FromDer;

use crate::tls_provider;

/// Maximum size of a certificate or key file, in bytes.
const LONGEST: u64 = 1024 * 1024;

/// Validity period of a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Validity {
    pub from: Timestamp,
    pub until: Timestamp,
}

/// Reads a certificate chain and its key, both in PEM.
///
/// # Errors
/// Names the setting and the file that is invalid, or states that key and certificate don't match.
pub fn read(certificate: &Path, key: &Path) -> Result<CertifiedKey, String> {
    let chain = chain(certificate)
        .map_err(|error| format!("tls.certificate: {}: {error}", certificate.display()))?;
    let of_key = |error: &dyn std::fmt::Display| format!("tls.key: {}: {error}", key.display());
    let private = PrivateKeyDer::from_pem_slice(&bytes(key).map_err(|error| of_key(&error))?);
    let private = private.map_err(|error| of_key(&error))?;
    CertifiedKey::from_der(chain, private, &tls_provider::provider())
        .map_err(|error| of_key(&error))
}

/// Reads the certificates of a PEM file; at least one.
///
/// # Errors
/// States the reason when there are none.
pub fn chain(file: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let bytes = bytes(file).map_err(|error| error.to_string())?;
    let read = CertificateDer::pem_slice_iter(&bytes).collect::<Result<_, _>>();
    let chain: Vec<_> = read.map_err(|error| error.to_string())?;
    match chain.is_empty() {
        true => Err("there is no certificate in it".to_owned()),
        false => Ok(chain),
    }
}

/// Reads a file of at most [`LONGEST`] bytes, since a wrong path may name any file.
fn bytes(file: &Path) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut file = File::open(file)?.take(LONGEST + 1);
    match file.read_to_end(&mut bytes)? as u64 > LONGEST {
        true => Err(std::io::Error::other("it is longer than 1 MiB")),
        false => Ok(bytes),
    }
}

/// Returns the validity period; `None` when the certificate can't be parsed.
pub fn validity(certificate: &CertificateDer<'_>) -> Option<Validity> {
    let (_, certificate) = X509Certificate::from_der(certificate).ok()?;
    let validity = certificate.validity();
    Some(Validity {
        from: Timestamp::from_second(validity.not_before.timestamp()).ok()?,
        until: Timestamp::from_second(validity.not_after.timestamp()).ok()?,
    })
}

/// Returns whether a browser accepts the certificate for this host.
pub fn is_for(certificate: &CertificateDer<'_>, host: &str) -> bool {
    let name = ServerName::try_from(host);
    let parsed = ParsedCertificate::try_from(certificate);
    match (parsed, name) {
        (Ok(parsed), Ok(name)) => verify_server_name(&parsed, &name).is_ok(),
        _ => false,
    }
}
