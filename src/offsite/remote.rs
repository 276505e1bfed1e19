//! A place on another machine: listing, reading, writing, renaming and deleting files of one folder.

use std::time::Duration;

use bytes::Bytes;
use futures_util::stream::{BoxStream, StreamExt};
use opendal::layers::{RetryLayer, TimeoutLayer};
use opendal::services::{S3, Webdav};
use opendal::{ErrorKind, HttpTransporter, OperationContext, Operator};
use percent_encoding::percent_decode_str;
use reqwest::Url;
use secrecy::ExposeSecret;
use tokio_util::sync::CancellationToken;

use super::transport::{Transport, client, trouble};
use super::upload::{Pieces, Upload};
use crate::domain::{OffsiteAccount, OffsiteFault, OffsitePlace, OffsiteTrouble};
use crate::https::Authorities;

type Result<T> = std::result::Result<T, OffsiteTrouble>;

/// Maximum time of a listing, a deletion or a rename.
const SHORT: Duration = Duration::from_secs(60);
/// Maximum time until the next piece of a file arrives, or a part of one is taken.
const PIECE: Duration = Duration::from_secs(300);
/// Attempts after the first at a request whose failure may pass, and the pause before the first of them.
const ATTEMPTS: usize = 3;
const PAUSE: Duration = Duration::from_millis(200);
/// Maximum number of files in the folder that are looked at.
const MOST: usize = 100_000;

/// A file at the place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    pub name: String,
    pub bytes: u64,
}

/// A place that is signed in to.
#[derive(Debug, Clone)]
pub struct Remote {
    operator: Operator,
    upload: Upload,
}

impl Remote {
    /// Connects nothing yet.
    ///
    /// # Errors
    /// When the account is incomplete, or the client can't be built.
    pub fn new(account: &OffsiteAccount, authorities: Option<&Authorities>) -> Result<Self> {
        let client = client(authorities)?;
        let password = account.password.as_ref();
        let password = password.map_or("", |password| password.expose_secret());
        let (built, upload) = match &account.place {
            OffsitePlace::WebDav { url } => {
                let parsed = Url::parse(url).map_err(|_| OffsiteFault::NoPlace)?;
                let folder = percent_decode_str(parsed.path()).decode_utf8_lossy();
                let service = Webdav::default()
                    .endpoint(&parsed.origin().ascii_serialization())
                    .root(&folder)
                    .username(&account.user)
                    .password(password);
                let upload = Upload::Put {
                    client: client.clone(),
                    url: url.clone(),
                    account: Box::new(account.clone()),
                };
                (Operator::new(service), upload)
            }
            OffsitePlace::S3 {
                endpoint,
                region,
                bucket,
                prefix,
            } => {
                if account.user.is_empty() || password.is_empty() {
                    return Err(OffsiteFault::NoPassword.into());
                }
                let service = S3::default()
                    .endpoint(endpoint)
                    .region(region)
                    .bucket(bucket)
                    .root(prefix)
                    .access_key_id(&account.user)
                    .secret_access_key(password)
                    // Neither the environment nor this machine's own role has a say in it.
                    .disable_config_load()
                    .disable_ec2_metadata();
                (Operator::new(service), Upload::Parts)
            }
        };
        let context =
            OperationContext::new().with_http_transport(HttpTransporter::new(Transport(client)));
        let operator = built
            .map_err(|error| trouble(&error))?
            .with_context(context)
            .layer(
                TimeoutLayer::new()
                    .with_timeout(SHORT)
                    .with_io_timeout(PIECE),
            )
            .layer(
                RetryLayer::new()
                    .with_jitter()
                    .with_min_delay(PAUSE)
                    .with_max_times(ATTEMPTS),
            );
        Ok(Self { operator, upload })
    }

    /// Lists the files of the folder.
    ///
    /// # Errors
    /// When the place can't be reached or refuses.
    pub async fn list(&self) -> Result<Vec<Listed>> {
        let mut entries = self
            .operator
            .lister("")
            .await
            .map_err(|error| trouble(&error))?;
        let mut files = Vec::new();
        while let Some(entry) = entries.next().await {
            let entry = entry.map_err(|error| trouble(&error))?;
            if entry.metadata().is_file() && files.len() < MOST {
                files.push(Listed {
                    name: entry.name().to_owned(),
                    bytes: entry.metadata().content_length(),
                });
            }
        }
        Ok(files)
    }

    /// Returns the size of a file; `None` when there is none.
    ///
    /// # Errors
    /// As for [`Remote::list`].
    pub async fn size(&self, name: &str) -> Result<Option<u64>> {
        match self.operator.stat(name).await {
            Ok(found) => Ok(Some(found.content_length())),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(trouble(&error)),
        }
    }

    /// Reads a small file of at most `most` bytes; `None` when there is none.
    ///
    /// # Errors
    /// As for [`Remote::list`]; a longer file counts as changed.
    pub async fn read_small(&self, name: &str, most: usize) -> Result<Option<Vec<u8>>> {
        if self.size(name).await?.is_none() {
            return Ok(None);
        }
        let mut parts = self.read(name).await?;
        let mut all = Vec::new();
        while let Some(part) = parts.next().await {
            all.extend_from_slice(&part?);
            if all.len() > most {
                return Err(OffsiteFault::Changed.with(name));
            }
        }
        Ok(Some(all))
    }

    /// Reads a file piece by piece.
    ///
    /// # Errors
    /// As for [`Remote::list`].
    pub async fn read(&self, name: &str) -> Result<BoxStream<'static, Result<Bytes>>> {
        let name = name.to_owned();
        let found = |error: opendal::Error| match error.kind() {
            ErrorKind::NotFound => OffsiteFault::NoSuchCopy.with(name.clone()),
            _ => trouble(&error),
        };
        let reader = self.operator.reader(&name).await.map_err(found)?;
        let parts = reader.into_stream(..).await.map_err(found)?;
        let parts = parts.map(|part| match part {
            Ok(part) => Ok(part.to_bytes()),
            Err(error) if error.kind() == ErrorKind::NotFound => {
                Err(OffsiteFault::NoSuchCopy.into())
            }
            Err(error) => Err(trouble(&error)),
        });
        Ok(parts.boxed())
    }

    /// Writes a small file, in the place of an earlier one.
    ///
    /// # Errors
    /// As for [`Remote::list`].
    pub async fn write_small(&self, name: &str, bytes: Vec<u8>) -> Result<()> {
        let written = self.operator.write(name, bytes).await;
        written.map(drop).map_err(|error| trouble(&error))
    }

    /// Deletes a file, if there is one.
    ///
    /// # Errors
    /// As for [`Remote::list`].
    pub async fn delete(&self, name: &str) -> Result<()> {
        let deleted = self.operator.delete(name).await;
        deleted.map_err(|error| trouble(&error))
    }

    /// Returns whether files are sent under a temporary name. Where they aren't, a file is there only when it is complete.
    pub fn has_parts(&self) -> bool {
        matches!(self.upload, Upload::Put { .. })
    }

    /// Sends a file of `length` bytes.
    ///
    /// # Errors
    /// When the place can't be reached or refuses, the pieces end with an error, or `stop` is cancelled. Then there is no file of that name, but
    /// where [`Remote::has_parts`], in which case its beginning may be there.
    pub async fn send(
        &self,
        name: &str,
        length: u64,
        pieces: Pieces,
        stop: &CancellationToken,
    ) -> Result<()> {
        let (upload, operator) = (&self.upload, &self.operator);
        upload.send(operator, name, length, pieces, stop).await
    }

    /// Gives a file another name.
    ///
    /// # Errors
    /// As for [`Remote::list`].
    pub async fn rename(&self, from: &str, to: &str) -> Result<()> {
        let renamed = self.operator.rename(from, to).await;
        renamed.map_err(|error| trouble(&error))
    }
}
