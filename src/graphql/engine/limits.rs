//! Limits on operations, counted on their straight form, and on the texts of documents.

use apollo_compiler::ast;
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
/// Maximum number of selections that are looked at to merge fields.
const VISITS: usize = 20_000;
/// Maximum length of the values of variables, each counted wherever it is used, in bytes.
const VALUES: usize = 4 * 1024 * 1024;
/// Maximum nesting of selection sets, values and types in the text of a document.
pub const NESTING: usize = 100;
/// Maximum number of tokens in the text of a document, counting spaces and comments.
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

/// # Errors
/// The limit on aliases.
pub fn check_aliases(aliases: usize) -> Result<(), String> {
    at_most(aliases, ALIASES, "aliases")
}

/// # Errors
/// The limit on the work of merging fields.
pub fn check_visits(visits: usize) -> Result<(), String> {
    at_most(
        visits,
        VISITS,
        "selections, counting those of a fragment wherever it is spread",
    )
}

/// Rejects an operation that exceeds a limit, whatever its variables are.
///
/// # Errors
/// The limit.
pub fn check(set: &Set, kind: Kind) -> Result<(), String> {
    at_most(set.fields.len(), ROOT_FIELDS, "root fields")?;
    match kind {
        Kind::Mutation => {
            let of_accounts = "field of login, register and changePassword";
            at_most(roots(set, AUTH_FIELDS), 1, of_accounts)
        }
        Kind::Query | Kind::Subscription => Ok(()),
    }
}

/// Rejects an operation whose variables make it exceed a limit.
///
/// # Errors
/// The limit.
pub fn check_values(set: &Set, variables: &Variables) -> Result<(), String> {
    if values(set, variables) > VALUES {
        return Err("The variables are used too often for their length.".to_owned());
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

/// Returns the length of the values of variables, each counted wherever it is used, in bytes.
fn values(set: &Set, variables: &Variables) -> usize {
    if variables.is_empty() {
        return 0;
    }
    let of_field = |field: &Field| {
        let own = field
            .arguments
            .iter()
            .map(|(_, value)| used(value, variables));
        let below = field.set.as_ref().map_or(0, |set| values(set, variables));
        own.sum::<usize>() + below
    };
    set.fields.iter().map(of_field).sum()
}

fn used(value: &ast::Value, variables: &Variables) -> usize {
    match value {
        ast::Value::Variable(name) => variables.get(name.as_str()).map_or(0, length),
        ast::Value::List(entries) => entries.iter().map(|entry| used(entry, variables)).sum(),
        ast::Value::Object(fields) => fields.iter().map(|(_, field)| used(field, variables)).sum(),
        _ => 0,
    }
}

fn length(value: &Value) -> usize {
    size_of::<Value>()
        + match value {
            Value::String(text) => text.len(),
            Value::List(entries) => entries.iter().map(length).sum(),
            Value::Object(fields) => fields
                .iter()
                .map(|(name, value)| name.len() + length(value))
                .sum(),
            _ => 0,
        }
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
        Entries::Page(size, names) => {
            let in_variables = names.iter().filter_map(|name| match variables.get(name) {
                Some(Value::Number(size)) => {
                    let size = size.as_u64().unwrap_or_default();
                    Some(usize::try_from(size).unwrap_or(usize::MAX))
                }
                _ => None,
            });
            let sizes = size.iter().copied().chain(in_variables);
            sizes.max().unwrap_or(page::DEFAULT)
        }
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
