//! The calls by which owners try a place and a copy.

use std::path::PathBuf;
use std::sync::Arc;

use futures_util::FutureExt;
use secrecy::SecretString;

use super::place::{Found, copies, remote};
use super::reading::look_inside;
use crate::app::offsite::{Calls, NewRecoveryKey};
use crate::domain::{CopyContents, Error, OffsiteFault, OffsiteTrouble, Result};
use crate::offsite::RecoveryKey;

/// Returns the calls, with certificate authorities beside those of the system where a file has them.
pub fn calls(ca_file: Option<PathBuf>) -> Calls {
    let ca_file = Arc::new(ca_file);
    let of_list = ca_file.clone();
    Calls {
        check: Box::new(move |account| {
            let ca_file = ca_file.clone();
            async move {
                let remote = remote(&account, ca_file.as_deref())?;
                Found::list(&remote).await.map(drop)
            }
            .boxed()
        }),
        list: Box::new(move |(account, shop)| {
            let ca_file = of_list.clone();
            async move {
                let remote = remote(&account, ca_file.as_deref())?;
                copies(&remote, shop.as_ref()).await
            }
            .boxed()
        }),
        open: Box::new(|(file, key, beside)| {
            async move {
                let work = move || opened(file, &key, beside);
                let opened = tokio::task::spawn_blocking(work).await;
                opened.unwrap_or_else(|_| Err(OffsiteFault::Damaged.into()))
            }
            .boxed()
        }),
        new_key: Box::new(new_key),
    }
}

fn opened(
    file: PathBuf,
    key: &SecretString,
    beside: PathBuf,
) -> std::result::Result<CopyContents, OffsiteTrouble> {
    let key = RecoveryKey::parse(key)?;
    look_inside(&file, &key, &beside)
}

fn new_key(random: [u8; 32]) -> Result<NewRecoveryKey> {
    let key = RecoveryKey::new(random);
    let made = || {
        Ok::<_, OffsiteTrouble>(NewRecoveryKey {
            words: key.words()?,
            text: key.text()?,
            recipient: key.recipient()?,
        })
    };
    made().map_err(Error::internal)
}
