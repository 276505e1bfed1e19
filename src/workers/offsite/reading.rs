//! Reading copies: what is in one, and getting one back.

use std::fs::File;
use std::io::{BufReader, Read, Write};
use std::path::{Path, PathBuf};

use tokio_util::sync::CancellationToken;

use super::folder;
use super::place::whole;
use crate::domain::{CopyContents, CopyName, OffsiteFault, OffsiteTrouble, Result as Done, ShopId};
use crate::offsite::{Opened, RecoveryKey, Remote, open, reader};
use crate::store::{self, Db, Flaw, contents};

type Result<T> = std::result::Result<T, OffsiteTrouble>;

/// Name of the decrypted copy in its folder.
const PLAIN: &str = "copy.db";

/// Returns the shop's id, which is made at its first use.
///
/// # Errors
/// When the database or the random source fails.
pub async fn shop_id(db: &Db) -> Done<ShopId> {
    if let Some(id) = db.read(|c: &_| store::secrets::shop_id(c)).await? {
        return Ok(id);
    }
    let mut random = [0; 8];
    getrandom::fill(&mut random).map_err(crate::domain::Error::internal)?;
    db.write(move |tx| match store::secrets::shop_id(tx)? {
        Some(id) => Ok(id),
        None => {
            let id = ShopId::new(random);
            store::secrets::set_shop_id(tx, &id)?;
            Ok(id)
        }
    })
    .await
}

/// A copy that was fetched, decrypted and checked; it goes with its folder.
pub struct Fetched {
    _folder: tempfile::TempDir,
    pub path: PathBuf,
    pub contents: CopyContents,
}

/// Fetches a copy, decrypts it into a folder of its own in `beside`, and checks it as it was when it was made.
///
/// # Errors
/// When it can't be fetched, isn't what its description says, or the key is another one.
pub async fn fetch(
    remote: &Remote,
    name: &CopyName,
    key: RecoveryKey,
    beside: &Path,
) -> Result<Fetched> {
    let manifest = whole(remote, name).await?;
    if key.recipient()?.fingerprint() != manifest.recovery_key {
        return Err(OffsiteFault::WrongKey.with(manifest.recovery_key));
    }
    let pieces = remote.read(&name.to_string()).await?;
    let encrypted = reader(pieces);
    let (beside, shop) = (beside.to_owned(), name.shop.clone());
    let work = move || {
        let (fetched, opened) = decrypted(encrypted, &key, &beside)?;
        if opened.bytes < manifest.bytes {
            return Err(OffsiteFault::Short.into());
        }
        if (opened.bytes, &opened.sha256) != (manifest.bytes, &manifest.sha256) {
            return Err(OffsiteFault::Changed.into());
        }
        match fetched.contents.shop.as_ref() == Some(&shop) {
            true => Ok(fetched),
            false => Err(OffsiteFault::OtherShop.into()),
        }
    };
    let fetched = tokio::task::spawn_blocking(work).await;
    fetched.map_err(|_| OffsiteFault::Damaged)?
}

/// Says what is in a file that is a copy, and changes nothing. The decrypted copy is in `beside` meanwhile.
///
/// # Errors
/// When it isn't a copy, the key is another one, or the copy was cut short or changed.
pub fn look_inside(file: &Path, key: &RecoveryKey, beside: &Path) -> Result<CopyContents> {
    let file = File::open(file).map_err(|error| OffsiteFault::NoCopy.with(error.to_string()))?;
    let (fetched, _) = decrypted(BufReader::new(file), key, beside)?;
    Ok(fetched.contents)
}

fn decrypted(encrypted: impl Read, key: &RecoveryKey, beside: &Path) -> Result<(Fetched, Opened)> {
    let no_room = |error: std::io::Error| OffsiteFault::FullHere.with(error.kind().to_string());
    let folder = folder::create(beside).map_err(no_room)?;
    let path = folder.path().join(PLAIN);
    let mut plain = File::create_new(&path).map_err(no_room)?;
    let opened = open(encrypted, key, &mut plain)?;
    plain.flush().map_err(no_room)?;
    drop(plain);
    let contents = contents::checked(&path, &CancellationToken::new()).map_err(flawed)?;
    let fetched = Fetched {
        _folder: folder,
        path,
        contents,
    };
    Ok((fetched, opened))
}

fn flawed(flaw: Flaw) -> OffsiteTrouble {
    match flaw {
        Flaw::Newer { found, .. } => OffsiteFault::Newer.with(found.to_string()),
        Flaw::NoDatabase { .. } | Flaw::Foreign { .. } => OffsiteFault::NoCopy.into(),
        _ => OffsiteFault::Damaged.into(),
    }
}
