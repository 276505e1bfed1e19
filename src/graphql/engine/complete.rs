//! Completes what the library has executed: it leaves failed fields out, where the specification says null up to the
//! nearest nullable field (<https://spec.graphql.org/October2021/#sec-Handling-Field-Errors>), and the keys of an object
//! in the order in which they were resolved, where it says the order of the document.

use std::collections::HashMap;

use async_graphql::indexmap::IndexMap;
use async_graphql::{Name, PathSegment, Response, ServerError, Value};

use super::plan::{Field, Set, Shape};
use super::rope;
use crate::domain::chain;

pub type Path = Vec<PathSegment>;

/// The first failure of lists' entries for each reason, by the fields of its path and the reason.
pub type Alike = HashMap<(Vec<String>, String), Path>;

/// A place that is null because of a failure below it.
struct Cut {
    at: Path,
    /// The field that may not be null and failed.
    cause: Path,
}

/// Completes a response of these fields.
pub fn finish(fields: &[Field], response: &mut Response) {
    let values = match std::mem::take(&mut response.data) {
        Value::Object(values) => values,
        // Without any field all have failed, or it was never executed.
        _ if response.errors.iter().any(|error| error.path.is_empty()) => return,
        _ => IndexMap::new(),
    };
    let mut completion = Completion::new(&[], &response.errors);
    let done = completion.object(fields, values);
    response.data = done.unwrap_or_else(|cause| {
        completion.cut(cause);
        Value::Null
    });
    let cuts = completion.cuts;
    prune(&mut response.errors, &cuts);
    merge_alike(&mut response.errors, &[], &mut Alike::new());
}

/// Completes an entry of a list. `None` if it may not be null and failed, so that the whole list is null. The errors of
/// the entry are reduced at once, so that a list of failures doesn't keep as many.
pub fn entry(
    field: &Field,
    list: &[PathSegment],
    index: usize,
    value: Value,
    errors: &mut Vec<ServerError>,
    alike: &mut Alike,
) -> Option<Value> {
    let Some(shape) = field.shape.entry.as_deref() else {
        return Some(value);
    };
    let mut completion = Completion::new(list, errors);
    completion.path.push(Step::Index(index));
    let done = completion.field(shape, field.set.as_ref(), Some(value));
    let mut cuts = completion.cuts;
    if errors.is_empty() {
        return done.ok();
    }
    let mut at = list.to_vec();
    let done = match done {
        Ok(done) => {
            at.push(PathSegment::Index(index));
            Some(done)
        }
        Err(cause) => {
            let at = at.clone();
            cuts.push(Cut { at, cause });
            None
        }
    };
    prune(errors, &cuts);
    merge_alike(errors, &at, alike);
    done
}

struct Completion<'a> {
    /// The path of the list, if an entry of one is completed.
    start: &'a [PathSegment],
    /// What follows. It is copied only where a value is missing.
    path: Vec<Step<'a>>,
    errors: &'a [ServerError],
    cuts: Vec<Cut>,
}

enum Step<'a> {
    Field(&'a Name),
    Index(usize),
}

/// The value, or the path of the field that may not be null and failed.
type Done = Result<Value, Path>;

impl<'a> Completion<'a> {
    fn new(start: &'a [PathSegment], errors: &'a [ServerError]) -> Self {
        Self {
            start,
            path: Vec::new(),
            errors,
            cuts: Vec::new(),
        }
    }

    fn path(&self) -> Path {
        let rest = self.path.iter().map(|step| match step {
            Step::Field(name) => PathSegment::Field(name.to_string()),
            Step::Index(index) => PathSegment::Index(*index),
        });
        self.start.iter().cloned().chain(rest).collect()
    }

    fn object(&mut self, fields: &'a [Field], mut values: IndexMap<Name, Value>) -> Done {
        let mut done = IndexMap::with_capacity(fields.len());
        for field in fields {
            let key = field.key();
            let value = values.get_mut(key).map(std::mem::take);
            self.path.push(Step::Field(key));
            let value = self.field(&field.shape, field.set.as_ref(), value);
            self.path.pop();
            done.insert(key.clone(), value?);
        }
        Ok(Value::Object(done))
    }

    fn field(&mut self, shape: &Shape, set: Option<&'a Set>, value: Option<Value>) -> Done {
        let done = match (value, set, shape.entry.as_deref()) {
            (None | Some(Value::Null), Some(set), None) if self.has_failed_below() => {
                self.object(&set.fields, IndexMap::new())
            }
            (None | Some(Value::Null), ..) => Err(self.path()),
            (Some(Value::Object(values)), Some(set), None) => self.object(&set.fields, values),
            (Some(value @ Value::List(_)), ..) if rope::pieces(&value).is_some() => Ok(value),
            (Some(Value::List(entries)), _, Some(entry)) => self.list(entry, set, entries),
            (Some(value), ..) => Ok(value),
        };
        match done {
            Err(cause) if shape.nullable => {
                self.cut(cause);
                Ok(Value::Null)
            }
            done => done,
        }
    }

    fn list(&mut self, shape: &Shape, set: Option<&'a Set>, entries: Vec<Value>) -> Done {
        let mut done = Vec::with_capacity(entries.len());
        for (index, entry) in entries.into_iter().enumerate() {
            self.path.push(Step::Index(index));
            let entry = self.field(shape, set, Some(entry));
            self.path.pop();
            done.push(entry?);
        }
        Ok(Value::List(done))
    }

    fn cut(&mut self, cause: Path) {
        if cause.len() > self.start.len() + self.path.len() {
            let at = self.path();
            self.cuts.push(Cut { at, cause });
        }
    }

    /// The library makes null of an object whose fields have all failed.
    fn has_failed_below(&self) -> bool {
        if self.errors.is_empty() {
            return false;
        }
        let path = self.path();
        let below =
            |error: &ServerError| error.path.len() > path.len() && error.path.starts_with(&path);
        self.errors.iter().any(below)
    }
}

/// Leaves one error for each cut, and one for the entries of a list that failed for the same reason.
fn prune(errors: &mut Vec<ServerError>, cuts: &[Cut]) {
    for cut in cuts {
        let is_cause = |error: &ServerError| error.path.starts_with(&cut.cause);
        let Some(kept) = errors.iter().position(is_cause) else {
            continue;
        };
        let mut index = 0;
        errors.retain(|error| {
            let keep = index == kept || !error.path.starts_with(&cut.at);
            index += 1;
            keep
        });
    }
}

/// Leaves one error of those below a path by which many entries of a list failed for the same reason: the first.
fn merge_alike(errors: &mut Vec<ServerError>, below: &[PathSegment], alike: &mut Alike) {
    errors.retain(|error| {
        let indexed = |segment: &PathSegment| matches!(segment, PathSegment::Index(_));
        if !error.path.starts_with(below) || !error.path.iter().any(indexed) {
            return true;
        }
        let fields = error.path.iter().filter_map(|segment| match segment {
            PathSegment::Field(name) => Some(name.clone()),
            PathSegment::Index(_) => None,
        });
        let why = match error.source::<crate::domain::Error>() {
            Some(source) => chain(source),
            None => error.message.clone(),
        };
        let first = alike.entry((fields.collect(), why));
        *first.or_insert_with(|| error.path.clone()) == error.path
    });
}
