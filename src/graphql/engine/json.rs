//! Serialisation of responses. Most objects and all lists are serialised while they are read (`view::Written`), and are
//! embedded as bytes; nothing else in the schema is binary.

use async_graphql::indexmap::IndexMap;
use async_graphql::{Name, Response, Value};
use bytes::Bytes;
use serde_json::Result;

use super::rope;
use crate::graphql::is_refused;

/// The JSON of a response: pieces that hold their memory permits already, each preceded by the text
/// that leads to it, and the rest after the last of them. A short response is only the rest.
#[derive(Default)]
pub struct Answer {
    pub pieces: Vec<Bytes>,
    pub rest: Vec<u8>,
}

impl Answer {
    fn piece(&mut self, piece: &Bytes) {
        if !self.rest.is_empty() {
            self.pieces.push(std::mem::take(&mut self.rest).into());
        }
        self.pieces.push(piece.clone());
    }
}

/// Serialises a response; one to a rejected document has no `data` at all.
///
/// # Errors
/// For a number that JSON can't represent.
pub fn write(response: Response) -> Result<Answer> {
    let refused = is_refused(&response);
    let mut answer = match response.data {
        _ if refused => Answer {
            rest: vec![b'{'],
            ..Answer::default()
        },
        Value::Object(fields) => write_fields(fields)?,
        data => {
            let mut answer = Answer::default();
            answer.rest.extend_from_slice(b"{\"data\":");
            write_value(&data, &mut answer.rest)?;
            answer
        }
    };
    let out = &mut answer.rest;
    if !response.errors.is_empty() {
        out.extend_from_slice(if refused {
            b"\"errors\":"
        } else {
            b",\"errors\":"
        });
        serde_json::to_writer(&mut *out, &response.errors)?;
    }
    out.push(b'}');
    Ok(answer)
}

/// Serialises a response as one text.
///
/// # Errors
/// As for [`write()`].
pub fn text(response: Response) -> Result<String> {
    let Answer { pieces, rest } = write(response)?;
    let mut text = pieces.concat();
    text.extend_from_slice(&rest);
    String::from_utf8(text).map_err(serde::ser::Error::custom)
}

/// Serialises the data of a response. Long texts are not copied, nor is the only value of a short
/// response.
fn write_fields(fields: IndexMap<Name, Value>) -> Result<Answer> {
    let mut answer = Answer::default();
    let only = fields.len() == 1;
    answer.rest.extend_from_slice(b"{\"data\":{");
    for (index, (name, value)) in fields.into_iter().enumerate() {
        separate(index, &mut answer.rest);
        write_name(&name, &mut answer.rest);
        match value {
            Value::Binary(written) if only => {
                let start = std::mem::replace(&mut answer.rest, Vec::from(written));
                answer.rest.splice(0..0, start);
            }
            value => match rope::pieces(&value) {
                Some(pieces) => pieces.for_each(|piece| answer.piece(piece)),
                None => write_value(&value, &mut answer.rest)?,
            },
        }
    }
    answer.rest.push(b'}');
    Ok(answer)
}

/// Appends a value's JSON.
pub(in crate::graphql) fn write_value(value: &Value, out: &mut Vec<u8>) -> Result<()> {
    match value {
        Value::Binary(written) => out.extend_from_slice(written),
        Value::List(entries) => {
            if let Some(pieces) = rope::pieces(value) {
                pieces.for_each(|piece| out.extend_from_slice(piece));
                return Ok(());
            }
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

/// Writes a field's name, which consists of letters, digits and underscores.
pub(in crate::graphql) fn write_name(name: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b"\":");
}

/// Writes a comma before every entry but the first.
pub(in crate::graphql) fn separate(index: usize, out: &mut Vec<u8>) {
    if index > 0 {
        out.push(b',');
    }
}
