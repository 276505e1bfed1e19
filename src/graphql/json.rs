//! Answers as JSON. What needs no merging is written out while it is read (`view::Written`), and
//! stands in its answer as the bytes it has become; nothing else in the schema is binary.

use async_graphql::indexmap::IndexMap;
use async_graphql::{Name, Response, Value};
use serde_json::Result;

use super::is_refused;

/// The JSON of an answer; one to a refused document has no `data` at all.
///
/// # Errors
/// For a number that JSON doesn't have.
pub fn write(response: Response) -> Result<Vec<u8>> {
    let refused = is_refused(&response);
    let mut out = match response.data {
        _ if refused => vec![b'{'],
        Value::Object(fields) if fields.len() == 1 => write_only(fields)?,
        data => {
            let mut out = b"{\"data\":".to_vec();
            write_value(&data, &mut out)?;
            out
        }
    };
    if !response.errors.is_empty() {
        out.extend_from_slice(if refused {
            b"\"errors\":"
        } else {
            b",\"errors\":"
        });
        serde_json::to_writer(&mut out, &response.errors)?;
    }
    out.push(b'}');
    Ok(out)
}

/// The data of an answer that has one field. A long list stays where it was written.
fn write_only(fields: IndexMap<Name, Value>) -> Result<Vec<u8>> {
    let mut start = b"{\"data\":{".to_vec();
    let mut out = Vec::new();
    for (name, value) in fields {
        write_name(&name, &mut start);
        match value {
            Value::Binary(written) => out = Vec::from(written),
            other => write_value(&other, &mut out)?,
        }
    }
    out.splice(0..0, start);
    out.push(b'}');
    Ok(out)
}

/// Appends a value's JSON.
pub(super) fn write_value(value: &Value, out: &mut Vec<u8>) -> Result<()> {
    match value {
        Value::Binary(written) => out.extend_from_slice(written),
        Value::List(entries) => {
            out.push(b'[');
            for (index, entry) in entries.iter().enumerate() {
                separate(index, out);
                write_value(entry, out)?;
            }
            out.push(b']');
        }
        Value::Object(fields) => {
            out.push(b'{');
            for (index, (name, value)) in fields.iter().enumerate() {
                separate(index, out);
                write_name(name, out);
                write_value(value, out)?;
            }
            out.push(b'}');
        }
        other => serde_json::to_writer(out, other)?,
    }
    Ok(())
}

/// A field's name, which is letters, digits and underscores.
pub(super) fn write_name(name: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b"\":");
}

/// A comma before every entry but the first.
pub(super) fn separate(index: usize, out: &mut Vec<u8>) {
    if index > 0 {
        out.push(b',');
    }
}
