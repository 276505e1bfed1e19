//! Settings of HTTPS: the certificate, and the public URL that follows from it.

use std::net::SocketAddr;
use std::path::PathBuf;

use super::Result;
use super::raw::RawTls;
use super::values::{address, check_url, invalid, public_url, wrong};
use crate::domain::{Problem, PublicUrl, SettingKey};

/// Source: <https://letsencrypt.org/docs/acme-protocol-updates/>
const LETS_ENCRYPT: &str = "https://acme-v02.api.letsencrypt.org/directory";

/// Settings of HTTPS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tls {
    pub certificate: Certificate,
    /// Address of a plain-HTTP listener that redirects to HTTPS.
    pub redirect: Option<SocketAddr>,
}

/// Source of the certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Certificate {
    /// PEM files, renewed by another program.
    Files { certificate: PathBuf, key: PathBuf },
    /// Obtained by this program from an ACME certificate authority.
    Acme {
        domain: String,
        email: String,
        /// Directory that keeps the account and the certificate across restarts.
        cache: PathBuf,
        directory: String,
        /// Root certificate of the ACME server, if it isn't publicly trusted.
        directory_ca: Option<PathBuf>,
    },
}

impl Tls {
    pub(super) fn check(raw: RawTls) -> Result<Option<Self>> {
        let of_acme = [
            ("tls.email", raw.email.is_some()),
            ("tls.cache", raw.cache.is_some()),
            ("tls.directory", raw.directory.is_some()),
            ("tls.directory_ca", raw.directory_ca.is_some()),
        ];
        let of_acme = of_acme
            .into_iter()
            .find_map(|(key, set)| set.then_some(key));
        let certificate = match (raw.certificate, raw.key, raw.domain) {
            (None, None, None) => {
                let why = "set it, or tls.certificate and tls.key";
                return match of_acme.is_some() || raw.redirect.is_some() {
                    true => Err(wrong("tls.domain", why)),
                    false => Ok(None),
                };
            }
            (Some(certificate), Some(key), None) => {
                if let Some(key) = of_acme {
                    let why = "it goes with tls.domain; a certificate in files needs none";
                    return Err(wrong(key, why));
                }
                Certificate::Files { certificate, key }
            }
            (_, _, None) => {
                return Err(wrong(
                    "tls.key",
                    "set tls.certificate and tls.key, or neither",
                ));
            }
            (None, None, Some(domain)) => Certificate::Acme {
                domain: ascii(&domain)?,
                email: raw.email.ok_or_else(|| {
                    wrong(
                        "tls.email",
                        "set it: the authority writes there when something is wrong",
                    )
                })?,
                cache: raw.cache.ok_or_else(|| {
                    wrong(
                        "tls.cache",
                        "set it: without it every start asks for a new certificate",
                    )
                })?,
                directory: match raw.directory {
                    Some(directory) => check_url("tls.directory", &directory)?,
                    None => LETS_ENCRYPT.to_owned(),
                },
                directory_ca: raw.directory_ca,
            },
            _ => {
                let why = "set tls.domain, or tls.certificate and tls.key, but not both";
                return Err(wrong("tls.domain", why));
            }
        };
        let redirect = raw.redirect.map(|text| address("tls.redirect", &text));
        Ok(Some(Self {
            certificate,
            redirect: redirect.transpose()?,
        }))
    }

    /// Returns the public URL: the configured one, or else the certificate's domain.
    pub(super) fn public_url(&self, set: Option<PublicUrl>) -> Result<PublicUrl> {
        match (set, &self.certificate) {
            (Some(url), _) if url.is_https() => Ok(url),
            (None, Certificate::Acme { domain, .. }) => {
                public_url("tls.domain", &format!("https://{domain}"))
            }
            _ => {
                let why = "write the https address that the certificate is for";
                Err(invalid(
                    SettingKey::PublicUrl,
                    Problem::AddressWithoutHttps,
                    why,
                ))
            }
        }
    }
}

/// Returns a domain as certificates name it: in lower case, and in punycode where it isn't ASCII.
fn ascii(domain: &str) -> Result<String> {
    let url = public_url("tls.domain", &format!("https://{domain}"))?;
    Ok(url.host().to_owned())
}
