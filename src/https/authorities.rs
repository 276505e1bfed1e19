//! Certificate authorities of one client.

use std::path::Path;

use reqwest::{Certificate, ClientBuilder};

use crate::certificate;

/// Certificate authorities that the system doesn't know. As with [`super::client`], the proxies of the environment have
/// no effect. A client trusts them by [`Authorities::alone`] or
/// [`Authorities::besides`], and no other client of the program does.
#[derive(Clone)]
pub struct Authorities(Vec<Certificate>);

impl Authorities {
    /// Reads the certificates of a PEM file; at least one.
    ///
    /// # Errors
    /// States the reason when there are none.
    pub fn read(file: &Path) -> Result<Self, String> {
        let chain = certificate::chain(file)?;
        let read = chain.iter().map(|der| {
            // The library checks nothing until the client is built.
            match certificate::validity(der) {
                Some(_) => Certificate::from_der(der).map_err(|error| error.to_string()),
                None => Err("a certificate in it is damaged".to_owned()),
            }
        });
        read.collect::<Result<_, _>>().map(Self)
    }

    /// Returns the builder of a client that trusts these and no others.
    pub fn alone(&self) -> ClientBuilder {
        reqwest::Client::builder()
            .no_proxy()
            .tls_certs_only(self.0.clone())
    }

    /// Returns the builder of a client that trusts these besides those of the system.
    pub fn besides(&self) -> ClientBuilder {
        reqwest::Client::builder()
            .no_proxy()
            .tls_certs_merge(self.0.clone())
    }
}
