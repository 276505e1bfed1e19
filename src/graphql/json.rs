//! Answers as JSON. A long list is written out while it is read (`view::List`), and stands in its
//! answer as the bytes it has become; nothing else in the schema is binary.

use async_graphql::{Response, Value};
use serde_json::Result;

use super::is_refused;

/// The JSON of an answer; one to a refused document has no `data` at all.
///
/// # Errors
/// For a number that JSON doesn't have.
pub fn write(response: &Response) -> Result<Vec<u8>> {
    let refused = is_refused(response);
    let mut out = Vec::with_capacity(length(&response.data) + 128);
    out.push(b'{');
    if !refused {
        out.extend_from_slice(b"\"data\":");
        write_value(&response.data, &mut out)?;
    }
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
                // A name is letters, digits and underscores.
                out.push(b'"');
                out.extend_from_slice(name.as_bytes());
                out.extend_from_slice(b"\":");
                write_value(value, out)?;
            }
            out.push(b'}');
        }
        other => serde_json::to_writer(out, other)?,
    }
    Ok(())
}

/// A comma before every entry but the first.
pub(super) fn separate(index: usize, out: &mut Vec<u8>) {
    if index > 0 {
        out.push(b',');
    }
}

/// About how long the JSON gets, for what is long.
fn length(data: &Value) -> usize {
    match data {
        Value::Object(fields) => fields.values().map(length).sum(),
        Value::Binary(written) => written.len(),
        _ => 256,
    }
}
