//! Limits on operations, counted on their straight form, and on the texts of documents.

use async_graphql::{Value, Variables};

use super::page;
use super::plan::{Entries, Field, Set};
use crate::graphql::Kind;

/// Maximum nesting of fields. The standard introspection query has 15.
pub const DEPTH: usize = 16;
/// Maximum cost of an operation: its number of fields, where a list multiplies the fields below it by [`LIST`], and a
/// page by its size.
pub const COMPLEXITY: usize = 30_000;
/// Entries that a list is taken to have.
pub const LIST: usize = page::DEFAULT;
/// Maximum number of aliases.
pub const ALIASES: usize = 30;
pub const ROOT_FIELDS: usize = 15;
const FIELDS: usize = 2_000;
/// Maximum nesting of selection sets, values and types in the text of a document.
pub const NESTING: usize = 100;
/// Maximum number of words and punctuation marks in the text of a document.
pub const TOKENS: usize = 15_000;
/// Operations that cost a password hash, of which a document may contain one.
pub const AUTH_FIELDS: &[&str] = &["login", "register", "changePassword"];
/// Root fields that query the schema.
pub const SCHEMA_FIELDS: &[&str] = &["__schema", "__type"];

/// # Errors
/// The limit on nesting.
pub fn check_depth(depth: usize) -> Result<(), String> {
    match depth > DEPTH {
        true => Err(format!("The fields nest deeper than {DEPTH} levels.")),
        false => Ok(()),
    }
}

/// # Errors
/// The limit on fields.
pub fn check_fields(fields: usize) -> Result<(), String> {
    at_most(fields, FIELDS, "fields")
}

/// Rejects an operation that exceeds the limits.
///
/// # Errors
/// The limit.
pub fn check(set: &Set, kind: Kind, variables: &Variables) -> Result<(), String> {
    at_most(aliases(set), ALIASES, "aliases")?;
    at_most(set.fields.len(), ROOT_FIELDS, "root fields")?;
    if kind == Kind::Mutation {
        let of_accounts = "field of login, register and changePassword";
        at_most(roots(set, AUTH_FIELDS), 1, of_accounts)?;
    }
    let cost = cost_of(set, variables);
    if cost <= COMPLEXITY {
        return Ok(());
    }
    let (path, share) = dearest(set, variables, cost);
    Err(format!(
        "The operation costs {cost}, and the limit is {COMPLEXITY}: {path} costs {share}. Select fewer fields there, or \
         fewer entries (first)."
    ))
}

/// Returns whether an operation queries the schema.
pub fn introspects(set: &Set) -> bool {
    roots(set, SCHEMA_FIELDS) > 0
}

fn at_most(found: usize, most: usize, what: &str) -> Result<(), String> {
    match found > most {
        true => Err(format!("An operation may have at most {most} {what}.")),
        false => Ok(()),
    }
}

fn aliases(set: &Set) -> usize {
    let own = |field: &Field| usize::from(field.alias.is_some());
    let below = |field: &Field| field.set.as_ref().map_or(0, aliases);
    let fields = set.fields.iter();
    fields.map(|field| own(field) + below(field)).sum()
}

fn roots(set: &Set, names: &[&str]) -> usize {
    let named = |field: &&Field| names.contains(&field.name.as_str());
    set.fields.iter().filter(named).count()
}

fn cost_of(set: &Set, variables: &Variables) -> usize {
    let costs = set.fields.iter().map(|field| cost(field, variables));
    costs.fold(0, usize::saturating_add)
}

fn cost(field: &Field, variables: &Variables) -> usize {
    let entries = match &field.entries {
        Entries::Of(entries) => *entries,
        Entries::First(name, default) => match variables.get(name) {
            Some(Value::Number(size)) => {
                let size = size.as_u64().unwrap_or_default();
                usize::try_from(size).unwrap_or(usize::MAX)
            }
            _ => *default,
        },
    };
    let below = field.set.as_ref().map_or(0, |set| cost_of(set, variables));
    below.saturating_mul(entries).saturating_add(1)
}

/// Returns the path of the innermost field that makes up most of the cost, and its cost.
fn dearest(set: &Set, variables: &Variables, whole: usize) -> (String, usize) {
    let (mut path, mut share) = (String::new(), whole);
    let (mut set, mut times) = (Some(set), 1_usize);
    while let Some(fields) = set {
        let costs = fields.fields.iter();
        let costs = costs.map(|field| (field, cost(field, variables).saturating_mul(times)));
        let Some((field, costs)) = costs.max_by_key(|(_, cost)| *cost) else {
            break;
        };
        if !path.is_empty() && costs < whole / 2 {
            break;
        }
        if !path.is_empty() {
            path.push('.');
        }
        path.push_str(field.key());
        share = costs;
        set = field.set.as_ref();
        let below = set.map_or(1, |set| cost_of(set, variables).max(1));
        times = costs / below;
    }
    (path, share)
}
