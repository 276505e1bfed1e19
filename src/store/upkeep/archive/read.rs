//! Parsing of an archive row by row, so that it takes no more memory than its text.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{Error as _, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use super::TABLES;
use crate::domain::{Error, Result};

/// A map from the archive's tables to values. Each table is named at most once, and no other ones
/// are.
pub(super) struct ByTable<T>(pub BTreeMap<&'static str, T>);

impl<T> Default for ByTable<T> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for ByTable<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Tables(PhantomData))
    }
}

struct Tables<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Tables<T> {
    type Value = ByTable<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the tables of an archive")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<ByTable<T>, A::Error> {
        let mut all = BTreeMap::new();
        while let Some(name) = map.next_key::<&str>()? {
            let table = TABLES.iter().find(|table| **table == name);
            let table = table.ok_or_else(|| A::Error::custom("a table that there isn't"))?;
            if all.insert(*table, map.next_value()?).is_some() {
                return Err(A::Error::custom("a table twice"));
            }
        }
        Ok(ByTable(all))
    }
}

/// Passes the rows of a table on, one after the other, each as a slice of the text.
///
/// # Errors
/// The error of the first rejected row, and [`Error::Internal`] if the text is no list of rows.
pub(super) fn rows(text: &str, take: &mut dyn FnMut(&RawValue) -> Result<()>) -> Result<()> {
    let mut refused = None;
    let rows = Rows {
        take,
        refused: &mut refused,
    };
    let read = serde_json::Deserializer::from_str(text).deserialize_seq(rows);
    match refused {
        Some(error) => Err(error),
        None => read.map_err(Error::internal),
    }
}

struct Rows<'a> {
    take: &'a mut dyn FnMut(&RawValue) -> Result<()>,
    /// The error for which parsing was aborted, if it is ours.
    refused: &'a mut Option<Error>,
}

impl<'de> Visitor<'de> for Rows<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("rows")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut rows: A) -> Result<(), A::Error> {
        while let Some(row) = rows.next_element::<&RawValue>()? {
            if let Err(error) = (self.take)(row) {
                *self.refused = Some(error);
                return Err(A::Error::custom("a row that can't be taken"));
            }
        }
        Ok(())
    }
}
