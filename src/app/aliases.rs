//! Words that the search takes for one another, which owners edit.

use crate::domain::{Alias, AliasId, AliasWords, Error, MOST_ALIASES, Owner, Problem, Result};
use crate::store::{self, Connection, Transaction};

/// Returns all aliases, oldest first.
pub fn list(connection: &Connection, _: &Owner) -> Result<Vec<Alias>> {
    store::aliases::all(connection)
}

/// Adds an alias, and returns its id.
///
/// # Errors
/// [`Error::Invalid`] for one that is there already, and for too many.
pub fn add(tx: &Transaction, _: &Owner, words: &AliasWords) -> Result<AliasId> {
    let all = store::aliases::all(tx)?;
    if all.len() >= MOST_ALIASES {
        return Err(Problem::TooManyAliases { max: MOST_ALIASES }
            .at("word")
            .into());
    }
    expect_new(&all, words, None)?;
    store::aliases::insert(tx, words)
}

/// Changes an alias.
///
/// # Errors
/// [`Error::NotFound`], and [`Error::Invalid`] for one that is there already.
pub fn update(tx: &Transaction, _: &Owner, id: AliasId, words: &AliasWords) -> Result<()> {
    store::aliases::get(tx, id)?.ok_or(Error::NotFound)?;
    expect_new(&store::aliases::all(tx)?, words, Some(id))?;
    store::aliases::update(tx, id, words)
}

/// Removes an alias, if it is still there.
pub fn remove(tx: &Transaction, _: &Owner, id: AliasId) -> Result<()> {
    store::aliases::delete(tx, id)
}

fn expect_new(all: &[Alias], words: &AliasWords, id: Option<AliasId>) -> Result<()> {
    let mut others = all.iter().filter(|other| Some(other.id) != id);
    match others.any(|other| other.words.key() == words.key()) {
        true => Err(Problem::AliasTaken.at("word").into()),
        false => Ok(()),
    }
}
