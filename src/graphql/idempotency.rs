//! Requests that take effect once. What a request asks for is digested here for all mutations, from its coerced
//! arguments and the contents of its files; the use case compares it.

use async_graphql::{Context, UploadValue, Value};
use sha2::{Digest, Sha256};

use super::RequestContext;
use crate::app::idempotency::{Content, Request};
use crate::domain::{Error, RequestKey, Result};
use crate::graphql::input::{self, Upload};

/// Returns the request of the mutation that is executed.
///
/// # Errors
/// [`crate::domain::Error::Unauthenticated`], and [`crate::domain::Error::Invalid`] for a key that is empty or too long.
pub fn request(ctx: &Context<'_>, key: Option<String>) -> Result<Request> {
    request_of(ctx, input::key(key)?.as_ref())
}

/// [`request`] with a key that is a part of the input.
///
/// # Errors
/// [`crate::domain::Error::Unauthenticated`].
pub fn request_of(ctx: &Context<'_>, key: Option<&RequestKey>) -> Result<Request> {
    let (actor, now) = (ctx.actor()?, ctx.desk()?.clock.now());
    let content = match key {
        Some(_) => content(ctx)?,
        None => Content::default(),
    };
    Ok(Request::new(actor, key, content, now))
}

/// Returns the digest of the field's name and its arguments.
fn content(ctx: &Context<'_>) -> Result<Content> {
    let (field, files) = (ctx.field(), &ctx.query_env.uploads);
    let arguments = field.arguments();
    let arguments = arguments.map_err(|error| Error::internal(error.message))?;
    let mut arguments: Vec<_> = arguments.iter().collect();
    arguments.sort_by_key(|(name, _)| name.as_str());
    let mut digest = Sha256::new();
    text(&mut digest, b'f', field.name());
    for (name, value) in arguments {
        text(&mut digest, b'a', name);
        feed(&mut digest, value, files);
    }
    Ok(digest.finalize().into())
}

/// Feeds a value. One that is written in different ways is one: an id as a number or a text, an enum's value in the
/// document or in a variable, and the fields of an object in any order.
fn feed(digest: &mut Sha256, value: &Value, files: &[UploadValue]) {
    match value {
        Value::Null => digest.update(b"n"),
        Value::Boolean(is) => digest.update(if *is { b"y" } else { b"x" }),
        Value::Number(number) => text(digest, b't', &number.to_string()),
        Value::Enum(name) => text(digest, b't', name),
        Value::String(value) => match Upload::named(value).and_then(|index| files.get(index)) {
            Some(file) => {
                text(digest, b'u', &file.filename);
                digest.update(Sha256::digest(&file.content));
            }
            None => text(digest, b't', value),
        },
        Value::Binary(bytes) => digest.update(Sha256::digest(bytes)),
        Value::List(entries) => {
            length(digest, b'l', entries.len());
            entries.iter().for_each(|entry| feed(digest, entry, files));
        }
        Value::Object(fields) => {
            let mut fields: Vec<_> = fields.iter().collect();
            fields.sort_by_key(|(name, _)| name.as_str());
            length(digest, b'o', fields.len());
            for (name, value) in fields {
                text(digest, b'k', name);
                feed(digest, value, files);
            }
        }
    }
}

/// Feeds a text with its kind and its length, so that no two contents feed the same bytes.
fn text(digest: &mut Sha256, kind: u8, text: &str) {
    length(digest, kind, text.len());
    digest.update(text);
}

fn length(digest: &mut Sha256, kind: u8, length: usize) {
    digest.update([kind]);
    digest.update(length.to_le_bytes());
}
