//! The copies that there are at a place.

use std::collections::BTreeMap;
use std::path::Path;

use crate::domain::{
    CopyKind, CopyName, ListedCopy, OffsiteAccount, OffsiteFault, OffsiteTrouble, ShopId,
};
use crate::https::Authorities;
use crate::offsite::{Manifest, Remote};

type Result<T> = std::result::Result<T, OffsiteTrouble>;

/// Connects to a place, with certificate authorities beside those of the system where a file has them.
///
/// # Errors
/// When the file can't be read, or as for [`Remote::new`].
pub fn remote(account: &OffsiteAccount, ca_file: Option<&Path>) -> Result<Remote> {
    let authorities = ca_file.map(Authorities::read).transpose();
    let authorities = authorities.map_err(|why| OffsiteFault::Certificate.with(why))?;
    Remote::new(account, authorities.as_ref())
}

/// The files of copies at a place. Files with other names are foreign, and never touched.
#[derive(Debug, Default)]
pub struct Found {
    files: BTreeMap<CopyName, Vec<(CopyKind, u64)>>,
}

impl Found {
    /// Lists the files of copies.
    ///
    /// # Errors
    /// As for [`Remote::list`].
    pub async fn list(remote: &Remote) -> Result<Self> {
        let mut files: BTreeMap<CopyName, Vec<_>> = BTreeMap::new();
        for file in remote.list().await? {
            if let Some((name, kind)) = CopyName::read(&file.name) {
                files.entry(name).or_default().push((kind, file.bytes));
            }
        }
        Ok(Self { files })
    }

    /// Returns the complete copies of a shop, or of all, oldest first.
    pub fn whole(&self, shop: Option<&ShopId>) -> Vec<CopyName> {
        let is_whole = |kinds: &[(CopyKind, u64)]| {
            let has = |kind| kinds.iter().any(|(found, _)| *found == kind);
            has(CopyKind::Whole) && has(CopyKind::Manifest)
        };
        let mut whole: Vec<CopyName> = self
            .files
            .iter()
            .filter(|(name, kinds)| {
                shop.is_none_or(|shop| *shop == name.shop) && is_whole(kinds.as_slice())
            })
            .map(|(name, _)| name.clone())
            .collect();
        whole.sort();
        whole
    }

    /// Returns the names of a shop's files whose copy isn't complete, oldest first.
    pub fn incomplete(&self, shop: &ShopId) -> Vec<(CopyName, CopyKind)> {
        let whole = self.whole(Some(shop));
        let of_shop = self.files.iter().filter(|(name, _)| name.shop == *shop);
        of_shop
            .flat_map(|(name, kinds)| kinds.iter().map(move |(kind, _)| (name.clone(), *kind)))
            .filter(|(name, kind)| *kind == CopyKind::Part || !whole.contains(name))
            .collect()
    }

    /// Returns the size of an encrypted copy.
    pub fn size(&self, name: &CopyName) -> Option<u64> {
        let kinds = self.files.get(name)?;
        let whole = kinds.iter().find(|(kind, _)| *kind == CopyKind::Whole);
        whole.map(|(_, bytes)| *bytes)
    }
}

/// Reads the description of a copy, and checks that it is this copy's.
///
/// # Errors
/// When it can't be read, is of another copy, or a newer version wrote it.
pub async fn whole(remote: &Remote, name: &CopyName) -> Result<Manifest> {
    let file = name.file(CopyKind::Manifest);
    let bytes = remote.read_small(&file, Manifest::LONGEST).await?;
    let bytes = bytes.ok_or_else(|| OffsiteFault::NoSuchCopy.with(name.to_string()))?;
    let manifest = Manifest::read(&bytes)?;
    match manifest.shop == name.shop.as_str() {
        true => Ok(manifest),
        false => Err(OffsiteFault::OtherShop.with(name.to_string())),
    }
}

/// Lists the complete copies with what is said of them, newest first. One whose description can't be read is left out.
///
/// # Errors
/// As for [`Remote::list`].
pub async fn copies(remote: &Remote, shop: Option<&ShopId>) -> Result<Vec<ListedCopy>> {
    let found = Found::list(remote).await?;
    let mut copies = Vec::new();
    for name in found.whole(shop).into_iter().rev() {
        let manifest = match whole(remote, &name).await {
            Ok(manifest) => manifest,
            Err(trouble) if is_of_description(trouble.fault) => continue,
            Err(trouble) => return Err(trouble),
        };
        copies.push(ListedCopy {
            name: name.to_string(),
            bytes: found.size(&name).unwrap_or(manifest.bytes),
            shop: name.shop,
            made: name.made,
            tasks: manifest.tasks,
            recovery_key: manifest.recovery_key,
        });
    }
    copies.sort_by_key(|copy| std::cmp::Reverse(copy.made));
    Ok(copies)
}

fn is_of_description(fault: OffsiteFault) -> bool {
    matches!(
        fault,
        OffsiteFault::Changed
            | OffsiteFault::Newer
            | OffsiteFault::OtherShop
            | OffsiteFault::NoSuchCopy
    )
}
