//! Restoring a copy from another machine.

use std::path::Path;

use secrecy::SecretString;

use super::{From, prompt, said, told};
use crate::cli::print;
use crate::config::{self, Config};
use crate::domain::{
    CopyKind, CopyName, Language, ListedCopy, OffsiteAccount, OffsiteFault, OffsiteTrouble, ShopId,
};
use crate::failure::Failure;
use crate::i18n;
use crate::log;
use crate::offsite::{RecoveryKey, Remote};
use crate::workers::offsite as workers;

/// Bytes of a MiB.
const MIB: f64 = 1024.0 * 1024.0;

/// Lists the copies at a place, or restores one.
pub(in crate::cli) async fn restore(config: Config, from: From) -> Result<(), Failure> {
    let address = from.from.clone().unwrap_or_default();
    let account = account(&from, &address)?;
    let remote = workers::remote(&account, from.ca_file.as_deref());
    let remote = remote.map_err(|trouble| said(&trouble))?;
    let shop = match &from.shop {
        Some(id) => Some(ShopId::parse(id).ok_or("--shop: the id of a shop has 16 digits")?),
        None => None,
    };
    let copies = workers::copies(&remote, shop.as_ref()).await;
    let copies = copies.map_err(|trouble| said(&trouble))?;
    let lines: Vec<String> = copies.iter().map(line).collect();
    if from.list {
        return print(&lines.concat());
    }
    let named = match &from.copy {
        Some(name) => Some(name.clone()),
        None => prompt::copy_of(&lines)?.map(|at| copies[at].name.clone()),
    };
    let key = prompt::recovery_key(from.key_file.as_deref())?;
    let text = key.text().map_err(|trouble| said(&trouble))?;
    let chosen = choose(&copies, named.as_deref(), &key).map_err(|trouble| said(&trouble))?;
    let is_named = named.is_some();
    let beside = std::path::absolute(&config.database)?;
    let beside = beside.parent().unwrap_or(Path::new("/")).to_owned();
    let fetched = fetch(&remote, chosen, &text, &beside, is_named).await?;
    let inside = told(&fetched.contents);
    crate::cli::operation::restore(config, fetched.path.clone(), true).await?;
    drop(fetched);
    print(&format!(
        "It had {inside}.\n\
         What is left to do:\n\
         - Start the server, and sign in with the passwords of that time.\n\
         - Links and QR codes of customers work again under the same public address: point its name at this machine.\n\
         - Once the old server is gone for good: zayavka backup --offsite --take-over. Until then this one makes no copies \
         there, so that the two don't mix theirs up.\n"
    ))
}

/// Fetches the first copy that is whole. Only the one that was named is tried, if one was.
async fn fetch(
    remote: &Remote,
    chosen: Vec<CopyName>,
    key: &SecretString,
    beside: &Path,
    is_named: bool,
) -> Result<workers::Fetched, Failure> {
    let mut first = None;
    for name in chosen {
        log::write_line(&format!("fetching {name}"));
        let key = RecoveryKey::parse(key).map_err(|trouble| said(&trouble))?;
        match workers::fetch(remote, &name, key, beside).await {
            Ok(fetched) => return Ok(fetched),
            Err(trouble) if is_named || !is_of_copy(trouble.fault) => return Err(said(&trouble)),
            Err(trouble) => {
                let why = i18n::offsite(Language::English, &trouble);
                log::write_line(&format!("warning: {name}: {why} An older one is tried."));
                first.get_or_insert(trouble);
            }
        }
    }
    Err(said(&first.unwrap_or(OffsiteFault::NoCopies.into())))
}

/// Returns the copies that are tried, in this order.
fn choose(
    copies: &[ListedCopy],
    named: Option<&str>,
    key: &RecoveryKey,
) -> Result<Vec<CopyName>, OffsiteTrouble> {
    let name = |copy: &ListedCopy| CopyName {
        made: copy.made,
        shop: copy.shop.clone(),
    };
    if let Some(named) = named {
        let found = CopyName::read(named).filter(|(name, kind)| {
            *kind == CopyKind::Whole && copies.iter().any(|copy| copy.name == name.to_string())
        });
        let (name, _) = found.ok_or_else(|| OffsiteFault::NoSuchCopy.with(named))?;
        return Ok(vec![name]);
    }
    let newest = copies.first().ok_or(OffsiteFault::NoCopies)?;
    let mut shops: Vec<&str> = copies.iter().map(|copy| copy.shop.as_str()).collect();
    shops.sort_unstable();
    shops.dedup();
    if shops.len() > 1 {
        return Err(OffsiteFault::SeveralShops.with(shops.join(", ")));
    }
    let own = key.recipient()?.fingerprint();
    if newest.recovery_key != own {
        // An older copy that it opens is restored only if it is named: what was entered since would be lost unseen.
        let opens = copies.iter().find(|copy| copy.recovery_key == own);
        let opens = opens.map_or_else(
            || format!("fingerprint {}", newest.recovery_key),
            |copy| format!("it opens {}", copy.name),
        );
        return Err(OffsiteFault::WrongKey.with(opens));
    }
    let same = copies.iter().filter(|copy| copy.recovery_key == own);
    Ok(same.map(name).collect())
}

/// Returns whether a fault is of one copy, so that an older one may be whole.
fn is_of_copy(fault: OffsiteFault) -> bool {
    matches!(
        fault,
        OffsiteFault::Short
            | OffsiteFault::Changed
            | OffsiteFault::Damaged
            | OffsiteFault::NoCopy
            | OffsiteFault::NoSuchCopy
            | OffsiteFault::OtherShop
    )
}

fn account(from: &From, address: &str) -> Result<OffsiteAccount, Failure> {
    let endpoint = from.endpoint.as_deref().unwrap_or_default();
    let region = from.region.as_deref().unwrap_or_default();
    let place = config::offsite_place(address, endpoint, region);
    let place = place.map_err(|error| format!("--from: {}", config::offsite_said(&error)))?;
    let user = from
        .user
        .clone()
        .or_else(|| std::env::var(prompt::USER).ok());
    let user = user.unwrap_or_default();
    let password = match user.is_empty() {
        true => None,
        false => Some(prompt::password(from.password_file.as_deref())?),
    };
    Ok(OffsiteAccount {
        place,
        user,
        password,
    })
}

fn line(copy: &ListedCopy) -> String {
    format!(
        "{}  {}  {:.1} MiB  {} tasks  key {}\n",
        copy.name,
        copy.made.strftime("%Y-%m-%d %H:%M UTC"),
        copy.bytes as f64 / MIB,
        copy.tasks,
        copy.recovery_key
    )
}
